//! Taking a subnet out of use.

use crate::{mock::*, Error, Event, Subnets as Records};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use reckon_support::{SubnetInspect, SubnetParameters};
use sp_runtime::DispatchError;

#[test]
fn retiring_subnet_should_take_no_new_work_and_settle_the_old() {
	run(|| {
		let id = create("a");
		assert_ok!(Subnets::retire(signed(ALICE), id));
		let until = 1 + RETIREMENT;
		System::assert_last_event(Event::SubnetRetiring { subnet: id, until }.into());
		assert_eq!(<Subnets as SubnetInspect>::open_subnet(id), None);
		assert_eq!(<Subnets as SubnetInspect>::subnet(id), Some(rules()));
		assert_noop!(
			Subnets::register_gateway(signed(BOB), id, GATEWAY_BOND, endpoint()),
			Error::<Test>::IsRetiring
		);
	});
}

#[test]
fn announced_change_should_be_in_force_when_the_subnet_retires() {
	run(|| {
		let id = create("a");
		let other = SubnetParameters { dispute_window_blocks: 50, ..rules() };
		assert_ok!(Subnets::update(signed(ALICE), id, other.clone()));
		assert_ok!(Subnets::retire(signed(ALICE), id));
		System::set_block_number(1 + CHANGE_DELAY);
		assert_eq!(<Subnets as SubnetInspect>::subnet(id), Some(other));
	});
}

#[test]
fn deposit_should_come_back_by_itself_when_the_subnet_is_removed() {
	run(|| {
		let id = create("a");
		assert_ok!(Subnets::retire(signed(ALICE), id));
		let until = 1 + RETIREMENT;
		assert_eq!(Subnets::held_by(ALICE)[0].next_step_at, Some(until));
		idle(until - 1);
		assert!(Subnets::subnet(id).is_some());
		idle(until);
		assert_eq!(Subnets::subnet(id), None);
		assert_eq!(<Subnets as SubnetInspect>::subnet(id), None);
		// The fee is gone.
		assert_eq!(free(ALICE), START - FEE);
		System::assert_last_event(Event::SubnetRemoved { subnet: id }.into());
		// The name is free, the id is not.
		assert_eq!(create("a"), id + 1);
		assert!(!Records::<Test>::contains_key(id));
	});
}

#[test]
fn retire_should_be_refused_when_something_is_wrong() {
	run(|| {
		let id = create("a");
		assert_noop!(Subnets::retire(signed(BOB), id), Error::<Test>::NotOwner);
		assert_noop!(Subnets::retire(signed(ALICE), 0), Error::<Test>::NotOwner);
		assert_noop!(Subnets::retire(signed(ALICE), 7), Error::<Test>::UnknownSubnet);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Subnets::retire(origin.clone(), id), DispatchError::BadOrigin);
			assert_noop!(Subnets::retire(origin, 0), DispatchError::BadOrigin);
		}
		assert_ok!(Subnets::retire(signed(ALICE), id));
		assert_noop!(Subnets::retire(signed(ALICE), id), Error::<Test>::IsRetiring);
	});
}

#[test]
fn removal_and_departure_should_wait_when_there_is_no_spare_weight() {
	run(|| {
		let id = create("a");
		register(BOB, id);
		assert_ok!(Subnets::retire(signed(ALICE), id));
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		let late = 1 + RETIREMENT + UNBONDING;
		for limit in [0, 1_000, 1_000_000] {
			let limit = Weight::from_parts(limit, u64::MAX);
			assert!(Subnets::on_idle(late, limit).all_lte(limit));
			assert!(Subnets::subnet(id).is_some() && Subnets::gateway(BOB).is_some());
		}
		idle(late);
		assert!(Subnets::subnet(id).is_none() && Subnets::gateway(BOB).is_none());
	});
}

#[test]
fn gateway_should_be_able_to_leave_when_its_subnet_is_gone() {
	run(|| {
		let id = create("a");
		register(BOB, id);
		assert_ok!(Subnets::retire(signed(ALICE), id));
		idle(1 + RETIREMENT);
		assert_eq!(Subnets::subnet(id), None);
		assert_ok!(Subnets::leave_gateway(signed(BOB)));
		idle(1 + RETIREMENT + UNBONDING);
		assert_eq!(free(BOB), START);
	});
}
