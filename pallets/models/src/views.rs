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
				let (footprint, next_step_at) = match Self::listing(entry) {
					Some(Listing { bytes, status, .. }) => {
						(Self::footprint(bytes), returned_at(status))
					},
					None => (Self::retired_footprint(), None),
				};
				let amount = T::DepositPrice::convert(footprint);
				Held { held_for: HeldFor::StoreDeposit(entry), amount, next_step_at }
			})
			.collect()
	}
}
