//! One connection to the database, of either kind: all SQL of this crate goes through here.

use crate::{
	log::Log,
	postgres::{self, Postgres},
	sqlite::{self, Sqlite},
	value::{Row, Value},
	KeyId, StoreError,
};
use reckon_primitives::Balance;
use std::{cell::RefCell, collections::BTreeMap, path::PathBuf};

/// Where the database is.
#[derive(Clone)]
pub(crate) enum Origin {
	/// A file, and its log.
	Sqlite(PathBuf, Log),
	Postgres(Box<postgres::Config>),
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
	/// There is one. It makes the tables, and keeps other processes from writing.
	Writer,
	/// It sees what is committed.
	Reader,
}

pub(crate) struct Connection {
	database: Database,
	/// What is to be taken from keys before the transaction ends.
	charges: RefCell<BTreeMap<KeyId, Balance>>,
}

enum Database {
	Sqlite(Sqlite),
	Postgres(Postgres),
}

impl Origin {
	/// What is written to before the database is, if that is ours to sync.
	pub(crate) fn log(&self) -> Option<&Log> {
		match self {
			Self::Sqlite(_, log) => Some(log),
			Self::Postgres(_) => None,
		}
	}

	pub(crate) async fn connect(&self, role: Role) -> Result<Connection, StoreError> {
		let database = match self {
			Self::Sqlite(path, log) => Database::Sqlite(sqlite::connect(path, role, log).await?),
			Self::Postgres(config) => Database::Postgres(postgres::connect(config, role).await?),
		};
		Ok(Connection { database, charges: RefCell::default() })
	}
}

impl Connection {
	/// Runs a statement that returns nothing; how many rows it has changed.
	///
	/// Parameters are `$1`, `$2`, ... Several statements whose futures are polled together are under way
	/// together, in that order.
	pub(crate) async fn execute<const N: usize>(
		&self,
		sql: &'static str,
		values: [Value<'_>; N],
	) -> Result<u64, StoreError> {
		match &self.database {
			Database::Sqlite(sqlite) => sqlite.execute(sql, &values),
			Database::Postgres(postgres) => postgres.execute(sql, &values).await,
		}
	}

	/// Runs a statement that returns rows.
	pub(crate) async fn query<const N: usize>(
		&self,
		sql: &'static str,
		values: [Value<'_>; N],
	) -> Result<Vec<Row>, StoreError> {
		match &self.database {
			Database::Sqlite(sqlite) => sqlite.query(sql, &values),
			Database::Postgres(postgres) => postgres.query(sql, &values).await,
		}
	}

	/// Runs a statement that returns a row at most.
	pub(crate) async fn row<const N: usize>(
		&self,
		sql: &'static str,
		values: [Value<'_>; N],
	) -> Result<Option<Row>, StoreError> {
		Ok(self.query(sql, values).await?.pop())
	}

	/// Starts a transaction.
	pub(crate) async fn begin(&self) -> Result<(), StoreError> {
		self.charges.take();
		match &self.database {
			Database::Sqlite(sqlite) => sqlite.begin(),
			Database::Postgres(postgres) => postgres.execute("BEGIN", &[]).await.map(drop),
		}
	}

	/// Notes what is taken from a key. Sums are written once for a transaction, by
	/// [`Self::take_charges`]: many answers of one key are in it.
	pub(crate) fn charge(&self, key: KeyId, charge: Balance) {
		let mut charges = self.charges.borrow_mut();
		let sum = charges.entry(key).or_default();
		*sum = sum.saturating_add(charge);
	}

	/// What is to be taken from keys; nothing is left.
	pub(crate) fn take_charges(&self) -> BTreeMap<KeyId, Balance> {
		self.charges.take()
	}

	/// Ends a transaction: all of it is there, whatever ends this process. Whether the machine may lose it is
	/// said by its [`Log`], where it has one.
	pub(crate) async fn commit(&self) -> Result<(), StoreError> {
		match &self.database {
			Database::Sqlite(sqlite) => sqlite.commit(),
			Database::Postgres(postgres) => postgres.execute("COMMIT", &[]).await.map(drop),
		}
	}

	/// Ends a transaction as if it had never been.
	pub(crate) async fn roll_back(&self) -> Result<(), StoreError> {
		match &self.database {
			// Some errors have rolled it back already.
			Database::Sqlite(sqlite) if sqlite.is_idle() => Ok(()),
			_ => self.execute("ROLLBACK", []).await.map(drop),
		}
	}

	/// Whether it can be lost in the middle of a commit, which then may be there or not.
	pub(crate) fn is_remote(&self) -> bool {
		matches!(self.database, Database::Postgres(_))
	}

	/// Whether this connection is gone. A transaction that it was in is undone then, unless its commit was
	/// under way.
	pub(crate) fn is_lost(&self) -> bool {
		match &self.database {
			Database::Sqlite(_) => false,
			Database::Postgres(postgres) => postgres.is_lost(),
		}
	}
}
