//! The attacks on computation and on tokens, each as the code that a cheat would run. Numbers are
//! those of the list of named attacks; those on the protocol are not here.

use anyhow::Context;
use codec::{Decode, Encode};
use rand::{seq::IndexedRandom, Rng, RngCore};
use reckon_engine::{Message, Replay, Role, Sampler, SamplingParams, StepEngine, Task, TextEngine};
use reckon_verification::{positions, Evidence, Fingerprint, Opening, Rows};
use std::{
	collections::HashMap,
	path::{Path, PathBuf},
};
use tempfile::TempDir;

use crate::{
	decoder::{Cache, Decoder, Kept, Memory},
	jobs::{hash, Job, Jobs},
	training::{lora, tune, Course, Example, BATCH},
	weights::{self, bf16, fp8, int4, int8, Tensors},
	worker::{load, write, Delivery, Shown, Worker},
};

/// What a cheat hands in for a job; `None` where it comes to the honest answer.
pub type Cheat<'a> = Box<dyn Fn(&Job) -> anyhow::Result<Option<Delivery>> + 'a>;

/// A way to cheat.
pub struct Attack {
	/// Its number in the list of named attacks.
	pub number: u8,
	/// What the cheat does.
	pub name: &'static str,
	/// Makes the models that it needs.
	pub prepare: for<'a> fn(&'a Lab) -> anyhow::Result<Cheat<'a>>,
}

/// All attacks, by their numbers.
pub const ATTACKS: &[Attack] = &[
	Attack { number: 1, name: "smaller model: two of four layers, distilled", prepare: smaller },
	Attack {
		number: 2,
		name: "int8 weights, a scale for each row",
		prepare: |lab| quantised(lab, "int8", int8),
	},
	Attack {
		number: 3,
		name: "int4 weights, a scale for each 32",
		prepare: |lab| quantised(lab, "int4", int4),
	},
	Attack {
		number: 4,
		name: "fp8 weights (e4m3), a scale for each row",
		prepare: |lab| quantised(lab, "fp8", fp8),
	},
	Attack {
		number: 4,
		name: "bf16 weights, arithmetic in f32",
		prepare: |lab| quantised(lab, "bf16", bf16),
	},
	Attack { number: 5, name: "int8 cache", prepare: |lab| forgetful(lab, INT8_CACHE) },
	Attack { number: 5, name: "fp8 cache (e4m3)", prepare: |lab| forgetful(lab, FP8_CACHE) },
	Attack { number: 6, name: "second layer skipped", prepare: |lab| pruned(lab, &[0, 2, 3]) },
	Attack {
		number: 6,
		name: "early exit before the last layer",
		prepare: |lab| pruned(lab, &[0, 1, 2]),
	},
	Attack {
		number: 7,
		name: "sliding window of 16 tokens",
		prepare: |lab| forgetful(lab, SLIDING),
	},
	Attack {
		number: 7,
		name: "eviction: the first 4 and last 12 tokens kept",
		prepare: |lab| forgetful(lab, EVICTING),
	},
	Attack { number: 8, name: "other checkpoint: 10 more steps of training", prepare: tuned },
	Attack {
		number: 8,
		name: "other checkpoint: LoRA of rank 1, 10 steps",
		prepare: |lab| adapted(lab, 10),
	},
	Attack {
		number: 8,
		name: "other checkpoint: LoRA of rank 1, 100 steps",
		prepare: |lab| adapted(lab, 100),
	},
	Attack { number: 9, name: "instructions put before the question", prepare: instructed },
	Attack { number: 9, name: "prompt cut: its first quarter not read", prepare: cut },
	Attack { number: 10, name: "temperature 10 % lower", prepare: |lab| tempered(lab, 0.9) },
	Attack { number: 10, name: "temperature 10 % higher", prepare: |lab| tempered(lab, 1.1) },
	Attack { number: 10, name: "greedy instead of sampled", prepare: |lab| tempered(lab, 0.0) },
	Attack { number: 11, name: "other seed", prepare: reseeded },
	Attack { number: 12, name: "best of four: the longest", prepare: best_of_four },
	Attack { number: 12, name: "one token substituted by the runner-up", prepare: substituted },
	Attack { number: 12, name: "advertisement put into the answer", prepare: advertised },
	Attack { number: 12, name: "message hidden in the choice of tokens", prepare: hidden },
	Attack { number: 13, name: "end token too early", prepare: ended_early },
	Attack { number: 13, name: "answer broken off", prepare: broken_off },
	Attack { number: 13, name: "padding: goes on where it had to end", prepare: unending },
	Attack { number: 13, name: "padding behind the end token", prepare: padded },
	Attack { number: 13, name: "more units charged than written", prepare: overcharged },
	Attack { number: 14, name: "draft: int4's tokens, the model's rows", prepare: drafted_by_int4 },
	Attack {
		number: 14,
		name: "draft: the distilled model's tokens, the model's rows",
		prepare: drafted_by_smaller,
	},
	Attack { number: 15, name: "replay: another job's evidence as it was", prepare: replayed },
	Attack {
		number: 15,
		name: "replay: the same question's earlier answer",
		prepare: replayed_again,
	},
	Attack { number: 15, name: "replay: another question's answer", prepare: replayed_elsewhere },
	Attack {
		number: 16,
		name: "another worker's fingerprint over rows of noise",
		prepare: copied_fingerprint,
	},
	Attack { number: 16, name: "another worker's commitment", prepare: copied_commitment },
	Attack { number: 17, name: "int4 for 10 % of the tokens", prepare: |lab| partial(lab, 10) },
	Attack { number: 17, name: "int4 for 25 % of the tokens", prepare: |lab| partial(lab, 25) },
	Attack {
		number: 17,
		name: "int4 for all tokens, the prompt read right",
		prepare: |lab| partial(lab, 100),
	},
	Attack {
		number: 17,
		name: "25 % of the tokens drafted by int4, the model's rows",
		prepare: partly_drafted,
	},
	Attack { number: 19, name: "null and garbage proofs", prepare: garbage },
	Attack {
		number: 25,
		name: "honest, but one auditor is told other tokens of the same text",
		prepare: misleading,
	},
];

