//! Payload bytes to tasks and back.

use proptest::prelude::*;
use reckon_engine::{
	encode_output, parse_request, FinishReason, Message, Output, RequestError, Role, Task,
	TaskKind, MAX_INPUTS, MAX_REQUEST_BYTES,
};

const KINDS: [TaskKind; 3] = [TaskKind::Chat, TaskKind::Complete, TaskKind::Embed];

fn parse(kind: TaskKind, text: &str) -> Result<Task, RequestError> {
	parse_request(kind, text.as_bytes())
}

fn message(role: Role, content: &str) -> Message {
	Message { role, content: content.into() }
}

#[test]
fn plain_text_should_be_one_message_prompt_or_input() {
	assert_eq!(
		parse(TaskKind::Chat, "Hi there").unwrap(),
		Task::Chat { messages: vec![message(Role::User, "Hi there")] }
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
		message(Role::User, "ab"),
		message(Role::Assistant, ""),
	];
	assert_eq!(parse(TaskKind::Chat, chat).unwrap(), Task::Chat { messages });
	assert_eq!(
		parse(TaskKind::Complete, r#"{"prompt":"once"}"#).unwrap(),
		Task::Complete { prompt: "once".into() }
	);
	let inputs = |texts: &[&str]| Task::Embed { inputs: texts.iter().map(|&t| t.into()).collect() };
	assert_eq!(parse(TaskKind::Embed, r#"{"input":"a"}"#).unwrap(), inputs(&["a"]));
	assert_eq!(parse(TaskKind::Embed, r#"{"input":["a","b"]}"#).unwrap(), inputs(&["a", "b"]));
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
			"\"\\u0000\"", "true", " ", "\u{feff}", "\"é\"",
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
