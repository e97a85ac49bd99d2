//! Real processes for tests: a node, workers, gateways, the command line. Everything that is started ends
//! with the guard that started it, and with the test when that is killed.
//!
//! Panics with a sentence where a test can't go on: this crate is for tests only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![deny(missing_docs)]

pub mod chat;
mod command;
mod gateway;
mod javascript;
pub mod load;
mod net;
// The store's tests have it, and know nothing of this crate.
#[path = "../../gateway/store/tests/common/postgres.rs"]
mod postgres;
mod proxy;
mod stage;
mod worker;

pub use command::{Run, LIMIT};
pub use gateway::{Client, Gateway, BATCH_STEPS, STEPS};
pub use javascript::javascript;
pub use net::{Money, Net};
pub use postgres::Server as Database;
pub use proxy::Proxy;
pub use stage::Stage;
pub use worker::{Provider, Worker};

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
	// Asked when a test runs: cargo takes one for fresh that another clone of the repository has left
	// in a shared target directory.
	let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	Path::new(&here).parent().expect("a member of a workspace").into()
}

/// A program of the workspace: beside the directory of this very test.
pub fn program(name: &str) -> PathBuf {
	let test = std::env::current_exe().expect("a running test");
	let dir = test.ancestors().nth(2).expect("target/debug/deps/test");
	let path = dir.join(name);
	assert!(
		path.is_file(),
		"{} is missing: run `make build` before the end-to-end tests, with the same \
		 CARGO_TARGET_DIR",
		path.display()
	);
	path
}
