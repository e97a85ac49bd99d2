//! Processes that are started, watched and ended.

use std::{
	fs::File,
	io::{BufRead, BufReader},
	os::unix::process::CommandExt,
	path::Path,
	process::{Child, ChildStdout, Command, Stdio},
	time::{Duration, Instant},
};

/// A process with all that it starts; it ends when this is dropped.
pub struct Process {
	child: Child,
	said: Option<BufReader<ChildStdout>>,
}

impl Process {
	/// This program in another role. It ends too when this process does, however that ends.
	pub fn own(arguments: &[&str], log: &Path) -> Self {
		let program = std::env::current_exe().expect("this program's file");
		let mut command = Command::new(program);
		command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
		Self::start(command, log)
	}

	/// A program; `log` has what it says to standard error.
	pub fn start(mut command: Command, log: &Path) -> Self {
		let log = File::create(log).expect("a file for the log");
		let mut child = command.stderr(log).process_group(0).spawn().expect("the program starts");
		let said = child.stdout.take().map(BufReader::new);
		Self { child, said }
	}

	/// Its next line.
	pub fn line(&mut self) -> String {
		let mut line = String::new();
		if let Some(said) = &mut self.said {
			said.read_line(&mut line).expect("a line");
		}
		assert!(!line.is_empty(), "process {} has ended", self.child.id());
		line.trim().into()
	}

	/// Whether it has ended.
	pub fn has_ended(&mut self) -> bool {
		!matches!(self.child.try_wait(), Ok(None))
	}

	/// Resident memory of the process itself.
	pub fn resident_kib(&self) -> u64 {
		let status = format!("/proc/{}/status", self.child.id());
		let status = std::fs::read_to_string(status).expect("it runs, on Linux");
		let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
		let number = line.and_then(|line| line.split_whitespace().next());
		number.and_then(|number| number.parse().ok()).expect("the kernel's own form")
	}

	/// What its processes have computed so far, in milliseconds of a core.
	pub fn cpu_millis(&self) -> f64 {
		let group = self.child.id().to_string();
		let all = std::fs::read_dir("/proc").expect("Linux");
		let stats = all
			.flatten()
			.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
		stats.filter_map(|stat| millis_of(&stat, Some(&group))).sum()
	}

	fn signal(&self, signal: &str) {
		// The shell's own, which is everywhere.
		let kill = format!("kill -{signal} -{}", self.child.id());
		let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		self.signal("TERM");
		let begun = Instant::now();
		while begun.elapsed() < Duration::from_secs(5) && !self.has_ended() {
			std::thread::sleep(Duration::from_millis(20));
		}
		self.signal("KILL");
		let _ = self.child.wait();
	}
}

/// What this process has computed so far, in milliseconds of a core.
pub fn own_cpu_millis() -> f64 {
	let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
	millis_of(&stat, None).expect("the kernel's own form")
}

/// Of a line of `/proc/PID/stat`; `None` when it is of another group.
fn millis_of(stat: &str, group: Option<&str>) -> Option<f64> {
	/// A kernel says times in hundredths of a second, whatever it counts in.
	const TICK_MILLIS: f64 = 10.0;
	// The program's name comes before, and may have anything in it.
	let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
	if group.is_some_and(|group| fields.get(2) != Some(&group)) {
		return None;
	}
	let ticks = |field: usize| fields.get(field)?.parse::<f64>().ok();
	Some((ticks(11)? + ticks(12)?) * TICK_MILLIS)
}
