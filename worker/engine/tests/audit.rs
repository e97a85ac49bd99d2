//! Honest answers pass their audit, and each way of cheating fails it for its own reason.

mod common;

use std::{
	env,
	path::{Path, PathBuf},
	process::Command,
};

use common::Tiny;
use reckon_engine::{
	encode_output, inspect, Audit, Claim, Device, EngineError, Event, Message, Model, Output,
	Replay, Request, Role, SamplingParams, Scheduler, SchedulerConfig, StepEngine, Stops, Task,
	Usage,
};
use reckon_verification::{
	positions, EndingFault, Evidence, Fault, Grade, Hash, Limits, Opening, Reason, Statistics,
	Thresholds, Verdict, Vote,
};

const JOB: Hash = [7; 32];

/// Far above what honest hosts differ by, far below the least cheat: as calibration finds them.
const THRESHOLDS: Thresholds = Thresholds {
	distance: Limits { flag: 500, slash: 2_000 },
	margin: Limits { flag: 1_000, slash: 10_000 },
};

fn sampling(seed: u8) -> SamplingParams {
	SamplingParams { max_tokens: 40, temperature: 1.0, seed: [seed; 32], ..Default::default() }
}

fn complete(prompt: &str, seed: u8) -> Request {
	let task = Task::Complete { prompt: prompt.into() };
	Request { task, sampling: sampling(seed), evidence: Some(JOB), likely: None }
}

fn chat(question: &str, seed: u8) -> Request {
	let task = Task::chat(vec![Message::new(Role::User, question)]);
	Request { task, ..complete("", seed) }
}

/// What a worker delivers and keeps.
fn work(scheduler: &Scheduler, request: &Request) -> (Claim, Evidence) {
	let answer = scheduler.submit(request.clone()).unwrap().wait().unwrap();
	let output = encode_output(&answer.output);
	let tokens = match answer.output {
		Output::Text { tokens, .. } => tokens,
		_ => Vec::new(),
	};
	let Request { task, sampling, .. } = request.clone();
	let claim = Claim { task, sampling, tokens, output, usage: answer.usage, stops: None };
	(claim, answer.evidence.unwrap())
}

/// A whole audit, with what travels in between.
fn verdict(auditor: &Scheduler, claim: &Claim, worker: &Evidence, challenge: &Hash) -> Verdict {
	let vote = auditor.audit(claim).unwrap().vote(challenge, &JOB).unwrap();
	let asked = positions(challenge, &JOB, worker.shape().count).unwrap();
	let opened: Vec<Opening> = asked.iter().map(|&at| worker.open(at).unwrap()).collect();
	let width = worker.shape().width;
	for opening in &opened {
		let verified = opening.verify(&JOB, worker.rows().tokens(), width, &worker.root());
		assert_eq!(verified, Ok(()));
	}
	let fingerprint = Opening::fingerprint(&opened, challenge, &JOB, width).unwrap();
	let output = blake3::hash(&claim.output);
	THRESHOLDS.verdict(&fingerprint, output.as_bytes(), &vote)
}

fn statistics(auditor: &Scheduler, claim: &Claim) -> Statistics {
	match auditor.audit(claim).unwrap() {
		Audit::Replayed { statistics, .. } => statistics,
		refuted => panic!("{refuted:?}"),
	}
}

fn lexicon_dir() -> PathBuf {
	let here = env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	PathBuf::from(here).join("../../models/lexicon")
}

fn serve(path: &Path) -> Scheduler {
	let model = Model::load(inspect(path).unwrap(), &Device::cpu()).unwrap();
	model.serve(SchedulerConfig::default())
}

const QUESTIONS: [&str; 6] = [
	"what is a ledger?",
	"Define mouse",
	"who are you?",
	"What does 'bat' mean?",
	"Tell me what a validator is",
	"define water",
];

#[test]
fn honest_answers_should_pass_for_each_family() {
	for (family, seed) in [("llama", 1), ("mistral", 2), ("qwen2", 3), ("qwen3", 4)] {
		let scheduler =
			Scheduler::stepping(Tiny::new(family, 31).load(), SchedulerConfig::default());
		let (claim, evidence) = work(&scheduler, &complete("the hat", seed));
		let found = verdict(&scheduler, &claim, &evidence, &[seed; 32]);
		assert_eq!(found, Verdict { grade: Grade::Same, reason: None }, "{family}");
	}
}

