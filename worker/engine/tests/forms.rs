//! Answers that are held to a form have it, are the same on every machine, and pass their audits.

mod common;

use std::{env, path::PathBuf};

use common::{Tiny, END};
use reckon_engine::{
	encode_output, inspect, parse_request, Answer, Audit, Claim, Conversation, Device, EngineError,
	FinishReason, Form, Message, Model, Output, Refused, Replay, Request, Role, SamplingParams,
	Scheduler, SchedulerConfig, Task, TaskKind, Tool,
};
use reckon_verification::{EndingFault, Fault, Hash};
use serde_json::{json, Value};

const JOB: Hash = [7; 32];

fn tiny() -> Scheduler {
	Scheduler::stepping(Tiny::new("llama", 31).load(), SchedulerConfig::default())
}

fn lexicon() -> Scheduler {
	let here = env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let path = PathBuf::from(here).join("../../models/lexicon");
	let model = Model::load(inspect(&path).unwrap(), &Device::cpu()).unwrap();
	model.serve(SchedulerConfig::default())
}

fn asked(form: Form, tools: Vec<Tool>) -> Task {
	let messages = vec![Message::new(Role::User, "what is a ledger?")];
	Task::Chat(Conversation { messages, tools, form: Some(form) })
}

fn request(task: Task, seed: u8, temperature: f32) -> Request {
	let sampling =
		SamplingParams { max_tokens: 100, temperature, seed: [seed; 32], ..Default::default() };
	Request { task, sampling, evidence: Some(JOB), likely: None }
}

fn answer(scheduler: &Scheduler, request: &Request) -> Answer {
	scheduler.submit(request.clone()).unwrap().wait().unwrap()
}

fn claim(request: &Request, answer: &Answer) -> Claim {
	let Output::Text { tokens, .. } = &answer.output else { panic!("a text") };
	Claim {
		task: request.task.clone(),
		sampling: request.sampling.clone(),
		tokens: tokens.clone(),
		output: encode_output(&answer.output),
		usage: answer.usage,
		stops: None,
	}
}

fn text(answer: &Answer) -> (&str, FinishReason) {
	match &answer.output {
		Output::Text { text, finish, .. } => (text, *finish),
		_ => panic!("a text"),
	}
}

/// Small enough for any model to come to its end.
fn schema() -> Value {
	json!({
		"$defs": { "Word": { "type": "string", "maxLength": 6 } },
		"type": "object",
		"properties": {
			"word": { "$ref": "#/$defs/Word" },
			"kind": { "enum": ["noun", "verb", 7] },
			"sure": { "type": "boolean" },
			"count": { "type": "integer", "minimum": 0, "maximum": 99 },
		},
		"required": ["word", "kind", "sure", "count"],
		"additionalProperties": false,
	})
}

fn fits(value: &Value) {
	assert_eq!(
		value.as_object().unwrap().keys().collect::<Vec<_>>(),
		["word", "kind", "sure", "count"]
	);
	assert!(value["word"].as_str().unwrap().chars().count() <= 6, "{value}");
	assert!([json!("noun"), json!("verb"), json!(7)].contains(&value["kind"]), "{value}");
	assert!(value["sure"].is_boolean() && value["count"].as_u64().unwrap() < 100, "{value}");
}

fn tools() -> Vec<Tool> {
	let parameters = json!({
		"$defs": { "Kind": { "enum": ["noun", "verb"] } },
		"type": "object",
		"properties": { "kind": { "$ref": "#/$defs/Kind" } },
		"required": ["kind"],
		"additionalProperties": false,
	});
	let tool = |name: &str, parameters| Tool { name: name.into(), description: None, parameters };
	vec![tool("look_up", Some(parameters)), tool("stop-now", None), tool("never", None)]
}

#[test]
fn answers_should_have_the_form_that_is_asked_for() {
	for scheduler in [tiny(), lexicon()] {
		for seed in 0..8 {
			let temperature = f32::from(seed % 4) * 0.7;
			let request = request(asked(Form::Schema(schema()), vec![]), seed, temperature);
			let answer = answer(&scheduler, &request);
			let (said, finish) = text(&answer);
			assert_eq!(finish, FinishReason::Stop, "{said}");
			fits(&serde_json::from_str(said).unwrap());
			// Without spaces, which a model could write for ever.
			assert_eq!(serde_json::from_str::<Value>(said).unwrap().to_string(), said);
		}
	}
}

