//! Audits of batches: drawn by what the gateway stands for, and ended by whoever has the receipts.

use crate::{mock::*, Event, Phase, RowsSeen, Said, Statement};
use reckon_primitives::{Balance, BatchId};
use reckon_support::{
	mocks::{MockBatches, MockPenalties, MockSubnets},
	AuditOutcome, AuditedBatch, BatchAuditing, Conviction, GatewayExposure, Rejection,
	SubnetParameters,
};
use reckon_verification::{batch_digest, Vote};
use sp_core::H256;
use sp_runtime::{
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	Perbill, Permill,
};

const GATEWAY: AccountId = 31;
const RECEIPTS: u32 = 100;
const LEAVES: &[u8] = b"all of them";
/// What an audit of a batch costs.
const COSTS: Balance = 3 * (SEAT_FEE + RECEIPT_FEE * RECEIPTS as Balance);

fn batch(n: u8) -> (BatchId, AuditedBatch<AccountId, Balance>) {
	let audited = AuditedBatch { gateway: GATEWAY, subnet: 0, receipts: RECEIPTS, charge: CHARGE };
	(H256::repeat_byte(n), audited)
}

/// Commits to a batch of a gateway that stands for this with that bond; says what it owes.
fn submit_for(n: u8, outstanding: Balance, bond: Balance) -> (BatchId, Balance) {
	MockBatches::expose(GATEWAY, GatewayExposure { outstanding, bond });
	let (id, audited) = batch(n);
	let owed = <Audits as BatchAuditing<_>>::submit(&id, audited);
	(id, owed)
}

/// A batch that is audited for certain, and whose committee has just been drawn.
fn drawn_batch(n: u8) -> BatchId {
	let (id, _) = submit_for(n, CHARGE, CHARGE);
	pass(crate::DRAW_DELAY);
	assert_eq!(audit(id).phase, Phase::Committing);
	id
}

fn said(id: BatchId, rejection: Option<Rejection>, leaves: &[u8]) -> Vote {
	let digest = match rejection {
		Some(Rejection::Unavailable) => [0; 32],
		_ => batch_digest(&id.0, &audit(id).challenge.0, leaves),
	};
	Vote::Batch { rejection, digest }
}

fn sound(id: BatchId) -> Vote {
	said(id, None, LEAVES)
}

fn unavailable(id: BatchId) -> Vote {
	said(id, Some(Rejection::Unavailable), &[])
}

fn statement(vote: Vote) -> Statement {
	Statement { vote, rows: RowsSeen::Proven }
}

fn open_vote(id: BatchId, who: AccountId, vote: Vote) -> Result<(), TransactionValidityError> {
	let Vote::Batch { rejection, digest } = vote else { panic!("a vote about a batch") };
	let said = Said::Batch { rejection, digest: H256(digest) };
	let round = audit(id).round;
	let reveal = crate::Reveal { audit: id, round, salt: SALT, said, rows: RowsSeen::Proven };
	send_reveals(who, &[reveal])
}

/// Lets a round pass in which each auditor says what `says` says of it, or nothing.
fn batch_round(id: BatchId, says: impl Fn(usize, AccountId) -> Option<Vote>) {
	to_draw(id);
	let votes: Vec<_> = seated(id)
		.into_iter()
		.enumerate()
		.filter_map(|(n, who)| Some((who, says(n, who)?)))
		.collect();
	for (who, vote) in &votes {
		commit(id, *who, &statement(*vote)).unwrap();
	}
	if audit(id).phase == Phase::Committing {
		to_block(audit(id).due);
	}
	assert_eq!(audit(id).phase, Phase::Revealing);
	for (who, vote) in &votes {
		open_vote(id, *who, *vote).unwrap();
	}
	to_block(audit(id).due);
}

/// How an audit ended.
fn decided(id: BatchId) -> AuditOutcome {
	let of_it = |event: &Event<Test>| match event {
		Event::AuditDecided { audit, outcome, .. } if *audit == id => Some(*outcome),
		_ => None,
	};
	events().iter().find_map(of_it).expect("the audit has ended")
}

fn rejected(why: Rejection) -> AuditOutcome {
	AuditOutcome::Rejected(Conviction::Batch(why))
}

#[test]
fn batch_should_be_audited_for_certain_when_its_gateway_could_gain_as_much_as_it_loses() {
	run(|| {
		for n in 1..=20 {
			let (id, owed) = submit_for(n, BOND, BOND);
			assert_eq!(owed, COSTS);
			pass(crate::DRAW_DELAY);
			assert_eq!(audit(id).rate, Permill::one());
			// Nobody is there to open anything.
			batch_round(id, |_, _| Some(sound(id)));
			assert_eq!(decided(id), AuditOutcome::Accepted);
		}
	});
}

