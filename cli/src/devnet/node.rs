//! Starting a chain of one node.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
	time::{Duration, Instant},
};

use tokio::time::sleep;

use super::cache::Cache;
use crate::{
	failure::{Failure, Result},
	process::{last_lines, Process},
};

/// How long a node may take until it answers: its wasm is compiled when it starts.
const START: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// What the node writes when its RPC is up. It names the port that it really has: when the wanted
/// one was taken in the meantime, the node takes another by itself.
const RPC_LINE: &str = "Running JSON-RPC server: addr=";

/// What the node writes about its name among nodes.
const PEER_LINE: &str = "Local node identity is: ";

/// How a node is started.
#[derive(Debug, Clone)]
pub struct NodeOptions {
	/// The program.
	pub program: PathBuf,
	/// The chain, and what the node does in it.
	pub role: Role,
	/// Where its database goes.
	pub base_path: PathBuf,
	/// What other nodes have left that it need not make itself.
	pub cache: Option<Cache>,
	/// Where its log goes.
	pub log: PathBuf,
	/// The port for RPC.
	pub rpc_port: u16,
	/// The port for other nodes.
	pub p2p_port: u16,
	/// The port for metrics.
	pub metrics_port: u16,
	/// Who computes answers again for it, when it is to audit.
	pub verifier: Option<Verifier>,
}

/// Where a node's verifier is.
#[derive(Debug, Clone)]
pub struct Verifier {
	/// Its port on this machine.
	pub port: u16,
	/// The file with its token; it may come later.
	pub token_file: PathBuf,
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum Role {
	/// Makes the blocks of a chain of its own.
	Alone,
	/// Validates in a local network, by the keys of a development account.
	Validator {
		/// The account: `alice`, `bob`, `charlie`, `dave`, `eve` or `ferdie`.
		name: String,
		/// The address of another node of the network; the first has none.
		bootnode: Option<String>,
	},
}

impl Role {
	/// The chain's name.
	fn chain(&self) -> &'static str {
		match self {
			Self::Alone => "dev",
			Self::Validator { .. } => "local",
		}
	}

	fn arguments(&self) -> Vec<String> {
		match self {
			Self::Alone => vec!["--dev".into()],
			Self::Validator { name, bootnode } => {
				let mut arguments = vec![format!("--{name}")];
				if let Some(bootnode) = bootnode {
					arguments.extend(["--bootnodes".into(), bootnode.clone()]);
				}
				arguments
			},
		}
	}
}

impl NodeOptions {
	/// Starts a node that says nothing to the outside.
	///
	/// # Errors
	/// When the program can't be started, or its cache can't be written.
	pub fn start(&self) -> Result<Process> {
		// What an earlier run has written is not news.
		let _ = fs::remove_file(&self.log);
		let mut command = Command::new(&self.program);
		command
			.args(self.role.arguments())
			.arg("--base-path")
			.arg(&self.base_path)
			.args(["--rpc-port", &self.rpc_port.to_string()])
			.args(["--prometheus-port", &self.metrics_port.to_string()])
			.args(["--listen-addr", &format!("/ip4/127.0.0.1/tcp/{}", self.p2p_port)])
			.args(["--no-telemetry", "--no-mdns"]);
		if let Some(cache) = &self.cache {
			let spec = cache.chain_spec(&self.program, self.role.chain())?;
			command.arg("--chain").arg(spec).arg("--wasm-cache").arg(cache.wasm());
		} else {
			command.args(["--chain", self.role.chain()]);
		}
		if let Some(verifier) = &self.verifier {
			command.args(["--verifier", &format!("127.0.0.1:{}", verifier.port)]);
			command.arg("--verifier-token-file").arg(&verifier.token_file);
		}
		Process::start("node", command, &self.log)
	}
}

/// Waits until a node's RPC is up; its URL.
///
/// # Errors
/// When the node ends, or takes longer than a minute.
pub async fn wait_until_up(node: &mut Process) -> Result<String> {
	let deadline = Instant::now() + START;
	loop {
		if let Some(port) = rpc_port(node.log()) {
			return Ok(format!("ws://127.0.0.1:{port}"));
		}
		node.ensure_running()?;
		if Instant::now() >= deadline {
			let last = last_lines(node.log(), 5);
			let seconds = START.as_secs();
			return Err(Failure::new(
				"node_slow",
				format!("the node is not up after {seconds} s; it said last:\n{last}"),
			)
			.fix(format!("read {}", node.log().display())));
		}
		sleep(POLL).await;
	}
}

/// The address at which other nodes on this machine reach a node that is up.
pub fn p2p_address(node: &Process, port: u16) -> Option<String> {
	let log = fs::read_to_string(node.log()).ok()?;
	let peer = log.lines().find_map(|line| line.split_once(PEER_LINE))?.1.trim();
	Some(format!("/ip4/127.0.0.1/tcp/{port}/p2p/{peer}"))
}

/// polkadot.js for the node at this URL.
pub fn explorer_url(rpc_url: &str) -> String {
	let encoded = rpc_url.replace(':', "%3A").replace('/', "%2F");
	format!("https://polkadot.js.org/apps/?rpc={encoded}#/explorer")
}

fn rpc_port(log: &Path) -> Option<u16> {
	port_in(&fs::read_to_string(log).ok()?)
}

fn port_in(log: &str) -> Option<u16> {
	let addresses = log.lines().find_map(|line| line.split_once(RPC_LINE))?.1;
	let address = addresses.split(',').find(|address| address.starts_with("127.0.0.1:"))?;
	address.rsplit_once(':')?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn port_should_be_the_one_that_the_node_has_when_it_says_so() {
		let log = "2026 starting\n2026 Running JSON-RPC server: addr=127.0.0.1:4012,[::1]:4012\n";
		assert_eq!(port_in(log), Some(4012));
		assert_eq!(port_in("2026 Running JSON-RPC server: addr=127.0.0.1:9944,\n"), Some(9944));
		assert_eq!(port_in("2026 starting\n"), None);
	}

	#[test]
	fn explorer_should_get_the_encoded_url() {
		assert_eq!(
			explorer_url("ws://127.0.0.1:9944"),
			"https://polkadot.js.org/apps/?rpc=ws%3A%2F%2F127.0.0.1%3A9944#/explorer"
		);
	}
}
