//! Whatever happens to providers, in whatever order: scores stay scores, and nothing stays for ever.

use crate::{mock::*, Reputations, SweepCursor};
use proptest::prelude::*;
use reckon_support::{EndedTurn, OnProviderLeft, OnProviderOutcome, Outcome};
use sp_runtime::Permill;

#[derive(Clone, Debug)]
enum Step {
	/// A turn ends.
	Turn { outcome: Outcome, value: u128, named: bool },
	/// An audit ends.
	Audit { success: u32, weight: u32 },
	/// A provider leaves.
	Leave,
	/// Time passes.
	Wait { blocks: u32 },
}

fn step() -> impl Strategy<Value = (AccountId, Step)> {
	let outcome = prop_oneof![
		4 => Just(Outcome::Settled),
		1 => Just(Outcome::Declined),
		2 => Just(Outcome::DeadlineMissed),
		1 => Just(Outcome::Rejected),
		1 => Just(Outcome::Inconclusive),
	];
	let value = prop_oneof![4 => 0u128..1_000_000, 1 => any::<u128>()];
	let step = prop_oneof![
		6 => (outcome, value, any::<bool>())
			.prop_map(|(outcome, value, named)| Step::Turn { outcome, value, named }),
		2 => (0u32..=1_000_000, 0u32..=1_000_000)
			.prop_map(|(success, weight)| Step::Audit { success, weight }),
		1 => Just(Step::Leave),
		2 => (0u32..50 * IDLE_STEP).prop_map(|blocks| Step::Wait { blocks }),
	];
	(0u64..12, step)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn scores_should_stay_scores_and_all_be_forgotten_when_anything_happens(
		steps in proptest::collection::vec(step(), 1..120),
	) {
		run(|| {
			let mut now = 1u32;
			for (who, step) in steps {
				match step {
					Step::Turn { outcome, value, named } => Reputation::on_provider_outcome(
						&EndedTurn { named, ..turn(who, outcome, value) },
					),
					Step::Audit { success, weight } => Reputation::record(
						&who, Permill::from_parts(success), Permill::from_parts(weight),
					),
					Step::Leave => {
						let good = score(who) >= 500;
						Reputation::on_provider_left(&who);
						assert!(!(good && Reputations::<Test>::contains_key(who)));
					},
					Step::Wait { blocks } => {
						now += blocks;
						idle(now);
					},
				}
				check();
				// 1/52 to 51/52.
				assert!((19..=980).contains(&score(who)), "{}", score(who));
			}
			// With nothing happening any more, everybody is a newcomer, and nothing is stored.
			now += 1_000 * IDLE_STEP;
			(0..8).for_each(|n| idle(now + n));
			assert_eq!(Reputations::<Test>::iter_keys().count(), 0);
			assert_eq!(SweepCursor::<Test>::get(), None);
		});
	}
}
