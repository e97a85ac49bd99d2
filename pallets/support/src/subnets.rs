//! Asking for a subnet's rules.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedBTreeSet};
use reckon_primitives::{token::UNIT, Balance, BlockNumber, ModelId, SubnetId};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::Permill;

/// The most models that a subnet can list. A subnet's record has two lists at most, and is read for
/// each job: 4 KiB of ids.
pub type MaxListedModels = ConstU32<64>;

/// Which models a subnet's providers may serve.
#[derive(
	Clone,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
#[scale_info(capture_docs = "always")]
pub enum Membership {
	/// All that the store has.
	#[default]
	#[codec(index = 0)]
	Open,
	/// Only these.
	#[codec(index = 1)]
	Models(BoundedBTreeSet<ModelId, MaxListedModels>),
}

impl Membership {
	/// Whether the model may be served.
	pub fn admits(&self, model: &ModelId) -> bool {
		match self {
			Self::Open => true,
			Self::Models(listed) => listed.contains(model),
		}
	}
}

/// A subnet's rules.
#[derive(
	Clone,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[scale_info(capture_docs = "always")]
pub struct SubnetParameters {
	/// The treasury's share of each charge.
	pub treasury_share: Permill,
	/// The gateway's share of each charge for work that it brought.
	pub gateway_share: Permill,
	/// What each auditor has for computing an answer again: this share of the answer's charge.
	pub auditor_share: Permill,
	/// How many auditors look at one piece of work: N.
	pub committee: u32,
	/// How many of them must agree: M.
	pub quorum: u32,
	/// The part of a faultless provider's work that is audited.
	pub audit_rate_min: Permill,
	/// The part of a wholly unreliable provider's work that is audited.
	pub audit_rate_max: Permill,
	/// The least bond of a provider that works here, in the smallest token unit.
	pub min_provider_bond: Balance,
	/// The least bond of a gateway, in the smallest token unit.
	pub min_gateway_bond: Balance,
	/// Blocks between a delivery and its payment.
	pub dispute_window_blocks: BlockNumber,
	/// Which models may be served.
	pub membership: Membership,
}

#[cfg(feature = "runtime-benchmarks")]
impl Membership {
	/// As many models as can be listed, this one among them.
	pub fn full_for_benchmark(model: ModelId) -> Self {
		use frame_support::traits::Get;
		let numbered = |n: u32| {
			let mut id = ModelId::zero();
			id[..4].copy_from_slice(&n.to_be_bytes());
			id
		};
		let others = (1..MaxListedModels::get()).map(numbered);
		let listed: alloc::collections::BTreeSet<_> = others.chain([model]).collect();
		Self::Models(listed.try_into().expect("as many as can be"))
	}
}

impl SubnetParameters {
	/// The share of a charge that pays for audits by lot, where everybody is audited as often as the
	/// rules have it at most.
	pub fn worst_premium(&self) -> Permill {
		let whole = u64::from(Permill::one().deconstruct());
		let share = u64::from(self.auditor_share.deconstruct());
		let all = share.saturating_mul(self.committee.into()).min(whole.saturating_mul(whole));
		let rate = u64::from(self.audit_rate_max.deconstruct());
		let parts = all.saturating_mul(rate).div_ceil(whole).min(whole);
		Permill::from_parts(u32::try_from(parts).unwrap_or(u32::MAX))
	}
}

/// What subnet 0 starts with, unless a chain's genesis says otherwise. With the highest royalty, one
/// fifth, the most unreliable provider keeps 55 % of a charge that all others have a part of, and a
/// faultless one 68 %.
impl Default for SubnetParameters {
	fn default() -> Self {
		Self {
			treasury_share: Permill::from_percent(5),
			gateway_share: Permill::from_percent(5),
			// A pass costs its auditor a tenth of the charge.
			auditor_share: Permill::from_percent(15),
			committee: 5,
			quorum: 3,
			audit_rate_min: Permill::from_percent(2),
			audit_rate_max: Permill::from_percent(20),
			min_provider_bond: UNIT.saturating_mul(100),
			min_gateway_bond: UNIT.saturating_mul(1_000),
			// Ten minutes of three-second blocks.
			dispute_window_blocks: 200,
			membership: Membership::Open,
		}
	}
}

/// Asks for a subnet's rules. Implemented by `pallet-subnets`.
pub trait SubnetInspect {
	/// The rules in force, if the subnet exists; also while it retires, so that its work can end.
	/// At most one storage read.
	fn subnet(id: SubnetId) -> Option<SubnetParameters>;

	/// The rules in force, if the subnet takes new work. At most one storage read.
	fn open_subnet(id: SubnetId) -> Option<SubnetParameters> {
		Self::subnet(id)
	}

	/// Lets subnet 0 list as many models as it can, this one among them, for a benchmark.
	#[cfg(feature = "runtime-benchmarks")]
	fn fill_for_benchmark(model: ModelId);
}

/// Only subnet 0 exists; its treasury has 5 %.
impl SubnetInspect for () {
	fn subnet(id: SubnetId) -> Option<SubnetParameters> {
		(id == 0).then(SubnetParameters::default)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn fill_for_benchmark(_: ModelId) {}
}
