use crate::{mock::*, Candidates, ChillReason, Error, Event, Stakers, Status};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{extract_actual_weight, GetDispatchInfo},
	traits::fungible::InspectHold,
};
use reckon_primitives::Balance;
use sp_runtime::{traits::Dispatchable, Permill, TokenError};

type Failure = Error<Test>;

fn percent(n: u32) -> Permill {
	Permill::from_percent(n)
}

#[test]
fn join_should_hold_the_bond_when_accepted() {
	run(|| {
		assert_ok!(Staking::join(signed(5), 2_000, percent(7)));
		System::assert_last_event(
			Event::CandidateJoined { candidate: 5, bond: 2_000, commission: percent(7) }.into(),
		);
		assert_eq!((free(5), Balances::total_balance_on_hold(&5)), (START - 2_000, 2_000));
		let record = Staking::candidate(5).unwrap();
		assert_eq!((record.own, record.delegated, record.commission), (2_000, 0, percent(7)));
		assert!(record.is_active());
	});
}

#[test]
fn join_should_be_refused_when_something_is_wrong() {
	run(|| {
		let join = |who, bond| Staking::join(signed(who), bond, percent(0));
		assert_noop!(join(1, BOND), Failure::AlreadyCandidate);
		for bond in [0, 999] {
			assert_noop!(join(5, bond), Failure::BondTooLow);
		}
		for bond in [START + 1, Balance::MAX] {
			assert_noop!(join(5, bond), TokenError::FundsUnavailable);
		}
	});
}

#[test]
fn join_should_displace_the_lowest_when_the_list_is_full() {
	run(|| {
		for who in 5..=8 {
			join(who, 2_000 + Balance::from(who));
		}
		assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES);
		delegate(CAROL, 5, 500);
		// 6 has 2,006 behind it, 5 with its backer 2,505.
		for bond in [1_000, 2_006] {
			assert_noop!(Staking::join(signed(9), bond, percent(0)), Failure::TooManyCandidates);
		}
		join(9, 2_007);
		assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES);
		assert!(Staking::candidate(6).is_none() && Staking::candidate(9).is_some());
		System::assert_has_event(
			Event::CandidateLeft { candidate: 6, displaced_by: Some(9) }.into(),
		);
		assert_eq!(Stakers::<Test>::get(6).unbonding[0].amount, 2_006);
	});
}

#[test]
fn join_should_weigh_less_when_there_is_room() {
	run(|| {
		let weight = |who, bond| {
			let call = RuntimeCall::Staking(crate::Call::join { bond, commission: percent(0) });
			let info = call.get_dispatch_info();
			let post = call.dispatch(signed(who)).unwrap();
			extract_actual_weight(&Ok(post), &info).ref_time()
		};
		let room = weight(5, BOND);
		(6..=8).for_each(|who| join(who, BOND));
		assert!(room < weight(9, 2 * BOND));
	});
}

#[test]
fn bond_extra_should_raise_the_stake_when_accepted() {
	run(|| {
		assert_ok!(Staking::bond_extra(signed(1), 500));
		System::assert_last_event(Event::BondRaised { candidate: 1, bond: BOND + 500 }.into());
		assert_eq!(held(1), BOND + 500);
		assert_noop!(Staking::bond_extra(signed(1), 0), Failure::AmountZero);
		assert_noop!(Staking::bond_extra(signed(5), 1), Failure::NotCandidate);
		for amount in [START, Balance::MAX] {
			assert_noop!(Staking::bond_extra(signed(1), amount), TokenError::FundsUnavailable);
		}
	});
}

