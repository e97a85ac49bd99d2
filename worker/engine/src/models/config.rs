//! The shape of a decoder of the llama family, from a Hugging Face `config.json`.

use serde::Deserialize;

use super::rope::{RopeConfig, RopeScaling};
use crate::error::ModelError;

/// Bounds far above any model that is known, so that no product of two of them overflows.
const MAX_WIDTH: usize = 1 << 17;
const MAX_LAYERS: usize = 1 << 10;
const MAX_VOCABULARY: usize = 1 << 21;
const MAX_CONTEXT: usize = 1 << 24;

/// A member of the llama family. All share one decoder; they differ in biases and norms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
	Llama,
	Mistral,
	Qwen2,
	Qwen3,
}

impl Family {
	/// By `model_type` or GGUF's `general.architecture`.
	pub(crate) fn parse(name: &str) -> Option<Self> {
		Some(match name {
			"llama" => Self::Llama,
			"mistral" => Self::Mistral,
			"qwen2" => Self::Qwen2,
			"qwen3" => Self::Qwen3,
			_ => return None,
		})
	}

	pub(crate) fn name(self) -> &'static str {
		match self {
			Self::Llama => "llama",
			Self::Mistral => "mistral",
			Self::Qwen2 => "qwen2",
			Self::Qwen3 => "qwen3",
		}
	}
}

/// Everything that decides a decoder's shape and arithmetic. Sizes in elements.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DecoderConfig {
	pub family: Family,
	pub hidden: usize,
	pub intermediate: usize,
	pub layers: usize,
	pub heads: usize,
	pub kv_heads: usize,
	pub head_dim: usize,
	pub vocabulary: usize,
	pub norm_epsilon: f32,
	pub rope: RopeConfig,
	/// The output head is the embedding table.
	pub tied: bool,
	pub qkv_bias: bool,
	pub output_bias: bool,
	pub mlp_bias: bool,
	/// Queries and keys are normalised per head.
	pub qk_norm: bool,
	/// Tokens of one sequence.
	pub context: usize,
}

impl DecoderConfig {
	/// Bytes of one sequence's cache per token: keys and values in f32.
	pub(crate) fn cache_bytes_per_token(&self) -> u64 {
		(2 * self.layers * self.kv_heads * self.head_dim * size_of::<f32>()) as u64
	}

	/// Every tensor with its shape, under Hugging Face's names.
	pub(crate) fn tensors(&self) -> Vec<(String, Vec<usize>)> {
		let (hidden, inner) = (self.hidden, self.intermediate);
		let (q, kv) = (self.heads * self.head_dim, self.kv_heads * self.head_dim);
		let mut all = vec![
			("model.embed_tokens.weight".to_owned(), vec![self.vocabulary, hidden]),
			("model.norm.weight".to_owned(), vec![hidden]),
		];
		if !self.tied {
			all.push(("lm_head.weight".to_owned(), vec![self.vocabulary, hidden]));
		}
		for layer in 0..self.layers {
			let mut add = |name: &str, shape: &[usize]| {
				all.push((format!("model.layers.{layer}.{name}"), shape.to_vec()));
			};
			let mut linear = |name: &str, rows: usize, columns: usize, bias: bool| {
				add(&format!("{name}.weight"), &[rows, columns]);
				if bias {
					add(&format!("{name}.bias"), &[rows]);
				}
			};
			linear("self_attn.q_proj", q, hidden, self.qkv_bias);
			linear("self_attn.k_proj", kv, hidden, self.qkv_bias);
			linear("self_attn.v_proj", kv, hidden, self.qkv_bias);
			linear("self_attn.o_proj", hidden, q, self.output_bias);
			linear("mlp.gate_proj", inner, hidden, self.mlp_bias);
			linear("mlp.up_proj", inner, hidden, self.mlp_bias);
			linear("mlp.down_proj", hidden, inner, self.mlp_bias);
			add("input_layernorm.weight", &[hidden]);
			add("post_attention_layernorm.weight", &[hidden]);
			if self.qk_norm {
				add("self_attn.q_norm.weight", &[self.head_dim]);
				add("self_attn.k_norm.weight", &[self.head_dim]);
			}
		}
		all
	}

	/// Numbers in all of [`Self::tensors`].
	pub(crate) fn parameters(&self) -> u64 {
		self.tensors().iter().map(|(_, shape)| shape.iter().product::<usize>() as u64).sum()
	}

	/// Checks the sizes against bounds and against each other.
	pub(crate) fn check(self) -> Result<Self, ModelError> {
		let bounded = |what: &str, value: usize, max: usize| {
			if (1..=max).contains(&value) {
				return Ok(());
			}
			Err(wrong(format!("{what} is {value}, expected 1 to {max}")))
		};
		bounded("hidden size", self.hidden, MAX_WIDTH)?;
		bounded("intermediate size", self.intermediate, MAX_WIDTH)?;
		bounded("layer count", self.layers, MAX_LAYERS)?;
		bounded("head count", self.heads, MAX_WIDTH)?;
		bounded("key-value head count", self.kv_heads, self.heads)?;
		bounded("head size", self.head_dim, MAX_WIDTH / self.heads)?;
		bounded("vocabulary size", self.vocabulary, MAX_VOCABULARY)?;
		bounded("context length", self.context, MAX_CONTEXT)?;
		if !self.heads.is_multiple_of(self.kv_heads) {
			return Err(wrong("heads are no multiple of key-value heads".into()));
		}
		if !self.head_dim.is_multiple_of(2) {
			return Err(wrong("the head size is odd".into()));
		}
		if !(self.norm_epsilon > 0.0 && self.norm_epsilon < 1.0) {
			return Err(wrong("the norm's epsilon is not between 0 and 1".into()));
		}
		self.rope.check(self.head_dim)?;
		Ok(self)
	}

