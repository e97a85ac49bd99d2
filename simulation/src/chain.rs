//! The real runtime as a chain without a node: genesis, blocks, sessions, eras.
//!
//! Everything that happens on it is a call that the runtime dispatches, or a vote that it admits as
//! from the pool. Parameters are the runtime's, and the subnet's rules the real chain's; only sessions
//! are shorter, by slots that nobody makes blocks in.

use codec::Encode;
use frame_support::{
	dispatch::DispatchClass,
	storage::{storage_prefix, unhashed},
	traits::{OnFinalize, OnIdle, OnInitialize},
};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_audits::AuditPair;
use pallet_models::{Calibration, ModelDetails};
use rand::{rngs::StdRng, Rng, SeedableRng};
use reckon_primitives::{
	token::UNIT, Balance, BlockNumber, EntryKind, ModelId, NumericProfile, TaskKind, TaskSet,
};
use reckon_runtime::{
	genesis, time, AccountId, AllPalletsWithSystem, Audits, Executive, Jobs, Providers, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeGenesisConfig, RuntimeOrigin, Session, SessionKeys, System,
	Timestamp, ValidatorStaking,
};
use reckon_verification::{Limits, Thresholds};
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_core::{ed25519, sr25519, Pair, H256};
use sp_runtime::{
	traits::Dispatchable, transaction_validity::TransactionValidityError, BuildStorage, Digest,
	DigestItem, DispatchError, Permill,
};
use sp_state_machine::BasicExternalities;

/// Blocks after which the state is written anew, without the traces of what was deleted, which make
/// iterations slow.
const BLOCKS_PER_STATE: BlockNumber = 1_000;
/// What validators have beside their stake.
const SPARE: Balance = 1_000 * UNIT;
/// The dispute window of the real chain's subnet 0, also where the runtime's own is too short for an
/// audit to find anything before a cheat is paid.
const DISPUTE_WINDOW: BlockNumber = 10 * time::MINUTES;
const MANIFEST: H256 = H256([7; 32]);

/// The chain, and the dice of all who live on it.
pub struct Chain {
	state: BasicExternalities,
	rng: StdRng,
	slot: u64,
}

/// An account that nobody else has.
pub fn account(role: &str, number: usize) -> AccountId {
	AccountId::from(seed(role, number))
}

fn seed(role: &str, number: usize) -> [u8; 32] {
	sp_io::hashing::blake2_256(&(role, number as u64).encode())
}

/// The audit key of the nth validator.
pub fn audit_key(number: usize) -> AuditPair {
	AuditPair::from_seed(&seed("audit", number))
}

/// The account of the nth validator.
pub fn validator(number: usize) -> AccountId {
	account("validator", number)
}

/// The model that everybody asks and serves.
pub fn model() -> ModelId {
	EntryKind::Model.id(&account("owner", 0), MANIFEST)
}

/// What the model's calibration says.
pub const THRESHOLDS: Thresholds = Thresholds {
	distance: Limits { flag: 500, slash: 2_000 },
	margin: Limits { flag: 500, slash: 2_000 },
};

/// Signs and dispatches a call.
///
/// # Errors
/// The call's.
pub fn call(who: &AccountId, call: impl Into<RuntimeCall>) -> Result<(), DispatchError> {
	let done = call.into().dispatch(RuntimeOrigin::signed(who.clone()));
	done.map(drop).map_err(|failed| failed.error)
}

/// Puts votes into the block as auditors' nodes send them.
///
/// # Errors
/// When the pool and the block would refuse them.
pub fn vote(call: pallet_audits::Call<Runtime>) -> Result<(), TransactionValidityError> {
	type Call = pallet_audits::Call<Runtime>;
	let transaction =
		<Runtime as CreateAuthorizedTransaction<Call>>::create_authorized_transaction(call.into());
	Executive::apply_extrinsic(transaction).map(drop)
}

impl Chain {
	/// A chain with so many validators, each of which has so much at stake, with a calibrated model,
	/// and with other accounts that have money. The seed determines everything.
	pub fn new(
		seed: u64,
		validators: usize,
		stake: Balance,
		people: &[(AccountId, Balance)],
	) -> Self {
		let genesis = genesis_config(validators, stake, people);
		let storage = genesis.build_storage().expect("the genesis has all that it needs");
		let mut chain = Self {
			state: BasicExternalities::new(storage),
			rng: StdRng::seed_from_u64(seed),
			slot: 1_000_000,
		};
		let slot = chain.slot;
		chain.within(|rng| {
			begin_block(rng, slot);
			call(&account("owner", 0), register_model()).expect("the model is new");
		});
		chain
	}

	/// Does something in the block that is being made.
	pub fn within<R>(&mut self, act: impl FnOnce(&mut StdRng) -> R) -> R {
		let Self { state, rng, .. } = self;
		state.execute_with(|| act(rng))
	}

	/// Ends the block, and begins the next, so many slots later; says what has happened.
	pub fn block(&mut self, slots: u64) -> Vec<RuntimeEvent> {
		self.slot += slots;
		let slot = self.slot;
		let (number, mut seen) = self.within(|rng| {
			let number = end_block(rng);
			let seen = events();
			begin_block(rng, slot);
			(number, seen)
		});
		if number % BLOCKS_PER_STATE == 0 {
			let state = std::mem::replace(&mut self.state, BasicExternalities::new_empty());
			self.state = BasicExternalities::new(state.into_storages());
		}
		seen.extend(self.within(|_| events()));
		seen
	}

