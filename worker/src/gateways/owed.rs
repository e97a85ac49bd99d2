//! What gateways owe: receipts that they have acknowledged, as long as they are not paid and somebody can
//! still complain about them. In the database of the answers, so that both change in one commit.
//!
//! * `taken`: acknowledged, and in no batch that this worker knows of;
//! * `batched`: proved to be in a batch, which is not paid yet and may be rejected;
//! * `complaining`: a complaint was sent, and its end is not known;
//! * `complained`: the chain has the complaint.
//!
//! A receipt goes when its batch pays, when its complaint is through, or when it is too late for one.

use crate::journal::JournalError;
use codec::{DecodeAll, Encode};
use prost::Message;
use reckon_gateway_protocol::v1;
use reckon_receipts::{SignedAcknowledgement, SignedReceipt};
use reckon_sdk::{AccountId, BatchId, BlockNumber, ComplaintBounds, H256};
use rusqlite::{params, Connection, OptionalExtension, Row};

/// What version 2 of the database has more.
pub(super) const LAYOUT: &str = "
CREATE TABLE owed (
	-- The hash of the receipt's leaf.
	receipt BLOB PRIMARY KEY,
	request BLOB NOT NULL,
	gateway BLOB NOT NULL,
	-- SCALE SignedReceipt and SignedAcknowledgement.
	signed BLOB NOT NULL,
	acknowledged BLOB NOT NULL,
	-- What it charges, as far as that fits: the dearest is complained about first.
	charge INTEGER NOT NULL,
	taken_at INTEGER NOT NULL,
	state TEXT NOT NULL,
	-- The block from which on there is something to do.
	look_at INTEGER NOT NULL,
	-- The block in which its gateway was asked first.
	asked_at INTEGER,
	batch BLOB,
	-- From which block on it is too late for an answer to its complaint.
	due INTEGER,
	-- The last block that had its complaint.
	open_at INTEGER
) STRICT;
CREATE INDEX owed_state ON owed (state, look_at);
CREATE INDEX owed_taken ON owed (gateway, look_at) WHERE state = 'taken';
CREATE INDEX owed_asked ON owed (asked_at) WHERE state = 'taken' AND asked_at IS NOT NULL;
CREATE INDEX owed_late ON owed (taken_at);
CREATE INDEX owed_counts ON owed (gateway, state);
CREATE INDEX owed_batch ON owed (batch) WHERE batch IS NOT NULL;
CREATE TRIGGER owed_is_final BEFORE UPDATE OF receipt, signed, acknowledged, taken_at ON owed
BEGIN
	SELECT RAISE(ABORT, 'an acknowledgement never changes');
END;
-- Receipts for which gateways say that nobody is paid, in eighths, as of a time.
CREATE TABLE declined (
	gateway BLOB PRIMARY KEY,
	eighths INTEGER NOT NULL,
	at_ms INTEGER NOT NULL
) STRICT;
";

/// So many receipts that are acknowledged make up for one that is not taken: now and then another worker was
/// first, or a client is gone.
const MAKE_UP: i64 = 8;
/// In so many milliseconds half of what was not taken is forgiven.
const HALVED_EACH_MS: i64 = 3_600_000;

/// Where the chain is, and when it hears complaints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
	/// The newest finalized block.
	pub now: BlockNumber,
	/// When complaints are heard.
	pub bounds: ComplaintBounds,
}

impl Calendar {
	/// The first block in which anybody may complain about what was taken then.
	pub fn first(&self, taken_at: BlockNumber) -> BlockNumber {
		taken_at.saturating_add(self.bounds.patience_blocks).saturating_add(1)
	}

	/// The last one.
	pub fn last(&self, taken_at: BlockNumber) -> BlockNumber {
		let patience = taken_at.saturating_add(self.bounds.patience_blocks);
		patience.saturating_add(self.bounds.complaint_blocks)
	}

	/// How long a gateway is asked for proofs before anybody complains.
	pub fn asking(&self) -> BlockNumber {
		(self.bounds.complaint_blocks / 8).max(1)
	}

	/// How long until it is asked for the same again, or something that failed is tried again.
	pub fn pause(&self) -> BlockNumber {
		(self.asking() / 16).max(1)
	}

	/// So near to the end that nobody is asked any more.
	fn hurry(&self) -> BlockNumber {
		(self.asking() / 4).max(1)
	}

