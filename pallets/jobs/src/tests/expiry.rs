use crate::{mock::*, Event};
use frame_support::assert_ok;
use reckon_primitives::*;
use reckon_support::{mocks::MockHooks, EndedTurn, Outcome};

#[test]
fn job_should_be_refunded_by_the_chain_when_nobody_appears_in_time() {
	run(|| {
		let id = submit(request());
		to_block(27);
		assert_eq!(Jobs::why(id), Some(Reason::NoOffer));
		assert_eq!(free(CLIENT), START - 1_000);
		// Nobody would have time from here on.
		to_block(28);
		assert_eq!(Jobs::why(id), Some(Reason::NoProviderInTime));
		assert_eq!(free(CLIENT), START);
	});
}

#[test]
fn job_should_go_to_the_next_provider_when_a_deadline_is_missed() {
	run(|| {
		PROVIDERS.into_iter().for_each(add_provider);
		let id = submit(request());
		to_block(12);
		let missed = Jobs::job(id).unwrap().attempts.into_inner();
		assert_eq!(missed.len(), 1);
		assert_eq!(missed[0].reason, Reason::DeadlineMissed);
		to_block(13);
		assert!(matches!(Jobs::job(id).unwrap().state, JobState::Assigned { .. }));
		assert_eq!(
			MockHooks::turns(),
			vec![EndedTurn {
				provider: missed[0].provider,
				outcome: Outcome::DeadlineMissed,
				value: 461,
				assigned_at: 2,
				named: false,
			}]
		);
	});
}

#[test]
fn job_should_be_refunded_when_three_providers_have_missed_it() {
	run(|| {
		PROVIDERS.into_iter().for_each(add_provider);
		let id = submit(request());
		to_block(40);
		assert_eq!(Jobs::why(id), Some(Reason::AttemptsExhausted));
		assert_eq!(Jobs::job(id).unwrap().attempts.len(), 3);
		assert_eq!(free(CLIENT), START);
	});
}

#[test]
fn job_should_be_refunded_when_the_one_named_provider_misses_it() {
	run(|| {
		PROVIDERS.into_iter().for_each(add_provider);
		let id = submit(JobRequest { only: Some(PROVIDERS[2]), ..request() });
		to_block(31);
		assert_eq!(Jobs::why(id), Some(Reason::InProgress));
		to_block(32);
		assert_eq!(Jobs::why(id), Some(Reason::AttemptsExhausted));
		assert_eq!(free(CLIENT), START);
	});
}

#[test]
fn second_provider_should_deliver_when_the_first_is_away() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		add_provider(PROVIDERS[1]);
		to_block(13);
		assert_ok!(Jobs::deliver(worker(PROVIDERS[1]), id, delivery()));
		to_block(20);
		assert_eq!(Jobs::why(id), Some(Reason::Paid));
	});
}

#[test]
fn job_should_not_be_assigned_when_too_little_time_is_left() {
	run(|| {
		let id = submit(request());
		to_block(28);
		add_provider(PROVIDERS[0]);
		to_block(31);
		assert_eq!(Jobs::why(id), Some(Reason::NoProviderInTime));
		assert!(Jobs::assigned_to(PROVIDERS[0]).is_empty());
	});
}

#[test]
fn job_should_be_forgotten_when_its_retention_is_over() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), id, delivery()));
		to_block(7 + 49);
		assert!(Jobs::job(id).is_some() && Jobs::answer(id).is_some());
		to_block(7 + 50);
		assert!(Jobs::job(id).is_none() && Jobs::answer(id).is_none());
		assert!(events().contains(&Event::JobForgotten { job: id }));
		assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
		assert_eq!(crate::ClientJobs::<Test>::iter().count(), 0);
		assert_eq!(crate::Payloads::<Test>::iter().count(), 0);
	});
}
