//! What auditors say, and how integers become a verdict.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	ending::EndingFault,
	fingerprint::{distance, Fingerprint, Measured},
	hash::{hasher, Hash},
};

const BLIND: &str = "reckon audit vote: job, auditor, salt, vote";
const RECEIPTS: &str = "reckon batch audit: batch, challenge, receipts";

/// What is plainly wrong with an answer, seen without comparing numbers. Whoever looks sees the
/// same.
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
pub enum Fault {
	/// The answer ends at the wrong place.
	#[codec(index = 0)]
	Ending(EndingFault),
	/// A token is not in the model's vocabulary.
	#[codec(index = 1)]
	UnknownToken {
		/// Which one.
		position: u32,
	},
	/// The tokens read as another text than the one that was delivered.
	#[codec(index = 2)]
	Text,
	/// More units are charged than were read and written.
	#[codec(index = 3)]
	Units,
	/// The delivered bytes are not of the task's shape: no vectors, too few, too many, or of
	/// another length.
	#[codec(index = 4)]
	Shape,
	/// A vector is too far from the right one.
	#[codec(index = 5)]
	Vector {
		/// Which one.
		index: u32,
	},
	/// The output of an exact task is another one.
	#[codec(index = 6)]
	Bytes,
	/// The model can't do the task at all, or not with these parameters.
	#[codec(index = 7)]
	Task,
}

/// What an auditor has measured on an answer's tokens. Logits and nats in millionths, rounded up;
/// what does not fit is the largest number.
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

impl Statistics {
	/// A non-negative number in millionths, rounded up; the largest number for what is none.
	pub fn millionths(number: f64) -> u32 {
		let scaled = libm::ceil(number * 1e6);
		match scaled >= 0.0 && scaled < f64::from(u32::MAX) {
			true => scaled as u32,
			false => u32::MAX,
		}
	}
}

/// What is wrong with a whole batch of receipts. The first that holds is said.
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
pub enum Rejection {
	/// Auditors could not get its receipts.
	#[codec(index = 0)]
	Unavailable,
	/// Its receipts are not those that the totals' roots name.
	#[codec(index = 1)]
	Leaves,
	/// What channels paid is not what their receipts charge.
	#[codec(index = 2)]
	Charges,
	/// More of its receipts prove themselves wrong than can be struck.
	#[codec(index = 3)]
	Faults,
}

/// What an auditor says about an answer, or a batch.
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
// Votes are stored and sent, not moved about: a box would only cost an allocation.
#[allow(clippy::large_enum_variant)]
pub enum Vote {
	/// It is plainly wrong.
	#[codec(index = 0)]
	Refuted(Fault),
	/// It was computed again: these are the numbers to compare.
	#[codec(index = 1)]
	Replayed {
		/// The auditor's own fingerprint of the answer.
		fingerprint: Fingerprint,
		/// How the answer's tokens do under the auditor's logits.
		statistics: Statistics,
	},
	/// An exact task was done again.
	#[codec(index = 2)]
	Output {
		/// BLAKE3 of the auditor's own output.
		hash: Hash,
	},
	/// A batch's receipts were looked at.
	#[codec(index = 3)]
	Batch {
		/// What is wrong with it as a whole; none where it is to be paid, without the receipts that were
		/// struck.
		rejection: Option<Rejection>,
		/// Shows that the auditor has them: [`batch_digest`]. Zeros when it could not get them.
		digest: Hash,
	},
}

/// What only who has all of a batch's receipts can say: their hash under an audit's challenge, which
/// nobody knew before.
pub fn batch_digest(batch: &Hash, challenge: &Hash, leaves: &[u8]) -> Hash {
	let mut hasher = hasher(RECEIPTS);
	hasher.update(batch);
	hasher.update(challenge);
	hasher.update(leaves);
	*hasher.finalize().as_bytes()
}

/// What an auditor publishes before the worker reveals anything: hides its vote, and is of no use
/// to another auditor.
pub fn blind(job: &Hash, auditor: &Hash, vote: &Vote, salt: &Hash) -> Hash {
	let mut hasher = hasher(BLIND);
	hasher.update(job);
	hasher.update(auditor);
	hasher.update(salt);
	hasher.update(&vote.encode());
	*hasher.finalize().as_bytes()
}

