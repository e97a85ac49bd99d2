//! Receipts: what a worker says that it has done.

use crate::{
	hash::{hash, payload},
	tree::Node,
	voucher::Voucher,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use reckon_primitives::{Balance, ChannelId, ContentRef, ModelId, Units};
use scale_info::TypeInfo;
use sp_core::{sr25519, H256};
use sp_runtime::traits::Verify;

const DOMAIN: &[u8] = b"reckon:receipt:v1";
const LEAF: &[u8] = b"reckon:receipt-leaf:v1";

/// A worker's statement of one inference off chain: with the same fields as a job's delivery, and
/// what that job would have said.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
pub struct Receipt<AccountId> {
	/// The hash of the request that was answered; a voucher has the same.
	pub request: H256,
	/// The channel that pays.
	pub channel: ChannelId,
	/// The lane that pays.
	pub lane: u16,
	/// The model that was asked.
	pub model: ModelId,
	/// Who has the earnings.
	pub provider: AccountId,
	/// The provider's worker, who signs.
	pub worker: sr25519::Public,
	/// Who brought the request.
	pub gateway: AccountId,
	/// The work done.
	pub units: Units,
	/// What the client pays, in the smallest token unit.
	#[cfg_attr(feature = "std", serde(with = "crate::file::decimal"))]
	pub charge: Balance,
	/// BLAKE3 and length of the answer.
	pub output: ContentRef,
	/// What hides the root over the work's rows, of a model whose answers can be audited.
	pub commitment: Option<H256>,
	/// When the work began, in Unix milliseconds, by the worker's clock.
	pub started_at: u64,
	/// When it ended.
	pub finished_at: u64,
	/// Milliseconds from the start to the first token.
	pub first_token_ms: u32,
}

/// What is wrong with a receipt, as anybody can see who has nothing but the receipt.
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
pub enum ReceiptFault {
	/// The worker that it names has not signed it, for this chain.
	#[codec(index = 0)]
	Signature,
	/// The work ended before it began, or before its first token.
	#[codec(index = 1)]
	Times,
}

impl core::fmt::Display for ReceiptFault {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Signature => "the worker has not signed this receipt for this chain",
			Self::Times => "the work ended before it began, or before its first token",
		})
	}
}

impl core::error::Error for ReceiptFault {}

impl<AccountId: Encode> Receipt<AccountId> {
	/// What the worker signs.
	pub fn payload(&self, genesis: &H256) -> Vec<u8> {
		payload(DOMAIN, genesis, self)
	}

	/// Whether the voucher was signed for this request, and its lane is the one that pays.
	pub fn is_paid_by(&self, voucher: &Voucher) -> bool {
		let paid = (voucher.channel, voucher.lane, voucher.request);
		paid == (self.channel, self.lane, self.request)
	}

	fn are_times_right(&self) -> bool {
		let lasted = self.finished_at.checked_sub(self.started_at);
		lasted.is_some_and(|lasted| u64::from(self.first_token_ms) <= lasted)
	}
}

/// A receipt that can be handed on.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
pub struct SignedReceipt<AccountId> {
	/// What is signed.
	pub receipt: Receipt<AccountId>,
	/// The worker's signature over [`Receipt::payload`].
	pub signature: sr25519::Signature,
}

impl<AccountId: Encode> SignedReceipt<AccountId> {
	/// Checks all that can be seen without a chain. Whether the worker is the provider's, the chain
	/// knows.
	///
	/// # Errors
	/// With what is wrong.
	pub fn verify(&self, genesis: &H256) -> Result<(), ReceiptFault> {
		if !self.receipt.are_times_right() {
			return Err(ReceiptFault::Times);
		}
		let payload = self.receipt.payload(genesis);
		match self.signature.verify(payload.as_slice(), &self.receipt.worker) {
			true => Ok(()),
			false => Err(ReceiptFault::Signature),
		}
	}

	/// The receipt in a batch's tree: its hash, signature included, and its charge. The hash is also what
	/// acknowledgements and complaints name the receipt by.
	pub fn leaf(&self) -> Node {
		Node { hash: hash(LEAF, self), sum: self.receipt.charge }
	}
}
