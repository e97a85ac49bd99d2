//! A client that doubts its answer has two others compute it.

use reckon_e2e::Net;
use reckon_sdk::JobState;

/// What wallets have to show of it.
const DECODED: [&str; 5] = [
	"Jobs.dispute",
	"Jobs.JobDisputed",
	"Jobs.ComparisonOpened",
	"Jobs.Comparisons",
	"Jobs.ComparisonDecided",
];

#[tokio::test(flavor = "multi_thread")]
async fn disputed_answer_should_be_paid_when_two_others_say_the_same() {
	let net = Net::start().await;
	let mut workers = Vec::new();
	for name in ["//Bob", "//Dave", "//Eve"] {
		let provider = net.provider(name).await;
		net.offer_chat(&provider).await;
		workers.push((provider.start().await, provider));
	}
	let submit = ["job", "submit", "--model", "reckon-lexicon", "--task", "chat"];
	let question = ["--text", "what is a ledger?"];
	let submitted = net.reckon("//Charlie", &[&submit[..], &question].concat()).json();
	let job = submitted["job"].as_str().unwrap().to_owned();
	let id = job.parse().unwrap();
	let delivered = |state: &JobState| matches!(state, JobState::Delivered { .. });
	let JobState::Delivered { provider, delivery, .. } =
		net.job_until(id, delivered).await.job.state
	else {
		unreachable!("that was waited for")
	};

	let disputed = net.reckon("//Charlie", &["job", "dispute", &job, "--wait"]).json();

	let others = disputed["others"].as_array().unwrap();
	assert_eq!(others.len(), 2, "{disputed}");
	let verdict = &disputed["comparison"]["verdict"];
	assert_eq!(verdict["verdict"], "majority", "{disputed}");
	assert_eq!(verdict["answer"]["hash"], format!("{:?}", delivery.output.hash), "{disputed}");
	let done = net.job_until(id, JobState::is_final).await.job;
	assert!(matches!(done.state, JobState::Settled { .. }), "{done:?}");
	assert_eq!(done.state.provider(), Some(&provider));
	drop(workers);
	net.assert_decodes(&DECODED).await;
}
