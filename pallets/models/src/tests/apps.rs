use crate::{mock::*, AppDetails, Error, Event};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use sp_core::H256;
use sp_runtime::{DispatchError, TokenError};
use std::collections::BTreeSet;

#[test]
fn app_should_name_its_models_and_data_sets_when_it_is_registered() {
	run(|| {
		let model = register_model(ALICE, "a", 3).hash();
		let set = register_data_set(ALICE, "words", 1).hash();
		let data_sets = BTreeSet::from([set]).try_into().unwrap();
		let details = AppDetails { data_sets, ..app([model]) };
		assert_ok!(Models::register_app(signed(BOB), name("dictionary"), details.clone()));
		let entry = Models::entries_of(BOB)[0];
		let event = Event::Registered { entry, owner: BOB, name: name("dictionary") };
		System::assert_last_event(event.into());
		let record = Models::app(entry.hash()).unwrap();
		assert_eq!((record.listing.owner, record.details), (BOB, details));
	});
}

#[test]
fn app_should_be_refused_when_something_is_wrong() {
	run(|| {
		let model = register_model(ALICE, "a", 3).hash();
		let set = register_data_set(ALICE, "words", 1).hash();
		register_app(BOB, "taken", model);
		let register =
			|called: &str, details| Models::register_app(signed(BOB), name(called), details);
		assert_noop!(register("taken", app([model])), Error::<Test>::AlreadyRegistered);
		let moved = AppDetails { location: location("ipfs://b"), ..app([model]) };
		assert_noop!(register("taken", moved), Error::<Test>::NameTaken);
		assert_noop!(register("", app([model])), Error::<Test>::NameInvalid);
		assert_noop!(register("b", app([])), Error::<Test>::NoModels);
		assert_noop!(register("b", app([model, H256::zero()])), Error::<Test>::UnknownModel);
		// A data set is no model, nor the other way round.
		assert_noop!(register("b", app([set])), Error::<Test>::UnknownModel);
		let learns =
			AppDetails { data_sets: BTreeSet::from([model]).try_into().unwrap(), ..app([model]) };
		assert_noop!(register("b", learns), Error::<Test>::UnknownDataSet);
		let unlicensed = AppDetails { licence: licence("\0"), ..app([model]) };
		assert_noop!(register("b", unlicensed), Error::<Test>::LicenceInvalid);
		for place in ["", "no where"] {
			let lost = AppDetails { location: location(place), ..app([model]) };
			assert_noop!(register("b", lost), Error::<Test>::LocationInvalid);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let call = Models::register_app(origin, name("b"), app([model]));
			assert_noop!(call, DispatchError::BadOrigin);
		}
		Balances::set_balance(&77, 50);
		let poor = Models::register_app(signed(77), name("b"), app([model]));
		assert_noop!(poor, TokenError::FundsUnavailable);
		assert_ok!(register("b", app([model])));
	});
}

#[test]
fn app_should_stay_when_its_model_is_removed() {
	run(|| {
		let model = register_model(ALICE, "a", 3);
		let app = register_app(BOB, "b", model.hash());
		assert_ok!(Models::deprecate(signed(ALICE), model));
		idle(1 + RETIREMENT);
		assert!(Models::model(model.hash()).is_none());
		assert!(Models::app(app.hash()).unwrap().details.models.contains(&model.hash()));
	});
}
