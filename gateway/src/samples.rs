//! Samples: the chain draws which receipts of a batch are computed again, and this gateway shows it those.
//! A batch of which one is not shown in time is rejected.

use crate::{
	chain::{ChainError, Drawn},
	rooms::Rooms,
};
use reckon_gateway_store::{BatchState, StoreError};
use reckon_primitives::{AccountId, BatchId};
use reckon_receipts::{sampled, BatchTree, Item};
use sp_core::H256;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// How often the chain is asked: minutes are left for showing.
const LOOK_EVERY: Duration = Duration::from_secs(6);

/// What can't go on for now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error("the batch's receipts make no tree: {0}")]
	Tree(String),
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
	for (id, root) in committed {
		if done.contains(&id) {
			continue;
		}
		match rooms.chain.drawn(id).await? {
			Drawn::Later => {},
			Drawn::Nothing => {
				done.insert(id);
			},
			// All are asked for again in the next round, when those that were shown are not drawn any more.
			Drawn::Totals { seed, unshown } => {
				for (total, rate) in unshown {
					let shown = show(rooms, id, root, |tree| {
						let sum = tree.totals().get(usize::try_from(total).ok()?)?.receipts.sum;
						tree.charging(total, sampled(&seed, total, rate, sum)?)
					});
					if let Err(trouble) = shown.await {
						tracing::error!(batch = ?id, total, %trouble, "a sample is not shown yet");
					}
				}
			},
		}
	}
	Ok(())
}

async fn show(
	rooms: &Rooms,
	id: BatchId,
	root: H256,
	find: impl FnOnce(&BatchTree<AccountId>) -> Option<Item<AccountId>>,
) -> Result<(), Trouble> {
	let receipts = rooms.store.receipts_of(root).await?;
	let tree = BatchTree::new(receipts).map_err(|error| Trouble::Tree(error.to_string()))?;
	// The lot did not fall on this total.
	let Some(item) = find(&tree) else { return Ok(()) };
	let request = item.receipt.receipt.request;
	let record = rooms.store.request(request).await?.ok_or(Trouble::Request(request))?;
	let (total, index) = (item.total, item.index);
	rooms.chain.show(id, item, record.admission.request).await?;
	tracing::info!(batch = ?id, total, index, ?request, "a sample is shown");
	rooms.metrics.sample_shown();
	Ok(())
}
