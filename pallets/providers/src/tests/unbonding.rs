//! Parts of bonds: taken out, slashed, and back.

use super::{held, miss};
use crate::{mock::*, Error, Event, TicketCounts};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::{Balance, HeldFor, Reason};
use reckon_support::ProviderPool;
use sp_runtime::DispatchError;

fn bond_of(who: AccountId) -> Balance {
	Providers::provider(who).map_or(0, |provider| provider.bond)
}

#[test]
fn part_of_a_bond_should_bring_nothing_when_taken_out_and_come_back_by_itself() {
	run(|| {
		register(ALICE, 3 * BOND, 100);
		offer(ALICE, 1);
		assert_eq!(TicketCounts::<Test>::get(market(1)), 3);
		assert_eq!(Providers::candidate(&market(1), &ALICE).unwrap().places, 12);
		assert_ok!(Providers::unbond(signed(ALICE), 2 * BOND));
		let event = Event::BondLowered { provider: ALICE, amount: 2 * BOND, bond: BOND, until: 11 };
		System::assert_last_event(event.into());
		// No tickets and no places for it, and no stake to reckon an audit's rate with.
		assert_eq!(TicketCounts::<Test>::get(market(1)), 1);
		let candidate = Providers::candidate(&market(1), &ALICE).unwrap();
		assert_eq!((candidate.bond, candidate.places), (BOND, 4));
		let listed: Vec<_> = Providers::held_by(ALICE)
			.into_iter()
			.map(|held| (held.held_for, held.amount, held.next_step_at))
			.collect();
		let expected =
			[(HeldFor::ProviderBond, BOND, None), (HeldFor::ProviderUnbonding, 2 * BOND, Some(11))];
		assert_eq!(listed, expected);
		idle(10);
		assert_eq!(held(ALICE), 3 * BOND);
		idle(11);
		assert_eq!((held(ALICE), bond_of(ALICE)), (BOND, BOND));
		let event = Event::BondReturned { provider: ALICE, amount: 2 * BOND };
		System::assert_last_event(event.into());
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Eligible);
	});
}

#[test]
fn slashes_should_take_what_is_on_its_way_back_before_the_rest() {
	run(|| {
		register(ALICE, 2 * BOND, 1);
		offer(ALICE, 1);
		assert_ok!(Providers::unbond(signed(ALICE), BOND));
		// Misses cost a tenth of all that is held.
		(0..3).for_each(|_| miss(ALICE));
		assert_eq!((held(ALICE), bond_of(ALICE)), (2 * BOND - 200, BOND));
		assert_ok!(Providers::resume(signed(ALICE)));
		assert_eq!(Providers::slash(&ALICE, 700, Reason::AnswerRejected), 700);
		assert_eq!(Providers::compensate(&ALICE, &BOB, 150), 150);
		assert_eq!((held(ALICE), bond_of(ALICE)), (950, 950));
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::BondTooLow);
		idle(11);
		let event = Event::BondReturned { provider: ALICE, amount: 0 };
		System::assert_last_event(event.into());
		assert_eq!(held(ALICE), 950);
		// A conviction can take all of both.
		assert_ok!(Providers::bond_extra(signed(ALICE), 550));
		assert_ok!(Providers::unbond(signed(ALICE), 500));
		assert_eq!(Providers::slash(&ALICE, Balance::MAX, Reason::AnswerRejected), 1_500);
		assert_eq!((held(ALICE), bond_of(ALICE)), (0, 0));
	});
}

#[test]
fn leaving_should_end_all_when_a_part_of_the_bond_is_on_its_way_back() {
	run(|| {
		register(ALICE, 3 * BOND, 1);
		assert_ok!(Providers::unbond(signed(ALICE), BOND));
		System::set_block_number(5);
		assert_ok!(Providers::leave(signed(ALICE)));
		assert_noop!(Providers::unbond(signed(ALICE), 1), Error::<Test>::IsLeaving);
		idle(11);
		assert_eq!(held(ALICE), 2 * BOND);
		idle(15);
		assert_eq!(held(ALICE), 0);
		let event = Event::ProviderLeft { provider: ALICE, bond: 2 * BOND };
		System::assert_last_event(event.into());
		// In one block both end together.
		register(BOB, 3 * BOND, 1);
		assert_ok!(Providers::unbond(signed(BOB), BOND));
		assert_ok!(Providers::leave(signed(BOB)));
		idle(25);
		assert_eq!(held(BOB), 0);
		assert_eq!(Providers::why_not_assigned(BOB), Reason::NotRegistered);
	});
}

#[test]
fn unbond_should_be_refused_when_something_is_wrong() {
	run(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Providers::unbond(origin, 1), DispatchError::BadOrigin);
		}
		assert_noop!(Providers::unbond(signed(ALICE), 1), Error::<Test>::NotRegistered);
		register(ALICE, 2 * BOND, 1);
		assert_noop!(Providers::unbond(signed(ALICE), 0), Error::<Test>::AmountZero);
		for amount in [BOND + 1, 2 * BOND, 2 * BOND + 1, Balance::MAX] {
			assert_noop!(Providers::unbond(signed(ALICE), amount), Error::<Test>::BondTooLow);
		}
		assert_ok!(Providers::unbond(signed(ALICE), BOND / 2));
		assert_noop!(Providers::unbond(signed(ALICE), 1), Error::<Test>::AlreadyUnbonding);
		idle(11);
		assert_ok!(Providers::unbond(signed(ALICE), BOND / 2));
		idle(21);
		assert_noop!(Providers::unbond(signed(ALICE), 1), Error::<Test>::BondTooLow);
	});
}
