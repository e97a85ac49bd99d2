//! Answers as server-sent events.

use crate::{
	reply::{
		chat_logprobs, ChatLogprobs, Finish, Form, Head, Logprob, OldLogprobs, Reply, Settings,
		TextUsage, Usage,
	},
	Problem,
};
use serde::Serialize;
use serde_json::{json, Value};

/// An event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
	/// Its name, where it has one.
	pub name: Option<&'static str>,
	/// JSON on one line, or `[DONE]`.
	pub data: String,
}

impl Event {
	/// The end of a stream of chunks.
	const DONE: &'static str = "[DONE]";

	fn chunk(chunk: &impl Serialize) -> Self {
		// Strings and numbers always serialise.
		Self { name: None, data: serde_json::to_string(chunk).unwrap_or_default() }
	}

	/// As it goes over the wire.
	pub fn to_sse(&self) -> String {
		match self.name {
			Some(name) => format!("event: {name}\ndata: {}\n\n", self.data),
			None => format!("data: {}\n\n", self.data),
		}
	}
}

/// An answer's events: [`Events::start`], then [`Events::text`] any number of times, then
/// [`Events::end`] and [`Events::done`]; or [`Events::problem`] at any time, and nothing after it.
#[derive(Clone, Debug)]
pub struct Events {
	reply: Reply,
	head: Head,
	id: String,
	/// Of responses: the next event's number, and what was said up to here.
	number: u64,
	text: String,
	logprobs: Vec<Logprob>,
	/// Of completions: the characters that were sent.
	offset: usize,
}

#[derive(Serialize)]
struct Chunk<'a, C> {
	id: &'a str,
	object: &'static str,
	created: u64,
	model: &'a str,
	choices: &'a [C],
	/// `null` in each chunk but the last where the client asked for it; else not there.
	#[serde(skip_serializing_if = "Option::is_none")]
	usage: Option<Option<TextUsage>>,
}

#[derive(Serialize)]
struct ChatChoice<'a> {
	index: u32,
	delta: Delta<'a>,
	logprobs: Option<ChatLogprobs>,
	finish_reason: Option<&'static str>,
}

#[derive(Serialize, Default)]
struct Delta<'a> {
	#[serde(skip_serializing_if = "Option::is_none")]
	role: Option<&'static str>,
	#[serde(skip_serializing_if = "Option::is_none")]
	content: Option<&'a str>,
}

#[derive(Serialize)]
struct TextChoice<'a> {
	index: u32,
	text: &'a str,
	logprobs: Option<OldLogprobs>,
	finish_reason: Option<&'static str>,
}

impl Events {
	pub(crate) fn new(reply: Reply, head: Head) -> Self {
		let id = reply.form.id(&head);
		Self { reply, head, id, number: 0, text: String::new(), logprobs: vec![], offset: 0 }
	}

	/// What comes before the first text.
	pub fn start(&mut self) -> Vec<Event> {
		match &self.reply.form {
			Form::Chat { .. } => {
				let delta = Delta { role: Some("assistant"), content: Some("") };
				vec![self.chat(delta, None, None)]
			},
			Form::Completion { echo: Some(prompt), .. } => {
				let prompt = prompt.clone();
				vec![self.completion(&prompt, None, None)]
			},
			Form::Response(settings) => {
				let settings = settings.clone();
				let response = settings.response(&self.head, &self.reply.model, None, vec![]);
				let item = json!({
					"id": Settings::item_id(&self.head),
					"type": "message",
					"role": "assistant",
					"status": "in_progress",
					"content": [],
				});
				let part = Settings::part("", &[]);
				vec![
					self.typed("response.created", json!({ "response": &response })),
					self.typed("response.in_progress", json!({ "response": &response })),
					self.typed(
						"response.output_item.added",
						json!({ "output_index": 0, "item": item }),
					),
					self.of_part("response.content_part.added", json!({ "part": part })),
				]
			},
			Form::Completion { echo: None, .. } | Form::Embedding { .. } => vec![],
		}
	}

	/// Text that follows what came before.
	pub fn text(&mut self, text: &str, logprobs: &[Logprob]) -> Vec<Event> {
		match &self.reply.form {
			Form::Chat { .. } => {
				let delta = Delta { role: None, content: Some(text) };
				let logprobs = self.reply.logprobs.then(|| ChatLogprobs::of(logprobs));
				vec![self.chat(delta, logprobs, None)]
			},
			Form::Completion { .. } => {
				let wants = self.reply.logprobs;
				let logprobs = wants.then(|| OldLogprobs::of(logprobs, &mut self.offset));
				vec![self.completion(text, logprobs, None)]
			},
			Form::Response(_) => {
				self.text.push_str(text);
				self.logprobs.extend_from_slice(logprobs);
				let fields = json!({ "delta": text, "logprobs": chat_logprobs(logprobs) });
				vec![self.of_part("response.output_text.delta", fields)]
			},
			Form::Embedding { .. } => vec![],
		}
	}

