//! The seam between the doors (HTTP, WebSocket, gRPC) and the rooms behind them.

use crate::bulk::Shelf;
use reckon_gateway_store::{Answer, Key, KeyId, Record, RequestId};
pub use reckon_openai::Logprob;
use reckon_openai::{Order, Spoken};
use reckon_primitives::{AccountId, Balance, ModelId, Price, TaskSet};
use reckon_receipts::{ReceiptFile, Request, SignedVoucher};
use reckon_sealed::SignedWorkerKey;
use sp_core::{sr25519, H256};
use std::sync::Arc;

/// The lanes that a payer's requests go through, one at a time each.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Lanes {
	/// How many there are.
	pub all: usize,
	/// Those that have no request.
	pub free: usize,
}

/// Who pays for a request.
#[derive(Clone, Debug)]
pub enum Payer {
	/// An API key: the gateway signs the voucher with its owner's session key.
	Key(Box<Key>),
	/// The client has signed itself.
	Voucher {
		/// What it has signed for: must be what the gateway reads out of the body.
		request: Box<Request>,
		/// The voucher.
		voucher: Box<SignedVoucher>,
	},
}

/// A request as a door hands it in.
#[derive(Clone, Debug)]
pub struct Ask {
	/// Who pays.
	pub payer: Payer,
	/// What is asked.
	pub order: Order,
	/// Names what a client that repeats itself asks.
	pub repeat: Option<H256>,
	/// Whether it is said to be the first with this name: then it must not be told another one's answer.
	pub first: bool,
	/// Whether its answer is told when it is whole: then nobody needs its text as it is generated.
	pub whole: bool,
	/// When it came in, in Unix milliseconds.
	pub received: u64,
}

/// A part of an answer.
#[derive(Clone, Debug)]
pub enum Piece {
	/// Text, as it is generated.
	Text {
		/// Follows what came before.
		text: String,
		/// Where they were asked for.
		logprobs: Vec<Logprob>,
	},
	/// The end; nothing comes after it.
	End(Result<Arc<End>, Refusal>),
}

/// How an answer ended, with what proves it.
#[derive(Clone, Debug)]
pub struct End {
	/// The answer, whole, and its receipt.
	pub answer: Answer,
	/// The receipt as clients keep it.
	pub receipt: ReceiptFile,
}

/// An answer that comes in. Dropping the last one that listens to a request cancels it: the worker stops
/// and what it has written is charged.
#[async_trait::async_trait]
pub trait Answering: Send {
	/// The request's id: its hash.
	fn id(&self) -> RequestId;

	/// The next part; `None` after the end. Cancel-safe.
	async fn next(&mut self) -> Option<Piece>;
}

