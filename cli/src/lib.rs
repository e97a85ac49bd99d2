//! The command line of clients and operators, and the development network.
//!
//! The binary is `reckon`. As a library it serves the end-to-end tests, which start the same
//! programs in the same way.

#![deny(missing_docs)]

mod account;
mod args;
mod ask;
mod audit;
mod batch;
mod channel;
mod context;
pub mod devnet;
pub mod failure;
mod gateway;
mod http;
mod job;
mod models;
pub mod output;
mod payload;
mod percent;
pub mod ports;
pub mod process;
mod provider;
mod proxy;
mod receipt;
mod rewards;
mod stake;
mod store;
mod subnet;
mod validator;

use std::{ffi::OsString, process::ExitCode};

use clap::{error::ErrorKind, Parser};
use reckon_sdk::EntryKind;

use crate::{
	args::{Cli, Command},
	context::Context,
	failure::{Failure, Result},
	output::Output,
};

/// Does what the arguments ask for; they begin with the program's name.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
	let arguments: Vec<_> = arguments.into_iter().collect();
	let cli = match Cli::try_parse_from(&arguments) {
		Ok(cli) => cli,
		Err(error) => return refuse(&error, &arguments),
	};
	let output = Output::new(cli.global.json);
	match dispatch(cli, output).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(failure) => {
			output.failure(&failure);
			ExitCode::from(failure.exit as u8)
		},
	}
}

async fn dispatch(cli: Cli, output: Output) -> Result<()> {
	let context = Context::new(cli.global, output);
	match cli.command {
		Command::Job(command) => job::run(&context, command).await,
		Command::Embed(ask) => ask::embed(&context, ask).await,
		Command::Chat(ask) => ask::chat(&context, ask).await,
		Command::Models(models) => models::run(&context, models).await,
		Command::Datasets(command) => store::run(&context, EntryKind::DataSet, command).await,
		Command::Apps(command) => store::run(&context, EntryKind::App, command).await,
		Command::Provider(command) => provider::run(&context, command).await,
		Command::Validator(command) => validator::run(&context, command).await,
		Command::Stake(command) => stake::run(&context, command).await,
		Command::Rewards(command) => rewards::run(&context, command).await,
		Command::Subnet(command) => subnet::run(&context, command).await,
		Command::Gateway(command) => gateway::run(&context, command).await,
		Command::Channel(command) => channel::run(&context, command).await,
		Command::Batch(command) => batch::run(&context, command).await,
		Command::Audit(command) => audit::run(&context, command).await,
		Command::Proxy(args) => proxy::run(&context, args).await,
		Command::Receipt(command) => receipt::run(&context, &command).await,
		Command::Account(command) => account::run(&context, command).await,
		Command::Devnet(command) => devnet::run(&context, command).await,
	}
}

/// Help and version are answers; anything else is wrong usage, as JSON if that was asked for.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
	let asked_for_json = arguments.iter().any(|argument| argument == "--json");
	match error.kind() {
		ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
			let _ = error.print();
			ExitCode::SUCCESS
		},
		_ if asked_for_json => {
			let text = error.render().to_string();
			let message = text.trim().trim_start_matches("error: ").to_owned();
			let failure = Failure::usage(message);
			Output::new(true).failure(&failure);
			ExitCode::from(failure.exit as u8)
		},
		_ => {
			let _ = error.print();
			ExitCode::from(failure::Exit::Usage as u8)
		},
	}
}
