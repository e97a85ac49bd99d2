//! The worker's rows, which are fetched when the blind votes are there, and what is said of them.

use super::node::*;
use crate::{mock::*, Audits as AuditsMap, Ballot, Call, Phase, RowsSeen};
use codec::Encode;
use reckon_verification::{Fault, Vote};
use serde_json::json;
use sp_core::H256;

/// The root of an auditor with another machine.
const OTHER_ROOT: H256 = H256([0xaa; 32]);

/// An audit that waits for the opened votes, of which the node's own says this.
fn committed(vote: impl Fn(H256) -> Vote) -> (Node, H256) {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer(&tokens_line(id), Answer::Reply(200, tokens()));
	let vote = node.see(|| vote(id));
	node.answer(&audits_line(), ok(found(&vote, OTHER_ROOT)));
	node.block();
	node.others_commit(id);
	assert_eq!(node.see(|| audit(id).phase), Phase::Revealing);
	(node, id)
}

fn replayed(id: H256) -> Vote {
	computed(id, RIGHT).vote
}

/// The worker shows these, and the verifier says so of them.
fn show(node: &mut Node, id: H256, rows: Answer, seen: Answer) {
	let challenge = node.see(|| audit(id).challenge);
	node.answer(&rows_line(id, challenge), rows);
	node.answer(&seen_line(), seen);
}

fn says(proven: bool) -> Answer {
	ok(json!({ "proven": proven, "why": null }))
}

/// With how many blocks left a vote is opened, and what it says of the rows.
fn revealed(node: &mut Node, id: H256) -> Option<(u32, RowsSeen)> {
	while node.see(|| System::block_number() + 1 < audit(id).due) {
		let left = node.see(|| audit(id).due - 1 - System::block_number());
		if let [Call::reveal_votes { reveals, .. }] = &node.block()[..] {
			return Some((left, reveals[0].rows));
		}
	}
	None
}

#[test]
fn rows_should_be_looked_at_when_the_roots_differ() {
	let (mut node, id) = committed(replayed);
	show(&mut node, id, Answer::Reply(200, openings()), says(true));
	assert_eq!(revealed(&mut node, id), Some((REVEAL, RowsSeen::Proven)));
	let (opened, challenge) = node.see(|| (audit(id).opened.unwrap(), audit(id).challenge));
	let asked = node.asked_for(&seen_line());
	assert_eq!(asked.len(), 1);
	let expected = json!({
		"job": hex(id.as_bytes()),
		"challenge": hex(challenge.as_bytes()),
		"root": hex(opened.root.as_bytes()),
		"fingerprint": hex(&opened.fingerprint.encode()),
		"count": COUNT,
		"width": WIDTH,
		"tokens": hex(&tokens()),
		"openings": hex(&openings()),
	});
	assert_eq!(asked[0].json(), expected);
	assert_eq!(node.ballot(id), Ballot::Revealed);
}

#[test]
fn rows_should_be_unproven_at_the_end_when_the_worker_shows_none_or_others() {
	let rows = || Answer::Reply(200, openings());
	for (shown, seen) in [
		(Answer::Refused, says(true)),
		(Answer::Silent, says(true)),
		(Answer::Reply(403, Vec::new()), says(true)),
		// More than eight rows of this width.
		(Answer::Reply(200, vec![0; 1 << 20]), says(true)),
		(rows(), says(false)),
	] {
		let (mut node, id) = committed(replayed);
		show(&mut node, id, shown, seen);
		assert_eq!(revealed(&mut node, id), Some((2, RowsSeen::Unproven)));
	}
}

#[test]
fn rows_should_be_proven_when_they_come_late() {
	let (mut node, id) = committed(replayed);
	show(&mut node, id, Answer::Reply(403, Vec::new()), says(true));
	assert!(node.blocks(3).is_empty());
	show(&mut node, id, Answer::Reply(200, openings()), says(true));
	assert_eq!(revealed(&mut node, id), Some((REVEAL - 3, RowsSeen::Proven)));
}

#[test]
fn auditor_should_say_nothing_when_it_cannot_look() {
	for seen in [
		Answer::Refused,
		Answer::Silent,
		Answer::Reply(401, Vec::new()),
		Answer::Drips(70_000, 1),
		Answer::Reply(503, Vec::new()),
		Answer::Reply(200, b"{\"proven\":1}".to_vec()),
	] {
		let (mut node, id) = committed(replayed);
		show(&mut node, id, Answer::Reply(200, openings()), seen);
		assert_eq!(revealed(&mut node, id), None);
	}
	let (mut node, id) = committed(replayed);
	node.configure(None);
	assert_eq!(revealed(&mut node, id), None);
	assert!(!node.status().has_verifier);
}

#[test]
fn fault_should_be_the_workers_when_its_rows_have_the_tokens_that_it_was_found_in() {
	let at_fault = |_: H256| Vote::Refuted(Fault::Text);
	let (mut node, id) = committed(at_fault);
	show(&mut node, id, Answer::Reply(200, openings()), says(true));
	assert_eq!(revealed(&mut node, id), Some((REVEAL, RowsSeen::Proven)));
	// Of how many numbers a row is, the rows say themselves.
	let asked = node.asked_for(&seen_line())[0].json();
	assert_eq!((&asked["count"], &asked["width"]), (&json!(COUNT), &json!(WIDTH)));

	for (shown, seen) in [
		(openings(), says(false)),
		(Vec::new(), says(true)),
		(vec![0xff; 20], says(true)),
		(vec![0; 20], says(true)),
	] {
		let (mut node, id) = committed(at_fault);
		show(&mut node, id, Answer::Reply(200, shown), seen);
		assert_eq!(revealed(&mut node, id), Some((2, RowsSeen::Unproven)));
	}
}

#[test]
fn vote_should_not_be_opened_when_it_is_of_another_fork_or_lost() {
	let (mut node, id) = committed(replayed);
	show(&mut node, id, Answer::Reply(200, openings()), says(true));
	node.see(|| {
		AuditsMap::<Test>::mutate(id, |audit| {
			audit.as_mut().unwrap().challenge = H256::repeat_byte(0xf0);
		});
	});
	let asked = node.asked().len();
	assert_eq!(revealed(&mut node, id), None);
	assert_eq!(node.asked().len(), asked);
	// It is told once.
	assert_eq!(node.status().failures, 1);
	assert!(String::from_utf8_lossy(&node.status().error).contains("not in this node's database"));
}

#[test]
fn silent_auditor_should_be_counted_as_such() {
	let (mut node, id) = committed(replayed);
	assert_eq!(revealed(&mut node, id), Some((2, RowsSeen::Unproven)));
	let (mut node, id) = committed(replayed);
	show(&mut node, id, Answer::Reply(200, openings()), Answer::Refused);
	revealed(&mut node, id);
	node.others_reveal(id);
	assert_eq!(node.see(|| Audits::conduct(account(OWN)).missed), 1);
}
