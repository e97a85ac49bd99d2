//! Clients' files.

use crate::{
	connection::Connection,
	value::{Row, Value},
	BulkId, File, FileId, Full, Page, Purpose, Room, StoreError,
};
use reckon_primitives::AccountId;

impl From<Purpose> for Value<'_> {
	fn from(purpose: Purpose) -> Self {
		Self::Int(match purpose {
			Purpose::Input => 0,
			Purpose::Output => 1,
		})
	}
}

fn read(mut row: Row) -> Result<File, StoreError> {
	Ok(File {
		id: row.take()?,
		owner: row.take()?,
		name: row.take()?,
		purpose: match row.take::<i64>()? {
			0 => Purpose::Input,
			1 => Purpose::Output,
			other => return Err(StoreError::Corrupt(format!("a file for {other}"))),
		},
		bytes: row.take()?,
		created: row.take()?,
		expires: row.take()?,
	})
}

/// What there is no room in for a file of so many bytes.
async fn full(db: &Connection, file: &File, room: &Room) -> Result<Option<Full>, StoreError> {
	let owned = "SELECT COUNT(*), CAST(SUM(held) AS BIGINT) FROM files WHERE owner = $1";
	let Some(mut owned) = db.row(owned, [(&file.owner).into()]).await? else { return Ok(None) };
	let files: u64 = owned.take()?;
	// A sum of no rows is nothing.
	let bytes: Option<u64> = owned.take()?;
	let all = db.row("SELECT CAST(SUM(held) AS BIGINT) FROM files", []).await?;
	let all: Option<Option<u64>> = all.map(|mut row| row.take()).transpose()?;
	let with = |bytes: Option<u64>| bytes.unwrap_or_default().saturating_add(file.bytes);
	Ok(if files >= room.owner_files {
		Some(Full::OwnerFiles)
	} else if with(bytes) > room.owner_bytes {
		Some(Full::OwnerBytes)
	} else if with(all.flatten()) > room.all_bytes {
		Some(Full::AllBytes)
	} else {
		None
	})
}

pub(crate) async fn begin_file(
	db: &Connection,
	file: &File,
	room: &Room,
) -> Result<Option<Full>, StoreError> {
	let full = full(db, file, room).await?;
	if full.is_some() {
		return Ok(full);
	}
	let begun = db.execute(
		"INSERT INTO files (id, owner, name, purpose, held, created, expires) \
		 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
		[
			(&file.id).into(),
			(&file.owner).into(),
			file.name.as_str().into(),
			file.purpose.into(),
			file.bytes.into(),
			file.created.into(),
			file.expires.into(),
		],
	);
	match begun.await? {
		0 => Err(StoreError::Refused(format!("there is a file {:?} already", file.id))),
		_ => Ok(None),
	}
}

/// The owner of a file that was begun.
async fn begun(db: &Connection, id: FileId) -> Result<AccountId, StoreError> {
	let owner = db.row("SELECT owner FROM files WHERE id = $1 AND bytes IS NULL", [(&id).into()]);
	match owner.await? {
		Some(mut owner) => owner.take(),
		None => Err(StoreError::Refused(format!("no file {id:?} was begun"))),
	}
}

pub(crate) async fn put_piece(
	db: &Connection,
	file: FileId,
	number: u64,
	bytes: &[u8],
) -> Result<(), StoreError> {
	// What belongs to no file would stay for ever.
	begun(db, file).await?;
	put(db, file, number, bytes).await
}

/// Puts a piece there, if it is not there.
pub(super) async fn put(
	db: &Connection,
	file: FileId,
	number: u64,
	bytes: &[u8],
) -> Result<(), StoreError> {
	let put = db.execute(
		"INSERT INTO pieces (file, number, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		[(&file).into(), number.into(), bytes.into()],
	);
	put.await.map(drop)
}

/// The length of all pieces of a file.
async fn length(db: &Connection, file: FileId) -> Result<u64, StoreError> {
	let all = "SELECT CAST(SUM(LENGTH(bytes)) AS BIGINT) FROM pieces WHERE file = $1";
	let row = db.row(all, [(&file).into()]).await?;
	// A sum of no rows is nothing.
	let sum: Option<Option<u64>> = row.map(|mut row| row.take()).transpose()?;
	Ok(sum.flatten().unwrap_or_default())
}

pub(crate) async fn seal_file(
	db: &Connection,
	id: FileId,
	expires: u64,
) -> Result<File, StoreError> {
	let owner = begun(db, id).await?;
	let bytes = length(db, id).await?;
	db.execute(
		"UPDATE files SET bytes = $2, held = $2, expires = $3 WHERE id = $1",
		[(&id).into(), bytes.into(), expires.into()],
	)
	.await?;
	let sealed = file(db, id, &owner).await?;
	sealed.ok_or_else(|| StoreError::Corrupt(format!("the file {id:?} is gone")))
}

pub(crate) async fn drop_file(db: &Connection, id: FileId) -> Result<(), StoreError> {
	let dropped = "UPDATE files SET expires = 0 WHERE id = $1 AND bytes IS NULL";
	db.execute(dropped, [(&id).into()]).await.map(drop)
}

