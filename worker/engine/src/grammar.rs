//! Holds answers to a form, token by token: which tokens may follow.
//!
//! Worker and auditor must agree about each of them, so all that decides is in the task and in the
//! tokenizer: the library at one release, its limits, and no clock. A parser is made for one answer and keeps
//! nothing for the next. What it is given is bounded before (`schema.rs`); where it gives up all the same the
//! answer ends, for the worker and for its auditors alike.

use std::{
	panic::{catch_unwind, AssertUnwindSafe},
	sync::{Arc, OnceLock},
	thread,
};

use llguidance::{
	api::{ParserLimits, TopLevelGrammar},
	earley::SlicedBiasComputer,
	toktrie::{ApproximateTokEnv, InferenceCapabilities, SimpleVob, TokRxInfo, TokTrie},
	Matcher, ParserFactory,
};
use serde_json::{json, Value};

use crate::{
	error::EngineError,
	schema::Budget,
	task::{Form, Tool},
};

/// The states that a parser may have, some two kilobytes each: fewer than the library's default, since many
/// answers are held to forms at once. The longest string that a schema can bound needs a fifth of them.
const MAX_STATES: usize = 10_000;
/// The library goes down a call for each schema within another one, and for each property, when it reads them.
const STACK: usize = 64 << 20;
/// The longest complaint of the library that is told, in characters.
const MAX_COMPLAINT: usize = 200;
/// The logit of a token that may not follow: finite, as the sampler wants them, and chosen by nobody.
const FORBIDDEN: f32 = f32::MIN;

/// Memory that is set aside for a parser, in bytes: what so many states take by the library's word.
pub(crate) const GRAMMAR_BYTES: u64 = 20 << 20;

/// Makes grammars for one tokenizer. Its tokens are read when the first one is asked for.
#[derive(Default)]
pub(crate) struct Grammars(OnceLock<Result<Box<ParserFactory>, String>>);

impl Grammars {
	/// A grammar for an answer of this form. `words` are the bytes of all tokens, `ends` the tokens that end
	/// answers.
	///
	/// # Errors
	/// [`EngineError::Form`] when nobody can hold an answer to it, [`EngineError::NoForms`] when no answer of
	/// this model can be held to any.
	pub(crate) fn start(
		&self,
		form: &Form,
		tools: &[Tool],
		ends: &[u32],
		words: impl FnOnce() -> Result<Vec<Vec<u8>>, String>,
	) -> Result<Grammar, EngineError> {
		let no_forms = |why: &String| EngineError::NoForms(why.clone());
		let &[end, ..] = ends else {
			return Err(EngineError::NoForms("it has no token that ends answers".into()));
		};
		let factory = self
			.0
			.get_or_init(|| factory(&words()?, end, MAX_STATES))
			.as_ref()
			.map_err(no_forms)?;
		let grammar = grammar(form, tools).map_err(EngineError::Form)?;
		let make = || {
			catch_unwind(AssertUnwindSafe(|| {
				let mut matcher = Matcher::new(factory.create_parser(grammar));
				// What is too much from the beginning is nobody's answer.
				matcher.compute_mask_or_eos().map(|_| matcher)
			}))
		};
		let made = thread::scope(|scope| {
			let maker = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, make);
			maker.map(|maker| maker.join())
		});
		let made = made.map_err(|error| EngineError::Compute(error.to_string()))?;
		let made = made.and_then(|parser| parser);
		let made = made.map_err(|_| failed("the library of grammars panicked on it"))?;
		let matcher = made.map_err(failed)?;
		Ok(Grammar { matcher, ends: ends.into(), allowed: None, state: State::Held })
	}
}

fn factory(words: &[Vec<u8>], end: u32, states: usize) -> Result<Box<ParserFactory>, String> {
	let size = u32::try_from(words.len()).map_err(|_| "it has too many tokens".to_owned())?;
	let made = catch_unwind(AssertUnwindSafe(|| {
		let trie = TokTrie::from(&TokRxInfo::new(size, end), words);
		let tokens: Arc<_> = Arc::new(ApproximateTokEnv::new(trie));
		let slices = SlicedBiasComputer::json_slices();
		ParserFactory::new(&(tokens as _), InferenceCapabilities::default(), &slices).map(Box::new)
	}));
	let made = made.map_err(|_| "its tokens make no trie".to_owned())?;
	let mut factory = made.map_err(|error| error.to_string())?;
	factory.quiet();
	*factory.limits_mut() =
		ParserLimits { max_lexer_states: states, verbose_errors: false, ..ParserLimits::default() };
	Ok(factory)
}

