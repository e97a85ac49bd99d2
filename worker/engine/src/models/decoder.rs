//! The decoder of the llama family, written once for all its members and both file formats.
//!
//! Shapes in comments: T new tokens, L tokens in the cache after them, H hidden size, h heads,
//! k key-value heads, d head size.

use candle_core::{Device, Tensor};
use candle_nn::{ops, rotary_emb::rope};

use super::{config::DecoderConfig, exp::swiglu, rope::angles};
use crate::{
	engine::Step,
	error::{EngineError, ModelError},
	weights::Checkpoint,
};

/// Tokens that a replay reads at once: enough to keep the kernels busy, few enough that the scores
/// of a long sequence fit into memory.
const REPLAY_CHUNK: usize = 512;
/// Queries that look back together: what comes after the last of them is not computed for any.
const QUERIES: usize = 64;

/// A weight matrix, turned to [in, out] when it is loaded: products of many rows then need not turn
/// it each time.
struct Linear {
	weight: Tensor,
	bias: Option<Tensor>,
}

impl Linear {
	/// [T, in] to [T, out].
	fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
		let y = x.matmul(&self.weight)?;
		match &self.bias {
			Some(bias) => y.broadcast_add(bias),
			None => Ok(y),
		}
	}
}

struct Layer {
	attention_norm: Tensor,
	/// Queries, keys and values in one matrix: one product instead of three.
	qkv: Linear,
	qk_norm: Option<(Tensor, Tensor)>,
	output: Linear,
	mlp_norm: Tensor,
	/// Gate and up in one matrix.
	gate_up: Linear,
	down: Linear,
}

/// A loaded decoder. Holds no state of any sequence.
pub(crate) struct Decoder {
	config: DecoderConfig,
	frequencies: Vec<f32>,
	embedding: Tensor,
	layers: Vec<Layer>,
	norm: Tensor,
	/// The output head; shares memory with the embedding when the two are tied.
	head: Tensor,
	device: Device,
}

/// Keys and values of one sequence: per layer two tensors [k, capacity, d].
pub struct KvCache {
	layers: Vec<(Tensor, Tensor)>,
	length: usize,
	capacity: usize,
}

impl KvCache {
	/// Tokens in the cache.
	pub fn len(&self) -> usize {
		self.length
	}

	/// Whether the cache is empty.
	pub fn is_empty(&self) -> bool {
		self.length == 0
	}
}

impl Decoder {
	/// Loads the weights onto a device.
	pub(crate) fn load(
		config: DecoderConfig,
		weights: &Checkpoint,
		device: &Device,
	) -> Result<Self, ModelError> {
		let (q, kv) = (config.heads * config.head_dim, config.kv_heads * config.head_dim);
		let (hidden, inner) = (config.hidden, config.intermediate);
		let load = |name: &str, shape: &[usize]| weights.load(name, shape, device);
		let embedding = load("model.embed_tokens.weight", &[config.vocabulary, hidden])?;
		let head = match config.tied {
			true => embedding.clone(),
			false => load("lm_head.weight", &[config.vocabulary, hidden])?,
		};
		let layers = (0..config.layers)
			.map(|index| {
				let name = |part: &str| format!("model.layers.{index}.{part}");
				let vector = |part: &str, size| load(&name(&format!("{part}.weight")), &[size]);
				// Several matrices with the same input, stacked.
				let linear = |parts: &[(&str, usize)], columns: usize, bias: bool| {
					let weights = parts
						.iter()
						.map(|(part, rows)| {
							load(&name(&format!("{part}.weight")), &[*rows, columns])
						})
						.collect::<Result<Vec<_>, _>>()?;
					let biases = parts
						.iter()
						.filter(|_| bias)
						.map(|(part, rows)| load(&name(&format!("{part}.bias")), &[*rows]))
						.collect::<Result<Vec<_>, _>>()?;
					let bias = (!biases.is_empty()).then(|| Tensor::cat(&biases, 0)).transpose()?;
					let weight = Tensor::cat(&weights, 0)?.t()?.contiguous()?;
					Ok::<_, ModelError>(Linear { weight, bias })
				};
				let qkv =
					[("self_attn.q_proj", q), ("self_attn.k_proj", kv), ("self_attn.v_proj", kv)];
				let qk_norm = match config.qk_norm {
					true => Some((
						vector("self_attn.q_norm", config.head_dim)?,
						vector("self_attn.k_norm", config.head_dim)?,
					)),
					false => None,
				};
				Ok::<_, ModelError>(Layer {
					attention_norm: vector("input_layernorm", hidden)?,
					qkv: linear(&qkv, hidden, config.qkv_bias)?,
					qk_norm,
					output: linear(&[("self_attn.o_proj", hidden)], q, config.output_bias)?,
					mlp_norm: vector("post_attention_layernorm", hidden)?,
					gate_up: linear(
						&[("mlp.gate_proj", inner), ("mlp.up_proj", inner)],
						hidden,
						config.mlp_bias,
					)?,
					down: linear(&[("mlp.down_proj", hidden)], inner, config.mlp_bias)?,
				})
			})
			.collect::<Result<Vec<_>, _>>()?;
		Ok(Self {
			frequencies: config.rope.frequencies(config.head_dim),
			norm: load("model.norm.weight", &[hidden])?,
			embedding,
			layers,
			head,
			device: device.clone(),
			config,
		})
	}

