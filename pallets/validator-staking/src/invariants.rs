//! What must hold after every call and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::{keys::SessionQueue, pallet::*, types::Staker};
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use reckon_primitives::Balance;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_candidates()?;
		Self::try_money()?;
		Self::try_stakers()?;
		Self::try_queues()?;
		Self::try_eras()
	}

	/// Records add up: a candidate's delegated stake is the sum of its backers', who are in order
	/// and know of it; what stands behind nobody is being dissolved.
	fn try_candidates() -> Result<(), TryRuntimeError> {
		let count = Candidates::<T>::iter_keys().count();
		ensure!(count as u32 == Candidates::<T>::count(), "the candidates are miscounted");
		ensure!(count as u32 <= T::MaxCandidates::get(), "too many candidates");
		let queued = T::Session::queued();
		for (who, record) in Candidates::<T>::iter() {
			let backers = Backers::<T>::get(&who);
			let sum = backers.iter().fold(0, |sum: Balance, (_, part)| sum.saturating_add(*part));
			ensure!(sum == record.delegated, "a candidate's delegations are miscounted");
			ensure!(Stakers::<T>::get(&who).has_place(), "a candidate could not leave");
			ensure!(
				!record.is_leaving() || queued.contains(&who),
				"a candidate without a seat does not get away"
			);
		}
		for (candidate, backers) in Backers::<T>::iter() {
			ensure!(
				!backers.is_empty() || !Candidates::<T>::contains_key(&candidate),
				"a list of backers is empty"
			);
			ensure!(
				backers.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b)),
				"the backers of a candidate are out of order"
			);
			ensure!(backers.iter().all(|(_, amount)| *amount > 0), "a delegation is empty");
			for (who, _) in &backers {
				ensure!(
					Stakers::<T>::get(who).delegations.contains(&candidate),
					"a backer does not know of its delegation"
				);
			}
			let is_leaving = Departures::<T>::iter_values().any(|(left, _)| left == candidate);
			ensure!(
				Candidates::<T>::contains_key(&candidate) != is_leaving,
				"the backers of a candidate that left are forgotten, or those of another are sent away"
			);
		}
		Ok(())
	}

	/// Held by bonds = the sum of bonds and of unbonding, account by account and by reason.
	fn try_money() -> Result<(), TryRuntimeError> {
		let mut sums: BTreeMap<T::AccountId, (Balance, Balance)> = BTreeMap::new();
		let mut add = |who: T::AccountId, own: bool, amount: Balance| {
			let (stake, delegated) = sums.entry(who).or_default();
			let sum = if own { stake } else { delegated };
			*sum = sum.saturating_add(amount);
		};
		for (who, record) in Candidates::<T>::iter() {
			add(who, true, record.own);
		}
		for (who, amount) in Backers::<T>::iter_values().flatten() {
			add(who, false, amount);
		}
		for (who, staker) in Stakers::<T>::iter() {
			for part in staker.unbonding {
				add(who.clone(), part.candidate == who, part.amount);
			}
		}
		for (who, (stake, delegated)) in sums {
			let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &who);
			ensure!(held(HoldReason::Stake) == stake, "own stake is not what is held for it");
			ensure!(held(HoldReason::Delegation) == delegated, "delegations are not what is held");
		}
		Ok(())
	}

	/// What an account knows of its stake is so, and all of it can come back.
	fn try_stakers() -> Result<(), TryRuntimeError> {
		for (who, staker) in Stakers::<T>::iter() {
			ensure!(staker != Staker::default(), "a record of stake is empty");
			for candidate in &staker.delegations {
				ensure!(
					Backers::<T>::get(candidate).iter().any(|(backer, _)| *backer == who),
					"a delegation has no amount"
				);
			}
			let places = staker.delegations.len().saturating_add(staker.unbonding.len());
			ensure!(
				places as u32 <= T::MaxUnbondings::get(),
				"a delegation has no place kept among the unbondings"
			);
			for part in &staker.unbonding {
				ensure!(part.amount > 0, "an unbonding is empty");
				ensure!(
					part.exposed_until <= Self::era_planned(),
					"an unbonding is from the future"
				);
				let waits = Unbondings::<T>::iter_values()
					.any(|(other, due)| other == who && due == part.free_from);
				ensure!(waits, "stake on its way back is in no queue");
			}
		}
		Ok(())
	}

	/// The queues are in their ranges and in the order of time.
	fn try_queues() -> Result<(), TryRuntimeError> {
		let queues = [
			(Unbondings::<T>::iter().collect::<Vec<_>>(), UnbondingRange::<T>::get()),
			(Departures::<T>::iter().collect(), DepartureRange::<T>::get()),
		];
		for (mut entries, (first, next)) in queues {
			entries.sort_by_key(|(number, _)| *number);
			let numbers = entries.iter().map(|(number, _)| *number);
			ensure!(numbers.eq(first..next), "a queue has a gap");
			let dues = entries.iter().map(|(_, (_, due))| *due);
			ensure!(dues.is_sorted(), "a queue is out of order");
		}
		let (first, next) = SlashRange::<T>::get();
		let mut slashes: Vec<_> = Slashes::<T>::iter().collect();
		slashes.sort_by_key(|(id, _)| *id);
		ensure!(
			slashes.iter().all(|(id, _)| (first..next).contains(id)),
			"a slash is out of range"
		);
		ensure!(slashes.iter().map(|(_, slash)| slash.due).is_sorted(), "slashes are out of order");
		for (id, slash) in slashes {
			let snapshot = Exposures::<T>::get(slash.era, &slash.validator)
				.ok_or("the exposure of a slash is forgotten")?;
			ensure!(slash.fraction <= snapshot.slashed, "a slash is larger than its offence");
			ensure!(slash.done as usize <= snapshot.backers.len(), "a slash goes on for too long");
			ensure!(slash.done == 0 || id == first, "a slash has begun before those due earlier");
		}
		Ok(())
	}

	/// Exposures are of the eras that are remembered, and the numbers are in their ranges.
	fn try_eras() -> Result<(), TryRuntimeError> {
		let eras = OldestEra::<T>::get()..=Self::era_planned();
		ensure!(
			Exposures::<T>::iter_keys().all(|(era, _)| eras.contains(&era)),
			"an exposure is of an era that is forgotten or to come"
		);
		ensure!(
			Self::is_count(ValidatorCount::<T>::get()),
			"the validators' count is out of range"
		);
		ensure!(
			Authors::<T>::iter_keys().count() as u32 <= T::MaxValidators::get(),
			"there are more authors than validators"
		);
		let seated = Self::validators();
		let mut offenders: Vec<_> = Offenders::<T>::get().into_iter().map(|(who, _)| who).collect();
		ensure!(offenders.iter().all(|who| seated.contains(who)), "an offender has no seat");
		offenders.sort_unstable();
		ensure!(
			offenders.windows(2).all(|pair| matches!(pair, [a, b] if a != b)),
			"an offender is noted twice"
		);
		Ok(())
	}
}
