//! How audits end, whoever lies and whoever is silent.

use crate::{
	mock::*, Conduct, Conducts, Event, Instance, Offences, Phase, RowsSeen, Statement, WeightInfo,
	DRAW_DELAY, MAX_RETRIES,
};
use frame_support::{traits::fungible::Mutate, weights::Weight};
use reckon_primitives::{Balance, JobId};
use reckon_support::{
	mocks::{MockModels, MockPenalties, MockPool, MockStake, MockSubjects},
	AuditOutcome, AuditedAnswer, Auditing, Conviction,
};
use reckon_verification::{Fault, Fingerprint, Reason, Statistics, Vote};
use sp_runtime::Perbill;
use std::collections::BTreeSet;

const WRONG: Perbill = Perbill::from_percent(5);
/// What an audit of such work costs.
const COSTS: Balance = 3 * SEAT_FEE;
const SILENT: Perbill = Perbill::from_percent(1);

fn honest(id: JobId) -> impl Fn(usize, AccountId) -> Option<Statement> {
	move |_, _| Some(computed(id, RIGHT))
}

/// A fingerprint between what is honest and what convicts: every number off by a thousandth.
pub(super) fn nearly(id: JobId) -> Statement {
	let Fingerprint(mut rows) = fingerprint(id, RIGHT);
	let nudge = |number: &mut i16| *number += *number / 1000 + i16::from(*number > 500);
	rows.iter_mut().flatten().for_each(nudge);
	let vote = Vote::Replayed { fingerprint: Fingerprint(rows), statistics: Statistics::default() };
	Statement { vote, rows: RowsSeen::Proven }
}

fn unproven(id: JobId) -> Statement {
	Statement { rows: RowsSeen::Unproven, ..computed(id, RIGHT) }
}

#[test]
fn honest_provider_should_be_accepted_when_all_auditors_agree() {
	run(|| {
		let id = drawn(1);
		let committee = seated(id);
		round(id, RIGHT, honest(id));
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Accepted);
		assert_eq!((ruling.costs, ruling.slash), (COSTS, 0));
		assert_eq!(Counted::all(), committee);
		assert!(MockPenalties::all().is_empty());
		assert!(!<Audits as Auditing<_, Balance>>::is_open(&id));
		let decided = Event::AuditDecided { audit: id, outcome: ruling.outcome, votes: 3 };
		assert!(events().contains(&decided));
	});
}

