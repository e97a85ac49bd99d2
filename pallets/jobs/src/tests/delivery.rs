use crate::mock::AccountId;
use crate::{mock::*, Error, Event};
use codec::Decode;
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use reckon_primitives::*;
use reckon_support::{
	mocks::{MockHooks, MockPool},
	EndedTurn, Outcome,
};
use sp_core::H256;
use sp_runtime::DispatchError;

type Spoil = fn(&mut Delivery<Content>);

/// A turn of the first provider's that began in block 2 and came to nothing.
fn turn(outcome: Outcome) -> EndedTurn<AccountId, Balance, u32> {
	EndedTurn { provider: PROVIDERS[0], outcome, value: 461, assigned_at: 2, named: false }
}

#[test]
fn delivery_should_be_free_and_put_the_answer_on_chain_when_accepted() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		let info = Jobs::deliver(worker(PROVIDERS[0]), id, delivery()).unwrap();
		assert_eq!(info.pays_fee, Pays::No);
		let delivered = Event::JobDelivered {
			job: id,
			provider: PROVIDERS[0],
			output: ContentRef::of(b"hello to you"),
			units: Units { input: 8, output: 5 },
			charge: 158,
		};
		assert!(events().contains(&delivered));
		assert_eq!(Jobs::answer(id).unwrap().to_vec(), b"hello to you");
		assert_eq!(Jobs::why(id), Some(Reason::InDisputeWindow));
		assert_eq!(MockPool::load(PROVIDERS[0]), 0);
		assert!(Jobs::assigned_to(PROVIDERS[0]).is_empty());
	});
}

#[test]
fn delivery_should_be_refused_when_it_is_not_the_signers_to_make() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		add_provider(PROVIDERS[1]);
		let forged = RuntimeOrigin::signed(CLIENT);
		assert_noop!(Jobs::deliver(forged, id, delivery()), Error::<Test>::NotAWorker);
		// Not even the provider itself: only its worker's key delivers.
		let cold = RuntimeOrigin::signed(PROVIDERS[0]);
		assert_noop!(Jobs::deliver(cold, id, delivery()), Error::<Test>::NotAWorker);
		let other = worker(PROVIDERS[1]);
		assert_noop!(Jobs::deliver(other, id, delivery()), Error::<Test>::NotAssignedToYou);
		let own = worker(PROVIDERS[0]);
		assert_noop!(Jobs::deliver(own, H256::zero(), delivery()), Error::<Test>::UnknownJob);
	});
}

#[test]
fn delivery_should_be_refused_when_it_is_the_second() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), id, delivery()));
		let again = Jobs::deliver(worker(PROVIDERS[0]), id, delivery());
		assert_noop!(again, Error::<Test>::AlreadyDelivered);
		to_block(10);
		assert_eq!(Jobs::why(id), Some(Reason::Paid));
		let much_later = Jobs::deliver(worker(PROVIDERS[0]), id, delivery());
		assert_noop!(much_later, Error::<Test>::AlreadyDelivered);
	});
}

#[test]
fn delivery_should_be_refused_when_it_cannot_be_true() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		let cases: Vec<(Error<Test>, Spoil)> = vec![
			(Error::AnswerTooLong, |d| {
				d.output = Content::Blob(ContentRef { hash: H256::zero(), length: 10_001 })
			}),
			(Error::AnswerEmpty, |d| d.output = Content::from(vec![])),
			(Error::AnswerEmpty, |d| {
				d.output = Content::Blob(ContentRef { hash: H256::zero(), length: 0 })
			}),
			(Error::UnitsAboveLimit, |d| d.units.output = 11),
			(Error::UnitsAboveLimit, |d| d.units.input = 5 + 257),
			(Error::TimesReversed, |d| d.started_at = 3),
			(Error::ClockAhead, |d| d.finished_at = 6_000 + 30_001),
		];
		for (error, spoil) in cases {
			let mut bad = delivery();
			spoil(&mut bad);
			assert_noop!(Jobs::deliver(worker(PROVIDERS[0]), id, bad), error);
		}
	});
}

#[test]
fn delivery_should_be_in_time_until_the_deadlines_block_is_over() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		to_block(11);
		assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), id, delivery()));
	});
}

#[test]
fn delivery_should_be_refused_when_late_even_if_the_sweep_is_behind() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		System::set_block_number(12);
		let late = Jobs::deliver(worker(PROVIDERS[0]), id, delivery());
		assert_noop!(late, Error::<Test>::DeliveryTooLate);
	});
}

#[test]
fn decline_should_move_the_job_to_the_next_provider_when_in_grace() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		add_provider(PROVIDERS[1]);
		assert_ok!(Jobs::decline(worker(PROVIDERS[0]), id, Reason::Busy));
		let declined = Event::JobDeclined { job: id, provider: PROVIDERS[0], reason: Reason::Busy };
		assert!(events().contains(&declined));
		assert_eq!(Jobs::why(id), Some(Reason::AwaitingDraw));
		to_block(3);
		assert_eq!(Jobs::assigned_to(PROVIDERS[1]).len(), 1);
		assert_eq!(MockHooks::turns(), vec![turn(Outcome::Declined)]);
		let attempts = Jobs::job(id).unwrap().attempts.into_inner();
		assert_eq!(attempts, vec![Attempt { provider: PROVIDERS[0], reason: Reason::Busy }]);
	});
}

#[test]
fn decline_should_count_as_missed_when_the_grace_is_over() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		to_block(5);
		assert_ok!(Jobs::decline(worker(PROVIDERS[0]), id, Reason::Busy));
		assert_eq!(MockHooks::turns(), vec![turn(Outcome::DeadlineMissed)]);
	});
}

