//! An audit's records, and what auditors send.

use crate::keys::AuditId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use reckon_primitives::JobId;
use reckon_support::{AuditOutcome, Cause, EraIndex, Subject};
use reckon_verification::{Fingerprint, Grade, Rejection, Statistics, Vote};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// The most seats of one committee, with those that were given up or left empty. The largest
/// committee that a subnet can ask for, and a quarter of that to fill gaps.
pub const MAX_SEATS: u32 = 40;
/// The most votes that travel in one extrinsic.
pub const MAX_VOTES: u32 = 16;
/// Committees whose votes are kept while another one sits: the first and the larger one.
pub const MAX_EARLIER: u32 = 2;
/// The most votes that an audit ends with.
pub(crate) const MOST_VOTES: u32 = MAX_SEATS * (MAX_EARLIER + 1);
/// How often an audit can have new auditors because too few of the old ones said anything.
pub const MAX_RETRIES: u8 = 2;
/// Blocks between what is to be judged and the draw of those who judge it. The draw is made from the
/// randomness of all blocks between, which only who makes all five of them knows before.
pub const DRAW_DELAY: u32 = 6;

/// What an audit waits for.
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
pub enum Phase {
	/// The draw of its auditors, and of the lot whether it has any.
	#[codec(index = 0)]
	Drawing,
	/// The auditors' blind votes.
	#[codec(index = 1)]
	Committing,
	/// The worker, which opens what it has committed to. Audits of batches have no such phase, and last
	/// committees have none.
	#[codec(index = 2)]
	Opening,
	/// The auditors, who open their votes.
	#[codec(index = 3)]
	Revealing,
}

/// Which of the committees that can decide one sits.
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
pub enum Instance {
	/// The subnet's: it only accepts, and when all are of one mind.
	#[codec(index = 0)]
	First,
	/// The larger one, after somebody in the first has dissented: two thirds of it convict.
	#[codec(index = 1)]
	Larger,
	/// The last one, after a third of the larger one has contradicted the others, or most of the larger one
	/// most of the first, so that many lie or the rows are not all right: it looks at the rows that are
	/// contested, and more than half of it convict.
	#[codec(index = 2)]
	Last,
}

/// How far an auditor's vote is.
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
pub enum Ballot {
	/// It may still come.
	#[codec(index = 0)]
	Awaited,
	/// It is there, blind.
	#[codec(index = 1)]
	Committed(H256),
	/// It is open.
	#[codec(index = 2)]
	Revealed,
	/// The auditor has given its seat up.
	#[codec(index = 3)]
	Declined,
	/// The auditor has said nothing in time.
	#[codec(index = 4)]
	Missed,
}

/// A place in a committee.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Seat<AccountId> {
	/// The validator that has it.
	pub auditor: AccountId,
	/// The key that it votes with.
	pub key: AuditId,
	/// How far its vote is.
	pub ballot: Ballot,
	/// Whether it had as many seats already as can be asked of it: silence is not held against it.
	pub beyond: bool,
}

/// The seats of a committee.
pub type Seats<AccountId> = BoundedVec<Seat<AccountId>, ConstU32<MAX_SEATS>>;

/// What a worker has opened of its rows.
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
pub struct Opened {
	/// Names all of its rows: what it committed to with the delivery.
	pub root: H256,
	/// What it says the rows' fingerprint is, by the audit's challenge.
	pub fingerprint: Fingerprint,
}

impl Opened {
	/// What names it in opened votes: BLAKE2b-256 of its SCALE encoding.
	pub fn name(&self) -> H256 {
		H256(sp_io::hashing::blake2_256(&self.encode()))
	}
}

/// What a committee has asked a worker, and what it has opened for it.
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
pub struct Asked {
	/// What the audited positions and the projections came from.
	pub challenge: H256,
	/// What the worker has opened.
	pub opened: Opened,
}

/// An audit.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Audit<AccountId, Balance, BlockNumber> {
	/// What it is about.
	pub subject: Subject<AccountId, Balance>,
	/// Why there is one.
	pub cause: Cause,
	/// Which part of such work is audited.
	pub rate: Permill,
	/// What its client has held for the auditors.
	pub fee: Balance,
	/// What it waits for.
	pub phase: Phase,
	/// When the chain itself looks at it again.
	pub due: BlockNumber,
	/// Which of its committees this is; 0 before the first.
	pub round: u8,
	/// Which of the committees that can decide it this is.
	pub instance: Instance,
	/// The era in which the committee was drawn: its stake answers for its votes.
	pub era: EraIndex,
	/// How often too few auditors said anything.
	pub retries: u8,
	/// How many auditors the committee is to have.
	pub size: u32,
	/// How many of them must say something.
	pub quorum: u32,
	/// What the audited positions and the projections come from.
	pub challenge: H256,
	/// What the worker has opened; of the last committee, what it has opened for the one whose rows that
	/// looks at.
	pub opened: Option<Opened>,
	/// What the first committee has asked and the worker opened, once that is over: the last one may be
	/// asked about it. Of a batch nothing.
	pub first: Option<Asked>,
	/// The committee.
	pub seats: Seats<AccountId>,
	/// How it ends if too few auditors say anything: `Inconclusive`, and where the last committee sits
	/// as the larger one would have ended it.
	pub otherwise: AuditOutcome,
	/// What the committees before this one said, vote by vote: the first one's, then the larger one's.
	pub earlier: BoundedVec<Opinions<AccountId>, ConstU32<MAX_EARLIER>>,
}

