//! The seeded sampler, version 1: the same token on every host, given the same logits.
//!
//! For answer position `j` and token `i`, `u(j, i)` comes from a keyed hash and
//! `G = -ln(-ln u)` is its Gumbel noise; the chosen token is the candidate with the largest
//! `logit + T * G` (Gumbel-max). The noise is a pure function of (seed, position, token), so an
//! auditor recomputes any position without the ones before it. Logarithm and exponential are
//! software (`libm`) in f64: a host's own may differ in the last bit.

use std::cmp::Ordering;

use crate::error::EngineError;

/// The most candidates that are looked at, and the meaning of `top_k = 0`.
pub const MAX_TOP_K: usize = 64;

/// Above this the distribution is flat for every practical model.
const MAX_TEMPERATURE: f32 = 100.0;

/// How tokens are chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct SamplingParams {
	/// The most tokens to generate, the end token included; at least 1.
	pub max_tokens: usize,
	/// 0 = always the most likely token; up to 100.
	pub temperature: f32,
	/// Candidates by rank, at most 64; 0 means 64.
	pub top_k: usize,
	/// Candidates by probability mass among the `top_k`, in (0, 1].
	pub top_p: f32,
	/// Fixes all randomness.
	pub seed: [u8; 32],
}

impl Default for SamplingParams {
	fn default() -> Self {
		Self { max_tokens: 256, temperature: 0.0, top_k: 0, top_p: 1.0, seed: [0; 32] }
	}
}

impl SamplingParams {
	/// Checks the ranges.
	///
	/// # Errors
	/// `EngineError::Sampling` with the range that was left.
	pub fn validate(&self) -> Result<(), EngineError> {
		let complaint = if self.max_tokens == 0 {
			"max_tokens must be at least 1"
		} else if !(0.0..=MAX_TEMPERATURE).contains(&self.temperature) {
			"temperature must be between 0 and 100"
		} else if self.top_k > MAX_TOP_K {
			"top_k must be at most 64"
		} else if !(self.top_p > 0.0 && self.top_p <= 1.0) {
			"top_p must be above 0 and at most 1"
		} else {
			return Ok(());
		};
		Err(EngineError::Sampling(complaint.into()))
	}
}

/// Chooses tokens by validated parameters.
#[derive(Debug, Clone)]
pub struct Sampler {
	params: SamplingParams,
}

/// A candidate token.
#[derive(Debug, Clone, Copy)]
struct Candidate {
	id: u32,
	logit: f32,
}

impl Candidate {
	/// By logit, largest first; ties by id, smallest first. Logits are finite here.
	fn rank(&self, other: &Self) -> Ordering {
		other.logit.total_cmp(&self.logit).then(self.id.cmp(&other.id))
	}
}

impl Sampler {
	/// A sampler.
	///
	/// # Errors
	/// When a parameter is out of range.
	pub fn new(params: SamplingParams) -> Result<Self, EngineError> {
		params.validate()?;
		Ok(Self { params })
	}

	/// The token at `position` of the answer (0 is its first token), given that position's logits
	/// over the vocabulary.
	///
	/// # Errors
	/// When there are no logits, or one is NaN or infinite.
	pub fn sample(&self, position: u64, logits: &[f32]) -> Result<u32, EngineError> {
		let candidates = self.candidates(logits)?;
		let mut best: Option<(f64, u32)> = None;
		for candidate in &candidates {
			let score = self.score(position, candidate);
			let wins =
				best.is_none_or(|(top, id)| score > top || (score == top && candidate.id < id));
			if wins {
				best = Some((score, candidate.id));
			}
		}
		best.map(|(_, id)| id).ok_or(EngineError::NotFinite("no logits"))
	}

