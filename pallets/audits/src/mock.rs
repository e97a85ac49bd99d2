//! A runtime of audits and balances; what is audited, models, providers, stakes and reputations are
//! mocks of `reckon-support`. Votes travel as real transactions.

use crate::{self as pallet_audits, *};
use codec::Encode;
use frame_support::{
	derive_impl,
	dispatch::GetDispatchInfo,
	parameter_types,
	traits::{
		fungible::InspectHold, ConstU128, ConstU32, Hooks, OneSessionHandler, VariantCountOf,
	},
	weights::Weight,
};
use frame_system::offchain::{
	CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase,
};
use reckon_primitives::{Balance, JobId, ModelId, Price, TaskKind};
use reckon_support::{
	mocks::{
		self, MockBatches, MockModels, MockPenalties, MockPool, MockReputation, MockStake,
		MockSubjects, MockSubnets,
	},
	AuditOutcome, AuditedAnswer, Auditing, OnAuditVote, Ruling, SubnetParameters,
};
use reckon_verification::{blind, commitment, Fault, Fingerprint, Rows, Statistics, Vote};
use sp_core::{Pair, H256};
use sp_runtime::{
	generic,
	testing::UintAuthorityId,
	traits::{Applyable, BlakeTwo256, Checkable},
	transaction_validity::{TransactionSource, TransactionValidityError},
	BuildStorage, Perbill, Permill,
};
use std::cell::{Cell, RefCell};

pub type AccountId = u64;

pub const CLIENT: AccountId = 1;
pub const PROVIDER: AccountId = 11;
pub const START: Balance = 1_000_000;
pub const BOND: Balance = 100_000;
pub const CHARGE: Balance = 1_000;
pub const MODEL: ModelId = H256([7; 32]);
/// A model that nobody has calibrated.
pub const UNCALIBRATED: ModelId = H256([8; 32]);
/// More than the larger committee has.
pub const VALIDATORS: u64 = 12;
pub const COMMIT: u32 = 10;
pub const OPEN: u32 = 5;
pub const REVEAL: u32 = 6;
/// More than most tests ask of anybody.
pub const OPEN_SEATS: u32 = 20;
/// The least; more than the subnet's share of [`CHARGE`].
pub const SEAT_FEE: Balance = 7;
/// What an auditor has for each receipt.
pub const RECEIPT_FEE: Balance = 2;
/// What auditors are paid from.
pub const POT: AccountId = 90;
/// What hides the worker's root, and the auditors' votes.
pub const SALT: H256 = H256([9; 32]);

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
	pub type Audits = pallet_audits::Pallet<Test>;
}

type TxExtension = (frame_system::AuthorizeCall<Test>,);
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<AccountId, RuntimeCall, UintAuthorityId, TxExtension>;
type Block = generic::Block<generic::Header<u32, BlakeTwo256>, UncheckedExtrinsic>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<Balance>;
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

impl<Local> CreateTransactionBase<Local> for Test
where
	RuntimeCall: From<Local>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<Local> CreateTransaction<Local> for Test
where
	RuntimeCall: From<Local>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<Local> CreateAuthorizedTransaction<Local> for Test
where
	RuntimeCall: From<Local>,
{
	fn create_extension() -> TxExtension {
		(frame_system::AuthorizeCall::new(),)
	}
}

/// A different number each block, known to nobody before.
pub struct BlockRandomness;

impl frame_support::traits::Randomness<Option<H256>, u32> for BlockRandomness {
	fn random(subject: &[u8]) -> (Option<H256>, u32) {
		let block = System::block_number();
		let mut input = subject.to_vec();
		input.extend(block.to_le_bytes());
		input.extend(CHANGED.get().then_some(1));
		(Some(sp_io::hashing::blake2_256(&input).into()), block)
	}
}

impl BlockRandomness {
	/// Lets the randomness of the blocks from now on be another.
	pub fn change(other: bool) {
		CHANGED.set(other);
	}
}

std::thread_local! {
	static CHANGED: Cell<bool> = const { Cell::new(false) };
	static COUNTED: RefCell<Vec<AccountId>> = const { RefCell::new(Vec::new()) };
}

/// Remembers whose votes counted.
pub struct Counted;

impl Counted {
	pub fn all() -> Vec<AccountId> {
		COUNTED.with_borrow(Clone::clone)
	}
}

impl OnAuditVote<AccountId> for Counted {
	fn on_audit_vote(auditor: &AccountId) {
		COUNTED.with_borrow_mut(|all| all.push(*auditor));
	}
}

