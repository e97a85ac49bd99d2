//! Who did how much: points.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::Balance;
use reckon_support::{OnJobSettled, OnPayout, PaidTotal, SettledJob};

impl<T: Config> Pallet<T> {
	/// Gives an account points in the running era: for the runtime's adapters, and for pallets that
	/// settle work or count votes.
	///
	/// For [`Duty::Work`] the points must be a fee that has reached the treasury, or that nobody else
	/// can have any more, each unit of it given to one earner only: all bounds on rewards rest on
	/// that.
	pub fn note_points(duty: Duty, who: &T::AccountId, points: Balance) {
		if points == 0 {
			return;
		}
		let mut running = ActiveEra::<T>::get().unwrap_or_else(Self::begin_first_era);
		let pot = running.so_far.pot_mut(duty);
		// Points that do not fit into the sum are not given: shares must never exceed the whole.
		let Some(sum) = pot.points.checked_add(points) else { return };
		pot.points = sum;
		let era = running.index;
		Points::<T>::mutate((era, duty, who), |own| {
			if *own == 0 {
				Unclaimed::<T>::insert((who, duty, EraKey::from(era)), ());
			}
			*own = own.saturating_add(points);
		});
		ActiveEra::<T>::put(running);
	}

	/// The most that [`Self::note_points`] weighs.
	pub fn note_points_weight() -> Weight {
		T::WeightInfo::note_points()
	}
}

/// Work has as many points as it has brought the treasury: who pays itself for work that nobody
/// wanted gets less back than the fee was.
impl<T: Config> OnJobSettled<T::AccountId, Balance> for Pallet<T> {
	fn on_job_settled(job: &SettledJob<T::AccountId, Balance>) {
		Self::note_points(Duty::Work, &job.provider, job.fee);
	}

	fn on_job_settled_weight() -> Weight {
		Self::note_points_weight()
	}
}

/// As for jobs. The fee waits in the batch's escrow until the batch's end, and nobody else has it.
impl<T: Config> OnPayout<T::AccountId, Balance> for Pallet<T> {
	fn on_payout(paid: &PaidTotal<T::AccountId, Balance>) {
		Self::note_points(Duty::Work, &paid.provider, paid.fee);
	}

	fn on_payout_weight() -> Weight {
		Self::note_points_weight()
	}
}

/// What this weighs is in the weight of our own `on_initialize`: the caller adds nothing.
impl<T: Config> pallet_authorship::EventHandler<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
	fn note_author(author: T::AccountId) {
		Self::note_points(Duty::Validation, &author, T::PointsPerBlock::get().into());
	}
}
