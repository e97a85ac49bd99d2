use crate::{mock::*, ClaimState, Duty, Earnings, EraEarnings, UnclaimedReward};
use frame_support::assert_ok;
use reckon_support::EraIndex;

#[test]
fn earnings_should_tell_the_whole_life_of_a_reward() {
	run(|| {
		settle(WORKERS[0], 3_000);
		settle(WORKERS[1], 1_000);
		let earnings = |state| Some(Earnings { points: 3_000, amount: 2_700, state });
		assert_eq!(Rewards::earnings(0, WORKERS[0]), earnings(ClaimState::Running));
		next_era();
		assert_eq!(Rewards::earnings(0, WORKERS[0]), earnings(ClaimState::Unclaimed));
		assert_ok!(claim(WORKERS[0], 0));
		assert_eq!(Rewards::earnings(0, WORKERS[0]), earnings(ClaimState::Claimed));
		assert_eq!(Rewards::earnings(0, WORKERS[2]), None);
		assert_eq!(Rewards::earnings(7, WORKERS[0]), None);
		to_era(HISTORY + 1);
		idle();
		assert_eq!(Rewards::earnings(0, WORKERS[0]), None);
	});
}

#[test]
fn estimate_should_be_what_is_paid_when_the_era_ends_with_it() {
	run(|| {
		expose(0, VALIDATORS[0], 20, 3, &[5, 7]);
		author(VALIDATORS[0]);
		settle(WORKERS[0], 777);
		let work = Rewards::earnings(0, WORKERS[0]).unwrap().amount;
		let backer = |who| Rewards::validator_earnings(0, VALIDATORS[0], who).unwrap().amount;
		let parts = [backer(VALIDATORS[0]), backer(BACKERS[0]), backer(BACKERS[1])];
		assert_eq!(parts.iter().sum::<u128>(), EMISSION / 2);
		next_era();
		assert_ok!(claim(WORKERS[0], 0));
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_eq!(free(WORKERS[0]), START + work);
		assert_eq!(free(VALIDATORS[0]), START + parts[0]);
		assert_eq!(free(BACKERS[0]), START + parts[1]);
		assert_eq!(free(BACKERS[1]), START + parts[2]);
		// Somebody who had no stake has nothing; a validator that made no block, no answer.
		assert_eq!(backer(STRANGER), 0);
		assert_eq!(Rewards::validator_earnings(0, VALIDATORS[1], VALIDATORS[1]), None);
	});
}

#[test]
fn running_era_should_say_when_it_began_and_what_is_in_it() {
	run(|| {
		next_block();
		next_era();
		author(VALIDATORS[0]);
		settle(WORKERS[0], 100);
		let running = Rewards::running_era();
		assert_eq!((running.index, running.began_at), (1, 3));
		assert_eq!((running.so_far.work.points, running.so_far.work.amount), (100, 90));
		assert_eq!(running.so_far.validation.amount, EMISSION / 2);
		assert_eq!(Rewards::era(1), Some(running.so_far));
		// Nobody did anything in the first, and the third is not yet.
		assert_eq!((Rewards::era(0), Rewards::era(2)), (None, None));
	});
}

#[test]
fn views_should_answer_when_no_block_was_seen_yet() {
	ext().execute_with(|| {
		assert_eq!(Rewards::running_era().index, 0);
		assert_eq!(Rewards::emission(0), 0);
		assert_eq!(Rewards::unclaimed(WORKERS[0]), (0, vec![]));
		assert_eq!(Rewards::history(WORKERS[0], EraIndex::MAX), vec![]);
		check();
	});
}

#[test]
fn unclaimed_should_list_what_can_be_had_oldest_first() {
	run(|| {
		// A provider that also validates.
		let who = WORKERS[0];
		expose(1, who, 0, 1, &[1]);
		settle(who, 1_000);
		next_era();
		settle(who, 2_000);
		author(who);
		next_era();
		settle(who, 3_000);
		let reward = |era, duty, amount| UnclaimedReward { era, duty, amount };
		let own = EMISSION / 4;
		assert_eq!(
			Rewards::unclaimed(who),
			(
				900 + 1_800 + own,
				vec![
					reward(0, Duty::Work, 900),
					reward(1, Duty::Work, 1_800),
					reward(1, Duty::Validation, own),
				]
			)
		);
		assert_ok!(claim(who, 0));
		assert_ok!(claim_validator(who, 1));
		assert_eq!(Rewards::unclaimed(who), (1_800, vec![reward(1, Duty::Work, 1_800)]));
	});
}

#[test]
fn history_should_tell_what_was_earned_the_newest_first() {
	run(|| {
		// A provider that also validates.
		let who = WORKERS[0];
		expose(1, who, 0, 1, &[1]);
		settle(who, 1_000);
		next_era();
		settle(who, 2_000);
		author(who);
		next_era();
		settle(who, 3_000);
		assert_ok!(claim(who, 0));
		let earned = |era, duty, amount, state| {
			let points = points(era, duty, who);
			EraEarnings { era, duty, earnings: Earnings { points, amount, state } }
		};
		let all = vec![
			earned(2, Duty::Work, 2_700, ClaimState::Running),
			earned(1, Duty::Work, 1_800, ClaimState::Unclaimed),
			// Its backer has the other half of what its block earned.
			earned(1, Duty::Validation, EMISSION / 4, ClaimState::Unclaimed),
			earned(0, Duty::Work, 900, ClaimState::Claimed),
		];
		assert_eq!(Rewards::history(who, EraIndex::MAX), all);
		assert_eq!(Rewards::history(who, 2), all);
		assert_eq!(Rewards::history(who, 1), all[1..]);
		assert_eq!(Rewards::history(who, 0), all[3..]);
		assert_eq!(Rewards::history(STRANGER, EraIndex::MAX), vec![]);
	});
}

#[test]
fn history_should_end_after_a_hundred_eras_and_go_on_where_it_ended() {
	run(|| {
		for _ in 0..150 {
			settle(WORKERS[0], 1_000);
			next_era();
		}
		let eras = |last| {
			let history = Rewards::history(WORKERS[0], last);
			history.into_iter().map(|earned| earned.era).collect::<Vec<_>>()
		};
		// Nothing has been forgotten: no block had spare weight.
		assert_eq!(eras(EraIndex::MAX), (51..150).rev().collect::<Vec<_>>());
		assert_eq!(eras(50), (0..=50).rev().collect::<Vec<_>>());
	});
}
