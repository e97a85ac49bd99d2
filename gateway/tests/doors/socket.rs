//! Conversations over a WebSocket.

use crate::script::{end, request, say, serve, text, the_end, voucher, Plan, Script, Step, KEY};
use base64::{engine::general_purpose::STANDARD, Engine};
use codec::Encode;
use futures::{SinkExt, StreamExt};
use reckon_gateway::{
	api::Limits,
	desk::{Payer, Refusal},
};
use reckon_receipts::ReceiptFile;
use serde_json::{json, Value};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
	connect_async,
	tungstenite::{client::IntoClientRequest, http::HeaderValue, Error, Message},
	MaybeTlsStream, WebSocketStream,
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(at: &str, header: Option<(&'static str, &str)>) -> Result<Socket, Error> {
	let mut request = format!("ws://{at}/v1/stream").into_client_request()?;
	if let Some((name, value)) = header {
		request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
	}
	Ok(connect_async(request).await?.0)
}

async fn open(script: &Arc<Script>, limits: Limits) -> Socket {
	let at = serve(script, limits).await;
	connect(&at, Some(("authorization", &format!("Bearer {KEY}")))).await.unwrap()
}

async fn say_to(socket: &mut Socket, message: Value) {
	socket.send(Message::text(message.to_string())).await.unwrap();
}

/// The next frame.
async fn hear(socket: &mut Socket) -> Value {
	loop {
		let next = timeout(Duration::from_secs(10), socket.next()).await.expect("no frame comes");
		match next.unwrap().unwrap() {
			Message::Text(text) => return serde_json::from_str(&text).unwrap(),
			Message::Ping(_) => {},
			other => panic!("{other:?}"),
		}
	}
}

fn chat(id: &str) -> Value {
	json!({
		"id": id,
		"model": "org/tiny",
		"messages": [{ "role": "user", "content": "hi" }],
	})
}

/// What was said in frames about `id`, up to its end.
async fn answer(socket: &mut Socket, id: &str) -> String {
	let mut said = String::new();
	loop {
		let frame = hear(socket).await;
		assert_eq!(frame["id"], id);
		if frame["done"] == true {
			return said;
		}
		let delta = &frame["event"]["choices"][0]["delta"]["content"];
		said.push_str(delta.as_str().unwrap_or_default());
	}
}

#[tokio::test]
async fn socket_should_answer_again_and_again_when_asked() {
	let script = Script::new([Plan::Answer(say(&["he", "llo"])), Plan::Answer(say(&["you"]))]);
	let mut socket = open(&script, Limits::default()).await;
	say_to(&mut socket, chat("a")).await;
	assert_eq!(answer(&mut socket, "a").await, "hello");
	// A name is free again when its answer is over.
	let mut second = chat("a");
	second["receipts"] = true.into();
	say_to(&mut socket, second).await;
	let mut receipt = Value::Null;
	loop {
		let frame = hear(&mut socket).await;
		if frame["done"] == true {
			break;
		}
		if frame["receipt"].is_object() {
			receipt = frame["receipt"].clone();
		}
	}
	let receipt: ReceiptFile = serde_json::from_value(receipt).unwrap();
	assert_eq!(receipt, the_end(b"you").receipt);
	assert!(script.asked().iter().all(|ask| !ask.whole));
}

#[tokio::test]
async fn socket_should_answer_several_at_once_when_they_have_names() {
	let slow = vec![text("slow"), Step::Wait(Duration::from_millis(500)), end(b"slow")];
	let script = Script::new([Plan::Answer(slow), Plan::Answer(say(&["quick"]))]);
	let mut socket = open(&script, Limits::default()).await;
	say_to(&mut socket, chat("slow")).await;
	script.wait_for_asked(1).await;
	say_to(&mut socket, chat("quick")).await;
	let mut ended = Vec::new();
	while ended.len() < 2 {
		let frame = hear(&mut socket).await;
		if frame["done"] == true {
			ended.push(frame["id"].clone());
		}
	}
	assert_eq!(ended, ["quick", "slow"]);
}

#[tokio::test]
async fn answer_should_be_dropped_when_it_is_cancelled() {
	let script = Script::new([Plan::Answer(vec![text("a"), Step::Hang])]);
	let mut socket = open(&script, Limits::default()).await;
	say_to(&mut socket, chat("a")).await;
	script.wait_for_asked(1).await;
	say_to(&mut socket, json!({ "id": "a", "cancel": true })).await;
	script.dropped(1).await;
	assert!("a".starts_with(&answer(&mut socket, "a").await));
}

#[tokio::test]
async fn answers_should_be_dropped_when_the_socket_closes() {
	let hang = || Plan::Answer(vec![text("a"), Step::Hang]);
	let script = Script::new([hang(), hang()]);
	let mut socket = open(&script, Limits::default()).await;
	say_to(&mut socket, chat("a")).await;
	say_to(&mut socket, chat("b")).await;
	script.wait_for_asked(2).await;
	assert!(!script.is_dropped());
	drop(socket);
	script.dropped(2).await;
}

#[tokio::test]
async fn socket_should_say_what_is_wrong_when_a_message_is() {
	let hang = Plan::Answer(vec![Step::Hang]);
	let refuse = Plan::Refuse(Refusal::Busy { model: "m".to_owned(), after_ms: 5 });
	let script = Script::new([hang, refuse]);
	let mut socket = open(&script, Limits::default()).await;
	say_to(&mut socket, chat("running")).await;
	let mut forced = chat("x");
	forced["tool_choice"] = "required".into();
	let cases = [
		(json!([]), Value::Null, Value::Null, "invalid_request_error"),
		(json!({ "model": "m" }), Value::Null, Value::Null, "invalid_request_error"),
		(json!({ "id": 5 }), Value::Null, Value::Null, "invalid_request_error"),
		(chat(""), Value::Null, json!("id"), "invalid_request_error"),
		(chat(&"x".repeat(65)), Value::Null, json!("id"), "invalid_request_error"),
		(json!({ "id": "x" }), json!("x"), json!("model"), "invalid_request_error"),
		(forced, json!("x"), json!("tool_choice"), "invalid_request_error"),
		(chat("running"), json!("running"), json!("id"), "invalid_request_error"),
		(chat("x\"\n"), json!("x\"\n"), Value::Null, "server_error"),
	];
	// The first frames are the running answer's.
	assert_eq!(hear(&mut socket).await["id"], "running");
	for (message, id, param, kind) in cases {
		say_to(&mut socket, message.clone()).await;
		let frame = hear(&mut socket).await;
		assert_eq!(frame["id"], id, "{message}");
		assert_eq!(frame["error"]["param"], param, "{message}");
		assert_eq!(frame["error"]["type"], kind, "{message}");
	}
	assert_eq!(script.asked().len(), 2);
}

#[tokio::test]
async fn socket_should_bound_answers_when_a_client_asks_for_many() {
	let script = Script::new((0..40).map(|_| Plan::Answer(vec![Step::Hang])));
	let mut socket = open(&script, Limits::default()).await;
	for number in 0..33 {
		say_to(&mut socket, chat(&format!("n{number}"))).await;
	}
	let error = loop {
		let frame = hear(&mut socket).await;
		if frame["error"].is_object() {
			break frame;
		}
	};
	assert_eq!(
		(&error["id"], &error["error"]["code"]),
		(&json!("n32"), &json!("rate_limit_exceeded"))
	);
	script.wait_for_asked(32).await;
	assert_eq!(script.asked().len(), 32);
}

#[tokio::test]
async fn socket_should_take_keys_and_vouchers_when_they_come_in_their_ways() {
	let script = Script::new([Plan::Answer(say(&["a"])), Plan::Answer(say(&["b"]))]);
	let at = serve(&script, Limits::default()).await;
	let offered = format!("reckon, reckon-key.{KEY}");
	let mut browser = connect(&at, Some(("sec-websocket-protocol", &offered))).await.unwrap();
	say_to(&mut browser, chat("a")).await;
	assert_eq!(answer(&mut browser, "a").await, "a");

	let mut unnamed = connect(&at, None).await.unwrap();
	say_to(&mut unnamed, chat("b")).await;
	assert_eq!(hear(&mut unnamed).await["error"]["code"], "invalid_api_key");
	let mut paid = chat("b");
	paid["reckon_request"] = STANDARD.encode(request().encode()).into();
	paid["reckon_voucher"] = STANDARD.encode(voucher().encode()).into();
	say_to(&mut unnamed, paid).await;
	assert_eq!(answer(&mut unnamed, "b").await, "b");
	let payers: Vec<_> = script.asked().into_iter().map(|ask| ask.payer).collect();
	assert!(matches!(&payers[..], [Payer::Key(_), Payer::Voucher { .. }]));

	let refused = connect(&at, Some(("authorization", "Bearer sk-none"))).await.unwrap_err();
	let Error::Http(response) = refused else { panic!("{refused}") };
	assert_eq!(response.status().as_u16(), 401);
}

#[tokio::test]
async fn socket_should_be_closed_when_a_message_is_too_long_or_no_text() {
	let limits = Limits { max_body_bytes: 1000, ..Limits::default() };
	let script = Script::new([Plan::Answer(vec![Step::Hang]), Plan::Answer(vec![Step::Hang])]);
	let at = serve(&script, limits).await;
	for (count, hostile) in
		[Message::text("x".repeat(1001)), Message::binary(vec![1, 2, 3])].into_iter().enumerate()
	{
		let bearer = format!("Bearer {KEY}");
		let mut socket = connect(&at, Some(("authorization", &bearer))).await.unwrap();
		say_to(&mut socket, chat("a")).await;
		script.wait_for_asked(count + 1).await;
		socket.send(hostile).await.unwrap();
		script.dropped(count + 1).await;
	}
}

#[tokio::test]
async fn message_should_have_a_name_when_it_has_an_idempotency_key() {
	let script = Script::new((0..4).map(|_| Plan::Answer(say(&["a"]))));
	let mut socket = open(&script, Limits::default()).await;
	for (id, name) in [("a", None), ("b", Some("one")), ("c", Some("one")), ("d", Some("two"))] {
		let mut message = chat(id);
		if let Some(name) = name {
			message["idempotency_key"] = name.into();
		}
		say_to(&mut socket, message).await;
		assert_eq!(answer(&mut socket, id).await, "a");
	}
	let names: Vec<_> = script.asked().into_iter().map(|ask| ask.repeat).collect();
	assert_eq!((names[0], names[1].is_some()), (None, true));
	assert_eq!(names[1], names[2]);
	assert_ne!(names[1], names[3]);
}
