//! Who may call what.

use crate::{mock::*, Call};
use frame_support::assert_noop;
use sp_runtime::{traits::Dispatchable, DispatchError::BadOrigin, Permill};

#[test]
fn users_calls_should_be_refused_when_nobody_signed_them() {
	run(|| {
		let calls = [
			Call::join { bond: BOND, commission: Permill::zero() },
			Call::bond_extra { amount: 1 },
			Call::unbond { amount: 1 },
			Call::withdraw {},
			Call::chill {},
			Call::resume {},
			Call::leave {},
			Call::set_commission { commission: Permill::zero() },
			Call::delegate { candidate: 1, amount: 1_000 },
			Call::undelegate { candidate: 1, amount: 1_000 },
			Call::purge_keys {},
		];
		for call in calls {
			for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
				assert_noop!(RuntimeCall::Staking(call.clone()).dispatch(origin), BadOrigin);
			}
		}
	});
}

#[test]
fn governances_calls_should_be_refused_when_a_user_makes_them() {
	run(|| {
		for origin in [signed(1), RuntimeOrigin::none()] {
			assert_noop!(Staking::set_validator_count(origin.clone(), 3), BadOrigin);
			assert_noop!(Staking::cancel_slashes(origin, Default::default()), BadOrigin);
		}
	});
}
