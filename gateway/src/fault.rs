//! Steps at which a test can end the gateway as `kill -9` would: set `RECKON_GATEWAY_CRASH_AT` to what `step`
//! says in a line of its log, and `:7` behind it for the seventh such line. The line is written first. Not in
//! release builds without the feature `fault-injection`.

use std::{
	fmt,
	sync::atomic::{AtomicU64, Ordering::Relaxed},
};
use tracing::{
	field::{Field, Visit},
	Event, Subscriber,
};
use tracing_subscriber::layer::{Context, Layer};

/// Ends the process at a step.
pub(crate) struct Crash {
	step: String,
	/// How many times more it is come to, this one included.
	left: AtomicU64,
}

/// What the environment asks for.
pub(crate) fn crash() -> Option<Crash> {
	let can_be = cfg!(any(debug_assertions, feature = "fault-injection"));
	let wanted = can_be.then(|| std::env::var("RECKON_GATEWAY_CRASH_AT").ok()).flatten()?;
	let numbered = wanted.rsplit_once(':').and_then(|(step, nth)| Some((step, nth.parse().ok()?)));
	let (step, nth) = numbered.unwrap_or((&wanted, 1));
	Some(Crash { step: step.to_owned(), left: AtomicU64::new(nth) })
}

impl<S: Subscriber> Layer<S> for Crash {
	fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
		let mut is = Is { step: &self.step, found: false };
		event.record(&mut is);
		if is.found && self.left.fetch_sub(1, Relaxed) == 1 {
			eprintln!("fault injection: ending at {}", self.step);
			std::process::abort();
		}
	}
}

/// Whether an event is a step's.
struct Is<'a> {
	step: &'a str,
	found: bool,
}

impl Visit for Is<'_> {
	fn record_str(&mut self, field: &Field, value: &str) {
		self.found |= field.name() == "step" && value == self.step;
	}

	fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
