//! What was promised and what was spent: on disk before a voucher leaves.
//!
//! A voucher that is gone may be used, whatever the gateway says. So it is written down first, and stays
//! until a receipt says what it cost, or until a later one of its lane does: a gateway takes no request on
//! a lane that has not ended the one before.

use std::{path::Path, sync::Arc};

use codec::{Decode, Encode};
use reckon_primitives::{Balance, ChannelId};
use reckon_receipts::Request;
use rusqlite::{params, Connection, OptionalExtension, Transaction};
use sp_core::H256;
use tokio::task;

use crate::failure::{Failure, Result};

const VERSION: i32 = 1;
/// The most requests of a lane that are remembered without a receipt: those that were refused, above all.
const MAX_SENT: u32 = 32;
const SCHEMA: &str = "
CREATE TABLE lanes (
	channel BLOB NOT NULL, lane INTEGER NOT NULL,
	spent BLOB NOT NULL, promised BLOB NOT NULL, disputed TEXT,
	PRIMARY KEY (channel, lane)
) WITHOUT ROWID, STRICT;
CREATE TABLE sent (
	request BLOB PRIMARY KEY, channel BLOB NOT NULL, lane INTEGER NOT NULL, sent BLOB NOT NULL
) STRICT;
CREATE INDEX sent_of ON sent (channel, lane);
PRAGMA user_version = 1;";

/// A request whose voucher may be in a gateway's hands.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub(super) struct Sent {
	/// What was signed for.
	pub(super) request: Request,
	/// The channel that pays.
	pub(super) channel: ChannelId,
	/// The lane that pays.
	pub(super) lane: u16,
	/// All that the voucher lets the gateway take through the lane, ever.
	pub(super) cumulative: Balance,
	/// The most that the answer may cost.
	pub(super) most: Balance,
	/// The most units that the payload can be read as.
	pub(super) input: u32,
}

/// What is known of a lane.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Lane {
	/// What receipts prove that answers have cost, ever.
	pub(super) spent: Balance,
	/// The most that a voucher ever let the gateway take.
	pub(super) promised: Balance,
	/// Why it is not used any more.
	pub(super) disputed: Option<String>,
	/// Requests without a receipt.
	pub(super) sent: Vec<Sent>,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub(super) struct Ledger {
	db: Arc<std::sync::Mutex<Connection>>,
}

