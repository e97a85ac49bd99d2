//! The same chain from JavaScript, by polkadot.js alone.

use std::process::Command;

use reckon_e2e::{root, Net, Run};

fn node(script: &str, arguments: &[&str]) -> Run {
	let installed = root().join("sdk/js/node_modules/@polkadot/api");
	assert!(installed.exists(), "the JavaScript packages are missing: run scripts/setup");
	let mut command = Command::new("node");
	command.arg(root().join("sdk/js").join(script)).args(arguments);
	Run::of(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_should_have_documentation_for_everything_of_ours() {
	let net = Net::start().await;

	let run = node("test/metadata-docs.mjs", &["--url", &net.url]);

	assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn example_should_print_the_answer_when_a_worker_is_there() {
	let net = Net::start().await;
	let bob = net.provider("//Bob").await;
	net.offer_chat(&bob).await;
	let worker = bob.start().await;

	let run = node(
		"examples/submit-job.mjs",
		&["--url", &net.url, "--model", "reckon-lexicon", "--text", "what is a ledger?", "--json"],
	);

	let json = run.json();
	assert!(json["answer"].as_str().unwrap().split_whitespace().count() > 2, "{json}");
	assert_eq!(json["provider"], bob.account().to_string());
	drop(worker);
}
