//! Validators come, fall, cheat and pay, and the chain goes on: see `README.md`.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{ensure, Context, Result};
use reckon_zombienet::{
	eventually, play, publish_model, seen, step, Network, Programs, Reports, Worker, CHAT_MODEL,
	VALIDATORS,
};
use serde_json::Value;
use tokio::time::timeout;

/// Three times what a session takes where nothing is slow.
const SESSION: Duration = Duration::from_secs(3 * 60);
/// The same for an election and the session before its validators begin.
const ELECTION: Duration = Duration::from_secs(3 * 6 * 60);
/// The same for the eras that a slash waits.
const SLASH: Duration = Duration::from_secs(3 * 9 * 60);
/// Ample for some blocks to become final.
const FINALITY: Duration = Duration::from_secs(3 * 60);

const PROVIDER: &str = "//One";
const CLIENT: &str = "//Two";
/// What the fifth validator puts up, in RKN.
const BOND: u128 = 20_000;
const UNIT: u128 = 1_000_000_000_000;
/// Of a development chain.
const SESSIONS_PER_ERA: u64 = 3;
/// Slashes take thousand millionths.
const WHOLE: u128 = 1_000_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn chain_should_go_on_when_validators_come_fall_and_cheat() {
	play(scenario).await;
}

async fn scenario(dir: &Path) -> Result<()> {
	step("four validators, a provider and its worker");
	let mut network = Network::start(Programs::find()?, dir).await?;
	network.finalizes(&VALIDATORS, FINALITY).await?;
	publish_model(&network, None).await?;
	let worker = Worker::start(&network, PROVIDER).await?;

	sessions_rotate(&network).await?;
	fifth_validator_joins(&mut network).await?;
	job_is_settled_without_a_validator(&network).await?;
	equivocator_is_slashed(&mut network).await?;

	worker.stop().await?;
	network.stop().await
}

async fn sessions_rotate(network: &Network) -> Result<()> {
	step("sessions rotate");
	let before = network.session().await?;
	session_reached(network, before + 1).await?;
	for name in VALIDATORS {
		let what = format!("{name} makes blocks");
		eventually(&what, SESSION, &network.log(name), async || {
			ensure!(network.blocks_made(name).await? > 0.0, "none yet");
			Ok(())
		})
		.await?;
	}
	network.finalizes(&VALIDATORS, FINALITY).await
}

async fn fifth_validator_joins(network: &mut Network) -> Result<()> {
	step("a fifth validator joins by stake");
	network.add_validator_node("eve").await?;
	let bond = BOND.to_string();
	let register = ["validator", "register", "--bond", &bond, "--commission", "5"];
	let made = network.reckon_at("eve", "//Eve", &register).await?;
	ensure!(made["joined"] == true && made["suffices"] == true, "{made}");
	let [era, session] = ["era", "serve_from"].map(|name| made["election"][name].as_u64());
	let (era, session) = era.zip(session).with_context(|| made.to_string())?;
	seen(&format!("eve is to serve from session {session}, the first of era {era}"));
	ensure!(
		session == SESSIONS_PER_ERA * era,
		"an era does not begin with session {session}: {made}"
	);

	let shown = candidate(network).await?;
	ensure!(shown["seat"] == false, "{shown}");
	eventually("eve has a seat", ELECTION, &network.log("eve"), async || {
		let shown = candidate(network).await?;
		ensure!(shown["seat"] == true, "{shown}");
		Ok(())
	})
	.await?;
	let running = network.reckon("//Eve", &["rewards", "show"]).await?;
	let running = running["running_era"]["index"].as_u64();
	ensure!(running == Some(era), "a seat for era {era} in era {running:?}");
	session_reached(network, session.into()).await?;
	eventually("eve makes blocks", SESSION, &network.log("eve"), async || {
		ensure!(network.blocks_made("eve").await? > 0.0, "none yet");
		Ok(())
	})
	.await?;
	network.finalizes(&["alice", "bob", "charlie", "dave", "eve"], FINALITY).await
}

