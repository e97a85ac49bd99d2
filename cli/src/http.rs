//! Asking gateways over HTTP.

use std::time::Duration;

use reqwest::{header::CONTENT_TYPE, redirect::Policy, Client, RequestBuilder, Response};
use serde_json::Value;

use crate::failure::{Failure, Result};

/// How long a gateway may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may be on its way without a byte.
const SILENCE: Duration = Duration::from_secs(300);
/// How long it may take to answer what needs no work.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a whole file may take, however it trickles.
const FILE_TIMEOUT: Duration = Duration::from_secs(120);
/// The longest answer of that kind.
pub(crate) const MAX_ANSWER: usize = 4 << 20;

/// A client that follows nobody elsewhere.
pub(crate) fn client() -> Result<Client> {
	Client::builder()
		.connect_timeout(CONNECT_TIMEOUT)
		.read_timeout(SILENCE)
		// A gateway that sends us elsewhere could send us into our own network.
		.redirect(Policy::none())
		.build()
		.map_err(|error| Failure::new("http", format!("can't make HTTP requests: {error}")))
}

/// Posts JSON and reads the JSON that comes back.
pub(crate) async fn post(http: &Client, url: &str, body: &Value) -> Result<Value> {
	let request = http.post(url).header(CONTENT_TYPE, "application/json").body(body.to_string());
	json(url, request).await
}

/// Gets a file of at most so many bytes.
pub(crate) async fn bytes(http: &Client, url: &str, limit: usize) -> Result<Vec<u8>> {
	let response = http
		.get(url)
		.timeout(FILE_TIMEOUT)
		.send()
		.await
		.map_err(|error| unreachable(url, &error))?;
	let status = response.status();
	let limit = if status.is_success() { limit } else { MAX_ANSWER };
	let bytes = read(response, limit).await.map_err(|why| {
		Failure::new("gateway_unreachable", format!("the gateway at {url} broke off: {why}"))
	})?;
	match status.is_success() {
		true => Ok(bytes),
		false => Err(refusal(url, status.as_u16(), &bytes)),
	}
}

async fn json(url: &str, request: RequestBuilder) -> Result<Value> {
	let sent = request.timeout(ANSWER_TIMEOUT).send().await;
	let response = sent.map_err(|error| unreachable(url, &error))?;
	let status = response.status();
	let bytes = read(response, MAX_ANSWER).await.map_err(|why| {
		Failure::new("gateway_unreachable", format!("the gateway at {url} broke off: {why}"))
	})?;
	if !status.is_success() {
		return Err(refusal(url, status.as_u16(), &bytes));
	}
	serde_json::from_slice(&bytes).map_err(|error| {
		Failure::new("gateway_answer", format!("{url} does not answer in JSON: {error}"))
			.fix("see whether this is a gateway's URL: `reckon gateway list` has them")
	})
}

fn unreachable(url: &str, error: &reqwest::Error) -> Failure {
	Failure::new("gateway_unreachable", format!("no gateway answers at {url}: {}", reason(error)))
		.fix("`reckon gateway list` says where gateways are")
}

/// What a gateway says when it says no: OpenAI's error where it is one.
fn refusal(url: &str, status: u16, bytes: &[u8]) -> Failure {
	let error = serde_json::from_slice::<Value>(bytes).unwrap_or_default();
	let text = |field: &str| error["error"][field].as_str().map(str::to_owned);
	let message = text("message").unwrap_or_else(|| format!("status {status}"));
	let code = text("code").unwrap_or_else(|| "gateway_refused".into());
	Failure::new(code, format!("the gateway at {url} refused: {message}"))
}

/// The innermost reason, without the URL.
pub(crate) fn reason(error: &reqwest::Error) -> String {
	let mut inner: &dyn std::error::Error = error;
	while let Some(next) = inner.source() {
		inner = next;
	}
	inner.to_string()
}

/// Reads a body to its end, which must come within so many bytes.
pub(crate) async fn read(
	mut response: Response,
	limit: usize,
) -> std::result::Result<Vec<u8>, String> {
	let mut bytes = Vec::new();
	while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
		if bytes.len().saturating_add(chunk.len()) > limit {
			return Err(format!("more than {limit} bytes"));
		}
		bytes.extend_from_slice(&chunk);
	}
	Ok(bytes)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn refusal_should_say_what_the_gateway_said() {
		let body = br#"{"error":{"message":"this challenge is old","code":"sign_in"}}"#;
		let failure = refusal("http://g", 400, body);
		assert_eq!(failure.code, "sign_in");
		assert_eq!(failure.message, "the gateway at http://g refused: this challenge is old");
		let failure = refusal("http://g", 502, b"<html>");
		assert_eq!((failure.code.as_str(), failure.exit as u8), ("gateway_refused", 1));
		assert!(failure.message.ends_with("status 502"));
	}
}
