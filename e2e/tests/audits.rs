//! Answers that validators compute again: right ones are paid, and a cheat's bond goes.

use std::{
	collections::HashMap,
	fs,
	path::Path,
	time::{Duration, Instant},
};

use candle_core::{DType, Device, Tensor};
use reckon_e2e::{root, Client, Gateway, Net, Provider, LIMIT};
use reckon_sdk::{
	calls, token::UNIT, Assurance, BatchId, ChannelEvent, Content, JobEvent, JobId, JobRequest,
	JobState, Price, Sampling, Signer, TaskKind,
};
use serde_json::{json, Value};

/// Asks so that the answer is sampled, and waits until it was checked.
const ASK: [&str; 6] = ["chat", "--model", "reckon-lexicon", "--attested", "--temperature", "0.7"];
const QUESTION: &str = "what is a ledger?";

#[tokio::test(flavor = "multi_thread")]
async fn attested_answer_should_be_paid_when_validators_compute_the_same() {
	let net = Net::start_with_verifier().await;
	let bob = net.provider("//Bob").await;
	net.offer_audited_chat(&bob).await;
	let worker = bob.start().await;

	let done = ask(&net, "//Charlie").json();

	assert_eq!(done["state"], "settled", "{done}");
	let job = id(&done);
	let history = net.history(job).await;
	let paid = history.iter().find_map(|event| match event {
		JobEvent::AuditorsPaid { votes, amount, .. } => Some((*votes, *amount)),
		_ => None,
	});
	let (votes, amount) = paid.unwrap_or_else(|| panic!("{history:?}\n{}", net.log()));
	assert_eq!(votes, 1, "there is one validator");
	assert!(amount > 0);
	let metrics = metrics(&net).await;
	for line in ["reckon_audits_has_verifier 1", "reckon_audits_revealed_total 1"] {
		assert!(metrics.lines().any(|found| without_labels(found) == line), "{line}: {metrics}");
	}
	drop(worker);
}

#[tokio::test(flavor = "multi_thread")]
async fn cheat_should_be_convicted_when_it_serves_weights_of_eight_bits() {
	let net = Net::start_with_verifier().await;
	let bob = net.provider("//Bob").await;
	net.offer_audited_chat(&bob).await;
	serve_int8(&net, &bob).await;
	let worker = bob.start().await;
	let account = |suri: &str| Signer::from_suri(suri).unwrap().account();
	let accounts = [("client", account("//Charlie")), ("provider", bob.account())];
	let before = net.money(&accounts).await;

	let run = ask(&net, "//Charlie");

	let failure = run.error(3);
	assert_eq!(failure["code"], "AuditRejected", "{failure}\n{}", net.log());
	let after = net.money(&accounts).await;
	assert!(after.of("provider") < before.of("provider"), "its bond pays for it");
	let fee = before.of("client") - after.of("client");
	let job = job_of(&failure["message"]);
	let history = net.history(job).await;
	let slashed = history.iter().find_map(|event| match event {
		JobEvent::JobConvicted { provider, slashed, .. } => Some((*provider, *slashed)),
		_ => None,
	});
	let (convicted, slashed) = slashed.unwrap_or_else(|| panic!("{history:?}"));
	assert_eq!(convicted, bob.account());
	assert_eq!(before.of("provider") - after.of("provider"), slashed);
	let held = history.iter().find_map(|event| match event {
		JobEvent::JobSubmitted { max_price, .. } => Some(*max_price),
		_ => None,
	});
	assert!(fee < held.unwrap(), "the client has its money back, but for the transaction's fee");
	drop(worker);
}

