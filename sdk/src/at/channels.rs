//! Payment channels and batches.

use super::{At, MAX_LISTED};
use crate::{
	error::Error,
	events::{channel_event, ChannelEvent},
	types::{
		AccountId, Batch, BatchId, BatchState, Channel, ChannelBounds, ChannelId, Complaint,
		ComplaintBounds, Contribution, Ledger, Payout, SampledAnswer, H256,
	},
};

impl At {
	/// A channel's record; nothing once it is closed.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn channel(&self, channel: ChannelId) -> Result<Option<Channel>, Error> {
		self.view("Channels", "channel", (channel,)).await
	}

	/// A client's channels, at most 1,000 of them, those after `after` in the chain's order.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn channels_of(
		&self,
		client: &AccountId,
		after: Option<ChannelId>,
	) -> Result<Vec<(ChannelId, Channel)>, Error> {
		self.view("Channels", "channels_of", (*client, after)).await
	}

	/// The channels to a gateway, at most 1,000 of them, those after `after` in the chain's order.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn channels_to(
		&self,
		gateway: &AccountId,
		after: Option<ChannelId>,
	) -> Result<Vec<(ChannelId, Channel)>, Error> {
		self.view("Channels", "channels_to", (*gateway, after)).await
	}

	/// A batch's record, or nothing once the chain has forgotten it.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn batch(&self, batch: BatchId) -> Result<Option<Batch>, Error> {
		self.view("Channels", "batch", (batch,)).await
	}

	/// A receipt out of a batch whose answer is audited, by the hash of its request.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn sampled(&self, request: H256) -> Result<Option<SampledAnswer>, Error> {
		self.view("Channels", "sampled", (request,)).await
	}

	/// The batches that the chain remembers, at most 1,000, in no order.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn batches(&self) -> Result<Vec<(BatchId, Batch)>, Error> {
		self.list("Channels", "Batches", Vec::<BatchId>::new()).await
	}

	/// The batches that wait to be paid, at most 1,000, in no order.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn waiting_batches(&self) -> Result<Vec<(BatchId, Batch)>, Error> {
		let waits = |batch: &Batch| batch.state == BatchState::Waiting;
		self.find("Channels", "Batches", Vec::<BatchId>::new(), MAX_LISTED, waits).await
	}

	/// A gateway's batch with this root, as long as the chain remembers it. Looks through all batches.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn batch_with_root(
		&self,
		gateway: &AccountId,
		root: H256,
	) -> Result<Option<(BatchId, Batch)>, Error> {
		let is_it = |batch: &Batch| batch.gateway == *gateway && batch.root.hash == root;
		let found = self.find("Channels", "Batches", Vec::<BatchId>::new(), 1, is_it).await?;
		Ok(found.into_iter().next())
	}

	/// The open complaint about a receipt, which is named by the hash of its leaf.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn complaint(&self, receipt: H256) -> Result<Option<Complaint>, Error> {
		self.view("Channels", "complaint", (receipt,)).await
	}

	/// The open complaints about a gateway, at most 1,000 of them, those after `after` in the chain's
	/// order.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn complaints_about(
		&self,
		gateway: &AccountId,
		after: Option<H256>,
	) -> Result<Vec<(H256, Complaint)>, Error> {
		self.view("Channels", "complaints_about", (*gateway, after)).await
	}

	/// When complaints are heard, and what they cost.
	///
	/// # Errors
	/// When the runtime lacks a constant: [`Error::Incompatible`].
	pub fn complaint_bounds(&self) -> Result<ComplaintBounds, Error> {
		Ok(ComplaintBounds {
			patience_blocks: self.constant("Channels", "PatienceBlocks")?,
			complaint_blocks: self.constant("Channels", "ComplaintBlocks")?,
			answer_blocks: self.constant("Channels", "AnswerBlocks")?,
			deposit: self.constant("Channels", "ComplaintDeposit")?,
		})
	}

	/// The totals of a batch that are not paid, by their position.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn payouts(&self, batch: BatchId) -> Result<Vec<(u32, Payout)>, Error> {
		self.view("Channels", "payouts", (batch,)).await
	}

	/// What each channel pays in a batch, at most 1,000 of them; a batch has 256 at most.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn contributions(
		&self,
		batch: BatchId,
	) -> Result<Vec<(ChannelId, Contribution)>, Error> {
		self.list("Channels", "Contributions", vec![batch]).await
	}

	/// What a client has put into channels, paid through them and been given back; nothing but zeros
	/// for an account that has opened none.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn channel_ledger(&self, client: &AccountId) -> Result<Ledger, Error> {
		Ok(self.read("Channels", "Ledgers", vec![*client]).await?.unwrap_or_default())
	}

	/// What happened to channels and batches in this block.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn channel_events(&self) -> Result<Vec<ChannelEvent>, Error> {
		self.events(channel_event).await
	}

	/// What it takes to have a channel.
	///
	/// # Errors
	/// When the runtime lacks a constant: [`Error::Incompatible`].
	pub fn channel_bounds(&self) -> Result<ChannelBounds, Error> {
		Ok(ChannelBounds {
			min_deposit: self.constant("Channels", "MinDeposit")?,
			max_lanes: self.constant("Channels", "MaxLanes")?,
			notice_blocks: self.constant("Channels", "NoticeBlocks")?,
			retention_blocks: self.constant("Channels", "RetentionBlocks")?,
			max_claims: self.constant("Channels", "MaxClaims")?,
			max_totals: self.constant("Channels", "MaxTotals")?,
		})
	}
}
