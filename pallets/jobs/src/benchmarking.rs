//! Each call and each step of the agenda at its worst: with as many different candidates as can be
//! drawn, an old place in the agenda to leave, and shares for everybody.

use crate::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, Get},
	weights::Weight,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use reckon_primitives::{
	Assurance, Attempt, Balance, Content, ContentRef, Delivery, JobId, JobRequest, JobState,
	Market, MaxInlineBytes, ModelId, Price, Privacy, Progress, Reason, Sampling, TaskKind, Units,
	MAX_ATTEMPTS, MAX_REPLICAS,
};
use reckon_support::{
	AuditOutcome, AuditSubjects, Conviction, ModelInspect, ProviderPool, Ruling, SubnetInspect,
};
use sp_runtime::traits::{Saturating, Zero};

const PRICE: Price<Balance> = Price { base: 1_000_000_000, per_input: 1, per_output: 1 };
const MAX_PRICE: Balance = 1_000_000_000_000;
/// Providers to draw from: enough that eight draws hardly meet one twice.
const PROVIDERS: u32 = 64;

fn funded<T: Config<Currency: Mutate<T::AccountId>>>(name: &'static str, n: u32) -> T::AccountId {
	let who = account(name, n, 0);
	T::Currency::set_balance(&who, Balance::MAX >> 40);
	who
}

/// A model in a subnet that lists as many others as it can.
fn model<T: Config<Currency: Mutate<T::AccountId>>>() -> ModelId {
	let model = T::Models::create_for_benchmark(&funded::<T>("owner", 0), 0);
	T::Subnets::fill_for_benchmark(model);
	model
}

fn providers<T: Config<Currency: Mutate<T::AccountId>>>(model: &ModelId, count: u32) {
	T::Currency::set_balance(&T::Treasury::get(), MAX_PRICE);
	for n in 0..count {
		let worker = account("worker", n, 0);
		let market = Market { subnet: 0, model: *model };
		let provider = funded::<T>("provider", n);
		T::Providers::create_for_benchmark(&provider, &worker, &market, 8, PRICE);
	}
}

fn bytes(length: u32) -> Content {
	Content::from(alloc::vec![b'x'; length as usize])
}

fn request<T: Config>(model: ModelId, payload: u32) -> RequestOf<T> {
	let now = frame_system::Pallet::<T>::block_number();
	JobRequest {
		subnet: 0,
		model,
		task: TaskKind::Chat,
		payload: bytes(payload),
		sampling: Sampling { max_output: 1, ..Default::default() },
		max_price: MAX_PRICE,
		deadline: now.saturating_add(T::MinTurnBlocks::get().saturating_mul(10u32.into())),
		assurance: Assurance::Optimistic,
		privacy: Privacy::Public,
		replicas: 1,
		only: None,
	}
}

fn submitted<T: Config<Currency: Mutate<T::AccountId>>>(model: ModelId) -> JobId {
	submitted_for::<T>(model, MAX_PRICE)
}

fn submitted_for<T: Config<Currency: Mutate<T::AccountId>>>(
	model: ModelId,
	max_price: Balance,
) -> JobId {
	let client = funded::<T>("client", 0);
	let request = JobRequest { max_price, ..request::<T>(model, MaxInlineBytes::get()) };
	Pallet::<T>::do_submit(client, request).expect("good");
	Jobs::<T>::iter_keys().next().expect("just submitted")
}

/// The worker of the provider that has a job.
fn worker_of<T: Config>(id: JobId) -> T::AccountId {
	let Some(JobState::Assigned { provider, .. }) = Jobs::<T>::get(id).map(|job| job.state) else {
		panic!("providers are there");
	};
	let n = (0..PROVIDERS)
		.find(|n| provider == account::<T::AccountId>("provider", *n, 0))
		.expect("one of ours");
	account("worker", n, 0)
}

/// A job with an answer, which is long.
fn delivered<T: Config<Currency: Mutate<T::AccountId>>>() -> JobId {
	let (id, worker) = assigned::<T>();
	Pallet::<T>::do_deliver(worker, id, delivery(MaxInlineBytes::get())).expect("set up for it");
	id
}

