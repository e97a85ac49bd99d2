//! Requests that only the worker reads.

use crate::harness::*;
use codec::DecodeAll;
use reckon_engine::SchedulerConfig;
use reckon_gateway_protocol::v1::{from_worker, Finish as Ended};
use reckon_primitives::ContentRef;
use reckon_sdk::H256;
use reckon_sealed::{
	open_answer, open_with, seal, Finish, Secret, SignedWorkerKey, Terms, Unsealer,
};
use std::time::{SystemTime, UNIX_EPOCH};

/// A worker that continues the alphabet, joined to a gateway; its answers may be audited.
struct Scene {
	dir: tempfile::TempDir,
	ledger: FakeLedger,
	gate: Gate,
	gateway: Gateway,
	worker: Worker,
	stream: Stream,
}

async fn scene() -> Scene {
	let dir = tempfile::tempdir().unwrap();
	let (ledger, gate) = (FakeLedger::default(), Gate::default());
	let schedulers = alphabet(dir.path(), &gate, SchedulerConfig::default());
	let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
	ledger.audit(&gateway, MODEL);
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let stream = gateway.join(&worker).await;
	Scene { dir, ledger, gate, gateway, worker, stream }
}

impl Scene {
	/// What the worker says that requests are to be sealed to.
	fn key(&self) -> SignedWorkerKey {
		SignedWorkerKey::decode_all(&mut &self.stream.status.sealing_key[..]).unwrap()
	}

	fn terms(&self, ask: &Ask) -> Terms {
		let (gateway, channel) = (self.gateway.account.0.into(), ask.voucher.channel);
		Terms { genesis: GENESIS, gateway, channel, lane: ask.voucher.lane, request: ask.request }
	}

	/// A request, sealed under these terms.
	fn sealed(&self, nonce: u8, payload: &str, change: fn(&mut Terms)) -> (Ask, Secret) {
		let mut ask = self.gateway.ask(MODEL, nonce, payload);
		let mut terms = self.terms(&ask);
		change(&mut terms);
		let (envelope, secret) = seal(&self.key().key, &terms, payload.as_bytes()).unwrap();
		ask.request.payload = ContentRef::of(&envelope);
		ask.payload = envelope;
		(ask, secret)
	}
}

fn unchanged(_: &mut Terms) {}

