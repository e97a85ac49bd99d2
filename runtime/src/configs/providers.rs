//! The GPU providers.

use super::{
	audits::LONGEST_AUDIT,
	jobs::MAX_COMPARISON,
	subnets::{LONGEST_JOB, MAX_DISPUTE},
};
use crate::{
	adapters::{CurrentSession, Treasury},
	time::{prod_or_fast, DAYS, HOURS, MINUTES},
	Balance, Balances, BlockNumber, Models, Reputation, Runtime, RuntimeHoldReason, Subnets,
};
use frame_support::{
	parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstU128, ConstU32},
};
use reckon_primitives::token::UNIT;
use sp_runtime::Permill;

/// The least bond: dearer than anything that work left undone could bring.
pub const MIN_BOND: Balance = 100 * UNIT;

parameter_types! {
	/// A day more than the longest job and all that can follow: what stands for a job that began before is
	/// returned after it. Longer than an audit in any case.
	pub const UnbondingBlocks: BlockNumber =
		prod_or_fast(LONGEST_JOB + DAYS, LONGEST_AUDIT + 2 * MINUTES);
	/// An hour more than the longest dispute window, the longest comparison and the longest audit
	/// together.
	pub const AnswerableBlocks: BlockNumber =
		prod_or_fast(MAX_DISPUTE + MAX_COMPARISON + HOURS, MINUTES) + LONGEST_AUDIT;
	/// One minute: as long as a job that was done instead of declined may have taken.
	pub const DeclineRestBlocks: BlockNumber = MINUTES;
	/// One percent: a warning that is felt.
	pub const MissSlash: Permill = Permill::from_percent(1);
}

impl pallet_providers::Config for Runtime {
	type WeightInfo = pallet_providers::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Models = Models;
	type Subnets = Subnets;
	type CurrentSession = CurrentSession;
	type OnLeft = Reputation;
	type OnSlash = ResolveTo<Treasury, Balances>;
	type MinBond = ConstU128<MIN_BOND>;
	type BondPerTicket = ConstU128<{ 100 * UNIT }>;
	type MaxTickets = ConstU32<16>;
	type MaxOffers = ConstU32<32>;
	type MaxCapacity = ConstU32<1_024>;
	// Ten jobs at once on the least bond.
	type BondPerJob = ConstU128<{ 10 * UNIT }>;
	type DeclineRestBlocks = DeclineRestBlocks;
	type UnbondingBlocks = UnbondingBlocks;
	type AnswerableBlocks = AnswerableBlocks;
	// Two in a row may be bad luck.
	type MissesBeforeSlash = ConstU32<3>;
	type MissSlash = MissSlash;
	// 120,000 in an hour's session.
	type SweepPerBlock = ConstU32<100>;
}
