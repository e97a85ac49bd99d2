//! A runtime of rewards and balances; eras and stakes are mocks of `reckon-support`.

use crate::{self as pallet_rewards, Duty, RunningEra};
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU128, ConstU32, Hooks, VariantCountOf},
	weights::Weight,
	PalletId,
};
use pallet_authorship::EventHandler;
use reckon_primitives::{Balance, JobId, ModelId, Units};
use reckon_support::{
	mocks::{self, MockStake},
	EraIndex, Exposure, OnJobSettled, SettledJob, StakeInspect,
};
use sp_runtime::{BuildStorage, Permill};

pub type AccountId = u64;

/// Claims for others.
pub const STRANGER: AccountId = 1;
pub const TREASURY: AccountId = 8;
pub const WORKERS: [AccountId; 3] = [11, 12, 13];
pub const VALIDATORS: [AccountId; 3] = [21, 22, 23];
pub const BACKERS: [AccountId; 3] = [31, 32, 33];
pub const START: Balance = 1_000_000;
/// All the money at the start: eleven accounts' and some in one more, to have a round sum.
pub const SUPPLY: Balance = 12_000_000;
/// What each era of the first year emits: 8 % of the supply in ten eras.
pub const EMISSION: Balance = 96_000;
pub const ED: Balance = 10;
pub const HISTORY: EraIndex = 84;

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
	pub type Balances = pallet_balances::Pallet<Test>;
	#[runtime::pallet_index(2)]
	pub type Rewards = pallet_rewards::Pallet<Test>;
}

type Block = frame_system::mocking::MockBlockU32<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<Balance>;
	type BlockHashCount = ConstU32<256>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<ED>;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

parameter_types! {
	pub const RewardsId: PalletId = PalletId(*b"rkn/rwds");
	pub const Treasury: AccountId = TREASURY;
	pub const FirstYearEmission: Permill = Permill::from_percent(8);
	pub const EmissionDecay: Permill = Permill::from_percent(85);
	pub const EmissionFloor: Permill = Permill::from_percent(1);
	pub const ValidatorsShare: Permill = Permill::from_percent(50);
	pub const SubsidyRatio: Permill = Permill::from_percent(90);
}

impl pallet_rewards::Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type Stake = MockStake;
	type Treasury = Treasury;
	type PalletId = RewardsId;
	type ErasPerYear = ConstU32<10>;
	type FirstYearEmission = FirstYearEmission;
	type EmissionDecay = EmissionDecay;
	type EmissionFloor = EmissionFloor;
	type ValidatorsShare = ValidatorsShare;
	type SubsidyRatio = SubsidyRatio;
	type PointsPerBlock = ConstU32<20>;
	type HistoryEras = ConstU32<HISTORY>;
	type MaxErasPerDraw = ConstU32<4>;
	type MaxBackers = ConstU32<16>;
}

/// A fresh chain with funded accounts, in its first block.
pub fn ext() -> sp_io::TestExternalities {
	mocks::reset();
	let mut balances: Vec<_> = [STRANGER, TREASURY]
		.iter()
		.chain(&WORKERS)
		.chain(&VALIDATORS)
		.chain(&BACKERS)
		.map(|who| (*who, START))
		.collect();
	let rest = SUPPLY - balances.iter().map(|(_, amount)| amount).sum::<Balance>();
	balances.push((99, rest));
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test on a fresh chain, and checks the pallet's invariants at its end.
pub fn run<R>(test: impl FnOnce() -> R) -> R {
	ext().execute_with(|| {
		begin_block();
		let outcome = test();
		check();
		outcome
	})
}

/// Checks what must hold.
pub fn check() {
	Rewards::do_try_state().unwrap();
}

fn begin_block() {
	Rewards::on_initialize(System::block_number());
	check();
}

/// Begins a block in a later era.
pub fn to_era(era: EraIndex) {
	MockStake::set_era(era);
	next_block();
}

/// Begins a block in the next era.
pub fn next_era() {
	to_era(MockStake::era() + 1);
}

/// Begins a block in the same era.
pub fn next_block() {
	System::set_block_number(System::block_number() + 1);
	begin_block();
}

/// Lets a block with spare weight end.
pub fn idle() {
	Rewards::on_idle(System::block_number(), Weight::from_parts(1_000_000_000_000, u64::MAX));
	check();
}

/// A job of a provider's is paid, of which this much is the treasury's.
pub fn settle(provider: AccountId, fee: Balance) {
	Rewards::on_job_settled(&SettledJob {
		job: JobId::zero(),
		model: ModelId::zero(),
		client: STRANGER,
		provider,
		charge: fee.saturating_mul(20),
		fee,
		units: Units { input: 1, output: 1 },
	});
}

/// A validator makes a block.
pub fn author(validator: AccountId) {
	<Rewards as EventHandler<AccountId, u32>>::note_author(validator);
}

/// Lets this stand behind a validator: its own stake and its backers'.
pub fn expose(
	era: EraIndex,
	validator: AccountId,
	commission: u32,
	own: Balance,
	stakes: &[Balance],
) {
	let backers = BACKERS.iter().copied().zip(stakes.iter().copied()).collect();
	let commission = Permill::from_percent(commission);
	MockStake::expose(era, validator, Exposure { own, commission, backers });
}

pub fn claim(earner: AccountId, era: EraIndex) -> sp_runtime::DispatchResult {
	Rewards::claim(RuntimeOrigin::signed(STRANGER), earner, era)
}

pub fn claim_validator(validator: AccountId, era: EraIndex) -> sp_runtime::DispatchResult {
	Rewards::claim_validator(RuntimeOrigin::signed(STRANGER), validator, era)
		.map(|_| ())
		.map_err(|refused| refused.error)
}

/// What an account can spend.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// The pot's money.
pub fn pot() -> Balance {
	free(Rewards::account())
}

pub fn issuance() -> Balance {
	pallet_balances::TotalIssuance::<Test>::get()
}

pub fn points(era: EraIndex, duty: Duty, who: AccountId) -> Balance {
	Rewards::points(era, duty, who)
}

/// What is stored of the running era.
pub fn stored() -> RunningEra<u32> {
	crate::ActiveEra::<Test>::get().unwrap()
}

/// The events of this pallet since the last call.
pub fn events() -> Vec<pallet_rewards::Event<Test>> {
	let all = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Rewards(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	all
}
