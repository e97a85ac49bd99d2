//! Requests that wait for their turn.

use std::{
	collections::{BTreeMap, VecDeque},
	sync::{Condvar, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};

use super::{
	pace::{Meter, Pace, Work},
	Admitted, Reply, Request,
};
use crate::error::{EngineError, Refused};

/// A request that was accepted and has not started.
pub(super) struct Waiting {
	pub(super) request: Request,
	pub(super) admitted: Admitted,
	/// When it must be done.
	pub(super) due: Option<Instant>,
	pub(super) reply: Reply,
}

/// A request that is being computed.
struct Active {
	bytes: u64,
	work: Work,
	due: Option<Instant>,
}

/// Names an active request.
pub(super) type Place = u64;

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
	active: BTreeMap<Place, Active>,
	next_place: Place,
	meter: Meter,
	/// No new requests.
	closed: bool,
	/// No more work at all.
	stopped: bool,
}

impl State {
	fn active_bytes(&self) -> u64 {
		self.active.values().map(|active| active.bytes).sum()
	}

	/// How long it takes, at the speed that was measured, until a new request is done.
	fn time_until_done(&self, bounds: &Bounds, admitted: &Admitted) -> Duration {
		let pace = self.meter.pace(Instant::now());
		let own = pace.time_for(admitted.work);
		let (chunk, mut turns) = (bounds.prefill_chunk, usize::MAX);
		if self.waiting.is_empty() && bounds.fits(self, admitted.bytes) {
			// It starts at once, and none of the others has more turns than it has itself.
			turns = admitted.work.turns(chunk);
		}
		let active = self.active.values().map(|active| active.work.in_turns(turns, chunk));
		let waiting = self.waiting.iter().map(|waiting| waiting.admitted.work);
		let ahead = active.chain(waiting).map(|work| pace.time_for(work));
		ahead.fold(own, Duration::saturating_add)
	}

	/// Whether a request that was accepted would be late if the new one took turns with it, and would
	/// not be late otherwise.
	fn would_make_late(&self, bounds: &Bounds, admitted: &Admitted, now: Instant) -> bool {
		if bounds.max_active <= 1 {
			// It begins when all others are done.
			return false;
		}
		let (chunk, pace) = (bounds.prefill_chunk, self.meter.pace(now));
		let active = self.active.values().map(|active| (active.work, active.due));
		let waiting = self.waiting.iter().map(|waiting| (waiting.admitted.work, waiting.due));
		let accepted: Vec<_> = active.chain(waiting).collect();
		accepted.iter().enumerate().any(|(nth, (own, due))| {
			let Some(left) = due.map(|due| due.saturating_duration_since(now)) else {
				return false;
			};
			// Those that began before it may all have to end first, if it waits still.
			let is_active = nth < self.active.len();
			let turns = own.turns(chunk);
			let others = accepted.iter().enumerate().filter(|(other, _)| *other != nth);
			let others = others.map(|(other, (work, _))| match !is_active && other < nth {
				true => *work,
				false => work.in_turns(turns, chunk),
			});
			let needed = others
				.map(|work| pace.time_for(work))
				.fold(pace.time_for(*own), Duration::saturating_add);
			let more = pace.time_for(admitted.work.in_turns(turns, chunk));
			needed <= left && needed.saturating_add(more) > left
		})
	}
}

/// The bounds of a queue and of what is taken from it.
pub(super) struct Bounds {
	pub(super) max_waiting: usize,
	pub(super) max_active: usize,
	pub(super) memory_budget: u64,
	/// Tokens of a prompt that are read in one turn; at least 1.
	pub(super) prefill_chunk: usize,
}

impl Bounds {
	/// Whether one more request can be computed now.
	fn fits(&self, state: &State, bytes: u64) -> bool {
		let free = self.memory_budget.saturating_sub(state.active_bytes());
		state.active.len() < self.max_active.max(1) && bytes <= free
	}
}

/// What the engine's thread does next.
pub(super) enum Next {
	/// Start this request.
	Start(Place, Box<Waiting>),
	/// Nothing can start now: go on with the active ones.
	Continue,
	/// End the thread.
	Stop,
}

pub(super) struct Queue {
	state: Mutex<State>,
	changed: Condvar,
	bounds: Bounds,
}

impl Queue {
	pub(super) fn new(bounds: Bounds) -> Self {
		Self { state: Mutex::default(), changed: Condvar::new(), bounds }
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
			waiting if waiting >= self.bounds.max_waiting => Err(Refused::QueueFull { waiting }),
			_ => Ok(()),
		}
	}

	pub(super) fn check_room(&self) -> Result<(), Refused> {
		self.room(&self.lock())
	}

	/// Adds a request, if there is room for it and it will be done within the limit. `reply` is
	/// made only then: it would tell its listener if it were dropped.
	pub(super) fn push(
		&self,
		request: Request,
		admitted: Admitted,
		limit: Option<Duration>,
		reply: impl FnOnce() -> Reply,
	) -> Result<(), Refused> {
		let mut state = self.lock();
		self.room(&state)?;
		let now = Instant::now();
		let mut due = None;
		if let Some(limit) = limit {
			let needed = state.time_until_done(&self.bounds, &admitted);
			// Whatever the speed, no time at all is too little.
			if needed > limit || limit.is_zero() {
				return Err(Refused::TooSlow { needed, limit });
			}
			due = now.checked_add(limit);
		}
		if state.would_make_late(&self.bounds, &admitted, now) {
			return Err(Refused::WouldDelay);
		}
		state.waiting.push_back(Waiting { request, admitted, due, reply: reply() });
		self.changed.notify_one();
		Ok(())
	}

	/// Takes the next request if fewer than `max_active` run and its memory is free; waits for one
	/// when nothing is active. First come, first served: a large request is not overtaken.
	pub(super) fn next(&self) -> Next {
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
			let first = state.waiting.front().map(|first| first.admitted.bytes);
			if first.is_some_and(|bytes| self.bounds.fits(&state, bytes)) {
				if let Some(first) = state.waiting.pop_front() {
					let place = state.next_place;
					state.next_place += 1;
					let Admitted { bytes, work, .. } = first.admitted;
					state.active.insert(place, Active { bytes, work, due: first.due });
					return Next::Start(place, Box::new(first));
				}
			}
			if !state.active.is_empty() {
				return Next::Continue;
			}
			if state.closed && state.waiting.is_empty() {
				return Next::Stop;
			}
			state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
		}
	}

	/// An active request has had a turn, and this is left to do.
	pub(super) fn turned(&self, place: Place, left: Work, took: Duration) {
		let mut state = self.lock();
		let Some(active) = state.active.get_mut(&place) else { return };
		let before = std::mem::replace(&mut active.work, left);
		let done = Work {
			read: before.read.saturating_sub(left.read),
			write: before.write.saturating_sub(left.write),
		};
		state.meter.turned(done, took, Instant::now());
	}

	/// Gives back what an active request held.
	pub(super) fn finished(&self, place: Place) {
		self.lock().active.remove(&place);
	}

	pub(super) fn pace(&self) -> Pace {
		self.lock().meter.pace(Instant::now())
	}

	pub(super) fn slots(&self) -> usize {
		self.bounds.max_active.max(1)
	}

	pub(super) fn load(&self) -> Load {
		let state = self.lock();
		Load {
			waiting: state.waiting.len(),
			active: state.active.len(),
			active_bytes: state.active_bytes(),
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
