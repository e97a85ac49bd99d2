//! Weights of `pallet-models`: PRELIMINARY, replaced by `make weights`.

#![allow(missing_docs, clippy::arithmetic_side_effects)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn register_model() -> Weight;
	fn deprecate() -> Weight;
	fn transfer() -> Weight;
	fn remove_retired() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register_model() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 3))
	}
	fn deprecate() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}
	fn transfer() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 2))
	}
	fn remove_retired() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 5))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register_model() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(2, 3),
		)
	}
	fn deprecate() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(1, 1),
		)
	}
	fn transfer() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(2, 2),
		)
	}
	fn remove_retired() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(5, 5),
		)
	}
}
