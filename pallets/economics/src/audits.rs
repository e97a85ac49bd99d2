//! How often to audit, what a lie must cost, and what bond it takes, so that lying does not pay.
//!
//! A provider that cheats saves `Δ` on a job that it has the pay `R` for. With the probability `p`
//! it is audited; an audit sees a cheat with the probability `d` and takes an honest answer for one
//! with `α`. A cheat that is seen costs the pay and the slash `S`:
//!
//! ```text
//!  honest:  R − C − p · α · (R + S)            cheat:  (1 − p · d) · R − (C − Δ) − p · d · S
//! ```
//!
//! So the honest earn more when `p · (d − α) · (R + S) > Δ`, whence all that is below. Each answer is
//! judged for itself. Cheating on many at once is no better as long as the bond has the slash of each
//! of them: so a bond is divided by all answers that nobody has been paid for ([`stake_per_answer`]).
//! Cheating on a part of an answer saves a part of `Δ`, and is seen at one of `m` positions with more
//! than that part of `d`: full cheats bind.

use reckon_primitives::Balance;
use sp_arithmetic::{
	helpers_128bit::multiply_by_rational_with_rounding, PerThing, Permill, Rounding,
};
use sp_core::H256;

use crate::draw;

const MILLION: u128 = 1_000_000;
/// Who stands for an answer with less than this part of its pay, a tenth, has nothing to lose.
const LEAST_AT_STAKE: Balance = 10;

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

	/// The slash that makes cheating on a job of this pay a loss, when so many jobs are audited: the
	/// least that is more than `Δ ÷ (p · (d − α)) − R`. No less than the pay itself, so that a cheat
	/// loses something even where every job is audited; all that there is, where none is.
	pub fn slash(&self, pay: Balance, rate: Permill) -> Balance {
		if self.saving.is_zero() || pay == 0 {
			return pay;
		}
		let saving = u128::from(self.saving.deconstruct()).saturating_mul(MILLION);
		let seen = u128::from(rate.deconstruct()).saturating_mul(self.net());
		multiply_by_rational_with_rounding(pay, saving, seen, Rounding::Down)
			.map_or(Balance::MAX, |gain| gain.saturating_add(1).saturating_sub(pay))
			.max(pay)
	}

	/// The bond that has the slash of each of so many answers of this pay, of which so many are
	/// audited.
	pub fn bond(&self, pay: Balance, rate: Permill, answers: u32) -> Balance {
		self.slash(pay, rate).saturating_mul(answers.into())
	}

	/// How often jobs of this pay must be audited when no more than `stake` can be taken for one: the
	/// least that is more than `Δ ÷ ((d − α) · (R + S))`, and at most always.
	///
	/// Whose bond is as good as gone is audited always. Else cheating would be no better than honest work,
	/// but so many audits make that a loss, and cheating could still be better than none: whoever leaves has
	/// no other use for the rest of its bond.
	pub fn rate(&self, pay: Balance, stake: Balance) -> Permill {
		if stake.saturating_mul(LEAST_AT_STAKE) < pay {
			return Permill::one();
		}
		let at_stake = match pay.checked_add(stake) {
			Some(0) => return Permill::one(),
			sum => sum.unwrap_or(Balance::MAX),
		};
		// saving ÷ net, in parts of 10^12, times the part of what is at stake that the pay is.
		let Some(least) = multiply_by_rational_with_rounding(
			u128::from(self.saving.deconstruct()).saturating_mul(MILLION),
			pay,
			at_stake,
			Rounding::Down,
		) else {
			return Permill::one();
		};
		let gains = !self.saving.is_zero() && pay > 0;
		let more = least.saturating_add(u128::from(gains));
		match self.net() {
			0 => Permill::one(),
			net => Permill::from_parts(
				u32::try_from(more.div_ceil(net)).unwrap_or(u32::MAX).min(MILLION as u32),
			),
		}
	}
}

/// What a bond has for each of so many answers, if all are convicted.
pub fn stake_per_answer(bond: Balance, answers: u32) -> Balance {
	bond.checked_div(answers.max(1).into()).unwrap_or_default()
}

/// What an audit costs whoever wants one: so much for each auditor's pass, which costs the auditor
/// a part of what the answer itself costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AuditPrice {
	/// How many auditors look.
	pub seats: u32,
	/// The least that each has.
	pub least: Balance,
	/// The part of the charge that each has, if that is more.
	pub part: Permill,
}

