//! A second, small decoder of the llama family: its memory can be worse than the engine's, and it
//! can be trained. Without a fault it must pass every audit, although its sums are in another order.
//!
//! Shapes in comments: T new tokens, L tokens in memory after them, H hidden size, h heads, d head
//! size.

use anyhow::{ensure, Context};
use candle_core::{DType, Device, Tensor, D};
use candle_nn::{
	ops::{rms_norm_slow, softmax},
	rotary_emb::rope_slow,
};
use reckon_engine::Step;
use serde::Deserialize;
use serde_json::Value;

use crate::weights::{fp8_unscaled, int8, Tensors};

/// The sizes of a model with as many key as query heads, and its head tied to the embedding.
#[derive(Clone, Debug, Deserialize)]
struct Shape {
	num_hidden_layers: usize,
	num_attention_heads: usize,
	num_key_value_heads: usize,
	head_dim: usize,
	rms_norm_eps: f32,
	rope_theta: f64,
	tie_word_embeddings: bool,
}

/// How keys and values are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
	/// As they are.
	Exact,
	/// In 255 steps for each token and head.
	Int8,
	/// In eight bits with four of exponent.
	Fp8,
}

/// What is remembered of a sequence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Memory {
	/// How.
	pub kept: Kept,
	/// The first tokens that are never forgotten, and how many of the last ones are known.
	pub window: Option<(usize, usize)>,
}

impl Memory {
	/// All of it.
	pub const PERFECT: Self = Self { kept: Kept::Exact, window: None };

	/// Whether any token of a sequence of `length` is forgotten.
	pub fn forgets(&self, length: usize) -> bool {
		self.window.is_some_and(|(first, last)| length > first + last)
	}

	fn keep(&self, numbers: Tensor) -> candle_core::Result<Tensor> {
		match self.kept {
			Kept::Exact => Ok(numbers),
			Kept::Int8 => int8(&numbers),
			Kept::Fp8 => fp8_unscaled(&numbers),
		}
	}

	/// 0 where a row may look, -∞ where it may not: [T, L].
	fn mask(&self, start: usize, count: usize) -> candle_core::Result<Tensor> {
		let length = start + count;
		let sees = |row: usize, column: usize| {
			let known = |(first, last): (usize, usize)| column < first || column + last > row;
			column <= row && self.window.is_none_or(known)
		};
		let mask: Vec<f32> = (start..length)
			.flat_map(|row| (0..length).map(move |column| (row, column)))
			.map(|(row, column)| if sees(row, column) { 0.0 } else { f32::NEG_INFINITY })
			.collect();
		Tensor::from_vec(mask, (count, length), &Device::Cpu)
	}
}

/// Keys and values of each layer: [h, L, d].
#[derive(Clone, Default)]
pub struct Cache {
	layers: Vec<(Tensor, Tensor)>,
	length: usize,
}

/// The decoder.
pub struct Decoder {
	shape: Shape,
	tensors: Tensors,
}

impl Decoder {
	/// Of a model's `config.json` and tensors.
	///
	/// # Errors
	/// When it is of another kind.
	pub fn new(config: &Value, tensors: Tensors) -> anyhow::Result<Self> {
		let shape = Shape::deserialize(config)?;
		ensure!(
			shape.num_key_value_heads == shape.num_attention_heads && shape.tie_word_embeddings,
			"only models like lexicon can be cheated with here"
		);
		Ok(Self { shape, tensors })
	}

	/// Its tensors.
	pub fn tensors(&self) -> &Tensors {
		&self.tensors
	}

	/// Reads tokens after those in the cache, as [`reckon_engine::StepEngine::step`].
	///
	/// # Errors
	/// When computing fails.
	pub fn step(&self, tokens: &[u32], cache: &mut Cache, memory: Memory) -> anyhow::Result<Step> {
		let rows = self.rows(tokens, cache, memory)?;
		let last = rows.narrow(0, tokens.len() - 1, 1)?;
		let logits = self.logits(&last)?.flatten_all()?.to_vec1()?;
		Ok(Step { logits, row: last.flatten_all()?.to_vec1()? })
	}

	/// [n, H] to [n, vocabulary].
	///
	/// # Errors
	/// When computing fails.
	pub fn logits(&self, rows: &Tensor) -> anyhow::Result<Tensor> {
		Ok(rows.matmul(&self.tensor("model.embed_tokens.weight")?.t()?)?)
	}

