//! Batches of channels: having them audited, and hearing what is paid out of them.

use crate::Conviction;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::DispatchResult, weights::Weight};
use reckon_primitives::{BatchId, ModelId, SubnetId};
use reckon_receipts::{Item, ReceiptFault};
use scale_info::TypeInfo;

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
}

/// Why a whole batch is rejected.
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
pub enum Rejection {
	/// Auditors could not get its receipts.
	#[codec(index = 0)]
	Unavailable,
	/// Its receipts are not those that the totals' roots name.
	#[codec(index = 1)]
	Leaves,
	/// What channels paid is not what their receipts charge.
	#[codec(index = 2)]
	Charges,
	/// More of its receipts prove themselves wrong than can be struck.
	#[codec(index = 3)]
	Faults,
}

/// Takes batches up for audits, which hold up their payment. Implemented by whoever draws auditors.
pub trait BatchAuditing<AccountId> {
	/// A batch has been committed: it is audited, or may be, by a lot that nobody knows yet.
	fn submit(batch: &BatchId, gateway: &AccountId, subnet: SubnetId);
	/// The most that [`Self::submit`] weighs.
	fn submit_weight() -> Weight;

	/// Whether a batch is audited, or may be, so that nobody is to be paid for it yet. One storage
	/// read.
	fn is_open(batch: &BatchId) -> bool;
}

/// No batch is ever audited.
impl<AccountId> BatchAuditing<AccountId> for () {
	fn submit(_: &BatchId, _: &AccountId, _: SubnetId) {}

	fn submit_weight() -> Weight {
		Weight::zero()
	}

	fn is_open(_: &BatchId) -> bool {
		false
	}
}

/// Owns the batches that are audited. Implemented by `pallet-channels`.
pub trait AuditedBatches<AccountId> {
	/// Takes a receipt's charge out of its total and gives it back to its client; the rest of the
	/// batch is paid.
	///
	/// # Errors
	/// When the batch does not wait any more, or the item is not proved to be in it, or is struck.
	fn strike(batch: &BatchId, item: &Item<AccountId>, fault: Fault) -> DispatchResult;
	/// The most that [`Self::strike`] weighs.
	fn strike_weight() -> Weight;

	/// Gives all that a batch has charged back to its clients.
	///
	/// # Errors
	/// When the batch does not wait any more.
	fn reject(batch: &BatchId, why: Rejection) -> DispatchResult;
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