	/// What comes after the last text.
	pub fn end(&mut self, finish: Finish, usage: &Usage) -> Vec<Event> {
		match &self.reply.form {
			Form::Chat { usage: wanted } => {
				let wanted = *wanted;
				let last = self.chat(Delta::default(), None, Some(finish.name()));
				let counted = wanted.then(|| self.usage::<ChatChoice>(usage));
				[last].into_iter().chain(counted).collect()
			},
			Form::Completion { usage: wanted, .. } => {
				let wanted = *wanted;
				let last = self.completion("", None, Some(finish.name()));
				let counted = wanted.then(|| self.usage::<TextChoice>(usage));
				[last].into_iter().chain(counted).collect()
			},
			Form::Response(settings) => {
				let settings = settings.clone();
				let text = std::mem::take(&mut self.text);
				let logprobs = std::mem::take(&mut self.logprobs);
				let status = match finish {
					Finish::Stop => "completed",
					Finish::Length => "incomplete",
				};
				let item = settings.item(&self.head, &text, &logprobs, status);
				let output = vec![item.clone()];
				let end = Some((finish, usage));
				let response = settings.response(&self.head, &self.reply.model, end, output);
				let last = match finish {
					Finish::Stop => "response.completed",
					Finish::Length => "response.incomplete",
				};
				let said = json!({ "text": text, "logprobs": chat_logprobs(&logprobs) });
				let part = json!({ "part": Settings::part(&text, &logprobs) });
				vec![
					self.of_part("response.output_text.done", said),
					self.of_part("response.content_part.done", part),
					self.typed(
						"response.output_item.done",
						json!({ "output_index": 0, "item": item }),
					),
					self.typed(last, json!({ "response": response })),
				]
			},
			Form::Embedding { .. } => vec![],
		}
	}

	/// `[DONE]`, where a stream ends with it.
	pub fn done(&self) -> Option<Event> {
		match self.reply.form {
			Form::Chat { .. } | Form::Completion { .. } => {
				Some(Event { name: None, data: Event::DONE.to_owned() })
			},
			Form::Response(_) | Form::Embedding { .. } => None,
		}
	}

	/// What a stream ends with that fails.
	pub fn problem(&mut self, problem: &Problem) -> Event {
		match self.reply.form {
			Form::Response(_) => {
				let Problem { kind, code, param, message, .. } = problem;
				// OpenAI's own libraries look for `error`, others for the fields beside it.
				let fields = json!({
					"code": code,
					"message": message,
					"param": param,
					"error": { "type": kind, "code": code, "message": message, "param": param },
				});
				self.typed("error", fields)
			},
			_ => Event { name: None, data: problem.body() },
		}
	}

	fn chat(
		&self,
		delta: Delta,
		logprobs: Option<ChatLogprobs>,
		finish_reason: Option<&'static str>,
	) -> Event {
		self.chunk(&[ChatChoice { index: 0, delta, logprobs, finish_reason }])
	}

	fn completion(
		&self,
		text: &str,
		logprobs: Option<OldLogprobs>,
		finish_reason: Option<&'static str>,
	) -> Event {
		self.chunk(&[TextChoice { index: 0, text, logprobs, finish_reason }])
	}

	fn chunk<C: Serialize>(&self, choices: &[C]) -> Event {
		let usage = self.counts().then_some(None);
		Event::chunk(&Chunk { usage, choices, ..self.empty() })
	}

	/// The last chunk, for clients that want to know.
	fn usage<C: Serialize>(&self, usage: &Usage) -> Event {
		Event::chunk(&Chunk::<C> { usage: Some(Some(TextUsage::of(usage))), ..self.empty() })
	}

	fn empty<C>(&self) -> Chunk<'_, C> {
		let object = match self.reply.form {
			Form::Completion { .. } => "text_completion",
			_ => "chat.completion.chunk",
		};
		let Head { created, .. } = self.head;
		Chunk { id: &self.id, object, created, model: &self.reply.model, choices: &[], usage: None }
	}

	fn counts(&self) -> bool {
		match self.reply.form {
			Form::Chat { usage } | Form::Completion { usage, .. } => usage,
			Form::Response(_) | Form::Embedding { .. } => false,
		}
	}

	/// An event of a response: its type is its name too, and it is numbered.
	fn typed(&mut self, name: &'static str, mut fields: Value) -> Event {
		if let Value::Object(fields) = &mut fields {
			fields.insert("type".to_owned(), name.into());
			fields.insert("sequence_number".to_owned(), self.number.into());
		}
		self.number = self.number.saturating_add(1);
		Event { name: Some(name), data: fields.to_string() }
	}

	/// An event of a response's only part.
	fn of_part(&mut self, name: &'static str, mut fields: Value) -> Event {
		if let Value::Object(fields) = &mut fields {
			fields.insert("item_id".to_owned(), Settings::item_id(&self.head).into());
			fields.insert("output_index".to_owned(), 0.into());
			fields.insert("content_index".to_owned(), 0.into());
		}
		self.typed(name, fields)
	}
}
