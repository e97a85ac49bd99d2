//! The programs under test.

use std::{
	env,
	fs::{self, File},
	net::{SocketAddr, TcpListener},
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};

use anyhow::{bail, ensure, Context, Result};
use serde_json::Value;
use tokio::{
	net::TcpStream,
	process::{Child, Command},
	time::timeout,
};

use crate::eventually;

/// What no command here takes: a job is settled in less, on a slow machine.
const LIMIT: Duration = Duration::from_secs(300);
/// How long a daemon may take until it answers.
const START: Duration = Duration::from_secs(120);

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Programs {
	dir: PathBuf,
}

impl Programs {
	/// Those in `RECKON_BIN_DIR`, or else in the repository's own target directory.
	///
	/// # Errors
	/// When one is missing.
	pub fn find() -> Result<Self> {
		let dir = env::var_os("RECKON_BIN_DIR").map(PathBuf::from);
		let dir = std::path::absolute(dir.unwrap_or_else(|| repository().join("target/debug")))?;
		for name in ["reckon", "reckon-node", "reckon-worker"] {
			ensure!(
				dir.join(name).is_file(),
				"{name} is not in {}: run `make zombienet`, which builds it, or name the programs' \
				 directory by RECKON_BIN_DIR",
				dir.display()
			);
		}
		Ok(Self { dir })
	}

	/// Runs `reckon` to its end, signed by a development account; the JSON that it printed.
	///
	/// # Errors
	/// When it fails, with what it said.
	pub async fn reckon(&self, url: &str, signer: &str, arguments: &[&str]) -> Result<Value> {
		let mut command = Command::new(self.dir.join("reckon"));
		command
			.env_remove("RECKON_KEY_FILE")
			.args(["--url", url, "--json", "--suri", signer])
			.args(arguments);
		json_of(command).await.with_context(|| format!("reckon {}", arguments.join(" ")))
	}

	/// Runs `reckon-worker` to its end; the JSON that it printed.
	///
	/// # Errors
	/// When it fails, with what it said.
	pub async fn reckon_worker(&self, data_dir: &Path, arguments: &[&str]) -> Result<Value> {
		let mut command = Command::new(self.dir.join("reckon-worker"));
		command.args(arguments).arg("--data-dir").arg(data_dir).arg("--json");
		json_of(command).await.with_context(|| format!("reckon-worker {}", arguments.join(" ")))
	}

	/// Starts a program that answers at an address, in a directory of its own, in which its log has
	/// the directory's name; waits until it answers.
	///
	/// # Errors
	/// When it does not.
	pub(crate) async fn start(
		&self,
		program: &str,
		dir: &Path,
		address: SocketAddr,
		arguments: &[&str],
	) -> Result<Daemon> {
		let name = dir.file_name().context("a directory with a name")?.to_string_lossy();
		let log = dir.join(format!("{name}.log"));
		let output = File::create(&log)?;
		let process = Command::new(self.guarded(program, dir)?)
			.current_dir(dir)
			.args(arguments)
			.stdin(Stdio::null())
			.stdout(output.try_clone()?)
			.stderr(output)
			.kill_on_drop(true)
			.spawn()?;
		eventually(&format!("{name} is up"), START, &log, async || {
			Ok(TcpStream::connect(address).await?)
		})
		.await?;
		Ok(Daemon { process, log })
	}

	/// Writes a script into `dir` that runs a program in its own place: with its number in the file
	/// `pid` of the current directory, and killed by the system when the thread that started it
	/// ends, so that nothing is left of a test that was killed.
	///
	/// # Errors
	/// When the file can't be written.
	pub fn guarded(&self, name: &str, dir: &Path) -> Result<PathBuf> {
		let script = dir.join(format!("{name}.sh"));
		let program = self.dir.join(name);
		let program = program.display();
		let text =
			format!("#!/bin/sh\necho $$ >pid\nexec setpriv --pdeathsig KILL '{program}' \"$@\"\n");
		fs::write(&script, text)?;
		fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
		Ok(script)
	}
}

/// A program that runs until it is ended; ends with this.
pub(crate) struct Daemon {
	process: Child,
	log: PathBuf,
}

impl Daemon {
	/// Ends it.
	///
	/// # Errors
	/// When it has ended by itself.
	pub(crate) async fn stop(mut self) -> Result<()> {
		if let Some(status) = self.process.try_wait()? {
			bail!("it has ended by itself, {status}; read {}", self.log.display());
		}
		Ok(self.process.kill().await?)
	}
}

/// An address on loopback that is free now.
pub(crate) fn free_address() -> Result<SocketAddr> {
	Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// A path as an argument.
pub(crate) fn utf8(path: &Path) -> Result<&str> {
	path.to_str().with_context(|| format!("{} is not in UTF-8", path.display()))
}

/// The repository.
pub(crate) fn repository() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

async fn json_of(mut command: Command) -> Result<Value> {
	command.stdin(Stdio::null()).kill_on_drop(true);
	let output = timeout(LIMIT, command.output()).await;
	let output = output.with_context(|| format!("still runs after {} s", LIMIT.as_secs()))??;
	let [stdout, stderr] =
		[&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
	ensure!(output.status.success(), "{}: {} {}", output.status, stdout.trim(), stderr.trim());
	serde_json::from_str(&stdout).with_context(|| format!("no JSON: {stdout}"))
}
