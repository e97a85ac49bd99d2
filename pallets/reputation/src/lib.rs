#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod hooks;
mod impls;
mod invariants;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{Standing, StandingSummary};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use reckon_primitives::Balance;
	use sp_runtime::Permill;

	/// A provider's standing.
	pub type StandingOf<T> = Standing<BlockNumberFor<T>>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// What the hooks weigh.
		type WeightInfo: WeightInfo;

		/// Blocks in which evidence fades to 98 %: 34 of them halve it.
		#[pallet::constant]
		type IdleStepBlocks: Get<BlockNumberFor<Self>>;

		/// The most standings that a block with spare weight looks at, to forget those that have
		/// faded.
		#[pallet::constant]
		type SweepPerBlock: Get<u32>;
	}

	/// What is known about providers, by account. Who has no standing is a newcomer.
	// Blake2: anybody can register under any account.
	#[pallet::storage]
	pub type Reputations<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, StandingOf<T>, OptionQuery>;

	/// What jobs settle for, as a moving average; 0 until the first has settled.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type AverageValue<T: Config> = StorageValue<_, Balance, ValueQuery>;

	/// The account at which the sweep for faded standings has come to a halt; none at its beginning.
	#[pallet::storage]
	pub type SweepCursor<T: Config> = StorageValue<_, T::AccountId, OptionQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An outcome has changed a score.
		ScoreChanged {
			/// Whose score.
			provider: T::AccountId,
			/// From 0 (never delivers) to 1 (always delivers).
			score: Permill,
		},
		/// An account is a newcomer again: it left with a good name, or what was known of it has
		/// faded.
		StandingForgotten {
			/// The account.
			provider: T::AccountId,
		},
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(now: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::sweep(now, limit)
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			use sp_runtime::traits::Zero;
			assert!(!T::IdleStepBlocks::get().is_zero(), "a step of fading takes time");
			assert!(T::SweepPerBlock::get() > 0, "faded standings must be forgotten");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What is known about a provider, faded to the current block; `None` of a newcomer.
		pub fn standing(provider: T::AccountId) -> Option<StandingSummary<BlockNumberFor<T>>> {
			Self::summary(&provider)
		}

		/// A provider's score, from 0 (never delivers) to 1 (always delivers); a newcomer's is one
		/// half.
		pub fn score(provider: T::AccountId) -> Permill {
			Self::score_of(&provider)
		}

		/// What jobs settle for, as a moving average, in the smallest token unit.
		pub fn average_value() -> Balance {
			AverageValue::<T>::get()
		}
	}
}
