//! What an auditor's node asks and is answered, as JSON. The README says what each field means.

use reckon_sdk::{hex, ModelId, TaskKind, Units, H256};
use reckon_verification::{Fault, Statistics};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Bytes as `0x` and hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexBytes(pub Vec<u8>);

impl Serialize for HexBytes {
	fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
		to.serialize_str(&hex(&self.0))
	}
}

impl<'de> Deserialize<'de> for HexBytes {
	fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
		let text = String::deserialize(from)?;
		let digits = text.strip_prefix("0x").ok_or_else(|| D::Error::custom("no 0x"))?;
		let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
		let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
		let bytes = pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?));
		match bytes.collect::<Option<Vec<u8>>>().filter(|_| rest.is_empty()) {
			Some(bytes) => Ok(Self(bytes)),
			None => Err(D::Error::custom("not pairs of hexadecimal digits")),
		}
	}
}

/// How tokens had to be chosen, as the job's record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
	/// The most units that the answer may have.
	pub max_output: u32,
	/// Thousandths.
	pub temperature_milli: u16,
	/// 0 means 64.
	pub top_k: u16,
	/// Thousandths.
	pub top_p_milli: u16,
}

/// An answer that is to be computed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditRequest {
	/// The job.
	pub job: H256,
	/// The audit's challenge.
	pub challenge: H256,
	/// The model.
	pub model: ModelId,
	/// What it was asked to do.
	pub task: TaskKind,
	/// What with.
	pub payload: HexBytes,
	/// How tokens had to be chosen.
	pub sampling: Chosen,
	/// The seed of the assignment.
	pub seed: H256,
	/// The bytes that were delivered.
	pub output: HexBytes,
	/// The answer's tokens as the worker gave them out, SCALE; nothing when it gave none.
	#[serde(default)]
	pub tokens: Option<HexBytes>,
	/// What is charged.
	pub units: Units,
	/// Of an answer through a gateway: it may end at the payload's stop strings, or break off.
	#[serde(default)]
	pub gateway: Option<Penalties>,
	/// What payload and output are opened by, where they are sealed: 32 bytes.
	#[serde(default)]
	pub opening: Option<HexBytes>,
}

/// How a request to a gateway wants tokens chosen besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Penalties {
	/// Thousandths.
	pub presence_milli: i16,
	/// Thousandths.
	pub frequency_milli: i16,
}

/// What the auditor votes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditAnswer {
	/// The vote as the chain takes it, SCALE.
	pub vote: HexBytes,
	/// The same for people, and what the rows' check needs.
	#[serde(flatten)]
	pub found: Found,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Found {
	/// The answer is plainly wrong.
	Refuted {
		/// How.
		fault: String,
	},
	/// It was computed again.
	Replayed {
		/// The auditor's own fingerprint, 256 bytes.
		fingerprint: HexBytes,
		/// How the tokens do.
		statistics: Numbers,
		/// The auditor's own root: a worker with the same one needs to show no rows.
		root: H256,
		/// How many rows there are.
		count: u32,
		/// How many numbers each has.
		width: u32,
	},
}

/// In a few words, for the log.
impl fmt::Display for Found {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Refuted { fault } => write!(f, "refuted: {fault}"),
			Self::Replayed { statistics, .. } => {
				let Numbers { tokens, mismatches, worst_margin, .. } = statistics;
				write!(f, "{tokens} tokens, {mismatches} not chosen, worst margin {worst_margin}")
			},
		}
	}
}

impl Found {
	pub(super) fn refuted(fault: &Fault) -> Self {
		Self::Refuted { fault: format!("{fault:?}") }
	}
}

/// How an answer's tokens do under the auditor's logits. In millionths where it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
	/// Tokens.
	pub tokens: u32,
	/// Tokens that are not the sampler's choice.
	pub mismatches: u32,
	/// Millionths of a logit.
	pub worst_margin: u32,
	/// Millionths of a logit.
	pub mean_margin: u32,
	/// Millionths of a nat.
	pub cross_entropy: u32,
}

impl From<Statistics> for Numbers {
	fn from(it: Statistics) -> Self {
		Self {
			tokens: it.tokens,
			mismatches: it.mismatches,
			worst_margin: it.worst_margin,
			mean_margin: it.mean_margin,
			cross_entropy: it.cross_entropy,
		}
	}
}

/// Rows that a worker has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsRequest {
	/// The job.
	pub job: H256,
	/// The audit's challenge.
	pub challenge: H256,
	/// The root that the worker has opened on chain.
	pub root: H256,
	/// The fingerprint that it has opened on chain, 256 bytes.
	pub fingerprint: HexBytes,
	/// As the audit's answer had it.
	pub count: u32,
	/// As the audit's answer had it.
	pub width: u32,
	/// The tokens that were audited, SCALE; nothing for embeddings.
	#[serde(default)]
	pub tokens: Option<HexBytes>,
	/// What the worker gave out, SCALE.
	pub openings: HexBytes,
}

/// Whether the rows are what the worker says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsAnswer {
	/// Whether they are under the root, and have the fingerprint.
	pub proven: bool,
	/// Why not.
	pub why: Option<String>,
}

/// A gateway's batch whose receipts are to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
	/// The batch.
	pub batch: H256,
	/// The audit's challenge.
	pub challenge: H256,
	/// What the chain knows of it: `reckon_receipts::Committed`, SCALE.
	pub committed: HexBytes,
	/// Where its gateway is: a URL.
	pub endpoint: HexBytes,
}

/// What the auditor votes, and shows the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchAnswer {
	/// The vote as the chain takes it, SCALE.
	pub vote: HexBytes,
	/// What is wrong with the whole of it, for people; nothing when it is to be paid.
	pub found: Option<String>,
	/// Of receipts that are wrong, what shows it to the chain: `reckon_receipts::Exhibit`, SCALE.
	pub wrong: Vec<HexBytes>,
}

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
	/// For programs.
	pub error: String,
	/// For people.
	pub message: String,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bytes_should_be_read_only_as_they_are_written() {
		let read = |text: &str| serde_json::from_str::<HexBytes>(text).map(|bytes| bytes.0);
		assert_eq!(read(r#""0x00fF10""#).unwrap(), [0, 255, 16]);
		assert!(read(r#""0x""#).unwrap().is_empty());
		for bad in [r#""""#, r#""00""#, r#""0x0""#, r#""0x0g""#, r#""0x+1""#, "\"0xä\"", "[1]"] {
			assert!(read(bad).is_err(), "{bad}");
		}
		assert_eq!(serde_json::to_string(&HexBytes(vec![1, 171])).unwrap(), r#""0x01ab""#);
	}
}
