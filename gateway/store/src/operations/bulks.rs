//! Bulks: what OpenAI's API calls batches.

use super::files::{beginning, file, put, show_output};
use crate::{
	connection::Connection, value::Row, Bulk, BulkEnd, BulkId, BulkState, OpenBulk, Page, Purpose,
	StoreError,
};
use reckon_primitives::AccountId;
use sp_core::H256;

/// All columns of a bulk, in the order in which [`read`] reads them.
macro_rules! select_bulk {
	($rest:literal) => {
		concat!(
			"SELECT id, owner, key, repeat, endpoint, metadata, input, output, failures, state, ",
			"errors, total, completed, failed, created, expires, begun, cancelling, ended ",
			"FROM bulks ",
			$rest
		)
	};
}

fn read(mut row: Row) -> Result<Bulk, StoreError> {
	Ok(Bulk {
		id: row.take()?,
		owner: row.take()?,
		key: row.take()?,
		repeat: row.take()?,
		endpoint: row.take()?,
		metadata: row.take()?,
		input: row.take()?,
		output: row.take()?,
		failures: row.take()?,
		state: match row.take::<i64>()? {
			0 => BulkState::Validating,
			1 => BulkState::InProgress,
			2 => BulkState::Cancelling,
			3 => BulkState::Completed,
			4 => BulkState::Failed,
			5 => BulkState::Expired,
			6 => BulkState::Cancelled,
			other => return Err(StoreError::Corrupt(format!("a bulk in state {other}"))),
		},
		errors: row.take()?,
		total: row.take()?,
		completed: row.take()?,
		failed: row.take()?,
		created: row.take()?,
		expires: row.take()?,
		begun: row.take()?,
		cancelling: row.take()?,
		ended: row.take()?,
	})
}

pub(crate) async fn put_bulk(
	db: &Connection,
	bulk: &Bulk,
	repeat_after: u64,
	(open, all): (u32, u32),
) -> Result<Bulk, StoreError> {
	let there = db.row(
		select_bulk!(
			"WHERE owner = $1 AND repeat = $2 AND created >= $3 ORDER BY seq DESC LIMIT 1"
		),
		[(&bulk.owner).into(), bulk.repeat.as_ref().into(), repeat_after.into()],
	);
	if let Some(row) = there.await? {
		return read(row);
	}
	let input = file(db, bulk.input, &bulk.owner).await?;
	if input.is_none_or(|input| input.purpose != Purpose::Input) {
		return Err(StoreError::Refused(format!("there is no file {:?} to read", bulk.input)));
	}
	let owned = db.row(
		"SELECT COUNT(*), CAST(SUM(CASE WHEN state < 3 THEN 1 ELSE 0 END) AS BIGINT) FROM bulks \
		 WHERE owner = $1",
		[(&bulk.owner).into()],
	);
	let (kept, unended) = match owned.await? {
		Some(mut row) => (row.take::<u64>()?, row.take::<Option<u64>>()?.unwrap_or_default()),
		None => (0, 0),
	};
	if unended >= open.into() || kept >= all.into() {
		let why = format!("{} has {unended} open bulks and {kept} in all", bulk.owner);
		return Err(StoreError::Refused(why));
	}
	let put = db.execute(
		"INSERT INTO bulks (id, owner, key, repeat, endpoint, metadata, input, output, failures, \
		 state, total, completed, failed, created, expires) \
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 0, $10, $11) \
		 ON CONFLICT (id) DO NOTHING",
		[
			(&bulk.id).into(),
			(&bulk.owner).into(),
			(&bulk.key).into(),
			bulk.repeat.as_ref().into(),
			bulk.endpoint.as_str().into(),
			bulk.metadata.as_str().into(),
			(&bulk.input).into(),
			(&bulk.output).into(),
			(&bulk.failures).into(),
			bulk.created.into(),
			bulk.expires.into(),
		],
	);
	match put.await? {
		0 => Err(StoreError::Refused(format!("there is a bulk {:?} already", bulk.id))),
		_ => Ok(bulk.clone()),
	}
}

pub(crate) async fn bulk(db: &Connection, id: BulkId) -> Result<Option<Bulk>, StoreError> {
	db.row(select_bulk!("WHERE id = $1"), [(&id).into()]).await?.map(read).transpose()
}

