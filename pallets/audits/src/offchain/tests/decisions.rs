//! The table of what is decided, and that no order of events makes an auditor contradict itself.

use crate::{
	offchain::decide::*,
	types::{Ballot, Opened, Phase, RowsSeen, Statement},
};
use codec::Encode;
use proptest::prelude::*;
use reckon_verification::{blind, Fault, Fingerprint, Statistics, Vote};
use sp_core::H256;

const SALT: H256 = H256([5; 32]);
const PLACE: Place =
	Place { job: H256([1; 32]), round: 1, challenge: H256([2; 32]), auditor: [3; 32] };
const OWN: Own = Own { root: H256([4; 32]), count: 12, width: 16 };
const HALF: u32 = 20;
const LAST: u32 = 5;

fn committing(left: u32) -> View {
	View {
		now: 100 - left,
		time: 0,
		left,
		phase: Phase::Committing,
		ballot: Ballot::Awaited,
		opened: None,
		declining_ends: HALF,
		may_decline: true,
		looking_ends: LAST,
		took: 0,
		has_verifier: true,
		withheld: ANSWER_WITHHELD,
		tries: ANSWER_TRIES,
	}
}

fn revealing(left: u32, blind: H256) -> View {
	let (ballot, opened) = (Ballot::Committed(blind), Some(opening(H256([9; 32]))));
	View { phase: Phase::Revealing, ballot, opened, ..committing(left) }
}

/// What a worker has opened with this root.
fn opening(root: H256) -> Opened {
	Opened { root, fingerprint: Fingerprint::default() }
}

fn replayed() -> Judgement {
	let (fingerprint, statistics) = (Fingerprint::default(), Statistics::default());
	Judgement { vote: Vote::Replayed { fingerprint, statistics }, own: Some(OWN) }
}

fn refuted() -> Judgement {
	Judgement { vote: Vote::Refuted(Fault::Text), own: None }
}

fn hides(vote: &Vote, salt: H256) -> H256 {
	H256(blind(&PLACE.job.0, &PLACE.auditor, vote, &salt.0))
}

/// A record with this vote, sent so long ago that it would be sent again.
fn voted(found: Judgement) -> (Record, H256) {
	let mut record = Record::default();
	let step = record.judged(&PLACE, &committing(30), Ok(found), SALT);
	let blind = hides(&found.vote, SALT);
	assert_eq!(step, Step::Send(Message::Commit(blind)));
	(record, blind)
}

#[test]
fn auditor_should_compute_when_its_vote_is_awaited() {
	for left in [1, HALF, 40] {
		assert_eq!(Record::default().next(&committing(left)), Step::Compute);
	}
	assert_eq!(Record::default().next(&committing(0)), Step::Rest);
	let blind = Ballot::Committed(H256::zero());
	for ballot in [blind, Ballot::Revealed, Ballot::Declined, Ballot::Missed] {
		let view = View { ballot, ..committing(30) };
		assert_eq!(Record::default().next(&view), Step::Rest);
	}
	for phase in [Phase::Drawing, Phase::Opening] {
		for ballot in [blind, Ballot::Awaited] {
			let view = View { phase, ballot, ..committing(30) };
			assert_eq!(Record::default().next(&view), Step::Rest);
		}
	}
}

#[test]
fn seat_should_be_given_up_only_in_the_first_half_when_there_is_no_verifier() {
	let decline = Step::Send(Message::Decline);
	for (left, may_decline, expected) in [
		(40, true, decline),
		(HALF + 1, true, decline),
		(HALF, true, Step::Rest),
		(1, true, Step::Rest),
		(40, false, Step::Rest),
	] {
		let view = View { has_verifier: false, may_decline, ..committing(left) };
		assert_eq!(Record::default().next(&view), expected, "{left} {may_decline}");
	}
}

