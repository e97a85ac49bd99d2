//! Which of a batch's receipts is computed again: one of a total's at most, and each of its charges is as
//! likely as any other. So a provider that cheats on a part of what it charges is found as often as that
//! part says, however it is cut into receipts.

use crate::hash::hash;
use reckon_primitives::Balance;
use sp_core::H256;
use sp_runtime::Permill;

/// The most bytes of payload and answer together that are audited: more than a worker's message to its gateway
/// has.
pub const MAX_AUDITED_BYTES: u64 = 8 << 20;

const SAMPLE: &[u8] = b"reckon:sample:v1";

/// Where the lot falls in a total that charges `sum`, if it falls on it: which of its smallest token units,
/// from 0. The receipt that charges for that one is sampled. `seed` is what the chain has drawn for the
/// batch, `total` the total's place in it, `rate` the part of such totals that the lot falls on.
pub fn sampled(seed: &H256, total: u32, rate: Permill, sum: Balance) -> Option<Balance> {
	let drawn = hash(SAMPLE, &(seed, total)).to_fixed_bytes();
	let (lot, point) = drawn.split_at(16);
	let number = |bytes: &[u8]| <[u8; 16]>::try_from(bytes).map_or(0, Balance::from_le_bytes);
	// The remainders' bias is less than one part in 2^100: rates are millionths, and so much money is not
	// there.
	let is_drawn = number(lot).checked_rem(1_000_000)? < rate.deconstruct().into();
	number(point).checked_rem(sum).filter(|_| is_drawn)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn seed(n: u64) -> H256 {
		H256::from_low_u64_be(n)
	}

	proptest! {
		#[test]
		fn point_should_be_one_of_what_is_charged(n: u64, total: u32, sum: Balance) {
			let point = sampled(&seed(n), total, Permill::one(), sum);
			prop_assert_eq!(point.is_some(), sum > 0);
			prop_assert!(point.is_none_or(|point| point < sum));
			prop_assert_eq!(sampled(&seed(n), total, Permill::zero(), sum), None);
		}

		#[test]
		fn lot_should_fall_on_more_when_the_rate_is_higher(n: u64, rate in 0u32..1_000_000) {
			let at = |rate| sampled(&seed(n), 0, Permill::from_parts(rate), 77);
			prop_assert!(at(rate).is_none() || at(rate + 1) == at(rate));
		}
	}

	#[test]
	fn lot_should_fall_as_often_as_the_rate_says_and_anywhere() {
		let points = |rate| (0..4_000).filter_map(move |n| sampled(&seed(n), 3, rate, 10));
		let drawn = points(Permill::from_percent(20)).count();
		// The mean is 800, and its deviation 25.
		assert!((650..=950).contains(&drawn), "{drawn}");
		let mut each = [0u32; 10];
		points(Permill::one()).for_each(|point| each[point as usize] += 1);
		assert!(each.iter().all(|count| (280..=520).contains(count)), "{each:?}");
		let other = |total| sampled(&seed(1), total, Permill::one(), Balance::MAX);
		assert_ne!(other(0), other(1));
	}
}