async fn job_is_settled_without_a_validator(network: &Network) -> Result<()> {
	step("one of five validators is killed");
	network.kill("dave").await?;
	let others = ["alice", "bob", "charlie", "eve"];
	network.finalizes(&others, FINALITY).await?;

	let chat = ["chat", "--model", CHAT_MODEL, "--settled", "what is a ledger?"];
	let done = network.reckon(CLIENT, &chat).await?;
	ensure!(done["state"] == "settled", "{done}");
	ensure!(done["answer"].as_str().is_some_and(|answer| !answer.trim().is_empty()), "{done}");
	seen(&format!("a job is answered and settled: {}", done["answer"]));
	network.finalizes(&others, FINALITY).await?;
	ensure!(network.best("dave").await.is_err(), "dave was not gone all the time");

	network.restart("dave").await?;
	network.finalizes(&["alice", "bob", "charlie", "dave", "eve"], FINALITY).await
}

async fn equivocator_is_slashed(network: &mut Network) -> Result<()> {
	step("a validator whose keys are in two nodes makes two blocks in a slot");
	network.add_validator_node("twin").await?;
	let before = own_stake(&candidate(network).await?)?;
	ensure!(before == BOND * UNIT, "eve has {before} at stake");
	let mut reports = Reports::listen(&network.client().await?).await?;
	network.copy_session_keys("eve", "twin")?;
	let offence = "Offences.Offence".to_owned();
	let find = async {
		loop {
			for report in reports.next().await? {
				seen(&format!(
					"#{}: {}.report_equivocation_unsigned: {}",
					report.block,
					report.pallet,
					report.events.join(", ")
				));
				if report.pallet == "Babe" && report.events.contains(&offence) {
					return anyhow::Ok(());
				}
			}
		}
	};
	let found = timeout(ELECTION, find).await;
	found.with_context(|| {
		let log = network.log("alice");
		format!("no block with a report of it that the chain accepted; read {}", log.display())
	})??;
	network.kill("twin").await?;

	step("its slash waits, and is applied");
	let log = network.log("alice");
	let mut slashes = BTreeMap::new();
	let shown = eventually("eve's slash is noted", FINALITY, &log, async || {
		let shown = candidate(network).await?;
		note_slashes(&shown, &mut slashes)?;
		ensure!(!slashes.is_empty(), "{shown}");
		Ok(shown)
	})
	.await?;
	seen(&format!("slashes: {}", shown["slashes"]));
	ensure!(shown["candidate"]["status"]["chilled"]["why"] == "offence", "{shown}");
	ensure!(own_stake(&shown)? == before, "taken before it is due: {shown}");

	eventually("eve has lost the seat", ELECTION, &log, async || {
		let shown = candidate(network).await?;
		note_slashes(&shown, &mut slashes)?;
		ensure!(shown["seat"] == false, "{shown}");
		Ok(())
	})
	.await?;
	let after = eventually("the slash is applied", SLASH, &log, async || {
		let shown = candidate(network).await?;
		note_slashes(&shown, &mut slashes)?;
		ensure!(shown["slashes"].as_array().is_some_and(Vec::is_empty), "{shown}");
		own_stake(&shown)
	})
	.await?;
	let taken: u128 = slashes.values().map(|fraction| before * fraction / WHOLE).sum();
	seen(&format!("eve had {before} at stake and has {after}"));
	ensure!(taken > 0 && before - taken == after, "{taken} was to be taken, of {slashes:?}");
	network.finalizes(&VALIDATORS, FINALITY).await
}

/// The fifth validator, as `reckon validator show` shows it.
async fn candidate(network: &Network) -> Result<Value> {
	network.reckon("//Eve", &["validator", "show"]).await
}

fn own_stake(shown: &Value) -> Result<u128> {
	let own = shown["candidate"]["own"].as_str().with_context(|| shown.to_string())?;
	Ok(own.parse()?)
}

/// Keeps the fractions of the slashes that wait: they are forgotten when they are applied.
fn note_slashes(shown: &Value, slashes: &mut BTreeMap<u64, u128>) -> Result<()> {
	for slash in shown["slashes"].as_array().with_context(|| shown.to_string())? {
		let (id, fraction) = (slash["id"].as_u64(), slash["slash"]["fraction"].as_u64());
		let (id, fraction) = id.zip(fraction).with_context(|| shown.to_string())?;
		slashes.insert(id, fraction.into());
	}
	Ok(())
}

async fn session_reached(network: &Network, session: u128) -> Result<()> {
	let what = format!("session {session} has begun");
	eventually(&what, SESSION, &network.log("alice"), async || {
		let now = network.session().await?;
		ensure!(now >= session, "session {now}");
		Ok(())
	})
	.await
}