	/// Lets eras pass in which nobody does anything. Of each session there are two blocks: the first has no
	/// room for anything but the session's change.
	pub fn pass_eras(&mut self, eras: u32) {
		for _ in 0..eras * time::SESSIONS_PER_ERA {
			self.block(time::EPOCH_SLOTS.into());
			self.block(1);
		}
	}

	/// Whether all that must hold holds.
	pub fn check(&mut self) {
		self.within(|_| {
			Audits::do_try_state().expect("audits");
			Jobs::do_try_state().expect("jobs");
			Providers::do_try_state().expect("providers");
			ValidatorStaking::do_try_state().expect("stakes");
		});
	}
}

fn genesis_config(
	validators: usize,
	stake: Balance,
	people: &[(AccountId, Balance)],
) -> RuntimeGenesisConfig {
	let patch = genesis::preset(&"local_testnet".into()).expect("a preset");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	merge(&mut config, &serde_json::from_slice(&patch).expect("JSON"));
	let mut config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let keys = |n: usize| SessionKeys {
		babe: sr25519::Pair::from_seed(&seed("babe", n)).public().into(),
		grandpa: ed25519::Pair::from_seed(&seed("grandpa", n)).public().into(),
		audit: audit_key(n).public(),
	};
	let all = || (0..validators).map(|n| (n, validator(n)));
	config.session.keys = all().map(|(n, who)| (who.clone(), who, keys(n))).collect();
	config.validator_staking.candidates = all().map(|(_, who)| (who, stake)).collect();
	config.validator_staking.validator_count = validators as u32;
	config.subnets.parameters.dispute_window_blocks = DISPUTE_WINDOW;
	let stakers = all().map(|(_, who)| (who, stake + SPARE));
	let others = people.iter().cloned().chain([(account("owner", 0), SPARE)]);
	config.balances.balances.extend(stakers.chain(others));
	config
}

fn merge(to: &mut serde_json::Value, patch: &serde_json::Value) {
	match (to.as_object_mut(), patch.as_object()) {
		(Some(to), Some(patch)) => patch.iter().for_each(|(key, value)| {
			merge(to.entry(key).or_insert(serde_json::Value::Null), value);
		}),
		_ => *to = patch.clone(),
	}
}

fn register_model() -> pallet_models::Call<Runtime> {
	let calibration = Calibration { thresholds: THRESHOLDS, report: H256::repeat_byte(1) };
	let details = ModelDetails {
		manifest: MANIFEST,
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		calibration: Some(calibration),
		context: 256,
		licence: b"MIT".to_vec().try_into().expect("short"),
		royalty: Permill::from_percent(10),
		trained_on: Default::default(),
	};
	let name = b"simulation/model".to_vec().try_into().expect("short");
	pallet_models::Call::register_model { name, details }
}

/// What `Executive` and the inherents do at a block's start. The validators take turns.
fn begin_block(rng: &mut StdRng, slot: u64) {
	let number = System::block_number() + 1;
	let seats = Session::validators().len().min(Session::queued_keys().len()).max(1) as u32;
	let author = SecondaryPlainPreDigest { authority_index: number % seats, slot: slot.into() };
	let digest = DigestItem::PreRuntime(BABE_ENGINE_ID, PreDigest::SecondaryPlain(author).encode());
	forget_events();
	System::initialize(&number, &H256(rng.random()), &Digest { logs: vec![digest] });
	let used = <AllPalletsWithSystem as OnInitialize<BlockNumber>>::on_initialize(number);
	System::register_extra_weight_unchecked(used, DispatchClass::Mandatory);
	System::note_finished_initialize();
	Timestamp::set(RuntimeOrigin::none(), slot * time::SLOT_MILLIS).expect("time goes on");
}

/// What `Executive` does at a block's end, without the state's root.
fn end_block(rng: &mut StdRng) -> BlockNumber {
	System::note_finished_extrinsics();
	let number = System::block_number();
	let most = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
	let left = most.saturating_sub(System::block_weight().total());
	<AllPalletsWithSystem as OnIdle<BlockNumber>>::on_idle(number, left);
	<AllPalletsWithSystem as OnFinalize<BlockNumber>>::on_finalize(number);
	// A primary author's random number, without its signature.
	let random: Option<[u8; 32]> = Some(rng.random());
	unhashed::put(&storage_prefix(b"Babe", b"AuthorVrfRandomness"), &random);
	let kept = <Runtime as frame_system::Config>::BlockHashCount::get();
	frame_system::BlockHash::<Runtime>::remove(number.saturating_sub(kept + 1).max(1));
	number
}

/// As `System::reset_events`, which also looks through all keys for topics, of which there are none.
fn forget_events() {
	unhashed::kill(&storage_prefix(b"System", b"Events"));
	unhashed::kill(&storage_prefix(b"System", b"EventCount"));
}

/// The block's events so far, which are then forgotten, so that none is seen twice.
fn events() -> Vec<RuntimeEvent> {
	let events = System::read_events_no_consensus().map(|record| record.event).collect();
	forget_events();
	events
}