/// Every reason that there is: those that a worker may give, each of which does what it should, and
/// those that only the chain gives.
#[test]
fn reason_should_be_one_to_decline_with_or_be_refused() {
	let of_provider = [
		Reason::Busy,
		Reason::ModelNotLoaded,
		Reason::PayloadUnavailable,
		Reason::EngineFailed,
		Reason::ShuttingDown,
	];
	let of_job = [Reason::PayloadInvalid, Reason::ParametersUnsupported];
	let mut declined = 0;
	for reason in (0..=u8::MAX).filter_map(|index| Reason::decode(&mut &[index][..]).ok()) {
		run(|| {
			add_provider(PROVIDERS[0]);
			let id = drawn(request());
			let decline = || Jobs::decline(worker(PROVIDERS[0]), id, reason);
			if !of_provider.contains(&reason) && !of_job.contains(&reason) {
				assert_noop!(decline(), Error::<Test>::NotADeclineReason);
				return;
			}
			assert_eq!(decline().unwrap().pays_fee, Pays::No);
			to_block(3);
			// Nobody else is there: who comes could do it, unless the job is to blame.
			let blamed = of_job.contains(&reason);
			let then = if blamed { Reason::AttemptsExhausted } else { Reason::NoneFree };
			assert_eq!(Jobs::why(id), Some(then));
			let attempts = Jobs::job(id).unwrap().attempts.into_inner();
			assert_eq!(attempts, vec![Attempt { provider: PROVIDERS[0], reason }]);
			declined += 1;
		});
	}
	assert_eq!(declined, of_provider.len() + of_job.len());
}

#[test]
fn decline_should_be_refused_when_the_job_is_not_the_signers_to_give_back() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		add_provider(PROVIDERS[1]);
		let decline = |origin, id| Jobs::decline(origin, id, Reason::Busy);
		// The client, somebody else, and the provider itself: only its worker's key declines.
		for who in [CLIENT, OTHER_CLIENT, PROVIDERS[0]] {
			assert_noop!(decline(RuntimeOrigin::signed(who), id), Error::<Test>::NotAWorker);
		}
		let [own, other] = [worker(PROVIDERS[0]), worker(PROVIDERS[1])];
		assert_noop!(decline(other.clone(), id), Error::<Test>::NotAssignedToYou);
		assert_noop!(decline(own.clone(), H256::zero()), Error::<Test>::UnknownJob);
		answer(id, delivery());
		assert_noop!(decline(own.clone(), id), Error::<Test>::AlreadyDelivered);
		assert_noop!(decline(other.clone(), id), Error::<Test>::NotAssignedToYou);
		to_block(7);
		assert_eq!(Jobs::why(id), Some(Reason::Paid));
		assert_noop!(decline(own, id), Error::<Test>::AlreadyDelivered);
		assert_noop!(decline(other, id), Error::<Test>::NotAssignedToYou);
	});
}

#[test]
fn decline_should_be_refused_when_late_even_if_the_sweep_is_behind() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		System::set_block_number(12);
		assert_noop!(
			Jobs::decline(worker(PROVIDERS[0]), id, Reason::Busy),
			Error::<Test>::DeliveryTooLate
		);
	});
}

#[test]
fn job_should_be_nobodys_to_deliver_or_decline_when_it_waits_or_is_over() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let refused = |id, error: Error<Test>| {
			let error = DispatchError::from(error);
			let own = || worker(PROVIDERS[0]);
			assert_noop!(Jobs::deliver(own(), id, delivery()), error);
			assert_noop!(Jobs::decline(own(), id, Reason::Busy), error);
		};
		let open = submit(request());
		refused(open, Error::NotAssignedToYou);
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(CLIENT), open));
		refused(open, Error::NotAssignedToYou);
		// Nor who had it and gave it back.
		let named = drawn(JobRequest { only: Some(PROVIDERS[0]), ..request() });
		assert_ok!(Jobs::decline(worker(PROVIDERS[0]), named, Reason::Busy));
		assert_eq!(Jobs::why(named), Some(Reason::AttemptsExhausted));
		refused(named, Error::NotAssignedToYou);
		to_block(60);
		for forgotten in [open, named] {
			refused(forgotten, Error::UnknownJob);
		}
	});
}

#[test]
fn decline_should_refund_when_the_job_is_to_blame_and_nobody_else_is_there() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		assert_ok!(Jobs::decline(worker(PROVIDERS[0]), id, Reason::PayloadInvalid));
		to_block(3);
		assert_eq!(Jobs::why(id), Some(Reason::AttemptsExhausted));
		assert_eq!(free(CLIENT), START);
	});
}

#[test]
fn job_should_never_return_to_a_provider_that_had_it() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		assert_ok!(Jobs::decline(worker(PROVIDERS[0]), id, Reason::Busy));
		to_block(5);
		assert_eq!(Jobs::why(id), Some(Reason::NoneFree));
	});
}

#[test]
fn empty_answer_should_be_accepted_when_it_claims_no_output() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		let nothing = Delivery {
			output: Content::from(vec![]),
			units: Units { input: 8, output: 0 },
			..delivery()
		};
		assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), id, nothing));
		to_block(7);
		// The price for the question alone.
		assert_eq!(free(CLIENT), START - 108);
	});
}

#[test]
fn empty_embedding_should_be_refused() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let mut embed = JobRequest { task: TaskKind::Embed, ..request() };
		embed.sampling.max_output = 0;
		let id = drawn(embed);
		let nothing = Delivery {
			output: Content::from(vec![]),
			units: Units { input: 8, output: 0 },
			..delivery()
		};
		assert_noop!(Jobs::deliver(worker(PROVIDERS[0]), id, nothing), Error::<Test>::AnswerEmpty);
	});
}