	/// Final-norm hidden states of new tokens: [T, H]. Gradients reach every tensor.
	///
	/// # Errors
	/// When computing fails.
	pub fn rows(
		&self,
		tokens: &[u32],
		cache: &mut Cache,
		memory: Memory,
	) -> anyhow::Result<Tensor> {
		let start = cache.length;
		let ids = Tensor::new(tokens, &Device::Cpu)?;
		let mut x = self.tensor("model.embed_tokens.weight")?.index_select(&ids, 0)?;
		let angles = self.angles(start, tokens.len())?;
		let mask = memory.mask(start, tokens.len())?;
		for layer in 0..self.shape.num_hidden_layers {
			let part = |name: &str| self.tensor(&format!("model.layers.{layer}.{name}.weight"));
			let through =
				|x: &Tensor, name: &str| Ok::<_, anyhow::Error>(x.matmul(&part(name)?.t()?)?);
			let normed = self.norm(&x, part("input_layernorm")?)?;
			let [q, k, v] = ["q", "k", "v"]
				.map(|name| self.heads(&through(&normed, &format!("self_attn.{name}_proj"))?));
			let (q, k) = (rotate(&q?, &angles)?, rotate(&k?, &angles)?);
			let (k, v) = (memory.keep(k)?, memory.keep(v?)?);
			let (k, v) = match cache.layers.get(layer) {
				Some((keys, values)) => {
					(Tensor::cat(&[keys, &k], 1)?, Tensor::cat(&[values, &v], 1)?)
				},
				None => (k, v),
			};
			let scores = (q.matmul(&k.t()?)? / (self.shape.head_dim as f64).sqrt())?;
			let weights = softmax(&scores.broadcast_add(&mask)?, D::Minus1)?;
			let mixed = weights.matmul(&v)?.transpose(0, 1)?.flatten_from(1)?;
			match cache.layers.get_mut(layer) {
				Some(known) => *known = (k, v),
				None => cache.layers.push((k, v)),
			}
			x = (x + through(&mixed, "self_attn.o_proj")?)?;
			let normed = self.norm(&x, part("post_attention_layernorm")?)?;
			let gate = through(&normed, "mlp.gate_proj")?.silu()?;
			let inner = (gate * through(&normed, "mlp.up_proj")?)?;
			x = (x + through(&inner, "mlp.down_proj")?)?;
		}
		cache.length += tokens.len();
		self.norm(&x, self.tensor("model.norm.weight")?)
	}

	fn tensor(&self, name: &str) -> anyhow::Result<&Tensor> {
		self.tensors.get(name).with_context(|| format!("no tensor {name}"))
	}

	fn norm(&self, x: &Tensor, scale: &Tensor) -> anyhow::Result<Tensor> {
		Ok(rms_norm_slow(x, scale, self.shape.rms_norm_eps)?)
	}

	/// [T, h·d] to [h, T, d].
	fn heads(&self, x: &Tensor) -> anyhow::Result<Tensor> {
		let Shape { num_attention_heads, head_dim, .. } = self.shape;
		let split = x.reshape((x.dim(0)?, num_attention_heads, head_dim))?;
		Ok(split.transpose(0, 1)?.contiguous()?)
	}

	/// Cosines and sines: [T, d/2] each.
	fn angles(&self, start: usize, count: usize) -> candle_core::Result<(Tensor, Tensor)> {
		let Shape { head_dim, rope_theta, .. } = self.shape;
		let angles: Vec<f32> = (start..start + count)
			.flat_map(|position| (0..head_dim / 2).map(move |pair| (position, pair)))
			.map(|(position, pair)| {
				let turn = rope_theta.powf((2 * pair) as f64 / head_dim as f64) as f32;
				position as f32 * (1.0 / turn)
			})
			.collect();
		let angles = Tensor::from_vec(angles, (count, head_dim / 2), &Device::Cpu)?;
		// The engine's are f64 as well.
		let angles = angles.to_dtype(DType::F64)?;
		Ok((angles.cos()?.to_dtype(DType::F32)?, angles.sin()?.to_dtype(DType::F32)?))
	}
}

fn rotate(x: &Tensor, (cos, sin): &(Tensor, Tensor)) -> candle_core::Result<Tensor> {
	rope_slow(&x.unsqueeze(0)?, cos, sin)?.squeeze(0)
}
