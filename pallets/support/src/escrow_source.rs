//! Paying for work with what was earned.

use frame_support::weights::Weight;

/// Lets an account spend what it has earned and not yet claimed. Implemented by `pallet-rewards`,
/// asked by pallets that are about to hold money.
pub trait EscrowSource<AccountId, Balance> {
	/// Moves earnings of an account to its free balance, until `wanted` is covered or a bounded
	/// number of claims is made; says how much it moved, which can be more than was wanted.
	fn draw(who: &AccountId, wanted: Balance) -> Balance;
	/// The most that [`Self::draw`] weighs.
	fn draw_weight() -> Weight;
}

/// Nobody has earned anything.
impl<AccountId, Balance: Default> EscrowSource<AccountId, Balance> for () {
	fn draw(_: &AccountId, _: Balance) -> Balance {
		Balance::default()
	}

	fn draw_weight() -> Weight {
		Weight::zero()
	}
}
