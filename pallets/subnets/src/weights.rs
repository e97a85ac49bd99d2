//! Weights of `pallet_subnets`, measured by `make weights`; do not edit.
//!
//! 2026-11-22, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn create() -> Weight;
	fn update() -> Weight;
	fn transfer() -> Weight;
	fn accept_transfer() -> Weight;
	fn retire() -> Weight;
	fn remove_retired() -> Weight;
	fn register_gateway() -> Weight;
	fn bond_extra() -> Weight;
	fn unbond_gateway() -> Weight;
	fn update_gateway() -> Weight;
	fn leave_gateway() -> Weight;
	fn finish_departure() -> Weight;
	fn slash_gateway() -> Weight;
	fn compensate_from_gateway() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Subnets::Names` (r:1 w:1)
	/// Proof: `Subnets::Names` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::SubnetCount` (r:1 w:1)
	/// Proof: `Subnets::SubnetCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::OwnedSubnets` (r:0 w:1)
	/// Proof: `Subnets::OwnedSubnets` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:0 w:1)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	fn create() -> Weight {
		// At least 126_298_000 picoseconds.
		Weight::from_parts(131_936_000, 3712)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	fn update() -> Weight {
		// At least 52_148_000 picoseconds.
		Weight::from_parts(54_821_000, 7833)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	fn transfer() -> Weight {
		// At least 37_776_000 picoseconds.
		Weight::from_parts(39_969_000, 7833)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::OwnedSubnets` (r:0 w:2)
	/// Proof: `Subnets::OwnedSubnets` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	fn accept_transfer() -> Weight {
		// At least 133_369_000 picoseconds.
		Weight::from_parts(138_095_000, 7833)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::RetirementRange` (r:1 w:1)
	/// Proof: `Subnets::RetirementRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Retirements` (r:0 w:1)
	/// Proof: `Subnets::Retirements` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
	fn retire() -> Weight {
		// At least 42_003_000 picoseconds.
		Weight::from_parts(44_496_000, 7833)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::RetirementRange` (r:1 w:1)
	/// Proof: `Subnets::RetirementRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Retirements` (r:2 w:1)
	/// Proof: `Subnets::Retirements` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Names` (r:0 w:1)
	/// Proof: `Subnets::Names` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::OwnedSubnets` (r:0 w:1)
	/// Proof: `Subnets::OwnedSubnets` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	fn remove_retired() -> Weight {
		// At least 74_481_000 picoseconds.
		Weight::from_parts(77_586_000, 7833)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::SubnetGateways` (r:0 w:1)
	/// Proof: `Subnets::SubnetGateways` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	fn register_gateway() -> Weight {
		// At least 86_228_000 picoseconds.
		Weight::from_parts(90_004_000, 7833)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	fn bond_extra() -> Weight {
		// At least 70_305_000 picoseconds.
		Weight::from_parts(73_079_000, 3712)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	fn unbond_gateway() -> Weight {
		// At least 70_305_000 picoseconds.
		Weight::from_parts(73_079_000, 3712)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	fn update_gateway() -> Weight {
		// At least 16_935_000 picoseconds.
		Weight::from_parts(18_437_000, 3668)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::DepartureRange` (r:1 w:1)
	/// Proof: `Subnets::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Departures` (r:0 w:1)
	/// Proof: `Subnets::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn leave_gateway() -> Weight {
		// At least 21_782_000 picoseconds.
		Weight::from_parts(23_445_000, 3668)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::DepartureRange` (r:1 w:1)
	/// Proof: `Subnets::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Departures` (r:2 w:1)
	/// Proof: `Subnets::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::RetirementRange` (r:1 w:0)
	/// Proof: `Subnets::RetirementRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Retirements` (r:1 w:0)
	/// Proof: `Subnets::Retirements` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::SubnetGateways` (r:0 w:1)
	/// Proof: `Subnets::SubnetGateways` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	fn finish_departure() -> Weight {
		// At least 70_915_000 picoseconds.
		Weight::from_parts(73_740_000, 6044)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn slash_gateway() -> Weight {
		// At least 54_521_000 picoseconds.
		Weight::from_parts(56_885_000, 3712)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn compensate_from_gateway() -> Weight {
		// At least 62_983_000 picoseconds.
		Weight::from_parts(65_758_000, 6196)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
}

/// For tests.
impl WeightInfo for () {
	fn create() -> Weight {
		Weight::from_parts(131_936_000, 3712)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn update() -> Weight {
		Weight::from_parts(54_821_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn transfer() -> Weight {
		Weight::from_parts(39_969_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn accept_transfer() -> Weight {
		Weight::from_parts(138_095_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn retire() -> Weight {
		Weight::from_parts(44_496_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn remove_retired() -> Weight {
		Weight::from_parts(77_586_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn register_gateway() -> Weight {
		Weight::from_parts(90_004_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(73_079_000, 3712)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn unbond_gateway() -> Weight {
		Weight::from_parts(73_079_000, 3712)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn update_gateway() -> Weight {
		Weight::from_parts(18_437_000, 3668)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn leave_gateway() -> Weight {
		Weight::from_parts(23_445_000, 3668)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn finish_departure() -> Weight {
		Weight::from_parts(73_740_000, 6044)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn slash_gateway() -> Weight {
		Weight::from_parts(56_885_000, 3712)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn compensate_from_gateway() -> Weight {
		Weight::from_parts(65_758_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
}
