//! What becomes of a provider when its turns end.

use super::{held, miss, turn};
use crate::{mock::*, Error, Event, Status, TicketCounts};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::{Balance, Reason};
use reckon_support::{EndedTurn, OnProviderOutcome, Outcome, ProviderPool};
use sp_runtime::DispatchError;

#[test]
fn provider_should_be_slashed_and_paused_when_it_misses_again_and_again() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		offer(ALICE, 1);
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		miss(ALICE);
		miss(ALICE);
		assert_eq!(held(ALICE), 2 * BOND);
		miss(ALICE);
		assert_eq!(held(ALICE), 1_800);
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance - 200);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Paused);
		check();
		assert_ok!(Providers::resume(signed(ALICE)));
		// 1,800 stands for one ticket.
		assert_eq!(TicketCounts::<Test>::get(market(1)), 1);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Eligible);
	});
}

#[test]
fn misses_should_be_forgiven_when_a_job_is_settled_between() {
	run(|| {
		register(ALICE, BOND, 1);
		miss(ALICE);
		miss(ALICE);
		Providers::on_provider_outcome(&turn(ALICE, Outcome::Settled));
		miss(ALICE);
		assert_eq!(held(ALICE), BOND);
		// One job makes good one miss, not all.
		miss(ALICE);
		assert!(held(ALICE) < BOND);
	});
}

#[test]
fn misses_should_stay_when_the_settled_job_was_from_a_client_that_chose_the_provider() {
	run(|| {
		register(ALICE, BOND, 1);
		miss(ALICE);
		miss(ALICE);
		let own = EndedTurn { named: true, ..turn(ALICE, Outcome::Settled) };
		(0..5).for_each(|_| Providers::on_provider_outcome(&own));
		miss(ALICE);
		assert!(held(ALICE) < BOND);
	});
}

#[test]
fn misses_should_stay_when_the_provider_pauses_and_resumes() {
	run(|| {
		register(ALICE, BOND, 1);
		miss(ALICE);
		miss(ALICE);
		assert_ok!(Providers::pause(signed(ALICE)));
		System::assert_last_event(
			Event::ProviderPaused { provider: ALICE, by_chain: false }.into(),
		);
		assert_ok!(Providers::resume(signed(ALICE)));
		System::assert_last_event(Event::ProviderResumed { provider: ALICE }.into());
		miss(ALICE);
		assert!(held(ALICE) < BOND);
		System::assert_last_event(Event::ProviderPaused { provider: ALICE, by_chain: true }.into());
	});
}

#[test]
fn places_should_not_rest_when_the_declined_job_was_for_this_provider_alone() {
	run(|| {
		register(ALICE, BOND, 2);
		offer(ALICE, 1);
		let named = EndedTurn { named: true, ..turn(ALICE, Outcome::Declined) };
		(0..5).for_each(|_| Providers::on_provider_outcome(&named));
		assert_eq!(Providers::candidate(&market(1), &ALICE).unwrap().free, 2);
	});
}

#[test]
fn outage_should_be_slashed_once_however_many_jobs_it_costs() {
	run(|| {
		register(ALICE, 2 * BOND, 100);
		let early = turn(ALICE, Outcome::DeadlineMissed);
		System::set_block_number(5);
		(0..20).for_each(|_| Providers::on_provider_outcome(&early));
		assert_eq!(held(ALICE), 1_800);
		// What is assigned after it comes back counts again.
		assert_ok!(Providers::resume(signed(ALICE)));
		System::set_block_number(6);
		(0..3).for_each(|_| miss(ALICE));
		assert_eq!(held(ALICE), 1_620);
	});
}