	pub(crate) fn config(&self) -> &DecoderConfig {
		&self.config
	}

	/// An empty cache with room for `capacity` tokens.
	pub(crate) fn cache(&self, capacity: usize) -> candle_core::Result<KvCache> {
		let shape = (self.config.kv_heads, capacity, self.config.head_dim);
		let zeros = || Tensor::zeros(shape, candle_core::DType::F32, &self.device);
		let layers = (0..self.config.layers)
			.map(|_| Ok((zeros()?, zeros()?)))
			.collect::<candle_core::Result<_>>()?;
		Ok(KvCache { layers, length: 0, capacity })
	}

	/// Reads tokens after those in the cache.
	pub(crate) fn step(&self, tokens: &[u32], cache: &mut KvCache) -> Result<Step, EngineError> {
		let last = self.hidden(tokens, cache, tokens.len().saturating_sub(1))?;
		let logits = last.matmul(&self.head.t()?)?.flatten_all()?.to_vec1()?;
		Ok(Step { logits, row: last.flatten_all()?.to_vec1()? })
	}

	/// The rows that chose the tokens of `answer`: [answer, H] row-major.
	pub(crate) fn rows(&self, prompt: &[u32], answer: &[u32]) -> Result<Vec<f32>, EngineError> {
		let (Some(first), Some((_, before_last))) =
			(prompt.len().checked_sub(1), answer.split_last())
		else {
			return Err(EngineError::Compute("a replay needs a prompt and an answer".into()));
		};
		let tokens = [prompt, before_last].concat();
		let mut cache = self.cache(tokens.len())?;
		let mut rows = Vec::with_capacity(answer.len() * self.config.hidden);
		for chunk in tokens.chunks(REPLAY_CHUNK) {
			let prompt_left = first.saturating_sub(cache.length).min(chunk.len());
			let hidden = self.hidden(chunk, &mut cache, prompt_left.min(chunk.len() - 1))?;
			if prompt_left < chunk.len() {
				rows.extend(hidden.flatten_all()?.to_vec1::<f32>()?);
			}
		}
		Ok(rows)
	}

	/// The logits that rows make: [n, H] row-major to [n, vocabulary] row-major.
	pub(crate) fn logits(&self, rows: &[f32]) -> Result<Vec<f32>, EngineError> {
		let width = self.config.hidden;
		if rows.is_empty() || !rows.len().is_multiple_of(width) {
			return Err(EngineError::Compute("hidden rows are not whole".into()));
		}
		let rows = Tensor::from_slice(rows, (rows.len() / width, width), &self.device)?;
		// This way round the head is read as it lies; else the whole of it would be turned each time.
		let logits = self.head.matmul(&rows.t()?)?;
		Ok(logits.t()?.contiguous()?.flatten_all()?.to_vec1()?)
	}

