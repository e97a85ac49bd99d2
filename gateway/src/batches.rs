//! Batches: receipts go to the chain, many under one root.
//!
//! One batch is under way at a time. It is noted before it is sent, and what it takes is said as a sum
//! that lanes have paid ever: sent twice, after a stop between sending it and seeing it, it takes
//! nothing twice.

use crate::{
	chain::{BatchOnChain, ChainError, Claim},
	clock::now_millis,
	rooms::{LookError, Rooms},
	trees::Tree,
};
use codec::Encode;
use reckon_gateway_protocol::v1::Proved;
use reckon_gateway_store::{BatchState, RequestId, Store, StoreError};
use reckon_primitives::{AccountId, Balance, BatchId, ChannelId, ContentRef, ModelId};
use reckon_receipts::{BatchTree, Proof, SignedReceipt, SignedVoucher, Total};
use sp_core::{sr25519, H256};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
	time::Duration,
};
use tokio::task::{spawn_blocking, yield_now, JoinError};

/// The most lanes that pay in one batch, as the chain has it.
const MAX_CLAIMS: usize = 256;
/// The most totals of one batch, as the chain has it.
const MAX_TOTALS: usize = 128;
/// How long a total that the chain has refused is left out, and a lane that can't be drafted.
const REFUSED_FOR_MILLIS: u64 = 600_000;
/// What the chain says where the gateway itself is what it refuses, whatever is in the batch: its bond, or its
/// money for the batch's premium.
const NO_TOTALS_FAULT: [&str; 7] = [
	"NotAGateway",
	"UnknownSubnet",
	"BondTooLow",
	"LeavesTooSoon",
	"Token.FundsUnavailable",
	"Token.NotExpendable",
	"Token.Frozen",
];
/// What the chain says of a total that it may never take: whoever is to be paid has no bond, or the model is gone.
const FOR_GOOD: [&str; 3] = ["ProviderWithoutBond", "UnknownModel", "ModelNotInSubnet"];
/// So many receipts are sorted before requests have a turn.
const AT_ONCE: usize = 256;
/// How many of a refused total's receipts are closed at once.
const CLOSED_AT_ONCE: usize = 1_000;

type Receipt = SignedReceipt<AccountId>;
type TotalKey = (AccountId, ModelId);
type LaneKey = (ChannelId, u16);

/// When batches are sent.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
	/// How often.
	pub every: Duration,
	/// The most receipts of one.
	pub receipts: u32,
	/// How long the chain may refuse a total: then those of its receipts that are as old are closed.
	pub give_up_after: Duration,
}

impl Rhythm {
	/// What is refused is tried for two days: longer than anybody can complain about a receipt.
	pub const fn new(every: Duration, receipts: u32) -> Self {
		Self { every, receipts, give_up_after: Duration::from_secs(172_800) }
	}
}

