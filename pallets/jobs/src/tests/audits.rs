//! What auditors decide, and what becomes of the money.

use crate::{mock::*, Error, Event, Ledger, Ledgers};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use reckon_primitives::*;
use reckon_support::{
	mocks::{MockAudits, MockHooks, MockModels, MockPool, AUDIT_PRICE, AUDIT_RATE},
	AuditOutcome, AuditSubjects, Conviction, Outcome, Ruling,
};
use sp_core::H256;

const FIRST: crate::mock::AccountId = PROVIDERS[0];
const COMMITMENT: H256 = H256([0xc0; 32]);

fn committed() -> Delivery<Content> {
	Delivery { commitment: Some(COMMITMENT), ..delivery() }
}

fn attested() -> JobRequest<crate::mock::AccountId, Balance, u32> {
	JobRequest { assurance: Assurance::Attested, ..request() }
}

/// A job that was answered in block 2, and costs 158.
fn delivered(request: JobRequest<crate::mock::AccountId, Balance, u32>) -> JobId {
	MockModels::calibrate(MODEL);
	add_provider(FIRST);
	let id = drawn(request);
	answer(id, committed());
	id
}

/// What an audit of such a job costs.
const COSTS: Balance = 94;

/// The audit ends so; says what the auditors have.
fn rule(id: JobId, outcome: AuditOutcome) -> Balance {
	MockAudits::close(&id);
	let slash = match outcome {
		AuditOutcome::Rejected(_) => 1_000,
		_ => 0,
	};
	let ruling = Ruling { outcome, costs: COSTS, slash };
	let wages = <Jobs as AuditSubjects<_, _>>::on_ruling(&id, ruling);
	check();
	wages
}

fn outcomes() -> Vec<Outcome> {
	MockHooks::turns().into_iter().map(|turn| turn.outcome).collect()
}

#[test]
fn delivery_should_be_submitted_to_auditors_when_its_model_is_calibrated() {
	run(|| {
		let id = delivered(request());
		let (subject, certain) = MockAudits::open(&id).unwrap();
		assert!(!certain);
		assert_eq!((subject.client, subject.provider, subject.charge), (CLIENT, FIRST, 158));
		assert_eq!((subject.model, subject.subnet), (MODEL, 0));
		assert_eq!(
			(subject.commitment, subject.output),
			(COMMITMENT, delivery().output.reference().hash)
		);
		assert_eq!(Jobs::why(id), Some(Reason::InAudit));
		assert_eq!(<Jobs as AuditSubjects<_, _>>::subject(&id), Some(subject));
		let id = drawn(attested());
		answer(id, committed());
		assert!(MockAudits::open(&id).unwrap().1);
	});
}

#[test]
fn delivery_should_not_be_submitted_when_its_model_is_not_calibrated() {
	run(|| {
		add_provider(FIRST);
		let id = drawn(request());
		answer(id, delivery());
		assert_eq!(MockAudits::open(&id), None);
		assert_eq!(Jobs::why(id), Some(Reason::InDisputeWindow));
		// It has no commitment, so there is nothing to audit.
		assert_eq!(<Jobs as AuditSubjects<_, _>>::subject(&id), None);
	});
}

#[test]
fn delivery_should_be_refused_when_it_may_be_audited_and_commits_to_nothing() {
	run(|| {
		MockModels::calibrate(MODEL);
		add_provider(FIRST);
		let id = drawn(request());
		assert_noop!(
			Jobs::deliver(worker(FIRST), id, delivery()),
			Error::<Test>::CommitmentMissing
		);
		assert_ok!(Jobs::deliver(worker(FIRST), id, committed()));
	});
}

#[test]
fn attested_job_should_be_refused_when_nobody_could_attest_it() {
	run(|| {
		let submit = |request| Jobs::submit_job(RuntimeOrigin::signed(CLIENT), request);
		assert_noop!(submit(attested()), Error::<Test>::AssuranceUnavailable);
		MockModels::calibrate(MODEL);
		let several = JobRequest { replicas: 2, ..attested() };
		assert_noop!(submit(several), Error::<Test>::ReplicasAttested);
		assert_ok!(submit(attested()));
	});
}