	/// Whether an acknowledgement of this block is worth something: one of the future puts complaints off,
	/// of one that is old nothing is left. A gateway may see finality earlier or later than this worker.
	pub fn is_worth(&self, taken_at: BlockNumber) -> bool {
		let latest = self.now.saturating_add(self.bounds.patience_blocks);
		taken_at <= latest && self.last(taken_at) > self.now.saturating_add(self.asking())
	}
}

/// A receipt that its gateway has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
	/// The receipt.
	pub signed: SignedReceipt<AccountId>,
	/// The gateway's word.
	pub acknowledged: SignedAcknowledgement,
}

impl Owed {
	/// Names it: the hash of its leaf.
	pub fn id(&self) -> H256 {
		self.acknowledged.acknowledgement.receipt
	}
}

/// A complaint whose end is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
	pub(super) receipt: H256,
	pub(super) gateway: AccountId,
	/// The chain had it in a block, and from which one on it is too late for an answer.
	pub(super) open: Option<(BlockNumber, BlockNumber)>,
	pub(super) taken_at: BlockNumber,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
	/// Receipts that are acknowledged and not paid.
	pub(super) unpaid: u64,
	/// Complaints that were sent and are not through.
	pub(super) complaints: u64,
}

type Done<T> = Result<T, JournalError>;

/// The receipt for a request, when its gateway has said nothing about it.
pub(super) fn unsaid(
	db: &Connection,
	gateway: AccountId,
	request: H256,
) -> Done<Option<SignedReceipt<AccountId>>> {
	let mut row = db.prepare_cached(
		"SELECT finished FROM answers \
		 WHERE request = ?1 AND gateway = ?2 AND stored_at_ms IS NULL",
	)?;
	let read = |row: &Row<'_>| row.get::<_, Vec<u8>>(0);
	let finished = row.query_row(params![request.as_bytes(), gateway.0], read).optional()?;
	let Some(finished) = finished else { return Ok(None) };
	let receipt = v1::Finished::decode(finished.as_slice())
		.ok()
		.and_then(|finished| SignedReceipt::decode_all(&mut finished.receipt.as_slice()).ok());
	receipt.map(Some).ok_or_else(|| unreadable("an answer"))
}

/// Its gateway has the receipt, and answers for it.
pub(super) fn acknowledge(db: &Connection, owed: &Owed, calendar: &Calendar, ms: i64) -> Done<()> {
	let receipt = &owed.signed.receipt;
	let taken_at = owed.acknowledged.acknowledgement.taken_at;
	if !stored(db, receipt.gateway, receipt.request, ms)? {
		return Ok(());
	}
	let mut row = db.prepare_cached(
		"INSERT INTO owed (receipt, request, gateway, signed, acknowledged, charge, taken_at, \
		 state, look_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'taken', ?8)",
	)?;
	row.execute(params![
		owed.id().as_bytes(),
		receipt.request.as_bytes(),
		receipt.gateway.0,
		owed.signed.encode(),
		owed.acknowledged.encode(),
		i64::try_from(receipt.charge).unwrap_or(i64::MAX),
		taken_at,
		calendar.first(taken_at),
	])?;
	let left = declined_eighths(db, receipt.gateway, ms)?;
	if left > 0 {
		set_declined(db, receipt.gateway, left.saturating_sub(1), ms)?;
	}
	Ok(())
}

/// Its gateway says that nobody is paid for the receipt, or nothing that would be worth anything.
pub(super) fn decline(db: &Connection, gateway: AccountId, request: H256, ms: i64) -> Done<()> {
	if stored(db, gateway, request, ms)? {
		let before = declined_eighths(db, gateway, ms)?;
		set_declined(db, gateway, before.saturating_add(MAKE_UP), ms)?;
	}
	Ok(())
}

/// Its gateway has an answer for which nobody pays anything.
pub(super) fn free(db: &Connection, gateway: AccountId, request: H256, ms: i64) -> Done<()> {
	stored(db, gateway, request, ms).map(drop)
}

/// Whether it waited until now.
fn stored(db: &Connection, gateway: AccountId, request: H256, ms: i64) -> Done<bool> {
	let mut change = db.prepare_cached(
		"UPDATE answers SET stored_at_ms = ?3 \
		 WHERE request = ?1 AND gateway = ?2 AND stored_at_ms IS NULL",
	)?;
	Ok(change.execute(params![request.as_bytes(), gateway.0, ms])? > 0)
}

