//! Bulks: a file's requests, one a line, worked through within a day. OpenAI's API calls that a batch;
//! here that word is for receipts that go to the chain together, so that only `/v1/batches` says it.
//!
//! A bulk's requests go through the same door as those that its API key asks one by one: each is
//! reserved, paid for, dispatched and receipted by itself. A request is named by its bulk and line, and
//! came in with the bulk, so that it is answered and paid once whatever stops and starts. What came of
//! it is noted before the line is let go; what has nothing noted is asked again after a stop, and hears
//! the answer that was under way.
//!
//! Those who wait for an answer go first: a bulk leaves lanes of its owner's channels free, and hands
//! out nothing while somebody waits for a worker or none has a place.

mod lines;
mod shelf;
mod work;

pub use lines::Fault;
pub use shelf::{Shelf, Upload};
pub use work::run;

use std::time::Duration;

/// What files and bulks may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
	/// Bytes of one file.
	pub file_bytes: u64,
	/// Bytes of all files of one owner.
	pub owner_bytes: u64,
	/// Requests of one file.
	pub requests: u64,
	/// Bulks of one owner that have not ended.
	pub open: u32,
	/// Requests that all bulks ask at once. So many bulks are worked on at once at most, and a quarter
	/// of them for one owner.
	pub at_once: usize,
	/// How long a bulk may take.
	pub window: Duration,
	/// How long files are kept, and bulks that have ended.
	pub keep: Duration,
	/// How long a line waits at first that can't be answered now.
	pub pause: Duration,
}

impl Default for Bounds {
	fn default() -> Self {
		Self {
			file_bytes: 32 << 20,
			owner_bytes: 1 << 30,
			requests: 50_000,
			open: 100,
			at_once: 16,
			window: Duration::from_secs(86_400),
			keep: Duration::from_secs(30 * 86_400),
			pause: Duration::from_secs(1),
		}
	}
}

fn millis(time: Duration) -> u64 {
	u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
