//! The seam between models and everything else: two shapes of engine.
//!
//! Engines take `&self` and keep no state between calls, so a request that panics leaves nothing
//! half-changed and admission can ask an engine questions while it computes. One that needs
//! mutable state (a GPU stream) locks it inside.

use crate::{
	error::EngineError,
	task::{Answer, Cancel, Task, TaskKind},
};

/// What an engine can do, for advertisements and for `doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
	/// The model family, such as `llama`.
	pub architecture: String,
	/// The tasks it does.
	pub tasks: Vec<TaskKind>,
	/// The most tokens of one sequence, prompt and answer together.
	pub context_length: usize,
	/// Numbers of one vector; 0 for models that make none.
	pub vector_length: usize,
	/// The device, such as `cpu` or `cuda:0`.
	pub device: String,
	/// Memory held by the weights, in bytes.
	pub weight_bytes: u64,
	/// The numeric profile, such as `F32`.
	pub profile: &'static str,
}

/// A loaded model.
pub trait Engine: Send + Sync {
	/// What it can do.
	fn capabilities(&self) -> &Capabilities;
}

/// The size of a task before it is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
	/// Tokens that will be read.
	pub units: u64,
	/// Peak memory beside the weights, in bytes.
	pub bytes: u64,
}

/// Stateless work: one task in, one answer out.
pub trait BatchEngine: Engine {
	/// The task's size.
	///
	/// # Errors
	/// When the engine can't do the task.
	fn cost(&self, task: &Task) -> Result<Cost, EngineError>;

	/// Does one task; looks at `cancel` between its micro-batches.
	///
	/// # Errors
	/// When computing fails or the task was cancelled.
	fn run(&self, task: &Task, cancel: &Cancel) -> Result<Answer, EngineError>;
}

/// Autoregressive work: tokens in, logits out. The caller owns the sequences and their caches.
pub trait StepEngine: Engine + Replay {
	/// What the model remembers of one sequence.
	type Cache: Send;

	/// The text of tokens, special ones left out.
	///
	/// # Errors
	/// When the tokenizer fails.
	fn decode(&self, tokens: &[u32]) -> Result<String, EngineError>;

	/// Whether this token ends an answer.
	fn is_end(&self, token: u32) -> bool;

	/// Memory of a sequence's cache in bytes.
	fn cache_bytes(&self, tokens: usize) -> u64;

	/// An empty cache with room for `tokens`.
	///
	/// # Errors
	/// When the memory can't be had.
	fn cache(&self, tokens: usize) -> Result<Self::Cache, EngineError>;

	/// Reads `tokens` (at least one) after those already in the cache, and returns the logits over
	/// the vocabulary that follow the last one.
	///
	/// # Errors
	/// When the cache is full or computing fails.
	fn step(&self, tokens: &[u32], cache: &mut Self::Cache) -> Result<Vec<f32>, EngineError>;
}

/// What worker and auditor do to a finished answer: the whole sequence once more, in one pass.
pub trait Replay: Send + Sync {
	/// The prompt's tokens, special ones included.
	///
	/// # Errors
	/// When the engine can't do the task, or its template refuses the conversation.
	fn encode(&self, task: &Task) -> Result<Vec<u32>, EngineError>;

	/// The canonical prefill of a whole sequence: what a worker commits to and an auditor repeats.
	///
	/// # Errors
	/// When the sequence is empty, longer than the context, or computing fails.
	fn canonical(&self, tokens: &[u32]) -> Result<CanonicalRows, EngineError>;

	/// The logits that follow canonical rows: `n` whole rows to `n` times the vocabulary, both
	/// row-major. With [`crate::Sampler::judge`] they say whether a token was the right choice.
	///
	/// # Errors
	/// When the rows are not whole, or computing fails.
	fn logits(&self, rows: &[f32]) -> Result<Vec<f32>, EngineError>;
}

/// The result of a canonical prefill.
#[derive(Debug, Clone, PartialEq)]
pub struct CanonicalRows {
	/// Numbers per row.
	pub width: usize,
	/// The model's last hidden states after the final norm: one row per token, row-major.
	pub hidden: Vec<f32>,
}
