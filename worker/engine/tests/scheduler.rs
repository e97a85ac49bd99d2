//! The scheduler with engines that count, block and panic, and with a real model.

mod common;

use std::{
	collections::HashMap,
	sync::{
		atomic::{AtomicUsize, Ordering},
		mpsc, Arc, Mutex,
	},
	time::Duration,
};

use common::Tiny;
use reckon_engine::{
	Answer, Audit, BatchEngine, Cancel, Capabilities, Claim, Cost, Engine, EngineError, Event,
	FinishReason, Output, Pace, Refused, Replay, Request, SamplingParams, Scheduler,
	SchedulerConfig, Step, StepEngine, Task, TaskKind, Ticket, Usage,
};
use reckon_verification::{Rows, Statistics};

const END: u32 = 99;
const PANIC_TOKEN: u32 = 66;
const LIMIT: Duration = Duration::from_secs(20);

/// Answers each prompt with its letters, one a step, then ends. Each step first takes a permit.
struct Echo {
	capabilities: Capabilities,
	permits: Mutex<mpsc::Receiver<()>>,
	/// The prompts' first letters in the order of steps.
	steps: Arc<Mutex<Vec<u32>>>,
	open: bool,
}

struct Control {
	permits: mpsc::Sender<()>,
	steps: Arc<Mutex<Vec<u32>>>,
}

impl Control {
	fn allow(&self, count: usize) {
		for _ in 0..count {
			self.permits.send(()).unwrap();
		}
	}
}

fn capabilities(tasks: &[TaskKind]) -> Capabilities {
	Capabilities {
		architecture: "echo".into(),
		tasks: tasks.to_vec(),
		context_length: 64,
		vector_length: 0,
		device: "cpu".into(),
		weight_bytes: 0,
		profile: "F32",
	}
}

fn echo(open: bool) -> (Echo, Control) {
	let (permits, receiver) = mpsc::channel();
	let steps = Arc::new(Mutex::new(Vec::new()));
	let engine = Echo {
		capabilities: capabilities(&[TaskKind::Complete]),
		permits: Mutex::new(receiver),
		steps: Arc::clone(&steps),
		open,
	};
	(engine, Control { permits, steps })
}

impl Engine for Echo {
	fn capabilities(&self) -> &Capabilities {
		&self.capabilities
	}
}

impl StepEngine for Echo {
	type Cache = Vec<u32>;

	fn cache_bytes(&self, tokens: usize) -> u64 {
		tokens as u64 * 10
	}

	fn cache(&self, tokens: usize) -> Result<Vec<u32>, EngineError> {
		Ok(Vec::with_capacity(tokens))
	}

	fn step(&self, tokens: &[u32], cache: &mut Vec<u32>) -> Result<Step, EngineError> {
		if !self.open {
			// A permit that never comes must not keep a failed test from ending.
			let permits = self.permits.lock().unwrap_or_else(|poison| poison.into_inner());
			let _ = permits.recv_timeout(Duration::from_secs(3));
		}
		assert!(!tokens.contains(&PANIC_TOKEN), "step panics on B");
		cache.extend_from_slice(tokens);
		self.steps.lock().unwrap().push(cache[0]);
		let row = Self::row(cache);
		Ok(Step { logits: self.logits(&row)?, row })
	}
}

impl Echo {
	/// The token that comes next, and a one.
	fn row(sequence: &[u32]) -> Vec<f32> {
		// Walks the sequence: prompt letters come back one by one, lower case.
		let written = sequence.iter().filter(|&&t| t >= 97).count();
		let next = sequence.get(written).copied().unwrap_or(0);
		let token = if (65..97).contains(&next) { next + 32 } else { END };
		vec![token as f32, 1.0]
	}
}

impl Replay for Echo {
	fn encode(&self, task: &Task) -> Result<Vec<u32>, EngineError> {
		let Task::Complete { prompt } = task else {
			return Err(EngineError::UnsupportedTask(task.kind()));
		};
		assert!(prompt != "panic in encode", "as the prompt wants");
		Ok(prompt.bytes().map(u32::from).collect())
	}