impl AuditPrice {
	/// What an audit of work of this charge costs.
	pub fn fee(&self, charge: Balance) -> Balance {
		multiply_by_rational_with_rounding(charge, self.parts(), MILLION, Rounding::Down)
			.unwrap_or(Balance::MAX)
			.max(self.least.saturating_mul(self.seats.into()))
	}

	/// What all seats have of a charge, in millionths of it.
	fn parts(&self) -> u128 {
		u128::from(self.part.deconstruct()).saturating_mul(self.seats.into())
	}

	/// The share of a charge that pays for audits by lot, which falls on this part of such work: what
	/// all pay together is what the audits cost, and who is audited more often pays more.
	pub fn premium(&self, charge: Balance, rate: Permill) -> Permill {
		let expected = rate.mul_ceil(self.fee(charge));
		Permill::from_rational_with_rounding(expected, charge, Rounding::Up)
			.unwrap_or(Permill::one())
	}

	/// The largest charge that can be paid together with its audit.
	pub fn affordable(&self, max_price: Balance) -> Balance {
		// A charge c with its audit costs ⌊c · (1 + parts)⌋: it must be below the maximum and one.
		let whole = MILLION.saturating_add(self.parts());
		let above = max_price.saturating_add(1);
		let by_part = multiply_by_rational_with_rounding(above, MILLION, whole, Rounding::Up)
			.map_or(0, |charge| charge.saturating_sub(1));
		let least = self.least.saturating_mul(self.seats.into());
		by_part.min(max_price.saturating_sub(least))
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

	/// What an honest provider and a cheat expect of a job that costs the honest `cost`, both times 10^12:
	/// `R − C − p · α · (R + S)` and `(1 − p · d) · R − (C − Δ) − p · d · S`. For amounts that leave
	/// room for that.
	fn expected(it: &Deterrence, pay: u128, cost: i128, slash: u128, rate: Permill) -> [i128; 2] {
		const WHOLE: i128 = 1_000_000_000_000;
		let [pay, slash] = [pay as i128, slash as i128];
		let [p, d, alpha, saving] =
			[rate, it.detection, it.false_alarms, it.saving].map(|it| i128::from(it.deconstruct()));
		let honest = (pay - cost) * WHOLE - p * alpha * (pay + slash);
		let cheat =
			pay * WHOLE - p * d * pay - cost * WHOLE + saving * 1_000_000 * pay - p * d * slash;
		[honest, cheat]
	}

	/// Audits that see more cheats than honest answers.
	fn telling() -> impl Strategy<Value = Deterrence> {
		deterrence().prop_filter("tells", |it| it.net() > 0)
	}

	proptest! {
		#[test]
		fn audit_should_be_affordable_with_the_largest_charge_and_no_larger(
			seats in 0u32..=40, least: u64, part in permill(), max_price in 0u128..1 << 100,
		) {
			let price = AuditPrice { seats, least: least.into(), part };
			let charge = price.affordable(max_price);
			let cost = |charge: u128| charge + price.fee(charge);
			prop_assert!(charge == 0 || cost(charge) <= max_price);
			prop_assert!(cost(charge + 1) > max_price);
		}

		#[test]
		fn premiums_should_pay_for_the_audits_by_lot(
			seats in 1u32..=40, least in 0u128..1_000, part in permill(),
			charge in 1u128..1 << 60, rate in permill(),
		) {
			let price = AuditPrice { seats, least, part };
			let premium = price.premium(charge, rate);
			// What comes in and what is expected to go out, both times a million.
			let comes = u128::from(premium.deconstruct()) * charge;
			let goes = u128::from(rate.deconstruct()) * price.fee(charge);
			prop_assert!(comes >= goes || premium == Permill::one());
			// A millionth of the charge, and a unit, too much at most.
			prop_assert!(comes <= goes + charge + MILLION);
		}

		#[test]
		fn audit_price_should_never_panic(
			seats: u32, least: u128, part in permill(), amount: u128, rate in permill(),
		) {
			let price = AuditPrice { seats, least, part };
			price.fee(amount);
			price.premium(amount, rate);
			prop_assert!(price.affordable(amount) <= amount);
		}
	}

	#[test]
	fn audit_should_cost_a_part_of_the_charge_for_each_seat_and_no_less_than_the_least() {
		let price = AuditPrice { seats: 5, least: 10, part: Permill::from_percent(20) };
		assert_eq!((price.fee(1_000), price.fee(40), price.fee(0)), (1_000, 50, 50));
		assert_eq!(price.affordable(2_000), 1_000);
		assert_eq!((price.affordable(70), price.affordable(50)), (20, 0));
	}

	#[test]
	fn premium_should_be_the_part_of_an_audit_that_the_lot_takes() {
		let price = AuditPrice { seats: 5, least: 10, part: Permill::from_percent(20) };
		let percent = Permill::from_percent;
		assert_eq!(price.premium(1_000, percent(2)), percent(2));
		assert_eq!(price.premium(1_000, percent(20)), percent(20));
		// The least of each seat weighs more on what costs little.
		assert_eq!(price.premium(25, percent(20)), percent(40));
		assert_eq!(price.premium(1, Permill::one()), Permill::one());
		assert_eq!(price.premium(0, percent(2)), Permill::one());
		assert_eq!(price.premium(1_000, Permill::zero()), Permill::zero());
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
		assert_eq!(TYPICAL.rate(1_000, 100), Permill::from_parts(734_619));
		assert_eq!(TYPICAL.rate(1_000, 99), Permill::one());
		assert_eq!(TYPICAL.rate(1_000, 0), Permill::one());
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
		fn honest_should_earn_more_when_the_slash_can_be_taken(
			it in telling(), pay in 1u128..1 << 40, cost in 0i128..1 << 40, rate in permill(),
		) {
			let slash = it.slash(pay, rate);
			prop_assert!(slash >= pay);
			if slash < 1 << 70 {
				let [honest, cheat] = expected(&it, pay, cost, slash, rate);
				prop_assert!(honest > cheat || it.saving.is_zero(), "{honest} {cheat}");
				// And no lesser slash would do, but for the pay that it is at least.
				let [honest, cheat] = expected(&it, pay, cost, slash - 1, rate);
				prop_assert!(honest <= cheat || slash == pay, "{honest} {cheat}");
			}
		}

		#[test]
		fn honest_should_earn_more_when_the_rate_is_kept(
			it in telling(), pay in 1u128..1 << 40, cost in 0i128..1 << 40, stake in 0u128..1 << 44,
		) {
			let rate = it.rate(pay, stake);
			let [honest, cheat] = expected(&it, pay, cost, stake, rate);
			// Where even auditing everything would not do, everything is audited.
			let nothing_gained = it.saving.is_zero();
			prop_assert!(honest > cheat || rate == Permill::one() || nothing_gained, "{rate:?}");
			if honest > cheat {
				prop_assert!(it.slash(pay, rate) <= stake.max(pay), "{rate:?}");
			}
		}

		/// All at once, and none paid before the last is judged.
		#[test]
		fn honest_should_earn_more_when_many_cheats_are_pending(
			it in telling(), pay in 1u128..1 << 40, bond in 0u128..1 << 50, answers in 1u32..10_000,
		) {
			let stake = stake_per_answer(bond, answers);
			let rate = it.rate(pay, stake);
			if it.saving.is_zero() || rate == Permill::one() {
				return Ok(());
			}
			// Whichever of them are convicted, the bond has what each costs; so what is expected of all
			// is what is expected of one, so many times.
			let slash = it.slash(pay, rate);
			let [honest, cheat] = expected(&it, pay, 0, slash, rate);
			prop_assert!(honest > cheat);
			if slash > pay {
				prop_assert!(it.bond(pay, rate, answers) <= bond, "{slash} {stake}");
			}
		}

		/// A part of the tokens, in hundredths, each of which an audit sees with some probability, also
		/// in hundredths, if it looks there; it looks at some positions. In parts of 100^(2m): exact.
		#[test]
		fn whole_cheats_should_bind_when_a_part_of_an_answer_can_be_made_up(
			part in 1u128..=100, seen in 1u128..=100, positions in 1u32..=8,
		) {
			let whole = 10_000u128.pow(positions);
			let detection = |part: u128| whole - (10_000 - part * seen).pow(positions);
			// What is seen of a part is no less than that part of what is seen of the whole.
			prop_assert!(detection(part) >= detection(100) / 100 * part);
		}

		#[test]
		fn honest_should_lose_next_to_nothing_by_false_alarms(
			it in telling(), pay in 1u128..1 << 40, rate in permill(),
		) {
			let slash = it.slash(pay, rate);
			if slash < 1 << 60 && slash > pay {
				// p · α · (R + S), with the slash that is due: Δ · α ÷ (d − α), and what rounding makes.
				let [alpha, p] = [it.false_alarms, rate].map(|it| u128::from(it.deconstruct()));
				let lost = p * alpha * (pay + slash - 1) * it.net();
				let saving = u128::from(it.saving.deconstruct());
				prop_assert!(lost <= saving * MILLION * pay * alpha, "{lost}");
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
