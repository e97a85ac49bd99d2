//! The last committee: when it is drawn, what it looks at, whom it proves wrong.

use super::{honest, unproven};
use crate::{mock::*, Instance, Phase, RowsSeen, Statement, DRAW_DELAY, MAX_RETRIES};
use reckon_primitives::JobId;
use reckon_support::{mocks::MockPenalties, AuditOutcome};
use reckon_verification::Fault;
use sp_runtime::Perbill;
use std::collections::BTreeSet;

const WRONG: Perbill = Perbill::from_percent(5);

/// An audit whose larger committee is split, as most draws of these auditors are; the first of those from a job
/// on.
fn split(worker: u8, from: u8, says: impl Fn(JobId, AccountId) -> Statement) -> JobId {
	let mut tried = (from..=u8::MAX).map(|n| {
		let id = drawn(n);
		for _ in 0..2 {
			if ruling(id).is_none() {
				round(id, worker, |_, who| Some(says(id, who)));
			}
		}
		ruling(id).is_none().then_some(id)
	});
	tried.find_map(|id| id).expect("the draw brings them together soon")
}

/// What was held against auditors while something was done.
fn punished(act: impl FnOnce()) -> Vec<AccountId> {
	let before = MockPenalties::all().len();
	act();
	MockPenalties::all()[before..].iter().map(|(_, who, _)| *who).collect()
}

#[test]
fn covered_cheat_should_be_convicted_when_the_larger_committee_is_split() {
	run_with(15, || {
		let covers = |who| (1..=5).map(account).any(|it| it == who);
		let id = split(OTHER, 1, |id, who| computed(id, if covers(who) { OTHER } else { RIGHT }));
		let before = audit(id);
		let [_, larger] = &before.earlier[..] else { panic!("{before:?}") };
		let lied: Vec<_> =
			larger.iter().map(|vote| vote.auditor).filter(|who| covers(*who)).collect();
		assert!(lied.len() >= 3, "{lied:?}");
		to_draw(id);
		let last = audit(id);
		assert_eq!((last.instance, last.size, last.quorum), (Instance::Last, 15, 8));
		// It is asked who has lied, so that it looks at the same rows, which are open.
		assert_eq!(last.challenge, before.challenge);
		assert!(last.opened.is_some());
		// Now they see that they have lost, but what they have said they have said.
		let punished = punished(|| round(id, OTHER, honest(id)));
		assert!(is_rejected(id));
		assert!(lied.iter().all(|who| punished.contains(who)), "{punished:?} {lied:?}");
		assert!(punished.iter().all(|who| covers(*who)), "{punished:?}");
	});
}

#[test]
fn honest_provider_should_be_paid_when_a_larger_committee_is_split_by_those_who_accuse_it() {
	run_with(15, || {
		let accuses = |who| (1..=7).map(account).any(|it| it == who);
		let says = |id, who| match (accuses(who), audit(id).instance) {
			(false, _) => computed(id, RIGHT),
			// It is enough for another committee, and is no proof.
			(true, Instance::First) => unproven(id),
			(true, _) => refuted(Fault::Text),
		};
		let id = split(RIGHT, 1, says);
		let punished = punished(|| round(id, RIGHT, |_, who| Some(says(id, who))));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert!(punished.len() >= 7, "{punished:?}");
		assert!(punished.iter().all(|who| accuses(*who)), "{punished:?}");
	});
}

#[test]
fn auditors_should_not_lose_stake_when_the_last_committee_has_seen_other_rows_than_the_first() {
	run_with(15, || {
		// The worker's rows are right but for those that the first committee looks at.
		let accuses = |who| (1..=7).map(account).any(|it| it == who);
		let shows = |id| if audit(id).round == 1 { OTHER } else { RIGHT };
		let says = |id, who| match accuses(who) && audit(id).round > 1 {
			true => computed(id, OTHER),
			false => computed(id, RIGHT),
		};
		let mut tried = (1..100).map(|n| {
			let id = drawn(n);
			for _ in 0..2 {
				let worker = shows(id);
				round(id, worker, |_, who| Some(says(id, who)));
				to_draw_if_open(id);
			}
			(ruling(id).is_none() && !audit(id).asks_about_first()).then_some(id)
		});
		let id = tried.find_map(|id| id).expect("some committee is split");
		let [first, _] = &audit(id).earlier[..] else { panic!("two committees have voted") };
		let first: Vec<_> = first.iter().map(|vote| vote.auditor).collect();
		let punished = punished(|| round(id, RIGHT, |_, who| Some(says(id, who))));
		// It is not paid. Who has lied about the others' rows has lied.
		assert_eq!(outcome(id), AuditOutcome::Doubtful);
		assert!(punished.iter().filter(|who| accuses(**who)).count() >= 7, "{punished:?}");
		assert!(punished.iter().all(|who| accuses(*who)), "{punished:?}");
		assert!(first.iter().all(|who| accuses(*who) || Counted::all().contains(who)));
	});
}

