//! What people and daemons ask.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, Held, HeldFor, JobId};
use reckon_verification::Grade;
use sp_runtime::traits::{One, Saturating};

/// The most audits that one answer looks at: more than a chain can have. Blocks have room for some
/// hundreds of deliveries a second, of which a part is drawn and open for minutes.
pub(crate) const MAX_SEEN: usize = 100_000;

impl<T: Config> Pallet<T> {
	pub(crate) fn duties(
		who: &T::AccountId,
	) -> Vec<Duty<T::AccountId, Balance, BlockNumberFor<T>>> {
		Audits::<T>::iter()
			.take(MAX_SEEN)
			.filter_map(|(id, audit)| {
				let seat = audit.seats.iter().find(|seat| seat.auditor == *who)?;
				let ballot = seat.ballot;
				Some(Duty {
					audit: id,
					round: audit.round,
					phase: audit.phase,
					ballot,
					until: audit.due.saturating_sub(One::one()),
					challenge: audit.challenge,
					opened: audit.opened,
					subject: audit.subject,
				})
			})
			.collect()
	}

	pub(crate) fn inquiries(provider: &T::AccountId) -> Vec<Inquiry<BlockNumberFor<T>>> {
		Audits::<T>::iter()
			.take(MAX_SEEN)
			.filter(|(_, audit)| audit.subject.answer().is_some_and(|it| it.provider == *provider))
			.map(|(id, audit)| Inquiry {
				audit: id,
				round: audit.round,
				phase: audit.phase,
				until: audit.due.saturating_sub(One::one()),
				challenge: audit.challenge,
			})
			.collect()
	}

	pub(crate) fn grades_of(id: JobId) -> Vec<(T::AccountId, Grade)> {
		let Some(audit) = Audits::<T>::get(id) else { return Vec::new() };
		let votes = Self::judged(id, &audit, Self::scale(&audit).as_ref());
		let votes = votes.unwrap_or_default().into_iter();
		votes.map(|vote| (vote.auditor, vote.grade)).collect()
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		Audits::<T>::iter()
			.take(MAX_SEEN)
			.filter(|(_, audit)| {
				audit.fee > 0 && audit.subject.answer().is_some_and(|it| it.client == *who)
			})
			.map(|(id, audit)| Held {
				held_for: HeldFor::AuditFee(id),
				amount: audit.fee,
				next_step_at: Some(audit.due),
			})
			.collect()
	}
}
