//! Batches put together again, for proofs of what is in them. Anybody may ask for one, and a large batch takes
//! a while: so one is put together at a time, beside everything else, and those of late are kept.

use reckon_gateway_store::StoreError;
use reckon_primitives::AccountId;
use reckon_receipts::{BatchTree, SignedReceipt, MAX_RECEIPTS};
use sp_core::H256;
use std::{
	collections::VecDeque,
	future::Future,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// The most receipts whose trees are kept, of about half a kibibyte each: those of one batch are kept
/// however many they are.
const MOST: usize = MAX_RECEIPTS as usize;

/// A batch.
pub type Tree = BatchTree<AccountId>;

/// Batches that were asked for of late.
#[derive(Debug)]
pub struct Trees {
	turn: Arc<Semaphore>,
	kept: Arc<Kept>,
}

/// By their roots, with how many receipts each has; the newest first.
#[derive(Default, Debug)]
struct Kept(Mutex<VecDeque<(H256, usize, Arc<Tree>)>>);

impl Default for Trees {
	fn default() -> Self {
		Self { turn: Arc::new(Semaphore::new(1)), kept: Arc::default() }
	}
}

impl Trees {
	/// The batch with this root, whose receipts are read where it is not kept. `None` when there are none,
	/// or they make no tree, or another one.
	///
	/// # Errors
	/// When its receipts can't be read.
	pub async fn of(
		&self,
		root: H256,
		read: impl Future<Output = Result<Vec<SignedReceipt<AccountId>>, StoreError>>,
	) -> Result<Option<Arc<Tree>>, StoreError> {
		if let Some(kept) = self.kept.find(root) {
			return Ok(Some(kept));
		}
		// Nobody closes it.
		let turn = self.turn.clone().acquire_owned().await;
		if let Some(kept) = self.kept.find(root) {
			return Ok(Some(kept));
		}
		let receipts = read.await?;
		let kept = self.kept.clone();
		// Who asks may leave meanwhile: the turn is over, and the batch kept, when the work is done.
		let tree = spawn_blocking(move || {
			let _turn = turn;
			let count = receipts.len();
			let tree = Arc::new(Tree::new(receipts).ok().filter(|tree| tree.root().hash == root)?);
			kept.insert(root, count, tree.clone());
			Some(tree)
		});
		Ok(tree.await.unwrap_or_default())
	}
}

impl Kept {
	fn find(&self, root: H256) -> Option<Arc<Tree>> {
		self.lock().iter().find(|(known, ..)| *known == root).map(|(.., tree)| tree.clone())
	}

	fn insert(&self, root: H256, count: usize, tree: Arc<Tree>) {
		let mut kept = self.lock();
		kept.push_front((root, count, tree));
		while kept.len() > 1 && kept.iter().map(|(_, count, _)| count).sum::<usize>() > MOST {
			kept.pop_back();
		}
	}

	fn lock(&self) -> MutexGuard<'_, VecDeque<(H256, usize, Arc<Tree>)>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::FutureExt;
	use reckon_primitives::{ContentRef, Units};
	use reckon_receipts::Receipt;
	use sp_core::sr25519;
	use std::sync::atomic::{AtomicUsize, Ordering};

	fn receipts(count: usize) -> Vec<SignedReceipt<AccountId>> {
		let account = AccountId::new([1; 32]);
		let receipt = |nth: usize| Receipt {
			request: H256::from_low_u64_be(nth as u64),
			channel: H256::zero(),
			lane: 0,
			model: H256::zero(),
			provider: account.clone(),
			worker: sr25519::Public::from_raw([2; 32]),
			gateway: account.clone(),
			units: Units { input: 1, output: 1 },
			charge: 1,
			output: ContentRef::of(&[]),
			commitment: None,
			started_at: 1,
			finished_at: 2,
			first_token_ms: 1,
		};
		let signature = sr25519::Signature::from_raw([0; 64]);
		(0..count).map(|nth| SignedReceipt { receipt: receipt(nth), signature }).collect()
	}

	fn root(count: usize) -> H256 {
		Tree::new(receipts(count)).unwrap().root().hash
	}

	#[tokio::test]
	async fn batch_should_be_put_together_once_for_all_who_ask_at_once_and_later() {
		let (trees, reads) = (Trees::default(), AtomicUsize::new(0));
		let root = Tree::new(receipts(3)).unwrap().root();
		let read = || async {
			reads.fetch_add(1, Ordering::SeqCst);
			tokio::task::yield_now().await;
			Ok(receipts(3))
		};
		let asked = (0..20).map(|_| trees.of(root.hash, read()));
		for tree in futures::future::join_all(asked).await {
			assert_eq!(tree.unwrap().unwrap().root(), root);
		}
		assert_eq!(reads.load(Ordering::SeqCst), 1);
	}

	#[tokio::test]
	async fn batches_should_be_put_together_one_at_a_time_though_who_asks_leaves_meanwhile() {
		let trees = Trees::default();
		let (all, first, second) = (receipts(MOST), root(MOST), root(1));
		assert_eq!(trees.of(first, async { Ok(all) }).now_or_never(), None);
		assert_eq!(trees.turn.available_permits(), 0, "it is still being put together");
		let next = trees.of(second, async { Ok(receipts(1)) }).await.unwrap();
		assert!(next.is_some());
		// Nobody has waited for the first one, and it is there; the second one has taken its room since.
		assert_eq!(trees.turn.available_permits(), 1);
		assert!(trees.kept.find(second).is_some() && trees.kept.find(first).is_none());
	}

	#[tokio::test]
	async fn oldest_batches_should_be_forgotten_and_nothing_kept_of_what_is_no_batch() {
		let trees = Trees::default();
		let unknown = H256::zero();
		assert_eq!(trees.of(unknown, async { Ok(Vec::new()) }).await, Ok(None));
		assert_eq!(trees.of(unknown, async { Ok(receipts(2)) }).await, Ok(None), "another batch");
		let away = || async { Err(StoreError::Database("away".into())) };
		assert!(trees.of(unknown, away()).await.is_err());
		let roots = [3, MOST - 3, 2].map(|count| (count, root(count)));
		for (count, root) in roots {
			assert!(trees.of(root, async { Ok(receipts(count)) }).await.unwrap().is_some());
		}
		assert!(trees.of(roots[0].1, away()).await.is_err(), "the oldest");
		for (count, root) in &roots[1..] {
			assert!(trees.of(*root, away()).await.unwrap().is_some(), "{count}");
		}
	}
}
