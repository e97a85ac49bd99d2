//! PostgreSQL, on this machine.

use crate::{
	connection::Role,
	layout::{self, VERSION},
	value::{Row, Value},
	StoreError,
};
use std::{
	borrow::Cow,
	cell::{Cell, RefCell},
	collections::HashMap,
	error::Error,
	net::IpAddr,
	time::{Duration, Instant},
};
pub(crate) use tokio_postgres::Config;
use tokio_postgres::{
	config::Host,
	error::SqlState,
	types::{private::BytesMut, to_sql_checked, IsNull, ToSql, Type},
	Client, NoTls, Statement,
};

/// "Rkng": the advisory lock that the writer holds.
const LOCK: i64 = 0x526b_6e67;
/// A gateway that is started again waits so long for the one before it to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// PostgreSQL's own.
const PORT: u16 = 5432;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements are prepared when the tables are empty, and kept: without statistics the planner would
/// choose to read whole tables, for ever.
const SETTINGS: &str = "SET synchronous_commit = on; SET enable_seqscan = off; SET jit = off";

pub(crate) struct Postgres {
	client: Client,
	statements: RefCell<HashMap<&'static str, Statement>>,
	is_lost: Cell<bool>,
}

/// Reads where the server is, and whether it is on this machine.
pub(crate) fn config(url: &str) -> Result<Config, StoreError> {
	let mut config: Config = url.parse().map_err(described)?;
	let is_here = |host: &Host| match host {
		Host::Unix(_) => true,
		Host::Tcp(name) => {
			name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
		},
	};
	let hosts = config.get_hosts();
	let has_host = !hosts.is_empty() || !config.get_hostaddrs().is_empty();
	let is_elsewhere = !hosts.iter().all(is_here)
		|| !config.get_hostaddrs().iter().all(|address| address.is_loopback());
	if !has_host || is_elsewhere {
		return Err(StoreError::Database(
			"its address is no Unix socket and no loopback address: connections are not encrypted, \
			 so a server elsewhere is reached through a tunnel"
				.into(),
		));
	}
	config.application_name("reckon-gateway");
	if config.get_connect_timeout().is_none() {
		config.connect_timeout(CONNECT_TIMEOUT);
	}
	Ok(config)
}

pub(crate) async fn connect(config: &Config, role: Role) -> Result<Postgres, StoreError> {
	let (client, connection) =
		config.connect(NoTls).await.map_err(|error| not_connected(config, error))?;
	tokio::spawn(async move {
		if let Err(error) = connection.await {
			tracing::debug!(%error, "a connection to the database has ended");
		}
	});
	client.batch_execute(SETTINGS).await.map_err(described)?;
	if role == Role::Writer {
		lock(&client).await?;
		prepare(&client).await?;
	}
	let statements = RefCell::default();
	Ok(Postgres { client, statements, is_lost: Cell::new(false) })
}

