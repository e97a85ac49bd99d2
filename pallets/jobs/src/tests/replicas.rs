//! Replicas: several providers answer, and the answers are compared.

use crate::{mock::*, ClientJobs, Comparisons, Error, Event, Ledgers, Payloads};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use reckon_primitives::*;
use reckon_support::{
	mocks::{MockHooks, MockModels, MockPool},
	Outcome,
};
use std::collections::BTreeSet;

type Request = JobRequest<crate::mock::AccountId, Balance, u32>;

/// A request for so many replicas, with 1,000 for each.
fn replicated(replicas: u8) -> Request {
	JobRequest { replicas, max_price: Balance::from(replicas) * 1_000, ..request() }
}

/// So many replicas, each with a provider.
fn assigned(replicas: u8) -> Vec<JobId> {
	PROVIDERS.into_iter().for_each(add_provider);
	let jobs = submit_all(replicated(replicas));
	to_block(System::block_number() + 1);
	jobs
}

fn verdict(of: JobId) -> Option<Verdict> {
	Jobs::comparison(of).unwrap().verdict
}

fn outcomes() -> Vec<(crate::mock::AccountId, Outcome)> {
	MockHooks::turns().into_iter().map(|turn| (turn.provider, turn.outcome)).collect()
}

#[test]
fn submit_should_make_a_job_for_each_replica_and_hold_the_whole_price_once() {
	run(|| {
		let jobs = submit_all(JobRequest { max_price: 3_002, ..replicated(3) });
		assert_eq!(jobs.len(), 3);
		// What can't be divided is the first one's.
		let prices = jobs.iter().map(|id| Jobs::job(*id).unwrap().max_price);
		assert_eq!(prices.collect::<Vec<_>>(), [1_002, 1_000, 1_000]);
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 3_002);
		assert_eq!(Ledgers::<Test>::get(CLIENT).deposited, 3_002);
		let told: Balance = Jobs::held_by(CLIENT).iter().map(|held| held.amount).sum();
		assert_eq!(told, 3_002);

		let comparison = Jobs::comparison(jobs[2]).unwrap();
		assert_eq!(Jobs::comparison(jobs[0]), Some(comparison.clone()));
		assert_eq!(comparison.purpose, Purpose::Replicas);
		assert_eq!((comparison.seed, comparison.verdict), (None, None));
		let siblings: Vec<_> = comparison.siblings.iter().map(|sibling| sibling.job).collect();
		assert_eq!(siblings, jobs);
		let opened =
			Event::ComparisonOpened { comparison: jobs[0], jobs: jobs.clone().try_into().unwrap() };
		assert!(events().contains(&opened));
		// The payload lies there once, and all read it.
		assert_eq!(Payloads::<Test>::iter().count(), 1);
		PROVIDERS.into_iter().for_each(add_provider);
		to_block(2);
		for id in jobs {
			let assignments = Jobs::assigned_to(provider_of(id).unwrap());
			assert_eq!(assignments[0].payload, Content::from(b"hello".to_vec()));
		}
	});
}

#[test]
fn submit_should_be_refused_when_replicas_can_not_be_had() {
	run(|| {
		let submit = |request| Jobs::submit_job(RuntimeOrigin::signed(CLIENT), request);
		for replicas in [0, 6, u8::MAX] {
			let request = JobRequest { replicas, ..request() };
			assert_noop!(submit(request), Error::<Test>::ReplicasOutOfRange);
		}
		let named = JobRequest { only: Some(PROVIDERS[0]), ..replicated(2) };
		assert_noop!(submit(named), Error::<Test>::ReplicasByOneProvider);
		let cheap = JobRequest { max_price: 4, ..replicated(5) };
		assert_noop!(submit(cheap), Error::<Test>::PriceZero);
		// Whoever answers first does not wait for the others for ever.
		let deadline = System::block_number() + 41;
		assert_noop!(
			submit(JobRequest { deadline, ..replicated(2) }),
			Error::<Test>::DeadlineTooFar
		);
		assert_ok!(submit(JobRequest { deadline: deadline - 1, ..replicated(2) }));
		assert_ok!(submit(JobRequest { deadline, ..request() }));
		let dear = JobRequest { max_price: START + 1, ..replicated(2) };
		assert_noop!(submit(dear), sp_runtime::TokenError::FundsUnavailable);
		MockModels::make_tolerant(MODEL);
		assert_noop!(submit(replicated(2)), Error::<Test>::NotComparable);
		// One answer is not compared with anything.
		assert_ok!(submit(request()));
	});
}

