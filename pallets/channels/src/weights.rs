//! Weights of `pallet_channels`, measured by `make weights`; do not edit.
//!
//! 2026-11-22, AMD EPYC, 20 steps, 10 repeats, wasm Compiled.

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
		// At least 110_674_000 picoseconds.
		Weight::from_parts(116_754_000, 7833)
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
		// At least 87_851_000 picoseconds.
		Weight::from_parts(92_759_000, 4656)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Channels::Channels` (r:1 w:1)
	/// Proof: `Channels::Channels` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:1)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn request_close() -> Weight {
		// At least 22_674_000 picoseconds.
		Weight::from_parts(25_629_000, 4656)
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
		// At least 76_524_000 picoseconds.
		Weight::from_parts(79_859_000, 4656)
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
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:0 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6066), added: 8541, mode: `MaxEncodedLen`)
	/// `c` was measured from 1 to 256.
	fn commit_batch(c: u32, ) -> Weight {
		// At least 321_899_000 picoseconds.
		Weight::from_parts(324_713_000, 8799)
			// Standard error: 256_270.
			.saturating_add(Weight::from_parts(125_711_633, 0).saturating_mul(c.into()))
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
		// At least 47_540_000 picoseconds.
		Weight::from_parts(48_062_000, 3668)
			// Standard error: 61_169.
			.saturating_add(Weight::from_parts(24_796_146, 0).saturating_mul(t.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(t.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(t.into())))
			.saturating_add(Weight::from_parts(0, 3127).saturating_mul(t.into()))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
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
		// At least 251_464_000 picoseconds.
		Weight::from_parts(264_473_000, 8799)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
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
		// At least 227_428_000 picoseconds.
		Weight::from_parts(245_265_000, 8799)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
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
		// At least 126_398_000 picoseconds.
		Weight::from_parts(135_742_000, 6196)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
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
		// At least 66_048_000 picoseconds.
		Weight::from_parts(74_311_000, 3713)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:0)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6066), added: 8541, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Agenda` (r:0 w:2)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	fn due_wait() -> Weight {
		// At least 20_010_000 picoseconds.
		Weight::from_parts(24_356_000, 9531)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
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
		// At least 186_788_000 picoseconds.
		Weight::from_parts(197_724_000, 8799)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:0)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:8 w:8)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn due_removal() -> Weight {
		// At least 45_537_000 picoseconds.
		Weight::from_parts(51_757_000, 21686)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
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
		// At least 124_936_000 picoseconds.
		Weight::from_parts(133_158_000, 6196)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:2 w:1)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(247), added: 2722, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Ledgers` (r:1 w:1)
	/// Proof: `Channels::Ledgers` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	fn due_return() -> Weight {
		// At least 89_343_000 picoseconds.
		Weight::from_parts(96_684_000, 6196)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Channels::Agenda` (r:2 w:1)
	/// Proof: `Channels::Agenda` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
	fn due_final() -> Weight {
		// At least 32_218_000 picoseconds.
		Weight::from_parts(36_304_000, 6046)
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
		// At least 254_619_000 picoseconds.
		Weight::from_parts(276_282_000, 7833)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Channels::Complaints` (r:1 w:1)
	/// Proof: `Channels::Complaints` (`max_values`: None, `max_size`: Some(232), added: 2707, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Batches` (r:1 w:0)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
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
		// At least 132_197_000 picoseconds.
		Weight::from_parts(142_322_000, 6196)
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
		// At least 216_793_000 picoseconds.
		Weight::from_parts(228_310_000, 8799)
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
		// At least 12_398_000 picoseconds.
		Weight::from_parts(14_010_000, 3697)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Channels::Batches` (r:1 w:0)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Payouts` (r:1 w:1)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Contributions` (r:1 w:0)
	/// Proof: `Channels::Contributions` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Audits` (r:1 w:1)
	/// Proof: `Audits::Audits` (`max_values`: None, `max_size`: Some(6066), added: 8541, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Sampled` (r:0 w:1)
	/// Proof: `Channels::Sampled` (`max_values`: None, `max_size`: Some(574), added: 3049, mode: `MaxEncodedLen`)
	/// Storage: `Audits::Agenda` (r:0 w:1)
	/// Proof: `Audits::Agenda` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn show_sample() -> Weight {
		// At least 139_487_000 picoseconds.
		Weight::from_parts(162_652_000, 9531)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn audit_receipt() -> Weight {
		// At least 139_487_000 picoseconds.
		Weight::from_parts(162_652_000, 9531)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Channels::Payouts` (r:8 w:0)
	/// Proof: `Channels::Payouts` (`max_values`: None, `max_size`: Some(346), added: 2821, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Sampled` (r:8 w:0)
	/// Proof: `Channels::Sampled` (`max_values`: None, `max_size`: Some(574), added: 3049, mode: `MaxEncodedLen`)
	fn due_look() -> Weight {
		// At least 61_742_000 picoseconds.
		Weight::from_parts(64_836_000, 25382)
			.saturating_add(T::DbWeight::get().reads(16))
	}
	/// Storage: `Channels::Sampled` (r:1 w:1)
	/// Proof: `Channels::Sampled` (`max_values`: None, `max_size`: Some(574), added: 3049, mode: `MaxEncodedLen`)
	/// Storage: `Channels::Batches` (r:1 w:1)
	/// Proof: `Channels::Batches` (`max_values`: None, `max_size`: Some(248), added: 2723, mode: `MaxEncodedLen`)
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
		// At least 234_579_000 picoseconds.
		Weight::from_parts(244_394_000, 11402)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(14))
	}
}