	fn decode(&self, tokens: &[u32]) -> Result<String, EngineError> {
		Ok(tokens.iter().map(|&token| char::from(token as u8)).collect())
	}

	fn is_end(&self, token: u32) -> bool {
		token == END
	}

	fn vocabulary(&self) -> usize {
		128
	}

	fn width(&self) -> usize {
		2
	}

	fn rows(&self, prompt: &[u32], answer: &[u32]) -> Result<Vec<f32>, EngineError> {
		assert!(!prompt.contains(&PANIC_TOKEN), "rows panic on B");
		let before = |at| [prompt, &answer[..at]].concat();
		Ok((0..answer.len()).flat_map(|at| Self::row(&before(at))).collect())
	}

	fn logits(&self, rows: &[f32]) -> Result<Vec<f32>, EngineError> {
		let mut logits = vec![0.0; rows.len() / 2 * 128];
		for (row, logits) in rows.chunks(2).zip(logits.chunks_mut(128)) {
			logits[row[0] as usize] = row[1];
		}
		Ok(logits)
	}
}

fn request(prompt: &str, max_tokens: usize) -> Request {
	Request {
		task: Task::Complete { prompt: prompt.into() },
		sampling: SamplingParams { max_tokens, ..SamplingParams::default() },
		evidence: None,
		likely: None,
	}
}

fn config() -> SchedulerConfig {
	SchedulerConfig { max_waiting: 2, max_active: 2, memory_budget: 1000, prefill_chunk: 100 }
}

fn last_event(ticket: &Ticket) -> Event {
	loop {
		match ticket.next_event_within(LIMIT) {
			Some(Event::Token { .. }) => {},
			Some(event) => return event,
			None => panic!("the request is stuck"),
		}
	}
}

fn text_of(answer: Answer) -> String {
	match answer.output {
		Output::Text { text, .. } => text,
		other => panic!("{other:?}"),
	}
}

fn wait_until(condition: impl Fn() -> bool) {
	let start = std::time::Instant::now();
	while !condition() {
		assert!(start.elapsed() < LIMIT, "waited too long");
		std::thread::sleep(Duration::from_millis(2));
	}
}

#[test]
fn answer_should_be_the_streamed_pieces_when_the_model_stops() {
	let scheduler = Scheduler::stepping(echo(true).0, config());
	let ticket = scheduler.submit(request("AXA", 50)).unwrap();
	let mut pieces = String::new();
	let mut ids = Vec::new();
	let answer = loop {
		match ticket.next_event_within(LIMIT).unwrap() {
			Event::Token { id, text, .. } => {
				pieces.push_str(&text);
				ids.push(id);
			},
			Event::Done(answer) => break answer,
			Event::Failed(error) => panic!("{error}"),
		}
	};
	assert_eq!(ticket.next_event_within(LIMIT), None);
	assert_eq!(pieces, "axa");
	assert_eq!(answer.usage, Usage { units_in: 3, units_out: 4 });
	let finish = FinishReason::Stop;
	assert_eq!(ids, [97, 120, 97, END]);
	assert_eq!(answer.output, Output::Text { text: pieces, tokens: ids, finish });
}

#[test]
fn answer_should_end_by_length_when_max_tokens_are_made() {
	let scheduler = Scheduler::stepping(echo(true).0, config());
	let answer = scheduler.submit(request("AXA", 2)).unwrap().wait().unwrap();
	let Output::Text { text, finish, .. } = answer.output else { panic!() };
	assert_eq!((text.as_str(), finish), ("ax", FinishReason::Length));
}

