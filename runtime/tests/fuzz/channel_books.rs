//! What the events say of channels' money, and of batches.

use super::{
	batch_books::{BatchBooks, Made},
	ensure,
};
use pallet_channels::{Event, Ledger};
use reckon_primitives::{Balance, BatchId, ChannelId};
use reckon_receipts::{batch_root, BatchTree, Place, Total};
use reckon_runtime::{AccountId, Channels, Runtime};
use sp_core::H256;
use std::collections::{BTreeMap, BTreeSet};

/// Who may have lost how much.
type Loss = Option<(AccountId, Balance)>;

#[derive(Default)]
pub struct ChannelBooks {
	/// What each client has deposited, paid and got back, and has in channels.
	pub ledgers: BTreeMap<AccountId, Ledger>,
	/// What is left in each channel, and whose it is.
	open: BTreeMap<ChannelId, (AccountId, Balance)>,
	/// The batches that the chain remembers.
	batches: BTreeMap<BatchId, BatchBooks>,
	/// What gateways have made, by the root.
	made: BTreeMap<H256, Made>,
	/// Where receipts are, by their leaves.
	places: BTreeMap<H256, (BatchId, Place)>,
	/// What is audited and is not decided yet: which batch, or an answer out of which batch.
	audits: BTreeMap<H256, BatchId>,
	/// What clients pay audits of.
	requested: BTreeSet<H256>,
	/// What could not be given back: the treasury's when its batch ends, of which no event tells.
	pub unreturned: Balance,
}

impl ChannelBooks {
	/// Keeps what a gateway may commit to.
	pub fn keep(&mut self, totals: Vec<Total<AccountId>>, tree: BatchTree<AccountId>) {
		// What has no root is refused.
		if let Ok(root) = batch_root(&totals) {
			self.made.insert(root.hash, Made { totals, tree });
		}
	}

	/// The receipts of a batch that was committed.
	pub fn tree(&self, batch: &BatchId) -> Option<&BatchTree<AccountId>> {
		let (_, root) = self.batches.get(batch)?.committed.as_ref()?;
		Some(&self.made.get(root)?.tree)
	}

	/// The last batch that has this receipt, by its leaf.
	pub fn place(&self, receipt: &H256) -> Option<(BatchId, Place)> {
		self.places.get(receipt).copied()
	}

	/// An account is gone, which it can't be with money in channels.
	pub fn forget(&mut self, who: &AccountId) -> Result<(), String> {
		let held = self.ledgers.remove(who).map_or(0, |ledger| ledger.held);
		ensure(held == 0, || format!("{who:?} is gone and has {held} in channels"))
	}

	/// The chain remembers the same batches and has the same escrows, and each sample that was not shown has
	/// its batch rejected.
	pub fn compare(&self) -> Result<(), String> {
		let mut known = 0;
		for (id, batch) in pallet_channels::Batches::<Runtime>::iter() {
			let books = self.batches.get(&id).ok_or_else(|| format!("{id:?} is unknown"))?;
			known += 1;
			ensure(books.is_sound(), || format!("{id:?} has withheld a sample"))?;
			let is_due = batch.state == pallet_channels::BatchState::Waiting;
			ensure(!is_due || batch.escrow == books.left(), || {
				format!("{id:?} has {} in escrow, by the events {}", batch.escrow, books.left())
			})?;
		}
		ensure(known == self.batches.len(), || "the chain has lost a batch".into())
	}

