//! When the chain looks at each job again: the agenda.
//!
//! Each job stands in the agenda exactly once, under the block at whose start something must
//! happen to it. Nobody's help is needed for a draw to be made or a deadline to pass.

use crate::{compare::AnsweredTurn, pallet::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{JobId, JobState, Reason};
use reckon_support::{Auditing, Outcome};
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

	/// Lets a job wait for the draw at the next block's start. The caller stores the job.
	pub(crate) fn await_draw(id: JobId, job: &mut JobOf<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		job.state = JobState::Open { reason: Reason::AwaitingDraw, since: now };
		Self::schedule(id, job, now.saturating_add(One::one()));
	}

	/// Draws a provider for a job that waits, lets it wait on, or gives the money back. The caller
	/// stores the job.
	fn draw(id: JobId, job: &mut JobOf<T>, was: Reason, since: BlockNumberFor<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		// The last block in which a provider would still have time.
		let last = job.deadline.saturating_sub(T::MinTurnBlocks::get());
		let drawn = if now > last { Err(was) } else { Self::assign(id, job, now) };
		let Err(reason) = drawn else { return };
		if now >= last {
			return Self::refund(id, job, Reason::NoProviderInTime);
		}
		// Nobody else is there, and nobody else would fare better.
		if job.attempts.last().is_some_and(|attempt| attempt.reason.blames_job()) {
			return Self::refund(id, job, Reason::AttemptsExhausted);
		}
		if reason != was {
			job.state = JobState::Open { reason, since };
			Self::deposit_event(Event::JobWaiting { job: id, reason });
		}
		// The next try is as far away as the wait has been long: a job that waits for long costs
		// the chain little, and none waits for more than twice as long as it must.
		let waited = now.saturating_sub(since).max(One::one());
		Self::schedule(id, job, now.saturating_add(waited).min(last));
	}

	/// What every block does, however full it is.
	pub(crate) fn work_off_some(now: BlockNumberFor<T>) -> Weight {
		let steps = Self::heaviest_step().saturating_mul(T::DuePerBlock::get().into());
		Self::work_off(now, Self::look().saturating_add(steps))
	}

	/// What a block does with spare weight.
	pub(crate) fn work_off_more(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		Self::work_off(now, limit)
	}

	/// Takes due jobs a step on, as long as the heaviest step fits into the limit; says what it
	/// used.
	fn work_off(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		let each = Self::heaviest_step();
		let look = Self::look();
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

	/// What it weighs to see that nothing is due.
	fn look() -> Weight {
		T::DbWeight::get().reads_writes(2, 1)
	}

	/// Does what is due for one job; says what it weighed.
	fn step(id: JobId, cursor: BlockNumberFor<T>) -> Weight {
		let Some(mut job) = Jobs::<T>::get(id) else {
			frame_support::defensive!("the agenda names a job that is not there");
			Agenda::<T>::remove(cursor, id);
			return T::DbWeight::get().reads_writes(1, 1);
		};
		let weight = match job.state.clone() {
			JobState::Open { reason, since } => {
				Self::draw(id, &mut job, reason, since);
				Self::due_open()
			},
			JobState::Assigned { provider, price, assigned_at, .. } => {
				Self::deposit_event(Event::DeadlineMissed { job: id, provider: provider.clone() });
				let reason = Reason::DeadlineMissed;
				let outcome = Outcome::DeadlineMissed;
				Self::end_turn(id, &mut job, provider, price, assigned_at, reason, outcome);
				Self::due_assigned()
			},
			JobState::Delivered { provider, delivery, charge, seed, assigned_at } => {
				let turn = AnsweredTurn { provider, delivery, charge, seed, assigned_at };
				match job.comparison {
					None if T::Audits::is_open(&id) => Self::await_ruling(id, &mut job, &turn),
					None => {
						Self::settle(id, &mut job, turn, 0);
					},
					Some(comparison) => Self::conclude(id, &mut job, comparison, turn),
				}
				Self::due_delivered(job.comparison.is_some())
			},
			JobState::Settled { .. } | JobState::Refunded { .. } => {
				Self::forget(id, &job);
				return T::WeightInfo::due_final().saturating_add(Self::comparing(&job));
			},
		};
		let weight = weight.saturating_add(Self::comparing(&job));
		Jobs::<T>::insert(id, job);
		weight
	}

	/// What a step weighs more when the job's answer is compared with others.
	fn comparing(job: &JobOf<T>) -> Weight {
		job.comparison.map_or(Weight::zero(), |_| T::WeightInfo::compare())
	}

	fn forget(id: JobId, job: &JobOf<T>) {
		Agenda::<T>::remove(job.due, id);
		ClientJobs::<T>::remove(&job.client, id);
		Self::forget_payload(id, job);
		Answers::<T>::remove(id);
		Jobs::<T>::remove(id);
		Self::deposit_event(Event::JobForgotten { job: id });
	}
}

/// Keys read from the agenda at once: bounds the memory of a sweep.
const MAX_BATCH: usize = 256;
