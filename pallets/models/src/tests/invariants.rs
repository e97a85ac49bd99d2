use crate::mock::*;
use frame_support::{
	assert_ok,
	traits::{
		fungible::MutateHold,
		tokens::Precision::{BestEffort, Exact},
	},
};

#[test]
fn invariants_should_be_broken_when_a_deposit_is_not_what_is_held() {
	run(|| {
		register_model(ALICE, "a", 3);
		register_app(ALICE, "b", register_model(BOB, "c", 4).hash());
		assert_ok!(Models::do_try_state());

		let reason = StoreDeposit::get();
		assert_ok!(Balances::release(&reason, &ALICE, 1, Exact));
		assert!(Models::do_try_state().is_err());
		assert_ok!(Balances::hold(&reason, &ALICE, 2));
		assert!(Models::do_try_state().is_err());

		assert_ok!(Balances::release(&reason, &ALICE, 1, BestEffort));
	});
}