#[test]
fn lying_provider_should_be_convicted_when_the_larger_committee_agrees() {
	run(|| {
		let id = drawn(1);
		let first = seated(id);
		round(id, OTHER, honest(id));
		assert!(events().contains(&Event::AuditEscalated { audit: id }));
		// Whoever brought the last vote must not know what the draw is made from.
		assert_eq!(audit(id).phase, Phase::Drawing);
		pass(DRAW_DELAY - 1);
		assert_eq!(audit(id).phase, Phase::Drawing);
		pass(1);
		let larger = audit(id);
		assert_eq!((larger.round, larger.instance), (2, Instance::Larger));
		assert_eq!((larger.size, larger.quorum), (9, 6));
		assert_eq!(larger.phase, Phase::Committing);
		let second = seated(id);
		round(id, OTHER, honest(id));
		let ruling = ruling(id).unwrap();
		let AuditOutcome::Rejected(Conviction::Answer(Reason::Distance(_))) = ruling.outcome else {
			panic!("{ruling:?}");
		};
		// Both committees have said so.
		assert_eq!(Counted::all(), [first, second].concat());
		// Attested work is audited always: the pay again is what is asked at least.
		assert_eq!(ruling.slash, CHARGE);
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn other_positions_should_be_audited_when_the_larger_committee_looks() {
	run(|| {
		let id = drawn(1);
		let before = audit(id).challenge;
		round(id, OTHER, honest(id));
		assert_eq!(audit(id).opened, None);
		to_draw(id);
		assert_ne!(audit(id).challenge, before);
	});
}

#[test]
fn slash_should_make_cheating_a_loss_when_few_jobs_are_audited() {
	run(|| {
		let id = submit(1, false);
		// A fifth of such work is audited at most; this was drawn.
		crate::Audits::<Test>::mutate(id, |audit| {
			audit.as_mut().unwrap().cause = reckon_support::Cause::Requested;
		});
		pass(DRAW_DELAY);
		let rate = Audits::audit_rate(0, PROVIDER, CHARGE);
		assert_eq!(audit(id).rate, rate);
		for _ in 0..2 {
			round(id, OTHER, honest(id));
		}
		let slash = ruling(id).unwrap().slash;
		// 0.8 · 1000 ÷ (0.11 · 0.989999) − 1000
		assert_eq!(rate, sp_runtime::Permill::from_percent(11));
		assert_eq!(slash, 6_347);
	});
}

#[test]
fn lazy_auditor_should_lose_stake_when_it_votes_without_having_computed() {
	run(|| {
		let id = drawn(1);
		let lazy = seated(id)[0];
		let garbage = |who| match who == lazy {
			true => computed(id, OTHER),
			false => computed(id, RIGHT),
		};
		round(id, RIGHT, |_, who| Some(garbage(who)));
		assert!(events().contains(&Event::AuditEscalated { audit: id }));
		round(id, RIGHT, |_, who| Some(garbage(who)));
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Accepted);
		assert!(!Counted::all().contains(&lazy));
		// Once more for each vote, if it sits in both committees.
		let twice = Perbill::from_percent(10);
		let punished = MockPenalties::all();
		assert!(!punished.is_empty());
		let expected = [(0, lazy, WRONG), (0, lazy, twice)];
		assert_eq!(punished, expected[..punished.len()]);
	});
}

#[test]
fn one_dissenting_liar_should_be_outvoted_and_punished() {
	run(|| {
		let id = drawn(1);
		let liar = seated(id)[1];
		let says = |who| match who == liar {
			true => refuted(Fault::Text),
			false => computed(id, RIGHT),
		};
		round(id, RIGHT, |_, who| Some(says(who)));
		round(id, RIGHT, |_, who| Some(says(who)));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert!(MockPenalties::all().iter().all(|(_, who, _)| *who == liar));
		assert_eq!(MockPenalties::all()[0], (0, liar, WRONG));
		assert!(Counted::all().iter().all(|who| *who != liar));
	});
}

#[test]
fn auditor_should_lose_stake_when_it_echoes_a_worker_that_leaks() {
	run(|| {
		let id = drawn(1);
		let echo = seated(id)[0];
		let says = |who| computed(id, if who == echo { OTHER } else { RIGHT });
		round(id, OTHER, |_, who| Some(says(who)));
		round(id, OTHER, |_, who| Some(says(who)));
		assert!(is_rejected(id));
		assert!(MockPenalties::all().contains(&(0, echo, WRONG)));
		assert!(!Counted::all().contains(&echo));
	});
}

#[test]
fn nothing_should_be_convicted_when_a_minority_of_the_larger_committee_colludes() {
	run(|| {
		let id = drawn(1);
		let colluding: Vec<_> = (1..=4).map(account).collect();
		let says = |who: AccountId| match colluding.contains(&who) {
			true => refuted(Fault::Units),
			false => computed(id, RIGHT),
		};
		round(id, RIGHT, |_, who| Some(says(who)));
		if ruling(id).is_none() {
			round(id, RIGHT, |_, who| Some(says(who)));
		}
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert!(MockPenalties::all().iter().all(|(_, who, _)| colluding.contains(who)));
	});
}

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
			ruling(id).is_none().then_some(id)
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
		let punished = punished(|| round(id, OTHER, honest(id)));
		assert!(is_rejected(id));
		// The larger committee has said what it has seen.
		assert!(punished.iter().all(|who| *who == echoes), "{punished:?}");
	});
}

