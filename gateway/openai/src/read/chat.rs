//! `/v1/chat/completions`.

use super::{
	form::{format, Choice, Dialect, Format, Signature, Tools},
	max_output, no_bias, payload, single, stops, streaming, Asked, Chosen, MAX_LOGPROBS,
	MAX_MESSAGES,
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
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub tools: Vec<Tool<Signature>>,
	#[serde(skip_serializing_if = "Option::is_none")]
	pub tool_choice: Option<Choice>,
	#[serde(skip_serializing_if = "Option::is_none")]
	pub response_format: Option<Format>,
}

/// A turn.
#[derive(Serialize)]
pub(super) struct Message {
	pub role: &'static str,
	pub content: String,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub tool_calls: Vec<Tool<Called>>,
	#[serde(skip_serializing_if = "Option::is_none")]
	pub tool_call_id: Option<String>,
	#[serde(skip_serializing_if = "Option::is_none")]
	pub name: Option<String>,
}

/// What a function, a call of one and a choice of one are wrapped in.
#[derive(Serialize)]
pub(super) struct Tool<Of> {
	#[serde(skip_serializing_if = "Option::is_none")]
	pub id: Option<String>,
	r#type: &'static str,
	pub function: Of,
}

/// The only type of tools here.
pub(super) const FUNCTION: &str = "function";

/// What an assistant has called.
#[derive(Serialize)]
pub(super) struct Called {
	name: String,
	arguments: String,
}

impl<Of> Tool<Of> {
	pub(super) fn new(id: Option<String>, function: Of) -> Self {
		Self { id, r#type: FUNCTION, function }
	}
}

impl Message {
	/// A turn that says something, and no more.
	pub(super) fn new(role: &'static str, content: String) -> Self {
		Self { role, content, tool_calls: Vec::new(), tool_call_id: None, name: None }
	}
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
	let Tools { tools, choice: tool_choice, callable, .. } =
		Tools::read(&mut fields, Dialect::Chat)?;
	let (response_format, _) = format(fields.object("response_format")?, Dialect::Chat)?;
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
		payload: payload(&Chat { messages, stop, tools, tool_choice, response_format }),
		instructed: false,
		sampling,
		seeded,
		presence_milli,
		frequency_milli,
		logprobs: wants.then_some(top.unwrap_or(0) as u8),
	};
	Ok(Asked {
		order,
		reply: Reply::new(Form::Chat { usage }, model, stream, wants).calling(callable),
	})
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
	let content = match fields.take("content") {
		Some(value) => content(value, fields.path("content"))?,
		// An assistant that has called a tool has said nothing.
		None if role == "assistant" => String::new(),
		None => return Err(fields.missing("content")),
	};
	let mut tool_calls = Vec::new();
	for (index, call) in fields.list("tool_calls")?.unwrap_or_default().into_iter().enumerate() {
		let mut call = Fields::of(call, fields.path(&format!("tool_calls[{index}]")))?;
		let id = call.text("id")?;
		if let Some(function) = call.object("function")? {
			tool_calls.push(called(id, function)?);
		}
	}
	// As it was before there were tools.
	if let Some(function) = fields.object("function_call")? {
		tool_calls.push(called(None, function)?);
	}
	let tool_call_id = fields.text("tool_call_id")?;
	// Of others nobody's template says it.
	let name = fields.text("name")?.filter(|_| role == "tool");
	Ok(Message { role, content, tool_calls, tool_call_id, name })
}

/// A call of a tool.
pub(super) fn called(id: Option<String>, mut function: Fields) -> Read<Tool<Called>> {
	let name = function.text("name")?.unwrap_or_default();
	let arguments = function.text("arguments")?.unwrap_or_default();
	Ok(Tool::new(id, Called { name, arguments }))
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
