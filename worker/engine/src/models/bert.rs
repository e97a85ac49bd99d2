//! The BERT encoder.
//!
//! Shapes in comments: B texts, T tokens of the longest one, H hidden size, h heads, d head size.

use candle_core::{DType, Device, Tensor};
use candle_nn::ops;
use serde::Deserialize;

use crate::{error::ModelError, weights::Checkpoint};

const MAX_WIDTH: usize = 1 << 17;

/// The fields of `config.json` that decide shape and arithmetic.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct BertConfig {
	pub hidden_size: usize,
	pub intermediate_size: usize,
	pub num_hidden_layers: usize,
	pub num_attention_heads: usize,
	pub vocab_size: usize,
	pub max_position_embeddings: usize,
	pub type_vocab_size: usize,
	pub layer_norm_eps: f64,
	pub hidden_act: Activation,
	#[serde(default)]
	pub pad_token_id: u32,
	position_embedding_type: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Activation {
	/// With the error function.
	Gelu,
	/// With the hyperbolic tangent.
	#[serde(alias = "gelu_pytorch_tanh")]
	GeluNew,
	Relu,
}

impl BertConfig {
	pub(crate) fn from_json(json: &[u8]) -> Result<Self, ModelError> {
		let wrong = |reason: String| {
			ModelError::UnsupportedFeature(format!("a sound configuration ({reason})"))
		};
		let config: Self =
			serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
		let sizes = [
			config.hidden_size,
			config.intermediate_size,
			config.num_hidden_layers,
			config.num_attention_heads,
			config.max_position_embeddings,
			config.type_vocab_size,
		];
		if sizes.iter().any(|size| !(1..=MAX_WIDTH).contains(size))
			|| !(1..=1 << 21).contains(&config.vocab_size)
		{
			return Err(wrong("a size is 0 or far too large".into()));
		}
		if !config.hidden_size.is_multiple_of(config.num_attention_heads) {
			return Err(wrong("the hidden size is no multiple of the heads".into()));
		}
		if config.position_embedding_type.as_deref().is_some_and(|kind| kind != "absolute") {
			return Err(ModelError::UnsupportedFeature("relative position embeddings".into()));
		}
		Ok(config)
	}

	/// Numbers in all tensors.
	pub(crate) fn parameters(&self, prefix: &str) -> u64 {
		self.tensors(prefix).iter().map(|(_, shape)| shape.iter().product::<usize>() as u64).sum()
	}

	/// Every tensor that is read, with its shape.
	pub(crate) fn tensors(&self, prefix: &str) -> Vec<(String, Vec<usize>)> {
		let (hidden, inner) = (self.hidden_size, self.intermediate_size);
		let table = |name: &str, rows: usize| {
			(format!("{prefix}embeddings.{name}.weight"), vec![rows, hidden])
		};
		let mut all = vec![
			table("word_embeddings", self.vocab_size),
			table("position_embeddings", self.max_position_embeddings),
			table("token_type_embeddings", self.type_vocab_size),
		];
		let mut pair = |name: String, weight: Vec<usize>, bias: usize| {
			all.push((format!("{name}.weight"), weight));
			all.push((format!("{name}.bias"), vec![bias]));
		};
		pair(format!("{prefix}embeddings.LayerNorm"), vec![hidden], hidden);
		for layer in 0..self.num_hidden_layers {
			let name = |part: &str| format!("{prefix}encoder.layer.{layer}.{part}");
			for part in ["query", "key", "value"] {
				pair(name(&format!("attention.self.{part}")), vec![hidden, hidden], hidden);
			}
			pair(name("attention.output.dense"), vec![hidden, hidden], hidden);
			pair(name("attention.output.LayerNorm"), vec![hidden], hidden);
			pair(name("intermediate.dense"), vec![inner, hidden], inner);
			pair(name("output.dense"), vec![hidden, inner], hidden);
			pair(name("output.LayerNorm"), vec![hidden], hidden);
		}
		all
	}
}

/// A weight and a bias: a matrix product or a layer norm.
struct Affine {
	weight: Tensor,
	bias: Tensor,
}

impl Affine {
	/// [n, in] to [n, out].
	fn linear(&self, x: &Tensor) -> candle_core::Result<Tensor> {
		x.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)
	}

	fn norm(&self, x: &Tensor, epsilon: f64) -> candle_core::Result<Tensor> {
		ops::layer_norm(x, &self.weight, &self.bias, epsilon as f32)
	}
}

struct Layer {
	/// Queries, keys and values in one matrix.
	qkv: Affine,
	attention_output: Affine,
	attention_norm: Affine,
	intermediate: Affine,
	output: Affine,
	output_norm: Affine,
}

/// A loaded encoder.
pub(crate) struct Bert {
	config: BertConfig,
	words: Tensor,
	/// Position embeddings plus the embedding of token type 0: all tokens are of one text.
	positions: Tensor,
	norm: Affine,
	layers: Vec<Layer>,
	device: Device,
}

