//! The same chain from JavaScript, by polkadot.js alone.

use std::time::Duration;

use reckon_e2e::{javascript, Net};
use reckon_sdk::{calls, token::UNIT, Signer, H256};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn metadata_should_have_documentation_for_everything_of_ours() {
	let net = Net::start().await;

	let run = javascript("test/metadata-docs.mjs", &["--url", &net.url]);

	assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn example_should_print_the_answer_when_a_worker_is_there() {
	let net = Net::start().await;
	let bob = net.provider("//Bob").await;
	net.offer_chat(&bob).await;
	let worker = bob.start().await;

	let run = javascript(
		"examples/submit-job.mjs",
		&["--url", &net.url, "--model", "reckon-lexicon", "--text", "what is a ledger?", "--json"],
	);

	let json = run.json();
	assert!(json["answer"].as_str().unwrap().split_whitespace().count() > 2, "{json}");
	assert_eq!(json["provider"], bob.account().to_string());
	drop(worker);
}

/// What a run must have to show whether wallets can read it.
const HAD: [&str; 35] = [
	"Jobs.JobSubmitted",
	"Jobs.JobAssigned",
	"Jobs.JobDelivered",
	"Jobs.JobSettled",
	"Jobs.JobRefunded",
	"Models.Registered",
	"Models.register_model",
	"Models.Models",
	"Models.register_data_set",
	"Models.DataSets",
	"Models.register_app",
	"Models.Apps",
	"Models.Transferred",
	"Models.Deprecated",
	"Models.Retirements",
	"Providers.ProviderRegistered",
	"Providers.heartbeat",
	"Providers.WorkerSeen",
	"Reputation.ScoreChanged",
	"Rewards.RewardsEmitted",
	"Rewards.RewardPaid",
	"Subnets.SubnetCreated",
	"Subnets.ChangeAnnounced",
	"Subnets.SubnetRetiring",
	"Subnets.GatewayRegistered",
	"Subnets.GatewayBondRaised",
	"Subnets.GatewayUpdated",
	"Subnets.GatewayLeaving",
	"ValidatorStaking.join",
	"ValidatorStaking.CandidateJoined",
	"ValidatorStaking.BondRaised",
	"ValidatorStaking.CandidateChilled",
	"ValidatorStaking.Delegated",
	"ValidatorStaking.UnbondingStarted",
	"ValidatorStaking.ValidatorsElected",
];

/// Puts a data set into the store, and an app that uses it and the chat model.
fn fill_store(net: &Net) {
	let hash = |byte| format!("{:?}", H256([byte; 32]));
	let register = |kind: &str, name: &str, details: serde_json::Value| {
		let file = net.path(&format!("{kind}.json"));
		std::fs::write(&file, details.to_string()).unwrap();
		let arguments = [kind, "register", "--file", file.to_str().unwrap(), "--name", name];
		let registered = net.reckon("//Dave", &arguments).json();
		assert!(registered["id"].is_string(), "{registered}");
	};
	let words = json!({
		"content": hash(1), "bytes": 1_000_000, "records": 6_236, "licence": "CC0-1.0",
		"location": "https://example.org/words", "description": hash(2),
	});
	register("datasets", "dave/words", words);
	let dictionary = json!({
		"models": ["reckon-lexicon"], "data_sets": ["dave/words"], "licence": "MIT",
		"location": "https://example.org/dictionary", "content": hash(3), "description": hash(4),
	});
	register("apps", "dave/dictionary", dictionary);
}

/// Makes Dave a candidate. It sets no session keys, so that it is never elected: two validators of one node
/// finalize nothing, as the node votes for one of them.
async fn stand_for_election(net: &Net) {
	let dave = Signer::from_suri("//Dave").unwrap();
	net.submit(&dave, calls::join(20_000 * UNIT, 25_000)).await.unwrap();
	net.reckon("//Dave", &["validator", "bond", "5"]).json();
	net.reckon("//Dave", &["validator", "chill"]).json();
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_should_decode_without_extra_types_when_a_run_was_full() {
	let net = Net::start().await;
	let bob = net.provider("//Bob").await;
	net.offer_chat(&bob).await;
	let worker = bob.start().await;
	let run = |suri: &str, line: &str| {
		let words: Vec<_> = line.split(' ').collect();
		net.reckon(suri, &words).json()
	};
	// Nobody does it for so little: refunded at its deadline, while the rest goes on.
	let job = "job submit --model reckon-lexicon --task chat --text word --deadline 25";
	run("//Charlie", &format!("{job} --max-price 0.000001"));
	run("//Charlie", "chat --model reckon-lexicon ledger");
	fill_store(&net);
	run("//Dave", "apps transfer dave/dictionary --to //Eve");
	run("//Eve", "apps deprecate dave/dictionary");
	stand_for_election(&net).await;
	run("//Dave", "stake delegate //Alice 500");
	run("//Dave", "stake undelegate //Alice 100");
	let created = run("//Eve", "subnet create acme --treasury-share 4 --models reckon-lexicon");
	assert_eq!(created["subnet"]["id"], 1, "{created}");
	run("//Eve", "subnet update acme --all-models --audit-rate-max 25");
	run("//Eve", "gateway register --subnet acme --bond 1000 --endpoint http://localhost:8000");
	run("//Eve", "gateway bond 5");
	run("//Eve", "gateway move http://localhost:8001");
	run("//Eve", "gateway leave");
	run("//Eve", "subnet retire acme");
	// Three sessions of twenty blocks are an era: its rewards are paid when it is over.
	let era = run("//Bob", "rewards era");
	let ends_at = u32::try_from(era["ends_at"].as_u64().unwrap()).unwrap();
	// A little later: the end is an estimate.
	net.finalized_within(ends_at + 2, Duration::from_secs(300)).await;
	run("//Bob", "rewards claim");
	run("//Bob", "rewards claim --validator //Alice");
	let history = run("//Bob", "rewards history");
	assert_eq!(history["history"][0]["earnings"]["state"], "claimed", "{history}");
	drop(worker);

	net.assert_decodes(&HAD).await;
}
