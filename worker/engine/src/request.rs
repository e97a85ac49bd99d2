//! Payload bytes to tasks, and outputs to payload bytes. Both total: any bytes give a task or an
//! error, never a panic, and equal outputs give equal bytes on every host.

use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use crate::{
	error::RequestError,
	task::{Call, Conversation, Form, Message, Output, Role, Task, TaskKind, Tool},
};

/// The longest request in bytes: some 250,000 tokens, more than the engines' models read.
pub const MAX_REQUEST_BYTES: usize = 1 << 20;
/// The most turns of a conversation.
pub const MAX_MESSAGES: usize = 1024;
/// The most tools of a conversation, as OpenAI allows.
pub const MAX_TOOLS: usize = 128;
/// The longest name of a tool, in bytes.
pub const MAX_TOOL_NAME: usize = 64;
/// The most texts of one embedding request, as OpenAI allows.
pub const MAX_INPUTS: usize = 2048;

/// Reads a request of the given kind.
///
/// Bytes that start with `{` are JSON in OpenAI's request shape (`messages`, with `tools`, `tool_choice` and
/// `response_format` as in `/v1/chat/completions`; `prompt`; or `input`; other fields are ignored: sampling is
/// part of the job, not of the payload). Anything else is
/// plain text: one user message, the prompt, or the one input.
///
/// # Errors
/// When the bytes are too long, not UTF-8, or not of the shape.
pub fn parse_request(kind: TaskKind, bytes: &[u8]) -> Result<Task, RequestError> {
	if bytes.len() > MAX_REQUEST_BYTES {
		return Err(RequestError::TooLarge { got: bytes.len(), max: MAX_REQUEST_BYTES });
	}
	let text = std::str::from_utf8(bytes).map_err(|_| RequestError::NotUtf8)?;
	if text.starts_with('{') {
		return parse_json(kind, text);
	}
	let text = text.to_owned();
	Ok(match kind {
		TaskKind::Chat => Task::chat(vec![Message::new(Role::User, text)]),
		TaskKind::Complete => Task::Complete { prompt: text },
		TaskKind::Embed => Task::Embed { inputs: vec![text] },
	})
}

/// The bytes that are delivered, hashed and paid for: the text itself, or
/// `{"embeddings":[[...],...]}` with each f32 in its shortest form that reads back the same.
pub fn encode_output(output: &Output) -> Vec<u8> {
	#[derive(Serialize)]
	struct Embeddings<'a> {
		embeddings: &'a [Vec<f32>],
	}

	match output {
		Output::Text { text, .. } => text.clone().into_bytes(),
		// Vectors of numbers always serialise; an empty answer is refused by every client.
		Output::Embeddings(embeddings) => {
			serde_json::to_vec(&Embeddings { embeddings }).unwrap_or_default()
		},
	}
}

#[derive(Deserialize)]
struct ChatRequest {
	messages: Vec<ChatMessage>,
	tools: Option<Vec<Value>>,
	tool_choice: Option<Choice>,
	response_format: Option<Value>,
}

#[derive(Deserialize)]
struct ChatMessage {
	role: ChatRole,
	content: Option<Content>,
	tool_calls: Option<Vec<Called>>,
	tool_call_id: Option<String>,
	name: Option<String>,
}

#[derive(Deserialize)]
struct Called {
	id: Option<String>,
	function: CalledFunction,
}

#[derive(Deserialize)]
struct CalledFunction {
	name: String,
	arguments: Option<String>,
}

/// A tool that is no function is none of a model's here, and left out.
const FUNCTION: &str = "function";

