//! A node whose validator sits on a batch.

use super::node::*;
use crate::{mock::*, Ballot, Call, Phase, Said};
use codec::Encode;
use reckon_primitives::{BatchId, ContentRef};
use reckon_receipts::{Committed, Exhibit};
use reckon_support::{
	mocks::MockBatches, AuditedBatch, BatchAuditing, BatchWork, GatewayExposure, Rejection,
};
use reckon_verification::{batch_digest, Vote};
use serde_json::json;
use sp_core::H256;

const ENDPOINT: &[u8] = b"https://gateway.example";

fn work() -> BatchWork<AccountId> {
	let committed = Committed {
		genesis: H256([1; 32]),
		gateway: 31,
		leaves: ContentRef { hash: H256([2; 32]), length: 400 },
		totals: Vec::new(),
		struck: Default::default(),
		paid: Default::default(),
	};
	BatchWork { committed, endpoint: ENDPOINT.to_vec().try_into().unwrap() }
}

/// A batch whose committee is drawn.
fn batch(node: &mut Node) -> BatchId {
	let id = H256::repeat_byte(0xba);
	node.see(|| {
		MockBatches::expose(31, GatewayExposure { outstanding: 1, bond: 1 });
		MockBatches::set_work(id, work());
		let batch = AuditedBatch { gateway: 31, subnet: 0, receipts: 1, charge: CHARGE };
		<Audits as BatchAuditing<_>>::submit(&id, batch);
		pass(crate::DRAW_DELAY);
	});
	id
}

fn batches_line() -> String {
	format!("POST {VERIFIER}/v1/batches")
}

fn sound(node: &mut Node, id: BatchId) -> Vote {
	let challenge = node.see(|| audit(id)).challenge;
	Vote::Batch { rejection: None, digest: batch_digest(&id.0, &challenge.0, b"all") }
}

fn others_commit(node: &mut Node, id: BatchId, vote: Vote) {
	let statement = crate::Statement { vote, rows: crate::RowsSeen::Proven };
	node.see(|| {
		for who in seated(id).into_iter().filter(|who| *who != account(OWN)) {
			commit(id, who, &statement).unwrap();
		}
		assert_eq!(audit(id).phase, Phase::Revealing);
	});
}

fn revealed(sent: &[Call<Test>]) -> Said {
	let [Call::reveal_votes { reveals, .. }] = sent else { panic!("{sent:?}") };
	reveals[0].said
}

#[test]
fn auditor_should_have_the_receipts_looked_at_and_say_so() {
	let mut node = Node::new();
	let id = batch(&mut node);
	let vote = sound(&mut node, id);
	node.answer(&batches_line(), ok(json!({ "vote": hex(&vote.encode()), "wrong": [] })));
	assert!(matches!(&node.block()[..], [Call::commit_votes { .. }]));
	let challenge = node.see(|| audit(id)).challenge;
	let asked = node.asked();
	assert_eq!(asked.len(), 1);
	let expected = json!({
		"batch": hex(id.as_bytes()),
		"challenge": hex(challenge.as_bytes()),
		"committed": hex(&work().committed.encode()),
		"endpoint": hex(ENDPOINT),
	});
	assert_eq!(asked[0].json(), expected);

	others_commit(&mut node, id, vote);
	let Vote::Batch { rejection, digest } = vote else { unreachable!() };
	let sent = node.block();
	assert_eq!(revealed(&sent), Said::Batch { rejection, digest: H256(digest) });
	assert_eq!(node.ballot(id), Ballot::Revealed);
	assert!(node.see(MockBatches::shown).is_empty());
}

#[test]
fn receipts_that_are_wrong_should_be_shown_to_the_chain() {
	let mut node = Node::new();
	let id = batch(&mut node);
	let vote = sound(&mut node, id);
	let item = reckon_receipts::Item {
		total: 1,
		index: 2,
		receipt: reckon_receipts::SignedReceipt {
			receipt: reckon_receipts::Receipt {
				request: H256([1; 32]),
				channel: H256([2; 32]),
				lane: 0,
				model: MODEL,
				provider: PROVIDER,
				worker: sp_core::sr25519::Public::from_raw([3; 32]),
				gateway: 31u64,
				units: Default::default(),
				charge: 4,
				output: ContentRef { hash: H256([5; 32]), length: 6 },
				commitment: None,
				started_at: 7,
				finished_at: 8,
				first_token_ms: 1,
			},
			signature: sp_core::sr25519::Signature::from_raw([9; 64]),
		},
		path: Default::default(),
	};
	let wrong = Exhibit::Item(Box::new(item));
	let answer = json!({ "vote": hex(&vote.encode()), "wrong": [hex(&wrong.encode())] });
	node.answer(&batches_line(), ok(answer));
	assert!(matches!(&node.block()[..], [Call::commit_votes { .. }]));
	assert_eq!(node.see(MockBatches::shown), [(id, wrong)]);
}

