//! What is malformed, too long, too slow or hostile.

use crate::{
	http::{chat, get, post, to, value},
	script::{request, say, serve, text, voucher, Plan, Script, Step, KEY, NASTY},
};
use base64::{engine::general_purpose::STANDARD, Engine};
use codec::Encode;
use reckon_gateway::api::Limits;
use reqwest::Method;
use serde_json::{json, Value};
use std::{net::IpAddr, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	time::timeout,
};

const PATHS: [&str; 4] =
	["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings"];

async fn error(request: reqwest::RequestBuilder) -> (u16, Value) {
	let response = request.send().await.unwrap();
	let status = response.status().as_u16();
	(status, value(response).await["error"].clone())
}

#[tokio::test]
async fn body_should_be_refused_when_it_is_malformed() {
	let script = Script::new([]);
	let at = serve(&script, Limits::default()).await;
	for path in PATHS {
		for body in ["", "{", "[]", "null", "{\"model\":", "\u{0}", "{\"model\":1e999}"] {
			let asked = to(Method::POST, &at, path).bearer_auth(KEY).body(body);
			let (status, error) = error(asked).await;
			assert_eq!(status, 400, "{path} {body}");
			assert_eq!(error["type"], "invalid_request_error");
		}
		let (status, error) = error(post(&at, path, &json!({ "model": ["m"] }))).await;
		assert_eq!((status, &error["param"]), (400, &json!("model")));
	}
	assert_eq!(script.asked().len(), 0);
}

#[tokio::test]
async fn key_should_be_asked_for_when_none_is_shown() {
	let script = Script::new([]);
	let at = serve(&script, Limits::default()).await;
	let keys = ["", "Bearer", "Bearer ", "Basic abc", "Bearer sk-none", "Bearer ' OR '1'='1"];
	for authorization in keys {
		let asked = to(Method::POST, &at, PATHS[0])
			.header("authorization", authorization)
			.body(chat().to_string());
		let (status, error) = error(asked).await;
		assert_eq!((status, &error["code"]), (401, &json!("invalid_api_key")), "{authorization}");
	}
	assert_eq!(script.asked().len(), 0);
}

#[tokio::test]
async fn voucher_should_be_refused_when_it_is_malformed() {
	let script = Script::new([]);
	let at = serve(&script, Limits::default()).await;
	let good = STANDARD.encode(request().encode());
	let signed = STANDARD.encode(voucher().encode());
	let long = STANDARD.encode([voucher().encode(), vec![0]].concat());
	let together = "reckon-request and reckon-voucher come together";
	let cases = [
		(None, Some(&*signed), format!("reckon-request is missing: {together}")),
		(Some(&*good), None, format!("reckon-voucher is missing: {together}")),
		(Some("***"), Some(&*signed), "reckon-request is not base64".to_owned()),
		(
			Some("AAAA"),
			Some(&*signed),
			"reckon-request is not what its name says, in SCALE".to_owned(),
		),
		(
			Some(&*good),
			Some(&*long),
			"reckon-voucher is not what its name says, in SCALE".to_owned(),
		),
	];
	for (request, voucher, why) in cases {
		let mut asked = post(&at, PATHS[0], &chat());
		if let Some(request) = request {
			asked = asked.header("reckon-request", request);
		}
		if let Some(voucher) = voucher {
			asked = asked.header("reckon-voucher", voucher);
		}
		let (status, error) = error(asked).await;
		assert_eq!((status, &error["code"]), (400, &json!("voucher_malformed")));
		assert_eq!(error["message"], format!("the voucher is not taken: {why}"));
	}
	assert_eq!(script.asked().len(), 0);
}

