//! Things that the chain does by itself after a wait that is the same for all.

use codec::FullCodec;
use core::marker::PhantomData;
use frame_support::{
	weights::{RuntimeDbWeight, Weight},
	StorageMap, StorageValue,
};

/// A queue in a pallet's storage: as all wait equally long, it is in the order of time.
///
/// `Items` has the entries by number, `Range` the number of the first entry and of the next one to
/// come.
pub struct WaitQueue<Items, Range>(PhantomData<(Items, Range)>);

impl<Items, Range> WaitQueue<Items, Range> {
	/// Puts an item at the end, to be taken out at `due`: not before the `due` of those before it.
	pub fn push<Item: FullCodec, BlockNumber: FullCodec>(item: Item, due: BlockNumber)
	where
		Items: StorageMap<u64, (Item, BlockNumber)>,
		Range: StorageValue<(u64, u64), Query = (u64, u64)>,
	{
		let (first, next) = Range::get();
		Items::insert(next, (item, due));
		Range::put((first, next.saturating_add(1)));
	}

	/// Takes out what is due and gives it to `handle`, as long as `each` fits into the limit; says
	/// what it used. `handle` may push.
	pub fn work_off<Item: FullCodec, BlockNumber: FullCodec + PartialOrd>(
		now: BlockNumber,
		limit: Weight,
		each: Weight,
		db: RuntimeDbWeight,
		mut handle: impl FnMut(Item),
	) -> Weight
	where
		Items: StorageMap<u64, (Item, BlockNumber), Query = Option<(Item, BlockNumber)>>,
		Range: StorageValue<(u64, u64), Query = (u64, u64)>,
	{
		// The range, and the first entry to see whether it is due.
		let mut used = db.reads(2);
		if used.any_gt(limit) {
			return Weight::zero();
		}
		while used.saturating_add(each).all_lte(limit) {
			let (first, next) = Range::get();
			let Some((item, due)) = Items::get(first) else { break };
			if due > now {
				break;
			}
			used = used.saturating_add(each);
			Items::remove(first);
			Range::put((first.saturating_add(1), next));
			handle(item);
		}
		used
	}
}
