use crate::{mock::*, Calibration, Error, Event, ModelDetails, Names};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{InspectHold, Mutate},
};
use reckon_primitives::{EntryKind, NumericProfile, TaskKind, TaskSet};
use reckon_support::ModelInspect;
use reckon_verification::{Limits, Thresholds};
use sp_core::H256;
use sp_runtime::{DispatchError, Permill, TokenError};

#[test]
fn model_should_be_asked_for_when_it_is_registered() {
	run(|| {
		let entry = register_model(ALICE, "reckon/lexicon", 3);
		let event = Event::Registered { entry, owner: ALICE, name: name("reckon/lexicon") };
		System::assert_last_event(event.into());
		let id = model_id(ALICE, 3);
		assert_eq!(Names::<Test>::get(EntryKind::Model, name("reckon/lexicon")), Some(id));
		assert!(<Models as ModelInspect<_>>::takes(&id, TaskKind::Chat));
		assert!(!<Models as ModelInspect<_>>::takes(&id, TaskKind::Embed));
		let info = <Models as ModelInspect<_>>::model(&id).unwrap();
		assert_eq!((info.owner, info.royalty), (ALICE, Permill::from_percent(10)));
		assert_eq!(Balances::total_balance_on_hold(&ALICE) + Balances::free_balance(ALICE), START);
	});
}

#[test]
fn model_should_be_reproducible_when_its_profile_says_so() {
	run(|| {
		register_model(ALICE, "exact", 3);
		let tolerant = ModelDetails { profile: NumericProfile::Tolerant, ..model(4) };
		assert_ok!(Models::register_model(signed(ALICE), name("tolerant"), tolerant));
		let reproducible =
			|n| <Models as ModelInspect<_>>::model(&model_id(ALICE, n)).unwrap().reproducible;
		assert!(reproducible(3));
		assert!(!reproducible(4));
	});
}

fn calibrated(distance: (u32, u32), margin: (u32, u32)) -> ModelDetails {
	let limits = |(flag, slash)| Limits { flag, slash };
	let thresholds = Thresholds { distance: limits(distance), margin: limits(margin) };
	let calibration = Some(Calibration { thresholds, report: H256::repeat_byte(8) });
	ModelDetails { calibration, ..model(3) }
}

#[test]
fn model_should_tell_auditors_its_thresholds_when_it_is_calibrated() {
	run(|| {
		let details = calibrated((500, 2_000), (0, 0));
		assert_ok!(Models::register_model(signed(ALICE), name("calibrated"), details.clone()));
		register_model(ALICE, "not", 4);
		let thresholds =
			|n| <Models as ModelInspect<_>>::model(&model_id(ALICE, n)).unwrap().thresholds;
		assert_eq!(thresholds(3), details.calibration.map(|it| it.thresholds));
		assert_eq!(thresholds(4), None);
	});
}

#[test]
fn calibration_should_be_refused_when_it_tells_nothing_apart() {
	run(|| {
		let tolerant =
			ModelDetails { profile: NumericProfile::Tolerant, ..calibrated((1, 2), (1, 2)) };
		for wrong in [
			calibrated((3, 2), (1, 2)),
			calibrated((1, 2), (3, 2)),
			calibrated((1, u32::MAX), (1, 2)),
			calibrated((1, 2), (1, u32::MAX)),
			tolerant,
		] {
			assert_noop!(
				Models::register_model(signed(ALICE), name("a"), wrong),
				Error::<Test>::CalibrationInvalid
			);
		}
	});
}

#[test]
fn copied_registration_should_have_another_id_when_it_comes_first() {
	run(|| {
		// Bob has seen Alice's transaction in the pool, and pays more for the same call.
		assert_ok!(Models::register_model(signed(BOB), name("copied"), model(3)));
		assert_ok!(Models::register_model(signed(ALICE), name("original"), model(3)));
		let owner = |id| <Models as ModelInspect<_>>::model(&id).unwrap().owner;
		assert_eq!(owner(model_id(ALICE, 3)), ALICE);
		assert_eq!(owner(model_id(BOB, 3)), BOB);
	});
}

#[test]
fn model_should_name_data_sets_when_the_store_has_them() {
	run(|| {
		let set = register_data_set(BOB, "words", 1).hash();
		let trained = |on: H256| ModelDetails {
			trained_on: std::collections::BTreeSet::from([on]).try_into().unwrap(),
			..model(3)
		};
		let register = |on| Models::register_model(signed(ALICE), name("a"), trained(on));
		assert_noop!(register(H256::zero()), Error::<Test>::UnknownDataSet);
		assert_ok!(register(set));
		assert!(Models::model(model_id(ALICE, 3)).unwrap().details.trained_on.contains(&set));
	});
}

#[test]
fn model_should_be_refused_when_something_is_wrong() {
	run(|| {
		register_model(BOB, "a", 3);
		let register =
			|called: &str, details| Models::register_model(signed(BOB), name(called), details);
		assert_noop!(register("b", model(3)), Error::<Test>::AlreadyRegistered);
		assert_noop!(register("a", model(4)), Error::<Test>::NameTaken);
		for called in ["", "A", "a b", "ä", "a\n"] {
			assert_noop!(register(called, model(4)), Error::<Test>::NameInvalid);
		}
		for words in ["", "MIT\n", "MIT\u{7f}", "Lizenz für alle"] {
			let details = ModelDetails { licence: licence(words), ..model(4) };
			assert_noop!(register("b", details), Error::<Test>::LicenceInvalid);
		}
		for bits in [0, 1 << 9, u32::MAX] {
			let details = ModelDetails { tasks: TaskSet { bits }, ..model(4) };
			assert_noop!(register("b", details), Error::<Test>::TasksInvalid);
		}
		for royalty in [Permill::from_parts(200_001), Permill::one()] {
			let details = ModelDetails { royalty, ..model(4) };
			assert_noop!(register("b", details), Error::<Test>::RoyaltyTooHigh);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let call = Models::register_model(origin, name("b"), model(4));
			assert_noop!(call, DispatchError::BadOrigin);
		}
		assert_ok!(register("b", ModelDetails { royalty: MaxRoyalty::get(), ..model(4) }));
	});
}

#[test]
fn model_should_be_refused_when_the_deposit_is_above_the_balance() {
	run(|| {
		for balance in [0, 50] {
			Balances::set_balance(&77, balance);
			let call = Models::register_model(signed(77), name("a"), model(3));
			assert_noop!(call, TokenError::FundsUnavailable);
		}
	});
}
