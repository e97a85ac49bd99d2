//! What clients get, byte for byte where it matters to them.

use reckon_openai::{
	read, Asked, Endpoint, Event, Finish, Head, Logprob, Problem, Reply, Usage, Whole,
};
use serde_json::{json, Value};
use sp_core::H256;

const HEAD: Head = Head { id: H256([0xab; 32]), created: 1_700_000_000 };
const USAGE: Usage = Usage { input: 3, output: 2, charge: 1_000_000_000_000_000_000_000 };

fn reply(endpoint: Endpoint, fields: Value) -> Reply {
	let mut body = json!({
		"model": "org/m",
		"messages": [{ "role": "user", "content": "hi" }],
		"prompt": "hi",
		"input": "hi",
		"max_output_tokens": 9,
	});
	if endpoint == Endpoint::Responses {
		body.as_object_mut().unwrap().remove("prompt");
	}
	body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
	let Asked { reply, .. } = read(endpoint, body.to_string().as_bytes(), |_| 9).unwrap();
	reply
}

fn logprobs() -> Vec<Logprob> {
	vec![
		Logprob { token: b"He".to_vec(), logprob: -0.5, top: vec![(b"He".to_vec(), -0.5)] },
		Logprob { token: vec![0xff], logprob: f32::NEG_INFINITY, top: vec![] },
	]
}

fn whole(reply: &Reply, output: &[u8], finish: Finish) -> Value {
	let logprobs = logprobs();
	let whole = Whole { output, logprobs: &logprobs, finish, usage: USAGE };
	serde_json::from_str(&reply.whole(&HEAD, &whole).unwrap()).unwrap()
}

fn events(reply: Reply, finish: Finish) -> Vec<Event> {
	let logprobs = logprobs();
	let mut events = reply.events(HEAD);
	let mut all = events.start();
	all.extend(events.text("He", &logprobs[..1]));
	all.extend(events.text("y\n", &logprobs[1..]));
	all.extend(events.end(finish, &USAGE));
	all.extend(events.done());
	all
}

/// What an event carries.
fn data(event: &Event) -> Value {
	serde_json::from_str(&event.data).unwrap()
}

fn hex() -> String {
	"ab".repeat(32)
}

#[test]
fn chat_should_be_openais_when_whole() {
	let expected = json!({
		"id": format!("chatcmpl-{}", hex()),
		"object": "chat.completion",
		"created": 1_700_000_000,
		"model": "org/m",
		"choices": [{
			"index": 0,
			"message": { "role": "assistant", "content": "Hey \"you\"", "refusal": null },
			"logprobs": null,
			"finish_reason": "length",
		}],
		"usage": {
			"prompt_tokens": 3,
			"completion_tokens": 2,
			"total_tokens": 5,
			"prompt_tokens_details": { "cached_tokens": 0 },
			"charge": "1000000000000000000000",
		},
	});
	let got = whole(&reply(Endpoint::Chat, json!({})), b"Hey \"you\"", Finish::Length);
	assert_eq!(got, expected);
}

#[test]
fn chat_should_have_probabilities_when_they_were_asked_for() {
	let reply = reply(Endpoint::Chat, json!({ "logprobs": true, "top_logprobs": 1 }));
	let got = whole(&reply, b"He", Finish::Stop);
	let top = json!([{ "token": "He", "logprob": -0.5, "bytes": [72, 101] }]);
	let expected = json!({
		"content": [
			{ "token": "He", "logprob": -0.5, "bytes": [72, 101], "top_logprobs": top },
			{ "token": "\u{fffd}", "logprob": -9999.0, "bytes": [255], "top_logprobs": [] },
		],
		"refusal": null,
	});
	assert_eq!(got["choices"][0]["logprobs"], expected);
}