#[test]
fn sequences_should_take_turns() {
	let (engine, control) = echo(false);
	let scheduler = Scheduler::stepping(engine, config());
	let a = scheduler.submit(request("AAAA", 9)).unwrap();
	wait_until(|| scheduler.load().active == 1);
	let x = scheduler.submit(request("XXXX", 9)).unwrap();
	control.allow(10);
	assert_eq!(text_of(a.wait().unwrap()), "aaaa");
	assert_eq!(text_of(x.wait().unwrap()), "xxxx");
	let steps = control.steps.lock().unwrap().clone();
	assert_eq!(steps.len(), 10);
	// After the first step, which ran alone, nobody waits for more than one turn of the other.
	let longest_run = steps.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or_default();
	assert!(longest_run <= 2, "{steps:?}");
}

#[test]
fn long_prompts_should_be_read_in_chunks_while_others_go_on() {
	let (engine, control) = echo(true);
	let config = SchedulerConfig { prefill_chunk: 5, ..config() };
	let scheduler = Scheduler::stepping(engine, config);
	let answer = scheduler.submit(request(&"A".repeat(23), 1)).unwrap().wait().unwrap();
	assert_eq!(answer.usage, Usage { units_in: 23, units_out: 1 });
	assert_eq!(control.steps.lock().unwrap().len(), 5);
}

#[test]
fn requests_should_be_refused_when_the_queue_is_full() {
	let (engine, control) = echo(false);
	let scheduler = Scheduler::stepping(engine, SchedulerConfig { max_active: 1, ..config() });
	let running = scheduler.submit(request("A", 9)).unwrap();
	wait_until(|| scheduler.load().active == 1);
	let waiting: Vec<_> = (0..2).map(|_| scheduler.submit(request("A", 9)).unwrap()).collect();
	let refused = scheduler.submit(request("A", 9)).err();
	assert_eq!(refused, Some(Refused::QueueFull { waiting: 2 }));
	assert_eq!(scheduler.load().waiting, 2);
	control.allow(100);
	assert_eq!(text_of(running.wait().unwrap()), "a");
	for ticket in waiting {
		assert_eq!(text_of(ticket.wait().unwrap()), "a");
	}
	assert!(scheduler.submit(request("A", 9)).is_ok());
}

#[test]
fn requests_should_wait_for_memory_and_be_refused_when_they_can_never_have_it() {
	let (engine, control) = echo(false);
	let config = SchedulerConfig { memory_budget: 300, max_active: 9, ..config() };
	let scheduler = Scheduler::stepping(engine, config);
	let too_large = scheduler.submit(request("A", 60)).err();
	assert_eq!(too_large, Some(Refused::TooLarge { needed: 610, budget: 300 }));
	let first = scheduler.submit(request("A", 20)).unwrap();
	wait_until(|| scheduler.load().active == 1);
	let second = scheduler.submit(request("A", 20)).unwrap();
	control.allow(1);
	wait_until(|| control.steps.lock().unwrap().len() == 1);
	let load = scheduler.load();
	assert_eq!((load.active, load.waiting, load.active_bytes), (1, 1, 210));
	control.allow(50);
	assert!(first.wait().is_ok() && second.wait().is_ok());
	wait_until(|| scheduler.load() == Default::default());
}

/// Submits a request that must be done within a limit.
fn submit_within(scheduler: &Scheduler, limit: Duration, request: Request) -> Result<(), Refused> {
	scheduler.submit_within(Some(limit), request, |_| true).map(drop)
}

/// An engine whose steps take 20 ms each.
fn slow_scheduler(max_active: usize) -> Scheduler {
	let (engine, control) = echo(false);
	std::thread::spawn(move || {
		while control.permits.send(()).is_ok() {
			std::thread::sleep(Duration::from_millis(20));
		}
	});
	Scheduler::stepping(engine, SchedulerConfig { max_active, max_waiting: 9, ..config() })
}

