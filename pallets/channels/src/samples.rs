//! Answers out of batches that are computed again: of each total one receipt at most, where the lot falls, and
//! those whose clients pay for it.
//!
//! The chain draws when nobody can change the batch any more, the gateway shows the receipts that the lot
//! fell on, and their answers are audited as jobs' are, under the request's hash. A client shows its own. Whatever
//! comes out, the other receipts are paid.

use crate::{pallet::*, types::*, weights::WeightInfo};
use codec::Encode;
use frame_support::{
	ensure,
	pallet_prelude::{
		InvalidTransaction, TransactionSource, TransactionValidityWithRefund, ValidTransaction,
	},
	traits::{Get, Time},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, BatchId, Content, JobId, Reason};
use reckon_receipts::{charge, sampled, Item, Receipt, Request, Total, MAX_AUDITED_BYTES};
use reckon_support::{
	AuditOutcome, AuditSubjects, AuditWork, AuditedAnswer, BatchAuditing, EndedTurn, Fault,
	GatewayExposure, GatewayWork, OnProviderOutcome, Outcome, ProviderPool, Rejection, Ruling,
	SampleAuditing, SampleTerms, SampledTotal,
};
use sp_core::H256;
use sp_runtime::{
	traits::{One, SaturatedConversion, Saturating},
	DispatchResult,
};

/// What samples that are shown are known by in the pool.
const SAMPLE: &[u8] = b"reckon:sample-shown:v1";
/// As votes: they are few, and late ones are worth nothing.
const PRIORITY: u64 = u64::MAX / 2;
/// Totals that one step looks at.
pub(crate) const LOOKED_AT_ONCE: u32 = 8;
/// Blocks at least for showing samples.
const TIME_TO_SHOW: u32 = 12;

/// Whether all samples of a batch are shown, and their audits over.
pub(crate) enum Looked {
	/// As far as it has been looked.
	Good,
	/// All of them.
	All,
	/// An audit goes on.
	Awaited,
	/// One was not shown, which must cost so much at the least.
	Withheld(Balance),
}

/// The batch and the total of a sample.
type OfSample<T> = (BatchOf<T>, Payout<<T as frame_system::Config>::AccountId>);

/// What a receipt that is shown as a sample is good for.
enum Shown<AccountId> {
	/// It is computed again.
	Audit(AuditedAnswer<AccountId, Balance>),
	/// It can't be, as its gateway could have seen: it is wrong by itself, or struck for that; it is for another
	/// model or more than was asked; it says no commitment; it is longer than an auditor takes, or so old that
	/// its worker need not have kept anything. If only the receipt were struck, who fears the audit would
	/// put such receipts into its batches.
	Unfit,
}

impl<T: Config> Pallet<T> {
	/// How often a total is sampled; notes what its provider stands for with it.
	pub(crate) fn stand_for(
		batch: &BatchOf<T>,
		total: &Total<T::AccountId>,
		exposure: GatewayExposure,
	) -> SampleTerms {
		let charge = total.receipts.sum;
		let outstanding = Unpaid::<T>::mutate(&batch.gateway, &total.provider, |sum| {
			*sum = sum.saturating_add(charge);
			*sum
		});
		T::Audits::terms(&SampledTotal {
			subnet: batch.subnet,
			provider: &total.provider,
			model: &total.model,
			receipts: total.receipts.count,
			charge,
			outstanding,
			exposure,
		})
	}

	/// So much of what a provider stands for is paid, or never will be.
	pub(crate) fn stand_down(batch: &BatchOf<T>, provider: &T::AccountId, amount: Balance) {
		Unpaid::<T>::mutate_exists(&batch.gateway, provider, |sum| {
			let left = sum.unwrap_or_default().saturating_sub(amount);
			*sum = (left > 0).then_some(left);
		});
	}

	/// What is to be drawn for a batch that was just committed to, and when it is paid then.
	pub(crate) fn expect_draw(
		now: BlockNumberFor<T>,
		until: BlockNumberFor<T>,
	) -> (Samples<BlockNumberFor<T>>, BlockNumberFor<T>) {
		let drawn =
			now.saturating_add(T::Audits::draw_delay().into()).max(now.saturating_add(One::one()));
		let until = until.max(drawn.saturating_add(TIME_TO_SHOW.into()));
		let committed_at = T::Time::now().saturated_into();
		(Samples { seed: None, until, committed_at, looked_at: 0, requested: 0 }, drawn)
	}

