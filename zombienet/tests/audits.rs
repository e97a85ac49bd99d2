//! Answers are computed again by validators: who computed them honestly is paid, and whoever lies,
//! worker or auditor, pays. See `README.md`.

use std::{path::Path, time::Duration};

use anyhow::{bail, ensure, Context, Result};
use reckon_zombienet::{
	eventually, play, publish_model, seen, step, suri, Event, Events, Liar, Network, Programs,
	Verifier, Worker, CHAT_MODEL, VALIDATORS,
};
use serde_json::Value;

/// Ample for some blocks to become final.
const FINALITY: Duration = Duration::from_secs(3 * 60);
/// Three times what an audit takes by two committees, all of whose members but one vote at once.
const AUDIT: Duration = Duration::from_secs(3 * 4 * 60);
/// Three times what the eras take that a slash waits.
const SLASH: Duration = Duration::from_secs(3 * 9 * 60);
/// Three sessions of a minute, and as long again for a slow machine.
const ERA: Duration = Duration::from_secs(6 * 60);

const PROVIDER: &str = "//One";
const CLIENT: &str = "//Two";
const CHEAT: &str = "//Ferdie";
const OTHERS: [&str; 3] = [PROVIDER, CLIENT, CHEAT];
/// The auditor that lies; the first validator's node is the one that is asked.
const LIAR: &str = "dave";
/// The auditor that is killed.
const KILLED: &str = "charlie";
/// Jobs that are asked for until one's auditor is killed at the right moment.
const TRIES: u32 = 3;

const QUESTION: &str = "what is a ledger?";
/// What a validator of genesis has at stake, in the smallest token unit.
const STAKE: u128 = 100_000 * 1_000_000_000_000;
/// Slashes take thousand millionths: this is what a wrong vote costs, 5 %.
const WRONG_VOTE: u128 = 50_000_000;
const WHOLE: u128 = 1_000_000_000;
/// Of a development chain.
const SESSIONS_PER_ERA: u128 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn honest_work_should_be_paid_and_lies_should_cost_when_answers_are_audited() {
	play(scenario).await;
}

async fn scenario(dir: &Path) -> Result<()> {
	step("four validators with a verifier each, one of which can lie; a provider and its worker");
	let programs = Programs::find()?;
	let mut verifiers = Vec::new();
	for name in VALIDATORS {
		verifiers.push(Verifier::start(&programs, dir, name).await?);
	}
	let place = VALIDATORS.iter().position(|name| *name == LIAR).context("no such validator")?;
	let liar = Liar::start(&verifiers[place]).await?;
	let mut at = std::array::from_fn(|n| verifiers[n].at().clone());
	at[place] = liar.at().clone();
	let network = Network::start_with_verifiers(programs, dir, &at).await?;
	network.finalizes(&VALIDATORS, FINALITY).await?;
	publish_model(&network, Some("calibration.json")).await?;
	let worker = Worker::start(&network, PROVIDER).await?;
	let bond = bond_of(&network, PROVIDER).await?;
	let mut events = Events::listen(&network, &OTHERS).await?;

	honest_answer_is_paid(&network, &mut events).await?;
	dishonest_auditor_is_outvoted(&network, &mut events, &liar).await?;
	let cheat = Worker::start_quantised(&network, CHEAT).await?;
	quantised_answer_is_rejected(&network, &mut events).await?;
	cheat.stop().await?;
	audit_ends_without_an_auditor(&network, &mut events).await?;
	dishonest_auditor_pays(&network).await?;

	ensure!(bond_of(&network, PROVIDER).await? == bond, "the honest provider has lost bond");
	worker.stop().await?;
	for verifier in verifiers {
		verifier.stop().await?;
	}
	network.stop().await
}

