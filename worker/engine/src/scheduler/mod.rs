//! Owns an engine and its memory, and decides who computes when.
//!
//! One thread per engine. Requests wait in a bounded queue until their memory is free, then take
//! turns: a chunk of prompt or one token each, round-robin. Sequences are interleaved and not yet
//! computed together, so each answer has exactly the bits that it has alone. Every accepted
//! request ends with one `Done` or `Failed`, also when the engine panics or the scheduler stops.
//! A request that must be done in time is refused at once when, at the speed that was measured so
//! far, it would not be.

mod pace;
mod queue;
mod turns;

use std::{
	panic::{catch_unwind, AssertUnwindSafe},
	sync::{mpsc, Arc},
	thread::{self, JoinHandle},
	time::Duration,
};

pub use self::{pace::Pace, queue::Load};
use self::{
	pace::Work,
	queue::{Bounds, Queue},
};
use reckon_verification::{Hash, Rows, SamplingParams};

use crate::{
	audit::{self, Audit, Claim},
	engine::{BatchEngine, Capabilities, StepEngine},
	error::{EngineError, Refused},
	task::{Answer, Cancel, Event, Likely, Task},
};

/// The bounds of a scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulerConfig {
	/// Requests that may wait.
	pub max_waiting: usize,
	/// Requests that may be computed in turns.
	pub max_active: usize,
	/// Memory for the caches of all active requests, in bytes; weights are not counted.
	pub memory_budget: u64,
	/// Tokens of a prompt that are read in one turn: longer chunks finish a prompt sooner, shorter
	/// ones let the other requests wait less.
	pub prefill_chunk: usize,
}

impl Default for SchedulerConfig {
	fn default() -> Self {
		Self { max_waiting: 64, max_active: 8, memory_budget: 2 << 30, prefill_chunk: 256 }
	}
}

/// A task and how to do it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
	/// What is asked.
	pub task: Task,
	/// How tokens are chosen; not looked at by embeddings.
	pub sampling: SamplingParams,
	/// The job, when its answer must be committed to: the answer then brings its evidence.
	pub evidence: Option<Hash>,
	/// How many alternatives each token is told with; `None`: without probabilities.
	pub likely: Option<usize>,
}

/// A request that was taken.
#[derive(Debug, Clone)]
pub struct Accepted {
	/// Stops it.
	pub cancel: Cancel,
	/// Tokens that are read for it; the whole of them once it has written one.
	pub units_in: u64,
}

/// What admission found out about a request.
struct Admitted {
	prompt: Vec<u32>,
	/// Memory that the request holds while it is active.
	bytes: u64,
	/// What there is to do, at most.
	work: Work,
}

type Admission = dyn Fn(&Request) -> Result<Admitted, EngineError> + Send + Sync;

/// Where a request's events go; false when nobody listens any more.
type Sink = Box<dyn FnMut(Event) -> bool + Send>;

/// A running engine. Dropping it ends all requests with `Failed(Stopped)`; [`Self::drain`] lets
/// them finish.
pub struct Scheduler {
	capabilities: Capabilities,
	memory_budget: u64,
	admission: Box<Admission>,
	auditor: Box<dyn Auditor>,
	queue: Arc<Queue>,
	thread: Option<JoinHandle<()>>,
}

/// An engine as an auditor sees it. Its panics are errors.
trait Auditor: Send + Sync {
	fn row_width(&self) -> usize;
	fn audit(&self, claim: &Claim) -> Result<Audit, EngineError>;
	fn logits_apart(&self, worker: &Rows, auditor: &Rows) -> Result<f32, EngineError>;
}

struct TextAuditor<E>(Arc<E>);

impl<E: StepEngine> Auditor for TextAuditor<E> {
	fn row_width(&self) -> usize {
		self.0.width()
	}

	fn audit(&self, claim: &Claim) -> Result<Audit, EngineError> {
		caught(|| audit::text(&*self.0, claim))
	}

	fn logits_apart(&self, worker: &Rows, auditor: &Rows) -> Result<f32, EngineError> {
		caught(|| audit::logits_apart(&*self.0, worker, auditor))
	}
}

struct VectorAuditor<E>(Arc<E>);

impl<E: BatchEngine> Auditor for VectorAuditor<E> {
	fn row_width(&self) -> usize {
		self.0.capabilities().vector_length
	}

	fn audit(&self, claim: &Claim) -> Result<Audit, EngineError> {
		caught(|| audit::vectors(&*self.0, claim))
	}

	/// Vectors have none.
	fn logits_apart(&self, _: &Rows, _: &Rows) -> Result<f32, EngineError> {
		Ok(0.0)
	}
}

