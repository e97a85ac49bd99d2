//! How audits end, whoever lies and whoever is silent.

use super::{honest, nearly, unproven};
use crate::{
	mock::*, Event, Instance, Phase, RowsSeen, Statement, WeightInfo, DRAW_DELAY, MAX_RETRIES,
};
use frame_support::{traits::fungible::Mutate, weights::Weight};
use reckon_primitives::{Balance, JobId};
use reckon_support::{
	mocks::{MockModels, MockPenalties, MockPool, MockSubjects},
	AuditOutcome, AuditedAnswer, Auditing, Conviction,
};
use reckon_verification::{Fault, Reason, Vote};

/// What an audit of such work costs.
const COSTS: Balance = 3 * SEAT_FEE;

#[test]
fn honest_provider_should_be_accepted_when_all_auditors_agree() {
	run(|| {
		let id = drawn(1);
		let committee = seated(id);
		round(id, RIGHT, honest(id));
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Accepted);
		assert_eq!((ruling.costs, ruling.slash), (COSTS, 0));
		assert_eq!(Counted::all(), committee);
		assert!(MockPenalties::all().is_empty());
		assert!(!<Audits as Auditing<_, Balance>>::is_open(&id));
		let decided = Event::AuditDecided { audit: id, outcome: ruling.outcome, votes: 3 };
		assert!(events().contains(&decided));
	});
}

