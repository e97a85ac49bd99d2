//! Chat templates: a conversation to the prompt that the model was trained on.

use std::io;

use minijinja::{context, value::Kwargs, Environment, Error, ErrorKind, Value};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::{
	error::EngineError,
	task::{Call, Conversation, Message, Role, Tool},
};

/// The longest template that is read, in bytes; the longest known have some 20 KiB.
pub(crate) const MAX_TEMPLATE_BYTES: u64 = 256 << 10;
/// The longest prompt that a template may write, in bytes: four times the longest request.
const MAX_PROMPT_BYTES: usize = 4 << 20;
/// Template instructions per prompt; a long conversation takes some 100,000.
const FUEL: u64 = 20_000_000;
const NAME: &str = "chat";

/// A compiled template. Templates come with models and are not trusted: time and output are
/// bounded, and nothing outside the conversation is visible to them.
pub(crate) struct ChatTemplate {
	environment: Box<Environment<'static>>,
	bos: String,
	eos: String,
	/// Whether it writes calls that the model has made; else they are told as what the model has said.
	writes_calls: bool,
}

impl ChatTemplate {
	/// Compiles a template; `bos` and `eos` are the tokens it may write.
	pub(crate) fn compile(source: String, bos: String, eos: String) -> Result<Self, String> {
		let mut environment = Environment::new();
		// As transformers does.
		environment.set_trim_blocks(true);
		environment.set_lstrip_blocks(true);
		environment.set_fuel(Some(FUEL));
		environment
			.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
		environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
			Err(Error::new(ErrorKind::InvalidOperation, message))
		});
		environment.add_filter("tojson", to_json);
		let writes_calls = source.contains("tool_calls");
		environment
			.add_template_owned(NAME, source)
			.map_err(|error| format!("the chat template does not compile: {error}"))?;
		Ok(Self { environment: Box::new(environment), bos, eos, writes_calls })
	}

	/// The prompt that asks for the next answer.
	pub(crate) fn render(&self, conversation: &Conversation) -> Result<String, EngineError> {
		let turn = |message| Turn::new(message, self.writes_calls);
		let messages: Vec<Turn> = conversation.messages.iter().map(turn).collect();
		let tools: Vec<Function<Signature>> = conversation
			.tools
			.iter()
			.map(|tool| Function::new(None, Signature::new(tool)))
			.collect();
		let failed = |error: Error| EngineError::Template(error.to_string());
		let mut prompt = BoundedText(Vec::new());
		self.environment
			.get_template(NAME)
			.map_err(failed)?
			.render_captured_to(
				context! {
					messages,
					// As transformers has it where there are none.
					tools => (!tools.is_empty()).then_some(tools),
					add_generation_prompt => true,
					bos_token => self.bos,
					eos_token => self.eos,
				},
				&mut prompt,
			)
			.map_err(failed)?;
		String::from_utf8(prompt.0).map_err(|error| EngineError::Template(error.to_string()))
	}
}

/// A turn, in the words of templates.
#[derive(Serialize)]
struct Turn<'a> {
	role: Role,
	content: String,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	tool_calls: Vec<Function<'a, Called<'a>>>,
	#[serde(skip_serializing_if = "Option::is_none")]
	tool_call_id: Option<&'a str>,
	#[serde(skip_serializing_if = "Option::is_none")]
	name: Option<&'a str>,
}

/// What both tools and calls of them are wrapped in.
#[derive(Serialize)]
struct Function<'a, Of> {
	#[serde(skip_serializing_if = "Option::is_none")]
	id: Option<&'a str>,
	r#type: &'static str,
	function: Of,
}

#[derive(Serialize)]
struct Signature<'a> {
	name: &'a str,
	#[serde(skip_serializing_if = "Option::is_none")]
	description: Option<&'a str>,
	#[serde(skip_serializing_if = "Option::is_none")]
	parameters: Option<Value>,
}

