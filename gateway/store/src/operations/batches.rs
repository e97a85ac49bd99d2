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

/// So many statements are under way at once.
const PIPELINE: usize = 256;

fn receipts(rows: Vec<Row>) -> Result<Vec<SignedReceipt<AccountId>>, StoreError> {
	rows.into_iter().map(|mut row| row.take().map(|Scale(receipt)| receipt)).collect()
}

pub(crate) async fn unbatched(
	db: &Connection,
	limit: u32,
) -> Result<Vec<SignedReceipt<AccountId>>, StoreError> {
	let rows = db.query(
		"SELECT receipt FROM requests WHERE state = 2 ORDER BY answered, seq LIMIT $1",
		[limit.into()],
	);
	receipts(rows.await?)
}

pub(crate) async fn receipts_of(
	db: &Connection,
	root: H256,
) -> Result<Vec<SignedReceipt<AccountId>>, StoreError> {
	let rows = db
		.query("SELECT receipt FROM requests WHERE batch = $1 ORDER BY position", [(&root).into()]);
	receipts(rows.await?)
}

pub(crate) async fn batch(
	db: &Connection,
	root: H256,
	requests: &[RequestId],
	at: u64,
) -> Result<(), StoreError> {
	if requests.is_empty() {
		return Err(StoreError::Refused(format!("the batch {root:?} is empty")));
	}
	let prepared = db.execute(
		"INSERT INTO batches (root, state, created) VALUES ($1, 0, $2) ON CONFLICT (root) DO NOTHING",
		[(&root).into(), at.into()],
	);
	if prepared.await? == 0 {
		return Err(StoreError::Refused(format!("there is a batch {root:?} already")));
	}
	let mut position = 0_u64;
	for some in requests.chunks(PIPELINE) {
		let mut added = Vec::with_capacity(some.len());
		for id in some {
			added.push(add(db, &root, id, position, at));
			position = position.saturating_add(1);
		}
		try_join_all(added).await?;
	}
	Ok(())
}

async fn add(
	db: &Connection,
	root: &H256,
	id: &RequestId,
	position: u64,
	at: u64,
) -> Result<(), StoreError> {
	let added = db.execute(
		"UPDATE requests SET state = 3, batch = $2, position = $3, batched = $4 \
		 WHERE id = $1 AND state = 2",
		[id.into(), root.into(), position.into(), at.into()],
	);
	match added.await? {
		0 => Err(StoreError::Refused(format!("no request {id:?} waits for a batch"))),
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
	match reason {
		None => {
			db.execute(
				"UPDATE requests SET state = 4, settled = $2 WHERE batch = $1",
				[(&root).into(), at.into()],
			)
			.await?
		},
		Some(reason) => {
			db.execute(
				"UPDATE requests SET state = 5, reason = $2, failed = $3 WHERE batch = $1",
				[(&root).into(), reason.into(), at.into()],
			)
			.await?
		},
	};
	Ok(())
}

pub(crate) async fn dissolve(db: &Connection, root: H256) -> Result<(), StoreError> {
	let gone = db.execute("DELETE FROM batches WHERE root = $1 AND state = 0", [(&root).into()]);
	if gone.await? == 0 {
		return Err(StoreError::Refused(format!("no batch {root:?} waits for the chain")));
	}
	db.execute(
		"UPDATE requests SET state = 2, batch = NULL, position = NULL, batched = NULL \
		 WHERE batch = $1",
		[(&root).into()],
	)
	.await?;
	Ok(())
}

fn read(mut row: Row) -> Result<Batch, StoreError> {
	let root = row.take()?;
	let (state, id, reason): (i64, Option<BatchId>, Option<String>) =
		(row.take()?, row.take()?, row.take()?);
	let state = match (state, id, reason) {
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
