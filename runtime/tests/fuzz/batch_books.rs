//! What the events say of a batch: what was paid into it and out of it, what came back, and which of its
//! answers were computed again.

use super::ensure;
use reckon_primitives::{Balance, BlockNumber, ChannelId, ModelId};
use reckon_receipts::{sampled, BatchTree, Place, Total};
use reckon_runtime::{AccountId, System};
use sp_core::H256;
use sp_runtime::Permill;
use std::collections::{BTreeMap, BTreeSet};

/// A batch as its gateway has made it; the totals may be others than its receipts make.
pub struct Made {
	pub totals: Vec<Total<AccountId>>,
	pub tree: BatchTree<AccountId>,
}

#[derive(Default)]
pub struct BatchBooks {
	/// Who has committed to it, and its root.
	pub committed: Option<(AccountId, H256)>,
	/// What is left of what channels have paid, and whose it was.
	paid_in: BTreeMap<ChannelId, (AccountId, Balance)>,
	/// What struck receipts charged.
	struck: BTreeMap<Place, Balance>,
	/// What totals were paid for.
	paid_out: BTreeMap<(AccountId, ModelId), Balance>,
	/// What decides which receipts are shown, and from which block on it is too late.
	drawn: Option<(H256, BlockNumber)>,
	/// The totals of which a receipt was shown.
	shown: BTreeSet<u32>,
	/// Whether one was not shown.
	withheld: bool,
	pub rejected: bool,
	settled: bool,
}

impl BatchBooks {
	/// What is in escrow for it.
	pub fn left(&self) -> Balance {
		let paid_in: Balance = self.paid_in.values().map(|(_, amount)| amount).sum();
		paid_in.saturating_sub(self.paid_out.values().sum())
	}

	/// What channels have paid, without what came back.
	pub fn paid_in(&self) -> Balance {
		self.paid_in.values().map(|(_, amount)| amount).sum()
	}

	/// Nothing of its money has moved to anybody.
	fn waits(&self) -> Result<(), String> {
		let waits = self.paid_out.is_empty() && !self.rejected && !self.settled;
		ensure(waits, || "a batch changes that does not wait".into())
	}

	pub fn pay_in(
		&mut self,
		channel: ChannelId,
		client: AccountId,
		amount: Balance,
	) -> Result<(), String> {
		let again = self.paid_in.insert(channel, (client, amount)).is_some();
		ensure(!again, || format!("{channel:?} pays into a batch twice"))
	}

	/// Nobody has more back than its channel paid into the batch, nor than the receipt charged. Says whose
	/// it is.
	pub fn strike(
		&mut self,
		made: &Made,
		at: Place,
		charge: Balance,
		returned: Balance,
	) -> Result<Option<AccountId>, String> {
		self.waits()?;
		let item = made.tree.item(at.0, at.1).ok_or("a receipt that is not there is struck")?;
		let receipt = item.receipt.receipt;
		ensure(receipt.charge == charge && returned <= charge, || {
			format!("{returned} of {charge} came back for {receipt:?}")
		})?;
		let again = self.struck.insert(at, charge).is_some();
		ensure(!again, || format!("{at:?} is struck twice"))?;
		let Some((client, paid)) = self.paid_in.get_mut(&receipt.channel) else {
			return ensure(returned == 0, || format!("{returned} came back to nobody"))
				.map(|()| None);
		};
		*paid = paid.checked_sub(returned).ok_or("more came back than was paid")?;
		Ok(Some(client.clone()))
	}

	/// What a total is to be paid for: what it charges without what is struck of it.
	fn due(&self, position: u32, total: &Total<AccountId>) -> Balance {
		let of_total = self.struck.range((position, 0)..=(position, u32::MAX));
		let struck: Balance = of_total.map(|(_, charge)| charge).sum();
		total.receipts.sum.saturating_sub(struck)
	}

