//! The store in a database of either kind.

use crate::{
	connection::{Connection, Origin},
	group::{Threads, Touches, Until},
	log::Log,
	operations, postgres, sqlite, Admission, Admitted, Answer, Batch, Bulk, BulkEnd, BulkId, File,
	FileId, Full, Key, KeyId, Lane, OpenBulk, Page, Purpose, Record, RequestId, Room, Session,
	Store, StoreError, SyncPolicy,
};
use reckon_primitives::{AccountId, Balance, BatchId, ChannelId};
use reckon_receipts::SignedReceipt;
use sp_core::{sr25519, H256};
use std::{
	path::{Path, PathBuf},
	time::Duration,
};
use tokio::{sync::oneshot, time::sleep};

/// So many requests go into a batch, or out of it, at once, and so many requests, pieces or bulks are
/// forgotten: other writes wait for no more.
const AT_ONCE: u32 = 256;

/// So long what admissions and hand-outs have written waits for a sync that somebody else needs.
const OTHERS_WITHIN: Duration = Duration::from_millis(2);

/// A [`Store`] in SQLite or PostgreSQL.
///
/// It has one connection that writes and four that read, each on a thread of its own, and for SQLite two threads
/// that see to its log; they end when it is dropped. A write that is begun is done, also when nobody waits for it any more.
pub struct Database {
	threads: Threads,
	/// SQLite's.
	log: Option<Log>,
}

impl Database {
	/// Opens a file, and makes it where there is none. Only its owner can read it; it must be on a disk
	/// of this machine.
	///
	/// # Errors
	/// When it is another program's or version's, or another process has it open and keeps it for five
	/// seconds.
	pub async fn sqlite(path: impl AsRef<Path>, sync: SyncPolicy) -> Result<Self, StoreError> {
		let path = sqlite::made(path.as_ref())?;
		let log = Log::start(&path, sync)?;
		Self::sqlite_with(path, log).await
	}

	/// As [`Database::sqlite`], with a disk that says when it has what was written, and whether it has: for tests.
	///
	/// # Errors
	/// Those of [`Database::sqlite`].
	#[doc(hidden)]
	pub async fn sqlite_on(
		path: impl AsRef<Path>,
		sync: SyncPolicy,
		disk: impl FnMut() -> Result<(), StoreError> + Send + 'static,
	) -> Result<Self, StoreError> {
		let path = sqlite::made(path.as_ref())?;
		Self::sqlite_with(path, Log::start_with(sync, disk)?).await
	}

	async fn sqlite_with(path: PathBuf, log: Log) -> Result<Self, StoreError> {
		let threads = Threads::start(Origin::Sqlite(path, log.clone())).await?;
		Ok(Self { threads, log: Some(log) })
	}

	/// Connects to a PostgreSQL server, 14 or later, by an URL or by `key=value` pairs, and makes the
	/// tables where there are none. What is lost while the server restarts is waited for, ten seconds.
	///
	/// Connections are not encrypted, so the server must be on this machine: a Unix socket or a loopback
	/// address. One elsewhere is reached through a tunnel.
	///
	/// # Errors
	/// [`StoreError::Away`] when no server answers there, or one that starts or stops; others when it
	/// does not let us in or is not on this machine, the tables are another program's or
	/// version's, or another gateway has them and keeps them for five seconds.
	pub async fn postgres(url: &str) -> Result<Self, StoreError> {
		let threads = Threads::start(Origin::Postgres(Box::new(postgres::config(url)?))).await?;
		Ok(Self { threads, log: None })
	}