/// An audit whose larger committee would pay for the answer if most of the first had not said otherwise: the
/// last committee is asked about the first one's rows.
fn denied_by_the_first(
	worker: fn(Instance) -> u8,
	says: impl Fn(JobId, AccountId) -> Statement,
) -> JobId {
	let mut tried = (1..=u8::MAX).map(|n| {
		let id = drawn(n);
		let asked = audit(id).challenge;
		for _ in 0..2 {
			if ruling(id).is_none() {
				to_draw(id);
				round(id, worker(audit(id).instance), |_, who| Some(says(id, who)));
			}
		}
		ruling(id).is_none().then_some((id, asked))
	});
	let (id, asked) = tried.find_map(|it| it).expect("the draw brings them together soon");
	to_draw(id);
	let last = audit(id);
	assert_eq!((last.instance, last.size), (Instance::Last, 15));
	assert_eq!((last.challenge, last.otherwise), (asked, AuditOutcome::Doubtful));
	assert!(last.opened.is_some());
	id
}

/// These accuse an honest provider in a first committee of which they are most, and are honest else.
fn slander(accuses: impl Fn(AccountId) -> bool) -> impl Fn(JobId, AccountId) -> Statement {
	move |id, who| {
		let most = seated(id).into_iter().filter(|it| accuses(*it)).count() > 1;
		match audit(id).instance {
			Instance::First if most && accuses(who) => refuted(Fault::Text),
			_ => computed(id, RIGHT),
		}
	}
}

#[test]
fn honest_provider_should_be_paid_when_most_of_the_first_committee_accuse_it_and_say_no_more() {
	run_with(15, || {
		let accuses = |who| (1..=5).map(account).any(|it| it == who);
		let id = denied_by_the_first(|_| RIGHT, slander(accuses));
		let [first, _] = &audit(id).earlier[..] else { panic!("two committees have voted") };
		let lied: Vec<_> =
			first.iter().map(|vote| vote.auditor).filter(|who| accuses(*who)).collect();
		assert!(lied.len() >= 2, "{lied:?}");
		let punished = punished(|| round(id, RIGHT, honest(id)));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(BTreeSet::from_iter(punished), BTreeSet::from_iter(lied));
	});
}

#[test]
fn provider_should_be_convicted_when_its_rows_are_wrong_only_where_the_first_committee_looked() {
	run_with(15, || {
		let worker = |instance| if instance == Instance::First { OTHER } else { RIGHT };
		let echoes = account(1);
		let says = |id, who| match audit(id).instance {
			Instance::First if who == echoes => computed(id, OTHER),
			_ => computed(id, RIGHT),
		};
		let id = denied_by_the_first(worker, says);
		let [_, larger] = &audit(id).earlier[..] else { panic!("two committees have voted") };
		let larger: Vec<_> = larger.iter().map(|vote| vote.auditor).collect();
		let punished = punished(|| round(id, OTHER, honest(id)));
		assert!(is_rejected(id));
		// The larger committee has said what it has seen, and is paid for it.
		assert!(larger.iter().all(|who| Counted::all().contains(who)));
		assert!(punished.iter().all(|who| *who == echoes), "{punished:?}");
	});
}

#[test]
fn honest_provider_should_be_paid_when_those_who_deny_it_say_that_they_had_no_rows() {
	run_with(15, || {
		let denies = |who| (1..=5).map(account).any(|it| it == who);
		let says = |id, who| {
			let most = seated(id).into_iter().filter(|it| denies(*it)).count() > 1;
			let far = Statement { rows: RowsSeen::Unproven, ..computed(id, OTHER) };
			match audit(id).instance {
				Instance::First if most && denies(who) => far,
				Instance::Larger if denies(who) => far,
				_ => computed(id, RIGHT),
			}
		};
		let id = denied_by_the_first(|_| RIGHT, says);
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		// A worker may have handed them something else.
		let lies = MockPenalties::all().into_iter().filter(|(_, _, part)| *part >= WRONG);
		assert_eq!(lies.count(), 0);
	});
}

