//! Whatever anybody does, in whatever order: no money is lost and nothing is stuck.

use crate::{mock::*, Event};
use pallet_authorship::EventHandler;
use proptest::prelude::*;
use reckon_primitives::Balance;
use sp_runtime::{Perbill, Permill};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Step {
	Join {
		who: AccountId,
		bond: u16,
		commission: u8,
	},
	BondExtra {
		who: AccountId,
		amount: u16,
	},
	Unbond {
		who: AccountId,
		amount: u16,
	},
	Withdraw {
		who: AccountId,
	},
	Chill {
		who: AccountId,
	},
	Resume {
		who: AccountId,
	},
	Leave {
		who: AccountId,
	},
	SetCommission {
		who: AccountId,
		commission: u8,
	},
	Delegate {
		who: AccountId,
		candidate: AccountId,
		amount: u16,
	},
	Undelegate {
		who: AccountId,
		candidate: AccountId,
		amount: u16,
	},
	UndelegateAll {
		who: AccountId,
		nth: u8,
	},
	/// A candidate offends, or has, so many sessions ago.
	Offend {
		who: AccountId,
		ago: u32,
		percent: u32,
	},
	CancelFirst,
	/// Other session keys, or some again.
	SetKeys {
		who: AccountId,
		nth: u8,
	},
	PurgeKeys {
		who: AccountId,
	},
	SetCount {
		count: u32,
	},
	/// Sessions pass in which the validators with these bits are there.
	Sessions {
		count: u8,
		there: u8,
	},
	/// A session passes without spare weight.
	FullSession,
	/// A block has a little spare weight, in milliseconds.
	SmallBlock {
		spare: u64,
	},
}

fn candidate_account() -> impl Strategy<Value = AccountId> {
	1u64..=12
}

fn delegator() -> impl Strategy<Value = AccountId> {
	prop_oneof![1u64..=4, 31u64..=56]
}

fn step() -> impl Strategy<Value = Step> {
	let who = candidate_account;
	prop_oneof![
		4 => (who(), 900u16..20_000, 0u8..=100)
			.prop_map(|(who, bond, commission)| Step::Join { who, bond, commission }),
		1 => (who(), 0u16..5_000).prop_map(|(who, amount)| Step::BondExtra { who, amount }),
		2 => (who(), 0u16..9_000).prop_map(|(who, amount)| Step::Unbond { who, amount }),
		1 => delegator().prop_map(|who| Step::Withdraw { who }),
		1 => who().prop_map(|who| Step::Chill { who }),
		2 => who().prop_map(|who| Step::Resume { who }),
		2 => who().prop_map(|who| Step::Leave { who }),
		1 => (who(), 0u8..=100).prop_map(|(who, commission)| Step::SetCommission { who, commission }),
		10 => (delegator(), who(), 50u16..5_000)
			.prop_map(|(who, candidate, amount)| Step::Delegate { who, candidate, amount }),
		2 => (delegator(), who(), 0u16..5_000)
			.prop_map(|(who, candidate, amount)| Step::Undelegate { who, candidate, amount }),
		3 => (delegator(), any::<u8>()).prop_map(|(who, nth)| Step::UndelegateAll { who, nth }),
		3 => (who(), 0u32..12, 0u32..=100)
			.prop_map(|(who, ago, percent)| Step::Offend { who, ago, percent }),
		1 => Just(Step::CancelFirst),
		3 => (who(), 0u8..3).prop_map(|(who, nth)| Step::SetKeys { who, nth }),
		3 => who().prop_map(|who| Step::PurgeKeys { who }),
		1 => (0u32..9).prop_map(|count| Step::SetCount { count }),
		5 => (1u8..7, any::<u8>()).prop_map(|(count, there)| Step::Sessions { count, there }),
		1 => Just(Step::FullSession),
		2 => (0u64..12).prop_map(|spare| Step::SmallBlock { spare }),
	]
}

/// Carries out a step; that it is refused is fine.
fn carry_out(step: Step) {
	let percent = |n: u8| Permill::from_percent(n.into());
	// A call that fails changes nothing.
	let call = |call: crate::Call<Test>, who| {
		use sp_runtime::traits::Dispatchable;
		let _ = RuntimeCall::Staking(call).dispatch(signed(who));
	};
	match step {
		Step::Join { who, bond, commission } => {
			call(crate::Call::join { bond: bond.into(), commission: percent(commission) }, who)
		},
		Step::BondExtra { who, amount } => {
			call(crate::Call::bond_extra { amount: amount.into() }, who)
		},
		Step::Unbond { who, amount } => call(crate::Call::unbond { amount: amount.into() }, who),
		Step::Withdraw { who } => call(crate::Call::withdraw {}, who),
		Step::Chill { who } => call(crate::Call::chill {}, who),
		Step::Resume { who } => call(crate::Call::resume {}, who),
		Step::Leave { who } => call(crate::Call::leave {}, who),
		Step::SetCommission { who, commission } => {
			call(crate::Call::set_commission { commission: percent(commission) }, who)
		},
		Step::Delegate { who, candidate, amount } => {
			call(crate::Call::delegate { candidate, amount: amount.into() }, who)
		},
		Step::Undelegate { who, candidate, amount } => {
			call(crate::Call::undelegate { candidate, amount: amount.into() }, who)
		},
		Step::UndelegateAll { who, nth } => {
			let all = Staking::delegations_of(who);
			if let Some((candidate, amount)) = all.get(usize::from(nth) % all.len().max(1)) {
				call(crate::Call::undelegate { candidate: *candidate, amount: *amount }, who)
			}
		},
		Step::Offend { who, ago, percent } => {
			let session = Session::current_index().saturating_sub(ago);
			let details = OffenceDetails { offender: (who, ()), reporters: vec![REPORTER] };
			Staking::on_offence(&[details], &[Perbill::from_percent(percent)], session);
		},
		Step::CancelFirst => {
			if let Some((id, _)) = Staking::unapplied_slashes().first() {
				let ids = vec![*id].try_into().unwrap();
				let _ = Staking::cancel_slashes(RuntimeOrigin::root(), ids);
			}
		},
		Step::SetKeys { who, nth } => set_keys_to(who, who + 100 * u64::from(nth)),
		Step::PurgeKeys { who } => call(crate::Call::purge_keys {}, who),
		Step::SetCount { count } => {
			let _ = Staking::set_validator_count(RuntimeOrigin::root(), count);
		},
		Step::Sessions { count, there } => (0..count).for_each(|_| {
			Session::validators()
				.into_iter()
				.enumerate()
				.filter(|(index, _)| there & (1 << index) != 0)
				.for_each(|(_, who)| Staking::note_author(who));
			silent_session();
		}),
		Step::FullSession => Session::rotate_session(),
		Step::SmallBlock { spare } => {
			use frame_support::{traits::Hooks, weights::Weight};
			let limit = Weight::from_parts(spare * 1_000_000_000, u64::MAX);
			assert!(Staking::on_idle(System::block_number(), limit).all_lte(limit));
		},
	}
}

