//! A runtime of subnets and balances.

use crate as pallet_subnets;
use crate::Name;
use frame_support::{
	derive_impl, parameter_types,
	traits::{
		fungible::HoldConsideration, tokens::imbalance::ResolveTo, ConstU128, ConstU32, Footprint,
		Hooks, VariantCountOf,
	},
	weights::Weight,
};
use reckon_primitives::{Balance, ModelId, SubnetId};
use reckon_support::{GatewayEndpoint, Membership, SubnetParameters};
use sp_runtime::{traits::Convert, BuildStorage, Permill};

pub type AccountId = u64;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const TREASURY: AccountId = 99;
pub const START: Balance = 1_000_000;
pub const FEE: Balance = 700;
pub const GATEWAY_BOND: Balance = 1_000;
pub const CHANGE_DELAY: u32 = 20;
pub const RETIREMENT: u32 = 320;
pub const UNBONDING: u32 = 15;

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
	pub type Subnets = pallet_subnets::Pallet<Test>;
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
	pub const SubnetDeposit: RuntimeHoldReason =
		RuntimeHoldReason::Subnets(pallet_subnets::HoldReason::SubnetDeposit);
	pub const Treasury: AccountId = TREASURY;
	pub const MaxRoyalty: Permill = Permill::from_percent(20);
	pub const MinProviderShare: Permill = Permill::from_percent(50);
	pub const MinTreasuryShare: Permill = Permill::from_percent(1);
	pub const MinAuditRate: Permill = Permill::from_percent(1);
}

impl pallet_subnets::Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Deposit = HoldConsideration<AccountId, Balances, SubnetDeposit, BytePrice>;
	type DepositPrice = BytePrice;
	type AdminOrigin = frame_system::EnsureRoot<AccountId>;
	type OnFee = ResolveTo<Treasury, Balances>;
	type OnSlash = ResolveTo<Treasury, Balances>;
	type CreationFee = ConstU128<FEE>;
	type MaxRoyalty = MaxRoyalty;
	type MinProviderShare = MinProviderShare;
	type MinTreasuryShare = MinTreasuryShare;
	type MaxCommittee = ConstU32<16>;
	type MinAuditRate = MinAuditRate;
	type ProviderBondFloor = ConstU128<100>;
	type GatewayBondFloor = ConstU128<500>;
	type MinDisputeBlocks = ConstU32<2>;
	type MaxDisputeBlocks = ConstU32<300>;
	type ChangeDelayBlocks = ConstU32<CHANGE_DELAY>;
	type RetirementBlocks = ConstU32<RETIREMENT>;
	type UnbondingBlocks = ConstU32<UNBONDING>;
}

/// Rules that pass every check.
pub fn rules() -> SubnetParameters {
	SubnetParameters {
		treasury_share: Permill::from_percent(5),
		gateway_share: Permill::from_percent(10),
		auditor_share: Permill::from_percent(5),
		committee: 5,
		quorum: 3,
		audit_rate_min: Permill::from_percent(2),
		audit_rate_max: Permill::from_percent(20),
		min_provider_bond: 100,
		min_gateway_bond: GATEWAY_BOND,
		dispute_window_blocks: 10,
		membership: Membership::Open,
	}
}

/// Only these models.
pub fn only(models: impl IntoIterator<Item = u8>) -> Membership {
	let models: std::collections::BTreeSet<_> =
		models.into_iter().map(ModelId::repeat_byte).collect();
	Membership::Models(models.try_into().unwrap())
}

/// Runs a test on a fresh chain with funded accounts, and checks the pallet's invariants at its
/// end.
pub fn run(test: impl FnOnce()) {
	let balances = (1..50).chain([TREASURY]).map(|who| (who, START)).collect();
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		subnets: pallet_subnets::GenesisConfig { parameters: rules(), ..Default::default() },
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.execute_with(|| {
		System::set_block_number(1);
		test();
		check();
	});
}

/// Checks what must hold.
pub fn check() {
	Subnets::do_try_state().unwrap();
}

/// Lets a block with spare weight end.
pub fn idle(number: u32) {
	System::set_block_number(number);
	Subnets::on_idle(number, Weight::from_parts(1_000_000_000_000, u64::MAX));
	check();
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

pub fn name(name: &str) -> Name {
	name.as_bytes().to_vec().try_into().unwrap()
}

pub fn endpoint() -> GatewayEndpoint {
	b"https://gateway.example:8000".to_vec().try_into().unwrap()
}

/// Creates a subnet of Alice's, and says its id.
pub fn create(called: &str) -> SubnetId {
	let id = pallet_subnets::SubnetCount::<Test>::get();
	frame_support::assert_ok!(Subnets::create(signed(ALICE), name(called), rules()));
	id
}

/// Registers a gateway of a subnet, with the least bond.
pub fn register(who: AccountId, subnet: SubnetId) {
	let result = Subnets::register_gateway(signed(who), subnet, GATEWAY_BOND, endpoint());
	frame_support::assert_ok!(result);
}

/// What an account can spend.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}
