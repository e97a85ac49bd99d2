//! Strings at which an answer ends.

use serde::Deserialize;

/// The most stop strings of a request; OpenAI takes 4.
pub const MAX_STOPS: usize = 16;
/// The most bytes of one.
pub const MAX_STOP_BYTES: usize = 1 << 10;

/// Holds back the end of a text as long as it may be the beginning of a stop string. Which string ends
/// the text does not depend on the pieces that it comes in: the one that is complete first, and of those
/// that end at the same place the longest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stops {
	strings: Vec<String>,
	held: String,
}

/// What is known of a text after another piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
	/// What follows, for certain.
	pub text: String,
	/// Whether the text ends there.
	pub stopped: bool,
}

impl Stops {
	/// These strings; empty ones end nothing.
	pub fn new(strings: Vec<String>) -> Self {
		let strings = strings.into_iter().filter(|stop| !stop.is_empty()).collect();
		Self { strings, held: String::new() }
	}

	/// Those that a payload names: `stop` in JSON, one string or a list.
	///
	/// # Errors
	/// A sentence, when there are too many, one is too long, or they are no strings.
	pub fn of_payload(payload: &[u8]) -> Result<Self, String> {
		#[derive(Deserialize)]
		#[serde(untagged)]
		enum Named {
			One(String),
			Many(Vec<String>),
		}
		#[derive(Deserialize)]
		struct Payload {
			stop: Option<Named>,
		}
		if !payload.starts_with(b"{") {
			return Ok(Self::default());
		}
		let payload: Payload =
			serde_json::from_slice(payload).map_err(|error| format!("`stop`: {error}"))?;
		let strings = match payload.stop {
			None => Vec::new(),
			Some(Named::One(stop)) => vec![stop],
			Some(Named::Many(stops)) => stops,
		};
		if strings.len() > MAX_STOPS {
			return Err(format!("{} stop strings are named, {MAX_STOPS} are read", strings.len()));
		}
		if strings.iter().any(|stop| stop.len() > MAX_STOP_BYTES) {
			return Err(format!("a stop string has more than {MAX_STOP_BYTES} bytes"));
		}
		Ok(Self::new(strings))
	}

	/// Reads another piece. What comes after the end is nobody's business.
	pub fn push(&mut self, piece: &str) -> Released {
		self.held.push_str(piece);
		let ends = self.strings.iter().filter_map(|stop| {
			let start = self.held.find(stop.as_str())?;
			Some((start.saturating_add(stop.len()), start))
		});
		if let Some((_, start)) = ends.min() {
			self.held.truncate(start);
			return Released { text: std::mem::take(&mut self.held), stopped: true };
		}
		let kept = self.held.split_off(self.certain());
		Released { text: std::mem::replace(&mut self.held, kept), stopped: false }
	}

	/// How many bytes are held back.
	pub fn held(&self) -> usize {
		self.held.len()
	}

	/// What is held back when the text has come to its end.
	pub fn finish(&mut self) -> String {
		std::mem::take(&mut self.held)
	}

	/// How many of the held bytes can't be part of a stop string any more.
	fn certain(&self) -> usize {
		let longest = self.strings.iter().map(String::len).max().unwrap_or_default();
		let from = self.held.len().saturating_sub(longest);
		let mut starts = self.held.char_indices().map(|(start, _)| start).filter(|at| *at >= from);
		let begins = |start: &usize| {
			let end = self.held.get(*start..).unwrap_or_default();
			self.strings.iter().any(|stop| stop.starts_with(end))
		};
		starts.find(begins).unwrap_or(self.held.len())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn read<'a>(stops: &[&str], pieces: impl IntoIterator<Item = &'a str>) -> (String, bool) {
		let mut stops = Stops::new(stops.iter().map(|stop| (*stop).to_owned()).collect());
		let mut text = String::new();
		for piece in pieces {
			let released = stops.push(piece);
			text.push_str(&released.text);
			if released.stopped {
				return (text, true);
			}
		}
		text.push_str(&stops.finish());
		(text, false)
	}

