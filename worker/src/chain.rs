//! The seam to the chain: what the daemon asks of it, and the real one behind the SDK.

use crate::{
	audits::{Opened, Proof, Question},
	jobs::{Sent, Work},
	presence::Presence,
};
use reckon_sdk::{
	calls, Account, AccountId, Assignment, BlockNumber, BlockRef, Chain, Constants, Heads, Inquiry,
	JobEvent, JobId, JobState, ModelId, Reason, SubmitError, Submitter, Until, H256,
};
use std::{collections::BTreeSet, future::Future};
use tokio::sync::watch;

/// The chain could not be asked. The daemon asks again at the next block.
pub type ChainError = reckon_sdk::Error;

/// What a worker's provider is like.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
	/// The provider for which this worker's key speaks.
	pub provider: AccountId,
	/// Why it gets no work, whatever the job.
	pub idle_reason: Reason,
	/// The models that it offers, in whatever subnets.
	pub offers: BTreeSet<ModelId>,
	/// How many jobs it takes at once.
	pub capacity: u32,
	/// Where clients are told that this worker's content endpoint is.
	pub endpoint: Option<String>,
}

/// What the daemon needs of a chain.
pub trait ChainClient: Clone + Send + Sync + 'static {
	/// The newest best and finalized blocks, as they change.
	fn heads(&self) -> watch::Receiver<Heads>;

	/// What is assigned to this worker at a block.
	fn assigned(
		&self,
		at: BlockRef,
	) -> impl Future<Output = Result<Vec<Assignment>, ChainError>> + Send;

	/// In whose name the answer of a model must be committed to; `None` when it is never audited.
	fn commits(
		&self,
		at: BlockRef,
		model: ModelId,
	) -> impl Future<Output = Result<Option<AccountId>, ChainError>> + Send;

	/// The audits of this worker's answers.
	fn inquiries(
		&self,
		at: BlockRef,
	) -> impl Future<Output = Result<Vec<Inquiry>, ChainError>> + Send;

	/// What the answer that a job has at a block was committed to with; `None` when it has none, or one
	/// without a commitment.
	fn committed(
		&self,
		at: BlockRef,
		job: JobId,
	) -> impl Future<Output = Result<Option<H256>, ChainError>> + Send;

	/// What the answer to a gateway's request was committed to with, while it is audited at a block.
	fn sampled(
		&self,
		at: BlockRef,
		request: H256,
	) -> impl Future<Output = Result<Option<H256>, ChainError>> + Send;

	/// The keys of those who sit in an audit at a block.
	fn auditors(
		&self,
		at: BlockRef,
		audit: H256,
	) -> impl Future<Output = Result<Vec<[u8; 32]>, ChainError>> + Send;

	/// Whether a job is paid for, given back or forgotten, so that nobody asks how it was computed.
	fn is_over(
		&self,
		at: BlockRef,
		job: JobId,
	) -> impl Future<Output = Result<bool, ChainError>> + Send;

	/// What happened to jobs in the best chain's block of this height.
	fn job_events(
		&self,
		number: BlockNumber,
	) -> impl Future<Output = Result<Vec<JobEvent>, ChainError>> + Send;

	/// The provider behind this worker; `None` while no provider names its key.
	fn standing(
		&self,
		at: BlockRef,
	) -> impl Future<Output = Result<Option<Standing>, ChainError>> + Send;

	/// When the chain last heard of this worker; `None` while no provider names its key.
	fn presence(
		&self,
		at: BlockRef,
	) -> impl Future<Output = Result<Option<Presence>, ChainError>> + Send;

	/// The worker's money, for fees.
	fn account(&self, at: BlockRef) -> impl Future<Output = Result<Account, ChainError>> + Send;

	/// The chain's clock at a block, Unix milliseconds.
	fn now_millis(&self, at: BlockRef) -> impl Future<Output = Result<u64, ChainError>> + Send;

	/// Signs and sends a delivery; returns when it is finalized or has failed.
	fn deliver(&self, job: JobId, work: Work) -> impl Future<Output = Sent> + Send;

	/// Signs and sends a decline; returns when it is finalized or has failed.
	fn decline(&self, job: JobId, reason: Reason) -> impl Future<Output = Sent> + Send;

	/// Signs and sends the opening of an answer's rows; returns when it is finalized or has failed.
	fn open_rows(&self, question: Question, proof: Proof) -> impl Future<Output = Opened> + Send;

	/// Signs and sends a heartbeat that names so many offers; whether it came into a block.
	fn heartbeat(&self, offers: u32) -> impl Future<Output = bool> + Send;
}