#[tokio::test]
async fn sealed_question_should_be_answered_so_that_only_its_client_reads_it() {
	let mut scene = scene().await;
	let key = scene.key();
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
	key.verify(&GENESIS, since.as_millis() as u64).unwrap();
	assert_eq!(key.key.worker, scene.worker.key());

	let (ask, secret) = scene.sealed(1, r#"{"prompt":"a","stop":["h"]}"#, unchanged);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let mut unsealer = Unsealer::new(secret.clone());
	let (mut sealed, mut text) = (String::new(), String::new());
	for _ in 0..3 {
		scene.gate.let_pass(1);
		let from_worker::Message::Piece(piece) = scene.stream.next().await else { panic!() };
		sealed.push_str(&piece.text);
		text.extend(unsealer.push(&piece.text).unwrap().into_iter().map(|part| part.text));
	}
	// As it is written, not at its end.
	assert_eq!(text, "bcd");
	scene.gate.let_pass(100);
	let (rest, finished) = scene.stream.rest(&ask).await;
	sealed.push_str(&rest);
	assert_eq!(finished.output, sealed.as_bytes());
	assert_eq!(finished.finish, i32::from(Ended::Stop));
	let opened = open_answer(secret.clone(), sealed.as_bytes());
	assert_eq!(opened, Ok(("bcdefg".into(), Finish::Stop)));

	// It is paid for and committed to as any other.
	let signed = receipt(&scene.worker, &scene.gateway, &ask, &finished);
	let (vault, request) = (&scene.worker.vault, ask.hash());
	assert!(vault.rows().get(&request.0, &signed.commitment.unwrap().0).unwrap().is_some());
	let exchange = vault.exchange(request).unwrap().unwrap();
	assert_eq!((&exchange.payload, &exchange.output), (&ask.payload, &finished.output));
	// What its auditors are shown.
	let shown = open_with(exchange.secret.unwrap(), &exchange.payload).unwrap();
	assert_eq!(shown.payload, br#"{"prompt":"a","stop":["h"]}"#);
	assert_eq!(shown.secret, secret);

	// One that lies open is answered as ever.
	let ask = scene.gateway.ask(MODEL, 2, r#"{"prompt":"a","stop":["d"]}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (_, finished) = scene.stream.rest(&ask).await;
	assert_eq!(finished.output, b"bc");
	assert_eq!(vault.exchange(ask.hash()).unwrap().unwrap().secret, None);
}

#[tokio::test]
async fn sealed_answer_should_have_an_end_when_its_client_leaves() {
	let mut scene = scene().await;
	let (ask, secret) = scene.sealed(1, r#"{"prompt":"a"}"#, unchanged);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	scene.gate.let_pass(1);
	let from_worker::Message::Piece(_) = scene.stream.next().await else { panic!() };
	scene.stream.cancel(&ask).await;
	scene.gate.let_pass(100);
	let (_, finished) = scene.stream.rest(&ask).await;
	let (text, finish) = open_answer(secret, &finished.output).unwrap();
	assert!("bcdefghijk".starts_with(&text) && !text.is_empty());
	// It may have been done before it heard of that.
	assert!(matches!(finish, Finish::Cancelled | Finish::Length));
}

#[tokio::test]
async fn sealed_question_should_be_refused_when_it_is_not_what_was_sealed_to_this_worker() {
	let mut scene = scene().await;
	let changes: [fn(&mut Terms); 5] = [
		|terms| terms.genesis = H256::zero(),
		|terms| terms.gateway = [77; 32].into(),
		|terms| terms.channel = H256::zero(),
		|terms| terms.lane = 1,
		|terms| terms.request.sampling.max_output += 1,
	];
	for (nonce, change) in (1..).zip(changes) {
		let (ask, _) = scene.sealed(nonce, r#"{"prompt":"a"}"#, change);
		scene.stream.hand(&ask).await;
		let refusal = scene.stream.refusal(&ask).await;
		// Another worker may do better, or the same with its newest key.
		assert_eq!(refusal.reason, "EngineFailed", "{}", refusal.text);
	}
	let (mut cut, _) = scene.sealed(9, r#"{"prompt":"a"}"#, unchanged);
	cut.payload.pop();
	cut.request.payload = ContentRef::of(&cut.payload);
	scene.stream.hand(&cut).await;
	assert_eq!(scene.stream.refusal(&cut).await.reason, "PayloadInvalid");
	// How likely tokens are would lie open.
	let (mut likely, _) = scene.sealed(10, r#"{"prompt":"a"}"#, unchanged);
	likely.task.logprobs = Some(1);
	scene.stream.hand(&likely).await;
	assert_eq!(scene.stream.refusal(&likely).await.reason, "ParametersUnsupported");
}

#[tokio::test]
async fn sealed_question_should_be_gone_when_the_worker_starts_again() {
	let scene = scene().await;
	let (ask, _) = scene.sealed(1, r#"{"prompt":"a"}"#, unchanged);
	let before = scene.key();
	let Scene { dir, ledger, gate, mut gateway, worker, stream } = scene;
	worker.kill().await;
	stream.ended().await;
	let schedulers = alphabet(dir.path(), &gate, SchedulerConfig::default());
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let mut stream = gateway.joined_by(&worker).await;
	stream.hand(&ask).await;
	assert_eq!(stream.refusal(&ask).await.reason, "EngineFailed");
	assert_ne!(stream.status.sealing_key, codec::Encode::encode(&before));
	worker.kill().await;
}
