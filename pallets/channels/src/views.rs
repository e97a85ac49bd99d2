//! What people and daemons ask.

use crate::{pallet::*, types::Payout};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, BatchId, ChannelId, Held, HeldFor};

/// The most channels that one answer lists.
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
		Self::client_channels(who, None)
			.into_iter()
			.map(|(id, channel)| Held {
				held_for: HeldFor::Channel(id),
				amount: channel.held(),
				next_step_at: channel.closes_at,
			})
			.collect()
	}
}
