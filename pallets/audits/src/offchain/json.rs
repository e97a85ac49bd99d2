//! The JSON that a verifier is asked in.

use alloc::{string::ToString, vec::Vec};

/// An object that is being written. By hand, because a request has megabytes of digits: they go into
/// one allocation of the right size, where serde's would grow to twice as much, and wasm's allocator
/// gives out 32 MiB at most.
pub(crate) struct Object(Vec<u8>);

impl Object {
	/// An empty one, that will have about so many bytes.
	pub(crate) fn new(capacity: usize) -> Self {
		Self(Vec::with_capacity(capacity))
	}

	/// Bytes, as `0x` and digits.
	pub(crate) fn bytes(mut self, name: &str, value: &[u8]) -> Self {
		self.name(name);
		self.0.extend_from_slice(b"\"0x");
		let digits = value.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
		self.0.extend(digits);
		self.0.push(b'"');
		self
	}

	/// The same, or nothing.
	pub(crate) fn maybe_bytes(mut self, name: &str, value: Option<&[u8]>) -> Self {
		match value {
			Some(value) => self.bytes(name, value),
			None => {
				self.name(name);
				self.0.extend_from_slice(b"null");
				self
			},
		}
	}

	/// A number.
	pub(crate) fn number(mut self, name: &str, value: u32) -> Self {
		self.name(name);
		self.0.extend_from_slice(value.to_string().as_bytes());
		self
	}

	/// A number that may be below zero.
	pub(crate) fn signed(mut self, name: &str, value: i16) -> Self {
		self.name(name);
		self.0.extend_from_slice(value.to_string().as_bytes());
		self
	}

	/// Another object, or nothing.
	pub(crate) fn maybe_object(mut self, name: &str, value: Option<Object>) -> Self {
		match value {
			Some(value) => self.object(name, value),
			None => {
				self.name(name);
				self.0.extend_from_slice(b"null");
				self
			},
		}
	}

	/// A word of ours, in which nothing needs an escape.
	pub(crate) fn word(mut self, name: &str, value: &'static str) -> Self {
		self.name(name);
		self.0.push(b'"');
		self.0.extend_from_slice(value.as_bytes());
		self.0.push(b'"');
		self
	}

	/// Another object.
	pub(crate) fn object(mut self, name: &str, value: Object) -> Self {
		self.name(name);
		self.0.extend_from_slice(&value.end());
		self
	}

	/// The text.
	pub(crate) fn end(mut self) -> Vec<u8> {
		if self.0.is_empty() {
			self.0.push(b'{');
		}
		self.0.push(b'}');
		self.0
	}

	fn name(&mut self, name: &str) {
		self.0.push(if self.0.is_empty() { b'{' } else { b',' });
		self.0.push(b'"');
		self.0.extend_from_slice(name.as_bytes());
		self.0.extend_from_slice(b"\":");
	}
}

fn digit(nibble: u8) -> u8 {
	match nibble {
		0..=9 => b'0'.saturating_add(nibble),
		_ => b'a'.saturating_add(nibble.saturating_sub(10)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{from_slice, json, Value};

	#[test]
	fn object_should_be_the_json_that_others_read() {
		let every: Vec<u8> = (0..=255).collect();
		let inner = Object::new(0).number("none", 0).number("most", u32::MAX);
		let written = Object::new(0)
			.bytes("every", &every)
			.bytes("empty", &[])
			.maybe_bytes("one", Some(&[1]))
			.maybe_bytes("no", None)
			.word("task", "chat")
			.object("inner", inner)
			.object("nothing", Object::new(0))
			.end();
		let digits: alloc::string::String = every.iter().map(|it| format!("{it:02x}")).collect();
		let expected = json!({
			"every": format!("0x{digits}"), "empty": "0x", "one": "0x01", "no": null, "task": "chat",
			"inner": { "none": 0, "most": u32::MAX }, "nothing": {},
		});
		assert_eq!(from_slice::<Value>(&written).unwrap(), expected);
	}
}
