//! What went wrong, in a form for people and for programs.

use serde_json::{json, Value};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
	/// Something said no, or was not there.
	Error = 1,
	/// The command line makes no sense.
	Usage = 2,
	/// The job ended without an answer, and the money is back.
	Refunded = 3,
}

/// An error as the user meets it: what happened, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
	/// A stable name for programs: ours in `snake_case`, the chain's as `Pallet.Error`.
	pub code: String,
	/// What happened.
	pub message: String,
	/// What to do next, if that is not in the message.
	pub fix: Option<String>,
	/// How the program ends.
	pub exit: Exit,
}

/// What the library's functions return.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
	/// An error of the given code.
	pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
		Self { code: code.into(), message: message.into(), fix: None, exit: Exit::Error }
	}

	/// The command line makes no sense.
	pub fn usage(message: impl Into<String>) -> Self {
		Self { exit: Exit::Usage, ..Self::new("usage", message) }
	}

	/// A file could not be read, written or started.
	pub fn io(what: impl std::fmt::Display, error: &std::io::Error) -> Self {
		Self::new("io", format!("{what}: {error}"))
	}

	/// With what to do next.
	#[must_use]
	pub fn fix(mut self, fix: impl Into<String>) -> Self {
		self.fix = Some(fix.into());
		self
	}

	/// As JSON, the same shape for every error.
	pub fn to_json(&self) -> Value {
		json!({ "error": { "code": self.code, "message": self.message, "fix": self.fix } })
	}

	/// As lines for people.
	pub fn to_text(&self) -> String {
		match &self.fix {
			Some(fix) => format!("error: {}\n  fix: {fix}", self.message),
			None => format!("error: {}", self.message),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn failure_should_have_the_same_shape_when_printed_as_json() {
		let failure = Failure::new("node_unreachable", "no node").fix("start one");
		let json = failure.to_json();

		assert_eq!(json["error"]["code"], "node_unreachable");
		assert_eq!(json["error"]["message"], "no node");
		assert_eq!(json["error"]["fix"], "start one");
		assert_eq!(failure.to_text(), "error: no node\n  fix: start one");
		assert!(Failure::usage("x").to_json()["error"]["fix"].is_null());
	}
}
