//! Four validators: blocks are final, also when one of them is gone.

use reckon_e2e::Net;
use reckon_sdk::{calls, token::UNIT, Content, JobRequest, JobState, Signer, TaskKind};

#[tokio::test(flavor = "multi_thread")]
async fn network_should_finalize_and_settle_when_one_of_four_validators_is_killed() {
	let (net, mut others) = Net::start_validators(["alice", "bob", "charlie", "dave"]).await;
	net.finalized(2).await;
	let (provider, ()) = tokio::join!(net.provider("//Bob"), others[0].finalized(2));
	let model = net.offer_chat(&provider).await;
	let _worker = provider.start().await;

	others[2].kill_node();
	let best = net.chain.best().await.unwrap().number;
	let payload = Content::from(b"what is a ledger?".to_vec());
	let request = JobRequest::new(model, TaskKind::Chat, payload, UNIT, best + 200);
	let charlie = Signer::from_suri("//Charlie").unwrap();
	let outcome = net.submit(&charlie, calls::submit_job(request)).await.unwrap();
	let job = outcome.job_submitted().unwrap();

	let settled = |state: &JobState| matches!(state, JobState::Settled { .. });
	net.job_until(job, settled).await;
	// Also for those who did not see the transaction.
	let after = net.chain.best().await.unwrap().number;
	tokio::join!(net.finalized(after), others[0].finalized(after), others[1].finalized(after));
}
