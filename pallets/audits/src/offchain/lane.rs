//! One run at a time asks, whichever block it is of: a node has a thread for each of its processors, and
//! those that are held up by others' slowness send nothing.

use sp_core::offchain::Duration;
use sp_runtime::offchain::storage_lock::{StorageLock, StorageLockGuard, Time};

/// Milliseconds for which a lane is held by a run that says nothing more: one that has broken off. Longer
/// than asking once takes, which is [`super::endpoint::MILLIS`] or [`super::verifier::MILLIS`].
pub(crate) const HELD: u64 = 30_000;

/// What one run at a time does. Two, since rows must be looked at while a long answer is computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lane {
	/// Has answers computed again.
	Answers,
	/// Has rows looked at.
	Rows,
}

impl Lane {
	/// Under which it is locked.
	pub(crate) fn key(self) -> &'static [u8] {
		match self {
			Self::Answers => b"reckon:audits:asks-for-answers",
			Self::Rows => b"reckon:audits:asks-for-rows",
		}
	}

	/// Its lock.
	pub(crate) fn lock(self) -> StorageLock<'static, Time> {
		StorageLock::with_deadline(self.key(), Duration::from_millis(HELD))
	}
}

/// Keeps a lane for as long again; ends it when it is lost.
///
/// Should two runs have a lane after all, nothing is said twice: records change in one step.
pub(crate) fn keep<'a, 'b>(
	mut guard: StorageLockGuard<'a, 'b, Time>,
) -> Option<StorageLockGuard<'a, 'b, Time>> {
	match guard.extend_lock() {
		Ok(_) => Some(guard),
		Err(()) => {
			// It is another's, or nobody's.
			guard.forget();
			None
		},
	}
}
