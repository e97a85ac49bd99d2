//! What time does to a score.

use crate::{mock::*, AverageValue, Event, Reputations, SweepCursor, WeightInfo};
use frame_support::{traits::Hooks, weights::Weight};
use sp_runtime::Permill;

/// Blocks in which any evidence has faded.
const FADED: u32 = 422 * IDLE_STEP;

#[test]
fn score_should_drift_to_one_half_when_the_provider_is_idle() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		settle(ALICE, 100, VALUE);
		miss(BOB, 10 * VALUE);
		let (mut good, mut bad) = (Reputation::score(ALICE), Reputation::score(BOB));
		for step in 1..=200u32 {
			System::set_block_number(1 + step * IDLE_STEP);
			let (now_good, now_bad) = (Reputation::score(ALICE), Reputation::score(BOB));
			assert!(now_good < good && now_bad > bad, "{step}");
			(good, bad) = (now_good, now_bad);
		}
		assert!(score(ALICE) > 500 && score(BOB) < 500);
		System::set_block_number(1 + 1_000 * IDLE_STEP);
		assert_eq!((score(ALICE), score(BOB)), (500, 500));
	});
}

#[test]
fn evidence_should_fade_by_whole_steps_however_often_outcomes_come() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		miss(ALICE, 10 * VALUE);
		miss(BOB, 10 * VALUE);
		// Work worth nothing keeps nothing fresh: Alice's evidence is as old as Bob's.
		for now in (1..100 * IDLE_STEP).step_by(7) {
			System::set_block_number(now);
			Reputation::record(&ALICE, Permill::one(), Permill::from_parts(1));
		}
		let (alice, bob) =
			(Reputation::standing(ALICE).unwrap(), Reputation::standing(BOB).unwrap());
		assert_eq!(alice.touched, bob.touched);
		// Each of 143 outcomes and 100 steps rounds down by one at most.
		assert!(bob.bad.abs_diff(alice.bad) < 250, "{alice:?} {bob:?}");
	});
}

#[test]
fn asking_should_change_nothing() {
	run(|| {
		miss(ALICE, VALUE);
		let stored = Reputations::<Test>::get(ALICE);
		System::set_block_number(10_000);
		assert_eq!(score(ALICE), 500);
		assert_eq!(Reputations::<Test>::get(ALICE), stored);
	});
}

#[test]
fn standing_should_be_forgotten_by_the_chain_when_it_has_faded() {
	run(|| {
		settle(ALICE, 2_000, VALUE);
		System::set_block_number(1 + FADED);
		miss(BOB, VALUE);
		idle(1 + FADED);
		assert!(!Reputations::<Test>::contains_key(ALICE));
		assert!(Reputations::<Test>::contains_key(BOB));
		System::assert_last_event(Event::StandingForgotten { provider: ALICE }.into());
		assert!((499..=501).contains(&score(ALICE)));
	});
}

#[test]
fn sweep_should_come_round_when_there_are_more_standings_than_it_sees_in_a_block() {
	run(|| {
		(0..10).for_each(|who| miss(who, VALUE));
		System::set_block_number(1 + FADED);
		(10..20).for_each(|who| miss(who, VALUE));
		// Twenty standings, four a block.
		(0..5).for_each(|n| idle(1 + FADED + n));
		let mut left: Vec<_> = Reputations::<Test>::iter_keys().collect();
		left.sort();
		assert_eq!(left, (10..20).collect::<Vec<_>>());
		// The next rounds find those that come later.
		System::set_block_number(2 + 2 * FADED);
		(0..10).for_each(|n| idle(2 + 2 * FADED + n));
		assert_eq!(Reputations::<Test>::iter_keys().count(), 0);
		assert_eq!(SweepCursor::<Test>::get(), None);
	});
}

#[test]
fn sweep_should_look_at_no_more_than_the_weight_allows() {
	run(|| {
		(0..10).for_each(|who| miss(who, VALUE));
		let sweep = |n| <() as WeightInfo>::sweep(n);
		for (limit, gone) in [(Weight::zero(), 0), (sweep(0), 0), (sweep(1), 1), (sweep(3), 3)] {
			let before = Reputations::<Test>::iter_keys().count();
			let used = Reputation::on_idle(1 + FADED, limit);
			assert!(used.all_lte(limit), "{used} {limit}");
			assert_eq!(before - Reputations::<Test>::iter_keys().count(), gone);
		}
	});
}
