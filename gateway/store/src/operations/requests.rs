//! Requests on their way to an answer, and the money that answers take.

use crate::{
	connection::Connection,
	value::{Row, Scale, Value},
	Admission, Admitted, Answer, Finish, KeyId, Lane, Record, RequestId, State, StoreError, Times,
};
use codec::Encode;
use futures::future::{try_join3, try_join_all};
use reckon_primitives::{Balance, ChannelId};
use reckon_receipts::SignedVoucher;
use sp_core::{sr25519, H256};

/// All columns of a record, in the order in which [`record`] reads them.
macro_rules! select_record {
	($($rest:expr),+) => {
		concat!(
			"SELECT request, payload, instructed, key, repeat, voucher, session_key, reserve, ",
			"received, reserved, authorised, dispatched, failed, interrupted, ",
			"requests.state, requests.reason, worker, output, finish, receipt, answered, ",
			"batches.root, batches.created, batches.state, batches.reason, batches.ended ",
			"FROM requests LEFT JOIN receipts ON receipts.seq = requests.seq ",
			// A partial one is not there yet, or no more.
			"LEFT JOIN batches ON batches.seq = receipts.batch AND batches.state >= 0 ",
			$($rest),+
		)
	};
}

/// Whether a request has neither failed nor is in a batch that was rejected.
macro_rules! has_not_failed {
	() => {
		"requests.state <> 5 AND NOT EXISTS (SELECT 1 FROM receipts JOIN batches \
		 ON batches.seq = receipts.batch WHERE receipts.seq = requests.seq AND batches.state = 3)"
	};
}

fn record(mut row: Row) -> Result<Record, StoreError> {
	let Scale(request) = row.take()?;
	let (payload, instructed): (_, Option<i64>) = (row.take()?, row.take()?);
	let (key, repeat) = (row.take()?, row.take()?);
	let Scale(voucher) = row.take()?;
	let (session_key, reserved) = (row.take()?, row.take()?);
	let admitted = Times {
		received: row.take()?,
		reserved: row.take()?,
		authorised: row.take()?,
		..Times::default()
	};
	let times = Times {
		dispatched: row.take()?,
		failed: row.take()?,
		interrupted: row.take()?,
		..admitted
	};
	let (state, reason): (i64, Option<String>) = (row.take()?, row.take()?);
	let worker = row.take()?;
	let (output, finish): (Option<Vec<u8>>, Option<i64>) = (row.take()?, row.take()?);
	let receipt: Option<Scale<_>> = row.take()?;
	let answer = match (output, finish, receipt) {
		(Some(output), Some(finish), Some(Scale(receipt))) => {
			Some(Answer { output, finish: finish_of(finish)?, receipt })
		},
		_ => None,
	};
	let times = Times { answered: row.take()?, ..times };
	let (batch, batched): (Option<H256>, Option<u64>) = (row.take()?, row.take()?);
	let of_batch: Option<i64> = row.take()?;
	let (rejected, ended): (Option<String>, Option<u64>) = (row.take()?, row.take()?);
	let times = Times { batched, ..times };
	let (state, times) = match (state_of(state, reason)?, of_batch, rejected) {
		(State::Receipted, None, None) => (State::Receipted, times),
		(State::Receipted, Some(0..=1), None) => (State::Batched, times),
		(State::Receipted, Some(2), None) => (State::Settled, Times { settled: ended, ..times }),
		(State::Receipted, Some(3), Some(reason)) => {
			(State::Failed(reason), Times { failed: ended, ..times })
		},
		(state, None, None) => (state, times),
		(_, of_batch, _) => {
			return Err(StoreError::Corrupt(format!("a request in a batch in state {of_batch:?}")));
		},
	};
	Ok(Record {
		admission: Admission {
			request,
			payload,
			instructed: instructed.is_some(),
			key,
			repeat,
			voucher,
			session_key,
			reserved,
			times: admitted,
		},
		state,
		worker,
		answer,
		batch,
		times,
	})
}

fn records(rows: Vec<Row>) -> Result<Vec<Record>, StoreError> {
	rows.into_iter().map(record).collect()
}

fn state_of(state: i64, reason: Option<String>) -> Result<State, StoreError> {
	match (state, reason) {
		(0, None) => Ok(State::Authorised),
		(1, None) => Ok(State::Dispatched),
		(2, None) => Ok(State::Receipted),
		(5, Some(reason)) => Ok(State::Failed(reason)),
		_ => Err(StoreError::Corrupt(format!("a request in state {state}"))),
	}
}

fn finish_of(finish: i64) -> Result<Finish, StoreError> {
	match finish {
		0 => Ok(Finish::Stop),
		1 => Ok(Finish::Length),
		2 => Ok(Finish::Cancelled),
		_ => Err(StoreError::Corrupt(format!("an answer that ended with {finish}"))),
	}
}

fn number_of(finish: Finish) -> Value<'static> {
	Value::Int(match finish {
		Finish::Stop => 0,
		Finish::Length => 1,
		Finish::Cancelled => 2,
	})
}

