//! Running a program to its end.

use std::{
	process::Command,
	time::{Duration, Instant},
};

use reckon_cli::process::Process;
use serde_json::Value;

/// What no command here takes, however slow the machine; nor the payment of a batch that the lot falls on, one in
/// fifty, where nobody has a verifier: some 46 blocks.
pub const LIMIT: Duration = Duration::from_secs(240);

/// A program that has ended.
#[derive(Debug)]
pub struct Run {
	/// Its exit status; `None` when a signal ended it.
	pub code: Option<i32>,
	/// What it printed.
	pub stdout: String,
	/// What it complained about.
	pub stderr: String,
}

impl Run {
	/// Runs a program to its end, at most [`LIMIT`].
	pub fn of(command: Command) -> Self {
		let dir = tempfile::tempdir().expect("a temporary directory");
		let (out, errors) = (dir.path().join("out"), dir.path().join("errors"));
		let shown = format!("{command:?}");
		let mut process = Process::start_with_errors("command", command, &out, &errors)
			.unwrap_or_else(|failure| panic!("{shown}: {failure}"));
		let started = Instant::now();
		let status = process.wait(LIMIT);
		let read = |path| std::fs::read_to_string(path).unwrap_or_default();
		let (stdout, stderr) = (read(&out), read(&errors));
		let status = status.unwrap_or_else(|_| {
			panic!("{shown} still runs after {:?}:\n{stdout}\n{stderr}", started.elapsed())
		});
		Self { code: status.code(), stdout, stderr }
	}

	/// The JSON that it printed; it must have succeeded.
	pub fn json(&self) -> Value {
		assert_eq!(self.code, Some(0), "{self:?}");
		serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
	}

	/// The error that it printed as JSON; it must have ended with this status.
	pub fn error(&self, code: i32) -> Value {
		assert_eq!(self.code, Some(code), "{self:?}");
		assert_eq!(self.stdout, "", "an error prints no result");
		let json: Value =
			serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}: {self:?}"));
		json["error"].clone()
	}
}
