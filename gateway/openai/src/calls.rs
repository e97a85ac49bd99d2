//! Calls of tools in what a model has written.
//!
//! Models write them in words of their own. Two are read: JSON between `<tool_call>` and `</tool_call>`, as
//! Hermes and Qwen have it, anywhere in an answer; and an answer that is JSON alone, an object or a list of
//! them, as Llama has it, Mistral once its special tokens are gone, and every model that a call was forced
//! from. What names no tool of the request is text.

use crate::Logprob;
use serde::Deserialize;
use serde_json::{value::RawValue, Deserializer};

const BEGIN: &str = "<tool_call>";
const END: &str = "</tool_call>";

/// A call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Call {
	/// The tool.
	pub name: String,
	/// JSON, byte for byte as the model has written it.
	pub arguments: String,
}

/// What a model may call.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Callable {
	/// The tools; where there are none, all is text.
	pub names: Vec<String>,
	/// Whether the first call of an answer is its only one.
	pub one: bool,
}

/// Holds back what may be a call, and lets the rest of an answer pass.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
	callable: Callable,
	state: State,
	held: String,
	/// Of tokens whose text is held back, or some of it.
	logprobs: Vec<Logprob>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
	/// Nothing but space was written.
	Begin,
	/// Text, in which a call can begin.
	Text,
	/// A call, unless it turns out to be none.
	Call,
}

/// What there is when an answer has ended.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Heard {
	/// Text after all.
	pub text: String,
	/// Of its tokens.
	pub logprobs: Vec<Logprob>,
	/// The calls, in order.
	pub calls: Vec<Call>,
	/// What the model has written of them; text and this are all of the answer.
	pub written: String,
}

impl Listener {
	/// For calls of these tools.
	pub(crate) fn new(callable: Callable) -> Self {
		let state = if callable.names.is_empty() { State::Text } else { State::Begin };
		Self { callable, state, held: String::new(), logprobs: Vec::new() }
	}

	/// Hears what comes next, and says what of it is text for certain.
	pub(crate) fn push(&mut self, text: &str, logprobs: &[Logprob]) -> (String, Vec<Logprob>) {
		if self.callable.names.is_empty() {
			return (text.to_owned(), logprobs.to_vec());
		}
		self.held.push_str(text);
		self.logprobs.extend_from_slice(logprobs);
		if self.state == State::Begin {
			// All before it is space.
			self.state = match text.trim_start().bytes().next() {
				None => return Default::default(),
				Some(b'{' | b'[') => State::Call,
				Some(_) => State::Text,
			};
		}
		if self.state == State::Call {
			return Default::default();
		}
		let certain = match self.held.find(BEGIN) {
			Some(begin) => {
				self.state = State::Call;
				begin
			},
			None => self.held.len().saturating_sub(may_begin(&self.held)),
		};
		let held = self.held.split_off(certain);
		let text = std::mem::replace(&mut self.held, held);
		// A token may be in both parts: it is told with the first.
		let logprobs = if text.is_empty() { vec![] } else { std::mem::take(&mut self.logprobs) };
		(text, logprobs)
	}

	/// What was held back, now that nothing follows.
	pub(crate) fn finish(&mut self) -> Heard {
		let written = std::mem::take(&mut self.held);
		let logprobs = std::mem::take(&mut self.logprobs);
		let calls = match self.state {
			State::Call => {
				calls(&written, |name| self.callable.names.iter().any(|known| known == name))
			},
			State::Begin | State::Text => None,
		};
		match calls {
			Some(mut calls) => {
				calls.truncate(if self.callable.one { 1 } else { calls.len() });
				Heard { calls, written, ..Heard::default() }
			},
			None => Heard { text: written, logprobs, ..Heard::default() },
		}
	}
}

