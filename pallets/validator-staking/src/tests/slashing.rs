use crate::{
	mock::*, Backers, ChillReason, Error, Event, Offenders, SlashRange, Slashes, Stakers, Status,
	UnbondingRange, WeightInfo,
};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use reckon_primitives::Balance;
use reckon_support::ValidatorPenalty;
use sp_runtime::Perbill;
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

type Failure = Error<Test>;

/// Era 1 begins with 5,000 of Carol's and 1,000 of Dave's behind validator 1.
fn with_backers() {
	delegate(CAROL, 1, 5_000);
	delegate(DAVE, 1, 1_000);
	to_era(1);
}

fn cancel(ids: Vec<u32>) -> sp_runtime::DispatchResult {
	Staking::cancel_slashes(RuntimeOrigin::root(), ids.try_into().unwrap())
}

#[test]
fn slash_should_take_from_all_in_proportion_when_it_is_due() {
	run(|| {
		with_backers();
		report(1, 3, 10, 1);
		let slash = Staking::unapplied_slashes().pop().unwrap().1;
		assert_eq!((slash.validator, slash.era, slash.due), (1, 1, 3));
		assert_eq!(slash.fraction, Perbill::from_percent(10));
		to_session(8);
		assert_eq!((held(1), held(CAROL), held(DAVE)), (BOND, 5_000, 1_000));
		to_era(3);
		assert_eq!((held(1), held(CAROL), held(DAVE)), (BOND - 1_000, 4_500, 900));
		assert_eq!((candidate(1).own, candidate(1).delegated), (BOND - 1_000, 5_400));
		// A tenth of the validator's own 1,000 to who reported it.
		assert_eq!((free(REPORTER), free(POT)), (START + 100, START + 1_500));
		let events = events();
		assert!(events.contains(&Event::StakeSlashed { slash: 0, who: CAROL, amount: 500 }));
		assert!(events.contains(&Event::SlashApplied { slash: 0 }));
		assert!(Staking::unapplied_slashes().is_empty());
		assert_eq!((free(CAROL), free(2)), (START - 5_000, START - BOND));
	});
}

#[test]
fn validator_should_keep_its_seat_and_lose_stake_later_when_it_is_penalised() {
	run(|| {
		with_backers();
		let fraction = Perbill::from_percent(10);
		<Staking as ValidatorPenalty<_>>::penalise(1, &1, fraction);
		// The same again is the same offence; nobody else is one.
		<Staking as ValidatorPenalty<_>>::penalise(1, &1, fraction);
		<Staking as ValidatorPenalty<_>>::penalise(1, &CAROL, fraction);
		assert_eq!(Staking::unapplied_slashes().len(), 1);
		assert_eq!(candidate(1).status, Status::Active);
		assert!(Session::disabled_validators().is_empty());
		to_era(3);
		assert_eq!((held(1), held(CAROL), held(DAVE)), (BOND - 1_000, 4_500, 900));
	});
}

#[test]
fn penalty_should_reach_the_stake_of_the_era_that_it_is_for() {
	run(|| {
		with_backers();
		let unapplied = || Staking::unapplied_slashes().len();
		let fraction = Perbill::from_percent(10);
		to_era(1);
		assert_ok!(Staking::leave(signed(1)));
		to_era(3);
		assert!(!Session::validators().contains(&1));
		// It does not validate any more.
		<Staking as ValidatorPenalty<_>>::penalise(3, &1, fraction);
		assert_eq!(unapplied(), 0);
		<Staking as ValidatorPenalty<_>>::penalise(1, &1, fraction);
		assert_eq!(unapplied(), 1);
		to_era(5);
		assert_eq!(held(1), BOND - 1_000);
	});
}

