//! Disputes: a client doubts an answer, and two others compute it again.

use crate::{mock::*, Comparisons, Error, Event, Ledgers};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use reckon_primitives::*;
use reckon_support::{
	mocks::{MockHooks, MockModels, MockPool},
	Outcome,
};
use sp_core::H256;
use sp_runtime::TokenError;

const FIRST: crate::mock::AccountId = PROVIDERS[0];

/// A job that the first provider has answered in block 2; its window is open until block 7.
fn delivered() -> JobId {
	add_provider(FIRST);
	let id = drawn(request());
	answer(id, delivery());
	id
}

/// A disputed job, and those that compute it again, which other providers have.
fn disputed() -> (JobId, [JobId; 2]) {
	let id = delivered();
	PROVIDERS.into_iter().for_each(add_provider);
	let others = dispute(id);
	to_block(System::block_number() + 1);
	(id, others.try_into().unwrap())
}

fn reasons(jobs: &[JobId]) -> Vec<Reason> {
	jobs.iter().map(|id| Jobs::why(*id).unwrap()).collect()
}

fn outcome_of(who: crate::mock::AccountId) -> Vec<Outcome> {
	let turns = MockHooks::turns().into_iter().filter(|turn| turn.provider == who);
	turns.map(|turn| turn.outcome).collect()
}

#[test]
fn dispute_should_hold_a_bond_and_ask_two_others_from_the_same_seed() {
	run(|| {
		let id = delivered();
		let JobState::Delivered { seed, .. } = Jobs::job(id).unwrap().state else { panic!() };
		PROVIDERS.into_iter().for_each(add_provider);
		let others = dispute(id);
		assert_eq!(others.len(), 2);
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 3_000);
		assert!(events().contains(&Event::JobDisputed { job: id, client: CLIENT, bond: 2_000 }));
		assert_eq!(Jobs::why(id), Some(Reason::AwaitingComparison));
		let comparison = Jobs::comparison(id).unwrap();
		assert_eq!(comparison.purpose, Purpose::Dispute);
		assert_eq!(comparison.siblings[0].job, id);
		// As long as the first one had.
		assert_eq!(comparison.deadline, 2 + 30);
		to_block(3);
		for other in others {
			let provider = provider_of(other).unwrap();
			assert_ne!(provider, FIRST);
			let assignment = &Jobs::assigned_to(provider)[0];
			assert_eq!((assignment.seed, &assignment.payload), (seed, &request().payload));
		}
	});
}

#[test]
fn those_who_compute_again_should_have_no_more_time_than_a_dispute_may_take() {
	run(|| {
		add_provider(FIRST);
		let id = drawn(JobRequest { deadline: 900, ..request() });
		answer(id, delivery());
		let others = dispute(id);
		assert_eq!(Jobs::job(others[0]).unwrap().deadline, 2 + 40);
	});
}

#[test]
fn liar_should_pay_for_the_proof_when_two_others_contradict_it() {
	run(|| {
		let (id, others) = disputed();
		let bond = MockPool::bond(FIRST);
		others.iter().for_each(|other| answer(*other, other_delivery(9)));
		to_block(8);
		assert_eq!(reasons(&[id]), [Reason::AnswerRejected]);
		assert_eq!(reasons(&others), [Reason::Paid, Reason::Paid]);
		// What the two others cost comes out of the liar's bond.
		assert_eq!(bond - MockPool::bond(FIRST), 2 * 158);
		let rejected = Event::JobRejected { job: id, provider: FIRST, compensation: 316 };
		assert!(events().contains(&rejected));
		assert_eq!(outcome_of(FIRST), [Outcome::Rejected]);
		assert_eq!(free(FIRST), START);
		assert_eq!(free(CLIENT), START - 316);
		assert_eq!(Ledgers::<Test>::get(CLIENT).paid, 316);
	});
}

#[test]
fn honest_provider_should_be_paid_and_the_client_pay_the_others_when_the_answer_holds() {
	run(|| {
		let (id, others) = disputed();
		others.iter().for_each(|other| answer(*other, delivery()));
		to_block(8);
		assert_eq!(reasons(&[id, others[0], others[1]]), [Reason::Paid; 3]);
		assert_eq!(free(FIRST), START + 136);
		assert_eq!(free(CLIENT), START - 3 * 158);
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 0);
		assert_eq!(outcome_of(FIRST), [Outcome::Settled]);
	});
}

