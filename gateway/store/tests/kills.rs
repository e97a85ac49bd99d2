//! A process that writes is killed at any time: what it was told is written is there, and nothing is
//! there by half.

mod common;

use common::{wire::Wire, *};
use reckon_gateway_store::*;
use std::{
	collections::BTreeMap,
	io::{BufRead, BufReader, Write},
	process::{Command, Stdio},
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		Arc,
	},
	time::Duration,
};

const TASKS: u64 = 16;
const ROUNDS: u64 = 12;
const TARGET: &str = "RECKON_STORE_TARGET";
const ROUND: &str = "RECKON_STORE_ROUND";
/// There when the writer is to sync every second.
const EVERY_SECOND: &str = "RECKON_STORE_EVERY_SECOND";

on_both!(writes_should_be_whole_when_the_writer_is_killed);

#[tokio::test]
async fn writes_should_be_whole_when_the_writer_is_killed_and_syncs_every_second() {
	writers_are_killed(&Place::sqlite(), SyncPolicy::EverySecond).await;
}

/// The nth request of a task, which has a lane of its own: what its voucher covers is never the limit.
fn asked(round: u64, task: u64, n: u64) -> (u64, Admission) {
	let number = (round * TASKS + task) * 1_000_000 + n;
	let paid = paid(number, CHANNEL, task as u16, u128::MAX);
	(number, Admission { key: Some(key(9).id), ..paid })
}

fn charge(number: u64) -> u128 {
	1 + u128::from(number % 97)
}

