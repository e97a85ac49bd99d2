//! What a client gets.

use crate::{
	calls::{heard, Call, Callable, Heard},
	events::Events,
	references::{CALL_ITEM, ITEM, RESPONSE},
	Problem,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use reckon_primitives::Balance;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeMap;

/// What stands for a probability of nothing, as OpenAI writes it: JSON has no infinity.
const IMPOSSIBLE: f32 = -9999.0;

/// A token's probability, and what else was likely.
#[derive(Clone, PartialEq, Debug)]
pub struct Logprob {
	/// The token's bytes.
	pub token: Vec<u8>,
	/// Natural logarithm of its probability.
	pub logprob: f32,
	/// The likeliest tokens there, likeliest first.
	pub top: Vec<(Vec<u8>, f32)>,
}

/// Why an answer ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finish {
	/// The model ended, or a stop string did.
	Stop,
	/// It is as long as it may be.
	Length,
}

impl Finish {
	/// OpenAI's `finish_reason`.
	pub fn name(self) -> &'static str {
		match self {
			Self::Stop => "stop",
			Self::Length => "length",
		}
	}

	/// The same of an answer that may have called tools.
	pub(crate) fn reason(self, called: bool) -> &'static str {
		match (self, called) {
			(Self::Stop, true) => "tool_calls",
			_ => self.name(),
		}
	}

	/// The status of a response, and of its message.
	pub(crate) fn status(self) -> &'static str {
		match self {
			Self::Stop => "completed",
			Self::Length => "incomplete",
		}
	}
}

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
	/// Tokens read.
	pub input: u32,
	/// Tokens written.
	pub output: u32,
	/// What it cost, in the smallest token unit: `charge`, a decimal string.
	pub charge: Balance,
}

/// What every answer begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
	/// The request's id, which is part of the answer's.
	pub id: H256,
	/// When the request came in, in Unix seconds.
	pub created: u64,
}

/// An answer that is all there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Whole<'a> {
	/// Text in UTF-8, or JSON with `embeddings`.
	pub output: &'a [u8],
	/// Where they were asked for.
	pub logprobs: &'a [Logprob],
	/// Why it ended.
	pub finish: Finish,
	/// What was done.
	pub usage: Usage,
}

/// How a request is answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
	pub(crate) form: Form,
	pub(crate) model: String,
	pub(crate) logprobs: bool,
	/// What the model may call.
	pub(crate) callable: Callable,
	stream: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Form {
	/// `usage`: whether a last chunk has it.
	Chat {
		usage: bool,
	},
	/// `echo`: the prompt, where the answer is to begin with it.
	Completion {
		usage: bool,
		echo: Option<String>,
	},
	Response(Box<Settings>),
	Embedding {
		base64: bool,
	},
}

/// What a response says of its own request.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Settings {
	pub instructions: Option<String>,
	/// The id of the response that it goes on from.
	pub previous: Option<String>,
	pub max_output: Option<u32>,
	pub temperature_milli: u16,
	pub top_p_milli: u16,
	pub top_logprobs: u32,
	/// `tools`, as they were asked for.
	pub tools: Value,
	/// `tool_choice`, likewise.
	pub tool_choice: Value,
	/// `parallel_tool_calls`, likewise.
	pub parallel: bool,
	/// `text.format`, likewise.
	pub format: Value,
}

impl Reply {
	pub(crate) fn new(form: Form, model: String, stream: bool, logprobs: bool) -> Self {
		Self { form, model, stream, logprobs, callable: Callable::default() }
	}

	/// The same, where the model may call tools.
	pub(crate) fn calling(self, callable: Callable) -> Self {
		Self { callable, ..self }
	}

	/// Text in a completion's events, whatever was asked: how what is sealed is told.
	pub fn of_sealed(model: String) -> Self {
		Self::new(Form::Completion { usage: false, echo: None }, model, true, false)
	}

	/// Whether the client wants events.
	pub fn is_stream(&self) -> bool {
		self.stream
	}

	/// The same answer, as events.
	pub fn streamed(self) -> Self {
		Self { stream: !matches!(self.form, Form::Embedding { .. }), ..self }
	}

