//! A runtime of channels and balances; gateways, providers, models and subnets are mocks of
//! `reckon-support`.

use crate as pallet_channels;
use codec::Encode;
use frame_support::{
	assert_ok, derive_impl,
	dispatch::{DispatchResult, GetDispatchInfo},
	ensure, parameter_types,
	traits::{
		fungible::{InspectHold, Mutate},
		tokens::Preservation,
		ConstU128, ConstU32, ConstU64, Hooks, LockableCurrency, Time, VariantCountOf,
		WithdrawReasons,
	},
	weights::Weight,
	PalletId,
};
use frame_system::offchain::{
	CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase,
};
use pallet_channels::{Event, LaneClaim, LaneClaims, Totals};
use reckon_primitives::{
	Balance, BatchId, BlockNumber, ChannelId, ContentRef, JobId, ModelId, Price, SubnetId,
	TaskKind, Units,
};
use reckon_receipts::{
	Acknowledgement, BatchTree, Item, Receipt, SignedAcknowledgement, SignedReceipt, SignedVoucher,
	Voucher,
};
use reckon_support::{
	mocks::{self, MockGateways, MockHooks, MockModels, MockPool, MockSubnets},
	AuditedAnswer, AuditedBatch, BatchAuditing, EscrowSource, GatewayInfo, OnPayout, PaidTotal,
	SampleAuditing, SampleTerms, SampledTotal, SubnetParameters,
};
use sp_core::{crypto::KeyTypeId, sr25519, Pair, H256};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
	generic,
	testing::UintAuthorityId,
	traits::{Applyable, BlakeTwo256, Checkable, Convert, Hash},
	transaction_validity::{TransactionSource, TransactionValidityError},
	BuildStorage, DispatchError, Permill,
};
use std::{
	cell::{Cell, RefCell},
	collections::BTreeSet,
};

pub type AccountId = u64;

pub const CLIENT: AccountId = 1;
pub const OTHER_CLIENT: AccountId = 2;
/// A client with little money who has earned [`EARNED`].
pub const EARNER: AccountId = 3;
pub const EARNED: Balance = 5_000;
/// What earnings are paid from.
pub const BANK: AccountId = 7;
pub const TREASURY: AccountId = 8;
pub const MODEL_OWNER: AccountId = 9;
pub const PROVIDERS: [AccountId; 3] = [11, 12, 13];
/// What an audit costs that a client asks for.
pub const AUDIT_FEE: Balance = 25;
/// What auditors are paid from.
pub const POT: AccountId = 10;
pub const GATEWAY: AccountId = 21;
pub const OTHER_GATEWAY: AccountId = 22;
pub const START: Balance = 1_000_000;
pub const MODEL: ModelId = H256([7; 32]);
pub const OTHER_MODEL: ModelId = H256([8; 32]);
pub const SUBNET: SubnetId = 5;
pub const BOND: Balance = 10_000;
pub const DEPOSIT: Balance = 10_000;
/// What of it can't be taken.
pub const PLACE: Balance = 100;
pub const SLASH: Balance = 500;
pub const WINDOW: u32 = 5;
pub const NOTICE: u32 = 20;
pub const RETENTION: u32 = 50;
pub const PATIENCE: u32 = 10;
/// How long anybody may complain after that.
pub const COMPLAINT: u32 = 15;
pub const ANSWER: u32 = 8;
/// Milliseconds for which receipts can be audited.
pub const LIFE: u64 = 1_000;
/// Blocks before samples are drawn.
pub const DRAW: u32 = 3;
pub const COMPLAINT_DEPOSIT: Balance = 70;
/// The parent of the mock's first block, for which everything is signed.
pub const GENESIS: H256 = H256([69; 32]);

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
	pub type Channels = pallet_channels::Pallet<Test>;
}

type TxExtension = (frame_system::AuthorizeCall<Test>,);
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<AccountId, RuntimeCall, UintAuthorityId, TxExtension>;
type Block = generic::Block<generic::Header<u32, BlakeTwo256>, UncheckedExtrinsic>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type OnKilledAccount = Channels;
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

