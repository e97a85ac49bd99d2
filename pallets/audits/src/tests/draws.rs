//! What is audited, and by whom.

use crate::{mock::*, Ballot, Event, Phase, DRAW_DELAY};
use reckon_primitives::Balance;
use reckon_support::{
	mocks::{MockPool, MockReputation, MockSubjects, MockSubnets},
	Auditing, Cause, SubnetParameters,
};
use sp_runtime::Permill;
use std::collections::BTreeSet;

fn is_open(id: &reckon_primitives::JobId) -> bool {
	<Audits as Auditing<_, Balance>>::is_open(id)
}

/// Delivers so many jobs to be audited by lot, and says how many of them are.
fn drawn_by_lot(jobs: u8) -> usize {
	let all: Vec<_> = (0..jobs).map(|n| submit(n, false)).collect();
	assert!(all.iter().all(is_open));
	// More than a full block would do.
	pass(DRAW_DELAY + 1);
	let open = all.iter().filter(|id| is_open(id)).count();
	let drawn = events()
		.iter()
		.filter(|event| matches!(event, Event::CommitteeDrawn { cause: Cause::Lot, .. }))
		.count();
	assert_eq!(open, drawn);
	open
}

#[test]
fn payment_should_wait_when_the_lot_is_not_drawn() {
	run(|| {
		let id = submit(1, true);
		assert!(is_open(&id));
		assert_eq!(audit(id).phase, Phase::Drawing);
		// The next blocks' randomness may be known to the author of the delivery's block.
		pass(DRAW_DELAY - 1);
		assert_eq!(audit(id).phase, Phase::Drawing);
		pass(1);
		assert_eq!(audit(id).phase, Phase::Committing);
		let drawn = Event::CommitteeDrawn {
			audit: id,
			provider: PROVIDER,
			cause: Cause::Attested,
			round: 1,
			seats: 3,
			until: 1 + DRAW_DELAY + COMMIT,
		};
		assert!(events().contains(&drawn));
	});
}

#[test]
fn more_should_be_audited_when_a_provider_has_a_bad_name() {
	run(|| {
		MockReputation::set(PROVIDER, Permill::one());
		assert_eq!(Audits::audit_rate(0, PROVIDER, CHARGE), Permill::from_percent(2));
		let few = drawn_by_lot(200);
		assert!(few < 15, "{few}");
	});
	run(|| {
		MockReputation::set(PROVIDER, Permill::zero());
		assert_eq!(Audits::audit_rate(0, PROVIDER, CHARGE), Permill::from_percent(20));
		let many = drawn_by_lot(200);
		assert!((22..62).contains(&many), "{many}");
	});
}

#[test]
fn more_should_be_audited_when_the_stake_would_not_make_good_a_cheat() {
	run(|| {
		MockReputation::set(PROVIDER, Permill::one());
		MockPool::set_bond(PROVIDER, 4 * CHARGE);
		// 0.8 · 1000 ÷ (0.989999 · 5000)
		assert_eq!(Audits::audit_rate(0, PROVIDER, CHARGE), Permill::from_parts(161_617));
		// Who has nothing to lose is audited always.
		MockPool::set_bond(PROVIDER, CHARGE / 10 - 1);
		assert_eq!(Audits::audit_rate(0, PROVIDER, CHARGE), Permill::one());
		// Nobody is there.
		assert_eq!(Audits::audit_rate(0, CLIENT, CHARGE), Permill::one());
	});
}

#[test]
fn all_should_be_audited_when_they_are_attested() {
	run(|| {
		let all: Vec<_> = (0..50).map(|n| submit(n, true)).collect();
		// More than a full block would do.
		pass(DRAW_DELAY + 1);
		assert!(all.iter().all(|id| audit(*id).phase == Phase::Committing));
		assert!(all.iter().all(|id| audit(*id).rate == Permill::one()));
	});
}

#[test]
fn committee_should_be_of_different_validators_and_differ_from_job_to_job() {
	run(|| {
		let mut seen = BTreeSet::new();
		for n in 0..40 {
			let id = drawn(n);
			let seats: BTreeSet<_> = seated(id).into_iter().collect();
			assert_eq!(seats.len(), 3);
			seen.extend(seats);
		}
		assert_eq!(seen.len(), VALIDATORS as usize);
	});
}

#[test]
fn challenge_should_differ_from_job_to_job() {
	run(|| {
		let (a, b) = (submit(1, true), submit(2, true));
		pass(DRAW_DELAY);
		assert_ne!(audit(a).challenge, audit(b).challenge);
	});
}

#[test]
fn committee_should_be_as_large_as_the_rules_say_and_there_are_validators() {
	run(|| {
		for (committee, quorum, expected) in [(1, 1, (1, 1)), (5, 3, (5, 3)), (32, 17, (12, 12))] {
			MockSubnets::insert(0, SubnetParameters { committee, quorum, ..rules() });
			let id = drawn(committee as u8);
			assert_eq!((audit(id).size, audit(id).quorum), expected);
		}
	});
}

#[test]
fn audit_should_go_by_the_first_rules_when_its_subnet_is_no_more() {
	run(|| {
		let id = job(1);
		let gone = reckon_support::AuditedAnswer { subnet: 77, ..subject(id) };
		MockSubjects::insert(id, gone.clone());
		<Audits as Auditing<_, _>>::submit(id, gone, true);
		pass(DRAW_DELAY);
		assert_eq!(audit(id).size, SubnetParameters::default().committee);
	});
}

#[test]
fn empty_seats_should_be_filled_when_too_few_vote() {
	run(|| {
		let id = drawn(1);
		let first = seated(id);
		commit(id, first[0], &computed(id, RIGHT)).unwrap();
		to_block(audit(id).due);
		let second = seated(id);
		assert_eq!(second.len(), 3);
		assert!(second.contains(&first[0]));
		assert!(!second.contains(&first[1]) && !second.contains(&first[2]));
		assert!(events().contains(&Event::AuditRetried { audit: id }));
		let filled =
			|event: &&Event<Test>| matches!(event, Event::SeatFilled { audit, .. } if *audit == id);
		assert_eq!(events().iter().filter(filled).count(), 2);
		// What was said counts on.
		assert_eq!(audit(id).round, 1);
		let ballots: Vec<_> = audit(id).seats.iter().map(|seat| seat.ballot).collect();
		assert!(matches!(ballots[0], Ballot::Committed(_)));
		assert_eq!(ballots[1..3], [Ballot::Missed; 2]);
		assert_eq!(ballots[3..], [Ballot::Awaited; 2]);
	});
}

#[test]
fn draw_should_come_from_all_blocks_since_the_delivery() {
	// Two chains that differ in one block's randomness, the nth after the delivery, or in none.
	let challenge = |other: Option<u32>| {
		let mut found = None;
		run(|| {
			let id = submit(1, true);
			for n in 1..=DRAW_DELAY {
				BlockRandomness::change(other == Some(n));
				pass(1);
			}
			BlockRandomness::change(false);
			found = Some((audit(id).challenge, seated(id)));
		});
		found.unwrap()
	};
	let as_it_is = challenge(None);
	assert_eq!(challenge(None), as_it_is);
	// What the first block brings was known to the author of the delivery's; the others count too.
	for n in 1..=DRAW_DELAY {
		assert_ne!(challenge(Some(n)).0, as_it_is.0, "{n}");
	}
}