	/// The answer as one JSON document.
	///
	/// # Errors
	/// 500 when a worker's vectors can't be read.
	pub fn whole(&self, head: &Head, whole: &Whole) -> Result<String, Problem> {
		let Self { form, model, .. } = self;
		let Whole { output, finish, usage, .. } = *whole;
		let text = || String::from_utf8_lossy(output).into_owned();
		let heard = || heard(&self.callable, &text(), whole.logprobs);
		let created = head.created;
		let value = match form {
			Form::Chat { .. } => {
				let Heard { text: content, logprobs, calls, .. } = heard();
				let mut message =
					json!({ "role": "assistant", "content": content, "refusal": null });
				if !calls.is_empty() {
					if content.is_empty() {
						message = with(message, "content", Value::Null);
					}
					let calls = (0..).zip(&calls).map(|(nth, call)| chat_call(head, nth, call));
					message = with(message, "tool_calls", calls.collect::<Value>());
					message = with(message, WRITTEN, text());
				}
				json!({
					"id": form.id(head),
					"object": "chat.completion",
					"created": created,
					"model": model,
					"choices": [{
						"index": 0,
						"message": message,
						"logprobs": self.logprobs.then(|| ChatLogprobs::of(&logprobs)),
						"finish_reason": finish.reason(!calls.is_empty()),
					}],
					"usage": TextUsage::of(&usage),
				})
			},
			Form::Completion { echo, .. } => {
				let prompt = echo.as_deref().unwrap_or_default();
				json!({
					"id": form.id(head),
					"object": "text_completion",
					"created": created,
					"model": model,
					"choices": [{
						"index": 0,
						"text": format!("{prompt}{}", text()),
						"logprobs": self.logprobs.then(|| OldLogprobs::of(whole.logprobs, &mut 0)),
						"finish_reason": finish.name(),
					}],
					"usage": TextUsage::of(&usage),
				})
			},
			Form::Response(settings) => {
				let Heard { text: content, logprobs, calls, .. } = heard();
				let mut items = Vec::new();
				if !content.is_empty() || calls.is_empty() {
					items.push(settings.item(head, &content, &logprobs, finish.status()));
				}
				let done =
					(0..).zip(&calls).map(|(nth, call)| response_call(head, nth, call, true));
				items.extend(done);
				let response = settings.response(head, model, Some((finish, &usage)), items);
				match calls.is_empty() {
					true => response,
					false => with(response, WRITTEN, text()),
				}
			},
			Form::Embedding { base64 } => {
				let data = encode(vectors(output)?, *base64);
				let (tokens, charge) = (usage.input, usage.charge.to_string());
				let usage = EmbeddingUsage { prompt_tokens: tokens, total_tokens: tokens, charge };
				// Not by way of a JSON value, which would write 32 bits as 64.
				let list = Embeddings { object: "list", model, data, usage };
				return Ok(serde_json::to_string(&list).unwrap_or_default());
			},
		};
		Ok(value.to_string())
	}

	/// The answer as events.
	pub fn events(self, head: Head) -> Events {
		Events::new(self, head)
	}
}

impl Form {
	/// An answer's id: the request's, after what OpenAI's ids begin with.
	pub(crate) fn id(&self, head: &Head) -> String {
		match self {
			Self::Chat { .. } => format!("chatcmpl-{:x}", head.id),
			Self::Completion { .. } => format!("cmpl-{:x}", head.id),
			Self::Response(_) => format!("{RESPONSE}{:x}", head.id),
			Self::Embedding { .. } => format!("embd-{:x}", head.id),
		}
	}
}

/// What a model has written, where clients are told a call in place of it: receipts name these bytes.
pub const WRITTEN: &str = "reckon_output";

/// The same object with this field.
pub(crate) fn with(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
	if let Value::Object(fields) = &mut object {
		fields.insert(name.to_owned(), value.into());
	}
	object
}

/// What the result of a request's call names it by: nine letters and digits, as Mistral's templates have it.
pub(crate) fn call_id(request: &H256, nth: usize) -> String {
	let name = blake2_256(&[request.as_bytes(), &(nth as u64).to_le_bytes()].concat());
	let alphabet = ('0'..='9').chain('a'..='z').chain('A'..='Z');
	let letters: Vec<char> = alphabet.collect();
	let letter = |byte: &u8| letters.get(usize::from(*byte) % letters.len().max(1)).copied();
	name.iter().take(9).filter_map(letter).collect()
}

