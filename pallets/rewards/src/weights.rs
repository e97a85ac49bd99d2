//! Weights of `pallet_rewards`: estimates by hand, until `make weights` has measured them.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn claim() -> Weight;
	fn claim_validator(b: u32, ) -> Weight;
	fn draw() -> Weight;
	fn note_points() -> Weight;
	fn end_era() -> Weight;
	fn expire_era() -> Weight;
	fn forget_points(p: u32, ) -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn claim() -> Weight {
		Weight::from_parts(70_000_000, 3593)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// `b` from 0 to 256.
	fn claim_validator(b: u32, ) -> Weight {
		Weight::from_parts(75_000_000, 14000)
			.saturating_add(Weight::from_parts(42_000_000, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(b.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(b.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(b.into()))
	}
	fn draw() -> Weight {
		Weight::from_parts(240_000_000, 10000)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	fn note_points() -> Weight {
		Weight::from_parts(16_000_000, 3593)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn end_era() -> Weight {
		Weight::from_parts(90_000_000, 6196)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn expire_era() -> Weight {
		Weight::from_parts(20_000_000, 3593)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `p` from 1 to 256.
	fn forget_points(p: u32, ) -> Weight {
		Weight::from_parts(6_000_000, 3593)
			.saturating_add(Weight::from_parts(3_500_000, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(p.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(p.into()))
	}
}

/// For tests.
impl WeightInfo for () {
	fn claim() -> Weight {
		Weight::from_parts(70_000_000, 3593)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(5))
	}
	fn claim_validator(b: u32, ) -> Weight {
		Weight::from_parts(75_000_000, 14000)
			.saturating_add(Weight::from_parts(42_000_000, 0).saturating_mul(b.into()))
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(b.into())))
			.saturating_add(ParityDbWeight::get().writes(5))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(b.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(b.into()))
	}
	fn draw() -> Weight {
		Weight::from_parts(240_000_000, 10000)
			.saturating_add(ParityDbWeight::get().reads(16))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn note_points() -> Weight {
		Weight::from_parts(16_000_000, 3593)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn end_era() -> Weight {
		Weight::from_parts(90_000_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn expire_era() -> Weight {
		Weight::from_parts(20_000_000, 3593)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn forget_points(p: u32, ) -> Weight {
		Weight::from_parts(6_000_000, 3593)
			.saturating_add(Weight::from_parts(3_500_000, 0).saturating_mul(p.into()))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(p.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(p.into()))
	}
}
