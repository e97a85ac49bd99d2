//! The project's own chat model against what torch computed when it was trained.

mod common;

use std::{fs, path::PathBuf};

use common::load_text;
use reckon_engine::{
	Event, FinishReason, Message, Output, Replay, Request, Role, SamplingParams, Scheduler,
	SchedulerConfig, StepEngine, Task,
};
use serde::Deserialize;

/// `golden.json`, as models/lexicon/train/golden.py writes it.
#[derive(Deserialize)]
struct Golden {
	cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
	messages: Vec<GoldenMessage>,
	prompt_ids: Vec<u32>,
	last_logits_top5: Top,
	/// Not stopped at the end token.
	greedy_ids: Vec<u32>,
	/// By how much each of them won.
	#[serde(default)]
	greedy_margins: Vec<f32>,
}

#[derive(Deserialize)]
struct GoldenMessage {
	role: String,
	content: String,
}

#[derive(Deserialize)]
struct Top {
	ids: Vec<usize>,
	values: Vec<f32>,
}

impl Case {
	/// The greedy tokens up to the first that another order of sums could change.
	fn certain_ids(&self) -> &[u32] {
		let certain = self.greedy_margins.iter().position(|&margin| margin < 1e-3);
		&self.greedy_ids[..certain.unwrap_or(self.greedy_ids.len())]
	}

	fn task(&self) -> Task {
		let message = |message: &GoldenMessage| {
			let role = match message.role.as_str() {
				"system" => Role::System,
				"user" => Role::User,
				"assistant" => Role::Assistant,
				other => panic!("role {other}"),
			};
			Message::new(role, &message.content)
		};
		Task::chat(self.messages.iter().map(message).collect())
	}
}

fn model_dir() -> PathBuf {
	// Asked when the test runs: cargo takes a test for fresh that another clone of the repository has
	// left in a shared target directory.
	let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let dir = PathBuf::from(here).join("../../models/lexicon");
	assert!(
		dir.join("model.safetensors").is_file(),
		"no model in {}: it is part of the repository, run git checkout models/lexicon",
		dir.display()
	);
	dir
}

fn golden() -> Golden {
	serde_json::from_slice(&fs::read(model_dir().join("golden.json")).unwrap()).unwrap()
}

#[test]
fn lexicon_should_match_golden_tokens_and_logits() {
	let engine = load_text(&model_dir());
	let golden = golden();
	assert!(!golden.cases.is_empty());
	for case in golden.cases {
		let prompt = engine.encode(&case.task()).unwrap();
		assert_eq!(prompt, case.prompt_ids);
		let mut cache = engine.cache(prompt.len() + case.greedy_ids.len()).unwrap();
		let mut logits = engine.step(&prompt, &mut cache).unwrap().logits;
		for (&id, value) in case.last_logits_top5.ids.iter().zip(&case.last_logits_top5.values) {
			assert!((logits[id] - value).abs() < 2e-3, "token {id}: {} {value}", logits[id]);
		}
		for (at, &expected) in case.certain_ids().iter().enumerate() {
			let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap();
			assert_eq!(best as u32, expected, "token {at} of {:?}", case.greedy_ids);
			logits = engine.step(&[expected], &mut cache).unwrap().logits;
		}
	}
}

#[test]
fn lexicon_should_answer_the_golden_text_when_served() {
	let engine = load_text(&model_dir());
	let cases = golden().cases;
	let expected: Vec<(Vec<u32>, String)> = cases
		.iter()
		.map(|case| {
			let all = case.certain_ids();
			let end = all.iter().position(|&id| engine.is_end(id));
			let tokens = all[..end.map_or(all.len(), |at| at + 1)].to_vec();
			let text = engine.decode(&tokens).unwrap();
			(tokens, text)
		})
		.collect();
	let scheduler = Scheduler::stepping(engine, SchedulerConfig::default());
	let tickets: Vec<_> = cases
		.iter()
		.zip(&expected)
		.map(|(case, (tokens, _))| {
			let sampling = SamplingParams { max_tokens: tokens.len(), ..SamplingParams::default() };
			let task = case.task();
			scheduler.submit(Request { task, sampling, evidence: None, likely: None }).unwrap()
		})
		.collect();
	for (ticket, (expected_tokens, expected_text)) in tickets.into_iter().zip(expected) {
		let mut pieces = String::new();
		let output = loop {
			match ticket.next_event().unwrap() {
				Event::Token { text, .. } => pieces.push_str(&text),
				Event::Done(answer) => break answer.output,
				Event::Failed(error) => panic!("{error}"),
			}
		};
		let Output::Text { text, tokens, finish } = output else { panic!("no text") };
		assert_eq!((&text, &tokens), (&expected_text, &expected_tokens));
		assert_eq!(pieces, text);
		let stops = tokens.last() == Some(&3);
		assert_eq!(finish, if stops { FinishReason::Stop } else { FinishReason::Length });
	}
}
