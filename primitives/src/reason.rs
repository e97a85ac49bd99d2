//! Why something is as it is: the same codes on chain, in the daemons and in the tools.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Why a job waits, moved on or ended, or why a provider gets no work.
///
/// A code is never renumbered or used for something else.
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
	/// Waiting: providers offer the model, but none of those drawn is free, active and new to
	/// this job.
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
	/// Refunded: most of those who answered the same question gave another answer. Of a slash: that
	/// the provider's answer was such.
	#[codec(index = 43)]
	AnswerRejected,
	/// Refunded: those who answered the same question differ, and no answer has a majority.
	#[codec(index = 44)]
	NoMajority,
	/// Refunded: auditors have convicted the answer, or its worker did not stand by it. Of a slash:
	/// that the provider's answer was such.
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
	/// The provider has as many jobs as its capacity.
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
	/// The provider has declined jobs lately, and the places that these had rest for a while; it
	/// has no other.
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
		matches!(self, Reason::PayloadInvalid | Reason::ParametersUnsupported)
	}
}
