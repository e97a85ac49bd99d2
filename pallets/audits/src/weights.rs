//! Weights of `pallet_audits`, measured by `make weights`; do not edit.
//!
//! 2026-11-23, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

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
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	fn submit() -> Weight {
		// At least 4_416_000 picoseconds.
		Weight::from_parts(4_868_000, 0)
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Jobs::Jobs` (r:1 w:0)
	/// Proof: `Jobs::Jobs` (`max_values`: None, `max_size`: Some(565), added: 3040, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn request_audit() -> Weight {
		// At least 76_105_000 picoseconds.
		Weight::from_parts(82_624_000, 11462)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:0)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn open_rows() -> Weight {
		// At least 33_780_000 picoseconds.
		Weight::from_parts(38_347_000, 11462)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:1 w:0)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(83), added: 2558, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Agenda` (r:0 w:32)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn commit_votes(v: u32, ) -> Weight {
		// At least 35_654_000 picoseconds.
		Weight::from_parts(16_657_998, 3548)
			// Standard error: 26_663.
			.saturating_add(Weight::from_parts(24_416_528, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 10472).saturating_mul(v.into()))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Statements` (r:0 w:16)
	/// Proof: `Audits::Statements` (`max_values`: None, `max_size`: Some(358), added: 2833, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn reveal_votes(v: u32, ) -> Weight {
		// At least 32_378_000 picoseconds.
		Weight::from_parts(12_958_277, 990)
			// Standard error: 27_393.
			.saturating_add(Weight::from_parts(23_317_184, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 10472).saturating_mul(v.into()))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:3 w:3)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(83), added: 2558, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn decline_seats(v: u32, ) -> Weight {
		// At least 133_371_000 picoseconds.
		Weight::from_parts(17_866_149, 8169)
			// Standard error: 106_048.
			.saturating_add(Weight::from_parts(121_017_039, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 10472).saturating_mul(v.into()))
	}
	/// Storage: `Audits::Audits` (r:16 w:0)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn authorize_votes(v: u32, ) -> Weight {
		// At least 58_738_000 picoseconds.
		Weight::from_parts(50_775_493, 3509)
			// Standard error: 30_720.
			.saturating_add(Weight::from_parts(12_530_586, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 10472).saturating_mul(v.into()))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Reputation::Reputations` (r:1 w:0)
	/// Proof: `Reputation::Reputations` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(296), added: 2771, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	fn draw_lot() -> Weight {
		// At least 27_411_000 picoseconds.
		Weight::from_parts(29_013_000, 7833)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:100 w:31)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(83), added: 2558, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	fn draw_committee() -> Weight {
		// At least 612_930_000 picoseconds.
		Weight::from_parts(647_662_000, 256790)
			.saturating_add(T::DbWeight::get().reads(103))
			.saturating_add(T::DbWeight::get().writes(34))
	}
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:39 w:39)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(83), added: 2558, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	fn end_commits() -> Weight {
		// At least 405_298_000 picoseconds.
		Weight::from_parts(432_108_000, 100752)
			.saturating_add(T::DbWeight::get().reads(41))
			.saturating_add(T::DbWeight::get().writes(42))
	}
	/// Storage: `Audits::Agenda` (r:1 w:0)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:0)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	fn read_due() -> Weight {
		// At least 11_497_000 picoseconds.
		Weight::from_parts(13_510_000, 11462)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Statements` (r:40 w:40)
	/// Proof: `Audits::Statements` (`max_values`: None, `max_size`: Some(358), added: 2833, mode: `MaxEncodedLen`)
	/// `s` was measured from 0 to 40.
	fn verdict(s: u32, ) -> Weight {
		// At least 8_093_000 picoseconds.
		Weight::from_parts(9_314_117, 4117)
			// Standard error: 5_333.
			.saturating_add(Weight::from_parts(6_629_776, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2833).saturating_mul(s.into()))
	}
	/// `c` was measured from 0 to 20.
	fn camps(c: u32, ) -> Weight {
		// At least 350_000 picoseconds.
		Weight::from_parts(421_000, 0)
			// Standard error: 15_544.
			.saturating_add(Weight::from_parts(6_797_002, 0).saturating_mul(c.into()))
	}
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	fn await_draw() -> Weight {
		// At least 8_623_000 picoseconds.
		Weight::from_parts(9_394_000, 0)
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Conducts` (r:1 w:1)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(83), added: 2558, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::Exposures` (r:1 w:0)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	fn note_missed() -> Weight {
		// At least 18_047_000 picoseconds.
		Weight::from_parts(19_930_000, 15839)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Audits::Conducts` (r:120 w:120)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(83), added: 2558, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Rewards::Points` (r:120 w:120)
	/// Proof: `Rewards::Points` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Sampled` (r:1 w:0)
	/// Proof: `Channels::Sampled` (`max_values`: None, `max_size`: Some(575), added: 3050, mode: `MaxEncodedLen`)
	/// Storage: `Jobs::Jobs` (r:1 w:0)
	/// Proof: `Jobs::Jobs` (`max_values`: None, `max_size`: Some(565), added: 3040, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:122 w:122)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::Unclaimed` (r:0 w:120)
	/// Proof: `Rewards::Unclaimed` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::EmissionBase` (r:0 w:1)
	/// Proof: `Rewards::EmissionBase` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::OldestEra` (r:0 w:1)
	/// Proof: `Rewards::OldestEra` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(7997), added: 10472, mode: `MaxEncodedLen`)
	/// `v` was measured from 0 to 120.
	fn rule(v: u32, ) -> Weight {
		// At least 57_776_000 picoseconds.
		Weight::from_parts(45_540_335, 6196)
			// Standard error: 34_711.
			.saturating_add(Weight::from_parts(52_928_022, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(7))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(v.into()))
	}
}

