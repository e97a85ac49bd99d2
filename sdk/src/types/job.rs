//! One paid inference on chain.

use super::{
	AccountId, Balance, BlockNumber, Content, ContentRef, JobId, ModelId, Price, Reason, TaskKind,
	Units, H256,
};
use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// How sure the client wants to be before anybody is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub enum Assurance {
	/// Paid when the dispute window ends; audited by lot.
	Optimistic,
	/// Checked by a committee of validators before anybody is paid.
	Attested,
}

/// Who may read the payload and the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub enum Privacy {
	/// Everybody.
	Public,
	/// The worker and the auditors that were drawn.
	Disclosed,
	/// The worker alone.
	Private,
}

/// How the answer is sampled. With the job's seed it determines the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Sampling {
	/// The most units that the answer may have. 0 for embeddings.
	pub max_output: u32,
	/// Thousandths: 0 takes the likeliest token always, 1000 samples the model's distribution.
	pub temperature_milli: u16,
	/// Sample among so many of the likeliest tokens only; at most 64, 0 means 64.
	pub top_k: u16,
	/// Thousandths of probability mass to sample from, 1 to 1000; 1000 means all.
	pub top_p_milli: u16,
	/// The client's part of the seed: another salt, another sample.
	pub salt: H256,
}

impl Default for Sampling {
	/// The likeliest token always, at most 256 of them.
	fn default() -> Self {
		Self {
			max_output: 256,
			temperature_milli: 0,
			top_k: 0,
			top_p_milli: 1000,
			salt: H256::zero(),
		}
	}
}

/// What a client asks for.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType, Serialize, Deserialize)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct JobRequest {
	/// Whose rules apply: 0 unless the client knows better.
	pub subnet: u32,
	/// The model's manifest hash.
	pub model: ModelId,
	/// What the model is to do.
	pub task: TaskKind,
	/// What with: UTF-8 text, or JSON in the shape of OpenAI's request.
	pub payload: Content,
	/// How the answer is sampled.
	pub sampling: Sampling,
	/// The most that the client pays. All of it is held; what the work did not cost comes back.
	#[serde(with = "super::as_string")]
	pub max_price: Balance,
	/// The block by which the answer must be on chain.
	pub deadline: BlockNumber,
	/// How sure the client wants to be.
	pub assurance: Assurance,
	/// Who may read.
	pub privacy: Privacy,
	/// How many providers compute it, each a job of its own with an equal part of `max_price`, to
	/// compare their answers.
	pub replicas: u8,
	/// The only provider that may have the job.
	pub only: Option<AccountId>,
}

impl JobRequest {
	/// A request of the common kind: subnet 0, optimistic, public, one replica, anybody.
	pub fn new(
		model: ModelId,
		task: TaskKind,
		payload: Content,
		max_price: Balance,
		deadline: BlockNumber,
	) -> Self {
		let max_output = if task == TaskKind::Embed { 0 } else { 256 };
		Self {
			subnet: 0,
			model,
			task,
			payload,
			sampling: Sampling { max_output, ..Sampling::default() },
			max_price,
			deadline,
			assurance: Assurance::Optimistic,
			privacy: Privacy::Public,
			replicas: 1,
			only: None,
		}
	}
}

/// What a worker hands in.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, EncodeAsType, DecodeAsType, Serialize, Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Delivery<Output> {
	/// The answer, inline or by reference.
	pub output: Output,
	/// The fingerprint of the computation, for workers that commit to more than the answer.
	pub commitment: Option<H256>,
	/// The work done.
	pub units: Units,
	/// When the worker began, Unix milliseconds.
	pub started_at: u64,
	/// When it was done, Unix milliseconds.
	pub finished_at: u64,
}

/// One provider's turn that came to nothing.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Attempt {
	/// Whose turn it was.
	pub provider: AccountId,
	/// Why nothing came of it.
	pub reason: Reason,
}

