use crate::{mock::*, Authors, ChillReason, Event, Status};
use frame_support::assert_ok;
use pallet_authorship::EventHandler;
use pallet_session::SessionInterface;

/// A session in which these validators are away and the others author a block each.
fn session_without(away: &[AccountId]) {
	Session::validators()
		.into_iter()
		.filter(|who| !away.contains(who))
		.for_each(Staking::note_author);
	silent_session();
}

fn chilled() -> Vec<AccountId> {
	let mut all: Vec<_> = crate::Candidates::<Test>::iter()
		.filter(|(_, record)| matches!(record.status, Status::Chilled { .. }))
		.map(|(who, _)| who)
		.collect();
	all.sort();
	all
}

#[test]
fn validator_should_lose_its_seat_and_no_stake_when_it_is_away_for_too_long() {
	run(|| {
		session_without(&[2]);
		assert_eq!((candidate(2).absent, chilled().len()), (1, 0));
		session_without(&[2]);
		assert_eq!(chilled(), [2]);
		let (why, until) = (ChillReason::Absent, 0);
		System::assert_has_event(Event::CandidateChilled { candidate: 2, why, until }.into());
		to_session(4);
		assert_eq!(seats(), [1, 3, 4]);
		assert_eq!((candidate(2).own, free(2), free(POT)), (BOND, START - BOND, START));
		assert_ok!(Staking::resume(signed(2)));
		assert_eq!(candidate(2).absent, 0);
	});
}

#[test]
fn absence_should_be_forgotten_when_the_validator_authors_a_block() {
	run(|| {
		for _ in 0..5 {
			session_without(&[2]);
			assert_eq!(candidate(2).absent, 1);
			next_session();
			assert_eq!(candidate(2).absent, 0);
		}
		assert!(chilled().is_empty());
		assert_eq!(Authors::<Test>::iter().count(), 0);
	});
}

#[test]
fn nobody_should_be_blamed_when_most_are_away() {
	run(|| {
		for _ in 0..5 {
			session_without(&[1, 2, 3]);
			session_without(&[1, 2, 3, 4]);
		}
		assert!(chilled().is_empty());
		assert!((1..=4).all(|who| candidate(who).absent == 0));
	});
}

#[test]
fn at_most_a_third_should_be_chilled_in_one_session() {
	run(|| {
		session_without(&[2, 3]);
		session_without(&[2, 3]);
		// Two of four are due, a third of four is one.
		assert_eq!(chilled(), [2]);
		session_without(&[2, 3]);
		assert_eq!(chilled(), [2, 3]);
	});
}

#[test]
fn nobody_should_be_chilled_when_too_few_would_remain() {
	let candidates = (1..=3).map(|who| (who, BOND)).collect();
	externalities(genesis(candidates, 0)).execute_with(|| {
		for _ in 0..4 {
			session_without(&[1]);
		}
		assert_eq!((chilled(), seats()), (vec![1], vec![2, 3]));
		for _ in 0..6 {
			session_without(&[2]);
		}
		assert_eq!((chilled(), seats()), (vec![1], vec![2, 3]));
		check();
	});
}

#[test]
fn those_that_stand_aside_should_not_be_taken_for_ones_that_remain() {
	let candidates = (1..=3).map(|who| (who, BOND)).collect();
	externalities(genesis(candidates, 0)).execute_with(|| {
		// It has its seat for two sessions more, and is not one of the two that must remain.
		assert_ok!(Staking::chill(signed(1)));
		session_without(&[2]);
		session_without(&[2]);
		assert_eq!((chilled(), candidate(2).absent), (vec![1], 2));
	});
}

#[test]
fn one_who_is_no_candidate_any_more_should_not_be_counted() {
	run(|| {
		assert_ok!(Staking::leave(signed(1)));
		session_without(&[1]);
		session_without(&[1]);
		assert!(chilled().is_empty());
		assert_eq!(<Session as SessionInterface>::validators().len(), 3);
	});
}
