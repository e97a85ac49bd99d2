//! A question that only its worker reads.

use crate::{
	key::WorkerKey,
	pad::{pad, unpad},
	secret::Secret,
};
use chacha20poly1305::aead::OsRng;
use codec::Encode;
use hpke::{
	aead::ExportOnlyAead, kdf::HkdfSha256, kem::X25519HkdfSha256, setup_receiver, setup_sender,
	Deserializable, OpModeR, OpModeS, Serializable,
};
use reckon_primitives::{AccountId, ChannelId, ContentRef, SEALED};
use reckon_receipts::Request;
use sp_core::{sr25519, H256};

pub(crate) type Kem = X25519HkdfSha256;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;

const DOMAIN: &[u8; 16] = &SEALED;
const SECRET: &[u8] = b"secret";
/// What questions' lengths are multiples of.
const BLOCK: usize = 256;
/// What is before the ciphertext: domain, worker, HPKE's key and the commitment.
const HEAD: usize = 16 + 32 + 32 + 32;
const TAG: usize = 16;
/// An envelope has at most so many bytes more than its question: its head, the tag, a length and padding.
pub const MAX_OVERHEAD: usize = HEAD + TAG + 4 + BLOCK;

/// What a question is asked under: sealed for one, it can't be opened for another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
	/// The chain.
	pub genesis: H256,
	/// Who passes it on.
	pub gateway: AccountId,
	/// The channel that pays.
	pub channel: ChannelId,
	/// Its lane.
	pub lane: u16,
	/// The request. Its payload is not looked at: it is what is being made, or opened.
	pub request: Request,
}

impl Terms {
	fn info(&self, worker: &sr25519::Public) -> Vec<u8> {
		let Self { genesis, gateway, channel, lane, request } = self;
		let payload = ContentRef { hash: H256::zero(), length: 0 };
		let bound = (worker, gateway, channel, lane, Request { payload, ..*request });
		[&DOMAIN[..], genesis.as_bytes(), &bound.encode()].concat()
	}
}

/// Why an envelope is not opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unopened {
	/// It is none, or of a form that is not known here.
	#[error("the sealed request is malformed")]
	Malformed,
	/// It is another worker's, or was sealed to a key that is gone, or for something else.
	#[error("the request was sealed to another key, or for other terms")]
	NotOurs,
}

/// A question that was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
	/// As the client made it.
	pub payload: Vec<u8>,
	/// What the answer is sealed under.
	pub secret: Secret,
}

/// What an envelope shows.
struct Shown<'a> {
	worker: [u8; 32],
	enc: [u8; 32],
	commitment: [u8; 32],
	ciphertext: &'a [u8],
}

fn shown(envelope: &[u8]) -> Option<Shown<'_>> {
	let rest = envelope.strip_prefix(DOMAIN)?;
	let (worker, rest) = rest.split_first_chunk::<32>()?;
	let (enc, rest) = rest.split_first_chunk::<32>()?;
	let (commitment, ciphertext) = rest.split_first_chunk::<32>()?;
	let is_whole = ciphertext.len().checked_sub(TAG).is_some_and(|len| len > 0 && len % BLOCK == 0);
	is_whole.then_some(Shown { worker: *worker, enc: *enc, commitment: *commitment, ciphertext })
}

/// Whether a payload is sealed, well or badly.
pub fn is_sealed(payload: &[u8]) -> bool {
	payload.starts_with(DOMAIN)
}

/// Who alone can answer a sealed payload; `None` when it is none.
pub fn worker_of(payload: &[u8]) -> Option<sr25519::Public> {
	shown(payload).map(|shown| sr25519::Public::from_raw(shown.worker))
}

/// How long the envelope of a question of so many bytes is.
pub fn sealed_len(payload: usize) -> usize {
	let prefix = match payload {
		0..=0x3f => 1,
		0x40..=0x3fff => 2,
		_ => 4,
	};
	payload.saturating_add(prefix).next_multiple_of(BLOCK).saturating_add(HEAD + TAG)
}

/// Seals a question to a worker; `None` when its key is none, or the system has no randomness.
pub fn seal(key: &WorkerKey, terms: &Terms, payload: &[u8]) -> Option<(Vec<u8>, Secret)> {
	let public = <Kem as hpke::Kem>::PublicKey::from_bytes(&key.key).ok()?;
	let info = terms.info(&key.worker);
	let (enc, context) = setup_sender::<ExportOnlyAead, HkdfSha256, Kem, _>(
		&OpModeS::Base,
		&public,
		&info,
		&mut OsRng,
	)
	.ok()?;
	let mut exported = [0; 32];
	context.export(SECRET, &mut exported).ok()?;
	let secret = Secret::from(exported);
	let ciphertext = secret.seal(&pad(&payload, BLOCK))?;
	let enc = enc.to_bytes();
	let parts = [&DOMAIN[..], &key.worker.0, &enc, &secret.commitment(), &ciphertext];
	Some((parts.concat(), secret))
}

pub(crate) fn open(
	keys: &[&PrivateKey],
	worker: &sr25519::Public,
	terms: &Terms,
	envelope: &[u8],
) -> Result<Opened, Unopened> {
	let shown = shown(envelope).ok_or(Unopened::Malformed)?;
	if shown.worker != worker.0 {
		return Err(Unopened::NotOurs);
	}
	let info = terms.info(worker);
	let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(&shown.enc);
	let enc = enc.map_err(|_| Unopened::Malformed)?;
	let secrets = keys.iter().filter_map(|key| {
		let mode = OpModeR::Base;
		let context = setup_receiver::<ExportOnlyAead, HkdfSha256, Kem>(&mode, key, &enc, &info);
		let mut exported = [0; 32];
		context.ok()?.export(SECRET, &mut exported).ok()?;
		Some(Secret::from(exported))
	});
	let mut secrets = secrets.filter(|secret| secret.commitment() == shown.commitment);
	open_with(secrets.next().ok_or(Unopened::NotOurs)?, envelope)
}

/// Opens an envelope by the secret that it is bound to, as auditors do.
///
/// # Errors
/// When it is bound to another one, or its worker could not have opened it either.
pub fn open_with(secret: Secret, envelope: &[u8]) -> Result<Opened, Unopened> {
	let shown = shown(envelope).ok_or(Unopened::Malformed)?;
	if secret.commitment() != shown.commitment {
		return Err(Unopened::NotOurs);
	}
	let plain = secret.open(shown.ciphertext).ok_or(Unopened::Malformed)?;
	let payload = unpad(&plain, BLOCK).ok_or(Unopened::Malformed)?;
	Ok(Opened { payload, secret })
}
