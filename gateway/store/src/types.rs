//! What is in the store.

use reckon_primitives::{AccountId, Balance, BatchId};
use reckon_receipts::{Request, SignedReceipt, SignedVoucher};
use sp_core::{sr25519, H256};

/// A request's hash.
pub type RequestId = H256;
/// Blake2-256 of an API key's text: the text itself is nowhere.
pub type KeyId = H256;

/// How far a request has come. Each is written before the next step is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
	/// It is understood, its money is reserved, a voucher covers it.
	Authorised,
	/// A worker has been handed it.
	Dispatched,
	/// Its answer and its receipt are here.
	Receipted,
	/// Its receipt is in a batch.
	Batched,
	/// The chain has paid it.
	Settled,
	/// It is not answered, or not paid: why. Nothing is reserved any more.
	Failed(String),
}

/// When a request came how far, in Unix milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Times {
	/// It came in.
	pub received: u64,
	/// Its money was reserved.
	pub reserved: u64,
	/// Its voucher was accepted, or made.
	pub authorised: u64,
	/// A worker was handed it, the last time.
	pub dispatched: Option<u64>,
	/// Its answer and receipt were here.
	pub answered: Option<u64>,
	/// It went into a batch.
	pub batched: Option<u64>,
	/// The chain has paid it.
	pub settled: Option<u64>,
	/// It failed.
	pub failed: Option<u64>,
	/// A start has found that a stop had cut it off from its worker, and no worker was handed it since.
	pub interrupted: Option<u64>,
}

/// A request that may be worked on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admission {
	/// What is asked; its hash is the id.
	pub request: Request,
	/// The payload that the request names.
	pub payload: Vec<u8>,
	/// Whether its first turn is instructions for this answer alone.
	pub instructed: bool,
	/// The API key that asks; `None` when the client has signed the voucher itself.
	pub key: Option<KeyId>,
	/// Names what a client that repeats itself asks: an idempotency key, or key and body.
	pub repeat: Option<H256>,
	/// What pays.
	pub voucher: SignedVoucher,
	/// Who has signed the voucher.
	pub session_key: sr25519::Public,
	/// The most that it may cost, in the smallest token unit.
	pub reserved: Balance,
	/// When it came in, was reserved, was authorised.
	pub times: Times,
}

/// What became of an admission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Admitted {
	/// It is noted.
	New,
	/// It repeats this one.
	Repeats(Box<Record>),
}

/// Why an answer ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finish {
	/// The model ended, or a stop string did.
	Stop,
	/// It is as long as it may be.
	Length,
	/// Its client left.
	Cancelled,
}

/// An answer with its receipt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
	/// Text in UTF-8, or JSON with `embeddings`.
	pub output: Vec<u8>,
	/// Why it ended.
	pub finish: Finish,
	/// What the worker has signed. Its charge is what is taken.
	pub receipt: SignedReceipt<AccountId>,
}

/// A request with all that is known about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
	/// What was admitted.
	pub admission: Admission,
	/// How far it has come.
	pub state: State,
	/// Who has been handed it, the last time.
	pub worker: Option<sr25519::Public>,
	/// Its answer.
	pub answer: Option<Answer>,
	/// The root of its batch.
	pub batch: Option<H256>,
	/// When it came how far.
	pub times: Times,
}

/// What was taken through a channel's lane by requests that are answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lane {
	/// Which.
	pub lane: u16,
	/// The sum of the charges of all its answers, ever, in the smallest token unit.
	pub spent: Balance,
	/// The voucher of its newest answer, which covers `spent`.
	pub voucher: SignedVoucher,
}

/// An API key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
	/// Its name for us.
	pub id: KeyId,
	/// Its name for its owner.
	pub name: String,
	/// Whose money it spends: channels that this account has opened with its session's key.
	pub owner: AccountId,
	/// The most that it may spend, ever, in the smallest token unit.
	pub limit: Balance,
	/// What it has spent.
	pub spent: Balance,
	/// Unix milliseconds.
	pub created: u64,
	/// Unix milliseconds, when it may be used no more.
	pub revoked: Option<u64>,
}

/// A key that signs vouchers for an account that has asked the gateway to do so.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
	/// Whose money it lets the gateway take.
	pub owner: AccountId,
	/// What channels name.
	pub public: sr25519::Public,
	/// The secret.
	pub seed: [u8; 32],
}

