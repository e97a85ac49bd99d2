//! The benchmarks of our pallets, and of those of others that people call, as the runtime API gives
//! them to `make weights`.

use crate::{
	adapters::Treasury, AllPalletsWithSystem, Audits, Balances, Channels, Jobs, Models,
	MultiBlockMigrations, Multisig, Providers, Proxy, Reputation, Rewards, Runtime, Subnets, Sudo,
	Timestamp, TransactionPayment, Utility, ValidatorStaking,
};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::{
	storage::storage_prefix,
	traits::{StorageInfo, StorageInfoTrait, TrackedStorageKey, TypedGet, WhitelistedStorageKeys},
};
use frame_system_benchmarking::{extensions::Pallet as SystemExtensions, Pallet as System};

impl frame_system_benchmarking::Config for Runtime {}
impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

define_benchmarks!(
	[frame_system, System::<Runtime>]
	[frame_system_extensions, SystemExtensions::<Runtime>]
	[pallet_balances, Balances]
	[pallet_migrations, MultiBlockMigrations]
	[pallet_multisig, Multisig]
	[pallet_proxy, Proxy]
	[pallet_sudo, Sudo]
	[pallet_timestamp, Timestamp]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_utility, Utility]
	[pallet_models, Models]
	[pallet_providers, Providers]
	[pallet_jobs, Jobs]
	[pallet_validator_staking, ValidatorStaking]
	[pallet_reputation, Reputation]
	[pallet_rewards, Rewards]
	[pallet_subnets, Subnets]
	[pallet_audits, Audits]
	[pallet_channels, Channels]
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
	let mut whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	whitelist.extend(touched_by_every_block());
	let mut batches = Vec::<BenchmarkBatch>::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}

/// Those of other people's pallets, and the treasury's account, which has a share of every fee.
fn touched_by_every_block() -> impl Iterator<Item = TrackedStorageKey> {
	[
		frame_system::Account::<Runtime>::hashed_key_for(Treasury::get()),
		pallet_audits::Entropy::<Runtime>::hashed_key().to_vec(),
		storage_prefix(b"System", b"ParentHash").to_vec(),
		pallet_babe::AuthorVrfRandomness::<Runtime>::hashed_key().to_vec(),
		pallet_timestamp::Now::<Runtime>::hashed_key().to_vec(),
	]
	.into_iter()
	.map(TrackedStorageKey::from)
}
