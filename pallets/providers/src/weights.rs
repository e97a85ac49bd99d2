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
	fn offer() -> Weight;
	fn withdraw_offer() -> Weight;
	fn pause() -> Weight;
	fn resume(o: u32, ) -> Weight;
	fn leave(o: u32, ) -> Weight;
	fn finish_departure() -> Weight;
	fn on_provider_outcome() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:1)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
	fn register() -> Weight {
		// At least 65_597_000 picoseconds.
		Weight::from_parts(68_291_000, 3724)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:2)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn set_worker() -> Weight {
		// At least 21_753_000 picoseconds.
		Weight::from_parts(23_415_000, 3724)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:513 w:512)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(209), added: 2684, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:480 w:960)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn update(o: u32, ) -> Weight {
		// At least 26_910_000 picoseconds.
		Weight::from_parts(44_054_550, 3724)
			// Standard error: 240_627.
			.saturating_add(Weight::from_parts(275_164_793, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((32_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((47_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 42944).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:33 w:32)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(209), added: 2684, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:480)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn bond_extra(o: u32, ) -> Weight {
		// At least 82_663_000 picoseconds.
		Weight::from_parts(89_032_427, 3724)
			// Standard error: 72_149.
			.saturating_add(Weight::from_parts(104_137_370, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2684).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(310), added: 2785, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:1 w:1)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(209), added: 2684, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:1 w:1)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:16)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
	fn offer() -> Weight {
		// At least 122_803_000 picoseconds.
		Weight::from_parts(126_549_000, 3775)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(19))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:17 w:17)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(209), added: 2684, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:1 w:1)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:16 w:32)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
	fn withdraw_offer() -> Weight {
		// At least 322_721_000 picoseconds.
		Weight::from_parts(333_607_000, 46618)
			.saturating_add(T::DbWeight::get().reads(35))
			.saturating_add(T::DbWeight::get().writes(51))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	fn pause() -> Weight {
		// At least 14_512_000 picoseconds.
		Weight::from_parts(15_964_000, 3724)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:33 w:32)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(209), added: 2684, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:0 w:480)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn resume(o: u32, ) -> Weight {
		// At least 25_348_000 picoseconds.
		Weight::from_parts(21_990_646, 3724)
			// Standard error: 176_576.
			.saturating_add(Weight::from_parts(106_178_759, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2684).saturating_mul(o.into()))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Offers` (r:545 w:544)
	/// Proof: `Providers::Offers` (`max_values`: None, `max_size`: Some(209), added: 2684, mode: `MaxEncodedLen`)
	/// Storage: `Providers::TicketCounts` (r:32 w:32)
	/// Proof: `Providers::TicketCounts` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Tickets` (r:512 w:1024)
	/// Proof: `Providers::Tickets` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
	/// Storage: `Providers::DepartureRange` (r:1 w:1)
	/// Proof: `Providers::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Departures` (r:0 w:1)
	/// Proof: `Providers::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// `o` was measured from 0 to 32.
	fn leave(o: u32, ) -> Weight {
		// At least 30_676_000 picoseconds.
		Weight::from_parts(52_809_160, 3724)
			// Standard error: 317_129.
			.saturating_add(Weight::from_parts(295_869_139, 0).saturating_mul(o.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45628).saturating_mul(o.into()))
	}
	/// Storage: `Providers::DepartureRange` (r:1 w:1)
	/// Proof: `Providers::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Departures` (r:2 w:1)
	/// Proof: `Providers::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:0 w:1)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn finish_departure() -> Weight {
		// At least 63_815_000 picoseconds.
		Weight::from_parts(67_080_000, 6044)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(259), added: 2734, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn on_provider_outcome() -> Weight {
		// At least 57_786_000 picoseconds.
		Weight::from_parts(60_350_000, 6196)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(68_291_000, 3724)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn set_worker() -> Weight {
		Weight::from_parts(23_415_000, 3724)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn update(o: u32, ) -> Weight {
		Weight::from_parts(44_054_550, 3724)
			.saturating_add(Weight::from_parts(275_164_793, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((32_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((47_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 42944).saturating_mul(o.into()))
	}
	fn bond_extra(o: u32, ) -> Weight {
		Weight::from_parts(89_032_427, 3724)
			.saturating_add(Weight::from_parts(104_137_370, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2684).saturating_mul(o.into()))
	}
	fn offer() -> Weight {
		Weight::from_parts(126_549_000, 3775)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(19))
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(333_607_000, 46618)
			.saturating_add(ParityDbWeight::get().reads(35))
			.saturating_add(ParityDbWeight::get().writes(51))
	}
	fn pause() -> Weight {
		Weight::from_parts(15_964_000, 3724)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn resume(o: u32, ) -> Weight {
		Weight::from_parts(21_990_646, 3724)
			.saturating_add(Weight::from_parts(106_178_759, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((17_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 2684).saturating_mul(o.into()))
	}
	fn leave(o: u32, ) -> Weight {
		Weight::from_parts(52_809_160, 3724)
			.saturating_add(Weight::from_parts(295_869_139, 0).saturating_mul(o.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((34_u64).saturating_mul(o.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((50_u64).saturating_mul(o.into())))
			.saturating_add(Weight::from_parts(0, 45628).saturating_mul(o.into()))
	}
	fn finish_departure() -> Weight {
		Weight::from_parts(67_080_000, 6044)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn on_provider_outcome() -> Weight {
		Weight::from_parts(60_350_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
}
