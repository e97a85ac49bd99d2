//! Money and fees.

use crate::{
	adapters::Treasury, weights, Balance, Balances, Runtime, RuntimeEvent, RuntimeFreezeReason,
	RuntimeHoldReason, System,
};
use frame_support::{
	parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstU128, ConstU32, ConstU8, VariantCountOf},
	weights::{ConstantMultiplier, IdentityFee},
};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use reckon_primitives::token::UNIT;
use sp_runtime::{
	traits::{Bounded, One},
	FixedPointNumber, Perquintill,
};

/// The least balance of an account: low enough for a hot key that holds small change.
pub const EXISTENTIAL_DEPOSIT: Balance = UNIT / 1_000;

/// A byte of a transaction costs as much as a microsecond of computing: to fill a block with bytes is
/// five times as dear as to fill it with work, since bytes are kept.
const BYTE_FEE: Balance = 1_000_000;

parameter_types! {
	/// Fees rise when blocks are more than a quarter full: one that is there for all has room left.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	/// By at most a third in an hour of full blocks, at three seconds a block.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(3, 10_000);
	/// Fees never fall below what the work costs.
	pub MinimumMultiplier: Multiplier = Multiplier::one();
	/// They rise as long as somebody pays them.
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

/// How fees follow demand.
type FeeMultiplier = TargetedFeeAdjustment<
	Runtime,
	TargetBlockFullness,
	AdjustmentVariable,
	MinimumMultiplier,
	MaximumMultiplier,
>;

impl pallet_balances::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type WeightInfo = weights::pallet_balances::WeightInfo<Runtime>;
	type Balance = Balance;
	// Nothing vanishes: issuance changes only by emission and by burns that say so.
	type DustRemoval = ResolveTo<Treasury, Balances>;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
	type ReserveIdentifier = [u8; 8];
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxLocks = ConstU32<0>;
	type MaxReserves = ConstU32<0>;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type DoneSlashHandler = ();
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = FungibleAdapter<Balances, ResolveTo<Treasury, Balances>>;
	// A second of computing costs one RKN.
	type WeightToFee = IdentityFee<Balance>;
	type LengthToFee = ConstantMultiplier<Balance, ConstU128<BYTE_FEE>>;
	type FeeMultiplierUpdate = FeeMultiplier;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightInfo = weights::pallet_transaction_payment::WeightInfo<Runtime>;
}