#[test]
fn batch_should_owe_its_part_of_what_audits_cost_when_the_lot_is_unlikely() {
	run(|| {
		let least = rules().audit_rate_min;
		let (id, owed) = submit_for(1, 0, BOND);
		assert_eq!(owed, least.mul_ceil(COSTS));
		assert!(<Audits as BatchAuditing<_>>::is_open(&id));
		let (_, owed) = submit_for(2, BOND / 2, BOND);
		assert_eq!(owed, Permill::from_percent(50).mul_ceil(COSTS));
		// Nobody stands for it.
		let (_, owed) = submit_for(3, 1, 0);
		assert_eq!(owed, COSTS);
		assert_eq!(<Audits as BatchAuditing<AccountId>>::pot(), Some(POT));
	});
}

#[test]
fn batch_should_be_forgotten_when_the_lot_does_not_fall_on_it() {
	run(|| {
		let never = Permill::zero();
		MockSubnets::insert(0, SubnetParameters { audit_rate_min: never, ..rules() });
		let (id, owed) = submit_for(1, 0, BOND);
		assert_eq!(owed, 0);
		pass(crate::DRAW_DELAY);
		assert!(!<Audits as BatchAuditing<_>>::is_open(&id));
		assert!(MockBatches::rejected().is_empty());
	});
}

#[test]
fn auditors_should_share_what_an_audit_costs_when_they_accept_a_batch() {
	run(|| {
		let id = drawn_batch(1);
		let committee = seated(id);
		let before = free(POT);
		batch_round(id, |_, _| Some(sound(id)));
		assert_eq!(decided(id), AuditOutcome::Accepted);
		assert!(committee.iter().all(|who| free(*who) == START + COSTS / 3));
		assert_eq!(free(POT), before - COSTS);
		assert_eq!(Counted::all(), committee);
		assert!(MockBatches::rejected().is_empty() && MockPenalties::all().is_empty());
		assert!(events().iter().any(|event| matches!(event, Event::VotesAwaited { .. })));
		assert!(!events().iter().any(|event| matches!(event, Event::OpeningAwaited { .. })));
	});
}

