//! The audits.

use super::{jobs::AuditPotAccount, validator_staking::MAX_VALIDATORS};
use crate::{
	adapters::{AuditedAnswers, VotePoints},
	Balances, BlockNumber, Channels, Models, Providers, Reputation, Runtime, RuntimeHoldReason,
	Subnets, ValidatorStaking,
};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32},
};
use pallet_audits::{DRAW_DELAY, MAX_EARLIER, MAX_RETRIES};
use reckon_primitives::token::UNIT;
use sp_runtime::{Perbill, Permill};

/// Two minutes: a model is loaded, and one pass made over the longest answer.
const COMMIT: BlockNumber = 40;
/// One minute: a worker that is up needs a block, one that is being restarted a little more.
const OPEN: BlockNumber = 20;
/// One minute: some megabytes of rows are fetched and looked at.
const REVEAL: BlockNumber = 20;

/// Blocks that an audit takes at the very most, as `Audits::longest` says: the first committee, the larger
/// one, the last one, to which the rows are open already, and those that are drawn again. A phase ends in the block after its last.
pub const LONGEST_AUDIT: BlockNumber = (DRAW_DELAY + COMMIT + OPEN + REVEAL + 3)
	* (MAX_RETRIES as BlockNumber + MAX_EARLIER)
	+ (DRAW_DELAY + COMMIT + REVEAL + 2);

parameter_types! {
	/// Four fifths: the rest is what even a cheat pays, for being there, for bandwidth, for a bond.
	pub const CheatSaving: Permill = Permill::from_percent(80);
	/// Of a hundred cheats one, at most, looks like an honest machine at all positions that are drawn, in each of
	/// three committees; and a third of the validators that covers them has seven of nine seats once in a
	/// hundred times, and wins a last committee in one of a hundred audits.
	pub const Detection: Permill = Permill::from_percent(95);
	/// One in a million: no honest worker was as far off in any measurement, and two thirds of a larger
	/// committee must agree on it.
	pub const FalseAlarms: Permill = Permill::from_parts(1);
	/// Five percent: more than a lie about one job could bring. The second in an era costs as much
	/// again, and there is hardly a third, as liars are not drawn any more.
	pub const WrongVoteSlash: Perbill = Perbill::from_percent(5);
	/// One in a thousand: a warning that is felt.
	pub const MissSlash: Perbill = Perbill::from_parts(1_000_000);
}

impl pallet_audits::Config for Runtime {
	type WeightInfo = pallet_audits::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Subjects = AuditedAnswers;
	type Batches = Channels;
	type Models = Models;
	type Providers = Providers;
	type Reputation = Reputation;
	type Subnets = Subnets;
	type Stake = ValidatorStaking;
	type Penalties = ValidatorStaking;
	type OnVote = VotePoints;
	type Randomness = pallet_babe::ParentBlockRandomness<Runtime>;
	// All of them.
	type MaxAuditors = ConstU32<MAX_VALIDATORS>;
	// Six of nine convict where not three of them contradict. More seats cost each of them a pass.
	type LargerCommittee = ConstU32<9>;
	// Who has a third of many validators has more than half of so many seats once in 37 times, of thirty
	// validators never. They sit only where many have lied.
	type LastCommittee = ConstU32<31>;
	type CommitBlocks = ConstU32<COMMIT>;
	type OpenBlocks = ConstU32<OPEN>;
	type RevealBlocks = ConstU32<REVEAL>;
	// What it costs to be asked at all: of longer answers a share of the charge is more.
	type SeatFee = ConstU128<{ UNIT / 1_000 }>;
	// A check of a signature and half a kilobyte: of a thousand receipts as much as it costs to be asked.
	type ReceiptFee = ConstU128<{ UNIT / 1_000_000 }>;
	type Pot = AuditPotAccount;
	// One each five seconds for half of the time for blind votes, and as long again to lose.
	type MaxOpenSeats = ConstU32<12>;
	type CheatSaving = CheatSaving;
	type Detection = Detection;
	type FalseAlarms = FalseAlarms;
	type WrongVoteSlash = WrongVoteSlash;
	type MissSlash = MissSlash;
	// A restart at the wrong time is no reason.
	type MissesBeforeSlash = ConstU32<10>;
	// What a validator without the model on its disk needs; who has no verifier at all is silent, and pays.
	type MaxDeclines = ConstU32<32>;
	// Two of the heaviest steps are a tenth of a block; the others have what blocks leave.
	type DuePerBlock = ConstU32<2>;
}