/// What can't go on for now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error(transparent)]
	Look(#[from] LookError),
	#[error("receipts make no tree: {0}")]
	Tree(String),
	#[error("receipts are not hashed: {0}")]
	Hashing(#[from] JoinError),
	#[error("lane {1} of channel {0:?} would pay more than its answers have charged")]
	Lane(ChannelId, u16),
}

/// Sends batches and watches them, for ever.
pub async fn run(rooms: Arc<Rooms>, rhythm: Rhythm) {
	let mut ticks = tokio::time::interval(rhythm.every);
	ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
	let mut clerk = Clerk {
		rooms,
		rhythm,
		refused: BTreeMap::new(),
		refused_since: BTreeMap::new(),
		short: BTreeMap::new(),
		suspects: BTreeMap::new(),
		parts: 0,
		left_out: 0,
	};
	loop {
		ticks.tick().await;
		if let Err(trouble) = clerk.round().await {
			tracing::warn!(%trouble, "batches wait");
		}
	}
}

struct Clerk {
	rooms: Arc<Rooms>,
	rhythm: Rhythm,
	/// Totals that the chain has refused, and until when they are left out.
	refused: BTreeMap<TotalKey, u64>,
	/// Since when the chain says of them that it may never take them.
	refused_since: BTreeMap<TotalKey, u64>,
	/// Lanes whose vouchers are not here, and until when they are left out.
	short: BTreeMap<LaneKey, u64>,
	/// Totals of batches that it has refused, each with the part of its batch that goes by itself. They
	/// are here until the chain takes them.
	suspects: BTreeMap<TotalKey, u64>,
	/// How many such parts there were.
	parts: u64,
	/// How many receipts were left out of the last batch: the next ones are behind them.
	left_out: u32,
}

/// Receipts under one root.
struct Hashed {
	receipts: Vec<Receipt>,
	root: H256,
	totals: Vec<Total<AccountId>>,
	/// What the chain's `leaves` name.
	leaves: ContentRef,
	/// What they charge each lane.
	charges: BTreeMap<LaneKey, Balance>,
}

impl Hashed {
	/// Beside everything else: there may be many.
	async fn of(receipts: Vec<Receipt>) -> Result<Self, Trouble> {
		let hash = move || {
			let tree = BatchTree::new(receipts.clone());
			let tree = tree.map_err(|error| Trouble::Tree(error.to_string()))?;
			let mut charges = BTreeMap::<LaneKey, Balance>::new();
			for SignedReceipt { receipt, .. } in &receipts {
				let sum = charges.entry((receipt.channel, receipt.lane)).or_default();
				*sum = sum.saturating_add(receipt.charge);
			}
			let leaves = ContentRef::of(&receipts.encode());
			let (root, totals) = (tree.root().hash, tree.totals().to_vec());
			Ok(Self { receipts, root, totals, leaves, charges })
		};
		spawn_blocking(hash).await?
	}

	fn ids(&self) -> Vec<RequestId> {
		self.receipts.iter().map(|signed| signed.receipt.request).collect()
	}

	fn keys(&self) -> Vec<TotalKey> {
		self.totals.iter().map(|total| (total.provider.clone(), total.model)).collect()
	}
}

/// What waits, sorted out.
struct Sorted {
	/// The receipts of the next batch.
	good: Vec<Receipt>,
	/// Whether others fit into a batch after it.
	is_more: bool,
}

/// What each lane pays, with what was taken through it before.
type Lanes = BTreeMap<LaneKey, (Balance, Balance)>;

impl Clerk {
	/// What waits goes into batches: as many as it takes, not as many as come meanwhile, since each is an extrinsic.
	/// What became of earlier ones is asked before each of them.
	async fn round(&mut self) -> Result<(), Trouble> {
		loop {
			self.follow_up().await?;
			if !self.send_next().await? {
				return Ok(());
			}
		}
	}

	/// Sends what was written and not sent, and notes which batches the chain has paid.
	async fn follow_up(&mut self) -> Result<(), Trouble> {
		for batch in self.rooms.store.open_batches().await? {
			match batch.state {
				BatchState::Partial => self.rooms.store.dissolve(batch.root).await?,
				BatchState::Prepared => {
					let receipts = self.rooms.store.receipts_of(batch.root).await?;
					match self.send(Hashed::of(receipts).await?).await {
						// What it has is drafted anew, as far as that lane goes.
						Err(trouble @ Trouble::Lane(..)) => {
							tracing::error!(root = ?batch.root, %trouble, "a batch is drafted anew");
						},
						sent => {
							sent?;
						},
					}
				},
				BatchState::Committed(id) => {
					let reason = match self.rooms.chain.batch(id).await? {
						BatchOnChain::Open => continue,
						BatchOnChain::Settled | BatchOnChain::Forgotten => None,
						BatchOnChain::Rejected(reason) => Some(reason),
					};
					let root = batch.root;
					tracing::info!(step = "settled", ?root, ?id, ?reason, "batch has ended");
					self.rooms.store.settled(batch.root, reason.as_deref(), now_millis()).await?;
				},
				BatchState::Settled(_) | BatchState::Rejected(..) => {},
			}
		}
		Ok(())
	}

	/// Sends the next batch; false when the rest can wait for the next round.
	async fn send_next(&mut self) -> Result<bool, Trouble> {
		loop {
			let most = self.rhythm.receipts.saturating_add(self.left_out);
			let waiting = self.rooms.store.unbatched(most).await?;
			let are_all = u32::try_from(waiting.len()).is_ok_and(|count| count < most);
			let Sorted { good, is_more } = self.sort_out(waiting).await?;
			if good.is_empty() {
				if are_all {
					return Ok(false);
				}
				continue;
			}
			let batch = Hashed::of(good).await?;
			self.rooms.store.batch(batch.root, &batch.ids(), now_millis()).await?;
			tracing::debug!(step = "batched", root = ?batch.root);
			let is_committed = match self.send(batch).await {
				Err(Trouble::Lane(channel, lane)) => {
					tracing::error!(?channel, lane, "a lane is left out for a while");
					let until = now_millis().saturating_add(REFUSED_FOR_MILLIS);
					self.short.insert((channel, lane), until);
					false
				},
				sent => sent?,
			};
			return Ok(is_more || !are_all || !is_committed);
		}
	}

	/// The receipts of the next batch. What can never be paid is closed.
	async fn sort_out(&mut self, waiting: Vec<Receipt>) -> Result<Sorted, Trouble> {
		let now = now_millis();
		self.refused.retain(|_, until| *until > now);
		self.short.retain(|_, until| *until > now);
		let mut known = BTreeMap::new();
		let (mut free, mut lost, mut good) = (Vec::new(), Vec::new(), Vec::new());
		let (market, mut unfit) = (self.rooms.market(), Vec::new());
		let mut lanes = BTreeMap::<LaneKey, Balance>::new();
		let mut totals = BTreeSet::new();
		let most = usize::try_from(self.rhythm.receipts).unwrap_or(usize::MAX);
		// The first receipt that fits says which part of the totals this batch is.
		let mut part = None;
		let mut charged = BTreeMap::<ChannelId, Balance>::new();
		let mut is_more = false;
		self.left_out = 0;
		for (nth, signed) in waiting.into_iter().enumerate() {
			if nth % AT_ONCE == 0 {
				yield_now().await;
			}
			let receipt = &signed.receipt;
			if receipt.charge == 0 {
				free.push(signed);
				continue;
			}
			if let Some(oldest) = market.oldest_in_batch(&receipt.model, now) {
				// Its batch would be rejected if the lot fell on it.
				if receipt.commitment.is_none() || receipt.finished_at < oldest {
					unfit.push(signed);
					continue;
				}
			}
			let channel = receipt.channel;
			let channels = &self.rooms.channels;
			let there = known
				.entry(channel)
				.or_insert_with(|| channels.on_chain(channel).zip(channels.info(channel)));
			let there = there.as_ref().and_then(|(chain, info)| {
				let nth = usize::from(receipt.lane);
				Some((chain.left, *chain.taken.get(nth)?, *info.lanes.get(nth)?))
			});
			let Some((left, taken, spent)) = there else {
				lost.push(signed);
				continue;
			};
			let total = (receipt.provider.clone(), receipt.model);
			let suspect = self.suspects.get(&total).copied();
			let lane = (channel, receipt.lane);
			if self.refused.contains_key(&total) || self.short.contains_key(&lane) {
				self.left_out = self.left_out.saturating_add(1);
				continue;
			}
			let is_here = part.is_none_or(|part| part == suspect)
				&& (lanes.contains_key(&lane) || lanes.len() < MAX_CLAIMS)
				&& (totals.contains(&total) || totals.len() < MAX_TOTALS)
				&& good.len() < most;
			if !is_here {
				is_more = true;
				self.left_out = self.left_out.saturating_add(1);
				continue;
			}
			let of_lane = lanes.get(&lane).map_or(0, |sum| *sum).saturating_add(receipt.charge);
			let of_channel =
				charged.get(&channel).map_or(0, |sum| *sum).saturating_add(receipt.charge);
			// Whatever was missed before, a lane pays no more than its answers have charged.
			if taken.saturating_add(of_lane) <= spent && of_channel <= left {
				part = Some(suspect);
				charged.insert(channel, of_channel);
				lanes.insert(lane, of_lane);
				totals.insert(total);
				good.push(signed);
			} else {
				self.left_out = self.left_out.saturating_add(1);
			}
		}
		self.close(free, None).await?;
		self.close(lost, Some("channel_closed")).await?;
		self.close(unfit, Some("not_auditable")).await?;
		Ok(Sorted { good, is_more })
	}

	/// Ends requests without the chain: they cost nothing, or nobody is left who could pay.
	async fn close(&self, receipts: Vec<Receipt>, reason: Option<&str>) -> Result<(), Trouble> {
		if receipts.is_empty() {
			return Ok(());
		}
		if let Some(reason) = reason {
			tracing::error!(receipts = receipts.len(), reason, "receipts can't be paid");
		}
		let batch = Hashed::of(receipts).await?;
		self.rooms.store.batch(batch.root, &batch.ids(), now_millis()).await?;
		self.end_here(batch.root, reason).await
	}

	/// Ends a batch that the chain never sees.
	async fn end_here(&self, root: H256, reason: Option<&str>) -> Result<(), Trouble> {
		self.rooms.store.committed(root, BatchId::zero(), now_millis()).await?;
		Ok(self.rooms.store.settled(root, reason, now_millis()).await?)
	}

	/// Sends a batch that is noted, unless the chain has it; false when its receipts wait again.
	async fn send(&mut self, batch: Hashed) -> Result<bool, Trouble> {
		let root = batch.root;
		// Lanes first, then the batch: if it is not there now, the lanes do not count it either.
		let lanes = self.draft(&batch.charges);
		if let Some(id) = self.rooms.chain.find(root).await? {
			self.committed(root, id).await?;
			return Ok(true);
		}
		let Some(lanes) = lanes else {
			// What they should have paid is closed when the others are drafted anew.
			tracing::error!(?root, "some of a batch's channels are gone");
			self.rooms.store.dissolve(root).await?;
			return Ok(false);
		};
		let claims = match self.claims(&lanes).await {
			Err(trouble @ Trouble::Lane(..)) => {
				self.rooms.store.dissolve(root).await?;
				return Err(trouble);
			},
			claims => claims?,
		};
		let count = batch.receipts.len();
		let totals = batch.keys();
		let sent = self.rooms.chain.commit(batch.leaves, batch.totals, claims).await;
		match sent {
			Ok(id) => {
				tracing::info!(
					step = "committed",
					?root,
					?id,
					receipts = count,
					lanes = lanes.len(),
					"batch committed"
				);
				self.rooms.metrics.batched(count);
				for total in &totals {
					self.suspects.remove(total);
					self.refused_since.remove(total);
				}
				self.committed(root, id).await?;
				Ok(true)
			},
			Err(ChainError::Refused { name, docs }) => {
				// It may be there already: sent before a stop, and in a block since.
				if let Some(id) = self.rooms.chain.find(root).await? {
					self.committed(root, id).await?;
					return Ok(true);
				}
				tracing::warn!(?root, name, docs, "the chain refuses a batch");
				self.rooms.store.dissolve(root).await?;
				self.rooms.look_at_channels().await?;
				// Where lanes were taken from meanwhile the receipts are not to blame.
				if NO_TOTALS_FAULT.contains(&name.as_str()) || !self.is_of_now(&lanes) {
					return Err(ChainError::Refused { name, docs }.into());
				}
				self.blame(totals.clone());
				match &totals[..] {
					[total] if FOR_GOOD.contains(&name.as_str()) => {
						self.give_up(total.clone(), batch.receipts).await?;
					},
					_ => {},
				}
				Ok(false)
			},
			Err(error) => Err(error.into()),
		}
	}

	/// Notes that the chain has a batch. The next one begins where this one has left its lanes.
	async fn committed(&self, root: H256, id: BatchId) -> Result<(), Trouble> {
		self.rooms.store.committed(root, id, now_millis()).await?;
		Ok(self.rooms.look_at_channels().await?)
	}

	/// Whether its lanes are as they were when it was drafted.
	fn is_of_now(&self, lanes: &Lanes) -> bool {
		lanes.iter().all(|((channel, lane), (before, _))| {
			let chain = self.rooms.channels.on_chain(*channel);
			chain.is_some_and(|chain| chain.taken.get(usize::from(*lane)) == Some(before))
		})
	}

	/// After a refusal: one total alone is to blame and waits; of several each half is tried by itself, so
	/// that a bad one is found after few fees, and keeps no other one waiting.
	fn blame(&mut self, mut totals: Vec<TotalKey>) {
		if totals.len() == 1 {
			let until = now_millis().saturating_add(REFUSED_FOR_MILLIS);
			self.refused.extend(totals.into_iter().map(|total| (total, until)));
			return;
		}
		let half = totals.split_off(totals.len() / 2);
		for half in [totals, half] {
			self.parts = self.parts.saturating_add(1);
			self.suspects.extend(half.into_iter().map(|total| (total, self.parts)));
		}
	}

	/// Closes receipts of a total that was refused for so long that nobody can complain about them any more.
	async fn give_up(&mut self, total: TotalKey, receipts: Vec<Receipt>) -> Result<(), Trouble> {
		let age = u64::try_from(self.rhythm.give_up_after.as_millis()).unwrap_or(u64::MAX);
		let is_old = |since: u64| since.saturating_add(age) <= now_millis();
		if !is_old(*self.refused_since.entry(total).or_insert_with(now_millis)) {
			return Ok(());
		}
		let mut old = Vec::new();
		// The oldest answers are the first.
		for signed in receipts.into_iter().take(CLOSED_AT_ONCE) {
			let record = self.rooms.store.request(signed.receipt.request).await?;
			if !record.and_then(|record| record.times.answered).is_some_and(is_old) {
				break;
			}
			old.push(signed);
		}
		self.close(old, Some("refused_by_the_chain")).await
	}

	/// What each lane pays; `None` when a channel is gone.
	fn draft(&self, charges: &BTreeMap<LaneKey, Balance>) -> Option<Lanes> {
		let lanes = charges.iter().map(|((channel, lane), charge)| {
			let chain = self.rooms.channels.on_chain(*channel)?;
			Some(((*channel, *lane), (*chain.taken.get(usize::from(*lane))?, *charge)))
		});
		lanes.collect()
	}

	/// The lanes' newest vouchers, and up to what they are used.
	async fn claims(&self, lanes: &Lanes) -> Result<Vec<Claim>, Trouble> {
		let mut vouchers = BTreeMap::<LaneKey, SignedVoucher>::new();
		let channels: BTreeSet<_> = lanes.keys().map(|(channel, _)| *channel).collect();
		for channel in channels {
			for lane in self.rooms.store.lanes(channel).await? {
				vouchers.insert((channel, lane.lane), lane.voucher);
			}
		}
		let mut claims = Vec::new();
		for ((channel, lane), (before, charge)) in lanes {
			let upto = before.saturating_add(*charge);
			let spent = self.rooms.channels.info(*channel);
			let spent = spent.and_then(|info| info.lanes.get(usize::from(*lane)).copied());
			let voucher = vouchers.remove(&(*channel, *lane));
			let Some(voucher) = voucher.filter(|_| spent.is_some_and(|spent| upto <= spent)) else {
				return Err(Trouble::Lane(*channel, *lane));
			};
			claims.push(Claim { voucher, upto });
		}
		Ok(claims)
	}
}

/// All receipts of a batch as the chain's `leaves` names them: SCALE of the list.
pub async fn leaves(store: &dyn Store, root: H256) -> Result<Option<Vec<u8>>, StoreError> {
	let receipts = store.receipts_of(root).await?;
	Ok((!receipts.is_empty()).then(|| receipts.encode()))
}

/// Where a request's receipt is in a batch; `None` when it is not there.
pub fn proof(tree: &Tree, request: &RequestId) -> Option<Proof<AccountId>> {
	let (place, _) = tree.places().find(|(_, signed)| signed.receipt.request == *request)?;
	tree.proof(place.0, place.1)
}

/// What is found of a worker's receipts.
#[derive(Debug, Default)]
pub struct Proofs {
	/// The receipts that are in a batch.
	pub proofs: Vec<Proved>,
	/// How many batches were put together for that.
	pub batches: u32,
	/// Whether all batches were looked at.
	pub all: bool,
}

/// In which batches the receipts are that a worker has signed for these requests: those that the chain has
/// taken, and has not rejected as far as this gateway knows. At most so many batches are put together.
///
/// # Errors
/// When the store can't be read.
pub async fn proved(
	rooms: &Rooms,
	worker: &sr25519::Public,
	requests: &[RequestId],
	most: u32,
) -> Result<Proofs, StoreError> {
	let store = &rooms.store;
	let mut wanted = BTreeMap::<H256, BTreeSet<RequestId>>::new();
	for id in requests {
		let Some(record) = store.request(*id).await? else { continue };
		let own = record.answer.filter(|answer| answer.receipt.receipt.worker == *worker);
		if let Some((_, root)) = own.zip(record.batch) {
			wanted.entry(root).or_default().insert(*id);
		}
	}
	let mut found = Proofs { all: true, ..Proofs::default() };
	for (root, requests) in wanted {
		let batch = match store.batch_of(root).await?.map(|batch| batch.state) {
			Some(BatchState::Committed(id) | BatchState::Settled(id)) if !id.is_zero() => id,
			_ => continue,
		};
		if found.batches >= most {
			found.all = false;
			break;
		}
		found.batches = found.batches.saturating_add(1);
		if let Some(tree) = rooms.tree(root).await? {
			found.proofs.extend(proofs_in(&tree, &requests, batch));
		}
	}
	Ok(found)
}

/// The proofs of some of a batch's receipts.
fn proofs_in(tree: &Tree, wanted: &BTreeSet<RequestId>, batch: BatchId) -> Vec<Proved> {
	let ours = tree.places().filter(|(_, signed)| wanted.contains(&signed.receipt.request));
	let proofs = ours.filter_map(|((total, index), signed)| {
		let proof = tree.proof(total, index)?.encode();
		let request = signed.receipt.request.0.to_vec();
		Some(Proved { request, batch: batch.0.to_vec(), proof })
	});
	proofs.collect()
}