/// When the engine's thread ends, for whatever reason, nothing is left waiting for it.
struct CloseOnExit(Arc<Queue>);

impl Drop for CloseOnExit {
	fn drop(&mut self) {
		self.0.close(true);
	}
}

impl Scheduler {
	/// Runs an autoregressive engine.
	pub fn stepping<E: StepEngine + 'static>(engine: E, config: SchedulerConfig) -> Self {
		let engine = Arc::new(engine);
		let admitting = Arc::clone(&engine);
		let admission = move |request: &Request| turns::admit_step(&*admitting, request);
		let auditor = Box::new(TextAuditor(Arc::clone(&engine)));
		let capabilities = engine.capabilities().clone();
		let bounds = Bounds {
			max_waiting: config.max_waiting,
			max_active: config.max_active,
			memory_budget: config.memory_budget,
			prefill_chunk: config.prefill_chunk.max(1),
		};
		let (budget, chunk) = (bounds.memory_budget, bounds.prefill_chunk);
		let run = move |queue: &Queue| turns::run_steps(&*engine, queue, chunk);
		Self::start(capabilities, Box::new(admission), auditor, budget, bounds, run)
	}

	/// Runs a stateless engine: one request after the other.
	pub fn batching<E: BatchEngine + 'static>(engine: E, config: SchedulerConfig) -> Self {
		let engine = Arc::new(engine);
		let admitting = Arc::clone(&engine);
		let admission = move |request: &Request| {
			let cost = admitting.cost(&request.task)?;
			let work = Work { read: usize::try_from(cost.units).unwrap_or(usize::MAX), write: 0 };
			Ok(Admitted { prompt: Vec::new(), bytes: cost.bytes, work })
		};
		let auditor = Box::new(VectorAuditor(Arc::clone(&engine)));
		let capabilities = engine.capabilities().clone();
		// Admission has checked each request against the budget by itself.
		let bounds = Bounds {
			max_waiting: config.max_waiting,
			max_active: 1,
			memory_budget: u64::MAX,
			prefill_chunk: 1,
		};
		let run = move |queue: &Queue| turns::run_batches(&*engine, queue);
		let budget = config.memory_budget;
		Self::start(capabilities, Box::new(admission), auditor, budget, bounds, run)
	}

	fn start(
		capabilities: Capabilities,
		admission: Box<Admission>,
		auditor: Box<dyn Auditor>,
		memory_budget: u64,
		bounds: Bounds,
		run: impl FnOnce(&Queue) + Send + 'static,
	) -> Self {
		let queue = Arc::new(Queue::new(bounds));
		let served = CloseOnExit(Arc::clone(&queue));
		let thread = thread::spawn(move || run(&served.0));
		let thread = Some(thread);
		Self { capabilities, memory_budget, admission, auditor, queue, thread }
	}

	/// What the engine can do.
	pub fn capabilities(&self) -> &Capabilities {
		&self.capabilities
	}

	/// Numbers of a row of evidence; an answer has a row for each of its tokens or vectors.
	pub fn row_width(&self) -> usize {
		self.auditor.row_width()
	}

	/// Computes a finished answer again. On the caller's thread, beside the requests and outside of
	/// their memory budget: a sequence's cache, and its rows.
	///
	/// # Errors
	/// When this engine could not judge: that says nothing about the worker.
	pub fn audit(&self, claim: &Claim) -> Result<Audit, EngineError> {
		self.auditor.audit(claim)
	}

	/// The largest difference between any logits that a worker's and an auditor's rows of one answer
	/// make; 0 for embeddings. What calibration measures: twice this bounds an honest margin.
	///
	/// # Errors
	/// When computing fails.
	pub fn logits_apart(&self, worker: &Rows, auditor: &Rows) -> Result<f32, EngineError> {
		self.auditor.logits_apart(worker, auditor)
	}

	/// How many requests are computed at once, at most.
	pub fn slots(&self) -> usize {
		self.queue.slots()
	}

	/// How busy the engine is.
	pub fn load(&self) -> Load {
		self.queue.load()
	}

	/// How fast the engine was lately.
	pub fn pace(&self) -> Pace {
		self.queue.pace()
	}

	/// Takes a request or refuses it at once; the caller's thread does the tokenising. Events are
	/// read from the ticket.
	///
	/// # Errors
	/// [`Refused`], with what to do about it.
	pub fn submit(&self, request: Request) -> Result<Ticket, Refused> {
		let (sender, events) = mpsc::channel();
		let cancel = self.submit_to(request, move |event| sender.send(event).is_ok())?;
		Ok(Ticket { events, cancel })
	}

	/// As [`Self::submit`], with events going to a function on the engine's thread: a daemon passes
	/// them to its own channel. It must not block; false means that nobody listens any more, and
	/// cancels.
	///
	/// # Errors
	/// [`Refused`], with what to do about it.
	pub fn submit_to(
		&self,
		request: Request,
		sink: impl FnMut(Event) -> bool + Send + 'static,
	) -> Result<Cancel, Refused> {
		Ok(self.submit_within(None, request, sink)?.cancel)
	}

	/// As [`Self::submit_to`], and refuses a request that would not be done within `limit`, at the
	/// engine's pace and with an answer as long as it may be. As long as nothing was measured,
	/// every request is taken.
	///
	/// # Errors
	/// [`Refused`], with what to do about it.
	pub fn submit_within(
		&self,
		limit: Option<Duration>,
		request: Request,
		sink: impl FnMut(Event) -> bool + Send + 'static,
	) -> Result<Accepted, Refused> {
		// A full queue refuses before any work is done for the request.
		self.queue.check_room()?;
		let admitted = caught(|| (self.admission)(&request))?;
		if admitted.bytes > self.memory_budget {
			return Err(Refused::TooLarge { needed: admitted.bytes, budget: self.memory_budget });
		}
		let units_in = admitted.work.read as u64;
		let cancel = Cancel::default();
		let reply = || Reply { sink: Some(Box::new(sink)), cancel: cancel.clone() };
		self.queue.push(request, admitted, limit, reply)?;
		Ok(Accepted { cancel, units_in })
	}

	/// Refuses new requests, finishes all that were accepted, and ends.
	pub fn drain(mut self) {
		self.queue.close(false);
		self.join();
	}

	fn join(&mut self) {
		if let Some(thread) = self.thread.take() {
			// The thread catches the engine's panics; a panic of its own has failed its requests
			// while it unwound.
			if thread.join().is_err() {
				tracing::error!("the scheduler's thread panicked");
			}
		}
	}
}

