//! The measuring half of the node's tool box, on the wasm of a runtime and without a node.

mod storage;

use clap::Parser;
use frame_benchmarking_cli::{OpaqueBlock, OverheadCmd, PalletCmd};
use sc_cli::{CliConfiguration, LoggerBuilder, Result};
use sp_runtime::traits::BlakeTwo256;

/// Our runtime calls nothing beyond what the tool provides to every runtime.
type ExtraHostFunctions = ();

#[derive(Parser)]
enum Command {
	/// What a pallet's calls and hooks cost.
	Pallet(PalletCmd),
	/// What every block and every transaction costs before it does anything.
	Overhead(OverheadCmd),
	/// What it costs to read and to write an item of the state.
	Storage(storage::Storage),
}

fn main() -> Result<()> {
	let command = Command::parse();
	match &command {
		Command::Pallet(pallet) => {
			start_log(pallet)?;
			pallet.run_with_spec::<BlakeTwo256, ExtraHostFunctions>(None)
		},
		Command::Overhead(overhead) => {
			start_log(overhead)?;
			overhead.run_with_default_builder_and_spec::<OpaqueBlock, ExtraHostFunctions>(None)
		},
		Command::Storage(storage) => {
			start_log(&storage.measure)?;
			storage.run()
		},
	}
}

fn start_log(settings: &impl CliConfiguration) -> Result<()> {
	Ok(LoggerBuilder::new(settings.log_filters()?).init()?)
}