#[test]
fn object_should_be_json_as_far_as_it_comes() {
	let scheduler = lexicon();
	for seed in 0..4 {
		let answer = answer(&scheduler, &request(asked(Form::Object, vec![]), seed, 1.0));
		let (said, finish) = text(&answer);
		assert!(said.starts_with('{'), "{said}");
		match (finish, serde_json::from_str::<Value>(said)) {
			(FinishReason::Stop, Ok(Value::Object(_))) => {},
			// A model of definitions finds no end to its strings.
			(FinishReason::Length, Err(error)) => assert!(error.is_eof(), "{said}: {error}"),
			other => panic!("{said}: {other:?}"),
		}
	}
}

#[test]
fn call_should_be_of_one_of_the_tools_that_may_be_called() {
	let scheduler = tiny();
	let mut names = Vec::new();
	for seed in 0..12 {
		let form = Form::Call(vec!["look_up".into(), "stop-now".into()]);
		let answer = answer(&scheduler, &request(asked(form, tools()), seed, 2.0));
		let call: Value = serde_json::from_str(text(&answer).0).unwrap();
		match call["name"].as_str().unwrap() {
			"look_up" => assert!(
				["noun", "verb"].contains(&call["arguments"]["kind"].as_str().unwrap()),
				"{call}"
			),
			"stop-now" => assert_eq!(call["arguments"], json!({})),
			other => panic!("{other}"),
		}
		names.push(call["name"].clone());
	}
	assert!(names.contains(&json!("look_up")) && names.contains(&json!("stop-now")), "{names:?}");
}

#[test]
fn audit_should_pass_answers_that_were_held_to_their_form() {
	let (worker, auditor) = (lexicon(), lexicon());
	for (form, seed) in
		[(Form::Schema(schema()), 1), (Form::Object, 2), (Form::Call(vec!["look_up".into()]), 3)]
	{
		let request = request(asked(form, tools()), seed, 1.0);
		let answer = answer(&worker, &request);
		let Audit::Replayed { statistics, .. } = auditor.audit(&claim(&request, &answer)).unwrap()
		else {
			panic!("refuted")
		};
		assert_eq!((statistics.mismatches, statistics.worst_margin), (0, 0));
	}
}

#[test]
fn audit_should_convict_who_does_not_hold_its_answer_to_the_form() {
	let scheduler = lexicon();
	let free = request(Task::chat(vec![Message::new(Role::User, "what is a ledger?")]), 1, 0.0);
	let answer = answer(&scheduler, &free);
	let mut claim = claim(&free, &answer);
	claim.task = asked(Form::Schema(schema()), vec![]);
	let Audit::Replayed { statistics, .. } = scheduler.audit(&claim).unwrap() else {
		panic!("refuted")
	};
	// Its first token can't begin an object, whatever the logits are.
	assert_eq!(statistics.worst_margin, u32::MAX);
}

#[test]
fn audit_should_convict_who_ends_before_the_form_is_complete() {
	let scheduler = tiny();
	let request = request(asked(Form::Schema(schema()), vec![]), 1, 1.0);
	let mut cut = claim(&request, &answer(&scheduler, &request));
	cut.tokens.truncate(5);
	cut.tokens.push(END);
	cut.output.truncate(5);
	cut.usage.units_out = 6;
	let Audit::Replayed { statistics, .. } = scheduler.audit(&cut).unwrap() else {
		panic!("refuted: {:?}", scheduler.audit(&cut))
	};
	assert_eq!(statistics.worst_margin, u32::MAX);
}

#[test]
fn answers_should_not_depend_on_what_was_asked_before() {
	let fresh = tiny();
	let task = || request(asked(Form::Schema(schema()), vec![]), 5, 1.5);
	let alone = answer(&fresh, &task());
	let used = tiny();
	for seed in 0..4 {
		answer(&used, &request(asked(Form::Object, vec![]), seed, 1.0));
		answer(&used, &request(asked(Form::Call(vec!["stop-now".into()]), tools()), seed, 1.0));
	}
	let together: Vec<_> = (0..4).map(|_| used.submit(task()).unwrap()).collect();
	for ticket in together {
		let answer = ticket.wait().unwrap();
		assert_eq!(answer.output, alone.output);
		assert_eq!(answer.evidence.unwrap().root(), alone.evidence.as_ref().unwrap().root());
	}
}

