//! Weights of `pallet_subnets`, measured by `make weights`; do not edit.
//!
//! 2026-11-23, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

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
		// At least 95_864_000 picoseconds.
		Weight::from_parts(102_044_000, 3712)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	fn update() -> Weight {
		// At least 37_637_000 picoseconds.
		Weight::from_parts(40_210_000, 7833)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	fn transfer() -> Weight {
		// At least 26_940_000 picoseconds.
		Weight::from_parts(29_124_000, 7833)
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
		// At least 97_687_000 picoseconds.
		Weight::from_parts(102_364_000, 7833)
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
		// At least 29_815_000 picoseconds.
		Weight::from_parts(32_849_000, 7833)
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
		// At least 55_613_000 picoseconds.
		Weight::from_parts(59_369_000, 7833)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(224), added: 2699, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::SubnetGateways` (r:0 w:1)
	/// Proof: `Subnets::SubnetGateways` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	fn register_gateway() -> Weight {
		// At least 63_515_000 picoseconds.
		Weight::from_parts(67_110_000, 7833)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(224), added: 2699, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	fn bond_extra() -> Weight {
		// At least 51_868_000 picoseconds.
		Weight::from_parts(54_402_000, 3712)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(224), added: 2699, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::BondReturnRange` (r:1 w:1)
	/// Proof: `Subnets::BondReturnRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::BondReturns` (r:0 w:1)
	/// Proof: `Subnets::BondReturns` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn unbond_gateway() -> Weight {
		// At least 18_718_000 picoseconds.
		Weight::from_parts(20_240_000, 7833)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(224), added: 2699, mode: `MaxEncodedLen`)
	fn update_gateway() -> Weight {
		// At least 11_898_000 picoseconds.
		Weight::from_parts(12_809_000, 3689)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(224), added: 2699, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::BondReturnRange` (r:1 w:1)
	/// Proof: `Subnets::BondReturnRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::BondReturns` (r:0 w:1)
	/// Proof: `Subnets::BondReturns` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn leave_gateway() -> Weight {
		// At least 14_962_000 picoseconds.
		Weight::from_parts(16_305_000, 3689)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::BondReturnRange` (r:1 w:1)
	/// Proof: `Subnets::BondReturnRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::BondReturns` (r:2 w:1)
	/// Proof: `Subnets::BondReturns` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(224), added: 2699, mode: `MaxEncodedLen`)
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
		// At least 52_649_000 picoseconds.
		Weight::from_parts(55_733_000, 6046)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(224), added: 2699, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn slash_gateway() -> Weight {
		// At least 42_504_000 picoseconds.
		Weight::from_parts(44_817_000, 3712)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(224), added: 2699, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn compensate_from_gateway() -> Weight {
		// At least 49_535_000 picoseconds.
		Weight::from_parts(52_199_000, 6196)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
}

/// For tests.
impl WeightInfo for () {
	fn create() -> Weight {
		Weight::from_parts(102_044_000, 3712)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn update() -> Weight {
		Weight::from_parts(40_210_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn transfer() -> Weight {
		Weight::from_parts(29_124_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn accept_transfer() -> Weight {
		Weight::from_parts(102_364_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn retire() -> Weight {
		Weight::from_parts(32_849_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn remove_retired() -> Weight {
		Weight::from_parts(59_369_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn register_gateway() -> Weight {
		Weight::from_parts(67_110_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(54_402_000, 3712)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn unbond_gateway() -> Weight {
		Weight::from_parts(20_240_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn update_gateway() -> Weight {
		Weight::from_parts(12_809_000, 3689)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn leave_gateway() -> Weight {
		Weight::from_parts(16_305_000, 3689)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn finish_departure() -> Weight {
		Weight::from_parts(55_733_000, 6046)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn slash_gateway() -> Weight {
		Weight::from_parts(44_817_000, 3712)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn compensate_from_gateway() -> Weight {
		Weight::from_parts(52_199_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
}
