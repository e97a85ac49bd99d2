//! Finds a model's thresholds: by how much honest hosts differ, over thread counts, batches,
//! prompts in pieces, lengths of context, and decoding against one pass.
//!
//! The thread count of the tensor library is fixed when a process starts. So each worker and each
//! auditor is a process of its own, and what a worker made is left in a folder for the auditors.

use anyhow::{bail, ensure, Context};
use reckon_engine::{
	encode_output, inspect, Audit, Claim, Device, EngineError, EvidenceStore, Message, Model,
	Refused, Request, Requested, Role, SamplingParams, Scheduler, SchedulerConfig, Task, TaskKind,
	Ticket, Usage, PROFILE,
};
use reckon_sdk::content_hash;
use reckon_verification::{distance, Limits, Thresholds};
use serde::{Deserialize, Serialize};
use std::{
	env, fs,
	io::{BufRead, BufReader, Write},
	path::{Path, PathBuf},
	process::{Command, Stdio},
};

/// Names the layout of the report; it is hashed with it.
const FORMAT: &str = "reckon-calibration/1";
/// How workers compute.
const LOADS: [Load; 2] =
	[Load { together: 1, prompt_piece: 256 }, Load { together: 4, prompt_piece: 32 }];
/// Parts of the longest prompt that prompts have, in sixteenths.
const LENGTHS: [usize; 4] = [1, 4, 9, 16];
/// Challenges that each answer is compared under.
const CHALLENGES: u8 = 4;
/// The fewest answers that a tail can be told from. Audits of one by other thread counts say little more:
/// they often come to the same bits.
const FEWEST_ANSWERS: usize = 50;
/// Two fingerprints of rows that are all but equal differ by this much when each of their numbers
/// falls on the other side of a half: 122 ppm. Twice that is the least threshold.
const DISTANCE_FLOOR: u32 = 250;
/// The same for margins, in millionths: ten units in the last place of a logit of 8.
const MARGIN_FLOOR: u32 = 10;
/// How many times the largest honest number may not yet raise a flag: 3 halves.
const ABOVE_HONEST: (u64, u64) = (3, 2);
/// Proof begins at this many times a flag, at least.
const SLASH_OVER_FLAG: u32 = 4;
/// How seldom an honest audit may look like proof.
const FALSE_PROOF: f64 = 1e-9;
/// What makes a kernel choose another order of sums, as Linux names it: x86-64's, then ARM's.
const INSTRUCTIONS: [&str; 6] = ["avx2", "fma", "avx512f", "asimd", "sve", "sve2"];
const CLAIMS: &str = "claims.jsonl";
const SENTENCE: &str = "A validator repeats a small part of the work and compares what it finds. ";

/// What to measure.
#[derive(Clone, Debug, clap::Args, Serialize)]
pub struct Plan {
	/// Answers of each worker under each load
	#[arg(long, default_value_t = 32)]
	pub answers: usize,
	/// The most tokens of an answer
	#[arg(long, default_value_t = 64)]
	pub tokens: usize,
	/// The longest prompt, in tokens; never more than the model reads
	#[arg(long, default_value_t = 2048)]
	pub longest: usize,
	/// Thread counts; each computes answers, and each audits those of all others [default: 1 and all]
	#[arg(long, value_delimiter = ',', value_name = "COUNT,COUNT")]
	pub threads: Vec<usize>,
}

/// One process of a run: started by the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
	/// Compute answers, and leave them in the folder.
	Compute,
	/// Audit the answers in the folder, and print what was measured.
	Audit,
}

/// How a worker computes.
#[derive(Clone, Copy, Debug, Serialize)]
struct Load {
	/// Sequences in turns.
	together: usize,
	/// Tokens of a prompt that are read at once.
	prompt_piece: usize,
}

/// What a worker left for its auditors, beside its evidence.
#[derive(Serialize, Deserialize)]
struct Left {
	job: u64,
	text: String,
	output: String,
	usage: Usage,
	/// What opens in the evidence.
	commitment: [u8; 32],
}

