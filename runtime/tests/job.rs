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
	token::UNIT, Assurance, Content, Delivery, EntryKind, HeldFor, JobId, JobRequest, ModelId,
	NumericProfile, Price, Privacy, Reason, Sampling, TaskKind, TaskSet, Units,
};
use reckon_runtime::{
	adapters::Treasury, genesis, AccountId, AllPalletsWithSystem, Balance, Balances, Jobs, Models,
	Providers, Runtime, RuntimeGenesisConfig, RuntimeOrigin, System,
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Ferdie};
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
	};
	let name = b"test/model".to_vec().try_into().expect("short");
	assert_ok!(Models::register_model(signed(Alice), name, details));
	let bond = 300 * UNIT;
	assert_ok!(Providers::register(signed(Bob), id(Ferdie), bond, 2, Default::default()));
	assert_ok!(Providers::offer(signed(Bob), 0, model(), PRICE));
}

fn submit() -> JobId {
	let request = JobRequest {
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
	};
	assert_ok!(Jobs::submit_job(signed(Charlie), request));
	to_block(System::block_number() + 1);
	pallet_jobs::ClientJobs::<Runtime>::iter_key_prefix(id(Charlie)).next().expect("submitted")
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
		let delivery = Delivery {
			output: Content::from(b"a book of accounts".to_vec()),
			commitment: None,
			units: Units { input: 10, output: 9 },
			started_at: 1,
			finished_at: 2,
		};
		assert_ok!(Jobs::deliver(signed(Ferdie), job, delivery));
		let settles = Jobs::job(job).expect("there").due;
		to_block(settles);
		assert_eq!(Jobs::why(job), Some(Reason::Paid));

		let charge = UNIT / 100 + 10 * (UNIT / 1000) + 9 * (UNIT / 100);
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