	/// As [`Threads::write`], and on the disk when this returns, whatever the policy is: for all but the steps
	/// of requests.
	async fn write_through<T: Send + 'static>(
		&self,
		touches: Touches,
		work: impl AsyncFn(&Connection) -> Result<T, StoreError> + Send + 'static,
	) -> Result<T, StoreError> {
		self.threads.write(touches, Until::OnDisk, work).await
	}

	/// As [`Threads::write`], and on the disk when this returns, where that is the policy.
	async fn write_step<T: Send + 'static>(
		&self,
		touches: Touches,
		work: impl AsyncFn(&Connection) -> Result<T, StoreError> + Send + 'static,
	) -> Result<T, StoreError> {
		let until = match &self.log {
			Some(log) if !log.syncs_steps() => Until::Written,
			_ => Until::OnDisk,
		};
		self.threads.write(touches, until, work).await
	}

	/// As [`Threads::write`]: [`Store::synced`] says when it is on the disk, where that is the policy.
	async fn write_ahead<T: Send + 'static>(
		&self,
		touches: Touches,
		work: impl AsyncFn(&Connection) -> Result<T, StoreError> + Send + 'static,
	) -> Result<T, StoreError> {
		self.threads.write(touches, Until::Written, work).await
	}

	/// What is committed, when the disk has it: what was written may be seen before that.
	async fn read<T: Send + 'static>(
		&self,
		work: impl AsyncFn(&Connection) -> Result<T, StoreError> + Send + 'static,
	) -> Result<T, StoreError> {
		let found = self.threads.read(work).await?;
		if let Some(log) = &self.log {
			on_disk(log, log.written()).await?;
		}
		Ok(found)
	}

	/// What was read of a request's steps, when it is as safe as what is told of them. Of most requests that are
	/// looked for there is nothing.
	async fn safe<T>(&self, found: Option<T>) -> Result<Option<T>, StoreError> {
		if found.is_some() {
			self.steps_on_disk().await?;
		}
		Ok(found)
	}

	/// Returns when all steps of requests that are written are on the disk, where that is the policy.
	async fn steps_on_disk(&self) -> Result<(), StoreError> {
		match &self.log {
			Some(log) if log.syncs_steps() => on_disk(log, log.written()).await,
			Some(log) => log.check(),
			None => Ok(()),
		}
	}

	/// Adds its requests to a batch that is begun, a part at a time: then it is whole.
	async fn fill(&self, root: H256, requests: &[RequestId]) -> Result<(), StoreError> {
		let mut position = 0_u64;
		for some in requests.chunks(AT_ONCE as usize) {
			let added = some.to_owned();
			let add =
				async move |db: &Connection| operations::add(db, root, &added, position).await;
			self.write_ahead(Touches::All, add).await?;
			position = position.saturating_add(some.len() as u64);
		}
		let whole = async move |db: &Connection| operations::prepared(db, root).await;
		self.write_through(Touches::All, whole).await
	}
}

/// Returns when a log is on the disk up to there.
async fn on_disk(log: &Log, written: u64) -> Result<(), StoreError> {
	log.check()?;
	if log.is_synced(written) {
		return Ok(());
	}
	let (tell, told) = oneshot::channel();
	log.when_synced(move |synced| {
		// Who asked may have gone.
		let _ = tell.send(synced);
	});
	told.await.map_err(|error| StoreError::Database(error.to_string()))?
}

/// A name for a lane, as for all that writes may touch. Two that are the same by chance wait for one
/// another.
fn lane_name(channel: ChannelId, lane: u16) -> H256 {
	channel ^ H256::from_low_u64_be(lane.into())
}

fn touched(admission: &Admission) -> Touches {
	let id = admission.request.hash();
	Touches::These([id].into_iter().chain(admission.repeat).collect())
}

#[async_trait::async_trait]
impl Store for Database {
	async fn bind(&self, genesis: H256, gateway: &str) -> Result<(), StoreError> {
		let gateway = gateway.to_owned();
		self.write_through(Touches::All, async move |db| {
			operations::bind(db, genesis, &gateway).await
		})
		.await
	}

	async fn admit(
		&self,
		admission: &Admission,
		repeat_after: u64,
	) -> Result<Admitted, StoreError> {
		let (touches, admission) = (touched(admission), admission.clone());
		self.write_ahead(touches, async move |db| {
			operations::admit(db, &admission, repeat_after).await
		})
		.await
	}

