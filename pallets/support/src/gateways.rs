//! Asking for gateways, and taking from their bonds.

use crate::SubnetParameters;
use codec::{Decode, Encode};
use frame_support::{traits::ConstU32, BoundedVec};
use reckon_primitives::{Balance, BlockNumber, Reason, SubnetId};
use scale_info::TypeInfo;

/// The most bytes of a gateway's address: a host name of 64 bytes, a port and a path fit.
pub type MaxGatewayEndpointBytes = ConstU32<128>;
/// The URL at which clients reach a gateway.
pub type GatewayEndpoint = BoundedVec<u8, MaxGatewayEndpointBytes>;

/// What others need to know of a gateway.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct GatewayInfo {
	/// The subnet whose work it routes.
	pub subnet: SubnetId,
	/// What it stands for with, in the smallest token unit.
	pub bond: Balance,
	/// Where clients reach it.
	pub endpoint: GatewayEndpoint,
	/// From which block on it is gone and its bond with it, when it is leaving.
	pub leaves_at: Option<BlockNumber>,
}

impl GatewayInfo {
	/// Whether it may take on business under its subnet's rules: these may ask for more bond than
	/// when it registered, and a slash may have taken from it.
	pub fn is_eligible(&self, rules: &SubnetParameters) -> bool {
		self.leaves_at.is_none() && self.bond >= rules.min_gateway_bond
	}
}

/// Asks for a gateway. Implemented by `pallet-subnets`.
pub trait GatewayInspect<AccountId> {
	/// The gateway, if the account is one, also while it is leaving. One storage read.
	fn gateway(who: &AccountId) -> Option<GatewayInfo>;

	/// Registers a gateway of subnet 0 with the least bond, for a benchmark.
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(who: &AccountId);
}

/// There are no gateways.
impl<AccountId> GatewayInspect<AccountId> for () {
	fn gateway(_: &AccountId) -> Option<GatewayInfo> {
		None
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(_: &AccountId) {}
}

/// Takes from gateways' bonds, for a fault that was proved. Implemented by `pallet-subnets`.
pub trait GatewaySlash<AccountId> {
	/// Takes as much of the bond as there is, up to `amount`, also while the gateway is leaving;
	/// says how much that was.
	fn slash_gateway(who: &AccountId, amount: Balance, reason: Reason) -> Balance;
	/// The most that [`Self::slash_gateway`] weighs.
	fn slash_gateway_weight() -> frame_support::weights::Weight;

	/// Pays as much of the bond as there is, up to `up_to`, to somebody, also while the gateway is
	/// leaving; says how much that was.
	fn compensate_from_gateway(
		who: &AccountId,
		to: &AccountId,
		up_to: Balance,
		reason: Reason,
	) -> Balance;
	/// The most that [`Self::compensate_from_gateway`] weighs.
	fn compensate_from_gateway_weight() -> frame_support::weights::Weight;
}

/// There is nothing to take.
impl<AccountId> GatewaySlash<AccountId> for () {
	fn slash_gateway(_: &AccountId, _: Balance, _: Reason) -> Balance {
		0
	}

	fn slash_gateway_weight() -> frame_support::weights::Weight {
		frame_support::weights::Weight::zero()
	}

	fn compensate_from_gateway(_: &AccountId, _: &AccountId, _: Balance, _: Reason) -> Balance {
		0
	}

	fn compensate_from_gateway_weight() -> frame_support::weights::Weight {
		frame_support::weights::Weight::zero()
	}
}
