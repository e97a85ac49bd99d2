//! The heaviest blocks that the chain can be made to have: what they weigh, and what they take.
//!
//! 1,000 candidates with 100 backers each, 100 seats, and more jobs waiting for a draw than a block can
//! work off. Prints one JSON line for each of: a block of nothing but the agenda, the block in which an
//! election is held, the block in which those elected begin, and with it an era ends. Each also works off
//! whatever the agenda and the sweeps can do with the weight that is left. Times are of the native
//! runtime on a trie in memory, without a database; weights are of the wasm runtime with one.
//!
//! `cargo build --locked --workspace --features reckon-node/fast-runtime --example worst_block`, then `target/debug/examples/worst_block`

use codec::Encode;
use frame_support::{
	assert_ok,
	dispatch::DispatchClass,
	traits::{fungible::Mutate, OnFinalize, OnIdle, OnInitialize},
	weights::Weight,
};
use reckon_primitives::{
	token::UNIT, Assurance, BlockNumber, Content, EntryKind, JobRequest, ModelId, NumericProfile,
	Price, Privacy, Sampling, TaskKind, TaskSet,
};
use reckon_runtime::{
	adapters::Treasury, genesis as presets, time, AccountId, AllPalletsWithSystem, Balances, Jobs,
	Models, Providers, Runtime, RuntimeGenesisConfig, RuntimeOrigin, Session, SessionKeys, System,
	Timestamp, ValidatorStaking,
};
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_core::{ed25519, proof_of_possession::ProofOfPossessionGenerator, sr25519, Pair, H256};
use sp_runtime::{BuildStorage, Digest, DigestItem, Permill};
use std::time::Instant;

/// With the four of the preset as many as there can be.
const CANDIDATES: u32 = 996;
const BACKERS: u32 = 100;
const SEATS: u32 = 100;
/// Delegations of one account.
const EACH: u32 = 10;
/// Jobs that wait for a draw at the blocks that are measured.
const WAITING: u32 = 3_000;
const PROVIDERS: u32 = 64;
const MANIFEST: H256 = H256([7; 32]);

fn account(kind: u8, n: u32) -> AccountId {
	let mut bytes = [kind; 32];
	bytes[..4].copy_from_slice(&n.to_le_bytes());
	bytes.into()
}

fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

/// Somebody with money.
fn funded(kind: u8, n: u32, units: u128) -> AccountId {
	let who = account(kind, n);
	assert_ok!(Balances::mint_into(&who, units * UNIT));
	who
}

fn join(n: u32) -> AccountId {
	let who = funded(1, n, 100_000);
	let seed = |purpose: &[u8]| sp_io::hashing::blake2_256(&(&who, purpose).encode());
	let mut babe = sr25519::Pair::from_seed(&seed(b"babe"));
	let mut grandpa = ed25519::Pair::from_seed(&seed(b"grandpa"));
	let mut audit = sr25519::Pair::from_seed(&seed(b"audit"));
	let keys = SessionKeys {
		babe: babe.public().into(),
		grandpa: grandpa.public().into(),
		audit: audit.public().into(),
	};
	let owner = who.encode();
	let proof = (
		babe.generate_proof_of_possession(&owner),
		grandpa.generate_proof_of_possession(&owner),
		audit.generate_proof_of_possession(&owner),
	);
	assert_ok!(Session::set_keys(signed(&who), keys, proof.encode()));
	assert_ok!(ValidatorStaking::join(signed(&who), 20_000 * UNIT, Permill::from_percent(5)));
	who
}

fn populate() {
	assert_ok!(Balances::mint_into(&Treasury::account(), 1_000_000 * UNIT));
	let candidates: Vec<_> = (0..CANDIDATES).map(join).collect();
	for n in 0..CANDIDATES * BACKERS / EACH {
		let backer = funded(2, n, 10_000);
		for delegation in 0..EACH {
			let nth = (n * EACH + delegation) % CANDIDATES;
			let amount = u128::from(100 + nth % 50) * UNIT;
			let candidate = candidates[nth as usize].clone();
			assert_ok!(ValidatorStaking::delegate(signed(&backer), candidate, amount));
		}
	}
	assert_ok!(ValidatorStaking::set_validator_count(RuntimeOrigin::root(), SEATS));

	let owner = funded(3, 0, 100_000);
	let details = pallet_models::ModelDetails {
		manifest: MANIFEST,
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		context: 256,
		licence: b"MIT".to_vec().try_into().expect("short"),
		royalty: Permill::from_percent(1),
		trained_on: Default::default(),
		calibration: None,
	};
	let name = b"bench/model".to_vec().try_into().expect("short");
	assert_ok!(Models::register_model(signed(&owner), name, details));
	let price = Price { base: UNIT / 1_000, per_input: 1, per_output: 1 };
	for n in 0..PROVIDERS {
		let provider = funded(4, n, 100_000);
		let worker = account(5, n);
		let bond = 20_000 * UNIT;
		assert_ok!(Providers::register(signed(&provider), worker, bond, 1_000, Default::default()));
		assert_ok!(Providers::offer(signed(&provider), 0, model(), price));
	}
}

