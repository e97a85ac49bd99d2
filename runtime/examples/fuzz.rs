//! Random calls against the real runtime, for as long as wanted, with everything checked that must hold:
//! see `runtime/tests/fuzz/mod.rs`.
//!
//! `cargo run -p reckon-runtime --features fast-runtime --example fuzz -- [--seed N] [--calls N]
//! [--check-every N]`. Prints how far it is, and at the end how many calls of each kind did something;
//! on a failure the seed, the step and the last calls, and exits with 1. The same three numbers find the
//! same again.

#[path = "../tests/fuzz/mod.rs"]
mod fuzz;

use fuzz::{run, Plan, Report};
use std::{process::ExitCode, time::Instant};

/// Calls between two lines of progress.
const CALLS_PER_LINE: u64 = 10_000;

fn main() -> ExitCode {
	let plan = match plan(std::env::args().skip(1)) {
		Ok(plan) => plan,
		Err(what) => {
			eprintln!("{what}\nusage: fuzz [--seed N] [--calls N] [--check-every N]");
			return ExitCode::from(2);
		},
	};
	println!("seed {}, {} calls, checks every {}", plan.seed, plan.calls, plan.check_every);
	let start = Instant::now();
	let speed = |report: &Report| report.calls as f64 / start.elapsed().as_secs_f64();
	let outcome = run(plan, |report| {
		if report.calls.is_multiple_of(CALLS_PER_LINE) {
			let Report { calls, succeeded, blocks, eras, .. } = report;
			let speed = speed(report);
			println!("{calls} calls, {succeeded} did something, {blocks} blocks, {eras} eras, {speed:.0} calls/s");
		}
	});
	match outcome {
		Ok(report) => {
			tell(&report);
			println!("seed {}: all held; {:.0} calls/s", plan.seed, speed(&report));
			ExitCode::SUCCESS
		},
		Err(failure) => {
			eprintln!("{failure}");
			ExitCode::FAILURE
		},
	}
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<Plan, String> {
	let now = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs());
	let mut plan = Plan { seed: now, calls: 100_000, check_every: 50 };
	while let Some(name) = arguments.next() {
		let value = arguments.next().ok_or_else(|| format!("{name} needs a number"))?;
		let value = value.parse().map_err(|_| format!("{value} is not a number"))?;
		match name.as_str() {
			"--seed" => plan.seed = value,
			"--calls" => plan.calls = value,
			"--check-every" if value > 0 => plan.check_every = value,
			_ => return Err(format!("{name} {value} is not understood")),
		}
	}
	Ok(plan)
}

fn tell(report: &Report) {
	println!("calls: did something, were refused");
	for (name, (did, refused)) in &report.kinds {
		println!("  {name}: {did}, {refused}");
	}
	println!("errors");
	report.errors.iter().for_each(|(name, count)| println!("  {name}: {count}"));
	println!("events");
	report.events.iter().for_each(|(name, count)| println!("  {name}: {count}"));
	let Report { calls, succeeded, blocks, eras, checks, .. } = report;
	println!(
		"{calls} calls, {succeeded} did something, {blocks} blocks, {eras} eras, {checks} checks"
	);
}
