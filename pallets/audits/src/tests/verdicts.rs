//! How audits end, whoever lies and whoever is silent.

use crate::{mock::*, Event, Phase, RowsSeen, Statement, MAX_RETRIES};
use reckon_primitives::{Balance, JobId};
use reckon_support::{
	mocks::{MockModels, MockPenalties, MockPool, MockStake, MockSubjects},
	AuditOutcome, Auditing, Conviction, Subject,
};
use reckon_verification::{Fault, Fingerprint, Reason, Statistics, Vote};
use sp_runtime::Perbill;

const WRONG: Perbill = Perbill::from_percent(5);
const SILENT: Perbill = Perbill::from_percent(1);

fn honest(id: JobId) -> impl Fn(usize, AccountId) -> Option<Statement> {
	move |_, _| Some(computed(id, RIGHT))
}

/// A fingerprint between what is honest and what convicts: every number off by a thousandth.
fn nearly(id: JobId) -> Statement {
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
		assert_eq!(ruling.auditors, committee);
		assert_eq!((ruling.costs, ruling.slash), (0, 0));
		assert_eq!(Counted::all(), committee);
		assert!(MockPenalties::all().is_empty());
		assert!(!<Audits as Auditing<_, Balance>>::is_open(&id));
		let decided = Event::AuditDecided { audit: id, outcome: ruling.outcome, votes: 3 };
		assert_eq!(events().last(), Some(&decided));
	});
}

#[test]
fn lying_provider_should_be_convicted_when_the_larger_committee_agrees() {
	run(|| {
		let id = drawn(1);
		let first = seated(id);
		round(id, OTHER, honest(id));
		assert!(events().contains(&Event::AuditEscalated { audit: id }));
		let larger = audit(id);
		assert_eq!((larger.round, larger.larger, larger.size, larger.quorum), (2, true, 9, 6));
		assert_eq!(larger.phase, Phase::Committing);
		let second = seated(id);
		round(id, OTHER, honest(id));
		let ruling = ruling(id).unwrap();
		let AuditOutcome::Rejected(Conviction::Answer(Reason::Distance(_))) = ruling.outcome else {
			panic!("{ruling:?}");
		};
		// Both committees have said so.
		assert_eq!(ruling.auditors, [first, second].concat());
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
		assert_ne!(audit(id).challenge, before);
		assert_eq!(audit(id).opened, None);
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
		pass(2);
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
		assert!(!ruling.auditors.contains(&lazy));
		let punished = MockPenalties::all();
		assert!(!punished.is_empty());
		assert!(punished.iter().all(|penalty| *penalty == (lazy, WRONG)), "{punished:?}");
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
		assert!(MockPenalties::all().iter().all(|penalty| *penalty == (liar, WRONG)));
		assert!(!MockPenalties::all().is_empty());
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
		assert!(MockPenalties::all().contains(&(echo, WRONG)));
		assert!(!ruling(id).unwrap().auditors.contains(&echo));
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
		assert!(MockPenalties::all().iter().all(|(who, _)| colluding.contains(who)));
	});
}

#[test]
fn silent_worker_should_be_convicted_when_it_does_not_open_its_rows() {
	run(|| {
		let id = drawn(1);
		for who in seated(id) {
			commit(id, who, &computed(id, RIGHT)).unwrap();
		}
		assert_eq!(audit(id).phase, Phase::Opening);
		to_block(audit(id).due);
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Rejected(Conviction::NotOpened));
		assert_eq!(ruling.slash, CHARGE);
		// The auditors had nothing to open their votes for.
		assert!(ruling.auditors.is_empty());
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
		assert_eq!((ruling.costs, ruling.slash), (0, 0));
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
		assert!(ruling.auditors.is_empty());
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
		assert_eq!(MockPenalties::all(), [(silent, SILENT)]);
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
		let costs = || MockPenalties::all().into_iter().map(|(_, part)| part).collect::<Vec<_>>();
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
		// The first committee sees rows that are wrong, the larger one rows that are right.
		let id = drawn(1);
		round(id, OTHER, honest(id));
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Doubtful);
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
		let second = seated(id);
		assert_eq!((audit(id).round, audit(id).larger, audit(id).retries), (2, false, 1));
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
		assert!(audit(id).larger);
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
		pass(2);
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
	});
}

#[test]
fn provider_should_not_audit_itself_when_it_validates_too() {
	run_with(4, || {
		for n in 1..20u8 {
			let id = job(n);
			let own = Subject { provider: account(1), client: account(2), ..subject(id) };
			MockPool::insert(account(1), 1, Default::default());
			MockSubjects::insert(id, own.clone());
			<Audits as Auditing<_, _>>::submit(id, own, true);
			pass(2);
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
		assert!(!ruling(id).unwrap().auditors.contains(&lazy));
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
