//! Whether a batch is what its gateway has committed to: what auditors look at, and anybody else can.

use crate::{
	batch::{BatchTree, Item, Total},
	receipt::{ReceiptFault, SignedReceipt},
};
use alloc::{
	boxed::Box,
	collections::{btree_map::Entry, BTreeMap, BTreeSet},
	vec::Vec,
};
use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode};
use reckon_primitives::{Balance, ChannelId, ContentRef};
use sp_core::H256;

/// A receipt's place in a batch: which of its totals, and which of that total's receipts, both from 0.
pub type Place = (u32, u32);

/// The most receipts of a batch that are struck one by one. Of a gateway that puts more wrong ones into a
/// batch, auditors reject it as a whole.
pub const MAX_WRONG: usize = 32;

/// What the chain knows of a batch that waits to be paid.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Committed<AccountId> {
	/// The chain.
	pub genesis: H256,
	/// Who has committed to it.
	pub gateway: AccountId,
	/// The name of all its receipts together: SCALE of the list of them.
	pub leaves: ContentRef,
	/// Its totals, in the chain's order.
	pub totals: Vec<Total<AccountId>>,
	/// The receipts that are struck already: nobody is paid for them.
	pub struck: BTreeSet<Place>,
	/// What each channel pays, without what it has back, in the smallest token unit.
	pub paid: BTreeMap<ChannelId, Balance>,
}

/// Why the receipts that a gateway serves are not those of the batch. The chain can't be shown that; its
/// auditors say so, and reject the batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unlike {
	/// They have another name.
	Name,
	/// They have the name, and are no list of receipts.
	Malformed,
	/// They make other totals.
	Totals,
}

impl core::fmt::Display for Unlike {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Name => "other bytes are served than the batch names",
			Self::Malformed => "what the batch names is no list of receipts",
			Self::Totals => "the receipts do not make the totals that the batch was committed with",
		})
	}
}

impl core::error::Error for Unlike {}

/// What is wrong with one receipt. Anybody can show it to the chain, which strikes the receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
	/// It is wrong by itself.
	Receipt(ReceiptFault),
	/// It names another gateway than the one that committed to it.
	Gateway,
	/// The channel that it names pays nothing in this batch.
	Channel,
	/// The receipt at that place is for the same request.
	Repeated(Place),
}

impl core::fmt::Display for Wrong {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		match self {
			Self::Receipt(fault) => write!(f, "{fault}"),
			Self::Gateway => f.write_str("it names another gateway"),
			Self::Channel => f.write_str("the channel that it names pays nothing in this batch"),
			Self::Repeated((total, index)) => {
				write!(f, "receipt {index} of total {total} is for the same request")
			},
		}
	}
}

/// Shows the chain that a receipt of a batch is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Exhibit<AccountId> {
	/// By itself.
	#[codec(index = 0)]
	Item(Box<Item<AccountId>>),
	/// The second of two, since there is the first for the same request.
	#[codec(index = 1)]
	Twins(Box<Item<AccountId>>, Box<Item<AccountId>>),
}

/// A channel that pays something else than its receipts charge, also when the wrong ones are struck. The
/// chain can't be shown that either.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unequal {
	/// What it pays, in the smallest token unit.
	pub paid: Balance,
	/// What the receipts that name it charge, without those that are struck.
	pub charged: Balance,
}

/// All receipts of a batch, and what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Examination<AccountId> {
	tree: BatchTree<AccountId>,
	wrong: BTreeMap<Place, Wrong>,
	struck: usize,
	unequal: BTreeMap<ChannelId, Unequal>,
}

/// What the receipts of one channel charge, in the smallest token unit.
#[derive(Clone, Copy, Default)]
struct Charged {
	by_good: Balance,
	by_wrong: Balance,
}

impl<AccountId: Clone + Encode + Ord> Examination<AccountId> {
	/// How many receipts the batch has.
	pub fn receipts(&self) -> u32 {
		let counts = self.tree.totals().iter().map(|total| total.receipts.count);
		counts.fold(0, u32::saturating_add)
	}

	/// The receipts that the chain strikes when it is shown them, by their place.
	pub fn wrong(&self) -> &BTreeMap<Place, Wrong> {
		&self.wrong
	}

