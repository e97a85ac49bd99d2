//! What each outcome does to a score.

use crate::{mock::*, AverageValue, Event, Reputations};
use reckon_support::{EndedTurn, OnProviderOutcome, Outcome, ReputationInspect};
use sp_runtime::Permill;

#[test]
fn newcomer_should_have_one_half_when_nothing_is_known() {
	run(|| {
		assert_eq!(Reputation::score(ALICE), Permill::from_percent(50));
		assert_eq!(<Reputation as ReputationInspect<_>>::score(&ALICE), Permill::from_percent(50));
		assert_eq!(Reputation::standing(ALICE), None);
		assert_eq!(Reputation::average_value(), 0);
	});
}

#[test]
fn score_should_rise_by_the_weight_when_a_drawn_job_is_settled() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		settle(ALICE, 1, VALUE);
		// (1/2 + 1) / (1/2 + 2)
		let score = Permill::from_percent(60);
		assert_eq!(Reputation::score(ALICE), score);
		let standing = Reputation::standing(ALICE).unwrap();
		assert_eq!((standing.good, standing.bad, standing.score), (500_000, 0, score));
		assert_eq!(standing.touched, 1);
		System::assert_last_event(Event::ScoreChanged { provider: ALICE, score }.into());
	});
}

#[test]
fn score_should_fall_by_the_weight_when_a_deadline_is_missed() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		miss(ALICE, VALUE);
		assert_eq!(Reputation::score(ALICE), Permill::from_percent(40));
		miss(BOB, 9 * VALUE);
		assert!(Reputation::score(BOB) < Reputation::score(ALICE));
	});
}

#[test]
fn each_outcome_should_be_counted_once_when_there_are_many() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		settle(ALICE, 3, VALUE);
		// 1/2, then 0.99 of that and 1/2, and again; cumulative counts would give far more.
		assert_eq!(Reputation::standing(ALICE).unwrap().good, 1_485_050);
	});
}

#[test]
fn client_that_chose_the_provider_should_not_help_it_and_can_be_let_down() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		let named = |outcome| EndedTurn { named: true, ..turn(ALICE, outcome, 100 * VALUE) };
		Reputation::on_provider_outcome(&named(Outcome::Settled));
		assert_eq!(Reputation::standing(ALICE), None);
		assert_eq!(Reputation::average_value(), VALUE);
		Reputation::on_provider_outcome(&named(Outcome::DeadlineMissed));
		assert!(Reputation::score(ALICE) < Permill::from_percent(50));
	});
}

#[test]
fn score_should_stay_when_a_job_is_declined_in_time() {
	run(|| {
		Reputation::on_provider_outcome(&turn(ALICE, Outcome::Declined, VALUE));
		assert_eq!(Reputation::standing(ALICE), None);
		assert_eq!(System::events().len(), 0);
	});
}

#[test]
fn score_should_fall_as_by_a_miss_when_an_answer_is_rejected_and_stay_when_nobody_can_judge() {
	run(|| {
		Reputation::on_provider_outcome(&turn(ALICE, Outcome::Inconclusive, VALUE));
		assert_eq!(Reputation::standing(ALICE), None);
		Reputation::on_provider_outcome(&turn(ALICE, Outcome::Rejected, VALUE));
		miss(BOB, VALUE);
		assert_eq!(Reputation::score(ALICE), Reputation::score(BOB));
		assert!(Reputation::score(ALICE) < Permill::from_percent(50));
	});
}

#[test]
fn nothing_should_be_stored_when_nothing_was_at_stake() {
	run(|| {
		settle(ALICE, 10, 0);
		miss(ALICE, 0);
		Reputation::record(&ALICE, Permill::zero(), Permill::zero());
		assert!(!Reputations::<Test>::contains_key(ALICE));
		assert_eq!(Reputation::average_value(), 0);
	});
}

#[test]
fn average_should_follow_what_is_paid_and_not_what_is_missed() {
	run(|| {
		settle(ALICE, 1, VALUE);
		assert_eq!(Reputation::average_value(), VALUE);
		miss(ALICE, 1_000 * VALUE);
		assert_eq!(Reputation::average_value(), VALUE);
		settle(ALICE, 1_000, 3 * VALUE);
		assert!((2 * VALUE..=3 * VALUE).contains(&Reputation::average_value()));
	});
}

#[test]
fn audit_should_be_counted_in_part_when_it_was_good_in_part() {
	run(|| {
		Reputation::record(&ALICE, Permill::from_percent(75), Permill::from_percent(40));
		let standing = Reputation::standing(ALICE).unwrap();
		assert_eq!((standing.good, standing.bad), (300_000, 100_000));
	});
}

#[test]
fn score_should_stay_within_its_bounds_when_the_values_are_absurd() {
	run(|| {
		settle(ALICE, 1_000, u128::MAX);
		assert!(score(ALICE) <= 980);
		(0..1_000).for_each(|_| miss(ALICE, u128::MAX));
		assert!(score(ALICE) >= 19);
		assert!(score(ALICE) <= 21);
		miss(BOB, 1);
		check();
	});
}

#[test]
fn established_provider_should_recover_within_43_jobs_when_it_missed_a_dear_one() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		settle(ALICE, 100, VALUE);
		assert_eq!(score(ALICE), 970);
		let before = Reputation::score(ALICE);
		miss(ALICE, 10 * VALUE);
		assert_eq!(score(ALICE), 943);
		let close = before - Permill::from_percent(1);
		settle(ALICE, 42, VALUE);
		assert!(Reputation::score(ALICE) < close);
		settle(ALICE, 1, VALUE);
		assert!(Reputation::score(ALICE) >= close);
	});
}