#[test]
fn replicas_should_have_different_providers_and_the_same_seed_when_assigned() {
	run(|| {
		let jobs = assigned(5);
		// A full block does not draw for all of them.
		to_block(3);
		let providers: BTreeSet<_> = jobs.iter().map(|id| provider_of(*id).unwrap()).collect();
		assert_eq!(providers.len(), 5);
		let seeds: BTreeSet<_> =
			providers.iter().map(|who| Jobs::assigned_to(*who)[0].seed).collect();
		assert_eq!(seeds.len(), 1);
	});
}

#[test]
fn replica_should_have_the_others_seed_and_none_of_their_providers_when_assigned_later() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let jobs = submit_all(replicated(2));
		to_block(2);
		// Nobody else is there; and who gives one back does not get the other.
		let with: Vec<_> = jobs.iter().filter(|id| provider_of(**id).is_some()).collect();
		assert_eq!(with.len(), 1);
		let seed = Jobs::assigned_to(PROVIDERS[0])[0].seed;
		assert_ok!(Jobs::decline(worker(PROVIDERS[0]), *with[0], Reason::Busy));
		to_block(6);
		assert!(jobs.iter().all(|id| Jobs::why(*id) == Some(Reason::NoneFree)));
		PROVIDERS[1..3].iter().for_each(|who| add_provider(*who));
		to_block(12);
		assert!(jobs.iter().all(|id| Jobs::why(*id) == Some(Reason::InProgress)));
		for who in &PROVIDERS[1..3] {
			assert_eq!(Jobs::assigned_to(*who)[0].seed, seed);
		}
	});
}

#[test]
fn liar_should_be_rejected_and_the_others_paid_when_most_agree() {
	run(|| {
		let jobs = assigned(3);
		let who: Vec<_> = jobs.iter().map(|id| provider_of(*id).unwrap()).collect();
		answer(jobs[0], delivery());
		answer(jobs[1], other_delivery(1));
		assert_eq!(verdict(jobs[0]), None);
		assert_eq!(Jobs::why(jobs[0]), Some(Reason::AwaitingComparison));
		answer(jobs[2], delivery());
		let right = Verdict::Majority { answer: delivery().output.reference() };
		assert_eq!(verdict(jobs[0]), Some(right));
		let decided = Event::ComparisonDecided { comparison: jobs[0], verdict: right };
		assert_eq!(events().last(), Some(&decided));
		assert_eq!(Jobs::why(jobs[0]), Some(Reason::InDisputeWindow));

		to_block(7);
		assert_eq!(Jobs::why(jobs[0]), Some(Reason::Paid));
		assert_eq!(Jobs::why(jobs[1]), Some(Reason::AnswerRejected));
		assert_eq!(Jobs::why(jobs[2]), Some(Reason::Paid));
		// 158 each: 5 % to the treasury and 10 % to the model's owner.
		assert_eq!([free(who[0]), free(who[1]), free(who[2])], [START + 136, START, START + 136]);
		assert_eq!(free(CLIENT), START - 2 * 158);
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 0);
		let rejected = Event::JobRejected { job: jobs[1], provider: who[1], compensation: 0 };
		assert!(events().contains(&rejected));
		assert!(outcomes().contains(&(who[1], Outcome::Rejected)));
		assert_eq!(outcomes().iter().filter(|turn| turn.1 == Outcome::Settled).count(), 2);
		// The record says who it was.
		let attempts = Jobs::job(jobs[1]).unwrap().attempts.into_inner();
		let attempt = Attempt { provider: who[1], reason: Reason::AnswerRejected };
		assert_eq!(attempts, vec![attempt]);
	});
}

#[test]
fn nobody_should_be_paid_or_blamed_when_answers_differ_without_a_majority() {
	run(|| {
		let jobs = assigned(2);
		answer(jobs[0], delivery());
		answer(jobs[1], other_delivery(1));
		assert_eq!(verdict(jobs[0]), Some(Verdict::NoMajority));
		to_block(7);
		assert!(jobs.iter().all(|id| Jobs::why(*id) == Some(Reason::NoMajority)));
		assert_eq!(free(CLIENT), START);
		assert!(MockHooks::settled().is_empty());
		assert_eq!(outcomes().len(), 2);
		assert!(outcomes().iter().all(|turn| turn.1 == Outcome::Inconclusive));
	});
}

