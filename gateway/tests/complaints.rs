//! What a gateway signs for, and what it shows when somebody complains.

#![allow(missing_docs)]

mod common;

use codec::DecodeAll;
use common::{hear, Manner, Net, Worker, GENESIS};
use reckon_gateway::{
	batches::{self, Rhythm},
	chain::{BatchOnChain, Complaint},
	complaints,
	desk::Desk,
};
use reckon_gateway_protocol::v1::{from_worker, to_worker, Inquiry, Proved, Stored};
use reckon_gateway_store::{Key, RequestId, State};
use reckon_primitives::{AccountId, Balance};
use reckon_receipts::{Proof, SignedAcknowledgement, SignedReceipt};
use reckon_sdk::Signer;
use sp_core::{sr25519, H256};
use std::{path::Path, time::Duration};
use tokio::time::timeout;

const MUCH: Balance = 1_000_000;

async fn net(dir: &Path) -> (Net, Key, Worker) {
	let net = Net::new(dir).await;
	let key = net.key(MUCH, 2, MUCH).await;
	let worker = net.worker(10, Manner::Honest).await;
	(net, key, worker)
}

async fn answered(net: &Net, key: &Key) -> RequestId {
	let mut answering = net.ask(key).await.unwrap();
	hear(&mut answering).await.1.unwrap();
	answering.id()
}

async fn receipt(net: &Net, id: RequestId) -> SignedReceipt<AccountId> {
	net.store.request(id).await.unwrap().unwrap().answer.unwrap().receipt
}

fn gateway_key() -> sr25519::Public {
	sr25519::Public::from_raw(Signer::from_suri("//Gateway").unwrap().account().0)
}

async fn stored(worker: &mut Worker) -> Stored {
	loop {
		let said = timeout(Duration::from_secs(5), worker.heard.recv()).await;
		if let to_worker::Message::Stored(stored) = said.unwrap().unwrap() {
			return stored;
		}
	}
}

async fn batched(net: &Net, id: RequestId) {
	let rhythm = Rhythm::new(Duration::from_millis(30), 1_000);
	let clerk = tokio::spawn(batches::run(net.rooms.clone(), rhythm));
	let wait = async {
		while net.store.request(id).await.unwrap().unwrap().state != State::Batched {
			net.look().await;
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
		while net.chain.batches.lock().unwrap().is_empty() {
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
		// The id is noted after the chain has said it.
		tokio::time::sleep(Duration::from_millis(100)).await;
	};
	timeout(Duration::from_secs(10), wait).await.unwrap();
	clerk.abort();
}

fn complaint(receipt: H256, request: RequestId) -> Complaint {
	Complaint { receipt, request, answer_by: 100 }
}

#[tokio::test]
async fn worker_should_be_told_with_a_signature_that_its_receipt_is_taken() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, mut worker) = net(dir.path()).await;
	let id = answered(&net, &key).await;
	let Stored { requests, acknowledgements } = stored(&mut worker).await;
	assert_eq!(requests, [id.0.to_vec()]);
	let signed = SignedAcknowledgement::decode_all(&mut &acknowledgements[0][..]).unwrap();
	assert!(signed.verify(&GENESIS, &gateway_key()));
	let taken = receipt(&net, id).await;
	assert_eq!(signed.acknowledgement.receipt, taken.leaf().hash);
	// The mock's chain is at block 7.
	assert!((6..=7).contains(&signed.acknowledgement.taken_at));
}

#[tokio::test]
async fn receipt_that_is_brought_again_should_be_acknowledged_and_another_one_not() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, mut worker) = net(dir.path()).await;
	let id = answered(&net, &key).await;
	stored(&mut worker).await;
	let record = net.store.request(id).await.unwrap().unwrap();
	let answer = record.answer.unwrap();
	let mut finished = reckon_gateway_protocol::v1::Finished {
		request: id.0.to_vec(),
		output: answer.output.clone(),
		finish: 0,
		receipt: codec::Encode::encode(&answer.receipt),
	};
	worker.say(from_worker::Message::Finished(finished.clone())).await;
	let again = stored(&mut worker).await;
	let signed = SignedAcknowledgement::decode_all(&mut &again.acknowledgements[0][..]).unwrap();
	assert!(signed.verify(&GENESIS, &gateway_key()));
	finished.receipt[0] ^= 1;
	worker.say(from_worker::Message::Finished(finished)).await;
	let other = stored(&mut worker).await;
	assert_eq!((other.requests, other.acknowledgements), (vec![id.0.to_vec()], vec![Vec::new()]));
}

