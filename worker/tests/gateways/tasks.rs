//! What becomes of tasks.

use crate::harness::*;
use reckon_engine::{Event, Request as EngineRequest, SamplingParams, SchedulerConfig, Task};
use reckon_gateway_protocol::v1::{from_worker, Finish};
use reckon_primitives::{ContentRef, Units};

type Signed = reckon_receipts::Receipt<reckon_sdk::AccountId>;

/// A worker that continues the alphabet, joined to one gateway.
struct Scene {
	dir: tempfile::TempDir,
	ledger: FakeLedger,
	gate: Gate,
	gateway: Gateway,
	worker: Worker,
	stream: Stream,
}

async fn scene(config: SchedulerConfig) -> Scene {
	scene_with(config, false).await
}

/// The same with a model whose answers may be audited.
async fn audited_scene() -> Scene {
	scene_with(SchedulerConfig::default(), true).await
}

async fn scene_with(config: SchedulerConfig, audited: bool) -> Scene {
	let dir = tempfile::tempdir().unwrap();
	let (ledger, gate) = (FakeLedger::default(), Gate::default());
	let schedulers = alphabet(dir.path(), &gate, config);
	let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
	if audited {
		ledger.audit(&gateway, MODEL);
	}
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let stream = gateway.join(&worker).await;
	Scene { dir, ledger, gate, gateway, worker, stream }
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_should_be_the_engines_own_and_signed_for_when_a_model_is_asked() {
	let dir = tempfile::tempdir().unwrap();
	let ledger = FakeLedger::default();
	let (model, schedulers) = lexicon(dir.path());
	let mut gateway = Gateway::open(&ledger, 1, &[model]).await;
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	let mut ask = gateway.ask(model, 1, r#"{"prompt":"a ledger is"}"#);
	ask.request.sampling.temperature_milli = 900;
	ask.request.sampling.salt = reckon_sdk::H256([6; 32]);
	ask.request.frequency_milli = 500;
	let sampling = SamplingParams {
		max_tokens: 10,
		temperature: 0.9,
		frequency_penalty: 0.5,
		seed: [6; 32],
		..SamplingParams::default()
	};
	let task = Task::Complete { prompt: "a ledger is".into() };
	let request = EngineRequest { task, sampling, evidence: None, likely: None };
	let ticket = schedulers.get(model).unwrap().submit(request).unwrap();
	let (expected, usage) = loop {
		match ticket.next_event().unwrap() {
			Event::Done(answer) => {
				break (reckon_engine::encode_output(&answer.output), answer.usage)
			},
			Event::Token { .. } => {},
			Event::Failed(error) => panic!("{error}"),
		}
	};

	stream.hand(&ask).await;
	stream.lease(&worker, &gateway, &ask).await;
	let (text, finished) = stream.rest(&ask).await;
	assert_eq!(finished.output, expected);
	assert_eq!(text.as_bytes(), expected);
	let receipt = receipt(&worker, &gateway, &ask, &finished);
	let units = (u64::from(receipt.units.input), u64::from(receipt.units.output));
	assert_eq!(units, (usage.units_in, usage.units_out));
	assert!(receipt.started_at + u64::from(receipt.first_token_ms) <= receipt.finished_at);
	let status = worker.shared.status().gateways[&gateway.url].clone();
	assert_eq!((status.joined, status.answered, status.refused), (true, 1, 0));
	assert_eq!((status.units_in, status.units_out), units);
	let metrics = worker.shared.metrics();
	let line = format!(
		"reckon_worker_gateway_tasks_total{{gateway=\"{}\",result=\"answered\"}} 1\n",
		gateway.url
	);
	assert!(metrics.contains(&line), "{metrics}");
}

#[tokio::test]
async fn what_was_told_should_be_committed_to_when_it_may_be_audited() {
	let mut scene = audited_scene().await;
	let vault = scene.worker.vault.clone();
	let kept = |ask: &Ask, receipt: &Signed| {
		let request = ask.hash();
		let committed = receipt.commitment.unwrap();
		let kept = vault.rows().get(&request.0, &committed.0).unwrap().unwrap();
		let exchange = vault.exchange(request).unwrap().unwrap();
		assert_eq!(exchange.payload, ask.payload);
		assert_eq!(ContentRef::of(&exchange.output), receipt.output);
		let tokens = kept.evidence.rows().tokens().to_vec();
		assert_eq!(tokens.len(), receipt.units.output as usize);
		String::from_utf8(tokens.into_iter().map(|token| token as u8).collect()).unwrap()
	};
	// A whole answer.
	scene.gate.let_pass(10);
	let ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (_, finished) = scene.stream.rest(&ask).await;
	let signed = receipt(&scene.worker, &scene.gateway, &ask, &finished);
	assert_eq!(kept(&ask, &signed), "bcdefghijk");

	// One that ends at a stop string, while the engine writes on.
	scene.gate.let_pass(1_000);
	let mut ask = scene.gateway.ask(MODEL, 2, r#"{"prompt":"a","stop":["fgh"]}"#);
	ask.request.sampling.max_output = 50;
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (_, finished) = scene.stream.rest(&ask).await;
	let signed = receipt(&scene.worker, &scene.gateway, &ask, &finished);
	assert_eq!(finished.output, b"bcde");
	assert_eq!(kept(&ask, &signed), "bcdefgh");
}

#[tokio::test]
async fn what_was_told_should_be_committed_to_when_its_client_leaves() {
	let mut scene = audited_scene().await;
	let ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	for _ in 0..3 {
		scene.gate.let_pass(1);
		let from_worker::Message::Piece(_) = scene.stream.next().await else { panic!() };
	}
	scene.stream.cancel(&ask).await;
	// The engine is in the middle of a step, and in time perhaps of another one.
	scene.gate.let_pass(100);
	let (_, finished) = scene.stream.rest(&ask).await;
	let signed = receipt(&scene.worker, &scene.gateway, &ask, &finished);
	// Some more may have been told before the worker heard of it.
	assert!(finished.output.starts_with(b"bcd"));
	assert_eq!(finished.output.len(), signed.units.output as usize);
	let vault = scene.worker.vault.clone();
	let (request, committed) = (ask.hash(), signed.commitment.unwrap());
	let kept = vault.rows().get(&request.0, &committed.0).unwrap().unwrap();
	let told: Vec<u32> = finished.output.iter().map(|byte| u32::from(*byte)).collect();
	assert_eq!(kept.evidence.rows().tokens(), told);
}

#[tokio::test]
async fn request_should_be_refused_as_busy_when_its_rows_have_no_room() {
	let mut scene = audited_scene().await;
	let mut ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	let rooms: Vec<_> = std::iter::from_fn(|| scene.worker.vault.reserve(50, 1, 0).ok()).collect();
	ask.request.sampling.max_output = 90;
	scene.stream.hand(&ask).await;
	let refused = scene.stream.refusal(&ask).await;
	assert_eq!(refused.reason, reckon_sdk::Reason::Busy.to_string());
	assert!(refused.text.contains("evidence"), "{}", refused.text);
	drop(rooms);
	scene.gate.let_pass(1_000);
	let ask = scene.gateway.ask(MODEL, 2, r#"{"prompt":"a"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	scene.stream.rest(&ask).await;
}

#[tokio::test]
async fn text_should_come_as_it_is_written_when_the_engine_writes_it() {
	let mut scene = scene(SchedulerConfig::default()).await;
	let ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	for (nth, letter) in (1..=3).zip(["b", "c", "d"]) {
		// The next letter is not written before this one was heard.
		scene.gate.let_pass(1);
		let from_worker::Message::Piece(piece) = scene.stream.next().await else { panic!() };
		assert_eq!((piece.text.as_str(), piece.tokens), (letter, nth));
	}
	scene.gate.let_pass(100);
	let (text, finished) = scene.stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.output.as_slice()), ("efghijk", &b"bcdefghijk"[..]));
	assert_eq!(finished.finish(), Finish::Length);
	let receipt = receipt(&scene.worker, &scene.gateway, &ask, &finished);
	assert_eq!(receipt.units, Units { input: 1, output: 10 });
	assert_eq!(receipt.charge, 10 + 2 + 30);
}

#[tokio::test]
async fn nothing_should_come_before_the_end_when_the_answer_is_wanted_whole() {
	let mut scene = scene(SchedulerConfig::default()).await;
	scene.gate.let_pass(1_000);
	let mut ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	ask.task.whole = true;
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (text, finished) = scene.stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.output.as_slice()), ("", &b"bcdefghijk"[..]));
	let receipt = receipt(&scene.worker, &scene.gateway, &ask, &finished);
	assert_eq!(receipt.units, Units { input: 1, output: 10 });

	// How likely its tokens were is not in the end.
	let mut ask = scene.gateway.ask(MODEL, 2, r#"{"prompt":"a"}"#);
	(ask.task.whole, ask.task.logprobs) = (true, Some(0));
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	assert_eq!(scene.stream.rest(&ask).await.0, "bcdefghijk");
}

#[tokio::test]
async fn answer_should_end_before_a_stop_string_when_it_is_written() {
	let mut scene = scene(SchedulerConfig::default()).await;
	scene.gate.let_pass(1_000);
	let mut ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a","stop":["zz","fgh"]}"#);
	ask.request.sampling.max_output = 50;
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (text, finished) = scene.stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.output.as_slice()), ("bcde", &b"bcde"[..]));
	assert_eq!(finished.finish(), Finish::Stop);
	// The tokens of the stop string were written as well.
	let receipt = receipt(&scene.worker, &scene.gateway, &ask, &finished);
	assert_eq!(receipt.units, Units { input: 1, output: 7 });

	// Of a long one no more than an answer so short can be billed for.
	let alphabet = ('a'..='z').cycle().skip_while(|letter| *letter != 'f');
	let long: String = alphabet.take(40).collect();
	let mut ask = scene.gateway.ask(MODEL, 4, &format!(r#"{{"prompt":"a","stop":"{long}"}}"#));
	ask.request.sampling.max_output = 90;
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (text, finished) = scene.stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.finish()), ("bcde", Finish::Stop));
	let receipt = crate::harness::receipt(&scene.worker, &scene.gateway, &ask, &finished);
	assert_eq!(receipt.units, Units { input: 1, output: 4 + 32 });

	// One that is not completed is part of the answer.
	let ask = scene.gateway.ask(MODEL, 2, r#"{"prompt":"a","stop":"jkl"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (text, finished) = scene.stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.finish()), ("bcdefghijk", Finish::Length));

	// Nothing is charged for writing when nothing is left.
	let ask = scene.gateway.ask(MODEL, 3, r#"{"prompt":"a","stop":"b"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (text, finished) = scene.stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.finish()), ("", Finish::Stop));
	let receipt = crate::harness::receipt(&scene.worker, &scene.gateway, &ask, &finished);
	assert_eq!(receipt.units, Units { input: 1, output: 0 });
}

#[tokio::test]
async fn cancelled_answer_should_be_charged_as_far_as_it_was_written() {
	let mut scene = scene(SchedulerConfig::default()).await;
	let ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a","stop":"de"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	scene.gate.let_pass(3);
	for letter in ["b", "c"] {
		let from_worker::Message::Piece(piece) = scene.stream.next().await else { panic!() };
		assert_eq!(piece.text, letter);
	}
	// `d` is held back; the engine stands in the next step, and the answer does not wait for it.
	scene.stream.status(|status| status.models[0].active == 1).await;
	scene.stream.cancel(&ask).await;
	let (_, finished) = scene.stream.rest(&ask).await;
	assert_eq!(finished.finish(), Finish::Cancelled);
	let receipt = receipt(&scene.worker, &scene.gateway, &ask, &finished);
	let written = u32::try_from(finished.output.len()).unwrap();
	assert!(b"bcd".starts_with(&finished.output) && written >= 2, "{:?}", finished.output);
	assert_eq!(receipt.units, Units { input: 1, output: written });
	// The engine has no place for it any more.
	scene.gate.let_pass(1);
	scene.stream.status(|status| status.models[0].active == 0).await;
}

#[tokio::test]
async fn cancelled_task_should_cost_nothing_when_nothing_was_written() {
	let mut scene = scene(SchedulerConfig::default()).await;
	let ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	// What nobody here knows, and what is somebody else's, is left alone.
	scene.stream.cancel(&scene.gateway.ask(MODEL, 9, "x")).await;
	scene.stream.cancel(&ask).await;
	let refused = scene.stream.refusal(&ask).await;
	assert_eq!(refused.reason, "CancelledByClient");
	// It can be asked again.
	scene.gate.let_pass(100);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	assert_eq!(scene.stream.rest(&ask).await.0, "bcdefghijk");
}

#[tokio::test]
async fn repeated_task_should_have_the_same_answer_when_it_was_answered() {
	let mut scene = scene(SchedulerConfig::default()).await;
	scene.gate.let_pass(10);
	let ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (_, first) = scene.stream.rest(&ask).await;
	// The gate lets nothing more be computed.
	scene.stream.hand(&ask).await;
	assert_eq!(scene.stream.next().await, from_worker::Message::Finished(first.clone()));
	scene.stream.stored(&ask).await;
	scene.stream.hand(&ask).await;
	assert_eq!(scene.stream.next().await, from_worker::Message::Finished(first.clone()));
	// Also in the next life.
	scene.worker.kill().await;
	let gate = Gate::default();
	let schedulers = alphabet(scene.dir.path(), &gate, SchedulerConfig::default());
	let worker =
		Worker::start(scene.dir.path(), &scene.ledger, &schedulers, &[&scene.gateway]).await;
	let mut stream = scene.gateway.join(&worker).await;
	stream.hand(&ask).await;
	assert_eq!(stream.next().await, from_worker::Message::Finished(first));
}

#[tokio::test]
async fn task_should_be_refused_as_busy_when_every_place_is_taken() {
	let config = SchedulerConfig { max_waiting: 1, max_active: 1, ..SchedulerConfig::default() };
	let mut scene = scene(config).await;
	let asks: Vec<Ask> =
		(1..=3).map(|nonce| scene.gateway.ask(MODEL, nonce, r#"{"prompt":"a"}"#)).collect();
	scene.stream.hand(&asks[0]).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &asks[0]).await;
	scene.stream.status(|status| status.models[0].active == 1).await;
	scene.stream.hand(&asks[1]).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &asks[1]).await;
	let status = scene.stream.status(|status| status.models[0].waiting == 1).await;
	assert_eq!((status.models[0].slots, status.models[0].context), (1, 100));
	assert_eq!(status.models[0].model, MODEL.0);
	scene.stream.hand(&asks[2]).await;
	let refused = scene.stream.refusal(&asks[2]).await;
	assert_eq!(refused.reason, "Busy");
	for ask in &asks[..2] {
		scene.gate.let_pass(10);
		assert_eq!(scene.stream.rest(ask).await.0, "bcdefghijk");
	}
}

#[tokio::test]
async fn task_should_end_when_its_time_is_over() {
	let mut scene = scene(SchedulerConfig::default()).await;
	let mut ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	ask.task.within_millis = 300;
	scene.gate.let_pass(2);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (text, finished) = scene.stream.rest(&ask).await;
	assert_eq!((text.as_str(), finished.finish()), ("bc", Finish::Cancelled));
	let mut ask = scene.gateway.ask(MODEL, 2, r#"{"prompt":"a"}"#);
	ask.task.within_millis = 0;
	scene.stream.hand(&ask).await;
	assert_eq!(scene.stream.refusal(&ask).await.reason, "Busy");
}

#[tokio::test]
async fn worker_should_finish_what_it_has_and_take_no_more_when_it_stops() {
	let mut scene = scene(SchedulerConfig::default()).await;
	let running = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	scene.stream.hand(&running).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &running).await;
	scene.worker.stop.take().unwrap().send(()).unwrap();
	scene.stream.status(|status| status.draining).await;
	let new = scene.gateway.ask(MODEL, 2, r#"{"prompt":"a"}"#);
	scene.stream.hand(&new).await;
	assert_eq!(scene.stream.refusal(&new).await.reason, "ShuttingDown");
	scene.gate.let_pass(100);
	let (_, finished) = scene.stream.rest(&running).await;
	assert_eq!(finished.output, b"bcdefghijk");
	scene.stream.stored(&running).await;
	scene.worker.running.await.unwrap();
}

#[tokio::test]
async fn vectors_should_be_whole_when_texts_are_embedded() {
	use reckon_engine::{
		Answer, BatchEngine, Cancel, Capabilities, Cost, Engine, EngineError, Output, Scheduler,
		TaskKind, Usage,
	};
	struct Lengths(Capabilities);
	impl Engine for Lengths {
		fn capabilities(&self) -> &Capabilities {
			&self.0
		}
	}
	impl BatchEngine for Lengths {
		fn cost(&self, _: &Task) -> Result<Cost, EngineError> {
			Ok(Cost { units: 5, bytes: 1 })
		}

		fn run(&self, task: &Task, _: &Cancel) -> Result<Answer, EngineError> {
			let Task::Embed { inputs } = task else { panic!("{task:?}") };
			let vectors = inputs.iter().map(|input| vec![input.len() as f32, 0.5]).collect();
			let usage = Usage { units_in: 5, units_out: 0 };
			Ok(Answer { output: Output::Embeddings(vectors), usage, evidence: None })
		}
	}
	let dir = tempfile::tempdir().unwrap();
	let ledger = FakeLedger::default();
	let schedulers = alphabet(dir.path(), &Gate::default(), SchedulerConfig::default());
	let able = Capabilities {
		architecture: "lengths".into(),
		tasks: vec![TaskKind::Embed],
		context_length: 100,
		vector_length: 2,
		device: "cpu".into(),
		weight_bytes: 0,
		profile: "F32",
	};
	let scheduler = Scheduler::batching(Lengths(able), SchedulerConfig::default());
	schedulers.insert(MODEL, scheduler);
	let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	let mut ask = gateway.ask(MODEL, 1, r#"{"input":["a","bcd"]}"#);
	ask.request.task = reckon_primitives::TaskKind::Embed;
	ask.request.sampling.max_output = 0;
	stream.hand(&ask).await;
	stream.lease(&worker, &gateway, &ask).await;
	let (text, finished) = stream.rest(&ask).await;
	assert_eq!(text, "");
	assert_eq!(finished.output, br#"{"embeddings":[[1.0,0.5],[3.0,0.5]]}"#);
	let receipt = receipt(&worker, &gateway, &ask, &finished);
	assert_eq!(receipt.output, ContentRef::of(&finished.output));
	assert_eq!(receipt.units, Units { input: 5, output: 0 });
}

#[tokio::test]
async fn tokens_should_be_told_with_their_probabilities_when_these_are_asked_for() {
	let mut scene = scene(SchedulerConfig::default()).await;
	scene.gate.let_pass(100);
	let mut ask = scene.gateway.ask(MODEL, 1, r#"{"prompt":"a","stop":"fg"}"#);
	ask.task.logprobs = Some(2);
	scene.stream.hand(&ask).await;
	scene.stream.lease(&scene.worker, &scene.gateway, &ask).await;
	let (mut text, mut tokens) = (String::new(), Vec::new());
	loop {
		match scene.stream.next().await {
			from_worker::Message::Piece(piece) => {
				text.push_str(&piece.text);
				tokens.extend(piece.logprobs);
				let told: Vec<u8> = tokens.iter().flat_map(|one| one.token.clone()).collect();
				// Never of text that is not there yet, or that the stop string has cut.
				assert_eq!(told, text.as_bytes());
			},
			from_worker::Message::Finished(_) => break,
			other => panic!("{other:?}"),
		}
	}
	assert_eq!(text, "bcde");
	// One logit of 9 among 127 of 0.
	let chosen = -(1.0 + 127.0 * (-9.0_f32).exp()).ln();
	for one in &tokens {
		assert!((one.logprob - chosen).abs() < 1e-4, "{}", one.logprob);
		assert_eq!((one.top[0].token.clone(), one.top.len()), (one.token.clone(), 2));
		assert!((one.top[1].logprob - (chosen - 9.0)).abs() < 1e-4);
	}
}
