//! Gateways with real processes: what a request leaves behind, other people's clients, and kills.

use std::{
	collections::BTreeSet,
	env, fs,
	path::{Path, PathBuf},
	process::Command,
	time::Instant,
};

use reckon_cli::devnet::balances::treasury;
use reckon_e2e::{
	chat::{amount, chat, Answered, POLL},
	root, Gateway, Net, Run, Stage, LIMIT, STEPS,
};
use reckon_sdk::{token::UNIT, Balance, BatchId, ChannelEvent, Rejection, Signer};
use serde_json::{json, Value};
use tokio::time::sleep;

/// Waits until something has happened to channels; what it was.
async fn event_until<T>(stage: &Stage, is_it: impl Fn(&ChannelEvent) -> Option<T>) -> T {
	let began = Instant::now();
	loop {
		let events = stage.net.channel_events().await;
		if let Some(found) = events.iter().find_map(&is_it) {
			return found;
		}
		let (gateway, node) = (stage.gateway.log(), stage.net.log());
		assert!(began.elapsed() < 3 * LIMIT, "{events:?}\n{gateway}\n{node}");
		sleep(4 * POLL).await;
	}
}

/// Asks one question and pays for it; the batch that its receipt is in.
async fn batch_of_one(stage: &Stage, name: &str) -> (BatchId, Balance) {
	let seen = stage.net.channel_events().await.len();
	let body = json!({
		"model": "reckon-lexicon",
		"messages": [{ "role": "user", "content": QUESTION }],
		"max_tokens": 16,
	});
	chat(&stage.http, stage.door(), name, &body).await.unwrap();
	let began = Instant::now();
	loop {
		let events = stage.net.channel_events().await;
		let committed = events[seen..].iter().find_map(|event| match event {
			ChannelEvent::BatchCommitted { batch, charged, .. } => Some((*batch, *charged)),
			_ => None,
		});
		if let Some(found) = committed {
			return found;
		}
		assert!(began.elapsed() < LIMIT, "{}", stage.gateway.log());
		sleep(POLL).await;
	}
}

/// Checks a receipt by the command line.
fn verify(net: &Net, receipt: &Value, more: &[&str]) -> Value {
	let path = net.path("receipt.json");
	fs::write(&path, receipt.to_string()).unwrap();
	let verify = [&["receipt", "verify", path.to_str().unwrap()][..], more].concat();
	let verified = net.reckon("//Eve", &verify).json();
	let checks = verified["checks"].as_array().unwrap();
	assert!(checks.len() > 3 && checks.iter().all(|check| check["holds"] == true), "{verified}");
	verified
}

/// The path of what a request's id names.
fn request_path(id: &str) -> String {
	format!("/requests/{id}")
}

const QUESTION: &str = "what is a harbor?";

