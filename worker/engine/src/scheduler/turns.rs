//! The engine's thread: whose turn it is, and what happens in it.

use std::time::Instant;

use super::{
	caught,
	pace::Work,
	queue::{Next, Place, Queue, Waiting},
	Admitted, Reply, Request,
};
use reckon_verification::{Evidence, Recorder, Rows, Sampler};

use crate::{
	audit::answer_limit,
	engine::{BatchEngine, Step, StepEngine},
	error::EngineError,
	grammar::{Grammar, GRAMMAR_BYTES},
	task::{Answer, FinishReason, Likely, Logprob, Output, Usage},
	tokenizer::TextStream,
};

/// Checks a request and tokenises its prompt.
pub(super) fn admit_step<E: StepEngine>(
	engine: &E,
	request: &Request,
) -> Result<Admitted, EngineError> {
	request.sampling.validate()?;
	let prompt = engine.encode(&request.task)?;
	let max = engine.capabilities().context_length;
	// One token of the context is for the answer.
	if prompt.len() >= max {
		return Err(EngineError::TooLong { got: prompt.len(), max: max.saturating_sub(1) });
	}
	if prompt.is_empty() {
		return Err(EngineError::Tokenizer("the prompt has no tokens: send some text".into()));
	}
	let write = answer_limit(max, prompt.len(), &request.sampling);
	let work = Work { read: prompt.len(), write };
	// Made anew when the answer begins: what waits holds no parser.
	let is_held = engine.grammar(&request.task)?.is_some();
	let mut bytes = engine.cache_bytes(prompt.len() + write);
	if is_held {
		bytes = bytes.saturating_add(GRAMMAR_BYTES);
	}
	if request.evidence.is_some() {
		let row = engine.width() * size_of::<f32>() + EVIDENCE_PER_TOKEN;
		bytes = bytes.saturating_add((row as u64).saturating_mul(write as u64));
	}
	Ok(Admitted { prompt, bytes, work })
}

/// What evidence holds of a token beside its row: the token, and its share of the tree.
const EVIDENCE_PER_TOKEN: usize = 68;

/// Serves an autoregressive engine until the queue stops.
pub(super) fn run_steps<E: StepEngine>(engine: &E, queue: &Queue, prefill_chunk: usize) {
	let mut active: Vec<Sequence<E>> = Vec::new();
	loop {
		loop {
			match queue.next() {
				Next::Start(place, waiting) => match Sequence::start(engine, place, *waiting) {
					Some(sequence) => active.push(sequence),
					None => queue.finished(place),
				},
				Next::Continue => break,
				// Dropping the active sequences tells their callers.
				Next::Stop => return,
			}
		}
		active.retain_mut(|sequence| {
			if queue.is_stopped() {
				return true;
			}
			let started = Instant::now();
			let more = sequence.turn(engine, prefill_chunk);
			queue.turned(sequence.place, sequence.left(), started.elapsed());
			if !more {
				queue.finished(sequence.place);
			}
			more
		});
	}
}

/// Serves a stateless engine until the queue stops.
pub(super) fn run_batches<E: BatchEngine>(engine: &E, queue: &Queue) {
	// One at a time: admission has checked each request against the budget by itself.
	while let Next::Start(place, waiting) = queue.next() {
		let Waiting { request, mut reply, .. } = *waiting;
		let started = Instant::now();
		let result = caught(|| {
			let mut answer = engine.run(&request.task, &reply.cancel)?;
			if let (Some(job), Output::Embeddings(vectors)) = (&request.evidence, &answer.output) {
				answer.evidence = Some(Evidence::new(job, Rows::of_vectors(vectors)?));
			}
			Ok(answer)
		});
		if result.is_ok() {
			queue.turned(place, Work::default(), started.elapsed());
		}
		queue.finished(place);
		reply.end(result);
	}
}

/// A sequence that is being computed.
struct Sequence<E: StepEngine> {
	place: Place,
	prompt: Vec<u32>,
	/// Tokens of the prompt that are in the cache.
	read: usize,
	/// The sampled token that is not in the cache yet.
	last: Option<u32>,
	cache: E::Cache,
	sampler: Sampler,
	/// Holds the answer to its form, when it has one.
	grammar: Option<Grammar>,
	stream: TextStream,
	text: String,
	/// The most tokens of the answer.
	limit: usize,
	/// The answer so far.
	tokens: Vec<u32>,
	/// Takes the rows, when they were asked for.
	recorder: Option<Recorder>,
	/// How many alternatives are told, when they were asked for.
	likely: Option<usize>,
	reply: Reply,
}

impl<E: StepEngine> Sequence<E> {
	/// `None` when it could not start; the caller has been told.
	fn start(engine: &E, place: Place, waiting: Waiting) -> Option<Self> {
		let Waiting { request, admitted, mut reply, .. } = waiting;
		let Admitted { prompt, work, .. } = admitted;
		let limit = work.write;
		let length = prompt.len() + limit;
		let recorder = request.evidence.map(Recorder::new);
		let likely = request.likely;
		let made = caught(|| {
			let sampler = Sampler::new(request.sampling)?;
			Ok((engine.cache(length)?, sampler, engine.grammar(&request.task)?))
		});
		match made {
			Ok((cache, sampler, grammar)) => Some(Self {
				place,
				prompt,
				read: 0,
				last: None,
				cache,
				sampler,
				grammar,
				stream: TextStream::default(),
				text: String::new(),
				limit,
				tokens: Vec::new(),
				recorder,
				likely,
				reply,
			}),
			Err(error) => {
				reply.end(Err(error));
				None
			},
		}
	}