#[test]
fn trouble_should_be_waited_for_given_up_or_held_against_the_worker_as_its_kind_is() {
	let decline = Step::Send(Message::Decline);
	let nothing = Step::Send(Message::Commit(hides(
		&Vote::Refuted(Fault::Ending(reckon_verification::EndingFault::Empty)),
		SALT,
	)));
	// The steps of three tries in a row, beginning with so many blocks left.
	for (kind, left, expected) in [
		(Kind::Unable, 40, [decline, Step::Rest, Step::Rest]),
		(Kind::Unable, HALF, [Step::Rest; 3]),
		// Seats can still be given up in the next three blocks.
		(Kind::Busy, HALF + 5, [Step::Rest, Step::Rest, decline]),
		(Kind::Busy, HALF + 1, [decline, Step::Rest, Step::Rest]),
		(Kind::Busy, HALF, [Step::Rest; 3]),
		(Kind::Computing, 40, [Step::Rest; 3]),
		(Kind::Computing, 3, [Step::Rest; 3]),
		(Kind::Withheld, 40, [Step::Rest; 3]),
		(Kind::Withheld, HALF + 2, [Step::Rest, Step::Rest, nothing]),
		(Kind::Withheld, HALF, [Step::Rest, Step::Rest, nothing]),
		(Kind::Withheld, 3, [Step::Rest, Step::Rest, nothing]),
	] {
		let mut record = Record::default();
		for (n, expected) in (0..).zip(expected) {
			let step = record.judged(&PLACE, &committing(left - n), Err(kind), SALT);
			assert_eq!(step, expected, "{kind:?} {left} {n}");
			assert_eq!(record.trouble, Some(kind));
		}
	}
	// Failures are counted before the half too.
	let mut record = Record::default();
	for left in [40, 39, 38] {
		record.judged(&PLACE, &committing(left), Err(Kind::Withheld), SALT);
	}
	assert_eq!(record.judged(&PLACE, &committing(HALF), Err(Kind::Withheld), SALT), nothing);
	assert!(record.voted.unwrap().withheld);
}

#[test]
fn nobody_should_be_asked_right_after_a_failure() {
	let at = |time| View { time, ..committing(30) };
	let mut record = Record::default();
	record.judged(&PLACE, &at(10_000), Err(Kind::Busy), SALT);
	for (time, expected) in [
		(10_000, Step::Rest),
		(11_999, Step::Rest),
		(12_000, Step::Compute),
		(1_000, Step::Compute),
	] {
		assert_eq!(record.next(&at(time)), expected, "{time}");
	}
	let (mut record, blind) = voted(replayed());
	let at = |time| View { time, ..revealing(10, blind) };
	for (kind, pause) in [(Kind::Withheld, 2_000), (Kind::Busy, 4_000)] {
		assert_eq!(record.looked(&at(10_000), Err(kind)), Step::Rest);
		assert_eq!(record.next(&at(9_999 + pause)), Step::Rest);
		assert!(matches!(record.next(&at(10_000 + pause)), Step::Look(_)));
	}
	// What needs nobody's answer does not wait.
	let same = View { opened: Some(opening(OWN.root)), ..at(11_000) };
	assert!(matches!(record.next(&same), Step::Send(Message::Reveal { .. })));
}

#[test]
fn pause_should_grow_with_each_failure_in_a_row_to_a_bound() {
	let pause = |record: &Record| {
		let at = |time| View { time, ..committing(40) };
		let since = record.failed_at.unwrap();
		(1..40).find(|s| record.clone().next(&at(since + s * 1_000)) == Step::Compute).unwrap()
	};
	for kind in [Kind::Withheld, Kind::Busy] {
		let mut record = Record::default();
		for expected in [2, 4, 8, 16, 16, 16] {
			record.judged(&PLACE, &committing(40), Err(kind), SALT);
			assert_eq!(pause(&record), expected, "{kind:?}");
		}
		// What is being computed is no failure.
		record.judged(&PLACE, &committing(40), Err(Kind::Computing), SALT);
		assert_eq!(pause(&record), 2);
		record.judged(&PLACE, &committing(40), Err(kind), SALT);
		assert_eq!(pause(&record), 2);
	}
	// When all that is missing is one more failure, nobody waits for it.
	let mut record = Record::default();
	for expected in [Step::Rest, Step::Compute] {
		record.judged(&PLACE, &committing(30), Err(Kind::Withheld), SALT);
		assert_eq!(record.next(&committing(30)), Step::Rest);
		assert_eq!(record.next(&committing(HALF)), expected);
	}
}

