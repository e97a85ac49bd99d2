//! Weights of `pallet_models`, measured by `make weights`; do not edit.
//!
//! 2026-11-23, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn register_model() -> Weight;
	fn register_data_set() -> Weight;
	fn register_app() -> Weight;
	fn deprecate() -> Weight;
	fn transfer() -> Weight;
	fn remove_retired() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Models::DataSets` (r:8 w:0)
	/// Proof: `Models::DataSets` (`max_values`: None, `max_size`: Some(513), added: 2988, mode: `MaxEncodedLen`)
	/// Storage: `Models::Retired` (r:1 w:0)
	/// Proof: `Models::Retired` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:1)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Models::Names` (r:1 w:1)
	/// Proof: `Models::Names` (`max_values`: None, `max_size`: Some(155), added: 2630, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:1)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `Models::Depositors` (r:0 w:1)
	/// Proof: `Models::Depositors` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn register_model() -> Weight {
		// At least 93_240_000 picoseconds.
		Weight::from_parts(98_758_000, 24894)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Models::DataSets` (r:1 w:1)
	/// Proof: `Models::DataSets` (`max_values`: None, `max_size`: Some(513), added: 2988, mode: `MaxEncodedLen`)
	/// Storage: `Models::Names` (r:1 w:1)
	/// Proof: `Models::Names` (`max_values`: None, `max_size`: Some(155), added: 2630, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:1)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `Models::Depositors` (r:0 w:1)
	/// Proof: `Models::Depositors` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn register_data_set() -> Weight {
		// At least 63_095_000 picoseconds.
		Weight::from_parts(67_622_000, 3978)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Models::Models` (r:8 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Models::DataSets` (r:8 w:0)
	/// Proof: `Models::DataSets` (`max_values`: None, `max_size`: Some(513), added: 2988, mode: `MaxEncodedLen`)
	/// Storage: `Models::Apps` (r:1 w:1)
	/// Proof: `Models::Apps` (`max_values`: None, `max_size`: Some(1011), added: 3486, mode: `MaxEncodedLen`)
	/// Storage: `Models::Names` (r:1 w:1)
	/// Proof: `Models::Names` (`max_values`: None, `max_size`: Some(155), added: 2630, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:1)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `Models::Depositors` (r:0 w:1)
	/// Proof: `Models::Depositors` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn register_app() -> Weight {
		// At least 128_012_000 picoseconds.
		Weight::from_parts(136_154_000, 26006)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Models::Apps` (r:1 w:1)
	/// Proof: `Models::Apps` (`max_values`: None, `max_size`: Some(1011), added: 3486, mode: `MaxEncodedLen`)
	/// Storage: `Models::RetirementRange` (r:1 w:1)
	/// Proof: `Models::RetirementRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Models::Retirements` (r:0 w:1)
	/// Proof: `Models::Retirements` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn deprecate() -> Weight {
		// At least 21_302_000 picoseconds.
		Weight::from_parts(23_886_000, 4476)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Models::Apps` (r:1 w:1)
	/// Proof: `Models::Apps` (`max_values`: None, `max_size`: Some(1011), added: 3486, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:2)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn transfer() -> Weight {
		// At least 22_785_000 picoseconds.
		Weight::from_parts(25_438_000, 4476)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Models::RetirementRange` (r:1 w:1)
	/// Proof: `Models::RetirementRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Models::Retirements` (r:2 w:1)
	/// Proof: `Models::Retirements` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:1)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Models::Names` (r:0 w:1)
	/// Proof: `Models::Names` (`max_values`: None, `max_size`: Some(155), added: 2630, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:1)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `Models::Retired` (r:0 w:1)
	/// Proof: `Models::Retired` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	fn remove_retired() -> Weight {
		// At least 60_841_000 picoseconds.
		Weight::from_parts(64_867_000, 6046)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(8))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register_model() -> Weight {
		Weight::from_parts(98_758_000, 24894)
			.saturating_add(ParityDbWeight::get().reads(13))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn register_data_set() -> Weight {
		Weight::from_parts(67_622_000, 3978)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn register_app() -> Weight {
		Weight::from_parts(136_154_000, 26006)
			.saturating_add(ParityDbWeight::get().reads(20))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn deprecate() -> Weight {
		Weight::from_parts(23_886_000, 4476)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn transfer() -> Weight {
		Weight::from_parts(25_438_000, 4476)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn remove_retired() -> Weight {
		Weight::from_parts(64_867_000, 6046)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(8))
	}
}
