//! The verifier that this node asks when it audits: where it is, and how that goes.
//!
//! Who asks it is the runtime's off-chain worker, which finds it in what it takes for the node's local
//! storage, and writes there how it fares.

mod storage;

use reckon_runtime::auditing::{AuditorStatus, VerifierSettings};
use sp_core::offchain::OffchainStorage;
use std::{
	fs::File,
	io::Read,
	net::SocketAddr,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
pub use storage::AuditorStorage;
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
	storage: AuditorStorage<impl OffchainStorage>,
	metrics: Option<Metrics>,
	is_validator: bool,
) {
	if args.verifier.is_none() && is_validator {
		log::warn!(
			"🔎 no verifier: this validator gives up its seats in audits. Start `reckon-worker verify` \
			 beside the node, and name it by --verifier"
		);
	}
	let mut reader = Reader::default();
	loop {
		let now = Instant::now();
		if let (Some(address), Some(file)) = (args.verifier, &args.verifier_token_file) {
			storage.tell(reader.look(address, file, now).as_ref());
		}
		if let Some(metrics) = &metrics {
			metrics.set(&reader, now, &storage.status());
		}
		tokio::time::sleep(PERIOD).await;
	}
}

/// Reads the token's file, which may be away or half written for a moment.
#[derive(Default)]
struct Reader {
	/// The last token that was one.
	token: Option<String>,
	/// Since when there is none in the file, and why.
	trouble: Option<(Instant, String)>,
}

impl Reader {
	/// The settings now. An empty token says that the verifier can't be asked yet, so that seats are
	/// kept for it as long as that is of use.
	fn look(&mut self, address: SocketAddr, file: &Path, now: Instant) -> Option<VerifierSettings> {
		match read_token(file) {
			Ok(token) => {
				if self.token.as_ref() != Some(&token) || self.trouble.is_some() {
					log::info!("🔎 audits are computed by the verifier at http://{address}");
				}
				self.token = Some(token);
				self.trouble = None;
			},
			Err(why) => {
				let (since, known) = self.trouble.clone().unzip();
				if known.as_ref() != Some(&why) {
					let meanwhile = match self.token {
						Some(_) => "the last one is used on",
						None => "nothing is computed for audits until it can",
					};
					let file = file.display();
					log::warn!("🔎 the verifier's token can't be read, {meanwhile}: {file}: {why}");
				}
				self.trouble = Some((since.unwrap_or(now), why));
			},
		}
		Some(VerifierSettings {
			url: format!("http://{address}").into_bytes().try_into().ok()?,
			token: self.token.clone().unwrap_or_default().into_bytes().try_into().ok()?,
		})
	}

	/// For how long the file has had no token, in seconds.
	fn unreadable(&self, now: Instant) -> u64 {
		let since = self.trouble.as_ref().map(|(since, _)| *since);
		since.map_or(0, |since| now.saturating_duration_since(since).as_secs())
	}
}