#[test]
fn second_liar_should_go_without_pay_or_blame_when_the_first_answer_holds() {
	run(|| {
		let (id, others) = disputed();
		let liar = provider_of(others[0]).unwrap();
		let bond = MockPool::bond(liar);
		answer(others[0], other_delivery(1));
		answer(others[1], delivery());
		to_block(8);
		let expected = [Reason::Paid, Reason::AnswerRejected, Reason::Paid];
		assert_eq!(reasons(&[id, others[0], others[1]]), expected);
		// It may be the honest one, outvoted by the client's friends.
		assert_eq!((MockPool::bond(liar), outcome_of(liar)), (bond, vec![Outcome::Inconclusive]));
		let rejected = Event::JobRejected { job: others[0], provider: liar, compensation: 0 };
		assert!(events().contains(&rejected));
		assert_eq!(free(CLIENT), START - 2 * 158);
	});
}

#[test]
fn first_should_be_paid_and_nobody_else_when_all_answers_differ() {
	run(|| {
		let (id, others) = disputed();
		let bond = MockPool::bond(FIRST);
		answer(others[0], other_delivery(1));
		answer(others[1], other_delivery(2));
		to_block(8);
		let expected = [Reason::Paid, Reason::NoMajority, Reason::NoMajority];
		assert_eq!(reasons(&[id, others[0], others[1]]), expected);
		assert_eq!(free(CLIENT), START - 158);
		assert_eq!((MockPool::bond(FIRST), outcome_of(FIRST)), (bond, vec![Outcome::Settled]));
	});
}

#[test]
fn first_should_be_paid_when_nobody_else_can_answer() {
	run(|| {
		let id = delivered();
		let others = dispute(id);
		// Its own window ends in block 7; the others' last chance is 3 blocks before block 32.
		to_block(28);
		assert_eq!(Jobs::why(id), Some(Reason::AwaitingComparison));
		to_block(32 + 2);
		assert_eq!(Jobs::comparison(id).unwrap().verdict, Some(Verdict::Unconfirmed));
		assert_eq!(reasons(&[id]), [Reason::Paid]);
		assert_eq!(reasons(&others), [Reason::NoProviderInTime; 2]);
		assert_eq!(free(CLIENT), START - 158);
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 0);
	});
}

#[test]
fn one_other_should_be_enough_to_confirm_but_not_to_convict() {
	for (says, expected) in [
		(delivery(), [Reason::Paid, Reason::Paid]),
		(other_delivery(1), [Reason::Paid, Reason::NoMajority]),
	] {
		run(|| {
			let id = delivered();
			add_provider(PROVIDERS[1]);
			let others = dispute(id);
			to_block(3);
			let with = others.into_iter().find(|id| provider_of(*id).is_some()).unwrap();
			answer(with, says);
			to_block(40);
			assert_eq!(reasons(&[id, with]), expected);
		});
	}
}

#[test]
fn dispute_should_be_refused_and_change_nothing_when_it_is_not_the_clients_or_too_late() {
	run(|| {
		let client = RuntimeOrigin::signed(CLIENT);
		assert_noop!(Jobs::dispute(client.clone(), H256::zero()), Error::<Test>::UnknownJob);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let refused = Jobs::dispute(origin, H256::zero());
			assert_noop!(refused, sp_runtime::DispatchError::BadOrigin);
		}
		let open = drawn(request());
		assert_noop!(Jobs::dispute(client.clone(), open), Error::<Test>::NotDelivered);
		add_provider(FIRST);
		to_block(3);
		assert_noop!(Jobs::dispute(client.clone(), open), Error::<Test>::NotDelivered);
		answer(open, delivery());
		let stranger = RuntimeOrigin::signed(OTHER_CLIENT);
		assert_noop!(Jobs::dispute(stranger, open), Error::<Test>::NotClient);
		let provider = RuntimeOrigin::signed(FIRST);
		assert_noop!(Jobs::dispute(provider, open), Error::<Test>::NotClient);
		// The sweep is behind, and the window has passed.
		System::set_block_number(8);
		assert_noop!(Jobs::dispute(client.clone(), open), Error::<Test>::DisputeTooLate);
		System::set_block_number(7);
		to_block(8);
		assert_eq!(Jobs::why(open), Some(Reason::Paid));
		assert_noop!(Jobs::dispute(client, open), Error::<Test>::NotDelivered);
	});
}

#[test]
fn dispute_should_be_refused_when_the_answer_is_compared_already_or_can_not_be() {
	run(|| {
		let client = RuntimeOrigin::signed(CLIENT);
		let (id, others) = disputed();
		assert_noop!(Jobs::dispute(client.clone(), id), Error::<Test>::AlreadyCompared);
		assert_noop!(Jobs::dispute(client.clone(), others[0]), Error::<Test>::NotDelivered);
		answer(others[0], delivery());
		assert_noop!(Jobs::dispute(client.clone(), others[0]), Error::<Test>::AlreadyCompared);
		assert_noop!(Jobs::cancel(client.clone(), id), Error::<Test>::NotOpen);

		let other = drawn(request());
		answer(other, delivery());
		MockModels::make_tolerant(MODEL);
		assert_noop!(Jobs::dispute(client, other), Error::<Test>::NotComparable);
	});
}

