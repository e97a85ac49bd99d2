//! A gateway that starts while what it needs is not there.

#![allow(missing_docs)]

#[path = "../store/tests/common/postgres.rs"]
#[allow(dead_code)]
mod postgres;

use postgres::Server;
use reckon_sdk::Signer;
use std::{
	io::{BufRead, BufReader},
	path::Path,
	process::{Child, ChildStderr, Command, Stdio},
};

/// A gateway's program; it is ended when this is dropped.
struct Gateway {
	child: Child,
	said: BufReader<ChildStderr>,
}

impl Gateway {
	/// With its store there. Nobody answers as its chain.
	fn start(dir: &Path, store: &str) -> Self {
		let key_file = dir.join("gateway.key");
		if !key_file.exists() {
			Signer::create_file(&key_file).unwrap();
		}
		let mut command = Command::new(env!("CARGO_BIN_EXE_reckon-gateway"));
		command.arg("run").arg("--data-dir").arg(dir).args(["--store", store]);
		command.args(["--chain", "ws://127.0.0.1:1"]).env("NO_COLOR", "1");
		let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
		let said = BufReader::new(child.stderr.take().unwrap());
		Self { child, said }
	}

	/// The next line with these words.
	fn says(&mut self, words: &str) -> String {
		let mut all = String::new();
		loop {
			let mut line = String::new();
			let read = self.said.read_line(&mut line).unwrap();
			all.push_str(&line);
			assert!(read > 0, "it has ended without {words:?}: {all}");
			if line.contains(words) {
				return line;
			}
		}
	}
}

impl Drop for Gateway {
	fn drop(&mut self) {
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

#[test]
fn gateway_should_wait_for_its_database_when_that_is_away() {
	let dir = tempfile::tempdir().unwrap();
	let mut server = Server::start();
	server.stop();
	let mut gateway = Gateway::start(dir.path(), &server.url("postgres"));
	let line = gateway.says("no database yet: trying again");
	assert!(line.contains(server.folder().to_str().unwrap()), "it does not say where: {line}");
	server.go_on();
	gateway.says("no chain yet");
}

#[test]
fn gateway_should_end_at_once_when_waiting_does_not_help() {
	let dir = tempfile::tempdir().unwrap();
	let server = Server::start();
	let mut gateway = Gateway::start(dir.path(), &server.url("nothing"));
	let line = gateway.says("error: ");
	for words in [server.folder().to_str().unwrap(), "database \"nothing\" does not exist"] {
		assert!(line.contains(words), "{words:?} is not in: {line}");
	}
	assert_eq!(gateway.child.wait().unwrap().code(), Some(1));
}
