//! Bulks: a file's requests, one a line, worked through within a day. OpenAI's API calls that a batch;
//! here that word is for receipts that go to the chain together, so that only `/v1/batches` says it.
//!
//! A bulk's requests go through the same door as those that its API key asks one by one: each is
//! reserved, paid for, dispatched and receipted by itself. A request is named by its bulk and line, so
//! that it is answered and paid once whatever stops and starts. What came of it is noted before the line
//! is let go; what has nothing noted after a stop hears the answer that was under way or is in the store,
//! and is asked again only where there is none.
//!
//! Those who wait for an answer go first: a bulk leaves lanes of its owner's channels free, and hands
//! out nothing while somebody waits for a worker or none has a place. Where more bulks are open than can
//! be worked on, they take turns.

mod lines;
mod shelf;
mod work;

pub use lines::Fault;
pub use shelf::{Shelf, Upload};
pub use work::run;

use reckon_gateway_store::{BulkId, Room};
use sp_core::H256;
use std::time::Duration;

/// What files and bulks may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
	/// Bytes of one file.
	pub file_bytes: u64,
	/// What there may be of files.
	pub room: Room,
	/// Bytes of one line.
	pub line_bytes: usize,
	/// Requests of one file.
	pub requests: u64,
	/// Bulks of one owner that have not ended.
	pub open: u32,
	/// Bulks of one owner that are kept, whether they have ended or not.
	pub kept: u32,
	/// Requests that all bulks ask at once. So many bulks are worked on at once at most, and a quarter
	/// of them for one owner.
	pub at_once: usize,
	/// How long a bulk is worked on while others wait for that.
	pub turn: Duration,
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
			room: Room { owner_files: 10_000, owner_bytes: 1 << 30, all_bytes: 16 << 30 },
			line_bytes: 2 << 20,
			requests: 50_000,
			open: 100,
			kept: 10_000,
			at_once: 16,
			turn: Duration::from_secs(60),
			window: Duration::from_secs(86_400),
			keep: Duration::from_secs(30 * 86_400),
			pause: Duration::from_secs(1),
		}
	}
}

/// How many bytes of a line's name are its bulk's.
const NAMED_BY_BULK: usize = 24;

/// What a line's request is known by, whoever asks it when. It tells which bulk it is of.
fn line_name(bulk: BulkId, line: u64) -> H256 {
	let mut name = bulk;
	let (_, number) = name.0.split_at_mut(NAMED_BY_BULK);
	number.copy_from_slice(&line.to_be_bytes());
	name
}

/// Whether this is the name of a line of this bulk.
pub(crate) fn is_line_of(bulk: BulkId, name: H256) -> bool {
	bulk.0.split_at(NAMED_BY_BULK).0 == name.0.split_at(NAMED_BY_BULK).0
}

fn millis(time: Duration) -> u64 {
	u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
