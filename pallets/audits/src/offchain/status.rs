//! What a node says about itself as an auditor, and what it is told.

use codec::{Decode, Encode};
use frame_support::{traits::ConstU32, BoundedVec};
use sp_runtime::offchain::storage::{MutateStorageError, StorageValueRef};

/// Where a node finds its verifier, in its persistent local storage: the SCALE encoding of
/// [`VerifierSettings`]. The node writes it at each start, and removes it when it has none.
pub const VERIFIER_KEY: &[u8] = b"reckon:audits:verifier";
/// Where a node's [`AuditorStatus`] is, SCALE, in its persistent local storage. The off-chain worker
/// writes it; nothing is there before the first seat.
pub const STATUS_KEY: &[u8] = b"reckon:audits:status";
/// How often a change is tried again that another run has come before.
const ATTEMPTS: u32 = 16;

/// Where to ask, and how to be let in.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct VerifierSettings {
	/// The URL of `reckon-worker verify`, such as `http://127.0.0.1:9621`: UTF-8.
	pub url: BoundedVec<u8, ConstU32<256>>,
	/// The token that its token file has: visible ASCII.
	pub token: BoundedVec<u8, ConstU32<256>>,
}

/// How a node does as an auditor. Counts since its database was made.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub struct AuditorStatus {
	/// Whether a verifier was configured when there was last a seat.
	pub has_verifier: bool,
	/// When the verifier last gave an answer that is one, Unix milliseconds; 0 if never.
	pub answered_at: u64,
	/// What went wrong last, UTF-8; empty if nothing has.
	pub error: BoundedVec<u8, ConstU32<256>>,
	/// Blind votes that the node's pool has taken.
	pub committed: u64,
	/// Opened votes that the node's pool has taken.
	pub revealed: u64,
	/// Seats that were given up, as the node's pool has taken it.
	pub declined: u64,
	/// Tries that came to nothing: for the worker's fault, the verifier's, or the node's.
	pub failures: u64,
}

impl core::fmt::Debug for VerifierSettings {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		let url = core::str::from_utf8(&self.url).unwrap_or("no text");
		f.debug_struct("VerifierSettings").field("url", &url).finish_non_exhaustive()
	}
}

/// Where this node's verifier is.
pub(crate) fn settings() -> Option<VerifierSettings> {
	StorageValueRef::persistent(VERIFIER_KEY).get().ok().flatten()
}

/// Changes the status in one step. One that can't be read begins anew.
pub(crate) fn note(change: impl Fn(&mut AuditorStatus)) {
	for _ in 0..ATTEMPTS {
		let changed = StorageValueRef::persistent(STATUS_KEY).mutate(|found| {
			let old: AuditorStatus = found.ok().flatten().unwrap_or_default();
			let mut new = old.clone();
			change(&mut new);
			if new == old {
				Err(())
			} else {
				Ok(new)
			}
		});
		if !matches!(changed, Err(MutateStorageError::ConcurrentModification(_))) {
			return;
		}
	}
}

/// Notes that a try came to nothing.
pub(crate) fn note_failure(why: &str) {
	note(|status| {
		status.failures = status.failures.saturating_add(1);
		status.error = BoundedVec::truncate_from(why.as_bytes().to_vec());
	});
}
