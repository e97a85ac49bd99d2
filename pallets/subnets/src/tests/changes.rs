//! Changing rules: announced, and in force at their block.

use crate::{mock::*, Error, Event, Subnets as Records};
use frame_support::{assert_noop, assert_ok};
use reckon_support::{SubnetInspect, SubnetParameters};
use sp_runtime::{DispatchError, Permill};

fn dearer(percent: u32) -> SubnetParameters {
	SubnetParameters { treasury_share: Permill::from_percent(percent), ..rules() }
}

fn in_force(id: u32) -> SubnetParameters {
	<Subnets as SubnetInspect>::subnet(id).unwrap()
}

#[test]
fn change_should_be_in_force_at_its_block_and_not_before() {
	run(|| {
		let id = create("a");
		assert_ok!(Subnets::update(signed(ALICE), id, dearer(7)));
		let effective_at = 1 + CHANGE_DELAY;
		System::assert_last_event(Event::ChangeAnnounced { subnet: id, effective_at }.into());
		System::set_block_number(effective_at - 1);
		assert_eq!(in_force(id), rules());
		assert_eq!(<Subnets as SubnetInspect>::open_subnet(id), Some(rules()));
		let change = Subnets::subnet(id).unwrap().change.unwrap();
		assert_eq!((change.parameters, change.effective_at), (dearer(7), effective_at));
		// No hook has run.
		System::set_block_number(effective_at);
		assert_eq!(in_force(id), dearer(7));
		assert_eq!(<Subnets as SubnetInspect>::open_subnet(id), Some(dearer(7)));
		let seen = Subnets::subnet(id).unwrap();
		assert_eq!((seen.parameters, seen.change), (dearer(7), None));
	});
}

#[test]
fn change_should_be_replaced_when_another_is_announced_before_it_is_in_force() {
	run(|| {
		let id = create("a");
		assert_ok!(Subnets::update(signed(ALICE), id, dearer(7)));
		System::set_block_number(CHANGE_DELAY);
		assert_ok!(Subnets::update(signed(ALICE), id, dearer(8)));
		System::set_block_number(2 * CHANGE_DELAY - 1);
		assert_eq!(in_force(id), rules());
		System::set_block_number(2 * CHANGE_DELAY);
		assert_eq!(in_force(id), dearer(8));
	});
}

#[test]
fn change_should_stay_in_force_when_the_next_is_announced() {
	run(|| {
		let id = create("a");
		assert_ok!(Subnets::update(signed(ALICE), id, dearer(7)));
		System::set_block_number(1 + CHANGE_DELAY);
		assert_ok!(Subnets::update(signed(ALICE), id, dearer(8)));
		assert_eq!(in_force(id), dearer(7));
		assert_eq!(Records::<Test>::get(id).unwrap().parameters, dearer(7));
		System::set_block_number(1 + 2 * CHANGE_DELAY);
		assert_eq!(in_force(id), dearer(8));
	});
}

#[test]
fn change_should_ask_for_no_more_deposit_when_the_rules_get_longer() {
	run(|| {
		let id = create("a");
		let before = free(ALICE);
		let longer = SubnetParameters { membership: only(0..64), ..rules() };
		assert_ok!(Subnets::update(signed(ALICE), id, longer.clone()));
		System::set_block_number(1 + CHANGE_DELAY);
		assert_ok!(Subnets::update(signed(ALICE), id, longer));
		assert_eq!(free(ALICE), before);
	});
}

#[test]
fn update_should_be_refused_when_something_is_wrong() {
	run(|| {
		let id = create("a");
		assert_noop!(Subnets::update(signed(BOB), id, rules()), Error::<Test>::NotOwner);
		assert_noop!(Subnets::update(signed(ALICE), 7, rules()), Error::<Test>::UnknownSubnet);
		// The chain's government rules the chain's subnet, and no other.
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Subnets::update(origin, id, rules()), DispatchError::BadOrigin);
		}
		assert_ok!(Subnets::retire(signed(ALICE), id));
		assert_noop!(Subnets::update(signed(ALICE), id, rules()), Error::<Test>::IsRetiring);
	});
}

#[test]
fn subnet_0_should_be_changed_by_the_government_alone() {
	run(|| {
		for origin in [signed(ALICE), signed(TREASURY), RuntimeOrigin::none()] {
			assert_noop!(Subnets::update(origin, 0, dearer(7)), DispatchError::BadOrigin);
		}
		assert_ok!(Subnets::update(RuntimeOrigin::root(), 0, dearer(7)));
		assert_eq!(in_force(0), rules());
		System::set_block_number(1 + CHANGE_DELAY);
		assert_eq!(in_force(0), dearer(7));
	});
}
