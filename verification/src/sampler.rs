//! The seeded sampler, version 1: the same token on every host, given the same logits. The README
//! is its specification.
//!
//! For answer position `j` and token `i`, `u(j, i)` comes from a keyed hash and
//! `G = -ln(-ln u)` is its Gumbel noise; the chosen token is the candidate with the largest
//! `logit + T * G` (Gumbel-max). The noise is a pure function of (seed, position, token), so an
//! auditor recomputes any position without the ones before it. Logarithm and exponential are
//! software (`libm`) in f64: a host's own may differ in the last bit.

use alloc::{borrow::Cow, vec::Vec};
use core::cmp::Ordering;

use crate::hash::Hash;

/// The most candidates that are looked at, and the meaning of `top_k = 0`.
pub const MAX_TOP_K: usize = 64;

/// Above this the distribution is flat for every practical model.
pub const MAX_TEMPERATURE: f32 = 100.0;

/// The largest penalty, in logits, as OpenAI allows.
pub const MAX_PENALTY: f32 = 2.0;

/// Why no token can be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SamplingError {
	/// A parameter is out of range: what it must be.
	Parameter(&'static str),
	/// The logits are empty, or one is infinite or none.
	Logits,
	/// The claimed token is not in the vocabulary.
	UnknownToken,
}

impl core::fmt::Display for SamplingError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Parameter(complaint) => complaint,
			Self::Logits => "there are no logits, or some are no numbers",
			Self::UnknownToken => "the token is not in the vocabulary",
		})
	}
}

impl core::error::Error for SamplingError {}

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
	/// Taken off a token's logit when it is in the answer already; -2 to 2.
	pub presence_penalty: f32,
	/// Taken off a token's logit for each time that it is in the answer already; -2 to 2.
	pub frequency_penalty: f32,
	/// Fixes all randomness.
	pub seed: Hash,
}

impl Default for SamplingParams {
	fn default() -> Self {
		Self {
			max_tokens: 256,
			temperature: 0.0,
			top_k: 0,
			top_p: 1.0,
			presence_penalty: 0.0,
			frequency_penalty: 0.0,
			seed: [0; 32],
		}
	}
}

impl SamplingParams {
	/// Checks the ranges.
	///
	/// # Errors
	/// With the range that was left.
	pub fn validate(&self) -> Result<(), SamplingError> {
		let penalties = -MAX_PENALTY..=MAX_PENALTY;
		let complaint = if self.max_tokens == 0 {
			"max_tokens must be at least 1"
		} else if !(0.0..=MAX_TEMPERATURE).contains(&self.temperature) {
			"temperature must be between 0 and 100"
		} else if self.top_k > MAX_TOP_K {
			"top_k must be at most 64"
		} else if !(self.top_p > 0.0 && self.top_p <= 1.0) {
			"top_p must be above 0 and at most 1"
		} else if !penalties.contains(&self.presence_penalty) {
			"presence_penalty must be between -2 and 2"
		} else if !penalties.contains(&self.frequency_penalty) {
			"frequency_penalty must be between -2 and 2"
		} else {
			return Ok(());
		};
		Err(SamplingError::Parameter(complaint))
	}
}

/// Chooses tokens by validated parameters.
#[derive(Debug, Clone)]
pub struct Sampler {
	params: SamplingParams,
}

/// What the sampler says about a claimed token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
	/// The right choice, by these logits.
	pub right: u32,
	/// How much must be wrong with the logits for the claimed token to be the right one: two
	/// hosts whose logits differ by at most `e` judge each other's tokens with margins of at most
	/// `2 e`. 0 when the token is the right one.
	pub margin: f64,
}

/// A token that may be chosen.
#[derive(Debug, Clone, Copy)]
struct Candidate {
	id: u32,
	logit: f32,
	/// `logit + T * G`.
	score: f64,
}

/// A token and its logit.
type Ranked = (u32, f32);

