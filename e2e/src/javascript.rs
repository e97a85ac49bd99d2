//! Looking at a chain from JavaScript, by polkadot.js alone.

use std::process::Command;

use crate::{root, Net, Run};

/// Runs a program of `sdk/js` to its end.
///
/// # Panics
/// When the JavaScript packages are not installed.
pub fn javascript(script: &str, arguments: &[&str]) -> Run {
	let installed = root().join("sdk/js/node_modules/@polkadot/api");
	assert!(installed.exists(), "the JavaScript packages are missing: run scripts/setup");
	let mut command = Command::new("node");
	command.arg(root().join("sdk/js").join(script)).args(arguments);
	Run::of(command)
}

impl Net {
	/// Decodes all that the chain has had until now as wallets do, without types of ours. The run must have
	/// had these events, calls and storage items.
	///
	/// # Panics
	/// When something can't be decoded, or was not there.
	pub async fn assert_decodes(&self, had: &[&str]) {
		let best = self.chain.best().await.expect("a block").number;
		self.finalized(best).await;

		let had = had.join(",");
		let run = javascript("test/decode-everything.mjs", &["--url", &self.url, "--expect", &had]);

		println!("{}", run.stdout);
		assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
	}
}
