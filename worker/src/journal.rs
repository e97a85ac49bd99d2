//! What must survive: the results before they are signed, how far the chain was followed, and
//! what was earned. SQLite with a write-ahead log, every commit on disk before it returns, one
//! writer.

mod records;

pub use records::{Earnings, JobRecord};

use crate::{
	audits::{Opened, Question},
	jobs::{Action, Ending, Recovered, Work},
};
use reckon_sdk::{BlockNumber, JobId, Reason, H256};
use rusqlite::{params, Connection, ErrorCode, OptionalExtension};
use std::{
	path::{Path, PathBuf},
	time::Duration,
};

const LAYOUT: &str = "
CREATE TABLE jobs (
	id BLOB PRIMARY KEY,
	state TEXT NOT NULL,
	model BLOB,
	task TEXT,
	-- JSON of the delivery, set when computed and final once signed.
	work TEXT,
	seed BLOB,
	signed INTEGER NOT NULL DEFAULT 0,
	reason TEXT,
	units_in INTEGER NOT NULL DEFAULT 0,
	units_out INTEGER NOT NULL DEFAULT 0,
	charge TEXT,
	settled_at INTEGER,
	seen_at_ms INTEGER NOT NULL,
	changed_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_state ON jobs (state);
-- The last word on signing twice belongs to the database, not to the code above it.
CREATE TRIGGER signed_is_final BEFORE UPDATE ON jobs
WHEN OLD.signed = 1 AND (NEW.signed = 0 OR NEW.work IS NOT OLD.work OR NEW.seed IS NOT OLD.seed)
BEGIN
	SELECT RAISE(ABORT, 'a signed delivery never changes');
END;
CREATE TRIGGER signed_is_kept BEFORE DELETE ON jobs WHEN OLD.signed = 1 AND OLD.settled_at IS NULL
	AND OLD.state NOT IN ('done', 'lost', 'declined')
BEGIN
	SELECT RAISE(ABORT, 'a signed delivery is never forgotten');
END;
CREATE TABLE transitions (
	job BLOB NOT NULL,
	at_ms INTEGER NOT NULL,
	state TEXT NOT NULL,
	detail TEXT
) STRICT;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
";

/// What version 2 has more.
const OPENINGS: &str = "
CREATE TABLE openings (
	job BLOB NOT NULL,
	challenge BLOB NOT NULL,
	state TEXT NOT NULL,
	-- The best block when it was sent last.
	block INTEGER NOT NULL,
	changed_at_ms INTEGER NOT NULL,
	PRIMARY KEY (job, challenge)
) STRICT;
";

/// A journal that can't be used. The worker does not run without one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
	/// Another process has it.
	#[error(
		"{} is in use: another reckon-worker runs with this data directory; stop it, or give \
		 --data-dir", path.display()
	)]
	Busy {
		/// The file.
		path: PathBuf,
	},
	/// The file is damaged.
	#[error(
		"{} is damaged ({reason}). It holds which deliveries were signed: restore it from a backup. \
		 Without one, wait until no job is assigned to this worker (`reckon-worker doctor`), move \
		 the file away and start again", path.display()
	)]
	Damaged {
		/// The file.
		path: PathBuf,
		/// What is wrong.
		reason: String,
	},
	/// It belongs to another chain or key.
	#[error(
		"{} belongs to {what} {found}, not to {expected}: use another --data-dir", path.display()
	)]
	Foreign {
		/// The file.
		path: PathBuf,
		/// What differs.
		what: &'static str,
		/// Whose it is.
		found: String,
		/// Whose it should be.
		expected: String,
	},
	/// It was written by a newer worker.
	#[error("{} was written by a newer worker (layout {found}): upgrade this one", path.display())]
	Newer {
		/// The file.
		path: PathBuf,
		/// Its layout.
		found: i64,
	},
	/// A write failed.
	#[error("cannot write the journal ({0}): is the disk full?")]
	Write(#[from] rusqlite::Error),
	/// A result that can't be written.
	#[error("cannot write a delivery as JSON: {0}")]
	Encode(#[from] serde_json::Error),
	/// A row that can't be read.
	#[error("the journal's row of job {job:?} can't be read: {reason}")]
	Row {
		/// The job.
		job: JobId,
		/// Why.
		reason: String,
	},
}

/// The journal. One at a time for each file.
#[derive(Debug)]
pub struct Journal {
	db: Connection,
}

impl Journal {
	/// Opens the journal, and makes it when there is none.
	///
	/// # Errors
	/// When it is in use, damaged, or from a newer worker.
	pub fn open(path: &Path) -> Result<Self, JournalError> {
		Ok(Self { db: open(path, &[LAYOUT, OPENINGS])? })
	}

	/// Binds a new journal to a chain and a key; refuses one that is bound to others.
	///
	/// # Errors
	/// When it belongs to another chain or key.
	pub fn bind(&mut self, path: &Path, genesis: &str, worker: &str) -> Result<(), JournalError> {
		bind(&self.db, path, genesis, worker)
	}

	/// Writes down what the state machine asks to be noted. Other actions are not for it.
	///
	/// # Errors
	/// When the write fails; the worker must not go on then.
	pub fn note(&mut self, action: &Action) -> Result<(), JournalError> {
		match action {
			Action::NoteSeen { assignment } => {
				let model = assignment.model.as_bytes();
				let (id, now) = (assignment.job, now_ms());
				let change = self.db.transaction()?;
				change.execute(
					"INSERT INTO jobs (id, state, model, task, seen_at_ms, changed_at_ms) \
					 VALUES (?1, 'seen', ?2, ?3, ?4, ?4) ON CONFLICT (id) DO NOTHING",
					params![id.as_bytes(), model, assignment.task.as_str(), now],
				)?;
				transition(&change, id, now, "seen", None)?;
				change.commit()?;
			},
			Action::NoteComputed { job, seed, work } => self.work(*job, *seed, work, false)?,
			Action::NoteSigned { job, seed, work } => self.work(*job, *seed, work, true)?,
			Action::NoteDeclining { job, reason } => {
				self.state(*job, "declining", Some(*reason))?;
			},
			Action::NoteEnded { job, ending } => match ending {
				Ending::Done => self.state(*job, "done", None)?,
				Ending::Declined(reason) => self.state(*job, "declined", Some(*reason))?,
				Ending::Lost => self.state(*job, "lost", None)?,
			},
			Action::Expect { .. }
			| Action::Compute { .. }
			| Action::Cancel { .. }
			| Action::Discard { .. }
			| Action::Deliver { .. }
			| Action::Decline { .. } => {},
		}
		Ok(())
	}

	/// The jobs that have not ended, for the state machine.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn recover(&self) -> Result<Vec<(JobId, Recovered)>, JournalError> {
		let mut rows = self.db.prepare(
			"SELECT id, state, work, seed, signed, reason FROM jobs \
			 WHERE state IN ('computed', 'signed', 'declining') ORDER BY seen_at_ms",
		)?;
		let mut rows = rows.query([])?;
		let mut found = Vec::new();
		while let Some(row) = rows.next()? {
			let job = H256(row.get(0)?);
			let state: String = row.get(1)?;
			let bad = |reason: String| JournalError::Row { job, reason };
			let recovered = if state == "declining" {
				let name: String = row.get(5)?;
				let reason = serde_json::from_value(serde_json::Value::String(name));
				Recovered::Declining { reason: reason.map_err(|error| bad(error.to_string()))? }
			} else {
				let text: String = row.get(2)?;
				let work: Work =
					serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
				match row.get::<_, bool>(4)? {
					true => Recovered::Signed { work },
					false => Recovered::Computed { seed: H256(row.get(3)?), work },
				}
			};
			found.push((job, recovered));
		}
		Ok(found)
	}

	/// Writes down that rows are about to be opened, at this best block.
	///
	/// # Errors
	/// When the write fails; nothing may be sent then.
	pub fn note_opening(
		&mut self,
		question: Question,
		block: BlockNumber,
	) -> Result<(), JournalError> {
		self.db.execute(
			"INSERT INTO openings VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (job, challenge) \
			 DO UPDATE SET state = ?3, block = ?4, changed_at_ms = ?5",
			params![
				question.job.as_bytes(),
				question.challenge.as_bytes(),
				Opened::TryAgain.name(),
				block,
				now_ms()
			],
		)?;
		Ok(())
	}

	/// Writes down what became of an opening.
	///
	/// # Errors
	/// When the write fails.
	pub fn note_opened(&mut self, question: Question, opened: Opened) -> Result<(), JournalError> {
		self.db.execute(
			"UPDATE openings SET state = ?3, changed_at_ms = ?4 WHERE job = ?1 AND challenge = ?2",
			params![
				question.job.as_bytes(),
				question.challenge.as_bytes(),
				opened.name(),
				now_ms()
			],
		)?;
		Ok(())
	}

	/// The openings whose end is not known, and when they were sent last.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn openings(&self) -> Result<Vec<(Question, BlockNumber)>, JournalError> {
		let mut rows =
			self.db.prepare("SELECT job, challenge, block FROM openings WHERE state = ?1")?;
		let rows = rows.query_map([Opened::TryAgain.name()], |row| {
			let (job, challenge) = (H256(row.get(0)?), H256(row.get(1)?));
			Ok((Question { job, challenge }, row.get(2)?))
		})?;
		Ok(rows.collect::<Result<_, _>>()?)
	}

	/// The newest jobs that have ended.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn ended(&self, limit: u32) -> Result<Vec<JobId>, JournalError> {
		let mut rows = self.db.prepare(
			"SELECT id FROM jobs WHERE state IN ('done', 'declined', 'lost') \
			 ORDER BY changed_at_ms DESC LIMIT ?1",
		)?;
		let ids = rows.query_map([limit], |row| Ok(H256(row.get(0)?)))?;
		Ok(ids.collect::<Result<_, _>>()?)
	}

	/// The last finalized block whose events were accounted for.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn cursor(&self) -> Result<Option<BlockNumber>, JournalError> {
		Ok(fact(&self.db, "cursor")?.and_then(|text| text.parse().ok()))
	}

	fn work(
		&mut self,
		job: JobId,
		seed: H256,
		work: &Work,
		signed: bool,
	) -> Result<(), JournalError> {
		let text = serde_json::to_string(work)?;
		let state = if signed { "signed" } else { "computed" };
		let now = now_ms();
		let change = self.db.transaction()?;
		let changed = change.execute(
			"UPDATE jobs SET state = ?2, work = ?3, seed = ?4, signed = ?5, units_in = ?6, \
			 units_out = ?7, changed_at_ms = ?8 WHERE id = ?1",
			params![
				job.as_bytes(),
				state,
				text,
				seed.as_bytes(),
				signed,
				work.units.input,
				work.units.output,
				now
			],
		)?;
		// A job is noted when it is seen; without its row nothing may be signed.
		if changed != 1 {
			let reason = "it was never noted as seen".into();
			return Err(JournalError::Row { job, reason });
		}
		transition(&change, job, now, state, None)?;
		change.commit()?;
		Ok(())
	}

	fn state(
		&mut self,
		job: JobId,
		state: &str,
		reason: Option<Reason>,
	) -> Result<(), JournalError> {
		let now = now_ms();
		let reason = reason.map(|reason| reason.to_string());
		let change = self.db.transaction()?;
		change.execute(
			"UPDATE jobs SET state = ?2, reason = ?3, changed_at_ms = ?4 WHERE id = ?1",
			params![job.as_bytes(), state, reason, now],
		)?;
		transition(&change, job, now, state, reason.as_deref())?;
		change.commit()?;
		Ok(())
	}
}