impl Bert {
	pub(crate) fn load(
		config: BertConfig,
		prefix: &str,
		weights: &Checkpoint,
		device: &Device,
	) -> Result<Self, ModelError> {
		let (hidden, inner) = (config.hidden_size, config.intermediate_size);
		let affine = |name: String, shape: &[usize]| {
			Ok::<_, ModelError>(Affine {
				weight: weights.load(&format!("{name}.weight"), shape, device)?,
				bias: weights.load(&format!("{name}.bias"), &shape[..1], device)?,
			})
		};
		let table = |name: &str, rows: usize| {
			let name = format!("{prefix}embeddings.{name}.weight");
			weights.load(&name, &[rows, hidden], device)
		};
		let types = table("token_type_embeddings", config.type_vocab_size)?;
		let positions = table("position_embeddings", config.max_position_embeddings)?
			.broadcast_add(&types.narrow(0, 0, 1)?)?;
		let layers = (0..config.num_hidden_layers)
			.map(|index| {
				let part = |part: &str, shape: &[usize]| {
					affine(format!("{prefix}encoder.layer.{index}.{part}"), shape)
				};
				let qkv = ["query", "key", "value"]
					.map(|name| part(&format!("attention.self.{name}"), &[hidden, hidden]));
				let [q, k, v] = qkv;
				let (q, k, v) = (q?, k?, v?);
				Ok::<_, ModelError>(Layer {
					qkv: Affine {
						weight: Tensor::cat(&[q.weight, k.weight, v.weight], 0)?,
						bias: Tensor::cat(&[q.bias, k.bias, v.bias], 0)?,
					},
					attention_output: part("attention.output.dense", &[hidden, hidden])?,
					attention_norm: part("attention.output.LayerNorm", &[hidden])?,
					intermediate: part("intermediate.dense", &[inner, hidden])?,
					output: part("output.dense", &[hidden, inner])?,
					output_norm: part("output.LayerNorm", &[hidden])?,
				})
			})
			.collect::<Result<Vec<_>, _>>()?;
		Ok(Self {
			words: table("word_embeddings", config.vocab_size)?,
			positions,
			norm: affine(format!("{prefix}embeddings.LayerNorm"), &[hidden])?,
			layers,
			device: device.clone(),
			config,
		})
	}

	pub(crate) fn config(&self) -> &BertConfig {
		&self.config
	}

	/// Last hidden states of texts of at most `max_position_embeddings` tokens each: [B, T, H],
	/// and 1 where there is a token, 0 where there is padding: [B, T].
	pub(crate) fn forward(&self, texts: &[&[u32]]) -> candle_core::Result<(Tensor, Tensor)> {
		let hidden = self.config.hidden_size;
		let batch = texts.len();
		let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
		let mut ids = Vec::with_capacity(batch * longest);
		let mut present = Vec::with_capacity(batch * longest);
		for text in texts {
			let padding = longest - text.len();
			ids.extend_from_slice(text);
			ids.extend(std::iter::repeat_n(self.config.pad_token_id, padding));
			present.extend(std::iter::repeat_n(1f32, text.len()));
			present.extend(std::iter::repeat_n(0f32, padding));
		}
		let is_padded = present.contains(&0.0);
		let bias: Vec<f32> = present
			.iter()
			.map(|&present| if present == 1.0 { 0.0 } else { f32::NEG_INFINITY })
			.collect();
		let mask = match is_padded {
			true => Some(Tensor::from_vec(bias, (batch, 1, 1, longest), &self.device)?),
			false => None,
		};

		let ids = Tensor::from_vec(ids, batch * longest, &self.device)?;
		let words = self.words.index_select(&ids, 0)?.reshape((batch, longest, hidden))?;
		let positions = self.positions.narrow(0, 0, longest)?;
		let epsilon = self.config.layer_norm_eps;
		let x = words.broadcast_add(&positions)?.reshape((batch * longest, hidden))?;
		let mut x = self.norm.norm(&x, epsilon)?;
		for layer in &self.layers {
			let attended = self.attention(layer, &x, batch, &mask)?;
			x = layer.attention_norm.norm(&(x + attended)?, epsilon)?;
			let inner = layer.intermediate.linear(&x)?;
			let inner = match self.config.hidden_act {
				Activation::Gelu => inner.gelu_erf()?,
				Activation::GeluNew => inner.gelu()?,
				Activation::Relu => inner.relu()?,
			};
			x = layer.output_norm.norm(&(x + layer.output.linear(&inner)?)?, epsilon)?;
		}
		let present = Tensor::from_vec(present, (batch, longest), &self.device)?;
		Ok((x.reshape((batch, longest, hidden))?, present.to_dtype(DType::F32)?))
	}

	/// [B·T, H] to [B·T, H].
	fn attention(
		&self,
		layer: &Layer,
		x: &Tensor,
		batch: usize,
		mask: &Option<Tensor>,
	) -> candle_core::Result<Tensor> {
		let heads = self.config.num_attention_heads;
		let (rows, hidden) = x.dims2()?;
		let (longest, head_dim) = (rows / batch, hidden / heads);
		let qkv = layer.qkv.linear(x)?.reshape((batch, longest, 3, heads, head_dim))?;
		// [B, h, T, d]
		let part =
			|index: usize| qkv.narrow(2, index, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
		let q = (part(0)? * (1.0 / (head_dim as f64).sqrt()))?;
		let scores = q.matmul(&part(1)?.t()?)?;
		let scores = match mask {
			Some(mask) => scores.broadcast_add(mask)?,
			None => scores,
		};
		let mixed = ops::softmax_last_dim(&scores)?.matmul(&part(2)?)?;
		let mixed = mixed.transpose(1, 2)?.reshape((rows, hidden))?;
		layer.attention_output.linear(&mixed)
	}
}
