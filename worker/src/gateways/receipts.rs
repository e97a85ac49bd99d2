//! What was answered through gateways. An answer and its receipt are on disk before anybody sees them, are
//! sent again until their gateway has stored them, and are what a repeated request gets.
//!
//! One thread writes; what comes in while it waits for the disk goes into one commit.

use super::owed;
use crate::journal::{bind, now_ms, open, JournalError};
use reckon_sdk::{AccountId, H256};
use rusqlite::{params, Connection, OptionalExtension};
use std::{
	path::Path,
	sync::{mpsc, Arc},
	thread,
};
use tokio::sync::oneshot;

/// How long a stored answer is remembered, in milliseconds, for gateways that ask again.
const REMEMBERED_MS: i64 = 3_600_000;
/// The most stored answers that are remembered.
const REMEMBERED: i64 = 100_000;
/// How long an answer waits for its gateway, in milliseconds: 30 days.
const WAITS_MS: i64 = 30 * 24 * 3_600_000;
/// How often old answers are forgotten, in milliseconds.
const PRUNE_EVERY_MS: i64 = 60_000;
/// The most changes in one commit.
const GROUP: usize = 256;

pub(super) const LAYOUT: &str = "
CREATE TABLE answers (
	id INTEGER PRIMARY KEY,
	request BLOB NOT NULL UNIQUE,
	gateway BLOB NOT NULL,
	-- The message Finished, as it is sent.
	finished BLOB NOT NULL,
	made_at_ms INTEGER NOT NULL,
	stored_at_ms INTEGER
) STRICT;
CREATE INDEX answers_waiting ON answers (gateway, id) WHERE stored_at_ms IS NULL;
CREATE INDEX answers_stored ON answers (stored_at_ms) WHERE stored_at_ms IS NOT NULL;
-- The last word on signing twice belongs to the database, not to the code above it.
CREATE TRIGGER answers_are_final BEFORE UPDATE OF request, gateway, finished ON answers
BEGIN
	SELECT RAISE(ABORT, 'a signed receipt never changes');
END;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
";

/// An answer that waits to be stored by its gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
	/// Its place in the journal: later ones have higher places.
	pub place: i64,
	/// The message `Finished`.
	pub finished: Vec<u8>,
}

/// An answer, and the gateway that asked for it.
type Found = Option<(AccountId, Vec<u8>)>;

/// An answer that is not in the journal, or can't be found there.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unkept {
	/// The database failed.
	#[error(transparent)]
	Journal(Arc<JournalError>),
	/// Nothing was written.
	#[error("the journal of gateways' answers was not written")]
	Ended,
}

type Done<T> = oneshot::Sender<Result<T, Unkept>>;

enum Change {
	Keep { gateway: AccountId, request: H256, finished: Vec<u8>, done: Done<()> },
	Find { request: H256, done: Done<Found> },
	Waiting { gateway: AccountId, after: i64, limit: u32, done: Done<Vec<Waiting>> },
	Owed(Work),
}

/// What is done to the list of what gateways owe.
type Work = Box<dyn FnOnce(&Connection) -> Worked + Send>;
/// Whether it was done, and how that is told once it is on disk.
type Worked = (bool, Tell);

/// The journal of answers. Cheap to clone; its thread ends with the last clone.
#[derive(Clone, Debug)]
pub struct Receipts(mpsc::Sender<Change>);

impl Receipts {
	/// Opens the journal, and makes it when there is none. It belongs to one chain and one key.
	///
	/// # Errors
	/// When it is in use, damaged, from a newer worker, or another chain's or key's.
	pub fn open(path: &Path, genesis: &str, worker: &str) -> Result<Self, JournalError> {
		let mut db = open(path, &[LAYOUT, owed::LAYOUT])?;
		bind(&db, path, genesis, worker)?;
		let (sender, inbox) = mpsc::channel();
		thread::spawn(move || {
			let mut pruned_at = 0;
			while let Ok(first) = inbox.recv() {
				let more = inbox.try_iter().take(GROUP - 1);
				commit(&mut db, std::iter::once(first).chain(more).collect());
				let now = now_ms();
				if now.saturating_sub(pruned_at) >= PRUNE_EVERY_MS {
					pruned_at = now;
					if let Err(error) = prune(&db, now) {
						tracing::warn!(%error, "old answers can't be removed from the journal");
					}
				}
			}
		});
		Ok(Self(sender))
	}

	/// Keeps an answer: on disk when it returns.
	///
	/// # Errors
	/// When it can't be written, or there is one for this request: then nothing may be sent.
	pub async fn keep(
		&self,
		gateway: AccountId,
		request: H256,
		finished: Vec<u8>,
	) -> Result<(), Unkept> {
		self.ask(|done| Change::Keep { gateway, request, finished, done }).await
	}