/// Why something is not done. Doors say it in their own way.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
	/// 401.
	// OpenAI's first words: LiteLLM knows a wrong key by them, not by the status.
	#[error(
		"Incorrect API key provided: sign in with a wallet at /v1/keys to get one of this gateway"
	)]
	InvalidKey,
	/// 401.
	#[error("Incorrect API key provided: this one has been revoked")]
	KeyRevoked,
	/// 404.
	#[error("this gateway has no model '{name}'")]
	ModelNotFound {
		/// What was asked for.
		name: String,
		/// What there is, the most alike first.
		known: Vec<String>,
	},
	/// 400: the model can't do this.
	#[error("{model} does not do {task}")]
	TaskNotSupported {
		/// The model.
		model: String,
		/// chat, complete or embed.
		task: &'static str,
	},
	/// 402.
	#[error("{needed} are needed and {left} are left: {fix}")]
	InsufficientFunds {
		/// The most that the request can cost, for people.
		needed: String,
		/// What can be spent now.
		left: String,
		/// What helps.
		fix: String,
	},
	/// 402: the channel is closing, or is not this gateway's.
	#[error("the channel can't be used: {0}")]
	ChannelUnusable(String),
	/// 400: signature, lane, sum or request of a voucher are wrong. The code is for programs.
	#[error("the voucher is not taken: {why}")]
	Voucher {
		/// `voucher_forged`, `voucher_stale`, `voucher_too_low`, `voucher_request`, `voucher_malformed`.
		code: &'static str,
		/// For people.
		why: String,
	},
	/// 429: all lanes of the channel have a request, or this one has.
	#[error("{what}: try again in {after_ms} ms")]
	TooMany {
		/// Of what there are too many.
		what: String,
		/// When it may help to come again, in milliseconds.
		after_ms: u64,
	},
	/// 503.
	#[error("no worker has {model} in memory")]
	NoWorker {
		/// The model.
		model: String,
		/// Whether any provider offers it at all: if not, coming again does not help.
		offered: bool,
	},
	/// 503: all workers are busy.
	#[error("all workers of {model} are busy: try again in {after_ms} ms")]
	Busy {
		/// The model.
		model: String,
		/// When it may help to come again, in milliseconds.
		after_ms: u64,
	},
	/// 400.
	// OpenAI's first words: LiteLLM and others know a prompt that is too long by them.
	#[error(
		"This model's maximum context length is {context} tokens. However, prompt and answer have \
		 {tokens} tokens: shorten the messages, or ask for fewer tokens"
	)]
	ContextExceeded {
		/// The prompt's and the answer's.
		tokens: u32,
		/// The model's.
		context: u32,
	},
	/// 400.
	#[error("{why}")]
	Unsupported {
		/// The field.
		param: &'static str,
		/// For people.
		why: String,
	},
	/// 503: something else had this name before. Doors give it another one.
	#[error("something else was asked by this name: ask again")]
	AskedBefore,
	/// 503: workers were lost, and no other was there to take over.
	#[error("the worker was lost, and no other could take over")]
	WorkerLost,
	/// 504.
	#[error("no answer within {seconds} seconds")]
	TimedOut {
		/// How long was waited.
		seconds: u64,
	},
	/// 503: the gateway stops, or does not see its chain or its database.
	#[error("the gateway can't serve now: {0}")]
	Unavailable(String),
	/// 404.
	#[error("no such request")]
	UnknownRequest,
	/// 404: a file or a bulk that this owner has not.
	#[error("no such {what}: '{name}'")]
	NotFound {
		/// File or batch.
		what: &'static str,
		/// What was asked for.
		name: String,
	},
	/// 413.
	#[error("{0}")]
	TooLarge(String),
	/// 400.
	#[error("{why}")]
	Invalid {
		/// The field.
		param: &'static str,
		/// For people.
		why: String,
	},
	/// 400: what was signed in with is wrong.
	#[error("{0}")]
	SignIn(String),
}

/// A model that can be asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelInfo {
	/// What requests name it by.
	pub name: String,
	/// On chain.
	pub id: ModelId,
	/// What it can do.
	pub tasks: TaskSet,
	/// Tokens, prompt and answer together.
	pub context: u32,
	/// The numeric profile of its manifest.
	pub profile: &'static str,
	/// An SPDX expression.
	pub licence: String,
	/// Workers that have it in memory now.
	pub workers: u32,
	/// What a request pays at most, or the lowest offer when no worker is here.
	pub price: Option<Price<Balance>>,
	/// Since when this gateway has known it, in Unix milliseconds.
	pub known_since: u64,
	/// Requests that are computed or wait, of those workers.
	pub active: u32,
	/// Requests that they compute at once.
	pub slots: u32,
}

/// A worker that is here.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkerInfo {
	/// Its hot key.
	pub worker: sr25519::Public,
	/// Who has its earnings.
	pub provider: AccountId,
	/// Program and version.
	pub software: String,
	/// The names of its models.
	pub models: Vec<String>,
	/// Requests of this gateway that it has.
	pub active: u32,
	/// How long it has been here, in milliseconds.
	pub since: u64,
}

/// A worker that requests can be sealed to.
#[derive(Clone, PartialEq, Debug)]
pub struct SealingWorker {
	/// Who has its earnings.
	pub provider: AccountId,
	/// What to seal to, as the worker has signed it: not checked.
	pub key: SignedWorkerKey,
	/// What the provider asks for.
	pub price: Price<Balance>,
}

