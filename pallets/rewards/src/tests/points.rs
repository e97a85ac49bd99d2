use crate::{mock::*, Duty, Unclaimed};
use frame_support::weights::Weight;
use reckon_support::{OnJobSettled, OnPayout, PaidTotal};

#[test]
fn work_should_have_the_fees_as_points_when_settled() {
	run(|| {
		settle(WORKERS[0], 70);
		settle(WORKERS[0], 5);
		settle(WORKERS[1], 25);
		assert_eq!(points(0, Duty::Work, WORKERS[0]), 75);
		assert_eq!(points(0, Duty::Work, WORKERS[1]), 25);
		assert_eq!(stored().so_far.work.points, 100);
		// Nothing of it counts as a validator's.
		assert_eq!(stored().so_far.validation.points, 0);
		assert_eq!(points(0, Duty::Validation, WORKERS[0]), 0);
	});
}

#[test]
fn provider_should_have_the_fee_as_points_when_a_batch_pays_it() {
	run(|| {
		settle(WORKERS[0], 70);
		Rewards::on_payout(&PaidTotal {
			batch: Default::default(),
			provider: WORKERS[0],
			gateway: WORKERS[1],
			model: Default::default(),
			receipts: 3,
			charge: 1_000,
			fee: 50,
		});
		assert_eq!(points(0, Duty::Work, WORKERS[0]), 120);
		assert_eq!(points(0, Duty::Work, WORKERS[1]), 0);
		assert_eq!(stored().so_far.work.points, 120);
	});
}

#[test]
fn work_should_have_no_points_when_the_treasury_had_nothing_of_it() {
	run(|| {
		settle(WORKERS[0], 0);
		assert!(stored().so_far.is_idle());
		assert_eq!(Unclaimed::<Test>::iter_keys().count(), 0);
	});
}

#[test]
fn validator_should_have_points_when_it_makes_blocks_and_votes() {
	run(|| {
		author(VALIDATORS[0]);
		author(VALIDATORS[0]);
		Rewards::note_points(Duty::Validation, &VALIDATORS[1], 1);
		assert_eq!(points(0, Duty::Validation, VALIDATORS[0]), 40);
		assert_eq!(points(0, Duty::Validation, VALIDATORS[1]), 1);
		assert_eq!(stored().so_far.validation.points, 41);
	});
}

#[test]
fn points_should_count_for_the_era_in_which_they_are_given() {
	run(|| {
		settle(WORKERS[0], 1);
		next_era();
		settle(WORKERS[0], 2);
		assert_eq!((points(0, Duty::Work, WORKERS[0]), points(1, Duty::Work, WORKERS[0])), (1, 2));
	});
}

#[test]
fn points_should_count_when_given_before_the_first_blocks_start_was_seen() {
	ext().execute_with(|| {
		// The block's author is noted before our own hook runs.
		author(VALIDATORS[0]);
		check();
		next_block();
		assert_eq!(points(0, Duty::Validation, VALIDATORS[0]), 20);
		assert_eq!(Rewards::emission(0), EMISSION);
	});
}

#[test]
fn points_should_not_be_given_when_their_sum_would_overflow() {
	run(|| {
		settle(WORKERS[0], u128::MAX - 1);
		settle(WORKERS[1], 2);
		settle(WORKERS[2], 1);
		assert_eq!(points(0, Duty::Work, WORKERS[1]), 0);
		assert_eq!(points(0, Duty::Work, WORKERS[2]), 1);
		next_era();
		check();
	});
}

#[test]
fn hook_should_say_what_it_weighs() {
	let weight = <Rewards as OnJobSettled<_, _>>::on_job_settled_weight();
	assert_ne!(weight, Weight::zero());
	assert_eq!(weight, Rewards::note_points_weight());
	assert_eq!(<Rewards as OnPayout<_, _>>::on_payout_weight(), weight);
}