#[test]
fn lexicon_should_pass_when_served_in_a_batch_and_int8_weights_fail() {
	let (honest, dir) = (serve(&lexicon_dir()), tempfile::tempdir().unwrap());
	common::write_int8(&lexicon_dir(), dir.path());
	let cheat = serve(dir.path());
	let tickets: Vec<_> = (0u8..)
		.zip(QUESTIONS)
		.map(|(seed, question)| {
			let mut request = chat(question, seed);
			request.sampling.temperature = 3.0;
			(seed, honest.submit(request.clone()).unwrap(), request)
		})
		.collect();
	let mut mismatches = 0;
	for (seed, together, request) in tickets {
		let together = together.wait().unwrap();
		let (claim, evidence) = work(&honest, &request);
		assert_eq!(together.evidence.as_ref(), Some(&evidence), "rows of a sequence alone");
		let found = verdict(&honest, &claim, &evidence, &[seed; 32]);
		assert_eq!(found.grade, Grade::Same, "{found:?}");
		let Audit::Replayed { rows, .. } = honest.audit(&claim).unwrap() else { panic!() };
		let noise = (0..rows.count())
			.map(|at| rows.deviation(at, evidence.rows().row(at).unwrap()))
			.fold(0.0, f64::max);
		assert!(noise < 1e-4, "honest hosts differ by {noise}");
		let apart = honest.logits_apart(evidence.rows(), &rows).unwrap();
		assert!(apart < 1e-3, "honest logits differ by {apart}");

		// Other weights: right tokens mostly, wrong rows.
		let (claim, evidence) = work(&cheat, &request);
		let found = verdict(&honest, &claim, &evidence, &[seed; 32]);
		assert_eq!(found.grade, Grade::Different, "{found:?}");
		let Audit::Replayed { rows, statistics } = honest.audit(&claim).unwrap() else { panic!() };
		let least = (1..rows.count())
			.map(|at| rows.deviation(at, evidence.rows().row(at).unwrap()))
			.fold(f64::INFINITY, f64::min);
		assert!(least > 2e-3, "int8 differs by {least} only");
		// Its tokens with the true model's rows: only the sampler sees it.
		mismatches += statistics.mismatches;
		let copied = Evidence::new(&JOB, rows);
		let found = verdict(&honest, &claim, &copied, &[seed; 32]);
		let wrong = statistics.worst_margin > THRESHOLDS.margin.slash;
		let reason = wrong.then_some(Reason::Margin(statistics.worst_margin));
		assert_eq!(found.reason, reason.or(found.reason));
		assert_eq!(found.grade == Grade::Different, wrong);
	}
	assert!(mismatches > 0, "int8 chose no other token in {} answers", QUESTIONS.len());
}

#[test]
fn answers_should_fail_when_they_were_sampled_otherwise() {
	let scheduler = serve(&lexicon_dir());
	// Warm: at 1 this model is sure of each of its words.
	let mut request = chat("what is a ledger?", 9);
	request.sampling.temperature = 3.0;
	let honest = request.sampling.clone();
	for (what, cheat) in [
		("seed", SamplingParams { seed: [8; 32], ..honest.clone() }),
		("temperature", SamplingParams { temperature: 4.0, ..honest.clone() }),
		("greedy", SamplingParams { temperature: 0.0, ..honest.clone() }),
		("top_k", SamplingParams { top_k: 1, ..honest.clone() }),
		("penalty", SamplingParams { frequency_penalty: 2.0, ..honest.clone() }),
	] {
		let cheated = Request { sampling: cheat, ..request.clone() };
		let (claim, evidence) = work(&scheduler, &cheated);
		let claim = Claim { sampling: honest.clone(), ..claim };
		let found = verdict(&scheduler, &claim, &evidence, &[1; 32]);
		assert!(matches!(found.reason, Some(Reason::Margin(_))), "{what}: {found:?}");
		assert_eq!(found.grade, Grade::Different, "{what}");
		assert!(statistics(&scheduler, &claim).mismatches > 0, "{what}");
	}
}

