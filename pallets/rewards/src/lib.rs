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
mod claims;
mod eras;
mod history;
mod invariants;
#[cfg(test)]
mod mock;
mod points;
#[cfg(test)]
mod tests;
mod types;
mod views;
pub mod weights;

pub use pallet::*;
pub use types::{
	Base, ClaimState, Duty, Earnings, Era, EraEarnings, EraKey, Pot, RunningEra, UnclaimedReward,
};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Balanced, Inspect, Mutate},
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use reckon_primitives::Balance;
	use reckon_support::{EraIndex, StakeInspect};
	use sp_runtime::Permill;

	/// The era that is not over.
	pub type RunningEraOf<T> = RunningEra<BlockNumberFor<T>>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// What the calls and hooks weigh.
		type WeightInfo: WeightInfo;

		/// The money that is minted and paid.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ Balanced<Self::AccountId>;

		/// Which era it is, and what stood behind the validators: it must remember that for
		/// `HistoryEras` after the era, or a validator that waits has its backers' part too.
		type Stake: StakeInspect<Self::AccountId, Balance>;

		/// Who has what nobody claims, and what can't be paid.
		type Treasury: Get<Self::AccountId>;

		/// Names the account that has what is minted until it is claimed.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Eras in a year of the emission curve.
		#[pallet::constant]
		type ErasPerYear: Get<u32>;

		/// The first year's emission, as a part of the first supply.
		#[pallet::constant]
		type FirstYearEmission: Get<Permill>;

		/// Each year's emission, as a part of that of the year before.
		#[pallet::constant]
		type EmissionDecay: Get<Permill>;

		/// The least that a year emits, as a part of the first supply.
		#[pallet::constant]
		type EmissionFloor: Get<Permill>;

		/// The validators' share of an era's emission; the rest is for work.
		#[pallet::constant]
		type ValidatorsShare: Get<Permill>;

		/// The most that an era's work is rewarded, as a part of the fees that it brought the
		/// treasury. Less than one: paying fees to oneself for the sake of rewards loses money.
		#[pallet::constant]
		type SubsidyRatio: Get<Permill>;

		/// Points of an authored block; a counted vote has as many as the runtime says.
		#[pallet::constant]
		type PointsPerBlock: Get<u32>;

		/// Eras for which rewards can be claimed and are remembered after their own: at least 84,
		/// and at least a year.
		#[pallet::constant]
		type HistoryEras: Get<EraIndex>;

		/// The most eras that one draw claims, when earnings are spent as escrow.
		#[pallet::constant]
		type MaxErasPerDraw: Get<u32>;

		/// The most backers that `Stake` says of a validator: bounds the work of its claim.
		#[pallet::constant]
		type MaxBackers: Get<u32>;
	}

	/// The era that is not over.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type ActiveEra<T: Config> = StorageValue<_, RunningEraOf<T>, OptionQuery>;

	/// The eras in which somebody earned something, for `HistoryEras` after their end.
	#[pallet::storage]
	pub type Eras<T: Config> = StorageMap<_, Twox64Concat, EraIndex, Era, OptionQuery>;

	/// Points by era, duty and account, for as long as the era is remembered.
	// By era first, so that an era is forgotten without looking at others.
	#[pallet::storage]
	pub type Points<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Twox64Concat, EraIndex>,
			NMapKey<Twox64Concat, Duty>,
			NMapKey<Blake2_128Concat, T::AccountId>,
		),
		Balance,
		ValueQuery,
	>;

	/// The eras for which each account has not been paid, oldest first; the running one is among
	/// them.
	// Identity, and the key's highest byte first: in the order of time.
	#[pallet::storage]
	pub type Unclaimed<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Blake2_128Concat, T::AccountId>,
			NMapKey<Twox64Concat, Duty>,
			NMapKey<Identity, EraKey>,
		),
		(),
		OptionQuery,
	>;

	/// The oldest era that may not be forgotten entirely.
	#[pallet::storage]
	pub type OldestEra<T: Config> = StorageValue<_, EraIndex, ValueQuery>;

	/// What the emission is reckoned from.
	#[pallet::storage]
	pub type EmissionBase<T: Config> = StorageValue<_, Base, ValueQuery>;

	/// What the pot owes: all eras' amounts that have not been claimed.
	#[pallet::storage]
	pub type Owed<T: Config> = StorageValue<_, Balance, ValueQuery>;

	/// All that was ever minted.
	#[pallet::storage]
	pub type Emitted<T: Config> = StorageValue<_, Balance, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An era is over and its rewards are minted: the only way in which money comes into
		/// being.
		RewardsEmitted {
			/// The era.
			era: EraIndex,
			/// For settled work.
			work: Balance,
			/// For blocks and votes.
			validation: Balance,
			/// By how much the issuance has grown: both, and the least balance of the pot's
			/// account when that had none.
			minted: Balance,
		},
		/// Less was minted than was earned, because there can't be more money.
		EmissionCut {
			/// The era.
			era: EraIndex,
			/// How much less.
			missing: Balance,
		},
		/// A reward has been paid.
		RewardPaid {
			/// The era in which it was earned.
			era: EraIndex,
			/// What for.
			duty: Duty,
			/// Whose points it is for.
			earner: T::AccountId,
			/// Who has it: the earner, or a backer of the validator.
			to: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A part of a validator's reward can't be paid, since it is less than an account must
		/// have and there is no account. The treasury has it with the next era.
		RewardUnpayable {
			/// The era in which it was earned.
			era: EraIndex,
			/// What for.
			duty: Duty,
			/// Whose points it is for.
			earner: T::AccountId,
			/// Who would have had it.
			to: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// An era's history has ended. What nobody claimed, and what divisions left over, is the
		/// treasury's with the next era.
		RewardsExpired {
			/// The era.
			era: EraIndex,
			/// How much.
			amount: Balance,
		},
		/// What the pot had more than it owes went to the treasury.
		SurplusMoved {
			/// How much.
			amount: Balance,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The era is not over; its rewards are known when it is.
		EraNotOver,
		/// Nobody earned anything in the era, or its history has ended; see the constant
		/// `HistoryEras`.
		UnknownEra,
		/// The account has no points of this kind in the era.
		NothingEarned,
		/// The reward has been claimed already.
		AlreadyClaimed,
		/// The reward is less than an account must have, and the earner has no account; fund it
		/// first.
		Unpayable,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Pays a provider what it has earned in an era. Anybody can sign.
		///
		/// The reward for the work of `earner` in `era`, which must be over, goes to `earner`.
		/// Several at once: `Utility.batch`.
		///
		/// Emits `RewardPaid`.
		#[pallet::call_index(0)]
		pub fn claim(
			origin: OriginFor<T>,
			earner: T::AccountId,
			#[pallet::compact] era: EraIndex,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim(&earner, era)
		}

		/// Pays a validator and its backers what it has earned in an era. Anybody can sign.
		///
		/// Of the reward for the blocks and votes of `validator` in `era`, which must be over, the
		/// validator has its commission; what that leaves is shared by all who had staked on it
		/// then, the validator among them, in proportion. The remainder of the division is the
		/// validator's.
		///
		/// Emits `RewardPaid` for each of them, or `RewardUnpayable`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::claim_validator(T::MaxBackers::get()))]
		pub fn claim_validator(
			origin: OriginFor<T>,
			validator: T::AccountId,
			#[pallet::compact] era: EraIndex,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let backers = Self::do_claim_validator(&validator, era)?;
			Ok(Some(T::WeightInfo::claim_validator(backers)).into())
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::watch_eras(now)
		}

		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::forget(limit)
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			let history = T::HistoryEras::get();
			assert!(history >= 84, "rewards must be claimable for 84 eras");
			assert!(history >= T::ErasPerYear::get(), "rewards must be claimable for a year");
			assert!(T::ErasPerYear::get() > 0, "a year without eras emits nothing");
			assert!(T::SubsidyRatio::get() < Permill::one(), "washing must lose money");
			assert!(T::PointsPerBlock::get() > 0, "blocks must be rewarded");
			assert!(T::MaxErasPerDraw::get() > 0, "a draw must be able to claim");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The running era: its index, when it began, and the points so far with what they would
		/// earn if it ended now.
		pub fn running_era() -> RunningEraOf<T> {
			Self::running()
		}

		/// An era's pots, points and claims; of the running era, what they would be if it ended
		/// now. Nothing when nobody earned anything or the era is forgotten.
		pub fn era(era: EraIndex) -> Option<Era> {
			Self::look_up(era).map(|(era, _)| era)
		}

		/// An account's points of one kind in an era.
		pub fn points(era: EraIndex, duty: Duty, who: T::AccountId) -> Balance {
			Points::<T>::get((era, duty, who))
		}

		/// What a provider has earned in an era, and whether it has been paid.
		pub fn earnings(era: EraIndex, earner: T::AccountId) -> Option<Earnings> {
			Self::earnings_of(era, Duty::Work, &earner)
		}

		/// What a validator's blocks and votes in an era have earned `backer`, who is a backer of
		/// it or the validator itself, and whether it has been paid.
		pub fn validator_earnings(
			era: EraIndex,
			validator: T::AccountId,
			backer: T::AccountId,
		) -> Option<Earnings> {
			Self::backer_earnings(era, &validator, &backer)
		}

		/// What an account can have by claims, as provider or validator: the sum, and each of at most
		/// 1,000 rewards, oldest first. Rewards of a backer are claimed with its validator's and are
		/// not among them.
		pub fn unclaimed(earner: T::AccountId) -> (Balance, Vec<UnclaimedReward>) {
			Self::unclaimed_by(&earner)
		}

		/// What an account has earned as provider or validator, the newest first: in `last` or the
		/// running era, whichever is older, and the 99 eras before. Of a validator's rewards it is
		/// what the validator itself gets.
		pub fn history(earner: T::AccountId, last: EraIndex) -> Vec<EraEarnings> {
			Self::earned_by(&earner, last)
		}

		/// The most that an era emits by the published curve. What nobody earns of it is never
		/// minted.
		pub fn emission(era: EraIndex) -> Balance {
			Self::emission_of(era)
		}
	}
}
