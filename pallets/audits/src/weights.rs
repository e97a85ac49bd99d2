//! Weights of `pallet_audits`, estimated by hand in the form that `make weights` writes: to be measured.

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
	fn note_missed() -> Weight;
	fn rule(v: u32, ) -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn submit() -> Weight {
		// At least 14_000_000 picoseconds.
		Weight::from_parts(14_000_000, 3497)
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Jobs::Jobs` (r:1 w:0)
	/// Proof: `Jobs::Jobs` (`max_values`: None, `max_size`: Some(553), added: 3028, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(360), added: 2835, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4367), added: 6842, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn request_audit() -> Weight {
		// At least 75_000_000 picoseconds.
		Weight::from_parts(75_000_000, 10208)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Workers` (r:1 w:0)
	/// Proof: `Providers::Workers` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn open_rows() -> Weight {
		// At least 60_000_000 picoseconds.
		Weight::from_parts(60_000_000, 10208)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:32)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn commit_votes(v: u32, ) -> Weight {
		// At least 12_000_000 picoseconds.
		Weight::from_parts(12_000_000, 10208)
			.saturating_add(Weight::from_parts(32_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(v.into())))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Statements` (r:0 w:16)
	/// Proof: `Audits::Statements` (`max_values`: None, `max_size`: Some(380), added: 2855, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:32)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn reveal_votes(v: u32, ) -> Weight {
		// At least 12_000_000 picoseconds.
		Weight::from_parts(12_000_000, 10208)
			.saturating_add(Weight::from_parts(42_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(v.into())))
	}
	/// Storage: `Audits::Audits` (r:16 w:16)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:1 w:1)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	/// Storage: `ValidatorStaking::CurrentEra` (r:1 w:0)
	/// Proof: `ValidatorStaking::CurrentEra` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:32)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn decline_seats(v: u32, ) -> Weight {
		// At least 20_000_000 picoseconds.
		Weight::from_parts(20_000_000, 10208)
			.saturating_add(Weight::from_parts(260_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(v.into())))
	}
	/// Storage: `Audits::Audits` (r:16 w:0)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: Some(1), `max_size`: Some(44), added: 539, mode: `MaxEncodedLen`)
	/// `v` was measured from 1 to 16.
	fn authorize_votes(v: u32, ) -> Weight {
		// At least 70_000_000 picoseconds.
		Weight::from_parts(70_000_000, 10208)
			.saturating_add(Weight::from_parts(16_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
	}
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4367), added: 6842, mode: `MaxEncodedLen`)
	/// Storage: `Reputation::Reputations` (r:1 w:0)
	/// Proof: `Reputation::Reputations` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(260), added: 2735, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn draw_lot() -> Weight {
		// At least 70_000_000 picoseconds.
		Weight::from_parts(70_000_000, 10208)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4367), added: 6842, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn draw_committee() -> Weight {
		// At least 290_000_000 picoseconds.
		Weight::from_parts(290_000_000, 10208)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Auditors` (r:1 w:0)
	/// Proof: `Audits::Auditors` (`max_values`: Some(1), `max_size`: Some(6502), added: 6997, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:2)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn end_commits() -> Weight {
		// At least 330_000_000 picoseconds.
		Weight::from_parts(330_000_000, 10208)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(360), added: 2835, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Statements` (r:40 w:40)
	/// Proof: `Audits::Statements` (`max_values`: None, `max_size`: Some(380), added: 2855, mode: `MaxEncodedLen`)
	/// `s` was measured from 1 to 40.
	fn count_votes(s: u32, ) -> Weight {
		// At least 60_000_000 picoseconds.
		Weight::from_parts(60_000_000, 10208)
			.saturating_add(Weight::from_parts(46_000_000, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
	}
	/// Storage: `Audits::Conducts` (r:1 w:1)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	fn note_missed() -> Weight {
		// At least 16_000_000 picoseconds.
		Weight::from_parts(16_000_000, 3525)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6743), added: 9218, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Conducts` (r:80 w:80)
	/// Proof: `Audits::Conducts` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:82 w:82)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Statements` (r:0 w:40)
	/// Proof: `Audits::Statements` (`max_values`: None, `max_size`: Some(380), added: 2855, mode: `MaxEncodedLen`)
	/// `v` was measured from 0 to 80.
	fn rule(v: u32, ) -> Weight {
		// At least 80_000_000 picoseconds.
		Weight::from_parts(80_000_000, 10208)
			.saturating_add(Weight::from_parts(75_000_000, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(v.into())))
	}
}

impl WeightInfo for () {
	fn submit() -> Weight {
		Weight::from_parts(14_000_000, 3497)
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn request_audit() -> Weight {
		Weight::from_parts(75_000_000, 10208)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn open_rows() -> Weight {
		Weight::from_parts(60_000_000, 10208)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn commit_votes(v: u32, ) -> Weight {
		Weight::from_parts(12_000_000, 10208)
			.saturating_add(Weight::from_parts(32_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(v.into())))
	}
	fn reveal_votes(v: u32, ) -> Weight {
		Weight::from_parts(12_000_000, 10208)
			.saturating_add(Weight::from_parts(42_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes((4_u64).saturating_mul(v.into())))
	}
	fn decline_seats(v: u32, ) -> Weight {
		Weight::from_parts(20_000_000, 10208)
			.saturating_add(Weight::from_parts(260_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(v.into())))
	}
	fn authorize_votes(v: u32, ) -> Weight {
		Weight::from_parts(70_000_000, 10208)
			.saturating_add(Weight::from_parts(16_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(v.into())))
	}
	fn draw_lot() -> Weight {
		Weight::from_parts(70_000_000, 10208)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn draw_committee() -> Weight {
		Weight::from_parts(290_000_000, 10208)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn end_commits() -> Weight {
		Weight::from_parts(330_000_000, 10208)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn count_votes(s: u32, ) -> Weight {
		Weight::from_parts(60_000_000, 10208)
			.saturating_add(Weight::from_parts(46_000_000, 0).saturating_mul(s.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(s.into())))
			.saturating_add(ParityDbWeight::get().writes(1))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(s.into())))
	}
	fn note_missed() -> Weight {
		Weight::from_parts(16_000_000, 3525)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(1))
	}
	fn rule(v: u32, ) -> Weight {
		Weight::from_parts(80_000_000, 10208)
			.saturating_add(Weight::from_parts(75_000_000, 0).saturating_mul(v.into()))
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(ParityDbWeight::get().writes(5))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(v.into())))
	}
}
