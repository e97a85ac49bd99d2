use crate::{mock::*, Event};
use reckon_primitives::*;
use reckon_support::mocks::MockPool;

#[test]
fn job_should_be_assigned_in_the_next_block_when_a_provider_is_free() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = submit(request());
		assert_eq!(Jobs::why(id), Some(Reason::AwaitingDraw));
		to_block(2);
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
		assert_eq!(provider_of(drawn(request())), Some(PROVIDERS[1]));
	});
}

#[test]
fn job_should_wait_and_say_why_when_nobody_can_have_it() {
	run(|| {
		let nobody = drawn(request());
		assert_eq!(Jobs::why(nobody), Some(Reason::NoOffer));
		frame_support::assert_ok!(Jobs::cancel(RuntimeOrigin::signed(CLIENT), nobody));

		add_provider(PROVIDERS[0]);
		let cheap = drawn(JobRequest { max_price: 460, ..request() });
		assert_eq!(Jobs::why(cheap), Some(Reason::NoneWithinPrice));
		let exact = drawn(JobRequest { max_price: 461, ..request() });
		assert_eq!(provider_of(exact), Some(PROVIDERS[0]));

		let busy = drawn(request());
		assert_eq!(Jobs::why(busy), Some(Reason::NoneFree));
		let named = drawn(JobRequest { only: Some(PROVIDERS[1]), ..request() });
		assert_eq!(Jobs::why(named), Some(Reason::NamedProviderUnavailable));
	});
}

#[test]
fn wait_should_be_told_once_for_each_reason() {
	run(|| {
		let id = drawn(request());
		let told = || {
			let reason = |event| match event {
				Event::JobWaiting { job, reason } if job == id => Some(reason),
				_ => None,
			};
			events().into_iter().filter_map(reason).collect::<Vec<_>>()
		};
		assert_eq!(told(), [Reason::NoOffer]);
		to_block(10);
		assert_eq!(told(), [Reason::NoOffer]);
		// Another job takes the only place before it is tried again.
		add_provider(PROVIDERS[0]);
		drawn(request());
		to_block(17);
		assert_eq!(told(), [Reason::NoOffer, Reason::NoneFree]);
	});
}

#[test]
fn job_should_wait_when_what_the_provider_asks_for_is_more_than_there_can_be() {
	run(|| {
		let most = Balance::MAX;
		let dearest = Price { base: most, per_input: most, per_output: most };
		MockPool::insert(PROVIDERS[0], 1, dearest);
		assert_eq!(Jobs::quote(0, MODEL, 5, 10, Assurance::Optimistic), Some(most));
		assert_eq!(Jobs::why(drawn(request())), Some(Reason::NoneWithinPrice));
	});
}

#[test]
fn waiting_job_should_be_assigned_when_a_provider_appears() {
	run(|| {
		let id = drawn(request());
		to_block(4);
		assert_eq!(provider_of(id), None);
		add_provider(PROVIDERS[0]);
		to_block(5);
		assert_eq!(provider_of(id), Some(PROVIDERS[0]));
	});
}

#[test]
fn waiting_job_should_be_tried_more_and_more_seldom_but_in_the_last_block_too() {
	run(|| {
		let id = submit(request());
		let mut tries = vec![Jobs::job(id).unwrap().due];
		while System::block_number() < 27 {
			to_block(System::block_number() + 1);
			let due = Jobs::job(id).unwrap().due;
			if tries.last() != Some(&due) {
				tries.push(due);
			}
		}
		assert_eq!(tries, vec![2, 3, 5, 9, 17, 28]);
		add_provider(PROVIDERS[0]);
		to_block(28);
		assert_eq!(provider_of(id), Some(PROVIDERS[0]));
	});
}

#[test]
fn draw_should_not_be_known_when_the_submission_is_signed() {
	run(|| {
		// Everything that a client can know in block 1 is the same; the draw and the seed come
		// from block 2.
		let seed_when_drawn_in = |blocks: u32| {
			let mut seed = None;
			frame_support::storage::with_transaction(|| {
				let id = submit(request());
				(0..blocks).for_each(|_| System::set_block_number(System::block_number() + 1));
				add_provider(PROVIDERS[0]);
				<Jobs as frame_support::traits::Hooks<u32>>::on_initialize(System::block_number());
				if let JobState::Assigned { seed: drawn, .. } = Jobs::job(id).unwrap().state {
					seed = Some(drawn);
				}
				MockPool::remove(PROVIDERS[0]);
				sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(()))
			})
			.unwrap();
			seed.unwrap()
		};
		assert_ne!(seed_when_drawn_in(1), seed_when_drawn_in(2));
		assert_eq!(seed_when_drawn_in(1), seed_when_drawn_in(1));
	});
}

#[test]
fn named_provider_should_have_all_the_time_when_it_is_the_only_one() {
	run(|| {
		add_provider(PROVIDERS[0]);
		add_provider(PROVIDERS[1]);
		let id = drawn(JobRequest { only: Some(PROVIDERS[1]), ..request() });
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
		drawn(salted);
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
		assert_eq!(Jobs::quote(0, MODEL, 5, 10, Assurance::Optimistic), None);
		add_provider(PROVIDERS[0]);
		assert_eq!(Jobs::quote(0, MODEL, 5, 10, Assurance::Optimistic), Some(461));
	});
}

#[test]
fn job_should_be_drawn_from_its_subnets_offers_alone() {
	run(|| {
		add_provider(PROVIDERS[0]);
		MockPool::close(SUBNET);
		let id = drawn(JobRequest { subnet: SUBNET, ..request() });
		assert_eq!(Jobs::why(id), Some(Reason::NoOffer));
		let only = Some(PROVIDERS[0]);
		let named = drawn(JobRequest { subnet: SUBNET, only, ..request() });
		assert_eq!(Jobs::why(named), Some(Reason::NamedProviderUnavailable));
		assert_eq!(Jobs::quote(SUBNET, MODEL, 5, 10, Assurance::Optimistic), None);
		assert_eq!(provider_of(drawn(request())), only);
	});
}

#[test]
fn assignment_should_be_told_when_it_happens() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		assert_eq!(
			events().last(),
			Some(&Event::JobAssigned { job: id, provider: PROVIDERS[0], deadline: 11 })
		);
	});
}