pub(crate) async fn bulks_of(
	db: &Connection,
	owner: &AccountId,
	page: Page,
) -> Result<Vec<Bulk>, StoreError> {
	let find = "SELECT seq FROM bulks WHERE id = $1";
	let Some(beyond) = beginning(db, find, &page).await? else { return Ok(Vec::new()) };
	let sql = match page.oldest_first {
		true => select_bulk!("WHERE owner = $1 AND seq > $2 ORDER BY seq LIMIT $3"),
		false => select_bulk!("WHERE owner = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3"),
	};
	let rows = db.query(sql, [owner.into(), beyond.into(), page.limit.into()]);
	rows.await?.into_iter().map(read).collect()
}

pub(crate) async fn open_bulks(db: &Connection) -> Result<Vec<OpenBulk>, StoreError> {
	let open = "SELECT id, owner, state FROM bulks WHERE state < 3 ORDER BY seq";
	let rows = db.query(open, []).await?;
	let read = |mut row: Row| {
		Ok(OpenBulk { id: row.take()?, owner: row.take()?, cancelling: row.take::<i64>()? == 2 })
	};
	rows.into_iter().map(read).collect()
}

pub(crate) async fn begin_bulk(
	db: &Connection,
	id: BulkId,
	total: u64,
	at: u64,
) -> Result<bool, StoreError> {
	let begun = db.execute(
		"UPDATE bulks SET state = 1, total = $2, begun = $3 WHERE id = $1 AND state = 0",
		[(&id).into(), total.into(), at.into()],
	);
	Ok(begun.await? > 0)
}

pub(crate) async fn cancel_bulk(db: &Connection, id: BulkId, at: u64) -> Result<bool, StoreError> {
	let cancelled = db.execute(
		"UPDATE bulks SET state = 2, cancelling = $2 WHERE id = $1 AND state < 2",
		[(&id).into(), at.into()],
	);
	Ok(cancelled.await? > 0)
}

pub(crate) async fn put_line(
	db: &Connection,
	id: BulkId,
	line: u64,
	failed: bool,
	bytes: &[u8],
) -> Result<bool, StoreError> {
	let files =
		db.row("SELECT output, failures FROM bulks WHERE id = $1 AND state < 3", [(&id).into()]);
	let Some(mut files) = files.await? else { return Ok(false) };
	let (output, failures): (H256, H256) = (files.take()?, files.take()?);
	let there = db.row(
		"SELECT number FROM pieces WHERE file IN ($1, $2) AND number = $3",
		[(&output).into(), (&failures).into(), line.into()],
	);
	if there.await?.is_some() {
		return Ok(false);
	}
	let (file, count) = match failed {
		false => (output, "UPDATE bulks SET completed = completed + 1 WHERE id = $1"),
		true => (failures, "UPDATE bulks SET failed = failed + 1 WHERE id = $1"),
	};
	put(db, file, line, bytes).await?;
	db.execute(count, [(&id).into()]).await?;
	Ok(true)
}

pub(crate) async fn lines_of(db: &Connection, id: BulkId) -> Result<Vec<u64>, StoreError> {
	let rows = db.query(
		"SELECT pieces.number FROM bulks \
		 JOIN pieces ON pieces.file IN (bulks.output, bulks.failures) \
		 WHERE bulks.id = $1 ORDER BY pieces.number",
		[(&id).into()],
	);
	rows.await?.into_iter().map(|mut row| row.take()).collect()
}

pub(crate) async fn end_bulk(
	db: &Connection,
	id: BulkId,
	end: &BulkEnd,
	at: u64,
	keep: u64,
) -> Result<bool, StoreError> {
	let Some(bulk) = bulk(db, id).await? else { return Ok(false) };
	let end = match bulk.state {
		BulkState::Validating | BulkState::InProgress => end,
		BulkState::Cancelling => &BulkEnd::Cancelled,
		BulkState::Completed | BulkState::Failed | BulkState::Expired | BulkState::Cancelled => {
			return Ok(false)
		},
	};
	let (state, errors) = match end {
		BulkEnd::Completed => (3_i64, None),
		BulkEnd::Failed(errors) => (4, Some(errors.as_str())),
		BulkEnd::Expired => (5, None),
		BulkEnd::Cancelled => (6, None),
	};
	let named = |what: &str| format!("batch_{id:x}_{what}.jsonl");
	for (file, what) in [(bulk.output, "output"), (bulk.failures, "error")] {
		show_output(db, file, &bulk.owner, &named(what), (at, keep)).await?;
	}
	db.execute(
		"UPDATE bulks SET state = $2, errors = $3, ended = $4 WHERE id = $1",
		[(&id).into(), state.into(), errors.into(), at.into()],
	)
	.await?;
	Ok(true)
}
