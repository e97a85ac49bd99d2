//! One typed configuration: defaults < file < environment < flags.

use crate::gateways::Limits;
use clap::{Args, ValueEnum};
use reckon_engine::SchedulerConfig;
use serde::{Deserialize, Serialize};
use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
};

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
	/// For people.
	#[default]
	Text,
	/// One JSON object a line.
	Json,
}

/// Where and how the worker runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
	/// The node.
	pub chain: String,
	/// Models, journal, content.
	pub data_dir: PathBuf,
	/// The file with the hot key.
	pub key_file: PathBuf,
	/// Where the content endpoint, metrics and status listen.
	pub listen: SocketAddr,
	/// The gateways that bring work which is paid in channels: addresses of their gRPC doors.
	pub gateways: Vec<String>,
	/// `auto`, `cpu` or `cuda:N`.
	pub device: String,
	/// How log lines look.
	pub log_format: LogFormat,
	/// What is logged, such as `info,reckon_worker=debug`.
	pub log: String,
	/// Load all registered models at the start, not only those that the provider offers.
	pub load_all: bool,
	/// Receipts that a gateway may be given without its signature that it has them; then its tasks are
	/// refused.
	pub max_unacknowledged: u32,
	/// Complaints about gateways that may be open at once: each has a deposit on hold.
	pub max_complaints: u32,
	/// Seconds for running jobs after the worker was asked to stop.
	pub drain_seconds: u64,
	/// Jobs that one model computes in turns.
	pub max_active: usize,
	/// Jobs that may wait for one model.
	pub max_waiting: usize,
	/// Memory for the caches of one model's jobs, in MiB.
	pub cache_mib: u64,
	/// Disk for the evidence of answers that may still be audited, in MiB. A worker without room
	/// declines the jobs of audited models.
	pub evidence_mib: u64,
	/// The same of answers through gateways, for the hours in which they may be drawn out of their batches.
	/// A worker without room refuses requests for audited models.
	pub gateway_evidence_mib: u64,
	/// Where `verify` listens: on loopback.
	pub verify_listen: SocketAddr,
	/// The file with the token that `verify` asks its callers for.
	pub verify_token_file: PathBuf,
}

/// A layer: what the file, or the environment and the flags, say.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
	/// The node's WebSocket address [default: ws://127.0.0.1:9944]
	#[arg(long, global = true, env = "RECKON_WORKER_CHAIN", value_name = "URL")]
	pub chain: Option<String>,
	/// Where models, journal and content are [default: ~/.local/share/reckon-worker]
	#[arg(long, global = true, env = "RECKON_WORKER_DATA_DIR", value_name = "DIR")]
	pub data_dir: Option<PathBuf>,
	/// The file with the hot key [default: DATA_DIR/hot.key]
	#[arg(long, global = true, env = "RECKON_WORKER_KEY_FILE", value_name = "FILE")]
	pub key_file: Option<PathBuf>,
	/// Where the content endpoint, metrics and status listen [default: 127.0.0.1:9620]
	#[arg(long, global = true, env = "RECKON_WORKER_LISTEN", value_name = "ADDRESS")]
	pub listen: Option<SocketAddr>,
	/// A gateway that brings work which is paid in channels; give it once for each [default: none]
	#[arg(
		long = "gateway",
		global = true,
		env = "RECKON_WORKER_GATEWAYS",
		value_name = "URL",
		value_delimiter = ','
	)]
	pub gateways: Option<Vec<String>>,
	/// Receipts that a gateway may be given without its signature that it has them; then its tasks
	/// are refused [default: 256]
	#[arg(long, global = true, env = "RECKON_WORKER_MAX_UNACKNOWLEDGED")]
	pub max_unacknowledged: Option<u32>,
	/// Complaints about gateways that may be open at once, each with a deposit on hold on the hot
	/// key; 0: none are made [default: 16]
	#[arg(long, global = true, env = "RECKON_WORKER_MAX_COMPLAINTS")]
	pub max_complaints: Option<u32>,
	/// What computes: auto, cpu or cuda:N [default: auto]
	#[arg(long, global = true, env = "RECKON_WORKER_DEVICE")]
	pub device: Option<String>,
	/// How log lines look [default: text]
	#[arg(long, global = true, env = "RECKON_WORKER_LOG_FORMAT", value_enum)]
	pub log_format: Option<LogFormat>,
	/// What is logged [default: info]
	#[arg(long, global = true, env = "RECKON_WORKER_LOG", value_name = "FILTER")]
	pub log: Option<String>,
	/// Load all registered models, not only those that are offered
	#[arg(
		long, global = true, env = "RECKON_WORKER_LOAD_ALL", num_args = 0..=1,
		default_missing_value = "true"
	)]
	pub load_all: Option<bool>,
	/// Seconds for running jobs after the worker was asked to stop [default: 60]
	#[arg(long, global = true, env = "RECKON_WORKER_DRAIN_SECONDS")]
	pub drain_seconds: Option<u64>,
	/// Jobs that one model computes in turns [default: 8]
	#[arg(long, global = true, env = "RECKON_WORKER_MAX_ACTIVE")]
	pub max_active: Option<usize>,
	/// Jobs that may wait for one model [default: 64]
	#[arg(long, global = true, env = "RECKON_WORKER_MAX_WAITING")]
	pub max_waiting: Option<usize>,
	/// Memory for the caches of one model's jobs, in MiB [default: 2048]
	#[arg(long, global = true, env = "RECKON_WORKER_CACHE_MIB")]
	pub cache_mib: Option<u64>,
	/// Disk for the evidence of answers that may still be audited, in MiB; without room jobs of
	/// audited models are declined [default: 4096]
	#[arg(long, global = true, env = "RECKON_WORKER_EVIDENCE_MIB")]
	pub evidence_mib: Option<u64>,
	/// Disk for the evidence of answers through gateways, which is kept for hours, in MiB; without room
	/// requests for audited models are refused [default: 16384]
	#[arg(long, global = true, env = "RECKON_WORKER_GATEWAY_EVIDENCE_MIB")]
	pub gateway_evidence_mib: Option<u64>,
	/// Where `verify` listens, on loopback [default: 127.0.0.1:9621]
	#[arg(long, global = true, env = "RECKON_WORKER_VERIFY_LISTEN", value_name = "ADDRESS")]
	pub verify_listen: Option<SocketAddr>,
	/// The file with the token for `verify`; it is made when there is none
	/// [default: DATA_DIR/verify.token]
	#[arg(long, global = true, env = "RECKON_WORKER_VERIFY_TOKEN_FILE", value_name = "FILE")]
	pub verify_token_file: Option<PathBuf>,
}

