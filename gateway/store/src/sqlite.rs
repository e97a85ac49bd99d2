//! SQLite, in a file that is its owner's only, with a write-ahead log.

use crate::{
	connection::Role,
	layout::{self, VERSION},
	log::{Log, Rhythm, TakingOver},
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
	time::{Duration, Instant},
};

/// "Rkng": who opens the file with another program sees whose it is.
const APPLICATION: i64 = 0x526b_6e67;
/// A gateway that is started again waits so long for the one before it to end.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Sqlite {
	connection: Connection,
	/// The writer's, as long as its connection is there.
	writer: Option<Writer>,
}

struct Writer {
	log: Log,
	taking_over: TakingOver,
	/// Keeps other gateways out, until all of the above has ended.
	_lock: File,
}

/// The file of a database as SQLite names its logs after it, links followed; it is made where there is none.
pub(crate) fn made(path: &Path) -> Result<PathBuf, StoreError> {
	let made = owners_only(path).and_then(|_| path.canonicalize());
	made.map_err(|error| unusable(path, &error))
}

pub(crate) async fn connect(path: &Path, role: Role, log: &Log) -> Result<Sqlite, StoreError> {
	match role {
		Role::Writer => {
			let lock = lock(path).await?;
			let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
			prepare(&connection)?;
			// What another process has left in the log may not be on the disk, whatever the system says of it
			// now: it is written once more, into the database.
			connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
			// Nothing is synced before this: the log is ours, and there, from here on.
			log.commit(|| Ok(()))?;
			let taking_over = TakingOver::start(
				log,
				open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?,
				Rhythm::default(),
			)?;
			let writer = Writer { log: log.clone(), taking_over, _lock: lock };
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
	/// Also those of [`Log::check`].
	pub(crate) fn begin(&self) -> Result<(), StoreError> {
		if let Some(Writer { log, taking_over, .. }) = &self.writer {
			taking_over.begin_anew(&self.connection);
			log.check()?;
		}
		self.execute("BEGIN IMMEDIATE", &[]).map(drop)
	}

	/// Ends a transaction: the system has it, and the disk when its log is synced.
	pub(crate) fn commit(&self) -> Result<(), StoreError> {
		let commit = || self.connection.prepare_cached("COMMIT")?.execute([]).map(drop);
		match &self.writer {
			Some(Writer { log, taking_over, .. }) => {
				log.commit(commit)?;
				taking_over.committed();
				Ok(())
			},
			None => Ok(commit()?),
		}
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
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
	let mut name = path.as_os_str().to_owned();
	name.push(suffix);
	PathBuf::from(name)
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

pub(crate) fn unusable(path: &Path, error: &std::io::Error) -> StoreError {
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
fn prepare(connection: &Connection) -> Result<(), StoreError> {
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
	// Commits are synced, and the log is taken over, by threads: `log.rs`.
	connection.pragma_update(None, "synchronous", "normal")?;
	connection.pragma_update(None, "wal_autocheckpoint", 0)?;
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
	use crate::SyncPolicy;

	#[tokio::test]
	async fn commits_should_neither_be_synced_nor_taken_over_by_who_writes() {
		let dir = tempfile::tempdir().unwrap();
		let path = made(&dir.path().join("gateway.sqlite")).unwrap();
		let log = Log::start(&path, SyncPolicy::Always).unwrap();
		let sqlite = connect(&path, Role::Writer, &log).await.unwrap();
		let read = |row: &rusqlite::Row| row.get::<_, i64>(0);
		let found = |name| sqlite.connection.pragma_query_value(None, name, read).unwrap();
		// SQLite's number for normal: the log is still synced before it is taken over.
		assert_eq!((found("synchronous"), found("wal_autocheckpoint")), (1, 0));
		assert!(!log.is_synced(log.written()), "what was there before may not be on the disk");
	}

	#[tokio::test]
	async fn log_should_be_found_where_sqlite_writes_it_when_the_path_is_a_link() {
		let dir = tempfile::tempdir().unwrap();
		let (path, link) = (dir.path().join("gateway.sqlite"), dir.path().join("link"));
		std::os::unix::fs::symlink(&path, &link).unwrap();
		// A new one, and one that is there.
		for _ in 0..2 {
			let found = made(&link).unwrap();
			let log = Log::start(&found, SyncPolicy::Always).unwrap();
			let sqlite = connect(&found, Role::Writer, &log).await.unwrap();
			sqlite.execute("CREATE TABLE IF NOT EXISTS more (n BIGINT)", &[]).unwrap();
			let wal = beside(&found, "-wal");
			assert_eq!(wal, dir.path().canonicalize().unwrap().join("gateway.sqlite-wal"));
			assert!(wal.is_file());
			let (tell, told) = std::sync::mpsc::channel();
			log.when_synced(move |synced| tell.send(synced).unwrap());
			assert_eq!(told.recv().unwrap(), Ok(()));
			drop(sqlite);
			assert!(!wal.exists(), "it was closed, by all who had it");
		}
	}

	#[tokio::test]
	async fn nothing_should_be_written_after_the_log_could_not_be_synced() {
		let dir = tempfile::tempdir().unwrap();
		let path = made(&dir.path().join("gateway.sqlite")).unwrap();
		// Its log is looked for where there is none.
		let log = Log::start(&dir.path().join("none"), SyncPolicy::Always).unwrap();
		let sqlite = connect(&path, Role::Writer, &log).await.unwrap();
		assert_eq!(sqlite.begin(), Ok(()));
		assert_eq!(sqlite.commit(), Ok(()));
		let (tell, told) = std::sync::mpsc::channel();
		log.when_synced(move |synced| tell.send(synced).unwrap());
		assert!(told.recv().unwrap().is_err());
		assert_eq!(sqlite.begin(), Err(StoreError::Lost));
	}
}