	pub fn pay_total(
		&mut self,
		made: &Made,
		provider: &AccountId,
		model: &ModelId,
		charge: Balance,
	) -> Result<(), String> {
		let shown = self.drawn.is_none_or(|(_, until)| System::block_number() >= until);
		ensure(shown && !self.withheld && !self.rejected && !self.settled, || {
			"a batch pays that waits for samples, or has ended".into()
		})?;
		let is = |total: &&Total<AccountId>| total.provider == *provider && total.model == *model;
		let mut numbered = (0u32..).zip(&made.totals);
		let (position, total) =
			numbered.find(|(_, total)| is(total)).ok_or("a total is paid that is not there")?;
		let due = self.due(position, total);
		ensure(charge == due, || format!("{charge} is paid for a total, not {due}"))?;
		let left = self.left();
		ensure(charge <= left, || format!("a batch pays {charge} and has {left}"))?;
		let again = self.paid_out.insert((provider.clone(), *model), charge).is_some();
		ensure(!again, || format!("{provider:?} is paid twice for {model:?}"))
	}

	pub fn settle(&mut self, made: &Made) -> Result<(), String> {
		ensure(!self.settled && !self.rejected, || "a batch ends twice".into())?;
		for (position, total) in (0u32..).zip(&made.totals) {
			let key = (total.provider.clone(), total.model);
			let paid = self.due(position, total) == 0 || self.paid_out.contains_key(&key);
			ensure(paid, || format!("a batch is settled and has not paid {total:?}"))?;
		}
		self.settled = true;
		Ok(())
	}

	pub fn reject(&mut self) -> Result<(), String> {
		self.waits()?;
		self.rejected = true;
		Ok(())
	}

	/// A client of a rejected batch has back what its channel paid. Nothing comes back to who is gone and
	/// would be left with less than the least balance. Says what was paid.
	pub fn give_back(
		&mut self,
		channel: &ChannelId,
		client: &AccountId,
		amount: Balance,
	) -> Result<Balance, String> {
		ensure(self.rejected, || "a batch gives back and is not rejected".into())?;
		let (whose, paid) = self.paid_in.remove(channel).ok_or("what nobody paid comes back")?;
		let lost = amount == 0 && !System::account_exists(client);
		ensure(whose == *client && (amount == paid || lost), || {
			format!("{amount} comes back to {client:?}, of {paid} that {whose:?} has paid")
		})?;
		Ok(paid)
	}

	pub fn draw(&mut self, seed: H256, until: BlockNumber) -> Result<(), String> {
		self.waits()?;
		let again = self.drawn.replace((seed, until)).is_some();
		let late = until <= System::block_number();
		ensure(!again && !late, || "samples are drawn twice, or too late to be shown".into())
	}

	/// The one that charges for the unit that the seed says, in time and once.
	pub fn show(&mut self, made: &Made, (total, index): Place, audit: H256) -> Result<(), String> {
		self.waits()?;
		let (seed, until) = self.drawn.ok_or("a sample is shown before it is drawn")?;
		ensure(System::block_number() < until, || "a sample is shown too late".into())?;
		ensure(self.shown.insert(total), || format!("total {total} has two samples"))?;
		let sum = made.totals.get(total as usize).ok_or("an unknown total is shown")?.receipts.sum;
		let point = sampled(&seed, total, Permill::one(), sum).ok_or("nothing was charged")?;
		let item = made.tree.charging(total, point).ok_or("nobody charges for that")?;
		let is_it = item.index == index && item.receipt.receipt.request == audit;
		ensure(is_it, || format!("{index} is shown, not {item:?}"))
	}

	/// Any of its receipts.
	pub fn show_requested(
		&self,
		made: &Made,
		(total, index): Place,
		audit: H256,
	) -> Result<(), String> {
		self.waits()?;
		let item = made.tree.item(total, index).ok_or("an unknown receipt is audited")?;
		let is_it = item.receipt.receipt.request == audit;
		ensure(is_it, || format!("{audit:?} is audited, not {item:?}"))
	}

	pub fn withhold(&mut self, total: u32) -> Result<(), String> {
		let (_, until) = self.drawn.ok_or("what is not drawn is withheld")?;
		let shown = self.shown.contains(&total) || System::block_number() < until;
		ensure(!shown, || format!("total {total} is withheld, and was shown or may be"))?;
		self.withheld = true;
		Ok(())
	}

	/// What is forgotten has nothing left.
	pub fn forget(self) -> Result<(), String> {
		let over = self.settled || self.rejected && self.paid_in.is_empty();
		ensure(over, || "a batch is forgotten that is not over".into())
	}

	/// Between calls: a sample that was not shown has its batch rejected.
	pub fn is_sound(&self) -> bool {
		!self.withheld || self.rejected
	}
}
