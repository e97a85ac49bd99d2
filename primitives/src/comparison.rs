//! Several providers' answers to one question, compared.

use crate::{ContentRef, JobId, MAX_ATTEMPTS};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_runtime::{traits::Saturating, BoundedVec};

/// The most answers that are compared.
///
/// Five: a majority of three stands against any two that are wrong, and every further one costs the
/// client another inference.
pub const MAX_REPLICAS: u32 = 5;
/// Who can have had one of the compared jobs: each is tried by [`MAX_ATTEMPTS`] at most.
const MAX_PROVIDERS: u32 = MAX_REPLICAS * MAX_ATTEMPTS;

/// What answers are compared for.
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
pub enum Purpose {
	/// The client asked for several answers from the start.
	#[codec(index = 0)]
	Replicas,
	/// The client doubts an answer: the first sibling's.
	#[codec(index = 1)]
	Dispute,
}

/// How far one of the compared jobs is.
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
pub enum Progress<Balance> {
	/// Its answer may still come.
	#[codec(index = 0)]
	Awaited,
	/// Its answer is on chain.
	#[codec(index = 1)]
	Delivered {
		/// The answer's hash and length.
		answer: ContentRef,
		/// What it costs if it is right.
		charge: Balance,
	},
	/// It has ended without an answer.
	#[codec(index = 2)]
	Ended,
}

/// One of the jobs whose answers are compared.
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
pub struct Sibling<Balance> {
	/// The job.
	pub job: JobId,
	/// How far it is.
	pub progress: Progress<Balance>,
}

/// What a comparison has shown.
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
pub enum Verdict {
	/// There was nothing to compare: fewer than two answers came.
	#[codec(index = 0)]
	Unconfirmed,
	/// No answer came from more than half of those who answered.
	#[codec(index = 1)]
	NoMajority,
	/// More than half of those who answered say the same.
	#[codec(index = 2)]
	Majority {
		/// What they say, by hash and length.
		answer: ContentRef,
	},
}

/// Jobs of one client whose answers are compared. Named by its first sibling's id.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Comparison<AccountId, Balance, BlockNumber> {
	/// What for.
	pub purpose: Purpose,
	/// The jobs, also those that the chain has forgotten since.
	pub siblings: BoundedVec<Sibling<Balance>, ConstU32<MAX_REPLICAS>>,
	/// What all siblings' random numbers come from, once the first of them has been given to a
	/// provider.
	pub seed: Option<H256>,
	/// Who has or had one of the siblings: nobody has two.
	pub providers: BoundedVec<AccountId, ConstU32<MAX_PROVIDERS>>,
	/// The block by which every answer must be on chain.
	pub deadline: BlockNumber,
	/// What was shown, once every sibling has delivered or ended.
	pub verdict: Option<Verdict>,
	/// How many of the siblings the chain remembers.
	pub remembered: u32,
}

/// What becomes of a sibling's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate<Balance> {
	/// It is paid.
	Paid,
	/// It is neither paid nor held against its provider: nobody can tell who is right.
	Unpaid,
	/// It is wrong by the word of the disputed answer and one other. It is not paid, nor held against
	/// its provider: the client may have chosen the doubted provider, so that one of its friends
	/// would do to convict an honest one.
	Outvoted,
	/// It is wrong by the word of two or more that were drawn.
	Rejected {
		/// What it cost the client to find out, which the provider of a disputed answer owes.
		owes: Balance,
	},
}