async fn honest_answer_is_paid(network: &Network, events: &mut Events) -> Result<()> {
	step("an honest attested job");
	let chat = ["chat", "--model", CHAT_MODEL, "--attested", "--only", PROVIDER, QUESTION];
	let done = network.reckon(CLIENT, &chat).await?;
	ensure!(done["state"] == "settled", "{done}");
	ensure!(amount(&done, "charge")? > 0, "{done}");
	seen(&format!("answered, audited and paid {}: {}", done["charge"], done["answer"]));
	let job = done["job"].as_str().with_context(|| done.to_string())?;
	let story = audited(network, events, job).await?;
	accepted_by_all(&story, job)
}

/// The first committee finds the answer right, all four of it.
fn accepted_by_all(story: &[Event], job: &str) -> Result<()> {
	let decided = the(story, "AuditDecided", job)?;
	ensure!(decided.field("outcome").is_some_and(is_accepted), "{decided}");
	ensure!(decided.number("votes") == Some(VALIDATORS.len() as u128), "{decided}");
	ensure!(
		the(story, "AuditorsPaid", job)?.number("amount") > Some(0),
		"the auditors have nothing"
	);
	for name in VALIDATORS {
		let revealed = story.iter().any(|event| event.is_of("VoteRevealed", name));
		ensure!(revealed, "{name} has not opened its vote");
	}
	none_of(story, &["SeatDeclined", "AuditEscalated", "VoteMissed", "AuditorPenalised"])
}

async fn dishonest_auditor_is_outvoted(
	network: &Network,
	events: &mut Events,
	liar: &Liar,
) -> Result<()> {
	// An era that ends between its two committees would have each pay for its own lie.
	next_era(network).await?;
	step("an auditor says of an honest answer that it is another model's");
	ensure!(slashes_of(network, LIAR).await?.is_empty(), "{LIAR} is to be slashed already");
	liar.lie(true);
	let job = submit(network, PROVIDER).await?;
	let story = audited(network, events, &job).await?;
	liar.lie(false);
	seen(&format!("{} votes of its verifier were changed", liar.told()));
	ensure!(liar.told() > 0, "nobody has asked the liar");

	the(&story, "AuditEscalated", &job)?;
	let decided = the(&story, "AuditDecided", &job)?;
	ensure!(decided.field("outcome").is_some_and(is_accepted), "{decided}");
	let others = VALIDATORS.len() as u128 - 1;
	ensure!(decided.number("votes") == Some(2 * others), "{decided}");
	let penalised: Vec<_> = story.iter().filter(|event| event.name == "AuditorPenalised").collect();
	// Once for each committee, and each time for all of it.
	ensure!(penalised.len() == 2, "{} punishments", penalised.len());
	for (event, times) in penalised.into_iter().zip(1..) {
		ensure!(event.field("auditor") == Some(LIAR), "{event}");
		ensure!(event.number("fraction") == Some(times * WRONG_VOTE), "{event}");
	}
	ensure!(state_of(network, &job).await? == "settled", "the honest provider is not paid");
	let slashes = slashes_of(network, LIAR).await?;
	let fraction = |slash: &Value| slash["slash"]["fraction"].as_u64().unwrap_or_default();
	let all: u64 = slashes.iter().map(fraction).sum();
	ensure!(all == 2 * WRONG_VOTE as u64, "{slashes:?}");
	seen(&format!("{LIAR} is to lose {all} parts in 10^9 of its stake"));
	next_era(network).await
}

/// Waits for an era's first session. Who was alone with a lie is not drawn again before.
async fn next_era(network: &Network) -> Result<()> {
	let era = async || anyhow::Ok(network.session().await? / SESSIONS_PER_ERA);
	let now = era().await?;
	eventually("the next era", ERA, &network.log(VALIDATORS[0]), async || {
		ensure!(era().await? > now, "still era {now}");
		Ok(())
	})
	.await
}

