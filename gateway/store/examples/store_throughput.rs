//! How many requests a second go through admission, dispatch and finish, with 64 at once, each on disk
//! before its next step.
//!
//! ```text
//! cargo run --release -p reckon-gateway-store --example store_throughput [REQUESTS] [new FILE or empty postgres://…]
//! ```
//!
//! Without a place: in a temporary file and in a temporary PostgreSQL server, one after the other.

#[path = "../tests/common/mod.rs"]
mod common;

use common::{answer, id, key, paid, public, Place, CHANNEL};
use reckon_gateway_store::{open, Admission, Admitted, Store};
use std::{
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};

const TASKS: u16 = 64;

#[tokio::main]
async fn main() {
	let mut args = std::env::args().skip(1);
	let requests = args.next().map_or(20_000, |count| count.parse().expect("a number of requests"));
	match args.next() {
		Some(target) => measure(&target, &target, requests).await,
		None => {
			let place = Place::sqlite();
			measure("SQLite", &place.target(), requests).await;
			let place = Place::postgres();
			measure("PostgreSQL", &place.target(), requests).await;
		},
	}
}

async fn measure(name: &str, target: &str, requests: u64) {
	let store = open(target).await.expect("the store opens");
	store.put_key(&key(9)).await.expect("the store is new");
	let next = Arc::new(AtomicU64::new(0));
	let begun = Instant::now();
	let tasks: Vec<_> = (0..TASKS)
		.map(|lane| tokio::spawn(ask(store.clone(), next.clone(), requests, lane)))
		.collect();
	let mut took = Vec::new();
	for task in tasks {
		took.extend(task.await.expect("no request fails"));
	}
	let seconds = begun.elapsed().as_secs_f64();
	took.sort();
	let of = |share: usize| took.get(took.len() * share / 100).copied().unwrap_or_default();
	println!(
		"{name}: {:.0} requests/s, each three writes; all three of a request: p50 {:.1?}, p99 {:.1?}",
		took.len() as f64 / seconds,
		of(50),
		of(99)
	);
}

/// Takes requests through their steps on one lane, until there are no more; how long each took.
async fn ask(store: Arc<dyn Store>, next: Arc<AtomicU64>, end: u64, lane: u16) -> Vec<Duration> {
	let mut took = Vec::new();
	loop {
		let n = next.fetch_add(1, Ordering::Relaxed);
		if n >= end {
			return took;
		}
		let paid = paid(n, CHANNEL, lane, u128::MAX);
		let payload = vec![b'a'; 1_000];
		let admission = Admission { key: Some(key(9).id), repeat: Some(id(n)), payload, ..paid };
		let mut answer = answer(&admission, 100);
		answer.output = vec![b'b'; 1_000];
		let begun = Instant::now();
		assert_eq!(store.admit(&admission, 0).await, Ok(Admitted::New));
		store.dispatch(id(n), public(1), n).await.expect("it is admitted");
		assert_eq!(store.finish(id(n), &answer, 0, n).await, Ok(true));
		took.push(begun.elapsed());
	}
}
