//! `reckon`: the command line of clients and operators.

use std::process::ExitCode;

// The main thread waits for the commands and starts other programs; they end when it does.
#[tokio::main]
async fn main() -> ExitCode {
	reckon_cli::run(std::env::args_os()).await
}
