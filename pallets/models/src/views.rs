//! What wallets and dashboards show.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, EntryId, Held, HeldFor};
use sp_runtime::traits::Convert;

/// The most entries that one answer lists.
const MAX_LISTED: usize = 1_000;

impl<T: Config> Pallet<T> {
	pub(crate) fn owned(owner: &T::AccountId) -> Vec<EntryId> {
		Owned::<T>::iter_key_prefix(owner).take(MAX_LISTED).collect()
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		Depositors::<T>::iter_key_prefix(who)
			.take(MAX_LISTED)
			.filter_map(|entry| Some((entry, Self::listing(entry)?)))
			.map(|(entry, listing)| Held {
				held_for: HeldFor::StoreDeposit(entry),
				amount: T::DepositPrice::convert(Self::footprint(listing.bytes)),
				next_step_at: match listing.status {
					Status::Active => None,
					Status::Deprecated { until } => Some(until),
				},
			})
			.collect()
	}
}
