//! What nodes and wallets ask.

use crate::{mock::*, Ballot, Phase, DRAW_DELAY};
use frame_support::assert_ok;
use reckon_primitives::{Held, HeldFor};
use reckon_support::mocks::MockSubjects;
use reckon_verification::Grade;

#[test]
fn auditor_should_see_its_seats_and_what_is_asked_of_it() {
	run_with(3, || {
		let (a, b) = (submit(1, true), submit(2, true));
		pass(DRAW_DELAY);
		let who = account(1);
		let mut duties = Audits::seats_of(who);
		duties.sort_by_key(|duty| duty.audit);
		assert_eq!(duties.iter().map(|duty| duty.audit).collect::<Vec<_>>(), [a, b]);
		assert_eq!((duties[0].phase, duties[0].ballot), (Phase::Committing, Ballot::Awaited));
		assert_eq!(duties[0].until, System::block_number() + COMMIT);
		assert_eq!((duties[0].challenge, duties[0].round), (audit(a).challenge, 1));
		assert_eq!(duties[0].subject.answer(), Some(&subject(a)));
		assert!(Audits::seats_of(CLIENT).is_empty());
	});
}

#[test]
fn provider_should_see_what_is_asked_of_its_worker() {
	run(|| {
		let id = drawn(1);
		let seen = || Audits::inquiries_into(PROVIDER);
		let [drawn] = seen()[..] else { panic!("{:?}", seen()) };
		assert_eq!((drawn.audit, drawn.round, drawn.phase), (id, 1, Phase::Committing));
		assert_eq!(drawn.challenge, audit(id).challenge);
		for who in seated(id) {
			commit(id, who, &computed(id, RIGHT)).unwrap();
		}
		let asked = seen()[0];
		assert_eq!((asked.phase, asked.challenge), (Phase::Opening, drawn.challenge));
		assert_eq!(asked.until, System::block_number() + OPEN);
		assert!(Audits::inquiries_into(CLIENT).is_empty());
	});
}

#[test]
fn votes_should_be_seen_with_what_they_say_when_they_are_open() {
	run(|| {
		let id = drawn(1);
		let seats = seated(id);
		let says = |n| computed(id, if n == 0 { OTHER } else { RIGHT });
		for (n, who) in seats.iter().enumerate() {
			commit(id, *who, &says(n)).unwrap();
		}
		assert!(Audits::statements(id).is_empty());
		open(id, RIGHT);
		for (n, who) in seats.iter().enumerate().take(2) {
			reveal(id, *who, &says(n)).unwrap();
		}
		assert_eq!(Audits::statements(id).len(), 2);
		let mut grades = Audits::grades(id);
		grades.sort_by_key(|(who, _)| seats.iter().position(|it| it == who));
		assert_eq!(grades, [(seats[0], Grade::Different), (seats[1], Grade::Same)]);
		assert!(Audits::grades(job(9)).is_empty());
	});
}

#[test]
fn fee_should_be_listed_until_the_audit_has_ended() {
	run(|| {
		let id = job(1);
		MockSubjects::insert(id, subject(id));
		assert_ok!(Audits::request_audit(RuntimeOrigin::signed(CLIENT), id, u128::MAX));
		let fee = Held {
			held_for: HeldFor::AuditFee(id),
			amount: 21,
			next_step_at: Some(1 + DRAW_DELAY),
		};
		assert_eq!(Audits::held_by(CLIENT), [fee]);
		assert!(Audits::held_by(PROVIDER).is_empty());
		pass(200);
		assert!(Audits::held_by(CLIENT).is_empty());
	});
}
