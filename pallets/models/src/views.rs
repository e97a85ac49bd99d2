//! What wallets and dashboards show.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, EntryId, Held, HeldFor};
use sp_runtime::traits::Convert;

/// The most entries that one answer lists.
const MAX_LISTED: usize = 1_000;

/// When an entry's deposit comes back.
fn returned_at<BlockNumber>(status: Status<BlockNumber>) -> Option<BlockNumber> {
	match status {
		Status::Active => None,
		Status::Deprecated { until } => Some(until),
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn owned(owner: &T::AccountId) -> Vec<EntryId> {
		Owned::<T>::iter_key_prefix(owner).take(MAX_LISTED).collect()
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		Depositors::<T>::iter_key_prefix(who)
			.take(MAX_LISTED)
			.map(|entry| {
				let (held_for, footprint, next_step_at) = match Self::listing(entry) {
					Some(Listing { bytes, status, .. }) => {
						(HeldFor::StoreDeposit(entry), Self::footprint(bytes), returned_at(status))
					},
					None => (HeldFor::RetiredModel(entry.hash()), Self::retired_footprint(), None),
				};
				Held { held_for, amount: T::DepositPrice::convert(footprint), next_step_at }
			})
			.collect()
	}
}
