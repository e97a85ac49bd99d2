//! What is taken out of batches that wait: receipts that are wrong, and whole batches.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	dispatch::Pays,
	ensure,
	pallet_prelude::{
		InvalidTransaction, TransactionSource, TransactionValidityWithRefund, ValidTransaction,
	},
	traits::Get,
	weights::Weight,
};
use reckon_primitives::{Balance, BatchId, Reason};
use reckon_receipts::{Item, Place, Receipt, SignedReceipt};
use reckon_support::{AuditedBatch, BatchAuditing, Fault, GatewayInspect, GatewaySlash, Rejection};
use sp_runtime::{
	traits::{One, SaturatedConversion, Saturating},
	DispatchError, DispatchResult,
};

/// What receipts that are shown to be wrong are known by in the pool.
const SHOWN: &[u8] = b"reckon:receipt-shown:v1";
/// As votes: they are few, and late ones are worth nothing.
const PRIORITY: u64 = u64::MAX / 2;

impl<T: Config> Pallet<T> {
	/// Strikes a receipt that proves itself wrong; says whether its reporter pays for that.
	pub(crate) fn do_report_item(
		id: BatchId,
		item: &Item<T::AccountId>,
	) -> Result<Pays, DispatchError> {
		let batch = Self::waiting(id)?;
		let payout = Self::proven(id, item)?;
		let fault = Self::fault(id, &batch, &payout, &item.receipt).ok_or(Error::<T>::NoFault)?;
		ensure!(Self::may_strike(id, &payout), Error::<T>::TooManyStrikes);
		let pays = Self::blame_gateway(&batch);
		Self::strike_or_reject(id, batch, payout, item, fault)?;
		Ok(pays)
	}

	/// Strikes the second of two receipts for one request; says whether its reporter pays for that.
	pub(crate) fn do_report_twins(
		id: BatchId,
		first: &Item<T::AccountId>,
		second: &Item<T::AccountId>,
	) -> Result<Pays, DispatchError> {
		ensure!(Self::are_twins(first, second), Error::<T>::NoFault);
		let batch = Self::waiting(id)?;
		// Else each of the two could be struck for the other's sake.
		Self::proven(id, first)?;
		let payout = Self::proven(id, second)?;
		ensure!(Self::may_strike(id, &payout), Error::<T>::TooManyStrikes);
		let pays = Self::blame_gateway(&batch);
		Self::strike_or_reject(id, batch, payout, second, Fault::Repeated)?;
		Ok(pays)
	}

	/// Whether one receipt more can be struck, or its whole batch be rejected for it: not where auditors do
	/// so when they have looked, for which they are paid.
	fn may_strike(id: BatchId, payout: &Payout<T::AccountId>) -> bool {
		!payout.strikes.is_full() || !T::Audits::is_open(&id)
	}

	/// Strikes what the gateway could have seen to be wrong. When as many are struck as can be, nobody
	/// is paid for anything that it has put together so: else what is wrong beyond that would be paid.
	fn strike_or_reject(
		id: BatchId,
		batch: BatchOf<T>,
		payout: Payout<T::AccountId>,
		item: &Item<T::AccountId>,
		fault: Fault,
	) -> DispatchResult {
		if payout.strikes.is_full() {
			let mut batch = batch;
			Self::reject_at_cost(id, &mut batch, Rejection::Faults, 0);
			Batches::<T>::insert(id, batch);
			return Ok(());
		}
		Self::strike_proven(id, batch, payout, item, fault)
	}

	/// What is wrong with a receipt, as the chain can see for itself.
	pub(crate) fn fault(
		id: BatchId,
		batch: &BatchOf<T>,
		payout: &Payout<T::AccountId>,
		signed: &SignedReceipt<T::AccountId>,
	) -> Option<Fault> {
		let (receipt, total) = (&signed.receipt, &payout.total);
		if receipt.gateway != batch.gateway {
			return Some(Fault::Gateway);
		}
		if receipt.provider != total.provider || receipt.model != total.model {
			return Some(Fault::Total);
		}
		// What was free needs nobody who pays.
		if receipt.charge > 0 && !Contributions::<T>::contains_key(id, receipt.channel) {
			return Some(Fault::Channel);
		}
		signed.verify(&Self::genesis()).err().map(Fault::Receipt)
	}

	/// Takes an item's charge out of its total. As much of it as its channel has paid in this batch
	/// goes to its client; what is more was charged to others, nobody can say to whom, and is the
	/// treasury's at the batch's end.
	pub(crate) fn strike_proven(
		id: BatchId,
		batch: BatchOf<T>,
		payout: Payout<T::AccountId>,
		item: &Item<T::AccountId>,
		fault: Fault,
	) -> DispatchResult {
		let place = (item.total, item.index);
		Self::strike_place(id, batch, payout, place, &item.receipt.receipt, fault)
	}

	/// The same of a receipt that was proved to be there before.
	pub(crate) fn strike_place(
		id: BatchId,
		mut batch: BatchOf<T>,
		mut payout: Payout<T::AccountId>,
		(total, index): Place,
		receipt: &Receipt<T::AccountId>,
		fault: Fault,
	) -> DispatchResult {
		payout.strikes.try_push(index).map_err(|_| Error::<T>::TooManyStrikes)?;
		payout.struck = payout.struck.saturating_add(receipt.charge);
		Self::stand_down(&batch, &payout.total.provider, receipt.charge);
		Payouts::<T>::insert(id, total, payout);

		let returned = Contributions::<T>::get(id, receipt.channel).map_or(0, |mut paid| {
			let returned = Self::give_back(&paid.client, receipt.charge.min(paid.amount));
			paid.amount = paid.amount.saturating_sub(returned);
			Contributions::<T>::insert(id, receipt.channel, paid);
			returned
		});
		batch.escrow = batch.escrow.saturating_sub(returned);
		Batches::<T>::insert(id, batch);
		Self::deposit_event(Event::ReceiptStruck {
			batch: id,
			total,
			index,
			charge: receipt.charge,
			returned,
			fault,
		});
		Ok(())
	}

