//! Retries: what a client that repeats itself asks.
//!
//! OpenAI's libraries repeat a body up to three times and say only which try it is. A client that wants
//! two answers sends the same body twice as a first try: so first tries of one body are counted, and a
//! later try belongs to the newest of them. What is forgotten of that costs no first try its own answer:
//! the desk says that its name is taken, and it gets the next one.

use axum::http::HeaderMap;
use reckon_gateway_store::KeyId;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use std::{
	collections::HashMap,
	sync::Mutex,
	time::{Duration, Instant},
};

const COUNT: &str = "x-stainless-retry-count";
pub(super) const IDEMPOTENCY: &str = "idempotency-key";
/// How long a client may go on trying: as OpenAI's libraries wait for an answer.
const REMEMBERED: Duration = Duration::from_secs(600);
/// The most bodies that are counted.
const MAX_COUNTED: usize = 100_000;

/// What a client's try is called.
#[derive(Clone, Copy)]
pub(super) struct Try {
	/// By the desk.
	pub name: H256,
	/// Of a first try, what is counted.
	body: Option<H256>,
}

impl Try {
	/// Whether nothing else may have this name.
	pub(super) fn is_first(&self) -> bool {
		self.body.is_some()
	}
}

/// How many first tries each body had.
#[derive(Default)]
pub(super) struct Repeats {
	tries: Mutex<HashMap<H256, (u32, Instant)>>,
}

impl Repeats {
	/// The name of what a client asks, if it may ask it again.
	pub(super) fn name(&self, key: KeyId, headers: &HeaderMap, body: &[u8]) -> Option<Try> {
		if let Some(name) = headers.get(IDEMPOTENCY) {
			return Some(named(key, name.as_bytes()));
		}
		let first = headers.get(COUNT)?.as_bytes() == b"0";
		let body = hash(&[b"body", key.as_bytes(), body]);
		Some(self.of_try(body, first))
	}

	/// Another name for a first try whose name is taken.
	pub(super) fn next(&self, taken: Try) -> Try {
		taken.body.map_or(taken, |body| self.of_try(body, true))
	}

	fn of_try(&self, body: H256, first: bool) -> Try {
		let count = self.count(body, first, Instant::now());
		let name = hash(&[b"try", body.as_bytes(), &count.to_le_bytes()]);
		Try { name, body: first.then_some(body) }
	}

	/// Which first try of a body this is, or belongs to. After a restart a later try belongs to the first
	/// one, which the store knows.
	fn count(&self, body: H256, first: bool, now: Instant) -> u32 {
		// Nothing in here can panic half done.
		let mut tries = self.tries.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
		let fresh = |at: Instant| now.saturating_duration_since(at) < REMEMBERED;
		if tries.len() >= MAX_COUNTED {
			tries.retain(|_, (_, at)| fresh(*at));
		}
		if tries.len() >= MAX_COUNTED && !tries.contains_key(&body) {
			// The older half, so that this is seldom.
			let mut times: Vec<_> = tries.values().map(|(_, at)| *at).collect();
			let middle = times.len() / 2;
			let (_, middle, _) = times.select_nth_unstable(middle);
			let middle = *middle;
			tries.retain(|_, (_, at)| *at > middle);
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
pub(super) fn named(key: KeyId, idempotency_key: &[u8]) -> Try {
	Try { name: hash(&[b"named", key.as_bytes(), idempotency_key]), body: None }
}

fn hash(parts: &[&[u8]]) -> H256 {
	H256(blake2_256(&parts.concat()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn oldest_bodies_should_be_forgotten_when_there_are_too_many() {
		let repeats = Repeats::default();
		let start = Instant::now();
		let body = |number: usize| H256::from_low_u64_be(number as u64);
		let at = |millis: usize| start + Duration::from_millis(millis as u64);
		for number in 0..MAX_COUNTED {
			assert_eq!(repeats.count(body(number), true, at(number)), 1);
		}
		let now = MAX_COUNTED;
		assert_eq!(repeats.count(body(now - 1), true, at(now)), 2, "known, and makes no room");
		assert_eq!(repeats.count(body(now), true, at(now)), 1);
		assert_eq!(repeats.count(body(now - 1), false, at(now)), 2, "it is new");
		assert_eq!(repeats.count(body(now - 2), true, at(now)), 2, "it is new");
		assert_eq!(repeats.count(body(0), true, at(now)), 1, "it was old");
		assert!(repeats.tries.lock().unwrap().len() <= MAX_COUNTED);
	}
}