async fn quantised_answer_is_rejected(network: &Network, events: &mut Events) -> Result<()> {
	step("a worker computes with weights of eight bits");
	let bond = bond_of(network, CHEAT).await?;
	let before = ledger_of(network, CLIENT).await?;
	let job = submit(network, CHEAT).await?;
	let story = audited(network, events, &job).await?;

	let decided = the(&story, "AuditDecided", &job)?;
	let outcome = decided.field("outcome").unwrap_or_default();
	// By its rows, and not only by its words, which may be the right ones.
	ensure!(outcome.starts_with("Rejected") && outcome.contains("Distance"), "{decided}");
	ensure!(decided.number("votes") == Some(2 * VALIDATORS.len() as u128), "{decided}");
	none_of(&story, &["VoteMissed", "AuditorPenalised"])?;
	let slashed = the(&story, "JobConvicted", &job)?.number("slashed").context("no slash")?;
	let left = bond_of(network, CHEAT).await?;
	ensure!(slashed > 0 && left + slashed == bond, "{slashed} of {bond} was taken, {left} is left");
	let paid = the(&story, "AuditorsPaid", &job)?.number("amount").context("no amount")?;
	ensure!((1..=slashed).contains(&paid), "the auditors have {paid} of {slashed}");

	ensure!(state_of(network, &job).await? == "refunded", "the client has no money back");
	let waited = network.reckon(CLIENT, &["job", "wait", &job]).await;
	let Err(told) = waited else { bail!("an answer for the client: {}", waited?) };
	let told = format!("{told:#}");
	ensure!(told.contains("exit status: 3") && told.contains("AuditRejected"), "{told}");
	let after = ledger_of(network, CLIENT).await?;
	let change = |field| anyhow::Ok(amount(&after, field)?.checked_sub(amount(&before, field)?));
	ensure!(change("paid")? == Some(0), "the client has paid: {before}, {after}");
	ensure!(change("deposited")? > Some(0), "nothing was held: {before}, {after}");
	ensure!(change("refunded")? == change("deposited")?, "not all is back: {before}, {after}");
	seen(&format!("the client has all back; the provider has lost {slashed} of its bond"));
	Ok(())
}

async fn audit_ends_without_an_auditor(network: &Network, events: &mut Events) -> Result<()> {
	step("an auditor is killed between its blind vote and its opening");
	let others: Vec<_> = VALIDATORS.into_iter().filter(|name| *name != KILLED).collect();
	for _ in 0..TRIES {
		let job = submit(network, PROVIDER).await?;
		has_voted(network, &job, KILLED).await?;
		network.kill(KILLED).await?;

		let story = audited(network, events, &job).await?;
		ensure!(network.best(KILLED).await.is_err(), "{KILLED} was not gone all the time");
		let decided = the(&story, "AuditDecided", &job)?;
		ensure!(decided.field("outcome").is_some_and(is_accepted), "{decided}");
		ensure!(state_of(network, &job).await? == "settled", "the provider is not paid");
		network.finalizes(&others, FINALITY).await?;
		let has = |name| story.iter().any(|event| event.is_of(name, KILLED));
		let was_between = has("VoteCommitted") && !has("VoteRevealed");
		if was_between {
			ensure!(has("VoteMissed"), "the chain has not noticed that {KILLED}'s vote is missing");
			ensure!(decided.number("votes") == Some(others.len() as u128), "{decided}");
			none_of(&story, &["AuditEscalated", "AuditorPenalised"])?;
		}
		network.restart(KILLED).await?;
		if was_between {
			step("it votes again when it is back");
			network.finalizes(&VALIDATORS, FINALITY).await?;
			let job = submit(network, PROVIDER).await?;
			let story = audited(network, events, &job).await?;
			return accepted_by_all(&story, &job);
		}
		seen("it was killed too early or too late: another job");
	}
	bail!("{KILLED} could not be killed at the right moment of {TRIES} audits")
}

async fn dishonest_auditor_pays(network: &Network) -> Result<()> {
	step("the slash of the dishonest auditor is applied");
	eventually("it is applied", SLASH, &network.log(VALIDATORS[0]), async || {
		let slashes = slashes_of(network, LIAR).await?;
		ensure!(slashes.is_empty(), "{slashes:?}");
		Ok(())
	})
	.await?;
	for name in VALIDATORS {
		let lost = if name == LIAR { STAKE * 2 * WRONG_VOTE / WHOLE } else { 0 };
		let shown = validator(network, name).await?;
		let own = amount(&shown["candidate"], "own")?;
		seen(&format!("{name} has {own} at stake"));
		ensure!(own == STAKE - lost, "{name} has {own}, {} was expected", STAKE - lost);
	}
	network.finalizes(&VALIDATORS, FINALITY).await
}

