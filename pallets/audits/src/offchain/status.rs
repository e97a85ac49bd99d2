//! What a node says about itself as an auditor, and what it is told.

use codec::{Decode, Encode};
use frame_support::{traits::ConstU32, BoundedVec};
use sp_runtime::offchain::storage::{MutateStorageError, StorageValueRef};

/// Where a node finds its verifier, in its persistent local storage: the SCALE encoding of
/// [`VerifierSettings`]. The node puts it there, and nothing when it has none.
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
	/// The token that its token file has: visible ASCII. Empty while nobody knows it.
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
	/// How long votes take, from when the seat was first seen: the slowest of late, in milliseconds. 0
	/// before the first.
	pub took: u64,
	/// Tries that came to nothing: for the worker's fault, the verifier's, or the node's.
	pub failures: u64,
}

impl core::fmt::Debug for VerifierSettings {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		let url = core::str::from_utf8(&self.url).unwrap_or("no text");
		f.debug_struct("VerifierSettings").field("url", &url).finish_non_exhaustive()
	}
}

/// Notes how long a vote took. One that was slow is forgotten as others are faster.
pub(crate) fn note_took(millis: u64) {
	note(|status| {
		let faded = status.took.saturating_sub(status.took.div_ceil(8));
		status.took = faded.max(millis);
	});
}

/// How long votes take.
pub(crate) fn took() -> u64 {
	let found = StorageValueRef::persistent(STATUS_KEY).get::<AuditorStatus>();
	found.ok().flatten().map(|status| status.took).unwrap_or_default()
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
