//! Weights of `pallet_reputation`, preliminary: counted, not measured; `make weights` writes them.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn on_outcome() -> Weight;
	fn on_provider_left() -> Weight;
	fn sweep(n: u32, ) -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Reputation::AverageValue` (r:1 w:1)
	/// Storage: `Reputation::Reputations` (r:1 w:1)
	fn on_outcome() -> Weight {
		Weight::from_parts(18_000_000, 3533)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Reputation::Reputations` (r:1 w:1)
	fn on_provider_left() -> Weight {
		Weight::from_parts(14_000_000, 3533)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Reputation::SweepCursor` (r:1 w:1)
	/// Storage: `Reputation::Reputations` (r:9 w:8)
	fn sweep(n: u32, ) -> Weight {
		Weight::from_parts(8_000_000, 3533)
			.saturating_add(Weight::from_parts(9_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2543).saturating_mul(n.into()))
	}
}

/// For tests.
impl WeightInfo for () {
	fn on_outcome() -> Weight {
		Weight::from_parts(18_000_000, 3533)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn on_provider_left() -> Weight {
		Weight::from_parts(14_000_000, 3533)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn sweep(n: u32, ) -> Weight {
		Weight::from_parts(8_000_000, 3533)
			.saturating_add(Weight::from_parts(9_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2543).saturating_mul(n.into()))
	}
}
