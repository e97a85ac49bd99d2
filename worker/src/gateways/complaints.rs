//! What becomes of acknowledged receipts. When a gateway has had its time for a batch it is asked for proofs;
//! a proof counts when the chain has the batch, is the gateway's, and is not rejected. What is not proved is
//! complained about, and the complaint is followed to its end.
//!
//! A complaint has a deposit on hold, which a gateway has that answers. So the gateway is asked first, and
//! for long; the dearest receipts come first, and only a few at once; and a gateway that has answered is
//! asked again for all the others.

use super::{
	court::{Court, Ended, Heard},
	credit::Credit,
	desk::Desk,
	ledger::Ledger,
	owed::{self, Calendar, Owed, Pending},
	receipts::Unkept,
};
use crate::{chain::ChainError, status::Counters};
use codec::DecodeAll;
use reckon_gateway_protocol::v1::{self, from_worker, FromWorker};
use reckon_receipts::{Proof, Root};
use reckon_sdk::{AccountId, Batch, BatchId, BatchState, BlockNumber, H256};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
	time::Duration,
};
use tokio::task::JoinSet;

/// Receipts that a gateway is asked for at once, as its protocol has it.
const PAGE: u32 = 64;
/// How long a gateway has for an inquiry.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// The longest that a gateway which has much to do is left alone: what is not proved is complained about.
const LONGEST_REST: Duration = Duration::from_secs(300);
/// How long one is left alone whose proofs prove nothing.
const REST_AFTER_NOTHING: Duration = Duration::from_secs(60);
/// Batches, and complaints, that the chain is asked about in one block.
const LOOKS: u32 = 32;
/// Complaints that are begun in one block.
const BEGUN: u32 = 4;
/// Blocks in which a transaction is looked for: it lives for 64, and finality may be behind.
const LIFE: BlockNumber = 128;
/// Blocks in which the end of a complaint is looked for.
const SCANNED: BlockNumber = 256;
/// Blocks between two counts of all that is owed.
const COUNT_EVERY: BlockNumber = 20;