#[test]
fn penalty_should_be_dropped_when_stake_may_have_left_since() {
	run(|| {
		to_era(4);
		<Staking as ValidatorPenalty<_>>::penalise(1, &2, Perbill::from_percent(10));
		assert!(Staking::unapplied_slashes().is_empty());
		<Staking as ValidatorPenalty<_>>::penalise(2, &2, Perbill::from_percent(10));
		assert_eq!(Staking::unapplied_slashes().len(), 1);
	});
}

#[test]
fn offender_should_be_disabled_chilled_and_left_out_at_once() {
	run(|| {
		to_era(1);
		report(1, 3, 10, 1);
		let status = Status::Chilled { why: ChillReason::Offence, until: 3 };
		assert_eq!(candidate(1).status, status);
		let index = Session::validators().iter().position(|who| *who == 1).unwrap() as u32;
		assert_eq!(Session::disabled_validators(), [index]);
		assert_noop!(Staking::resume(signed(1)), Failure::ChilledForLonger);
		to_session(5);
		assert_eq!(seats(), [2, 3, 4]);
		to_era(3);
		assert_ok!(Staking::resume(signed(1)));
		to_era(4);
		assert_eq!(seats(), [1, 2, 3, 4]);
	});
}

#[test]
fn enough_validators_should_stay_when_all_offend() {
	run(|| {
		to_era(1);
		assert_ok!(Staking::chill(signed(4)));
		for who in 1..=3 {
			report(who, 3, 10, who);
		}
		to_session(5);
		// Offenders go first.
		assert_eq!(seats(), [3, 4]);
		to_era(2);
		assert_eq!(seats(), [3, 4]);
	});
}

#[test]
fn unbonding_stake_should_be_slashed_when_it_was_at_stake() {
	run(|| {
		with_backers();
		assert_ok!(Staking::undelegate(signed(CAROL), 1, 5_000));
		assert_ok!(Staking::undelegate(signed(DAVE), 1, 800));
		assert_ok!(Staking::unbond(signed(1), BOND - 1_000));
		report(1, 3, 50, 1);
		to_era(3);
		// Dave's 500: the 200 that are bonded first, then of what is on its way.
		assert_eq!((held(CAROL), held(DAVE), held(1)), (2_500, 500, 5_000));
		assert!(!Backers::<Test>::contains_key(1));
		assert_eq!(Stakers::<Test>::get(DAVE).unbonding[0].amount, 500);
		assert_eq!(candidate(1).own, 0);
		assert_eq!(free(POT) + free(REPORTER), 2 * START + 8_000);
		to_era(1 + UNBONDING);
		assert_eq!((free(CAROL), free(DAVE)), (START - 2_500, START - 500));
	});
}

#[test]
fn unbonding_stake_should_be_spared_when_it_was_taken_back_before_the_election() {
	run(|| {
		delegate(CAROL, 1, 5_000);
		assert_ok!(Staking::undelegate(signed(CAROL), 1, 2_000));
		to_era(1);
		assert_ok!(Staking::undelegate(signed(CAROL), 1, 3_000));
		report(1, 3, 100, 1);
		to_era(3);
		let parts = Stakers::<Test>::get(CAROL).unbonding;
		assert_eq!((parts.len(), parts[0].amount, parts[0].exposed_until), (1, 2_000, 0));
		to_era(UNBONDING);
		assert_eq!((held(CAROL), free(CAROL)), (0, START - 3_000));
	});
}

#[test]
fn stake_should_be_spared_when_it_stood_behind_another() {
	run(|| {
		delegate(CAROL, 1, 5_000);
		delegate(CAROL, 2, 5_000);
		to_era(1);
		assert_ok!(Staking::undelegate(signed(CAROL), 1, 5_000));
		assert_ok!(Staking::undelegate(signed(CAROL), 2, 5_000));
		report(1, 3, 100, 1);
		to_era(3);
		assert_eq!(held(CAROL), 5_000);
	});
}