/// What one audit measured.
#[derive(Serialize, Deserialize)]
struct Measured {
	/// Tokens of the prompt.
	read: u64,
	tokens: u32,
	mismatches: u32,
	/// Under each challenge, in parts per million.
	distances: Vec<u32>,
	/// The largest of any row, relative.
	deviation: f64,
	/// Twice the largest difference between logits, in millionths: the most that an honest token
	/// can lose by.
	margin_bound: u32,
	/// What the worst token did lose by.
	margin: u32,
}

/// The largest honest differences between one worker and one auditor.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Pair {
	/// Threads of the worker.
	pub worker_threads: usize,
	/// Threads of the auditor.
	pub auditor_threads: usize,
	/// Answers compared.
	pub audits: usize,
	/// Their tokens.
	pub tokens: u64,
	/// The most tokens of a prompt and its answer.
	pub longest: u64,
	/// Tokens that were not the auditor's choice.
	pub mismatches: u64,
	/// The largest distance of fingerprints, in parts per million.
	pub distance: u32,
	/// The largest deviation of a row, relative.
	pub deviation: f64,
	/// The most that a token lost by, in millionths of a logit.
	pub margin: u32,
	/// The most that one could have lost by.
	pub margin_bound: u32,
}

/// What a calibration found. Its bytes are hashed into the model's registration.
#[derive(Debug, Serialize)]
pub struct Report {
	format: &'static str,
	/// The hash of the model's manifest.
	manifest: String,
	profile: &'static str,
	/// The version of this program.
	version: &'static str,
	device: String,
	/// The processor: another kind may round otherwise, and nothing here says by how much.
	processor: String,
	/// Those of its instructions that the tensor library chooses its sums by.
	instructions: Vec<&'static str>,
	loads: [Load; LOADS.len()],
	plan: Plan,
	pairs: Vec<Pair>,
	/// Different answers: thresholds hold for what these few have shown, no more.
	answers: usize,
	/// Audits of them, by all pairs together.
	audits: usize,
	distance: Range,
	margin: Range,
}

/// Thresholds as they are written down.
#[derive(Debug, Serialize)]
struct Range {
	largest_honest: u32,
	flag: u32,
	slash: u32,
}

impl Range {
	fn new(samples: &[u32], limits: Limits) -> Self {
		let largest_honest = samples.iter().copied().max().unwrap_or_default();
		Self { largest_honest, flag: limits.flag, slash: limits.slash }
	}
}

impl Report {
	/// The thresholds.
	pub fn thresholds(&self) -> Thresholds {
		let limits = |range: &Range| Limits { flag: range.flag, slash: range.slash };
		Thresholds { distance: limits(&self.distance), margin: limits(&self.margin) }
	}

	/// The bytes to publish.
	///
	/// # Errors
	/// Never: all fields are numbers and texts.
	pub fn to_bytes(&self) -> anyhow::Result<Vec<u8>> {
		let mut bytes = serde_json::to_vec_pretty(self)?;
		bytes.push(b'\n');
		Ok(bytes)
	}
}

/// Thresholds that the honest `samples` leave room for.
fn limits(samples: &[u32], floor: u32) -> Limits {
	let most = u64::from(samples.iter().copied().max().unwrap_or_default());
	let above = most.saturating_mul(ABOVE_HONEST.0).div_ceil(ABOVE_HONEST.1);
	let flag = u32::try_from(above).unwrap_or(u32::MAX).max(floor);
	Limits { flag, slash: flag.saturating_mul(SLASH_OVER_FLAG).max(tail(samples)) }
}

/// What one sample in 10^9 would exceed if the largest tenth of them falls off as an exponential.
fn tail(samples: &[u32]) -> u32 {
	let mut sorted = samples.to_vec();
	sorted.sort_unstable();
	let largest = sorted.split_off(sorted.len() * 9 / 10);
	let Some(&first) = largest.first() else { return u32::MAX };
	let excess: f64 = largest.iter().map(|&sample| f64::from(sample - first)).sum();
	let mean = excess / largest.len() as f64;
	// A number that is too large becomes the largest.
	(f64::from(first) + mean * (0.1 / FALSE_PROOF).ln()).ceil() as u32
}

