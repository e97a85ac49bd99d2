//! The benchmarks of our pallets, as the runtime API gives them to `make weights`.

use crate::{
	AllPalletsWithSystem, Jobs, Models, Providers, Reputation, Rewards, Subnets, ValidatorStaking,
};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};

define_benchmarks!(
	[pallet_models, Models]
	[pallet_providers, Providers]
	[pallet_jobs, Jobs]
	[pallet_validator_staking, ValidatorStaking]
	[pallet_reputation, Reputation]
	[pallet_rewards, Rewards]
	[pallet_subnets, Subnets]
);

/// What can be measured, and where it is stored.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::<BenchmarkList>::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Measures one of them.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	// Keys that every block touches cost nothing extra.
	let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	let mut batches = Vec::<BenchmarkBatch>::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}
