//! `reckon-attacks`: tries each attack, then honest workers, and prints what was found.

use anyhow::ensure;
use clap::Parser;
use reckon_attacks::{
	auditor::{thresholds, Auditor},
	cheats::{Lab, ATTACKS},
	honest::{self, Part, Tally, CLASSES},
	table::{at_most, Row},
	trials,
};
use std::{
	io::{stdin, stdout, Write},
	path::PathBuf,
	time::Instant,
};

/// Cheats against the audits of answers.
#[derive(Parser)]
#[command(name = "reckon-attacks")]
struct Program {
	/// Trials of each attack
	#[arg(long, default_value_t = 300)]
	trials: u64,
	/// Honest audits; 0 for none
	#[arg(long, default_value_t = 10_000)]
	honest: u64,
	/// Only the attacks whose number this is, or whose name has it
	#[arg(long, value_name = "NAME")]
	only: Option<String>,
	/// Fixes all jobs
	#[arg(long, default_value_t = 1)]
	seed: u64,
	/// The number of the first job
	#[arg(long, default_value_t = 0)]
	first: u64,
	/// Steps of training for the smaller model
	#[arg(long, default_value_t = 300)]
	distillation: usize,
	/// Thread counts of honest workers and auditors, each with each
	#[arg(long, value_delimiter = ',', default_value = "1,2")]
	threads: Vec<usize>,
	/// The model
	#[arg(long, value_name = "DIR", default_value = "models/lexicon")]
	model: PathBuf,
	/// Its thresholds, as reckon-worker calibrate wrote them [default: calibration.json beside it]
	#[arg(long, value_name = "FILE")]
	calibration: Option<PathBuf>,
	/// Do only one part of the honest audits, for the program itself
	#[arg(long, hide = true)]
	part: Option<Part>,
}

fn main() -> anyhow::Result<()> {
	let program = Program::parse();
	let calibration =
		program.calibration.clone().unwrap_or_else(|| program.model.join("calibration.json"));
	let limits = thresholds(&calibration, &program.model)?;
	let run = honest::Run { audits: program.honest, seed: program.seed, first: program.first };
	if let Some(part) = program.part {
		let mut output = std::io::BufWriter::new(stdout().lock());
		let streams = (&mut stdin().lock() as &mut _, &mut output as &mut _);
		honest::run_part(part, &program.model, limits, run, streams)?;
		return Ok(output.flush()?);
	}
	let wanted = |number: u8, name: &str| match program.only.as_deref() {
		None => true,
		Some(only) => only.parse().map_or_else(|_| name.contains(only), |only: u8| number == only),
	};
	let attacks: Vec<_> =
		ATTACKS.iter().filter(|attack| wanted(attack.number, attack.name)).collect();
	ensure!(!attacks.is_empty(), "there is no such attack");
	if program.trials > 0 {
		let lab = Lab::new(&program.model, program.seed, program.distillation)?;
		let auditor = Auditor::new(&program.model, limits)?;
		println!("{}", Row::TITLES);
		for attack in attacks {
			let started = Instant::now();
			let row = trials::run(attack, &lab, &auditor, program.trials, program.first)?;
			println!("{row}");
			stdout().flush()?;
			eprintln!("{}: {:.0} s", attack.name, started.elapsed().as_secs_f64());
		}
		println!();
	}
	if program.honest > 0 && program.only.is_none() {
		let found = honest::run(&program.model, &calibration, run, &program.threads)?;
		print_honest(&found);
	}
	Ok(())
}

fn print_honest(found: &[Tally]) {
	println!(
		"| honest answers | audits | tokens | convicted | doubtful | largest distance, ppm | largest \
		 margin, µlogit |\n| --- | --- | --- | --- | --- | --- | --- |"
	);
	let line = |name: &str, tally: &Tally| {
		let Tally { audits, tokens, doubtful, convicted, distance, margin } = tally;
		println!(
			"| {name} | {audits} | {tokens} | {convicted} | {doubtful} | {distance} | {margin} |"
		);
	};
	let mut all = Tally::default();
	for (class, tally) in CLASSES.iter().zip(found) {
		line(class.name, tally);
		all.add(tally);
	}
	line("all", &all);
	let percent = |count| 100.0 * at_most(count, all.audits);
	println!(
		"\nWith 95 % certainty at most {:.3} % of honest audits end in a conviction, and {:.3} % in \
		 a doubt.",
		percent(all.convicted),
		percent(all.doubtful)
	);
}