#[test]
fn seat_should_be_given_up_in_the_last_blocks_in_which_it_can_be_when_its_vote_will_be_late() {
	let decline = Step::Send(Message::Decline);
	// Seen with so many blocks left, at three seconds a block.
	let seen = |left: u32| {
		let mut record = Record::default();
		assert_eq!(record.next(&at(left)), Step::Compute);
		record
	};
	fn at(left: u32) -> View {
		View { time: u64::from(100 - left) * 3_000, ..committing(left) }
	}
	let last = HALF + 3;
	for (first, trouble, took, left, expected) in [
		// Sixteen blocks and nothing: twice as long again is more than is left.
		(39, Some(Kind::Computing), 0, last, decline),
		(39, None, 0, last, decline),
		(39, Some(Kind::Computing), 0, HALF + 1, decline),
		// Not earlier, not later.
		(39, Some(Kind::Computing), 0, last + 1, Step::Compute),
		(39, Some(Kind::Computing), 0, HALF, Step::Compute),
		// Votes have taken 75 seconds of late: nine blocks more.
		(39, Some(Kind::Computing), 75_000, last, Step::Compute),
		// Three minutes: more than there is.
		(39, Some(Kind::Computing), 180_000, last, decline),
		// Just drawn for another.
		(last, None, 0, last, Step::Compute),
		(last, None, 15_000, last - 1, Step::Compute),
		(last, Some(Kind::Computing), 0, last - 2, Step::Compute),
		// That is the worker's fault, and will be said.
		(39, Some(Kind::Withheld), 0, last, Step::Compute),
		// It is asked once more, and then given up.
		(39, Some(Kind::Busy), 0, last, Step::Compute),
		(39, Some(Kind::Busy), 0, last - 1, decline),
		(last, Some(Kind::Busy), 0, last - 1, decline),
		(39, Some(Kind::Busy), 75_000, last - 1, decline),
		(39, Some(Kind::Busy), 0, last + 1, Step::Compute),
		(39, Some(Kind::Busy), 0, HALF, Step::Compute),
	] {
		let mut record = Record { trouble, ..seen(first) };
		let step = record.next(&View { took, ..at(left) });
		assert_eq!(step, expected, "{first} {trouble:?} {took} {left}");
	}
	// Whoever may give none up goes on.
	let mut record = Record { trouble: Some(Kind::Busy), ..seen(39) };
	let view = View { may_decline: false, ..at(HALF + 1) };
	assert_eq!(record.next(&view), Step::Compute);
	// A pause does not keep it from the last try.
	let mut record = seen(39);
	record.judged(&PLACE, &at(last), Err(Kind::Computing), SALT);
	let mut busy = Record { trouble: Some(Kind::Busy), failed_at: Some(at(last).time), ..record };
	assert_eq!(busy.next(&at(last)), Step::Compute);
	assert_eq!(busy.judged(&PLACE, &at(last), Err(Kind::Busy), SALT), decline);
}

#[test]
fn rows_should_be_unproven_in_the_last_blocks_though_nobody_is_asked_again() {
	let (mut record, blind) = voted(replayed());
	for _ in 0..4 {
		record.looked(&revealing(LAST + 2, blind), Err(Kind::Withheld));
	}
	assert_eq!(record.next(&revealing(LAST + 1, blind)), Step::Rest);
	let step = record.clone().next(&revealing(LAST, blind));
	let rows = RowsSeen::Unproven;
	let vote = replayed().vote;
	let (opened, statement) = (opening(H256([9; 32])), Statement { vote, rows });
	assert_eq!(step, Step::Send(Message::Reveal { opened: Some(opened), salt: SALT, statement }));
	// Not when it is the verifier that is not there.
	record.looked(&revealing(LAST + 1, blind), Err(Kind::Busy));
	assert_eq!(record.next(&revealing(LAST, blind)), Step::Rest);
}

