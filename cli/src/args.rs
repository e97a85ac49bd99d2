//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
	account, ask, audit, batch, channel, devnet, gateway, job, models, provider, proxy, receipt,
	rewards, stake, store, subnet, validator,
};

/// Asks a decentralised network of GPUs for inference, and keeps house in it.
#[derive(Debug, Parser)]
#[command(
	name = "reckon",
	version,
	after_help = "Exit status: 0 fine, 1 error, 2 wrong usage, 3 the job was refunded.\n\
		First steps: reckon devnet up, then reckon chat --model reckon-lexicon \"what is a ledger?\""
)]
pub(crate) struct Cli {
	#[command(flatten)]
	pub(crate) global: Global,
	#[command(subcommand)]
	pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
	/// The node [default: the running devnet's, else ws://127.0.0.1:9944]
	#[arg(long, global = true, env = "RECKON_URL", value_name = "URL")]
	pub(crate) url: Option<String>,
	/// Who signs: a secret phrase, or //Alice and the like on development chains; others on this
	/// machine can read a command line, so prefer --key-file for real money
	#[arg(long, global = true, value_name = "SURI", conflicts_with = "key_file")]
	pub(crate) suri: Option<String>,
	/// Who signs: a file that holds the secret, as `reckon account new` writes it
	#[arg(long, global = true, env = "RECKON_KEY_FILE", value_name = "FILE")]
	pub(crate) key_file: Option<PathBuf>,
	/// Print one JSON object, errors too
	#[arg(long, global = true)]
	pub(crate) json: bool,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
	/// Ask for an inference by one transaction, and follow it
	#[command(subcommand)]
	Job(job::JobCommand),
	/// Turn texts into vectors
	#[command(
		after_help = "Example: reckon embed --model all-minilm-l6-v2 \"a text\" \"another\""
	)]
	Embed(ask::EmbedArgs),
	/// Ask a question
	#[command(after_help = "Example: reckon chat --model reckon-lexicon \"what is a ledger?\"")]
	Chat(ask::ChatArgs),
	/// The store's models: who serves what, and for how much
	Models(models::ModelsArgs),
	/// The store's data sets: what models learn from
	#[command(
		subcommand,
		after_help = "Example: reckon datasets register --file words.json --name me/words"
	)]
	Datasets(store::StoreCommand),
	/// The store's apps: what people use models by
	#[command(
		subcommand,
		after_help = "Example: reckon apps register --file app.json --name me/dictionary"
	)]
	Apps(store::StoreCommand),
	/// Offer the work of a worker
	#[command(subcommand)]
	Provider(provider::ProviderCommand),
	/// Make blocks for the chain, with a stake
	#[command(subcommand)]
	Validator(validator::ValidatorCommand),
	/// Stand behind those who make blocks
	#[command(subcommand)]
	Stake(stake::StakeCommand),
	/// What work and blocks have earned
	#[command(subcommand)]
	Rewards(rewards::RewardsCommand),
	/// Sets of rules for jobs, and who serves by them
	#[command(subcommand)]
	Subnet(subnet::SubnetCommand),
	/// Those who bring work to providers
	#[command(subcommand)]
	Gateway(gateway::GatewayCommand),
	/// Money for many requests, with one transaction
	#[command(subcommand)]
	Channel(channel::ChannelCommand),
	/// Receipts of many requests under one root: look at all of them, and show the chain what is wrong
	#[command(subcommand)]
	Batch(batch::BatchCommand),
	/// Work that validators compute again: how far they are, what they say, and how much of it there is
	#[command(subcommand)]
	Audit(audit::AuditCommand),
	/// OpenAI's API on this machine, paid for out of your channels, with every receipt checked
	#[command(after_help = "Example: reckon proxy --listen 127.0.0.1:8010")]
	Proxy(proxy::ProxyArgs),
	/// What workers have signed
	#[command(subcommand)]
	Receipt(receipt::ReceiptCommand),
	/// Money and keys
	#[command(subcommand)]
	Account(account::AccountCommand),
	/// A network of your own on this machine
	#[command(subcommand)]
	Devnet(devnet::DevnetCommand),
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn command_line_should_be_consistent() {
		Cli::command().debug_assert();
	}

	#[test]
	fn examples_in_the_help_should_parse() {
		fn examples(command: &clap::Command, found: &mut Vec<String>) {
			let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
			let lines = help.lines().filter_map(|line| line.strip_prefix("Example: "));
			found.extend(lines.map(str::to_owned));
			command.get_subcommands().for_each(|command| examples(command, found));
		}
		let mut found = Vec::new();
		examples(&Cli::command(), &mut found);
		assert!(found.len() > 5, "{found:?}");
		for example in found {
			// A quoted text is one word.
			let words = example.split('"').enumerate().flat_map(|(index, part)| {
				if index % 2 == 1 {
					vec![part.to_owned()]
				} else {
					part.split_whitespace().map(str::to_owned).collect()
				}
			});
			let parsed = Cli::try_parse_from(words);
			assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
		}
	}

	/// The page's commands, which are in backquotes, that there are not. What stands for an argument is in
	/// capitals.
	fn unknown_commands(page: &str) -> Vec<&str> {
		let is_known = |line: &&str| {
			let mut command = &Cli::command();
			for word in line.split_whitespace().skip(1) {
				if let Some(flag) = word.strip_prefix("--") {
					let is_its = |arg: &clap::Arg| arg.get_long() == Some(flag);
					if !command.get_arguments().chain(Cli::command().get_arguments()).any(is_its) {
						return false;
					}
				} else if word.chars().any(char::is_lowercase) {
					match command.find_subcommand(word) {
						Some(subcommand) => command = subcommand,
						None => return false,
					}
				}
			}
			!command.is_subcommand_required_set()
		};
		let quoted = page.split('`').skip(1).step_by(2);
		quoted.filter(|text| text.starts_with("reckon ")).filter(|line| !is_known(line)).collect()
	}

	#[test]
	fn commands_on_the_page_of_what_can_be_asked_should_be_there() {
		let page = include_str!("../../docs/what-you-can-ask.md");
		assert_eq!(unknown_commands(page), [""; 0]);
		assert!(page.matches("`reckon ").count() > 40, "the page has no commands");
		let wrong = "| `reckon job sing`, `reckon models --loud`, `reckon gateway`, `reckon audit show ID`, \
		             `reckon channel list --gateway ADDRESS --json` |";
		let unknown = ["reckon job sing", "reckon models --loud", "reckon gateway"];
		assert_eq!(unknown_commands(wrong), unknown);
	}

	#[test]
	fn two_ways_to_sign_should_be_refused() {
		let both = ["reckon", "models", "--suri", "//Alice", "--key-file", "key"];
		assert!(Cli::try_parse_from(both).is_err());
	}
}
