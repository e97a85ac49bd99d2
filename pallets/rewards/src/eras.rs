//! An era ends: what was earned is minted.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{
	traits::{
		fungible::{Balanced, Inspect, Mutate},
		tokens::Preservation,
		Get, Imbalance,
	},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_economics::{Curve, Pots, Terms};
use reckon_primitives::Balance;
use reckon_support::{EraIndex, StakeInspect};
use sp_runtime::traits::AccountIdConversion;

impl<T: Config> Pallet<T> {
	/// The pot: the account that has what is minted until it is claimed. Nobody has its key.
	///
	/// It has one existential deposit more than it owes, so that the last claim of all does not
	/// reap it.
	pub fn account() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Writes down what the emission is reckoned from. The caller stores the era.
	pub(crate) fn begin_first_era() -> RunningEraOf<T> {
		let era = T::Stake::era();
		EmissionBase::<T>::put(Base { supply: T::Currency::total_issuance(), era });
		OldestEra::<T>::put(era);
		RunningEra::begin(era, frame_system::Pallet::<T>::block_number())
	}

	/// Sees at a block's start whether the era is over.
	pub(crate) fn watch_eras(now: BlockNumberFor<T>) -> Weight {
		let db = T::DbWeight::get();
		// The block's author has been given its points, too.
		let look = db.reads(2).saturating_add(Self::note_points_weight());
		let Some(running) = ActiveEra::<T>::get() else {
			ActiveEra::<T>::put(Self::begin_first_era());
			return look.saturating_add(db.reads_writes(1, 3));
		};
		let era = T::Stake::era();
		// A change of the eras' length can set the count back: the era then goes on until the
		// count has caught up, and no era comes twice.
		if era <= running.index {
			return look;
		}
		Self::end_era(running, era, now);
		look.saturating_add(T::WeightInfo::end_era())
	}

	/// Closes the running era and begins another. Eras that were skipped emit nothing, as nobody
	/// did anything in them.
	pub(crate) fn end_era(running: RunningEraOf<T>, next: EraIndex, now: BlockNumberFor<T>) {
		Self::move_surplus();
		let RunningEra { index, so_far: mut ended, .. } = running;
		if !ended.is_idle() {
			Self::emit(index, &mut ended);
			Eras::<T>::insert(index, ended);
		}
		ActiveEra::<T>::put(RunningEra::begin(next, now));
	}

	/// Mints what was earned in an era: for the validators first, should there not be enough.
	fn emit(era: EraIndex, ended: &mut Era) {
		let Pots { validation, work } = Self::pots(era, ended);
		let earned = validation.saturating_add(work);
		if earned == 0 {
			return;
		}
		let account = Self::account();
		let own =
			if T::Currency::balance(&account) == 0 { T::Currency::minimum_balance() } else { 0 };
		let wanted = own.saturating_add(earned);
		let minted = Self::mint(&account, wanted);
		let for_earners = minted.saturating_sub(own);
		ended.validation.amount = validation.min(for_earners);
		ended.work.amount = for_earners.saturating_sub(ended.validation.amount);

		Owed::<T>::mutate(|owed| *owed = owed.saturating_add(for_earners));
		Emitted::<T>::mutate(|all| *all = all.saturating_add(minted));
		if minted < wanted {
			let missing = wanted.saturating_sub(minted);
			Self::deposit_event(Event::EmissionCut { era, missing });
		}
		Self::deposit_event(Event::RewardsEmitted {
			era,
			work: ended.work.amount,
			validation: ended.validation.amount,
			minted,
		});
	}

	/// Mints as much as there can be, at most `amount`; says how much that is.
	fn mint(to: &T::AccountId, amount: Balance) -> Balance {
		let credit = T::Currency::issue(amount);
		let minted = credit.peek();
		// What is refused is dropped, and so was never issued.
		T::Currency::resolve(to, credit).map_or(0, |()| minted)
	}

	/// Gives the treasury what the pot has more than it owes: what expired, what could not be paid,
	/// and what anybody has sent it. If the treasury can't have it, it waits for the next era.
	fn move_surplus() {
		let account = Self::account();
		let kept = Owed::<T>::get().saturating_add(T::Currency::minimum_balance());
		let amount = T::Currency::balance(&account).saturating_sub(kept);
		if amount == 0 {
			return;
		}
		let treasury = T::Treasury::get();
		if T::Currency::transfer(&account, &treasury, amount, Preservation::Preserve).is_ok() {
			Self::deposit_event(Event::SurplusMoved { amount });
		}
	}

	/// The most that an era emits by the curve.
	pub(crate) fn emission_of(era: EraIndex) -> Balance {
		let base = EmissionBase::<T>::get();
		era.checked_sub(base.era).map_or(0, |nth| Self::curve().era(base.supply, nth))
	}

	/// The published curve.
	pub(crate) fn curve() -> Curve {
		Curve {
			first_year: T::FirstYearEmission::get(),
			decay: T::EmissionDecay::get(),
			floor: T::EmissionFloor::get(),
			eras_per_year: T::ErasPerYear::get(),
		}
	}

	/// What an era with these points earns.
	pub(crate) fn pots(era: EraIndex, ended: &Era) -> Pots {
		let terms =
			Terms { validators: T::ValidatorsShare::get(), subsidy: T::SubsidyRatio::get() };
		terms.pots(Self::emission_of(era), ended.work.points, ended.validation.points)
	}
}