#[test]
fn money_should_not_move_when_the_window_has_passed_and_the_audit_has_not_ended() {
	run(|| {
		let id = delivered(attested());
		to_block(100);
		assert_eq!(Jobs::why(id), Some(Reason::InAudit));
		assert_eq!(free(FIRST), START);
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 1_000);
		// The lot did not fall on it, or its auditors are done.
		MockAudits::close(&id);
		to_block(200);
		assert_eq!(Jobs::why(id), Some(Reason::Paid));
	});
}

#[test]
fn client_should_pay_for_the_audit_that_it_wanted_when_it_accepts() {
	run(|| {
		let id = delivered(attested());
		assert_eq!(rule(id, AuditOutcome::Accepted), COSTS);
		assert_eq!(Jobs::why(id), Some(Reason::Paid));
		// 158: 5 % to the treasury and 10 % to the owner, each rounded down. 93 for the auditors.
		assert_eq!((free(TREASURY), free(MODEL_OWNER)), (START + 7, START + 15));
		assert_eq!((free(FIRST), free(AUDIT_POT)), (START + 136, START + COSTS));
		assert_eq!(
			Ledgers::<Test>::get(CLIENT),
			Ledger { deposited: 1_000, paid: 158 + COSTS, refunded: 842 - COSTS, held: 0 }
		);
		let settled = Event::JobSettled {
			job: id,
			client: CLIENT,
			provider: FIRST,
			charge: 158,
			audit_fee: COSTS,
			refunded: 842 - COSTS,
		};
		assert!(events().contains(&settled));
		assert_eq!(outcomes(), [Outcome::Settled]);
		assert_eq!(MockHooks::settled()[0].fee, 7);
		// The agenda does nothing more, until it forgets the job.
		to_block(30);
		assert_eq!(free(FIRST), START + 136);
		to_block(60);
		assert_eq!(Jobs::job(id), None);
	});
}

#[test]
fn provider_should_pay_for_audits_by_lot_whether_it_falls_or_not() {
	run(|| {
		let [drawn, spared] = [delivered(request()), delivered(request())];
		// What was drawn is paid from the pot, by whoever draws.
		assert_eq!(rule(drawn, AuditOutcome::Accepted), 0);
		// A tenth of what an audit of 158 costs, rounded up.
		let premium = AUDIT_PRICE.premium(158, AUDIT_RATE).mul_floor(158u128);
		assert_eq!(premium, 10);
		assert_eq!((free(FIRST), free(AUDIT_POT)), (START + 126, START + 10));
		MockAudits::close(&spared);
		to_block(30);
		assert_eq!(Jobs::why(spared), Some(Reason::Paid));
		assert_eq!((free(FIRST), free(AUDIT_POT)), (START + 2 * 126, START + 2 * 10));
		assert_eq!(Ledgers::<Test>::get(CLIENT).paid, 2 * 158);
	});
}

#[test]
fn client_should_have_all_back_when_no_auditor_has_attested_its_answer() {
	run(|| {
		let id = delivered(attested());
		let bond = MockPool::bond(FIRST);
		assert_eq!(rule(id, AuditOutcome::Inconclusive), 0);
		assert_eq!(Jobs::why(id), Some(Reason::NotAttested));
		assert_eq!((free(CLIENT), Balances::total_balance_on_hold(&CLIENT)), (START, 0));
		assert_eq!((free(FIRST), free(AUDIT_POT)), (START, START));
		assert_eq!(
			Ledgers::<Test>::get(CLIENT),
			Ledger { deposited: 1_000, paid: 0, refunded: 1_000, held: 0 }
		);
		let refunded = Event::JobRefunded {
			job: id,
			client: CLIENT,
			amount: 1_000,
			audit_fee: 0,
			reason: Reason::NotAttested,
		};
		assert!(events().contains(&refunded));
		// Its provider has done nothing wrong that anybody could show.
		assert_eq!((MockPool::bond(FIRST), outcomes()), (bond, vec![Outcome::Inconclusive]));
		assert!(MockHooks::settled().is_empty());
	});
}

