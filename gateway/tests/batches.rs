//! Receipts on their way to the chain.

#![allow(missing_docs)]

mod common;

use codec::Encode;
use common::{hear, pair, provider_of, Manner, Net, Table, CHANNEL, PRICE};
use reckon_gateway::{
	batches::{self, Rhythm},
	chain::BatchOnChain,
	desk::{Desk, Refusal},
};
use reckon_gateway_store::{BatchState, Key, RequestId, State};
use reckon_primitives::{Balance, ChannelId, ContentRef, Units};
use reckon_receipts::{charge, BatchTree};
use sp_core::{Pair, H256};
use std::{
	path::Path,
	sync::Arc,
	task::Poll,
	time::{Duration, Instant},
};
use tokio::task::JoinHandle;

const MUCH: Balance = 1_000_000;

fn cost() -> Balance {
	charge(&PRICE, Units { input: 7, output: 4 })
}

async fn answered(net: &Net, key: &Key, count: usize) -> Vec<RequestId> {
	let mut ids = Vec::new();
	for _ in 0..count {
		let mut answering = net.ask(key).await.unwrap();
		hear(&mut answering).await.1.unwrap();
		ids.push(answering.id());
	}
	ids
}

fn clerk(net: &Net) -> JoinHandle<()> {
	let rhythm = Rhythm::new(Duration::from_millis(30), 1_000);
	tokio::spawn(batches::run(net.rooms.clone(), rhythm))
}

async fn until(net: &Net, id: RequestId, state: &State) {
	let wait = async {
		loop {
			net.look().await;
			if *state == State::Settled {
				end_batches(&net.chain, &BatchOnChain::Settled);
			}
			if net.store.request(id).await.unwrap().unwrap().state == *state {
				return;
			}
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
	};
	let waited = tokio::time::timeout(Duration::from_secs(10), wait).await;
	if waited.is_err() {
		panic!("not {state:?}: {:?}", net.store.request(id).await.unwrap().unwrap().state);
	}
}

fn end_batches(chain: &Table, how: &BatchOnChain) {
	for (_, _, state) in chain.batches.lock().unwrap().iter_mut() {
		*state = how.clone();
	}
}

async fn net(dir: &Path) -> (Net, Key, common::Worker) {
	let net = Net::new(dir).await;
	let key = net.key(MUCH, 2, MUCH).await;
	let worker = net.worker(10, Manner::Honest).await;
	(net, key, worker)
}

#[tokio::test]
async fn receipts_should_be_committed_proved_and_settled() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let ids = answered(&net, &key, 3).await;
	let clerk = clerk(&net);
	until(&net, ids[2], &State::Batched).await;
	// A batch is noted before the chain has it.
	while net.chain.batches.lock().unwrap().is_empty() {
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	let (root, ..) = net.chain.batches.lock().unwrap()[0];
	let channel = net.chain.channels.lock().unwrap()[&CHANNEL].clone();
	let (all, taken) = (3 * cost(), channel.taken.iter().sum::<Balance>());
	assert_eq!((channel.left, taken), (MUCH - all, all));
	// What is on chain is not counted twice.
	net.look().await;
	assert_eq!(net.gateway.channel(CHANNEL).await.unwrap().left, MUCH - all);

	let mut receipts = Vec::new();
	for id in &ids {
		let file = net.gateway.receipt(*id).await.unwrap();
		let batch = file.batch.as_ref().expect("it is in a batch");
		assert_eq!(batch.root.hash, root);
		assert_eq!(batch.verify(&file.signed), Ok(()));
		receipts.push(file.signed);
	}
	let leaves = net.gateway.leaves(root).await.unwrap();
	assert_eq!(ContentRef::of(&leaves), ContentRef::of(&receipts.encode()));

	until(&net, ids[0], &State::Settled).await;
	// The next ones start where these ended.
	let more = answered(&net, &key, 1).await;
	until(&net, more[0], &State::Batched).await;
	assert_eq!(net.chain.channels.lock().unwrap()[&CHANNEL].left, MUCH - 4 * cost());
	clerk.abort();
}

#[tokio::test]
async fn batch_that_was_cut_off_should_be_nobodys_and_go_to_the_chain_as_a_whole() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let ids = answered(&net, &key, 300).await;
	let receipts = net.store.unbatched(300).await.unwrap();
	let root = BatchTree::new(receipts).unwrap().root().hash;
	// How far it comes before it is cut off is the threads' matter: it is tried until that is in the middle.
	let mut is_partial = false;
	for _ in 0..100 {
		let (mut noting, mut polls) = (net.store.batch(root, &ids, 1), 0);
		// The first one sends its beginning off, the second one its first part, or more.
		std::future::poll_fn(|cx| {
			polls += 1;
			match noting.as_mut().poll(cx) {
				Poll::Pending if polls < 2 => Poll::Pending,
				_ => Poll::Ready(()),
			}
		})
		.await;
		drop(noting);
		// What was sent off is done before this.
		net.store.check().await.unwrap();
		is_partial = net.store.open_batches().await.unwrap()[0].state == BatchState::Partial;
		if is_partial {
			break;
		}
		net.store.dissolve(root).await.unwrap();
	}
	assert!(is_partial);
	assert!(net.store.unbatched(300).await.unwrap().len() < ids.len());

	// Who asks now hears of no part, and spoils nothing for who asks later: it is the same root.
	assert!(net.gateway.receipt(ids[0]).await.unwrap().batch.is_none());
	assert_eq!(net.gateway.leaves(root).await, Err(Refusal::UnknownRequest));
	assert_eq!(net.rooms.tree(root).await, Ok(None));
	let clerk = clerk(&net);
	until(&net, ids[299], &State::Settled).await;
	let batches: Vec<_> =
		net.chain.batches.lock().unwrap().iter().map(|(root, ..)| *root).collect();
	assert_eq!(batches, [root]);
	for id in [ids[0], ids[299]] {
		let file = net.gateway.receipt(id).await.unwrap();
		assert_eq!(file.batch.expect("it is in a batch").verify(&file.signed), Ok(()));
	}
	clerk.abort();
}

