//! The jobs.

use crate::{
	adapters::{AuditPot, Treasury},
	time::{prod_or_fast, DAYS, HOURS},
	AccountId, Audits, Balances, BlockNumber, Models, Providers, Reputation, Rewards, Runtime,
	RuntimeHoldReason, Subnets, Timestamp,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64},
};

/// A week.
pub const MAX_DEADLINE: BlockNumber = 7 * DAYS;

/// A day: whoever answered waits for the others no longer than that.
pub const MAX_COMPARISON: BlockNumber = DAYS;

parameter_types! {
	/// The treasury's account.
	pub TreasuryAccount: AccountId = Treasury::account();
	/// What auditors are paid from.
	pub AuditPotAccount: AccountId = AuditPot::account();
	/// Nine seconds: a block to see the job, one to answer, one to get in.
	pub const MinTurnBlocks: BlockNumber = 3;
	/// What a batch of work may take at the very most.
	pub const MaxDeadlineBlocks: BlockNumber = MAX_DEADLINE;
	/// What replicas, and those who compute a disputed answer again, have at most.
	pub const MaxComparisonBlocks: BlockNumber = MAX_COMPARISON;
	/// Half a minute: time to be given the payload, to see what is asked and to say no.
	pub const GraceBlocks: BlockNumber = 10;
	/// A day: answers belong to clients, not into the chain's state.
	pub const RetentionBlocks: BlockNumber = prod_or_fast(DAYS, HOURS);
}

impl pallet_jobs::Config for Runtime {
	type WeightInfo = pallet_jobs::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Providers = Providers;
	type Models = Models;
	type Reputation = Reputation;
	type Subnets = Subnets;
	type Audits = Audits;
	type OnOutcome = (Providers, Reputation);
	type OnSettled = Rewards;
	type Earnings = Rewards;
	type Randomness = pallet_babe::ParentBlockRandomness<Runtime>;
	type Time = Timestamp;
	type Treasury = TreasuryAccount;
	type AuditPot = AuditPotAccount;
	type Draws = ConstU32<8>;
	type MinTurnBlocks = MinTurnBlocks;
	type MaxDeadlineBlocks = MaxDeadlineBlocks;
	type MaxComparisonBlocks = MaxComparisonBlocks;
	type GraceBlocks = GraceBlocks;
	type RetentionBlocks = RetentionBlocks;
	// One mebibyte: more text than the contexts of today's models hold.
	type MaxPayloadBytes = ConstU32<{ 1024 * 1024 }>;
	type MaxAnswerBytes = ConstU32<{ 1024 * 1024 }>;
	// As long as the longest answers of today's models.
	type MaxOutputUnits = ConstU32<{ 128 * 1024 }>;
	// Half a minute: more than honest clocks differ.
	type MaxClockLeadMillis = ConstU64<30_000>;
	// A tenth of a block at most; see the weights.
	type DuePerBlock = ConstU32<32>;
}
