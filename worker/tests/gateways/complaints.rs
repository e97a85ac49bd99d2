//! What a worker does about receipts that its gateway does not acknowledge, or acknowledges and does not pay.

use crate::{
	court::{FakeCourt, BLOCK},
	harness::*,
};
use codec::{DecodeAll, Encode};
use reckon_engine::SchedulerConfig;
use reckon_gateway_protocol::v1::{self, from_worker, to_worker};
use reckon_receipts::{BatchTree, SignedReceipt};
use reckon_sdk::{AccountId, BatchState, Rejection, H256};
use reckon_worker::{
	gateways::{court::Ended, Limits},
	status::Status,
};
use sp_core::Pair;
use std::{sync::Arc, time::Duration};

/// The first block in which a gateway is asked about what it has taken at the beginning.
const ASKED: u32 = BLOCK + 21;
/// Well after the time for which it is asked.
const ENOUGH: u32 = ASKED + 40;
const BATCH: H256 = H256([77; 32]);

struct Stage {
	dir: tempfile::TempDir,
	ledger: FakeLedger,
	court: FakeCourt,
	schedulers: Arc<reckon_worker::schedulers::Schedulers>,
	gateway: Gateway,
	worker: Worker,
	stream: Stream,
	nonce: u8,
}

async fn stage(limits: Limits) -> Stage {
	let dir = tempfile::tempdir().unwrap();
	let gate = Gate::default();
	gate.let_pass(10_000);
	let schedulers = alphabet(dir.path(), &gate, SchedulerConfig::default());
	let ledger = FakeLedger::default();
	let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
	let worker = Worker::trusting(dir.path(), &ledger, &schedulers, &[&gateway], limits).await;
	let stream = gateway.join(&worker).await;
	let court = ledger.court.clone();
	Stage { dir, ledger, court, schedulers, gateway, worker, stream, nonce: 0 }
}

