//! `reckon-node`: consensus, network, RPC and chain specs for the Reckon chain.
//!
//! There is no business logic here: what the chain does is decided by the runtime
//! (`reckon-runtime`); the node carries its blocks. `README.md` beside this crate says how to run
//! it.

#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]
// Substrate's own error types are large; boxing them at each step would hide them for no gain.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod equivocations;
mod rpc;
mod service;
mod verifier;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		},
	}
}
