#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod connection;
mod database;
mod group;
mod layout;
mod log;
mod operations;
mod postgres;
mod sqlite;
mod types;
mod value;

pub use database::Database;
pub use types::{
	Admission, Admitted, Answer, Batch, BatchState, Bulk, BulkEnd, BulkId, BulkState, File, FileId,
	Finish, Full, Key, KeyId, Lane, OpenBulk, Page, Purpose, Record, RequestId, Room, Session,
	State, Times,
};

use reckon_primitives::{AccountId, Balance, BatchId, ChannelId};
use reckon_receipts::SignedReceipt;
use sp_core::{sr25519, H256};
use std::sync::Arc;

/// Why the store can't be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
	/// The database does not answer, or its disk does not take it.
	#[error("the gateway's database: {0}")]
	Database(String),
	/// The disk has not taken what the system had: what was written last may be lost, and nothing more is written
	/// or told until the store is opened again.
	#[error("the gateway's database could not be synced to the disk: what was written last may be lost; start the gateway again")]
	Lost,
	/// The database's server is not there, or not yet: opening may help later.
	#[error("the gateway's database at {at} does not answer: {why}")]
	Away {
		/// Where it is looked for, without a password.
		at: String,
		/// What the connection came to.
		why: String,
	},
	/// What is there can't be read: another program's, or a later version's.
	#[error("the gateway's database has {0}")]
	Corrupt(String),
	/// It belongs to another gateway or chain.
	#[error("the database belongs to {owner}, and this is {this}")]
	Foreign {
		/// Whose it is.
		owner: String,
		/// Who asks.
		this: String,
	},
	/// It can't be done with what is there: nothing is written.
	#[error("the gateway's database does not take this: {0}")]
	Refused(String),
}

/// When what is written is synced to the disk. What a write has returned from outlives the process in
/// either case, however that ends: this is about the machine.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum SyncPolicy {
	/// Before a write returns; that a request was admitted ([`Store::admit`], [`Store::admit_to`]) before
	/// [`Store::synced`] does, which is to be waited for before anything of its answer is told.
	#[default]
	Always,
	/// Once a second, for the steps of requests ([`Store::admit`], [`Store::admit_to`], [`Store::dispatch`],
	/// [`Store::finish`], [`Store::fail`], [`Store::put_line`]); all else before the write returns. A machine that loses its power
	/// loses the last of these steps, and none by half. In SQLite only, since a PostgreSQL server that is killed
	/// would lose them too.
	EverySecond,
}

/// Opens the store at a PostgreSQL server's URL (`postgres://…`), or in a file of this path.
///
/// # Errors
/// Those of [`Database::postgres`] and [`Database::sqlite`].
pub async fn open(target: &str) -> Result<Arc<dyn Store>, StoreError> {
	open_with(target, SyncPolicy::Always).await
}

/// As [`open`], synced as this says.
///
/// # Errors
/// Those of [`open`], and when a server is to be synced in another way than always.
pub async fn open_with(target: &str, sync: SyncPolicy) -> Result<Arc<dyn Store>, StoreError> {
	let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| target.starts_with(scheme));
	Ok(Arc::new(match (is_url, sync) {
		(true, SyncPolicy::Always) => Database::postgres(target).await?,
		(true, SyncPolicy::EverySecond) => {
			return Err(StoreError::Database(
				"syncing every second is SQLite's: a PostgreSQL server that is killed would lose \
				 what was said to be written"
					.into(),
			));
		},
		(false, sync) => Database::sqlite(target, sync).await?,
	}))
}