/// The steps that a gateway's log tells of.
fn steps(gateway: &Gateway) -> Vec<String> {
	let log = gateway.log();
	let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
	// Of its request, not of the batch.
	let lines = lines.filter(|line| line["root"].is_null());
	lines.filter_map(|line| line["step"].as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lifecycle_should_leave_evidence_of_every_step() {
	let stage = Stage::new(10 * UNIT).await;
	let Stage { net, gateway, provider, client, http, .. } = &stage;
	let accounts = [
		("client", client.signer.account()),
		("provider", provider.account()),
		("worker", provider.hot_key.account()),
		("gateway", gateway.account()),
		("owner", Signer::from_suri("//Alice").unwrap().account()),
		("treasury", treasury()),
	];
	let before = net.money(&accounts).await;
	let opened = net.channel(client.channel).await.unwrap();

	// Submitted and answered.
	let body = json!({
		"model": "reckon-lexicon",
		"messages": [{ "role": "user", "content": QUESTION }],
		"temperature": 0,
		"max_tokens": 64,
	});
	let asked = chat(http, stage.door(), "one", &body).await;
	let Answered { id, text } = asked.unwrap();
	assert!(text.contains("ships"), "{text}");

	// Each step is in the log, once and in its order.
	let began = Instant::now();
	// The last one may be written when its client has the answer already.
	while steps(gateway).last().is_none_or(|last| last != STEPS[STEPS.len() - 1]) {
		assert!(began.elapsed() < LIMIT, "{}", gateway.log());
		sleep(POLL).await;
	}
	assert_eq!(steps(gateway), STEPS, "{}", gateway.log());

	// Its record goes through its states, up to the payment on chain.
	let row = stage.get(&request_path(&id)).await;
	assert!(["receipted", "batched"].contains(&row["state"].as_str().unwrap()), "{row}");
	stage.get_until(&request_path(&id), |row| row["state"] == "batched").await;
	let batch = batch_can_be_checked(net, gateway).await;
	let row = stage.get_until(&request_path(&id), |row| row["state"] == "settled").await;
	let late = net.reckon("//Eve", &["batch", "check", &batch]);
	assert_eq!(late.error(1)["code"], "batch_not_waiting");
	let moments =
		["received", "reserved", "authorised", "dispatched", "answered", "batched", "settled"];
	let times: Vec<_> = moments.map(|moment| row["times"][moment].as_u64().unwrap()).into();
	assert!(times.is_sorted(), "{row}");
	assert!(row["times"]["failed"].is_null() && row["reason"].is_null(), "{row}");
	let charge = amount(&row["charge"]);
	assert!(charge > 0 && charge <= amount(&row["reserved"]), "{row}");
	assert_eq!(row["worker"], provider.hot_key.account().to_string(), "{row}");

	// The receipt proves itself, and its payment by the chain.
	let receipt = stage.get(&format!("{}/receipt", request_path(&id))).await;
	let signed = &receipt["signed"]["receipt"];
	assert_eq!(amount(&signed["charge"]), charge);
	assert_eq!(signed["request"], id.as_str());
	let answer = net.path("answer.txt");
	fs::write(&answer, &text).unwrap();
	verify(net, &receipt, &["--answer", answer.to_str().unwrap()]);
	let verified = verify(net, &receipt, &["--chain"]);
	let told = verified["settlement"]["told"].as_str().unwrap();
	assert!(told.starts_with("yes: its total is paid"), "{verified}");

	// The chain has told of all of it.
	let rules = net.chain.latest().await.unwrap().subnet(0).await.unwrap().unwrap().parameters;
	let share = |ppm: u32| charge * Balance::from(ppm) / 1_000_000;
	let (for_treasury, for_gateway) = (share(rules.treasury_share), share(rules.gateway_share));
	// The model's royalty in these tests.
	let for_owner = share(20_000);
	let for_provider = charge - for_treasury - for_gateway - for_owner;
	let events = stage.net.channel_events().await;
	let channel = client.channel;
	let find = |is_it: &dyn Fn(&ChannelEvent) -> bool| {
		assert_eq!(events.iter().filter(|event| is_it(event)).count(), 1, "{events:?}");
	};
	find(&|event| {
		matches!(event, ChannelEvent::ChannelOpened { channel: of, gateway: to, .. }
			if *of == channel && *to == gateway.account())
	});
	let root = receipt["batch"]["root"]["hash"].as_str().unwrap();
	find(&|event| {
		matches!(event, ChannelEvent::BatchCommitted { root: of, receipts: 1, charged, .. }
			if format!("{of:?}") == root && *charged == charge)
	});
	find(&|event| {
		matches!(event, ChannelEvent::ChannelCharged { channel: of, amount, left, .. }
			if *of == channel && *amount == charge && *left == opened.left - charge)
	});
	find(&|event| {
		matches!(event, ChannelEvent::TotalPaid { provider: of, charge: all, earned, .. }
			if *of == provider.account() && *all == charge && *earned == for_provider)
	});
	find(
		&|event| matches!(event, ChannelEvent::BatchSettled { gateway: of, .. } if *of == gateway.account()),
	);

	// Each has its part, to the unit. The gateway has paid fees too, which the treasury has.
	let after = net.money(&accounts).await;
	assert_eq!(before.of("client") - after.of("client"), charge);
	assert_eq!(after.of("provider") - before.of("provider"), for_provider);
	assert_eq!(after.of("owner") - before.of("owner"), for_owner);
	let premium = events.iter().map(|event| match event {
		ChannelEvent::PremiumPaid { amount, .. } => *amount,
		_ => 0,
	});
	let for_auditors = premium.sum::<Balance>();
	assert!(for_auditors > 0, "the lot could have fallen on it");
	let fees = before.of("gateway") + for_gateway - for_auditors - after.of("gateway");
	assert!(fees > 0, "a batch costs a fee");
	assert_eq!(after.of("treasury") - before.of("treasury"), for_treasury + fees);
	assert_eq!(after.of("worker"), before.of("worker"));
}

/// Anybody can look at all receipts of a batch that waits; says which one that was.
async fn batch_can_be_checked(net: &Net, gateway: &Gateway) -> String {
	let who = gateway.account().to_string();
	let began = Instant::now();
	// It is noted before it is sent.
	let listed = loop {
		let listed = net.reckon("//Eve", &["batch", "list", "--gateway", &who]).json();
		if listed["batches"].as_array().is_some_and(|batches| !batches.is_empty()) {
			break listed;
		}
		assert!(began.elapsed() < LIMIT, "no batch comes");
		sleep(POLL).await;
	};
	assert_eq!(listed["batches"][0]["batch"]["state"], "waiting", "{listed}");
	let batch = listed["batches"][0]["id"].as_str().unwrap().to_owned();
	let checked = net.reckon("//Eve", &["batch", "check", &batch, "--report"]).json();
	assert_eq!((&checked["good"], &checked["reported"]), (&json!(true), &json!(0)), "{checked}");
	assert_eq!(checked["receipts"], 1, "{checked}");
	// Where nobody hands the receipts out, that is what is wrong.
	let elsewhere = ["batch", "check", &batch, "--gateway-url", "http://127.0.0.1:1"];
	let missed = net.reckon("//Eve", &elsewhere);
	assert_eq!(missed.code, Some(1), "{missed:?}");
	let found: Value = serde_json::from_str(&missed.stdout).unwrap();
	assert_eq!(found["findings"][0]["finding"], "unavailable", "{found}");
	batch
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_should_be_paid_when_auditors_have_its_receipts_and_given_back_when_they_have_not() {
	let net = Net::start_with_verifier().await;
	net.audit_everything().await;
	let mut stage = Stage::on(net, 10 * UNIT, None).await;
	stage.net.everything_is_audited().await;

	let (batch, _) = batch_of_one(&stage, "audited").await;
	event_until(&stage, |event| match event {
		ChannelEvent::BatchSettled { batch: of, .. } if *of == batch => Some(()),
		_ => None,
	})
	.await;
	let log = stage.net.log();
	assert!(log.contains("commits to a vote") && log.contains("opens its vote"), "{log}");
	let premium = |event: &ChannelEvent| match event {
		ChannelEvent::PremiumPaid { batch: of, amount, .. } if *of == batch => Some(*amount),
		_ => None,
	};
	assert!(stage.net.channel_events().await.iter().find_map(premium).unwrap() > 0);

	// Of the next one, nobody has the receipts any more.
	let gateway = stage.gateway.account();
	let at = stage.net.chain.latest().await.unwrap();
	let before = at.gateway(&gateway).await.unwrap().unwrap().bond;
	let (batch, charged) = batch_of_one(&stage, "withheld").await;
	stage.gateway.kill();
	let why = event_until(&stage, |event| match event {
		ChannelEvent::BatchRejected { batch: of, why } if *of == batch => Some(*why),
		ChannelEvent::BatchSettled { batch: of, .. } if *of == batch => panic!("it is paid"),
		_ => None,
	})
	.await;
	assert_eq!(why, Rejection::Unavailable, "{}", stage.net.log());
	let returned = event_until(&stage, |event| match event {
		ChannelEvent::ContributionReturned { batch: of, client, amount, .. } if *of == batch => {
			Some((*client, *amount))
		},
		_ => None,
	})
	.await;
	assert_eq!(returned, (stage.client.signer.account(), charged));
	// A rejected batch is no answer: the worker has a signature for its receipt, and complains by itself.
	let (paid, slashed) = event_until(&stage, |event| match event {
		ChannelEvent::ComplaintUpheld { gateway: of, provider, paid, slashed, .. } => {
			assert_eq!((*of, *provider), (gateway, stage.provider.account()));
			Some((*paid, *slashed))
		},
		_ => None,
	})
	.await;
	assert_eq!(paid, charged, "the provider has what it has worked for");
	let at = stage.net.chain.latest().await.unwrap();
	let after = at.gateway(&gateway).await.unwrap().unwrap().bond;
	// All batches are audited, so the charge is what it could have gained.
	assert_eq!(after, before - charged - paid - slashed);
}

/// What `scripts/setup` has installed of this name.
fn python(name: &str) -> PathBuf {
	let home = env::var_os("RECKON_HOME").map(PathBuf::from);
	let home = home.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cache/reckon")));
	let python = home.unwrap().join("clients").join(name).join("bin/python");
	assert!(python.is_file(), "{} is missing: run scripts/setup", python.display());
	python
}

/// A script of `e2e/clients` with its arguments, asking with this key.
fn command(stage: &Stage, program: &Path, script: &[&str], key: &str) -> Command {
	let (name, arguments) = script.split_first().unwrap();
	let mut command = Command::new(program);
	command
		.arg(root().join("e2e/clients").join(name))
		.args(arguments)
		.env("OPENAI_BASE_URL", &stage.client.base_url)
		.env("OPENAI_API_KEY", key)
		.env("RECKON_GRPC", stage.gateway.grpc_url())
		.env("PYTHONDONTWRITEBYTECODE", "1")
		.env("PYTHONUNBUFFERED", "1");
	command
}

/// What a script has seen.
fn seen(run: &Run) -> Value {
	assert_eq!(run.code, Some(0), "{run:?}");
	println!("{}", run.stdout);
	let last = run.stdout.lines().last().unwrap_or_default();
	serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// Runs a script of `e2e/clients`; what it has seen.
fn script(stage: &Stage, program: &Path, script: &str) -> Value {
	seen(&Run::of(command(stage, program, &[script], &stage.client.key)))
}

/// The program that runs scripts of this folder of `e2e/clients`.
fn program(folder: &str) -> PathBuf {
	match folder {
		"js" => {
			let installed = root().join("e2e/clients/js/node_modules/openai");
			assert!(installed.exists(), "the JavaScript packages are missing: run scripts/setup");
			"node".into()
		},
		_ => python(folder),
	}
}

/// The different answers that a script got to the one question.
fn answers(seen: &Value) -> BTreeSet<String> {
	let answers = seen["answers"].as_object().unwrap_or_else(|| panic!("{seen}"));
	answers.values().map(|answer| answer.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_clients_should_work_unmodified() {
	let stage = Stage::new(10 * UNIT).await;
	let first = script(&stage, &program("python"), "python/openai_sdk.py");

	let mut said = answers(&first);
	for (folder, name) in [
		("python", "langchain_sdk.py"),
		("python", "agents_sdk.py"),
		("python", "websocket_door.py"),
		("python", "grpc_door.py"),
		("js", "openai-sdk.mjs"),
		("js", "ai-sdk.mjs"),
		("litellm", "litellm_sdk.py"),
	] {
		said.extend(answers(&script(&stage, &program(folder), &format!("{folder}/{name}"))));
	}
	assert_eq!(said.len(), 1, "one question, one answer, whichever door: {said:?}");
	assert!(said.first().unwrap().contains("ships"), "{said:?}");
	verify(&stage.net, &first["receipt"], &[]);
	let row = stage.get(&request_path(first["request"].as_str().unwrap())).await;
	assert_eq!(row["charge"], first["charge"], "{row}");
}

/// A model's name as most names are elsewhere.
const SLASHED: &str = "eve/lexicon";

/// The keys of requests that have ended so, each as often as one has, with what was charged.
fn ended(gateway: &Gateway, state: &str) -> Vec<(String, Balance)> {
	let log = gateway.log();
	let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
	let lines = lines.filter(|line| line["message"] == "request" && line["state"] == state);
	let key = |line: &Value| line["key"].as_str().map(str::to_owned);
	lines.filter_map(|line| Some((key(&line)?, line["charge"].as_str().map_or(0, parse)))).collect()
}

fn parse(amount: &str) -> Balance {
	amount.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_should_try_again_and_pay_once_when_no_worker_is_there() {
	let mut stage = Stage::new(10 * UNIT).await;
	stage.worker.process.kill();
	stage.net.offer_chat_of(&stage.provider, "//Eve", SLASHED).await;
	let path = format!("/models/{SLASHED}");
	stage.get_until(&path, |model| model["id"] == SLASHED && model["is_ready"] == false).await;

	let url = stage.client.base_url.trim_end_matches("/v1").to_owned();
	let mut runs = Vec::new();
	// gRPC's library tries five times at most: last.
	for (folder, script, client) in [
		("python", "again.py", "openai"),
		("python", "again.py", "langchain"),
		("python", "again.py", "agents"),
		("litellm", "again.py", "litellm"),
		("js", "again.mjs", "openai"),
		("js", "again.mjs", "ai"),
		("python", "again.py", "grpc"),
	] {
		let create = ["gateway", "key", "create", "--gateway-url", &url];
		let created = stage.net.reckon("//Charlie", &create).json();
		let (key, id) = (created["key"].as_str().unwrap(), created["id"].as_str().unwrap());
		let script = [&format!("{folder}/{script}"), client, SLASHED];
		let command = command(&stage, &program(folder), &script, key);
		runs.push((id.to_owned(), tokio::task::spawn_blocking(move || Run::of(command))));
		let began = Instant::now();
		while !ended(&stage.gateway, "no_worker_available").iter().any(|(key, _)| key == id) {
			assert!(began.elapsed() < LIMIT, "{client} does not ask: {}", stage.gateway.log());
			sleep(POLL).await;
		}
	}
	stage.worker = stage.provider.start().await;

	let mut said = BTreeSet::new();
	let mut keys = BTreeSet::new();
	for (id, run) in runs {
		said.extend(answers(&seen(&run.await.unwrap())));
		keys.insert(id);
	}
	assert_eq!(said.len(), 1, "one question, one answer: {said:?}");
	let answered = ended(&stage.gateway, "answered");
	assert_eq!(answered.len(), keys.len(), "each is answered once: {answered:?}");
	let listed = stage.http.get(format!("{}/keys", stage.client.base_url));
	let listed = listed.bearer_auth(&stage.client.key).send().await.unwrap();
	let listed: Value = serde_json::from_str(&listed.text().await.unwrap()).unwrap();
	for (key, charge) in answered {
		assert!(keys.remove(&key) && charge > 0, "{key} was answered twice, or for nothing");
		let all = listed["data"].as_array().unwrap();
		let spent = all.iter().find(|of| of["id"] == key.as_str()).map(|of| amount(&of["spent"]));
		assert_eq!(spent, Some(charge), "{listed}");
	}
}
