//! `reckon devnet` comes up, pays for two answers, and leaves nothing behind.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
	time::{Duration, Instant},
};

use reckon_cli::{
	devnet::state::State,
	process::{Identity, Process},
};
use reckon_e2e::{program, root, Run, LIMIT};
use reckon_sdk::Signer;
use rustix::process::Signal;
use serde_json::Value;

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
		let errors = fs::read_to_string(dir.join("errors")).unwrap_or_default();
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
	let names: Vec<_> = processes.iter().map(|process| process.name.as_str()).collect();
	assert_eq!(names, ["node", "gateway", "verifier", "worker"]);
	let report = fs::read_to_string(dir.path().join("out")).unwrap();
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

/// A network in the background; ends with the test.
struct Background(PathBuf);

impl Background {
	fn devnet(&self, command: &str, arguments: &[&str]) -> Run {
		let mut devnet = Command::new(program("reckon"));
		devnet.args(["--json", "devnet", command, "--dir"]).arg(&self.0).args(arguments);
		devnet.current_dir(root());
		Run::of(devnet)
	}

	/// Runs `reckon` against this network, signed by the models' owner.
	fn reckon(&self, arguments: &[&str]) -> Value {
		let url = State::read(&self.0).unwrap().rpc_url.unwrap();
		let mut command = Command::new(program("reckon"));
		command.args(["--json", "--url", &url, "--suri", "//Alice"]).args(arguments);
		Run::of(command).json()
	}

	/// The model of this name in the chain's store.
	fn model(&self, name: &str) -> Value {
		let list = self.reckon(&["models"]);
		let models = list["models"].as_array().unwrap();
		let found = models.iter().find(|model| model["name"] == name);
		found.unwrap_or_else(|| panic!("no {name} in {list}")).clone()
	}
}

impl Drop for Background {
	fn drop(&mut self) {
		if let Some(state) = State::read(&self.0) {
			state.stop();
		}
	}
}

/// Has the worker add a model that nobody else has; the file with what it printed.
fn manifest_of_our_own(dir: &Path) -> PathBuf {
	let own = dir.join("own");
	fs::create_dir(&own).unwrap();
	let files = fs::read_dir(root().join("models/lexicon")).unwrap().flatten();
	for file in files.filter(|file| file.path().is_file()) {
		fs::copy(file.path(), own.join(file.file_name())).unwrap();
	}
	// The same model by other bytes: another id.
	let config = own.join("config.json");
	fs::write(&config, [fs::read(&config).unwrap(), b"\n".to_vec()].concat()).unwrap();
	let mut add = Command::new(program("reckon-worker"));
	let owner = Signer::from_suri("//Alice").unwrap().account().to_string();
	add.args(["models", "add", "--json", "--owner", &owner]);
	add.arg(&own).arg("--data-dir").arg(dir.join("store"));
	let run = Run::of(add);
	assert_eq!(run.code, Some(0), "{run:?}");
	let manifest = dir.join("model.json");
	fs::write(&manifest, run.stdout).unwrap();
	manifest
}

#[test]
fn devnet_should_stay_in_the_background_and_go_on_with_its_chain_when_kept() {
	let dir = tempfile::tempdir().unwrap();
	let net = Background(dir.path().join("net"));
	let first = net.devnet("up", &[]).json();
	let state = State::read(&net.0).unwrap();
	assert!(state.ready && state.is_up(), "{state:?}");
	assert_eq!(first["answers"].as_array().unwrap().len(), 2);

	// Another one in the same directory is refused, and leaves this one's output alone.
	let out = net.0.join("logs/devnet.out");
	let said = fs::read_to_string(&out).unwrap();
	let error = net.devnet("up", &[]).error(1);
	assert_eq!(error["code"], "already_up");
	assert!(error["fix"].as_str().unwrap().contains("devnet down"), "{error}");
	assert_eq!(fs::read_to_string(&out).unwrap(), said);
	assert_eq!(net.devnet("status", &[]).json()["up"], true);

	let manifest = manifest_of_our_own(dir.path());
	let printed: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
	let manifest = manifest.to_str().unwrap();
	let licence = ["--licence", "Apache-2.0", "--royalty", "2"];
	let register = ["models", "register", "--manifest", manifest, "--name", "test/own"];
	let registered = net.reckon(&[&register[..], &licence].concat());
	assert_eq!(registered["id"], printed["id"]);
	let model = net.model("test/own");
	assert_eq!(model["id"], printed["id"]);
	assert_eq!((&model["tasks"], &model["context"]), (&printed["tasks"], &printed["context"]));
	assert_eq!(model["royalty_millionths"], 20_000);
	assert_ne!(model["id"], net.model("reckon-lexicon")["id"]);

	// A runtime gets onto the running chain; this one has the same code, and the chain goes on.
	let upgraded = net.devnet("upgrade", &[]).json();
	assert!(upgraded["bytes"].as_u64().unwrap() > 100_000, "{upgraded}");
	let other = net.devnet("upgrade", &["--wasm", manifest]).error(1);
	assert_eq!(other["code"], "not_a_runtime");
	assert_eq!(net.model("test/own"), model);

	assert_eq!(net.devnet("down", &[]).json()["stopped"], true);
	assert_all_end(&state.processes);

	let second = net.devnet("up", &["--keep"]).json();
	let block = |report: &Value, when: &str| report["balances"][when]["block"].as_u64().unwrap();
	assert!(block(&second, "before") > block(&first, "after"), "a chain from the beginning");
	assert_eq!(net.model("test/own"), model);
}
