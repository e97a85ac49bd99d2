//! A chain that hears complaints as a test says.

use reckon_sdk::{
	AccountId, Batch, BatchId, BatchState, BlockNumber, BlockRef, ComplaintBounds, ContentRef,
	Heads, H256,
};
use reckon_worker::{
	chain::ChainError,
	gateways::{
		court::{Court, Ended, Heard},
		owed::Owed,
	},
};
use std::{
	collections::BTreeMap,
	future::Future,
	ops::RangeInclusive,
	sync::{Arc, Mutex},
	time::Duration,
};
use tokio::sync::watch;

/// A gateway has 20 blocks for its batch, and is asked for 25 before anybody complains; complaints are heard
/// in the 200 after the 20.
pub const BOUNDS: ComplaintBounds =
	ComplaintBounds { patience_blocks: 20, complaint_blocks: 200, answer_blocks: 20, deposit: 5 };
/// Where the chain begins.
pub const BLOCK: BlockNumber = 100;

#[derive(Default)]
pub struct Docket {
	pub batches: BTreeMap<BatchId, Batch>,
	/// Open complaints, and from when on it is too late for an answer.
	pub open: BTreeMap<H256, BlockNumber>,
	pub ended: BTreeMap<H256, Ended>,
	/// Each call, with the block in which it was made.
	pub calls: Vec<(BlockNumber, Owed)>,
	pub objection: Option<&'static str>,
	pub poor: bool,
	/// Takes complaints, and never says so.
	pub mute: bool,
	/// How often a batch was asked for.
	pub looked: usize,
	/// The newest block that the worker has seen.
	pub seen: BlockNumber,
}

#[derive(Clone)]
pub struct FakeCourt {
	docket: Arc<Mutex<Docket>>,
	heads: Arc<watch::Sender<Heads>>,
}

impl Default for FakeCourt {
	fn default() -> Self {
		let heads = Heads { best: None, finalized: Some(block(BLOCK)) };
		Self { docket: Arc::default(), heads: Arc::new(watch::Sender::new(heads)) }
	}
}

fn block(number: BlockNumber) -> BlockRef {
	BlockRef { number, hash: H256::zero() }
}

impl FakeCourt {
	pub fn write<T>(&self, change: impl FnOnce(&mut Docket) -> T) -> T {
		change(&mut self.docket.lock().unwrap())
	}

	pub fn now(&self) -> BlockNumber {
		self.heads.borrow().finalized.unwrap().number
	}

	/// Makes the block of this height, and another one when the worker has done what it does in that.
	pub async fn pass(&self, number: BlockNumber) {
		for number in [number, number + 1] {
			self.heads.send_replace(Heads { best: None, finalized: Some(block(number)) });
			self.holds(|docket| docket.seen == number).await;
		}
	}

	/// Waits until something holds.
	pub async fn holds(&self, holds: impl Fn(&Docket) -> bool) {
		while !self.write(|docket| holds(docket)) {
			tokio::time::sleep(Duration::from_millis(2)).await;
		}
	}

	/// A batch of a gateway with this root.
	pub fn commit(
		&self,
		id: BatchId,
		gateway: AccountId,
		root: reckon_receipts::Root,
		state: BatchState,
	) {
		let root = reckon_sdk::Root { hash: root.hash, count: root.count, sum: root.sum };
		let leaves = ContentRef { hash: H256::zero(), length: 0 };
		let (escrow, for_gateway, due) = (root.sum, 0, self.now() + 10);
		let batch = Batch {
			gateway,
			subnet: 7,
			root,
			receipts: 1,
			leaves,
			escrow,
			for_gateway,
			state,
			due,
			samples: None,
		};
		self.write(|docket| docket.batches.insert(id, batch));
	}
}

impl Court for FakeCourt {
	fn heads(&self) -> watch::Receiver<Heads> {
		self.heads.subscribe()
	}

	async fn bounds(&self) -> Result<ComplaintBounds, ChainError> {
		let now = self.now();
		self.write(|docket| docket.seen = now);
		Ok(BOUNDS)
	}

	async fn batch(&self, id: BatchId) -> Result<Option<Batch>, ChainError> {
		Ok(self.write(|docket| {
			docket.looked += 1;
			docket.batches.get(&id).cloned()
		}))
	}

	async fn objection(
		&self,
		_: &reckon_receipts::SignedReceipt<AccountId>,
	) -> Result<Option<&'static str>, ChainError> {
		Ok(self.write(|docket| docket.objection))
	}

	async fn open(&self, receipt: H256) -> Result<Option<BlockNumber>, ChainError> {
		Ok(self.write(|docket| docket.open.get(&receipt).copied()))
	}

	async fn end(
		&self,
		receipt: H256,
		blocks: RangeInclusive<BlockNumber>,
	) -> Result<Option<Ended>, ChainError> {
		assert!(blocks.end() - blocks.start() <= 300, "nobody looks through so many blocks");
		Ok(self.write(|docket| docket.ended.get(&receipt).copied()))
	}

	async fn affords(&self) -> Result<u32, ChainError> {
		Ok(self.write(|docket| if docket.poor { 0 } else { 100 }))
	}

	fn complain(&self, owed: Owed) -> impl Future<Output = Heard> + Send {
		let now = self.now();
		let due = now + BOUNDS.answer_blocks;
		let mute = self.write(|docket| {
			let before = docket.open.insert(owed.id(), due);
			assert_eq!(before, None, "nobody complains twice");
			docket.calls.push((now, owed));
			docket.mute
		});
		async move {
			if mute {
				std::future::pending::<()>().await;
			}
			Heard::Open(due)
		}
	}
}
