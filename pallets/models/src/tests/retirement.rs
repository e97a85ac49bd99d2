use crate::{mock::*, Config, Error, Event, Status};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::InspectHold, Hooks},
	weights::Weight,
};
use reckon_primitives::{EntryId, HeldFor, TaskKind};
use reckon_support::ModelInspect;
use sp_core::H256;
use sp_runtime::{traits::Convert, DispatchError};

#[test]
fn model_should_take_no_jobs_when_deprecated() {
	run(|| {
		let entry = register_model(ALICE, "a", 3);
		assert_ok!(Models::deprecate(signed(ALICE), entry));
		System::assert_last_event(Event::Deprecated { entry, until: 11 }.into());
		assert!(!<Models as ModelInspect<_>>::takes(&entry.hash(), TaskKind::Chat));
		let listing = Models::model(entry.hash()).unwrap().listing;
		assert_eq!(listing.status, Status::Deprecated { until: 11 });
	});
}

#[test]
fn deprecation_should_be_refused_when_something_is_wrong() {
	run(|| {
		let model = register_model(ALICE, "a", 3);
		let data_set = register_data_set(ALICE, "b", 3);
		let app = register_app(ALICE, "c", model.hash());
		// The right hash as an entry of another kind is no entry.
		for entry in [EntryId::Model(H256::zero()), EntryId::App(model.hash())] {
			assert_noop!(Models::deprecate(signed(ALICE), entry), Error::<Test>::UnknownEntry);
		}
		for entry in [model, data_set, app] {
			assert_noop!(Models::deprecate(signed(BOB), entry), Error::<Test>::NotOwner);
			for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
				assert_noop!(Models::deprecate(origin, entry), DispatchError::BadOrigin);
			}
			assert_ok!(Models::deprecate(signed(ALICE), entry));
			assert_noop!(Models::deprecate(signed(ALICE), entry), Error::<Test>::AlreadyDeprecated);
		}
	});
}

#[test]
fn deposit_and_name_should_come_back_by_themselves_when_the_entry_is_retired() {
	run(|| {
		let model = register_model(ALICE, "a", 3);
		let data_set = register_data_set(ALICE, "a", 3);
		let app = register_app(ALICE, "a", model.hash());
		for entry in [model, data_set, app] {
			assert_ok!(Models::transfer(signed(ALICE), entry, BOB));
			assert_ok!(Models::deprecate(signed(BOB), entry));
		}
		assert!(Models::held_by(ALICE).iter().all(|held| held.next_step_at == Some(11)));
		let deposit = Balances::total_balance_on_hold(&ALICE);
		idle(10);
		assert_eq!(Models::entries_of(BOB).len(), 3);
		idle(11);
		assert!(Models::entries_of(BOB).is_empty());
		// To who left it, not to the last owner; what pays for the place of the model's id stays.
		let kept = <Test as Config>::DepositPrice::convert(Models::retired_footprint());
		assert!(kept > 0 && kept < deposit);
		assert_eq!(Balances::free_balance(ALICE), START - kept);
		assert_eq!(Balances::total_balance_on_hold(&ALICE), kept);
		let held = Models::held_by(ALICE);
		assert_eq!((held.len(), &held[0].held_for), (1, &HeldFor::RetiredModel(model.hash())));
		assert_eq!((held[0].amount, held[0].next_step_at), (kept, None));
		for entry in [model, data_set, app] {
			System::assert_has_event(Event::Removed { entry }.into());
		}
		// The name is free, the model's id is not: offers that are left must not come alive.
		let again = Models::register_model(signed(ALICE), name("a"), crate::mock::model(3));
		assert_noop!(again, Error::<Test>::Retired);
		register_model(BOB, "a", 3);
	});
}

#[test]
fn removed_entry_should_be_nobodys_to_transfer_or_deprecate() {
	run(|| {
		let model = register_model(ALICE, "a", 3);
		let data_set = register_data_set(ALICE, "b", 3);
		let app = register_app(ALICE, "c", model.hash());
		for entry in [model, data_set, app] {
			assert_ok!(Models::deprecate(signed(ALICE), entry));
		}
		idle(11);
		for (entry, who) in
			[model, data_set, app].into_iter().flat_map(|entry| [(entry, ALICE), (entry, BOB)])
		{
			assert_noop!(Models::transfer(signed(who), entry, BOB), Error::<Test>::UnknownEntry);
			assert_noop!(Models::deprecate(signed(who), entry), Error::<Test>::UnknownEntry);
		}
	});
}

#[test]
fn retirement_should_wait_when_there_is_no_spare_weight() {
	run(|| {
		let entry = register_model(ALICE, "a", 3);
		assert_ok!(Models::deprecate(signed(ALICE), entry));
		for limit in [0, 1_000, 1_000_000] {
			let limit = Weight::from_parts(limit, u64::MAX);
			assert!(Models::on_idle(11, limit).all_lte(limit));
			assert!(Models::model(entry.hash()).is_some());
		}
	});
}
