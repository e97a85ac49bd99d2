//! The last answers, for clients that name them in place of sending them again: which no gateway could look
//! up that is to read exactly what was signed for.

use std::{
	collections::{BTreeMap, VecDeque},
	sync::{Mutex, MutexGuard},
};

use axum::body::Bytes;
use reckon_openai::{references, resolve, Problem};
use sp_core::H256;

/// The most bytes of answers that are remembered: those of weeks, for a person.
const MAX_BYTES: usize = 64 << 20;
/// What an answer takes besides its text.
const OVERHEAD: usize = 128;

/// Answers by their requests.
pub(super) struct Memory {
	state: Mutex<State>,
	most: usize,
}

#[derive(Default)]
struct State {
	answers: BTreeMap<H256, String>,
	/// The oldest first.
	order: VecDeque<H256>,
	bytes: usize,
}

impl Default for Memory {
	fn default() -> Self {
		Self::of(MAX_BYTES)
	}
}

impl Memory {
	fn of(most: usize) -> Self {
		Self { state: Mutex::default(), most }
	}

	/// Remembers an answer; the oldest are forgotten for it.
	pub(super) fn keep(&self, request: H256, text: &str) {
		let mut state = self.state();
		if state.answers.insert(request, text.to_owned()).is_some() {
			return;
		}
		state.order.push_back(request);
		state.bytes = state.bytes.saturating_add(text.len()).saturating_add(OVERHEAD);
		while state.bytes > self.most {
			let Some(oldest) = state.order.pop_front() else { return };
			let length = state.answers.remove(&oldest).map_or(0, |text| text.len());
			state.bytes = state.bytes.saturating_sub(length).saturating_sub(OVERHEAD);
		}
	}

	/// A body with the answers in it that it names.
	///
	/// # Errors
	/// When that is too long for a prompt.
	pub(super) fn resolved(&self, body: &Bytes) -> Result<Bytes, Problem> {
		let named = references(body);
		if named.is_empty() {
			return Ok(body.clone());
		}
		let known = {
			let state = self.state();
			let known =
				named.into_iter().filter_map(|id| Some((id, state.answers.get(&id)?.clone())));
			known.collect()
		};
		Ok(resolve(body, &known)?.into())
	}

	fn state(&self) -> MutexGuard<'_, State> {
		// Nothing that is done under the lock can fail half-way.
		self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn memory_should_forget_the_oldest_when_it_is_full() {
		let memory = Memory::of(3 * (OVERHEAD + 10));
		let id = |number| H256::repeat_byte(number);
		for number in 1..=4 {
			memory.keep(id(number), "0123456789");
		}
		memory.keep(id(4), "0123456789");
		let known: Vec<_> = memory.state().answers.keys().copied().collect();
		assert_eq!(known, [id(2), id(3), id(4)]);
		memory.keep(id(5), &"x".repeat(1_000));
		assert!(memory.state().answers.is_empty());
		assert_eq!(memory.state().bytes, 0);
	}
}