/// What a gateway has not acknowledged: answers that it has said nothing about, and those for which it says
/// that nobody is paid, as far as others have not made up for them. Not counted beyond `most`.
pub(super) fn unacknowledged(db: &Connection, gateway: AccountId, most: u32, ms: i64) -> Done<u64> {
	let mut row = db.prepare_cached(
		"SELECT count(*) FROM (SELECT 1 FROM answers \
		 WHERE stored_at_ms IS NULL AND gateway = ?1 LIMIT ?2)",
	)?;
	let waiting: i64 = row.query_row(params![gateway.0, most], |row| row.get(0))?;
	let declined = declined_eighths(db, gateway, ms)? / MAKE_UP;
	Ok(u64::try_from(waiting.saturating_add(declined)).unwrap_or_default())
}

fn declined_eighths(db: &Connection, gateway: AccountId, ms: i64) -> Done<i64> {
	let mut row = db.prepare_cached("SELECT eighths, at_ms FROM declined WHERE gateway = ?1")?;
	let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
	let Some((eighths, at)) = row.query_row([gateway.0], read).optional()? else { return Ok(0) };
	let halvings = ms.saturating_sub(at).max(0) / HALVED_EACH_MS;
	Ok(u32::try_from(halvings).ok().and_then(|by| eighths.checked_shr(by)).unwrap_or_default())
}

fn set_declined(db: &Connection, gateway: AccountId, eighths: i64, ms: i64) -> Done<()> {
	// What has passed of the hour goes on.
	let mut row = db.prepare_cached(
		"INSERT INTO declined VALUES (?1, ?2, ?3) ON CONFLICT (gateway) DO UPDATE SET \
		 eighths = ?2, at_ms = at_ms + max(?3 - at_ms, 0) / ?4 * ?4",
	)?;
	row.execute(params![gateway.0, eighths, ms, HALVED_EACH_MS])?;
	Ok(())
}

/// The gateways that have had their time for a batch, and are to be asked for proofs now.
pub(super) fn to_be_asked(db: &Connection, now: BlockNumber) -> Done<Vec<AccountId>> {
	let mut rows = db.prepare_cached(
		"SELECT DISTINCT gateway FROM owed WHERE state = 'taken' AND look_at <= ?1",
	)?;
	let rows = rows.query_map([now], |row| Ok(AccountId::from(row.get::<_, [u8; 32]>(0)?)))?;
	Ok(rows.collect::<Result<_, _>>()?)
}

/// The receipts to ask a gateway for, of those that wait longest: at most so many. They are asked for again
/// after a pause.
pub(super) fn ask(
	db: &Connection,
	gateway: AccountId,
	calendar: &Calendar,
	most: u32,
) -> Done<Vec<Owed>> {
	let mut rows = db.prepare_cached(
		"SELECT signed, acknowledged FROM owed \
		 WHERE state = 'taken' AND gateway = ?1 AND look_at <= ?2 ORDER BY look_at LIMIT ?3",
	)?;
	let rows = rows.query_map(params![gateway.0, calendar.now, most], raw)?;
	let asked = decoded(rows.collect::<Result<_, _>>()?)?;
	let mut change = db.prepare_cached(
		"UPDATE owed SET look_at = ?2, asked_at = ifnull(asked_at, ?3) WHERE receipt = ?1",
	)?;
	for owed in &asked {
		let again = calendar.now.saturating_add(calendar.pause());
		change.execute(params![owed.id().as_bytes(), again, calendar.now])?;
	}
	Ok(asked)
}

/// A gateway is not here to be asked: its time runs all the same.
pub(super) fn in_vain(db: &Connection, gateway: AccountId, calendar: &Calendar) -> Done<()> {
	let mut change = db.prepare_cached(
		"UPDATE owed SET look_at = ?3, asked_at = ifnull(asked_at, ?2) \
		 WHERE state = 'taken' AND gateway = ?1 AND look_at <= ?2",
	)?;
	let again = calendar.now.saturating_add(calendar.pause());
	change.execute(params![gateway.0, calendar.now, again])?;
	Ok(())
}

/// A receipt is in a batch, which is looked at again in this block.
pub(super) fn batched(
	db: &Connection,
	receipt: H256,
	batch: BatchId,
	look_at: BlockNumber,
) -> Done<()> {
	let mut change = db.prepare_cached(
		"UPDATE owed SET state = 'batched', batch = ?2, look_at = ?3 \
		 WHERE receipt = ?1 AND state = 'taken'",
	)?;
	change.execute(params![receipt.as_bytes(), batch.as_bytes(), look_at])?;
	Ok(())
}

