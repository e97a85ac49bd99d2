//! Nobody's money waits for anybody: jobs without a provider, and with providers that are away. And the
//! chain says why, of jobs and of providers.

use std::time::Duration;

use reckon_e2e::{Net, Provider};
use reckon_sdk::{
	calls, AccountId, Content, JobId, JobRequest, JobState, ModelId, Reason, Sampling, Signer,
	TaskKind, H256,
};
use rustix::process::Signal;
use serde_json::Value;

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

/// What `reckon job why` says: where the job stands, why, and a sentence for a person that has these words
/// in it. Says which turns at the job came to nothing: whose, and why.
fn job_why(
	net: &Net,
	job: JobId,
	state: &str,
	reason: Reason,
	words: &str,
) -> Vec<(String, String)> {
	let said = net.reckon("//Charlie", &["job", "why", &format!("{job:?}")]).json();
	assert_eq!(said["job"], format!("{job:?}"), "{said}");
	assert_eq!(said["state"], state, "{said}");
	explained(&said, reason, words);
	let attempts = said["attempts"].as_array().unwrap().iter();
	let text = |value: &Value| value.as_str().unwrap().to_owned();
	attempts.map(|turn| (text(&turn["provider"]), text(&turn["reason"]))).collect()
}

/// What `reckon provider why` says to its owner.
fn provider_why(net: &Net, suri: &str, reason: Reason, words: &str) {
	let said = net.reckon(suri, &["provider", "why"]).json();
	let owner = Signer::from_suri(suri).unwrap().account();
	assert_eq!(said["account"], owner.to_string(), "{said}");
	explained(&said, reason, words);
}

fn explained(said: &Value, reason: Reason, words: &str) {
	assert_eq!(said["reason"], reason.to_string(), "{said}");
	assert!(said["explanation"].as_str().unwrap().contains(words), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn job_should_be_refunded_by_the_chain_when_no_provider_comes() {
	let net = Net::start().await;
	let model = net.register_model(H256([7; 32]), "nobody-has-it", &[TaskKind::Chat], 256).await;
	provider_why(&net, "//Charlie", Reason::NotRegistered, "register it");
	let unknown = format!("{:?}", H256([9; 32]));
	let error = net.reckon("//Charlie", &["job", "why", &unknown]).error(1);
	assert_eq!(error["code"], "unknown_job");
	let client = Signer::from_suri("//Charlie").unwrap().account();

	let arguments = "chat --model nobody-has-it --max-price 2 --deadline 5 hello";
	let arguments: Vec<_> = arguments.split(' ').collect();
	let error = net.reckon("//Charlie", &arguments).error(3);

	assert_eq!(error["code"], "NoProviderInTime");
	let at = net.chain.latest().await.unwrap();
	assert_eq!(at.account(&client).await.unwrap().held, 0);
	assert!(at.held_by(&client).await.unwrap().is_empty());
	let (id, job) = at.jobs_of(&client).await.unwrap().remove(0);
	assert_eq!(job.state, JobState::Refunded { reason: Reason::NoProviderInTime });
	let turns = job_why(&net, id, "refunded", Reason::NoProviderInTime, "the money is back");
	assert!(turns.is_empty(), "{turns:?}");

	// One that still waits, as long as its client wants it to.
	let job = ask(&net, model, 60, None).await;
	let waits = |state: &JobState| matches!(state, JobState::Open { reason: Reason::NoOffer, .. });
	net.job_until(job, waits).await;
	job_why(&net, job, "open", Reason::NoOffer, "no provider that is there offers this model");
	net.reckon("//Charlie", &["job", "cancel", &format!("{job:?}")]).json();
	job_why(&net, job, "refunded", Reason::CancelledByClient, "the client withdrew the job");
}

/// What wallets have to show of workers that hang and providers that go.
const DECODED: [&str; 7] = [
	"Jobs.DeadlineMissed",
	"Jobs.Jobs",
	"Jobs.Ledgers",
	"Providers.ProviderPaused",
	"Providers.ProviderLeaving",
	"Providers.BondReturns",
	"Reputation.ScoreChanged",
];

#[tokio::test(flavor = "multi_thread")]
async fn job_should_go_to_the_next_provider_or_be_refunded_when_a_worker_hangs() {
	let net = Net::start().await;
	let owners = ["//Bob", "//Dave"];
	let providers = [net.provider(owners[0]).await, net.provider(owners[1]).await];
	provider_why(&net, owners[0], Reason::OffersNothing, "make an offer");
	let model = net.offer_chat(&providers[0]).await;
	net.offer_chat(&providers[1]).await;
	provider_why(&net, owners[0], Reason::Eligible, "nothing speaks against the provider");
	let mut workers = [providers[0].start().await, providers[1].start().await];

	// Both hang until it is known who has the job; then the other one goes on.
	workers.iter_mut().for_each(|worker| worker.process.signal(Signal::STOP));
	let job = ask(&net, model, 24, None).await;
	let first = net.assigned(job).await;
	let hanging = place(&providers, &first);
	workers[1 - hanging].process.signal(Signal::CONT);
	let other = providers[1 - hanging].account();
	let turns = job_why(&net, job, "assigned", Reason::InProgress, "a provider is working on it");
	assert!(turns.is_empty(), "{turns:?}");

	let done = net.job_until(job, JobState::is_final).await.job;
	assert!(matches!(done.state, JobState::Settled { .. }), "{done:?}");
	assert_eq!(done.state.provider(), Some(&other));
	let [attempt] = done.attempts.as_slice() else { panic!("{:?}", done.attempts) };
	assert_eq!((attempt.provider, attempt.reason), (first, Reason::DeadlineMissed));
	let missed = [(first.to_string(), "DeadlineMissed".to_owned())];
	assert_eq!(job_why(&net, job, "settled", Reason::Paid, "done and paid"), missed);

	// Nobody else may have this one.
	let job = ask(&net, model, 7, Some(first)).await;
	let done = net.job_until(job, JobState::is_final).await.job;
	assert_eq!(done.state, JobState::Refunded { reason: Reason::AttemptsExhausted });
	let words = "every provider that was tried failed";
	assert_eq!(job_why(&net, job, "refunded", Reason::AttemptsExhausted, words), missed);

	// What hung goes on, and does no harm with what it now knows too late.
	workers[hanging].process.signal(Signal::CONT);
	tokio::time::sleep(Duration::from_secs(8)).await;
	let at = net.chain.latest().await.unwrap();
	assert_eq!(at.job(job).await.unwrap().unwrap().state, done.state);

	let owner = owners[1 - hanging];
	net.reckon(owner, &["provider", "pause"]).json();
	provider_why(&net, owner, Reason::Paused, "resume it");
	net.reckon(owner, &["provider", "leave"]).json();
	provider_why(&net, owner, Reason::Leaving, "its bond is being returned");
	net.assert_decodes(&DECODED).await;
}

fn place(providers: &[Provider; 2], wanted: &AccountId) -> usize {
	providers.iter().position(|provider| provider.account() == *wanted).unwrap()
}