/// What slashes have taken so far, by validator and by whose stake it was.
#[derive(Default)]
struct Taken {
	validators: BTreeMap<crate::SlashId, AccountId>,
	amounts: BTreeMap<(AccountId, AccountId), Balance>,
}

impl Taken {
	fn note_events(&mut self) {
		for event in events() {
			match event {
				Event::SlashReported { slash, validator, .. } => {
					self.validators.insert(slash, validator);
				},
				Event::StakeSlashed { slash, who, amount } => {
					let validator = self.validators[&slash];
					*self.amounts.entry((validator, who)).or_default() += amount;
				},
				_ => {},
			}
		}
		System::reset_events();
	}

	/// Whatever was at stake and can still be slashed is within reach, or was taken before.
	fn check_reach(&self) {
		let slashes: Vec<_> = crate::Slashes::<Test>::iter_values().collect();
		for (era_of, validator, snapshot) in crate::Exposures::<Test>::iter() {
			let slashed =
				|slash: &crate::Slash<_>| slash.era == era_of && slash.validator == validator;
			if era() > era_of + 2 && !slashes.iter().any(slashed) {
				continue;
			}
			let own = std::iter::once((validator, snapshot.own));
			for (who, at_stake) in own.chain(snapshot.backers) {
				let bonded = if who == validator {
					crate::Candidates::<Test>::get(who).map_or(0, |record| record.own)
				} else {
					let backers = crate::Backers::<Test>::get(validator);
					backers.iter().find(|(other, _)| *other == who).map_or(0, |(_, part)| *part)
				};
				let unbonding: Balance = crate::Stakers::<Test>::get(who)
					.unbonding
					.iter()
					.filter(|part| part.candidate == validator && part.exposed_until >= era_of)
					.map(|part| part.amount)
					.sum();
				let taken = self.amounts.get(&(validator, who)).copied().unwrap_or_default();
				assert!(
					bonded + unbonding + taken >= at_stake,
					"{who} had {at_stake} behind {validator} in era {era_of}: \
					{bonded} + {unbonding} + {taken}"
				);
			}
		}
	}
}

/// There are enough validators, now and next, and all of them have keys.
fn check_seats() {
	use crate::SessionQueue;
	use frame_support::traits::ValidatorRegistration;
	for seated in [seats(), <Session as SessionQueue<_>>::queued()] {
		assert!(seated.len() >= 2, "the chain has too few validators");
		assert!(seated.iter().all(<Session as ValidatorRegistration<_>>::is_registered));
	}
}

fn everybody() -> impl Iterator<Item = AccountId> {
	(1..=60).chain([POT, REPORTER])
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn money_should_be_conserved_and_all_of_it_come_free_when_anybody_does_anything(
		steps in proptest::collection::vec(step(), 1..80),
	) {
		run(|| {
			let issuance = pallet_balances::TotalIssuance::<Test>::get();
			let mut taken = Taken::default();
			for step in steps {
				carry_out(step);
				check();
				taken.note_events();
				taken.check_reach();
				check_seats();
				assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
			}
			// Offences are paid for first.
			to_era(era() + 3);
			// Everybody goes. Nobody withdraws: the chain brings it.
			for who in everybody() {
				carry_out(Step::Leave { who });
				for (candidate, amount) in Staking::delegations_of(who) {
					frame_support::assert_ok!(Staking::undelegate(signed(who), candidate, amount));
				}
				check();
			}
			// Those whose seats nobody takes have their stake there.
			to_era(era() + UNBONDING + 2);
			check_seats();
			let left: Vec<_> = crate::Candidates::<Test>::iter().collect();
			assert!(left.iter().all(|(who, record)| record.is_leaving() && seats().contains(who)));
			assert_eq!(held_in_all(), left.iter().map(|(_, record)| record.own).sum());
			// Others come, who have taken no part so far.
			[13, 14].into_iter().for_each(|who| join(who, BOND));
			to_era(era() + UNBONDING + 3);
			assert_eq!((seats(), held_in_all()), (vec![13, 14], 2 * BOND));
			assert_eq!(crate::Stakers::<Test>::iter().count(), 0);
			assert_eq!(crate::Backers::<Test>::iter().count(), 0);
			assert_eq!(crate::Unbondings::<Test>::iter().count(), 0);
			let total: Balance = everybody().map(free).sum();
			assert_eq!(total + 2 * BOND, issuance);
		});
	}
}
