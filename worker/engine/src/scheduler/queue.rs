//! Requests that wait for their turn.

use std::{
	collections::VecDeque,
	sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{Reply, Request};
use crate::error::{EngineError, Refused};

/// A request that was accepted and has not started.
pub(super) struct Waiting {
	pub(super) request: Request,
	pub(super) prompt: Vec<u32>,
	pub(super) bytes: u64,
	pub(super) reply: Reply,
}

/// How busy a scheduler is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
	/// Requests that wait.
	pub waiting: usize,
	/// Requests that are being computed.
	pub active: usize,
	/// Memory that the active ones hold, in bytes.
	pub active_bytes: u64,
}

#[derive(Default)]
struct State {
	waiting: VecDeque<Waiting>,
	active: usize,
	active_bytes: u64,
	/// No new requests.
	closed: bool,
	/// No more work at all.
	stopped: bool,
}

/// What the engine's thread does next.
pub(super) enum Next {
	/// Start this request.
	Start(Box<Waiting>),
	/// Nothing can start now: go on with the active ones.
	Continue,
	/// End the thread.
	Stop,
}

pub(super) struct Queue {
	state: Mutex<State>,
	changed: Condvar,
	max_waiting: usize,
}

impl Queue {
	pub(super) fn new(max_waiting: usize) -> Self {
		Self { state: Mutex::default(), changed: Condvar::new(), max_waiting }
	}

	/// No code panics while it holds the lock, so a poisoned state is a sound one.
	fn lock(&self) -> MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn room(&self, state: &State) -> Result<(), Refused> {
		if state.closed {
			return Err(Refused::Closed);
		}
		match state.waiting.len() {
			waiting if waiting >= self.max_waiting => Err(Refused::QueueFull { waiting }),
			_ => Ok(()),
		}
	}

	pub(super) fn check_room(&self) -> Result<(), Refused> {
		self.room(&self.lock())
	}

	/// Adds a request that is made only when there is room for it.
	pub(super) fn push(&self, make: impl FnOnce() -> Waiting) -> Result<(), Refused> {
		let mut state = self.lock();
		self.room(&state)?;
		state.waiting.push_back(make());
		self.changed.notify_one();
		Ok(())
	}

	/// Takes the next request if fewer than `max_active` run and its memory is free; waits for one
	/// when nothing is active. First come, first served: a large request is not overtaken.
	pub(super) fn next(&self, max_active: usize, memory_budget: u64) -> Next {
		let mut state = self.lock();
		loop {
			if state.stopped {
				return Next::Stop;
			}
			let cancelled = take_cancelled(&mut state.waiting);
			if !cancelled.is_empty() {
				// Callers are told without the lock: what they do is not ours to know.
				drop(state);
				for mut waiting in cancelled {
					waiting.reply.end(Err(EngineError::Cancelled));
				}
				state = self.lock();
				continue;
			}
			let free = memory_budget.saturating_sub(state.active_bytes);
			let fits = state.active < max_active.max(1)
				&& state.waiting.front().is_some_and(|first| first.bytes <= free);
			if fits {
				if let Some(first) = state.waiting.pop_front() {
					state.active += 1;
					state.active_bytes += first.bytes;
					return Next::Start(Box::new(first));
				}
			}
			if state.active > 0 {
				return Next::Continue;
			}
			if state.closed && state.waiting.is_empty() {
				return Next::Stop;
			}
			state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
		}
	}

	/// Gives back what an active request held.
	pub(super) fn finished(&self, bytes: u64) {
		let mut state = self.lock();
		state.active = state.active.saturating_sub(1);
		state.active_bytes = state.active_bytes.saturating_sub(bytes);
	}

	pub(super) fn load(&self) -> Load {
		let state = self.lock();
		Load {
			waiting: state.waiting.len(),
			active: state.active,
			active_bytes: state.active_bytes,
		}
	}

	pub(super) fn is_stopped(&self) -> bool {
		self.lock().stopped
	}

	/// Takes no more requests; with `stop`, also drops those that wait.
	pub(super) fn close(&self, stop: bool) {
		let mut state = self.lock();
		state.closed = true;
		let dropped = match stop {
			true => {
				state.stopped = true;
				std::mem::take(&mut state.waiting)
			},
			false => VecDeque::new(),
		};
		drop(state);
		drop(dropped);
		self.changed.notify_all();
	}
}

fn take_cancelled(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
	if !waiting.iter().any(|one| one.reply.cancel.is_cancelled()) {
		return Vec::new();
	}
	let all = std::mem::take(waiting).into_iter();
	let (cancelled, kept): (Vec<_>, Vec<_>) = all.partition(|one| one.reply.cancel.is_cancelled());
	waiting.extend(kept);
	cancelled
}