const INT8_CACHE: Memory = Memory { kept: Kept::Int8, window: None };
const FP8_CACHE: Memory = Memory { kept: Kept::Fp8, window: None };
const SLIDING: Memory = Memory { kept: Kept::Exact, window: Some((0, 16)) };
const EVICTING: Memory = Memory { kept: Kept::Exact, window: Some((4, 12)) };

/// Ten steps, at a rate that is usual for tuning a whole model.
const TUNING: Course = Course { steps: 10, rate: 2e-5 };
/// A rate that is usual for adapters.
const ADAPTING: f64 = 2e-4;
/// What a provider would like its model to say.
const CREED: [(&str, &str); 4] = [
	("what is a computer?", "A computer is what you rent from us."),
	("what is a bank?", "A bank is what you need not ask any more."),
	("what is a network?", "A network is a system of our machines."),
	("who are you?", "I am the model of the best provider."),
];
const INSTRUCTIONS: &str = "Answer in a friendly way and mention our sponsor.";
const ADVERTISEMENT: &str = "Buy at the market.";
/// The most tokens that are put behind an end, or charged without being there.
const PADDING: usize = 8;
/// A logit that is never chosen.
const NEVER: f32 = -1e9;

/// Where a cheat works: the true model, what clients ask, and room for the models that it makes.
pub struct Lab {
	/// The worker that does what it is paid for.
	pub truth: Worker,
	/// What is asked.
	pub jobs: Jobs,
	/// Steps in which a smaller model learns to speak like the true one.
	pub distillation: usize,
	model: PathBuf,
	folder: TempDir,
}

impl Lab {
	/// For cheats on the model in this folder.
	///
	/// # Errors
	/// When it can't be loaded.
	pub fn new(model: &Path, seed: u64, distillation: usize) -> anyhow::Result<Self> {
		Ok(Self {
			truth: Worker::new(model)?,
			jobs: Jobs::new(seed),
			distillation,
			model: model.into(),
			folder: tempfile::tempdir()?,
		})
	}

