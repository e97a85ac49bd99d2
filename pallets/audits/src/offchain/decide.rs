//! What an auditor does next: of what the chain says of a seat, what this node has noted about it,
//! and what came of the last try. No storage, no network.
//!
//! Three rules hold whatever the answers are: for one committee's challenge there is one vote, whose blind hash
//! goes out again as it is; what is revealed is that vote with one word about the rows; and a seat
//! that has a vote is not given up.

use crate::types::{Ballot, Opened, Phase, RowsSeen, Statement};
use codec::{Decode, Encode};
use reckon_primitives::JobId;
use reckon_verification::{
	blind, parse_tokens, EndingFault, Fault, Hash, Rejection, Vote, MAX_POSITIONS,
};
use sp_core::H256;

/// Failures before they count: a worker may be a block behind.
pub(crate) const ANSWER_TRIES: u8 = 3;
/// The same of a batch, of which each may take half a minute.
pub(crate) const BATCH_TRIES: u8 = 2;
/// Blocks before seats can't be given up any more in which those are that will not have a vote in time:
/// what is sent must still come into a block.
const LAST_CALL: u32 = 3;
/// Blocks before the same is sent again: what was sent is in the pool, or in the next block.
const RESEND: u32 = 5;
/// Milliseconds between a failure and the next try. Less than a block's time: where a slow answer has
/// held up the runs of several blocks, they must not use up the tries at once.
const PAUSE: u64 = 2_000;
/// How often the pause doubles while the same seat fails: to 16 seconds, in which a worker or a verifier
/// that comes back is still in time.
const DOUBLINGS: u8 = 3;
/// An answer of which nothing is handed out is one without tokens.
pub(crate) const ANSWER_WITHHELD: Vote = Vote::Refuted(Fault::Ending(EndingFault::Empty));
/// A batch of which nothing is handed out.
pub(crate) const BATCH_WITHHELD: Vote =
	Vote::Batch { rejection: Some(Rejection::Unavailable), digest: [0; 32] };

/// A seat in an audit, under one challenge: another fork may have drawn another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode)]
pub(crate) struct Place {
	/// The audit.
	pub(crate) job: JobId,
	/// Which of its committees.
	pub(crate) round: u8,
	/// What positions and projections come from.
	pub(crate) challenge: H256,
	/// The auditor, as blind votes name it.
	pub(crate) auditor: Hash,
}

/// What the chain says of a seat at some block, and whether there is somebody to ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
	/// The block.
	pub(crate) now: u32,
	/// The node's own time, Unix milliseconds.
	pub(crate) time: u64,
	/// In how many blocks after it what the audit waits for can come.
	pub(crate) left: u32,
	/// What the audit waits for.
	pub(crate) phase: Phase,
	/// How far the seat's vote is.
	pub(crate) ballot: Ballot,
	/// What the worker has opened.
	pub(crate) opened: Option<Opened>,
	/// With so many blocks left, or fewer, seats are kept, and a worker that has handed out nothing
	/// is done waiting for.
	pub(crate) declining_ends: u32,
	/// Whether the chain lets the auditor give up one more seat in this era.
	pub(crate) may_decline: bool,
	/// With so many blocks left, or fewer, rows that were not seen will not be.
	pub(crate) looking_ends: u32,
	/// How long this node's votes take: the slowest of late, in milliseconds; 0 if it has made none.
	pub(crate) took: u64,
	/// Whether this node has a verifier.
	pub(crate) has_verifier: bool,
	/// What to vote when nothing is handed out.
	pub(crate) withheld: Vote,
	/// How often that must have been so.
	pub(crate) tries: u8,
}

/// The rows that the auditor itself has computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) struct Own {
	/// Names them.
	pub(crate) root: H256,
	/// How many there are.
	pub(crate) count: u32,
	/// How many numbers each has.
	pub(crate) width: u32,
}

/// What a verifier has found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Judgement {
	/// What to vote.
	pub(crate) vote: Vote,
	/// The verifier's own rows, if it has computed any.
	pub(crate) own: Option<Own>,
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) enum Kind {
	/// The provider's worker does not hand out what is asked, or other bytes.
	#[codec(index = 0)]
	Withheld,
	/// The verifier still computes: ask again, in the same words.
	#[codec(index = 1)]
	Computing,
	/// The verifier does not answer now.
	#[codec(index = 2)]
	Busy,
	/// The verifier can't judge this.
	#[codec(index = 3)]
	Unable,
}

