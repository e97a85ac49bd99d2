//! Sentence embeddings with an encoder, as sentence-transformers computes them.

use candle_core::Tensor;

use crate::{
	engine::{BatchEngine, Capabilities, Cost, Engine},
	error::EngineError,
	models::bert::Bert,
	task::{Answer, Cancel, Output, Task, Usage},
	tokenizer::Vocabulary,
};

/// The most tokens, padding included, that are computed at once: enough to keep two cores busy,
/// few enough that the scores of a batch stay in cache and cancelling takes under a second.
const MICRO_BATCH_TOKENS: usize = 2048;

/// How the tokens' vectors become the text's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
	/// Their mean.
	Mean,
	/// The first token's.
	Cls,
}

/// A BERT with its tokenizer.
pub struct EmbeddingEngine {
	pub(crate) bert: Bert,
	pub(crate) vocabulary: Vocabulary,
	pub(crate) pooling: Pooling,
	/// Vectors are scaled to length 1.
	pub(crate) normalize: bool,
	pub(crate) capabilities: Capabilities,
}

impl EmbeddingEngine {
	/// Tokens of each input; what is over the context length is cut off, as
	/// sentence-transformers does.
	fn encode(&self, task: &Task) -> Result<Vec<Vec<u32>>, EngineError> {
		let Task::Embed { inputs } = task else {
			return Err(EngineError::UnsupportedTask(task.kind()));
		};
		let max = self.capabilities.context_length;
		inputs.iter().map(|input| self.vocabulary.encode_truncated(input, max)).collect()
	}

	/// One vector per text, in order.
	fn embed(&self, texts: &[&[u32]]) -> candle_core::Result<Vec<Vec<f32>>> {
		let (states, present) = self.bert.forward(texts)?;
		let pooled = match self.pooling {
			Pooling::Cls => states.narrow(1, 0, 1)?.squeeze(1)?,
			Pooling::Mean => {
				// [B, 1, T] × [B, T, H]: a product of matrices instead of a masked copy.
				let sums = present.unsqueeze(1)?.matmul(&states)?.squeeze(1)?;
				sums.broadcast_div(&present.sum_keepdim(1)?)?
			},
		};
		match self.normalize {
			true => normalized(&pooled)?.to_vec2(),
			false => pooled.to_vec2(),
		}
	}
}

fn normalized(rows: &Tensor) -> candle_core::Result<Tensor> {
	let lengths = rows.sqr()?.sum_keepdim(1)?.sqrt()?;
	// As torch: a vector of zeros stays one.
	rows.broadcast_div(&lengths.maximum(1e-12)?)
}

impl Engine for EmbeddingEngine {
	fn capabilities(&self) -> &Capabilities {
		&self.capabilities
	}
}

impl BatchEngine for EmbeddingEngine {
	fn cost(&self, task: &Task) -> Result<Cost, EngineError> {
		let texts = self.encode(task)?;
		let units = texts.iter().map(|text| text.len() as u64).sum();
		let config = self.bert.config();
		// Per token of a micro-batch: hidden states and their copies, the inner layer twice, and
		// scores and weights of each head against the longest text.
		let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
		let numbers = 8 * config.hidden_size
			+ 2 * config.intermediate_size
			+ 3 * config.num_attention_heads * longest;
		let bytes = (numbers * size_of::<f32>()).saturating_mul(MICRO_BATCH_TOKENS.max(longest));
		Ok(Cost { units, bytes: bytes as u64 })
	}

	fn run(&self, task: &Task, cancel: &Cancel) -> Result<Answer, EngineError> {
		let texts = self.encode(task)?;
		if texts.iter().any(Vec::is_empty) {
			return Err(EngineError::Tokenizer("a text has no tokens".into()));
		}
		// Neighbours in length share a micro-batch, so little of it is padding.
		let mut order: Vec<usize> = (0..texts.len()).collect();
		order.sort_by_key(|&index| texts[index].len());

		let mut embeddings = vec![Vec::new(); texts.len()];
		let mut rest = order.as_slice();
		while !rest.is_empty() {
			if cancel.is_cancelled() {
				return Err(EngineError::Cancelled);
			}
			let (batch, later) = rest.split_at(micro_batch(rest, &texts));
			let tokens: Vec<&[u32]> = batch.iter().map(|&index| texts[index].as_slice()).collect();
			for (&index, embedding) in batch.iter().zip(self.embed(&tokens)?) {
				if embedding.iter().any(|number| !number.is_finite()) {
					return Err(EngineError::NotFinite("a vector that is no numbers"));
				}
				embeddings[index] = embedding;
			}
			rest = later;
		}
		let units_in = texts.iter().map(|text| text.len() as u64).sum();
		Ok(Answer {
			output: Output::Embeddings(embeddings),
			usage: Usage { units_in, units_out: 0 },
			evidence: None,
		})
	}
}

/// How many texts of `rest`, sorted by length, fit into one micro-batch: at least one.
fn micro_batch(rest: &[usize], texts: &[Vec<u32>]) -> usize {
	rest.iter()
		.enumerate()
		.take_while(|(at, index)| *at == 0 || (at + 1) * texts[**index].len() <= MICRO_BATCH_TOKENS)
		.count()
}
