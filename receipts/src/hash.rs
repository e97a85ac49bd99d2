//! Blake2-256 with a domain for each use, and what keys sign: nothing of one kind is ever of another.

use alloc::vec::Vec;
use codec::Encode;
use sp_core::H256;
use sp_runtime::traits::{BlakeTwo256, Hash};

/// What a key signs: `domain ‖ genesis hash ‖ SCALE(content)`. A signature for one chain is none for
/// another.
pub(crate) fn payload(domain: &[u8], genesis: &H256, content: &impl Encode) -> Vec<u8> {
	let mut bytes = domain.to_vec();
	genesis.encode_to(&mut bytes);
	content.encode_to(&mut bytes);
	bytes
}

/// `Blake2-256(domain ‖ SCALE(content))`.
pub(crate) fn hash(domain: &[u8], content: &impl Encode) -> H256 {
	let mut bytes = domain.to_vec();
	content.encode_to(&mut bytes);
	BlakeTwo256::hash(&bytes)
}
