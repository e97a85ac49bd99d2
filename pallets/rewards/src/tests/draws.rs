use crate::{mock::*, Error, Event, Unclaimed};
use frame_support::{assert_noop, assert_ok};
use reckon_support::EscrowSource;

fn draw(who: AccountId, wanted: u128) -> u128 {
	let drawn = <Rewards as EscrowSource<_, _>>::draw(&who, wanted);
	check();
	drawn
}

/// Somebody earns 900 in each of so many eras.
fn earn(eras: u32) {
	for _ in 0..eras {
		settle(WORKERS[0], 1_000);
		next_era();
	}
	events();
}

#[test]
fn draw_should_claim_the_oldest_until_the_wanted_is_covered() {
	run(|| {
		earn(3);
		assert_eq!(draw(WORKERS[0], 901), 1_800);
		assert_eq!(free(WORKERS[0]), START + 1_800);
		assert_noop!(claim(WORKERS[0], 0), Error::<Test>::AlreadyClaimed);
		assert_noop!(claim(WORKERS[0], 1), Error::<Test>::AlreadyClaimed);
		assert_ok!(claim(WORKERS[0], 2));
	});
}

#[test]
fn draw_should_take_the_oldest_first_when_there_are_hundreds_of_eras() {
	run(|| {
		// The bytes of 255 and 256 are in another order than the numbers.
		to_era(254);
		earn(4);
		assert_eq!(draw(WORKERS[0], 1), 900);
		let paid = events().into_iter().map(|event| match event {
			Event::RewardPaid { era, .. } => era,
			_ => panic!("unexpected {event:?}"),
		});
		assert_eq!(paid.collect::<Vec<_>>(), [254]);
		assert_eq!(draw(WORKERS[0], 1), 900);
		assert_eq!(draw(WORKERS[0], 1), 900);
		let (sum, left) = Rewards::unclaimed(WORKERS[0]);
		assert_eq!((sum, left[0].era), (900, 257));
	});
}

#[test]
fn draw_should_claim_no_more_eras_than_the_bound() {
	run(|| {
		earn(6);
		assert_eq!(draw(WORKERS[0], u128::MAX), 4 * 900);
		assert_eq!(draw(WORKERS[0], u128::MAX), 2 * 900);
		assert_eq!(draw(WORKERS[0], u128::MAX), 0);
	});
}

#[test]
fn draw_should_move_nothing_when_nothing_is_wanted_or_earned() {
	run(|| {
		earn(1);
		assert_eq!(draw(WORKERS[0], 0), 0);
		assert_eq!(draw(WORKERS[1], 100), 0);
		// What validators earn is claimed with their backers'.
		author(VALIDATORS[0]);
		next_era();
		assert_eq!(draw(VALIDATORS[0], 100), 0);
		assert_eq!(pot(), 900 + EMISSION / 2 + ED);
	});
}

#[test]
fn draw_should_leave_the_running_era_alone() {
	run(|| {
		settle(WORKERS[0], 1_000);
		assert_eq!(draw(WORKERS[0], 1), 0);
		next_era();
		settle(WORKERS[0], 1_000);
		assert_eq!(draw(WORKERS[0], 10_000), 900);
		assert_eq!(Unclaimed::<Test>::iter_keys().count(), 1);
	});
}

#[test]
fn draw_should_keep_what_can_not_be_paid() {
	run(|| {
		settle(77, 5);
		settle(WORKERS[0], 1_000);
		next_era();
		assert_eq!(draw(77, 1), 0);
		assert_eq!(Rewards::unclaimed(77).0, 4);
	});
}

#[test]
fn draw_should_pass_over_expired_eras_when_their_points_are_still_there() {
	run(|| {
		earn(5);
		to_era(HISTORY + 4);
		settle(WORKERS[0], 1_000);
		next_era();
		// The claims of the first eras have ended, and no more than that was done yet.
		(0..4).for_each(Rewards::expire);
		assert_eq!(Rewards::draw(&WORKERS[0], 1), 0);
		assert_eq!(Rewards::draw(&WORKERS[0], 901), 1_800);
		idle();
		assert_eq!(Unclaimed::<Test>::iter_keys().count(), 0);
	});
}