/// By logit, largest first; ties by id, smallest first. Logits are finite here.
fn rank(a: &Ranked, b: &Ranked) -> Ordering {
	b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

impl Sampler {
	/// A sampler.
	///
	/// # Errors
	/// When a parameter is out of range.
	pub fn new(params: SamplingParams) -> Result<Self, SamplingError> {
		params.validate()?;
		Ok(Self { params })
	}

	/// The token that follows `answer`, the tokens chosen so far, given the logits over the
	/// vocabulary.
	///
	/// # Errors
	/// When there are no logits, or one is NaN or infinite.
	pub fn sample(&self, answer: &[u32], logits: &[f32]) -> Result<u32, SamplingError> {
		let logits = self.penalised(answer, logits)?;
		let ranked = best(&logits, self.keep());
		let candidates = self.candidates(answer.len() as u64, &ranked);
		winner(&candidates).map(|winner| winner.id).ok_or(SamplingError::Logits)
	}

	/// What to think of `claimed` as the token that follows `answer`.
	///
	/// # Errors
	/// As [`Self::sample`], and when the vocabulary has no such token.
	pub fn judge(
		&self,
		answer: &[u32],
		logits: &[f32],
		claimed: u32,
	) -> Result<Judgement, SamplingError> {
		let logits = self.penalised(answer, logits)?;
		// One more than are candidates: who would take the place of the last.
		let ranked = best(&logits, self.keep().saturating_add(1));
		let position = answer.len() as u64;
		let candidates = self.candidates(position, ranked.get(..self.keep()).unwrap_or(&ranked));
		let right = winner(&candidates).ok_or(SamplingError::Logits)?.id;
		let own = logits.get(claimed as usize).copied().ok_or(SamplingError::UnknownToken)?;
		if right == claimed {
			return Ok(Judgement { right, margin: 0.0 });
		}
		let support = Support::new(&ranked, &self.params, self.keep());
		let own_score = self.score(position, (claimed, own));
		let beaten = candidates
			.iter()
			.filter(|rival| rival.id != claimed)
			.map(|rival| (rival.score - own_score).min(support.cost_of_leaving(rival.logit)))
			.fold(support.cost_of_entering(own), f64::max);
		Ok(Judgement { right, margin: beaten.max(0.0) })
	}

	/// How many candidates are looked at, by rank.
	fn keep(&self) -> usize {
		match (self.params.temperature == 0.0, self.params.top_k) {
			(true, _) => 1,
			(false, 0) => MAX_TOP_K,
			(false, k) => k,
		}
	}

	/// The logits with the penalties for what is in the answer already.
	fn penalised<'a>(
		&self,
		answer: &[u32],
		logits: &'a [f32],
	) -> Result<Cow<'a, [f32]>, SamplingError> {
		// Without an early end: so it is compiled to wide instructions.
		let finite = logits.iter().fold(true, |finite, logit| finite & logit.is_finite());
		if logits.is_empty() || !finite {
			return Err(SamplingError::Logits);
		}
		let SamplingParams { presence_penalty, frequency_penalty, .. } = self.params;
		if answer.is_empty() || (presence_penalty == 0.0 && frequency_penalty == 0.0) {
			return Ok(Cow::Borrowed(logits));
		}
		let mut logits = logits.to_vec();
		let mut seen = answer.to_vec();
		seen.sort_unstable();
		for run in seen.chunk_by(|a, b| a == b) {
			let token = run.first().and_then(|&token| logits.get_mut(token as usize));
			if let Some(logit) = token {
				*logit = *logit - frequency_penalty * run.len() as f32 - presence_penalty;
			}
		}
		Ok(Cow::Owned(logits))
	}

	fn score(&self, position: u64, (token, logit): Ranked) -> f64 {
		let logit = f64::from(logit);
		if self.params.temperature == 0.0 {
			return logit;
		}
		let noise = gumbel(&self.params.seed, position, token);
		logit + f64::from(self.params.temperature) * noise
	}

	/// The tokens that may be chosen at `position`, best logit first.
	fn candidates(&self, position: u64, ranked: &[Ranked]) -> Vec<Candidate> {
		let support = Nucleus::new(ranked, &self.params).length();
		ranked
			.iter()
			.take(support)
			.map(|&(id, logit)| Candidate { id, logit, score: self.score(position, (id, logit)) })
			.collect()
	}
}

/// The candidate with the largest score; ties go to the smallest id.
fn winner(candidates: &[Candidate]) -> Option<&Candidate> {
	candidates.iter().max_by(|a, b| a.score.total_cmp(&b.score).then(b.id.cmp(&a.id)))
}

/// The `k` best tokens, best first, in one pass.
fn best(logits: &[f32], k: usize) -> Vec<Ranked> {
	// Sorted out when so many have come together: keeping them in order all the time is dearer.
	let room = k.saturating_mul(4);
	let mut top: Vec<Ranked> = Vec::with_capacity(room);
	// Nothing below this one comes in: the one comparison that most tokens need.
	let mut least = None;
	for (id, &logit) in (0u32..).zip(logits) {
		// Ids ascend, so an equal logit is a worse rank.
		if least.is_some_and(|least| logit <= least) {
			continue;
		}
		// -0.0 and 0.0 must tie.
		top.push((id, logit + 0.0));
		if top.len() == room {
			let (_, &mut (_, last), _) = top.select_nth_unstable_by(k.saturating_sub(1), rank);
			least = Some(last);
			top.truncate(k);
		}
	}
	top.sort_unstable_by(rank);
	top.truncate(k);
	top
}

