//! Batches of channels: having them audited, and hearing what is paid out of them.

use crate::{AuditedAnswer, AuditedBatch, Conviction, GatewayEndpoint};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::DispatchResult, weights::Weight};
use reckon_primitives::{Balance, BatchId, BlockNumber, JobId, ModelId, SubnetId};
use reckon_receipts::{Committed, Exhibit, Item, ReceiptFault};
use reckon_verification::Rejection;
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{DispatchError, Permill};

/// Why a receipt is struck from a batch.
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
pub enum Fault {
	/// It is wrong by itself.
	#[codec(index = 0)]
	Receipt(ReceiptFault),
	/// It names another gateway than the one that committed to it.
	#[codec(index = 1)]
	Gateway,
	/// It names another provider or model than its total.
	#[codec(index = 2)]
	Total,
	/// The channel that it names pays nothing in this batch.
	#[codec(index = 3)]
	Channel,
	/// The same request is in the batch a second time.
	#[codec(index = 4)]
	Repeated,
	/// Auditors say that its answer is not the model's, or was not stood by.
	#[codec(index = 5)]
	Answer(Conviction),
	/// Auditors can't say whether its answer is the model's.
	#[codec(index = 6)]
	Doubtful,
}

/// How often one receipt of a total is computed again, and what its provider pays for that.
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
pub struct SampleTerms {
	/// The part of such totals of which a receipt is audited.
	pub rate: Permill,
	/// The share of what the total is paid that pays for such audits.
	pub premium: Permill,
}

/// A total of a batch, as it is decided how often it is sampled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SampledTotal<'a, AccountId> {
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// Who has worked.
	pub provider: &'a AccountId,
	/// The model that was asked.
	pub model: &'a ModelId,
	/// How many receipts it has.
	pub receipts: u32,
	/// What they charge, in the smallest token unit.
	pub charge: Balance,
	/// What all totals of its provider charge that wait to be paid by its gateway, with this one.
	pub outstanding: Balance,
	/// What its gateway stands for with what, with this one too.
	pub exposure: GatewayExposure,
}

/// Takes single receipts of batches up for audits of their answers. Implemented by `pallet-audits`.
pub trait SampleAuditing<AccountId> {
	/// How often such a total is sampled: never, where its model's answers can't be audited.
	fn terms(total: &SampledTotal<AccountId>) -> SampleTerms;
	/// The most that [`Self::terms`] weighs.
	fn terms_weight() -> Weight;

	/// What a total must cost its gateway, at the least, of which the lot's receipt can't be audited by the
	/// gateway's own doing: what its provider would lose if it were convicted, as far as a bond reaches.
	fn penalty(charge: Balance, rate: Permill) -> Balance;

	/// Blocks between a batch and the draw of what is sampled of it.
	fn draw_delay() -> BlockNumber;

	/// What decides which receipts of a batch are sampled: made from the randomness of all blocks so far.
	/// One storage read.
	fn seed(batch: &BatchId) -> H256;

	/// An answer of which the lot fell on this part is audited; says whether it is, which it is not while
	/// there is another audit under its id. Its `id` is what its commitment and its rows name.
	fn sample(id: &JobId, answer: AuditedAnswer<AccountId, Balance>, rate: Permill) -> bool;
	/// The most that [`Self::sample`] weighs.
	fn sample_weight() -> Weight;

	/// An answer is audited because its client pays for that, at most `max_fee` in the smallest token unit, which
	/// is held; the lot would have fallen on it with this rate. Fails, and changes nothing, while there is another
	/// audit under its id, if it can't be audited, or if it would cost more.
	fn request(
		id: &JobId,
		answer: AuditedAnswer<AccountId, Balance>,
		rate: Permill,
		max_fee: Balance,
	) -> DispatchResult;
	/// The most that [`Self::request`] weighs.
	fn request_weight() -> Weight;
}

/// Nothing is ever sampled.
impl<AccountId> SampleAuditing<AccountId> for () {
	fn terms(_: &SampledTotal<AccountId>) -> SampleTerms {
		SampleTerms::default()
	}

	fn terms_weight() -> Weight {
		Weight::zero()
	}

	fn penalty(_: Balance, _: Permill) -> Balance {
		0
	}

	fn draw_delay() -> BlockNumber {
		0
	}

	fn seed(_: &BatchId) -> H256 {
		H256::zero()
	}

	fn sample(_: &JobId, _: AuditedAnswer<AccountId, Balance>, _: Permill) -> bool {
		false
	}

	fn sample_weight() -> Weight {
		Weight::zero()
	}

	fn request(
		_: &JobId,
		_: AuditedAnswer<AccountId, Balance>,
		_: Permill,
		_: Balance,
	) -> DispatchResult {
		Err(DispatchError::Unavailable)
	}

	fn request_weight() -> Weight {
		Weight::zero()
	}
}

