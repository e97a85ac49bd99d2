//! Whatever anybody does, in whatever order: every audit ends in time, no money is lost, and nobody
//! honest loses stake while fewer than a third lie.

use crate::{mock::*, Ballot, Phase, Statement, DRAW_DELAY};
use proptest::prelude::*;
use reckon_primitives::JobId;
use reckon_support::{
	mocks::{MockPenalties, MockStake, MockSubjects},
	AuditOutcome, Conviction,
};
use reckon_verification::Fault;

#[derive(Clone, Debug)]
enum Step {
	/// A job is delivered: attested, or by lot.
	Deliver { n: u8, certain: bool },
	/// A client pays for an audit.
	Request { n: u8 },
	/// The nth auditor of the nth audit commits to a vote, honest or not.
	Commit { audit: u8, seat: u8, honest: bool },
	/// The nth auditor of the nth audit opens a vote, the one that it committed to or not.
	Reveal { audit: u8, seat: u8, honest: bool },
	/// The nth auditor of the nth audit gives its seat up.
	Decline { audit: u8, seat: u8 },
	/// The worker of the nth audit opens its rows.
	Open { audit: u8, honest: bool },
	/// The validators change.
	Session { from: u8, count: u8 },
	/// An era begins.
	Era { era: u8 },
	/// Time passes.
	Wait { blocks: u8 },
}

fn step() -> impl Strategy<Value = Step> {
	let honest = || proptest::bool::weighted(0.8);
	prop_oneof![
		3 => (0u8..20, any::<bool>()).prop_map(|(n, certain)| Step::Deliver { n, certain }),
		1 => (0u8..20).prop_map(|n| Step::Request { n }),
		12 => (any::<u8>(), any::<u8>(), honest())
			.prop_map(|(audit, seat, honest)| Step::Commit { audit, seat, honest }),
		12 => (any::<u8>(), any::<u8>(), honest())
			.prop_map(|(audit, seat, honest)| Step::Reveal { audit, seat, honest }),
		1 => (any::<u8>(), any::<u8>()).prop_map(|(audit, seat)| Step::Decline { audit, seat }),
		4 => (any::<u8>(), honest()).prop_map(|(audit, honest)| Step::Open { audit, honest }),
		1 => (0u8..10, 0u8..12).prop_map(|(from, count)| Step::Session { from, count }),
		1 => (0u8..3).prop_map(|era| Step::Era { era }),
		3 => (1u8..6).prop_map(|blocks| Step::Wait { blocks }),
	]
}

fn nth_audit(nth: u8) -> Option<JobId> {
	let mut all: Vec<_> = crate::Audits::<Test>::iter_keys().collect();
	all.sort();
	all.get(usize::from(nth) % all.len().max(1)).copied()
}

fn nth_seat(audit: u8, seat: u8) -> Option<(JobId, AccountId)> {
	let id = nth_audit(audit)?;
	let seats = super::super::mock::audit(id).seats;
	let seat = seats.get(usize::from(seat) % seats.len().max(1))?;
	Some((id, seat.auditor))
}

fn said(id: JobId, honest: bool) -> Statement {
	computed(id, if honest { RIGHT } else { OTHER })
}

