use crate::{mock::*, Eras, Error, Event, OldestEra, Points, Unclaimed};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};

#[test]
fn reward_should_be_claimable_when_the_history_has_not_ended() {
	run(|| {
		settle(WORKERS[0], 1_000);
		author(VALIDATORS[0]);
		to_era(HISTORY);
		idle();
		assert_ok!(claim(WORKERS[0], 0));
		assert_ok!(claim_validator(VALIDATORS[0], 0));
	});
}

#[test]
fn unclaimed_should_be_the_treasurys_when_the_history_has_ended() {
	run(|| {
		settle(WORKERS[0], 1_000);
		settle(WORKERS[1], 1_000);
		author(VALIDATORS[0]);
		next_era();
		assert_ok!(claim(WORKERS[0], 0));
		to_era(HISTORY + 1);
		events();
		idle();
		let left = 900 + EMISSION / 2;
		assert_eq!(events(), [Event::RewardsExpired { era: 0, amount: left }]);
		assert_noop!(claim(WORKERS[1], 0), Error::<Test>::UnknownEra);
		assert_noop!(claim_validator(VALIDATORS[0], 0), Error::<Test>::UnknownEra);
		assert_eq!(free(TREASURY), START);
		next_era();
		assert_eq!(free(TREASURY), START + left);
		assert_eq!(pot(), ED);
	});
}

#[test]
fn nothing_should_be_left_when_all_eras_are_forgotten() {
	run(|| {
		for _ in 0..5 {
			WORKERS.iter().for_each(|who| settle(*who, 1_000));
			VALIDATORS.iter().for_each(|who| author(*who));
			next_era();
			next_era();
		}
		to_era(HISTORY + 100);
		idle();
		assert_eq!(Eras::<Test>::iter_keys().count(), 0);
		assert_eq!(Points::<Test>::iter_keys().count(), 0);
		assert_eq!(Unclaimed::<Test>::iter_keys().count(), 0);
		assert_eq!(crate::Owed::<Test>::get(), 0);
	});
}

#[test]
fn forgetting_should_keep_to_its_limit_and_end_in_time() {
	run(|| {
		for who in 1_000..1_600 {
			settle(who, 1_000);
		}
		to_era(HISTORY + 1);
		let mut steps = 0;
		let mut limit = Weight::from_parts(0, u64::MAX);
		while OldestEra::<Test>::get() == 0 {
			limit = limit.saturating_add(Weight::from_parts(50_000_000, 0));
			let used = Rewards::on_idle(System::block_number(), limit);
			assert!(used.all_lte(limit), "{used:?} of {limit:?}");
			check();
			steps += 1;
		}
		assert!(steps > 3, "it was done in pieces");
		assert_eq!(Points::<Test>::iter_keys().count(), 0);
	});
}

#[test]
fn sweep_should_pass_many_empty_eras_in_a_few_blocks() {
	run(|| {
		settle(WORKERS[0], 1_000);
		to_era(1_000);
		(0..20).for_each(|_| idle());
		assert_eq!(OldestEra::<Test>::get(), 1_000 - HISTORY);
	});
}
