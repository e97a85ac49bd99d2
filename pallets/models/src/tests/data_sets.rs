use crate::{mock::*, DataSetDetails, DataSets, Error, Event};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{InspectHold, Mutate},
};
use reckon_primitives::{EntryId, EntryKind};
use sp_core::H256;
use sp_runtime::{DispatchError, TokenError};

#[test]
fn data_set_should_be_found_when_it_is_registered() {
	run(|| {
		let entry = register_data_set(ALICE, "words", 1);
		System::assert_last_event(
			Event::Registered { entry, owner: ALICE, name: name("words") }.into(),
		);
		let record = Models::data_set(entry.hash()).unwrap();
		assert_eq!((record.listing.owner, record.details), (ALICE, data_set(1)));
		assert!(Balances::total_balance_on_hold(&ALICE) > 0);
		assert!(Models::model(entry.hash()).is_none() && Models::app(entry.hash()).is_none());
	});
}

#[test]
fn name_should_be_free_for_a_data_set_when_a_model_has_it() {
	run(|| {
		let model = register_model(ALICE, "words", 1);
		let data_set = register_data_set(BOB, "words", 1);
		let called = |kind| Models::entry_by_name(kind, name("words"));
		assert_eq!(called(EntryKind::Model), Some(model));
		assert_eq!(called(EntryKind::DataSet), Some(data_set));
		assert_eq!(called(EntryKind::App), None);
	});
}

#[test]
fn data_set_should_have_another_id_when_anything_of_it_differs() {
	run(|| {
		let mut ids = vec![register_data_set(ALICE, "words", 1)];
		ids.push(register_data_set(ALICE, "words-2", 1));
		ids.push(register_data_set(BOB, "words-3", 1));
		let register = |called: &str, details| {
			assert_ok!(Models::register_data_set(signed(ALICE), name(called), details));
			Models::entry_by_name(EntryKind::DataSet, name(called)).unwrap()
		};
		ids.push(register("words-4", DataSetDetails { records: 0, ..data_set(1) }));
		ids.push(register("words-5", DataSetDetails { location: None, ..data_set(1) }));
		let described = DataSetDetails { description: Some(H256::zero()), ..data_set(1) };
		ids.push(register("words-6", described));
		ids.iter().enumerate().for_each(|(n, id)| assert!(!ids[..n].contains(id)));
		assert_eq!(DataSets::<Test>::iter_keys().count(), ids.len());
	});
}

#[test]
fn data_set_should_be_refused_when_something_is_wrong() {
	run(|| {
		register_data_set(BOB, "a", 3);
		let register =
			|called: &str, details| Models::register_data_set(signed(BOB), name(called), details);
		assert_noop!(register("a", data_set(3)), Error::<Test>::AlreadyRegistered);
		assert_noop!(register("a", data_set(4)), Error::<Test>::NameTaken);
		for called in ["", "A", "a b"] {
			assert_noop!(register(called, data_set(4)), Error::<Test>::NameInvalid);
		}
		let unlicensed = DataSetDetails { licence: licence(""), ..data_set(4) };
		assert_noop!(register("b", unlicensed), Error::<Test>::LicenceInvalid);
		for place in ["", "two words", "https://exämple.org", "a\t"] {
			let details = DataSetDetails { location: Some(location(place)), ..data_set(4) };
			assert_noop!(register("b", details), Error::<Test>::LocationInvalid);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let call = Models::register_data_set(origin, name("b"), data_set(4));
			assert_noop!(call, DispatchError::BadOrigin);
		}
		Balances::set_balance(&77, 50);
		let poor = Models::register_data_set(signed(77), name("b"), data_set(4));
		assert_noop!(poor, TokenError::FundsUnavailable);
		let largest = DataSetDetails { bytes: u64::MAX, records: u64::MAX, ..data_set(4) };
		assert_ok!(register("b", largest));
	});
}

#[test]
fn data_set_should_be_registered_again_when_it_was_removed() {
	run(|| {
		let entry = register_data_set(ALICE, "a", 1);
		assert_ok!(Models::deprecate(signed(ALICE), entry));
		idle(1 + RETIREMENT);
		assert!(Models::data_set(entry.hash()).is_none());
		// The id says all of its terms, so that nobody is deceived.
		assert_eq!(register_data_set(ALICE, "a", 1), entry);
		assert!(matches!(entry, EntryId::DataSet(_)));
	});
}
