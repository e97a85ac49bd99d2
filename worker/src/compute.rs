//! From an assignment to an answer: the seam to the engines, and the real ones behind it.

use crate::{blobs::BlobStore, clock, jobs::Work, schedulers::Schedulers, secret};
use reckon_engine::{
	encode_output, parse_request, Answer, Cancel, Capabilities, EngineError, Event, EvidenceStore,
	Output, Refused, Request, RequestError, Reservation, SamplingParams, Task,
};
use reckon_sdk::{
	AccountId, Assignment, Content, JobId, ModelId, Reason, Sampling, TaskKind, Units, H256,
	MAX_INLINE_BYTES,
};
use reckon_verification::Evidence;
use std::{
	sync::{mpsc, Arc, Mutex, MutexGuard, PoisonError},
	thread,
	time::Instant,
};

/// What the chain lets a prompt's template add to a payload, in units beyond one per byte.
pub(crate) const TEMPLATE_ALLOWANCE: u32 = 256;
/// Bytes of one number of a vector in an answer, its comma included: the mean of real ones.
const NUMBER_BYTES: usize = 12;

/// Receives the one result of a computation.
pub type Done = Box<dyn FnOnce(Result<Work, Reason>) + Send>;

/// A computation that is under way, or about to be. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Running(Arc<Mutex<(bool, Option<Cancel>)>>);

impl Running {
	/// Asks it to stop, also when the engine has not begun yet. It may end with an answer all the
	/// same.
	pub fn cancel(&self) {
		let mut state = self.lock();
		state.0 = true;
		if let Some(cancel) = &state.1 {
			cancel.cancel();
		}
	}

	/// Whether it was asked to stop.
	pub fn is_cancelled(&self) -> bool {
		self.lock().0
	}

	fn begun(&self, cancel: Cancel) {
		let mut state = self.lock();
		if state.0 {
			cancel.cancel();
		}
		state.1 = Some(cancel);
	}

	fn lock(&self) -> MutexGuard<'_, (bool, Option<Cancel>)> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// What is to be computed.
#[derive(Clone, Debug)]
pub struct Order {
	/// The job and all about it.
	pub assignment: Assignment,
	/// When the answer must be there.
	pub due: Option<Instant>,
	/// When the answer may be audited: the provider that commits to it.
	pub commits: Option<AccountId>,
}

/// What the daemon needs of an engine.
pub trait Compute: Send + Sync + 'static {
	/// Begins to compute, unless it would not be done in time, and calls `done` exactly once, from
	/// any thread. Blocks for as long as loading and tokenising take: not for async threads.
	fn start(&self, order: &Order, running: &Running, done: Done);

	/// The loaded models: id, and what there is to say about each.
	fn loaded(&self) -> Vec<(ModelId, serde_json::Value)>;

	/// Loads a model, unless it is loaded.
	///
	/// # Errors
	/// A sentence, when there is no such model here or it can't be loaded.
	fn load(&self, model: ModelId) -> Result<(), String>;
}

/// The engines of this machine.
pub struct Engines {
	schedulers: Arc<Schedulers>,
	blobs: BlobStore,
	evidence: EvidenceStore,
	clerk: Clerk,
	max_answer_bytes: u32,
}

/// Waits for the disk, so that engines do not: work is done in the order in which it was handed
/// over, as answers were finished.
#[derive(Clone)]
struct Clerk(mpsc::Sender<Box<dyn FnOnce() + Send>>);

impl Clerk {
	fn new() -> Self {
		let (sender, inbox) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
		thread::spawn(move || {
			for work in inbox {
				work();
			}
		});
		Self(sender)
	}

	fn hand_over(&self, work: impl FnOnce() + Send + 'static) {
		if let Err(mpsc::SendError(work)) = self.0.send(Box::new(work)) {
			work();
		}
	}
}

/// An answer that will be committed to: there is room for its evidence.
struct Pledge {
	room: Reservation,
	job: JobId,
	provider: AccountId,
}

impl Pledge {
	/// Keeps the evidence. Durable when it returns the commitment, which can be opened from then on.
	fn redeem(self, evidence: Option<&Evidence>) -> Result<H256, String> {
		let evidence = evidence.ok_or("the engine gave no evidence")?;
		let salt = secret::random().map_err(|error| format!("no salt: {error}"))?;
		let kept = self.room.keep(&self.job.0, &self.provider.0, &salt, evidence);
		kept.map(H256).map_err(|error| error.to_string())
	}
}

