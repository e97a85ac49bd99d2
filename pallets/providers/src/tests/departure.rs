//! Leaving.

use super::held;
use crate::{mock::*, Error, Event, TicketCounts};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::Reason;
use reckon_support::ProviderPool;
use sp_runtime::DispatchError;

#[test]
fn bond_should_come_back_by_itself_when_the_provider_has_left() {
	run(|| {
		register(ALICE, BOND, 1);
		offer(ALICE, 1);
		assert_ok!(Providers::leave(signed(ALICE)));
		System::assert_last_event(Event::ProviderLeaving { provider: ALICE, until: 11 }.into());
		assert_eq!(TicketCounts::<Test>::get(market(1)), 0);
		assert_noop!(Providers::leave(signed(ALICE)), Error::<Test>::IsLeaving);
		idle(10);
		assert_eq!(held(ALICE), BOND);
		idle(11);
		assert_eq!(held(ALICE), 0);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::NotRegistered);
		System::assert_last_event(Event::ProviderLeft { provider: ALICE, bond: BOND }.into());
	});
}

#[test]
fn bond_should_stay_when_the_leaving_provider_still_has_a_job() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::reserve(&ALICE));
		assert_ok!(Providers::leave(signed(ALICE)));
		idle(11);
		assert_eq!(held(ALICE), BOND);
		Providers::release(&ALICE);
		idle(21);
		assert_eq!(held(ALICE), 0);
	});
}

#[test]
fn bond_should_stay_when_the_last_answer_can_still_be_disputed() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::reserve(&ALICE));
		assert_ok!(Providers::leave(signed(ALICE)));
		// It sits on its last job until its bond is about to come back.
		System::set_block_number(10);
		Providers::release_delivered(&ALICE);
		idle(11);
		assert_eq!(Providers::compensate(&ALICE, &BOB, 100), 100);
		idle(20);
		assert_eq!(held(ALICE), BOND - 100);
		idle(21);
		assert_eq!(held(ALICE), 0);
	});
}

#[test]
fn bond_should_come_back_in_time_when_the_last_answer_is_an_old_one() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::reserve(&ALICE));
		assert_ok!(Providers::leave(signed(ALICE)));
		System::set_block_number(5);
		Providers::release_delivered(&ALICE);
		idle(11);
		assert_eq!(held(ALICE), 0);
	});
}

#[test]
fn leaving_provider_should_still_change_its_worker_and_its_record_without_tickets() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		offer(ALICE, 1);
		assert_ok!(Providers::leave(signed(ALICE)));
		// It may have work to finish, with another key and somewhere else.
		assert_ok!(Providers::set_worker(signed(ALICE), 77));
		System::assert_last_event(Event::WorkerChanged { provider: ALICE, worker: 77 }.into());
		assert_eq!(Providers::provider_of(&77), Some(ALICE));
		assert_eq!(Providers::provider_of(&(ALICE + 100)), None);
		let url = b"http://elsewhere.example:9620".to_vec();
		assert_ok!(Providers::update(signed(ALICE), 9, url.clone().try_into().unwrap()));
		System::assert_last_event(Event::ProviderUpdated { provider: ALICE, capacity: 9 }.into());
		assert_eq!(Providers::endpoint(&ALICE), url);
		assert_eq!(TicketCounts::<Test>::get(market(1)), 0);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Leaving);
		idle(11);
		assert_eq!(held(ALICE), 0);
		assert_eq!(Providers::provider_of(&77), None);
	});
}

#[test]
fn register_should_be_refused_until_the_provider_has_left() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::leave(signed(ALICE)));
		let register =
			|who, worker| Providers::register(signed(who), worker, BOND, 1, Default::default());
		idle(10);
		assert_noop!(register(ALICE, 77), Error::<Test>::AlreadyRegistered);
		// Its worker speaks for it until then.
		assert_noop!(register(BOB, ALICE + 100), Error::<Test>::WorkerTaken);
		idle(11);
		assert_ok!(register(BOB, ALICE + 100));
		assert_ok!(register(ALICE, 77));
	});
}

#[test]
fn leave_should_be_refused_when_the_signer_is_no_provider() {
	run(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Providers::leave(origin), DispatchError::BadOrigin);
		}
		assert_noop!(Providers::leave(signed(ALICE)), Error::<Test>::NotRegistered);
	});
}
