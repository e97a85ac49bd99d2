//! Acknowledgements: what a worker is told when its receipt is on disk. The gateway answers for it with its
//! bond: a receipt that it has taken and puts into no batch costs it the charge, and more.

use crate::{clock::now_millis, join, rooms::Rooms};
use codec::Encode;
use reckon_gateway_store::{RequestId, State, StoreError};
use reckon_primitives::{AccountId, BlockNumber};
use reckon_receipts::{Acknowledgement, SignedAcknowledgement, SignedReceipt};
use sp_core::sr25519;

/// Milliseconds between blocks, as the chain has it.
const BLOCK_MILLIS: u64 = 3_000;

/// What has become of a receipt that a worker has brought.
pub enum Fate {
	/// The request has no answer yet.
	Open,
	/// It is the one that is charged, since then in Unix milliseconds.
	Taken(Box<SignedReceipt<AccountId>>, u64),
	/// Nobody is paid for it.
	Declined,
}

impl Rooms {
	/// Tells a worker that its receipt was taken at this time, in Unix milliseconds.
	pub fn acknowledge(
		&self,
		worker: &sr25519::Public,
		receipt: &SignedReceipt<AccountId>,
		at: u64,
	) {
		let block = *self.chain.finalized().borrow();
		let taken_at = taken_at(block.unwrap_or_default(), now_millis().saturating_sub(at));
		let acknowledgement = Acknowledgement { receipt: receipt.leaf().hash, taken_at };
		let signature = self.signer.sign(&acknowledgement.payload(&self.identity.genesis));
		let signature = sr25519::Signature::from_raw(signature);
		let signed = SignedAcknowledgement { acknowledgement, signature };
		self.workers.tell(worker, join::stored(receipt.receipt.request, Some(&signed)));
	}

	/// Tells a worker what has become of a receipt that may have been noted before, if that is decided.
	///
	/// # Errors
	/// When the store can't be read.
	pub async fn acknowledge_noted(
		&self,
		worker: &sr25519::Public,
		receipt: &SignedReceipt<AccountId>,
	) -> Result<(), StoreError> {
		let id = receipt.receipt.request;
		match self.fate(id, &receipt.encode()).await? {
			Fate::Open => {},
			Fate::Taken(receipt, at) => self.acknowledge(worker, &receipt, at),
			Fate::Declined => self.decline(worker, id),
		}
		Ok(())
	}

	/// Tells a worker that it may forget its receipt, for which nobody is paid.
	pub fn decline(&self, worker: &sr25519::Public, id: RequestId) {
		self.workers.tell(worker, join::stored(id, None));
	}

	/// What has become of a receipt, in SCALE.
	///
	/// # Errors
	/// When the store can't be read.
	pub async fn fate(&self, id: RequestId, receipt: &[u8]) -> Result<Fate, StoreError> {
		let Some(record) = self.store.request(id).await? else { return Ok(Fate::Declined) };
		if matches!(record.state, State::Authorised | State::Dispatched) {
			return Ok(Fate::Open);
		}
		if matches!(record.state, State::Failed(_)) && record.answer.is_none() {
			tracing::warn!(?id, "an answer to what has failed is not paid");
		}
		let ours = record.answer.filter(|answer| answer.receipt.encode() == receipt);
		Ok(match ours.zip(record.times.answered) {
			Some((answer, at)) => Fate::Taken(Box::new(answer.receipt), at),
			None => Fate::Declined,
		})
	}
}

/// The block of so long ago, or an older one: a receipt is never said to be younger than it is, so that its
/// batch is remembered for as long as anybody may ask for it.
fn taken_at(now: BlockNumber, millis: u64) -> BlockNumber {
	now.saturating_sub(BlockNumber::try_from(millis.div_ceil(BLOCK_MILLIS)).unwrap_or(now))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn receipt_should_never_be_said_to_be_younger_than_it_is() {
		assert_eq!(taken_at(100, 0), 100);
		assert_eq!(taken_at(100, 1), 99);
		assert_eq!(taken_at(100, 3_000), 99);
		assert_eq!(taken_at(100, 3_001), 98);
		assert_eq!(taken_at(100, u64::MAX), 0);
	}
}
