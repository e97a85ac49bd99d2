//! SQLite, in a file that is its owner's only: write-ahead log, synced at each commit.

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
	time::{Duration, Instant},
};

/// "Rkng": who opens the file with another program sees whose it is.
const APPLICATION: i64 = 0x526b_6e67;
/// A gateway that is started again waits so long for the one before it to end.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Sqlite {
	connection: Connection,
	/// Held by the writer, as long as its connection is there.
	_lock: Option<File>,
}

pub(crate) async fn connect(path: &Path, role: Role) -> Result<Sqlite, StoreError> {
	match role {
		Role::Writer => {
			let lock = lock(path).await?;
			owners_only(path).map_err(|error| unusable(path, &error))?;
			let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
			prepare(&connection)?;
			Ok(Sqlite { connection, _lock: Some(lock) })
		},
		Role::Reader => {
			let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
			Ok(Sqlite { connection, _lock: None })
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

	/// Whether no transaction is under way.
	pub(crate) fn is_idle(&self) -> bool {
		self.connection.is_autocommit()
	}
}

/// To SQLite `$1` is a name and `?1` is a number.
fn numbered(sql: &str) -> String {
	sql.replace('$', "?")
}

/// Keeps other gateways out. A file of its own, because closing any handle of the database's takes
/// SQLite's locks away.
async fn lock(path: &Path) -> Result<File, StoreError> {
	let mut name = path.as_os_str().to_owned();
	name.push("-lock");
	let name = PathBuf::from(name);
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
	connection.pragma_update(None, "synchronous", "full")?;
	connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
	connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
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
