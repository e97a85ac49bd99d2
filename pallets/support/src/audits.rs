//! Letting work be audited, and hearing what came of it.

use crate::EraIndex;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::weights::Weight;
use reckon_primitives::{Content, JobId, ModelId, Sampling, SubnetId, TaskKind, Units};
use reckon_verification::Rejection;
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{Perbill, Permill};

/// What an audit is about: something that nobody has been paid for.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum Subject<AccountId, Balance> {
	/// A delivery.
	#[codec(index = 0)]
	Answer(AuditedAnswer<AccountId, Balance>),
	/// A gateway's batch of receipts.
	#[codec(index = 1)]
	Batch(AuditedBatch<AccountId, Balance>),
}

impl<AccountId: PartialEq, Balance: Copy> Subject<AccountId, Balance> {
	/// Whose rules apply.
	pub fn subnet(&self) -> SubnetId {
		match self {
			Self::Answer(answer) => answer.subnet,
			Self::Batch(batch) => batch.subnet,
		}
	}

	/// What is paid if nothing is wrong.
	pub fn charge(&self) -> Balance {
		match self {
			Self::Answer(answer) => answer.charge,
			Self::Batch(batch) => batch.charge,
		}
	}

	/// Who has made it: a provider, or a gateway.
	pub fn maker(&self) -> &AccountId {
		match self {
			Self::Answer(answer) => &answer.provider,
			Self::Batch(batch) => &batch.gateway,
		}
	}

	/// Whether an account has a part in it: nobody audits its own work.
	pub fn has_part(&self, who: &AccountId) -> bool {
		match self {
			Self::Answer(AuditedAnswer { provider, client, gateway, .. }) => {
				provider == who || client == who || gateway.as_ref() == Some(who)
			},
			Self::Batch(batch) => batch.gateway == *who,
		}
	}

	/// The answer, if it is one.
	pub fn answer(&self) -> Option<&AuditedAnswer<AccountId, Balance>> {
		match self {
			Self::Answer(answer) => Some(answer),
			Self::Batch(_) => None,
		}
	}
}

/// A gateway's batch that waits to be paid.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct AuditedBatch<AccountId, Balance> {
	/// Who has put it together.
	pub gateway: AccountId,
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// How many receipts it has.
	pub receipts: u32,
	/// What it has charged.
	pub charge: Balance,
}

/// A delivery that nobody has been paid for.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct AuditedAnswer<AccountId, Balance> {
	/// Who pays for the work.
	pub client: AccountId,
	/// Who did it.
	pub provider: AccountId,
	/// Who brought it, if a gateway did.
	pub gateway: Option<AccountId>,
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// The model that was asked.
	pub model: ModelId,
	/// What hides the root over the work's rows.
	pub commitment: H256,
	/// BLAKE3 of what was delivered.
	pub output: H256,
	/// What the provider has if it is right, with the others' shares.
	pub charge: Balance,
	/// What it would have for all that this answer stands for, in the smallest token unit: the slash is
	/// measured by it. Of a job's answer its charge; of one out of a batch all that its total charges.
	pub at_stake: Balance,
}

/// A delivered answer with all that it was made from: what an auditor computes again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditWork {
	/// The model that was asked.
	pub model: ModelId,
	/// What it was to do.
	pub task: TaskKind,
	/// What with.
	pub payload: Content,
	/// How the answer had to be sampled.
	pub sampling: Sampling,
	/// What the sampler's random numbers came from.
	pub seed: H256,
	/// What was delivered.
	pub output: Content,
	/// What is charged for.
	pub units: Units,
	/// What an answer through a gateway has besides.
	pub gateway: Option<GatewayWork>,
}

/// What a request to a gateway says that a job can't. Its payload and its answer are nobody's business but
/// its auditors', and may end at a stop string of the payload's, or where its client left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GatewayWork {
	/// Taken off a token's logit when it is in the answer already, in thousandths.
	pub presence_milli: i16,
	/// Taken off a token's logit for each time that it is in the answer already, in thousandths.
	pub frequency_milli: i16,
}

/// Why something is audited.
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
pub enum Cause {
	/// The lot may fall on it.
	#[codec(index = 0)]
	Lot,
	/// The client wants nobody paid before.
	#[codec(index = 1)]
	Attested,
	/// The client pays for it, also out of a gateway's batch.
	#[codec(index = 2)]
	Requested,
	/// It was drawn out of a gateway's batch, for all that it stands for.
	#[codec(index = 3)]
	Sampled,
}

/// Why a provider is convicted, or a gateway.
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
pub enum Conviction {
	/// Its worker did not open in time what it had committed to.
	#[codec(index = 0)]
	NotOpened,
	/// Auditors did not get what they need to check it, or the rows are not what it committed to.
	#[codec(index = 1)]
	RowsUnproven,
	/// The answer is not the model's.
	#[codec(index = 2)]
	Answer(reckon_verification::Reason),
	/// A gateway's batch is not what it says.
	#[codec(index = 3)]
	Batch(Rejection),
}

