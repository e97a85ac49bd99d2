//! The chain as the gateway needs it: what is offered, who pays, and where batches go.

use crate::reservation::OnChain;
use reckon_primitives::{
	AccountId, Balance, BatchId, ChannelId, ContentRef, ModelId, Price, TaskSet,
};
use reckon_receipts::{Proof, SignedVoucher, Total};
use sp_core::{sr25519, H256};
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
	/// The lowest price that anybody asks for in this subnet; `None` when nobody offers it.
	pub offered: Option<Price<Balance>>,
}

/// What the chain has at a block.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Market {
	/// The models that can be asked for.
	pub models: BTreeMap<ModelId, Listed>,
}

impl Market {
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

	/// What a provider asks for, in this subnet.
	async fn offers_of(
		&self,
		provider: &AccountId,
	) -> Result<BTreeMap<ModelId, Price<Balance>>, ChainError>;

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

	/// How a batch stands.
	async fn batch(&self, batch: BatchId) -> Result<BatchOnChain, ChainError>;
}
