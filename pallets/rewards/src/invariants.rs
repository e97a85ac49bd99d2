//! What must hold after every call and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::{pallet::*, types::*};
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::{fungible::Inspect, Get},
};
use reckon_primitives::Balance;
use reckon_support::EraIndex;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let Some(running) = ActiveEra::<T>::get() else {
			ensure!(Eras::<T>::iter_keys().next().is_none(), "an era ended before the first began");
			return Ok(());
		};
		Self::try_issuance(&running)?;
		Self::try_money()?;
		Self::try_points(&running)?;
		Self::try_history(&running)
	}

	/// Money comes into being by emission alone, and emission keeps to the published curve. That it is
	/// burned by nothing but what says so is not to be seen in the state: decision 0019.
	fn try_issuance(running: &RunningEraOf<T>) -> Result<(), TryRuntimeError> {
		let base = EmissionBase::<T>::get();
		let emitted = Emitted::<T>::get();
		let most = base.supply.saturating_add(emitted);
		ensure!(T::Currency::total_issuance() <= most, "there is money that was never emitted");
		let mut remembered: Balance = 0;
		for (era, record) in Eras::<T>::iter() {
			let amount = record.work.amount.saturating_add(record.validation.amount);
			ensure!(amount <= Self::emission_of(era), "an era emitted more than the curve says");
			remembered = remembered.saturating_add(amount);
		}
		ensure!(remembered <= emitted, "what eras have for their earners was never emitted");
		let over = running.index.saturating_sub(base.era);
		// And the least balance of the pot's account, once.
		let most = Self::curve().sum(base.supply, over);
		let most = most.saturating_add(T::Currency::minimum_balance());
		ensure!(emitted <= most, "more was emitted than the curve says");
		Ok(())
	}

	/// The pot owes what the eras have left, and has it, with its own least balance. It may have
	/// more, as anybody can send it something.
	fn try_money() -> Result<(), TryRuntimeError> {
		let mut left: Balance = 0;
		for era in Eras::<T>::iter_values() {
			for duty in [Duty::Work, Duty::Validation] {
				let pot = era.pot(duty);
				ensure!(pot.paid <= pot.amount, "more was paid than there was to earn");
				ensure!(pot.points > 0 || pot.amount == 0, "nothing was done and was rewarded");
			}
			let most = T::SubsidyRatio::get().mul_floor(era.work.points);
			ensure!(era.work.amount <= most, "work was rewarded beyond its fees");
			left = left.checked_add(era.left()).ok_or("more is owed than there can be")?;
		}
		ensure!(Owed::<T>::get() == left, "what is owed is not what the eras have left");
		if Emitted::<T>::get() > 0 {
			let kept = left.checked_add(T::Currency::minimum_balance());
			let has = T::Currency::balance(&Self::account());
			ensure!(kept.is_some_and(|kept| kept <= has), "the pot has less than it owes");
		}
		Ok(())
	}

	/// Points add up to their eras', and what was paid is what those are worth who were paid.
	fn try_points(running: &RunningEraOf<T>) -> Result<(), TryRuntimeError> {
		let mut sums: BTreeMap<_, (Balance, Balance)> = BTreeMap::new();
		for ((era, duty, who), points) in Points::<T>::iter() {
			let record = if era == running.index {
				running.so_far
			} else if let Some(record) = Eras::<T>::get(era) {
				record
			} else {
				ensure!(era == OldestEra::<T>::get(), "points of an era that is not there");
				continue;
			};
			ensure!(points > 0, "an entry of no points");
			let (all, paid) = sums.entry((era, duty)).or_default();
			*all = all.checked_add(points).ok_or("more points than there can be")?;
			if !Unclaimed::<T>::contains_key((&who, duty, EraKey::from(era))) {
				ensure!(era != running.index, "a claim in an era that is not over");
				*paid = paid.saturating_add(record.pot(duty).reward(points));
			}
		}
		let running = (running.index, running.so_far);
		for (era, record) in Eras::<T>::iter().chain(core::iter::once(running)) {
			for duty in [Duty::Work, Duty::Validation] {
				let (points, paid) = sums.remove(&(era, duty)).unwrap_or_default();
				let pot = record.pot(duty);
				ensure!(pot.points == points, "an era's points are not the sum of its earners'");
				ensure!(pot.paid == paid, "what was paid is not what was earned");
			}
		}
		Ok(())
	}

	/// Remembered eras are over and not forgotten, and claims stand on points.
	fn try_history(running: &RunningEraOf<T>) -> Result<(), TryRuntimeError> {
		let oldest = OldestEra::<T>::get();
		ensure!(
			Eras::<T>::iter_keys().all(|era| (oldest..running.index).contains(&era)),
			"an era is remembered that is forgotten, or not over"
		);
		ensure!(EmissionBase::<T>::get().era <= oldest, "an era is older than the first");
		for (who, duty, key) in Unclaimed::<T>::iter_keys() {
			let era = EraIndex::from(key);
			ensure!(Points::<T>::contains_key((era, duty, who)), "a claim stands on no points");
		}
		Ok(())
	}
}
