//! Complaints: somebody says on chain that a receipt which this gateway has taken is in none of its batches.
//! It shows the batch, or its bond pays.

use crate::{
	batches,
	chain::{BatchOnChain, ChainError, Complaint},
	rooms::Rooms,
};
use futures::StreamExt;
use reckon_gateway_store::{BatchState, StoreError};
use reckon_primitives::{AccountId, BatchId};
use reckon_receipts::Proof;
use sp_core::H256;
use std::{
	collections::BTreeSet,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};

/// How often the chain is asked: hours are left for an answer.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Answers that are under way at once: each waits for a finalized block.
const AT_ONCE: usize = 64;

/// What can't go on for now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error(transparent)]
	Chain(#[from] ChainError),
}

/// What there is to answer a complaint with.
enum Answer {
	/// This batch, and where in it.
	Batch(BatchId, Box<Proof<AccountId>>),
	/// Nothing yet: the receipt waits for its batch.
	Later,
	/// Nothing: why.
	None(&'static str),
}

/// Answers complaints, for ever.
pub async fn run(rooms: Arc<Rooms>) {
	let mut ticks = tokio::time::interval(LOOK_EVERY);
	ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
	// Those that there is no answer to, so that each is said once.
	let lost = Mutex::default();
	loop {
		ticks.tick().await;
		if let Err(trouble) = round(&rooms, &lost).await {
			tracing::warn!(%trouble, "the chain can't be asked for complaints");
		}
	}
}

/// Answers what there is now.
async fn round(rooms: &Arc<Rooms>, lost: &Mutex<BTreeSet<H256>>) -> Result<(), Trouble> {
	let complaints = rooms.chain.complaints().await?;
	let open: BTreeSet<_> = complaints.iter().map(|complaint| complaint.receipt).collect();
	lost.lock().unwrap_or_else(PoisonError::into_inner).retain(|receipt| open.contains(receipt));
	futures::stream::iter(complaints)
		.for_each_concurrent(AT_ONCE, |complaint| async move {
			let Complaint { receipt, answer_by, .. } = complaint;
			if let Err(trouble) = hear(rooms, lost, &complaint).await {
				tracing::error!(?receipt, answer_by, %trouble, "a complaint is not answered yet");
			}
		})
		.await;
	Ok(())
}

async fn hear(
	rooms: &Rooms,
	lost: &Mutex<BTreeSet<H256>>,
	complaint: &Complaint,
) -> Result<(), Trouble> {
	let Complaint { receipt, answer_by, .. } = complaint;
	match find(rooms, complaint).await? {
		Answer::Batch(batch, proof) => {
			rooms.chain.answer(batch, *proof).await?;
			tracing::info!(?receipt, ?batch, "a complaint is answered");
			rooms.metrics.complaint_answered();
		},
		Answer::Later => {
			tracing::warn!(?receipt, answer_by, "a receipt with a complaint waits for its batch");
		},
		Answer::None(why) => {
			let new = lost.lock().unwrap_or_else(PoisonError::into_inner).insert(*receipt);
			if new {
				tracing::error!(
					?receipt,
					answer_by,
					why,
					"a complaint has no answer: the bond will pay"
				);
				rooms.metrics.complaint_lost();
			}
		},
	}
	Ok(())
}

async fn find(rooms: &Rooms, complaint: &Complaint) -> Result<Answer, Trouble> {
	let Some(record) = rooms.store.request(complaint.request).await? else {
		return Ok(Answer::None("the store has no such request"));
	};
	let ours = record.answer.filter(|answer| answer.receipt.leaf().hash == complaint.receipt);
	if ours.is_none() {
		return Ok(Answer::None("the request has another receipt"));
	}
	let Some(root) = record.batch else { return Ok(Answer::Later) };
	let Some(batch) = rooms.store.batch_of(root).await? else {
		return Ok(Answer::None("the store has no such batch"));
	};
	let id = match batch.state {
		BatchState::Partial | BatchState::Prepared => return Ok(Answer::Later),
		BatchState::Rejected(..) => return Ok(Answer::None("its batch was rejected")),
		BatchState::Committed(id) | BatchState::Settled(id) => id,
	};
	match rooms.chain.batch(id).await? {
		BatchOnChain::Open | BatchOnChain::Settled => {},
		BatchOnChain::Rejected(_) => return Ok(Answer::None("its batch was rejected")),
		BatchOnChain::Forgotten => return Ok(Answer::None("the chain has no such batch")),
	}
	let tree = rooms.tree(root).await?;
	Ok(match tree.and_then(|tree| batches::proof(&tree, &complaint.request)) {
		Some(proof) => Answer::Batch(id, Box::new(proof)),
		None => Answer::None("its batch can't be put together again"),
	})
}
