//! References: a client that has had an answer sends its id in place of it, as Vercel's AI SDK does from the
//! second turn of a conversation on.

use crate::{
	fields::Read,
	read::{too_long, MAX_MESSAGES},
	Endpoint, MAX_PAYLOAD_BYTES,
};
use serde_json::{json, Value};
use sp_core::H256;
use std::collections::{BTreeMap, BTreeSet};

/// The type of an item that refers to another one.
pub(crate) const REFERENCE: &str = "item_reference";
/// What an item's id begins with; the request's hash follows.
pub(crate) const ITEM: &str = "msg_";

/// The requests whose answers a body of `/v1/responses` refers to, each once.
pub fn references(body: &[u8]) -> BTreeSet<H256> {
	// Most bodies have none, and are not read twice.
	if !body.windows(REFERENCE.len()).any(|part| part == REFERENCE.as_bytes()) {
		return BTreeSet::new();
	}
	let Ok(body) = serde_json::from_slice::<Value>(body) else { return BTreeSet::new() };
	let items = body.get("input").and_then(Value::as_array).into_iter().flatten();
	let items = items.take(MAX_MESSAGES);
	items.filter_map(referred).collect()
}

/// The same body with these answers in place of the references to them. Others stay, and are refused by
/// [`read`](crate::read).
///
/// # Errors
/// When that is longer than a prompt may be.
pub fn resolve(body: &[u8], answers: &BTreeMap<H256, String>) -> Read<Vec<u8>> {
	let Ok(mut read) = serde_json::from_slice::<Value>(body) else { return Ok(body.to_vec()) };
	let Some(items) = read.get_mut("input").and_then(Value::as_array_mut) else {
		return Ok(body.to_vec());
	};
	let mut length = 0_usize;
	for item in items {
		let Some(text) = referred(item).and_then(|id| answers.get(&id)) else { continue };
		// One answer can be referred to many times.
		length = length.saturating_add(text.len());
		if length > MAX_PAYLOAD_BYTES {
			return Err(too_long(Endpoint::Responses, length));
		}
		*item = json!({ "role": "assistant", "content": text });
	}
	Ok(read.to_string().into_bytes())
}

/// The request whose answer an item refers to.
fn referred(item: &Value) -> Option<H256> {
	let digits = item.get("id")?.as_str()?.strip_prefix(ITEM)?;
	let is_one = item.get("type")? == REFERENCE && digits.len() == 64;
	is_one.then(|| digits.parse().ok())?
}