#[test]
fn declined_jobs_should_keep_their_places_for_a_while() {
	run(|| {
		register(ALICE, BOND, 2);
		offer(ALICE, 1);
		for free in [1, 0] {
			assert_ok!(Providers::reserve(&ALICE));
			Providers::release(&ALICE);
			Providers::on_provider_outcome(&turn(ALICE, Outcome::Declined));
			let seen = Providers::candidate(&market(1), &ALICE).map_or(0, |one| one.free);
			assert_eq!(seen, free);
		}
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::DeclinedRecently);
		assert_noop!(Providers::reserve(&ALICE), Error::<Test>::AtCapacity);
		System::set_block_number(11);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Eligible);
		assert_eq!(Providers::candidate(&market(1), &ALICE).unwrap().free, 2);
	});
}

#[test]
fn resume_should_be_refused_when_the_bond_is_too_low() {
	run(|| {
		register(ALICE, BOND, 1);
		(0..3).for_each(|_| miss(ALICE));
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::BondTooLow);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::BondTooLow);
		assert_ok!(Providers::bond_extra(signed(ALICE), 100));
		assert_ok!(Providers::resume(signed(ALICE)));
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::NotPaused);
	});
}

#[test]
fn pausing_should_be_refused_when_the_provider_is_not_in_a_state_for_it() {
	run(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Providers::pause(origin.clone()), DispatchError::BadOrigin);
			assert_noop!(Providers::resume(origin), DispatchError::BadOrigin);
		}
		assert_noop!(Providers::pause(signed(ALICE)), Error::<Test>::NotRegistered);
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::NotRegistered);
		register(ALICE, BOND, 1);
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::NotPaused);
		assert_ok!(Providers::pause(signed(ALICE)));
		assert_noop!(Providers::pause(signed(ALICE)), Error::<Test>::AlreadyPaused);
		assert_ok!(Providers::leave(signed(ALICE)));
		assert_noop!(Providers::pause(signed(ALICE)), Error::<Test>::IsLeaving);
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::IsLeaving);
	});
}

#[test]
fn bond_should_be_slashed_when_the_provider_is_leaving() {
	run(|| {
		register(ALICE, BOND, 3);
		offer(ALICE, 1);
		assert_ok!(Providers::reserve(&ALICE));
		assert_ok!(Providers::leave(signed(ALICE)));
		(0..3).for_each(|_| miss(ALICE));
		assert_eq!(held(ALICE), 900);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Leaving);
		Providers::release(&ALICE);
		idle(11);
		assert_eq!(held(ALICE), 0);
		assert_eq!(Balances::free_balance(ALICE), START - 100);
	});
}

#[test]
fn provider_should_be_paused_when_it_is_silent_and_misses_what_it_still_had() {
	run(|| {
		register(ALICE, BOND, 3);
		offer(ALICE, 1);
		Session::set(7);
		idle(2);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Silent);
		(0..3).for_each(|_| miss(ALICE));
		assert_eq!(Providers::provider(ALICE).unwrap().status, Status::Paused);
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::BondTooLow);
	});
}

#[test]
fn compensation_should_come_out_of_the_bond_when_an_answer_was_wrong() {
	run(|| {
		register(ALICE, 2 * BOND, 4);
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		assert_eq!(Providers::compensate(&ALICE, &BOB, 200), 200);
		assert_eq!((held(ALICE), Balances::free_balance(BOB)), (1_800, START + 200));
		assert_eq!(Providers::provider(ALICE).unwrap().bond, 1_800);
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
		let reason = Reason::AnswerRejected;
		System::assert_has_event(
			Event::ProviderSlashed { provider: ALICE, amount: 200, reason }.into(),
		);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::OffersNothing);
	});
}

#[test]
fn compensation_should_be_no_more_than_one_job_stands_on() {
	run(|| {
		register(ALICE, 2 * BOND, 4);
		assert_eq!(Providers::compensate(&ALICE, &BOB, Balance::MAX), BOND / 4);
		assert_eq!(Providers::compensate(&ALICE, &BOB, 0), 0);
		assert_eq!(Providers::compensate(&BOB, &ALICE, 100), 0);
		assert_eq!(held(ALICE), 1_750);
		// To a client who is the provider, it is released.
		assert_eq!(Providers::compensate(&ALICE, &ALICE, 50), 50);
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (1_700, START - 1_950));
	});
}

