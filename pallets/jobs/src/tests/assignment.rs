use crate::mock::AccountId;
use crate::{mock::*, Event};
use reckon_primitives::*;
use reckon_support::mocks::MockPool;

fn provider_of(id: JobId) -> Option<AccountId> {
	match Jobs::job(id).unwrap().state {
		JobState::Assigned { provider, .. } => Some(provider),
		_ => None,
	}
}

#[test]
fn job_should_be_assigned_at_once_when_a_provider_is_free() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = submit(request());
		assert_eq!(provider_of(id), Some(PROVIDERS[0]));
		assert_eq!(MockPool::load(PROVIDERS[0]), 1);
		let assigned = Jobs::assigned_to(PROVIDERS[0]);
		assert_eq!(assigned.len(), 1);
		assert_eq!(assigned[0].job, id);
		assert_eq!(assigned[0].payload, Content::from(b"hello".to_vec()));
		// A third of the 30 blocks is the first provider's.
		assert_eq!(assigned[0].deadline, 11);
	});
}

#[test]
fn job_should_go_to_the_cheaper_provider_when_both_are_free() {
	run(|| {
		MockPool::insert(PROVIDERS[0], 1, Price { base: 200, ..PRICE });
		MockPool::insert(PROVIDERS[1], 1, PRICE);
		assert_eq!(provider_of(submit(request())), Some(PROVIDERS[1]));
	});
}

#[test]
fn job_should_wait_and_say_why_when_nobody_can_have_it() {
	run(|| {
		let nobody = submit(request());
		assert_eq!(Jobs::why(nobody), Some(Reason::NoOffer));

		add_provider(PROVIDERS[0]);
		let cheap = submit(JobRequest { max_price: 460, ..request() });
		assert_eq!(Jobs::why(cheap), Some(Reason::NoneWithinPrice));
		let exact = submit(JobRequest { max_price: 461, ..request() });
		assert_eq!(provider_of(exact), Some(PROVIDERS[0]));

		let busy = submit(request());
		assert_eq!(Jobs::why(busy), Some(Reason::NoneFree));
		let named = submit(JobRequest { only: Some(PROVIDERS[1]), ..request() });
		assert_eq!(Jobs::why(named), Some(Reason::NamedProviderUnavailable));
	});
}

#[test]
fn waiting_job_should_be_assigned_when_a_provider_appears() {
	run(|| {
		let id = submit(request());
		to_block(3);
		assert_eq!(provider_of(id), None);
		add_provider(PROVIDERS[0]);
		to_block(4);
		assert_eq!(provider_of(id), Some(PROVIDERS[0]));
	});
}

#[test]
fn named_provider_should_have_all_the_time_when_it_is_the_only_one() {
	run(|| {
		add_provider(PROVIDERS[0]);
		add_provider(PROVIDERS[1]);
		let id = submit(JobRequest { only: Some(PROVIDERS[1]), ..request() });
		assert_eq!(provider_of(id), Some(PROVIDERS[1]));
		assert_eq!(Jobs::assigned_to(PROVIDERS[1])[0].deadline, 31);
	});
}

#[test]
fn seed_should_differ_when_salt_or_job_differ() {
	run(|| {
		MockPool::insert(PROVIDERS[0], 3, PRICE);
		let mut salted = request();
		salted.sampling.salt = sp_core::H256::repeat_byte(1);
		submit(request());
		submit(request());
		submit(salted);
		let mut seeds: Vec<_> =
			Jobs::assigned_to(PROVIDERS[0]).iter().map(|job| job.seed).collect();
		seeds.sort();
		seeds.dedup();
		assert_eq!(seeds.len(), 3);
	});
}

#[test]
fn quote_should_be_the_price_at_which_the_job_is_taken() {
	run(|| {
		assert_eq!(Jobs::quote(MODEL, 5, 10), None);
		add_provider(PROVIDERS[0]);
		assert_eq!(Jobs::quote(MODEL, 5, 10), Some(461));
	});
}

#[test]
fn assignment_should_be_told_when_it_happens() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = submit(request());
		assert_eq!(
			events().last(),
			Some(&Event::JobAssigned { job: id, provider: PROVIDERS[0], deadline: 11 })
		);
	});
}
