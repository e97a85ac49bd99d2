//! This machine's clock, and how it stands to the chain's.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix milliseconds.
pub fn now_millis() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// How this machine's clock stands to the chain's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
	/// Near enough.
	Right,
	/// Ahead: deliveries may soon be refused.
	Ahead {
		/// By how much.
		millis: u64,
	},
	/// Behind, or the chain stands still.
	Behind {
		/// By how much.
		millis: u64,
	},
	/// So far ahead that the chain refuses deliveries.
	TooFarAhead {
		/// By how much.
		millis: u64,
	},
}

/// Compares the clocks. The chain's time is that of its newest block, so a right clock is ahead
/// of it by up to a few blocks.
pub fn compare(local: u64, chain: u64, slot_millis: u64, max_lead: u64) -> Clock {
	let ahead = local.saturating_sub(chain);
	let behind = chain.saturating_sub(local);
	// A delivery is judged by the block it comes into, one slot later than the newest one.
	if ahead > max_lead.saturating_add(2 * slot_millis) {
		Clock::TooFarAhead { millis: ahead }
	} else if ahead > (max_lead / 2).saturating_add(2 * slot_millis) {
		Clock::Ahead { millis: ahead }
	} else if behind > 4 * slot_millis {
		Clock::Behind { millis: behind }
	} else {
		Clock::Right
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn clock_should_be_refused_only_when_the_chain_would_refuse_it() {
		let compare = |local, chain| compare(local, chain, 3_000, 30_000);
		assert_eq!(compare(100_000, 100_000), Clock::Right);
		assert_eq!(compare(105_000, 100_000), Clock::Right);
		assert_eq!(compare(125_000, 100_000), Clock::Ahead { millis: 25_000 });
		assert_eq!(compare(140_000, 100_000), Clock::TooFarAhead { millis: 40_000 });
		assert_eq!(compare(80_000, 100_000), Clock::Behind { millis: 20_000 });
	}
}
