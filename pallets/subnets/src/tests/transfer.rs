//! Handing a subnet on: proposed by the owner, accepted and paid for by the other.

use crate::{mock::*, Error, Event, HoldReason};
use frame_support::{
	assert_noop, assert_ok, storage::with_storage_layer, traits::fungible::InspectHold,
};
use reckon_primitives::Balance;
use sp_runtime::{DispatchError, TokenError};

fn deposit_of(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::SubnetDeposit.into(), &who)
}

fn transfer(from: AccountId, id: u32, to: AccountId) {
	assert_ok!(Subnets::transfer(signed(from), id, Some(to)));
	assert_ok!(Subnets::accept_transfer(signed(to), id));
}

#[test]
fn transfer_should_move_nothing_before_it_is_accepted() {
	run(|| {
		let id = create("a");
		assert_ok!(Subnets::transfer(signed(ALICE), id, Some(BOB)));
		System::assert_last_event(
			Event::TransferProposed { subnet: id, from: ALICE, to: Some(BOB) }.into(),
		);
		let seen = Subnets::subnet(id).unwrap();
		assert_eq!((seen.owner, seen.heir), (Some(ALICE), Some(BOB)));
		assert_noop!(Subnets::update(signed(BOB), id, rules()), Error::<Test>::NotOwner);
		assert_ok!(Subnets::update(signed(ALICE), id, rules()));
		assert_eq!(free(BOB), START);
	});
}

#[test]
fn accepted_transfer_should_move_the_rights_and_the_deposit() {
	run(|| {
		let id = create("a");
		let deposit = deposit_of(ALICE);
		transfer(ALICE, id, BOB);
		System::assert_last_event(
			Event::SubnetTransferred { subnet: id, from: ALICE, to: BOB }.into(),
		);
		let seen = Subnets::subnet(id).unwrap();
		assert_eq!((seen.owner, seen.heir), (Some(BOB), None));
		assert_noop!(Subnets::update(signed(ALICE), id, rules()), Error::<Test>::NotOwner);
		assert_ok!(Subnets::update(signed(BOB), id, rules()));
		assert_eq!((deposit_of(ALICE), deposit_of(BOB)), (0, deposit));
		assert_eq!((free(ALICE), free(BOB)), (START - FEE, START - deposit));
		assert!(Subnets::held_by(ALICE).is_empty());
		assert_eq!(Subnets::held_by(BOB).len(), 1);
		// It is accepted once.
		assert_noop!(Subnets::accept_transfer(signed(BOB), id), Error::<Test>::NotHeir);
	});
}

#[test]
fn deposits_should_stay_with_their_subnets_when_one_of_several_is_handed_on() {
	run(|| {
		let ids = [create("a"), create("b")];
		let both = deposit_of(ALICE);
		transfer(ALICE, ids[0], BOB);
		assert_eq!((deposit_of(ALICE), deposit_of(BOB)), (both / 2, both / 2));
		transfer(BOB, ids[0], ALICE);
		assert_eq!((deposit_of(ALICE), deposit_of(BOB)), (both, 0));
	});
}

#[test]
fn owner_should_keep_the_subnet_when_it_hands_it_to_itself() {
	run(|| {
		let id = create("a");
		let (deposit, left) = (deposit_of(ALICE), free(ALICE));
		transfer(ALICE, id, ALICE);
		assert_eq!((deposit_of(ALICE), free(ALICE)), (deposit, left));
		assert_eq!(Subnets::subnet(id).unwrap().owner, Some(ALICE));
	});
}

#[test]
fn transfer_should_be_off_when_the_owner_names_somebody_else_or_nobody() {
	run(|| {
		let id = create("a");
		assert_ok!(Subnets::transfer(signed(ALICE), id, Some(BOB)));
		assert_ok!(Subnets::transfer(signed(ALICE), id, Some(3)));
		assert_noop!(Subnets::accept_transfer(signed(BOB), id), Error::<Test>::NotHeir);
		assert_ok!(Subnets::transfer(signed(ALICE), id, None));
		System::assert_last_event(
			Event::TransferProposed { subnet: id, from: ALICE, to: None }.into(),
		);
		assert_noop!(Subnets::accept_transfer(signed(3), id), Error::<Test>::NotHeir);
	});
}

#[test]
fn transfer_should_be_off_when_the_subnet_retires() {
	run(|| {
		let id = create("a");
		assert_ok!(Subnets::transfer(signed(ALICE), id, Some(BOB)));
		assert_ok!(Subnets::retire(signed(ALICE), id));
		assert_noop!(Subnets::accept_transfer(signed(BOB), id), Error::<Test>::NotHeir);
		idle(1 + RETIREMENT);
		assert_noop!(Subnets::accept_transfer(signed(BOB), id), Error::<Test>::UnknownSubnet);
		assert_eq!((free(ALICE), free(BOB)), (START - FEE, START));
	});
}

#[test]
fn accept_should_be_refused_when_the_heir_cannot_pay_the_deposit() {
	run(|| {
		let id = create("a");
		let poor = 500;
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), poor, 100));
		assert_ok!(Subnets::transfer(signed(ALICE), id, Some(poor)));
		assert_noop!(
			with_storage_layer(|| Subnets::accept_transfer(signed(poor), id)),
			TokenError::FundsUnavailable
		);
		assert_eq!(Subnets::subnet(id).unwrap().owner, Some(ALICE));
	});
}

#[test]
fn transfer_should_be_refused_when_something_is_wrong() {
	run(|| {
		let id = create("a");
		let transfer = |origin, id| Subnets::transfer(origin, id, Some(BOB));
		assert_noop!(transfer(signed(BOB), id), Error::<Test>::NotOwner);
		assert_noop!(transfer(signed(ALICE), 0), Error::<Test>::NotOwner);
		assert_noop!(transfer(signed(ALICE), 7), Error::<Test>::UnknownSubnet);
		assert_noop!(Subnets::accept_transfer(signed(BOB), id), Error::<Test>::NotHeir);
		assert_noop!(Subnets::accept_transfer(signed(BOB), 0), Error::<Test>::NotHeir);
		assert_noop!(Subnets::accept_transfer(signed(BOB), 7), Error::<Test>::UnknownSubnet);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(transfer(origin.clone(), id), DispatchError::BadOrigin);
			assert_noop!(Subnets::accept_transfer(origin, id), DispatchError::BadOrigin);
		}
		assert_ok!(Subnets::retire(signed(ALICE), id));
		assert_noop!(transfer(signed(ALICE), id), Error::<Test>::IsRetiring);
	});
}
