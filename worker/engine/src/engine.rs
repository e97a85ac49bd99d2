//! The seam between models and everything else: two shapes of engine.
//!
//! Engines take `&self` and keep no state between calls, so a request that panics leaves nothing
//! half-changed and admission can ask an engine questions while it computes. One that needs
//! mutable state (a GPU stream) locks it inside.

use crate::{
	error::EngineError,
	grammar::Grammar,
	task::{Answer, Cancel, Conversation, Task, TaskKind},
	tokenizer::TextStream,
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

/// What a step gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
	/// The logits over the vocabulary that follow the last token that was read.
	pub logits: Vec<f32>,
	/// The hidden state that they were made of: the model's last one, after the final norm.
	pub row: Vec<f32>,
}

/// Autoregressive work: tokens in, logits out. The caller owns the sequences and their caches.
pub trait StepEngine: Replay {
	/// What the model remembers of one sequence.
	type Cache: Send;

	/// Memory of a sequence's cache in bytes.
	fn cache_bytes(&self, tokens: usize) -> u64;

	/// An empty cache with room for `tokens`.
	///
	/// # Errors
	/// When the memory can't be had.
	fn cache(&self, tokens: usize) -> Result<Self::Cache, EngineError>;

	/// Reads `tokens` (at least one) after those already in the cache.
	///
	/// # Errors
	/// When the cache is full or computing fails.
	fn step(&self, tokens: &[u32], cache: &mut Self::Cache) -> Result<Step, EngineError>;
}

/// What an auditor does with a finished answer: all of it in one pass, without sampling anything.
pub trait Replay: Engine {
	/// The prompt's tokens, special ones included.
	///
	/// # Errors
	/// When the engine can't do the task, or its template refuses the conversation.
	fn encode(&self, task: &Task) -> Result<Vec<u32>, EngineError>;

	/// What holds the answer of a task to its form, where it has one.
	///
	/// # Errors
	/// [`EngineError::Form`] when nobody can hold an answer to it: of one task it is the same on every machine.
	/// [`EngineError::NoForms`] when the model's answers can be held to none.
	fn grammar(&self, task: &Task) -> Result<Option<Grammar>, EngineError> {
		match task {
			Task::Chat(Conversation { form: Some(_), .. }) => {
				Err(EngineError::NoForms("its engine knows none".into()))
			},
			_ => Ok(None),
		}
	}

	/// The text of tokens, special ones left out.
	///
	/// # Errors
	/// When the tokenizer fails.
	fn decode(&self, tokens: &[u32]) -> Result<String, EngineError>;

	/// The text of a whole answer, as its stream told it.
	///
	/// # Errors
	/// When the tokenizer fails.
	fn text(&self, tokens: &[u32]) -> Result<String, EngineError> {
		TextStream::read(tokens, |tokens| self.decode(tokens))
	}

	/// Whether this token ends an answer.
	fn is_end(&self, token: u32) -> bool;

	/// How many tokens there are: those below this number.
	fn vocabulary(&self) -> usize;

	/// Numbers of a row.
	fn width(&self) -> usize;

	/// The rows that chose the tokens of `answer`, row-major: those of one pass over the prompt and
	/// the answer without its last token.
	///
	/// # Errors
	/// When the prompt or the answer is empty, both are longer than the context, or computing fails.
	fn rows(&self, prompt: &[u32], answer: &[u32]) -> Result<Vec<f32>, EngineError>;

	/// The logits that rows make: `n` whole rows to `n` times the vocabulary, both row-major.
	///
	/// # Errors
	/// When the rows are not whole, or computing fails.
	fn logits(&self, rows: &[f32]) -> Result<Vec<f32>, EngineError>;
}
