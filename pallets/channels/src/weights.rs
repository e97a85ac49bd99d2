//! Weights of `pallet_channels`, measured by `make weights`; do not edit.
//!
//! 2026-11-23, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(missing_docs, unused_parens, clippy::arithmetic_side_effects, clippy::unnecessary_cast)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::{constants::ParityDbWeight, Weight}};

/// What the calls and hooks of this pallet weigh.
pub trait WeightInfo {
	fn open() -> Weight;
	fn top_up() -> Weight;
	fn request_close() -> Weight;
	fn close() -> Weight;
	fn commit_batch(c: u32, ) -> Weight;
	fn commit_totals(t: u32, ) -> Weight;
	fn report_item() -> Weight;
	fn report_twins() -> Weight;
	fn strike() -> Weight;
	fn reject() -> Weight;
	fn due_wait() -> Weight;
	fn due_payout() -> Weight;
	fn due_removal() -> Weight;
	fn due_end() -> Weight;
	fn due_return() -> Weight;
	fn due_final() -> Weight;
	fn complain() -> Weight;
	fn answer_complaint() -> Weight;
	fn due_complaint() -> Weight;
	fn due_heard() -> Weight;
	fn show_sample() -> Weight;
	fn audit_receipt() -> Weight;
	fn due_look() -> Weight;
	fn on_ruling() -> Weight;
}