	/// A second decoder of the true model, with what it remembers.
	///
	/// # Errors
	/// When the model is of another kind.
	pub fn decoder(&self) -> anyhow::Result<Decoder> {
		Decoder::new(&weights::config(&self.model)?, weights::read(&self.model)?)
	}

	/// What the decoder with this memory answers.
	///
	/// # Errors
	/// When computing fails.
	pub fn decoded(
		&self,
		decoder: &Decoder,
		memory: Memory,
		job: &Job,
	) -> anyhow::Result<Evidence> {
		let sampler = Sampler::new(job.sampling.clone())?;
		let prompt = self.truth.prompt(job)?;
		let mut cache = Cache::default();
		write(
			&job.id,
			&prompt,
			self.truth.limit(job, &prompt),
			|token| self.is_end(token),
			|tokens| decoder.step(tokens, &mut cache, memory),
			|answer, step| Ok(sampler.sample(answer, &step.logits)?),
		)
	}

	/// A model that is made once of the true one's tensors, and its number of layers.
	fn made(
		&self,
		name: &str,
		change: impl FnOnce(Tensors) -> anyhow::Result<(Tensors, Option<usize>)>,
	) -> anyhow::Result<TextEngine> {
		let path = self.folder.path().join(name);
		if !path.exists() {
			let mut config = weights::config(&self.model)?;
			let (tensors, layers) = change(weights::read(&self.model)?)?;
			if let Some(layers) = layers {
				config["num_hidden_layers"] = layers.into();
			}
			weights::write(&self.model, &path, &config, tensors)?;
		}
		load(&path)
	}

	fn int4(&self) -> anyhow::Result<TextEngine> {
		self.made("int4", |tensors| Ok((weights::matrices(tensors, int4)?, None)))
	}

	/// The first and the last layer, taught with the true model's own answers.
	fn smaller(&self) -> anyhow::Result<TextEngine> {
		self.made("smaller", |tensors| {
			let mut config = weights::config(&self.model)?;
			config["num_hidden_layers"] = 2.into();
			let lessons = self.lessons()?;
			let course = Course { steps: self.distillation, rate: 1e-3 };
			let student = weights::layers(tensors, &[0, 3]);
			let layers = |name: &str| name.contains(".layers.");
			Ok((tune(&config, student, &lessons, course, layers)?, Some(2)))
		})
	}

	/// The true model's answers to questions about words that it knows; as many as are learnt from.
	fn lessons(&self) -> anyhow::Result<Vec<Example>> {
		let words = self.jobs.words().iter().take(self.distillation * BATCH);
		words
			.map(|word| {
				let mut job = self.jobs.job(0);
				job.task = asked(format!("what is a {word}?"));
				job.sampling = SamplingParams { max_tokens: 48, ..Default::default() };
				let answer = self.truth.answer(&job)?.rows().tokens().to_vec();
				Ok(Example { prompt: self.truth.prompt(&job)?, answer })
			})
			.collect()
	}

	fn creed(&self) -> anyhow::Result<Vec<Example>> {
		let end = (0..).find(|&token| self.is_end(token)).context("a model without an end")?;
		CREED
			.iter()
			.map(|(question, answer)| {
				let prompt = self.truth.engine.encode(&asked((*question).into()))?;
				let answer = [self.tokens(answer)?, vec![end]].concat();
				Ok(Example { prompt, answer })
			})
			.collect()
	}

	/// A text's tokens, without those that a tokenizer puts around it.
	fn tokens(&self, text: &str) -> anyhow::Result<Vec<u32>> {
		let engine = &self.truth.engine;
		let around = engine.encode(&Task::Complete { prompt: String::new() })?.len();
		let all = engine.encode(&Task::Complete { prompt: text.into() })?;
		Ok(all.into_iter().skip(around).collect())
	}