/// Said after it is written: one line, whole or not at all for who reads up to the line's end.
fn say(what: &str, number: u64) {
	std::io::stdout().write_all(format!("\n{what} {number}\n").as_bytes()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process that is killed by the tests here"]
async fn writer() {
	let sync = match std::env::var(EVERY_SECOND) {
		Ok(_) => SyncPolicy::EverySecond,
		Err(_) => SyncPolicy::Always,
	};
	let store = open_with(&std::env::var(TARGET).unwrap(), sync).await.unwrap();
	let round: u64 = std::env::var(ROUND).unwrap().parse().unwrap();
	let tasks = (0..TASKS).map(|task| {
		let store = store.clone();
		tokio::spawn(async move {
			let mut waiting = Vec::new();
			for n in 0.. {
				let (number, admission) = asked(round, task, n);
				assert_eq!(store.admit(&admission, 0).await, Ok(Admitted::New));
				say("admitted", number);
				store.dispatch(id(number), public(1), n).await.unwrap();
				say("dispatched", number);
				if n % 5 == 4 {
					assert_eq!(store.fail(id(number), "late", n).await, Ok(true));
					say("failed", number);
					continue;
				}
				let answer = answer(&admission, charge(number));
				assert_eq!(store.finish(id(number), &answer, 0, n).await, Ok(true));
				say("finished", number);
				waiting.push(id(number));
				if waiting.len() == 3 {
					store.batch(hash(number), &waiting, n).await.unwrap();
					say("batched", number);
					waiting.clear();
				}
			}
		})
	});
	futures::future::join_all(tasks).await;
}

/// Lets a process write until it has said so many lines, kills it, and returns all that it has said.
fn killed(place: &Place, round: u64, after: usize, sync: SyncPolicy) -> Vec<(String, u64)> {
	let mut writer = Command::new(std::env::current_exe().unwrap());
	writer.args(["--exact", "writer", "--ignored", "--nocapture", "--test-threads=1"]);
	writer.env(TARGET, place.target()).env(ROUND, round.to_string());
	if sync == SyncPolicy::EverySecond {
		writer.env(EVERY_SECOND, "1");
	}
	let mut writer = writer.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
	let mut output = BufReader::new(writer.stdout.take().unwrap());
	let mut said = Vec::new();
	let mut line = String::new();
	while output.read_line(&mut line).unwrap() > 0 {
		// What has no end was not said.
		let words = line.strip_suffix('\n').and_then(|line| line.split_once(' '));
		if let Some((what, Ok(number))) = words.map(|(what, number)| (what, number.parse())) {
			said.push((what.to_owned(), number));
			if said.len() == after {
				writer.kill().unwrap();
			}
		}
		line.clear();
	}
	let status = writer.wait().unwrap();
	assert_eq!(status.code(), None, "it should have written until it was killed");
	said
}

async fn writes_should_be_whole_when_the_writer_is_killed(place: &Place) {
	writers_are_killed(place, SyncPolicy::Always).await;
}

async fn writers_are_killed(place: &Place, sync: SyncPolicy) {
	let store = place.open().await;
	store.put_key(&key(9)).await.unwrap();
	drop(store);
	// Numbers that look drawn, the same in each run; where they hit, the machine decides.
	let mut drawn = 0x9e37_79b9_7f4a_7c15_u64;
	let mut finished = 0;
	for round in 0..ROUNDS {
		drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
		let after = 100 + (drawn >> 33) as usize % 600;
		let said = killed(place, round, after, sync);
		let store = place.open().await;
		for (what, number) in &said {
			let there = store.request(id(*number)).await.unwrap();
			let state = there.map(|record| record.state);
			let is_there = match (what.as_str(), state) {
				("admitted", Some(_)) => true,
				("dispatched", Some(state)) => state != State::Authorised,
				("failed", Some(state)) => state == State::Failed("late".into()),
				("finished", Some(state)) => matches!(state, State::Receipted | State::Batched),
				("batched", Some(state)) => state == State::Batched,
				_ => false,
			};
			assert!(is_there, "round {round}, after {after}: {what} {number} is lost");
			finished += u32::from(what == "finished");
		}
		is_whole(&*store).await;
		// Nobody works on these any more.
		for record in store.unfinished().await.unwrap() {
			let id = record.admission.request.hash();
			assert_eq!(store.fail(id, "its gateway was killed", 1).await, Ok(true));
		}
	}
	assert!(finished > 100, "only {finished} were finished: nothing was tested");
}

/// One request from its admission to its receipt, by a caller that asks again what it got no answer to.
async fn insist(store: &dyn Store, number: u64, admission: &Admission) {
	let again = async || tokio::time::sleep(Duration::from_millis(20)).await;
	loop {
		match store.admit(admission, 0).await {
			Ok(Admitted::New) => break,
			Err(StoreError::Database(_)) => again().await,
			// It is not there unless this was told so.
			other => panic!("{other:?}"),
		}
	}
	loop {
		match store.finish(id(number), &answer(admission, charge(number)), 0, 5).await {
			Ok(true) => return,
			Err(StoreError::Database(_)) => again().await,
			other => panic!("{other:?}"),
		}
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_should_be_done_once_when_the_connection_is_lost_at_any_word() {
	let Place::Postgres(server) = Place::postgres() else { unreachable!() };
	let wire = Wire::to(server.folder());
	let store = open(&wire.url("postgres")).await.unwrap();
	store.put_key(&key(9)).await.unwrap();
	let mut cuts = 0;
	// More than a transaction has, so that each of its words is the last one in some of them: those that
	// begin it, those that write, and the commit, which the server has done when nobody hears of it.
	for words in 0..24 {
		let (number, admission) = asked(0, words % TASKS, words / TASKS);
		wire.cut_after(words as u32 % 12);
		assert_eq!(store.admit(&admission, 0).await, Ok(Admitted::New), "{words}");
		let answer = answer(&admission, charge(number));
		assert_eq!(store.finish(id(number), &answer, 0, 5).await, Ok(true), "{words}");
		assert_eq!(store.finish(id(number), &answer, 0, 6).await, Ok(false), "{words}");
		cuts += u32::from(wire.is_cut());
	}
	assert!(cuts > 12, "only {cuts} cuts");
	is_whole(&*store).await;
	assert_eq!(store.unbatched(u32::MAX).await.unwrap().len(), 24);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_should_charge_each_once_when_its_server_is_killed() {
	let mut place = Place::postgres();
	let store = place.open().await;
	store.put_key(&key(9)).await.unwrap();
	let (is_over, receipts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
	let tasks: Vec<_> = (0..TASKS)
		.map(|task| {
			let (store, is_over, receipts) = (store.clone(), is_over.clone(), receipts.clone());
			tokio::spawn(async move {
				for n in 0.. {
					if is_over.load(Ordering::Relaxed) {
						break;
					}
					let (number, admission) = asked(0, task, n);
					insist(&*store, number, &admission).await;
					receipts.fetch_add(1, Ordering::Relaxed);
				}
			})
		})
		.collect();
	let Place::Postgres(server) = &mut place else { unreachable!() };
	for round in 0..6 {
		while receipts.load(Ordering::Relaxed) < 37 * (round + 1) {
			tokio::time::sleep(Duration::from_millis(1)).await;
		}
		tokio::task::block_in_place(|| {
			server.stop();
			server.go_on();
		});
	}
	is_over.store(true, Ordering::Relaxed);
	for task in tasks {
		task.await.unwrap();
	}
	is_whole(&*store).await;
	assert_eq!(store.unfinished().await, Ok(vec![]));
	let there = store.unbatched(u32::MAX).await.unwrap().len() as u64;
	assert_eq!(there, receipts.load(Ordering::Relaxed));
}

/// What lanes and keys have paid is what receipts charge, and batches have all of their requests.
async fn is_whole(store: &dyn Store) {
	let mut lanes: BTreeMap<u16, u128> = BTreeMap::new();
	for batch in store.open_batches().await.unwrap() {
		if batch.state == BatchState::Partial {
			store.dissolve(batch.root).await.unwrap();
		}
	}
	let mut receipts = store.unbatched(u32::MAX).await.unwrap();
	for batch in store.open_batches().await.unwrap() {
		let of_batch = store.receipts_of(batch.root).await.unwrap();
		assert_eq!(of_batch.len(), 3, "the batch {:?}", batch.root);
		receipts.extend(of_batch);
	}
	for receipt in &receipts {
		*lanes.entry(receipt.receipt.lane).or_default() += receipt.receipt.charge;
	}
	let there = store.lanes(CHANNEL).await.unwrap();
	let there: BTreeMap<_, _> = there.into_iter().map(|lane| (lane.lane, lane.spent)).collect();
	assert_eq!(there, lanes);
	let spent = store.key(key(9).id).await.unwrap().unwrap().spent;
	assert_eq!(spent, lanes.values().sum::<u128>());
}