#[test]
fn answer_should_be_doubtful_when_nobody_can_say_whether_the_first_committee_lied() {
	run_with(15, || {
		let accuses = |who| (1..=5).map(account).any(|it| it == who);
		// Two who deny it in the larger committee too, where these rows are not looked at again.
		let slanders = slander(accuses);
		let says = |id, who| match audit(id).instance {
			Instance::Larger if (1..=2).map(account).any(|it| it == who) => refuted(Fault::Text),
			_ => slanders(id, who),
		};
		let id = denied_by_the_first(|_| RIGHT, says);
		let (before, punished) = (Counted::all().len(), MockPenalties::all().len());
		while ruling(id).is_none() {
			to_draw(id);
			to_block(audit(id).due);
		}
		assert_eq!(outcome(id), AuditOutcome::Doubtful);
		// Nothing is proved of those who have voted, so that they are paid.
		assert_eq!(Counted::all().len() - before, 3 + 9);
		assert!(MockPenalties::all()[punished..].iter().all(|(_, _, part)| *part < WRONG));
	});
}

fn to_draw_if_open(id: JobId) {
	if ruling(id).is_none() {
		to_draw(id);
	}
}

#[test]
fn audit_should_end_in_time_when_all_are_as_slow_as_can_be() {
	run_with(15, || {
		let covering: Vec<_> = (1..=6).map(account).collect();
		let says = |id, who| computed(id, if covering.contains(&who) { OTHER } else { RIGHT });
		let mut tried = (1..100).map(|n| {
			let id = drawn(n);
			let begun = System::block_number() - DRAW_DELAY;
			(0..MAX_RETRIES).for_each(|_| slow_round(id, |_| None));
			slow_round(id, |who| Some(says(id, who)));
			if ruling(id).is_none() {
				slow_round(id, |who| Some(says(id, who)));
			}
			let open = ruling(id).is_none();
			open.then(|| {
				assert_eq!(audit(id).instance, Instance::Last);
				let otherwise = audit(id).otherwise;
				slow_round(id, |_| None);
				assert_eq!(outcome(id), otherwise);
				System::block_number() - begun
			})
		});
		let took = tried.find_map(|took| took).expect("some committee is split");
		// The bound is no idle one: it counts a block too many in each round.
		assert!((Audits::longest() - 5..=Audits::longest()).contains(&took), "{took} blocks");
	});
}

/// All but one vote, and all that is done is done in the last block for it; these open their votes.
fn slow_round(id: JobId, says: impl Fn(AccountId) -> Option<Statement>) {
	to_draw(id);
	let last_block = || to_block(audit(id).due - 1);
	let seats: Vec<_> = seated(id).into_iter().skip(1).collect();
	let statement = |who: AccountId| says(who).unwrap_or_else(|| computed(id, RIGHT));
	last_block();
	seats.iter().for_each(|who| commit(id, *who, &statement(*who)).unwrap());
	pass(1);
	if audit(id).phase == Phase::Opening {
		last_block();
		open(id, OTHER);
	}
	last_block();
	for who in seats {
		let _ = says(who).map(|said| reveal(id, who, &said).unwrap());
	}
	pass(1);
}

#[test]
fn split_committee_should_decide_when_there_are_no_more_auditors() {
	run_with(9, || {
		let covering: Vec<_> = (1..=4).map(account).collect();
		let id = drawn(1);
		let says = |who| computed(id, if covering.contains(&who) { OTHER } else { RIGHT });
		round(id, OTHER, |_, who| Some(says(who)));
		to_draw(id);
		assert_eq!((audit(id).instance, audit(id).size), (Instance::Larger, 9));
		round(id, OTHER, |_, who| Some(says(who)));
		assert_eq!(audit(id).instance, Instance::Last);
		pass(DRAW_DELAY);
		assert_eq!(outcome(id), AuditOutcome::Doubtful);
		// Nobody was asked.
		assert!((1..=9).all(|n| Audits::conduct(account(n)).open == 0));
	});
}

#[test]
fn larger_committee_should_have_decided_when_the_last_one_is_silent() {
	run_with(15, || {
		let covers = |who| (1..=5).map(account).any(|it| it == who);
		let says = |id, who| computed(id, if covers(who) { OTHER } else { RIGHT });
		let mut tried = (1..100).map(|n| {
			let id = split(OTHER, n, says);
			let otherwise = audit(id).otherwise;
			while ruling(id).is_none() {
				to_draw(id);
				to_block(audit(id).due);
			}
			assert_eq!(outcome(id), otherwise);
			matches!(otherwise, AuditOutcome::Rejected(_))
		});
		assert!(tried.any(|convicts| convicts), "three of nine cover now and then");
	});
}