/// Sends a call as a transaction that nobody has signed, as an auditor's node does.
pub fn send(call: pallet_channels::Call<Test>) -> Result<(), TransactionValidityError> {
	type Local = pallet_channels::Call<Test>;
	let create = <Test as CreateAuthorizedTransaction<Local>>::create_authorized_transaction;
	let tx: UncheckedExtrinsic = create(call.into());
	let (info, length) = (tx.get_dispatch_info(), tx.encoded_size());
	let checked = tx.check(&frame_system::ChainContext::<Test>::default())?;
	checked.validate::<Test>(TransactionSource::External, &info, length)?;
	checked.apply::<Test>(&info, length)?.expect("what is authorised does not fail");
	check();
	Ok(())
}

/// Pays [`EARNER`] from [`BANK`], as long as that has something.
pub struct Earnings;

impl EscrowSource<AccountId, Balance> for Earnings {
	fn draw(who: &AccountId, wanted: Balance) -> Balance {
		let left = free(BANK).saturating_sub(START);
		let amount = if *who == EARNER { wanted.min(left) } else { 0 };
		Balances::transfer(&BANK, who, amount, Preservation::Preserve).unwrap();
		amount
	}

	fn draw_weight() -> Weight {
		Weight::from_parts(777, 0)
	}
}

type Submitted = Vec<(BatchId, AuditedBatch<AccountId, Balance>)>;

std::thread_local! {
	static OPEN: RefCell<BTreeSet<BatchId>> = const { RefCell::new(BTreeSet::new()) };
	static SUBMITTED: RefCell<Submitted> = const { RefCell::new(Vec::new()) };
	static LONGEST: Cell<u32> = const { Cell::new(0) };
	static PREMIUM: Cell<Balance> = const { Cell::new(0) };
	static TERMS: Cell<SampleTerms> = Cell::new(SampleTerms::default());
	static SAMPLED: RefCell<Vec<(JobId, AuditedAnswer<AccountId, Balance>)>> = const { RefCell::new(Vec::new()) };
	static NOW: Cell<u64> = const { Cell::new(0) };
	static PAID: RefCell<Vec<PaidTotal<AccountId, Balance>>> = const { RefCell::new(Vec::new()) };
}

/// Audits that the test opens and closes.
pub struct Audits;

impl Audits {
	pub fn open(id: BatchId) {
		OPEN.with_borrow_mut(|open| open.insert(id));
	}

	pub fn close(id: BatchId) {
		OPEN.with_borrow_mut(|open| open.remove(&id));
	}

	pub fn submitted() -> Submitted {
		SUBMITTED.with_borrow(Clone::clone)
	}

	/// Says how long audits can take from now on.
	pub fn set_longest(blocks: u32) {
		LONGEST.set(blocks);
	}

	/// Says how often totals are sampled from now on.
	pub fn set_terms(terms: SampleTerms) {
		TERMS.set(terms);
	}

	/// The answers that were handed in so far.
	pub fn sampled() -> Vec<(JobId, AuditedAnswer<AccountId, Balance>)> {
		SAMPLED.with_borrow(Clone::clone)
	}

	/// Says what time it is.
	pub fn set_clock(millis: u64) {
		NOW.set(millis);
	}

	/// Says what each batch owes for audits from now on.
	pub fn set_premium(amount: Balance) {
		PREMIUM.set(amount);
	}
}

impl BatchAuditing<AccountId> for Audits {
	fn submit(id: &BatchId, batch: AuditedBatch<AccountId, Balance>) -> Balance {
		SUBMITTED.with_borrow_mut(|all| all.push((*id, batch)));
		PREMIUM.get()
	}

	/// Ten times its charge.
	fn penalty(batch: &AuditedBatch<AccountId, Balance>) -> Balance {
		10 * batch.charge
	}

	fn longest() -> u32 {
		LONGEST.get()
	}

	fn pot() -> Option<AccountId> {
		Some(POT)
	}

	fn submit_weight() -> Weight {
		Weight::from_parts(555, 0)
	}

	fn is_open(id: &BatchId) -> bool {
		OPEN.with_borrow(|open| open.contains(id))
	}
}

/// Says how often totals are sampled, and remembers which answers were handed in.
impl SampleAuditing<AccountId> for Audits {
	fn terms(total: &SampledTotal<AccountId>) -> SampleTerms {
		assert!(total.outstanding >= total.charge);
		assert!(total.exposure.outstanding >= total.charge);
		TERMS.get()
	}