	/// Reads a `config.json`.
	pub(crate) fn from_json(json: &[u8]) -> Result<Self, ModelError> {
		let raw: RawConfig =
			serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
		raw.resolve()
	}
}

fn wrong(reason: String) -> ModelError {
	ModelError::UnsupportedFeature(format!("a sound configuration ({reason})"))
}

/// The fields that matter, under their several names across versions of transformers.
#[derive(Deserialize)]
struct RawConfig {
	model_type: String,
	hidden_size: usize,
	intermediate_size: usize,
	num_hidden_layers: usize,
	num_attention_heads: usize,
	num_key_value_heads: Option<usize>,
	head_dim: Option<usize>,
	vocab_size: usize,
	max_position_embeddings: usize,
	#[serde(default = "default_epsilon")]
	rms_norm_eps: f32,
	hidden_act: Option<String>,
	rope_theta: Option<f64>,
	rope_scaling: Option<RawRope>,
	rope_parameters: Option<RawRope>,
	#[serde(default)]
	tie_word_embeddings: bool,
	attention_bias: Option<bool>,
	#[serde(default)]
	mlp_bias: bool,
	sliding_window: Option<usize>,
	use_sliding_window: Option<bool>,
	partial_rotary_factor: Option<f64>,
}

fn default_epsilon() -> f32 {
	1e-6
}

#[derive(Deserialize)]
struct RawRope {
	#[serde(alias = "type")]
	rope_type: Option<String>,
	rope_theta: Option<f64>,
	factor: Option<f64>,
	low_freq_factor: Option<f64>,
	high_freq_factor: Option<f64>,
	original_max_position_embeddings: Option<f64>,
}

impl RawRope {
	fn resolve(&self) -> Result<RopeScaling, ModelError> {
		let need = |value: Option<f64>, what: &str| {
			value.ok_or_else(|| wrong(format!("rope scaling has no {what}")))
		};
		match self.rope_type.as_deref() {
			None | Some("default") => Ok(RopeScaling::None),
			Some("linear") => Ok(RopeScaling::Linear { factor: need(self.factor, "factor")? }),
			Some("llama3") => Ok(RopeScaling::Llama3 {
				factor: need(self.factor, "factor")?,
				low: need(self.low_freq_factor, "low_freq_factor")?,
				high: need(self.high_freq_factor, "high_freq_factor")?,
				original: need(
					self.original_max_position_embeddings,
					"original_max_position_embeddings",
				)?,
			}),
			Some(other) => Err(ModelError::UnsupportedFeature(format!(
				"rope scaling '{}'",
				other.escape_default()
			))),
		}
	}
}

impl RawConfig {
	fn resolve(self) -> Result<DecoderConfig, ModelError> {
		let family = Family::parse(&self.model_type)
			.ok_or_else(|| ModelError::UnsupportedArchitecture { name: self.model_type.clone() })?;
		if let Some(act) = self.hidden_act.as_deref().filter(|act| *act != "silu") {
			let act = act.escape_default();
			return Err(ModelError::UnsupportedFeature(format!("the activation '{act}'")));
		}
		if self.partial_rotary_factor.is_some_and(|factor| factor != 1.0) {
			return Err(ModelError::UnsupportedFeature("partial rotary embedding".into()));
		}
		let rope = self.rope_parameters.as_ref().or(self.rope_scaling.as_ref());
		let theta = self.rope_theta.or(rope.and_then(|rope| rope.rope_theta)).unwrap_or(1e4);
		let scaling = rope.map_or(Ok(RopeScaling::None), RawRope::resolve)?;

		// Qwen names a window that it does not use unless told to.
		let window = match family {
			Family::Qwen2 | Family::Qwen3 if self.use_sliding_window != Some(true) => None,
			_ => self.sliding_window,
		};
		let heads = self.num_attention_heads;
		let head_dim = match self.head_dim {
			Some(size) => size,
			None => self.hidden_size.checked_div(heads).unwrap_or(0),
		};
		let attention_bias = self.attention_bias.unwrap_or(false);
		DecoderConfig {
			family,
			hidden: self.hidden_size,
			intermediate: self.intermediate_size,
			layers: self.num_hidden_layers,
			heads,
			kv_heads: self.num_key_value_heads.unwrap_or(heads),
			head_dim,
			vocabulary: self.vocab_size,
			norm_epsilon: self.rms_norm_eps,
			rope: RopeConfig { theta, scaling },
			tied: self.tie_word_embeddings,
			qkv_bias: family == Family::Qwen2 || attention_bias,
			output_bias: family != Family::Qwen2 && attention_bias,
			mlp_bias: self.mlp_bias,
			qk_norm: family == Family::Qwen3,
			// Inside its window a sliding model is a full one, so no sequence leaves it.
			context: self.max_position_embeddings.min(window.unwrap_or(usize::MAX)),
		}
		.check()
	}
}
