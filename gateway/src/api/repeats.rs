//! Retries: what a client that repeats itself asks.
//!
//! OpenAI's libraries repeat a body up to three times and say only which try it is. A client that wants
//! two answers sends the same body twice as a first try: so first tries of one body are counted, and a
//! later try belongs to the newest of them.

use axum::http::HeaderMap;
use reckon_gateway_store::KeyId;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use std::{
	collections::HashMap,
	sync::Mutex,
	time::{Duration, Instant},
};

const TRY: &str = "x-stainless-retry-count";
pub(super) const IDEMPOTENCY: &str = "idempotency-key";
/// How long a client may go on trying: as OpenAI's libraries wait for an answer.
const REMEMBERED: Duration = Duration::from_secs(600);
/// The most bodies that are counted.
const MAX_COUNTED: usize = 100_000;

/// How many first tries each body had.
#[derive(Default)]
pub(super) struct Repeats {
	tries: Mutex<HashMap<H256, (u32, Instant)>>,
}

impl Repeats {
	/// The name of what a client asks, if it may ask it again.
	pub(super) fn name(&self, key: KeyId, headers: &HeaderMap, body: &[u8]) -> Option<H256> {
		if let Some(name) = headers.get(IDEMPOTENCY) {
			return Some(named(key, name.as_bytes()));
		}
		let first = headers.get(TRY)?.as_bytes() == b"0";
		let body = hash(&[b"body", key.as_bytes(), body]);
		let count = self.count(body, first, Instant::now());
		Some(hash(&[b"try", body.as_bytes(), &count.to_le_bytes()]))
	}

	/// Which first try of a body this is, or belongs to. After a restart a later try belongs to the first
	/// one, which the store knows.
	fn count(&self, body: H256, first: bool, now: Instant) -> u32 {
		// Nothing in here can panic half done.
		let mut tries = self.tries.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
		let fresh = |at: Instant| now.saturating_duration_since(at) < REMEMBERED;
		if tries.len() >= MAX_COUNTED {
			tries.retain(|_, (_, at)| fresh(*at));
			if tries.len() >= MAX_COUNTED {
				tries.clear();
			}
		}
		let (count, at) = tries.entry(body).or_insert((0, now));
		if first || *count == 0 {
			*count = count.saturating_add(1);
		}
		*at = now;
		*count
	}
}

/// The name of what a client asks by an idempotency key, which is the same at all doors.
pub(super) fn named(key: KeyId, idempotency_key: &[u8]) -> H256 {
	hash(&[b"named", key.as_bytes(), idempotency_key])
}

fn hash(parts: &[&[u8]]) -> H256 {
	H256(blake2_256(&parts.concat()))
}
