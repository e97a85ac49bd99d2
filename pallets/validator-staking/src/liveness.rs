//! Who is there. Being away costs the seat, after a while, and never stake.

use crate::{pallet::*, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{dispatch::DispatchClass, traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;

impl<T: Config> Pallet<T> {
	/// At a session's end, counts it for those of its validators that authored no block in it, and
	/// chills those that were away for too long: at most a third of the set, and so that enough
	/// remain. When most were away, it was the network, and the session counts for nobody.
	pub(crate) fn count_absences(set: Vec<T::AccountId>) -> Weight {
		let weight = T::WeightInfo::end_session(set.len() as u32);
		let set: Vec<_> =
			set.into_iter().map(|who| (Authors::<T>::take(&who).is_some(), who)).collect();
		let authors = set.iter().filter(|(authored, _)| *authored).count();
		let counts = authors.saturating_mul(2) >= set.len();

		let mut active = 0usize;
		let mut due = Vec::new();
		for (authored, who) in &set {
			let Some(mut record) = Candidates::<T>::get(who) else { continue };
			active = active.saturating_add(usize::from(record.is_active()));
			let absent = match (authored, counts) {
				(true, _) => 0,
				(false, true) => record.absent.saturating_add(1),
				(false, false) => record.absent,
			};
			if absent != record.absent {
				record.absent = absent;
				Candidates::<T>::insert(who, &record);
			}
			if counts && record.is_active() && absent >= T::MaxAbsentSessions::get() {
				due.push((who, record));
			}
		}

		let spare = active.saturating_sub(T::MinValidators::get() as usize);
		let third = set.len().checked_div(3).unwrap_or_default();
		// A stable sort: among those that were away equally long, the set's order decides.
		due.sort_by_key(|(_, record)| core::cmp::Reverse(record.absent));
		for (who, record) in due.into_iter().take(spare.min(third)) {
			Self::chill_candidate(who.clone(), record, ChillReason::Absent, Self::era_now());
		}
		weight
	}
}

impl<T: Config> pallet_authorship::EventHandler<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
	fn note_author(author: T::AccountId) {
		Authors::<T>::insert(author, ());
		// The authorship pallet counts no weight for this.
		frame_system::Pallet::<T>::register_extra_weight_unchecked(
			T::WeightInfo::note_author(),
			DispatchClass::Mandatory,
		);
	}
}