#[derive(Serialize)]
struct Called<'a> {
	name: &'a str,
	/// As an object where it is one: templates write it as JSON.
	arguments: Value,
}

impl<'a> Turn<'a> {
	fn new(message: &'a Message, writes_calls: bool) -> Self {
		let Message { role, content, calls, call, name } = message;
		let mut content = content.clone();
		let mut tool_calls = Vec::new();
		for call in calls {
			match writes_calls {
				true => tool_calls.push(Function::new(Some(&*call.id), Called::new(call))),
				false => content.push_str(&format!("{}({})", call.name, call.arguments)),
			}
		}
		Self {
			role: *role,
			content,
			tool_calls,
			tool_call_id: call.as_deref(),
			name: name.as_deref(),
		}
	}
}

impl<'a, Of> Function<'a, Of> {
	fn new(id: Option<&'a str>, function: Of) -> Self {
		Self { id, r#type: "function", function }
	}
}

impl<'a> Signature<'a> {
	fn new(Tool { name, description, parameters }: &'a Tool) -> Self {
		Self {
			name,
			description: description.as_deref(),
			parameters: parameters.as_ref().map(value),
		}
	}
}

impl<'a> Called<'a> {
	fn new(Call { name, arguments, .. }: &'a Call) -> Self {
		let object = serde_json::from_str(arguments).ok().filter(serde_json::Value::is_object);
		Self { name, arguments: object.as_ref().map_or_else(|| arguments.as_str().into(), value) }
	}
}

/// JSON as templates have it: numbers as numbers, however the JSON library keeps them.
fn value(json: &serde_json::Value) -> Value {
	match json {
		serde_json::Value::Null => Value::from(()),
		serde_json::Value::Bool(truth) => (*truth).into(),
		serde_json::Value::Number(_) => match (json.as_i64(), json.as_u64()) {
			(Some(whole), _) => whole.into(),
			(None, Some(whole)) => whole.into(),
			(None, None) => json.as_f64().unwrap_or(f64::INFINITY).into(),
		},
		serde_json::Value::String(text) => text.as_str().into(),
		serde_json::Value::Array(items) => items.iter().map(value).collect(),
		serde_json::Value::Object(fields) => {
			fields.iter().map(|(name, of)| (name.as_str(), value(of))).collect()
		},
	}
}

/// `tojson` as transformers has it: Python's spaces, nothing escaped for HTML. Models have read their tools
/// so.
fn to_json(value: Value, options: Kwargs) -> Result<Value, Error> {
	let indent: Option<usize> = options.get("indent")?;
	for name in ["ensure_ascii", "sort_keys"] {
		if options.get::<Option<bool>>(name)?.unwrap_or_default() {
			let message = format!("tojson knows no {name}=true");
			return Err(Error::new(ErrorKind::InvalidOperation, message));
		}
	}
	options.assert_all_used()?;
	let mut json = Vec::new();
	let written = match indent {
		Some(spaces) => {
			let spaces = " ".repeat(spaces.min(MAX_INDENT));
			let formatter = PrettyFormatter::with_indent(spaces.as_bytes());
			value.serialize(&mut Serializer::with_formatter(&mut json, formatter))
		},
		None => value.serialize(&mut Serializer::with_formatter(&mut json, Spaced)),
	};
	let failed = |why: String| Error::new(ErrorKind::BadSerialization, why);
	written.map_err(|error| failed(error.to_string()))?;
	String::from_utf8(json).map(Value::from_safe_string).map_err(|error| failed(error.to_string()))
}

/// The most spaces of one level.
const MAX_INDENT: usize = 16;

/// JSON as Python writes it: a space after commas and colons.
struct Spaced;

impl Spaced {
	fn separated<W: ?Sized + io::Write>(out: &mut W, first: bool) -> io::Result<()> {
		out.write_all(if first { b"" } else { b", " })
	}
}

impl Formatter for Spaced {
	fn begin_array_value<W: ?Sized + io::Write>(
		&mut self,
		out: &mut W,
		first: bool,
	) -> io::Result<()> {
		Self::separated(out, first)
	}

