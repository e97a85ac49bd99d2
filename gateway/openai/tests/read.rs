//! What bodies are read as.

use reckon_openai::{
	default_max_tokens, read, references, resolve, salt_of, Answered, Asked, Endpoint, Head, Order,
	Problem, References, Spoken, MAX_PAYLOAD_BYTES,
};
use reckon_primitives::{Sampling, TaskKind};
use serde_json::{json, Value};
use sp_core::H256;

const MAX: u32 = 77;

fn ask(endpoint: Endpoint, body: &Value) -> Result<Asked, Problem> {
	read(endpoint, body.to_string().as_bytes(), |_| MAX)
}

fn order(endpoint: Endpoint, body: Value) -> Order {
	ask(endpoint, &body).unwrap_or_else(|problem| panic!("{body}: {problem}")).order
}

fn payload(endpoint: Endpoint, body: Value) -> String {
	String::from_utf8(order(endpoint, body).payload).unwrap()
}

/// A chat with these fields beside.
fn chat(fields: Value) -> Value {
	with(json!({ "model": "m", "messages": [{ "role": "user", "content": "hi" }] }), fields)
}

fn completion(fields: Value) -> Value {
	with(json!({ "model": "m", "prompt": "once" }), fields)
}

fn response(fields: Value) -> Value {
	with(json!({ "model": "m", "input": "hi" }), fields)
}

fn embedding(fields: Value) -> Value {
	with(json!({ "model": "m", "input": ["a", "b"] }), fields)
}

fn with(mut body: Value, fields: Value) -> Value {
	body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
	body
}

#[test]
fn chat_should_have_openais_defaults_when_it_says_nothing() {
	let expected = Order {
		model: "m".into(),
		task: TaskKind::Chat,
		payload: br#"{"messages":[{"role":"user","content":"hi"}]}"#.to_vec(),
		instructed: false,
		sampling: Sampling {
			max_output: MAX,
			temperature_milli: 1000,
			top_k: 0,
			top_p_milli: 1000,
			salt: H256::zero(),
		},
		seeded: false,
		presence_milli: 0,
		frequency_milli: 0,
		logprobs: None,
	};
	assert_eq!(order(Endpoint::Chat, chat(json!({}))), expected);
	let nulls = json!({
		"temperature": null, "max_tokens": null, "stop": null, "n": null, "seed": null,
		"stream": null, "stream_options": null, "tools": null, "tool_choice": null,
		"logit_bias": null, "response_format": null, "logprobs": null, "modalities": null,
	});
	assert_eq!(order(Endpoint::Chat, chat(nulls)), expected);
}

#[test]
fn chat_should_take_all_its_fields_when_they_are_there() {
	let body = chat(json!({
		"max_tokens": 5, "max_completion_tokens": 9, "temperature": 0.7, "top_p": 0.95, "top_k": 40,
		"presence_penalty": -0.5, "frequency_penalty": 1.25, "seed": -3, "stop": ["b", "a", "b"],
		"logprobs": true, "top_logprobs": 4, "stream": true,
		"stream_options": { "include_usage": true },
	}));
	let Asked { order, reply } = ask(Endpoint::Chat, &body).unwrap();
	assert!(reply.is_stream());
	assert!(order.seeded);
	let sampling = Sampling {
		max_output: 9,
		temperature_milli: 700,
		top_k: 40,
		top_p_milli: 950,
		salt: salt_of(-3),
	};
	assert_eq!(order.sampling, sampling);
	assert_eq!((order.presence_milli, order.frequency_milli), (-500, 1250));
	assert_eq!(order.logprobs, Some(4));
	let payload = br#"{"messages":[{"role":"user","content":"hi"}],"stop":["a","b"]}"#;
	assert_eq!(order.payload, payload);
}

#[test]
fn salt_should_be_the_same_everywhere_when_the_seed_is() {
	let salt = "0x7e3b6e2c7127c81f7d03630996715adc5dcc05d6b0ec617f2fde134f40f0d529";
	assert_eq!(format!("{:?}", salt_of(42)), salt);
	assert_ne!(salt_of(42), salt_of(-42));
	let of = |seed: Value| order(Endpoint::Chat, chat(json!({ "seed": seed }))).sampling.salt;
	assert_eq!(of(json!(u64::MAX)), salt_of(u64::MAX.into()));
	assert_eq!(of(json!(i64::MIN)), salt_of(i64::MIN.into()));
}

