//! What people and daemons ask.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, Held, HeldFor, SubnetId};
use sp_runtime::traits::Convert;

/// The most gateways, deposits or ids that one answer looks at.
const MAX_LISTED: usize = 1_000;
/// The most subnets that one answer lists: each has up to 4 KiB of rules.
const MAX_SUBNETS: usize = 100;

impl<T: Config> Pallet<T> {
	pub(crate) fn summary(id: SubnetId) -> Option<SubnetSummary<T::AccountId, BlockNumberFor<T>>> {
		let Subnet { owner, heir, name, parameters, change, status, .. } = Self::subnet_now(id)?;
		Some(SubnetSummary { id, owner, heir, name, parameters, change, status })
	}

	pub(crate) fn summaries(
		first: SubnetId,
	) -> Vec<SubnetSummary<T::AccountId, BlockNumberFor<T>>> {
		(first..SubnetCount::<T>::get())
			.take(MAX_LISTED)
			.filter_map(Self::summary)
			.take(MAX_SUBNETS)
			.collect()
	}

	pub(crate) fn gateways_of(subnet: SubnetId) -> Vec<(T::AccountId, Gateway<BlockNumberFor<T>>)> {
		SubnetGateways::<T>::iter_key_prefix(subnet)
			.take(MAX_LISTED)
			.filter_map(|who| Some((who.clone(), Gateways::<T>::get(who)?)))
			.collect()
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		let gateway = Gateways::<T>::get(who);
		let part = gateway.as_ref().and_then(|gateway| gateway.unbonding).map(|part| Held {
			held_for: HeldFor::GatewayUnbonding,
			amount: part.amount,
			next_step_at: Some(part.until),
		});
		let bond = gateway.map(|gateway| {
			let (held_for, next_step_at) = match gateway.status {
				GatewayStatus::Active => (HeldFor::GatewayBond, None),
				GatewayStatus::Leaving { until } => (HeldFor::GatewayUnbonding, Some(until)),
			};
			Held { held_for, amount: gateway.bond, next_step_at }
		});
		let deposits = OwnedSubnets::<T>::iter_key_prefix(who)
			.take(MAX_LISTED)
			.filter_map(|id| Some((id, Subnets::<T>::get(id)?)))
			.map(|(id, subnet)| Held {
				held_for: HeldFor::SubnetDeposit(id),
				amount: T::DepositPrice::convert(Self::footprint()),
				next_step_at: match subnet.status {
					Status::Active => None,
					Status::Retiring { until } => Some(until),
				},
			});
		bond.into_iter().chain(part).chain(deposits).collect()
	}
}
