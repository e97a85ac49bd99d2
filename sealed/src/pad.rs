//! Lengths tell much of what is written: of a token that is streamed, which it is. So they are rounded up.

use codec::{Decode, Encode};

/// A record and zeros up to a multiple of `block`.
pub(crate) fn pad(record: &impl Encode, block: usize) -> Vec<u8> {
	let mut bytes = record.encode();
	bytes.resize(bytes.len().next_multiple_of(block), 0);
	bytes
}

/// The record, when nothing but such zeros follows it.
pub(crate) fn unpad<T: Decode + Encode>(bytes: &[u8], block: usize) -> Option<T> {
	let record = T::decode(&mut &bytes[..]).ok()?;
	(pad(&record, block) == bytes).then_some(record)
}
