//! What it takes to make or lose a name.

use crate::{mock::*, AverageValue};
use sp_runtime::Permill;

#[test]
fn cheap_jobs_should_not_outweigh_a_dear_miss_however_many() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		miss(ALICE, 10 * VALUE);
		assert_eq!(score(ALICE), 343);
		settle(ALICE, 1_000, VALUE / 10_000);
		assert_eq!(score(ALICE), 365);
		// Nor do they make the dear jobs look dearer, or the cheap ones less so.
		assert!(Reputation::average_value() > VALUE - VALUE / 100);
		// Two jobs that somebody paid an average price for do.
		settle(ALICE, 2, VALUE);
		assert!(score(ALICE) >= 500);
	});
}

#[test]
fn cheap_jobs_should_not_wear_away_the_name_that_dear_ones_made() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		settle(ALICE, 100, VALUE);
		let before = Reputation::score(ALICE);
		// A rival lets Alice do a thousand jobs that are worth nothing.
		settle(ALICE, 1_000, VALUE / 10_000);
		assert!(Reputation::score(ALICE) >= before);
		// Nor does it help to have them missed.
		(0..100).for_each(|_| miss(ALICE, VALUE / 10_000));
		assert!(before - Reputation::score(ALICE) < Permill::from_rational(1u32, 1_000));
	});
}

#[test]
fn one_dear_job_should_not_make_a_name() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		settle(ALICE, 1, 1_000_000 * VALUE);
		assert!(score(ALICE) < 667);
		// Nor does it make what all others do worth nothing.
		assert!(Reputation::average_value() <= VALUE + VALUE / 20);
	});
}

#[test]
fn first_job_of_a_network_should_not_fix_what_is_average() {
	run(|| {
		settle(ALICE, 1, 1);
		assert_eq!(Reputation::average_value(), 1);
		settle(BOB, 2_000, VALUE);
		assert!(Reputation::average_value() > VALUE / 2);
	});
}
