//! An auditor's look at a finished answer: was this model computed, and are these the tokens that
//! the sampler had to choose?
//!
//! An auditor that can't compute says so (`EngineError`) and never takes it for a worker's fault.

use reckon_verification::{
	ending, Ending, EndingFault, Fault, Hash, Judgement, Rows, Sampler, Statistics, Vote,
};
use serde::Deserialize;

use crate::{
	engine::{BatchEngine, Replay},
	error::EngineError,
	grammar::Grammar,
	models::exp::exp,
	stops::Stops,
	task::{Cancel, Output, Task, Usage},
	tokenizer::TextStream,
	SamplingParams,
};

/// Rows whose logits are made at once: a vocabulary of 2^17 then takes 16 MiB.
const LOGITS_ROWS: usize = 32;
/// What one token adds to the mean margin at most: half a logit.
const MARGIN_CUT: f64 = 0.5;
/// How far a vector may be from the right one, relative to its length: for vectors of equal length a
/// cosine of 1 - 1e-6. Honest ones are within 1e-5.
const MAX_VECTOR_DEVIATION: f64 = 1.4e-3;

/// What a worker says that it has done. The request is the chain's, all else the worker's word.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
	/// What was asked.
	pub task: Task,
	/// How tokens had to be chosen.
	pub sampling: SamplingParams,
	/// The answer's tokens; not looked at for embeddings.
	pub tokens: Vec<u32>,
	/// The bytes that were delivered.
	pub output: Vec<u8>,
	/// What is charged.
	pub usage: Usage,
	/// Of an answer through a gateway the strings at which it ends. It may break off as well, where its
	/// client left: who does that is paid for less.
	pub stops: Option<Stops>,
}

/// What an auditor found.
#[derive(Debug, Clone, PartialEq)]
pub enum Audit {
	/// The answer is plainly wrong.
	Refuted(Fault),
	/// It was computed again.
	Replayed {
		/// The auditor's own rows.
		rows: Rows,
		/// How the answer's tokens do under the auditor's logits.
		statistics: Statistics,
	},
}

impl Audit {
	/// What to vote, once the challenge is known.
	///
	/// # Errors
	/// When a row of the auditor has no direction, which an honest model's never lack.
	pub fn vote(&self, challenge: &Hash, job: &Hash) -> Result<Vote, EngineError> {
		match self {
			Self::Refuted(fault) => Ok(Vote::Refuted(*fault)),
			Self::Replayed { rows, statistics } => {
				let fingerprint = rows
					.fingerprint(challenge, job)
					.map_err(|error| EngineError::Compute(error.to_string()))?;
				Ok(Vote::Replayed { fingerprint, statistics: *statistics })
			},
		}
	}
}

/// The most tokens that an answer may have: what the request allows and the context has room for.
pub(crate) fn answer_limit(context: usize, prompt: usize, sampling: &SamplingParams) -> usize {
	sampling.max_tokens.min(context.saturating_sub(prompt))
}