	/// Draws what is sampled of a batch; says whether there was anything to be drawn. The caller stores it.
	pub(crate) fn draw_samples(id: BatchId, batch: &mut BatchOf<T>) -> bool {
		let Some(samples) = batch.samples.as_mut().filter(|it| it.seed.is_none()) else {
			return false;
		};
		// Also where the chain is late with the draw, there is time for showing.
		let now = frame_system::Pallet::<T>::block_number();
		samples.until = samples.until.max(now.saturating_add(TIME_TO_SHOW.into()));
		let (seed, until) = (T::Audits::seed(&id), samples.until);
		samples.seed = Some(seed);
		Self::reschedule(id, batch, until);
		Self::deposit_event(Event::SamplesDrawn { batch: id, seed, until });
		true
	}

	/// Looks at a few totals whether what was to be shown of them is shown. The caller stores the batch.
	pub(crate) fn look_at_samples(id: BatchId, batch: &mut BatchOf<T>) -> Looked {
		let totals = batch.root.count;
		let Some(Samples { seed: Some(seed), looked_at, requested, .. }) = &mut batch.samples
		else {
			return Looked::All;
		};
		if *requested > 0 {
			return Looked::Awaited;
		}
		let upto = looked_at.saturating_add(LOOKED_AT_ONCE).min(totals);
		while *looked_at < upto {
			let payout = Payouts::<T>::get(id, *looked_at);
			let drawn = payout.filter(|payout| payout.sample_point(seed, *looked_at).is_some());
			match drawn.as_ref().map(|payout| payout.sample).zip(drawn.as_ref()) {
				Some((Sample::Unshown, payout)) => {
					let total = *looked_at;
					Self::deposit_event(Event::SampleWithheld { batch: id, total });
					return Looked::Withheld(Self::evasion(payout));
				},
				Some((Sample::Audited(request), _))
					if Self::is_audited(id, *looked_at, request) =>
				{
					return Looked::Awaited;
				},
				_ => {},
			}
			*looked_at = looked_at.saturating_add(1);
		}
		if upto < totals {
			Looked::Good
		} else {
			Looked::All
		}
	}

	/// Whether the answer of this very total is audited.
	fn is_audited(id: BatchId, total: u32, request: H256) -> bool {
		Sampled::<T>::get(request).is_some_and(|it| it.batch == id && it.total == total)
	}

	/// What it must cost at the least to keep a total's receipt from being audited.
	fn evasion(payout: &Payout<T::AccountId>) -> Balance {
		<T::Audits as SampleAuditing<T::AccountId>>::penalty(
			payout.total.receipts.sum,
			payout.terms.rate,
		)
	}

	/// Shows the receipt of a total that the lot fell on, with the request that it answers.
	pub(crate) fn do_show_sample(
		id: BatchId,
		item: &Item<T::AccountId>,
		request: &Request,
	) -> DispatchResult {
		let (batch, mut payout) = Self::check_sample(id, item, request)?;
		let shown = Self::judge_sample(id, &batch, &payout, item, request);
		payout.sample = Sample::Over;
		match shown {
			Shown::Audit(answer) => {
				let name = item.receipt.receipt.request;
				if T::Audits::sample(&name, answer, payout.terms.rate) {
					payout.sample = Sample::Audited(name);
					Self::note_sampled(id, item, request, false);
				}
				Payouts::<T>::insert(id, item.total, payout);
			},
			Shown::Unfit => {
				let (mut batch, least) = (batch, Self::evasion(&payout));
				Self::reject_at_cost(id, &mut batch, Rejection::Faults, least);
				Batches::<T>::insert(id, batch);
			},
		}
		Ok(())
	}

