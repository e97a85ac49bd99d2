//! Payloads and answers: short ones travel inside the extrinsic, long ones by BLAKE3 hash.

use crate::types::H256;
use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// The most bytes that travel inside an extrinsic: 4 KiB.
pub const MAX_INLINE_BYTES: usize = 4096;

/// The name of some bytes that lie elsewhere.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Hash,
	Debug,
	Encode,
	Decode,
	EncodeAsType,
	DecodeAsType,
	Serialize,
	Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
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

	/// Whether these are the bytes.
	pub fn names(&self, bytes: &[u8]) -> bool {
		Self::of(bytes) == *self
	}
}

/// Some bytes, here or elsewhere.
#[derive(
	Clone,
	PartialEq,
	Eq,
	Hash,
	Debug,
	Encode,
	Decode,
	EncodeAsType,
	DecodeAsType,
	Serialize,
	Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[serde(rename_all = "snake_case")]
pub enum Content {
	/// The bytes themselves, at most [`MAX_INLINE_BYTES`].
	#[codec(index = 0)]
	Inline(Vec<u8>),
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
}

impl From<Vec<u8>> for Content {
	/// Inline when the bytes are few enough, else by reference.
	fn from(bytes: Vec<u8>) -> Self {
		if bytes.len() <= MAX_INLINE_BYTES {
			Self::Inline(bytes)
		} else {
			Self::Blob(ContentRef::of(&bytes))
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

	#[test]
	fn content_should_be_inline_up_to_the_limit_when_made_from_bytes() {
		assert!(matches!(Content::from(vec![7; 4096]), Content::Inline(_)));
		let long = Content::from(vec![7; 4097]);
		assert_eq!(long, Content::Blob(ContentRef::of(&[7; 4097])));
		assert_eq!(long.reference().length, 4097);
	}

	#[test]
	fn content_hash_should_be_blake3_when_given_the_official_vector() {
		assert_eq!(
			format!("{:?}", content_hash(b"")),
			"0xaf1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
		);
	}
}