#[test]
fn statistics_should_name_what_one_changed_token_costs() {
	let scheduler = Scheduler::stepping(Tiny::new("qwen2", 22).load(), SchedulerConfig::default());
	let mut request = complete("the hat", 5);
	request.sampling.max_tokens = 6;
	let (mut claim, _) = work(&scheduler, &request);
	assert_eq!(claim.tokens.len(), 6);
	assert_ne!(claim.tokens[5], common::END);
	let good = statistics(&scheduler, &claim);
	assert_eq!((good.mismatches, good.worst_margin, good.mean_margin), (0, 0, 0));
	assert_eq!(good.tokens as usize, claim.tokens.len());
	assert!(good.cross_entropy > 1_000_000);
	// The last one, behind which nothing changes.
	claim.tokens[5] = (claim.tokens[5] + 1) % 128;
	let engine = Tiny::new("qwen2", 22).load();
	claim.output = engine.decode(&claim.tokens).unwrap().into();
	let bad = statistics(&scheduler, &claim);
	assert_eq!(bad.mismatches, 1);
	assert!(bad.worst_margin > 10_000, "{bad:?}");
	let cut = f64::from(bad.worst_margin.min(500_000)) / f64::from(bad.tokens);
	assert!((f64::from(bad.mean_margin) - cut).abs() <= 2.0, "{bad:?}");
}

#[test]
fn answers_should_be_refuted_when_they_are_plainly_wrong() {
	let scheduler = serve(&lexicon_dir());
	let mut request = chat("Define mouse", 3);
	request.sampling.max_tokens = 100;
	let (good, _) = work(&scheduler, &request);
	let length = good.tokens.len();
	assert!(length > 4 && good.tokens[length - 1] == 3, "it stops by itself: {:?}", good.tokens);
	let refuted = |change: &dyn Fn(&mut Claim)| {
		let mut claim = good.clone();
		change(&mut claim);
		match scheduler.audit(&claim).unwrap() {
			Audit::Refuted(fault) => {
				let vote = Audit::Refuted(fault).vote(&JOB, &JOB).unwrap();
				assert_eq!(vote, Vote::Refuted(fault));
				Some(fault)
			},
			Audit::Replayed { .. } => None,
		}
	};
	assert_eq!(refuted(&|_| {}), None);
	let ending = |fault| Some(Fault::Ending(fault));
	assert_eq!(refuted(&|c| c.tokens.clear()), ending(EndingFault::Empty));
	assert_eq!(refuted(&|c| c.tokens.truncate(2)), ending(EndingFault::BrokenOff));
	assert_eq!(refuted(&|c| c.tokens.push(3)), ending(EndingFault::WentOn));
	assert_eq!(refuted(&|c| c.tokens = vec![5; 101]), ending(EndingFault::TooLong));
	assert_eq!(refuted(&|c| c.tokens = vec![5; 1 << 21]), ending(EndingFault::TooLong));
	let unknown = Some(Fault::UnknownToken { position: 1 });
	assert_eq!(refuted(&|c| c.tokens[1] = 8192), unknown);
	assert_eq!(refuted(&|c| c.tokens[1] = u32::MAX), unknown);
	assert_eq!(refuted(&|c| c.tokens[1] ^= 1), Some(Fault::Text));
	assert_eq!(refuted(&|c| c.output.push(b' ')), Some(Fault::Text));
	assert_eq!(refuted(&|c| c.output[0] = 0xff), Some(Fault::Text));
	assert_eq!(refuted(&|c| c.output.clear()), Some(Fault::Text));
	assert_eq!(refuted(&|c| c.usage.units_in += 1), Some(Fault::Units));
	assert_eq!(refuted(&|c| c.usage.units_out += 1), Some(Fault::Units));
	assert_eq!(refuted(&|c| c.usage = Usage::default()), None, "less may be charged");
	assert_eq!(refuted(&|c| c.task = Task::Embed { inputs: vec![] }), Some(Fault::Task));
	assert_eq!(refuted(&|c| c.sampling.temperature = f32::NAN), Some(Fault::Task));
	assert_eq!(refuted(&|c| c.sampling.max_tokens = 0), Some(Fault::Task));
	let long = Task::Complete { prompt: "mouse ".repeat(300) };
	assert_eq!(refuted(&|c| c.task = long.clone()), Some(Fault::Task));
}

