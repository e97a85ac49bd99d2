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
	time::{Duration, Instant},
};

/// "Rkng": who opens the file with another program sees whose it is.
const APPLICATION: i64 = 0x526b_6e67;
/// A gateway that is started again waits so long for the one before it to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// What [`SyncPolicy::EverySecond`](crate::SyncPolicy) says.
const SYNC_EVERY: Duration = Duration::from_secs(1);

pub(crate) struct Sqlite {
	connection: Connection,
	/// The writer's, as long as its connection is there.
	writer: Option<Writer>,
}

struct Writer {
	/// Keeps other gateways out.
	_lock: File,
	unsynced: Option<(Wal, Syncer)>,
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
				let (wal, synced) = (wal.clone(), wal.clone());
				Ok::<_, StoreError>((wal, Syncer::start(SYNC_EVERY, move || synced.sync())?))
			};
			let unsynced = unsynced.map(syncing).transpose()?;
			Ok(Sqlite { connection, writer: Some(Writer { _lock: lock, unsynced }) })
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

/// A thread that syncs the write-ahead log again and again, and a last time when this is dropped. SQLite
/// itself syncs the log before it takes anything over into the database, so that the log is all there is to sync.
struct Syncer {
	_until_dropped: Sender<()>,
}

impl Syncer {
	fn start(
		every: Duration,
		sync: impl Fn() -> Result<(), StoreError> + Send + 'static,
	) -> Result<Self, StoreError> {
		let (until_dropped, dropped) = channel();
		let work = move || loop {
			let is_last = dropped.recv_timeout(every) == Err(RecvTimeoutError::Disconnected);
			let synced = sync();
			if is_last {
				// A database that was closed has synced its log, and has none any more.
				return;
			}
			if let Err(error) = synced {
				tracing::error!(%error, "nothing more is written");
			}
		};
		let thread = std::thread::Builder::new().name("store-sync".into());
		thread.spawn(work).map_err(|error| StoreError::Database(error.to_string()))?;
		Ok(Self { _until_dropped: until_dropped })
	}
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
	if !steps.is_empty() {
		if application == APPLICATION {
			tracing::info!(from = version, to = VERSION, "making the tables this version's");
		}
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
	fn log_should_be_synced_again_and_again_and_a_last_time() {
		let count = Arc::new(AtomicU32::new(0));
		let counted = || count.load(Ordering::SeqCst);
		let counter = count.clone();
		let sync = move || {
			counter.fetch_add(1, Ordering::SeqCst);
			Ok(())
		};
		let syncer = Syncer::start(Duration::from_millis(1), sync.clone()).unwrap();
		while counted() < 3 {
			std::thread::yield_now();
		}
		drop(syncer);
		// The thread has let its counter go, and this is all that is left.
		while Arc::strong_count(&count) > 2 {
			std::thread::yield_now();
		}
		let before = counted();
		let syncer = Syncer::start(Duration::from_secs(3_600), sync).unwrap();
		drop(syncer);
		while counted() == before {
			std::thread::yield_now();
		}
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