#[test]
fn provider_should_be_paused_when_a_compensation_leaves_too_small_a_bond() {
	run(|| {
		register(ALICE, BOND, 4);
		offer(ALICE, 1);
		assert_eq!(Providers::compensate(&ALICE, &BOB, 1), 1);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::BondTooLow);
		assert_eq!(Providers::candidate(&market(1), &ALICE), Err(Reason::Paused));
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::BondTooLow);
	});
}

#[test]
fn rejected_answers_should_count_as_misses_and_inconclusive_ones_as_nothing() {
	run(|| {
		register(ALICE, BOND, 4);
		for _ in 0..5 {
			Providers::on_provider_outcome(&turn(ALICE, Outcome::Inconclusive));
		}
		assert_eq!(Providers::provider(ALICE).unwrap().misses, 0);
		Providers::on_provider_outcome(&turn(ALICE, Outcome::Rejected));
		miss(ALICE);
		assert_eq!((held(ALICE), Providers::provider(ALICE).unwrap().misses), (BOND, 2));
		Providers::on_provider_outcome(&turn(ALICE, Outcome::Rejected));
		assert_eq!(held(ALICE), 900);
		let (amount, reason) = (100, Reason::AnswerRejected);
		System::assert_has_event(Event::ProviderSlashed { provider: ALICE, amount, reason }.into());
	});
}

#[test]
fn bond_should_be_slashed_as_far_as_it_reaches_when_a_provider_is_convicted() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		assert_eq!(<Providers as ProviderPool<_, _>>::stake_per_job(&ALICE), BOND);
		let slash = |amount| {
			<Providers as ProviderPool<_, _>>::slash(&ALICE, amount, Reason::AuditRejected)
		};
		assert_eq!(slash(0), 0);
		assert_eq!(slash(BOND), BOND);
		assert_eq!(held(ALICE), BOND);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::OffersNothing);
		check();
		assert_eq!(slash(Balance::MAX), BOND);
		assert_eq!(held(ALICE), 0);
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance - 2 * BOND);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::BondTooLow);
		check();
		assert_eq!(slash(BOND), 0);
		assert_eq!(<Providers as ProviderPool<_, _>>::slash(&BOB, BOND, Reason::AuditRejected), 0);
		assert_eq!(<Providers as ProviderPool<_, _>>::stake_per_job(&BOB), 0);
	});
}

#[test]
fn stake_should_be_shared_by_the_answers_when_they_are_more_than_the_places() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		let stake = || <Providers as ProviderPool<_, _>>::stake_per_job(&ALICE);
		let deliver = || {
			assert_ok!(Providers::reserve(&ALICE));
			Providers::release_delivered(&ALICE);
		};
		(0..2).for_each(|_| deliver());
		assert_eq!(stake(), BOND);
		(0..6).for_each(|_| deliver());
		assert_eq!((Providers::provider(ALICE).unwrap().unpaid, stake()), (8, BOND / 4));
		// Whatever becomes of an answer, also of one whose client chose the provider, it is open no
		// longer; what was not delivered never was.
		let named = EndedTurn { named: true, ..turn(ALICE, Outcome::Settled) };
		Providers::on_provider_outcome(&named);
		for outcome in [Outcome::Settled, Outcome::Rejected, Outcome::Inconclusive] {
			Providers::on_provider_outcome(&turn(ALICE, outcome));
		}
		for outcome in [Outcome::Declined, Outcome::DeadlineMissed] {
			Providers::on_provider_outcome(&turn(ALICE, outcome));
		}
		assert_eq!((Providers::provider(ALICE).unwrap().unpaid, stake()), (4, BOND / 2));
	});
}
