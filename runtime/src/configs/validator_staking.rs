//! The validators' stakes.

use crate::{
	adapters::Treasury,
	time::{prod_or_fast, SESSIONS_PER_ERA},
	AccountId, Babe, Balances, Runtime, RuntimeHoldReason, Session,
};
use frame_support::{
	parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstU128, ConstU32},
};
use frame_system::EnsureRoot;
use reckon_primitives::token::UNIT;
use sp_runtime::Permill;

/// The most validators: finality's messages grow with their square.
pub const MAX_VALIDATORS: u32 = 100;
/// The most backers of one candidate: with as many candidates as can be, more than any network has.
pub const MAX_BACKERS: u32 = 256;
/// Eras for which rewards can be claimed.
pub const HISTORY_ERAS: u32 = 366;

parameter_types! {
	/// Five percent of the rewards, in a day.
	pub const MaxCommissionRise: Permill = Permill::from_percent(5);
	/// A tenth: enough to make it worth watching, too little to make accomplices of watchers.
	pub const ReporterReward: Permill = Permill::from_percent(10);
}

impl pallet_validator_staking::Config for Runtime {
	type WeightInfo = pallet_validator_staking::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Session = Session;
	type NextSessionRotation = Babe;
	// Governance, as long as that is sudo on development chains and nobody elsewhere.
	type AdminOrigin = EnsureRoot<AccountId>;
	type CancelOrigin = EnsureRoot<AccountId>;
	type OnSlash = ResolveTo<Treasury, Balances>;
	type SessionsPerEra = ConstU32<SESSIONS_PER_ERA>;
	// Four bear one that is faulty; a development chain has one.
	type MinValidators = ConstU32<{ prod_or_fast(4, 1) }>;
	type MaxValidators = ConstU32<MAX_VALIDATORS>;
	// An election reads them all, in less than half a block with all their backers.
	type MaxCandidates = ConstU32<1_000>;
	type MaxDelegationsPerCandidate = ConstU32<MAX_BACKERS>;
	type MaxDelegationsPerDelegator = ConstU32<16>;
	// One for each delegation, the own stake, and as many again.
	type MaxUnbondings = ConstU32<34>;
	// A hundredth of what a genesis account has: a seat must be dear to lose.
	type MinCandidateBond = ConstU128<{ 10_000 * UNIT }>;
	// Dear enough that to fill a candidate's list costs more than a candidacy.
	type MinDelegation = ConstU128<{ 100 * UNIT }>;
	type MaxCommissionRise = MaxCommissionRise;
	// A week: a day for the report, two for its slash, and more than twice that for sleepers.
	type UnbondingEras = ConstU32<7>;
	// Reports are taken for a day, which has parts in two eras.
	type ReportEras = ConstU32<2>;
	// Two days for governance to look at it.
	type SlashDeferEras = ConstU32<2>;
	// Rewards are shared by it. A little longer than these can be claimed: both are forgotten when a
	// block has room, and this must not be first.
	type HistoryEras = ConstU32<{ HISTORY_ERAS + 7 }>;
	type ReporterReward = ReporterReward;
	// Three hours.
	type MaxAbsentSessions = ConstU32<3>;
}
