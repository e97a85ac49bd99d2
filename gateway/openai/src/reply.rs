//! What a client gets.

use crate::{
	events::Events,
	references::{ITEM, RESPONSE},
	Problem,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use reckon_primitives::Balance;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use sp_core::H256;
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
}

impl Reply {
	pub(crate) fn new(form: Form, model: String, stream: bool, logprobs: bool) -> Self {
		Self { form, model, stream, logprobs }
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
		let created = head.created;
		let value = match form {
			Form::Chat { .. } => json!({
				"id": form.id(head),
				"object": "chat.completion",
				"created": created,
				"model": model,
				"choices": [{
					"index": 0,
					"message": { "role": "assistant", "content": text(), "refusal": null },
					"logprobs": self.logprobs.then(|| ChatLogprobs::of(whole.logprobs)),
					"finish_reason": finish.name(),
				}],
				"usage": TextUsage::of(&usage),
			}),
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
				let item = settings.item(head, &text(), whole.logprobs, "completed");
				settings.response(head, model, Some((finish, &usage)), vec![item])
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
			Some((Finish::Stop, _)) => "completed",
			Some((Finish::Length, _)) => "incomplete",
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
			"parallel_tool_calls": true,
			"previous_response_id": self.previous,
			"reasoning": { "effort": null, "summary": null },
			"store": false,
			"temperature": f64::from(self.temperature_milli) / 1000.0,
			"text": { "format": { "type": "text" } },
			"tool_choice": "auto",
			"tools": [],
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
