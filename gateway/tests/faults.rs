//! Bad networks, slow peers, strangers and crowds.

#![allow(missing_docs)]

mod common;

use common::{
	bounds,
	faults::{End, Faults, Weather},
	finished, hear, pair, Manner, Net, Worker, CHANNEL, PRICE,
};
use futures::StreamExt;
use reckon_gateway::{
	api::Limits,
	desk::{Answering, Desk, Piece, Refusal},
	rooms::Bounds,
};
use reckon_gateway_protocol::v1::{
	from_worker, to_worker, workers_client::WorkersClient, FromWorker, Hello, Task,
};
use reckon_gateway_store::{Finish, State};
use reckon_primitives::{Balance, Units};
use reckon_receipts::charge;
use serde_json::{json, Value};
use sp_core::{Pair, H256};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	task::JoinSet,
	time::timeout,
};

const MUCH: Balance = 1_000_000;
/// Longer than anything takes that ends at all.
const LONG: Duration = Duration::from_secs(60);
const WHOLE: &str = "one two three four";

/// What an answer of so many words costs.
fn cost(words: u32) -> Balance {
	charge(&PRICE, Units { input: 7, output: words })
}

fn is_stored(message: &to_worker::Message) -> bool {
	matches!(message, to_worker::Message::Stored(_))
}

fn is_cancel(message: &to_worker::Message) -> bool {
	matches!(message, to_worker::Message::Cancel(_))
}

/// Time to come back for a worker that takes it.
fn patient() -> Bounds {
	Bounds { queue_for: LONG, ..bounds() }
}

async fn first_words(answering: &mut Box<dyn Answering>) -> String {
	let mut heard = String::new();
	while heard != "one two " {
		match timeout(LONG, answering.next()).await.unwrap() {
			Some(Piece::Text { text, .. }) => heard.push_str(&text),
			other => panic!("{other:?}"),
		}
	}
	heard
}

/// The task of a request that is under way.
async fn task(net: &Net, id: H256) -> Task {
	let admission = net.store.request(id).await.unwrap().unwrap().admission;
	Task {
		request: codec::Encode::encode(&admission.request),
		voucher: codec::Encode::encode(&admission.voucher),
		..Task::default()
	}
}

async fn money(net: &Net) -> (Balance, Balance, Vec<Balance>) {
	let info = net.gateway.channel(CHANNEL).await.unwrap();
	(info.left, info.reserved, info.lanes)
}

#[tokio::test]
async fn answer_should_come_whole_when_its_worker_is_cut_off_and_comes_back() {
	for end in [End::Cut, End::Reset] {
		let dir = tempfile::tempdir().unwrap();
		let net = Net::over(dir.path(), Arc::default(), patient()).await;
		let key = net.key(MUCH, 1, MUCH).await;
		let faults = net.faults().await;
		let _worker = Worker::join(&faults.url(), 10, Manner::Slow(2)).await.unwrap();
		let mut answering = net.ask(&key).await.unwrap();
		let mut text = first_words(&mut answering).await;
		faults.end(end);
		let mut back = Worker::join(&faults.url(), 10, Manner::Honest).await.unwrap();
		let (rest, end) = timeout(LONG, hear(&mut answering)).await.unwrap();
		text.push_str(&rest);
		assert_eq!(text, WHOLE);
		assert_eq!(end.unwrap().receipt.signed.receipt.worker, back.key);
		assert!(back.hears(is_stored).await);
		assert_eq!(money(&net).await, (MUCH - cost(4), 0, vec![cost(4)]));
	}
}

#[tokio::test]
async fn answer_should_come_from_another_worker_when_one_is_cut_off() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::over(dir.path(), Arc::default(), patient()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let faults = net.faults().await;
	let _worker = Worker::join(&faults.url(), 10, Manner::Slow(2)).await.unwrap();
	let mut answering = net.ask(&key).await.unwrap();
	let id = answering.id();
	let mut text = first_words(&mut answering).await;
	let _other = net.worker(11, Manner::Honest).await;
	faults.end(End::Reset);
	let (rest, end) = timeout(LONG, hear(&mut answering)).await.unwrap();
	text.push_str(&rest);
	assert_eq!(text, WHOLE);
	assert_eq!(end.unwrap().receipt.signed.receipt.worker, pair(11).public());
	// The first one has it all too, and comes late.
	let mut back = Worker::join(&faults.url(), 10, Manner::Mute).await.unwrap();
	let late = finished(&pair(10), &task(&net, id).await, 4, None);
	back.say(from_worker::Message::Finished(late)).await;
	assert!(back.hears(is_stored).await);
	assert_eq!(money(&net).await, (MUCH - cost(4), 0, vec![cost(4)]));
}

