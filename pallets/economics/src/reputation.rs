//! How far somebody can be relied on, from what has become of its work.
//!
//! A Beta estimate with forgetting (Jøsang and Ismail, "The Beta Reputation System", 2002): each
//! outcome adds its weight to the good or to the bad evidence, and displaces older evidence in
//! proportion to that weight, λ = 0.98 for an outcome of weight 1. The score is the estimate's mean,
//! and one half for somebody without a past.
//!
//! An outcome that weighs little also displaces little. If each displaced a fiftieth, a few hundred
//! jobs that cost next to nothing would wipe out the memory of any failure, and of any success.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use reckon_primitives::Balance;
use scale_info::TypeInfo;
use sp_arithmetic::{traits::Saturating, Permill};

/// The evidence of one outcome of weight 1: evidence is in millionths.
const WHOLE: u64 = 1_000_000;
/// The most evidence that there can be: 1 ÷ (1 − λ) whole outcomes.
const MOST: u64 = 50 * WHOLE;
/// Evidence that says nothing any more: a hundredth of an outcome moves the score by less than a
/// four-hundredth.
const FAINT: u64 = WHOLE / 100;
/// λ: what is left of evidence after one step of idleness.
const MEMORY: Permill = Permill::from_percent(98);
/// The average value goes a sixty-fourth of the way towards a value that weighs 1.
const AVERAGE_OVER: Balance = 64;
/// A value counts in the average as at most so many times the average.
const OUTLIER: Balance = 4;

/// Good and bad evidence about somebody, in millionths of an outcome.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Evidence {
	/// What speaks for it, in millionths of an outcome.
	pub good: u64,
	/// What speaks against it, in millionths of an outcome.
	pub bad: u64,
}

impl Evidence {
	/// An outcome that counts for `weight`: `success` of it was good, the rest bad.
	///
	/// A wholly good outcome never lowers the score, a wholly bad one never raises it.
	pub fn observe(&mut self, success: Permill, weight: Permill) {
		let all = u64::from(weight.deconstruct());
		let good = success.mul_floor(all);
		self.good = displaced(self.good, all).saturating_add(good);
		self.bad = displaced(self.bad, all).saturating_add(all.saturating_sub(good));
	}

	/// Steps of forgetting without an outcome: the score drifts to a newcomer's.
	pub fn fade(&mut self, steps: u32) {
		let left = MEMORY.saturating_pow(usize::try_from(steps).unwrap_or(usize::MAX));
		self.good = left.mul_floor(self.good);
		self.bad = left.mul_floor(self.bad);
	}

	/// What the evidence says: from 0 (never delivers) to 1 (always delivers).
	pub fn score(&self) -> Permill {
		// One good and one bad outcome that nobody has seen: the prior.
		let good = self.good.saturating_add(WHOLE);
		let bad = self.bad.saturating_add(WHOLE);
		Permill::from_rational(good, good.saturating_add(bad))
	}

	/// Whether to have no evidence would be as good.
	pub fn is_faint(&self) -> bool {
		self.good.saturating_add(self.bad) < FAINT
	}

	/// Whether there is no more evidence than outcomes can leave.
	pub fn is_possible(&self) -> bool {
		self.good.saturating_add(self.bad) <= MOST
	}
}

/// What is left of old evidence beside so much new. Rounds what is lost up, so that the sum stays
/// within [`MOST`].
fn displaced(old: u64, new: u64) -> u64 {
	old.saturating_sub(old.saturating_mul(new).div_ceil(MOST))
}

/// How much an outcome of this value counts beside the average one: `value ÷ (average + value)`.
///
/// Cheap work makes as much of a name as it is paid for together, dear work never more than one
/// outcome's.
pub fn outcome_weight(value: Balance, average: Balance) -> Permill {
	match average.checked_add(value) {
		Some(all) => Permill::from_rational(value, all.max(1)),
		// Half of each, where the sum of both does not fit.
		None => Permill::from_rational(value / 2, (average / 2).saturating_add(value / 2)),
	}
}