#[test]
fn requests_should_be_taken_when_the_speed_is_not_known_yet() {
	let scheduler = Scheduler::stepping(echo(true).0, config());
	assert_eq!(scheduler.pace(), Pace::default());
	let moment = Duration::from_millis(1);
	assert_eq!(submit_within(&scheduler, moment, request("AXA", 50)), Ok(()));
	let refused = submit_within(&scheduler, Duration::ZERO, request("AXA", 50));
	assert!(matches!(refused, Err(Refused::TooSlow { .. })), "{refused:?}");
}

#[test]
fn requests_should_be_refused_when_they_would_make_accepted_ones_late() {
	let scheduler = slow_scheduler(2);
	scheduler.submit(request(&"A".repeat(30), 30)).unwrap().wait().unwrap();
	wait_until(|| scheduler.load() == Default::default());
	let own = Duration::from_secs_f64(50.0 / scheduler.pace().write.unwrap());
	assert_eq!(submit_within(&scheduler, own.mul_f64(1.6), request("A", 50)), Ok(()));
	let minute = Duration::from_secs(60);
	let refused = submit_within(&scheduler, minute, request("A", 50));
	assert_eq!(refused, Err(Refused::WouldDelay));
	assert_eq!(submit_within(&scheduler, minute, request("A", 2)), Ok(()));
}

#[test]
fn requests_should_be_refused_when_they_would_not_be_done_in_time() {
	let scheduler = slow_scheduler(1);
	scheduler.submit(request(&"A".repeat(30), 30)).unwrap().wait().unwrap();
	let speed = scheduler.pace().write.unwrap();
	assert!(speed < 100.0, "{speed}");
	let second = Duration::from_secs(1);
	assert_eq!(submit_within(&scheduler, 60 * second, request("A", 2)), Ok(()));
	let refused = submit_within(&scheduler, second / 4, request("A", 50)).unwrap_err();
	let Refused::TooSlow { needed, limit } = &refused else { panic!("{refused:?}") };
	assert!(*needed > second / 2 && *limit == second / 4, "{refused:?}");
	assert!(refused.to_string().contains("0.2 s are left"), "{refused}");
	assert!(scheduler.submit(request("A", 50)).is_ok(), "without a limit it is taken");
}

#[test]
fn requests_should_be_refused_when_the_queue_ahead_takes_too_long() {
	let scheduler = slow_scheduler(1);
	scheduler.submit(request(&"A".repeat(30), 30)).unwrap().wait().unwrap();
	wait_until(|| scheduler.load() == Default::default());
	let limit = Duration::from_millis(600);
	let short = || request("A", 1);
	assert_eq!(submit_within(&scheduler, limit, short()), Ok(()));
	let _running = scheduler.submit(request(&"A".repeat(10), 50)).unwrap();
	let refused = submit_within(&scheduler, limit, short());
	assert!(matches!(refused, Err(Refused::TooSlow { .. })), "{refused:?}");
}

#[test]
fn requests_that_the_engine_can_not_do_should_be_refused_at_once() {
	let scheduler = Scheduler::stepping(echo(true).0, config());
	let engine = |error| Some(Refused::Engine(error));
	let long = scheduler.submit(request(&"A".repeat(64), 1)).err();
	assert_eq!(long, engine(EngineError::TooLong { got: 64, max: 63 }));
	let embed = Request { task: Task::Embed { inputs: vec![] }, ..request("", 1) };
	let wrong = scheduler.submit(embed).err();
	assert_eq!(wrong, engine(EngineError::UnsupportedTask(TaskKind::Embed)));
	assert!(matches!(
		scheduler.submit(request("A", 0)).err(),
		Some(Refused::Engine(EngineError::Sampling(_)))
	));
	assert!(matches!(
		scheduler.submit(request("panic in encode", 1)).err(),
		Some(Refused::Engine(EngineError::Panicked(_)))
	));
	assert!(matches!(
		scheduler.submit(request("", 1)).err(),
		Some(Refused::Engine(EngineError::Tokenizer(_)))
	));
	assert!(scheduler.submit(request("A", 1)).unwrap().wait().is_ok());
}

