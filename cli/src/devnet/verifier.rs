//! Starting a verifier: computes answers again for a validator's node.

use std::{
	path::{Path, PathBuf},
	process::Command,
};

use reckon_sdk::AccountId;

use super::worker::{add_model, AddedModel};
use crate::{failure::Result, process::Process};

/// How a verifier is started.
#[derive(Debug, Clone)]
pub struct VerifierOptions {
	/// The program: reckon-worker.
	pub program: PathBuf,
	/// Where its list of models and its token are.
	pub data_dir: PathBuf,
	/// Where its log goes.
	pub log: PathBuf,
	/// The port of its HTTP.
	pub port: u16,
}

impl VerifierOptions {
	/// Its HTTP.
	pub fn url(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}

	/// What it asks its callers for; there when it is up.
	pub fn token_file(&self) -> PathBuf {
		self.data_dir.join("verify.token")
	}

	/// Starts the verifier; [`super::worker::wait_until_up`] waits for it.
	///
	/// # Errors
	/// When the program can't be started.
	pub fn start(&self) -> Result<Process> {
		let mut command = Command::new(&self.program);
		command
			.args(["verify", "--load-all", "--device", "cpu", "--data-dir"])
			.arg(&self.data_dir)
			.args(["--verify-listen", &format!("127.0.0.1:{}", self.port)]);
		Process::start("verifier", command, &self.log)
	}

	/// Adds a model to its store, as the one that this account registers on chain.
	///
	/// # Errors
	/// When the verifier refuses the model.
	pub async fn add_model(&self, path: &Path, owner: &AccountId) -> Result<AddedModel> {
		add_model(&self.program, &self.data_dir, &self.log, path, owner).await
	}
}