#[tokio::test]
async fn first_receipt_should_be_paid_when_two_workers_have_a_request() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::over(dir.path(), Arc::default(), patient()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let faults = net.faults().await;
	let _worker = Worker::join(&faults.url(), 10, Manner::Slow(2)).await.unwrap();
	let mut answering = net.ask(&key).await.unwrap();
	let id = answering.id();
	let mut text = first_words(&mut answering).await;
	let mut other = net.worker(11, Manner::Slow(1)).await;
	faults.end(End::Reset);
	assert!(other.hears(|said| matches!(said, to_worker::Message::Task(_))).await);
	// The first one is back with the whole answer before the second one has it.
	let mut back = Worker::join(&faults.url(), 10, Manner::Mute).await.unwrap();
	let late = finished(&pair(10), &task(&net, id).await, 4, None);
	back.say(from_worker::Message::Finished(late)).await;
	let (rest, end) = timeout(LONG, hear(&mut answering)).await.unwrap();
	text.push_str(&rest);
	assert_eq!(text, WHOLE);
	assert_eq!(end.unwrap().receipt.signed.receipt.worker, pair(10).public());
	assert!(back.hears(is_stored).await);
	// The second one stops, and what it has written is not paid.
	assert!(other.hears(is_cancel).await);
	assert!(other.hears(is_stored).await);
	assert_eq!(money(&net).await, (MUCH - cost(4), 0, vec![cost(4)]));
}

