//! Honest workers and honest auditors: how often one is taken for a cheat.
//!
//! The thread count of the tensor library is fixed when a process starts, so each worker and each
//! auditor is a process of its own, and answers flow from one into the other.

use anyhow::{ensure, Context};
use codec::{Decode, Encode, IoReader};
use reckon_engine::{
	encode_output, inspect, Device, Form, Message, Model, Output, Request, Role, SamplingParams,
	Scheduler, SchedulerConfig, Task, Usage,
};
use reckon_verification::{commitment, Evidence, Hash, Rows, Thresholds};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
	env,
	io::{Read, Write},
	path::Path,
	process::{Command, Stdio},
};

use crate::{
	auditor::{Auditor, Finding},
	cheats::Lab,
	decoder::Memory,
	jobs::{Job, Jobs},
	weights::write_endless,
	worker::Delivery,
};

/// How an answer is computed, and what it is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Class {
	/// What it is called.
	pub name: &'static str,
	/// Of a thousand audits, so many are of it.
	share: u64,
	/// Sequences in turns, and tokens of a prompt that are read at once; none: by the second decoder.
	load: Option<(usize, usize)>,
	/// The answer does not end by itself, but has so many tokens.
	forced: Option<usize>,
	/// The answer is held to a form.
	formed: bool,
}

/// What is tried.
pub const CLASSES: [Class; 6] = [
	Class { name: "alone", share: 310, load: Some((1, 256)), forced: None, formed: false },
	Class {
		name: "four in turns, prompts in pieces of 4",
		share: 310,
		load: Some((4, 4)),
		forced: None,
		formed: false,
	},
	Class {
		name: "64 tokens, end tokens not known",
		share: 160,
		load: Some((4, 32)),
		forced: Some(64),
		formed: false,
	},
	Class {
		name: "until 256 tokens are full, end tokens not known",
		share: 40,
		load: Some((1, 256)),
		forced: Some(256),
		formed: false,
	},
	Class {
		name: "another program: the harness's decoder",
		share: 80,
		load: None,
		forced: None,
		formed: false,
	},
	Class {
		name: "held to a JSON Schema, or to any object",
		share: 100,
		load: Some((4, 32)),
		forced: None,
		formed: true,
	},
];

impl Class {
	fn job(&self, jobs: &Jobs, number: u64) -> Job {
		let job = jobs.job(number);
		let max_tokens = self.forced.unwrap_or(job.sampling.max_tokens);
		let sampling = SamplingParams { max_tokens, ..job.sampling.clone() };
		match self.formed {
			false => Job { sampling, ..job },
			true => Job { sampling, task: formed(job.task, number), ..job },
		}
	}
}

/// The same question, to be answered in a form.
fn formed(task: Task, number: u64) -> Task {
	let mut conversation = match task {
		Task::Chat(conversation) => conversation,
		Task::Complete { prompt } => vec![Message::new(Role::User, prompt)].into(),
		other => return other,
	};
	conversation.form = Some(match number % 4 {
		0 => Form::Object,
		_ => Form::Schema(json!({
			"type": "object",
			"properties": {
				"kind": { "enum": ["noun", "verb", "adjective"] },
				"words": { "type": "array", "items": { "type": "string", "maxLength": 12 }, "maxItems": 3 },
				"times": { "type": "integer", "minimum": 0, "maximum": 9999 },
			},
			"required": ["kind", "words", "times"],
			"additionalProperties": false,
		})),
	});
	Task::Chat(conversation)
}

/// What came of one class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
	/// Audits.
	pub audits: u64,
	/// Their tokens.
	pub tokens: u64,
	/// Which were neither paid nor slashed.
	pub doubtful: u64,
	/// Which would have been slashed.
	pub convicted: u64,
	/// The largest distance of fingerprints, in parts per million.
	pub distance: u32,
	/// The largest margin, in millionths of a logit.
	pub margin: u32,
}

impl Tally {
	/// Takes another's audits in.
	pub fn add(&mut self, other: &Self) {
		self.audits += other.audits;
		self.tokens += other.tokens;
		self.doubtful += other.doubtful;
		self.convicted += other.convicted;
		self.distance = self.distance.max(other.distance);
		self.margin = self.margin.max(other.margin);
	}
}