/// Audits a text.
pub(crate) fn text(engine: &impl Replay, claim: &Claim) -> Result<Audit, EngineError> {
	let refuted = |fault| Ok(Audit::Refuted(fault));
	let Ok(sampler) = Sampler::new(claim.sampling.clone()) else { return refuted(Fault::Task) };
	let prompt = match engine.encode(&claim.task) {
		Ok(prompt) if !prompt.is_empty() => prompt,
		Ok(_) | Err(EngineError::UnsupportedTask(_) | EngineError::Template(_)) => {
			return refuted(Fault::Task)
		},
		Err(error) => return Err(error),
	};
	let mut grammar = match engine.grammar(&claim.task) {
		Err(EngineError::Form(_)) => return refuted(Fault::Task),
		grammar => grammar?,
	};
	let limit = answer_limit(engine.capabilities().context_length, prompt.len(), &claim.sampling);
	if limit == 0 {
		return refuted(Fault::Task);
	}
	let tokens = claim.tokens.as_slice();
	let ending = match ending(tokens, limit, |token| engine.is_end(token)) {
		Ok(ending) => Some(ending),
		Err(EndingFault::BrokenOff) if claim.stops.is_some() => None,
		Err(EndingFault::BrokenOff) if gives_up(engine, claim)? => None,
		Err(fault) => return refuted(Fault::Ending(fault)),
	};
	if let Some(position) = tokens.iter().position(|&token| token as usize >= engine.vocabulary()) {
		return refuted(Fault::UnknownToken {
			position: u32::try_from(position).unwrap_or(u32::MAX),
		});
	}
	let told = match (ending, tokens.split_last()) {
		(Some(Ending::Stopped), Some((_, told))) => told,
		_ => tokens,
	};
	let text = match &claim.stops {
		None if ending.is_some() => engine.text(told)?,
		stops => match streamed(engine, told, ending.is_some(), stops.clone().unwrap_or_default())?
		{
			Some(text) => text,
			None => return refuted(Fault::Ending(EndingFault::WentOn)),
		},
	};
	if text.as_bytes() != claim.output {
		return refuted(Fault::Text);
	}
	let Usage { units_in, units_out } = claim.usage;
	if units_in > prompt.len() as u64 || units_out > tokens.len() as u64 {
		return refuted(Fault::Units);
	}
	let numbers = engine.rows(&prompt, tokens)?;
	let statistics = statistics(engine, &sampler, grammar.as_mut(), tokens, &numbers)?;
	let width = u32::try_from(engine.width()).unwrap_or(u32::MAX);
	Ok(Audit::Replayed { rows: Rows::new(width, tokens.to_vec(), numbers)?, statistics })
}

/// Whether the answer is as far as its form can be followed.
fn gives_up(engine: &impl Replay, claim: &Claim) -> Result<bool, EngineError> {
	let Some(mut grammar) = engine.grammar(&claim.task)? else { return Ok(false) };
	claim.tokens.iter().for_each(|token| grammar.push(*token));
	Ok(!grammar.goes_on())
}

/// The text that a gateway was told of these tokens, piece by piece, up to where it stops; `None` when it
/// goes on behind that. What a token leaves over waits for the next one, and comes when there is none, but
/// not where the answer breaks off.
fn streamed(
	engine: &impl Replay,
	tokens: &[u32],
	is_whole: bool,
	mut stops: Stops,
) -> Result<Option<String>, EngineError> {
	let decode = |tokens: &[u32]| engine.decode(tokens);
	let mut stream = TextStream::default();
	let mut text = String::new();
	let mut left = tokens.len();
	for token in tokens {
		left -= 1;
		let mut piece = stream.push(*token, decode)?;
		if left == 0 && is_whole {
			piece.push_str(&stream.finish(decode)?);
		}
		let released = stops.push(&piece);
		text.push_str(&released.text);
		if released.stopped {
			return Ok((left == 0).then_some(text));
		}
	}
	text.push_str(&stops.finish());
	Ok(Some(text))
}

/// How tokens do under the logits of these rows.
fn statistics(
	engine: &impl Replay,
	sampler: &Sampler,
	mut grammar: Option<&mut Grammar>,
	tokens: &[u32],
	rows: &[f32],
) -> Result<Statistics, EngineError> {
	let (mut mismatches, mut worst, mut margins, mut surprises) = (0u32, 0.0f64, 0.0, 0.0);
	let mut position = 0;
	for rows in rows.chunks(engine.width().max(1).saturating_mul(LOGITS_ROWS)) {
		let logits = engine.logits(rows)?;
		for logits in logits.chunks(engine.vocabulary().max(1)) {
			let (answer, rest) = tokens.split_at(position);
			let Some(&token) = rest.first() else { break };
			let judgement = match &mut grammar {
				None => sampler.judge(answer, logits, token)?,
				Some(grammar) => {
					let judgement = match grammar.bounded(logits) {
						Some(bounded) => sampler.judge(answer, &bounded, token)?,
						// There is none that could follow.
						None => Judgement { right: u32::MAX, margin: f64::INFINITY },
					};
					grammar.push(token);
					judgement
				},
			};
			mismatches += u32::from(judgement.right != token);
			worst = worst.max(judgement.margin);
			margins += judgement.margin.min(MARGIN_CUT);
			surprises += surprise(logits, token);
			position += 1;
		}
	}
	if position != tokens.len() || position == 0 {
		return Err(EngineError::Compute("the replay has another length than the answer".into()));
	}
	let mean = |sum: f64| Statistics::millionths(sum / position as f64);
	Ok(Statistics {
		tokens: u32::try_from(position).unwrap_or(u32::MAX),
		mismatches,
		worst_margin: Statistics::millionths(worst),
		mean_margin: mean(margins),
		cross_entropy: mean(surprises),
	})
}