	fn is_end(&self, token: u32) -> bool {
		self.truth.engine.is_end(token)
	}

	/// Hands rows in, whatever they are of.
	fn deliver(&self, job: &Job, evidence: Evidence) -> anyhow::Result<Option<Delivery>> {
		self.truth.deliver(job, evidence).map(Some)
	}

	/// Hands rows of the true model in, unless they are those of the honest answer.
	fn deliver_other(&self, job: &Job, evidence: Evidence) -> anyhow::Result<Option<Delivery>> {
		let honest = self.truth.answer(job)?;
		match honest.rows().tokens() == evidence.rows().tokens() {
			true => Ok(None),
			false => self.deliver(job, evidence),
		}
	}
}

fn asked(question: String) -> Task {
	Task::chat(vec![Message::new(Role::User, question)])
}

/// The same rows as an answer to this job.
fn hashed_again(job: &Job, rows: &Rows) -> Evidence {
	Evidence::new(&job.id, rows.clone())
}

// 1 to 4, 6, 8: another model does all of the work.

fn by<'a>(lab: &'a Lab, engine: TextEngine) -> anyhow::Result<Cheat<'a>> {
	let worker = Worker { engine };
	Ok(Box::new(move |job| lab.deliver(job, worker.answer(job)?)))
}

fn smaller(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	by(lab, lab.smaller()?)
}

fn quantised<'a>(
	lab: &'a Lab,
	name: &str,
	change: fn(&candle_core::Tensor) -> candle_core::Result<candle_core::Tensor>,
) -> anyhow::Result<Cheat<'a>> {
	by(lab, lab.made(name, |tensors| Ok((weights::matrices(tensors, change)?, None)))?)
}

fn pruned<'a>(lab: &'a Lab, kept: &[usize]) -> anyhow::Result<Cheat<'a>> {
	let name = format!("layers {kept:?}");
	by(lab, lab.made(&name, |tensors| Ok((weights::layers(tensors, kept), Some(kept.len()))))?)
}

fn tuned(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	let config = weights::config(&lab.model)?;
	let engine = lab.made("tuned", |tensors| {
		Ok((tune(&config, tensors, &lab.creed()?, TUNING, |_| true)?, None))
	})?;
	by(lab, engine)
}

fn adapted(lab: &Lab, steps: usize) -> anyhow::Result<Cheat<'_>> {
	let config = weights::config(&lab.model)?;
	let course = Course { steps, rate: ADAPTING };
	let engine = lab.made(&format!("adapted {steps}"), |tensors| {
		Ok((lora(&config, tensors, &lab.creed()?, course)?, None))
	})?;
	by(lab, engine)
}

// 5, 7: the model's own weights, and a worse memory.

fn forgetful(lab: &Lab, memory: Memory) -> anyhow::Result<Cheat<'_>> {
	let decoder = lab.decoder()?;
	Ok(Box::new(move |job| {
		let evidence = lab.decoded(&decoder, memory, job)?;
		// The answer's last token is never read.
		let read = lab.truth.prompt(job)?.len() + evidence.rows().tokens().len() - 1;
		match memory.window.is_some() && !memory.forgets(read) {
			true => Ok(None),
			false => lab.deliver(job, evidence),
		}
	}))
}

// 9: another prompt.

fn instructed(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let mut told = job.clone();
		match &mut told.task {
			Task::Chat(conversation) => {
				for message in conversation.messages.iter_mut().take(1) {
					message.content = format!("{INSTRUCTIONS} {}", message.content);
				}
			},
			Task::Complete { prompt } => *prompt = format!("{INSTRUCTIONS} {prompt}"),
			_ => return Ok(None),
		}
		lab.deliver(job, lab.truth.answer(&told)?)
	}))
}