	/// Whether the pool and a block take it from nobody in particular that a receipt is wrong: when that is
	/// shown, and the gateway pays for it.
	pub(crate) fn authorize_item(
		_: TransactionSource,
		id: &BatchId,
		item: &Item<T::AccountId>,
	) -> TransactionValidityWithRefund {
		let batch = Self::waiting(*id).map_err(|_| InvalidTransaction::Stale)?;
		let payout = Self::proven(*id, item).map_err(|_| InvalidTransaction::Stale)?;
		let fault = Self::fault(*id, &batch, &payout, &item.receipt);
		ensure!(fault.is_some(), InvalidTransaction::BadProof);
		Self::admit(*id, &batch, &payout, item)
	}

	/// The same for the second of two.
	pub(crate) fn authorize_twins(
		_: TransactionSource,
		id: &BatchId,
		first: &Item<T::AccountId>,
		second: &Item<T::AccountId>,
	) -> TransactionValidityWithRefund {
		ensure!(Self::are_twins(first, second), InvalidTransaction::BadProof);
		let batch = Self::waiting(*id).map_err(|_| InvalidTransaction::Stale)?;
		Self::proven(*id, first).map_err(|_| InvalidTransaction::Stale)?;
		let payout = Self::proven(*id, second).map_err(|_| InvalidTransaction::Stale)?;
		Self::admit(*id, &batch, &payout, second)
	}

	/// Each receipt is shown once, however many show it.
	fn admit(
		id: BatchId,
		batch: &BatchOf<T>,
		payout: &Payout<T::AccountId>,
		item: &Item<T::AccountId>,
	) -> TransactionValidityWithRefund {
		ensure!(Self::may_strike(id, payout), InvalidTransaction::Stale);
		let bond = T::Gateways::gateway(&batch.gateway).map_or(0, |gateway| gateway.bond);
		ensure!(bond >= T::FaultSlash::get(), InvalidTransaction::Payment);
		let left = batch.due.saturating_sub(frame_system::Pallet::<T>::block_number());
		let valid = ValidTransaction {
			priority: PRIORITY,
			requires: Vec::new(),
			provides: [(SHOWN, id, item.total, item.index).encode()].into(),
			longevity: left.max(One::one()).saturated_into(),
			propagate: true,
		};
		Ok((valid, Weight::zero()))
	}

	fn are_twins(first: &Item<T::AccountId>, second: &Item<T::AccountId>) -> bool {
		let place = |item: &Item<T::AccountId>| (item.total, item.index);
		let request = |item: &Item<T::AccountId>| {
			(item.receipt.receipt.channel, item.receipt.receipt.request)
		};
		place(first) != place(second) && request(first) == request(second)
	}

	pub(crate) fn waiting(id: BatchId) -> Result<BatchOf<T>, Error<T>> {
		let batch = Batches::<T>::get(id).ok_or(Error::<T>::UnknownBatch)?;
		ensure!(batch.state == BatchState::Waiting, Error::<T>::NotWaiting);
		Ok(batch)
	}

	/// The total of an item that is in it, and is not struck.
	pub(crate) fn proven(
		id: BatchId,
		item: &Item<T::AccountId>,
	) -> Result<Payout<T::AccountId>, Error<T>> {
		let payout = Payouts::<T>::get(id, item.total).ok_or(Error::<T>::UnknownTotal)?;
		ensure!(item.verify(&payout.total.receipts).is_ok(), Error::<T>::ItemUnproven);
		ensure!(!payout.strikes.contains(&item.index), Error::<T>::AlreadyStruck);
		Ok(payout)
	}

	/// Rejects a batch that nobody audits. That must cost what auditors would have made it cost, or who
	/// fears them would have it rejected.
	///
	/// It costs `least`, in the smallest token unit, if that is more. The caller stores the batch.
	pub(crate) fn reject_at_cost(
		id: BatchId,
		batch: &mut BatchOf<T>,
		why: Rejection,
		least: Balance,
	) {
		let BatchOf::<T> { gateway, subnet, receipts, root, .. } = batch.clone();
		let audited = AuditedBatch { gateway, subnet, receipts, charge: root.sum };
		let by_lot = <T::Audits as BatchAuditing<T::AccountId>>::penalty(&audited);
		let slash = by_lot.max(least);
		T::Gateways::slash_gateway(&batch.gateway, slash, Reason::BatchRejected);
		Self::reject_waiting(id, batch, why);
	}

	/// The caller stores the batch.
	pub(crate) fn reject_waiting(id: BatchId, batch: &mut BatchOf<T>, why: Rejection) {
		Self::end_waiting(batch);
		batch.state = BatchState::Returning(why);
		Self::wait_for_nobody(id, batch);
		Self::deposit_event(Event::BatchRejected { batch: id, why });
	}

	/// Says whether who has shown a fault pays for that: not as long as the gateway does, else a
	/// gateway without bond could fill blocks for nothing.
	fn blame_gateway(batch: &BatchOf<T>) -> Pays {
		let slash = T::FaultSlash::get();
		let taken = T::Gateways::slash_gateway(&batch.gateway, slash, Reason::ReceiptInvalid);
		if taken < slash {
			Pays::Yes
		} else {
			Pays::No
		}
	}
}