/// Weights measured on the wasm runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Subnets::Gateways` (r:1 w:0)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::ChannelCount` (r:1 w:1)
	/// Proof: `Channels::ChannelCount` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Channels` (r:0 w:1)
	/// Proof: `Channels::Channels` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
	/// Storage: `Channels::GatewayChannels` (r:0 w:1)
	/// Proof: `Channels::GatewayChannels` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Channels::ClientChannels` (r:0 w:1)
	/// Proof: `Channels::ClientChannels` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn open() -> Weight {
		// At least 111_056_000 picoseconds.
		Weight::from_parts(118_206_000, 7833)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `Channels::Channels` (r:1 w:1)
	/// Proof: `Channels::Channels` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn top_up() -> Weight {
		// At least 88_662_000 picoseconds.
		Weight::from_parts(92_367_000, 4656)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Channels::Channels` (r:1 w:1)
	/// Proof: `Channels::Channels` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:1)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn request_close() -> Weight {
		// At least 22_454_000 picoseconds.
		Weight::from_parts(24_787_000, 4656)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Channels::Channels` (r:1 w:1)
	/// Proof: `Channels::Channels` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:1)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Channels::GatewayChannels` (r:0 w:1)
	/// Proof: `Channels::GatewayChannels` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Channels::ClientChannels` (r:0 w:1)
	/// Proof: `Channels::ClientChannels` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn close() -> Weight {
		// At least 75_823_000 picoseconds.
		Weight::from_parts(79_399_000, 4656)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `Subnets::Gateways` (r:1 w:0)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(275), added: 2750, mode: `MaxEncodedLen`)
	/// Storage: `Channels::BatchCount` (r:1 w:1)
	/// Proof: `Channels::BatchCount` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Channels` (r:256 w:256)
	/// Proof: `Channels::Channels` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:257 w:257)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:259 w:259)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:256 w:256)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Outstanding` (r:1 w:1)
	/// Proof: `Channels::Outstanding` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Unpaid` (r:1 w:1)
	/// Proof: `Channels::Unpaid` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:1)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:0 w:1)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:0 w:256)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Batches` (r:0 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6066), added: 8541, mode: `MaxEncodedLen`)
	/// `c` was measured from 1 to 256.
	fn commit_batch(c: u32, ) -> Weight {
		// At least 327_037_000 picoseconds.
		Weight::from_parts(327_387_000, 8799)
			// Standard error: 235_390.
			.saturating_add(Weight::from_parts(134_377_463, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(12))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 3666).saturating_mul(c.into()))
	}
	/// Storage: `Models::Models` (r:127 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:127 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(275), added: 2750, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Outstanding` (r:1 w:0)
	/// Proof: `Channels::Outstanding` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Gateways` (r:1 w:0)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Unpaid` (r:127 w:127)
	/// Proof: `Channels::Unpaid` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:0 w:127)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// `t` was measured from 1 to 128.
	fn commit_totals(t: u32, ) -> Weight {
		// At least 48_061_000 picoseconds.
		Weight::from_parts(16_679_010, 3668)
			// Standard error: 105_725.
			.saturating_add(Weight::from_parts(24_613_578, 0).saturating_mul(t.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(t.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(t.into())))
			.saturating_add(Weight::from_parts(0, 3127).saturating_mul(t.into()))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:1)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:1 w:1)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:3 w:3)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Unpaid` (r:1 w:1)
	/// Proof: `Channels::Unpaid` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn report_item() -> Weight {
		// At least 255_881_000 picoseconds.
		Weight::from_parts(264_564_000, 8799)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:1)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:3 w:3)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Unpaid` (r:1 w:1)
	/// Proof: `Channels::Unpaid` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:1 w:1)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn report_twins() -> Weight {
		// At least 224_204_000 picoseconds.
		Weight::from_parts(238_164_000, 8799)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:1)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Unpaid` (r:1 w:1)
	/// Proof: `Channels::Unpaid` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:1 w:1)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn strike() -> Weight {
		// At least 123_754_000 picoseconds.
		Weight::from_parts(130_044_000, 6196)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Outstanding` (r:1 w:1)
	/// Proof: `Channels::Outstanding` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:2)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn reject() -> Weight {
		// At least 63_545_000 picoseconds.
		Weight::from_parts(68_792_000, 3717)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:0)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6066), added: 8541, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:2)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn due_wait() -> Weight {
		// At least 19_188_000 picoseconds.
		Weight::from_parts(21_111_000, 9531)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:2 w:1)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Unpaid` (r:1 w:1)
	/// Proof: `Channels::Unpaid` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:3 w:3)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Rewards::Points` (r:1 w:1)
	/// Proof: `Rewards::Points` (`max_values`: None, `max_size`: Some(85), added: 2560, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::Unclaimed` (r:0 w:1)
	/// Proof: `Rewards::Unclaimed` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::EmissionBase` (r:0 w:1)
	/// Proof: `Rewards::EmissionBase` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode: `MaxEncodedLen`)
	/// Storage: `Rewards::OldestEra` (r:0 w:1)
	/// Proof: `Rewards::OldestEra` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn due_payout() -> Weight {
		// At least 183_323_000 picoseconds.
		Weight::from_parts(192_216_000, 8799)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:0)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:8 w:8)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn due_removal() -> Weight {
		// At least 46_459_000 picoseconds.
		Weight::from_parts(51_306_000, 21686)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:0)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:1 w:0)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:2)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn due_end() -> Weight {
		// At least 123_885_000 picoseconds.
		Weight::from_parts(127_319_000, 6196)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:2 w:1)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn due_return() -> Weight {
		// At least 87_791_000 picoseconds.
		Weight::from_parts(91_927_000, 6196)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Channels::Agenda` (r:2 w:1)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	fn due_final() -> Weight {
		// At least 31_897_000 picoseconds.
		Weight::from_parts(35_643_000, 6046)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Gateways` (r:1 w:0)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Complaints` (r:1 w:1)
	/// Proof: `Channels::Complaints` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Heard` (r:1 w:0)
	/// Proof: `Channels::Heard` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(275), added: 2750, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:1)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Channels::OwnComplaints` (r:0 w:1)
	/// Proof: `Channels::OwnComplaints` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Channels::GatewayComplaints` (r:0 w:1)
	/// Proof: `Channels::GatewayComplaints` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn complain() -> Weight {
		// At least 260_999_000 picoseconds.
		Weight::from_parts(280_147_000, 7833)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Channels::Complaints` (r:1 w:1)
	/// Proof: `Channels::Complaints` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Batches` (r:1 w:0)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:2)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Heard` (r:0 w:1)
	/// Proof: `Channels::Heard` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Channels::OwnComplaints` (r:0 w:1)
	/// Proof: `Channels::OwnComplaints` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Channels::GatewayComplaints` (r:0 w:1)
	/// Proof: `Channels::GatewayComplaints` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn answer_complaint() -> Weight {
		// At least 130_775_000 picoseconds.
		Weight::from_parts(137_655_000, 6196)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	/// Storage: `Channels::Complaints` (r:1 w:1)
	/// Proof: `Channels::Complaints` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:3 w:3)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Gateways` (r:1 w:1)
	/// Proof: `Subnets::Gateways` (`max_values`: None, `max_size`: Some(203), added: 2678, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:0)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(275), added: 2750, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:2)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Heard` (r:0 w:1)
	/// Proof: `Channels::Heard` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Channels::OwnComplaints` (r:0 w:1)
	/// Proof: `Channels::OwnComplaints` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Channels::GatewayComplaints` (r:0 w:1)
	/// Proof: `Channels::GatewayComplaints` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn due_complaint() -> Weight {
		// At least 217_033_000 picoseconds.
		Weight::from_parts(227_027_000, 8799)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(12))
	}
	/// Storage: `Channels::Complaints` (r:1 w:0)
	/// Proof: `Channels::Complaints` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Heard` (r:1 w:1)
	/// Proof: `Channels::Heard` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:1)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn due_heard() -> Weight {
		// At least 12_418_000 picoseconds.
		Weight::from_parts(14_822_000, 3697)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Channels::Batches` (r:1 w:0)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:1)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:1 w:0)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6066), added: 8541, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Sampled` (r:0 w:1)
	/// Proof: `Channels::Sampled` (`max_values`: None, `max_size`: Some(575), added: 3050, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn show_sample() -> Weight {
		// At least 146_388_000 picoseconds.
		Weight::from_parts(160_378_000, 9531)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:0)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:1 w:0)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6066), added: 8541, mode: `MaxEncodedLen`)
	/// Storage: `Models::Models` (r:1 w:0)
	/// Proof: `Models::Models` (`max_values`: None, `max_size`: Some(652), added: 3127, mode: `MaxEncodedLen`)
	/// Storage: `Subnets::Subnets` (r:1 w:0)
	/// Proof: `Subnets::Subnets` (`max_values`: None, `max_size`: Some(4368), added: 6843, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Sampled` (r:0 w:1)
	/// Proof: `Channels::Sampled` (`max_values`: None, `max_size`: Some(575), added: 3050, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn audit_receipt() -> Weight {
		// At least 237_443_000 picoseconds.
		Weight::from_parts(262_181_000, 9531)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Channels::Payouts` (r:8 w:0)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Sampled` (r:8 w:0)
	/// Proof: `Channels::Sampled` (`max_values`: None, `max_size`: Some(575), added: 3050, mode: `MaxEncodedLen`)
	fn due_look() -> Weight {
		// At least 61_281_000 picoseconds.
		Weight::from_parts(64_015_000, 25390)
			.saturating_add(T::DbWeight::get().reads(16))
	}
	/// Storage: `Channels::Sampled` (r:1 w:1)
	/// Proof: `Channels::Sampled` (`max_values`: None, `max_size`: Some(575), added: 3050, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(252), added: 2727, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:1)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Unpaid` (r:1 w:1)
	/// Proof: `Channels::Unpaid` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:1 w:1)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:2 w:2)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:4 w:4)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Providers::Providers` (r:1 w:1)
	/// Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(275), added: 2750, mode: `MaxEncodedLen`)
	/// Storage: `Reputation::Reputations` (r:1 w:1)
	/// Proof: `Reputation::Reputations` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	fn on_ruling() -> Weight {
		// At least 234_459_000 picoseconds.
		Weight::from_parts(247_709_000, 11402)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(14))
	}
}

