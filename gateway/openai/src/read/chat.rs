//! `/v1/chat/completions`.

use super::{
	max_output, no_bias, payload, plain_text, single, stops, streaming, tools, Asked, Chosen,
	MAX_LOGPROBS, MAX_MESSAGES,
};
use crate::{
	fields::{as_text, wrong, Fields, Read},
	reply::{Form, Reply},
	Order, Problem,
};
use reckon_primitives::TaskKind;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a worker reads.
#[derive(Serialize)]
pub(super) struct Chat {
	pub messages: Vec<Message>,
	#[serde(skip_serializing_if = "BTreeSet::is_empty")]
	pub stop: BTreeSet<String>,
}

/// A turn.
#[derive(Serialize)]
pub(super) struct Message {
	pub role: &'static str,
	pub content: String,
}

pub(super) fn read(mut fields: Fields, model: String, default_max: u32) -> Read<Asked> {
	let messages = match fields.need("messages")? {
		Value::Array(items) => items,
		_ => return Err(wrong("messages".to_owned(), "an array")),
	};
	bounded(messages.len(), "messages")?;
	let messages = messages
		.into_iter()
		.enumerate()
		.map(|(index, item)| message(Fields::of(item, format!("messages[{index}]"))?))
		.collect::<Read<Vec<_>>>()?;

	single(&mut fields, "n")?;
	no_bias(&mut fields)?;
	tools(&mut fields)?;
	plain_text(fields.object("response_format")?, "response_format")?;
	let modalities = fields.list("modalities")?.unwrap_or_default();
	if modalities.iter().any(|modality| modality != "text") {
		return Err(Problem::unsupported("modalities", "'modalities' must be [\"text\"]"));
	}
	if fields.take("audio").is_some() {
		return Err(Problem::unsupported("audio", "'audio' is not supported: answers are text"));
	}

	let wants = fields.flag("logprobs")?.unwrap_or(false);
	let top = fields.whole("top_logprobs", 0..=MAX_LOGPROBS)?;
	if top.is_some_and(|top| top > 0) && !wants {
		let message = "'top_logprobs' needs 'logprobs' to be true";
		return Err(Problem::invalid("top_logprobs", message));
	}
	let (stream, usage) = streaming(&mut fields)?;
	let max = max_output(&mut fields, &["max_completion_tokens", "max_tokens"], default_max)?;
	let Chosen { sampling, seeded, presence_milli, frequency_milli } =
		Chosen::read(&mut fields, max)?;
	let stop = stops(&mut fields)?;
	let order = Order {
		model: model.clone(),
		task: TaskKind::Chat,
		payload: payload(&Chat { messages, stop }),
		instructed: false,
		sampling,
		seeded,
		presence_milli,
		frequency_milli,
		logprobs: wants.then_some(top.unwrap_or(0) as u8),
	};
	Ok(Asked { order, reply: Reply::new(Form::Chat { usage }, model, stream, wants) })
}

/// Refuses a conversation without a turn, or with too many.
pub(super) fn bounded(got: usize, path: &str) -> Read<()> {
	match got {
		0 => Err(Problem::invalid(path, format!("'{path}' is empty"))),
		got if got > MAX_MESSAGES => {
			let message = format!("'{path}' has {got} items, {MAX_MESSAGES} are taken");
			Err(Problem::invalid(path, message))
		},
		_ => Ok(()),
	}
}

/// A turn that has a role.
pub(super) fn message(mut fields: Fields) -> Read<Message> {
	let path = fields.path("role");
	let role = match as_text(fields.need("role")?, || path.clone())?.as_str() {
		"system" | "developer" => "system",
		"user" => "user",
		"assistant" => "assistant",
		"tool" | "function" => "tool",
		_ => {
			let message =
				format!("'{path}' must be system, developer, user, assistant, tool or function");
			return Err(Problem::invalid(path, message));
		},
	};
	let mut text = match fields.take("content") {
		Some(value) => content(value, fields.path("content"))?,
		// An assistant that has called a tool has said nothing.
		None if role == "assistant" => String::new(),
		None => return Err(fields.missing("content")),
	};
	for (index, call) in fields.list("tool_calls")?.unwrap_or_default().into_iter().enumerate() {
		let mut call = Fields::of(call, fields.path(&format!("tool_calls[{index}]")))?;
		if let Some(function) = call.object("function")? {
			text.push_str(&called(function)?);
		}
	}
	Ok(Message { role, content: text })
}

/// A call of a tool, as text.
pub(super) fn called(mut function: Fields) -> Read<String> {
	let name = function.text("name")?.unwrap_or_default();
	let arguments = function.text("arguments")?.unwrap_or_default();
	Ok(format!("{name}({arguments})"))
}

/// What is said: a string, or parts of text one after the other.
pub(super) fn content(value: Value, path: String) -> Read<String> {
	let parts = match value {
		Value::String(text) => return Ok(text),
		Value::Array(parts) => parts,
		_ => return Err(wrong(path, "a string or an array of parts")),
	};
	let mut text = String::new();
	for (index, part) in parts.into_iter().enumerate() {
		let mut part = Fields::of(part, format!("{path}[{index}]"))?;
		let kind_path = part.path("type");
		match as_text(part.need("type")?, || kind_path.clone())?.as_str() {
			"text" | "input_text" | "output_text" => {
				let at = part.path("text");
				text.push_str(&as_text(part.need("text")?, || at)?);
			},
			"refusal" => text.push_str(&part.text("refusal")?.unwrap_or_default()),
			_ => {
				let message = format!("'{kind_path}' must be text: models here read nothing else");
				return Err(Problem::unsupported(kind_path, message));
			},
		}
	}
	Ok(text)
}