/// The weights `exp((logit - best) / T)` of the ranked tokens, and the mass that `top_p` asks for.
struct Nucleus {
	weights: Vec<f64>,
	/// `None` when all are in it.
	goal: Option<f64>,
}

impl Nucleus {
	fn new(ranked: &[Ranked], params: &SamplingParams) -> Self {
		if params.temperature == 0.0 || params.top_p == 1.0 {
			return Self { weights: Vec::new(), goal: None };
		}
		let temperature = f64::from(params.temperature);
		let best = ranked.first().map_or(0.0, |&(_, logit)| f64::from(logit));
		let weights: Vec<f64> = ranked
			.iter()
			.map(|&(_, logit)| libm::exp((f64::from(logit) - best) / temperature))
			.collect();
		let goal = f64::from(params.top_p) * weights.iter().sum::<f64>();
		Self { weights, goal: Some(goal) }
	}

	/// How many of the ranked tokens are in it: the shortest prefix whose mass reaches the goal, at
	/// least one.
	fn length(&self) -> usize {
		let Some(goal) = self.goal else { return usize::MAX };
		let mut mass = 0.0;
		let before = self
			.weights
			.iter()
			.take_while(|&&weight| {
				let more = mass < goal;
				mass += weight;
				more
			})
			.count();
		before.max(1)
	}
}

/// What it takes to move a token over the border of the support.
///
/// When each logit may be off by `e`: the sorted logits are off by at most `e` as well, the odds of
/// the mass of a prefix by a factor of at most `exp(2 e / T)`. A token that is in the support there
/// has some rank `r` there; so the logit of rank `r` here is at most `2 e` above its own, and the
/// odds of the `r` tokens before it are at most `exp(2 e / T)` times those that `top_p` allows. The
/// least over all ranks of the larger of the two is therefore at most `2 e`. Likewise for a token
/// that is not.
struct Support<'a> {
	ranked: &'a [Ranked],
	/// For each rank, `T (ln odds of the tokens before it - ln odds of top_p)`: above or at zero, the
	/// token of this rank is outside of the nucleus.
	excess: Vec<f64>,
	keep: usize,
}

impl<'a> Support<'a> {
	fn new(ranked: &'a [Ranked], params: &SamplingParams, keep: usize) -> Self {
		let inside = ranked.get(..keep).unwrap_or(ranked);
		let Nucleus { weights, goal } = Nucleus::new(inside, params);
		let excess = match goal {
			None => inside.iter().map(|_| f64::NEG_INFINITY).collect(),
			Some(_) => {
				let top_p = f64::from(params.top_p);
				let allowed = libm::log(top_p) - libm::log(1.0 - top_p);
				let total: f64 = weights.iter().sum();
				let mut before = 0.0;
				weights
					.iter()
					.map(|weight| {
						let odds = libm::log(before) - libm::log((total - before).max(0.0));
						before += weight;
						f64::from(params.temperature) * (odds - allowed)
					})
					.collect()
			},
		};
		Self { ranked, excess, keep }
	}

	/// For a token with this logit to be in the support.
	fn cost_of_entering(&self, logit: f32) -> f64 {
		self.ranked
			.iter()
			.zip(&self.excess)
			.map(|(&(_, other), &excess)| (f64::from(other) - f64::from(logit)).max(excess))
			.fold(f64::INFINITY, f64::min)
			.max(0.0)
	}

	/// For a token with this logit to be outside of the support.
	fn cost_of_leaving(&self, logit: f32) -> f64 {
		// By rank: below the first that is no candidate.
		let beyond = self.ranked.get(self.keep).map(|&other| (other, f64::NEG_INFINITY));
		self.ranked
			.iter()
			.copied()
			.zip(self.excess.iter().map(|excess| -excess))
			.chain(beyond)
			.map(|((_, other), lack)| (f64::from(logit) - f64::from(other)).max(lack))
			.fold(f64::INFINITY, f64::min)
			.max(0.0)
	}
}

/// The Gumbel noise of one (position, token): finite, since `u` is never 0 or 1.
pub fn gumbel(seed: &Hash, position: u64, token: u32) -> f64 {
	let mut hasher = blake3::Hasher::new_keyed(seed);
	hasher.update(&position.to_le_bytes());
	hasher.update(&token.to_le_bytes());
	let mut first = [0u8; 8];
	hasher.finalize_xof().fill(&mut first);
	// 52 bits, so that the added half is exact in f64 and keeps u away from 0 and from 1: with 53
	// the largest value would round to 1 and its noise be infinite.
	let u = ((u64::from_le_bytes(first) >> 12) as f64 + 0.5) / (1u64 << 52) as f64;
	-libm::log(-libm::log(u))
}