impl<AccountId, Balance, BlockNumber> Comparison<AccountId, Balance, BlockNumber>
where
	Balance: Copy + Default + Saturating,
{
	/// Notes what became of a sibling whose answer was awaited. Says what is shown, if that was the
	/// last of them.
	pub fn note(&mut self, job: JobId, progress: Progress<Balance>) -> Option<Verdict> {
		let awaited = self
			.siblings
			.iter_mut()
			.find(|sibling| sibling.job == job && matches!(sibling.progress, Progress::Awaited))?;
		awaited.progress = progress;
		self.verdict = self.decide();
		self.verdict
	}

	/// What becomes of a sibling's answer; `None` while others are awaited.
	pub fn fate(&self, job: JobId) -> Option<Fate<Balance>> {
		let disputed = self.purpose == Purpose::Dispute
			&& self.siblings.first().is_some_and(|first| first.job == job);
		let own = self.deliveries().find(|(sibling, ..)| *sibling == job);
		Some(match self.verdict? {
			Verdict::Unconfirmed => Fate::Paid,
			// To dispute an answer must not be a way not to pay for it.
			Verdict::NoMajority if disputed => Fate::Paid,
			Verdict::NoMajority => Fate::Unpaid,
			Verdict::Majority { answer } if own.is_some_and(|(_, given, _)| given == answer) => {
				Fate::Paid
			},
			Verdict::Majority { .. } if self.purpose == Purpose::Dispute && !disputed => {
				Fate::Outvoted
			},
			Verdict::Majority { answer } => {
				let owes = self
					.deliveries()
					.filter(|(_, given, _)| disputed && *given == answer)
					.fold(Balance::default(), |sum, (.., charge)| sum.saturating_add(charge));
				Fate::Rejected { owes }
			},
		})
	}

	fn deliveries(&self) -> impl Iterator<Item = (JobId, ContentRef, Balance)> + '_ {
		self.siblings.iter().filter_map(|sibling| match sibling.progress {
			Progress::Delivered { answer, charge } => Some((sibling.job, answer, charge)),
			Progress::Awaited | Progress::Ended => None,
		})
	}

	fn decide(&self) -> Option<Verdict> {
		if self.siblings.iter().any(|sibling| matches!(sibling.progress, Progress::Awaited)) {
			return None;
		}
		let answers = self.deliveries().count();
		if answers < 2 {
			return Some(Verdict::Unconfirmed);
		}
		let says = |said| self.deliveries().filter(move |(_, given, _)| *given == said);
		let majority = self
			.deliveries()
			.map(|(_, answer, _)| answer)
			.find(|answer| says(*answer).count() > answers / 2);
		Some(majority.map_or(Verdict::NoMajority, |answer| Verdict::Majority { answer }))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	type Tested = Comparison<u64, u128, u32>;

	fn answer(of: u8) -> ContentRef {
		ContentRef::of(&[of])
	}

	fn job(n: usize) -> JobId {
		H256::repeat_byte(n as u8)
	}

	/// A comparison in which these answers came, each for 10 times what it says; 0 stands for none.
	fn compared(purpose: Purpose, answers: &[u8]) -> Tested {
		let awaited = |n| Sibling { job: job(n), progress: Progress::Awaited };
		let mut comparison = Comparison {
			purpose,
			siblings: (0..answers.len()).map(awaited).collect::<Vec<_>>().try_into().unwrap(),
			seed: None,
			providers: Default::default(),
			deadline: 9,
			verdict: None,
			remembered: answers.len() as u32,
		};
		for (n, given) in answers.iter().enumerate() {
			assert_eq!(comparison.verdict, None);
			let progress = match given {
				0 => Progress::Ended,
				_ => {
					Progress::Delivered { answer: answer(*given), charge: u128::from(*given) * 10 }
				},
			};
			assert_eq!(comparison.note(job(n), progress), comparison.verdict);
		}
		comparison
	}

	fn verdict(answers: &[u8]) -> Verdict {
		compared(Purpose::Replicas, answers).verdict.unwrap()
	}

	fn fates(comparison: &Tested) -> Vec<Fate<u128>> {
		comparison.siblings.iter().map(|one| comparison.fate(one.job).unwrap()).collect()
	}

	#[test]
	fn verdict_should_be_what_more_than_half_say_when_two_or_more_answered() {
		let majority = |of| Verdict::Majority { answer: answer(of) };
		for (answers, expected) in [
			(&[1, 1][..], majority(1)),
			(&[1, 2], Verdict::NoMajority),
			(&[1, 2, 2], majority(2)),
			(&[1, 2, 3], Verdict::NoMajority),
			// Two of four are not more than half, two of three that answered are.
			(&[1, 1, 2, 2], Verdict::NoMajority),
			(&[1, 1, 2, 0], majority(1)),
			(&[1, 1, 2, 3], Verdict::NoMajority),
			(&[3, 1, 3, 2, 3], majority(3)),
			(&[1, 1, 2, 2, 3], Verdict::NoMajority),
			(&[0, 1, 0, 0, 0], Verdict::Unconfirmed),
			(&[0, 0], Verdict::Unconfirmed),
		] {
			assert_eq!(verdict(answers), expected, "{answers:?}");
		}
	}

	#[test]
	fn fate_should_follow_the_verdict_when_replicas_are_compared() {
		use Fate::*;
		let of = |answers: &[u8]| fates(&compared(Purpose::Replicas, answers));
		assert_eq!(of(&[1, 2, 1]), [Paid, Rejected { owes: 0 }, Paid]);
		assert_eq!(of(&[1, 2]), [Unpaid, Unpaid]);
		assert_eq!(of(&[0, 1])[1], Paid);
	}

	#[test]
	fn fate_should_let_the_doubted_provider_pay_for_the_proof_when_it_is_wrong() {
		use Fate::*;
		let of = |answers: &[u8]| fates(&compared(Purpose::Dispute, answers));
		assert_eq!(of(&[1, 2, 2]), [Rejected { owes: 40 }, Paid, Paid]);
		assert_eq!(of(&[1, 1, 2]), [Paid, Paid, Outvoted]);
		// What proves nothing changes nothing for the doubted one.
		assert_eq!(of(&[1, 2, 3]), [Paid, Unpaid, Unpaid]);
		assert_eq!(of(&[1, 2, 0])[..2], [Paid, Unpaid]);
		assert_eq!(of(&[1, 0, 0])[0], Paid);
	}

	#[test]
	fn first_word_should_stand_when_a_sibling_is_noted_again() {
		let mut comparison = compared(Purpose::Replicas, &[1, 1]);
		let before = comparison.clone();
		assert_eq!(comparison.note(job(0), Progress::Ended), None);
		assert_eq!(comparison.note(job(7), Progress::Ended), None);
		assert_eq!(comparison, before);
	}

	#[test]
	fn fate_should_be_open_when_an_answer_is_awaited() {
		let mut comparison = compared(Purpose::Replicas, &[1, 1]);
		comparison.siblings[1].progress = Progress::Awaited;
		comparison.verdict = None;
		assert_eq!(comparison.fate(job(0)), None);
	}
}