/// What an auditor has decided to say, before it has said it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) struct Voted {
	/// What it will say.
	pub(crate) vote: Vote,
	/// What hides it.
	pub(crate) salt: H256,
	/// It, hidden.
	pub(crate) blind: H256,
	/// The rows that it comes from, if it was computed.
	pub(crate) own: Option<Own>,
	/// Whether it only says that the worker has handed out nothing.
	pub(crate) withheld: bool,
}

/// What was sent last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) enum Sent {
	/// That the seat is given up.
	#[codec(index = 0)]
	Decline,
	/// The blind vote.
	#[codec(index = 1)]
	Commit,
	/// The vote.
	#[codec(index = 2)]
	Reveal,
}

/// What a node has noted about one of its seats.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub(crate) struct Record {
	/// The answer's tokens as the worker gave them out, SCALE.
	pub(crate) tokens: Option<alloc::vec::Vec<u8>>,
	/// The vote. Once it is here it stays.
	pub(crate) voted: Option<Voted>,
	/// What the auditor says of the rows that the worker has opened, by the opening's name: another fork
	/// may have another opening. Once it is here it stays.
	pub(crate) rows: alloc::vec::Vec<(H256, RowsSeen)>,
	/// What was sent last, and at which block.
	pub(crate) sent: Option<(Sent, u32)>,
	/// How often the worker handed out nothing.
	pub(crate) withheld: u8,
	/// At which block its vote was first found to be awaited, and when that was, Unix milliseconds.
	pub(crate) since: Option<(u32, u64)>,
	/// How often in a row the worker handed out nothing, or the verifier was not there.
	pub(crate) failures: u8,
	/// When something failed last, Unix milliseconds.
	pub(crate) failed_at: Option<u64>,
	/// The last trouble, so that each is logged once.
	pub(crate) trouble: Option<Kind>,
	/// Whether it was noticed that the vote is lost.
	pub(crate) lost: bool,
}

/// What goes to the chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
// Made once for each vote.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Message {
	/// The seat is given up.
	Decline,
	/// A blind vote.
	Commit(H256),
	/// A vote, of which opening, and what hid it.
	Reveal {
		/// The opening; none of a batch.
		opened: Option<Opened>,
		/// What hid the vote.
		salt: H256,
		/// The vote.
		statement: Statement,
	},
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(clippy::large_enum_variant)]
pub(crate) enum Step {
	/// Nothing in this block.
	Rest,
	/// The answer is to be computed again.
	Compute,
	/// The worker's rows are to be looked at.
	Look(Shape),
	/// The chain has a vote of this auditor that this node does not know.
	Lost,
	/// This is to be sent.
	Send(Message),
}

/// How many rows the worker must show, of how many numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
	/// Rows.
	pub(crate) count: u32,
	/// Numbers in each, if the auditor knows: who has refuted has no rows of its own.
	pub(crate) width: Option<u32>,
}

impl Voted {
	fn new(place: &Place, found: Judgement, salt: H256) -> Self {
		let Judgement { vote, own } = found;
		let blind = H256(blind(&place.job.0, &place.auditor, &vote, &salt.0));
		Self { vote, salt, blind, own, withheld: false }
	}
}

impl View {
	fn is_declinable(&self) -> bool {
		self.may_decline && self.left > self.declining_ends
	}

	fn is_last_call(&self) -> bool {
		self.is_declinable() && self.left <= self.declining_ends.saturating_add(LAST_CALL)
	}
}

impl Record {
	/// What to do in a block, before anybody is asked.
	pub(crate) fn next(&mut self, view: &View) -> Step {
		match (view.phase, view.ballot) {
			_ if view.left == 0 => Step::Rest,
			(Phase::Committing, Ballot::Awaited) => match &self.voted {
				Some(voted) => {
					let message = Message::Commit(voted.blind);
					self.send(view, Sent::Commit, message)
				},
				None => self.next_commit(view),
			},
			(Phase::Revealing, Ballot::Committed(blind)) => self.next_reveal(view, blind),
			_ => Step::Rest,
		}
	}

