//! How much money comes into being: the published curve.

use reckon_primitives::Balance;
use sp_arithmetic::Permill;

/// The years after which emission falls no more: bounds the work of a question about a far year.
const FALLING_YEARS: u32 = 100;

/// How much is emitted: in the first year a part of the supply that there was at the start, each
/// year a fixed part of the year before, and never less than a floor.
///
/// A year is a number of eras. Everything is said in parts of the first supply and not of the
/// present one, so that the whole future is known on the first day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Curve {
	/// The first year's emission, as a part of the first supply.
	pub first_year: Permill,
	/// Each year's emission, as a part of that of the year before.
	pub decay: Permill,
	/// The least that a year emits, as a part of the first supply.
	pub floor: Permill,
	/// Eras in a year.
	pub eras_per_year: u32,
}

impl Curve {
	/// What a year emits, counted from 0. Years fall, and from the hundredth on they are alike.
	pub fn year(&self, supply: Balance, year: u32) -> Balance {
		let floor = self.floor.mul_floor(supply);
		let mut amount = self.first_year.mul_floor(supply);
		for _ in 0..year.min(FALLING_YEARS) {
			if amount <= floor {
				break;
			}
			amount = self.decay.mul_floor(amount);
		}
		amount.max(floor)
	}

	/// What an era emits, counted from 0. A year's eras add up to the year exactly: what the
	/// division leaves over comes in its first eras, one unit each. A year of no eras emits
	/// nothing.
	pub fn era(&self, supply: Balance, era: u32) -> Balance {
		let (Some(year), Some(nth)) =
			(era.checked_div(self.eras_per_year), era.checked_rem(self.eras_per_year))
		else {
			return 0;
		};
		let amount = self.year(supply, year);
		let eras = Balance::from(self.eras_per_year);
		let each = amount.checked_div(eras).unwrap_or(0);
		let left_over = amount.checked_rem(eras).unwrap_or(0);
		each.saturating_add(Balance::from(Balance::from(nth) < left_over))
	}

	/// What the first `eras` eras emit together.
	pub fn sum(&self, supply: Balance, eras: u32) -> Balance {
		let (Some(years), Some(begun)) =
			(eras.checked_div(self.eras_per_year), eras.checked_rem(self.eras_per_year))
		else {
			return 0;
		};
		let year = |year| self.year(supply, year);
		let falling = (0..years.min(FALLING_YEARS)).map(year).fold(0, Balance::saturating_add);
		let flat = Balance::from(years.saturating_sub(FALLING_YEARS));
		let flat = year(FALLING_YEARS).saturating_mul(flat);
		let eras = Balance::from(self.eras_per_year);
		let each = year(years).checked_div(eras).unwrap_or(0);
		let left_over = year(years).checked_rem(eras).unwrap_or(0);
		let begun = Balance::from(begun);
		let of_begun = each.saturating_mul(begun).saturating_add(left_over.min(begun));
		falling.saturating_add(flat).saturating_add(of_begun)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const CURVE: Curve = Curve {
		first_year: Permill::from_percent(8),
		decay: Permill::from_percent(85),
		floor: Permill::from_percent(1),
		eras_per_year: 365,
	};

	fn curve() -> impl Strategy<Value = Curve> {
		(0u32..=1_000_000, 0u32..=1_000_000, 0u32..=1_000_000, 1u32..1_000).prop_map(
			|(first_year, decay, floor, eras_per_year)| Curve {
				first_year: Permill::from_parts(first_year),
				decay: Permill::from_parts(decay),
				floor: Permill::from_parts(floor),
				eras_per_year,
			},
		)
	}

	#[test]
	fn year_should_follow_the_published_table() {
		let years: Vec<_> = (0..5).map(|year| CURVE.year(1_000_000_000, year)).collect();
		assert_eq!(years, [80_000_000, 68_000_000, 57_800_000, 49_130_000, 41_760_500]);
		assert_eq!(CURVE.year(1_000_000_000, 12), 11_379_338);
		for year in [13, 14, 1_000, u32::MAX] {
			assert_eq!(CURVE.year(1_000_000_000, year), 10_000_000);
		}
	}

	#[test]
	fn era_should_emit_nothing_when_a_year_has_none() {
		assert_eq!(Curve { eras_per_year: 0, ..CURVE }.era(u128::MAX, 7), 0);
	}

	#[test]
	fn era_should_emit_the_floor_when_the_curve_hardly_falls() {
		// Does not run for as many steps as there are years.
		let flat = Curve { decay: Permill::one(), ..CURVE };
		assert_eq!(flat.era(1_000_000_000, u32::MAX), flat.era(1_000_000_000, 364));
	}

	#[test]
	fn sum_should_say_what_a_century_and_a_half_emit() {
		let supply = 1_000_000_000;
		let all: u128 = (0..150).map(|year| CURVE.year(supply, year)).sum();
		assert_eq!(CURVE.sum(supply, 150 * 365), all);
		assert_eq!(CURVE.sum(supply, 150 * 365 + 1), all + CURVE.era(supply, 150 * 365));
		assert_eq!(Curve { eras_per_year: 0, ..CURVE }.sum(supply, 7), 0);
	}

	proptest! {
		#[test]
		fn era_should_never_exceed_the_supply_whatever_the_input(
			curve in curve(), supply: u128, era: u32,
		) {
			prop_assert!(curve.era(supply, era) <= supply);
		}

		#[test]
		fn year_should_never_emit_more_than_the_one_before(
			curve in curve(), supply: u128, year in 0u32..200,
		) {
			prop_assert!(curve.year(supply, year + 1) <= curve.year(supply, year));
		}

		#[test]
		fn eras_should_add_up_to_their_year_exactly(
			curve in curve(), supply: u128, year in 0u32..50,
		) {
			let first = year * curve.eras_per_year;
			let sum: u128 = (first..first + curve.eras_per_year)
				.map(|era| curve.era(supply, era))
				.sum();
			prop_assert_eq!(sum, curve.year(supply, year));
		}

		#[test]
		fn sum_should_be_that_of_all_eras_so_far(
			curve in curve(), supply in 0u128..1 << 100, eras in 0u32..5_000,
		) {
			let sum: u128 = (0..eras).map(|era| curve.era(supply, era)).sum();
			prop_assert_eq!(curve.sum(supply, eras), sum);
		}

		/// The falling part is a geometric series: all of it, for ever, is at most
		/// `first ÷ (1 − decay)`.
		#[test]
		fn years_should_stay_below_the_series_and_the_floors(
			curve in curve(), supply in 0u128..1 << 100, years in 1u32..150,
		) {
			prop_assume!(curve.decay < Permill::from_percent(99));
			let sum: u128 = (0..years).map(|year| curve.year(supply, year)).sum();
			let falls = Permill::one() - curve.decay;
			let series = curve.first_year.mul_ceil(supply) * 1_000_000
				/ u128::from(falls.deconstruct());
			let floors = curve.floor.mul_floor(supply) * u128::from(years);
			prop_assert!(sum <= series + floors, "{sum} > {series} + {floors}");
		}
	}
}