#[test]
fn running_requests_should_stop_between_tokens_when_cancelled() {
	let (engine, control) = echo(false);
	let scheduler = Scheduler::stepping(engine, config());
	let ticket = scheduler.submit(request(&"A".repeat(30), 30)).unwrap();
	control.allow(2);
	for _ in 0..2 {
		assert!(matches!(ticket.next_event_within(LIMIT), Some(Event::Token { .. })));
	}
	ticket.cancel_handle().cancel();
	control.allow(1);
	assert_eq!(last_event(&ticket), Event::Failed(EngineError::Cancelled));
	assert!(control.steps.lock().unwrap().len() <= 3);
	wait_until(|| scheduler.load() == Default::default());
}

#[test]
fn waiting_requests_should_be_dropped_when_cancelled() {
	let (engine, control) = echo(false);
	let scheduler = Scheduler::stepping(engine, SchedulerConfig { max_active: 1, ..config() });
	let running = scheduler.submit(request("AAA", 9)).unwrap();
	wait_until(|| scheduler.load().active == 1);
	let waiting = scheduler.submit(request("A", 9)).unwrap();
	waiting.cancel_handle().cancel();
	control.allow(1);
	assert_eq!(last_event(&waiting), Event::Failed(EngineError::Cancelled));
	control.allow(9);
	assert_eq!(text_of(running.wait().unwrap()), "aaa");
}

#[test]
fn dropped_tickets_and_deaf_sinks_should_free_their_place() {
	let (engine, control) = echo(false);
	let scheduler = Scheduler::stepping(
		engine,
		SchedulerConfig { max_waiting: 8, memory_budget: 1 << 20, max_active: 8, ..config() },
	);
	drop(scheduler.submit(request(&"A".repeat(30), 30)).unwrap());
	let events = Arc::new(AtomicUsize::new(0));
	let counted = Arc::clone(&events);
	scheduler
		.submit_to(request(&"X".repeat(30), 30), move |_| {
			counted.fetch_add(1, Ordering::SeqCst);
			false
		})
		.unwrap();
	scheduler.submit_to(request(&"X".repeat(30), 30), |_| panic!("a sink's own mistake")).unwrap();
	control.allow(6);
	wait_until(|| scheduler.load() == Default::default());
	assert_eq!(events.load(Ordering::SeqCst), 2);
}

#[test]
fn engine_panics_should_fail_only_their_own_request() {
	let scheduler = Scheduler::stepping(echo(true).0, config());
	let bad = scheduler.submit(request("AB", 9)).unwrap();
	let good = scheduler.submit(request("AXA", 9)).unwrap();
	match last_event(&bad) {
		Event::Failed(EngineError::Panicked(message)) => assert!(message.contains("on B")),
		other => panic!("{other:?}"),
	}
	assert_eq!(bad.next_event_within(LIMIT), None);
	assert_eq!(text_of(good.wait().unwrap()), "axa");
	assert_eq!(text_of(scheduler.submit(request("X", 9)).unwrap().wait().unwrap()), "x");
}

#[test]
fn dropping_the_scheduler_should_end_every_request() {
	let (engine, control) = echo(false);
	let scheduler = Scheduler::stepping(engine, SchedulerConfig { max_active: 1, ..config() });
	let running = scheduler.submit(request("AAAA", 9)).unwrap();
	wait_until(|| scheduler.load().active == 1);
	let waiting = scheduler.submit(request("A", 9)).unwrap();
	// The engine is in the middle of a step, and comes out of it when the control is gone.
	let dropping = std::thread::spawn(move || drop(scheduler));
	let stopped = Event::Failed(EngineError::Stopped);
	assert_eq!(last_event(&waiting), stopped);
	drop(control);
	assert_eq!(last_event(&running), stopped);
	dropping.join().unwrap();
}