/// What a worker sends to an auditor.
#[derive(Encode, Decode)]
struct Sent {
	class: u32,
	number: u64,
	output: Vec<u8>,
	units: (u64, u64),
	commitment: Hash,
	rows: Vec<u8>,
}

/// What both processes are told.
#[derive(Clone, Copy, Debug)]
pub struct Run {
	/// Audits.
	pub audits: u64,
	/// Fixes the jobs.
	pub seed: u64,
	/// The number of the first one.
	pub first: u64,
}

/// One of the two processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
	/// Computes answers and writes them to its standard output.
	Work,
	/// Audits the answers of its standard input.
	Audit,
}

/// Lets workers and auditors with these numbers of threads, each with each, do so many audits.
///
/// # Errors
/// When a process fails.
pub fn run(
	model: &Path,
	calibration: &Path,
	all: Run,
	threads: &[usize],
) -> anyhow::Result<Vec<Tally>> {
	let mut tallies = vec![Tally::default(); CLASSES.len()];
	let pairs: Vec<_> = threads
		.iter()
		.flat_map(|worker| threads.iter().map(move |auditor| (*worker, *auditor)))
		.collect();
	let each = all.audits.div_ceil(pairs.len().max(1) as u64);
	for (index, (worker, auditor)) in (0u64..).zip(pairs) {
		let run = Run { audits: each, first: all.first + index * each, ..all };
		let found = pair(model, calibration, run, worker, auditor)?;
		let audits: u64 = found.iter().map(|tally| tally.audits).sum();
		eprintln!("{audits} honest audits, worker on {worker} threads, auditor on {auditor}");
		for (tally, found) in tallies.iter_mut().zip(&found) {
			tally.add(found);
		}
	}
	Ok(tallies)
}

fn pair(
	model: &Path,
	calibration: &Path,
	run: Run,
	worker: usize,
	auditor: usize,
) -> anyhow::Result<Vec<Tally>> {
	let program = |part: &str, threads: usize| -> anyhow::Result<Command> {
		let mut command = Command::new(env::current_exe()?);
		command
			.args(["--part", part, "--honest", &run.audits.to_string()])
			.args(["--seed", &run.seed.to_string(), "--first", &run.first.to_string()])
			.arg("--model")
			.arg(model)
			.arg("--calibration")
			.arg(calibration)
			.env("RAYON_NUM_THREADS", threads.to_string())
			.stdout(Stdio::piped());
		Ok(command)
	};
	let mut working = program("work", worker)?.spawn()?;
	let answers = working.stdout.take().context("a worker without output")?;
	let audited = program("audit", auditor)?.stdin(answers).output();
	let worked = working.wait()?;
	let audited = audited?;
	ensure!(audited.status.success(), "the auditor ended with {}", audited.status);
	ensure!(worked.success(), "the worker ended with {worked}");
	Ok(serde_json::from_slice(&audited.stdout)?)
}

/// Does one part of a run.
///
/// # Errors
/// When it can't compute, or the other part is gone.
pub fn run_part(
	part: Part,
	model: &Path,
	thresholds: Thresholds,
	run: Run,
	(input, output): (&mut dyn Read, &mut dyn Write),
) -> anyhow::Result<()> {
	let endless = tempfile::tempdir()?;
	write_endless(model, endless.path())?;
	let models = [model, endless.path()];
	match part {
		Part::Work => work(models, run, output),
		Part::Audit => {
			let found = audit(models, thresholds, run, input)?;
			Ok(serde_json::to_writer(output, &found)?)
		},
	}
}