/// Calibrates the model at `path`, with processes that run this same program.
///
/// # Errors
/// When the model can't be used, a process fails, or there is too little to tell.
pub fn run(path: &Path, device: &str, plan: &Plan) -> anyhow::Result<Report> {
	let mut plan = plan.clone();
	if plan.threads.is_empty() {
		let all = std::thread::available_parallelism().map_or(1, usize::from);
		plan.threads = vec![1, all];
	}
	plan.threads.sort_unstable();
	plan.threads.dedup();
	ensure!(!plan.threads.contains(&0), "0 threads compute nothing");
	let answers = plan.answers.saturating_mul(LOADS.len());
	ensure!(
		answers >= FEWEST_ANSWERS,
		"{answers} answers say nothing about rare ones: ask for more --answers"
	);
	let manifest = inspect(path)?.manifest("calibrated", &mut |_| {})?;
	let folder = tempfile::tempdir()?;
	let left_by = |threads: &usize| folder.path().join(threads.to_string());
	for threads in &plan.threads {
		fs::create_dir(left_by(threads))?;
		part(Part::Compute, *threads, path, device, &plan, &left_by(threads))?;
	}
	let mut pairs = Vec::new();
	let (mut distances, mut margins) = (Vec::new(), Vec::new());
	for worker in &plan.threads {
		for auditor in &plan.threads {
			let lines = part(Part::Audit, *auditor, path, device, &plan, &left_by(worker))?;
			let measured = lines
				.iter()
				.map(|line| serde_json::from_str::<Measured>(line))
				.collect::<Result<Vec<_>, _>>()
				.context("an auditor printed something else")?;
			distances.extend(measured.iter().flat_map(|one| one.distances.iter().copied()));
			margins.extend(measured.iter().map(|one| one.margin_bound.max(one.margin)));
			pairs.push(pair(*worker, *auditor, &measured));
		}
	}
	let audits = pairs.iter().map(|pair| pair.audits).sum();
	let device = device.parse::<Requested>().and_then(Device::select)?.to_string();
	let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
	Ok(Report {
		format: FORMAT,
		manifest: manifest.hash().to_string(),
		profile: PROFILE,
		version: env!("CARGO_PKG_VERSION"),
		device,
		processor: processor(&cpuinfo),
		instructions: instructions(&cpuinfo),
		loads: LOADS,
		plan,
		pairs,
		answers,
		audits,
		distance: Range::new(&distances, limits(&distances, DISTANCE_FLOOR)),
		margin: Range::new(&margins, limits(&margins, MARGIN_FLOOR)),
	})
}

/// The processor by what Linux says of it; not all kinds have a name there.
fn processor(cpuinfo: &str) -> String {
	let named = said(cpuinfo, "model name").map(ToOwned::to_owned);
	named.unwrap_or_else(|| format!("{}, without a name", env::consts::ARCH))
}

/// What the processor has of the instructions that kernels are written for.
fn instructions(cpuinfo: &str) -> Vec<&'static str> {
	let flags = said(cpuinfo, "flags").or_else(|| said(cpuinfo, "Features")).unwrap_or_default();
	let has = |name: &&str| flags.split_whitespace().any(|flag| flag == *name);
	INSTRUCTIONS.into_iter().filter(has).collect()
}

/// What Linux says of the first processor under this name.
fn said<'a>(cpuinfo: &'a str, name: &str) -> Option<&'a str> {
	cpuinfo.lines().find_map(|line| {
		let (what, told) = line.split_once(':')?;
		(what.trim() == name).then(|| told.trim())
	})
}

