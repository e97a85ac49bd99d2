//! Named points at which a test can kill the worker as `kill -9` would: set
//! `RECKON_WORKER_CRASH_AT` to a point's name. Not in release builds without the feature
//! `fault-injection`.

/// A job was written down as seen.
pub const AFTER_SEEN: &str = "after-seen";
/// An answer was computed and nobody knows yet.
pub const AFTER_COMPUTED_BEFORE_JOURNAL: &str = "after-computed-before-journal";
/// The delivery is in the journal and not sent.
pub const AFTER_JOURNAL_BEFORE_SUBMIT: &str = "after-journal-before-submit";
/// The delivery was sent and its end is not known.
pub const AFTER_SUBMIT_BEFORE_ACK: &str = "after-submit-before-ack";
/// An opening of rows is in the journal and not sent.
pub const AFTER_OPENING_JOURNALLED: &str = "after-opening-journalled";
/// A gateway's receipt is in the journal and not sent.
pub const AFTER_RECEIPT_JOURNALLED: &str = "after-receipt-journalled";

/// Ends the process here when the environment asks for it.
#[inline]
pub fn point(name: &str) {
	#[cfg(any(debug_assertions, feature = "fault-injection"))]
	if std::env::var_os("RECKON_WORKER_CRASH_AT").is_some_and(|wanted| wanted == name) {
		eprintln!("fault injection: ending at {name}");
		std::process::abort();
	}
	let _ = name;
}
