//! Weights of `pallet_subnets`, preliminary: counted, not measured; `make weights` writes them.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn create() -> Weight;
	fn update() -> Weight;
	fn transfer() -> Weight;
	fn retire() -> Weight;
	fn remove_retired() -> Weight;
	fn register_gateway() -> Weight;
	fn bond_extra() -> Weight;
	fn update_gateway() -> Weight;
	fn leave_gateway() -> Weight;
	fn finish_departure() -> Weight;
	fn slash_gateway() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Subnets::Names` (r:1 w:1)
	/// Storage: `Subnets::SubnetCount` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Subnets::Depositors` (r:0 w:1)
	/// Storage: `Subnets::Subnets` (r:0 w:1)
	fn create() -> Weight {
		Weight::from_parts(60_000_000, 6300)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	fn update() -> Weight {
		Weight::from_parts(25_000_000, 8400)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	fn transfer() -> Weight {
		Weight::from_parts(20_000_000, 8400)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Storage: `Subnets::RetirementRange` (r:1 w:1)
	/// Storage: `Subnets::Retirements` (r:0 w:1)
	fn retire() -> Weight {
		Weight::from_parts(24_000_000, 8400)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::RetirementRange` (r:1 w:1)
	/// Storage: `Subnets::Retirements` (r:2 w:1)
	/// Storage: `Subnets::Subnets` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Subnets::Names` (r:0 w:1)
	/// Storage: `Subnets::Depositors` (r:0 w:1)
	fn remove_retired() -> Weight {
		Weight::from_parts(66_000_000, 8400)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Subnets::SubnetGateways` (r:0 w:1)
	fn register_gateway() -> Weight {
		Weight::from_parts(60_000_000, 8400)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	fn bond_extra() -> Weight {
		Weight::from_parts(45_000_000, 3800)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	fn update_gateway() -> Weight {
		Weight::from_parts(15_000_000, 3800)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Storage: `Subnets::DepartureRange` (r:1 w:1)
	/// Storage: `Subnets::Departures` (r:0 w:1)
	fn leave_gateway() -> Weight {
		Weight::from_parts(22_000_000, 3800)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Subnets::DepartureRange` (r:1 w:1)
	/// Storage: `Subnets::Departures` (r:2 w:1)
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Subnets::SubnetGateways` (r:0 w:1)
	fn finish_departure() -> Weight {
		Weight::from_parts(60_000_000, 6100)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	fn slash_gateway() -> Weight {
		Weight::from_parts(55_000_000, 6200)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
}

/// For tests.
impl WeightInfo for () {
	fn create() -> Weight {
		Weight::from_parts(60_000_000, 6300)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn update() -> Weight {
		Weight::from_parts(25_000_000, 8400)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn transfer() -> Weight {
		Weight::from_parts(20_000_000, 8400)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn retire() -> Weight {
		Weight::from_parts(24_000_000, 8400)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn remove_retired() -> Weight {
		Weight::from_parts(66_000_000, 8400)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn register_gateway() -> Weight {
		Weight::from_parts(60_000_000, 8400)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(45_000_000, 3800)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn update_gateway() -> Weight {
		Weight::from_parts(15_000_000, 3800)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn leave_gateway() -> Weight {
		Weight::from_parts(22_000_000, 3800)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn finish_departure() -> Weight {
		Weight::from_parts(60_000_000, 6100)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn slash_gateway() -> Weight {
		Weight::from_parts(55_000_000, 6200)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
}
