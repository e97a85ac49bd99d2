//! OpenAI's API on this machine.

use std::{future::Future, sync::Arc};

use axum::{
	body::{to_bytes, Body, Bytes},
	extract::{Path, Request, State},
	http::{
		header::{AUTHORIZATION, CONTENT_TYPE, HOST},
		HeaderMap, HeaderValue, StatusCode,
	},
	response::Response,
	routing::{any, get, post},
	Router,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use reckon_openai::{Endpoint, Problem};
use reckon_receipts::ReceiptFile;
use serde_json::{json, Value};
use sp_core::H256;

use super::{
	relay::{spent, Proxy, Refused, Relay, Reply},
	shelf::Shelf,
};
use crate::job::order::parse_hash;

/// The longest body.
const MAX_BODY: usize = 4 << 20;
const JSON: &str = "application/json";
/// Asks for the receipt among a stream's events.
const RECEIPTS: &str = "reckon-receipts";

/// Asks for a request that the gateway can't read.
const SEALED: &str = "reckon-sealed";

/// What the doors need.
pub(super) struct House {
	pub(super) proxy: Proxy,
	pub(super) shelf: Shelf,
	/// What clients must show, where something is asked for.
	pub(super) api_key: Option<String>,
	/// Whether only this machine can get here, so that any other name for it is a trick.
	pub(super) is_local: bool,
	/// Whether all requests are sealed, without being asked.
	pub(super) sealed: bool,
}

/// The routes.
pub(super) fn router(house: Arc<House>) -> Router {
	let ask = |endpoint| {
		post(move |State(house): State<Arc<House>>, request: Request| async move {
			answer(house.ask(endpoint, request)).await
		})
	};
	Router::new()
		.route("/v1/chat/completions", ask(Endpoint::Chat))
		.route("/v1/completions", ask(Endpoint::Completions))
		.route("/v1/responses", ask(Endpoint::Responses))
		.route("/v1/embeddings", ask(Endpoint::Embeddings))
		.route("/v1/models", get(models))
		.route("/v1/models/{*id}", get(model))
		.route("/v1/channels", get(channels))
		.route("/v1/requests/{id}/receipt", get(receipt))
		.route("/healthz", get(|| async { json_of(&json!({ "status": "ok" })) }))
		.fallback(any(|request: Request| async move {
			let message = format!("there is nothing at {}", request.uri().path());
			let code = Some("unknown_url");
			told(&Problem::new(404, "invalid_request_error", code, message))
		}))
		.with_state(house)
}

async fn models(State(house): State<Arc<House>>, headers: HeaderMap) -> Response {
	answer(async {
		house.admit(&headers)?;
		house.proxy.refresh(false).await;
		Ok(json_of(&json!({ "object": "list", "data": house.models() })))
	})
	.await
}

/// A name with slashes comes as it is, or with `%2F`.
async fn model(
	State(house): State<Arc<House>>,
	Path(id): Path<String>,
	headers: HeaderMap,
) -> Response {
	answer(async {
		house.admit(&headers)?;
		house.proxy.refresh(false).await;
		let found = house.models().into_iter().find(|model| model["id"] == id.as_str());
		found.map(|model| json_of(&model)).ok_or_else(|| {
			let message = format!("no gateway here has the model '{id}'");
			Problem::new(404, "invalid_request_error", Some("model_not_found"), message)
		})
	})
	.await
}

async fn channels(State(house): State<Arc<House>>, headers: HeaderMap) -> Response {
	answer(async {
		house.admit(&headers)?;
		let channels: Vec<_> = house
			.proxy
			.purses
			.iter()
			.map(|purse| {
				let stand = purse.stand();
				json!({
					"id": purse.terms.id,
					"gateway": purse.upstream.base(),
					"up": purse.upstream.is_up(),
					"left": stand.left.map(|left| left.to_string()),
					"spent": stand.spent.to_string(),
					"promised": stand.promised.to_string(),
					"lanes": purse.terms.lanes,
					"free": stand.free,
					"in_doubt": stand.doubt,
					"disputed": stand.disputed,
					"closing": stand.closing,
				})
			})
			.collect();
		let spent = spent(&house.proxy).to_string();
		Ok(json_of(&json!({ "channels": channels, "spent": spent })))
	})
	.await
}

async fn receipt(
	State(house): State<Arc<House>>,
	Path(id): Path<String>,
	headers: HeaderMap,
) -> Response {
	answer(async {
		house.admit(&headers)?;
		let unknown = || {
			let message = format!("no receipt for the request '{id}' is kept here");
			Problem::new(404, "invalid_request_error", Some("request_not_found"), message)
		};
		let hash = parse_hash(&id).map_err(|_| unknown())?;
		let receipt = house.shelf.get(H256(hash.0)).await.ok_or_else(unknown)?;
		Ok(respond(200, JSON, Body::from(receipt)))
	})
	.await
}

impl House {
	async fn ask(&self, endpoint: Endpoint, request: Request) -> Result<Response, Problem> {
		self.admit(request.headers())?;
		let headers = request.headers();
		// A browser asks before it sends JSON to another site, and is not answered: no page can spend money.
		if !header(headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with(JSON)) {
			let message = "send JSON, with the header content-type: application/json";
			return Err(Problem::new(415, "invalid_request_error", None, message));
		}
		let receipts = header(headers, RECEIPTS) == Some("1");
		let sealed = self.sealed || header(headers, SEALED) == Some("1");
		let body = to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| {
			let message = format!("the body has more than {MAX_BODY} bytes, or did not come whole");
			Problem::new(413, "invalid_request_error", Some("body_too_large"), message)
		})?;
		Ok(match self.proxy.ask(endpoint, &body, receipts, sealed).await? {
			Reply::Whole(body, receipt) => whole(body, &receipt),
			Reply::Stream(relay) => stream(*relay),
			Reply::Refused(refused) => pass(refused),
		})
	}

	/// Whether this client may spend: it must know the key where there is one, and mean this machine.
	fn admit(&self, headers: &HeaderMap) -> Result<(), Problem> {
		if let Some(key) = &self.api_key {
			let shown = header(headers, AUTHORIZATION.as_str())
				.and_then(|text| text.strip_prefix("Bearer "));
			if !shown.is_some_and(|shown| same(shown.as_bytes(), key.as_bytes())) {
				let message = "this proxy wants its own API key: the one that it was started with";
				let code = Some("invalid_api_key");
				return Err(Problem::new(401, "invalid_request_error", code, message));
			}
		}
		// A page of a site whose name suddenly means this machine would have the site's name here.
		if self.is_local && !header(headers, HOST.as_str()).is_none_or(is_this_machine) {
			let message = "this proxy answers to localhost only";
			return Err(Problem::new(403, "invalid_request_error", Some("wrong_host"), message));
		}
		Ok(())
	}

	/// The models of all gateways: each once, where it is cheapest.
	fn models(&self) -> Vec<Value> {
		let mut all = std::collections::BTreeMap::<String, (u128, Value)>::new();
		for purse in &self.proxy.purses {
			for (name, model) in purse.upstream.models() {
				let per_output = model.price.per_output;
				let cheaper = all.get(&name).is_none_or(|(price, _)| per_output < *price);
				if cheaper {
					all.insert(name, (per_output, model.told));
				}
			}
		}
		all.into_values().map(|(_, told)| told).collect()
	}
}