/// The batches that are to be looked at again now, at most so many.
pub(super) fn batches(db: &Connection, now: BlockNumber, most: u32) -> Done<Vec<BatchId>> {
	let mut rows = db.prepare_cached(
		"SELECT DISTINCT batch FROM owed WHERE state = 'batched' AND look_at <= ?1 LIMIT ?2",
	)?;
	let rows = rows.query_map([now, most], |row| Ok(H256(row.get(0)?)))?;
	Ok(rows.collect::<Result<_, _>>()?)
}

/// A batch still waits.
pub(super) fn batch_waits(db: &Connection, batch: BatchId, look_at: BlockNumber) -> Done<()> {
	let mut change = db.prepare_cached("UPDATE owed SET look_at = ?2 WHERE batch = ?1")?;
	change.execute(params![batch.as_bytes(), look_at])?;
	Ok(())
}

/// A batch is paid.
pub(super) fn batch_paid(db: &Connection, batch: BatchId) -> Done<()> {
	let mut change = db.prepare_cached("DELETE FROM owed WHERE batch = ?1")?;
	change.execute([batch.as_bytes()])?;
	Ok(())
}

/// A batch was rejected, which is no answer: what was in it is in none.
pub(super) fn batch_lost(db: &Connection, batch: BatchId, now: BlockNumber) -> Done<usize> {
	let mut change = db.prepare_cached(
		"UPDATE owed SET state = 'taken', batch = NULL, look_at = ?2 WHERE batch = ?1",
	)?;
	Ok(change.execute(params![batch.as_bytes(), now])?)
}

/// What is to be complained about now, the dearest first: its gateway was asked for long enough, or the time
/// for complaints is nearly over. At most so many.
pub(super) fn unproved(db: &Connection, calendar: &Calendar, most: u32) -> Done<Vec<Owed>> {
	let mut rows = db.prepare_cached(
		"SELECT signed, acknowledged FROM owed WHERE receipt IN (\
		 SELECT receipt FROM owed INDEXED BY owed_asked \
		 WHERE state = 'taken' AND asked_at IS NOT NULL AND asked_at <= ?1 \
		 UNION SELECT receipt FROM owed INDEXED BY owed_late \
		 WHERE state = 'taken' AND taken_at <= ?2 AND ifnull(asked_at, -1) <= ?3) ORDER BY charge DESC LIMIT ?4",
	)?;
	let ago = |blocks: BlockNumber| calendar.now.checked_sub(blocks).map_or(-1, i64::from);
	// Taken before that, the last block for a complaint is near.
	let whole = calendar.last(0);
	let near = calendar.now.saturating_add(calendar.hurry()).checked_sub(whole);
	let near = near.map_or(-1, i64::from);
	let (long_ago, lately) = (ago(calendar.asking()), ago(calendar.pause()));
	let rows = rows.query_map(params![long_ago, near, lately, most], raw)?;
	decoded(rows.collect::<Result<_, _>>()?)
}

/// The chain would not hear it now: its gateway is asked anew.
pub(super) fn put_off(db: &Connection, receipt: H256, calendar: &Calendar) -> Done<()> {
	let mut change = db.prepare_cached(
		"UPDATE owed SET state = 'taken', asked_at = ?2, look_at = ?2, due = NULL, \
		 open_at = NULL WHERE receipt = ?1",
	)?;
	change.execute(params![receipt.as_bytes(), calendar.now])?;
	Ok(())
}

/// A gateway has shown a batch that nobody had heard of: it is asked for all the others again, before anybody
/// complains.
pub(super) fn ask_anew(db: &Connection, gateway: AccountId, calendar: &Calendar) -> Done<()> {
	let mut change = db.prepare_cached(
		"UPDATE owed SET asked_at = ?2, look_at = ?2 \
		 WHERE state = 'taken' AND gateway = ?1 AND asked_at IS NOT NULL",
	)?;
	change.execute(params![gateway.0, calendar.now])?;
	Ok(())
}

/// A complaint is about to be sent. If nothing is heard of it, it is looked for in this block.
pub(super) fn complaining(db: &Connection, receipt: H256, look_at: BlockNumber) -> Done<()> {
	let mut change = db
		.prepare_cached("UPDATE owed SET state = 'complaining', look_at = ?2 WHERE receipt = ?1")?;
	change.execute(params![receipt.as_bytes(), look_at])?;
	Ok(())
}

/// The chain has a complaint in this block, which its gateway may answer before `due`.
pub(super) fn complained(
	db: &Connection,
	receipt: H256,
	due: BlockNumber,
	calendar: &Calendar,
) -> Done<()> {
	let mut change = db.prepare_cached(
		"UPDATE owed SET state = 'complained', due = ?2, open_at = ?3, look_at = ?4 \
		 WHERE receipt = ?1",
	)?;
	let again = calendar.now.saturating_add(calendar.pause());
	change.execute(params![receipt.as_bytes(), due, calendar.now, again])?;
	Ok(())
}