#[test]
fn vectors_should_pass_when_near_and_be_refuted_when_not() {
	let dir = tempfile::tempdir().unwrap();
	common::write_bert(dir.path(), 1);
	let scheduler = serve(dir.path());
	let inputs = ["red cat sat", "blue dog", "green"].map(String::from).to_vec();
	let request = Request { task: Task::Embed { inputs }, ..complete("", 1) };
	let (good, evidence) = work(&scheduler, &request);
	let found = verdict(&scheduler, &good, &evidence, &[1; 32]);
	assert_eq!(found, Verdict { grade: Grade::Same, reason: None });
	assert_eq!(scheduler.row_width(), evidence.shape().width as usize);
	let Audit::Replayed { rows, statistics } = scheduler.audit(&good).unwrap() else { panic!() };
	assert_eq!(scheduler.logits_apart(&rows, evidence.rows()), Ok(0.0));
	assert_eq!(statistics, Statistics { tokens: 3, ..Statistics::default() });

	let vectors: Vec<Vec<f32>> =
		rows.numbers().chunks(rows.width() as usize).map(<[f32]>::to_vec).collect();
	let audit = |change: &dyn Fn(&mut Vec<Vec<f32>>)| {
		let mut changed = vectors.clone();
		change(&mut changed);
		let output = encode_output(&Output::Embeddings(changed));
		match scheduler.audit(&Claim { output, ..good.clone() }).unwrap() {
			Audit::Refuted(fault) => Some(fault),
			Audit::Replayed { .. } => None,
		}
	};
	assert_eq!(audit(&|_| {}), None);
	assert_eq!(audit(&|v| v[1].iter_mut().for_each(|x| *x *= 1.0 + 1e-6)), None);
	let wrong = Some(Fault::Vector { index: 1 });
	assert_eq!(audit(&|v| v[1].iter_mut().for_each(|x| *x *= 1.01)), wrong);
	assert_eq!(audit(&|v| v[1][0] += 0.01), wrong);
	assert_eq!(audit(&|v| v[1].fill(0.0)), wrong);
	assert_eq!(audit(&|v| v.swap(1, 2)), wrong);
	assert_eq!(audit(&|v| v[2].truncate(31)), Some(Fault::Shape));
	assert_eq!(audit(&|v| v.truncate(2)), Some(Fault::Shape));
	for bytes in ["", "{}", "null", r#"{"embeddings":[[1e99],[1],[1]]}"#, r#"{"embeddings":null}"#]
	{
		let claim = Claim { output: bytes.into(), ..good.clone() };
		assert_eq!(scheduler.audit(&claim), Ok(Audit::Refuted(Fault::Shape)), "{bytes}");
	}
	let more = Claim { usage: Usage { units_out: 1, ..good.usage }, ..good.clone() };
	assert_eq!(scheduler.audit(&more), Ok(Audit::Refuted(Fault::Units)));
	let text = Claim { task: complete("", 1).task, ..good };
	assert_eq!(scheduler.audit(&text), Ok(Audit::Refuted(Fault::Task)));
}

/// An answer of which a gateway was told so many tokens, with the strings at which it may end.
fn told(whole: &Claim, tokens: usize, output: &str, stops: &[&str]) -> Claim {
	Claim {
		tokens: whole.tokens[..tokens].to_vec(),
		output: output.into(),
		usage: Usage { units_out: tokens as u64, ..whole.usage },
		stops: Some(Stops::new(stops.iter().map(ToString::to_string).collect())),
		..whole.clone()
	}
}

#[test]
fn answer_through_a_gateway_should_end_where_its_client_leaves_or_at_a_stop_string() {
	let scheduler = serve(&lexicon_dir());
	// Hot, so that it is long.
	let hot = |seed| {
		let request = complete("a ledger is", seed);
		let sampling = SamplingParams { temperature: 3.0, ..request.sampling };
		Request { sampling, ..request }
	};
	let is_long = |seed: &u8| work(&scheduler, &hot(*seed)).0.tokens.len() > 12;
	let seed = (0..40).find(is_long).expect("one of them is long");
	let (whole, _) = work(&scheduler, &hot(seed));
	let text = String::from_utf8(whole.output.clone()).unwrap();
	let fault = |claim: &Claim| match scheduler.audit(claim).unwrap() {
		Audit::Refuted(fault) => Some(fault),
		Audit::Replayed { rows, .. } => {
			assert_eq!(rows.tokens(), claim.tokens);
			None
		},
	};
	// As a stream tells it, a token at a time.
	let pieces: Vec<String> = {
		let ticket = scheduler.submit(hot(seed)).unwrap();
		std::iter::from_fn(|| match ticket.next_event() {
			Some(Event::Token { text, .. }) => Some(text),
			_ => None,
		})
		.collect()
	};
	assert_eq!(pieces.concat(), text);
	let count = whole.tokens.len();
	assert!(count > 12);
	assert_eq!(fault(&told(&whole, count, &text, &[])), None);
	for left in [1, 5, count - 1] {
		let heard = pieces[..left].concat();
		let claim = told(&whole, left, &heard, &[]);
		assert_eq!(fault(&claim), None, "{left}");
		// A job's answer may not.
		let of_job = Claim { stops: None, ..claim.clone() };
		assert_eq!(fault(&of_job), Some(Fault::Ending(EndingFault::BrokenOff)));
		let more = Claim { output: [heard.as_bytes(), b"x"].concat(), ..claim.clone() };
		assert_eq!(fault(&more), Some(Fault::Text));
		let dearer = Usage { units_out: left as u64 + 1, ..claim.usage };
		assert_eq!(fault(&Claim { usage: dearer, ..claim }), Some(Fault::Units));
	}
	// A string that the tenth token completes.
	let upto = pieces[..10].concat();
	let stop = &upto[upto.len() - 3..];
	let first = text.find(stop).unwrap();
	let ends = (1..=10).find(|n| pieces[..*n].concat().contains(stop)).unwrap();
	let claim = told(&whole, ends, &text[..first], &["never said", stop]);
	assert_eq!(fault(&claim), None);
	let on = told(&whole, ends + 1, &text[..first], &[stop]);
	assert_eq!(fault(&on), Some(Fault::Ending(EndingFault::WentOn)));
	let uncut = told(&whole, ends, &pieces[..ends].concat(), &[stop]);
	assert_eq!(fault(&uncut), Some(Fault::Text));
	// What may still become one is told when the client has left.
	let begun = told(&whole, 5, &pieces[..5].concat(), &[&text]);
	assert_eq!(fault(&begun), None);
}

#[test]
fn penalties_should_be_the_requests_when_its_tokens_are_judged() {
	let scheduler = serve(&lexicon_dir());
	let with = |seed, frequency_penalty| {
		let request = complete("a ledger is", seed);
		let sampling = SamplingParams { temperature: 3.0, frequency_penalty, ..request.sampling };
		work(&scheduler, &Request { sampling, ..request }).0
	};
	let differ = |seed: &u8| with(*seed, 0.0).tokens != with(*seed, 2.0).tokens;
	let seed = (0..40).find(differ).expect("one of them repeats itself");
	let (plain, fresh) = (with(seed, 0.0), with(seed, 2.0));
	assert_eq!(statistics(&scheduler, &fresh).mismatches, 0);
	let misjudged = Claim { sampling: plain.sampling, ..fresh };
	assert!(statistics(&scheduler, &misjudged).mismatches > 0);
}

/// A model whose numbers overflow tells the auditor nothing about the worker.
#[test]
fn audit_should_be_an_error_when_the_auditors_own_model_is_damaged() {
	let good = Scheduler::stepping(Tiny::new("llama", 3).load(), SchedulerConfig::default());
	let (claim, _) = work(&good, &complete("the hat", 1));
	let mut model = Tiny::new("llama", 3);
	model.weights.get_mut("model.norm.weight").unwrap().1.fill(f32::INFINITY);
	let damaged = Scheduler::stepping(model.load(), SchedulerConfig::default());
	assert!(matches!(damaged.audit(&claim), Err(EngineError::NotFinite(_))));
	// And a worker with it delivers nothing.
	let ticket = damaged.submit(complete("the hat", 1)).unwrap();
	assert!(matches!(ticket.wait(), Err(EngineError::NotFinite(_))));
}

/// The rows are those that the answer was sampled from, not others that are near.
#[test]
fn evidence_should_be_the_rows_that_chose_the_tokens() {
	let engine = Tiny::new("llama", 5).load();
	let prompt = engine.encode(&complete("the hat", 2).task).unwrap();
	let scheduler = Scheduler::stepping(
		Tiny::new("llama", 5).load(),
		SchedulerConfig { prefill_chunk: 3, ..SchedulerConfig::default() },
	);
	let (claim, evidence) = work(&scheduler, &complete("the hat", 2));
	let mut cache = engine.cache(prompt.len() + claim.tokens.len()).unwrap();
	let mut row = Vec::new();
	for chunk in prompt.chunks(3) {
		row = engine.step(chunk, &mut cache).unwrap().row;
	}
	for (position, &token) in (0u32..).zip(&claim.tokens) {
		assert_eq!(evidence.rows().row(position), Some(row.as_slice()), "{position}");
		row = engine.step(&[token], &mut cache).unwrap().row;
	}
	assert_eq!(evidence.rows().tokens(), claim.tokens);
}

/// Set in the processes that the next test starts.
const ROOTS: &str = "RECKON_TEST_ROOTS";

/// The thread count of the tensor library is a process's: this test runs itself with several.
#[test]
fn roots_should_be_equal_when_threads_and_turns_differ() {
	if env::var_os(ROOTS).is_some() {
		return print_roots();
	}
	let told = ["1", "2", "5"].map(|threads| {
		let output = Command::new(env::current_exe().unwrap())
			.args(["--exact", "roots_should_be_equal_when_threads_and_turns_differ", "--nocapture"])
			.env("RAYON_NUM_THREADS", threads)
			.env(ROOTS, "1")
			.output()
			.unwrap();
		assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
		let lines = String::from_utf8(output.stdout).unwrap();
		let told: Vec<String> =
			lines.lines().filter(|line| line.contains(ROOTS)).map(ToOwned::to_owned).collect();
		assert_eq!(told.len(), 3, "{lines}");
		told
	});
	assert_eq!(told[0], told[1]);
	assert_eq!(told[0], told[2]);
}

/// A line for each size of the pieces that prompts are read in: the roots of workers depend on it, an
/// auditor's do not.
fn print_roots() {
	let text =
		"A validator repeats a small part of the work, and compares what it finds. ".repeat(5);
	let request = complete(&text, 3);
	let auditors = [16, 64, 256].map(|prefill_chunk| {
		let model = Model::load(inspect(&lexicon_dir()).unwrap(), &Device::cpu()).unwrap();
		let config = SchedulerConfig { prefill_chunk, ..SchedulerConfig::default() };
		let scheduler = model.serve(config);
		let (claim, alone) = work(&scheduler, &request);
		let others = (4..7).map(|seed| scheduler.submit(complete(&text, seed)).unwrap());
		let tickets: Vec<_> = others.collect();
		let (_, in_turns) = work(&scheduler, &request);
		tickets.into_iter().for_each(|ticket| drop(ticket.wait().unwrap()));
		assert_eq!(alone.root(), in_turns.root());
		let Audit::Replayed { rows, .. } = scheduler.audit(&claim).unwrap() else { panic!() };
		let auditor = Evidence::new(&JOB, rows).root();
		println!("\n{ROOTS} {prefill_chunk} {:?} {auditor:?}", alone.root());
		(claim.tokens, auditor)
	});
	assert_eq!(auditors[0], auditors[1]);
	assert_eq!(auditors[0], auditors[2]);
}
