//! The sampler's properties.

use proptest::prelude::*;
use reckon_verification::*;

fn seed() -> Hash {
	std::array::from_fn(|at| at as u8)
}

fn params(temperature: f32, top_k: usize, top_p: f32) -> SamplingParams {
	SamplingParams {
		max_tokens: 1,
		temperature,
		top_k,
		top_p,
		seed: seed(),
		..SamplingParams::default()
	}
}

fn sampler(temperature: f32, top_k: usize, top_p: f32) -> Sampler {
	Sampler::new(params(temperature, top_k, top_p)).unwrap()
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
	let sampler = sampler(1.0, 0, 1.0);
	let answer = [0; 40_000];
	let mut counts = [0u32; 4];
	for position in 0..answer.len() {
		counts[sampler.sample(&answer[..position], &logits).unwrap() as usize] += 1;
	}
	for (count, logit) in counts.iter().zip(logits) {
		let expected = f64::from(logit).exp() / sum;
		assert!((f64::from(*count) / 40_000.0 - expected).abs() < 0.01, "{counts:?}");
	}
}

#[test]
fn ties_should_go_to_the_smallest_id() {
	let greedy = sampler(0.0, 0, 1.0);
	assert_eq!(greedy.sample(&[], &[0.5, 1.0, 1.0, 0.0]).unwrap(), 1);
	assert_eq!(greedy.sample(&[], &[-0.0, 0.0]).unwrap(), 0);
	assert_eq!(sampler(1.0, 1, 1.0).sample(&[0, 0, 0], &[2.0; 100]).unwrap(), 0);
}

#[test]
fn penalties_should_count_what_is_in_the_answer() {
	let penalised = |presence_penalty, frequency_penalty, answer: &[u32], logits: &[f32]| {
		let params =
			SamplingParams { presence_penalty, frequency_penalty, ..SamplingParams::default() };
		Sampler::new(params).unwrap().sample(answer, logits).unwrap()
	};
	let logits = [1.0, 0.8, 0.0];
	assert_eq!(penalised(0.0, 0.0, &[0, 0], &logits), 0);
	assert_eq!(penalised(0.3, 0.0, &[0], &logits), 1);
	assert_eq!(penalised(0.0, 0.15, &[0], &logits), 0);
	assert_eq!(penalised(0.0, 0.15, &[0, 2, 0], &logits), 1);
	assert_eq!(penalised(-0.3, 0.0, &[1], &logits), 1);
	// A token of another vocabulary is no reason to fail.
	assert_eq!(penalised(2.0, 2.0, &[7], &logits), 0);
}

#[test]
fn logits_that_are_no_numbers_should_be_an_error() {
	for sampler in [sampler(0.0, 0, 0.9), sampler(1.0, 0, 0.9)] {
		for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
			assert_eq!(sampler.sample(&[], &[0.0, bad, 1.0]), Err(SamplingError::Logits), "{bad}");
			assert_eq!(sampler.judge(&[], &[0.0, bad, 1.0], 0), Err(SamplingError::Logits));
		}
		assert_eq!(sampler.sample(&[], &[]), Err(SamplingError::Logits));
		assert_eq!(sampler.judge(&[], &[0.0], 1), Err(SamplingError::UnknownToken));
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
		SamplingParams { top_p: f32::NAN, ..good.clone() },
		SamplingParams { presence_penalty: 2.1, ..good.clone() },
		SamplingParams { frequency_penalty: f32::NAN, ..good },
	];
	for params in bad {
		assert!(matches!(Sampler::new(params), Err(SamplingError::Parameter(_))));
	}
}

#[test]
fn margin_should_be_what_the_claim_loses_by() {
	let greedy = sampler(0.0, 0, 1.0);
	let judged = greedy.judge(&[], &[1.0, 3.0, 2.5], 0).unwrap();
	assert_eq!(judged, Judgement { right: 1, margin: 2.0 });

	// By score, when nothing else is in the way.
	let warm = sampler(2.0, 0, 1.0);
	let logits = [0.5, 1.0, 0.0];
	let score = |token: u32| f64::from(logits[token as usize]) + 2.0 * gumbel(&seed(), 1, token);
	let right = warm.sample(&[9], &logits).unwrap();
	for claimed in (0..3).filter(|&claimed| claimed != right) {
		let judged = warm.judge(&[9], &logits, claimed).unwrap();
		assert_eq!(judged.right, right);
		assert!((judged.margin - (score(right) - score(claimed))).abs() < 1e-12);
	}

	// By rank: what is no candidate must first become one.
	let two = sampler(2.0, 2, 1.0);
	assert!(two.judge(&[], &[5.0, 4.0, 1.0], 2).unwrap().margin >= 3.0);

	// By mass: far outside of the nucleus.
	let narrow = sampler(1.0, 0, 0.5);
	assert!(narrow.judge(&[], &[9.0, 1.0, 0.0], 1).unwrap().margin > 7.0);
}

