//! `reckon-worker doctor`: what works, and why there would be no work.

use crate::{
	clock::{self, Clock},
	config::Config,
	gateways::Gateways,
	journal::{Journal, JournalError},
	models::Registry,
};
use reckon_engine::{Device, Requested};
use reckon_sdk::{format_amount, AccountId, At, Chain, Market, Reason, Signer};
use serde::Serialize;
use std::process::ExitCode;

/// How a model gets into this worker's list.
const ADD: &str = "reckon-worker models add PATH --owner ACCOUNT";

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
	/// It works.
	Ok,
	/// It works, but look at it.
	Warn,
	/// No work, or no pay, until it is mended.
	Fail,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
	/// What was looked at.
	pub name: &'static str,
	/// How it came out.
	pub level: Level,
	/// What was found.
	pub found: String,
	/// What to do about it.
	pub fix: Option<String>,
}

/// The checks, in the order in which they are made.
#[derive(Debug, Default)]
struct Report(Vec<Check>);

impl Report {
	fn ok(&mut self, name: &'static str, found: impl Into<String>) {
		self.0.push(Check { name, level: Level::Ok, found: found.into(), fix: None });
	}

	fn not_ok(
		&mut self,
		name: &'static str,
		level: Level,
		found: impl Into<String>,
		fix: impl Into<String>,
	) {
		self.0.push(Check { name, level, found: found.into(), fix: Some(fix.into()) });
	}

	/// Errors say what to do themselves.
	fn fail(&mut self, name: &'static str, error: &impl std::fmt::Display) {
		self.0.push(Check { name, level: Level::Fail, found: error.to_string(), fix: None });
	}
}

/// Makes all checks and prints them; exit code 1 when one failed.
pub async fn main(config: &Config, json: bool) -> ExitCode {
	let checks = check(config).await;
	let failed = checks.iter().any(|check| check.level == Level::Fail);
	if json {
		println!("{}", serde_json::json!({ "ok": !failed, "checks": checks }));
	} else {
		for check in &checks {
			let level = match check.level {
				Level::Ok => "ok  ",
				Level::Warn => "warn",
				Level::Fail => "FAIL",
			};
			println!("{level}  {:<10} {}", check.name, check.found);
			if let Some(fix) = &check.fix {
				println!("      {:<10} → {fix}", "");
			}
		}
	}
	if failed {
		ExitCode::FAILURE
	} else {
		ExitCode::SUCCESS
	}
}

/// Makes all checks.
pub async fn check(config: &Config) -> Vec<Check> {
	let mut report = Report::default();
	let device = config.device.parse::<Requested>().and_then(Device::select);
	match device {
		Ok(device) => report.ok("device", device.to_string()),
		Err(error) => report.fail("device", &error),
	}
	disk(config, &mut report);
	let models = models(config, &mut report);
	let signer = match Signer::from_file(&config.key_file) {
		Ok(signer) => {
			report.ok("key", signer.account().to_string());
			Some(signer)
		},
		Err(error) => {
			report.fail("key", &error);
			None
		},
	};
	match Chain::connect(&config.chain).await {
		Ok(chain) => {
			let info = chain.info();
			let found = format!("{} on {}, runtime {}", info.name, info.node, info.spec_version);
			report.ok("chain", found);
			if let Err(error) = on_chain(&chain, signer.as_ref(), &models, &mut report).await {
				report.fail("chain", &error);
			}
			if let Err(error) = gateways(config, &chain, signer.as_ref(), &mut report).await {
				report.fail("chain", &error);
			}
		},
		Err(error) => report.fail("chain", &error),
	}
	report.0
}

fn models(config: &Config, report: &mut Report) -> Vec<crate::models::Entry> {
	let registry = Registry::new(&config.data_dir);
	let entries = match registry.list() {
		Ok(entries) => entries,
		Err(error) => {
			report.fail("models", &error);
			return Vec::new();
		},
	};
	if entries.is_empty() {
		report.not_ok("models", Level::Fail, "none", ADD);
	}
	for entry in &entries {
		match registry.open(entry.id) {
			Ok(_) => report.ok("model", format!("{} {:x}", entry.name, entry.id)),
			Err(error) => report.not_ok(
				"model",
				Level::Fail,
				format!("{}: {error}", entry.name),
				format!(
					"reckon-worker models add {} --owner {}",
					entry.path.display(),
					entry.owner
				),
			),
		}
	}
	entries
}

fn disk(config: &Config, report: &mut Report) {
	let dir = &config.data_dir;
	let tried = std::fs::create_dir_all(dir).and_then(|()| {
		let mut file = tempfile::NamedTempFile::new_in(dir)?;
		std::io::Write::write_all(&mut file, &[0; 1 << 20])?;
		file.as_file().sync_all()
	});
	match tried {
		Ok(()) => report.ok("disk", format!("{} can be written", dir.display())),
		Err(error) => report.not_ok(
			"disk",
			Level::Fail,
			format!("{}: {error}", dir.display()),
			"free some space, or name another place by --data-dir",
		),
	}
	let path = dir.join("journal.sqlite");
	if !path.exists() {
		return;
	}
	match Journal::open(&path) {
		Ok(_) => report.ok("journal", "sound"),
		Err(JournalError::Busy { .. }) => report.ok("journal", "in use: the worker is running"),
		Err(error) => report.fail("journal", &error),
	}
}

