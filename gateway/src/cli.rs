//! The command line.

use crate::{
	config::{Config, Layer, LogFormat},
	fault, serve,
};
use anyhow::Context;
use clap::{Parser, Subcommand};
use reckon_sdk::Signer;
use std::{io::IsTerminal, path::PathBuf, process::ExitCode};
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt, EnvFilter};

/// The clients' door to the Reckon network: OpenAI's API in front, workers behind.
#[derive(Debug, Parser)]
#[command(name = "reckon-gateway", version)]
struct Program {
	#[command(subcommand)]
	command: Command,
	/// A TOML file with the settings below [default: DATA_DIR/gateway.toml, if there is one]
	#[arg(long, global = true, env = "RECKON_GATEWAY_CONFIG", value_name = "FILE")]
	config: Option<PathBuf>,
	/// Print the settings that are in force, and stop
	#[arg(long, global = true)]
	print_config: bool,
	#[command(flatten)]
	layer: Layer,
}

#[derive(Debug, Subcommand)]
enum Command {
	/// Open the doors
	Run,
	/// The gateway's key
	#[command(subcommand)]
	Keys(Keys),
}

#[derive(Debug, Subcommand)]
enum Keys {
	/// Make a key in a new file that only you can read
	New,
	/// Print the key's address
	Show,
}

/// Runs the program.
///
/// # Errors
/// What the person at the terminal must know.
pub fn main() -> anyhow::Result<ExitCode> {
	let program = Program::parse();
	let config = Config::load(program.layer, program.config)?;
	if program.print_config {
		println!("{}", toml::to_string_pretty(&config)?);
		return Ok(ExitCode::SUCCESS);
	}
	let filter = EnvFilter::try_new(&config.log).context("--log")?;
	let lines = tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_writer(std::io::stderr)
		.with_ansi(std::io::stderr().is_terminal());
	match config.log_format {
		LogFormat::Text => lines.finish().with(fault::crash()).init(),
		LogFormat::Json => lines.json().flatten_event(true).finish().with(fault::crash()).init(),
	}
	match program.command {
		Command::Run => {
			let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
			runtime.block_on(serve::run(config))?;
		},
		Command::Keys(Keys::New) => {
			if let Some(folder) = config.key_file.parent() {
				std::fs::create_dir_all(folder)?;
			}
			println!("{}", Signer::create_file(&config.key_file)?.account());
		},
		Command::Keys(Keys::Show) => println!("{}", Signer::from_file(&config.key_file)?.account()),
	}
	Ok(ExitCode::SUCCESS)
}
