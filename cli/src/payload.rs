//! What a model is asked: where it comes from, and its bytes.

use std::{
	fs::File,
	io::{stdin, Read},
	path::PathBuf,
};

use clap::Args;
use serde_json::json;

use crate::failure::{Failure, Result};

/// The longest payload that the chain takes, in bytes; read no more than that into memory.
const MAX_BYTES: u64 = 64 << 20;
/// Stands for the standard input.
const STDIN: &str = "-";

/// Where a payload comes from.
#[derive(Debug, Args)]
#[group(id = "payload", required = true, multiple = false)]
pub(crate) struct PayloadArgs {
	/// The payload itself: text, or JSON in the shape of OpenAI's request
	#[arg(long, value_name = "TEXT")]
	text: Option<String>,
	/// The payload is in a file
	#[arg(long, value_name = "FILE")]
	file: Option<PathBuf>,
	/// The payload comes from the standard input
	#[arg(value_name = "-", value_parser = [STDIN])]
	stdin: Option<String>,
}

impl PayloadArgs {
	/// Reads the bytes.
	pub(crate) fn read(&self) -> Result<Vec<u8>> {
		match (&self.text, &self.file) {
			(Some(text), _) => Ok(text.clone().into_bytes()),
			(None, Some(path)) if path.as_os_str() != STDIN => {
				let failed = |error: std::io::Error| Failure::io(path.display(), &error);
				read_bounded(File::open(path).map_err(failed)?, &path.display().to_string())
			},
			_ => read_bounded(stdin().lock(), "the standard input"),
		}
	}
}

/// Reads a text that may be `-` for the standard input.
pub(crate) fn text_or_stdin(text: &str) -> Result<String> {
	if text != STDIN {
		return Ok(text.to_owned());
	}
	let bytes = read_bounded(stdin().lock(), "the standard input")?;
	let text = String::from_utf8(bytes);
	text.map_err(|_| Failure::new("not_text", "the standard input is not UTF-8 text"))
}

fn read_bounded(from: impl Read, name: &str) -> Result<Vec<u8>> {
	let mut bytes = Vec::new();
	from.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| Failure::io(name, &error))?;
	if bytes.len() as u64 > MAX_BYTES {
		let message = format!("{name} is longer than {MAX_BYTES} bytes, the most a job can have");
		return Err(Failure::new("payload_too_long", message).fix("split it into several jobs"));
	}
	Ok(bytes)
}

/// One turn of a conversation, with instructions before it. Plain text as long as that can't be
/// taken for JSON.
pub(crate) fn chat(system: Option<&str>, text: &str) -> Vec<u8> {
	if system.is_none() && !text.starts_with('{') {
		return text.as_bytes().to_vec();
	}
	let instructions = system.map(|content| json!({ "role": "system", "content": content }));
	let question = json!({ "role": "user", "content": text });
	let messages: Vec<_> = instructions.into_iter().chain([question]).collect();
	json!({ "messages": messages }).to_string().into_bytes()
}

/// Texts to be turned into vectors.
pub(crate) fn embed(texts: &[String]) -> Vec<u8> {
	match texts {
		[only] if !only.starts_with('{') => only.as_bytes().to_vec(),
		several => json!({ "input": several }).to_string().into_bytes(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn payload_should_be_plain_text_when_nothing_else_is_needed() {
		assert_eq!(chat(None, "what is a ledger?"), b"what is a ledger?");
		assert_eq!(embed(&["a text".into()]), b"a text");
	}

	#[test]
	fn payload_should_be_json_when_plain_text_would_be_taken_for_it() {
		let json: serde_json::Value = serde_json::from_slice(&chat(None, "{}")).unwrap();
		assert_eq!(json["messages"][0]["content"], "{}");
		let json: serde_json::Value = serde_json::from_slice(&chat(Some("brief"), "hi")).unwrap();
		assert_eq!(json["messages"][0]["role"], "system");
		assert_eq!(json["messages"][1]["content"], "hi");
		let two = ["a".to_owned(), "b".to_owned()];
		let json: serde_json::Value = serde_json::from_slice(&embed(&two)).unwrap();
		assert_eq!(json["input"][1], "b");
	}

	#[test]
	fn payload_should_be_refused_when_it_is_too_long() {
		let endless = std::io::repeat(b'a');
		assert_eq!(read_bounded(endless, "it").unwrap_err().code, "payload_too_long");
		assert_eq!(read_bounded(&b"abc"[..], "it").unwrap(), b"abc");
	}
}
