//! The runtime of the Reckon chain: puts the pallets together, and decides nothing itself.
//!
//! * `configs/`: one file for each pallet, every constant with the reason for its value;
//! * `adapters.rs`: where one pallet's question is another pallet's answer;
//! * `apis.rs`: what the node and the users can ask;
//! * `genesis.rs`: the presets `development`, `local_testnet` and `staging`;
//! * `weights/`: what other people's pallets weigh on this chain.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]
// The macros that make the runtime make items that can't be documented.
#![allow(missing_docs)]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

pub mod adapters;
pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod genesis;
pub mod time;
pub mod weights;

pub use apis::RuntimeApi;
pub use reckon_primitives::{AccountId, Balance, BlockNumber, Hash, Nonce, Signature};

use alloc::{borrow::Cow, vec::Vec};
use reckon_primitives::token;
use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256, MultiAddress};
use sp_version::RuntimeVersion;

/// The ticker that wallets show.
pub const TOKEN_SYMBOL: &str = token::SYMBOL;
/// Decimal places of one token.
pub const TOKEN_DECIMALS: u8 = token::DECIMALS;
/// The SS58 prefix of addresses.
pub const SS58_PREFIX: u16 = token::SS58_PREFIX;

/// How accounts are written in calls.
pub type Address = MultiAddress<AccountId, ()>;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// What surrounds every call, in the order in which it is checked.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckMortality<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);
/// A transaction as it travels.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// Runs blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

/// Types that a node can work with without knowing the runtime's calls.
pub mod opaque {
	use super::*;
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// A block's header.
	pub type Header = super::Header;
	/// A block whose extrinsics are bytes.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
}

/// What a node and its off-chain worker, which is in the runtime, tell one another about audits.
pub mod auditing {
	pub use pallet_audits::{AuditorStatus, VerifierSettings, STATUS_KEY, VERIFIER_KEY};
}

impl_opaque_keys! {
	/// A validator's session keys. The audit key is there from genesis, because a key that is
	/// added later needs every validator to rotate at once.
	pub struct SessionKeys {
		/// Block authorship.
		pub babe: Babe,
		/// Finality.
		pub grandpa: Grandpa,
		/// Votes in audits.
		pub audit: Audits,
	}
}

/// The runtime's version.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("reckon"),
	impl_name: Cow::Borrowed("reckon-node"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

#[frame_support::runtime]
mod runtime {
	/// The runtime.
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Runtime>;
	#[runtime::pallet_index(1)]
	pub type Babe = pallet_babe::Pallet<Runtime>;
	#[runtime::pallet_index(2)]
	pub type Timestamp = pallet_timestamp::Pallet<Runtime>;
	#[runtime::pallet_index(3)]
	pub type Balances = pallet_balances::Pallet<Runtime>;
	#[runtime::pallet_index(4)]
	pub type TransactionPayment = pallet_transaction_payment::Pallet<Runtime>;
	#[runtime::pallet_index(6)]
	pub type Offences = pallet_offences::Pallet<Runtime>;
	#[runtime::pallet_index(7)]
	pub type Historical = pallet_session::historical::Pallet<Runtime>;
	// Before the sessions, whose first validators it names.
	#[runtime::pallet_index(23)]
	pub type ValidatorStaking = pallet_validator_staking::Pallet<Runtime>;
	#[runtime::pallet_index(8)]
	pub type Session = pallet_session::Pallet<Runtime>;
	// After the sessions: the first block of one is by its own validators.
	#[runtime::pallet_index(5)]
	pub type Authorship = pallet_authorship::Pallet<Runtime>;
	#[runtime::pallet_index(9)]
	pub type Grandpa = pallet_grandpa::Pallet<Runtime>;

	#[runtime::pallet_index(10)]
	pub type Utility = pallet_utility::Pallet<Runtime>;
	#[runtime::pallet_index(11)]
	pub type Proxy = pallet_proxy::Pallet<Runtime>;
	#[runtime::pallet_index(12)]
	pub type Multisig = pallet_multisig::Pallet<Runtime>;
	#[runtime::pallet_index(13)]
	pub type Sudo = pallet_sudo::Pallet<Runtime>;

	#[runtime::pallet_index(14)]
	pub type MultiBlockMigrations = pallet_migrations::Pallet<Runtime>;

	// Ours. The indices between are for what the design adds.
	#[runtime::pallet_index(20)]
	pub type Models = pallet_models::Pallet<Runtime>;
	#[runtime::pallet_index(21)]
	pub type Providers = pallet_providers::Pallet<Runtime>;
	#[runtime::pallet_index(22)]
	pub type Jobs = pallet_jobs::Pallet<Runtime>;
	#[runtime::pallet_index(24)]
	pub type Reputation = pallet_reputation::Pallet<Runtime>;
	#[runtime::pallet_index(25)]
	pub type Rewards = pallet_rewards::Pallet<Runtime>;
	#[runtime::pallet_index(26)]
	pub type Subnets = pallet_subnets::Pallet<Runtime>;
	#[runtime::pallet_index(27)]
	pub type Audits = pallet_audits::Pallet<Runtime>;
	#[runtime::pallet_index(28)]
	pub type Channels = pallet_channels::Pallet<Runtime>;
}
