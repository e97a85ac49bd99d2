//! A worker that is killed at any point delivers once, and is paid once.

use std::time::Duration;

use reckon_e2e::{Net, Provider, LIMIT};
use reckon_sdk::{
	calls, Content, JobEvent, JobId, JobRequest, JobState, ModelId, Sampling, Signer, TaskKind,
};

const POINTS: [(&str, &str); 4] = [
	("//Bob", "after-seen"),
	("//Dave", "after-computed-before-journal"),
	("//Eve", "after-journal-before-submit"),
	("//Ferdie", "after-submit-before-ack"),
];

async fn ask(net: &Net, client: &Signer, provider: &Provider, model: ModelId) -> JobId {
	let best = net.chain.best().await.unwrap();
	let payload = Content::from(b"what is a ledger?".to_vec());
	let price = reckon_sdk::token::UNIT;
	let mut request = JobRequest::new(model, TaskKind::Chat, payload, price, best.number + 60);
	request.sampling = Sampling { max_output: 64, ..Sampling::default() };
	request.only = Some(provider.account());
	let outcome = net.submit(client, calls::submit_job(request)).await.unwrap();
	outcome.job_submitted().unwrap()
}

async fn assert_delivered_and_paid_once(net: &Net, job: JobId, provider: &Provider, name: &str) {
	let last = net.job_until(job, JobState::is_final).await;
	assert!(matches!(last.job.state, JobState::Settled { .. }), "{name}: {:?}", last.job);
	let history = net.history(job).await;
	let count = |wanted: fn(&JobEvent) -> bool| history.iter().filter(|e| wanted(e)).count();
	assert_eq!(count(|e| matches!(e, JobEvent::JobDelivered { .. })), 1, "{name}: {history:?}");
	assert_eq!(count(|e| matches!(e, JobEvent::JobSettled { .. })), 1, "{name}: {history:?}");
	assert_eq!(last.job.state.provider(), Some(&provider.account()), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_should_deliver_once_when_killed_at_any_named_point() {
	let net = Net::start().await;
	let client = Signer::from_suri("//Charlie").unwrap();
	let mut cases = Vec::new();
	// All in one network: each job is for one provider, whose worker ends at its own point.
	for (suri, point) in POINTS {
		let provider = net.provider(suri).await;
		let model = net.offer_chat(&provider).await;
		let doomed = provider.start_to_crash_at(point);
		let job = ask(&net, &client, &provider, model).await;
		cases.push((provider, point, doomed, job));
	}
	let mut again = Vec::new();
	for (provider, point, doomed, _) in &mut cases {
		let status = doomed.process.wait(LIMIT);
		assert!(status.is_ok(), "the worker never came to {point}:\n{}", provider.log());
		let doomed_at = format!("ending at {point}");
		assert!(provider.log().contains(&doomed_at), "{point}:\n{}", provider.log());
		again.push(provider.start().await);
	}
	for (provider, point, _, job) in &cases {
		assert_delivered_and_paid_once(&net, *job, provider, point).await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_should_deliver_once_when_killed_at_odd_times() {
	let net = Net::start().await;
	let client = Signer::from_suri("//Charlie").unwrap();
	let provider = net.provider("//Bob").await;
	let model = net.offer_chat(&provider).await;
	let mut worker = provider.start().await;
	let jobs =
		[ask(&net, &client, &provider, model).await, ask(&net, &client, &provider, model).await];
	// The work lies a block or two after its submission, once a provider was drawn: these kills
	// fall before, into and after it, wherever that is on this machine.
	for millis in [2_700, 5_300, 900, 3_100] {
		tokio::time::sleep(Duration::from_millis(millis)).await;
		worker.process.kill();
		worker = provider.start().await;
	}
	for job in jobs {
		assert_delivered_and_paid_once(&net, job, &provider, "odd times").await;
	}
}
