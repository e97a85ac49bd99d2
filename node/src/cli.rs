//! The command line.

use crate::verifier::VerifierArgs;
use sc_cli::RunCmd;
use std::path::PathBuf;

/// What was asked for: a subcommand, or else to run the node.
#[derive(Debug, clap::Parser)]
pub struct Cli {
	/// What to do instead of running the node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run the node.
	#[command(flatten)]
	pub run: RunCmd,

	/// Who computes answers again for the audits.
	#[command(flatten)]
	pub verifier: VerifierArgs,

	/// Where compiled runtimes are kept, so that the next start need not compile: `wasm` in the base
	/// path, if nothing is said. Nodes may share it; who can write there can run code in all of them
	#[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
	pub wasm_cache: Option<PathBuf>,
}

/// Everything the node can do besides running.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
	/// Make, look at and insert keys
	#[command(
		subcommand,
		after_help = "Example: reckon-node key generate-node-key --chain staging --default-base-path"
	)]
	Key(sc_cli::KeySubcommand),

	/// Write a chain spec, to stdout or to a file
	#[command(
		after_help = "Example: reckon-node export-chain-spec --chain local --raw --output local.json"
	)]
	ExportChainSpec(ExportChainSpec),

	/// Deprecated: use `export-chain-spec`
	#[command(after_help = "Example: reckon-node build-spec --chain local --raw")]
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Execute a block of the database again, and say whether it is valid
	#[command(after_help = "Example: reckon-node check-block 12 --chain local")]
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks of the database, to stdout or to a file
	#[command(
		after_help = "Example: reckon-node export-blocks blocks.bin --binary --to 100 --chain local"
	)]
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Write the state at a block as a raw chain spec to stdout
	#[command(after_help = "Example: reckon-node export-state 12 --chain local")]
	ExportState(sc_cli::ExportStateCmd),

	/// Read blocks, from stdin or from a file, into the database
	#[command(after_help = "Example: reckon-node import-blocks blocks.bin --binary --chain local")]
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove a chain's database; keys stay
	#[command(after_help = "Example: reckon-node purge-chain -y --chain local")]
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Take back blocks that are not finalised yet
	#[command(after_help = "Example: reckon-node revert 16 --chain local")]
	Revert(sc_cli::RevertCmd),

	/// Show the best, finalised and genesis blocks of the database
	#[command(after_help = "Example: reckon-node chain-info --chain local")]
	ChainInfo(sc_cli::ChainInfoCmd),
}

/// How to write a chain spec.
#[derive(Debug, clap::Args)]
pub struct ExportChainSpec {
	/// What to write, and where.
	#[command(flatten)]
	pub export: sc_cli::ExportChainSpecCmd,

	/// The genesis runtime, when it is not to be the one that this node carries
	#[arg(long, value_name = "WASM")]
	pub runtime: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;
	use sc_cli::SubstrateCli;

	#[test]
	fn cli_should_be_consistent() {
		<Cli as SubstrateCli>::setup_command(Cli::command()).debug_assert();
	}

	#[test]
	fn cli_should_parse_the_example_of_every_subcommand() {
		for subcommand in Cli::command().get_subcommands() {
			let name = subcommand.get_name();
			let help = subcommand.get_after_help().map(ToString::to_string).unwrap_or_default();
			let example = help.strip_prefix("Example: ").expect(name);

			let parsed = <Cli as SubstrateCli>::try_from_iter(example.split_whitespace());

			assert!(example.contains(name), "{name} has the example of another: {example}");
			assert!(parsed.is_ok_and(|cli| cli.subcommand.is_some()), "{example}");
		}
	}

	#[test]
	fn cli_should_run_the_node_when_no_subcommand_is_given() {
		let parsed = <Cli as SubstrateCli>::try_from_iter(["reckon-node", "--dev"]).unwrap();

		assert!(parsed.subcommand.is_none());
		assert!(parsed.run.shared_params.dev);
	}

	#[test]
	fn help_should_offer_export_chain_spec_by_that_name() {
		// zombienet greps the help for it and falls back to `build-spec`.
		let help = Cli::command().render_help().to_string();

		assert!(help.contains("export-chain-spec"), "{help}");
	}
}