/// Asks for a job that validators compute again.
async fn submit(network: &Network, provider: &str) -> Result<String> {
	let submit = ["job", "submit", "--model", CHAT_MODEL, "--task", "chat", "--text", QUESTION];
	let terms = ["--attested", "--only", provider];
	let placed = network.reckon(CLIENT, &[&submit[..], &terms].concat()).await?;
	let job = placed["job"].as_str().with_context(|| placed.to_string())?;
	seen(&format!("job {job}"));
	Ok(job.into())
}

/// Waits until the best chain has an auditor's vote, blind or already more.
async fn has_voted(network: &Network, job: &str, auditor: &str) -> Result<()> {
	let account = network.reckon(&suri(auditor), &["account", "show"]).await?["account"].take();
	let what = format!("{auditor} has voted");
	eventually(&what, AUDIT, &network.log(auditor), async || {
		let shown = network.reckon(CLIENT, &["job", "get", job]).await?;
		let seats = shown["audit"]["seats"].as_array();
		let seat = seats.into_iter().flatten().find(|seat| seat["auditor"] == account);
		let is_over = shown["record"]["state"]["state"] == "settled";
		ensure!(is_over || seat.is_some_and(|seat| seat["ballot"] != "awaited"), "{shown}");
		Ok(())
	})
	.await
}

/// What the chain has said until the audit of a job was over.
async fn audited(network: &Network, events: &mut Events, job: &str) -> Result<Vec<Event>> {
	let is_over = |event: &Event| event.is("AuditDecided", job);
	let heard = events.until(&format!("the end of the audit of {job}"), AUDIT, is_over).await;
	heard.with_context(|| logs(network, VALIDATORS[0]))
}

fn logs(network: &Network, node: &str) -> String {
	let dir = network.dir().display();
	format!(
		"read {}, {dir}/verifier-*/verifier-*.log and {dir}/worker-*/worker-*.log",
		network.log(node).display()
	)
}

fn the<'a>(story: &'a [Event], name: &str, job: &str) -> Result<&'a Event> {
	story.iter().find(|event| event.is(name, job)).with_context(|| format!("no {name} of {job}"))
}

fn none_of(story: &[Event], names: &[&str]) -> Result<()> {
	match story.iter().find(|event| names.contains(&event.name.as_str())) {
		Some(event) => bail!("it should not have come to this: {event}"),
		None => Ok(()),
	}
}

fn is_accepted(outcome: &str) -> bool {
	outcome.starts_with("Accepted")
}

async fn state_of(network: &Network, job: &str) -> Result<Value> {
	let mut shown = network.reckon(CLIENT, &["job", "get", job]).await?;
	Ok(shown["record"]["state"]["state"].take())
}

/// What a provider stands for its work with.
async fn bond_of(network: &Network, provider: &str) -> Result<u128> {
	let shown = network.reckon(provider, &["provider", "show"]).await?;
	amount(&shown["provider"], "bond")
}

/// What became of a client's money for jobs.
async fn ledger_of(network: &Network, client: &str) -> Result<Value> {
	let mut shown = network.reckon(client, &["account", "show"]).await?;
	Ok(shown["ledger"].take())
}

async fn validator(network: &Network, name: &str) -> Result<Value> {
	network.reckon(&suri(name), &["validator", "show"]).await
}

/// A validator's slashes that wait.
async fn slashes_of(network: &Network, name: &str) -> Result<Vec<Value>> {
	let shown = validator(network, name).await?;
	Ok(shown["slashes"].as_array().with_context(|| shown.to_string())?.clone())
}

fn amount(shown: &Value, field: &str) -> Result<u128> {
	let text = shown[field].as_str().with_context(|| format!("no {field}: {shown}"))?;
	Ok(text.parse()?)
}
