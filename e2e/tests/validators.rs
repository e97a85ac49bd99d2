//! Four validators: blocks are final, also when one of them is gone; and one that cheats is found out.

use std::time::Duration;

use reckon_e2e::{Net, LIMIT};
use reckon_sdk::{
	calls, token::UNIT, CandidateStatus, ChillReason, Content, JobRequest, JobState, Signer,
	TaskKind,
};

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

#[tokio::test(flavor = "multi_thread")]
async fn validator_should_be_chilled_and_slashed_when_two_nodes_make_blocks_by_its_keys() {
	let (net, _others) = Net::start_validators(["alice", "bob", "charlie", "dave"]).await;
	net.finalized(2).await;
	let _twin = net.start_twin("dave").await;

	// Nobody tells the chain but the other validators' nodes.
	let slashed = async {
		loop {
			let at = net.chain.latest().await.unwrap();
			if let Some((_, slash)) = at.unapplied_slashes().await.unwrap().into_iter().next() {
				return (at, slash);
			}
			tokio::time::sleep(Duration::from_millis(500)).await;
		}
	};
	let slashed = tokio::time::timeout(LIMIT, slashed).await;
	let (at, slash) = slashed.expect("the two blocks in one slot are reported");
	let dave = Signer::from_suri("//Dave").unwrap().account();
	assert_eq!(slash.validator, dave);
	assert!(slash.fraction > 0 && slash.due > slash.era, "{slash:?}");
	let candidate = at.candidate(&dave).await.unwrap().unwrap();
	let CandidateStatus::Chilled { why, .. } = candidate.status else {
		panic!("{candidate:?}");
	};
	assert_eq!(why, ChillReason::Offence);
}