	/// Has an answer audited because its client pays for that.
	pub(crate) fn do_audit_receipt(
		client: T::AccountId,
		id: BatchId,
		item: &Item<T::AccountId>,
		request: &Request,
		max_fee: Balance,
	) -> DispatchResult {
		let mut batch = Self::waiting(id)?;
		let samples = batch.samples.ok_or(Error::<T>::NotAuditable)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now < samples.until, Error::<T>::SampleTooLate);
		let payout = Self::proven(id, item)?;
		let receipt = &item.receipt.receipt;
		ensure!(request.hash() == receipt.request, Error::<T>::RequestDiffers);
		let payer = Contributions::<T>::get(id, receipt.channel).map(|paid| paid.client);
		ensure!(payer == Some(client), Error::<T>::NotClient);
		let Shown::Audit(answer) = Self::judge_sample(id, &batch, &payout, item, request) else {
			return Err(Error::<T>::NotAuditable.into());
		};
		T::Audits::request(&receipt.request, answer, payout.terms.rate, max_fee)?;
		Self::note_sampled(id, item, request, true);
		let requested = samples.requested.saturating_add(1);
		batch.samples = Some(Samples { requested, ..samples });
		Batches::<T>::insert(id, batch);
		Ok(())
	}

	/// Remembers what an audit that has begun is of.
	fn note_sampled(id: BatchId, item: &Item<T::AccountId>, request: &Request, requested: bool) {
		let (total, index) = (item.total, item.index);
		let (receipt, request) = (item.receipt.receipt.clone(), *request);
		let (audit, provider) = (receipt.request, receipt.provider.clone());
		let sampled = SampledAnswer { batch: id, total, index, receipt, request, requested };
		Sampled::<T>::insert(audit, sampled);
		Self::deposit_event(Event::SampleShown { batch: id, total, index, audit, provider });
	}

	/// An audit that a client has paid for is over: its batch waits for one less.
	fn note_request_over(id: BatchId) {
		Batches::<T>::mutate_extant(id, |batch| {
			if let Some(samples) = &mut batch.samples {
				samples.requested = samples.requested.saturating_sub(1);
			}
		});
	}

	/// The batch and the total of which this is the sample, if it is.
	fn check_sample(
		id: BatchId,
		item: &Item<T::AccountId>,
		request: &Request,
	) -> Result<OfSample<T>, Error<T>> {
		let batch = Self::waiting(id)?;
		let payout = Payouts::<T>::get(id, item.total).ok_or(Error::<T>::UnknownTotal)?;
		let samples = batch.samples.as_ref().ok_or(Error::<T>::NotSampled)?;
		let seed = samples.seed.ok_or(Error::<T>::NotSampled)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now < samples.until, Error::<T>::SampleTooLate);
		let point = payout.sample_point(&seed, item.total).ok_or(Error::<T>::NotSampled)?;
		ensure!(payout.sample == Sample::Unshown, Error::<T>::SampleAlreadyShown);
		let span = item.span(&payout.total.receipts).map_err(|_| Error::<T>::ItemUnproven)?;
		ensure!(span.contains(&point), Error::<T>::NotSampled);
		ensure!(request.hash() == item.receipt.receipt.request, Error::<T>::RequestDiffers);
		Ok((batch, payout))
	}

	fn judge_sample(
		id: BatchId,
		batch: &BatchOf<T>,
		payout: &Payout<T::AccountId>,
		item: &Item<T::AccountId>,
		request: &Request,
	) -> Shown<T::AccountId> {
		let receipt = &item.receipt.receipt;
		let is_wrong = payout.strikes.contains(&item.index)
			|| Self::fault(id, batch, payout, &item.receipt).is_some();
		let is_other = receipt.model != request.model
			|| receipt.units.output > request.sampling.max_output
			|| receipt.charge > charge(&request.price, receipt.units);
		let length = u64::from(request.payload.length).saturating_add(receipt.output.length.into());
		if is_wrong || is_other || length > MAX_AUDITED_BYTES {
			return Shown::Unfit;
		}
		let committed_at = batch.samples.as_ref().map_or(0, |samples| samples.committed_at);
		let is_stale = receipt.finished_at.saturating_add(T::ReceiptLife::get()) < committed_at;
		let Some(commitment) = receipt.commitment.filter(|_| !is_stale) else {
			return Shown::Unfit;
		};
		let payer = Contributions::<T>::get(id, receipt.channel).map(|paid| paid.client);
		Shown::Audit(AuditedAnswer {
			client: payer.unwrap_or_else(|| batch.gateway.clone()),
			provider: receipt.provider.clone(),
			gateway: Some(batch.gateway.clone()),
			subnet: batch.subnet,
			model: receipt.model,
			commitment,
			output: receipt.output.hash,
			charge: receipt.charge,
			at_stake: payout.total.receipts.sum,
		})
	}

	/// Whether the pool and a block take a sample from nobody in particular: its proof is all that it takes.
	pub(crate) fn authorize_sample(
		_: TransactionSource,
		id: &BatchId,
		item: &Item<T::AccountId>,
		request: &Request,
	) -> TransactionValidityWithRefund {
		let (batch, _) = Self::check_sample(*id, item, request).map_err(|error| match error {
			Error::<T>::ItemUnproven | Error::<T>::RequestDiffers => InvalidTransaction::BadProof,
			_ => InvalidTransaction::Stale,
		})?;
		let left = batch.due.saturating_sub(frame_system::Pallet::<T>::block_number());
		let valid = ValidTransaction {
			priority: PRIORITY,
			requires: Default::default(),
			provides: [(SAMPLE, id, item.total).encode()].into(),
			longevity: left.max(One::one()).saturated_into(),
			propagate: true,
		};
		Ok((valid, Weight::zero()))
	}

	/// Takes a sampled receipt out of what is paid, if that can still be done.
	fn strike_sample(sampled: &SampledAnswer<T::AccountId>, fault: Fault) {
		let SampledAnswer { batch: id, total, index, receipt, .. } = sampled;
		let Ok(batch) = Self::waiting(*id) else { return };
		let Some(payout) = Payouts::<T>::get(id, total) else { return };
		if payout.strikes.contains(index) {
			return;
		}
		// Where as many are struck as can be, its provider pays for it all the same.
		let _ = Self::strike_place(*id, batch, payout, (*total, *index), receipt, fault);
	}

	/// A convicted answer: the auditors have what they cost, and the rest of the slash goes where slashes go.
	/// Says what the auditors have.
	fn convict(sampled: &SampledAnswer<T::AccountId>, ruling: &Ruling<Balance>) -> Balance {
		let provider = sampled.receipt.provider.clone();
		let pot = T::Audits::pot();
		// What charged hardly anything has cost its auditors as much.
		let paid = pot.map_or(0, |pot| T::Providers::compensate(&provider, &pot, ruling.costs));
		let rest = ruling.slash.saturating_sub(paid);
		let slashed = T::Providers::slash(&provider, rest, Reason::AuditRejected);
		let slashed = slashed.saturating_add(paid);
		Self::deposit_event(Event::SampleConvicted {
			batch: sampled.batch,
			audit: sampled.receipt.request,
			provider,
			slashed,
		});
		paid
	}
}