fn pair(worker_threads: usize, auditor_threads: usize, measured: &[Measured]) -> Pair {
	let mut pair = Pair { worker_threads, auditor_threads, ..Pair::default() };
	for one in measured {
		pair.audits += 1;
		pair.tokens += u64::from(one.tokens);
		pair.longest = pair.longest.max(one.read + u64::from(one.tokens));
		pair.mismatches += u64::from(one.mismatches);
		pair.distance = one.distances.iter().copied().fold(pair.distance, u32::max);
		pair.deviation = pair.deviation.max(one.deviation);
		pair.margin = pair.margin.max(one.margin);
		pair.margin_bound = pair.margin_bound.max(one.margin_bound);
	}
	pair
}

/// Runs one part in a process of its own; the lines that it printed.
fn part(
	part: Part,
	threads: usize,
	path: &Path,
	device: &str,
	plan: &Plan,
	folder: &Path,
) -> anyhow::Result<Vec<String>> {
	let name = match part {
		Part::Compute => "compute",
		Part::Audit => "audit",
	};
	tracing::info!(part = name, threads, "calibrating");
	let mut child = Command::new(env::current_exe()?)
		.arg("calibrate")
		.arg(path)
		.args(["--part", name, "--folder"])
		.arg(folder)
		.args(["--answers", &plan.answers.to_string()])
		.args(["--tokens", &plan.tokens.to_string()])
		.args(["--longest", &plan.longest.to_string()])
		.env("RAYON_NUM_THREADS", threads.to_string())
		.env("RECKON_WORKER_DEVICE", device)
		.stdout(Stdio::piped())
		.spawn()?;
	let out = child.stdout.take().context("a part has no output")?;
	let lines = BufReader::new(out).lines().collect::<Result<Vec<_>, _>>()?;
	let status = child.wait()?;
	ensure!(status.success(), "the part '{name}' with {threads} threads ended with {status}");
	Ok(lines)
}

/// Does one part; lines for the parent go to `out`.
///
/// # Errors
/// When the model can't compute.
pub fn run_part(
	part: Part,
	path: &Path,
	device: &str,
	plan: &Plan,
	folder: &Path,
	out: &mut dyn Write,
) -> anyhow::Result<()> {
	let device = device.parse::<Requested>().and_then(Device::select)?;
	let store = EvidenceStore::open(&folder.join("evidence"), u64::MAX)?;
	let load = |Load { together, prompt_piece }| {
		let config = SchedulerConfig {
			max_active: together,
			prefill_chunk: prompt_piece,
			..SchedulerConfig::default()
		};
		Ok::<_, anyhow::Error>(Model::load(inspect(path)?, &device)?.serve(config))
	};
	match part {
		Part::Compute => {
			let mut claims = fs::File::create(folder.join(CLAIMS))?;
			for (index, setting) in (0u64..).zip(LOADS) {
				compute(&load(setting)?, setting.together, index, plan, &store, &mut claims)?;
			}
			Ok(())
		},
		Part::Audit => {
			let scheduler = load(LOADS[0])?;
			let claims = fs::read_to_string(folder.join(CLAIMS))?;
			for line in claims.lines() {
				let measured = audit(&scheduler, plan, &store, serde_json::from_str(line)?)?;
				serde_json::to_writer(&mut *out, &measured)?;
				writeln!(out)?;
			}
			Ok(())
		},
	}
}

fn compute(
	scheduler: &Scheduler,
	together: usize,
	load: u64,
	plan: &Plan,
	store: &EvidenceStore,
	claims: &mut fs::File,
) -> anyhow::Result<()> {
	let numbers: Vec<u64> = (0..plan.answers as u64).collect();
	for group in numbers.chunks(together) {
		let mut tickets = Vec::new();
		for number in group {
			let job = load * plan.answers as u64 + number;
			let (text, ticket) = submit(scheduler, plan, job)?;
			tickets.push((job, text, ticket));
		}
		for (job, text, ticket) in tickets {
			let answer = ticket.wait()?;
			let evidence = answer.evidence.context("an answer came without evidence")?;
			let shape = evidence.shape();
			let room = store.reserve(shape.count as usize, shape.width as usize)?;
			let commitment = room.keep(&name(job), &[0; 32], &[0; 32], &evidence)?;
			let output = String::from_utf8(encode_output(&answer.output))?;
			let left = Left { job, text, output, usage: answer.usage, commitment };
			serde_json::to_writer(&mut *claims, &left)?;
			writeln!(claims)?;
		}
	}
	Ok(())
}