/// Carries out a step; that it is refused is fine.
fn carry_out(step: Step) {
	match step {
		Step::Deliver { n, certain } => {
			let known = MockSubjects::rulings().iter().any(|(id, _)| *id == job(n));
			if !known && !crate::Audits::<Test>::contains_key(job(n)) {
				submit(n, certain);
			}
		},
		Step::Request { n } => {
			let _ = Audits::request_audit(RuntimeOrigin::signed(CLIENT), job(n), u128::MAX);
		},
		Step::Commit { audit, seat, honest } => {
			if let Some((id, who)) = nth_seat(audit, seat) {
				let _ = commit(id, who, &said(id, honest));
			}
		},
		Step::Reveal { audit, seat, honest } => {
			if let Some((id, who)) = nth_seat(audit, seat) {
				let _ = reveal(id, who, &said(id, honest));
			}
		},
		Step::Decline { audit, seat } => {
			if let Some((id, who)) = nth_seat(audit, seat) {
				let _ = decline(id, who);
			}
		},
		Step::Open { audit, honest } => {
			if let Some(id) = nth_audit(audit) {
				let said = fingerprint(id, if honest { RIGHT } else { OTHER });
				let _ = Audits::open_rows(worker(), id, Box::new(said), root_of(id), SALT);
			}
		},
		Step::Session { from, count } => {
			begin_session((1..=VALIDATORS).skip(from.into()).take(count.into()));
		},
		Step::Era { era } => MockStake::set_era(era.into()),
		Step::Wait { blocks } => pass(blocks.into()),
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn every_audit_should_end_and_no_money_be_lost_when_anybody_does_anything(
		steps in proptest::collection::vec(step(), 1..120),
	) {
		run(|| {
			let issuance = pallet_balances::TotalIssuance::<Test>::get();
			for step in steps {
				carry_out(step);
				check();
			}
			assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
			// With nobody doing anything more, the chain ends every audit.
			pass(Audits::longest());
			assert_eq!(crate::Audits::<Test>::iter().count(), 0);
			assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
			assert_eq!(crate::Statements::<Test>::iter().count(), 0);
			assert_eq!(held(CLIENT), 0);
		});
	}

	#[test]
	fn nobody_honest_should_lose_when_fewer_than_a_third_lie(
		liars in proptest::collection::btree_set(1u64..=VALIDATORS, 0..3),
		cheats in any::<bool>(), jobs in 1u8..4, lie in 0u8..3,
	) {
		run(|| {
			let liars: Vec<_> = liars.iter().map(|n| account(*n)).collect();
			let model = if cheats { OTHER } else { RIGHT };
			let ids: Vec<_> = (0..jobs).map(|n| submit(n, true)).collect();
			pass(DRAW_DELAY);
			let says = |id, who: AccountId| match (liars.contains(&who), lie) {
				(false, _) => computed(id, RIGHT),
				(true, 0) => refuted(Fault::Text),
				// Is the cheat's friend.
				(true, 1) => computed(id, OTHER),
				(true, _) => Statement { rows: crate::RowsSeen::Unproven, ..computed(id, RIGHT) },
			};
			// Whom most of the first committee accuse nobody can acquit, though nobody convicts it.
			let accused = |id| {
				let seats = seated(id);
				2 * seats.iter().filter(|who| liars.contains(who)).count() > seats.len()
			};
			let accused: Vec<_> = ids.iter().filter(|id| accused(**id)).collect();
			while crate::Audits::<Test>::iter().count() > 0 {
				for id in ids.iter().filter(|id| crate::Audits::<Test>::contains_key(id)) {
					let now = audit(*id);
					for seat in &now.seats {
						let who = seat.auditor;
						match (now.phase, seat.ballot) {
							(Phase::Committing, Ballot::Awaited) => {
								commit(*id, who, &says(*id, who))
							},
							(Phase::Revealing, Ballot::Committed(_)) => {
								reveal(*id, who, &says(*id, who))
							},
							_ => Ok(()),
						}
						.unwrap();
					}
					if audit(*id).phase == Phase::Opening {
						open(*id, model);
					}
				}
				pass(1);
			}
			// One of three is honest at least, and one dissent is enough for the larger committee.
			for id in &ids {
				match (cheats, outcome(*id)) {
					(true, AuditOutcome::Rejected(Conviction::Answer(_))) => {},
					(false, AuditOutcome::Accepted) => {},
					(false, AuditOutcome::Doubtful) if accused.contains(&id) => {},
					(_, other) => panic!("{other:?}"),
				}
			}
			assert!(MockPenalties::all().iter().all(|(_, who, _)| liars.contains(who)));
		});
	}
}