impl Ledger {
	/// Opens the database, which no other process may have open: two that use one lane would sign for the
	/// same money twice.
	pub(super) fn open(path: &Path) -> Result<Self> {
		let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
			Some(rusqlite::ErrorCode::DatabaseBusy) => {
				Failure::new("proxy_running", format!("{} is in use", path.display()))
					.fix("another `reckon proxy` runs: use that one, or name another --data-dir")
			},
			_ => Failure::new("ledger", format!("{}: {error}", path.display())),
		};
		let db = Connection::open(path).map_err(failed)?;
		let version = Self::prepare(&db).map_err(failed)?;
		if version != VERSION {
			let message = format!("{} is of version {version}, not {VERSION}", path.display());
			return Err(Failure::new("ledger", message).fix("use the program that wrote it"));
		}
		Ok(Self { db: Arc::new(std::sync::Mutex::new(db)) })
	}

	fn prepare(db: &Connection) -> rusqlite::Result<i32> {
		db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
		db.pragma_update(None, "journal_mode", "WAL")?;
		db.pragma_update(None, "synchronous", "FULL")?;
		// Takes the lock at once, not with the first voucher.
		db.execute_batch("BEGIN EXCLUSIVE; COMMIT;")?;
		let version = |db: &Connection| db.query_row("PRAGMA user_version", [], |row| row.get(0));
		if version(db)? == 0 {
			db.execute_batch(&format!("BEGIN; {SCHEMA} COMMIT;"))?;
		}
		version(db)
	}

	/// A channel's lanes.
	pub(super) async fn lanes(&self, channel: ChannelId, lanes: u16) -> Result<Vec<Lane>> {
		self.with(move |db| {
			(0..lanes).map(|lane| read_lane(db, channel, lane)).collect::<rusqlite::Result<_>>()
		})
		.await
	}

	/// Writes down a voucher that is about to leave.
	pub(super) async fn send(&self, sent: Sent) -> Result<()> {
		self.with(move |db| {
			let mut lane = read_lane(db, sent.channel, sent.lane)?;
			lane.promised = lane.promised.max(sent.cumulative);
			write_lane(db, sent.channel, sent.lane, &lane)?;
			db.execute(
				"INSERT INTO sent (request, channel, lane, sent) VALUES (?1, ?2, ?3, ?4)",
				params![sent.request.hash().0, sent.channel.0, sent.lane, sent.encode()],
			)?;
			db.execute(
				"DELETE FROM sent WHERE channel = ?1 AND lane = ?2 AND rowid NOT IN (
					SELECT rowid FROM sent WHERE channel = ?1 AND lane = ?2
					ORDER BY rowid DESC LIMIT ?3
				)",
				params![sent.channel.0, sent.lane, MAX_SENT],
			)?;
			Ok(())
		})
		.await
	}

	/// A receipt says what a request has cost: counts it, once. What was sent before it on the lane has
	/// come to nothing. Returns what the lane has spent.
	pub(super) async fn prove(&self, sent: &Sent, charge: Balance) -> Result<Balance> {
		let (id, channel, number) = (sent.request.hash(), sent.channel, sent.lane);
		self.with(move |db| {
			let mut lane = read_lane(db, channel, number)?;
			let row = db
				.query_row("SELECT rowid FROM sent WHERE request = ?1", params![id.0], |row| {
					row.get::<_, i64>(0)
				})
				.optional()?;
			if let Some(row) = row {
				lane.spent = lane.spent.saturating_add(charge);
				write_lane(db, channel, number, &lane)?;
				db.execute(
					"DELETE FROM sent WHERE channel = ?1 AND lane = ?2 AND rowid <= ?3",
					params![channel.0, number, row],
				)?;
			}
			Ok(lane.spent)
		})
		.await
	}

	/// The gateway has said that a request came to nothing, or it never left.
	pub(super) async fn forget(&self, request: H256) -> Result<()> {
		self.with(move |db| {
			db.execute("DELETE FROM sent WHERE request = ?1", params![request.0])?;
			Ok(())
		})
		.await
	}

	/// Takes a lane out of use: its gateway says what receipts do not prove.
	pub(super) async fn dispute(&self, channel: ChannelId, lane: u16, why: String) -> Result<()> {
		self.with(move |db| {
			let found = read_lane(db, channel, lane)?;
			write_lane(db, channel, lane, &Lane { disputed: Some(why), ..found })
		})
		.await
	}

	/// Does something in one transaction, which is on disk when this returns.
	async fn with<T: Send + 'static>(
		&self,
		work: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
	) -> Result<T> {
		let db = self.db.clone();
		let failed = |why: String| Failure::new("ledger", format!("what is spent: {why}"));
		let done = task::spawn_blocking(move || {
			let mut db = db.lock().map_err(|_| "a writer has failed".to_owned())?;
			let transaction = db.transaction().map_err(|error| error.to_string())?;
			let done = work(&transaction).map_err(|error| error.to_string())?;
			transaction.commit().map_err(|error| error.to_string())?;
			Ok(done)
		});
		done.await.map_err(|error| failed(error.to_string()))?.map_err(failed)
	}
}

fn read_lane(db: &Connection, channel: ChannelId, lane: u16) -> rusqlite::Result<Lane> {
	let found = db
		.query_row(
			"SELECT spent, promised, disputed FROM lanes WHERE channel = ?1 AND lane = ?2",
			params![channel.0, lane],
			|row| {
				let amount = |column| row.get::<_, [u8; 16]>(column).map(Balance::from_le_bytes);
				let (spent, promised) = (amount(0)?, amount(1)?);
				Ok(Lane { spent, promised, disputed: row.get(2)?, sent: Vec::new() })
			},
		)
		.optional()?;
	let mut statement =
		db.prepare_cached("SELECT sent FROM sent WHERE channel = ?1 AND lane = ?2 ORDER BY rowid")?;
	let sent = statement.query_map(params![channel.0, lane], |row| {
		let bytes: Vec<u8> = row.get(0)?;
		Sent::decode(&mut &bytes[..]).map_err(|error| {
			rusqlite::Error::FromSqlConversionFailure(
				0,
				rusqlite::types::Type::Blob,
				Box::new(std::io::Error::other(error.to_string())),
			)
		})
	})?;
	let sent = sent.collect::<rusqlite::Result<_>>()?;
	Ok(Lane { sent, ..found.unwrap_or_default() })
}

