//! What verification costs, in CPU time on one thread: an audit against generating the answer, and
//! the worker's commitment against generating it. Prints one JSON line for each length of prompt.
//!
//!     RAYON_NUM_THREADS=1 cargo run --release -p reckon-engine --example audit -- [--model DIR] [--tokens N]
//!
//! Without `--model` it makes random weights of 34 million numbers, with the repository's tokenizer,
//! and is run from the repository's root. No answer ends before it has all its tokens.

use std::{env, error::Error, fs, path::Path};

use candle_core::{Device as Host, Tensor};
use reckon_engine::{
	encode_output, inspect, Capabilities, Claim, Device, Engine, EngineError, EvidenceStore,
	KvCache, Model, Output, Replay, Request, Requested, SamplingParams, Scheduler, SchedulerConfig,
	Step, StepEngine, Task, TextEngine,
};
use reckon_verification::{Evidence, Recorder};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Rounds of each measurement; the medians count.
const ROUNDS: usize = 5;
/// Tokens of the prompts, about.
const PROMPTS: [usize; 3] = [32, 128, 256];
const JOB: [u8; 32] = [1; 32];

/// A model that never stops by itself.
struct Endless(TextEngine);

impl Engine for Endless {
	fn capabilities(&self) -> &Capabilities {
		self.0.capabilities()
	}
}

impl Replay for Endless {
	fn encode(&self, task: &Task) -> std::result::Result<Vec<u32>, EngineError> {
		self.0.encode(task)
	}

	fn decode(&self, tokens: &[u32]) -> std::result::Result<String, EngineError> {
		self.0.decode(tokens)
	}

	fn is_end(&self, _: u32) -> bool {
		false
	}

	fn vocabulary(&self) -> usize {
		self.0.vocabulary()
	}

	fn width(&self) -> usize {
		self.0.width()
	}

	fn rows(&self, prompt: &[u32], answer: &[u32]) -> std::result::Result<Vec<f32>, EngineError> {
		self.0.rows(prompt, answer)
	}

	fn logits(&self, rows: &[f32]) -> std::result::Result<Vec<f32>, EngineError> {
		self.0.logits(rows)
	}
}

impl StepEngine for Endless {
	type Cache = KvCache;

	fn cache_bytes(&self, tokens: usize) -> u64 {
		self.0.cache_bytes(tokens)
	}

	fn cache(&self, tokens: usize) -> std::result::Result<KvCache, EngineError> {
		self.0.cache(tokens)
	}

	fn step(&self, tokens: &[u32], cache: &mut KvCache) -> std::result::Result<Step, EngineError> {
		self.0.step(tokens, cache)
	}
}

fn main() -> Result<()> {
	if env::var("RAYON_NUM_THREADS").as_deref() != Ok("1") {
		return Err("set RAYON_NUM_THREADS=1: CPU time of many threads is another thing".into());
	}
	let (mut model, mut tokens) = (None, 256);
	let mut arguments = env::args().skip(1);
	while let Some(flag) = arguments.next() {
		let value = arguments.next().ok_or_else(|| format!("{flag} needs a value"))?;
		match flag.as_str() {
			"--model" => model = Some(value),
			"--tokens" => tokens = value.parse()?,
			other => return Err(format!("unknown flag {other}").into()),
		}
	}
	let folder = env::temp_dir().join(format!("reckon-audit-{}", std::process::id()));
	fs::create_dir_all(&folder)?;
	let result = measure(&folder, model.as_deref(), tokens);
	fs::remove_dir_all(&folder)?;
	result
}

fn measure(folder: &Path, model: Option<&str>, tokens: usize) -> Result<()> {
	let path = match model {
		Some(path) => path.into(),
		None => {
			let path = folder.join("model");
			write_random(&path)?;
			path
		},
	};
	let Model::Text(engine) = Model::load(inspect(&path)?, &Device::select(Requested::Cpu)?)?
	else {
		return Err("a model that generates is needed".into());
	};
	let (context, weights) =
		(engine.capabilities().context_length, engine.capabilities().weight_bytes);
	let scheduler = Scheduler::stepping(Endless(engine), SchedulerConfig::default());
	let store = EvidenceStore::open(&folder.join("evidence"), 1 << 30)?;
	for prompt in PROMPTS.into_iter().filter(|prompt| prompt + tokens < context) {
		let line = one(&scheduler, &store, prompt, tokens)?;
		println!("{}", json!({ "weight_bytes": weights, "cost": line }));
	}
	Ok(())
}