	fn terms_weight() -> Weight {
		Weight::from_parts(333, 0)
	}

	/// A hundred times its charge.
	fn penalty(charge: Balance, _: Permill) -> Balance {
		100 * charge
	}

	fn draw_delay() -> u32 {
		DRAW
	}

	fn seed(batch: &BatchId) -> H256 {
		BlakeTwo256::hash(&(b"seed", batch).encode())
	}

	fn sample(id: &JobId, answer: AuditedAnswer<AccountId, Balance>, rate: Permill) -> bool {
		assert!(!rate.is_zero());
		let is_new = OPEN.with_borrow_mut(|open| open.insert(*id));
		if is_new {
			SAMPLED.with_borrow_mut(|all| all.push((*id, answer)));
		}
		is_new
	}

	fn sample_weight() -> Weight {
		Weight::from_parts(444, 0)
	}

	fn request(
		id: &JobId,
		answer: AuditedAnswer<AccountId, Balance>,
		rate: Permill,
		max_fee: Balance,
	) -> DispatchResult {
		ensure!(max_fee >= AUDIT_FEE, DispatchError::Exhausted);
		ensure!(!OPEN.with_borrow(|open| open.contains(id)), DispatchError::Unavailable);
		assert!(Self::sample(id, answer, rate));
		Ok(())
	}

	fn request_weight() -> Weight {
		Weight::from_parts(666, 0)
	}
}

/// The chain's clock, as the test sets it.
pub struct Clock;

impl Time for Clock {
	type Moment = u64;

	fn now() -> u64 {
		NOW.get()
	}
}

/// Remembers what was paid.
pub struct Payments;

impl Payments {
	pub fn all() -> Vec<PaidTotal<AccountId, Balance>> {
		PAID.with_borrow(Clone::clone)
	}
}

impl OnPayout<AccountId, Balance> for Payments {
	fn on_payout(paid: &PaidTotal<AccountId, Balance>) {
		PAID.with_borrow_mut(|all| all.push(paid.clone()));
	}

	fn on_payout_weight() -> Weight {
		Weight::zero()
	}
}

/// Gateways' keys: [`gateway_key`], but for an account that a benchmark has made of a key.
pub struct GatewayKeys;

impl Convert<AccountId, sr25519::Public> for GatewayKeys {
	fn convert(who: AccountId) -> sr25519::Public {
		let made = sp_io::crypto::sr25519_public_keys(KeyTypeId(*b"chan"));
		let is_whos = |key: &sr25519::Public| key.0.starts_with(&who.to_le_bytes());
		made.into_iter().find(is_whos).unwrap_or_else(|| gateway_key(who).public())
	}
}

parameter_types! {
	pub const ChannelsId: PalletId = PalletId(*b"rkn/chan");
	pub const Treasury: AccountId = TREASURY;
}

impl pallet_channels::Config for Test {
	type WeightInfo = ();
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type PalletId = ChannelsId;
	type Gateways = MockGateways;
	type GatewayKey = GatewayKeys;
	type Providers = MockPool;
	type Models = MockModels;
	type Subnets = MockSubnets;
	type Audits = Audits;
	type OnOutcome = MockHooks;
	type Time = Clock;
	type ReceiptLife = ConstU64<LIFE>;
	type OnPayout = Payments;
	type Earnings = Earnings;
	type Treasury = Treasury;
	type MinDeposit = ConstU128<PLACE>;
	type NoticeBlocks = ConstU32<NOTICE>;
	type RetentionBlocks = ConstU32<RETENTION>;
	type FaultSlash = ConstU128<SLASH>;
	type PatienceBlocks = ConstU32<PATIENCE>;
	type ComplaintBlocks = ConstU32<COMPLAINT>;
	type AnswerBlocks = ConstU32<ANSWER>;
	type ComplaintDeposit = ConstU128<COMPLAINT_DEPOSIT>;
	type DuePerBlock = ConstU32<4>;
}

/// The rules of [`SUBNET`]: 5 % to the treasury, 5 % to the gateway.
pub fn rules() -> SubnetParameters {
	SubnetParameters { min_gateway_bond: BOND, dispute_window_blocks: WINDOW, ..Default::default() }
}

