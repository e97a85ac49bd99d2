//! How the cost of assigning a job grows with the number of registered providers: it should not.
//!
//! Prints one JSON line for each number of providers: the median time of a `submit_job` and of the draw
//! at the next block's start on the native runtime, and for comparison that of a transfer between two of the providers' accounts in the same
//! state. Both walk a trie whose depth grows with the logarithm of the number of accounts; the number
//! of storage items that they touch does not grow. Every provider has a reputation, which the draw reads. Part
//! of `make bench`.

use frame_support::{
	assert_ok,
	storage::with_transaction,
	traits::{fungible::Mutate, tokens::Preservation, Hooks},
};
use reckon_primitives::{
	token::UNIT, Assurance, Content, EntryKind, JobRequest, ModelId, NumericProfile, Price,
	Privacy, Sampling, TaskKind, TaskSet,
};
use reckon_runtime::{
	adapters::Treasury, AccountId, Balances, Jobs, Models, Providers, Reputation, Runtime,
	RuntimeGenesisConfig, RuntimeOrigin, System,
};
use reckon_support::{EndedTurn, OnProviderOutcome, Outcome};
use sp_runtime::{BuildStorage, DispatchError, Permill, TransactionOutcome};
use std::time::Instant;

/// How many providers there are, each time.
const COUNTS: [u32; 5] = [10, 100, 1_000, 10_000, 100_000];
/// Jobs that are timed at each count.
const SAMPLES: u32 = 400;
const MANIFEST: sp_core::H256 = sp_core::H256([7; 32]);

fn account(kind: u8, n: u32) -> AccountId {
	let mut bytes = [kind; 32];
	bytes[..4].copy_from_slice(&n.to_le_bytes());
	bytes.into()
}

fn model() -> ModelId {
	EntryKind::Model.id(&account(4, 0), MANIFEST)
}

fn register(n: u32) {
	let provider = account(1, n);
	assert_ok!(Balances::mint_into(&provider, 1_000 * UNIT));
	let origin = RuntimeOrigin::signed(provider.clone());
	let capacity = 10;
	let worker = account(2, n);
	assert_ok!(Providers::register(
		origin.clone(),
		worker,
		100 * UNIT,
		capacity,
		Default::default()
	));
	let price = Price { base: UNIT / 1_000, per_input: 1, per_output: 1 };
	assert_ok!(Providers::offer(origin, 0, model(), price));
	// One of four has missed a deadline, the others have been paid.
	let outcome = if n.is_multiple_of(4) { Outcome::DeadlineMissed } else { Outcome::Settled };
	Reputation::on_provider_outcome(&EndedTurn {
		provider: provider.clone(),
		outcome,
		value: UNIT / 100,
		assigned_at: System::block_number(),
		named: false,
	});
	assert!(Reputation::standing(provider).is_some(), "a draw would read nothing");
}

fn submit(client: &AccountId) -> f64 {
	let request = JobRequest {
		subnet: 0,
		model: model(),
		task: TaskKind::Chat,
		payload: Content::from(b"what is a ledger?".to_vec()),
		sampling: Sampling { max_output: 50, ..Default::default() },
		max_price: UNIT,
		deadline: System::block_number() + 100,
		assurance: Assurance::Optimistic,
		privacy: Privacy::Public,
		replicas: 1,
		only: None,
	};
	// Taken back, so that all samples see the same: a draw, eight candidates, a choice.
	with_transaction(|| {
		let start = Instant::now();
		assert_ok!(Jobs::submit_job(RuntimeOrigin::signed(client.clone()), request));
		System::set_block_number(System::block_number() + 1);
		Jobs::on_initialize(System::block_number());
		let took = start.elapsed().as_secs_f64() * 1e6;
		let assigned = pallet_jobs::ProviderJobs::<Runtime>::iter_keys().count();
		assert_eq!(assigned, 1, "the job was not assigned");
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(took))
	})
	.expect("it never fails")
}

fn transfer(n: u32, count: u32) -> f64 {
	// Multiplying by a large prime visits accounts that are not in a row.
	let nth = |n: u32| account(1, (u64::from(n) * 2_654_435_761 % u64::from(count)) as u32);
	let start = Instant::now();
	let (from, to) = (nth(n), nth(n + 1));
	assert_ok!(Balances::transfer(&from, &to, UNIT / 1_000, Preservation::Preserve));
	start.elapsed().as_secs_f64() * 1e6
}

fn median(mut samples: Vec<f64>) -> f64 {
	samples.sort_by(f64::total_cmp);
	samples[samples.len() / 2]
}

fn main() {
	let genesis = RuntimeGenesisConfig::default().build_storage().expect("an empty genesis");
	let mut chain: sp_io::TestExternalities = genesis.into();
	let client = account(3, 0);
	let mut registered = 0;
	let mut first = None;
	chain.execute_with(|| {
		System::set_block_number(1);
		for who in [&client, &Treasury::account(), &account(4, 0)] {
			assert_ok!(Balances::mint_into(who, 1_000_000 * UNIT));
		}
		let details = pallet_models::ModelDetails {
			manifest: MANIFEST,
			tasks: TaskSet::of(&[TaskKind::Chat]),
			profile: NumericProfile::F32,
			context: 256,
			licence: b"MIT".to_vec().try_into().expect("short"),
			royalty: Permill::zero(),
			trained_on: Default::default(),
			calibration: None,
		};
		let name = b"bench/model".to_vec().try_into().expect("short");
		assert_ok!(Models::register_model(RuntimeOrigin::signed(account(4, 0)), name, details));
	});
	for count in COUNTS {
		chain.execute_with(|| (registered..count).for_each(register));
		registered = count;
		// What was written lies in the trie from here on, as on a real chain, not in the overlay.
		chain.commit_all().expect("nothing is open");
		let mut jobs = Vec::new();
		let mut transfers = Vec::new();
		for n in 0..SAMPLES {
			jobs.push(chain.execute_with(|| submit(&client)));
			transfers.push(chain.execute_with(|| transfer(n, count)));
		}
		let (job, transfer) = (median(jobs), median(transfers));
		let (first_job, first_transfer) = *first.get_or_insert((job, transfer));
		let round = |value: f64| (value * 100.0).round() / 100.0;
		println!(
			"{}",
			serde_json::json!({
				"measure": "submit_job and draw, native",
				"providers": count,
				"job_us": round(job),
				"job_ratio_to_fewest": round(job / first_job),
				"transfer_us": round(transfer),
				"transfer_ratio_to_fewest": round(transfer / first_transfer),
			})
		);
	}
}
