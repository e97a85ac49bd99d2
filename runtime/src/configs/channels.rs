//! The payment channels.

use super::{
	jobs::{RetentionBlocks, TreasuryAccount},
	BYTE_DEPOSIT, ITEM_DEPOSIT,
};
use crate::{
	time::{prod_or_fast, HOURS},
	Audits, Balance, Balances, BlockNumber, Models, Providers, Rewards, Runtime, RuntimeHoldReason,
	Subnets,
};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32},
	PalletId,
};
use reckon_primitives::token::UNIT;

/// Entries that a channel has in storage while it closes: its record, two lists, the agenda.
const ENTRIES: Balance = 4;
/// Bytes of these with their keys, when it has as many lanes as can be.
const BYTES: Balance = 1_536;

parameter_types! {
	/// Names the account that has what batches have charged until it is paid.
	pub const ChannelsId: PalletId = PalletId(*b"rkn/chan");
	/// An hour: a gateway that is down for a while commits to its newest vouchers all the same.
	pub const NoticeBlocks: BlockNumber = prod_or_fast(HOURS, 10);
}

impl pallet_channels::Config for Runtime {
	type WeightInfo = pallet_channels::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type PalletId = ChannelsId;
	type Gateways = Subnets;
	type Providers = Providers;
	type Models = Models;
	type Subnets = Subnets;
	type Audits = Audits;
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
	// A tenth of a block at most; see the weights.
	type DuePerBlock = ConstU32<32>;
}
