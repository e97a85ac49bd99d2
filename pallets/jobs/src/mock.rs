//! A runtime of jobs, balances and a clock; providers and models are mocks of `reckon-support`.

use crate as pallet_jobs;
use frame_support::{
	derive_impl,
	dispatch::GetDispatchInfo,
	parameter_types,
	traits::{
		fungible::Mutate, tokens::Preservation, ConstU128, ConstU32, ConstU64, Hooks,
		VariantCountOf,
	},
	weights::Weight,
};
use reckon_primitives::{
	Assurance, Balance, Content, Delivery, JobId, JobRequest, JobState, ModelId, Price, Privacy,
	Sampling, SubnetId, TaskKind, Units,
};
use reckon_support::{
	mocks::{self, MockAudits, MockHooks, MockModels, MockPool, MockSubnets},
	EscrowSource, Membership, SubnetParameters,
};
use sp_core::H256;
use sp_runtime::{BuildStorage, Permill};
use std::collections::BTreeSet;

pub type AccountId = u64;

pub const CLIENT: AccountId = 1;
pub const OTHER_CLIENT: AccountId = 2;
/// A client with little money who has earned [`EARNED`].
pub const EARNER: AccountId = 3;
pub const EARNED: Balance = 5_000;
/// What earnings are paid from.
pub const POT: AccountId = 7;
pub const TREASURY: AccountId = 8;
/// What auditors are paid from.
pub const AUDIT_POT: AccountId = 10;
pub const MODEL_OWNER: AccountId = 9;
pub const PROVIDERS: [AccountId; 6] = [11, 12, 13, 14, 15, 16];
pub const START: Balance = 1_000_000;
pub const MODEL: ModelId = H256([7; 32]);
/// A subnet with [`strict_rules`].
pub const SUBNET: SubnetId = 5;
pub const PRICE: Price<Balance> = Price { base: 100, per_input: 1, per_output: 10 };

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp::Pallet<Test>;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances::Pallet<Test>;
	#[runtime::pallet_index(3)]
	pub type Jobs = pallet_jobs::Pallet<Test>;
}

type Block = frame_system::mocking::MockBlockU32<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type OnKilledAccount = Jobs;
	type AccountData = pallet_balances::AccountData<Balance>;
	type BlockHashCount = ConstU32<256>;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<10>;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

/// A different number each block, known to nobody before.
pub struct BlockRandomness;

impl frame_support::traits::Randomness<Option<H256>, u32> for BlockRandomness {
	fn random(subject: &[u8]) -> (Option<H256>, u32) {
		let block = System::block_number();
		let mut input = subject.to_vec();
		input.extend(block.to_le_bytes());
		(Some(sp_io::hashing::blake2_256(&input).into()), block)
	}
}

/// Pays [`EARNER`] from [`POT`], as long as that has something.
pub struct Earnings;

impl EscrowSource<AccountId, Balance> for Earnings {
	fn draw(who: &AccountId, wanted: Balance) -> Balance {
		let left = free(POT).saturating_sub(START);
		let amount = if *who == EARNER { wanted.min(left) } else { 0 };
		Balances::transfer(&POT, who, amount, Preservation::Preserve).unwrap();
		amount
	}

	fn draw_weight() -> Weight {
		Weight::from_parts(777, 0)
	}
}

/// The rules of [`SUBNET`], where the treasury has 20 %, only [`MODEL`] is served, and disputes are
/// long.
pub fn strict_rules() -> SubnetParameters {
	SubnetParameters {
		treasury_share: Permill::from_percent(20),
		dispute_window_blocks: 9,
		min_provider_bond: 500,
		membership: Membership::Models(
			[MODEL].into_iter().collect::<BTreeSet<_>>().try_into().unwrap(),
		),
		..Default::default()
	}
}

parameter_types! {
	pub const Treasury: AccountId = TREASURY;
	pub const AuditPot: AccountId = AUDIT_POT;
}

impl pallet_jobs::Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Providers = MockPool;
	type Models = MockModels;
	type Reputation = ();
	type Subnets = MockSubnets;
	type Audits = MockAudits;
	type OnOutcome = MockHooks;
	type OnSettled = MockHooks;
	type Earnings = Earnings;
	type Randomness = BlockRandomness;
	type Time = Timestamp;
	type Treasury = Treasury;
	type AuditPot = AuditPot;
	type Draws = ConstU32<8>;
	type MinTurnBlocks = ConstU32<3>;
	type MaxDeadlineBlocks = ConstU32<1_000>;
	type MaxComparisonBlocks = ConstU32<40>;
	type GraceBlocks = ConstU32<2>;
	type RetentionBlocks = ConstU32<50>;
	type MaxPayloadBytes = ConstU32<10_000>;
	type MaxAnswerBytes = ConstU32<10_000>;
	type MaxOutputUnits = ConstU32<1_000>;
	type MaxClockLeadMillis = ConstU64<30_000>;
	type DuePerBlock = ConstU32<4>;
}

