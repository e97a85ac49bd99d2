//! What can be asked of a model, and what it costs.

use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// A kind of inference.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
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
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
	/// A conversation is continued by one message.
	#[codec(index = 0)]
	Chat,
	/// A text is continued.
	#[codec(index = 1)]
	Complete,
	/// Texts are turned into vectors.
	#[codec(index = 2)]
	Embed,
}

impl TaskKind {
	/// All kinds.
	pub const ALL: [Self; 3] = [Self::Chat, Self::Complete, Self::Embed];

	/// The name on command lines.
	pub fn as_str(self) -> &'static str {
		match self {
			Self::Chat => "chat",
			Self::Complete => "complete",
			Self::Embed => "embed",
		}
	}
}

impl fmt::Display for TaskKind {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.as_str())
	}
}

impl FromStr for TaskKind {
	type Err = String;

	fn from_str(name: &str) -> Result<Self, String> {
		Self::ALL
			.into_iter()
			.find(|kind| kind.as_str() == name)
			.ok_or_else(|| format!("unknown task '{name}': use chat, complete or embed"))
	}
}

/// The kinds of inference that a model can do, one bit each.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	EncodeAsType,
	DecodeAsType,
	Serialize,
	Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[serde(from = "Vec<TaskKind>", into = "Vec<TaskKind>")]
pub struct TaskSet {
	/// Bit 0 chat, bit 1 complete, bit 2 embed.
	pub bits: u32,
}

impl TaskSet {
	/// The set of these kinds.
	pub fn of(kinds: &[TaskKind]) -> Self {
		Self { bits: kinds.iter().fold(0, |bits, kind| bits | (1 << *kind as u32)) }
	}

	/// Whether the model can do this.
	pub fn contains(self, kind: TaskKind) -> bool {
		self.bits & (1 << kind as u32) != 0
	}

	/// The kinds in the set.
	pub fn kinds(self) -> Vec<TaskKind> {
		TaskKind::ALL.into_iter().filter(|kind| self.contains(*kind)).collect()
	}
}

impl From<Vec<TaskKind>> for TaskSet {
	fn from(kinds: Vec<TaskKind>) -> Self {
		Self::of(&kinds)
	}
}

impl From<TaskSet> for Vec<TaskKind> {
	fn from(set: TaskSet) -> Self {
		set.kinds()
	}
}

/// How a model's numbers are computed, part of its manifest.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
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
pub enum NumericProfile {
	/// Weights widened to 32-bit floats, arithmetic in them, TF32 off, logits in 32 bits: on one
	/// class of machine answers are the same, byte for byte.
	#[codec(index = 0)]
	F32,
	/// Any arithmetic: answers agree within a tolerance.
	#[codec(index = 1)]
	Tolerant,
}

impl NumericProfile {
	/// The name in manifests and on command lines.
	pub fn as_str(self) -> &'static str {
		match self {
			Self::F32 => "F32",
			Self::Tolerant => "Tolerant",
		}
	}
}

impl fmt::Display for NumericProfile {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.as_str())
	}
}

impl FromStr for NumericProfile {
	type Err = String;

	fn from_str(name: &str) -> Result<Self, String> {
		[Self::F32, Self::Tolerant]
			.into_iter()
			.find(|profile| profile.as_str() == name)
			.ok_or_else(|| format!("unknown numeric profile '{name}': use F32 or Tolerant"))
	}
}

/// Work done, in the model's own unit (tokens for text).
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	EncodeAsType,
	DecodeAsType,
	Serialize,
	Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Units {
	/// Units read: the prompt's tokens, template included.
	pub input: u32,
	/// Units written: the answer's tokens. 0 for embeddings.
	pub output: u32,
}

/// What a provider asks for, in the smallest token unit.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	EncodeAsType,
	DecodeAsType,
	Serialize,
	Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Price {
	/// For the job as such.
	#[serde(with = "super::as_string")]
	pub base: u128,
	/// For each unit read.
	#[serde(with = "super::as_string")]
	pub per_input: u128,
	/// For each unit written.
	#[serde(with = "super::as_string")]
	pub per_output: u128,
}
