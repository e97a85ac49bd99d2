//! One channel through the real runtime: opened, charged by a batch, closed.

use frame_support::{assert_ok, traits::Hooks};
use pallet_channels::{BatchState, LaneClaim, Ledger};
use pallet_rewards::Duty;
use reckon_primitives::{
	token::UNIT, ContentRef, EntryKind, Held, HeldFor, ModelId, NumericProfile, TaskKind, TaskSet,
	Units,
};
use reckon_receipts::{BatchTree, Receipt, SignedReceipt, SignedVoucher, Voucher};
use reckon_runtime::{
	adapters::{AuditPot, Treasury},
	apis::runtime_decl_for_reckon_api::ReckonApiV1,
	genesis, AccountId, Audits, Balance, Balances, Channels, Models, Providers, Rewards, Runtime,
	RuntimeGenesisConfig, RuntimeOrigin, Subnets, System,
};
use sp_core::{sr25519::Pair as Sr25519, Pair, H256};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Ferdie};
use sp_runtime::{BuildStorage, Permill};
use std::sync::LazyLock;

const MANIFEST: H256 = H256([7; 32]);
const DEPOSIT: Balance = 10 * UNIT;
const CHARGE: Balance = 4 * UNIT;
/// Bob's worker. Its key takes a millisecond to derive.
static WORKER: LazyLock<Sr25519> = LazyLock::new(|| Ferdie.pair());

fn run(test: impl FnOnce()) {
	let patch = genesis::preset(&"development".into()).expect("a preset");
	let patch: serde_json::Value = serde_json::from_slice(&patch).expect("JSON");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	let mut balances = patch["balances"].clone();
	balances["devAccounts"] = serde_json::Value::Null;
	config["balances"] = balances;
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let mut ext: sp_io::TestExternalities = config.build_storage().expect("a state").into();
	ext.execute_with(|| {
		System::set_block_number(1);
		set_up();
		let issuance = Balances::total_issuance();
		test();
		Channels::do_try_state().expect("channels");
		Rewards::do_try_state().expect("rewards");
		assert_eq!(Balances::total_issuance(), issuance, "money was made or lost");
	});
}

