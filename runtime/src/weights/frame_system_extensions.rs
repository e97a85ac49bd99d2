//! Weights of `frame_system_extensions`, measured by `make weights`; do not edit.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, unused_imports, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights measured on the wasm runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
	fn check_genesis() -> Weight {
		// At least 2_133_000 picoseconds.
		Weight::from_parts(2_644_000, 0)
	}
	fn check_mortality_mortal_transaction() -> Weight {
		// At least 4_426_000 picoseconds.
		Weight::from_parts(4_947_000, 0)
	}
	fn check_mortality_immortal_transaction() -> Weight {
		// At least 4_467_000 picoseconds.
		Weight::from_parts(5_007_000, 0)
	}
	fn check_non_zero_sender() -> Weight {
		// At least 631_000 picoseconds.
		Weight::from_parts(791_000, 0)
	}
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn check_nonce() -> Weight {
		// At least 11_387_000 picoseconds.
		Weight::from_parts(12_679_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn check_spec_version() -> Weight {
		// At least 480_000 picoseconds.
		Weight::from_parts(571_000, 0)
	}
	fn check_tx_version() -> Weight {
		// At least 470_000 picoseconds.
		Weight::from_parts(561_000, 0)
	}
	fn check_weight() -> Weight {
		// At least 4_837_000 picoseconds.
		Weight::from_parts(5_589_000, 0)
	}
	fn weight_reclaim() -> Weight {
		// At least 2_965_000 picoseconds.
		Weight::from_parts(3_525_000, 0)
	}
}