/// Submits a job with a prompt of its length, or as near to it as the model reads.
fn submit(scheduler: &Scheduler, plan: &Plan, job: u64) -> anyhow::Result<(String, Ticket)> {
	let longest = plan.longest.min(scheduler.capabilities().context_length);
	let sixteenths = LENGTHS[(job % LENGTHS.len() as u64) as usize];
	// The text is cut until its tokens fit; no token is longer than a few bytes here.
	let mut bytes = longest * sixteenths / 16 * 4 + 16;
	loop {
		let text: String = format!("{job} {}", SENTENCE.repeat(bytes / SENTENCE.len() + 1))
			.chars()
			.take(bytes)
			.collect();
		let request = Request {
			task: task(scheduler, &text)?,
			sampling: sampling(plan, job),
			evidence: Some(name(job)),
			likely: None,
		};
		match scheduler.submit(request) {
			Ok(ticket) => return Ok((text, ticket)),
			Err(Refused::Engine(EngineError::TooLong { .. })) if bytes > 32 => {
				bytes = bytes / 4 * 3;
			},
			Err(error) => bail!(error),
		}
	}
}

/// What the model was made for: a question, a text to go on with, or texts to turn into vectors.
fn task(scheduler: &Scheduler, text: &str) -> anyhow::Result<Task> {
	let tasks = &scheduler.capabilities().tasks;
	if tasks.contains(&TaskKind::Chat) {
		Ok(Task::chat(vec![Message::new(Role::User, text)]))
	} else if tasks.contains(&TaskKind::Complete) {
		Ok(Task::Complete { prompt: text.into() })
	} else if tasks.contains(&TaskKind::Embed) {
		// Texts of several lengths share a batch.
		let inputs = (1..=4).map(|part| text.chars().take(text.len() * part / 4).collect());
		Ok(Task::Embed { inputs: inputs.collect() })
	} else {
		bail!("the model does {tasks:?}: there is nothing to calibrate")
	}
}

/// Greedy, at 1, and hot, with the cuts that chat programs use.
fn sampling(plan: &Plan, job: u64) -> SamplingParams {
	let (temperature, top_k, top_p) =
		[(0.0, 0, 1.0), (1.0, 0, 1.0), (0.8, 40, 0.9), (2.0, 0, 1.0)][(job / 4 % 4) as usize];
	SamplingParams {
		max_tokens: plan.tokens.max(1),
		temperature,
		top_k,
		top_p,
		seed: name(job),
		..SamplingParams::default()
	}
}

fn name(job: u64) -> [u8; 32] {
	content_hash(&job.to_le_bytes()).0
}

