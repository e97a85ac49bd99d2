//! What is known of a development network after the program that started it has gone.

use std::{
	fs::{self, File, TryLockError},
	path::{Path, PathBuf},
	time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
	failure::{Failure, Result},
	process::{Identity, PATIENCE},
};

/// The directory of a development network, unless the user names another.
pub const DEFAULT_DIR: &str = ".devnet";
const STATE_FILE: &str = "state.json";
const LOCK_FILE: &str = "lock";

/// A development network: its processes and addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
	/// The program that keeps it up; the others end with it.
	pub supervisor: Identity,
	/// The node, its verifier, the gateway and the worker.
	pub processes: Vec<Identity>,
	/// Whether the first answers have been paid for.
	pub ready: bool,
	/// The node's RPC.
	pub rpc_url: Option<String>,
	/// The worker's HTTP.
	pub worker_url: Option<String>,
	/// The HTTP of the node's verifier.
	pub verifier_url: Option<String>,
	/// The gateway's HTTP.
	pub gateway_url: Option<String>,
	/// The node's Prometheus metrics.
	pub metrics_url: Option<String>,
	/// polkadot.js for this node.
	pub explorer_url: Option<String>,
}

impl State {
	/// A network of which only the supervisor is up.
	pub fn new(supervisor: Identity) -> Self {
		Self {
			supervisor,
			processes: Vec::new(),
			ready: false,
			rpc_url: None,
			worker_url: None,
			verifier_url: None,
			gateway_url: None,
			metrics_url: None,
			explorer_url: None,
		}
	}

	/// The state written in a network's directory; `None` if there is none that can be read.
	pub fn read(dir: &Path) -> Option<Self> {
		serde_json::from_slice(&fs::read(dir.join(STATE_FILE)).ok()?).ok()
	}

	/// Writes it so that a reader meets the old or the new one, never a half.
	///
	/// # Errors
	/// When the directory can't be written.
	pub fn write(&self, dir: &Path) -> Result<()> {
		let path = dir.join(STATE_FILE);
		let failed = |error: std::io::Error| Failure::io(path.display(), &error);
		let draft = dir.join(format!("{STATE_FILE}.new"));
		let json = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
		fs::write(&draft, json).map_err(failed)?;
		fs::rename(&draft, &path).map_err(failed)
	}

	/// Forgets the network.
	pub fn remove(dir: &Path) {
		let _ = fs::remove_file(dir.join(STATE_FILE));
	}

	/// Whether its supervisor still runs.
	pub fn is_up(&self) -> bool {
		self.supervisor.is_alive()
	}

	/// Those of its processes that still run.
	pub fn alive(&self) -> Vec<&Identity> {
		self.processes.iter().filter(|process| process.is_alive()).collect()
	}

	/// Stops whatever of it still runs, and nothing else: a process that has one of its numbers,
	/// but is not the one that was started, is left alone.
	pub fn stop(&self) {
		// The supervisor gives each of the others its time.
		self.supervisor.stop(PATIENCE + Duration::from_secs(5));
		for process in &self.processes {
			process.stop(PATIENCE);
		}
	}
}

/// The running network of this directory, or of one above it.
pub fn running_near(dir: &Path) -> Option<State> {
	dir.ancestors().find_map(|dir| {
		State::read(&dir.join(DEFAULT_DIR)).filter(|state| state.is_up() && state.rpc_url.is_some())
	})
}

/// The right to run a network in a directory; ends with the process that has it.
pub struct Lock {
	_file: File,
}

impl Lock {
	/// Takes the right; `None` if another process has it.
	///
	/// # Errors
	/// When the directory can't be written.
	pub fn take(dir: &Path) -> Result<Option<Self>> {
		let path = dir.join(LOCK_FILE);
		let file = File::options().create(true).write(true).truncate(false).open(&path);
		let file = file.map_err(|error| Failure::io(path.display(), &error))?;
		match file.try_lock() {
			Ok(()) => Ok(Some(Self { _file: file })),
			Err(TryLockError::WouldBlock) => Ok(None),
			Err(TryLockError::Error(error)) => Err(Failure::io(path.display(), &error)),
		}
	}
}

/// Another network runs in the directory.
pub(super) fn already_up(dir: &Path) -> Failure {
	let pid = State::read(dir).map(|state| format!(" (process {})", state.supervisor.pid));
	let (dir, pid) = (dir.display(), pid.unwrap_or_default());
	Failure::new("already_up", format!("a network runs in {dir} already{pid}")).fix(format!(
		"reckon devnet down --dir {dir} ends it, reckon devnet status --dir {dir} shows it; another \
		 --dir starts one beside it"
	))
}

/// A network's directory as an absolute path; does not make it.
///
/// # Errors
/// When the current directory is gone.
pub fn absolute(dir: &Path) -> Result<PathBuf> {
	std::path::absolute(dir).map_err(|error| Failure::io(dir.display(), &error))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::process::Process;
	use std::process::Command;

	fn ourselves() -> Identity {
		Identity::of("test", i32::try_from(std::process::id()).unwrap()).unwrap()
	}

	#[test]
	fn state_should_stop_what_it_started_and_nothing_else_when_it_is_stale() {
		let dir = tempfile::tempdir().unwrap();
		let mut command = Command::new("sleep");
		command.arg("600");
		let left = Process::start("left", command, &dir.path().join("log")).unwrap();
		let left = (left.identity().unwrap(), left);
		// Our own number with another start: a number that was given to somebody else.
		let mut stranger = ourselves();
		stranger.started += 1;
		let mut state = State::new(stranger.clone());
		state.processes = vec![stranger, left.0.clone()];
		state.write(dir.path()).unwrap();

		let state = State::read(dir.path()).unwrap();
		assert!(!state.is_up());
		assert_eq!(state.alive(), [&left.0]);
		// As after a crash of the supervisor: nobody waits for the child but the system.
		let reaper = std::thread::spawn(move || left.1.stop());
		state.stop();
		reaper.join().unwrap();

		assert!(state.alive().is_empty());
	}

	#[test]
	fn network_should_be_found_from_a_directory_below_it_when_it_is_up() {
		let dir = tempfile::tempdir().unwrap();
		let below = dir.path().join("a/b");
		fs::create_dir_all(&below).unwrap();
		fs::create_dir_all(dir.path().join(DEFAULT_DIR)).unwrap();
		let mut state = State::new(ourselves());
		state.rpc_url = Some("ws://127.0.0.1:1".into());
		state.write(&dir.path().join(DEFAULT_DIR)).unwrap();

		assert_eq!(running_near(&below), Some(state));
	}

	#[test]
	fn lock_should_be_refused_when_another_holds_it() {
		let dir = tempfile::tempdir().unwrap();
		let lock = Lock::take(dir.path()).unwrap();

		assert!(lock.is_some());
		assert!(Lock::take(dir.path()).unwrap().is_none());
		assert!(already_up(dir.path()).fix.unwrap().contains("devnet down --dir"));
		drop(lock);
		assert!(Lock::take(dir.path()).unwrap().is_some());
	}
}
