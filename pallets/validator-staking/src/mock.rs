//! A runtime of stake, sessions, offences and balances.

use crate as pallet_validator_staking;
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{tokens::imbalance::ResolveTo, ConstU128, ConstU32, Hooks, VariantCountOf},
	weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_authorship::EventHandler;
use pallet_session::SessionInterface;
use reckon_primitives::Balance;
use reckon_support::EraIndex;
use sp_runtime::{
	impl_opaque_keys,
	testing::UintAuthorityId,
	traits::{Convert, ConvertInto},
	BuildStorage, Perbill, Permill,
};
use sp_staking::{
	offence::{Kind, Offence, ReportOffence},
	SessionIndex,
};

pub type AccountId = u64;

/// Those that can become candidates: their session keys are set.
pub const KEYED: std::ops::RangeInclusive<AccountId> = 1..=19;
/// Has money and no keys.
pub const KEYLESS: AccountId = 20;
/// Delegators.
pub const CAROL: AccountId = 31;
pub const DAVE: AccountId = 32;
pub const EVE: AccountId = 33;
/// Where slashes go.
pub const POT: AccountId = 90;
pub const REPORTER: AccountId = 91;
pub const START: Balance = 1_000_000;
pub const ED: Balance = 10;
/// The own stake of the candidates of genesis, which are accounts 1 to 4.
pub const BOND: Balance = 10_000;
pub const PER_ERA: SessionIndex = 3;
pub const UNBONDING: EraIndex = 5;
pub const MAX_VALIDATORS: u32 = 6;
pub const MAX_CANDIDATES: u32 = 8;
pub const MAX_BACKERS: u32 = 20;
/// Blocks in a session.
pub const LENGTH: u32 = 10;

impl_opaque_keys! {
	pub struct Keys {
		pub dummy: UintAuthorityId,
	}
}

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
	pub type Staking = pallet_validator_staking::Pallet<Test>;
	#[runtime::pallet_index(3)]
	pub type Offences = pallet_offences::Pallet<Test>;
	#[runtime::pallet_index(4)]
	pub type Historical = pallet_session::historical::Pallet<Test>;
	#[runtime::pallet_index(5)]
	pub type Session = pallet_session::Pallet<Test>;
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
	// What an account loses that is slashed below the least is not lost to the sum.
	type DustRemoval = ResolveTo<Pot, Balances>;
}

/// Everybody is identified by nothing.
pub struct Unidentified;

impl Convert<AccountId, Option<()>> for Unidentified {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

type Periodic = pallet_session::PeriodicSessions<ConstU32<LENGTH>, ConstU32<0>>;

impl pallet_session::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = SomeId;
	type ShouldEndSession = Periodic;
	type NextSessionRotation = Periodic;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, Staking>;
	type SessionHandler = pallet_session::TestSessionHandler;
	type Keys = Keys;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type WeightInfo = ();
	type Currency = Balances;
	type KeyDeposit = ConstU128<0>;
}

/// Validators are named by their accounts.
pub struct SomeId;

impl Convert<AccountId, Option<AccountId>> for SomeId {
	fn convert(who: AccountId) -> Option<AccountId> {
		Some(ConvertInto::convert(who))
	}
}

impl pallet_session::historical::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = Unidentified;
}

impl pallet_offences::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
	type OnOffenceHandler = Staking;
}

parameter_types! {
	pub static MinValidators: u32 = 2;
	pub const Pot: AccountId = POT;
	pub const MaxCommissionRise: Permill = Permill::from_percent(5);
	pub const ReporterReward: Permill = Permill::from_percent(10);
}

impl pallet_validator_staking::Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Session = Session;
	type NextSessionRotation = Periodic;
	type AdminOrigin = EnsureRoot<AccountId>;
	type CancelOrigin = EnsureRoot<AccountId>;
	type OnSlash = ResolveTo<Pot, Balances>;
	type SessionsPerEra = ConstU32<PER_ERA>;
	type MinValidators = MinValidators;
	type MaxValidators = ConstU32<MAX_VALIDATORS>;
	type MaxCandidates = ConstU32<MAX_CANDIDATES>;
	type MaxDelegationsPerCandidate = ConstU32<MAX_BACKERS>;
	type MaxDelegationsPerDelegator = ConstU32<3>;
	type MaxUnbondings = ConstU32<6>;
	type MinCandidateBond = ConstU128<1_000>;
	type MinDelegation = ConstU128<100>;
	type MaxCommissionRise = MaxCommissionRise;
	type UnbondingEras = ConstU32<UNBONDING>;
	type ReportEras = ConstU32<1>;
	type SlashDeferEras = ConstU32<2>;
	type HistoryEras = ConstU32<6>;
	type ReporterReward = ReporterReward;
	type MaxAbsentSessions = ConstU32<2>;
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// The genesis of the tests: candidates 1 to 4, of which as many as can validate.
pub fn genesis(candidates: Vec<(AccountId, Balance)>, count: u32) -> RuntimeGenesisConfig {
	let accounts = (1..=60).chain([POT, REPORTER]);
	RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: accounts.map(|who| (who, START)).collect(),
			..Default::default()
		},
		staking: pallet_validator_staking::GenesisConfig {
			candidates: candidates.clone(),
			validator_count: count,
		},
		session: pallet_session::GenesisConfig {
			keys: candidates.iter().map(|(who, _)| (*who, *who, keys(*who))).collect(),
			non_authority_keys: KEYED
				.filter(|who| candidates.iter().all(|(other, _)| other != who))
				.map(|who| (who, who, keys(who)))
				.collect(),
		},
		..Default::default()
	}
}

