//! Weights of `pallet_validator_staking`: estimates, until `make weights` has measured them.

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
	fn elect(c: u32, d: u32, ) -> Weight;
	fn leave_out(v: u32, ) -> Weight;
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
	fn join() -> Weight {
		Weight::from_parts(90_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn displace() -> Weight {
		Weight::from_parts(5_000_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(1_011))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(55_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn unbond() -> Weight {
		Weight::from_parts(45_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(80_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn chill() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn resume() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn leave() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn set_commission() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn delegate() -> Weight {
		Weight::from_parts(160_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn undelegate() -> Weight {
		Weight::from_parts(110_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn set_validator_count() -> Weight {
		Weight::from_parts(8_000_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `n` is from 0 to 64.
	fn cancel_slashes(n: u32, ) -> Weight {
		Weight::from_parts(5_000_000, 0)
			.saturating_add(Weight::from_parts(9_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
	}
	/// `c` is from 0 to 1000.
	/// `d` is from 0 to 25600.
	fn elect(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(6_000_000_000, 0)
			.saturating_add(Weight::from_parts(8_000_000, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(300_000, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(205))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(105))
	}
	/// `v` is from 0 to 100.
	fn leave_out(v: u32, ) -> Weight {
		Weight::from_parts(15_000_000, 0)
			.saturating_add(Weight::from_parts(12_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
	}
	/// `v` is from 0 to 100.
	fn end_session(v: u32, ) -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(Weight::from_parts(25_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(v.into())))
	}
	fn note_author() -> Weight {
		Weight::from_parts(5_000_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn note_offence() -> Weight {
		Weight::from_parts(180_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn apply_slash() -> Weight {
		Weight::from_parts(1_900_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(55))
			.saturating_add(T::DbWeight::get().writes(52))
	}
	fn dissolve() -> Weight {
		Weight::from_parts(700_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(38))
	}
	fn release() -> Weight {
		Weight::from_parts(75_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn forget() -> Weight {
		Weight::from_parts(190_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(17))
	}
}

/// For tests.
impl WeightInfo for () {
	fn join() -> Weight {
		Weight::from_parts(90_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn displace() -> Weight {
		Weight::from_parts(5_000_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(1_011))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(55_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn unbond() -> Weight {
		Weight::from_parts(45_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(80_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn chill() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn resume() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn leave() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn set_commission() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn delegate() -> Weight {
		Weight::from_parts(160_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(8))
	}
	fn undelegate() -> Weight {
		Weight::from_parts(110_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(5))
	}
	fn set_validator_count() -> Weight {
		Weight::from_parts(8_000_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn cancel_slashes(n: u32, ) -> Weight {
		Weight::from_parts(5_000_000, 0)
			.saturating_add(Weight::from_parts(9_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(n.into())))
	}
	fn elect(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(6_000_000_000, 0)
			.saturating_add(Weight::from_parts(8_000_000, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(300_000, 0).saturating_mul(d.into()))
			.saturating_add(ParityDbWeight::get().reads(205))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().writes(105))
	}
	fn leave_out(v: u32, ) -> Weight {
		Weight::from_parts(15_000_000, 0)
			.saturating_add(Weight::from_parts(12_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
	}
	fn end_session(v: u32, ) -> Weight {
		Weight::from_parts(10_000_000, 0)
			.saturating_add(Weight::from_parts(25_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(v.into())))
	}
	fn note_author() -> Weight {
		Weight::from_parts(5_000_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn note_offence() -> Weight {
		Weight::from_parts(180_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn apply_slash() -> Weight {
		Weight::from_parts(1_900_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(55))
			.saturating_add(ParityDbWeight::get().writes(52))
	}
	fn dissolve() -> Weight {
		Weight::from_parts(700_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(20))
			.saturating_add(ParityDbWeight::get().writes(38))
	}
	fn release() -> Weight {
		Weight::from_parts(75_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(5))
	}
	fn forget() -> Weight {
		Weight::from_parts(190_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(18))
			.saturating_add(ParityDbWeight::get().writes(17))
	}
}
