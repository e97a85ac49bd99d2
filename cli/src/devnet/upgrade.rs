//! Another runtime for a network that runs: what a pallet's author tries next, without a new chain.

use std::{
	env, fs,
	path::{Path, PathBuf},
};

use clap::Args;
use reckon_sdk::{calls, Chain, Submitter, Until};
use serde_json::json;
use sp_maybe_compressed_blob::{compress_weakly, CODE_BLOB_BOMB_LIMIT};

use super::{setup::Cast, state::absolute, DirArgs, State};
use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
};

/// Where Cargo leaves the runtime, from the folder in which this program is: small, or as the development
/// profile has it.
const BUILT: [&str; 2] = [
	"wbuild/reckon-runtime/reckon_runtime.compact.compressed.wasm",
	"wbuild/reckon-runtime/reckon_runtime.wasm",
];

/// How a file of wasm begins, and one compressed as Substrate does it.
const BEGINNINGS: [&[u8]; 2] = [b"\0asm", &[82, 188, 83, 118, 70, 219, 142, 5]];

/// Which runtime, and where to.
#[derive(Debug, Clone, Args)]
pub(crate) struct UpgradeArgs {
	#[command(flatten)]
	dir: DirArgs,
	/// The runtime [default: the one that `cargo build` has left beside this program]
	#[arg(long, value_name = "FILE")]
	wasm: Option<PathBuf>,
}

/// Puts another runtime on the running network's chain, by sudo.
pub(super) async fn run(context: &Context, args: &UpgradeArgs) -> Result<()> {
	let dir = absolute(&args.dir.dir)?;
	let state = State::read(&dir).filter(State::is_up);
	let url = state.and_then(|state| state.rpc_url).ok_or_else(|| super::nothing_here(&dir))?;
	let file = match &args.wasm {
		Some(file) => file.clone(),
		None => built()?,
	};
	let code = compressed(read(&file)?)?;
	let bytes = code.len();

	let chain = Chain::connect(&url).await.map_err(failure)?;
	let submitter = Submitter::start(chain, Cast::new()?.owner);
	let wait = context.output.wait("the runtime is on its way into a block");
	let call = calls::sudo(calls::set_code_without_checks(code));
	let outcome = submitter.submit_until(call, Until::InBlock).await;
	drop(wait);
	let outcome = outcome.map_err(|error| failure(error.into()))?;
	if !outcome.has("System", "CodeUpdated") {
		return Err(Failure::new("runtime_refused", "the chain did not take the runtime"));
	}
	let json = json!({ "block": outcome.block.number, "bytes": bytes, "file": file });
	context.output.result(&json, || {
		let (file, block) = (file.display(), outcome.block.number);
		format!("{file} runs from block #{} on", block.saturating_add(1))
	});
	Ok(())
}

fn built() -> Result<PathBuf> {
	let program = env::current_exe().map_err(|error| Failure::io("this program", &error))?;
	let dir = program.parent().unwrap_or(Path::new(""));
	let [small, other] = BUILT.map(|file| dir.join(file));
	Ok(if small.exists() { small } else { other })
}

fn read(file: &Path) -> Result<Vec<u8>> {
	let fix = "`cargo build -p reckon-runtime` makes the runtime; --wasm names another";
	let code = fs::read(file).map_err(|error| Failure::io(file.display(), &error).fix(fix))?;
	// The chain takes whatever it is given, and would never make a block again.
	if !BEGINNINGS.iter().any(|beginning| code.starts_with(beginning)) {
		let what = format!("{} is not a runtime's wasm, compressed or not", file.display());
		return Err(Failure::new("not_a_runtime", what).fix(fix));
	}
	Ok(code)
}

/// As runtimes travel: a node makes no block of more than 4 MiB, which is less than the development
/// profile's wasm has.
fn compressed(code: Vec<u8>) -> Result<Vec<u8>> {
	if code.starts_with(BEGINNINGS[1]) {
		return Ok(code);
	}
	compress_weakly(&code, CODE_BLOB_BOMB_LIMIT).ok_or_else(|| {
		Failure::new("not_a_runtime", "the runtime is longer than any that a node would run")
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn file_should_be_refused_when_it_is_no_wasm() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("runtime");
		assert_eq!(read(&file).unwrap_err().code, "io");
		for (code, taken) in
			[(&b""[..], false), (b"\0as", false), (b"text", false), (b"\0asm\x01", true)]
		{
			fs::write(&file, code).unwrap();
			assert_eq!(read(&file).map_err(|failure| failure.code).is_ok(), taken, "{code:?}");
		}
		fs::write(&file, [BEGINNINGS[1], &[0, 0]].concat()).unwrap();
		assert!(read(&file).is_ok());
	}

	#[test]
	fn runtime_should_be_compressed_once() {
		let code = [b"\0asm".as_slice(), &[7; 10_000]].concat();
		let small = compressed(code.clone()).unwrap();
		assert!(small.starts_with(BEGINNINGS[1]) && small.len() < 1_000);
		assert_eq!(compressed(small.clone()).unwrap(), small);
		let back = sp_maybe_compressed_blob::decompress(&small, CODE_BLOB_BOMB_LIMIT).unwrap();
		assert_eq!(back.as_ref(), code);
	}
}