/// Compares without telling by the time that it takes how much is right.
fn same(left: &[u8], right: &[u8]) -> bool {
	let differ = left.iter().zip(right).fold(0, |differ, (left, right)| differ | (left ^ right));
	left.len() == right.len() && differ == 0
}

fn is_this_machine(host: &str) -> bool {
	let name = match host.strip_prefix('[') {
		Some(rest) => rest.split(']').next(),
		None => host.split(':').next(),
	};
	matches!(name, Some("localhost" | "127.0.0.1" | "::1"))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
	headers.get(name).and_then(|value| value.to_str().ok())
}

async fn answer(work: impl Future<Output = Result<Response, Problem>>) -> Response {
	work.await.unwrap_or_else(|problem| told(&problem))
}

fn told(problem: &Problem) -> Response {
	let body = problem.body().into_bytes();
	pass(Refused { status: problem.status, headers: problem.headers(), body })
}

fn pass(refused: Refused) -> Response {
	let mut response = respond(refused.status, JSON, Body::from(refused.body));
	for (name, value) in refused.headers {
		if let Ok(value) = HeaderValue::from_str(&value) {
			response.headers_mut().insert(name, value);
		}
	}
	response
}

fn whole(body: Bytes, receipt: &ReceiptFile) -> Response {
	let mut response = respond(200, JSON, Body::from(body));
	let file = serde_json::to_vec(receipt).ok().map(|json| STANDARD.encode(json));
	if let Some(value) = file.and_then(|file| HeaderValue::from_str(&file).ok()) {
		response.headers_mut().insert("reckon-receipt", value);
	}
	response
}

fn stream(relay: Relay) -> Response {
	let events = futures::stream::unfold(relay, |mut relay| async move {
		let bytes = relay.next().await?;
		Some((Ok::<_, std::convert::Infallible>(bytes), relay))
	});
	respond(200, "text/event-stream; charset=utf-8", Body::from_stream(events))
}

fn json_of(value: &Value) -> Response {
	respond(200, JSON, Body::from(value.to_string()))
}

fn respond(status: u16, kind: &'static str, body: Body) -> Response {
	let mut response = Response::new(body);
	*response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
	response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
	response
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn host_should_be_this_machine_and_no_name_that_points_to_it() {
		for host in ["localhost", "localhost:8010", "127.0.0.1:8010", "[::1]:8010", "127.0.0.1"] {
			assert!(is_this_machine(host), "{host}");
		}
		for host in ["", "evil.example", "localhost.evil.example:8010", "127.0.0.1.evil.example"] {
			assert!(!is_this_machine(host), "{host}");
		}
	}

	#[test]
	fn key_should_be_the_same_only_when_all_of_it_is() {
		assert!(same(b"secret", b"secret"));
		for other in [&b""[..], b"secre", b"secret1", b"Secret"] {
			assert!(!same(other, b"secret"));
		}
	}
}