	/// What to do with a verifier's answer, or without it. The `salt` is a new one; it hides the
	/// vote, if there is none yet.
	pub(crate) fn judged(
		&mut self,
		place: &Place,
		view: &View,
		found: Result<Judgement, Kind>,
		salt: H256,
	) -> Step {
		// Another run may have been faster; and its vote may be on its way.
		if self.voted.is_some() {
			return self.next(view);
		}
		self.note(view, found.err());
		match found {
			Ok(judgement) => self.vote(view, Voted::new(place, judgement, salt)),
			Err(Kind::Withheld) => {
				self.withheld = self.withheld.saturating_add(1);
				if view.left > view.declining_ends || self.withheld < view.tries {
					return Step::Rest;
				}
				let nothing = Judgement { vote: view.withheld, own: None };
				let voted = Voted::new(place, nothing, salt);
				self.vote(view, Voted { withheld: true, ..voted })
			},
			// It is asked until giving the seat up would be too late.
			Err(Kind::Busy) if view.is_last_call() => self.decline(view),
			Err(Kind::Computing | Kind::Busy) => Step::Rest,
			Err(Kind::Unable) => self.decline(view),
		}
	}

	/// What to do when the rows were looked at, and are what the worker says; or why they are not.
	pub(crate) fn looked(&mut self, view: &View, seen: Result<(), Kind>) -> Step {
		let Ballot::Committed(blind) = view.ballot else { return Step::Rest };
		if self.voted.as_ref().is_none_or(|voted| voted.blind != blind) {
			return Step::Rest;
		}
		self.note(view, seen.err());
		match seen {
			Ok(()) => self.reveal(view, RowsSeen::Proven),
			// The worker may only be slow.
			Err(Kind::Withheld) if view.left <= view.looking_ends => {
				self.reveal(view, RowsSeen::Unproven)
			},
			// An auditor that can't look says nothing.
			_ => Step::Rest,
		}
	}

	fn next_commit(&mut self, view: &View) -> Step {
		let since = *self.since.get_or_insert((view.now, view.time));
		if self.is_under_way(view, Sent::Decline) {
			return Step::Rest;
		}
		let is_first_call =
			view.left == view.declining_ends.saturating_add(LAST_CALL) && view.may_decline;
		let is_late = match self.trouble {
			// That is the worker's fault, and is voted in time.
			Some(Kind::Withheld) => false,
			// And it is tried once more whether it hands anything out.
			Some(Kind::Computing) if self.withheld > 0 => false,
			// Once more it is asked.
			Some(Kind::Busy) => !is_first_call,
			None | Some(Kind::Computing | Kind::Unable) => !is_in_time(view, since),
		};
		if !view.has_verifier || (view.is_last_call() && is_late) {
			return self.decline(view);
		}
		// No longer when the next failure is what decides.
		let decides = match self.trouble {
			Some(Kind::Busy) => is_first_call,
			_ => self.withheld >= view.tries.saturating_sub(1) && view.left <= view.declining_ends,
		};
		match self.is_pausing(view) && !decides {
			true => Step::Rest,
			false => Step::Compute,
		}
	}

	fn next_reveal(&mut self, view: &View, blind: H256) -> Step {
		let Some(voted) = self.voted.as_ref().filter(|voted| voted.blind == blind) else {
			let was_known = core::mem::replace(&mut self.lost, true);
			return if was_known { Step::Rest } else { Step::Lost };
		};
		if let Vote::Batch { .. } = voted.vote {
			return self.reveal_batch(view);
		}
		let Some(opened) = view.opened else { return Step::Rest };
		if let Some(rows) = self.said_of(&opened.name()) {
			return self.reveal(view, rows);
		}
		if voted.withheld {
			return self.reveal(view, RowsSeen::Unproven);
		}
		match (voted.own, &self.tokens) {
			(Some(own), _) if own.root == opened.root => self.reveal(view, RowsSeen::Proven),
			// It was asked a moment ago, and there are not many more.
			_ if self.is_pausing(view)
				&& self.trouble == Some(Kind::Withheld)
				&& view.left <= view.looking_ends =>
			{
				self.reveal(view, RowsSeen::Unproven)
			},
			_ if self.is_pausing(view) => Step::Rest,
			(Some(Own { count, width, .. }), _) => Step::Look(Shape { count, width: Some(width) }),
			// A fault in tokens is the worker's if these are the ones that it has committed to.
			(None, Some(tokens)) => match parse_tokens(tokens, MAX_POSITIONS) {
				Ok(tokens) if !tokens.is_empty() => {
					Step::Look(Shape { count: tokens.len() as u32, width: None })
				},
				// It has committed to none such.
				_ => self.reveal(view, RowsSeen::Unproven),
			},
			// What is wrong is on the chain.
			(None, None) => self.reveal(view, RowsSeen::Proven),
		}
	}