#[tokio::test(flavor = "multi_thread")]
async fn vote_should_be_opened_when_its_node_is_killed_after_the_blind_vote() {
	let mut net = Net::start_with_verifier().await;
	let bob = net.provider("//Bob").await;
	let model = net.offer_audited_chat(&bob).await;
	let worker = bob.start().await;
	let client = Signer::from_suri("//Charlie").unwrap();
	let best = net.chain.best().await.unwrap();
	let payload = Content::from(QUESTION.as_bytes().to_vec());
	let mut request = JobRequest::new(model, TaskKind::Chat, payload, UNIT, best.number + 60);
	request.sampling = Sampling { max_output: 64, ..Sampling::default() };
	request.assurance = Assurance::Attested;
	let outcome = net.submit(&client, calls::submit_job(request)).await.unwrap();
	let job = outcome.job_submitted().unwrap();
	let committed = async {
		while !net.log().contains("commits to a vote") {
			tokio::time::sleep(Duration::from_millis(100)).await;
		}
	};
	tokio::time::timeout(LIMIT, committed).await.unwrap_or_else(|_| panic!("{}", net.log()));

	net.restart_node().await;

	let ended = net.job_until(job, JobState::is_final).await.job.state;
	assert!(matches!(ended, JobState::Settled { .. }), "{ended:?}\n{}", net.log());
	let log = net.log();
	assert!(log.contains("opens its vote, rows Proven"), "{log}");
	assert!(!log.contains("is not in this node's database"), "{log}");
	let history = net.history(job).await;
	let paid = |event: &JobEvent| matches!(event, JobEvent::AuditorsPaid { votes: 1, .. });
	assert!(history.iter().any(paid), "{history:?}");
	drop(worker);
}

/// What wallets have to show of answers that are audited, and of channels.
const DECODED: [&str; 25] = [
	"Channels.ChannelOpened",
	"Channels.Channels",
	"Channels.commit_batch",
	"Channels.BatchCommitted",
	"Channels.Batches",
	"Channels.ChannelCharged",
	"Channels.SamplesDrawn",
	"Channels.show_sample",
	"Channels.SampleShown",
	"Channels.TotalPaid",
	"Channels.BatchSettled",
	"Channels.SampleConvicted",
	"Channels.ReceiptStruck",
	"Providers.ProviderSlashed",
	"Audits.CommitteeDrawn",
	"Audits.Audits",
	"Audits.commit_votes",
	"Audits.VoteCommitted",
	"Audits.OpeningAwaited",
	"Audits.open_rows",
	"Audits.RowsOpened",
	"Audits.reveal_votes",
	"Audits.VoteRevealed",
	"Audits.AuditDecided",
	"Audits.AuditorsPaid",
];

/// Waits until something has happened to channels; what it was.
async fn event_until<T>(net: &Net, is_it: impl Fn(&ChannelEvent) -> Option<T>) -> T {
	let began = Instant::now();
	loop {
		let events = net.channel_events().await;
		if let Some(found) = events.iter().find_map(&is_it) {
			return found;
		}
		let (log, elapsed) = (net.log(), began.elapsed());
		assert!(elapsed < 3 * LIMIT, "{events:?}\n{log}");
		tokio::time::sleep(Duration::from_secs(1)).await;
	}
}

/// Bob, who offers audited chat for so much that its audit does not cost half of it, behind Dave's gateway.
async fn bob_behind_a_gateway(net: &Net) -> (Provider, Gateway) {
	let mut bob = net.provider("//Bob").await;
	let model = net.offer_audited_chat(&bob).await;
	let price = Price { base: UNIT / 10, per_input: 1, per_output: 1 };
	net.submit(&bob.signer, calls::offer(0, model, price)).await.unwrap();
	let gateway = net.gateway("//Dave").await;
	bob.join(&gateway);
	(bob, gateway)
}

/// Asks a gateway, so that the answer is sampled, penalised and cut; the events that came, with the receipt.
async fn told(client: &Client) -> String {
	let body = json!({
		"model": "reckon-lexicon",
		"messages": [{ "role": "user", "content": QUESTION }],
		"temperature": 0.7,
		"frequency_penalty": 0.5,
		"stop": [" of "],
		"max_tokens": 64,
		"stream": true,
	});
	let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().unwrap();
	let began = Instant::now();
	loop {
		let request = http
			.post(format!("{}/chat/completions", client.base_url))
			.bearer_auth(&client.key)
			.header("content-type", "application/json")
			.header("reckon-receipts", "1")
			.body(body.to_string());
		let response = request.send().await.unwrap();
		let (status, said) = (response.status(), response.text().await.unwrap());
		if status.is_success() {
			println!("answered: {said}");
			return said;
		}
		// The gateway has not read the channel yet, or its worker has not loaded the model.
		assert!(began.elapsed() < LIMIT, "{status}: {said}");
		tokio::time::sleep(Duration::from_millis(500)).await;
	}
}