/// Keeps other gateways out, as long as this connection is there.
async fn lock(client: &Client) -> Result<(), StoreError> {
	let begun = Instant::now();
	loop {
		let row = client.query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await;
		if row.and_then(|row| row.try_get(0)).map_err(described)? {
			return Ok(());
		}
		if begun.elapsed() > PATIENCE {
			return Err(StoreError::Database("another gateway is using it".into()));
		}
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
}

/// Makes the tables in an empty database; refuses one that is not ours.
async fn prepare(client: &Client) -> Result<(), StoreError> {
	let tables = "SELECT count(*), count(*) FILTER (WHERE table_name = 'requests') \
		FROM information_schema.tables WHERE table_schema = current_schema()";
	let row = client.query_one(tables, &[]).await.map_err(described)?;
	let (all, ours): (i64, i64) =
		(row.try_get(0).map_err(described)?, row.try_get(1).map_err(described)?);
	if all == 0 {
		let schema = format!(
			"BEGIN; {} INSERT INTO meta VALUES ('reckon gateway', '{VERSION}'); COMMIT",
			layout::fresh()
		);
		return client.batch_execute(&schema).await.map_err(described);
	}
	let foreign = || StoreError::Corrupt("another program's tables".into());
	if ours == 0 {
		return Err(foreign());
	}
	let version = "SELECT value FROM meta WHERE name = 'reckon gateway'";
	let version = client.query_opt(version, &[]).await.map_err(|_| foreign())?;
	let version = version.ok_or_else(foreign)?.try_get(0).map_err(|_| foreign())?;
	let version = String::from_utf8(version).ok().and_then(|version| version.parse().ok());
	let version = version.ok_or_else(foreign)?;
	let steps = layout::upgrade(version)?;
	if steps.is_empty() {
		return Ok(());
	}
	tracing::info!(from = version, to = VERSION, "making the tables this version's");
	let upgrade = format!(
		"BEGIN; {steps} UPDATE meta SET value = '{VERSION}' WHERE name = 'reckon gateway'; COMMIT"
	);
	client.batch_execute(&upgrade).await.map_err(described)
}

impl Postgres {
	pub(crate) async fn execute(
		&self,
		sql: &'static str,
		values: &[Value<'_>],
	) -> Result<u64, StoreError> {
		let statement = self.statement(sql).await?;
		let changed = self.client.execute_raw(&statement, values).await;
		changed.map_err(|error| self.failed(error))
	}

	pub(crate) async fn query(
		&self,
		sql: &'static str,
		values: &[Value<'_>],
	) -> Result<Vec<Row>, StoreError> {
		let statement = self.statement(sql).await?;
		let values: Vec<_> = values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
		let rows = self.client.query(&statement, &values).await;
		rows.map_err(|error| self.failed(error))?.iter().map(read).collect()
	}

	pub(crate) fn is_lost(&self) -> bool {
		self.is_lost.get() || self.client.is_closed()
	}

	async fn statement(&self, sql: &'static str) -> Result<Statement, StoreError> {
		if let Some(statement) = self.statements.borrow().get(sql) {
			return Ok(statement.clone());
		}
		let statement = self.client.prepare(sql).await.map_err(|error| self.failed(error))?;
		self.statements.borrow_mut().insert(sql, statement.clone());
		Ok(statement)
	}

	/// The server ends what it calls fatal; what is no error of the server is the connection's end.
	fn failed(&self, error: tokio_postgres::Error) -> StoreError {
		let is_lost = match error.as_db_error() {
			Some(error) => matches!(error.severity(), "FATAL" | "PANIC"),
			None => error.is_closed() || error.source().is_some_and(|e| e.is::<std::io::Error>()),
		};
		self.is_lost.set(self.is_lost.get() || is_lost);
		described(error)
	}
}

fn described(error: tokio_postgres::Error) -> StoreError {
	StoreError::Database(said(&error))
}

fn said(error: &tokio_postgres::Error) -> String {
	let why = error.source().map(|source| format!(": {source}")).unwrap_or_default();
	format!("{error}{why}")
}

/// Whoever starts the server may mend it, unless it says itself what is wrong with us.
fn not_connected(config: &Config, error: tokio_postgres::Error) -> StoreError {
	let passes = match error.as_db_error() {
		Some(error) => *error.code() == SqlState::CANNOT_CONNECT_NOW,
		None => error.source().is_none_or(|error| error.is::<std::io::Error>()),
	};
	let (at, why) = (address(config), said(&error));
	match passes {
		true => StoreError::Away { at, why },
		false => StoreError::Database(format!("{at}: {why}")),
	}
}

/// Where a server is looked for.
fn address(config: &Config) -> String {
	let ports = config.get_ports();
	let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(PORT);
	let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| match host {
		Host::Tcp(name) => format!("{name}:{}", port(index)),
		Host::Unix(folder) => {
			folder.join(format!(".s.PGSQL.{}", port(index))).display().to_string()
		},
	});
	let mut all: Vec<_> = hosts.collect();
	if all.is_empty() {
		let addresses = config.get_hostaddrs().iter().enumerate();
		all.extend(addresses.map(|(index, address)| format!("{address}:{}", port(index))));
	}
	all.join(", ")
}

fn read(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
	let value = |index: usize| {
		let column = row.columns().get(index).map(|column| column.type_());
		let value = match column {
			Some(&Type::INT8) => {
				row.try_get::<_, Option<i64>>(index).map(|number| number.map(Value::Int))
			},
			_ => row
				.try_get::<_, Option<Vec<u8>>>(index)
				.map(|bytes| bytes.map(|bytes| Value::Bytes(Cow::Owned(bytes)))),
		};
		let value = value.map_err(|error| StoreError::Corrupt(error.to_string()))?;
		Ok(value.unwrap_or(Value::Null))
	};
	Ok(Row::new((0..row.len()).map(value).collect::<Result<_, StoreError>>()?))
}

impl ToSql for Value<'_> {
	fn to_sql(
		&self,
		kind: &Type,
		out: &mut BytesMut,
	) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
		match self {
			Self::Null => Ok(IsNull::Yes),
			Self::Int(number) => number.to_sql(kind, out),
			Self::Bytes(bytes) => bytes.as_ref().to_sql(kind, out),
		}
	}

	fn accepts(kind: &Type) -> bool {
		matches!(*kind, Type::INT8 | Type::BYTEA)
	}

	to_sql_checked!();
}