#[tokio::test]
async fn request_should_go_to_another_worker_when_one_takes_and_says_nothing() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::over(dir.path(), Arc::default(), patient()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let faults = net.faults().await;
	let _stalled = Worker::join(&faults.url(), 10, Manner::Honest).await.unwrap();
	faults.set(Weather::Stalled);
	let gateway = net.gateway.clone();
	let asked = tokio::spawn({
		let payer = reckon_gateway::desk::Payer::Key(Box::new(key.clone()));
		let ask = common::asked(payer, common::order());
		async move { gateway.ask(ask).await }
	});
	// It has been handed to the only one that is there.
	let handed_out = async {
		while !net.store.unfinished().await.unwrap().iter().any(|it| it.state == State::Dispatched)
		{
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	};
	timeout(LONG, handed_out).await.unwrap();
	let _other = net.worker(11, Manner::Honest).await;
	let mut answering = timeout(LONG, asked).await.unwrap().unwrap().unwrap();
	let (text, end) = timeout(LONG, hear(&mut answering)).await.unwrap();
	assert_eq!(text, WHOLE);
	assert_eq!(end.unwrap().receipt.signed.receipt.worker, pair(11).public());
	assert_eq!(money(&net).await, (MUCH - cost(4), 0, vec![cost(4)]));
}

/// A worker is silent for thirty seconds before it is given up.
#[tokio::test]
async fn answer_should_go_on_elsewhere_when_its_worker_stalls_in_the_middle() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::over(dir.path(), Arc::default(), patient()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let faults = net.faults().await;
	let _stalled = Worker::join(&faults.url(), 10, Manner::Slow(2)).await.unwrap();
	let mut answering = net.ask(&key).await.unwrap();
	let mut text = first_words(&mut answering).await;
	faults.set(Weather::Stalled);
	let gone = async {
		while net.rooms.workers.count() > 0 {
			tokio::time::sleep(Duration::from_millis(100)).await;
		}
	};
	timeout(LONG, gone).await.expect("it is waited for");
	let _other = net.worker(11, Manner::Honest).await;
	let (rest, end) = timeout(LONG, hear(&mut answering)).await.unwrap();
	text.push_str(&rest);
	assert_eq!((text.as_str(), end.is_ok()), (WHOLE, true));
	assert_eq!(money(&net).await, (MUCH - cost(4), 0, vec![cost(4)]));
}

/// Joins, says that it has more places than anybody needs, and never reads again.
async fn deaf(net: &Net) -> impl Sized {
	use reckon_gateway_protocol::{
		join_payload,
		v1::{Loaded, Status},
	};
	let mut client = WorkersClient::connect(net.address.clone()).await.unwrap();
	let (said, outbox) = tokio::sync::mpsc::channel(8);
	let outbox = tokio_stream::wrappers::ReceiverStream::new(outbox);
	let mut stream = client.join(outbox).await.unwrap().into_inner();
	let challenge = match stream.next().await.unwrap().unwrap().message {
		Some(to_worker::Message::Challenge(challenge)) => challenge,
		other => panic!("{other:?}"),
	};
	let nonce: [u8; 32] = challenge.nonce.try_into().unwrap();
	let payload = join_payload(&common::GENESIS.0, common::GATEWAY.as_ref(), &nonce);
	let hello = Hello {
		worker: pair(10).public().0.to_vec(),
		signature: pair(10).sign(&payload).0.to_vec(),
		software: String::new(),
	};
	let loaded = Loaded {
		model: common::MODEL.0.to_vec(),
		context: 2048,
		slots: u32::MAX,
		write: 10.0,
		..Loaded::default()
	};
	let status = Status { models: vec![loaded], ..Status::default() };
	for message in [from_worker::Message::Hello(hello), from_worker::Message::Status(status)] {
		said.send(common::message(message)).await.unwrap();
	}
	(client, said, stream)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_should_end_when_a_worker_takes_them_all_and_does_not_read() {
	const REQUESTS: usize = 900;
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, REQUESTS, MUCH).await;
	let _deaf = deaf(&net).await;
	while net.gateway.models()[0].workers == 0 {
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	let mut asked = JoinSet::new();
	for _ in 0..REQUESTS {
		let payer = reckon_gateway::desk::Payer::Key(Box::new(key.clone()));
		let ask = common::asked(payer, common::order());
		let gateway = net.gateway.clone();
		asked.spawn(async move {
			match gateway.ask(ask).await {
				Ok(mut answering) => hear(&mut answering).await.1.err(),
				Err(refusal) => Some(refusal),
			}
		});
	}
	let all = timeout(LONG, asked.join_all()).await.expect("some never end");
	assert!(all.iter().all(Option::is_some), "{all:?}");
	assert!(all.contains(&Some(Refusal::WorkerLost)));
	let (left, reserved, _) = money(&net).await;
	assert_eq!((left, reserved), (MUCH, 0));
}

/// An HTTP/2 connection as it begins.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// A frame: type, flags, and the rest.
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
	let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
	[&length[1..], &[kind, flags, 0, 0, 0, 1], payload].concat()
}

#[tokio::test]
async fn workers_door_should_close_and_go_on_when_frames_are_hostile() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let at = net.address.trim_start_matches("http://").to_owned();
	let header = [PREFACE, &frame(1, 0, b"\x83")].concat();
	let endless = [&header[..], &frame(9, 0, &[0x40; 100])].concat();
	let many = [&header[..], &frame(9, 0, &[0x82; 16 << 10]).repeat(64)].concat();
	let garbage = [PREFACE, &[0xff; 4096]].concat();
	let long = [PREFACE, &frame(0, 0, &[0; 20 << 10])].concat();
	let zeros = vec![0; 100_000];
	let cases: [&[u8]; 8] =
		[b"", b"GET / HTTP/1.1\r\nx: ", PREFACE, &endless, &many, &garbage, &long, &zeros];
	for (number, bytes) in cases.into_iter().enumerate() {
		let mut stream = TcpStream::connect(&at).await.unwrap();
		// It may be closed before all of it is sent.
		let _ = stream.write_all(bytes).await;
		let mut told = Vec::new();
		let closed = timeout(LONG, stream.read_to_end(&mut told)).await;
		assert!(closed.is_ok(), "case {number} is waited for");
	}

	// A message that is longer than any may be, and one that is none.
	let software = "x".repeat(5 << 20);
	let hello = from_worker::Message::Hello(Hello { software, ..Hello::default() });
	for said in [common::message(hello), FromWorker { message: None }] {
		let mut client = WorkersClient::connect(net.address.clone()).await.unwrap();
		let once = futures::stream::iter([said]).chain(futures::stream::pending());
		let mut stream = client.join(once).await.unwrap().into_inner();
		let last = async {
			loop {
				match stream.next().await {
					Some(Ok(_)) => {},
					Some(Err(status)) => return Some(status.code()),
					None => return None,
				}
			}
		};
		let refused = timeout(LONG, last).await.expect("it is waited for");
		assert!(refused.is_some_and(|code| code != tonic::Code::Ok), "{refused:?}");
	}

	let _worker = net.worker(10, Manner::Honest).await;
	let (text, end) = hear(&mut net.ask(&key).await.unwrap()).await;
	assert_eq!((text.as_str(), end.is_ok()), (WHOLE, true));
}

