//! Stands where PostgreSQL would: this build was made without it.

use crate::{
	connection::Role,
	value::{Row, Value},
	StoreError,
};

/// There is none.
pub(crate) enum Postgres {}

/// There is none.
#[derive(Clone)]
pub(crate) enum Config {}

pub(crate) fn config(_: &str) -> Result<Config, StoreError> {
	let why = "this program was built without PostgreSQL: build it with --features postgres";
	Err(StoreError::Refused(why.into()))
}

pub(crate) async fn connect(config: &Config, _: Role) -> Result<Postgres, StoreError> {
	match *config {}
}

impl Postgres {
	pub(crate) async fn execute(
		&self,
		_: &'static str,
		_: &[Value<'_>],
	) -> Result<u64, StoreError> {
		match *self {}
	}

	pub(crate) async fn query(
		&self,
		_: &'static str,
		_: &[Value<'_>],
	) -> Result<Vec<Row>, StoreError> {
		match *self {}
	}

	pub(crate) fn is_lost(&self) -> bool {
		match *self {}
	}
}
