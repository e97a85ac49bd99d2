//! `/v1/responses`: what of it needs no memory, once what was said is in place of references to it.

use super::{
	chat::{bounded, called, content, message, Chat, Message},
	form::{format, Dialect, Tools},
	payload, stops, streaming, Asked, Chosen, MAX_LOGPROBS,
};
use crate::{
	fields::{wrong, Fields, Read},
	references::{PREVIOUS, REFERENCE, RESOLVED},
	reply::{Form, Reply, Settings},
	Order, Problem,
};
use reckon_primitives::TaskKind;
use serde_json::Value;

pub(super) fn read(mut fields: Fields, model: String, default_max: u32) -> Read<Asked> {
	for name in ["conversation", "prompt"] {
		if fields.take(name).is_some() {
			let message = format!("'{name}' is not supported: send all input");
			return Err(Problem::unsupported(name, message));
		}
	}
	if let Some(id) = fields.text(PREVIOUS)? {
		let message = format!(
			"no response '{id}' is known here: answers are kept for some days, for the account whose \
			 API key has asked, and not for the lines of a file; send all input"
		);
		let code = Some("previous_response_not_found");
		return Err(Problem { code, ..Problem::invalid(PREVIOUS, message) });
	}
	let previous = fields.text(RESOLVED)?;
	if fields.flag("background")?.unwrap_or(false) {
		let message = "'background' is not supported: stream, or wait for the answer";
		return Err(Problem::unsupported("background", message));
	}
	let Tools { tools, choice: tool_choice, callable, told } =
		Tools::read(&mut fields, Dialect::Responses)?;
	let form = match fields.object("text")? {
		Some(mut text) => text.object("format")?,
		None => None,
	};
	let (response_format, format_said) = format(form, Dialect::Responses)?;

	let instructions = fields.text("instructions")?;
	let mut messages = Vec::new();
	if let Some(content) = &instructions {
		messages.push(Message::new("system", content.clone()));
	}
	let instructed = instructions.is_some();
	let said = messages.len();
	match fields.need("input")? {
		Value::String(content) => messages.push(Message::new("user", content)),
		Value::Array(items) => {
			bounded(items.len(), "input")?;
			for (index, item) in items.into_iter().enumerate() {
				let item = Fields::of(item, format!("input[{index}]"))?;
				turn(item, &mut messages)?;
			}
		},
		_ => return Err(wrong("input".to_owned(), "a string or an array of items")),
	}
	if messages.len() == said {
		return Err(Problem::invalid("input", "'input' has nothing that a model can read"));
	}
	bounded(messages.len(), "input")?;

	let top = fields.whole("top_logprobs", 0..=MAX_LOGPROBS)?;
	let included = fields.list("include")?.unwrap_or_default();
	let wants = top.is_some_and(|top| top > 0)
		|| included.iter().any(|what| what == "message.output_text.logprobs");
	let (stream, _) = streaming(&mut fields)?;
	let limit = fields.whole("max_output_tokens", 1..=u32::MAX)?;
	let max = limit.unwrap_or(default_max);
	let Chosen { sampling, seeded, presence_milli, frequency_milli } =
		Chosen::read(&mut fields, max)?;
	let stop = stops(&mut fields)?;
	let settings = Settings {
		instructions,
		previous,
		max_output: limit,
		temperature_milli: sampling.temperature_milli,
		top_p_milli: sampling.top_p_milli,
		top_logprobs: top.unwrap_or(0),
		tools: told.0,
		tool_choice: told.1,
		parallel: !callable.one,
		format: format_said,
	};
	let order = Order {
		model: model.clone(),
		task: TaskKind::Chat,
		payload: payload(&Chat { messages, stop, tools, tool_choice, response_format }),
		instructed,
		sampling,
		seeded,
		presence_milli,
		frequency_milli,
		logprobs: wants.then_some(top.unwrap_or(0) as u8),
	};
	let form = Form::Response(Box::new(settings));
	Ok(Asked { order, reply: Reply::new(form, model, stream, wants).calling(callable) })
}

/// Adds what an item says. Items that a model does not read, as reasoning that it has written itself, say
/// nothing.
fn turn(mut item: Fields, messages: &mut Vec<Message>) -> Read<()> {
	let kind = item.text("type")?;
	match kind.as_deref() {
		None | Some("message") => messages.push(message(item)?),
		Some("function_call") => {
			let id = item.text("call_id")?;
			let call = called(id, item)?;
			// What an assistant says and calls at once is one turn.
			match messages.last_mut() {
				Some(last) if last.role == "assistant" => last.tool_calls.push(call),
				_ => {
					let mut turn = Message::new("assistant", String::new());
					turn.tool_calls.push(call);
					messages.push(turn);
				},
			}
		},
		Some("function_call_output") => {
			let path = item.path("output");
			let content = content(item.need("output")?, path)?;
			let tool_call_id = item.text("call_id")?;
			messages.push(Message { tool_call_id, ..Message::new("tool", content) });
		},
		Some(REFERENCE) => {
			let path = item.path("id");
			let id = item.text("id")?.unwrap_or_default();
			let message = format!(
				"no item '{id}' is known here: answers are kept for some days, for the account that \
				 has asked; send the item itself"
			);
			let code = Some("item_not_found");
			let problem = Problem::new(404, "invalid_request_error", code, message);
			return Err(Problem { param: Some(path), ..problem });
		},
		Some(_) => {},
	}
	Ok(())
}
