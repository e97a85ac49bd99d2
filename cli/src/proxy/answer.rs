//! What of an answer in OpenAI's shape the worker has written: that is what its receipt names, and all that
//! is believed of it.

use base64::{engine::general_purpose::STANDARD, Engine};
use reckon_openai::{Endpoint, Finish, Logprob, WRITTEN};
use serde::Serialize;
use serde_json::Value;

/// The longest server-sent event.
const MAX_EVENT: usize = 16 << 20;
/// The name of the event with the receipt.
pub(super) const RECEIPT_EVENT: &str = "reckon.receipt";
/// What ends a stream of chunks.
const DONE: &str = "[DONE]";

/// An answer that is all there.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Written {
	/// What the worker has written, behind the prompt where the client wants that.
	pub(super) output: Vec<u8>,
	/// Where they were asked for.
	pub(super) logprobs: Vec<Logprob>,
	/// Why it ended.
	pub(super) finish: Finish,
}

/// The worker's answer in a whole body; `None` when it is not there.
pub(super) fn of_body(endpoint: Endpoint, body: &[u8]) -> Option<Written> {
	let body: Value = serde_json::from_slice(body).ok()?;
	let choice = &body["choices"][0];
	let (logprobs, is_cut) = match endpoint {
		Endpoint::Responses => {
			let parts = body["output"].as_array().into_iter().flatten();
			let parts = parts.filter_map(|item| item["content"].as_array()).flatten();
			let logprobs = parts.flat_map(|part| tokens(&part["logprobs"])).collect();
			(logprobs, body["status"] == "incomplete")
		},
		Endpoint::Completions => {
			(old_tokens(&choice["logprobs"]), choice["finish_reason"] == LENGTH)
		},
		Endpoint::Chat => {
			(tokens(&choice["logprobs"]["content"]), choice["finish_reason"] == LENGTH)
		},
		Endpoint::Embeddings => (Vec::new(), false),
	};
	let finish = if is_cut { Finish::Length } else { Finish::Stop };
	Some(Written { output: output(endpoint, &body)?, logprobs, finish })
}

fn output(endpoint: Endpoint, body: &Value) -> Option<Vec<u8>> {
	match endpoint {
		Endpoint::Chat => {
			let message = &body["choices"][0]["message"];
			text(&message[WRITTEN]).or_else(|| text(&message["content"]))
		},
		Endpoint::Completions => text(&body["choices"][0]["text"]),
		Endpoint::Responses => {
			if let Some(written) = text(&body[WRITTEN]) {
				return Some(written);
			}
			let items = body["output"].as_array()?;
			let parts = items.iter().filter_map(|item| item["content"].as_array()).flatten();
			let texts = parts.filter_map(|part| part["text"].as_str());
			Some(texts.collect::<String>().into_bytes())
		},
		Endpoint::Embeddings => {
			let data = body["data"].as_array()?;
			let embeddings = data.iter().map(|item| vector(&item["embedding"]));
			serde_json::to_vec(&Embeddings { embeddings: embeddings.collect::<Option<_>>()? }).ok()
		},
	}
}

/// As workers write vectors: the shortest digits that give the same 32 bits again.
#[derive(Serialize)]
struct Embeddings {
	embeddings: Vec<Vec<f32>>,
}

