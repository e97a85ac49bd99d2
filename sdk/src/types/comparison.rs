//! Several providers' answers to one question, compared.

use super::{AccountId, Balance, BlockNumber, ContentRef, JobId, H256};
use serde::{Deserialize, Serialize};
use subxt::ext::scale_decode::DecodeAsType;

/// What answers are compared for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
	/// The client asked for several answers from the start.
	Replicas,
	/// The client doubts an answer: the first sibling's.
	Dispute,
}

/// How far one of the compared jobs is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum Progress {
	/// Its answer may still come.
	Awaited,
	/// Its answer is on chain.
	Delivered {
		/// The answer's hash and length.
		answer: ContentRef,
		/// What it costs if it is right.
		#[serde(with = "super::as_string")]
		charge: Balance,
	},
	/// It has ended without an answer.
	Ended,
}

/// One of the jobs whose answers are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Sibling {
	/// The job.
	pub job: JobId,
	/// How far it is.
	#[serde(flatten)]
	pub progress: Progress,
}

/// What a comparison has shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
	/// There was nothing to compare: fewer than two answers came.
	Unconfirmed,
	/// No answer came from more than half of those who answered.
	NoMajority,
	/// More than half of those who answered say the same.
	Majority {
		/// What they say, by hash and length.
		answer: ContentRef,
	},
}

/// Jobs of one client whose answers are compared. Named by its first sibling's id.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Comparison {
	/// What for.
	pub purpose: Purpose,
	/// The jobs, also those that the chain has forgotten since.
	pub siblings: Vec<Sibling>,
	/// What all siblings' random numbers come from, once the first of them has a provider.
	pub seed: Option<H256>,
	/// Who has or had one of the siblings: nobody has two.
	pub providers: Vec<AccountId>,
	/// The block by which every answer must be on chain.
	pub deadline: BlockNumber,
	/// What was shown, once every sibling has delivered or ended.
	pub verdict: Option<Verdict>,
	/// How many of the siblings the chain remembers.
	pub remembered: u32,
}

impl Comparison {
	/// The first job whose answer is the right one by the verdict; without a verdict, or when it says
	/// nothing, the first that has an answer.
	pub fn best(&self) -> Option<JobId> {
		let right = match self.verdict {
			Some(Verdict::Majority { answer }) => Some(answer),
			_ => None,
		};
		let fits = |sibling: &&Sibling| match sibling.progress {
			Progress::Delivered { answer, .. } => right.is_none_or(|right| right == answer),
			Progress::Awaited | Progress::Ended => false,
		};
		self.siblings.iter().find(fits).map(|sibling| sibling.job)
	}

	/// A few words on what was shown.
	pub fn explain(&self) -> &'static str {
		match (self.verdict, self.purpose) {
			(None, _) => "the answers are not all there",
			(Some(Verdict::Unconfirmed), _) => {
				"fewer than two providers answered, so nothing was compared: what is there is paid"
			},
			(Some(Verdict::NoMajority), Purpose::Replicas) => {
				"the answers differ and none has a majority: nobody is paid"
			},
			(Some(Verdict::NoMajority), Purpose::Dispute) => {
				"the answers differ and none has a majority: only the disputed one is paid"
			},
			(Some(Verdict::Majority { .. }), _) => {
				"most of those who answered agree: they are paid, the others are not"
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn answer(of: u8) -> ContentRef {
		ContentRef { hash: H256::repeat_byte(of), length: 1 }
	}

	/// 0 stands for no answer.
	fn compared(answers: &[u8], verdict: Option<Verdict>) -> Comparison {
		let sibling = |(n, of): (usize, &u8)| Sibling {
			job: H256::repeat_byte(n as u8),
			progress: match of {
				0 => Progress::Ended,
				of => Progress::Delivered { answer: answer(*of), charge: 1 },
			},
		};
		Comparison {
			purpose: Purpose::Replicas,
			siblings: answers.iter().enumerate().map(sibling).collect(),
			seed: None,
			providers: Vec::new(),
			deadline: 1,
			verdict,
			remembered: 1,
		}
	}

	#[test]
	fn best_should_be_the_first_that_is_right_when_there_is_a_verdict() {
		let job = |n| Some(H256::repeat_byte(n));
		let majority = Some(Verdict::Majority { answer: answer(2) });
		assert_eq!(compared(&[1, 2, 2], majority).best(), job(1));
		assert_eq!(compared(&[0, 1, 2], None).best(), job(1));
		assert_eq!(compared(&[0, 0], Some(Verdict::Unconfirmed)).best(), None);
	}
}