#[tokio::test]
async fn next_batch_should_begin_where_the_last_one_ended_when_no_block_was_looked_at_since() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let ids = answered(&net, &key, 3).await;
	let rhythm = Rhythm::new(Duration::from_millis(30), 1);
	let clerk = tokio::spawn(batches::run(net.rooms.clone(), rhythm));
	// A batch is noted before the chain has it.
	let all = async {
		while net.chain.batches.lock().unwrap().len() < ids.len() {
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
	};
	tokio::time::timeout(Duration::from_secs(10), all).await.expect("one of them is refused");
	assert_eq!(net.chain.channels.lock().unwrap()[&CHANNEL].left, MUCH - 3 * cost());
	clerk.abort();
}

#[tokio::test]
async fn batches_should_keep_their_rhythm_and_be_settled_when_the_load_never_ends() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let first = answered(&net, &key, 1).await[0];
	let rhythm = Rhythm::new(Duration::from_millis(100), 1_000);
	let since = Instant::now();
	let clerk = tokio::spawn(batches::run(net.rooms.clone(), rhythm));
	let committed = async {
		loop {
			let count = net.chain.batches.lock().unwrap().len() as u32;
			if count >= 6 {
				return count;
			}
			tokio::time::sleep(Duration::from_millis(1)).await;
		}
	};
	let load = async {
		loop {
			// Together, so that some come whatever the clerk does.
			tokio::join!(answered(&net, &key, 5), answered(&net, &key, 5));
		}
	};
	let work = async {
		let count = committed.await;
		// One a round, whatever has come since it began.
		assert!(Duration::from_millis(100) * (count - 1) <= since.elapsed());
		until(&net, first, &State::Settled).await;
	};
	tokio::select! {
		done = tokio::time::timeout(Duration::from_secs(30), work) => done.expect("it gets no further"),
		() = load => unreachable!(),
	}
	clerk.abort();
}

#[tokio::test]
async fn batch_should_charge_once_when_nobody_heard_that_it_is_in() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, worker) = net(dir.path()).await;
	let ids = answered(&net, &key, 2).await;
	*net.chain.deaf.lock().unwrap() = true;
	let deaf = clerk(&net);
	while net.chain.batches.lock().unwrap().is_empty() {
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	deaf.abort();
	// As after kill -9.
	let chain: Arc<Table> = net.chain.clone();
	*chain.deaf.lock().unwrap() = false;
	drop((net, worker));
	let net = Net::over(dir.path(), chain, common::bounds()).await;
	let clerk = clerk(&net);
	until(&net, ids[0], &State::Settled).await;
	assert_eq!(net.chain.batches.lock().unwrap().len(), 1);
	assert_eq!(net.chain.channels.lock().unwrap()[&CHANNEL].left, MUCH - 2 * cost());
	clerk.abort();
}

#[tokio::test]
async fn receipts_should_wait_when_the_chain_refuses_and_fail_when_auditors_reject() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let ids = answered(&net, &key, 1).await;
	*net.chain.refuses.lock().unwrap() = Some("ProviderWithoutBond".into());
	let refused = clerk(&net);
	tokio::time::sleep(Duration::from_millis(300)).await;
	refused.abort();
	assert_eq!(net.store.request(ids[0]).await.unwrap().unwrap().state, State::Receipted);
	assert!(net.store.open_batches().await.unwrap().is_empty());
	*net.chain.refuses.lock().unwrap() = None;
	// Another clerk has nothing against the provider.
	let clerk = clerk(&net);
	until(&net, ids[0], &State::Batched).await;
	end_batches(&net.chain, &BatchOnChain::Rejected("its receipts are not there".into()));
	until(&net, ids[0], &State::Failed("its receipts are not there".into())).await;
	clerk.abort();
}