fn vector(embedding: &Value) -> Option<Vec<f32>> {
	match embedding {
		Value::String(base64) => {
			let bytes = STANDARD.decode(base64).ok()?;
			let (numbers, rest) = bytes.as_chunks::<4>();
			rest.is_empty()
				.then(|| numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
		},
		Value::Array(numbers) => {
			numbers.iter().map(|number| number.as_f64().map(|number| number as f32)).collect()
		},
		_ => None,
	}
}

fn text(value: &Value) -> Option<Vec<u8>> {
	value.as_str().map(|text| text.as_bytes().to_vec())
}

/// OpenAI's `finish_reason` of an answer that is as long as it may be.
const LENGTH: &str = "length";

/// Tokens with their probabilities, as chat and responses have them.
fn tokens(list: &Value) -> Vec<Logprob> {
	let bytes = |token: &Value| -> Vec<u8> {
		let bytes = token["bytes"].as_array().into_iter().flatten();
		bytes.filter_map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect()
	};
	let token = |token: &Value| {
		let top = token["top_logprobs"].as_array().into_iter().flatten();
		Logprob {
			token: bytes(token),
			logprob: probability(&token["logprob"]),
			top: top.map(|other| (bytes(other), probability(&other["logprob"]))).collect(),
		}
	};
	list.as_array().into_iter().flatten().map(token).collect()
}

/// The same, as completions have them.
fn old_tokens(lists: &Value) -> Vec<Logprob> {
	let texts = lists["tokens"].as_array().into_iter().flatten();
	let token = |(at, text): (usize, &Value)| {
		let top = lists["top_logprobs"][at].as_object().into_iter().flatten();
		Logprob {
			token: text.as_str().unwrap_or_default().into(),
			logprob: probability(&lists["token_logprobs"][at]),
			top: top.map(|(text, at)| (text.as_bytes().to_vec(), probability(at))).collect(),
		}
	};
	texts.enumerate().map(token).collect()
}

fn probability(number: &Value) -> f32 {
	number.as_f64().unwrap_or(f64::NEG_INFINITY) as f32
}

/// What an event is to the proxy.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Kind {
	/// Text follows, which may be empty.
	Text(Piece),
	/// The receipt.
	Receipt(String),
	/// The answer is said to be complete, and sometimes why: not to be told before its receipt is checked.
	Last(Option<Finish>),
	/// A comment, which keeps connections up.
	Comment,
	/// The gateway could not go on, for this reason.
	Failed(Value),
	/// Nothing that matters here.
	Other,
}

/// What a worker has written next.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Piece {
	pub(super) text: String,
	/// Of its tokens, where they were asked for.
	pub(super) logprobs: Vec<Logprob>,
	/// Why the answer ends with it, where it does.
	pub(super) finish: Option<Finish>,
}

/// One server-sent event.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Event {
	/// As it came, with the empty line that ends it.
	pub(super) raw: Vec<u8>,
	/// What it is.
	pub(super) kind: Kind,
}

/// Cuts a stream of bytes into events.
#[derive(Debug)]
pub(super) struct Events {
	endpoint: Endpoint,
	buffer: Vec<u8>,
	/// Up to where no empty line was found.
	looked: usize,
}

impl Events {
	pub(super) fn new(endpoint: Endpoint) -> Self {
		Self { endpoint, buffer: Vec::new(), looked: 0 }
	}

	/// Takes more bytes.
	///
	/// # Errors
	/// When an event is longer than events are.
	pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
		if self.buffer.len().saturating_add(bytes.len()) > MAX_EVENT {
			return Err(format!("an event has more than {MAX_EVENT} bytes"));
		}
		self.buffer.extend_from_slice(bytes);
		Ok(())
	}

	/// The next event that is all there.
	pub(super) fn next(&mut self) -> Option<Event> {
		let end = self.end()?;
		let raw: Vec<u8> = self.buffer.drain(..end).collect();
		self.looked = 0;
		let kind = kind(self.endpoint, &raw);
		Some(Event { raw, kind })
	}

	fn end(&mut self) -> Option<usize> {
		let unseen = self.buffer.get(self.looked..).unwrap_or_default();
		let found = (0..unseen.len()).find_map(|at| {
			let rest = unseen.get(at..)?;
			["\n\n", "\n\r\n"]
				.iter()
				.find(|end| rest.starts_with(end.as_bytes()))
				.map(|end| at + end.len())
		});
		match found {
			Some(end) => Some(self.looked + end),
			None => {
				self.looked = self.buffer.len().saturating_sub(2);
				None
			},
		}
	}
}