/// A configuration that can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
	/// The file can't be read.
	#[error("cannot read the configuration {}: {reason}", path.display())]
	File {
		/// The file.
		path: PathBuf,
		/// Why.
		reason: String,
	},
}

impl Layer {
	/// Reads a TOML file.
	///
	/// # Errors
	/// When it can't be read, or has a key that does not exist.
	pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
		let fail = |reason: String| ConfigError::File { path: path.into(), reason };
		let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
		toml::from_str(&text).map_err(|error| fail(error.to_string()))
	}

	/// This layer, and below it another one.
	fn over(self, below: Self) -> Self {
		Self {
			chain: self.chain.or(below.chain),
			data_dir: self.data_dir.or(below.data_dir),
			key_file: self.key_file.or(below.key_file),
			listen: self.listen.or(below.listen),
			gateways: self.gateways.or(below.gateways),
			max_unacknowledged: self.max_unacknowledged.or(below.max_unacknowledged),
			max_complaints: self.max_complaints.or(below.max_complaints),
			device: self.device.or(below.device),
			log_format: self.log_format.or(below.log_format),
			log: self.log.or(below.log),
			load_all: self.load_all.or(below.load_all),
			drain_seconds: self.drain_seconds.or(below.drain_seconds),
			max_active: self.max_active.or(below.max_active),
			max_waiting: self.max_waiting.or(below.max_waiting),
			cache_mib: self.cache_mib.or(below.cache_mib),
			evidence_mib: self.evidence_mib.or(below.evidence_mib),
			gateway_evidence_mib: self.gateway_evidence_mib.or(below.gateway_evidence_mib),
			verify_listen: self.verify_listen.or(below.verify_listen),
			verify_token_file: self.verify_token_file.or(below.verify_token_file),
		}
	}
}

