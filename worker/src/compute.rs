//! From an assignment to an answer: the seam to the engines, and the real ones behind it.

use crate::{blobs::BlobStore, clock, jobs::Work, models::Registry};
use reckon_engine::{
	encode_output, parse_request, Cancel, Device, EngineError, Event, Model, Refused, Request,
	RequestError, SamplingParams, Scheduler, SchedulerConfig,
};
use reckon_sdk::{Assignment, Content, ModelId, Reason, TaskKind, Units};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, PoisonError},
};

/// What the chain lets a prompt's template add to a payload, in units beyond one per byte.
const TEMPLATE_ALLOWANCE: u32 = 256;

/// Receives the one result of a computation.
pub type Done = Box<dyn FnOnce(Result<Work, Reason>) + Send>;

/// A computation that is under way, or about to be. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Running(Arc<Mutex<(bool, Option<Cancel>)>>);

impl Running {
	/// Asks it to stop, also when the engine has not begun yet.
	pub fn cancel(&self) {
		let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		state.0 = true;
		if let Some(cancel) = &state.1 {
			cancel.cancel();
		}
	}

	fn begun(&self, cancel: Cancel) {
		let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		if state.0 {
			cancel.cancel();
		}
		state.1 = Some(cancel);
	}
}

/// What the daemon needs of an engine.
pub trait Compute: Send + Sync + 'static {
	/// Begins to compute, and calls `done` exactly once, from any thread. Blocks for as long as
	/// loading and tokenising take: not for async threads.
	fn start(&self, assignment: &Assignment, running: &Running, done: Done);

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
	registry: Registry,
	device: Device,
	config: SchedulerConfig,
	blobs: BlobStore,
	loaded: Mutex<BTreeMap<ModelId, Arc<Scheduler>>>,
}

impl Engines {
	/// No model loaded yet.
	pub fn new(
		registry: Registry,
		device: Device,
		config: SchedulerConfig,
		blobs: BlobStore,
	) -> Self {
		Self { registry, device, config, blobs, loaded: Mutex::default() }
	}

	/// The scheduler of a model; loads it when it is in the registry.
	fn scheduler(&self, model: ModelId) -> Result<Arc<Scheduler>, String> {
		// Held while loading: two jobs must not load one model twice.
		let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some(scheduler) = loaded.get(&model) {
			return Ok(scheduler.clone());
		}
		let inspection = self.registry.open(model).map_err(|error| error.to_string())?;
		let started = std::time::Instant::now();
		let engine = Model::load(inspection, &self.device).map_err(|error| error.to_string())?;
		let scheduler = Arc::new(engine.serve(self.config.clone()));
		tracing::info!(
			model = ?model,
			architecture = scheduler.capabilities().architecture,
			device = scheduler.capabilities().device,
			seconds = started.elapsed().as_secs_f64(),
			"model loaded"
		);
		loaded.insert(model, scheduler.clone());
		Ok(scheduler)
	}