/// A whole answer: its text, and the calls behind it.
pub(crate) fn heard(callable: &Callable, answer: &str, logprobs: &[Logprob]) -> Heard {
	let mut listener = Listener::new(callable.clone());
	let (mut text, mut told) = listener.push(answer, logprobs);
	let rest = listener.finish();
	text.push_str(&rest.text);
	told.extend(rest.logprobs);
	Heard { text, logprobs: told, ..rest }
}

/// How many of the last bytes may be the beginning of a call.
fn may_begin(text: &str) -> usize {
	let most = BEGIN.len().saturating_sub(1);
	(1..=most)
		.rev()
		.find(|length| text.ends_with(BEGIN.get(..*length).unwrap_or(BEGIN)))
		.unwrap_or(0)
}

/// A call as models write it.
#[derive(Deserialize)]
struct Written<'a> {
	name: String,
	#[serde(borrow)]
	arguments: Option<&'a RawValue>,
	/// Llama's word for them.
	#[serde(borrow)]
	parameters: Option<&'a RawValue>,
}

/// The calls that are all that is written here; `None` where one is no call.
fn calls(written: &str, is_known: impl Fn(&str) -> bool) -> Option<Vec<Call>> {
	let mut rest = written.trim();
	let mut found = Vec::new();
	if !rest.starts_with(BEGIN) {
		let all = match rest.starts_with('[') {
			true => serde_json::from_str::<Vec<Written>>(rest).ok()?,
			false => vec![serde_json::from_str::<Written>(rest).ok()?],
		};
		for one in all {
			// An answer of another form can have a name too.
			let arguments = one.arguments.or(one.parameters)?;
			found.push(call(one.name, Some(arguments)));
		}
	}
	// What a model adds behind its calls is nobody's answer.
	while let Some(next) = rest.strip_prefix(BEGIN) {
		let mut values = Deserializer::from_str(next).into_iter::<Written>();
		let Some(Ok(one)) = values.next() else {
			// Cut off: those before it are whole.
			break;
		};
		let after = next.get(values.byte_offset()..)?.trim_start();
		found.push(call(one.name, one.arguments.or(one.parameters)));
		rest = after.strip_prefix(END).unwrap_or(after).trim_start();
	}
	let known = !found.is_empty() && found.iter().all(|call| is_known(&call.name));
	known.then_some(found)
}

