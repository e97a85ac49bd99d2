use crate::{mock::*, Backers, Call, Error, Event, Stakers, Status};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::{Balance, HeldFor};
use sp_runtime::{traits::Dispatchable, Permill};

type Failure = Error<Test>;

#[test]
fn leave_should_send_all_stake_back_when_the_candidate_has_no_seat() {
	run(|| {
		join(5, BOND);
		delegate(CAROL, 5, 500);
		delegate(DAVE, 5, 700);
		assert_noop!(Staking::leave(signed(6)), Failure::NotCandidate);
		assert_ok!(Staking::leave(signed(5)));
		assert!(Staking::candidate(5).is_none());
		System::assert_last_event(Event::CandidateLeft { candidate: 5, displaced_by: None }.into());
		// Its own at once, the backers' by the chain.
		assert_eq!(Stakers::<Test>::get(5).unbonding[0].amount, BOND);
		assert_eq!(Staking::delegations_of(CAROL), [(5, 500)]);
		assert_noop!(Staking::join(signed(5), BOND, Permill::zero()), Failure::StillLeaving);
		assert_noop!(Staking::delegate(signed(EVE), 5, 500), Failure::NotCandidate);
		idle();
		assert!(Staking::delegations_of(CAROL).is_empty());
		assert_eq!(Stakers::<Test>::get(CAROL).unbonding[0].amount, 500);
		assert_eq!(Stakers::<Test>::get(DAVE).unbonding[0].amount, 700);
		join(5, BOND);
		to_era(UNBONDING);
		assert_eq!((held(CAROL), held(DAVE), held(5)), (0, 0, BOND));
		assert_eq!(free(CAROL), START);
	});
}

#[test]
fn leave_should_wait_for_a_session_without_the_seat_when_there_is_one() {
	run(|| {
		delegate(CAROL, 1, 500);
		assert_ok!(Staking::leave(signed(1)));
		System::assert_last_event(Event::CandidateLeaving { candidate: 1 }.into());
		assert_eq!(
			(candidate(1).status, held(1), seats()),
			(Status::Leaving, BOND, vec![1, 2, 3, 4])
		);
		let held = Staking::held_by(1).pop().unwrap();
		assert_eq!((held.held_for, held.next_step_at), (HeldFor::ValidatorStake, Some(LENGTH)));
		// When the second session from now is planned.
		next_session();
		assert!(events().contains(&Event::ValidatorLeftOut { validator: 1 }));
		assert!(events().contains(&Event::CandidateLeft { candidate: 1, displaced_by: None }));
		assert!(Staking::candidate(1).is_none());
		// It was at risk up to this session, and what it did in it can be slashed.
		assert_eq!(seats(), [1, 2, 3, 4]);
		let part = Stakers::<Test>::get(1).unbonding.pop().unwrap();
		assert_eq!((part.amount, part.exposed_until), (BOND, 0));
		assert_eq!(Stakers::<Test>::get(CAROL).unbonding[0].exposed_until, 0);
		next_session();
		assert_eq!(seats(), [2, 3, 4]);
		to_era(UNBONDING);
		assert_eq!((free(1), free(CAROL)), (START, START));
	});
}

#[test]
fn candidate_should_take_no_part_when_it_is_leaving() {
	run(|| {
		delegate(CAROL, 1, 500);
		assert_ok!(Staking::leave(signed(1)));
		let calls = [
			(1, Call::leave {}),
			(1, Call::chill {}),
			(1, Call::unbond { amount: 1 }),
			(1, Call::bond_extra { amount: 1 }),
			(1, Call::set_commission { commission: Permill::zero() }),
			(DAVE, Call::delegate { candidate: 1, amount: 500 }),
			(1, Call::join { bond: BOND, commission: Permill::zero() }),
		];
		for (who, call) in calls {
			let call = RuntimeCall::Staking(call);
			assert_noop!(call.dispatch(signed(who)), Failure::StillLeaving);
		}
		// Its backers go when they want to.
		assert_ok!(Staking::undelegate(signed(CAROL), 1, 500));
		assert!(!Backers::<Test>::contains_key(1));
		assert_eq!(candidate(1).delegated, 0);
	});
}

#[test]
fn resume_should_keep_the_seat_when_the_candidate_is_leaving() {
	run(|| {
		assert_ok!(Staking::leave(signed(1)));
		assert_ok!(Staking::resume(signed(1)));
		System::assert_last_event(Event::CandidateResumed { candidate: 1 }.into());
		assert!(candidate(1).is_active());
		to_era(2);
		assert_eq!(seats(), [1, 2, 3, 4]);
		assert_eq!(Staking::exposure(2, 1).unwrap().own, BOND);
	});
}

#[test]
fn leave_should_be_at_once_when_the_seat_is_lost_already() {
	run(|| {
		assert_ok!(Staking::chill(signed(1)));
		to_session(1);
		// It sits for one session more.
		assert_eq!(seats(), [1, 2, 3, 4]);
		assert_ok!(Staking::leave(signed(1)));
		assert!(Staking::candidate(1).is_none());
		assert_eq!(Stakers::<Test>::get(1).unbonding[0].amount, BOND);
		assert_noop!(Staking::resume(signed(1)), Failure::NotCandidate);
	});
}