	/// Each unit that is in a channel was put in, and leaves it once: to a batch, or back.
	pub fn note(&mut self, event: &Event<Runtime>) -> Result<Loss, String> {
		use Event::*;
		match event {
			ChannelOpened { channel, client, deposit, .. } => {
				let again = self.open.insert(*channel, (client.clone(), 0)).is_some();
				ensure(!again, || format!("channel {channel:?} is opened twice"))?;
				self.put_in(channel, *deposit, *deposit)
			},
			ChannelToppedUp { channel, amount, left } => {
				self.put_in(channel, *amount, left + place())
			},
			ChannelCharged { channel, batch, amount, left } => {
				let client = self.take_out(channel, *amount, left + place())?;
				self.ledgers.entry(client.clone()).or_default().paid += amount;
				let books = self.batches.entry(*batch).or_default();
				books.pay_in(*channel, client.clone(), *amount)?;
				Ok(Some((client, *amount)))
			},
			ChannelClosed { channel, client, refunded, .. } => {
				let whose = self.take_out(channel, *refunded, 0)?;
				self.open.remove(channel);
				ensure(whose == *client, || format!("{client:?} has {whose:?}'s money"))?;
				self.ledgers.entry(whose).or_default().refunded += refunded;
				Ok(None)
			},
			BatchCommitted { batch, gateway, root, receipts, charged } => {
				self.commit(*batch, gateway, *root, *receipts, *charged).map(|()| None)
			},
			PremiumPaid { gateway, amount, .. } => Ok(Some((gateway.clone(), *amount))),
			ReceiptStruck { batch, total, index, charge, returned, .. } => {
				let (books, made) = self.batch(batch)?;
				let client = books.strike(made, (*total, *index), *charge, *returned)?;
				client.iter().for_each(|client| self.give_back(client, *returned));
				Ok(Some((Channels::till(), *returned)))
			},
			TotalPaid { batch, provider, model, charge, earned } => {
				ensure(earned <= charge, || format!("{earned} of {charge} is earned"))?;
				let audited = self.audits.values().any(|audited| audited == batch);
				ensure(!audited, || format!("{batch:?} pays and is audited"))?;
				let (books, made) = self.batch(batch)?;
				books.pay_total(made, provider, model, *charge)?;
				// The parts of gateway and treasury leave at the end.
				Ok(Some((Channels::till(), *charge)))
			},
			BatchSettled { batch, .. } => {
				let (books, made) = self.batch(batch)?;
				books.settle(made)?;
				Ok(Some((Channels::till(), books.paid_in())))
			},
			BatchRejected { batch, .. } => {
				let (books, _) = self.batch(batch)?;
				books.reject().map(|()| None)
			},
			ContributionReturned { batch, channel, client, amount } => {
				let (books, _) = self.batch(batch)?;
				let paid = books.give_back(channel, client, *amount)?;
				self.unreturned += paid - amount;
				self.give_back(client, *amount);
				Ok(Some((Channels::till(), *amount)))
			},
			BatchForgotten { batch } => {
				let books = self.batches.remove(batch).ok_or("an unknown batch is forgotten")?;
				if let Some((_, root)) = &books.committed {
					self.made.remove(root);
				}
				self.places.retain(|_, (of, _)| of != batch);
				books.forget().map(|()| None)
			},
			SamplesDrawn { batch, seed, until } => {
				self.batch(batch)?.0.draw(*seed, *until).map(|()| None)
			},
			SampleShown { batch, total, index, audit, .. } => {
				let requested = self.requested.contains(audit);
				let (books, made) = self.batch(batch)?;
				match requested {
					true => books.show_requested(made, (*total, *index), *audit)?,
					false => books.show(made, (*total, *index), *audit)?,
				}
				let again = self.audits.insert(*audit, *batch).is_some();
				ensure(!again, || format!("{audit:?} is audited twice")).map(|()| None)
			},
			SampleWithheld { batch, total } => self.batch(batch)?.0.withhold(*total).map(|()| None),
			ComplaintAnswered { receipt, gateway, batch } => {
				self.answers(receipt, gateway, batch).map(|()| None)
			},
			_ => Ok(None),
		}
	}

	/// What is audited is not paid before its audit is decided.
	pub fn note_audit(&mut self, event: &pallet_audits::Event<Runtime>) {
		use pallet_audits::Event::*;
		match event {
			CommitteeDrawn { audit, .. } if self.batches.contains_key(audit) => {
				self.audits.insert(*audit, *audit);
			},
			AuditRequested { audit, .. } => {
				self.requested.insert(*audit);
			},
			AuditDecided { audit, .. } => {
				self.audits.remove(audit);
				self.requested.remove(audit);
			},
			_ => {},
		}
	}

