//! The sweep that forgets what has faded: round after round over all standings, a few a block.

use crate::{pallet::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;

impl<T: Config> Pallet<T> {
	/// Looks at the next standings, as many as `limit` allows; says what that weighed.
	pub(crate) fn sweep(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		let base = T::WeightInfo::sweep(0);
		let each = T::WeightInfo::sweep(1).saturating_sub(base);
		let room = limit
			.checked_sub(&base)
			.and_then(|left| left.checked_div_per_component(&each))
			.map_or(0, |room| u32::try_from(room).unwrap_or(u32::MAX))
			.min(T::SweepPerBlock::get());
		if room == 0 {
			return Weight::zero();
		}
		let standings = match SweepCursor::<T>::get() {
			Some(last) => Reputations::<T>::iter_from_key(last),
			None => Reputations::<T>::iter(),
		};
		let seen: Vec<_> = standings.take(room as usize).collect();
		let count = seen.len() as u32;
		match seen.last() {
			Some((last, _)) if count == room => SweepCursor::<T>::put(last),
			_ => SweepCursor::<T>::kill(),
		}
		for (who, standing) in seen {
			if standing.at(now, T::IdleStepBlocks::get()).evidence.is_faint() {
				Self::forget(who);
			}
		}
		T::WeightInfo::sweep(count)
	}
}
