//! Bringing a network up in the background: the same program in the foreground of nobody.

use std::{
	env,
	fs::{self, File},
	io::{Read, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
	process::Command,
	time::Duration,
};

use tokio::{signal::ctrl_c, time::sleep};

use super::{
	state::{absolute, already_up, Lock, State},
	UpArgs,
};
use crate::{
	context::Context,
	failure::{Failure, Result},
	process::Process,
};

/// What the background program prints.
pub(super) const OUT: &str = "devnet.out";
/// What it says on the way.
pub(super) const ERRORS: &str = "devnet.err";
const POLL: Duration = Duration::from_millis(100);

/// Starts the network's supervisor, and shows what it says until the network is ready.
pub(super) async fn run(context: &Context, args: &UpArgs) -> Result<()> {
	let dir = absolute(&args.dir.dir)?;
	let logs = dir.join("logs");
	fs::create_dir_all(&logs).map_err(|error| Failure::io(logs.display(), &error))?;
	// The files below are those of a network that runs here; its supervisor keeps the lock.
	drop(Lock::take(&dir)?.ok_or_else(|| already_up(&dir))?);
	let exe = env::current_exe().map_err(|error| Failure::io("this program", &error))?;
	let mut out = Tail::new(logs.join(OUT))?;
	let mut errors = Tail::new(logs.join(ERRORS))?;
	let mut command = Command::new(exe);
	command.args(["devnet", "up", "--foreground", "--dir"]).arg(&dir);
	if args.keep {
		command.arg("--keep");
	}
	if context.output.is_json() {
		command.arg("--json");
	}
	for (flag, path) in [("--bin-dir", &args.bin_dir), ("--models-dir", &args.models_dir)] {
		if let Some(path) = path {
			command.arg(flag).arg(path);
		}
	}
	let mut supervisor =
		Process::start_detached("devnet", command, &logs.join(OUT), &logs.join(ERRORS))?;
	loop {
		let interrupted = tokio::select! {
			() = sleep(POLL) => false,
			_ = ctrl_c() => true,
		};
		if interrupted {
			supervisor.stop();
			return Err(Failure::new("interrupted", "interrupted: the network is down again"));
		}
		let ended = supervisor.exited();
		let ready = is_ready(&dir, supervisor.pid());
		errors.copy_to(&mut std::io::stderr());
		out.copy_to(&mut std::io::stdout());
		if let Some(status) = ended {
			// It has said why; with --json it must be us, and on one line.
			std::process::exit(status.code().unwrap_or(1));
		}
		if ready {
			out.copy_to(&mut std::io::stdout());
			supervisor.leave();
			return Ok(());
		}
	}
}

fn is_ready(dir: &Path, pid: i32) -> bool {
	State::read(dir).is_some_and(|state| state.ready && state.supervisor.pid == pid)
}

/// A file that grows.
struct Tail {
	file: File,
}

impl Tail {
	/// Makes it empty.
	fn new(path: PathBuf) -> Result<Self> {
		let file = File::options().create(true).truncate(true).read(true).write(true).open(&path);
		file.map(|file| Self { file }).map_err(|error| Failure::io(path.display(), &error))
	}

	/// Copies what has come since the last time.
	fn copy_to(&mut self, to: &mut impl Write) {
		let mut new = Vec::new();
		let from = self.file.stream_position().unwrap_or_default();
		let _ = self.file.seek(SeekFrom::Start(from));
		if self.file.read_to_end(&mut new).is_ok() && !new.is_empty() {
			let _ = to.write_all(&new);
			let _ = to.flush();
		}
	}
}