impl Engines {
	/// Engines that leave long answers in `blobs`, and what they commit to in `evidence`. The chain
	/// takes no answer that is longer than `max_answer_bytes`.
	pub fn new(
		schedulers: Arc<Schedulers>,
		blobs: BlobStore,
		evidence: EvidenceStore,
		max_answer_bytes: u32,
	) -> Self {
		Self { schedulers, blobs, evidence, clerk: Clerk::new(), max_answer_bytes }
	}

	fn begin(&self, order: &Order, running: &Running, done: Done) -> Result<(), (Reason, Done)> {
		let assignment = &order.assignment;
		let job = assignment.job;
		let refuse = |reason: Reason, why: &str, done| {
			tracing::warn!(?job, %reason, why, "declining");
			Err((reason, done))
		};
		let started_at = clock::now_millis();
		let bytes = match &assignment.payload {
			Content::Inline(bytes) => bytes.clone(),
			Content::Blob(content) => match self.blobs.get(content.hash) {
				Ok(Some(bytes)) if content.names(&bytes) => bytes,
				Ok(_) => return refuse(Reason::PayloadUnavailable, "not in the store", done),
				Err(error) => return refuse(Reason::PayloadUnavailable, &error.to_string(), done),
			},
		};
		let task = match parse_request(engine_task(assignment.task), &bytes) {
			Ok(task) => task,
			Err(error) => return refuse(request_reason(&error), &error.to_string(), done),
		};
		let scheduler = match self.schedulers.get(assignment.model) {
			Ok(scheduler) => scheduler,
			Err(error) => return refuse(Reason::ModelNotLoaded, &error, done),
		};
		let limits = Limits {
			input: assignment.payload.reference().length.saturating_add(TEMPLATE_ALLOWANCE),
			output: assignment.sampling.max_output,
			bytes: self.max_answer_bytes,
		};
		if !vectors_fit(&task, scheduler.capabilities(), limits.bytes) {
			let why = format!("the vectors would take over {} bytes", limits.bytes);
			return refuse(Reason::ParametersUnsupported, &why, done);
		}
		let sampling = sampling_params(&assignment.sampling, assignment.seed);
		let mut pledge = None;
		if let Some(provider) = order.commits {
			let rows = most_rows(&task, &sampling, scheduler.capabilities());
			match self.evidence.reserve(rows, scheduler.row_width()) {
				Ok(room) => pledge = Some(Pledge { room, job, provider }),
				Err(error) => return refuse(Reason::Busy, &error.to_string(), done),
			}
		}
		let (blobs, clerk, slot) = (self.blobs.clone(), self.clerk.clone(), running.clone());
		let request =
			Request { task, sampling, evidence: pledge.as_ref().map(|_| job.0), likely: None };
		// The sink may be called often; the last event takes `done` out.
		let done = Arc::new(Mutex::new(Some(done)));
		let done_in_sink = done.clone();
		let left = order.due.map(|due| due.saturating_duration_since(Instant::now()));
		let submitted = scheduler.submit_within(left, request, move |event| {
			let answer = match event {
				Event::Token { .. } => return true,
				Event::Done(answer) => Ok(answer),
				Event::Failed(error) => {
					tracing::warn!(?job, %error, "the engine failed");
					Err(engine_reason(&error))
				},
			};
			let done = done_in_sink.lock().unwrap_or_else(PoisonError::into_inner).take();
			let Some(done) = done else { return true };
			let (blobs, pledge, running) = (blobs.clone(), pledge.take(), slot.clone());
			clerk.hand_over(move || {
				done(answer.and_then(|answer| {
					// Nobody waits for it any more, so nothing is kept of it.
					if running.is_cancelled() {
						return Err(engine_reason(&EngineError::Cancelled));
					}
					finish(&answer, started_at, &limits, &blobs, pledge).map_err(|(reason, why)| {
						tracing::warn!(?job, %reason, why, "the answer can't be delivered");
						reason
					})
				}));
			});
			true
		});
		match submitted {
			Ok(accepted) => {
				running.begun(accepted.cancel);
				Ok(())
			},
			Err(error) => {
				let done = done.lock().unwrap_or_else(PoisonError::into_inner).take();
				match done {
					Some(done) => refuse(refused_reason(&error), &error.to_string(), done),
					None => Ok(()),
				}
			},
		}
	}
}

impl Compute for Engines {
	fn start(&self, order: &Order, running: &Running, done: Done) {
		if let Err((reason, done)) = self.begin(order, running, done) {
			done(Err(reason));
		}
	}