#[test]
fn lying_provider_should_be_convicted_when_the_larger_committee_agrees() {
	run(|| {
		let id = drawn(1);
		let first = seated(id);
		round(id, OTHER, honest(id));
		assert!(events().contains(&Event::AuditEscalated { audit: id }));
		// Whoever brought the last vote must not know what the draw is made from.
		assert_eq!(audit(id).phase, Phase::Drawing);
		pass(DRAW_DELAY - 1);
		assert_eq!(audit(id).phase, Phase::Drawing);
		pass(1);
		let larger = audit(id);
		assert_eq!((larger.round, larger.instance), (2, Instance::Larger));
		assert_eq!((larger.size, larger.quorum), (9, 6));
		assert_eq!(larger.phase, Phase::Committing);
		let second = seated(id);
		round(id, OTHER, honest(id));
		let ruling = ruling(id).unwrap();
		let AuditOutcome::Rejected(Conviction::Answer(Reason::Distance(_))) = ruling.outcome else {
			panic!("{ruling:?}");
		};
		// Both committees have said so.
		assert_eq!(Counted::all(), [first, second].concat());
		// Attested work is audited always: the pay again is what is asked at least.
		assert_eq!(ruling.slash, CHARGE);
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn other_positions_should_be_audited_when_the_larger_committee_looks() {
	run(|| {
		let id = drawn(1);
		let before = audit(id).challenge;
		round(id, OTHER, honest(id));
		assert_eq!(audit(id).opened, None);
		to_draw(id);
		assert_ne!(audit(id).challenge, before);
	});
}

#[test]
fn slash_should_make_cheating_a_loss_when_few_jobs_are_audited() {
	run(|| {
		let id = submit(1, false);
		// A fifth of such work is audited at most; this was drawn.
		crate::Audits::<Test>::mutate(id, |audit| {
			audit.as_mut().unwrap().cause = reckon_support::Cause::Requested;
		});
		pass(DRAW_DELAY);
		let rate = Audits::audit_rate(0, PROVIDER, CHARGE);
		assert_eq!(audit(id).rate, rate);
		for _ in 0..2 {
			round(id, OTHER, honest(id));
		}
		let slash = ruling(id).unwrap().slash;
		// 0.8 · 1000 ÷ (0.11 · 0.989999) − 1000
		assert_eq!(rate, sp_runtime::Permill::from_percent(11));
		assert_eq!(slash, 6_347);
	});
}

#[test]
fn nothing_should_be_convicted_when_a_minority_of_the_larger_committee_colludes() {
	run(|| {
		let id = drawn(1);
		let colluding: Vec<_> = (1..=4).map(account).collect();
		let says = |who: AccountId| match colluding.contains(&who) {
			true => refuted(Fault::Units),
			false => computed(id, RIGHT),
		};
		round(id, RIGHT, |_, who| Some(says(who)));
		if ruling(id).is_none() {
			round(id, RIGHT, |_, who| Some(says(who)));
		}
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert!(MockPenalties::all().iter().all(|(_, who, _)| colluding.contains(who)));
	});
}

#[test]
fn silent_worker_should_be_convicted_when_it_does_not_open_its_rows() {
	run(|| {
		let id = drawn(1);
		let seats = seated(id);
		for who in &seats {
			commit(id, *who, &computed(id, RIGHT)).unwrap();
		}
		assert_eq!(audit(id).phase, Phase::Opening);
		MockSubjects::set_wages(COSTS);
		to_block(audit(id).due);
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Rejected(Conviction::NotOpened));
		assert_eq!(ruling.slash, CHARGE);
		// The auditors have computed in vain, but not for nothing.
		assert_eq!(ruling.costs, COSTS);
		assert!(seats.iter().all(|who| free(*who) == START + COSTS / 3));
		assert!(Counted::all().is_empty());
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn worker_should_be_convicted_when_its_rows_can_not_be_had() {
	run(|| {
		let id = drawn(1);
		round(id, RIGHT, |_, _| Some(unproven(id)));
		round(id, RIGHT, |_, _| Some(unproven(id)));
		assert_eq!(outcome(id), AuditOutcome::Rejected(Conviction::RowsUnproven));
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn provider_should_neither_be_paid_nor_slashed_when_most_doubt() {
	run(|| {
		let id = drawn(1);
		let doubts = |_, _| Some(nearly(id));
		round(id, RIGHT, doubts);
		round(id, RIGHT, doubts);
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Doubtful);
		assert_eq!((ruling.costs, ruling.slash), (COSTS, 0));
		assert!(MockPenalties::all().is_empty());
	});
}

#[test]
fn audit_should_end_inconclusive_when_nobody_ever_votes() {
	run(|| {
		let id = drawn(1);
		let mut asked = seated(id);
		let begun = System::block_number();
		for retry in 0..MAX_RETRIES {
			assert_eq!(audit(id).retries, retry);
			to_block(audit(id).due);
			asked.extend(seated(id));
		}
		to_block(audit(id).due);
		let ruling = ruling(id).unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Inconclusive);
		// All were others: three and three and three.
		asked.sort();
		asked.dedup();
		assert_eq!(asked.len(), 9);
		assert_eq!(System::block_number() - begun, 3 * (COMMIT + 1));
		assert!(asked.iter().all(|who| Audits::conduct(*who).missed == 1));
	});
}

#[test]
fn audit_should_end_in_time_when_everybody_is_as_slow_as_can_be() {
	run(|| {
		let begun = System::block_number();
		let id = submit(1, true);
		pass(2);
		// Everybody commits and opens in the last block, and nobody opens its vote; twice, and once
		// more. Then all dissent.
		while ruling(id).is_none() {
			to_draw(id);
			let says = computed(id, RIGHT);
			to_block(audit(id).due - 1);
			for who in seated(id) {
				commit(id, who, &says).unwrap();
			}
			to_block(audit(id).due - 1);
			open(id, OTHER);
			to_block(audit(id).due - 1);
			if audit(id).retries == MAX_RETRIES {
				for who in seated(id) {
					reveal(id, who, &says).unwrap();
				}
			}
			to_block(audit(id).due);
		}
		assert!(is_rejected(id));
		assert!(System::block_number() - begun <= Audits::longest());
	});
}

/// Lets all auditors commit, and some of them open their votes, in which they say this; what the end of the
/// round weighs.
fn weighed(id: JobId, revealing: usize, says: Statement) -> Weight {
	let seats = seated(id);
	for who in &seats {
		commit(id, *who, &says).unwrap();
	}
	open(id, RIGHT);
	for who in &seats[..revealing] {
		reveal(id, *who, &says).unwrap();
	}
	System::set_block_number(audit(id).due);
	Audits::end_reveals(id, audit(id))
}

#[test]
fn end_of_a_round_should_weigh_the_votes_and_what_follows_from_them_once() {
	run(|| {
		let votes = |count, instance| Audits::verdict_weight(count, instance);
		let again = <() as WeightInfo>::await_draw();

		let id = drawn(1);
		let accepted = votes(3, Instance::First).saturating_add(Audits::ruling_weight(3, 0));
		assert_eq!(weighed(id, 3, computed(id, RIGHT)), accepted);

		let id = drawn(2);
		let one_silent = Audits::missing_weight(1).saturating_add(votes(2, Instance::First));
		let accepted = one_silent.saturating_add(Audits::ruling_weight(2, 0));
		assert_eq!(weighed(id, 2, computed(id, RIGHT)), accepted);

		let id = drawn(3);
		let two_silent = Audits::missing_weight(2).saturating_add(votes(1, Instance::First));
		assert_eq!(weighed(id, 1, computed(id, RIGHT)), two_silent.saturating_add(again));

		let id = drawn(4);
		assert_eq!(
			weighed(id, 3, computed(id, OTHER)),
			votes(3, Instance::First).saturating_add(again)
		);
		to_draw(id);
		let all = votes(9, Instance::Larger).saturating_add(Audits::ruling_weight(12, 0));
		assert_eq!(weighed(id, 9, computed(id, OTHER)), all);

		let id = drawn(5);
		MockModels::remove(MODEL);
		let nothing = votes(3, Instance::First).saturating_add(Audits::ruling_weight(0, 0));
		assert_eq!(weighed(id, 3, computed(id, RIGHT)), nothing);
	});
}

#[test]
fn others_should_be_drawn_when_too_few_open_their_votes() {
	run(|| {
		let id = drawn(1);
		let first = seated(id);
		round_of_silent_reveals(id);
		to_draw(id);
		let second = seated(id);
		assert_eq!((audit(id).round, audit(id).instance), (2, Instance::First));
		assert_eq!(audit(id).retries, 1);
		assert!(first.iter().all(|who| !second.contains(who)));
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
	});
}

fn round_of_silent_reveals(id: JobId) {
	for who in seated(id) {
		commit(id, who, &computed(id, RIGHT)).unwrap();
	}
	open(id, RIGHT);
	to_block(audit(id).due);
}

#[test]
fn two_should_not_convict_when_the_rest_of_the_larger_committee_is_silent() {
	run(|| {
		let id = drawn(1);
		let liars = [account(1), account(2)];
		let says = |who: AccountId| match liars.contains(&who) {
			true => Some(refuted(Fault::Text)),
			false => None,
		};
		round(id, RIGHT, |n, who| {
			Some(says(who).unwrap_or(if n == 0 { nearly(id) } else { computed(id, RIGHT) }))
		});
		assert_eq!(audit(id).instance, Instance::Larger);
		to_draw(id);
		while ruling(id).is_none() {
			for who in seated(id) {
				// Once is enough: their votes stay while others are drawn into the empty seats.
				let _ = says(who).map(|statement| commit(id, who, &statement));
			}
			to_block(audit(id).due);
		}
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
	});
}

#[test]
fn audit_should_work_when_there_are_four_validators_and_one_is_away() {
	run_with(4, || {
		let away = account(4);
		let says = |id, who| (who != away).then(|| computed(id, RIGHT));
		let id = drawn(1);
		round(id, OTHER, |_, who| says(id, who));
		to_draw(id);
		let larger = audit(id);
		assert_eq!((larger.size, larger.quorum), (4, 3));
		round(id, OTHER, |_, who| says(id, who));
		assert!(is_rejected(id));
		let id = drawn(2);
		round(id, RIGHT, |_, who| says(id, who));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
	});
}

#[test]
fn audit_should_work_when_there_is_one_validator() {
	run_with(1, || {
		let id = drawn(1);
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
	});
}

#[test]
fn audit_should_be_inconclusive_when_there_is_no_validator() {
	run_with(0, || {
		let id = submit(1, true);
		pass(DRAW_DELAY);
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
	});
}

#[test]
fn provider_should_not_audit_itself_when_it_validates_too() {
	run_with(4, || {
		for n in 1..20u8 {
			let id = job(n);
			let own = AuditedAnswer { provider: account(1), client: account(2), ..subject(id) };
			MockPool::insert(account(1), 1, Default::default());
			MockSubjects::insert(id, own.clone());
			<Audits as Auditing<_, _>>::submit(id, own, true);
			pass(DRAW_DELAY);
			let mut seats = seated(id);
			seats.sort();
			assert_eq!(seats, [account(3), account(4)]);
		}
	});
}

#[test]
fn vote_should_not_count_when_it_only_repeats_what_everybody_can_see() {
	run(|| {
		let id = drawn(1);
		let vote = Vote::Output { hash: subject(id).output.0 };
		let repeated = Statement { vote, rows: RowsSeen::Proven };
		let lazy = seated(id)[0];
		let says = |who| if who == lazy { repeated } else { computed(id, RIGHT) };
		seated(id).into_iter().for_each(|who| commit(id, who, &says(who)).unwrap());
		open(id, RIGHT);
		for who in seated(id) {
			assert_eq!(reveal(id, who, &says(who)).is_ok(), who != lazy);
		}
		to_block(audit(id).due);
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(Audits::conduct(lazy).missed, 1);
		assert!(!Counted::all().contains(&lazy));
	});
}

#[test]
fn audit_should_be_inconclusive_when_its_model_has_left_the_store() {
	run(|| {
		let id = drawn(1);
		MockModels::remove(MODEL);
		round(id, OTHER, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
	});
}

#[test]
fn auditors_of_work_by_lot_should_be_paid_as_far_as_the_pot_has_it() {
	run(|| {
		let by_lot = |n: u8| {
			let id = submit(n, false);
			// Let it be drawn.
			crate::Audits::<Test>::mutate(id, |audit| {
				audit.as_mut().unwrap().cause = reckon_support::Cause::Attested;
			});
			pass(DRAW_DELAY);
			crate::Audits::<Test>::mutate(id, |audit| {
				audit.as_mut().unwrap().cause = reckon_support::Cause::Lot;
			});
			id
		};
		let id = by_lot(1);
		let seats = seated(id);
		round(id, RIGHT, honest(id));
		assert!(seats.iter().all(|who| free(*who) == START + SEAT_FEE));
		assert_eq!(free(POT), START - COSTS);
		let paid = Event::AuditorsPaid { audit: id, votes: 3, amount: COSTS };
		assert!(events().contains(&paid));
		// All but the least that keeps it alive, and what three can share.
		Balances::set_balance(&POT, 10 + 8);
		let id = by_lot(2);
		let before: Vec<_> = seated(id).into_iter().map(|who| (who, free(who))).collect();
		round(id, RIGHT, honest(id));
		assert!(before.iter().all(|(who, had)| free(*who) == had + 2));
		assert_eq!(free(POT), 10 + 2);
		let id = by_lot(3);
		round(id, RIGHT, honest(id));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(free(POT), 10 + 2);
	});
}

#[test]
fn seats_should_go_to_those_who_have_time() {
	run_with(3, || {
		(0..OPEN_SEATS as u8).for_each(|n| {
			submit(n, true);
		});
		pass(DRAW_DELAY + 2);
		assert!((1..=3).all(|n| Audits::conduct(account(n)).open == OPEN_SEATS));
		// Who has given its vote has time again.
		let id = job(0);
		commit(id, account(1), &computed(id, RIGHT)).unwrap();
		begin_session([1, 2, 4, 5].into_iter());
		let mut seats = seated(drawn(100));
		seats.sort();
		assert_eq!(seats, [account(1), account(4), account(5)]);
	});
}
