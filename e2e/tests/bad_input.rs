//! Whatever is asked for in error or in malice: a clear refusal, nothing lost, nothing stuck.

use std::{
	io::{BufRead, BufReader, Write},
	net::TcpListener,
	thread,
};

use reckon_cli::devnet::balances::treasury;
use reckon_e2e::{Net, Provider};
use reckon_sdk::{
	calls, token::UNIT, Call, Content, ContentRef, Delivery, JobId, JobRequest, ModelId, Reason,
	Signer, TaskKind, Units, H256,
};

const MANIFEST: H256 = H256([9; 32]);
const NAME: &str = "test/plain";

fn charlie() -> Signer {
	Signer::from_suri("//Charlie").unwrap()
}

/// The test itself is the worker here: it has the hot key.
async fn net_with_provider() -> (Net, Provider, ModelId) {
	let net = Net::start().await;
	let tasks = [TaskKind::Chat];
	let (provider, model) =
		tokio::join!(net.provider("//Bob"), net.register_model(MANIFEST, NAME, &tasks, 256));
	net.offer_anything(&provider, model).await;
	(net, provider, model)
}

async fn ask(net: &Net, model: ModelId) -> JobId {
	let best = net.chain.best().await.unwrap();
	let payload = Content::from(b"hello".to_vec());
	let request = JobRequest::new(model, TaskKind::Chat, payload, UNIT, best.number + 200);
	let outcome = net.submit(&charlie(), calls::submit_job(request)).await.unwrap();
	let job = outcome.job_submitted().unwrap();
	net.assigned(job).await;
	job
}

async fn delivery(net: &Net, output: Content) -> Delivery<Content> {
	let now = net.chain.latest().await.unwrap().now_millis().await.unwrap();
	let units = Units { input: 5, output: 5 };
	Delivery { output, commitment: None, units, started_at: now, finished_at: now }
}

async fn refusal(net: &Net, signer: &Signer, call: Call) -> String {
	let error = net.submit(signer, call).await.expect_err("this must be refused");
	let refusal = error.refusal().unwrap_or_else(|| panic!("{error}")).clone();
	assert!(!refusal.docs.is_empty(), "{refusal}: nothing that helps");
	refusal.name
}