pub(crate) async fn admit(
	db: &Connection,
	admission: &Admission,
	repeat_after: u64,
) -> Result<Admitted, StoreError> {
	let id = admission.request.hash();
	if admission.voucher.voucher.request != id {
		return Err(StoreError::Refused(format!("the voucher for {id:?} is for another request")));
	}
	let (repeat, key) = (admission.repeat.as_ref(), admission.key.as_ref());
	let there = db.row(
		select_record!(
			"WHERE requests.id = $1 OR (repeat = $2 AND received >= $3 AND ",
			has_not_failed!(),
			") ORDER BY requests.id = $1 DESC, requests.seq DESC LIMIT 1"
		),
		[(&id).into(), repeat.into(), repeat_after.into()],
	);
	let holder = db.row("SELECT id FROM keys WHERE id = $1", [key.into()]);
	let (there, holder) = futures::try_join!(there, holder)?;
	if let Some(row) = there {
		return Ok(Admitted::Repeats(Box::new(record(row)?)));
	}
	if let (Some(key), None) = (key, holder) {
		return Err(StoreError::Refused(format!("there is no key {key:?}")));
	}
	db.execute(
		"INSERT INTO requests (id, repeat, key, state, request, payload, voucher, session_key, \
		 reserve, received, reserved, authorised, instructed) \
		 VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		[
			(&id).into(),
			repeat.into(),
			key.into(),
			admission.request.encode().into(),
			admission.payload.as_slice().into(),
			admission.voucher.encode().into(),
			(&admission.session_key).into(),
			admission.reserved.into(),
			admission.times.received.into(),
			admission.times.reserved.into(),
			admission.times.authorised.into(),
			admission.instructed.then_some(1_i64).into(),
		],
	)
	.await?;
	Ok(Admitted::New)
}

pub(crate) async fn dispatch(
	db: &Connection,
	id: RequestId,
	worker: sr25519::Public,
	at: u64,
) -> Result<(), StoreError> {
	let changed = db.execute(
		"UPDATE requests SET state = 1, worker = $2, dispatched = $3, interrupted = NULL \
		 WHERE id = $1 AND state < 2",
		[(&id).into(), (&worker).into(), at.into()],
	);
	match changed.await? {
		0 => Err(StoreError::Refused(format!("no request {id:?} waits for an answer"))),
		_ => Ok(()),
	}
}

pub(crate) async fn finish(
	db: &Connection,
	id: RequestId,
	answer: &Answer,
	before: Balance,
	at: u64,
) -> Result<bool, StoreError> {
	let receipt = &answer.receipt.receipt;
	let row = db.row(
		"SELECT requests.seq, requests.voucher, requests.key, lanes.spent, lanes.voucher \
		 FROM requests LEFT JOIN lanes ON lanes.channel = $2 AND lanes.lane = $3 \
		 WHERE requests.id = $1 AND requests.state < 2",
		[(&id).into(), (&receipt.channel).into(), receipt.lane.into()],
	);
	let Some(mut row) = row.await? else { return Ok(false) };
	let seq: i64 = row.take()?;
	let Scale(voucher) = row.take::<Scale<SignedVoucher>>()?;
	let key: Option<KeyId> = row.take()?;
	let lane_spent: Option<Balance> = row.take()?;
	let newest: Option<Scale<SignedVoucher>> = row.take()?;

	if !receipt.is_paid_by(&voucher.voucher) {
		return Err(StoreError::Refused(format!(
			"the receipt for {id:?} is about another request"
		)));
	}
	let newest = match newest {
		Some(Scale(newest)) if newest.voucher.cumulative > voucher.voucher.cumulative => newest,
		_ => voucher,
	};
	let lane_spent = lane_spent.unwrap_or_default().max(before).checked_add(receipt.charge);
	let lane_spent = lane_spent.filter(|spent| newest.voucher.uncovered(*spent).is_ok());
	let Some(lane_spent) = lane_spent else {
		return Err(StoreError::Refused(format!("no voucher covers the charge for {id:?}")));
	};

	let answered = db.execute(
		"UPDATE requests SET state = 2, output = $2, finish = $3 WHERE seq = $1",
		[seq.into(), answer.output.as_slice().into(), number_of(answer.finish)],
	);
	let receipted = db.execute(
		"INSERT INTO receipts (seq, receipt, answered) VALUES ($1, $2, $3)",
		[seq.into(), answer.receipt.encode().into(), at.into()],
	);
	let lane = db.execute(
		"INSERT INTO lanes (channel, lane, spent, voucher) VALUES ($1, $2, $3, $4) \
		 ON CONFLICT (channel, lane) \
		 DO UPDATE SET spent = excluded.spent, voucher = excluded.voucher",
		[(&receipt.channel).into(), receipt.lane.into(), lane_spent.into(), newest.encode().into()],
	);
	try_join3(answered, receipted, lane).await?;
	if let Some(key) = key {
		db.charge(key, receipt.charge);
	}
	Ok(true)
}

/// Takes from keys what the transaction's answers charge.
pub(crate) async fn charge_keys(db: &Connection) -> Result<(), StoreError> {
	let charges = db.take_charges();
	try_join_all(charges.iter().map(|(key, charge)| charge_key(db, key, *charge))).await.map(drop)
}

