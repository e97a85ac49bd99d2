//! How a batch ends, step by step: whom it pays, or to whom it gives back.

use crate::{pallet::*, samples::Looked, types::*};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use reckon_economics::{self as economics, SettlementShares};
use reckon_primitives::{Balance, BatchId, ChannelId};
use reckon_support::{
	BatchAuditing, ModelInspect, OnPayout, PaidTotal, Rejection, SubnetInspect, SubnetParameters,
};
use sp_runtime::{
	traits::{One, Saturating},
	Permill,
};

/// Entries that one step removes: about as heavy as a payment.
pub(crate) const REMOVED_AT_ONCE: usize = 8;
/// Blocks after which the chain asks again whether a batch's audit is over: a quarter of a minute.
const AUDIT_POLL_BLOCKS: u32 = 5;

impl<T: Config> Pallet<T> {
	/// Takes a batch that is due one step on; says what it weighed.
	pub(crate) fn advance(id: BatchId, mut batch: BatchOf<T>) -> Weight {
		let weight = match batch.state {
			BatchState::Waiting => Self::end_wait(id, &mut batch),
			BatchState::Paying => Self::pay_one(id, &mut batch),
			BatchState::Returning(_) => Self::return_one(id, &mut batch),
			BatchState::Settled | BatchState::Rejected(_) => return Self::forget(id, &batch),
		};
		Batches::<T>::insert(id, batch);
		weight
	}

	fn end_wait(id: BatchId, batch: &mut BatchOf<T>) -> Weight {
		if Self::draw_samples(id, batch) {
			return Self::due_wait();
		}
		let looked = match T::Audits::is_open(&id) {
			true => Looked::Awaited,
			false => Self::look_at_samples(id, batch),
		};
		match looked {
			// It stays due, for the next step.
			Looked::Good => {},
			Looked::All => {
				Self::end_waiting(batch);
				batch.state = BatchState::Paying;
			},
			Looked::Awaited => {
				let now = frame_system::Pallet::<T>::block_number();
				Self::reschedule(id, batch, now.saturating_add(AUDIT_POLL_BLOCKS.into()));
			},
			// Who has the receipts shows them; who does not show them has them for nobody.
			Looked::Withheld(least) => {
				Self::reject_at_cost(id, batch, Rejection::Unavailable, least);
			},
		}
		Self::due_wait()
	}

	/// Its gateway does not stand for it any more. The caller changes its state.
	pub(crate) fn end_waiting(batch: &BatchOf<T>) {
		Outstanding::<T>::mutate_exists(&batch.gateway, |sum| {
			let left = sum.unwrap_or_default().saturating_sub(batch.root.sum);
			*sum = (left > 0).then_some(left);
		});
	}

	/// Totals first, then what is left.
	fn pay_one(id: BatchId, batch: &mut BatchOf<T>) -> Weight {
		if let Some((position, payout)) = Payouts::<T>::iter_prefix(id).next() {
			Payouts::<T>::remove(id, position);
			Self::pay_total(id, batch, payout);
			return Self::due_payout();
		}
		if Self::remove_contributions(id) {
			return Self::due_removal();
		}
		if Self::pay_rest(id, batch, batch.for_gateway) {
			batch.state = BatchState::Settled;
			Self::deposit_event(Event::BatchSettled { batch: id, gateway: batch.gateway.clone() });
		}
		Self::due_end()
	}

