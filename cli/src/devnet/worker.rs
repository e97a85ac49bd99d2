//! Starting a worker, and filling its store of models.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
	time::{Duration, Instant},
};

use reckon_sdk::{content_hash, AccountId, ModelId, TaskKind, H256};
use serde_json::Value;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	time::{sleep, timeout},
};

use crate::{
	failure::{Failure, Result},
	job::order::parse_hash,
	process::{last_lines, Process},
};

/// How long hashing and checking a model may take.
const ADD: Duration = Duration::from_secs(120);
/// How long a worker may take until it answers.
const START: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);

/// How a worker is started.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
	/// The program.
	pub program: PathBuf,
	/// Where its models, journal and cursor are.
	pub data_dir: PathBuf,
	/// The file with its hot key.
	pub key_file: PathBuf,
	/// Where its log goes.
	pub log: PathBuf,
	/// The port of its HTTP.
	pub port: u16,
	/// The node.
	pub chain_url: String,
	/// The gateways that it joins.
	pub gateways: Vec<String>,
	/// More environment, such as the points at which a test lets it crash.
	pub environment: Vec<(String, String)>,
}

impl WorkerOptions {
	/// Its HTTP.
	pub fn url(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}

	/// Starts the worker.
	///
	/// # Errors
	/// When the program can't be started.
	pub fn start(&self) -> Result<Process> {
		let mut command = Command::new(&self.program);
		command
			.arg("run")
			.args(["--chain", &self.chain_url])
			.arg("--data-dir")
			.arg(&self.data_dir)
			.arg("--key-file")
			.arg(&self.key_file)
			.args(["--listen", &format!("127.0.0.1:{}", self.port)])
			.args(["--device", "cpu"])
			.args(self.gateways.iter().flat_map(|url| ["--gateway", url]))
			.envs(self.environment.iter().map(|(name, value)| (name, value)));
		Process::start("worker", command, &self.log)
	}

	/// Adds a model to its store, as the one that this account registers on chain.
	///
	/// # Errors
	/// When the worker refuses the model.
	pub async fn add_model(&self, path: &Path, owner: &AccountId) -> Result<AddedModel> {
		add_model(&self.program, &self.data_dir, &self.log, path, owner).await
	}
}

/// Adds a model to the store in a data directory; what is said goes beside `log`.
pub(super) async fn add_model(
	program: &Path,
	data_dir: &Path,
	log: &Path,
	path: &Path,
	owner: &AccountId,
) -> Result<AddedModel> {
	let name = path.file_name().unwrap_or_default().to_string_lossy();
	let store = data_dir.file_name().unwrap_or_default().to_string_lossy();
	let log = log.with_file_name(format!("{store}-models-add-{name}.log"));
	let _ = fs::remove_file(&log);
	let mut command = Command::new(program);
	command.args(["models", "add"]).arg(path).args(["--owner", &owner.to_string()]);
	command.arg("--data-dir").arg(data_dir).arg("--json");
	let mut process = Process::start("reckon-worker models add", command, &log)?;
	let deadline = Instant::now() + ADD;
	let status = loop {
		if let Some(status) = process.exited() {
			break status;
		}
		if Instant::now() >= deadline {
			let message = format!("adding {} takes too long", path.display());
			return Err(Failure::new("worker", message).fix(format!("read {}", log.display())));
		}
		sleep(POLL).await;
	};
	let refused = || {
		let last = last_lines(&log, 5);
		let path = path.display();
		Failure::new("worker", format!("the worker does not take the model {path}:\n{last}"))
	};
	if !status.success() {
		return Err(refused());
	}
	let printed = fs::read_to_string(&log).unwrap_or_default();
	AddedModel::parse(&printed).ok_or_else(refused)
}

/// Waits until a worker, or a verifier, answers over HTTP.
///
/// # Errors
/// When it ends, or takes longer than a minute.
pub async fn wait_until_up(worker: &mut Process, port: u16) -> Result<()> {
	let deadline = Instant::now() + START;
	loop {
		if is_healthy(port).await {
			return Ok(());
		}
		worker.ensure_running()?;
		if Instant::now() >= deadline {
			let last = last_lines(worker.log(), 5);
			let seconds = START.as_secs();
			return Err(Failure::new(
				"worker_slow",
				format!("the worker is not up after {seconds} s; it said last:\n{last}"),
			)
			.fix(format!("read {}", worker.log().display())));
		}
		sleep(POLL).await;
	}
}

async fn is_healthy(port: u16) -> bool {
	let ask = async {
		let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
		let request = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
		stream.write_all(request.as_bytes()).await?;
		let mut head = [0; 12];
		stream.read_exact(&mut head).await?;
		Ok::<_, std::io::Error>(head.ends_with(b" 200"))
	};
	matches!(timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
}

/// A model in a worker's store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedModel {
	/// Its id on the network.
	pub id: ModelId,
	/// The hash of its manifest.
	pub manifest: H256,
	/// What it can do.
	pub tasks: Vec<TaskKind>,
	/// The most tokens of one sequence.
	pub context: u32,
}

impl AddedModel {
	fn parse(printed: &str) -> Option<Self> {
		// On one line or on several, after whatever else was said.
		let starts = printed.match_indices('{').map(|(start, _)| start);
		let json = starts.into_iter().find_map(|start| {
			let mut objects = serde_json::Deserializer::from_str(printed.get(start..)?).into_iter();
			let json: Value = objects.next()?.ok()?;
			json.get("id").is_some().then_some(json)
		})?;
		let id = parse_hash(json.get("id")?.as_str()?).ok()?;
		let manifest = content_hash(json.get("manifest")?.as_str()?.as_bytes());
		let tasks = json.get("tasks")?.as_array()?;
		let tasks = tasks.iter().filter_map(|task| task.as_str()?.parse().ok()).collect();
		let context = ["context_length", "context"].into_iter().find_map(|name| json.get(name));
		let context = context.and_then(Value::as_u64).and_then(|length| length.try_into().ok())?;
		Some(Self { id, manifest, tasks, context })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn model_should_be_read_from_what_the_worker_prints() {
		let id = "ab".repeat(32);
		let json = r#""tasks":["chat"],"context_length":256,"manifest":"{}""#;
		let printed = format!("hashing\n{{\"id\":\"{id}\",{json}}}\n");
		let model = AddedModel::parse(&printed).unwrap();
		assert_eq!((model.tasks.clone(), model.context), (vec![TaskKind::Chat], 256));
		assert_eq!(model.manifest, content_hash(b"{}"));
		let pretty = printed.replace(',', ",\n  ");
		assert_eq!(AddedModel::parse(&pretty).unwrap().id, model.id);
		assert_eq!(AddedModel::parse("no model"), None);
	}
}
