mod departure;
mod offers;
mod outcomes;
mod presence;
mod random;
mod registration;
mod unbonding;

use crate::{mock::*, HoldReason};
use frame_support::traits::fungible::InspectHold;
use reckon_primitives::Balance;
use reckon_support::{EndedTurn, OnProviderOutcome, Outcome};

/// What is held of an account's money.
fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Bond.into(), &who)
}

/// A turn that was drawn and began in the current block.
fn turn(provider: AccountId, outcome: Outcome) -> EndedTurn<AccountId, Balance, u32> {
	let assigned_at = System::block_number();
	EndedTurn { provider, outcome, value: 0, assigned_at, named: false }
}

/// Lets a deadline pass.
fn miss(who: AccountId) {
	Providers::on_provider_outcome(&turn(who, Outcome::DeadlineMissed));
}
