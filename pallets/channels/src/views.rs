//! What people and daemons ask.

use crate::{pallet::*, types::Payout};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, BatchId, ChannelId, Held, HeldFor};
use sp_core::H256;

/// The most channels or complaints that one answer lists.
const MAX_LISTED: usize = 1_000;

impl<T: Config> Pallet<T> {
	pub(crate) fn client_channels(
		client: &T::AccountId,
		after: Option<ChannelId>,
	) -> Vec<(ChannelId, ChannelOf<T>)> {
		match after {
			None => Self::listed(ClientChannels::<T>::iter_key_prefix(client)),
			Some(after) => Self::listed(ClientChannels::<T>::iter_key_prefix_from(
				client,
				ClientChannels::<T>::hashed_key_for(client, after),
			)),
		}
	}

	pub(crate) fn gateway_channels(
		gateway: &T::AccountId,
		after: Option<ChannelId>,
	) -> Vec<(ChannelId, ChannelOf<T>)> {
		match after {
			None => Self::listed(GatewayChannels::<T>::iter_key_prefix(gateway)),
			Some(after) => Self::listed(GatewayChannels::<T>::iter_key_prefix_from(
				gateway,
				GatewayChannels::<T>::hashed_key_for(gateway, after),
			)),
		}
	}

	pub(crate) fn gateway_complaints(
		gateway: &T::AccountId,
		after: Option<H256>,
	) -> Vec<(H256, ComplaintOf<T>)> {
		match after {
			None => Self::complaints(GatewayComplaints::<T>::iter_key_prefix(gateway)),
			Some(after) => Self::complaints(GatewayComplaints::<T>::iter_key_prefix_from(
				gateway,
				GatewayComplaints::<T>::hashed_key_for(gateway, after),
			)),
		}
	}

	fn complaints(receipts: impl Iterator<Item = H256>) -> Vec<(H256, ComplaintOf<T>)> {
		let found = receipts.take(MAX_LISTED);
		found.filter_map(|id| Some((id, Complaints::<T>::get(id)?))).collect()
	}

	fn listed(ids: impl Iterator<Item = ChannelId>) -> Vec<(ChannelId, ChannelOf<T>)> {
		ids.take(MAX_LISTED).filter_map(|id| Some((id, Channels::<T>::get(id)?))).collect()
	}

	pub(crate) fn unpaid(batch: BatchId) -> Vec<(u32, Payout<T::AccountId>)> {
		// Bounded by the most totals of a batch.
		let mut unpaid: Vec<_> = Payouts::<T>::iter_prefix(batch).collect();
		unpaid.sort_by_key(|(position, _)| *position);
		unpaid
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		let channels = Self::client_channels(who, None).into_iter().map(|(id, channel)| Held {
			held_for: HeldFor::Channel(id),
			amount: channel.held(),
			next_step_at: channel.closes_at,
		});
		let complaints = Self::complaints(OwnComplaints::<T>::iter_key_prefix(who));
		let complaints = complaints.into_iter().map(|(receipt, complaint)| Held {
			held_for: HeldFor::Complaint(receipt),
			amount: complaint.deposit,
			next_step_at: Some(complaint.due),
		});
		channels.chain(complaints).collect()
	}
}
