//! What candidates do, and how the chain's first ones come to be.

use crate::{keys::SessionQueue, pallet::*, types::*};
use alloc::collections::BTreeSet;
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, Get, ValidatorSet},
};
use reckon_primitives::Balance;
use reckon_support::{EraIndex, WaitQueue};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult, Permill,
};

impl<T: Config> Pallet<T> {
	/// Makes a candidate; says whether another made room for it.
	pub(crate) fn do_join(
		who: T::AccountId,
		bond: Balance,
		commission: Permill,
	) -> Result<bool, DispatchError> {
		if let Some(record) = Candidates::<T>::get(&who) {
			ensure!(!record.is_leaving(), Error::<T>::StillLeaving);
			return Err(Error::<T>::AlreadyCandidate.into());
		}
		ensure!(!Backers::<T>::contains_key(&who), Error::<T>::StillLeaving);
		ensure!(bond >= T::MinCandidateBond::get(), Error::<T>::BondTooLow);
		ensure!(Stakers::<T>::get(&who).has_place(), Error::<T>::TooManyUnbondings);
		let displaced = Self::make_room(&who, bond)?;

		T::Currency::hold(&HoldReason::Stake.into(), &who, bond)?;
		let record = Candidate {
			own: bond,
			delegated: 0,
			commission,
			raised_in: Self::era_now(),
			absent: 0,
			status: Status::Active,
		};
		Candidates::<T>::insert(&who, record);
		Self::deposit_event(Event::CandidateJoined { candidate: who, bond, commission });
		Ok(displaced)
	}

	/// If there are as many candidates as can be, lets the lowest go of those that have no seat to
	/// come, which must have less behind it than `bond`; says whether one went.
	fn make_room(who: &T::AccountId, bond: Balance) -> Result<bool, DispatchError> {
		if Candidates::<T>::count() < T::MaxCandidates::get() {
			return Ok(false);
		}
		let seated: BTreeSet<_> = T::Session::queued().into_iter().collect();
		let (lowest, record) = Candidates::<T>::iter()
			.filter(|(who, _)| !seated.contains(who))
			.min_by(|(a, one), (b, other)| one.total().cmp(&other.total()).then(a.cmp(b)))
			.ok_or(Error::<T>::TooManyCandidates)?;
		ensure!(record.total() < bond, Error::<T>::TooManyCandidates);
		Self::retire(lowest, record, Some(who.clone()))?;
		Ok(true)
	}