#[test]
fn vote_should_go_out_again_only_after_some_blocks() {
	let (mut record, blind) = voted(replayed());
	for left in (26..30).rev() {
		assert_eq!(record.next(&committing(left)), Step::Rest, "{left}");
	}
	assert_eq!(record.next(&committing(25)), Step::Send(Message::Commit(blind)));
	assert_eq!(record.next(&committing(24)), Step::Rest);
	// A fork that is a little shorter.
	assert_eq!(record.next(&committing(29)), Step::Rest);
	assert_eq!(record.next(&committing(0)), Step::Rest);
}

#[test]
fn vote_should_stay_when_another_verdict_comes_later() {
	let (mut record, blind) = voted(replayed());
	let later = committing(20);
	for found in [Ok(refuted()), Err(Kind::Withheld), Err(Kind::Unable)] {
		let step = record.judged(&PLACE, &later, found, H256::repeat_byte(6));
		assert!(matches!(step, Step::Rest) || step == Step::Send(Message::Commit(blind)));
	}
	assert_eq!(record.voted.unwrap().blind, blind);
}

#[test]
fn rows_should_be_looked_at_unless_the_roots_are_equal_or_there_is_nothing_to_see() {
	let shown_of = |root, rows, found: Judgement| {
		let (opened, statement) = (opening(root), Statement { vote: found.vote, rows });
		Step::Send(Message::Reveal { opened: Some(opened), salt: SALT, statement })
	};
	let shown = |rows, found| shown_of(H256([9; 32]), rows, found);
	let (computed, blind) = voted(replayed());
	let look = Step::Look(Shape { count: 12, width: Some(16) });
	assert_eq!(computed.clone().next(&revealing(15, blind)), look);
	let same = View { opened: Some(opening(OWN.root)), ..revealing(15, blind) };
	assert_eq!(computed.clone().next(&same), shown_of(OWN.root, RowsSeen::Proven, replayed()));

	let (at_fault, blind) = voted(refuted());
	let with = |tokens: Vec<u8>| Record { tokens: Some(tokens), ..at_fault.clone() };
	// Of an embedding: all of it is on chain.
	assert_eq!(at_fault.clone().next(&revealing(15, blind)), shown(RowsSeen::Proven, refuted()));
	let look = Step::Look(Shape { count: 3, width: None });
	assert_eq!(with(vec![1u32, 2, 3].encode()).next(&revealing(15, blind)), look);
	for junk in [Vec::new(), vec![0], vec![0xff; 9]] {
		let step = with(junk).next(&revealing(15, blind));
		assert_eq!(step, shown(RowsSeen::Unproven, refuted()));
	}

	let mut record = Record::default();
	for _ in 0..3 {
		record.judged(&PLACE, &committing(5), Err(Kind::Withheld), SALT);
	}
	let Voted { vote, blind, .. } = record.voted.unwrap();
	let withheld = Judgement { vote, own: None };
	assert_eq!(record.next(&revealing(15, blind)), shown(RowsSeen::Unproven, withheld));
}

