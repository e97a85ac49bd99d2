//! Settings: flags, then the environment, then a TOML file, then defaults.

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use reckon_connections::private_networks;
use reckon_gateway_store::SyncPolicy;
use reckon_receipts::MAX_RECEIPTS;
use serde::{Deserialize, Serialize};
use std::{
	net::{IpAddr, SocketAddr},
	path::PathBuf,
};

/// How log lines look.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
	/// For people.
	#[default]
	Text,
	/// One JSON object a line.
	Json,
}

/// When the store's writes are synced to the disk.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreSync {
	/// Before anything is told that depends on them: nothing that anybody has heard is lost with the machine's power.
	#[default]
	Always,
	/// Once a second, SQLite only: answers come sooner, and power takes a second's requests with it.
	EverySecond,
}

impl From<StoreSync> for SyncPolicy {
	fn from(sync: StoreSync) -> Self {
		match sync {
			StoreSync::Always => Self::Always,
			StoreSync::EverySecond => Self::EverySecond,
		}
	}
}

/// The settings in force.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
	/// The node's WebSocket address.
	pub chain: String,
	/// Where the gateway keeps what it makes.
	pub data_dir: PathBuf,
	/// The file with the gateway account's secret.
	pub key_file: PathBuf,
	/// `postgres://…`, or the file of the SQLite database.
	pub store: String,
	/// When its writes are synced to the disk.
	pub store_sync: StoreSync,
	/// Where clients come in: HTTP and WebSocket.
	pub listen: SocketAddr,
	/// Where workers and gRPC clients come in.
	pub grpc_listen: SocketAddr,
	/// Seconds between batches.
	pub batch_seconds: u64,
	/// The most receipts of one batch.
	pub batch_receipts: u32,
	/// Requests that wait for a worker.
	pub max_waiting: usize,
	/// Seconds that a request waits for a worker.
	pub queue_seconds: u64,
	/// Seconds that an answer may take.
	pub answer_seconds: u64,
	/// Requests that are served at once.
	pub max_requests: usize,
	/// Whose addresses are not counted, of those who come: proxies, which limit their own clients.
	pub trusted_proxies: Vec<IpNet>,
	/// The longest body in KiB.
	pub max_body_kib: usize,
	/// Days for which requests and answers are kept.
	pub keep_days: u64,
	/// Requests that all bulks (OpenAI's batches) ask at once.
	pub bulk_requests: usize,
	/// The longest file in MiB.
	pub max_file_mib: u64,
	/// MiB of all files of one owner.
	pub max_files_mib: u64,
	/// MiB of all files.
	pub all_files_mib: u64,
	/// The most requests of one file.
	pub max_file_requests: u64,
	/// Days for which files and bulks are kept.
	pub keep_files_days: u64,
	/// How log lines look.
	pub log_format: LogFormat,
	/// What is logged.
	pub log: String,
}

