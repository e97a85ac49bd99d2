//! What goes into the database and comes out: integers and bytes, nothing else, so that both kinds of
//! database keep exactly the same.

use crate::StoreError;
use codec::DecodeAll;
use reckon_primitives::Balance;
use sp_core::{crypto::AccountId32, sr25519, H256};
use std::borrow::Cow;

/// A column of a row, or a statement's parameter.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
	Null,
	Int(i64),
	Bytes(Cow<'a, [u8]>),
}

impl<'a> From<&'a [u8]> for Value<'a> {
	fn from(bytes: &'a [u8]) -> Self {
		Self::Bytes(Cow::Borrowed(bytes))
	}
}

impl<'a> From<&'a str> for Value<'a> {
	fn from(text: &'a str) -> Self {
		text.as_bytes().into()
	}
}

impl From<Vec<u8>> for Value<'_> {
	fn from(bytes: Vec<u8>) -> Self {
		Self::Bytes(Cow::Owned(bytes))
	}
}

impl<'a> From<&'a H256> for Value<'a> {
	fn from(hash: &'a H256) -> Self {
		hash.as_bytes().into()
	}
}

impl<'a> From<&'a sr25519::Public> for Value<'a> {
	fn from(key: &'a sr25519::Public) -> Self {
		let bytes: &[u8] = key.as_ref();
		bytes.into()
	}
}

impl<'a> From<&'a AccountId32> for Value<'a> {
	fn from(account: &'a AccountId32) -> Self {
		let bytes: &[u8] = account.as_ref();
		bytes.into()
	}
}

impl From<Balance> for Value<'_> {
	fn from(amount: Balance) -> Self {
		amount.to_be_bytes().to_vec().into()
	}
}

impl From<i64> for Value<'_> {
	fn from(number: i64) -> Self {
		Self::Int(number)
	}
}

impl From<u32> for Value<'_> {
	fn from(number: u32) -> Self {
		Self::Int(number.into())
	}
}

impl From<u16> for Value<'_> {
	fn from(number: u16) -> Self {
		Self::Int(number.into())
	}
}

/// Unix milliseconds: beyond the year 292,000,000 all times are the same.
impl From<u64> for Value<'_> {
	fn from(time: u64) -> Self {
		Self::Int(i64::try_from(time).unwrap_or(i64::MAX))
	}
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
	fn from(value: Option<T>) -> Self {
		value.map_or(Value::Null, Into::into)
	}
}

/// What a column can be read as.
pub(crate) trait Column: Sized {
	fn read(value: Value<'static>) -> Option<Self>;
}

impl Column for i64 {
	fn read(value: Value<'static>) -> Option<Self> {
		match value {
			Value::Int(number) => Some(number),
			Value::Null | Value::Bytes(_) => None,
		}
	}
}

impl Column for u64 {
	fn read(value: Value<'static>) -> Option<Self> {
		i64::read(value)?.try_into().ok()
	}
}

impl Column for u16 {
	fn read(value: Value<'static>) -> Option<Self> {
		i64::read(value)?.try_into().ok()
	}
}

impl Column for Vec<u8> {
	fn read(value: Value<'static>) -> Option<Self> {
		match value {
			Value::Bytes(bytes) => Some(bytes.into_owned()),
			Value::Null | Value::Int(_) => None,
		}
	}
}

impl<const N: usize> Column for [u8; N] {
	fn read(value: Value<'static>) -> Option<Self> {
		Vec::read(value)?.try_into().ok()
	}
}

impl Column for H256 {
	fn read(value: Value<'static>) -> Option<Self> {
		<[u8; 32]>::read(value).map(Self)
	}
}

impl Column for sr25519::Public {
	fn read(value: Value<'static>) -> Option<Self> {
		<[u8; 32]>::read(value).map(Self::from_raw)
	}
}

impl Column for AccountId32 {
	fn read(value: Value<'static>) -> Option<Self> {
		<[u8; 32]>::read(value).map(Self::new)
	}
}

impl Column for Balance {
	fn read(value: Value<'static>) -> Option<Self> {
		<[u8; 16]>::read(value).map(Self::from_be_bytes)
	}
}

impl Column for String {
	fn read(value: Value<'static>) -> Option<Self> {
		Self::from_utf8(Vec::read(value)?).ok()
	}
}

impl<T: Column> Column for Option<T> {
	fn read(value: Value<'static>) -> Option<Self> {
		match value {
			Value::Null => Some(None),
			value => T::read(value).map(Some),
		}
	}
}

/// A column with a record in SCALE.
pub(crate) struct Scale<T>(pub(crate) T);

impl<T: DecodeAll> Column for Scale<T> {
	fn read(value: Value<'static>) -> Option<Self> {
		T::decode_all(&mut Vec::read(value)?.as_slice()).ok().map(Self)
	}
}

/// A row, read from left to right.
pub(crate) struct Row {
	values: std::iter::Enumerate<std::vec::IntoIter<Value<'static>>>,
}

impl Row {
	pub(crate) fn new(values: Vec<Value<'static>>) -> Self {
		Self { values: values.into_iter().enumerate() }
	}

	/// The next column.
	pub(crate) fn take<T: Column>(&mut self) -> Result<T, StoreError> {
		let (column, value) = self
			.values
			.next()
			.ok_or_else(|| StoreError::Corrupt("a row that is too short".into()))?;
		T::read(value).ok_or_else(|| {
			StoreError::Corrupt(format!("a row that can't be read: its column {column}"))
		})
	}
}
