//! What a node notes about its seats, in its own database: it outlives restarts, and is changed by
//! one run at a time, whatever others do.

use super::decide::{Place, Record};
use alloc::vec::Vec;
use codec::Encode;
use sp_io::hashing::blake2_256;
use sp_runtime::offchain::storage::{MutateStorageError, StorageValueRef};

/// Before the hash of each seat's record.
pub(crate) const RECORD: &[u8] = b"reckon:audits:record:";
/// Which records there are, with the block that each was made at.
pub(crate) const INDEX: &[u8] = b"reckon:audits:index";
/// The most records. One validator can't compute so many answers again before they are forgotten.
pub(crate) const MAX_RECORDS: usize = 1024;
/// How often a change is tried again that another run has come before.
const ATTEMPTS: u32 = 16;

type Name = [u8; 32];
type Index = Vec<(u32, Name)>;

/// Why nothing could be noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unnoted {
	/// What is there can't be read: nobody knows what was said, so nothing more is.
	Broken,
	/// There are too many records.
	Full,
	/// Others come before all the time.
	Contended,
}

impl Unnoted {
	/// The same, for people.
	pub(crate) fn explain(self) -> &'static str {
		match self {
			Self::Broken => "its record can't be read; what was voted is not known, so no more is",
			Self::Full => "there are too many records of other audits",
			Self::Contended => "its record is being written by others",
		}
	}
}

impl Place {
	fn name(&self) -> Name {
		blake2_256(&self.encode())
	}

	/// The key of its record.
	pub(crate) fn record_key(&self) -> Vec<u8> {
		[RECORD, &self.name()].concat()
	}
}

/// Changes a seat's record, which is empty at first, in one step; says what the change says, and
/// what is noted then. Records made `keep` blocks before `now` are forgotten when a new one is made.
///
/// The change may be tried on several states before one is kept.
pub(crate) fn update<R>(
	place: &Place,
	now: u32,
	keep: u32,
	change: impl Fn(&mut Record) -> R,
) -> Result<(R, Record), Unnoted> {
	enum Left {
		AsItWas,
		Broken,
		Unlisted,
	}
	let (name, key) = (place.name(), place.record_key());
	let stored = StorageValueRef::persistent(&key);
	let mut is_listed = false;
	for _ in 0..ATTEMPTS {
		let mut noted = None;
		let changed = stored.mutate(|found| {
			let found: Option<Record> = found.map_err(|_| Left::Broken)?;
			let is_known = found.is_some() || is_listed;
			let old = found.unwrap_or_default();
			let mut new = old.clone();
			let says = change(&mut new);
			noted = Some((says, new.clone()));
			match new == old {
				true => Err(Left::AsItWas),
				false if is_known => Ok(new),
				false => Err(Left::Unlisted),
			}
		});
		let left = match changed {
			Ok(_) => Left::AsItWas,
			Err(MutateStorageError::ValueFunctionFailed(left)) => left,
			Err(MutateStorageError::ConcurrentModification(_)) => continue,
		};
		match (left, noted) {
			(Left::AsItWas, Some(noted)) => return Ok(noted),
			// Listed first, so that none is ever there that nobody would forget.
			(Left::Unlisted, _) => {
				list(name, now, keep)?;
				is_listed = true;
			},
			(Left::Broken | Left::AsItWas, _) => return Err(Unnoted::Broken),
		}
	}
	Err(Unnoted::Contended)
}

/// Puts a record into the index, and forgets old ones.
fn list(name: Name, now: u32, keep: u32) -> Result<(), Unnoted> {
	let index = StorageValueRef::persistent(INDEX);
	for _ in 0..ATTEMPTS {
		let mut old = Vec::new();
		let changed = index.mutate(|found: Result<Option<Index>, _>| {
			// One that can't be read is of no use to anybody.
			let all = found.ok().flatten().unwrap_or_default();
			let (mut kept, forgotten): (Index, Index) =
				all.into_iter().partition(|(made, _)| now.abs_diff(*made) <= keep);
			old = forgotten;
			if kept.len() >= MAX_RECORDS {
				return Err(Unnoted::Full);
			}
			if !kept.iter().any(|(_, known)| *known == name) {
				kept.push((now, name));
			}
			Ok(kept)
		});
		match changed {
			Ok(_) => {
				for (_, name) in old {
					StorageValueRef::persistent(&[RECORD, &name].concat()).clear();
				}
				return Ok(());
			},
			Err(MutateStorageError::ValueFunctionFailed(full)) => return Err(full),
			Err(MutateStorageError::ConcurrentModification(_)) => {},
		}
	}
	Err(Unnoted::Contended)
}
