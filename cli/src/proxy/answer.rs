//! What of an answer in OpenAI's shape the worker has written: that is what its receipt names.

use base64::{engine::general_purpose::STANDARD, Engine};
use reckon_openai::Endpoint;
use serde::Serialize;
use serde_json::Value;

/// The longest server-sent event.
const MAX_EVENT: usize = 16 << 20;
/// The name of the event with the receipt.
pub(super) const RECEIPT_EVENT: &str = "reckon.receipt";
/// What ends a stream of chunks.
const DONE: &str = "[DONE]";

/// The worker's answer in a whole body; `None` when it is not there.
pub(super) fn of_body(endpoint: Endpoint, body: &[u8]) -> Option<Vec<u8>> {
	let body: Value = serde_json::from_slice(body).ok()?;
	match endpoint {
		Endpoint::Chat => text(&body["choices"][0]["message"]["content"]),
		Endpoint::Completions => text(&body["choices"][0]["text"]),
		Endpoint::Responses => {
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

/// What an event is to the proxy.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Kind {
	/// Text follows, which may be empty.
	Text(String),
	/// The receipt.
	Receipt(String),
	/// The answer is said to be complete: not to be passed on before its receipt is checked.
	Last,
	/// The gateway could not go on.
	Failed(Value),
	/// Nothing that matters here.
	Other,
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
		return Kind::Last;
	}
	let Ok(json) = serde_json::from_str::<Value>(&data) else { return Kind::Other };
	if json["error"].is_object() {
		return Kind::Failed(json["error"].clone());
	}
	let said = match endpoint {
		Endpoint::Chat => &json["choices"][0]["delta"]["content"],
		Endpoint::Completions => &json["choices"][0]["text"],
		Endpoint::Responses => match json["type"].as_str() {
			Some("response.output_text.delta") => &json["delta"],
			Some("response.completed" | "response.incomplete") => return Kind::Last,
			_ => &Value::Null,
		},
		Endpoint::Embeddings => &Value::Null,
	};
	said.as_str().map_or(Kind::Other, |text| Kind::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn answer_should_be_what_the_worker_has_written() {
		let chat = json!({ "choices": [{ "message": { "content": "héllo" } }] }).to_string();
		assert_eq!(of_body(Endpoint::Chat, chat.as_bytes()).unwrap(), "héllo".as_bytes());
		let completion = json!({ "choices": [{ "text": "a" }] }).to_string();
		assert_eq!(of_body(Endpoint::Completions, completion.as_bytes()).unwrap(), b"a");
		let response = json!({ "output": [
			{ "type": "message", "content": [{ "type": "output_text", "text": "b" }] },
		] });
		let response = response.to_string();
		assert_eq!(of_body(Endpoint::Responses, response.as_bytes()).unwrap(), b"b");
		for endpoint in [Endpoint::Chat, Endpoint::Completions, Endpoint::Responses] {
			assert_eq!(of_body(endpoint, b"{}"), None);
			assert_eq!(of_body(endpoint, b"no JSON"), None);
		}
	}

	#[test]
	fn vectors_should_be_written_as_the_worker_wrote_them_in_either_encoding() {
		let numbers = [0.5_f32, -0.012_345_678, 1e-20, f32::MAX, 3.0];
		let written =
			serde_json::to_vec(&Embeddings { embeddings: vec![numbers.to_vec()] }).unwrap();
		let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
		for embedding in [json!(numbers), json!(STANDARD.encode(bytes))] {
			let body = json!({ "data": [{ "embedding": embedding }] }).to_string();
			assert_eq!(of_body(Endpoint::Embeddings, body.as_bytes()), Some(written.clone()));
		}
		let odd = json!({ "data": [{ "embedding": STANDARD.encode([1, 2, 3]) }] }).to_string();
		assert_eq!(of_body(Endpoint::Embeddings, odd.as_bytes()), None);
	}

	#[test]
	fn events_should_be_the_same_wherever_the_stream_is_cut() {
		let stream =
			": keep-alive\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"hé\"}}]}\r\n\r\n\
			event: reckon.receipt\ndata: {}\n\ndata: {\"error\":{\"code\":\"x\"}}\n\ndata: [DONE]\n\n";
		let expected = [
			Kind::Other,
			Kind::Text("hé".into()),
			Kind::Receipt("{}".into()),
			Kind::Failed(json!({ "code": "x" })),
			Kind::Last,
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
		assert_eq!(kind(r#"{"type":"response.completed"}"#), Kind::Last);
		let delta = r#"{"type":"response.output_text.delta","delta":"a"}"#;
		assert_eq!(kind(delta), Kind::Text("a".into()));
		// Says again what was said.
		assert_eq!(kind(r#"{"type":"response.output_text.done","text":"a"}"#), Kind::Other);
	}
}
