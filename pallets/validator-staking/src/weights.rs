//! Weights of `pallet_validator_staking`, measured by `make weights`; do not edit.
//!
//! 2026-11-23, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn join() -> Weight {
		// At least 66_189_000 picoseconds.
		Weight::from_parts(70_406_000, 15803)
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
	/// Storage: `Session::QueuedKeys` (r:1 w:0)
	/// Proof: `Session::QueuedKeys` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::UnbondingRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::UnbondingRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::DepartureRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::DepartureRange` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:1)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Departures` (r:0 w:1)
	/// Proof: `ValidatorStaking::Departures` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn displace() -> Weight {
		// At least 4_096_107_000 picoseconds.
		Weight::from_parts(4_390_559_000, 2579136)
			.saturating_add(T::DbWeight::get().reads(1013))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	fn bond_extra() -> Weight {
		// At least 54_983_000 picoseconds.
		Weight::from_parts(58_047_000, 3712)
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
		// At least 25_298_000 picoseconds.
		Weight::from_parts(27_431_000, 5931)
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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	fn withdraw() -> Weight {
		// At least 81_332_000 picoseconds.
		Weight::from_parts(86_830_000, 5931)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn chill() -> Weight {
		// At least 15_544_000 picoseconds.
		Weight::from_parts(16_705_000, 3563)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn resume() -> Weight {
		// At least 15_483_000 picoseconds.
		Weight::from_parts(16_745_000, 3563)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::QueuedKeys` (r:1 w:0)
	/// Proof: `Session::QueuedKeys` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
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
		// At least 59_339_000 picoseconds.
		Weight::from_parts(87_781_000, 16616)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	fn set_commission() -> Weight {
		// At least 16_975_000 picoseconds.
		Weight::from_parts(18_337_000, 3563)
			.saturating_add(T::DbWeight::get().reads(2))
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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Unbondings` (r:0 w:1)
	/// Proof: `ValidatorStaking::Unbondings` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn delegate() -> Weight {
		// At least 143_155_000 picoseconds.
		Weight::from_parts(159_489_000, 20476)
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
		// At least 81_031_000 picoseconds.
		Weight::from_parts(97_106_000, 16980)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `ValidatorStaking::ValidatorCount` (r:0 w:1)
	/// Proof: `ValidatorStaking::ValidatorCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn set_validator_count() -> Weight {
		// At least 4_407_000 picoseconds.
		Weight::from_parts(4_907_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `ValidatorStaking::Slashes` (r:64 w:64)
	/// Proof: `ValidatorStaking::Slashes` (`max_values`: None, `max_size`: Some(93), added: 2568, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Exposures` (r:64 w:64)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	/// `n` was measured from 0 to 64.
	fn cancel_slashes(n: u32, ) -> Weight {
		// At least 2_053_000 picoseconds.
		Weight::from_parts(730_116, 990)
			// Standard error: 11_320.
			.saturating_add(Weight::from_parts(13_956_258, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 14849).saturating_mul(n.into()))
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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Session::ExternallySetKeys` (r:1 w:0)
	/// Proof: `Session::ExternallySetKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Session::KeyOwner` (r:0 w:3)
	/// Proof: `Session::KeyOwner` (`max_values`: None, `max_size`: None, mode: `Measured`)
	fn purge_keys() -> Weight {
		// At least 86_349_000 picoseconds.
		Weight::from_parts(105_508_000, 21456)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
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
		// At least 1_774_293_000 picoseconds.
		Weight::from_parts(1_027_838_963, 1482290)
			// Standard error: 50_941.
			.saturating_add(Weight::from_parts(6_708_209, 0).saturating_mul(c.into()))
			// Standard error: 1_791.
			.saturating_add(Weight::from_parts(3_599, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(103))
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
		// At least 16_144_000 picoseconds.
		Weight::from_parts(5_037_349, 1831)
			// Standard error: 12_066.
			.saturating_add(Weight::from_parts(8_976_752, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2833).saturating_mul(v.into()))
	}
	/// Storage: `Session::NextKeys` (r:100 w:0)
	/// Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `ValidatorStaking::Candidates` (r:100 w:0)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `Session::QueuedKeys` (r:1 w:0)
	/// Proof: `Session::QueuedKeys` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// `v` was measured from 1 to 100.
	fn leave_out(v: u32, ) -> Weight {
		// At least 16_004_000 picoseconds.
		Weight::from_parts(16_675_000, 1339)
			// Standard error: 11_741.
			.saturating_add(Weight::from_parts(9_066_101, 0).saturating_mul(v.into()))
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
		// At least 34_472_000 picoseconds.
		Weight::from_parts(35_023_000, 1898)
			// Standard error: 94_756.
			.saturating_add(Weight::from_parts(28_707_399, 0).saturating_mul(v.into()))
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
	/// Storage: `Audits::Auditors` (r:1 w:1)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// `v` was measured from 0 to 100.
	fn disable_again(v: u32, ) -> Weight {
		// At least 4_397_000 picoseconds.
		Weight::from_parts(5_258_000, 7987)
			// Standard error: 32_938.
			.saturating_add(Weight::from_parts(16_336_627, 0).saturating_mul(v.into()))
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
		// At least 13_470_000 picoseconds.
		Weight::from_parts(336_046, 1877)
			// Standard error: 8_270.
			.saturating_add(Weight::from_parts(12_108_429, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2573).saturating_mul(v.into()))
	}
	/// Storage: `ValidatorStaking::Authors` (r:0 w:1)
	/// Proof: `ValidatorStaking::Authors` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	fn note_author() -> Weight {
		// At least 2_664_000 picoseconds.
		Weight::from_parts(3_034_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::DisabledValidators` (r:1 w:1)
	/// Proof: `Session::DisabledValidators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// Proof: `Session::Validators` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Audits::Auditors` (r:1 w:1)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Offenders` (r:1 w:1)
	/// Proof: `ValidatorStaking::Offenders` (`max_values`: Some(1), `max_size`: Some(3602), added: 4097, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Candidates` (r:1 w:1)
	/// Proof: `ValidatorStaking::Candidates` (`max_values`: None, `max_size`: Some(98), added: 2573, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Exposures` (r:1 w:1)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::SlashRange` (r:1 w:1)
	/// Proof: `ValidatorStaking::SlashRange` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Slashes` (r:0 w:1)
	/// Proof: `ValidatorStaking::Slashes` (`max_values`: None, `max_size`: Some(93), added: 2568, mode: `MaxEncodedLen`)
	fn note_offence() -> Weight {
		// At least 77_146_000 picoseconds.
		Weight::from_parts(94_952_000, 22046)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(7))
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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:17 w:16)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::Slashes` (r:0 w:1)
	/// Proof: `ValidatorStaking::Slashes` (`max_values`: None, `max_size`: Some(93), added: 2568, mode: `MaxEncodedLen`)
	fn apply_slash() -> Weight {
		// At least 595_604_000 picoseconds.
		Weight::from_parts(645_719_000, 80046)
			.saturating_add(T::DbWeight::get().reads(52))
			.saturating_add(T::DbWeight::get().writes(51))
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
		// At least 261_964_000 picoseconds.
		Weight::from_parts(275_203_000, 80046)
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
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	fn release() -> Weight {
		// At least 85_408_000 picoseconds.
		Weight::from_parts(90_666_000, 5931)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `ValidatorStaking::Exposures` (r:16 w:15)
	/// Proof: `ValidatorStaking::Exposures` (`max_values`: None, `max_size`: Some(12374), added: 14849, mode: `MaxEncodedLen`)
	/// Storage: `Historical::StoredRange` (r:1 w:1)
	/// Proof: `Historical::StoredRange` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Historical::HistoricalSessions` (r:0 w:2)
	/// Proof: `Historical::HistoricalSessions` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::OldestEra` (r:0 w:1)
	/// Proof: `ValidatorStaking::OldestEra` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn forget() -> Weight {
		// At least 54_752_000 picoseconds.
		Weight::from_parts(58_247_000, 238574)
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().writes(19))
	}
}

/// For tests.
impl WeightInfo for () {
	fn join() -> Weight {
		Weight::from_parts(70_406_000, 15803)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn displace() -> Weight {
		Weight::from_parts(4_390_559_000, 2579136)
			.saturating_add(ParityDbWeight::get().reads(1013))
			.saturating_add(ParityDbWeight::get().writes(10))
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(58_047_000, 3712)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn unbond() -> Weight {
		Weight::from_parts(27_431_000, 5931)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(86_830_000, 5931)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn chill() -> Weight {
		Weight::from_parts(16_705_000, 3563)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn resume() -> Weight {
		Weight::from_parts(16_745_000, 3563)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn leave() -> Weight {
		Weight::from_parts(87_781_000, 16616)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn set_commission() -> Weight {
		Weight::from_parts(18_337_000, 3563)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn delegate() -> Weight {
		Weight::from_parts(159_489_000, 20476)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(8))
	}
	fn undelegate() -> Weight {
		Weight::from_parts(97_106_000, 16980)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(5))
	}
	fn set_validator_count() -> Weight {
		Weight::from_parts(4_907_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn cancel_slashes(n: u32, ) -> Weight {
		Weight::from_parts(730_116, 990)
			.saturating_add(Weight::from_parts(13_956_258, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 14849).saturating_mul(n.into()))
	}
	fn purge_keys() -> Weight {
		Weight::from_parts(105_508_000, 21456)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn elect(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(1_027_838_963, 1482290)
			.saturating_add(Weight::from_parts(6_708_209, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(3_599, 0).saturating_mul(d.into()))
			.saturating_add(ParityDbWeight::get().reads(103))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().writes(100))
			.saturating_add(Weight::from_parts(0, 2584).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(d.into()))
	}
	fn keep_seats(v: u32, ) -> Weight {
		Weight::from_parts(5_037_349, 1831)
			.saturating_add(Weight::from_parts(8_976_752, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2833).saturating_mul(v.into()))
	}
	fn leave_out(v: u32, ) -> Weight {
		Weight::from_parts(16_675_000, 1339)
			.saturating_add(Weight::from_parts(9_066_101, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2705).saturating_mul(v.into()))
	}
	fn see_off(v: u32, ) -> Weight {
		Weight::from_parts(35_023_000, 1898)
			.saturating_add(Weight::from_parts(28_707_399, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(3))
			.saturating_add(ParityDbWeight::get().writes((4_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 14813).saturating_mul(v.into()))
	}
	fn disable_again(v: u32, ) -> Weight {
		Weight::from_parts(5_258_000, 7987)
			.saturating_add(Weight::from_parts(16_336_627, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(2))
			.saturating_add(Weight::from_parts(0, 2573).saturating_mul(v.into()))
	}
	fn end_session(v: u32, ) -> Weight {
		Weight::from_parts(336_046, 1877)
			.saturating_add(Weight::from_parts(12_108_429, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2573).saturating_mul(v.into()))
	}
	fn note_author() -> Weight {
		Weight::from_parts(3_034_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn note_offence() -> Weight {
		Weight::from_parts(94_952_000, 22046)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn apply_slash() -> Weight {
		Weight::from_parts(645_719_000, 80046)
			.saturating_add(ParityDbWeight::get().reads(52))
			.saturating_add(ParityDbWeight::get().writes(51))
	}
	fn dissolve() -> Weight {
		Weight::from_parts(275_203_000, 80046)
			.saturating_add(ParityDbWeight::get().reads(21))
			.saturating_add(ParityDbWeight::get().writes(37))
	}
	fn release() -> Weight {
		Weight::from_parts(90_666_000, 5931)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(5))
	}
	fn forget() -> Weight {
		Weight::from_parts(58_247_000, 238574)
			.saturating_add(ParityDbWeight::get().reads(17))
			.saturating_add(ParityDbWeight::get().writes(19))
	}
}