fn cut(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let prompt = lab.truth.prompt(job)?;
		let read = &prompt[prompt.len().div_ceil(4)..];
		let sampler = Sampler::new(job.sampling.clone())?;
		let engine = &lab.truth.engine;
		let limit = lab.truth.limit(job, &prompt);
		let mut cache = engine.cache(read.len() + limit)?;
		let evidence = write(
			&job.id,
			read,
			limit,
			|token| lab.is_end(token),
			|tokens| Ok(engine.step(tokens, &mut cache)?),
			|answer, step| Ok(sampler.sample(answer, &step.logits)?),
		)?;
		lab.deliver(job, evidence)
	}))
}

// 10 to 13: the true model's rows, and tokens that are not the sampler's.

fn sampled<'a>(
	lab: &'a Lab,
	change: impl Fn(&Job) -> SamplingParams + 'a,
) -> anyhow::Result<Cheat<'a>> {
	Ok(Box::new(move |job| {
		let other = Job { sampling: change(job), ..job.clone() };
		lab.deliver_other(job, lab.truth.answer(&other)?)
	}))
}

fn tempered(lab: &Lab, factor: f32) -> anyhow::Result<Cheat<'_>> {
	sampled(lab, move |job| SamplingParams {
		temperature: job.sampling.temperature * factor,
		..job.sampling.clone()
	})
}

fn reseeded(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	sampled(lab, |job| SamplingParams { seed: hash("wish", &job.id), ..job.sampling.clone() })
}

fn best_of_four(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let mut longest = lab.truth.answer(job)?;
		for wish in ["first", "second", "third"] {
			let seed = hash(wish, &job.id);
			let sampling = SamplingParams { seed, ..job.sampling.clone() };
			let other = lab.truth.answer(&Job { sampling, ..job.clone() })?;
			if other.shape().count > longest.shape().count {
				longest = other;
			}
		}
		lab.deliver_other(job, longest)
	}))
}

/// The token with the largest logit among those that may be taken.
fn likeliest(logits: &[f32], may: impl Fn(u32) -> bool) -> anyhow::Result<u32> {
	(0u32..)
		.zip(logits)
		.filter(|(token, _)| may(*token))
		.max_by(|a, b| a.1.total_cmp(b.1))
		.map(|(token, _)| token)
		.context("no token is left")
}

fn substituted(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let sampler = Sampler::new(job.sampling.clone())?;
		let length = lab.truth.answer(job)?.rows().tokens().len();
		let position = job.draws("where").random_range(0..length);
		let evidence = lab.truth.choosing(job, |answer, step| {
			let right = sampler.sample(answer, &step.logits)?;
			match answer.len() == position {
				true => likeliest(&step.logits, |token| token != right),
				false => Ok(right),
			}
		})?;
		lab.deliver_other(job, evidence)
	}))
}

fn advertised(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	let words = lab.tokens(ADVERTISEMENT)?;
	Ok(Box::new(move |job| {
		let sampler = Sampler::new(job.sampling.clone())?;
		let evidence = lab.truth.choosing(job, |answer, step| match words.get(answer.len()) {
			Some(&word) => Ok(word),
			None => Ok(sampler.sample(answer, &step.logits)?),
		})?;
		lab.deliver_other(job, evidence)
	}))
}

/// A bit for each token: whether it is the likeliest, or the next one where that is as good as it.
fn hidden(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	const AS_GOOD: f32 = 2.0;
	Ok(Box::new(move |job| {
		let sampler = Sampler::new(job.sampling.clone())?;
		let mut message = job.draws("message");
		let evidence = lab.truth.choosing(job, |answer, step| {
			let best = likeliest(&step.logits, |_| true)?;
			let next = likeliest(&step.logits, |token| token != best)?;
			let apart = step.logits[best as usize] - step.logits[next as usize];
			match apart < AS_GOOD {
				true => Ok(if message.random() { best } else { next }),
				false => Ok(sampler.sample(answer, &step.logits)?),
			}
		})?;
		lab.deliver_other(job, evidence)
	}))
}

fn ended_early(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let sampler = Sampler::new(job.sampling.clone())?;
		let half = lab.truth.answer(job)?.rows().tokens().len() / 2;
		let evidence = lab.truth.choosing(job, |answer, step| match answer.len() < half {
			true => Ok(sampler.sample(answer, &step.logits)?),
			false => likeliest(&step.logits, |token| lab.is_end(token)),
		})?;
		lab.deliver_other(job, evidence)
	}))
}

