//! Batches: what a gateway takes for many receipts at once.

use crate::{pallet::*, types::*};
use codec::MaxEncodedLen;
use frame_support::{
	ensure,
	traits::{fungible::Mutate, tokens::Preservation, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, BatchId, ContentRef, ModelId};
use reckon_receipts::{
	batch_root, Root, SignedReceipt, Total, TreeError, MAX_LEAVES, MAX_RECEIPTS,
};
use reckon_support::{
	AuditedBatch, AuditedBatches, BatchAuditing, GatewayInspect, ModelInspect, ProviderPool,
	SubnetInspect, SubnetParameters,
};
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult, Permill};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_commit_batch(
		gateway: T::AccountId,
		leaves: ContentRef,
		totals: Totals<T::AccountId>,
		claims: LaneClaims,
	) -> DispatchResult {
		// Also one that is leaving: it must be able to take what it has earned.
		let info = T::Gateways::gateway(&gateway).ok_or(Error::<T>::NotAGateway)?;
		let rules = T::Subnets::subnet(info.subnet).ok_or(Error::<T>::UnknownSubnet)?;
		ensure!(info.bond >= T::FaultSlash::get(), Error::<T>::BondTooLow);
		let window: BlockNumberFor<T> = rules.dispute_window_blocks.max(1).into();
		let now = frame_system::Pallet::<T>::block_number();
		let due = now.saturating_add(window);
		// As long as it can be asked to stand for it.
		let audited = now.saturating_add(T::Audits::longest().into()).max(due);
		let stays = info.leaves_at.is_none_or(|until| BlockNumberFor::<T>::from(until) >= audited);
		ensure!(stays, Error::<T>::LeavesTooSoon);
		let (root, receipts) = Self::check_totals(&totals, &rules)?;
		ensure!(leaves.length > 0, Error::<T>::LeavesMissing);
		// Else nobody could be asked to look at them.
		let longest = u64::from(receipts)
			.saturating_mul(SignedReceipt::<T::AccountId>::max_encoded_len() as u64)
			.saturating_add(5);
		ensure!(u64::from(leaves.length) <= longest, Error::<T>::LeavesTooLong);

		let id = BatchCount::<T>::mutate(|count| {
			*count = count.saturating_add(1);
			Self::new_id(b"reckon:batch:v1", &gateway, *count)
		});
		let charged = Self::take(id, &gateway, &claims)?;
		ensure!(charged == root.sum, Error::<T>::SumsDiffer);

		Outstanding::<T>::mutate(&gateway, |sum| *sum = sum.saturating_add(charged));
		let subnet = info.subnet;
		let subject = AuditedBatch { gateway: gateway.clone(), subnet, receipts, charge: charged };
		let premium = T::Audits::submit(&id, subject);
		Self::pay_premium(id, &gateway, premium)?;
		let mut batch = Batch {
			gateway: gateway.clone(),
			subnet,
			root,
			receipts,
			leaves,
			escrow: charged,
			for_gateway: 0,
			state: BatchState::Waiting,
			due,
			samples: None,
		};
		if Self::insert_payouts(id, &batch, totals)? {
			let (samples, drawn) = Self::expect_draw(now, due);
			batch.samples = Some(samples);
			batch.due = drawn;
		}
		Agenda::<T>::insert(batch.due, Due::Batch(id), ());
		Batches::<T>::insert(id, batch);
		let root = root.hash;
		Self::deposit_event(Event::BatchCommitted { batch: id, gateway, root, receipts, charged });
		Ok(())
	}

	/// What those have who audit batches. At once, and whatever becomes of the batch: it is looked at also
	/// when nothing of it is paid.
	fn pay_premium(id: BatchId, gateway: &T::AccountId, amount: Balance) -> DispatchResult {
		let Some(pot) = T::Audits::pot().filter(|_| amount > 0) else { return Ok(()) };
		T::Currency::transfer(gateway, &pot, amount, Preservation::Preserve)?;
		Self::deposit_event(Event::PremiumPaid { batch: id, gateway: gateway.clone(), amount });
		Ok(())
	}

	/// Says what names the totals together, and how many receipts there are.
	pub(crate) fn check_totals(
		totals: &[Total<T::AccountId>],
		rules: &SubnetParameters,
	) -> Result<(Root, u32), Error<T>> {
		let whole = batch_root(totals).map_err(|error| match error {
			TreeError::Empty | TreeError::TooMany => Error::<T>::BatchEmpty,
			TreeError::Sum => Error::<T>::SumTooHigh,
		})?;
		let key = |total: &Total<T::AccountId>| (total.provider.clone(), total.model);
		let ascending = totals.is_sorted_by(|one, next| key(one) < key(next));
		ensure!(ascending, Error::<T>::TotalsUnordered);
		let mut receipts = 0u32;
		for Total { provider, model, receipts: root } in totals {
			ensure!((1..=MAX_LEAVES).contains(&root.count), Error::<T>::CountOutOfRange);
			ensure!(root.sum > 0, Error::<T>::TotalZero);
			Self::check_payee(rules, provider, model)?;
			receipts = receipts.checked_add(root.count).ok_or(Error::<T>::CountOutOfRange)?;
		}
		ensure!(receipts <= MAX_RECEIPTS, Error::<T>::CountOutOfRange);
		Ok((whole, receipts))
	}

	/// Whether a provider can be paid for a model's answers.
	pub(crate) fn check_payee(
		rules: &SubnetParameters,
		provider: &T::AccountId,
		model: &ModelId,
	) -> Result<(), Error<T>> {
		ensure!(rules.membership.admits(model), Error::<T>::ModelNotInSubnet);
		ensure!(T::Models::model(model).is_some(), Error::<T>::UnknownModel);
		let stands = T::Providers::stake_per_job(provider) > 0;
		ensure!(stands, Error::<T>::ProviderWithoutBond);
		Ok(())
	}

	/// Says whether anything of the batch may be sampled.
	pub(crate) fn insert_payouts(
		id: BatchId,
		batch: &BatchOf<T>,
		totals: Totals<T::AccountId>,
	) -> Result<bool, Error<T>> {
		let mut may_be_sampled = false;
		let exposure = Self::exposure(&batch.gateway);
		for (position, total) in (0u32..).zip(totals) {
			let terms = Self::stand_for(batch, &total, exposure);
			// Else others would pay for its audits.
			ensure!(terms.premium < Permill::one(), Error::<T>::TotalTooSmall);
			may_be_sampled |= !terms.rate.is_zero();
			let (strikes, sample) = Default::default();
			Payouts::<T>::insert(id, position, Payout { total, struck: 0, strikes, terms, sample });
		}
		Ok(may_be_sampled)
	}

	/// Takes what lanes pay out of their channels; says how much that is, together.
	fn take(
		id: BatchId,
		gateway: &T::AccountId,
		claims: &[LaneClaim],
	) -> Result<Balance, DispatchError> {
		let lane = |claim: &LaneClaim| (claim.signed.voucher.channel, claim.signed.voucher.lane);
		let ascending = claims.is_sorted_by(|one, next| lane(one) < lane(next));
		ensure!(ascending, Error::<T>::ClaimsUnordered);
		let genesis = Self::genesis();
		let mut sum: Balance = 0;
		for of_channel in claims.chunk_by(|one, next| lane(one).0 == lane(next).0) {
			let Some(channel_id) = of_channel.first().map(|claim| lane(claim).0) else { continue };
			let mut channel = Channels::<T>::get(channel_id).ok_or(Error::<T>::UnknownChannel)?;
			ensure!(channel.gateway == *gateway, Error::<T>::NotYourChannel);
			let mut amount: Balance = 0;
			for LaneClaim { signed, upto } in of_channel {
				let lane = usize::from(signed.voucher.lane);
				let taken = channel.taken.get_mut(lane).ok_or(Error::<T>::UnknownLane)?;
				ensure!(*upto > *taken, Error::<T>::ChargeZero);
				ensure!(*upto <= signed.voucher.cumulative, Error::<T>::VoucherTooLow);
				let good = signed.verify(&genesis, &channel.session_key);
				ensure!(good, Error::<T>::VoucherForged);
				amount = amount.saturating_add(upto.saturating_sub(*taken));
				*taken = *upto;
			}
			channel.left = channel.left.checked_sub(amount).ok_or(Error::<T>::DepositExceeded)?;
			sum = sum.saturating_add(amount);
			Self::charge(&channel.client, amount)?;
			let left = channel.left;
			Contributions::<T>::insert(
				id,
				channel_id,
				Contribution { client: channel.client.clone(), amount },
			);
			Channels::<T>::insert(channel_id, channel);
			Self::deposit_event(Event::ChannelCharged {
				channel: channel_id,
				batch: id,
				amount,
				left,
			});
		}
		Ok(sum)
	}
}