	/// What is left to do, at most.
	fn left(&self) -> Work {
		Work { read: self.prompt.len() - self.read, write: self.limit - self.tokens.len() }
	}

	/// One turn; false when it was the last.
	fn turn(&mut self, engine: &E, prefill_chunk: usize) -> bool {
		let result = match self.reply.cancel.is_cancelled() {
			// What was written was told, and somebody may have to stand by it.
			true if self.recorder.is_some() && !self.tokens.is_empty() => {
				Ok(Some(FinishReason::Cancelled))
			},
			true => Err(EngineError::Cancelled),
			false => caught(|| self.advance(engine, prefill_chunk)),
		};
		match result {
			Ok(None) => true,
			Ok(Some(finish)) => {
				let answer = self.answer(finish);
				self.reply.end(answer);
				false
			},
			Err(error) => {
				self.reply.end(Err(error));
				false
			},
		}
	}

	/// Reads a chunk of the prompt, or makes one token.
	fn advance(
		&mut self,
		engine: &E,
		prefill_chunk: usize,
	) -> Result<Option<FinishReason>, EngineError> {
		let Step { logits, row } = match self.last {
			Some(token) => engine.step(&[token], &mut self.cache)?,
			None => {
				let end = self.prompt.len().min(self.read.saturating_add(prefill_chunk));
				let step = engine.step(&self.prompt[self.read..end], &mut self.cache)?;
				self.read = end;
				if end < self.prompt.len() {
					return Ok(None);
				}
				step
			},
		};
		let token = match &mut self.grammar {
			None => self.sampler.sample(&self.tokens, &logits)?,
			Some(grammar) => {
				// Too much for the parser: what there is stands, as when the answer is as long as it may be.
				let Some(bounded) = grammar.bounded(&logits) else {
					return Ok(Some(FinishReason::Length));
				};
				let token = self.sampler.sample(&self.tokens, &bounded)?;
				grammar.push(token);
				token
			},
		};
		if let Some(recorder) = &mut self.recorder {
			recorder.push(token, &row)?;
		}
		self.tokens.push(token);
		self.last = Some(token);
		let finish = if engine.is_end(token) {
			Some(FinishReason::Stop)
		} else if self.tokens.len() >= self.limit {
			Some(FinishReason::Length)
		} else {
			None
		};
		let decode = |tokens: &[u32]| engine.decode(tokens);
		let mut piece = String::new();
		if finish != Some(FinishReason::Stop) {
			piece = self.stream.push(token, decode)?;
		}
		if finish.is_some() {
			piece.push_str(&self.stream.finish(decode)?);
		}
		self.text.push_str(&piece);
		let top = self.likely.filter(|_| finish != Some(FinishReason::Stop));
		let likely = top.map(|top| likely(&logits, token, top, decode)).transpose()?;
		self.reply.token(token, piece, likely.map(Box::new));
		Ok(finish)
	}

	fn answer(&mut self, finish: FinishReason) -> Result<Answer, EngineError> {
		let text = std::mem::take(&mut self.text);
		let tokens = self.tokens.clone();
		let usage = Usage { units_in: self.prompt.len() as u64, units_out: tokens.len() as u64 };
		let evidence = self.recorder.take().map(Recorder::finish).transpose()?;
		Ok(Answer { output: Output::Text { text, tokens, finish }, usage, evidence })
	}
}

/// How likely a token was by these logits, and the `top` likeliest ones.
fn likely(
	logits: &[f32],
	chosen: u32,
	top: usize,
	decode: impl Fn(&[u32]) -> Result<String, EngineError>,
) -> Result<Likely, EngineError> {
	let logit =
		|token: u32| logits.get(token as usize).copied().map_or(f64::NEG_INFINITY, f64::from);
	let mut best: Vec<u32> = Vec::with_capacity(top.saturating_add(1));
	for token in (0..).take(logits.len()) {
		// Ids ascend, so an equal logit is a worse rank.
		let at = best.partition_point(|better| logit(*better) >= logit(token));
		if at < top {
			best.insert(at, token);
			best.truncate(top);
		}
	}
	let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let mass: f64 = logits.iter().map(|logit| f64::from(logit - largest).exp()).sum();
	let whole = f64::from(largest) + mass.ln();
	let read = |token: u32| {
		let logprob = (logit(token) - whole).min(0.0) as f32;
		Ok::<_, EngineError>(Logprob { token: decode(&[token])?, logprob })
	};
	let top = best.into_iter().map(read).collect::<Result<_, _>>()?;
	Ok(Likely { chosen: read(chosen)?, top })
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn likely_tokens_should_be_those_of_the_models_own_distribution() {
		// e^x is 1, 2, 1, 4: of 8.
		let logits = [0.0, 2.0_f32.ln(), 0.0, 4.0_f32.ln()];
		let decode = |tokens: &[u32]| Ok(format!("<{}>", tokens[0]));
		let told = likely(&logits, 2, 3, decode).unwrap();
		let part = |logprob: &Logprob| (logprob.token.clone(), logprob.logprob.exp());
		let near = |one: (String, f32), token: &str, probability: f32| {
			assert_eq!(one.0, token);
			assert!((one.1 - probability).abs() < 1e-6, "{one:?}");
		};
		near(part(&told.chosen), "<2>", 0.125);
		assert_eq!(told.top.len(), 3);
		near(part(&told.top[0]), "<3>", 0.5);
		near(part(&told.top[1]), "<1>", 0.25);
		near(part(&told.top[2]), "<0>", 0.125);
		assert!(likely(&logits, 0, 0, decode).unwrap().top.is_empty());
		assert_eq!(likely(&logits, 0, 9, decode).unwrap().top.len(), 4);
	}
}