fn call(name: String, arguments: Option<&RawValue>) -> Call {
	let written = arguments.map_or("{}", RawValue::get);
	// Some write JSON in a string, as clients get it.
	let is_object = |text: &String| {
		serde_json::from_str::<&RawValue>(text).is_ok() && text.trim_start().starts_with('{')
	};
	let text = serde_json::from_str::<String>(written).ok().filter(is_object);
	let arguments = text.unwrap_or_else(|| written.to_owned());
	Call { name, arguments }
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn tools() -> Callable {
		Callable { names: vec!["look_up".into(), "stop".into()], one: false }
	}

	fn found(answer: &str) -> (String, Vec<(String, String)>) {
		let Heard { text, calls, written, .. } = heard(&tools(), answer, &[]);
		assert_eq!(format!("{text}{written}"), answer);
		(text, calls.into_iter().map(|call| (call.name, call.arguments)).collect())
	}

	fn called(text: &str, calls: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
		let own = |(name, arguments): &(&str, &str)| ((*name).into(), (*arguments).into());
		(text.into(), calls.iter().map(own).collect())
	}

	#[test]
	fn calls_should_be_found_in_each_of_the_words_for_them() {
		let arguments = r#"{"word":"a", "n": 1.0}"#;
		for answer in [
			format!(
				"<tool_call>\n{{\"name\": \"look_up\", \"arguments\": {arguments}}}\n</tool_call>"
			),
			format!("<tool_call>{{\"arguments\":{arguments},\"name\":\"look_up\"}}"),
			format!(
				"<tool_call>{{\"name\":\"look_up\",\"arguments\":{arguments}}}</tool_call> So."
			),
			format!("{{\"name\":\"look_up\",\"arguments\":{arguments}}}"),
			format!(" {{\"type\":\"function\",\"name\":\"look_up\",\"parameters\":{arguments}}}\n"),
			format!("[{{\"name\":\"look_up\",\"arguments\":{arguments},\"id\":\"x\"}}]"),
			format!("{{\"name\":\"look_up\",\"arguments\":{}}}", serde_json::json!(arguments)),
		] {
			assert_eq!(found(&answer), called("", &[("look_up", arguments)]), "{answer}");
		}
		let odd = r#"{"name":"stop","arguments":""}"#;
		assert_eq!(found(odd), called("", &[("stop", "\"\"")]));
		let two = "I look.\n<tool_call>{\"name\":\"look_up\",\"arguments\":{}}</tool_call>\n\
			<tool_call>{\"name\":\"stop\"}</tool_call>";
		assert_eq!(found(two), called("I look.\n", &[("look_up", "{}"), ("stop", "{}")]));
		let cut = "<tool_call>{\"name\":\"stop\"}</tool_call><tool_call>{\"na";
		assert_eq!(found(cut), called("", &[("stop", "{}")]));
		let two = "[{\"name\":\"stop\",\"arguments\":{}},{\"name\":\"look_up\",\"arguments\":{}}]";
		assert_eq!(found(two), called("", &[("stop", "{}"), ("look_up", "{}")]));
	}

	#[test]
	fn text_should_stay_text() {
		for answer in [
			"",
			" ",
			"a",
			"<",
			"<tool_call",
			"see <b>",
			"{",
			"{}",
			"[]",
			"[1]",
			r#"{"name":"look_up"}"#,
			r#"{"name":"other","arguments":{}}"#,
			r#"{"name":"look_up","arguments":{}} and more"#,
			r#"{"name":"look_up","arguments":{"cut":"#,
			r#"<tool_call>{"name":"other","arguments":{}}</tool_call>"#,
			"<tool_call>look_up()</tool_call>",
		] {
			assert_eq!(found(answer), called(answer, &[]), "{answer}");
			assert_eq!(heard(&Callable::default(), answer, &[]).text, answer);
		}
	}

	#[test]
	fn text_should_be_told_as_soon_as_it_can_be_no_call() {
		let mut listener = Listener::new(tools());
		let mut told = |text: &str| listener.push(text, &[]).0;
		assert_eq!(told(" \n"), "");
		assert_eq!(told("a <"), " \na ");
		assert_eq!(told("tool"), "");
		assert_eq!(told("s> <tool_call>"), "<tools> ");
		assert_eq!(told("{\"name\":\"stop\"}"), "");
		assert_eq!(listener.finish().calls.len(), 1);
	}

	proptest! {
		#[test]
		fn nothing_should_be_lost_however_an_answer_is_cut(
			parts in prop::collection::vec(
				prop_oneof![
					Just("<tool_call>".to_owned()),
					Just("</tool_call>".to_owned()),
					Just(r#"{"name":"stop","arguments":{}}"#.to_owned()),
					"[ a<{é\\[\"]{0,4}",
				],
				0..6,
			),
			cuts in prop::collection::vec(0_usize..60, 0..6),
		) {
			let answer = parts.concat();
			let whole = heard(&tools(), &answer, &[]);
			prop_assert_eq!(format!("{}{}", whole.text, whole.written), answer.clone());
			let mut listener = Listener::new(tools());
			let mut text = String::new();
			let mut piece = String::new();
			for (nth, letter) in answer.chars().enumerate() {
				if cuts.contains(&nth) {
					text.push_str(&listener.push(&std::mem::take(&mut piece), &[]).0);
				}
				piece.push(letter);
			}
			text.push_str(&listener.push(&piece, &[]).0);
			let rest = listener.finish();
			text.push_str(&rest.text);
			prop_assert_eq!((text, rest.calls), (whole.text, whole.calls));
		}
	}
}
