//! Eras, and who stood behind which validator in them.

use alloc::vec::Vec;
use sp_runtime::{traits::Saturating, Permill};

/// An era's number. Eras count from genesis, without gaps.
pub type EraIndex = u32;

/// The era of a session: pure arithmetic, the same for all who count eras.
pub const fn era_of(session: u32, sessions_per_era: u32) -> EraIndex {
	match session.checked_div(sessions_per_era) {
		Some(era) => era,
		None => 0,
	}
}

/// The first session of an era.
pub const fn first_session_of(era: EraIndex, sessions_per_era: u32) -> u32 {
	era.saturating_mul(sessions_per_era)
}

/// What stood behind a validator in an era.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exposure<AccountId, Balance> {
	/// The validator's own stake.
	pub own: Balance,
	/// The validator's share of what its backers earn.
	pub commission: Permill,
	/// Who else has how much at stake.
	pub backers: Vec<(AccountId, Balance)>,
}

impl<AccountId, Balance: Copy + Saturating> Exposure<AccountId, Balance> {
	/// All that is at stake.
	pub fn total(&self) -> Balance {
		self.backers.iter().fold(self.own, |sum, (_, amount)| sum.saturating_add(*amount))
	}
}

/// Asks who validated with what behind it. Implemented by `pallet-validator-staking`.
pub trait StakeInspect<AccountId, Balance> {
	/// The current era. One storage read.
	fn era() -> EraIndex;

	/// What stood behind a validator in an era; `None` if it did not validate then, or if that is
	/// too long ago. One storage read.
	fn exposure(era: EraIndex, validator: &AccountId) -> Option<Exposure<AccountId, Balance>>;

	/// Lets a validator have had this behind it, for a benchmark.
	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		era: EraIndex,
		validator: &AccountId,
		exposure: Exposure<AccountId, Balance>,
	);
}

/// The first era for ever, and nobody validates.
impl<AccountId, Balance> StakeInspect<AccountId, Balance> for () {
	fn era() -> EraIndex {
		0
	}

	fn exposure(_: EraIndex, _: &AccountId) -> Option<Exposure<AccountId, Balance>> {
		None
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(_: EraIndex, _: &AccountId, _: Exposure<AccountId, Balance>) {}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn era_should_hold_as_many_sessions_as_it_says() {
		for session in 0..100 {
			let era = era_of(session, 6);
			assert!((first_session_of(era, 6)..first_session_of(era + 1, 6)).contains(&session));
		}
	}

	#[test]
	fn era_should_be_the_first_when_eras_have_no_sessions() {
		assert_eq!((era_of(7, 0), first_session_of(7, 0)), (0, 0));
	}

	#[test]
	fn total_should_saturate_when_the_parts_are_too_large() {
		let exposure = |own| Exposure {
			own,
			commission: Permill::zero(),
			backers: alloc::vec![(1u64, 2u128), (2, 3)],
		};
		assert_eq!(exposure(5).total(), 10);
		assert_eq!(exposure(u128::MAX).total(), u128::MAX);
	}
}
