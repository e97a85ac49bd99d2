//! The parts of a sentence-embedding model on disk, as sentence-transformers lays them out.

use serde::Deserialize;

use super::files::{is_relative_inside, Folder};
use crate::{
	device::Device,
	engine::Capabilities,
	engines::{EmbeddingEngine, Pooling},
	error::ModelError,
	models::bert::{Bert, BertConfig},
	tokenizer::{Vocabulary, MAX_TOKENIZER_BYTES},
	weights::Checkpoint,
};

/// Everything but the loaded weights.
pub(super) struct SentenceParts {
	pub(super) config: BertConfig,
	/// What stands before each tensor's name.
	pub(super) prefix: &'static str,
	/// Tokens that are read of each text.
	pub(super) context: usize,
	weights: Checkpoint,
	vocabulary: Vocabulary,
	pooling: Pooling,
	normalize: bool,
}

/// One step of the pipeline in `modules.json`.
#[derive(Deserialize)]
struct Module {
	path: String,
	r#type: String,
}

#[derive(Default, Deserialize)]
struct SequenceConfig {
	max_seq_length: Option<usize>,
}

/// `1_Pooling/config.json`: one flag per mode.
#[derive(Deserialize)]
struct PoolingConfig {
	#[serde(default)]
	pooling_mode_cls_token: bool,
	#[serde(default)]
	pooling_mode_mean_tokens: bool,
	#[serde(default)]
	pooling_mode_max_tokens: bool,
	#[serde(default)]
	pooling_mode_mean_sqrt_len_tokens: bool,
	#[serde(default)]
	pooling_mode_weightedmean_tokens: bool,
	#[serde(default)]
	pooling_mode_lasttoken: bool,
}

impl PoolingConfig {
	fn resolve(&self) -> Result<Pooling, ModelError> {
		let others = self.pooling_mode_max_tokens
			|| self.pooling_mode_mean_sqrt_len_tokens
			|| self.pooling_mode_weightedmean_tokens
			|| self.pooling_mode_lasttoken;
		match (self.pooling_mode_mean_tokens, self.pooling_mode_cls_token, others) {
			(true, false, false) => Ok(Pooling::Mean),
			(false, true, false) => Ok(Pooling::Cls),
			_ => Err(ModelError::UnsupportedFeature("pooling other than mean or cls".into())),
		}
	}
}

impl SentenceParts {
	pub(super) fn read(
		folder: &mut Folder,
		config_json: &[u8],
		weights: Checkpoint,
	) -> Result<Self, ModelError> {
		let config = BertConfig::from_json(config_json)?;
		let prefix = match weights.shape("bert.embeddings.word_embeddings.weight") {
			Some(_) => "bert.",
			None => "",
		};
		for (name, shape) in config.tensors(prefix) {
			weights.expect(&name, &shape)?;
		}
		let json = folder.require("tokenizer.json", MAX_TOKENIZER_BYTES)?;
		let vocabulary = Vocabulary::parse(&json)
			.map_err(|reason| ModelError::invalid(&folder.path("tokenizer.json"), reason))?;
		if vocabulary.size() > config.vocab_size {
			return Err(ModelError::Tensor {
				name: "embeddings.word_embeddings.weight".into(),
				reason: format!("has too few rows for {} tokens", vocabulary.size()),
			});
		}
		let sequence: SequenceConfig =
			folder.json("sentence_bert_config.json")?.unwrap_or_default();
		let context = sequence
			.max_seq_length
			.filter(|&length| length > 0)
			.map_or(config.max_position_embeddings, |max| max.min(config.max_position_embeddings));
		let (pooling, normalize) = read_modules(folder)?;
		Ok(Self { config, prefix, context, weights, vocabulary, pooling, normalize })
	}

	pub(super) fn load(
		self,
		capabilities: Capabilities,
		device: &Device,
	) -> Result<EmbeddingEngine, ModelError> {
		Ok(EmbeddingEngine {
			bert: Bert::load(self.config, self.prefix, &self.weights, &device.inner)?,
			vocabulary: self.vocabulary,
			pooling: self.pooling,
			normalize: self.normalize,
			capabilities,
		})
	}
}

/// How vectors are pooled, and whether they are scaled to length 1. A bare BERT without
/// `modules.json` gets the common choice: mean and length 1.
fn read_modules(folder: &mut Folder) -> Result<(Pooling, bool), ModelError> {
	let Some(modules) = folder.json::<Vec<Module>>("modules.json")? else {
		return Ok((Pooling::Mean, true));
	};
	let (mut pooling, mut normalize) = (None, false);
	for module in modules {
		match module.r#type.rsplit('.').next() {
			Some("Transformer") => {},
			Some("Pooling") if is_relative_inside(&module.path) => {
				let name = format!("{}/config.json", module.path.trim_end_matches('/'));
				let config: PoolingConfig =
					folder.json(&name)?.ok_or_else(|| ModelError::NotAModel {
						path: folder.root().into(),
						hint: format!("{name} is missing"),
					})?;
				pooling = Some(config.resolve()?);
			},
			Some("Normalize") => normalize = true,
			_ => {
				let name = module.r#type.escape_default();
				return Err(ModelError::UnsupportedFeature(format!("the module {name}")));
			},
		}
	}
	Ok((pooling.unwrap_or(Pooling::Mean), normalize))
}
