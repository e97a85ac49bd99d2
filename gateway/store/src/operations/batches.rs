//! Batches, from the gateway to the chain's word on them.

use crate::{
	connection::Connection,
	value::{Row, Scale},
	Batch, BatchState, RequestId, StoreError,
};
use futures::future::try_join_all;
use reckon_primitives::{AccountId, BatchId};
use reckon_receipts::SignedReceipt;
use sp_core::H256;

fn receipts(rows: Vec<Row>) -> Result<Vec<SignedReceipt<AccountId>>, StoreError> {
	rows.into_iter().map(|mut row| row.take().map(|Scale(receipt)| receipt)).collect()
}

pub(crate) async fn unbatched(
	db: &Connection,
	limit: u32,
) -> Result<Vec<SignedReceipt<AccountId>>, StoreError> {
	let rows = db.query(
		"SELECT receipt FROM receipts WHERE batch IS NULL ORDER BY answered, seq LIMIT $1",
		[limit.into()],
	);
	receipts(rows.await?)
}

pub(crate) async fn receipts_of(
	db: &Connection,
	root: H256,
) -> Result<Vec<SignedReceipt<AccountId>>, StoreError> {
	let rows = db.query(
		"SELECT receipt FROM receipts JOIN batches ON batches.seq = receipts.batch \
		 WHERE batches.root = $1 AND batches.state >= 0 ORDER BY position",
		[(&root).into()],
	);
	receipts(rows.await?)
}

/// Begins a batch, which is partial until [`prepared`].
pub(crate) async fn begin_batch(db: &Connection, root: H256, at: u64) -> Result<(), StoreError> {
	let begun = db.execute(
		"INSERT INTO batches (root, state, created) VALUES ($1, -1, $2) ON CONFLICT (root) DO NOTHING",
		[(&root).into(), at.into()],
	);
	match begun.await? {
		0 => Err(StoreError::Refused(format!("there is a batch {root:?} already"))),
		_ => Ok(()),
	}
}

/// Adds requests to a partial batch, the first of them at this position.
pub(crate) async fn add(
	db: &Connection,
	root: H256,
	requests: &[RequestId],
	position: u64,
) -> Result<(), StoreError> {
	let batch = db.row("SELECT seq FROM batches WHERE root = $1 AND state = -1", [(&root).into()]);
	let Some(mut row) = batch.await? else {
		return Err(StoreError::Refused(format!("no batch {root:?} is begun")));
	};
	let batch: i64 = row.take()?;
	let places = (position..).zip(requests);
	let added = places.map(async |(position, id)| {
		// By the position: PostgreSQL would look through the index of those that are in no batch.
		let added = db.execute(
			"UPDATE receipts SET batch = $2, position = $3 WHERE position IS NULL \
			 AND seq = (SELECT seq FROM requests WHERE id = $1)",
			[id.into(), batch.into(), position.into()],
		);
		match added.await? {
			0 => Err(StoreError::Refused(format!("no request {id:?} waits for a batch"))),
			_ => Ok(()),
		}
	});
	try_join_all(added).await.map(drop)
}

/// Notes that a partial batch has all of its requests.
pub(crate) async fn prepared(db: &Connection, root: H256) -> Result<(), StoreError> {
	let whole =
		db.execute("UPDATE batches SET state = 0 WHERE root = $1 AND state = -1", [(&root).into()]);
	match whole.await? {
		0 => Err(StoreError::Refused(format!("no batch {root:?} is begun"))),
		_ => Ok(()),
	}
}

