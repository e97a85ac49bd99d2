//! One job through the real runtime: from submission to payment, and to refund.

use frame_support::{
	assert_ok,
	traits::{
		fungible::{Inspect, InspectHold},
		Hooks,
	},
	weights::Weight,
};
use reckon_primitives::{
	token::UNIT, Assurance, Content, Delivery, EntryKind, HeldFor, JobId, JobRequest, JobState,
	ModelId, NumericProfile, Price, Privacy, Reason, Sampling, TaskKind, TaskSet, Units,
};
use reckon_runtime::{
	adapters::Treasury, genesis, AccountId, AllPalletsWithSystem, Balance, Balances, Jobs, Models,
	Providers, Reputation, Runtime, RuntimeGenesisConfig, RuntimeOrigin, System,
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{
	self, Alice, Bob, BobStash, Charlie, CharlieStash, Dave, DaveStash, Eve, EveStash, Ferdie, One,
	Two,
};
use sp_runtime::{BuildStorage, Permill};

const MANIFEST: H256 = H256([7; 32]);
const PRICE: Price<Balance> =
	Price { base: UNIT / 100, per_input: UNIT / 1000, per_output: UNIT / 100 };

fn run(test: impl FnOnce()) {
	let patch = genesis::preset(&"development".into()).expect("a preset");
	let patch: serde_json::Value = serde_json::from_slice(&patch).expect("JSON");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	let object = config.as_object_mut().expect("an object");
	object.insert("balances".into(), {
		let mut balances = patch["balances"].clone();
		balances["devAccounts"] = serde_json::Value::Null;
		balances
	});
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let mut ext: sp_io::TestExternalities = config.build_storage().expect("a state").into();
	ext.execute_with(|| {
		to_block(1);
		set_up();
		let issuance = Balances::total_issuance();
		test();
		check();
		assert_eq!(Balances::total_issuance(), issuance, "money was made or lost");
	});
}

/// Our pallets' hooks, block by block. Consensus has tests of its own with real nodes.
fn to_block(number: u32) {
	while System::block_number() < number {
		let now = System::block_number();
		let all = Weight::from_parts(500_000_000_000, u64::MAX);
		Providers::on_idle(now, all);
		Jobs::on_idle(now, all);
		System::set_block_number(now + 1);
		pallet_timestamp::Now::<Runtime>::put(u64::from(now + 1) * 3_000);
		Jobs::on_initialize(now + 1);
		check();
	}
}

/// What one pallet alone can't see: a provider's load is the number of the jobs that it has.
fn check() {
	Jobs::do_try_state().expect("jobs");
	Providers::do_try_state().expect("providers");
	for (who, provider) in pallet_providers::Providers::<Runtime>::iter() {
		let jobs = pallet_jobs::ProviderJobs::<Runtime>::iter_key_prefix(&who).count();
		assert_eq!(provider.load as usize, jobs, "a provider's load is not its jobs");
	}
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

fn id(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

/// Alice's model.
fn model() -> ModelId {
	EntryKind::Model.id(&id(Alice), MANIFEST)
}

/// Alice owns a model; Bob provides, with Ferdie's key for his worker.
fn set_up() {
	let details = pallet_models::ModelDetails {
		manifest: MANIFEST,
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		context: 256,
		licence: b"MIT".to_vec().try_into().expect("short"),
		royalty: Permill::from_percent(10),
		trained_on: Default::default(),
		calibration: None,
	};
	let name = b"test/model".to_vec().try_into().expect("short");
	assert_ok!(Models::register_model(signed(Alice), name, details));
	let bond = 300 * UNIT;
	assert_ok!(Providers::register(signed(Bob), id(Ferdie), bond, 2, Default::default()));
	assert_ok!(Providers::offer(signed(Bob), 0, model(), PRICE));
}

/// Others provide what Bob does: so many that a draw finds one that has none of the siblings.
fn more_providers() {
	for (who, worker) in [(Dave, One), (Eve, Two), (BobStash, DaveStash), (CharlieStash, EveStash)]
	{
		let bond = 300 * UNIT;
		assert_ok!(Providers::register(signed(who), id(worker), bond, 2, Default::default()));
		assert_ok!(Providers::offer(signed(who), 0, model(), PRICE));
	}
}

fn request() -> JobRequest<AccountId, Balance, u32> {
	JobRequest {
		subnet: 0,
		model: model(),
		task: TaskKind::Chat,
		payload: Content::from(b"what is a ledger?".to_vec()),
		sampling: Sampling { max_output: 50, ..Default::default() },
		max_price: 2 * UNIT,
		deadline: System::block_number() + 30,
		assurance: Assurance::Optimistic,
		privacy: Privacy::Public,
		replicas: 1,
		only: None,
	}
}

fn submit() -> JobId {
	submit_this(request())
}

fn submit_this(request: JobRequest<AccountId, Balance, u32>) -> JobId {
	assert_ok!(Jobs::submit_job(signed(Charlie), request));
	to_block(System::block_number() + 1);
	pallet_jobs::ClientJobs::<Runtime>::iter_key_prefix(id(Charlie)).next().expect("submitted")
}

const RIGHT: &[u8] = b"a book of accounts";
const WRONG: &[u8] = b"a shelf";
/// What a delivery costs.
const CHARGE: Balance = UNIT / 100 + 10 * (UNIT / 1000) + 9 * (UNIT / 100);

fn delivery(answer: &[u8]) -> Delivery<Content> {
	Delivery {
		output: Content::from(answer.to_vec()),
		commitment: None,
		units: Units { input: 10, output: 9 },
		started_at: 1,
		finished_at: 2,
	}
}

/// Lets whoever has a job answer this; says who.
fn answer(job: JobId, answer: &[u8]) -> AccountId {
	let state = Jobs::job(job).expect("there").state;
	let JobState::Assigned { provider, .. } = state else { panic!("nobody has it: {state:?}") };
	let worker = Providers::provider(provider.clone()).expect("registered").worker;
	assert_ok!(Jobs::deliver(RuntimeOrigin::signed(worker), job, delivery(answer)));
	provider
}

/// The jobs that this one is compared with, itself among them.
fn siblings(job: JobId) -> Vec<JobId> {
	let comparison = Jobs::comparison(job).expect("compared");
	comparison.siblings.iter().map(|sibling| sibling.job).collect()
}

/// Goes on until all of these have ended.
fn end(jobs: &[JobId]) {
	let open = |job: &JobId| Jobs::job(*job).is_some_and(|job| !job.state.is_final());
	let most = System::block_number() + 1_000;
	while jobs.iter().any(open) {
		assert!(System::block_number() < most, "they do not end");
		to_block(System::block_number() + 1);
	}
}

fn total(who: Sr25519Keyring) -> Balance {
	Balances::total_balance(&id(who))
}

fn bond(who: Sr25519Keyring) -> Balance {
	Balances::total_balance_on_hold(&id(who))
}

/// Bob answers this, Charlie disputes it, and the others answer that; says the disputed job and the
/// other two.
fn disputed(bobs: &[u8], others: &[u8]) -> (JobId, Vec<JobId>) {
	more_providers();
	let job = submit_this(JobRequest { only: Some(id(Bob)), ..request() });
	answer(job, bobs);
	assert_ok!(Jobs::dispute(signed(Charlie), job));
	to_block(System::block_number() + 1);
	let two: Vec<_> = siblings(job).into_iter().filter(|other| *other != job).collect();
	two.iter().for_each(|other| assert_ne!(answer(*other, others), id(Bob)));
	(job, two)
}

#[test]
fn liar_should_not_be_paid_when_the_other_replicas_contradict_it() {
	run(|| {
		more_providers();
		let client = total(Charlie);
		let first = submit_this(JobRequest { replicas: 3, max_price: 6 * UNIT, ..request() });
		let jobs = siblings(first);
		let liar = answer(jobs[0], WRONG);
		let honest = [answer(jobs[1], RIGHT), answer(jobs[2], RIGHT)];
		end(&jobs);
		assert_eq!(Jobs::why(jobs[0]), Some(Reason::AnswerRejected));
		assert_eq!(total(Charlie), client - 2 * CHARGE);
		assert_eq!(Balances::total_balance_on_hold(&id(Charlie)), 0);
		assert!(Reputation::score(liar.clone()) < Permill::from_percent(50));
		assert_eq!(Providers::provider(liar).expect("registered").misses, 1);
		for who in honest {
			assert!(Reputation::score(who) > Permill::from_percent(50));
		}
	});
}

#[test]
fn client_should_lose_nothing_when_it_wins_a_dispute() {
	run(|| {
		let (client, bob) = (total(Charlie), total(Bob));
		let (job, others) = disputed(WRONG, RIGHT);
		end(&[job, others[0], others[1]]);
		assert_eq!(Jobs::why(job), Some(Reason::AnswerRejected));
		assert!(others.iter().all(|other| Jobs::why(*other) == Some(Reason::Paid)));
		// The two others were paid, and what they cost came out of Bob's bond.
		assert_eq!(total(Charlie), client);
		assert_eq!(total(Bob), bob - 2 * CHARGE);
		assert_eq!(bond(Bob), 300 * UNIT - 2 * CHARGE);
		assert!(Reputation::score(id(Bob)) < Permill::from_percent(50));
	});
}

#[test]
fn client_should_pay_all_three_when_it_loses_a_dispute() {
	run(|| {
		let client = total(Charlie);
		let (job, others) = disputed(RIGHT, RIGHT);
		end(&[job, others[0], others[1]]);
		let all = [job, others[0], others[1]];
		assert!(all.iter().all(|job| Jobs::why(*job) == Some(Reason::Paid)));
		assert_eq!(total(Charlie), client - 3 * CHARGE);
		assert_eq!(bond(Bob), 300 * UNIT);
		assert_eq!(Balances::total_balance_on_hold(&id(Charlie)), 0);
	});
}

#[test]
fn work_should_go_to_the_better_name_when_all_else_is_equal() {
	run(|| {
		let bond = 300 * UNIT;
		assert_ok!(Providers::register(signed(Dave), id(One), bond, 2, Default::default()));
		assert_ok!(Providers::offer(signed(Dave), 0, model(), PRICE));
		// Dave lets a job pass.
		end(&[submit_this(JobRequest { only: Some(id(Dave)), ..request() })]);
		assert!(Reputation::score(id(Dave)) < Reputation::score(id(Bob)));
		for _ in 0..20 {
			// Both could have it.
			for who in [Bob, Dave] {
				assert_eq!(Providers::why_not_assigned(id(who)), Reason::Eligible);
			}
			let open = |job: &JobId| Jobs::job(*job).is_some_and(|job| !job.state.is_final());
			submit();
			let jobs = pallet_jobs::ClientJobs::<Runtime>::iter_key_prefix(id(Charlie));
			let job = jobs.into_iter().find(open).expect("submitted");
			assert_eq!(answer(job, RIGHT), id(Bob));
			end(&[job]);
		}
	});
}

#[test]
fn job_should_be_paid_to_everybody_when_delivered() {
	run(|| {
		let before = |who: &AccountId| Balances::total_balance(who);
		let (client, provider, owner) = (id(Charlie), id(Bob), id(Alice));
		let (c, p, o) = (before(&client), before(&provider), before(&owner));
		let t = before(&Treasury::account());

		let job = submit();
		assert_eq!(Jobs::why(job), Some(Reason::InProgress));
		assert_eq!(Jobs::held_by(client.clone())[0].held_for, HeldFor::Job(job));
		assert_ok!(Jobs::deliver(signed(Ferdie), job, delivery(RIGHT)));
		let settles = Jobs::job(job).expect("there").due;
		to_block(settles);
		assert_eq!(Jobs::why(job), Some(Reason::Paid));

		let charge = CHARGE;
		assert_eq!(before(&client), c - charge);
		assert_eq!(before(&Treasury::account()), t + charge / 20);
		assert_eq!(before(&owner), o + charge / 10);
		assert_eq!(before(&provider), p + charge - charge / 20 - charge / 10);
		assert_eq!(Balances::total_balance_on_hold(&client), 0);
	});
}

#[test]
fn provider_should_be_slashed_and_the_client_refunded_when_it_never_delivers() {
	run(|| {
		let client = Balances::total_balance(&id(Charlie));
		for _ in 0..3 {
			submit();
			to_block(System::block_number() + 40);
		}
		assert_eq!(Balances::total_balance(&id(Charlie)), client);
		assert_eq!(Balances::total_balance_on_hold(&id(Charlie)), 0);
		assert_eq!(Providers::why_not_assigned(id(Bob)), Reason::Paused);
		// One percent of the bond has gone to the treasury.
		assert_eq!(Balances::total_balance_on_hold(&id(Bob)), 297 * UNIT);
	});
}

#[test]
fn integrity_tests_should_pass_when_the_runtime_is_put_together() {
	sp_io::TestExternalities::default().execute_with(|| {
		<AllPalletsWithSystem as frame_support::traits::IntegrityTest>::integrity_test();
	});
}