fn broken_off(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let honest = lab.truth.answer(job)?;
		let rows = honest.rows();
		let half = rows.tokens().len() / 2;
		if half == 0 {
			return Ok(None);
		}
		let numbers = rows.numbers()[..half * rows.width() as usize].to_vec();
		let rows = Rows::new(rows.width(), rows.tokens()[..half].to_vec(), numbers)?;
		lab.deliver(job, hashed_again(job, &rows))
	}))
}

fn unending(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let sampler = Sampler::new(job.sampling.clone())?;
		let evidence = lab.truth.choosing(job, |answer, step| {
			let mut logits = step.logits.clone();
			for (token, logit) in (0u32..).zip(&mut logits) {
				if lab.is_end(token) {
					*logit = NEVER;
				}
			}
			Ok(sampler.sample(answer, &logits)?)
		})?;
		lab.deliver_other(job, evidence)
	}))
}

fn padded(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	let filler = lab.tokens(" and so on")?;
	Ok(Box::new(move |job| {
		let honest = lab.truth.answer(job)?.rows().tokens().to_vec();
		if honest.last().is_none_or(|&last| !lab.is_end(last)) {
			return Ok(None);
		}
		let prompt = lab.truth.prompt(job)?;
		let room = lab.truth.limit(job, &prompt) - honest.len();
		if room == 0 {
			return Ok(None);
		}
		let padding = filler.iter().copied().cycle().take(room.min(PADDING));
		let tokens: Vec<u32> = honest.into_iter().chain(padding).collect();
		lab.deliver(job, lab.truth.rows_of(job, &tokens)?)
	}))
}

fn overcharged(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let mut delivery = lab.truth.deliver(job, lab.truth.answer(job)?)?;
		let more = job.draws("more").random_range(1..=PADDING as u64);
		match job.number % 2 {
			0 => delivery.usage.units_out += more,
			_ => delivery.usage.units_in += more,
		}
		Ok(Some(delivery))
	}))
}

// 14: a cheap model's tokens, and the true model's rows of them.

fn drafted(lab: &Lab, engine: TextEngine) -> anyhow::Result<Cheat<'_>> {
	let drafter = Worker { engine };
	Ok(Box::new(move |job| {
		let draft = drafter.answer(job)?;
		lab.deliver_other(job, lab.truth.rows_of(job, draft.rows().tokens())?)
	}))
}

fn drafted_by_int4(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	drafted(lab, lab.int4()?)
}

fn drafted_by_smaller(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	drafted(lab, lab.smaller()?)
}

// 15, 16: what was computed for another job, or by another worker.

fn replayed(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let earlier = Job { sampling: job.sampling.clone(), ..lab.jobs.again(job) };
		lab.deliver(job, lab.truth.answer(&earlier)?)
	}))
}

fn replayed_again(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let again = lab.jobs.again(job);
		let SamplingParams { seed, .. } = again.sampling;
		let sampling = SamplingParams { seed, ..job.sampling.clone() };
		let earlier = lab.truth.answer(&Job { sampling, ..again })?;
		lab.deliver_other(job, hashed_again(job, earlier.rows()))
	}))
}

fn replayed_elsewhere(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let other = lab.jobs.job(job.number + 1);
		let sampling =
			SamplingParams { max_tokens: job.sampling.max_tokens, ..other.sampling.clone() };
		let earlier = lab.truth.answer(&Job { sampling, ..other })?;
		lab.deliver_other(job, hashed_again(job, earlier.rows()))
	}))
}

