//! Session keys: that the set never loses them, and that offences are proved by those in use.

use crate::{mock::*, Error, Event};
use frame_support::{
	assert_noop, assert_ok,
	traits::{KeyOwnerProofSystem, ValidatorRegistration},
};
use pallet_session::SessionManager;
use sp_runtime::{key_types::DUMMY, testing::UintAuthorityId};

type Failure = Error<Test>;
type Proof = <Historical as KeyOwnerProofSystem<(sp_runtime::KeyTypeId, UintAuthorityId)>>::Proof;

fn has_keys(who: AccountId) -> bool {
	<Session as ValidatorRegistration<_>>::is_registered(&who)
}

/// That a key is one of the current session's.
fn prove(key: u64) -> Proof {
	Historical::prove((DUMMY, UintAuthorityId(key))).expect("a key that is in use")
}

/// Whose key that was.
fn owner(key: u64, proof: Proof) -> Option<AccountId> {
	Historical::check_proof((DUMMY, UintAuthorityId(key)), proof).map(|(who, ())| who)
}

#[test]
fn purge_should_remove_the_keys_when_the_account_is_no_candidate_and_has_no_seat() {
	run(|| {
		assert!(has_keys(5));
		assert_ok!(Staking::purge_keys(signed(5)));
		System::assert_last_event(Event::KeysPurged { who: 5 }.into());
		assert!(!has_keys(5));
		assert_noop!(Staking::purge_keys(signed(5)), pallet_session::Error::<Test>::NoKeys);
		// Their owner is free to set them again, or another one to take them.
		set_keys_to(6, 5);
	});
}

#[test]
fn purge_should_be_refused_when_the_account_is_a_candidate() {
	run(|| {
		join(5, BOND);
		for who in [1, 5] {
			assert_noop!(Staking::purge_keys(signed(who)), Failure::StillCandidate);
		}
		assert_ok!(Staking::chill(signed(5)));
		assert_noop!(Staking::purge_keys(signed(5)), Failure::StillCandidate);
		assert_ok!(Staking::leave(signed(5)));
		assert_ok!(Staking::purge_keys(signed(5)));
	});
}

#[test]
fn purge_should_be_refused_when_the_account_has_a_seat_now_or_next() {
	run(|| {
		assert_ok!(Staking::leave(signed(1)));
		assert_noop!(Staking::purge_keys(signed(1)), Failure::StillCandidate);
		to_session(1);
		// It has left and sits for one session more.
		assert!(Staking::candidate(1).is_none());
		assert_eq!(seats(), [1, 2, 3, 4]);
		assert_noop!(Staking::purge_keys(signed(1)), Failure::StillSeated);
		to_session(2);
		assert_ok!(Staking::purge_keys(signed(1)));
	});
}

/// At genesis, those sit that have keys, candidates or not.
#[test]
fn purge_should_be_refused_when_the_account_sits_without_a_candidacy() {
	let mut config = genesis(vec![(1, BOND), (2, BOND)], 0);
	config.staking.candidates.pop();
	externalities(config).execute_with(|| {
		assert_eq!(seats(), [1, 2]);
		assert_noop!(Staking::purge_keys(signed(2)), Failure::StillSeated);
		join(5, BOND);
		to_session(3);
		assert_eq!(seats(), [1, 5]);
		assert_ok!(Staking::purge_keys(signed(2)));
		check();
	});
}

#[test]
fn set_should_stay_when_all_validators_leave_and_purge_their_keys() {
	run(|| {
		(1..=4).for_each(leave);
		for session in 1..=20 {
			to_session(session);
			for who in KEYED {
				let _ = Staking::purge_keys(signed(who));
			}
			assert!(seats().len() >= 2 && seats().into_iter().all(has_keys), "{session}");
		}
		assert_eq!(KEYED.filter(|who| has_keys(*who)).count(), 2);
	});
}

/// Whatever the runtime lets through: a validator without keys has no seat in the next session.
#[test]
fn validator_should_be_seen_off_when_it_has_lost_its_keys() {
	run(|| {
		MinValidators::set(4);
		assert_ok!(Staking::leave(signed(3)));
		drop_keys(3);
		drop_keys(4);
		to_session(2);
		assert_eq!(seats(), [1, 2]);
		assert!(events().contains(&Event::ValidatorLeftOut { validator: 4 }));
		assert!(Staking::candidate(3).is_none() && Staking::candidate(4).is_some());
		// Without keys it is not elected, either.
		to_era(1);
		assert_eq!(seats(), [1, 2]);
		set_keys(4);
		join(5, BOND);
		join(6, BOND);
		to_era(2);
		assert_eq!(seats(), [1, 2, 4, 5, 6]);
	});
}

#[test]
fn offence_should_be_proved_after_its_session_when_the_keys_changed_twice_in_its_era() {
	run(|| {
		to_session(3);
		let first = prove(1);
		set_keys_to(1, 101);
		to_session(5);
		let second = prove(101);
		set_keys_to(1, 201);
		to_session(7);
		let third = prove(201);
		to_session(9);
		assert_eq!(owner(1, first), Some(1));
		assert_eq!(owner(101, second), Some(1));
		assert_eq!(owner(201, third), Some(1));
		assert_eq!(owner(101, prove(201)), None);
	});
}

#[test]
fn offence_should_be_proved_when_the_keys_changed_and_the_election_failed() {
	run(|| {
		MinValidators::set(4);
		assert_ok!(Staking::chill(signed(2)));
		to_session(1);
		set_keys_to(1, 101);
		// Planned for an era's first session, with too few to elect.
		to_session(2);
		assert!(events().contains(&Event::ElectionFailed { era: 1, found: 3 }));
		to_session(3);
		let proof = prove(101);
		to_session(4);
		assert_eq!(owner(101, proof), Some(1));
		assert_eq!(seats(), [1, 2, 3, 4]);
	});
}

#[test]
fn session_should_be_planned_as_another_one_when_keys_have_changed() {
	run(|| {
		assert_eq!(<Staking as SessionManager<_>>::new_session(1), None);
		set_keys_to(3, 103);
		let planned = <Staking as SessionManager<_>>::new_session(1);
		assert_eq!(planned, Some(Session::validators()));
		// Of somebody who does not sit.
		set_keys_to(3, 3);
		set_keys_to(7, 107);
		assert_eq!(<Staking as SessionManager<_>>::new_session(1), None);
	});
}