	fn begin_object_key<W: ?Sized + io::Write>(
		&mut self,
		out: &mut W,
		first: bool,
	) -> io::Result<()> {
		Self::separated(out, first)
	}

	fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
		out.write_all(b": ")
	}
}

/// A buffer that refuses to grow over [`MAX_PROMPT_BYTES`].
struct BoundedText(Vec<u8>);

impl io::Write for BoundedText {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		if self.0.len() + bytes.len() > MAX_PROMPT_BYTES {
			return Err(io::Error::other("the prompt is too long"));
		}
		self.0.extend_from_slice(bytes);
		Ok(bytes.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	/// As Qwen and Hermes have it, in short.
	const HERMES: &str = r#"{%- if tools %}
<tools>{% for tool in tools %}
{{ tool | tojson }}{% endfor %}
</tools>
{%- endif %}
{%- for message in messages %}
{{ message.role }}: {{ message.content }}
{%- for call in message.tool_calls %}
<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>
{%- endfor %}
{%- if message.tool_call_id is defined %} [{{ message.tool_call_id }}]{% endif %}
{%- endfor %}"#;

	fn conversation() -> Conversation {
		let parameters =
			json!({ "type": "object", "properties": { "z": { "type": "string" }, "a": {} } });
		let mut calls = Message::new(Role::Assistant, "");
		let arguments = r#"{"z":"<é>", "a":[1,2.0]}"#.into();
		calls.calls.push(Call { id: "call_1".into(), name: "look_up".into(), arguments });
		let mut result = Message::new(Role::Tool, "found");
		result.call = Some("call_1".into());
		Conversation {
			messages: vec![Message::new(Role::User, "hi"), calls, result],
			tools: vec![Tool {
				name: "look_up".into(),
				description: Some("It's \"it\"".into()),
				parameters: Some(parameters),
			}],
			form: None,
		}
	}

	fn render(source: &str, conversation: &Conversation) -> String {
		let template = ChatTemplate::compile(source.into(), "<s>".into(), "</s>".into()).unwrap();
		template.render(conversation).unwrap()
	}

	#[test]
	fn tools_and_calls_should_be_written_as_python_writes_them() {
		let expected = r#"<tools>{"type": "function", "function": {"name": "look_up", "description": "It's \"it\"", "parameters": {"type": "object", "properties": {"z": {"type": "string"}, "a": {}}}}}</tools>user: hiassistant: <tool_call>{"name": "look_up", "arguments": {"z": "<é>", "a": [1, 2.0]}}</tool_call>tool: found [call_1]"#;
		assert_eq!(render(HERMES, &conversation()), expected);
	}

	#[test]
	fn calls_should_be_told_as_text_when_a_template_knows_none() {
		let source = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
		let expected =
			"user: hi\nassistant: look_up({\"z\":\"<é>\", \"a\":[1,2.0]})\ntool: found\n";
		assert_eq!(render(source, &conversation()), expected);
	}

	#[test]
	fn no_tools_should_be_none() {
		let source = "{% if tools is none %}none{% endif %}{{ [] | tojson }}";
		let bare = Conversation { tools: vec![], ..conversation() };
		assert_eq!(render(source, &bare), "none[]");
	}

	#[test]
	fn json_should_be_indented_when_a_template_asks_for_it() {
		let source = "{% for t in tools %}{{ t.function.parameters.properties | tojson(indent=2) }}{% endfor %}";
		let expected = "{\n  \"z\": {\n    \"type\": \"string\"\n  },\n  \"a\": {}\n}";
		assert_eq!(render(source, &conversation()), expected);
		let unknown = "{{ messages | tojson(colour=2) }}";
		let template = ChatTemplate::compile(unknown.into(), String::new(), String::new()).unwrap();
		assert!(template.render(&conversation()).is_err());
	}
}
