//! Programs that we start, and how they end: never later than we do.
//!
//! A program started here gets SIGTERM when it is stopped or dropped, SIGKILL ten seconds later,
//! and SIGKILL from the kernel when we die without a word. It has a process group of its own, so
//! that Ctrl-C in a terminal reaches us alone and we decide the order.

use std::{
	fs::{self, File, OpenOptions},
	io::{Read, Seek, SeekFrom},
	os::unix::process::CommandExt,
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
	thread::sleep,
	time::{Duration, Instant},
};

use rustix::process::{
	getppid, kill_process, set_parent_process_death_signal, setsid, Pid, Signal,
};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};

/// How long a program may take to end when it is asked to.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How often to look whether it has ended.
const POLL: Duration = Duration::from_millis(50);
/// How much of a log is looked at for its last lines.
const TAIL_BYTES: u64 = 16 * 1024;

/// A process that can be told from any other that ever ran on this machine since its start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
	/// What it is for.
	pub name: String,
	/// Its number, which another process may have by now.
	pub pid: i32,
	/// The file it runs.
	pub exe: PathBuf,
	/// When it started, in the kernel's ticks since the machine's start.
	pub started: u64,
}

impl Identity {
	/// The identity of a process that runs now.
	pub fn of(name: &str, pid: i32) -> Option<Self> {
		Some(Self { name: name.into(), pid, exe: exe_of(pid)?, started: started_of(pid)? })
	}

	/// Whether this very process still runs.
	pub fn is_alive(&self) -> bool {
		exe_of(self.pid).as_ref() == Some(&self.exe) && started_of(self.pid) == Some(self.started)
	}

	/// Stops it, if it is still this very process: SIGTERM, and SIGKILL after `patience`.
	pub fn stop(&self, patience: Duration) {
		self.signal(Signal::TERM);
		if !self.ends_within(patience) {
			self.signal(Signal::KILL);
			self.ends_within(PATIENCE);
		}
	}

	fn ends_within(&self, limit: Duration) -> bool {
		let deadline = Instant::now() + limit;
		while self.is_alive() {
			if Instant::now() >= deadline {
				return false;
			}
			sleep(POLL);
		}
		true
	}

	fn signal(&self, signal: Signal) {
		if let (true, Some(pid)) = (self.is_alive(), Pid::from_raw(self.pid)) {
			let _ = kill_process(pid, signal);
		}
	}
}

/// The file a process runs; its own path even when a build has replaced the file since.
fn exe_of(pid: i32) -> Option<PathBuf> {
	let exe = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
	let text = exe.to_str()?;
	Some(PathBuf::from(text.strip_suffix(" (deleted)").unwrap_or(text)))
}

fn started_of(pid: i32) -> Option<u64> {
	// The second field is a name in parentheses that can contain anything; the 22nd is the time.
	let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
	stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// A program that we started.
#[derive(Debug)]
pub struct Process {
	name: String,
	child: Child,
	log: PathBuf,
}

impl Process {
	/// Starts a program that writes into a log and ends when we do.
	///
	/// Call it on a thread that lives as long as the program shall: the kernel takes that
	/// thread's end for ours.
	///
	/// # Errors
	/// When the log can't be written or the program can't be started.
	pub fn start(name: &str, command: Command, log: &Path) -> Result<Self> {
		Self::start_with_errors(name, command, log, log)
	}

	/// As [`Self::start`], with a log of its own for errors.
	///
	/// # Errors
	/// When a log can't be written or the program can't be started.
	pub fn start_with_errors(
		name: &str,
		mut command: Command,
		log: &Path,
		errors: &Path,
	) -> Result<Self> {
		let ours = std::process::id();
		command.process_group(0);
		// SAFETY: between fork and exec only two system calls are made; both are async-signal-safe
		// and neither allocates.
		unsafe {
			command.pre_exec(move || {
				set_parent_process_death_signal(Some(Signal::KILL))?;
				// We may have died before the line above.
				if getppid().map(|parent| parent.as_raw_nonzero().get()) != i32::try_from(ours).ok()
				{
					return Err(std::io::ErrorKind::BrokenPipe.into());
				}
				Ok(())
			});
		}
		Self::spawn(name, command, log, errors)
	}

	/// Starts a program that goes on when we end, and when the terminal is closed. Its errors
	/// go into a log of their own.
	///
	/// # Errors
	/// When the log can't be written or the program can't be started.
	pub fn start_detached(
		name: &str,
		mut command: Command,
		log: &Path,
		errors: &Path,
	) -> Result<Self> {
		// SAFETY: one system call, async-signal-safe, no allocation.
		unsafe {
			command.pre_exec(|| {
				setsid()?;
				Ok(())
			});
		}
		Self::spawn(name, command, log, errors)
	}

	fn spawn(name: &str, mut command: Command, log: &Path, errors: &Path) -> Result<Self> {
		let open = |path: &Path| {
			let file = OpenOptions::new().create(true).append(true).open(path);
			file.map_err(|error| Failure::io(path.display(), &error))
		};
		let output = open(log)?;
		let errors = open(errors)?;
		let program = PathBuf::from(command.get_program());
		command.stdin(Stdio::null()).stdout(output).stderr(errors);
		let child = command
			.spawn()
			.map_err(|error| Failure::io(format!("can't start {}", program.display()), &error))?;
		Ok(Self { name: name.into(), child, log: log.into() })
	}

	/// Its number.
	pub fn pid(&self) -> i32 {
		i32::try_from(self.child.id()).unwrap_or(i32::MAX)
	}

	/// Its identity, as long as it runs.
	pub fn identity(&self) -> Option<Identity> {
		Identity::of(&self.name, self.pid())
	}

	/// Where it writes.
	pub fn log(&self) -> &Path {
		&self.log
	}

	/// How it ended, if it did.
	pub fn exited(&mut self) -> Option<ExitStatus> {
		self.child.try_wait().ok().flatten()
	}

	/// Waits for its end.
	///
	/// # Errors
	/// When it has not ended in time.
	pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
		let deadline = Instant::now() + limit;
		loop {
			if let Some(status) = self.exited() {
				return Ok(status);
			}
			if Instant::now() >= deadline {
				let seconds = limit.as_secs();
				let message = format!("{} still runs after {seconds} s", self.name);
				return Err(Failure::new("still_running", message));
			}
			sleep(POLL);
		}
	}

	/// Fails when it has ended, with what it said last.
	///
	/// # Errors
	/// When it has ended.
	pub fn ensure_running(&mut self) -> Result<()> {
		match self.exited() {
			None => Ok(()),
			Some(status) => {
				let last = last_lines(&self.log, 5);
				Err(Failure::new(
					"process_ended",
					format!("{} ended by itself ({status}); it said last:\n{last}", self.name),
				)
				.fix(format!("read {}", self.log.display())))
			},
		}
	}

	/// Sends a signal.
	pub fn signal(&mut self, signal: Signal) {
		// Not after it was waited for: the number may be another's.
		if self.exited().is_none() {
			if let Some(pid) = Pid::from_raw(self.pid()) {
				let _ = kill_process(pid, signal);
			}
		}
	}

	/// Ends it at once, without a chance to tidy up.
	pub fn kill(&mut self) {
		let _ = self.child.kill();
		let _ = self.child.wait();
	}

	/// Asks it to end, and ends it when it takes longer than [`PATIENCE`].
	pub fn stop(mut self) {
		self.end();
	}

	/// Lets it go on without us.
	pub fn leave(self) {
		std::mem::forget(self);
	}

	fn end(&mut self) {
		self.signal(Signal::TERM);
		// In case it was stopped: it must run to end.
		self.signal(Signal::CONT);
		if self.wait(PATIENCE).is_err() {
			self.kill();
		}
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		self.end();
	}
}