#[test]
fn answer_that_the_lot_fell_on_should_be_paid_when_no_auditor_has_said_anything() {
	run(|| {
		let id = delivered(request());
		assert_eq!(rule(id, AuditOutcome::Inconclusive), 0);
		assert_eq!(Jobs::why(id), Some(Reason::Paid));
		// A premium of ten, as of every answer that it could have fallen on.
		assert_eq!((free(FIRST), free(AUDIT_POT)), (START + 126, START + 10));
		assert_eq!(Ledgers::<Test>::get(CLIENT).paid, 158);
		assert_eq!(outcomes(), [Outcome::Settled]);
	});
}

#[test]
fn price_should_cover_the_audit_when_the_answer_is_to_be_attested() {
	run(|| {
		MockModels::calibrate(MODEL);
		add_provider(FIRST);
		let asked = attested();
		let (bytes, output) = (asked.payload.reference().length, asked.sampling.max_output);
		let quote = |assurance| Jobs::quote(0, MODEL, bytes, output, assurance).unwrap();
		let work = quote(Assurance::Optimistic);
		let all = quote(Assurance::Attested);
		assert_eq!(all, work + AUDIT_PRICE.fee(work));
		let id = drawn(JobRequest { max_price: all - 1, ..asked.clone() });
		assert_eq!(Jobs::why(id), Some(Reason::NoneWithinPrice));
		let id = drawn(JobRequest { max_price: all, ..asked });
		// However much the provider says it has done, the auditors are paid.
		let units = Units { input: 1, output };
		answer(id, Delivery { units, ..committed() });
		let JobState::Delivered { charge, .. } = Jobs::job(id).unwrap().state else { panic!() };
		assert!(charge + AUDIT_PRICE.fee(charge) <= all);
		let submit = |max_price| {
			let request = JobRequest { max_price, ..attested() };
			Jobs::submit_job(RuntimeOrigin::signed(CLIENT), request)
		};
		// The least of three seats, and nothing for the answer.
		assert_noop!(submit(15), Error::<Test>::PriceZero);
		assert_ok!(submit(16));
	});
}

#[test]
fn client_should_have_its_money_back_and_the_provider_be_slashed_when_it_is_convicted() {
	run(|| {
		let id = delivered(attested());
		MockPool::set_bond(FIRST, 5_000);
		let conviction = AuditOutcome::Rejected(Conviction::NotOpened);
		// The mock's bond is no account's.
		rule(id, conviction);
		assert_eq!(Jobs::why(id), Some(Reason::AuditRejected));
		assert_eq!((free(CLIENT), Balances::total_balance_on_hold(&CLIENT)), (START, 0));
		assert_eq!(free(FIRST), START);
		// What the auditors have is part of the slash.
		assert_eq!(MockPool::bond(FIRST), 4_000);
		let convicted = Event::JobConvicted { job: id, provider: FIRST, slashed: 1_000 };
		assert!(events().contains(&convicted));
		assert_eq!(outcomes(), [Outcome::Rejected]);
		assert!(MockHooks::settled().is_empty());
	});
}

#[test]
fn slash_should_end_with_the_bond_when_that_is_less() {
	run(|| {
		let id = delivered(attested());
		MockPool::set_bond(FIRST, 30);
		assert_eq!(rule(id, AuditOutcome::Rejected(Conviction::NotOpened)), 30);
		assert_eq!(MockPool::bond(FIRST), 0);
		let convicted = Event::JobConvicted { job: id, provider: FIRST, slashed: 30 };
		assert!(events().contains(&convicted));
	});
}

