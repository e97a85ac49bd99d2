//! A PostgreSQL server of a test's own, in a temporary folder, without a network.

use std::{
	fs,
	os::unix::{fs::chown, process::CommandExt},
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};
use tempfile::TempDir;

/// A server that runs, in the process group of the test; it is stopped when this is dropped.
pub struct Server {
	programs: PathBuf,
	folder: TempDir,
	/// Whose the server is: PostgreSQL does not run as root.
	user: Option<(u32, u32)>,
	process: Child,
}

impl Server {
	/// Starts one with an empty database, `postgres`.
	pub fn start() -> Self {
		let programs = programs();
		let folder = tempfile::tempdir().unwrap();
		let user = unprivileged(&folder);
		if let Some((user, group)) = user {
			chown(folder.path(), Some(user), Some(group)).unwrap();
		}
		let mut initdb = Command::new(programs.join("initdb"));
		initdb.args(["-U", "reckon", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]);
		initdb.arg(folder.path().join("data"));
		let made = as_user(user, initdb).output().unwrap();
		assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
		let process = serve(&programs, &folder, user);
		Self { programs, folder, user, process }
	}

	/// What a store connects to.
	pub fn url(&self, database: &str) -> String {
		let folder = self.folder.path().to_str().unwrap().replace('/', "%2F");
		format!("postgres://reckon@{folder}/{database}")
	}

	/// Where its socket is.
	pub fn folder(&self) -> &Path {
		self.folder.path()
	}

	/// Ends the server at once, as a crash does.
	pub fn stop(&mut self) {
		let mut stop = as_user(self.user, Command::new(self.programs.join("pg_ctl")));
		stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data"));
		let stopped = stop.output().unwrap();
		assert!(stopped.status.success(), "{}", String::from_utf8_lossy(&stopped.stderr));
		self.process.wait().unwrap();
	}

	/// Starts it again.
	pub fn go_on(&mut self) {
		self.process = serve(&self.programs, &self.folder, self.user);
	}
}

impl Drop for Server {
	fn drop(&mut self) {
		if matches!(self.process.try_wait(), Ok(None)) {
			self.stop();
		}
	}
}

fn serve(programs: &Path, folder: &TempDir, user: Option<(u32, u32)>) -> Child {
	let log = fs::File::create(folder.path().join("log")).unwrap();
	let mut server = as_user(user, Command::new(programs.join("postgres")));
	server.arg("-D").arg(folder.path().join("data")).arg("-k").arg(folder.path());
	server.args(["-c", "listen_addresses=", "-c", "shared_buffers=32MB"]);
	let mut process = server.stdout(Stdio::null()).stderr(log).spawn().unwrap();
	let begun = Instant::now();
	loop {
		let mut ask = Command::new(programs.join("pg_isready"));
		if ask.arg("-q").arg("-h").arg(folder.path()).status().unwrap().success() {
			return process;
		}
		let log = || fs::read_to_string(folder.path().join("log")).unwrap_or_default();
		assert!(process.try_wait().unwrap().is_none(), "PostgreSQL has stopped: {}", log());
		assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {}", log());
		std::thread::sleep(Duration::from_millis(20));
	}
}

fn as_user(user: Option<(u32, u32)>, mut command: Command) -> Command {
	command.stdin(Stdio::null()).current_dir("/");
	if let Some((user, group)) = user {
		command.uid(user).gid(group);
	}
	command
}

/// Debian's newest server.
fn programs() -> PathBuf {
	let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
	let has_server = |folder: &PathBuf| folder.join("initdb").is_file();
	let mut found: Vec<_> =
		versions.map(|version| version.path().join("bin")).filter(has_server).collect();
	found.sort();
	found.pop().expect("there is no PostgreSQL server; as root run: apt-get install postgresql")
}

/// User and group that the server runs as, when we are root.
fn unprivileged(ours: &TempDir) -> Option<(u32, u32)> {
	use std::os::unix::fs::MetadataExt;
	if ours.path().metadata().unwrap().uid() != 0 {
		return None;
	}
	let users = fs::read_to_string("/etc/passwd").unwrap();
	let of = |name: &str| {
		let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
		let mut numbers = line.split(':').skip(2).map(str::parse);
		Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
	};
	Some(of("postgres").or_else(|| of("nobody")).expect("a user that is not root"))
}