impl<AccountId> Payout<AccountId> {
	/// Where the lot falls in this total, if it falls on it.
	pub fn sample_point(&self, seed: &H256, position: u32) -> Option<Balance> {
		sampled(seed, position, self.terms.rate, self.total.receipts.sum)
	}
}

impl<T: Config> AuditSubjects<T::AccountId, Balance> for Pallet<T> {
	/// Nobody asks for the audit of one by its name alone: the chain does not know it.
	fn subject(_: &JobId) -> Option<AuditedAnswer<T::AccountId, Balance>> {
		None
	}

	fn work(id: &JobId) -> Option<AuditWork> {
		let SampledAnswer { receipt, request, .. } = Sampled::<T>::get(id)?;
		let Request { model, task, payload, sampling, presence_milli, frequency_milli, .. } =
			request;
		let Receipt { output, units, .. } = receipt;
		Some(AuditWork {
			model,
			task,
			payload: Content::Blob(payload),
			sampling,
			// A request has a nonce of its own, and its client chooses what is drawn for it.
			seed: sampling.salt,
			output: Content::Blob(output),
			units,
			gateway: Some(GatewayWork { presence_milli, frequency_milli }),
		})
	}

	fn on_ruling(id: &JobId, ruling: Ruling<Balance>) -> Balance {
		let Some(sampled) = Sampled::<T>::take(id) else { return 0 };
		if sampled.requested {
			Self::note_request_over(sampled.batch);
		}
		let (wages, outcome) = match ruling.outcome {
			AuditOutcome::Accepted => (0, Some(Outcome::Settled)),
			// Nobody has shown anything against it.
			AuditOutcome::Inconclusive => (0, None),
			AuditOutcome::Doubtful => {
				Self::strike_sample(&sampled, Fault::Doubtful);
				(0, Some(Outcome::Inconclusive))
			},
			AuditOutcome::Rejected(why) => {
				Self::strike_sample(&sampled, Fault::Answer(why));
				(Self::convict(&sampled, &ruling), Some(Outcome::Rejected))
			},
		};
		if let Some(outcome) = outcome {
			T::OnOutcome::on_provider_outcome(&EndedTurn {
				provider: sampled.receipt.provider,
				outcome,
				value: sampled.receipt.charge,
				assigned_at: frame_system::Pallet::<T>::block_number(),
				// Whoever sends its requests to a friend's gateway names its provider, in effect.
				named: true,
			});
		}
		wages
	}

	fn on_ruling_weight() -> Weight {
		T::WeightInfo::on_ruling().saturating_add(T::OnOutcome::on_provider_outcome_weight())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(_: AuditedAnswer<T::AccountId, Balance>) -> JobId {
		// Jobs are what audits are measured with.
		JobId::zero()
	}
}