/// For tests.
impl WeightInfo for () {
	fn open() -> Weight {
		Weight::from_parts(116_754_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn top_up() -> Weight {
		Weight::from_parts(92_759_000, 4656)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn request_close() -> Weight {
		Weight::from_parts(25_629_000, 4656)
			.saturating_add(ParityDbWeight::get().reads(1))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn close() -> Weight {
		Weight::from_parts(79_859_000, 4656)
			.saturating_add(ParityDbWeight::get().reads(4))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn commit_batch(c: u32, ) -> Weight {
		Weight::from_parts(324_713_000, 8799)
			.saturating_add(Weight::from_parts(125_711_633, 0).saturating_mul(c.into()))
			.saturating_add(ParityDbWeight::get().reads(12))
			.saturating_add(ParityDbWeight::get().reads((4_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().writes(12))
			.saturating_add(ParityDbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 3666).saturating_mul(c.into()))
	}
	fn commit_totals(t: u32, ) -> Weight {
		Weight::from_parts(48_062_000, 3668)
			.saturating_add(Weight::from_parts(24_796_146, 0).saturating_mul(t.into()))
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(t.into())))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(t.into())))
			.saturating_add(Weight::from_parts(0, 3127).saturating_mul(t.into()))
	}
	fn report_item() -> Weight {
		Weight::from_parts(264_473_000, 8799)
			.saturating_add(ParityDbWeight::get().reads(12))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn report_twins() -> Weight {
		Weight::from_parts(245_265_000, 8799)
			.saturating_add(ParityDbWeight::get().reads(11))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn strike() -> Weight {
		Weight::from_parts(135_742_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(8))
			.saturating_add(ParityDbWeight::get().writes(8))
	}
	fn reject() -> Weight {
		Weight::from_parts(74_311_000, 3713)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(7))
	}
	fn due_wait() -> Weight {
		Weight::from_parts(24_356_000, 9531)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(3))
	}
	fn due_payout() -> Weight {
		Weight::from_parts(197_724_000, 8799)
			.saturating_add(ParityDbWeight::get().reads(12))
			.saturating_add(ParityDbWeight::get().writes(11))
	}
	fn due_removal() -> Weight {
		Weight::from_parts(51_757_000, 21686)
			.saturating_add(ParityDbWeight::get().reads(10))
			.saturating_add(ParityDbWeight::get().writes(9))
	}
	fn due_end() -> Weight {
		Weight::from_parts(133_158_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(6))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn due_return() -> Weight {
		Weight::from_parts(96_684_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(7))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn due_final() -> Weight {
		Weight::from_parts(36_304_000, 6046)
			.saturating_add(ParityDbWeight::get().reads(3))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn complain() -> Weight {
		Weight::from_parts(276_282_000, 7833)
			.saturating_add(ParityDbWeight::get().reads(9))
			.saturating_add(ParityDbWeight::get().writes(6))
	}
	fn answer_complaint() -> Weight {
		Weight::from_parts(142_322_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(9))
	}
	fn due_complaint() -> Weight {
		Weight::from_parts(228_310_000, 8799)
			.saturating_add(ParityDbWeight::get().reads(10))
			.saturating_add(ParityDbWeight::get().writes(12))
	}
	fn due_heard() -> Weight {
		Weight::from_parts(14_010_000, 3697)
			.saturating_add(ParityDbWeight::get().reads(2))
			.saturating_add(ParityDbWeight::get().writes(2))
	}
	fn show_sample() -> Weight {
		Weight::from_parts(162_652_000, 9531)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn audit_receipt() -> Weight {
		Weight::from_parts(162_652_000, 9531)
			.saturating_add(ParityDbWeight::get().reads(5))
			.saturating_add(ParityDbWeight::get().writes(4))
	}
	fn due_look() -> Weight {
		Weight::from_parts(64_836_000, 25382)
			.saturating_add(ParityDbWeight::get().reads(16))
	}
	fn on_ruling() -> Weight {
		Weight::from_parts(244_394_000, 11402)
			.saturating_add(ParityDbWeight::get().reads(14))
			.saturating_add(ParityDbWeight::get().writes(14))
	}
}
