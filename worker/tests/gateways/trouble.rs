//! Streams that break, gateways that come back, workers that are killed, and bytes that nobody should
//! send.

use crate::harness::*;
use reckon_engine::SchedulerConfig;
use reckon_gateway_protocol::v1::{
	from_worker, to_worker, Cancel, Finish, Standing, Stored, Unasked,
};
use std::{sync::Arc, time::Duration};

struct Stage {
	dir: tempfile::TempDir,
	ledger: FakeLedger,
	gate: Gate,
	schedulers: Arc<reckon_worker::schedulers::Schedulers>,
}

fn stage() -> Stage {
	let dir = tempfile::tempdir().unwrap();
	let gate = Gate::default();
	let schedulers = alphabet(dir.path(), &gate, SchedulerConfig::default());
	Stage { dir, ledger: FakeLedger::default(), gate, schedulers }
}

impl Stage {
	async fn worker(&self, gateways: &[&Gateway]) -> Worker {
		Worker::start(self.dir.path(), &self.ledger, &self.schedulers, gateways).await
	}
}

/// Waits for what the worker says about a gateway.
async fn until(
	worker: &Worker,
	gateway: &Gateway,
	holds: impl Fn(&reckon_worker::gateways::Traffic) -> bool,
) {
	loop {
		if worker.shared.status().gateways.get(&gateway.url).is_some_and(&holds) {
			return;
		}
		tokio::time::sleep(Duration::from_millis(5)).await;
	}
}

