//! Whole networks of validators for long tests: zombienet starts the nodes, the tests act on them by
//! the command line as their operators would.
//!
//! For tests only: what goes wrong is an error with a sentence that names the log to read.

#![deny(missing_docs)]

mod network;
mod programs;
mod reports;
mod worker;

pub use network::{Network, VALIDATORS};
pub use programs::Programs;
pub use reports::{Report, Reports};
pub use worker::{Worker, CHAT_MODEL};

use std::{
	path::Path,
	time::{Duration, Instant},
};

use anyhow::{anyhow, bail, Result};
use tokio::time::{sleep, timeout};

/// How often to look.
const POLL: Duration = Duration::from_secs(1);
/// How long one look may take, however slow the machine.
const LOOK: Duration = Duration::from_secs(60);

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
