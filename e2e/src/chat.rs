//! Chats over HTTP, as programs have them that know OpenAI's API.

use std::time::{Duration, Instant};

use reckon_sdk::Balance;
use reqwest::{Client, Response};
use serde_json::{json, Value};
use tokio::time::sleep;

use crate::LIMIT;

/// As long as the slowest retry is kept waiting: a worker has a minute to come back.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often is asked for what will come.
pub const POLL: Duration = Duration::from_millis(250);

/// A client that has patience.
pub fn http() -> Client {
	Client::builder().timeout(PATIENCE).build().expect("a client")
}

/// What is said at an address, be it a refusal; nothing while nobody answers.
pub async fn get(http: &Client, url: &str) -> Value {
	let Ok(response) = http.get(url).send().await else { return Value::Null };
	let text = response.text().await.unwrap_or_default();
	serde_json::from_str(&text).unwrap_or_default()
}

/// Asks until what is said is what the test waits for.
pub async fn get_until(http: &Client, url: &str, is_it: impl Fn(&Value) -> bool) -> Value {
	let began = Instant::now();
	loop {
		let said = get(http, url).await;
		if is_it(&said) {
			return said;
		}
		assert!(began.elapsed() < LIMIT, "{url} never got there: {said}");
		sleep(POLL).await;
	}
}

/// An amount in the smallest token unit, as a decimal string.
pub fn amount(json: &Value) -> Balance {
	let amount = json.as_str().and_then(|text| text.parse().ok());
	amount.unwrap_or_else(|| panic!("no amount: {json}"))
}

/// An answer that has come whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
	/// The request's id.
	pub id: String,
	/// All that was said.
	pub text: String,
}

/// Why an answer has not come.
#[derive(Debug)]
pub enum Missed {
	/// The connection broke, or it is worth while to come again.
	Later(String),
	/// A refusal for good.
	Refused(Value),
}

/// An answer that comes in.
pub struct Incoming {
	response: Response,
	/// Whether it comes as events.
	is_stream: bool,
	said: Vec<u8>,
}

impl Incoming {
	/// Asks with a key and a name for the request; there is an answer when this returns, though none of its
	/// words need be there.
	///
	/// # Errors
	/// With what was said instead.
	pub async fn ask(
		http: &Client,
		(base_url, key): (&str, &str),
		name: &str,
		body: &Value,
	) -> Result<Self, Missed> {
		let request = http
			.post(format!("{base_url}/chat/completions"))
			.bearer_auth(key)
			.header("content-type", "application/json")
			.header("idempotency-key", name)
			.body(body.to_string());
		let response = request.send().await.map_err(broken)?;
		let status = response.status();
		if status.is_success() {
			return Ok(Self { response, is_stream: body["stream"] == true, said: Vec::new() });
		}
		let said = response.text().await.map_err(broken)?;
		let later = status.is_server_error() || status.as_u16() == 429;
		let refusal = serde_json::from_str(&said).unwrap_or_else(|_| json!(said));
		Err(match later {
			true => Missed::Later(format!("{status}: {refusal}")),
			false => Missed::Refused(refusal),
		})
	}

	/// The request's id, where the head of the answer has it.
	pub fn id(&self) -> Option<String> {
		let id = self.response.headers().get("reckon-request-id")?;
		Some(id.to_str().expect("an id in ASCII").to_owned())
	}

	/// Waits for the first words of a stream.
	///
	/// # Errors
	/// When there will be none.
	pub async fn begun(&mut self) -> Result<(), Missed> {
		while Told::of(&self.said)?.text.is_empty() {
			if !self.read().await? {
				return Err(Missed::Later("the stream ended before its first words".into()));
			}
		}
		Ok(())
	}

	/// The whole answer.
	///
	/// # Errors
	/// When it does not come to its end.
	pub async fn whole(mut self) -> Result<Answered, Missed> {
		while self.read().await? {}
		let (id, text) = match self.is_stream {
			false => {
				let answer: Value = serde_json::from_slice(&self.said).expect("an answer in JSON");
				let text = answer["choices"][0]["message"]["content"].as_str();
				(named(&answer), text.expect("an answer has a text").to_owned())
			},
			true => match Told::of(&self.said)? {
				Told { id, text, is_done: true } => (id, text),
				_ => return Err(Missed::Later("the stream ended before its end".into())),
			},
		};
		Ok(Answered { id: self.id().or(id).unwrap_or_default(), text })
	}

	/// Reads some of it; false at its end.
	async fn read(&mut self) -> Result<bool, Missed> {
		let bytes = self.response.chunk().await.map_err(broken)?;
		self.said.extend(bytes.iter().flatten());
		Ok(bytes.is_some())
	}
}

/// A chat with a key and a name for the request.
///
/// # Errors
/// When no answer comes, or not to its end.
pub async fn chat(
	http: &Client,
	door: (&str, &str),
	name: &str,
	body: &Value,
) -> Result<Answered, Missed> {
	Incoming::ask(http, door, name, body).await?.whole().await
}

fn broken(error: reqwest::Error) -> Missed {
	Missed::Later(error.to_string())
}

/// The request's id, which is in that of its answer.
fn named(answer: &Value) -> Option<String> {
	let id = answer["id"].as_str()?.strip_prefix("chatcmpl-")?;
	Some(format!("0x{id}"))
}

/// What a stream has said so far.
#[derive(Default)]
struct Told {
	id: Option<String>,
	text: String,
	is_done: bool,
}

impl Told {
	fn of(said: &[u8]) -> Result<Self, Missed> {
		let mut told = Self::default();
		// What has no end yet is not all there.
		let lines = said.split_inclusive(|byte| *byte == b'\n');
		for line in lines.filter(|line| line.ends_with(b"\n")) {
			let Some(data) = line.trim_ascii_end().strip_prefix(b"data: ") else { continue };
			if data == b"[DONE]" {
				told.is_done = true;
				break;
			}
			let event: Value = serde_json::from_slice(data).expect("an event in JSON");
			match event["error"]["type"].as_str() {
				Some("server_error" | "rate_limit_exceeded") => {
					return Err(Missed::Later(event.to_string()));
				},
				Some(_) => return Err(Missed::Refused(event)),
				None => {},
			}
			told.id = told.id.or_else(|| named(&event));
			let words = event["choices"][0]["delta"]["content"].as_str();
			told.text.push_str(words.unwrap_or_default());
		}
		Ok(told)
	}
}