impl Stage {
	fn ask(&mut self) -> Ask {
		self.nonce += 1;
		self.gateway.ask(MODEL, self.nonce, r#"{"prompt":"a"}"#)
	}

	/// A request that is answered; its receipt.
	async fn answered(&mut self) -> Vec<u8> {
		let ask = self.ask();
		self.stream.hand(&ask).await;
		self.stream.lease(&self.worker, &self.gateway, &ask).await;
		self.stream.rest(&ask).await.1.receipt
	}

	async fn refused(&mut self) -> v1::Refused {
		let ask = self.ask();
		self.stream.hand(&ask).await;
		self.stream.refusal(&ask).await
	}

	/// A receipt that the gateway has acknowledged, as the worker knows.
	async fn acknowledged(&mut self) -> Vec<u8> {
		let receipt = self.answered().await;
		let before = self.worker.shared.status().unpaid;
		self.stream.acknowledge(&self.gateway, &receipt, BLOCK).await;
		self.until(|status| status.unpaid > before).await;
		receipt
	}

	async fn until(&self, holds: impl Fn(&Status) -> bool) {
		while !holds(&self.worker.shared.status()) {
			tokio::time::sleep(Duration::from_millis(2)).await;
		}
	}

	/// What the worker asks, after this block.
	async fn inquiry(&mut self, block: u32) -> Vec<Vec<u8>> {
		self.court.pass(block).await;
		match self.stream.next().await {
			from_worker::Message::Inquiry(inquiry) => inquiry.requests,
			other => panic!("{other:?}"),
		}
	}

	async fn prove(&mut self, proved: Vec<v1::Proved>) {
		let proofs = v1::Proofs { proved, retry_after_millis: 0 };
		self.stream.say(to_worker::Message::Proofs(proofs)).await;
	}

	/// Ends the worker and starts it again.
	async fn again(mut self) -> Self {
		self.worker.kill().await;
		self.worker =
			Worker::start(self.dir.path(), &self.ledger, &self.schedulers, &[&self.gateway]).await;
		self.stream = self.gateway.joined_by(&self.worker).await;
		self
	}

	fn calls(&self) -> Vec<(u32, H256)> {
		self.court.write(|docket| docket.calls.iter().map(|(at, owed)| (*at, owed.id())).collect())
	}

	fn metric(&self, line: &str) -> bool {
		self.worker.shared.metrics().lines().any(|found| found == line)
	}
}

fn signed(receipt: &[u8]) -> SignedReceipt<AccountId> {
	SignedReceipt::decode_all(&mut &*receipt).unwrap()
}

fn id(receipt: &[u8]) -> H256 {
	signed(receipt).leaf().hash
}

/// A batch of these receipts, and the proof of the first.
fn batch(receipts: &[&[u8]]) -> (reckon_receipts::Root, v1::Proved) {
	let tree = BatchTree::new(receipts.iter().map(|receipt| signed(receipt))).unwrap();
	let first = signed(receipts[0]);
	let place = tree.places().find(|(_, signed)| **signed == first).unwrap().0;
	let proof = tree.proof(place.0, place.1).unwrap().encode();
	let (request, batch) = (first.receipt.request.0.to_vec(), BATCH.0.to_vec());
	(tree.root(), v1::Proved { request, batch, proof })
}

#[tokio::test]
async fn receipt_should_be_complained_about_when_its_gateway_acknowledges_and_never_commits() {
	let mut stage = stage(Limits::default()).await;
	let receipt = stage.acknowledged().await;
	stage.court.pass(ASKED - 3).await;
	let requests = stage.inquiry(ASKED).await;
	assert_eq!(requests, [signed(&receipt).receipt.request.0]);
	stage.prove(Vec::new()).await;
	stage.court.pass(ASKED + 20).await;
	assert_eq!(stage.calls(), [], "it has time for its answer");
	stage.court.pass(ENOUGH).await;
	stage.court.holds(|docket| docket.calls.len() == 1).await;
	let (at, about) = stage.calls()[0];
	assert!(at >= ASKED + 25);
	assert_eq!(about, id(&receipt));
	stage.until(|status| status.complaints == 1).await;
	// Nothing is done for such a gateway until that is over.
	while !matches!(stage.stream.next().await, from_worker::Message::Inquiry(_)) {}
	let refused = stage.refused().await;
	assert_eq!(refused.reason, "Busy");
	assert!(refused.text.starts_with("complaints are open about receipts"), "{}", refused.text);
	assert!(stage.worker.shared.status().gateways[&stage.gateway.url].halted.is_some());

	stage.court.write(|docket| {
		docket.open.clear();
		docket.ended.insert(about, Ended::Upheld { paid: 40, slashed: 1_000 });
	});
	stage.court.pass(ENOUGH + 30).await;
	stage.until(|status| (status.unpaid, status.complaints) == (0, 0)).await;
	assert!(stage.metric("reckon_worker_complaints_total{result=\"upheld\"} 1"));
	stage.answered().await;
	assert_eq!(stage.worker.shared.status().gateways[&stage.gateway.url].halted, None);
	stage.court.pass(ENOUGH + 31).await;
	assert_eq!(stage.calls().len(), 1);
}

#[tokio::test]
async fn complaint_should_end_as_the_chain_says() {
	for (ended, metric) in [
		(Ended::Answered(BATCH), "answered"),
		(Ended::Upheld { paid: 1, slashed: 2 }, "upheld"),
		(Ended::Dropped, "dropped"),
	] {
		let mut stage = stage(Limits::default()).await;
		let receipt = stage.acknowledged().await;
		stage.inquiry(ASKED).await;
		stage.court.pass(ENOUGH).await;
		stage.until(|status| status.complaints == 1).await;
		stage.court.write(|docket| {
			docket.open.clear();
			docket.ended.insert(id(&receipt), ended);
		});
		stage.court.pass(ENOUGH + 30).await;
		stage.until(|status| status.unpaid == 0).await;
		assert!(stage.metric(&format!("reckon_worker_complaints_total{{result=\"{metric}\"}} 1")));
	}
}

#[tokio::test]
async fn receipt_should_be_done_when_its_batch_is_proved_and_paid() {
	let mut stage = stage(Limits::default()).await;
	let (receipt, other) = (stage.acknowledged().await, stage.acknowledged().await);
	let (root, proved) = batch(&[&receipt, &other]);
	stage.court.commit(BATCH, stage.gateway.account, root, BatchState::Waiting);
	assert_eq!(stage.inquiry(ASKED).await.len(), 2);
	let (_, second) = batch(&[&other, &receipt]);
	assert_ne!(second.request, proved.request);
	stage.prove(vec![proved]).await;
	// Only what is not proved is asked for again.
	let again = stage.inquiry(ASKED + 2).await;
	assert_eq!(again, [signed(&other).receipt.request.0]);
	let (root, second) = batch(&[&other]);
	stage.court.commit(H256([78; 32]), stage.gateway.account, root, BatchState::Paying);
	stage.prove(vec![v1::Proved { batch: vec![78; 32], ..second }]).await;
	stage.until(|status| status.unpaid == 1).await;
	stage.court.pass(ENOUGH).await;
	stage.court.write(|docket| {
		docket.batches.get_mut(&BATCH).unwrap().state = BatchState::Settled;
	});
	stage.court.pass(ENOUGH + 60).await;
	stage.until(|status| status.unpaid == 0).await;
	assert_eq!(stage.calls(), []);
	assert!(stage.metric("reckon_worker_receipts_lost_total 0"));
}

#[tokio::test]
async fn receipt_should_be_complained_about_when_its_batch_is_rejected() {
	let mut stage = stage(Limits::default()).await;
	let receipt = stage.acknowledged().await;
	let (root, proved) = batch(&[&receipt]);
	stage.court.commit(BATCH, stage.gateway.account, root, BatchState::Waiting);
	stage.inquiry(ASKED).await;
	stage.prove(vec![proved]).await;
	stage.court.holds(|docket| docket.looked == 1).await;
	stage.court.pass(ENOUGH).await;
	stage.court.pass(ENOUGH + 30).await;
	assert_eq!(stage.calls(), []);
	stage.court.write(|docket| {
		let batch = docket.batches.get_mut(&BATCH).unwrap();
		batch.state = BatchState::Rejected(Rejection::Unavailable);
	});
	stage.court.pass(ENOUGH + 60).await;
	stage.court.pass(ENOUGH + 62).await;
	stage.court.holds(|docket| docket.calls.len() == 1).await;
}

/// Spoils a proof, or the batch that the chain has.
type Spoil = fn(&Stage, &mut v1::Proved);

#[tokio::test]
async fn proof_should_count_only_when_the_chain_has_the_gateways_batch_with_the_receipt() {
	let spoilt: &[Spoil] = &[
		|_, proved| proved.batch = vec![78; 32],
		|_, proved| proved.batch = vec![77; 33],
		|_, proved| proved.request = vec![1; 32],
		|_, proved| proved.proof.push(0),
		|_, proved| proved.proof = vec![0; 1 << 20],
		// The path, and the charge.
		|_, proved| *proved.proof.last_mut().unwrap() ^= 1,
		|stage, _| {
			let other = reckon_sdk::account([1; 32]);
			stage.court.write(|docket| docket.batches.get_mut(&BATCH).unwrap().gateway = other);
		},
		|stage, _| {
			stage.court.write(|docket| {
				let batch = docket.batches.get_mut(&BATCH).unwrap();
				batch.state = BatchState::Returning(Rejection::Leaves);
			});
		},
	];
	for spoil in spoilt {
		let mut stage = stage(Limits::default()).await;
		let (receipt, other) = (stage.acknowledged().await, stage.answered().await);
		let (root, mut proved) = batch(&[&receipt, &other]);
		stage.court.commit(BATCH, stage.gateway.account, root, BatchState::Settled);
		stage.inquiry(ASKED).await;
		spoil(&stage, &mut proved);
		stage.prove(vec![proved]).await;
		// It is looked at before the time is over, or so wrong that it is passed over.
		let court = stage.court.clone();
		tokio::select! {
			() = court.holds(|docket| docket.looked > 0) => {},
			again = stage.stream.next() => assert!(matches!(again, from_worker::Message::Inquiry(_))),
		}
		stage.court.pass(ENOUGH).await;
		stage.court.holds(|docket| docket.calls.len() == 1).await;
		assert_eq!(stage.calls()[0].1, id(&receipt));
	}
}

#[tokio::test]
async fn proofs_should_be_nothing_when_nobody_has_asked_for_them() {
	let mut stage = stage(Limits::default()).await;
	let receipt = stage.acknowledged().await;
	let (root, proved) = batch(&[&receipt]);
	stage.court.commit(BATCH, stage.gateway.account, root, BatchState::Settled);
	stage.prove(vec![proved]).await;
	// What comes after it on the stream was heard after it.
	stage.acknowledged().await;
	assert_eq!(stage.worker.shared.status().unpaid, 2);
	assert_eq!(stage.inquiry(ASKED).await.len(), 2);
}

#[tokio::test]
async fn gateway_should_have_no_more_work_when_it_acknowledges_nothing() {
	let limits = Limits { unacknowledged: 3, ..Limits::default() };
	let mut stage = stage(limits).await;
	let mut receipts = Vec::new();
	for _ in 0..4 {
		receipts.push(stage.answered().await);
	}
	let refused = stage.refused().await;
	assert_eq!(refused.reason, "Busy");
	assert_eq!(refused.text, "the gateway has not acknowledged more than 3 receipts");
	let url = stage.gateway.url.clone();
	let traffic = |stage: &Stage| stage.worker.shared.status().gateways[&url].clone();
	assert_eq!(traffic(&stage).halted.as_deref(), Some(refused.text.as_str()));
	assert_eq!(traffic(&stage).unacknowledged, 4);
	let halted = format!("reckon_worker_gateway_halted{{gateway=\"{url}\",is=\"halted\"}} 1");
	assert!(stage.metric(&halted));

	// It is so in the next life, and the receipts are sent again.
	let mut stage = stage.again().await;
	for _ in 0..4 {
		let from_worker::Message::Finished(finished) = stage.stream.next().await else { panic!() };
		assert!(receipts.contains(&finished.receipt));
	}
	stage.worker.kill().await;
	let gateways = [&stage.gateway];
	stage.worker =
		Worker::trusting(stage.dir.path(), &stage.ledger, &stage.schedulers, &gateways, limits)
			.await;
	stage.stream = stage.gateway.joined_by(&stage.worker).await;
	for _ in 0..4 {
		assert!(matches!(stage.stream.next().await, from_worker::Message::Finished(_)));
	}
	assert_eq!(stage.refused().await.reason, "Busy");
	// One word is enough for the next one.
	stage.stream.acknowledge(&stage.gateway, &receipts[0], BLOCK).await;
	stage.until(|status| status.unpaid == 1).await;
	stage.answered().await;
	assert_eq!(traffic(&stage).halted, None);
	assert_eq!(stage.refused().await.reason, "Busy");
}

#[tokio::test]
async fn gateway_should_have_no_more_work_when_it_says_that_nobody_is_paid() {
	let limits = Limits { unacknowledged: 3, ..Limits::default() };
	// It takes none of them, or signs what is worth nothing: of long ago, or of the future.
	for taken_at in [None, Some(1), Some(BLOCK + 200)] {
		let mut stage = stage(limits).await;
		stage.court.pass(BLOCK + 150).await;
		for _ in 0..4 {
			let receipt = stage.answered().await;
			match taken_at {
				None => {
					let request = signed(&receipt).receipt.request;
					stage.stream.say_stored(request, Vec::new()).await;
				},
				Some(block) => stage.stream.acknowledge(&stage.gateway, &receipt, block).await,
			}
		}
		assert_eq!(stage.refused().await.reason, "Busy", "{taken_at:?}");
		assert_eq!(stage.worker.shared.status().unpaid, 0);
	}
}

#[tokio::test]
async fn stream_should_end_when_an_acknowledgement_is_a_lie() {
	let mut stage = stage(Limits::default()).await;
	let (receipt, other) = (stage.answered().await, stage.answered().await);
	let request = signed(&receipt).receipt.request;
	let liar = Gateway::closed(&FakeLedger::default(), 2, &[MODEL]).await;
	for nth in 0..3 {
		match nth {
			0 => stage.stream.acknowledge(&liar, &receipt, BLOCK).await,
			1 => stage.stream.say_stored(request, vec![1; 40]).await,
			// Right, but of another receipt.
			_ => {
				use reckon_receipts::{Acknowledgement, SignedAcknowledgement};
				let acknowledgement = Acknowledgement { receipt: id(&other), taken_at: BLOCK };
				let signature = stage.gateway.key.sign(&acknowledgement.payload(&GENESIS));
				let signed = SignedAcknowledgement { acknowledgement, signature };
				stage.stream.say_stored(request, signed.encode()).await;
			},
		}
		stage.stream.ended().await;
		stage.stream = stage.gateway.joined_by(&stage.worker).await;
		// Both still wait.
		for _ in 0..2 {
			assert!(matches!(stage.stream.next().await, from_worker::Message::Finished(_)));
		}
	}
	assert_eq!(stage.worker.shared.status().unpaid, 0);
	// Another's receipt is not this gateway's to acknowledge.
	stage.stream.say_stored(H256([5; 32]), vec![1; 40]).await;
	stage.stream.acknowledge(&stage.gateway, &receipt, BLOCK).await;
	stage.until(|status| status.unpaid == 1).await;
}

#[tokio::test]
async fn complaint_should_be_made_once_when_the_worker_is_killed_in_between() {
	let mut stage = stage(Limits::default()).await;
	let receipt = stage.acknowledged().await;
	let mut stage = stage.again().await;
	stage.until(|status| status.unpaid == 1).await;
	stage.inquiry(ASKED).await;
	let stage = stage.again().await;
	// The time that the gateway had in the earlier life counts, and the complaint's end is not heard of.
	stage.court.write(|docket| docket.mute = true);
	stage.court.pass(ENOUGH).await;
	stage.court.holds(|docket| docket.calls.len() == 1).await;
	let stage = stage.again().await;
	stage.court.pass(ENOUGH + 60).await;
	stage.court.pass(ENOUGH + 80).await;
	assert_eq!(stage.calls().len(), 1, "it may be on its way");
	stage.court.pass(ENOUGH + 135).await;
	stage.court.pass(ENOUGH + 140).await;
	assert_eq!(stage.calls().len(), 1, "the chain has it");
	stage.until(|status| status.complaints == 1).await;
	stage.court.write(|docket| {
		docket.open.clear();
		docket.ended.insert(id(&receipt), Ended::Upheld { paid: 1, slashed: 1 });
	});
	let stage = stage.again().await;
	stage.court.pass(ENOUGH + 150).await;
	stage.until(|status| status.unpaid == 0).await;
	assert!(stage.metric("reckon_worker_complaints_total{result=\"upheld\"} 1"));
	assert_eq!(stage.calls().len(), 1);
}

#[tokio::test]
async fn nobody_should_complain_when_the_chain_would_not_hear_it_or_there_is_no_money_or_room() {
	let mut stage = stage(Limits { complaints: 1, ..Limits::default() }).await;
	let (one, other) = (stage.acknowledged().await, stage.acknowledged().await);
	assert_eq!(stage.inquiry(ASKED).await.len(), 2);
	stage.court.write(|docket| docket.objection = Some("its provider has no bond"));
	stage.court.pass(ENOUGH).await;
	stage.court.write(|docket| (docket.objection, docket.poor) = (None, true));
	// They were put off for as long as the gateway is asked.
	stage.court.pass(ENOUGH + 10).await;
	stage.court.pass(ENOUGH + 40).await;
	assert_eq!(stage.calls(), []);
	stage.court.write(|docket| docket.poor = false);
	stage.court.pass(ENOUGH + 42).await;
	stage.court.holds(|docket| docket.calls.len() == 1).await;
	stage.court.pass(ENOUGH + 44).await;
	assert_eq!(stage.calls().len(), 1, "one at once");
	// When it is through, the gateway is asked again for the other one.
	let first = stage.calls()[0].1;
	stage.court.write(|docket| {
		docket.open.clear();
		docket.ended.insert(first, Ended::Answered(BATCH));
	});
	stage.court.pass(ENOUGH + 60).await;
	stage.until(|status| (status.unpaid, status.complaints) == (1, 0)).await;
	stage.court.pass(ENOUGH + 70).await;
	assert_eq!(stage.calls().len(), 1);
	stage.court.pass(ENOUGH + 100).await;
	stage.court.holds(|docket| docket.calls.len() == 2).await;
	let second = stage.calls()[1].1;
	assert!([id(&one), id(&other)].contains(&second) && second != first);
}

#[tokio::test]
async fn receipt_should_be_forgotten_when_nobody_can_complain_any_more() {
	let mut stage = stage(Limits { complaints: 0, ..Limits::default() }).await;
	stage.acknowledged().await;
	stage.court.pass(BLOCK + 219).await;
	assert_eq!(stage.worker.shared.status().unpaid, 1);
	stage.court.pass(BLOCK + 245).await;
	stage.until(|status| status.unpaid == 0).await;
	assert!(stage.metric("reckon_worker_receipts_lost_total 1"));
	assert_eq!(stage.calls(), []);
}

#[tokio::test]
async fn gateway_that_has_much_to_do_should_be_left_alone_for_a_while() {
	let mut stage = stage(Limits::default()).await;
	let receipt = stage.acknowledged().await;
	stage.inquiry(ASKED).await;
	let proofs = v1::Proofs { proved: Vec::new(), retry_after_millis: 3_600_000 };
	stage.stream.say(to_worker::Message::Proofs(proofs)).await;
	stage.court.pass(ASKED + 10).await;
	// Its time runs all the same: who always has much to do has not answered.
	stage.court.pass(ENOUGH).await;
	stage.court.holds(|docket| docket.calls.len() == 1).await;
	assert_eq!(stage.calls()[0].1, id(&receipt));
	// Nothing was asked meanwhile: the next message is the refusal.
	stage.until(|status| status.complaints == 1).await;
	assert_eq!(stage.refused().await.reason, "Busy");
}