	/// The answer to a request, and the gateway that it was made for.
	///
	/// # Errors
	/// When the journal can't be read.
	pub async fn find(&self, request: H256) -> Result<Found, Unkept> {
		self.ask(|done| Change::Find { request, done }).await
	}

	/// The answers that a gateway has not stored, in the order in which they were made: those after a place.
	///
	/// # Errors
	/// When the journal can't be read.
	pub async fn waiting(
		&self,
		gateway: AccountId,
		after: i64,
		limit: u32,
	) -> Result<Vec<Waiting>, Unkept> {
		self.ask(|done| Change::Waiting { gateway, after, limit, done }).await
	}

	/// Reads and changes what gateways owe, and which answers they have stored: all of it or nothing, and on
	/// disk when it returns.
	///
	/// # Errors
	/// When the journal can't be read or written.
	pub(super) async fn with<T: Send + 'static>(
		&self,
		work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
	) -> Result<T, Unkept> {
		self.ask(|done| {
			Change::Owed(Box::new(move |db| {
				let result = work(db);
				(result.is_ok(), tell(done, result))
			}))
		})
		.await
	}

	async fn ask<T>(&self, change: impl FnOnce(Done<T>) -> Change) -> Result<T, Unkept> {
		let (done, answer) = oneshot::channel();
		let _ = self.0.send(change(done));
		answer.await.unwrap_or(Err(Unkept::Ended))
	}
}

/// Tells somebody how a change ended, once it is on disk.
type Tell = Box<dyn FnOnce(Result<(), Unkept>)>;

fn commit(db: &mut Connection, changes: Vec<Change>) {
	let mut told: Vec<Tell> = Vec::new();
	let result = write(db, changes, &mut told).map_err(|error| Unkept::Journal(Arc::new(error)));
	if let Err(error) = &result {
		tracing::error!(%error, "the journal of gateways' answers");
	}
	for tell in told {
		tell(result.clone());
	}
}

fn write(
	db: &mut Connection,
	changes: Vec<Change>,
	told: &mut Vec<Tell>,
) -> Result<(), JournalError> {
	let now = now_ms();
	// Who is not told hears that nothing was done.
	let mut db = db.transaction()?;
	for change in changes {
		match change {
			Change::Keep { gateway, request, finished, done } => {
				let kept = keep(&db, gateway, request, &finished, now);
				told.push(tell(done, kept));
			},
			Change::Find { request, done } => told.push(tell(done, find(&db, request))),
			Change::Waiting { gateway, after, limit, done } => {
				told.push(tell(done, waiting(&db, gateway, after, limit)));
			},
			Change::Owed(work) => {
				let part = db.savepoint()?;
				let (done, tell) = work(&part);
				// All of it or nothing.
				if done {
					part.commit()?;
				} else {
					part.finish()?;
				}
				told.push(tell);
			},
		}
	}
	Ok(db.commit()?)
}

fn tell<T: 'static>(done: Done<T>, result: Result<T, JournalError>) -> Tell {
	let result = result.map_err(|error| Unkept::Journal(Arc::new(error)));
	Box::new(move |committed| {
		let _ = done.send(result.and_then(|value| committed.map(|()| value)));
	})
}

fn keep(
	db: &Connection,
	gateway: AccountId,
	request: H256,
	finished: &[u8],
	now: i64,
) -> Result<(), JournalError> {
	let mut change = db.prepare_cached(
		"INSERT INTO answers (request, gateway, finished, made_at_ms) VALUES (?1, ?2, ?3, ?4)",
	)?;
	change.execute(params![request.as_bytes(), gateway.0, finished, now])?;
	Ok(())
}

fn find(db: &Connection, request: H256) -> Result<Found, JournalError> {
	let mut row = db.prepare_cached("SELECT gateway, finished FROM answers WHERE request = ?1")?;
	let read =
		|row: &rusqlite::Row<'_>| Ok((AccountId::from(row.get::<_, [u8; 32]>(0)?), row.get(1)?));
	Ok(row.query_row([request.as_bytes()], read).optional()?)
}

fn waiting(
	db: &Connection,
	gateway: AccountId,
	after: i64,
	limit: u32,
) -> Result<Vec<Waiting>, JournalError> {
	let mut rows = db.prepare_cached(
		"SELECT id, finished FROM answers \
		 WHERE stored_at_ms IS NULL AND gateway = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
	)?;
	let read = |row: &rusqlite::Row<'_>| Ok(Waiting { place: row.get(0)?, finished: row.get(1)? });
	let rows = rows.query_map(params![gateway.0, after, limit], read)?;
	Ok(rows.collect::<Result<_, _>>()?)
}