	async fn admit_to(
		&self,
		admission: &Admission,
		repeat_after: u64,
		worker: sr25519::Public,
		at: u64,
	) -> Result<Admitted, StoreError> {
		let (touches, admission) = (touched(admission), admission.clone());
		self.write_ahead(touches, async move |db| {
			let admitted = operations::admit(db, &admission, repeat_after).await?;
			if admitted == Admitted::New {
				operations::dispatch(db, admission.request.hash(), worker, at).await?;
			}
			Ok(admitted)
		})
		.await
	}

	async fn dispatch(
		&self,
		id: RequestId,
		worker: sr25519::Public,
		at: u64,
	) -> Result<(), StoreError> {
		self.write_step(Touches::These(vec![id]), async move |db| {
			operations::dispatch(db, id, worker, at).await
		})
		.await
	}

	async fn synced(&self) -> Result<(), StoreError> {
		let Some(log) = &self.log else { return Ok(()) };
		let written = log.written();
		if !log.syncs_steps() {
			return log.check();
		}
		if !log.is_synced(written) {
			// Each sync of its own is one that somebody's answer waits for.
			sleep(OTHERS_WITHIN).await;
		}
		on_disk(log, written).await
	}

	async fn finish(
		&self,
		id: RequestId,
		answer: &Answer,
		before: Balance,
		at: u64,
	) -> Result<bool, StoreError> {
		let receipt = &answer.receipt.receipt;
		let touches = Touches::These(vec![id, lane_name(receipt.channel, receipt.lane)]);
		let answer = answer.clone();
		self.write_step(touches, async move |db| {
			operations::finish(db, id, &answer, before, at).await
		})
		.await
	}

	async fn fail(&self, id: RequestId, reason: &str, at: u64) -> Result<bool, StoreError> {
		let reason = reason.to_owned();
		self.write_step(Touches::These(vec![id]), async move |db| {
			operations::fail(db, id, &reason, at).await
		})
		.await
	}

	async fn request(&self, id: RequestId) -> Result<Option<Record>, StoreError> {
		let found = self.threads.read(async move |db| operations::request(db, id).await);
		self.safe(found.await?).await
	}

	async fn repeated(&self, repeat: H256) -> Result<Option<Record>, StoreError> {
		let found = self.threads.read(async move |db| operations::repeated(db, repeat).await);
		self.safe(found.await?).await
	}

	async fn interrupted(&self, at: u64) -> Result<(), StoreError> {
		self.write_through(Touches::All, async move |db| operations::interrupted(db, at).await)
			.await
	}

	async fn unfinished(&self) -> Result<Vec<Record>, StoreError> {
		self.read(async move |db| operations::unfinished(db).await).await
	}

	async fn requests_of(&self, key: KeyId, limit: u32) -> Result<Vec<Record>, StoreError> {
		self.read(async move |db| operations::requests_of(db, key, limit).await).await
	}

	async fn unbatched(&self, limit: u32) -> Result<Vec<SignedReceipt<AccountId>>, StoreError> {
		self.read(async move |db| operations::unbatched(db, limit).await).await
	}

	async fn batch(&self, root: H256, requests: &[RequestId], at: u64) -> Result<(), StoreError> {
		if requests.is_empty() {
			return Err(StoreError::Refused(format!("the batch {root:?} is empty")));
		}
		let begun = async move |db: &Connection| operations::begin_batch(db, root, at).await;
		self.write_ahead(Touches::All, begun).await?;
		let noted = self.fill(root, requests).await;
		if noted.is_err() {
			// Where this can't be done, the batch is found partial later.
			let _ = self.dissolve(root).await;
		}
		noted
	}

	async fn committed(&self, root: H256, batch: BatchId, at: u64) -> Result<(), StoreError> {
		self.write_through(Touches::All, async move |db| {
			operations::committed(db, root, batch, at).await
		})
		.await
	}

	async fn settled(&self, root: H256, reason: Option<&str>, at: u64) -> Result<(), StoreError> {
		let reason = reason.map(str::to_owned);
		self.write_through(Touches::All, async move |db| {
			operations::settled(db, root, reason.as_deref(), at).await
		})
		.await
	}