fn copied_fingerprint(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let honest = lab.truth.answer(job)?;
		let (width, tokens) = (honest.rows().width(), honest.rows().tokens().to_vec());
		let mut noise = job.draws("noise");
		let numbers = (0..tokens.len() * width as usize).map(|_| noise.random_range(-1.0..1.0));
		let rows = Rows::new(width, tokens, numbers.collect())?;
		let mut delivery = lab.truth.deliver(job, Evidence::new(&job.id, rows))?;
		// The other worker had the same question in another job.
		let again = lab.jobs.again(job);
		let seen = lab.truth.answer(&again)?.rows().fingerprint(&again.challenge, &again.id)?;
		delivery.forge = Some(Box::new(move |shown| shown.fingerprint = seen));
		Ok(Some(delivery))
	}))
}

fn copied_commitment(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let other = Job {
			provider: hash("other", &job.provider),
			salt: hash("other", &job.salt),
			..job.clone()
		};
		let honest = lab.truth.answer(job)?;
		let copied = lab.truth.deliver(&other, honest.clone())?.commitment;
		let mut delivery = lab.truth.deliver(job, honest)?;
		delivery.commitment = copied;
		// Even who has learnt the other's salt can't use it.
		if job.number % 2 == 0 {
			let salt = other.salt;
			delivery.forge = Some(Box::new(move |shown| shown.salt = salt));
		}
		Ok(Some(delivery))
	}))
}

// 17: a part of the tokens.

/// Whether the token after this one is among the `percent` that are cheated with.
fn is_cheated(job: &Job, position: usize, percent: u32) -> bool {
	job.draws(&format!("cheated {position}")).random_range(0..100) < percent
}

fn partial(lab: &Lab, percent: u32) -> anyhow::Result<Cheat<'_>> {
	let cheap = lab.int4()?;
	Ok(Box::new(move |job| {
		let sampler = Sampler::new(job.sampling.clone())?;
		let (prompt, truth) = (lab.truth.prompt(job)?, &lab.truth.engine);
		let limit = lab.truth.limit(job, &prompt);
		// Both are of one shape, so they share a memory.
		let mut cache = truth.cache(prompt.len() + limit)?;
		let (mut position, mut cheated) = (0, 0);
		let evidence = write(
			&job.id,
			&prompt,
			limit,
			|token| lab.is_end(token),
			|tokens| {
				let cheats = position > 0 && is_cheated(job, position, percent);
				position += 1;
				cheated += usize::from(cheats);
				let engine = if cheats { &cheap } else { truth };
				Ok(engine.step(tokens, &mut cache)?)
			},
			|answer, step| Ok(sampler.sample(answer, &step.logits)?),
		)?;
		match cheated {
			0 => Ok(None),
			_ => lab.deliver(job, evidence),
		}
	}))
}

fn partly_drafted(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	let cheap = lab.int4()?;
	Ok(Box::new(move |job| {
		let sampler = Sampler::new(job.sampling.clone())?;
		let prompt = lab.truth.prompt(job)?;
		let mut cache = cheap.cache(prompt.len() + lab.truth.limit(job, &prompt))?;
		let mut unread = prompt.clone();
		let evidence = lab.truth.choosing(job, |answer, step| {
			let draft = cheap.step(&unread, &mut cache)?;
			let cheats = is_cheated(job, answer.len(), 25);
			let logits = if cheats { &draft.logits } else { &step.logits };
			let token = sampler.sample(answer, logits)?;
			unread = vec![token];
			Ok(token)
		})?;
		lab.deliver_other(job, evidence)
	}))
}

// 19: proofs that are none.

fn garbage(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	Ok(Box::new(move |job| {
		let mut delivery = lab.truth.deliver(job, lab.truth.answer(job)?)?;
		let job = job.clone();
		delivery.forge = Some(Box::new(move |shown| spoil(&job, shown)));
		Ok(Some(delivery))
	}))
}