fn chat(stream: bool) -> Value {
	json!({
		"model": "acme/words",
		"messages": [{ "role": "user", "content": "speak" }],
		"max_tokens": 16,
		"stream": stream,
	})
}

fn post(at: SocketAddr, secret: &str, body: &Value) -> reqwest::RequestBuilder {
	reqwest::Client::new()
		.post(format!("http://{at}/v1/chat/completions"))
		.bearer_auth(secret)
		.body(body.to_string())
}

/// The text of events, if they have come to their end.
fn told(events: &str) -> Option<String> {
	let mut text = String::new();
	for data in events.lines().filter_map(|line| line.strip_prefix("data: ")) {
		if data == "[DONE]" {
			return Some(text);
		}
		let event: Value = serde_json::from_str(data).unwrap();
		text.push_str(event["choices"][0]["delta"]["content"].as_str().unwrap_or_default());
	}
	None
}

#[tokio::test]
async fn answer_should_come_whole_when_the_client_s_network_is_slow() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let secret = net.secret(MUCH, 1, MUCH).await;
	let _worker = net.worker(10, Manner::Honest).await;
	let faults = Faults::before(net.http(Limits::default()).await).await;
	let mut spent = 0;
	for weather in [
		Weather::Fair,
		Weather::Late(Duration::from_millis(50)),
		Weather::Trickle(Duration::from_micros(50)),
	] {
		faults.set(weather);
		let response = post(faults.address, &secret, &chat(true)).send().await.unwrap();
		assert_eq!(response.status(), 200, "{weather:?}");
		let events = timeout(LONG, response.text()).await.unwrap().unwrap();
		assert_eq!(told(&events).as_deref(), Some(WHOLE), "{weather:?}: {events}");
		spent += cost(4);
		assert_eq!(money(&net).await, (MUCH - spent, 0, vec![spent]), "{weather:?}");
	}
}