#[test]
fn batch_should_be_rejected_when_two_thirds_of_the_larger_committee_could_not_get_it() {
	run(|| {
		let id = drawn_batch(1);
		batch_round(id, |_, _| Some(unavailable(id)));
		assert!(events().contains(&Event::AuditEscalated { audit: id }));
		// Three of nine were served.
		batch_round(id, |n, _| Some(if n < 3 { sound(id) } else { unavailable(id) }));
		assert_eq!(decided(id), rejected(Rejection::Unavailable));
		// It is audited for certain, so its charge is what it can gain.
		assert_eq!(MockBatches::rejected(), [(id, Rejection::Unavailable, CHARGE)]);
		// To have been served is no lie.
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn gateway_should_lose_more_when_it_was_unlikely_to_be_found_out() {
	run(|| {
		// The lot falls on one in ten.
		let unlikely = Permill::from_percent(10);
		MockSubnets::insert(0, SubnetParameters { audit_rate_min: unlikely, ..rules() });
		let found = (1..=100).find(|n| {
			let (id, _) = submit_for(*n, 0, BOND);
			pass(crate::DRAW_DELAY);
			<Audits as BatchAuditing<_>>::is_open(&id)
		});
		let (id, _) = batch(found.expect("one in ten"));
		for _ in 0..2 {
			batch_round(id, |_, _| Some(unavailable(id)));
		}
		assert_eq!(MockBatches::rejected(), [(id, Rejection::Unavailable, 10 * CHARGE)]);
	});
}

#[test]
fn batch_should_be_paid_when_the_larger_committee_can_not_tell() {
	run(|| {
		let id = drawn_batch(1);
		batch_round(id, |_, _| Some(unavailable(id)));
		batch_round(id, |n, _| Some(if n < 4 { sound(id) } else { unavailable(id) }));
		assert_eq!(decided(id), AuditOutcome::Doubtful);
		assert!(MockBatches::rejected().is_empty());
		assert!(!<Audits as BatchAuditing<_>>::is_open(&id));
	});
}

#[test]
fn auditor_should_count_as_silent_when_it_alone_was_not_served() {
	run(|| {
		let id = drawn_batch(1);
		let unserved = seated(id)[0];
		batch_round(id, |_, who| Some(if who == unserved { unavailable(id) } else { sound(id) }));
		batch_round(id, |_, _| Some(sound(id)));
		assert_eq!(decided(id), AuditOutcome::Accepted);
		let missed = Event::VoteMissed { audit: id, auditor: unserved, missed: 1 };
		assert!(events().contains(&missed));
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn auditor_should_lose_stake_when_it_says_that_all_is_well_and_has_not_looked() {
	run(|| {
		let id = drawn_batch(1);
		let guess = |id| said(id, None, b"something");
		batch_round(id, |n, _| Some(if n == 0 { guess(id) } else { sound(id) }));
		// Of three, nobody can tell who has the receipts.
		assert!(events().contains(&Event::AuditEscalated { audit: id }));
		assert!(MockPenalties::all().is_empty());
		to_draw(id);
		let lazy = seated(id)[8];
		batch_round(id, |_, who| Some(if who == lazy { guess(id) } else { sound(id) }));
		assert_eq!(decided(id), AuditOutcome::Accepted);
		assert_eq!(MockPenalties::all(), [(0, lazy, Perbill::from_percent(5))]);
	});
}

#[test]
fn nobody_of_the_first_committee_should_be_believed_when_they_differ_about_the_bytes() {
	run(|| {
		let id = drawn_batch(1);
		// Two have agreed on a guess, and the one who has looked stands alone.
		let guess = |id| said(id, None, b"something");
		batch_round(id, |n, _| Some(if n == 0 { sound(id) } else { guess(id) }));
		batch_round(id, |_, _| Some(sound(id)));
		assert_eq!(decided(id), AuditOutcome::Accepted);
		assert_eq!(Counted::all().len(), 9);
		let missed = |event: &Event<Test>| matches!(event, Event::VoteMissed { .. });
		assert!(!events().iter().any(missed));
	});
}

#[test]
fn batch_should_be_rejected_when_its_gateway_hands_it_out_to_some_only_who_find_it_wrong() {
	run(|| {
		for (n, why) in
			[Rejection::Leaves, Rejection::Charges, Rejection::Faults].into_iter().enumerate()
		{
			let id = drawn_batch(n as u8 + 1);
			let some = |n: usize| match n {
				0..4 => said(id, Some(why), LEAVES),
				_ => unavailable(id),
			};
			batch_round(id, |n, _| Some(some(2 * n)));
			batch_round(id, |n, _| Some(some(n)));
			assert_eq!(decided(id), rejected(why));
		}
		assert_eq!(MockBatches::rejected().len(), 3);
	});
}

#[test]
fn batch_should_be_rejected_when_its_receipts_are_not_those_of_its_totals() {
	run(|| {
		let leaves = Some(Rejection::Leaves);
		let id = drawn_batch(1);
		let liar = seated(id)[0];
		batch_round(id, |_, who| {
			Some(if who == liar { sound(id) } else { said(id, leaves, LEAVES) })
		});
		batch_round(id, |_, _| Some(said(id, leaves, LEAVES)));
		assert_eq!(decided(id), rejected(Rejection::Leaves));
		// That is seen by whoever has the bytes.
		assert_eq!(MockPenalties::all(), [(0, liar, Perbill::from_percent(5))]);
	});
}

#[test]
fn nobody_should_be_slashed_when_auditors_differ_about_what_changes_while_they_look() {
	run(|| {
		let charges = Some(Rejection::Charges);
		let id = drawn_batch(1);
		batch_round(id, |n, _| Some(if n == 0 { said(id, charges, LEAVES) } else { sound(id) }));
		batch_round(id, |n, _| Some(if n < 2 { said(id, charges, LEAVES) } else { sound(id) }));
		assert_eq!(decided(id), AuditOutcome::Accepted);
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn gateway_should_not_audit_its_own_batch() {
	run(|| {
		let own = account(1);
		MockBatches::expose(own, GatewayExposure { outstanding: 1, bond: 1 });
		for n in 1..=20 {
			let (id, audited) = batch(n);
			<Audits as BatchAuditing<_>>::submit(&id, AuditedBatch { gateway: own, ..audited });
			pass(crate::DRAW_DELAY);
			assert!(!seated(id).contains(&own));
			batch_round(id, |_, _| Some(sound(id)));
		}
	});
}

#[test]
fn vote_should_be_refused_when_it_is_not_about_what_is_audited() {
	run(|| {
		let stale = Err(InvalidTransaction::Stale.into());
		let id = drawn_batch(1);
		let seats = seated(id);
		let answer = computed_blindly();
		for who in &seats {
			commit(id, *who, &answer).unwrap();
		}
		let round = audit(id).round;
		let reveal = |said| crate::Reveal { audit: id, round, salt: SALT, said, rows: answer.rows };
		let other = Said::Else { opened: H256::zero(), vote: answer.vote };
		assert_eq!(send_reveals(seats[0], &[reveal(other)]), stale);
		assert_eq!(open_vote(id, seats[0], sound(id)), stale);

		let job = drawn(2);
		let seats = seated(job);
		let about_batch = statement(said(job, None, LEAVES));
		for who in &seats {
			commit(job, *who, &about_batch).unwrap();
		}
		open(job, RIGHT);
		assert_eq!(open_vote(job, seats[0], about_batch.vote), stale);
		let opened = audit(job).opened.unwrap().name();
		let said = Said::Else { opened, vote: about_batch.vote };
		let round = audit(job).round;
		let reveal = crate::Reveal { audit: job, round, salt: SALT, said, rows: RowsSeen::Proven };
		assert_eq!(send_reveals(seats[0], &[reveal]), stale);
	});
}

/// A vote about an answer.
fn computed_blindly() -> Statement {
	refuted(reckon_verification::Fault::Text)
}

#[test]
fn worker_should_open_nothing_of_a_batch() {
	run(|| {
		let id = drawn_batch(1);
		let fingerprint = Box::default();
		let opened = Audits::open_rows(worker(), id, fingerprint, root_of(id), SALT);
		assert_eq!(opened.unwrap_err().error, crate::Error::<Test>::NotOpening.into());
		assert!(Audits::inquiries_into(PROVIDER).is_empty());
	});
}