#[test]
fn auditor_should_say_that_receipts_are_withheld_when_its_gateway_serves_none_for_long() {
	let mut node = Node::new();
	let id = batch(&mut node);
	let refusal = json!({ "error": "withheld", "message": "https://gateway.example answers 404" });
	node.answer(&batches_line(), Answer::Reply(424, refusal.to_string().into_bytes()));
	// The gateway has half of the time.
	assert!(node.block().is_empty());
	let sent = (0..COMMIT - 2).map(|_| node.block()).find(|sent| !sent.is_empty()).unwrap();
	assert!(matches!(&sent[..], [Call::commit_votes { .. }]), "{sent:?}");
	let vote = Vote::Batch { rejection: Some(Rejection::Unavailable), digest: [0; 32] };
	others_commit(&mut node, id, vote);
	let sent = node.block();
	let rejection = Some(Rejection::Unavailable);
	assert_eq!(revealed(&sent), Said::Batch { rejection, digest: H256::zero() });
}

#[test]
fn verifier_should_be_asked_again_in_the_same_words_when_a_batch_takes_longer() {
	let mut node = Node::new();
	let id = batch(&mut node);
	let vote = sound(&mut node, id);
	let looking = json!({ "error": "looking", "message": "ask again" });
	node.answer(&batches_line(), Answer::Reply(202, looking.to_string().into_bytes()));
	assert!(node.blocks(2).is_empty());
	node.answer(&batches_line(), ok(json!({ "vote": hex(&vote.encode()), "wrong": [] })));
	assert!(matches!(&node.block()[..], [Call::commit_votes { .. }]));
	let asked = node.asked();
	assert_eq!(asked.len(), 3);
	assert!(asked.iter().all(|it| it.body == asked[0].body));
	assert_eq!(node.status().failures, 2);
}

#[test]
fn auditor_should_say_that_receipts_are_withheld_when_its_gateway_is_slow_to_break_off() {
	let mut node = Node::new();
	let id = batch(&mut node);
	let told = |status| Answer::Reply(status, b"{\"message\":\"\"}".to_vec());
	// Each try takes the verifier some blocks, in which it says that it still looks.
	let mut sent = Vec::new();
	for n in 0..COMMIT - 2 {
		node.answer(&batches_line(), told(if n % 4 == 3 { 424 } else { 202 }));
		sent = node.block();
		if !sent.is_empty() {
			break;
		}
	}
	assert!(matches!(&sent[..], [Call::commit_votes { .. }]), "{sent:?}");
	let vote = Vote::Batch { rejection: Some(Rejection::Unavailable), digest: [0; 32] };
	others_commit(&mut node, id, vote);
	assert!(matches!(revealed(&node.block()), Said::Batch { digest, .. } if digest.is_zero()));
}

#[test]
fn seat_should_be_given_up_when_the_verifier_says_what_is_no_word_about_a_batch() {
	for vote in [
		Vote::Refuted(reckon_verification::Fault::Text),
		Vote::Batch { rejection: Some(Rejection::Unavailable), digest: [0; 32] },
	] {
		let mut node = Node::new();
		batch(&mut node);
		node.answer(&batches_line(), ok(json!({ "vote": hex(&vote.encode()), "wrong": [] })));
		assert!(matches!(&node.block()[..], [Call::decline_seats { .. }]), "{vote:?}");
	}
	let mut node = Node::new();
	let id = batch(&mut node);
	let vote = sound(&mut node, id);
	node.answer(&batches_line(), ok(json!({ "vote": hex(&vote.encode()), "wrong": ["0x07"] })));
	assert!(matches!(&node.block()[..], [Call::decline_seats { .. }]));
}
