//! A worker's keys: which it has, and how others know that they are its own.

use crate::envelope::{self, Kem, Opened, Terms, Unopened};
use chacha20poly1305::aead::OsRng;
use codec::{Decode, Encode};
use hpke::{Deserializable, Kem as _, Serializable};
use sp_core::{sr25519, H256};
use sp_runtime::traits::Verify;

const DOMAIN: &[u8] = b"reckon:worker-key:v1";

/// How long requests are sealed to a key, in milliseconds: a day.
pub const LASTS_MS: u64 = 24 * 60 * 60 * 1_000;
/// When another one takes its place: whoever has just seen the old one can use it still.
const RENEWED_MS: u64 = LASTS_MS / 2;
/// The most bytes of a signed key, in SCALE.
pub const MAX_KEY_BYTES: usize = 32 + 32 + 8 + 64;

/// A key that requests are sealed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct WorkerKey {
	/// Whose it is: its hot key.
	pub worker: sr25519::Public,
	/// X25519.
	pub key: [u8; 32],
	/// Nothing is sealed to it from then on, in Unix milliseconds.
	pub until: u64,
}

impl WorkerKey {
	/// What the hot key signs.
	pub fn payload(&self, genesis: &H256) -> Vec<u8> {
		[DOMAIN, genesis.as_bytes(), &self.encode()].concat()
	}
}

/// A key that its worker stands for.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct SignedWorkerKey {
	/// What is signed.
	pub key: WorkerKey,
	/// Of the hot key, over [`WorkerKey::payload`].
	pub signature: sr25519::Signature,
}

/// Why nothing is to be sealed to a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyFault {
	/// The worker that it names has not signed it, for this chain.
	#[error("the worker has not signed this key for this chain")]
	Signature,
	/// Its time is over, or longer than any key's.
	#[error("the worker's key is too old, or says that it lasts longer than keys do")]
	Time,
}

impl SignedWorkerKey {
	/// Whether requests may be sealed to it `now`, in Unix milliseconds. Whose worker it is, the chain knows.
	///
	/// # Errors
	/// With what is wrong.
	pub fn verify(&self, genesis: &H256, now: u64) -> Result<(), KeyFault> {
		let WorkerKey { worker, until, .. } = self.key;
		// An hour for clocks that differ.
		let most = now.saturating_add(LASTS_MS).saturating_add(60 * 60 * 1_000);
		if until <= now || until > most {
			return Err(KeyFault::Time);
		}
		match self.signature.verify(&self.key.payload(genesis)[..], &worker) {
			true => Ok(()),
			false => Err(KeyFault::Signature),
		}
	}
}

/// A key and when it was made.
struct Made {
	private: <Kem as hpke::Kem>::PrivateKey,
	public: [u8; 32],
	at: u64,
}

impl Made {
	fn new(now: u64) -> Self {
		let (private, public) = Kem::gen_keypair(&mut OsRng);
		Self { private, public: public.to_bytes().into(), at: now }
	}

	fn of(private: &[u8; 32], at: u64) -> Option<Self> {
		let private = <Kem as hpke::Kem>::PrivateKey::from_bytes(private).ok()?;
		let public = Kem::sk_to_pk(&private).to_bytes().into();
		Some(Self { private, public, at })
	}
}

/// The keys that a worker can open with. They are in memory only: who takes the machine later opens nothing
/// that was sealed before.
pub struct Keyring {
	current: Made,
	previous: Option<Made>,
}

impl Keyring {
	/// With a new key. Times are in Unix milliseconds.
	pub fn new(now: u64) -> Self {
		Self { current: Made::new(now), previous: None }
	}

	/// With a key that is known, such as a test vector's; `None` when it is none.
	pub fn of(private: &[u8; 32], now: u64) -> Option<Self> {
		Some(Self { current: Made::of(private, now)?, previous: None })
	}

	/// Makes another key when it is time, and forgets those that nothing is sealed to any more.
	pub fn renew(&mut self, now: u64) {
		if now >= self.current.at.saturating_add(RENEWED_MS) {
			let new = Made::new(now);
			self.previous = Some(std::mem::replace(&mut self.current, new));
		}
		// A request may be on its way for an hour.
		let gone = |made: &Made| now >= made.at.saturating_add(LASTS_MS + 60 * 60 * 1_000);
		self.previous = self.previous.take().filter(|made| !gone(made));
	}

	/// The key that requests are to be sealed to now.
	pub fn key(&self, worker: sr25519::Public) -> WorkerKey {
		let Made { public, at, .. } = self.current;
		WorkerKey { worker, key: public, until: at.saturating_add(LASTS_MS) }
	}

	/// Opens an envelope that was sealed to one of these keys for these terms.
	///
	/// # Errors
	/// When it was not, or is not as seals make them.
	pub fn open(
		&self,
		worker: &sr25519::Public,
		terms: &Terms,
		envelope: &[u8],
	) -> Result<Opened, Unopened> {
		let keys = std::iter::once(&self.current).chain(&self.previous);
		let keys: Vec<_> = keys.map(|made| &made.private).collect();
		envelope::open(&keys, worker, terms, envelope)
	}
}