/// One answer of each of these workers, which have a provider each.
async fn of_each(net: &Net, key: &Key, workers: &[u8]) -> Vec<RequestId> {
	let mut ids = Vec::new();
	for number in workers {
		let worker = net.worker(*number, Manner::Honest).await;
		ids.extend(answered(net, key, 1).await);
		drop(worker);
		net.knows_that(|workers| workers.count() == 0).await;
	}
	ids
}

#[tokio::test]
async fn others_should_be_settled_when_the_chain_refuses_one_provider() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 2, MUCH).await;
	let workers = [10, 11, 12, 13];
	for bad in workers {
		net.chain.unbonded.lock().unwrap().insert(provider_of(&pair(bad).public()));
		*net.chain.refusals.lock().unwrap() = 0;
		let ids = of_each(&net, &key, &workers).await;
		let clerk = clerk(&net);
		for (id, worker) in ids.iter().zip(workers) {
			if worker != bad {
				until(&net, *id, &State::Settled).await;
			}
		}
		let fees = || *net.chain.refusals.lock().unwrap();
		tokio::time::timeout(Duration::from_secs(10), async {
			// All four, two, and one.
			while fees() < 3 {
				tokio::time::sleep(Duration::from_millis(20)).await;
			}
		})
		.await
		.expect("it is tried by itself");
		// Whoever was in its batch is not held up by the next one, and it costs nothing more.
		let others: Vec<_> = workers.into_iter().filter(|number| *number != bad).collect();
		for id in of_each(&net, &key, &others).await {
			until(&net, id, &State::Settled).await;
		}
		tokio::time::sleep(Duration::from_millis(200)).await;
		assert_eq!(fees(), 3);
		let record = net.store.request(ids[usize::from(bad - 10)]).await.unwrap().unwrap();
		assert_eq!(record.state, State::Receipted);
		clerk.abort();
		let _ = clerk.await;
		net.chain.unbonded.lock().unwrap().clear();
		// Another clerk has nothing against it.
		let next = self::clerk(&net);
		until(&net, record.admission.request.hash(), &State::Settled).await;
		next.abort();
		let _ = next.await;
	}
}

#[tokio::test]
async fn receipts_should_be_closed_when_the_chain_refuses_them_until_they_are_old() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 2, MUCH).await;
	net.chain.unbonded.lock().unwrap().insert(provider_of(&pair(10).public()));
	let [bad, good] = of_each(&net, &key, &[10, 11]).await[..] else { panic!() };
	let rhythm =
		Rhythm { give_up_after: Duration::ZERO, ..Rhythm::new(Duration::from_millis(30), 1_000) };
	let clerk = tokio::spawn(batches::run(net.rooms.clone(), rhythm));
	until(&net, good, &State::Settled).await;
	until(&net, bad, &State::Failed("refused_by_the_chain".into())).await;
	// Both are tried together, then each by itself.
	assert_eq!(*net.chain.refusals.lock().unwrap(), 2);
	clerk.abort();
}

#[tokio::test]
async fn newer_receipts_should_be_settled_when_a_batch_would_be_full_of_refused_ones() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 2, MUCH).await;
	net.chain.unbonded.lock().unwrap().insert(provider_of(&pair(10).public()));
	let ids = of_each(&net, &key, &[10, 10, 10, 11, 12]).await;
	let rhythm = Rhythm::new(Duration::from_millis(30), 1);
	let clerk = tokio::spawn(batches::run(net.rooms.clone(), rhythm));
	for id in &ids[3..] {
		until(&net, *id, &State::Settled).await;
	}
	assert_eq!(*net.chain.refusals.lock().unwrap(), 1);
	assert_eq!(net.chain.batches.lock().unwrap().len(), 2, "one receipt each");
	clerk.abort();
}