/// A job that a provider has, and that provider's worker.
fn assigned<T: Config<Currency: Mutate<T::AccountId>>>() -> (JobId, T::AccountId) {
	let model = model::<T>();
	providers::<T>(&model, PROVIDERS);
	let id = submitted::<T>(model);
	let now = due::<T>(id);
	Pallet::<T>::work_off_more(now, Weight::MAX);
	(id, worker_of::<T>(id))
}

/// Lets as many providers have had a job in vain as can be.
fn tried_in_vain<T: Config>(id: JobId) {
	Jobs::<T>::mutate(id, |job| {
		if let Some(job) = job {
			for n in 0..MAX_ATTEMPTS.saturating_sub(1) {
				let provider = account("away", n, 0);
				let reason = Reason::DeadlineMissed;
				let _ = job.attempts.try_push(Attempt { provider, reason });
			}
		}
	});
}

fn delivery(length: u32) -> Delivery<Content> {
	Delivery {
		output: bytes(length),
		commitment: Some(Default::default()),
		units: Units { input: 1, output: 1 },
		started_at: 0,
		finished_at: 0,
	}
}

/// Makes the job due and gives it to a block with all the weight.
fn due<T: Config>(id: JobId) -> BlockNumberFor<T> {
	let due = Jobs::<T>::get(id).map(|job| job.due).unwrap_or_else(Zero::zero);
	frame_system::Pallet::<T>::set_block_number(due);
	AgendaCursor::<T>::put(due);
	due
}

#[benchmarks(where T: Config<Currency: Mutate<T::AccountId>>)]
mod benchmarks {
	use super::*;

	/// `b`: bytes of payload that travel inline; `r`: replicas.
	#[benchmark]
	fn submit_job(b: Linear<1, { MaxInlineBytes::get() }>, r: Linear<1, MAX_REPLICAS>) {
		let model = model::<T>();
		let client = funded::<T>("client", 0);
		let request = JobRequest { replicas: r as u8, ..request::<T>(model, b) };

		#[extrinsic_call]
		_(RawOrigin::Signed(client), request);

		assert_eq!(Jobs::<T>::iter_keys().count(), r as usize);
	}