	/// The channels that pay what they should not, or too little.
	pub fn unequal(&self) -> &BTreeMap<ChannelId, Unequal> {
		&self.unequal
	}

	/// Whether more of the receipts are wrong, or struck already, than are struck one by one.
	pub fn has_too_many_wrong(&self) -> bool {
		self.wrong.len().saturating_add(self.struck) > MAX_WRONG
	}

	/// What shows the chain that the receipt at a place is wrong; `None` where it is not.
	pub fn exhibit(&self, place: Place) -> Option<Exhibit<AccountId>> {
		let item = |place| self.item(place).map(Box::new);
		match self.wrong.get(&place)? {
			Wrong::Repeated(first) => Some(Exhibit::Twins(item(*first)?, item(place)?)),
			_ => Some(Exhibit::Item(item(place)?)),
		}
	}

	/// A receipt with its proof, to be shown; `None` where there is none.
	pub fn item(&self, (total, index): Place) -> Option<Item<AccountId>> {
		self.tree.item(total, index)
	}
}

impl<AccountId: Clone + Encode + Ord + Decode> Committed<AccountId> {
	/// Looks at all receipts that a gateway serves. Takes a check of a signature for each of them, some
	/// 50 microseconds, and as much memory as a few times the bytes.
	///
	/// # Errors
	/// When they are not the receipts of this batch.
	pub fn examine(&self, leaves: &[u8]) -> Result<Examination<AccountId>, Unlike> {
		if ContentRef::of(leaves) != self.leaves {
			return Err(Unlike::Name);
		}
		let receipts = Vec::<SignedReceipt<AccountId>>::decode_all(&mut &*leaves);
		let tree = BatchTree::new(receipts.map_err(|_| Unlike::Malformed)?);
		let tree = tree.map_err(|_| Unlike::Totals)?;
		if tree.totals() != self.totals {
			return Err(Unlike::Totals);
		}
		let mut wrong = BTreeMap::new();
		let mut requests = BTreeMap::<(ChannelId, H256), Place>::new();
		let mut charged = BTreeMap::<ChannelId, Charged>::new();
		for (place, signed) in tree.places() {
			if self.struck.contains(&place) {
				continue;
			}
			let receipt = &signed.receipt;
			let trouble = self.trouble(signed).or_else(|| {
				match requests.entry((receipt.channel, receipt.request)) {
					Entry::Occupied(first) => Some(Wrong::Repeated(*first.get())),
					Entry::Vacant(none) => {
						none.insert(place);
						None
					},
				}
			});
			let Charged { by_good, by_wrong } = charged.entry(receipt.channel).or_default();
			let sum = if trouble.is_some() { by_wrong } else { by_good };
			*sum = sum.saturating_add(receipt.charge);
			if let Some(trouble) = trouble {
				wrong.insert(place, trouble);
			}
		}
		let unequal = self.unequal(&charged);
		Ok(Examination { tree, wrong, struck: self.struck.len(), unequal })
	}

	/// What is wrong with a receipt by itself, in the order in which the chain looks.
	fn trouble(&self, signed: &SignedReceipt<AccountId>) -> Option<Wrong> {
		let receipt = &signed.receipt;
		if receipt.gateway != self.gateway {
			return Some(Wrong::Gateway);
		}
		// What was free needs nobody who pays.
		if receipt.charge > 0 && !self.paid.contains_key(&receipt.channel) {
			return Some(Wrong::Channel);
		}
		signed.verify(&self.genesis).err().map(Wrong::Receipt)
	}

	/// The channels that pay something else than they should once what is wrong is struck, and has gone back
	/// to who paid for it, as far as it was paid: whoever looks finds the same, however much of it is struck
	/// by then.
	fn unequal(&self, charged: &BTreeMap<ChannelId, Charged>) -> BTreeMap<ChannelId, Unequal> {
		let channels = self.paid.iter().filter_map(|(channel, paid)| {
			let Charged { by_good, by_wrong } = charged.get(channel).copied().unwrap_or_default();
			let unequal = Unequal { paid: *paid, charged: by_good.saturating_add(by_wrong) };
			(paid.saturating_sub(by_wrong) != by_good).then_some((*channel, unequal))
		});
		channels.collect()
	}
}
