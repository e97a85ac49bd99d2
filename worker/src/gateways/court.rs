//! What a complaint takes of the chain. All is read in the newest finalized block: what a fork can take back
//! is no reason to complain, and none to forget a receipt.

use super::owed::Owed;
use crate::chain::ChainError;
use reckon_receipts::SignedReceipt;
use reckon_sdk::{
	calls, AccountId, Balance, Batch, BatchId, BlockNumber, Chain, ChannelEvent, ComplaintBounds,
	GatewayStatus, Heads, Membership, SubmitError, Submitter, H256,
};
use std::{future::Future, ops::RangeInclusive};
use tokio::sync::watch;

/// What stays on the worker's account for deliveries and heartbeats: some dozens of fees.
const KEPT: Balance = 20_000_000_000;
/// More than a complaint's fee.
const FEE: Balance = 10_000_000_000;

/// What became of a complaint that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
	/// The chain has it; from this block on it is too late for an answer.
	Open(BlockNumber),
	/// Somebody has complained about the receipt before.
	Before,
	/// The chain does not hear it now, and may later: why.
	NotNow(String),
	/// It never will: why.
	Never(String),
	/// Nobody knows: the node was away, or the transaction is in no block.
	Unknown(String),
}

/// How a complaint has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
	/// The gateway has shown this batch, and has the deposit.
	Answered(BatchId),
	/// The gateway's bond has paid the provider.
	Upheld {
		/// What the provider has.
		paid: Balance,
		/// What the gateway has lost beside it.
		slashed: Balance,
	},
	/// The receipt could not be paid, whoever is to blame.
	Dropped,
}

/// The chain, as far as complaints are concerned.
pub trait Court: Send + Sync + 'static {
	/// The newest blocks, as they change.
	fn heads(&self) -> watch::Receiver<Heads>;

	/// When complaints are heard.
	fn bounds(&self) -> impl Future<Output = Result<ComplaintBounds, ChainError>> + Send;

	/// A batch, as long as the chain remembers it.
	fn batch(&self, id: BatchId) -> impl Future<Output = Result<Option<Batch>, ChainError>> + Send;

	/// Why the chain would not hear a complaint about this receipt now, if it would not: a complaint that is
	/// refused costs its fee all the same.
	fn objection(
		&self,
		receipt: &SignedReceipt<AccountId>,
	) -> impl Future<Output = Result<Option<&'static str>, ChainError>> + Send;

	/// From which block on it is too late for an answer to the open complaint about a receipt; `None` when
	/// there is no complaint.
	fn open(
		&self,
		receipt: H256,
	) -> impl Future<Output = Result<Option<BlockNumber>, ChainError>> + Send;

	/// How a complaint has ended in one of these blocks, if it did there.
	fn end(
		&self,
		receipt: H256,
		blocks: RangeInclusive<BlockNumber>,
	) -> impl Future<Output = Result<Option<Ended>, ChainError>> + Send;

	/// How many complaints the worker's account can pay for.
	fn affords(&self) -> impl Future<Output = Result<u32, ChainError>> + Send;

	/// Signs and sends a complaint; returns when it is finalized or has failed.
	fn complain(&self, owed: Owed) -> impl Future<Output = Heard> + Send;
}

/// The real chain.
#[derive(Clone, Debug)]
pub struct ChainCourt {
	chain: Chain,
	submitter: Submitter,
}

impl ChainCourt {
	/// The chain as the submitter's account sees it.
	pub fn new(chain: Chain, submitter: Submitter) -> Self {
		Self { chain, submitter }
	}
}

impl Court for ChainCourt {
	fn heads(&self) -> watch::Receiver<Heads> {
		self.chain.heads()
	}

	async fn bounds(&self) -> Result<ComplaintBounds, ChainError> {
		self.chain.latest_finalized().await?.complaint_bounds()
	}

	async fn batch(&self, id: BatchId) -> Result<Option<Batch>, ChainError> {
		self.chain.latest_finalized().await?.batch(id).await
	}

