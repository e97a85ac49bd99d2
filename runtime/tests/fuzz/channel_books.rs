//! What the events say of channels' money.

use super::ensure;
use pallet_channels::{Event, Ledger};
use reckon_primitives::{Balance, BatchId, ChannelId};
use reckon_receipts::BatchTree;
use reckon_runtime::{AccountId, Channels, Runtime};
use sp_core::H256;
use std::collections::BTreeMap;

/// Who may have lost how much.
type Loss = Option<(AccountId, Balance)>;

#[derive(Default)]
pub struct ChannelBooks {
	/// What each client has deposited, paid and got back, and has in channels.
	pub ledgers: BTreeMap<AccountId, Ledger>,
	/// What is left in each channel, and whose it is.
	open: BTreeMap<ChannelId, (AccountId, Balance)>,
	/// What channels have paid into each batch that is not over, without what came back, and what was
	/// paid out of it.
	batches: BTreeMap<BatchId, Batch>,
	/// The receipts that batches were made of, by the root.
	trees: BTreeMap<H256, BatchTree<AccountId>>,
}

#[derive(Default)]
struct Batch {
	root: Option<H256>,
	/// What is left of what channels have paid, and whose it was.
	paid_in: BTreeMap<ChannelId, (AccountId, Balance)>,
	/// What of that totals were paid for.
	paid_out: Balance,
	/// Whether all of it comes back.
	rejected: bool,
}

impl Batch {
	fn left(&self) -> Balance {
		let paid_in: Balance = self.paid_in.values().map(|(_, amount)| amount).sum();
		paid_in.saturating_sub(self.paid_out)
	}
}

impl ChannelBooks {
	/// Keeps the receipts of a batch that may be committed.
	pub fn keep(&mut self, tree: BatchTree<AccountId>) {
		self.trees.insert(tree.root().hash, tree);
	}

	pub fn tree(&self, root: &H256) -> Option<&BatchTree<AccountId>> {
		self.trees.get(root)
	}

	/// An account is gone, which it can't be with money in channels.
	pub fn forget(&mut self, who: &AccountId) -> Result<(), String> {
		let held = self.ledgers.remove(who).map_or(0, |ledger| ledger.held);
		ensure(held == 0, || format!("{who:?} is gone and has {held} in channels"))
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
				let ledger = self.ledgers.entry(client.clone()).or_default();
				ledger.paid += amount;
				let paid_in = &mut self.batches.entry(*batch).or_default().paid_in;
				let again = paid_in.insert(*channel, (client.clone(), *amount)).is_some();
				ensure(!again, || format!("{channel:?} pays into {batch:?} twice"))?;
				Ok(Some((client, *amount)))
			},
			ChannelClosed { channel, client, refunded, .. } => {
				let whose = self.take_out(channel, *refunded, 0)?;
				self.open.remove(channel);
				ensure(whose == *client, || format!("{client:?} has {whose:?}'s money"))?;
				self.ledgers.entry(whose).or_default().refunded += refunded;
				Ok(None)
			},
			BatchCommitted { batch, root, charged, .. } => {
				let books = self.batches.entry(*batch).or_default();
				books.root = Some(*root);
				let paid = books.left();
				ensure(paid == *charged, || {
					format!("{batch:?} charges {charged} and channels paid {paid}")
				})?;
				Ok(None)
			},
			PremiumPaid { gateway, amount, .. } => Ok(Some((gateway.clone(), *amount))),
			ReceiptStruck { batch, total, index, charge, returned, .. } => {
				self.strike(batch, (*total, *index), *charge, *returned)?;
				Ok(Some((Channels::till(), *returned)))
			},
			TotalPaid { batch, charge, earned, .. } => {
				ensure(earned <= charge, || format!("{earned} of {charge} is earned"))?;
				let books = self.batches.get_mut(batch).ok_or("an unknown batch pays")?;
				let left = books.left();
				ensure(*charge <= left, || format!("{batch:?} pays {charge} and has {left}"))?;
				books.paid_out += charge;
				// The parts of gateway and treasury leave at the end.
				Ok(Some((Channels::till(), *charge)))
			},
			BatchSettled { batch, .. } => {
				let books = self.batches.remove(batch).ok_or("a batch settles twice")?;
				let paid_in: Balance = books.paid_in.values().map(|(_, amount)| amount).sum();
				Ok(Some((Channels::till(), paid_in)))
			},
			BatchRejected { batch, .. } => {
				let books = self.batches.get_mut(batch).ok_or("an unknown batch is rejected")?;
				ensure(books.paid_out == 0, || format!("{batch:?} is rejected and has paid"))?;
				books.rejected = true;
				Ok(None)
			},
			ContributionReturned { batch, channel, client, amount } => {
				let books = self.batches.get_mut(batch).ok_or("an unknown batch gives back")?;
				ensure(books.rejected, || format!("{batch:?} gives back and is not rejected"))?;
				let paid = books.paid_in.remove(channel);
				ensure(paid == Some((client.clone(), *amount)), || {
					format!("{amount} of {channel:?} comes back, which has paid {paid:?}")
				})?;
				if books.paid_in.is_empty() {
					self.batches.remove(batch);
				}
				self.give_back(client, *amount);
				Ok(Some((Channels::till(), *amount)))
			},
			_ => Ok(None),
		}
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

	/// Nobody has more back than its channel paid into the batch, nor than the receipt charged.
	fn strike(
		&mut self,
		batch: &BatchId,
		at: (u32, u32),
		charge: Balance,
		returned: Balance,
	) -> Result<(), String> {
		let books = self.batches.get_mut(batch).ok_or("an unknown batch is struck")?;
		let root = books.root.ok_or("a batch is struck before it is committed")?;
		let tree = self.trees.get(&root).ok_or("a batch of unknown receipts")?;
		let item = tree.item(at.0, at.1).ok_or("a receipt that is not there is struck")?;
		let receipt = item.receipt.receipt;
		ensure(receipt.charge == charge && returned <= charge, || {
			format!("{returned} of {charge} came back for {receipt:?}")
		})?;
		let Some((client, paid)) = books.paid_in.get_mut(&receipt.channel) else {
			return ensure(returned == 0, || format!("{returned} came back to nobody"));
		};
		*paid = paid.checked_sub(returned).ok_or("more came back than was paid")?;
		let client = client.clone();
		self.give_back(&client, returned);
		Ok(())
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
