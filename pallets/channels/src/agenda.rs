//! When the chain looks at channels and batches again: the agenda. Nobody's help is needed for a notice
//! or a window to end.
//!
//! A channel that closes, each batch and each complaint stand in the agenda exactly once.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::BatchId;
use sp_core::H256;
use sp_runtime::traits::{One, Saturating};

/// Blocks without entries that one sweep passes over: it catches up after a halt, bounded.
const MAX_EMPTY_BLOCKS: u32 = 64;
/// Keys read from the agenda at once: bounds the memory of a sweep.
const MAX_BATCH: usize = 256;

impl<T: Config> Pallet<T> {
	/// Moves a batch in the agenda. The caller stores the batch.
	pub(crate) fn reschedule(id: BatchId, batch: &mut BatchOf<T>, due: BlockNumberFor<T>) {
		Agenda::<T>::remove(batch.due, Due::Batch(id));
		batch.due = due;
		Agenda::<T>::insert(due, Due::Batch(id), ());
	}

	/// Lets a batch go on in the next block. The caller stores the batch.
	pub(crate) fn wait_for_nobody(id: BatchId, batch: &mut BatchOf<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		Self::reschedule(id, batch, now.saturating_add(One::one()));
	}

	/// What every block does, however full it is.
	pub(crate) fn work_off_some(now: BlockNumberFor<T>) -> Weight {
		let steps = Self::heaviest_step().saturating_mul(T::DuePerBlock::get().into());
		Self::work_off(now, Self::look().saturating_add(steps))
	}

	/// Takes what is due a step on, as long as the heaviest step fits into the limit; says what it
	/// used. What is not done with its steps stays due.
	pub(crate) fn work_off(now: BlockNumberFor<T>, limit: Weight) -> Weight {
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
			let due: Vec<Due> = Agenda::<T>::iter_key_prefix(cursor).take(batch).collect();
			if due.is_empty() {
				cursor = cursor.saturating_add(One::one());
				empty = empty.saturating_add(1);
				used = used.saturating_add(T::DbWeight::get().reads(1));
				continue;
			}
			for entry in due {
				used = used.saturating_add(Self::step(Self::take_on(entry, cursor)));
			}
		}
		AgendaCursor::<T>::put(cursor);
		used
	}

	/// A complaint's deadline, or its oblivion; says what it weighed.
	pub(crate) fn take_up(id: H256) -> Option<Weight> {
		if let Some(complaint) = Complaints::<T>::get(id) {
			Self::uphold(id, complaint);
			return Some(Self::due_complaint());
		}
		let due = Heard::<T>::get(id)?;
		Self::forget_complaint(id, due);
		Some(Self::due_heard())
	}

	/// What it weighs to see that nothing is due.
	fn look() -> Weight {
		T::DbWeight::get().reads_writes(2, 1)
	}

	/// Does what is due for one entry; says what it weighed.
	fn take_on(entry: Due, cursor: BlockNumberFor<T>) -> Weight {
		let weight = match entry {
			Due::Channel(id) => Channels::<T>::get(id).map(|channel| {
				Self::end_channel(id, channel);
				Self::due_channel()
			}),
			Due::Batch(id) => Batches::<T>::get(id).map(|batch| Self::advance(id, batch)),
			Due::Complaint(id) => Self::take_up(id),
		};
		weight.unwrap_or_else(|| {
			frame_support::defensive!("the agenda names something that is not there");
			Agenda::<T>::remove(cursor, entry);
			T::DbWeight::get().reads_writes(1, 1)
		})
	}
}
