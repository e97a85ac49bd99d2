//! The store: models, data sets, apps.

use super::subnets::LONGEST_JOB;
use crate::{
	adapters::StoragePrice, time::DAYS, AccountId, Balances, BlockNumber, Runtime,
	RuntimeHoldReason,
};
use frame_support::{parameter_types, traits::fungible::HoldConsideration};
use sp_runtime::Permill;

parameter_types! {
	/// Why an entry's deposit is held.
	pub const StoreDeposit: RuntimeHoldReason =
		RuntimeHoldReason::Models(pallet_models::HoldReason::StoreDeposit);
	/// Twenty percent: more would leave those who compute too little.
	pub const MaxRoyalty: Permill = Permill::from_percent(20);
	/// A day more than the longest job and all that can follow.
	pub const RetirementBlocks: BlockNumber = LONGEST_JOB + DAYS;
}

impl pallet_models::Config for Runtime {
	type WeightInfo = pallet_models::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Deposit = HoldConsideration<AccountId, Balances, StoreDeposit, StoragePrice>;
	type DepositPrice = StoragePrice;
	type MaxRoyalty = MaxRoyalty;
	type RetirementBlocks = RetirementBlocks;
}
