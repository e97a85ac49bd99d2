//! Weights of `pallet_audits`, measured by `make weights`; do not edit.
//!
//! 2026-11-22, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn submit() -> Weight;
	fn request_audit() -> Weight;
	fn open_rows() -> Weight;
	fn commit_votes(v: u32, ) -> Weight;
	fn reveal_votes(v: u32, ) -> Weight;
	fn decline_seats(v: u32, ) -> Weight;
	fn authorize_votes(v: u32, ) -> Weight;
	fn draw_lot() -> Weight;
	fn draw_committee() -> Weight;
	fn end_commits() -> Weight;
	fn count_votes(s: u32, ) -> Weight;
	fn read_due() -> Weight;
	fn verdict(s: u32, ) -> Weight;
	fn camps(c: u32, ) -> Weight;
	fn await_draw() -> Weight;
	fn note_missed() -> Weight;
	fn rule(v: u32, ) -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	fn submit() -> Weight {
		// At least 6_200_000 picoseconds.
		Weight::from_parts(7_261_000, 0)
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Jobs::Jobs` (r:1 w:0)
	/// Proof: `Jobs::Jobs` (`max_values`: None, `max_size`: Some(565), added: 3040, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn request_audit() -> Weight {
		// At least 106_168_000 picoseconds.
		Weight::from_parts(118_787_000, 9481)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:0)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn open_rows() -> Weight {
		// At least 66_579_000 picoseconds.
		Weight::from_parts(121_080_000, 9481)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:1 w:1)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Agenda` (r:0 w:32)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn commit_votes(v: u32, ) -> Weight {
		// At least 74_932_000 picoseconds.
		Weight::from_parts(81_033_264, 3541)
			// Standard error: 474_234.
			.saturating_add(Weight::from_parts(33_431_615, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 8491).saturating_mul(v.into()))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Statements` (r:0 w:16)
	/// Proof: `Audits::Statements` (`max_values`: None, `max_size`: Some(358), added: 2833, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn reveal_votes(v: u32, ) -> Weight {
		// At least 64_816_000 picoseconds.
		Weight::from_parts(44_724_663, 990)
			// Standard error: 179_210.
			.saturating_add(Weight::from_parts(31_024_106, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 8491).saturating_mul(v.into()))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:3 w:3)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn decline_seats(v: u32, ) -> Weight {
		// At least 184_455_000 picoseconds.
		Weight::from_parts(199_907_000, 8169)
			// Standard error: 1_763_482.
			.saturating_add(Weight::from_parts(167_812_540, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 8491).saturating_mul(v.into()))
	}
	/// Storage: `Audits::Audits` (r:16 w:0)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn authorize_votes(v: u32, ) -> Weight {
		// At least 79_809_000 picoseconds.
		Weight::from_parts(84_928_659, 3509)
			// Standard error: 236_015.
			.saturating_add(Weight::from_parts(16_794_081, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 8491).saturating_mul(v.into()))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Reputation::Reputations` (r:1 w:0)
	/// Proof: `Reputation::Reputations` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(275), added: 2750, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	fn draw_lot() -> Weight {
		// At least 38_007_000 picoseconds.
		Weight::from_parts(43_485_000, 7833)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:100 w:9)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	fn draw_committee() -> Weight {
		// At least 689_286_000 picoseconds.
		Weight::from_parts(813_752_000, 256090)
			.saturating_add(T::DbWeight::get().reads(103))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:39 w:39)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	fn end_commits() -> Weight {
		// At least 497_761_000 picoseconds.
		Weight::from_parts(531_762_000, 100479)
			.saturating_add(T::DbWeight::get().reads(41))
			.saturating_add(T::DbWeight::get().writes(42))
	}
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Statements` (r:40 w:40)
	/// Proof: `Audits::Statements` (`max_values`: None, `max_size`: Some(358), added: 2833, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:40 w:40)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Rewards::Points` (r:40 w:40)
	/// Proof: `Rewards::Points` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Jobs::Jobs` (r:1 w:0)
	/// Proof: `Jobs::Jobs` (`max_values`: None, `max_size`: Some(565), added: 3040, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:0)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::Unclaimed` (r:0 w:40)
	/// Proof: `Rewards::Unclaimed` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::EmissionBase` (r:0 w:1)
	/// Proof: `Rewards::EmissionBase` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::OldestEra` (r:0 w:1)
	/// Proof: `Rewards::OldestEra` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	/// `s` was measured from 1 to 40.
	fn count_votes(s: u32, ) -> Weight {
		// At least 98_317_000 picoseconds.
		Weight::from_parts(106_919_000, 7833)
			// Standard error: 2_188_960.
			.saturating_add(Weight::from_parts(98_909_047, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2833).saturating_mul(s.into()))
	}
	fn read_due() -> Weight {
		// Estimated by hand until the next `make weights`.
		Weight::from_parts(30_000_000, 9481)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	fn verdict(s: u32, ) -> Weight {
		// Estimated by hand until the next `make weights`.
		Weight::from_parts(15_000_000, 4117)
			.saturating_add(Weight::from_parts(12_000_000, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2833).saturating_mul(s.into()))
	}
	fn camps(c: u32, ) -> Weight {
		// Estimated by hand until the next `make weights`.
		Weight::from_parts(30_000_000, 0)
			.saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(c.into()))
	}
	fn await_draw() -> Weight {
		// Estimated by hand until the next `make weights`.
		Weight::from_parts(25_000_000, 0)
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Conducts` (r:1 w:1)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::Exposures` (r:1 w:0)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	fn note_missed() -> Weight {
		// At least 24_496_000 picoseconds.
		Weight::from_parts(27_471_000, 15839)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Audits::Conducts` (r:80 w:80)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Rewards::Points` (r:80 w:80)
	/// Proof: `Rewards::Points` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
	/// Storage: `Jobs::Jobs` (r:1 w:0)
	/// Proof: `Jobs::Jobs` (`max_values`: None, `max_size`: Some(565), added: 3040, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:82 w:82)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::Unclaimed` (r:0 w:80)
	/// Proof: `Rewards::Unclaimed` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::EmissionBase` (r:0 w:1)
	/// Proof: `Rewards::EmissionBase` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::OldestEra` (r:0 w:1)
	/// Proof: `Rewards::OldestEra` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6016), added: 8491, mode: `MaxEncodedLen`)
	/// `v` was measured from 0 to 80.
	fn rule(v: u32, ) -> Weight {
		// At least 71_176_000 picoseconds.
		Weight::from_parts(73_109_000, 6196)
			// Standard error: 1_099_485.
			.saturating_add(Weight::from_parts(85_719_779, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(7))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(v.into()))
	}
}

/// For tests.
impl WeightInfo for () {
	fn submit() -> Weight {
		Weight::from_parts(7_261_000, 0)
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn request_audit() -> Weight {
		Weight::from_parts(118_787_000, 9481)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn open_rows() -> Weight {
		Weight::from_parts(121_080_000, 9481)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn commit_votes(v: u32, ) -> Weight {
		Weight::from_parts(81_033_264, 3541)
			.saturating_add(Weight::from_parts(33_431_615, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 8491).saturating_mul(v.into()))
	}
	fn reveal_votes(v: u32, ) -> Weight {
		Weight::from_parts(44_724_663, 990)
			.saturating_add(Weight::from_parts(31_024_106, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 8491).saturating_mul(v.into()))
	}
	fn decline_seats(v: u32, ) -> Weight {
		Weight::from_parts(199_907_000, 8169)
			.saturating_add(Weight::from_parts(167_812_540, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(2))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 8491).saturating_mul(v.into()))
	}
	fn authorize_votes(v: u32, ) -> Weight {
		Weight::from_parts(84_928_659, 3509)
			.saturating_add(Weight::from_parts(16_794_081, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 8491).saturating_mul(v.into()))
	}
	fn draw_lot() -> Weight {
		Weight::from_parts(43_485_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn draw_committee() -> Weight {
		Weight::from_parts(813_752_000, 256090)
			.saturating_add(ParityDbWeight::get().reads(103))
			.saturating_add(ParityDbWeight::get().writes(12))
	}
	fn end_commits() -> Weight {
		Weight::from_parts(531_762_000, 100479)
			.saturating_add(ParityDbWeight::get().reads(41))
			.saturating_add(ParityDbWeight::get().writes(42))
	}
	fn count_votes(s: u32, ) -> Weight {
		Weight::from_parts(106_919_000, 7833)
			.saturating_add(Weight::from_parts(98_909_047, 0).saturating_mul(s.into()))
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(s.into())))
			.saturating_add(ParityDbWeight::get().writes(4))
			.saturating_add(ParityDbWeight::get().writes((4_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2833).saturating_mul(s.into()))
	}
	fn read_due() -> Weight {
		// Estimated by hand until the next `make weights`.
		Weight::from_parts(30_000_000, 9481)
			.saturating_add(ParityDbWeight::get().reads(2))
	}
	fn verdict(s: u32, ) -> Weight {
		// Estimated by hand until the next `make weights`.
		Weight::from_parts(15_000_000, 4117)
			.saturating_add(Weight::from_parts(12_000_000, 0).saturating_mul(s.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(s.into())))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2833).saturating_mul(s.into()))
	}
	fn camps(c: u32, ) -> Weight {
		// Estimated by hand until the next `make weights`.
		Weight::from_parts(30_000_000, 0)
			.saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(c.into()))
	}
	fn await_draw() -> Weight {
		// Estimated by hand until the next `make weights`.
		Weight::from_parts(25_000_000, 0)
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn note_missed() -> Weight {
		Weight::from_parts(27_471_000, 15839)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn rule(v: u32, ) -> Weight {
		Weight::from_parts(73_109_000, 6196)
			.saturating_add(Weight::from_parts(85_719_779, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(7))
			.saturating_add(ParityDbWeight::get().writes((4_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(v.into()))
	}
}