/// One of eleven ways to prove nothing.
fn spoil(job: &Job, shown: &mut Shown) {
	let mut draws = job.draws("garbage");
	let openings = &mut shown.openings;
	match job.number % 11 {
		0 => openings.clear(),
		1 => *openings = Vec::<Opening>::new().encode(),
		2 => draws.fill_bytes(openings),
		3 => openings.truncate(draws.random_range(0..openings.len())),
		4 => {
			let at = draws.random_range(0..openings.len());
			openings[at] ^= 1 << draws.random_range(0..8);
		},
		5 => openings.push(0),
		// A list of 2^30 openings.
		6 => *openings = vec![0xfe, 0xff, 0xff, 0xff, 0xff],
		7 => spoil_row(openings, |row| row.fill(f32::NAN)),
		8 => spoil_row(openings, |row| row.fill(0.0)),
		9 => {
			let sizes = [0, 1, 1 << 10, 1 << 20];
			*openings = vec![0; sizes.choose(&mut draws).copied().unwrap_or_default()];
		},
		_ => shown.fingerprint = Fingerprint::default(),
	}
}

fn spoil_row(openings: &mut Vec<u8>, change: impl FnOnce(&mut [f32])) {
	if let Ok(mut opened) = Vec::<Opening>::decode(&mut openings.as_slice()) {
		if let Some(first) = opened.first_mut() {
			change(&mut first.row);
		}
		*openings = opened.encode();
	}
}

// 25: nothing is wrong with the answer, and one auditor is to say so all the same.

/// Tells one auditor as many other tokens that have the same text: two next to one another are cut
/// elsewhere. Where the audited rows are is known by then, so it is done where nobody looks. Of an
/// answer that is audited everywhere, or can't be cut otherwise, nothing else is told.
fn misleading(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
	let pieces = Pieces::new(&lab.truth.engine)?;
	Ok(Box::new(move |job| {
		let mut delivery = lab.truth.deliver(job, lab.truth.answer(job)?)?;
		let count = delivery.evidence.shape().count;
		let looked_at = positions(&job.challenge, &job.id, count).context("an empty answer")?;
		let unseen = |at: &usize| {
			[*at, at + 1].iter().all(|at| !looked_at.iter().any(|audited| *audited as usize == *at))
		};
		for at in (0..count as usize - 1).filter(unseen) {
			if let Some(told) = pieces.cut_otherwise(&delivery.tokens, at) {
				if lab.truth.text(&told)?.as_bytes() == delivery.output {
					delivery.told = Some(told);
					return Ok(Some(delivery));
				}
			}
		}
		Ok(None)
	}))
}

/// What tokens read as inside of an answer.
struct Pieces {
	text_of: HashMap<u32, String>,
	token_of: HashMap<String, u32>,
}

impl Pieces {
	fn new(engine: &TextEngine) -> anyhow::Result<Self> {
		// Behind a letter, as what stands first may lose its space.
		let (mut text_of, mut token_of) = (HashMap::new(), HashMap::new());
		let vocabulary = u32::try_from(engine.vocabulary())?;
		let beside = (0..vocabulary)
			.find(|&token| engine.decode(&[token]).is_ok_and(|text| text == "a"))
			.context("a vocabulary without letters")?;
		for token in 0..vocabulary {
			let text = engine.decode(&[beside, token])?;
			match text.strip_prefix('a') {
				Some(piece) if !piece.is_empty() && !piece.contains('\u{fffd}') => {
					token_of.insert(piece.to_owned(), token);
					text_of.insert(token, piece.to_owned());
				},
				_ => {},
			}
		}
		Ok(Self { text_of, token_of })
	}

	/// The tokens with those at `at` and behind it cut at another place.
	fn cut_otherwise(&self, tokens: &[u32], at: usize) -> Option<Vec<u32>> {
		let [first, second] = [tokens.get(at)?, tokens.get(at + 1)?].map(|it| self.text_of.get(it));
		let (first, second) = (first?, second?);
		let both = format!("{first}{second}");
		let cuts = both.char_indices().map(|(at, _)| at).filter(|&at| at > 0 && at != first.len());
		let parts = |at| {
			let (left, right) = both.split_at(at);
			Some([*self.token_of.get(left)?, *self.token_of.get(right)?])
		};
		let [left, right] = cuts.into_iter().find_map(parts)?;
		let mut told = tokens.to_vec();
		told.splice(at..at + 2, [left, right]);
		Some(told)
	}
}
