//! Who can be drawn: the session's validators, but those that offended.

use crate::{mock::*, Auditors};
use frame_support::traits::OneSessionHandler;
use sp_core::Pair;

fn session(changed: bool, validators: std::ops::RangeInclusive<u64>) {
	let all: Vec<_> = validators.map(|n| (account(n), key(account(n)).public())).collect();
	let set = || all.iter().map(|(who, key)| (who, key.clone()));
	<Audits as OneSessionHandler<AccountId>>::on_new_session(changed, set(), set());
}

fn disabled() -> Vec<AccountId> {
	let all = Auditors::<Test>::get();
	all.iter().filter(|it| it.disabled).map(|it| it.account).collect()
}

#[test]
fn auditors_should_be_the_validators_of_the_session() {
	run_with(0, || {
		session(true, 3..=5);
		let accounts: Vec<_> = Auditors::<Test>::get().iter().map(|it| it.account).collect();
		assert_eq!(accounts, [account(3), account(4), account(5)]);
		let id = drawn(1);
		let mut seats = seated(id);
		seats.sort();
		assert_eq!(seats, accounts);
	});
}

#[test]
fn auditors_should_be_those_of_genesis_when_the_chain_begins() {
	run_with(0, || {
		let one = account(7);
		let set = [(&one, key(one).public())].into_iter();
		<Audits as OneSessionHandler<AccountId>>::on_genesis_session(set);
		assert_eq!(Auditors::<Test>::get()[0].account, one);
	});
}

#[test]
fn offender_should_not_be_drawn_while_it_is_disabled() {
	run_with(3, || {
		<Audits as OneSessionHandler<AccountId>>::on_disabled(1);
		<Audits as OneSessionHandler<AccountId>>::on_disabled(99);
		assert_eq!(disabled(), [account(2)]);
		let mut seats = seated(drawn(1));
		seats.sort();
		assert_eq!(seats, [account(1), account(3)]);
		// The session pallet says it again after a change, and only then.
		session(false, 1..=3);
		assert_eq!(disabled(), [account(2)]);
		session(true, 1..=3);
		assert!(disabled().is_empty());
	});
}

#[test]
fn audit_should_go_on_when_a_new_session_begins() {
	run_with(3, || {
		let id = drawn(1);
		session(true, 4..=6);
		round(id, RIGHT, |_, _| Some(computed(id, RIGHT)));
		assert_eq!(outcome(id), reckon_support::AuditOutcome::Accepted);
		let mut seats = seated(drawn(2));
		seats.sort();
		assert_eq!(seats, [account(4), account(5), account(6)]);
	});
}
