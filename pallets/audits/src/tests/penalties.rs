//! What lies and silence cost auditors, and what costs them nothing.

use super::{honest, unproven};
use crate::{mock::*, Conduct, Conducts, Event, Offences, DRAW_DELAY};
use reckon_support::{
	mocks::{MockPenalties, MockStake},
	AuditOutcome,
};
use reckon_verification::Fault;
use sp_runtime::Perbill;

const WRONG: Perbill = Perbill::from_percent(5);
const SILENT: Perbill = Perbill::from_percent(1);

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
