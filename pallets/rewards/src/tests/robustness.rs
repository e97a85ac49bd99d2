//! Whatever is wrong: the chain goes on.

use crate::{mock::*, EmissionBase, Emitted, Eras, Error, Event};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::Balance;

/// A chain that began with all the money that there can be, some of which was burned since: so much can
/// be minted again. Says what an era emits.
fn leave_room(room: impl FnOnce(Balance) -> Balance) -> Balance {
	EmissionBase::<Test>::mutate(|base| base.supply = Balance::MAX);
	let emission = Rewards::emission(0);
	let (rich, room) = (500, room(emission));
	let amount = Balance::MAX - issuance() - room;
	assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), rich, amount));
	assert_eq!(issuance(), Balance::MAX - room);
	emission
}

#[test]
fn less_should_be_minted_when_there_can_not_be_more_money() {
	run(|| {
		let emission = leave_room(|emission| emission / 2 + ED + 100);
		author(VALIDATORS[0]);
		settle(WORKERS[0], 1_000_000);
		next_era();
		assert_eq!(issuance(), Balance::MAX);
		let era = Eras::<Test>::get(0).unwrap();
		assert_eq!((era.validation.amount, era.work.amount), (emission / 2, 100));
		assert_eq!(events()[0], Event::EmissionCut { era: 0, missing: 900_000 - 100 });
		assert_ok!(claim(WORKERS[0], 0));
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_eq!(free(WORKERS[0]), START + 100);
		// And again, with nothing left to mint.
		author(VALIDATORS[0]);
		next_era();
		assert_eq!(Eras::<Test>::get(1).unwrap().validation.amount, 0);
		assert_ok!(claim_validator(VALIDATORS[0], 1));
		assert_eq!(issuance(), Balance::MAX);
	});
}

#[test]
fn nothing_should_be_minted_when_it_would_not_make_an_account() {
	run(|| {
		let emission = leave_room(|_| ED - 1);
		author(VALIDATORS[0]);
		next_era();
		assert_eq!(issuance(), Balance::MAX - ED + 1);
		assert_eq!(Emitted::<Test>::get(), 0);
		assert_eq!(pot(), 0);
		let missing = emission / 2 + ED;
		assert_eq!(events()[0], Event::EmissionCut { era: 0, missing });
		assert_ok!(claim_validator(VALIDATORS[0], 0));
	});
}

#[test]
fn surplus_should_wait_when_the_treasury_is_reaped() {
	run(|| {
		let origin = RuntimeOrigin::signed(TREASURY);
		assert_ok!(Balances::transfer_allow_death(origin, STRANGER, START));
		settle(WORKERS[0], 4);
		next_era();
		to_era(HISTORY + 1);
		idle();
		next_era();
		// Three units make no account.
		assert_eq!((free(TREASURY), pot()), (0, ED + 3));
		settle(WORKERS[0], 10);
		next_era();
		to_era(2 * HISTORY + 4);
		(0..2).for_each(|_| idle());
		next_era();
		assert_eq!((free(TREASURY), pot()), (12, ED));
	});
}

#[test]
fn gift_should_go_to_the_treasury_when_somebody_sends_the_pot_money() {
	run(|| {
		let give = |amount| {
			let origin = RuntimeOrigin::signed(STRANGER);
			assert_ok!(Balances::transfer_allow_death(origin, Rewards::account(), amount));
			check();
		};
		// Before there is an account of its own.
		give(ED + 5);
		author(VALIDATORS[0]);
		next_era();
		assert_eq!(pot(), ED + EMISSION / 2);
		assert_eq!(free(TREASURY), START + 5);
		give(7);
		next_era();
		assert_eq!(free(TREASURY), START + 12);
		assert_ok!(claim_validator(VALIDATORS[0], 0));
		assert_eq!(pot(), ED);
	});
}

#[test]
fn chain_should_go_on_when_the_era_is_the_last_that_can_be_counted() {
	run(|| {
		settle(WORKERS[0], 1_000);
		to_era(u32::MAX);
		settle(WORKERS[0], 1_000);
		next_block();
		idle();
		// The first was so long ago that it has expired.
		assert_noop!(claim(WORKERS[0], 0), Error::<Test>::UnknownEra);
		assert_eq!(Rewards::running_era().index, u32::MAX);
	});
}
