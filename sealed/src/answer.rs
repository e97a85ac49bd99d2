//! An answer that only its client reads.

use crate::{
	pad::{pad, unpad},
	secret::Secret,
};
use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use chacha20poly1305::{
	aead::{
		rand_core::RngCore,
		stream::{DecryptorBE32, EncryptorBE32},
		OsRng,
	},
	ChaCha20Poly1305,
};
use codec::{Decode, Encode};

/// What the lengths of parts are multiples of.
const BLOCK: usize = 32;
/// What ends a part that others follow, and the last one.
const NEXT: char = '.';
const LAST: char = '!';
/// The longest part, as text: more than any answer that a gateway takes.
pub const MAX_PART: usize = 8 << 20;

/// How an answer has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Finish {
	/// The model ended, or a stop string did.
	#[codec(index = 0)]
	Stop,
	/// It is as long as it may be.
	#[codec(index = 1)]
	Length,
	/// Nobody waited for more.
	#[codec(index = 2)]
	Cancelled,
}

/// A part of an answer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Part {
	/// Follows what came before.
	pub text: String,
	/// In the last part, how the answer has ended.
	pub finish: Option<Finish>,
}

/// Seals an answer while it is written.
pub struct Sealer {
	stream: EncryptorBE32<ChaCha20Poly1305>,
	/// Until it is told, with the first part.
	salt: Option<[u8; 32]>,
}

impl Sealer {
	/// A new answer: two of one question share no key.
	pub fn new(secret: &Secret) -> Self {
		let mut salt = [0; 32];
		OsRng.fill_bytes(&mut salt);
		let key = secret.answer(&salt);
		Self { stream: EncryptorBE32::new(&key, &Default::default()), salt: Some(salt) }
	}

	/// Seals a part that others follow. `None` after 2^32 of them.
	pub fn next(&mut self, text: &str) -> Option<String> {
		let part = pad(&Part { text: text.into(), finish: None }, BLOCK);
		let sealed = self.stream.encrypt_next(&part[..]).ok()?;
		Some(self.write(&sealed, NEXT))
	}

	/// Seals the last part.
	pub fn last(self, text: &str, finish: Finish) -> Option<String> {
		let part = pad(&Part { text: text.into(), finish: Some(finish) }, BLOCK);
		let Self { stream, salt } = self;
		let sealed = stream.encrypt_last(&part[..]).ok()?;
		Some(write(salt, &sealed, LAST))
	}

	fn write(&mut self, sealed: &[u8], end: char) -> String {
		write(self.salt.take(), sealed, end)
	}
}

fn write(salt: Option<[u8; 32]>, sealed: &[u8], end: char) -> String {
	let mut text = String::new();
	if let Some(salt) = salt {
		URL_SAFE_NO_PAD.encode_string(salt, &mut text);
		text.push(NEXT);
	}
	URL_SAFE_NO_PAD.encode_string(sealed, &mut text);
	text.push(end);
	text
}

/// The answer is not what the worker has sealed, or not in its order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the sealed answer can't be opened: it is not, or not all, that its worker wrote")]
pub struct Broken;

/// Opens an answer while it comes in.
pub struct Unsealer {
	secret: Secret,
	/// Begun by the salt, and gone after the last part.
	stream: Stream,
	/// The beginning of a part.
	held: String,
}

enum Stream {
	New,
	Open(DecryptorBE32<ChaCha20Poly1305>),
	Over,
}

impl Unsealer {
	/// Of the answer to the question with this secret.
	pub fn new(secret: Secret) -> Self {
		Self { secret, stream: Stream::New, held: String::new() }
	}

	/// Opens what has come in, as far as parts are whole.
	///
	/// # Errors
	/// When something was changed, left out, moved or added. Nothing is to be believed from there on.
	pub fn push(&mut self, text: &str) -> Result<Vec<Part>, Broken> {
		let mut parts = Vec::new();
		for piece in text.split_inclusive([NEXT, LAST]) {
			if self.held.len().saturating_add(piece.len()) > MAX_PART {
				return Err(Broken);
			}
			self.held.push_str(piece);
			if piece.ends_with([NEXT, LAST]) {
				parts.extend(self.part()?);
			}
		}
		Ok(parts)
	}

	/// Whether the last part is here.
	pub fn is_over(&self) -> bool {
		matches!(self.stream, Stream::Over)
	}

	/// What is held, which is a part or the salt.
	fn part(&mut self) -> Result<Option<Part>, Broken> {
		let mut held = std::mem::take(&mut self.held);
		let is_last = held.pop() == Some(LAST);
		let sealed = URL_SAFE_NO_PAD.decode(held).map_err(|_| Broken)?;
		let plain = match std::mem::replace(&mut self.stream, Stream::Over) {
			Stream::New if !is_last => {
				let salt = sealed.try_into().map_err(|_| Broken)?;
				let key = self.secret.answer(&salt);
				self.stream = Stream::Open(DecryptorBE32::new(&key, &Default::default()));
				return Ok(None);
			},
			Stream::Open(mut stream) if !is_last => {
				let plain = stream.decrypt_next(&sealed[..]).map_err(|_| Broken)?;
				self.stream = Stream::Open(stream);
				plain
			},
			Stream::Open(stream) => stream.decrypt_last(&sealed[..]).map_err(|_| Broken)?,
			Stream::New | Stream::Over => return Err(Broken),
		};
		let part: Part = unpad(&plain, BLOCK).ok_or(Broken)?;
		match part.finish.is_some() == is_last {
			true => Ok(Some(part)),
			false => Err(Broken),
		}
	}
}

/// Opens an answer that is all there.
///
/// # Errors
/// When it is not, or not what the worker has sealed.
pub fn open_answer(secret: Secret, output: &[u8]) -> Result<(String, Finish), Broken> {
	let mut unsealer = Unsealer::new(secret);
	let parts = unsealer.push(std::str::from_utf8(output).map_err(|_| Broken)?)?;
	let finish = parts.last().and_then(|part| part.finish);
	let is_whole = unsealer.is_over() && unsealer.held.is_empty();
	let finish = finish.filter(|_| is_whole).ok_or(Broken)?;
	Ok((parts.into_iter().map(|part| part.text).collect(), finish))
}
