//! A gateway, as its client sees it.

use std::{
	collections::BTreeMap,
	sync::Mutex,
	time::{Duration, Instant},
};

use base64::{engine::general_purpose::STANDARD, Engine};
use codec::{DecodeAll, Encode};
use reckon_openai::Endpoint;
use reckon_primitives::{AccountId, Balance, ChannelId, ModelId, Price};
use reckon_receipts::{ReceiptFile, Request, SignedVoucher};
use reckon_sealed::SignedWorkerKey;
use reqwest::{
	header::{ACCEPT, CONTENT_TYPE},
	Client, Response, StatusCode,
};
use serde_json::Value;
use sp_core::{crypto::Ss58Codec, H256};

use super::sealing::Told;
use crate::http::{self, ANSWER_TIMEOUT, MAX_ANSWER};

/// The most models that are read of one gateway.
const MAX_MODELS: usize = 10_000;
/// And the most workers of a model.
const MAX_WORKERS: usize = 1_000;
/// How long a list of models is good.
const MODELS_FRESH: Duration = Duration::from_secs(30);
/// How long a gateway that does not answer is left alone: at first, and at most.
const REST: Duration = Duration::from_millis(500);
const MAX_REST: Duration = Duration::from_secs(30);

/// A model, as one gateway offers it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Model {
	/// On chain.
	pub(super) id: ModelId,
	/// Tokens, prompt and answer together.
	pub(super) context: u32,
	/// What it costs there.
	pub(super) price: Price<Balance>,
	/// All that the gateway says of it.
	pub(super) told: Value,
}

/// What a gateway knows of a channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Standing {
	/// What is left in it.
	pub(super) left: Balance,
	/// What each lane has spent, answers that are not on chain yet included.
	pub(super) lanes: Vec<Balance>,
	/// Whether it takes no more requests.
	pub(super) closing: bool,
}

/// What became of a request that is not heard of any more.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Fate {
	/// It is answered, and this is its receipt.
	Receipted(Box<ReceiptFile>),
	/// It is being answered.
	Running,
	/// It came to nothing.
	Failed,
	/// The gateway has never heard of it.
	Unknown,
}

/// A gateway that does not answer, or not what was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Away {
	/// It can't be reached, or breaks off.
	#[error("{0}")]
	Silent(String),
	/// It answers something else.
	#[error("{0}")]
	Says(String),
}

/// A request that was not answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Lost {
	/// There was no connection: nothing has left.
	Unsent(String),
	/// It may have been read.
	Sent(String),
}

#[derive(Debug, Default)]
struct State {
	models: BTreeMap<String, Model>,
	read: Option<Instant>,
	/// Until when it is left alone, and how long that is.
	resting: Option<(Instant, Duration)>,
}

/// A gateway.
#[derive(Debug)]
pub(super) struct Upstream {
	http: Client,
	/// Without a slash at the end, and without `/v1`.
	base: String,
	state: Mutex<State>,
}

impl Upstream {
	pub(super) fn new(http: Client, endpoint: &str) -> Self {
		let base = endpoint.trim_end_matches('/').trim_end_matches("/v1").to_owned();
		Self { http, base, state: Mutex::default() }
	}

	/// Where it is.
	pub(super) fn base(&self) -> &str {
		&self.base
	}

	/// Whether it answered when it was last asked, or was left alone long enough since.
	pub(super) fn is_up(&self) -> bool {
		self.state().resting.is_none_or(|(until, _)| until <= Instant::now())
	}

	/// It did not do what it is there for: it is left alone for a while, longer each time.
	pub(super) fn rest(&self) {
		let mut state = self.state();
		let length =
			state.resting.map_or(REST, |(_, length)| length.saturating_mul(2).min(MAX_REST));
		state.resting = Instant::now().checked_add(length).map(|until| (until, length));
	}

	/// It did.
	pub(super) fn recovered(&self) {
		self.state().resting = None;
	}

	/// Its models by name, as they were last read.
	pub(super) fn models(&self) -> BTreeMap<String, Model> {
		self.state().models.clone()
	}

