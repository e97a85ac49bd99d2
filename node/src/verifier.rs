//! The verifier that this node asks when it audits: where it is, and how that goes.
//!
//! Who asks it is the runtime's off-chain worker, which finds it in the node's local
//! storage and writes there how it fares.

use codec::{Decode, Encode};
use reckon_runtime::auditing::{AuditorStatus, VerifierSettings, STATUS_KEY, VERIFIER_KEY};
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use std::{
	fs::File,
	io::Read,
	net::SocketAddr,
	path::{Path, PathBuf},
	time::Duration,
};
use substrate_prometheus_endpoint::{register, Counter, Gauge, PrometheusError, Registry, U64};

/// How often the token's file and the worker's notes are looked at.
const PERIOD: Duration = Duration::from_secs(6);
/// The longest token in bytes.
const MAX_TOKEN: u64 = 256;

/// Where the verifier is.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct VerifierArgs {
	/// Where `reckon-worker verify` listens on this machine, such as 127.0.0.1:9621. A validator
	/// without one gives up its seats in audits, and earns nothing by them
	#[arg(
		long, value_name = "ADDRESS", value_parser = parse_address, requires = "verifier_token_file"
	)]
	pub verifier: Option<SocketAddr>,

	/// The file with the verifier's token
	#[arg(long, value_name = "FILE", requires = "verifier")]
	pub verifier_token_file: Option<PathBuf>,
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
	let address: SocketAddr =
		text.parse().map_err(|_| "not an address and a port, such as 127.0.0.1:9621".to_owned())?;
	match address.ip().is_loopback() {
		true => Ok(address),
		false => Err("not on this machine: the token would travel in the clear".into()),
	}
}

impl VerifierArgs {
	/// What the off-chain worker must know; `None` without a verifier.
	fn settings(&self) -> Result<Option<VerifierSettings>, String> {
		let (Some(address), Some(file)) = (self.verifier, &self.verifier_token_file) else {
			return Ok(None);
		};
		let token = read_token(file).map_err(|why| format!("{}: {why}", file.display()))?;
		let too_long = |_| "too long".to_owned();
		Ok(Some(VerifierSettings {
			url: format!("http://{address}").into_bytes().try_into().map_err(too_long)?,
			token: token.into_bytes().try_into().map_err(too_long)?,
		}))
	}
}

fn read_token(file: &Path) -> Result<String, String> {
	let mut text = String::new();
	let file = File::open(file).map_err(|error| error.to_string())?;
	// One more, with which it is too long; and the end of the line.
	file.take(MAX_TOKEN + 2).read_to_string(&mut text).map_err(|error| error.to_string())?;
	let token = text.trim();
	match token.len() as u64 {
		0 => Err("there is no token in it".into()),
		1..=MAX_TOKEN if token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(token.into()),
		_ => Err("what is in it is no token".into()),
	}
}

/// Tells the off-chain worker where the verifier is, also when its token changes, and exports how
/// the auditing goes. Never ends.
pub async fn watch(
	args: VerifierArgs,
	mut storage: impl OffchainStorage,
	metrics: Option<Metrics>,
	is_validator: bool,
) {
	let mut last = None;
	loop {
		let settings = args.settings();
		if last.as_ref() != Some(&settings) {
			tell(&mut storage, &settings, is_validator);
			last = Some(settings.clone());
		}
		if let Some(metrics) = &metrics {
			metrics.set(matches!(settings, Ok(Some(_))), &status(&storage));
		}
		tokio::time::sleep(PERIOD).await;
	}
}

fn tell(
	storage: &mut impl OffchainStorage,
	settings: &Result<Option<VerifierSettings>, String>,
	is_validator: bool,
) {
	match settings {
		Ok(Some(settings)) => {
			let url = String::from_utf8_lossy(&settings.url);
			log::info!("🔎 audits are computed by the verifier at {url}");
			storage.set(STORAGE_PREFIX, VERIFIER_KEY, &settings.encode());
			return;
		},
		Ok(None) if is_validator => log::warn!(
			"🔎 no verifier: this validator gives up its seats in audits. Start `reckon-worker verify` \
			 beside the node, and name it by --verifier"
		),
		Ok(None) => {},
		Err(why) => log::warn!("🔎 no verifier yet, seats in audits are given up: {why}"),
	}
	storage.remove(STORAGE_PREFIX, VERIFIER_KEY);
}

fn status(storage: &impl OffchainStorage) -> AuditorStatus {
	let bytes = storage.get(STORAGE_PREFIX, STATUS_KEY).unwrap_or_default();
	AuditorStatus::decode(&mut bytes.as_slice()).unwrap_or_default()
}

/// How the auditing goes, for Prometheus.
pub struct Metrics {
	has_verifier: Gauge<U64>,
	answered_at: Gauge<U64>,
	committed: Counter<U64>,
	revealed: Counter<U64>,
	declined: Counter<U64>,
	failures: Counter<U64>,
}

