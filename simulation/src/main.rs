//! Runs the simulation and prints its tables: `cargo run -p reckon-simulation -- market --jobs 100000`,
//! and `-- attacks`.

use anyhow::ensure;
use clap::{Parser, Subcommand};
use reckon_attacks::table::in_markdown;
use reckon_simulation::{
	attacks::{self, Trials},
	computing::Costs,
	market,
};
use sp_runtime::Permill;

/// Agents with every strategy on the real runtime.
#[derive(Parser)]
struct Arguments {
	/// Determines everything.
	#[arg(long, default_value_t = 20_261_121, global = true)]
	seed: u64,
	#[command(subcommand)]
	what: What,
}

#[derive(Subcommand)]
enum What {
	/// All strategies beside one another: who earns most. Fails when the honest do not.
	Market {
		/// How many jobs.
		#[arg(long, default_value_t = 100_000)]
		jobs: u64,
		/// What an auditor's forward pass costs, in percent of generating the answer.
		#[arg(long, default_value_t = 15)]
		pass: u32,
	},
	/// The attacks on the protocol, each often enough for a rate.
	Attacks {
		/// How often each, at least; a third of it for exit scams.
		#[arg(long, default_value_t = 1_000)]
		trials: u64,
	},
}

fn main() -> anyhow::Result<()> {
	let Arguments { seed, what } = Arguments::parse();
	match what {
		What::Market { jobs, pass } => {
			let costs = Costs { pass: Permill::from_percent(pass), ..Costs::default() };
			let report = market::run(seed, jobs, costs);
			print!("seed {seed}, {}", report.tables());
			ensure!(report.honest_providers_earn_most(0.0), "honest providers don't earn most");
			ensure!(report.honest_auditors_earn_most(), "honest auditors don't earn most");
		},
		What::Attacks { trials } => {
			let rows = attacks::all(seed, Trials::of(trials));
			print!("seed {seed}\n\n{}", in_markdown(&rows));
		},
	}
	Ok(())
}
