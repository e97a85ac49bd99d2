//! How often to audit, and what a lie must cost, so that lying does not pay.
//!
//! A provider that cheats saves `Δ` on a job that it has the pay `R` for. With the probability `p`
//! it is audited; an audit sees a cheat with the probability `d` and takes an honest answer for one
//! with `α`. A cheat that is seen costs the pay and the slash `S`. Cheating does not pay when `p ·
//! (d − α) · (R + S) ≥ Δ`, whence both functions below. Pay waits for the dispute window, so that
//! nobody leaves with it: then one job at a time binds, and cheating on many at once is no better.

use reckon_primitives::Balance;
use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Permill, Rounding};
use sp_core::H256;

use crate::draw;

const MILLION: u128 = 1_000_000;

/// What cheating saves, and how well audits see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deterrence {
	/// The part of its pay that a cheat saves: Δ ÷ R.
	pub saving: Permill,
	/// The part of cheats that an audit sees: d.
	pub detection: Permill,
	/// The part of honest answers that are convicted: α.
	pub false_alarms: Permill,
}

impl Deterrence {
	/// d − α, in millionths.
	fn net(&self) -> u128 {
		self.detection.deconstruct().saturating_sub(self.false_alarms.deconstruct()).into()
	}

	/// The slash that makes cheating on a job of this pay a loss, when so many jobs are audited:
	/// `Δ ÷ (p · (d − α)) − R`, rounded up. No less than the pay itself, so that a cheat loses
	/// something even where every job is audited; all that there is, where none is.
	pub fn slash(&self, pay: Balance, rate: Permill) -> Balance {
		if self.saving.is_zero() {
			return pay;
		}
		let saving = u128::from(self.saving.deconstruct()).saturating_mul(MILLION);
		let seen = u128::from(rate.deconstruct()).saturating_mul(self.net());
		multiply_by_rational_with_rounding(pay, saving, seen, Rounding::Up)
			.map_or(Balance::MAX, |gain| gain.saturating_sub(pay))
			.max(pay)
	}

	/// How often jobs of this pay must be audited when no more than `stake` can be taken for one:
	/// `Δ ÷ ((d − α) · (R + S))`, rounded up, and at most always.
	pub fn rate(&self, pay: Balance, stake: Balance) -> Permill {
		let at_stake = match pay.checked_add(stake) {
			Some(0) => return Permill::one(),
			sum => sum.unwrap_or(Balance::MAX),
		};
		// saving ÷ net, in parts of 10^12, times the part of what is at stake that the pay is.
		let Some(least) = multiply_by_rational_with_rounding(
			u128::from(self.saving.deconstruct()).saturating_mul(MILLION),
			pay,
			at_stake,
			Rounding::Up,
		) else {
			return Permill::one();
		};
		match self.net() {
			0 => Permill::one(),
			net => Permill::from_parts(
				u32::try_from(least.div_ceil(net)).unwrap_or(u32::MAX).min(MILLION as u32),
			),
		}
	}
}

/// The part of somebody's work that is audited: the least for who is wholly reliable, the most for
/// who is not at all, in proportion between.
pub fn audit_rate(least: Permill, most: Permill, reputation: Permill) -> Permill {
	let doubt = Permill::one().deconstruct().saturating_sub(reputation.deconstruct());
	let spread = most.deconstruct().saturating_sub(least.deconstruct());
	let more = Permill::from_parts(doubt).mul_ceil(spread);
	Permill::from_parts(least.deconstruct().saturating_add(more))
}