fn chat_call(head: &Head, nth: usize, Call { name, arguments }: &Call) -> Value {
	let function = json!({ "name": name, "arguments": arguments });
	json!({ "id": call_id(&head.id, nth), "type": "function", "function": function })
}

/// A call as an item of a response: with its arguments once they are told.
pub(crate) fn response_call(head: &Head, nth: usize, call: &Call, done: bool) -> Value {
	let Call { name, arguments } = call;
	json!({
		"id": call_item(head, nth),
		"type": "function_call",
		"status": if done { "completed" } else { "in_progress" },
		"call_id": call_id(&head.id, nth),
		"name": name,
		"arguments": if done { arguments } else { "" },
	})
}

/// The id of a call as an item of a response.
pub(crate) fn call_item(head: &Head, nth: usize) -> String {
	format!("{CALL_ITEM}{:x}_{nth}", head.id)
}

impl Settings {
	pub(crate) fn item_id(head: &Head) -> String {
		format!("{ITEM}{:x}", head.id)
	}

	/// A part of a message.
	pub(crate) fn part(text: &str, logprobs: &[Logprob]) -> Value {
		json!({
			"type": "output_text",
			"text": text,
			"annotations": [],
			"logprobs": chat_logprobs(logprobs),
		})
	}

	/// The message that is the answer.
	pub(crate) fn item(
		&self,
		head: &Head,
		text: &str,
		logprobs: &[Logprob],
		status: &str,
	) -> Value {
		json!({
			"id": Self::item_id(head),
			"type": "message",
			"role": "assistant",
			"status": status,
			"content": [Self::part(text, logprobs)],
		})
	}

	/// The whole response; one that has not ended is in progress.
	pub(crate) fn response(
		&self,
		head: &Head,
		model: &str,
		end: Option<(Finish, &Usage)>,
		output: Vec<Value>,
	) -> Value {
		let status = match end {
			None => "in_progress",
			Some((finish, _)) => finish.status(),
		};
		json!({
			"id": format!("{RESPONSE}{:x}", head.id),
			"object": "response",
			"created_at": head.created,
			"status": status,
			"background": false,
			"error": null,
			"incomplete_details":
				(status == "incomplete").then(|| json!({ "reason": "max_output_tokens" })),
			"instructions": self.instructions,
			"max_output_tokens": self.max_output,
			"metadata": {},
			"model": model,
			"output": output,
			"parallel_tool_calls": self.parallel,
			"previous_response_id": self.previous,
			"reasoning": { "effort": null, "summary": null },
			"store": false,
			"temperature": f64::from(self.temperature_milli) / 1000.0,
			"text": { "format": self.format },
			"tool_choice": self.tool_choice,
			"tools": self.tools,
			"top_logprobs": self.top_logprobs,
			"top_p": f64::from(self.top_p_milli) / 1000.0,
			"truncation": "disabled",
			"usage": end.map(|(_, usage)| json!({
				"input_tokens": usage.input,
				"input_tokens_details": { "cached_tokens": 0 },
				"output_tokens": usage.output,
				"output_tokens_details": { "reasoning_tokens": 0 },
				"total_tokens": total(usage),
				"charge": usage.charge.to_string(),
			})),
			"user": null,
		})
	}
}

fn total(usage: &Usage) -> u64 {
	u64::from(usage.input).saturating_add(usage.output.into())
}

/// `usage` of chat and completions.
#[derive(Serialize)]
pub(crate) struct TextUsage {
	prompt_tokens: u32,
	completion_tokens: u32,
	total_tokens: u64,
	prompt_tokens_details: PromptDetails,
	charge: String,
}

#[derive(Serialize)]
struct PromptDetails {
	cached_tokens: u32,
}

impl TextUsage {
	pub(crate) fn of(usage: &Usage) -> Self {
		Self {
			prompt_tokens: usage.input,
			completion_tokens: usage.output,
			total_tokens: total(usage),
			prompt_tokens_details: PromptDetails { cached_tokens: 0 },
			charge: usage.charge.to_string(),
		}
	}
}

/// `logprobs` of a chat's choice.
#[derive(Serialize)]
pub(crate) struct ChatLogprobs {
	content: Vec<ChatToken>,
	refusal: Option<()>,
}

