//! References: a client that has had an answer names it in place of sending it again. An item's id stands for
//! the answer alone, as Vercel's AI SDK sends it from the second turn of a conversation on; a response's id,
//! `previous_response_id`, for all that was said up to it.

use crate::{
	calls::{heard, Call, Callable, Heard},
	fields::Read,
	read::{too_long, MAX_MESSAGES},
	reply::call_id,
	Endpoint, MAX_PAYLOAD_BYTES,
};
use serde::Deserialize;
use serde_json::{json, Map, Value};
use sp_core::H256;
use std::collections::{BTreeMap, BTreeSet};

/// The type of an item that refers to another one.
pub(crate) const REFERENCE: &str = "item_reference";
/// The field that names the response that is gone on from.
pub(crate) const PREVIOUS: &str = "previous_response_id";
/// The same, when what was said up to there is in the input: it is only told back.
pub(crate) const RESOLVED: &str = "resolved_response_id";
/// What an item's id begins with; the request's hash follows.
pub(crate) const ITEM: &str = "msg_";
/// The same of a call's, whose number follows too.
pub(crate) const CALL_ITEM: &str = "fc_";
/// The same of a response's.
pub(crate) const RESPONSE: &str = "resp_";

/// What a body of `/v1/responses` refers to: requests.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct References {
	/// Those whose answers stand for themselves, each once.
	pub items: BTreeSet<H256>,
	/// The one that is gone on from.
	pub previous: Option<H256>,
}

/// An answer of before, and what it was an answer to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spoken {
	/// What its worker has read: [`Order::payload`](crate::Order::payload).
	pub payload: Vec<u8>,
	/// As [`Order::instructed`](crate::Order::instructed).
	pub instructed: bool,
	/// What it has written.
	pub answer: String,
}

/// An answer of before by itself, with the tools that could be called in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
	answer: String,
	callable: Callable,
}

impl Answered {
	/// How many bytes it takes, with the names of its tools.
	pub fn bytes(&self) -> usize {
		let names = self.callable.names.iter().map(String::len);
		names.fold(self.answer.len(), usize::saturating_add)
	}
}

impl From<Spoken> for Answered {
	fn from(Spoken { payload, answer, .. }: Spoken) -> Self {
		// Nothing else of a payload is read, which may be a mebibyte of each of a thousand answers.
		let offered: Offered = serde_json::from_slice(&payload).unwrap_or_default();
		Self { answer, callable: offered.into() }
	}
}

impl Spoken {
	/// All turns up to the answer as items of an input, but not the instructions, which are those of one
	/// response alone; `None` where there was no conversation.
	fn turns(&self, request: H256) -> Option<Vec<Value>> {
		let mut payload: Map<String, Value> = serde_json::from_slice(&self.payload).ok()?;
		let Some(Value::Array(mut turns)) = payload.remove("messages") else { return None };
		let Answered { answer, callable } = self.clone().into();
		let heard = heard(&callable, &answer, &[]);
		if self.instructed && !turns.is_empty() {
			turns.remove(0);
		}
		turns.push(turn(heard, request));
		Some(turns)
	}
}

/// Of a payload, the tools.
#[derive(Deserialize, Default)]
struct Offered {
	#[serde(default)]
	tools: Vec<Offer>,
}

#[derive(Deserialize)]
struct Offer {
	function: Named,
}

#[derive(Deserialize)]
struct Named {
	name: String,
}

impl From<Offered> for Callable {
	fn from(Offered { tools }: Offered) -> Self {
		Self { names: tools.into_iter().map(|tool| tool.function.name).collect(), one: false }
	}
}

/// An answer as an item of an input, with the calls in it.
fn turn(Heard { text, calls, .. }: Heard, request: H256) -> Value {
	let calls = (0..).zip(calls).map(|(nth, Call { name, arguments })| {
		json!({ "id": call_id(&request, nth), "function": { "name": name, "arguments": arguments } })
	});
	json!({ "role": "assistant", "content": text, "tool_calls": calls.collect::<Vec<_>>() })
}

/// What a reference stands for, of a request's answer.
enum Referred {
	/// What it says.
	Text(H256),
	/// The call with this number.
	Call(H256, usize),
}