/// What can't go on for now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
	#[error(transparent)]
	Journal(#[from] Unkept),
	#[error(transparent)]
	Chain(#[from] ChainError),
}

/// What comes of something that was begun.
enum News {
	/// Of an inquiry; nothing when the gateway has not answered.
	Proofs(AccountId, Vec<Owed>, Option<v1::Proofs>),
	/// A gateway that had too much to do may be asked again.
	Rested(AccountId),
	/// Of a complaint.
	Heard(H256, Heard),
}

/// Looks after all gateways' receipts, for ever.
pub(super) async fn run<L: Ledger, C: Court>(desk: Arc<Desk<L>>, court: C) {
	let mut heads = court.heads();
	let mut clerk = Clerk {
		credit: desk.credit().clone(),
		desk,
		court: Arc::new(court),
		calendar: None,
		news: JoinSet::new(),
		asking: BTreeSet::new(),
		sent: BTreeSet::new(),
		counted_at: None,
		poor: false,
	};
	heads.mark_changed();
	loop {
		tokio::select! {
			changed = heads.changed() => {
				if changed.is_err() {
					return;
				}
				let finalized = heads.borrow_and_update().finalized;
				if let Some(block) = finalized {
					clerk.round(block.number).await;
				}
			},
			Some(news) = clerk.news.join_next() => {
				if let Ok(news) = news {
					clerk.hear(news).await;
				}
			},
		}
	}
}

struct Clerk<L, C> {
	desk: Arc<Desk<L>>,
	credit: Arc<Credit>,
	court: Arc<C>,
	calendar: Option<Calendar>,
	news: JoinSet<News>,
	/// The gateways that have an inquiry, or rest.
	asking: BTreeSet<[u8; 32]>,
	/// Complaints that are on their way.
	sent: BTreeSet<H256>,
	counted_at: Option<BlockNumber>,
	/// Whether it was said that there is no money for complaints.
	poor: bool,
}

fn noted(step: &str, result: Result<(), Trouble>) {
	if let Err(trouble) = result {
		tracing::warn!(%trouble, step, "acknowledged receipts are not looked after, trying again");
	}
}

impl<L: Ledger, C: Court> Clerk<L, C> {
	/// What there is to do in a new block. One step that fails does not keep the others.
	async fn round(&mut self, now: BlockNumber) {
		if self.calendar.is_some_and(|calendar| calendar.now == now) {
			return;
		}
		let bounds = match self.court.bounds().await {
			Ok(bounds) => bounds,
			Err(error) => return noted("bounds", Err(error.into())),
		};
		let calendar = Calendar { now, bounds };
		self.calendar = Some(calendar);
		self.credit.is_now(calendar);
		noted("complaints", self.follow(&calendar).await);
		noted("batches", self.batches(&calendar).await);
		noted("forget", self.forget(&calendar).await);
		noted("inquiries", self.inquire(&calendar).await);
		noted("complain", self.complain(&calendar).await);
		let counted = self.counted_at.is_some_and(|at| now < at.saturating_add(COUNT_EVERY));
		if !counted {
			noted("count", self.count().await);
		}
	}

	async fn hear(&mut self, news: News) {
		let Some(calendar) = self.calendar else { return };
		match news {
			News::Proofs(gateway, asked, proofs) => {
				let wait = proofs.as_ref().map_or(0, |proofs| proofs.retry_after_millis);
				let mut rest = Duration::from_millis(wait).min(LONGEST_REST);
				if let Some(proofs) = proofs {
					match self.proofs(&calendar, gateway, asked, proofs).await {
						Ok(true) => {},
						// Each costs a question to the chain.
						Ok(false) => rest = rest.max(REST_AFTER_NOTHING),
						Err(trouble) => noted("proofs", Err(trouble)),
					}
				}
				if !rest.is_zero() {
					self.news.spawn(async move {
						tokio::time::sleep(rest).await;
						News::Rested(gateway)
					});
					return;
				}
				self.asking.remove(&gateway.0);
				noted("inquiries", self.ask(&calendar, gateway).await);
			},
			News::Rested(gateway) => {
				self.asking.remove(&gateway.0);
				noted("inquiries", self.ask(&calendar, gateway).await);
			},
			News::Heard(receipt, heard) => {
				self.sent.remove(&receipt);
				noted("complain", self.heard(&calendar, receipt, heard).await);
				noted("count", self.count().await);
			},
		}
	}

	async fn count(&mut self) -> Result<(), Trouble> {
		let counts = self.credit.receipts().with(owed::counts).await?;
		self.credit.counted(counts);
		self.counted_at = self.calendar.map(|calendar| calendar.now);
		Ok(())
	}

	async fn forget(&mut self, calendar: &Calendar) -> Result<(), Trouble> {
		let calendar = *calendar;
		let lost = self.credit.receipts().with(move |db| owed::forget(db, &calendar)).await?;
		if lost > 0 {
			tracing::error!(lost, "receipts that no batch has can't be complained about any more");
			let lost = u64::try_from(lost).unwrap_or(u64::MAX);
			self.tally(|counters| counters.receipts_lost += lost);
		}
		Ok(())
	}

	fn tally(&self, change: impl FnOnce(&mut Counters)) {
		self.desk.shared().count(change);
	}

	/// Looks whether batches are paid by now.
	async fn batches(&mut self, calendar: &Calendar) -> Result<(), Trouble> {
		let now = calendar.now;
		let due = self.credit.receipts().with(move |db| owed::batches(db, now, LOOKS)).await?;
		let mut changed = false;
		for id in due {
			let batch = self.court.batch(id).await?;
			let calendar = *calendar;
			let lost = self.credit.receipts().with(move |db| match state(batch.as_ref()) {
				State::Waits(due) => owed::batch_waits(db, id, revisit(&calendar, due)).map(|()| 0),
				State::Pays => owed::batch_paid(db, id).map(|()| 0),
				State::Lost => owed::batch_lost(db, id, now),
			});
			let lost = lost.await?;
			if lost > 0 {
				tracing::warn!(batch = ?id, receipts = lost, "a batch with our receipts is rejected");
			}
			changed = true;
		}
		match changed {
			true => self.count().await,
			false => Ok(()),
		}
	}

	/// Asks the gateways that have had their time, those that are here.
	async fn inquire(&mut self, calendar: &Calendar) -> Result<(), Trouble> {
		let now = calendar.now;
		let gateways = self.credit.receipts().with(move |db| owed::to_be_asked(db, now)).await?;
		for gateway in gateways {
			if self.desk.outbox(gateway).is_some() {
				self.ask(calendar, gateway).await?;
			} else {
				let calendar = *calendar;
				let note = move |db: &_| owed::in_vain(db, gateway, &calendar);
				self.credit.receipts().with(note).await?;
			}
		}
		Ok(())
	}

	/// Asks a gateway for what it is time for, unless it is being asked.
	async fn ask(&mut self, calendar: &Calendar, gateway: AccountId) -> Result<(), Trouble> {
		let Some(outbox) = self.desk.outbox(gateway) else { return Ok(()) };
		if self.asking.contains(&gateway.0) {
			return Ok(());
		}
		let calendar = *calendar;
		let find = move |db: &_| owed::ask(db, gateway, &calendar, PAGE);
		let asked = self.credit.receipts().with(find).await?;
		if asked.is_empty() {
			return Ok(());
		}
		tracing::debug!(%gateway, receipts = asked.len(), "asking for proofs");
		self.asking.insert(gateway.0);
		let proofs = self.credit.expect(gateway);
		self.news.spawn(async move {
			let requests = asked.iter().map(|owed| owed.signed.receipt.request.0.to_vec());
			let inquiry = v1::Inquiry { requests: requests.collect() };
			let message = Some(from_worker::Message::Inquiry(inquiry));
			let exchange = async {
				outbox.send(FromWorker { message }).await.ok()?;
				tokio::select! {
					proofs = proofs => proofs.ok(),
					() = outbox.closed() => None,
				}
			};
			let proofs = tokio::time::timeout(ANSWER_WITHIN, exchange).await.ok().flatten();
			News::Proofs(gateway, asked, proofs)
		});
		Ok(())
	}

	/// Takes a gateway's proofs of what it was asked for; false when one proves nothing.
	async fn proofs(
		&mut self,
		calendar: &Calendar,
		gateway: AccountId,
		asked: Vec<Owed>,
		proofs: v1::Proofs,
	) -> Result<bool, Trouble> {
		let wanted = asked.into_iter().map(|owed| (owed.signed.receipt.request, owed));
		let mut wanted: BTreeMap<H256, Owed> = wanted.collect();
		let mut known = BTreeMap::<BatchId, Option<Batch>>::new();
		let (most, mut changed, mut all_good) = (wanted.len(), false, true);
		for proved in proofs.proved.into_iter().take(most) {
			let Ok(request) = <[u8; 32]>::try_from(proved.request) else { continue };
			let Ok(id) = <[u8; 32]>::try_from(proved.batch).map(H256) else { continue };
			let Some(owed) = wanted.remove(&H256(request)) else { continue };
			if let std::collections::btree_map::Entry::Vacant(place) = known.entry(id) {
				place.insert(self.court.batch(id).await?);
			}
			let batch = known.get(&id).and_then(Option::as_ref);
			let receipt = owed.id();
			if !batch.is_some_and(|batch| is_in(batch, gateway, receipt, &proved.proof)) {
				tracing::warn!(%gateway, ?receipt, batch = ?id, "a proof that proves nothing");
				all_good = false;
				continue;
			}
			let (state, calendar) = (state(batch), *calendar);
			let note = move |db: &_| match state {
				State::Waits(due) => owed::batched(db, receipt, id, revisit(&calendar, due)),
				State::Pays => owed::done(db, receipt),
				State::Lost => Ok(()),
			};
			self.credit.receipts().with(note).await?;
			changed = true;
		}
		if changed {
			self.count().await?;
		}
		Ok(all_good)
	}

	/// Complains about what is not proved, as far as there is room and money.
	async fn complain(&mut self, calendar: &Calendar) -> Result<(), Trouble> {
		let counts = self.credit.receipts().with(owed::open).await?;
		let room = self.credit.limits().complaints.saturating_sub(counts).min(BEGUN);
		if room == 0 {
			return Ok(());
		}
		let at = *calendar;
		let unproved = self.credit.receipts().with(move |db| owed::unproved(db, &at, room)).await?;
		if unproved.is_empty() {
			return Ok(());
		}
		let money = self.court.affords().await?;
		// Those that are on their way have not paid yet.
		let under_way = u32::try_from(self.sent.len()).unwrap_or(u32::MAX);
		let mut money = money.saturating_sub(under_way);
		for owed in unproved {
			let (receipt, gateway) = (owed.id(), owed.signed.receipt.gateway);
			if let Some(due) = self.court.open(receipt).await? {
				// Somebody else's, or one that was sent in an earlier life.
				let note = move |db: &_| owed::complained(db, receipt, due, &at);
				self.credit.receipts().with(note).await?;
				continue;
			}
			if let Some(why) = self.court.objection(&owed.signed).await? {
				tracing::warn!(?receipt, %gateway, why, "can't be complained about now");
				self.credit.receipts().with(move |db| owed::put_off(db, receipt, &at)).await?;
				continue;
			}
			if money == 0 {
				if !std::mem::replace(&mut self.poor, true) {
					tracing::error!(
						"the hot key has no money for a complaint's deposit: send it some RKN"
					);
				}
				return Ok(());
			}
			(money, self.poor) = (money.saturating_sub(1), false);
			let look_at = at.now.saturating_add(LIFE);
			// First the journal: after a stop it is looked for on chain, and not sent twice.
			let note = move |db: &_| owed::complaining(db, receipt, look_at);
			self.credit.receipts().with(note).await?;
			tracing::warn!(?receipt, %gateway, "complaining: the gateway shows no batch with it");
			self.sent.insert(receipt);
			let court = self.court.clone();
			self.news.spawn(async move { News::Heard(receipt, court.complain(owed).await) });
		}
		Ok(())
	}

	/// What has become of a complaint that was sent.
	async fn heard(
		&mut self,
		calendar: &Calendar,
		receipt: H256,
		heard: Heard,
	) -> Result<(), Trouble> {
		let calendar = *calendar;
		let open = match &heard {
			Heard::Open(due) => Some(*due),
			Heard::Before => self.court.open(receipt).await?,
			_ => None,
		};
		let receipts = self.credit.receipts();
		match (open, heard) {
			(Some(due), _) => {
				tracing::info!(?receipt, answer_by = due, "a complaint is open");
				receipts.with(move |db| owed::complained(db, receipt, due, &calendar)).await?;
			},
			(None, Heard::Before | Heard::Open(_)) => {
				tracing::info!(?receipt, "somebody has complained about it before");
				receipts.with(move |db| owed::done(db, receipt)).await?;
			},
			(None, Heard::Never(why)) => {
				tracing::error!(?receipt, why, "a complaint is refused for good");
				receipts.with(move |db| owed::done(db, receipt)).await?;
				self.tally(|counters| counters.receipts_lost += 1);
			},
			(None, Heard::NotNow(why)) => {
				tracing::warn!(?receipt, why, "a complaint is refused, trying again later");
				receipts.with(move |db| owed::put_off(db, receipt, &calendar)).await?;
			},
			// It is looked for on chain when it can't be in a block any more.
			(None, Heard::Unknown(why)) => tracing::warn!(?receipt, why, "a complaint is lost"),
		}
		Ok(())
	}

	/// Looks after the complaints that were sent.
	async fn follow(&mut self, calendar: &Calendar) -> Result<(), Trouble> {
		let at = *calendar;
		let look = move |db: &_| owed::pending(db, at.now, LOOKS);
		let mut pending = self.credit.receipts().with(look).await?;
		pending.retain(|one| !self.sent.contains(&one.receipt));
		let mut changed = false;
		for pending in pending {
			let receipt = pending.receipt;
			if let Some(due) = self.court.open(receipt).await? {
				let note = move |db: &_| owed::complained(db, receipt, due, &at);
				self.credit.receipts().with(note).await?;
				continue;
			}
			changed = true;
			match pending.open {
				Some((open_at, due)) => self.ended(&at, &pending, open_at, due).await?,
				None if at.now <= at.last(pending.taken_at) => {
					let note = move |db: &_| owed::unsent(db, receipt, at.now);
					self.credit.receipts().with(note).await?;
				},
				None => {
					tracing::error!(?receipt, "a complaint has not come into a block in time");
					self.credit.receipts().with(move |db| owed::done(db, receipt)).await?;
					self.tally(|counters| counters.receipts_lost += 1);
				},
			}
		}
		match changed {
			true => self.count().await,
			false => Ok(()),
		}
	}

	/// A complaint that was open in a block is not any more.
	async fn ended(
		&mut self,
		calendar: &Calendar,
		pending: &Pending,
		open_at: BlockNumber,
		due: BlockNumber,
	) -> Result<(), Trouble> {
		let (receipt, gateway, calendar) = (pending.receipt, pending.gateway, *calendar);
		// After a long time away it is not worth looking for an answer, but for what the bond has paid.
		let blocks = match calendar.now.saturating_sub(open_at) <= SCANNED {
			true => open_at.saturating_add(1)..=calendar.now,
			false => due..=due.saturating_add(SCANNED).min(calendar.now),
		};
		let ended = match self.court.end(receipt, blocks).await {
			Err(ChainError::BlockGone(_)) => None,
			ended => ended?,
		};
		match ended {
			Some(Ended::Answered(batch)) => {
				tracing::warn!(?receipt, %gateway, ?batch, "a complaint is answered");
				self.tally(|counters| counters.complaints_answered += 1);
			},
			Some(Ended::Upheld { paid, slashed }) => {
				tracing::info!(?receipt, %gateway, paid, slashed, "a complaint is upheld");
				self.tally(|counters| counters.complaints_upheld += 1);
			},
			Some(Ended::Dropped) => {
				tracing::warn!(?receipt, %gateway, "a complaint is dropped: it could not be paid");
				self.tally(|counters| counters.complaints_dropped += 1);
			},
			None => tracing::warn!(?receipt, %gateway, "a complaint has ended, nobody knows how"),
		}
		let answered = matches!(ended, Some(Ended::Answered(_)));
		let note = move |db: &_| {
			owed::done(db, receipt)?;
			match answered {
				true => owed::ask_anew(db, gateway, &calendar),
				false => Ok(()),
			}
		};
		Ok(self.credit.receipts().with(note).await?)
	}
}

/// Where a batch stands, for what is in it.
enum State {
	/// Nobody is paid until this block.
	Waits(BlockNumber),
	/// Its parts are paid, or are being paid.
	Pays,
	/// It is rejected, or forgotten.
	Lost,
}

fn state(batch: Option<&Batch>) -> State {
	match batch.map(|batch| (batch.state, batch.due)) {
		Some((BatchState::Waiting, due)) => State::Waits(due),
		Some((BatchState::Paying | BatchState::Settled, _)) => State::Pays,
		Some((BatchState::Returning(_) | BatchState::Rejected(_), _)) | None => State::Lost,
	}
}

/// When a batch is looked at again: auditors may reject it before it is due.
fn revisit(calendar: &Calendar, due: BlockNumber) -> BlockNumber {
	let soon = calendar.now.saturating_add(calendar.pause());
	let late = calendar.now.saturating_add(calendar.asking());
	due.saturating_add(1).clamp(soon, late)
}

/// Whether a gateway's batch has a receipt, by this proof.
fn is_in(batch: &Batch, gateway: AccountId, receipt: H256, proof: &[u8]) -> bool {
	let root = Root { hash: batch.root.hash, count: batch.root.count, sum: batch.root.sum };
	batch.gateway == gateway
		&& Proof::<AccountId>::decode_all(&mut &*proof).is_ok_and(|proof| {
			proof.item.receipt.leaf().hash == receipt && proof.verify(&root).is_ok()
		})
}
