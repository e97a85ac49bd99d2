//! From the draw to the blind vote: once, in the same words, whatever breaks off.

use super::node::*;
use crate::{
	mock::{self, *},
	offchain::{
		decide::Place,
		lane::{self, Lane, HELD},
		records,
	},
	Audits as AuditsMap, Ballot, Call, Commit, Phase, Reveal,
};
use reckon_support::AuditOutcome;
use serde_json::json;
use sp_core::{
	offchain::{Duration, OffchainStorage, Timestamp},
	H256,
};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

fn commits(sent: &[Call<Test>]) -> Vec<Commit> {
	let items = sent.iter().flat_map(|call| match call {
		Call::commit_votes { commits, .. } => commits.to_vec(),
		other => panic!("no commits: {other:?}"),
	});
	items.collect()
}

fn place(node: &mut Node, id: H256) -> Place {
	let audit = node.see(|| audit(id));
	let auditor = name(account(OWN));
	Place { job: id, round: audit.round, challenge: audit.challenge, auditor }
}

#[test]
fn auditor_should_commit_and_reveal_when_everybody_is_honest() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	let challenge = node.see(|| audit(id)).challenge;
	assert_eq!(commits(&node.block()).len(), 1);
	assert!(matches!(node.ballot(id), Ballot::Committed(_)));

	let asked = node.asked();
	let lines: Vec<_> = asked.iter().map(|asked| asked.line.as_str()).collect();
	assert_eq!(lines, [tokens_line(id), audits_line()]);
	assert!(asked[1].headers.contains(&("authorization".into(), "Bearer secret".into())));
	assert!(asked[1].headers.contains(&("content-type".into(), "application/json".into())));
	// Nobody but the verifier is told its token.
	assert!(asked[0].headers.is_empty());
	let expected = json!({
		"job": hex(id.as_bytes()),
		"challenge": hex(challenge.as_bytes()),
		"model": hex(MODEL.as_bytes()),
		"task": "chat",
		"payload": hex(b"What?"),
		"sampling": {
			"max_output": 12, "temperature_milli": 700, "top_k": 0, "top_p_milli": 1000,
		},
		"seed": hex(&[0x5e; 32]),
		"output": hex(b"That."),
		"tokens": hex(&tokens()),
		"units": { "input": 9, "output": 12 },
		"gateway": null,
	});
	assert_eq!(asked[1].json(), expected);

	assert!(node.blocks(2).is_empty());
	node.others_commit(id);
	let own = node.see(|| revealed(id, &computed(id, RIGHT)));
	let sent = node.block();
	let [Call::reveal_votes { auditor, reveals, .. }] = &sent[..] else { panic!("{sent:?}") };
	assert_eq!((*auditor, reveals.len()), (account(OWN), 1));
	assert_eq!(reveals[0], Reveal { salt: reveals[0].salt, ..own });
	assert!(node.blocks(1).is_empty());
	node.others_reveal(id);
	assert_eq!(node.see(|| outcome(id)), AuditOutcome::Accepted);
	// The roots were equal: no rows were asked for.
	assert_eq!(node.asked().len(), 2);
	let status = node.status();
	assert_eq!((status.committed, status.revealed), (1, 1));
	assert_eq!((status.declined, status.failures), (0, 0));
	assert!(status.has_verifier && status.error.is_empty());
}

#[test]
fn vote_should_be_the_same_when_the_node_is_restarted_before_it_is_on_chain() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	let first = commits(&node.run());
	// Nobody answers any more, and the pool is empty.
	node.restart();
	let mut again = Vec::new();
	for _ in 0..5 {
		again.extend(commits(&node.run()));
		node.see(|| pass(1));
	}
	assert!(again.is_empty());
	let again = commits(&node.block());
	assert_eq!(again, first);
	assert!(node.asked().is_empty());
	node.others_commit(id);
	node.restart();
	assert!(matches!(&node.block()[..], [Call::reveal_votes { .. }]));
}

