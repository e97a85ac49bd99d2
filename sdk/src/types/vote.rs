//! What auditors say, and how far that is from what the worker says.

use super::{AccountId, EraIndex, Fingerprint, Rejection, H256};
use serde::{Deserialize, Serialize};
use subxt::ext::scale_decode::DecodeAsType;

/// Why an answer ends at the wrong place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum EndingFault {
	/// There is not one token.
	Empty,
	/// It has more tokens than it may have.
	TooLong,
	/// It breaks off: neither ended by its last token nor as long as it may be.
	BrokenOff,
	/// It goes on behind a token that ends answers.
	WentOn,
}

impl EndingFault {
	/// As a sentence for a person.
	pub fn explain(self) -> &'static str {
		match self {
			Self::Empty => "the answer has not one token",
			Self::TooLong => "the answer has more tokens than it may have",
			Self::BrokenOff => "the answer breaks off",
			Self::WentOn => "the answer goes on behind a token that ends answers",
		}
	}
}

/// What is plainly wrong with an answer, seen without comparing numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Fault {
	/// The answer ends at the wrong place.
	Ending(EndingFault),
	/// A token is not in the model's vocabulary.
	UnknownToken {
		/// Which one, from 0.
		position: u32,
	},
	/// The tokens read as another text than the one that was delivered.
	Text,
	/// More units are charged than were read and written.
	Units,
	/// The delivered bytes are not of the task's shape: no vectors, too few, too many, or of another
	/// length.
	Shape,
	/// A vector is too far from the right one.
	Vector {
		/// Which one, from 0.
		index: u32,
	},
	/// The output of an exact task is another one.
	Bytes,
	/// The model can't do the task at all, or not with these parameters.
	Task,
}

impl Fault {
	/// As a sentence for a person.
	pub fn explain(self) -> String {
		match self {
			Self::Ending(fault) => fault.explain().into(),
			Self::UnknownToken { position } => {
				format!("token {position} is not in the model's vocabulary")
			},
			Self::Text => "the tokens read as another text than was delivered".into(),
			Self::Units => "more units are charged than were read and written".into(),
			Self::Shape => "what was delivered is not of the task's shape".into(),
			Self::Vector { index } => format!("vector {index} is too far from the right one"),
			Self::Bytes => "the output of an exact task is another one".into(),
			Self::Task => "the model can't do the task, or not with these parameters".into(),
		}
	}
}

/// What an auditor has measured on an answer's tokens. Logits and nats in millionths, rounded up; what
/// does not fit is the largest number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Statistics {
	/// Tokens of the answer.
	pub tokens: u32,
	/// Tokens that are not the sampler's choice by the auditor's logits.
	pub mismatches: u32,
	/// The largest margin by which a token lost.
	pub worst_margin: u32,
	/// The mean margin, each cut at half a logit.
	pub mean_margin: u32,
	/// The mean of -ln p(token), of the model's own distribution at temperature 1.
	pub cross_entropy: u32,
}

/// What an auditor says about an answer, or a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
// A committee has a few dozen of them: a box would only be in the way.
#[allow(clippy::large_enum_variant)]
pub enum Vote {
	/// It is plainly wrong.
	Refuted(Fault),
	/// It was computed again.
	Replayed {
		/// The auditor's own fingerprint of the answer.
		fingerprint: Fingerprint,
		/// How the answer's tokens do under the auditor's logits.
		statistics: Statistics,
	},
	/// An exact task was done again.
	Output {
		/// BLAKE3 of the auditor's own output.
		hash: H256,
	},
	/// A batch's receipts were looked at.
	Batch {
		/// What is wrong with it as a whole, if anything is.
		rejection: Option<Rejection>,
		/// Shows that the auditor has its receipts; zeros when it could not get them.
		digest: H256,
	},
}