fn audit(
	scheduler: &Scheduler,
	plan: &Plan,
	store: &EvidenceStore,
	left: Left,
) -> anyhow::Result<Measured> {
	let Left { job, text, output, usage, commitment } = left;
	let kept = store.get(&name(job), &commitment)?;
	let worker = kept.context("a worker left no evidence")?.evidence;
	let claim = Claim {
		task: task(scheduler, &text)?,
		sampling: sampling(plan, job),
		tokens: worker.rows().tokens().to_vec(),
		output: output.into_bytes(),
		usage,
		stops: None,
	};
	let (rows, statistics) = match scheduler.audit(&claim)? {
		Audit::Replayed { rows, statistics } => (rows, statistics),
		Audit::Refuted(fault) => bail!("an honest answer was refuted: {fault:?}"),
	};
	let distances = (0..CHALLENGES)
		.map(|challenge| {
			let challenge = [challenge; 32];
			let [a, b] =
				[worker.rows(), &rows].map(|rows| rows.fingerprint(&challenge, &name(job)));
			Ok(distance(&a?, &b?))
		})
		.collect::<anyhow::Result<_>>()?;
	let row = |position| worker.rows().row(position).unwrap_or_default();
	let deviation = (0..rows.count())
		.map(|position| rows.deviation(position, row(position)))
		.fold(0.0, f64::max);
	let apart = scheduler.logits_apart(worker.rows(), &rows)?;
	Ok(Measured {
		read: usage.units_in,
		tokens: statistics.tokens,
		mismatches: statistics.mismatches,
		distances,
		deviation,
		margin_bound: reckon_verification::Statistics::millionths(2.0 * f64::from(apart)),
		margin: statistics.worst_margin,
	})
}

/// Where the report goes when nobody says.
pub fn default_report(path: &Path) -> PathBuf {
	let name = path.file_stem().unwrap_or_default().to_string_lossy();
	PathBuf::from(format!("{name}.calibration.json"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn limits_should_keep_their_distance_from_the_honest() {
		let samples: Vec<u32> = (0..100).map(|at| 100 + at).collect();
		let Limits { flag, slash } = limits(&samples, 10);
		assert_eq!(flag, 299);
		assert!(slash >= 4 * flag, "{slash}");
		assert_eq!(limits(&[0; 60], 250), Limits { flag: 250, slash: 1_000 });
		assert_eq!(limits(&[u32::MAX; 60], 250), Limits { flag: u32::MAX, slash: u32::MAX });
	}

	#[test]
	fn tail_should_follow_the_largest_tenth() {
		assert_eq!(tail(&[]), u32::MAX);
		assert_eq!(tail(&[7; 100]), 7);
		// An exponential of mean 100, by its quantiles: one in 10^9 exceeds 2,072.
		let samples: Vec<u32> = (0..10_000)
			.map(|at| (-100.0 * (1.0 - (f64::from(at) + 0.5) / 1e4).ln()) as u32)
			.collect();
		assert!((2_000..2_150).contains(&tail(&samples)), "{}", tail(&samples));
		// Few honest outliers move it far beyond the largest of them.
		let mut few = [1; 100];
		few[98..].fill(1_000);
		assert!(tail(&few) > 3_000);
	}

	#[test]
	fn processor_should_be_called_what_the_system_calls_it() {
		let told =
			"processor\t: 0\nmodel\t\t: 17\nmodel name\t: Some Maker 9 8-Core\n\nprocessor\t: 1\n";
		assert_eq!(processor(told), "Some Maker 9 8-Core");
		assert_eq!(processor(""), format!("{}, without a name", env::consts::ARCH));
	}

	#[test]
	fn instructions_should_be_those_that_the_system_tells_of() {
		let told =
			"model name\t: 9\nflags\t\t: fpu avx fma avx512fp16 avx2\n\nflags\t\t: avx512f\n";
		assert_eq!(instructions(told), ["avx2", "fma"]);
		assert_eq!(instructions("Features\t: fp asimd\n"), ["asimd"]);
		assert!(instructions("").is_empty());
	}

	#[test]
	fn pair_should_hold_the_largest_of_all_audits() {
		let measured = |tokens, distance, margin| Measured {
			read: 10,
			tokens,
			mismatches: 1,
			distances: vec![distance, 5],
			deviation: f64::from(distance) / 1e9,
			margin_bound: 9,
			margin,
		};
		let pair = pair(1, 2, &[measured(3, 60, 0), measured(4, 30, 2)]);
		let expected = Pair {
			worker_threads: 1,
			auditor_threads: 2,
			audits: 2,
			tokens: 7,
			longest: 14,
			mismatches: 2,
			distance: 60,
			deviation: 6e-8,
			margin: 2,
			margin_bound: 9,
		};
		assert_eq!(pair, expected);
	}
}