#[tokio::test(flavor = "multi_thread")]
async fn client_should_lose_nothing_but_fees_when_its_jobs_make_no_sense() {
	let (net, _provider, _) = net_with_provider().await;
	let accounts = [("client", charlie().account()), ("treasury", treasury())];
	let before = net.money(&accounts).await;
	let limit = net.chain.latest().await.unwrap().constants().unwrap().max_payload_bytes;
	let long = net.path("long");
	std::fs::File::create(&long).unwrap().set_len(u64::from(limit) + 1).unwrap();
	let (long, limit) = (long.to_str().unwrap(), limit.to_string());

	for (arguments, code, words) in [
		(vec!["--model", "no/such", "--text", "hi"], "unknown_model", "no model is called"),
		(vec!["--model", "test/plane", "--text", "hi"], "unknown_model", "no model is called"),
		(vec!["--model", NAME, "--file", long], "payload_too_long", limit.as_str()),
		(vec!["--model", NAME, "--text", ""], "Jobs.PayloadEmpty", "nothing in the payload"),
		(vec!["--model", NAME, "--text", "hi", "--max-price", "0"], "Jobs.PriceZero", "quote"),
		(
			vec!["--model", NAME, "--text", "hi", "--max-price", "9000000"],
			"Token.FundsUnavailable",
			"less money",
		),
		(
			vec!["--model", NAME, "--text", "hi", "--deadline-at", "1"],
			"Jobs.DeadlinePassed",
			"not after the current block",
		),
		(
			vec!["--model", NAME, "--text", "hi", "--top-k", "65"],
			"Jobs.SamplingOutOfRange",
			"out of range",
		),
	] {
		let arguments = [vec!["job", "submit", "--task", "chat"], arguments].concat();
		let error = net.reckon("//Charlie", &arguments).error(1);
		assert_eq!(error["code"], code, "{error}");
		assert!(error["message"].as_str().unwrap().contains(words), "{error}");
		assert!(
			code == "Jobs.PayloadEmpty"
				|| code == "Jobs.SamplingOutOfRange"
				|| error["fix"].is_string()
		);
	}
	let wrong_usage = net.reckon("//Charlie", &["job", "submit", "--task", "sing"]).error(2);
	assert_eq!(wrong_usage["code"], "usage");

	let after = net.money(&accounts).await;
	assert_eq!(before.total(), after.total(), "what the client lost are fees");
	assert!(before.of("client") - after.of("client") < UNIT / 10);
	let at = net.chain.latest().await.unwrap();
	assert!(at.held_by(&charlie().account()).await.unwrap().is_empty());
	assert!(at.jobs_of(&charlie().account()).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn delivery_should_be_refused_when_it_is_forged_late_or_for_anothers_job() {
	let (net, bob, model) = net_with_provider().await;
	let job = ask(&net, model).await;
	let answer = || Content::from(b"an answer".to_vec());
	let good = delivery(&net, answer()).await;

	// Signed by somebody who is no worker, and by the provider's own cold key.
	let stranger = Signer::from_suri("//Eve").unwrap();
	assert_eq!(refusal(&net, &stranger, calls::deliver(job, good.clone())).await, "NotAWorker");
	assert_eq!(refusal(&net, &bob.signer, calls::deliver(job, good.clone())).await, "NotAWorker");
	// Signed by another provider's worker.
	let dave = net.provider("//Dave").await;
	let for_another = calls::deliver(job, good.clone());
	assert_eq!(refusal(&net, &dave.hot_key, for_another).await, "NotAssignedToYou");
	// Signed by the right worker, and untrue.
	let greedy = Delivery { units: Units { input: 9_999, output: 5 }, ..good.clone() };
	assert_eq!(refusal(&net, &bob.hot_key, calls::deliver(job, greedy)).await, "UnitsAboveLimit");
	let late = Delivery { finished_at: good.finished_at + 3_600_000, ..good.clone() };
	assert_eq!(refusal(&net, &bob.hot_key, calls::deliver(job, late)).await, "ClockAhead");
	let backwards = Delivery { started_at: good.finished_at + 1, ..good.clone() };
	assert_eq!(refusal(&net, &bob.hot_key, calls::deliver(job, backwards)).await, "TimesReversed");
	let empty = Delivery { output: Content::from(Vec::new()), ..good.clone() };
	assert_eq!(refusal(&net, &bob.hot_key, calls::deliver(job, empty)).await, "AnswerEmpty");
	let reason = calls::decline(job, Reason::Paid);
	assert_eq!(refusal(&net, &bob.hot_key, reason).await, "NotADeclineReason");
	let unknown = calls::deliver(H256([1; 32]), good.clone());
	assert_eq!(refusal(&net, &bob.hot_key, unknown).await, "UnknownJob");
	assert_eq!(refusal(&net, &stranger, calls::cancel(job)).await, "NotClient");

	// After all that the job is as good as new.
	net.submit(&bob.hot_key, calls::deliver(job, good.clone())).await.unwrap();
	let other = delivery(&net, Content::from(b"another answer".to_vec())).await;
	let second = calls::deliver(job, other);
	assert_eq!(refusal(&net, &bob.hot_key, second).await, "AlreadyDelivered");
	let id = format!("{job:?}");
	let answer = net.reckon("//Charlie", &["job", "wait", &id]).json();
	assert_eq!(answer["answer"], "an answer");
	assert_eq!(answer["state"], "settled");
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_should_not_be_believed_when_the_worker_serves_other_bytes() {
	let (net, bob, model) = net_with_provider().await;
	let server = TcpListener::bind("127.0.0.1:0").unwrap();
	let endpoint = format!("http://{}", server.local_addr().unwrap());
	thread::spawn(move || {
		for mut stream in server.incoming().flatten() {
			// The question first: an answer to nothing is no HTTP.
			let mut question = BufReader::new(&stream).lines().map_while(Result::ok);
			while question.next().is_some_and(|line| !line.is_empty()) {}
			let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwrong";
			let _ = stream.write_all(answer.as_bytes());
		}
	});
	net.submit(&bob.signer, calls::update(4, &endpoint)).await.unwrap();
	let job = ask(&net, model).await;
	let promised = Content::Blob(ContentRef::of(b"right"));
	let promise = delivery(&net, promised).await;
	net.submit(&bob.hot_key, calls::deliver(job, promise)).await.unwrap();

	let id = format!("{job:?}");
	let error = net.reckon("//Charlie", &["job", "wait", "--delivered", &id]).error(1);

	assert_eq!(error["code"], "content");
	assert!(error["message"].as_str().unwrap().contains("other bytes"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn command_should_say_so_when_the_node_is_away() {
	let mut net = Net::start().await;
	net.kill_node();

	let error = net.reckon("//Charlie", &["models"]).error(1);

	assert_eq!(error["code"], "node_unreachable");
	assert!(error["message"].as_str().unwrap().contains(&net.url), "{error}");
	assert!(error["fix"].as_str().unwrap().contains("devnet up"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn model_should_change_hands_and_retire_by_the_command_line_when_its_owner_says_so() {
	let net = Net::start().await;
	let register = ["models", "register", "--hash", &format!("{MANIFEST:?}"), "--name", NAME];
	let details = ["--tasks", "chat", "--context", "256", "--licence", "MIT", "--royalty"];
	let with_royalty = |royalty| [&register[..], &details[..], &[royalty]].concat();
	let too_dear = net.reckon("//Charlie", &with_royalty("21")).error(1);
	assert_eq!(too_dear["code"], "Models.RoyaltyTooHigh", "{too_dear}");
	net.reckon("//Charlie", &with_royalty("2")).json();

	let to_dave = ["models", "transfer", NAME, "--to", "//Dave"];
	let stranger = net.reckon("//Eve", &to_dave).error(1);
	assert_eq!(stranger["code"], "Models.NotOwner", "{stranger}");
	net.reckon("//Charlie", &to_dave).json();
	let late = net.reckon("//Charlie", &["models", "deprecate", NAME]).error(1);
	assert_eq!(late["code"], "Models.NotOwner", "{late}");
	let gone = net.reckon("//Dave", &["models", "deprecate", NAME]).json();

	assert!(gone["removed_at"].as_u64().is_some(), "{gone}");
	let list = net.reckon("//Dave", &["models"]).json();
	assert_eq!(list["models"][0]["deprecated"], true, "{list}");
	let job =
		["job", "submit", "--model", NAME, "--task", "chat", "--text", "hi", "--max-price", "1"];
	let refused = net.reckon("//Charlie", &job).error(1);
	assert_eq!(refused["code"], "Jobs.ModelDeprecated", "{refused}");
}
