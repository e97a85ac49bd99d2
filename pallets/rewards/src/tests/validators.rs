use crate::{mock::*, Duty, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

const HALF: u128 = EMISSION / 2;

#[test]
fn claim_should_share_with_the_backers_when_there_is_an_exposure() {
	run(|| {
		// 10 % of 48,000 for the validator; of the rest a half, a quarter and a quarter.
		expose(0, VALIDATORS[0], 10, 500, &[250, 250]);
		author(VALIDATORS[0]);
		next_era();
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_eq!(free(BACKERS[0]), START + 10_800);
		assert_eq!(free(BACKERS[1]), START + 10_800);
		assert_eq!(free(VALIDATORS[0]), START + 4_800 + 21_600);
		assert_eq!(free(STRANGER), START);
		assert_eq!(pot(), ED);
	});
}

#[test]
fn claim_should_give_the_validator_the_remainder_when_division_is_not_exact() {
	run(|| {
		expose(0, VALIDATORS[0], 0, 1, &[1, 1, 4]);
		author(VALIDATORS[0]);
		next_era();
		events();
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		let (one, four) = (HALF / 7, HALF * 4 / 7);
		assert_eq!(free(BACKERS[0]), START + one);
		assert_eq!(free(BACKERS[2]), START + four);
		assert_eq!(free(VALIDATORS[0]), START + HALF - 2 * one - four);
		assert!(HALF - 2 * one - four > one, "the remainder is not nothing");
		let paid: u128 = events()
			.iter()
			.map(|event| match event {
				Event::RewardPaid { earner, amount, .. } if *earner == VALIDATORS[0] => *amount,
				_ => panic!("unexpected {event:?}"),
			})
			.sum();
		assert_eq!(paid, HALF);
	});
}

#[test]
fn claim_should_give_the_validator_everything_when_there_is_no_exposure() {
	run(|| {
		author(VALIDATORS[0]);
		author(VALIDATORS[1]);
		expose(0, VALIDATORS[1], 10, 0, &[]);
		next_era();
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_ok!(claim_validator(VALIDATORS[1], 0));
		assert_eq!(free(VALIDATORS[0]), START + HALF / 2);
		assert_eq!(free(VALIDATORS[1]), START + HALF / 2);
	});
}

#[test]
fn rewards_should_follow_the_blocks_and_not_the_stake() {
	run(|| {
		expose(0, VALIDATORS[0], 0, 1, &[]);
		expose(0, VALIDATORS[1], 0, 1_000_000, &[]);
		for _ in 0..3 {
			author(VALIDATORS[0]);
		}
		author(VALIDATORS[1]);
		next_era();
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_ok!(claim_validator(VALIDATORS[1], 0));
		assert_eq!(free(VALIDATORS[0]), START + HALF / 4 * 3);
		assert_eq!(free(VALIDATORS[1]), START + HALF / 4);
	});
}

#[test]
fn exposure_should_be_that_of_the_era_when_stakes_have_changed() {
	run(|| {
		expose(0, VALIDATORS[0], 0, 0, &[1]);
		expose(1, VALIDATORS[0], 100, 0, &[0, 1]);
		author(VALIDATORS[0]);
		next_era();
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_eq!(free(BACKERS[0]), START + HALF);
		assert_eq!(free(VALIDATORS[0]), START);
	});
}

#[test]
fn claim_should_be_refused_when_something_is_wrong() {
	run(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Rewards::claim_validator(origin, VALIDATORS[0], 0), BadOrigin);
		}
		author(VALIDATORS[0]);
		settle(WORKERS[0], 100);
		for era in [0, 1, u32::MAX] {
			assert_noop!(claim_validator(VALIDATORS[0], era), Error::<Test>::EraNotOver);
		}
		to_era(3);
		assert_noop!(claim_validator(VALIDATORS[0], u32::MAX), Error::<Test>::EraNotOver);
		assert_noop!(claim_validator(VALIDATORS[0], 2), Error::<Test>::UnknownEra);
		assert_noop!(claim_validator(VALIDATORS[1], 0), Error::<Test>::NothingEarned);
		assert_noop!(claim_validator(WORKERS[0], 0), Error::<Test>::NothingEarned);
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_noop!(claim_validator(VALIDATORS[0], 0), Error::<Test>::AlreadyClaimed);
	});
}

#[test]
fn others_should_be_paid_when_one_can_not_be() {
	run(|| {
		// The first backer's account is gone, and its part is 9 units.
		let dead = BACKERS[0];
		let origin = RuntimeOrigin::signed(dead);
		assert_ok!(Balances::transfer_allow_death(origin, STRANGER, START));
		expose(0, VALIDATORS[0], 0, 0, &[9, HALF - 9]);
		author(VALIDATORS[0]);
		next_era();
		events();
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_eq!((free(dead), free(BACKERS[1])), (0, START + HALF - 9));
		let (duty, earner) = (Duty::Validation, VALIDATORS[0]);
		let lost = Event::RewardUnpayable { era: 0, duty, earner, to: dead, amount: 9 };
		assert_eq!(events()[0], lost);
		// The treasury has it with the next era.
		assert_eq!(free(TREASURY), START);
		next_era();
		assert_eq!(free(TREASURY), START + 9);
		assert_eq!(events(), [Event::SurplusMoved { amount: 9 }]);
		assert_eq!(pot(), ED);
	});
}

#[test]
fn parts_should_add_up_when_stakes_overflow() {
	run(|| {
		expose(0, VALIDATORS[0], 0, u128::MAX, &[u128::MAX, u128::MAX, 1]);
		author(VALIDATORS[0]);
		// The pot has another's money too, which must stay there.
		author(VALIDATORS[1]);
		next_era();
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		let all = [VALIDATORS[0], BACKERS[0], BACKERS[1], BACKERS[2]];
		let paid: u128 = all.iter().map(|who| free(*who) - START).sum();
		assert_eq!(paid, HALF / 2);
		assert_eq!(pot(), HALF / 2 + ED);
	});
}

#[test]
fn weight_should_be_that_of_the_backers_that_there_are() {
	use crate::WeightInfo;
	use frame_support::dispatch::GetDispatchInfo;
	run(|| {
		expose(0, VALIDATORS[0], 0, 1, &[1, 1]);
		author(VALIDATORS[0]);
		next_era();
		let call = crate::Call::<Test>::claim_validator { validator: VALIDATORS[0], era: 0 };
		let call = RuntimeCall::Rewards(call);
		assert_eq!(call.get_dispatch_info().call_weight, <()>::claim_validator(16));
		let origin = RuntimeOrigin::signed(STRANGER);
		let used = Rewards::claim_validator(origin, VALIDATORS[0], 0).unwrap().actual_weight;
		assert_eq!(used, Some(<()>::claim_validator(2)));
	});
}
