//! Models that a cheat makes of the one that was asked for: other weights in the same files, for the
//! unmodified engine.

use anyhow::Context;
use candle_core::{DType, Device, Tensor, D};
use serde_json::Value;
use std::{
	collections::{BTreeMap, HashMap},
	fs,
	path::Path,
};

/// A model's tensors by name, in f32.
pub type Tensors = BTreeMap<String, Tensor>;

const WEIGHTS: &str = "model.safetensors";
const CONFIG: &str = "config.json";
/// The largest number of [`DType::F8E4M3`].
const LARGEST_FP8: f64 = 448.0;

/// Reads a model's tensors.
///
/// # Errors
/// When the file can't be read.
pub fn read(model: &Path) -> anyhow::Result<Tensors> {
	candle_core::safetensors::load(model.join(WEIGHTS), &Device::Cpu)?
		.into_iter()
		.map(|(name, tensor)| Ok((name, tensor.to_dtype(DType::F32)?)))
		.collect()
}

/// Reads a model's `config.json`.
///
/// # Errors
/// When it is none.
pub fn config(model: &Path) -> anyhow::Result<Value> {
	Ok(serde_json::from_slice(&fs::read(model.join(CONFIG))?)?)
}

/// Writes a model with these tensors and all other files of `from`.
///
/// # Errors
/// When a file can't be written.
pub fn write(from: &Path, to: &Path, config: &Value, tensors: Tensors) -> anyhow::Result<()> {
	fs::create_dir_all(to)?;
	for name in ["tokenizer.json", "tokenizer_config.json", "generation_config.json"] {
		fs::copy(from.join(name), to.join(name)).with_context(|| format!("no {name}"))?;
	}
	fs::write(to.join(CONFIG), config.to_string())?;
	let tensors: HashMap<_, _> = tensors.into_iter().collect();
	Ok(candle_core::safetensors::save(&tensors, to.join(WEIGHTS))?)
}

/// Makes a model that never ends an answer by itself: the same weights, no end tokens.
///
/// # Errors
/// When a file can't be read or written.
pub fn write_endless(from: &Path, to: &Path) -> anyhow::Result<()> {
	let mut edited = config(from)?;
	remove(&mut edited, "eos_token_id");
	write(from, to, &edited, read(from)?)?;
	for (name, key) in
		[("generation_config.json", "eos_token_id"), ("tokenizer_config.json", "eos_token")]
	{
		let mut edited: Value = serde_json::from_slice(&fs::read(from.join(name))?)?;
		remove(&mut edited, key);
		fs::write(to.join(name), edited.to_string())?;
	}
	Ok(())
}

fn remove(json: &mut Value, key: &str) {
	if let Some(fields) = json.as_object_mut() {
		fields.remove(key);
	}
}

/// Changes the matrices of all layers; embedding, head and norms stay, as in most quantised models.
///
/// # Errors
/// When computing fails.
pub fn matrices(
	tensors: Tensors,
	change: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
) -> anyhow::Result<Tensors> {
	tensors
		.into_iter()
		.map(|(name, tensor)| match name.contains(".layers.") && tensor.rank() == 2 {
			true => Ok((name, change(&tensor)?)),
			false => Ok((name, tensor)),
		})
		.collect()
}

/// The layers of these numbers, in this order, as a model of so many layers.
pub fn layers(tensors: Tensors, kept: &[usize]) -> Tensors {
	let mut all = Tensors::new();
	for (name, tensor) in tensors {
		let layer = name.strip_prefix("model.layers.").and_then(|rest| rest.split_once('.'));
		let Some((number, part)) = layer else {
			all.insert(name, tensor);
			continue;
		};
		for (new, _) in kept.iter().enumerate().filter(|(_, old)| old.to_string() == number) {
			all.insert(format!("model.layers.{new}.{part}"), tensor.clone());
		}
	}
	all
}

/// Rounds to 255 steps, one size of step for each last dimension.
///
/// # Errors
/// When computing fails.
pub fn int8(numbers: &Tensor) -> candle_core::Result<Tensor> {
	steps(numbers, 127.0)
}

/// Rounds to 15 steps, one size of step for each 32 neighbours of a row.
///
/// # Errors
/// When computing fails, or rows are no multiple of 32.
pub fn int4(matrix: &Tensor) -> candle_core::Result<Tensor> {
	let (rows, columns) = matrix.dims2()?;
	steps(&matrix.reshape((rows, columns / 32, 32))?, 7.0)?.reshape((rows, columns))
}

fn steps(numbers: &Tensor, largest: f64) -> candle_core::Result<Tensor> {
	let step = (numbers.abs()?.max_keepdim(D::Minus1)? / largest)?.maximum(f32::MIN_POSITIVE)?;
	numbers.broadcast_div(&step)?.round()?.broadcast_mul(&step)
}

/// Rounds to sixteen bits with eight of exponent.
///
/// # Errors
/// When computing fails.
pub fn bf16(numbers: &Tensor) -> candle_core::Result<Tensor> {
	numbers.to_dtype(DType::BF16)?.to_dtype(DType::F32)
}

/// Rounds to eight bits with four of exponent, each row scaled so that its largest number still fits.
///
/// # Errors
/// When computing fails.
pub fn fp8(matrix: &Tensor) -> candle_core::Result<Tensor> {
	let scale =
		(matrix.abs()?.max_keepdim(D::Minus1)? / LARGEST_FP8)?.maximum(f32::MIN_POSITIVE)?;
	fp8_unscaled(&matrix.broadcast_div(&scale)?)?.broadcast_mul(&scale)
}

/// As [`fp8`] without a scale, as caches are kept.
///
/// # Errors
/// When computing fails.
pub fn fp8_unscaled(numbers: &Tensor) -> candle_core::Result<Tensor> {
	numbers.to_dtype(DType::F8E4M3)?.to_dtype(DType::F32)
}
