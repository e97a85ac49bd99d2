//! What is held against auditors: votes that do not come, seats that are given up.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::JobId;
use reckon_support::{EraIndex, StakeInspect, ValidatorPenalty};
use sp_runtime::{
	traits::{CheckedDiv, Saturating, Zero},
	Perbill,
};

/// How many wrong votes of two neighbouring eras cost stake. Who was found out is not drawn again; what it
/// had said before in other audits comes to light with it, and a verifier that is broken by accident must
/// not cost all that a validator has. Of two eras, since they have the same stake, mostly: each takes its
/// part of it. Whoever has paid for four lies in one era so pays for none in the next, and is drawn there
/// until the first of them comes out.
const MAX_LIES: u32 = 4;

impl<T: Config> Pallet<T> {
	/// Counts a seat that has been drawn, whose blind vote is awaited.
	pub(crate) fn note_seated(auditor: &T::AccountId) {
		Self::change_conduct(auditor, |conduct| conduct.open = conduct.open.saturating_add(1));
	}

	/// A blind vote is there.
	pub(crate) fn note_committed(auditor: &T::AccountId) {
		Self::change_conduct(auditor, |conduct| conduct.open = conduct.open.saturating_sub(1));
	}

	/// Marks the seats whose ballots are so as silent. The caller stores the audit.
	pub(crate) fn note_missing(
		id: JobId,
		audit: &mut AuditOf<T>,
		is_silent: impl Fn(&Ballot) -> bool,
	) -> Weight {
		let mut missing = 0u32;
		for seat in audit.seats.iter_mut().filter(|seat| is_silent(&seat.ballot)) {
			if seat.ballot == Ballot::Awaited {
				Self::note_committed(&seat.auditor);
			}
			seat.ballot = Ballot::Missed;
			missing = missing.saturating_add(1);
			if !seat.beyond {
				Self::note_missed(id, audit.era, &seat.auditor);
			}
		}
		Self::missing_weight(missing)
	}

	/// Counts a vote that did not come, or that was of no use, in a committee that was drawn in an
	/// era.
	pub(crate) fn note_missed(id: JobId, era: EraIndex, auditor: &T::AccountId) {
		let mut conduct = Self::conduct_now(auditor);
		conduct.missed = conduct.missed.saturating_add(1);
		let missed = conduct.missed;
		Self::deposit_event(Event::VoteMissed { audit: id, auditor: auditor.clone(), missed });
		if missed >= T::MissesBeforeSlash::get() {
			conduct.missed = 0;
			let (era, offences, _) = conduct.of(era);
			offences.silences = offences.silences.saturating_add(1);
			Self::penalise(era, auditor, *offences);
		}
		Self::put_conduct(auditor, conduct);
	}

	/// Counts a vote that was proved wrong, in a committee that was drawn in an era.
	///
	/// Only who was `alone` with it pays for each, and is not drawn again: else a third of the
	/// validators that has the luck to convict an honest provider now and then would take the honest
	/// auditors out of one committee after the other, until it is no third any more.
	pub(crate) fn note_wrong(era: EraIndex, auditor: &T::AccountId, alone: bool) {
		let mut conduct = Self::conduct_now(auditor);
		conduct.barred |= alone;
		let (era, offences, other) = conduct.of(era);
		let has_paid = !alone && offences.outvoted;
		offences.outvoted |= !alone;
		if !has_paid && offences.lies.saturating_add(other.lies) < MAX_LIES {
			offences.lies = offences.lies.saturating_add(1);
		}
		// Also where it costs no more than those before: each is said.
		Self::penalise(era, auditor, *offences);
		Self::put_conduct(auditor, conduct);
	}

	/// What is held against an auditor, without what was counted too long ago.
	pub(crate) fn conduct_now(auditor: &T::AccountId) -> Conduct {
		let conduct = Conducts::<T>::get(auditor);
		let era = T::Stake::era();
		if conduct.era == era {
			return conduct;
		}
		let is_next = conduct.era.saturating_add(1) == era;
		Conduct {
			open: conduct.open,
			missed: conduct.missed,
			era,
			declined: 0,
			barred: false,
			now: Offences::default(),
			before: if is_next { conduct.now } else { Offences::default() },
		}
	}

	/// Counts a vote that agrees with how its audit ended.
	pub(crate) fn note_counted(auditor: &T::AccountId) {
		Self::change_conduct(auditor, |conduct| conduct.missed = conduct.missed.saturating_sub(1));
	}

	/// What is old in a record that stays as it is counts as little as when it is written again.
	fn change_conduct(auditor: &T::AccountId, change: impl FnOnce(&mut Conduct)) {
		let before = Self::conduct_now(auditor);
		let mut conduct = before;
		change(&mut conduct);
		if conduct != before {
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
		Self::change_conduct(auditor, |conduct| {
			conduct.open = conduct.open.saturating_sub(1);
			conduct.declined = conduct.declined.saturating_add(1);
		});
	}

	/// Takes the stake of an era for all that an auditor has done in its committees. Of an era's penalties
	/// only the worst counts, so each is the sum of all so far: else who has offended once could go on for
	/// nothing. What it has done in another era has cost that one's stake.
	fn penalise(era: EraIndex, auditor: &T::AccountId, offences: Offences) {
		let [miss, wrong] = [T::MissSlash::get(), T::WrongVoteSlash::get()];
		let times = |each: Perbill, count: u32| {
			Perbill::from_parts(each.deconstruct().saturating_mul(count))
		};
		let silence = times(miss, offences.silences).min(wrong);
		let fraction = silence.saturating_add(times(wrong, offences.lies));
		T::Penalties::penalise(era, auditor, fraction);
		Self::deposit_event(Event::AuditorPenalised { auditor: auditor.clone(), fraction });
	}

	/// Keeps no record of those against whom there is nothing.
	fn put_conduct(auditor: &T::AccountId, conduct: Conduct) {
		let nothing = Conduct { era: conduct.era, ..Default::default() };
		if conduct == nothing {
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

impl Conduct {
	/// What was done in committees of an era, with the era, and what was done in the other of the two that
	/// are known. An audit is shorter than an era; where it is not, on chains for tests, what is older
	/// counts as of the era before.
	fn of(&mut self, era: EraIndex) -> (EraIndex, &mut Offences, Offences) {
		if era >= self.era {
			(self.era, &mut self.now, self.before)
		} else {
			(self.era.saturating_sub(1), &mut self.before, self.now)
		}
	}
}