/// Up to `flag` nothing is wrong; above `slash` it is proof; between the two nobody is paid and
/// nobody is slashed.
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
pub struct Limits {
	/// The most that is honest.
	pub flag: u32,
	/// More than this nobody honest could come to.
	pub slash: u32,
}

/// A model's thresholds, from its calibration. Never guessed.
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
pub struct Thresholds {
	/// For the distance of fingerprints, in parts per million.
	pub distance: Limits,
	/// For the worst margin of a token, in millionths of a logit.
	pub margin: Limits,
}

/// How a comparison came out, from best to worst.
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
pub enum Grade {
	/// The same computation.
	#[codec(index = 0)]
	Same,
	/// Neither the same nor certainly another one.
	#[codec(index = 1)]
	Doubtful,
	/// Another computation.
	#[codec(index = 2)]
	Different,
}

impl Limits {
	/// Where a measurement lies.
	pub fn grade(&self, measured: u32) -> Grade {
		if measured <= self.flag {
			Grade::Same
		} else if measured <= self.slash {
			Grade::Doubtful
		} else {
			Grade::Different
		}
	}

	/// Where the distance of two fingerprints lies, which is not measured for it.
	fn grade_apart(&self, a: &Measured, b: &Measured) -> Grade {
		if a.is_within(b, self.flag) {
			Grade::Same
		} else if a.is_within(b, self.slash) {
			Grade::Doubtful
		} else {
			Grade::Different
		}
	}
}

/// Why an answer is not the same.
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
pub enum Reason {
	/// It is plainly wrong.
	#[codec(index = 0)]
	Fault(Fault),
	/// The worker's rows are this far from the auditor's, in parts per million: another model, other
	/// weights or other arithmetic.
	#[codec(index = 1)]
	Distance(u32),
	/// A token lost by this much, in millionths of a logit: it was not the sampler's choice.
	#[codec(index = 2)]
	Margin(u32),
	/// The output of an exact task has another hash.
	#[codec(index = 3)]
	Output,
}

/// How an audit came out, and why.
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
pub struct Verdict {
	/// How bad it is.
	pub grade: Grade,
	/// What was worst; nothing when the answer is the same.
	pub reason: Option<Reason>,
}

impl Verdict {
	fn new(grade: Grade, reason: Reason) -> Self {
		Self { grade, reason: (grade != Grade::Same).then_some(reason) }
	}
}

impl Vote {
	/// On an exact task, of which this is the auditor's own output.
	pub fn on_output(own: &[u8]) -> Self {
		Self::Output { hash: *blake3::hash(own).as_bytes() }
	}
}

impl Thresholds {
	/// What an auditor's vote means for a worker whose rows have this `fingerprint`, and whose
	/// delivered bytes this BLAKE3 hash.
	pub fn verdict(&self, worker: &Fingerprint, output: &Hash, vote: &Vote) -> Verdict {
		match vote {
			Vote::Refuted(fault) => Verdict::new(Grade::Different, Reason::Fault(*fault)),
			Vote::Replayed { fingerprint, statistics } => {
				let apart = distance(worker, fingerprint);
				let lost = statistics.worst_margin;
				let (far, wrong) = (self.distance.grade(apart), self.margin.grade(lost));
				match far >= wrong {
					true => Verdict::new(far, Reason::Distance(apart)),
					false => Verdict::new(wrong, Reason::Margin(lost)),
				}
			},
			Vote::Output { hash } => {
				let grade = if hash == output { Grade::Same } else { Grade::Different };
				Verdict::new(grade, Reason::Output)
			},
			// It says nothing of an answer.
			Vote::Batch { .. } => Verdict::new(Grade::Different, Reason::Output),
		}
	}

	/// The grade of [`Self::verdict`] alone, for much less: how far off a worker is need not be
	/// measured for it.
	pub fn grade(&self, worker: &Measured, output: &Hash, vote: &Vote) -> Grade {
		match vote {
			Vote::Replayed { fingerprint, statistics } => {
				let far = self.distance.grade_apart(worker, &Measured::from(*fingerprint));
				far.max(self.margin.grade(statistics.worst_margin))
			},
			// Nothing is measured.
			vote => self.verdict(worker.fingerprint(), output, vote).grade,
		}
	}
}
