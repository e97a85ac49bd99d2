//! Whole networks of validators for long tests: zombienet starts the nodes, the tests act on them by
//! the command line as their operators would.
//!
//! For tests only: what goes wrong is an error with a sentence that names the log to read.

#![deny(missing_docs)]

mod events;
mod liar;
mod network;
mod programs;
mod quantise;
mod reports;
mod verifier;
mod worker;

pub use events::{suri, Event, Events};
pub use liar::Liar;
pub use network::{Network, VALIDATORS};
pub use programs::Programs;
pub use reports::{Report, Reports};
pub use verifier::{Verifier, VerifierAt};
pub use worker::{publish_model, Worker, CHAT_MODEL};

use std::{
	env, fs,
	path::Path,
	process,
	time::{Duration, Instant},
};

use anyhow::{anyhow, bail, Result};
use tokio::time::{sleep, timeout};

/// How often to look.
const POLL: Duration = Duration::from_secs(1);
/// How long one look may take, however slow the machine.
const LOOK: Duration = Duration::from_secs(60);

/// Plays a scenario in a directory of its own, which stays when it fails.
///
/// # Panics
/// When it fails: with its error, and where the logs are.
pub async fn play(scenario: impl AsyncFnOnce(&Path) -> Result<()>) {
	let dir = env::temp_dir().join(format!("reckon-zombienet-{}", process::id()));
	fs::create_dir_all(&dir).unwrap();
	println!("logs: {}", dir.display());
	if let Err(error) = scenario(&dir).await {
		panic!("{error:#}\nlogs: {}", dir.display());
	}
	fs::remove_dir_all(&dir).unwrap();
}

/// Says what begins.
pub fn step(title: &str) {
	println!("\n== {title}");
}

/// Says what was seen.
pub fn seen(what: &str) {
	println!("   {what}");
}

/// Looks until what is looked for is there.
///
/// # Errors
/// When it is not there in time: with what was there instead, and the `log` that may say why.
pub async fn eventually<T>(
	what: &str,
	within: Duration,
	log: &Path,
	mut look: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
	let started = Instant::now();
	loop {
		let looked = timeout(LOOK, look()).await.unwrap_or_else(|_| Err(anyhow!("no answer")));
		match looked {
			Ok(found) => {
				seen(&format!("{what} ({} s)", started.elapsed().as_secs()));
				return Ok(found);
			},
			Err(instead) if started.elapsed() >= within => bail!(
				"not within {} s: {what}; last seen: {instead:#}; read {}",
				within.as_secs(),
				log.display()
			),
			Err(_) => sleep(POLL).await,
		}
	}
}
