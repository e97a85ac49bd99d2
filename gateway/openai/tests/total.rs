//! Any bytes give an order or a problem.

use proptest::prelude::*;
use reckon_openai::{read, references, resolve, Endpoint, Spoken, MAX_PAYLOAD_BYTES};
use serde_json::{json, Value};
use sp_core::H256;

const ENDPOINTS: [Endpoint; 4] =
	[Endpoint::Chat, Endpoint::Completions, Endpoint::Responses, Endpoint::Embeddings];

/// All fields that some endpoint reads, and one that none does.
const FIELDS: [&str; 41] = [
	"model",
	"messages",
	"prompt",
	"input",
	"instructions",
	"n",
	"best_of",
	"suffix",
	"echo",
	"stream",
	"stream_options",
	"max_tokens",
	"max_completion_tokens",
	"max_output_tokens",
	"temperature",
	"top_p",
	"top_k",
	"seed",
	"stop",
	"presence_penalty",
	"frequency_penalty",
	"logprobs",
	"top_logprobs",
	"logit_bias",
	"response_format",
	"modalities",
	"audio",
	"tools",
	"functions",
	"tool_choice",
	"function_call",
	"text",
	"include",
	"background",
	"previous_response_id",
	"resolved_response_id",
	"conversation",
	"encoding_format",
	"dimensions",
	"user",
	"",
];

fn value() -> impl Strategy<Value = Value> {
	let keys = prop::sample::select(vec![
		"role",
		"content",
		"type",
		"text",
		"name",
		"arguments",
		"function",
		"tool_calls",
		"output",
		"format",
		"include_usage",
		"parameters",
		"schema",
		"json_schema",
		"call_id",
	]);
	let words = prop::sample::select(vec![
		"user",
		"assistant",
		"text",
		"input_text",
		"function_call",
		"function_call_output",
		"message",
		"auto",
		"json_object",
		"json_schema",
		"function",
		"required",
		"none",
		"<tool_call>{\"name\":\"f\"}",
		"float",
		"base64",
		"' OR 1=1 --",
		"\u{0}",
		"",
	]);
	let leaf = prop_oneof![
		Just(Value::Null),
		any::<bool>().prop_map(Value::from),
		any::<i64>().prop_map(Value::from),
		any::<u64>().prop_map(Value::from),
		any::<f64>().prop_map(Value::from),
		(0_u32..30).prop_map(Value::from),
		words.prop_map(Value::from),
		any::<String>().prop_map(Value::from),
	];
	leaf.prop_recursive(4, 24, 5, move |inner| {
		prop_oneof![
			prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
			prop::collection::vec((keys.clone(), inner), 0..5).prop_map(|fields| {
				fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
			}),
		]
	})
}

fn body() -> impl Strategy<Value = Value> {
	let field = (prop::sample::select(FIELDS.to_vec()), value());
	(any::<bool>(), prop::collection::vec(field, 0..6)).prop_map(|(sound, fields)| {
		let mut body = match sound {
			true => json!({
				"model": "m",
				"messages": [{ "role": "user", "content": "hi" }],
				"input": "hi",
				"prompt": "hi",
			}),
			false => json!({}),
		};
		for (name, value) in fields {
			body[name] = value;
		}
		body
	})
}

/// What holds of everything that is read.
fn check(bytes: &[u8]) {
	for endpoint in ENDPOINTS {
		let once = read(endpoint, bytes, |_| 100);
		assert_eq!(once, read(endpoint, bytes, |_| 100));
		match once {
			Ok(asked) => {
				let order = asked.order;
				let sampling = order.sampling;
				assert!(sampling.temperature_milli <= 2000);
				assert!((1..=1000).contains(&sampling.top_p_milli));
				assert!(sampling.top_k <= 64);
				assert!(order.presence_milli.abs() <= 2000 && order.frequency_milli.abs() <= 2000);
				assert!(order.logprobs.is_none_or(|top| top <= 20));
				assert!(order.payload.len() <= MAX_PAYLOAD_BYTES);
				assert!(serde_json::from_slice::<Value>(&order.payload).unwrap().is_object());
			},
			Err(problem) => {
				assert_eq!(problem.status, 400);
				let body: Value = serde_json::from_str(&problem.body()).unwrap();
				assert_eq!(body["error"]["message"], problem.message);
			},
		}
	}
}

proptest! {
	#[test]
	fn read_should_give_an_order_or_a_problem_when_given_any_bytes(
		bytes in prop::collection::vec(any::<u8>(), 0..512),
	) {
		check(&bytes);
	}

	#[test]
	fn read_should_give_an_order_or_a_problem_when_given_any_json(body in body()) {
		check(body.to_string().as_bytes());
	}

	#[test]
	fn read_should_give_an_order_or_a_problem_when_bytes_are_changed(
		body in body(),
		at in any::<prop::sample::Index>(),
		byte in any::<u8>(),
	) {
		let mut bytes = body.to_string().into_bytes();
		let at = at.index(bytes.len());
		bytes[at] = byte;
		check(&bytes);
	}

	#[test]
	fn resolve_should_give_what_can_be_read_whatever_was_said(
		body in body(),
		messages in value(),
		instructed in any::<bool>(),
		answer in any::<String>(),
	) {
		let id = H256([7; 32]);
		let mut body = body;
		body["previous_response_id"] = format!("resp_{id:x}").into();
		let was_said = messages.is_array();
		let payload = json!({ "messages": messages }).to_string().into_bytes();
		let said = Spoken { payload, instructed, answer };
		let resolved = resolve(body.to_string().as_bytes(), &[].into(), Some(&said)).unwrap();
		check(&resolved);
		prop_assert_eq!(references(&resolved).previous.is_none(), was_said);
	}

	#[test]
	fn payload_should_be_the_same_when_fields_come_in_another_order(
		text in any::<String>(),
		stops in prop::collection::vec("[a-z]{1,3}", 1..4),
	) {
		let text = Value::from(text);
		let mut turned = stops.clone();
		turned.reverse();
		let one = format!(
			r#"{{"model":"m","stop":{},"messages":[{{"role":"user","content":{text}}}]}}"#,
			json!(stops),
		);
		let other = format!(
			r#"{{"messages":[{{"content":[{{"text":{text},"type":"text"}}],"role":"user"}}],"x":1,"stop":{},"model":"m"}}"#,
			json!(turned),
		);
		let order = |body: &str| read(Endpoint::Chat, body.as_bytes(), |_| 9).unwrap().order;
		prop_assert_eq!(order(&one), order(&other));
	}
}
