//! Weights of `pallet_multisig`, measured by `make weights`; do not edit.
//!
//! 2026-11-22, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, unused_imports, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights measured on the wasm runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_multisig::WeightInfo for WeightInfo<T> {
	/// `z` was measured from 0 to 10000.
	fn as_multi_threshold_1(z: u32, ) -> Weight {
		// At least 40_370_000 picoseconds.
		Weight::from_parts(43_576_198, 0)
			// Standard error: 6.
			.saturating_add(Weight::from_parts(6_722, 0).saturating_mul(z.into()))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` was measured from 2 to 100.
	/// `z` was measured from 0 to 10000.
	fn as_multi_create(s: u32, z: u32, ) -> Weight {
		// At least 64_075_000 picoseconds.
		Weight::from_parts(40_618_724, 6811)
			// Standard error: 2_472.
			.saturating_add(Weight::from_parts(289_340, 0).saturating_mul(s.into()))
			// Standard error: 24.
			.saturating_add(Weight::from_parts(6_870, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` was measured from 3 to 100.
	/// `z` was measured from 0 to 10000.
	fn as_multi_approve(s: u32, z: u32, ) -> Weight {
		// At least 48_462_000 picoseconds.
		Weight::from_parts(24_457_736, 6811)
			// Standard error: 782.
			.saturating_add(Weight::from_parts(265_801, 0).saturating_mul(s.into()))
			// Standard error: 7.
			.saturating_add(Weight::from_parts(6_789, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// `s` was measured from 2 to 100.
	/// `z` was measured from 0 to 10000.
	fn as_multi_complete(s: u32, z: u32, ) -> Weight {
		// At least 76_464_000 picoseconds.
		Weight::from_parts(34_063_793, 6811)
			// Standard error: 11_927.
			.saturating_add(Weight::from_parts(508_213, 0).saturating_mul(s.into()))
			// Standard error: 117.
			.saturating_add(Weight::from_parts(8_292, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` was measured from 2 to 100.
	fn approve_as_multi_create(s: u32, ) -> Weight {
		// At least 34_622_000 picoseconds.
		Weight::from_parts(37_853_356, 6811)
			// Standard error: 3_662.
			.saturating_add(Weight::from_parts(365_357, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` was measured from 2 to 100.
	fn approve_as_multi_approve(s: u32, ) -> Weight {
		// At least 19_910_000 picoseconds.
		Weight::from_parts(22_622_752, 6811)
			// Standard error: 1_418.
			.saturating_add(Weight::from_parts(297_280, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` was measured from 2 to 100.
	fn cancel_as_multi(s: u32, ) -> Weight {
		// At least 34_751_000 picoseconds.
		Weight::from_parts(37_799_867, 6811)
			// Standard error: 1_770.
			.saturating_add(Weight::from_parts(298_679, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Proof: `Multisig::Multisigs` (`max_values`: None, `max_size`: Some(3346), added: 5821, mode: `MaxEncodedLen`)
	/// `s` was measured from 2 to 100.
	fn poke_deposit(s: u32, ) -> Weight {
		// At least 33_129_000 picoseconds.
		Weight::from_parts(35_484_250, 6811)
			// Standard error: 1_955.
			.saturating_add(Weight::from_parts(311_456, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
