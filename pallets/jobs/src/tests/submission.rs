use crate::mock::AccountId;
use crate::{mock::*, weights::WeightInfo, Error, Event, Ledger, Ledgers};
use frame_support::{
	assert_noop, assert_ok, dispatch::DispatchClass, traits::fungible::InspectHold, weights::Weight,
};
use reckon_primitives::*;
use sp_core::H256;
use sp_runtime::TokenError;

type Request = JobRequest<AccountId, Balance, u32>;
type Spoil = fn(&mut Request);

#[test]
fn submit_should_hold_the_maximum_price_when_accepted() {
	run(|| {
		let job = submit(request());
		let JobRequest { model, max_price, deadline, .. } = request();
		let event = Event::JobSubmitted { job, client: CLIENT, model, max_price, deadline };
		System::assert_has_event(event.into());
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 1_000);
		assert_eq!(free(CLIENT), START - 1_000);
		let ledger = Ledgers::<Test>::get(CLIENT);
		assert_eq!(ledger, Ledger { deposited: 1_000, held: 1_000, ..Default::default() });
	});
}

#[test]
fn submit_should_leave_the_draws_weight_to_the_block_when_a_later_one_makes_them() {
	run(|| {
		for replicas in [1, 2] {
			let request = Request { replicas, ..request() };
			let charged = Jobs::submission_weight(&request);
			let before = System::block_weight().total();
			System::register_extra_weight_unchecked(charged, DispatchClass::Normal);
			submit(request);
			let used = System::block_weight().total().saturating_sub(before);
			assert!(used.any_gt(Weight::zero()));
			let draws = <() as WeightInfo>::due_open().saturating_mul(replicas.into());
			assert!(used.saturating_add(draws).all_lte(charged), "{used:?} of {charged:?}");
		}
	});
}

#[test]
fn submit_should_give_each_job_an_id_of_its_own_when_requests_are_equal() {
	run(|| {
		let (one, two) = (submit(request()), submit(request()));
		assert_ne!(one, two);
	});
}

#[test]
fn submit_should_keep_inline_payloads_and_name_them_by_blake3_when_short() {
	run(|| {
		let id = submit(request());
		assert_eq!(Jobs::job(id).unwrap().payload, ContentRef::of(b"hello"));
		assert_eq!(crate::Payloads::<Test>::get(id).unwrap().to_vec(), b"hello");
	});
}

#[test]
fn submit_should_change_nothing_and_say_why_when_the_request_is_bad() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let cases: Vec<(Error<Test>, Spoil)> = vec![
			(Error::UnknownSubnet, |r| r.subnet = 1),
			(Error::UnknownModel, |r| r.model = H256::zero()),
			(Error::TaskUnsupported, |r| r.task = TaskKind::Complete),
			(Error::PayloadEmpty, |r| r.payload = Content::from(vec![])),
			(Error::PayloadTooLong, |r| {
				r.payload = Content::Blob(ContentRef { hash: H256::zero(), length: 10_001 })
			}),
			(Error::SamplingOutOfRange, |r| r.sampling.max_output = 0),
			(Error::SamplingOutOfRange, |r| r.sampling.max_output = 1_001),
			(Error::SamplingOutOfRange, |r| r.sampling.top_k = 65),
			(Error::SamplingOutOfRange, |r| r.sampling.top_p_milli = 0),
			(Error::SamplingOutOfRange, |r| r.sampling.top_p_milli = 1_001),
			(Error::SamplingOutOfRange, |r| r.sampling.temperature_milli = 10_001),
			(Error::PriceZero, |r| r.max_price = 0),
			(Error::DeadlinePassed, |r| r.deadline = 1),
			(Error::DeadlinePassed, |r| r.deadline = 0),
			(Error::DeadlineTooSoon, |r| r.deadline = 4),
			(Error::DeadlineTooFar, |r| r.deadline = 1_002),
			(Error::DeadlineTooFar, |r| r.deadline = u32::MAX),
			(Error::AssuranceUnavailable, |r| r.assurance = Assurance::Attested),
			(Error::PrivacyUnavailable, |r| r.privacy = Privacy::Private),
			(Error::ReplicasOutOfRange, |r| r.replicas = 0),
			(Error::ReplicasOutOfRange, |r| r.replicas = 6),
		];
		for (error, spoil) in cases {
			let mut bad = request();
			spoil(&mut bad);
			assert_noop!(Jobs::submit_job(RuntimeOrigin::signed(CLIENT), bad), error);
		}
	});
}

