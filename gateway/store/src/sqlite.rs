//! SQLite, in a file that is its owner's only: write-ahead log, synced at each commit or each second.

use crate::{
	connection::Role,
	layout::{self, VERSION},
	value::{Row, Value},
	StoreError,
};
use rusqlite::{
	types::{ToSqlOutput, ValueRef},
	Connection, ErrorCode, OpenFlags, ToSql,
};
use std::{
	borrow::Cow,
	fs::{File, OpenOptions, Permissions, TryLockError},
	os::unix::fs::{OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, Ordering},
		mpsc::{channel, RecvTimeoutError, Sender},
		Arc,
	},
	thread::JoinHandle,
	time::{Duration, Instant},
};

/// "Rkng": who opens the file with another program sees whose it is.
const APPLICATION: i64 = 0x526b_6e67;
/// A gateway that is started again waits so long for the one before it to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// What [`SyncPolicy::EverySecond`](crate::SyncPolicy) says.
const SYNC_EVERY: Duration = Duration::from_secs(1);
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);
/// Pages in the log from which on the writer takes them over itself. It has few left to do then, after which it
/// begins the log anew: beside a writer that never rests nobody else comes to its end.
const CHECKPOINT_PAGES: u32 = 16_000;

pub(crate) struct Sqlite {
	connection: Connection,
	/// The writer's, as long as its connection is there.
	writer: Option<Writer>,
}

struct Writer {
	unsynced: Option<(Wal, Repeated)>,
	_checkpoints: Repeated,
	/// Keeps other gateways out.
	_lock: File,
}

/// The file of a database as SQLite names its logs after it, links followed; it is made where there is none.
pub(crate) fn made(path: &Path) -> Result<PathBuf, StoreError> {
	let made = owners_only(path).and_then(|_| path.canonicalize());
	made.map_err(|error| unusable(path, &error))
}

/// The write-ahead log of a database whose commits are not synced.
#[derive(Clone)]
pub(crate) struct Wal {
	path: PathBuf,
	/// Whoever syncs hears of a failure once; others would not.
	has_failed: Arc<AtomicBool>,
}

impl Wal {
	/// Of a database as [`made`] names it.
	pub(crate) fn of(database: &Path) -> Self {
		Self { path: beside(database, "-wal"), has_failed: Arc::default() }
	}

	/// Has the disk take what the log of an open database has. It is opened each time, so that it is the file
	/// that SQLite writes to. Closing a handle of the log takes no lock away: SQLite's are at the other two
	/// files. After a failure nothing more is written.
	pub(crate) fn sync(&self) -> Result<(), StoreError> {
		let synced = File::open(&self.path).and_then(|log| log.sync_data());
		synced.map_err(|error| {
			self.has_failed.store(true, Ordering::Relaxed);
			unusable(&self.path, &error)
		})
	}
}

pub(crate) async fn connect(
	path: &Path,
	role: Role,
	unsynced: Option<&Wal>,
) -> Result<Sqlite, StoreError> {
	match role {
		Role::Writer => {
			let lock = lock(path).await?;
			let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
			prepare(&connection, unsynced.is_none())?;
			let syncing = |wal: &Wal| {
				Ok::<_, StoreError>((wal.clone(), synced_again(SYNC_EVERY, wal.clone())?))
			};
			let wal = unsynced.cloned();
			let unsynced = unsynced.map(syncing).transpose()?;
			let writer = Writer { unsynced, _checkpoints: checkpoints(path, wal)?, _lock: lock };
			Ok(Sqlite { connection, writer: Some(writer) })
		},
		Role::Reader => {
			let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
			Ok(Sqlite { connection, writer: None })
		},
	}
}