/// Ends several programs, the last one first: a worker finishes what it has begun only as long as
/// its node runs.
pub fn stop_all(processes: Vec<Process>) {
	processes.into_iter().rev().for_each(Process::stop);
}

/// The last lines of a log.
pub fn last_lines(log: &Path, count: usize) -> String {
	let read = || -> std::io::Result<String> {
		let mut file = File::open(log)?;
		let length = file.metadata()?.len();
		file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
		let mut bytes = Vec::new();
		file.read_to_end(&mut bytes)?;
		Ok(String::from_utf8_lossy(&bytes).into_owned())
	};
	let text = read().unwrap_or_default();
	let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
	let from = lines.len().saturating_sub(count);
	let last = lines.get(from..).unwrap_or_default();
	last.iter().map(|line| format!("  | {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	fn sleeper() -> Command {
		let mut command = Command::new("sleep");
		command.arg("600");
		command
	}

	#[test]
	fn process_should_be_gone_when_dropped() {
		let dir = tempfile::tempdir().unwrap();
		let process = Process::start("sleeper", sleeper(), &dir.path().join("log")).unwrap();
		let identity = process.identity().unwrap();
		assert!(identity.is_alive());

		drop(process);

		assert!(!identity.is_alive());
	}

	#[test]
	fn identity_should_not_be_alive_when_another_process_has_the_number() {
		let mut ours = Identity::of("test", i32::try_from(std::process::id()).unwrap()).unwrap();
		assert!(ours.is_alive());

		ours.started += 1;

		assert!(!ours.is_alive());
		// And it does not harm the other process: this one goes on.
		ours.stop(Duration::ZERO);
	}

	#[test]
	fn process_should_end_when_it_ignores_the_polite_signal() {
		let dir = tempfile::tempdir().unwrap();
		let mut command = Command::new("sh");
		command.args(["-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]);
		let mut process = Process::start("stubborn", command, &dir.path().join("log")).unwrap();
		while last_lines(process.log(), 1).is_empty() {
			sleep(POLL);
		}
		let identity = process.identity().unwrap();

		process.signal(Signal::TERM);
		assert!(process.wait(Duration::from_millis(300)).is_err());
		process.kill();

		assert!(!identity.is_alive());
	}

	#[test]
	fn process_should_say_what_its_log_ended_with_when_it_ended_by_itself() {
		let dir = tempfile::tempdir().unwrap();
		let mut command = Command::new("sh");
		command.args(["-c", "echo no disk; exit 7"]);
		let mut process = Process::start("node", command, &dir.path().join("log")).unwrap();
		process.wait(PATIENCE).unwrap();

		let failure = process.ensure_running().unwrap_err();

		assert!(failure.message.contains("no disk") && failure.message.contains('7'), "{failure}");
	}
}