async fn charge_key(db: &Connection, key: &KeyId, charge: Balance) -> Result<(), StoreError> {
	let row = db.row("SELECT spent FROM keys WHERE id = $1", [key.into()]).await?;
	let Some(mut row) = row else {
		return Err(StoreError::Corrupt(format!("requests of a key that is gone: {key:?}")));
	};
	// No lane's sum is more than a balance; a key's may be, since it pays through many.
	let spent = row.take::<Balance>()?.saturating_add(charge);
	db.execute("UPDATE keys SET spent = $2 WHERE id = $1", [key.into(), spent.into()]).await?;
	Ok(())
}

pub(crate) async fn fail(
	db: &Connection,
	id: RequestId,
	reason: &str,
	at: u64,
) -> Result<bool, StoreError> {
	let changed = db.execute(
		"UPDATE requests SET state = 5, reason = $2, failed = $3 WHERE id = $1 AND state < 2",
		[(&id).into(), reason.into(), at.into()],
	);
	Ok(changed.await? > 0)
}

pub(crate) async fn request(db: &Connection, id: RequestId) -> Result<Option<Record>, StoreError> {
	db.row(select_record!("WHERE requests.id = $1"), [(&id).into()]).await?.map(record).transpose()
}

pub(crate) async fn repeated(db: &Connection, repeat: H256) -> Result<Option<Record>, StoreError> {
	let newest = select_record!(
		"WHERE repeat = $1 AND ",
		has_not_failed!(),
		" ORDER BY requests.seq DESC LIMIT 1"
	);
	db.row(newest, [(&repeat).into()]).await?.map(record).transpose()
}

pub(crate) async fn interrupted(db: &Connection, at: u64) -> Result<(), StoreError> {
	// The first condition is the index's.
	let noted = db.execute(
		"UPDATE requests SET interrupted = $1 \
		 WHERE state < 2 AND state = 1 AND interrupted IS NULL",
		[at.into()],
	);
	noted.await.map(drop)
}

pub(crate) async fn unfinished(db: &Connection) -> Result<Vec<Record>, StoreError> {
	let open = select_record!("WHERE requests.state < 2 ORDER BY requests.seq");
	records(db.query(open, []).await?)
}

pub(crate) async fn requests_of(
	db: &Connection,
	key: KeyId,
	limit: u32,
) -> Result<Vec<Record>, StoreError> {
	let of_key = select_record!("WHERE key = $1 ORDER BY requests.seq DESC LIMIT $2");
	records(db.query(of_key, [(&key).into(), limit.into()]).await?)
}

pub(crate) async fn lanes(db: &Connection, channel: ChannelId) -> Result<Vec<Lane>, StoreError> {
	let rows = db.query(
		"SELECT lane, spent, voucher FROM lanes WHERE channel = $1 ORDER BY lane",
		[(&channel).into()],
	);
	let read = |mut row: Row| {
		let (lane, spent) = (row.take()?, row.take()?);
		let Scale(voucher) = row.take()?;
		Ok(Lane { lane, spent, voucher })
	};
	rows.await?.into_iter().map(read).collect()
}

/// Forgets at most `most` requests that ended before `before`, and batches that have none left.
pub(crate) async fn prune(db: &Connection, before: u64, most: u32) -> Result<u64, StoreError> {
	let failed = db.execute(
		"DELETE FROM requests WHERE seq IN (SELECT seq FROM requests \
		 WHERE state = 5 AND failed < $1 ORDER BY failed LIMIT $2)",
		[before.into(), most.into()],
	);
	let failed = failed.await?;
	let mut left = u64::from(most).saturating_sub(failed);
	while left > 0 {
		let oldest = db.row(
			"SELECT seq FROM batches WHERE state > 1 AND ended < $1 ORDER BY ended, seq LIMIT 1",
			[before.into()],
		);
		let Some(mut row) = oldest.await? else { break };
		let batch: i64 = row.take()?;
		let forgotten = db.execute(
			"DELETE FROM requests WHERE seq IN \
			 (SELECT seq FROM receipts WHERE batch = $1 ORDER BY position LIMIT $2)",
			[batch.into(), left.into()],
		);
		let forgotten = forgotten.await?;
		// The same ones.
		let receipts = db.execute(
			"DELETE FROM receipts WHERE seq IN \
			 (SELECT seq FROM receipts WHERE batch = $1 ORDER BY position LIMIT $2)",
			[batch.into(), left.into()],
		);
		receipts.await?;
		if forgotten < left {
			let empty = db.execute(
				"DELETE FROM batches WHERE seq = $1 \
				 AND NOT EXISTS (SELECT 1 FROM receipts WHERE receipts.batch = batches.seq)",
				[batch.into()],
			);
			if empty.await? == 0 {
				return Err(StoreError::Corrupt("receipts without their requests".into()));
			}
		}
		left = left.saturating_sub(forgotten);
	}
	Ok(u64::from(most).saturating_sub(left))
}
