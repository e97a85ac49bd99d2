//! A network of one's own: a chain, a worker, and an answer that was paid for.

pub mod balances;
pub mod cache;
mod demo;
mod detach;
pub mod gateway;
pub mod layout;
pub mod node;
mod setup;
pub mod state;
mod up;
mod upgrade;
pub mod verifier;
pub mod worker;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
	context::Context,
	failure::{Failure, Result},
};
use state::{absolute, State, DEFAULT_DIR};

/// What can be done with a development network.
#[derive(Debug, Subcommand)]
pub(crate) enum DevnetCommand {
	/// Start a chain and a worker on free ports, and have two answers computed and paid for
	#[command(after_help = "Example: reckon devnet up --foreground")]
	Up(UpArgs),
	/// Stop the network
	Down(DirArgs),
	/// What of the network runs, and where
	Status(DirArgs),
	/// Put the runtime that was compiled last on the running chain
	#[command(after_help = "Example: reckon devnet upgrade")]
	Upgrade(upgrade::UpgradeArgs),
}

/// Where the network's files are.
#[derive(Debug, Clone, Args)]
pub(crate) struct DirArgs {
	/// The network's directory: logs, database, keys
	#[arg(long, value_name = "DIR", default_value = DEFAULT_DIR)]
	dir: PathBuf,
}

/// How to start the network.
#[derive(Debug, Clone, Args)]
pub(crate) struct UpArgs {
	#[command(flatten)]
	dir: DirArgs,
	/// Stay, and stop the network at Ctrl-C
	#[arg(long)]
	foreground: bool,
	/// Go on with the chain of the last time, instead of a fresh one
	#[arg(long)]
	keep: bool,
	/// Where reckon-node and reckon-worker are [default: beside this program]
	#[arg(long, value_name = "DIR")]
	bin_dir: Option<PathBuf>,
	/// Where the models' folders are [default: the repository's, and RECKON_HOME's]
	#[arg(long, value_name = "DIR")]
	models_dir: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, command: DevnetCommand) -> Result<()> {
	match command {
		DevnetCommand::Up(args) if args.foreground => up::run(context, &args).await,
		DevnetCommand::Up(args) => detach::run(context, &args).await,
		DevnetCommand::Down(args) => down(context, &args),
		DevnetCommand::Status(args) => status(context, &args),
		DevnetCommand::Upgrade(args) => upgrade::run(context, &args).await,
	}
}

fn down(context: &Context, args: &DirArgs) -> Result<()> {
	let dir = absolute(&args.dir)?;
	let Some(state) = State::read(&dir) else { return Err(nothing_here(&dir)) };
	let running = state.is_up() || !state.alive().is_empty();
	state.stop();
	State::remove(&dir);
	context.output.result(&json!({ "stopped": running }), || {
		if running {
			"the network is down".into()
		} else {
			"the network was down already".into()
		}
	});
	Ok(())
}

fn status(context: &Context, args: &DirArgs) -> Result<()> {
	let dir = absolute(&args.dir)?;
	let Some(state) = State::read(&dir) else { return Err(nothing_here(&dir)) };
	let up = state.is_up();
	let alive = state.alive();
	context.output.result(&json!({ "up": up, "state": state }), || {
		let mut lines = vec![match (up, state.ready) {
			(true, true) => "the network is up".to_owned(),
			(true, false) => "the network is starting".to_owned(),
			(false, _) => "the network is down (reckon devnet up starts it)".to_owned(),
		}];
		for process in &state.processes {
			let word = if alive.contains(&process) { "runs" } else { "has ended" };
			lines.push(format!("{:<10}{word}, process {}", process.name, process.pid));
		}
		if up {
			lines.push(addresses(&state));
		}
		lines.join("\n")
	});
	Ok(())
}

fn addresses(state: &State) -> String {
	let pairs = [
		("rpc", &state.rpc_url),
		("worker", &state.worker_url),
		("gateway", &state.gateway_url),
		("verifier", &state.verifier_url),
		("metrics", &state.metrics_url),
		("explorer", &state.explorer_url),
	];
	let lines =
		pairs.iter().filter_map(|(name, url)| url.as_ref().map(|url| format!("{name:<10}{url}")));
	lines.collect::<Vec<_>>().join("\n")
}

fn nothing_here(dir: &std::path::Path) -> Failure {
	Failure::new("no_devnet", format!("there is no network in {}", dir.display()))
		.fix("name its directory by --dir, or start one: reckon devnet up")
}
