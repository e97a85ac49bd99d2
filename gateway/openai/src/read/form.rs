//! What a model may call, and the form that its answer is held to.

use super::chat::{Tool, FUNCTION};
use crate::{
	calls::Callable,
	fields::{as_text, wrong, Fields, Read},
	Problem,
};
use serde::Serialize;
use serde_json::{json, Value};
use std::collections::BTreeSet;

/// The most tools of a request, as with OpenAI: what workers read.
pub const MAX_TOOLS: usize = 128;
/// The longest name of a tool, in bytes.
pub const MAX_TOOL_NAME: usize = 64;

/// How an endpoint says it: chat has the parts of a function and of a format in objects of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
	Chat,
	Responses,
}

/// What the model may call.
pub(super) struct Tools {
	/// Functions. Tools of other types are no model's here, and left out.
	pub tools: Vec<Tool<Signature>>,
	/// Which of them it has to call.
	pub choice: Option<Choice>,
	/// The same for the answer: what it may have in it.
	pub callable: Callable,
	/// `tools` and `tool_choice`, as clients are told what they have asked for.
	pub told: (Value, Value),
}

/// A function, for a model.
#[derive(Serialize)]
pub(super) struct Signature {
	pub name: String,
	#[serde(skip_serializing_if = "Option::is_none")]
	pub description: Option<String>,
	#[serde(skip_serializing_if = "Option::is_none")]
	pub parameters: Option<Value>,
}

/// A call that the model has to make.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Choice {
	/// Of any tool: `required`.
	Any(&'static str),
	/// Of this one.
	One(Tool<Named>),
}

/// A function that is called for.
#[derive(Serialize)]
pub(super) struct Named {
	pub name: String,
}

/// A form of an answer.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Format {
	JsonObject,
	JsonSchema { json_schema: Schema },
}

#[derive(Serialize)]
pub(super) struct Schema {
	pub name: String,
	pub schema: Value,
}

impl Tools {
	/// Reads `tools` and `tool_choice`.
	pub(super) fn read(fields: &mut Fields, dialect: Dialect) -> Read<Self> {
		// As they were before there were tools: nobody calls them.
		fields.list("functions")?;
		let old = fields.path("function_call");
		match fields.take("function_call") {
			None => {},
			Some(Value::String(choice)) if matches!(choice.as_str(), "auto" | "none") => {},
			Some(Value::String(_) | Value::Object(_)) => {
				let message = "'function_call' can't force a call: use 'tools' and 'tool_choice'";
				return Err(Problem::unsupported(old, message));
			},
			Some(_) => return Err(wrong(old, "a string or an object")),
		}
		let mut tools = Vec::new();
		let given = fields.list("tools")?.unwrap_or_default();
		if given.len() > MAX_TOOLS {
			let message = format!("'tools' has {} items, {MAX_TOOLS} are taken", given.len());
			return Err(Problem::invalid("tools", message));
		}
		let mut names = BTreeSet::new();
		for (index, tool) in given.into_iter().enumerate() {
			let path = fields.path(&format!("tools[{index}]"));
			let Some(signature) = signature(Fields::of(tool, path.clone())?, dialect)? else {
				continue;
			};
			if !names.insert(signature.name.clone()) {
				let message = format!("'{path}' has the name of another one: {}", signature.name);
				return Err(Problem::invalid(path, message));
			}
			tools.push(Tool::new(None, signature));
		}
		let listed: Value = tools.iter().map(told).collect();
		let mut said = Value::from("auto");
		let path = fields.path("tool_choice");
		let mut choice = None;
		match fields.take("tool_choice") {
			None => {},
			Some(Value::String(mode)) => {
				match mode.as_str() {
					"auto" => {},
					"none" => tools.clear(),
					"required" if tools.is_empty() => return Err(no_such_tool(path)),
					"required" => choice = Some(Choice::Any("required")),
					_ => {
						let message =
							format!("'{path}' must be none, auto, required or a function");
						return Err(Problem::invalid(path, message));
					},
				}
				said = mode.into();
			},
			Some(Value::Object(one)) => {
				let name = called_for(Fields::of(one.into(), path.clone())?, dialect)?;
				if !names.contains(&name) {
					return Err(no_such_tool(path));
				}
				said = json!({ "type": "function", "name": name });
				choice = Some(Choice::One(Tool::new(None, Named { name })));
			},
			Some(_) => return Err(wrong(path, "a string or an object")),
		}
		let names = tools.iter().map(|tool| tool.function.name.clone()).collect();
		let one = !fields.flag("parallel_tool_calls")?.unwrap_or(true);
		Ok(Self { tools, choice, callable: Callable { names, one }, told: (listed, said) })
	}
}

