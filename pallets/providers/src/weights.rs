//! Weights of `pallet_providers`, measured by `make weights`; do not edit.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

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
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:1)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn register() -> Weight {
		// At least 76_945_000 picoseconds.
		Weight::from_parts(80_750_000, 3736)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:2)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn set_worker() -> Weight {
		// At least 27_421_000 picoseconds.
		Weight::from_parts(29_794_000, 3736)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:513 w:512)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:480 w:960)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn update(o: u32, ) -> Weight {
		// At least 32_238_000 picoseconds.
		Weight::from_parts(34_891_000, 3736)
			// Standard error: 550_128.
			.saturating_add(Weight::from_parts(336_799_073, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((32_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((47_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 43008).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:33 w:32)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:480)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn bond_extra(o: u32, ) -> Weight {
		// At least 91_676_000 picoseconds.
		Weight::from_parts(95_382_000, 3736)
			// Standard error: 1_317_553.
			.saturating_add(Weight::from_parts(137_892_543, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:33 w:32)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:480)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn unbond(o: u32, ) -> Weight {
		// At least 91_676_000 picoseconds.
		Weight::from_parts(95_382_000, 3736)
			// Standard error: 1_317_553.
			.saturating_add(Weight::from_parts(137_892_543, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(603), added: 3078, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:1 w:1)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:1 w:1)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:16)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	fn offer() -> Weight {
		// At least 155_171_000 picoseconds.
		Weight::from_parts(165_616_000, 7833)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(19))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:17 w:17)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:1 w:1)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:16 w:32)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	fn withdraw_offer() -> Weight {
		// At least 373_276_000 picoseconds.
		Weight::from_parts(402_900_000, 46686)
			.saturating_add(T::DbWeight::get().reads(35))
			.saturating_add(T::DbWeight::get().writes(51))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	fn pause() -> Weight {
		// At least 18_087_000 picoseconds.
		Weight::from_parts(20_491_000, 3736)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
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
		// At least 37_686_000 picoseconds.
		Weight::from_parts(52_282_797, 3736)
			// Standard error: 322_219.
			.saturating_add(Weight::from_parts(128_463_540, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:545 w:544)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:512 w:1024)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `Providers::DepartureRange` (r:1 w:1)
	/// Proof: `Providers::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Departures` (r:0 w:1)
	/// Proof: `Providers::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn leave(o: u32, ) -> Weight {
		// At least 42_524_000 picoseconds.
		Weight::from_parts(52_679_000, 3736)
			// Standard error: 3_429_807.
			.saturating_add(Weight::from_parts(403_250_802, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45696).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Workers` (r:1 w:0)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
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
		// At least 47_751_000 picoseconds.
		Weight::from_parts(114_363_690, 3736)
			// Standard error: 1_260_940.
			.saturating_add(Weight::from_parts(137_305_905, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((18_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	/// Storage: `Providers::DepartureRange` (r:1 w:1)
	/// Proof: `Providers::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Departures` (r:2 w:1)
	/// Proof: `Providers::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Reputation::Reputations` (r:1 w:0)
	/// Proof: `Reputation::Reputations` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:0 w:1)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn finish_departure() -> Weight {
		// At least 74_471_000 picoseconds.
		Weight::from_parts(77_716_000, 6044)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Providers::Sweeps` (r:1 w:1)
	/// Proof: `Providers::Sweeps` (`max_values`: Some(1), `max_size`: Some(38), added: 533, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:101 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// `p` was measured from 0 to 100.
	fn sweep(p: u32, ) -> Weight {
		// At least 13_080_000 picoseconds.
		Weight::from_parts(8_294_979, 3736)
			// Standard error: 16_048.
			.saturating_add(Weight::from_parts(5_691_347, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 2746).saturating_mul(p.into()))
	}
	/// Storage: `Providers::Offers` (r:545 w:544)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(213), added: 2688, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:512 w:1024)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:0 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn silence(o: u32, ) -> Weight {
		// At least 19_759_000 picoseconds.
		Weight::from_parts(22_484_000, 3678)
			// Standard error: 894_409.
			.saturating_add(Weight::from_parts(378_268_316, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45696).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(271), added: 2746, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn on_provider_outcome() -> Weight {
		// At least 61_862_000 picoseconds.
		Weight::from_parts(64_566_000, 3736)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(80_750_000, 3736)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn set_worker() -> Weight {
		Weight::from_parts(29_794_000, 3736)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn update(o: u32, ) -> Weight {
		Weight::from_parts(34_891_000, 3736)
			.saturating_add(Weight::from_parts(336_799_073, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((32_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((47_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 43008).saturating_mul(o.into()))
	}
	fn bond_extra(o: u32, ) -> Weight {
		Weight::from_parts(95_382_000, 3736)
			.saturating_add(Weight::from_parts(137_892_543, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	fn unbond(o: u32, ) -> Weight {
		Weight::from_parts(95_382_000, 3736)
			.saturating_add(Weight::from_parts(137_892_543, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	fn offer() -> Weight {
		Weight::from_parts(165_616_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(19))
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(402_900_000, 46686)
			.saturating_add(ParityDbWeight::get().reads(35))
			.saturating_add(ParityDbWeight::get().writes(51))
	}
	fn pause() -> Weight {
		Weight::from_parts(20_491_000, 3736)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn resume(o: u32, ) -> Weight {
		Weight::from_parts(52_282_797, 3736)
			.saturating_add(Weight::from_parts(128_463_540, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	fn leave(o: u32, ) -> Weight {
		Weight::from_parts(52_679_000, 3736)
			.saturating_add(Weight::from_parts(403_250_802, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45696).saturating_mul(o.into()))
	}
	fn heartbeat(o: u32, ) -> Weight {
		Weight::from_parts(114_363_690, 3736)
			.saturating_add(Weight::from_parts(137_305_905, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((18_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2688).saturating_mul(o.into()))
	}
	fn finish_departure() -> Weight {
		Weight::from_parts(77_716_000, 6044)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn sweep(p: u32, ) -> Weight {
		Weight::from_parts(8_294_979, 3736)
			.saturating_add(Weight::from_parts(5_691_347, 0).saturating_mul(p.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 2746).saturating_mul(p.into()))
	}
	fn silence(o: u32, ) -> Weight {
		Weight::from_parts(22_484_000, 3678)
			.saturating_add(Weight::from_parts(378_268_316, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45696).saturating_mul(o.into()))
	}
	fn on_provider_outcome() -> Weight {
		Weight::from_parts(64_566_000, 3736)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
}