/// Settings of one source.
#[derive(Clone, Default, Debug, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layer {
	/// The node's WebSocket address [default: ws://127.0.0.1:9944]
	#[arg(long, global = true, env = "RECKON_GATEWAY_CHAIN", value_name = "URL")]
	pub chain: Option<String>,
	/// Where the gateway keeps what it makes [default: ~/.local/share/reckon-gateway]
	#[arg(long, global = true, env = "RECKON_GATEWAY_DATA_DIR", value_name = "DIR")]
	pub data_dir: Option<PathBuf>,
	/// The file with the gateway account's secret, only readable by you
	/// [default: DATA_DIR/gateway.key]
	#[arg(long, global = true, env = "RECKON_GATEWAY_KEY_FILE", value_name = "FILE")]
	pub key_file: Option<PathBuf>,
	/// postgres://… or a file for SQLite [default: DATA_DIR/gateway.sqlite]
	#[arg(long, global = true, env = "RECKON_GATEWAY_STORE", value_name = "URL|FILE")]
	pub store: Option<String>,
	/// When its writes are synced to the disk [default: always]
	#[arg(long, global = true, env = "RECKON_GATEWAY_STORE_SYNC", value_enum)]
	pub store_sync: Option<StoreSync>,
	/// Where clients come in: HTTP and WebSocket [default: 127.0.0.1:8000]
	#[arg(long, global = true, env = "RECKON_GATEWAY_LISTEN", value_name = "ADDRESS")]
	pub listen: Option<SocketAddr>,
	/// Where workers and gRPC clients come in [default: 127.0.0.1:8001]
	#[arg(long, global = true, env = "RECKON_GATEWAY_GRPC_LISTEN", value_name = "ADDRESS")]
	pub grpc_listen: Option<SocketAddr>,
	/// Seconds between batches [default: 60]
	#[arg(long, global = true, env = "RECKON_GATEWAY_BATCH_SECONDS")]
	pub batch_seconds: Option<u64>,
	/// The most receipts of one batch [default: 100000]
	#[arg(long, global = true, env = "RECKON_GATEWAY_BATCH_RECEIPTS")]
	pub batch_receipts: Option<u32>,
	/// Requests that wait for a worker [default: 256]
	#[arg(long, global = true, env = "RECKON_GATEWAY_MAX_WAITING")]
	pub max_waiting: Option<usize>,
	/// Seconds that a request waits for a worker [default: 10]
	#[arg(long, global = true, env = "RECKON_GATEWAY_QUEUE_SECONDS")]
	pub queue_seconds: Option<u64>,
	/// Seconds that an answer may take [default: 600]
	#[arg(long, global = true, env = "RECKON_GATEWAY_ANSWER_SECONDS")]
	pub answer_seconds: Option<u64>,
	/// Requests that are served at once [default: 4096]
	#[arg(long, global = true, env = "RECKON_GATEWAY_MAX_REQUESTS")]
	pub max_requests: Option<usize>,
	/// Addresses or networks of proxies in front, which limit their clients themselves: nobody else has more than
	/// a quarter of all connections from one address [default: this machine and all private networks]
	#[arg(
		long,
		global = true,
		env = "RECKON_GATEWAY_TRUSTED_PROXIES",
		value_name = "NETWORKS",
		value_delimiter = ',',
		value_parser = parse_network
	)]
	pub trusted_proxies: Option<Vec<IpNet>>,
	/// The longest body in KiB [default: 2048]
	#[arg(long, global = true, env = "RECKON_GATEWAY_MAX_BODY_KIB")]
	pub max_body_kib: Option<usize>,
	/// Days for which requests and answers are kept after their end, at least 2 [default: 7]
	#[arg(long, global = true, env = "RECKON_GATEWAY_KEEP_DAYS")]
	pub keep_days: Option<u64>,
	/// Requests that all bulks (OpenAI's batches) ask at once [default: 16]
	#[arg(long, global = true, env = "RECKON_GATEWAY_BULK_REQUESTS")]
	pub bulk_requests: Option<usize>,
	/// The longest file in MiB, at most 1024 [default: 32]
	#[arg(long, global = true, env = "RECKON_GATEWAY_MAX_FILE_MIB")]
	pub max_file_mib: Option<u64>,
	/// MiB of all files of one owner [default: 1024]
	#[arg(long, global = true, env = "RECKON_GATEWAY_MAX_FILES_MIB")]
	pub max_files_mib: Option<u64>,
	/// MiB of all files [default: 16384]
	#[arg(long, global = true, env = "RECKON_GATEWAY_ALL_FILES_MIB")]
	pub all_files_mib: Option<u64>,
	/// The most requests of one file [default: 50000]
	#[arg(long, global = true, env = "RECKON_GATEWAY_MAX_FILE_REQUESTS")]
	pub max_file_requests: Option<u64>,
	/// Days for which files and bulks are kept [default: 30]
	#[arg(long, global = true, env = "RECKON_GATEWAY_KEEP_FILES_DAYS")]
	pub keep_files_days: Option<u64>,
	/// How log lines look [default: text]
	#[arg(long, global = true, env = "RECKON_GATEWAY_LOG_FORMAT", value_enum)]
	pub log_format: Option<LogFormat>,
	/// What is logged; `info,reckon_gateway=debug` tells each step of each request [default: info]
	#[arg(long, global = true, env = "RECKON_GATEWAY_LOG", value_name = "FILTER")]
	pub log: Option<String>,
}

impl Layer {
	/// This layer, and below it another one.
	fn over(self, below: Self) -> Self {
		Self {
			chain: self.chain.or(below.chain),
			data_dir: self.data_dir.or(below.data_dir),
			key_file: self.key_file.or(below.key_file),
			store: self.store.or(below.store),
			store_sync: self.store_sync.or(below.store_sync),
			listen: self.listen.or(below.listen),
			grpc_listen: self.grpc_listen.or(below.grpc_listen),
			batch_seconds: self.batch_seconds.or(below.batch_seconds),
			batch_receipts: self.batch_receipts.or(below.batch_receipts),
			max_waiting: self.max_waiting.or(below.max_waiting),
			queue_seconds: self.queue_seconds.or(below.queue_seconds),
			answer_seconds: self.answer_seconds.or(below.answer_seconds),
			max_requests: self.max_requests.or(below.max_requests),
			trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
			max_body_kib: self.max_body_kib.or(below.max_body_kib),
			keep_days: self.keep_days.or(below.keep_days),
			bulk_requests: self.bulk_requests.or(below.bulk_requests),
			max_file_mib: self.max_file_mib.or(below.max_file_mib),
			max_files_mib: self.max_files_mib.or(below.max_files_mib),
			all_files_mib: self.all_files_mib.or(below.all_files_mib),
			max_file_requests: self.max_file_requests.or(below.max_file_requests),
			keep_files_days: self.keep_files_days.or(below.keep_files_days),
			log_format: self.log_format.or(below.log_format),
			log: self.log.or(below.log),
		}
	}
}

