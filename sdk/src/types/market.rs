//! Models and those who serve them.

use super::{as_text, AccountId, Balance, BlockNumber, NumericProfile, Price, TaskSet};
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// Whether a model is in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum ModelStatus {
	/// It can be offered and asked for.
	Active,
	/// Not any more.
	Deprecated,
}

/// What a model's owner says of it.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct ModelDetails {
	/// What people call it: `a-z 0-9 . _ - /`, at most 96 bytes.
	#[serde(with = "as_text")]
	pub name: Vec<u8>,
	/// What it can do.
	pub tasks: TaskSet,
	/// How its numbers are computed.
	pub profile: NumericProfile,
	/// The most units (tokens) that prompt and answer can have together.
	pub context: u32,
	/// Its licence, an SPDX expression of at most 64 bytes.
	#[serde(with = "as_text")]
	pub licence: Vec<u8>,
	/// The owner's share of each charge, in millionths.
	pub royalty: u32,
}

impl ModelDetails {
	/// The name as text.
	pub fn name(&self) -> String {
		String::from_utf8_lossy(&self.name).into_owned()
	}
}

/// A model's record.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Model {
	/// Who has the royalty and the rights.
	pub owner: AccountId,
	/// What the owner says of it.
	pub details: ModelDetails,
	/// Whether it is in use.
	pub status: ModelStatus,
}

/// Whether a provider takes jobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum ProviderStatus {
	/// It does.
	Active,
	/// Not for now.
	Paused,
	/// Never again.
	Leaving {
		/// From which block on the bond is returned.
		until: BlockNumber,
	},
}

/// A provider's record.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Provider {
	/// The hot key of its worker.
	pub worker: AccountId,
	/// Its bond.
	#[serde(with = "super::as_string")]
	pub bond: Balance,
	/// How many jobs it can have at once.
	pub capacity: u32,
	/// How many it has.
	pub load: u32,
	/// How many models it offers.
	pub offers: u32,
	/// Deadlines missed since it last delivered.
	pub misses: u32,
	/// Whether it takes jobs.
	pub status: ProviderStatus,
	/// The URL of its worker's content endpoint, empty when there is none.
	#[serde(with = "as_text")]
	pub endpoint: Vec<u8>,
}

impl Provider {
	/// The URL of its worker's content endpoint, when there is one.
	pub fn endpoint(&self) -> Option<String> {
		let text = String::from_utf8_lossy(&self.endpoint);
		let text = text.trim().trim_end_matches('/');
		(!text.is_empty()).then(|| text.to_owned())
	}
}

/// A provider's offer of one model.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Offer {
	/// What it asks for.
	pub price: Price,
	/// The numbers of its tickets in the model's draw.
	pub tickets: Vec<u32>,
}
