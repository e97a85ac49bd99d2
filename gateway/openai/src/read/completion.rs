//! `/v1/completions`.

use super::{max_output, no_bias, payload, single, stops, streaming, Asked, Chosen, MAX_LOGPROBS};
use crate::{
	fields::{wrong, Fields, Read},
	reply::{Form, Reply},
	Order, Problem,
};
use reckon_primitives::TaskKind;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a worker reads.
#[derive(Serialize)]
struct Complete<'a> {
	prompt: &'a str,
	#[serde(skip_serializing_if = "BTreeSet::is_empty")]
	stop: BTreeSet<String>,
}

pub(super) fn read(mut fields: Fields, model: String, default_max: u32) -> Read<Asked> {
	let prompt = prompt(fields.need("prompt")?)?;
	single(&mut fields, "n")?;
	single(&mut fields, "best_of")?;
	no_bias(&mut fields)?;
	if fields.text("suffix")?.is_some_and(|suffix| !suffix.is_empty()) {
		return Err(Problem::unsupported("suffix", "'suffix' is not supported: leave it out"));
	}
	let logprobs = fields.whole("logprobs", 0..=MAX_LOGPROBS)?;
	let echo = fields.flag("echo")?.unwrap_or(false);
	if echo && logprobs.is_some() {
		let message = "'echo' with 'logprobs' is not supported: a prompt's tokens have no \
			probabilities here";
		return Err(Problem::unsupported("echo", message));
	}
	let (stream, usage) = streaming(&mut fields)?;
	let max = max_output(&mut fields, &["max_tokens"], default_max)?;
	let Chosen { sampling, seeded, presence_milli, frequency_milli } =
		Chosen::read(&mut fields, max)?;
	let stop = stops(&mut fields)?;
	let order = Order {
		model: model.clone(),
		task: TaskKind::Complete,
		payload: payload(&Complete { prompt: &prompt, stop }),
		instructed: false,
		sampling,
		seeded,
		presence_milli,
		frequency_milli,
		logprobs: logprobs.map(|top| top as u8),
	};
	let form = Form::Completion { usage, echo: echo.then_some(prompt) };
	Ok(Asked { order, reply: Reply::new(form, model, stream, logprobs.is_some()) })
}

fn prompt(value: Value) -> Read<String> {
	let mut prompts = match value {
		Value::String(prompt) => return Ok(prompt),
		Value::Array(prompts) => prompts,
		_ => return Err(wrong("prompt".to_owned(), "a string")),
	};
	if prompts.first().is_some_and(|first| first.is_number() || first.is_array()) {
		let message = "'prompt' must be text: token ids differ from model to model";
		return Err(Problem::unsupported("prompt", message));
	}
	if prompts.len() > 1 {
		let message = "'prompt' must be one string: send a request for each prompt";
		return Err(Problem::unsupported("prompt", message));
	}
	match prompts.pop() {
		Some(Value::String(prompt)) => Ok(prompt),
		Some(_) => Err(wrong("prompt[0]".to_owned(), "a string")),
		None => Err(Problem::invalid("prompt", "'prompt' is empty")),
	}
}
