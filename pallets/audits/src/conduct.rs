//! What is held against auditors: votes that do not come, seats that are given up.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::JobId;
use reckon_support::{StakeInspect, ValidatorPenalty};
use sp_runtime::{
	traits::{CheckedDiv, Zero},
	Perbill,
};

impl<T: Config> Pallet<T> {
	/// Marks the seats whose ballots are so as silent. The caller stores the audit.
	pub(crate) fn note_missing(
		id: JobId,
		audit: &mut AuditOf<T>,
		is_silent: impl Fn(&Ballot) -> bool,
	) -> Weight {
		let mut missing = 0u32;
		for seat in audit.seats.iter_mut().filter(|seat| is_silent(&seat.ballot)) {
			seat.ballot = Ballot::Missed;
			missing = missing.saturating_add(1);
			Self::note_missed(id, &seat.auditor);
		}
		Self::missing_weight(missing)
	}

	/// Counts a vote that did not come, or that was of no use.
	pub(crate) fn note_missed(id: JobId, auditor: &T::AccountId) {
		let mut conduct = Self::conduct_now(auditor);
		conduct.missed = conduct.missed.saturating_add(1);
		let missed = conduct.missed;
		Self::deposit_event(Event::VoteMissed { audit: id, auditor: auditor.clone(), missed });
		if missed >= T::MissesBeforeSlash::get() {
			conduct.missed = 0;
			conduct.slashed = conduct.slashed.saturating_add(1);
			// Of an era's penalties only the worst counts, so each must be worse than the last: else
			// who has been silent for long enough could go on for nothing.
			let each = T::MissSlash::get().deconstruct();
			let all = Perbill::from_parts(each.saturating_mul(conduct.slashed));
			Self::penalise(auditor, all.min(T::WrongVoteSlash::get()));
		}
		Self::put_conduct(auditor, conduct);
	}

	/// What is held against an auditor, without what was counted in another era.
	fn conduct_now(auditor: &T::AccountId) -> Conduct {
		let conduct = Conducts::<T>::get(auditor);
		let era = T::Stake::era();
		if conduct.era == era {
			return conduct;
		}
		Conduct { missed: conduct.missed, era, declined: 0, slashed: 0 }
	}

	/// Counts a vote that agrees with how its audit ended.
	pub(crate) fn note_counted(auditor: &T::AccountId) {
		let mut conduct = Conducts::<T>::get(auditor);
		if conduct.missed > 0 {
			conduct.missed = conduct.missed.saturating_sub(1);
			Self::put_conduct(auditor, conduct);
		}
	}

	/// Blocks before the end of the time for blind votes in which seats can't be given up any more:
	/// half of it.
	pub(crate) fn declining_ends() -> BlockNumberFor<T> {
		T::CommitBlocks::get().checked_div(&2u32.into()).unwrap_or_else(Zero::zero)
	}

	/// Whether a validator can give up one seat more in this era.
	pub(crate) fn may_decline(auditor: &T::AccountId) -> bool {
		Self::conduct_now(auditor).declined < T::MaxDeclines::get()
	}

	pub(crate) fn note_declined(auditor: &T::AccountId) {
		let mut conduct = Self::conduct_now(auditor);
		conduct.declined = conduct.declined.saturating_add(1);
		Self::put_conduct(auditor, conduct);
	}

	pub(crate) fn penalise(auditor: &T::AccountId, fraction: Perbill) {
		T::Penalties::penalise(auditor, fraction);
		Self::deposit_event(Event::AuditorPenalised { auditor: auditor.clone(), fraction });
	}

	/// Keeps no record of those against whom there is nothing.
	fn put_conduct(auditor: &T::AccountId, conduct: Conduct) {
		if conduct.missed == 0 && conduct.declined == 0 && conduct.slashed == 0 {
			Conducts::<T>::remove(auditor);
		} else {
			Conducts::<T>::insert(auditor, conduct);
		}
	}

	pub(crate) fn missing_weight(missing: u32) -> Weight {
		T::WeightInfo::note_missed()
			.saturating_add(T::Penalties::penalise_weight())
			.saturating_mul(missing.into())
	}
}