/// How an audit ended.
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
pub enum AuditOutcome {
	/// It is right: it is paid.
	#[codec(index = 0)]
	Accepted,
	/// It is wrong: it is not paid, and costs bond.
	#[codec(index = 1)]
	Rejected(Conviction),
	/// It is neither certainly right nor certainly wrong: an answer is not paid, and costs no bond; a batch
	/// is paid.
	#[codec(index = 2)]
	Doubtful,
	/// Too few auditors said anything: it is paid, unless its client pays only for what they accept.
	#[codec(index = 3)]
	Inconclusive,
}

/// What an audit's owner has to carry out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ruling<Balance> {
	/// How it ended.
	pub outcome: AuditOutcome,
	/// What the auditors have, out of the bond of a provider that is convicted, or of the escrow of
	/// a client that wanted the audit with the answer.
	pub costs: Balance,
	/// What the conviction costs the provider, as far as its bond reaches.
	pub slash: Balance,
}

/// Lets deliveries be audited. Implemented by `pallet-audits`.
pub trait Auditing<AccountId, Balance> {
	/// Whether a model's answers can be audited: then each delivery has a commitment. One storage
	/// read.
	fn is_auditable(model: &ModelId) -> bool;

	/// Takes up a delivery: it is audited for certain, or by lot, which is drawn six blocks later.
	fn submit(id: JobId, answer: AuditedAnswer<AccountId, Balance>, certain: bool);
	/// The most that [`Self::submit`] weighs.
	fn submit_weight() -> Weight;

	/// What an audit of work of this charge costs whoever wants it for certain. One storage read.
	fn fee(subnet: SubnetId, charge: Balance) -> Balance;
	/// The largest charge that a price pays together with its audit. One storage read.
	fn affordable(subnet: SubnetId, max_price: Balance) -> Balance;
	/// The share of a charge that pays for audits by lot. Four storage reads at most.
	fn premium(subnet: SubnetId, provider: &AccountId, charge: Balance) -> Permill;

	/// Whether a delivery is audited, or may be, so that nobody is to be paid for it yet. One
	/// storage read.
	fn is_open(id: &JobId) -> bool;
}

/// Nothing is ever audited.
impl<AccountId, Balance: Default> Auditing<AccountId, Balance> for () {
	fn is_auditable(_: &ModelId) -> bool {
		false
	}

	fn submit(_: JobId, _: AuditedAnswer<AccountId, Balance>, _: bool) {}

	fn submit_weight() -> Weight {
		Weight::zero()
	}

	fn fee(_: SubnetId, _: Balance) -> Balance {
		Balance::default()
	}

	fn affordable(_: SubnetId, max_price: Balance) -> Balance {
		max_price
	}

	fn premium(_: SubnetId, _: &AccountId, _: Balance) -> Permill {
		Permill::zero()
	}

	fn is_open(_: &JobId) -> bool {
		false
	}
}

/// Owns the answers that are audited. Implemented by `pallet-jobs`.
pub trait AuditSubjects<AccountId, Balance> {
	/// What there is to audit under an id, as long as nobody has been paid for it and nothing else
	/// decides on it. Two storage reads at most.
	fn subject(id: &JobId) -> Option<AuditedAnswer<AccountId, Balance>>;

	/// What its auditors have to compute, as long as nobody has been paid for it. For off-chain
	/// workers: nobody weighs it.
	fn work(id: &JobId) -> Option<AuditWork>;

	/// An audit that was open has ended: the owner pays or gives back. Says what it has put into
	/// the auditors' pot for this one. What it does not know is nothing to it.
	fn on_ruling(id: &JobId, ruling: Ruling<Balance>) -> Balance;
	/// The most that [`Self::on_ruling`] weighs.
	fn on_ruling_weight() -> Weight;

	/// Makes something to audit, whose escrow need not be there, for a benchmark.
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(subject: AuditedAnswer<AccountId, Balance>) -> JobId;
}

/// Is told of each vote of an auditor that counts.
pub trait OnAuditVote<AccountId> {
	/// An auditor's vote has been counted, and agrees with how the audit ended.
	fn on_audit_vote(auditor: &AccountId);
}

/// Nobody wants to know.
impl<AccountId> OnAuditVote<AccountId> for () {
	fn on_audit_vote(_: &AccountId) {}
}

/// Punishes validators for what they do beside making blocks. Implemented by
/// `pallet-validator-staking`.
pub trait ValidatorPenalty<AccountId> {
	/// A part of what stood behind a validator in an era is to be slashed; it keeps its seat. Of
	/// several penalties in an era the largest counts. Nothing happens to who did not validate
	/// then.
	fn penalise(era: EraIndex, validator: &AccountId, fraction: Perbill);
	/// The most that [`Self::penalise`] weighs.
	fn penalise_weight() -> Weight;
}

/// Nobody is punished.
impl<AccountId> ValidatorPenalty<AccountId> for () {
	fn penalise(_: EraIndex, _: &AccountId, _: Perbill) {}

	fn penalise_weight() -> Weight {
		Weight::zero()
	}
}
