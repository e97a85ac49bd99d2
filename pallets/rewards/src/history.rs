//! Eras that ended long ago are forgotten.

use crate::{pallet::*, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use reckon_support::EraIndex;

/// Points that are removed at once: bounds the memory of a sweep.
const MAX_BATCH: u32 = 256;
/// Eras that one sweep passes: bounds it even where weight is no matter.
const MAX_ERAS: u32 = 64;

impl<T: Config> Pallet<T> {
	/// Forgets what is older than the history, as much as the limit allows; says what it used.
	pub(crate) fn forget(limit: Weight) -> Weight {
		// The running era and the oldest.
		let mut used = T::DbWeight::get().reads(2);
		if used.any_gt(limit) {
			return Weight::zero();
		}
		let Some(running) = ActiveEra::<T>::get() else { return used };
		let kept_from = running.index.saturating_sub(T::HistoryEras::get());
		let mut oldest = OldestEra::<T>::get();
		for _ in 0..MAX_ERAS {
			let with_record = used.saturating_add(T::WeightInfo::expire_era());
			if oldest >= kept_from || with_record.any_gt(limit) {
				break;
			}
			used = with_record;
			Self::expire(oldest);
			let each = T::WeightInfo::forget_points(1);
			let room = limit.saturating_sub(used).checked_div_per_component(&each).unwrap_or(0);
			let batch = u32::try_from(room).unwrap_or(u32::MAX).min(MAX_BATCH);
			if batch == 0 {
				break;
			}
			let gone = Self::forget_points(oldest, batch);
			used = used.saturating_add(T::WeightInfo::forget_points(gone));
			// There may be more.
			if gone == batch {
				continue;
			}
			oldest = oldest.saturating_add(1);
			OldestEra::<T>::put(oldest);
		}
		used
	}

	/// Ends an era's claims. The pot owes what is left no more, and so has a surplus.
	pub(crate) fn expire(era: EraIndex) {
		let Some(record) = Eras::<T>::take(era) else { return };
		let amount = record.left();
		Owed::<T>::mutate(|owed| *owed = owed.saturating_sub(amount));
		Self::deposit_event(Event::RewardsExpired { era, amount });
	}

	/// Removes at most so many of an era's points; says how many.
	pub(crate) fn forget_points(era: EraIndex, most: u32) -> u32 {
		let most = usize::try_from(most).unwrap_or(usize::MAX);
		let keys: Vec<_> = Points::<T>::iter_key_prefix((era,)).take(most).collect();
		for (duty, who) in &keys {
			Points::<T>::remove((era, duty, who));
			Unclaimed::<T>::remove((who, duty, EraKey::from(era)));
		}
		u32::try_from(keys.len()).unwrap_or(u32::MAX)
	}
}
