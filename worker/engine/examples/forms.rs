//! What it costs to hold an answer to a form: median microseconds for each token, beside what the token
//! itself takes.
//!
//! `cargo run --example forms -p reckon-engine [MODEL]`

use std::time::{Duration, Instant};

use reckon_engine::{
	inspect, parse_request, Device, Model, Replay, Sampler, SamplingParams, StepEngine, TaskKind,
	TextEngine,
};
use serde_json::{json, Value};

const TOKENS: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
	let path = std::env::args().nth(1).unwrap_or_else(|| "models/lexicon".into());
	let Model::Text(engine) = Model::load(inspect(path.as_ref())?, &Device::cpu())? else {
		return Err("this model writes no text".into());
	};
	println!("{path}, {} tokens in its vocabulary; microseconds", engine.vocabulary());
	println!("form                           begin  first    mask  largest    step");
	let word = json!({ "type": "string" });
	let many: serde_json::Map<_, _> = (0..50)
		.map(|n| (format!("field_{n}"), json!({ "anyOf": [word, { "enum": [n, "x"] }] })))
		.collect();
	let required: Vec<&String> = many.keys().collect();
	for (name, format) in [
		("any object", json!({ "type": "json_object" })),
		("a string", described(json!({ "type": "array", "items": word }))),
		(
			"fifty fields",
			described(json!({ "type": "object", "properties": many, "required": required })),
		),
	] {
		println!("{name:<28} {}", measured(&engine, &format)?);
	}
	Ok(())
}

fn described(schema: Value) -> Value {
	json!({ "type": "json_schema", "json_schema": { "schema": schema } })
}

fn measured(engine: &TextEngine, format: &Value) -> Result<String, Box<dyn std::error::Error>> {
	let request = json!({
		"messages": [{ "role": "user", "content": "what is a ledger?" }],
		"response_format": format,
	});
	let task = parse_request(TaskKind::Chat, request.to_string().as_bytes())?;
	// The first grammar reads the tokenizer's tokens.
	let started = Instant::now();
	engine.grammar(&task)?;
	let first = started.elapsed();
	let started = Instant::now();
	let mut grammar = engine.grammar(&task)?.ok_or("there is no form")?;
	let begin = started.elapsed();

	let prompt = engine.encode(&task)?;
	let mut cache = engine.cache(prompt.len() + TOKENS)?;
	let mut step = engine.step(&prompt, &mut cache)?;
	let sampler = Sampler::new(SamplingParams { temperature: 1.0, ..Default::default() })?;
	let (mut masks, mut steps, mut answer) = (Vec::new(), Vec::new(), Vec::new());
	for _ in 0..TOKENS {
		let started = Instant::now();
		let logits = grammar.bounded(&step.logits).ok_or("the parser gives up")?;
		masks.push(started.elapsed());
		let token = sampler.sample(&answer, &logits)?;
		let started = Instant::now();
		grammar.push(token);
		if let Some(mask) = masks.last_mut() {
			*mask += started.elapsed();
		}
		if engine.is_end(token) {
			break;
		}
		answer.push(token);
		let started = Instant::now();
		step = engine.step(&[token], &mut cache)?;
		steps.push(started.elapsed());
	}
	masks.sort_unstable();
	steps.sort_unstable();
	let middle = |all: &[Duration]| all.get(all.len() / 2).copied().unwrap_or_default();
	let micros = |time: Duration| time.as_micros();
	let largest = masks.last().copied().unwrap_or_default();
	Ok(format!(
		"{:>7} {:>6} {:>7} {:>8} {:>7}",
		micros(begin),
		micros(first),
		micros(middle(&masks)),
		micros(largest),
		micros(middle(&steps))
	))
}