#[test]
fn stake_should_not_leave_before_the_latest_slash_that_it_can_be_hit_by() {
	run(|| {
		with_backers();
		// The last session of era 1 whose offences can hit it, and the last era for reports.
		to_session(4);
		assert_ok!(Staking::leave(signed(1)));
		idle();
		to_session(5);
		report(1, 5, 1, 1);
		to_session(3 * PER_ERA + 2);
		report(1, 5, 100, 2);
		assert_eq!(Staking::unapplied_slashes().last().unwrap().1.due, 5);
		to_era(5);
		assert_eq!((held(1), held(CAROL), held(DAVE)), (0, 0, 0));
		assert_eq!(free(POT) + free(REPORTER), 2 * START + BOND + 6_000);
	});
}

#[test]
fn worst_should_count_when_there_are_several_offences_in_an_era() {
	run(|| {
		with_backers();
		report(1, 3, 10, 1);
		report(1, 3, 10, 2);
		report(1, 3, 5, 3);
		assert_eq!(Staking::unapplied_slashes().len(), 1);
		to_session(4);
		report(1, 4, 30, 4);
		assert_eq!(Staking::unapplied_slashes()[1].1.fraction, Perbill::from_percent(20));
		// Another era's is another offence.
		report(1, 2, 10, 5);
		to_era(3);
		// 30 % of what was at stake in era 1, and 10 % in era 0, when nobody backed it.
		assert_eq!((held(CAROL), held(1)), (3_500, BOND - 3_000 - 1_000));
	});
}

#[test]
fn several_offenders_should_each_be_slashed_when_reported_together() {
	run(|| {
		to_era(1);
		report(1, 3, 10, 1);
		// The same slot: the earlier offender comes again, with the new fraction.
		report(2, 3, 40, 1);
		let slashes = Staking::unapplied_slashes();
		let of = |n: usize| (slashes[n].1.validator, slashes[n].1.fraction);
		assert_eq!(of(0), (1, Perbill::from_percent(10)));
		assert_eq!(of(1), (1, Perbill::from_percent(30)));
		assert_eq!(of(2), (2, Perbill::from_percent(40)));
		to_era(3);
		assert_eq!((held(1), held(2)), (BOND - 4_000, BOND - 4_000));
	});
}

#[test]
fn slash_should_cost_nothing_when_cancelled() {
	run(|| {
		with_backers();
		report(1, 3, 10, 1);
		report(2, 3, 10, 2);
		report(3, 3, 10, 3);
		assert_noop!(cancel(vec![3]), Failure::UnknownSlash);
		assert_noop!(cancel(vec![0, 0]), Failure::UnknownSlash);
		assert_ok!(cancel(vec![0, 1]));
		System::assert_last_event(Event::SlashCancelled { slash: 1 }.into());
		assert_eq!(Staking::unapplied_slashes().len(), 1);
		to_era(3);
		assert_eq!((held(1), held(2), held(CAROL)), (BOND, BOND, 5_000));
		assert_eq!(held(3), BOND - 1_000);
		assert_eq!(SlashRange::<Test>::get(), (3, 3));
		assert_noop!(cancel(vec![2]), Failure::UnknownSlash);
	});
}

#[test]
fn report_should_cost_nothing_when_it_comes_too_late() {
	run(|| {
		with_backers();
		to_session(3 * PER_ERA + 2);
		report(1, 3, 10, 1);
		assert_eq!(Staking::unapplied_slashes().len(), 1);
		to_era(4);
		report(2, 3, 10, 2);
		assert_eq!(Staking::unapplied_slashes().len(), 1);
		assert!(candidate(2).is_active());
	});
}

#[test]
fn offence_should_cost_no_stake_when_nothing_is_at_stake_or_the_fraction_is_zero() {
	run(|| {
		to_era(1);
		report(9, 3, 10, 1);
		report(2, 3, 0, 2);
		assert!(Staking::unapplied_slashes().is_empty());
		assert!(!candidate(2).is_active());
	});
}

