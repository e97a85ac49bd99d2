//! Payload bytes to tasks and back.

use proptest::prelude::*;
use reckon_engine::{
	encode_output, parse_request, Call, Conversation, FinishReason, Form, Message, Output,
	RequestError, Role, Task, TaskKind, Tool, MAX_INPUTS, MAX_REQUEST_BYTES, MAX_TOOLS,
};
use serde_json::{json, Value};

const KINDS: [TaskKind; 3] = [TaskKind::Chat, TaskKind::Complete, TaskKind::Embed];

fn parse(kind: TaskKind, text: &str) -> Result<Task, RequestError> {
	parse_request(kind, text.as_bytes())
}

fn message(role: Role, content: &str) -> Message {
	Message::new(role, content)
}

#[test]
fn plain_text_should_be_one_message_prompt_or_input() {
	assert_eq!(
		parse(TaskKind::Chat, "Hi there").unwrap(),
		Task::chat(vec![message(Role::User, "Hi there")])
	);
	assert_eq!(
		parse(TaskKind::Complete, " {not first").unwrap(),
		Task::Complete { prompt: " {not first".into() }
	);
	assert_eq!(parse(TaskKind::Embed, "").unwrap(), Task::Embed { inputs: vec!["".into()] });
}

#[test]
fn json_should_be_read_in_openai_shape() {
	let chat = r#"{"model":"m","temperature":0.5,"messages":[
		{"role":"developer","content":"Be brief."},
		{"role":"user","name":"x","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
		{"role":"assistant","content":null}]}"#;
	let messages = vec![
		message(Role::System, "Be brief."),
		Message { name: Some("x".into()), ..message(Role::User, "ab") },
		message(Role::Assistant, ""),
	];
	assert_eq!(parse(TaskKind::Chat, chat).unwrap(), Task::chat(messages));
	assert_eq!(
		parse(TaskKind::Complete, r#"{"prompt":"once"}"#).unwrap(),
		Task::Complete { prompt: "once".into() }
	);
	let inputs = |texts: &[&str]| Task::Embed { inputs: texts.iter().map(|&t| t.into()).collect() };
	assert_eq!(parse(TaskKind::Embed, r#"{"input":"a"}"#).unwrap(), inputs(&["a"]));
	assert_eq!(parse(TaskKind::Embed, r#"{"input":["a","b"]}"#).unwrap(), inputs(&["a", "b"]));
}

fn conversation(fields: Value) -> Result<Conversation, RequestError> {
	let mut request = json!({ "messages": [{ "role": "user", "content": "hi" }] });
	request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
	match parse(TaskKind::Chat, &request.to_string())? {
		Task::Chat(conversation) => Ok(conversation),
		other => panic!("{other:?}"),
	}
}

fn function(name: &str) -> Value {
	json!({ "type": "function", "function": { "name": name } })
}

#[test]
fn tools_and_calls_should_be_read_in_openai_shape() {
	let parameters = json!({ "type": "object" });
	let described =
		json!({ "name": "a", "description": "d", "parameters": parameters, "strict": true });
	let read = conversation(json!({
		"messages": [
			{ "role": "assistant", "content": null, "tool_calls": [
				{ "id": "1", "type": "function", "function": { "name": "a", "arguments": "{}" } },
			] },
			{ "role": "tool", "tool_call_id": "1", "content": "2" },
		],
		"tools": [{ "type": "function", "function": described }, { "type": "web_search" }, function("b")],
	}))
	.unwrap();
	let call = Call { id: "1".into(), name: "a".into(), arguments: "{}".into() };
	let calling = Message { calls: vec![call], ..message(Role::Assistant, "") };
	let result = Message { call: Some("1".into()), ..message(Role::Tool, "2") };
	assert_eq!(read.messages, [calling, result]);
	let tool = Tool { name: "b".into(), description: None, parameters: None };
	let first =
		Tool { name: "a".into(), description: Some("d".into()), parameters: Some(parameters) };
	assert_eq!((read.tools, read.form), (vec![first, tool], None));
}

#[test]
fn form_should_be_what_the_choice_and_the_format_say() {
	let of = |choice: Value, format: Value| {
		let tools = [function("a"), function("b")];
		let fields = json!({ "tools": tools, "tool_choice": choice, "response_format": format });
		let read = conversation(fields).unwrap();
		(read.tools.len(), read.form)
	};
	let (auto, none) = (json!("auto"), Value::Null);
	let schema = json!({ "type": "json_schema", "json_schema": { "schema": { "z": 1, "a": 2 } } });
	let object = json!({ "type": "json_object" });
	let call = |names: &[&str]| Some(Form::Call(names.iter().map(|name| (*name).into()).collect()));
	assert_eq!(of(none.clone(), none.clone()), (2, None));
	assert_eq!(of(auto.clone(), json!({ "type": "text" })), (2, None));
	let both = |schema: Value| Some(Form::SchemaOrCall(schema, vec!["a".into(), "b".into()]));
	assert_eq!(of(auto.clone(), object.clone()), (2, both(json!({ "type": "object" }))));
	assert_eq!(of(auto, schema.clone()), (2, both(json!({ "z": 1, "a": 2 }))));
	assert_eq!(of(json!("none"), object.clone()), (0, Some(Form::Object)));
	assert_eq!(of(json!("none"), schema), (0, Some(Form::Schema(json!({ "z": 1, "a": 2 })))));
	assert_eq!(of(json!("required"), object.clone()), (2, call(&["a", "b"])));
	assert_eq!(of(function("b"), object), (2, call(&["b"])));
}

#[test]
fn tools_out_of_bounds_should_be_refused() {
	let malformed = |fields: Value| {
		let read = conversation(fields.clone());
		assert!(matches!(read, Err(RequestError::Malformed { .. })), "{fields}: {read:?}");
	};
	let long = "a".repeat(65);
	for name in ["", "a b", "é", "a\"b", long.as_str()] {
		malformed(json!({ "tools": [function(name)] }));
	}
	malformed(json!({ "tools": [function("a"), function("a")] }));
	malformed(json!({ "tools": [{ "type": "function" }] }));
	malformed(json!({ "tools": {} }));
	malformed(json!({ "tool_choice": "required" }));
	malformed(json!({ "tool_choice": "often" }));
	malformed(json!({ "tools": [function("a")], "tool_choice": function("b") }));
	malformed(json!({ "response_format": { "type": "grammar" } }));
	malformed(json!({ "response_format": { "type": "json_schema" } }));
	let many: Vec<Value> = (0..=MAX_TOOLS).map(|n| function(&format!("f{n}"))).collect();
	assert!(matches!(conversation(json!({ "tools": many })), Err(RequestError::TooMany { .. })));
	assert!(conversation(json!({ "tools": &many[1..] })).is_ok());
}

#[test]
fn requests_out_of_bounds_should_be_refused() {
	use RequestError::*;
	let long = "x".repeat(MAX_REQUEST_BYTES + 1);
	assert!(matches!(parse(TaskKind::Chat, &long), Err(TooLarge { .. })));
	assert!(parse(TaskKind::Chat, &long[1..]).is_ok());
	assert_eq!(parse_request(TaskKind::Chat, &[0xff]), Err(NotUtf8));
	assert_eq!(parse(TaskKind::Chat, r#"{"messages":[]}"#), Err(Empty("messages")));
	assert_eq!(parse(TaskKind::Embed, r#"{"input":[]}"#), Err(Empty("inputs")));
	let many = serde_json::json!({ "input": vec!["a"; MAX_INPUTS + 1] }).to_string();
	assert!(matches!(parse(TaskKind::Embed, &many), Err(TooMany { .. })));
	let deep = format!("{{\"x\":{}1{}}}", "[".repeat(9999), "]".repeat(9999));
	for kind in KINDS {
		assert!(matches!(parse(kind, &deep), Err(Malformed { .. })));
		assert!(matches!(parse(kind, "{}"), Err(Malformed { .. })));
		assert!(matches!(parse(kind, "{"), Err(Malformed { .. })));
	}
	let image =
		r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]}"#;
	assert!(matches!(parse(TaskKind::Chat, image), Err(Malformed { .. })));
	assert!(matches!(parse(TaskKind::Embed, r#"{"input":[1,2]}"#), Err(Malformed { .. })));
}

#[test]
fn outputs_should_have_one_form() {
	let text = Output::Text { text: "é\n".into(), tokens: vec![1], finish: FinishReason::Stop };
	assert_eq!(encode_output(&text), "é\n".as_bytes());
	let vectors = Output::Embeddings(vec![vec![0.1, -1.0, 1e-9], vec![16777216.0]]);
	let bytes = encode_output(&vectors);
	assert_eq!(
		String::from_utf8(bytes).unwrap(),
		r#"{"embeddings":[[0.1,-1.0,1e-9],[16777216.0]]}"#
	);
}

proptest! {
	#[test]
	fn parsing_should_never_panic_when_bytes_are_random(
		bytes in prop::collection::vec(any::<u8>(), 0..500),
	) {
		for kind in KINDS {
			let _ = parse_request(kind, &bytes);
		}
	}

	#[test]
	fn parsing_should_never_panic_when_json_is_almost_right(
		pieces in prop::collection::vec(prop::sample::select(vec![
			"{", "}", "[", "]", ",", ":", "\"messages\"", "\"role\"", "\"user\"", "\"content\"",
			"\"prompt\"", "\"input\"", "\"type\"", "\"text\"", "null", "1e999", "-0", "\"\\ud800\"",
			"\"\\u0000\"", "true", " ", "\u{feff}", "\"é\"", "\"tools\"", "\"function\"", "\"name\"",
			"\"tool_choice\"", "\"response_format\"", "\"json_schema\"", "\"schema\"", "\"required\"",
		]), 0..40),
	) {
		let text = format!("{{{}", pieces.concat());
		for kind in KINDS {
			let _ = parse(kind, &text);
		}
	}

	#[test]
	fn plain_text_should_come_through_unchanged(text in "[^{].*") {
		prop_assert_eq!(
			parse(TaskKind::Complete, &text).unwrap(),
			Task::Complete { prompt: text }
		);
	}

	#[test]
	fn vectors_should_read_back_the_same(
		rows in prop::collection::vec(prop::collection::vec(-1e30f32..1e30, 0..8), 0..4),
	) {
		#[derive(serde::Deserialize)]
		struct Read { embeddings: Vec<Vec<f32>> }
		let read: Read = serde_json::from_slice(&encode_output(&Output::Embeddings(rows.clone()))).unwrap();
		prop_assert_eq!(read.embeddings, rows);
	}
}