/// Takes batches up for audits, which hold up their payment. Implemented by `pallet-audits`.
pub trait BatchAuditing<AccountId> {
	/// A batch has been committed, and counts in its gateway's [`GatewayExposure`]: it is audited by lot,
	/// which is drawn six blocks later. Says what the batch owes to those who audit such batches, audited
	/// itself or not.
	fn submit(id: &BatchId, batch: AuditedBatch<AccountId, Balance>) -> Balance;
	/// The most that [`Self::submit`] weighs.
	fn submit_weight() -> Weight;

	/// What a batch that is rejected costs its gateway, as far as its bond reaches. Three storage reads.
	fn penalty(batch: &AuditedBatch<AccountId, Balance>) -> Balance;

	/// The most blocks that an audit takes: a gateway must not be gone before.
	fn longest() -> BlockNumber;

	/// Who has what batches owe; nobody if they owe nothing.
	fn pot() -> Option<AccountId>;

	/// Whether a batch is audited, or may be, so that nobody is to be paid for it yet. One storage
	/// read.
	fn is_open(id: &BatchId) -> bool;
}

/// No batch is ever audited.
impl<AccountId> BatchAuditing<AccountId> for () {
	fn submit(_: &BatchId, _: AuditedBatch<AccountId, Balance>) -> Balance {
		0
	}

	fn submit_weight() -> Weight {
		Weight::zero()
	}

	fn penalty(_: &AuditedBatch<AccountId, Balance>) -> Balance {
		0
	}

	fn longest() -> BlockNumber {
		0
	}

	fn pot() -> Option<AccountId> {
		None
	}

	fn is_open(_: &BatchId) -> bool {
		false
	}
}

/// What a gateway could gain by batches that are not what they say, and what it stands for them with, in
/// the smallest token unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct GatewayExposure {
	/// What all its batches have charged that wait to be paid.
	pub outstanding: Balance,
	/// Its bond.
	pub bond: Balance,
}

/// A batch as those need it who look at its receipts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchWork<AccountId> {
	/// What the chain knows of it.
	pub committed: Committed<AccountId>,
	/// Where its gateway serves the receipts.
	pub endpoint: GatewayEndpoint,
}

/// Owns the batches that are audited. Implemented by `pallet-channels`.
pub trait AuditedBatches<AccountId> {
	/// What a gateway stands for with what. Two storage reads.
	fn exposure(gateway: &AccountId) -> GatewayExposure;

	/// What there is to look at, as long as the batch waits. For off-chain workers: nobody weighs it.
	fn work(id: &BatchId) -> Option<BatchWork<AccountId>>;

	/// Sends the chain what shows that a receipt is wrong, unless it is struck already. For off-chain
	/// workers. Says whether the node has taken it.
	fn show(id: &BatchId, exhibit: Exhibit<AccountId>) -> bool;

	/// Takes a receipt's charge out of its total and gives it back to its client; the rest of the
	/// batch is paid.
	///
	/// # Errors
	/// When the batch does not wait any more, or the item is not proved to be in it, or is struck.
	fn strike(id: &BatchId, item: &Item<AccountId>, fault: Fault) -> DispatchResult;
	/// The most that [`Self::strike`] weighs.
	fn strike_weight() -> Weight;

	/// Gives all that a batch has charged back to its clients, and takes so much out of its gateway's bond.
	///
	/// # Errors
	/// When the batch does not wait any more.
	fn reject(id: &BatchId, why: Rejection, slash: Balance) -> DispatchResult;
	/// The most that [`Self::reject`] weighs.
	fn reject_weight() -> Weight;
}

/// What a provider was paid out of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaidTotal<AccountId, Balance> {
	/// The batch.
	pub batch: BatchId,
	/// Who worked.
	pub provider: AccountId,
	/// Who brought the work.
	pub gateway: AccountId,
	/// The model that was asked.
	pub model: ModelId,
	/// How many receipts there were, with those that were struck.
	pub receipts: u32,
	/// What the clients paid, without what was struck.
	pub charge: Balance,
	/// The treasury's part of it.
	pub fee: Balance,
}

/// Is told what was paid out of batches.
pub trait OnPayout<AccountId, Balance> {
	/// A total has been paid; the money has moved already, but for the parts of gateway, auditors and
	/// treasury, which are paid at the batch's end.
	fn on_payout(paid: &PaidTotal<AccountId, Balance>);
	/// The most that [`Self::on_payout`] weighs.
	fn on_payout_weight() -> Weight;
}

#[impl_trait_for_tuples::impl_for_tuples(8)]
impl<AccountId, Balance> OnPayout<AccountId, Balance> for Tuple {
	fn on_payout(paid: &PaidTotal<AccountId, Balance>) {
		for_tuples!( #( Tuple::on_payout(paid); )* );
	}

	fn on_payout_weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::on_payout_weight()); )* );
		weight
	}
}
