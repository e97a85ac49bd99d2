use crate::{mock::*, Duty, Emitted, Era, Eras, Event, Pot};
use reckon_support::mocks::MockStake;

#[test]
fn era_should_mint_for_validators_and_work_when_both_were_done() {
	run(|| {
		author(VALIDATORS[0]);
		settle(WORKERS[0], 1_000_000);
		next_era();
		assert_eq!(
			events(),
			[Event::RewardsEmitted {
				era: 0,
				work: EMISSION / 2,
				validation: EMISSION / 2,
				minted: EMISSION + ED,
			}]
		);
		assert_eq!(issuance(), SUPPLY + EMISSION + ED);
		assert_eq!(pot(), EMISSION + ED);
		let (work, validation) =
			(Eras::<Test>::get(0).unwrap().work, Pot { amount: EMISSION / 2, points: 20, paid: 0 });
		assert_eq!(Eras::<Test>::get(0), Some(Era { work, validation }));
	});
}

#[test]
fn era_should_mint_nothing_when_nobody_did_anything() {
	run(|| {
		next_era();
		next_era();
		assert_eq!(issuance(), SUPPLY);
		assert_eq!(Eras::<Test>::iter_keys().count(), 0);
		assert!(events().is_empty());
		assert_eq!(Rewards::running_era().index, 2);
	});
}

#[test]
fn era_should_mint_for_one_duty_alone_when_the_other_was_not_done() {
	run(|| {
		author(VALIDATORS[0]);
		next_era();
		assert_eq!(issuance(), SUPPLY + EMISSION / 2 + ED);
		settle(WORKERS[0], 1_000_000);
		next_era();
		// The account has its own least balance already.
		assert_eq!(issuance(), SUPPLY + EMISSION + ED);
	});
}

#[test]
fn work_should_never_be_paid_beyond_the_subsidy_when_fees_are_low() {
	run(|| {
		settle(WORKERS[0], 101);
		next_era();
		assert_eq!(Eras::<Test>::get(0).unwrap().work.amount, 90);
		assert_eq!(Emitted::<Test>::get(), 90 + ED);
	});
}

#[test]
fn washing_should_lose_money_when_nobody_else_works() {
	run(|| {
		// One account is client and provider; the treasury has its fee.
		let fee = 40_000;
		let washer = WORKERS[0];
		let before = free(washer);
		frame_support::assert_ok!(Balances::transfer_allow_death(
			RuntimeOrigin::signed(washer),
			TREASURY,
			fee
		));
		settle(washer, fee);
		next_era();
		frame_support::assert_ok!(claim(washer, 0));
		assert_eq!(free(washer), before - fee / 10);
	});
}

#[test]
fn skipped_eras_should_mint_nothing_and_keep_the_earned() {
	run(|| {
		settle(WORKERS[0], 1_000);
		to_era(25);
		assert_eq!(Eras::<Test>::iter_keys().collect::<Vec<_>>(), [0]);
		assert_eq!(Emitted::<Test>::get(), 900 + ED);
		settle(WORKERS[0], 1_000);
		next_era();
		assert_eq!(Eras::<Test>::get(25).unwrap().work.amount, 900);
		assert_eq!(Rewards::running_era().index, 26);
	});
}

#[test]
fn emission_should_follow_the_curve_when_years_pass() {
	run(|| {
		let earn = |era| {
			to_era(era);
			author(VALIDATORS[0]);
			next_era();
			Eras::<Test>::get(era).unwrap().validation.amount
		};
		assert_eq!(earn(9), EMISSION / 2);
		// 85 % in the second year, and the floor of 1 % in the far future.
		assert_eq!(earn(11), EMISSION / 2 * 85 / 100);
		assert_eq!(earn(2_000), SUPPLY / 100 / 10 / 2);
		assert_eq!(Rewards::emission(11), EMISSION * 85 / 100);
	});
}

#[test]
fn emission_should_count_from_the_first_era_that_the_chain_sees() {
	ext().execute_with(|| {
		MockStake::set_era(700);
		next_block();
		assert_eq!(Rewards::emission(699), 0);
		assert_eq!(Rewards::emission(700), EMISSION);
		assert_eq!(Rewards::emission(710), EMISSION * 85 / 100);
		author(VALIDATORS[0]);
		next_era();
		assert_eq!(Eras::<Test>::get(700).unwrap().validation.amount, EMISSION / 2);
	});
}

#[test]
fn emission_should_not_depend_on_what_was_minted_since() {
	run(|| {
		let schedule: Vec<_> = (0..30).map(Rewards::emission).collect();
		author(VALIDATORS[0]);
		settle(WORKERS[0], START);
		next_era();
		assert_eq!((0..30).map(Rewards::emission).collect::<Vec<_>>(), schedule);
	});
}

#[test]
fn era_should_go_on_when_the_count_goes_back() {
	run(|| {
		to_era(20);
		settle(WORKERS[0], 1_000);
		to_era(5);
		settle(WORKERS[0], 1_000);
		assert_eq!(points(20, Duty::Work, WORKERS[0]), 2_000);
		to_era(20);
		assert_eq!(Emitted::<Test>::get(), 0);
		to_era(21);
		assert_eq!(Eras::<Test>::get(20).unwrap().work.amount, 1_800);
	});
}