	pub(crate) fn do_bond_extra(who: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::AmountZero);
		let mut record = Self::staying(&who)?;
		T::Currency::hold(&HoldReason::Stake.into(), &who, amount)?;
		record.own = record.own.saturating_add(amount);
		let bond = record.own;
		Candidates::<T>::insert(&who, record);
		Self::deposit_event(Event::BondRaised { candidate: who, bond });
		Ok(())
	}

	pub(crate) fn do_unbond(who: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::AmountZero);
		let mut record = Self::staying(&who)?;
		record.own = record.own.checked_sub(amount).ok_or(Error::<T>::AmountTooHigh)?;
		ensure!(record.own >= T::MinCandidateBond::get(), Error::<T>::BondTooLow);
		let mut staker = Stakers::<T>::get(&who);
		Self::start_unbonding(&who, &mut staker, &who, amount)?;
		ensure!(staker.has_place(), Error::<T>::TooManyUnbondings);
		Stakers::<T>::insert(&who, staker);
		Candidates::<T>::insert(&who, record);
		Ok(())
	}

	pub(crate) fn do_chill(who: T::AccountId) -> DispatchResult {
		let record = Self::staying(&who)?;
		ensure!(record.is_active(), Error::<T>::AlreadyChilled);
		Self::chill_candidate(who, record, ChillReason::Own, Self::era_now());
		Ok(())
	}

	/// Lets a candidate stand aside.
	pub(crate) fn chill_candidate(
		candidate: T::AccountId,
		mut record: Candidate,
		why: ChillReason,
		until: EraIndex,
	) {
		record.status = Status::Chilled { why, until };
		Candidates::<T>::insert(&candidate, record);
		Self::deposit_event(Event::CandidateChilled { candidate, why, until });
	}

	pub(crate) fn do_resume(who: T::AccountId) -> DispatchResult {
		let mut record = Candidates::<T>::get(&who).ok_or(Error::<T>::NotCandidate)?;
		ensure!(!record.is_active(), Error::<T>::NotChilled);
		Self::ensure_chilled_for_long_enough(&record)?;
		ensure!(record.own >= T::MinCandidateBond::get(), Error::<T>::BondTooLow);
		record.status = Status::Active;
		record.absent = 0;
		Candidates::<T>::insert(&who, record);
		Self::deposit_event(Event::CandidateResumed { candidate: who });
		Ok(())
	}

	pub(crate) fn do_leave(who: T::AccountId) -> DispatchResult {
		let mut record = Self::staying(&who)?;
		// Or an offence's chill would be shed by leaving and joining again.
		Self::ensure_chilled_for_long_enough(&record)?;
		if !T::Session::queued().contains(&who) {
			return Self::retire(who, record, None);
		}
		// Who makes blocks has something to lose, also when nobody takes its seat.
		record.status = Status::Leaving;
		Candidates::<T>::insert(&who, record);
		Self::deposit_event(Event::CandidateLeaving { candidate: who });
		Ok(())
	}

	fn ensure_chilled_for_long_enough(record: &Candidate) -> Result<(), Error<T>> {
		match record.status {
			Status::Chilled { until, .. } if Self::era_now() < until => {
				Err(Error::<T>::ChilledForLonger)
			},
			_ => Ok(()),
		}
	}

	/// Takes a candidate off the list and sends all stake behind it back: its own at once, its
	/// backers' in `on_idle`.
	pub(crate) fn retire(
		who: T::AccountId,
		record: Candidate,
		displaced_by: Option<T::AccountId>,
	) -> DispatchResult {
		if !record.own.is_zero() {
			let mut staker = Stakers::<T>::get(&who);
			Self::start_unbonding(&who, &mut staker, &who, record.own)?;
			Stakers::<T>::insert(&who, staker);
		}
		Candidates::<T>::remove(&who);
		if Backers::<T>::contains_key(&who) {
			WaitQueue::<Departures<T>, DepartureRange<T>>::push(who.clone(), Self::era_now());
		}
		Self::deposit_event(Event::CandidateLeft { candidate: who, displaced_by });
		Ok(())
	}

	pub(crate) fn do_set_commission(who: T::AccountId, commission: Permill) -> DispatchResult {
		let mut record = Self::staying(&who)?;
		if commission > record.commission {
			let era = Self::era_now();
			let most = record.commission.saturating_add(T::MaxCommissionRise::get());
			ensure!(era > record.raised_in && commission <= most, Error::<T>::CommissionRise);
			record.raised_in = era;
		}
		record.commission = commission;
		Candidates::<T>::insert(&who, record);
		Self::deposit_event(Event::CommissionSet { candidate: who, commission });
		Ok(())
	}

	pub(crate) fn do_set_validator_count(count: u32) -> DispatchResult {
		ensure!(Self::is_count(count), Error::<T>::CountOutOfRange);
		ValidatorCount::<T>::put(count);
		Self::deposit_event(Event::ValidatorCountSet { count });
		Ok(())
	}

	/// Whether there can be so many validators.
	pub(crate) fn is_count(count: u32) -> bool {
		(T::MinValidators::get()..=T::MaxValidators::get()).contains(&count)
	}

	/// A candidate that is not leaving.
	pub(crate) fn staying(who: &T::AccountId) -> Result<Candidate, Error<T>> {
		let record = Candidates::<T>::get(who).ok_or(Error::<T>::NotCandidate)?;
		ensure!(!record.is_leaving(), Error::<T>::StillLeaving);
		Ok(record)
	}

	/// Bonds the candidates of genesis. Panics when they can't be: a chain must not begin so.
	#[allow(clippy::expect_used)]
	pub(crate) fn build_genesis(count: u32, candidates: &[(T::AccountId, Balance)]) {
		if count > 0 {
			assert!(Self::is_count(count), "validator_count is out of range");
			ValidatorCount::<T>::put(count);
		}
		for (who, bond) in candidates {
			Self::do_join(who.clone(), *bond, Permill::zero())
				.expect("a candidate of genesis has the bond, and is there once");
		}
		// If the session pallet's genesis was built before this one, the first era's validators
		// are chosen already. If it comes later, it asks for them.
		Self::expose(0, &<T::Session as ValidatorSet<_>>::validators());
	}

	/// Checks what the constants must be for stake to be safe.
	#[cfg(feature = "std")]
	pub(crate) fn check_constants() {
		assert!(T::SessionsPerEra::get() > 0, "an era has at least one session");
		assert!(
			T::MinValidators::get() > 0
				&& T::MinValidators::get() <= T::MaxValidators::get()
				&& T::MaxValidators::get() <= T::MaxCandidates::get(),
			"0 < MinValidators <= MaxValidators <= MaxCandidates"
		);
		// Stake may be in the snapshot of the era after the one in which it was taken back.
		let window =
			T::ReportEras::get().saturating_add(T::SlashDeferEras::get()).saturating_add(1);
		assert!(
			T::UnbondingEras::get() > window,
			"stake must not leave before the last slash that it can be hit by: \
			UnbondingEras > ReportEras + SlashDeferEras + 1"
		);
		assert!(
			T::HistoryEras::get() >= window,
			"exposures must be there when they are slashed: \
			HistoryEras >= ReportEras + SlashDeferEras + 1"
		);
		assert!(
			T::MaxUnbondings::get() > T::MaxDelegationsPerDelegator::get(),
			"each delegation and the own stake have a place among the unbondings"
		);
		assert!(
			T::MinCandidateBond::get() > 0 && T::MinDelegation::get() > 0,
			"stake of nothing is none"
		);
		assert!(T::MaxDelegationsPerCandidate::get() > 0, "a candidate can have a backer");
		assert!(T::MaxAbsentSessions::get() > 0, "one session is allowed to go wrong");
	}
}
