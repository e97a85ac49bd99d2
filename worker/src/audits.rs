//! The audits of this worker's answers: when it opens what it has committed to, and what it shows
//! to whom. Pure, as [`crate::jobs`] is, but for the evidence that [`Disclosure`] reads.
//!
//! * no audit is answered twice, also after a restart: the journal knows, and the chain's own phase
//!   decides;
//! * a fork that draws another challenge makes no honest fingerprint a wrong one;
//! * nobody sees a row before the blind votes on it are there;
//! * what is opened and shown is of the answer that the chain has, whatever else was computed for
//!   another fork.

mod disclosure;

pub use disclosure::{Disclosure, Inquiries, Withheld};

use reckon_engine::{EvidenceError, EvidenceStore};
use reckon_sdk::{AuditPhase, BlockNumber, Fingerprint, Inquiry, JobId, H256};
use std::collections::{BTreeMap, BTreeSet};

/// Blocks between two tries to open the same rows.
const RETRY_BLOCKS: BlockNumber = 3;
/// Blocks before the end in which finality is not waited for any more: whoever does not open is
/// convicted for certain.
const LAST_BLOCKS: BlockNumber = 6;

/// What one committee asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Question {
	/// The job whose answer it looks at.
	pub job: JobId,
	/// What positions and projections come from: another committee has another one, but for the last one, to
	/// which the rows are open already.
	pub challenge: H256,
}

impl From<&Inquiry> for Question {
	fn from(inquiry: &Inquiry) -> Self {
		Self { job: inquiry.audit, challenge: inquiry.challenge }
	}
}

/// An audit of an answer of this worker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
	/// What is asked, and how far the audit is.
	pub inquiry: Inquiry,
	/// What the answer was committed to with, by the job's record: a job may have been computed for
	/// more forks than one.
	pub commitment: H256,
	/// The keys of its auditors, where what they look at is nobody else's business: an answer through a
	/// gateway.
	pub auditors: Option<Vec<[u8; 32]>>,
}

/// What became of rows that were to be opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opened {
	/// The chain has them.
	Yes,
	/// It failed in a way that may pass.
	TryAgain,
	/// They can't be opened any more, or never could.
	Never,
}

impl Opened {
	/// The name in the journal.
	pub fn name(self) -> &'static str {
		match self {
			Self::Yes => "opened",
			Self::TryAgain => "sent",
			Self::Never => "failed",
		}
	}
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Progress {
	UnderWay,
	Again(BlockNumber),
	Over,
}

/// Which rows were asked for, and how far their opening is.
#[derive(Debug, Default)]
pub struct Openings {
	known: BTreeMap<Question, Progress>,
	/// The questions at the newest finalized block.
	certain: BTreeSet<Question>,
	best: BlockNumber,
}

impl Openings {
	/// Takes up an opening that was sent by an earlier life at this block, and may be in a block by
	/// now, or on its way to one.
	pub fn recover(&mut self, question: Question, sent_at: BlockNumber) {
		let again = Progress::Again(sent_at.saturating_add(RETRY_BLOCKS));
		self.known.insert(question, again);
	}

	/// Takes the audits at a block, and says which rows are to be opened now.
	pub fn seen(
		&mut self,
		block: BlockNumber,
		finalized: bool,
		inquiries: &[Inquiry],
	) -> Vec<Question> {
		let questions = || inquiries.iter().filter(|inquiry| inquiry.phase != AuditPhase::Drawing);
		if finalized {
			self.certain = questions().map(Question::from).collect();
			let certain = &self.certain;
			self.known.retain(|it, progress| *progress != Progress::Over || certain.contains(it));
			return Vec::new();
		}
		self.best = block;
		let mut due = Vec::new();
		for inquiry in questions().filter(|inquiry| inquiry.phase == AuditPhase::Opening) {
			let (question, left) = (Question::from(inquiry), inquiry.until.saturating_sub(block));
			// A fork may draw another challenge, under which this fingerprint would be a lie.
			let safe = self.certain.contains(&question) || left <= LAST_BLOCKS;
			let waits = match self.known.get(&question) {
				None => true,
				Some(Progress::Again(at)) => block >= *at,
				Some(Progress::UnderWay | Progress::Over) => false,
			};
			if safe && waits && left > 0 {
				self.known.insert(question, Progress::UnderWay);
				due.push(question);
			}
		}
		due
	}

	/// An opening has come to an end.
	pub fn ended(&mut self, question: Question, opened: Opened) {
		let progress = match opened {
			Opened::Yes | Opened::Never => Progress::Over,
			Opened::TryAgain => Progress::Again(self.best.saturating_add(RETRY_BLOCKS)),
		};
		self.known.insert(question, progress);
	}
}

