//! What a model is asked: where it comes from, and its bytes.

use std::{
	fs::File,
	io::{stdin, Read},
	path::{Path, PathBuf},
};

use clap::Args;
use reckon_sdk::Chain;
use serde_json::json;

use crate::{
	context::failure,
	failure::{Failure, Result},
};

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
	/// Reads the bytes, at most `limit`.
	pub(crate) fn read(&self, limit: u32) -> Result<Vec<u8>> {
		match (&self.text, &self.file) {
			(Some(text), _) => Ok(text.clone().into_bytes()),
			(None, Some(path)) if path.as_os_str() != STDIN => read_file(path, limit),
			_ => read_bounded(stdin().lock(), "the standard input", limit),
		}
	}
}

/// Reads a file of at most `limit` bytes.
pub(crate) fn read_file(path: &Path, limit: u32) -> Result<Vec<u8>> {
	let failed = |error: std::io::Error| Failure::io(path.display(), &error);
	read_bounded(File::open(path).map_err(failed)?, &path.display().to_string(), limit)
}

/// The longest payload that the chain takes, in bytes.
pub(crate) async fn limit(chain: &Chain) -> Result<u32> {
	let at = chain.latest().await.map_err(failure)?;
	Ok(at.constants().map_err(failure)?.max_payload_bytes)
}

/// Refuses a payload that the chain would refuse, before anything is paid for.
pub(crate) fn check_length(payload: &[u8], limit: u32) -> Result<()> {
	match u32::try_from(payload.len()) {
		Ok(length) if length <= limit => Ok(()),
		_ => Err(too_long("the payload", limit)),
	}
}

fn too_long(name: &str, limit: u32) -> Failure {
	let message = format!("{name} is longer than {limit} bytes, the most that a job can have");
	Failure::new("payload_too_long", message).fix("split it into several jobs")
}

/// Reads a text that may be `-` for the standard input.
pub(crate) fn text_or_stdin(text: &str, limit: u32) -> Result<String> {
	if text != STDIN {
		return Ok(text.to_owned());
	}
	let bytes = read_bounded(stdin().lock(), "the standard input", limit)?;
	let text = String::from_utf8(bytes);
	text.map_err(|_| Failure::new("not_text", "the standard input is not UTF-8 text"))
}

/// Reads no more than `limit` into memory.
fn read_bounded(from: impl Read, name: &str, limit: u32) -> Result<Vec<u8>> {
	let mut bytes = Vec::new();
	let mut from = from.take(u64::from(limit) + 1);
	from.read_to_end(&mut bytes).map_err(|error| Failure::io(name, &error))?;
	if bytes.len() as u64 > u64::from(limit) {
		return Err(too_long(name, limit));
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
		assert_eq!(read_bounded(endless, "it", 9).unwrap_err().code, "payload_too_long");
		assert_eq!(read_bounded(&b"abc"[..], "it", 3).unwrap(), b"abc");
		assert!(check_length(b"abc", 3).is_ok());
		let refused = check_length(b"abcd", 3).unwrap_err();
		assert!(refused.message.contains("longer than 3 bytes"), "{refused}");
	}
}
