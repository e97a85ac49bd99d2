//! Weights of `pallet-providers`: PRELIMINARY, replaced by `make weights`.

#![allow(missing_docs, clippy::arithmetic_side_effects)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn register() -> Weight;
	fn set_worker() -> Weight;
	fn update(o: u32) -> Weight;
	fn bond_extra(o: u32) -> Weight;
	fn offer() -> Weight;
	fn withdraw_offer() -> Weight;
	fn pause() -> Weight;
	fn resume(o: u32) -> Weight;
	fn leave(o: u32) -> Weight;
	fn finish_departure() -> Weight;
	fn on_provider_outcome() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 4))
	}
	fn set_worker() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 3))
	}
	fn update(o: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads_writes(2, 2))
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(o.into()))
	}
	fn bond_extra(o: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads_writes(2, 2))
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(o.into()))
	}
	fn offer() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}
	fn pause() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}
	fn resume(o: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads_writes(1, 1))
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(o.into()))
	}
	fn leave(o: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads_writes(2, 4))
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(o.into()))
	}
	fn finish_departure() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 4))
	}
	fn on_provider_outcome() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(3, 4),
		)
	}
	fn set_worker() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(2, 3),
		)
	}
	fn update(o: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(
				frame_support::weights::constants::ParityDbWeight::get().reads_writes(2, 2),
			)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(o.into()))
	}
	fn bond_extra(o: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(
				frame_support::weights::constants::ParityDbWeight::get().reads_writes(2, 2),
			)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(o.into()))
	}
	fn offer() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(4, 4),
		)
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(4, 4),
		)
	}
	fn pause() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(1, 1),
		)
	}
	fn resume(o: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(
				frame_support::weights::constants::ParityDbWeight::get().reads_writes(1, 1),
			)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(o.into()))
	}
	fn leave(o: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(
				frame_support::weights::constants::ParityDbWeight::get().reads_writes(2, 4),
			)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(o.into()))
	}
	fn finish_departure() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(3, 4),
		)
	}
	fn on_provider_outcome() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(4, 4),
		)
	}
}