fn write_lane(
	db: &Connection,
	channel: ChannelId,
	number: u16,
	lane: &Lane,
) -> rusqlite::Result<()> {
	db.execute(
		"INSERT OR REPLACE INTO lanes (channel, lane, spent, promised, disputed)
			VALUES (?1, ?2, ?3, ?4, ?5)",
		params![
			channel.0,
			number,
			lane.spent.to_le_bytes(),
			lane.promised.to_le_bytes(),
			lane.disputed
		],
	)?;
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_primitives::{ContentRef, Price, Sampling, TaskKind};

	fn sent(nonce: u8, lane: u16, cumulative: Balance) -> Sent {
		let request = Request {
			nonce: H256([nonce; 32]),
			model: H256([1; 32]),
			task: TaskKind::Chat,
			payload: ContentRef::of(b"{}"),
			sampling: Sampling {
				max_output: 1,
				temperature_milli: 0,
				top_k: 0,
				top_p_milli: 1000,
				salt: H256::zero(),
			},
			presence_milli: 0,
			frequency_milli: 0,
			price: Price { base: 1, per_input: 1, per_output: 1 },
		};
		Sent { request, channel: H256([9; 32]), lane, cumulative, most: 10, input: 3 }
	}

	#[tokio::test]
	async fn voucher_should_be_there_again_when_the_program_ended_after_it_left() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("ledger.sqlite");
		let ledger = Ledger::open(&path).unwrap();
		ledger.send(sent(1, 0, 100)).await.unwrap();
		drop(ledger);
		let lanes = Ledger::open(&path).unwrap().lanes(H256([9; 32]), 2).await.unwrap();
		assert_eq!(lanes[0].sent, [sent(1, 0, 100)]);
		assert_eq!((lanes[0].spent, lanes[0].promised), (0, 100));
		assert_eq!(lanes[1], Lane::default());
	}

	#[tokio::test]
	async fn charge_should_be_counted_once_and_end_what_was_sent_before_it() {
		let dir = tempfile::tempdir().unwrap();
		let ledger = Ledger::open(&dir.path().join("ledger.sqlite")).unwrap();
		for (nonce, lane) in [(1, 0), (2, 0), (3, 1)] {
			ledger.send(sent(nonce, lane, 100)).await.unwrap();
		}
		assert_eq!(ledger.prove(&sent(2, 0, 100), 7).await.unwrap(), 7);
		assert_eq!(ledger.prove(&sent(2, 0, 100), 7).await.unwrap(), 7, "once");
		assert_eq!(ledger.prove(&sent(1, 0, 100), 7).await.unwrap(), 7, "came to nothing");
		let lanes = ledger.lanes(H256([9; 32]), 2).await.unwrap();
		assert!(lanes[0].sent.is_empty());
		assert_eq!((lanes[0].promised, lanes[1].sent.len()), (100, 1), "what is promised stays");
	}

	#[tokio::test]
	async fn lane_should_remember_the_newest_of_what_was_refused() {
		let dir = tempfile::tempdir().unwrap();
		let ledger = Ledger::open(&dir.path().join("ledger.sqlite")).unwrap();
		for nonce in 0..40 {
			ledger.send(sent(nonce, 0, 100)).await.unwrap();
		}
		let lane = &ledger.lanes(H256([9; 32]), 1).await.unwrap()[0];
		assert_eq!(lane.sent.len(), MAX_SENT as usize);
		assert_eq!(lane.sent.last(), Some(&sent(39, 0, 100)));
	}

	#[tokio::test]
	async fn lane_should_stay_disputed_when_money_moves_on_it() {
		let dir = tempfile::tempdir().unwrap();
		let ledger = Ledger::open(&dir.path().join("ledger.sqlite")).unwrap();
		ledger.send(sent(1, 0, 100)).await.unwrap();
		ledger.dispute(H256([9; 32]), 0, "it lies".into()).await.unwrap();
		ledger.forget(sent(1, 0, 100).request.hash()).await.unwrap();
		let lane = &ledger.lanes(H256([9; 32]), 1).await.unwrap()[0];
		assert_eq!((lane.disputed.as_deref(), lane.sent.len()), (Some("it lies"), 0));
	}

	#[tokio::test]
	async fn ledger_should_be_refused_when_another_has_it() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("ledger.sqlite");
		let first = Ledger::open(&path).unwrap();
		let Err(failure) = Ledger::open(&path) else { panic!("two proxies on one ledger") };
		assert_eq!(failure.code, "proxy_running");
		drop(first);
		assert!(Ledger::open(&path).is_ok());
	}
}