#[derive(Deserialize)]
struct Function {
	name: String,
	description: Option<String>,
	parameters: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Choice {
	Mode(Mode),
	One { function: Named },
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
	None,
	Auto,
	Required,
}

#[derive(Deserialize)]
struct Named {
	name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChatRole {
	#[serde(alias = "developer")]
	System,
	User,
	Assistant,
	#[serde(alias = "function")]
	Tool,
}

/// OpenAI allows a string or a list of parts; of parts, only text can be read by these models.
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
	Text(String),
	Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Part {
	Text { text: String },
}

#[derive(Deserialize)]
struct CompleteRequest {
	prompt: String,
}

#[derive(Deserialize)]
struct EmbedRequest {
	input: Input,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
	One(String),
	Many(Vec<String>),
}

fn parse_json(kind: TaskKind, text: &str) -> Result<Task, RequestError> {
	match kind {
		TaskKind::Chat => {
			let request: ChatRequest = from_json(kind, text)?;
			let messages = bounded(request.messages, "messages", MAX_MESSAGES)?;
			let messages = messages.into_iter().map(Message::from).collect();
			let tools = bounded_tools(request.tools.unwrap_or_default())?;
			answered(messages, tools, request.tool_choice, request.response_format)
				.map(Task::Chat)
				.map_err(|reason| RequestError::Malformed { kind, reason })
		},
		TaskKind::Complete => {
			let request: CompleteRequest = from_json(kind, text)?;
			Ok(Task::Complete { prompt: request.prompt })
		},
		TaskKind::Embed => {
			let request: EmbedRequest = from_json(kind, text)?;
			let inputs = match request.input {
				Input::One(input) => vec![input],
				Input::Many(inputs) => bounded(inputs, "inputs", MAX_INPUTS)?,
			};
			Ok(Task::Embed { inputs })
		},
	}
}

/// serde_json stops at 128 levels, so nesting is bounded too.
fn from_json<'a, T: Deserialize<'a>>(kind: TaskKind, text: &'a str) -> Result<T, RequestError> {
	serde_json::from_str(text)
		.map_err(|error| RequestError::Malformed { kind, reason: error.to_string() })
}

fn bounded<T>(items: Vec<T>, what: &'static str, max: usize) -> Result<Vec<T>, RequestError> {
	match items.len() {
		0 => Err(RequestError::Empty(what)),
		got if got > max => Err(RequestError::TooMany { what, got, max }),
		_ => Ok(items),
	}
}

fn bounded_tools(tools: Vec<Value>) -> Result<Vec<Value>, RequestError> {
	match tools.len() {
		got if got > MAX_TOOLS => Err(RequestError::TooMany { what: "tools", got, max: MAX_TOOLS }),
		_ => Ok(tools),
	}
}

/// What a conversation is answered with: its tools, and a form where one is asked for.
fn answered(
	messages: Vec<Message>,
	tools: Vec<Value>,
	choice: Option<Choice>,
	format: Option<Value>,
) -> Result<Conversation, String> {
	let functions = tools.into_iter().filter(|tool| tool["type"] == FUNCTION);
	let mut tools = Vec::new();
	for mut tool in functions {
		let function = tool.get_mut("function").map(Value::take).unwrap_or_default();
		let function: Function = serde_json::from_value(function)
			.map_err(|error| format!("a tool's function: {error}"))?;
		let Function { name, description, parameters } = function;
		if !is_name(&name) {
			return Err(format!(
				"a tool's name must have from 1 to {MAX_TOOL_NAME} letters, digits, _ and -"
			));
		}
		if tools.iter().any(|tool: &Tool| tool.name == name) {
			return Err(format!("two tools have the name {name}"));
		}
		if parameters.as_ref().is_some_and(|parameters| !parameters.is_object()) {
			return Err(format!(
				"the parameters of the tool {name} must be a JSON Schema: an object"
			));
		}
		tools.push(Tool { name, description, parameters });
	}
	let names = |tools: &[Tool]| tools.iter().map(|tool| tool.name.clone()).collect();
	let format = form(format)?;
	let form = match choice {
		None | Some(Choice::Mode(Mode::Auto)) => match format {
			Some(Form::Object) if !tools.is_empty() => {
				Some(Form::SchemaOrCall(json!({ "type": "object" }), names(&tools)))
			},
			Some(Form::Schema(schema)) if !tools.is_empty() => {
				Some(Form::SchemaOrCall(schema, names(&tools)))
			},
			format => format,
		},
		Some(Choice::Mode(Mode::None)) => {
			tools.clear();
			format
		},
		Some(Choice::Mode(Mode::Required)) => Some(Form::Call(names(&tools))),
		Some(Choice::One { function }) => Some(Form::Call(vec![function.name])),
	};
	if let Some(Form::Call(names)) = &form {
		let is_there = |name: &String| tools.iter().any(|tool| tool.name == *name);
		if names.is_empty() || !names.iter().all(is_there) {
			return Err("tool_choice asks for a call of a tool that is not among the tools".into());
		}
	}
	Ok(Conversation { messages, tools, form })
}

/// The form that a `response_format` asks for.
fn form(format: Option<Value>) -> Result<Option<Form>, String> {
	let Some(mut format) = format else { return Ok(None) };
	let kind = format["type"].as_str().unwrap_or_default().to_owned();
	match kind.as_str() {
		"text" => Ok(None),
		"json_object" => Ok(Some(Form::Object)),
		"json_schema" => match format.pointer_mut("/json_schema/schema").map(Value::take) {
			Some(schema @ Value::Object(_)) => Ok(Some(Form::Schema(schema))),
			_ => Err("response_format.json_schema.schema must be an object".into()),
		},
		_ => Err("response_format.type must be text, json_object or json_schema".into()),
	}
}

fn is_name(name: &str) -> bool {
	let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
	(1..=MAX_TOOL_NAME).contains(&name.len()) && name.bytes().all(fits)
}

impl From<ChatMessage> for Message {
	fn from(message: ChatMessage) -> Self {
		let role = match message.role {
			ChatRole::System => Role::System,
			ChatRole::User => Role::User,
			ChatRole::Assistant => Role::Assistant,
			ChatRole::Tool => Role::Tool,
		};
		let content = match message.content {
			None => String::new(),
			Some(Content::Text(text)) => text,
			Some(Content::Parts(parts)) => {
				parts.into_iter().map(|Part::Text { text }| text).collect()
			},
		};
		let calls = message.tool_calls.unwrap_or_default().into_iter().map(|call| Call {
			id: call.id.unwrap_or_default(),
			name: call.function.name,
			arguments: call.function.arguments.unwrap_or_default(),
		});
		let calls = calls.collect();
		Self { role, content, calls, call: message.tool_call_id, name: message.name }
	}
}
