//! Each hook at its worst.

use crate::*;
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_economics::Evidence;
use reckon_support::{EndedTurn, OnProviderLeft, OnProviderOutcome, Outcome};
use sp_runtime::traits::Saturating;

/// A provider with a past that has not faded.
fn known<T: Config>(n: u32, evidence: Evidence) -> T::AccountId {
	let who = account("provider", n, 0);
	let touched = frame_system::Pallet::<T>::block_number();
	Reputations::<T>::insert(&who, Standing { evidence, touched });
	who
}

/// As many idle steps as it takes for powers of λ to be as dear as they can be.
fn later<T: Config>() -> BlockNumberFor<T> {
	frame_system::Pallet::<T>::block_number()
		.saturating_add(T::IdleStepBlocks::get().saturating_mul(255u32.into()))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// A settled job of a provider that was idle for long.
	#[benchmark]
	fn on_outcome() {
		let provider = known::<T>(0, Evidence { good: 1_000_000, bad: 1_000_000 });
		AverageValue::<T>::put(1_000_000);
		let now = later::<T>();
		frame_system::Pallet::<T>::set_block_number(now);
		let turn = EndedTurn {
			provider: provider.clone(),
			outcome: Outcome::Settled,
			value: 2_000_000,
			assigned_at: now,
			named: false,
		};

		#[block]
		{
			Pallet::<T>::on_provider_outcome(&turn);
		}

		assert!(AverageValue::<T>::get() > 1_000_000);
		assert!(Reputations::<T>::get(provider).is_some_and(|s| s.evidence.good > s.evidence.bad));
	}

	/// One with a good name.
	#[benchmark]
	fn on_provider_left() {
		let provider = known::<T>(0, Evidence { good: 40_000_000, bad: 0 });
		frame_system::Pallet::<T>::set_block_number(later::<T>());

		#[block]
		{
			Pallet::<T>::on_provider_left(&provider);
		}

		assert!(!Reputations::<T>::contains_key(provider));
	}

	/// `n`: standings, each of which has faded.
	#[benchmark]
	fn sweep(n: Linear<0, { T::SweepPerBlock::get() }>) {
		(0..n).for_each(|n| {
			known::<T>(n, Evidence { good: 1_000_000, bad: 0 });
		});
		let now = later::<T>();

		#[block]
		{
			Pallet::<T>::sweep(now, Weight::MAX);
		}

		assert_eq!(Reputations::<T>::iter_keys().count(), 0);
	}
}
