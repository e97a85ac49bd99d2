//! Whatever anybody does, in whatever order, on the whole runtime: no money is lost, nobody pays for
//! another, and everybody can leave. `runtime/examples/fuzz.rs` does the same for longer.

mod fuzz;

use fuzz::{run, Plan};

/// Calls with each seed.
const CALLS: u64 = 5_000;

fn try_seed(seed: u64) {
	match run(Plan { seed, calls: CALLS, check_every: 50 }, |_| ()) {
		Ok(report) => assert!(
			report.succeeded * 3 > report.calls && report.eras > 3,
			"with seed {seed} too little happened: {} of {} calls, {} eras",
			report.succeeded,
			report.calls,
			report.eras,
		),
		Err(failure) => panic!("{failure}"),
	}
}

#[test]
fn everything_should_hold_when_anybody_does_anything() {
	[1, 2, 3].into_iter().for_each(try_seed);
}

#[test]
fn everything_should_hold_when_anybody_does_anything_today() {
	let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
	try_seed(now.as_secs());
}

#[test]
fn everything_should_hold_after_every_single_call() {
	let plan = Plan { seed: 4, calls: 500, check_every: 1 };
	let report = run(plan, |_| ()).unwrap_or_else(|failure| panic!("{failure}"));
	assert!(report.calls == 500 && report.checks >= 500, "{} checks", report.checks);
}
