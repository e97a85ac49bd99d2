//! An upgrade on the real runtime: what its first block does to the state, and what waits while a
//! migration takes several. How to write one is in `docs/upgrades.md`.

use codec::Encode;
use frame_support::{
	assert_ok,
	storage::{storage_prefix, unhashed},
	traits::{
		GetStorageVersion, PalletsInfoAccess, StorageVersion, UncheckedOnRuntimeUpgrade,
		STORAGE_VERSION_STORAGE_KEY_POSTFIX,
	},
	weights::Weight,
};
use frame_system::{ChainContext, LastRuntimeUpgrade, LastRuntimeUpgradeInfo};
use reckon_primitives::{
	token::UNIT, Assurance, Content, EntryKind, JobRequest, JobState, NumericProfile, Privacy,
	Sampling, TaskKind, TaskSet,
};
use reckon_runtime::{
	genesis, time, AccountId, Address, AllPalletsWithSystem, Block, Executive, Header, Jobs,
	Models, MultiBlockMigrations, Reputation, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeGenesisConfig, RuntimeOrigin, System, TxExtension, UncheckedExtrinsic, VERSION,
};
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{
	generic::{Era, SignedPayload},
	traits::Header as _,
	ApplyExtrinsicResult, BuildStorage, Digest, DigestItem, ExtrinsicInclusionMode, Permill,
};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// The version that each pallet's state has on the chains that are there. Who changes one writes a
/// migration first, and this when the upgrade has been made.
const RELEASED: [(&str, u16); 9] = [
	("Audits", 1),
	("Channels", 1),
	("Jobs", 1),
	("Models", 1),
	("Providers", 1),
	("Reputation", 1),
	("Rewards", 1),
	("Subnets", 1),
	("ValidatorStaking", 1),
];

/// The first block's.
const FIRST_SLOT: u64 = 1_000_000;

/// A chain of one validator, as of genesis.
fn run(test: impl FnOnce()) {
	let patch = genesis::preset(&"development".into()).expect("a preset");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	merge(&mut config, &serde_json::from_slice(&patch).expect("JSON"));
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let mut ext: sp_io::TestExternalities = config.build_storage().expect("a state").into();
	ext.execute_with(test);
}

fn merge(to: &mut serde_json::Value, patch: &serde_json::Value) {
	match (to.as_object_mut(), patch.as_object()) {
		(Some(to), Some(patch)) => patch.iter().for_each(|(key, value)| {
			merge(to.entry(key).or_insert(serde_json::Value::Null), value);
		}),
		_ => *to = patch.clone(),
	}
}

/// The next block's header, as its author begins with it, and the block's time.
fn next_header() -> (Header, UncheckedExtrinsic) {
	let number = System::block_number() + 1;
	let slot = FIRST_SLOT + u64::from(number);
	let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index: 0,
		slot: slot.into(),
	});
	let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, digest.encode())] };
	let parent = H256::from_low_u64_be(number.into());
	let header = Header::new(number, Default::default(), Default::default(), parent, digest);
	let now = pallet_timestamp::Call::set { now: slot * time::SLOT_MILLIS };
	(header, UncheckedExtrinsic::new_bare(RuntimeCall::Timestamp(now)))
}

/// Makes a block with nothing but its time; says what else it could have had.
fn block() -> ExtrinsicInclusionMode {
	block_with(None).0
}

/// Makes a block, as the node does when it is the author.
fn block_with(
	transaction: Option<UncheckedExtrinsic>,
) -> (ExtrinsicInclusionMode, Option<ApplyExtrinsicResult>) {
	let (header, time) = next_header();
	let mode = Executive::initialize_block(&header);
	assert_ok!(Executive::apply_extrinsic(time).expect("the time"));
	let applied = transaction.map(Executive::apply_extrinsic);
	Executive::finalize_block();
	(mode, applied)
}

/// A token of Alice's for Bob.
fn transfer() -> UncheckedExtrinsic {
	let dest = Address::Id(Bob.to_account_id());
	let call = pallet_balances::Call::transfer_keep_alive { dest, value: UNIT };
	let nonce = System::account_nonce(Alice.to_account_id());
	let extension: TxExtension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(Era::immortal()),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	);
	let payload = SignedPayload::new(RuntimeCall::Balances(call), extension).expect("complete");
	let signature = payload.using_encoded(|bytes| Alice.sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	let alice = Address::Id(Alice.to_account_id());
	UncheckedExtrinsic::new_signed(call, alice, signature.into(), extension)
}

/// Lets the next block be the first of an upgrade.
fn upgrade() {
	let older = LastRuntimeUpgradeInfo { spec_version: 0.into(), spec_name: VERSION.spec_name };
	LastRuntimeUpgrade::<Runtime>::put(older);
}