#[test]
fn chill_should_give_the_seat_up_with_the_next_session_when_enough_remain() {
	run(|| {
		assert_ok!(Staking::chill(signed(1)));
		let (why, until) = (ChillReason::Own, 0);
		System::assert_last_event(Event::CandidateChilled { candidate: 1, why, until }.into());
		assert_noop!(Staking::chill(signed(1)), Failure::AlreadyChilled);
		assert_noop!(Staking::chill(signed(5)), Failure::NotCandidate);
		// The next session is planned already.
		to_session(1);
		assert_eq!(seats(), [1, 2, 3, 4]);
		to_session(2);
		assert_eq!(seats(), [2, 3, 4]);
		assert!(events().contains(&Event::ValidatorLeftOut { validator: 1 }));
		to_era(2);
		assert_eq!(seats(), [2, 3, 4]);
	});
}

#[test]
fn resume_should_bring_the_seat_back_with_the_next_election_when_chilled() {
	run(|| {
		assert_noop!(Staking::resume(signed(1)), Failure::NotChilled);
		assert_noop!(Staking::resume(signed(5)), Failure::NotCandidate);
		assert_ok!(Staking::chill(signed(1)));
		to_session(2);
		assert_ok!(Staking::resume(signed(1)));
		System::assert_last_event(Event::CandidateResumed { candidate: 1 }.into());
		to_session(5);
		assert_eq!(seats(), [2, 3, 4]);
		to_era(2);
		assert_eq!(seats(), [1, 2, 3, 4]);
	});
}

#[test]
fn resume_should_be_refused_when_the_bond_is_too_low() {
	run(|| {
		to_era(1);
		report(1, 3, 95, 1);
		to_era(3);
		assert_eq!(candidate(1).own, BOND / 20);
		assert_noop!(Staking::resume(signed(1)), Failure::BondTooLow);
		assert_ok!(Staking::bond_extra(signed(1), 500));
		assert_ok!(Staking::resume(signed(1)));
	});
}

#[test]
fn commission_should_rise_once_an_era_and_fall_at_any_time() {
	run(|| {
		let set = |n| Staking::set_commission(signed(1), percent(n));
		assert_noop!(Staking::set_commission(signed(5), percent(1)), Failure::NotCandidate);
		// It has joined in this era.
		assert_noop!(set(1), Failure::CommissionRise);
		to_era(1);
		assert_noop!(set(6), Failure::CommissionRise);
		assert_noop!(set(100), Failure::CommissionRise);
		assert_ok!(set(5));
		System::assert_last_event(
			Event::CommissionSet { candidate: 1, commission: percent(5) }.into(),
		);
		assert_noop!(set(6), Failure::CommissionRise);
		assert_ok!(set(2));
		assert_noop!(set(3), Failure::CommissionRise);
		to_era(2);
		assert_ok!(set(7));
		// As of the election: this era's backers were promised no more.
		assert_eq!(Staking::exposure(2, 1).unwrap().commission, percent(2));
		to_era(3);
		assert_eq!(Staking::exposure(3, 1).unwrap().commission, percent(7));
	});
}

#[test]
fn validator_count_should_be_in_range_and_hold_as_of_the_next_election() {
	run(|| {
		for count in [0, 1, MAX_VALIDATORS + 1, u32::MAX] {
			assert_noop!(
				Staking::set_validator_count(RuntimeOrigin::root(), count),
				Failure::CountOutOfRange
			);
		}
		assert_ok!(Staking::set_validator_count(RuntimeOrigin::root(), 2));
		System::assert_last_event(Event::ValidatorCountSet { count: 2 }.into());
		to_session(2);
		assert_eq!(seats().len(), 4);
		to_era(1);
		assert_eq!(seats(), [1, 2]);
	});
}

#[test]
fn status_should_say_why_and_until_when() {
	run(|| {
		assert_ok!(Staking::chill(signed(2)));
		assert_eq!(candidate(2).status, Status::Chilled { why: ChillReason::Own, until: 0 });
		report(2, 0, 1, 1);
		assert_eq!(candidate(2).status, Status::Chilled { why: ChillReason::Offence, until: 2 });
		assert_noop!(Staking::resume(signed(2)), Failure::ChilledForLonger);
		to_era(2);
		assert_ok!(Staking::resume(signed(2)));
	});
}