/// What the library reads.
fn grammar(form: &Form, tools: &[Tool]) -> Result<TopLevelGrammar, String> {
	let mut budget = Budget::default();
	// Schemas side by side and not one of them all: each has references into itself.
	let mut starts = Vec::new();
	let mut rules = String::new();
	let (answer, names) = match form {
		Form::Object => (Some(json!({ "type": "object" })), &[][..]),
		Form::Schema(schema) => (Some(schema.clone()), &[][..]),
		Form::Call(names) => (None, names.as_slice()),
		Form::SchemaOrCall(schema, names) => (Some(schema.clone()), names.as_slice()),
	};
	if let Some(schema) = answer {
		starts.push("answer".to_owned());
		rules.push_str(&format!("answer: %json {}\n", compact(budget.checked(&schema)?)));
	}
	for (nth, name) in names.iter().enumerate() {
		let tool = tools.iter().find(|tool| tool.name == *name);
		let tool = tool.ok_or_else(|| format!("there is no tool {name}"))?;
		let parameters = tool.parameters.clone().unwrap_or_else(no_fields);
		let parameters =
			budget.checked(&parameters).map_err(|why| format!("of the tool {name}: {why}"))?;
		starts.push(format!("call_{nth}"));
		rules.push_str(&format!("call_{nth}: %json {}\n", compact(call(name, parameters)?)));
	}
	Ok(TopLevelGrammar::from_lark(format!("start: {}\n{rules}", starts.join(" | "))))
}

/// The schema of a call with these arguments.
fn call(name: &str, mut parameters: Value) -> Result<Value, String> {
	let mut schema = json!({ "type": "object", "required": ["name", "arguments"],
		"additionalProperties": false });
	// References are to what is at the top.
	for place in ["$defs", "definitions"] {
		if let Some(all) = parameters.as_object_mut().and_then(|fields| fields.shift_remove(place))
		{
			schema[place] = all;
		}
	}
	if refers_to_all(&parameters) || refers_to_all(&schema) {
		return Err(format!("of the tool {name}: '$ref' must be one of the definitions"));
	}
	schema["properties"] = json!({ "name": { "const": name }, "arguments": parameters });
	Ok(schema)
}

/// Whether a schema that was checked refers to the whole of it.
fn refers_to_all(schema: &Value) -> bool {
	match schema {
		Value::Object(fields) => {
			fields.iter().any(|(key, value)| key == "$ref" && value == "#" || refers_to_all(value))
		},
		Value::Array(items) => items.iter().any(refers_to_all),
		_ => false,
	}
}