	fn loaded(&self) -> Vec<(ModelId, serde_json::Value)> {
		let loaded = self.schedulers.all().into_iter();
		loaded
			.map(|(id, scheduler)| {
				let (able, load) = (scheduler.capabilities(), scheduler.load());
				let pace = scheduler.pace();
				let about = serde_json::json!({
					"name": self.schedulers.registry().name(id),
					"architecture": able.architecture,
					"tasks": able.tasks,
					"context": able.context_length,
					"device": able.device,
					"weight_bytes": able.weight_bytes,
					"active": load.active,
					"waiting": load.waiting,
					"tokens_per_second": { "read": pace.read, "written": pace.write },
				});
				(id, about)
			})
			.collect()
	}

	fn load(&self, model: ModelId) -> Result<(), String> {
		self.schedulers.get(model).map(|_| ())
	}
}

/// What the chain would refuse as incredible.
#[derive(Clone, Copy)]
struct Limits {
	/// Units read.
	input: u32,
	/// Units written.
	output: u32,
	/// The answer's length.
	bytes: u32,
}

/// Whether the vectors of a task will be short enough for the chain: better known before they are
/// computed for nothing.
pub(crate) fn vectors_fit(task: &Task, able: &Capabilities, max_bytes: u32) -> bool {
	let Task::Embed { inputs } = task else { return true };
	let numbers = inputs.len().saturating_mul(able.vector_length);
	u32::try_from(numbers.saturating_mul(NUMBER_BYTES)).is_ok_and(|bytes| bytes <= max_bytes)
}

/// The most rows of evidence that an answer can have.
pub(crate) fn most_rows(task: &Task, sampling: &SamplingParams, able: &Capabilities) -> usize {
	match task {
		Task::Embed { inputs } => inputs.len(),
		_ => sampling.max_tokens.min(able.context_length),
	}
}

fn finish(
	answer: &Answer,
	started_at: u64,
	limits: &Limits,
	blobs: &BlobStore,
	pledge: Option<Pledge>,
) -> Result<Work, (Reason, String)> {
	if matches!(&answer.output, Output::Embeddings(vectors) if is_empty(vectors)) {
		return Err((Reason::EngineFailed, "a vector is empty".into()));
	}
	let bytes = encode_output(&answer.output);
	let length = bytes.len();
	if u32::try_from(length).map_or(true, |length| length > limits.bytes) {
		let why = format!("it has {length} bytes, the chain takes {}", limits.bytes);
		return Err((Reason::ParametersUnsupported, why));
	}
	if length > MAX_INLINE_BYTES {
		// On disk before anybody can be told its name.
		let stored = blobs.put(&bytes);
		stored.map_err(|error| (Reason::EngineFailed, error.to_string()))?;
	}
	let redeemed = pledge.map(|pledge| pledge.redeem(answer.evidence.as_ref())).transpose();
	let commitment = redeemed.map_err(|why| (Reason::EngineFailed, why))?;
	let clamp = |units: u64, limit: u32| u32::try_from(units).unwrap_or(u32::MAX).min(limit);
	Ok(Work {
		output: Content::from(bytes),
		commitment,
		units: Units {
			input: clamp(answer.usage.units_in, limits.input),
			// The token that ended an answer without a word is nothing to be paid for.
			output: if length == 0 { 0 } else { clamp(answer.usage.units_out, limits.output) },
		},
		started_at,
		finished_at: clock::now_millis().max(started_at),
	})
}

/// Whether a vector is missing or has no numbers.
pub(crate) fn is_empty(vectors: &[Vec<f32>]) -> bool {
	vectors.is_empty() || vectors.iter().any(Vec::is_empty)
}

/// What the engine calls a task.
pub fn engine_task(task: TaskKind) -> reckon_engine::TaskKind {
	match task {
		TaskKind::Chat => reckon_engine::TaskKind::Chat,
		TaskKind::Complete => reckon_engine::TaskKind::Complete,
		TaskKind::Embed => reckon_engine::TaskKind::Embed,
	}
}

/// How tokens are chosen, as the engine takes it. The chain's seed has the client's salt in it
/// already.
pub fn sampling_params(chosen: &Sampling, seed: H256) -> SamplingParams {
	SamplingParams {
		max_tokens: usize::try_from(chosen.max_output).unwrap_or(usize::MAX).max(1),
		temperature: f32::from(chosen.temperature_milli) / 1000.0,
		top_k: chosen.top_k.into(),
		top_p: f32::from(chosen.top_p_milli) / 1000.0,
		seed: seed.0,
		..SamplingParams::default()
	}
}