#[test]
fn rows_should_be_unproven_only_in_the_last_blocks() {
	let opened = opening(H256([9; 32]));
	let statement = |rows| {
		let statement = Statement { vote: replayed().vote, rows };
		Step::Send(Message::Reveal { opened: Some(opened), salt: SALT, statement })
	};
	let (record, blind) = voted(replayed());
	let unproven = statement(RowsSeen::Unproven);
	for (seen, left, expected) in [
		(Ok(()), 15, statement(RowsSeen::Proven)),
		(Ok(()), 1, statement(RowsSeen::Proven)),
		(Err(Kind::Withheld), LAST + 1, Step::Rest),
		(Err(Kind::Withheld), LAST, unproven),
		// Who can't look has nothing to say.
		(Err(Kind::Computing), 1, Step::Rest),
		(Err(Kind::Busy), 1, Step::Rest),
		(Err(Kind::Unable), 1, Step::Rest),
	] {
		let step = record.clone().looked(&revealing(left, blind), seen);
		assert_eq!(step, expected, "{seen:?} {left}");
	}
	// The word stays.
	let mut record = record;
	assert_eq!(record.looked(&revealing(4, blind), Err(Kind::Withheld)), unproven);
	for _ in 0..2 {
		let step = record.looked(&revealing(3, blind), Ok(()));
		assert!(matches!(step, Step::Rest), "{step:?}");
	}
	assert_eq!(record.rows, [(opened.name(), RowsSeen::Unproven)]);
}

#[test]
fn rows_should_be_looked_at_again_when_another_fork_has_opened_others() {
	let (mut record, blind) = voted(replayed());
	let step = record.looked(&revealing(15, blind), Ok(()));
	assert!(matches!(step, Step::Send(Message::Reveal { .. })));
	// The same root, but not the fingerprint of the rows that were seen.
	let fingerprint = Fingerprint([[1; _]; _]);
	let opened = Some(Opened { root: H256([9; 32]), fingerprint });
	let elsewhere = View { opened, ..revealing(9, blind) };
	let look = Step::Look(Shape { count: 12, width: Some(16) });
	assert_eq!(record.next(&elsewhere), look);
	let last = View { opened, ..revealing(LAST, blind) };
	let Step::Send(Message::Reveal { opened: name, statement, .. }) =
		record.looked(&last, Err(Kind::Withheld))
	else {
		panic!("the vote goes out");
	};
	assert_eq!((name, statement.rows), (opened, RowsSeen::Unproven));
}

#[test]
fn vote_of_which_nothing_is_known_should_not_be_opened() {
	let other = H256::repeat_byte(7);
	let mut record = Record::default();
	assert_eq!(record.next(&revealing(15, other)), Step::Lost);
	// It is told once.
	assert_eq!(record.next(&revealing(14, other)), Step::Rest);
	let (mut record, blind) = voted(replayed());
	assert_eq!(record.next(&revealing(15, other)), Step::Lost);
	assert_eq!(record.looked(&revealing(1, other), Ok(())), Step::Rest);
	assert!(record.rows.is_empty());
	let look = Step::Look(Shape { count: 12, width: Some(16) });
	assert_eq!(record.next(&revealing(14, blind)), look);
}

/// Something that may happen, in any order: runs of different blocks, of different forks, at once.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)]
enum Event {
	Next(View),
	Judged(View, Result<Judgement, Kind>, H256),
	Looked(View, Result<(), Kind>),
	Tokens(Vec<u8>),
}

fn kind() -> impl Strategy<Value = Kind> {
	prop_oneof![Just(Kind::Withheld), Just(Kind::Computing), Just(Kind::Busy), Just(Kind::Unable)]
}

/// A view; its ballot is blind with whatever hash the test puts there, mostly the record's own.
fn view() -> impl Strategy<Value = View> {
	let phase = prop_oneof![
		4 => Just(Phase::Committing),
		1 => Just(Phase::Opening),
		4 => Just(Phase::Revealing),
	];
	let ballot = prop_oneof![
		4 => Just(Ballot::Awaited),
		4 => Just(Ballot::Committed(H256::zero())),
		1 => Just(Ballot::Committed(H256::repeat_byte(7))),
		1 => Just(Ballot::Declined),
		1 => Just(Ballot::Missed),
	];
	let root = prop_oneof![Just(None), Just(Some(OWN.root)), Just(Some(H256::zero()))];
	let opened = root.prop_map(|root| root.map(opening));
	(phase, ballot, opened, 0u32..60, 0u32..45, 0..6_000u64, any::<[bool; 2]>()).prop_map(
		|(phase, ballot, opened, now, left, time, [may_decline, has_verifier])| View {
			now,
			time,
			left,
			phase,
			ballot,
			opened,
			may_decline,
			has_verifier,
			..committing(30)
		},
	)
}

