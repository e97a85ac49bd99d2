use crate::{mock::*, Duty, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

#[test]
fn claim_should_pay_the_earner_when_a_stranger_signs() {
	run(|| {
		settle(WORKERS[0], 3_000);
		settle(WORKERS[1], 1_000);
		next_era();
		events();
		assert_ok!(claim(WORKERS[0], 0));
		assert_eq!(free(WORKERS[0]), START + 2_700);
		assert_eq!(free(STRANGER), START);
		let (earner, to) = (WORKERS[0], WORKERS[0]);
		let paid = Event::RewardPaid { era: 0, duty: Duty::Work, earner, to, amount: 2_700 };
		assert_eq!(events(), [paid]);
		assert_ok!(claim(WORKERS[1], 0));
		assert_eq!(free(WORKERS[1]), START + 900);
		// The account keeps its own, and nothing more.
		assert_eq!(pot(), ED);
	});
}

#[test]
fn claim_should_round_down_and_keep_the_remainder_for_the_treasury() {
	run(|| {
		WORKERS.iter().for_each(|who| settle(*who, 37));
		next_era();
		// 90 % of 111, in three.
		for who in WORKERS {
			assert_ok!(claim(who, 0));
			assert_eq!(free(who), START + 33);
		}
		assert_eq!(crate::Owed::<Test>::get(), 0);
		settle(WORKERS[0], 50);
		next_era();
		assert_ok!(claim(WORKERS[0], 1));
		assert_eq!(free(WORKERS[0]), START + 33 + 45);
		assert_eq!(pot(), ED);
	});
}

#[test]
fn claim_should_be_refused_when_something_is_wrong() {
	run(|| {
		assert_noop!(Rewards::claim(RuntimeOrigin::root(), WORKERS[0], 0), BadOrigin);
		assert_noop!(Rewards::claim(RuntimeOrigin::none(), WORKERS[0], 0), BadOrigin);
		settle(WORKERS[0], 1_000);
		author(VALIDATORS[0]);
		assert_noop!(claim(WORKERS[0], 0), Error::<Test>::EraNotOver);
		assert_noop!(claim(WORKERS[0], u32::MAX), Error::<Test>::EraNotOver);
		to_era(3);
		assert_noop!(claim(WORKERS[0], 1), Error::<Test>::UnknownEra);
		assert_noop!(claim(WORKERS[0], 3), Error::<Test>::EraNotOver);
		assert_noop!(claim(WORKERS[1], 0), Error::<Test>::NothingEarned);
		// A validator's points are no worker's.
		assert_noop!(claim(VALIDATORS[0], 0), Error::<Test>::NothingEarned);
		assert_ok!(claim(WORKERS[0], 0));
		assert_noop!(claim(WORKERS[0], 0), Error::<Test>::AlreadyClaimed);
	});
}

#[test]
fn claim_should_wait_for_the_account_when_the_reward_can_not_make_one() {
	run(|| {
		let nobody = 77;
		settle(nobody, 5);
		settle(WORKERS[0], 1_000);
		next_era();
		assert_noop!(claim(nobody, 0), Error::<Test>::Unpayable);
		let origin = RuntimeOrigin::signed(STRANGER);
		assert_ok!(Balances::transfer_allow_death(origin, nobody, ED));
		assert_ok!(claim(nobody, 0));
		assert_eq!(free(nobody), ED + 4);
	});
}

#[test]
fn claim_should_make_an_account_when_the_reward_is_enough() {
	run(|| {
		settle(77, 1_000);
		next_era();
		assert_ok!(claim(77, 0));
		assert_eq!(free(77), 900);
	});
}

#[test]
fn claim_should_succeed_with_nothing_when_the_points_are_worth_nothing() {
	run(|| {
		settle(WORKERS[0], 1);
		next_era();
		// 90 % of one unit.
		assert_eq!(issuance(), SUPPLY);
		assert_ok!(claim(WORKERS[0], 0));
		assert_eq!(free(WORKERS[0]), START);
		assert_noop!(claim(WORKERS[0], 0), Error::<Test>::AlreadyClaimed);
	});
}

#[test]
fn claims_should_pay_the_same_in_any_order() {
	let paid = |order: [usize; 3]| {
		let mut paid = Vec::new();
		run(|| {
			WORKERS.iter().zip([333, 77, 12_345]).for_each(|(who, fee)| settle(*who, fee));
			next_era();
			order.iter().for_each(|n| claim(WORKERS[*n], 0).unwrap());
			paid = WORKERS.iter().map(|who| free(*who)).collect();
		});
		paid
	};
	assert_eq!(paid([0, 1, 2]), paid([2, 0, 1]));
}
