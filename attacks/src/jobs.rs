//! What clients ask: any number of jobs, each fixed by its number and the run's seed.

use rand::{rngs::StdRng, seq::IndexedRandom, Rng, SeedableRng};
use reckon_engine::{Message, Role, SamplingParams, Task};
use reckon_verification::Hash;

/// Words that `models/lexicon` was trained on.
const WORDS: &str = include_str!("../../models/lexicon/train/everyday_words.txt");
/// 0 always takes the likeliest token. Of the last two is more, because a model that is sure of
/// each word leaves a cheat's sampler nothing to do wrong.
const TEMPERATURES: [f32; 6] = [0.0, 0.8, 1.0, 1.5, 2.0, 2.0];
/// `top_k` and `top_p`.
const CUTS: [(usize, f32); 3] = [(0, 1.0), (0, 1.0), (40, 0.9)];
const LENGTHS: [usize; 3] = [16, 32, 64];

/// A job, with all that the chain makes of it before and after the delivery.
#[derive(Clone, Debug)]
pub struct Job {
	/// Counts jobs.
	pub number: u64,
	/// Its name on chain.
	pub id: Hash,
	/// What is asked.
	pub task: Task,
	/// How tokens are to be chosen.
	pub sampling: SamplingParams,
	/// The provider that it was given to.
	pub provider: Hash,
	/// What the worker hides its root with.
	pub salt: Hash,
	/// Drawn after the worker has committed.
	pub challenge: Hash,
}

impl Job {
	/// A source of numbers of this job alone: for what a cheat draws.
	pub fn draws(&self, what: &str) -> StdRng {
		StdRng::from_seed(hash(what, &self.id))
	}
}

/// The jobs of a run.
#[derive(Clone, Debug)]
pub struct Jobs {
	words: Vec<&'static str>,
	seed: u64,
}

impl Jobs {
	/// Those of this seed.
	pub fn new(seed: u64) -> Self {
		let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
		Self { words: lines.flat_map(str::split_whitespace).collect(), seed }
	}

	/// The words that are asked about.
	pub fn words(&self) -> &[&'static str] {
		&self.words
	}

	/// The job with this number.
	pub fn job(&self, number: u64) -> Job {
		let name = [self.seed.to_le_bytes(), number.to_le_bytes()].concat();
		let id = hash("job", &name);
		let mut draws = StdRng::from_seed(hash("request", &id));
		let task = self.task(&mut draws);
		let temperature = pick(&TEMPERATURES, &mut draws);
		let (top_k, top_p) = pick(&CUTS, &mut draws);
		let max_tokens = pick(&LENGTHS, &mut draws);
		let seed = hash("seed", &id);
		let sampling =
			SamplingParams { max_tokens, temperature, top_k, top_p, seed, ..Default::default() };
		let [provider, salt, challenge] =
			["provider", "salt", "challenge"].map(|what| hash(what, &id));
		Job { number, id, task, sampling, provider, salt, challenge }
	}

	/// The same question asked again, in a job of its own.
	pub fn again(&self, job: &Job) -> Job {
		Job { task: job.task.clone(), ..self.job(job.number | 1 << 63) }
	}

	fn task(&self, draws: &mut StdRng) -> Task {
		let word = match draws.random_ratio(2, 3) {
			true => self.word(draws).to_owned(),
			// One that nobody has trained it on: it makes something up, and is not sure of it.
			false => format!("{}{}", self.word(draws), self.word(draws)),
		};
		let question = match draws.random_range(0..4) {
			0 => format!("what is a {word}?"),
			1 => format!("define {word}"),
			2 => format!("what does {word} mean?"),
			_ => format!("tell me about {word}"),
		};
		let says = |role, content: String| Message::new(role, content);
		match draws.random_range(0..6) {
			0 => {
				let earlier = self.word(draws);
				Task::chat(vec![
					says(Role::User, format!("what is a {earlier}?")),
					says(Role::Assistant, format!("A {earlier} is a thing.")),
					says(Role::User, question),
				])
			},
			1 => Task::Complete { prompt: format!("The noun {word} means") },
			_ => Task::chat(vec![says(Role::User, question)]),
		}
	}

	fn word(&self, draws: &mut StdRng) -> &'static str {
		self.words.choose(draws).copied().unwrap_or("nothing")
	}
}

fn pick<T: Copy + Default>(all: &[T], draws: &mut StdRng) -> T {
	all.choose(draws).copied().unwrap_or_default()
}

/// 32 bytes that are as good as random.
pub fn hash(what: &str, of: &[u8]) -> Hash {
	let mut hasher = blake3::Hasher::new_derive_key("reckon attacks: what, of whom");
	hasher.update(&(what.len() as u64).to_le_bytes());
	hasher.update(what.as_bytes());
	hasher.update(of);
	*hasher.finalize().as_bytes()
}
