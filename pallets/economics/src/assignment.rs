//! Who gets a job: weights, draws and scores.

use reckon_primitives::Balance;
use sp_arithmetic::Permill;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;

/// How many tickets an offer has in its model's draw: one for each `unit` of bond, and no more
/// than the provider can do at once, than `most`.
///
/// Splitting a bond over several registrations brings no more tickets than one registration has, as
/// long as that has fewer than `most`.
pub fn tickets(bond: Balance, unit: Balance, capacity: u32, most: u32) -> u32 {
	let by_bond = bond.checked_div(unit).unwrap_or(0);
	u32::try_from(by_bond).unwrap_or(u32::MAX).min(capacity).min(most)
}

/// The `nth` draw from `0..count` for a seed: the same on every node. `None` from an empty range.
///
/// The remainder of 64 bits by a 32-bit count is biased by less than 2^-32.
pub fn draw(seed: &H256, nth: u32, count: u32) -> Option<u32> {
	let mut input = [0u8; 36];
	let (head, tail) = input.split_at_mut(32);
	head.copy_from_slice(seed.as_bytes());
	tail.copy_from_slice(&nth.to_le_bytes());
	let hash = blake2_256(&input);
	let mut word = [0u8; 8];
	word.iter_mut().zip(hash.iter()).for_each(|(to, from)| *to = *from);
	let index = u64::from_le_bytes(word).checked_rem(count.into())?;
	u32::try_from(index).ok()
}

/// How good a candidate is for a job: reputation × free share of its capacity ÷ its price for the
/// job at worst. Higher is better; only comparisons of scores for one job mean something.
pub fn score(reputation: Permill, free: u32, capacity: u32, worst_price: Balance) -> u128 {
	let quality = u128::from(reputation.deconstruct())
		.saturating_mul(free.min(capacity).into())
		// 10^18 keeps 18 digits when a price of whole tokens divides.
		.saturating_mul(1_000_000_000_000_000_000)
		.checked_div(capacity.into())
		.unwrap_or(0);
	quality.checked_div(worst_price.max(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn draw_should_reach_every_index_when_drawn_often() {
		let seed = H256::repeat_byte(7);
		let mut seen = [0u32; 10];
		(0..1000).for_each(|nth| seen[draw(&seed, nth, 10).unwrap() as usize] += 1);
		assert!(seen.iter().all(|n| (60..140).contains(n)), "{seen:?}");
		assert_eq!(draw(&seed, 0, 0), None);
	}

	#[test]
	fn score_should_prefer_the_better_when_one_thing_differs() {
		let half = Permill::from_percent(50);
		let base = score(half, 2, 4, 1_000);
		assert!(score(Permill::from_percent(60), 2, 4, 1_000) > base);
		assert!(score(half, 3, 4, 1_000) > base);
		assert!(score(half, 2, 4, 900) > base);
		assert_eq!(score(half, 0, 4, 1_000), 0);
	}

	proptest! {
		#[test]
		fn tickets_should_not_grow_when_a_bond_is_split(
			bond in 0u128..1 << 80, cut in 0u32..=1000, unit in 1u128..1 << 40,
		) {
			let part = bond / 1000 * u128::from(cut);
			let whole = tickets(bond, unit, u32::MAX, u32::MAX);
			let halves = tickets(part, unit, u32::MAX, u32::MAX)
				.saturating_add(tickets(bond - part, unit, u32::MAX, u32::MAX));
			prop_assert!(halves <= whole);
		}

		#[test]
		fn draw_should_stay_in_range(seed: [u8; 32], nth: u32, count in 1u32..) {
			prop_assert!(draw(&H256(seed), nth, count).unwrap() < count);
		}

		#[test]
		fn score_should_never_panic(parts in 0u32..=1_000_000, free: u32, capacity: u32, price: u128) {
			score(Permill::from_parts(parts), free, capacity, price);
		}
	}
}
