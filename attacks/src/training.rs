//! Checkpoints that a cheat trains: smaller ones, and ones that are all but the same.

use candle_core::{Device, Tensor, Var};
use candle_nn::{loss::cross_entropy, AdamW, Optimizer};
use serde_json::Value;

use crate::{
	decoder::{Cache, Decoder, Memory},
	weights::Tensors,
};

/// Examples whose loss makes one step.
pub const BATCH: usize = 4;

/// A question with the answer to learn.
#[derive(Clone, Debug)]
pub struct Example {
	/// The prompt's tokens.
	pub prompt: Vec<u32>,
	/// The answer's tokens.
	pub answer: Vec<u32>,
}

/// How a model is trained.
#[derive(Clone, Copy, Debug)]
pub struct Course {
	/// Steps of AdamW, of [`BATCH`] examples each.
	pub steps: usize,
	/// Its learning rate.
	pub rate: f64,
}

/// Trains some of a model's tensors.
///
/// # Errors
/// When computing fails.
pub fn tune(
	config: &Value,
	tensors: Tensors,
	examples: &[Example],
	course: Course,
	trained: impl Fn(&str) -> bool,
) -> anyhow::Result<Tensors> {
	let vars = tensors
		.iter()
		.filter(|(name, _)| trained(name))
		.map(|(name, tensor)| Ok((name.clone(), Var::from_tensor(tensor)?)))
		.collect::<anyhow::Result<Vec<_>>>()?;
	let with = || {
		let mut all = tensors.clone();
		all.extend(vars.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())));
		Decoder::new(config, all)
	};
	let all = vars.iter().map(|(_, var)| var.clone()).collect();
	train(with, all, examples, course)
}

/// Trains a low-rank addition of rank 1 to the matrices of queries and values, and merges it.
///
/// # Errors
/// When computing fails.
pub fn lora(
	config: &Value,
	tensors: Tensors,
	examples: &[Example],
	course: Course,
) -> anyhow::Result<Tensors> {
	let adapted = |name: &str| name.contains("q_proj") || name.contains("v_proj");
	let pairs = tensors
		.iter()
		.filter(|(name, _)| adapted(name))
		.map(|(name, tensor)| {
			let (rows, columns) = tensor.dims2()?;
			// As usual: the one side is zero, so that training starts at the model itself.
			let down = Tensor::arange(0f32, columns as f32, &Device::Cpu)?;
			let down = (down.sin()? / (columns as f64).sqrt())?.reshape((1, columns))?;
			let up = Tensor::zeros((rows, 1), tensor.dtype(), &Device::Cpu)?;
			Ok((name.clone(), Var::from_tensor(&up)?, Var::from_tensor(&down)?))
		})
		.collect::<anyhow::Result<Vec<_>>>()?;
	let with = || {
		let mut all = tensors.clone();
		for (name, up, down) in &pairs {
			if let Some(tensor) = all.get_mut(name) {
				*tensor = (&*tensor + up.matmul(down)?)?;
			}
		}
		Decoder::new(config, all)
	};
	let vars = pairs.iter().flat_map(|(_, up, down)| [up.clone(), down.clone()]).collect();
	train(with, vars, examples, course)
}

fn train(
	with: impl Fn() -> anyhow::Result<Decoder>,
	vars: Vec<Var>,
	examples: &[Example],
	course: Course,
) -> anyhow::Result<Tensors> {
	let mut optimizer = AdamW::new_lr(vars, course.rate)?;
	let mut rest = examples.iter().cycle();
	for _ in 0..course.steps {
		let decoder = with()?;
		let losses = rest
			.by_ref()
			.take(BATCH)
			.map(|example| loss(&decoder, example))
			.collect::<anyhow::Result<Vec<_>>>()?;
		optimizer.backward_step(&Tensor::stack(&losses, 0)?.mean_all()?)?;
	}
	with()?.tensors().iter().map(|(name, all)| Ok((name.clone(), all.detach()))).collect()
}

/// The mean surprise of the answer's tokens.
fn loss(decoder: &Decoder, Example { prompt, answer }: &Example) -> anyhow::Result<Tensor> {
	let read = [prompt, &answer[..answer.len() - 1]].concat();
	let rows = decoder.rows(&read, &mut Cache::default(), Memory::PERFECT)?;
	let chosen = rows.narrow(0, prompt.len() - 1, answer.len())?;
	let wanted = Tensor::new(answer.as_slice(), &Device::Cpu)?;
	Ok(cross_entropy(&decoder.logits(&chosen)?, &wanted)?)
}
