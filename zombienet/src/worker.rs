//! A provider and its worker.

use std::{
	fs::{self, File},
	net::TcpListener,
	path::PathBuf,
	time::Duration,
};

use anyhow::{Context, Result};
use tokio::{
	net::TcpStream,
	process::{Child, Command},
};

use crate::{eventually, programs::repository, Network};

/// The model that it serves.
pub const CHAT_MODEL: &str = "reckon-lexicon";
/// The account of `//Alice`, who owns the model: whoever registers an entry is part of its id.
const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
/// How long it may take until it answers.
const START: Duration = Duration::from_secs(120);

/// A worker that takes jobs of the chat model; ends with this.
pub struct Worker {
	process: Child,
	log: PathBuf,
}

impl Worker {
	/// Makes a development account a provider, as a person would, and starts its worker.
	///
	/// # Errors
	/// When a step fails, or the worker does not come up.
	pub async fn start(network: &Network, provider: &str) -> Result<Self> {
		let programs = network.programs();
		let dir = network.dir().join("worker");
		fs::create_dir_all(&dir)?;
		let (key, manifest) = (dir.join("hot.key"), dir.join("model.json"));
		let [key, manifest] =
			[&key, &manifest].map(|path| path.to_str().context("a path in UTF-8"));
		let (key, manifest) = (key?, manifest?);
		let model = repository().join("models/lexicon");
		let model = model.to_str().context("a path in UTF-8")?;
		let add = ["models", "add", model, "--owner", ALICE];
		let added = programs.reckon_worker(&dir, &add).await?;
		fs::write(manifest, added.to_string())?;
		let made = network.reckon(provider, &["account", "new", "--out", key]).await?;
		let hot_key = made["account"].as_str().context("no account")?;

		let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
		let endpoint = format!("http://127.0.0.1:{port}");
		network.reckon("//Alice", &["account", "transfer", hot_key, "10"]).await?;
		let licence = ["--licence", "Apache-2.0", "--royalty", "2"];
		let register = ["models", "register", "--manifest", manifest, "--name", CHAT_MODEL];
		network.reckon("//Alice", &[&register[..], &licence].concat()).await?;
		let register = ["provider", "register", "--worker", hot_key, "--bond", "400"];
		let offers = ["--capacity", "4", "--endpoint", &endpoint];
		network.reckon(provider, &[&register[..], &offers].concat()).await?;
		let price = ["--base", "0.001", "--per-input", "0.00001", "--per-output", "0.00002"];
		let offer = ["provider", "offer", CHAT_MODEL];
		network.reckon(provider, &[&offer[..], &price].concat()).await?;

		let log = dir.join("worker.log");
		let output = File::create(&log)?;
		let process = Command::new(programs.guarded("reckon-worker", &dir)?)
			.current_dir(&dir)
			.args(["run", "--chain", network.url(crate::VALIDATORS[0])?])
			.args(["--key-file", key, "--listen", &format!("127.0.0.1:{port}"), "--device", "cpu"])
			.arg("--data-dir")
			.arg(&dir)
			.stdout(output.try_clone()?)
			.stderr(output)
			.kill_on_drop(true)
			.spawn()?;
		eventually("the worker is up", START, &log, async || {
			Ok(TcpStream::connect(("127.0.0.1", port)).await?)
		})
		.await?;
		Ok(Self { process, log })
	}

	/// Ends it.
	///
	/// # Errors
	/// When it has ended by itself.
	pub async fn stop(mut self) -> Result<()> {
		let log = self.log.display();
		self.process.kill().await.with_context(|| format!("the worker had ended; read {log}"))
	}
}