	fn vote(&mut self, view: &View, voted: Voted) -> Step {
		let blind = voted.blind;
		self.voted = Some(voted);
		self.send(view, Sent::Commit, Message::Commit(blind))
	}

	fn reveal(&mut self, view: &View, rows: RowsSeen) -> Step {
		let (Some(Voted { vote, salt, .. }), Some(opened)) = (&self.voted, &view.opened) else {
			return Step::Rest;
		};
		let (vote, salt, opened) = (*vote, *salt, *opened);
		let rows = self.said_of(&opened.name()).unwrap_or_else(|| {
			self.rows.push((opened.name(), rows));
			rows
		});
		let statement = Statement { vote, rows };
		let opened = Some(opened);
		self.send(view, Sent::Reveal, Message::Reveal { opened, salt, statement })
	}

	/// Of a batch nothing is opened, and there is nothing more to look at.
	fn reveal_batch(&mut self, view: &View) -> Step {
		let Some(Voted { vote, salt, .. }) = self.voted else { return Step::Rest };
		let statement = Statement { vote, rows: RowsSeen::Proven };
		self.send(view, Sent::Reveal, Message::Reveal { opened: None, salt, statement })
	}

	/// What was said of an opening.
	fn said_of(&self, opened: &H256) -> Option<RowsSeen> {
		self.rows.iter().find(|(name, _)| name == opened).map(|(_, rows)| *rows)
	}

	fn decline(&mut self, view: &View) -> Step {
		match view.is_declinable() {
			true => self.send(view, Sent::Decline, Message::Decline),
			false => Step::Rest,
		}
	}

	fn note(&mut self, view: &View, trouble: Option<Kind>) {
		self.trouble = trouble;
		self.failed_at = trouble.map(|_| view.time);
		self.failures = match trouble {
			Some(Kind::Withheld | Kind::Busy) => self.failures.saturating_add(1),
			// What computes is waited for, and who can't judge is asked by those alone that must.
			Some(Kind::Computing | Kind::Unable) | None => 0,
		};
	}

	fn is_pausing(&self, view: &View) -> bool {
		let doublings = self.failures.saturating_sub(1).min(DOUBLINGS);
		let pause = PAUSE.saturating_mul(2u64.saturating_pow(doublings.into()));
		self.failed_at.is_some_and(|at| view.time.abs_diff(at) < pause)
	}

	fn is_under_way(&self, view: &View, what: Sent) -> bool {
		self.sent.is_some_and(|(sent, at)| sent == what && view.now.abs_diff(at) < RESEND)
	}

	fn send(&mut self, view: &View, what: Sent, message: Message) -> Step {
		if self.is_under_way(view, what) {
			return Step::Rest;
		}
		self.sent = Some((what, view.now));
		Step::Send(message)
	}
}

/// Whether a vote can be expected before the time for it is over: when it takes no longer than the
/// slowest of late; or, when it has taken longer already, twice as long again as it has.
fn is_in_time(view: &View, (block, at): (u32, u64)) -> bool {
	let (waited, elapsed) = (view.now.abs_diff(block), view.time.abs_diff(at));
	let more = match view.took.checked_sub(elapsed) {
		// In blocks, as they have come meanwhile.
		Some(more) if more > 0 => {
			more.saturating_mul(waited.into()).checked_div(elapsed).unwrap_or_default()
		},
		_ => u64::from(waited).saturating_mul(2),
	};
	more <= u64::from(view.left)
}