/// Opens a database for this process alone, in which each commit is on disk before it returns.
/// `layouts` are what each version of its layout adds to the one before it.
pub(crate) fn open(path: &Path, layouts: &[&str]) -> Result<Connection, JournalError> {
	let damaged = |reason: String| JournalError::Damaged { path: path.into(), reason };
	let sort = |error: rusqlite::Error| match error.sqlite_error_code() {
		Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
			JournalError::Busy { path: path.into() }
		},
		Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(error.to_string()),
		_ => JournalError::Write(error),
	};
	let db = Connection::open(path).map_err(sort)?;
	db.busy_timeout(Duration::from_millis(200)).map_err(sort)?;
	// Exclusive: a second worker on the same file would sign what the first one signs.
	db.execute_batch(
		"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; \
		 PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; COMMIT;",
	)
	.map_err(sort)?;
	let health: String =
		db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(sort)?;
	if health != "ok" {
		return Err(damaged(health));
	}
	let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sort)?;
	let missing = usize::try_from(found).ok().and_then(|found| layouts.get(found..));
	let Some(missing) = missing else {
		return Err(JournalError::Newer { path: path.into(), found });
	};
	if !missing.is_empty() {
		let (layout, version) = (missing.concat(), layouts.len());
		let change = format!("BEGIN; {layout} PRAGMA user_version = {version}; COMMIT;");
		db.execute_batch(&change).map_err(sort)?;
	}
	Ok(db)
}