/// For tests.
impl WeightInfo for () {
	fn submit() -> Weight {
		Weight::from_parts(4_868_000, 0)
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn request_audit() -> Weight {
		Weight::from_parts(82_624_000, 11462)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn open_rows() -> Weight {
		Weight::from_parts(38_347_000, 11462)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn commit_votes(v: u32, ) -> Weight {
		Weight::from_parts(16_657_998, 3548)
			.saturating_add(Weight::from_parts(24_416_528, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 10472).saturating_mul(v.into()))
	}
	fn reveal_votes(v: u32, ) -> Weight {
		Weight::from_parts(12_958_277, 990)
			.saturating_add(Weight::from_parts(23_317_184, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 10472).saturating_mul(v.into()))
	}
	fn decline_seats(v: u32, ) -> Weight {
		Weight::from_parts(17_866_149, 8169)
			.saturating_add(Weight::from_parts(121_017_039, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(2))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 10472).saturating_mul(v.into()))
	}
	fn authorize_votes(v: u32, ) -> Weight {
		Weight::from_parts(50_775_493, 3509)
			.saturating_add(Weight::from_parts(12_530_586, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 10472).saturating_mul(v.into()))
	}
	fn draw_lot() -> Weight {
		Weight::from_parts(29_013_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn draw_committee() -> Weight {
		Weight::from_parts(647_662_000, 256790)
			.saturating_add(ParityDbWeight::get().reads(103))
			.saturating_add(ParityDbWeight::get().writes(34))
	}
	fn end_commits() -> Weight {
		Weight::from_parts(432_108_000, 100752)
			.saturating_add(ParityDbWeight::get().reads(41))
			.saturating_add(ParityDbWeight::get().writes(42))
	}
	fn read_due() -> Weight {
		Weight::from_parts(13_510_000, 11462)
			.saturating_add(ParityDbWeight::get().reads(2))
	}
	fn verdict(s: u32, ) -> Weight {
		Weight::from_parts(9_314_117, 4117)
			.saturating_add(Weight::from_parts(6_629_776, 0).saturating_mul(s.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(s.into())))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2833).saturating_mul(s.into()))
	}
	fn camps(c: u32, ) -> Weight {
		Weight::from_parts(421_000, 0)
			.saturating_add(Weight::from_parts(6_797_002, 0).saturating_mul(c.into()))
	}
	fn await_draw() -> Weight {
		Weight::from_parts(9_394_000, 0)
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn note_missed() -> Weight {
		Weight::from_parts(19_930_000, 15839)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn rule(v: u32, ) -> Weight {
		Weight::from_parts(45_540_335, 6196)
			.saturating_add(Weight::from_parts(52_928_022, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(7))
			.saturating_add(ParityDbWeight::get().writes((4_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(v.into()))
	}
}
