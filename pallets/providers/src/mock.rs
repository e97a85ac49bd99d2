//! A runtime of providers and balances; models are a mock of `reckon-support`.

use crate as pallet_providers;
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU128, ConstU32, Hooks, VariantCountOf},
	weights::Weight,
};
use reckon_primitives::{Balance, Market, ModelId, Price, SubnetId, TaskKind};
use reckon_support::{
	mocks::{self, MockModels, MockSubnets},
	Membership, SubnetParameters,
};
use sp_core::H256;
use sp_runtime::{BuildStorage, Permill};

pub type AccountId = u64;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const START: Balance = 100_000;
pub const BOND: Balance = 1_000;
/// A subnet that serves only model 1.
pub const SUBNET: SubnetId = 7;
pub const PRICE: Price<Balance> = Price { base: 1, per_input: 1, per_output: 1 };

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
	pub type Providers = pallet_providers::Pallet<Test>;
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
	type ExistentialDeposit = ConstU128<10>;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
}

parameter_types! {
	pub const MissSlash: Permill = Permill::from_percent(10);
	pub static Session: u32 = 5;
}

impl pallet_providers::Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Models = MockModels;
	type Subnets = MockSubnets;
	type CurrentSession = Session;
	// A slash that nobody takes is burnt.
	type OnLeft = ();
	type OnSlash = ();
	type MinBond = ConstU128<BOND>;
	type BondPerTicket = ConstU128<BOND>;
	type MaxTickets = ConstU32<4>;
	type MaxOffers = ConstU32<3>;
	type MaxCapacity = ConstU32<100>;
	type BondPerJob = ConstU128<{ BOND / 4 }>;
	type DeclineRestBlocks = ConstU32<10>;
	type UnbondingBlocks = ConstU32<10>;
	type AnswerableBlocks = ConstU32<6>;
	type MissesBeforeSlash = ConstU32<3>;
	type MissSlash = MissSlash;
	type SweepPerBlock = ConstU32<2>;
}

/// The nth model.
pub fn model(n: u8) -> ModelId {
	H256::repeat_byte(n)
}

/// The nth model in the chain's own subnet.
pub fn market(n: u8) -> Market {
	Market { subnet: 0, model: model(n) }
}

/// Offers the nth model in the chain's own subnet.
pub fn offer(who: AccountId, n: u8) {
	frame_support::assert_ok!(Providers::offer(signed(who), 0, model(n), PRICE));
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// Runs a test on a fresh chain with funded accounts, models 1 to 5 and two subnets, in session 5, and
/// checks the pallet's invariants at its end.
pub fn run(test: impl FnOnce()) {
	mocks::reset();
	Session::set(5);
	let balances = (1..50).map(|who| (who, START)).collect();
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.execute_with(|| {
		(1..=5).for_each(|n| MockModels::insert(model(n), 9, Permill::zero(), &[TaskKind::Chat]));
		MockSubnets::insert(0, SubnetParameters::default());
		let served = std::collections::BTreeSet::from([model(1)]).try_into().unwrap();
		let membership = Membership::Models(served);
		MockSubnets::insert(SUBNET, SubnetParameters { membership, ..Default::default() });
		System::set_block_number(1);
		test();
		check();
	});
}

/// Checks what must hold.
pub fn check() {
	Providers::do_try_state().unwrap();
}

/// Registers a provider whose worker is account `who + 100`.
pub fn register(who: AccountId, bond: Balance, capacity: u32) {
	let origin = RuntimeOrigin::signed(who);
	let worker = who + 100;
	frame_support::assert_ok!(Providers::register(
		origin,
		worker,
		bond,
		capacity,
		Default::default()
	));
}

/// Lets a block with spare weight end.
pub fn idle(number: u32) {
	System::set_block_number(number);
	Providers::on_idle(number, Weight::from_parts(1_000_000_000_000, u64::MAX));
	check();
}
