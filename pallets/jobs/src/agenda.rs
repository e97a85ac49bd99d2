//! When the chain looks at each job again: the agenda, and the queue of jobs that wait.
//!
//! Each job stands in the agenda exactly once, under the block at whose start something must
//! happen to it. Nobody's help is needed for a deadline to pass.

use crate::{pallet::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{JobId, JobState, Reason};
use reckon_support::Outcome;
use sp_runtime::traits::{One, Saturating, Zero};

/// Blocks without entries that one sweep passes over: it catches up after a halt, bounded.
const MAX_EMPTY_BLOCKS: u32 = 64;

impl<T: Config> Pallet<T> {
	/// Moves a job in the agenda. The caller stores the job.
	pub(crate) fn schedule(id: JobId, job: &mut JobOf<T>, due: BlockNumberFor<T>) {
		if !job.due.is_zero() {
			Agenda::<T>::remove(job.due, id);
		}
		job.due = due;
		Agenda::<T>::insert(due, id, ());
	}

	/// Lets a job wait for a provider until its deadline. The caller stores the job.
	pub(crate) fn wait(id: JobId, job: &mut JobOf<T>, reason: Reason) {
		job.state = JobState::Open { reason };
		let due = job.deadline.saturating_add(One::one());
		if job.due != due {
			Self::schedule(id, job, due);
		}
		Self::enqueue(id);
		Self::deposit_event(Event::JobWaiting { job: id, reason });
	}

	/// What every block does, however full it is.
	pub(crate) fn work_off_some(now: BlockNumberFor<T>) -> Weight {
		let each = Self::heaviest_step();
		Self::work_off(now, each.saturating_mul(T::DuePerBlock::get().into()))
	}

	/// What a block does with spare weight.
	pub(crate) fn work_off_more(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		Self::work_off(now, limit)
	}

	/// Takes due jobs a step on, as long as the heaviest step fits into the limit; says what it
	/// used.
	fn work_off(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		let each = Self::heaviest_step();
		let look = T::DbWeight::get().reads_writes(2, 1);
		let mut used = look;
		if !look.saturating_add(each).all_lte(limit) {
			return Weight::zero();
		}
		let mut cursor = AgendaCursor::<T>::get();
		let mut empty = 0u32;
		while cursor <= now && empty < MAX_EMPTY_BLOCKS {
			// So many fit even if each is the heaviest; the rest is for the next call.
			let room = limit.saturating_sub(used).checked_div_per_component(&each).unwrap_or(0);
			if room == 0 {
				break;
			}
			let batch = usize::try_from(room).unwrap_or(usize::MAX).min(MAX_BATCH);
			let due: Vec<JobId> = Agenda::<T>::iter_key_prefix(cursor).take(batch).collect();
			if due.is_empty() {
				cursor = cursor.saturating_add(One::one());
				empty = empty.saturating_add(1);
				used = used.saturating_add(T::DbWeight::get().reads(1));
				continue;
			}
			for id in due {
				used = used.saturating_add(Self::step(id, cursor));
			}
		}
		AgendaCursor::<T>::put(cursor);
		used
	}

	/// Does what is due for one job; says what it weighed.
	fn step(id: JobId, cursor: BlockNumberFor<T>) -> Weight {
		let Some(mut job) = Jobs::<T>::get(id) else {
			frame_support::defensive!("the agenda names a job that is not there");
			Agenda::<T>::remove(cursor, id);
			return T::DbWeight::get().reads_writes(1, 1);
		};
		let weight = match job.state.clone() {
			JobState::Open { .. } => {
				Self::refund(id, &mut job, Reason::NoProviderInTime);
				T::WeightInfo::due_open()
			},
			JobState::Assigned { provider, .. } => {
				Self::deposit_event(Event::DeadlineMissed { job: id, provider: provider.clone() });
				let reason = Reason::DeadlineMissed;
				Self::end_turn(id, &mut job, provider, reason, Outcome::DeadlineMissed);
				T::WeightInfo::due_assigned()
			},
			JobState::Delivered { provider, delivery, charge, seed } => {
				Self::settle(id, &mut job, provider, delivery, charge, seed);
				T::WeightInfo::due_delivered()
			},
			JobState::Settled { .. } | JobState::Refunded { .. } => {
				Self::forget(id, &job);
				return T::WeightInfo::due_final();
			},
		};
		Jobs::<T>::insert(id, job);
		weight
	}

	fn forget(id: JobId, job: &JobOf<T>) {
		Agenda::<T>::remove(job.due, id);
		ClientJobs::<T>::remove(&job.client, id);
		Payloads::<T>::remove(id);
		Answers::<T>::remove(id);
		Jobs::<T>::remove(id);
		Self::deposit_event(Event::JobForgotten { job: id });
	}

	/// Tries to place jobs that wait, the longest waiting first.
	pub(crate) fn retry_waiting(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		let each = T::WeightInfo::retry_open();
		let mut used = T::DbWeight::get().reads(1);
		if !used.saturating_add(each).all_lte(limit) {
			return Weight::zero();
		}
		let (first, next) = WaitingRange::<T>::get();
		// Those that go to the end of the queue are not tried twice in a block.
		let last = next.min(first.saturating_add(T::RetriesPerBlock::get().into()));
		for number in first..last {
			if !used.saturating_add(each).all_lte(limit) {
				break;
			}
			used = used.saturating_add(each);
			WaitingRange::<T>::mutate(|range| range.0 = number.saturating_add(1));
			if let Some(id) = Waiting::<T>::take(number) {
				Self::retry(id, now);
			}
		}
		used
	}

	fn retry(id: JobId, now: BlockNumberFor<T>) {
		let Some(mut job) = Jobs::<T>::get(id) else { return };
		let JobState::Open { reason: old } = job.state else { return };
		match Self::assign(id, &mut job, now) {
			Ok(()) => Jobs::<T>::insert(id, job),
			Err(reason) => {
				if reason != old {
					job.state = JobState::Open { reason };
					Jobs::<T>::insert(id, job);
				}
				Self::enqueue(id);
			},
		}
	}

	fn enqueue(id: JobId) {
		WaitingRange::<T>::mutate(|(_, next)| {
			Waiting::<T>::insert(*next, id);
			*next = next.saturating_add(1);
		});
	}

	/// What the heaviest step of the agenda weighs.
	fn heaviest_step() -> Weight {
		T::WeightInfo::due_open()
			.max(T::WeightInfo::due_assigned())
			.max(T::WeightInfo::due_delivered())
			.max(T::WeightInfo::due_final())
	}
}

/// Keys read from the agenda at once: bounds the memory of a sweep.
const MAX_BATCH: usize = 256;