#[test]
fn answer_should_be_doubtful_when_nobody_can_say_whether_the_first_committee_lied() {
	run_with(15, || {
		let accuses = |who| (1..=5).map(account).any(|it| it == who);
		let id = denied_by_the_first(|_| RIGHT, slander(accuses));
		let before = Counted::all().len();
		while ruling(id).is_none() {
			to_draw(id);
			to_block(audit(id).due);
		}
		assert_eq!(outcome(id), AuditOutcome::Doubtful);
		// Nothing is proved of those who have voted, so that they are paid.
		assert_eq!(Counted::all().len() - before, 3 + 9);
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

#[test]
fn silent_worker_should_be_convicted_when_it_does_not_open_its_rows() {
	run(|| {
		let id = drawn(1);
		let seats = seated(id);
		for who in &seats {
			commit(id, *who, &computed(id, RIGHT)).unwrap();
		}
		assert_eq!(audit(id).phase, Phase::Opening);
		MockSubjects::set_wages(COSTS);
		to_block(audit(id).due);
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Rejected(Conviction::NotOpened));
		assert_eq!(ruling.slash, CHARGE);
		// The auditors have computed in vain, but not for nothing.
		assert_eq!(ruling.costs, COSTS);
		assert!(seats.iter().all(|who| free(*who) == START + COSTS / 3));
		assert!(Counted::all().is_empty());
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn worker_should_be_convicted_when_its_rows_can_not_be_had() {
	run(|| {
		let id = drawn(1);
		round(id, RIGHT, |_, _| Some(unproven(id)));
		round(id, RIGHT, |_, _| Some(unproven(id)));
		assert_eq!(outcome(id), AuditOutcome::Rejected(Conviction::RowsUnproven));
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn auditor_should_not_lose_stake_when_it_alone_could_not_have_the_rows() {
	run(|| {
		let id = drawn(1);
		let unlucky = seated(id)[0];
		round(id, RIGHT, |n, _| Some(if n == 0 { unproven(id) } else { computed(id, RIGHT) }));
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert!(MockPenalties::all().is_empty());
		let missed =
			|event: &_| matches!(event, Event::VoteMissed { auditor, .. } if *auditor == unlucky);
		assert!(events().iter().any(missed));
	});
}

#[test]
fn provider_should_neither_be_paid_nor_slashed_when_most_doubt() {
	run(|| {
		let id = drawn(1);
		let doubts = |_, _| Some(nearly(id));
		round(id, RIGHT, doubts);
		round(id, RIGHT, doubts);
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Doubtful);
		assert_eq!((ruling.costs, ruling.slash), (COSTS, 0));
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn audit_should_end_inconclusive_when_nobody_ever_votes() {
	run(|| {
		let id = drawn(1);
		let mut asked = seated(id);
		let begun = System::block_number();
		for retry in 0..MAX_RETRIES {
			assert_eq!(audit(id).retries, retry);
			to_block(audit(id).due);
			asked.extend(seated(id));
		}
		to_block(audit(id).due);
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Inconclusive);
		// All were others: three and three and three.
		asked.sort();
		asked.dedup();
		assert_eq!(asked.len(), 9);
		assert_eq!(System::block_number() - begun, 3 * (COMMIT + 1));
		assert!(asked.iter().all(|who| Audits::conduct(*who).missed == 1));
	});
}

#[test]
fn audit_should_end_in_time_when_everybody_is_as_slow_as_can_be() {
	run(|| {
		let begun = System::block_number();
		let id = submit(1, true);
		pass(2);
		// Everybody commits and opens in the last block, and nobody opens its vote; twice, and once
		// more. Then all dissent.
		while ruling(id).is_none() {
			to_draw(id);
			let says = computed(id, RIGHT);
			to_block(audit(id).due - 1);
			for who in seated(id) {
				commit(id, who, &says).unwrap();
			}
			to_block(audit(id).due - 1);
			open(id, OTHER);
			to_block(audit(id).due - 1);
			if audit(id).retries == MAX_RETRIES {
				for who in seated(id) {
					reveal(id, who, &says).unwrap();
				}
			}
			to_block(audit(id).due);
		}
		assert!(is_rejected(id));
		assert!(System::block_number() - begun <= Audits::longest());
	});
}

#[test]
fn stake_should_be_lost_when_an_auditor_is_silent_again_and_again() {
	run_with(3, || {
		let id = drawn(1);
		let silent = seated(id)[2];
		for n in 1..=3u8 {
			let id = if n == 1 { id } else { drawn(n) };
			assert!(MockPenalties::all().is_empty());
			round(id, RIGHT, |_, who| (who != silent).then(|| computed(id, RIGHT)));
			assert_eq!(outcome(id), AuditOutcome::Accepted);
		}
		assert_eq!(MockPenalties::all(), [(0, silent, SILENT)]);
		assert_eq!(Audits::conduct(silent).missed, 0);
		assert!(!Counted::all().contains(&silent));
	});
}

#[test]
fn each_series_of_misses_should_cost_more_until_the_era_ends() {
	run_with(3, || {
		let id = drawn(1);
		let silent = seated(id)[2];
		let miss = |n: u8| {
			let id = if n == 1 { id } else { drawn(n) };
			round(id, RIGHT, |_, who| (who != silent).then(|| computed(id, RIGHT)));
		};
		let costs =
			|| MockPenalties::all().into_iter().map(|(_, _, part)| part).collect::<Vec<_>>();
		(1..=9).for_each(miss);
		// Staking takes the difference to the worst of the era.
		assert_eq!(costs(), [SILENT, Perbill::from_percent(2), Perbill::from_percent(3)]);
		(10..=21).for_each(miss);
		// Never more than a lie.
		assert_eq!(costs()[4..], [WRONG, WRONG, WRONG]);
		MockStake::set_era(1);
		(22..=24).for_each(miss);
		assert_eq!(costs()[7..], [SILENT]);
	});
}

#[test]
fn auditors_should_not_lose_stake_when_the_larger_committee_has_seen_other_rows() {
	run(|| {
		// The first committee sees rows that are wrong, the larger one rows that are right, and the last one
		// what the first has seen.
		let id = drawn(1);
		round(id, OTHER, honest(id));
		round(id, RIGHT, honest(id));
		round(id, OTHER, honest(id));
		assert!(is_rejected(id));
		assert!(MockPenalties::all().is_empty());

		// The other way round: only one has a reason to dissent, and perhaps none.
		let id = drawn(2);
		let dissenter = seated(id)[0];
		round(id, RIGHT, |_, who| {
			Some(if who == dissenter { refuted(Fault::Text) } else { computed(id, RIGHT) })
		});
		round(id, OTHER, honest(id));
		assert!(is_rejected(id));
		assert!(MockPenalties::all().is_empty());
	});
}

/// Lets all auditors commit, and some of them open their votes, in which they say this; what the end of the
/// round weighs.
fn weighed(id: JobId, revealing: usize, says: Statement) -> Weight {
	let seats = seated(id);
	for who in &seats {
		commit(id, *who, &says).unwrap();
	}
	open(id, RIGHT);
	for who in &seats[..revealing] {
		reveal(id, *who, &says).unwrap();
	}
	System::set_block_number(audit(id).due);
	Audits::end_reveals(id, audit(id))
}

#[test]
fn end_of_a_round_should_weigh_the_votes_and_what_follows_from_them_once() {
	run(|| {
		let votes = |count, instance| Audits::verdict_weight(count, instance);
		let again = <() as WeightInfo>::await_draw();

		let id = drawn(1);
		let accepted = votes(3, Instance::First).saturating_add(Audits::ruling_weight(3, 0));
		assert_eq!(weighed(id, 3, computed(id, RIGHT)), accepted);

		let id = drawn(2);
		let one_silent = Audits::missing_weight(1).saturating_add(votes(2, Instance::First));
		let accepted = one_silent.saturating_add(Audits::ruling_weight(2, 0));
		assert_eq!(weighed(id, 2, computed(id, RIGHT)), accepted);

		let id = drawn(3);
		let two_silent = Audits::missing_weight(2).saturating_add(votes(1, Instance::First));
		assert_eq!(weighed(id, 1, computed(id, RIGHT)), two_silent.saturating_add(again));

		let id = drawn(4);
		assert_eq!(
			weighed(id, 3, computed(id, OTHER)),
			votes(3, Instance::First).saturating_add(again)
		);
		to_draw(id);
		let all = votes(9, Instance::Larger).saturating_add(Audits::ruling_weight(12, 0));
		assert_eq!(weighed(id, 9, computed(id, OTHER)), all);

		let id = drawn(5);
		MockModels::remove(MODEL);
		let nothing = votes(3, Instance::First).saturating_add(Audits::ruling_weight(0, 0));
		assert_eq!(weighed(id, 3, computed(id, RIGHT)), nothing);
	});
}

#[test]
fn conduct_should_not_be_written_when_nothing_changes() {
	run(|| {
		let offences = Offences { lies: 1, ..Default::default() };
		let record = Conduct { now: offences, ..Default::default() };
		let who = account(1);
		Conducts::<Test>::insert(who, record);
		for era in 0..4 {
			MockStake::set_era(era);
			Audits::note_counted(&who);
			assert_eq!(Conducts::<Test>::get(who), record);
			// What is old counts as if it had been written again.
			let conduct = Audits::conduct_now(&who);
			assert_eq!(
				[conduct.now.lies, conduct.before.lies],
				[era == 0, era == 1].map(u32::from)
			);
		}
		Audits::note_counted(&account(2));
		assert!(!Conducts::<Test>::contains_key(account(2)));
		Audits::note_missed(job(1), 3, &who);
		assert_eq!(Conducts::<Test>::get(who), Conduct { missed: 1, era: 3, ..Default::default() });
		Audits::note_counted(&who);
		assert!(!Conducts::<Test>::contains_key(who));
	});
}

#[test]
fn misses_should_be_made_good_when_votes_count_again() {
	run_with(3, || {
		let id = drawn(1);
		let lazy = seated(id)[0];
		round(id, RIGHT, |_, who| (who != lazy).then(|| computed(id, RIGHT)));
		assert_eq!(Audits::conduct(lazy).missed, 1);
		let id = drawn(2);
		round(id, RIGHT, honest(id));
		assert_eq!(Audits::conduct(lazy).missed, 0);
	});
}

#[test]
fn others_should_be_drawn_when_too_few_open_their_votes() {
	run(|| {
		let id = drawn(1);
		let first = seated(id);
		round_of_silent_reveals(id);
		to_draw(id);
		let second = seated(id);
		assert_eq!((audit(id).round, audit(id).instance), (2, Instance::First));
		assert_eq!(audit(id).retries, 1);
		assert!(first.iter().all(|who| !second.contains(who)));
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
	});
}

fn round_of_silent_reveals(id: JobId) {
	for who in seated(id) {
		commit(id, who, &computed(id, RIGHT)).unwrap();
	}
	open(id, RIGHT);
	to_block(audit(id).due);
}

#[test]
fn two_should_not_convict_when_the_rest_of_the_larger_committee_is_silent() {
	run(|| {
		let id = drawn(1);
		let liars = [account(1), account(2)];
		let says = |who: AccountId| match liars.contains(&who) {
			true => Some(refuted(Fault::Text)),
			false => None,
		};
		round(id, RIGHT, |n, who| {
			Some(says(who).unwrap_or(if n == 0 { nearly(id) } else { computed(id, RIGHT) }))
		});
		assert_eq!(audit(id).instance, Instance::Larger);
		to_draw(id);
		while ruling(id).is_none() {
			for who in seated(id) {
				// Once is enough: their votes stay while others are drawn into the empty seats.
				let _ = says(who).map(|statement| commit(id, who, &statement));
			}
			to_block(audit(id).due);
		}
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
	});
}

#[test]
fn audit_should_work_when_there_are_four_validators_and_one_is_away() {
	run_with(4, || {
		let away = account(4);
		let says = |id, who| (who != away).then(|| computed(id, RIGHT));
		let id = drawn(1);
		round(id, OTHER, |_, who| says(id, who));
		to_draw(id);
		let larger = audit(id);
		assert_eq!((larger.size, larger.quorum), (4, 3));
		round(id, OTHER, |_, who| says(id, who));
		assert!(is_rejected(id));
		let id = drawn(2);
		round(id, RIGHT, |_, who| says(id, who));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
	});
}

#[test]
fn audit_should_work_when_there_is_one_validator() {
	run_with(1, || {
		let id = drawn(1);
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
	});
}

#[test]
fn audit_should_be_inconclusive_when_there_is_no_validator() {
	run_with(0, || {
		let id = submit(1, true);
		pass(DRAW_DELAY);
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
	});
}

#[test]
fn provider_should_not_audit_itself_when_it_validates_too() {
	run_with(4, || {
		for n in 1..20u8 {
			let id = job(n);
			let own = AuditedAnswer { provider: account(1), client: account(2), ..subject(id) };
			MockPool::insert(account(1), 1, Default::default());
			MockSubjects::insert(id, own.clone());
			<Audits as Auditing<_, _>>::submit(id, own, true);
			pass(DRAW_DELAY);
			let mut seats = seated(id);
			seats.sort();
			assert_eq!(seats, [account(3), account(4)]);
		}
	});
}

#[test]
fn vote_should_not_count_when_it_only_repeats_what_everybody_can_see() {
	run(|| {
		let id = drawn(1);
		let vote = Vote::Output { hash: subject(id).output.0 };
		let repeated = Statement { vote, rows: RowsSeen::Proven };
		let lazy = seated(id)[0];
		let says = |who| if who == lazy { repeated } else { computed(id, RIGHT) };
		seated(id).into_iter().for_each(|who| commit(id, who, &says(who)).unwrap());
		open(id, RIGHT);
		for who in seated(id) {
			assert_eq!(reveal(id, who, &says(who)).is_ok(), who != lazy);
		}
		to_block(audit(id).due);
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(Audits::conduct(lazy).missed, 1);
		assert!(!Counted::all().contains(&lazy));
	});
}

#[test]
fn audit_should_be_inconclusive_when_its_model_has_left_the_store() {
	run(|| {
		let id = drawn(1);
		MockModels::remove(MODEL);
		round(id, OTHER, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
	});
}

#[test]
fn each_lie_should_cost_more_and_keep_a_lonely_liar_out_of_committees_for_the_era() {
	run(|| {
		let liars: Vec<_> = (1..=1).map(account).collect();
		let says = |id, who| match liars.contains(&who) {
			true => refuted(Fault::Text),
			false => computed(id, RIGHT),
		};
		let lies = || MockPenalties::all().len();
		let mut n = 0;
		while lies() == 0 {
			let id = drawn(n);
			round(id, RIGHT, |_, who| Some(says(id, who)));
			if ruling(id).is_none() {
				round(id, RIGHT, |_, who| Some(says(id, who)));
			}
			n += 1;
		}
		for (who, count) in liars.iter().map(|who| (who, Audits::conduct(*who).now.lies)) {
			let own: Vec<_> =
				MockPenalties::all().into_iter().filter(|(_, other, _)| other == who).collect();
			// Those beyond four are said, and cost no more.
			let expected: Vec<_> = (1..=own.len() as u32)
				.map(|times| (0, *who, Perbill::from_percent(5 * times.min(4))))
				.collect();
			assert_eq!(own, expected);
			assert_eq!(own.len().min(4), count as usize);
		}
		let caught: Vec<_> =
			liars.iter().filter(|who| Audits::conduct(**who).barred).copied().collect();
		assert!(!caught.is_empty());
		for n in n..n + 30 {
			let id = drawn(n);
			assert!(seated(id).iter().all(|who| !caught.contains(who)));
		}
		// Those who audit now have time again.
		pass(200);
		MockStake::set_era(1);
		let drawn_again = (100..130).any(|n| seated(drawn(n)).contains(&caught[0]));
		assert!(drawn_again);
	});
}

#[test]
fn lie_should_cost_the_stake_of_the_era_that_its_committee_was_drawn_in() {
	run(|| {
		let id = drawn(1);
		let liar = seated(id)[0];
		let says = |who| match who == liar {
			true => refuted(Fault::Text),
			false => computed(id, RIGHT),
		};
		round(id, RIGHT, |_, who| Some(says(who)));
		// Whoever lied leaves before it is proved.
		MockStake::set_era(1);
		begin_session((1..=VALIDATORS).filter(|n| account(*n) != liar));
		round(id, RIGHT, |_, who| Some(says(who)));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(MockPenalties::all(), [(0, liar, WRONG)]);
		// It sits out the era in which it was found out.
		let conduct = Audits::conduct_now(&liar);
		assert_eq!((conduct.barred, conduct.now.lies, conduct.before.lies), (true, 0, 1));
		MockStake::set_era(2);
		let conduct = Audits::conduct_now(&liar);
		assert_eq!((conduct.barred, conduct.before.lies), (false, 0));
	});
}

#[test]
fn each_era_should_pay_for_its_own_lies_when_one_ends_between_two_committees() {
	// Few enough that all sit in the larger committee.
	run_with(4, || {
		let id = drawn(1);
		let liar = seated(id)[0];
		let says = |who| match who == liar {
			true => refuted(Fault::Text),
			false => computed(id, RIGHT),
		};
		round(id, RIGHT, |_, who| Some(says(who)));
		MockStake::set_era(1);
		round(id, RIGHT, |_, who| Some(says(who)));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(MockPenalties::all(), [(0, liar, WRONG), (1, liar, WRONG)]);
	});
}

#[test]
fn outvoted_auditors_should_pay_once_when_an_era_ends_between_two_committees() {
	run_with(9, || {
		let id = drawn(1);
		let first = seated(id);
		let late = (1..=9).map(account).find(|who| !first.contains(who)).unwrap();
		let liars = [first[0], late];
		let says = |who| match liars.contains(&who) {
			true => refuted(Fault::Text),
			false => computed(id, RIGHT),
		};
		round(id, RIGHT, |_, who| Some(says(who)));
		MockStake::set_era(1);
		round(id, RIGHT, |_, who| Some(says(who)));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(MockPenalties::all(), [(0, first[0], WRONG), (1, late, WRONG)]);
		assert!(liars.iter().all(|who| !Audits::conduct(*who).barred));
	});
}

#[test]
fn silence_should_cost_the_stake_of_the_era_that_its_committee_was_drawn_in() {
	run(|| {
		let (id, silent) = (job(1), account(1));
		let series = |era| (0..3).for_each(|_| Audits::note_missed(id, era, &silent));
		series(0);
		MockStake::set_era(1);
		// Of a committee that was drawn before.
		series(0);
		series(1);
		let twice = Perbill::from_percent(2);
		assert_eq!(
			MockPenalties::all(),
			[(0, silent, SILENT), (0, silent, twice), (1, silent, SILENT)]
		);
	});
}

#[test]
fn auditors_of_work_by_lot_should_be_paid_as_far_as_the_pot_has_it() {
	run(|| {
		let by_lot = |n: u8| {
			let id = submit(n, false);
			// Let it be drawn.
			crate::Audits::<Test>::mutate(id, |audit| {
				audit.as_mut().unwrap().cause = reckon_support::Cause::Attested;
			});
			pass(DRAW_DELAY);
			crate::Audits::<Test>::mutate(id, |audit| {
				audit.as_mut().unwrap().cause = reckon_support::Cause::Lot;
			});
			id
		};
		let id = by_lot(1);
		let seats = seated(id);
		round(id, RIGHT, honest(id));
		assert!(seats.iter().all(|who| free(*who) == START + SEAT_FEE));
		assert_eq!(free(POT), START - COSTS);
		let paid = Event::AuditorsPaid { audit: id, votes: 3, amount: COSTS };
		assert!(events().contains(&paid));
		// All but the least that keeps it alive, and what three can share.
		Balances::set_balance(&POT, 10 + 8);
		let id = by_lot(2);
		let before: Vec<_> = seated(id).into_iter().map(|who| (who, free(who))).collect();
		round(id, RIGHT, honest(id));
		assert!(before.iter().all(|(who, had)| free(*who) == had + 2));
		assert_eq!(free(POT), 10 + 2);
		let id = by_lot(3);
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(free(POT), 10 + 2);
	});
}

#[test]
fn silence_should_not_be_held_against_whom_more_was_asked_than_can_be() {
	run_with(3, || {
		let all: Vec<_> = (0..OPEN_SEATS as u8 + 2).map(|n| submit(n, true)).collect();
		pass(DRAW_DELAY + 2);
		let silent = account(1);
		assert_eq!(Audits::conduct(silent).open, all.len() as u32);
		let beyond = all.iter().filter(|id| audit(**id).seats.iter().any(|seat| seat.beyond));
		assert_eq!(beyond.count(), 2);
		// For nobody else has time either; with others there nobody is asked so much.
		pass(COMMIT + 1);
		let missed = |event: &&Event<Test>| matches!(event, Event::VoteMissed { auditor, .. } if *auditor == silent);
		assert_eq!(events().iter().filter(missed).count(), OPEN_SEATS as usize);
		assert_eq!(Audits::conduct(silent).open, 0);
	});
}

#[test]
fn seats_should_go_to_those_who_have_time() {
	run_with(3, || {
		(0..OPEN_SEATS as u8).for_each(|n| {
			submit(n, true);
		});
		pass(DRAW_DELAY + 2);
		assert!((1..=3).all(|n| Audits::conduct(account(n)).open == OPEN_SEATS));
		// Who has given its vote has time again.
		let id = job(0);
		commit(id, account(1), &computed(id, RIGHT)).unwrap();
		begin_session([1, 2, 4, 5].into_iter());
		let mut seats = seated(drawn(100));
		seats.sort();
		assert_eq!(seats, [account(1), account(4), account(5)]);
	});
}

#[test]
fn outvoted_auditors_should_lose_stake_once_in_an_era_and_be_drawn_on() {
	run(|| {
		// Four of the larger committee's nine at most, and often more than one.
		let liars: Vec<_> = (1..=4).map(account).collect();
		let says = |id, who| match liars.contains(&who) {
			true => computed(id, OTHER),
			false => computed(id, RIGHT),
		};
		let mut together = 0;
		for n in 0..30 {
			let id = drawn(n);
			round(id, OTHER, |_, who| Some(says(id, who)));
			if ruling(id).is_none() {
				to_draw(id);
				let sitting = seated(id).into_iter().filter(|who| liars.contains(who)).count();
				let before = MockPenalties::all().len();
				while ruling(id).is_none() {
					round(id, OTHER, |_, who| Some(says(id, who)));
				}
				if is_rejected(id) && sitting > 1 {
					together += 1;
					let new = &MockPenalties::all()[before..];
					assert!(new.iter().all(|(_, _, part)| *part == WRONG), "{new:?}");
				}
			}
		}
		assert!(together > 2, "{together}");
		let still_drawn = (100..120).any(|n| {
			let id = drawn(n);
			seated(id).iter().any(|who| liars.contains(who) && Audits::conduct(*who).now.outvoted)
		});
		assert!(still_drawn);
	});
}

#[test]
fn broken_verifier_should_not_cost_all_that_a_validator_has() {
	[false, true].into_iter().for_each(broken_verifier_should_cost_a_fifth);
}

/// All first committees vote before anything is decided, and then all larger ones, in the same era or in
/// the next.
fn broken_verifier_should_cost_a_fifth(era_ends: bool) {
	run_with(4, || {
		let broken = account(1);
		let says = |id, who| computed(id, if who == broken { OTHER } else { RIGHT });
		let all: Vec<_> = (0..8).map(|n| submit(n, true)).collect();
		for era in 0..2 {
			MockStake::set_era(if era_ends { era } else { 0 });
			pass(DRAW_DELAY + 1);
			for id in all.iter().filter(|id| ruling(**id).is_none()) {
				let seats = seated(*id);
				seats.iter().for_each(|who| commit(*id, *who, &says(*id, *who)).unwrap());
				open(*id, RIGHT);
				seats.iter().for_each(|who| reveal(*id, *who, &says(*id, *who)).unwrap());
			}
			pass(1);
		}
		assert!(all.iter().all(|id| outcome(*id) == AuditOutcome::Accepted));
		assert!(MockPenalties::all().iter().all(|(_, who, _)| *who == broken));
		// Of each era the largest counts, and both have the same stake.
		let worst = |era| {
			let all = MockPenalties::all().into_iter().filter(|(of, ..)| *of == era);
			all.map(|(_, _, part)| part).max().unwrap_or_default()
		};
		let [before, after] = [worst(0), worst(1)];
		assert_eq!(before + after, Perbill::from_percent(20));
		assert_eq!(!after.is_zero(), era_ends);
		let conduct = Audits::conduct(broken);
		assert_eq!(conduct.now.lies + conduct.before.lies, 4);
	});
}