fn kind(endpoint: Endpoint, raw: &[u8]) -> Kind {
	let raw = String::from_utf8_lossy(raw);
	let (mut name, mut data) = ("", String::new());
	for line in raw.lines() {
		let (field, value) = line.split_once(':').unwrap_or((line, ""));
		let value = value.strip_prefix(' ').unwrap_or(value);
		match field {
			"event" => name = value,
			"data" if data.is_empty() => data.push_str(value),
			"data" => {
				data.push('\n');
				data.push_str(value);
			},
			_ => {},
		}
	}
	if name == RECEIPT_EVENT {
		return Kind::Receipt(data);
	}
	if data == DONE {
		return Kind::Last(None);
	}
	if raw.starts_with(':') {
		return Kind::Comment;
	}
	let Ok(json) = serde_json::from_str::<Value>(&data) else { return Kind::Other };
	if json["error"].is_object() {
		return Kind::Failed(json["error"].clone());
	}
	let choice = &json["choices"][0];
	let (said, logprobs) = match endpoint {
		Endpoint::Chat => {
			let delta = &choice["delta"];
			let said = if delta[WRITTEN].is_string() { &delta[WRITTEN] } else { &delta["content"] };
			(said, tokens(&choice["logprobs"]["content"]))
		},
		Endpoint::Completions => (&choice["text"], old_tokens(&choice["logprobs"])),
		Endpoint::Responses => match json["type"].as_str() {
			Some("response.output_text.delta") => (&json["delta"], tokens(&json["logprobs"])),
			Some("response.completed") => return Kind::Last(Some(Finish::Stop)),
			Some("response.incomplete") => return Kind::Last(Some(Finish::Length)),
			// A call of a tool.
			Some("response.output_item.added") => (&json[WRITTEN], Vec::new()),
			_ => (&Value::Null, Vec::new()),
		},
		Endpoint::Embeddings => (&Value::Null, Vec::new()),
	};
	let finish = match choice["finish_reason"].as_str() {
		Some(LENGTH) => Some(Finish::Length),
		Some(_) => Some(Finish::Stop),
		None => None,
	};
	match said.as_str() {
		None if finish.is_none() => Kind::Other,
		said => Kind::Text(Piece { text: said.unwrap_or_default().to_owned(), logprobs, finish }),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn answer_should_be_what_the_worker_has_written() {
		let output = |endpoint, body: &[u8]| of_body(endpoint, body).map(|written| written.output);
		let chat = json!({ "choices": [{ "message": { "content": "héllo" } }] }).to_string();
		assert_eq!(output(Endpoint::Chat, chat.as_bytes()).unwrap(), "héllo".as_bytes());
		let completion = json!({ "choices": [{ "text": "a" }] }).to_string();
		assert_eq!(output(Endpoint::Completions, completion.as_bytes()).unwrap(), b"a");
		let response = json!({ "output": [
			{ "type": "message", "content": [{ "type": "output_text", "text": "b" }] },
		] });
		let response = response.to_string();
		assert_eq!(output(Endpoint::Responses, response.as_bytes()).unwrap(), b"b");
		// Of a call the client is told in its own words what the worker has written in others.
		let chat = json!({ "choices": [{ "message": { "content": null, "reckon_output": "c" } }] });
		assert_eq!(output(Endpoint::Chat, chat.to_string().as_bytes()).unwrap(), b"c");
		let response = json!({ "output": [], "reckon_output": "d" }).to_string();
		assert_eq!(output(Endpoint::Responses, response.as_bytes()).unwrap(), b"d");
		for endpoint in [Endpoint::Chat, Endpoint::Completions, Endpoint::Responses] {
			assert_eq!(output(endpoint, b"{}"), None);
			assert_eq!(output(endpoint, b"no JSON"), None);
		}
	}

	#[test]
	fn vectors_should_be_written_as_the_worker_wrote_them_in_either_encoding() {
		let output = |endpoint, body: &[u8]| of_body(endpoint, body).map(|written| written.output);
		let numbers = [0.5_f32, -0.012_345_678, 1e-20, f32::MAX, 3.0];
		let written =
			serde_json::to_vec(&Embeddings { embeddings: vec![numbers.to_vec()] }).unwrap();
		let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
		for embedding in [json!(numbers), json!(STANDARD.encode(bytes))] {
			let body = json!({ "data": [{ "embedding": embedding }] }).to_string();
			assert_eq!(output(Endpoint::Embeddings, body.as_bytes()), Some(written.clone()));
		}
		let odd = json!({ "data": [{ "embedding": STANDARD.encode([1, 2, 3]) }] }).to_string();
		assert_eq!(output(Endpoint::Embeddings, odd.as_bytes()), None);
	}

	fn piece(text: &str) -> Piece {
		Piece { text: text.into(), ..Piece::default() }
	}

	#[test]
	fn events_should_be_the_same_wherever_the_stream_is_cut() {
		let stream =
			": keep-alive\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"hé\"}}]}\r\n\r\n\
			event: reckon.receipt\ndata: {}\n\ndata: {\"error\":{\"code\":\"x\"}}\n\ndata: [DONE]\n\n";
		let expected = [
			Kind::Comment,
			Kind::Text(piece("hé")),
			Kind::Receipt("{}".into()),
			Kind::Failed(json!({ "code": "x" })),
			Kind::Last(None),
		];
		for step in [1, 2, 3, 7, stream.len()] {
			let mut events = Events::new(Endpoint::Chat);
			let (mut found, mut raw) = (Vec::new(), Vec::new());
			for bytes in stream.as_bytes().chunks(step) {
				events.push(bytes).unwrap();
				while let Some(event) = events.next() {
					found.push(event.kind);
					raw.extend(event.raw);
				}
			}
			assert_eq!(found, expected, "{step}");
			assert_eq!(raw, stream.as_bytes());
		}
	}

	#[test]
	fn event_should_be_refused_when_it_has_no_end() {
		let mut events = Events::new(Endpoint::Chat);
		events.push(&vec![b'x'; MAX_EVENT]).unwrap();
		assert!(events.next().is_none());
		assert!(events.push(b"x").is_err());
	}

	#[test]
	fn response_should_end_with_its_own_events() {
		let kind = |data: &str| kind(Endpoint::Responses, format!("data: {data}\n\n").as_bytes());
		assert_eq!(kind(r#"{"type":"response.completed"}"#), Kind::Last(Some(Finish::Stop)));
		assert_eq!(kind(r#"{"type":"response.incomplete"}"#), Kind::Last(Some(Finish::Length)));
		let delta = r#"{"type":"response.output_text.delta","delta":"a"}"#;
		assert_eq!(kind(delta), Kind::Text(piece("a")));
		// Says again what was said.
		assert_eq!(kind(r#"{"type":"response.output_text.done","text":"a"}"#), Kind::Other);
	}
	#[test]
	fn probabilities_and_the_end_should_be_those_of_the_answer() {
		let top = vec![(b"b".to_vec(), -0.5)];
		let likely = Logprob { token: b"a".to_vec(), logprob: -0.25, top };
		let told = json!([{ "token": "a", "bytes": [97], "logprob": -0.25,
			"top_logprobs": [{ "token": "b", "bytes": [98], "logprob": -0.5 }] }]);
		let old =
			json!({ "tokens": ["a"], "token_logprobs": [-0.25], "top_logprobs": [{ "b": -0.5 }] });
		let written =
			|finish| Written { output: b"a".to_vec(), logprobs: vec![likely.clone()], finish };
		let choice = |fields: Value| json!({ "choices": [fields] }).to_string();
		let of = |endpoint, body: &str| of_body(endpoint, body.as_bytes()).unwrap();
		let chat = choice(json!({ "message": { "content": "a" }, "logprobs": { "content": told },
			"finish_reason": "length" }));
		assert_eq!(of(Endpoint::Chat, &chat), written(Finish::Length));
		let completion = choice(json!({ "text": "a", "logprobs": old, "finish_reason": "stop" }));
		assert_eq!(of(Endpoint::Completions, &completion), written(Finish::Stop));
		let part = json!({ "type": "output_text", "text": "a", "logprobs": told });
		let response = json!({ "status": "incomplete", "output": [{ "content": [part] }] });
		assert_eq!(of(Endpoint::Responses, &response.to_string()), written(Finish::Length));

		let piece =
			|endpoint, data: &str| match kind(endpoint, format!("data: {data}\n\n").as_bytes()) {
				Kind::Text(piece) => piece,
				other => panic!("{other:?}"),
			};
		let whole = Piece { text: "a".into(), logprobs: vec![likely.clone()], finish: None };
		let chat = choice(json!({ "delta": { "content": "a" }, "logprobs": { "content": told } }));
		assert_eq!(piece(Endpoint::Chat, &chat), whole);
		let completion = choice(json!({ "text": "a", "logprobs": old }));
		assert_eq!(piece(Endpoint::Completions, &completion), whole);
		let ended = Piece { finish: Some(Finish::Length), ..Piece::default() };
		let chat = choice(json!({ "delta": {}, "finish_reason": "length" }));
		assert_eq!(piece(Endpoint::Chat, &chat), ended);
		let call = choice(json!({ "delta": { "tool_calls": [{}], "reckon_output": "x" } }));
		assert_eq!(piece(Endpoint::Chat, &call).text, "x");
	}
}