	async fn objection(
		&self,
		signed: &SignedReceipt<AccountId>,
	) -> Result<Option<&'static str>, ChainError> {
		let (at, receipt) = (self.chain.latest_finalized().await?, &signed.receipt);
		let Some(gateway) = at.gateway(&receipt.gateway).await? else {
			return Ok(Some("it is no gateway any more"));
		};
		if let GatewayStatus::Leaving { until } = gateway.status {
			// By the time it is there a block has passed, or two.
			let due = at.block().number.saturating_add(at.complaint_bounds()?.answer_blocks);
			if until < due.saturating_add(2) {
				return Ok(Some("its gateway leaves before it could be asked for an answer"));
			}
		}
		let Some(subnet) = at.subnet(gateway.subnet).await? else {
			return Ok(Some("its subnet is gone"));
		};
		if let Membership::Models(models) = &subnet.parameters.membership {
			if !models.contains(&receipt.model) {
				return Ok(Some("its subnet does not have the model any more"));
			}
		}
		if at.model(receipt.model).await?.is_none() {
			return Ok(Some("its model is gone"));
		}
		let provider = at.provider(&receipt.provider).await?;
		Ok(match provider.is_some_and(|provider| provider.bond > 0) {
			true => None,
			false => Some("its provider has no bond"),
		})
	}

	async fn open(&self, receipt: H256) -> Result<Option<BlockNumber>, ChainError> {
		let complaint = self.chain.latest_finalized().await?.complaint(receipt).await?;
		Ok(complaint.map(|complaint| complaint.due))
	}

	async fn end(
		&self,
		receipt: H256,
		blocks: RangeInclusive<BlockNumber>,
	) -> Result<Option<Ended>, ChainError> {
		for number in blocks {
			let block = self.chain.block_at(number).await?;
			let events = self.chain.at(block).await?.channel_events().await?;
			let ended = events.into_iter().find_map(|event| match event {
				ChannelEvent::ComplaintAnswered { receipt: of, batch, .. } if of == receipt => {
					Some(Ended::Answered(batch))
				},
				ChannelEvent::ComplaintUpheld { receipt: of, paid, slashed, .. }
					if of == receipt =>
				{
					Some(Ended::Upheld { paid, slashed })
				},
				ChannelEvent::ComplaintDropped { receipt: of, .. } if of == receipt => {
					Some(Ended::Dropped)
				},
				_ => None,
			});
			if ended.is_some() {
				return Ok(ended);
			}
		}
		Ok(None)
	}

	async fn affords(&self) -> Result<u32, ChainError> {
		let at = self.chain.latest().await?;
		let deposit = at.complaint_bounds()?.deposit;
		let free = at.account(self.submitter.account()).await?.free;
		let count = free.saturating_sub(KEPT).checked_div(deposit.saturating_add(FEE));
		Ok(u32::try_from(count.unwrap_or_default()).unwrap_or(u32::MAX))
	}

	async fn complain(&self, owed: Owed) -> Heard {
		let acknowledged = reckon_sdk::SignedAcknowledgement {
			acknowledgement: reckon_sdk::Acknowledgement {
				receipt: owed.acknowledged.acknowledgement.receipt,
				taken_at: owed.acknowledged.acknowledgement.taken_at,
			},
			signature: owed.acknowledged.signature.0,
		};
		let call = calls::complain(receipt_of(&owed.signed), acknowledged);
		let outcome = match self.submitter.submit(call).await {
			Ok(outcome) => outcome,
			Err(error) => return refused(&error),
		};
		let due = outcome.channel_events.iter().find_map(|event| match event {
			ChannelEvent::Complained { answer_by, .. } => Some(*answer_by),
			_ => None,
		});
		due.map_or_else(|| Heard::Unknown("the call has no event".into()), Heard::Open)
	}
}

/// What a complaint's failure means.
fn refused(error: &SubmitError) -> Heard {
	let why = error.to_string();
	let Some(refusal) = error.refusal() else { return Heard::Unknown(why) };
	match (refusal.pallet.as_str(), refusal.name.as_str()) {
		("Channels", "AlreadyComplained") => Heard::Before,
		(
			"Channels",
			"ComplaintTooLate" | "ReceiptInvalid" | "NothingCharged" | "NotAcknowledged"
			| "UnknownGateway",
		) => Heard::Never(why),
		// A bond may come back, money may come.
		_ => Heard::NotNow(why),
	}
}

/// A receipt as calls take it.
fn receipt_of(signed: &SignedReceipt<AccountId>) -> reckon_sdk::SignedReceipt {
	let receipt = &signed.receipt;
	let (units, output) = (receipt.units, receipt.output);
	reckon_sdk::SignedReceipt {
		receipt: reckon_sdk::Receipt {
			request: receipt.request,
			channel: receipt.channel,
			lane: receipt.lane,
			model: receipt.model,
			provider: receipt.provider,
			worker: receipt.worker.0,
			gateway: receipt.gateway,
			units: reckon_sdk::Units { input: units.input, output: units.output },
			charge: receipt.charge,
			output: reckon_sdk::ContentRef { hash: output.hash, length: output.length },
			commitment: receipt.commitment,
			started_at: receipt.started_at,
			finished_at: receipt.finished_at,
			first_token_ms: receipt.first_token_ms,
		},
		signature: signed.signature.0,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::DispatchError;

	#[test]
	fn refusal_should_end_a_complaint_only_when_it_is_for_good() {
		let refusal = |pallet: &str, name: &str| {
			let (pallet, name) = (pallet.into(), name.into());
			refused(&SubmitError::Refused(DispatchError { pallet, name, docs: String::new() }))
		};
		assert_eq!(refusal("Channels", "AlreadyComplained"), Heard::Before);
		for name in ["ComplaintTooLate", "ReceiptInvalid", "NotAcknowledged", "UnknownGateway"] {
			assert!(matches!(refusal("Channels", name), Heard::Never(_)), "{name}");
		}
		for name in ["ProviderWithoutBond", "LeavesTooSoon", "ComplaintTooEarly", "UnknownModel"] {
			assert!(matches!(refusal("Channels", name), Heard::NotNow(_)), "{name}");
		}
		assert!(matches!(refusal("", "Token.FundsUnavailable"), Heard::NotNow(_)));
		let error = SubmitError::NeverIncluded { attempts: 3 };
		assert!(matches!(refused(&error), Heard::Unknown(_)));
	}
}