	/// `b`: bytes of answer that travel inline.
	#[benchmark]
	fn deliver(b: Linear<1, { MaxInlineBytes::get() }>) {
		let (id, worker) = assigned::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(worker), id, delivery(b));

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::InDisputeWindow));
	}

	#[benchmark]
	fn decline() {
		let (id, worker) = assigned::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(worker), id, Reason::Busy);

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::AwaitingDraw));
	}

	#[benchmark]
	fn cancel() {
		let id = submitted::<T>(model::<T>());

		#[extrinsic_call]
		_(RawOrigin::Signed(account::<T::AccountId>("client", 0, 0)), id);

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::CancelledByClient));
	}

	/// Of a job that two providers have had in vain.
	#[benchmark]
	fn dispute() {
		let id = delivered::<T>();
		tried_in_vain::<T>(id);

		#[extrinsic_call]
		_(RawOrigin::Signed(account::<T::AccountId>("client", 0, 0)), id);

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::AwaitingComparison));
	}

	/// A draw from as many candidates as there can be, after two turns that came to nothing.
	#[benchmark]
	fn due_open() {
		let model = model::<T>();
		providers::<T>(&model, PROVIDERS);
		let id = submitted::<T>(model);
		tried_in_vain::<T>(id);
		let now = due::<T>(id);

		#[block]
		{
			Pallet::<T>::work_off_more(now, Weight::MAX);
		}

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::InProgress));
	}

	/// The last draw: from as many candidates as there can be, all of them too dear.
	#[benchmark]
	fn due_expired() {
		let model = model::<T>();
		providers::<T>(&model, PROVIDERS);
		let id = submitted_for::<T>(model, PRICE.base);
		let mut now = due::<T>(id);
		let last = |job: &JobOf<T>| job.deadline.saturating_sub(T::MinTurnBlocks::get());
		while Jobs::<T>::get(id).is_some_and(|job| job.due < last(&job)) {
			Pallet::<T>::work_off_more(now, Weight::MAX);
			now = due::<T>(id);
		}

		#[block]
		{
			Pallet::<T>::work_off_more(now, Weight::MAX);
		}

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::NoProviderInTime));
	}

	/// The last turn, so that the money goes back too.
	#[benchmark]
	fn due_assigned() {
		let (id, _) = assigned::<T>();
		tried_in_vain::<T>(id);
		let now = due::<T>(id);

		#[block]
		{
			Pallet::<T>::work_off_more(now, Weight::MAX);
		}

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::AttemptsExhausted));
	}

	#[benchmark]
	fn due_delivered() {
		let id = delivered::<T>();
		let now = due::<T>(id);

		#[block]
		{
			Pallet::<T>::work_off_more(now, Weight::MAX);
		}

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::Paid));
	}

	/// A disputed answer is wrong, and its provider pays for the proof.
	#[benchmark]
	fn due_rejected() {
		let id = delivered::<T>();
		tried_in_vain::<T>(id);
		let client = account::<T::AccountId>("client", 0, 0);
		Pallet::<T>::do_dispute(client, id).expect("set up for it");
		let others: Vec<_> = Jobs::<T>::iter_keys().filter(|job| *job != id).collect();
		let now = due::<T>(others[0]);
		Pallet::<T>::work_off_more(now, Weight::MAX);
		for other in others {
			let worker = worker_of::<T>(other);
			Pallet::<T>::do_deliver(worker, other, delivery(1)).expect("set up for it");
		}
		let now = due::<T>(id);

		#[block]
		{
			Pallet::<T>::work_off_more(now, Weight::MAX);
		}

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::AnswerRejected));
	}

	/// A conviction.
	#[benchmark]
	fn on_ruling() {
		let id = delivered::<T>();
		let outcome = AuditOutcome::Rejected(Conviction::NotOpened);
		let ruling = Ruling { outcome, costs: MAX_PRICE, slash: MAX_PRICE };

		#[block]
		{
			<Pallet<T> as AuditSubjects<_, _>>::on_ruling(&id, ruling);
		}

		assert_eq!(Pallet::<T>::reason(id), Some(Reason::AuditRejected));
	}

	#[benchmark]
	fn due_final() {
		let id = delivered::<T>();
		let settles = due::<T>(id);
		Pallet::<T>::work_off_more(settles, Weight::MAX);
		let now = due::<T>(id);

		#[block]
		{
			Pallet::<T>::work_off_more(now, Weight::MAX);
		}

		assert!(!Jobs::<T>::contains_key(id));
	}

	/// What a step or a call has more to do for an answer that is compared: here for the last one of
	/// the largest comparison, whose jobs as many providers have had as can be.
	#[benchmark]
	fn compare() {
		let request = JobRequest {
			replicas: MAX_REPLICAS as u8,
			..request::<T>(model::<T>(), MaxInlineBytes::get())
		};
		Pallet::<T>::do_submit(funded::<T>("client", 0), request).expect("good");
		let (key, mut comparison) = Comparisons::<T>::iter().next().expect("just submitted");
		let answered = |n: u8| Progress::Delivered { answer: ContentRef::of(&[n]), charge: 1 };
		let last = comparison.siblings[0].job;
		for n in 1..comparison.siblings.len() {
			// None has a majority, so that all are counted.
			comparison.siblings[n].progress = answered(n as u8);
		}
		comparison.seed = Some(Default::default());
		for n in 0..MAX_REPLICAS * MAX_ATTEMPTS {
			comparison.providers.try_push(account("provider", n, 0)).expect("as many as can be");
		}
		Comparisons::<T>::insert(key, comparison);
		let job = Jobs::<T>::get(last).expect("just submitted");

		#[block]
		{
			Pallet::<T>::note_in_comparison(last, &job, answered(0));
		}

		assert!(Comparisons::<T>::get(key).is_some_and(|it| it.verdict.is_some()));
	}
}