impl Vote {
	/// A few words on what the auditor has found.
	pub fn explain(&self) -> String {
		match self {
			Self::Refuted(fault) => format!("plainly wrong: {}", fault.explain()),
			Self::Replayed { statistics: Statistics { tokens: 0, .. }, .. } => {
				"computed again".into()
			},
			Self::Replayed { statistics, .. } => {
				let Statistics { tokens, mismatches, worst_margin, .. } = statistics;
				if *mismatches == 0 {
					return format!("computed again: all {tokens} tokens are its own choice too");
				}
				let worst = f64::from(*worst_margin) / 1e6;
				format!(
					"computed again: {mismatches} of {tokens} tokens are another choice than its own, \
					 the worst by {worst} logits"
				)
			},
			Self::Output { .. } => "did the exact task again".into(),
			Self::Batch { rejection: None, .. } => "all is well with the receipts".into(),
			Self::Batch { rejection: Some(why), .. } => why.explain().into(),
		}
	}
}

/// Whether an auditor has seen the rows that a worker says it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum RowsSeen {
	/// They are what the worker has committed to, and have the fingerprint that it says.
	Proven,
	/// The worker did not hand them out, or others.
	Unproven,
}

impl RowsSeen {
	/// As the end of a sentence about an auditor.
	pub fn explain(self) -> &'static str {
		match self {
			Self::Proven => "has seen the worker's rows",
			Self::Unproven => "was not shown the rows that the worker committed to",
		}
	}
}

/// What an auditor has said in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Statement {
	/// What it computed before it saw anything of the worker's.
	pub vote: Vote,
	/// Whether it has seen the worker's rows. Of a batch it says nothing.
	pub rows: RowsSeen,
}

impl Statement {
	/// A few words on what the auditor has said.
	pub fn explain(&self) -> String {
		match self.vote {
			Vote::Batch { .. } => self.vote.explain(),
			_ => format!("{}; {}", self.vote.explain(), self.rows.explain()),
		}
	}
}

/// How a comparison came out, from best to worst.
#[derive(
	Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, DecodeAsType, Serialize, Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Grade {
	/// The same computation; of a batch, that all is well.
	Same,
	/// Neither the same nor certainly another one.
	Doubtful,
	/// Another computation; of a batch, that something is wrong, or that others have other receipts.
	Different,
}

/// What an auditor's vote says of a worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Opinion {
	/// Whose it is.
	pub auditor: AccountId,
	/// The era in which its committee was drawn.
	pub era: EraIndex,
	/// How far the worker is from it.
	pub grade: Grade,
	/// Whether the auditor has seen the worker's rows.
	pub rows: RowsSeen,
}

#[cfg(test)]
mod tests {
	use super::*;

	fn replayed(statistics: Statistics) -> Vote {
		Vote::Replayed { fingerprint: Fingerprint([[0; 16]; 8]), statistics }
	}

	#[test]
	fn statement_should_say_of_an_answer_whether_the_rows_were_seen_and_of_a_batch_not() {
		let statistics =
			Statistics { tokens: 64, mismatches: 2, worst_margin: 31_250, ..Default::default() };
		let of = |vote, rows| Statement { vote, rows }.explain();
		assert_eq!(
			of(replayed(statistics), RowsSeen::Proven),
			"computed again: 2 of 64 tokens are another choice than its own, the worst by 0.03125 \
			 logits; has seen the worker's rows"
		);
		let right = Statistics { tokens: 64, ..Default::default() };
		let right = of(replayed(right), RowsSeen::Proven);
		assert!(right.starts_with("computed again: all 64 tokens"), "{right}");
		let vectors = of(replayed(Statistics::default()), RowsSeen::Unproven);
		assert!(vectors.starts_with("computed again; was not shown"), "{vectors}");
		let batch = |rejection| Vote::Batch { rejection, digest: H256::zero() };
		assert_eq!(of(batch(None), RowsSeen::Proven), "all is well with the receipts");
		let unavailable = batch(Some(Rejection::Unavailable));
		assert_eq!(of(unavailable, RowsSeen::Proven), "auditors could not get its receipts");
	}

	#[test]
	fn fault_should_be_told_with_its_place() {
		let of = |fault| Vote::Refuted(fault).explain();
		assert_eq!(
			of(Fault::UnknownToken { position: 7 }),
			"plainly wrong: token 7 is not in the model's vocabulary"
		);
		assert_eq!(
			of(Fault::Ending(EndingFault::BrokenOff)),
			"plainly wrong: the answer breaks off"
		);
		assert!(of(Fault::Vector { index: 3 }).contains("vector 3"));
	}
}
