//! The receipts of batches, which auditors fetch, and anybody else may.
//!
//! A gateway that does not hand them out loses bond, so whoever asks for all of them again and again must
//! not keep others from them: they are read and encoded once, and shared by all who are told.

use crate::desk::{Desk, Refusal};
use axum::body::Bytes;
use sp_core::H256;
use std::{
	collections::VecDeque,
	sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Semaphore;

/// The most bytes that are kept: the receipts of some 150,000 requests. Those of one batch are kept
/// however long they are.
const MOST: usize = 64 << 20;

/// What was asked for of late.
pub(super) struct Leaves {
	turn: Semaphore,
	kept: Mutex<VecDeque<(H256, Bytes)>>,
}

impl Default for Leaves {
	fn default() -> Self {
		Self { turn: Semaphore::new(1), kept: Mutex::default() }
	}
}

impl Leaves {
	/// All receipts of a batch, in SCALE.
	pub(super) async fn of(&self, root: H256, desk: &dyn Desk) -> Result<Bytes, Refusal> {
		if let Some(kept) = self.find(root) {
			return Ok(kept);
		}
		// Nobody closes it.
		let _turn = self.turn.acquire().await;
		if let Some(kept) = self.find(root) {
			return Ok(kept);
		}
		let leaves = Bytes::from(desk.leaves(root).await?);
		let mut kept = self.kept();
		kept.push_front((root, leaves.clone()));
		while kept.len() > 1 && kept.iter().map(|(_, leaves)| leaves.len()).sum::<usize>() > MOST {
			kept.pop_back();
		}
		Ok(leaves)
	}

	fn find(&self, root: H256) -> Option<Bytes> {
		self.kept().iter().find(|(known, _)| *known == root).map(|(_, leaves)| leaves.clone())
	}

	fn kept(&self) -> MutexGuard<'_, VecDeque<(H256, Bytes)>> {
		self.kept.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
