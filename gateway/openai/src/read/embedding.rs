//! `/v1/embeddings`.

use super::{payload, Asked, MAX_INPUTS};
use crate::{
	fields::{as_text, wrong, Fields, Read},
	reply::{Form, Reply},
	Order, Problem,
};
use reckon_primitives::{Sampling, TaskKind};
use serde::Serialize;
use serde_json::Value;

/// What a worker reads.
#[derive(Serialize)]
struct Embed {
	input: Vec<String>,
}

pub(super) fn read(mut fields: Fields, model: String) -> Read<Asked> {
	let input = match fields.need("input")? {
		Value::String(text) => vec![text],
		Value::Array(items) => texts(items)?,
		_ => return Err(wrong("input".to_owned(), "a string or an array of strings")),
	};
	if fields.take("dimensions").is_some() {
		let message = "'dimensions' is not supported: vectors are as long as the model makes them";
		return Err(Problem::unsupported("dimensions", message));
	}
	let base64 = match fields.text("encoding_format")?.as_deref() {
		None | Some("float") => false,
		Some("base64") => true,
		Some(_) => {
			let message = "'encoding_format' must be float or base64";
			return Err(Problem::invalid("encoding_format", message));
		},
	};
	let order = Order {
		model: model.clone(),
		task: TaskKind::Embed,
		payload: payload(&Embed { input }),
		instructed: false,
		sampling: Sampling { max_output: 0, ..Sampling::default() },
		seeded: false,
		presence_milli: 0,
		frequency_milli: 0,
		logprobs: None,
	};
	Ok(Asked { order, reply: Reply::new(Form::Embedding { base64 }, model, false, false) })
}

fn texts(items: Vec<Value>) -> Read<Vec<String>> {
	if items.first().is_some_and(|first| first.is_number() || first.is_array()) {
		let message = "'input' must be text: token ids differ from model to model \
			(LangChain sends text with check_embedding_ctx_length=False)";
		return Err(Problem::unsupported("input", message));
	}
	match items.len() {
		0 => Err(Problem::invalid("input", "'input' is empty")),
		got if got > MAX_INPUTS => {
			let message = format!("'input' has {got} texts, {MAX_INPUTS} are taken");
			Err(Problem::invalid("input", message))
		},
		_ => items
			.into_iter()
			.enumerate()
			.map(|(index, item)| as_text(item, || format!("input[{index}]")))
			.collect(),
	}
}