#[test]
fn submit_should_be_refused_when_the_model_is_deprecated() {
	run(|| {
		reckon_support::mocks::MockModels::deprecate(MODEL);
		assert_noop!(
			Jobs::submit_job(RuntimeOrigin::signed(CLIENT), request()),
			Error::<Test>::ModelDeprecated
		);
	});
}

#[test]
fn submit_should_be_refused_when_the_price_is_above_the_balance() {
	run(|| {
		reckon_support::mocks::MockModels::calibrate(MODEL);
		let submit = |who, request| Jobs::submit_job(RuntimeOrigin::signed(who), request);
		let attested = Request { assurance: Assurance::Attested, ..request() };
		let several = Request { replicas: 5, ..request() };
		// An account's last units stay with it.
		for max_price in [START - 9, START, START + 1, Balance::MAX - 1, Balance::MAX] {
			for of in [request(), attested.clone(), several.clone()] {
				let dear = Request { max_price, ..of };
				assert_noop!(submit(CLIENT, dear.clone()), TokenError::FundsUnavailable);
				// Nor are earnings claimed that do not suffice.
				assert_noop!(submit(EARNER, dear), TokenError::FundsUnavailable);
			}
		}
		assert_ok!(submit(CLIENT, Request { max_price: START - 10, ..request() }));
	});
}

#[test]
fn embedding_should_ask_for_no_output_when_submitted() {
	run(|| {
		let mut embed = JobRequest { task: TaskKind::Embed, ..request() };
		assert_noop!(
			Jobs::submit_job(RuntimeOrigin::signed(CLIENT), embed.clone()),
			Error::<Test>::SamplingOutOfRange
		);
		embed.sampling.max_output = 0;
		assert_ok!(Jobs::submit_job(RuntimeOrigin::signed(CLIENT), embed));
	});
}

#[test]
fn cancel_should_refund_when_the_job_waits() {
	run(|| {
		let id = submit(request());
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(CLIENT), id));
		assert_eq!(free(CLIENT), START);
		assert_eq!(Jobs::why(id), Some(Reason::CancelledByClient));
	});
}

#[test]
fn cancel_should_be_refused_when_not_the_clients_or_not_waiting() {
	run(|| {
		let id = submit(request());
		let stranger = RuntimeOrigin::signed(OTHER_CLIENT);
		assert_noop!(Jobs::cancel(stranger, id), Error::<Test>::NotClient);
		add_provider(PROVIDERS[0]);
		let assigned = drawn(request());
		let client = RuntimeOrigin::signed(CLIENT);
		assert_noop!(Jobs::cancel(client.clone(), assigned), Error::<Test>::NotOpen);
		assert_noop!(Jobs::cancel(client, H256::zero()), Error::<Test>::UnknownJob);
	});
}

#[test]
fn cancel_should_be_refused_when_the_job_is_over() {
	run(|| {
		let cancel = |id| Jobs::cancel(RuntimeOrigin::signed(CLIENT), id);
		let cancelled = submit(request());
		assert_ok!(cancel(cancelled));
		let expired = submit(request());
		to_block(28);
		add_provider(PROVIDERS[0]);
		let settled = drawn(request());
		to_block(30);
		assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), settled, delivery()));
		assert_noop!(cancel(settled), Error::<Test>::NotOpen);
		to_block(35);
		for (id, reason) in [
			(cancelled, Reason::CancelledByClient),
			(expired, Reason::NoProviderInTime),
			(settled, Reason::Paid),
		] {
			assert_eq!(Jobs::why(id), Some(reason));
			assert_noop!(cancel(id), Error::<Test>::NotOpen);
		}
		assert_eq!(free(CLIENT), START - 158);
		to_block(35 + 50);
		for forgotten in [cancelled, expired, settled] {
			assert_noop!(cancel(forgotten), Error::<Test>::UnknownJob);
		}
	});
}

#[test]
fn weight_should_grow_with_the_payload_when_it_is_inline() {
	run(|| {
		let call = |bytes| crate::Call::submit_job {
			request: JobRequest { payload: Content::from(vec![1; bytes]), ..request() },
		};
		assert!(weight_of(call(4096)).ref_time() > weight_of(call(1)).ref_time());
	});
}
