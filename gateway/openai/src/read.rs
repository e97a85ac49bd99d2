//! What a client's bytes ask for.

mod chat;
mod completion;
mod embedding;
mod form;
mod response;

use crate::{
	fields::{as_text, wrong, Fields, Read},
	reply::Reply,
	Order, Problem,
};
use reckon_primitives::Sampling;
use serde::Serialize;
use serde_json::Value;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeSet;

pub use form::{MAX_TOOLS, MAX_TOOL_NAME};

/// The longest payload in bytes, and the most turns and texts in one: what workers read.
pub const MAX_PAYLOAD_BYTES: usize = 1 << 20;
/// The most turns of a conversation.
pub const MAX_MESSAGES: usize = 1024;
/// The most texts that are embedded at once, as with OpenAI.
pub const MAX_INPUTS: usize = 2048;
/// The most strings that end an answer, as with OpenAI.
pub const MAX_STOPS: usize = 4;
/// The longest string that ends an answer.
pub const MAX_STOP_BYTES: usize = 256;
/// The most alternatives of a token, as with OpenAI.
pub const MAX_LOGPROBS: u32 = 20;
/// The longest name of a model.
pub const MAX_MODEL_BYTES: usize = 256;
/// Tokens of an answer when the client does not say how many, as agents and most libraries don't: few
/// answers are longer. Their price is held while the request runs, whatever it costs in the end, so that
/// a channel must have this times its price of a token, and the prompt's, for each request at once. A
/// whole context would hold up to thirty times as much.
pub const DEFAULT_MAX_TOKENS: u32 = 4096;

const SEED: &[u8] = b"reckon:seed:v1";
const DEFAULT_TEMPERATURE_MILLI: u16 = 1000;

/// Where a body was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
	/// `/v1/chat/completions`.
	Chat,
	/// `/v1/completions`.
	Completions,
	/// `/v1/responses`.
	Responses,
	/// `/v1/embeddings`.
	Embeddings,
}

/// What a body asks for, and how it is answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
	/// For the network.
	pub order: Order,
	/// For the client.
	pub reply: Reply,
}

/// Reads a body. Total: any bytes give an order or a problem, and equal bytes the same one everywhere.
///
/// `max_tokens` says how many tokens an answer of a model has at most when the body does not:
/// [`default_max_tokens`] of its context, for all who want to understand the same.
///
/// # Errors
/// 400, with the field that is wrong.
pub fn read(
	endpoint: Endpoint,
	body: &[u8],
	max_tokens: impl Fn(&str) -> u32,
) -> Result<Asked, Problem> {
	let mut fields = Fields::of_body(body)?;
	let model = as_text(fields.need("model")?, || "model".to_owned())?;
	if model.is_empty() || model.len() > MAX_MODEL_BYTES {
		let message = format!("'model' must have from 1 to {MAX_MODEL_BYTES} bytes");
		return Err(Problem::invalid("model", message));
	}
	let max_tokens = max_tokens(&model);
	let asked = match endpoint {
		Endpoint::Chat => chat::read(fields, model, max_tokens),
		Endpoint::Completions => completion::read(fields, model, max_tokens),
		Endpoint::Responses => response::read(fields, model, max_tokens),
		Endpoint::Embeddings => embedding::read(fields, model),
	}?;
	match asked.order.payload.len() {
		got if got > MAX_PAYLOAD_BYTES => Err(too_long(endpoint, got)),
		_ => Ok(asked),
	}
}

pub(crate) fn too_long(endpoint: Endpoint, got: usize) -> Problem {
	let message = format!("the prompt has {got} bytes, {MAX_PAYLOAD_BYTES} are taken");
	let code = Some("string_above_max_length");
	Problem { code, ..Problem::invalid(endpoint.prompt(), message) }
}

impl Endpoint {
	/// The endpoint at this path.
	pub fn of_path(path: &str) -> Option<Self> {
		match path {
			"/v1/chat/completions" => Some(Self::Chat),
			"/v1/completions" => Some(Self::Completions),
			"/v1/responses" => Some(Self::Responses),
			"/v1/embeddings" => Some(Self::Embeddings),
			_ => None,
		}
	}

	/// The field that has the prompt.
	fn prompt(self) -> &'static str {
		match self {
			Self::Chat => "messages",
			Self::Completions => "prompt",
			Self::Responses | Self::Embeddings => "input",
		}
	}
}

/// Tokens of an answer of a model with this context when the client does not say how many: half of it at
/// most, so that there is room for the prompt.
pub fn default_max_tokens(context: u32) -> u32 {
	DEFAULT_MAX_TOKENS.min(context / 2).max(1)
}

/// The sampler's salt that a client's `seed` makes.
pub fn salt_of(seed: i128) -> H256 {
	H256(blake2_256(&[SEED, &seed.to_le_bytes()].concat()))
}

/// How tokens are chosen, as chat, completions and responses say it alike.
struct Chosen {
	sampling: Sampling,
	seeded: bool,
	presence_milli: i16,
	frequency_milli: i16,
}