fn event() -> impl Strategy<Value = Event> {
	let judgement = prop_oneof![Just(replayed()), Just(refuted())];
	let found = prop_oneof![
		judgement.prop_map(Ok::<Judgement, Kind>),
		kind().prop_map(Err::<Judgement, Kind>),
	];
	let seen = prop_oneof![Just(Ok::<(), Kind>(())), kind().prop_map(Err::<(), Kind>),];
	let salt = any::<[u8; 32]>().prop_map(H256);
	let tokens = prop_oneof![Just(vec![1u32, 2].encode()), Just(vec![9; 7])];
	prop_oneof![
		4 => view().prop_map(Event::Next),
		4 => (view(), found, salt).prop_map(|(view, found, salt)| Event::Judged(view, found, salt)),
		4 => (view(), seen).prop_map(|(view, seen)| Event::Looked(view, seen)),
		1 => tokens.prop_map(Event::Tokens),
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(4_000))]

	#[test]
	fn auditor_should_never_contradict_itself_whatever_happens(
		events in proptest::collection::vec(event(), 1..40),
	) {
		let mut record = Record::default();
		let mut commits = std::collections::BTreeSet::new();
		let mut statements = Vec::new();
		for event in events {
			let had_vote = record.voted.is_some();
			let own = record.voted.as_ref().map(|voted| voted.blind);
			let on_chain = |view: View| match (view.ballot, own) {
				(Ballot::Committed(blind), Some(own)) if blind.is_zero() => {
					View { ballot: Ballot::Committed(own), ..view }
				},
				_ => view,
			};
			let (step, seen) = match event {
				Event::Next(view) => {
					let view = on_chain(view);
					(record.next(&view), view)
				},
				Event::Judged(view, found, salt) => {
					let view = on_chain(view);
					(record.judged(&PLACE, &view, found, salt), view)
				},
				Event::Looked(view, seen) => {
					let view = on_chain(view);
					(record.looked(&view, seen), view)
				},
				Event::Tokens(tokens) => {
					record.tokens.get_or_insert(tokens);
					continue;
				},
			};
			match step {
				Step::Send(Message::Commit(blind)) => {
					let voted = record.voted.as_ref().expect("noted before it is sent");
					prop_assert_eq!(blind, hides(&voted.vote, voted.salt));
					commits.insert(blind);
				},
				Step::Send(Message::Reveal { opened, salt, statement }) => {
					let hidden = Ballot::Committed(hides(&statement.vote, salt));
					prop_assert_eq!(seen.ballot, hidden);
					let opened = opened.expect("it is about an answer");
					prop_assert!(record.rows.contains(&(opened.name(), statement.rows)));
					prop_assert_eq!(seen.opened, Some(opened));
					statements.push((opened, salt, statement));
				},
				Step::Send(Message::Decline) => {
					prop_assert!(!had_vote && record.voted.is_none());
					prop_assert!(seen.may_decline && seen.left > HALF);
				},
				Step::Look(_) => prop_assert!(had_vote),
				Step::Compute => prop_assert!(!had_vote),
				Step::Rest | Step::Lost => {},
			}
			prop_assert!(commits.len() <= 1, "two blind votes for one challenge");
			if let Some((last, salt, said)) = statements.last() {
				for (opened, other_salt, other) in &statements {
					prop_assert_eq!((said.vote, salt), (other.vote, other_salt));
					prop_assert!(opened != last || said == other, "two words about one opening");
				}
			}
		}
	}
}
