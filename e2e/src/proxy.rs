//! `reckon proxy`, and the channels that it pays through.

use std::{
	path::{Path, PathBuf},
	process::Command,
};

use reckon_cli::{devnet::worker::wait_until_up, ports::Ports, process::Process};
use reckon_sdk::{Balance, ChannelId, H256};

use crate::{program, Gateway, Net};

/// A proxy that runs.
pub struct Proxy {
	process: Process,
	chain_url: String,
	data_dir: PathBuf,
	log: PathBuf,
	ports: Ports<1>,
}

impl Net {
	/// Opens a channel from a development account to a gateway, for a proxy of this directory.
	pub fn channel_for_proxy(
		&self,
		data_dir: &Path,
		suri: &str,
		gateway: &Gateway,
		deposit: Balance,
	) -> ChannelId {
		let (gateway, deposit) = (gateway.account().to_string(), whole(deposit));
		let data_dir = data_dir.to_str().expect("a path in UTF-8");
		let open = ["channel", "open", &gateway, "--deposit", &deposit, "--lanes", "16"];
		let opened = self.reckon(suri, &[&open[..], &["--data-dir", data_dir]].concat()).json();
		let id: H256 = serde_json::from_value(opened["channel"].clone()).expect("its id");
		id
	}

	/// Starts a proxy that pays through all channels of a directory.
	pub async fn proxy(&self, data_dir: &Path) -> Proxy {
		let ports = Ports::reserve([0]).expect("a free port");
		let (chain_url, log) = (self.url.clone(), self.path("proxy.log"));
		let data_dir = data_dir.to_owned();
		let process = run(&chain_url, &data_dir, &log, &ports).await;
		Proxy { process, chain_url, data_dir, log, ports }
	}
}

impl Proxy {
	/// Where programs ask, `/v1` included.
	pub fn base_url(&self) -> String {
		format!("http://{}/v1", address(&self.ports))
	}

	/// The receipts that it keeps, one file each.
	pub fn receipts(&self) -> PathBuf {
		self.data_dir.join("proxy/receipts")
	}

	/// Ends it without a word.
	pub fn kill(&mut self) {
		self.process.kill();
	}

	/// Starts it again, with all that it has on its disk.
	pub async fn restart(&mut self) {
		self.kill();
		self.process = run(&self.chain_url, &self.data_dir, &self.log, &self.ports).await;
	}

	/// What it has written, in all its lives.
	pub fn log(&self) -> String {
		std::fs::read_to_string(&self.log).unwrap_or_default()
	}
}

fn address(ports: &Ports<1>) -> String {
	let [port] = ports.numbers;
	format!("127.0.0.1:{port}")
}

/// An amount as the command line takes it.
fn whole(amount: Balance) -> String {
	(amount / reckon_sdk::token::UNIT).to_string()
}

async fn run(chain_url: &str, data_dir: &Path, log: &Path, ports: &Ports<1>) -> Process {
	let mut command = Command::new(program("reckon"));
	command
		.env_remove("RECKON_KEY_FILE")
		.env_remove("RECKON_PROXY_KEY")
		.args(["--url", chain_url, "proxy", "--listen", &address(ports), "--data-dir"])
		.arg(data_dir);
	let mut process = Process::start("proxy", command, log).expect("the proxy starts");
	let [port] = ports.numbers;
	wait_until_up(&mut process, port).await.expect("the proxy's HTTP comes up");
	process
}