#[tokio::test]
async fn client_should_pay_for_what_was_written_when_it_is_cut_off() {
	for end in [End::Cut, End::Reset] {
		let dir = tempfile::tempdir().unwrap();
		let net = Net::new(dir.path()).await;
		let secret = net.secret(MUCH, 1, MUCH).await;
		let mut worker = net.worker(10, Manner::Slow(2)).await;
		let faults = Faults::before(net.http(Limits::default()).await).await;
		let asked = post(faults.address, &secret, &chat(true)).header("idempotency-key", "one");
		let mut response = asked.send().await.unwrap();
		let id: H256 =
			response.headers()["reckon-request-id"].to_str().unwrap()[2..].parse().unwrap();
		let mut heard = String::new();
		while !heard.contains("two") {
			let part = timeout(LONG, response.chunk()).await.unwrap().unwrap().unwrap();
			heard.push_str(std::str::from_utf8(&part).unwrap());
		}
		faults.end(end);
		assert!(worker.hears(is_cancel).await, "{end:?}");
		assert!(worker.hears(is_stored).await, "{end:?}");
		let answer = net.store.request(id).await.unwrap().unwrap().answer.unwrap();
		assert_eq!((answer.finish, answer.output), (Finish::Cancelled, b"one two ".to_vec()));
		assert_eq!(money(&net).await, (MUCH - cost(2), 0, vec![cost(2)]));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn others_should_be_served_when_many_clients_are_slow() {
	const SLOW: usize = 20;
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let secret = net.secret(MUCH, 1, MUCH).await;
	let _worker = net.worker(10, Manner::Honest).await;
	let limits = Limits {
		head_within: Duration::from_secs(2),
		body_within: Duration::from_secs(2),
		..Limits::default()
	};
	let at = net.http(limits).await;
	let faults = Faults::before(at).await;
	faults.set(Weather::Trickle(Duration::from_secs(1)));
	let mut slow = JoinSet::new();
	for number in 0..2 * SLOW {
		let (secret, by) = (secret.clone(), faults.address);
		slow.spawn(async move {
			let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n";
			let body =
				format!("{head}authorization: Bearer {secret}\r\ncontent-length: 99\r\n\r\n");
			let mut told = Vec::new();
			// Half of them are slow with the head, through the proxy, and half with the body.
			let mut stream = match number % 2 {
				0 => TcpStream::connect(by).await.unwrap(),
				_ => TcpStream::connect(at).await.unwrap(),
			};
			let (mut read, mut write) = stream.split();
			let begun = if number % 2 == 0 { head } else { &body };
			let trickle = async {
				let _ = write.write_all(begun.as_bytes()).await;
				// Faster than it is given up, and too slow all the same.
				while write.write_all(b" ").await.is_ok() {
					tokio::time::sleep(Duration::from_millis(200)).await;
				}
			};
			tokio::select! {
				_ = read.read_to_end(&mut told) => {},
				() = trickle => {},
			}
			(number % 2 == 1).then(|| String::from_utf8_lossy(&told).into_owned())
		});
	}
	let response = post(at, &secret, &chat(false)).send().await.unwrap();
	assert_eq!(response.status(), 200);
	let all = timeout(LONG, slow.join_all()).await.expect("slow clients are waited for");
	for told in all.into_iter().flatten() {
		assert!(told.is_empty() || told.starts_with("HTTP/1.1 408"), "{told}");
	}
	assert_eq!(money(&net).await, (MUCH - cost(4), 0, vec![cost(4)]));
}

/// What became of many requests at once: how many were answered, and what the others were told.
async fn crowd(limits: Limits, lanes: usize, queue: usize) -> (usize, Vec<(u16, String)>) {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::over(dir.path(), Arc::default(), Bounds { queue, ..patient() }).await;
	let secret = net.secret(MUCH, lanes, MUCH).await;
	let _worker = net.worker(10, Manner::Tardy).await;
	let at = net.http(limits).await;
	let mut asked = JoinSet::new();
	for number in 0..48 {
		let asking = post(at, &secret, &chat(number % 2 == 0));
		asked.spawn(async move {
			let response = asking.send().await.unwrap();
			let status = response.status().as_u16();
			let again = response.headers().get("retry-after-ms").is_some();
			let text = response.text().await.unwrap();
			if status == 200 {
				let whole = match serde_json::from_str::<Value>(&text) {
					Ok(answer) => answer["choices"][0]["message"]["content"] == WHOLE,
					Err(_) => told(&text).as_deref() == Some(WHOLE),
				};
				assert!(whole, "{text}");
				return None;
			}
			assert!(again, "{status} does not say when to come again: {text}");
			let refusal: Value = serde_json::from_str(&text).unwrap();
			Some((status, refusal["error"]["code"].as_str().unwrap().to_owned()))
		});
	}
	let all = timeout(LONG, asked.join_all()).await.expect("some are never answered");
	let answered = all.iter().filter(|refusal| refusal.is_none()).count();
	// Whoever was refused has paid nothing.
	let (left, reserved, _) = money(&net).await;
	let charged = cost(4) * Balance::try_from(answered).unwrap();
	assert_eq!((left, reserved), (MUCH - charged, 0));
	(answered, all.into_iter().flatten().collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn crowd_should_be_refused_honestly_and_those_let_in_answered() {
	let few = Limits { max_requests: 4, ..Limits::default() };
	let many = Limits::default();
	for (limits, lanes, queue, status, code) in [
		(few, 64, 64, 503, "overloaded"),
		(many.clone(), 4, 64, 429, "rate_limit_exceeded"),
		(many, 64, 2, 503, "busy"),
	] {
		let (answered, refused) = crowd(limits, lanes, queue).await;
		assert!(answered > 0 && !refused.is_empty(), "{code}: {answered} answered");
		let expected = (status, code.to_owned());
		assert!(refused.iter().all(|refusal| *refusal == expected), "{code}: {refused:?}");
	}
}
