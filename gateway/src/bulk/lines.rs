//! A file's lines, and what is wrong with them.

use reckon_gateway_store::{FileId, Store, StoreError};
use serde::Serialize;
use serde_json::{Map, Value};
use sp_crypto_hashing::blake2_128;
use std::{collections::HashSet, sync::Arc};

/// The longest name of a line.
const MAX_ID: usize = 512;
/// So much of what is wrong with a file is told.
const MAX_FAULTS: usize = 100;

/// What is wrong with a line, as OpenAI's API says it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
	/// For programs.
	pub code: &'static str,
	/// Which line: the first is 1.
	pub line: Option<u64>,
	/// For people.
	pub message: String,
	/// The field.
	pub param: Option<&'static str>,
}

/// A request.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Line {
	/// Which: the first is 1.
	pub number: u64,
	/// Its client's name for it.
	pub custom_id: String,
	/// The model that it asks, if it says so.
	pub model: String,
	/// The body.
	pub body: Vec<u8>,
}

/// A file, line by line.
pub(super) struct Lines {
	store: Arc<dyn Store>,
	file: FileId,
	/// The longest line.
	longest: usize,
	/// The next piece; `None` when there is no other.
	piece: Option<u64>,
	bytes: Vec<u8>,
	/// Where in them the next line begins, and up to where no end of it is.
	begin: usize,
	seen: usize,
	number: u64,
}

impl Lines {
	pub(super) fn new(store: Arc<dyn Store>, file: FileId, longest: usize) -> Self {
		Self {
			store,
			file,
			longest,
			piece: Some(0),
			bytes: Vec::new(),
			begin: 0,
			seen: 0,
			number: 0,
		}
	}

	/// The next line that is not blank, and its number: nothing of one that is too long.
	pub(super) async fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
		let mut is_long = false;
		loop {
			let rest = self.bytes.get(self.seen..).unwrap_or_default();
			let end = rest.iter().position(|byte| *byte == b'\n');
			let end = match end {
				Some(end) => self.seen.saturating_add(end),
				None if self.piece.is_some() => {
					self.seen = self.bytes.len();
					if self.seen.saturating_sub(self.begin) > self.longest {
						is_long = true;
						self.begin = self.seen;
					}
					self.read().await?;
					continue;
				},
				None if self.begin >= self.bytes.len() && !is_long => return Ok(None),
				None => self.bytes.len(),
			};
			self.number = self.number.saturating_add(1);
			let line = self.bytes.get(self.begin..end).unwrap_or_default();
			is_long |= line.len() > self.longest;
			let line = if is_long { Vec::new() } else { line.to_vec() };
			self.begin = end.saturating_add(1);
			self.seen = self.begin;
			if is_long || !line.trim_ascii().is_empty() {
				return Ok(Some((self.number, line)));
			}
		}
	}

	async fn read(&mut self) -> Result<(), StoreError> {
		let Some(from) = self.piece else { return Ok(()) };
		let begin = self.begin.min(self.bytes.len());
		self.bytes.drain(..begin);
		self.seen = self.seen.saturating_sub(begin);
		self.begin = self.begin.saturating_sub(begin);
		self.piece = None;
		if let Some((number, bytes)) = self.store.pieces(self.file, from, 1).await?.pop() {
			self.bytes.extend(bytes);
			self.piece = Some(number.saturating_add(1));
		}
		Ok(())
	}
}

/// Reads a line.
pub(super) fn parse(number: u64, bytes: &[u8], endpoint: &str) -> Result<Line, Fault> {
	let fault = |code, param, message: &str| Fault {
		code,
		line: Some(number),
		message: message.to_owned(),
		param,
	};
	if bytes.is_empty() {
		return Err(fault("line_too_long", None, "This line is longer than a body may be."));
	}
	let Ok(mut fields) = serde_json::from_slice::<Map<String, Value>>(bytes) else {
		let message = "This line is not parseable as valid JSON.";
		return Err(fault("invalid_json_line", None, message));
	};
	let custom_id = match fields.remove("custom_id") {
		Some(Value::String(id)) if (1..=MAX_ID).contains(&id.len()) => id,
		None => {
			let message = "Missing required parameter: 'custom_id'.";
			return Err(fault("missing_required_parameter", Some("custom_id"), message));
		},
		Some(_) => {
			let message = "'custom_id' must be a string of 1 to 512 bytes.";
			return Err(fault("invalid_custom_id", Some("custom_id"), message));
		},
	};
	if fields.get("method").and_then(Value::as_str) != Some("POST") {
		return Err(fault("invalid_method", Some("method"), "'method' must be POST."));
	}
	if fields.get("url").and_then(Value::as_str) != Some(endpoint) {
		let message = format!("'url' must be the batch's endpoint, {endpoint}.");
		return Err(fault("mismatched_url", Some("url"), &message));
	}
	let body = match fields.remove("body") {
		Some(Value::Object(body)) => body,
		_ => return Err(fault("invalid_body", Some("body"), "'body' must be a JSON object.")),
	};
	if body.get("stream").is_some_and(|stream| *stream == Value::Bool(true)) {
		let message = "Streaming is not done in batches: leave 'stream' out.";
		return Err(fault("unsupported_parameter", Some("body.stream"), message));
	}
	let model = body.get("model").and_then(Value::as_str).unwrap_or_default().to_owned();
	// What was JSON always is.
	let body = serde_json::to_vec(&body).unwrap_or_default();
	Ok(Line { number, custom_id, model, body })
}

