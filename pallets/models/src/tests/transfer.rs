use crate::{mock::*, Config, Error, Event};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use reckon_primitives::EntryId;
use reckon_support::ModelInspect;
use sp_core::H256;
use sp_runtime::{traits::Convert, DispatchError};

#[test]
fn transfer_should_move_the_rights_and_leave_the_deposit() {
	run(|| {
		let model = register_model(ALICE, "a", 3);
		let data_set = register_data_set(ALICE, "b", 3);
		let app = register_app(ALICE, "c", model.hash());
		let held = Balances::total_balance_on_hold(&ALICE);
		for entry in [model, data_set, app] {
			assert_ok!(Models::transfer(signed(ALICE), entry, BOB));
			System::assert_last_event(Event::Transferred { entry, from: ALICE, to: BOB }.into());
			let again = Models::transfer(signed(ALICE), entry, ALICE);
			assert_noop!(again, Error::<Test>::NotOwner);
		}
		assert_eq!(<Models as ModelInspect<_>>::model(&model.hash()).unwrap().owner, BOB);
		assert_eq!(Models::entries_of(BOB).len(), 3);
		assert!(Models::entries_of(ALICE).is_empty());
		assert_eq!(Balances::total_balance_on_hold(&ALICE), held);
		assert_eq!(Models::held_by(ALICE).len(), 3);
		assert!(Models::held_by(BOB).is_empty());
	});
}

#[test]
fn transfer_should_change_nothing_when_it_is_to_oneself() {
	run(|| {
		let entry = register_model(ALICE, "a", 3);
		assert_ok!(Models::transfer(signed(ALICE), entry, ALICE));
		assert_eq!(Models::entries_of(ALICE), vec![entry]);
	});
}

#[test]
fn deprecated_entry_should_be_transferred_and_still_be_removed_in_time() {
	run(|| {
		let model = register_model(ALICE, "a", 3);
		let data_set = register_data_set(ALICE, "b", 3);
		let app = register_app(ALICE, "c", model.hash());
		for entry in [model, data_set, app] {
			assert_ok!(Models::deprecate(signed(ALICE), entry));
			assert_ok!(Models::transfer(signed(ALICE), entry, BOB));
			System::assert_last_event(Event::Transferred { entry, from: ALICE, to: BOB }.into());
			// It is no more in use for its new owner than it was.
			assert_noop!(Models::deprecate(signed(ALICE), entry), Error::<Test>::NotOwner);
			assert_noop!(Models::deprecate(signed(BOB), entry), Error::<Test>::AlreadyDeprecated);
		}
		idle(10);
		assert_eq!(Models::entries_of(BOB).len(), 3);
		idle(11);
		assert!(Models::entries_of(BOB).is_empty());
		let kept = <Test as Config>::DepositPrice::convert(Models::retired_footprint());
		assert_eq!(Balances::free_balance(ALICE), START - kept);
	});
}

#[test]
fn transfer_should_be_refused_when_something_is_wrong() {
	run(|| {
		let entry = register_model(ALICE, "a", 3);
		assert_noop!(Models::transfer(signed(BOB), entry, BOB), Error::<Test>::NotOwner);
		for unknown in [EntryId::Model(H256::zero()), EntryId::DataSet(entry.hash())] {
			let call = Models::transfer(signed(ALICE), unknown, BOB);
			assert_noop!(call, Error::<Test>::UnknownEntry);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Models::transfer(origin, entry, BOB), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn registrant_should_not_register_the_same_again_when_it_was_transferred() {
	run(|| {
		let entry = register_model(ALICE, "a", 3);
		assert_ok!(Models::transfer(signed(ALICE), entry, BOB));
		let again = Models::register_model(signed(ALICE), name("b"), model(3));
		assert_noop!(again, Error::<Test>::AlreadyRegistered);
	});
}