#[test]
fn client_should_have_the_price_back_but_pay_the_auditors_when_they_can_not_tell() {
	run(|| {
		let id = delivered(attested());
		let bond = MockPool::bond(FIRST);
		assert_eq!(rule(id, AuditOutcome::Doubtful), COSTS);
		assert_eq!(Jobs::why(id), Some(Reason::AuditDoubtful));
		assert_eq!((free(CLIENT), free(FIRST)), (START - COSTS, START));
		assert_eq!(free(AUDIT_POT), START + COSTS);
		let refunded = Event::JobRefunded {
			job: id,
			client: CLIENT,
			amount: 1_000 - COSTS,
			audit_fee: COSTS,
			reason: Reason::AuditDoubtful,
		};
		assert!(events().contains(&refunded));
		assert_eq!(MockPool::bond(FIRST), bond);
		assert_eq!(outcomes(), [Outcome::Inconclusive]);
		// By lot nobody pays but the pot.
		let id = delivered(request());
		assert_eq!(rule(id, AuditOutcome::Doubtful), 0);
		assert_eq!(free(CLIENT), START - COSTS);
	});
}

#[test]
fn ruling_should_do_nothing_when_there_is_nothing_to_rule_on() {
	run(|| {
		let id = delivered(attested());
		rule(id, AuditOutcome::Accepted);
		let before = (free(FIRST), free(CLIENT), events().len());
		rule(id, AuditOutcome::Rejected(Conviction::NotOpened));
		rule(H256::zero(), AuditOutcome::Accepted);
		assert_eq!((free(FIRST), free(CLIENT), events().len()), before);
	});
}

#[test]
fn dispute_should_be_refused_while_auditors_decide() {
	run(|| {
		let id = delivered(request());
		let dispute = || Jobs::dispute(RuntimeOrigin::signed(CLIENT), id);
		assert_noop!(dispute(), Error::<Test>::UnderAudit);
		MockAudits::close(&id);
		assert_ok!(dispute());
		// From now on the comparison decides.
		assert_eq!(<Jobs as AuditSubjects<_, _>>::subject(&id), None);
	});
}

#[test]
fn compared_answers_should_not_be_audited() {
	run(|| {
		MockModels::calibrate(MODEL);
		PROVIDERS.into_iter().for_each(add_provider);
		let all = submit_all(JobRequest { replicas: 2, ..request() });
		to_block(2);
		for id in &all {
			answer(*id, committed());
			assert_eq!(MockAudits::open(id), None);
			assert_eq!(<Jobs as AuditSubjects<_, _>>::subject(id), None);
		}
	});
}

#[test]
fn nothing_should_be_left_to_audit_when_the_window_has_passed() {
	run(|| {
		let id = delivered(request());
		MockAudits::close(&id);
		assert!(<Jobs as AuditSubjects<_, _>>::subject(&id).is_some());
		System::set_block_number(7);
		assert_eq!(<Jobs as AuditSubjects<_, _>>::subject(&id), None);
		assert_eq!(<Jobs as AuditSubjects<_, _>>::subject(&H256::zero()), None);
	});
}

#[test]
fn auditors_should_see_what_was_asked_and_answered_until_the_job_is_paid() {
	run(|| {
		let id = delivered(request());
		let work = <Jobs as AuditSubjects<_, _>>::work(&id).unwrap();
		let job = Jobs::job(id).unwrap();
		let JobState::Delivered { seed, .. } = job.state else { panic!("{:?}", job.state) };
		assert_eq!((work.model, work.task, work.seed), (MODEL, job.task, seed));
		assert_eq!((work.payload, work.sampling), (request().payload, job.sampling));
		assert_eq!((work.output, work.units), (delivery().output, delivery().units));
		rule(id, AuditOutcome::Accepted);
		assert_eq!(<Jobs as AuditSubjects<_, _>>::work(&id), None);
		assert_eq!(<Jobs as AuditSubjects<_, _>>::work(&JobId::zero()), None);
	});
}

#[test]
fn auditors_should_see_the_names_of_what_is_not_on_chain() {
	run(|| {
		let [payload, output] = [vec![b'p'; 5_000], vec![b'o'; 5_000]].map(Content::from);
		let asked = JobRequest { payload: payload.clone(), max_price: 10_000, ..request() };
		MockModels::calibrate(MODEL);
		add_provider(FIRST);
		let id = drawn(asked);
		answer(id, Delivery { output: output.clone(), ..committed() });
		let work = <Jobs as AuditSubjects<_, _>>::work(&id).unwrap();
		assert_eq!((work.payload, work.output), (payload, output));
	});
}
