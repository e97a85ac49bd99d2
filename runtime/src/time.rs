//! How long things take on this chain.

use reckon_primitives::BlockNumber;

/// Milliseconds between blocks.
///
/// Three seconds: short enough that a person waits for an answer through the chain, long enough
/// for blocks of a second's work to go round the world.
pub const SLOT_MILLIS: u64 = 3_000;
/// Blocks in a minute.
pub const MINUTES: BlockNumber = (60_000 / SLOT_MILLIS) as BlockNumber;
/// Blocks in an hour.
pub const HOURS: BlockNumber = MINUTES * 60;
/// Blocks in a day.
pub const DAYS: BlockNumber = HOURS * 24;

/// Sessions in an era: a day. Can never change after launch.
pub const SESSIONS_PER_ERA: u32 = prod_or_fast(24, 3);

/// A value for the real chain, and a short one for development and tests.
pub const fn prod_or_fast(prod: BlockNumber, fast: BlockNumber) -> BlockNumber {
	if cfg!(feature = "fast-runtime") {
		fast
	} else {
		prod
	}
}

/// Slots in an epoch, and so in a session. Can never change after launch.
///
/// An hour: a new validator waits at most two, and a session's bookkeeping is rare.
pub const EPOCH_SLOTS: BlockNumber = prod_or_fast(HOURS, MINUTES);
