//! The engine's thread: whose turn it is, and what happens in it.

use super::{
	caught,
	queue::{Next, Queue, Waiting},
	Admitted, Reply, Request, SchedulerConfig,
};
use crate::{
	engine::{BatchEngine, StepEngine},
	error::EngineError,
	sampler::Sampler,
	task::{Answer, FinishReason, Output, Usage},
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
	let bytes = engine.cache_bytes(sequence_length(max, &prompt, request));
	Ok(Admitted { prompt, bytes })
}

/// Tokens that a sequence can come to: the memory it reserves.
fn sequence_length(context: usize, prompt: &[u32], request: &Request) -> usize {
	prompt.len().saturating_add(request.sampling.max_tokens).min(context)
}

/// Serves an autoregressive engine until the queue stops.
pub(super) fn run_steps<E: StepEngine>(engine: &E, queue: &Queue, config: &SchedulerConfig) {
	let mut active: Vec<Sequence<E>> = Vec::new();
	loop {
		loop {
			match queue.next(config.max_active, config.memory_budget) {
				Next::Start(waiting) => {
					let bytes = waiting.bytes;
					match Sequence::start(engine, *waiting) {
						Some(sequence) => active.push(sequence),
						None => queue.finished(bytes),
					}
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
			let more = sequence.turn(engine, config.prefill_chunk.max(1));
			if !more {
				queue.finished(sequence.bytes);
			}
			more
		});
	}
}

/// Serves a stateless engine until the queue stops.
pub(super) fn run_batches<E: BatchEngine>(engine: &E, queue: &Queue) {
	// One at a time: admission has checked each request against the budget by itself.
	while let Next::Start(waiting) = queue.next(1, u64::MAX) {
		let Waiting { request, mut reply, bytes, .. } = *waiting;
		let result = caught(|| engine.run(&request.task, &reply.cancel));
		queue.finished(bytes);
		reply.end(result);
	}
}

/// A sequence that is being computed.
struct Sequence<E: StepEngine> {
	prompt: Vec<u32>,
	/// Tokens of the prompt that are in the cache.
	read: usize,
	/// The sampled token that is not in the cache yet.
	last: Option<u32>,
	cache: E::Cache,
	sampler: Sampler,
	stream: TextStream,
	text: String,
	/// The most tokens of the answer.
	limit: usize,
	/// The answer so far.
	tokens: Vec<u32>,
	bytes: u64,
	reply: Reply,
}

impl<E: StepEngine> Sequence<E> {
	/// `None` when it could not start; the caller has been told.
	fn start(engine: &E, waiting: Waiting) -> Option<Self> {
		let Waiting { request, prompt, bytes, mut reply } = waiting;
		let length = sequence_length(engine.capabilities().context_length, &prompt, &request);
		let limit = length - prompt.len();
		let made = caught(|| Ok((engine.cache(length)?, Sampler::new(request.sampling)?)));
		match made {
			Ok((cache, sampler)) => Some(Self {
				prompt,
				read: 0,
				last: None,
				cache,
				sampler,
				stream: TextStream::default(),
				text: String::new(),
				limit,
				tokens: Vec::new(),
				bytes,
				reply,
			}),
			Err(error) => {
				reply.end(Err(error));
				None
			},
		}
	}

	/// One turn; false when it was the last.
	fn turn(&mut self, engine: &E, prefill_chunk: usize) -> bool {
		let result = match self.reply.cancel.is_cancelled() {
			true => Err(EngineError::Cancelled),
			false => caught(|| self.advance(engine, prefill_chunk)),
		};
		match result {
			Ok(None) => true,
			Ok(Some(finish)) => {
				let answer = self.answer(finish);
				self.reply.end(Ok(answer));
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
		let logits = match self.last {
			Some(token) => engine.step(&[token], &mut self.cache)?,
			None => {
				let end = self.prompt.len().min(self.read.saturating_add(prefill_chunk));
				let logits = engine.step(&self.prompt[self.read..end], &mut self.cache)?;
				self.read = end;
				if end < self.prompt.len() {
					return Ok(None);
				}
				logits
			},
		};
		let token = self.sampler.sample(self.tokens.len() as u64, &logits)?;
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
		self.reply.token(token, piece);
		Ok(finish)
	}

	fn answer(&mut self, finish: FinishReason) -> Answer {
		let text = std::mem::take(&mut self.text);
		let tokens = std::mem::take(&mut self.tokens);
		let usage = Usage { units_in: self.prompt.len() as u64, units_out: tokens.len() as u64 };
		Answer { output: Output::Text { text, tokens, finish }, usage }
	}
}
