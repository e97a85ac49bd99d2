//! Chat and completion with a decoder.

use crate::{
	chat::ChatTemplate,
	engine::{Capabilities, Engine, Replay, Step, StepEngine},
	error::EngineError,
	grammar::{Grammar, Grammars},
	models::decoder::{Decoder, KvCache},
	task::{Conversation, Task},
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
	pub(crate) grammars: Grammars,
	pub(crate) capabilities: Capabilities,
}

impl Engine for TextEngine {
	fn capabilities(&self) -> &Capabilities {
		&self.capabilities
	}
}

impl StepEngine for TextEngine {
	type Cache = KvCache;

	fn cache_bytes(&self, tokens: usize) -> u64 {
		self.decoder.config().cache_bytes_per_token().saturating_mul(tokens as u64)
	}

	fn cache(&self, tokens: usize) -> Result<KvCache, EngineError> {
		Ok(self.decoder.cache(tokens)?)
	}

	fn step(&self, tokens: &[u32], cache: &mut KvCache) -> Result<Step, EngineError> {
		self.decoder.step(tokens, cache)
	}
}

impl Replay for TextEngine {
	fn encode(&self, task: &Task) -> Result<Vec<u32>, EngineError> {
		match (task, &self.template) {
			// A template writes its special tokens itself.
			(Task::Chat(conversation), Some(template)) => {
				self.vocabulary.encode(&template.render(conversation)?, false)
			},
			(Task::Complete { prompt }, _) => self.vocabulary.encode(prompt, true),
			_ => Err(EngineError::UnsupportedTask(task.kind())),
		}
	}

	fn grammar(&self, task: &Task) -> Result<Option<Grammar>, EngineError> {
		let Task::Chat(Conversation { form: Some(form), tools, .. }) = task else {
			return Ok(None);
		};
		let words = || self.vocabulary.words(self.vocabulary(), &self.ends);
		self.grammars.start(form, tools, &self.ends, words).map(Some)
	}

	fn decode(&self, tokens: &[u32]) -> Result<String, EngineError> {
		self.vocabulary.decode(tokens)
	}

	fn is_end(&self, token: u32) -> bool {
		self.ends.contains(&token)
	}

	fn vocabulary(&self) -> usize {
		self.decoder.config().vocabulary
	}

	fn width(&self) -> usize {
		self.decoder.config().hidden
	}

	fn rows(&self, prompt: &[u32], answer: &[u32]) -> Result<Vec<f32>, EngineError> {
		let max = self.capabilities.context_length;
		match prompt.len().saturating_add(answer.len()) {
			got if got > max => Err(EngineError::TooLong { got, max }),
			_ => self.decoder.rows(prompt, answer),
		}
	}

	fn logits(&self, rows: &[f32]) -> Result<Vec<f32>, EngineError> {
		self.decoder.logits(rows)
	}
}