/// What a worker says when its rows are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proof {
	/// That of the audited positions.
	pub fingerprint: Fingerprint,
	/// Names all rows.
	pub root: H256,
	/// What hid the root.
	pub salt: H256,
}

/// Answers a question about the delivery with this commitment from what was kept; `None` when
/// nothing was, or of rows that have no fingerprint.
///
/// # Errors
/// When the evidence can't be read.
pub fn prove(
	store: &EvidenceStore,
	question: &Question,
	commitment: H256,
) -> Result<Option<Proof>, EvidenceError> {
	let Some(kept) = store.get(&question.job.0, &commitment.0)? else { return Ok(None) };
	let made = kept.evidence.rows().fingerprint(&question.challenge.0, &question.job.0);
	Ok(made.ok().map(|fingerprint| Proof {
		fingerprint: Fingerprint(fingerprint.0),
		root: H256(kept.evidence.root()),
		salt: H256(kept.salt),
	}))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn inquiry(challenge: u8, phase: AuditPhase) -> Inquiry {
		Inquiry {
			audit: H256::repeat_byte(1),
			round: 1,
			phase,
			until: 40,
			challenge: H256::repeat_byte(challenge),
		}
	}

	fn question(challenge: u8) -> Question {
		Question { job: H256::repeat_byte(1), challenge: H256::repeat_byte(challenge) }
	}

	#[test]
	fn rows_should_be_opened_once_when_the_challenge_is_final() {
		let mut openings = Openings::default();
		let asked = [inquiry(7, AuditPhase::Opening)];
		assert_eq!(openings.seen(20, false, &[inquiry(7, AuditPhase::Committing)]), []);
		assert_eq!(openings.seen(21, false, &asked), [], "a fork may draw another");
		openings.seen(18, true, &[inquiry(7, AuditPhase::Committing)]);
		assert_eq!(openings.seen(22, false, &asked), [question(7)]);
		assert_eq!(openings.seen(23, false, &asked), [], "under way");
		openings.ended(question(7), Opened::Yes);
		assert_eq!(openings.seen(24, false, &asked), []);
		// It stays so as long as the finalized state has the audit.
		openings.seen(22, true, &asked);
		assert_eq!(openings.seen(25, false, &asked), []);
	}

	#[test]
	fn rows_should_be_opened_for_each_committee() {
		let mut openings = Openings::default();
		for challenge in [7, 8] {
			let asked = [inquiry(challenge, AuditPhase::Opening)];
			openings.seen(18, true, &asked);
			assert_eq!(openings.seen(20, false, &asked), [question(challenge)]);
			openings.ended(question(challenge), Opened::Yes);
		}
	}

	#[test]
	fn rows_should_be_opened_without_finality_when_time_runs_out() {
		let mut openings = Openings::default();
		let asked = [inquiry(7, AuditPhase::Opening)];
		assert_eq!(openings.seen(33, false, &asked), []);
		assert_eq!(openings.seen(34, false, &asked), [question(7)]);
		let mut late = Openings::default();
		assert_eq!(late.seen(40, false, &asked), [], "no block is left");
	}

	#[test]
	fn opening_should_be_tried_again_after_some_blocks_when_it_failed_or_the_worker_died() {
		let mut openings = Openings::default();
		let asked = [inquiry(7, AuditPhase::Opening)];
		openings.recover(question(7), 20);
		openings.seen(19, true, &asked);
		assert_eq!(openings.seen(22, false, &asked), []);
		assert_eq!(openings.seen(23, false, &asked), [question(7)]);
		openings.ended(question(7), Opened::TryAgain);
		assert_eq!(openings.seen(25, false, &asked), []);
		assert_eq!(openings.seen(26, false, &asked), [question(7)]);
		openings.ended(question(7), Opened::Never);
		assert_eq!(openings.seen(30, false, &asked), []);
	}

	#[test]
	fn rows_should_be_opened_when_a_fork_has_asked_for_them_too_early() {
		let mut openings = Openings::default();
		let asked = [inquiry(7, AuditPhase::Opening)];
		openings.seen(18, true, &asked);
		assert_eq!(openings.seen(20, false, &asked), [question(7)]);
		// Another fork still waits for votes, and has refused.
		openings.ended(question(7), Opened::TryAgain);
		assert_eq!(openings.seen(24, false, &[inquiry(7, AuditPhase::Committing)]), []);
		assert_eq!(openings.seen(25, false, &asked), [question(7)]);
	}

	#[test]
	fn nothing_should_be_opened_when_the_chain_has_it_already() {
		let mut openings = Openings::default();
		openings.recover(question(7), 20);
		let opened = [inquiry(7, AuditPhase::Revealing)];
		openings.seen(30, true, &opened);
		assert_eq!(openings.seen(33, false, &opened), []);
		assert_eq!(openings.seen(34, false, &[inquiry(7, AuditPhase::Drawing)]), []);
	}
}
