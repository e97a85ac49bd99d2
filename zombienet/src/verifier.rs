//! Who computes answers again for a validator's node.

use std::{
	fs,
	net::SocketAddr,
	path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{
	programs::{free_address, utf8, Daemon, Programs},
	worker::add_own_model,
};

/// Where a node finds its verifier.
#[derive(Debug, Clone)]
pub struct VerifierAt {
	/// Where it listens.
	pub address: SocketAddr,
	/// The file with its token.
	pub token_file: PathBuf,
}

/// A `reckon-worker verify` with the repository's model; ends with this.
pub struct Verifier {
	process: Daemon,
	at: VerifierAt,
}

impl Verifier {
	/// Starts one for the validator of this name, in a directory beside the others'.
	///
	/// # Errors
	/// When it does not come up.
	pub async fn start(programs: &Programs, beside: &Path, validator: &str) -> Result<Self> {
		let dir = beside.join(format!("verifier-{validator}"));
		fs::create_dir_all(&dir)?;
		add_own_model(programs, &dir).await?;
		let address = free_address()?;
		let at = VerifierAt { address, token_file: dir.join("verify.token") };
		let listen = address.to_string();
		let arguments = ["verify", "--verify-listen", &listen, "--load-all", "--device", "cpu"];
		let arguments = [&arguments[..], &["--data-dir", utf8(&dir)?]].concat();
		let process = programs.start("reckon-worker", &dir, address, &arguments).await?;
		Ok(Self { process, at })
	}

	/// Where a node finds it.
	pub fn at(&self) -> &VerifierAt {
		&self.at
	}

	/// Ends it.
	///
	/// # Errors
	/// When it has ended by itself.
	pub async fn stop(self) -> Result<()> {
		self.process.stop().await
	}
}