/// The average value after one more outcome.
///
/// Each value moves it as far as it weighs, and at most as far as `OUTLIER` times the average would:
/// to shift what counts as an average job costs that much work, up or down, in however many jobs.
pub fn next_average(average: Balance, value: Balance) -> Balance {
	if average == 0 {
		return value;
	}
	let value = value.min(average.saturating_mul(OUTLIER));
	let weight = outcome_weight(value, average);
	if value >= average {
		// Rounds up, so that it also leaves the smallest averages.
		let ahead = weight.mul_ceil(value.saturating_sub(average));
		average.saturating_add(ahead.div_ceil(AVERAGE_OVER))
	} else {
		let behind = weight.mul_floor(average.saturating_sub(value));
		average.saturating_sub(behind / AVERAGE_OVER)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const GOOD: Permill = Permill::one();
	const BAD: Permill = Permill::zero();

	fn permill() -> impl Strategy<Value = Permill> {
		(0u32..=1_000_000).prop_map(Permill::from_parts)
	}

	/// Evidence that outcomes can leave.
	fn evidence() -> impl Strategy<Value = Evidence> {
		(0..=MOST)
			.prop_flat_map(|good| (Just(good), 0..=MOST - good))
			.prop_map(|(good, bad)| Evidence { good, bad })
	}

	fn after(mut evidence: Evidence, outcomes: &[bool], weight: Permill) -> Permill {
		for good in outcomes {
			evidence.observe(if *good { GOOD } else { BAD }, weight);
		}
		evidence.score()
	}

	fn apart(a: Permill, b: Permill) -> u32 {
		a.deconstruct().abs_diff(b.deconstruct())
	}

	#[test]
	fn score_should_be_one_half_when_there_is_no_evidence() {
		assert_eq!(Evidence::default().score(), Permill::from_percent(50));
		assert!(Evidence::default().is_faint());
	}

	#[test]
	fn old_evidence_should_lose_a_fiftieth_when_an_outcome_weighs_one() {
		let mut evidence = Evidence { good: 10 * WHOLE, bad: 5 * WHOLE };
		evidence.observe(GOOD, Permill::one());
		assert_eq!(evidence, Evidence { good: 10_800_000, bad: 4_900_000 });
		evidence.fade(1);
		assert_eq!(evidence, Evidence { good: 10_584_000, bad: 4_802_000 });
	}

	#[test]
	fn outcome_should_be_shared_out_when_it_was_partly_good() {
		let mut evidence = Evidence::default();
		evidence.observe(Permill::from_percent(95), Permill::from_percent(50));
		assert_eq!(evidence, Evidence { good: 475_000, bad: 25_000 });
	}

	#[test]
	fn evidence_should_fill_up_when_only_good_outcomes_come() {
		let mut evidence = Evidence::default();
		(0..2_000).for_each(|_| evidence.observe(GOOD, Permill::one()));
		assert!(MOST - evidence.good < WHOLE, "{evidence:?}");
		assert!(evidence.score() > Permill::from_percent(98));
	}

	#[test]
	fn weight_should_follow_the_value_when_the_average_is_known() {
		assert_eq!(outcome_weight(100, 100), Permill::from_percent(50));
		assert_eq!(outcome_weight(300, 100), Permill::from_percent(75));
		assert_eq!(outcome_weight(0, 0), Permill::zero());
		assert_eq!(outcome_weight(1, 0), Permill::one());
		assert_eq!(outcome_weight(u128::MAX, u128::MAX), Permill::from_percent(50));
	}

	#[test]
	fn average_should_follow_the_work_when_its_value_changes() {
		const LOW: Balance = 1_000_000;
		const HIGH: Balance = 50 * LOW;
		let mut average = next_average(0, LOW);
		assert_eq!(average, LOW);
		(0..5_000).for_each(|_| average = next_average(average, HIGH));
		assert_eq!(average, HIGH);
		(0..10_000).for_each(|_| average = next_average(average, LOW));
		assert!((LOW..LOW + LOW / 100).contains(&average), "{average}");
	}

	proptest! {
		#[test]
		fn evidence_should_stay_possible_and_the_score_between_0_and_1_whatever_happens(
			steps in proptest::collection::vec((permill(), permill(), 0u32..3), 0..400),
		) {
			let mut evidence = Evidence::default();
			for (success, weight, idle) in steps {
				evidence.fade(idle);
				evidence.observe(success, weight);
				prop_assert!(evidence.is_possible(), "{evidence:?}");
				// The prior keeps it from the ends: 1/52 and 51/52.
				let score = evidence.score().deconstruct();
				prop_assert!((19_230..=980_770).contains(&score), "{score}");
			}
		}

		#[test]
		fn nothing_should_overflow_when_the_numbers_are_absurd(
			good: u64, bad: u64, success in permill(), weight in permill(), steps: u32,
			value: u128, average: u128,
		) {
			let mut evidence = Evidence { good, bad };
			evidence.observe(success, weight);
			evidence.fade(steps);
			prop_assert!(evidence.score() <= Permill::one());
			prop_assert!(outcome_weight(value, average) <= Permill::one());
			next_average(average, value);
		}

		#[test]
		fn score_should_not_fall_when_an_outcome_is_good(old in evidence(), weight in permill()) {
			prop_assert!(after(old, &[true], weight) >= old.score());
		}

		#[test]
		fn score_should_not_rise_when_an_outcome_is_bad(old in evidence(), weight in permill()) {
			prop_assert!(after(old, &[false], weight) <= old.score());
		}

		#[test]
		fn score_should_gain_more_when_more_of_the_outcome_was_good(
			old in evidence(), weight in permill(), a in permill(), b in permill(),
		) {
			let (mut less, mut more) = (old, old);
			less.observe(a.min(b), weight);
			more.observe(a.max(b), weight);
			prop_assert!(less.score() <= more.score());
		}

		#[test]
		fn score_should_drift_to_one_half_when_nothing_happens(old in evidence(), steps in 0u32..1_000) {
			let half = Permill::from_percent(50);
			let mut idle = old;
			idle.fade(steps);
			// Each sum is rounded on its own, by less than a millionth of an outcome.
			prop_assert!(apart(idle.score(), half) <= apart(old.score(), half) + 1);
			idle.fade(1_000);
			prop_assert!(idle.is_faint(), "{idle:?}");
			prop_assert!(apart(idle.score(), half) < 2_500);
		}

		#[test]
		fn newer_outcomes_should_count_for_more_when_the_order_differs(
			outcomes in proptest::collection::vec(any::<bool>(), 0..100), old in evidence(),
			weight in permill(),
		) {
			let mut sorted = outcomes.clone();
			sorted.sort();
			let best = after(old, &sorted, weight);
			sorted.reverse();
			let worst = after(old, &sorted, weight);
			let score = after(old, &outcomes, weight);
			// Each of the hundred steps rounds by less than a millionth of an outcome.
			prop_assert!(score.deconstruct() <= best.deconstruct() + 100, "{score:?} {best:?}");
			prop_assert!(worst.deconstruct() <= score.deconstruct() + 100, "{worst:?} {score:?}");
		}

		#[test]
		fn evidence_should_not_exceed_what_was_paid_when_work_comes_in_pieces(
			average in 1u128..1 << 60, value in 0u128..1 << 60, pieces in 1u128..1_000,
		) {
			let weight = u128::from(outcome_weight(value / pieces, average).deconstruct());
			let paid = value.saturating_mul(1_000_000) / average;
			prop_assert!(weight * pieces <= paid, "{weight} {paid}");
		}

		#[test]
		fn weight_should_grow_with_the_value_and_shrink_with_the_average(
			a: u128, b: u128, c: u128,
		) {
			let (low, high) = (a.min(b), a.max(b));
			prop_assert!(outcome_weight(low, c) <= outcome_weight(high, c));
			prop_assert!(outcome_weight(c, low) >= outcome_weight(c, high));
		}

		#[test]
		fn average_should_move_towards_the_value_and_no_farther(average in 1u128.., value: u128) {
			let next = next_average(average, value);
			prop_assert!(next >= average.min(value) && next <= average.max(value));
			// Up by a twentieth at most, and one for rounding.
			prop_assert!(next <= average.saturating_add(average / 20).saturating_add(1));
		}

		#[test]
		fn average_should_fall_by_a_small_part_of_what_was_paid_when_work_is_cheap(
			average in 1u128..1 << 100, value in 0u128..1 << 60,
		) {
			prop_assume!(value <= average);
			prop_assert!(average - next_average(average, value) <= value / 64 + 1);
		}
	}
}
