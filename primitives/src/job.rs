//! One paid inference on chain.

use crate::{Content, ContentRef, ModelId, Price, Reason, SubnetId, TaskKind, Units};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_runtime::BoundedVec;

/// How many providers may try a job before the client has its money back.
///
/// Three: with honest workers a second failure is rare, and each try costs the client time.
pub const MAX_ATTEMPTS: u32 = 3;

/// How sure the client wants to be before anybody is paid.
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
pub enum Assurance {
	/// Paid when the dispute window ends; audited by lot.
	#[codec(index = 0)]
	Optimistic,
	/// Checked by a committee of validators before anybody is paid.
	#[codec(index = 1)]
	Attested,
}

/// Who may read the payload and the answer.
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
pub enum Privacy {
	/// Everybody.
	#[codec(index = 0)]
	Public,
	/// The worker and the auditors that were drawn.
	#[codec(index = 1)]
	Disclosed,
	/// The worker alone.
	#[codec(index = 2)]
	Private,
}

/// How the answer is sampled. With the job's seed it determines the answer.
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
pub struct Sampling {
	/// The most units that the answer may have. 0 for embeddings.
	pub max_output: u32,
	/// Thousandths: 0 takes the likeliest token always, 1000 samples the model's distribution.
	pub temperature_milli: u16,
	/// Sample among so many of the likeliest tokens only; at most 64, 0 means 64.
	pub top_k: u16,
	/// Thousandths of probability mass to sample from; 1000 means all.
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
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct JobRequest<AccountId, Balance, BlockNumber> {
	/// Whose rules apply: 0 unless the client knows better.
	pub subnet: SubnetId,
	/// The model's manifest hash.
	pub model: ModelId,
	/// What the model is to do.
	pub task: TaskKind,
	/// What it is to do it with: UTF-8 text, or JSON in the shape of OpenAI's request.
	pub payload: Content,
	/// How the answer is sampled.
	pub sampling: Sampling,
	/// The most that the client pays. All of it is held; what the work did not cost comes back.
	pub max_price: Balance,
	/// The block by which the answer must be on chain, or the money comes back.
	pub deadline: BlockNumber,
	/// How sure the client wants to be.
	pub assurance: Assurance,
	/// Who may read.
	pub privacy: Privacy,
	/// How many providers compute it, each a job of its own with an equal part of `max_price`, to
	/// compare their answers.
	pub replicas: u8,
	/// The only provider that may have the job, if the client wants a certain one.
	pub only: Option<AccountId>,
}

/// What a worker hands in. Signed by the provider's hot key.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Delivery<Output> {
	/// The answer, inline or by reference.
	pub output: Output,
	/// The fingerprint of the computation that an auditor can check; `None` from workers that
	/// commit to nothing but the answer.
	pub commitment: Option<H256>,
	/// The work done.
	pub units: Units,
	/// When the worker began, Unix milliseconds.
	pub started_at: u64,
	/// When it was done, Unix milliseconds.
	pub finished_at: u64,
}

/// One provider's turn that came to nothing.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Attempt<AccountId> {
	/// Whose turn it was.
	pub provider: AccountId,
	/// Why nothing came of it.
	pub reason: Reason,
}

/// Where a job stands.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum JobState<AccountId, Balance, BlockNumber> {
	/// It waits for a provider.
	#[codec(index = 0)]
	Open {
		/// Why it still waits.
		reason: Reason,
		/// Since which block.
		since: BlockNumber,
	},
	/// A provider has it.
	#[codec(index = 1)]
	Assigned {
		/// Who.
		provider: AccountId,
		/// What the provider asked for at that moment.
		price: Price<Balance>,
		/// What the sampler's random numbers come from, fixed before the worker sees the job.
		seed: H256,
		/// Since which block.
		assigned_at: BlockNumber,
	},
	/// The answer is on chain, the money not yet moved.
	#[codec(index = 2)]
	Delivered {
		/// Whose answer.
		provider: AccountId,
		/// What was handed in.
		delivery: Delivery<ContentRef>,
		/// What it will cost.
		charge: Balance,
		/// The seed it was sampled from.
		seed: H256,
		/// Since which block the provider had the job.
		assigned_at: BlockNumber,
	},
	/// Paid. Nothing is held any more.
	#[codec(index = 3)]
	Settled {
		/// Whose answer.
		provider: AccountId,
		/// What was handed in.
		delivery: Delivery<ContentRef>,
		/// What it cost.
		charge: Balance,
		/// What the audit cost that the client wanted with it.
		audit_fee: Balance,
		/// The seed it was sampled from.
		seed: H256,
	},
	/// The client has its money back. Nothing is held any more.
	#[codec(index = 4)]
	Refunded {
		/// Why.
		reason: Reason,
	},
}

impl<AccountId, Balance, BlockNumber> JobState<AccountId, Balance, BlockNumber> {
	/// Whether nothing more can happen to the job.
	pub fn is_final(&self) -> bool {
		matches!(self, Self::Settled { .. } | Self::Refunded { .. })
	}
}

/// A job's record.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Job<AccountId, Balance, BlockNumber> {
	/// Who pays.
	pub client: AccountId,
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// The model.
	pub model: ModelId,
	/// What it is to do.
	pub task: TaskKind,
	/// What with; the bytes are in `Payloads` when they were inline.
	pub payload: ContentRef,
	/// How the answer is sampled.
	pub sampling: Sampling,
	/// The most that the client pays.
	pub max_price: Balance,
	/// The block by which the answer must be on chain.
	pub deadline: BlockNumber,
	/// How sure the client wants to be.
	pub assurance: Assurance,
	/// Who may read.
	pub privacy: Privacy,
	/// The only provider that may have it, if the client wants a certain one.
	pub only: Option<AccountId>,
	/// The comparison that its answer is part of, if it is.
	pub comparison: Option<crate::JobId>,
	/// When it was submitted.
	pub submitted_at: BlockNumber,
	/// When the chain itself looks at the job again.
	pub due: BlockNumber,
	/// Who has had it in vain.
	pub attempts: BoundedVec<Attempt<AccountId>, ConstU32<MAX_ATTEMPTS>>,
	/// Where it stands.
	pub state: JobState<AccountId, Balance, BlockNumber>,
}

/// What a worker must know to do a job: the answer to `assigned_to`.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct Assignment<BlockNumber> {
	/// The job.
	pub job: crate::JobId,
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
	/// The block by which the delivery must be on chain.
	pub deadline: BlockNumber,
}
