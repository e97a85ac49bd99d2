//! Rotary position embedding: the angles.

use candle_core::{Device, Tensor};

use crate::error::ModelError;

/// How a model was stretched beyond its first context length.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RopeScaling {
	None,
	/// All frequencies divided by `factor`.
	Linear {
		factor: f64,
	},
	/// Llama 3.1: long wavelengths divided by `factor`, short ones kept, a ramp between.
	Llama3 {
		factor: f64,
		low: f64,
		high: f64,
		original: f64,
	},
	/// One divisor per frequency, as GGUF stores it.
	Divisors(Vec<f32>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RopeConfig {
	pub theta: f64,
	pub scaling: RopeScaling,
}

impl RopeConfig {
	/// Checks the numbers for a head of this size.
	pub(crate) fn check(&self, head_dim: usize) -> Result<(), ModelError> {
		let positive = |number: f64| number.is_finite() && number > 0.0;
		let sound = positive(self.theta)
			&& match &self.scaling {
				RopeScaling::None => true,
				RopeScaling::Linear { factor } => positive(*factor),
				RopeScaling::Llama3 { factor, low, high, original } => {
					[*factor, *low, *high, *original].into_iter().all(positive) && high > low
				},
				RopeScaling::Divisors(divisors) => {
					divisors.len() == head_dim / 2
						&& divisors.iter().all(|divisor| positive((*divisor).into()))
				},
			};
		match sound {
			true => Ok(()),
			false => Err(ModelError::UnsupportedFeature("sound rotary parameters".into())),
		}
	}

	/// Radians per position for each pair of a head, in f32 as transformers computes them.
	pub(crate) fn frequencies(&self, head_dim: usize) -> Vec<f32> {
		let half = head_dim / 2;
		let base =
			|pair: usize| 1.0 / libm::pow(self.theta, (2 * pair) as f64 / head_dim as f64) as f32;
		let scaled = |pair: usize| match &self.scaling {
			RopeScaling::None => base(pair),
			RopeScaling::Linear { factor } => base(pair) / *factor as f32,
			RopeScaling::Divisors(divisors) => base(pair) / divisors[pair],
			RopeScaling::Llama3 { factor, low, high, original } => {
				let frequency = f64::from(base(pair));
				let wavelength = 2.0 * std::f64::consts::PI / frequency;
				let smooth = ((original / wavelength - low) / (high - low)).clamp(0.0, 1.0);
				((1.0 - smooth) * frequency / factor + smooth * frequency) as f32
			},
		};
		(0..half).map(scaled).collect()
	}
}

/// Cosine and sine of each (position, pair): two tensors of shape [`positions`, `head_dim / 2`].
///
/// Computed per step and in software: a table over a context of 128k would cost 64 MiB, and the
/// host's own sine differs between hosts in the last bit.
pub(crate) fn angles(
	frequencies: &[f32],
	start: usize,
	positions: usize,
	device: &Device,
) -> candle_core::Result<(Tensor, Tensor)> {
	let shape = (positions, frequencies.len());
	let angle = |at: usize| {
		let position = (start + at / frequencies.len()) as f32;
		f64::from(position * frequencies[at % frequencies.len()])
	};
	let all = 0..positions * frequencies.len();
	let cos: Vec<f32> = all.clone().map(|at| libm::cos(angle(at)) as f32).collect();
	let sin: Vec<f32> = all.map(|at| libm::sin(angle(at)) as f32).collect();
	Ok((Tensor::from_vec(cos, shape, device)?, Tensor::from_vec(sin, shape, device)?))
}