/// -ln of the probability that the model gives a token at temperature 1. A statistic: eight sums side
/// by side, as wide instructions make them, in f32 for as long as its last bits allow.
fn surprise(logits: &[f32], token: u32) -> f64 {
	let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let sum: f64 = logits
		.chunks(256)
		.map(|some| {
			let mut sums = [0.0; 8];
			for eight in some.chunks(8) {
				for (sum, logit) in sums.iter_mut().zip(eight) {
					*sum += exp(logit - most);
				}
			}
			f64::from(sums.iter().sum::<f32>())
		})
		.sum();
	let own = logits.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
	sum.ln() - f64::from(own - most)
}

/// The largest difference between the logits that a worker's and an auditor's rows make, the
/// worker's made one by one as a decoder makes them: twice this is the most that an honest token
/// can lose by.
pub(crate) fn logits_apart(
	engine: &impl Replay,
	worker: &Rows,
	auditor: &Rows,
) -> Result<f32, EngineError> {
	let mut apart = 0.0f32;
	let chunk = engine.width().max(1).saturating_mul(LOGITS_ROWS);
	let mut decoded = worker.numbers().chunks(engine.width().max(1));
	for rows in auditor.numbers().chunks(chunk) {
		for right in engine.logits(rows)?.chunks(engine.vocabulary().max(1)) {
			let row = decoded.next().ok_or(EngineError::Compute("rows are missing".into()))?;
			let logits = engine.logits(row)?;
			apart = logits.iter().zip(right).map(|(a, b)| (a - b).abs()).fold(apart, f32::max);
		}
	}
	Ok(apart)
}

/// What an embedding is delivered as.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delivered {
	embeddings: Vec<Vec<f32>>,
}

/// Audits vectors.
pub(crate) fn vectors(engine: &impl BatchEngine, claim: &Claim) -> Result<Audit, EngineError> {
	let answer = match engine.run(&claim.task, &Cancel::default()) {
		Ok(answer) => answer,
		Err(EngineError::UnsupportedTask(_)) => return Ok(Audit::Refuted(Fault::Task)),
		Err(error) => return Err(error),
	};
	let Output::Embeddings(own) = answer.output else {
		return Err(EngineError::Compute("the engine made no vectors".into()));
	};
	let rows = Rows::of_vectors(&own)?;
	let fault = match serde_json::from_slice::<Delivered>(&claim.output) {
		Ok(Delivered { embeddings }) if embeddings.len() == own.len() => {
			(0u32..).zip(&embeddings).find_map(|(index, vector)| vector_fault(&rows, index, vector))
		},
		_ => Some(Fault::Shape),
	};
	if let Some(fault) = fault {
		return Ok(Audit::Refuted(fault));
	}
	if claim.usage.units_in > answer.usage.units_in || claim.usage.units_out > 0 {
		return Ok(Audit::Refuted(Fault::Units));
	}
	let statistics = Statistics { tokens: rows.count(), ..Statistics::default() };
	Ok(Audit::Replayed { rows, statistics })
}

fn vector_fault(own: &Rows, index: u32, vector: &[f32]) -> Option<Fault> {
	if vector.len() != own.width() as usize {
		return Some(Fault::Shape);
	}
	// Two zero vectors are one and the same.
	let same = own.row(index) == Some(vector);
	let near = same || own.deviation(index, vector) <= MAX_VECTOR_DEVIATION;
	(!near).then_some(Fault::Vector { index })
}
