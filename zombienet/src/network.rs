//! A network of validators: its nodes, and what they say.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
	time::Duration,
};

use anyhow::{anyhow, ensure, Context, Result};
use serde_json::Value;
use zombienet_sdk::{
	subxt::{dynamic, OnlineClient, PolkadotConfig},
	AddNodeOptions, Arg, LocalFileSystem, NetworkConfigBuilder, NetworkConfigExt, NetworkNode,
};

use crate::{eventually, programs::utf8, Programs, VerifierAt};

/// The validators of the chain `local`, by the names of their accounts. The first one's node is the
/// one that tests and workers speak to.
pub const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// The chain, and the directory that a node keeps it in.
const CHAIN: &str = "local";
/// The session keys of the runtime: name and kind, as zombienet spells them.
const SESSION_KEYS: [&str; 3] = ["babe_sr", "gran_ed", "audt_sr"];
/// How long a node may take until it answers: its wasm is compiled when it starts.
const START_SECONDS: u32 = 300;
/// How long a node may take to follow the others.
const FOLLOW: Duration = Duration::from_secs(300);
/// How far behind the best block a node may be that follows.
const BEHIND: f64 = 3.0;

/// A network that runs, in a directory of its own. Its processes end with it.
pub struct Network {
	programs: Programs,
	dir: PathBuf,
	net: zombienet_sdk::Network<LocalFileSystem>,
}

impl Network {
	/// Starts the four validators of the chain `local`, without verifiers: they give their seats in
	/// audits up.
	///
	/// # Errors
	/// When one does not come up.
	pub async fn start(programs: Programs, dir: &Path) -> Result<Self> {
		let nodes = VALIDATORS.map(|name| (name, arguments(&[])));
		Self::start_nodes(programs, dir, nodes).await
	}

	/// Starts the four validators of the chain `local`, each with a verifier.
	///
	/// # Errors
	/// When one does not come up.
	pub async fn start_with_verifiers(
		programs: Programs,
		dir: &Path,
		verifiers: &[VerifierAt; VALIDATORS.len()],
	) -> Result<Self> {
		let mut nodes = VALIDATORS.map(|name| (name, arguments(&[])));
		for ((_, arguments), at) in nodes.iter_mut().zip(verifiers) {
			let (address, file) = (at.address.to_string(), utf8(&at.token_file)?);
			arguments.push(Arg::from(("--verifier", address.as_str())));
			arguments.push(Arg::from(("--verifier-token-file", file)));
		}
		Self::start_nodes(programs, dir, nodes).await
	}

	async fn start_nodes(
		programs: Programs,
		dir: &Path,
		nodes: [(&str, Vec<Arg>); VALIDATORS.len()],
	) -> Result<Self> {
		let node = programs.guarded("reckon-node", dir)?;
		let node = utf8(&node)?;
		let config = NetworkConfigBuilder::new()
			.with_relaychain(|chain| {
				let [(first, of_first), others @ ..] = nodes;
				let chain = chain
					.with_chain(CHAIN)
					.with_default_command(node)
					// Raw, so that zombienet leaves the genesis state as it is.
					.with_chain_spec_command(format!(
						"{node} export-chain-spec --chain {CHAIN} --raw"
					))
					.with_validator(|node| {
						node.with_name(first)
							.with_args(of_first)
							.with_keystore_key_types(SESSION_KEYS.to_vec())
					});
				others.into_iter().fold(chain, |chain, (name, arguments)| {
					chain.with_validator(|node| {
						node.with_name(name)
							.with_args(arguments)
							.with_keystore_key_types(SESSION_KEYS.to_vec())
					})
				})
			})
			.with_global_settings(|settings| {
				settings
					.with_base_dir(dir)
					.with_network_spawn_timeout(4 * START_SECONDS)
					.with_node_spawn_timeout(START_SECONDS)
					// One is killed on purpose.
					.with_tear_down_on_failure(false)
			})
			.build()
			.map_err(|errors| anyhow!("zombienet refuses its configuration: {errors:?}"))?;
		let started = config.spawn_native().await;
		let net =
			started.with_context(|| format!("no network; read the logs in {}", dir.display()))?;
		Ok(Self { programs, dir: dir.into(), net })
	}

	/// Ends all nodes.
	///
	/// # Errors
	/// When one has ended by itself.
	pub async fn stop(self) -> Result<()> {
		Ok(self.net.destroy().await?)
	}

	/// The programs it runs.
	pub fn programs(&self) -> &Programs {
		&self.programs
	}

	/// Its directory.
	pub fn dir(&self) -> &Path {
		&self.dir
	}

	/// The log of a node.
	pub fn log(&self, name: &str) -> PathBuf {
		self.dir.join(name).join(format!("{name}.log"))
	}

	/// Where a node answers.
	///
	/// # Errors
	/// When there is no such node.
	pub fn url(&self, name: &str) -> Result<&str> {
		Ok(self.node(name)?.ws_uri())
	}

	/// Runs `reckon` on the first validator's node, signed by a development account.
	///
	/// # Errors
	/// When it fails.
	pub async fn reckon(&self, signer: &str, arguments: &[&str]) -> Result<Value> {
		self.reckon_at(VALIDATORS[0], signer, arguments).await
	}

