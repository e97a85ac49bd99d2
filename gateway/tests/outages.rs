//! A database that is away for longer than anybody waits: nothing is lost by it, and nothing is charged
//! twice.

#![allow(missing_docs)]

mod common;
#[path = "../store/tests/common/postgres.rs"]
#[allow(dead_code)]
mod postgres;
#[path = "../store/tests/common/wire.rs"]
#[allow(dead_code)]
mod wire;

use common::{bounds, finished, hear, pair, Manner, Net, Worker, CHANNEL, PRICE};
use postgres::Server;
use reckon_gateway::{
	desk::{Desk, Piece, Refusal},
	rooms::Bounds,
};
use reckon_gateway_protocol::v1::{from_worker, to_worker, Task};
use reckon_gateway_store::State;
use reckon_primitives::{Balance, Units};
use reckon_receipts::charge;
use sp_core::H256;
use std::{sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};
use wire::Wire;

const MUCH: Balance = 1_000_000;
/// What a client says again when it repeats itself.
const NAME: H256 = H256::repeat_byte(3);
/// Longer than a store, and who listens, wait for the database.
const OUTAGE: Duration = Duration::from_secs(16);
const LONG: Duration = Duration::from_secs(60);

/// What an honest worker's answer costs.
fn cost() -> Balance {
	charge(&PRICE, Units { input: 7, output: 4 })
}

fn is_stored(message: &to_worker::Message) -> bool {
	matches!(message, to_worker::Message::Stored(_))
}

/// A gateway over a database that can be cut off, with one lane to pay through.
async fn over(wire: &Wire) -> Net {
	let bounds = Bounds { queue_for: LONG, ..bounds() };
	Net::on(&wire.url("postgres"), Arc::default(), bounds).await
}

async fn money(net: &Net) -> (Balance, Balance) {
	let info = net.gateway.channel(CHANNEL).await.unwrap();
	(info.left, info.reserved)
}

/// The database is away until this is dropped or over.
async fn back_after(wire: &Wire, span: Duration) {
	sleep(span).await;
	wire.set_away(false);
}

#[tokio::test]
async fn request_should_be_admitted_or_not_be_there_when_the_database_is_away() {
	let server = Server::start();
	let wire = Wire::to(server.folder());
	let net = over(&wire).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let _worker = net.worker(10, Manner::Honest).await;
	// The first one that asks sees the connection end at some word of its admission, and then nobody.
	for words in [0, 3, 5, 6] {
		let before = money(&net).await;
		wire.cut_after(words);
		let cut = async {
			while !wire.is_cut() {
				sleep(Duration::from_millis(1)).await;
			}
			wire.set_away(true);
		};
		let name = H256::repeat_byte(words as u8 + 1);
		let (asked, ()) = tokio::join!(net.ask_first(&key, name), cut);
		if let Ok(mut answering) = asked {
			// It was in before, and its answer is what was cut off.
			let heard =
				tokio::join!(hear(&mut answering), back_after(&wire, Duration::from_secs(1)));
			assert!(heard.0 .1.is_ok(), "{words}");
			assert_eq!(money(&net).await, (before.0 - cost(), 0), "{words}");
			continue;
		}
		assert!(matches!(asked, Err(Refusal::Unavailable(_))), "{words}");
		// Its lane is kept: nobody knows what the database has.
		assert!(money(&net).await.1 > 0, "{words}");
		wire.set_away(false);
		let whole = async {
			loop {
				let heard = match net.ask_again(&key, Some(name)).await {
					Ok(mut answering) => hear(&mut answering).await.1,
					Err(refusal) => Err(refusal),
				};
				match heard {
					Ok(end) => return end,
					Err(Refusal::Unavailable(_) | Refusal::TooMany { .. }) => {},
					Err(other) => panic!("{words}: {other}"),
				}
				sleep(Duration::from_millis(100)).await;
			}
		};
		timeout(LONG, whole).await.unwrap();
		assert_eq!(money(&net).await, (before.0 - cost(), 0), "{words}");
		assert_eq!(net.store.unfinished().await.unwrap().len(), 0, "{words}");
	}
}

#[tokio::test]
async fn answer_should_be_noted_and_charged_once_when_the_database_is_away_for_long() {
	let server = Server::start();
	let wire = Wire::to(server.folder());
	let net = over(&wire).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let mut worker = net.worker(10, Manner::Slow(2)).await;
	let mut answering = net.ask_again(&key, Some(NAME)).await.unwrap();
	let id = answering.id();
	assert!(matches!(answering.next().await, Some(Piece::Text { .. })));
	let admission = net.store.request(id).await.unwrap().unwrap().admission;
	let task = Task {
		request: codec::Encode::encode(&admission.request),
		voucher: codec::Encode::encode(&admission.voucher),
		..Task::default()
	};
	wire.set_away(true);
	let end = finished(&pair(10), &task, 4, None);
	worker.say(from_worker::Message::Finished(end)).await;
	// Who listens is told that it can't be noted now, and the lane stays the request's.
	let (_, ended) = timeout(LONG, hear(&mut answering)).await.unwrap();
	assert!(matches!(ended, Err(Refusal::Unavailable(_))));
	assert!(money(&net).await.1 > 0);
	let again = net.ask_again(&key, None).await.map(|_| ());
	assert!(matches!(again, Err(Refusal::TooMany { .. })), "{again:?}");

	wire.set_away(false);
	assert!(timeout(LONG, worker.hears(is_stored)).await.unwrap());
	assert_eq!(money(&net).await, (MUCH - cost(), 0));
	let record = net.store.request(id).await.unwrap().unwrap();
	assert_eq!(record.state, State::Receipted);
	// Who asks again hears the same, for nothing.
	let mut answering = net.ask_again(&key, Some(NAME)).await.unwrap();
	assert_eq!(answering.id(), id);
	let (text, ended) = hear(&mut answering).await;
	assert_eq!((text.as_str(), ended.is_ok()), ("one two three four", true));
	assert_eq!(money(&net).await, (MUCH - cost(), 0));
}

#[tokio::test]
async fn failure_should_free_the_lane_when_the_database_is_back() {
	let server = Server::start();
	let wire = Wire::to(server.folder());
	let net = over(&wire).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let worker = net.worker(10, Manner::TooLong).await;
	drop(worker);
	let mute = Worker::join(&net.address, 11, Manner::Blank).await.unwrap();
	let answering = net.ask_again(&key, Some(NAME)).await.unwrap();
	let id = answering.id();
	wire.set_away(true);
	// Its client leaves, and it has no word to pay for.
	drop((answering, mute));
	sleep(OUTAGE).await;
	assert!(money(&net).await.1 > 0, "nobody knows whether it has failed");
	wire.set_away(false);
	let freed = async {
		while money(&net).await.1 > 0 {
			sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(LONG, freed).await.unwrap();
	let record = net.store.request(id).await.unwrap().unwrap();
	assert!(matches!(record.state, State::Failed(_)), "{:?}", record.state);
	assert_eq!(money(&net).await, (MUCH, 0));
}
