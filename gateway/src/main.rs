//! `reckon-gateway`.

use std::process::ExitCode;

fn main() -> ExitCode {
	match reckon_gateway::cli::main() {
		Ok(code) => code,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		},
	}
}