async fn on_chain(
	chain: &Chain,
	signer: Option<&Signer>,
	models: &[crate::models::Entry],
	report: &mut Report,
) -> Result<(), reckon_sdk::Error> {
	let at = chain.latest().await?;
	let constants = at.constants()?;
	let (local, remote) = (clock::now_millis(), at.now_millis().await?);
	let (slot, lead) = (constants.slot_millis, constants.max_clock_lead_millis);
	let advice = "synchronise it (NTP); if it is right, the node is syncing or the chain stands";
	match clock::compare(local, remote, slot, lead) {
		Clock::Right => report.ok("clock", "agrees with the chain's"),
		Clock::Ahead { millis } => {
			report.not_ok("clock", Level::Warn, format!("{millis} ms ahead"), advice);
		},
		Clock::Behind { millis } => {
			report.not_ok("clock", Level::Warn, format!("{millis} ms behind"), advice);
		},
		Clock::TooFarAhead { millis } => {
			report.not_ok("clock", Level::Fail, format!("{millis} ms ahead"), advice);
		},
	}
	let Some(signer) = signer else { return Ok(()) };
	let worker = signer.account();
	let money = at.account(&worker).await?;
	if money.free == 0 {
		let fix = format!("send {worker} some RKN: it advances the fees of its deliveries");
		report.not_ok("money", Level::Fail, "the key has none", fix);
	} else {
		report.ok("money", format!("the key has {}", format_amount(money.free)));
	}
	let Some(provider) = at.provider_of(&worker).await? else {
		let fix = format!("register a provider with --worker {worker}");
		report.not_ok("provider", Level::Fail, "no provider names this key", fix);
		return Ok(());
	};
	standing(&at, &provider, models, report).await
}

async fn standing(
	at: &At,
	provider: &AccountId,
	models: &[crate::models::Entry],
	report: &mut Report,
) -> Result<(), reckon_sdk::Error> {
	report.ok("provider", provider.to_string());
	if let Some(record) = at.provider(provider).await? {
		let places = record.places(at.constants()?.bond_per_job);
		if places < record.capacity {
			report.not_ok(
				"places",
				Level::Warn,
				format!(
					"{places}: the bond stands for no more, the capacity is {}",
					record.capacity
				),
				"add to the bond with the provider's key",
			);
		}
		match record.endpoint() {
			Some(endpoint) => report.ok("endpoint", endpoint),
			None => report.not_ok(
				"endpoint",
				Level::Warn,
				"the provider names none: payloads and answers over 4 KiB can't be exchanged",
				"name this worker's URL with the provider's update",
			),
		}
	}
	let reason = at.why_not_assigned(provider).await?;
	let level = match reason {
		Reason::Eligible => Level::Ok,
		// These pass by themselves.
		Reason::AtCapacity | Reason::DeclinedRecently => Level::Warn,
		_ => Level::Fail,
	};
	let found = format!("{reason}: {}", reason.explain());
	report.0.push(Check { name: "work", level, found, fix: None });
	let offers = at.offers_of(provider).await?;
	for (market, _, tickets) in &offers {
		let Market { subnet, model } = market;
		match models.iter().find(|entry| entry.id == *model) {
			Some(entry) => report
				.ok("offer", format!("{} in subnet {subnet} with {tickets} tickets", entry.name)),
			None => report.not_ok(
				"offer",
				Level::Fail,
				format!("{model:?} is offered and not here: its jobs will be declined"),
				format!("{ADD}, or withdraw the offer"),
			),
		}
	}
	let is_offered = |id| offers.iter().any(|(market, ..)| market.model == id);
	for entry in models.iter().filter(|entry| !is_offered(entry.id)) {
		let found = format!("{} is here and not offered", entry.name);
		report.not_ok("offer", Level::Warn, found, "make an offer to be given its jobs");
	}
	Ok(())
}

/// Whether each gateway can be reached, is one, and has work for which there is an offer.
async fn gateways(
	config: &Config,
	chain: &Chain,
	signer: Option<&Signer>,
	report: &mut Report,
) -> Result<(), reckon_sdk::Error> {
	const NAME: &str = "gateway";
	let gateways = match Gateways::new(&config.gateways) {
		Ok(gateways) => gateways,
		Err(error) => {
			report.fail(NAME, &error);
			return Ok(());
		},
	};
	let at = chain.latest().await?;
	let provider = match signer {
		Some(signer) => at.provider_of(&signer.account()).await?,
		None => None,
	};
	let offers = match provider {
		Some(provider) => at.offers_of(&provider).await?,
		None => Vec::new(),
	};
	for (url, said) in gateways.whose(chain.info().genesis).await {
		let account = match said {
			Ok(account) => account,
			Err(error) => {
				let fix = "see whether that is the address of its gRPC door, and whether it runs";
				report.not_ok(NAME, Level::Fail, format!("{url}: {error}"), fix);
				continue;
			},
		};
		let Some(record) = at.gateway(&account).await? else {
			let found = format!("{url}: {account} is no gateway on this chain");
			report.not_ok(NAME, Level::Fail, found, "its operator has to register it");
			continue;
		};
		let subnet = record.subnet;
		if offers.iter().any(|(market, ..)| market.subnet == subnet) {
			report.ok(NAME, format!("{url}: {account} of subnet {subnet}"));
		} else {
			let found = format!("{url}: no offer in its subnet {subnet}, so no work");
			report.not_ok(NAME, Level::Warn, found, format!("make an offer in subnet {subnet}"));
		}
	}
	Ok(())
}