/// What a committee has said, vote by vote.
pub type Opinions<AccountId> = BoundedVec<Opinion<AccountId>, ConstU32<MAX_SEATS>>;

/// What an auditor's vote says of a worker.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Opinion<AccountId> {
	/// Whose it is.
	pub auditor: AccountId,
	/// The era in which its committee was drawn.
	pub era: EraIndex,
	/// How far the worker is from it.
	pub grade: Grade,
	/// Whether the auditor has seen the worker's rows.
	pub rows: RowsSeen,
	/// Whether it found that the worker is far off, and not only that its rows can't be had.
	pub dissents: bool,
}

/// Whether an auditor has seen the rows that a worker says it has.
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
pub enum RowsSeen {
	/// They are under the root, and have the fingerprint that the worker says; or the auditor's own
	/// root is the same.
	#[codec(index = 0)]
	Proven,
	/// The worker did not hand them out, or others.
	#[codec(index = 1)]
	Unproven,
}

/// What an auditor has said in the end.
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
pub struct Statement {
	/// What it computed before it saw anything of the worker's.
	pub vote: Vote,
	/// Whether it has seen the worker's rows.
	pub rows: RowsSeen,
}

/// A blind vote.
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
pub struct Commit {
	/// The audit: the job's id, or the batch's.
	pub audit: JobId,
	/// Which of its committees.
	pub round: u8,
	/// What the vote was computed for. A fork may have drawn another one, where this vote is none.
	pub challenge: H256,
	/// What hides the vote: `reckon_verification::blind`.
	pub blind: H256,
}

/// A vote, opened.
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
pub struct Reveal {
	/// The audit: the job's id, or the batch's.
	pub audit: JobId,
	/// Which of its committees.
	pub round: u8,
	/// What hid the vote, with it.
	pub salt: H256,
	/// What the auditor has computed.
	pub said: Said,
	/// Whether it has seen the worker's rows.
	pub rows: RowsSeen,
}

/// A vote as it is opened, about what the worker has opened. On a fork it may have opened something
/// else, of which this says nothing.
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
// Read once for each vote.
#[allow(clippy::large_enum_variant)]
pub enum Said {
	/// The fingerprint is the worker's to the last bit, so that it need not be said again.
	TheSame {
		/// What else was computed.
		statistics: Statistics,
	},
	/// Anything else.
	Else {
		/// What the worker had opened when the auditor looked: [`Opened::name`].
		opened: H256,
		/// What was computed.
		vote: Vote,
	},
	/// What was seen in a batch, of which nothing is opened.
	Batch {
		/// What is wrong with it as a whole.
		rejection: Option<Rejection>,
		/// Shows that the auditor has its receipts.
		digest: H256,
	},
}

impl Said {
	/// A vote about an opening, in as few bytes as it takes.
	pub fn of(vote: Vote, opened: &Opened) -> Self {
		match vote {
			Vote::Replayed { fingerprint, statistics } if fingerprint == opened.fingerprint => {
				Self::TheSame { statistics }
			},
			vote => Self::Else { opened: opened.name(), vote },
		}
	}

	/// The vote about an answer, if it is about this opening.
	pub fn about(&self, opened: &Opened) -> Option<Vote> {
		match *self {
			Self::TheSame { statistics } => {
				Some(Vote::Replayed { fingerprint: opened.fingerprint, statistics })
			},
			Self::Else { opened: name, vote } => (name == opened.name()).then_some(vote),
			Self::Batch { .. } => None,
		}
	}
}

/// A seat that is given up.
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
pub struct Decline {
	/// The audit: the job's id, or the batch's.
	pub audit: JobId,
	/// Which of its committees.
	pub round: u8,
	/// What the committee was drawn with. A fork may have drawn another one.
	pub challenge: H256,
}

/// Votes, or seats, of one extrinsic.
pub type Batch<Item> = BoundedVec<Item, ConstU32<MAX_VOTES>>;

/// A validator of this session that can be drawn.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Auditor<AccountId> {
	/// Its account.
	pub account: AccountId,
	/// The key that it votes with.
	pub key: AuditId,
	/// Whether it has offended, and is not drawn.
	pub disabled: bool,
}

