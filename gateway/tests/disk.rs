//! What a client hears, and a worker, while the disk is at rest.

#![allow(missing_docs)]

mod common;

use common::{bounds, hear, Manner, Net, Table};
use reckon_gateway::desk::Piece;
use reckon_gateway_protocol::v1::to_worker;
use reckon_gateway_store::{Database, State, SyncPolicy};
use reckon_primitives::Balance;
use std::{
	sync::{Arc, Condvar, Mutex},
	time::Duration,
};
use tokio::time::timeout;

const MUCH: Balance = 1_000_000;
/// As long as nothing that is to wait may take.
const WHILE: Duration = Duration::from_millis(200);

/// A disk that can be at rest.
#[derive(Clone)]
struct Disk(Arc<(Mutex<bool>, Condvar)>);

impl Disk {
	fn rests(&self, at_rest: bool) {
		*self.0 .0.lock().unwrap() = at_rest;
		self.0 .1.notify_all();
	}

	async fn net(&self, dir: &tempfile::TempDir) -> Net {
		let disk = self.clone();
		let sync = move || {
			let at_rest = disk.0 .0.lock().unwrap();
			drop(disk.0 .1.wait_while(at_rest, |at_rest| *at_rest).unwrap());
			Ok(())
		};
		let path = dir.path().join("gateway.sqlite");
		let store = Database::sqlite_on(path, SyncPolicy::Always, sync).await.unwrap();
		Net::with(Arc::new(store), Arc::new(Table::default()), bounds()).await
	}
}

#[tokio::test]
async fn text_should_be_told_when_its_request_is_on_the_disk() {
	let dir = tempfile::tempdir().unwrap();
	let disk = Disk(Arc::default());
	let net = disk.net(&dir).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let _worker = net.worker(10, Manner::Slow(2)).await;
	disk.rests(true);
	// The worker has taken it, and has said two words or is about to.
	let mut answering = net.ask(&key).await.unwrap();
	assert!(timeout(WHILE, answering.next()).await.is_err());
	disk.rests(false);
	assert!(matches!(answering.next().await, Some(Piece::Text { text, .. }) if text == "one "));
	assert!(matches!(answering.next().await, Some(Piece::Text { text, .. }) if text == "two "));
}

#[tokio::test]
async fn end_should_be_told_when_its_receipt_is_on_the_disk() {
	let dir = tempfile::tempdir().unwrap();
	let disk = Disk(Arc::default());
	let net = disk.net(&dir).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let mut worker = net.worker(10, Manner::Honest).await;
	disk.rests(true);
	let mut answering = net.ask(&key).await.unwrap();
	let id = answering.id();
	let is_stored = |message: &to_worker::Message| matches!(message, to_worker::Message::Stored(_));
	assert!(timeout(WHILE, answering.next()).await.is_err());
	assert!(timeout(WHILE, worker.hears(is_stored)).await.is_err(), "nobody is acknowledged");
	disk.rests(false);
	let (text, end) = hear(&mut answering).await;
	assert_eq!((text.as_str(), end.is_ok()), ("one two three four", true));
	assert!(worker.hears(is_stored).await);
	assert_eq!(net.store.request(id).await.unwrap().unwrap().state, State::Receipted);
}
