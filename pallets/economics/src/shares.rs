//! How a charge is divided when all who can have a part in it do.

use reckon_primitives::Balance;
use sp_arithmetic::Permill;

/// The shares of a charge. The provider has what the others do not; a party that is not there
/// (`None`) has no share, so its part is the provider's too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SettlementShares {
	/// The treasury's.
	pub treasury: Permill,
	/// The model owner's royalty.
	pub royalty: Option<Permill>,
	/// The gateway's that brought the work.
	pub gateway: Option<Permill>,
	/// What pays for the audits of such work, whoever's they are.
	pub auditors: Option<Permill>,
}

impl SettlementShares {
	/// The provider's share; `None` when the others ask for more than there is.
	pub fn provider(&self) -> Option<Permill> {
		let others = [Some(self.treasury), self.royalty, self.gateway, self.auditors];
		let asked =
			others.into_iter().flatten().map(Permill::deconstruct).fold(0, u32::saturating_add);
		Permill::one().deconstruct().checked_sub(asked).map(Permill::from_parts)
	}
}

/// A divided charge; the parts add up to it exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settlement {
	/// The provider's part: the rest, so that no division loses anything.
	pub provider: Balance,
	/// The treasury's part.
	pub treasury: Balance,
	/// The model owner's part.
	pub royalty: Balance,
	/// The gateway's part.
	pub gateway: Balance,
	/// The auditors' part.
	pub auditors: Balance,
}

/// Divides a charge; rounds the shares down and gives the remainder to the provider. Shares that
/// together ask for more than there is are served in the order treasury, royalty, gateway, auditors.
pub fn settle(charge: Balance, shares: &SettlementShares) -> Settlement {
	let mut left = charge;
	let mut take = |share: Option<Permill>| {
		let part = share.unwrap_or_default().mul_floor(charge).min(left);
		left = left.saturating_sub(part);
		part
	};
	let treasury = take(Some(shares.treasury));
	let royalty = take(shares.royalty);
	let gateway = take(shares.gateway);
	let auditors = take(shares.auditors);
	Settlement { provider: left, treasury, royalty, gateway, auditors }
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn percent(n: u32) -> Permill {
		Permill::from_percent(n)
	}

	fn all() -> SettlementShares {
		SettlementShares {
			treasury: percent(5),
			royalty: Some(percent(10)),
			gateway: Some(percent(7)),
			auditors: Some(percent(3)),
		}
	}

	fn shares() -> impl Strategy<Value = SettlementShares> {
		let share = || (0u32..=1_000_000).prop_map(Permill::from_parts);
		let maybe = move || proptest::option::of(share());
		(share(), maybe(), maybe(), maybe()).prop_map(|(treasury, royalty, gateway, auditors)| {
			SettlementShares { treasury, royalty, gateway, auditors }
		})
	}

	#[test]
	fn settle_should_give_the_remainder_to_the_provider_when_division_is_not_exact() {
		assert_eq!(
			settle(99, &all()),
			Settlement { provider: 78, treasury: 4, royalty: 9, gateway: 6, auditors: 2 }
		);
		assert_eq!(all().provider(), Some(percent(75)));
	}

	#[test]
	fn settle_should_give_the_share_to_the_provider_when_a_party_is_not_there() {
		let direct = SettlementShares { gateway: None, auditors: None, ..all() };
		assert_eq!(
			settle(1_000, &direct),
			Settlement { provider: 850, treasury: 50, royalty: 100, gateway: 0, auditors: 0 }
		);
		assert_eq!(direct.provider(), Some(percent(85)));
	}

	#[test]
	fn settle_should_serve_the_first_when_more_is_asked_than_there_is() {
		let greedy = SettlementShares {
			treasury: percent(60),
			royalty: Some(percent(30)),
			gateway: Some(percent(30)),
			auditors: Some(percent(30)),
		};
		assert_eq!(
			settle(100, &greedy),
			Settlement { provider: 0, treasury: 60, royalty: 30, gateway: 10, auditors: 0 }
		);
		assert_eq!(greedy.provider(), None);
	}

	proptest! {
		#[test]
		fn settle_should_be_exact_whatever_the_shares(charge: u128, shares in shares()) {
			let Settlement { provider, treasury, royalty, gateway, auditors } = settle(charge, &shares);
			let others = [treasury, royalty, gateway, auditors];
			let sum = others.iter().try_fold(provider, |sum, part| sum.checked_add(*part));
			prop_assert_eq!(sum, Some(charge));
		}

		#[test]
		fn settle_should_leave_the_provider_its_share_when_the_shares_are_valid(
			charge: u128, shares in shares(),
		) {
			let provider = settle(charge, &shares).provider;
			match shares.provider() {
				Some(share) => prop_assert!(provider >= share.mul_floor(charge)),
				None => prop_assert!(provider <= 4, "no more than was rounded down: {provider}"),
			}
		}
	}
}