#[test]
fn dispute_should_be_refused_when_the_job_is_over() {
	run(|| {
		let (rejected, others) = disputed();
		others.iter().for_each(|other| answer(*other, other_delivery(9)));
		let cancelled = submit(request());
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(CLIENT), cancelled));
		to_block(8);
		let expected = [Reason::AnswerRejected, Reason::CancelledByClient, Reason::Paid];
		assert_eq!(reasons(&[rejected, cancelled, others[0]]), expected);
		let dispute = |id| Jobs::dispute(RuntimeOrigin::signed(CLIENT), id);
		for over in [rejected, cancelled, others[0]] {
			assert_noop!(dispute(over), Error::<Test>::NotDelivered);
		}
		to_block(8 + 51);
		for forgotten in [rejected, cancelled, others[0]] {
			assert_noop!(dispute(forgotten), Error::<Test>::UnknownJob);
		}
	});
}

#[test]
fn dispute_should_be_refused_when_the_bond_can_not_be_held() {
	run(|| {
		let id = delivered();
		let client = RuntimeOrigin::signed(CLIENT);
		let all = free(CLIENT) - 1_999;
		assert_ok!(Balances::transfer_allow_death(client.clone(), OTHER_CLIENT, all));
		assert_noop!(Jobs::dispute(client, id), TokenError::FundsUnavailable);
		assert_eq!(Comparisons::<Test>::iter().count(), 0);
	});
}

#[test]
fn dispute_should_be_paid_from_earnings_when_money_lacks() {
	run(|| {
		add_provider(FIRST);
		assert_ok!(Jobs::submit_job(RuntimeOrigin::signed(EARNER), request()));
		let id = crate::Jobs::<Test>::iter_keys().next().unwrap();
		to_block(2);
		answer(id, delivery());
		let most = weight_of(crate::Call::dispute { job: id });
		let poor = Jobs::dispute(RuntimeOrigin::signed(EARNER), id).unwrap();
		assert_eq!((poor.actual_weight, Balances::reserved_balance(EARNER)), (None, 3_000));

		let rich = drawn(request());
		answer(rich, delivery());
		let actual = Jobs::dispute(RuntimeOrigin::signed(CLIENT), rich).unwrap().actual_weight;
		assert_eq!(most.ref_time() - actual.unwrap().ref_time(), 777);
	});
}

#[test]
fn provider_of_a_named_job_should_be_held_to_its_answer_too() {
	run(|| {
		PROVIDERS.into_iter().for_each(add_provider);
		let id = drawn(JobRequest { only: Some(PROVIDERS[3]), ..request() });
		answer(id, delivery());
		let others = dispute(id);
		to_block(3);
		others.iter().for_each(|other| answer(*other, other_delivery(1)));
		to_block(8);
		assert_eq!(reasons(&[id]), [Reason::AnswerRejected]);
		assert_eq!(outcome_of(PROVIDERS[3]), [Outcome::Rejected]);
	});
}

#[test]
fn friend_of_the_clients_should_convict_nobody_when_the_client_named_the_first() {
	run(|| {
		PROVIDERS.into_iter().for_each(add_provider);
		// The client names its accomplice, and another one is drawn beside an honest provider.
		let id = drawn(JobRequest { only: Some(FIRST), ..request() });
		answer(id, other_delivery(1));
		let others = dispute(id);
		to_block(3);
		let honest = provider_of(others[1]).unwrap();
		answer(others[0], other_delivery(1));
		answer(others[1], delivery());
		to_block(8);
		assert_eq!(reasons(&[others[1]]), [Reason::AnswerRejected]);
		assert_eq!(outcome_of(honest), [Outcome::Inconclusive]);
	});
}

#[test]
fn disputed_job_should_be_forgotten_with_all_that_belongs_to_it() {
	run(|| {
		let (_, others) = disputed();
		others.iter().for_each(|other| answer(*other, delivery()));
		to_block(8 + 51);
		assert_eq!(crate::Jobs::<Test>::iter().count(), 0);
		assert_eq!(Comparisons::<Test>::iter().count(), 0);
		assert_eq!(crate::Payloads::<Test>::iter().count(), 0);
		assert_eq!(crate::Answers::<Test>::iter().count(), 0);
		assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
	});
}
