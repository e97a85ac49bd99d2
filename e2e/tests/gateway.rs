//! Gateways with real processes: what a request leaves behind, other people's clients, and kills.

use std::{
	collections::{BTreeMap, BTreeSet},
	env, fs,
	path::{Path, PathBuf},
	process::Command,
	sync::{
		atomic::{AtomicBool, Ordering::SeqCst},
		Arc,
	},
	time::{Duration, Instant},
};

use reckon_cli::devnet::balances::treasury;
use reckon_e2e::{root, Client, Gateway, Net, Provider, Run, Worker, LIMIT};
use reckon_sdk::{content_hash, token::UNIT, Balance, BatchId, ChannelEvent, Rejection, Signer};
use serde_json::{json, Value};
use tokio::time::sleep;

const POLL: Duration = Duration::from_millis(250);

/// A chain, a gateway and a worker of it that has both models, and a client that can pay.
struct Stage {
	net: Net,
	gateway: Gateway,
	provider: Provider,
	worker: Worker,
	client: Client,
	http: reqwest::Client,
}

impl Stage {
	async fn new(deposit: Balance) -> Self {
		Self::on(Net::start().await, deposit).await
	}

	async fn on(net: Net, deposit: Balance) -> Self {
		let mut provider = net.provider("//Bob").await;
		net.offer_chat(&provider).await;
		net.offer_embedding(&provider).await;
		let gateway = net.gateway("//Dave").await;
		provider.join(&gateway);
		let worker = provider.start().await;
		let client = net.client(&gateway, "//Charlie", deposit).await;
		// As long as the slowest retry is kept waiting: a worker has a minute to come back.
		let http = reqwest::Client::builder().timeout(Duration::from_secs(120)).build().unwrap();
		let stage = Self { net, gateway, provider, worker, client, http };
		let channel = format!("/channels/{:?}", stage.client.channel);
		stage.get_until(&channel, |channel| channel["object"] == "channel").await;
		stage
			.get_until("/models", |models| {
				let data = models["data"].as_array().into_iter().flatten();
				data.filter(|model| model["is_ready"] == true).count() == 2
			})
			.await;
		stage
	}

	/// What the gateway says, be it a refusal; nothing while it does not answer.
	async fn get(&self, path: &str) -> Value {
		let request = self.http.get(format!("{}{path}", self.client.base_url));
		let Ok(response) = request.send().await else { return Value::Null };
		let text = response.text().await.unwrap_or_default();
		serde_json::from_str(&text).unwrap_or_default()
	}

	async fn get_until(&self, path: &str, is_it: impl Fn(&Value) -> bool) -> Value {
		let began = Instant::now();
		loop {
			let said = self.get(path).await;
			if is_it(&said) {
				return said;
			}
			assert!(began.elapsed() < LIMIT, "{path} never got there: {said}");
			sleep(POLL).await;
		}
	}

	/// All that happened to channels, oldest first.
	async fn events(&self) -> Vec<ChannelEvent> {
		self.net.channel_events().await
	}

	/// Waits until something has happened to channels; what it was.
	async fn event_until<T>(&self, is_it: impl Fn(&ChannelEvent) -> Option<T>) -> T {
		let began = Instant::now();
		loop {
			let events = self.events().await;
			if let Some(found) = events.iter().find_map(&is_it) {
				return found;
			}
			let (gateway, node) = (self.gateway.log(), self.net.log());
			assert!(began.elapsed() < 3 * LIMIT, "{events:?}\n{gateway}\n{node}");
			sleep(4 * POLL).await;
		}
	}

	/// Asks one question and pays for it; the batch that its receipt is in.
	async fn batch_of_one(&self, name: &str) -> (BatchId, Balance) {
		let seen = self.events().await.len();
		let door = (self.client.base_url.as_str(), self.client.key.as_str());
		let body = json!({
			"model": "reckon-lexicon",
			"messages": [{ "role": "user", "content": QUESTION }],
			"max_tokens": 16,
		});
		chat(&self.http, door, name, &body).await.unwrap();
		let began = Instant::now();
		loop {
			let events = self.events().await;
			let committed = events[seen..].iter().find_map(|event| match event {
				ChannelEvent::BatchCommitted { batch, charged, .. } => Some((*batch, *charged)),
				_ => None,
			});
			if let Some(found) = committed {
				return found;
			}
			assert!(began.elapsed() < LIMIT, "{}", self.gateway.log());
			sleep(POLL).await;
		}
	}