/// The gateway at one glance, for the status page.
#[derive(Clone, PartialEq, Debug)]
pub struct Overview {
	/// The gateway's account.
	pub gateway: AccountId,
	/// Its subnet.
	pub subnet: u32,
	/// The chain.
	pub genesis: H256,
	/// The newest block that it has seen; `None` while it sees no chain.
	pub block: Option<u32>,
	/// Models.
	pub models: Vec<ModelInfo>,
	/// Workers.
	pub workers: Vec<WorkerInfo>,
	/// Requests that wait for a worker.
	pub queued: u32,
	/// Requests that workers have.
	pub running: u32,
}

/// A new API key.
#[derive(Clone, Debug)]
pub struct NewKey {
	/// The key's text, `sk-reckon-…`: shown once.
	pub secret: String,
	/// What is known about it.
	pub key: Key,
	/// What a channel that pays for it must name as its session key.
	pub session_key: sr25519::Public,
}

/// A channel of an account to this gateway.
#[derive(Clone, PartialEq, Debug)]
pub struct ChannelInfo {
	/// Its id.
	pub id: H256,
	/// Who pays.
	pub client: AccountId,
	/// Who signs vouchers.
	pub session_key: sr25519::Public,
	/// What is left in it, less what answers have charged that is not on chain yet.
	pub left: Balance,
	/// What running requests may cost, of that.
	pub reserved: Balance,
	/// What was spent through each lane, answers that are not on chain yet included: the next voucher of
	/// a lane starts there.
	pub lanes: Vec<Balance>,
	/// Whether it takes no more requests.
	pub closing: bool,
}

/// What the doors need of the rooms.
#[async_trait::async_trait]
pub trait Desk: Send + Sync + 'static {
	/// The key that a client shows.
	async fn key(&self, secret: &str) -> Result<Key, Refusal>;

	/// Takes a request through its whole way. What is returned hears of the answer.
	async fn ask(&self, ask: Ask) -> Result<Box<dyn Answering>, Refusal>;

	/// The models that can be asked for, by name.
	fn models(&self) -> Vec<ModelInfo>;

	/// The workers that requests for a model can be sealed to, by its name, the best first.
	fn sealing(&self, model: &str) -> Result<Vec<SealingWorker>, Refusal>;

	/// All that the status page shows.
	fn overview(&self) -> Overview;

	/// A request, for who knows its id.
	async fn request(&self, id: RequestId) -> Result<Record, Refusal>;

	/// What was answered to a request of this key's owner in words, and to what; `None` where there is no such
	/// answer.
	async fn said(&self, key: &Key, id: RequestId) -> Result<Option<Spoken>, Refusal>;

	/// A request's receipt, with the proof that its batch counts it once there is one.
	async fn receipt(&self, id: RequestId) -> Result<ReceiptFile, Refusal>;

	/// All receipts of a batch, in SCALE, as the chain's `leaves` names them.
	async fn leaves(&self, root: H256) -> Result<Vec<u8>, Refusal>;

	/// What a wallet signs to get keys: names the gateway, and is good for five minutes.
	async fn challenge(&self, owner: &AccountId) -> Result<String, Refusal>;

	/// Makes a key for who has signed a challenge.
	async fn issue(
		&self,
		owner: &AccountId,
		challenge: &str,
		signature: &[u8],
		name: &str,
		limit: Balance,
	) -> Result<NewKey, Refusal>;

	/// An owner's keys, for who has one of them.
	async fn keys(&self, key: &Key) -> Result<Vec<Key>, Refusal>;

	/// Takes a key out of use, for who has one of the same owner.
	async fn revoke(&self, key: &Key, id: KeyId) -> Result<(), Refusal>;

	/// An open channel to this gateway.
	async fn channel(&self, id: H256) -> Result<ChannelInfo, Refusal>;

	/// The lanes that a payer's next request may go through; none where it has no channel.
	async fn lanes(&self, payer: &Payer) -> Lanes;

	/// Whether a key's owner can pay for anything at all.
	async fn can_pay(&self, key: &Key) -> Result<(), Refusal>;

	/// Clients' files and bulks.
	fn shelf(&self) -> &Shelf;

	/// Whether chain, database and at least one worker are there; else why not.
	async fn ready(&self) -> Result<(), String>;

	/// The gateway's figures in Prometheus' text format.
	fn metrics(&self) -> String;
}