#[tokio::test]
async fn body_should_be_refused_when_it_is_too_long() {
	let script = Script::new([Plan::Answer(say(&["a"]))]);
	let most = chat().to_string().len();
	let at = serve(&script, Limits { max_body_bytes: most, ..Limits::default() }).await;
	let fits = post(&at, PATHS[0], &chat()).send().await.unwrap();
	assert_eq!(fits.status(), 200);
	let longer = to(Method::POST, &at, PATHS[0]).bearer_auth(KEY).body(format!("{} ", chat()));
	let (status, told) = error(longer).await;
	assert_eq!((status, &told["code"]), (413, &json!("request_too_large")));
	assert_eq!(told["message"], format!("the body has more than {most} bytes"));
	// One that does not say beforehand how long it is.
	let mut stream = TcpStream::connect(&at).await.unwrap();
	let head = format!(
		"POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\
		 transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
		PATHS[0]
	);
	stream.write_all(head.as_bytes()).await.unwrap();
	let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", most + 1, "x".repeat(most + 1));
	stream.write_all(chunk.as_bytes()).await.unwrap();
	let mut told = Vec::new();
	timeout(Duration::from_secs(10), stream.read_to_end(&mut told)).await.unwrap().unwrap();
	assert!(told.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&told));
	// One so long that its client is still writing: it reads why, all the same.
	let longest = to(Method::POST, &at, PATHS[0]).bearer_auth(KEY).body("x".repeat(most * 7));
	assert_eq!(error(longest).await.0, 413);
	assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn connection_should_be_closed_when_its_head_does_not_come() {
	let limits = Limits { head_within: Duration::from_millis(200), ..Limits::default() };
	let at = serve(&Script::new([]), limits).await;
	// Nothing, the beginning of HTTP/2's greeting, and heads that never end.
	for begun in ["", "PRI * HT", "GET / HTTP/1.1\r\nx: ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
		let mut stream = TcpStream::connect(&at).await.unwrap();
		stream.write_all(begun.as_bytes()).await.unwrap();
		let mut told = Vec::new();
		let closed = timeout(Duration::from_secs(10), stream.read_to_end(&mut told)).await;
		assert!(closed.is_ok(), "{begun:?} is waited for");
	}
}

#[tokio::test]
async fn body_should_be_given_up_when_it_does_not_come() {
	let script = Script::new([]);
	let limits = Limits { body_within: Duration::from_millis(200), ..Limits::default() };
	let at = serve(&script, limits).await;
	let mut stream = TcpStream::connect(&at).await.unwrap();
	let head = format!(
		"POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\
		 content-length: 100\r\nconnection: close\r\n\r\n{{",
		PATHS[0]
	);
	stream.write_all(head.as_bytes()).await.unwrap();
	let mut told = Vec::new();
	timeout(Duration::from_secs(10), stream.read_to_end(&mut told)).await.unwrap().unwrap();
	let told = String::from_utf8_lossy(&told);
	assert!(told.starts_with("HTTP/1.1 408"), "{told}");
	assert!(told.contains("request_timeout"), "{told}");
	assert_eq!(script.asked().len(), 0);
}

/// More than lies on the way between a door and a client that does not read.
pub fn endless() -> Plan {
	let much = "x".repeat(1 << 20);
	let steps = (0..64).map(|_| text(&much));
	Plan::Answer(steps.chain([Step::Hang]).collect())
}

#[tokio::test]
async fn answer_should_be_given_up_when_its_client_stops_reading() {
	let script = Script::new([endless()]);
	let limits = Limits { taken_within: Duration::from_millis(300), ..Limits::default() };
	let at = serve(&script, limits).await;
	let mut body = chat();
	body["stream"] = json!(true);
	let body = body.to_string();
	let asked = format!(
		"POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\
		 content-length: {}\r\n\r\n{body}",
		PATHS[0],
		body.len()
	);
	let mut stream = TcpStream::connect(&at).await.unwrap();
	stream.write_all(asked.as_bytes()).await.unwrap();
	script.dropped(1).await;
	// The connection does not wait for it either.
	let mut told = Vec::new();
	let closed = timeout(Duration::from_secs(10), stream.read_to_end(&mut told)).await;
	assert!(closed.is_ok(), "it is held open");
	assert!(told.len() < 64 << 20, "{} bytes", told.len());
}

