//! The parts of a chat or completion model on disk.

use candle_core::Device as CandleDevice;
use serde::Deserialize;

use super::files::Folder;
use crate::{
	chat::{ChatTemplate, MAX_TEMPLATE_BYTES},
	device::Device,
	engine::Capabilities,
	engines::TextEngine,
	error::ModelError,
	grammar::Grammars,
	models::{
		config::DecoderConfig,
		decoder::Decoder,
		gguf::{self, ROPE_DIVISORS},
	},
	tokenizer::{Vocabulary, MAX_TOKENIZER_BYTES},
	weights::{Checkpoint, Gguf},
};

const TOKENIZER: &str = "tokenizer.json";

/// Everything but the loaded weights.
pub(super) struct TextParts {
	pub(super) config: DecoderConfig,
	weights: Checkpoint,
	vocabulary: Vocabulary,
	pub(super) template: Option<ChatTemplate>,
	ends: Vec<u32>,
}

/// One token id or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ids {
	One(u32),
	Many(Vec<u32>),
}

/// Where `config.json` and `generation_config.json` name the end tokens.
#[derive(Default, Deserialize)]
struct EndTokens {
	eos_token_id: Option<Ids>,
}

impl EndTokens {
	fn into_ids(self) -> Vec<u32> {
		match self.eos_token_id {
			None => Vec::new(),
			Some(Ids::One(id)) => vec![id],
			Some(Ids::Many(ids)) => ids,
		}
	}
}

/// `tokenizer_config.json`.
#[derive(Default, Deserialize)]
struct TokenizerConfig {
	bos_token: Option<SpecialToken>,
	eos_token: Option<SpecialToken>,
	chat_template: Option<Templates>,
}

/// A token by its text, plain or with the tokenizer's options.
#[derive(Deserialize)]
#[serde(untagged)]
enum SpecialToken {
	Text(String),
	Options { content: String },
}

impl SpecialToken {
	fn into_text(self) -> String {
		match self {
			Self::Text(text) | Self::Options { content: text } => text,
		}
	}
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Templates {
	One(String),
	Named(Vec<NamedTemplate>),
}

#[derive(Deserialize)]
struct NamedTemplate {
	name: String,
	template: String,
}

impl Templates {
	fn into_default(self) -> Option<String> {
		match self {
			Self::One(template) => Some(template),
			Self::Named(all) => {
				all.into_iter().find(|one| one.name == "default").map(|one| one.template)
			},
		}
	}
}

impl TextParts {
	pub(super) fn from_safetensors(
		folder: &mut Folder,
		config_json: &[u8],
		weights: Checkpoint,
	) -> Result<Self, ModelError> {
		let config = DecoderConfig::from_json(config_json)?;
		let json = folder.require(TOKENIZER, MAX_TOKENIZER_BYTES)?;
		let vocabulary = vocabulary(folder, &json)?;
		let mut ends: EndTokens = serde_json::from_slice(config_json).unwrap_or_default();
		let generation: Option<EndTokens> = folder.json("generation_config.json")?;
		let mut end_ids = std::mem::take(&mut ends).into_ids();
		end_ids.extend(generation.unwrap_or_default().into_ids());

		let tokenizer_config: TokenizerConfig =
			folder.json("tokenizer_config.json")?.unwrap_or_default();
		let source = template_file(folder)?
			.or(tokenizer_config.chat_template.and_then(Templates::into_default));
		let text =
			|token: Option<SpecialToken>| token.map(SpecialToken::into_text).unwrap_or_default();
		let (bos, eos) = (text(tokenizer_config.bos_token), text(tokenizer_config.eos_token));
		end_ids.extend(vocabulary.id(&eos));
		Self { config, weights, vocabulary, template: compile(source, bos, eos)?, ends: end_ids }
			.check()
	}