	/// By how much the `claimed` token loses against the right one at `position`: 0 when it is the
	/// right one, `None` when it is not even a candidate. In units of logits.
	///
	/// # Errors
	/// As [`Self::sample`].
	pub fn margin(
		&self,
		position: u64,
		logits: &[f32],
		claimed: u32,
	) -> Result<Option<f64>, EngineError> {
		let candidates = self.candidates(logits)?;
		let score_of = |id| candidates.iter().find(|c| c.id == id).map(|c| self.score(position, c));
		let right = self.sample(position, logits)?;
		Ok(score_of(claimed).zip(score_of(right)).map(|(claimed, right)| right - claimed))
	}

	fn score(&self, position: u64, candidate: &Candidate) -> f64 {
		let logit = f64::from(candidate.logit);
		if self.params.temperature == 0.0 {
			return logit;
		}
		let noise = gumbel(&self.params.seed, position, candidate.id);
		logit + f64::from(self.params.temperature) * noise
	}

	/// The tokens that may be chosen, best first.
	fn candidates(&self, logits: &[f32]) -> Result<Vec<Candidate>, EngineError> {
		if logits.iter().any(|logit| !logit.is_finite()) {
			return Err(EngineError::NotFinite("logits that are no numbers"));
		}
		let all = logits.iter().enumerate().map(|(id, &logit)| Candidate {
			id: u32::try_from(id).unwrap_or(u32::MAX),
			// -0.0 and 0.0 must tie.
			logit: logit + 0.0,
		});
		let keep = match (self.params.temperature == 0.0, self.params.top_k) {
			(true, _) => 1,
			(false, 0) => MAX_TOP_K,
			(false, k) => k,
		};
		let mut top = top_k(all, keep);
		if self.params.temperature > 0.0 && self.params.top_p < 1.0 {
			self.cut_to_nucleus(&mut top);
		}
		Ok(top)
	}

	/// Keeps the shortest prefix whose probability reaches `top_p`, probabilities being taken
	/// among the candidates.
	fn cut_to_nucleus(&self, top: &mut Vec<Candidate>) {
		let Some(best) = top.first().copied() else { return };
		let temperature = f64::from(self.params.temperature);
		let weights: Vec<f64> = top
			.iter()
			.map(|c| libm::exp((f64::from(c.logit) - f64::from(best.logit)) / temperature))
			.collect();
		let goal = f64::from(self.params.top_p) * weights.iter().sum::<f64>();
		let mut mass = 0.0;
		let before = weights
			.iter()
			.take_while(|&&weight| {
				let more = mass < goal;
				mass += weight;
				more
			})
			.count();
		top.truncate(before.max(1));
	}
}

/// The `k` best candidates, best first, in one pass.
fn top_k(all: impl Iterator<Item = Candidate>, k: usize) -> Vec<Candidate> {
	let mut top: Vec<Candidate> = Vec::with_capacity(k + 1);
	for candidate in all {
		let worst_is_better =
			top.len() == k && top.last().is_some_and(|worst| worst.rank(&candidate).is_lt());
		if worst_is_better {
			continue;
		}
		let at = top.partition_point(|kept| kept.rank(&candidate).is_lt());
		top.insert(at, candidate);
		top.truncate(k);
	}
	top
}

/// The Gumbel noise of one (position, token): finite, since `u` is never 0 or 1.
pub fn gumbel(seed: &[u8; 32], position: u64, token: u32) -> f64 {
	let mut message = [0u8; 12];
	message[..8].copy_from_slice(&position.to_le_bytes());
	message[8..].copy_from_slice(&token.to_le_bytes());
	let hash = blake3::keyed_hash(seed, &message);
	let mut first = [0u8; 8];
	first.copy_from_slice(&hash.as_bytes()[..8]);
	// 52 bits, so that the added half is exact in f64 and keeps u away from 0 and from 1: with 53
	// the largest value would round to 1 and its noise be infinite.
	let u = ((u64::from_le_bytes(first) >> 12) as f64 + 0.5) / (1u64 << 52) as f64;
	-libm::log(-libm::log(u))
}
