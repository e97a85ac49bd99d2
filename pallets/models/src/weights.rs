//! Weights of `pallet_models`, measured by `make weights`; do not edit.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

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
	/// Proof: `Models::Retired` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:1)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(603), added: 3078, mode: `MaxEncodedLen`)
	/// Storage: `Models::Names` (r:1 w:1)
	/// Proof: `Models::Names` (`max_values`: None, `max_size`: Some(155), added: 2630, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:1)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `Models::Depositors` (r:0 w:1)
	/// Proof: `Models::Depositors` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn register_model() -> Weight {
		// At least 125_627_000 picoseconds.
		Weight::from_parts(132_317_000, 24894)
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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:1)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `Models::Depositors` (r:0 w:1)
	/// Proof: `Models::Depositors` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn register_data_set() -> Weight {
		// At least 85_498_000 picoseconds.
		Weight::from_parts(89_854_000, 3978)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Models::Models` (r:8 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(603), added: 3078, mode: `MaxEncodedLen`)
	/// Storage: `Models::DataSets` (r:8 w:0)
	/// Proof: `Models::DataSets` (`max_values`: None, `max_size`: Some(513), added: 2988, mode: `MaxEncodedLen`)
	/// Storage: `Models::Apps` (r:1 w:1)
	/// Proof: `Models::Apps` (`max_values`: None, `max_size`: Some(1011), added: 3486, mode: `MaxEncodedLen`)
	/// Storage: `Models::Names` (r:1 w:1)
	/// Proof: `Models::Names` (`max_values`: None, `max_size`: Some(155), added: 2630, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:1)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `Models::Depositors` (r:0 w:1)
	/// Proof: `Models::Depositors` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn register_app() -> Weight {
		// At least 164_224_000 picoseconds.
		Weight::from_parts(174_390_000, 25614)
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
		// At least 34_231_000 picoseconds.
		Weight::from_parts(38_617_000, 4476)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Models::Apps` (r:1 w:1)
	/// Proof: `Models::Apps` (`max_values`: None, `max_size`: Some(1011), added: 3486, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:2)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn transfer() -> Weight {
		// At least 34_201_000 picoseconds.
		Weight::from_parts(38_257_000, 4476)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Models::RetirementRange` (r:1 w:1)
	/// Proof: `Models::RetirementRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Models::Retirements` (r:2 w:1)
	/// Proof: `Models::Retirements` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:1)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(603), added: 3078, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Models::Names` (r:0 w:1)
	/// Proof: `Models::Names` (`max_values`: None, `max_size`: Some(155), added: 2630, mode: `MaxEncodedLen`)
	/// Storage: `Models::Owned` (r:0 w:1)
	/// Proof: `Models::Owned` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	/// Storage: `Models::Retired` (r:0 w:1)
	/// Proof: `Models::Retired` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Models::Depositors` (r:0 w:1)
	/// Proof: `Models::Depositors` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
	fn remove_retired() -> Weight {
		// At least 82_743_000 picoseconds.
		Weight::from_parts(86_579_000, 6046)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(9))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register_model() -> Weight {
		Weight::from_parts(132_317_000, 24894)
			.saturating_add(ParityDbWeight::get().reads(13))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn register_data_set() -> Weight {
		Weight::from_parts(89_854_000, 3978)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn register_app() -> Weight {
		Weight::from_parts(174_390_000, 25614)
			.saturating_add(ParityDbWeight::get().reads(20))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn deprecate() -> Weight {
		Weight::from_parts(38_617_000, 4476)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn transfer() -> Weight {
		Weight::from_parts(38_257_000, 4476)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn remove_retired() -> Weight {
		Weight::from_parts(86_579_000, 6046)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(9))
	}
}