impl Chosen {
	fn read(fields: &mut Fields, max_output: u32) -> Read<Self> {
		let temperature = fields.number("temperature", 0.0..=2.0)?;
		let top_p = fields.number("top_p", 0.0..=1.0)?;
		let top_k = top_k(fields)?;
		let seed = match fields.take("seed") {
			None => None,
			Some(Value::Number(seed)) if seed.is_i64() || seed.is_u64() => {
				seed.as_i64().map(i128::from).or(seed.as_u64().map(i128::from))
			},
			Some(_) => return Err(wrong(fields.path("seed"), "an integer of 64 bits")),
		};
		let sampling = Sampling {
			max_output,
			temperature_milli: temperature
				.map_or(DEFAULT_TEMPERATURE_MILLI, |number| thousandths(number) as u16),
			top_k: top_k.unwrap_or(0) as u16,
			// A mass of nothing is the likeliest token alone, as is the least that there is.
			top_p_milli: top_p.map_or(1000, |number| thousandths(number).max(1) as u16),
			salt: seed.map(salt_of).unwrap_or_default(),
		};
		Ok(Self {
			sampling,
			seeded: seed.is_some(),
			presence_milli: penalty(fields, "presence_penalty")?,
			frequency_milli: penalty(fields, "frequency_penalty")?,
		})
	}
}

/// vLLM and its clients write -1 where none is left out.
fn top_k(fields: &mut Fields) -> Read<Option<u32>> {
	match fields.take("top_k") {
		Some(Value::Number(number)) if number.as_i64() == Some(-1) => Ok(None),
		Some(other) => {
			fields.put("top_k", other);
			fields.whole("top_k", 0..=64)
		},
		None => Ok(None),
	}
}

fn penalty(fields: &mut Fields, name: &str) -> Read<i16> {
	Ok(fields.number(name, -2.0..=2.0)?.map_or(0, |number| thousandths(number) as i16))
}

/// Of a number that is within a few units: the casts of its callers lose nothing.
fn thousandths(number: f64) -> i32 {
	(number * 1000.0).round() as i32
}

/// The tokens of an answer, from the first of these fields that is there.
fn max_output(fields: &mut Fields, names: &[&str], default: u32) -> Read<u32> {
	let mut max = None;
	for name in names {
		// Read even where it does not count: a wrong type is a client's mistake.
		let found = fields.whole(name, 1..=u32::MAX)?;
		max = max.or(found);
	}
	Ok(max.unwrap_or(default))
}

/// The strings that end an answer, in one order and each once.
fn stops(fields: &mut Fields) -> Read<BTreeSet<String>> {
	let path = fields.path("stop");
	let stops = match fields.take("stop") {
		None => return Ok(BTreeSet::new()),
		Some(Value::String(stop)) => vec![stop],
		Some(Value::Array(items)) => items
			.into_iter()
			.map(|item| as_text(item, || path.clone()))
			.collect::<Read<Vec<_>>>()?,
		Some(_) => return Err(wrong(path, "a string or an array of strings")),
	};
	if stops.len() > MAX_STOPS {
		let message = format!("'{path}' has {} strings, {MAX_STOPS} are taken", stops.len());
		return Err(Problem::invalid(path, message));
	}
	if stops.iter().any(|stop| stop.is_empty() || stop.len() > MAX_STOP_BYTES) {
		let message = format!("each string of '{path}' must have from 1 to {MAX_STOP_BYTES} bytes");
		return Err(Problem::invalid(path, message));
	}
	Ok(stops.into_iter().collect())
}

/// Refuses more answers than one.
fn single(fields: &mut Fields, name: &str) -> Read<()> {
	match fields.whole(name, 0..=128)? {
		None | Some(1) => Ok(()),
		Some(_) => Err(Problem::unsupported(
			fields.path(name),
			format!("'{name}' must be 1: send a request for each answer that you want"),
		)),
	}
}

/// Refuses what changes logits token by token.
fn no_bias(fields: &mut Fields) -> Read<()> {
	match fields.take("logit_bias") {
		None => Ok(()),
		Some(Value::Object(bias)) if bias.is_empty() => Ok(()),
		Some(Value::Object(_)) => {
			Err(Problem::unsupported("logit_bias", "'logit_bias' is not supported: leave it out"))
		},
		Some(_) => Err(wrong("logit_bias".to_owned(), "an object")),
	}
}

/// Whether the client wants events, and whether the usage among them.
fn streaming(fields: &mut Fields) -> Read<(bool, bool)> {
	let stream = fields.flag("stream")?.unwrap_or(false);
	let usage = match fields.object("stream_options")? {
		None => None,
		Some(mut options) => options.flag("include_usage")?,
	};
	Ok((stream, usage.unwrap_or(false)))
}

/// Canonical: in the order of the structs, and what is a client's own JSON in its order.
fn payload(of: &impl Serialize) -> Vec<u8> {
	serde_json::to_vec(of).unwrap_or_default()
}
