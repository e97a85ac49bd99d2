//! Chat and completion with a decoder.

use crate::{
	chat::ChatTemplate,
	engine::{CanonicalRows, Capabilities, Engine, Replay, StepEngine},
	error::EngineError,
	models::decoder::{Decoder, KvCache},
	task::Task,
	tokenizer::Vocabulary,
};

/// A decoder of the llama family with its tokenizer.
pub struct TextEngine {
	pub(crate) decoder: Decoder,
	pub(crate) vocabulary: Vocabulary,
	/// Without one the model only completes.
	pub(crate) template: Option<ChatTemplate>,
	/// Tokens that end an answer.
	pub(crate) ends: Vec<u32>,
	pub(crate) capabilities: Capabilities,
}

impl Engine for TextEngine {
	fn capabilities(&self) -> &Capabilities {
		&self.capabilities
	}
}

impl StepEngine for TextEngine {
	type Cache = KvCache;

	fn decode(&self, tokens: &[u32]) -> Result<String, EngineError> {
		self.vocabulary.decode(tokens)
	}

	fn is_end(&self, token: u32) -> bool {
		self.ends.contains(&token)
	}

	fn cache_bytes(&self, tokens: usize) -> u64 {
		self.decoder.config().cache_bytes_per_token().saturating_mul(tokens as u64)
	}

	fn cache(&self, tokens: usize) -> Result<KvCache, EngineError> {
		Ok(self.decoder.cache(tokens)?)
	}

	fn step(&self, tokens: &[u32], cache: &mut KvCache) -> Result<Vec<f32>, EngineError> {
		self.decoder.step(tokens, cache)
	}
}

impl Replay for TextEngine {
	fn encode(&self, task: &Task) -> Result<Vec<u32>, EngineError> {
		match (task, &self.template) {
			// A template writes its special tokens itself.
			(Task::Chat { messages }, Some(template)) => {
				self.vocabulary.encode(&template.render(messages)?, false)
			},
			(Task::Complete { prompt }, _) => self.vocabulary.encode(prompt, true),
			_ => Err(EngineError::UnsupportedTask(task.kind())),
		}
	}

	fn canonical(&self, tokens: &[u32]) -> Result<CanonicalRows, EngineError> {
		let max = self.capabilities.context_length;
		match tokens.len() {
			0 => Err(EngineError::Compute("a canonical prefill needs a token".into())),
			got if got > max => Err(EngineError::TooLong { got, max }),
			_ => self.decoder.canonical(tokens),
		}
	}

	fn logits(&self, rows: &[f32]) -> Result<Vec<f32>, EngineError> {
		self.decoder.logits(rows)
	}
}
