//! `benchmark pallet` of the node's tool box, on the wasm of a runtime and without a node.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sc_cli::{CliConfiguration, LoggerBuilder, Result};
use sp_runtime::traits::BlakeTwo256;

/// Our runtime calls nothing beyond what the tool provides to every runtime.
type ExtraHostFunctions = ();

fn main() -> Result<()> {
	let command = PalletCmd::parse();
	LoggerBuilder::new(command.log_filters()?).init()?;
	command.run_with_spec::<BlakeTwo256, ExtraHostFunctions>(None)
}
