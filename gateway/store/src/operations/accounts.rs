//! Keys, sessions, and whose store this is.

use crate::{connection::Connection, value::Row, Key, KeyId, Session, StoreError};
use reckon_primitives::{AccountId, Balance};
use sp_core::{sr25519, H256};

pub(crate) async fn bind(db: &Connection, genesis: H256, gateway: &str) -> Result<(), StoreError> {
	let this = format!("the gateway {gateway} of the chain {genesis:?}");
	db.execute(
		"INSERT INTO meta (name, value) VALUES ('owner', $1) ON CONFLICT (name) DO NOTHING",
		[this.as_str().into()],
	)
	.await?;
	let owner = db.row("SELECT value FROM meta WHERE name = 'owner'", []).await?;
	let owner: Option<String> = owner.map(|mut row| row.take()).transpose()?;
	match owner {
		Some(owner) if owner != this => Err(StoreError::Foreign { owner, this }),
		_ => Ok(()),
	}
}

pub(crate) async fn check(db: &Connection) -> Result<(), StoreError> {
	db.execute(
		"INSERT INTO meta (name, value) VALUES ('checked', $1) \
		 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		["yes".into()],
	)
	.await
	.map(drop)
}

/// Leaves the transaction's name, where its commit may go unheard.
pub(crate) async fn sign(db: &Connection, name: H256) -> Result<(), StoreError> {
	if !db.is_remote() {
		return Ok(());
	}
	db.execute(
		"INSERT INTO meta (name, value) VALUES ('last write', $1) \
		 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		[(&name).into()],
	)
	.await
	.map(drop)
}

/// Whether the last transaction that was committed has this name.
pub(crate) async fn is_last(db: &Connection, name: H256) -> Result<bool, StoreError> {
	let last = db.row("SELECT value FROM meta WHERE name = 'last write'", []).await?;
	let last: Option<H256> = last.map(|mut row| row.take()).transpose()?;
	Ok(last == Some(name))
}

fn read_key(mut row: Row) -> Result<Key, StoreError> {
	Ok(Key {
		id: row.take()?,
		name: row.take()?,
		owner: row.take()?,
		limit: row.take()?,
		spent: row.take()?,
		created: row.take()?,
		revoked: row.take()?,
	})
}

pub(crate) async fn put_key(db: &Connection, key: &Key) -> Result<(), StoreError> {
	let put = db.execute(
		"INSERT INTO keys (id, name, owner, most, spent, created, revoked) \
		 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
		[
			(&key.id).into(),
			key.name.as_str().into(),
			(&key.owner).into(),
			key.limit.into(),
			key.spent.into(),
			key.created.into(),
			key.revoked.into(),
		],
	);
	match put.await? {
		0 => Err(StoreError::Refused(format!("there is a key {:?} already", key.id))),
		_ => Ok(()),
	}
}

pub(crate) async fn key(db: &Connection, id: KeyId) -> Result<Option<Key>, StoreError> {
	let row = db.row(
		"SELECT id, name, owner, most, spent, created, revoked FROM keys WHERE id = $1",
		[(&id).into()],
	);
	row.await?.map(read_key).transpose()
}

pub(crate) async fn keys_of(db: &Connection, owner: &AccountId) -> Result<Vec<Key>, StoreError> {
	let rows = db.query(
		"SELECT id, name, owner, most, spent, created, revoked FROM keys WHERE owner = $1 \
		 ORDER BY created, id",
		[owner.into()],
	);
	rows.await?.into_iter().map(read_key).collect()
}

pub(crate) async fn revoke(
	db: &Connection,
	id: KeyId,
	owner: &AccountId,
	at: u64,
) -> Result<bool, StoreError> {
	let revoked = db.execute(
		"UPDATE keys SET revoked = COALESCE(revoked, $3) WHERE id = $1 AND owner = $2",
		[(&id).into(), owner.into(), at.into()],
	);
	Ok(revoked.await? > 0)
}

pub(crate) async fn limit(db: &Connection, id: KeyId, limit: Balance) -> Result<bool, StoreError> {
	let changed =
		db.execute("UPDATE keys SET most = $2 WHERE id = $1", [(&id).into(), limit.into()]);
	Ok(changed.await? > 0)
}

fn read_session(mut row: Row) -> Result<Session, StoreError> {
	Ok(Session { owner: row.take()?, public: row.take()?, seed: row.take()? })
}

pub(crate) async fn session(db: &Connection, session: &Session) -> Result<Session, StoreError> {
	db.execute(
		"INSERT INTO sessions (owner, public_key, seed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		[(&session.owner).into(), (&session.public).into(), session.seed.as_slice().into()],
	)
	.await?;
	let there = db.row(
		"SELECT owner, public_key, seed FROM sessions WHERE owner = $1",
		[(&session.owner).into()],
	);
	there.await?.map(read_session).transpose()?.ok_or_else(|| {
		StoreError::Refused(format!("the session key {} is another account's", session.public))
	})
}

pub(crate) async fn session_of(
	db: &Connection,
	public: sr25519::Public,
) -> Result<Option<Session>, StoreError> {
	let row = db.row(
		"SELECT owner, public_key, seed FROM sessions WHERE public_key = $1",
		[(&public).into()],
	);
	row.await?.map(read_session).transpose()
}