/// The complaints to look after now, at most so many.
pub(super) fn pending(db: &Connection, now: BlockNumber, most: u32) -> Done<Vec<Pending>> {
	let mut rows = db.prepare_cached(
		"SELECT receipt, gateway, open_at, due, taken_at FROM owed \
		 WHERE state IN ('complaining', 'complained') AND look_at <= ?1 \
		 ORDER BY look_at LIMIT ?2",
	)?;
	let rows = rows.query_map([now, most], |row| {
		let gateway = AccountId::from(row.get::<_, [u8; 32]>(1)?);
		let open = row.get::<_, Option<u32>>(2)?.zip(row.get(3)?);
		Ok(Pending { receipt: H256(row.get(0)?), gateway, open, taken_at: row.get(4)? })
	})?;
	Ok(rows.collect::<Result<_, _>>()?)
}

/// A complaint is in no block, and can't come into one any more.
pub(super) fn unsent(db: &Connection, receipt: H256, now: BlockNumber) -> Done<()> {
	let mut change =
		db.prepare_cached("UPDATE owed SET state = 'taken', look_at = ?2 WHERE receipt = ?1")?;
	change.execute(params![receipt.as_bytes(), now])?;
	Ok(())
}

/// There is nothing more to be done about a receipt.
pub(super) fn done(db: &Connection, receipt: H256) -> Done<()> {
	db.prepare_cached("DELETE FROM owed WHERE receipt = ?1")?.execute([receipt.as_bytes()])?;
	Ok(())
}

/// Forgets what nobody can complain about any more. Says how many were in no batch.
pub(super) fn forget(db: &Connection, calendar: &Calendar) -> Done<usize> {
	let Some(before) = calendar.now.checked_sub(calendar.last(0)) else { return Ok(0) };
	let mut forget = db.prepare_cached(
		"DELETE FROM owed INDEXED BY owed_late WHERE taken_at < ?1 AND state = ?2",
	)?;
	forget.execute(params![before, "batched"])?;
	Ok(forget.execute(params![before, "taken"])?)
}

/// How many complaints were sent and are not through.
pub(super) fn open(db: &Connection) -> Done<u32> {
	let mut row = db
		.prepare_cached("SELECT count(*) FROM owed WHERE state IN ('complaining', 'complained')")?;
	Ok(row.query_row([], |row| row.get(0))?)
}

/// How much each gateway owes.
pub(super) fn counts(db: &Connection) -> Done<Vec<(AccountId, Counts)>> {
	let mut rows = db.prepare_cached(
		"SELECT gateway, count(*), sum(state IN ('complaining', 'complained')) \
		 FROM owed GROUP BY gateway",
	)?;
	let rows = rows.query_map([], |row| {
		let gateway = AccountId::from(row.get::<_, [u8; 32]>(0)?);
		let count = |count: i64| u64::try_from(count).unwrap_or_default();
		let (unpaid, complaints) = (count(row.get(1)?), count(row.get(2)?));
		Ok((gateway, Counts { unpaid, complaints }))
	})?;
	Ok(rows.collect::<Result<_, _>>()?)
}

fn raw(row: &Row<'_>) -> rusqlite::Result<(Vec<u8>, Vec<u8>)> {
	Ok((row.get(0)?, row.get(1)?))
}

fn decoded(rows: Vec<(Vec<u8>, Vec<u8>)>) -> Done<Vec<Owed>> {
	let decode = |(signed, acknowledged): (Vec<u8>, Vec<u8>)| {
		let signed = SignedReceipt::decode_all(&mut signed.as_slice());
		let acknowledged = SignedAcknowledgement::decode_all(&mut acknowledged.as_slice());
		signed.ok().zip(acknowledged.ok()).ok_or_else(|| unreadable("an acknowledged receipt"))
	};
	let owed = rows.into_iter().map(decode);
	owed.map(|owed| owed.map(|(signed, acknowledged)| Owed { signed, acknowledged })).collect()
}

fn unreadable(what: &str) -> JournalError {
	let why = format!("{what} in the journal can't be read");
	let kind = rusqlite::types::Type::Blob;
	rusqlite::Error::FromSqlConversionFailure(0, kind, why.into()).into()
}

#[cfg(test)]
mod tests;