fn no_fields() -> Value {
	json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// The same schema, for JSON without spaces: a model could write them for ever.
fn compact(mut schema: Value) -> Value {
	if let Value::Object(fields) = &mut schema {
		fields.insert("x-guidance".into(), json!({ "whitespace_flexible": false }));
	}
	schema
}

/// Which tokens may follow in one answer.
pub struct Grammar {
	matcher: Matcher,
	ends: Arc<[u32]>,
	/// Those that may follow now, once that was asked.
	allowed: Option<SimpleVob>,
	state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
	/// The answer is held to its form.
	Held,
	/// It has ended, or has left its form: nothing is held to it any more.
	Over,
	/// It is too much for the parser: nothing can follow.
	GivenUp,
}

impl Grammar {
	/// The same logits, but those of tokens that may not follow: they have the least that there is, and are
	/// chosen by no sampler. `None` where the parser gives up: the answer ends there, on every machine.
	pub fn bounded(&mut self, logits: &[f32]) -> Option<Vec<f32>> {
		if self.state == State::Over {
			return Some(logits.to_vec());
		}
		if !self.goes_on() {
			return None;
		}
		let allowed = self.allowed.as_ref()?;
		let may = |token: u32| (token as usize) < allowed.len() && allowed.is_allowed(token);
		let bounded = |(token, logit): (u32, &f32)| if may(token) { *logit } else { FORBIDDEN };
		Some((0u32..).zip(logits).map(bounded).collect())
	}

	/// Whether any token can follow.
	pub fn goes_on(&mut self) -> bool {
		if self.state != State::Held || self.allowed.is_some() {
			return self.state != State::GivenUp;
		}
		let allowed = self.matcher.compute_mask_or_eos();
		match allowed.ok().filter(|allowed| allowed.num_set() > 0) {
			Some(mut allowed) => {
				// The library knows one end.
				if self.ends.first().is_some_and(|end| allowed.is_allowed(*end)) {
					self.ends.iter().for_each(|end| allowed.allow_token(*end));
				}
				self.allowed = Some(allowed);
			},
			None => self.state = State::GivenUp,
		}
		self.state != State::GivenUp
	}

	/// Goes on behind this token. Whether it could follow is the sampler's to judge: behind one that could
	/// not, nothing is held to the form.
	pub fn push(&mut self, token: u32) {
		if !self.goes_on() || self.state == State::Over {
			return;
		}
		let follows = self
			.allowed
			.take()
			.is_some_and(|allowed| (token as usize) < allowed.len() && allowed.is_allowed(token));
		if !follows || self.ends.contains(&token) {
			self.state = State::Over;
		} else if self.matcher.consume_token(token).is_err() {
			self.state = State::GivenUp;
		}
	}
}

/// The library's complaint, in a line: it may have a trace of calls behind it.
fn failed(error: impl ToString) -> EngineError {
	let error = error.to_string();
	let line = error.lines().next().unwrap_or_default();
	EngineError::Form(line.chars().take(MAX_COMPLAINT).collect())
}

#[cfg(test)]
mod tests {
	use super::*;

	const END: u32 = 256;

	/// A token for each byte, two that end answers, and one that writes nothing.
	fn words() -> Result<Vec<Vec<u8>>, String> {
		let mark = TokTrie::SPECIAL_TOKEN_MARKER;
		let special = [vec![mark, b'e'], vec![mark, b'f'], vec![]];
		Ok((0..=255).map(|byte| vec![byte]).chain(special).collect())
	}

	fn start(grammars: &Grammars, schema: Value) -> Result<Grammar, EngineError> {
		grammars.start(&Form::Schema(schema), &[], &[END, END + 1], words)
	}

	fn may(grammar: &mut Grammar) -> Vec<u32> {
		let bounded = grammar.bounded(&[0.5; 259]).unwrap();
		(0..).zip(bounded).filter(|(_, logit)| *logit == 0.5).map(|(token, _)| token).collect()
	}

	#[test]
	fn tokens_should_be_those_that_the_form_goes_on_with() {
		let mut grammar = start(&Grammars::default(), json!({ "const": "é" })).unwrap();
		for byte in "\"é".bytes().chain([b'"']) {
			assert!(may(&mut grammar).contains(&byte.into()));
			grammar.push(byte.into());
		}
		// Both ends, and nothing else.
		assert_eq!(may(&mut grammar), [END, END + 1]);
		grammar.push(END + 1);
		assert_eq!(may(&mut grammar).len(), 259);
	}

	#[test]
	fn nothing_should_be_held_behind_a_token_that_could_not_follow() {
		let mut grammar = start(&Grammars::default(), json!({ "type": "integer" })).unwrap();
		assert!(!may(&mut grammar).contains(&b'x'.into()));
		grammar.push(b'x'.into());
		assert_eq!(may(&mut grammar).len(), 259);
		assert!(grammar.goes_on());
	}

	#[test]
	fn nothing_should_follow_when_the_parser_has_given_up() {
		let grammars = Grammars::default();
		grammars.0.get_or_init(|| factory(&words()?, END, 60));
		let mut grammar = start(&grammars, json!({ "type": "string", "maxLength": 90 })).unwrap();
		grammar.push(b'"'.into());
		let written = (0..90).take_while(|_| {
			grammar.push(b'a'.into());
			grammar.goes_on()
		});
		let written = written.count();
		assert!((1..80).contains(&written), "{written}");
		assert_eq!(grammar.bounded(&[0.5; 259]), None);
		grammar.push(b'a'.into());
		assert!(!grammar.goes_on());
	}

	#[test]
	fn model_should_be_said_to_know_no_forms_when_its_tokens_can_not_be_read() {
		let form = Form::Object;
		let unread = || Err("no bytes".to_owned());
		let refused = Grammars::default().start(&form, &[], &[END], unread).err();
		assert_eq!(refused, Some(EngineError::NoForms("no bytes".into())));
		let endless = Grammars::default().start(&form, &[], &[], words).err();
		assert!(matches!(endless, Some(EngineError::NoForms(_))));
	}
}
