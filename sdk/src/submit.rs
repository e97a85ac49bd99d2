//! Calls whose end is known: one task for each key owns the nonce, signs, sends, and looks into
//! the blocks for what became of it.
//!
//! A transaction is looked for in the blocks themselves, not awaited from a subscription: that
//! survives lost connections and silent nodes. The same bytes are sent again for as long as they
//! live (64 blocks), and a call is signed anew only when its transaction can never be included
//! any more: so no call is ever executed twice.

mod actor;
mod pool;

use crate::{
	calls::Call,
	chain::Chain,
	error::{DispatchError, SubmitError},
	events::{ChainEvent, ChannelEvent, JobEvent},
	signer::Signer,
	types::{AccountId, Balance, BatchId, BlockRef, ChannelId, JobId, H256},
};
use tokio::sync::{mpsc, oneshot};

/// How many calls may wait to be signed.
const QUEUE: usize = 1024;

/// How far a call must have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
	/// In a block of the best chain: quick, and can be taken back by a fork.
	InBlock,
	/// In a finalized block: for good.
	Finalized,
}

/// What became of a call that succeeded.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Outcome {
	/// The block.
	pub block: BlockRef,
	/// Whether the block was final when this was written.
	pub finalized: bool,
	/// The transaction's hash.
	pub extrinsic: H256,
	/// The transaction's number in the block.
	pub index: u32,
	/// What was paid for it.
	#[serde(with = "crate::types::as_string")]
	pub fee: Balance,
	/// All events of the transaction.
	pub events: Vec<ChainEvent>,
	/// Those about jobs.
	#[serde(skip)]
	pub job_events: Vec<JobEvent>,
	/// Those about channels and batches.
	#[serde(skip)]
	pub channel_events: Vec<ChannelEvent>,
}

impl Outcome {
	/// The job that the call submitted; of several replicas the first.
	pub fn job_submitted(&self) -> Option<JobId> {
		self.job_events.iter().find_map(|event| match event {
			JobEvent::JobSubmitted { job, .. } => Some(*job),
			_ => None,
		})
	}

	/// All jobs that the call submitted, in their order.
	pub fn jobs_submitted(&self) -> Vec<JobId> {
		let of_event = |event: &JobEvent| match event {
			JobEvent::JobSubmitted { job, .. } => Some(*job),
			_ => None,
		};
		self.job_events.iter().filter_map(of_event).collect()
	}

	/// The payment channel that the call opened.
	pub fn channel_opened(&self) -> Option<ChannelId> {
		self.channel_events.iter().find_map(|event| match event {
			ChannelEvent::ChannelOpened { channel, .. } => Some(*channel),
			_ => None,
		})
	}

	/// The batch that the call committed to.
	pub fn batch_committed(&self) -> Option<BatchId> {
		self.channel_events.iter().find_map(|event| match event {
			ChannelEvent::BatchCommitted { batch, .. } => Some(*batch),
			_ => None,
		})
	}

	/// Whether the transaction emitted this event.
	pub fn has(&self, pallet: &str, name: &str) -> bool {
		self.events.iter().any(|event| event.pallet == pallet && event.name == name)
	}
}

pub(crate) type Reply = oneshot::Sender<Result<Outcome, SubmitError>>;

pub(crate) struct Request {
	pub(crate) call: Call,
	pub(crate) until: Until,
	pub(crate) reply: Reply,
}

/// The one owner of a key's nonce. Clones share it. Make one for each key in a program; two
/// programs with one key disturb each other, and recover.
#[derive(Clone, Debug)]
pub struct Submitter {
	account: AccountId,
	requests: mpsc::Sender<Request>,
}

impl Submitter {
	/// Starts the task that signs with this key. It ends when the last clone is dropped and all
	/// calls are done. Must be called inside a tokio runtime.
	pub fn start(chain: Chain, signer: Signer) -> Self {
		let (requests, inbox) = mpsc::channel(QUEUE);
		let account = signer.account();
		tokio::spawn(actor::run(chain, signer, inbox));
		Self { account, requests }
	}

	/// The account that signs.
	pub fn account(&self) -> &AccountId {
		&self.account
	}

	/// Sends a call and waits until it is finalized.
	///
	/// # Errors
	/// When the chain refuses it, it can't be paid for, or it is never included.
	pub async fn submit(&self, call: Call) -> Result<Outcome, SubmitError> {
		self.submit_until(call, Until::Finalized).await
	}

	/// Sends a call and waits until it has come so far. Dropping the future does not take the
	/// call back.
	///
	/// # Errors
	/// When the chain refuses it, it can't be paid for, or it is never included.
	pub async fn submit_until(&self, call: Call, until: Until) -> Result<Outcome, SubmitError> {
		let (reply, answer) = oneshot::channel();
		let request = Request { call, until, reply };
		self.requests.send(request).await.map_err(|_| SubmitError::Stopped)?;
		answer.await.map_err(|_| SubmitError::Stopped)?
	}
}

/// Turns subxt's dispatch errors into ours, with the docs of the chain's metadata.
pub(crate) fn dispatch_error(error: subxt::error::DispatchError) -> DispatchError {
	use subxt::error::DispatchError as Theirs;
	if let Theirs::Module(module) = &error {
		if let Ok(details) = module.details() {
			return DispatchError {
				pallet: details.pallet.name().to_owned(),
				name: details.variant.name.clone(),
				docs: details.variant.docs.join(" ").trim().to_owned(),
			};
		}
	}
	let (name, docs) = match &error {
		Theirs::Token(token) => (format!("Token.{token:?}"), token_advice(token)),
		Theirs::BadOrigin => ("BadOrigin".into(), "this key may not make this call".into()),
		other => (format!("{other:?}"), other.to_string()),
	};
	DispatchError { pallet: String::new(), name, docs }
}

fn token_advice(error: &subxt::error::TokenError) -> String {
	match error {
		subxt::error::TokenError::FundsUnavailable => {
			"the account has less money than this takes: send it some, or ask for less".into()
		},
		other => other.to_string(),
	}
}