	fn pay_total(id: BatchId, batch: &mut BatchOf<T>, payout: Payout<T::AccountId>) {
		let charge = payout.amount();
		let Payout { total, terms, .. } = payout;
		Self::stand_down(batch, &total.provider, charge);
		if charge == 0 {
			return;
		}
		let model = T::Models::model(&total.model);
		let rules = T::Subnets::subnet(batch.subnet);
		let share = |of: fn(&SubnetParameters) -> Permill| rules.as_ref().map(of);
		let shares = SettlementShares {
			treasury: share(|rules| rules.treasury_share).unwrap_or_default(),
			royalty: model.as_ref().map(|model| model.royalty),
			gateway: share(|rules| rules.gateway_share),
			// The gateway has paid for the audits of its batches; these are of answers.
			auditors: Some(terms.premium),
		};
		let parts = economics::settle(charge, &shares);
		let royalty = model.map_or(0, |model| Self::pay(&model.owner, parts.royalty));
		// A royalty that can't be paid is the provider's; earnings that can't be are the treasury's, at
		// the batch's end.
		let unpaid = parts.royalty.saturating_sub(royalty);
		let earned = Self::pay(&total.provider, parts.provider.saturating_add(unpaid));
		// Auditors' parts that can't be paid are the treasury's.
		let audits = T::Audits::pot().map_or(0, |pot| Self::pay(&pot, parts.auditors));
		let paid = royalty.saturating_add(earned).saturating_add(audits);
		batch.escrow = batch.escrow.saturating_sub(paid);
		batch.for_gateway = batch.for_gateway.saturating_add(parts.gateway);

		T::OnPayout::on_payout(&PaidTotal {
			batch: id,
			provider: total.provider.clone(),
			gateway: batch.gateway.clone(),
			model: total.model,
			receipts: total.receipts.count,
			charge,
			fee: parts.treasury,
		});
		Self::deposit_event(Event::TotalPaid {
			batch: id,
			provider: total.provider,
			model: total.model,
			charge,
			earned,
		});
	}

	/// A rejected batch: each client has back what its channel paid, then nothing of the batch stays.
	fn return_one(id: BatchId, batch: &mut BatchOf<T>) -> Weight {
		let BatchState::Returning(why) = batch.state else { return Weight::zero() };
		if let Some((channel, paid)) = Contributions::<T>::iter_prefix(id).next() {
			Contributions::<T>::remove(id, channel);
			let amount = Self::give_back(&paid.client, paid.amount);
			batch.escrow = batch.escrow.saturating_sub(amount);
			let client = paid.client;
			Self::deposit_event(Event::ContributionReturned { batch: id, channel, client, amount });
			return Self::due_return();
		}
		let positions: Vec<u32> = Payouts::<T>::iter_key_prefix(id).take(REMOVED_AT_ONCE).collect();
		if !positions.is_empty() {
			for payout in
				positions.into_iter().filter_map(|position| Payouts::<T>::take(id, position))
			{
				Self::stand_down(batch, &payout.total.provider, payout.amount());
			}
			return Self::due_removal();
		}
		if Self::pay_rest(id, batch, 0) {
			batch.state = BatchState::Rejected(why);
		}
		Self::due_end()
	}

	/// Removes a few of what channels have paid, which can't come back any more; says whether there
	/// were any.
	fn remove_contributions(id: BatchId) -> bool {
		let channels: Vec<ChannelId> =
			Contributions::<T>::iter_key_prefix(id).take(REMOVED_AT_ONCE).collect();
		channels.iter().for_each(|channel| Contributions::<T>::remove(id, channel));
		!channels.is_empty()
	}

	/// Pays the gateway and, with all that is left, the treasury; says whether nothing is left, and
	/// lets the batch wait on if there is.
	fn pay_rest(id: BatchId, batch: &mut BatchOf<T>, for_gateway: Balance) -> bool {
		let earned = Self::pay(&batch.gateway, for_gateway);
		batch.for_gateway = 0;
		batch.escrow = batch.escrow.saturating_sub(earned);
		let kept = Self::pay(&T::Treasury::get(), batch.escrow);
		batch.escrow = batch.escrow.saturating_sub(kept);
		let now = frame_system::Pallet::<T>::block_number();
		// Never at once, even if nothing is remembered: a step must not come upon its own batch for
		// ever.
		let later = T::RetentionBlocks::get().max(One::one());
		Self::reschedule(id, batch, now.saturating_add(later));
		batch.escrow == 0
	}

	fn forget(id: BatchId, batch: &BatchOf<T>) -> Weight {
		Agenda::<T>::remove(batch.due, Due::Batch(id));
		Batches::<T>::remove(id);
		Self::deposit_event(Event::BatchForgotten { batch: id });
		Self::due_final()
	}
}
