//! The tables by version, as PostgreSQL reads them; sqlite.rs says what is different there.

use crate::StoreError;

/// What each version has more than the one before it, from the second on.
const STEPS: [&str; 3] = [
	"ALTER TABLE requests ADD COLUMN interrupted BIGINT;",
	include_str!("bulk.sql"),
	include_str!("receipts.sql"),
];

/// This program's version.
pub(crate) const VERSION: i64 = STEPS.len() as i64 + 1;

/// All tables, in this program's version.
pub(crate) fn fresh() -> String {
	[include_str!("schema.sql"), include_str!("bulk.sql")].concat()
}

/// What makes tables of this version ones of [`VERSION`]; nothing where they are that already.
///
/// # Errors
/// When this program does not know them.
pub(crate) fn upgrade(version: i64) -> Result<String, StoreError> {
	let known = usize::try_from(version).ok().and_then(|version| version.checked_sub(1));
	let steps = known.and_then(|known| STEPS.get(known..));
	Ok(steps.ok_or_else(|| other_version(version))?.concat())
}

/// What is wrong with a database of ours whose tables are not this program's.
fn other_version(there: i64) -> StoreError {
	StoreError::Corrupt(format!(
		"version {there} of the tables, and this program knows {VERSION}: run the one that made them"
	))
}