/// What is held against a validator as an auditor.
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
pub struct Conduct {
	/// Blind votes that are awaited of it.
	pub open: u32,
	/// Votes that did not come in time, less those that counted since, since the last slash.
	pub missed: u32,
	/// The era that what is below is of.
	pub era: EraIndex,
	/// How many seats it gave up.
	pub declined: u32,
	/// Whether a vote of its was proved wrong that it was alone with: it is not drawn any more.
	pub barred: bool,
	/// What it has done in committees that were drawn in this era.
	pub now: Offences,
	/// What it has done in committees that were drawn in the era before.
	pub before: Offences,
}

/// What costs an auditor stake, of the committees that were drawn in one era.
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
pub struct Offences {
	/// Series of votes that did not come.
	pub silences: u32,
	/// Votes that were proved wrong, as far as they cost anything: each that it was alone with, and one of
	/// all others.
	pub lies: u32,
	/// Whether one was proved wrong by a committee in which others said the same.
	pub outvoted: bool,
}

/// A seat as its auditor sees it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct Duty<AccountId, Balance, BlockNumber> {
	/// The audit: the job's id, or the batch's.
	pub audit: JobId,
	/// What it is about.
	pub subject: Subject<AccountId, Balance>,
	/// Which of its committees.
	pub round: u8,
	/// What the audit waits for.
	pub phase: Phase,
	/// How far the auditor's vote is.
	pub ballot: Ballot,
	/// The last block in which what the audit waits for can come.
	pub until: BlockNumber,
	/// What the audited positions and the projections come from.
	pub challenge: H256,
	/// What the worker has opened.
	pub opened: Option<Opened>,
}

/// An audit as the provider sees it whose work it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct Inquiry<BlockNumber> {
	/// The audit: the job's id, or the batch's.
	pub audit: JobId,
	/// Which of its committees.
	pub round: u8,
	/// What the audit waits for.
	pub phase: Phase,
	/// The last block in which what the audit waits for can come.
	pub until: BlockNumber,
	/// What the audited positions and the projections come from.
	pub challenge: H256,
}

impl<AccountId: PartialEq, Balance, BlockNumber> Audit<AccountId, Balance, BlockNumber> {
	/// The larger committee is to look, at other rows than the first.
	pub(crate) fn escalate(&mut self) {
		let challenge = self.challenge;
		self.first = self.opened.map(|opened| Asked { challenge, opened });
		self.instance = Instance::Larger;
	}

	/// The last committee is to look at the rows that this one has looked at. If it can't say anything, the
	/// audit ends like this.
	pub(crate) fn appeal(&mut self, otherwise: AuditOutcome, about: Instance) {
		self.otherwise = otherwise;
		self.instance = Instance::Last;
		if let (Instance::First, Some(asked)) = (about, self.first) {
			self.challenge = asked.challenge;
			self.opened = Some(asked.opened);
		}
	}

	/// Whether it is the last committee, and looks at the first one's rows.
	pub(crate) fn asks_about_first(&self) -> bool {
		let challenge = self.first.map(|asked| asked.challenge);
		self.instance == Instance::Last && challenge == Some(self.challenge)
	}

	/// Whether the nth of the committees before this one has looked at the same rows.
	pub(crate) fn has_same_rows(&self, nth: usize) -> bool {
		let about = if self.asks_about_first() { 0 } else { 1 };
		self.instance == Instance::Last && nth == about
	}

	/// How many ballots are so.
	pub(crate) fn count(&self, is: impl Fn(&Ballot) -> bool) -> u32 {
		self.seats.iter().filter(|seat| is(&seat.ballot)).count() as u32
	}

	/// How many auditors' votes may come or are there.
	pub(crate) fn seated(&self) -> u32 {
		self.count(|ballot| !matches!(ballot, Ballot::Declined | Ballot::Missed))
	}

	/// How many votes are there, blind.
	pub(crate) fn committed(&self) -> u32 {
		self.count(|ballot| matches!(ballot, Ballot::Committed(_)))
	}

	/// What is said as a vote, if it is one on what is audited that shows its auditor's own work.
	pub(crate) fn vote(&self, said: &Said) -> Option<Vote> {
		match (&self.subject, said) {
			(Subject::Answer(_), said) => {
				let vote = said.about(self.opened.as_ref()?)?;
				// Everybody knows the hash of what was delivered: to repeat it shows nothing.
				matches!(vote, Vote::Refuted(_) | Vote::Replayed { .. }).then_some(vote)
			},
			(Subject::Batch(_), Said::Batch { rejection, digest }) => {
				Some(Vote::Batch { rejection: *rejection, digest: digest.0 })
			},
			(Subject::Batch(_), _) => None,
		}
	}

	/// An auditor's seat.
	pub(crate) fn seat_of(&mut self, auditor: &AccountId) -> Option<&mut Seat<AccountId>> {
		self.seats.iter_mut().find(|seat| seat.auditor == *auditor)
	}
}
