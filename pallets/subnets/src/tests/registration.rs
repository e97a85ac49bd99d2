//! Becoming a gateway, and being one.

use crate::{mock::*, Error, Event, HoldReason};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use reckon_primitives::{Held, HeldFor};
use reckon_support::{
	GatewayEndpoint, GatewayInfo, GatewayInspect, SubnetInspect, SubnetParameters,
};
use sp_runtime::{DispatchError, TokenError};

fn url(text: &str) -> GatewayEndpoint {
	text.as_bytes().to_vec().try_into().unwrap()
}

#[test]
fn register_should_hold_the_bond_when_accepted() {
	run(|| {
		register(BOB, 0);
		let held = Balances::balance_on_hold(&HoldReason::GatewayBond.into(), &BOB);
		assert_eq!(held, GATEWAY_BOND);
		assert_eq!(
			<Subnets as GatewayInspect<_>>::gateway(&BOB),
			Some(GatewayInfo {
				subnet: 0,
				bond: GATEWAY_BOND,
				endpoint: endpoint(),
				leaves_at: None
			})
		);
		assert_eq!(<Subnets as GatewayInspect<_>>::gateway(&ALICE), None);
		let (held_for, amount) = (HeldFor::GatewayBond, GATEWAY_BOND);
		assert_eq!(Subnets::held_by(BOB), vec![Held { held_for, amount, next_step_at: None }]);
		let event = Event::GatewayRegistered { gateway: BOB, subnet: 0, bond: GATEWAY_BOND };
		System::assert_last_event(event.into());
	});
}

#[test]
fn register_should_be_refused_when_something_is_wrong() {
	run(|| {
		let register = |who, subnet, bond, endpoint| {
			Subnets::register_gateway(signed(who), subnet, bond, url(endpoint))
		};
		assert_ok!(register(BOB, 0, GATEWAY_BOND, "http://a"));
		assert_noop!(register(BOB, 0, GATEWAY_BOND, "http://a"), Error::<Test>::AlreadyRegistered);
		assert_noop!(register(ALICE, 7, GATEWAY_BOND, "http://a"), Error::<Test>::UnknownSubnet);
		for bond in [0, 1, GATEWAY_BOND - 1] {
			assert_noop!(register(ALICE, 0, bond, "http://a"), Error::<Test>::BondTooLow);
		}
		for bond in [START, START + 1, u128::MAX] {
			assert_noop!(register(ALICE, 0, bond, "http://a"), TokenError::FundsUnavailable);
		}
		for endpoint in ["", "http://a b", "http://ä", "http://a\n", "\0"] {
			assert_noop!(
				register(ALICE, 0, GATEWAY_BOND, endpoint),
				Error::<Test>::EndpointInvalid
			);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Subnets::register_gateway(origin, 0, GATEWAY_BOND, endpoint()),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn gateways_should_be_listed_by_their_subnet() {
	run(|| {
		let id = create("a");
		register(3, 0);
		register(4, id);
		register(5, id);
		let of = |subnet| {
			let mut all: Vec<_> =
				Subnets::gateways(subnet).into_iter().map(|(who, _)| who).collect();
			all.sort();
			all
		};
		assert_eq!((of(0), of(id), of(7)), (vec![3], vec![4, 5], vec![]));
	});
}

#[test]
fn bond_extra_should_raise_the_bond_when_accepted() {
	run(|| {
		register(BOB, 0);
		assert_ok!(Subnets::bond_extra(signed(BOB), 1));
		let bond = GATEWAY_BOND + 1;
		assert_eq!(Subnets::gateway(BOB).unwrap().bond, bond);
		assert_eq!(Balances::total_balance_on_hold(&BOB), bond);
		System::assert_last_event(Event::GatewayBondRaised { gateway: BOB, bond }.into());
	});
}

#[test]
fn bond_extra_should_be_refused_when_something_is_wrong() {
	run(|| {
		assert_noop!(Subnets::bond_extra(signed(BOB), 1), Error::<Test>::NotRegistered);
		register(BOB, 0);
		assert_noop!(Subnets::bond_extra(signed(BOB), 0), Error::<Test>::AmountZero);
		for amount in [START - GATEWAY_BOND, START, u128::MAX] {
			assert_noop!(Subnets::bond_extra(signed(BOB), amount), TokenError::FundsUnavailable);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Subnets::bond_extra(origin, 1), DispatchError::BadOrigin);
		}
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		assert_noop!(Subnets::bond_extra(signed(BOB), 1), Error::<Test>::IsLeaving);
	});
}

#[test]
fn address_should_change_also_when_the_gateway_is_leaving() {
	run(|| {
		register(BOB, 0);
		assert_ok!(Subnets::update_gateway(signed(BOB), url("http://b")));
		assert_eq!(Subnets::gateway(BOB).unwrap().endpoint, url("http://b"));
		System::assert_last_event(Event::GatewayUpdated { gateway: BOB }.into());
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		assert_ok!(Subnets::update_gateway(signed(BOB), url("http://c")));
		assert_eq!(Subnets::gateway(BOB).unwrap().endpoint, url("http://c"));
	});
}

#[test]
fn update_should_be_refused_when_something_is_wrong() {
	run(|| {
		let update = |who, endpoint| Subnets::update_gateway(signed(who), url(endpoint));
		assert_noop!(update(BOB, "http://b"), Error::<Test>::NotRegistered);
		register(BOB, 0);
		for endpoint in ["", " ", "http://ä"] {
			assert_noop!(update(BOB, endpoint), Error::<Test>::EndpointInvalid);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Subnets::update_gateway(origin, endpoint()), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn gateway_should_not_be_eligible_when_its_subnet_asks_for_more_bond() {
	run(|| {
		let id = create("a");
		register(BOB, id);
		let eligible = || {
			let gateway = <Subnets as GatewayInspect<_>>::gateway(&BOB).unwrap();
			gateway.is_eligible(&<Subnets as SubnetInspect>::subnet(id).unwrap())
		};
		assert!(eligible());
		let dearer = SubnetParameters { min_gateway_bond: 2 * GATEWAY_BOND, ..rules() };
		assert_ok!(Subnets::update(signed(ALICE), id, dearer));
		assert!(eligible());
		System::set_block_number(1 + CHANGE_DELAY);
		assert!(!eligible());
		assert_ok!(Subnets::bond_extra(signed(BOB), GATEWAY_BOND));
		assert!(eligible());
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		assert!(!eligible());
	});
}