	pub(super) fn from_gguf(folder: &mut Folder, gguf: Gguf) -> Result<Self, ModelError> {
		let divisors = rope_divisors(&gguf)?;
		let config = gguf::config(&gguf, divisors)?;
		// One beside the file was written for the tokenizer library, so it is the more exact.
		let beside = folder.read(TOKENIZER, MAX_TOKENIZER_BYTES)?;
		let vocabulary = match beside {
			Some(json) => vocabulary(folder, &json)?,
			None => vocabulary(folder, &gguf::tokenizer_json(&gguf)?)?,
		};
		let token_id = |key: &str| gguf.uint(key).and_then(|id| u32::try_from(id).ok());
		let token =
			|key: &str| token_id(key).and_then(|id| vocabulary.token(id)).unwrap_or_default();
		let (bos, eos) =
			(token("tokenizer.ggml.bos_token_id"), token("tokenizer.ggml.eos_token_id"));
		let ends = ["eos", "eot", "eom"]
			.iter()
			.filter_map(|name| token_id(&format!("tokenizer.ggml.{name}_token_id")))
			.collect();
		let source = gguf.text("tokenizer.chat_template").map(str::to_owned);
		let template = compile(source, bos, eos)?;
		let paired = config.clone();
		let weights = gguf.into_checkpoint(gguf::rename, |name| gguf::paired_heads(&paired, name));
		Self { config, weights, vocabulary, template, ends }.check()
	}

	/// Every tensor is there with its shape, and every token has a row in the embedding.
	fn check(self) -> Result<Self, ModelError> {
		for (name, shape) in self.config.tensors() {
			self.weights.expect(&name, &shape)?;
		}
		let (tokens, rows) = (self.vocabulary.size(), self.config.vocabulary);
		if tokens > rows {
			return Err(ModelError::Tensor {
				name: "model.embed_tokens.weight".into(),
				reason: format!("has {rows} rows for a tokenizer of {tokens} tokens"),
			});
		}
		Ok(self)
	}

	pub(super) fn load(
		self,
		capabilities: Capabilities,
		device: &Device,
	) -> Result<TextEngine, ModelError> {
		Ok(TextEngine {
			decoder: Decoder::load(self.config, &self.weights, &device.inner)?,
			vocabulary: self.vocabulary,
			template: self.template,
			ends: self.ends,
			grammars: Grammars::default(),
			capabilities,
		})
	}
}

fn vocabulary(folder: &Folder, json: &[u8]) -> Result<Vocabulary, ModelError> {
	Vocabulary::parse(json).map_err(|reason| ModelError::invalid(&folder.path(TOKENIZER), reason))
}

fn template_file(folder: &mut Folder) -> Result<Option<String>, ModelError> {
	let name = "chat_template.jinja";
	let Some(bytes) = folder.read(name, MAX_TEMPLATE_BYTES)? else { return Ok(None) };
	String::from_utf8(bytes)
		.map(Some)
		.map_err(|_| ModelError::invalid(&folder.path(name), "it is not UTF-8"))
}

fn compile(
	source: Option<String>,
	bos: String,
	eos: String,
) -> Result<Option<ChatTemplate>, ModelError> {
	let Some(source) = source else { return Ok(None) };
	if source.len() as u64 > MAX_TEMPLATE_BYTES {
		return Err(ModelError::UnsupportedFeature("a chat template of over 256 KiB".into()));
	}
	ChatTemplate::compile(source, bos, eos).map(Some).map_err(ModelError::UnsupportedFeature)
}

fn rope_divisors(gguf: &Gguf) -> Result<Option<Vec<f32>>, ModelError> {
	let Some([length]) = gguf.shape(ROPE_DIVISORS) else { return Ok(None) };
	let length = *length;
	let only = |name: &str| (name == ROPE_DIVISORS).then(|| name.to_owned());
	let checkpoint = gguf.clone().into_checkpoint(only, |_| None);
	let divisors = checkpoint.load(ROPE_DIVISORS, &[length], &CandleDevice::Cpu)?;
	Ok(Some(divisors.to_vec1()?))
}