#[test]
fn only_answer_should_be_paid_when_nobody_else_could_answer() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let jobs = submit_all(replicated(3));
		to_block(2);
		let one = *jobs.iter().find(|id| provider_of(**id).is_some()).unwrap();
		answer(one, delivery());
		// Its own window has passed, but others may still come.
		to_block(27);
		assert_eq!(Jobs::why(one), Some(Reason::AwaitingComparison));
		// From here on nobody would have time.
		to_block(28);
		assert_eq!(verdict(one), Some(Verdict::Unconfirmed));
		to_block(33);
		assert_eq!(Jobs::why(one), Some(Reason::Paid));
		assert_eq!(free(CLIENT), START - 158);
	});
}

#[test]
fn answer_should_be_paid_at_most_three_blocks_late_when_the_others_miss_the_deadline() {
	run(|| {
		let jobs = assigned(2);
		answer(jobs[0], delivery());
		// The other one is missed by one provider after the other.
		let mut paid_at = None;
		while paid_at.is_none() {
			to_block(System::block_number() + 1);
			if Jobs::why(jobs[0]) == Some(Reason::Paid) {
				paid_at = Some(System::block_number());
			}
		}
		let deadline = Jobs::job(jobs[1]).unwrap().deadline;
		assert_eq!(Jobs::why(jobs[1]), Some(Reason::AttemptsExhausted));
		assert!(paid_at.unwrap() <= deadline + 3, "{paid_at:?}");
	});
}

#[test]
fn cancel_should_be_refused_when_a_provider_has_another_replica() {
	run(|| {
		let jobs = submit_all(replicated(3));
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(CLIENT), jobs[1]));
		add_provider(PROVIDERS[0]);
		to_block(2);
		let open = |id: &&JobId| matches!(Jobs::job(**id).unwrap().state, JobState::Open { .. });
		let waiting = *jobs.iter().find(open).unwrap();
		assert_noop!(
			Jobs::cancel(RuntimeOrigin::signed(CLIENT), waiting),
			Error::<Test>::ComparisonBegun
		);
	});
}

#[test]
fn comparison_and_payload_should_be_forgotten_with_the_last_replica() {
	run(|| {
		let jobs = submit_all(replicated(2));
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(CLIENT), jobs[0]));
		PROVIDERS.into_iter().for_each(add_provider);
		to_block(2);
		answer(jobs[1], delivery());
		assert_eq!(verdict(jobs[1]), Some(Verdict::Unconfirmed));
		// The first one is remembered for 50 blocks, the second from its payment on.
		to_block(51);
		assert!(Jobs::job(jobs[0]).is_none());
		assert_eq!(Jobs::comparison(jobs[1]).unwrap().remembered, 1);
		assert_eq!(Payloads::<Test>::iter().count(), 1);
		to_block(57);
		assert_eq!(Comparisons::<Test>::iter().count(), 0);
		assert_eq!(Payloads::<Test>::iter().count(), 0);
		assert_eq!(ClientJobs::<Test>::iter().count(), 0);
		assert_eq!(Jobs::comparison(jobs[1]), None);
	});
}

#[test]
fn delivery_should_be_refused_a_second_time_when_it_is_compared() {
	run(|| {
		let jobs = assigned(2);
		answer(jobs[0], delivery());
		let provider = provider_of(jobs[0]).unwrap();
		assert_noop!(
			Jobs::deliver(worker(provider), jobs[0], other_delivery(1)),
			Error::<Test>::AlreadyDelivered
		);
		assert_eq!(MockPool::load(provider), 0);
	});
}

#[test]
fn weight_should_grow_with_the_replicas() {
	run(|| {
		let call = |replicas| crate::Call::submit_job { request: replicated(replicas) };
		let (one, two, five) = (weight_of(call(1)), weight_of(call(2)), weight_of(call(5)));
		assert!(two.ref_time() > one.ref_time());
		assert!(five.ref_time() > 2 * two.ref_time());
	});
}

#[test]
fn delivery_should_weigh_more_when_it_is_compared() {
	run(|| {
		let jobs = assigned(2);
		let origin = worker(provider_of(jobs[0]).unwrap());
		let compared = Jobs::deliver(origin, jobs[0], delivery()).unwrap();
		assert_eq!(compared.actual_weight, None);
		let alone = drawn(request());
		let origin = worker(provider_of(alone).unwrap());
		let most = weight_of(crate::Call::deliver { job: alone, delivery: delivery() });
		let paid = Jobs::deliver(origin, alone, delivery()).unwrap();
		assert!(paid.actual_weight.unwrap().ref_time() < most.ref_time());
	});
}