pub fn externalities(genesis: RuntimeGenesisConfig) -> sp_io::TestExternalities {
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.execute_with(|| System::set_block_number(1));
	ext
}

pub fn default_externalities() -> sp_io::TestExternalities {
	externalities(genesis((1..=4).map(|who| (who, BOND)).collect(), 0))
}

/// Runs a test on a fresh chain and checks the pallet's invariants at its end.
pub fn run(test: impl FnOnce()) {
	MinValidators::set(2);
	default_externalities().execute_with(|| {
		test();
		check();
	});
}

/// Checks what must hold, and that no money is held that the pallet does not know of.
pub fn check() {
	Staking::do_try_state().unwrap();
	let known: Balance = crate::Candidates::<Test>::iter_values().map(|c| c.own).sum::<Balance>()
		+ crate::Backers::<Test>::iter_values()
			.flatten()
			.map(|(_, amount)| amount)
			.sum::<Balance>()
		+ crate::Stakers::<Test>::iter_values()
			.flat_map(|staker| staker.unbonding)
			.map(|part| part.amount)
			.sum::<Balance>();
	assert_eq!(held_in_all(), known, "what is held is not what is staked");
}

/// All that is held, by anybody for anything.
pub fn held_in_all() -> Balance {
	pallet_balances::Holds::<Test>::iter_values().flatten().map(|hold| hold.amount).sum()
}

pub fn keys(n: u64) -> Keys {
	Keys { dummy: UintAuthorityId(n) }
}

pub fn set_keys(who: AccountId) {
	set_keys_to(who, who);
}

pub fn set_keys_to(who: AccountId, key: u64) {
	assert_ok!(<Session as SessionInterface>::set_keys(&who, keys(key)));
}

pub fn drop_keys(who: AccountId) {
	assert_ok!(<Session as SessionInterface>::purge_keys(&who));
}

/// Plenty for a block's end.
pub const SPARE: Weight = Weight::from_parts(1_000_000_000_000, u64::MAX);

/// Ends the session without a block of anybody's, then lets a block with spare weight end.
pub fn silent_session() {
	System::set_block_number((System::block_number() / LENGTH + 1) * LENGTH);
	Session::rotate_session();
	check();
	idle();
}

/// Lets all validators author a block, ends the session, and lets a block with spare weight end.
pub fn next_session() {
	Session::validators().into_iter().for_each(Staking::note_author);
	silent_session();
}

/// Lets a block with spare weight end.
pub fn idle() {
	Staking::on_idle(System::block_number(), SPARE);
	check();
}

/// Lets sessions pass until this one.
pub fn to_session(session: SessionIndex) {
	while Session::current_index() < session {
		next_session();
	}
}

/// Lets sessions pass until an era's first one.
pub fn to_era(era: EraIndex) {
	to_session(era * PER_ERA);
}

pub fn era() -> EraIndex {
	Session::current_index() / PER_ERA
}

/// Who validates now, in order.
pub fn seats() -> Vec<AccountId> {
	let mut seats = Session::validators();
	seats.sort();
	seats
}

pub fn join(who: AccountId, bond: Balance) {
	assert_ok!(Staking::join(signed(who), bond, Permill::zero()));
}

pub fn leave(who: AccountId) {
	assert_ok!(Staking::leave(signed(who)));
}

pub fn delegate(who: AccountId, candidate: AccountId, amount: Balance) {
	assert_ok!(Staking::delegate(signed(who), candidate, amount));
}

pub fn candidate(who: AccountId) -> crate::Candidate {
	crate::Candidates::<Test>::get(who).unwrap()
}

pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// What is held of an account's money.
pub fn held(who: AccountId) -> Balance {
	Staking::held_by(who).into_iter().map(|held| held.amount).sum()
}

/// Something bad that some validators did.
pub struct Misdeed {
	pub offenders: Vec<(AccountId, ())>,
	pub session: SessionIndex,
	pub fraction: Perbill,
	pub slot: u64,
}

impl Offence<(AccountId, ())> for Misdeed {
	const ID: Kind = *b"test:misdeed_kin";
	type Slot = u64;

	fn offenders(&self) -> Vec<(AccountId, ())> {
		self.offenders.clone()
	}

	fn session_index(&self) -> SessionIndex {
		self.session
	}

	fn validator_set_count(&self) -> u32 {
		4
	}

	fn slot(&self) -> u64 {
		self.slot
	}

	fn slash_fraction(&self, _: u32) -> Perbill {
		self.fraction
	}
}

/// Reports a misdeed of one validator's in a session. Each slot has one report.
pub fn report(who: AccountId, session: SessionIndex, percent: u32, slot: u64) {
	let misdeed = Misdeed {
		offenders: vec![(who, ())],
		session,
		fraction: Perbill::from_percent(percent),
		slot,
	};
	let reported = Offences::report_offence(vec![REPORTER], misdeed);
	assert!(reported.is_ok(), "a slot's misdeed was reported twice");
}

/// The events of this pallet since the last reset.
pub fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Staking(event) => Some(event),
			_ => None,
		})
		.collect()
}
