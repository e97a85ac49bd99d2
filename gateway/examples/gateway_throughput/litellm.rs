//! LiteLLM's proxy in front of the engine, as its own documentation starts it.

use crate::{load::Target, process::Process, BODY};
use std::{
	path::Path,
	process::{Command, Stdio},
	time::{Duration, Instant},
};

/// It reads some hundred modules first.
const PATIENCE: Duration = Duration::from_secs(180);

/// Starts it with so many processes; how it is asked.
pub async fn start(program: &Path, dir: &Path, engine: &str, workers: u8) -> (Process, Target) {
	let config = dir.join(format!("litellm-{workers}.yaml"));
	// Without one it does not start.
	let key = format!("sk-{:032x}", rand::random::<u128>());
	let models = format!(
		"model_list:\n- model_name: acme/words\n  litellm_params:\n    model: openai/acme/words\n    \
		 api_base: http://{engine}/v1\n    api_key: none\n\
		 general_settings:\n  master_key: {key}\n"
	);
	std::fs::write(&config, models).expect("a file for its settings");
	let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
	let port = free.expect("a port").port();
	let mut command = Command::new(program);
	command
		.arg("--config")
		.arg(&config)
		.args(["--host", "127.0.0.1", "--port", &port.to_string()])
		.args(["--num_workers", &workers.to_string(), "--telemetry", "False"])
		// Before it is there it does not answer its parent, which gives up after five seconds.
		.args(["--timeout_worker_healthcheck", "120"])
		// It asks nobody for prices, and says nothing of what goes well.
		.env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
		.env("LITELLM_MODE", "PRODUCTION")
		.env("LITELLM_LOG", "ERROR")
		.stdin(Stdio::null())
		.stdout(Stdio::null());
	let log = dir.join(format!("litellm-{workers}.log"));
	let mut process = Process::start(command, &log);
	let target = Target::new(&format!("127.0.0.1:{port}"), BODY, Some(&key));
	let begun = Instant::now();
	while !target.is_there().await {
		let log = || std::fs::read_to_string(&log).unwrap_or_default();
		assert!(!process.has_ended(), "litellm has ended: {}", log());
		assert!(begun.elapsed() < PATIENCE, "litellm does not answer: {}", log());
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	(process, target)
}
