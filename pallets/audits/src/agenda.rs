//! When the chain looks at each audit again: the agenda. Nobody's help is needed for a deadline to
//! pass.
//!
//! `due` is the block after the last one in which what the audit waits for can come.

use crate::{pallet::*, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::JobId;
use sp_runtime::traits::{One, Saturating, Zero};

/// Blocks without entries that one sweep passes over: it catches up after a halt, bounded.
const MAX_EMPTY_BLOCKS: u32 = 64;
/// Keys read from the agenda at once: bounds the memory of a sweep.
const MAX_BATCH: usize = 64;

impl<T: Config> Pallet<T> {
	/// Moves an audit in the agenda. The caller stores the audit.
	pub(crate) fn schedule(id: JobId, audit: &mut AuditOf<T>, due: BlockNumberFor<T>) {
		if !audit.due.is_zero() {
			Agenda::<T>::remove(audit.due, id);
		}
		audit.due = due;
		Agenda::<T>::insert(due, id, ());
	}

	/// Waits until the end of a block. The caller stores the audit.
	pub(crate) fn wait_until(id: JobId, audit: &mut AuditOf<T>, until: BlockNumberFor<T>) {
		Self::schedule(id, audit, until.saturating_add(One::one()));
	}

	/// Nobody is awaited any more. The caller stores the audit.
	pub(crate) fn wait_for_nobody(id: JobId, audit: &mut AuditOf<T>) {
		Self::wait_until(id, audit, frame_system::Pallet::<T>::block_number());
	}

	/// Whether what an audit waits for can still come. The sweep may be behind; the deadline is
	/// not.
	pub(crate) fn is_in_time(audit: &AuditOf<T>) -> bool {
		frame_system::Pallet::<T>::block_number() < audit.due
	}

	/// An audit's end: nothing of it stays.
	pub(crate) fn forget(id: JobId, audit: &AuditOf<T>) {
		Agenda::<T>::remove(audit.due, id);
		Audits::<T>::remove(id);
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

	/// Takes due audits a step on, as long as the heaviest step fits into the limit; says what it
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
			}
			for id in due {
				used = used.saturating_add(Self::step(id, cursor));
			}
			// The next look.
			used = used.saturating_add(T::DbWeight::get().reads(1));
		}
		AgendaCursor::<T>::put(cursor);
		used
	}

	/// What it weighs to see that nothing is due.
	fn look() -> Weight {
		T::DbWeight::get().reads_writes(2, 1)
	}

	/// Does what is due for one audit; says what it weighed.
	fn step(id: JobId, cursor: BlockNumberFor<T>) -> Weight {
		let weight = T::WeightInfo::read_due();
		let Some(audit) = Audits::<T>::get(id) else {
			frame_support::defensive!("the agenda names an audit that is not there");
			Agenda::<T>::remove(cursor, id);
			return weight.saturating_add(T::DbWeight::get().writes(1));
		};
		let done = match audit.phase {
			Phase::Drawing => Self::end_drawing(id, audit),
			Phase::Committing => {
				T::WeightInfo::end_commits().saturating_add(Self::end_commits(id, audit))
			},
			Phase::Opening => Self::end_opening(id, audit),
			Phase::Revealing => Self::end_reveals(id, audit),
		};
		weight.saturating_add(done)
	}
}
