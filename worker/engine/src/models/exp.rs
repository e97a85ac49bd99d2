//! e^x by additions and multiplications alone: the same on every host, and compiled to wide
//! instructions, which the system's is not.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};
use candle_nn::ops;

/// e^x, within 1e-7 (relative) for x from -87 to 88, and as at those ends beyond them.
///
/// x = n ln 2 + r with |r| at most half of ln 2; e^r by Cephes' polynomial of its `expf`, 2^n by its bits.
#[inline]
pub(crate) fn exp(x: f32) -> f32 {
	/// 1.5 * 2^23: added to a small number, it leaves the nearest integer in the last bits.
	const ROUND: f32 = 12_582_912.0;
	/// ln 2, in a part whose product with n is exact, and the rest.
	const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
	const POLYNOMIAL: [f32; 6] =
		[1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5];
	let x = x.clamp(-87.0, 88.0);
	let rounded = x * std::f32::consts::LOG2_E + ROUND;
	let n = rounded - ROUND;
	let r = (x - n * LN_2.0) - n * LN_2.1;
	let sum = POLYNOMIAL.iter().fold(0.0, |sum, factor| sum * r + factor);
	let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(1f32.to_bits()));
	(sum * r * r + r + 1.0) * power
}

/// SiLU of the first half of each row, times its second half: [T, 2 I] to [T, I].
pub(crate) fn swiglu(gate_up: &Tensor) -> candle_core::Result<Tensor> {
	match gate_up.device().is_cpu() {
		true => gate_up.apply_op1_no_bwd(&SwiGlu),
		false => ops::swiglu(gate_up),
	}
}

/// In one pass: by candle's parts it takes three, one of them with a call for each number.
struct SwiGlu;

impl CustomOp1 for SwiGlu {
	fn name(&self) -> &'static str {
		"swiglu"
	}

	fn cpu_fwd(
		&self,
		storage: &CpuStorage,
		layout: &Layout,
	) -> candle_core::Result<(CpuStorage, Shape)> {
		let (rows, both) = layout.shape().dims2()?;
		let numbers = match layout.contiguous_offsets() {
			Some((from, to)) => &storage.as_slice::<f32>()?[from..to],
			None => candle_core::bail!("swiglu needs whole rows"),
		};
		let mut out = Vec::with_capacity(numbers.len() / 2);
		for row in numbers.chunks_exact(both.max(1)) {
			let (gate, up) = row.split_at(both / 2);
			out.extend(gate.iter().zip(up).map(|(gate, up)| gate / (1.0 + exp(-gate)) * up));
		}
		Ok((CpuStorage::F32(out), (rows, both / 2).into()))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn exp_should_be_e_to_the_x() {
		let near = |x: f32| (f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs();
		let worst = (-87_000..88_000).map(|x| near(x as f32 / 1e3)).fold(0.0, f64::max);
		assert!(worst < 1e-7, "{worst}");
		assert_eq!((exp(0.0), exp(-0.0)), (1.0, 1.0));
		assert_eq!((exp(-1e9), exp(f32::INFINITY)), (exp(-87.0), exp(88.0)));
		assert!(exp(f32::NAN).is_nan());
	}

	#[test]
	fn swiglu_should_be_what_its_parts_are() {
		let device = candle_core::Device::Cpu;
		let both = Tensor::randn(0f32, 9.0, (7, 26), &device).unwrap();
		let rows = both.narrow(0, 2, 5).unwrap();
		let far = (swiglu(&rows).unwrap() - ops::swiglu(&rows).unwrap()).unwrap().abs().unwrap();
		assert_eq!(far.dims(), [5, 13]);
		assert!(far.max_all().unwrap().to_scalar::<f32>().unwrap() < 1e-4);
		assert!(swiglu(&both.t().unwrap()).is_err());
	}
}