fn to_block(number: u32) {
	while System::block_number() < number {
		let now = System::block_number() + 1;
		System::set_block_number(now);
		Audits::on_initialize(now);
		Channels::on_initialize(now);
		Audits::do_try_state().expect("audits");
		Channels::do_try_state().expect("channels");
	}
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

fn id(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

fn model() -> ModelId {
	EntryKind::Model.id(&id(Alice), MANIFEST)
}

/// Alice owns a model, Bob provides, and Dave is a gateway.
fn set_up() {
	let details = pallet_models::ModelDetails {
		manifest: MANIFEST,
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		context: 256,
		licence: b"MIT".to_vec().try_into().expect("short"),
		royalty: Permill::from_percent(10),
		trained_on: Default::default(),
		calibration: None,
	};
	let name = b"test/model".to_vec().try_into().expect("short");
	assert_ok!(Models::register_model(signed(Alice), name, details));
	let bond = 300 * UNIT;
	assert_ok!(Providers::register(signed(Bob), id(Ferdie), bond, 2, Default::default()));
	let endpoint = b"https://gateway.example".to_vec().try_into().expect("short");
	assert_ok!(Subnets::register_gateway(signed(Dave), 0, 2_000 * UNIT, endpoint));
}

/// Charlie's channel; his own key signs vouchers.
fn open() -> H256 {
	assert_ok!(Channels::open(signed(Charlie), id(Dave), DEPOSIT, 2, Charlie.public()));
	Channels::channels_of(id(Charlie), None)[0].0
}

fn receipt(channel: H256) -> SignedReceipt<AccountId> {
	numbered(channel, 1, CHARGE)
}

/// The receipt of a request with this number: odd ones are of lane 0.
fn numbered(channel: H256, number: u32, charge: Balance) -> SignedReceipt<AccountId> {
	let receipt = Receipt {
		request: H256::from_low_u64_be(number.into()),
		channel,
		lane: u16::from(number.is_multiple_of(2)),
		model: model(),
		provider: id(Bob),
		worker: WORKER.public(),
		gateway: id(Dave),
		units: Units { input: 10, output: 10 },
		charge,
		output: ContentRef { hash: H256::zero(), length: 40 },
		commitment: None,
		started_at: 1_000,
		finished_at: 2_000,
		first_token_ms: 100,
	};
	let signature = WORKER.sign(&receipt.payload(&System::block_hash(0)));
	SignedReceipt { receipt, signature }
}

/// What a lane owes, signed for by Charlie.
fn claim(channel: H256, lane: u16, upto: Balance) -> LaneClaim {
	let voucher = Voucher { channel, lane, cumulative: upto, request: H256::repeat_byte(1) };
	let signature = Charlie.pair().sign(&voucher.payload(&System::block_hash(0)));
	LaneClaim { signed: SignedVoucher { voucher, signature }, upto }
}

/// Dave commits to a receipt; says how the batch is called.
fn commit(channel: H256, receipt: SignedReceipt<AccountId>) -> (H256, BatchTree<AccountId>) {
	let tree = BatchTree::new([receipt]).expect("one receipt");
	(commit_all(&tree, vec![claim(channel, 0, CHARGE)]), tree)
}

/// Dave commits to receipts, for which these lanes owe; says how the batch is called.
fn commit_all(tree: &BatchTree<AccountId>, claims: Vec<LaneClaim>) -> H256 {
	let leaves = ContentRef { hash: H256::repeat_byte(5), length: 1 };
	let totals = tree.totals().to_vec().try_into().expect("few");
	let claims = claims.try_into().expect("few");
	assert_ok!(Channels::commit_batch(signed(Dave), leaves, totals, claims));
	pallet_channels::Batches::<Runtime>::iter_keys().next().expect("just committed")
}

/// Lets a batch be paid: also one that is audited, by nobody here.
fn settle(batch: H256) {
	for _ in 0..100 {
		let record = Channels::batch(batch).expect("remembered");
		if record.state == BatchState::Settled {
			return;
		}
		to_block(record.due);
	}
	panic!("{batch:?} is not settled: {:?}", Channels::batch(batch));
}

#[test]
fn everybody_should_be_paid_and_the_rest_come_back_when_a_channel_is_used_and_closed() {
	run(|| {
		let all = [Bob, Alice, Dave].map(id).into_iter().chain([Treasury::account()]);
		let before: Vec<_> = all.clone().map(|who| Balances::free_balance(&who)).collect();
		let channel = open();
		let held = |amount, next_step_at| Held {
			held_for: HeldFor::Channel(channel),
			amount,
			next_step_at,
		};
		assert_eq!(Runtime::held_by(id(Charlie)), [held(DEPOSIT, None)]);

		let pot = Balances::free_balance(AuditPot::account());
		let (batch, _) = commit(channel, receipt(channel));
		assert_eq!(Runtime::held_by(id(Charlie)), [held(DEPOSIT - CHARGE, None)]);
		let premium = Balances::free_balance(AuditPot::account()) - pot;
		assert!(premium > 0, "the lot may fall on it");
		settle(batch);
		// The treasury and the gateway have 5 % each, the model's owner 10. Auditors are paid by the gateway.
		let earned: Vec<_> =
			all.zip(&before).map(|(who, before)| Balances::free_balance(&who) - before).collect();
		let paid = CHARGE / 20 - premium;
		assert_eq!(earned, [CHARGE / 10 * 8, CHARGE / 10, paid, CHARGE / 20]);
		// What the treasury has are the provider's points.
		let era = Rewards::running_era().index;
		assert_eq!(Rewards::points(era, Duty::Work, id(Bob)), CHARGE / 20);
		assert_eq!(Rewards::points(era, Duty::Work, id(Dave)), 0);

		assert_ok!(Channels::request_close(signed(Charlie), channel));
		let closes_at = Channels::channel(channel).expect("it closes").closes_at;
		assert_eq!(Runtime::held_by(id(Charlie)), [held(DEPOSIT - CHARGE, closes_at)]);
		to_block(closes_at.expect("it closes"));
		assert_eq!(Runtime::held_by(id(Charlie)), []);
		let paid = pallet_channels::Ledgers::<Runtime>::get(id(Charlie));
		let refunded = DEPOSIT - CHARGE;
		assert_eq!(paid, Ledger { deposited: DEPOSIT, paid: CHARGE, refunded, held: 0 });
	});
}

/// A gateway's hour at full speed, in one extrinsic and blocks with room for others.
#[test]
fn hundred_thousand_receipts_should_be_paid_when_one_extrinsic_commits_to_them() {
	const RECEIPTS: u32 = 100_000;
	let each = DEPOSIT / 2 / Balance::from(RECEIPTS);
	run(|| {
		let channel = open();
		let receipts = (1..=RECEIPTS).map(|number| numbered(channel, number, each));
		let tree = BatchTree::new(receipts).expect("as many as a gateway commits to");
		let sum = each * Balance::from(RECEIPTS);
		let [total] = tree.totals() else { panic!("one provider, one model") };
		assert_eq!((total.receipts.count, total.receipts.sum), (RECEIPTS, sum));
		let bob = Balances::free_balance(id(Bob));

		let claims = vec![claim(channel, 0, sum / 2), claim(channel, 1, sum / 2)];
		let batch = commit_all(&tree, claims);
		// It says what is wrong with a receipt, wherever that is in the tree; nothing is with this one.
		let item = Box::new(tree.item(0, RECEIPTS - 1).expect("the last one"));
		assert!(item.receipt.verify(&System::block_hash(0)).is_ok());
		assert!(Channels::report_item(signed(Ferdie), batch, item).is_err());
		settle(batch);

		assert_eq!(Balances::free_balance(id(Bob)) - bob, sum / 10 * 8);
		let taken = Channels::channel(channel).expect("it is open").taken;
		assert_eq!(taken[..], [sum / 2; 2]);
		assert_eq!(Runtime::held_by(id(Charlie))[0].amount, DEPOSIT - sum);
	});
}

#[test]
fn client_should_have_its_money_back_and_the_gateway_pay_when_a_receipt_proves_itself_wrong() {
	run(|| {
		let before = Balances::free_balance(id(Charlie));
		let treasury = Balances::free_balance(Treasury::account());
		let channel = open();
		let mut forged = receipt(channel);
		forged.receipt.units.output += 1;
		let (batch, tree) = commit(channel, forged);
		let item = Box::new(tree.item(0, 0).expect("the only one"));
		assert_ok!(Channels::report_item(signed(Ferdie), batch, item));
		assert_eq!(Balances::free_balance(id(Charlie)), before - DEPOSIT + CHARGE);
		assert_eq!(Balances::free_balance(Treasury::account()), treasury + UNIT);
		settle(batch);
		let era = Rewards::running_era().index;
		assert_eq!(Rewards::points(era, Duty::Work, id(Bob)), 0);
	});
}

#[test]
fn accounts_that_are_paid_should_be_there_when_the_chain_begins() {
	run(|| {
		assert!(System::account_exists(&Channels::till()));
	});
}