/// For tests.
impl WeightInfo for () {
	fn open() -> Weight {
		Weight::from_parts(118_206_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn top_up() -> Weight {
		Weight::from_parts(92_367_000, 4656)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn request_close() -> Weight {
		Weight::from_parts(24_787_000, 4656)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn close() -> Weight {
		Weight::from_parts(79_399_000, 4656)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn commit_batch(c: u32, ) -> Weight {
		Weight::from_parts(327_387_000, 8799)
			.saturating_add(Weight::from_parts(134_377_463, 0).saturating_mul(c.into()))
			.saturating_add(ParityDbWeight::get().reads(12))
			.saturating_add(ParityDbWeight::get().reads((4_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().writes(12))
			.saturating_add(ParityDbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 3666).saturating_mul(c.into()))
	}
	fn commit_totals(t: u32, ) -> Weight {
		Weight::from_parts(16_679_010, 3668)
			.saturating_add(Weight::from_parts(24_613_578, 0).saturating_mul(t.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(t.into())))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(t.into())))
			.saturating_add(Weight::from_parts(0, 3127).saturating_mul(t.into()))
	}
	fn report_item() -> Weight {
		Weight::from_parts(264_564_000, 8799)
			.saturating_add(ParityDbWeight::get().reads(12))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn report_twins() -> Weight {
		Weight::from_parts(238_164_000, 8799)
			.saturating_add(ParityDbWeight::get().reads(11))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn strike() -> Weight {
		Weight::from_parts(130_044_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(8))
	}
	fn reject() -> Weight {
		Weight::from_parts(68_792_000, 3717)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn due_wait() -> Weight {
		Weight::from_parts(21_111_000, 9531)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn due_payout() -> Weight {
		Weight::from_parts(192_216_000, 8799)
			.saturating_add(ParityDbWeight::get().reads(12))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn due_removal() -> Weight {
		Weight::from_parts(51_306_000, 21686)
			.saturating_add(ParityDbWeight::get().reads(10))
			.saturating_add(ParityDbWeight::get().writes(9))
	}
	fn due_end() -> Weight {
		Weight::from_parts(127_319_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn due_return() -> Weight {
		Weight::from_parts(91_927_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn due_final() -> Weight {
		Weight::from_parts(35_643_000, 6046)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn complain() -> Weight {
		Weight::from_parts(280_147_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(9))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn answer_complaint() -> Weight {
		Weight::from_parts(137_655_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(9))
	}
	fn due_complaint() -> Weight {
		Weight::from_parts(227_027_000, 8799)
			.saturating_add(ParityDbWeight::get().reads(10))
			.saturating_add(ParityDbWeight::get().writes(12))
	}
	fn due_heard() -> Weight {
		Weight::from_parts(14_822_000, 3697)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn show_sample() -> Weight {
		Weight::from_parts(160_378_000, 9531)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn audit_receipt() -> Weight {
		Weight::from_parts(262_181_000, 9531)
			.saturating_add(ParityDbWeight::get().reads(9))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn due_look() -> Weight {
		Weight::from_parts(64_015_000, 25390)
			.saturating_add(ParityDbWeight::get().reads(16))
	}
	fn on_ruling() -> Weight {
		Weight::from_parts(247_709_000, 11402)
			.saturating_add(ParityDbWeight::get().reads(14))
			.saturating_add(ParityDbWeight::get().writes(14))
	}
}
