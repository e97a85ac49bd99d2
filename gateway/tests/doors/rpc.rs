//! The same over gRPC.

use crate::{
	http::{chat as body, post},
	refusals,
	script::{end, fail, request, say, serve, text, voucher, Plan, Script, Step, KEY},
	strangers::endless,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use codec::Encode;
use reckon_gateway::{
	api::{self, Limits},
	desk::Payer,
};
use reckon_gateway_protocol::v1::{
	answer::Event, inference_client::InferenceClient, ChatRequest, CompleteRequest, EmbedRequest,
	End, ListModelsRequest, Message, Sampling, Usage,
};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpListener, time::timeout};
use tonic::{service::Routes, transport::Channel, Code, Request, Status};

async fn client(script: &Arc<Script>) -> InferenceClient<Channel> {
	let at = door(script, Limits::default()).await;
	InferenceClient::connect(format!("http://{at}")).await.unwrap()
}

/// Serves it over gRPC; returns where.
async fn door(script: &Arc<Script>, limits: Limits) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let at = listener.local_addr().unwrap().to_string();
	let service = api::rpc::server(script.clone(), limits.clone());
	let router = api::rpc::bounded(Routes::new(service).into_axum_router(), limits.clone());
	tokio::spawn(api::serve_router(listener, router, limits, std::future::pending()));
	at
}

fn paid<T>(message: T) -> Request<T> {
	let mut request = Request::new(message);
	request.metadata_mut().insert("authorization", format!("Bearer {KEY}").parse().unwrap());
	request
}

fn chat() -> ChatRequest {
	let message = Message { role: "user".to_owned(), content: "hi".to_owned() };
	ChatRequest { model: "org/tiny".to_owned(), messages: vec![message], sampling: None }
}

#[tokio::test]
async fn chat_should_be_told_in_pieces_when_asked_over_grpc() {
	let script = Script::saying(&["he", "llo"]);
	let mut answers = client(&script).await.chat(paid(chat())).await.unwrap().into_inner();
	let mut said = String::new();
	let mut last = None;
	while let Some(answer) = answers.message().await.unwrap() {
		match answer.event.unwrap() {
			Event::Text(text) => said.push_str(&text),
			Event::End(end) => last = Some(end),
		}
	}
	assert_eq!(said, "hello");
	let End { finish_reason, usage, receipt } = last.unwrap();
	assert_eq!(finish_reason, "stop");
	let charge = "7000000000000000000000".to_owned();
	assert_eq!(usage, Some(Usage { input: 3, output: 2, charge }));
	let expected = serde_json::to_vec(&crate::script::the_end(b"hello").receipt).unwrap();
	assert_eq!(receipt, expected);
}

#[tokio::test]
async fn order_should_be_the_same_when_asked_over_grpc_or_http() {
	let script = Script::new((0..4).map(|_| Plan::Answer(say(&["a"]))));
	let sampling = Sampling {
		max_tokens: Some(7),
		temperature: Some(0.7),
		top_p: Some(0.95),
		top_k: Some(5),
		seed: Some(-3),
		stop: vec!["b".to_owned(), "a".to_owned()],
		presence_penalty: Some(0.1),
		frequency_penalty: Some(-1.3),
	};
	let mut client = client(&script).await;
	client.chat(paid(ChatRequest { sampling: Some(sampling), ..chat() })).await.unwrap();
	client.chat(paid(chat())).await.unwrap();
	let at = serve(&script, Limits::default()).await;
	let mut asked = body();
	asked.as_object_mut().unwrap().extend(
		serde_json::json!({
			"max_tokens": 7, "temperature": 0.7, "top_p": 0.95, "top_k": 5, "seed": -3,
			"stop": ["a", "b"], "presence_penalty": 0.1, "frequency_penalty": -1.3,
		})
		.as_object()
		.unwrap()
		.clone(),
	);
	post(&at, "/v1/chat/completions", &asked).send().await.unwrap();
	post(&at, "/v1/chat/completions", &body()).send().await.unwrap();
	let wholes: Vec<_> = script.asked().iter().map(|ask| ask.whole).collect();
	assert_eq!(wholes, [false, false, true, true], "calls are streams");
	let orders: Vec<_> = script.asked().into_iter().map(|ask| ask.order).collect();
	assert_eq!(orders[0], orders[2]);
	assert_eq!(orders[1], orders[3]);
	assert_ne!(orders[0], orders[1]);
}

