//! The payment channels.

use super::{
	jobs::{RetentionBlocks, TreasuryAccount},
	BYTE_DEPOSIT, ITEM_DEPOSIT,
};
use crate::{
	adapters::AccountKey,
	time::{prod_or_fast, HOURS},
	Audits, Balance, Balances, BlockNumber, Models, Providers, Reputation, Rewards, Runtime,
	RuntimeHoldReason, Subnets, Timestamp,
};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32, ConstU64},
	PalletId,
};
use reckon_primitives::token::UNIT;

/// Entries that a channel has in storage while it closes: its record, two lists, the agenda.
const ENTRIES: Balance = 4;
/// Bytes of these with their keys, when it has as many lanes as can be.
const BYTES: Balance = 1_536;
/// Bytes of the as many entries of a complaint: its record, two lists, the agenda.
const COMPLAINT_BYTES: Balance = 512;

/// Two hours, in milliseconds: twice as long as a gateway may keep a receipt before anybody complains. A
/// worker's rows take megabytes for each answer, and are kept for as long as that.
const RECEIPT_LIFE: u64 = 2 * 3_600_000;

parameter_types! {
	/// Names the account that has what batches have charged until it is paid.
	pub const ChannelsId: PalletId = PalletId(*b"rkn/chan");
	/// An hour: a gateway that is down for a while commits to its newest vouchers all the same.
	pub const NoticeBlocks: BlockNumber = prod_or_fast(HOURS, 10);
	/// An hour, as for notices: batches are minutes apart.
	pub const PatienceBlocks: BlockNumber = prod_or_fast(HOURS, 20);
	/// Half a day: a worker that is away for a night complains all the same.
	pub const ComplaintBlocks: BlockNumber = prod_or_fast(12 * HOURS, 200);
	/// Six hours: time to wake those up whose gateway is down. With the two above it is less than the
	/// day for which a batch is remembered, and than the week in which a gateway leaves.
	pub const AnswerBlocks: BlockNumber = prod_or_fast(6 * HOURS, 20);
}

impl pallet_channels::Config for Runtime {
	type WeightInfo = pallet_channels::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type PalletId = ChannelsId;
	type Gateways = Subnets;
	type GatewayKey = AccountKey;
	type Providers = Providers;
	type Models = Models;
	type Subnets = Subnets;
	type Audits = Audits;
	// What providers have of jobs is counted by jobs.
	type OnOutcome = Reputation;
	type Time = Timestamp;
	type ReceiptLife = ConstU64<RECEIPT_LIFE>;
	type OnPayout = Rewards;
	type Earnings = Rewards;
	type Treasury = TreasuryAccount;
	// What its place in storage costs at the chain's prices.
	type MinDeposit = ConstU128<{ ENTRIES * ITEM_DEPOSIT + BYTES * BYTE_DEPOSIT }>;
	type NoticeBlocks = NoticeBlocks;
	// As for jobs.
	type RetentionBlocks = RetentionBlocks;
	// Hundreds of times what a request or a report costs; the least bond has a thousand.
	type FaultSlash = ConstU128<UNIT>;
	type PatienceBlocks = PatienceBlocks;
	type ComplaintBlocks = ComplaintBlocks;
	type AnswerBlocks = AnswerBlocks;
	// What its place in storage costs at the chain's prices.
	type ComplaintDeposit = ConstU128<{ ENTRIES * ITEM_DEPOSIT + COMPLAINT_BYTES * BYTE_DEPOSIT }>;
	// A tenth of a block at most; see the weights.
	type DuePerBlock = ConstU32<32>;
}
