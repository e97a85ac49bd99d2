//! A state that is broken is seen to be.

use crate::{mock::*, Emitted, Eras, Owed};
use frame_support::{
	storage::with_transaction,
	traits::{
		fungible::Mutate,
		tokens::{Fortitude::Polite, Precision::Exact, Preservation::Preserve},
	},
};
use sp_runtime::{DispatchError, DispatchResult, TransactionOutcome};

/// What is said of a state that is changed so; it is changed back.
fn said_of(change: impl FnOnce()) -> DispatchResult {
	with_transaction(|| {
		change();
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(Rewards::do_try_state()))
	})
	.unwrap()
}

fn refused(why: &'static str) -> DispatchResult {
	Err(DispatchError::Other(why))
}

fn burn(amount: u128) {
	Balances::burn_from(&STRANGER, amount, Preserve, Exact, Polite).unwrap();
}

#[test]
fn money_should_be_refused_when_it_was_never_emitted() {
	run(|| {
		let mint = || {
			Balances::mint_into(&STRANGER, 1).unwrap();
		};
		assert_eq!(said_of(mint), refused("there is money that was never emitted"));
		author(VALIDATORS[0]);
		next_era();
		assert_eq!(said_of(mint), refused("there is money that was never emitted"));
		// What was burned was there once: decision 0019.
		burn(1);
		assert_eq!(said_of(mint), Ok(()));
	});
}

#[test]
fn emission_should_be_refused_when_it_is_beyond_the_curve() {
	run(|| {
		author(VALIDATORS[0]);
		settle(WORKERS[0], 1_000_000);
		next_era();
		let grow = || {
			Eras::<Test>::mutate(0, |era| era.as_mut().unwrap().work.amount += 1);
		};
		assert_eq!(said_of(grow), refused("an era emitted more than the curve says"));
		let emit = || Emitted::<Test>::mutate(|all| *all += 1);
		assert_eq!(said_of(emit), refused("more was emitted than the curve says"));
		// As much as the curve has left for an era in which nobody did anything.
		next_era();
		assert_eq!(said_of(|| Emitted::<Test>::mutate(|all| *all += EMISSION)), Ok(()));
	});
}

#[test]
fn rewards_should_be_refused_when_they_were_never_emitted() {
	run(|| {
		author(VALIDATORS[0]);
		next_era();
		let forget = || {
			burn(EMISSION / 2);
			Emitted::<Test>::mutate(|all| *all -= EMISSION / 2);
		};
		let why = "what eras have for their earners was never emitted";
		assert_eq!(said_of(forget), refused(why));
	});
}

#[test]
fn pot_should_be_refused_when_it_has_less_than_it_owes() {
	run(|| {
		author(VALIDATORS[0]);
		next_era();
		let owe = || Owed::<Test>::mutate(|owed| *owed += 1);
		assert_eq!(said_of(owe), refused("what is owed is not what the eras have left"));
		let take = || {
			Balances::burn_from(&Rewards::account(), 1, Preserve, Exact, Polite).unwrap();
		};
		assert_eq!(said_of(take), refused("the pot has less than it owes"));
	});
}