/// Asks a gateway; the batch that its receipt is in, once one is committed that was not there before.
async fn ask_gateway(net: &Net, client: &Client, seen: &[BatchId]) -> BatchId {
	told(client).await;
	event_until(net, |event| match event {
		ChannelEvent::BatchCommitted { batch, .. } if !seen.contains(batch) => Some(*batch),
		_ => None,
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_through_a_gateway_should_be_computed_again_and_a_cheats_bond_should_go() {
	let net = Net::start_with_verifier().await;
	net.audit_everything().await;
	let (bob, gateway) = bob_behind_a_gateway(&net).await;
	let worker = bob.start().await;
	let client = net.client(&gateway, "//Charlie", 10 * UNIT).await;
	net.everything_is_audited().await;

	let paid = ask_gateway(&net, &client, &[]).await;
	let audit = event_until(&net, |event| match event {
		ChannelEvent::SampleShown { batch, audit, provider, .. } if *batch == paid => {
			assert_eq!(*provider, bob.account());
			Some(*audit)
		},
		_ => None,
	})
	.await;
	event_until(&net, |event| match event {
		ChannelEvent::BatchSettled { batch, .. } if *batch == paid => Some(()),
		ChannelEvent::BatchRejected { batch, why } if *batch == paid => panic!("{why:?}"),
		ChannelEvent::SampleConvicted { .. } => panic!("an honest worker\n{}", net.log()),
		_ => None,
	})
	.await;
	let log = net.log();
	// The worker has opened its rows, and they are the auditor's.
	let opened = log.lines().any(|line| {
		line.contains(&format!("{audit:?}")) && line.contains("opens its vote, rows Proven")
	});
	assert!(opened, "{log}");

	// The same question, answered with weights of eight bits.
	drop(worker);
	serve_int8(&net, &bob).await;
	let worker = bob.start().await;
	let bond = || async {
		let at = net.chain.latest().await.unwrap();
		at.provider(&bob.account()).await.unwrap().unwrap().bond
	};
	let before = bond().await;
	let cheated = ask_gateway(&net, &client, &[paid]).await;
	let slashed = event_until(&net, |event| match event {
		ChannelEvent::SampleConvicted { batch, provider, slashed, .. } if *batch == cheated => {
			assert_eq!(*provider, bob.account());
			Some(*slashed)
		},
		ChannelEvent::BatchSettled { batch, .. } if *batch == cheated => {
			panic!("a cheat is paid\n{}", net.log())
		},
		_ => None,
	})
	.await;
	assert!(slashed > 0 && bond().await == before - slashed);
	// Its client has the charge back.
	let returned = event_until(&net, |event| match event {
		ChannelEvent::ReceiptStruck { batch, returned, .. } if *batch == cheated => Some(*returned),
		_ => None,
	});
	assert!(returned.await > UNIT / 10);
	drop(worker);
	net.assert_decodes(&DECODED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cheat_should_be_convicted_when_its_client_pays_for_the_audit_of_an_answer() {
	let net = Net::start_with_verifier().await;
	let (bob, gateway) = bob_behind_a_gateway(&net).await;
	serve_int8(&net, &bob).await;
	let worker = bob.start().await;
	let client = net.client(&gateway, "//Charlie", 10 * UNIT).await;
	let account = |suri: &str| Signer::from_suri(suri).unwrap().account();
	let accounts = [("client", account("//Charlie")), ("provider", bob.account())];

	let said = told(&client).await;
	let receipt =
		said.split_once("event: reckon.receipt\ndata: ").unwrap().1.lines().next().unwrap();
	let path = net.path("receipt.json");
	fs::write(&path, receipt).unwrap();
	let before = net.money(&accounts).await;
	let path = path.to_str().unwrap();
	let asked = net.reckon("//Charlie", &["receipt", "audit", path]).json();
	// Anybody sees where it stands, by the proof that the gateway has.
	let verified = net.reckon("//Eve", &["receipt", "verify", path, "--chain"]).json();
	let told = verified["settlement"]["told"].as_str().unwrap();
	assert!(told.starts_with("not yet: the batch waits"), "{verified}");
	// Who has not paid for the answer can't ask.
	let refused = net.reckon("//Eve", &["receipt", "audit", path]).error(1);
	assert_eq!(refused["code"], "Channels.NotClient", "{refused}");

	let (audit, batch) = (&asked["audit"], &asked["batch"]);
	let batch: BatchId = batch.as_str().unwrap().parse().unwrap();
	let slashed = event_until(&net, |event| match event {
		ChannelEvent::SampleConvicted { batch: of, audit: found, provider, slashed }
			if *of == batch && json!(found) == *audit =>
		{
			assert_eq!(*provider, bob.account());
			Some(*slashed)
		},
		ChannelEvent::BatchSettled { batch: of, .. } if *of == batch => {
			panic!("a cheat is paid\n{}", net.log())
		},
		_ => None,
	})
	.await;
	let charge =
		json!(serde_json::from_str::<Value>(receipt).unwrap()["signed"]["receipt"]["charge"]);
	let returned = event_until(&net, |event| match event {
		ChannelEvent::ReceiptStruck { batch: of, returned, .. } if *of == batch => Some(*returned),
		_ => None,
	})
	.await;
	assert_eq!(json!(returned.to_string()), charge);
	let after = net.money(&accounts).await;
	assert_eq!(before.of("provider") - after.of("provider"), slashed);
	// The audit's fee is back too.
	assert!(after.of("client") + UNIT / 100 > before.of("client"), "{charge} {before:?} {after:?}");
	drop(worker);
	net.assert_decodes(&["Channels.audit_receipt", "Audits.AuditRequested"]).await;
}

fn ask(net: &Net, client: &str) -> reckon_e2e::Run {
	net.reckon(client, &[&ASK[..], &[QUESTION]].concat())
}

/// What the node says of itself, when it has looked again at how its audits go.
async fn metrics(net: &Net) -> String {
	tokio::time::sleep(Duration::from_secs(8)).await;
	let answer = reqwest::get(net.metrics_url()).await.unwrap();
	answer.text().await.unwrap()
}

/// A line `name{chain="dev"} 1` as `name 1`.
fn without_labels(line: &str) -> String {
	match (line.split_once('{'), line.split_once('}')) {
		(Some((name, _)), Some((_, value))) => format!("{name}{value}"),
		_ => line.to_owned(),
	}
}

fn id(done: &Value) -> JobId {
	job_of(&done["job"])
}

/// The job's id, which is the first number of 64 digits in the text.
fn job_of(text: &Value) -> JobId {
	let text = text.as_str().unwrap_or_else(|| panic!("no text: {text}"));
	let digits = text.split_once("0x").map(|(_, rest)| &rest[..64]);
	digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("no job: {text}"))
}

/// What a cheat does: other weights, under the name of the model. Its worker is the one of everybody,
/// and checks what it serves against a manifest that the cheat has replaced.
async fn serve_int8(net: &Net, provider: &Provider) {
	let folder = net.path("int8");
	fs::create_dir_all(&folder).unwrap();
	write_int8(&root().join("models/lexicon"), &folder);
	let cheap = provider.add_model(&folder).await;
	let list = provider.data_dir().join("models.json");
	let entries: Vec<Value> = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
	let cheap_id = format!("{:x}", cheap.id);
	let is_cheap = |entry: &&Value| entry["id"].as_str().unwrap().ends_with(&cheap_id);
	let mut entry = entries.iter().find(is_cheap).unwrap().clone();
	let honest = entries.iter().find(|entry| !is_cheap(entry)).unwrap();
	entry["id"] = honest["id"].clone();
	fs::write(&list, json!([entry]).to_string()).unwrap();
}

/// Each row of each matrix rounded to 255 steps.
fn write_int8(from: &Path, to: &Path) {
	for entry in fs::read_dir(from).unwrap() {
		let path = entry.unwrap().path();
		if path.extension().is_some_and(|extension| extension == "json") {
			fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
		}
	}
	let weights = from.join("model.safetensors");
	let tensors = candle_core::safetensors::load(weights, &Device::Cpu).unwrap();
	let int8 = |matrix: Tensor| -> candle_core::Result<Tensor> {
		let step = (matrix.abs()?.max_keepdim(1)? / 127.0)?;
		matrix.broadcast_div(&step)?.round()?.broadcast_mul(&step)
	};
	let rounded: HashMap<String, Tensor> = tensors
		.into_iter()
		.map(|(name, tensor)| {
			let tensor = tensor.to_dtype(DType::F32).unwrap();
			let tensor = if tensor.rank() == 2 { int8(tensor).unwrap() } else { tensor };
			(name, tensor)
		})
		.collect();
	candle_core::safetensors::save(&rounded, to.join("model.safetensors")).unwrap();
}