#[tokio::test]
async fn worker_should_hear_in_which_batch_its_receipts_are() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, mut worker) = net(dir.path()).await;
	let id = answered(&net, &key).await;
	let mut proofs = async |requests: Vec<RequestId>| {
		let requests = requests.into_iter().map(|id| id.0.to_vec()).collect();
		worker.say(from_worker::Message::Inquiry(Inquiry { requests })).await;
		loop {
			let said = timeout(Duration::from_secs(5), worker.heard.recv()).await;
			if let to_worker::Message::Proofs(proofs) = said.unwrap().unwrap() {
				return proofs.proved;
			}
		}
	};
	assert_eq!(proofs(vec![id, H256::zero()]).await, []);
	batched(&net, id).await;
	let (root, batch, _) = net.chain.batches.lock().unwrap()[0].clone();
	let proved = proofs(vec![id, H256::zero()]).await;
	let [Proved { request, batch: told, proof }] = &proved[..] else { panic!("{proved:?}") };
	assert_eq!((request, told), (&id.0.to_vec(), &batch.0.to_vec()));
	let proof = Proof::<AccountId>::decode_all(&mut &proof[..]).unwrap();
	assert_eq!(proof.item.receipt, receipt(&net, id).await);
	let whole = net.gateway.receipt(id).await.unwrap().batch.unwrap().root;
	assert_eq!((proof.verify(&whole), whole.hash), (Ok(()), root));
	// It is nobody else's business.
	let mut other = net.worker(11, Manner::Honest).await;
	let requests = vec![id.0.to_vec()];
	other.say(from_worker::Message::Inquiry(Inquiry { requests })).await;
	let told = |message: &to_worker::Message| match message {
		to_worker::Message::Proofs(proofs) => proofs.proved.is_empty(),
		_ => false,
	};
	assert!(other.hears(told).await);
}

#[tokio::test]
async fn inquiries_should_be_refused_for_a_while_when_a_worker_has_made_many() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, mut worker) = net(dir.path()).await;
	let id = answered(&net, &key).await;
	batched(&net, id).await;
	let ask = async |worker: &mut Worker| {
		let requests = vec![id.0.to_vec()];
		worker.say(from_worker::Message::Inquiry(Inquiry { requests })).await;
		loop {
			let said = timeout(Duration::from_secs(5), worker.heard.recv()).await;
			if let to_worker::Message::Proofs(proofs) = said.unwrap().unwrap() {
				return proofs;
			}
		}
	};
	// One batch comes back every two seconds: more are asked for than that, by far.
	let mut proved = 0;
	let refused = loop {
		let proofs = ask(&mut worker).await;
		if proofs.retry_after_millis > 0 {
			break proofs;
		}
		assert_eq!(proofs.proved.len(), 1);
		proved += 1;
	};
	assert!(proved >= 30, "{proved}");
	assert_eq!(refused.proved, []);
	assert!(refused.retry_after_millis <= 2_000, "{}", refused.retry_after_millis);
	// Another provider's worker is not kept by that.
	let mut other = net.worker(11, Manner::Honest).await;
	assert_eq!(ask(&mut other).await.retry_after_millis, 0);
}

#[tokio::test]
async fn complaint_should_be_answered_with_the_batch_as_soon_as_there_is_one() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let id = answered(&net, &key).await;
	let taken = receipt(&net, id).await;
	let (strange, other) = (H256::repeat_byte(3), H256::repeat_byte(4));
	*net.chain.complaints.lock().unwrap() =
		vec![complaint(taken.leaf().hash, id), complaint(strange, id), complaint(other, strange)];
	let clerk = tokio::spawn(complaints::run(net.rooms.clone()));
	tokio::time::sleep(Duration::from_millis(200)).await;
	assert!(net.chain.answers.lock().unwrap().is_empty());
	let metric = |line: &str| net.gateway.metrics().contains(line);
	assert!(metric("complaints_lost_total 2"), "{}", net.gateway.metrics());
	clerk.abort();

	batched(&net, id).await;
	let clerk = tokio::spawn(complaints::run(net.rooms.clone()));
	tokio::time::sleep(Duration::from_millis(300)).await;
	clerk.abort();
	let (batch, proof) = net.chain.answers.lock().unwrap()[0].clone();
	assert_eq!(batch, net.chain.batches.lock().unwrap()[0].1);
	assert_eq!(proof.item.receipt, taken);
	assert!(metric("complaints_answered_total 1"));
}

#[tokio::test]
async fn complaint_should_not_be_answered_with_a_batch_that_was_rejected() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let id = answered(&net, &key).await;
	batched(&net, id).await;
	net.chain.batches.lock().unwrap()[0].2 = BatchOnChain::Rejected("for a test".into());
	let taken = receipt(&net, id).await;
	*net.chain.complaints.lock().unwrap() = vec![complaint(taken.leaf().hash, id)];
	let clerk = tokio::spawn(complaints::run(net.rooms.clone()));
	tokio::time::sleep(Duration::from_millis(300)).await;
	clerk.abort();
	assert!(net.chain.answers.lock().unwrap().is_empty());
	assert!(net.gateway.metrics().contains("complaints_lost_total 1"));
}
