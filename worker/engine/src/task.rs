//! The vocabulary of the crate: what is asked, what is answered, what is metered.

use std::{
	fmt,
	str::FromStr,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use reckon_verification::Evidence;

use crate::error::{EngineError, RequestError};

/// What a model can be asked to do, without the question itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TaskKind {
	/// Answer a conversation.
	Chat,
	/// Continue a text.
	Complete,
	/// Turn texts into vectors.
	Embed,
}

impl TaskKind {
	/// The name in manifests and on command lines.
	pub fn as_str(self) -> &'static str {
		match self {
			Self::Chat => "chat",
			Self::Complete => "complete",
			Self::Embed => "embed",
		}
	}
}

impl fmt::Display for TaskKind {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.as_str())
	}
}

impl FromStr for TaskKind {
	type Err = RequestError;

	fn from_str(name: &str) -> Result<Self, RequestError> {
		match name {
			"chat" => Ok(Self::Chat),
			"complete" => Ok(Self::Complete),
			"embed" => Ok(Self::Embed),
			other => Err(RequestError::UnknownTask(other.chars().take(32).collect())),
		}
	}
}

/// Who speaks in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
	/// Instructions that hold for the whole conversation.
	System,
	/// The one who asks.
	User,
	/// The model.
	Assistant,
	/// The result of a tool that the model called.
	Tool,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
	/// Who says it.
	pub role: Role,
	/// What is said.
	pub content: String,
	/// The tools that the model has called in this turn.
	pub calls: Vec<Call>,
	/// Of a tool's result: the id of the call.
	pub call: Option<String>,
	/// The name of who says it, where there is one.
	pub name: Option<String>,
}

impl Message {
	/// A turn that says something, and no more.
	pub fn new(role: Role, content: impl Into<String>) -> Self {
		Self { role, content: content.into(), calls: Vec::new(), call: None, name: None }
	}
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
	/// What its result names it by.
	pub id: String,
	/// The tool.
	pub name: String,
	/// JSON, as the model has written it.
	pub arguments: String,
}

/// A tool that the model may call: a function in OpenAI's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
	/// Letters, digits, `_` and `-`, from 1 to 64.
	pub name: String,
	/// For the model.
	pub description: Option<String>,
	/// A JSON Schema of its arguments; none: an object without fields.
	pub parameters: Option<Value>,
}

/// The form that an answer is held to, token by token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
	/// Any JSON object.
	Object,
	/// What this JSON Schema describes.
	Schema(Value),
	/// `{"name":…,"arguments":…}`: a call of one of these of the conversation's tools.
	Call(Vec<String>),
	/// What this JSON Schema describes, or a call of one of these tools.
	SchemaOrCall(Value, Vec<String>),
}

/// A conversation, and how it is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
	/// Its turns, oldest first; at least one.
	pub messages: Vec<Message>,
	/// What the model may call.
	pub tools: Vec<Tool>,
	/// The form of the answer; none: as the model likes.
	pub form: Option<Form>,
}

impl From<Vec<Message>> for Conversation {
	fn from(messages: Vec<Message>) -> Self {
		Self { messages, tools: Vec::new(), form: None }
	}
}

/// What is asked of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Task {
	/// Answer a conversation.
	Chat(Conversation),
	/// Continue a text.
	Complete {
		/// The text to continue.
		prompt: String,
	},
	/// Turn each text into a vector.
	Embed {
		/// At least one text; the answer keeps the order.
		inputs: Vec<String>,
	},
}

impl Task {
	/// To answer a conversation freely.
	pub fn chat(messages: Vec<Message>) -> Self {
		Self::Chat(messages.into())
	}

	/// The kind of this task.
	pub fn kind(&self) -> TaskKind {
		match self {
			Self::Chat(_) => TaskKind::Chat,
			Self::Complete { .. } => TaskKind::Complete,
			Self::Embed { .. } => TaskKind::Embed,
		}
	}
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FinishReason {
	/// The model ended its answer.
	Stop,
	/// `max_tokens` or the model's context length was reached.
	Length,
	/// It was cancelled. Told only where evidence was asked for: what was written until then can be
	/// committed to.
	Cancelled,
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Output {
	/// Generated text.
	Text {
		/// The answer: exactly the streamed pieces, joined.
		text: String,
		/// The generated token ids, the end token included when there was one.
		tokens: Vec<u32>,
		/// Why it ended.
		finish: FinishReason,
	},
	/// One vector per input, in order.
	Embeddings(Vec<Vec<f32>>),
}

/// What was consumed and produced, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
	/// Tokens read: the prompt, or all inputs with their special tokens and without padding.
	pub units_in: u64,
	/// Tokens written, the end token included; 0 for embeddings.
	pub units_out: u64,
}

/// An output and what it took.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
	/// The output.
	pub output: Output,
	/// Its size.
	pub usage: Usage,
	/// What to commit to and to keep, when the request asked for it.
	pub evidence: Option<Evidence>,
}

/// What a scheduler says about one request. Every accepted request gets exactly one `Done` or
/// `Failed`, and nothing after it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
	/// One generated token. Its text can be empty: a character may need several tokens.
	Token {
		/// The token's id in the model's vocabulary.
		id: u32,
		/// The text that this token completed.
		text: String,
		/// How likely it was, where the request asks for that; not of a token that ends the answer.
		likely: Option<Box<Likely>>,
	},
	/// The whole answer.
	Done(Answer),
	/// There will be no answer.
	Failed(EngineError),
}

/// A token and the natural logarithm of its probability, by the model's own distribution: before
/// temperature, penalties and cuts.
#[derive(Debug, Clone, PartialEq)]
pub struct Logprob {
	/// What the token reads as by itself.
	pub token: String,
	/// At most 0.
	pub logprob: f32,
}

/// How likely a chosen token was, and what else was likely.
#[derive(Debug, Clone, PartialEq)]
pub struct Likely {
	/// The chosen one.
	pub chosen: Logprob,
	/// The likeliest ones, likeliest first; ties by id.
	pub top: Vec<Logprob>,
}

/// Tells a running request to stop; clones share the flag. Honoured between tokens and between
/// micro-batches.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
	/// Asks for the stop. Idempotent.
	pub fn cancel(&self) {
		self.0.store(true, Ordering::Relaxed);
	}

	/// Whether the stop was asked for.
	pub fn is_cancelled(&self) -> bool {
		self.0.load(Ordering::Relaxed)
	}
}
