//! Bonds of which a part, or all, is on its way back: for so long slashes still reach it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{fungible::MutateHold, tokens::Precision};
use reckon_primitives::Balance;
use scale_info::TypeInfo;

/// A part of a bond that stands for nothing new any more and is not returned yet.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Unbonding<BlockNumber> {
	/// How much, in the smallest token unit.
	pub amount: Balance,
	/// From which block on the chain returns it.
	pub until: BlockNumber,
}

/// Whose bond the chain returns, and how much of it: what waits in a [`WaitQueue`](crate::WaitQueue).
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum BondReturn<AccountId> {
	/// All, since the account leaves.
	#[codec(index = 0)]
	Whole(AccountId),
	/// What the account has taken out of its bond.
	#[codec(index = 1)]
	Part(AccountId),
}

/// What is held for a bond, in the smallest token unit: `bond` itself and what is on its way back.
pub fn held_for<BlockNumber>(bond: Balance, unbonding: &Option<Unbonding<BlockNumber>>) -> Balance {
	bond.saturating_add(unbonding.as_ref().map_or(0, |part| part.amount))
}

/// Takes what was slashed, `taken`, off the books: first off what is on its way back, so that who has
/// lost it can go on with the rest.
pub fn take_off<BlockNumber>(
	bond: &mut Balance,
	unbonding: &mut Option<Unbonding<BlockNumber>>,
	taken: Balance,
) {
	let mut rest = taken;
	if let Some(part) = unbonding {
		let from_part = rest.min(part.amount);
		part.amount = part.amount.saturating_sub(from_part);
		rest = rest.saturating_sub(from_part);
	}
	*bond = bond.saturating_sub(rest);
}

/// Releases what `who` has taken out of its bond; what can't be released is bond again. Says how much was
/// released, and nothing where nothing was on its way back.
pub fn give_back<AccountId, Currency, BlockNumber>(
	reason: &Currency::Reason,
	who: &AccountId,
	bond: &mut Balance,
	unbonding: &mut Option<Unbonding<BlockNumber>>,
) -> Option<Balance>
where
	Currency: MutateHold<AccountId, Balance = Balance>,
{
	let due = unbonding.take()?.amount;
	let released = Currency::release(reason, who, due, Precision::BestEffort);
	frame_support::defensive_assert!(released == Ok(due), "a bond is what was held for it");
	let amount = released.unwrap_or_default();
	*bond = bond.saturating_add(due.saturating_sub(amount));
	Some(amount)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn slash_should_take_what_is_on_its_way_back_first() {
		for (taken, left) in [(0, (100, 50)), (50, (100, 0)), (70, (80, 0)), (150, (0, 0))] {
			let mut bond = 100;
			let mut unbonding = Some(Unbonding { amount: 50, until: 7u32 });
			take_off(&mut bond, &mut unbonding, taken);
			assert_eq!((bond, unbonding.map(|part| part.amount)), (left.0, Some(left.1)));
			assert_eq!(held_for(bond, &unbonding), 150 - taken);
		}
		let mut bond = 100;
		take_off(&mut bond, &mut None::<Unbonding<u32>>, 30);
		assert_eq!((bond, held_for(bond, &None::<Unbonding<u32>>)), (70, 70));
	}
}
