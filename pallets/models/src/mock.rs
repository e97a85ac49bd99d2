//! A runtime of models and balances.

use crate as pallet_models;
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible::HoldConsideration, ConstU128, ConstU32, Footprint, Hooks, VariantCountOf},
	weights::Weight,
};
use reckon_primitives::Balance;
use sp_runtime::{traits::Convert, BuildStorage, Permill};

pub type AccountId = u64;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const START: Balance = 100_000;

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
	pub type Models = pallet_models::Pallet<Test>;
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

/// One for each byte.
pub struct BytePrice;

impl Convert<Footprint, Balance> for BytePrice {
	fn convert(footprint: Footprint) -> Balance {
		footprint.size.into()
	}
}

parameter_types! {
	pub const MaxRoyalty: Permill = Permill::from_percent(20);
	pub const ModelDeposit: RuntimeHoldReason =
		RuntimeHoldReason::Models(pallet_models::HoldReason::ModelDeposit);
}

impl pallet_models::Config for Test {
	type WeightInfo = ();
	type Deposit = HoldConsideration<AccountId, Balances, ModelDeposit, BytePrice>;
	type DepositPrice = BytePrice;
	type MaxRoyalty = MaxRoyalty;
	type RetirementBlocks = ConstU32<10>;
}

/// Lets a block with spare weight end.
pub fn idle(number: u32) {
	System::set_block_number(number);
	Models::on_idle(number, Weight::from_parts(1_000_000_000_000, u64::MAX));
	Models::do_try_state().unwrap();
}

/// Runs a test on a fresh chain with funded accounts, and checks the pallet's invariants at its
/// end.
pub fn run(test: impl FnOnce()) {
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: vec![(ALICE, START), (BOB, START)],
			..Default::default()
		},
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.execute_with(|| {
		System::set_block_number(1);
		test();
		Models::do_try_state().unwrap();
	});
}
