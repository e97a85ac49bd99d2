//! Why something is as it is: the chain's codes, and what to tell a person.

use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// Why a job waits, moved on or ended, or why a provider gets no work.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Hash,
	Debug,
	Encode,
	Decode,
	EncodeAsType,
	DecodeAsType,
	Serialize,
	Deserialize,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub enum Reason {
	/// The job is with a provider, whose deadline has not passed.
	#[codec(index = 0)]
	InProgress,
	/// The answer is on chain; the money moves when the dispute window ends.
	#[codec(index = 1)]
	InDisputeWindow,
	/// The work was done and paid.
	#[codec(index = 2)]
	Paid,
	/// The answer is on chain; the money moves when the others that it is compared with are there.
	#[codec(index = 3)]
	AwaitingComparison,
	/// The answer is on chain; the money moves when the auditors have decided on it.
	#[codec(index = 4)]
	InAudit,
	/// Waiting: no provider offers this model in the job's subnet, or all that do are silent.
	#[codec(index = 10)]
	NoOffer,
	/// Waiting: none of the providers drawn is free, active and new to this job.
	#[codec(index = 11)]
	NoneFree,
	/// Waiting: none of the providers drawn would do it for the job's maximum price.
	#[codec(index = 12)]
	NoneWithinPrice,
	/// Waiting: the one provider that the client named can't take it now.
	#[codec(index = 13)]
	NamedProviderUnavailable,
	/// Waiting: the chain draws a provider at the start of the next block.
	#[codec(index = 14)]
	AwaitingDraw,
	/// Waiting: none of the providers drawn has the bond that the job's subnet asks for.
	#[codec(index = 15)]
	NoneBonded,
	/// The provider let its deadline pass.
	#[codec(index = 20)]
	DeadlineMissed,
	/// Declined: the worker has more work than it can do in time.
	#[codec(index = 21)]
	Busy,
	/// Declined: the worker does not have the model loaded.
	#[codec(index = 22)]
	ModelNotLoaded,
	/// Declined: the payload could not be fetched.
	#[codec(index = 23)]
	PayloadUnavailable,
	/// Declined: the payload is not what its hash says, or can't be understood.
	#[codec(index = 24)]
	PayloadInvalid,
	/// Declined: the worker can't do what the parameters ask for.
	#[codec(index = 25)]
	ParametersUnsupported,
	/// Declined: the engine failed on this job.
	#[codec(index = 26)]
	EngineFailed,
	/// Declined: the worker is shutting down.
	#[codec(index = 27)]
	ShuttingDown,
	/// Refunded: nobody could take the job before its deadline.
	#[codec(index = 40)]
	NoProviderInTime,
	/// Refunded: every provider that was tried declined or missed its deadline.
	#[codec(index = 41)]
	AttemptsExhausted,
	/// Refunded: the client withdrew the job before anybody had it.
	#[codec(index = 42)]
	CancelledByClient,
	/// Refunded: most of those who answered the same question gave another answer.
	#[codec(index = 43)]
	AnswerRejected,
	/// Refunded: those who answered the same question differ, and no answer has a majority.
	#[codec(index = 44)]
	NoMajority,
	/// Refunded: auditors have convicted the answer, or its worker did not stand by it.
	#[codec(index = 45)]
	AuditRejected,
	/// Refunded: auditors can tell neither that the answer is right nor that it is wrong.
	#[codec(index = 46)]
	AuditDoubtful,
	/// Of a gateway's slash: its batch had a receipt that proves itself wrong.
	#[codec(index = 47)]
	ReceiptInvalid,
	/// Refunded: the answer was to be paid only if auditors accept it, and too few have said anything.
	#[codec(index = 48)]
	NotAttested,
	/// Of a gateway's slash: a worker's receipt that it has taken was in none of its batches.
	#[codec(index = 49)]
	ReceiptWithheld,
	/// Of a gateway's slash: auditors have rejected its batch, or the chain, for too many wrong receipts.
	#[codec(index = 50)]
	BatchRejected,
	/// The provider can be given work; there is none that fits.
	#[codec(index = 60)]
	Eligible,
	/// No such provider is registered.
	#[codec(index = 61)]
	NotRegistered,
	/// The provider paused itself, or the chain paused it after missed deadlines.
	#[codec(index = 62)]
	Paused,
	/// The provider is leaving and its bond is being returned.
	#[codec(index = 63)]
	Leaving,
	/// The provider offers no model.
	#[codec(index = 64)]
	OffersNothing,
	/// The provider has as many jobs as its capacity and its bond allow.
	#[codec(index = 65)]
	AtCapacity,
	/// The provider's bond has fallen below the least that is asked.
	#[codec(index = 66)]
	BondTooLow,
	/// The provider does not offer the job's model in the job's subnet.
	#[codec(index = 67)]
	ModelNotOffered,
	/// The provider has had this job already.
	#[codec(index = 68)]
	AlreadyTried,
	/// The provider's price is above what the job allows.
	#[codec(index = 69)]
	PriceAboveMaximum,
	/// The provider has declined as many jobs lately as it has places left; these rest for a while.
	#[codec(index = 70)]
	DeclinedRecently,
	/// The provider's worker was silent for a whole session; its next heartbeat brings work back.
	#[codec(index = 71)]
	Silent,
}