#[tokio::test]
async fn answer_should_be_sent_in_the_next_life_when_the_worker_is_killed_after_it_was_journalled()
{
	let stage = stage();
	let mut gateway = Gateway::open(&stage.ledger, 1, &[MODEL]).await;
	let worker = stage.worker(&[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	let ask = gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	stream.hand(&ask).await;
	stream.lease(&worker, &gateway, &ask).await;
	// Nobody is there to hear the answer when it is done.
	drop(stream);
	until(&worker, &gateway, |traffic| !traffic.joined).await;
	stage.gate.let_pass(10);
	until(&worker, &gateway, |traffic| traffic.answered == 1).await;
	worker.kill().await;

	let worker = stage.worker(&[&gateway]).await;
	// The stream that the first life had opened again is before it in the queue.
	let mut stream = gateway.joined_by(&worker).await;
	let (text, finished) = stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.output.as_slice()), ("", &b"bcdefghijk"[..]));
	receipt(&worker, &gateway, &ask, &finished);
	// It is sent after each hello until it is stored.
	drop(stream);
	let mut stream = gateway.joined_by(&worker).await;
	assert_eq!(stream.next().await, from_worker::Message::Finished(finished));
	stream.stored(&ask).await;
	let next = gateway.ask(MODEL, 2, r#"{"prompt":"a"}"#);
	stage.gate.let_pass(10);
	stream.hand(&next).await;
	stream.lease(&worker, &gateway, &next).await;
	stream.rest(&next).await;
	drop(stream);
	let mut stream = gateway.joined_by(&worker).await;
	let from_worker::Message::Finished(again) = stream.next().await else { panic!() };
	assert_eq!(again.request, next.hash().0, "what is stored is not sent again");
}

#[tokio::test]
async fn answer_should_be_told_from_its_beginning_when_its_gateway_comes_back() {
	let stage = stage();
	let mut gateway = Gateway::open(&stage.ledger, 1, &[MODEL]).await;
	let worker = stage.worker(&[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	let ask = gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	stream.hand(&ask).await;
	stream.lease(&worker, &gateway, &ask).await;
	stage.gate.let_pass(3);
	for letter in ["b", "c", "d"] {
		let from_worker::Message::Piece(piece) = stream.next().await else { panic!() };
		assert_eq!(piece.text, letter);
	}
	drop(stream);
	let mut stream = gateway.joined_by(&worker).await;
	stream.hand(&ask).await;
	stream.lease(&worker, &gateway, &ask).await;
	let from_worker::Message::Piece(piece) = stream.next().await else { panic!() };
	assert_eq!((piece.text.as_str(), piece.tokens), ("bcd", 3));
	stage.gate.let_pass(100);
	let (text, finished) = stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.finish()), ("efghijk", Finish::Length));
	assert_eq!(worker.shared.status().gateways[&gateway.url].answered, 1);
}

#[tokio::test]
async fn two_gateways_should_be_served_at_once_and_never_the_same_request() {
	let stage = stage();
	let mut one = Gateway::open(&stage.ledger, 1, &[MODEL]).await;
	let mut two = Gateway::open(&stage.ledger, 2, &[MODEL]).await;
	let worker = stage.worker(&[&one, &two]).await;
	let (mut to_one, mut to_two) = (one.join(&worker).await, two.join(&worker).await);
	let (first, second) =
		(one.ask(MODEL, 1, r#"{"prompt":"a"}"#), two.ask(MODEL, 2, r#"{"prompt":"k"}"#));
	to_one.hand(&first).await;
	to_one.lease(&worker, &one, &first).await;
	to_two.hand(&second).await;
	to_two.lease(&worker, &two, &second).await;
	// The same request, paid out of the other's channel, while it is computed and afterwards.
	let same = two.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	assert_eq!(same.hash(), first.hash());
	to_two.hand(&same).await;
	assert_eq!(to_two.refusal(&same).await.reason, "AlreadyTried");
	// It is not the other's to end, either, nor to have stored.
	to_two.cancel(&same).await;
	to_two.stored(&same).await;
	stage.gate.let_pass(20);
	let ((text, finished), (other, other_finished)) =
		tokio::join!(to_one.rest(&first), to_two.rest(&second));
	assert_eq!((text.as_str(), other.as_str()), ("bcdefghijk", "lmnopqrstu"));
	receipt(&worker, &one, &first, &finished);
	receipt(&worker, &two, &second, &other_finished);
	to_two.hand(&same).await;
	assert_eq!(to_two.refusal(&same).await.reason, "AlreadyTried");
}

#[tokio::test]
async fn gateway_should_be_left_and_joined_again_when_it_sends_what_can_not_be() {
	let stage = stage();
	let mut gateway = Gateway::open(&stage.ledger, 1, &[MODEL]).await;
	let worker = stage.worker(&[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	let kept = gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	stream.hand(&kept).await;
	stream.lease(&worker, &gateway, &kept).await;
	// Of a newer protocol: passed over.
	stream.say_nothing_known().await;
	let mut long = gateway.ask(MODEL, 2, r#"{"prompt":"a"}"#).task();
	long.payload = vec![b' '; 5 << 20];
	let mut short = gateway.ask(MODEL, 3, r#"{"prompt":"a"}"#).task();
	short.request.pop();
	let mut more = gateway.ask(MODEL, 4, r#"{"prompt":"a"}"#).task();
	more.request.push(0);
	let hostile = [
		(to_worker::Message::Task(long), "message length too large"),
		(to_worker::Message::Task(short), "a task's request can't be read"),
		(to_worker::Message::Task(more), "a task's request can't be read"),
		(to_worker::Message::Cancel(Cancel { request: vec![1; 31] }), "it sent 31"),
		(
			to_worker::Message::Stored(Stored {
				requests: vec![vec![1; 32], vec![]],
				acknowledgements: vec![],
			}),
			"a request has 32 bytes, it sent 0",
		),
		(to_worker::Message::Challenge(gateway.challenge()), "it greets twice"),
	];
	for (message, why) in hostile {
		stream.say(message).await;
		stream.ended().await;
		until(&worker, &gateway, |traffic| {
			traffic.why_not.as_ref().is_some_and(|said| said.contains(why))
		})
		.await;
		stream = gateway.join(&worker).await;
	}
	// Nothing of it has touched what the worker was doing.
	stage.gate.let_pass(10);
	let (_, finished) = stream.rest(&kept).await;
	assert_eq!(finished.output, b"bcdefghijk");
}

#[tokio::test]
async fn task_should_be_refused_as_busy_when_the_chain_can_not_be_asked() {
	let stage = stage();
	let mut gateway = Gateway::open(&stage.ledger, 1, &[MODEL]).await;
	let worker = stage.worker(&[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	stage.ledger.write(|said| said.away = true);
	// A model of which the known terms say nothing.
	let ask = gateway.ask(reckon_sdk::H256([6; 32]), 1, r#"{"prompt":"a"}"#);
	loop {
		stream.hand(&ask).await;
		let refused = stream.refusal(&ask).await;
		if refused.reason == "Busy" {
			assert!(
				refused.text.starts_with("the worker can't ask its chain: "),
				"{}",
				refused.text
			);
			return;
		}
		assert_eq!(refused.reason, "ModelNotOffered");
		tokio::time::sleep(Duration::from_millis(100)).await;
	}
}

#[tokio::test]
async fn owner_should_see_what_a_gateway_asks_for_nothing_of_while_it_says_so() {
	let stage = stage();
	let mut gateway = Gateway::open(&stage.ledger, 1, &[MODEL]).await;
	let worker = stage.worker(&[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	let unasked = Unasked { model: MODEL.0.to_vec(), most: None };
	let standing = |unasked| to_worker::Message::Standing(Standing { unasked });
	let is_unasked = |why: &'static str| {
		move |traffic: &reckon_worker::gateways::Traffic| {
			traffic.unasked.values().any(|told| told.contains(why))
		}
	};
	stream.say(standing(vec![unasked.clone()])).await;
	until(&worker, &gateway, is_unasked("does not offer it")).await;
	let metric = format!(
		"reckon_worker_gateway_unasked_models{{gateway=\"{}\",are=\"unasked\"}} 1",
		gateway.url
	);
	assert!(worker.shared.metrics().lines().any(|line| line == metric), "{metric}");
	stream.say(standing(vec![])).await;
	until(&worker, &gateway, |traffic| traffic.unasked.is_empty()).await;

	// Of another stream nothing was said yet.
	stream.say(standing(vec![unasked])).await;
	until(&worker, &gateway, is_unasked("does not offer it")).await;
	drop(stream);
	let mut stream = gateway.joined_by(&worker).await;
	until(&worker, &gateway, |traffic| traffic.joined && traffic.unasked.is_empty()).await;

	// What can't be read ends it.
	stream.say(standing(vec![Unasked { model: vec![1; 31], most: None }])).await;
	stream.ended().await;
	let is_said = |why: &String| why.contains("a model's id has 32 bytes");
	until(&worker, &gateway, |traffic| traffic.why_not.as_ref().is_some_and(is_said)).await;
}
