//! What clients of OpenAI's API and of ours get.

use crate::script::{
	end, key, owner, request, say, serve, text, the_end, voucher, Plan, Script, Step, KEY, KNOWN,
	NASTY, OTHER_KEY,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use codec::Encode;
use reckon_gateway::{
	api::Limits,
	desk::{Ask, Lanes, Payer, Refusal},
};
use reckon_primitives::{AccountId, ContentRef, TaskKind};
use reckon_receipts::{ReceiptFile, Request};
use reckon_sealed::{seal, Keyring, Terms};
use reqwest::{header::HeaderMap, Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{json, Value};
use sp_core::{crypto::Ss58Codec, sr25519, H256};
use std::{sync::Arc, time::Duration};

pub fn to(method: Method, at: &str, path: &str) -> RequestBuilder {
	Client::new().request(method, format!("http://{at}{path}"))
}

pub async fn get(at: &str, path: &str) -> Response {
	to(Method::GET, at, path).send().await.unwrap()
}

/// A body for an endpoint, with a key.
pub fn post(at: &str, path: &str, body: &Value) -> RequestBuilder {
	to(Method::POST, at, path).bearer_auth(KEY).body(body.to_string())
}

pub async fn value(response: Response) -> Value {
	let text = response.text().await.unwrap();
	serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

pub fn chat() -> Value {
	json!({ "model": "org/tiny", "messages": [{ "role": "user", "content": "hi" }] })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
	body[name] = value;
	body
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
	headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

#[tokio::test]
async fn chat_should_be_answered_whole_with_its_receipt_when_not_streamed() {
	let script = Script::saying(&["he", "llo"]);
	let at = serve(&script, Limits::default()).await;
	let response = post(&at, "/v1/chat/completions", &chat()).send().await.unwrap();
	assert_eq!(response.status(), 200);
	let headers = response.headers().clone();
	assert_eq!(header(&headers, "content-type"), "application/json");
	assert_eq!(header(&headers, "reckon-request-id"), format!("{KNOWN:?}"));
	assert!(header(&headers, "x-request-id").starts_with("req_"));
	let receipt = STANDARD.decode(header(&headers, "reckon-receipt")).unwrap();
	let receipt: ReceiptFile = serde_json::from_slice(&receipt).unwrap();
	assert_eq!(receipt, the_end(b"hello").receipt);
	let body = value(response).await;
	assert_eq!(body["choices"][0]["message"]["content"], "hello");
	assert_eq!(body["usage"]["charge"], "7000000000000000000000");

	let asked = script.asked();
	let [Ask { payer: Payer::Key(paid), order, repeat: None, first: false, whole: true, received }] =
		&asked[..]
	else {
		panic!("{asked:?}")
	};
	assert_eq!(Some(&**paid), key(KEY).as_ref());
	assert_eq!(order.task, TaskKind::Chat);
	// Half of the model's context, as nothing else was asked for.
	assert_eq!(order.sampling.max_output, 256);
	assert_eq!(body["created"], received / 1000);
}

/// OpenAI's headers of limits: all, what remains, and when to come again.
fn places(headers: &HeaderMap) -> Option<[&str; 3]> {
	headers.get("x-ratelimit-limit-requests")?;
	let names = ["limit", "remaining", "reset"];
	Some(names.map(|name| header(headers, &format!("x-ratelimit-{name}-requests"))))
}

#[tokio::test]
async fn places_should_be_told_when_it_is_known_who_pays() {
	let busy = Refusal::TooMany { what: "all lanes have a request".into(), after_ms: 250 };
	let whole = || Plan::Answer(say(&["hello"]));
	let script = Script::new([whole(), whole(), Plan::Refuse(busy), whole()]);
	let limits = Limits { max_requests: 3, ..Limits::default() };
	let at = serve(&script, limits).await;
	let ask = async |body: Value| {
		let response = post(&at, "/v1/chat/completions", &body).send().await.unwrap();
		response.headers().clone()
	};
	// The gateway has fewer places than the payer has lanes.
	assert_eq!(places(&ask(chat()).await), Some(["3", "3", "0s"]));
	*script.lanes.lock().unwrap() = Lanes { all: 2, free: 1 };
	assert_eq!(places(&ask(with(chat(), "stream", true.into())).await), Some(["2", "1", "0s"]));
	*script.lanes.lock().unwrap() = Lanes { all: 2, free: 0 };
	let refused = ask(chat()).await;
	assert_eq!(places(&refused), Some(["2", "0", "250ms"]));
	assert_eq!(header(&refused, "retry-after-ms"), "250");
	// What is not understood is refused, and counts for nothing.
	*script.lanes.lock().unwrap() = Lanes { all: 2, free: 2 };
	assert_eq!(places(&ask(json!({})).await), Some(["2", "2", "0s"]));
	*script.lanes.lock().unwrap() = Lanes::default();
	assert_eq!(places(&ask(chat()).await), None, "there is no channel");
	let stranger = to(Method::POST, &at, "/v1/chat/completions").bearer_auth("sk-nobody");
	let stranger = stranger.body(chat().to_string()).send().await.unwrap();
	assert_eq!(places(stranger.headers()), None);
}

#[tokio::test]
async fn chat_should_be_events_when_streamed() {
	let script =
		Script::new([Plan::Answer(say(&["he", "llo"])), Plan::Answer(say(&["he", "llo"]))]);
	let at = serve(&script, Limits::default()).await;
	let body = with(chat(), "stream", true.into());
	let response = post(&at, "/v1/chat/completions", &body).send().await.unwrap();
	let headers = response.headers().clone();
	assert_eq!(header(&headers, "content-type"), "text/event-stream; charset=utf-8");
	assert!(!script.asked()[0].whole);
	assert_eq!(header(&headers, "x-accel-buffering"), "no");
	assert_eq!(header(&headers, "reckon-request-id"), format!("{KNOWN:?}"));
	let all = response.text().await.unwrap();
	let events: Vec<_> = all.split_terminator("\n\n").collect();
	assert_eq!(events.len(), 5, "{all}");
	assert_eq!(events[4], "data: [DONE]");
	let said: String = events[..4]
		.iter()
		.map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
		.map(|chunk: Value| {
			chunk["choices"][0]["delta"]["content"].as_str().unwrap_or("").to_owned()
		})
		.collect();
	assert_eq!(said, "hello");

	// The same with its receipt before the end, for who asks for it.
	let asks = post(&at, "/v1/chat/completions", &body).header("reckon-receipts", "1");
	let all = asks.send().await.unwrap().text().await.unwrap();
	let events: Vec<_> = all.split_terminator("\n\n").collect();
	assert_eq!(events.len(), 6, "{all}");
	let receipt = events[4].strip_prefix("event: reckon.receipt\ndata: ").unwrap();
	let receipt: ReceiptFile = serde_json::from_str(receipt).unwrap();
	assert_eq!(receipt, the_end(b"hello").receipt);
	assert_eq!(events[5], "data: [DONE]");
}

#[tokio::test]
async fn responses_should_end_with_their_own_last_event_when_streamed() {
	let script = Script::saying(&["hi"]);
	let at = serve(&script, Limits::default()).await;
	let body = json!({ "model": "org/tiny", "input": "hi", "stream": true });
	let all = post(&at, "/v1/responses", &body).send().await.unwrap().text().await.unwrap();
	let names: Vec<_> = all.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
	let expected = [
		"response.created",
		"response.in_progress",
		"response.output_item.added",
		"response.content_part.added",
		"response.output_text.delta",
		"response.output_text.done",
		"response.content_part.done",
		"response.output_item.done",
		"response.completed",
	];
	assert_eq!(names, expected);
	assert!(!all.contains("[DONE]"));
}

#[tokio::test]
async fn completions_and_responses_should_be_whole_when_not_streamed() {
	let script = Script::new([Plan::Answer(say(&[" you"])), Plan::Answer(say(&["hello"]))]);
	let at = serve(&script, Limits::default()).await;
	let body = json!({ "model": "org/tiny", "prompt": "hi", "echo": true });
	let completion = value(post(&at, "/v1/completions", &body).send().await.unwrap()).await;
	assert_eq!(completion["choices"][0]["text"], "hi you");
	let body = json!({ "model": "org/tiny", "input": "hi" });
	let response = value(post(&at, "/v1/responses", &body).send().await.unwrap()).await;
	assert_eq!(response["output"][0]["content"][0]["text"], "hello");
}

#[tokio::test]
async fn logprobs_should_be_all_there_when_a_whole_answer_came_in_pieces() {
	let script = Script::saying(&["he", "llo"]);
	let at = serve(&script, Limits::default()).await;
	let body = with(chat(), "logprobs", true.into());
	let answer = value(post(&at, "/v1/chat/completions", &body).send().await.unwrap()).await;
	let tokens: Vec<_> = answer["choices"][0]["logprobs"]["content"]
		.as_array()
		.unwrap()
		.iter()
		.map(|token| token["token"].clone())
		.collect();
	assert_eq!(tokens, ["he", "llo"]);
	assert_eq!(script.asked()[0].order.logprobs, Some(0));
}

#[tokio::test]
async fn embeddings_should_be_vectors_when_asked_for() {
	let script = Script::new([Plan::Answer(vec![end(br#"{"embeddings":[[0.1,-2.5]]}"#)])]);
	let at = serve(&script, Limits::default()).await;
	let body = json!({ "model": "embed", "input": "a", "encoding_format": "base64" });
	let answer = value(post(&at, "/v1/embeddings", &body).send().await.unwrap()).await;
	assert_eq!(answer["data"][0]["embedding"], "zczMPQAAIMA=");
	assert_eq!(script.asked()[0].order.task, TaskKind::Embed);
}

#[tokio::test]
async fn silence_should_be_filled_with_comments_when_an_answer_is_slow() {
	let pause = || Step::Wait(Duration::from_millis(300));
	let steps = vec![pause(), text("a"), pause(), end(b"a")];
	let script = Script::new([Plan::Answer(steps)]);
	let limits = Limits { silence: Duration::from_millis(100), ..Limits::default() };
	let at = serve(&script, limits).await;
	let body = with(chat(), "stream", true.into());
	let response = post(&at, "/v1/chat/completions", &body).send().await.unwrap();
	let all = response.text().await.unwrap();
	let events: Vec<_> = all.split_terminator("\n\n").collect();
	assert!(events.iter().filter(|event| **event == ": keep-alive").count() >= 2, "{all}");
	assert_eq!(events.iter().filter(|event| event.starts_with("data: ")).count(), 4, "{all}");
}

#[tokio::test]
async fn answer_should_be_dropped_when_its_client_leaves() {
	let hang = || Plan::Answer(vec![text("a"), Step::Hang]);
	let script = Script::new([hang(), hang()]);
	let at = serve(&script, Limits::default()).await;
	let body = with(chat(), "stream", true.into());
	let mut streamed = post(&at, "/v1/chat/completions", &body).send().await.unwrap();
	assert!(streamed.chunk().await.unwrap().is_some());
	assert!(!script.is_dropped());
	drop(streamed);
	script.dropped(1).await;

	let whole = tokio::spawn(post(&at, "/v1/chat/completions", &chat()).send());
	script.wait_for_asked(2).await;
	whole.abort();
	script.dropped(2).await;
}

#[tokio::test]
async fn models_should_be_found_when_their_names_have_slashes() {
	let at = serve(&Script::new([]), Limits::default()).await;
	let list = value(get(&at, "/v1/models").await).await;
	assert_eq!(list["object"], "list");
	let model = json!({
		"id": "org/tiny",
		"object": "model",
		"created": 1_700_000_000,
		"owned_by": "reckon",
		"name": "org/tiny",
		"context_length": 512,
		"max_output_length": 512,
		"input_modalities": ["text"],
		"output_modalities": ["text"],
		"supported_sampling_parameters": [
			"temperature", "top_p", "top_k", "seed", "stop", "max_tokens", "presence_penalty",
			"frequency_penalty", "logprobs", "top_logprobs",
		],
		"is_ready": true,
		"reckon": {
			"id": format!("{:?}", H256([1; 32])),
			"tasks": ["chat", "complete"],
			"profile": "f32",
			"licence": "MIT",
			"workers": 1,
			"active": 1,
			"slots": 8,
			"price": { "base": "1", "per_input": "2500000", "per_output": "3" },
		},
	});
	assert_eq!(list["data"][0], model);
	assert_eq!(list["data"][1]["is_ready"], false);
	assert_eq!(list["data"][1]["reckon"]["price"], Value::Null);
	assert_eq!(list["data"][1]["output_modalities"], json!(["embeddings"]));
	for path in ["/v1/models/org/tiny", "/v1/models/org%2Ftiny"] {
		assert_eq!(value(get(&at, path).await).await, model);
	}
	let missing = get(&at, "/v1/models/org/none").await;
	assert_eq!(missing.status(), 404);
	let error = value(missing).await["error"].clone();
	assert_eq!(error["code"], "model_not_found");
	let message = "this gateway has no model 'org/none': did you mean org/tiny, embed?";
	assert_eq!(error["message"], message);
}

#[tokio::test]
async fn keys_should_be_issued_listed_and_revoked_when_their_owner_signs_in() {
	let at = serve(&Script::new([]), Limits::default()).await;
	let owner = owner().to_ss58check();
	let send = |path: &str, body: Value| to(Method::POST, &at, path).body(body.to_string()).send();
	let challenge =
		value(send("/v1/keys/challenge", json!({ "owner": owner })).await.unwrap()).await;
	assert_eq!(challenge, json!({ "challenge": format!("sign this, {owner}") }));

	let signed = json!({
		"owner": owner,
		"challenge": challenge["challenge"],
		"signature": format!("0x{}", "01".repeat(64)),
		"name": "laptop",
		"limit": "340282366920938463463374607431768211454",
	});
	let response = send("/v1/keys", signed.clone()).await.unwrap();
	assert_eq!(response.status(), 201);
	let new = value(response).await;
	assert_eq!(new["key"], KEY);
	assert_eq!(new["name"], "laptop");
	assert_eq!(new["limit"], "340282366920938463463374607431768211454");
	assert_eq!(new["session_key"], sp_core::sr25519::Public::from_raw([2; 32]).to_ss58check());
	let id = format!("0x{}", "11".repeat(32));
	assert_eq!(new["id"], id);
	let unlimited = send("/v1/keys", with(signed.clone(), "limit", Value::Null)).await.unwrap();
	assert_eq!(value(unlimited).await["limit"], Value::Null);

	let wrong = [
		("owner", json!("5Nobody"), Some("owner"), "'owner' must be an account in SS58"),
		(
			"signature",
			json!("0x01"),
			Some("signature"),
			"'signature' must be 64 to 66 bytes in hexadecimal after 0x",
		),
		(
			"limit",
			json!("1.5"),
			Some("limit"),
			"'limit' must be a decimal string, in the smallest token unit",
		),
		("name", json!("x".repeat(65)), Some("name"), "'name' must have at most 64 characters"),
		("challenge", json!("another"), None, "the signature is not the account's"),
	];
	for (field, bad, param, message) in wrong {
		let response = send("/v1/keys", with(signed.clone(), field, bad)).await.unwrap();
		assert_eq!(response.status(), 400);
		let error = value(response).await["error"].clone();
		assert_eq!((error["message"].as_str(), error["param"].as_str()), (Some(message), param));
	}
	let mistyped = send("/v1/keys", with(signed, "owner", json!(1))).await.unwrap();
	assert_eq!(mistyped.status(), 400);

	let list = value(to(Method::GET, &at, "/v1/keys").bearer_auth(KEY).send().await.unwrap()).await;
	assert_eq!(list["data"][0]["name"], NASTY);
	assert_eq!(list["data"][0]["limit"], "100000000000000000000");
	assert_eq!(list["data"][0].get("key"), None);
	assert_eq!(get(&at, "/v1/keys").await.status(), 401);

	let path = format!("/v1/keys/{id}");
	let delete = |key| to(Method::DELETE, &at, &path).bearer_auth(key).send();
	let deleted = json!({ "id": id, "object": "key", "deleted": true });
	assert_eq!(value(delete(KEY).await.unwrap()).await, deleted);
	assert_eq!(delete(OTHER_KEY).await.unwrap().status(), 404);
	assert_eq!(delete("sk-none").await.unwrap().status(), 401);
}

#[tokio::test]
async fn request_should_say_how_far_it_is_and_not_what_it_says_when_its_id_is_known() {
	let at = serve(&Script::new([]), Limits::default()).await;
	let hex = "ab".repeat(32);
	for id in [format!("0x{hex}"), format!("chatcmpl-{hex}"), format!("resp_{hex}")] {
		let response = get(&at, &format!("/v1/requests/{id}")).await;
		let text = response.text().await.unwrap();
		assert!(!text.contains("secret"), "{text}");
		let info: Value = serde_json::from_str(&text).unwrap();
		assert_eq!(info["state"], "receipted");
		assert_eq!(info["charge"], "7000000000000000000000");
		assert_eq!(info["reserved"], "9000000000000000000000");
		assert_eq!(info["finish_reason"], "stop");
		assert_eq!(info["usage"], json!({ "input": 3, "output": 2 }));
		assert_eq!(info["times"]["answered"], 5);
		assert_eq!(info["times"]["settled"], Value::Null);

		let receipt = value(get(&at, &format!("/v1/requests/{id}/receipt")).await).await;
		let receipt: ReceiptFile = serde_json::from_value(receipt).unwrap();
		assert_eq!(receipt, the_end(b"hi").receipt);
	}
	let other = format!("0x{}", "00".repeat(32));
	for path in ["", "/receipt"] {
		let response = get(&at, &format!("/v1/requests/{other}{path}")).await;
		assert_eq!(response.status(), 404);
		assert_eq!(value(response).await["error"]["code"], "request_not_found");
	}
	for bad in ["0x12", "x", "%27%20OR%201=1", &hex[..62], &format!("0x{hex}00"), &"zz".repeat(32)]
	{
		let response = get(&at, &format!("/v1/requests/{bad}")).await;
		assert_eq!(response.status(), 400, "{bad}");
		assert_eq!(value(response).await["error"]["param"], "id");
	}
}

#[tokio::test]
async fn channel_and_leaves_should_be_told_when_they_are_known() {
	let at = serve(&Script::new([]), Limits::default()).await;
	let channel = value(get(&at, &format!("/v1/channels/{KNOWN:?}")).await).await;
	assert_eq!(channel["left"], "9000000000000000000000");
	assert_eq!(channel["lanes"], json!(["0", "5"]));
	assert_eq!(channel["closing"], false);
	assert_eq!(channel["client"], owner().to_ss58check());
	let other = H256::zero();
	let missing = get(&at, &format!("/v1/channels/{other:?}")).await;
	assert_eq!(missing.status(), 402);
	assert_eq!(value(missing).await["error"]["code"], "channel_unusable");

	let leaves = get(&at, &format!("/v1/batches/{KNOWN:?}/leaves")).await;
	assert_eq!(leaves.headers()["content-type"], "application/octet-stream");
	assert_eq!(&leaves.bytes().await.unwrap()[..], [0, 255, 1]);
	assert_eq!(get(&at, &format!("/v1/batches/{other:?}/leaves")).await.status(), 404);
}

#[tokio::test]
async fn gateway_should_say_how_it_is_when_asked() {
	let script = Script::new([]);
	let at = serve(&script, Limits::default()).await;
	assert_eq!(get(&at, "/healthz").await.text().await.unwrap(), "ok");
	assert_eq!(get(&at, "/readyz").await.status(), 200);
	*script.ready.lock().unwrap() = Err("no worker".to_owned());
	let unready = get(&at, "/readyz").await;
	assert_eq!(unready.status(), 503);
	assert_eq!(value(unready).await, json!({ "ready": false, "reason": "no worker" }));
	assert_eq!(get(&at, "/healthz").await.status(), 200);
	let metrics = get(&at, "/metrics").await;
	assert!(metrics.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
	assert_eq!(metrics.text().await.unwrap(), "reckon_requests 1\n");
}

#[tokio::test]
async fn page_should_have_no_markup_of_others_when_names_have_some() {
	let script = Script::new([]);
	script.overview.lock().unwrap().models[0].name = NASTY.to_owned();
	let at = serve(&script, Limits::default()).await;
	let response = get(&at, "/").await;
	let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
	assert!(policy.starts_with("default-src 'none'"));
	let page = response.text().await.unwrap();
	assert!(!page.contains("<script"), "{page}");
	let safe = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;; DROP TABLE keys; --";
	assert_eq!(page.matches(safe).count(), 2, "{page}");
	// A million tokens at 2,500,000 each, in whole tokens.
	assert!(page.contains("<td class=n>2.5<td"), "{page}");
	assert!(page.contains("no offer"));
	assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
}

#[tokio::test]
async fn document_should_have_every_path_when_it_is_read() {
	let at = serve(&Script::new([]), Limits::default()).await;
	let document = value(get(&at, "/openapi.json").await).await;
	assert!(document["openapi"].as_str().unwrap().starts_with("3."));
	let paths = document["paths"].as_object().unwrap();
	let names: Vec<_> = paths.keys().map(String::as_str).collect();
	let expected = [
		"/healthz",
		"/metrics",
		"/readyz",
		"/v1/batches",
		"/v1/batches/{id}",
		"/v1/batches/{id}/cancel",
		"/v1/batches/{id}/leaves",
		"/v1/channels/{id}",
		"/v1/chat/completions",
		"/v1/completions",
		"/v1/embeddings",
		"/v1/files",
		"/v1/files/{id}",
		"/v1/files/{id}/content",
		"/v1/keys",
		"/v1/keys/challenge",
		"/v1/keys/{id}",
		"/v1/models",
		"/v1/models/{id}",
		"/v1/requests/{id}",
		"/v1/requests/{id}/receipt",
		"/v1/responses",
		"/v1/sealed",
		"/v1/stream",
		"/v1/workers",
	];
	let mut sorted = names.clone();
	sorted.sort_unstable();
	assert_eq!(sorted, expected);
	// Each is there: what the document promises is not an unknown URL.
	for (path, methods) in paths {
		for method in methods.as_object().unwrap().keys() {
			let path = path.replace("{id}", "x");
			let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
			let response = to(method.clone(), &at, &path).send().await.unwrap();
			let told = response.text().await.unwrap();
			assert!(!told.contains("unknown_url"), "{method} {path}");
			assert!(!told.contains("method_not_allowed"), "{method} {path}");
		}
	}
}

#[tokio::test]
async fn document_should_list_only_fields_that_are_read_when_it_describes_a_body() {
	let at = serve(&Script::new([]), Limits::default()).await;
	let document = value(get(&at, "/openapi.json").await).await;
	let bodies = [
		("ChatRequest", "/v1/chat/completions", chat()),
		("CompletionRequest", "/v1/completions", json!({ "model": "m", "prompt": "x" })),
		("ResponseRequest", "/v1/responses", json!({ "model": "m", "input": "x" })),
		("EmbeddingRequest", "/v1/embeddings", json!({ "model": "m", "input": "x" })),
	];
	for (schema, path, body) in bodies {
		let fields = document["components"]["schemas"][schema]["properties"].as_object().unwrap();
		assert!(fields.len() >= 3);
		for status in ["200", "default"] {
			let told = &document["paths"][path]["post"]["responses"][status]["headers"];
			let told = told.as_object().unwrap().keys().filter(|name| name.contains("ratelimit"));
			assert_eq!(told.count(), 3, "{path} {status}");
		}
		for field in fields.keys() {
			let mut params = Vec::new();
			for bad in [json!({ "bad": 1 }), json!([[]]), json!("bad")] {
				let sent = post(&at, path, &with(body.clone(), field, bad)).send();
				params.push(value(sent.await.unwrap()).await["error"]["param"].clone());
			}
			let named =
				|param: &Value| param.as_str().is_some_and(|at| at.starts_with(field.as_str()));
			assert!(params.iter().any(named), "{schema} {field}: {params:?}");
		}
	}
}

#[tokio::test]
async fn unknown_paths_should_be_refused_in_openais_shape_when_called() {
	let at = serve(&Script::new([]), Limits::default()).await;
	let missing = get(&at, "/v1/nothing").await;
	assert_eq!(missing.status(), 404);
	assert!(missing.headers().contains_key("x-request-id"));
	let error = json!({
		"message": "there is no GET /v1/nothing: see /openapi.json for what there is",
		"type": "invalid_request_error",
		"param": null,
		"code": "unknown_url",
	});
	assert_eq!(value(missing).await, json!({ "error": error }));
	let wrong = get(&at, "/v1/chat/completions").await;
	assert_eq!(wrong.status(), 405);
	assert_eq!(value(wrong).await["error"]["code"], "method_not_allowed");
}

#[tokio::test]
async fn browsers_should_be_let_in_when_they_come_from_anywhere() {
	let script = Script::saying(&["hi"]);
	let at = serve(&script, Limits::default()).await;
	let preflight = to(Method::OPTIONS, &at, "/v1/chat/completions")
		.header("origin", "https://app.example")
		.header("access-control-request-method", "POST")
		.header("access-control-request-headers", "authorization,content-type");
	let response = preflight.send().await.unwrap();
	assert_eq!(response.status(), 200);
	assert_eq!(response.headers()["access-control-allow-origin"], "*");
	let allowed = response.headers()["access-control-allow-headers"].to_str().unwrap();
	assert!(allowed.contains("authorization"), "{allowed}");
	let asked = post(&at, "/v1/chat/completions", &chat()).header("origin", "https://app.example");
	let response = asked.send().await.unwrap();
	assert_eq!(response.headers()["access-control-allow-origin"], "*");
	assert!(response.headers().contains_key("access-control-expose-headers"));
}

#[tokio::test]
async fn voucher_should_pay_when_it_comes_with_its_request() {
	let script = Script::new([Plan::Answer(say(&["a"])), Plan::Answer(say(&["a"]))]);
	let at = serve(&script, Limits::default()).await;
	let encoded = |bytes: Vec<u8>| STANDARD.encode(bytes);
	let ask = || {
		to(Method::POST, &at, "/v1/chat/completions")
			.body(chat().to_string())
			.header("reckon-request", encoded(request().encode()))
			.header("reckon-voucher", encoded(voucher().encode()))
	};
	assert_eq!(ask().send().await.unwrap().status(), 200);
	// A voucher goes before a key, and names its request by itself.
	let retried = ask().bearer_auth("sk-none").header("x-stainless-retry-count", "1");
	assert_eq!(retried.send().await.unwrap().status(), 200);
	for asked in script.asked() {
		let Payer::Voucher { request: signed_for, voucher: signed } = asked.payer else {
			panic!("paid by key")
		};
		assert_eq!((*signed_for, *signed), (request(), voucher()));
		assert_eq!(asked.repeat, None);
	}
}

#[tokio::test]
async fn sealed_request_should_be_passed_on_as_it_came_and_answered_in_events() {
	let script = Script::new([Plan::Answer(say(&["c2Vh", "bGVk!"]))]);
	let at = serve(&script, Limits::default()).await;
	let worker = sr25519::Public::from_raw([9; 32]);
	let key = Keyring::new(0).key(worker);
	let channel = H256([3; 32]);
	let (genesis, gateway, lane) = (H256([1; 32]), AccountId::new([6; 32]), 2);
	let terms = Terms { genesis, gateway, channel, lane, request: request() };
	let (envelope, _) = seal(&key, &terms, b"secret question").unwrap();
	let named = Request { payload: ContentRef::of(&envelope), ..request() };
	let ask = |body: Vec<u8>| {
		let encoded = |bytes: Vec<u8>| STANDARD.encode(bytes);
		to(Method::POST, &at, "/v1/sealed")
			.header("reckon-request", encoded(named.encode()))
			.header("reckon-voucher", encoded(voucher().encode()))
			.header("reckon-receipts", "1")
			.body(body)
	};
	let response = ask(envelope.clone()).send().await.unwrap();
	assert_eq!(response.status(), 200);
	let text = response.text().await.unwrap();
	let receipt = text.find("event: reckon.receipt").unwrap();
	for piece in ["\"text\":\"c2Vh\"", "\"text\":\"bGVk!\""] {
		assert!(text.find(piece).unwrap() < receipt, "{text}");
	}
	assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
	let asked = script.asked();
	let [Ask { payer: Payer::Voucher { .. }, order, repeat: None, .. }] = &asked[..] else {
		panic!("{asked:?}")
	};
	// What was signed for is what is made of it.
	assert_eq!(order.request(named.model, named.nonce, named.price), named);
	assert_eq!(order.payload, envelope);
	assert_eq!(order.logprobs, None);

	for body in [&b""[..], b"{}", b"reckon:sealed:v1", &envelope[..envelope.len() - 1]] {
		let response = ask(body.to_vec()).send().await.unwrap();
		assert_eq!(response.status(), 400, "{}", body.len());
	}
	let long = [&envelope[..], &[0; 256].repeat(5_000)[..]].concat();
	assert_eq!(ask(long).send().await.unwrap().status(), 400);
	let by_key = to(Method::POST, &at, "/v1/sealed").bearer_auth(KEY).body(envelope.clone());
	let refused = by_key.send().await.unwrap();
	assert_eq!(refused.status(), 400);
	assert_eq!(value(refused).await["error"]["code"], "voucher_malformed");
	assert_eq!(script.asked().len(), 1);

	assert_eq!(get(&at, "/v1/workers?model=org/tiny").await.status(), 200);
	assert_eq!(get(&at, "/v1/workers").await.status(), 400);
}

#[tokio::test]
async fn prompt_that_is_too_long_should_be_known_by_openais_words() {
	let script =
		Script::new([Plan::Refuse(Refusal::ContextExceeded { tokens: 9000, context: 4096 })]);
	let at = serve(&script, Limits::default()).await;
	let refused = value(post(&at, "/v1/chat/completions", &chat()).send().await.unwrap()).await;
	let message = refused["error"]["message"].as_str().unwrap();
	assert!(
		message.starts_with("This model's maximum context length is 4096 tokens. However, "),
		"{message}"
	);
	assert!(message.contains("9000 tokens"), "{message}");
}

#[tokio::test]
async fn answer_should_be_read_where_its_owner_refers_to_it() {
	let script = Script::new((0..2).map(|_| Plan::Answer(say(&["a"]))));
	let at = serve(&script, Limits::default()).await;
	let refer = |id: H256| json!({ "type": "item_reference", "id": format!("msg_{id:x}") });
	let body = |id| json!({ "model": "org/tiny", "input": [refer(id), { "role": "user", "content": "go on" }] });
	let ask = async |id, key| {
		let ask = to(Method::POST, &at, "/v1/responses").bearer_auth(key);
		ask.body(body(id).to_string()).send().await.unwrap()
	};
	assert_eq!(ask(KNOWN, KEY).await.status(), 200);
	let payload = script.asked()[0].order.payload.clone();
	let expected = concat!(
		r#"{"messages":[{"role":"assistant","content":"said"},"#,
		r#"{"role":"user","content":"go on"}]}"#,
	);
	assert_eq!(String::from_utf8(payload).unwrap(), expected);
	let go_on = async |id, key| {
		let body = json!({ "model": "org/tiny", "input": "go on", "previous_response_id": format!("resp_{id:x}") });
		let ask = to(Method::POST, &at, "/v1/responses").bearer_auth(key);
		ask.body(body.to_string()).send().await.unwrap()
	};
	let told = go_on(KNOWN, KEY).await;
	assert_eq!(told.status(), 200);
	assert_eq!(value(told).await["previous_response_id"], format!("resp_{KNOWN:x}"));
	let payload = script.asked()[1].order.payload.clone();
	let expected = concat!(
		r#"{"messages":[{"role":"user","content":"speak"},"#,
		r#"{"role":"assistant","content":"said"},{"role":"user","content":"go on"}]}"#,
	);
	assert_eq!(String::from_utf8(payload).unwrap(), expected);
	for (id, key) in [(H256([1; 32]), KEY), (KNOWN, OTHER_KEY)] {
		let unknown = go_on(id, key).await;
		assert_eq!(unknown.status(), 400);
		let code = value(unknown).await["error"]["code"].clone();
		assert_eq!(code, "previous_response_not_found");
		let unknown = ask(id, key).await;
		assert_eq!(unknown.status(), 404);
		let error = value(unknown).await["error"].clone();
		assert_eq!(
			(&error["code"], &error["param"]),
			(&json!("item_not_found"), &json!("input[0].id"))
		);
	}
	assert_eq!(script.asked().len(), 2);
}

#[tokio::test]
async fn repeats_should_have_one_name_when_they_are_one_request() {
	let plans = || (0..12).map(|_| Plan::Answer(say(&["a"])));
	let script = Script::new(plans());
	let at = serve(&script, Limits::default()).await;
	let body = chat();
	let other = with(chat(), "seed", 1.into());
	type Case<'a> = (&'a str, &'a Value, Option<(&'a str, &'a str)>);
	let cases: [Case; 12] = [
		(KEY, &body, None),
		(KEY, &body, Some(("x-stainless-retry-count", "0"))),
		(KEY, &body, Some(("x-stainless-retry-count", "1"))),
		(KEY, &body, Some(("x-stainless-retry-count", "2"))),
		(KEY, &body, Some(("x-stainless-retry-count", "0"))),
		(KEY, &body, Some(("x-stainless-retry-count", "1"))),
		(OTHER_KEY, &body, Some(("x-stainless-retry-count", "0"))),
		(KEY, &other, Some(("x-stainless-retry-count", "0"))),
		(KEY, &body, Some(("idempotency-key", "one"))),
		(KEY, &other, Some(("idempotency-key", "one"))),
		(KEY, &body, Some(("idempotency-key", "two"))),
		(OTHER_KEY, &body, Some(("idempotency-key", "one"))),
	];
	for (key, body, header) in cases {
		let mut ask =
			to(Method::POST, &at, "/v1/chat/completions").bearer_auth(key).body(body.to_string());
		if let Some((name, value)) = header {
			ask = ask.header(name, value);
		}
		assert_eq!(ask.send().await.unwrap().status(), 200);
	}
	let names: Vec<_> = script.asked().into_iter().map(|ask| ask.repeat).collect();
	assert_eq!(names[0], None);
	// Which of those before it each is the same as.
	let first = |at: usize| names.iter().position(|name| *name == names[at]).unwrap();
	let firsts: Vec<_> = (0..names.len()).map(first).collect();
	assert_eq!(firsts, [0, 1, 1, 1, 4, 4, 6, 7, 8, 8, 10, 11]);
	let first = script.asked().into_iter().map(|ask| ask.first);
	let wanted = [1, 4, 6, 7];
	assert!(first.enumerate().all(|(at, first)| first == wanted.contains(&at)));
}

#[tokio::test]
async fn first_try_should_have_another_name_when_its_name_is_taken() {
	let taken = || Plan::Refuse(Refusal::AskedBefore);
	let answer = || Plan::Answer(say(&["a"]));
	let script = Script::new([taken(), taken(), answer(), answer(), taken()]);
	let at = serve(&script, Limits::default()).await;
	let ask = async |count: &str| {
		let ask = post(&at, "/v1/chat/completions", &chat());
		ask.header("x-stainless-retry-count", count).send().await.unwrap().status()
	};
	assert_eq!((ask("0").await, ask("1").await), (StatusCode::OK, StatusCode::OK));
	let names: Vec<_> = script.asked().into_iter().map(|ask| ask.repeat.unwrap()).collect();
	let [one, two, three, four] = names[..] else { panic!("{names:?}") };
	assert!(one != two && two != three && one != three);
	assert_eq!(three, four, "its retry");
	// What is no first try has one name.
	assert_eq!(ask("1").await, StatusCode::SERVICE_UNAVAILABLE);
	assert_eq!(script.asked().len(), 5);
}

#[tokio::test]
async fn gateway_should_turn_away_when_all_places_are_taken() {
	let hang = Plan::Answer(vec![text("a"), Step::Hang]);
	let script = Script::new([hang, Plan::Answer(say(&["b"]))]);
	let at = serve(&script, Limits { max_requests: 1, ..Limits::default() }).await;
	let body = with(chat(), "stream", true.into());
	let first = post(&at, "/v1/chat/completions", &body).send().await.unwrap();
	let turned = post(&at, "/v1/chat/completions", &chat()).send().await.unwrap();
	assert_eq!(turned.status(), 503);
	assert_eq!(turned.headers()["retry-after-ms"], "1000");
	assert_eq!(turned.headers()["retry-after"], "1");
	assert_eq!(value(turned).await["error"]["code"], "overloaded");
	assert_eq!(get(&at, "/healthz").await.status(), 200);
	drop(first);
	script.dropped(1).await;
	// The place is free a moment after the answer is let go.
	let mut status = 503;
	for _ in 0..100 {
		let again = post(&at, "/v1/chat/completions", &chat()).send().await.unwrap();
		status = again.status().as_u16();
		if status == 200 {
			break;
		}
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
	assert_eq!(status, 200);
}

#[tokio::test]
async fn what_has_begun_should_be_finished_when_the_gateway_stops() {
	let steps = vec![text("a"), Step::Wait(Duration::from_millis(300)), text("b"), end(b"ab")];
	let script = Script::new([Plan::Answer(steps)]);
	let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
	let at = listener.local_addr().unwrap().to_string();
	let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
	let desk: Arc<Script> = script.clone();
	let served =
		tokio::spawn(reckon_gateway::api::serve(listener, desk, Limits::default(), async {
			stopped.await.unwrap()
		}));
	let body = with(chat(), "stream", true.into());
	let response = post(&at, "/v1/chat/completions", &body).send().await.unwrap();
	stop.send(()).unwrap();
	let all = response.text().await.unwrap();
	assert!(all.ends_with("data: [DONE]\n\n"), "{all}");
	tokio::time::timeout(Duration::from_secs(10), served).await.unwrap().unwrap().unwrap();
	assert!(to(Method::GET, &at, "/healthz").send().await.is_err());
}