impl Sqlite {
	pub(crate) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
		let mut statement = self.connection.prepare_cached(&numbered(sql))?;
		let changed = statement.execute(rusqlite::params_from_iter(values))?;
		Ok(changed.try_into().unwrap_or(u64::MAX))
	}

	pub(crate) fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
		let mut statement = self.connection.prepare_cached(&numbered(sql))?;
		let columns = statement.column_count();
		let mut rows = statement.query(rusqlite::params_from_iter(values))?;
		let mut read = Vec::new();
		while let Some(row) = rows.next()? {
			let value = |column| Value::try_from(row.get_ref(column)?);
			read.push(Row::new((0..columns).map(value).collect::<Result<_, StoreError>>()?));
		}
		Ok(read)
	}

	/// Starts a transaction. It takes the lock at once: there is nothing to read before.
	///
	/// # Errors
	/// Also when the log could not be synced: what the system has taken and the disk has not is lost to both,
	/// and nothing more is to be built on it.
	pub(crate) fn begin(&self) -> Result<(), StoreError> {
		let unsynced = self.writer.as_ref().and_then(|writer| writer.unsynced.as_ref());
		if unsynced.is_some_and(|(wal, _)| wal.has_failed.load(Ordering::Relaxed)) {
			let why = "its log could not be synced: what was written last may be lost; start the gateway again";
			return Err(StoreError::Database(why.into()));
		}
		self.execute("BEGIN IMMEDIATE", &[]).map(drop)
	}

	/// Whether no transaction is under way.
	pub(crate) fn is_idle(&self) -> bool {
		self.connection.is_autocommit()
	}
}

/// To SQLite `$1` is a name and `?1` is a number.
fn numbered(sql: &str) -> String {
	sql.replace('$', "?")
}

/// A file beside the database.
fn beside(path: &Path, suffix: &str) -> PathBuf {
	let mut name = path.as_os_str().to_owned();
	name.push(suffix);
	PathBuf::from(name)
}

/// Work that a thread does again and again, and a last time when this is dropped, which waits for it.
struct Repeated {
	until_dropped: Option<Sender<()>>,
	thread: Option<JoinHandle<()>>,
}

impl Repeated {
	/// The work is told whether it is the last time.
	fn start(
		name: &str,
		every: Duration,
		mut work: impl FnMut(bool) + Send + 'static,
	) -> Result<Self, StoreError> {
		let (until_dropped, dropped) = channel();
		let repeat = move || loop {
			let is_last = dropped.recv_timeout(every) == Err(RecvTimeoutError::Disconnected);
			work(is_last);
			if is_last {
				return;
			}
		};
		let thread = std::thread::Builder::new().name(name.into()).spawn(repeat);
		let thread = thread.map_err(|error| StoreError::Database(error.to_string()))?;
		Ok(Self { until_dropped: Some(until_dropped), thread: Some(thread) })
	}
}

impl Drop for Repeated {
	fn drop(&mut self) {
		self.until_dropped = None;
		if let Some(thread) = self.thread.take() {
			// It has said itself why, if it panicked.
			let _ = thread.join();
		}
	}
}

/// Syncs the write-ahead log again and again. SQLite itself syncs the log before it takes anything over into
/// the database, so that the log is all there is to sync.
fn synced_again(every: Duration, wal: Wal) -> Result<Repeated, StoreError> {
	Repeated::start("store-sync", every, move |is_last| match wal.sync() {
		// A database that was closed has synced its log, and has none any more.
		Err(error) if !is_last => tracing::error!(%error, "nothing more is written"),
		_ => {},
	})
}

/// Takes over into the database what the log has, on a connection of its own: by default the writer does so
/// by itself, and all that is to be written waits for the disk meanwhile.
fn checkpoints(path: &Path, unsynced: Option<Wal>) -> Result<Repeated, StoreError> {
	let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
	Repeated::start("store-checkpoint", CHECKPOINT_EVERY, move |_| {
		let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
		if let Err(error) = done {
			tracing::error!(%error, "the database's log can't be taken over");
			// It is synced for that, and nobody else may hear of that failure.
			let is_disks = error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
			if let Some(wal) = unsynced.as_ref().filter(|_| is_disks) {
				wal.has_failed.store(true, Ordering::Relaxed);
			}
		}
	})
}