#[test]
fn messages_should_be_canonical_when_said_in_other_ways() {
	let said = json!({ "messages": [
		{ "role": "developer", "content": "be brief", "name": "x" },
		{ "role": "user", "content": [{ "type": "text", "text": "a" }, { "type": "input_text", "text": "b" }] },
		{ "role": "assistant", "content": null, "tool_calls": [
			{ "id": "1", "type": "function", "function": { "name": "f", "arguments": "{\"x\":1}" } },
		] },
		{ "role": "tool", "tool_call_id": "1", "content": "2" },
		{ "role": "function", "name": "f", "content": "3" },
		{ "role": "assistant", "content": [{ "type": "refusal", "refusal": "no" }] },
	] });
	let plain = concat!(
		r#"{"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"ab"},"#,
		r#"{"role":"assistant","content":"","tool_calls":[{"id":"1","type":"function","#,
		r#""function":{"name":"f","arguments":"{\"x\":1}"}}]},"#,
		r#"{"role":"tool","content":"2","tool_call_id":"1"},"#,
		r#"{"role":"tool","content":"3","name":"f"},{"role":"assistant","content":"no"}]}"#,
	);
	assert_eq!(payload(Endpoint::Chat, chat(said)), plain);
}

#[test]
fn tools_of_other_types_and_unknown_fields_should_be_ignored() {
	let fields = json!({
		"tools": [{ "type": "namespace", "anything": {} }, { "type": "web_search" }],
		"tool_choice": "auto", "parallel_tool_calls": true, "functions": [], "function_call": "none",
		"reasoning_effort": "high", "user": "u", "store": true, "metadata": { "a": "b" },
		"service_tier": "auto", "n": 1, "logit_bias": {}, "modalities": ["text"],
		"response_format": { "type": "text" }, "no_such_field": [1, { "x": null }],
	});
	assert_eq!(order(Endpoint::Chat, chat(fields)), order(Endpoint::Chat, chat(json!({}))));
}

