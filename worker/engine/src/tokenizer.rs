//! Text to tokens and back.

use std::panic::{catch_unwind, AssertUnwindSafe};

use llguidance::{token_bytes_from_tokenizer_json, toktrie::TokTrie};
use tokenizers::{PostProcessor, Tokenizer};

use crate::error::EngineError;

/// The largest tokenizer.json that is read, in bytes: the largest known (Gemma) has 33 MiB.
pub(crate) const MAX_TOKENIZER_BYTES: u64 = 64 << 20;

/// A tokenizer without its padding and truncation: the engines do both themselves.
pub(crate) struct Vocabulary {
	/// Boxed: it is two kilobytes itself.
	tokenizer: Box<Tokenizer>,
}

impl Vocabulary {
	/// Reads the content of a tokenizer.json. A description that makes the library panic is an
	/// error as well.
	pub(crate) fn parse(json: &[u8]) -> Result<Self, String> {
		let parsed = catch_unwind(AssertUnwindSafe(|| Tokenizer::from_bytes(json)))
			.map_err(|_| "the tokenizer library panicked on it".to_owned())?;
		let mut tokenizer = parsed.map_err(|error| error.to_string())?;
		tokenizer.with_padding(None);
		tokenizer
			.with_truncation(None)
			.map_err(|error| format!("truncation can't be switched off: {error}"))?;
		Ok(Self { tokenizer: Box::new(tokenizer) })
	}

	/// One more than the largest token id.
	pub(crate) fn size(&self) -> usize {
		let largest = self.tokenizer.get_vocab(true).into_values().max();
		largest.map_or(0, |id| id as usize + 1)
	}

	/// The id of a token, if it exists.
	pub(crate) fn id(&self, token: &str) -> Option<u32> {
		self.tokenizer.token_to_id(token)
	}

	/// The token of an id, if it exists.
	pub(crate) fn token(&self, id: u32) -> Option<String> {
		self.tokenizer.id_to_token(id)
	}

	/// Tokens of a text. `special` adds the tokens that the tokenizer puts around a text.
	pub(crate) fn encode(&self, text: &str, special: bool) -> Result<Vec<u32>, EngineError> {
		let encoding = self.tokenizer.encode_fast(text, special).map_err(failed)?;
		Ok(encoding.get_ids().to_vec())
	}

	/// As [`Self::encode`] with special tokens, the text cut so that at most `max` tokens result.
	pub(crate) fn encode_truncated(&self, text: &str, max: usize) -> Result<Vec<u32>, EngineError> {
		let mut encoding = self.tokenizer.encode_fast(text, false).map_err(failed)?;
		let special = self
			.tokenizer
			.get_post_processor()
			.map_or(0, |processor| processor.added_tokens(false));
		encoding.truncate(max.saturating_sub(special), 0, tokenizers::TruncationDirection::Right);
		let encoding = self.tokenizer.post_process(encoding, None, true).map_err(failed)?;
		Ok(encoding.get_ids().to_vec())
	}

	/// The bytes that each of `size` tokens writes; those of special tokens, and of `ends`, after a mark that
	/// no text has.
	pub(crate) fn words(&self, size: usize, ends: &[u32]) -> Result<Vec<Vec<u8>>, String> {
		let read = || {
			let json = serde_json::to_value(&*self.tokenizer).map_err(|error| error.to_string())?;
			token_bytes_from_tokenizer_json(&json).map_err(|error| error.to_string())
		};
		let read = catch_unwind(AssertUnwindSafe(read));
		let mut words = read.map_err(|_| "its tokens can't be read as bytes".to_owned())??;
		words.resize(size, Vec::new());
		for end in ends {
			let Some(word) = words.get_mut(*end as usize) else { continue };
			if word.first() != Some(&TokTrie::SPECIAL_TOKEN_MARKER) {
				word.insert(0, TokTrie::SPECIAL_TOKEN_MARKER);
			}
		}
		Ok(words)
	}

	/// The text of tokens, special ones left out.
	pub(crate) fn decode(&self, tokens: &[u32]) -> Result<String, EngineError> {
		self.tokenizer.decode(tokens, true).map_err(failed)
	}
}

fn failed(error: tokenizers::Error) -> EngineError {
	EngineError::Tokenizer(error.to_string())
}

/// Turns a stream of tokens into a stream of text. A token can end inside a character, and what a
/// token reads as depends on its left neighbour; so the last tokens are decoded again until they
/// form whole characters.
#[derive(Debug, Default)]
pub(crate) struct TextStream {
	tokens: Vec<u32>,
	/// Tokens before this are only context.
	context: usize,
	/// Tokens before this have been emitted.
	emitted: usize,
}

impl TextStream {
	/// Adds a token and returns the text that it completed.
	pub(crate) fn push(
		&mut self,
		token: u32,
		decode: impl Fn(&[u32]) -> Result<String, EngineError>,
	) -> Result<String, EngineError> {
		self.tokens.push(token);
		// An unfinished character decodes as a replacement character. No character has more than
		// four bytes, so a longer run is real rubbish and must come out.
		let pending = self.tokens.len() - self.emitted;
		self.emit(decode, |text| !text.ends_with('\u{fffd}') || pending > 4)
	}

	/// The text that is still held back when the stream ends.
	pub(crate) fn finish(
		&mut self,
		decode: impl Fn(&[u32]) -> Result<String, EngineError>,
	) -> Result<String, EngineError> {
		self.emit(decode, |_| true)
	}

	/// The whole text of an answer at once, as a stream would have told it.
	pub(crate) fn read(
		tokens: &[u32],
		decode: impl Fn(&[u32]) -> Result<String, EngineError>,
	) -> Result<String, EngineError> {
		let mut stream = Self::default();
		let mut text = String::new();
		for &token in tokens {
			text.push_str(&stream.push(token, &decode)?);
		}
		text.push_str(&stream.finish(&decode)?);
		Ok(text)
	}

	fn emit(
		&mut self,
		decode: impl Fn(&[u32]) -> Result<String, EngineError>,
		ready: impl Fn(&str) -> bool,
	) -> Result<String, EngineError> {
		let before = decode(&self.tokens[self.context..self.emitted])?;
		let with = decode(&self.tokens[self.context..])?;
		match with.strip_prefix(before.as_str()) {
			Some(new) if !new.is_empty() && ready(new) => {
				self.context = self.emitted;
				self.emitted = self.tokens.len();
				Ok(new.to_owned())
			},
			_ => Ok(String::new()),
		}
	}
}
