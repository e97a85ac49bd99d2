//! `reckon devnet` comes up, pays for two answers, and leaves nothing behind.

use std::{
	path::Path,
	process::Command,
	time::{Duration, Instant},
};

use reckon_cli::{
	devnet::state::State,
	process::{Identity, Process},
};
use reckon_e2e::{program, root, Run, LIMIT};
use rustix::process::Signal;

fn up(dir: &Path) -> Process {
	let mut command = Command::new(program("reckon"));
	command.args(["--json", "devnet", "up", "--foreground", "--dir"]).arg(dir.join("net"));
	command.current_dir(root());
	let (out, errors) = (dir.join("out"), dir.join("errors"));
	Process::start_with_errors("devnet", command, &out, &errors).unwrap()
}

/// Everything that the network has started, once its state is `wanted`.
fn wait_for(dir: &Path, process: &mut Process, wanted: fn(&State) -> bool) -> Vec<Identity> {
	let deadline = Instant::now() + LIMIT;
	loop {
		let state = State::read(&dir.join("net")).filter(|state| state.is_up() && wanted(state));
		if let Some(state) = state {
			return state.processes;
		}
		let errors = std::fs::read_to_string(dir.join("errors")).unwrap_or_default();
		assert!(process.exited().is_none(), "the network ended by itself:\n{errors}");
		assert!(Instant::now() < deadline, "the network is not there in time:\n{errors}");
		std::thread::sleep(Duration::from_millis(50));
	}
}

fn assert_all_end(processes: &[Identity]) {
	let deadline = Instant::now() + Duration::from_secs(5);
	while let Some(left) = processes.iter().find(|process| process.is_alive()) {
		assert!(Instant::now() < deadline, "left behind: {left:?}");
		std::thread::sleep(Duration::from_millis(50));
	}
}

#[test]
fn devnet_should_pay_for_answers_and_leave_no_process_when_interrupted() {
	let dir = tempfile::tempdir().unwrap();
	let mut devnet = up(dir.path());
	let processes = wait_for(dir.path(), &mut devnet, |state| state.ready);
	assert_eq!(processes.len(), 2);
	let report = std::fs::read_to_string(dir.path().join("out")).unwrap();
	let report: serde_json::Value = serde_json::from_str(&report).unwrap();
	let answers = report["answers"].as_array().unwrap();
	assert_eq!(answers.len(), 2);
	assert!(answers.iter().all(|answer| answer["state"] == "settled"), "{report}");
	let balances = &report["balances"];
	assert_eq!(balances["before"]["total"], balances["after"]["total"]);
	assert!(report["devnet"]["explorer_url"].as_str().unwrap().contains("polkadot.js.org"));

	devnet.signal(Signal::INT);
	let status = devnet.wait(LIMIT).unwrap();

	assert_eq!(status.code(), Some(0));
	assert_all_end(&processes);
	assert!(State::read(&dir.path().join("net")).is_none());
}

#[test]
fn devnet_should_leave_no_process_when_it_is_killed_and_come_up_again() {
	let dir = tempfile::tempdir().unwrap();
	let mut devnet = up(dir.path());
	let processes = wait_for(dir.path(), &mut devnet, |state| !state.processes.is_empty());
	devnet.kill();
	assert_all_end(&processes);
	assert!(State::read(&dir.path().join("net")).is_some(), "it had no time to tidy up");

	let mut again = up(dir.path());
	let processes = wait_for(dir.path(), &mut again, |state| !state.processes.is_empty());
	let mut down = Command::new(program("reckon"));
	down.args(["--json", "devnet", "down", "--dir"]).arg(dir.path().join("net"));
	let down = std::thread::spawn(move || Run::of(down));
	again.wait(LIMIT).unwrap();

	assert_eq!(down.join().unwrap().json()["stopped"], true);
	assert_all_end(&processes);
}