	fn batch(&mut self, id: &BatchId) -> Result<(&mut BatchBooks, &Made), String> {
		let books = self.batches.get_mut(id).ok_or_else(|| format!("{id:?} is unknown"))?;
		let (_, root) = books.committed.as_ref().ok_or("it is not committed yet")?;
		let made = self.made.get(root).ok_or("a batch of unknown receipts")?;
		Ok((books, made))
	}

	fn commit(
		&mut self,
		id: BatchId,
		gateway: &AccountId,
		root: H256,
		receipts: u32,
		charged: Balance,
	) -> Result<(), String> {
		let made = self.made.get(&root).ok_or("a batch of unknown receipts")?;
		let count: u32 = made.totals.iter().map(|total| total.receipts.count).sum();
		ensure(count == receipts, || format!("{id:?} has {receipts} receipts, not {count}"))?;
		for (place, signed) in made.tree.places() {
			self.places.insert(signed.leaf().hash, (id, place));
		}
		let books = self.batches.entry(id).or_default();
		let again = books.committed.replace((gateway.clone(), root)).is_some();
		ensure(!again, || format!("{id:?} is committed twice"))?;
		let paid = books.left();
		ensure(paid == charged, || format!("{id:?} charges {charged} and channels paid {paid}"))
	}

	/// Only a batch of the gateway's own that has the receipt and is not rejected answers a complaint.
	fn answers(&self, receipt: &H256, gateway: &AccountId, batch: &BatchId) -> Result<(), String> {
		let books = self.batches.get(batch).ok_or("an unknown batch answers")?;
		let whose = books.committed.as_ref().map(|(gateway, _)| gateway);
		let tree = self.tree(batch).ok_or("a batch of unknown receipts answers")?;
		let has_it = tree.places().any(|(_, signed)| signed.leaf().hash == *receipt);
		ensure(has_it && whose == Some(gateway) && !books.rejected, || {
			format!("{batch:?} answers for {gateway:?} and {receipt:?}")
		})
	}

	/// `now` is what the channel has by the chain's word, its place in storage included.
	fn put_in(
		&mut self,
		channel: &ChannelId,
		amount: Balance,
		now: Balance,
	) -> Result<Loss, String> {
		let (client, left) = self.open.get_mut(channel).ok_or("a channel is not open")?;
		*left += amount;
		ensure(*left == now, || format!("{channel:?} has {now}, by the events {left}"))?;
		let ledger = self.ledgers.entry(client.clone()).or_default();
		ledger.deposited += amount;
		ledger.held += amount;
		Ok(None)
	}

	/// Says whose it was.
	fn take_out(
		&mut self,
		channel: &ChannelId,
		amount: Balance,
		now: Balance,
	) -> Result<AccountId, String> {
		let (client, left) = self.open.get_mut(channel).ok_or("a channel is not open")?;
		*left = left.checked_sub(amount).ok_or("more is taken than is in a channel")?;
		ensure(*left == now, || format!("{channel:?} has {now}, by the events {left}"))?;
		// Its account may have gone and come back, if nothing was in the channel.
		if amount > 0 {
			let ledger = self.ledgers.entry(client.clone()).or_default();
			ledger.held = ledger.held.checked_sub(amount).ok_or("more is taken than is held")?;
		}
		Ok(client.clone())
	}

	/// Nothing is noted for who has gone since.
	fn give_back(&mut self, client: &AccountId, returned: Balance) {
		if let Some(ledger) = self.ledgers.get_mut(client) {
			let noted = returned.min(ledger.paid);
			ledger.paid -= noted;
			ledger.refunded += noted;
		}
	}
}

/// What a channel's place in storage costs: on hold with the rest, and never taken.
fn place() -> Balance {
	<<Runtime as pallet_channels::Config>::MinDeposit as frame_support::traits::Get<_>>::get()
}
