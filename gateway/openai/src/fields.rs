//! JSON's fields by type; what is wrong is said with its path.

use crate::Problem;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// What a field has, or what is wrong with it.
pub(crate) type Read<T> = Result<T, Problem>;

/// An object whose fields are taken one by one. A field that is `null` is as one that is not there.
pub(crate) struct Fields {
	at: String,
	fields: Map<String, Value>,
}

impl Fields {
	/// Of a whole body.
	pub(crate) fn of_body(body: &[u8]) -> Read<Self> {
		match serde_json::from_slice(body) {
			Ok(Value::Object(fields)) => Ok(Self { at: String::new(), fields }),
			Ok(_) => Err(Problem::malformed("the body must be a JSON object")),
			Err(error) => Err(Problem::malformed(format!("the body is not JSON: {error}"))),
		}
	}

	/// Of a value at this path.
	pub(crate) fn of(value: Value, at: String) -> Read<Self> {
		match value {
			Value::Object(fields) => Ok(Self { at, fields }),
			_ => Err(wrong(at, "an object")),
		}
	}

	/// The path of a field.
	pub(crate) fn path(&self, name: &str) -> String {
		match self.at.as_str() {
			"" => name.to_owned(),
			at => format!("{at}.{name}"),
		}
	}

	/// A field of any type.
	pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
		self.fields.remove(name).filter(|value| !value.is_null())
	}

	/// Puts a field there that is to be read in another way.
	pub(crate) fn put(&mut self, name: &str, value: Value) {
		self.fields.insert(name.to_owned(), value);
	}

	/// A field that must be there.
	pub(crate) fn need(&mut self, name: &str) -> Read<Value> {
		self.take(name).ok_or_else(|| self.missing(name))
	}

	/// That a field is not there.
	pub(crate) fn missing(&self, name: &str) -> Problem {
		let path = self.path(name);
		let message = format!("'{path}' is missing");
		Problem { code: Some("missing_required_parameter"), ..Problem::invalid(path, message) }
	}

	pub(crate) fn text(&mut self, name: &str) -> Read<Option<String>> {
		self.take(name).map(|value| as_text(value, || self.path(name))).transpose()
	}

	pub(crate) fn flag(&mut self, name: &str) -> Read<Option<bool>> {
		match self.take(name) {
			None => Ok(None),
			Some(Value::Bool(flag)) => Ok(Some(flag)),
			Some(_) => Err(wrong(self.path(name), "a boolean")),
		}
	}

	pub(crate) fn number(&mut self, name: &str, range: RangeInclusive<f64>) -> Read<Option<f64>> {
		let Some(value) = self.take(name) else { return Ok(None) };
		let number = value.as_f64().ok_or_else(|| wrong(self.path(name), "a number"))?;
		match range.contains(&number) {
			true => Ok(Some(number)),
			false => Err(self.outside(name, range.start(), range.end())),
		}
	}

	pub(crate) fn whole(&mut self, name: &str, range: RangeInclusive<u32>) -> Read<Option<u32>> {
		let Some(value) = self.take(name) else { return Ok(None) };
		if !value.is_i64() && !value.is_u64() {
			return Err(wrong(self.path(name), "an integer"));
		}
		let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
		match number.filter(|number| range.contains(number)) {
			Some(number) => Ok(Some(number)),
			None => Err(self.outside(name, range.start(), range.end())),
		}
	}

	pub(crate) fn list(&mut self, name: &str) -> Read<Option<Vec<Value>>> {
		match self.take(name) {
			None => Ok(None),
			Some(Value::Array(items)) => Ok(Some(items)),
			Some(_) => Err(wrong(self.path(name), "an array")),
		}
	}

	pub(crate) fn object(&mut self, name: &str) -> Read<Option<Fields>> {
		let path = self.path(name);
		self.take(name).map(|value| Fields::of(value, path)).transpose()
	}

	fn outside<T: std::fmt::Display>(&self, name: &str, least: T, most: T) -> Problem {
		let path = self.path(name);
		let message = format!("'{path}' must be from {least} to {most}");
		Problem::invalid(path, message)
	}
}

/// A value that must be a string.
pub(crate) fn as_text(value: Value, path: impl FnOnce() -> String) -> Read<String> {
	match value {
		Value::String(text) => Ok(text),
		_ => Err(wrong(path(), "a string")),
	}
}

/// A field that has not the type that it should have.
pub(crate) fn wrong(path: String, should: &str) -> Problem {
	let message = format!("'{path}' must be {should}");
	Problem { code: Some("invalid_type"), ..Problem::invalid(path, message) }
}
