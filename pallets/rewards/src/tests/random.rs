//! Whatever anybody does, in whatever order: every unit is where the books say.

use crate::{mock::*, Emitted, Eras, Owed};
use proptest::prelude::*;
use reckon_support::{mocks::MockStake, EscrowSource, StakeInspect};

#[derive(Clone, Debug)]
enum Step {
	/// A provider's work is paid.
	Settle { worker: usize, fee: u32 },
	/// A validator makes blocks.
	Author { validator: usize, blocks: u8 },
	/// A validator's stake changes.
	Expose { validator: usize, commission: u32, own: u16, stakes: Vec<u16> },
	/// Eras pass.
	Eras { count: u32 },
	/// A stranger claims for a provider.
	Claim { worker: usize, ago: u32 },
	/// A stranger claims for a validator.
	ClaimValidator { validator: usize, ago: u32 },
	/// A provider spends what it earned.
	Draw { worker: usize, wanted: u32 },
	/// A block has spare weight.
	Idle,
	/// An account is emptied.
	Empty { backer: usize },
}

fn step() -> impl Strategy<Value = Step> {
	let one = 0usize..3;
	prop_oneof![
		6 => (one.clone(), prop_oneof![0u32..100, 0u32..1_000_000])
			.prop_map(|(worker, fee)| Step::Settle { worker, fee }),
		4 => (one.clone(), 1u8..10)
			.prop_map(|(validator, blocks)| Step::Author { validator, blocks }),
		2 => (one.clone(), 0u32..=100, any::<u16>(), proptest::collection::vec(any::<u16>(), 0..4))
			.prop_map(|(validator, commission, own, stakes)| {
				Step::Expose { validator, commission, own, stakes }
			}),
		5 => prop_oneof![8 => Just(1u32), 2 => 2u32..20, 1 => 80u32..200]
			.prop_map(|count| Step::Eras { count }),
		4 => (one.clone(), 0u32..5).prop_map(|(worker, ago)| Step::Claim { worker, ago }),
		4 => (one.clone(), 0u32..5)
			.prop_map(|(validator, ago)| Step::ClaimValidator { validator, ago }),
		2 => (one.clone(), 0u32..100_000).prop_map(|(worker, wanted)| Step::Draw { worker, wanted }),
		3 => Just(Step::Idle),
		1 => one.prop_map(|backer| Step::Empty { backer }),
	]
}

/// Carries out a step; that it is refused is fine.
fn carry_out(step: Step) {
	let now = MockStake::era();
	match step {
		Step::Settle { worker, fee } => settle(WORKERS[worker], fee.into()),
		Step::Author { validator, blocks } => {
			(0..blocks).for_each(|_| author(VALIDATORS[validator]));
		},
		Step::Expose { validator, commission, own, stakes } => {
			let stakes: Vec<_> = stakes.into_iter().map(u128::from).collect();
			expose(now, VALIDATORS[validator], commission, own.into(), &stakes);
		},
		Step::Eras { count } => to_era(now + count),
		Step::Claim { worker, ago } => {
			let _ = claim(WORKERS[worker], now.saturating_sub(ago));
		},
		Step::ClaimValidator { validator, ago } => {
			let _ = claim_validator(VALIDATORS[validator], now.saturating_sub(ago));
		},
		Step::Draw { worker, wanted } => {
			let before = free(WORKERS[worker]);
			let drawn = Rewards::draw(&WORKERS[worker], wanted.into());
			assert_eq!(free(WORKERS[worker]), before + drawn);
		},
		Step::Idle => idle(),
		Step::Empty { backer } => {
			// Into an account of its own, to be found again.
			let (from, all) = (BACKERS[backer], free(BACKERS[backer]));
			let origin = RuntimeOrigin::signed(from);
			let _ = Balances::transfer_allow_death(origin, 1_000 + from, all);
		},
	}
}

/// All that earners have beyond what they had at the start.
fn claimed() -> u128 {
	let of = |all: &[AccountId]| all.iter().map(|who| free(*who)).sum::<u128>();
	let kept: Vec<_> = BACKERS.iter().map(|who| who + 1_000).collect();
	of(&WORKERS) + of(&VALIDATORS) + of(&BACKERS) + of(&kept) - 9 * START
}

/// minted = claimed + unclaimed + to the treasury + what is on its way there + the account's own.
fn check_books() {
	check();
	assert_eq!(issuance(), SUPPLY + Emitted::<Test>::get());
	let to_treasury = free(TREASURY) - START;
	assert_eq!(Emitted::<Test>::get(), claimed() + to_treasury + pot());
	if Emitted::<Test>::get() > 0 {
		assert!(pot() >= Owed::<Test>::get() + ED);
	}
	for era in Eras::<Test>::iter_values() {
		assert!(era.work.amount <= era.work.points * 9 / 10);
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(512))]

	#[test]
	fn every_unit_should_be_accounted_for_when_anybody_does_anything(
		steps in proptest::collection::vec(step(), 1..80),
	) {
		run(|| {
			for step in steps {
				carry_out(step);
				check_books();
			}
			// With nobody doing anything more, the chain forgets all of it, and what was not
			// claimed is the treasury's.
			to_era(MockStake::era() + HISTORY + 1);
			(0..200).for_each(|_| idle());
			next_era();
			check_books();
			prop_assert_eq!(Eras::<Test>::iter_keys().count(), 0);
			prop_assert_eq!(crate::Points::<Test>::iter_keys().count(), 0);
			prop_assert_eq!(crate::Unclaimed::<Test>::iter_keys().count(), 0);
			prop_assert_eq!(Owed::<Test>::get(), 0);
			prop_assert_eq!(pot(), if Emitted::<Test>::get() > 0 { ED } else { 0 });
			Ok(())
		})?;
	}
}
