//! Subnets and gateways that the test makes.

use super::AccountId;
#[cfg(feature = "runtime-benchmarks")]
use crate::Membership;
use crate::{GatewayInfo, GatewayInspect, GatewaySlash, SubnetInspect, SubnetParameters};
use alloc::collections::BTreeMap;
use core::cell::{Cell, RefCell};
use frame_support::weights::Weight;
#[cfg(feature = "runtime-benchmarks")]
use reckon_primitives::ModelId;
use reckon_primitives::{Balance, Reason, SubnetId};

std::thread_local! {
	static SUBNETS: RefCell<BTreeMap<SubnetId, (SubnetParameters, bool)>> = const { RefCell::new(BTreeMap::new()) };
	static GATEWAYS: RefCell<BTreeMap<AccountId, GatewayInfo>> = const { RefCell::new(BTreeMap::new()) };
	static SLASHED: Cell<Option<(AccountId, Balance, Reason)>> = const { Cell::new(None) };
}

/// Forgets all subnets and gateways.
pub(super) fn reset() {
	SUBNETS.take();
	GATEWAYS.take();
	SLASHED.take();
}

/// The subnets that the test makes; none at first.
pub struct MockSubnets;

impl MockSubnets {
	/// Makes a subnet that takes new work, or changes its rules.
	pub fn insert(id: SubnetId, rules: SubnetParameters) {
		SUBNETS.with_borrow_mut(|subnets| subnets.insert(id, (rules, true)));
	}

	/// Lets a subnet take no new work.
	pub fn retire(id: SubnetId) {
		SUBNETS.with_borrow_mut(|subnets| {
			if let Some((_, open)) = subnets.get_mut(&id) {
				*open = false;
			}
		});
	}
}

impl SubnetInspect for MockSubnets {
	fn subnet(id: SubnetId) -> Option<SubnetParameters> {
		SUBNETS.with_borrow(|subnets| subnets.get(&id).map(|(rules, _)| rules.clone()))
	}

	fn open_subnet(id: SubnetId) -> Option<SubnetParameters> {
		SUBNETS.with_borrow(|subnets| {
			subnets.get(&id).filter(|(_, open)| *open).map(|(rules, _)| rules.clone())
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn fill_for_benchmark(model: ModelId) {
		let membership = Membership::full_for_benchmark(model);
		Self::insert(0, SubnetParameters { membership, ..Default::default() });
	}
}

/// The gateways that the test makes; none at first.
pub struct MockGateways;

impl MockGateways {
	/// Registers a gateway, or changes it.
	pub fn insert(who: AccountId, gateway: GatewayInfo) {
		GATEWAYS.with_borrow_mut(|gateways| gateways.insert(who, gateway));
	}

	/// Lets a gateway be gone.
	pub fn remove(who: AccountId) {
		GATEWAYS.with_borrow_mut(|gateways| gateways.remove(&who));
	}

	/// Who was slashed last, how much was taken, and why.
	pub fn last_slash() -> Option<(AccountId, Balance, Reason)> {
		SLASHED.get()
	}
}

impl GatewayInspect<AccountId> for MockGateways {
	fn gateway(who: &AccountId) -> Option<GatewayInfo> {
		GATEWAYS.with_borrow(|gateways| gateways.get(who).cloned())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(who: &AccountId) {
		let bond = SubnetParameters::default().min_gateway_bond;
		let gateway =
			GatewayInfo { subnet: 0, bond, endpoint: Default::default(), leaves_at: None };
		Self::insert(*who, gateway);
	}
}

impl GatewaySlash<AccountId> for MockGateways {
	fn slash_gateway(who: &AccountId, amount: Balance, why: Reason) -> Balance {
		GATEWAYS.with_borrow_mut(|gateways| {
			let Some(gateway) = gateways.get_mut(who) else { return 0 };
			let taken = amount.min(gateway.bond);
			gateway.bond -= taken;
			SLASHED.set(Some((*who, taken, why)));
			taken
		})
	}

	fn slash_gateway_weight() -> Weight {
		Weight::zero()
	}

	/// The money is nobody's: the mock holds none.
	fn compensate_from_gateway(
		who: &AccountId,
		_: &AccountId,
		up_to: Balance,
		reason: Reason,
	) -> Balance {
		Self::slash_gateway(who, up_to, reason)
	}

	fn compensate_from_gateway_weight() -> Weight {
		Weight::zero()
	}
}