	async fn dissolve(&self, root: H256) -> Result<(), StoreError> {
		let partial = async move |db: &Connection| operations::begin_dissolving(db, root).await;
		self.write_ahead(Touches::All, partial).await?;
		let some = async move |db: &Connection| operations::dissolve(db, root, AT_ONCE).await;
		while !self.write_through(Touches::All, some).await? {}
		Ok(())
	}

	async fn open_batches(&self) -> Result<Vec<Batch>, StoreError> {
		self.read(async move |db| operations::open_batches(db).await).await
	}

	async fn batch_of(&self, root: H256) -> Result<Option<Batch>, StoreError> {
		self.read(async move |db| operations::batch_of(db, root).await).await
	}

	async fn receipts_of(&self, root: H256) -> Result<Vec<SignedReceipt<AccountId>>, StoreError> {
		self.read(async move |db| operations::receipts_of(db, root).await).await
	}

	async fn lanes(&self, channel: ChannelId) -> Result<Vec<Lane>, StoreError> {
		self.read(async move |db| operations::lanes(db, channel).await).await
	}

	async fn put_key(&self, key: &Key) -> Result<(), StoreError> {
		let key = key.clone();
		self.write_through(Touches::All, async move |db| operations::put_key(db, &key).await).await
	}

	async fn key(&self, id: KeyId) -> Result<Option<Key>, StoreError> {
		let found = self.threads.read(async move |db| operations::key(db, id).await).await?;
		match &self.log {
			Some(log) if found.is_some() => on_disk(log, log.written()).await?,
			// Anybody may ask for keys that there are not: the disk has no work of it.
			Some(log) => log.check()?,
			None => {},
		}
		Ok(found)
	}

	async fn keys_of(&self, owner: &AccountId) -> Result<Vec<Key>, StoreError> {
		let owner = owner.clone();
		self.read(async move |db| operations::keys_of(db, &owner).await).await
	}

	async fn revoke(&self, id: KeyId, owner: &AccountId, at: u64) -> Result<bool, StoreError> {
		let owner = owner.clone();
		self.write_through(Touches::All, async move |db| {
			operations::revoke(db, id, &owner, at).await
		})
		.await
	}

	async fn limit(&self, id: KeyId, limit: Balance) -> Result<bool, StoreError> {
		self.write_through(Touches::All, async move |db| operations::limit(db, id, limit).await)
			.await
	}

	async fn session(&self, session: &Session) -> Result<Session, StoreError> {
		let session = session.clone();
		self.write_through(Touches::All, async move |db| operations::session(db, &session).await)
			.await
	}

	async fn session_of(&self, public: sr25519::Public) -> Result<Option<Session>, StoreError> {
		self.read(async move |db| operations::session_of(db, public).await).await
	}

	async fn prune(&self, before: u64) -> Result<u64, StoreError> {
		let mut pruned = 0_u64;
		loop {
			let some = self.write_through(Touches::All, async move |db| {
				operations::prune(db, before, AT_ONCE).await
			});
			let some = some.await?;
			pruned = pruned.saturating_add(some);
			if some < AT_ONCE.into() {
				return Ok(pruned);
			}
		}
	}

	async fn begin_file(&self, file: &File, room: &Room) -> Result<Option<Full>, StoreError> {
		let (file, room) = (file.clone(), *room);
		self.write_through(Touches::All, async move |db| {
			operations::begin_file(db, &file, &room).await
		})
		.await
	}

	async fn put_piece(&self, file: FileId, number: u64, bytes: &[u8]) -> Result<(), StoreError> {
		let bytes = bytes.to_owned();
		self.write_through(Touches::These(vec![file]), async move |db| {
			operations::put_piece(db, file, number, &bytes).await
		})
		.await
	}

	async fn seal_file(&self, id: FileId, expires: u64) -> Result<File, StoreError> {
		self.write_through(Touches::These(vec![id]), async move |db| {
			operations::seal_file(db, id, expires).await
		})
		.await
	}

