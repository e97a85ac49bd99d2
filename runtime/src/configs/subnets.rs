//! Subnets and gateways.

use super::{
	audits::LONGEST_AUDIT,
	jobs::{MAX_COMPARISON, MAX_DEADLINE},
	models::MaxRoyalty,
	providers::{UnbondingBlocks, MIN_BOND},
};
use crate::{
	adapters::{StoragePrice, Treasury},
	time::{prod_or_fast, DAYS, MINUTES},
	AccountId, Balances, BlockNumber, Runtime, RuntimeHoldReason,
};
use frame_support::{
	parameter_types,
	traits::{fungible::HoldConsideration, tokens::imbalance::ResolveTo, ConstU128, ConstU32},
};
use frame_system::EnsureRoot;
use reckon_primitives::token::UNIT;
use sp_runtime::Permill;

/// Blocks between a delivery and its payment in subnet 0. Ten minutes: what a client or an auditor
/// needs to look at an answer.
pub const DISPUTE_WINDOW: BlockNumber = prod_or_fast(10 * MINUTES, 2);

/// The longest dispute window that a subnet can have: a day.
pub const MAX_DISPUTE: BlockNumber = DAYS;

/// From a submission to the last payment that can follow: the longest job, a dispute in the last block
/// of its window, and the windows of the answers that it is compared with; or an audit.
pub const LONGEST_JOB: BlockNumber =
	MAX_DEADLINE + 2 * MAX_DISPUTE + MAX_COMPARISON + LONGEST_AUDIT;

parameter_types! {
	/// Why a subnet's deposit is held.
	pub const SubnetDeposit: RuntimeHoldReason =
		RuntimeHoldReason::Subnets(pallet_subnets::HoldReason::SubnetDeposit);
	/// Half: those who compute have the larger part.
	pub const MinProviderShare: Permill = Permill::from_percent(50);
	/// Two percent.
	pub const MinTreasuryShare: Permill = Permill::from_percent(2);
	/// One percent.
	pub const MinAuditRate: Permill = Permill::from_percent(1);
	/// Two minutes: the shortest time in which an audit can be made.
	pub const MinDisputeBlocks: BlockNumber = prod_or_fast(2 * MINUTES, 2);
	/// A day.
	pub const MaxDisputeBlocks: BlockNumber = MAX_DISPUTE;
	/// A day more than the longest job and all that can follow. Short where people try things out:
	/// there a running job may see its rules change.
	pub const ChangeDelayBlocks: BlockNumber = prod_or_fast(LONGEST_JOB + DAYS, 2 * MINUTES);
	/// A day more than the longest job and all that can follow.
	pub const SubnetRetirementBlocks: BlockNumber = LONGEST_JOB + DAYS;
	/// As for providers: a gateway stands for its batches as long.
	pub const GatewayUnbondingBlocks: BlockNumber = UnbondingBlocks::get();
}

impl pallet_subnets::Config for Runtime {
	type WeightInfo = pallet_subnets::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Deposit = HoldConsideration<AccountId, Balances, SubnetDeposit, StoragePrice>;
	type DepositPrice = StoragePrice;
	type AdminOrigin = EnsureRoot<AccountId>;
	type OnFee = ResolveTo<Treasury, Balances>;
	type OnSlash = ResolveTo<Treasury, Balances>;
	// As much as the least bond of a provider: a subnet is a business, not a toy.
	type CreationFee = ConstU128<{ 100 * UNIT }>;
	type MaxRoyalty = MaxRoyalty;
	type MinProviderShare = MinProviderShare;
	type MinTreasuryShare = MinTreasuryShare;
	type MaxCommittee = ConstU32<32>;
	type MinAuditRate = MinAuditRate;
	type ProviderBondFloor = ConstU128<MIN_BOND>;
	// Ten times a provider's: a gateway stands between many clients and many providers.
	type GatewayBondFloor = ConstU128<{ 10 * MIN_BOND }>;
	type MinDisputeBlocks = MinDisputeBlocks;
	type MaxDisputeBlocks = MaxDisputeBlocks;
	type ChangeDelayBlocks = ChangeDelayBlocks;
	type RetirementBlocks = SubnetRetirementBlocks;
	type UnbondingBlocks = GatewayUnbondingBlocks;
}