/// Binds a database with `facts` to a chain and a key; refuses one that is bound to others.
pub(crate) fn bind(
	db: &Connection,
	path: &Path,
	genesis: &str,
	worker: &str,
) -> Result<(), JournalError> {
	for (what, expected) in [("the chain", genesis), ("the key", worker)] {
		match fact(db, what)? {
			None => {
				db.execute("INSERT INTO facts VALUES (?1, ?2)", [what, expected])?;
			},
			Some(found) if found == expected => {},
			Some(found) => {
				let expected = expected.to_owned();
				return Err(JournalError::Foreign { path: path.into(), what, found, expected });
			},
		}
	}
	Ok(())
}

fn fact(db: &Connection, name: &str) -> Result<Option<String>, JournalError> {
	let read = |row: &rusqlite::Row<'_>| row.get(0);
	Ok(db.query_row("SELECT value FROM facts WHERE name = ?1", [name], read).optional()?)
}

fn transition(
	change: &rusqlite::Transaction<'_>,
	job: JobId,
	at_ms: i64,
	state: &str,
	detail: Option<&str>,
) -> Result<(), rusqlite::Error> {
	change.execute(
		"INSERT INTO transitions VALUES (?1, ?2, ?3, ?4)",
		params![job.as_bytes(), at_ms, state, detail],
	)?;
	Ok(())
}

pub(crate) fn now_ms() -> i64 {
	i64::try_from(crate::clock::now_millis()).unwrap_or(i64::MAX)
}
