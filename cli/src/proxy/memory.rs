//! The last answers and what they were answers to, for clients that name them in place of sending them again:
//! which no gateway could look up that is to read exactly what was signed for.

use std::{
	collections::{BTreeMap, VecDeque},
	sync::{Mutex, MutexGuard},
};

use axum::body::Bytes;
use reckon_openai::{references, resolve, Answered, Problem, References, Spoken};
use sp_core::H256;

/// The most bytes of answers that are remembered: those of weeks, for a person.
const MAX_ANSWERS: usize = 64 << 20;
/// The same of what they were answers to, which has all that was said before in it each time.
const MAX_ASKED: usize = 64 << 20;
/// What each of them takes besides its text.
const OVERHEAD: usize = 128;

/// What was said.
pub(super) struct Memory {
	state: Mutex<State>,
}

struct State {
	answers: Last<Answered>,
	/// The same with what they are answers to.
	asked: Last<Spoken>,
}

impl Default for Memory {
	fn default() -> Self {
		let (answers, asked) = (Last::of(MAX_ANSWERS), Last::of(MAX_ASKED));
		Self { state: Mutex::new(State { answers, asked }) }
	}
}

impl Memory {
	/// Remembers an answer; the oldest are forgotten for it.
	pub(super) fn keep(&self, request: H256, spoken: Spoken) {
		let answered = Answered::from(spoken.clone());
		let (asked, length) = (spoken.payload.len() + spoken.answer.len(), answered.bytes());
		let mut state = self.state();
		state.asked.keep(request, spoken, asked);
		state.answers.keep(request, answered, length);
	}

	/// A body with what was said in it that it names.
	///
	/// # Errors
	/// When that is too long for a prompt.
	pub(super) fn resolved(&self, body: &Bytes) -> Result<Bytes, Problem> {
		let named = references(body);
		if named == References::default() {
			return Ok(body.clone());
		}
		let (answers, said) = {
			let state = self.state();
			let answer = |id: &H256| state.answers.get(id).cloned();
			let answers = named.items.into_iter().filter_map(|id| Some((id, answer(&id)?)));
			let said = named.previous.and_then(|id| state.asked.get(&id).cloned());
			(answers.collect(), said)
		};
		Ok(resolve(body, &answers, said.as_ref())?.into())
	}

	fn state(&self) -> MutexGuard<'_, State> {
		// Nothing that is done under the lock can fail half-way.
		self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
	}
}

/// The last things by their requests, as many as there is room for.
struct Last<T> {
	things: BTreeMap<H256, (T, usize)>,
	/// The oldest first.
	order: VecDeque<H256>,
	bytes: usize,
	most: usize,
}

impl<T> Last<T> {
	fn of(most: usize) -> Self {
		Self { things: BTreeMap::new(), order: VecDeque::new(), bytes: 0, most }
	}

	fn get(&self, request: &H256) -> Option<&T> {
		self.things.get(request).map(|(thing, _)| thing)
	}

	/// Keeps one that is not there yet; a request has one answer.
	fn keep(&mut self, request: H256, thing: T, length: usize) {
		if self.things.contains_key(&request) {
			return;
		}
		let length = length.saturating_add(OVERHEAD);
		self.things.insert(request, (thing, length));
		self.order.push_back(request);
		self.bytes = self.bytes.saturating_add(length);
		while self.bytes > self.most {
			let Some(oldest) = self.order.pop_front() else { return };
			let freed = self.things.remove(&oldest).map_or(0, |(_, length)| length);
			self.bytes = self.bytes.saturating_sub(freed);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn oldest_should_be_forgotten_when_there_is_no_room() {
		let mut last = Last::of(3 * (OVERHEAD + 10));
		let id = |number| H256::repeat_byte(number);
		for number in [1, 2, 3, 4, 4] {
			last.keep(id(number), "0123456789", 10);
		}
		let known: Vec<_> = last.things.keys().copied().collect();
		assert_eq!(known, [id(2), id(3), id(4)]);
		last.keep(id(5), "longer than all of it", 1_000);
		assert!(last.things.is_empty());
		assert_eq!(last.bytes, 0);
	}
}
