//! Requests through a gateway while what they need is killed: its process, its worker, its node, its
//! database.

use std::{
	collections::BTreeMap,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use reckon_e2e::{
	chat::{amount, chat, Answered, Incoming, POLL},
	load::{setting, Dice, Heard, Load},
	Database, Gateway, Net, Provider, Stage, Worker, BATCH_STEPS, LIMIT, STEPS,
};
use reckon_sdk::{
	calls, content_hash, token::UNIT, Balance, Content, JobEvent, JobId, JobRequest, JobState,
	ModelId, Sampling, Signer, TaskKind,
};
use serde_json::{json, Value};
use tokio::{task::block_in_place, time::sleep};

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
	Gateway,
	/// The gateway when a request or a batch of it has come to this step.
	GatewayAt(&'static str),
	Worker,
	/// The gateway while requests wait for its worker, which was killed before it.
	Both,
	Node,
	Database,
}

/// What was killed when.
struct Kill {
	victim: Victim,
	/// In Unix milliseconds.
	at: u64,
	/// How much the gateway had logged by then, in bytes.
	logged: usize,
}

impl Kill {
	fn now(victim: Victim, gateway: &Gateway) -> Self {
		Self { victim, at: now_millis(), logged: gateway.logged() }
	}
}

/// The path of what a request's id names.
fn request_path(id: &str) -> String {
	format!("/requests/{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn request_should_be_answered_and_charged_once_when_anything_is_killed() {
	let kills = setting("RECKON_KILLS", 6);
	let victims = [Victim::Gateway, Victim::Worker, Victim::Both, Victim::Node];

	let stage = Stage::new(100 * UNIT).await;

	survive(None, stage, &victims, kills).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn request_should_be_answered_and_charged_once_when_its_database_is_killed_too() {
	// The node's turn comes where there are more: its restarts are slow, and the other test has some.
	let kills = setting("RECKON_KILLS", 3);
	let victims = [Victim::Database, Victim::Both, Victim::Worker, Victim::Gateway, Victim::Node];

	let database = block_in_place(Database::start);
	let url = database.url("postgres");
	let stage = Stage::on(Net::start().await, 100 * UNIT, Some(&url)).await;

	survive(Some(database), stage, &victims, kills).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn request_should_be_answered_and_charged_once_when_its_gateway_is_killed_at_each_step() {
	let mut stage = Stage::new(100 * UNIT).await;
	let seed = setting("RECKON_SEED", 1);
	let load = Load::begin(&stage.http, stage.door(), CLIENTS, seed);
	let mut killed = Vec::new();
	for step in STEPS.iter().chain(&BATCH_STEPS) {
		crash_at(&mut stage.gateway, step, 10);
		killed.push(Kill::now(Victim::GatewayAt(step), &stage.gateway));
	}
	stage.gateway.restart().await;
	let heard = load.end().await;

	let log = stage.gateway.log();
	for Kill { victim, logged, .. } in &killed {
		let Victim::GatewayAt(step) = victim else { unreachable!() };
		let last = log[..*logged].lines().rev().find(|line| line.contains("fault injection"));
		assert_eq!(last, Some(&*format!("fault injection: ending at {step}")));
	}
	let rows = assert_paid_once(&stage, &heard).await;
	println!("requests at the kills: {:?}", states_at(&killed, &log, &rows));
}

/// Kills one after the other under load; nothing may be lost, and nothing be paid twice. The database is
/// named first, so that it ends last.
async fn survive(mut database: Option<Database>, mut stage: Stage, victims: &[Victim], kills: u64) {
	let seed = setting("RECKON_SEED", 1);
	let load = Load::begin(&stage.http, stage.door(), CLIENTS, seed);
	let mut dice = Dice(seed);
	let mut killed = Vec::new();
	for (kill, victim) in (0..kills).zip(victims.iter().cycle()) {
		sleep(dice.millis(500, 4_000)).await;
		let down = match victim {
			Victim::Database => dice.millis(0, 10_000),
			_ => dice.millis(0, 1_500),
		};
		let victim = &match victim {
			// Half of the time it is a step that decides when.
			Victim::Gateway if dice.roll().is_multiple_of(2) => {
				let steps = STEPS.len() + BATCH_STEPS.len();
				let step = dice.roll() as usize % steps;
				Victim::GatewayAt(STEPS.iter().chain(&BATCH_STEPS).nth(step).unwrap())
			},
			victim => *victim,
		};
		match victim {
			Victim::Both => {
				stage.worker.process.kill();
				sleep(dice.millis(0, 1_000)).await;
			},
			Victim::GatewayAt(step) => crash_at(&mut stage.gateway, step, dice.roll() % 30),
			_ => {},
		}
		killed.push(Kill::now(*victim, &stage.gateway));
		match victim {
			Victim::Gateway | Victim::GatewayAt(_) | Victim::Both => {
				stage.gateway.kill();
				sleep(down).await;
				stage.gateway.restart().await;
				if *victim == Victim::Both {
					stage.worker = stage.provider.start().await;
				}
			},
			Victim::Worker => {
				stage.worker.process.kill();
				sleep(down).await;
				stage.worker = stage.provider.start().await;
			},
			Victim::Node => {
				stage.net.kill_node();
				sleep(down).await;
				stage.net.restart_node().await;
			},
			Victim::Database => {
				let database = database.as_mut().unwrap();
				block_in_place(|| database.stop());
				sleep(down).await;
				block_in_place(|| database.go_on());
			},
		}
		println!("kill {kill} is over: {victim:?}, down for {down:?}");
	}
	sleep(Duration::from_secs(2)).await;
	let heard = load.end().await;
	println!("seed {seed}: {} requests, {kills} kills", heard.len());
	assert!(heard.len() as u64 > 5 * kills, "too few to mean anything");
	let rows = assert_paid_once(&stage, &heard).await;
	let hit = states_at(&killed, &stage.gateway.log(), &rows);
	println!("requests at the kills, by victim and by how far they had come: {hit:?}");
	if kills >= ENOUGH_KILLS {
		for state in STATES {
			let by_gateway = |(victim, at): &&(Victim, &str)| {
				matches!(victim, Victim::Gateway | Victim::GatewayAt(_) | Victim::Both)
					&& *at == state
			};
			assert!(hit.keys().any(|key| by_gateway(&key)), "none was {state} when it was killed");
		}
	}
}

/// Lets a gateway end where it comes to a step for the time after so many.
fn crash_at(gateway: &mut Gateway, step: &str, after: u64) {
	// There are few batches, and each is waited for.
	let after = if BATCH_STEPS.contains(&step) { 0 } else { after };
	gateway.restart_to_crash_at(step, after + 1);
	block_in_place(|| gateway.wait_for_crash());
}

/// More than a worker has places, so that some wait for one.
const CLIENTS: u64 = 12;
/// So many kills at random times find requests in each state.
const ENOUGH_KILLS: u64 = 300;
/// The states that a request is in before the chain has paid it, as they are written.
const STATES: [&str; 4] = ["authorised", "dispatched", "receipted", "batched"];

/// How many requests were how far when something was killed: by the gateway's log, which tells each step, and
/// by when they were batched and settled, which is in their rows.
fn states_at(
	killed: &[Kill],
	log: &str,
	rows: &BTreeMap<String, Value>,
) -> BTreeMap<(Victim, &'static str), usize> {
	let mut hit = BTreeMap::new();
	let mut under_way = BTreeMap::new();
	let mut told = 0;
	for kill in killed {
		let lines = String::from_utf8_lossy(&log.as_bytes()[told..kill.logged]);
		told = kill.logged;
		for line in lines.lines().filter(|line| line.contains("\"step\"")) {
			// The last one may have been cut off.
			let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
			let (Some(step), Some(id)) = (line["step"].as_str(), line["id"].as_str()) else {
				continue;
			};
			let state = match step {
				"reserved" | "validated" | "paid" => "reserved, unwritten",
				"confirmed" => "authorised",
				"dispatched" | "executing" | "result" | "checked" => "dispatched",
				"finalised" | "answered" => "receipted",
				"failed" => {
					under_way.remove(id);
					continue;
				},
				_ => continue,
			};
			under_way.insert(id.to_owned(), state);
		}
		under_way.retain(|id, state| {
			let row = rows.get(id);
			let time = |what: &str| row.and_then(|row| row["times"][what].as_u64());
			let has = |what: &str| time(what).is_some_and(|time| time <= kill.at);
			let state = match *state == "receipted" && has("batched") {
				true => "batched",
				false => state,
			};
			if !has("settled") {
				*hit.entry((kill.victim, state)).or_default() += 1;
			}
			// What is in no row was asked anew by its client, as another request.
			row.is_some() && !has("settled")
		});
	}
	hit
}

/// All that was heard is answered, receipted and paid for once, and no money is anywhere else. The requests'
/// rows, by their ids.
async fn assert_paid_once(stage: &Stage, heard: &[Heard]) -> BTreeMap<String, Value> {
	// Each has an answer of its own, which is what was heard, and what its receipt is for.
	let mut charges = BTreeMap::new();
	for one in heard {
		let Heard { name, body, answered, .. } = one;
		if one.is_known() {
			let again = chat(&stage.http, stage.door(), name, body).await.unwrap();
			assert_eq!(again, *answered, "{name} says something else when it is asked again");
		}
		let receipt = receipt(stage, &answered.id).await;
		let hash = format!("{:?}", content_hash(answered.text.as_bytes()));
		assert_eq!(receipt["output"]["hash"], hash.as_str(), "{name}: {receipt}");
		let old = charges.insert(answered.id.clone(), amount(&receipt["charge"]));
		assert_eq!(old, None, "{name} has another one's answer");
	}
	let charged: Balance = charges.values().sum();

	// Nothing stays reserved, and lanes have spent what the receipts say: no more, no less.
	let path = format!("/channels/{:?}", stage.client.channel);
	let channel = stage.get_until(&path, |channel| channel["reserved"] == "0").await;
	let lanes = channel["lanes"].as_array().unwrap();
	assert_eq!(lanes.iter().map(amount).sum::<Balance>(), charged, "{channel}");

	// The chain pays all of it.
	let mut rows = BTreeMap::new();
	for id in charges.into_keys() {
		let row = stage.get_until(&request_path(&id), |row| row["state"] == "settled").await;
		rows.insert(id, row);
	}
	let opened = stage.net.channel(stage.client.channel).await.unwrap();
	assert_eq!(opened.taken.iter().sum::<Balance>(), charged);

	// No money is stuck.
	let client = stage.client.signer.account();
	let id = format!("{:?}", stage.client.channel);
	stage.net.reckon("//Charlie", &["channel", "close", &id]).json();
	let began = Instant::now();
	while stage.net.channel(stage.client.channel).await.is_some() {
		assert!(began.elapsed() < LIMIT, "the channel never closes");
		sleep(POLL).await;
	}
	let at = stage.net.chain.latest().await.unwrap();
	let ledger = at.channel_ledger(&client).await.unwrap();
	assert_eq!((ledger.paid, ledger.held), (charged, 0), "{ledger:?}");
	assert_eq!(ledger.refunded, stage.client.deposit - charged, "{ledger:?}");
	rows
}

/// What a worker has signed for an answer.
async fn receipt(stage: &Stage, id: &str) -> Value {
	let file = stage.get(&format!("{}/receipt", request_path(id))).await;
	file["signed"]["receipt"].clone()
}

/// Has one answer, since it is cold, and a long one: the model stammers where it is paid for saying things
/// again.
fn question() -> Value {
	json!({
		"model": "reckon-lexicon",
		"messages": [{ "role": "user", "content": "(a (a (a (a" }],
		"temperature": 0,
		"frequency_penalty": -2,
		"max_tokens": 200,
		"stream": true,
	})
}

/// The most streams that are begun before one is caught in the middle.
const TRIES: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn stream_should_arrive_whole_when_its_worker_is_killed_and_the_other_works_for_the_chain() {
	let mut stage = Stage::new(100 * UNIT).await;
	let mut provider = stage.net.provider("//Eve").await;
	let model = stage.net.offer_chat(&provider).await;
	// The gateway reads what is offered when a worker joins, as far as it is final, and then twice a minute.
	let offered = stage.net.chain.best().await.unwrap().number;
	stage.net.finalized(offered).await;
	provider.join(&stage.gateway);
	let worker = provider.start().await;
	let mut second = Second { provider, worker };
	wait_for_workers(&stage, 2).await;
	let undisturbed = chat(&stage.http, stage.door(), "undisturbed", &question()).await.unwrap();
	let load = Load::begin(&stage.http, stage.door(), 3, 1);

	let mut answers = until_caught(&mut stage, &mut second, &undisturbed.text).await;
	let caught = answers.last().unwrap();

	// Without a word of its client's, the stream has gone on at the other one.
	let lost = said_of(&stage.gateway, &caught.id, "asking another worker").unwrap();
	let left = match lost == worker_of(&stage.provider) {
		true => &second.provider,
		false => &stage.provider,
	};
	let row = stage.get(&request_path(&caught.id)).await;
	assert_eq!(row["worker"], worker_of(left), "{row}");

	// That one has all streams now, and a job of the chain besides.
	let submitted = now_millis();
	let job = job_for(&stage.net, left, model).await;
	let last = stage.net.job_until(job, JobState::is_final).await;
	let settled = now_millis();
	let heard = load.end().await;
	assert!(matches!(last.job.state, JobState::Settled { .. }), "{:?}", last.job);
	assert_eq!(last.job.state.provider(), Some(&left.account()));
	let history = stage.net.history(job).await;
	let delivered = |event: &&JobEvent| matches!(event, JobEvent::JobDelivered { .. });
	assert_eq!(history.iter().filter(delivered).count(), 1, "{history:?}");

	// Each has cost what its one receipt says, the one that has changed its worker too.
	answers.push(undisturbed);
	answers.extend(heard.into_iter().map(|heard| heard.answered));
	let (mut charged, mut beside) = (0, 0);
	for Answered { id, text } in &answers {
		let receipt = receipt(&stage, id).await;
		let hash = format!("{:?}", content_hash(text.as_bytes()));
		assert_eq!(receipt["output"]["hash"], hash.as_str(), "{receipt}");
		charged += amount(&receipt["charge"]);
		let at = |what: &str| receipt[what].as_u64().unwrap();
		let is_meanwhile = at("started_at") > submitted && at("finished_at") < settled;
		beside += u64::from(is_meanwhile && receipt["worker"] == worker_of(left));
	}
	let path = format!("/channels/{:?}", stage.client.channel);
	let channel = stage.get_until(&path, |channel| channel["reserved"] == "0").await;
	let lanes = channel["lanes"].as_array().unwrap();
	assert_eq!(lanes.iter().map(amount).sum::<Balance>(), charged, "{channel}");
	println!("{beside} of {} answers while there was the job", answers.len());
	assert!(beside > 0, "it has done nothing else meanwhile");
}

/// Another provider than the stage's, and its worker.
struct Second {
	provider: Provider,
	worker: Worker,
}

/// How gateways call a provider's worker.
fn worker_of(provider: &Provider) -> String {
	provider.hot_key.account().to_string()
}

/// Streams the same again and again, and kills whichever worker has it, until that hits one in the middle;
/// what all have said, this one last.
async fn until_caught(stage: &mut Stage, second: &mut Second, whole: &str) -> Vec<Answered> {
	let mut answers = Vec::new();
	for number in 0..TRIES {
		let name = format!("caught-{number}");
		let asked = Incoming::ask(&stage.http, stage.door(), &name, &question()).await;
		let mut stream = asked.unwrap();
		let id = stream.id().unwrap();
		let its = said_of(&stage.gateway, &id, "dispatched").unwrap();
		let (provider, worker) = match its == worker_of(&second.provider) {
			true => (&second.provider, &mut second.worker),
			false => (&stage.provider, &mut stage.worker),
		};
		stream.begun().await.unwrap();
		worker.process.kill();
		let answered = stream.whole().await.unwrap();
		assert_eq!(answered.text, whole, "stream {number}");
		answers.push(answered);
		// Nothing is dispatched again that was all there.
		let is_caught = said_of(&stage.gateway, &id, "asking another worker").is_some();
		println!("stream {number}, of {its}, was caught: {is_caught}");
		if is_caught {
			return answers;
		}
		*worker = provider.start().await;
		wait_for_workers(stage, 2).await;
	}
	panic!("no stream was caught in the middle:\n{}", stage.gateway.log());
}

/// Which worker the gateway's log names where it first says this of a request.
fn said_of(gateway: &Gateway, id: &str, what: &str) -> Option<String> {
	let log = gateway.log();
	let mut lines = log.lines().filter(|line| line.contains(id));
	let line = lines.find_map(|line| {
		let line: Value = serde_json::from_str(line).ok()?;
		(line["step"] == what || line["message"] == what).then_some(line)
	})?;
	Some(line["worker"].as_str().unwrap().to_owned())
}

/// Waits until so many workers have the chat model.
async fn wait_for_workers(stage: &Stage, workers: u64) {
	stage
		.get_until("/models", |models| {
			let mut data = models["data"].as_array().into_iter().flatten();
			data.any(|model| {
				model["id"] == "reckon-lexicon" && model["reckon"]["workers"] == workers
			})
		})
		.await;
}

/// A job on chain that this provider must do.
async fn job_for(net: &Net, provider: &Provider, model: ModelId) -> JobId {
	let best = net.chain.best().await.unwrap();
	let payload = Content::from(b"what is a ledger?".to_vec());
	let mut request = JobRequest::new(model, TaskKind::Chat, payload, UNIT, best.number + 60);
	request.sampling = Sampling { max_output: 64, ..Sampling::default() };
	request.only = Some(provider.account());
	let client = Signer::from_suri("//Ferdie").unwrap();
	let outcome = net.submit(&client, calls::submit_job(request)).await.unwrap();
	outcome.job_submitted().unwrap()
}

fn now_millis() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
	u64::try_from(since.as_millis()).unwrap()
}