pub(crate) async fn committed(
	db: &Connection,
	root: H256,
	batch: BatchId,
	at: u64,
) -> Result<(), StoreError> {
	let changed = db.execute(
		"UPDATE batches SET state = 1, id = $2, committed = $3 WHERE root = $1 AND state = 0",
		[(&root).into(), (&batch).into(), at.into()],
	);
	if changed.await? > 0 {
		return Ok(());
	}
	match batch_of(db, root).await?.map(|there| there.state) {
		// It was told before.
		Some(BatchState::Committed(id) | BatchState::Settled(id) | BatchState::Rejected(id, _))
			if id == batch =>
		{
			Ok(())
		},
		_ => Err(StoreError::Refused(format!("no batch {root:?} waits for the chain"))),
	}
}

pub(crate) async fn settled(
	db: &Connection,
	root: H256,
	reason: Option<&str>,
	at: u64,
) -> Result<(), StoreError> {
	let state = if reason.is_none() { 2_i64 } else { 3 };
	let changed = db.execute(
		"UPDATE batches SET state = $2, reason = $3, ended = $4 WHERE root = $1 AND state = 1",
		[(&root).into(), state.into(), reason.into(), at.into()],
	);
	if changed.await? == 0 {
		return match (batch_of(db, root).await?.map(|there| there.state), reason) {
			// It was told before.
			(Some(BatchState::Settled(_)), None) => Ok(()),
			(Some(BatchState::Rejected(_, there)), Some(reason)) if there == reason => Ok(()),
			_ => Err(StoreError::Refused(format!("no batch {root:?} waits for its end"))),
		};
	}
	Ok(())
}

/// Makes a batch partial that the chain does not have.
pub(crate) async fn begin_dissolving(db: &Connection, root: H256) -> Result<(), StoreError> {
	let partial =
		db.execute("UPDATE batches SET state = -1 WHERE root = $1 AND state < 1", [(&root).into()]);
	match partial.await? {
		0 => Err(StoreError::Refused(format!("no batch {root:?} waits for the chain"))),
		_ => Ok(()),
	}
}

/// Takes requests out of a partial batch, at most so many, and the batch away when it has none left; whether
/// that is so.
pub(crate) async fn dissolve(db: &Connection, root: H256, most: u32) -> Result<bool, StoreError> {
	let out = db.execute(
		"UPDATE receipts SET batch = NULL, position = NULL WHERE seq IN (SELECT receipts.seq \
		 FROM batches JOIN receipts ON receipts.batch = batches.seq \
		 WHERE root = $1 AND state = -1 LIMIT $2)",
		[(&root).into(), most.into()],
	);
	if out.await? == u64::from(most) {
		return Ok(false);
	}
	db.execute("DELETE FROM batches WHERE root = $1 AND state = -1", [(&root).into()]).await?;
	Ok(true)
}

fn read(mut row: Row) -> Result<Batch, StoreError> {
	let root = row.take()?;
	let (state, id, reason): (i64, Option<BatchId>, Option<String>) =
		(row.take()?, row.take()?, row.take()?);
	let state = match (state, id, reason) {
		(-1, None, None) => BatchState::Partial,
		(0, None, None) => BatchState::Prepared,
		(1, Some(id), None) => BatchState::Committed(id),
		(2, Some(id), None) => BatchState::Settled(id),
		(3, Some(id), Some(reason)) => BatchState::Rejected(id, reason),
		_ => return Err(StoreError::Corrupt(format!("a batch in state {state}"))),
	};
	Ok(Batch { root, state, created: row.take()? })
}

pub(crate) async fn open_batches(db: &Connection) -> Result<Vec<Batch>, StoreError> {
	let rows = db.query(
		"SELECT root, state, id, reason, created FROM batches WHERE state < 2 ORDER BY seq",
		[],
	);
	rows.await?.into_iter().map(read).collect()
}

pub(crate) async fn batch_of(db: &Connection, name: H256) -> Result<Option<Batch>, StoreError> {
	let row = db.row(
		"SELECT root, state, id, reason, created FROM batches WHERE root = $1 OR id = $1 \
		 ORDER BY root = $1 DESC, seq DESC LIMIT 1",
		[(&name).into()],
	);
	row.await?.map(read).transpose()
}
