//! References: a client that has had an answer names it in place of sending it again. An item's id stands for
//! the answer alone, as Vercel's AI SDK sends it from the second turn of a conversation on; a response's id,
//! `previous_response_id`, for all that was said up to it.

use crate::{
	fields::Read,
	read::{too_long, MAX_MESSAGES},
	Endpoint, MAX_PAYLOAD_BYTES,
};
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

impl Spoken {
	/// All turns up to the answer as items of an input, but not the instructions, which are those of one
	/// response alone; `None` where there was no conversation.
	fn turns(&self) -> Option<Vec<Value>> {
		let mut payload: Map<String, Value> = serde_json::from_slice(&self.payload).ok()?;
		let Some(Value::Array(mut turns)) = payload.remove("messages") else { return None };
		if self.instructed && !turns.is_empty() {
			turns.remove(0);
		}
		turns.push(turn(&self.answer));
		Some(turns)
	}
}

fn turn(answer: &str) -> Value {
	json!({ "role": "assistant", "content": answer })
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
	let items = items.take(MAX_MESSAGES).filter_map(referred).collect();
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
	answers: &BTreeMap<H256, String>,
	said: Option<&Spoken>,
) -> Read<Vec<u8>> {
	let Ok(mut read) = serde_json::from_slice::<Value>(body) else { return Ok(body.to_vec()) };
	let mut length = 0_usize;
	let items = read.get_mut("input").and_then(Value::as_array_mut);
	for item in items.into_iter().flatten() {
		let Some(text) = referred(item).and_then(|id| answers.get(&id)) else { continue };
		// One answer can be referred to many times.
		length = length.saturating_add(text.len());
		if length > MAX_PAYLOAD_BYTES {
			return Err(too_long(Endpoint::Responses, length));
		}
		*item = turn(text);
	}
	if let Some(turns) = said.filter(|_| previous(&read).is_some()).and_then(Spoken::turns) {
		go_on(&mut read, turns);
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

/// The request whose answer an item refers to.
fn referred(item: &Value) -> Option<H256> {
	let id = hash_of(item.get("id")?, ITEM)?;
	(item.get("type")? == REFERENCE).then_some(id)
}

/// The request whose response a body goes on from.
fn previous(body: &Value) -> Option<H256> {
	hash_of(body.get(PREVIOUS)?, RESPONSE)
}

fn hash_of(id: &Value, begin: &str) -> Option<H256> {
	let digits = id.as_str()?.strip_prefix(begin)?;
	(digits.len() == 64).then(|| digits.parse().ok())?
}