/// Lets a migration be under way. It has nothing to do, as there is none in this runtime, and so is over
/// in the next block.
fn begin_migration() {
	let root = RuntimeOrigin::root();
	assert_ok!(MultiBlockMigrations::force_set_active_cursor(root, 0, None, None));
}

fn events() -> Vec<RuntimeEvent> {
	System::events().into_iter().map(|record| record.event).collect()
}

fn happened(event: pallet_migrations::Event<Runtime>) -> bool {
	events().contains(&RuntimeEvent::MultiBlockMigrations(event))
}

/// Where the chain keeps the version of a pallet's state.
fn version_key(pallet: &str) -> [u8; 32] {
	storage_prefix(pallet.as_bytes(), STORAGE_VERSION_STORAGE_KEY_POSTFIX)
}

/// What an upgrade does to the jobs: version 0 counted them from 1,000.
struct CountFromZero;

impl UncheckedOnRuntimeUpgrade for CountFromZero {
	fn on_runtime_upgrade() -> Weight {
		pallet_jobs::JobCount::<Runtime>::mutate(|count| *count -= 1_000);
		Self::WEIGHT
	}
}

impl CountFromZero {
	const WEIGHT: Weight = Weight::from_parts(200_000_000_000, 0);
}

type Migration = frame_support::migrations::VersionedMigration<
	0,
	1,
	CountFromZero,
	Jobs,
	<Runtime as frame_system::Config>::DbWeight,
>;

/// The runtime's executive with that migration, which runs before those of `SingleBlock`, and as they do.
#[allow(deprecated)]
type Upgraded = frame_executive::Executive<
	Runtime,
	Block,
	ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
	Migration,
>;

fn count() -> u64 {
	pallet_jobs::JobCount::<Runtime>::get()
}

#[test]
fn migration_should_run_once_when_the_upgrades_first_block_is_made() {
	run(|| {
		block();
		StorageVersion::new(0).put::<Jobs>();
		pallet_jobs::JobCount::<Runtime>::put(5_007);
		let begin = || {
			let (header, _) = next_header();
			Upgraded::initialize_block(&header);
		};
		// Not as long as the code is the same.
		begin();
		assert_eq!((count(), Jobs::on_chain_storage_version()), (5_007, StorageVersion::new(0)));
		upgrade();
		begin();
		assert_eq!((count(), Jobs::on_chain_storage_version()), (4_007, StorageVersion::new(1)));
		assert_eq!(LastRuntimeUpgrade::<Runtime>::get(), Some(VERSION.into()));
		// What it weighs is taken from the block, beside what each block's hooks do.
		let used = System::block_weight().total();
		assert!(used.all_gte(CountFromZero::WEIGHT), "{used:?}");
		begin();
		assert_eq!(count(), 4_007);
		// Nor when the next upgrade still has it.
		upgrade();
		begin();
		assert_eq!(count(), 4_007);
	});
}

/// Fails when a pallet has another version and no migration, and says which.
#[test]
fn upgrade_should_bring_each_pallet_to_its_codes_version_when_the_chain_is_as_released() {
	run(|| {
		let wanted = |pallet| unhashed::get::<StorageVersion>(&version_key(pallet));
		let own = frame_support::crate_to_crate_version!();
		let all = AllPalletsWithSystem::infos().into_iter();
		let mut ours: Vec<_> = all
			.filter(|one| one.crate_version == own)
			.map(|one| (one.name, wanted(one.name)))
			.collect();
		ours.sort_unstable_by_key(|(name, _)| *name);
		for (name, version) in RELEASED {
			unhashed::put(&version_key(name), &StorageVersion::new(version));
		}
		upgrade();
		for _ in 0..3 {
			block();
		}
		for (name, version) in ours {
			assert_eq!(wanted(name), version, "{name} needs a migration");
		}
		assert_eq!(MultiBlockMigrations::progress(), None);
	});
}

#[test]
fn pallet_should_begin_with_its_codes_version_when_an_upgrade_brings_it() {
	run(|| {
		block();
		let gone = unhashed::clear_prefix(&sp_io::hashing::twox_128(b"Reputation"), None, None);
		assert!(gone.maybe_cursor.is_none());
		assert_eq!(Reputation::on_chain_storage_version(), StorageVersion::new(0));
		upgrade();
		block();
		let in_code = Reputation::in_code_storage_version();
		assert_eq!(Reputation::on_chain_storage_version(), in_code);
		assert!(in_code > StorageVersion::new(0));
	});
}

