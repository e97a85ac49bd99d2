//! All providers go: every job comes to its end by itself, and nobody's money stays behind.

use crate::{
	mock::*, Agenda, Answers, ClientJobs, Comparisons, Event, Ledger, Ledgers, Payloads,
	ProviderJobs,
};
use frame_support::traits::fungible::InspectHold;
use reckon_primitives::*;
use reckon_support::{
	mocks::{MockHooks, MockPool},
	Outcome,
};

/// One job for each place that a job can be in before its end.
struct Busy {
	/// Answered, in its window.
	delivered: JobId,
	/// Answered and disputed.
	doubted: JobId,
	/// To compute the disputed answer again.
	witnesses: [JobId; 2],
	/// With the one provider.
	assigned: JobId,
	/// Waiting for a place.
	waiting: JobId,
	/// Waiting for a provider that was named.
	named: JobId,
	/// Submitted together, in the last block.
	replicas: [JobId; 2],
	/// Submitted in the last block.
	fresh: JobId,
}

impl Busy {
	fn all(&self) -> Vec<JobId> {
		let alone =
			[self.delivered, self.doubted, self.assigned, self.waiting, self.named, self.fresh];
		alone.into_iter().chain(self.witnesses).chain(self.replicas).collect()
	}

	fn unanswered(&self) -> Vec<JobId> {
		let answered = [self.delivered, self.doubted];
		self.all().into_iter().filter(|id| !answered.contains(id)).collect()
	}
}

const ONE: crate::mock::AccountId = PROVIDERS[0];

/// Begins six blocks, with a provider that has one place and does what it can.
fn busy_chain() -> Busy {
	add_provider(ONE);
	let delivered = drawn(request());
	answer(delivered, delivery());
	let doubted = drawn(request());
	answer(doubted, delivery());
	let witnesses = dispute(doubted).try_into().unwrap();
	let assigned = drawn(request());
	let waiting = drawn(request());
	let named = drawn(JobRequest { only: Some(ONE), ..request() });
	let two = JobRequest { replicas: 2, max_price: 2_000, ..request() };
	let replicas = submit_all(two).try_into().unwrap();
	let fresh = submit(request());
	let jobs = Busy { delivered, doubted, witnesses, assigned, waiting, named, replicas, fresh };
	let whys = [
		(delivered, Reason::InDisputeWindow),
		(doubted, Reason::AwaitingComparison),
		(jobs.witnesses[0], Reason::NoneFree),
		(jobs.witnesses[1], Reason::NoneFree),
		(assigned, Reason::InProgress),
		(waiting, Reason::NoneFree),
		(named, Reason::NamedProviderUnavailable),
		(jobs.replicas[0], Reason::AwaitingDraw),
		(jobs.replicas[1], Reason::AwaitingDraw),
		(fresh, Reason::AwaitingDraw),
	];
	for (id, why) in whys {
		assert_eq!(Jobs::why(id), Some(why));
	}
	assert_eq!(jobs.all().len(), whys.len());
	assert_eq!(Balances::total_balance_on_hold(&CLIENT), 10_000);
	jobs
}

/// So many answers were paid, the rest has come back, and later nothing is left of any job.
fn all_should_be_over(jobs: &Busy, paid: u8) {
	for id in jobs.all() {
		assert!(Jobs::job(id).unwrap().state.is_final(), "{id:?} is {:?}", Jobs::why(id));
	}
	assert_eq!(Balances::total_balance_on_hold(&CLIENT), 0);
	assert!(Jobs::held_by(CLIENT).is_empty());
	let paid = 158 * Balance::from(paid);
	assert_eq!(free(CLIENT), START - paid);
	let ledger = Ledger { deposited: 10_000, paid, refunded: 10_000 - paid, held: 0 };
	assert_eq!(Ledgers::<Test>::get(CLIENT), ledger);
	assert_eq!(ProviderJobs::<Test>::iter().count(), 0);

	to_block(100);
	assert_eq!(crate::Jobs::<Test>::iter().count(), 0);
	assert_eq!(Agenda::<Test>::iter().count(), 0);
	assert_eq!(ClientJobs::<Test>::iter().count(), 0);
	assert_eq!(Comparisons::<Test>::iter().count(), 0);
	assert_eq!(Payloads::<Test>::iter().count() + Answers::<Test>::iter().count(), 0);
}

#[test]
fn every_job_should_end_when_all_providers_have_vanished() {
	run(|| {
		let jobs = busy_chain();
		MockPool::remove(ONE);
		to_block(45);
		// Nobody is left who could contradict what was answered.
		assert_eq!(Jobs::why(jobs.delivered), Some(Reason::Paid));
		assert_eq!(Jobs::why(jobs.doubted), Some(Reason::Paid));
		assert_eq!(Jobs::comparison(jobs.doubted).unwrap().verdict, Some(Verdict::Unconfirmed));
		for id in jobs.unanswered() {
			assert_eq!(Jobs::why(id), Some(Reason::NoProviderInTime));
		}
		let missed = Event::DeadlineMissed { job: jobs.assigned, provider: ONE };
		assert!(events().contains(&missed));
		let mut outcomes: Vec<_> = MockHooks::turns().iter().map(|turn| turn.outcome).collect();
		outcomes.sort_by_key(|outcome| *outcome != Outcome::Settled);
		assert_eq!(outcomes, [Outcome::Settled, Outcome::Settled, Outcome::DeadlineMissed]);
		all_should_be_over(&jobs, 2);
	});
}

/// Who leaves is drawn no more, and does what it has been given.
#[test]
fn every_job_should_end_when_all_providers_are_leaving() {
	run(|| {
		let jobs = busy_chain();
		MockPool::close(0);
		answer(jobs.assigned, delivery());
		to_block(45);
		for id in [jobs.delivered, jobs.doubted, jobs.assigned] {
			assert_eq!(Jobs::why(id), Some(Reason::Paid));
		}
		for id in jobs.unanswered().into_iter().filter(|id| *id != jobs.assigned) {
			assert_eq!(Jobs::why(id), Some(Reason::NoProviderInTime));
		}
		all_should_be_over(&jobs, 3);
	});
}
