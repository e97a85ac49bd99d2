//! What a worker is given to work on: by its hash or not at all, and back to the client if it makes
//! no sense.

use std::{
	io::{Read, Write},
	net::TcpStream,
	time::{Duration, Instant},
};

use reckon_e2e::{Net, Provider, LIMIT};
use reckon_sdk::{
	calls, token::UNIT, BlobClient, Content, ContentRef, JobRequest, JobState, ModelId, Sampling,
	Signer, TaskKind, H256,
};

const QUESTION: &[u8] = b"what is a ledger?";
const OTHERS: &[u8] = b"what is a harbor?";

/// The status with which an endpoint answers to bytes under a name that may not be theirs.
fn put(endpoint: &str, hash: H256, bytes: &[u8]) -> u16 {
	let address = endpoint.trim_start_matches("http://");
	let mut stream = TcpStream::connect(address).unwrap();
	let head = format!(
		"PUT /blobs/{hash:x} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nConnection: \
		 close\r\n\r\n",
		bytes.len()
	);
	stream.write_all(&[head.as_bytes(), bytes].concat()).unwrap();
	let mut answer = String::new();
	stream.read_to_string(&mut answer).unwrap();
	let status = answer.split(' ').nth(1).unwrap_or_default();
	status.parse().unwrap_or_else(|_| panic!("no HTTP: {answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn payload_should_be_taken_by_its_hash_alone_and_its_price_returned_when_it_makes_no_sense() {
	let net = Net::start().await;
	let bob = net.provider("//Bob").await;
	let model = net.offer_chat(&bob).await;
	let worker = bob.start().await;

	worker_should_take_what_was_announced_and_nothing_else(&net, &bob, model).await;
	client_should_have_its_money_back_when_its_payload_is_garbled(&net, &bob).await;
	drop(worker);
}

async fn worker_should_take_what_was_announced_and_nothing_else(
	net: &Net,
	bob: &Provider,
	model: ModelId,
) {
	let client = Signer::from_suri("//Charlie").unwrap();
	let content = ContentRef::of(QUESTION);
	let best = net.chain.best().await.unwrap();
	let mut request =
		JobRequest::new(model, TaskKind::Chat, Content::Blob(content), UNIT, best.number + 100);
	request.sampling = Sampling { max_output: 32, ..Sampling::default() };
	let outcome = net.submit(&client, calls::submit_job(request)).await.unwrap();
	let job = outcome.job_submitted().unwrap();
	net.assigned(job).await;

	let endpoint = bob.endpoint();
	// "Not found", until the worker too has seen the job.
	let deadline = Instant::now() + LIMIT;
	let refused = loop {
		match put(&endpoint, content.hash, OTHERS) {
			404 if Instant::now() < deadline => {
				tokio::time::sleep(Duration::from_millis(200)).await
			},
			status => break status,
		}
	};
	assert_eq!(refused, 422, "other bytes under the payload's name");
	assert_eq!(put(&endpoint, content.hash, &[QUESTION, b"!"].concat()), 413);
	assert_eq!(put(&endpoint, ContentRef::of(OTHERS).hash, OTHERS), 404, "nobody waits for these");
	let state = net.chain.latest().await.unwrap().job(job).await.unwrap().unwrap().state;
	assert!(matches!(state, JobState::Assigned { .. }), "it waits for its payload: {state:?}");

	BlobClient::new().put(QUESTION.to_vec(), &endpoint).await.unwrap();
	let settled = net.job_until(job, JobState::is_final).await.job.state;
	assert!(matches!(settled, JobState::Settled { .. }), "{settled:?}");
	let charge = settled.charge().unwrap();
	let shown = net.reckon("//Charlie", &["account", "show"]).json();
	let ledger = &shown["ledger"];
	assert_eq!(ledger["deposited"], UNIT.to_string());
	assert_eq!(ledger["paid"], charge.to_string());
	assert_eq!(ledger["refunded"], (UNIT - charge).to_string());
	assert_eq!(ledger["held"], "0");
}

async fn client_should_have_its_money_back_when_its_payload_is_garbled(net: &Net, bob: &Provider) {
	let client = Signer::from_suri("//Dave").unwrap().account();
	let before = net.money(&[("client", client)]).await;
	let garbled = r#"{"messages": "none"}"#;
	let submit =
		["job", "submit", "--model", "reckon-lexicon", "--task", "chat", "--text", garbled];

	let error = net.reckon("//Dave", &[&submit[..], &["--max-price", "2", "--wait"]].concat());
	let error = error.error(3);

	assert_eq!(error["code"], "AttemptsExhausted");
	assert!(error["message"].as_str().unwrap().contains("can't be understood"), "{error}");
	assert!(error["fix"].as_str().unwrap().contains("change the payload"), "{error}");
	let jobs = net.reckon("//Dave", &["job", "list"]).json();
	let [job] = jobs["jobs"].as_array().unwrap().as_slice() else { panic!("{jobs}") };
	let [attempt] = job["record"]["attempts"].as_array().unwrap().as_slice() else {
		panic!("{job}")
	};
	assert_eq!(attempt["provider"], bob.account().to_string());
	assert_eq!(attempt["reason"], "PayloadInvalid");
	let ledger = net.reckon("//Dave", &["account", "show"]).json()["ledger"].clone();
	assert_eq!(ledger["deposited"], (2 * UNIT).to_string());
	assert_eq!(ledger["refunded"], ledger["deposited"]);
	assert_eq!((&ledger["paid"], &ledger["held"]), (&"0".into(), &"0".into()));
	let after = net.money(&[("client", client)]).await;
	assert!(before.of("client") - after.of("client") < UNIT / 10, "more than fees is gone");

	// The place of the declined job rests.
	let provider = net.reckon("//Bob", &["provider", "show"]).json();
	assert_eq!((&provider["places"], &provider["resting"]), (&4.into(), &1.into()));
}
