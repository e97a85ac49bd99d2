use crate::{mock::*, NextElection};
use frame_support::assert_ok;
use reckon_primitives::HeldFor;

#[test]
fn held_by_should_list_everything_and_when_it_moves() {
	run(|| {
		join(5, BOND);
		delegate(1, 5, 500);
		assert_ok!(Staking::unbond(signed(1), 3_000));
		let listed: Vec<_> = Staking::held_by(1)
			.into_iter()
			.map(|held| (held.held_for, held.amount, held.next_step_at))
			.collect();
		// Era 5 begins with session 15.
		assert_eq!(
			listed,
			[
				(HeldFor::ValidatorStake, BOND - 3_000, None),
				(HeldFor::Delegation, 500, None),
				(HeldFor::StakeUnbonding, 3_000, Some(15 * LENGTH)),
			]
		);
		leave(5);
		assert_eq!(Staking::held_by(1)[1].next_step_at, Some(System::block_number()));
		assert!(Staking::held_by(CAROL).is_empty());
	});
}

#[test]
fn next_election_should_come_with_the_last_session_of_an_era() {
	run(|| {
		let at = |session| {
			to_session(session);
			Staking::next_election()
		};
		let first = NextElection { era: 1, made_in: 2, made_at: 2 * LENGTH, serve_from: 3 };
		assert_eq!(at(0), first);
		assert_eq!(at(1), first);
		let second = NextElection { era: 2, made_in: 5, made_at: 5 * LENGTH, serve_from: 6 };
		assert_eq!(at(2), second);
		assert_eq!(at(3), second);
	});
}

#[test]
fn stake_to_be_elected_should_be_just_enough() {
	run(|| {
		// Two seats are free.
		assert_eq!(Staking::stake_to_be_elected(), 1_000);
		assert_ok!(Staking::set_validator_count(RuntimeOrigin::root(), 3));
		let enough = Staking::stake_to_be_elected();
		assert_eq!(enough, BOND + 1);
		join(5, enough - 1);
		to_era(1);
		assert_eq!(seats(), [1, 2, 3]);
		assert_ok!(Staking::bond_extra(signed(5), 1));
		to_era(2);
		assert_eq!(seats(), [1, 2, 5]);
	});
}

#[test]
fn lists_should_be_in_order_and_agree() {
	run(|| {
		delegate(CAROL, 3, 500);
		delegate(CAROL, 2, 700);
		let candidates = Staking::candidates();
		assert_eq!(candidates.iter().map(|(who, _)| *who).collect::<Vec<_>>(), [2, 3, 1, 4]);
		assert_eq!(candidates[0].1, candidate(2));
		assert_eq!(Staking::delegations_of(CAROL), [(3, 500), (2, 700)]);
		assert_eq!(Staking::backers_of(3), [(CAROL, 500)]);
		assert_eq!(Staking::current_era(), 0);
		to_era(1);
		assert_eq!(Staking::current_era(), 1);
		assert_eq!(Staking::exposure(1, 2).unwrap().backers.into_inner(), [(CAROL, 700)]);
		assert!(Staking::candidate(9).is_none());
	});
}
