//! How an era's emission is divided among those who earned it.

use reckon_primitives::Balance;
use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Permill, Rounding};

/// `pot · part ÷ whole`, rounded down. Nothing of nothing, and never more than the pot.
pub fn pro_rata(pot: Balance, part: Balance, whole: Balance) -> Balance {
	multiply_by_rational_with_rounding(pot, part.min(whole), whole, Rounding::Down).unwrap_or(0)
}

/// What is minted for an era.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pots {
	/// For those who validate.
	pub validation: Balance,
	/// For those who compute.
	pub work: Balance,
}

/// The rules by which an era's emission becomes [`Pots`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
	/// The validators' share of the emission; the rest is for work.
	pub validators: Permill,
	/// The most that work is rewarded, as a part of the fees that it brought the treasury.
	///
	/// Below one, who works for itself to earn rewards pays the treasury more in fees than the
	/// rewards bring: whatever the emission, washing loses money.
	pub subsidy: Permill,
}

impl Terms {
	/// What is minted when `emission` is the most that may be, work has brought the treasury
	/// `fees`, and there are `validation_points`. What nobody earned is not minted.
	pub fn pots(&self, emission: Balance, fees: Balance, validation_points: Balance) -> Pots {
		let share = self.validators.mul_floor(emission);
		let work = emission.saturating_sub(share).min(self.subsidy.mul_floor(fees));
		Pots { validation: if validation_points == 0 { 0 } else { share }, work }
	}
}

/// The part of a validator's reward that it shares with its backers, itself among them, in
/// proportion to what each has at stake: what the commission leaves.
pub fn shared(reward: Balance, commission: Permill) -> Balance {
	reward.saturating_sub(commission.mul_floor(reward))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const TERMS: Terms =
		Terms { validators: Permill::from_percent(50), subsidy: Permill::from_percent(90) };

	#[test]
	fn pots_should_be_empty_when_nobody_did_anything() {
		assert_eq!(TERMS.pots(u128::MAX, 0, 0), Pots::default());
	}

	#[test]
	fn pots_should_divide_the_emission_when_there_is_enough_work() {
		assert_eq!(TERMS.pots(1_001, 10_000, 1), Pots { validation: 500, work: 501 });
		// A hundred in fees is worth ninety in rewards, however much may be emitted.
		assert_eq!(TERMS.pots(1_001, 100, 0), Pots { validation: 0, work: 90 });
	}

	#[test]
	fn pro_rata_should_be_nothing_when_there_is_nothing_to_divide_by() {
		assert_eq!(pro_rata(100, 0, 0), 0);
		assert_eq!(pro_rata(100, 7, 0), 0);
		assert_eq!(pro_rata(u128::MAX, u128::MAX, u128::MAX), u128::MAX);
	}

	#[test]
	fn shared_should_leave_the_commission() {
		assert_eq!(shared(99, Permill::from_percent(10)), 90);
		assert_eq!(shared(99, Permill::one()), 0);
		assert_eq!(shared(99, Permill::zero()), 99);
	}

	proptest! {
		#[test]
		fn pots_should_never_exceed_the_emission(
			validators in 0u32..=1_000_000, subsidy in 0u32..=1_000_000,
			emission: u128, fees: u128, points: u128,
		) {
			let terms = Terms {
				validators: Permill::from_parts(validators),
				subsidy: Permill::from_parts(subsidy),
			};
			let pots = terms.pots(emission, fees, points);
			prop_assert!(pots.validation.checked_add(pots.work).is_some_and(|sum| sum <= emission));
		}

		#[test]
		fn pro_rata_should_never_give_away_more_than_the_pot(
			pot: u128, parts in proptest::collection::vec(0u128..1 << 96, 1..20),
		) {
			let whole: u128 = parts.iter().sum();
			let left = parts
				.iter()
				.map(|part| pro_rata(pot, *part, whole))
				.try_fold(pot, |left, part| left.checked_sub(part));
			// Each rounds down by less than one unit.
			let most = if whole == 0 { pot } else { parts.len() as u128 - 1 };
			prop_assert!(left.is_some_and(|left| left <= most), "{left:?} is left of {pot}");
		}

		/// The reason for the subsidy's bound: whoever pays a fee to itself to have points gets
		/// back less than the fee, whatever others do and whatever the chain may emit.
		#[test]
		fn washing_should_lose_money_whatever_the_emission(
			emission: u128, mine in 1u128..1 << 100, others in 0u128..1 << 100,
			subsidy in 0u32..1_000_000,
		) {
			let terms = Terms { subsidy: Permill::from_parts(subsidy), ..TERMS };
			let fees = mine + others;
			let pot = terms.pots(emission, fees, 0).work;
			prop_assert!(pro_rata(pot, mine, fees) < mine);
		}
	}
}