impl Config {
	/// Puts the layers together. `flags` has the environment in it already. Without `file`,
	/// `DATA_DIR/worker.toml` is read where there is one.
	///
	/// # Errors
	/// When the file can't be read or understood.
	pub fn load(flags: Layer, file: Option<&Path>) -> Result<Self, ConfigError> {
		let default_file = flags.data_dir.clone().unwrap_or_else(default_dir).join("worker.toml");
		let layer = match file {
			Some(path) => flags.over(Layer::from_file(path)?),
			None if default_file.is_file() => flags.over(Layer::from_file(&default_file)?),
			None => flags,
		};
		let data_dir = layer.data_dir.unwrap_or_else(default_dir);
		let trust = Limits::default();
		Ok(Self {
			chain: layer.chain.unwrap_or_else(|| "ws://127.0.0.1:9944".into()),
			key_file: layer.key_file.unwrap_or_else(|| data_dir.join("hot.key")),
			verify_token_file: layer
				.verify_token_file
				.unwrap_or_else(|| data_dir.join("verify.token")),
			data_dir,
			listen: layer.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 9620))),
			gateways: layer.gateways.unwrap_or_default(),
			max_unacknowledged: layer.max_unacknowledged.unwrap_or(trust.unacknowledged),
			max_complaints: layer.max_complaints.unwrap_or(trust.complaints),
			device: layer.device.unwrap_or_else(|| "auto".into()),
			log_format: layer.log_format.unwrap_or_default(),
			log: layer.log.unwrap_or_else(|| "info".into()),
			load_all: layer.load_all.unwrap_or_default(),
			drain_seconds: layer.drain_seconds.unwrap_or(60),
			max_active: layer.max_active.unwrap_or(8),
			max_waiting: layer.max_waiting.unwrap_or(64),
			cache_mib: layer.cache_mib.unwrap_or(2048),
			evidence_mib: layer.evidence_mib.unwrap_or(4096),
			gateway_evidence_mib: layer.gateway_evidence_mib.unwrap_or(16_384),
			verify_listen: layer
				.verify_listen
				.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 9621))),
		})
	}
}

impl Config {
	/// How far gateways are trusted.
	pub fn trust(&self) -> Limits {
		Limits { unacknowledged: self.max_unacknowledged, complaints: self.max_complaints }
	}

	/// The bounds of each model's scheduler.
	pub fn scheduler(&self) -> SchedulerConfig {
		SchedulerConfig {
			max_waiting: self.max_waiting,
			max_active: self.max_active,
			memory_budget: self.cache_mib.saturating_mul(1 << 20),
			..SchedulerConfig::default()
		}
	}
}

fn default_dir() -> PathBuf {
	let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
	home.join(".local/share/reckon-worker")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn config_should_prefer_flags_to_the_file_and_the_file_to_defaults() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("worker.toml");
		std::fs::write(&file, "chain = 'ws://file'\ndevice = 'cpu'\n").unwrap();
		let flags = Layer {
			chain: Some("ws://flag".into()),
			data_dir: Some(dir.path().into()),
			..Layer::default()
		};
		// Found in the data directory, without being named.
		let config = Config::load(flags, None).unwrap();
		assert_eq!(config.chain, "ws://flag");
		assert_eq!(config.device, "cpu");
		assert_eq!(config.drain_seconds, 60);
		assert_eq!(config.key_file, dir.path().join("hot.key"));
	}

	#[test]
	fn config_should_take_the_environment_between_file_and_flags() {
		use clap::Parser;
		#[derive(Parser)]
		struct Program {
			#[command(flatten)]
			layer: Layer,
		}
		// The only test that uses this variable.
		std::env::set_var("RECKON_WORKER_DRAIN_SECONDS", "7");
		let read = |arguments: &[&str]| Program::parse_from(arguments).layer.drain_seconds;
		assert_eq!(read(&["worker"]), Some(7));
		assert_eq!(read(&["worker", "--drain-seconds", "9"]), Some(9));
		std::env::remove_var("RECKON_WORKER_DRAIN_SECONDS");
	}

	#[test]
	fn config_should_take_each_gateway_when_several_are_given() {
		use clap::Parser;
		#[derive(Parser)]
		struct Program {
			#[command(flatten)]
			layer: Layer,
		}
		let (one, two) = ("http://127.0.0.1:8001", "https://gateway.example");
		let flags = ["worker", "--gateway", one, "--gateway", two];
		let layer = Program::parse_from(flags).layer;
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("worker.toml");
		std::fs::write(&file, "gateways = ['http://file:1']\n").unwrap();
		assert_eq!(Config::load(layer, Some(&file)).unwrap().gateways, [one, two]);
		let config = Config::load(Layer::default(), Some(&file)).unwrap();
		assert_eq!(config.gateways, ["http://file:1"]);
	}

	#[test]
	fn config_should_be_refused_when_the_file_has_an_unknown_key() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("typo.toml");
		std::fs::write(&file, "chian = 'ws://x'\n").unwrap();
		let error = Config::load(Layer::default(), Some(&file)).unwrap_err().to_string();
		assert!(error.contains("chian") && error.contains("typo.toml"), "{error}");
	}
}