#[tokio::test]
async fn uploads_should_be_bounded_when_many_are_slow() {
	let script = Script::new([]);
	let limits = Limits { max_uploads: 1, ..Limits::default() };
	let at = serve(&script, limits).await;
	let mut slow = TcpStream::connect(&at).await.unwrap();
	let head = format!(
		"POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\ncontent-length: 9\r\n\r\n",
		PATHS[0]
	);
	slow.write_all(head.as_bytes()).await.unwrap();
	// Until the slow one has its place.
	let mut turned = json!(null);
	for _ in 0..100 {
		let (status, error) = error(post(&at, PATHS[0], &json!({}))).await;
		if status == 503 {
			turned = error;
			break;
		}
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
	assert_eq!(turned["code"], "overloaded");
	assert_eq!(turned["message"], "the gateway has as many uploads as it can serve: try again");
}

#[tokio::test]
async fn one_address_should_not_have_all_places_for_uploads() {
	let script = Script::new([Plan::Answer(say(&["a"]))]);
	let trusted_proxies = [].into();
	let limits = Limits { max_uploads: 4, addresses: 4, trusted_proxies, ..Limits::default() };
	let at = serve(&script, limits).await;
	// Anybody may ask for a challenge, and be slow about it.
	let mut slow = TcpStream::connect(&at).await.unwrap();
	let head = "POST /v1/keys/challenge HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
	slow.write_all(head.as_bytes()).await.unwrap();
	let mut turned = json!(null);
	for _ in 0..100 {
		let (status, error) = error(post(&at, PATHS[0], &json!({}))).await;
		if status == 429 {
			turned = error;
			break;
		}
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
	assert_eq!(turned["code"], "rate_limit_exceeded");
	let elsewhere = reqwest::Client::builder().local_address(IpAddr::from([127, 0, 0, 2]));
	let url = format!("http://{at}{}", PATHS[0]);
	let asked = elsewhere.build().unwrap().post(url).bearer_auth(KEY).body(chat().to_string());
	assert_eq!(asked.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn one_address_should_not_have_all_connections() {
	let limits = Limits {
		max_connections: 8,
		addresses: 4,
		trusted_proxies: [].into(),
		..Limits::default()
	};
	let at = serve(&Script::new([]), limits).await;
	let held = [TcpStream::connect(&at).await.unwrap(), TcpStream::connect(&at).await.unwrap()];
	let mut third = TcpStream::connect(&at).await.unwrap();
	let mut told = Vec::new();
	let closed = timeout(Duration::from_secs(5), third.read_to_end(&mut told)).await;
	assert!(closed.is_ok() && told.is_empty());
	let from = |address: [u8; 4]| {
		let client = reqwest::Client::builder().local_address(IpAddr::from(address));
		client.build().unwrap().get(format!("http://{at}/healthz")).send()
	};
	assert_eq!(from([127, 0, 0, 2]).await.unwrap().status(), 200);
	drop(held);
	// What it had is free again, as soon as the door has seen that they are gone.
	for _ in 0..100 {
		if from([127, 0, 0, 1]).await.is_ok_and(|answer| answer.status() == 200) {
			return;
		}
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
	panic!("places are not given back");
}

#[tokio::test]
async fn text_should_stay_as_it_is_when_it_is_sql_or_markup() {
	let script = Script::new([Plan::Answer(say(&[NASTY]))]);
	let at = serve(&script, Limits::default()).await;
	let body = json!({
		"model": NASTY,
		"messages": [{ "role": "user", "content": NASTY }],
		"stop": NASTY,
		"user": NASTY,
	});
	let asked = post(&at, PATHS[0], &body).header("idempotency-key", "'; DROP TABLE requests; --");
	let answer = value(asked.send().await.unwrap()).await;
	assert_eq!(answer["model"], NASTY);
	assert_eq!(answer["choices"][0]["message"]["content"], NASTY);
	let order = script.asked()[0].order.clone();
	assert_eq!(order.model, NASTY);
	let payload: Value = serde_json::from_slice(&order.payload).unwrap();
	let expected = json!({ "messages": [{ "role": "user", "content": NASTY }], "stop": [NASTY] });
	assert_eq!(payload, expected);
}

#[tokio::test]
async fn path_should_be_refused_in_openais_shape_when_it_is_not_text() {
	let at = serve(&Script::new([]), Limits::default()).await;
	for path in ["/v1/models/%FF", "/v1/requests/%FF", "/v1/channels/%FF/"] {
		let response = get(&at, path).await;
		assert!([400, 404].contains(&response.status().as_u16()), "{path}");
		assert_eq!(value(response).await["error"]["type"], "invalid_request_error");
	}
	let no_socket = to(Method::GET, &at, "/v1/stream").bearer_auth(KEY).send().await.unwrap();
	assert_eq!(no_socket.status(), 400);
	assert_eq!(value(no_socket).await["error"]["message"], "this is for WebSockets only");
}

#[tokio::test]
async fn gateway_should_go_on_when_connections_send_noise() {
	let at = serve(&Script::new([]), Limits::default()).await;
	let noise: [&[u8]; 4] = [
		b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		b"GET / HTTP/9.9\r\n\r\n",
		b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		&[0; 100_000],
	];
	for bytes in noise {
		let mut stream = TcpStream::connect(&at).await.unwrap();
		// It may be closed before all of it is sent.
		let _ = stream.write_all(bytes).await;
		let mut told = Vec::new();
		let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut told)).await.unwrap();
		assert!(!told.starts_with(b"HTTP/1.1 200"));
	}
	assert_eq!(get(&at, "/healthz").await.status(), 200);
}