#[test]
fn vote_should_go_out_again_when_the_pool_refused_it() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	node.world().is_full = true;
	assert!(node.blocks(5).is_empty());
	assert_eq!(node.status().committed, 0);
	node.world().is_full = false;
	assert_eq!(commits(&node.block()).len(), 1);
	assert_eq!(node.asked_for(&audits_line()).len(), 1);
}

#[test]
fn votes_of_one_key_should_travel_together() {
	let mut node = Node::new();
	let ids = node.jobs(1..=18);
	// More than a full block would do.
	node.see(|| pass(crate::DRAW_DELAY + 1));
	ids.iter().for_each(|id| node.answer_honestly(*id));
	let sizes = |sent: &[Call<Test>]| -> Vec<_> {
		sent.iter().map(|call| commits(std::slice::from_ref(call)).len()).collect()
	};
	let sent = node.block();
	assert_eq!(sizes(&sent), [16, 2]);
	assert_eq!(node.status().committed, 18);
	for id in ids {
		assert!(matches!(node.ballot(id), Ballot::Committed(_)));
	}
}

#[test]
fn validators_should_vote_each_for_itself_when_a_node_has_several_keys() {
	let mut node = Node::new();
	node.add_key(2);
	let id = node.job(1);
	node.answer_honestly(id);
	let sent = node.block();
	let [Call::commit_votes { auditor: a, commits: of_a, .. }, Call::commit_votes { auditor: b, commits: of_b, .. }] =
		&sent[..]
	else {
		panic!("{sent:?}")
	};
	assert_ne!((a, of_a[0].blind), (b, of_b[0].blind));
	assert_eq!(node.asked_for(&audits_line()).len(), 2);
}

#[test]
fn node_should_ask_nobody_when_others_have_the_seats() {
	let mut node = Node::of_validators(12);
	node.configure(Some(VERIFIER));
	let ids = node.jobs(1..=8);
	node.see(|| pass(crate::DRAW_DELAY));
	let is_others = |id: &H256| !seated(*id).contains(&account(OWN));
	let others: Vec<_> = node.see(|| ids.iter().copied().filter(is_others).collect());
	assert!(!others.is_empty() && others.len() < ids.len());
	node.run();
	for id in ids {
		let asked = node.asked_for(&tokens_line(id)).len();
		assert!(asked == 0 || !others.contains(&id));
	}
	assert!(!node.asked().is_empty());
}

#[test]
fn verifier_should_be_asked_in_the_same_words_when_it_takes_long() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	node.answer(&audits_line(), Answer::Silent);
	assert!(node.blocks(2).is_empty());
	// Even if the worker is gone meanwhile.
	node.answer(&tokens_line(id), Answer::Refused);
	assert!(node.block().is_empty());
	node.answer_honestly(id);
	assert_eq!(commits(&node.block()).len(), 1);
	let asked = node.asked_for(&audits_line());
	assert_eq!(asked.len(), 4);
	assert!(asked.iter().all(|it| it.body == asked[0].body));
	assert_eq!(node.asked_for(&tokens_line(id)).len(), 1);
	assert_eq!(node.status().failures, 3);
}

/// A run that was killed while it asked.
fn break_off(node: &mut Node, lane: Lane) {
	node.see(|| lane.lock().try_lock().ok().unwrap().forget());
}

#[test]
fn slowest_vote_should_be_known_and_fade_as_others_are_faster() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	node.answer(&audits_line(), Answer::Silent);
	node.block();
	assert_eq!(node.status().took, 0);
	node.answer_honestly(id);
	node.block();
	// The verifier's wait and a block.
	assert_eq!(node.status().took, 23_000);
	let id = node.job(2);
	node.answer_honestly(id);
	node.block();
	assert_eq!(node.status().took, 23_000 - 23_000 / 8);
}