#[test]
fn draining_should_finish_every_request() {
	let scheduler =
		Scheduler::stepping(echo(true).0, SchedulerConfig { max_waiting: 50, ..config() });
	let tickets: Vec<_> =
		(0..20).map(|_| scheduler.submit(request("AXAXAX", 9)).unwrap()).collect();
	scheduler.drain();
	for ticket in tickets {
		assert_eq!(text_of(ticket.wait().unwrap()), "axaxax");
	}
}

/// Counts words; panics on request.
struct Words(Capabilities);

impl Engine for Words {
	fn capabilities(&self) -> &Capabilities {
		&self.0
	}
}

impl BatchEngine for Words {
	fn cost(&self, task: &Task) -> Result<Cost, EngineError> {
		let Task::Embed { inputs } = task else {
			return Err(EngineError::UnsupportedTask(task.kind()));
		};
		Ok(Cost { units: inputs.len() as u64, bytes: inputs.len() as u64 * 100 })
	}

	fn run(&self, task: &Task, _: &Cancel) -> Result<Answer, EngineError> {
		let Task::Embed { inputs } = task else { unreachable!() };
		assert!(inputs[0] != "panic", "as told");
		let count = |text: &String| vec![text.split_whitespace().count() as f32];
		Ok(Answer {
			output: Output::Embeddings(inputs.iter().map(count).collect()),
			usage: Usage { units_in: inputs.len() as u64, units_out: 0 },
			evidence: None,
		})
	}
}

#[test]
fn batch_engines_should_be_served_and_their_panics_caught() {
	let scheduler = Scheduler::batching(Words(capabilities(&[TaskKind::Embed])), config());
	let embed = |inputs: &[&str]| {
		let inputs = inputs.iter().map(|&input| input.into()).collect();
		scheduler.submit(Request { task: Task::Embed { inputs }, ..request("", 1) })
	};
	let answer = embed(&["one two", "one"]).unwrap().wait().unwrap();
	assert_eq!(answer.output, Output::Embeddings(vec![vec![2.0], vec![1.0]]));
	let panicked = embed(&["panic"]).unwrap().wait();
	assert!(matches!(panicked, Err(EngineError::Panicked(_))));
	assert!(embed(&["again"]).unwrap().wait().is_ok());
	assert_eq!(embed(&["x"; 11]).err(), Some(Refused::TooLarge { needed: 1100, budget: 1000 }));
}

#[test]
fn interleaved_answers_should_equal_answers_alone() {
	let sampled = |prompt: &str, seed: u8| Request {
		task: Task::Complete { prompt: prompt.into() },
		sampling: SamplingParams {
			max_tokens: 40,
			temperature: 1.0,
			seed: [seed; 32],
			..SamplingParams::default()
		},
		// So that the rows are compared, too.
		evidence: Some([1; 32]),
		likely: None,
	};
	let prompts = ["the cat", "hé", "a", "🙂 and more text than the others have", "zz"];
	let config = SchedulerConfig { prefill_chunk: 256, max_active: 3, ..Default::default() };
	let model = Tiny::new("llama", 21);

	let alone = Scheduler::stepping(model.load(), config.clone());
	let mut expected = HashMap::new();
	for (seed, prompt) in prompts.iter().enumerate() {
		let ticket = alone.submit(sampled(prompt, seed as u8)).unwrap();
		expected.insert(*prompt, ticket.wait().unwrap());
	}
	let together = Scheduler::stepping(model.load(), config);
	let tickets: Vec<_> = prompts
		.iter()
		.enumerate()
		.map(|(seed, prompt)| (prompt, together.submit(sampled(prompt, seed as u8)).unwrap()))
		.collect();
	for (prompt, ticket) in tickets {
		let mut pieces = String::new();
		let answer = loop {
			match ticket.next_event_within(LIMIT).unwrap() {
				Event::Token { text, .. } => pieces.push_str(&text),
				Event::Done(answer) => break answer,
				Event::Failed(error) => panic!("{error}"),
			}
		};
		assert_eq!(answer, expected[prompt]);
		assert_eq!(text_of(answer), pieces);
	}
}

