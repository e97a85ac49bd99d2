//! The providers' reputations.

use crate::{
	time::{prod_or_fast, HOURS, MINUTES},
	BlockNumber, Runtime,
};
use frame_support::{parameter_types, traits::ConstU32};

parameter_types! {
	/// Six hours: what is known of somebody halves in eight days and a half.
	pub const IdleStepBlocks: BlockNumber = prod_or_fast(6 * HOURS, MINUTES);
}

impl pallet_reputation::Config for Runtime {
	type WeightInfo = pallet_reputation::weights::SubstrateWeight<Runtime>;
	type IdleStepBlocks = IdleStepBlocks;
	// A hundred thousand standings are looked at within half a day.
	type SweepPerBlock = ConstU32<8>;
}
