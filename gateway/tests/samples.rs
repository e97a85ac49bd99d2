//! What a gateway takes of models whose answers may be audited, and what it shows of its batches.

#![allow(missing_docs)]

mod common;

use common::{hear, Lying, Manner, Net};
use reckon_gateway::{
	batches::{self, Rhythm},
	chain::Drawn,
	samples,
};
use reckon_gateway_store::State;
use reckon_primitives::Balance;
use reckon_receipts::sampled;
use sp_core::H256;
use sp_runtime::Permill;
use std::time::Duration;
use tokio::time::timeout;

const MUCH: Balance = 1_000_000;

/// A gateway whose model's answers may be audited.
async fn net(dir: &std::path::Path) -> Net {
	let net = Net::new(dir).await;
	*net.chain.audited.lock().unwrap() = true;
	net.look().await;
	net
}

#[tokio::test]
async fn answer_should_be_taken_only_when_it_is_committed_to() {
	let dir = tempfile::tempdir().unwrap();
	let net = net(dir.path()).await;
	let key = net.key(MUCH, 2, MUCH).await;
	let liar = net.worker(10, Manner::Lies(Lying::Uncommitted)).await;
	let mut answering = net.ask(&key).await.unwrap();
	let refused = timeout(Duration::from_secs(20), hear(&mut answering)).await.unwrap().1;
	assert!(refused.is_err());
	assert_eq!(net.store.request(answering.id()).await.unwrap().unwrap().answer, None);
	drop(liar);

	let _honest = net.worker(11, Manner::Honest).await;
	let mut answering = net.ask(&key).await.unwrap();
	timeout(Duration::from_secs(20), hear(&mut answering)).await.unwrap().1.unwrap();
	let taken = net.store.request(answering.id()).await.unwrap().unwrap().answer.unwrap();
	assert!(taken.receipt.receipt.commitment.is_some());
}

#[tokio::test]
async fn receipt_that_the_lot_fell_on_should_be_shown_with_its_request() {
	let dir = tempfile::tempdir().unwrap();
	let net = net(dir.path()).await;
	let key = net.key(MUCH, 2, MUCH).await;
	let _worker = net.worker(10, Manner::Honest).await;
	let mut ids = Vec::new();
	for _ in 0..5 {
		let mut answering = net.ask(&key).await.unwrap();
		hear(&mut answering).await.1.unwrap();
		ids.push(answering.id());
	}
	let rhythm = Rhythm::new(Duration::from_millis(30), 1_000);
	let clerk = tokio::spawn(batches::run(net.rooms.clone(), rhythm));
	let all_batched = async {
		for id in &ids {
			while net.store.request(*id).await.unwrap().unwrap().state != State::Batched {
				net.look().await;
				tokio::time::sleep(Duration::from_millis(20)).await;
			}
		}
	};
	timeout(Duration::from_secs(10), all_batched).await.unwrap();
	tokio::time::sleep(Duration::from_millis(100)).await;
	clerk.abort();

	let (seed, rate) = (H256::repeat_byte(3), Permill::one());
	let batches: Vec<_> =
		net.chain.batches.lock().unwrap().iter().map(|(root, id, _)| (*root, *id)).collect();
	for (nth, (_, id)) in batches.iter().enumerate() {
		// The first is drawn later.
		let drawn = match nth {
			0 => Drawn::Later,
			_ => Drawn::Totals { seed, unshown: vec![(0, rate)] },
		};
		net.chain.drawn.lock().unwrap().insert(*id, drawn);
	}
	let shower = tokio::spawn(samples::run(net.rooms.clone()));
	tokio::time::sleep(Duration::from_millis(300)).await;
	let unshown = vec![(0, rate)];
	net.chain.drawn.lock().unwrap().insert(batches[0].1, Drawn::Totals { seed, unshown });
	let all_shown = async {
		while net.chain.shown.lock().unwrap().len() < batches.len() {
			tokio::time::sleep(Duration::from_millis(50)).await;
		}
	};
	timeout(Duration::from_secs(30), all_shown).await.unwrap();
	shower.abort();
	let shown = net.chain.shown.lock().unwrap().clone();
	for (batch, item, request) in shown {
		let (root, _) = batches.iter().find(|(_, id)| *id == batch).unwrap();
		let receipts = net.store.receipts_of(*root).await.unwrap();
		let tree = reckon_receipts::BatchTree::new(receipts).unwrap();
		let total = tree.totals()[0].receipts;
		let point = sampled(&seed, 0, rate, total.sum).unwrap();
		assert!(item.span(&total).unwrap().contains(&point));
		assert_eq!(request.hash(), item.receipt.receipt.request);
	}
}
