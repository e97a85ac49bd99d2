//! The sampler against golden tokens of an independent implementation, and its properties.

use proptest::prelude::*;
use reckon_engine::{gumbel, EngineError, Sampler, SamplingParams};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
	temperature: f32,
	top_k: usize,
	top_p: f32,
	tokens: Vec<u32>,
}

fn seed() -> [u8; 32] {
	std::array::from_fn(|at| at as u8)
}

fn params(temperature: f32, top_k: usize, top_p: f32) -> SamplingParams {
	SamplingParams { max_tokens: 1, temperature, top_k, top_p, seed: seed() }
}

/// As in data/sampler_reference.py.
fn logits(position: u64) -> Vec<f32> {
	(0..1000u64)
		.map(|token| {
			let hash = ((token + 1) * (position + 1) * 2_654_435_761) >> 8;
			((hash % 65536) as f32 - 32768.0) / 4096.0
		})
		.collect()
}

#[test]
fn sampler_should_choose_the_golden_tokens() {
	let cases: Vec<Case> = serde_json::from_str(include_str!("data/sampler.json")).unwrap();
	assert_eq!(cases.len(), 6);
	for case in cases {
		let sampler = Sampler::new(params(case.temperature, case.top_k, case.top_p)).unwrap();
		for (position, &token) in case.tokens.iter().enumerate() {
			let logits = logits(position as u64);
			assert_eq!(sampler.sample(position as u64, &logits).unwrap(), token);
			assert_eq!(sampler.margin(position as u64, &logits, token).unwrap(), Some(0.0));
		}
	}
}

/// Of `libm`; glibc's logarithm gives 1 bit less in the second, which is why it is not used.
#[test]
fn noise_should_have_its_golden_bits() {
	let golden =
		[(0, 0, GOLDEN[0]), (0, 1, GOLDEN[1]), (1, 0, GOLDEN[2]), (u64::MAX, u32::MAX, GOLDEN[3])];
	for (position, token, bits) in golden {
		assert_eq!(gumbel(&seed(), position, token).to_bits(), bits, "{position} {token}");
	}
}

const GOLDEN: [u64; 4] =
	[4613942744446978410, 13830782369130641886, 13832532465338866137, 13827694139319504463];

#[test]
fn sampled_frequencies_should_follow_the_softmax() {
	let logits = [1.0f32, 0.0, 2.0, -1.0];
	let sum: f64 = logits.iter().map(|&l| f64::from(l).exp()).sum();
	let sampler = Sampler::new(params(1.0, 0, 1.0)).unwrap();
	let mut counts = [0u32; 4];
	for position in 0..40_000 {
		counts[sampler.sample(position, &logits).unwrap() as usize] += 1;
	}
	for (count, logit) in counts.iter().zip(logits) {
		let expected = f64::from(logit).exp() / sum;
		assert!((f64::from(*count) / 40_000.0 - expected).abs() < 0.01, "{counts:?}");
	}
}

#[test]
fn ties_should_go_to_the_smallest_id() {
	let greedy = Sampler::new(params(0.0, 0, 1.0)).unwrap();
	assert_eq!(greedy.sample(0, &[0.5, 1.0, 1.0, 0.0]).unwrap(), 1);
	assert_eq!(greedy.sample(0, &[-0.0, 0.0]).unwrap(), 0);
	let one = Sampler::new(params(1.0, 1, 1.0)).unwrap();
	assert_eq!(one.sample(3, &[2.0; 100]).unwrap(), 0);
}

#[test]
fn logits_that_are_no_numbers_should_be_an_error() {
	for temperature in [0.0, 1.0] {
		let sampler = Sampler::new(params(temperature, 0, 0.9)).unwrap();
		for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
			let result = sampler.sample(0, &[0.0, bad, 1.0]);
			assert!(matches!(result, Err(EngineError::NotFinite(_))), "{bad}");
		}
		assert!(matches!(sampler.sample(0, &[]), Err(EngineError::NotFinite(_))));
	}
}

#[test]
fn parameters_out_of_range_should_be_refused() {
	let good = params(1.0, 64, 1.0);
	assert!(good.validate().is_ok());
	let bad = [
		SamplingParams { max_tokens: 0, ..good.clone() },
		SamplingParams { temperature: -0.1, ..good.clone() },
		SamplingParams { temperature: f32::NAN, ..good.clone() },
		SamplingParams { temperature: f32::INFINITY, ..good.clone() },
		SamplingParams { top_k: 65, ..good.clone() },
		SamplingParams { top_p: 0.0, ..good.clone() },
		SamplingParams { top_p: 1.1, ..good.clone() },
		SamplingParams { top_p: f32::NAN, ..good },
	];
	for params in bad {
		assert!(matches!(Sampler::new(params), Err(EngineError::Sampling(_))));
	}
}

proptest! {
	#[test]
	fn sampler_should_choose_among_the_best_when_logits_are_any_numbers(
		logits in prop::collection::vec(-1e30f32..1e30, 1..300),
		temperature in 0.0f32..100.0,
		top_k in 0usize..=64,
		top_p in 0.001f32..=1.0,
		seed: [u8; 32],
		position: u64,
	) {
		let sampler =
			Sampler::new(SamplingParams { max_tokens: 1, temperature, top_k, top_p, seed }).unwrap();
		let token = sampler.sample(position, &logits).unwrap() as usize;
		let better = logits
			.iter()
			.enumerate()
			.filter(|&(id, &l)| l > logits[token] || (l == logits[token] && id < token))
			.count();
		let limit = if top_k == 0 { 64 } else { top_k };
		prop_assert!(better < limit);
		prop_assert_eq!(sampler.margin(position, &logits, token as u32).unwrap(), Some(0.0));
		for claimed in 0..logits.len() as u32 {
			if let Some(margin) = sampler.margin(position, &logits, claimed).unwrap() {
				prop_assert!(margin >= 0.0);
			}
		}
	}

	#[test]
	fn noise_should_be_finite_for_any_seed(seed: [u8; 32], position: u64, token: u32) {
		prop_assert!(gumbel(&seed, position, token).is_finite());
	}

	#[test]
	fn sampler_should_not_depend_on_tokens_that_are_no_candidates(
		mut logits in prop::collection::vec(-10f32..10.0, 20..100),
		position: u64,
	) {
		let sampler = Sampler::new(params(1.0, 10, 1.0)).unwrap();
		let token = sampler.sample(position, &logits).unwrap();
		logits.extend([-1000.0; 50]);
		prop_assert_eq!(sampler.sample(position, &logits).unwrap(), token);
	}
}
