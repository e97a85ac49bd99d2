//! Payload bytes to tasks, and outputs to payload bytes. Both total: any bytes give a task or an
//! error, never a panic, and equal outputs give equal bytes on every host.

use serde::{Deserialize, Serialize};

use crate::{
	error::RequestError,
	task::{Message, Output, Role, Task, TaskKind},
};

/// The longest request in bytes: some 250,000 tokens, more than the engines' models read.
pub const MAX_REQUEST_BYTES: usize = 1 << 20;
/// The most turns of a conversation.
pub const MAX_MESSAGES: usize = 1024;
/// The most texts of one embedding request, as OpenAI allows.
pub const MAX_INPUTS: usize = 2048;

/// Reads a request of the given kind.
///
/// Bytes that start with `{` are JSON in OpenAI's request shape (`messages`, `prompt` or `input`;
/// other fields are ignored: sampling is part of the job, not of the payload). Anything else is
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
		TaskKind::Chat => {
			Task::Chat { messages: vec![Message { role: Role::User, content: text }] }
		},
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
}

#[derive(Deserialize)]
struct ChatMessage {
	role: ChatRole,
	content: Option<Content>,
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
			Ok(Task::Chat { messages: messages.into_iter().map(Message::from).collect() })
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
		Self { role, content }
	}
}