#[test]
fn chat_should_be_exactly_these_bytes_when_streamed() {
	let id = hex();
	let chunk = |choice: &str| {
		format!(
			"data: {{\"id\":\"chatcmpl-{id}\",\"object\":\"chat.completion.chunk\",\
			 \"created\":1700000000,\"model\":\"org/m\",\"choices\":[{choice}]}}\n\n"
		)
	};
	let expected = [
		chunk(
			r#"{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}"#,
		),
		chunk(r#"{"index":0,"delta":{"content":"He"},"logprobs":null,"finish_reason":null}"#),
		chunk(r#"{"index":0,"delta":{"content":"y\n"},"logprobs":null,"finish_reason":null}"#),
		chunk(r#"{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}"#),
		"data: [DONE]\n\n".to_owned(),
	];
	let got = events(reply(Endpoint::Chat, json!({ "stream": true })), Finish::Stop);
	assert_eq!(got.iter().map(Event::to_sse).collect::<Vec<_>>(), expected);
}

#[test]
fn usage_should_come_last_and_alone_when_it_was_asked_for() {
	let wanted = json!({ "stream": true, "stream_options": { "include_usage": true } });
	for endpoint in [Endpoint::Chat, Endpoint::Completions] {
		let got = events(reply(endpoint, wanted.clone()), Finish::Stop);
		let (done, chunks) = got.split_last().unwrap();
		assert_eq!(done.data, "[DONE]");
		let (last, others) = chunks.split_last().unwrap();
		assert_eq!(data(last)["choices"], json!([]));
		assert_eq!(data(last)["usage"]["total_tokens"], 5);
		for chunk in others {
			assert_eq!(data(chunk).get("usage"), Some(&Value::Null));
			assert_eq!(data(chunk)["choices"].as_array().unwrap().len(), 1);
		}
		let without = events(reply(endpoint, json!({ "stream": true })), Finish::Stop);
		assert!(without[..without.len() - 1]
			.iter()
			.all(|chunk| data(chunk).get("usage").is_none()));
	}
}

#[test]
fn completion_should_be_openais_when_whole() {
	let got = whole(&reply(Endpoint::Completions, json!({ "echo": true })), b" you", Finish::Stop);
	assert_eq!(got["id"], format!("cmpl-{}", hex()));
	assert_eq!(got["object"], "text_completion");
	let choice = json!({ "index": 0, "text": "hi you", "logprobs": null, "finish_reason": "stop" });
	assert_eq!(got["choices"], json!([choice]));
	assert_eq!(got["usage"]["prompt_tokens"], 3);

	let got = whole(&reply(Endpoint::Completions, json!({ "logprobs": 1 })), b"He", Finish::Stop);
	let logprobs = json!({
		"tokens": ["He", "\u{fffd}"],
		"token_logprobs": [-0.5, -9999.0],
		"top_logprobs": [{ "He": -0.5 }, {}],
		"text_offset": [0, 2],
	});
	assert_eq!(got["choices"][0]["logprobs"], logprobs);
}

#[test]
fn completion_should_begin_with_its_prompt_when_streamed_with_echo() {
	let got = events(reply(Endpoint::Completions, json!({ "echo": true })), Finish::Length);
	let texts: Vec<_> =
		got[..4].iter().map(|event| data(event)["choices"][0]["text"].clone()).collect();
	assert_eq!(texts, ["hi", "He", "y\n", ""]);
	assert_eq!(data(&got[3])["choices"][0]["finish_reason"], "length");
	assert_eq!(got[4].data, "[DONE]");
}

#[test]
fn text_offsets_should_go_on_when_streamed() {
	let got = events(reply(Endpoint::Completions, json!({ "logprobs": 1 })), Finish::Stop);
	let offsets: Vec<_> = got[..2]
		.iter()
		.map(|event| data(event)["choices"][0]["logprobs"]["text_offset"].clone())
		.collect();
	assert_eq!(offsets, [json!([0]), json!([2])]);
}

#[test]
fn response_should_be_openais_when_whole() {
	let got =
		whole(&reply(Endpoint::Responses, json!({ "instructions": "x" })), b"Hey", Finish::Stop);
	assert_eq!(got["id"], format!("resp_{}", hex()));
	let expected = json!({
		"object": "response", "created_at": 1_700_000_000, "status": "completed", "error": null,
		"incomplete_details": null, "instructions": "x", "max_output_tokens": 9, "model": "org/m",
		"store": false, "temperature": 1.0, "top_p": 1.0, "tool_choice": "auto", "tools": [],
		"parallel_tool_calls": true, "previous_response_id": null, "truncation": "disabled",
	});
	for (name, value) in expected.as_object().unwrap() {
		assert_eq!(got.get(name), Some(value), "{name}");
	}
	assert_eq!(got["output"][0]["id"], format!("msg_{}", hex()));
	assert_eq!(got["output"][0]["content"][0]["text"], "Hey");
	let usage = json!({
		"input_tokens": 3,
		"input_tokens_details": { "cached_tokens": 0 },
		"output_tokens": 2,
		"output_tokens_details": { "reasoning_tokens": 0 },
		"total_tokens": 5,
		"charge": "1000000000000000000000",
	});
	assert_eq!(got["usage"], usage);

	let got = whole(&reply(Endpoint::Responses, json!({})), b"Hey", Finish::Length);
	assert_eq!(got["status"], "incomplete");
	assert_eq!(got["incomplete_details"], json!({ "reason": "max_output_tokens" }));
}

#[test]
fn response_should_have_openais_events_in_order_when_streamed() {
	let got = events(reply(Endpoint::Responses, json!({ "stream": true })), Finish::Stop);
	let names = [
		"response.created",
		"response.in_progress",
		"response.output_item.added",
		"response.content_part.added",
		"response.output_text.delta",
		"response.output_text.delta",
		"response.output_text.done",
		"response.content_part.done",
		"response.output_item.done",
		"response.completed",
	];
	assert_eq!(got.iter().map(|event| event.name.unwrap()).collect::<Vec<_>>(), names);
	for (number, event) in got.iter().enumerate() {
		assert_eq!(data(event)["sequence_number"], number);
		assert_eq!(data(event)["type"], event.name.unwrap());
		assert!(event.to_sse().starts_with(&format!("event: {}\ndata: {{", event.name.unwrap())));
	}
	assert_eq!(data(&got[0])["response"]["status"], "in_progress");
	assert_eq!(data(&got[0])["response"]["usage"], Value::Null);
	assert_eq!(data(&got[4])["delta"], "He");
	assert_eq!(data(&got[4])["item_id"], format!("msg_{}", hex()));
	assert_eq!(data(&got[6])["text"], "Hey\n");
	assert_eq!(data(&got[7])["part"]["text"], "Hey\n");
	let item = data(&got[8])["item"].clone();
	assert_eq!(item["content"][0]["text"], "Hey\n");
	let response = data(&got[9])["response"].clone();
	assert_eq!(response["output"], json!([item]));
	assert_eq!(response["usage"]["output_tokens"], 2);

	let cut = events(reply(Endpoint::Responses, json!({})), Finish::Length);
	assert_eq!(cut.last().unwrap().name, Some("response.incomplete"));
}

#[test]
fn vectors_should_be_numbers_or_their_bytes_when_asked_for() {
	let output = br#"{"embeddings":[[0.1,-2.5],[1e-8,3]]}"#;
	let float = whole(&reply(Endpoint::Embeddings, json!({})), output, Finish::Stop);
	let numbers = |index: usize| -> Vec<f32> {
		serde_json::from_value(float["data"][index]["embedding"].clone()).unwrap()
	};
	assert_eq!([numbers(0), numbers(1)], [[0.1, -2.5], [1e-8, 3.0]]);
	assert_eq!(float["data"][1]["index"], 1);
	assert_eq!(float["data"][1]["object"], "embedding");
	let whole_of = Whole { output, logprobs: &[], finish: Finish::Stop, usage: USAGE };
	let text = reply(Endpoint::Embeddings, json!({})).whole(&HEAD, &whole_of).unwrap();
	assert!(text.contains(r#""embedding":[0.1,-2.5]"#), "{text}");
	let usage =
		json!({ "prompt_tokens": 3, "total_tokens": 3, "charge": USAGE.charge.to_string() });
	assert_eq!(float["usage"], usage);

	let wanted = json!({ "encoding_format": "base64" });
	let base64 = whole(&reply(Endpoint::Embeddings, wanted), output, Finish::Stop);
	// 0.1 is cd cc cc 3d, -2.5 is 00 00 20 c0.
	assert_eq!(base64["data"][0]["embedding"], "zczMPQAAIMA=");
}

#[test]
fn vectors_should_be_refused_when_a_worker_has_sent_something_else() {
	let reply = reply(Endpoint::Embeddings, json!({}));
	for output in [&b"hello"[..], b"{}", br#"{"embeddings":[["a"]]}"#, b"\xff"] {
		let whole = Whole { output, logprobs: &[], finish: Finish::Stop, usage: USAGE };
		let problem = reply.whole(&HEAD, &whole).unwrap_err();
		assert_eq!((problem.status, problem.code), (500, Some("bad_answer")));
		assert_eq!(problem.headers(), [("x-should-retry", "false".to_owned())]);
	}
}

#[test]
fn stream_should_end_with_the_error_when_it_fails() {
	let problem = Problem::new(503, "server_error", Some("worker_lost"), "it \"died\"");
	let expected = json!({ "error": {
		"message": "it \"died\"", "type": "server_error", "param": null, "code": "worker_lost",
	} });
	for endpoint in [Endpoint::Chat, Endpoint::Completions] {
		let mut events = reply(endpoint, json!({})).events(HEAD);
		let event = events.problem(&problem);
		assert_eq!((event.name, data(&event)), (None, expected.clone()));
	}
	let mut events = reply(Endpoint::Responses, json!({})).events(HEAD);
	let before = events.start().len();
	let event = events.problem(&problem);
	assert_eq!(event.name, Some("error"));
	let data = data(&event);
	assert_eq!(data["sequence_number"], before);
	assert_eq!((&data["type"], &data["code"]), (&json!("error"), &json!("worker_lost")));
	assert_eq!(data["error"]["message"], "it \"died\"");
}

#[test]
fn problem_should_say_when_to_come_again_when_it_knows() {
	let problem = Problem {
		retry_after_ms: Some(1500),
		retry: Some(true),
		param: Some("n".into()),
		..Problem::new(429, "rate_limit_exceeded", None, "slowly")
	};
	let headers = [("retry-after", "2"), ("retry-after-ms", "1500"), ("x-should-retry", "true")];
	assert_eq!(problem.headers(), headers.map(|(name, value)| (name, value.to_owned())));
	let body =
		r#"{"error":{"message":"slowly","type":"rate_limit_exceeded","param":"n","code":null}}"#;
	assert_eq!(problem.body(), body);
}

const ANSWER: &str = r#"So. <tool_call>{"name":"f","arguments":{"b":1, "a":2}}</tool_call>"#;
const ARGUMENTS: &str = r#"{"b":1, "a":2}"#;

fn with_tools(endpoint: Endpoint) -> Reply {
	let tools = match endpoint {
		Endpoint::Responses => json!([{ "type": "function", "name": "f", "parameters": {} }]),
		_ => json!([{ "type": "function", "function": { "name": "f", "parameters": {} } }]),
	};
	reply(
		endpoint,
		json!({ "tools": tools, "stream": true, "stream_options": { "include_usage": true } }),
	)
}

/// All events of an answer that comes in such pieces.
fn told(reply: Reply, answer: &str, piece: usize) -> Vec<Event> {
	let mut events = reply.events(HEAD);
	let mut all = events.start();
	for piece in answer.as_bytes().chunks(piece) {
		all.extend(events.text(std::str::from_utf8(piece).unwrap(), &[]));
	}
	all.extend(events.end(Finish::Stop, &USAGE));
	all
}

fn call_id() -> &'static str {
	"vFcA644Tb"
}

#[test]
fn one_call_should_be_told_when_the_client_wants_one() {
	let call = r#"<tool_call>{"name":"f","arguments":{}}</tool_call>"#;
	let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
	let calls = |parallel: Value| {
		let reply =
			reply(Endpoint::Chat, json!({ "tools": tools, "parallel_tool_calls": parallel }));
		let got = whole(&reply, format!("{call}\n{call}").as_bytes(), Finish::Stop);
		got["choices"][0]["message"]["tool_calls"].as_array().unwrap().len()
	};
	assert_eq!([calls(Value::Null), calls(json!(true)), calls(json!(false))], [2, 2, 1]);
}

#[test]
fn call_should_be_said_to_be_cut_off_when_the_answer_is() {
	let got = whole(&with_tools(Endpoint::Chat), ANSWER.as_bytes(), Finish::Length);
	assert_eq!(got["choices"][0]["finish_reason"], "length");
	let got = whole(&with_tools(Endpoint::Responses), ANSWER.as_bytes(), Finish::Length);
	assert_eq!(
		(&got["status"], &got["output"][0]["status"]),
		(&json!("incomplete"), &json!("incomplete"))
	);
}

#[test]
fn chat_should_have_openais_calls_when_whole() {
	let got = whole(&with_tools(Endpoint::Chat), ANSWER.as_bytes(), Finish::Stop);
	let function = json!({ "name": "f", "arguments": ARGUMENTS });
	let expected = json!({
		"role": "assistant",
		"content": "So. ",
		"refusal": null,
		"tool_calls": [{ "id": call_id(), "type": "function", "function": function }],
		"reckon_output": ANSWER,
	});
	assert_eq!(got["choices"][0]["message"], expected);
	assert_eq!(got["choices"][0]["finish_reason"], "tool_calls");
	let bare = format!(r#"{{"name":"f","arguments":{ARGUMENTS}}}"#);
	let got = whole(&with_tools(Endpoint::Chat), bare.as_bytes(), Finish::Stop);
	assert_eq!(got["choices"][0]["message"]["content"], Value::Null);
	// Without tools it is what the client has asked for.
	let got = whole(&reply(Endpoint::Chat, json!({})), bare.as_bytes(), Finish::Stop);
	assert_eq!(got["choices"][0]["message"]["content"], bare);
	assert_eq!(got["choices"][0]["finish_reason"], "stop");
}

#[test]
fn chat_should_have_openais_calls_when_streamed() {
	for piece in [1, 5, ANSWER.len()] {
		let got = told(with_tools(Endpoint::Chat), ANSWER, piece);
		let deltas: Vec<Value> =
			got.iter().map(|event| data(event)["choices"][0]["delta"].clone()).collect();
		let said: String = deltas.iter().filter_map(|delta| delta["content"].as_str()).collect();
		assert_eq!(said, "So. ");
		let written: String =
			deltas.iter().filter_map(|delta| delta["reckon_output"].as_str()).collect();
		assert_eq!(format!("{said}{written}"), ANSWER);
		let calls: Vec<&Value> = deltas
			.iter()
			.map(|delta| &delta["tool_calls"])
			.filter(|calls| !calls.is_null())
			.collect();
		let begun = json!({ "index": 0, "id": call_id(), "type": "function",
			"function": { "name": "f", "arguments": "" } });
		let arguments = json!({ "index": 0, "function": { "arguments": ARGUMENTS } });
		assert_eq!(calls, [&json!([begun]), &json!([arguments])]);
		let why = &data(&got[got.len() - 2])["choices"][0]["finish_reason"];
		assert_eq!(why, "tool_calls");
	}
}

#[test]
fn response_should_have_openais_calls_in_order() {
	let item = json!({
		"id": format!("fc_{}_0", hex()), "type": "function_call", "status": "completed",
		"call_id": call_id(), "name": "f", "arguments": ARGUMENTS,
	});
	let got = whole(&with_tools(Endpoint::Responses), ANSWER.as_bytes(), Finish::Stop);
	assert_eq!(got["output"][0]["content"][0]["text"], "So. ");
	assert_eq!(got["output"][1], item);
	assert_eq!(got["reckon_output"], ANSWER);
	assert_eq!(got["tools"][0]["name"], "f");

	let got = told(with_tools(Endpoint::Responses), ANSWER, 7);
	let names = [
		"response.created",
		"response.in_progress",
		"response.output_item.added",
		"response.content_part.added",
		"response.output_text.delta",
		"response.output_text.done",
		"response.content_part.done",
		"response.output_item.done",
		"response.output_item.added",
		"response.function_call_arguments.delta",
		"response.function_call_arguments.done",
		"response.output_item.done",
		"response.completed",
	];
	assert_eq!(got.iter().map(|event| event.name.unwrap()).collect::<Vec<_>>(), names);
	assert_eq!(data(&got[8])["item"]["arguments"], "");
	assert_eq!(data(&got[8])["output_index"], 1);
	assert_eq!(data(&got[10])["arguments"], ARGUMENTS);
	assert_eq!(data(&got[11])["item"], item);
	assert_eq!(data(&got[12])["response"]["output"][1], item);

	// A call alone has no message beside it.
	let bare = format!(r#"{{"name":"f","arguments":{ARGUMENTS}}}"#);
	let got = told(with_tools(Endpoint::Responses), &bare, 7);
	assert_eq!(data(&got[2])["item"]["type"], "function_call");
	assert_eq!(data(&got[2])["output_index"], 0);
	assert_eq!(data(&got[2])["reckon_output"], bare);
	assert_eq!(data(got.last().unwrap())["response"]["output"], json!([item]));
}

#[test]
fn what_is_no_call_after_all_should_be_told_as_text() {
	for answer in [r#"{"name":"other","arguments":{}}"#, "<tool_call>f(1)</tool_call>", "[1]", " "]
	{
		for endpoint in [Endpoint::Chat, Endpoint::Responses] {
			let got = told(with_tools(endpoint), answer, 3);
			let said: String = got
				.iter()
				.map(data)
				.filter_map(|event| match endpoint {
					Endpoint::Chat => {
						event["choices"][0]["delta"]["content"].as_str().map(str::to_owned)
					},
					_ => (event["type"] == "response.output_text.delta")
						.then(|| event["delta"].as_str().unwrap().to_owned()),
				})
				.collect();
			assert_eq!(said, answer);
		}
	}
}
