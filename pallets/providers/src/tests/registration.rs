//! Registering, and how much work a provider takes.

use super::held;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::{Balance, Held, HeldFor, Reason};
use reckon_support::ProviderPool;
use sp_runtime::{DispatchError, TokenError};

#[test]
fn register_should_hold_the_bond_when_accepted() {
	run(|| {
		register(ALICE, 2_500, 4);
		let worker = ALICE + 100;
		System::assert_last_event(
			Event::ProviderRegistered { provider: ALICE, worker, bond: 2_500, capacity: 4 }.into(),
		);
		assert_eq!(held(ALICE), 2_500);
		assert_eq!(Providers::provider_of(&(ALICE + 100)), Some(ALICE));
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::OffersNothing);
		assert_eq!(
			Providers::held_by(ALICE),
			vec![Held { held_for: HeldFor::ProviderBond, amount: 2_500, next_step_at: None }]
		);
	});
}

#[test]
fn endpoint_should_be_the_one_that_was_named_last() {
	run(|| {
		register(ALICE, BOND, 1);
		assert!(Providers::endpoint(&ALICE).is_empty());
		let url = b"http://worker.example:9620".to_vec();
		assert_ok!(Providers::update(signed(ALICE), 3, url.clone().try_into().unwrap()));
		System::assert_last_event(Event::ProviderUpdated { provider: ALICE, capacity: 3 }.into());
		assert_eq!(Providers::endpoint(&ALICE), url);
		assert!(Providers::endpoint(&BOB).is_empty());
	});
}

#[test]
fn register_should_be_refused_when_something_is_wrong() {
	run(|| {
		register(ALICE, BOND, 1);
		let register = |who, worker, bond, capacity| {
			Providers::register(signed(who), worker, bond, capacity, Default::default())
		};
		assert_noop!(register(ALICE, 7, BOND, 1), Error::<Test>::AlreadyRegistered);
		assert_noop!(register(BOB, ALICE + 100, BOND, 1), Error::<Test>::WorkerTaken);
		for bond in [0, BOND - 1] {
			assert_noop!(register(BOB, 7, bond, 1), Error::<Test>::BondTooLow);
		}
		assert_noop!(register(BOB, 7, BOND, 0), Error::<Test>::CapacityOutOfRange);
		assert_noop!(register(BOB, 7, BOND, 101), Error::<Test>::CapacityOutOfRange);
		// An account's last units stay with it.
		for bond in [START - 9, START + 1, Balance::MAX] {
			assert_noop!(register(BOB, 7, bond, 1), TokenError::FundsUnavailable);
		}
		assert_ok!(register(BOB, 7, START - 10, 1));
	});
}

#[test]
fn old_worker_should_speak_for_nobody_when_replaced() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::set_worker(signed(ALICE), 77));
		System::assert_last_event(Event::WorkerChanged { provider: ALICE, worker: 77 }.into());
		assert_eq!(Providers::provider_of(&(ALICE + 100)), None);
		assert_eq!(Providers::provider_of(&77), Some(ALICE));
	});
}

#[test]
fn places_should_be_as_many_as_the_bond_stands_for() {
	run(|| {
		register(ALICE, BOND, 100);
		offer(ALICE, 1);
		for _ in 0..4 {
			assert_ok!(Providers::reserve(&ALICE));
		}
		assert_noop!(Providers::reserve(&ALICE), Error::<Test>::AtCapacity);
		assert_ok!(Providers::bond_extra(signed(ALICE), 500));
		System::assert_last_event(Event::BondRaised { provider: ALICE, bond: BOND + 500 }.into());
		assert_eq!(Providers::candidate(&market(1), &ALICE).unwrap().free, 2);
	});
}

#[test]
fn place_should_be_refused_when_there_is_none() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::reserve(&ALICE));
		assert_noop!(Providers::reserve(&ALICE), Error::<Test>::AtCapacity);
		Providers::release(&ALICE);
		assert_ok!(Providers::reserve(&ALICE));
	});
}

#[test]
fn registration_calls_should_be_refused_when_the_signer_may_not_make_them() {
	run(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let origin = || origin.clone();
			let bad = DispatchError::BadOrigin;
			assert_noop!(Providers::register(origin(), 7, BOND, 1, Default::default()), bad);
			assert_noop!(Providers::set_worker(origin(), 7), bad);
			assert_noop!(Providers::update(origin(), 1, Default::default()), bad);
			assert_noop!(Providers::bond_extra(origin(), 1), bad);
		}
		assert_noop!(Providers::set_worker(signed(BOB), 7), Error::<Test>::NotRegistered);
		assert_noop!(
			Providers::update(signed(BOB), 1, Default::default()),
			Error::<Test>::NotRegistered
		);
		assert_noop!(Providers::bond_extra(signed(BOB), 1), Error::<Test>::NotRegistered);
	});
}

#[test]
fn changes_should_be_refused_when_an_argument_is_out_of_range() {
	run(|| {
		register(ALICE, BOND, 1);
		register(BOB, BOND, 1);
		for capacity in [0, 101, u32::MAX] {
			assert_noop!(
				Providers::update(signed(ALICE), capacity, Default::default()),
				Error::<Test>::CapacityOutOfRange
			);
		}
		for taken in [ALICE + 100, BOB + 100] {
			assert_noop!(Providers::set_worker(signed(ALICE), taken), Error::<Test>::WorkerTaken);
		}
		assert_noop!(Providers::bond_extra(signed(ALICE), 0), Error::<Test>::AmountZero);
		for amount in [START, Balance::MAX] {
			assert_noop!(
				Providers::bond_extra(signed(ALICE), amount),
				TokenError::FundsUnavailable
			);
		}
		assert_ok!(Providers::leave(signed(ALICE)));
		assert_noop!(Providers::bond_extra(signed(ALICE), 1), Error::<Test>::IsLeaving);
	});
}
