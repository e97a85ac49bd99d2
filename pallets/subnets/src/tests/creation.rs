//! Subnet 0, creating others, and handing them on.

use crate::{mock::*, Error, Event, HoldReason, SubnetCount, Subnets as Records};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use reckon_primitives::{Held, HeldFor};
use reckon_support::SubnetInspect;
use sp_runtime::{DispatchError, TokenError};

#[test]
fn chain_should_have_subnet_0_from_genesis() {
	run(|| {
		let subnet = Subnets::subnet(0).unwrap();
		assert_eq!((subnet.id, subnet.owner, subnet.change), (0, None, None));
		assert_eq!(subnet.parameters, rules());
		assert_eq!(Subnets::subnet_by_name(name("reckon")), Some(0));
		assert_eq!(<Subnets as SubnetInspect>::subnet(0), Some(rules()));
		assert_eq!(<Subnets as SubnetInspect>::open_subnet(0), Some(rules()));
		assert_eq!(<Subnets as SubnetInspect>::subnet(1), None);
		assert_eq!(<Subnets as SubnetInspect>::open_subnet(u32::MAX), None);
	});
}

#[test]
fn create_should_take_the_fee_and_the_deposit_when_accepted() {
	run(|| {
		let treasury = free(TREASURY);
		assert_eq!(create("tiny-models"), 1);
		assert_eq!(free(TREASURY), treasury + FEE);
		let held = Balances::balance_on_hold(&HoldReason::SubnetDeposit.into(), &ALICE);
		// Two full lists of 64 models are in it.
		assert!(held > 4_096, "{held}");
		assert_eq!(free(ALICE), START - FEE - held);
		assert_eq!(
			Subnets::held_by(ALICE),
			vec![Held { held_for: HeldFor::SubnetDeposit(1), amount: held, next_step_at: None }]
		);
		assert_eq!(Subnets::subnet_by_name(name("tiny-models")), Some(1));
		assert_eq!(<Subnets as SubnetInspect>::open_subnet(1), Some(rules()));
		let (owner, name) = (ALICE, name("tiny-models"));
		System::assert_last_event(Event::SubnetCreated { subnet: 1, owner, name }.into());
	});
}

#[test]
fn create_should_be_refused_when_something_is_wrong() {
	run(|| {
		create("a");
		let create = |called| Subnets::create(signed(BOB), name(called), rules());
		assert_noop!(create("a"), Error::<Test>::NameTaken);
		assert_noop!(create("reckon"), Error::<Test>::NameTaken);
		for called in ["", "A", "a b", "a/b", "ä", "a\n"] {
			assert_noop!(create(called), Error::<Test>::NameInvalid);
		}
		assert_noop!(
			Subnets::create(RuntimeOrigin::root(), name("b"), rules()),
			DispatchError::BadOrigin
		);
		assert_noop!(
			Subnets::create(RuntimeOrigin::none(), name("b"), rules()),
			DispatchError::BadOrigin
		);
		// An account without money.
		assert_noop!(
			Subnets::create(signed(1_000), name("b"), rules()),
			TokenError::FundsUnavailable
		);
		SubnetCount::<Test>::put(u32::MAX);
		assert_noop!(create("b"), Error::<Test>::TooManySubnets);
	});
}

#[test]
fn create_should_be_refused_when_the_money_is_enough_for_the_deposit_alone() {
	run(|| {
		let deposit = {
			create("a");
			Balances::balance_on_hold(&HoldReason::SubnetDeposit.into(), &ALICE)
		};
		let poor = 500;
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), poor, deposit + FEE));
		// The fee and the least balance; not the fee alone.
		assert_noop!(
			frame_support::storage::with_storage_layer(|| {
				Subnets::create(signed(poor), name("b"), rules())
			}),
			TokenError::FundsUnavailable
		);
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), poor, deposit + FEE + 10));
		assert_ok!(Subnets::create(signed(poor), name("b"), rules()));
	});
}

#[test]
fn subnets_should_be_listed_in_order_and_in_parts() {
	run(|| {
		for n in 0..120 {
			create(&format!("subnet-{n}"));
		}
		let first = Subnets::subnets(0);
		assert_eq!(first.iter().map(|s| s.id).collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
		let rest = Subnets::subnets(100);
		assert_eq!(rest.iter().map(|s| s.id).collect::<Vec<_>>(), (100..121).collect::<Vec<_>>());
		assert!(Subnets::subnets(121).is_empty());
		assert!(Subnets::subnets(u32::MAX).is_empty());
		assert_eq!(Records::<Test>::iter_keys().count(), 121);
	});
}
