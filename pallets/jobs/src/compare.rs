//! Comparisons: sibling jobs whose answers are held against one another, since the client asked for
//! replicas or doubts an answer (decision 0011).
//!
//! Each sibling is a job like any other until its dispute window has passed. A comparison's record
//! has what the siblings must know of one another, so that no step of the agenda looks at more than
//! one of them.

use crate::pallet::*;
use alloc::vec::Vec;
use frame_support::{defensive, ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{
	Attempt, Balance, Comparison, ContentRef, Delivery, Fate, Job, JobId, JobState, Progress,
	Purpose, Reason, Sibling,
};
use reckon_support::{Auditing, EndedTurn, ModelInspect, OnProviderOutcome, Outcome, ProviderPool};
use sp_core::H256;
use sp_runtime::{
	traits::{One, Saturating, Zero},
	BoundedVec, DispatchError,
};

/// How many others compute a disputed answer again: the fewest that can outvote the first.
const WITNESSES: u32 = 2;

/// A turn that ended with an answer, taken out of the job's state.
pub(crate) struct AnsweredTurn<T: Config> {
	pub(crate) provider: T::AccountId,
	pub(crate) delivery: Delivery<ContentRef>,
	pub(crate) charge: Balance,
	pub(crate) seed: H256,
	pub(crate) assigned_at: BlockNumberFor<T>,
}

impl<T: Config> Pallet<T> {
	/// Says whether the client's earnings had to be claimed.
	pub(crate) fn do_dispute(client: T::AccountId, id: JobId) -> Result<bool, DispatchError> {
		let now = frame_system::Pallet::<T>::block_number();
		let mut first = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		ensure!(first.client == client, Error::<T>::NotClient);
		let JobState::Delivered { provider, delivery, charge, seed, .. } = &first.state else {
			return Err(Error::<T>::NotDelivered.into());
		};
		ensure!(first.comparison.is_none(), Error::<T>::AlreadyCompared);
		ensure!(!T::Audits::is_open(&id), Error::<T>::UnderAudit);
		// The sweep may be behind; the window is not.
		ensure!(now < first.due, Error::<T>::DisputeTooLate);
		Self::ensure_comparable(T::Models::model(&first.model))?;

		let bond = first.max_price.saturating_mul(WITNESSES.into());
		let claimed = Self::open_escrow(&client, bond)?;
		let answered = Progress::Delivered { answer: delivery.output, charge: *charge };
		let tried = first.attempts.iter().map(|turn| &turn.provider).chain([provider]);
		let span = first.deadline.saturating_sub(first.submitted_at);
		let mut comparison = Comparison {
			purpose: Purpose::Dispute,
			siblings: bounded([Sibling { job: id, progress: answered }])?,
			seed: Some(*seed),
			providers: bounded(tried.cloned())?,
			deadline: now.saturating_add(span.min(T::MaxComparisonBlocks::get())),
			verdict: None,
			remembered: 1,
		};
		Self::deposit_event(Event::JobDisputed { job: id, client, bond });
		for _ in 0..WITNESSES {
			let witness = Job {
				only: None,
				comparison: Some(id),
				submitted_at: now,
				deadline: comparison.deadline,
				due: Zero::zero(),
				attempts: Default::default(),
				state: JobState::Open { reason: Reason::AwaitingDraw, since: now },
				..first.clone()
			};
			let job = Self::next_job_id(&witness.client)?;
			Self::enter(job, witness);
			Self::add_sibling(&mut comparison, job)?;
		}
		first.comparison = Some(id);
		Jobs::<T>::insert(id, first);
		Self::open_comparison(id, comparison);
		Self::leave_draws_to_the_agenda(2);
		Ok(claimed)
	}

	/// Lets the answers of a request's replicas be compared.
	pub(crate) fn compare_replicas(
		jobs: &[JobId],
		deadline: BlockNumberFor<T>,
	) -> Result<(), DispatchError> {
		let first = jobs.first().ok_or(Error::<T>::ReplicasOutOfRange)?;
		let mut comparison = Comparison {
			purpose: Purpose::Replicas,
			siblings: Default::default(),
			seed: None,
			providers: Default::default(),
			deadline,
			verdict: None,
			remembered: 0,
		};
		for job in jobs {
			Self::add_sibling(&mut comparison, *job)?;
		}
		Self::open_comparison(*first, comparison);
		Ok(())
	}

	fn add_sibling(comparison: &mut ComparisonOf<T>, job: JobId) -> Result<(), DispatchError> {
		let sibling = Sibling { job, progress: Progress::Awaited };
		comparison.siblings.try_push(sibling).map_err(|_| Error::<T>::ReplicasOutOfRange)?;
		comparison.remembered = comparison.remembered.saturating_add(1);
		Ok(())
	}

	fn open_comparison(id: JobId, comparison: ComparisonOf<T>) {
		let jobs = comparison.siblings.iter().map(|sibling| sibling.job).collect::<Vec<_>>();
		let jobs = BoundedVec::truncate_from(jobs);
		Self::deposit_event(Event::ComparisonOpened { comparison: id, jobs });
		Comparisons::<T>::insert(id, comparison);
	}

	/// Notes an answer, or that none will come, in the job's comparison, if it has one.
	pub(crate) fn note_in_comparison(id: JobId, job: &JobOf<T>, progress: Progress<Balance>) {
		let Some(comparison) = job.comparison else { return };
		let verdict = Comparisons::<T>::mutate(comparison, |record| {
			record.as_mut().and_then(|record| record.note(id, progress))
		});
		if let Some(verdict) = verdict {
			Self::deposit_event(Event::ComparisonDecided { comparison, verdict });
		}
	}

	/// The dispute window of an answer that is compared with others has passed: it is paid or
	/// rejected, or waits for the others. The caller stores the job.
	pub(crate) fn conclude(
		id: JobId,
		job: &mut JobOf<T>,
		comparison: JobId,
		turn: AnsweredTurn<T>,
	) {
		let Some(comparison) = Comparisons::<T>::get(comparison) else {
			defensive!("a job's comparison is not there");
			return {
				Self::settle(id, job, turn, 0);
			};
		};
		match comparison.fate(id) {
			None => {
				// A turn's miss is seen in the block after the deadline.
				let last = comparison.deadline.saturating_add(2u32.into());
				Self::wait_on(id, job, turn.assigned_at, last);
			},
			Some(Fate::Paid) => {
				Self::settle(id, job, turn, 0);
			},
			Some(Fate::Unpaid) => {
				let (reason, outcome) = (Reason::NoMajority, Outcome::Inconclusive);
				Self::give_back(id, job, turn, reason, outcome, 0);
			},
			Some(Fate::Outvoted) => Self::reject(id, job, turn, 0, Outcome::Inconclusive),
			Some(Fate::Rejected { owes }) => Self::reject(id, job, turn, owes, Outcome::Rejected),
		}
	}

	/// An answer is wrong, and its provider owes the client something. The caller stores the job.
	fn reject(
		id: JobId,
		job: &mut JobOf<T>,
		turn: AnsweredTurn<T>,
		owes: Balance,
		outcome: Outcome,
	) {
		let provider = turn.provider.clone();
		let compensation = T::Providers::compensate(&provider, &job.client, owes);
		Self::deposit_event(Event::JobRejected { job: id, provider, compensation });
		Self::give_back(id, job, turn, Reason::AnswerRejected, outcome, 0);
	}

	/// Looks again after as long as it has waited, and from the `last` that there is to wait for on
	/// in every block. The caller stores the job.
	pub(crate) fn wait_on(
		id: JobId,
		job: &mut JobOf<T>,
		assigned_at: BlockNumberFor<T>,
		last: BlockNumberFor<T>,
	) {
		let now = frame_system::Pallet::<T>::block_number();
		let waited = now.saturating_sub(assigned_at);
		let due = now.saturating_add(waited).min(last).max(now.saturating_add(One::one()));
		Self::schedule(id, job, due);
	}

	/// The client has the price of an answer back, less an `audit_fee` that it has paid already.
	/// The caller stores the job.
	pub(crate) fn give_back(
		id: JobId,
		job: &mut JobOf<T>,
		turn: AnsweredTurn<T>,
		reason: Reason,
		outcome: Outcome,
		audit_fee: Balance,
	) {
		T::OnOutcome::on_provider_outcome(&EndedTurn {
			provider: turn.provider.clone(),
			outcome,
			value: turn.charge,
			assigned_at: turn.assigned_at,
			named: job.only.is_some(),
		});
		let recorded = job.attempts.try_push(Attempt { provider: turn.provider, reason });
		frame_support::defensive_assert!(recorded.is_ok(), "a job has at most so many turns");
		Self::refund_rest(id, job, reason, audit_fee);
	}

	/// Forgets the payload; that of a comparison, and its record, with the last of the siblings.
	pub(crate) fn forget_payload(id: JobId, job: &JobOf<T>) {
		let Some(key) = job.comparison else { return Payloads::<T>::remove(id) };
		Comparisons::<T>::mutate_exists(key, |slot| {
			let left = slot.as_mut().map_or(0, |comparison| {
				comparison.remembered = comparison.remembered.saturating_sub(1);
				comparison.remembered
			});
			if left == 0 {
				*slot = None;
				Payloads::<T>::remove(key);
			}
		});
	}

	/// Under what the payload lies, if it came inline.
	pub(crate) fn payload_key(id: JobId, job: &JobOf<T>) -> JobId {
		job.comparison.unwrap_or(id)
	}

	pub(crate) fn comparison_of(id: JobId) -> Option<ComparisonOf<T>> {
		Jobs::<T>::get(id)?.comparison.and_then(Comparisons::<T>::get)
	}

	pub(crate) fn ensure_comparable(
		model: Option<reckon_support::ModelInfo<T::AccountId>>,
	) -> Result<(), DispatchError> {
		let reproducible = model.is_some_and(|model| model.reproducible);
		ensure!(reproducible, Error::<T>::NotComparable);
		Ok(())
	}
}

fn bounded<Item, Max: Get<u32>>(
	items: impl IntoIterator<Item = Item>,
) -> Result<BoundedVec<Item, Max>, DispatchError> {
	let items: Vec<_> = items.into_iter().collect();
	items.try_into().map_err(|_| DispatchError::Exhausted)
}
