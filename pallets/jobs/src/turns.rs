//! A provider's turn: it delivers, declines, or lets its deadline pass.

use crate::pallet::*;
use frame_support::{
	ensure,
	traits::{Get, UnixTime},
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_economics as economics;
use reckon_primitives::{
	Attempt, Balance, Content, Delivery, JobId, JobState, Price, Progress, Reason, TaskKind, Units,
	MAX_ATTEMPTS,
};
use reckon_support::{
	Auditing, EndedTurn, OnProviderOutcome, Outcome, ProviderPool, SubnetInspect,
};
use sp_core::H256;
use sp_runtime::{traits::Saturating, DispatchError, DispatchResult};

/// What a turn is about, taken out of the job's state.
struct Turn<T: Config> {
	provider: T::AccountId,
	price: Price<Balance>,
	seed: H256,
	assigned_at: BlockNumberFor<T>,
}

impl<T: Config> Pallet<T> {
	/// Says whether the answer is compared with others, and whether it may be audited.
	pub(crate) fn do_deliver(
		worker: T::AccountId,
		id: JobId,
		delivery: Delivery<Content>,
	) -> Result<(bool, bool), DispatchError> {
		let (mut job, turn) = Self::turn_of(worker, id)?;
		Self::ensure_credible(&job, &delivery)?;
		let auditable = T::Audits::is_auditable(&job.model);
		let committed = !auditable || delivery.commitment.is_some();
		ensure!(committed, Error::<T>::CommitmentMissing);

		let now = frame_system::Pallet::<T>::block_number();
		let charge = economics::charge(&turn.price, delivery.units, Self::most_charge(&job));
		let output = delivery.output.reference();
		let units = delivery.units;
		let delivery = Delivery {
			commitment: delivery.commitment,
			units,
			started_at: delivery.started_at,
			finished_at: delivery.finished_at,
			output: match delivery.output {
				Content::Inline(bytes) => {
					Answers::<T>::insert(id, bytes);
					output
				},
				Content::Blob(reference) => reference,
			},
		};
		T::Providers::release_delivered(&turn.provider);
		ProviderJobs::<T>::remove(&turn.provider, id);
		job.state = JobState::Delivered {
			provider: turn.provider.clone(),
			delivery,
			charge,
			seed: turn.seed,
			assigned_at: turn.assigned_at,
		};
		// At least a block: a job is due after now, always.
		let window = T::Subnets::subnet(job.subnet).map_or(1, |rules| rules.dispute_window_blocks);
		Self::schedule(id, &mut job, now.saturating_add(window.max(1).into()));
		Self::deposit_event(Event::JobDelivered {
			job: id,
			provider: turn.provider,
			output,
			units,
			charge,
		});
		let compared = job.comparison.is_some();
		Self::note_in_comparison(id, &job, Progress::Delivered { answer: output, charge });
		// Answers that are compared are judged by one another.
		let audited = auditable && !compared;
		if audited {
			Self::submit_to_audits(id, &job);
		}
		Jobs::<T>::insert(id, job);
		Ok((compared, audited))
	}

	pub(crate) fn do_decline(worker: T::AccountId, id: JobId, reason: Reason) -> DispatchResult {
		ensure!(reason.is_decline(), Error::<T>::NotADeclineReason);
		let (mut job, turn) = Self::turn_of(worker, id)?;
		let now = frame_system::Pallet::<T>::block_number();
		let in_grace = now.saturating_sub(turn.assigned_at) <= T::GraceBlocks::get();
		let outcome = if in_grace { Outcome::Declined } else { Outcome::DeadlineMissed };
		Self::deposit_event(Event::JobDeclined {
			job: id,
			provider: turn.provider.clone(),
			reason,
		});
		Self::end_turn(id, &mut job, turn.provider, turn.price, turn.assigned_at, reason, outcome);
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	/// What a job costs at most by a provider's price.
	fn worst_charge(job: &JobOf<T>, price: &Price<Balance>) -> Balance {
		let worst = economics::worst_case(job.payload.length, job.sampling.max_output);
		economics::charge(price, worst, Self::most_charge(job))
	}

	/// A turn has come to nothing: another draw, or the money back. The caller stores the job.
	pub(crate) fn end_turn(
		id: JobId,
		job: &mut JobOf<T>,
		provider: T::AccountId,
		price: Price<Balance>,
		assigned_at: BlockNumberFor<T>,
		reason: Reason,
		outcome: Outcome,
	) {
		T::Providers::release(&provider);
		ProviderJobs::<T>::remove(&provider, id);
		T::OnOutcome::on_provider_outcome(&EndedTurn {
			provider: provider.clone(),
			outcome,
			// What the provider would have had at most. The client's maximum price is no measure:
			// it comes back after a miss.
			value: Self::worst_charge(job, &price),
			assigned_at,
			named: job.only.is_some(),
		});
		let recorded = job.attempts.try_push(Attempt { provider, reason }).is_ok();
		let exhausted =
			!recorded || job.only.is_some() || job.attempts.len() as u32 >= MAX_ATTEMPTS;
		if exhausted {
			return Self::refund(id, job, Reason::AttemptsExhausted);
		}
		Self::await_draw(id, job);
	}

	/// The job and the turn that a worker speaks of, if it is its provider's turn.
	fn turn_of(
		worker: T::AccountId,
		id: JobId,
	) -> Result<(JobOf<T>, Turn<T>), sp_runtime::DispatchError> {
		let who = T::Providers::provider_of(&worker).ok_or(Error::<T>::NotAWorker)?;
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		let turn = match &job.state {
			JobState::Assigned { provider, price, seed, assigned_at } if *provider == who => {
				Turn { provider: who, price: *price, seed: *seed, assigned_at: *assigned_at }
			},
			JobState::Delivered { provider, .. } | JobState::Settled { provider, .. }
				if *provider == who =>
			{
				return Err(Error::<T>::AlreadyDelivered.into())
			},
			_ => return Err(Error::<T>::NotAssignedToYou.into()),
		};
		// The sweep may be behind; the deadline is not.
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now < job.due, Error::<T>::DeliveryTooLate);
		Ok((job, turn))
	}

	/// Refuses what can't be true, whoever signed it.
	fn ensure_credible(job: &JobOf<T>, delivery: &Delivery<Content>) -> DispatchResult {
		let length = match &delivery.output {
			Content::Inline(bytes) => bytes.len() as u32,
			Content::Blob(blob) => blob.length,
		};
		ensure!(length <= T::MaxAnswerBytes::get(), Error::<T>::AnswerTooLong);
		// A model may have nothing to say; then it has no output to be paid for.
		let may_be_empty = job.task != TaskKind::Embed && delivery.units.output == 0;
		ensure!(length > 0 || may_be_empty, Error::<T>::AnswerEmpty);
		let Units { input, output } =
			economics::worst_case(job.payload.length, job.sampling.max_output);
		ensure!(
			delivery.units.input <= input && delivery.units.output <= output,
			Error::<T>::UnitsAboveLimit
		);
		ensure!(delivery.started_at <= delivery.finished_at, Error::<T>::TimesReversed);
		let chain_millis = u64::try_from(T::Time::now().as_millis()).unwrap_or(u64::MAX);
		ensure!(
			delivery.finished_at <= chain_millis.saturating_add(T::MaxClockLeadMillis::get()),
			Error::<T>::ClockAhead
		);
		Ok(())
	}
}