impl Drop for Scheduler {
	fn drop(&mut self) {
		self.queue.close(true);
		self.join();
	}
}

/// The caller's end of an accepted request. Dropping it cancels the request.
pub struct Ticket {
	events: mpsc::Receiver<Event>,
	cancel: Cancel,
}

impl Ticket {
	/// The next event; `None` after the last one. Blocks.
	pub fn next_event(&self) -> Option<Event> {
		self.events.recv().ok()
	}

	/// As [`Self::next_event`], but waits no longer than this; `None` then as well.
	pub fn next_event_within(&self, limit: Duration) -> Option<Event> {
		self.events.recv_timeout(limit).ok()
	}

	/// The whole answer, without its stream. Blocks.
	///
	/// # Errors
	/// What the engine failed with.
	pub fn wait(self) -> Result<Answer, EngineError> {
		loop {
			match self.next_event() {
				Some(Event::Token { .. }) => {},
				Some(Event::Done(answer)) => return Ok(answer),
				Some(Event::Failed(error)) => return Err(error),
				None => return Err(EngineError::Stopped),
			}
		}
	}

	/// A handle that cancels the request from elsewhere.
	pub fn cancel_handle(&self) -> Cancel {
		self.cancel.clone()
	}
}

impl Drop for Ticket {
	fn drop(&mut self) {
		self.cancel.cancel();
	}
}

/// The scheduler's end of a request: sees to it that there is exactly one last event.
struct Reply {
	sink: Option<Sink>,
	cancel: Cancel,
}

impl Reply {
	fn token(&mut self, id: u32, text: String, likely: Option<Box<Likely>>) {
		let event = Event::Token { id, text, likely };
		let heard = self.sink.as_mut().is_some_and(|sink| send(sink, event));
		if !heard {
			self.cancel.cancel();
		}
	}

	fn end(&mut self, result: Result<Answer, EngineError>) {
		if let Some(mut sink) = self.sink.take() {
			send(&mut sink, result.map_or_else(Event::Failed, Event::Done));
		}
	}
}

impl Drop for Reply {
	fn drop(&mut self) {
		self.end(Err(EngineError::Stopped));
	}
}

/// A caller's function that panics has stopped listening.
fn send(sink: &mut Sink, event: Event) -> bool {
	catch_unwind(AssertUnwindSafe(|| sink(event))).unwrap_or(false)
}

/// Runs engine code; a panic is an error like any other. Engines keep no state between calls.
fn caught<T>(work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
	catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
		let message = panic
			.downcast_ref::<String>()
			.map(String::as_str)
			.or_else(|| panic.downcast_ref::<&str>().copied())
			.unwrap_or("without a message");
		tracing::error!(message, "the engine panicked");
		Err(EngineError::Panicked(message.to_owned()))
	})
}