/// A gateway's memory.
///
/// # Errors
/// Each function fails when the database does; [`StoreError::Refused`] where its docs say so.
#[async_trait::async_trait]
pub trait Store: Send + Sync + 'static {
	/// Says whose store this is, at the first call; later calls must say the same.
	async fn bind(&self, genesis: H256, gateway: &str) -> Result<(), StoreError>;

	/// Notes a request that is reserved and paid for, before anybody works on it. When there is one with
	/// its id, or with its `repeat` that has not failed and is not older than `repeat_after` (Unix
	/// milliseconds), nothing is written and that one is returned: of several the newest. What is told of it waits
	/// for [`Store::synced`], as what is told of a new one does.
	///
	/// Refused when its voucher is for another request, or there is no such key.
	async fn admit(&self, admission: &Admission, repeat_after: u64)
		-> Result<Admitted, StoreError>;

	/// As [`Store::admit`], and with the same write as [`Store::dispatch`] where it is new: for a request
	/// that a worker waits for.
	async fn admit_to(
		&self,
		admission: &Admission,
		repeat_after: u64,
		worker: sr25519::Public,
		at: u64,
	) -> Result<Admitted, StoreError>;

	/// Notes who has been handed a request, before it is. May be called again with another worker.
	///
	/// Refused when it was not admitted, or has an answer, or has failed.
	async fn dispatch(
		&self,
		id: RequestId,
		worker: sr25519::Public,
		at: u64,
	) -> Result<(), StoreError>;

	/// Returns when what admissions have written before this call is as safe as all else that is
	/// written, by this store's [`SyncPolicy`]. It waits a little for others to need the same.
	async fn synced(&self) -> Result<(), StoreError>;

	/// Notes a request's answer and receipt, and takes its charge from its lane and its key, once: false
	/// when it was noted before, or has failed, or was never admitted. The lane keeps the voucher that
	/// covers most. It was charged `before` by then, as far as the caller knows, in the smallest token unit:
	/// that counts where the store says less, because what it knew is lost.
	///
	/// Refused when the receipt is about another request, channel or lane than the voucher, or when what
	/// the lane has spent would be more than its newest voucher covers.
	async fn finish(
		&self,
		id: RequestId,
		answer: &Answer,
		before: Balance,
		at: u64,
	) -> Result<bool, StoreError>;

	/// Notes that a request will not be answered; its lane and its key are not charged. False when it has
	/// ended before.
	async fn fail(&self, id: RequestId, reason: &str, at: u64) -> Result<bool, StoreError>;

	/// A request.
	async fn request(&self, id: RequestId) -> Result<Option<Record>, StoreError>;

	/// The newest request with this `repeat` that has not failed.
	async fn repeated(&self, repeat: H256) -> Result<Option<Record>, StoreError>;

	/// Notes that a stop has cut off the requests that workers have: since when they wait. Of one that is
	/// not handed out again, later calls change nothing, so that more stops do not begin its wait anew.
	async fn interrupted(&self, at: u64) -> Result<(), StoreError>;

	/// The requests that have neither an answer nor failed, oldest first.
	async fn unfinished(&self) -> Result<Vec<Record>, StoreError>;

	/// The newest requests of a key, at most `limit`.
	async fn requests_of(&self, key: KeyId, limit: u32) -> Result<Vec<Record>, StoreError>;

	/// The receipts of answers that are in no batch, oldest answer first, at most `limit`.
	async fn unbatched(&self, limit: u32) -> Result<Vec<SignedReceipt<AccountId>>, StoreError>;

	/// Notes a batch with its requests, before it is sent: a part at a time, so that other writes wait for no
	/// more. Where that is cut off, because this process or the database ends, the batch is
	/// [`BatchState::Partial`].
	///
	/// Refused when there is a batch with this root, when it is empty, or when one of the requests has no
	/// receipt, is in a batch already, or is there twice; nothing is left of it then, unless the database
	/// ends meanwhile.
	async fn batch(&self, root: H256, requests: &[RequestId], at: u64) -> Result<(), StoreError>;

	/// Notes that the chain has taken a batch; may be told again.
	///
	/// Refused when no such batch waits for that.
	async fn committed(&self, root: H256, batch: BatchId, at: u64) -> Result<(), StoreError>;

	/// Notes how a batch ended: its requests are settled, or failed with `reason`; may be told again. Their
	/// lanes stay charged, since what the chain has taken never becomes less.
	///
	/// Refused when the chain has not taken such a batch, or it ended otherwise.
	async fn settled(&self, root: H256, reason: Option<&str>, at: u64) -> Result<(), StoreError>;

	/// Takes a batch back that the chain has refused, or a partial one: its requests are in none again. Where
	/// that is cut off, the batch is [`BatchState::Partial`].
	///
	/// Refused when there is no such batch, or the chain has taken it.
	async fn dissolve(&self, root: H256) -> Result<(), StoreError>;

	/// Batches that have not ended, oldest first, partial ones among them.
	async fn open_batches(&self) -> Result<Vec<Batch>, StoreError>;

	/// The batch of this id or root.
	async fn batch_of(&self, root: H256) -> Result<Option<Batch>, StoreError>;

	/// The receipts of a batch, in the order in which they were given to [`Store::batch`].
	async fn receipts_of(&self, root: H256) -> Result<Vec<SignedReceipt<AccountId>>, StoreError>;

	/// The lanes of a channel that were ever charged.
	async fn lanes(&self, channel: ChannelId) -> Result<Vec<Lane>, StoreError>;

	/// Puts a key there.
	///
	/// Refused when there is one with its id.
	async fn put_key(&self, key: &Key) -> Result<(), StoreError>;

	/// A key.
	async fn key(&self, id: KeyId) -> Result<Option<Key>, StoreError>;

	/// An owner's keys.
	async fn keys_of(&self, owner: &AccountId) -> Result<Vec<Key>, StoreError>;

	/// Takes a key out of use, for good; false when there is none of this owner.
	async fn revoke(&self, id: KeyId, owner: &AccountId, at: u64) -> Result<bool, StoreError>;

	/// Changes what a key may spend.
	async fn limit(&self, id: KeyId, limit: Balance) -> Result<bool, StoreError>;

	/// Puts a session there, unless its owner has one; returns the one that is there.
	///
	/// Refused when its public key is another owner's.
	async fn session(&self, session: &Session) -> Result<Session, StoreError>;

	/// The session that has this public key.
	async fn session_of(&self, public: sr25519::Public) -> Result<Option<Session>, StoreError>;

	/// Forgets requests that ended before `before` (Unix milliseconds), with their payloads and answers;
	/// returns how many. What is in a batch that has not ended stays.
	async fn prune(&self, before: u64) -> Result<u64, StoreError>;

	/// Begins a file, which becomes no longer than its `bytes`, if there is room for it. It is seen once it
	/// is sealed, and forgotten from `expires` on if it never is.
	///
	/// Refused when there is one with its id.
	async fn begin_file(&self, file: &File, room: &Room) -> Result<Option<Full>, StoreError>;

	/// Puts the next bytes of a file there that was begun. Nothing happens where the piece is there already.
	///
	/// Refused when no such file was begun.
	async fn put_piece(&self, file: FileId, number: u64, bytes: &[u8]) -> Result<(), StoreError>;

	/// Ends a file that was begun. Returns it as it is seen from now on.
	///
	/// Refused when no such file was begun.
	async fn seal_file(&self, id: FileId, expires: u64) -> Result<File, StoreError>;

	/// Gives up a file that was begun and not sealed, if it is there. [`Store::sweep`] makes its room free.
	async fn drop_file(&self, id: FileId) -> Result<(), StoreError>;

	/// An owner's file.
	async fn file(&self, id: FileId, owner: &AccountId) -> Result<Option<File>, StoreError>;

	/// An owner's files, of one purpose where one is given.
	async fn files_of(
		&self,
		owner: &AccountId,
		purpose: Option<Purpose>,
		page: Page,
	) -> Result<Vec<File>, StoreError>;

	/// The pieces of a file whose numbers are `from` or more, in order, at most `limit`.
	async fn pieces(
		&self,
		file: FileId,
		from: u64,
		limit: u32,
	) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

	/// Removes an owner's file; false when there is none. [`Store::sweep`] makes its room free.
	///
	/// Refused when a bulk that has not ended reads it.
	async fn remove_file(&self, id: FileId, owner: &AccountId) -> Result<bool, StoreError>;

	/// Notes a bulk, unless there is one of this owner with its `repeat` that is not older than
	/// `repeat_after` (Unix milliseconds): returns the one that is there.
	///
	/// Refused when its owner has no such file to read, has `open` bulks that have not ended or `all` that
	/// are kept, or there is one with its id.
	async fn put_bulk(
		&self,
		bulk: &Bulk,
		repeat_after: u64,
		open: u32,
		all: u32,
	) -> Result<Bulk, StoreError>;

	/// A bulk.
	async fn bulk(&self, id: BulkId) -> Result<Option<Bulk>, StoreError>;

	/// An owner's bulks.
	async fn bulks_of(&self, owner: &AccountId, page: Page) -> Result<Vec<Bulk>, StoreError>;

	/// Bulks that have not ended, oldest first.
	async fn open_bulks(&self) -> Result<Vec<OpenBulk>, StoreError>;

	/// Notes that a bulk's file was understood, and how many requests it has; false when it is not being
	/// validated any more.
	async fn begin_bulk(&self, id: BulkId, total: u64, at: u64) -> Result<bool, StoreError>;

	/// Notes that no more of a bulk is to be begun; false when it has ended, or this was noted before.
	async fn cancel_bulk(&self, id: BulkId, at: u64) -> Result<bool, StoreError>;

	/// Notes what a line's request came to, once: `bytes` go to the bulk's output, or to its failures.
	/// False when there is something for this line, or the bulk has ended.
	async fn put_line(
		&self,
		id: BulkId,
		line: u64,
		failed: bool,
		bytes: &[u8],
	) -> Result<bool, StoreError>;

	/// The lines of a bulk that there is something for, in order.
	async fn lines_of(&self, id: BulkId) -> Result<Vec<u64>, StoreError>;

	/// Ends a bulk, and shows the files with what came of it until `keep`. One that is being cancelled
	/// ends so, whatever else is said. False when it has ended before.
	async fn end_bulk(
		&self,
		id: BulkId,
		end: &BulkEnd,
		at: u64,
		keep: u64,
	) -> Result<bool, StoreError>;

	/// Forgets files that have expired by `now`, but for those that are still read, and bulks that ended
	/// before `before`, a part at a time.
	async fn sweep(&self, now: u64, before: u64) -> Result<(), StoreError>;

	/// Returns when all that follows will be [`StoreError::Lost`]: whoever runs this program should start it again.
	async fn lost(&self);

	/// Whether it can be written to: for health checks.
	async fn check(&self) -> Result<(), StoreError>;
}
