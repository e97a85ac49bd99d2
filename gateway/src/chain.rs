//! The chain as the gateway needs it: what is offered, who pays, and where batches go.

use crate::{reservation::OnChain, workers::Offering};
use reckon_primitives::{
	AccountId, Balance, BatchId, ChannelId, ContentRef, ModelId, Price, TaskSet,
};
use reckon_receipts::{Item, Proof, Request, SignedVoucher, Total};
use sp_core::{sr25519, H256};
use sp_runtime::Permill;
use std::collections::BTreeMap;
use tokio::sync::watch;

/// A model of the store.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
	/// What requests name it by.
	pub name: String,
	/// What it can do.
	pub tasks: TaskSet,
	/// Tokens, prompt and answer together.
	pub context: u32,
	/// How its numbers are computed.
	pub profile: &'static str,
	/// An SPDX expression.
	pub licence: String,
	/// Whether its answers may be audited: then receipts must say what was committed to.
	pub audited: bool,
	/// The lowest price that anybody asks for in this subnet; `None` when nobody offers it.
	pub offered: Option<Price<Balance>>,
	/// Since when this gateway has known it, in Unix milliseconds.
	pub known_since: u64,
}

/// What the chain has at a block.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Market {
	/// The models that can be asked for.
	pub models: BTreeMap<ModelId, Listed>,
	/// Milliseconds after its end for which an answer can be audited.
	pub receipt_life_millis: u64,
}

/// Part of a receipt's life in which it must be here: the rest is for its batch.
const LATEST: u64 = 2;

impl Market {
	/// What was there before is known since then.
	pub fn after(mut self, before: &Self) -> Self {
		for (id, listed) in &mut self.models {
			if let Some(known) = before.models.get(id) {
				listed.known_since = known.known_since;
			}
		}
		self
	}

	/// The earliest that the work of an answer may have ended, in Unix milliseconds, which comes in now:
	/// of older ones the worker need not have what auditors ask for. `None` where nobody asks.
	pub fn oldest(&self, model: &ModelId, now: u64) -> Option<u64> {
		let listed = self.models.get(model).filter(|listed| listed.audited);
		listed.map(|_| now.saturating_sub(self.receipt_life_millis / LATEST))
	}

	/// The same for one that goes into a batch now.
	pub fn oldest_in_batch(&self, model: &ModelId, now: u64) -> Option<u64> {
		let listed = self.models.get(model).filter(|listed| listed.audited);
		// Ten minutes for the chain.
		listed.map(|_| now.saturating_sub(self.receipt_life_millis.saturating_sub(600_000)))
	}

	/// A model by its name, or by its id in hexadecimal.
	pub fn find(&self, name: &str) -> Option<(ModelId, &Listed)> {
		if let Ok(id) = name.parse::<ModelId>() {
			return self.models.get(&id).map(|listed| (id, listed));
		}
		self.models.iter().find(|(_, listed)| listed.name == name).map(|(id, listed)| (*id, listed))
	}
}

/// What a lane pays in a batch.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
	/// The lane's newest voucher.
	pub voucher: SignedVoucher,
	/// All that was taken through the lane when the batch is in, in the smallest token unit.
	pub upto: Balance,
}

/// How the chain has a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BatchOnChain {
	/// Its money waits or moves.
	Open,
	/// It is paid.
	Settled,
	/// It was rejected: why.
	Rejected(String),
	/// The chain has forgotten it, long after its end.
	Forgotten,
}

/// What is drawn of a batch to be computed again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Drawn {
	/// It is not drawn yet.
	Later,
	/// Nothing that is not shown.
	Nothing,
	/// The lot may have fallen on these.
	Totals {
		/// What decides that.
		seed: H256,
		/// Which totals have not been shown, and the part of such totals that the lot falls on.
		unshown: Vec<(u32, Permill)>,
	},
}

/// What somebody says about a receipt of this gateway's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
	/// The receipt, by the hash of its leaf.
	pub receipt: H256,
	/// The request that it is for.
	pub request: H256,
	/// The block from which on it is too late for an answer.
	pub answer_by: u32,
}