	/// A model, as it was last read.
	pub(super) fn model(&self, name: &str) -> Option<Model> {
		self.state().models.get(name).cloned()
	}

	/// Reads its models again, unless it has done so a moment ago.
	pub(super) async fn refresh(&self, at_once: bool) -> Result<(), Away> {
		let fresh = self.state().read.is_some_and(|read| read.elapsed() < MODELS_FRESH);
		if fresh && !at_once {
			return Ok(());
		}
		let list =
			self.get("/v1/models").await?.ok_or_else(|| Away::Says("no list of models".into()))?;
		let models =
			list["data"].as_array().ok_or_else(|| Away::Says("no list of models".into()))?;
		let models = models.iter().take(MAX_MODELS).filter_map(model).collect();
		let mut state = self.state();
		state.models = models;
		state.read = Some(Instant::now());
		Ok(())
	}

	/// The workers that requests for a model can be sealed to, as it says. One that knows of no sealed
	/// requests names none.
	pub(super) async fn workers(&self, model: &str) -> Result<Vec<Told>, Away> {
		let model: String = url_escaped(model);
		let Some(told) = self.get(&format!("/v1/workers?model={model}")).await? else {
			return Ok(Vec::new());
		};
		let list =
			told["data"].as_array().ok_or_else(|| Away::Says("no list of workers".into()))?;
		Ok(list.iter().take(MAX_WORKERS).filter_map(worker).collect())
	}

	/// What it knows of a channel.
	pub(super) async fn channel(&self, channel: ChannelId) -> Result<Standing, Away> {
		let path = format!("/v1/channels/{channel:?}");
		let told =
			self.get(&path).await?.ok_or_else(|| Away::Says("it knows no such channel".into()))?;
		standing(&told).ok_or_else(|| Away::Says("it does not say how the channel stands".into()))
	}

	/// What became of a request.
	pub(super) async fn fate(&self, request: H256) -> Result<Fate, Away> {
		if let Some(file) = self.receipt(request).await? {
			return Ok(Fate::Receipted(Box::new(file)));
		}
		let Some(told) = self.get(&format!("/v1/requests/{request:?}")).await? else {
			return Ok(Fate::Unknown);
		};
		Ok(match told["state"].as_str() {
			Some("failed") => Fate::Failed,
			_ => Fate::Running,
		})
	}

	/// A request's receipt, once there is one.
	pub(super) async fn receipt(&self, request: H256) -> Result<Option<ReceiptFile>, Away> {
		let told = self.get(&format!("/v1/requests/{request:?}/receipt")).await?;
		told.map(|told| {
			serde_json::from_value(told).map_err(|error| Away::Says(format!("no receipt: {error}")))
		})
		.transpose()
	}

	/// Sends a request with its voucher; a sealed one when there is no endpoint.
	pub(super) async fn ask(
		&self,
		endpoint: Option<Endpoint>,
		body: axum::body::Bytes,
		request: &Request,
		voucher: &SignedVoucher,
	) -> Result<Response, Lost> {
		let (path, kind) = match endpoint {
			Some(endpoint) => (path(endpoint), "application/json"),
			None => ("/v1/sealed", "application/octet-stream"),
		};
		let sent = self
			.http
			.post(format!("{}{path}", self.base))
			.header(CONTENT_TYPE, kind)
			.header(ACCEPT, "application/json, text/event-stream")
			.header("reckon-request", STANDARD.encode(request.encode()))
			.header("reckon-voucher", STANDARD.encode(voucher.encode()))
			.header("reckon-receipts", "1")
			.body(body)
			.send()
			.await;
		sent.map_err(|error| match error.is_connect() {
			true => Lost::Unsent(http::reason(&error)),
			false => Lost::Sent(http::reason(&error)),
		})
	}