	/// Runs `reckon` on a node, signed by a development account.
	///
	/// # Errors
	/// When it fails.
	pub async fn reckon_at(&self, node: &str, signer: &str, arguments: &[&str]) -> Result<Value> {
		self.programs.reckon(self.url(node)?, signer, arguments).await
	}

	/// Adds a node that makes blocks as soon as it has a validator's keys, and waits until it
	/// follows the others.
	///
	/// # Errors
	/// When it does not.
	pub async fn add_validator_node(&mut self, name: &str) -> Result<()> {
		// For zombienet no validator: it would put keys into the node.
		let options =
			AddNodeOptions { args: arguments(&["--validator"]), ..AddNodeOptions::default() };
		let added = self.net.add_node(name, options).await;
		added.with_context(|| format!("read {}", self.log(name).display()))?;
		self.follows(name).await
	}

	/// Kills a node without a word; it is gone when this returns.
	///
	/// # Errors
	/// When it still answers.
	pub async fn kill(&self, name: &str) -> Result<()> {
		let pid = fs::read_to_string(self.dir.join(name).join("pid"))?;
		let killed = Command::new("kill").args(["-KILL", pid.trim()]).status()?;
		ensure!(killed.success(), "{name} does not run; read {}", self.log(name).display());
		eventually(&format!("{name} is gone"), FOLLOW, &self.log(name), async || {
			ensure!(self.best(name).await.is_err(), "it still answers");
			Ok(())
		})
		.await
	}

	/// Starts a node again that was killed, and waits until it follows the others.
	///
	/// # Errors
	/// When it does not.
	pub async fn restart(&self, name: &str) -> Result<()> {
		self.node(name)?.restart(None).await?;
		self.follows(name).await
	}

	/// Gives a node the session keys of another one, so that both sign as the same validator.
	///
	/// # Errors
	/// When the keys can't be copied.
	pub fn copy_session_keys(&self, from: &str, to: &str) -> Result<()> {
		let keystore = |name| self.dir.join(name).join("data/chains").join(CHAIN).join("keystore");
		let (from, to) = (keystore(from), keystore(to));
		fs::create_dir_all(&to)?;
		let mut copied = 0;
		for key in fs::read_dir(&from).with_context(|| from.display().to_string())? {
			let key = key?;
			fs::copy(key.path(), to.join(key.file_name()))?;
			copied += 1;
		}
		ensure!(copied == SESSION_KEYS.len(), "{copied} keys in {}", from.display());
		Ok(())
	}

	/// The best block of a node.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn best(&self, name: &str) -> Result<f64> {
		self.metric(name, "block_height{status=\"best\"}").await
	}

	/// The last block that a node knows to be final.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn finalized(&self, name: &str) -> Result<f64> {
		self.metric(name, "block_height{status=\"finalized\"}").await
	}

	/// How many blocks a node has made since it was started.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn blocks_made(&self, name: &str) -> Result<f64> {
		self.metric(name, "proposer_block_constructed_count").await
	}

	/// A client for the first validator's node.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn client(&self) -> Result<OnlineClient<PolkadotConfig>> {
		Ok(self.node(VALIDATORS[0])?.try_client().await?)
	}

	/// The session in the last final block.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn session(&self) -> Result<u128> {
		let client = self.client().await?;
		let index = dynamic::storage("Session", "CurrentIndex", ());
		let index = client.storage().at_latest().await?.fetch(&index).await?;
		let index = index.map(|index| index.to_value()).transpose()?;
		// Absent before the first session has ended.
		Ok(index.and_then(|index| index.as_u128()).unwrap_or(0))
	}

	/// Waits until blocks that do not exist yet are final on some nodes.
	///
	/// # Errors
	/// When they are not final in time.
	pub async fn finalizes(&self, nodes: &[&str], within: Duration) -> Result<()> {
		let [first, ..] = nodes else { return Ok(()) };
		let target = self.best(first).await? + BEHIND;
		for name in nodes {
			let what = format!("{name} has finalized #{target}");
			eventually(&what, within, &self.log(name), async || {
				let at = self.finalized(name).await?;
				ensure!(at >= target, "#{at} is final");
				Ok(())
			})
			.await?;
		}
		Ok(())
	}

	async fn follows(&self, name: &str) -> Result<()> {
		let what = format!("{name} follows the chain");
		eventually(&what, FOLLOW, &self.log(name), async || {
			let (others, own) = (self.best(VALIDATORS[0]).await?, self.best(name).await?);
			ensure!(own + BEHIND >= others, "it is at #{own}, the others at #{others}");
			Ok(())
		})
		.await
	}

	async fn metric(&self, name: &str, metric: &str) -> Result<f64> {
		self.node(name)?.reports(metric).await
	}

	fn node(&self, name: &str) -> Result<&NetworkNode> {
		self.net.get_node(name)
	}
}

/// What each node is started with beside zombienet's own arguments, to keep it on loopback.
fn arguments(more: &[&str]) -> Vec<Arg> {
	let mut arguments = vec![
		Arg::from("-:--prometheus-external"),
		Arg::from(("--listen-addr", "/ip4/127.0.0.1/tcp/0")),
		Arg::from("--no-mdns"),
	];
	arguments.extend(more.iter().map(|flag| Arg::from(*flag)));
	arguments
}