impl std::fmt::Debug for Session {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Session({})", self.public)
	}
}

/// How far a batch has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BatchState {
	/// Noting it was cut off, so that it was not sent, or taking it back. It is to be dissolved: it has no
	/// receipts for anybody, and no request is in it.
	Partial,
	/// It may have been sent.
	Prepared,
	/// The chain has it under this id.
	Committed(BatchId),
	/// It is paid.
	Settled(BatchId),
	/// Auditors have rejected it: why.
	Rejected(BatchId, String),
}

/// A batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
	/// The hash of its root.
	pub root: H256,
	/// How far it has come.
	pub state: BatchState,
	/// Unix milliseconds.
	pub created: u64,
}

/// A file's name.
pub type FileId = H256;
/// A bulk's name.
pub type BulkId = H256;

/// What a file is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
	/// Requests, one a line, that a client has put there.
	Input,
	/// What came of them.
	Output,
}

/// A client's file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
	/// Its name for us.
	pub id: FileId,
	/// Who sees it.
	pub owner: AccountId,
	/// Its name for its owner.
	pub name: String,
	/// What it is for.
	pub purpose: Purpose,
	/// How long it is; of one that is begun, how long it may become.
	pub bytes: u64,
	/// Unix milliseconds.
	pub created: u64,
	/// Unix milliseconds, from when on it may be gone.
	pub expires: u64,
}

/// What there may be of files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
	/// One owner's files.
	pub owner_files: u64,
	/// Bytes of one owner's files.
	pub owner_bytes: u64,
	/// Bytes of all files.
	pub all_bytes: u64,
}

/// What there is no room in for one more file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Full {
	/// Its owner has as many as may be.
	OwnerFiles,
	/// Its owner's have as many bytes as may be with it.
	OwnerBytes,
	/// All have.
	AllBytes,
}

/// A part of a list, by when things were made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
	/// What comes after this one; where that is not of the list, nothing does.
	pub after: Option<H256>,
	/// The most.
	pub limit: u32,
	/// Whether the oldest comes first, and not the newest.
	pub oldest_first: bool,
}

/// How far a bulk has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BulkState {
	/// Its file is to be understood.
	Validating,
	/// Its requests are asked.
	InProgress,
	/// No more of them are begun.
	Cancelling,
	/// All are answered or refused.
	Completed,
	/// Its file is not understood.
	Failed,
	/// Its time was over before all were.
	Expired,
	/// Its owner has ended it.
	Cancelled,
}

/// A bulk that has not ended, as far as who works on them needs to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenBulk {
	/// Its name.
	pub id: BulkId,
	/// Whose it is.
	pub owner: AccountId,
	/// Whether its owner wants no more of it.
	pub cancelling: bool,
}

/// How a bulk ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BulkEnd {
	/// All of it is answered or refused.
	Completed,
	/// Its file is not understood: why, for its owner.
	Failed(String),
	/// Its time is over.
	Expired,
	/// Its owner wants no more of it.
	Cancelled,
}

/// A file's requests that are worked through: what OpenAI's API calls a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bulk {
	/// Its name.
	pub id: BulkId,
	/// Who sees it.
	pub owner: AccountId,
	/// The API key that asks.
	pub key: KeyId,
	/// Names what a client that repeats itself asks.
	pub repeat: Option<H256>,
	/// Where its requests go.
	pub endpoint: String,
	/// What its owner notes about it.
	pub metadata: String,
	/// What it reads.
	pub input: FileId,
	/// Where answers are.
	pub output: FileId,
	/// Where refusals are.
	pub failures: FileId,
	/// How far it has come.
	pub state: BulkState,
	/// Why its file was not understood.
	pub errors: Option<String>,
	/// Its requests; 0 until its file is understood.
	pub total: u64,
	/// Those that are answered.
	pub completed: u64,
	/// Those that are refused.
	pub failed: u64,
	/// Unix milliseconds.
	pub created: u64,
	/// Unix milliseconds, from when on nothing more is begun.
	pub expires: u64,
	/// Unix milliseconds, when its file was understood.
	pub begun: Option<u64>,
	/// Unix milliseconds, when its owner has ended it.
	pub cancelling: Option<u64>,
	/// Unix milliseconds, when it had ended.
	pub ended: Option<u64>,
}