	/// JSON; `None` where there is nothing.
	async fn get(&self, path: &str) -> Result<Option<Value>, Away> {
		let asked = self.http.get(format!("{}{path}", self.base)).timeout(ANSWER_TIMEOUT);
		let response = asked.send().await.map_err(|error| Away::Silent(http::reason(&error)))?;
		match response.status() {
			StatusCode::NOT_FOUND => return Ok(None),
			status if !status.is_success() => {
				return Err(Away::Says(format!("{path}: status {status}")))
			},
			_ => {},
		}
		let bytes = http::read(response, MAX_ANSWER).await.map_err(Away::Silent)?;
		let json = serde_json::from_slice(&bytes);
		json.map(Some).map_err(|error| Away::Says(format!("{path}: {error}")))
	}

	fn state(&self) -> std::sync::MutexGuard<'_, State> {
		// Nothing that is done under the lock can fail half-way.
		self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
	}
}

/// Where requests of a kind go.
pub(super) fn path(endpoint: Endpoint) -> &'static str {
	match endpoint {
		Endpoint::Chat => "/v1/chat/completions",
		Endpoint::Completions => "/v1/completions",
		Endpoint::Responses => "/v1/responses",
		Endpoint::Embeddings => "/v1/embeddings",
	}
}

/// A model that can be paid for.
fn model(told: &Value) -> Option<(String, Model)> {
	let name = told["id"].as_str()?.to_owned();
	let price = price(&told["reckon"]["price"])?;
	let context =
		told["context_length"].as_u64().and_then(|context| u32::try_from(context).ok())?;
	let id = serde_json::from_value(told["reckon"]["id"].clone()).ok()?;
	Some((name, Model { id, context, price, told: told.clone() }))
}

/// A worker that requests can be sealed to, if what is said of it can be read.
fn worker(told: &Value) -> Option<Told> {
	let key = STANDARD.decode(told["key"].as_str()?).ok()?;
	let key = SignedWorkerKey::decode_all(&mut &key[..]).ok()?;
	let provider = AccountId::from_ss58check(told["provider"].as_str()?).ok()?;
	Some(Told { key, provider, price: price(&told["price"])? })
}

fn price(told: &Value) -> Option<Price<Balance>> {
	Some(Price {
		base: amount(&told["base"])?,
		per_input: amount(&told["per_input"])?,
		per_output: amount(&told["per_output"])?,
	})
}

/// A name as part of a query.
fn url_escaped(name: &str) -> String {
	let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
	let escaped = |byte| match plain(byte) {
		true => char::from(byte).to_string(),
		false => format!("%{byte:02X}"),
	};
	name.bytes().map(escaped).collect()
}

fn standing(told: &Value) -> Option<Standing> {
	let lanes = told["lanes"].as_array()?.iter().map(amount).collect::<Option<_>>()?;
	let closing = told["closing"].as_bool()?;
	Some(Standing { left: amount(&told["left"])?, lanes, closing })
}

/// An amount in the smallest token unit, as a decimal string.
fn amount(told: &Value) -> Option<Balance> {
	told.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn model_should_be_left_out_when_it_can_not_be_paid_for() {
		let id = format!("0x{}", "07".repeat(32));
		let price = json!({ "base": "1", "per_input": "2", "per_output": "3" });
		let told =
			json!({ "id": "a/b", "context_length": 256, "reckon": { "id": id, "price": price } });
		let (name, found) = model(&told).unwrap();
		assert_eq!((name.as_str(), found.id, found.context), ("a/b", H256([7; 32]), 256));
		assert_eq!(found.price, Price { base: 1, per_input: 2, per_output: 3 });
		for pointer in
			["/id", "/context_length", "/reckon/id", "/reckon/price", "/reckon/price/base"]
		{
			let mut told = told.clone();
			*told.pointer_mut(pointer).unwrap() = Value::Null;
			assert_eq!(model(&told), None, "{pointer}");
		}
	}

	#[test]
	fn gateway_should_be_left_alone_longer_each_time_that_it_fails() {
		let upstream = Upstream::new(Client::new(), "http://g/v1/");
		assert_eq!(upstream.base(), "http://g");
		assert!(upstream.is_up());
		for _ in 0..20 {
			upstream.rest();
			assert!(!upstream.is_up());
		}
		let length = upstream.state().resting.unwrap().1;
		assert_eq!(length, MAX_REST);
		upstream.recovered();
		assert!(upstream.is_up());
	}
}