fn model() -> ModelId {
	EntryKind::Model.id(&account(3, 0), MANIFEST)
}

/// Fills the agenda for the next block.
fn submit(round: u32) {
	for n in 0..WAITING {
		let client = funded(6, round * WAITING + n, 10);
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
		assert_ok!(Jobs::submit_job(signed(&client), request));
	}
}

/// What a block did by itself.
struct Measured {
	start: Weight,
	idle: Weight,
	seconds: f64,
	seats: usize,
	drawn: u32,
}

/// A block so many slots after the last, with `fill` in it, and what it did by itself.
fn block(slots: u64, fill: impl FnOnce()) -> Measured {
	let number = System::block_number() + 1;
	let slot = pallet_babe::CurrentSlot::<Runtime>::get() + slots;
	let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot });
	let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, digest.encode())] };
	System::reset_events();
	System::initialize(&number, &H256::from_low_u64_be(number.into()), &digest);
	let clock = Instant::now();
	let start = <AllPalletsWithSystem as OnInitialize<BlockNumber>>::on_initialize(number);
	let mut seconds = clock.elapsed().as_secs_f64();
	System::register_extra_weight_unchecked(start, DispatchClass::Mandatory);
	System::note_finished_initialize();
	assert_ok!(Timestamp::set(RuntimeOrigin::none(), *slot * time::SLOT_MILLIS));
	fill();
	System::note_finished_extrinsics();
	let most = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
	let left = most.saturating_sub(System::block_weight().total());
	let clock = Instant::now();
	let idle = <AllPalletsWithSystem as OnIdle<BlockNumber>>::on_idle(number, left);
	<AllPalletsWithSystem as OnFinalize<BlockNumber>>::on_finalize(number);
	seconds += clock.elapsed().as_secs_f64();
	let drawn = System::events()
		.iter()
		.filter(|record| {
			let event = &record.event;
			matches!(
				event,
				reckon_runtime::RuntimeEvent::Jobs(pallet_jobs::Event::JobAssigned { .. })
			)
		})
		.count() as u32;
	Measured { start, idle, seconds, seats: Session::validators().len(), drawn }
}

fn tell(what: &str, measured: &Measured) {
	let millis = |weight: Weight| weight.ref_time() as f64 / 1e9;
	println!(
		"{}",
		serde_json::json!({
			"block": what,
			"start_ms_by_weight": millis(measured.start),
			"idle_ms_by_weight": millis(measured.idle),
			"native_ms": (measured.seconds * 1e4).round() / 10.0,
			"jobs_drawn": measured.drawn,
			"seats": measured.seats,
		})
	);
}

fn main() {
	let patch = presets::preset(&"local_testnet".into()).expect("a preset");
	let patch: serde_json::Value = serde_json::from_slice(&patch).expect("JSON");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	merge(&mut config, &patch);
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let mut chain: sp_io::TestExternalities = config.build_storage().expect("a state").into();
	chain.execute_with(|| {
		block(1_000_000, populate);
	});
	// What was written lies in the trie from here on, as on a real chain, not in the overlay.
	let mut round = 0;
	let mut fill = |chain: &mut sp_io::TestExternalities| {
		chain.execute_with(|| block(1, || submit(round)));
		round += 1;
		chain.commit_all().expect("nothing is open");
	};
	fill(&mut chain);
	tell("the agenda alone", &chain.execute_with(|| block(1, || ())));

	// Blocks at the ends of sessions, until those elected have their seats and an era has ended since.
	let mut heaviest: Option<Measured> = None;
	let mut elected = false;
	for _ in 0..3 * time::SESSIONS_PER_ERA {
		fill(&mut chain);
		let measured = chain.execute_with(|| block(time::EPOCH_SLOTS.into(), || ()));
		chain.commit_all().expect("nothing is open");
		if measured.seats > 4 && !elected {
			elected = true;
			tell("those elected begin", &measured);
		}
		if heaviest.as_ref().is_none_or(|other| other.seconds < measured.seconds) {
			heaviest = Some(measured);
		}
	}
	assert!(elected, "nobody was elected in three eras");
	if let Some(measured) = &heaviest {
		tell("the slowest end of a session in three eras", measured);
	}
}

fn merge(to: &mut serde_json::Value, patch: &serde_json::Value) {
	match (to.as_object_mut(), patch.as_object()) {
		(Some(to), Some(patch)) => patch.iter().for_each(|(key, value)| {
			merge(to.entry(key).or_insert(serde_json::Value::Null), value);
		}),
		_ => *to = patch.clone(),
	}
}