	fn begin(
		&self,
		assignment: &Assignment,
		running: &Running,
		done: Done,
	) -> Result<(), (Reason, Done)> {
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
		let scheduler = match self.scheduler(assignment.model) {
			Ok(scheduler) => scheduler,
			Err(error) => return refuse(Reason::ModelNotLoaded, &error, done),
		};
		let limits = Limits {
			input: assignment.payload.reference().length.saturating_add(TEMPLATE_ALLOWANCE),
			output: assignment.sampling.max_output,
		};
		let blobs = self.blobs.clone();
		let request = Request { task, sampling: sampling(assignment) };
		// The sink may be called often; the last event takes `done` out.
		let done = Arc::new(Mutex::new(Some(done)));
		let done_in_sink = done.clone();
		let submitted = scheduler.submit_to(request, move |event| {
			let result = match event {
				Event::Token { .. } => return true,
				Event::Done(answer) => finish(&answer, started_at, &limits, &blobs),
				Event::Failed(error) => {
					tracing::warn!(?job, %error, "the engine failed");
					Err(engine_reason(&error))
				},
			};
			let done = done_in_sink.lock().unwrap_or_else(PoisonError::into_inner).take();
			if let Some(done) = done {
				done(result);
			}
			true
		});
		match submitted {
			Ok(cancel) => {
				running.begun(cancel);
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
	fn start(&self, assignment: &Assignment, running: &Running, done: Done) {
		if let Err((reason, done)) = self.begin(assignment, running, done) {
			done(Err(reason));
		}
	}

	fn loaded(&self) -> Vec<(ModelId, serde_json::Value)> {
		let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
		loaded
			.iter()
			.map(|(id, scheduler)| {
				let (able, load) = (scheduler.capabilities(), scheduler.load());
				let about = serde_json::json!({
					"name": self.registry.name(*id),
					"architecture": able.architecture,
					"tasks": able.tasks,
					"context": able.context_length,
					"device": able.device,
					"weight_bytes": able.weight_bytes,
					"active": load.active,
					"waiting": load.waiting,
				});
				(*id, about)
			})
			.collect()
	}

	fn load(&self, model: ModelId) -> Result<(), String> {
		self.scheduler(model).map(|_| ())
	}
}

/// What the chain would refuse as incredible.
struct Limits {
	input: u32,
	output: u32,
}

fn finish(
	answer: &reckon_engine::Answer,
	started_at: u64,
	limits: &Limits,
	blobs: &BlobStore,
) -> Result<Work, Reason> {
	let bytes = encode_output(&answer.output);
	let output = Content::from(bytes);
	if let Content::Blob(_) = output {
		// On disk before anybody can be told its name.
		let stored = blobs.put(&encode_output(&answer.output));
		if let Err(error) = stored {
			tracing::error!(%error, "the answer can't be stored");
			return Err(Reason::EngineFailed);
		}
	}
	let clamp = |units: u64, limit: u32| u32::try_from(units).unwrap_or(u32::MAX).min(limit);
	Ok(Work {
		output,
		commitment: None,
		units: Units {
			input: clamp(answer.usage.units_in, limits.input),
			output: clamp(answer.usage.units_out, limits.output),
		},
		started_at,
		finished_at: clock::now_millis().max(started_at),
	})
}

fn engine_task(task: TaskKind) -> reckon_engine::TaskKind {
	match task {
		TaskKind::Chat => reckon_engine::TaskKind::Chat,
		TaskKind::Complete => reckon_engine::TaskKind::Complete,
		TaskKind::Embed => reckon_engine::TaskKind::Embed,
	}
}

/// The chain's seed has the client's salt in it already.
fn sampling(assignment: &Assignment) -> SamplingParams {
	let chosen = assignment.sampling;
	SamplingParams {
		max_tokens: usize::try_from(chosen.max_output).unwrap_or(usize::MAX).max(1),
		temperature: f32::from(chosen.temperature_milli) / 1000.0,
		top_k: chosen.top_k.into(),
		top_p: f32::from(chosen.top_p_milli) / 1000.0,
		seed: assignment.seed.0,
	}
}

/// A request that is only too long for this engine is not malformed.
fn request_reason(error: &RequestError) -> Reason {
	match error {
		RequestError::TooLarge { .. } | RequestError::TooMany { .. } => {
			Reason::ParametersUnsupported
		},
		_ => Reason::PayloadInvalid,
	}
}

fn refused_reason(error: &Refused) -> Reason {
	match error {
		Refused::QueueFull { .. } => Reason::Busy,
		Refused::TooLarge { .. } => Reason::ParametersUnsupported,
		Refused::Engine(error) => engine_reason(error),
		Refused::Closed => Reason::ShuttingDown,
	}
}

fn engine_reason(error: &EngineError) -> Reason {
	match error {
		EngineError::UnsupportedTask(_)
		| EngineError::TooLong { .. }
		| EngineError::Sampling(_) => Reason::ParametersUnsupported,
		EngineError::Template(_) => Reason::PayloadInvalid,
		EngineError::Cancelled | EngineError::Stopped => Reason::ShuttingDown,
		EngineError::NotFinite(_)
		| EngineError::Tokenizer(_)
		| EngineError::Compute(_)
		| EngineError::Panicked(_) => Reason::EngineFailed,
	}
}