parameter_types! {
	pub const CheatSaving: Permill = Permill::from_percent(80);
	pub const Detection: Permill = Permill::from_percent(99);
	pub const FalseAlarms: Permill = Permill::from_parts(1);
	pub const WrongVoteSlash: Perbill = Perbill::from_percent(5);
	pub const MissSlash: Perbill = Perbill::from_percent(1);
	pub const Pot: AccountId = POT;
}

impl pallet_audits::Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Subjects = MockSubjects;
	type Batches = MockBatches;
	type Models = MockModels;
	type Providers = MockPool;
	type Reputation = MockReputation;
	type Subnets = MockSubnets;
	type Stake = MockStake;
	type Penalties = MockPenalties;
	type OnVote = Counted;
	type Randomness = BlockRandomness;
	type MaxAuditors = ConstU32<100>;
	type LargerCommittee = ConstU32<9>;
	type LastCommittee = ConstU32<15>;
	type CommitBlocks = ConstU32<COMMIT>;
	type OpenBlocks = ConstU32<OPEN>;
	type RevealBlocks = ConstU32<REVEAL>;
	type SeatFee = ConstU128<SEAT_FEE>;
	type ReceiptFee = ConstU128<RECEIPT_FEE>;
	type Pot = Pot;
	type CheatSaving = CheatSaving;
	type Detection = Detection;
	type FalseAlarms = FalseAlarms;
	type WrongVoteSlash = WrongVoteSlash;
	type MissSlash = MissSlash;
	type MissesBeforeSlash = ConstU32<3>;
	type MaxDeclines = ConstU32<2>;
	type MaxOpenSeats = ConstU32<OPEN_SEATS>;
	type DuePerBlock = ConstU32<2>;
}

/// The rules of subnet 0: three auditors, of whom two must say something.
pub fn rules() -> SubnetParameters {
	let auditor_share = Permill::from_parts(5_000);
	SubnetParameters { committee: 3, quorum: 2, auditor_share, ..Default::default() }
}

/// Runs a test on a fresh chain with a client, a provider, a calibrated model and validators, and
/// checks the pallet's invariants at its end.
pub fn run(test: impl FnOnce()) {
	run_with(VALIDATORS, test)
}

/// The same with so many validators.
pub fn run_with(validators: u64, test: impl FnOnce()) {
	new_chain(validators).execute_with(|| {
		test();
		check();
	});
}

/// A fresh chain, at block 1.
pub fn new_chain(validators: u64) -> sp_io::TestExternalities {
	mocks::reset();
	COUNTED.take();
	let accounts = [CLIENT, PROVIDER, POT].into_iter().chain((1..=validators).map(account));
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: accounts.map(|who| (who, START)).collect(),
			..Default::default()
		},
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.execute_with(|| {
		for model in [MODEL, UNCALIBRATED] {
			MockModels::insert(model, 9, Permill::from_percent(10), &[TaskKind::Chat]);
		}
		MockModels::calibrate(MODEL);
		MockSubnets::insert(0, rules());
		MockPool::insert(PROVIDER, 1, Price::default());
		MockPool::set_bond(PROVIDER, BOND);
		begin_session(1..=validators);
		to_block(1);
	});
	ext
}

/// A chain for benchmarks: without validators, whose keys they make themselves.
#[cfg(feature = "runtime-benchmarks")]
pub fn ext() -> sp_io::TestExternalities {
	use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
	let mut ext = new_chain(0);
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext
}

/// Checks what must hold.
pub fn check() {
	Audits::do_try_state().unwrap();
}

/// The account of the nth validator.
pub fn account(n: u64) -> AccountId {
	n + 200
}

/// The audit key of a validator.
pub fn key(who: AccountId) -> AuditPair {
	AuditPair::from_seed(&[u8::try_from(who % 256).unwrap(); 32])
}

/// Lets these validate.
pub fn begin_session(validators: impl Iterator<Item = u64>) {
	let all: Vec<_> = validators.map(|n| (account(n), key(account(n)).public())).collect();
	let set = || all.iter().map(|(who, key)| (who, key.clone()));
	<Audits as OneSessionHandler<AccountId>>::on_new_session(true, set(), set());
}

/// Begins blocks up to this one, each with spare weight at its end, checking what must hold after
/// each.
pub fn to_block(number: u32) {
	while System::block_number() < number {
		let now = System::block_number();
		if now > 0 {
			Audits::on_idle(now, Weight::from_parts(1_000_000_000_000_000, u64::MAX));
			check();
		}
		System::set_block_number(now + 1);
		Audits::on_initialize(now + 1);
		check();
	}
}

/// Lets so many blocks pass.
pub fn pass(blocks: u32) {
	to_block(System::block_number() + blocks);
}

