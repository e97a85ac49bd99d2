//! Channels: opened, topped up, closed.

use crate::{pallet::*, types::*};
use alloc::vec;
use codec::Encode;
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, ChannelId};
use reckon_support::{GatewayInspect, SubnetInspect};
use sp_core::{sr25519, H256};
use sp_runtime::{
	traits::{BlakeTwo256, Hash, Saturating, Zero},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// Says whether earnings were claimed.
	pub(crate) fn do_open(
		client: T::AccountId,
		gateway: T::AccountId,
		deposit: Balance,
		lanes: u32,
		session_key: sr25519::Public,
	) -> Result<bool, DispatchError> {
		ensure!((1..=MAX_LANES).contains(&lanes), Error::<T>::LanesOutOfRange);
		let place = T::MinDeposit::get();
		let left = deposit.checked_sub(place).ok_or(Error::<T>::DepositTooLow)?;
		let info = T::Gateways::gateway(&gateway).ok_or(Error::<T>::UnknownGateway)?;
		let rules = T::Subnets::open_subnet(info.subnet).ok_or(Error::<T>::SubnetClosed)?;
		ensure!(info.is_eligible(&rules), Error::<T>::GatewayNotEligible);

		let claimed = Self::put_in(&client, deposit)?;
		let id = ChannelCount::<T>::mutate(|count| {
			*count = count.saturating_add(1);
			Self::new_id(b"reckon:channel:v1", &client, *count)
		});
		let taken = Lanes::truncate_from(vec![0; lanes as usize]);
		let channel = Channel {
			client: client.clone(),
			gateway: gateway.clone(),
			session_key,
			left,
			place,
			taken,
			closes_at: None,
		};
		Channels::<T>::insert(id, channel);
		ClientChannels::<T>::insert(&client, id, ());
		GatewayChannels::<T>::insert(&gateway, id, ());
		Self::deposit_event(Event::ChannelOpened { channel: id, client, gateway, deposit, lanes });
		Ok(claimed)
	}

	/// Says whether earnings were claimed.
	pub(crate) fn do_top_up(
		client: T::AccountId,
		id: ChannelId,
		amount: Balance,
	) -> Result<bool, DispatchError> {
		let mut channel = Self::own_channel(&client, id)?;
		ensure!(channel.closes_at.is_none(), Error::<T>::IsClosing);
		ensure!(amount > 0, Error::<T>::AmountZero);
		let claimed = Self::put_in(&client, amount)?;
		channel.left = channel.left.saturating_add(amount);
		let left = channel.left;
		Channels::<T>::insert(id, channel);
		Self::deposit_event(Event::ChannelToppedUp { channel: id, amount, left });
		Ok(claimed)
	}

	pub(crate) fn do_request_close(client: T::AccountId, id: ChannelId) -> DispatchResult {
		let mut channel = Self::own_channel(&client, id)?;
		ensure!(channel.closes_at.is_none(), Error::<T>::IsClosing);
		let now = frame_system::Pallet::<T>::block_number();
		let closes_at = now.saturating_add(T::NoticeBlocks::get());
		channel.closes_at = Some(closes_at);
		Channels::<T>::insert(id, channel);
		Agenda::<T>::insert(closes_at, Due::Channel(id), ());
		Self::deposit_event(Event::ChannelClosing { channel: id, closes_at });
		Ok(())
	}

	pub(crate) fn do_close(who: T::AccountId, id: ChannelId) -> DispatchResult {
		let channel = Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel)?;
		// The notice is there for the gateway alone: for its newest vouchers.
		let for_nobody = who == channel.gateway || T::Gateways::gateway(&channel.gateway).is_none();
		if !for_nobody {
			let closes_at = channel.closes_at.ok_or(Error::<T>::NotClosing)?;
			let now = frame_system::Pallet::<T>::block_number();
			ensure!(now >= closes_at, Error::<T>::NoticeNotOver);
		}
		Self::end_channel(id, channel);
		Ok(())
	}

	/// The rest goes back, and nothing of the channel stays.
	pub(crate) fn end_channel(id: ChannelId, channel: ChannelOf<T>) {
		let refunded = channel.held();
		let Channel { client, gateway, closes_at, .. } = channel;
		if let Some(closes_at) = closes_at {
			Agenda::<T>::remove(closes_at, Due::Channel(id));
		}
		Channels::<T>::remove(id);
		ClientChannels::<T>::remove(&client, id);
		GatewayChannels::<T>::remove(&gateway, id);
		Self::take_out(&client, refunded);
		Self::deposit_event(Event::ChannelClosed { channel: id, client, gateway, refunded });
	}

	fn own_channel(client: &T::AccountId, id: ChannelId) -> Result<ChannelOf<T>, Error<T>> {
		let channel = Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel)?;
		ensure!(channel.client == *client, Error::<T>::NotClient);
		Ok(channel)
	}

	/// `blake2_256(domain, genesis hash, owner, number)`: never the same twice, on any chain.
	pub(crate) fn new_id(domain: &[u8], owner: &T::AccountId, number: u64) -> H256 {
		let mut preimage = domain.to_vec();
		(Self::genesis(), owner, number).encode_to(&mut preimage);
		BlakeTwo256::hash(&preimage)
	}

	/// What vouchers and receipts are signed for.
	pub(crate) fn genesis() -> H256 {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero())
	}
}
