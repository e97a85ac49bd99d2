use crate::{mock::*, ChillReason, GenesisConfig, ValidatorCount};
use frame_support::traits::BuildGenesisConfig;

#[test]
fn genesis_should_seat_its_candidates_when_they_have_keys() {
	run(|| {
		assert_eq!(seats(), [1, 2, 3, 4]);
		assert_eq!(ValidatorCount::<Test>::get(), MAX_VALIDATORS);
		for who in 1..=4 {
			assert_eq!((held(who), Staking::exposure(0, who).unwrap().own), (BOND, BOND));
		}
	});
}

#[test]
fn genesis_should_seat_the_highest_when_there_are_more_candidates_than_seats() {
	let candidates = vec![(1, BOND), (2, 3 * BOND), (3, 2 * BOND)];
	externalities(genesis(candidates, 2)).execute_with(|| {
		assert_eq!(seats(), [2, 3]);
		assert!(Staking::exposure(0, 1).is_none());
		check();
	});
}

#[test]
fn genesis_should_seat_the_session_pallets_own_when_there_are_too_few_candidates() {
	externalities(genesis(vec![(1, BOND)], 0)).execute_with(|| {
		assert_eq!(seats(), [1]);
		to_era(2);
		assert_eq!(seats(), [1]);
	});
}

#[test]
fn exposures_should_be_there_when_the_session_pallets_genesis_is_built_first() {
	let mut config = genesis((1..=3).map(|who| (who, BOND)).collect(), 0);
	let staking = std::mem::take(&mut config.staking);
	externalities(config).execute_with(|| {
		assert!(Staking::exposure(0, 1).is_none());
		staking.build();
		assert!((1..=3).all(|who| Staking::exposure(0, who).unwrap().own == BOND));
		check();
		to_session(1);
		report(1, 0, 10, 1);
		assert_eq!(Staking::unapplied_slashes().len(), 1);
		assert!(matches!(
			candidate(1).status,
			crate::Status::Chilled { why: ChillReason::Offence, .. }
		));
	});
}

#[test]
#[should_panic(expected = "validator_count is out of range")]
fn genesis_should_panic_when_the_count_is_out_of_range() {
	default_externalities().execute_with(|| {
		let candidates = Vec::new();
		GenesisConfig::<Test> { candidates, validator_count: MAX_VALIDATORS + 1 }.build();
	});
}

#[test]
#[should_panic(expected = "a candidate of genesis has the bond")]
fn genesis_should_panic_when_a_candidate_is_there_twice() {
	default_externalities().execute_with(|| {
		let candidates = vec![(1, BOND)];
		GenesisConfig::<Test> { candidates, validator_count: 0 }.build();
	});
}
