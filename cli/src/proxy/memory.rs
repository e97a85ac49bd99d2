//! The last answers and what they were answers to, for clients that name them in place of sending them again:
//! which no gateway could look up that is to read exactly what was signed for.

use std::{
	collections::{BTreeMap, VecDeque},
	sync::{Mutex, MutexGuard},
};

use axum::body::Bytes;
use reckon_openai::{references, resolve, Problem, Spoken};
use sp_core::H256;

/// The most bytes of conversations that are remembered, each turn with all before it: those of days, for a
/// person.
const MAX_BYTES: usize = 64 << 20;
/// What a turn takes besides its texts.
const OVERHEAD: usize = 128;

/// Answers by their requests.
pub(super) struct Memory {
	state: Mutex<State>,
	most: usize,
}

#[derive(Default)]
struct State {
	answers: BTreeMap<H256, Spoken>,
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
	pub(super) fn keep(&self, request: H256, spoken: Spoken) {
		let mut state = self.state();
		let added = length(&spoken);
		if state.answers.insert(request, spoken).is_some() {
			return;
		}
		state.order.push_back(request);
		state.bytes = state.bytes.saturating_add(added);
		while state.bytes > self.most {
			let Some(oldest) = state.order.pop_front() else { return };
			let freed = state.answers.remove(&oldest).map_or(0, |spoken| length(&spoken));
			state.bytes = state.bytes.saturating_sub(freed);
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

fn length(spoken: &Spoken) -> usize {
	spoken.payload.len().saturating_add(spoken.answer.len()).saturating_add(OVERHEAD)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn memory_should_forget_the_oldest_when_it_is_full() {
		let memory = Memory::of(3 * (OVERHEAD + 10));
		let id = |number| H256::repeat_byte(number);
		let spoken = |answer: &str| Spoken {
			payload: b"01234".to_vec(),
			instructed: false,
			answer: answer.to_owned(),
		};
		for number in 1..=4 {
			memory.keep(id(number), spoken("56789"));
		}
		memory.keep(id(4), spoken("56789"));
		let known: Vec<_> = memory.state().answers.keys().copied().collect();
		assert_eq!(known, [id(2), id(3), id(4)]);
		memory.keep(id(5), spoken(&"x".repeat(1_000)));
		assert!(memory.state().answers.is_empty());
		assert_eq!(memory.state().bytes, 0);
	}
}
