//! What outcomes and departures do to a standing, and what others ask.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_economics::{next_average, outcome_weight, Evidence};
use reckon_primitives::Balance;
use reckon_support::{EndedTurn, OnProviderLeft, OnProviderOutcome, Outcome, ReputationInspect};
use sp_runtime::Permill;

/// A newcomer's score, and what divides the good from the bad.
const NEWCOMER: Permill = Permill::from_percent(50);

impl<T: Config> Pallet<T> {
	/// Counts one outcome: `success` of it was good, the rest bad, and it weighs `weight` beside an
	/// outcome of weight 1. Weighs no more than [`WeightInfo::on_outcome`].
	pub fn record(who: &T::AccountId, success: Permill, weight: Permill) {
		if weight.is_zero() {
			return;
		}
		let now = frame_system::Pallet::<T>::block_number();
		let mut standing = Self::standing_at(who, now).unwrap_or_else(|| Standing::new(now));
		standing.evidence.observe(success, weight);
		Reputations::<T>::insert(who, standing);
		let score = standing.evidence.score();
		Self::deposit_event(Event::ScoreChanged { provider: who.clone(), score });
	}

	/// A standing, faded until now.
	pub(crate) fn standing_at(who: &T::AccountId, now: BlockNumberFor<T>) -> Option<StandingOf<T>> {
		Reputations::<T>::get(who).map(|standing| standing.at(now, T::IdleStepBlocks::get()))
	}

	pub(crate) fn forget(who: T::AccountId) {
		Reputations::<T>::remove(&who);
		Self::deposit_event(Event::StandingForgotten { provider: who });
	}

	pub(crate) fn score_of(who: &T::AccountId) -> Permill {
		let now = frame_system::Pallet::<T>::block_number();
		Self::standing_at(who, now).map_or(NEWCOMER, |standing| standing.evidence.score())
	}

	pub(crate) fn summary(who: &T::AccountId) -> Option<StandingSummary<BlockNumberFor<T>>> {
		let now = frame_system::Pallet::<T>::block_number();
		let Standing { evidence, touched } = Self::standing_at(who, now)?;
		let Evidence { good, bad } = evidence;
		Some(StandingSummary { score: evidence.score(), good, bad, touched })
	}
}

impl<T: Config> OnProviderOutcome<T::AccountId, Balance, BlockNumberFor<T>> for Pallet<T> {
	fn on_provider_outcome(turn: &EndedTurn<T::AccountId, Balance, BlockNumberFor<T>>) {
		let average = AverageValue::<T>::get();
		let weight = outcome_weight(turn.value, average);
		match turn.outcome {
			// To say no in time is no fault, nor is what nobody can judge; and what a provider does for a
			// client that chose it may be the doing of two friends.
			Outcome::Declined | Outcome::Inconclusive => {},
			Outcome::Settled if turn.named => {},
			Outcome::Settled => {
				AverageValue::<T>::put(next_average(average, turn.value));
				Self::record(&turn.provider, Permill::one(), weight);
			},
			// What was missed or wrong has no part in the average: nobody paid for it.
			Outcome::DeadlineMissed | Outcome::Rejected => {
				Self::record(&turn.provider, Permill::zero(), weight);
			},
		}
	}

	fn on_provider_outcome_weight() -> Weight {
		T::WeightInfo::on_outcome()
	}
}

impl<T: Config> OnProviderLeft<T::AccountId> for Pallet<T> {
	fn on_provider_left(who: &T::AccountId) {
		// A bad name stays until it has faded: else it could be shed by leaving and coming back.
		let now = frame_system::Pallet::<T>::block_number();
		let standing = Self::standing_at(who, now);
		if standing.is_some_and(|standing| standing.evidence.score() >= NEWCOMER) {
			Self::forget(who.clone());
		}
	}

	fn on_provider_left_weight() -> Weight {
		T::WeightInfo::on_provider_left()
	}
}

impl<T: Config> ReputationInspect<T::AccountId> for Pallet<T> {
	fn score(who: &T::AccountId) -> Permill {
		Self::score_of(who)
	}
}
