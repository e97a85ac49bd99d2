//! Payloads and answers: short ones travel inside the extrinsic, long ones by BLAKE3 hash.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_runtime::BoundedVec;

/// The most bytes that travel inside an extrinsic: 4 KiB.
pub type MaxInlineBytes = ConstU32<4096>;
/// Bytes that travel inside an extrinsic.
pub type InlineBytes = BoundedVec<u8, MaxInlineBytes>;

/// The name of some bytes that lie elsewhere.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
pub struct ContentRef {
	/// BLAKE3 of the bytes.
	pub hash: H256,
	/// How many bytes there are.
	pub length: u32,
}

impl ContentRef {
	/// The name of these bytes.
	pub fn of(bytes: &[u8]) -> Self {
		Self { hash: content_hash(bytes), length: u32::try_from(bytes.len()).unwrap_or(u32::MAX) }
	}
}

/// Some bytes, here or elsewhere.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum Content {
	/// The bytes themselves, at most 4 KiB.
	#[codec(index = 0)]
	Inline(InlineBytes),
	/// A reference: whoever needs the bytes fetches them and checks the hash.
	#[codec(index = 1)]
	Blob(ContentRef),
}

impl Content {
	/// The content's name; hashes the bytes when they are inline.
	pub fn reference(&self) -> ContentRef {
		match self {
			Self::Inline(bytes) => ContentRef::of(bytes),
			Self::Blob(reference) => *reference,
		}
	}

	/// The bytes, when they are inline.
	pub fn into_inline(self) -> Option<InlineBytes> {
		match self {
			Self::Inline(bytes) => Some(bytes),
			Self::Blob(_) => None,
		}
	}
}

impl From<Vec<u8>> for Content {
	/// Inline when the bytes are few enough, else by reference.
	fn from(bytes: Vec<u8>) -> Self {
		match InlineBytes::try_from(bytes) {
			Ok(inline) => Self::Inline(inline),
			Err(bytes) => Self::Blob(ContentRef::of(&bytes)),
		}
	}
}

/// BLAKE3 of some bytes, the name that content goes by everywhere.
pub fn content_hash(bytes: &[u8]) -> H256 {
	H256(*blake3::hash(bytes).as_bytes())
}

#[cfg(test)]
mod tests {
	use super::*;
	use hex_literal::hex;

	#[test]
	fn content_hash_should_be_blake3_when_given_the_official_vector() {
		// From the BLAKE3 test vectors: the hash of no bytes.
		assert_eq!(
			content_hash(b"").0,
			hex!("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")
		);
	}

	#[test]
	fn content_should_be_inline_up_to_the_limit_when_made_from_bytes() {
		assert!(matches!(Content::from(vec![7; 4096]), Content::Inline(_)));
		let long = Content::from(vec![7; 4097]);
		assert_eq!(long, Content::Blob(ContentRef::of(&[7; 4097])));
		assert_eq!(long.reference().length, 4097);
	}
}