/// A request that is only too long for this engine is not malformed.
pub(crate) fn request_reason(error: &RequestError) -> Reason {
	match error {
		RequestError::TooLarge { .. } | RequestError::TooMany { .. } => {
			Reason::ParametersUnsupported
		},
		_ => Reason::PayloadInvalid,
	}
}

pub(crate) fn refused_reason(error: &Refused) -> Reason {
	match error {
		Refused::QueueFull { .. } | Refused::TooSlow { .. } | Refused::WouldDelay => Reason::Busy,
		Refused::TooLarge { .. } => Reason::ParametersUnsupported,
		Refused::Engine(error) => engine_reason(error),
		Refused::Closed => Reason::ShuttingDown,
	}
}

pub(crate) fn engine_reason(error: &EngineError) -> Reason {
	match error {
		EngineError::UnsupportedTask(_)
		| EngineError::TooLong { .. }
		| EngineError::NoForms(_)
		| EngineError::Sampling(_) => Reason::ParametersUnsupported,
		EngineError::Template(_) | EngineError::Form(_) => Reason::PayloadInvalid,
		EngineError::Cancelled | EngineError::Stopped => Reason::ShuttingDown,
		EngineError::NotFinite(_)
		| EngineError::Tokenizer(_)
		| EngineError::Compute(_)
		| EngineError::Panicked(_) => Reason::EngineFailed,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_engine::{FinishReason, Usage};

	const LIMITS: Limits = Limits { input: 300, output: 10, bytes: 5_000 };

	fn text(text: &str, units_out: u64) -> Answer {
		let tokens = vec![7; units_out as usize];
		Answer {
			output: Output::Text { text: text.into(), tokens, finish: FinishReason::Stop },
			usage: Usage { units_in: 20, units_out },
			evidence: None,
		}
	}

	fn embeddings(vectors: Vec<Vec<f32>>) -> Answer {
		let usage = Usage { units_in: 20, units_out: 0 };
		Answer { output: Output::Embeddings(vectors), usage, evidence: None }
	}

	fn finished(answer: &Answer) -> Result<Work, Reason> {
		let dir = tempfile::tempdir().unwrap();
		let blobs = BlobStore::open(dir.path()).unwrap();
		finish(answer, 1, &LIMITS, &blobs, None).map_err(|(reason, _)| reason)
	}

	#[test]
	fn output_should_count_nothing_when_the_model_had_nothing_to_say() {
		// Its first token ended the answer.
		let work = finished(&text("", 1)).unwrap();
		assert_eq!(work.output, Content::Inline(Vec::new()));
		assert_eq!(work.units, Units { input: 20, output: 0 });
		assert_eq!(finished(&text("a", 2)).unwrap().units, Units { input: 20, output: 2 });
	}

	#[test]
	fn embedding_should_never_be_delivered_when_it_is_empty() {
		for vectors in [vec![], vec![vec![0.5], vec![]]] {
			assert_eq!(finished(&embeddings(vectors)), Err(Reason::EngineFailed));
		}
		let work = finished(&embeddings(vec![vec![0.5]])).unwrap();
		assert_eq!(work.output, Content::Inline(br#"{"embeddings":[[0.5]]}"#.to_vec()));
	}

	#[test]
	fn answer_should_be_given_up_when_the_chain_would_not_take_it() {
		assert_eq!(finished(&text(&"a".repeat(5_001), 9)), Err(Reason::ParametersUnsupported));
		let work = finished(&text(&"a".repeat(5_000), 99)).unwrap();
		assert_eq!(work.units, Units { input: 20, output: 10 });
		assert!(matches!(work.output, Content::Blob(_)));
	}

	#[test]
	fn vectors_should_be_refused_before_they_are_computed_when_they_are_too_many() {
		let able = Capabilities {
			architecture: "bert".into(),
			tasks: Vec::new(),
			context_length: 256,
			vector_length: 384,
			device: "cpu".into(),
			weight_bytes: 0,
			profile: "F32",
		};
		let task = |texts: usize| Task::Embed { inputs: vec![String::new(); texts] };
		assert!(vectors_fit(&task(227), &able, 1 << 20));
		assert!(!vectors_fit(&task(228), &able, 1 << 20));
		assert!(vectors_fit(&Task::Complete { prompt: "a".into() }, &able, 1));
	}

	#[test]
	fn job_should_be_declined_as_busy_when_it_would_not_be_done_in_time() {
		use std::time::Duration;
		let (needed, limit) = (Duration::from_secs(9), Duration::from_secs(5));
		assert_eq!(refused_reason(&Refused::TooSlow { needed, limit }), Reason::Busy);
	}
}
