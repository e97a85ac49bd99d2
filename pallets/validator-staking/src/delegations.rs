//! Stake that stands behind others.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, Get},
	weights::Weight,
	BoundedVec,
};
use reckon_primitives::Balance;
use reckon_support::WaitQueue;
use sp_runtime::{traits::Zero, DispatchResult};

/// How many backers of a candidate that has left are sent away in one step: bounds its weight.
pub(crate) const DISSOLVED_PER_STEP: u32 = 16;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_delegate(
		who: T::AccountId,
		candidate: T::AccountId,
		amount: Balance,
	) -> DispatchResult {
		ensure!(who != candidate, Error::<T>::OwnCandidate);
		ensure!(!amount.is_zero(), Error::<T>::AmountZero);
		let mut record = Self::staying(&candidate)?;
		let mut backers = Backers::<T>::get(&candidate);
		let mut more = amount;
		if let Some(delegated) = entry(&mut backers, &who) {
			*delegated = delegated.saturating_add(amount);
		} else {
			ensure!(amount >= T::MinDelegation::get(), Error::<T>::DelegationTooLow);
			if backers.is_full() {
				more = more.saturating_sub(Self::displace(&mut backers, &candidate, amount)?);
			}
			insert(&mut backers, &who, amount).ok_or(Error::<T>::TooManyBackers)?;
			let mut staker = Stakers::<T>::get(&who);
			staker
				.delegations
				.try_push(candidate.clone())
				.map_err(|_| Error::<T>::TooManyDelegations)?;
			ensure!(staker.has_place(), Error::<T>::TooManyUnbondings);
			Stakers::<T>::insert(&who, staker);
		}
		T::Currency::hold(&HoldReason::Delegation.into(), &who, amount)?;
		record.delegated = record.delegated.saturating_add(more);
		Candidates::<T>::insert(&candidate, record);
		Backers::<T>::insert(&candidate, backers);
		Self::deposit_event(Event::Delegated { who, candidate, amount });
		Ok(())
	}

	/// Sends the lowest backer away to make room for `amount`; says how much it had.
	fn displace(
		backers: &mut BackersOf<T>,
		candidate: &T::AccountId,
		amount: Balance,
	) -> Result<Balance, Error<T>> {
		let lowest = backers.iter().min_by(|(a, one), (b, other)| one.cmp(other).then(a.cmp(b)));
		let (lowest, had) = lowest.cloned().ok_or(Error::<T>::TooManyBackers)?;
		ensure!(had < amount, Error::<T>::TooManyBackers);
		backers.retain(|(who, _)| *who != lowest);
		Self::end_delegation(&lowest, candidate, had)?;
		Ok(had)
	}

	pub(crate) fn do_undelegate(
		who: T::AccountId,
		candidate: T::AccountId,
		amount: Balance,
	) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::AmountZero);
		let mut backers = Backers::<T>::get(&candidate);
		let delegated = entry(&mut backers, &who).ok_or(Error::<T>::NotDelegated)?;
		*delegated = delegated.checked_sub(amount).ok_or(Error::<T>::AmountTooHigh)?;
		if delegated.is_zero() {
			backers.retain(|(backer, _)| *backer != who);
			Self::end_delegation(&who, &candidate, amount)?;
		} else {
			ensure!(*delegated >= T::MinDelegation::get(), Error::<T>::DelegationTooLow);
			let mut staker = Stakers::<T>::get(&who);
			Self::start_unbonding(&who, &mut staker, &candidate, amount)?;
			ensure!(staker.has_place(), Error::<T>::TooManyUnbondings);
			Stakers::<T>::insert(&who, staker);
		}
		Self::put_backers(&candidate, backers);
		// A candidate that has left has no record.
		if let Some(mut record) = Candidates::<T>::get(&candidate) {
			record.delegated = record.delegated.saturating_sub(amount);
			Candidates::<T>::insert(&candidate, record);
		}
		Ok(())
	}

	/// Sends the whole of a delegation back, which is among the candidate's backers no more.
	fn end_delegation(
		who: &T::AccountId,
		candidate: &T::AccountId,
		amount: Balance,
	) -> Result<(), Error<T>> {
		let mut staker = Stakers::<T>::get(who);
		staker.delegations.retain(|other| other != candidate);
		Self::start_unbonding(who, &mut staker, candidate, amount)?;
		Stakers::<T>::insert(who, staker);
		Ok(())
	}

	/// Keeps a candidate's backers, as long as there are any. Of a candidate that has left an empty
	/// list stays until its departure is worked off: before that it must not join again, or its new
	/// backers would be sent away as if they were its old ones.
	pub(crate) fn put_backers(candidate: &T::AccountId, backers: BackersOf<T>) {
		let is_leaving =
			!Candidates::<T>::contains_key(candidate) && Backers::<T>::contains_key(candidate);
		if backers.is_empty() && !is_leaving {
			Backers::<T>::remove(candidate);
		} else {
			Backers::<T>::insert(candidate, backers);
		}
	}

	/// Sends the backers of candidates that have left away, as many as `limit` allows.
	pub(crate) fn dissolve(limit: Weight) -> Weight {
		WaitQueue::<Departures<T>, DepartureRange<T>>::work_off(
			Self::era_now(),
			limit,
			T::WeightInfo::dissolve(),
			T::DbWeight::get(),
			Self::dissolve_step,
		)
	}

	fn dissolve_step(candidate: T::AccountId) {
		let mut backers = Backers::<T>::get(&candidate);
		for _ in 0..DISSOLVED_PER_STEP {
			let Some((who, amount)) = backers.pop() else { break };
			let ended = Self::end_delegation(&who, &candidate, amount);
			frame_support::defensive_assert!(ended.is_ok(), "each delegation has a place kept");
			if ended.is_err() && backers.try_push((who, amount)).is_ok() {
				break;
			}
		}
		if backers.is_empty() {
			return Backers::<T>::remove(&candidate);
		}
		let era = Self::era_now();
		WaitQueue::<Departures<T>, DepartureRange<T>>::push(candidate.clone(), era);
		Backers::<T>::insert(&candidate, backers);
	}
}

/// What an account has delegated.
pub(crate) fn entry<'a, AccountId: Ord, Max>(
	backers: &'a mut BoundedVec<(AccountId, Balance), Max>,
	who: &AccountId,
) -> Option<&'a mut Balance> {
	let at = backers.binary_search_by(|(backer, _)| backer.cmp(who)).ok()?;
	backers.get_mut(at).map(|(_, amount)| amount)
}

/// Adds a backer that is not there yet, in its place. `None` when there is no room.
fn insert<AccountId: Ord + Clone, Max: Get<u32>>(
	backers: &mut BoundedVec<(AccountId, Balance), Max>,
	who: &AccountId,
	amount: Balance,
) -> Option<()> {
	let at = backers.partition_point(|(backer, _)| backer < who);
	backers.try_insert(at, (who.clone(), amount)).ok()
}