	/// Checks a receipt by the command line.
	fn verify(&self, receipt: &Value, more: &[&str]) -> Value {
		let path = self.net.path("receipt.json");
		fs::write(&path, receipt.to_string()).unwrap();
		let verify = [&["receipt", "verify", path.to_str().unwrap()][..], more].concat();
		let verified = self.net.reckon("//Eve", &verify).json();
		let checks = verified["checks"].as_array().unwrap();
		assert!(
			checks.len() > 3 && checks.iter().all(|check| check["holds"] == true),
			"{verified}"
		);
		verified
	}
}

fn amount(json: &Value) -> Balance {
	json.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no amount: {json}"))
}

/// The path of what a request's id names.
fn request_path(id: &str) -> String {
	format!("/requests/{id}")
}

/// An answer that has come whole.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answered {
	id: String,
	text: String,
}

/// Why an answer has not come.
#[derive(Debug)]
enum Missed {
	/// The connection broke, or the gateway asks to come again.
	Later(String),
	/// A refusal for good.
	Refused(Value),
}

/// A chat with a key and a name for the request.
async fn chat(
	http: &reqwest::Client,
	(base_url, key): (&str, &str),
	name: &str,
	body: &Value,
) -> Result<Answered, Missed> {
	let broken = |error: reqwest::Error| Missed::Later(error.to_string());
	let request = http
		.post(format!("{base_url}/chat/completions"))
		.bearer_auth(key)
		.header("content-type", "application/json")
		.header("idempotency-key", name)
		.body(body.to_string());
	let response = request.send().await.map_err(broken)?;
	let status = response.status();
	let id = response.headers().get("reckon-request-id");
	let id = id.map(|id| id.to_str().unwrap().to_owned()).unwrap_or_default();
	let said = response.text().await.map_err(broken)?;
	if !status.is_success() {
		// 402: the gateway has not read the channels yet, right after its start.
		let later = status.is_server_error() || [402, 409, 429].contains(&status.as_u16());
		let refusal = serde_json::from_str(&said).unwrap_or_else(|_| json!(said));
		return Err(match later {
			true => Missed::Later(format!("{status}: {refusal}")),
			false => Missed::Refused(refusal),
		});
	}
	let text = match body["stream"] == true {
		false => {
			let answer: Value = serde_json::from_str(&said).unwrap();
			answer["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
		},
		true => told(&said)?,
	};
	Ok(Answered { id, text })
}

/// The text of a stream that has come to its end.
fn told(events: &str) -> Result<String, Missed> {
	let mut text = String::new();
	for data in events.lines().filter_map(|line| line.strip_prefix("data: ")) {
		if data == "[DONE]" {
			return Ok(text);
		}
		let event: Value = serde_json::from_str(data).unwrap();
		if event["error"].is_object() {
			return Err(Missed::Later(event.to_string()));
		}
		text.push_str(event["choices"][0]["delta"]["content"].as_str().unwrap_or_default());
	}
	Err(Missed::Later("the stream ended before its end".into()))
}

const QUESTION: &str = "what is a harbor?";

/// The steps that the log tells of one request, in their order.
const STEPS: [&str; 9] = [
	"received",
	"discovered",
	"reserved",
	"paid",
	"confirmed",
	"dispatched",
	"executing",
	"checked",
	"finalised",
];

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
	let asked = chat(http, (&client.base_url, &client.key), "one", &body).await;
	let Answered { id, text } = asked.unwrap();
	assert!(text.contains("ships"), "{text}");

	// Each step is in the log, once and in its order.
	let log = gateway.log();
	let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
	let steps: Vec<_> = lines.filter_map(|line| line["step"].as_str().map(str::to_owned)).collect();
	assert_eq!(steps, STEPS, "{log}");

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
	stage.verify(&receipt, &["--answer", answer.to_str().unwrap()]);
	let verified = stage.verify(&receipt, &["--chain"]);
	assert_eq!(verified["settlement"]["told"], "yes: its total is paid", "{verified}");

	// The chain has told of all of it.
	let rules = net.chain.latest().await.unwrap().subnet(0).await.unwrap().unwrap().parameters;
	let share = |ppm: u32| charge * Balance::from(ppm) / 1_000_000;
	let (for_treasury, for_gateway) = (share(rules.treasury_share), share(rules.gateway_share));
	// The model's royalty in these tests.
	let for_owner = share(20_000);
	let for_provider = charge - for_treasury - for_gateway - for_owner;
	let events = stage.events().await;
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
	let mut stage = Stage::on(net, 10 * UNIT).await;
	stage.net.everything_is_audited().await;

	let (batch, _) = stage.batch_of_one("audited").await;
	stage
		.event_until(|event| match event {
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
	assert!(stage.events().await.iter().find_map(premium).unwrap() > 0);

	// Of the next one, nobody has the receipts any more.
	let gateway = stage.gateway.account();
	let at = stage.net.chain.latest().await.unwrap();
	let before = at.gateway(&gateway).await.unwrap().unwrap().bond;
	let (batch, charged) = stage.batch_of_one("withheld").await;
	stage.gateway.kill();
	let why = stage
		.event_until(|event| match event {
			ChannelEvent::BatchRejected { batch: of, why } if *of == batch => Some(*why),
			ChannelEvent::BatchSettled { batch: of, .. } if *of == batch => panic!("it is paid"),
			_ => None,
		})
		.await;
	assert_eq!(why, Rejection::Unavailable, "{}", stage.net.log());
	let returned = stage
		.event_until(|event| match event {
			ChannelEvent::ContributionReturned { batch: of, client, amount, .. }
				if *of == batch =>
			{
				Some((*client, *amount))
			},
			_ => None,
		})
		.await;
	assert_eq!(returned, (stage.client.signer.account(), charged));
	// A rejected batch is no answer: the worker has a signature for its receipt, and complains by itself.
	let (paid, slashed) = stage
		.event_until(|event| match event {
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

/// Runs a script of `e2e/clients`; what it has seen.
fn script(stage: &Stage, program: &Path, script: &str) -> Value {
	let mut command = Command::new(program);
	command
		.arg(root().join("e2e/clients").join(script))
		.env("OPENAI_BASE_URL", &stage.client.base_url)
		.env("OPENAI_API_KEY", &stage.client.key)
		.env("RECKON_GRPC", stage.gateway.grpc_url())
		.env("PYTHONDONTWRITEBYTECODE", "1")
		.env("PYTHONUNBUFFERED", "1");
	let run = Run::of(command);
	assert_eq!(run.code, Some(0), "{script}: {}\n{}", run.stdout, run.stderr);
	println!("{script}: {}", run.stdout);
	let last = run.stdout.lines().last().unwrap_or_default();
	serde_json::from_str(last).unwrap_or_else(|error| panic!("{script}: {error}: {run:?}"))
}

/// The different answers that a script got to the one question.
fn answers(seen: &Value) -> BTreeSet<String> {
	let answers = seen["answers"].as_object().unwrap_or_else(|| panic!("{seen}"));
	answers.values().map(|answer| answer.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_clients_should_work_unmodified() {
	let stage = Stage::new(10 * UNIT).await;
	let (python, node) = (python("python"), PathBuf::from("node"));
	let installed = root().join("e2e/clients/js/node_modules/openai");
	assert!(installed.exists(), "the JavaScript packages are missing: run scripts/setup");

	let first = script(&stage, &python, "python/openai_sdk.py");

	let mut said = answers(&first);
	for (program, name) in [
		(&python, "python/langchain_sdk.py"),
		(&python, "python/agents_sdk.py"),
		(&python, "python/websocket_door.py"),
		(&python, "python/grpc_door.py"),
		(&node, "js/openai-sdk.mjs"),
		(&node, "js/ai-sdk.mjs"),
	] {
		said.extend(answers(&script(&stage, program, name)));
	}
	assert_eq!(said.len(), 1, "one question, one answer, whichever door: {said:?}");
	assert!(said.first().unwrap().contains("ships"), "{said:?}");
	stage.verify(&first["receipt"], &[]);
	let row = stage.get(&request_path(first["request"].as_str().unwrap())).await;
	assert_eq!(row["charge"], first["charge"], "{row}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs 340 MB more: scripts/setup --litellm"]
async fn litellm_should_work_unmodified() {
	let stage = Stage::new(10 * UNIT).await;

	let seen = script(&stage, &python("litellm"), "litellm/litellm_sdk.py");

	assert!(answers(&seen).first().unwrap().contains("ships"), "{seen}");
}

/// Numbers that a seed makes: splitmix64.
struct Dice(u64);

impl Dice {
	fn roll(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		mixed ^ (mixed >> 31)
	}

	/// From `least` to below `most`.
	fn millis(&mut self, least: u64, most: u64) -> Duration {
		Duration::from_millis(least + self.roll() % (most - least))
	}
}

/// What one client has asked, and heard at last.
struct Heard {
	name: String,
	body: Value,
	answered: Answered,
}

/// Asks one thing after the other until it is told to stop, each again and again until it is
/// answered.
async fn ask_on(
	http: reqwest::Client,
	(base_url, key): (String, String),
	number: u64,
	seed: u64,
	enough: Arc<AtomicBool>,
) -> Vec<Heard> {
	let mut dice = Dice(seed ^ number.wrapping_mul(0xD6E8_FEB8_6659_FD93));
	let mut heard = Vec::new();
	let words = ["harbor", "ledger", "river", "window", "garden"];
	while !enough.load(SeqCst) {
		let word = words[dice.roll() as usize % words.len()];
		// Hot, so that answers are long and all different; with a seed, so that another worker, or
		// the same one after its end, would say the same.
		let body = json!({
			"model": "reckon-lexicon",
			"messages": [{ "role": "user", "content": format!("what is a {word}?") }],
			"temperature": 1.6,
			"seed": dice.roll() >> 1,
			"max_tokens": 100,
			"stream": dice.roll().is_multiple_of(2),
		});
		let name = format!("{number}-{}", heard.len());
		let began = Instant::now();
		let answered = loop {
			let missed = match chat(&http, (&base_url, &key), &name, &body).await {
				Ok(answered) => break answered,
				Err(Missed::Later(why)) => why,
				Err(Missed::Refused(refusal)) => panic!("{name} is refused: {refusal}"),
			};
			assert!(began.elapsed() < 2 * LIMIT, "{name} is never answered: {missed}");
			sleep(POLL).await;
		};
		heard.push(Heard { name, body, answered });
		sleep(dice.millis(20, 200)).await;
	}
	heard
}

/// A number out of the environment. Where there are many kills, `cargo test` runs them: nextest ends what
/// takes longer than ten minutes.
fn setting(name: &str, default: u64) -> u64 {
	let Ok(text) = env::var(name) else { return default };
	text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn request_should_be_answered_and_charged_once_when_anything_is_killed() {
	let (kills, seed) = (setting("RECKON_KILLS", 6), setting("RECKON_SEED", 1));
	let mut stage = Stage::new(100 * UNIT).await;
	let enough = Arc::new(AtomicBool::new(false));
	let payer = (stage.client.base_url.clone(), stage.client.key.clone());
	let clients: Vec<_> = (0..6)
		.map(|number| ask_on(stage.http.clone(), payer.clone(), number, seed, enough.clone()))
		.map(tokio::spawn)
		.collect();

	let mut dice = Dice(seed);
	for kill in 0..kills {
		sleep(dice.millis(500, 4_000)).await;
		let down = dice.millis(0, 1_500);
		match kill % 3 {
			0 => {
				stage.gateway.kill();
				sleep(down).await;
				stage.gateway.restart().await;
			},
			1 => {
				stage.worker.process.kill();
				sleep(down).await;
				stage.worker = stage.provider.start().await;
			},
			_ => {
				stage.net.kill_node();
				sleep(down).await;
				stage.net.restart_node().await;
			},
		}
		println!("kill {kill} is over");
	}
	sleep(Duration::from_secs(2)).await;
	enough.store(true, SeqCst);
	let mut heard = Vec::new();
	for client in clients {
		heard.extend(client.await.unwrap());
	}
	println!("seed {seed}: {} requests, {kills} kills", heard.len());
	assert!(heard.len() as u64 > 5 * kills, "too few to mean anything");

	// Each has an answer of its own, which is what was heard, and what its receipt is for.
	let mut charges = BTreeMap::new();
	for Heard { name, body, answered } in &heard {
		let payer = (stage.client.base_url.as_str(), stage.client.key.as_str());
		let again = chat(&stage.http, payer, name, body).await.unwrap();
		assert_eq!(again, *answered, "{name} says something else when it is asked again");
		let receipt = stage.get(&format!("{}/receipt", request_path(&answered.id))).await;
		let receipt = &receipt["signed"]["receipt"];
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
	for id in charges.keys() {
		stage.get_until(&request_path(id), |row| row["state"] == "settled").await;
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
}