impl Reason {
	/// Whether a worker may decline a job with it.
	pub fn is_decline(self) -> bool {
		use Reason::*;
		matches!(
			self,
			Busy | ModelNotLoaded
				| PayloadUnavailable
				| PayloadInvalid
				| ParametersUnsupported
				| EngineFailed
				| ShuttingDown
		)
	}

	/// Whether the fault lies with the job itself, so that another provider is unlikely to fare
	/// better.
	pub fn blames_job(self) -> bool {
		matches!(self, Self::PayloadInvalid | Self::ParametersUnsupported)
	}

	/// One sentence for a person, with what to do where something can be done.
	pub fn explain(self) -> &'static str {
		use Reason::*;
		match self {
			InProgress => "a provider is working on it",
			InDisputeWindow => "the answer is there; the money moves when the dispute window ends",
			Paid => "the work was done and paid",
			AwaitingComparison => "the answer is there; others that it is compared with are not",
			InAudit => "the answer is there; the money moves when the auditors have decided on it",
			NoOffer => {
				"no provider that is there offers this model in this subnet: wait, or ask for \
				 another model"
			},
			NoneFree => "all providers of this model are busy or away: the chain tries again",
			NoneWithinPrice => "every provider asks for more than the maximum price: offer more",
			NamedProviderUnavailable => "the provider that was named can't take it now",
			AwaitingDraw => "the chain draws a provider at the start of the next block",
			NoneBonded => "nobody drawn has the bond that the job's subnet asks for",
			DeadlineMissed => "the provider let its deadline pass",
			Busy => "the worker had more work than it could do in time",
			ModelNotLoaded => "the worker does not have the model loaded",
			PayloadUnavailable => "the worker could not fetch the payload",
			PayloadInvalid => "the payload is not what its hash says, or can't be understood",
			ParametersUnsupported => {
				"the worker can't do what is asked: for example, the prompt is longer than the \
				 model's context, or the answer than the chain takes"
			},
			EngineFailed => "the worker's engine failed on this job",
			ShuttingDown => "the worker was shutting down",
			NoProviderInTime => "nobody could take the job before its deadline; the money is back",
			AttemptsExhausted => "every provider that was tried failed; the money is back",
			CancelledByClient => "the client withdrew the job; the money is back",
			AnswerRejected => {
				"most of those who answered the same gave another answer; the money is back"
			},
			NoMajority => {
				"those who answered the same differ, and nobody can tell who is right; the money is \
				 back: ask for more replicas"
			},
			AuditRejected => {
				"the auditors say that this is not the model's answer, or its worker did not stand by \
				 it; the money is back"
			},
			AuditDoubtful => {
				"the auditors can't tell whether the answer is right; the money is back"
			},
			NotAttested => {
				"too few auditors have said anything about an answer that is paid only if they accept \
				 it; the money is back"
			},
			ReceiptInvalid => "the gateway's batch had a receipt that proves itself wrong",
			BatchRejected => "auditors have rejected the gateway's batch",
			ReceiptWithheld => {
				"the gateway has taken a worker's receipt and put it into none of its batches"
			},
			Eligible => "nothing speaks against the provider: there is no job that fits",
			NotRegistered => "no such provider is registered: register it",
			Paused => "the provider is paused: resume it",
			Leaving => "the provider is leaving and its bond is being returned",
			OffersNothing => "the provider offers no model: make an offer",
			AtCapacity => {
				"the provider has as many jobs as its capacity and bond allow: wait, or raise them"
			},
			BondTooLow => "the provider's bond is below the least that is asked: add to it",
			ModelNotOffered => "the provider does not offer the job's model in the job's subnet",
			AlreadyTried => "the provider has had this job already",
			PriceAboveMaximum => "the provider's price is above what the job allows",
			DeclinedRecently => {
				"the provider has declined jobs, and their places rest: it gets work again by \
				 itself, within a minute or so"
			},
			Silent => {
				"nothing was heard of the provider's worker for a whole session: start the worker, \
				 and see that it reaches a node and has money for fees"
			},
		}
	}
}

impl std::fmt::Display for Reason {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{self:?}")
	}
}
