//! A state that is broken is seen to be.

use crate::{mock::*, Batches, Contributions, HoldReason, Ledgers, Payouts};
use frame_support::{
	storage::with_transaction,
	traits::{fungible::MutateHold, tokens::Precision::Exact},
};
use reckon_primitives::{Balance, BatchId, ChannelId};
use sp_runtime::{DispatchError, DispatchResult, TransactionOutcome};

/// What is said of a state that is changed so; it is changed back.
fn said_of(change: impl FnOnce()) -> DispatchResult {
	with_transaction(|| {
		change();
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(Channels::do_try_state()))
	})
	.unwrap()
}

fn refused(why: &'static str) -> DispatchResult {
	Err(DispatchError::Other(why))
}

/// Lets a lane of a channel have paid so much.
fn take(channel: ChannelId, lane: usize, amount: Balance) {
	crate::Channels::<Test>::mutate(channel, |channel| {
		channel.as_mut().unwrap().taken[lane] = amount;
	});
}

fn change_batch(id: BatchId, how: impl FnOnce(&mut crate::BatchOf<Test>)) {
	Batches::<Test>::mutate(id, |batch| how(batch.as_mut().unwrap()));
}

#[test]
fn hold_should_be_refused_when_it_is_not_what_is_left() {
	run(|| {
		three();
		let release = |who| {
			Balances::release(&HoldReason::Channel.into(), &who, 1, Exact).unwrap();
		};
		let why = "a client's hold is not what is left in its channels";
		assert_eq!(said_of(|| release(CLIENT)), refused(why));
		let why = "the till's hold is not the sum of escrows";
		assert_eq!(said_of(|| release(Channels::till())), refused(why));
	});
}

#[test]
fn ledger_should_be_refused_when_it_does_not_add_up() {
	run(|| {
		three();
		let pay = || Ledgers::<Test>::mutate(CLIENT, |ledger| ledger.paid += 1);
		assert_eq!(said_of(pay), refused("deposited is not paid + refunded + held"));
		let hold = || Ledgers::<Test>::mutate(CLIENT, |ledger| ledger.held += 1);
		assert_eq!(said_of(hold), refused("a ledger's held is not what is left in channels"));
		let forget = || Ledgers::<Test>::remove(CLIENT);
		assert_eq!(said_of(forget), refused("a client without a ledger has a channel"));
	});
}

#[test]
fn lane_should_be_refused_when_it_has_paid_what_nobody_put_in() {
	run(|| {
		let (channel, ..) = three();
		// All that was put in is there, or was taken through the first lane.
		let why = "lanes have paid more than was ever put in";
		assert_eq!(said_of(|| take(channel, 0, 1_801)), refused(why));
		assert_eq!(said_of(|| take(channel, 3, 1)), refused(why));
		assert_eq!(said_of(|| take(channel, 3, Balance::MAX)), refused("more is taken than money"));
	});
}

#[test]
fn lane_should_be_refused_when_it_would_pay_again_what_it_has_paid() {
	run(|| {
		let (channel, ..) = three();
		let why = "batches have charged what no lane has paid";
		assert_eq!(said_of(|| take(channel, 0, 1_799)), refused(why));
	});
}

#[test]
fn contribution_should_be_refused_when_another_would_have_it_back() {
	run(|| {
		let (channel, _, batch) = three();
		let give = || {
			Contributions::<Test>::mutate(batch, channel, |paid| {
				paid.as_mut().unwrap().client = OTHER_CLIENT;
			});
		};
		assert_eq!(said_of(give), refused("a contribution is not its channel's client's"));
	});
}

#[test]
fn batch_should_be_refused_when_it_is_not_worth_what_it_charged() {
	run(|| {
		let (.., id) = three();
		let less = || change_batch(id, |batch| batch.root.sum -= 1);
		assert_eq!(said_of(less), refused("a batch has more than it has charged"));
		let more = || {
			Payouts::<Test>::mutate(id, 0, |payout| {
				payout.as_mut().unwrap().total.receipts.sum += 1;
			});
		};
		assert_eq!(said_of(more), refused("a sum is lost"));
		let lose = || change_batch(id, |batch| batch.escrow -= 1);
		assert_eq!(said_of(lose), refused("an escrow is not what channels paid"));
	});
}
