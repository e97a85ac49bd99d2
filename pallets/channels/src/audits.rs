//! What auditors of batches are told, and what they bring about.

use crate::{pallet::*, types::*, weights::WeightInfo};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::weights::Weight;
use frame_system::offchain::SubmitTransaction;
use reckon_primitives::{Balance, BatchId, Reason};
use reckon_receipts::{Committed, Exhibit, Item};
use reckon_support::{
	AuditedBatches, BatchWork, Fault, GatewayExposure, GatewayInspect, GatewaySlash, Rejection,
};
use sp_runtime::DispatchResult;

impl<T: Config> AuditedBatches<T::AccountId> for Pallet<T> {
	fn exposure(gateway: &T::AccountId) -> GatewayExposure {
		GatewayExposure {
			outstanding: Outstanding::<T>::get(gateway),
			bond: T::Gateways::gateway(gateway).map_or(0, |gateway| gateway.bond),
		}
	}

	fn work(id: &BatchId) -> Option<BatchWork<T::AccountId>> {
		let batch = Self::waiting(*id).ok()?;
		let endpoint = T::Gateways::gateway(&batch.gateway)?.endpoint;
		let mut payouts: Vec<(u32, Payout<T::AccountId>)> = Payouts::<T>::iter_prefix(id).collect();
		payouts.sort_by_key(|(position, _)| *position);
		let struck: BTreeSet<_> = payouts
			.iter()
			.flat_map(|(total, payout)| payout.strikes.iter().map(|index| (*total, *index)))
			.collect();
		let paid =
			Contributions::<T>::iter_prefix(id).map(|(channel, paid)| (channel, paid.amount));
		let committed = Committed {
			genesis: Self::genesis(),
			gateway: batch.gateway,
			leaves: batch.leaves,
			totals: payouts.into_iter().map(|(_, payout)| payout.total).collect(),
			struck,
			paid: paid.collect(),
		};
		Some(BatchWork { committed, endpoint })
	}

	fn show(id: &BatchId, exhibit: Exhibit<T::AccountId>) -> bool {
		let batch = *id;
		let call = match exhibit {
			Exhibit::Item(item) => Call::report_item { batch, item },
			Exhibit::Twins(first, second) => Call::report_twins { batch, first, second },
		};
		let transaction = T::create_authorized_transaction(call.into());
		SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).is_ok()
	}

	fn strike(id: &BatchId, item: &Item<T::AccountId>, fault: Fault) -> DispatchResult {
		let batch = Self::waiting(*id)?;
		let payout = Self::proven(*id, item)?;
		Self::strike_proven(*id, batch, payout, item, fault)
	}

	fn strike_weight() -> Weight {
		T::WeightInfo::strike()
	}

	fn reject(id: &BatchId, why: Rejection, slash: Balance) -> DispatchResult {
		let mut batch = Self::waiting(*id)?;
		T::Gateways::slash_gateway(&batch.gateway, slash, Reason::BatchRejected);
		Self::reject_waiting(*id, &mut batch, why);
		Batches::<T>::insert(id, batch);
		Ok(())
	}

	fn reject_weight() -> Weight {
		T::WeightInfo::reject()
			.saturating_add(T::Gateways::slash_gateway_weight())
			.saturating_add(Self::outstanding_weight())
	}
}
