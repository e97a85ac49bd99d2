//! A gateway's bond: on its way back, and slashed.

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use reckon_primitives::{HeldFor, Reason};
use reckon_support::{GatewayInspect, GatewaySlash};
use sp_runtime::DispatchError;

const FAULT: Reason = Reason::DeadlineMissed;

#[test]
fn bond_should_come_back_by_itself_when_the_gateway_has_left() {
	run(|| {
		register(BOB, 0);
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		let until = 1 + UNBONDING;
		System::assert_last_event(Event::GatewayLeaving { gateway: BOB, until }.into());
		let leaves_at = <Subnets as GatewayInspect<_>>::gateway(&BOB).unwrap().leaves_at;
		assert_eq!(leaves_at, Some(1 + UNBONDING));
		let held = Subnets::held_by(BOB);
		assert_eq!((held.len(), &held[0].held_for), (1, &HeldFor::GatewayUnbonding));
		assert_eq!((held[0].amount, held[0].next_step_at), (GATEWAY_BOND, Some(until)));
		idle(until - 1);
		assert_eq!(Balances::total_balance_on_hold(&BOB), GATEWAY_BOND);
		idle(until);
		assert_eq!(free(BOB), START);
		assert_eq!(Subnets::gateway(BOB), None);
		assert!(Subnets::gateways(0).is_empty());
		System::assert_last_event(Event::GatewayLeft { gateway: BOB, bond: GATEWAY_BOND }.into());
		// It can come back, elsewhere.
		register(BOB, create("a"));
	});
}

#[test]
fn leave_should_be_refused_when_something_is_wrong() {
	run(|| {
		assert_noop!(Subnets::leave_gateway(signed(BOB)), Error::<Test>::NotRegistered);
		register(BOB, 0);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Subnets::leave_gateway(origin), DispatchError::BadOrigin);
		}
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		assert_noop!(Subnets::leave_gateway(signed(BOB)), Error::<Test>::IsLeaving);
		assert_noop!(
			Subnets::register_gateway(signed(BOB), 0, GATEWAY_BOND, endpoint()),
			Error::<Test>::AlreadyRegistered
		);
	});
}

#[test]
fn slash_should_go_to_the_treasury_when_there_is_a_fault() {
	run(|| {
		register(BOB, 0);
		let (issuance, treasury) = (Balances::total_issuance(), free(TREASURY));
		assert_eq!(Subnets::slash_gateway(&BOB, 300, FAULT), 300);
		assert_eq!(Subnets::gateway(BOB).unwrap().bond, GATEWAY_BOND - 300);
		assert_eq!(free(TREASURY), treasury + 300);
		assert_eq!(Balances::total_issuance(), issuance);
		let event = Event::GatewaySlashed { gateway: BOB, amount: 300, reason: FAULT };
		System::assert_last_event(event.into());
		let gateway = <Subnets as GatewayInspect<_>>::gateway(&BOB).unwrap();
		assert!(gateway.leaves_at.is_none() && !gateway.is_eligible(&rules()));
	});
}

#[test]
fn slash_should_take_what_there_is_when_more_is_asked() {
	run(|| {
		register(BOB, 0);
		assert_eq!(Subnets::slash_gateway(&BOB, u128::MAX, FAULT), GATEWAY_BOND);
		assert_eq!(Subnets::slash_gateway(&BOB, 1, FAULT), 0);
		assert_eq!(Subnets::slash_gateway(&ALICE, 1, FAULT), 0);
		assert_eq!(free(BOB), START - GATEWAY_BOND);
		// Who has nothing left can still leave.
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		idle(1 + UNBONDING);
		assert_eq!(Subnets::gateway(BOB), None);
	});
}

#[test]
fn slash_should_reach_the_bond_when_the_gateway_is_leaving() {
	run(|| {
		register(BOB, 0);
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		System::set_block_number(UNBONDING);
		assert_eq!(Subnets::slash_gateway(&BOB, 400, FAULT), 400);
		idle(1 + UNBONDING);
		assert_eq!(free(BOB), START - 400);
		let bond = GATEWAY_BOND - 400;
		System::assert_last_event(Event::GatewayLeft { gateway: BOB, bond }.into());
	});
}

#[test]
fn bond_should_pay_whoever_a_fault_has_harmed() {
	run(|| {
		register(BOB, 0);
		let issuance = Balances::total_issuance();
		let pay = |up_to| Subnets::compensate_from_gateway(&BOB, &ALICE, up_to, FAULT);
		assert_eq!(pay(300), 300);
		assert_eq!((free(ALICE), free(TREASURY)), (START + 300, START));
		assert_eq!(Subnets::gateway(BOB).unwrap().bond, GATEWAY_BOND - 300);
		let event = Event::GatewaySlashed { gateway: BOB, amount: 300, reason: FAULT };
		System::assert_last_event(event.into());
		// Also while it is leaving, and no more than there is.
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		assert_eq!(pay(u128::MAX), GATEWAY_BOND - 300);
		assert_eq!(pay(1), 0);
		assert_eq!(Subnets::compensate_from_gateway(&ALICE, &BOB, 1, FAULT), 0);
		assert_eq!(free(ALICE), START + GATEWAY_BOND);
		assert_eq!(Balances::total_issuance(), issuance);
		idle(1 + UNBONDING);
		assert_eq!((free(BOB), Subnets::gateway(BOB)), (START - GATEWAY_BOND, None));
	});
}
