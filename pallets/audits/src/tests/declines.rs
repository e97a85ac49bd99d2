//! Validators that have no verifier give their seats up.

use crate::{mock::*, Ballot, Decline, Event, Phase, DECLINES};
use frame_support::assert_ok;
use reckon_support::{
	mocks::{MockPenalties, MockStake},
	AuditOutcome,
};
use sp_core::H256;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

const STALE: Result<(), TransactionValidityError> =
	Err(TransactionValidityError::Invalid(InvalidTransaction::Stale));

#[test]
fn seat_should_be_filled_by_another_when_it_is_given_up() {
	run(|| {
		let id = drawn(1);
		let seats = seated(id);
		assert_ok!(decline(id, seats[0]));
		let now = seated(id);
		assert_eq!(now.len(), 3);
		assert!(!now.contains(&seats[0]));
		assert_eq!(audit(id).seats[0].ballot, Ballot::Declined);
		assert!(events().contains(&Event::SeatDeclined { audit: id, auditor: seats[0] }));
		assert!(events().contains(&Event::SeatFilled { audit: id, auditor: now[2] }));
		round(id, RIGHT, |_, _| Some(computed(id, RIGHT)));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert!(MockPenalties::all().is_empty());
		assert_eq!(Audits::conduct(seats[0]).missed, 0);
	});
}

#[test]
fn seats_should_be_given_up_only_so_often_in_an_era() {
	run_with(3, || {
		let who = seated(drawn(1))[0];
		assert_ok!(decline(job(1), who));
		let id = drawn(2);
		assert_ok!(decline(id, who));
		assert_eq!(Audits::conduct(who).declined, 2);
		let id = drawn(3);
		assert_eq!(decline(id, who), STALE);
		MockStake::set_era(1);
		assert_ok!(decline(id, who));
		assert_eq!(Audits::conduct(who).declined, 1);
	});
}

#[test]
fn seat_should_not_be_given_up_when_it_is_too_late_or_not_there() {
	run(|| {
		let id = drawn(1);
		let [a, b, c] = seated(id).try_into().unwrap();
		assert_eq!(decline(id, CLIENT), STALE);
		// Of a committee that another fork has drawn.
		let other = batch(&[Decline { audit: id, round: 1, challenge: H256::zero() }]);
		let signature = sign(a, DECLINES, &other);
		let call = crate::Call::decline_seats { auditor: a, declines: other, signature };
		assert_eq!(send(call), STALE);
		commit(id, a, &computed(id, RIGHT)).unwrap();
		assert_eq!(decline(id, a), STALE);
		assert_ok!(decline(id, b));
		assert_eq!(decline(id, b), STALE);
		// Whoever would be drawn instead has half of the time at least.
		pass(COMMIT / 2);
		assert_ok!(decline(id, c));
		let late = *seated(id).last().unwrap();
		pass(1);
		assert_eq!(decline(id, late), STALE);
	});
}

#[test]
fn worker_should_be_asked_when_the_last_that_is_awaited_gives_up() {
	run_with(3, || {
		let id = drawn(1);
		let [a, b, c] = seated(id).try_into().unwrap();
		commit(id, a, &computed(id, RIGHT)).unwrap();
		commit(id, b, &computed(id, RIGHT)).unwrap();
		assert_ok!(decline(id, c));
		// Nobody else is there.
		assert_eq!(audit(id).phase, Phase::Opening);
	});
}

#[test]
fn audit_should_be_inconclusive_when_all_give_up() {
	run_with(3, || {
		let id = drawn(1);
		seated(id).into_iter().for_each(|who| decline(id, who).unwrap());
		to_block(audit(id).due);
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
		assert!(MockPenalties::all().is_empty());
	});
}