/// Why the chain did not answer, or did not take something.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
	/// Ask again later.
	#[error("the chain: {0}")]
	Unreachable(String),
	/// A batch or an answer was refused: the error's name and what the chain says about it.
	#[error("the chain refused this: {name}: {docs}")]
	Refused {
		/// Of the Channels pallet, as a rule.
		name: String,
		/// For people.
		docs: String,
	},
}

/// Questions to the chain, at its newest finalized block.
#[async_trait::async_trait]
pub trait Chain: Send + Sync + 'static {
	/// The newest finalized block; `None` before the first one was seen.
	fn finalized(&self) -> watch::Receiver<Option<u32>>;

	/// What can be asked for in this subnet.
	async fn market(&self) -> Result<Market, ChainError>;

	/// The channels to this gateway.
	async fn channels(&self) -> Result<BTreeMap<ChannelId, OnChain>, ChainError>;

	/// Whose worker this is, unless its provider is leaving.
	async fn provider_of(&self, worker: sr25519::Public) -> Result<Option<AccountId>, ChainError>;

	/// What a provider asks for, in this subnet, and how far it can be relied on.
	async fn offering_of(&self, provider: &AccountId) -> Result<Offering, ChainError>;

	/// Sends a batch and waits until it is in a finalized block.
	async fn commit(
		&self,
		leaves: ContentRef,
		totals: Vec<Total<AccountId>>,
		claims: Vec<Claim>,
	) -> Result<BatchId, ChainError>;

	/// The batch of this gateway that has this root, if the chain has one.
	async fn find(&self, root: H256) -> Result<Option<BatchId>, ChainError>;

	/// The open complaints about this gateway.
	async fn complaints(&self) -> Result<Vec<Complaint>, ChainError>;

	/// Answers one with the batch that its receipt is in, and waits until that is in a finalized block.
	async fn answer(&self, batch: BatchId, proof: Proof<AccountId>) -> Result<(), ChainError>;

	/// What is drawn of a batch.
	async fn drawn(&self, batch: BatchId) -> Result<Drawn, ChainError>;

	/// Shows a receipt that the lot fell on, and waits until that is in a finalized block.
	async fn show(
		&self,
		batch: BatchId,
		item: Item<AccountId>,
		request: Request,
	) -> Result<(), ChainError>;

	/// How a batch stands.
	async fn batch(&self, batch: BatchId) -> Result<BatchOnChain, ChainError>;
}

#[cfg(test)]
mod tests {
	use super::*;

	fn listed(audited: bool) -> Listed {
		Listed {
			name: String::new(),
			tasks: TaskSet::of(&[]),
			context: 1,
			profile: "F32",
			licence: String::new(),
			audited,
			offered: None,
			known_since: 5,
		}
	}

	#[test]
	fn model_should_be_known_since_it_was_first_seen() {
		let (old, new) = (H256::repeat_byte(1), H256::repeat_byte(2));
		let before = Market { models: [(old, listed(false))].into(), receipt_life_millis: 1 };
		let seen = Listed { known_since: 9, ..listed(true) };
		let models = [(old, seen.clone()), (new, seen)].into();
		let market = Market { models, receipt_life_millis: 2 }.after(&before);
		let since = [&old, &new].map(|id| market.models[id].known_since);
		assert_eq!((since, market.models[&old].audited), ([5, 9], true));
	}

	#[test]
	fn answers_should_come_in_time_for_their_audit() {
		let (audited, other) = (H256::repeat_byte(1), H256::repeat_byte(2));
		let models = [(audited, listed(true)), (other, listed(false))].into();
		let market = Market { models, receipt_life_millis: 7_200_000 };
		let now = 10_000_000;
		assert_eq!(market.oldest(&audited, now), Some(6_400_000));
		// A receipt that was just taken has time for its batch.
		assert_eq!(market.oldest_in_batch(&audited, now), Some(3_400_000));
		assert_eq!(market.oldest(&audited, 5), Some(0));
		for model in [other, H256::zero()] {
			assert_eq!(
				(market.oldest(&model, now), market.oldest_in_batch(&model, now)),
				(None, None)
			);
		}
	}
}
