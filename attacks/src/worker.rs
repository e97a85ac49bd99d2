//! What a worker does: it writes an answer token by token, hands it in, and shows its rows. Each part
//! can be replaced by a cheat's.

use anyhow::{ensure, Context};
use codec::Encode;
use reckon_engine::{
	inspect, Capabilities, Device, Engine, Model, Replay, Sampler, Step, StepEngine, TextEngine,
	Usage,
};
use reckon_verification::{
	commitment, positions, Evidence, Fingerprint, Hash, Opening, Recorder, Root, Rows,
};
use std::path::Path;

use crate::jobs::Job;

/// Loads a model that writes text.
///
/// # Errors
/// When there is none.
pub fn load(path: &Path) -> anyhow::Result<TextEngine> {
	let loaded = inspect(path).and_then(|found| Model::load(found, &Device::cpu()));
	match loaded.with_context(|| format!("cannot load {}", path.display()))? {
		Model::Text(engine) => Ok(engine),
		Model::Embedding(_) => anyhow::bail!("{} writes no text", path.display()),
	}
}

/// Writes an answer of at most `limit` tokens: `step` computes, `choose` takes the next token, after
/// those that the answer has.
///
/// # Errors
/// When one of them fails, or there is no answer.
pub fn write(
	job: &Hash,
	prompt: &[u32],
	limit: usize,
	is_end: impl Fn(u32) -> bool,
	mut step: impl FnMut(&[u32]) -> anyhow::Result<Step>,
	mut choose: impl FnMut(&[u32], &Step) -> anyhow::Result<u32>,
) -> anyhow::Result<Evidence> {
	let mut recorder = Recorder::new(*job);
	let mut answer = Vec::new();
	let mut made = step(prompt)?;
	loop {
		let token = choose(&answer, &made)?;
		recorder.push(token, &made.row)?;
		answer.push(token);
		if is_end(token) || answer.len() >= limit {
			return Ok(recorder.finish()?);
		}
		made = step(&[token])?;
	}
}

/// A worker with the model that was asked for. What it does honestly, cheats build upon.
pub struct Worker {
	/// The model.
	pub engine: TextEngine,
}

impl Worker {
	/// Loads the model.
	///
	/// # Errors
	/// When there is none.
	pub fn new(path: &Path) -> anyhow::Result<Self> {
		Ok(Self { engine: load(path)? })
	}

	/// The prompt's tokens.
	///
	/// # Errors
	/// When the model can't do the task.
	pub fn prompt(&self, job: &Job) -> anyhow::Result<Vec<u32>> {
		Ok(self.engine.encode(&job.task)?)
	}

	/// The most tokens that the answer may have.
	pub fn limit(&self, job: &Job, prompt: &[u32]) -> usize {
		let Capabilities { context_length, .. } = self.engine.capabilities();
		job.sampling.max_tokens.min(context_length.saturating_sub(prompt.len()))
	}

	/// The answer, as it was asked for.
	///
	/// # Errors
	/// When computing fails.
	pub fn answer(&self, job: &Job) -> anyhow::Result<Evidence> {
		let sampler = Sampler::new(job.sampling.clone())?;
		self.choosing(job, |answer, step| Ok(sampler.sample(answer, &step.logits)?))
	}

	/// As [`Self::answer`], with tokens that somebody else chooses.
	///
	/// # Errors
	/// When computing fails.
	pub fn choosing(
		&self,
		job: &Job,
		choose: impl FnMut(&[u32], &Step) -> anyhow::Result<u32>,
	) -> anyhow::Result<Evidence> {
		let prompt = self.prompt(job)?;
		let limit = self.limit(job, &prompt);
		let mut cache = self.engine.cache(prompt.len() + limit)?;
		let step = |tokens: &[u32]| Ok(self.engine.step(tokens, &mut cache)?);
		write(&job.id, &prompt, limit, |token| self.engine.is_end(token), step, choose)
	}

	/// The rows of this model for an answer that somebody else wrote: one pass.
	///
	/// # Errors
	/// When computing fails.
	pub fn rows_of(&self, job: &Job, tokens: &[u32]) -> anyhow::Result<Evidence> {
		let numbers = self.engine.rows(&self.prompt(job)?, tokens)?;
		let width = u32::try_from(self.engine.width())?;
		Ok(Evidence::new(&job.id, Rows::new(width, tokens.to_vec(), numbers)?))
	}

	/// What an answer says.
	///
	/// # Errors
	/// When the tokens have no text.
	pub fn text(&self, tokens: &[u32]) -> anyhow::Result<String> {
		let said = match tokens.split_last() {
			Some((&last, before)) if self.engine.is_end(last) => before,
			_ => tokens,
		};
		Ok(self.engine.text(said)?)
	}

	/// Hands an answer in, with the commitment to its rows.
	///
	/// # Errors
	/// When the tokens have no text.
	pub fn deliver(&self, job: &Job, evidence: Evidence) -> anyhow::Result<Delivery> {
		let tokens = evidence.rows().tokens().to_vec();
		let usage =
			Usage { units_in: self.prompt(job)?.len() as u64, units_out: tokens.len() as u64 };
		Ok(Delivery {
			output: self.text(&tokens)?.into_bytes(),
			commitment: commitment(&job.id, &job.provider, &evidence.root(), &job.salt),
			tokens,
			usage,
			evidence,
			told: None,
			forge: None,
		})
	}
}

/// Changes what a worker shows.
pub type Forge = Box<dyn Fn(&mut Shown)>;

/// What a worker hands in, and what it keeps until it is asked.
pub struct Delivery {
	/// The answer's tokens.
	pub tokens: Vec<u32>,
	/// Their text.
	pub output: Vec<u8>,
	/// What is charged.
	pub usage: Usage,
	/// What hides the root.
	pub commitment: Hash,
	/// What is opened.
	pub evidence: Evidence,
	/// Other tokens, for the one auditor that the worker wants to look wrong.
	pub told: Option<Vec<u32>>,
	/// What a cheat does to it on the way.
	pub forge: Option<Forge>,
}

/// What a worker shows when it is audited.
#[derive(Clone, Debug)]
pub struct Shown {
	/// The root of its rows.
	pub root: Root,
	/// What hid the root.
	pub salt: Hash,
	/// The fingerprint of the audited rows.
	pub fingerprint: Fingerprint,
	/// The rows with their paths, as they travel.
	pub openings: Vec<u8>,
}

impl Delivery {
	/// Shows what the job's challenge asks for.
	///
	/// # Errors
	/// When there are no such rows.
	pub fn show(&self, job: &Job) -> anyhow::Result<Shown> {
		let shape = self.evidence.shape();
		let asked = positions(&job.challenge, &job.id, shape.count).context("an empty answer")?;
		let opened: Vec<Opening> =
			asked.iter().filter_map(|&position| self.evidence.open(position)).collect();
		ensure!(opened.len() == asked.len(), "a row is missing");
		let mut shown = Shown {
			root: self.evidence.root(),
			salt: job.salt,
			fingerprint: Opening::fingerprint(&opened, &job.challenge, &job.id, shape.width)?,
			openings: opened.encode(),
		};
		if let Some(forge) = &self.forge {
			forge(&mut shown);
		}
		Ok(shown)
	}
}