impl Referred {
	fn of(item: &Value) -> Option<Self> {
		if item.get("type")? != REFERENCE {
			return None;
		}
		let id = item.get("id")?;
		let call = || {
			let (hash, nth) = id.as_str()?.strip_prefix(CALL_ITEM)?.split_once('_')?;
			Some(Self::Call(hash_of(hash)?, nth.parse().ok()?))
		};
		hash_behind(id, ITEM).map(Self::Text).or_else(call)
	}

	fn request(&self) -> H256 {
		match self {
			Self::Text(request) | Self::Call(request, _) => *request,
		}
	}

	/// The item that stands for it, out of the whole answer, and how long what it says is.
	fn item(&self, heard: &Heard) -> Option<(Value, usize)> {
		match self {
			Self::Text(_) => {
				let item = json!({ "role": "assistant", "content": heard.text });
				Some((item, heard.text.len()))
			},
			Self::Call(request, nth) => {
				let Call { name, arguments } = heard.calls.get(*nth)?;
				let item = json!({
					"type": "function_call",
					"call_id": call_id(request, *nth),
					"name": name,
					"arguments": arguments,
				});
				Some((item, name.len().saturating_add(arguments.len())))
			},
		}
	}
}

/// What a body of `/v1/responses` refers to.
pub fn references(body: &[u8]) -> References {
	// Most bodies have none, and are not read twice.
	let has = |name: &str| body.windows(name.len()).any(|part| part == name.as_bytes());
	if !has(REFERENCE) && !has(PREVIOUS) {
		return References::default();
	}
	let Ok(body) = serde_json::from_slice::<Value>(body) else { return References::default() };
	let items = body.get("input").and_then(Value::as_array).into_iter().flatten();
	let items = items.take(MAX_MESSAGES).filter_map(Referred::of).map(|it| it.request()).collect();
	References { items, previous: previous(&body) }
}

/// The same body with these answers in place of the references to them, and with what was said up to the
/// response that it goes on from in front of the input. References that stay are refused by
/// [`read`](crate::read).
///
/// # Errors
/// When answers are longer than a prompt may be.
pub fn resolve(
	body: &[u8],
	answers: &BTreeMap<H256, Answered>,
	said: Option<&Spoken>,
) -> Read<Vec<u8>> {
	let Ok(mut read) = serde_json::from_slice::<Value>(body) else { return Ok(body.to_vec()) };
	let mut length = 0_usize;
	let mut known: BTreeMap<H256, Heard> = BTreeMap::new();
	let items = read.get_mut("input").and_then(Value::as_array_mut);
	for item in items.into_iter().flatten() {
		let Some(referred) = Referred::of(item) else { continue };
		let id = referred.request();
		let Some(Answered { answer, callable }) = answers.get(&id) else { continue };
		let heard = known.entry(id).or_insert_with(|| heard(callable, answer, &[]));
		let Some((said, bytes)) = referred.item(heard) else { continue };
		// One answer can be referred to many times.
		length = length.saturating_add(bytes);
		if length > MAX_PAYLOAD_BYTES {
			return Err(too_long(Endpoint::Responses, length));
		}
		*item = said;
	}
	if let (Some(said), Some(request)) = (said, previous(&read)) {
		if let Some(turns) = said.turns(request) {
			go_on(&mut read, turns);
		}
	}
	Ok(read.to_string().into_bytes())
}

/// Puts what was said before in front of the input.
fn go_on(body: &mut Value, mut turns: Vec<Value>) -> Option<()> {
	let body = body.as_object_mut()?;
	let name = body.remove(PREVIOUS)?;
	body.insert(RESOLVED.into(), name);
	match body.get_mut("input")? {
		Value::String(text) => {
			turns.push(json!({ "role": "user", "content": std::mem::take(text) }));
		},
		Value::Array(items) => turns.append(items),
		// That is another mistake.
		_ => return None,
	}
	body.insert("input".into(), turns.into());
	Some(())
}

/// The request whose response a body goes on from.
fn previous(body: &Value) -> Option<H256> {
	hash_behind(body.get(PREVIOUS)?, RESPONSE)
}

fn hash_behind(id: &Value, begin: &str) -> Option<H256> {
	hash_of(id.as_str()?.strip_prefix(begin)?)
}

fn hash_of(digits: &str) -> Option<H256> {
	(digits.len() == 64).then(|| digits.parse().ok())?
}
