//! Does one task for each line of standard input, and says what came of it and how long it took. So
//! another program can measure this engine in turn with others: `scripts/bench_peers.py` does.
//!
//!     timed MODEL_DIR
//!
//! In, one JSON object a line: `{"embed": ["a text", …]}`, `{"chat": "a question"}` or
//! `{"complete": "a text"}`, the latter two with `"tokens"`, the most to generate, greedily. Out, one a
//! line: `vectors` or `tokens` (their numbers), `units_in`, and `seconds`: of the whole embedding, or
//! from the first generated token to the last.

use std::{
	env,
	error::Error,
	io::{stdin, stdout, BufRead, Write},
	time::Instant,
};

use reckon_engine::{
	inspect, Answer, BatchEngine, Cancel, Device, Event, Message, Model, Output, Request,
	Requested, Role, SamplingParams, Scheduler, SchedulerConfig, Task,
};
use serde_json::{json, Value};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
	let path = env::args().nth(1).ok_or("usage: timed MODEL_DIR")?;
	let device = Device::select(Requested::Cpu)?;
	match Model::load(inspect(path.as_ref())?, &device)? {
		Model::Embedding(engine) => serve(|task| embed(&engine, task)),
		text @ Model::Text(_) => {
			let scheduler = text.serve(SchedulerConfig::default());
			serve(|task| generate(&scheduler, task))
		},
	}
}

fn serve(answer: impl Fn(&Value) -> Result<Value>) -> Result<()> {
	for line in stdin().lock().lines() {
		let answer = answer(&serde_json::from_str(&line?)?)?;
		let mut out = stdout().lock();
		writeln!(out, "{answer}")?;
		out.flush()?;
	}
	Ok(())
}

fn embed(engine: &impl BatchEngine, task: &Value) -> Result<Value> {
	let inputs = serde_json::from_value(task["embed"].clone())?;
	let task = Task::Embed { inputs };
	let start = Instant::now();
	let Answer { output, usage, .. } = engine.run(&task, &Cancel::default())?;
	let seconds = start.elapsed().as_secs_f64();
	let Output::Embeddings(vectors) = output else { return Err("no embeddings".into()) };
	Ok(json!({ "seconds": seconds, "units_in": usage.units_in, "vectors": vectors }))
}

fn generate(scheduler: &Scheduler, task: &Value) -> Result<Value> {
	let max_tokens = task["tokens"].as_u64().ok_or("how many tokens?")?.try_into()?;
	let task = match (task["chat"].as_str(), task["complete"].as_str()) {
		(Some(question), None) => Task::chat(vec![Message::new(Role::User, question)]),
		(None, Some(prompt)) => Task::Complete { prompt: prompt.into() },
		_ => return Err("neither a chat nor a text to complete".into()),
	};
	let sampling = SamplingParams { max_tokens, ..SamplingParams::default() };
	let ticket = scheduler.submit(Request { task, sampling, evidence: None, likely: None })?;
	let mut first = None;
	let mut seconds = 0.0;
	loop {
		match ticket.next_event().ok_or("the engine has stopped")? {
			Event::Token { .. } => {
				seconds = first.get_or_insert_with(Instant::now).elapsed().as_secs_f64();
			},
			Event::Done(Answer { output: Output::Text { tokens, .. }, usage, .. }) => {
				return Ok(json!({
					"seconds": seconds, "units_in": usage.units_in, "tokens": tokens,
				}));
			},
			Event::Done(_) => return Err("no text".into()),
			Event::Failed(error) => return Err(error.into()),
		}
	}
}
