//! Weights of `pallet-jobs`: PRELIMINARY, replaced by `make weights`.

#![allow(missing_docs, clippy::arithmetic_side_effects)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn submit_job(b: u32) -> Weight;
	fn deliver(b: u32) -> Weight;
	fn decline() -> Weight;
	fn cancel() -> Weight;
	fn due_open() -> Weight;
	fn due_expired() -> Weight;
	fn due_assigned() -> Weight;
	fn due_delivered() -> Weight;
	fn due_final() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn submit_job(b: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads_writes(12, 9))
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(b.into()))
	}
	fn deliver(b: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads_writes(5, 6))
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(b.into()))
	}
	fn decline() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(12, 9))
	}
	fn cancel() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 6))
	}
	fn due_open() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(5, 6))
	}
	fn due_assigned() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 9))
	}
	fn due_delivered() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 9))
	}
	fn due_final() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 5))
	}
	fn due_expired() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(10, 8))
	}
}

/// For tests.
impl WeightInfo for () {
	fn submit_job(b: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(
				frame_support::weights::constants::ParityDbWeight::get().reads_writes(12, 9),
			)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(b.into()))
	}
	fn deliver(b: u32) -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(
				frame_support::weights::constants::ParityDbWeight::get().reads_writes(5, 6),
			)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(b.into()))
	}
	fn decline() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(12, 9),
		)
	}
	fn cancel() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(5, 6),
		)
	}
	fn due_open() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(5, 6),
		)
	}
	fn due_assigned() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(10, 9),
		)
	}
	fn due_delivered() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(10, 9),
		)
	}
	fn due_final() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(3, 5),
		)
	}
	fn due_expired() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(
			frame_support::weights::constants::ParityDbWeight::get().reads_writes(10, 8),
		)
	}
}
