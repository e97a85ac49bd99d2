use crate::{mock::*, Error, Event, ModelDetails, Status};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::InspectHold, Hooks},
	weights::Weight,
};
use reckon_primitives::{HeldFor, ModelId, NumericProfile, TaskKind, TaskSet};
use reckon_support::ModelInspect;
use sp_core::H256;
use sp_runtime::Permill;

const ID: ModelId = H256([3; 32]);

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn details(name: &str) -> ModelDetails {
	ModelDetails {
		name: name.as_bytes().to_vec().try_into().unwrap(),
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		context: 256,
		licence: b"Apache-2.0".to_vec().try_into().unwrap(),
		royalty: Permill::from_percent(10),
	}
}

#[test]
fn register_should_take_a_deposit_and_the_name_when_accepted() {
	run(|| {
		assert_ok!(Models::register_model(signed(ALICE), ID, details("reckon/lexicon")));
		let held = Balances::total_balance_on_hold(&ALICE);
		assert!(held > 0);
		let listed = Models::held_by(ALICE);
		assert_eq!(listed.len(), 1);
		assert_eq!((listed[0].amount, &listed[0].held_for), (held, &HeldFor::ModelDeposit(ID)));
		let name = details("reckon/lexicon").name;
		assert_eq!(Models::model_by_name(name), Some(ID));
		assert!(<Models as ModelInspect<_>>::takes(&ID, TaskKind::Chat));
		assert!(!<Models as ModelInspect<_>>::takes(&ID, TaskKind::Embed));
	});
}

#[test]
fn register_should_be_refused_when_something_is_wrong() {
	run(|| {
		assert_ok!(Models::register_model(signed(ALICE), ID, details("a")));
		let register =
			|id, details| Models::register_model(signed(BOB), H256::repeat_byte(id), details);
		assert_noop!(register(3, details("b")), Error::<Test>::AlreadyRegistered);
		assert_noop!(register(4, details("a")), Error::<Test>::NameTaken);
		for name in ["", "A", "a b", "ä", "a\n"] {
			assert_noop!(register(4, details(name)), Error::<Test>::NameInvalid);
		}
		let nothing = ModelDetails { tasks: TaskSet { bits: 0 }, ..details("b") };
		assert_noop!(register(4, nothing), Error::<Test>::TasksInvalid);
		let unknown = ModelDetails { tasks: TaskSet { bits: 1 << 9 }, ..details("b") };
		assert_noop!(register(4, unknown), Error::<Test>::TasksInvalid);
		let greedy = ModelDetails { royalty: Permill::from_percent(21), ..details("b") };
		assert_noop!(register(4, greedy), Error::<Test>::RoyaltyTooHigh);
	});
}

#[test]
fn register_should_be_refused_when_the_deposit_is_above_the_balance() {
	run(|| {
		let poor = signed(77);
		assert!(Models::register_model(poor, ID, details("a")).is_err());
		assert!(crate::Models::<Test>::get(ID).is_none());
	});
}

#[test]
fn model_should_take_no_jobs_when_deprecated() {
	run(|| {
		assert_noop!(Models::deprecate(signed(ALICE), ID), Error::<Test>::UnknownModel);
		assert_ok!(Models::register_model(signed(ALICE), ID, details("a")));
		assert_noop!(Models::deprecate(signed(BOB), ID), Error::<Test>::NotOwner);
		assert_ok!(Models::deprecate(signed(ALICE), ID));
		assert!(!<Models as ModelInspect<_>>::takes(&ID, TaskKind::Chat));
		assert_eq!(Models::model(ID).unwrap().2, Status::Deprecated { until: 11 });
		assert_noop!(Models::deprecate(signed(ALICE), ID), Error::<Test>::AlreadyDeprecated);
	});
}

#[test]
fn deposit_and_name_should_come_back_by_themselves_when_the_model_is_retired() {
	run(|| {
		assert_ok!(Models::register_model(signed(ALICE), ID, details("a")));
		assert_ok!(Models::transfer(signed(ALICE), ID, BOB));
		assert_ok!(Models::deprecate(signed(BOB), ID));
		assert_eq!(Models::held_by(ALICE)[0].next_step_at, Some(11));
		idle(10);
		assert!(Models::model(ID).is_some());
		idle(11);
		assert!(Models::model(ID).is_none());
		// To who left it, not to the model's last owner.
		assert_eq!(Balances::free_balance(ALICE), START);
		assert_eq!(Balances::total_balance_on_hold(&ALICE), 0);
		System::assert_last_event(Event::ModelRemoved { model: ID }.into());
		// The name is free, the id is not: offers that are left must not come alive.
		assert_noop!(Models::register_model(signed(BOB), ID, details("a")), Error::<Test>::Retired);
		assert_ok!(Models::register_model(signed(BOB), H256::repeat_byte(4), details("a")));
	});
}

#[test]
fn retirement_should_wait_when_there_is_no_spare_weight() {
	run(|| {
		assert_ok!(Models::register_model(signed(ALICE), ID, details("a")));
		assert_ok!(Models::deprecate(signed(ALICE), ID));
		for limit in [0, 1_000, 1_000_000] {
			let limit = Weight::from_parts(limit, u64::MAX);
			assert!(Models::on_idle(11, limit).all_lte(limit));
			assert!(Models::model(ID).is_some());
		}
	});
}

#[test]
fn transfer_should_move_the_rights_and_leave_the_deposit() {
	run(|| {
		assert_ok!(Models::register_model(signed(ALICE), ID, details("a")));
		assert_ok!(Models::transfer(signed(ALICE), ID, BOB));
		assert_noop!(Models::transfer(signed(ALICE), ID, ALICE), Error::<Test>::NotOwner);
		assert_eq!(<Models as ModelInspect<_>>::model(&ID).unwrap().owner, BOB);
		assert_eq!(Models::held_by(ALICE).len(), 1);
		assert!(Models::held_by(BOB).is_empty());
	});
}