#[tokio::test]
async fn no_provider_should_be_blamed_when_the_gateway_itself_is_refused() {
	// Its bond, and its money.
	for reason in ["BondTooLow", "Token.FundsUnavailable", "Token.NotExpendable"] {
		let dir = tempfile::tempdir().unwrap();
		let (net, key, _worker) = net(dir.path()).await;
		let ids = answered(&net, &key, 1).await;
		*net.chain.refuses.lock().unwrap() = Some(reason.into());
		let clerk = clerk(&net);
		while *net.chain.refusals.lock().unwrap() == 0 {
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
		*net.chain.refuses.lock().unwrap() = None;
		until(&net, ids[0], &State::Settled).await;
		clerk.abort();
	}
}

#[tokio::test]
async fn receipts_should_be_closed_when_their_channel_is_gone() {
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let ids = answered(&net, &key, 1).await;
	net.chain.channels.lock().unwrap().clear();
	net.look().await;
	let clerk = clerk(&net);
	until(&net, ids[0], &State::Failed("channel_closed".into())).await;
	clerk.abort();
}

#[tokio::test]
async fn others_should_be_settled_when_a_noted_batch_has_lost_one_of_its_channels() {
	const OTHER: ChannelId = H256([7; 32]);
	let dir = tempfile::tempdir().unwrap();
	let (net, key, _worker) = net(dir.path()).await;
	let lost = answered(&net, &key, 2).await;
	{
		let mut channels = net.chain.channels.lock().unwrap();
		let gone = channels.get_mut(&CHANNEL).unwrap();
		let open = gone.clone();
		gone.closing = true;
		channels.insert(OTHER, open);
	}
	net.look().await;
	let paid = answered(&net, &key, 2).await;
	// Noted, and not sent before the stop.
	let waiting = net.store.unbatched(10).await.unwrap();
	let ids: Vec<_> = waiting.iter().map(|signed| signed.receipt.request).collect();
	assert_eq!(ids, [&lost[..], &paid].concat());
	let root = BatchTree::new(waiting).unwrap().root().hash;
	net.store.batch(root, &ids, common::now()).await.unwrap();
	net.chain.channels.lock().unwrap().remove(&CHANNEL);
	net.look().await;

	let clerk = clerk(&net);
	for id in &lost {
		until(&net, *id, &State::Failed("channel_closed".into())).await;
	}
	for id in &paid {
		until(&net, *id, &State::Settled).await;
	}
	assert_eq!(net.chain.channels.lock().unwrap()[&OTHER].left, MUCH - 2 * cost());
	clerk.abort();
}

#[tokio::test]
async fn answer_should_be_charged_when_the_store_knows_less_of_a_lane_than_the_chain() {
	let dir = tempfile::tempdir().unwrap();
	let (before, key, worker) = net(dir.path()).await;
	// What these answers were is lost.
	before.chain.channels.lock().unwrap().get_mut(&CHANNEL).unwrap().taken = vec![500, 0];
	let chain = before.chain.clone();
	drop((before, worker));
	let first = Net::over(dir.path(), chain.clone(), common::bounds()).await;
	let worker = first.worker(10, Manner::Honest).await;
	let ids = answered(&first, &key, 2).await;
	drop((first, worker));
	let net = Net::over(dir.path(), chain, common::bounds()).await;
	let charged = net.gateway.channel(CHANNEL).await.unwrap();
	assert_eq!((charged.lanes, charged.left), (vec![500 + 2 * cost(), 0], MUCH - 2 * cost()));
	let clerk = clerk(&net);
	until(&net, ids[1], &State::Settled).await;
	assert_eq!(net.chain.channels.lock().unwrap()[&CHANNEL].left, MUCH - 2 * cost());
	clerk.abort();
}

#[tokio::test]
async fn others_should_be_settled_when_a_lane_has_charged_less_than_its_receipts() {
	const OTHER: ChannelId = H256([7; 32]);
	let dir = tempfile::tempdir().unwrap();
	let (before, key, worker) = net(dir.path()).await;
	let short = answered(&before, &key, 2).await;
	// Noted in a batch, as an older gateway may have left it.
	let waiting = before.store.unbatched(10).await.unwrap();
	let root = BatchTree::new(waiting).unwrap().root().hash;
	before.store.batch(root, &short, common::now()).await.unwrap();
	{
		let mut channels = before.chain.channels.lock().unwrap();
		let one = channels.get_mut(&CHANNEL).unwrap();
		let other = one.clone();
		one.closing = true;
		channels.insert(OTHER, other);
	}
	before.look().await;
	let paid = answered(&before, &key, 1).await;
	// All but one of these charges was taken by batches that this store does not know.
	let chain = before.chain.clone();
	chain.channels.lock().unwrap().get_mut(&CHANNEL).unwrap().taken = vec![cost(), 0];
	drop((before, worker));
	let net = Net::over(dir.path(), chain, common::bounds()).await;
	let clerk = clerk(&net);
	until(&net, paid[0], &State::Settled).await;
	// So far as the lane goes.
	until(&net, short[0], &State::Settled).await;
	assert_eq!(net.store.request(short[1]).await.unwrap().unwrap().state, State::Receipted);
	assert_eq!(net.chain.channels.lock().unwrap()[&CHANNEL].taken, [2 * cost(), 0]);
	clerk.abort();
}