/// A token among `logprobs`.
#[derive(Serialize)]
pub(crate) struct ChatToken {
	token: String,
	logprob: f32,
	bytes: Vec<u8>,
	#[serde(skip_serializing_if = "Option::is_none")]
	top_logprobs: Option<Vec<ChatToken>>,
}

impl ChatLogprobs {
	pub(crate) fn of(logprobs: &[Logprob]) -> Self {
		Self { content: chat_logprobs(logprobs), refusal: None }
	}
}

impl ChatToken {
	fn new(token: &[u8], logprob: f32) -> Self {
		Self {
			token: String::from_utf8_lossy(token).into_owned(),
			logprob: finite(logprob),
			bytes: token.to_vec(),
			top_logprobs: None,
		}
	}
}

pub(crate) fn chat_logprobs(logprobs: &[Logprob]) -> Vec<ChatToken> {
	let token = |Logprob { token, logprob, top }: &Logprob| ChatToken {
		top_logprobs: Some(top.iter().map(|(token, at)| ChatToken::new(token, *at)).collect()),
		..ChatToken::new(token, *logprob)
	};
	logprobs.iter().map(token).collect()
}

/// `logprobs` of a completion's choice.
#[derive(Serialize)]
pub(crate) struct OldLogprobs {
	tokens: Vec<String>,
	token_logprobs: Vec<f32>,
	top_logprobs: Vec<BTreeMap<String, f32>>,
	text_offset: Vec<usize>,
}

impl OldLogprobs {
	/// `offset` counts the characters that came before, and then those that are here too.
	pub(crate) fn of(logprobs: &[Logprob], offset: &mut usize) -> Self {
		let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
		let top = |of: &Logprob| -> BTreeMap<_, _> {
			of.top.iter().map(|(token, at)| (text(token), finite(*at))).collect()
		};
		let tokens: Vec<_> = logprobs.iter().map(|of| text(&of.token)).collect();
		let place = |token: &String| {
			let at = *offset;
			*offset = at.saturating_add(token.chars().count());
			at
		};
		Self {
			text_offset: tokens.iter().map(place).collect(),
			token_logprobs: logprobs.iter().map(|of| finite(of.logprob)).collect(),
			top_logprobs: logprobs.iter().map(top).collect(),
			tokens,
		}
	}
}

fn finite(logprob: f32) -> f32 {
	match logprob.is_finite() {
		true => logprob,
		false => IMPOSSIBLE,
	}
}

#[derive(Serialize)]
struct Embeddings<'a> {
	object: &'static str,
	model: &'a str,
	data: Vec<Vector>,
	usage: EmbeddingUsage,
}

#[derive(Serialize)]
struct EmbeddingUsage {
	prompt_tokens: u32,
	total_tokens: u32,
	charge: String,
}

#[derive(Serialize)]
struct Vector {
	object: &'static str,
	index: usize,
	embedding: Numbers,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Numbers {
	Float(Vec<f32>),
	Base64(String),
}

/// A worker's vectors.
///
/// # Errors
/// 500 when they can't be read. What can't be read is paid: the same again would be paid again.
pub fn vectors(output: &[u8]) -> Result<Vec<Vec<f32>>, Problem> {
	#[derive(Deserialize)]
	struct Output {
		embeddings: Vec<Vec<f32>>,
	}

	let read: Result<Output, _> = serde_json::from_slice(output);
	read.map(|read| read.embeddings).map_err(|_| {
		let message = "the worker's answer is not a list of vectors";
		let problem = Problem::new(500, "server_error", Some("bad_answer"), message);
		Problem { retry: Some(false), ..problem }
	})
}

/// As numbers, or as their bytes: `f32`, little-endian, one after the other.
fn encode(vectors: Vec<Vec<f32>>, base64: bool) -> Vec<Vector> {
	let numbers = |vector: Vec<f32>| match base64 {
		false => Numbers::Float(vector),
		true => {
			let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
			Numbers::Base64(STANDARD.encode(bytes))
		},
	};
	let vector =
		|(index, vector)| Vector { object: "embedding", index, embedding: numbers(vector) };
	vectors.into_iter().enumerate().map(vector).collect()
}
