//! What people and daemons ask.

use crate::{elections::rank, pallet::*, types::*};
use alloc::vec::Vec;
use frame_support::traits::{
	EstimateNextSessionRotation, Get, ValidatorRegistration, ValidatorSet,
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, Held, HeldFor};
use reckon_support::first_session_of;
use sp_runtime::traits::{Saturating, Zero};
use sp_staking::SessionIndex;

/// The most slashes that one answer lists.
const MAX_LISTED: usize = 1_000;

impl<T: Config> Pallet<T> {
	pub(crate) fn ranked() -> Vec<(T::AccountId, Candidate)> {
		let mut all: Vec<_> = Candidates::<T>::iter().collect();
		all.sort_by(|(a, one), (b, other)| other.total().cmp(&one.total()).then_with(|| a.cmp(b)));
		all
	}

	pub(crate) fn delegations(who: &T::AccountId) -> Vec<(T::AccountId, Balance)> {
		Stakers::<T>::get(who)
			.delegations
			.into_iter()
			.filter_map(|candidate| {
				let mut backers = Backers::<T>::get(&candidate);
				let amount = *crate::delegations::entry(&mut backers, who)?;
				Some((candidate, amount))
			})
			.collect()
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		let own = Candidates::<T>::get(who).filter(|record| !record.own.is_zero()).map(|record| {
			let held_for = HeldFor::ValidatorStake;
			// A candidate that leaves can go with each session.
			let next = T::Session::session_index().saturating_add(1);
			let next_step_at = record.is_leaving().then(|| Self::start_of(next));
			Held { held_for, amount: record.own, next_step_at }
		});
		let delegated = Self::delegations(who).into_iter().map(|(candidate, amount)| {
			// The chain sends the backers of those that have left away.
			let left = !Candidates::<T>::contains_key(&candidate);
			let next_step_at = left.then(frame_system::Pallet::<T>::block_number);
			Held { held_for: HeldFor::Delegation, amount, next_step_at }
		});
		let unbonding = Stakers::<T>::get(who).unbonding.into_iter().map(|part| {
			let session = first_session_of(part.free_from, T::SessionsPerEra::get());
			Held {
				held_for: HeldFor::StakeUnbonding,
				amount: part.amount,
				next_step_at: Some(Self::start_of(session)),
			}
		});
		own.into_iter().chain(delegated).chain(unbonding).collect()
	}

	pub(crate) fn slashes() -> Vec<(SlashId, Slash<T::AccountId>)> {
		let (first, next) = SlashRange::<T>::get();
		(first..next).filter_map(|id| Some((id, Slashes::<T>::get(id)?))).take(MAX_LISTED).collect()
	}

	pub(crate) fn election_to_come() -> NextElection<BlockNumberFor<T>> {
		let era = Self::era_planned().saturating_add(1);
		let serve_from = first_session_of(era, T::SessionsPerEra::get());
		let made_in = serve_from.saturating_sub(1);
		NextElection { era, made_in, made_at: Self::start_of(made_in), serve_from }
	}

	pub(crate) fn lowest_seat() -> Balance {
		let electable = Candidates::<T>::iter()
			.filter(|(who, record)| Self::is_electable(record) && T::Session::is_registered(who))
			.map(|(who, record)| (who, record.total()));
		let last = ValidatorCount::<T>::get().saturating_sub(1) as usize;
		// Of equals the lesser account is elected: one more is needed to be sure.
		let lowest = rank(electable).get(last).map_or(0, |(_, total)| total.saturating_add(1));
		lowest.max(T::MinCandidateBond::get())
	}

	/// About which block a session begins with.
	fn start_of(session: SessionIndex) -> BlockNumberFor<T> {
		let now = frame_system::Pallet::<T>::block_number();
		let ahead = session.saturating_sub(T::Session::session_index());
		if ahead.is_zero() {
			return now;
		}
		let (next, _) = T::NextSessionRotation::estimate_next_session_rotation(now);
		let length = T::NextSessionRotation::average_session_length();
		let further = length.saturating_mul(ahead.saturating_sub(1).into());
		next.unwrap_or(now).saturating_add(further)
	}
}