/// How many requests a file has, or what is wrong with it.
pub(super) async fn validate(
	mut lines: Lines,
	endpoint: &str,
) -> Result<Result<u64, Vec<Fault>>, StoreError> {
	let (mut total, mut faults) = (0_u64, Vec::new());
	let mut known = HashSet::new();
	while let Some((number, bytes)) = lines.next().await? {
		total = total.saturating_add(1);
		match parse(number, &bytes, endpoint) {
			Ok(line) if known.insert(blake2_128(line.custom_id.as_bytes())) => {},
			Ok(line) => faults.push(Fault {
				code: "duplicate_custom_id",
				line: Some(number),
				message: format!("The custom_id '{}' is used more than once.", line.custom_id),
				param: Some("custom_id"),
			}),
			Err(fault) => faults.push(fault),
		}
		if faults.len() >= MAX_FAULTS {
			break;
		}
	}
	if total == 0 {
		let message = "The input file is empty.".to_owned();
		faults.push(Fault { code: "empty_file", line: None, message, param: None });
	}
	Ok(if faults.is_empty() { Ok(total) } else { Err(faults) })
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_gateway_store::{File, Purpose, Room};
	use reckon_primitives::AccountId;
	use sp_core::H256;

	/// The lines of a file that comes in these pieces, where 8 bytes are the longest line.
	async fn lines(pieces: &[&str]) -> Vec<(u64, String)> {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("store.sqlite");
		let store = reckon_gateway_store::open(path.to_str().unwrap()).await.unwrap();
		let file = File {
			id: H256([1; 32]),
			owner: AccountId::new([1; 32]),
			name: String::new(),
			purpose: Purpose::Input,
			bytes: 100,
			created: 1,
			expires: 2,
		};
		let room = Room { owner_files: 1, owner_bytes: 100, all_bytes: 100 };
		assert_eq!(store.begin_file(&file, &room).await, Ok(None));
		for (number, piece) in (0..).zip(pieces) {
			store.put_piece(file.id, number, piece.as_bytes()).await.unwrap();
		}
		let mut lines = Lines::new(store, file.id, 8);
		let mut read = Vec::new();
		while let Some((number, line)) = lines.next().await.unwrap() {
			read.push((number, String::from_utf8(line).unwrap()));
		}
		assert_eq!(lines.next().await, Ok(None));
		read
	}

	#[tokio::test]
	async fn lines_should_be_whole_however_they_are_cut_into_pieces() {
		let expected =
			[(1, "one".to_owned()), (3, "three\r".to_owned()), (5, "12345678".to_owned())];
		let file = "one\n \nthree\r\n\n12345678";
		for end in ["", "\n", "\n\n"] {
			let file = format!("{file}{end}");
			assert_eq!(lines(&[&file]).await, expected);
			for cut in 1..file.len() {
				let (one, two) = file.split_at(cut);
				assert_eq!(lines(&[one, two]).await, expected, "{one:?} {two:?}");
			}
			let bytes: Vec<_> = (0..file.len()).map(|at| &file[at..=at]).collect();
			assert_eq!(lines(&bytes).await, expected);
		}
		assert_eq!(lines(&["\n", " \n"]).await, []);
	}

	#[tokio::test]
	async fn line_should_be_left_out_when_it_is_too_long() {
		let expected = [(1, "one".to_owned()), (2, String::new()), (3, "three".to_owned())];
		for end in ["", "\n"] {
			let file = format!("one\n123456789\nthree{end}");
			for cut in 1..file.len() {
				let (one, two) = file.split_at(cut);
				assert_eq!(lines(&[one, two]).await, expected, "{one:?} {two:?}");
			}
		}
		assert_eq!(lines(&["12345678", "9"]).await, [(1, String::new())], "at the end");
		assert!(parse(7, b"", "/").is_err_and(|fault| fault.code == "line_too_long"));
	}
}
