//! The store: models, data sets, and the apps that are made of them.

use super::{as_text, AccountId, BlockNumber, Calibration, ModelId, NumericProfile, TaskSet};
use crate::content::content_hash;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use subxt::{
	ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType},
	utils::H256,
};

/// Names a data set.
pub type DataSetId = H256;
/// Names an app.
pub type AppId = H256;

/// What an entry of the store is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
	/// Weights that answer.
	Model,
	/// What models learn from, or are asked about.
	DataSet,
	/// A service or program for people, made of models.
	App,
}

impl EntryKind {
	/// The entry of this kind with this id.
	pub fn entry(self, id: H256) -> EntryId {
		match self {
			Self::Model => EntryId::Model(id),
			Self::DataSet => EntryId::DataSet(id),
			Self::App => EntryId::App(id),
		}
	}
}

impl fmt::Display for EntryKind {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Model => "model",
			Self::DataSet => "data set",
			Self::App => "app",
		})
	}
}

/// Names an entry of the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[serde(rename_all = "snake_case")]
pub enum EntryId {
	/// A model.
	Model(ModelId),
	/// A data set.
	DataSet(DataSetId),
	/// An app.
	App(AppId),
}

impl EntryId {
	/// What the entry is.
	pub fn kind(&self) -> EntryKind {
		match self {
			Self::Model(_) => EntryKind::Model,
			Self::DataSet(_) => EntryKind::DataSet,
			Self::App(_) => EntryKind::App,
		}
	}

	/// Its id among the entries of its kind.
	pub fn hash(&self) -> H256 {
		match self {
			Self::Model(id) | Self::DataSet(id) | Self::App(id) => *id,
		}
	}
}

/// The id of the model that an account registers with this manifest's hash: nobody else can.
pub fn model_id(owner: &AccountId, manifest: H256) -> ModelId {
	// The zero is the kind.
	let parts: [&[u8]; 4] = [b"reckon:store:v1", &[0], &owner.0, manifest.as_bytes()];
	content_hash(&parts.concat())
}

/// Whether an entry is in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
	/// It is; a model can be offered and asked for.
	Active,
	/// Not any more.
	Deprecated {
		/// From which block on the chain removes it and returns the deposit.
		until: BlockNumber,
	},
}

impl EntryStatus {
	/// From which block on the chain removes it, if it is to go.
	pub fn removed_at(self) -> Option<BlockNumber> {
		match self {
			Self::Active => None,
			Self::Deprecated { until } => Some(until),
		}
	}
}

/// What all entries have.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Listing {
	/// Who has the rights, and a model's royalty.
	pub owner: AccountId,
	/// What people call it: `a-z 0-9 . _ - /`, at most 96 bytes.
	#[serde(with = "as_text")]
	pub name: Vec<u8>,
	/// Whether it is in use.
	pub status: EntryStatus,
	/// Who registered it, and left the deposit.
	pub depositor: AccountId,
}

impl Listing {
	/// The name as text.
	pub fn name(&self) -> String {
		String::from_utf8_lossy(&self.name).into_owned()
	}
}

/// A model.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Model {
	/// What all entries have.
	pub listing: Listing,
	/// What its owner says of it.
	pub details: ModelDetails,
}

/// A data set.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct DataSet {
	/// What all entries have.
	pub listing: Listing,
	/// What its owner says of it.
	pub details: DataSetDetails,
}

/// An app.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct App {
	/// What all entries have.
	pub listing: Listing,
	/// What its owner says of it.
	pub details: AppDetails,
}

/// What a model's owner says of it.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct ModelDetails {
	/// BLAKE3 of the canonical manifest, which lists the files.
	pub manifest: H256,
	/// What it can do.
	pub tasks: TaskSet,
	/// How its numbers are computed.
	pub profile: NumericProfile,
	/// What auditors go by, if its owner has had it calibrated: without it no answer is audited.
	pub calibration: Option<Calibration>,
	/// The most units (tokens) that prompt and answer can have together.
	pub context: u32,
	/// Its licence, an SPDX expression of at most 64 bytes.
	#[serde(with = "as_text")]
	pub licence: Vec<u8>,
	/// The owner's share of each charge, in millionths.
	pub royalty: u32,
	/// The data sets of the store that it was trained on, as far as the owner says; at most 8.
	pub trained_on: BTreeSet<DataSetId>,
}

/// What a data set's owner says of it.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[serde(deny_unknown_fields)]
pub struct DataSetDetails {
	/// BLAKE3 of its file, or of the list of its files when there are several.
	pub content: H256,
	/// How many bytes all its files have.
	pub bytes: u64,
	/// How many records there are; 0 when it does not consist of records.
	#[serde(default)]
	pub records: u64,
	/// BLAKE3 of the text that describes it, when there is one.
	#[serde(default)]
	pub description: Option<H256>,
	/// Where content and description can be fetched, when the owner says so: a URI of at most 128
	/// bytes.
	#[serde(default, with = "as_optional_text")]
	pub location: Option<Vec<u8>>,
	/// Its licence, an SPDX expression of at most 64 bytes.
	#[serde(with = "as_text")]
	pub licence: Vec<u8>,
}

/// What an app's owner says of it.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[serde(deny_unknown_fields)]
pub struct AppDetails {
	/// The models of the store that it asks, 1 to 8.
	pub models: BTreeSet<ModelId>,
	/// The data sets of the store that it uses, at most 8.
	#[serde(default)]
	pub data_sets: BTreeSet<DataSetId>,
	/// Where people use it, or fetch it: a URI of at most 128 bytes.
	#[serde(with = "as_text")]
	pub location: Vec<u8>,
	/// BLAKE3 of the program, when it is one to fetch.
	#[serde(default)]
	pub content: Option<H256>,
	/// BLAKE3 of the text that describes it, when there is one.
	#[serde(default)]
	pub description: Option<H256>,
	/// Its licence, an SPDX expression of at most 64 bytes.
	#[serde(with = "as_text")]
	pub licence: Vec<u8>,
}

/// Serialises bytes that are text, or nothing.
mod as_optional_text {
	use serde::{Deserialize, Deserializer, Serialize, Serializer};

	pub fn serialize<S: Serializer>(value: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
		value.as_ref().map(|bytes| String::from_utf8_lossy(bytes)).serialize(to)
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
		Ok(Option::<String>::deserialize(from)?.map(String::into_bytes))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn model_id_should_be_the_one_that_the_chain_computes() {
		// The chain's primitives have the same vector.
		let id = model_id(&AccountId::from([1; 32]), H256([2; 32]));
		assert_eq!(
			format!("{id:?}"),
			"0xcbc5204291c36f39fbdb76699c60df877c80345e48c47eff30543e9ca8ee0157"
		);
	}

	#[test]
	fn data_set_should_be_read_from_a_file_when_it_says_no_more_than_it_must() {
		let hash = format!("0x{}", "ab".repeat(32));
		let json = serde_json::json!({ "content": hash, "bytes": 5, "licence": "CC0-1.0" });
		let details: DataSetDetails = serde_json::from_value(json).unwrap();
		assert_eq!((details.content, details.bytes), (H256([0xab; 32]), 5));
		assert_eq!((details.location, details.licence), (None, b"CC0-1.0".to_vec()));
		let misspelt = serde_json::json!({ "content": hash, "bytes": 5, "license": "CC0-1.0" });
		assert!(serde_json::from_value::<DataSetDetails>(misspelt).is_err());
	}
}