/// Keeps other gateways out. A file of its own, because closing any handle of the database's takes
/// SQLite's locks away.
async fn lock(path: &Path) -> Result<File, StoreError> {
	let name = beside(path, "-lock");
	let file = owners_only(&name).map_err(|error| unusable(&name, &error))?;
	let begun = Instant::now();
	loop {
		match file.try_lock() {
			Ok(()) => return Ok(file),
			Err(TryLockError::Error(error)) => return Err(unusable(&name, &error)),
			Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => {
				let path = path.display();
				return Err(StoreError::Database(format!("another gateway is using {path}")));
			},
			Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(20)).await,
		}
	}
}

/// A file that only its owner can read; SQLite gives its logs the same permissions.
fn owners_only(path: &Path) -> std::io::Result<File> {
	let mut options = OpenOptions::new();
	let file = options.read(true).append(true).create(true).mode(0o600).open(path)?;
	file.set_permissions(Permissions::from_mode(0o600))?;
	Ok(file)
}

fn unusable(path: &Path, error: &std::io::Error) -> StoreError {
	StoreError::Database(format!("{}: {error}", path.display()))
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
	let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
	connection.busy_timeout(PATIENCE)?;
	connection.set_prepared_statement_cache_capacity(64);
	connection.pragma_update(None, "cache_size", -16_384)?;
	Ok(connection)
}

/// Makes the tables in an empty database; refuses one that is not ours.
fn prepare(connection: &Connection, is_synced: bool) -> Result<(), StoreError> {
	let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
	let (application, version) = (number("application_id")?, number("user_version")?);
	let tables: i64 =
		connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
	let steps = match (application, version) {
		(APPLICATION, version) => layout::upgrade(version)?,
		(0, 0) if tables == 0 => {
			format!("{} PRAGMA application_id = {APPLICATION};", layout::fresh())
		},
		_ => return Err(StoreError::Corrupt("another program's tables".into())),
	};
	connection.pragma_update(None, "journal_mode", "wal")?;
	let synchronous = match is_synced {
		true => "full",
		false => "normal",
	};
	connection.pragma_update(None, "synchronous", synchronous)?;
	connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
	connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
	if !steps.is_empty() {
		connection.execute_batch(&format!(
			"BEGIN; {} PRAGMA user_version = {VERSION}; COMMIT",
			in_sqlite(&steps)
		))?;
	}
	Ok(())
}

/// The tables as SQLite reads them.
fn in_sqlite(tables: &str) -> String {
	tables
		.replace("BIGINT GENERATED ALWAYS AS IDENTITY", "INTEGER")
		.replace("BIGINT", "INTEGER")
		.replace("BYTEA", "BLOB")
		.replace("\n);", "\n) STRICT;")
}

impl ToSql for Value<'_> {
	fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
		Ok(ToSqlOutput::Borrowed(match self {
			Self::Null => ValueRef::Null,
			Self::Int(number) => ValueRef::Integer(*number),
			Self::Bytes(bytes) => ValueRef::Blob(bytes),
		}))
	}
}

impl TryFrom<ValueRef<'_>> for Value<'static> {
	type Error = StoreError;

	fn try_from(value: ValueRef<'_>) -> Result<Self, StoreError> {
		match value {
			ValueRef::Null => Ok(Self::Null),
			ValueRef::Integer(number) => Ok(Self::Int(number)),
			ValueRef::Blob(bytes) => Ok(Self::Bytes(Cow::Owned(bytes.to_vec()))),
			other => Err(StoreError::Corrupt(format!("a {} in a row", other.data_type()))),
		}
	}
}