#[test]
fn transactions_should_wait_when_a_migration_is_under_way() {
	run(|| {
		// The genesis' hash, for which all is signed, is known from the first block on.
		block();
		let (mode, applied) = block_with(Some(transfer()));
		assert_eq!(mode, ExtrinsicInclusionMode::AllExtrinsics);
		assert_ok!(applied.expect("the transfer").expect("valid"));
		begin_migration();
		// Nobody makes a block with one, and nobody takes one.
		let why = refusal(transfer());
		assert!(why.contains("Only inherents are allowed"), "{why}");
		assert_eq!(block(), ExtrinsicInclusionMode::OnlyInherents);
		assert!(happened(pallet_migrations::Event::UpgradeCompleted));
		let (mode, applied) = block_with(Some(transfer()));
		assert_eq!(mode, ExtrinsicInclusionMode::AllExtrinsics);
		assert_ok!(applied.expect("the transfer").expect("valid"));
		// With nothing under way, what was refused is the header alone, which nobody has finished.
		let why = refusal(transfer());
		assert!(why.contains("Digest") || why.contains("Storage root"), "{why}");
	});
}

/// Why a node does not take the next block with this transaction. Nothing of it stays.
fn refusal(transaction: UncheckedExtrinsic) -> String {
	let (header, time) = next_header();
	let block = Block { header, extrinsics: vec![time, transaction] };
	let refused = frame_support::storage::with_transaction(|| {
		let outcome = catch_unwind(AssertUnwindSafe(|| Executive::execute_block(block.into())));
		sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(outcome))
	});
	let panic = refused.expect("rolled back").expect_err("the block is taken");
	let text = panic.downcast_ref::<String>().cloned();
	text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// A second upgrade in the middle of a migration: state that is half changed is for nobody to build on.
// With `try-runtime` the failure is a panic.
#[cfg(not(feature = "try-runtime"))]
#[test]
fn chain_should_freeze_when_a_migration_fails() {
	run(|| {
		block();
		begin_migration();
		upgrade();
		assert_eq!(block(), ExtrinsicInclusionMode::OnlyInherents);
		assert!(happened(pallet_migrations::Event::UpgradeFailed));
		for _ in 0..3 {
			assert_eq!(block(), ExtrinsicInclusionMode::OnlyInherents);
		}
		let status = MultiBlockMigrations::ongoing_status();
		assert_eq!(format!("{status:?}"), "Stuck");
		// Root could help, if only it had a transaction: the way out is other code for these blocks.
		assert_ok!(MultiBlockMigrations::force_set_cursor(RuntimeOrigin::root(), None));
		assert_eq!(block(), ExtrinsicInclusionMode::AllExtrinsics);
	});
}

/// Transactions wait; the chain's clocks do not.
#[test]
fn job_should_end_in_its_time_when_a_migration_takes_longer() {
	run(|| {
		block();
		let details = pallet_models::ModelDetails {
			manifest: H256([7; 32]),
			tasks: TaskSet::of(&[TaskKind::Chat]),
			profile: NumericProfile::F32,
			context: 256,
			licence: b"MIT".to_vec().try_into().expect("short"),
			royalty: Permill::zero(),
			trained_on: Default::default(),
			calibration: None,
		};
		let alice: AccountId = Alice.to_account_id();
		let name = b"test/model".to_vec().try_into().expect("short");
		assert_ok!(Models::register_model(RuntimeOrigin::signed(alice.clone()), name, details));
		let deadline = System::block_number() + 30;
		let request = JobRequest {
			subnet: 0,
			model: EntryKind::Model.id(&alice, H256([7; 32])),
			task: TaskKind::Chat,
			payload: Content::from(b"what is a ledger?".to_vec()),
			sampling: Sampling::default(),
			max_price: UNIT,
			deadline,
			assurance: Assurance::Optimistic,
			privacy: Privacy::Public,
			replicas: 1,
			only: None,
		};
		assert_ok!(Jobs::submit_job(RuntimeOrigin::signed(alice), request));
		let (_, job) = pallet_jobs::Jobs::<Runtime>::iter().next().expect("a job");
		assert!(matches!(job.state, JobState::Open { .. }));
		while System::block_number() <= deadline {
			// As if it went on.
			begin_migration();
			assert_eq!(block(), ExtrinsicInclusionMode::OnlyInherents);
		}
		let (_, job) = pallet_jobs::Jobs::<Runtime>::iter().next().expect("a job");
		assert!(matches!(job.state, JobState::Refunded { .. }), "{:?}", job.state);
	});
}

#[test]
fn migration_should_leave_room_for_the_blocks_own_work_when_it_takes_all_that_it_may() {
	let most = <Runtime as pallet_migrations::Config>::MaxServiceWeight::get();
	let weights = <Runtime as frame_system::Config>::BlockWeights::get();
	let left = weights.max_block.saturating_sub(weights.base_block).saturating_sub(most);
	assert!(left.all_gt(Weight::zero()), "{left:?}");
	assert!(MultiBlockMigrations::exec_migration_max_weight().all_lt(most));
}