/// How the auditing goes, for Prometheus.
pub struct Metrics {
	has_verifier: Gauge<U64>,
	unreadable: Gauge<U64>,
	answered_at: Gauge<U64>,
	slowest: Gauge<U64>,
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
				"Whether this node knows a verifier and its token: 1 or 0",
			)?,
			unreadable: gauge(
				"reckon_audits_token_unreadable_seconds",
				"For how long the verifier's token file could not be read; 0 when it can",
			)?,
			answered_at: gauge(
				"reckon_audits_verifier_answered_at_seconds",
				"When the verifier last gave an answer, Unix time; 0 if never",
			)?,
			slowest: gauge(
				"reckon_audits_slowest_vote_seconds",
				"How long the slowest vote of late took; 0 before the first",
			)?,
			committed: counter("reckon_audits_committed_total", "Blind votes that were sent")?,
			revealed: counter("reckon_audits_revealed_total", "Opened votes that were sent")?,
			declined: counter("reckon_audits_declined_total", "Seats that were given up")?,
			failures: counter("reckon_audits_failures_total", "Tries that came to nothing")?,
		})
	}

	fn set(&self, reader: &Reader, now: Instant, status: &AuditorStatus) {
		self.has_verifier.set(reader.token.is_some().into());
		self.unreadable.set(reader.unreadable(now));
		self.answered_at.set(status.answered_at / 1_000);
		self.slowest.set(status.took / 1_000);
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
	use codec::Encode;
	use reckon_runtime::auditing::STATUS_KEY;
	use sp_core::offchain::{storage::InMemOffchainStorage, STORAGE_PREFIX};

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

	/// The address and the token that the worker is told.
	fn look(reader: &mut Reader, file: &Path, now: Instant) -> (String, String) {
		let address = "127.0.0.1:1".parse().unwrap();
		let VerifierSettings { url, token } = reader.look(address, file, now).unwrap();
		let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
		(text(url.into_inner()), text(token.into_inner()))
	}

	#[test]
	fn verifier_should_be_refused_when_it_is_on_another_machine_or_has_no_token() {
		for wrong in [
			"--verifier 127.0.0.1:9621",
			"--verifier-token-file token",
			"--verifier 10.0.0.1:9621 --verifier-token-file token",
			"--verifier 127.0.0.1 --verifier-token-file token",
			// A name may be another machine's tomorrow.
			"--verifier localhost:9621 --verifier-token-file token",
			"--verifier http://127.0.0.1:9621 --verifier-token-file token",
		] {
			assert!(parse(wrong).is_err(), "{wrong}");
		}
		assert!(parse("--verifier [::1]:9621 --verifier-token-file token").is_ok());
		assert_eq!(parse("").unwrap().verifier, None);
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
	fn last_token_should_be_kept_when_the_file_is_away_for_a_moment() {
		let path = token_file("changes", "first\n");
		let url = "http://127.0.0.1:1".to_owned();
		let mut reader = Reader::default();
		let start = Instant::now();
		let at = |seconds| start + Duration::from_secs(seconds);

		assert_eq!(look(&mut reader, &path, at(0)), (url.clone(), "first".into()));
		std::fs::write(&path, "second").unwrap();
		assert_eq!(look(&mut reader, &path, at(6)), (url.clone(), "second".into()));
		assert_eq!(reader.unreadable(at(6)), 0);

		std::fs::remove_file(&path).unwrap();
		assert_eq!(look(&mut reader, &path, at(12)), (url.clone(), "second".into()));
		// Another trouble does not make it begin anew.
		std::fs::write(&path, "").unwrap();
		assert_eq!(look(&mut reader, &path, at(18)), (url.clone(), "second".into()));
		assert_eq!(reader.unreadable(at(20)), 8);

		std::fs::write(&path, "third").unwrap();
		assert_eq!(look(&mut reader, &path, at(24)), (url, "third".into()));
		assert_eq!(reader.unreadable(at(30)), 0);
		std::fs::remove_file(&path).unwrap();
	}

	#[test]
	fn worker_should_know_of_a_verifier_whose_token_is_not_there_yet() {
		let mut reader = Reader::default();
		let (url, token) = look(&mut reader, Path::new("/nowhere/at/all"), Instant::now());
		assert_eq!((url.as_str(), token.as_str()), ("http://127.0.0.1:1", ""));
	}

	#[test]
	fn metrics_should_say_what_the_worker_has_noted() {
		let metrics = Metrics::register(&Registry::new()).unwrap();
		let mut storage = AuditorStorage::new(InMemOffchainStorage::default());
		let mut reader = Reader::default();
		let now = Instant::now();
		let later = now + Duration::from_secs(60);
		look(&mut reader, Path::new("/nowhere/at/all"), now);
		metrics.set(&reader, later, &storage.status());
		assert_eq!((metrics.has_verifier.get(), metrics.committed.get()), (0, 0));
		assert_eq!(metrics.unreadable.get(), 60);

		let noted =
			AuditorStatus { committed: 3, answered_at: 7_999, took: 5_000, ..Default::default() };
		storage.set(STORAGE_PREFIX, STATUS_KEY, &noted.encode());
		let path = token_file("metrics", "token");
		look(&mut reader, &path, later);
		std::fs::remove_file(&path).unwrap();
		metrics.set(&reader, later, &storage.status());
		metrics.set(&reader, later, &storage.status());
		assert_eq!((metrics.has_verifier.get(), metrics.committed.get()), (1, 3));
		assert_eq!((metrics.answered_at.get(), metrics.slowest.get()), (7, 5));
		assert_eq!(metrics.unreadable.get(), 0);
	}
}