/// The real chain.
#[derive(Clone, Debug)]
pub struct SdkChain {
	chain: Chain,
	submitter: Submitter,
}

impl SdkChain {
	/// The chain as the submitter's account sees it.
	pub fn new(chain: Chain, submitter: Submitter) -> Self {
		Self { chain, submitter }
	}

	/// The runtime's constants.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn constants(&self) -> Result<Constants, ChainError> {
		self.chain.latest().await?.constants()
	}

	/// Whether sending can still be of use, by the finalized state: a refused transaction costs
	/// a fee.
	async fn settled_already(&self, job: JobId) -> Option<Sent> {
		let at = self.chain.latest_finalized().await.ok()?;
		let record = at.job(job).await.ok()??;
		let ours = at.provider_of(self.submitter.account()).await.ok()?;
		let by_us = record.state.provider() == ours.as_ref();
		match record.state {
			JobState::Delivered { .. } | JobState::Settled { .. } if by_us => {
				Some(Sent::AlreadyDelivered)
			},
			JobState::Refunded { .. } => Some(Sent::NotOurs),
			JobState::Delivered { .. } | JobState::Settled { .. } => Some(Sent::NotOurs),
			// The finalized state may be behind the assignment.
			JobState::Open { .. } | JobState::Assigned { .. } => None,
		}
	}

	async fn send(&self, job: JobId, call: calls::Call) -> Sent {
		if let Some(sent) = self.settled_already(job).await {
			return sent;
		}
		let name = call.to_string();
		match self.submitter.submit(call).await {
			Ok(outcome) => {
				tracing::debug!(?job, call = name, block = %outcome.block, "finalized");
				Sent::Accepted
			},
			Err(error) => verdict(job, &name, &error),
		}
	}
}

/// What a failed call means for the job.
fn verdict(job: JobId, call: &str, error: &SubmitError) -> Sent {
	let Some(refusal) = error.refusal() else {
		tracing::warn!(?job, call, %error, "not sent, trying again");
		return Sent::TryAgain;
	};
	match (refusal.pallet.as_str(), refusal.name.as_str()) {
		("Jobs", "AlreadyDelivered") => Sent::AlreadyDelivered,
		("Jobs", "NotAssignedToYou" | "UnknownJob" | "DeliveryTooLate" | "NotAWorker") => {
			tracing::warn!(?job, call, %refusal, "the job is not ours any more");
			Sent::NotOurs
		},
		("Jobs", "ClockAhead") => {
			tracing::error!(?job, call, "this machine's clock is ahead: synchronise it (NTP)");
			Sent::TryAgain
		},
		("Jobs", _) => {
			tracing::error!(?job, call, %refusal, "refused for good; please report it");
			Sent::Refused
		},
		_ => {
			tracing::warn!(?job, call, %refusal, "refused, trying again");
			Sent::TryAgain
		},
	}
}

/// What a failed opening means.
fn opened(question: &Question, error: &SubmitError) -> Opened {
	let Some(refusal) = error.refusal() else {
		tracing::warn!(job = ?question.job, %error, "rows not opened, trying again");
		return Opened::TryAgain;
	};
	match (refusal.pallet.as_str(), refusal.name.as_str()) {
		// An earlier life of this worker has opened them; or a fork has put the audit back to its
		// blind votes, and will ask again; or has another delivery of ours.
		("Audits", "NotOpening" | "WrongOpening") => Opened::TryAgain,
		("Audits", _) => {
			tracing::error!(job = ?question.job, %refusal, "rows not opened");
			Opened::Never
		},
		_ => {
			tracing::warn!(job = ?question.job, %refusal, "rows not opened, trying again");
			Opened::TryAgain
		},
	}
}

impl ChainClient for SdkChain {
	fn heads(&self) -> watch::Receiver<Heads> {
		self.chain.heads()
	}

	async fn assigned(&self, at: BlockRef) -> Result<Vec<Assignment>, ChainError> {
		self.chain.at(at).await?.assigned_to(self.submitter.account()).await
	}

	async fn commits(&self, at: BlockRef, model: ModelId) -> Result<Option<AccountId>, ChainError> {
		let at = self.chain.at(at).await?;
		// Only answers of models whose owners have said how far honest ones lie apart are audited.
		match at.model(model).await?.and_then(|model| model.details.calibration) {
			Some(_) => at.provider_of(self.submitter.account()).await,
			None => Ok(None),
		}
	}