#[test]
fn slash_should_be_applied_in_steps_when_a_block_has_little_room() {
	run(|| {
		(31..=50).for_each(|who| delegate(who, 1, 1_000));
		to_era(1);
		report(1, 3, 10, 1);
		report(2, 3, 10, 2);
		assert_ok!(Staking::undelegate(signed(40), 1, 500));
		to_session(8);
		Session::rotate_session();
		let touched =
			|| (31..=50).filter(|who| held(*who) < 1_000).count() + usize::from(held(1) < BOND);
		let mut blocks = 0;
		while Slashes::<Test>::iter().count() != 0 || touched() < 21 {
			let before = touched();
			// Not two steps.
			let step = <() as WeightInfo>::apply_slash().ref_time();
			let limit = Weight::from_parts(2 * step - 1, u64::MAX);
			assert!(Staking::on_idle(blocks, limit).all_lte(limit));
			check();
			assert!(touched() - before <= 16);
			if (1..21).contains(&touched()) {
				assert_noop!(cancel(vec![0]), Failure::SlashBegun);
				assert_eq!(Slashes::<Test>::get(0).unwrap().done as usize, touched());
			}
			blocks += 1;
			assert!(blocks < 10);
		}
		assert!(blocks >= 2);
		idle();
		assert!((31..=50).all(|who| held(who) == 900));
		assert_eq!(held(2), BOND - 1_000);
	});
}

#[test]
fn stake_should_wait_when_a_slash_is_due() {
	run(|| {
		assert_ok!(Staking::unbond(signed(1), 3_000));
		to_era(3);
		report(2, 6, 10, 1);
		to_session(UNBONDING * PER_ERA - 1);
		Session::rotate_session();
		// Free and due in the same era: the slash comes first, whoever's it is.
		assert_noop!(Staking::withdraw(signed(1)), Failure::SlashPending);
		let (first, _) = UnbondingRange::<Test>::get();
		let limit = Weight::from_parts(3_000_000_000, u64::MAX);
		assert!(Staking::on_idle(1, limit).all_lte(limit));
		assert_eq!(UnbondingRange::<Test>::get().0, first);
		assert_eq!(Slashes::<Test>::iter().count(), 1);
		assert_ok!(cancel(vec![0]));
		// Still: the chain passes over the gap in the next block with room.
		assert_noop!(Staking::withdraw(signed(1)), Failure::SlashPending);
		idle();
		assert_eq!(held(1), BOND - 3_000);
	});
}

#[test]
fn all_should_go_to_the_pot_when_the_reporter_can_not_be_paid() {
	run(|| {
		to_era(1);
		let stranger = 777;
		let details = OffenceDetails { offender: (1, ()), reporters: vec![stranger] };
		// A tenth of 50 is below the least balance of an account.
		let fraction = Perbill::from_rational(1u32, 200);
		let weight = Staking::on_offence(&[details], &[fraction], 3);
		assert!(weight.ref_time() > 0);
		to_era(3);
		assert_eq!((free(stranger), free(POT)), (0, START + 50));
	});
}

#[test]
fn delegation_should_end_when_all_of_it_is_taken() {
	run(|| {
		with_backers();
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		report(1, 3, 100, 1);
		to_era(3);
		assert_eq!((held(1), held(CAROL), held(DAVE)), (0, 0, 0));
		assert_eq!((candidate(1).own, candidate(1).delegated), (0, 0));
		assert!(Staking::delegations_of(CAROL).is_empty());
		assert!(!Stakers::<Test>::contains_key(CAROL));
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
		// With nothing left, the candidate can still go, or begin again.
		assert_ok!(Staking::leave(signed(1)));
		join(1, BOND);
		let taken: Balance = BOND + 6_000;
		assert_eq!(free(POT) + free(REPORTER), 2 * START + taken);
	});
}

