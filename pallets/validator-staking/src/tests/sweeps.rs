use crate::{mock::*, Departures, Exposures, OldestEra, Unbondings};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use pallet_session::historical;

#[test]
fn nothing_should_be_done_when_there_is_no_spare_weight() {
	run(|| {
		(5..=7).for_each(|who| join(who, 1_000));
		assert_ok!(Staking::set_validator_count(RuntimeOrigin::root(), 4));
		delegate(CAROL, 5, 500);
		leave(5);
		to_era(1);
		leave(6);
		delegate(CAROL, 7, 500);
		leave(7);
		report(4, 3, 10, 1);
		while era() < 20 {
			Session::rotate_session();
		}
		for limit in [0, 1_000, 1_000_000, 100_000_000] {
			let limit = Weight::from_parts(limit, u64::MAX);
			assert!(Staking::on_idle(1, limit).all_lte(limit), "{limit:?}");
			assert!(Staking::on_idle(1, Weight::from_parts(limit.ref_time(), 0)).all_lte(limit));
		}
		check();
		assert_eq!(Departures::<Test>::iter().count(), 1);
		// The backer of 5, and 5 to 7 themselves.
		assert_eq!(Unbondings::<Test>::iter().count(), 4);
		assert_eq!((OldestEra::<Test>::get(), held(4)), (0, BOND));
		idle();
		assert_eq!(Departures::<Test>::iter().count(), 0);
		assert_eq!(held(4), BOND - 1_000);
		assert_eq!((held(5), held(6), held(7)), (0, 0, 0));
	});
}

#[test]
fn backers_should_be_sent_away_in_steps_when_a_candidate_leaves() {
	run(|| {
		join(5, BOND);
		(31..=50).for_each(|who| delegate(who, 5, 1_000));
		leave(5);
		let waiting = || Staking::backers_of(5).len();
		let step = Weight::from_parts(3_500_000_000, u64::MAX);
		assert!(Staking::on_idle(1, step).all_lte(step));
		assert_eq!(waiting(), 4);
		check();
		idle();
		assert_eq!(waiting(), 0);
		assert!((31..=50).all(|who| Staking::delegations_of(who).is_empty() && held(who) == 1_000));
	});
}

#[test]
fn eras_should_be_forgotten_when_they_are_too_long_ago() {
	run(|| {
		to_era(6);
		assert!(Staking::exposure(0, 1).is_some());
		assert!(historical::HistoricalSessions::<Test>::contains_key(0));
		to_era(7);
		assert!(Staking::exposure(0, 1).is_none());
		assert!(Staking::exposure(1, 1).is_some());
		assert_eq!(OldestEra::<Test>::get(), 1);
		// The proofs for reports of offences go too.
		assert!(!historical::HistoricalSessions::<Test>::contains_key(2));
		assert!(historical::HistoricalSessions::<Test>::contains_key(3));
		to_era(12);
		assert_eq!(Exposures::<Test>::iter().count(), 7 * 4);
	});
}
