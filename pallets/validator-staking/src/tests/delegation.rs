use crate::{mock::*, Backers, Error, Event, Stakers};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::Balance;
use sp_runtime::TokenError;

type Failure = Error<Test>;

#[test]
fn delegate_should_add_up_when_repeated() {
	run(|| {
		delegate(CAROL, 1, 500);
		System::assert_last_event(
			Event::Delegated { who: CAROL, candidate: 1, amount: 500 }.into(),
		);
		// What is there already is enough: any amount may be added.
		delegate(CAROL, 1, 1);
		delegate(DAVE, 1, 100);
		assert_eq!(Staking::backers_of(1), [(CAROL, 501), (DAVE, 100)]);
		assert_eq!((candidate(1).delegated, candidate(1).total()), (601, BOND + 601));
		assert_eq!(free(CAROL), START - 501);
	});
}

#[test]
fn delegate_should_be_refused_when_something_is_wrong() {
	run(|| {
		let delegate = |candidate, amount| Staking::delegate(signed(CAROL), candidate, amount);
		assert_noop!(delegate(1, 0), Failure::AmountZero);
		assert_noop!(delegate(1, 99), Failure::DelegationTooLow);
		assert_noop!(delegate(5, 500), Failure::NotCandidate);
		for amount in [START + 1, Balance::MAX] {
			assert_noop!(delegate(1, amount), TokenError::FundsUnavailable);
		}
		assert_noop!(Staking::delegate(signed(1), 1, 500), Failure::OwnCandidate);
		for candidate in 1..=3 {
			assert_ok!(delegate(candidate, 100));
		}
		assert_noop!(delegate(4, 100), Failure::TooManyDelegations);
	});
}

#[test]
fn delegate_should_displace_the_lowest_when_there_are_too_many_backers() {
	run(|| {
		for who in 31..=50 {
			delegate(who, 1, 100 + Balance::from(who));
		}
		assert_eq!(Staking::backers_of(1).len() as u32, MAX_BACKERS);
		let before = candidate(1).delegated;
		for amount in [100, 131] {
			assert_noop!(Staking::delegate(signed(30), 1, amount), Failure::TooManyBackers);
		}
		delegate(30, 1, 132);
		assert_eq!(candidate(1).delegated, before + 1);
		assert_eq!(Staking::backers_of(1)[0], (30, 132));
		assert!(Staking::delegations_of(31).is_empty());
		let parts = Stakers::<Test>::get(31).unbonding;
		assert_eq!((parts.len(), parts[0].amount), (1, 131));
		// One that is there already only adds.
		delegate(32, 1, 1);
	});
}

#[test]
fn undelegate_should_leave_enough_or_nothing() {
	run(|| {
		let undelegate = |amount| Staking::undelegate(signed(CAROL), 1, amount);
		assert_noop!(undelegate(1), Failure::NotDelegated);
		delegate(CAROL, 1, 500);
		assert_noop!(undelegate(0), Failure::AmountZero);
		assert_noop!(undelegate(401), Failure::DelegationTooLow);
		assert_noop!(undelegate(501), Failure::AmountTooHigh);
		assert_noop!(undelegate(Balance::MAX), Failure::AmountTooHigh);
		assert_noop!(Staking::undelegate(signed(CAROL), 2, 1), Failure::NotDelegated);
		assert_ok!(undelegate(400));
		System::assert_last_event(
			Event::UnbondingStarted { who: CAROL, candidate: 1, amount: 400, free_from: 5 }.into(),
		);
		assert_eq!(candidate(1).delegated, 100);
		assert_ok!(undelegate(100));
		assert_eq!(candidate(1).delegated, 0);
		assert!(!Backers::<Test>::contains_key(1));
		// Both of one era, behind one candidate: one part.
		assert_eq!(Stakers::<Test>::get(CAROL).unbonding.len(), 1);
		assert_eq!(held(CAROL), 500);
	});
}

#[test]
fn candidate_should_be_able_to_delegate_to_others() {
	run(|| {
		delegate(1, 2, 500);
		assert_eq!(held(1), BOND + 500);
		assert_ok!(Staking::leave(signed(1)));
		assert_ok!(Staking::undelegate(signed(1), 2, 500));
		to_era(UNBONDING);
		assert_eq!((held(1), free(1)), (0, START));
	});
}
