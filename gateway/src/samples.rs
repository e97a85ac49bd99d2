//! Samples: the chain draws which receipts of a batch are computed again, and this gateway shows it those.
//! A batch of which one is not shown in time is rejected.

use crate::{
	chain::{ChainError, Drawn},
	rooms::Rooms,
	trees::Tree,
};
use futures::StreamExt;
use reckon_gateway_store::{BatchState, StoreError};
use reckon_primitives::{AccountId, BatchId};
use reckon_receipts::{sampled, Item};
use sp_core::H256;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::task::spawn_blocking;

/// How often the chain is asked: minutes are left for showing.
const LOOK_EVERY: Duration = Duration::from_secs(6);

/// Samples that are under way at once: each waits for a finalized block.
const AT_ONCE: usize = 64;

/// What can't go on for now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error("the receipts of the batch {0:?} make no tree")]
	Tree(H256),
	#[error("the store has no request {0:?}, whose receipt is to be shown")]
	Request(H256),
}

/// Shows samples, for ever.
pub async fn run(rooms: Arc<Rooms>) {
	let mut ticks = tokio::time::interval(LOOK_EVERY);
	ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
	// Those of which nothing more is to be shown.
	let mut done = BTreeSet::new();
	loop {
		ticks.tick().await;
		if let Err(trouble) = round(&rooms, &mut done).await {
			tracing::warn!(%trouble, "the chain can't be asked for samples");
		}
	}
}

/// Shows what is to be shown now.
async fn round(rooms: &Rooms, done: &mut BTreeSet<BatchId>) -> Result<(), Trouble> {
	let open = rooms.store.open_batches().await?;
	let committed = open.into_iter().filter_map(|batch| match batch.state {
		BatchState::Committed(id) if !id.is_zero() => Some((id, batch.root)),
		_ => None,
	});
	let committed: Vec<_> = committed.collect();
	done.retain(|id| committed.iter().any(|(open, _)| open == id));
	let mut wanted = Vec::new();
	for (id, root) in committed {
		if done.contains(&id) {
			continue;
		}
		match rooms.chain.drawn(id).await? {
			Drawn::Later => {},
			Drawn::Nothing => {
				done.insert(id);
			},
			// What can't be shown now is asked for again in the next round.
			Drawn::Totals { seed, unshown } => {
				// One tree for all of a batch's. Not in turn with anybody who asks for one: this can't wait.
				let receipts = rooms.store.receipts_of(root).await?;
				let tree = spawn_blocking(move || Tree::new(receipts).ok()).await;
				let tree = tree.ok().flatten().ok_or(Trouble::Tree(root))?;
				let items = unshown.into_iter().filter_map(|(total, rate)| {
					let sum = tree.totals().get(usize::try_from(total).ok()?)?.receipts.sum;
					tree.charging(total, sampled(&seed, total, rate, sum)?)
				});
				wanted.extend(items.map(|item| (id, item)));
			},
		}
	}
	// Each waits for a finalized block.
	futures::stream::iter(wanted)
		.for_each_concurrent(AT_ONCE, |(id, item)| async move {
			let total = item.total;
			if let Err(trouble) = show(rooms, id, item).await {
				tracing::error!(batch = ?id, total, %trouble, "a sample is not shown yet");
			}
		})
		.await;
	Ok(())
}

async fn show(rooms: &Rooms, id: BatchId, item: Item<AccountId>) -> Result<(), Trouble> {
	let request = item.receipt.receipt.request;
	let record = rooms.store.request(request).await?.ok_or(Trouble::Request(request))?;
	let (total, index) = (item.total, item.index);
	rooms.chain.show(id, item, record.admission.request).await?;
	tracing::info!(batch = ?id, total, index, ?request, "a sample is shown");
	rooms.metrics.sample_shown();
	Ok(())
}