	#[test]
	fn text_should_end_before_the_string_that_is_complete_first() {
		assert_eq!(read(&["b", "abc"], ["xabcd"]), ("xa".into(), true));
		assert_eq!(read(&["c", "abc"], ["xabcd"]), ("x".into(), true));
		assert_eq!(read(&["END"], ["one E", "N", "D two"]), ("one ".into(), true));
		assert_eq!(read(&["END"], ["one E", "N"]), ("one EN".into(), false));
		assert_eq!(read(&[""], ["all of it"]), ("all of it".into(), false));
		assert_eq!(read(&["é"], ["caf", "é au lait"]), ("caf".into(), true));
	}

	#[test]
	fn text_should_be_held_back_only_while_it_may_be_a_stop() {
		let mut stops = Stops::new(vec!["\n\nQ:".into()]);
		let said = |text: &str| Released { text: text.into(), stopped: false };
		assert_eq!(stops.push("an answer\n"), said("an answer"));
		assert_eq!(stops.push("\n"), said(""));
		assert_eq!(stops.push("\n"), said("\n"));
		assert_eq!(stops.push("Q"), said(""));
		assert_eq!(stops.push("?"), said("\n\nQ?"));
		assert_eq!(stops.finish(), "");
	}

	#[test]
	fn stops_should_be_refused_when_they_are_too_many_too_long_or_no_strings() {
		let of = |stop: serde_json::Value| {
			let payload = serde_json::json!({ "prompt": "a", "stop": stop }).to_string();
			Stops::of_payload(payload.as_bytes())
		};
		assert_eq!(of("a".into()), Ok(Stops::new(vec!["a".into()])));
		assert_eq!(of(vec!["a", "", "b"].into()), Ok(Stops::new(vec!["a".into(), "b".into()])));
		assert_eq!(of(serde_json::Value::Null), Ok(Stops::default()));
		assert_eq!(of(vec!["a"; 17].into()).unwrap_err(), "17 stop strings are named, 16 are read");
		let long = of("a".repeat(1025).into()).unwrap_err();
		assert_eq!(long, "a stop string has more than 1024 bytes");
		assert!(of(5.into()).unwrap_err().starts_with("`stop`: "));
		assert_eq!(Stops::of_payload(b"just text, stop"), Ok(Stops::default()));
	}

	proptest! {
		#[test]
		fn text_should_be_the_same_however_it_is_cut_into_pieces(
			text in "[abé\n]{0,24}",
			stops in prop::collection::vec("[abé\n]{1,4}", 0..4),
			cuts in prop::collection::vec(0_usize..25, 0..8),
		) {
			let stops: Vec<&str> = stops.iter().map(String::as_str).collect();
			// By its meaning: the shortest beginning of the text that ends with a stop string.
			let ends = text.char_indices().map(|(at, char)| at + char.len_utf8());
			let expected = ends
				.filter_map(|end| {
					let stop = stops.iter().filter(|stop| text[..end].ends_with(**stop));
					Some(&text[..end - stop.map(|stop| stop.len()).max()?])
				})
				.next();
			let expected = expected.map_or((text.clone(), false), |cut| (cut.to_owned(), true));
			prop_assert_eq!(read(&stops, [text.as_str()]), expected.clone());
			let letters: Vec<String> = text.chars().map(String::from).collect();
			prop_assert_eq!(read(&stops, letters.iter().map(String::as_str)), expected.clone());
			let mut cuts: Vec<usize> = cuts;
			cuts.sort_unstable();
			let mut pieces: Vec<String> = vec![String::new()];
			for (nth, letter) in letters.iter().enumerate() {
				if cuts.contains(&nth) {
					pieces.push(String::new());
				}
				pieces.last_mut().unwrap().push_str(letter);
			}
			prop_assert_eq!(read(&stops, pieces.iter().map(String::as_str)), expected);
		}
	}
}