impl From<rusqlite::Error> for StoreError {
	fn from(error: rusqlite::Error) -> Self {
		match error.sqlite_error_code() {
			Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
				Self::Corrupt(format!("nothing that can be read: {error}"))
			},
			_ => Self::Database(error.to_string()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::atomic::AtomicU32;

	async fn writer(path: &Path, is_synced: bool) -> (Sqlite, Wal) {
		let path = made(path).unwrap();
		let wal = Wal::of(&path);
		let unsynced = (!is_synced).then_some(&wal);
		(connect(&path, Role::Writer, unsynced).await.unwrap(), wal)
	}

	#[tokio::test]
	async fn commits_should_be_synced_unless_a_thread_does_it() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("gateway.sqlite");
		for (is_synced, synchronous) in [(true, 2), (false, 1)] {
			let (sqlite, _) = writer(&path, is_synced).await;
			// SQLite's numbers: 2 is full, 1 is normal.
			let read = |row: &rusqlite::Row| row.get::<_, i64>(0);
			let found = sqlite.connection.pragma_query_value(None, "synchronous", read).unwrap();
			assert_eq!(found, synchronous);
			assert_eq!(sqlite.writer.as_ref().unwrap().unsynced.is_none(), is_synced);
		}
	}

	#[tokio::test]
	async fn log_should_be_found_where_sqlite_writes_it_when_the_path_is_a_link() {
		let dir = tempfile::tempdir().unwrap();
		let (path, link) = (dir.path().join("gateway.sqlite"), dir.path().join("link"));
		std::os::unix::fs::symlink(&path, &link).unwrap();
		// A new one, and one that is there.
		for _ in 0..2 {
			let (sqlite, wal) = writer(&link, false).await;
			sqlite.execute("CREATE TABLE IF NOT EXISTS more (n BIGINT)", &[]).unwrap();
			assert_eq!(wal.path, dir.path().canonicalize().unwrap().join("gateway.sqlite-wal"));
			assert_eq!(wal.sync(), Ok(()));
			drop(sqlite);
			assert!(wal.sync().is_err(), "there is none any more");
		}
	}

	#[test]
	fn work_should_be_repeated_and_done_a_last_time() {
		let count = Arc::new(AtomicU32::new(0));
		let counted = || count.load(Ordering::SeqCst);
		let counter = count.clone();
		let work = move |is_last| {
			counter.fetch_add(if is_last { 1_000 } else { 1 }, Ordering::SeqCst);
		};
		let repeated = Repeated::start("often", Duration::from_millis(1), work.clone()).unwrap();
		while counted() < 3 {
			std::thread::yield_now();
		}
		assert!(counted() < 1_000);
		drop(repeated);
		let before = counted();
		assert!((1_000..2_000).contains(&before));
		drop(Repeated::start("seldom", Duration::from_secs(3_600), work).unwrap());
		assert_eq!(counted(), before + 1_000);
	}

	#[tokio::test]
	async fn log_should_be_taken_over_beside_the_writer() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("gateway.sqlite");
		let (sqlite, _) = writer(&path, true).await;
		let before = std::fs::metadata(&path).unwrap().len();
		sqlite.execute("CREATE TABLE more (bytes BLOB)", &[]).unwrap();
		sqlite.execute("INSERT INTO more VALUES (zeroblob(100000))", &[]).unwrap();
		// Not by the writer, which has far more in its log when it does so.
		while std::fs::metadata(&path).unwrap().len() < before + 100_000 {
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
		drop(sqlite);
		assert!(!beside(&path, "-wal").exists(), "whoever closes it last takes it away");
	}

	#[tokio::test]
	async fn nothing_should_be_written_after_the_log_could_not_be_synced() {
		let dir = tempfile::tempdir().unwrap();
		let (sqlite, wal) = writer(&dir.path().join("gateway.sqlite"), false).await;
		assert_eq!(sqlite.begin(), Ok(()));
		sqlite.execute("ROLLBACK", &[]).unwrap();
		// Whoever else has found that out, and whatever a later sync says.
		let broken = Wal { path: dir.path().join("none"), ..wal.clone() };
		assert!(broken.sync().is_err());
		assert_eq!(wal.sync(), Ok(()));
		let refused = sqlite.begin().unwrap_err().to_string();
		assert!(refused.contains("could not be synced"), "{refused}");
	}
}
