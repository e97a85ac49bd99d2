//! Weights of `pallet_providers`, measured by `make weights`; do not edit.
//!
//! 2026-11-23, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn register() -> Weight;
	fn set_worker() -> Weight;
	fn update(o: u32, ) -> Weight;
	fn bond_extra(o: u32, ) -> Weight;
	fn unbond(o: u32, ) -> Weight;
	fn offer() -> Weight;
	fn withdraw_offer() -> Weight;
	fn pause() -> Weight;
	fn resume(o: u32, ) -> Weight;
	fn leave(o: u32, ) -> Weight;
	fn heartbeat(o: u32, ) -> Weight;
	fn finish_departure() -> Weight;
	fn sweep(p: u32, ) -> Weight;
	fn silence(o: u32, ) -> Weight;
	fn on_provider_outcome() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:1)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn register() -> Weight {
		// At least 55_724_000 picoseconds.
		Weight::from_parts(58_638_000, 3761)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:2)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn set_worker() -> Weight {
		// At least 17_056_000 picoseconds.
		Weight::from_parts(18_538_000, 3761)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:513 w:512)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:480 w:960)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn update(o: u32, ) -> Weight {
		// At least 20_922_000 picoseconds.
		Weight::from_parts(21_893_000, 3761)
			// Standard error: 412_812.
			.saturating_add(Weight::from_parts(267_455_635, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((32_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((47_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 43008).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:33 w:32)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:480)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn bond_extra(o: u32, ) -> Weight {
		// At least 74_813_000 picoseconds.
		Weight::from_parts(88_472_882, 3761)
			// Standard error: 252_862.
			.saturating_add(Weight::from_parts(103_905_783, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Providers::BondReturnRange` (r:1 w:1)
	/// Proof: `Providers::BondReturnRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:513 w:512)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:480 w:960)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `Providers::BondReturns` (r:0 w:1)
	/// Proof: `Providers::BondReturns` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn unbond(o: u32, ) -> Weight {
		// At least 23_615_000 picoseconds.
		Weight::from_parts(25_478_000, 3761)
			// Standard error: 308_989.
			.saturating_add(Weight::from_parts(264_078_727, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((32_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((47_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 43008).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:1 w:1)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:1 w:1)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:16)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	fn offer() -> Weight {
		// At least 112_910_000 picoseconds.
		Weight::from_parts(120_781_000, 7833)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(19))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:17 w:17)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:1 w:1)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:16 w:32)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	fn withdraw_offer() -> Weight {
		// At least 279_259_000 picoseconds.
		Weight::from_parts(294_392_000, 46686)
			.saturating_add(T::DbWeight::get().reads(35))
			.saturating_add(T::DbWeight::get().writes(51))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	fn pause() -> Weight {
		// At least 11_447_000 picoseconds.
		Weight::from_parts(12_409_000, 3761)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Providers::Offers` (r:33 w:32)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:480)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn resume(o: u32, ) -> Weight {
		// At least 22_174_000 picoseconds.
		Weight::from_parts(28_154_349, 3761)
			// Standard error: 223_486.
			.saturating_add(Weight::from_parts(99_837_814, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:545 w:544)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:512 w:1024)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `Providers::BondReturnRange` (r:1 w:1)
	/// Proof: `Providers::BondReturnRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Providers::BondReturns` (r:0 w:1)
	/// Proof: `Providers::BondReturns` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn leave(o: u32, ) -> Weight {
		// At least 22_924_000 picoseconds.
		Weight::from_parts(24_086_000, 3761)
			// Standard error: 307_627.
			.saturating_add(Weight::from_parts(273_432_120, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45696).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Workers` (r:1 w:0)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Providers::Offers` (r:33 w:32)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:512)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn heartbeat(o: u32, ) -> Weight {
		// At least 30_165_000 picoseconds.
		Weight::from_parts(20_676_999, 3761)
			// Standard error: 135_976.
			.saturating_add(Weight::from_parts(105_549_352, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((18_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	/// Storage: `Providers::BondReturnRange` (r:1 w:1)
	/// Proof: `Providers::BondReturnRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Providers::BondReturns` (r:2 w:1)
	/// Proof: `Providers::BondReturns` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Reputation::Reputations` (r:1 w:0)
	/// Proof: `Reputation::Reputations` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:0 w:1)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn finish_departure() -> Weight {
		// At least 55_343_000 picoseconds.
		Weight::from_parts(58_678_000, 6046)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Providers::Sweeps` (r:1 w:1)
	/// Proof: `Providers::Sweeps` (`max_values`: Some(1), `max_size`: Some(38), added: 533, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:101 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// `p` was measured from 0 to 100.
	fn sweep(p: u32, ) -> Weight {
		// At least 7_822_000 picoseconds.
		Weight::from_parts(7_828_500, 3761)
			// Standard error: 4_865.
			.saturating_add(Weight::from_parts(4_080_874, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 2771).saturating_mul(p.into()))
	}
	/// Storage: `Providers::Offers` (r:545 w:544)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:512 w:1024)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:0 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn silence(o: u32, ) -> Weight {
		// At least 11_988_000 picoseconds.
		Weight::from_parts(12_939_000, 3678)
			// Standard error: 253_675.
			.saturating_add(Weight::from_parts(264_039_417, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45696).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn on_provider_outcome() -> Weight {
		// At least 45_228_000 picoseconds.
		Weight::from_parts(48_222_000, 3761)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(58_638_000, 3761)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn set_worker() -> Weight {
		Weight::from_parts(18_538_000, 3761)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn update(o: u32, ) -> Weight {
		Weight::from_parts(21_893_000, 3761)
			.saturating_add(Weight::from_parts(267_455_635, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((32_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((47_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 43008).saturating_mul(o.into()))
	}
	fn bond_extra(o: u32, ) -> Weight {
		Weight::from_parts(88_472_882, 3761)
			.saturating_add(Weight::from_parts(103_905_783, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	fn unbond(o: u32, ) -> Weight {
		Weight::from_parts(25_478_000, 3761)
			.saturating_add(Weight::from_parts(264_078_727, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((32_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((47_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 43008).saturating_mul(o.into()))
	}
	fn offer() -> Weight {
		Weight::from_parts(120_781_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(19))
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(294_392_000, 46686)
			.saturating_add(ParityDbWeight::get().reads(35))
			.saturating_add(ParityDbWeight::get().writes(51))
	}
	fn pause() -> Weight {
		Weight::from_parts(12_409_000, 3761)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn resume(o: u32, ) -> Weight {
		Weight::from_parts(28_154_349, 3761)
			.saturating_add(Weight::from_parts(99_837_814, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	fn leave(o: u32, ) -> Weight {
		Weight::from_parts(24_086_000, 3761)
			.saturating_add(Weight::from_parts(273_432_120, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45696).saturating_mul(o.into()))
	}
	fn heartbeat(o: u32, ) -> Weight {
		Weight::from_parts(20_676_999, 3761)
			.saturating_add(Weight::from_parts(105_549_352, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((18_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	fn finish_departure() -> Weight {
		Weight::from_parts(58_678_000, 6046)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn sweep(p: u32, ) -> Weight {
		Weight::from_parts(7_828_500, 3761)
			.saturating_add(Weight::from_parts(4_080_874, 0).saturating_mul(p.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 2771).saturating_mul(p.into()))
	}
	fn silence(o: u32, ) -> Weight {
		Weight::from_parts(12_939_000, 3678)
			.saturating_add(Weight::from_parts(264_039_417, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45696).saturating_mul(o.into()))
	}
	fn on_provider_outcome() -> Weight {
		Weight::from_parts(48_222_000, 3761)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
}