pub(crate) async fn file(
	db: &Connection,
	id: FileId,
	owner: &AccountId,
) -> Result<Option<File>, StoreError> {
	let row = db.row(
		"SELECT id, owner, name, purpose, bytes, created, expires FROM files \
		 WHERE id = $1 AND owner = $2 AND bytes IS NOT NULL",
		[(&id).into(), owner.into()],
	);
	row.await?.map(read).transpose()
}

/// Where a page begins: what it has is beyond this, in its order. `None` when it has nothing.
pub(crate) async fn beginning(
	db: &Connection,
	find: &'static str,
	page: &Page,
) -> Result<Option<i64>, StoreError> {
	let Some(after) = page.after else {
		return Ok(Some(if page.oldest_first { -1 } else { i64::MAX }));
	};
	db.row(find, [(&after).into()]).await?.map(|mut row| row.take()).transpose()
}

pub(crate) async fn files_of(
	db: &Connection,
	owner: &AccountId,
	purpose: Option<Purpose>,
	page: Page,
) -> Result<Vec<File>, StoreError> {
	let find = "SELECT seq FROM files WHERE id = $1";
	let Some(beyond) = beginning(db, find, &page).await? else { return Ok(Vec::new()) };
	let sql = match page.oldest_first {
		true => {
			"SELECT id, owner, name, purpose, bytes, created, expires FROM files \
			 WHERE owner = $1 AND bytes IS NOT NULL AND purpose BETWEEN $2 AND $3 AND seq > $4 \
			 ORDER BY seq LIMIT $5"
		},
		false => {
			"SELECT id, owner, name, purpose, bytes, created, expires FROM files \
			 WHERE owner = $1 AND bytes IS NOT NULL AND purpose BETWEEN $2 AND $3 AND seq < $4 \
			 ORDER BY seq DESC LIMIT $5"
		},
	};
	let from = purpose.unwrap_or(Purpose::Input);
	let to = purpose.unwrap_or(Purpose::Output);
	let rows =
		db.query(sql, [owner.into(), from.into(), to.into(), beyond.into(), page.limit.into()]);
	rows.await?.into_iter().map(read).collect()
}

pub(crate) async fn pieces(
	db: &Connection,
	file: FileId,
	from: u64,
	limit: u32,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
	let rows = db.query(
		"SELECT number, bytes FROM pieces WHERE file = $1 AND number >= $2 ORDER BY number LIMIT $3",
		[(&file).into(), from.into(), limit.into()],
	);
	rows.await?.into_iter().map(|mut row| Ok((row.take()?, row.take()?))).collect()
}

pub(crate) async fn remove_file(
	db: &Connection,
	id: FileId,
	owner: &AccountId,
) -> Result<bool, StoreError> {
	let removed = db.execute(
		"UPDATE files SET bytes = NULL, expires = 0 \
		 WHERE id = $1 AND owner = $2 AND bytes IS NOT NULL",
		[(&id).into(), owner.into()],
	);
	if removed.await? == 0 {
		return Ok(false);
	}
	let reader = db.row("SELECT id FROM bulks WHERE input = $1 AND state < 3", [(&id).into()]);
	match reader.await?.map(|mut row| row.take::<BulkId>()).transpose()? {
		Some(reader) => Err(StoreError::Refused(format!("the bulk {reader:?} reads {id:?}"))),
		None => Ok(true),
	}
}

/// Shows what there is of an output. Nothing where there is nothing.
pub(crate) async fn show_output(
	db: &Connection,
	id: FileId,
	owner: &AccountId,
	name: &str,
	(at, keep): (u64, u64),
) -> Result<(), StoreError> {
	let bytes = length(db, id).await?;
	if bytes == 0 {
		return Ok(());
	}
	let shown = db.execute(
		"INSERT INTO files (id, owner, name, purpose, bytes, held, created, expires) \
		 VALUES ($1, $2, $3, $4, $5, $5, $6, $7)",
		[
			(&id).into(),
			owner.into(),
			name.into(),
			Purpose::Output.into(),
			bytes.into(),
			at.into(),
			keep.into(),
		],
	);
	shown.await.map(drop)
}

/// Forgets at most `most` pieces and bulks; how many.
pub(crate) async fn sweep(
	db: &Connection,
	now: u64,
	before: u64,
	most: u32,
) -> Result<u64, StoreError> {
	let pieces = db.execute(
		"DELETE FROM pieces WHERE (file, number) IN \
		 (SELECT pieces.file, pieces.number FROM files JOIN pieces ON pieces.file = files.id \
		 WHERE files.expires <= $1 AND NOT EXISTS \
		 (SELECT 1 FROM bulks WHERE bulks.input = files.id AND bulks.state < 3) LIMIT $2)",
		[now.into(), most.into()],
	);
	let pieces = pieces.await?;
	db.execute(
		"DELETE FROM files WHERE expires <= $1 \
		 AND NOT EXISTS (SELECT 1 FROM pieces WHERE pieces.file = files.id) \
		 AND NOT EXISTS (SELECT 1 FROM bulks WHERE bulks.input = files.id AND bulks.state < 3)",
		[now.into()],
	)
	.await?;
	let bulks = db.execute(
		"DELETE FROM bulks WHERE seq IN \
		 (SELECT seq FROM bulks WHERE state > 2 AND ended < $1 ORDER BY ended LIMIT $2)",
		[before.into(), most.into()],
	);
	Ok(pieces.max(bulks.await?))
}