/// A gateway of [`SUBNET`].
pub fn gateway_info() -> GatewayInfo {
	GatewayInfo { subnet: SUBNET, bond: BOND, endpoint: Default::default(), leaves_at: None }
}

/// Runs a test on a fresh chain with clients, two gateways, three providers and two models, and checks
/// the pallet's invariants at its end.
pub fn run(test: impl FnOnce()) {
	ext().execute_with(|| {
		for (model, royalty) in [(MODEL, 10), (OTHER_MODEL, 0)] {
			let tasks = [TaskKind::Chat];
			MockModels::insert(model, MODEL_OWNER, Permill::from_percent(royalty), &tasks);
		}
		MockSubnets::insert(SUBNET, rules());
		for gateway in [GATEWAY, OTHER_GATEWAY] {
			MockGateways::insert(gateway, gateway_info());
		}
		for provider in PROVIDERS {
			MockPool::insert(provider, 1, Price { base: 1, per_input: 1, per_output: 1 });
		}
		to_block(1);
		assert_eq!(System::block_hash(0), GENESIS);
		test();
		check();
	});
}

/// A chain with money and nothing else.
pub fn ext() -> sp_io::TestExternalities {
	mocks::reset();
	OPEN.take();
	SUBMITTED.take();
	PREMIUM.take();
	LONGEST.take();
	PAID.take();
	TERMS.take();
	SAMPLED.take();
	NOW.take();
	let accounts = [CLIENT, OTHER_CLIENT, TREASURY, MODEL_OWNER, POT, GATEWAY, OTHER_GATEWAY];
	let all = accounts.into_iter().chain(PROVIDERS);
	let mut balances: Vec<_> = all.map(|who| (who, START)).collect();
	balances.extend([(EARNER, 100), (BANK, START + EARNED), (Channels::till(), 10)]);
	let genesis = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext
}

/// Checks what must hold.
pub fn check() {
	Channels::do_try_state().unwrap();
}

/// Begins blocks up to this one, each with spare weight at its end, checking what must hold after
/// each.
pub fn to_block(number: u32) {
	while System::block_number() < number {
		let now = System::block_number();
		if now > 0 {
			Channels::on_idle(now, Weight::from_parts(1_000_000_000_000, u64::MAX));
			check();
		}
		System::set_block_number(now + 1);
		Channels::on_initialize(now + 1);
		check();
	}
}

/// Begins so many more blocks.
pub fn blocks(count: u32) {
	to_block(System::block_number() + count);
}

/// Begins a block without spare weight at its end.
pub fn full_block() {
	let next = System::block_number() + 1;
	System::set_block_number(next);
	Channels::on_initialize(next);
	check();
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// The session key of a client.
pub fn session(client: AccountId) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[client as u8; 32])
}

/// The key of a provider's worker.
pub fn worker(provider: AccountId) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[100 + provider as u8; 32])
}

/// The key of a gateway's account.
pub fn gateway_key(gateway: AccountId) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[200 + gateway as u8; 32])
}

/// What [`GATEWAY`] says when it takes a receipt.
pub fn acknowledged(
	receipt: &SignedReceipt<AccountId>,
	taken_at: BlockNumber,
) -> SignedAcknowledgement {
	let acknowledgement = Acknowledgement { receipt: receipt.leaf().hash, taken_at };
	let signature = gateway_key(GATEWAY).sign(&acknowledgement.payload(&GENESIS));
	SignedAcknowledgement { acknowledgement, signature }
}

/// Opens a channel of the client's to [`GATEWAY`] with [`DEPOSIT`] and four lanes.
pub fn open(client: AccountId) -> ChannelId {
	open_to(GATEWAY, client)
}

pub fn open_to(gateway: AccountId, client: AccountId) -> ChannelId {
	let key = session(client).public();
	assert_ok!(Channels::open(signed(client), gateway, DEPOSIT, 4, key));
	let opened = |event: &Event<Test>| match event {
		Event::ChannelOpened { channel, .. } => Some(*channel),
		_ => None,
	};
	events().iter().rev().find_map(opened).unwrap()
}

/// A voucher of the client's.
pub fn voucher(
	client: AccountId,
	channel: ChannelId,
	lane: u16,
	cumulative: Balance,
) -> SignedVoucher {
	let voucher = Voucher { channel, lane, cumulative, request: H256([lane as u8; 32]) };
	SignedVoucher { voucher, signature: session(client).sign(&voucher.payload(&GENESIS)) }
}

