//! What people and daemons ask.

use crate::pallet::*;
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Assignment, Balance, Content, Held, HeldFor, JobId, JobState, Reason};
use reckon_support::Auditing;
use sp_runtime::traits::{One, Saturating};

/// The most jobs that one answer lists.
const MAX_LISTED: usize = 1_000;
/// The most jobs that one answer looks at.
const MAX_SEEN: usize = 10_000;

impl<T: Config> Pallet<T> {
	pub(crate) fn reason(id: JobId) -> Option<Reason> {
		let job = Jobs::<T>::get(id)?;
		let comparison = job.comparison.and_then(Comparisons::<T>::get);
		let awaits_others = comparison.is_some_and(|comparison| comparison.verdict.is_none());
		Some(match job.state {
			JobState::Open { reason, .. } | JobState::Refunded { reason } => reason,
			JobState::Assigned { .. } => Reason::InProgress,
			JobState::Delivered { .. } if awaits_others => Reason::AwaitingComparison,
			JobState::Delivered { .. } if T::Audits::is_open(&id) => Reason::InAudit,
			JobState::Delivered { .. } => Reason::InDisputeWindow,
			JobState::Settled { .. } => Reason::Paid,
		})
	}

	/// A job's payload; only its name when it did not come inline.
	pub(crate) fn payload(id: JobId, job: &JobOf<T>) -> Content {
		Payloads::<T>::get(Self::payload_key(id, job))
			.map_or(Content::Blob(job.payload), Content::Inline)
	}

	pub(crate) fn assignments(provider: &T::AccountId) -> Vec<Assignment<BlockNumberFor<T>>> {
		// A provider's capacity bounds the list.
		ProviderJobs::<T>::iter_key_prefix(provider)
			.filter_map(|id| {
				let job = Jobs::<T>::get(id)?;
				let JobState::Assigned { seed, .. } = job.state else { return None };
				Some(Assignment {
					job: id,
					model: job.model,
					task: job.task,
					payload: Self::payload(id, &job),
					sampling: job.sampling,
					seed,
					deadline: job.due.saturating_sub(One::one()),
				})
			})
			.collect()
	}

	pub(crate) fn client_jobs(client: &T::AccountId) -> Vec<(JobId, JobOf<T>)> {
		ClientJobs::<T>::iter_key_prefix(client)
			.take(MAX_LISTED)
			.filter_map(|id| Some((id, Jobs::<T>::get(id)?)))
			.collect()
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		ClientJobs::<T>::iter_key_prefix(who)
			.take(MAX_SEEN)
			.filter_map(|id| Some((id, Jobs::<T>::get(id)?)))
			.filter(|(_, job)| !job.state.is_final())
			.take(MAX_LISTED)
			.map(|(id, job)| Held {
				held_for: HeldFor::Job(id),
				amount: job.max_price,
				next_step_at: Some(job.due),
			})
			.collect()
	}
}
