//! How a charge is divided.

use reckon_primitives::Balance;
use sp_arithmetic::Permill;

/// A subnet's shares of every charge. The provider has what the others do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shares {
	/// The treasury's.
	pub treasury: Permill,
	/// The model owner's royalty.
	pub royalty: Permill,
}

impl Shares {
	/// Whether the shares leave something to the provider.
	pub fn is_valid(&self) -> bool {
		self.treasury.deconstruct().saturating_add(self.royalty.deconstruct())
			< Permill::one().deconstruct()
	}
}

/// A divided charge; the parts add up to it exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Split {
	/// The provider's part: the rest, so that no division loses anything.
	pub provider: Balance,
	/// The treasury's part.
	pub treasury: Balance,
	/// The model owner's part.
	pub royalty: Balance,
}

/// Divides a charge; rounds the shares down and gives the remainder to the provider. Shares that
/// together ask for more than there is are served in the order treasury, royalty.
pub fn split(charge: Balance, shares: &Shares) -> Split {
	let treasury = shares.treasury.mul_floor(charge);
	let rest = charge.saturating_sub(treasury);
	let royalty = shares.royalty.mul_floor(charge).min(rest);
	Split { provider: rest.saturating_sub(royalty), treasury, royalty }
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn split_should_give_the_remainder_to_the_provider_when_division_is_not_exact() {
		let shares =
			Shares { treasury: Permill::from_percent(5), royalty: Permill::from_percent(10) };
		assert_eq!(split(99, &shares), Split { provider: 86, treasury: 4, royalty: 9 });
	}

	proptest! {
		#[test]
		fn split_should_be_exact(charge: u128, treasury in 0u32..=1_000_000, royalty in 0u32..=1_000_000) {
			let shares = Shares {
				treasury: Permill::from_parts(treasury),
				royalty: Permill::from_parts(royalty),
			};
			let parts = split(charge, &shares);
			prop_assert_eq!(parts.provider + parts.treasury + parts.royalty, charge);
		}
	}
}
