use crate::{mock::*, weights::WeightInfo, Event, Exposures};
use frame_support::{assert_ok, dispatch::DispatchClass};
use pallet_session::SessionManager;
use reckon_support::StakeInspect;

#[test]
fn seats_should_go_to_those_with_the_most_behind_them() {
	run(|| {
		assert_ok!(Staking::set_validator_count(RuntimeOrigin::root(), 2));
		join(5, 20_000);
		delegate(CAROL, 2, 5_000);
		delegate(DAVE, 3, 5_001);
		to_session(2);
		System::reset_events();
		assert_eq!(seats(), [1, 2, 3, 4]);
		next_session();
		assert_eq!(seats(), [3, 5]);
		to_session(5);
		assert!(events().contains(&Event::ValidatorsElected { era: 2, count: 2 }));
	});
}

#[test]
fn lesser_account_should_be_elected_when_stakes_are_equal() {
	run(|| {
		assert_ok!(Staking::set_validator_count(RuntimeOrigin::root(), 3));
		to_era(1);
		assert_eq!(seats(), [1, 2, 3]);
	});
}

#[test]
fn candidate_should_not_be_elected_when_keyless_or_chilled_or_below_the_least_bond() {
	run(|| {
		assert_ok!(Staking::set_validator_count(RuntimeOrigin::root(), 4));
		join(KEYLESS, 5 * BOND);
		join(5, 4 * BOND);
		assert_ok!(Staking::chill(signed(5)));
		to_era(1);
		assert_eq!(seats(), [1, 2, 3, 4]);
		assert!(Staking::exposure(1, KEYLESS).is_none());
		assert_ok!(Staking::set_validator_count(RuntimeOrigin::root(), 6));
		report(1, 3, 95, 1);
		to_era(3);
		set_keys(KEYLESS);
		assert_ok!(Staking::resume(signed(5)));
		// By its own stake, however much others have delegated.
		delegate(CAROL, 1, 100_000);
		assert_eq!(candidate(1).own, 500);
		to_era(4);
		assert_eq!(seats(), [2, 3, 4, 5, KEYLESS]);
	});
}

#[test]
fn old_validators_should_stay_when_fewer_than_the_least_can_be_elected() {
	run(|| {
		delegate(CAROL, 4, 500);
		for who in 1..=3 {
			assert_ok!(Staking::chill(signed(who)));
		}
		to_session(2);
		// The minimum is kept: two of the three that stood aside went.
		assert_eq!(seats(), [3, 4]);
		assert!(events().contains(&Event::ElectionFailed { era: 1, found: 1 }));
		to_era(2);
		assert_eq!(seats(), [3, 4]);
		// With what stands behind them now.
		assert_eq!(Staking::exposure(2, 4).unwrap().backers.into_inner(), [(CAROL, 500)]);
		assert_eq!(Staking::exposure(2, 3).unwrap().own, BOND);
		assert_ok!(Staking::resume(signed(1)));
		to_era(3);
		assert_eq!(seats(), [1, 4]);
	});
}

#[test]
fn chain_should_go_on_with_the_old_validators_when_every_candidate_leaves() {
	run(|| {
		for who in 1..=4 {
			assert_ok!(Staking::leave(signed(who)));
		}
		for session in 1..=30 {
			to_session(session);
			assert!(seats().len() >= 2, "session {session}: {:?}", seats());
		}
		assert!(events().contains(&Event::ElectionFailed { era: 10, found: 0 }));
		assert_eq!((seats(), held_in_all()), (vec![3, 4], 2 * BOND));
	});
}

#[test]
fn validator_should_be_left_out_when_it_has_left_or_lost_its_keys() {
	run(|| {
		assert_ok!(Staking::leave(signed(4)));
		to_session(2);
		assert_eq!(seats(), [1, 2, 3]);
		to_era(1);
		drop_keys(3);
		to_session(5);
		assert_eq!(seats(), [1, 2]);
	});
}

#[test]
fn session_should_be_told_of_a_change_only_when_there_is_one() {
	run(|| {
		// Within an era, nothing stands aside.
		assert_eq!(<Staking as SessionManager<_>>::new_session(1), None);
		// An era's set is new although the validators are the same: its stakes are.
		let mut elected = <Staking as SessionManager<_>>::new_session(PER_ERA).unwrap();
		elected.sort();
		assert_eq!(elected, seats());
		// What this test elected is of an era to come.
		let _ = Exposures::<Test>::clear_prefix(1, 10, None);
	});
}

#[test]
fn exposure_should_be_what_stood_behind_a_validator_at_the_election() {
	run(|| {
		delegate(CAROL, 1, 500);
		to_session(1);
		delegate(DAVE, 1, 700);
		to_session(2);
		// Elected: this comes too late.
		delegate(EVE, 1, 900);
		assert_ok!(Staking::undelegate(signed(CAROL), 1, 500));
		to_era(1);
		let exposure = <Staking as StakeInspect<_, _>>::exposure(1, &1).unwrap();
		assert_eq!((exposure.own, exposure.total()), (BOND, BOND + 1_200));
		assert_eq!(exposure.backers, [(CAROL, 500), (DAVE, 700)]);
		assert_eq!(<Staking as StakeInspect<_, _>>::era(), 1);
		assert!(<Staking as StakeInspect<_, _>>::exposure(1, &9).is_none());
		assert!(<Staking as StakeInspect<_, _>>::exposure(2, &1).is_none());
	});
}

#[test]
fn session_change_should_be_counted_in_the_blocks_weight() {
	run(|| {
		let counted = || System::block_weight().get(DispatchClass::Mandatory).ref_time();
		let changes = |session| {
			to_session(session);
			let before = counted();
			Session::rotate_session();
			counted() - before
		};
		let (plain, with_election) = (changes(0), changes(1));
		let election = <() as WeightInfo>::elect(4, 0).ref_time();
		assert!(plain >= <() as WeightInfo>::end_session(4).ref_time());
		assert!(with_election >= election && with_election > plain);
		let before = counted();
		next_session();
		assert!(counted() - before >= 4 * <() as WeightInfo>::note_author().ref_time());
	});
}