/// What a validator sees, and a worker computes, when it does its work: the rows of a job by the
/// right model, or by another.
pub fn rows(job: JobId, model: u8) -> Rows {
	let (width, count) = (16u32, 12u32);
	let number = |n: u32| {
		let input = (job, model, n).encode();
		let hash = sp_io::hashing::blake2_128(&input);
		f32::from(i16::from_le_bytes([hash[0], hash[1]])) / 1000.0
	};
	let tokens = (0..count).collect();
	Rows::new(width, tokens, (0..width * count).map(number).collect()).unwrap()
}

/// The right model.
pub const RIGHT: u8 = 0;
/// Another.
pub const OTHER: u8 = 1;

/// The nth job's id.
pub fn job(n: u8) -> JobId {
	H256::repeat_byte(n)
}

/// A provider's name in commitments.
pub fn name(who: AccountId) -> [u8; 32] {
	crate::phases::name_of(&who)
}

/// Something to audit.
pub fn subject(job: JobId) -> AuditedAnswer<AccountId, Balance> {
	let root = root_of(job);
	AuditedAnswer {
		client: CLIENT,
		provider: PROVIDER,
		gateway: None,
		subnet: 0,
		model: MODEL,
		commitment: H256(commitment(&job.0, &name(PROVIDER), &root.0, &SALT.0)),
		output: H256::repeat_byte(0x0f),
		charge: CHARGE,
		at_stake: CHARGE,
	}
}

/// Any root does: the chain sees no rows.
pub fn root_of(job: JobId) -> H256 {
	H256(sp_io::hashing::blake2_256(job.as_bytes()))
}

/// Delivers a job, to be audited for certain or by lot.
pub fn submit(n: u8, certain: bool) -> JobId {
	let id = job(n);
	MockSubjects::insert(id, subject(id));
	<Audits as Auditing<_, _>>::submit(id, subject(id), certain);
	id
}

/// A job whose committee has just been drawn.
pub fn drawn(n: u8) -> JobId {
	let id = submit(n, true);
	pass(DRAW_DELAY);
	assert_eq!(audit(id).phase, Phase::Committing);
	id
}

pub fn audit(id: JobId) -> AuditOf<Test> {
	Audits::audit(id).unwrap()
}

/// Those whose votes are awaited.
pub fn seated(id: JobId) -> Vec<AccountId> {
	let seats = audit(id).seats;
	seats
		.iter()
		.filter(|seat| !matches!(seat.ballot, Ballot::Declined | Ballot::Missed))
		.map(|seat| seat.auditor)
		.collect()
}

/// What somebody says who has computed the job with this model.
pub fn computed(id: JobId, model: u8) -> Statement {
	let fingerprint = fingerprint(id, model);
	let vote = Vote::Replayed { fingerprint, statistics: Statistics::default() };
	Statement { vote, rows: RowsSeen::Proven }
}

/// What an auditor says who has found a fault.
pub fn refuted(fault: Fault) -> Statement {
	Statement { vote: Vote::Refuted(fault), rows: RowsSeen::Proven }
}

pub fn fingerprint(id: JobId, model: u8) -> Fingerprint {
	rows(id, model).fingerprint(&audit(id).challenge.0, &id.0).unwrap()
}

pub fn hidden(id: JobId, who: AccountId, statement: &Statement) -> H256 {
	H256(blind(&id.0, &name(who), &statement.vote, &SALT.0))
}

/// Sends a call as a general transaction, as an auditor's node does.
pub fn send(call: pallet_audits::Call<Test>) -> Result<(), TransactionValidityError> {
	type Local = pallet_audits::Call<Test>;
	let create = <Test as CreateAuthorizedTransaction<Local>>::create_authorized_transaction;
	send_transaction(create(call.into()))
}

/// The same with a transaction that somebody has made.
pub fn send_transaction(tx: UncheckedExtrinsic) -> Result<(), TransactionValidityError> {
	let (info, length) = (tx.get_dispatch_info(), tx.encoded_size());
	let checked = tx.check(&frame_system::ChainContext::<Test>::default())?;
	checked.validate::<Test>(TransactionSource::External, &info, length)?;
	checked.apply::<Test>(&info, length)?.expect("votes that are authorised do not fail");
	check();
	Ok(())
}

pub fn sign(who: AccountId, purpose: &[u8], items: &impl Encode) -> AuditSignature {
	key(who).sign(&payload(purpose, System::block_hash(0), &who, items))
}

pub fn batch<Item: Clone>(items: &[Item]) -> Batch<Item> {
	items.to_vec().try_into().ok().unwrap()
}

