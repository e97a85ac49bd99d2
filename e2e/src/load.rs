//! Clients that ask on and on while something is done to what answers them.

use std::{
	env,
	sync::{
		atomic::{AtomicBool, Ordering::SeqCst},
		Arc,
	},
	time::{Duration, Instant},
};

use reqwest::Client;
use serde_json::{json, Value};
use tokio::{task::JoinHandle, time::sleep};

use crate::{
	chat::{chat, Answered, Missed, POLL},
	LIMIT,
};

/// Numbers that a seed makes: splitmix64.
pub struct Dice(pub u64);

impl Dice {
	/// The next one.
	pub fn roll(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		mixed ^ (mixed >> 31)
	}

	/// From `least` to below `most`.
	pub fn millis(&mut self, least: u64, most: u64) -> Duration {
		Duration::from_millis(least + self.roll() % (most - least))
	}
}

/// A number out of the environment. Where there are many kills, `cargo test` runs them: nextest ends what
/// takes longer than ten minutes.
pub fn setting(name: &str, default: u64) -> u64 {
	let Ok(text) = env::var(name) else { return default };
	text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}"))
}

/// What one client has asked, and heard at last.
pub struct Heard {
	/// What it has called the request.
	pub name: String,
	/// What it has asked.
	pub body: Value,
	/// What it has heard.
	pub answered: Answered,
	/// When it asked first.
	pub began: Instant,
}

/// How long a gateway knows a request by its name, less a minute for who asks again.
const KNOWN: Duration = Duration::from_secs(540);

impl Heard {
	/// Whether who asks this again is told the same, and not answered anew.
	pub fn is_known(&self) -> bool {
		self.began.elapsed() < KNOWN
	}
}

/// Clients that ask, each one thing after the other and each again and again until it is answered.
pub struct Load {
	enough: Arc<AtomicBool>,
	clients: Vec<JoinHandle<Vec<Heard>>>,
}

impl Load {
	/// Lets so many clients begin, who show this key. The seed decides what they ask.
	pub fn begin(http: &Client, door: (&str, &str), clients: u64, seed: u64) -> Self {
		let enough = Arc::new(AtomicBool::new(false));
		let (base_url, key) = door;
		let door = (base_url.to_owned(), key.to_owned());
		let clients = (0..clients)
			.map(|number| ask_on(http.clone(), door.clone(), number, seed, enough.clone()))
			.map(tokio::spawn)
			.collect();
		Self { enough, clients }
	}

	/// Lets them finish what they have begun; what all have heard.
	pub async fn end(self) -> Vec<Heard> {
		self.enough.store(true, SeqCst);
		let mut heard = Vec::new();
		for client in self.clients {
			heard.extend(client.await.expect("a client that is answered"));
		}
		heard
	}
}

async fn ask_on(
	http: Client,
	(base_url, key): (String, String),
	number: u64,
	seed: u64,
	enough: Arc<AtomicBool>,
) -> Vec<Heard> {
	let mut dice = Dice(seed ^ number.wrapping_mul(0xD6E8_FEB8_6659_FD93));
	let mut heard = Vec::new();
	let words = ["harbor", "ledger", "river", "window", "garden"];
	while !enough.load(SeqCst) {
		let word = words[dice.roll() as usize % words.len()];
		// Hot, so that answers are long and all different; with a seed, so that another worker, or
		// the same one after its end, would say the same.
		let body = json!({
			"model": "reckon-lexicon",
			"messages": [{ "role": "user", "content": format!("what is a {word}?") }],
			"temperature": 1.6,
			"seed": dice.roll() >> 1,
			"max_tokens": 100,
			"stream": dice.roll().is_multiple_of(2),
		});
		let name = format!("{number}-{}", heard.len());
		let began = Instant::now();
		let answered = loop {
			let missed = match chat(&http, (&base_url, &key), &name, &body).await {
				Ok(answered) => break answered,
				Err(Missed::Later(why)) => why,
				Err(Missed::Refused(refusal)) => panic!("{name} is refused: {refusal}"),
			};
			assert!(began.elapsed() < 2 * LIMIT, "{name} is never answered: {missed}");
			sleep(POLL).await;
		};
		heard.push(Heard { name, body, answered, began });
		sleep(dice.millis(20, 200)).await;
	}
	heard
}
