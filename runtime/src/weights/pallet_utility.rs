//! Weights of `pallet_utility`, measured by `make weights`; do not edit.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, unused_imports, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights measured on the wasm runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_utility::WeightInfo for WeightInfo<T> {
	/// `c` was measured from 0 to 1000.
	fn batch(c: u32, ) -> Weight {
		// At least 6_520_000 picoseconds.
		Weight::from_parts(11_159_997, 0)
			// Standard error: 1_386.
			.saturating_add(Weight::from_parts(3_610_178, 0).saturating_mul(c.into()))
	}
	fn as_derivative() -> Weight {
		// At least 6_079_000 picoseconds.
		Weight::from_parts(7_181_000, 0)
	}
	/// `c` was measured from 0 to 1000.
	fn batch_all(c: u32, ) -> Weight {
		// At least 6_690_000 picoseconds.
		Weight::from_parts(10_766_985, 0)
			// Standard error: 1_481.
			.saturating_add(Weight::from_parts(3_960_929, 0).saturating_mul(c.into()))
	}
	fn dispatch_as() -> Weight {
		// At least 8_803_000 picoseconds.
		Weight::from_parts(10_035_000, 0)
	}
	/// `c` was measured from 0 to 1000.
	fn force_batch(c: u32, ) -> Weight {
		// At least 6_680_000 picoseconds.
		Weight::from_parts(7_277_350, 0)
			// Standard error: 1_300.
			.saturating_add(Weight::from_parts(3_611_447, 0).saturating_mul(c.into()))
	}
	fn dispatch_as_fallible() -> Weight {
		// At least 8_833_000 picoseconds.
		Weight::from_parts(10_085_000, 0)
	}
	fn if_else() -> Weight {
		// At least 10_957_000 picoseconds.
		Weight::from_parts(12_749_000, 0)
	}
}
