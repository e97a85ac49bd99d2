//! BLAKE3 with a context for each use, so that no hash of one kind is ever one of another.

use blake3::Hasher;

/// The result of a hash, or a seed.
pub type Hash = [u8; 32];

/// A hasher for one use. The contexts are part of the protocol: a new meaning is a new context.
pub(crate) fn hasher(context: &'static str) -> Hasher {
	Hasher::new_derive_key(context)
}

/// The hash of some parts, which have fixed lengths.
pub(crate) fn hash(context: &'static str, parts: &[&[u8]]) -> Hash {
	let mut hasher = hasher(context);
	for part in parts {
		hasher.update(part);
	}
	*hasher.finalize().as_bytes()
}