fn work(models: [&Path; 2], run: Run, output: &mut dyn Write) -> anyhow::Result<()> {
	let jobs = Jobs::new(run.seed);
	let mut first = run.first;
	for (index, class) in (0u32..).zip(&CLASSES) {
		let numbers: Vec<u64> = (first..first + run.audits * class.share / 1000).collect();
		first += numbers.len() as u64;
		let model = models[usize::from(class.forced.is_some())];
		match class.load {
			Some((max_active, prefill_chunk)) => {
				let config =
					SchedulerConfig { max_active, prefill_chunk, ..SchedulerConfig::default() };
				let scheduler = Model::load(inspect(model)?, &Device::cpu())?.serve(config);
				for numbers in numbers.chunks(max_active) {
					serve(index, numbers, &jobs, &scheduler, output)?;
				}
			},
			None => {
				let lab = Lab::new(model, run.seed, 0)?;
				let decoder = lab.decoder()?;
				for number in numbers {
					let job = class.job(&jobs, number);
					let evidence = lab.decoded(&decoder, Memory::PERFECT, &job)?;
					send(index, &job, lab.truth.deliver(&job, evidence)?, output)?;
				}
			},
		}
	}
	Ok(output.flush()?)
}

/// Serves jobs together.
fn serve(
	class: u32,
	numbers: &[u64],
	jobs: &Jobs,
	scheduler: &Scheduler,
	output: &mut dyn Write,
) -> anyhow::Result<()> {
	let tickets = numbers
		.iter()
		.map(|&number| {
			let job = CLASSES[class as usize].job(jobs, number);
			let request = Request {
				task: job.task.clone(),
				sampling: job.sampling.clone(),
				evidence: Some(job.id),
				likely: None,
			};
			Ok((job, scheduler.submit(request)?))
		})
		.collect::<anyhow::Result<Vec<_>>>()?;
	for (job, ticket) in tickets {
		let answer = ticket.wait()?;
		let bytes = encode_output(&answer.output);
		let Output::Text { tokens, .. } = answer.output else {
			anyhow::bail!("an answer without text")
		};
		let evidence = answer.evidence.context("an answer without evidence")?;
		let delivery = Delivery {
			tokens,
			output: bytes,
			usage: answer.usage,
			commitment: commitment(&job.id, &job.provider, &evidence.root(), &job.salt),
			evidence,
			told: None,
			forge: None,
		};
		send(class, &job, delivery, output)?;
	}
	Ok(())
}

fn send(class: u32, job: &Job, delivery: Delivery, output: &mut dyn Write) -> anyhow::Result<()> {
	let Delivery { output: bytes, usage, commitment, evidence, .. } = delivery;
	let sent = Sent {
		class,
		number: job.number,
		output: bytes,
		units: (usage.units_in, usage.units_out),
		commitment,
		rows: evidence.rows().to_bytes(),
	};
	Ok(output.write_all(&sent.encode())?)
}

fn audit(
	[model, endless]: [&Path; 2],
	thresholds: Thresholds,
	run: Run,
	input: &mut dyn Read,
) -> anyhow::Result<Vec<Tally>> {
	let jobs = Jobs::new(run.seed);
	let (stopping, endless) =
		(Auditor::new(model, thresholds)?, Auditor::new(endless, thresholds)?);
	let mut tallies = vec![Tally::default(); CLASSES.len()];
	let expected: u64 = CLASSES.iter().map(|class| run.audits * class.share / 1000).sum();
	let mut input = IoReader(std::io::BufReader::new(input));
	for _ in 0..expected {
		let sent = Sent::decode(&mut input).context("the worker broke off")?;
		let class = CLASSES.get(sent.class as usize).context("no such class")?;
		let job = class.job(&jobs, sent.number);
		let rows = Rows::parse(&sent.rows)?;
		let delivery = Delivery {
			tokens: rows.tokens().to_vec(),
			output: sent.output,
			usage: Usage { units_in: sent.units.0, units_out: sent.units.1 },
			commitment: sent.commitment,
			evidence: Evidence::new(&job.id, rows),
			told: None,
			forge: None,
		};
		let auditor = if class.forced.is_some() { &endless } else { &stopping };
		let found = auditor.audit(&job, &delivery)?;
		if found.finding != Finding::Same {
			eprintln!("job {} ({}): {found:?}", job.number, class.name);
		}
		tallies[sent.class as usize].add(&Tally {
			audits: 1,
			tokens: delivery.tokens.len() as u64,
			doubtful: u64::from(matches!(found.finding, Finding::Doubtful(_))),
			convicted: u64::from(found.finding.convicts()),
			distance: found.distance,
			margin: found.margin,
		});
	}
	Ok(tallies)
}