/// A claim of so much more than was taken before, with a voucher that covers it exactly.
pub fn claim(client: AccountId, channel: ChannelId, lane: u16, charge: Balance) -> LaneClaim {
	let taken = Channels::channel(channel).unwrap().taken[usize::from(lane)];
	let upto = taken + charge;
	LaneClaim { signed: voucher(client, channel, lane, upto), upto }
}

pub fn claims(claims: impl IntoIterator<Item = LaneClaim>) -> LaneClaims {
	let mut claims: Vec<_> = claims.into_iter().collect();
	claims.sort_by_key(|claim| (claim.signed.voucher.channel, claim.signed.voucher.lane));
	claims.try_into().unwrap()
}

/// The nth good receipt of a provider's worker.
pub fn receipt(
	n: u8,
	provider: AccountId,
	channel: ChannelId,
	charge: Balance,
) -> SignedReceipt<AccountId> {
	sign(Receipt {
		request: H256([n; 32]),
		channel,
		lane: 0,
		model: MODEL,
		provider,
		worker: worker(provider).public(),
		gateway: GATEWAY,
		units: Units { input: 3, output: 5 },
		charge,
		output: ContentRef { hash: H256([n; 32]), length: 9 },
		commitment: None,
		started_at: 1_000,
		finished_at: 2_000,
		first_token_ms: 100,
	})
}

/// Signs a receipt with the key of its provider's worker.
pub fn sign(receipt: Receipt<AccountId>) -> SignedReceipt<AccountId> {
	let signature = worker(receipt.provider).sign(&receipt.payload(&GENESIS));
	SignedReceipt { receipt, signature }
}

pub fn tree(receipts: impl IntoIterator<Item = SignedReceipt<AccountId>>) -> BatchTree<AccountId> {
	BatchTree::new(receipts).unwrap()
}

pub fn totals(tree: &BatchTree<AccountId>) -> Totals<AccountId> {
	tree.totals().to_vec().try_into().unwrap()
}

pub const LEAVES: ContentRef = ContentRef { hash: H256([5; 32]), length: 100 };

/// Commits [`GATEWAY`] to a batch and says its id.
pub fn commit(tree: &BatchTree<AccountId>, paid: impl IntoIterator<Item = LaneClaim>) -> BatchId {
	let (totals, claims) = (totals(tree), claims(paid));
	assert_ok!(Channels::commit_batch(signed(GATEWAY), LEAVES, totals, claims));
	newest_batch().unwrap()
}

pub fn newest_batch() -> Option<BatchId> {
	events().iter().rev().find_map(|event| match event {
		Event::BatchCommitted { batch, .. } => Some(*batch),
		_ => None,
	})
}

/// A batch of three receipts of the client's: 1,000 and 500 of the first provider, 300 of the second.
pub fn three() -> (ChannelId, BatchTree<AccountId>, BatchId) {
	let channel = open(CLIENT);
	let tree = tree([
		receipt(1, PROVIDERS[0], channel, 1_000),
		receipt(2, PROVIDERS[0], channel, 500),
		receipt(3, PROVIDERS[1], channel, 300),
	]);
	let id = commit(&tree, [claim(CLIENT, channel, 0, 1_800)]);
	(channel, tree, id)
}

/// An item of a batch.
pub fn item(tree: &BatchTree<AccountId>, total: u32, index: u32) -> Item<AccountId> {
	tree.item(total, index).unwrap()
}

/// What an account can spend.
pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

/// Locks so much of an account's money, held or not.
pub fn lock(who: AccountId, amount: Balance) {
	Balances::set_lock(*b"for test", &who, amount, WithdrawReasons::all());
}

/// What is held of an account's money.
pub fn held(who: AccountId) -> Balance {
	Balances::total_balance_on_hold(&who)
}

/// The events of this pallet so far.
pub fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Channels(event) => Some(event),
			_ => None,
		})
		.collect()
}

/// The weight of a call, to show that it depends on what it should.
pub fn weight_of(call: pallet_channels::Call<Test>) -> Weight {
	RuntimeCall::Channels(call).get_dispatch_info().call_weight
}