fn one(
	scheduler: &Scheduler,
	store: &EvidenceStore,
	prompt: usize,
	tokens: usize,
) -> Result<serde_json::Value> {
	// Five tokens each time.
	let task = Task::Complete { prompt: "a validator checks ".repeat(prompt / 5) };
	let sampling = SamplingParams { max_tokens: tokens, temperature: 1.0, ..Default::default() };
	let request = |evidence| Request {
		task: task.clone(),
		sampling: sampling.clone(),
		evidence,
		likely: None,
	};
	let run = |evidence| Ok::<_, Box<dyn Error>>(scheduler.submit(request(evidence))?.wait()?);
	let (mut generate, mut with_evidence) = (Vec::new(), Vec::new());
	let (mut audit, mut commit) = (Vec::new(), Vec::new());
	let mut read = 0;
	for round in 0..=ROUNDS {
		let (plain, _) = timed(|| run(None))?;
		let (recorded, answer) = timed(|| run(Some(JOB)))?;
		let evidence = answer.evidence.ok_or("there is no evidence")?;
		let output = encode_output(&answer.output);
		let Output::Text { tokens, .. } = answer.output else { return Err("no text".into()) };
		let usage = answer.usage;
		read = usage.units_in;
		let (task, sampling) = (task.clone(), sampling.clone());
		let claim = Claim { task, sampling, tokens, output, usage, stops: None };
		let (audited, found) = timed(|| Ok(scheduler.audit(&claim)?.vote(&[2; 32], &JOB)?))?;
		if !matches!(found, reckon_verification::Vote::Replayed { statistics, .. }
			if statistics.worst_margin < 10_000)
		{
			return Err(format!("an honest answer failed: {found:?}").into());
		}
		store.remove(&JOB)?;
		let (committed, ()) = timed(|| commit_again(&evidence, store))?;
		// The first round warms up.
		if round > 0 {
			generate.push(plain);
			with_evidence.push(recorded);
			audit.push(audited);
			commit.push(committed);
		}
	}
	let [generate, with_evidence, audit, commit] =
		[generate, with_evidence, audit, commit].map(median);
	Ok(json!({
		"tokens_read": read, "tokens_written": tokens, "rounds": ROUNDS,
		"generate_cpu_s": generate, "generate_with_evidence_cpu_s": with_evidence,
		"audit_cpu_s": audit, "audit_of_generation": audit / generate,
		"commit_cpu_s": commit, "commit_of_generation": commit / generate,
	}))
}

/// All that a worker does for its commitment, beside generating: rows kept and hashed as they come,
/// the tree, and the evidence on disk.
fn commit_again(evidence: &Evidence, store: &EvidenceStore) -> Result<()> {
	let rows = evidence.rows();
	let room = store.reserve(rows.tokens().len(), rows.width() as usize)?;
	let mut recorder = Recorder::new(JOB);
	for (position, &token) in (0u32..).zip(rows.tokens()) {
		recorder.push(token, rows.row(position).ok_or("a row is missing")?)?;
	}
	let again = recorder.finish()?;
	let salt = [3; 32];
	std::hint::black_box(room.keep(&JOB, &[4; 32], &salt, &again)?);
	Ok(())
}

/// CPU seconds that this process has spent on a piece of work, in all of its threads.
fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
	let before = cpu_seconds()?;
	let result = work()?;
	Ok((cpu_seconds()? - before, result))
}

/// Linux only: nanoseconds on a CPU, for each thread. No thread ends meanwhile.
fn cpu_seconds() -> Result<f64> {
	let mut nanoseconds = 0;
	for thread in fs::read_dir("/proc/self/task")? {
		let times = fs::read_to_string(thread?.path().join("schedstat"))?;
		nanoseconds += times.split_whitespace().next().unwrap_or("0").parse::<u64>()?;
	}
	Ok(nanoseconds as f64 / 1e9)
}

fn median(mut all: Vec<f64>) -> f64 {
	all.sort_by(f64::total_cmp);
	all[all.len() / 2]
}

/// A llama of 8 layers with random weights, beside the repository's tokenizer.
fn write_random(folder: &Path) -> Result<()> {
	let (hidden, inner, layers, heads, vocabulary) = (512, 1408, 8, 8, 8192);
	fs::create_dir_all(folder)?;
	for name in ["tokenizer.json", "tokenizer_config.json"] {
		fs::copy(Path::new("models/lexicon").join(name), folder.join(name))?;
	}
	let config = json!({
		"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_act": "silu",
		"hidden_size": hidden, "intermediate_size": inner, "num_hidden_layers": layers,
		"num_attention_heads": heads, "num_key_value_heads": heads, "head_dim": hidden / heads,
		"vocab_size": vocabulary, "max_position_embeddings": 1024, "rms_norm_eps": 1e-5,
		"rope_theta": 10_000.0, "tie_word_embeddings": false, "eos_token_id": 3,
	});
	fs::write(folder.join("config.json"), config.to_string())?;
	let mut tensors = std::collections::HashMap::new();
	let mut matrix = |name: String, shape: (usize, usize)| -> Result<()> {
		tensors.insert(name, Tensor::randn(0f32, 0.05, shape, &Host::Cpu)?);
		Ok(())
	};
	matrix("model.embed_tokens.weight".into(), (vocabulary, hidden))?;
	matrix("lm_head.weight".into(), (vocabulary, hidden))?;
	for layer in 0..layers {
		let mut of_layer =
			|part: &str, shape| matrix(format!("model.layers.{layer}.{part}.weight"), shape);
		for part in ["q", "k", "v", "o"] {
			of_layer(&format!("self_attn.{part}_proj"), (hidden, hidden))?;
		}
		of_layer("mlp.gate_proj", (inner, hidden))?;
		of_layer("mlp.up_proj", (inner, hidden))?;
		of_layer("mlp.down_proj", (hidden, inner))?;
	}
	let ones = || Tensor::ones(hidden, candle_core::DType::F32, &Host::Cpu);
	tensors.insert("model.norm.weight".into(), ones()?);
	for layer in 0..layers {
		for part in ["input_layernorm", "post_attention_layernorm"] {
			tensors.insert(format!("model.layers.{layer}.{part}.weight"), ones()?);
		}
	}
	candle_core::safetensors::save(&tensors, folder.join("model.safetensors"))?;
	Ok(())
}