	/// Final-norm hidden states of the new tokens from `first` on: [T - first, H]. Of those before it
	/// the last layer makes no more than the keys and values.
	fn hidden(
		&self,
		tokens: &[u32],
		cache: &mut KvCache,
		first: usize,
	) -> Result<Tensor, EngineError> {
		let (start, count) = (cache.length, tokens.len());
		if count == 0 {
			return Err(EngineError::Compute("a step needs at least one token".into()));
		}
		if start + count > cache.capacity {
			return Err(EngineError::TooLong { got: start + count, max: cache.capacity });
		}
		if tokens.iter().any(|&token| token as usize >= self.config.vocabulary) {
			return Err(EngineError::Tokenizer("a token is not in the vocabulary".into()));
		}
		let ids = Tensor::new(tokens, &self.device)?;
		let mut x = self.embedding.index_select(&ids, 0)?;
		let angles = angles(&self.frequencies, start, count, &self.device)?;
		let epsilon = self.config.norm_epsilon;
		for (index, (layer, keys_values)) in self.layers.iter().zip(&cache.layers).enumerate() {
			let first = if index + 1 == self.layers.len() { first } else { 0 };
			let normed = ops::rms_norm(&x, &layer.attention_norm, epsilon)?;
			let attended = self.attention(layer, &normed, &angles, keys_values, start, first)?;
			x = (x.narrow(0, first, count - first)? + attended)?;
			let normed = ops::rms_norm(&x, &layer.mlp_norm, epsilon)?;
			let gate_up = layer.gate_up.forward(&normed)?;
			x = (x + layer.down.forward(&swiglu(&gate_up)?)?)?;
		}
		// Only now: a step that failed half-way has not moved the cache.
		cache.length = start + count;
		Ok(ops::rms_norm(&x, &self.norm, epsilon)?)
	}

	/// [T, H] to [T - first, H]; writes the new keys and values behind the old ones.
	fn attention(
		&self,
		layer: &Layer,
		x: &Tensor,
		(cos, sin): &(Tensor, Tensor),
		(keys, values): &(Tensor, Tensor),
		start: usize,
		first: usize,
	) -> candle_core::Result<Tensor> {
		let DecoderConfig { heads, kv_heads, head_dim, .. } = self.config;
		let count = x.dim(0)?;
		let qkv = layer.qkv.forward(x)?.reshape((count, heads + 2 * kv_heads, head_dim))?;
		// [n, T, d] of n heads from `first` on, normed where the family does, rotated.
		let rotated = |first: usize, n: usize, norm: Option<&Tensor>| {
			let part = qkv.narrow(1, first, n)?;
			let part = match norm {
				Some(norm) => ops::rms_norm(&part.contiguous()?, norm, self.config.norm_epsilon)?,
				None => part,
			};
			rope(&part.transpose(0, 1)?.contiguous()?.unsqueeze(0)?, cos, sin)?.squeeze(0)
		};
		let norms = layer.qk_norm.as_ref();
		let q = rotated(0, heads, norms.map(|norms| &norms.0))?;
		let k = rotated(heads, kv_heads, norms.map(|norms| &norms.1))?;
		let v = qkv.narrow(1, heads + kv_heads, kv_heads)?.transpose(0, 1)?.contiguous()?;
		keys.slice_set(&k, 1, start)?;
		values.slice_set(&v, 1, start)?;

		// The query heads that share a key head are its rows: [k, (h/k)·n, d], no copy of keys.
		let q = (q * (1.0 / (head_dim as f64).sqrt()))?;
		let group = heads / kv_heads;
		let mixed = (first..count)
			.step_by(QUERIES)
			.map(|at| {
				let n = QUERIES.min(count - at);
				let length = start + at + n;
				let (keys, values) = (keys.narrow(1, 0, length)?, values.narrow(1, 0, length)?);
				let q = q.narrow(1, at, n)?.reshape((kv_heads, group * n, head_dim))?;
				let scores = q.matmul(&keys.t()?)?.reshape((heads, n, length))?;
				let scores = match causal_mask(start + at, n, &self.device)? {
					Some(mask) => scores.broadcast_add(&mask)?,
					None => scores,
				};
				ops::softmax_last_dim(&scores)?
					.reshape((kv_heads, group * n, length))?
					.matmul(&values)?
					.reshape((heads, n, head_dim))?
					.transpose(0, 1)?
					.reshape((n, heads * head_dim))
			})
			.collect::<candle_core::Result<Vec<_>>>()?;
		let mixed = Tensor::cat(&mixed, 0)?;
		layer.output.forward(&mixed)
	}
}

/// 0 where a row may look, -∞ where it may not: [T, L]; `None` for a single row, which sees all.
fn causal_mask(start: usize, count: usize, device: &Device) -> candle_core::Result<Option<Tensor>> {
	if count == 1 {
		return Ok(None);
	}
	let length = start + count;
	let mask: Vec<f32> = (0..count)
		.flat_map(|row| {
			(0..length).map(move |column| match column <= start + row {
				true => 0.0,
				false => f32::NEG_INFINITY,
			})
		})
		.collect();
	Tensor::from_vec(mask, (count, length), device).map(Some)
}