#[test]
fn nobody_should_be_asked_while_another_run_asks() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	break_off(&mut node, Lane::Answers);
	assert!(node.blocks(2).is_empty());
	assert!(node.asked().is_empty());
	node.world().now += HELD;
	assert_eq!(commits(&node.block()).len(), 1);
}

#[test]
fn votes_that_are_ready_should_go_out_while_another_run_asks() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	node.world().is_full = true;
	node.block();
	node.see(|| pass(4));
	node.world().is_full = false;
	break_off(&mut node, Lane::Answers);
	break_off(&mut node, Lane::Rows);
	assert_eq!(commits(&node.block()).len(), 1);
	// Opening needs no rows either, as the roots are equal.
	node.others_commit(id);
	assert!(matches!(&node.block()[..], [Call::reveal_votes { .. }]));
}

#[test]
fn seat_should_be_given_up_in_time_while_another_run_asks() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer(&tokens_line(id), Answer::Reply(200, tokens()));
	node.answer(&audits_line(), Answer::Refused);
	assert!(node.block().is_empty());
	break_off(&mut node, Lane::Answers);
	assert!(node.blocks(2).is_empty());
	assert!(matches!(&node.block()[..], [Call::decline_seats { .. }]));
}

#[test]
fn lanes_should_be_free_after_each_run() {
	let refused = || Answer::Reply(404, Vec::new());
	for (tokens, verdict) in [
		(Answer::Silent, refused()),
		(Answer::Refused, refused()),
		(refused(), refused()),
		(Answer::Reply(200, tokens()), Answer::Silent),
		(Answer::Reply(200, tokens()), Answer::Refused),
		(Answer::Reply(200, tokens()), refused()),
		(Answer::Reply(200, tokens()), Answer::Reply(200, b"{".to_vec())),
	] {
		let mut node = Node::new();
		let id = node.job(1);
		node.answer(&tokens_line(id), tokens);
		node.answer(&audits_line(), verdict);
		node.run();
		assert!(!node.asked().is_empty());
		assert_eq!(node.db().get(Lane::Answers.key()), None);
	}
}

#[test]
fn lane_that_was_lost_should_be_left_to_others() {
	let mut node = Node::new();
	node.see(|| {
		let mut own = Lane::Rows.lock();
		let guard = lane::keep(own.try_lock().ok().unwrap()).unwrap();
		assert!(Lane::Rows.lock().try_lock().is_err());
		assert!(Lane::Answers.lock().try_lock().is_ok());
		sp_io::offchain::sleep_until(after(HELD - 1));
		let guard = lane::keep(guard).unwrap();
		sp_io::offchain::sleep_until(after(HELD - 1));
		assert!(Lane::Rows.lock().try_lock().is_err(), "it was kept");
		sp_io::offchain::sleep_until(after(2));
		assert!(lane::keep(guard).is_none());
		assert!(Lane::Rows.lock().try_lock().is_ok());
	});
}

fn after(millis: u64) -> Timestamp {
	sp_io::offchain::timestamp().add(Duration::from_millis(millis))
}

#[test]
fn run_should_end_when_its_time_is_used_up() {
	let mut node = Node::new();
	for n in 1..=3 {
		node.job(n);
	}
	for n in 1..=3 {
		node.answer(&tokens_line(mock::job(n)), Answer::Reply(200, tokens()));
	}
	node.answer(&audits_line(), Answer::Silent);
	let began = node.world().now;
	node.run();
	// One answer may be waited for when it is over.
	assert!(node.world().now - began <= 40_000);
	assert_eq!(node.asked_for(&audits_line()).len(), 2);
}