#[test]
fn stake_should_be_at_risk_and_earn_when_nobody_takes_the_seat() {
	run(|| {
		delegate(CAROL, 1, 5_000);
		delegate(CAROL, 2, 1_000);
		to_era(1);
		(1..=4).for_each(leave);
		to_era(8);
		// Of equals, the greater accounts are the last to go.
		assert_eq!(seats(), [3, 4]);
		assert!(events().contains(&Event::ElectionFailed { era: 8, found: 0 }));
		assert_eq!((held(1), held(2), held(CAROL)), (0, 0, 0));
		for who in seats() {
			assert_eq!(Staking::exposure(8, who).unwrap().own, BOND);
			assert_eq!(candidate(who).status, Status::Leaving);
		}
		// Seven eras after it has left, it equivocates.
		report(3, 24, 40, 1);
		to_era(10);
		assert_eq!(held(3), BOND - BOND / 10 * 4);
		// Then somebody comes.
		(5..=7).for_each(|who| join(who, BOND));
		to_era(11);
		assert_eq!(seats(), [5, 6, 7]);
		assert!(Staking::candidate(4).is_none());
		// The offender was told to stay until its slash was due, and no longer.
		assert_ok!(Staking::leave(signed(3)));
		to_era(12 + UNBONDING);
		assert_eq!((held(3), held(4)), (0, 0));
		assert_eq!((free(4), free(3)), (START, START - BOND / 10 * 4));
	});
}

#[test]
fn backers_should_share_in_slashes_when_the_validator_has_left_and_keeps_its_seat() {
	run(|| {
		delegate(CAROL, 4, 5_000);
		(1..=4).for_each(leave);
		to_era(3);
		assert_eq!(seats(), [3, 4]);
		assert_eq!(Staking::exposure(3, 4).unwrap().backers.into_inner(), [(CAROL, 5_000)]);
		report(4, 9, 10, 1);
		// It is not too late to go for those who stood there, but for the slash.
		assert_ok!(Staking::undelegate(signed(CAROL), 4, 5_000));
		to_era(5);
		assert_eq!((held(4), held(CAROL)), (BOND - 1_000, 4_500));
	});
}

#[test]
fn seated_candidate_should_not_be_displaced_when_the_list_is_full() {
	run(|| {
		for who in 5..=8 {
			join(who, 2 * BOND + Balance::from(who));
		}
		// Those with the seats have the least, and keep them until the next election.
		assert_noop!(
			Staking::join(signed(9), 2 * BOND, Permill::zero()),
			Failure::TooManyCandidates
		);
		join(9, 3 * BOND);
		assert!(Staking::candidate(5).is_none());
		assert!((1..=4).all(|who| Staking::candidate(who).is_some()));
	});
}

#[test]
fn all_should_get_away_when_they_leave_as_new_ones_are_elected() {
	run(|| {
		(5..=8).for_each(|who| join(who, BOND));
		to_session(1);
		(1..=4).for_each(leave);
		// In the same step in which the others are elected.
		to_session(2);
		assert!((1..=4).all(|who| Staking::candidate(who).is_none()));
		to_session(3);
		assert_eq!(seats(), [5, 6, 7, 8]);
		to_era(1 + UNBONDING);
		assert!((1..=4).all(|who| free(who) == START));
	});
}

#[test]
fn leave_should_be_refused_when_an_offence_is_not_paid_for() {
	run(|| {
		to_era(1);
		report(1, 3, 10, 1);
		assert_noop!(Staking::leave(signed(1)), Failure::ChilledForLonger);
		to_era(3);
		assert_ok!(Staking::leave(signed(1)));
	});
}

#[test]
fn offence_should_keep_who_is_leaving_until_it_is_paid_for() {
	run(|| {
		to_era(1);
		assert_ok!(Staking::leave(signed(1)));
		report(1, 3, 10, 1);
		to_session(5);
		assert_eq!(seats(), [2, 3, 4]);
		assert_noop!(Staking::leave(signed(1)), Failure::ChilledForLonger);
		to_era(3);
		assert_ok!(Staking::leave(signed(1)));
		assert_eq!(Stakers::<Test>::get(1).unbonding[0].amount, BOND - 1_000);
	});
}

#[test]
fn undelegate_should_still_work_when_the_candidate_has_left() {
	run(|| {
		join(5, BOND);
		delegate(CAROL, 5, 500);
		assert_ok!(Staking::leave(signed(5)));
		assert_ok!(Staking::undelegate(signed(CAROL), 5, 200));
		assert_ok!(Staking::undelegate(signed(CAROL), 5, 300));
		check();
		idle();
		assert_eq!(held(CAROL), 500);
		assert_eq!(Stakers::<Test>::get(CAROL).unbonding.len(), 1);
	});
}

#[test]
fn join_should_be_refused_when_the_old_backers_are_not_gone_yet() {
	run(|| {
		join(5, 2_000);
		delegate(CAROL, 5, 500);
		assert_ok!(Staking::leave(signed(5)));
		// The last backer goes by itself; the departure is still to be worked off.
		assert_ok!(Staking::undelegate(signed(CAROL), 5, 500));
		assert_noop!(Staking::join(signed(5), 2_000, Permill::zero()), Failure::StillLeaving);
		idle();
		join(5, 2_000);
		delegate(DAVE, 5, 700);
		idle();
		assert_eq!((candidate(5).delegated, held(DAVE)), (700, 700));
		assert!(Stakers::<Test>::get(DAVE).unbonding.is_empty());
	});
}
