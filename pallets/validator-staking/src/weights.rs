//! Weights of `pallet_validator_staking`, measured by `make weights`; do not edit.
//!
//! 2026-11-21, AMD EPYC, 10 steps, 5 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn join() -> Weight;
	fn displace() -> Weight;
	fn bond_extra() -> Weight;
	fn unbond() -> Weight;
	fn withdraw() -> Weight;
	fn chill() -> Weight;
	fn resume() -> Weight;
	fn leave() -> Weight;
	fn set_commission() -> Weight;
	fn delegate() -> Weight;
	fn undelegate() -> Weight;
	fn set_validator_count() -> Weight;
	fn cancel_slashes(n: u32, ) -> Weight;
	fn purge_keys() -> Weight;
	fn elect(c: u32, d: u32, ) -> Weight;
	fn keep_seats(v: u32, ) -> Weight;
	fn leave_out(v: u32, ) -> Weight;
	fn see_off(v: u32, ) -> Weight;
	fn disable_again(v: u32, ) -> Weight;
	fn end_session(v: u32, ) -> Weight;
	fn note_author() -> Weight;
	fn note_offence() -> Weight;
	fn apply_slash() -> Weight;
	fn dissolve() -> Weight;
	fn release() -> Weight;
	fn forget() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Backers` (r:1 w:0)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:1 w:0)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::CounterForCandidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::CounterForCandidates` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn join() -> Weight {
		// At least 77_706_000 picoseconds.
		Weight::from_parts(81_882_000, 15803)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1002 w:2)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Backers` (r:2 w:0)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:2 w:1)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::CounterForCandidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::CounterForCandidates` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::DepartureRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:1)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Departures` (r:0 w:1)
	/// Proof: `ValidatorStaking::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn displace() -> Weight {
		// At least 4_625_799_000 picoseconds.
		Weight::from_parts(4_741_662_000, 2579136)
			.saturating_add(T::DbWeight::get().reads(1012))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	fn bond_extra() -> Weight {
		// At least 70_365_000 picoseconds.
		Weight::from_parts(73_669_000, 3658)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:1)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn unbond() -> Weight {
		// At least 34_732_000 picoseconds.
		Weight::from_parts(39_249_000, 5931)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `ValidatorStaking::SlashRange` (r:1 w:0)
	/// Proof: `ValidatorStaking::SlashRange` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Slashes` (r:1 w:0)
	/// Proof: `ValidatorStaking::Slashes` (`max_values`: None, `max_size`: Some(93), added: 2568, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::Stakers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	fn withdraw() -> Weight {
		// At least 107_400_000 picoseconds.
		Weight::from_parts(112_016_000, 5931)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn chill() -> Weight {
		// At least 20_551_000 picoseconds.
		Weight::from_parts(22_423_000, 3563)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn resume() -> Weight {
		// At least 20_601_000 picoseconds.
		Weight::from_parts(22_534_000, 3563)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::CounterForCandidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::CounterForCandidates` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Backers` (r:1 w:0)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::DepartureRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:1)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Departures` (r:0 w:1)
	/// Proof: `ValidatorStaking::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn leave() -> Weight {
		// At least 48_652_000 picoseconds.
		Weight::from_parts(53_429_000, 15803)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	fn set_commission() -> Weight {
		// At least 17_396_000 picoseconds.
		Weight::from_parts(19_008_000, 3563)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Backers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:2 w:2)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:1)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn delegate() -> Weight {
		// At least 177_794_000 picoseconds.
		Weight::from_parts(185_456_000, 20476)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Storage: `ValidatorStaking::Backers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:1)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn undelegate() -> Weight {
		// At least 92_738_000 picoseconds.
		Weight::from_parts(100_260_000, 16980)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `ValidatorStaking::ValidatorCount` (r:0 w:1)
	/// Proof: `ValidatorStaking::ValidatorCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn set_validator_count() -> Weight {
		// At least 5_699_000 picoseconds.
		Weight::from_parts(6_639_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ValidatorStaking::Slashes` (r:64 w:64)
	/// Proof: `ValidatorStaking::Slashes` (`max_values`: None, `max_size`: Some(93), added: 2568, mode: `MaxEncodedLen`)
	/// `n` was measured from 0 to 64.
	fn cancel_slashes(n: u32, ) -> Weight {
		// At least 3_095_000 picoseconds.
		Weight::from_parts(7_450_730, 990)
			// Standard error: 2_357.
			.saturating_add(Weight::from_parts(7_400_933, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2568).saturating_mul(n.into()))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:0)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::QueuedKeys` (r:1 w:0)
	/// Proof: `Session::QueuedKeys` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::NextKeys` (r:1 w:1)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Session::ExternallySetKeys` (r:1 w:0)
	/// Proof: `Session::ExternallySetKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Session::KeyOwner` (r:0 w:3)
	/// Proof: `Session::KeyOwner` (`max_values`: None, `max_size`: None, mode: `Measured`)
	fn purge_keys() -> Weight {
		// At least 120_000_000 picoseconds.
		Weight::from_parts(120_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1001 w:0)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::ValidatorCount` (r:1 w:0)
	/// Proof: `ValidatorStaking::ValidatorCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Session::NextKeys` (r:1000 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::Backers` (r:100 w:0)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Exposures` (r:0 w:100)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	/// `c` was measured from 100 to 1000.
	/// `d` was measured from 0 to 25600.
	fn elect(c: u32, d: u32, ) -> Weight {
		// At least 2_259_896_000 picoseconds.
		Weight::from_parts(870_210_426, 1482290)
			// Standard error: 46_577.
			.saturating_add(Weight::from_parts(8_259_348, 0).saturating_mul(c.into()))
			// Standard error: 1_637.
			.saturating_add(Weight::from_parts(18_270, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(102))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(100))
			.saturating_add(Weight::from_parts(0, 2584).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(d.into()))
	}
	/// Storage: `Session::NextKeys` (r:100 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::Candidates` (r:100 w:0)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::QueuedKeys` (r:1 w:0)
	/// Proof: `Session::QueuedKeys` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// `v` was measured from 1 to 100.
	fn keep_seats(v: u32, ) -> Weight {
		// At least 8_000_000 picoseconds.
		Weight::from_parts(8_000_000, 1500)
			// Standard error: 10_000.
			.saturating_add(Weight::from_parts(13_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2705).saturating_mul(v.into()))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:100 w:0)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::NextKeys` (r:100 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// `v` was measured from 1 to 100.
	fn leave_out(v: u32, ) -> Weight {
		// At least 14_973_000 picoseconds.
		Weight::from_parts(6_749_731, 1344)
			// Standard error: 6_474.
			.saturating_add(Weight::from_parts(8_873_283, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2705).saturating_mul(v.into()))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:100 w:100)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:100 w:100)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::CounterForCandidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::CounterForCandidates` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Backers` (r:100 w:0)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::DepartureRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:100)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Departures` (r:0 w:100)
	/// Proof: `ValidatorStaking::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 100.
	fn see_off(v: u32, ) -> Weight {
		// At least 20_000_000 picoseconds.
		Weight::from_parts(20_000_000, 1500)
			// Standard error: 10_000.
			.saturating_add(Weight::from_parts(75_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 14813).saturating_mul(v.into()))
	}
	/// Storage: `ValidatorStaking::Offenders` (r:1 w:1)
	/// Proof: `ValidatorStaking::Offenders` (`max_values`: Some(1), `max_size`: Some(3602), added: 4097, mode: `MaxEncodedLen`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::Candidates` (r:100 w:0)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::DisabledValidators` (r:1 w:1)
	/// Proof: `Session::DisabledValidators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// `v` was measured from 0 to 100.
	fn disable_again(v: u32, ) -> Weight {
		// At least 12_000_000 picoseconds.
		Weight::from_parts(12_000_000, 5000)
			// Standard error: 10_000.
			.saturating_add(Weight::from_parts(40_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(Weight::from_parts(0, 2573).saturating_mul(v.into()))
	}
	/// Storage: `ValidatorStaking::Authors` (r:100 w:50)
	/// Proof: `ValidatorStaking::Authors` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Candidates` (r:100 w:100)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// `v` was measured from 1 to 100.
	fn end_session(v: u32, ) -> Weight {
		// At least 16_114_000 picoseconds.
		Weight::from_parts(4_849_325, 1874)
			// Standard error: 5_915.
			.saturating_add(Weight::from_parts(14_104_300, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2573).saturating_mul(v.into()))
	}
	/// Storage: `ValidatorStaking::Authors` (r:0 w:1)
	/// Proof: `ValidatorStaking::Authors` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	fn note_author() -> Weight {
		// At least 3_025_000 picoseconds.
		Weight::from_parts(3_516_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::DisabledValidators` (r:1 w:0)
	/// Proof: `Session::DisabledValidators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Exposures` (r:1 w:1)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::SlashRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::SlashRange` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Slashes` (r:0 w:1)
	/// Proof: `ValidatorStaking::Slashes` (`max_values`: None, `max_size`: Some(93), added: 2568, mode: `MaxEncodedLen`)
	fn note_offence() -> Weight {
		// At least 36_204_000 picoseconds.
		Weight::from_parts(38_807_000, 15839)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `ValidatorStaking::Exposures` (r:1 w:0)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Backers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:16 w:16)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:16 w:16)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:18 w:18)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Slashes` (r:0 w:1)
	/// Proof: `ValidatorStaking::Slashes` (`max_values`: None, `max_size`: Some(93), added: 2568, mode: `MaxEncodedLen`)
	fn apply_slash() -> Weight {
		// At least 721_585_000 picoseconds.
		Weight::from_parts(740_132_000, 80046)
			.saturating_add(T::DbWeight::get().reads(53))
			.saturating_add(T::DbWeight::get().writes(53))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::DepartureRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Departures` (r:1 w:2)
	/// Proof: `ValidatorStaking::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Backers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Backers` (`max_values`: None, `max_size`: Some(12338), added: 14813, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:16 w:16)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:16)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn dissolve() -> Weight {
		// At least 302_611_000 picoseconds.
		Weight::from_parts(312_255_000, 80046)
			.saturating_add(T::DbWeight::get().reads(21))
			.saturating_add(T::DbWeight::get().writes(37))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:1 w:1)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Stakers` (r:1 w:1)
	/// Proof: `ValidatorStaking::Stakers` (`max_values`: None, `max_size`: Some(2466), added: 4941, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	fn release() -> Weight {
		// At least 109_704_000 picoseconds.
		Weight::from_parts(114_020_000, 5931)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `ValidatorStaking::Exposures` (r:16 w:16)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	fn forget() -> Weight {
		// At least 61_582_000 picoseconds.
		Weight::from_parts(64_946_000, 238574)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(16))
	}
}

/// For tests.
impl WeightInfo for () {
	fn join() -> Weight {
		Weight::from_parts(81_882_000, 15803)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn displace() -> Weight {
		Weight::from_parts(4_741_662_000, 2579136)
			.saturating_add(ParityDbWeight::get().reads(1012))
			.saturating_add(ParityDbWeight::get().writes(10))
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(73_669_000, 3658)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn unbond() -> Weight {
		Weight::from_parts(39_249_000, 5931)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(112_016_000, 5931)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn chill() -> Weight {
		Weight::from_parts(22_423_000, 3563)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn resume() -> Weight {
		Weight::from_parts(22_534_000, 3563)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn leave() -> Weight {
		Weight::from_parts(53_429_000, 15803)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn set_commission() -> Weight {
		Weight::from_parts(19_008_000, 3563)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn delegate() -> Weight {
		Weight::from_parts(185_456_000, 20476)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(8))
	}
	fn undelegate() -> Weight {
		Weight::from_parts(100_260_000, 16980)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(5))
	}
	fn set_validator_count() -> Weight {
		Weight::from_parts(6_639_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn cancel_slashes(n: u32, ) -> Weight {
		Weight::from_parts(7_450_730, 990)
			.saturating_add(Weight::from_parts(7_400_933, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2568).saturating_mul(n.into()))
	}
	fn purge_keys() -> Weight {
		Weight::from_parts(120_000_000, 20000)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn elect(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(870_210_426, 1482290)
			.saturating_add(Weight::from_parts(8_259_348, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(18_270, 0).saturating_mul(d.into()))
			.saturating_add(ParityDbWeight::get().reads(102))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().writes(100))
			.saturating_add(Weight::from_parts(0, 2584).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(d.into()))
	}
	fn keep_seats(v: u32, ) -> Weight {
		Weight::from_parts(8_000_000, 1500)
			.saturating_add(Weight::from_parts(13_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2705).saturating_mul(v.into()))
	}
	fn leave_out(v: u32, ) -> Weight {
		Weight::from_parts(6_749_731, 1344)
			.saturating_add(Weight::from_parts(8_873_283, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2705).saturating_mul(v.into()))
	}
	fn see_off(v: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 1500)
			.saturating_add(Weight::from_parts(75_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((4_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 14813).saturating_mul(v.into()))
	}
	fn disable_again(v: u32, ) -> Weight {
		Weight::from_parts(12_000_000, 5000)
			.saturating_add(Weight::from_parts(40_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(2))
			.saturating_add(Weight::from_parts(0, 2573).saturating_mul(v.into()))
	}
	fn end_session(v: u32, ) -> Weight {
		Weight::from_parts(4_849_325, 1874)
			.saturating_add(Weight::from_parts(14_104_300, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2573).saturating_mul(v.into()))
	}
	fn note_author() -> Weight {
		Weight::from_parts(3_516_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn note_offence() -> Weight {
		Weight::from_parts(38_807_000, 15839)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn apply_slash() -> Weight {
		Weight::from_parts(740_132_000, 80046)
			.saturating_add(ParityDbWeight::get().reads(53))
			.saturating_add(ParityDbWeight::get().writes(53))
	}
	fn dissolve() -> Weight {
		Weight::from_parts(312_255_000, 80046)
			.saturating_add(ParityDbWeight::get().reads(21))
			.saturating_add(ParityDbWeight::get().writes(37))
	}
	fn release() -> Weight {
		Weight::from_parts(114_020_000, 5931)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(5))
	}
	fn forget() -> Weight {
		Weight::from_parts(64_946_000, 238574)
			.saturating_add(ParityDbWeight::get().reads(16))
			.saturating_add(ParityDbWeight::get().writes(16))
	}
}
