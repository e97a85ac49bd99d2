//! How fast an engine is, and how long a request will take.

use std::time::{Duration, Instant};

/// The engine's own time over which a speed is averaged: what lies further back fades away.
const MEMORY: Duration = Duration::from_secs(30);
/// An older speed counts no more. Without this an engine that was slow for a moment, and refuses
/// everything since, would never be measured again.
const STALE: Duration = Duration::from_secs(60);

/// Tokens that a request has yet to read and, at most, to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Work {
	pub(super) read: usize,
	pub(super) write: usize,
}

impl Work {
	/// In how many turns it is done, with so many tokens of a prompt in each.
	pub(super) fn turns(&self, chunk: usize) -> usize {
		self.read.div_ceil(chunk).saturating_add(self.write)
	}

	/// The part of it that is done in so many turns.
	pub(super) fn in_turns(&self, turns: usize, chunk: usize) -> Self {
		let read = self.read.min(turns.saturating_mul(chunk));
		let write = self.write.min(turns.saturating_sub(read.div_ceil(chunk)));
		Self { read, write }
	}
}

/// An engine's speed in tokens per second, as far as it was measured lately.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pace {
	/// Reading prompts and texts.
	pub read: Option<f64>,
	/// Writing answers.
	pub write: Option<f64>,
}

impl Pace {
	/// How long some work takes; what was never measured counts nothing.
	pub(super) fn time_for(&self, work: Work) -> Duration {
		let seconds =
			|tokens: usize, speed: Option<f64>| speed.map_or(0.0, |speed| tokens as f64 / speed);
		let seconds = seconds(work.read, self.read) + seconds(work.write, self.write);
		Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
	}
}

/// Measures an engine by its turns: its own time, so that it does not matter how many requests
/// take turns.
#[derive(Debug, Default)]
pub(super) struct Meter {
	read: Average,
	write: Average,
	/// The first turn is over. It touches all weights for the first time, and says little.
	warm: bool,
}

impl Meter {
	/// A turn is over.
	pub(super) fn turned(&mut self, done: Work, took: Duration, now: Instant) {
		if done != Work::default() && !std::mem::replace(&mut self.warm, true) {
			return;
		}
		if done.read > 0 {
			// The first token comes with the last of the prompt, at no cost.
			self.read.add(done.read, took, now);
		} else if done.write > 0 {
			self.write.add(done.write, took, now);
		}
	}

	/// The speed as of now.
	pub(super) fn pace(&self, now: Instant) -> Pace {
		Pace { read: self.read.speed(now), write: self.write.speed(now) }
	}
}

/// An exponentially weighted average of tokens per second.
#[derive(Debug, Default)]
struct Average {
	tokens: f64,
	seconds: f64,
	measured_at: Option<Instant>,
}

impl Average {
	fn add(&mut self, tokens: usize, took: Duration, now: Instant) {
		if self.speed(now).is_none() {
			*self = Self::default();
		}
		let seconds = took.as_secs_f64();
		let kept = (-seconds / MEMORY.as_secs_f64()).exp();
		self.tokens = self.tokens * kept + tokens as f64;
		self.seconds = self.seconds * kept + seconds;
		self.measured_at = Some(now);
	}

	fn speed(&self, now: Instant) -> Option<f64> {
		let age = now.saturating_duration_since(self.measured_at?);
		// A clock too coarse for one turn has measured nothing.
		(age < STALE && self.seconds > 0.0).then(|| self.tokens / self.seconds)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const READ: Work = Work { read: 100, write: 0 };
	const WRITE: Work = Work { read: 0, write: 1 };

	fn millis(millis: u64) -> Duration {
		Duration::from_millis(millis)
	}

	#[test]
	fn work_should_be_divided_into_turns() {
		let work = Work { read: 25, write: 4 };
		assert_eq!(work.turns(10), 3 + 4);
		assert_eq!(work.in_turns(2, 10), Work { read: 20, write: 0 });
		assert_eq!(work.in_turns(5, 10), Work { read: 25, write: 2 });
		assert_eq!(work.in_turns(usize::MAX, 10), work);
	}

	#[test]
	fn time_should_be_nothing_when_nothing_was_measured() {
		let pace = Meter::default().pace(Instant::now());
		assert_eq!(pace, Pace::default());
		assert_eq!(pace.time_for(Work { read: 1_000, write: 1_000 }), Duration::ZERO);
	}

	/// A meter that has seen a first turn.
	fn warm() -> Meter {
		Meter { warm: true, ..Meter::default() }
	}

	#[test]
	fn first_turn_should_not_count() {
		let (mut meter, now) = (Meter::default(), Instant::now());
		meter.turned(READ, millis(60_000), now);
		assert_eq!(meter.pace(now).read, None);
		meter.turned(READ, millis(1_000), now);
		assert_eq!(meter.pace(now).read, Some(100.0));
	}

	#[test]
	fn reading_and_writing_should_be_measured_apart() {
		let (mut meter, now) = (warm(), Instant::now());
		// The first answer's token comes with its prompt.
		meter.turned(Work { read: 100, write: 1 }, millis(500), now);
		assert_eq!(meter.pace(now).write, None);
		for _ in 0..3 {
			meter.turned(WRITE, millis(100), now);
		}
		// A turn in which the engine failed.
		meter.turned(Work::default(), millis(9_000), now);
		let pace = meter.pace(now);
		let time = pace.time_for(Work { read: 300, write: 50 });
		assert!(time.abs_diff(millis(1_500 + 5_000)) < millis(1), "{time:?}");
	}

	#[test]
	fn speed_should_follow_the_engine_when_it_becomes_slow() {
		let (mut meter, now) = (warm(), Instant::now());
		for _ in 0..1_000 {
			meter.turned(WRITE, millis(10), now);
		}
		assert!(meter.pace(now).write.unwrap() > 99.0);
		for _ in 0..200 {
			meter.turned(WRITE, millis(1_000), now);
		}
		assert!(meter.pace(now).write.unwrap() < 1.5);
	}

	#[test]
	fn speed_should_be_forgotten_when_it_is_old() {
		let (mut meter, start) = (warm(), Instant::now());
		meter.turned(READ, millis(100_000), start);
		assert_eq!(meter.pace(start).read, Some(1.0));
		let later = start + STALE;
		assert_eq!(meter.pace(later).read, None);
		meter.turned(READ, millis(1_000), later);
		assert_eq!(meter.pace(later).read, Some(100.0), "what is forgotten does not come back");
	}
}