/// Where a job stands.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum JobState {
	/// It waits for a provider.
	Open {
		/// Why it still waits.
		reason: Reason,
		/// Since which block it waits.
		since: BlockNumber,
	},
	/// A provider has it.
	Assigned {
		/// Who.
		provider: AccountId,
		/// What the provider asked for at that moment.
		price: Price,
		/// What the sampler's random numbers come from.
		seed: H256,
		/// Since which block.
		assigned_at: BlockNumber,
	},
	/// The answer is on chain, the money not yet moved.
	Delivered {
		/// Whose answer.
		provider: AccountId,
		/// What was handed in.
		delivery: Delivery<ContentRef>,
		/// What it will cost.
		#[serde(with = "super::as_string")]
		charge: Balance,
		/// The seed it was sampled from.
		seed: H256,
		/// Since which block the provider had the job.
		assigned_at: BlockNumber,
	},
	/// Paid. Nothing is held any more.
	Settled {
		/// Whose answer.
		provider: AccountId,
		/// What was handed in.
		delivery: Delivery<ContentRef>,
		/// What it cost.
		#[serde(with = "super::as_string")]
		charge: Balance,
		/// What the audit cost that the client wanted with it.
		#[serde(with = "super::as_string")]
		audit_fee: Balance,
		/// The seed it was sampled from.
		seed: H256,
	},
	/// The client has its money back. Nothing is held any more.
	Refunded {
		/// Why.
		reason: Reason,
	},
}

impl JobState {
	/// Whether nothing more can happen to the job.
	pub fn is_final(&self) -> bool {
		matches!(self, Self::Settled { .. } | Self::Refunded { .. })
	}

	/// The state's name: `open`, `assigned`, `delivered`, `settled` or `refunded`.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Open { .. } => "open",
			Self::Assigned { .. } => "assigned",
			Self::Delivered { .. } => "delivered",
			Self::Settled { .. } => "settled",
			Self::Refunded { .. } => "refunded",
		}
	}

	/// Who has the job or answered it.
	pub fn provider(&self) -> Option<&AccountId> {
		match self {
			Self::Assigned { provider, .. }
			| Self::Delivered { provider, .. }
			| Self::Settled { provider, .. } => Some(provider),
			Self::Open { .. } | Self::Refunded { .. } => None,
		}
	}

	/// What was handed in, once something was.
	pub fn delivery(&self) -> Option<&Delivery<ContentRef>> {
		match self {
			Self::Delivered { delivery, .. } | Self::Settled { delivery, .. } => Some(delivery),
			_ => None,
		}
	}

	/// What the job costs, once that is known.
	pub fn charge(&self) -> Option<Balance> {
		match self {
			Self::Delivered { charge, .. } | Self::Settled { charge, .. } => Some(*charge),
			_ => None,
		}
	}

	/// What the client pays, once that is known: the charge, and the audit that it wanted.
	pub fn paid(&self) -> Option<Balance> {
		match self {
			Self::Settled { charge, audit_fee, .. } => Some(charge.saturating_add(*audit_fee)),
			_ => self.charge(),
		}
	}

	/// The chain's reason for this state, as far as the state tells: [`crate::At::why`] also knows of
	/// the answers that it is compared with.
	pub fn reason(&self) -> Reason {
		match self {
			Self::Open { reason, .. } | Self::Refunded { reason } => *reason,
			Self::Assigned { .. } => Reason::InProgress,
			Self::Delivered { .. } => Reason::InDisputeWindow,
			Self::Settled { .. } => Reason::Paid,
		}
	}
}

/// A job's record.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Job {
	/// Who pays.
	pub client: AccountId,
	/// Whose rules apply.
	pub subnet: u32,
	/// The model.
	pub model: ModelId,
	/// What it is to do.
	pub task: TaskKind,
	/// What with; the chain has the bytes when they were inline.
	pub payload: ContentRef,
	/// How the answer is sampled.
	pub sampling: Sampling,
	/// The most that the client pays.
	#[serde(with = "super::as_string")]
	pub max_price: Balance,
	/// The block by which the answer must be on chain.
	pub deadline: BlockNumber,
	/// How sure the client wants to be.
	pub assurance: Assurance,
	/// Who may read.
	pub privacy: Privacy,
	/// The only provider that may have it.
	pub only: Option<AccountId>,
	/// The comparison that its answer is part of, if it is.
	pub comparison: Option<JobId>,
	/// When it was submitted.
	pub submitted_at: BlockNumber,
	/// When the chain itself looks at the job again.
	pub due: BlockNumber,
	/// Who has had it in vain.
	pub attempts: Vec<Attempt>,
	/// Where it stands.
	pub state: JobState,
}

/// What a worker must know to do a job.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Assignment {
	/// The job.
	pub job: JobId,
	/// The model.
	pub model: ModelId,
	/// What it is to do.
	pub task: TaskKind,
	/// What with.
	pub payload: Content,
	/// How the answer is sampled.
	pub sampling: Sampling,
	/// What the sampler's random numbers come from.
	pub seed: H256,
	/// The last block in which the delivery can be on chain.
	pub deadline: BlockNumber,
}
