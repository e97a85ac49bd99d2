//! Weights of `pallet_balances`, measured by `make weights`; do not edit.
//!
//! 2026-11-23, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, unused_imports, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights measured on the wasm runtime.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_balances::WeightInfo for WeightInfo<T> {
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Jobs::Ledgers` (r:0 w:1)
	/// Proof: `Jobs::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:0 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn transfer_allow_death() -> Weight {
		// At least 67_671_000 picoseconds.
		Weight::from_parts(71_297_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn transfer_keep_alive() -> Weight {
		// At least 40_881_000 picoseconds.
		Weight::from_parts(43_205_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn force_set_balance_creating() -> Weight {
		// At least 20_180_000 picoseconds.
		Weight::from_parts(21_662_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Jobs::Ledgers` (r:0 w:1)
	/// Proof: `Jobs::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:0 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn force_set_balance_killing() -> Weight {
		// At least 23_175_000 picoseconds.
		Weight::from_parts(24_927_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Jobs::Ledgers` (r:0 w:1)
	/// Proof: `Jobs::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:0 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn force_transfer() -> Weight {
		// At least 71_537_000 picoseconds.
		Weight::from_parts(75_564_000, 6196)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Jobs::Ledgers` (r:0 w:1)
	/// Proof: `Jobs::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:0 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn transfer_all() -> Weight {
		// At least 55_594_000 picoseconds.
		Weight::from_parts(58_848_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn force_unreserve() -> Weight {
		// At least 16_585_000 picoseconds.
		Weight::from_parts(17_917_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `System::Account` (r:1000 w:1000)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// `u` was measured from 1 to 1000.
	fn upgrade_accounts(u: u32, ) -> Weight {
		// At least 17_746_000 picoseconds.
		Weight::from_parts(18_348_000, 990)
			// Standard error: 30_820.
			.saturating_add(Weight::from_parts(16_458_150, 0).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(u.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(u.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(u.into()))
	}
	fn force_adjust_total_issuance() -> Weight {
		// At least 5_418_000 picoseconds.
		Weight::from_parts(6_089_000, 0)
	}
	/// Storage: `Jobs::Ledgers` (r:0 w:1)
	/// Proof: `Jobs::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:0 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn burn_allow_death() -> Weight {
		// At least 48_843_000 picoseconds.
		Weight::from_parts(51_608_000, 0)
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn burn_keep_alive() -> Weight {
		// At least 21_132_000 picoseconds.
		Weight::from_parts(22_745_000, 0)
	}
}
