//! Answers as server-sent events.

use crate::{
	calls::{Call, Heard, Listener},
	reply::{
		call_id, call_item, chat_logprobs, response_call, with, ChatLogprobs, Finish, Form, Head,
		Logprob, OldLogprobs, Reply, Settings, TextUsage, Usage, WRITTEN,
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
	/// Of chat and responses: hears calls of tools, and holds them back.
	listener: Listener,
	/// Of responses: the next event's number, whether the message is begun, and what was said up to here.
	number: u64,
	begun: bool,
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
	#[serde(skip_serializing_if = "Option::is_none")]
	tool_calls: Option<[Value; 1]>,
	/// What the model has written of all its calls: with the first of them.
	#[serde(skip_serializing_if = "Option::is_none")]
	reckon_output: Option<&'a str>,
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
		let listener = Listener::new(reply.callable.clone());
		Self {
			reply,
			head,
			id,
			listener,
			number: 0,
			begun: false,
			text: String::new(),
			logprobs: vec![],
			offset: 0,
		}
	}

	/// What comes before the first text.
	pub fn start(&mut self) -> Vec<Event> {
		match &self.reply.form {
			Form::Chat { .. } => {
				let delta =
					Delta { role: Some("assistant"), content: Some(""), ..Delta::default() };
				vec![self.chat(delta, None, None)]
			},
			Form::Completion { echo: Some(prompt), .. } => {
				let prompt = prompt.clone();
				vec![self.completion(&prompt, None, None)]
			},
			Form::Response(settings) => {
				let settings = settings.clone();
				let response = settings.response(&self.head, &self.reply.model, None, vec![]);
				vec![
					self.typed("response.created", json!({ "response": &response })),
					self.typed("response.in_progress", json!({ "response": &response })),
				]
			},
			Form::Completion { echo: None, .. } | Form::Embedding { .. } => vec![],
		}
	}

	/// Text that follows what came before. What may be a call of a tool is told at the end.
	pub fn text(&mut self, text: &str, logprobs: &[Logprob]) -> Vec<Event> {
		let (told, of) = self.listener.push(text, logprobs);
		match told.is_empty() && !text.is_empty() {
			true => vec![],
			false => self.told(&told, &of),
		}
	}

	/// Text that is no call.
	fn told(&mut self, text: &str, logprobs: &[Logprob]) -> Vec<Event> {
		match &self.reply.form {
			Form::Chat { .. } => {
				let delta = Delta { content: Some(text), ..Delta::default() };
				let logprobs = self.reply.logprobs.then(|| ChatLogprobs::of(logprobs));
				vec![self.chat(delta, logprobs, None)]
			},
			Form::Completion { .. } => {
				let wants = self.reply.logprobs;
				let logprobs = wants.then(|| OldLogprobs::of(logprobs, &mut self.offset));
				vec![self.completion(text, logprobs, None)]
			},
			Form::Response(_) => {
				let mut events = self.begin();
				self.text.push_str(text);
				self.logprobs.extend_from_slice(logprobs);
				let fields = json!({ "delta": text, "logprobs": chat_logprobs(logprobs) });
				events.push(self.of_part("response.output_text.delta", fields));
				events
			},
			Form::Embedding { .. } => vec![],
		}
	}

	/// What comes before the first text of a response's message, once.
	fn begin(&mut self) -> Vec<Event> {
		if std::mem::replace(&mut self.begun, true) {
			return vec![];
		}
		let item = json!({
			"id": Settings::item_id(&self.head),
			"type": "message",
			"role": "assistant",
			"status": "in_progress",
			"content": [],
		});
		let part = Settings::part("", &[]);
		vec![
			self.typed("response.output_item.added", json!({ "output_index": 0, "item": item })),
			self.of_part("response.content_part.added", json!({ "part": part })),
		]
	}

	/// What comes after the last text.
	pub fn end(&mut self, finish: Finish, usage: &Usage) -> Vec<Event> {
		let Heard { text, logprobs, calls, written } = self.listener.finish();
		let mut events = match text.is_empty() {
			true => vec![],
			false => self.told(&text, &logprobs),
		};
		events.extend(self.ended(finish, usage, &calls, &written));
		events
	}

	/// The calls, and what comes behind them.
	fn ended(
		&mut self,
		finish: Finish,
		usage: &Usage,
		calls: &[Call],
		written: &str,
	) -> Vec<Event> {
		match &self.reply.form {
			Form::Chat { usage: wanted } => {
				let wanted = *wanted;
				let mut events = self.chat_calls(calls, written);
				let why = finish.reason(!calls.is_empty());
				events.push(self.chat(Delta::default(), None, Some(why)));
				events.extend(wanted.then(|| self.usage::<ChatChoice>(usage)));
				events
			},
			Form::Completion { usage: wanted, .. } => {
				let wanted = *wanted;
				let last = self.completion("", None, Some(finish.name()));
				let counted = wanted.then(|| self.usage::<TextChoice>(usage));
				[last].into_iter().chain(counted).collect()
			},
			Form::Response(settings) => {
				let settings = settings.clone();
				let mut output = Vec::new();
				let mut events = match calls.is_empty() || self.begun {
					true => self.message(&settings, finish, &mut output),
					false => vec![],
				};
				events.extend(self.response_calls(calls, written, &mut output));
				let end = Some((finish, usage));
				let response = settings.response(&self.head, &self.reply.model, end, output);
				let last = match finish {
					Finish::Stop => "response.completed",
					Finish::Length => "response.incomplete",
				};
				events.push(self.typed(last, json!({ "response": response })));
				events
			},
			Form::Embedding { .. } => vec![],
		}
	}

	/// The end of a response's message.
	fn message(
		&mut self,
		settings: &Settings,
		finish: Finish,
		output: &mut Vec<Value>,
	) -> Vec<Event> {
		let mut events = self.begin();
		let text = std::mem::take(&mut self.text);
		let logprobs = std::mem::take(&mut self.logprobs);
		let item = settings.item(&self.head, &text, &logprobs, finish.status());
		let said = json!({ "text": text, "logprobs": chat_logprobs(&logprobs) });
		let part = json!({ "part": Settings::part(&text, &logprobs) });
		events.push(self.of_part("response.output_text.done", said));
		events.push(self.of_part("response.content_part.done", part));
		let done = json!({ "output_index": 0, "item": item });
		events.push(self.typed("response.output_item.done", done));
		output.push(item);
		events
	}

	/// A response's calls, each an item of its own.
	fn response_calls(
		&mut self,
		calls: &[Call],
		written: &str,
		output: &mut Vec<Value>,
	) -> Vec<Event> {
		let mut events = Vec::new();
		for (nth, call) in calls.iter().enumerate() {
			let (id, at) = (call_item(&self.head, nth), output.len());
			let of_call = |fields| with(with(fields, "item_id", id.as_str()), "output_index", at);
			let begun = response_call(&self.head, nth, call, false);
			let mut added = json!({ "output_index": at, "item": begun });
			if nth == 0 {
				added = with(added, WRITTEN, written);
			}
			let item = response_call(&self.head, nth, call, true);
			let Call { name, arguments } = call;
			let arguments_done = of_call(json!({ "name": name, "arguments": arguments }));
			events.extend([
				self.typed("response.output_item.added", added),
				self.typed(
					"response.function_call_arguments.delta",
					of_call(json!({ "delta": arguments })),
				),
				self.typed("response.function_call_arguments.done", arguments_done),
				self.typed(
					"response.output_item.done",
					json!({ "output_index": at, "item": item }),
				),
			]);
			output.push(item);
		}
		events
	}

	/// A chat's calls: each with its name, and then with its arguments.
	fn chat_calls(&self, calls: &[Call], written: &str) -> Vec<Event> {
		let mut events = Vec::new();
		for (nth, Call { name, arguments }) in calls.iter().enumerate() {
			let begun = json!({
				"index": nth,
				"id": call_id(&self.head.id, nth),
				"type": "function",
				"function": { "name": name, "arguments": "" },
			});
			let said = json!({ "index": nth, "function": { "arguments": arguments } });
			let reckon_output = (nth == 0).then_some(written);
			let begun = Delta { tool_calls: Some([begun]), reckon_output, ..Delta::default() };
			let said = Delta { tool_calls: Some([said]), ..Delta::default() };
			events.extend([begun, said].map(|delta| self.chat(delta, None, None)));
		}
		events
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