/// Commits to a vote.
pub fn commit(
	id: JobId,
	who: AccountId,
	statement: &Statement,
) -> Result<(), TransactionValidityError> {
	let (AuditOf::<Test> { round, challenge, .. }, blind) = (audit(id), hidden(id, who, statement));
	let item = Commit { audit: id, round, challenge, blind };
	send_commits(who, &[item])
}

pub fn send_commits(who: AccountId, items: &[Commit]) -> Result<(), TransactionValidityError> {
	let commits = batch(items);
	let signature = sign(who, COMMITS, &commits);
	send(pallet_audits::Call::commit_votes { auditor: who, commits, signature })
}

/// Opens a vote.
pub fn reveal(
	id: JobId,
	who: AccountId,
	statement: &Statement,
) -> Result<(), TransactionValidityError> {
	send_reveals(who, &[revealed(id, statement)])
}

/// An opened vote of the round.
pub fn revealed(id: JobId, statement: &Statement) -> Reveal {
	let AuditOf::<Test> { round, opened, .. } = audit(id);
	let Statement { vote, rows } = *statement;
	let nothing = Said::Else { opened: H256::zero(), vote };
	let said = opened.map_or(nothing, |opened| Said::of(vote, &opened));
	Reveal { audit: id, round, salt: SALT, said, rows }
}

pub fn send_reveals(who: AccountId, items: &[Reveal]) -> Result<(), TransactionValidityError> {
	let reveals = batch(items);
	let signature = sign(who, REVEALS, &reveals);
	send(pallet_audits::Call::reveal_votes { auditor: who, reveals, signature })
}

/// Gives a seat up.
pub fn decline(id: JobId, who: AccountId) -> Result<(), TransactionValidityError> {
	let AuditOf::<Test> { round, challenge, .. } = audit(id);
	let declines = batch(&[Decline { audit: id, round, challenge }]);
	let signature = sign(who, DECLINES, &declines);
	send(pallet_audits::Call::decline_seats { auditor: who, declines, signature })
}

/// The origin of the provider's worker.
pub fn worker() -> RuntimeOrigin {
	RuntimeOrigin::signed(MockPool::worker_of(PROVIDER))
}

/// Lets the worker open rows that were computed with this model.
pub fn open(id: JobId, model: u8) {
	let fingerprint = fingerprint(id, model);
	frame_support::assert_ok!(Audits::open_rows(
		worker(),
		id,
		Box::new(fingerprint),
		root_of(id),
		SALT
	));
}

/// Lets the committee be drawn that an audit waits for, if it does.
pub fn to_draw(id: JobId) {
	if audit(id).phase == Phase::Drawing {
		to_block(audit(id).due);
	}
}

/// Lets a round pass in which each auditor says what `says` says of it, or nothing, and the worker
/// opens rows that this model has computed.
pub fn round(id: JobId, worker: u8, says: impl Fn(usize, AccountId) -> Option<Statement>) {
	to_draw(id);
	let seats = seated(id);
	for (n, who) in seats.iter().enumerate() {
		if let Some(statement) = says(n, *who) {
			commit(id, *who, &statement).unwrap();
		}
	}
	if audit(id).phase == Phase::Committing {
		to_block(audit(id).due);
	}
	// The last committee has the rows.
	if audit(id).phase == Phase::Opening {
		open(id, worker);
	}
	for (n, who) in seats.iter().enumerate() {
		if let Some(statement) = says(n, *who) {
			reveal(id, *who, &statement).unwrap();
		}
	}
	to_block(audit(id).due);
}

/// How an audit ended, if it has.
pub fn ruling(id: JobId) -> Option<Ruling<Balance>> {
	let all = MockSubjects::rulings();
	all.into_iter().find(|(other, _)| *other == id).map(|(_, ruling)| ruling)
}

pub fn outcome(id: JobId) -> AuditOutcome {
	ruling(id).expect("the audit has ended").outcome
}

pub fn is_rejected(id: JobId) -> bool {
	matches!(outcome(id), AuditOutcome::Rejected(_))
}

/// What an account can spend.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// What is held of an account's money.
pub fn held(who: AccountId) -> Balance {
	Balances::total_balance_on_hold(&who)
}

/// The events of this pallet so far.
pub fn events() -> Vec<pallet_audits::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Audits(event) => Some(event),
			_ => None,
		})
		.collect()
}

/// The weight of a call, to show that it depends on what it should.
pub fn weight_of(call: pallet_audits::Call<Test>) -> Weight {
	let info = RuntimeCall::Audits(call).get_dispatch_info();
	info.call_weight.saturating_add(info.extension_weight)
}
