//! A runtime of reputations alone.

use crate as pallet_reputation;
use frame_support::{
	derive_impl,
	traits::{ConstU32, Hooks},
	weights::Weight,
};
use reckon_primitives::Balance;
use reckon_support::{EndedTurn, OnProviderOutcome, Outcome};
use sp_runtime::BuildStorage;

pub type AccountId = u64;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
/// What most jobs of the tests are worth.
pub const VALUE: Balance = 1_000_000;
pub const IDLE_STEP: u32 = 10;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;
	#[runtime::pallet_index(1)]
	pub type Reputation = pallet_reputation::Pallet<Test>;
}

type Block = frame_system::mocking::MockBlockU32<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type BlockHashCount = ConstU32<256>;
}

impl pallet_reputation::Config for Test {
	type WeightInfo = ();
	type IdleStepBlocks = ConstU32<IDLE_STEP>;
	type SweepPerBlock = ConstU32<4>;
}

/// Runs a test on a fresh chain, and checks the pallet's invariants at its end.
pub fn run(test: impl FnOnce()) {
	let genesis = RuntimeGenesisConfig::default();
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.execute_with(|| {
		System::set_block_number(1);
		test();
		check();
	});
}

/// Checks what must hold.
pub fn check() {
	Reputation::do_try_state().unwrap();
}

/// Lets a block with spare weight end.
pub fn idle(number: u32) {
	System::set_block_number(number);
	Reputation::on_idle(number, Weight::from_parts(1_000_000_000_000, u64::MAX));
	check();
}

/// A turn that was drawn and ended in the current block.
pub fn turn(
	provider: AccountId,
	outcome: Outcome,
	value: Balance,
) -> EndedTurn<AccountId, Balance, u32> {
	EndedTurn { provider, outcome, value, assigned_at: System::block_number(), named: false }
}

/// Tells of jobs that were settled for so much each.
pub fn settle(provider: AccountId, times: u32, value: Balance) {
	let turn = turn(provider, Outcome::Settled, value);
	(0..times).for_each(|_| Reputation::on_provider_outcome(&turn));
}

/// Tells of a missed deadline.
pub fn miss(provider: AccountId, value: Balance) {
	Reputation::on_provider_outcome(&turn(provider, Outcome::DeadlineMissed, value));
}

/// A score in thousandths.
pub fn score(provider: AccountId) -> u32 {
	Reputation::score(provider).deconstruct() / 1_000
}