/// Whether the lot falls on something of which this part is drawn: the same on every node.
pub fn is_drawn(seed: &H256, rate: Permill) -> bool {
	draw(seed, 0, MILLION as u32).is_some_and(|lot| lot < rate.deconstruct())
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const TYPICAL: Deterrence = Deterrence {
		saving: Permill::from_percent(80),
		detection: Permill::from_percent(99),
		false_alarms: Permill::zero(),
	};

	fn permill() -> impl Strategy<Value = Permill> {
		(0u32..=1_000_000).prop_map(Permill::from_parts)
	}

	fn deterrence() -> impl Strategy<Value = Deterrence> {
		(permill(), permill(), permill()).prop_map(|(saving, detection, false_alarms)| Deterrence {
			saving,
			detection,
			false_alarms,
		})
	}

	/// `p · (d − α) · (R + S)` and `Δ`, both times 10^18, for amounts that leave room for that.
	fn sides(it: &Deterrence, pay: u128, slash: u128, rate: Permill) -> (u128, u128) {
		let seen = u128::from(rate.deconstruct()) * it.net() * (pay + slash);
		(seen, u128::from(it.saving.deconstruct()) * MILLION * pay)
	}

	#[test]
	fn slash_should_be_what_the_table_of_the_research_says() {
		// S ÷ R for d = 0.99.
		for (saving, rate, expected) in [
			(50, 1, 49_506),
			(50, 5, 9_102),
			(80, 2, 39_405),
			(80, 5, 15_162),
			(80, 20, 3_041),
			(95, 1, 94_960),
		] {
			let it = Deterrence { saving: Permill::from_percent(saving), ..TYPICAL };
			assert_eq!(it.slash(1_000, Permill::from_percent(rate)), expected, "{saving} {rate}");
		}
	}

	#[test]
	fn slash_should_be_the_pay_at_least_and_everything_when_nobody_looks() {
		assert_eq!(TYPICAL.slash(1_000, Permill::one()), 1_000);
		assert_eq!(TYPICAL.slash(1_000, Permill::zero()), Balance::MAX);
		let blind = Deterrence { detection: Permill::zero(), ..TYPICAL };
		assert_eq!(blind.slash(1_000, Permill::one()), Balance::MAX);
		assert_eq!(blind.rate(1_000, 1_000), Permill::one());
	}

	#[test]
	fn rate_should_fall_with_the_reputation_and_the_stake() {
		let rate = |reputation| {
			let (least, most) = (Permill::from_percent(2), Permill::from_percent(20));
			audit_rate(least, most, Permill::from_percent(reputation))
		};
		assert_eq!(rate(100), Permill::from_percent(2));
		assert_eq!(rate(50), Permill::from_percent(11));
		assert_eq!(rate(0), Permill::from_percent(20));
		// At 15.2 times the pay, one job in twenty.
		assert_eq!(TYPICAL.rate(1_000, 15_162), Permill::from_parts(49_999));
		assert_eq!(TYPICAL.rate(1_000, 0), Permill::from_parts(808_081));
		assert_eq!(TYPICAL.rate(0, 0), Permill::one());
	}

	#[test]
	fn lot_should_fall_on_as_many_as_the_rate_says() {
		let drawn = (0u64..10_000)
			.filter(|n| is_drawn(&H256::from_low_u64_le(*n), Permill::from_percent(5)))
			.count();
		assert!((430..570).contains(&drawn), "{drawn}");
		assert!(!is_drawn(&H256::zero(), Permill::zero()));
		assert!(is_drawn(&H256::zero(), Permill::one()));
	}

	proptest! {
		#[test]
		fn cheating_should_not_pay_when_the_slash_can_be_taken(
			it in deterrence(), pay in 0u128..1 << 40, rate in permill(),
		) {
			let slash = it.slash(pay, rate);
			prop_assert!(slash >= pay);
			if slash < 1 << 80 {
				let (loss, gain) = sides(&it, pay, slash, rate);
				prop_assert!(loss >= gain, "{loss} {gain}");
			}
		}

		#[test]
		fn cheating_should_not_pay_when_the_rate_is_kept(
			it in deterrence(), pay in 1u128..1 << 40, stake in 0u128..1 << 44,
		) {
			let rate = it.rate(pay, stake);
			let (loss, gain) = sides(&it, pay, stake, rate);
			// Where even auditing everything would not do, everything is audited.
			prop_assert!(loss >= gain || rate == Permill::one(), "{loss} {gain} {rate:?}");
			if loss >= gain {
				prop_assert!(it.slash(pay, rate) <= stake.max(pay), "{rate:?}");
			}
		}

		#[test]
		fn slash_should_grow_with_the_pay_and_fall_with_the_rate(
			it in deterrence(), pay: u128, more: u128, a in permill(), b in permill(),
		) {
			prop_assert!(it.slash(pay.min(more), a) <= it.slash(pay.max(more), a));
			prop_assert!(it.slash(pay, a.max(b)) <= it.slash(pay, a.min(b)));
		}

		#[test]
		fn rate_should_fall_with_the_stake(it in deterrence(), pay: u128, a: u128, b: u128) {
			prop_assert!(it.rate(pay, a.max(b)) <= it.rate(pay, a.min(b)));
		}

		#[test]
		fn audit_rate_should_stay_between_its_bounds(
			a in permill(), b in permill(), reputation in permill(), better in permill(),
		) {
			let (least, most) = (a.min(b), a.max(b));
			let rate = audit_rate(least, most, reputation.min(better));
			prop_assert!((least..=most).contains(&rate));
			prop_assert!(audit_rate(least, most, reputation.max(better)) <= rate);
		}
	}
}