fn no_such_tool(path: String) -> Problem {
	let message = format!("'{path}' asks for a call of a tool that is not among 'tools'");
	Problem::invalid(path, message)
}

/// A tool as a response tells it.
fn told(Tool { function, .. }: &Tool<Signature>) -> Value {
	let Signature { name, description, parameters } = function;
	json!({
		"type": "function",
		"name": name,
		"description": description,
		"parameters": parameters,
		"strict": false,
	})
}

/// The function that a tool is; `None` where it is none.
fn signature(mut tool: Fields, dialect: Dialect) -> Read<Option<Signature>> {
	let path = tool.path("type");
	let kind = as_text(tool.need("type")?, || path)?;
	if kind != FUNCTION {
		return Ok(None);
	}
	let mut function = match dialect {
		Dialect::Responses => tool,
		Dialect::Chat => tool.object("function")?.ok_or_else(|| tool.missing("function"))?,
	};
	let path = function.path("name");
	let name = as_text(function.need("name")?, || path.clone())?;
	let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
	if !(1..=MAX_TOOL_NAME).contains(&name.len()) || !name.bytes().all(fits) {
		let message =
			format!("'{path}' must have from 1 to {MAX_TOOL_NAME} letters, digits, _ and -");
		return Err(Problem::invalid(path, message));
	}
	let description = function.text("description")?;
	let path = function.path("parameters");
	let parameters = function.take("parameters");
	if parameters.as_ref().is_some_and(|parameters| !parameters.is_object()) {
		return Err(wrong(path, "a JSON Schema: an object"));
	}
	Ok(Some(Signature { name, description, parameters }))
}

/// The name of the function that has to be called.
fn called_for(mut choice: Fields, dialect: Dialect) -> Read<String> {
	let path = choice.path("type");
	let kind = as_text(choice.need("type")?, || path.clone())?;
	if kind != FUNCTION {
		let message = format!("'{path}' must be function: models here call nothing else");
		return Err(Problem::unsupported(path, message));
	}
	let mut function = match dialect {
		Dialect::Responses => choice,
		Dialect::Chat => choice.object("function")?.ok_or_else(|| choice.missing("function"))?,
	};
	let path = function.path("name");
	as_text(function.need("name")?, || path)
}

/// The form that an answer is held to, and how clients are told of it; none where it is text.
pub(super) fn format(format: Option<Fields>, dialect: Dialect) -> Read<(Option<Format>, Value)> {
	let text = json!({ "type": "text" });
	let Some(mut format) = format else { return Ok((None, text)) };
	let path = format.path("type");
	match as_text(format.need("type")?, || path.clone())?.as_str() {
		"text" => Ok((None, text)),
		"json_object" => Ok((Some(Format::JsonObject), json!({ "type": "json_object" }))),
		"json_schema" => {
			let mut described = match dialect {
				Dialect::Responses => format,
				Dialect::Chat => {
					format.object("json_schema")?.ok_or_else(|| format.missing("json_schema"))?
				},
			};
			let name = described.text("name")?.unwrap_or_default();
			let path = described.path("schema");
			let schema = described.need("schema")?;
			if !schema.is_object() {
				return Err(wrong(path, "a JSON Schema: an object"));
			}
			let said =
				json!({ "type": "json_schema", "name": name, "schema": schema, "strict": true });
			Ok((Some(Format::JsonSchema { json_schema: Schema { name, schema } }), said))
		},
		_ => {
			let message = format!("'{path}' must be text, json_object or json_schema");
			Err(Problem::unsupported(path, message))
		},
	}
}