/// An honest claim about what `request` was answered with.
fn claim(request: &Request, answer: Answer) -> Claim {
	let Output::Text { text, tokens, .. } = answer.output else { panic!() };
	let Request { task, sampling, .. } = request.clone();
	Claim { task, sampling, tokens, output: text.into(), usage: answer.usage, stops: None }
}

#[test]
fn evidence_should_hold_the_row_of_each_token_when_it_was_asked_for() {
	let config = SchedulerConfig { prefill_chunk: 2, ..config() };
	let scheduler = Scheduler::stepping(echo(true).0, config);
	let without = scheduler.submit(request("AXA", 9)).unwrap().wait().unwrap();
	assert_eq!(without.evidence, None);
	let asked = Request { evidence: Some([1; 32]), ..request("AXA", 9) };
	let answer = scheduler.submit(asked.clone()).unwrap().wait().unwrap();
	let evidence = answer.evidence.clone().unwrap();
	assert_eq!(scheduler.row_width(), 2);
	let (tokens, end) = (vec![97, 120, 97, END], END as f32);
	let numbers = vec![97.0, 1.0, 120.0, 1.0, 97.0, 1.0, end, 1.0];
	assert_eq!(*evidence.rows(), Rows::new(2, tokens, numbers).unwrap());
	let opening = evidence.open(2).unwrap();
	let tokens = evidence.rows().tokens();
	assert_eq!(opening.verify(&[1; 32], tokens, 2, &evidence.root()), Ok(()));

	let audit = scheduler.audit(&claim(&asked, answer)).unwrap();
	let Audit::Replayed { rows, statistics } = audit else { panic!("{audit:?}") };
	assert_eq!(rows, *evidence.rows());
	let cross_entropy = statistics.cross_entropy;
	assert_eq!(statistics, Statistics { tokens: 4, cross_entropy, ..Statistics::default() });
	// One logit of 128 is 1, the others are 0.
	let expected = (127.0 + 1f64.exp()).ln() - 1.0;
	assert!((f64::from(cross_entropy) / 1e6 - expected).abs() < 2e-6, "{cross_entropy}");
	assert_eq!(scheduler.logits_apart(evidence.rows(), &rows), Ok(0.0));
}

#[test]
fn evidence_should_count_against_the_memory_budget() {
	let scheduler = Scheduler::stepping(echo(true).0, config());
	let asked = Request { evidence: Some([1; 32]), ..request("A", 20) };
	// 21 tokens of cache; for each of 20 a row of two numbers, and its share of the tree.
	let needed = 21 * 10 + 20 * (2 * 4 + 68);
	let refused = scheduler.submit(asked).err();
	assert_eq!(refused, Some(Refused::TooLarge { needed, budget: 1000 }));
}

#[test]
fn audit_should_be_an_error_and_no_fault_when_the_auditor_panics() {
	let scheduler = Scheduler::stepping(echo(true).0, config());
	let honest = request("AXA", 50);
	let answer = scheduler.submit(honest.clone()).unwrap().wait().unwrap();
	let claim = Claim { task: request("ABA", 1).task, ..claim(&honest, answer) };
	assert!(matches!(scheduler.audit(&claim), Err(EngineError::Panicked(_))));
	assert!(scheduler.submit(request("A", 9)).is_ok(), "the engine goes on");
}

#[test]
fn vectors_should_bring_evidence_when_it_was_asked_for() {
	let scheduler = Scheduler::batching(Words(capabilities(&[TaskKind::Embed])), config());
	let inputs = vec!["a b".to_owned(), "a".into()];
	let asked = Request { task: Task::Embed { inputs }, evidence: Some([1; 32]), ..request("", 1) };
	let evidence = scheduler.submit(asked).unwrap().wait().unwrap().evidence.unwrap();
	assert_eq!(*evidence.rows(), Rows::new(1, vec![0, 0], vec![2.0, 1.0]).unwrap());
}
