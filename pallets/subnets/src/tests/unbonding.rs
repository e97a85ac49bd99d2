//! Parts of gateways' bonds: taken out, slashed, and back.

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use reckon_primitives::{HeldFor, Reason};
use reckon_support::{GatewayInspect, GatewaySlash, SubnetParameters};
use sp_runtime::DispatchError;

const FAULT: Reason = Reason::DeadlineMissed;

fn register_with_more(who: AccountId) {
	register(who, 0);
	assert_ok!(Subnets::bond_extra(signed(who), 600));
}

#[test]
fn part_of_a_bond_should_stand_for_nothing_when_taken_out_and_come_back_by_itself() {
	run(|| {
		register_with_more(BOB);
		assert_ok!(Subnets::unbond_gateway(signed(BOB), 600));
		let (bond, until) = (GATEWAY_BOND, 1 + UNBONDING);
		let event = Event::GatewayBondLowered { gateway: BOB, amount: 600, bond, until };
		System::assert_last_event(event.into());
		let seen = <Subnets as GatewayInspect<_>>::gateway(&BOB).unwrap();
		assert_eq!(seen.bond, GATEWAY_BOND);
		assert!(seen.is_eligible(&rules()));
		let listed: Vec<_> = Subnets::held_by(BOB)
			.into_iter()
			.map(|held| (held.held_for, held.amount, held.next_step_at))
			.collect();
		let expected = [
			(HeldFor::GatewayBond, GATEWAY_BOND, None),
			(HeldFor::GatewayUnbonding, 600, Some(until)),
		];
		assert_eq!(listed, expected);
		idle(until - 1);
		assert_eq!(Balances::total_balance_on_hold(&BOB), GATEWAY_BOND + 600);
		idle(until);
		assert_eq!(Balances::total_balance_on_hold(&BOB), GATEWAY_BOND);
		System::assert_last_event(Event::GatewayBondReturned { gateway: BOB, amount: 600 }.into());
	});
}

#[test]
fn slashes_should_take_what_is_on_its_way_back_before_the_rest() {
	run(|| {
		register_with_more(BOB);
		assert_ok!(Subnets::unbond_gateway(signed(BOB), 600));
		assert_eq!(Subnets::slash_gateway(&BOB, 400, FAULT), 400);
		assert_eq!(Subnets::gateway(BOB).unwrap().bond, GATEWAY_BOND);
		assert_eq!(Subnets::compensate_from_gateway(&BOB, &ALICE, 300, FAULT), 300);
		assert_eq!(Subnets::gateway(BOB).unwrap().bond, GATEWAY_BOND - 100);
		idle(1 + UNBONDING);
		System::assert_last_event(Event::GatewayBondReturned { gateway: BOB, amount: 0 }.into());
		assert_eq!(Balances::total_balance_on_hold(&BOB), GATEWAY_BOND - 100);
	});
	run(|| {
		register_with_more(BOB);
		assert_ok!(Subnets::unbond_gateway(signed(BOB), 600));
		assert_eq!(Subnets::slash_gateway(&BOB, u128::MAX, FAULT), GATEWAY_BOND + 600);
		assert_eq!(Balances::total_balance_on_hold(&BOB), 0);
	});
}

#[test]
fn leaving_should_end_all_when_a_part_of_the_bond_is_on_its_way_back() {
	run(|| {
		register_with_more(BOB);
		assert_ok!(Subnets::unbond_gateway(signed(BOB), 600));
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		assert_noop!(Subnets::unbond_gateway(signed(BOB), 1), Error::<Test>::IsLeaving);
		idle(1 + UNBONDING);
		assert_eq!((free(BOB), Subnets::gateway(BOB)), (START, None));
	});
}

#[test]
fn unbond_should_be_refused_when_something_is_wrong() {
	run(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Subnets::unbond_gateway(origin, 1), DispatchError::BadOrigin);
		}
		assert_noop!(Subnets::unbond_gateway(signed(BOB), 1), Error::<Test>::NotRegistered);
		register_with_more(BOB);
		assert_noop!(Subnets::unbond_gateway(signed(BOB), 0), Error::<Test>::AmountZero);
		for amount in [601, GATEWAY_BOND + 600, GATEWAY_BOND + 601, u128::MAX] {
			assert_noop!(Subnets::unbond_gateway(signed(BOB), amount), Error::<Test>::BondTooLow);
		}
		assert_ok!(Subnets::unbond_gateway(signed(BOB), 300));
		assert_noop!(Subnets::unbond_gateway(signed(BOB), 1), Error::<Test>::AlreadyUnbonding);
	});
}

#[test]
fn unbond_should_be_refused_when_the_subnet_asks_for_more_now_or_is_gone() {
	run(|| {
		let id = create("a");
		register(BOB, id);
		assert_ok!(Subnets::bond_extra(signed(BOB), 600));
		let dearer = SubnetParameters { min_gateway_bond: GATEWAY_BOND + 500, ..rules() };
		assert_ok!(Subnets::update(signed(ALICE), id, dearer));
		System::set_block_number(1 + CHANGE_DELAY);
		assert_noop!(Subnets::unbond_gateway(signed(BOB), 101), Error::<Test>::BondTooLow);
		assert_ok!(Subnets::retire(signed(ALICE), id));
		idle(1 + CHANGE_DELAY + RETIREMENT);
		// It has to leave.
		assert_noop!(Subnets::unbond_gateway(signed(BOB), 1), Error::<Test>::UnknownSubnet);
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
	});
}
