//! The model, and providers with their workers.

use std::{
	fs,
	path::{Path, PathBuf},
};

use anyhow::{ensure, Context, Result};
use serde_json::Value;

use crate::{
	programs::{free_address, repository, utf8, Daemon, Programs},
	quantise::quantise,
	Network, VALIDATORS,
};

/// The model that everybody serves.
pub const CHAT_MODEL: &str = "reckon-lexicon";
/// The account of `//Alice`, who owns the model: whoever registers an entry is part of its id.
const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

/// Puts the repository's model into the store. With the report of its `calibration`, a file beside
/// the model's own, its answers can be audited.
///
/// # Errors
/// When the chain refuses it.
pub async fn publish_model(network: &Network, calibration: Option<&str>) -> Result<()> {
	let dir = network.dir().join("model");
	fs::create_dir_all(&dir)?;
	let manifest = dir.join("model.json");
	fs::write(&manifest, add_model(network.programs(), &dir, &model()).await?.to_string())?;
	let report = calibration.map(|file| model().join(file));
	let register = ["models", "register", "--manifest", utf8(&manifest)?, "--name", CHAT_MODEL];
	let mut register = [&register[..], &["--licence", "Apache-2.0", "--royalty", "2"]].concat();
	if let Some(report) = &report {
		register.extend(["--calibration", utf8(report)?]);
	}
	network.reckon("//Alice", &register).await?;
	Ok(())
}

/// A worker that takes jobs of the chat model; ends with this.
pub struct Worker(Daemon);

impl Worker {
	/// Makes a development account a provider, as a person would, and starts its worker.
	///
	/// # Errors
	/// When a step fails, or the worker does not come up.
	pub async fn start(network: &Network, provider: &str) -> Result<Self> {
		let dir = directory(network, provider)?;
		add_model(network.programs(), &dir, &model()).await?;
		Self::run(network, provider, &dir).await
	}

	/// The same, of a provider that cheats: its worker computes with weights of eight bits, and says
	/// that they are the model's.
	///
	/// # Errors
	/// When a step fails, or the worker does not come up.
	pub async fn start_quantised(network: &Network, provider: &str) -> Result<Self> {
		let dir = directory(network, provider)?;
		let weights = dir.join("int8");
		quantise(&model(), &weights)?;
		let honest = add_model(network.programs(), &dir, &model()).await?;
		let cheap = add_model(network.programs(), &dir, &weights).await?;
		pass_off(&dir, &honest, &cheap)?;
		Self::run(network, provider, &dir).await
	}

	async fn run(network: &Network, provider: &str, dir: &Path) -> Result<Self> {
		let programs = network.programs();
		let key = dir.join("hot.key");
		let key = utf8(&key)?;
		let made = network.reckon(provider, &["account", "new", "--out", key]).await?;
		let hot_key = made["account"].as_str().context("no account")?;
		network.reckon("//Alice", &["account", "transfer", hot_key, "10"]).await?;

		let address = free_address()?;
		let endpoint = format!("http://{address}");
		let register = ["provider", "register", "--worker", hot_key, "--bond", "400"];
		let offers = ["--capacity", "4", "--endpoint", &endpoint];
		network.reckon(provider, &[&register[..], &offers].concat()).await?;
		let price = ["--base", "0.001", "--per-input", "0.00001", "--per-output", "0.00002"];
		let offer = ["provider", "offer", CHAT_MODEL];
		network.reckon(provider, &[&offer[..], &price].concat()).await?;

		let (listen, chain) = (address.to_string(), network.url(VALIDATORS[0])?);
		let run = ["run", "--chain", chain, "--key-file", key, "--listen", &listen];
		let on = ["--device", "cpu", "--data-dir", utf8(dir)?];
		let arguments = [&run[..], &on].concat();
		Ok(Self(programs.start("reckon-worker", dir, address, &arguments).await?))
	}

	/// Ends it.
	///
	/// # Errors
	/// When it has ended by itself.
	pub async fn stop(self) -> Result<()> {
		self.0.stop().await
	}
}

/// The repository's model.
fn model() -> PathBuf {
	repository().join("models/lexicon")
}

/// Where a provider's worker keeps what it has.
fn directory(network: &Network, provider: &str) -> Result<PathBuf> {
	let name = provider.trim_start_matches('/').to_lowercase();
	let dir = network.dir().join(format!("worker-{name}"));
	fs::create_dir_all(&dir)?;
	Ok(dir)
}

/// Puts the repository's model into the list of a data directory.
pub(crate) async fn add_own_model(programs: &Programs, dir: &Path) -> Result<()> {
	add_model(programs, dir, &model()).await.map(|_| ())
}

/// Puts a model into the list of a data directory; its entry.
async fn add_model(programs: &Programs, dir: &Path, model: &Path) -> Result<Value> {
	programs.reckon_worker(dir, &["models", "add", utf8(model)?, "--owner", ALICE]).await
}

/// Lets one model's files pass for another's: a worker looks whether files are those of the manifest
/// in its list, and has no reason to doubt its own list.
fn pass_off(dir: &Path, honest: &Value, cheap: &Value) -> Result<()> {
	ensure!(honest["id"] != cheap["id"], "the two models are the same: {honest}");
	let list = dir.join("models.json");
	let mut entries: Vec<Value> = serde_json::from_slice(&fs::read(&list)?)?;
	entries.retain(|entry| entry["id"] == honest["id"]);
	let [entry] = &mut entries[..] else {
		anyhow::bail!("{} does not have {honest} once", list.display())
	};
	for field in ["path", "manifest"] {
		entry[field] = cheap[field].clone();
	}
	fs::write(&list, serde_json::to_vec(&entries)?)?;
	Ok(())
}