#[test]
fn completion_should_be_an_order_when_its_prompt_is_one_text() {
	let plain = order(Endpoint::Completions, completion(json!({ "stop": "\n", "logprobs": 0 })));
	assert_eq!(plain.task, TaskKind::Complete);
	assert_eq!(plain.logprobs, Some(0));
	assert_eq!(plain.payload, br#"{"prompt":"once","stop":["\n"]}"#);
	let listed = json!({ "prompt": ["once"], "suffix": "", "best_of": 1, "echo": true });
	assert_eq!(payload(Endpoint::Completions, completion(listed)), r#"{"prompt":"once"}"#);
}

#[test]
fn embedding_should_be_an_order_when_its_input_is_text() {
	let many = order(Endpoint::Embeddings, embedding(json!({ "encoding_format": "base64" })));
	assert_eq!(many.task, TaskKind::Embed);
	assert_eq!(many.sampling.max_output, 0);
	assert_eq!(many.payload, br#"{"input":["a","b"]}"#);
	let one = payload(Endpoint::Embeddings, embedding(json!({ "input": "a", "stream": true })));
	assert_eq!(one, r#"{"input":["a"]}"#);
}

#[test]
fn response_should_be_a_chat_when_its_items_can_be_read() {
	let body = response(json!({
		"instructions": "be brief", "max_output_tokens": 12, "store": false,
		"include": ["reasoning.encrypted_content"], "prompt_cache_key": "k",
		"client_metadata": { "a": "b" }, "reasoning": { "effort": "low" },
		"text": { "format": { "type": "text" }, "verbosity": "low" },
		"input": [
			{ "type": "message", "role": "developer", "content": [{ "type": "input_text", "text": "d" }] },
			{ "role": "user", "content": "hi" },
			{ "type": "reasoning", "summary": [] },
			{ "type": "function_call", "call_id": "1", "name": "f", "arguments": "{}" },
			{ "type": "function_call_output", "call_id": "1", "output": "2" },
			{ "type": "web_search_call", "id": "w" },
		],
	}));
	let order = order(Endpoint::Responses, body);
	assert_eq!(order.task, TaskKind::Chat);
	assert_eq!(order.sampling.max_output, 12);
	assert_eq!(order.logprobs, None);
	let plain = concat!(
		r#"{"messages":[{"role":"system","content":"be brief"},{"role":"system","content":"d"},"#,
		r#"{"role":"user","content":"hi"},{"role":"assistant","content":"","tool_calls":"#,
		r#"[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},"#,
		r#"{"role":"tool","content":"2","tool_call_id":"1"}]}"#,
	);
	assert_eq!(String::from_utf8(order.payload).unwrap(), plain);
}

#[test]
fn response_should_have_probabilities_when_it_includes_them() {
	let included = json!({ "include": ["message.output_text.logprobs"], "top_logprobs": 3 });
	assert_eq!(order(Endpoint::Responses, response(included)).logprobs, Some(3));
}

#[test]
fn body_should_be_refused_with_the_field_when_its_type_is_wrong() {
	use Endpoint::{Chat, Completions, Embeddings, Responses};
	let cases = [
		(Chat, chat(json!({ "model": 5 })), "model", "'model' must be a string"),
		(Chat, chat(json!({ "messages": "hi" })), "messages", "'messages' must be an array"),
		(Chat, chat(json!({ "messages": [5] })), "messages[0]", "'messages[0]' must be an object"),
		(
			Chat,
			chat(json!({ "messages": [{ "role": "user", "content": 5 }] })),
			"messages[0].content",
			"'messages[0].content' must be a string or an array of parts",
		),
		(
			Chat,
			chat(
				json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": 1 }] }] }),
			),
			"messages[0].content[0].text",
			"'messages[0].content[0].text' must be a string",
		),
		(
			Chat,
			chat(json!({ "temperature": "0" })),
			"temperature",
			"'temperature' must be a number",
		),
		(Chat, chat(json!({ "max_tokens": 1.5 })), "max_tokens", "'max_tokens' must be an integer"),
		(Chat, chat(json!({ "seed": 1.5 })), "seed", "'seed' must be an integer of 64 bits"),
		(Chat, chat(json!({ "stream": "yes" })), "stream", "'stream' must be a boolean"),
		(
			Chat,
			chat(json!({ "stream_options": { "include_usage": 1 } })),
			"stream_options.include_usage",
			"'stream_options.include_usage' must be a boolean",
		),
		(Chat, chat(json!({ "stop": [1] })), "stop", "'stop' must be a string"),
		(Chat, chat(json!({ "tools": {} })), "tools", "'tools' must be an array"),
		(Chat, chat(json!({ "logit_bias": [] })), "logit_bias", "'logit_bias' must be an object"),
		(Completions, completion(json!({ "prompt": 1 })), "prompt", "'prompt' must be a string"),
		(Completions, completion(json!({ "echo": 1 })), "echo", "'echo' must be a boolean"),
		(
			Responses,
			response(json!({ "input": 1 })),
			"input",
			"'input' must be a string or an array of items",
		),
		(
			Responses,
			response(json!({ "instructions": ["x"] })),
			"instructions",
			"'instructions' must be a string",
		),
		(
			Embeddings,
			embedding(json!({ "input": ["a", 1] })),
			"input[1]",
			"'input[1]' must be a string",
		),
	];
	for (endpoint, body, param, message) in cases {
		let problem = ask(endpoint, &body).unwrap_err();
		let code = Some("invalid_type");
		assert_eq!(problem, Problem { code, ..Problem::invalid(param, message) }, "{body}");
	}
}

#[test]
fn body_should_be_refused_with_the_field_when_its_value_is_out_of_range() {
	use Endpoint::{Chat, Completions, Embeddings, Responses};
	let long = "x".repeat(257);
	let cases = [
		(
			Chat,
			chat(json!({ "temperature": 2.1 })),
			"temperature",
			"'temperature' must be from 0 to 2",
		),
		(
			Chat,
			chat(json!({ "temperature": -1 })),
			"temperature",
			"'temperature' must be from 0 to 2",
		),
		(Chat, chat(json!({ "top_p": 1.01 })), "top_p", "'top_p' must be from 0 to 1"),
		(Chat, chat(json!({ "top_k": 65 })), "top_k", "'top_k' must be from 0 to 64"),
		(
			Chat,
			chat(json!({ "max_tokens": 0 })),
			"max_tokens",
			"'max_tokens' must be from 1 to 4294967295",
		),
		(
			Chat,
			chat(json!({ "max_tokens": -1 })),
			"max_tokens",
			"'max_tokens' must be from 1 to 4294967295",
		),
		(
			Chat,
			chat(json!({ "presence_penalty": 3 })),
			"presence_penalty",
			"'presence_penalty' must be from -2 to 2",
		),
		(
			Chat,
			chat(json!({ "logprobs": true, "top_logprobs": 21 })),
			"top_logprobs",
			"'top_logprobs' must be from 0 to 20",
		),
		(
			Chat,
			chat(json!({ "top_logprobs": 2 })),
			"top_logprobs",
			"'top_logprobs' needs 'logprobs' to be true",
		),
		(Chat, chat(json!({ "messages": [] })), "messages", "'messages' is empty"),
		(
			Chat,
			chat(json!({ "messages": vec![json!({ "role": "user", "content": "" }); 1025] })),
			"messages",
			"'messages' has 1025 items, 1024 are taken",
		),
		(
			Chat,
			chat(json!({ "messages": [{ "role": "admin", "content": "" }] })),
			"messages[0].role",
			"'messages[0].role' must be system, developer, user, assistant, tool or function",
		),
		(
			Chat,
			chat(json!({ "stop": ["1", "2", "3", "4", "5"] })),
			"stop",
			"'stop' has 5 strings, 4 are taken",
		),
		(
			Chat,
			chat(json!({ "stop": "" })),
			"stop",
			"each string of 'stop' must have from 1 to 256 bytes",
		),
		(
			Chat,
			chat(json!({ "stop": long })),
			"stop",
			"each string of 'stop' must have from 1 to 256 bytes",
		),
		(Chat, chat(json!({ "model": "" })), "model", "'model' must have from 1 to 256 bytes"),
		(Chat, chat(json!({ "model": long })), "model", "'model' must have from 1 to 256 bytes"),
		(Completions, completion(json!({ "prompt": [] })), "prompt", "'prompt' is empty"),
		(Embeddings, embedding(json!({ "input": [] })), "input", "'input' is empty"),
		(
			Embeddings,
			embedding(json!({ "input": vec!["a"; 2049] })),
			"input",
			"'input' has 2049 texts, 2048 are taken",
		),
		(
			Embeddings,
			embedding(json!({ "encoding_format": "hex" })),
			"encoding_format",
			"'encoding_format' must be float or base64",
		),
		(
			Responses,
			response(json!({ "input": [{ "type": "reasoning" }] })),
			"input",
			"'input' has nothing that a model can read",
		),
	];
	for (endpoint, body, param, message) in cases {
		assert_eq!(ask(endpoint, &body).unwrap_err(), Problem::invalid(param, message), "{body}");
	}
}

#[test]
fn body_should_be_refused_as_unsupported_when_no_worker_does_what_it_asks() {
	use Endpoint::{Chat, Completions, Embeddings, Responses};
	let image = json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": {} }] }]);
	let other = json!({ "type": "grammar" });
	let cases = [
		(Chat, chat(json!({ "n": 2 })), "n"),
		(Chat, chat(json!({ "tool_choice": { "type": "custom" } })), "tool_choice.type"),
		(Chat, chat(json!({ "function_call": { "name": "f" } })), "function_call"),
		(Chat, chat(json!({ "response_format": other })), "response_format.type"),
		(Chat, chat(json!({ "logit_bias": { "5": 1 } })), "logit_bias"),
		(Chat, chat(json!({ "modalities": ["text", "audio"] })), "modalities"),
		(Chat, chat(json!({ "audio": {} })), "audio"),
		(Chat, chat(json!({ "messages": image })), "messages[0].content[0].type"),
		(Completions, completion(json!({ "suffix": "end" })), "suffix"),
		(Completions, completion(json!({ "best_of": 3 })), "best_of"),
		(Completions, completion(json!({ "prompt": [1, 2] })), "prompt"),
		(Completions, completion(json!({ "prompt": [[1, 2]] })), "prompt"),
		(Completions, completion(json!({ "prompt": ["a", "b"] })), "prompt"),
		(Completions, completion(json!({ "echo": true, "logprobs": 1 })), "echo"),
		(Responses, response(json!({ "conversation": "c" })), "conversation"),
		(Responses, response(json!({ "prompt": { "id": "p" } })), "prompt"),
		(Responses, response(json!({ "background": true })), "background"),
		(
			Responses,
			response(json!({ "text": { "format": { "type": "grammar" } } })),
			"text.format.type",
		),
		(
			Responses,
			response(json!({ "tool_choice": { "type": "web_search" } })),
			"tool_choice.type",
		),
		(Embeddings, embedding(json!({ "dimensions": 256 })), "dimensions"),
		(Embeddings, embedding(json!({ "input": [1, 2] })), "input"),
		(Embeddings, embedding(json!({ "input": [[1, 2]] })), "input"),
	];
	for (endpoint, body, param) in cases {
		let problem = ask(endpoint, &body).unwrap_err();
		let got = (problem.status, problem.code, problem.param.as_deref());
		assert_eq!(got, (400, Some("unsupported_parameter"), Some(param)), "{body}");
	}
}

/// An answer to a request without tools.
fn answered(answer: &str) -> Answered {
	Spoken { payload: vec![], instructed: false, answer: answer.into() }.into()
}

#[test]
fn answer_should_be_read_where_it_is_referred_to() {
	let (known, unknown) = (H256([0xab; 32]), H256([0xcd; 32]));
	let refer = |id: H256| json!({ "type": "item_reference", "id": format!("msg_{id:x}") });
	let user = json!({ "role": "user", "content": "and then?" });
	let body = |items: &[Value]| response(json!({ "input": items, "seed": u64::MAX })).to_string();
	let good = body(&[user.clone(), refer(known), user.clone()]);
	let items = |ids: &[H256]| References { items: ids.iter().copied().collect(), previous: None };
	assert_eq!(references(good.as_bytes()), items(&[known]));
	let answers = [(known, answered("a \"harbor\""))].into();
	let resolved = resolve(good.as_bytes(), &answers, None).unwrap();
	let asked = read(Endpoint::Responses, &resolved, |_| MAX).unwrap().order;
	let payload = concat!(
		r#"{"messages":[{"role":"user","content":"and then?"},"#,
		r#"{"role":"assistant","content":"a \"harbor\""},{"role":"user","content":"and then?"}]}"#,
	);
	assert_eq!(String::from_utf8(asked.payload).unwrap(), payload);
	assert_eq!(asked.sampling.salt, salt_of(u64::MAX.into()));

	let bad = body(&[user.clone(), refer(known), refer(unknown)]);
	assert_eq!(references(bad.as_bytes()), items(&[known, unknown]));
	let resolved = resolve(bad.as_bytes(), &answers, None).unwrap();
	let problem = read(Endpoint::Responses, &resolved, |_| MAX).unwrap_err();
	let found = (problem.status, problem.kind, problem.code, problem.param.as_deref());
	let (kind, code) = ("invalid_request_error", Some("item_not_found"));
	assert_eq!(found, (404, kind, code, Some("input[2].id")));
	assert!(problem.message.contains(&format!("msg_{unknown:x}")), "{problem}");

	// One answer, many times.
	let long = [(known, answered(&"x".repeat(MAX_PAYLOAD_BYTES / 2)))].into();
	let three = body(&[refer(known), refer(known), refer(known)]);
	assert_eq!(
		resolve(three.as_bytes(), &long, None).unwrap_err().code,
		Some("string_above_max_length")
	);

	for strange in [
		"",
		"[]",
		"{}",
		r#"{"input":"item_reference"}"#,
		r#"{"input":[{"type":"item_reference"}]}"#,
	] {
		assert_eq!(references(strange.as_bytes()), items(&[]), "{strange}");
		assert_eq!(
			resolve(strange.as_bytes(), &answers, None).unwrap(),
			strange.as_bytes(),
			"{strange}"
		);
	}
	for id in [
		"x",
		"msg_",
		"msg_0xab",
		&format!("resp_{known:x}"),
		&format!("msg_0x{:.62}", "ab".repeat(31)),
	] {
		let refers = body(&[json!({ "type": "item_reference", "id": id })]);
		assert_eq!(references(refers.as_bytes()), items(&[]), "{id}");
	}
}

#[test]
fn body_should_be_refused_when_it_is_not_an_object_of_json() {
	let refused = |body: &[u8]| read(Endpoint::Chat, body, |_| MAX).unwrap_err().to_string();
	assert_eq!(refused(b"[]"), "the body must be a JSON object");
	assert!(refused(b"").starts_with("the body is not JSON: EOF"));
	assert!(refused(b"{\"model\":").starts_with("the body is not JSON: EOF"));
	assert!(refused(b"{\"model\":\"\xff\"}").starts_with("the body is not JSON: invalid unicode"));
	let deep = format!("{{\"model\":\"m\",\"messages\":{}", "[".repeat(100_000));
	assert!(refused(deep.as_bytes()).starts_with("the body is not JSON: recursion limit"));
}

#[test]
fn field_should_be_missed_when_an_endpoint_needs_it() {
	use Endpoint::{Chat, Completions, Embeddings, Responses};
	let needs =
		[(Chat, "messages"), (Completions, "prompt"), (Responses, "input"), (Embeddings, "input")];
	for (endpoint, name) in needs {
		for (body, param) in [(json!({}), "model"), (json!({ "model": "m" }), name)] {
			let problem = ask(endpoint, &body).unwrap_err();
			let code = Some("missing_required_parameter");
			let message = format!("'{param}' is missing");
			assert_eq!(problem, Problem { code, ..Problem::invalid(param, message) });
		}
	}
	let silent = chat(json!({ "messages": [{ "role": "user" }] }));
	let problem = ask(Chat, &silent).unwrap_err();
	assert_eq!(problem.param.as_deref(), Some("messages[0].content"));
}

#[test]
fn prompt_should_be_refused_when_workers_would_not_read_it() {
	let body = completion(json!({ "prompt": "x".repeat(MAX_PAYLOAD_BYTES) }));
	let problem = ask(Endpoint::Completions, &body).unwrap_err();
	assert_eq!(problem.code, Some("string_above_max_length"));
	assert_eq!(problem.param.as_deref(), Some("prompt"));
	assert_eq!(problem.message, "the prompt has 1048589 bytes, 1048576 are taken");
}

#[test]
fn top_k_should_leave_nothing_out_when_it_is_0_or_vllms_minus_1() {
	let of = |top_k: Value| ask(Endpoint::Chat, &chat(json!({ "top_k": top_k })));
	let good =
		[json!(null), json!(0), json!(-1)].map(|top_k| of(top_k).unwrap().order.sampling.top_k);
	assert_eq!(good, [0; 3]);
	for bad in [json!(-2), json!(65), json!(-1.5), json!("-1")] {
		assert_eq!(of(bad).unwrap_err().param.as_deref(), Some("top_k"));
	}
}

#[test]
fn default_max_tokens_should_leave_room_for_the_prompt_when_the_context_is_short() {
	let of = |context| default_max_tokens(context);
	assert_eq!([of(0), of(1), of(512), of(4096)], [1, 1, 256, 2048]);
	assert_eq!([of(8192), of(131_072), of(u32::MAX)], [4096; 3]);
	let body = chat(json!({ "model": "small" }));
	let asked = read(Endpoint::Chat, body.to_string().as_bytes(), |model| {
		assert_eq!(model, "small");
		9
	});
	assert_eq!(asked.unwrap().order.sampling.max_output, 9);
}

#[test]
fn conversation_should_go_on_from_a_response_without_its_instructions() {
	let (known, item) = (H256([0xab; 32]), H256([0xcd; 32]));
	let id = |id: H256| format!("resp_{id:x}");
	let user = |text: &str| json!({ "role": "user", "content": text });
	let asked = |body: &Value| read(Endpoint::Responses, body.to_string().as_bytes(), |_| MAX);
	let first = json!({ "model": "m", "instructions": "Be short.", "input":
		[{ "role": "system", "content": "You sail." }, user("hi"), { "type": "function_call_output", "output": "3" }] });
	let first = asked(&first).unwrap().order;
	assert!(first.instructed);
	let spoken =
		|instructed| Spoken { payload: first.payload.clone(), instructed, answer: "ahoy".into() };
	let answers = [(item, Answered::from(spoken(false)))].into();
	let before = concat!(
		r#"{"role":"system","content":"You sail."},{"role":"user","content":"hi"},"#,
		r#"{"role":"tool","content":"3"},{"role":"assistant","content":"ahoy"}"#,
	);
	let refer = json!({ "type": "item_reference", "id": format!("msg_{item:x}") });
	for (body, ids, messages) in [
		(
			json!({ "input": "where?" }),
			References { items: [].into(), previous: Some(known) },
			format!(r#"{before},{{"role":"user","content":"where?"}}"#),
		),
		(
			json!({ "input": [refer, user("where?")], "instructions": "Be long." }),
			References { items: [item].into(), previous: Some(known) },
			format!(
				r#"{{"role":"system","content":"Be long."}},{before},{{"role":"assistant","content":"ahoy"}},{{"role":"user","content":"where?"}}"#
			),
		),
	] {
		let body =
			with(with(body, json!({ "model": "m" })), json!({ "previous_response_id": id(known) }));
		assert_eq!(references(body.to_string().as_bytes()), ids);
		let resolved = resolve(body.to_string().as_bytes(), &answers, Some(&spoken(true))).unwrap();
		let Asked { order, reply } = read(Endpoint::Responses, &resolved, |_| MAX).unwrap();
		let payload = format!(r#"{{"messages":[{messages}]}}"#);
		assert_eq!(String::from_utf8(order.payload).unwrap(), payload);
		assert_eq!(order.instructed, body.get("instructions").is_some());
		let start = reply.events(Head { id: known, created: 1 }).start();
		assert!(start[0].data.contains(&format!(r#""previous_response_id":"{}""#, id(known))));
		// Resolved again, by the next one that reads it, it is the same.
		assert_eq!(references(&resolved), References::default());
	}

	let go_on = |id: String| with(response(json!({})), json!({ "previous_response_id": id }));
	for stranger in [id(H256([1; 32])), "resp_1".into(), "x".into(), format!("msg_{known:x}")] {
		let body = go_on(stranger.clone());
		let resolved = resolve(body.to_string().as_bytes(), &answers, None).unwrap();
		let problem = read(Endpoint::Responses, &resolved, |_| MAX).unwrap_err();
		let found = (problem.status, problem.code, problem.param.as_deref());
		let code = Some("previous_response_not_found");
		assert_eq!(found, (400, code, Some("previous_response_id")), "{stranger}");
		assert!(problem.message.contains(&stranger), "{problem}");
	}
	let problem = asked(&go_on(String::new())).unwrap_err();
	assert_eq!(problem.code, Some("previous_response_not_found"));
	let typed = with(response(json!({})), json!({ "previous_response_id": 1 }));
	assert_eq!(asked(&typed).unwrap_err().code, Some("invalid_type"));

	// What was no conversation can't be gone on from, and what is too long neither.
	let body = go_on(id(known)).to_string();
	let text = Spoken { payload: br#"{"prompt":"hi"}"#.to_vec(), ..spoken(false) };
	let resolved = resolve(body.as_bytes(), &answers, Some(&text)).unwrap();
	let problem = read(Endpoint::Responses, &resolved, |_| MAX).unwrap_err();
	assert_eq!(problem.code, Some("previous_response_not_found"));
	let long = Spoken { answer: "x".repeat(MAX_PAYLOAD_BYTES), ..spoken(false) };
	let resolved = resolve(body.as_bytes(), &answers, Some(&long)).unwrap();
	let problem = read(Endpoint::Responses, &resolved, |_| MAX).unwrap_err();
	assert_eq!(problem.code, Some("string_above_max_length"));
	// A body that says nothing is wrong in that.
	for input in [Value::Null, json!(3)] {
		let body = with(go_on(id(known)), json!({ "input": input })).to_string();
		let resolved = resolve(body.as_bytes(), &answers, Some(&spoken(true))).unwrap();
		let problem = read(Endpoint::Responses, &resolved, |_| MAX).unwrap_err();
		assert_eq!(problem.param.as_deref(), Some("input"));
	}
}

#[test]
fn tools_should_be_one_payload_in_both_dialects() {
	let parameters = json!({ "type": "object", "properties": { "z": {}, "a": { "const": 1.0 } } });
	let function =
		json!({ "name": "look_up", "description": "d", "parameters": parameters, "strict": true });
	let mut flat = function.clone();
	flat["type"] = "function".into();
	let nested = json!({ "type": "function", "function": function });
	let in_chat = json!({
		"messages": [{ "role": "user", "content": "hi" }],
		"tools": [{ "type": "web_search" }, nested, { "type": "function", "function": { "name": "b" } }],
		"tool_choice": { "type": "function", "function": { "name": "b" } },
		"response_format": { "type": "json_schema",
			"json_schema": { "name": "n", "strict": true, "schema": parameters } },
	});
	let in_responses = json!({
		"input": "hi",
		"tools": [flat, { "type": "namespace" }, { "type": "function", "name": "b", "parameters": null }],
		"tool_choice": { "type": "function", "name": "b" },
		"text": { "format": { "type": "json_schema", "name": "n", "schema": parameters } },
	});
	// A schema's fields stay in their order: answers have them in it.
	let described = r#"{"type":"object","properties":{"z":{},"a":{"const":1.0}}}"#;
	let expected = format!(
		concat!(
			r#"{{"messages":[{{"role":"user","content":"hi"}}],"tools":[{{"type":"function","function":"#,
			r#"{{"name":"look_up","description":"d","parameters":{0}}}}},"#,
			r#"{{"type":"function","function":{{"name":"b"}}}}],"#,
			r#""tool_choice":{{"type":"function","function":{{"name":"b"}}}},"#,
			r#""response_format":{{"type":"json_schema","json_schema":{{"name":"n","schema":{0}}}}}}}"#,
		),
		described
	);
	assert_eq!(payload(Endpoint::Chat, chat(in_chat)), expected);
	assert_eq!(payload(Endpoint::Responses, response(in_responses)), expected);
}

#[test]
fn choice_should_say_whether_a_tool_is_called() {
	let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
	let of = |choice: Value| {
		payload(Endpoint::Chat, chat(json!({ "tools": tools, "tool_choice": choice })))
	};
	let shown = r#""tools":[{"type":"function","function":{"name":"f"}}]"#;
	assert!(of(Value::Null).ends_with(&format!("{shown}}}")));
	assert_eq!(of("auto".into()), of(Value::Null));
	assert!(of("required".into()).ends_with(&format!("{shown},\"tool_choice\":\"required\"}}")));
	assert!(!of("none".into()).contains("tools"));
	let object = chat(json!({ "response_format": { "type": "json_object" } }));
	let object = payload(Endpoint::Chat, object);
	assert!(object.ends_with(r#""response_format":{"type":"json_object"}}"#), "{object}");
}

#[test]
fn tools_and_forms_should_be_refused_with_the_field_that_is_wrong() {
	use Endpoint::{Chat, Responses};
	let tool = |name: &str| json!({ "type": "function", "function": { "name": name } });
	let format = |schema: Value| json!({ "response_format": { "type": "json_schema", "json_schema": schema } });
	let many: Vec<Value> = (0..129).map(|n| tool(&format!("f{n}"))).collect();
	let one = |choice: Value| json!({ "tools": [tool("f")], "tool_choice": choice });
	for (endpoint, fields, param) in [
		(Chat, json!({ "tools": [3] }), "tools[0]"),
		(Chat, json!({ "tools": [{}] }), "tools[0].type"),
		(Chat, json!({ "tools": [{ "type": "function" }] }), "tools[0].function"),
		(Chat, json!({ "tools": [tool("")] }), "tools[0].function.name"),
		(Chat, json!({ "tools": [tool("a b")] }), "tools[0].function.name"),
		(Chat, json!({ "tools": [tool(&"a".repeat(65))] }), "tools[0].function.name"),
		(Chat, json!({ "tools": [tool("f"), tool("f")] }), "tools[1]"),
		(Chat, json!({ "tools": many }), "tools"),
		(
			Chat,
			json!({ "tools": [{ "type": "function", "function": { "name": "f", "parameters": 1 } }] }),
			"tools[0].function.parameters",
		),
		(Responses, json!({ "tools": [{ "type": "function" }] }), "tools[0].name"),
		(Chat, json!({ "tool_choice": "required" }), "tool_choice"),
		(Chat, one("often".into()), "tool_choice"),
		(Chat, one(json!({ "type": "function", "function": { "name": "g" } })), "tool_choice"),
		(Chat, one(json!({ "type": "function" })), "tool_choice.function"),
		(Responses, json!({ "tool_choice": { "type": "function" } }), "tool_choice.name"),
		(Chat, one(json!(1)), "tool_choice"),
		(Chat, format(json!({})), "response_format.json_schema.schema"),
		(Chat, format(json!({ "schema": true })), "response_format.json_schema.schema"),
		(
			Chat,
			json!({ "response_format": { "type": "json_schema" } }),
			"response_format.json_schema",
		),
		(Chat, json!({ "response_format": {} }), "response_format.type"),
		(
			Responses,
			json!({ "text": { "format": { "type": "json_schema" } } }),
			"text.format.schema",
		),
	] {
		let body = match endpoint {
			Chat => chat(fields),
			_ => response(fields),
		};
		let problem = ask(endpoint, &body).unwrap_err();
		assert_eq!((problem.status, problem.param.as_deref()), (400, Some(param)), "{body}");
	}
}

/// What the first call of the request `abab…` is named by.
const CALL: &str = "vFcA644Tb";

#[test]
fn calls_should_be_read_where_they_are_referred_to() {
	let id = H256([0xab; 32]);
	let answer = r#"So. <tool_call>{"name":"f","arguments":{"a":1}}</tool_call>"#;
	let spoken = |tools: Value| Spoken {
		payload: json!({ "messages": [], "tools": tools }).to_string().into_bytes(),
		instructed: false,
		answer: answer.into(),
	};
	let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
	let answers = [(id, Answered::from(spoken(tools)))].into();
	let refer = |item: String| json!({ "type": "item_reference", "id": item });
	let call = CALL;
	let body = response(json!({ "input": [
		{ "role": "user", "content": "hi" },
		refer(format!("msg_{id:x}")),
		refer(format!("fc_{id:x}_0")),
		{ "type": "function_call_output", "call_id": call, "output": "2" },
	] }))
	.to_string();
	assert_eq!(references(body.as_bytes()).items, [id].into());
	let resolved = resolve(body.as_bytes(), &answers, None).unwrap();
	let order = read(Endpoint::Responses, &resolved, |_| MAX).unwrap().order;
	let expected = format!(
		concat!(
			r#"{{"messages":[{{"role":"user","content":"hi"}},{{"role":"assistant","content":"So. ","#,
			r#""tool_calls":[{{"id":"{0}","type":"function","function":{{"name":"f","arguments":"{{\"a\":1}}"}}}}]}},"#,
			r#"{{"role":"tool","content":"2","tool_call_id":"{0}"}}]}}"#,
		),
		call
	);
	assert_eq!(String::from_utf8(order.payload).unwrap(), expected);
	// A call that the answer does not have can't be read.
	let other = response(json!({ "input": [refer(format!("fc_{id:x}_1"))] })).to_string();
	let resolved = resolve(other.as_bytes(), &answers, None).unwrap();
	let problem = read(Endpoint::Responses, &resolved, |_| MAX).unwrap_err();
	assert_eq!(problem.code, Some("item_not_found"));
	// What was told as text is text.
	let said = response(json!({ "input": [refer(format!("msg_{id:x}"))] })).to_string();
	let answers = [(id, Answered::from(spoken(json!([]))))].into();
	let resolved = resolve(said.as_bytes(), &answers, None).unwrap();
	let order = read(Endpoint::Responses, &resolved, |_| MAX).unwrap().order;
	let text = json!({ "role": "assistant", "content": answer });
	assert_eq!(
		String::from_utf8(order.payload).unwrap(),
		json!({ "messages": [text] }).to_string()
	);
}

#[test]
fn conversation_should_go_on_from_a_call() {
	let id = H256([0xab; 32]);
	let first =
		json!({ "model": "m", "input": "hi", "tools": [{ "type": "function", "name": "f" }] });
	let first = read(Endpoint::Responses, first.to_string().as_bytes(), |_| MAX).unwrap().order;
	let answer = r#"{"name":"f","arguments":{}}"#.to_owned();
	let spoken = Spoken { payload: first.payload, instructed: false, answer };
	let call = CALL;
	let body = response(json!({
		"previous_response_id": format!("resp_{id:x}"),
		"input": [{ "type": "function_call_output", "call_id": call, "output": "2" }],
	}));
	let resolved = resolve(body.to_string().as_bytes(), &[].into(), Some(&spoken)).unwrap();
	let payload = read(Endpoint::Responses, &resolved, |_| MAX).unwrap().order.payload;
	let expected = format!(
		concat!(
			r#"{{"messages":[{{"role":"user","content":"hi"}},{{"role":"assistant","content":"","#,
			r#""tool_calls":[{{"id":"{0}","type":"function","function":{{"name":"f","arguments":"{{}}"}}}}]}},"#,
			r#"{{"role":"tool","content":"2","tool_call_id":"{0}"}}]}}"#,
		),
		call
	);
	assert_eq!(String::from_utf8(payload).unwrap(), expected);
}
