//! Changes of storage that an upgrade brings with it.
//!
//! A pallet's change that is done within a block goes into [`SingleBlock`], one that takes several into
//! `Migrations`. Both are emptied in the upgrade after the one that ran them. How to write one, and
//! what waits meanwhile: `docs/upgrades.md`.

use super::system::RuntimeBlockWeights;
use crate::{weights, Runtime, RuntimeEvent};
use frame_support::{
	migrations::FreezeChainOnFailedMigration, parameter_types, traits::ConstU32, weights::Weight,
};
use sp_runtime::Perbill;

/// What the next upgrade does in its first block.
pub type SingleBlock = ();

parameter_types! {
	/// Half a block. There are no transactions while a migration runs.
	pub MaxServiceWeight: Weight =
		Perbill::from_percent(50) * RuntimeBlockWeights::get().max_block;
}

impl pallet_migrations::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	#[cfg(not(feature = "runtime-benchmarks"))]
	type Migrations = ();
	#[cfg(feature = "runtime-benchmarks")]
	type Migrations = pallet_migrations::mock_helpers::MockedMigrations;
	// A cursor names a key of ours: none is as long.
	type CursorMaxLen = ConstU32<{ 1 << 10 }>;
	type IdentifierMaxLen = ConstU32<256>;
	type MigrationStatusHandler = ();
	// State that is half changed is for nobody to build on.
	type FailedMigrationHandler = FreezeChainOnFailedMigration;
	type MaxServiceWeight = MaxServiceWeight;
	type WeightInfo = weights::pallet_migrations::WeightInfo<Runtime>;
}
