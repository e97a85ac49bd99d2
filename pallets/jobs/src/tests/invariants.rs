//! A state that is broken is seen to be.

use crate::{
	mock::{AccountId, *},
	Comparisons, HoldReason, Ledgers,
};
use frame_support::{
	storage::with_transaction,
	traits::{fungible::MutateHold, tokens::Precision::Exact},
};
use reckon_primitives::*;
use sp_runtime::{DispatchError, DispatchResult, TransactionOutcome};

/// What is said of a state that is changed so; it is changed back.
fn said_of(change: impl FnOnce()) -> DispatchResult {
	with_transaction(|| {
		change();
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(Jobs::do_try_state()))
	})
	.unwrap()
}

fn refused(why: &'static str) -> DispatchResult {
	Err(DispatchError::Other(why))
}

/// A job that is delivered for 158, of at most 1,000.
fn delivered() -> JobId {
	add_provider(PROVIDERS[0]);
	let id = drawn(request());
	answer(id, delivery());
	id
}

/// Changes where a job stands.
fn change(id: JobId, how: impl FnOnce(&mut JobState<AccountId, Balance, u32>)) {
	crate::Jobs::<Test>::mutate(id, |job| how(&mut job.as_mut().unwrap().state));
}

#[test]
fn hold_should_be_refused_when_it_is_not_the_sum_of_escrows() {
	run(|| {
		delivered();
		let release = || {
			Balances::release(&HoldReason::Escrow.into(), &CLIENT, 1, Exact).unwrap();
		};
		assert_eq!(said_of(release), refused("a client's hold is not the sum of its open escrows"));
	});
}

#[test]
fn ledger_should_be_refused_when_it_does_not_add_up() {
	run(|| {
		delivered();
		let pay = || Ledgers::<Test>::mutate(CLIENT, |ledger| ledger.paid += 1);
		assert_eq!(said_of(pay), refused("deposited is not paid + refunded + held"));
		let hold = || Ledgers::<Test>::mutate(CLIENT, |ledger| ledger.held += 1);
		assert_eq!(said_of(hold), refused("a ledger's held is not the sum of open escrows"));
		let forget = || Ledgers::<Test>::remove(CLIENT);
		assert_eq!(said_of(forget), refused("a client without a ledger has escrow"));
	});
}

#[test]
fn price_should_be_refused_when_the_client_did_not_sign_for_it() {
	run(|| {
		let id = delivered();
		let why = "a job costs more than its client has signed for";
		let charge = |amount: Balance| {
			change(id, |state| match state {
				JobState::Delivered { charge, .. } | JobState::Settled { charge, .. } => {
					*charge = amount;
				},
				other => panic!("{other:?}"),
			});
		};
		assert_eq!(said_of(|| charge(1_000)), Ok(()));
		assert_eq!(said_of(|| charge(1_001)), refused(why));
		to_block(7);
		assert_eq!(said_of(|| charge(1_000)), Ok(()));
		assert_eq!(said_of(|| charge(1_001)), refused(why));
	});
}

#[test]
fn audit_should_be_refused_when_the_client_did_not_sign_for_it() {
	run(|| {
		let id = delivered();
		to_block(7);
		let fee = |amount: Balance| {
			change(id, |state| match state {
				JobState::Settled { audit_fee, .. } => *audit_fee = amount,
				other => panic!("{other:?}"),
			});
		};
		let why = "a client has paid for an audit that it did not want";
		assert_eq!(said_of(|| fee(1)), refused(why));
		let want = |amount| {
			fee(amount);
			crate::Jobs::<Test>::mutate(id, |job| {
				job.as_mut().unwrap().assurance = Assurance::Attested;
			});
		};
		// The answer cost 158.
		assert_eq!(said_of(|| want(842)), Ok(()));
		let why = "a job costs more than its client has signed for";
		assert_eq!(said_of(|| want(843)), refused(why));
		assert_eq!(said_of(|| want(Balance::MAX)), refused("a price is more than money"));
	});
}

#[test]
fn comparison_should_be_refused_when_it_is_wrong_about_a_price() {
	run(|| {
		PROVIDERS.into_iter().for_each(add_provider);
		let ids = submit_all(JobRequest { replicas: 3, max_price: 3_000, ..request() });
		to_block(System::block_number() + 1);
		answer(ids[1], delivery());
		let raise = || {
			Comparisons::<Test>::mutate(ids[0], |comparison| {
				let sibling = &mut comparison.as_mut().unwrap().siblings[1];
				let Progress::Delivered { charge, .. } = &mut sibling.progress else { panic!() };
				*charge += 1;
			});
		};
		assert_eq!(said_of(raise), refused("a comparison is wrong about a price"));
	});
}
