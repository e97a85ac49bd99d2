//! What client and worker have, and nobody else.

use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, Key, KeyInit, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;

const COMMITMENT: &[u8] = b"commitment";
const QUESTION: &[u8] = b"question";
const ANSWER: &[u8] = b"answer";

/// What all keys of one request come from. Whoever has it reads question and answer, and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str("Secret")
	}
}

impl From<[u8; 32]> for Secret {
	fn from(bytes: [u8; 32]) -> Self {
		Self(bytes)
	}
}

impl Secret {
	/// As an auditor is shown it.
	pub fn bytes(&self) -> &[u8; 32] {
		&self.0
	}

	/// What binds an envelope to it.
	pub(crate) fn commitment(&self) -> [u8; 32] {
		self.derive(None, COMMITMENT)
	}

	/// The question's ciphertext. The key is used once.
	pub(crate) fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
		self.question().encrypt(&Nonce::default(), plain).ok()
	}

	pub(crate) fn open(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
		self.question().decrypt(&Nonce::default(), ciphertext).ok()
	}

	/// The key of the answer that begins with this salt.
	pub(crate) fn answer(&self, salt: &[u8; 32]) -> Key {
		self.derive(Some(salt), ANSWER).into()
	}

	fn question(&self) -> ChaCha20Poly1305 {
		ChaCha20Poly1305::new(&self.derive(None, QUESTION).into())
	}

	fn derive(&self, salt: Option<&[u8]>, info: &[u8]) -> [u8; 32] {
		let mut key = [0; 32];
		// It fails for more than 8,160 bytes only.
		let _ = Hkdf::<Sha256>::new(salt, &self.0).expand(info, &mut key);
		key
	}
}
