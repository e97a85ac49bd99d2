//! Nobody's money waits for anybody: jobs without a provider, and with providers that are away.

use std::time::Duration;

use reckon_e2e::{Net, Provider};
use reckon_sdk::{
	calls, AccountId, Content, JobId, JobRequest, JobState, ModelId, Reason, Sampling, Signer,
	TaskKind, H256,
};
use rustix::process::Signal;

async fn ask(net: &Net, model: ModelId, blocks: u32, only: Option<AccountId>) -> JobId {
	let client = Signer::from_suri("//Charlie").unwrap();
	let best = net.chain.best().await.unwrap();
	let payload = Content::from(b"what is a ledger?".to_vec());
	let price = reckon_sdk::token::UNIT;
	let mut request = JobRequest::new(model, TaskKind::Chat, payload, price, best.number + blocks);
	request.sampling = Sampling { max_output: 64, ..Sampling::default() };
	request.only = only;
	let outcome = net.submit(&client, calls::submit_job(request)).await.unwrap();
	outcome.job_submitted().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_be_refunded_by_the_chain_when_no_provider_comes() {
	let net = Net::start().await;
	net.register_model(H256([7; 32]), "nobody-has-it", &[TaskKind::Chat], 256).await;
	let client = Signer::from_suri("//Charlie").unwrap().account();

	let arguments = "chat --model nobody-has-it --max-price 2 --deadline 5 hello";
	let arguments: Vec<_> = arguments.split(' ').collect();
	let error = net.reckon("//Charlie", &arguments).error(3);

	assert_eq!(error["code"], "NoProviderInTime");
	let at = net.chain.latest().await.unwrap();
	assert_eq!(at.account(&client).await.unwrap().held, 0);
	assert!(at.held_by(&client).await.unwrap().is_empty());
	let (_, job) = at.jobs_of(&client).await.unwrap().remove(0);
	assert_eq!(job.state, JobState::Refunded { reason: Reason::NoProviderInTime });
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_go_to_the_next_provider_or_be_refunded_when_a_worker_hangs() {
	let net = Net::start().await;
	let providers = [net.provider("//Bob").await, net.provider("//Dave").await];
	let model = net.offer_chat(&providers[0]).await;
	net.offer_chat(&providers[1]).await;
	let mut workers = [providers[0].start().await, providers[1].start().await];

	// Both hang until it is known who has the job; then the other one goes on.
	workers.iter_mut().for_each(|worker| worker.process.signal(Signal::STOP));
	let job = ask(&net, model, 24, None).await;
	let first = net.assigned(job).await;
	let hanging = place(&providers, &first);
	workers[1 - hanging].process.signal(Signal::CONT);
	let other = providers[1 - hanging].account();

	let done = net.job_until(job, JobState::is_final).await.job;
	assert!(matches!(done.state, JobState::Settled { .. }), "{done:?}");
	assert_eq!(done.state.provider(), Some(&other));
	let [attempt] = done.attempts.as_slice() else { panic!("{:?}", done.attempts) };
	assert_eq!((attempt.provider, attempt.reason), (first, Reason::DeadlineMissed));

	// Nobody else may have this one.
	let job = ask(&net, model, 7, Some(first)).await;
	let done = net.job_until(job, JobState::is_final).await.job;
	assert_eq!(done.state, JobState::Refunded { reason: Reason::AttemptsExhausted });

	// What hung goes on, and does no harm with what it now knows too late.
	workers[hanging].process.signal(Signal::CONT);
	tokio::time::sleep(Duration::from_secs(8)).await;
	let at = net.chain.latest().await.unwrap();
	assert_eq!(at.job(job).await.unwrap().unwrap().state, done.state);
}

fn place(providers: &[Provider; 2], wanted: &AccountId) -> usize {
	providers.iter().position(|provider| provider.account() == *wanted).unwrap()
}
