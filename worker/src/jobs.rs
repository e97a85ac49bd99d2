//! The life of the jobs that this worker has been given: a pure state machine. Events in, actions
//! out, no IO and no clock, so that its promises can be tested with any order of events:
//!
//! * no two different deliveries of one job are ever signed;
//! * a delivery is signed only after it has been written to the journal;
//! * every job that was given to this worker ends;
//! * nothing that may have been signed is discarded.
//!
//! ```text
//! Seen ─► AwaitingPayload ─► Computing ─► Computed ─► Signed ─► Done
//!               │                │            │           └────► Lost
//!               └────────────────┴────────────┴─► Declining ─► Declined
//! ```

mod machine;
#[cfg(test)]
mod tests;

pub use machine::{depends_on_seed, Machine};

use reckon_sdk::{Assignment, BlockNumber, Content, ContentRef, Delivery, JobId, Reason, H256};

/// What a worker hands in.
pub type Work = Delivery<Content>;

/// One moment of the chain as this worker sees it.
#[derive(Clone, Debug)]
pub struct Snapshot {
	/// The block's height.
	pub block: BlockNumber,
	/// Whether the block is final.
	pub finalized: bool,
	/// All that is assigned to this worker there.
	pub assigned: Vec<Assignment>,
}

/// What became of a delivery or decline that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
	/// It is in a finalized block.
	Accepted,
	/// The chain has this job's delivery already.
	AlreadyDelivered,
	/// The job is not this worker's any more.
	NotOurs,
	/// It failed in a way that may pass.
	TryAgain,
	/// The chain will never take it.
	Refused,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
	/// What is assigned, at a best or finalized block.
	Seen(Snapshot),
	/// A payload's bytes are in the store.
	PayloadHere {
		/// Their name.
		content: ContentRef,
	},
	/// A computation ended.
	Computed {
		/// The job.
		job: JobId,
		/// The seed that it was computed with.
		seed: H256,
		/// The answer, or why there is none: a reason to decline.
		result: Result<Work, Reason>,
	},
	/// Something that was sent came to an end.
	Sent {
		/// The job.
		job: JobId,
		/// How.
		sent: Sent,
	},
	/// The worker is asked to stop.
	ShutDown,
}

/// Something to do. Actions are carried out in their order, and a failed write to the journal
/// stops the worker before the next one: what is signed is always journalled.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
	/// Write down that the job was seen.
	NoteSeen {
		/// The job and all about it.
		assignment: Assignment,
	},
	/// Accept the payload when somebody hands it over.
	Expect {
		/// The job.
		job: JobId,
		/// The payload's name.
		content: ContentRef,
	},
	/// Compute the answer.
	Compute {
		/// The job and all about it.
		assignment: Assignment,
	},
	/// Stop computing; the result is not wanted.
	Cancel {
		/// The job.
		job: JobId,
	},
	/// Forget what was kept of a result that was not signed, and never will be.
	Discard {
		/// The job.
		job: JobId,
		/// What the result has committed to.
		commitment: H256,
	},
	/// Write down the result, not yet signed.
	NoteComputed {
		/// The job.
		job: JobId,
		/// The seed that it was computed with.
		seed: H256,
		/// The result.
		work: Work,
	},
	/// Write down that this delivery, and no other one, may be signed.
	NoteSigned {
		/// The job.
		job: JobId,
		/// The seed that it was computed with.
		seed: H256,
		/// The delivery.
		work: Work,
	},
	/// Sign and send the delivery.
	Deliver {
		/// The job.
		job: JobId,
		/// The delivery.
		work: Work,
	},
	/// Write down that the job is given back.
	NoteDeclining {
		/// The job.
		job: JobId,
		/// Why.
		reason: Reason,
	},
	/// Sign and send the decline.
	Decline {
		/// The job.
		job: JobId,
		/// Why.
		reason: Reason,
	},
	/// Write down how it ended.
	NoteEnded {
		/// The job.
		job: JobId,
		/// How.
		ending: Ending,
	},
}

/// How a job ended for this worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
	/// The chain has the delivery.
	Done,
	/// It was given back.
	Declined(Reason),
	/// It went elsewhere, or its deadline passed.
	Lost,
}

/// Where a job stands with this worker.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
	/// The payload is somewhere else.
	AwaitingPayload {
		/// The last block to wait for it.
		until: BlockNumber,
	},
	/// The engine is at it.
	Computing,
	/// The answer is there and not signed.
	Computed {
		/// The seed that it was computed with.
		seed: H256,
		/// The answer.
		work: Work,
	},
	/// The answer is signed: from here on it never changes.
	Signed {
		/// The answer.
		work: Work,
		/// When to send it again; `None` while it is under way.
		again_at: Option<BlockNumber>,
	},
	/// It is being given back.
	Declining {
		/// Why.
		reason: Reason,
		/// When to send it again; `None` while it is under way.
		again_at: Option<BlockNumber>,
	},
}

impl Phase {
	/// The phase's name in metrics and status.
	pub fn name(&self) -> &'static str {
		match self {
			Self::AwaitingPayload { .. } => "awaiting_payload",
			Self::Computing => "computing",
			Self::Computed { .. } => "computed",
			Self::Signed { .. } => "signed",
			Self::Declining { .. } => "declining",
		}
	}
}

/// What the journal knows of a job that has not ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Recovered {
	/// An answer that is not signed.
	Computed {
		/// The seed that it was computed with.
		seed: H256,
		/// The answer.
		work: Work,
	},
	/// An answer that may have been signed and sent.
	Signed {
		/// The answer.
		work: Work,
	},
	/// A decline that may have been sent.
	Declining {
		/// Why.
		reason: Reason,
	},
}