impl Metrics {
	/// Registers them.
	///
	/// # Errors
	/// When one of the names is taken.
	pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let gauge = |name, help| register(Gauge::new(name, help)?, registry);
		let counter = |name, help| register(Counter::new(name, help)?, registry);
		Ok(Self {
			has_verifier: gauge(
				"reckon_audits_has_verifier",
				"Whether this node knows of a verifier: 1 or 0",
			)?,
			answered_at: gauge(
				"reckon_audits_verifier_answered_at_seconds",
				"When the verifier last gave an answer, Unix time; 0 if never",
			)?,
			committed: counter("reckon_audits_committed_total", "Blind votes that were sent")?,
			revealed: counter("reckon_audits_revealed_total", "Opened votes that were sent")?,
			declined: counter("reckon_audits_declined_total", "Seats that were given up")?,
			failures: counter("reckon_audits_failures_total", "Tries that came to nothing")?,
		})
	}

	fn set(&self, has_verifier: bool, status: &AuditorStatus) {
		self.has_verifier.set(has_verifier.into());
		self.answered_at.set(status.answered_at / 1_000);
		for (counter, now) in [
			(&self.committed, status.committed),
			(&self.revealed, status.revealed),
			(&self.declined, status.declined),
			(&self.failures, status.failures),
		] {
			counter.inc_by(now.saturating_sub(counter.get()));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use sp_core::offchain::storage::InMemOffchainStorage;

	#[derive(Parser)]
	struct Node {
		#[command(flatten)]
		verifier: VerifierArgs,
	}

	fn parse(arguments: &str) -> Result<VerifierArgs, clap::Error> {
		let all = ["node"].into_iter().chain(arguments.split_whitespace());
		Node::try_parse_from(all).map(|node| node.verifier)
	}

	fn token_file(name: &str, content: &str) -> PathBuf {
		let name = format!("reckon-verifier-{name}-{}", std::process::id());
		let path = std::env::temp_dir().join(name);
		std::fs::write(&path, content).unwrap();
		path
	}

	fn settings(storage: &InMemOffchainStorage) -> Option<VerifierSettings> {
		let bytes = storage.get(STORAGE_PREFIX, VERIFIER_KEY)?;
		Some(VerifierSettings::decode(&mut bytes.as_slice()).unwrap())
	}

	#[test]
	fn verifier_should_be_refused_when_it_is_on_another_machine_or_has_no_token() {
		for wrong in [
			"--verifier 127.0.0.1:9621",
			"--verifier-token-file token",
			"--verifier 10.0.0.1:9621 --verifier-token-file token",
			"--verifier 127.0.0.1 --verifier-token-file token",
			"--verifier http://127.0.0.1:9621 --verifier-token-file token",
		] {
			assert!(parse(wrong).is_err(), "{wrong}");
		}
		assert!(parse("--verifier [::1]:9621 --verifier-token-file token").is_ok());
		assert_eq!(parse("").unwrap().settings(), Ok(None));
	}

	#[test]
	fn token_should_be_refused_when_its_file_has_none() {
		assert!(read_token(Path::new("/nowhere/at/all")).is_err());
		let long = "x".repeat(257);
		for (name, bad) in [("empty", "\n"), ("two", "to ken"), ("long", long.as_str())] {
			let path = token_file(name, bad);
			let read = read_token(&path);
			std::fs::remove_file(&path).unwrap();
			assert!(read.is_err(), "{name}");
		}
	}

	#[test]
	fn worker_should_be_told_what_is_so_now_when_the_token_comes_or_goes() {
		let path = token_file("changes", "first\n");
		let arguments = format!("--verifier 127.0.0.1:1 --verifier-token-file {}", path.display());
		let args = parse(&arguments).unwrap();
		let mut storage = InMemOffchainStorage::default();

		tell(&mut storage, &args.settings(), true);
		let first = settings(&storage).unwrap();
		assert_eq!(first.url.to_vec(), b"http://127.0.0.1:1");
		assert_eq!(first.token.to_vec(), b"first");

		std::fs::write(&path, "second").unwrap();
		tell(&mut storage, &args.settings(), true);
		assert_eq!(settings(&storage).unwrap().token.to_vec(), b"second");

		std::fs::remove_file(&path).unwrap();
		tell(&mut storage, &args.settings(), true);
		assert_eq!(settings(&storage), None);
	}

	#[test]
	fn metrics_should_say_what_the_worker_has_noted() {
		let metrics = Metrics::register(&Registry::new()).unwrap();
		let mut storage = InMemOffchainStorage::default();
		metrics.set(false, &status(&storage));
		assert_eq!((metrics.has_verifier.get(), metrics.committed.get()), (0, 0));

		let noted = AuditorStatus { committed: 3, answered_at: 7_999, ..Default::default() };
		storage.set(STORAGE_PREFIX, STATUS_KEY, &noted.encode());
		metrics.set(true, &status(&storage));
		metrics.set(true, &status(&storage));
		assert_eq!((metrics.has_verifier.get(), metrics.committed.get()), (1, 3));
		assert_eq!(metrics.answered_at.get(), 7);
	}
}