#[tokio::test]
async fn completion_and_vectors_should_be_told_when_asked_over_grpc() {
	let vectors = end(br#"{"embeddings":[[0.1,-2.5],[1,2]]}"#);
	let script = Script::new([Plan::Answer(say(&["once"])), Plan::Answer(vec![vectors])]);
	let mut client = client(&script).await;
	let complete = CompleteRequest {
		model: "org/tiny".to_owned(),
		prompt: "upon".to_owned(),
		sampling: Some(Sampling { max_tokens: Some(3), ..Sampling::default() }),
	};
	let mut answers = client.complete(paid(complete)).await.unwrap().into_inner();
	let first = answers.message().await.unwrap().unwrap();
	assert_eq!(first.event, Some(Event::Text("once".to_owned())));
	let embed =
		EmbedRequest { model: "embed".to_owned(), input: vec!["a".to_owned(), "b".to_owned()] };
	let told = client.embed(paid(embed)).await.unwrap().into_inner();
	let values: Vec<_> = told.vectors.into_iter().map(|vector| vector.values).collect();
	assert_eq!(values, [[0.1, -2.5], [1.0, 2.0]]);
	assert!(told.end.is_some());
	assert_eq!(script.asked()[0].order.sampling.max_output, 3);
}

#[tokio::test]
async fn models_should_have_prices_when_listed_over_grpc() {
	let mut client = client(&Script::new([])).await;
	let models = client.list_models(ListModelsRequest {}).await.unwrap().into_inner().models;
	assert_eq!((models[0].name.as_str(), models[0].per_input.as_str()), ("org/tiny", "2500000"));
	assert_eq!((models[1].name.as_str(), models[1].per_input.as_str()), ("embed", ""));
}

#[tokio::test]
async fn refusal_should_have_its_code_when_told_over_grpc() {
	for (refusal, status, _, code, _, after_ms, _) in refusals::all() {
		let expected = match status {
			400 => Code::InvalidArgument,
			401 => Code::Unauthenticated,
			402 => Code::FailedPrecondition,
			404 => Code::NotFound,
			413 | 429 => Code::ResourceExhausted,
			503 => Code::Unavailable,
			504 => Code::DeadlineExceeded,
			other => panic!("{other}"),
		};
		let plans =
			[Plan::Refuse(refusal.clone()), Plan::Answer(vec![text("a"), fail(refusal.clone())])];
		let mut client = client(&Script::new(plans)).await;
		let at_once = client.chat(paid(chat())).await.unwrap_err();
		let mut answers = client.chat(paid(chat())).await.unwrap().into_inner();
		assert!(answers.message().await.unwrap().is_some());
		let later = answers.message().await.unwrap_err();
		for told in [at_once, later] {
			assert_eq!(told.code(), expected, "{refusal}");
			let metadata = |name| told.metadata().get(name).map(|value| value.to_str().unwrap());
			assert_eq!(metadata("reckon-code"), Some(code));
			assert_eq!(metadata("retry-after-ms"), after_ms);
		}
	}
}

#[tokio::test]
async fn answer_should_be_dropped_when_a_grpc_client_leaves() {
	let script = Script::new([Plan::Answer(vec![text("a"), Step::Hang])]);
	let mut client = client(&script).await;
	let mut answers = client.chat(paid(chat())).await.unwrap().into_inner();
	assert!(answers.message().await.unwrap().is_some());
	assert!(!script.is_dropped());
	drop(answers);
	script.dropped(1).await;
}

#[tokio::test]
async fn voucher_should_pay_when_it_comes_in_metadata() {
	let script = Script::saying(&["a"]);
	let mut client = client(&script).await;
	let unpaid = client.chat(Request::new(chat())).await.unwrap_err();
	assert_eq!(unpaid.code(), Code::Unauthenticated);
	let mut asked = Request::new(chat());
	let encoded = [("reckon-request", request().encode()), ("reckon-voucher", voucher().encode())];
	for (name, bytes) in encoded {
		asked.metadata_mut().insert(name, STANDARD.encode(bytes).parse().unwrap());
	}
	client.chat(asked).await.unwrap();
	let Payer::Voucher { request: signed_for, .. } = script.asked()[0].payer.clone() else {
		panic!("paid by key")
	};
	assert_eq!(*signed_for, request());
}

#[tokio::test]
async fn message_should_be_refused_when_no_worker_does_what_it_asks() {
	let script = Script::new([]);
	let mut client = client(&script).await;
	let hot = Sampling { temperature: Some(9.0), ..Sampling::default() };
	let told = client.chat(paid(ChatRequest { sampling: Some(hot), ..chat() })).await.unwrap_err();
	assert_eq!(told.code(), Code::InvalidArgument);
	assert_eq!(told.message(), "'temperature' must be from 0 to 2");
	let not_a_number = Sampling { top_p: Some(f32::NAN), ..Sampling::default() };
	let nan = ChatRequest { sampling: Some(not_a_number), ..chat() };
	// JSON has no such number: it is as if nothing was said.
	assert_eq!(client.chat(paid(nan)).await.unwrap_err().code(), Code::Unavailable);
	let silent = client.chat(paid(ChatRequest { messages: vec![], ..chat() })).await.unwrap_err();
	assert_eq!(silent.message(), "'messages' is empty");
}

#[tokio::test]
async fn answer_should_be_given_up_when_its_grpc_client_stops_reading() {
	let script = Script::new([endless(), Plan::Answer(say(&["a"]))]);
	let limits =
		Limits { taken_within: Duration::from_millis(300), max_requests: 1, ..Limits::default() };
	let at = door(&script, limits).await;
	let mut client = InferenceClient::connect(format!("http://{at}")).await.unwrap();
	let _unread = client.chat(paid(chat())).await.unwrap();
	script.dropped(1).await;
	// Its place is another one's.
	let mut other = InferenceClient::connect(format!("http://{at}")).await.unwrap();
	let mut answers = other.chat(paid(chat())).await.unwrap().into_inner();
	assert!(answers.message().await.unwrap().is_some());
}

/// Sends nothing that could be read.
#[derive(Default)]
struct Silent;

impl tonic::codec::Codec for Silent {
	type Encode = ();
	type Decode = ();
	type Encoder = Self;
	type Decoder = Self;

	fn encoder(&mut self) -> Self {
		Self
	}

	fn decoder(&mut self) -> Self {
		Self
	}
}

impl tonic::codec::Encoder for Silent {
	type Item = ();
	type Error = Status;

	fn encode(&mut self, (): (), _: &mut tonic::codec::EncodeBuf<'_>) -> Result<(), Status> {
		Ok(())
	}
}

impl tonic::codec::Decoder for Silent {
	type Item = ();
	type Error = Status;

	fn decode(&mut self, _: &mut tonic::codec::DecodeBuf<'_>) -> Result<Option<()>, Status> {
		Ok(None)
	}
}

#[tokio::test]
async fn message_should_be_given_up_when_it_does_not_come() {
	let script = Script::new((0..2_000).map(|_| Plan::Answer(say(&["a"]))));
	let limits =
		Limits { body_within: Duration::from_secs(3), max_uploads: 1, ..Limits::default() };
	let at = door(&script, limits).await;
	let channel = Channel::from_shared(format!("http://{at}")).unwrap().connect().await.unwrap();
	let silent = tokio::spawn(async move {
		let mut grpc = tonic::client::Grpc::new(channel);
		grpc.ready().await.unwrap();
		let path = "/reckon.gateway.v1.Inference/Chat".parse().unwrap();
		let nothing = Request::new(futures::stream::pending());
		grpc.client_streaming(nothing, path, Silent).await.unwrap_err()
	});
	// As long as it is waited for, others are told to come again.
	let mut client = InferenceClient::connect(format!("http://{at}")).await.unwrap();
	let turned_away = async {
		loop {
			if let Err(status) = client.chat(paid(chat())).await {
				return status;
			}
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	};
	let refused = timeout(Duration::from_secs(10), turned_away).await.unwrap();
	assert_eq!(refused.metadata().get("reckon-code").unwrap(), "overloaded");
	let status = timeout(Duration::from_secs(10), silent).await.unwrap().unwrap();
	assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
	assert!(client.chat(paid(chat())).await.is_ok());
}

#[tokio::test]
async fn request_should_have_a_name_when_it_has_an_idempotency_key() {
	let script = Script::new((0..4).map(|_| Plan::Answer(say(&["a"]))));
	let mut client = client(&script).await;
	for name in [None, Some("one"), Some("one")] {
		let mut request = paid(chat());
		if let Some(name) = name {
			request.metadata_mut().insert("idempotency-key", name.parse().unwrap());
		}
		let mut answers = client.chat(request).await.unwrap().into_inner();
		while answers.message().await.unwrap().is_some() {}
	}
	// Over HTTP it has the same.
	let at = serve(&script, Limits::default()).await;
	let ask = post(&at, "/v1/chat/completions", &body()).header("idempotency-key", "one");
	assert_eq!(ask.send().await.unwrap().status(), 200);
	let names: Vec<_> = script.asked().into_iter().map(|ask| ask.repeat).collect();
	assert_eq!((names[0], names[1].is_some()), (None, true));
	assert_eq!(names[1..], [names[1]; 3]);
}
