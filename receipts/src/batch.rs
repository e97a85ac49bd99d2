//! Batches: receipts in two levels of trees, so that each provider's total is proved by itself.

use crate::{
	hash::hash,
	receipt::SignedReceipt,
	tree::{Node, Path, PathError, Root, SumTree, TreeError},
};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::Range;
use reckon_primitives::{Balance, ModelId};
use scale_info::TypeInfo;

const TOTAL: &[u8] = b"reckon:total-leaf:v1";

/// The most receipts of a batch: whoever looks at all of them has some 50 MB to fetch, and takes seven
/// seconds to check their signatures.
pub const MAX_RECEIPTS: u32 = 1 << 17;

/// All that a batch has for one provider and one model.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
pub struct Total<AccountId> {
	/// Who has the earnings.
	pub provider: AccountId,
	/// The model that was asked.
	pub model: ModelId,
	/// The tree over the receipts: how many they are, and what they charge.
	pub receipts: Root,
}

impl<AccountId: Encode> Total<AccountId> {
	fn leaf(&self) -> Node {
		Node { hash: hash(TOTAL, self), sum: self.receipts.sum }
	}
}

/// The tree over a batch's totals, in their order: names the batch, with the number of its totals and
/// all that it charges.
///
/// # Errors
/// When there are none, or they add up to more than there can be.
pub fn batch_root<AccountId: Encode>(totals: &[Total<AccountId>]) -> Result<Root, TreeError> {
	Ok(SumTree::new(totals.iter().map(Total::leaf).collect())?.root())
}

/// One receipt of a batch, with the proof that its total counts it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Item<AccountId> {
	/// Which of the batch's totals, from 0.
	pub total: u32,
	/// Which of the total's receipts, from 0.
	pub index: u32,
	/// The receipt.
	pub receipt: SignedReceipt<AccountId>,
	/// The siblings on the way to the total's root.
	pub path: Path,
}

impl<AccountId: Encode> Item<AccountId> {
	/// Checks that the receipt is the one that stands there in this total, whatever it says. Total:
	/// it ends after at most 22 hashes.
	///
	/// # Errors
	/// When it is not.
	pub fn verify(&self, receipts: &Root) -> Result<(), PathError> {
		self.span(receipts).map(|_| ())
	}

	/// The same, and says which part of what the total charges is this receipt's.
	///
	/// # Errors
	/// When it is not there.
	pub fn span(&self, receipts: &Root) -> Result<Range<Balance>, PathError> {
		receipts.span(self.index, self.receipt.leaf(), &self.path)
	}
}

/// One receipt of a batch, with the proof up to the batch's own root: for who has nothing else.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Proof<AccountId> {
	/// The receipt in its total.
	pub item: Item<AccountId>,
	/// The total.
	pub total: Total<AccountId>,
	/// The siblings on the way from the total to the batch's root.
	pub path: Path,
}

impl<AccountId: Encode + PartialEq> Proof<AccountId> {
	/// Checks that the receipt is in the batch with this root, in a total of its own provider and
	/// model. Whether the receipt itself is good, [`SignedReceipt::verify`] says.
	///
	/// # Errors
	/// When it is not.
	pub fn verify(&self, batch: &Root) -> Result<(), PathError> {
		let receipt = &self.item.receipt.receipt;
		if receipt.provider != self.total.provider || receipt.model != self.total.model {
			return Err(PathError::Root);
		}
		self.item.verify(&self.total.receipts)?;
		batch.verify(self.item.total, self.total.leaf(), &self.path)
	}
}

/// A whole batch, with all that is needed to commit to it and to prove what is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchTree<AccountId> {
	totals: Vec<Total<AccountId>>,
	tree: SumTree,
	receipts: Vec<(Vec<SignedReceipt<AccountId>>, SumTree)>,
}

impl<AccountId: Clone + Encode + Ord> BatchTree<AccountId> {
	/// Groups receipts by provider and model, ascending, as the chain wants them; within a total they
	/// stay in their order.
	///
	/// # Errors
	/// When there are none, too many for one total, or they charge more than there can be.
	pub fn new(
		receipts: impl IntoIterator<Item = SignedReceipt<AccountId>>,
	) -> Result<Self, TreeError> {
		let mut groups = BTreeMap::<_, Vec<_>>::new();
		for signed in receipts {
			let key = (signed.receipt.provider.clone(), signed.receipt.model);
			groups.entry(key).or_default().push(signed);
		}
		let (mut totals, mut receipts) = (Vec::new(), Vec::new());
		for ((provider, model), group) in groups {
			let tree = SumTree::new(group.iter().map(SignedReceipt::leaf).collect())?;
			totals.push(Total { provider, model, receipts: tree.root() });
			receipts.push((group, tree));
		}
		let tree = SumTree::new(totals.iter().map(Total::leaf).collect())?;
		Ok(Self { totals, tree, receipts })
	}

	/// The totals, in the order in which the chain wants them.
	pub fn totals(&self) -> &[Total<AccountId>] {
		&self.totals
	}

	/// Names the batch; the same as [`batch_root`] of the totals.
	pub fn root(&self) -> Root {
		self.tree.root()
	}

	/// All receipts with their places: which total, and which of its receipts.
	pub fn places(&self) -> impl Iterator<Item = ((u32, u32), &SignedReceipt<AccountId>)> {
		(0u32..).zip(&self.receipts).flat_map(|(total, (receipts, _))| {
			(0u32..).zip(receipts).map(move |(index, signed)| ((total, index), signed))
		})
	}

	/// A receipt with its proof; `None` where there is none.
	pub fn item(&self, total: u32, index: u32) -> Option<Item<AccountId>> {
		let (receipts, tree) = self.receipts.get(usize::try_from(total).ok()?)?;
		let receipt = receipts.get(usize::try_from(index).ok()?)?.clone();
		Some(Item { total, index, receipt, path: tree.path(index)? })
	}

	/// The receipt of a total that charges for this one of its smallest token units, from 0; `None` where
	/// there is none.
	pub fn charging(&self, total: u32, point: Balance) -> Option<Item<AccountId>> {
		let (receipts, _) = self.receipts.get(usize::try_from(total).ok()?)?;
		let mut upto: Balance = 0;
		let index = receipts.iter().position(|signed| {
			upto = upto.saturating_add(signed.receipt.charge);
			point < upto
		});
		self.item(total, u32::try_from(index?).ok()?)
	}

	/// A receipt with the proof up to the batch's root; `None` where there is none.
	pub fn proof(&self, total: u32, index: u32) -> Option<Proof<AccountId>> {
		let item = self.item(total, index)?;
		let path = self.tree.path(total)?;
		Some(Proof { item, total: self.totals.get(usize::try_from(total).ok()?)?.clone(), path })
	}
}