#[test]
fn form_should_be_refused_before_anything_is_computed_when_nobody_can_hold_to_it() {
	let scheduler = tiny();
	for form in [
		json!({ "type": "nonsense" }),
		json!({ "properties": { "a": false } }),
		json!({ "$ref": "#/nowhere" }),
		json!({ "$ref": "http://127.0.0.1:1/schema" }),
		json!({ "type": "string", "pattern": "(" }),
		json!({ "type": "string", "format": "no-such-format" }),
		json!({ "type": "integer", "minimum": 5, "maximum": 4 }),
		json!({ "type": "string", "maxLength": 50_000 }),
	] {
		let request = request(asked(Form::Schema(form.clone()), vec![]), 1, 1.0);
		let Err(refused) = scheduler.submit(request.clone()) else { panic!("{form}") };
		let Refused::Engine(EngineError::Form(why)) = &refused else {
			panic!("{form}: {refused:?}")
		};
		assert!(why.lines().count() == 1 && why.len() <= 200, "{why}");
		// Who says that it has answered all the same has not.
		let claim = Claim {
			task: request.task,
			sampling: request.sampling,
			tokens: vec![1, END],
			output: b"\x02".to_vec(),
			usage: Default::default(),
			stops: None,
		};
		assert_eq!(scheduler.audit(&claim).unwrap(), Audit::Refuted(Fault::Task), "{form}");
	}
}

/// As large as schemas may be, in each of their dimensions.
fn large() -> Vec<Value> {
	let doubled: serde_json::Map<_, _> = (1..40)
		.map(|n| {
			let inner = json!({ "$ref": format!("#/$defs/d{}", n - 1) });
			let two = json!({ "x": inner, "y": inner });
			(
				format!("d{n}"),
				json!({ "type": "object", "properties": two, "required": ["x", "y"] }),
			)
		})
		.chain([("d0".to_owned(), json!({ "type": "boolean" }))])
		.collect();
	let chain: serde_json::Map<_, _> = (0..128)
		.map(|n| {
			(format!("c{n}"), json!({ "items": { "$ref": format!("#/$defs/c{}", (n + 1) % 128) } }))
		})
		.collect();
	let wide: serde_json::Map<_, _> = (0..256)
		.map(|n| (format!("field{n}"), json!({ "type": "string", "maxLength": 9 })))
		.collect();
	let values: Vec<_> = (0..999).map(|n| format!("value {n}")).collect();
	let alternatives: Vec<_> =
		(0..64).map(|n| json!({ "type": "string", "maxLength": 1_000 + n })).collect();
	let nested = (0..30).fold(json!({}), |inner, _| json!({ "anyOf": [{ "items": inner }] }));
	let formats: serde_json::Map<_, _> = (0..30)
		.map(|n| (format!("d{n}"), json!({ "type": "string", "format": "date-time" })))
		.collect();
	vec![
		json!({ "$defs": doubled, "$ref": "#/$defs/d39" }),
		json!({ "$defs": chain, "type": "array", "items": { "$ref": "#/$defs/c0" } }),
		json!({ "type": "object", "properties": wide }),
		json!({ "enum": values }),
		json!({ "anyOf": alternatives }),
		nested,
		json!({ "type": "object", "properties": formats }),
		json!({ "type": "string", "minLength": 2_048, "maxLength": 2_048 }),
		json!({ "type": "array", "minItems": 256, "items": { "type": "array", "minItems": 256, "items": {} } }),
		json!({ "type": "object", "properties": { "a": { "$ref": "#" } }, "required": ["a"] }),
		json!({ "$defs": { "a": { "anyOf": [{ "$ref": "#/$defs/a" }, { "$ref": "#/$defs/a" }] } }, "$ref": "#/$defs/a" }),
	]
}

#[test]
fn large_and_hostile_forms_should_end_in_an_answer_that_passes_or_be_refused() {
	let (scheduler, auditor) = (tiny(), tiny());
	let patterns = [
		"(a{1000}){1000}{1000}",
		"(a|aa)*b",
		"(.*a){25}",
		"(.{0,200}x.{0,200}y)*z",
		"(?i)[^\\x00]*",
		"[ab]*a[ab]{200}c",
		r"(\p{L}|\p{N}){90}",
		"((a?){60}){60}",
	];
	let patterns = patterns.map(|pattern| json!({ "type": "string", "pattern": pattern }));
	for form in large().into_iter().chain(patterns) {
		let said: String = form.to_string().chars().take(90).collect();
		for (seed, temperature) in [(1, 1.0), (2, 5.0)] {
			let request = request(asked(Form::Schema(form.clone()), vec![]), seed, temperature);
			match scheduler.submit(request.clone()) {
				Ok(ticket) => {
					let answer = ticket.wait().unwrap();
					let audit = auditor.audit(&claim(&request, &answer)).unwrap();
					let Audit::Replayed { statistics, .. } = audit else {
						panic!("{said}: {audit:?}")
					};
					assert_eq!(statistics.worst_margin, 0, "{said}");
				},
				Err(refused) => {
					let fits = matches!(refused, Refused::Engine(EngineError::Form(_)));
					assert!(fits, "{said}: {refused:?}");
				},
			}
		}
	}
}

