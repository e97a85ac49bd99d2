//! Accounts and lists: what became of the jobs, and what they brought.

use super::{now_ms, transition, Journal, JournalError};
use reckon_sdk::{Balance, BlockNumber, JobEvent, JobId, H256};
use rusqlite::params;
use serde::Serialize;
use std::collections::BTreeMap;

/// How long ended jobs are kept in the journal, in milliseconds: 30 days.
const KEPT_FOR_MS: i64 = 30 * 24 * 3_600_000;

/// What the worker did and what it brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Earnings {
	/// Jobs that were paid for.
	pub settled: u64,
	/// The clients' charges for them, in the smallest unit; the subnet's shares and the model's
	/// royalty go off it before it reaches the provider.
	#[serde(serialize_with = "text")]
	pub charged: Balance,
}

fn text<S: serde::Serializer>(value: &Balance, to: S) -> Result<S::Ok, S::Error> {
	to.serialize_str(&value.to_string())
}

/// One job in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobRecord {
	/// The job.
	pub job: JobId,
	/// Where it stands.
	pub state: String,
	/// Why, where there is a reason.
	pub reason: Option<String>,
	/// Tokens read and written.
	pub units: (u32, u32),
	/// What the client paid.
	pub charge: Option<String>,
}

impl Journal {
	/// Accounts for what happened to our jobs up to and in a finalized block, once.
	///
	/// # Errors
	/// When the write fails.
	pub fn account_for(
		&mut self,
		block: BlockNumber,
		events: &[JobEvent],
	) -> Result<(), JournalError> {
		let now = now_ms();
		let change = self.db.transaction()?;
		for event in events {
			let JobEvent::JobSettled { job, charge, .. } = event else { continue };
			// Only of our jobs: others have no row.
			let changed = change.execute(
				"UPDATE jobs SET charge = ?2, settled_at = ?3, changed_at_ms = ?4 \
				 WHERE id = ?1 AND settled_at IS NULL AND signed = 1",
				params![job.as_bytes(), charge.to_string(), block, now],
			)?;
			if changed == 1 {
				transition(&change, *job, now, "settled", Some(&charge.to_string()))?;
			}
		}
		change.execute(
			"INSERT INTO facts VALUES ('cursor', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
			[block.to_string()],
		)?;
		change.commit()?;
		Ok(())
	}

	/// What was earned so far.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn earnings(&self) -> Result<Earnings, JournalError> {
		let mut rows = self.db.prepare("SELECT charge FROM jobs WHERE settled_at IS NOT NULL")?;
		let mut rows = rows.query([])?;
		let mut earnings = Earnings::default();
		while let Some(row) = rows.next()? {
			let charge: String = row.get(0)?;
			earnings.settled += 1;
			// Sums of u128 do not fit SQLite's integers.
			let charge: Balance = charge.parse().unwrap_or_default();
			earnings.charged = earnings.charged.saturating_add(charge);
		}
		Ok(earnings)
	}

	/// How many jobs there are, by state and reason.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn counts(&self) -> Result<BTreeMap<(String, String), u64>, JournalError> {
		let mut rows = self.db.prepare(
			"SELECT CASE WHEN settled_at IS NULL THEN state ELSE 'settled' END, \
			 ifnull(reason, ''), count(*) FROM jobs GROUP BY 1, 2",
		)?;
		let rows = rows.query_map([], |row| {
			Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)?.unsigned_abs()))
		})?;
		Ok(rows.collect::<Result<_, _>>()?)
	}

	/// The newest jobs.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn newest(&self, limit: u32) -> Result<Vec<JobRecord>, JournalError> {
		let mut rows = self.db.prepare(
			"SELECT id, CASE WHEN settled_at IS NULL THEN state ELSE 'settled' END, reason, \
			 units_in, units_out, charge FROM jobs ORDER BY seen_at_ms DESC LIMIT ?1",
		)?;
		let rows = rows.query_map([limit], |row| {
			Ok(JobRecord {
				job: H256(row.get(0)?),
				state: row.get(1)?,
				reason: row.get(2)?,
				units: (row.get(3)?, row.get(4)?),
				charge: row.get(5)?,
			})
		})?;
		Ok(rows.collect::<Result<_, _>>()?)
	}

	/// Every transition of one job, oldest first: state and time.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn history(&self, job: JobId) -> Result<Vec<(String, i64)>, JournalError> {
		let mut rows = self
			.db
			.prepare("SELECT state, at_ms FROM transitions WHERE job = ?1 ORDER BY rowid")?;
		let rows = rows.query_map([job.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
		Ok(rows.collect::<Result<_, _>>()?)
	}

	/// The delivery of a job, as it was written down.
	///
	/// # Errors
	/// When the journal can't be read.
	pub fn delivery(&self, job: JobId) -> Result<Option<crate::jobs::Work>, JournalError> {
		use rusqlite::OptionalExtension;
		let text: Option<Option<String>> = self
			.db
			.query_row("SELECT work FROM jobs WHERE id = ?1", [job.as_bytes()], |row| row.get(0))
			.optional()?;
		Ok(text.flatten().map(|text| serde_json::from_str(&text)).transpose()?)
	}

	/// Forgets the history of jobs that ended long ago; the sums keep them.
	///
	/// # Errors
	/// When the write fails.
	pub fn prune(&mut self) -> Result<(), JournalError> {
		let before = now_ms().saturating_sub(KEPT_FOR_MS);
		self.db.execute("DELETE FROM transitions WHERE at_ms < ?1", [before])?;
		self.db.execute("DELETE FROM openings WHERE changed_at_ms < ?1", [before])?;
		Ok(())
	}
}
