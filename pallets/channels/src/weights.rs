//! Weights of `pallet_channels`, estimated by hand from what each call and step reads, writes and
//! verifies. Not measured yet: `make weights` writes this file anew once the pallet is in the runtime.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn open() -> Weight;
	fn top_up() -> Weight;
	fn request_close() -> Weight;
	fn close() -> Weight;
	fn commit_batch(c: u32, t: u32, ) -> Weight;
	fn report_item() -> Weight;
	fn report_twins() -> Weight;
	fn strike() -> Weight;
	fn reject() -> Weight;
	fn due_wait() -> Weight;
	fn due_payout() -> Weight;
	fn due_removal() -> Weight;
	fn due_end() -> Weight;
	fn due_return() -> Weight;
	fn due_final() -> Weight;
}

/// Weights estimated for the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn open() -> Weight {
		Weight::from_parts(140_000_000, 31500)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn top_up() -> Weight {
		Weight::from_parts(80_000_000, 18000)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn request_close() -> Weight {
		Weight::from_parts(25_000_000, 4500)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn close() -> Weight {
		Weight::from_parts(90_000_000, 22500)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn commit_batch(c: u32, t: u32, ) -> Weight {
		Weight::from_parts(120_000_000, 27000)
			.saturating_add(Weight::from_parts(125_000_000, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(t.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(t.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(t.into())))
			.saturating_add(Weight::from_parts(0, 10800).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(0, 5400).saturating_mul(t.into()))
	}
	fn report_item() -> Weight {
		Weight::from_parts(260_000_000, 54000)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	fn report_twins() -> Weight {
		Weight::from_parts(290_000_000, 58500)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	fn strike() -> Weight {
		Weight::from_parts(160_000_000, 31500)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn reject() -> Weight {
		Weight::from_parts(25_000_000, 4500)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn due_wait() -> Weight {
		Weight::from_parts(25_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn due_payout() -> Weight {
		Weight::from_parts(150_000_000, 40500)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn due_removal() -> Weight {
		Weight::from_parts(45_000_000, 45000)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	fn due_end() -> Weight {
		Weight::from_parts(120_000_000, 36000)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn due_return() -> Weight {
		Weight::from_parts(95_000_000, 31500)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn due_final() -> Weight {
		Weight::from_parts(25_000_000, 4500)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}

/// For tests.
impl WeightInfo for () {
	fn open() -> Weight {
		Weight::from_parts(140_000_000, 31500)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn top_up() -> Weight {
		Weight::from_parts(80_000_000, 18000)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn request_close() -> Weight {
		Weight::from_parts(25_000_000, 4500)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn close() -> Weight {
		Weight::from_parts(90_000_000, 22500)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn commit_batch(c: u32, t: u32, ) -> Weight {
		Weight::from_parts(120_000_000, 27000)
			.saturating_add(Weight::from_parts(125_000_000, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(t.into()))
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().reads((4_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(t.into())))
			.saturating_add(ParityDbWeight::get().writes(5))
			.saturating_add(ParityDbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(t.into())))
			.saturating_add(Weight::from_parts(0, 10800).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(0, 5400).saturating_mul(t.into()))
	}
	fn report_item() -> Weight {
		Weight::from_parts(260_000_000, 54000)
			.saturating_add(ParityDbWeight::get().reads(12))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn report_twins() -> Weight {
		Weight::from_parts(290_000_000, 58500)
			.saturating_add(ParityDbWeight::get().reads(13))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn strike() -> Weight {
		Weight::from_parts(160_000_000, 31500)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn reject() -> Weight {
		Weight::from_parts(25_000_000, 4500)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn due_wait() -> Weight {
		Weight::from_parts(25_000_000, 9000)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn due_payout() -> Weight {
		Weight::from_parts(150_000_000, 40500)
			.saturating_add(ParityDbWeight::get().reads(9))
			.saturating_add(ParityDbWeight::get().writes(8))
	}
	fn due_removal() -> Weight {
		Weight::from_parts(45_000_000, 45000)
			.saturating_add(ParityDbWeight::get().reads(12))
			.saturating_add(ParityDbWeight::get().writes(10))
	}
	fn due_end() -> Weight {
		Weight::from_parts(120_000_000, 36000)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(8))
	}
	fn due_return() -> Weight {
		Weight::from_parts(95_000_000, 31500)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn due_final() -> Weight {
		Weight::from_parts(25_000_000, 4500)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
}