fn prune(db: &Connection, now: i64) -> Result<(), JournalError> {
	db.execute(
		"DELETE FROM answers WHERE stored_at_ms < ?1 OR (stored_at_ms IS NOT NULL AND id <= \
		 (SELECT ifnull(max(id), 0) FROM answers) - ?2)",
		[now.saturating_sub(REMEMBERED_MS), REMEMBERED],
	)?;
	let lost = db.execute(
		"DELETE FROM answers WHERE stored_at_ms IS NULL AND made_at_ms < ?1",
		[now.saturating_sub(WAITS_MS)],
	)?;
	if lost > 0 {
		tracing::error!(lost, "answers that no gateway has stored for 30 days are given up");
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::account;

	fn receipts(path: &Path) -> Receipts {
		Receipts::open(path, "genesis", "worker").unwrap()
	}

	/// Waits for the lock that the last handle's thread gives back.
	fn again(path: &Path) -> Receipts {
		loop {
			match Receipts::open(path, "genesis", "worker") {
				Err(JournalError::Busy { .. }) => {},
				opened => return opened.unwrap(),
			}
		}
	}

	#[tokio::test]
	async fn answers_should_wait_for_their_own_gateway_when_the_worker_starts_again() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("gateways.sqlite");
		let (one, other) = (account([1; 32]), account([2; 32]));
		let request = H256::repeat_byte;
		let journal = receipts(&path);
		for (gateway, nth) in [(one, 1), (other, 2), (one, 3), (one, 4)] {
			journal.keep(gateway, request(nth), vec![nth]).await.unwrap();
		}
		let ms = now_ms();
		for nth in [1, 2] {
			journal.with(move |db| owed::free(db, one, request(nth), ms)).await.unwrap();
		}
		drop(journal);
		let journal = again(&path);
		let waiting = journal.waiting(one, 0, 10).await.unwrap();
		let bytes: Vec<_> = waiting.iter().map(|waiting| waiting.finished.clone()).collect();
		assert_eq!(bytes, [[3], [4]]);
		assert_eq!(journal.waiting(one, waiting[0].place, 10).await.unwrap(), waiting[1..]);
		assert_eq!(journal.waiting(one, 0, 1).await.unwrap(), waiting[..1]);
		// Another gateway has not stored it by saying so.
		assert_eq!(journal.waiting(other, 0, 10).await.unwrap().len(), 1);
		// Stored is not forgotten.
		assert_eq!(journal.find(request(1)).await.unwrap(), Some((one, vec![1])));
		assert_eq!(journal.find(request(9)).await.unwrap(), None);
	}

	#[tokio::test]
	async fn answer_should_never_be_replaced_when_there_is_one() {
		let dir = tempfile::tempdir().unwrap();
		let journal = receipts(&dir.path().join("gateways.sqlite"));
		let (gateway, request) = (account([1; 32]), H256::repeat_byte(1));
		journal.keep(gateway, request, vec![1]).await.unwrap();
		assert!(journal.keep(gateway, request, vec![2]).await.is_err());
		assert_eq!(journal.find(request).await.unwrap(), Some((gateway, vec![1])));
		// What came beside it is kept.
		let (bad, good) = tokio::join!(
			journal.keep(gateway, request, vec![3]),
			journal.keep(gateway, H256::repeat_byte(2), vec![4]),
		);
		assert!(bad.is_err());
		good.unwrap();
		assert_eq!(journal.find(H256::repeat_byte(2)).await.unwrap(), Some((gateway, vec![4])));
	}

	#[test]
	fn old_answers_should_be_forgotten_when_they_are_stored_or_nobody_wants_them() {
		let dir = tempfile::tempdir().unwrap();
		let db = open(&dir.path().join("gateways.sqlite"), &[LAYOUT]).unwrap();
		let gateway = account([1; 32]);
		let now = WAITS_MS * 2;
		for (nth, made, stored) in [
			(1, now, Some(now - REMEMBERED_MS - 1)),
			(2, now, Some(now - REMEMBERED_MS)),
			(3, now - WAITS_MS - 1, None),
			(4, now - WAITS_MS, None),
		] {
			keep(&db, gateway, H256::repeat_byte(nth), &[nth], made).unwrap();
			db.execute(
				"UPDATE answers SET stored_at_ms = ?2 WHERE request = ?1",
				params![[nth; 32], stored],
			)
			.unwrap();
		}
		prune(&db, now).unwrap();
		let left: Vec<u8> =
			(1..=4).filter(|nth| find(&db, H256::repeat_byte(*nth)).unwrap().is_some()).collect();
		assert_eq!(left, [2, 4]);
		let change = db.execute("UPDATE answers SET finished = x'00'", []).unwrap_err();
		assert!(change.to_string().contains("a signed receipt never changes"), "{change}");
	}
}
