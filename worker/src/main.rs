//! `reckon-worker`: see `reckon-worker --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
	match reckon_worker::cli::main() {
		Ok(code) => code,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		},
	}
}