	async fn drop_file(&self, id: FileId) -> Result<(), StoreError> {
		self.write_through(Touches::These(vec![id]), async move |db| {
			operations::drop_file(db, id).await
		})
		.await
	}

	async fn file(&self, id: FileId, owner: &AccountId) -> Result<Option<File>, StoreError> {
		let owner = owner.clone();
		self.read(async move |db| operations::file(db, id, &owner).await).await
	}

	async fn files_of(
		&self,
		owner: &AccountId,
		purpose: Option<Purpose>,
		page: Page,
	) -> Result<Vec<File>, StoreError> {
		let owner = owner.clone();
		self.read(async move |db| operations::files_of(db, &owner, purpose, page).await).await
	}

	async fn pieces(
		&self,
		file: FileId,
		from: u64,
		limit: u32,
	) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
		self.read(async move |db| operations::pieces(db, file, from, limit).await).await
	}

	async fn remove_file(&self, id: FileId, owner: &AccountId) -> Result<bool, StoreError> {
		let owner = owner.clone();
		self.write_through(Touches::All, async move |db| {
			operations::remove_file(db, id, &owner).await
		})
		.await
	}

	async fn put_bulk(
		&self,
		bulk: &Bulk,
		repeat_after: u64,
		open: u32,
		all: u32,
	) -> Result<Bulk, StoreError> {
		let bulk = bulk.clone();
		self.write_through(Touches::All, async move |db| {
			operations::put_bulk(db, &bulk, repeat_after, (open, all)).await
		})
		.await
	}

	async fn bulk(&self, id: BulkId) -> Result<Option<Bulk>, StoreError> {
		self.read(async move |db| operations::bulk(db, id).await).await
	}

	async fn bulks_of(&self, owner: &AccountId, page: Page) -> Result<Vec<Bulk>, StoreError> {
		let owner = owner.clone();
		self.read(async move |db| operations::bulks_of(db, &owner, page).await).await
	}

	async fn open_bulks(&self) -> Result<Vec<OpenBulk>, StoreError> {
		self.read(async move |db| operations::open_bulks(db).await).await
	}

	async fn begin_bulk(&self, id: BulkId, total: u64, at: u64) -> Result<bool, StoreError> {
		self.write_through(Touches::These(vec![id]), async move |db| {
			operations::begin_bulk(db, id, total, at).await
		})
		.await
	}

	async fn cancel_bulk(&self, id: BulkId, at: u64) -> Result<bool, StoreError> {
		self.write_through(Touches::These(vec![id]), async move |db| {
			operations::cancel_bulk(db, id, at).await
		})
		.await
	}

	async fn put_line(
		&self,
		id: BulkId,
		line: u64,
		failed: bool,
		bytes: &[u8],
	) -> Result<bool, StoreError> {
		let bytes = bytes.to_owned();
		self.write_step(Touches::These(vec![id]), async move |db| {
			operations::put_line(db, id, line, failed, &bytes).await
		})
		.await
	}

	async fn lines_of(&self, id: BulkId) -> Result<Vec<u64>, StoreError> {
		self.read(async move |db| operations::lines_of(db, id).await).await
	}

	async fn end_bulk(
		&self,
		id: BulkId,
		end: &BulkEnd,
		at: u64,
		keep: u64,
	) -> Result<bool, StoreError> {
		let end = end.clone();
		self.write_through(Touches::All, async move |db| {
			operations::end_bulk(db, id, &end, at, keep).await
		})
		.await
	}

	async fn sweep(&self, now: u64, before: u64) -> Result<(), StoreError> {
		loop {
			let some = self.write_through(Touches::All, async move |db| {
				operations::sweep(db, now, before, AT_ONCE).await
			});
			if some.await? < AT_ONCE.into() {
				return Ok(());
			}
		}
	}

	async fn lost(&self) {
		match &self.log {
			Some(log) => log.failed().await,
			None => std::future::pending().await,
		}
	}

	async fn check(&self) -> Result<(), StoreError> {
		self.write_through(Touches::All, async move |db| operations::check(db).await).await
	}
}