/// Reads a network, or an address as the network of that alone.
fn parse_network(text: &str) -> Result<IpNet, String> {
	let network =
		text.parse().or_else(|_| text.parse().map(|address: IpAddr| address.to_canonical().into()));
	network.map_err(|_| "write an address or a network, such as 192.0.2.7 or 192.0.2.0/24".into())
}

/// A file that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the configuration {}: {reason}", path.display())]
pub struct ConfigError {
	path: PathBuf,
	reason: String,
}

impl Config {
	/// Puts the layers together. `flags` has the environment in it already. Without `file`,
	/// `DATA_DIR/gateway.toml` is read where there is one.
	///
	/// # Errors
	/// When the file can't be read or understood.
	pub fn load(flags: Layer, file: Option<PathBuf>) -> Result<Self, ConfigError> {
		let default_file = flags.data_dir.clone().unwrap_or_else(default_dir).join("gateway.toml");
		let file = file.or_else(|| default_file.is_file().then_some(default_file));
		let layer = match file {
			None => flags,
			Some(path) => {
				let read = std::fs::read_to_string(&path).map_err(|error| error.to_string());
				let layer = read.and_then(|text| {
					toml::from_str::<Layer>(&text).map_err(|error| error.to_string())
				});
				flags.over(layer.map_err(|reason| ConfigError { path, reason })?)
			},
		};
		let data_dir = layer.data_dir.unwrap_or_else(default_dir);
		let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
		Ok(Self {
			chain: layer.chain.unwrap_or_else(|| "ws://127.0.0.1:9944".into()),
			key_file: layer.key_file.unwrap_or_else(|| data_dir.join("gateway.key")),
			store: layer
				.store
				.unwrap_or_else(|| data_dir.join("gateway.sqlite").to_string_lossy().into_owned()),
			store_sync: layer.store_sync.unwrap_or_default(),
			data_dir,
			listen: layer.listen.unwrap_or_else(|| local(8000)),
			grpc_listen: layer.grpc_listen.unwrap_or_else(|| local(8001)),
			batch_seconds: layer.batch_seconds.unwrap_or(60).max(1),
			batch_receipts: layer.batch_receipts.unwrap_or(100_000).clamp(1, MAX_RECEIPTS),
			max_waiting: layer.max_waiting.unwrap_or(256),
			queue_seconds: layer.queue_seconds.unwrap_or(10),
			answer_seconds: layer.answer_seconds.unwrap_or(600).max(1),
			max_requests: layer.max_requests.unwrap_or(4096).max(1),
			trusted_proxies: layer.trusted_proxies.unwrap_or_else(private_networks),
			max_body_kib: layer.max_body_kib.unwrap_or(2048).clamp(1, 1 << 20),
			// Complaints come for a day, and a bulk that was stopped looks for its answers for as long.
			keep_days: layer.keep_days.unwrap_or(7).max(2),
			bulk_requests: layer.bulk_requests.unwrap_or(16).max(1),
			max_file_mib: layer.max_file_mib.unwrap_or(32).clamp(1, 1024),
			max_files_mib: layer.max_files_mib.unwrap_or(1024).clamp(1, 1 << 30),
			all_files_mib: layer.all_files_mib.unwrap_or(16_384).clamp(1, 1 << 40),
			max_file_requests: layer.max_file_requests.unwrap_or(50_000).max(1),
			keep_files_days: layer.keep_files_days.unwrap_or(30).max(1),
			log_format: layer.log_format.unwrap_or_default(),
			log: layer.log.unwrap_or_else(|| "info".into()),
		})
	}
}

fn default_dir() -> PathBuf {
	let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
	home.join(".local/share/reckon-gateway")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn network_should_be_read_where_it_is_a_single_address_too() {
		for (text, network) in
			[("192.0.2.7", "192.0.2.7/32"), ("192.0.2.0/24", "192.0.2.0/24"), ("::1", "::1/128")]
		{
			assert_eq!(parse_network(text).map(|it| it.to_string()).as_deref(), Ok(network));
		}
		assert!(parse_network("proxy.example").is_err());
	}

	#[test]
	fn config_should_prefer_flags_to_the_file_and_the_file_to_defaults() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("gateway.toml");
		std::fs::write(&file, "chain = 'ws://file'\nbatch-seconds = 5\n").unwrap();
		let unknown = Config::load(Layer::default(), Some(file.clone())).unwrap_err().to_string();
		assert!(unknown.contains("batch-seconds") && unknown.contains("gateway.toml"), "{unknown}");
		std::fs::write(
			&file,
			"chain = 'ws://file'\nbatch_seconds = 5\nstore_sync = 'every-second'\n",
		)
		.unwrap();
		let flags = Layer {
			chain: Some("ws://flag".into()),
			data_dir: Some(dir.path().into()),
			..Layer::default()
		};
		let config = Config::load(flags, None).unwrap();
		assert_eq!((config.chain.as_str(), config.batch_seconds), ("ws://flag", 5));
		assert_eq!(config.key_file, dir.path().join("gateway.key"));
		assert_eq!((config.queue_seconds, config.store_sync), (10, StoreSync::EverySecond));
	}
}
