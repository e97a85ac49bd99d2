use crate::{mock::*, Error, Event, Stakers, UnbondingRange};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::Balance;

type Failure = Error<Test>;

#[test]
fn unbond_should_leave_enough_for_a_candidate() {
	run(|| {
		let unbond = |amount| Staking::unbond(signed(1), amount);
		assert_noop!(unbond(0), Failure::AmountZero);
		assert_noop!(unbond(BOND - 999), Failure::BondTooLow);
		assert_noop!(unbond(BOND), Failure::BondTooLow);
		assert_noop!(unbond(BOND + 1), Failure::AmountTooHigh);
		assert_noop!(unbond(Balance::MAX), Failure::AmountTooHigh);
		assert_noop!(Staking::unbond(signed(CAROL), 1), Failure::NotCandidate);
		assert_ok!(unbond(BOND - 1_000));
		assert_eq!((candidate(1).own, held(1)), (1_000, BOND));
	});
}

#[test]
fn stake_should_come_back_by_itself_when_its_era_begins() {
	run(|| {
		assert_ok!(Staking::unbond(signed(1), 3_000));
		delegate(CAROL, 1, 500);
		// In the era's last session the next one's validators are elected already.
		to_session(2);
		assert_ok!(Staking::undelegate(signed(CAROL), 1, 500));
		assert_eq!(Stakers::<Test>::get(CAROL).unbonding[0].free_from, UNBONDING + 1);
		to_session(UNBONDING * PER_ERA - 1);
		assert_eq!(held(1), BOND);
		to_era(UNBONDING);
		assert_eq!((held(1), held(CAROL)), (BOND - 3_000, 500));
		assert!(events().contains(&Event::StakeReturned { who: 1, amount: 3_000 }));
		to_era(UNBONDING + 1);
		assert_eq!((held(CAROL), free(CAROL)), (0, START));
		assert!(!Stakers::<Test>::contains_key(CAROL));
	});
}

#[test]
fn withdraw_should_return_what_is_free_when_the_chain_has_not() {
	run(|| {
		assert_noop!(Staking::withdraw(signed(CAROL)), Failure::NothingToWithdraw);
		assert_ok!(Staking::unbond(signed(1), 3_000));
		assert_noop!(Staking::withdraw(signed(1)), Failure::NothingToWithdraw);
		to_session(UNBONDING * PER_ERA - 1);
		Session::rotate_session();
		assert_ok!(Staking::withdraw(signed(1)));
		System::assert_last_event(Event::StakeReturned { who: 1, amount: 3_000 }.into());
		assert_eq!((held(1), free(1)), (BOND - 3_000, START - BOND + 3_000));
		assert_noop!(Staking::withdraw(signed(1)), Failure::NothingToWithdraw);
		// The chain comes to it later and finds nothing to do.
		idle();
		let (first, next) = UnbondingRange::<Test>::get();
		assert_eq!(first, next);
	});
}

#[test]
fn unbonding_should_be_refused_when_no_place_would_be_left_for_what_must_be_able_to_end() {
	run(|| {
		(5..=8).for_each(|who| join(who, 1_000));
		assert_ok!(Staking::set_validator_count(RuntimeOrigin::root(), 4));
		(6..=8).for_each(|candidate| delegate(5, candidate, 1_000));
		assert_ok!(Staking::bond_extra(signed(5), 1_000));
		// Six places: three delegations, the own stake, and so two parts on their way.
		for session in [0, 3] {
			to_session(session);
			assert_ok!(Staking::unbond(signed(5), 10));
			// Of the same era: the same part.
			assert_ok!(Staking::unbond(signed(5), 10));
		}
		to_session(6);
		assert_noop!(Staking::unbond(signed(5), 10), Failure::TooManyUnbondings);
		assert_noop!(Staking::undelegate(signed(5), 6, 10), Failure::TooManyUnbondings);
		// All can still end, whatever was first.
		assert_ok!(Staking::undelegate(signed(5), 7, 1_000));
		assert_ok!(Staking::leave(signed(5)));
		assert_ok!(Staking::undelegate(signed(5), 6, 1_000));
		assert_ok!(Staking::leave(signed(8)));
		idle();
		assert_eq!(Stakers::<Test>::get(5).unbonding.len(), 6);
		assert_noop!(
			Staking::join(signed(5), BOND, Default::default()),
			Failure::TooManyUnbondings
		);
		assert_noop!(Staking::delegate(signed(5), 6, 1_000), Failure::TooManyUnbondings);
		to_era(UNBONDING + 3);
		assert_eq!((held(5), free(5)), (0, START));
	});
}