#[test]
fn answer_should_end_where_its_form_can_not_be_followed_and_pass_its_audit() {
	let (worker, auditor) = (lexicon(), lexicon());
	// A state for each way in which vowels can have been among the last letters.
	let pattern = "(.|\\n)*[aeiou](.|\\n){20}";
	let form = json!({ "type": "string", "pattern": pattern });
	let request = request(asked(Form::Schema(form), vec![]), 1, 1.0);
	let answer = answer(&worker, &request);
	let mut claim = claim(&request, &answer);
	assert!((2..100).contains(&claim.tokens.len()), "{} tokens", claim.tokens.len());
	assert_eq!(text(&answer).1, FinishReason::Length);
	let Audit::Replayed { statistics, .. } = auditor.audit(&claim).unwrap() else {
		panic!("{:?}", auditor.audit(&claim))
	};
	assert_eq!((statistics.mismatches, statistics.worst_margin), (0, 0));
	// Nothing may follow there, and it may not end before.
	let whole = claim.clone();
	claim.tokens.push(5);
	claim.usage.units_out += 1;
	let audit = auditor.audit(&claim).unwrap();
	assert!(
		!matches!(audit, Audit::Replayed { statistics, .. } if statistics.worst_margin < u32::MAX)
	);
	claim = whole;
	claim.tokens.pop();
	claim.usage.units_out -= 1;
	let fault = Audit::Refuted(Fault::Ending(EndingFault::BrokenOff));
	assert_eq!(auditor.audit(&claim).unwrap(), fault);
}

#[test]
fn answer_should_be_a_call_or_of_the_form_when_it_may_be_either() {
	let scheduler = tiny();
	let (mut calls, mut answers) = (0, 0);
	for seed in 0..12 {
		let form = Form::SchemaOrCall(schema(), vec!["stop-now".into()]);
		let answer = answer(&scheduler, &request(asked(form, tools()), seed, 9.0));
		let said: Value = serde_json::from_str(text(&answer).0).unwrap();
		match said.get("name") {
			Some(name) => {
				assert_eq!((name, &said["arguments"]), (&json!("stop-now"), &json!({})));
				calls += 1;
			},
			None => {
				fits(&said);
				answers += 1;
			},
		}
	}
	assert!(calls > 0 && answers > 0, "{calls} calls, {answers} answers");
}

#[test]
fn tokens_that_may_follow_should_be_those_of_this_release() {
	// Who upgrades the library changes what auditors compute: see decision 29. Recorded with 1.9.1.
	let engine = Tiny::new("llama", 31).load();
	let mut hasher = blake3::Hasher::new();
	let forms = [Form::Object, Form::Schema(schema()), Form::Call(vec!["look_up".into()])];
	for form in forms.into_iter().chain(large().into_iter().map(Form::Schema)) {
		let Ok(grammar) = engine.grammar(&asked(form, tools())) else {
			hasher.update(b"refused");
			continue;
		};
		let mut grammar = grammar.unwrap();
		for step in 0..60u32 {
			let logits = vec![1.0; engine.vocabulary()];
			let Some(bounded) = grammar.bounded(&logits) else {
				hasher.update(b"gives up");
				break;
			};
			let may = (0u32..).zip(&bounded).filter(|(_, logit)| **logit == 1.0);
			let may: Vec<u32> = may.map(|(token, _)| token).collect();
			may.iter().for_each(|token| {
				hasher.update(&token.to_le_bytes());
			});
			// One of them, by a rule.
			grammar.push(may[(step as usize * 7) % may.len()]);
		}
	}
	assert_eq!(
		hasher.finalize().to_hex().as_str(),
		"9e5f658ff587f8bec43eceb0bcfac922cd8fc4d4100079b85ade60ee399b157e"
	);
}

#[test]
fn form_should_be_read_from_a_payload() {
	let payload = json!({
		"messages": [{ "role": "user", "content": "what is a ledger?" }],
		"response_format": { "type": "json_schema", "json_schema": { "name": "x", "schema": schema() } },
	});
	let task = parse_request(TaskKind::Chat, payload.to_string().as_bytes()).unwrap();
	assert_eq!(task, asked(Form::Schema(schema()), vec![]));
	let engine = Tiny::new("llama", 31).load();
	assert!(engine.grammar(&task).unwrap().is_some());
	assert!(engine.grammar(&Task::chat(vec![])).unwrap().is_none());
}