#[test]
fn slow_workers_should_take_no_time_of_others() {
	for slow in [Answer::Silent, Answer::Drips(1_000, 900), Answer::Drips(40, 19)] {
		let mut node = Node::new();
		let ids = node.jobs(1..=20);
		// The one with the most time left.
		node.see(|| pass(1));
		let honest = node.jobs(21..=21)[0];
		node.see(|| pass(crate::DRAW_DELAY));
		for id in &ids {
			node.answer(&tokens_line(*id), slow.clone());
		}
		node.answer_honestly(honest);
		let began = node.world().now;
		assert_eq!(commits(&node.block()).len(), 1);
		assert!(matches!(node.ballot(honest), Ballot::Committed(_)));
		// All of them together, and the block.
		assert!(node.world().now - began <= 5_000 + 3_000, "{}", node.world().now - began);
		assert!(ids.iter().all(|id| node.asked_for(&tokens_line(*id)).len() == 1));
		assert_eq!(node.status().failures, 20);
	}
}

#[test]
fn slow_workers_should_be_noted_when_the_verifier_takes_all_the_time() {
	let mut node = Node::new();
	let honest = node.jobs(1..=3);
	node.see(|| pass(1));
	let slow = node.jobs(4..=8);
	node.see(|| pass(crate::DRAW_DELAY));
	honest.iter().for_each(|id| node.answer_honestly(*id));
	slow.iter().for_each(|id| node.answer(&tokens_line(*id), Answer::Silent));
	node.answer(&audits_line(), Answer::Silent);
	node.run();
	assert_eq!(node.asked_for(&audits_line()).len(), 1);
	assert_eq!(node.status().failures, 5 + 1);
}

#[test]
fn seats_whose_workers_were_slow_should_come_after_others() {
	let mut node = Node::new();
	let slow = node.jobs(1..=32);
	node.see(|| pass(1));
	let others = node.jobs(33..=40);
	node.see(|| pass(crate::DRAW_DELAY));
	others.iter().for_each(|id| node.answer_honestly(*id));
	slow.iter().for_each(|id| node.answer(&tokens_line(*id), Answer::Silent));
	let asked = |node: &Node, ids: &[H256]| {
		ids.iter().filter(|id| !node.asked_for(&tokens_line(**id)).is_empty()).count()
	};
	// Not more at once, and those first whose time ends first.
	assert!(node.run().is_empty());
	assert_eq!((asked(&node, &slow), asked(&node, &others)), (32, 0));
	// Those that failed are asked again, behind the others.
	node.world().now += 2_000;
	let sent = node.run();
	assert_eq!((commits(&sent).len(), asked(&node, &others)), (8, 8));
	let again = slow.iter().filter(|id| node.asked_for(&tokens_line(**id)).len() == 2).count();
	assert_eq!(again, 24);
}

#[test]
fn vote_should_be_another_when_a_fork_has_another_challenge() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	let sent = node.run();
	let old = commits(&sent);
	let reorganise = |challenge: H256| {
		AuditsMap::<Test>::mutate(id, |audit| audit.as_mut().unwrap().challenge = challenge)
	};
	node.see(|| reorganise(H256::repeat_byte(0xf0)));
	let new = commits(&node.run());
	assert_eq!(node.asked_for(&audits_line()).len(), 2);
	assert_eq!(new[0].challenge, H256::repeat_byte(0xf0));
	assert_ne!(new[0].blind, old[0].blind);
	// The old vote can't get into the new fork.
	let stale = TransactionValidityError::Invalid(InvalidTransaction::Stale);
	assert_eq!(node.see(|| mock::send(sent[0].clone())), Err(stale));
	// Back on the first fork it is as it was.
	node.see(|| reorganise(old[0].challenge));
	node.see(|| pass(5));
	assert_eq!(commits(&node.block()), old);
	assert_eq!(node.asked_for(&audits_line()).len(), 2);
}

#[test]
fn nothing_should_be_said_when_the_record_cannot_be_read() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	let key = place(&mut node, id).record_key();
	node.db().set(b"", &key, b"torn");
	assert!(node.blocks(3).is_empty());
	assert!(node.asked().is_empty());
	assert!(node.status().failures > 0);
	assert_eq!(node.see(|| audit(id)).phase, Phase::Committing);
	assert!(node.db().get(records::INDEX).is_none());
}