/// Runs a test on a fresh chain with clients, a treasury, a model and no provider, and checks the
/// pallet's invariants at its end.
pub fn run(test: impl FnOnce()) {
	mocks::reset();
	let accounts = [CLIENT, OTHER_CLIENT, TREASURY, MODEL_OWNER, AUDIT_POT];
	let mut balances: Vec<_> = accounts.iter().chain(&PROVIDERS).map(|who| (*who, START)).collect();
	balances.extend([(EARNER, 100), (POT, START + EARNED)]);
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.execute_with(|| {
		let tasks = [TaskKind::Chat, TaskKind::Embed];
		MockModels::insert(MODEL, MODEL_OWNER, Permill::from_percent(10), &tasks);
		MockSubnets::insert(0, SubnetParameters { dispute_window_blocks: 5, ..Default::default() });
		MockSubnets::insert(SUBNET, strict_rules());
		to_block(1);
		test();
		check();
	});
}

/// Checks what must hold.
pub fn check() {
	Jobs::do_try_state().unwrap();
}

/// Begins blocks up to this one, each with spare weight at its end, checking what must hold after
/// each.
pub fn to_block(number: u32) {
	while System::block_number() < number {
		let now = System::block_number();
		if now > 0 {
			Jobs::on_idle(now, Weight::from_parts(1_000_000_000_000, u64::MAX));
			check();
		}
		System::set_block_number(now + 1);
		Timestamp::set_timestamp(u64::from(now + 1) * 3_000);
		Jobs::on_initialize(now + 1);
		check();
	}
}

/// Begins a block without spare weight at its end.
pub fn full_block() {
	let next = System::block_number() + 1;
	System::set_block_number(next);
	Jobs::on_initialize(next);
	check();
}

/// A provider that can do one job at a time for [`PRICE`].
pub fn add_provider(who: AccountId) {
	MockPool::insert(who, 1, PRICE);
}

/// A request that passes every check: at most 100 + (5 + 256) + 10 · 10 = 461.
pub fn request() -> JobRequest<AccountId, Balance, u32> {
	JobRequest {
		subnet: 0,
		model: MODEL,
		task: TaskKind::Chat,
		payload: Content::from(b"hello".to_vec()),
		sampling: Sampling { max_output: 10, ..Default::default() },
		max_price: 1_000,
		deadline: System::block_number() + 30,
		assurance: Assurance::Optimistic,
		privacy: Privacy::Public,
		replicas: 1,
		only: None,
	}
}

/// A delivery that passes every check: 100 + 8 + 10 · 5 = 158.
pub fn delivery() -> Delivery<Content> {
	Delivery {
		output: Content::from(b"hello to you".to_vec()),
		commitment: None,
		units: Units { input: 8, output: 5 },
		started_at: 1,
		finished_at: 2,
	}
}

/// A delivery of another answer, as dear.
pub fn other_delivery(n: u8) -> Delivery<Content> {
	Delivery { output: Content::from(vec![n]), ..delivery() }
}

/// Submits a request of the client's and says its id.
pub fn submit(request: JobRequest<AccountId, Balance, u32>) -> JobId {
	submit_all(request)[0]
}

/// Submits a request of the client's and says the ids of all its jobs, in their order.
pub fn submit_all(request: JobRequest<AccountId, Balance, u32>) -> Vec<JobId> {
	submitted_by(|| {
		frame_support::assert_ok!(Jobs::submit_job(RuntimeOrigin::signed(CLIENT), request));
	})
}

/// Disputes a job of the client's, and says the ids of those that compute it again.
pub fn dispute(id: JobId) -> Vec<JobId> {
	submitted_by(|| {
		frame_support::assert_ok!(Jobs::dispute(RuntimeOrigin::signed(CLIENT), id));
	})
}

/// The ids of the jobs that a call submits, in their order.
fn submitted_by(call: impl FnOnce()) -> Vec<JobId> {
	let before = events().len();
	call();
	let of_event = |event: &pallet_jobs::Event<Test>| match event {
		pallet_jobs::Event::JobSubmitted { job, .. } => Some(*job),
		_ => None,
	};
	events()[before..].iter().filter_map(of_event).collect()
}

/// Submits a request of the client's, begins the next block, in which a provider is drawn, and says
/// the job's id.
pub fn drawn(request: JobRequest<AccountId, Balance, u32>) -> JobId {
	let id = submit(request);
	to_block(System::block_number() + 1);
	id
}

/// The origin of a provider's worker.
pub fn worker(provider: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(MockPool::worker_of(provider))
}

/// Who has a job or has answered it.
pub fn provider_of(id: JobId) -> Option<AccountId> {
	match Jobs::job(id).unwrap().state {
		JobState::Assigned { provider, .. }
		| JobState::Delivered { provider, .. }
		| JobState::Settled { provider, .. } => Some(provider),
		JobState::Open { .. } | JobState::Refunded { .. } => None,
	}
}

/// Lets whoever has a job hand this in.
pub fn answer(id: JobId, delivery: Delivery<Content>) {
	let provider = provider_of(id).unwrap();
	frame_support::assert_ok!(Jobs::deliver(worker(provider), id, delivery));
}

/// What an account can spend.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// The events of this pallet so far.
pub fn events() -> Vec<pallet_jobs::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Jobs(event) => Some(event),
			_ => None,
		})
		.collect()
}

/// The weight of a call, to show that it depends on what it should.
pub fn weight_of(call: pallet_jobs::Call<Test>) -> Weight {
	RuntimeCall::Jobs(call).get_dispatch_info().call_weight
}
