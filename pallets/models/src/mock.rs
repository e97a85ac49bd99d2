//! A runtime of the store and balances.

use crate::{
	self as pallet_models, AppDetails, DataSetDetails, Licence, Location, ModelDetails, Name,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{fungible::HoldConsideration, ConstU128, ConstU32, Footprint, Hooks, VariantCountOf},
	weights::Weight,
};
use reckon_primitives::{Balance, EntryId, EntryKind, ModelId, NumericProfile, TaskKind, TaskSet};
use sp_core::H256;
use sp_runtime::{traits::Convert, BuildStorage, Permill};
use std::collections::BTreeSet;

pub type AccountId = u64;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const START: Balance = 100_000;
pub const RETIREMENT: u32 = 10;

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
	pub const StoreDeposit: RuntimeHoldReason =
		RuntimeHoldReason::Models(pallet_models::HoldReason::StoreDeposit);
}

impl pallet_models::Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Deposit = HoldConsideration<AccountId, Balances, StoreDeposit, BytePrice>;
	type DepositPrice = BytePrice;
	type MaxRoyalty = MaxRoyalty;
	type RetirementBlocks = ConstU32<RETIREMENT>;
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn name(name: &str) -> Name {
	name.as_bytes().to_vec().try_into().unwrap()
}

pub fn licence(licence: &str) -> Licence {
	licence.as_bytes().to_vec().try_into().unwrap()
}

pub fn location(location: &str) -> Location {
	location.as_bytes().to_vec().try_into().unwrap()
}

/// What is said of a model; its manifest is 32 times `n`.
pub fn model(n: u8) -> ModelDetails {
	ModelDetails {
		manifest: H256::repeat_byte(n),
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		calibration: None,
		context: 256,
		licence: licence("Apache-2.0"),
		royalty: Permill::from_percent(10),
		trained_on: Default::default(),
	}
}

/// What is said of a data set; its content is 32 times `n`.
pub fn data_set(n: u8) -> DataSetDetails {
	DataSetDetails {
		content: H256::repeat_byte(n),
		bytes: 1 << 40,
		records: 1_000,
		description: None,
		location: Some(location("https://example.org/words")),
		licence: licence("CC0-1.0"),
	}
}

/// What is said of an app that asks these models.
pub fn app(models: impl IntoIterator<Item = ModelId>) -> AppDetails {
	AppDetails {
		models: models.into_iter().collect::<BTreeSet<_>>().try_into().unwrap(),
		data_sets: Default::default(),
		location: location("https://example.org/ask"),
		content: None,
		description: None,
		licence: licence("MIT"),
	}
}

/// The id of [`model`] when this account registers it.
pub fn model_id(owner: AccountId, n: u8) -> ModelId {
	EntryKind::Model.id(&owner, H256::repeat_byte(n))
}

/// Registers a model and says its entry.
pub fn register_model(owner: AccountId, called: &str, n: u8) -> EntryId {
	Models::register_model(signed(owner), name(called), model(n)).unwrap();
	EntryId::Model(model_id(owner, n))
}

/// Registers a data set and says its entry.
pub fn register_data_set(owner: AccountId, called: &str, n: u8) -> EntryId {
	Models::register_data_set(signed(owner), name(called), data_set(n)).unwrap();
	Models::entry_by_name(EntryKind::DataSet, name(called)).unwrap()
}

/// Registers an app that asks one model and says its entry.
pub fn register_app(owner: AccountId, called: &str, asks: ModelId) -> EntryId {
	Models::register_app(signed(owner), name(called), app([asks])).unwrap();
	Models::entry_by_name(EntryKind::App, name(called)).unwrap()
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