	async fn inquiries(&self, at: BlockRef) -> Result<Vec<Inquiry>, ChainError> {
		let at = self.chain.at(at).await?;
		match at.provider_of(self.submitter.account()).await? {
			Some(provider) => at.inquiries_into(&provider).await,
			None => Ok(Vec::new()),
		}
	}

	async fn committed(&self, at: BlockRef, job: JobId) -> Result<Option<H256>, ChainError> {
		let record = self.chain.at(at).await?.job(job).await?;
		Ok(record.and_then(|record| record.state.delivery()?.commitment))
	}

	async fn sampled(&self, at: BlockRef, request: H256) -> Result<Option<H256>, ChainError> {
		let sampled = self.chain.at(at).await?.sampled(request).await?;
		Ok(sampled.and_then(|sampled| sampled.receipt.commitment))
	}

	async fn auditors(&self, at: BlockRef, audit: H256) -> Result<Vec<[u8; 32]>, ChainError> {
		let audit = self.chain.at(at).await?.audit(audit).await?;
		Ok(audit.map_or_else(Vec::new, |it| it.seats.into_iter().map(|seat| seat.key).collect()))
	}

	async fn is_over(&self, at: BlockRef, job: JobId) -> Result<bool, ChainError> {
		let record = self.chain.at(at).await?.job(job).await?;
		Ok(record.is_none_or(|record| record.state.is_final()))
	}

	async fn job_events(&self, number: BlockNumber) -> Result<Vec<JobEvent>, ChainError> {
		let block = self.chain.block_at(number).await?;
		self.chain.at(block).await?.job_events().await
	}

	async fn standing(&self, at: BlockRef) -> Result<Option<Standing>, ChainError> {
		let at = self.chain.at(at).await?;
		let Some(provider) = at.provider_of(self.submitter.account()).await? else {
			return Ok(None);
		};
		let record = at.provider(&provider).await?;
		let offers = at.offers_of(&provider).await?;
		Ok(Some(Standing {
			idle_reason: at.why_not_assigned(&provider).await?,
			offers: offers.into_iter().map(|(market, ..)| market.model).collect(),
			capacity: record.as_ref().map_or(0, |record| record.capacity),
			endpoint: record.and_then(|record| record.endpoint()),
			provider,
		}))
	}

	async fn presence(&self, at: BlockRef) -> Result<Option<Presence>, ChainError> {
		let at = self.chain.at(at).await?;
		let Some(provider) = at.provider_of(self.submitter.account()).await? else {
			return Ok(None);
		};
		let Some(record) = at.provider(&provider).await? else { return Ok(None) };
		Ok(Some(Presence {
			session: at.session().await?,
			last_seen: record.last_seen,
			offers: record.offers,
			reason: at.why_not_assigned(&provider).await?,
		}))
	}

	async fn account(&self, at: BlockRef) -> Result<Account, ChainError> {
		self.chain.at(at).await?.account(self.submitter.account()).await
	}

	async fn now_millis(&self, at: BlockRef) -> Result<u64, ChainError> {
		self.chain.at(at).await?.now_millis().await
	}

	async fn deliver(&self, job: JobId, work: Work) -> Sent {
		self.send(job, calls::deliver(job, work)).await
	}

	async fn decline(&self, job: JobId, reason: Reason) -> Sent {
		self.send(job, calls::decline(job, reason)).await
	}

	async fn open_rows(&self, question: Question, proof: Proof) -> Opened {
		let Proof { fingerprint, root, salt } = proof;
		let call = calls::open_rows(question.job, fingerprint, root, salt);
		match self.submitter.submit(call).await {
			Ok(outcome) => {
				tracing::debug!(job = ?question.job, block = %outcome.block, "rows opened");
				Opened::Yes
			},
			Err(error) => opened(&question, &error),
		}
	}

	async fn heartbeat(&self, offers: u32) -> bool {
		// Finality may stand still; the next one is asked for if a fork takes this one away.
		match self.submitter.submit_until(calls::heartbeat(offers), Until::InBlock).await {
			Ok(outcome) => {
				tracing::debug!(block = %outcome.block, "heartbeat sent");
				true
			},
			Err(error) => {
				tracing::warn!(%error, "heartbeat not sent, trying again");
				false
			},
		}
	}
}
