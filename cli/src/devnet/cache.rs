//! What the nodes of development networks keep for the next ones. A node compiles its runtime when it starts,
//! and compiles it once more to make the genesis state of a chain that it knows by name: seconds each.

use std::{
	fs,
	path::{Path, PathBuf},
	process::{Command, Stdio},
};

use reckon_sdk::content_hash;

use super::layout::home;
use crate::failure::{Failure, Result};

/// A directory that all development nodes of a user share.
#[derive(Debug, Clone)]
pub struct Cache {
	dir: PathBuf,
}

impl Cache {
	/// In `RECKON_HOME`; none for who has no home.
	pub fn at_home() -> Option<Self> {
		Some(Self { dir: home()?.join("nodes") })
	}

	/// Where compiled runtimes are kept.
	pub(super) fn wasm(&self) -> PathBuf {
		self.dir.join("wasm")
	}

	/// The chain of this name as this program has it, with its genesis state; made when there is none that is
	/// younger than the program.
	///
	/// # Errors
	/// When it can't be made, or not be kept.
	pub(super) fn chain_spec(&self, program: &Path, chain: &str) -> Result<PathBuf> {
		let failed = |error: &std::io::Error| Failure::io(self.dir.display(), error);
		let made = fs::metadata(program).and_then(|program| program.modified());
		let made = made.map_err(|error| Failure::io(program.display(), &error))?;
		let whose = content_hash(program.as_os_str().as_encoded_bytes());
		let path = self.dir.join(format!("{chain}-{whose:?}.json"));
		if fs::metadata(&path).and_then(|spec| spec.modified()).is_ok_and(|spec| spec > made) {
			return Ok(path);
		}
		fs::create_dir_all(&self.dir).map_err(|error| failed(&error))?;
		// Others may make the same one, or read it, meanwhile.
		let new =
			tempfile::Builder::new().tempfile_in(&self.dir).map_err(|error| failed(&error))?;
		let mut command = Command::new(program);
		command.args(["export-chain-spec", "--chain", chain, "--raw", "--output"]).arg(new.path());
		let output = command.stdin(Stdio::null()).output();
		let output = output.map_err(|error| Failure::io(program.display(), &error))?;
		if !output.status.success() {
			let said = String::from_utf8_lossy(&output.stderr);
			return Err(Failure::new("node_failed", format!("no spec of `{chain}`: {said}")));
		}
		new.persist(&path).map_err(|error| failed(&error.error))?;
		Ok(path)
	}
}