#[test]
fn reporter_should_have_a_share_of_the_validators_own_stake_alone_when_it_has_backers() {
	run(|| {
		delegate(CAROL, 1, START / 2);
		to_era(1);
		let own = held(1);
		let before = free(REPORTER);
		report(1, 3, 50, 1);
		to_era(3);
		idle();
		// Whoever reports itself from another account loses all the same.
		assert_eq!(held(CAROL), START / 4);
		assert!(free(REPORTER) - before < own - held(1));
		assert_eq!(free(REPORTER) - before, (own - held(1)) / 10);
	});
}

#[test]
fn true_offence_should_cost_all_of_it_when_a_false_one_was_cancelled() {
	run(|| {
		to_era(1);
		report(1, 3, 50, 1);
		assert_ok!(cancel(vec![0]));
		report(1, 3, 30, 2);
		to_era(3);
		idle();
		assert_eq!(held(1), BOND - BOND / 10 * 3);
	});
}

fn disabled() -> Vec<u64> {
	let seats = Session::validators();
	Session::disabled_validators().into_iter().map(|index| seats[index as usize]).collect()
}

#[test]
fn offender_should_stay_disabled_when_keys_change_and_it_must_keep_its_seat() {
	run(|| {
		MinValidators::set(4);
		to_era(1);
		report(1, 3, 10, 1);
		assert_eq!(disabled(), [1]);
		for session in 4..=8 {
			// Its own keys, and others'.
			set_keys_to(1, 100 * u64::from(session));
			set_keys_to(2, 100 * u64::from(session) + 1);
			to_session(session);
			assert_eq!((seats(), disabled()), (vec![1, 2, 3, 4], vec![1]), "{session}");
			assert_eq!(Offenders::<Test>::get().into_inner(), [(1, Perbill::from_percent(10))]);
		}
		// Until it has paid and stands for election again.
		to_era(3);
		assert_eq!(disabled(), [1]);
		assert_ok!(Staking::resume(signed(1)));
		set_keys_to(3, 103);
		to_era(4);
		assert_eq!((disabled(), Offenders::<Test>::get().len()), (vec![], 0));
	});
}

#[test]
fn worst_offenders_should_stay_disabled_when_there_are_too_many() {
	run(|| {
		MinValidators::set(4);
		to_era(1);
		report(1, 3, 10, 1);
		report(2, 3, 30, 2);
		report(3, 3, 20, 3);
		// A third of the set at most.
		assert_eq!(disabled(), [2]);
		set_keys_to(4, 104);
		to_session(5);
		assert_eq!(disabled(), [2]);
		report(1, 3, 40, 4);
		assert_eq!(disabled(), [1]);
		assert_eq!(Offenders::<Test>::get()[0], (1, Perbill::from_percent(40)));
		set_keys_to(4, 4);
		to_session(8);
		assert_eq!(disabled(), [1]);
	});
}

#[test]
fn offender_should_stay_disabled_when_the_others_are_left_out() {
	run(|| {
		MinValidators::set(4);
		(5..=6).for_each(|who| join(who, BOND));
		to_era(1);
		assert_eq!(seats(), [1, 2, 3, 4, 5, 6]);
		MinValidators::set(5);
		assert_ok!(Staking::chill(signed(1)));
		report(6, 3, 10, 1);
		assert_ok!(Staking::chill(signed(2)));
		// The offender is the first to go; before, it sits for two sessions more.
		to_session(4);
		assert_eq!(disabled(), [6]);
		to_session(5);
		assert_eq!((seats(), disabled()), (vec![1, 2, 3, 4, 5], vec![]));
		assert!(Offenders::<Test>::get().is_empty());
	});
}

#[test]
fn offender_should_not_be_noted_when_it_has_no_seat() {
	run(|| {
		join(5, 500 + 500);
		report(5, 0, 10, 1);
		report(9, 0, 10, 2);
		assert!(Offenders::<Test>::get().is_empty());
		report(4, 0, 0, 3);
		assert_eq!(Offenders::<Test>::get().into_inner(), [(4, Perbill::zero())]);
	});
}
