//! What can be asked of a model, and what it costs.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A kind of inference.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
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
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct TaskSet {
	/// Bit 0 chat, bit 1 complete, bit 2 embed.
	pub bits: u32,
}

impl TaskSet {
	/// Every bit that means something today.
	const KNOWN: u32 = 0b111;

	/// The set of these kinds.
	pub fn of(kinds: &[TaskKind]) -> Self {
		Self { bits: kinds.iter().fold(0, |bits, kind| bits | Self::bit(*kind)) }
	}

	/// Whether the model can do this.
	pub fn contains(&self, kind: TaskKind) -> bool {
		self.bits & Self::bit(kind) != 0
	}

	/// Whether the set names at least one kind, and no unknown one.
	pub fn is_valid(&self) -> bool {
		self.bits != 0 && self.bits & !Self::KNOWN == 0
	}

	const fn bit(kind: TaskKind) -> u32 {
		match kind {
			TaskKind::Chat => 0b001,
			TaskKind::Complete => 0b010,
			TaskKind::Embed => 0b100,
		}
	}
}

/// How a model's numbers are computed, part of its manifest: says what two honest workers' answers
/// have in common.
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
pub enum NumericProfile {
	/// Weights widened to 32-bit floats, arithmetic in them in the engine's order, TF32 off, logits
	/// in 32 bits: on one class of machine the answers to one request with one seed are the same,
	/// byte for byte. Across classes the last bits of vectors differ, and a token does where two
	/// were as good as equal.
	#[codec(index = 0)]
	F32,
	/// Any arithmetic: answers agree within a tolerance, and are not compared byte for byte.
	#[codec(index = 1)]
	Tolerant,
}

impl NumericProfile {
	/// Whether the answers of two honest workers of one class can be compared byte for byte.
	pub const fn is_reproducible(self) -> bool {
		matches!(self, Self::F32)
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
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
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
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Price<Balance> {
	/// For the job as such.
	pub base: Balance,
	/// For each unit read.
	pub per_input: Balance,
	/// For each unit written.
	pub per_output: Balance,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn task_set_should_contain_exactly_its_kinds_when_built() {
		let set = TaskSet::of(&[TaskKind::Chat, TaskKind::Embed]);
		assert!(set.contains(TaskKind::Chat) && set.contains(TaskKind::Embed));
		assert!(!set.contains(TaskKind::Complete));
		assert!(set.is_valid());
		assert!(!TaskSet { bits: 0 }.is_valid());
		assert!(!TaskSet { bits: 1 << 20 }.is_valid());
	}
}
