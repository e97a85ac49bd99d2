//! Verifiers that are not there, or can't judge: seats are given up while others have time, and
//! nothing is invented.

use super::node::*;
use crate::{mock::*, Ballot, Call};
use codec::Encode;
use reckon_primitives::{Content, ContentRef};
use reckon_support::AuditWork;
use reckon_verification::Vote;
use serde_json::json;
use sp_core::H256;

fn is_decline(sent: &[Call<Test>]) -> bool {
	matches!(sent, [Call::decline_seats { declines, .. }] if declines.len() == 1)
}

fn says(status: u16, error: &str) -> Answer {
	let body = json!({ "error": error, "message": "for people" });
	Answer::Reply(status, body.to_string().into_bytes())
}

/// In which block from the draw on a seat is given up, and that block's status, when the verifier
/// answers so.
fn declines_after(answer: Answer) -> (u32, String) {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer(&tokens_line(id), Answer::Reply(200, tokens()));
	node.answer(&audits_line(), answer);
	let block = (1..=10).find(|_| is_decline(&node.block())).expect("the seat is given up");
	assert_eq!(node.ballot(id), Ballot::Declined);
	let status = node.status();
	assert_eq!((status.declined, status.committed), (1, 0));
	assert!(node.blocks(3).is_empty());
	(block, String::from_utf8(status.error.into_inner()).unwrap())
}

#[test]
fn seat_should_be_given_up_at_once_when_the_verifier_cannot_judge() {
	for (status, error) in
		[(400, "malformed"), (404, "unknown_model"), (413, "too_large"), (500, "failed")]
	{
		let (block, why) = declines_after(says(status, error));
		assert_eq!((block, why), (1, format!("the verifier answers {status}: for people")));
	}
}

#[test]
fn seat_should_be_given_up_only_when_it_would_be_too_late_while_the_verifier_may_come_back() {
	for (status, error) in
		[(503, "loading"), (503, "busy"), (408, "too_slow"), (401, "unauthorised")]
	{
		// Three blocks before it can be given up no more.
		let (block, why) = declines_after(says(status, error));
		assert_eq!((block, why), (3, format!("the verifier answers {status}: for people")));
	}
	let (block, why) = declines_after(Answer::Refused);
	assert_eq!(block, 3);
	assert_eq!(why, format!("the verifier at {VERIFIER}/v1/audits can't be reached"));
}

#[test]
fn seat_should_be_kept_when_the_verifier_comes_back() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	node.answer(&audits_line(), Answer::Refused);
	// It can be given up no more: the verifier has the rest of the time.
	node.see(|| pass(5));
	assert!(node.blocks(3).is_empty());
	assert_eq!(node.ballot(id), Ballot::Awaited);
	node.answer_honestly(id);
	let sent = node.blocks(2);
	assert!(matches!(&sent[..], [Call::commit_votes { .. }]), "{sent:?}");
}

#[test]
fn verifier_without_a_known_token_should_not_be_asked() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	node.tell(VERIFIER, "");
	assert!(node.blocks(2).is_empty());
	assert!(node.asked_for(&audits_line()).is_empty());
	assert!(String::from_utf8_lossy(&node.status().error).contains("token"));
	node.tell(VERIFIER, "secret");
	// It is time to give the seat up, were it not for this last try.
	let sent = node.block();
	assert!(matches!(&sent[..], [Call::commit_votes { .. }]), "{sent:?}");
}

#[test]
fn seat_should_be_given_up_when_the_verifier_answers_nonsense() {
	let vote = Vote::Refuted(reckon_verification::Fault::Text).encode();
	let replayed = |root: &str, count: u32, width: u32| {
		let vote =
			Vote::Replayed { fingerprint: Default::default(), statistics: Default::default() };
		ok(json!({ "vote": hex(&vote.encode()), "root": root, "count": count, "width": width }))
	};
	let root = hex(&[1; 32]);
	let with_more = [&vote[..], &[0]].concat();
	for answer in [
		Answer::Reply(200, Vec::new()),
		Answer::Reply(200, b"{\"vote\":\"0x".to_vec()),
		Answer::Reply(200, vec![b'['; 60_000]),
		Answer::Reply(200, vec![b' '; 70_000]),
		ok(json!({})),
		ok(json!({ "vote": "" })),
		ok(json!({ "vote": "0x" })),
		ok(json!({ "vote": "0x0" })),
		ok(json!({ "vote": "0xzz" })),
		ok(json!({ "vote": hex(&with_more) })),
		// What everybody can read is no work.
		ok(json!({ "vote": hex(&Vote::Output { hash: [0; 32] }.encode()) })),
		replayed("0x01", 12, 16),
		replayed(&root, 0, 16),
		replayed(&root, 12, 0),
		replayed(&root, u32::MAX, 16),
		replayed(&root, 12, u32::MAX),
	] {
		assert_eq!(declines_after(answer).0, 1);
	}
}

#[test]
fn node_should_give_its_seat_up_and_say_so_when_it_has_no_verifier() {
	let mut node = Node::of_validators(3);
	let id = node.job(1);
	assert!(is_decline(&node.block()));
	assert_eq!(node.ballot(id), Ballot::Declined);
	assert!(node.asked().is_empty());
	let status = node.status();
	assert!(!status.has_verifier);
	assert_eq!(status.declined, 1);
}

#[test]
fn node_should_be_silent_when_it_has_given_up_too_many_seats() {
	let mut node = Node::of_validators(3);
	node.jobs(1..=3);
	node.see(|| pass(crate::DRAW_DELAY));
	let sent = node.blocks(12);
	let count: usize = sent
		.iter()
		.map(|call| match call {
			Call::decline_seats { declines, .. } => declines.len(),
			other => panic!("{other:?}"),
		})
		.sum();
	assert!(count >= 2);
	assert_eq!(node.see(|| Audits::conduct(account(OWN)).declined), 2);
	assert!(node.blocks(6).is_empty());
}

#[test]
fn verifier_should_be_asked_to_the_end_when_the_seat_can_no_longer_be_given_up() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer(&tokens_line(id), Answer::Reply(200, tokens()));
	node.answer(&audits_line(), says(404, "unknown_model"));
	node.see(|| pass(5));
	assert!(node.blocks(4).is_empty());
	assert_eq!(node.asked_for(&audits_line()).len(), 4);
	// Somebody has added the model.
	node.answer_honestly(id);
	assert!(matches!(&node.block()[..], [Call::commit_votes { .. }]));
	assert!(matches!(node.ballot(id), Ballot::Committed(_)));
}

#[test]
fn seat_should_be_given_up_when_payload_and_answer_are_too_long() {
	let mut node = Node::new();
	let long = Content::Blob(ContentRef { hash: H256::zero(), length: 8 << 20 });
	node.job_with(1, AuditWork { payload: long, ..work() });
	assert!(is_decline(&node.block()));
	assert!(node.asked().is_empty());
}

#[test]
fn seat_should_be_given_up_when_the_chain_knows_no_such_job() {
	let mut node = Node::new();
	node.see(|| drawn(1));
	assert!(is_decline(&node.block()));
	assert!(node.asked().is_empty());
}
