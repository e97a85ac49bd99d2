//! A file's lines, and what is wrong with them.

use reckon_gateway_store::{FileId, Store, StoreError};
use serde::Serialize;
use serde_json::{Map, Value};
use sp_crypto_hashing::blake2_128;
use std::{collections::HashSet, sync::Arc};

/// The longest line: as a body may be by itself.
const MAX_LINE: usize = 2 << 20;
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
	/// The next piece; `None` when there is no other.
	piece: Option<u64>,
	bytes: Vec<u8>,
	/// Where in them the next line begins, and up to where no end of it is.
	begin: usize,
	seen: usize,
	number: u64,
}

impl Lines {
	pub(super) fn new(store: Arc<dyn Store>, file: FileId) -> Self {
		Self { store, file, piece: Some(0), bytes: Vec::new(), begin: 0, seen: 0, number: 0 }
	}

	/// The next line that is not blank. One that is too long is cut off.
	pub(super) async fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
		let mut cut = None;
		loop {
			let rest = self.bytes.get(self.seen..).unwrap_or_default();
			let end = rest.iter().position(|byte| *byte == b'\n');
			let end = match end {
				Some(end) => self.seen.saturating_add(end),
				None if self.piece.is_some() => {
					self.seen = self.bytes.len();
					if self.seen.saturating_sub(self.begin) > MAX_LINE {
						// The rest of it is read and thrown away.
						let line = self.bytes.get(self.begin..).unwrap_or_default();
						cut.get_or_insert_with(|| line.to_vec());
						self.begin = self.seen;
					}
					self.read().await?;
					continue;
				},
				None if self.begin >= self.bytes.len() && cut.is_none() => return Ok(None),
				None => self.bytes.len(),
			};
			self.number = self.number.saturating_add(1);
			let line = self.bytes.get(self.begin..end).unwrap_or_default();
			let line = cut.take().unwrap_or_else(|| line.to_vec());
			self.begin = end.saturating_add(1);
			self.seen = self.begin;
			if !line.trim_ascii().is_empty() {
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
	if bytes.len() > MAX_LINE {
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