fn any_params() -> impl Strategy<Value = SamplingParams> {
	let temperature = prop_oneof![Just(0.0f32), 0.01f32..3.0, 0.0f32..100.0];
	let top_p = prop_oneof![Just(1.0f32), 0.001f32..=1.0];
	let penalty = || prop_oneof![Just(0.0f32), -2.0f32..2.0];
	(temperature, 0usize..=64, top_p, penalty(), penalty(), any::<Hash>()).prop_map(
		|(temperature, top_k, top_p, presence_penalty, frequency_penalty, seed)| SamplingParams {
			max_tokens: 1,
			temperature,
			top_k,
			top_p,
			presence_penalty,
			frequency_penalty,
			seed,
		},
	)
}

proptest! {
	#[test]
	fn sampler_should_choose_among_the_best_when_logits_are_any_numbers(
		logits in prop::collection::vec(-1e30f32..1e30, 1..300),
		temperature in 0.0f32..100.0,
		top_k in 0usize..=64,
		top_p in 0.001f32..=1.0,
		answer in prop::collection::vec(0u32..300, 0..20),
	) {
		let sampler = sampler(temperature, top_k, top_p);
		let token = sampler.sample(&answer, &logits).unwrap() as usize;
		let better = logits
			.iter()
			.enumerate()
			.filter(|&(id, &l)| l > logits[token] || (l == logits[token] && id < token))
			.count();
		let limit = if top_k == 0 { 64 } else { top_k };
		prop_assert!(better < limit);
		for claimed in 0..logits.len() as u32 {
			let judged = sampler.judge(&answer, &logits, claimed).unwrap();
			prop_assert_eq!(judged.right as usize, token);
			prop_assert!(judged.margin >= 0.0);
			prop_assert!(judged.margin == 0.0 || claimed as usize != token);
		}
	}

	/// The promise of `Judgement::margin`: no honest worker is ever accused.
	#[test]
	fn margin_should_be_at_most_twice_the_noise_when_the_claim_is_honest(
		params in any_params(),
		logits in prop::collection::vec(-8f32..8.0, 1..200),
		ties in prop::collection::vec((0usize..200, 0usize..200), 0..40),
		noise in prop::collection::vec(-1f32..1.0, 200),
		size in prop_oneof![Just(0.0f32), Just(1e-6f32), 1e-3f32..2.0],
		answer in prop::collection::vec(0u32..200, 0..20),
	) {
		let mut logits = logits;
		for (from, to) in ties {
			let last = logits.len() - 1;
			logits[to.min(last)] = logits[from.min(last)];
		}
		let theirs: Vec<f32> = logits.iter().zip(&noise).map(|(l, n)| l + n * size).collect();
		let apart =
			logits.iter().zip(&theirs).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
		let sampler = Sampler::new(params).unwrap();
		let claimed = sampler.sample(&answer, &theirs).unwrap();
		let judged = sampler.judge(&answer, &logits, claimed).unwrap();
		// Penalties are rounded to f32, and masses to f64.
		prop_assert!(judged.margin <= 2.0 * apart + 2e-4, "{} of {apart}", judged.margin);
	}

	#[test]
	fn noise_should_be_finite_for_any_seed(seed: Hash, position: u64, token: u32) {
		prop_assert!(gumbel(&seed, position, token).is_finite());
	}

	#[test]
	fn sampler_should_not_depend_on_tokens_that_are_no_candidates(
		mut logits in prop::collection::vec(-10f32..10.0, 20..100),
		answer in prop::collection::vec(0u32..300, 0..20),
	) {
		let sampler = sampler(1.0, 10, 1.0);
		let token = sampler.sample(&answer, &logits).unwrap();
		logits.extend([-1000.0; 50]);
		prop_assert_eq!(sampler.sample(&answer, &logits).unwrap(), token);
	}
}
