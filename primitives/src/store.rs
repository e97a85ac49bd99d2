//! The store: models, data sets, and the apps that are made of them.

use crate::{content_hash, AppId, DataSetId, ModelId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

/// Keeps the ids of entries apart from all other hashes.
const DOMAIN: &[u8; 15] = b"reckon:store:v1";

/// What an entry of the store is.
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
#[scale_info(capture_docs = "always")]
pub enum EntryKind {
	/// Weights that answer.
	#[codec(index = 0)]
	Model,
	/// What models learn from, or are asked about.
	#[codec(index = 1)]
	DataSet,
	/// A service or program for people, made of models.
	#[codec(index = 2)]
	App,
}

/// Names an entry of the store.
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
#[scale_info(capture_docs = "always")]
pub enum EntryId {
	/// A model.
	#[codec(index = 0)]
	Model(ModelId),
	/// A data set.
	#[codec(index = 1)]
	DataSet(DataSetId),
	/// An app.
	#[codec(index = 2)]
	App(AppId),
}

impl EntryKind {
	/// The id of what `owner` registers by the hash of its manifest: BLAKE3 over the domain, the
	/// kind, the account and the hash. Whoever copies the registration has an entry with another
	/// id.
	pub fn id(self, owner: &impl Encode, manifest: H256) -> H256 {
		content_hash(&(DOMAIN, self, owner, manifest).encode())
	}

	/// The entry of this kind with this id.
	pub const fn entry(self, id: H256) -> EntryId {
		match self {
			Self::Model => EntryId::Model(id),
			Self::DataSet => EntryId::DataSet(id),
			Self::App => EntryId::App(id),
		}
	}
}

impl EntryId {
	/// What the entry is.
	pub const fn kind(&self) -> EntryKind {
		match self {
			Self::Model(_) => EntryKind::Model,
			Self::DataSet(_) => EntryKind::DataSet,
			Self::App(_) => EntryKind::App,
		}
	}

	/// Its id among the entries of its kind.
	pub const fn hash(&self) -> H256 {
		match self {
			Self::Model(id) | Self::DataSet(id) | Self::App(id) => *id,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use hex_literal::hex;

	#[test]
	fn id_should_be_the_hash_that_every_program_computes() {
		let bytes = [&DOMAIN[..], &[0], &[1; 32], &[2; 32]].concat();
		let id = EntryKind::Model.id(&[1u8; 32], H256([2; 32]));
		assert_eq!(id, content_hash(&bytes));
		// The SDK's test has the same vector.
		assert_eq!(id.0, hex!("cbc5204291c36f39fbdb76699c60df877c80345e48c47eff30543e9ca8ee0157"));
	}

	#[test]
	fn id_should_differ_when_the_owner_the_kind_or_the_manifest_does() {
		let id = EntryKind::Model.id(&1u64, H256([2; 32]));
		assert_ne!(id, EntryKind::Model.id(&3u64, H256([2; 32])));
		assert_ne!(id, EntryKind::DataSet.id(&1u64, H256([2; 32])));
		assert_ne!(id, EntryKind::Model.id(&1u64, H256([3; 32])));
	}

	#[test]
	fn entry_should_have_the_kind_and_the_hash_that_it_was_made_of() {
		for kind in [EntryKind::Model, EntryKind::DataSet, EntryKind::App] {
			assert_eq!(kind.entry(H256([5; 32])).kind(), kind);
			assert_eq!(kind.entry(H256([5; 32])).hash(), H256([5; 32]));
			assert_eq!(kind.entry(H256::zero()).encode()[0], kind.encode()[0]);
		}
	}
}
