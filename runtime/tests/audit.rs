//! Audits on the real runtime: blocks, sessions and session keys as on a chain, votes as transactions.

use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::DispatchClass,
	traits::{
		fungible::{Inspect, InspectHold},
		OnFinalize, OnIdle, OnInitialize,
	},
};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_audits::{
	payload, AuditOf, AuditPair, AuditSignature, Ballot, Batch, Commit, Decline, Instance, Phase,
	Reveal, RowsSeen, Said, Statement, COMMITS, DECLINES, REVEALS,
};
use pallet_models::Calibration;
use reckon_primitives::{
	token::UNIT, Assurance, Balance, BlockNumber, Content, Delivery, EntryKind, HeldFor, JobId,
	JobRequest, ModelId, NumericProfile, Price, Privacy, Reason, Sampling, TaskKind, TaskSet,
	Units,
};
use reckon_runtime::{
	adapters::Treasury, apis::runtime_decl_for_reckon_api::ReckonApiV1, configs::LONGEST_AUDIT,
	genesis, time, AccountId, AllPalletsWithSystem, Audits, Balances, Executive, Jobs, Models,
	Providers, Reputation, Rewards, Runtime, RuntimeEvent, RuntimeGenesisConfig, RuntimeOrigin,
	Session, System, Timestamp, ValidatorStaking,
};
use reckon_support::{AuditOutcome, Conviction};
use reckon_verification::{
	blind, commitment, Fingerprint, Limits, Rows, Statistics, Thresholds, Vote,
};
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_core::{Pair, H256};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie, One, Two};
use sp_runtime::{
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	BuildStorage, Digest, DigestItem, Permill,
};

const MANIFEST: H256 = H256([7; 32]);
const PRICE: Price<Balance> =
	Price { base: UNIT / 100, per_input: UNIT / 1000, per_output: UNIT / 100 };
/// What the delivery costs.
const CHARGE: Balance = UNIT / 100 + 10 * (UNIT / 1000) + 9 * (UNIT / 100);
/// What its audit costs: 15 % of it for each of five, which is more than the least.
const FEE: Balance = CHARGE * 75 / 100;
const BOND: Balance = 300 * UNIT;
/// What hides the worker's root, and the auditors' votes.
const SALT: H256 = H256([9; 32]);
/// The validators of `local_testnet`. The client is Eve, the provider Ferdie, the worker One, the model's
/// owner Two.
const VALIDATORS: [Sr25519Keyring; 4] = [Alice, Bob, Charlie, Dave];

type Refused = TransactionValidityError;

fn run(test: impl FnOnce()) {
	let patch = genesis::preset(&"local_testnet".into()).expect("a preset");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	merge(&mut config, &serde_json::from_slice(&patch).expect("JSON"));
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let mut ext: sp_io::TestExternalities = config.build_storage().expect("a state").into();
	ext.execute_with(|| {
		begin_block(1_000_000);
		set_up();
		test();
		check();
	});
}

fn merge(to: &mut serde_json::Value, patch: &serde_json::Value) {
	match (to.as_object_mut(), patch.as_object()) {
		(Some(to), Some(patch)) => patch.iter().for_each(|(key, value)| {
			merge(to.entry(key).or_insert(serde_json::Value::Null), value);
		}),
		_ => *to = patch.clone(),
	}
}

/// What `Executive` and the inherents do at a block's start; the validators take turns.
fn begin_block(slots: u64) {
	let number = System::block_number() + 1;
	let slot = pallet_babe::CurrentSlot::<Runtime>::get() + slots;
	let authority_index = number % VALIDATORS.len() as u32;
	let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
	let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, digest.encode())] };
	System::reset_events();
	System::initialize(&number, &H256::from_low_u64_be(number.into()), &digest);
	let used = <AllPalletsWithSystem as OnInitialize<BlockNumber>>::on_initialize(number);
	System::register_extra_weight_unchecked(used, DispatchClass::Mandatory);
	System::note_finished_initialize();
	assert_ok!(Timestamp::set(RuntimeOrigin::none(), *slot * time::SLOT_MILLIS));
}

fn end_block() {
	System::note_finished_extrinsics();
	let number = System::block_number();
	let most = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
	let left = most.saturating_sub(System::block_weight().total());
	<AllPalletsWithSystem as OnIdle<BlockNumber>>::on_idle(number, left);
	<AllPalletsWithSystem as OnFinalize<BlockNumber>>::on_finalize(number);
	check();
}

fn to_block(number: BlockNumber) {
	while System::block_number() < number {
		end_block();
		begin_block(1);
	}
}

fn pass(blocks: BlockNumber) {
	to_block(System::block_number() + blocks);
}

fn check() {
	Audits::do_try_state().expect("audits");
	Jobs::do_try_state().expect("jobs");
	Providers::do_try_state().expect("providers");
	Rewards::do_try_state().expect("rewards");
	ValidatorStaking::do_try_state().expect("stakes");
	Reputation::do_try_state().expect("reputations");
}

fn id(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(id(who))
}

fn total(who: Sr25519Keyring) -> Balance {
	Balances::total_balance(&id(who))
}

fn bond() -> Balance {
	Balances::total_balance_on_hold(&id(Ferdie))
}

fn model() -> ModelId {
	EntryKind::Model.id(&id(Two), MANIFEST)
}

fn set_up() {
	let limits = Limits { flag: 500, slash: 2_000 };
	let thresholds = Thresholds { distance: limits, margin: limits };
	let details = pallet_models::ModelDetails {
		manifest: MANIFEST,
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		calibration: Some(Calibration { thresholds, report: H256::repeat_byte(1) }),
		context: 256,
		licence: b"MIT".to_vec().try_into().expect("short"),
		royalty: Permill::from_percent(10),
		trained_on: Default::default(),
	};
	let name = b"test/model".to_vec().try_into().expect("short");
	assert_ok!(Models::register_model(signed(Two), name, details));
	assert_ok!(Providers::register(signed(Ferdie), id(One), BOND, 2, Default::default()));
	assert_ok!(Providers::offer(signed(Ferdie), 0, model(), PRICE));
}

/// Which model has computed something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
	TheModel,
	Another,
}

/// What is computed for a job, by the model or by another.
fn rows(job: JobId, by: By) -> Rows {
	let (width, count) = (16u32, 12u32);
	let number = |n: u32| {
		let hash = sp_io::hashing::blake2_128(&(job, by == By::TheModel, n).encode());
		f32::from(i16::from_le_bytes([hash[0], hash[1]])) / 1000.0
	};
	Rows::new(width, (0..count).collect(), (0..width * count).map(number).collect()).expect("rows")
}

fn fingerprint(job: JobId, by: By) -> Fingerprint {
	rows(job, by).fingerprint(&audit(job).challenge.0, &job.0).expect("measurable")
}

/// Any root does: the chain sees no rows.
fn root(job: JobId) -> H256 {
	H256(sp_io::hashing::blake2_256(job.as_bytes()))
}

/// A job of Eve's that the worker has delivered.
fn delivered(assurance: Assurance) -> JobId {
	let request = JobRequest {
		subnet: 0,
		model: model(),
		task: TaskKind::Chat,
		payload: Content::from(b"what is a ledger?".to_vec()),
		sampling: Sampling { max_output: 50, ..Default::default() },
		max_price: 2 * UNIT,
		deadline: System::block_number() + 30,
		assurance,
		privacy: Privacy::Public,
		replicas: 1,
		only: None,
	};
	assert_ok!(Jobs::submit_job(signed(Eve), request));
	pass(1);
	let job = pallet_jobs::ClientJobs::<Runtime>::iter_key_prefix(id(Eve)).next().expect("there");
	let commitment = commitment(&job.0, &name(Ferdie), &root(job).0, &SALT.0);
	let delivery = |commitment| Delivery {
		output: Content::from(b"a book of accounts".to_vec()),
		commitment,
		units: Units { input: 10, output: 9 },
		started_at: 1,
		finished_at: 2,
	};
	let missing = pallet_jobs::Error::<Runtime>::CommitmentMissing;
	assert_noop!(Jobs::deliver(signed(One), job, delivery(None)), missing);
	assert_ok!(Jobs::deliver(signed(One), job, delivery(Some(H256(commitment)))));
	job
}

/// An attested one, whose first committee has just been drawn.
fn drawn() -> JobId {
	let job = delivered(Assurance::Attested);
	pass(pallet_audits::DRAW_DELAY);
	assert_eq!(audit(job).phase, Phase::Committing);
	assert_eq!(audit(job).seats.len(), VALIDATORS.len());
	job
}

fn audit(job: JobId) -> AuditOf<Runtime> {
	Audits::audit(job).expect("audited")
}

fn is_over(job: JobId) -> bool {
	Jobs::job(job).expect("there").state.is_final()
}

/// The auditors that have said nothing yet, in the order of their seats.
fn awaited(job: JobId) -> Vec<Sr25519Keyring> {
	let seats = audit(job).seats.into_iter().filter(|seat| seat.ballot == Ballot::Awaited);
	let known = |who: AccountId| VALIDATORS.into_iter().find(|it| id(*it) == who);
	seats.map(|seat| known(seat.auditor).expect("a validator")).collect()
}

fn statement(job: JobId, by: By) -> Statement {
	let fingerprint = fingerprint(job, by);
	let vote = Vote::Replayed { fingerprint, statistics: Statistics::default() };
	Statement { vote, rows: RowsSeen::Proven }
}

fn sign(
	key: Sr25519Keyring,
	purpose: &[u8],
	auditor: &AccountId,
	items: &impl Encode,
) -> AuditSignature {
	let key = AuditPair::from_string(&key.to_seed(), None).expect("a key");
	key.sign(&payload(purpose, System::block_hash(0), auditor, items))
}

/// Puts a call into the block as auditors' nodes send it.
fn send(call: pallet_audits::Call<Runtime>) -> Result<(), Refused> {
	type Call = pallet_audits::Call<Runtime>;
	let transaction =
		<Runtime as CreateAuthorizedTransaction<Call>>::create_authorized_transaction(call.into());
	Executive::apply_extrinsic(transaction).map(|done| done.expect("what is authorised is done"))
}

fn batch<Item>(item: Item) -> Batch<Item> {
	vec![item].try_into().ok().expect("one fits")
}

fn commit(job: JobId, who: Sr25519Keyring, by: By) -> Result<(), Refused> {
	commit_by_key_of(who, job, who, by)
}

fn commit_by_key_of(
	key: Sr25519Keyring,
	job: JobId,
	who: Sr25519Keyring,
	by: By,
) -> Result<(), Refused> {
	let auditor = id(who);
	let vote = statement(job, by).vote;
	let blind = H256(blind(&job.0, &name(who), &vote, &SALT.0));
	let challenge = audit(job).challenge;
	let commits = batch(Commit { audit: job, round: audit(job).round, challenge, blind });
	let signature = sign(key, COMMITS, &auditor, &commits);
	send(pallet_audits::Call::commit_votes { auditor, commits, signature })
}

fn reveal(job: JobId, who: Sr25519Keyring, by: By) -> Result<(), Refused> {
	let (round, Statement { vote, rows }) = (audit(job).round, statement(job, by));
	let said = Said::of(vote, &audit(job).opened.expect("open"));
	let reveals = batch(Reveal { audit: job, round, salt: SALT, said, rows });
	let signature = sign(who, REVEALS, &id(who), &reveals);
	send(pallet_audits::Call::reveal_votes { auditor: id(who), reveals, signature })
}

fn open(job: JobId, by: By) {
	let fingerprint = Box::new(fingerprint(job, by));
	assert_ok!(Audits::open_rows(signed(One), job, fingerprint, root(job), SALT));
}

/// A round in which all compute by the model, at once, and the worker shows what this one computes.
fn round(job: JobId, worker: By) {
	let all = awaited(job);
	all.iter().for_each(|who| commit(job, *who, By::TheModel).expect("admitted"));
	open(job, worker);
	all.iter().for_each(|who| reveal(job, *who, By::TheModel).expect("admitted"));
	pass(1);
}

/// A round in which all do what they do in the last block for it, and one is silent. The others open
/// their votes if they are to.
fn slow_round(job: JobId, worker: By, revealing: bool) {
	if audit(job).phase == Phase::Drawing {
		to_block(audit(job).due);
	}
	let most = awaited(job).into_iter().skip(1).collect::<Vec<_>>();
	to_block(audit(job).due - 1);
	most.iter().for_each(|who| commit(job, *who, By::TheModel).expect("admitted"));
	pass(1);
	assert_eq!(audit(job).phase, Phase::Opening);
	to_block(audit(job).due - 1);
	open(job, worker);
	to_block(audit(job).due - 1);
	if revealing {
		most.iter().for_each(|who| reveal(job, *who, By::TheModel).expect("admitted"));
	}
	pass(1);
}

fn outcome_in_events() -> AuditOutcome {
	let outcome = System::events().into_iter().find_map(|record| match record.event {
		RuntimeEvent::Audits(pallet_audits::Event::AuditDecided { outcome, .. }) => Some(outcome),
		_ => None,
	});
	outcome.expect("an audit has ended in this block")
}

/// What validators have for votes: a block is worth 20 points, a vote 5.
fn vote_points(who: Sr25519Keyring) -> Balance {
	let era = ValidatorStaking::current_era();
	pallet_rewards::Points::<Runtime>::get((era, pallet_rewards::Duty::Validation, id(who))) % 20
}

#[test]
fn longest_audit_should_be_what_the_pallet_says() {
	assert_eq!(Audits::longest(), LONGEST_AUDIT);
	let answerable = <Runtime as pallet_providers::Config>::AnswerableBlocks::get();
	assert!(answerable > LONGEST_AUDIT, "bonds are there when an audit ends");
}

#[test]
fn session_should_seat_its_validators_with_their_audit_keys() {
	run(|| {
		let keys = |all: Vec<pallet_audits::Auditor<AccountId>>| {
			all.into_iter().map(|it| (it.account, it.key)).collect::<Vec<_>>()
		};
		let seated = || keys(pallet_audits::Auditors::<Runtime>::get().into_inner());
		let queued = || {
			let all = Session::queued_keys().into_iter();
			all.map(|(who, keys)| (who, keys.audit)).collect::<Vec<_>>()
		};
		assert_eq!(seated().len(), VALIDATORS.len());
		assert_eq!(seated(), queued());
		for _ in 0..3 {
			// All of them make blocks in each session.
			pass(2 * VALIDATORS.len() as u32);
			end_block();
			begin_block(time::EPOCH_SLOTS.into());
		}
		assert_eq!(seated(), queued());
		assert!(Session::current_index() >= 2);
	});
}

#[test]
fn auditors_and_provider_should_be_paid_when_an_attested_answer_is_right() {
	run(|| {
		let (client, provider, owner) = (total(Eve), total(Ferdie), total(Two));
		let auditors = VALIDATORS.map(total);
		let job = drawn();
		assert_eq!(Jobs::why(job), Some(Reason::InAudit));
		let under_audit = pallet_jobs::Error::<Runtime>::UnderAudit;
		assert_noop!(Jobs::dispute(signed(Eve), job), under_audit);

		// Another's key is no good, and neither is the same vote again.
		let (first, other) = (awaited(job)[0], awaited(job)[1]);
		let refused = |why: InvalidTransaction| Err(Refused::from(why));
		let forged = commit_by_key_of(other, job, first, By::TheModel);
		assert_eq!(forged, refused(InvalidTransaction::BadProof));
		assert_ok!(commit(job, first, By::TheModel));
		let again = commit(job, first, By::TheModel);
		assert_eq!(again, refused(InvalidTransaction::Stale));
		// Long after the dispute window.
		pass(10);
		assert_eq!(Jobs::why(job), Some(Reason::InAudit));
		let all = awaited(job);
		all.iter().for_each(|who| commit(job, *who, By::TheModel).expect("admitted"));
		open(job, By::TheModel);
		VALIDATORS.into_iter().for_each(|who| reveal(job, who, By::TheModel).expect("admitted"));
		pass(1);

		assert_eq!(outcome_in_events(), AuditOutcome::Accepted);
		assert_eq!(Jobs::why(job), Some(Reason::Paid));
		assert_eq!(total(Eve), client - CHARGE - FEE);
		assert_eq!(Balances::total_balance_on_hold(&id(Eve)), 0);
		assert_eq!(total(Two), owner + CHARGE / 10);
		// Five percent for the treasury.
		assert_eq!(total(Ferdie), provider + CHARGE - CHARGE / 10 - CHARGE / 20);
		for (who, before) in VALIDATORS.into_iter().zip(auditors) {
			assert_eq!(total(who), before + FEE / 4, "{who}");
			assert_eq!(vote_points(who), 5, "{who}");
		}
	});
}

#[test]
fn provider_should_pay_the_auditors_and_be_slashed_when_its_answer_is_not_the_models() {
	run(|| {
		let (client, provider) = (total(Eve), total(Ferdie));
		let auditors = VALIDATORS.map(total);
		let treasury = Balances::total_balance(&Treasury::account());
		let job = drawn();
		let challenge = audit(job).challenge;
		round(job, By::Another);
		// All dissent: a larger committee looks at other positions.
		pass(pallet_audits::DRAW_DELAY);
		let second = audit(job);
		assert_eq!((second.instance, second.round), (Instance::Larger, 2));
		assert_ne!(second.challenge, challenge);
		round(job, By::Another);

		let is_answer = |outcome| matches!(outcome, AuditOutcome::Rejected(Conviction::Answer(_)));
		assert!(is_answer(outcome_in_events()));
		assert_eq!(Jobs::why(job), Some(Reason::AuditRejected));
		assert_eq!(total(Eve), client);
		assert_eq!(Balances::total_balance_on_hold(&id(Eve)), 0);
		// An attested answer is always audited: the conviction costs the pay.
		assert_eq!(bond(), BOND - CHARGE);
		assert_eq!(total(Ferdie), provider - CHARGE);
		// Two votes each.
		let each = 2 * (FEE / 8);
		for (who, before) in VALIDATORS.into_iter().zip(auditors) {
			assert_eq!(total(who), before + each, "{who}");
			assert_eq!(vote_points(who), 10, "{who}");
		}
		let rest = CHARGE - 4 * each;
		assert_eq!(Balances::total_balance(&Treasury::account()), treasury + rest);
		assert!(Reputation::score(id(Ferdie)) < Permill::from_percent(50));
	});
}

#[test]
fn client_should_be_refunded_when_the_worker_does_not_open_its_rows() {
	run(|| {
		let client = total(Eve);
		let job = drawn();
		awaited(job).iter().for_each(|who| commit(job, *who, By::TheModel).expect("admitted"));
		to_block(audit(job).due);
		assert_eq!(outcome_in_events(), AuditOutcome::Rejected(Conviction::NotOpened));
		assert_eq!(total(Eve), client);
		assert_eq!(bond(), BOND - CHARGE);
	});
}

#[test]
fn client_should_have_its_money_back_when_no_auditor_attests_its_answer() {
	run(|| {
		let [client, provider] = [total(Eve), total(Ferdie)];
		let job = drawn();
		let begun = System::block_number();
		to_block(audit(job).due);
		assert_eq!(outcome_in_events(), AuditOutcome::Inconclusive);
		assert_eq!(Jobs::why(job), Some(Reason::NotAttested));
		assert_eq!((total(Eve), total(Ferdie), bond()), (client, provider, BOND));
		assert_eq!(Balances::total_balance_on_hold(&id(Eve)), 0);
		// Nobody has shown anything against it.
		assert_eq!(Reputation::score(id(Ferdie)), Permill::from_percent(50));
		assert!(System::block_number() - begun <= LONGEST_AUDIT);
		for who in VALIDATORS {
			assert_eq!(Audits::conduct(id(who)).missed, 1, "{who}");
			assert_eq!(vote_points(who), 0, "{who}");
		}
	});
}

#[test]
fn job_should_be_paid_when_no_auditor_says_anything_and_it_need_not_be_attested() {
	run(|| {
		let client = total(Eve);
		let job = delivered(Assurance::Optimistic);
		assert_ok!(Audits::request_audit(signed(Eve), job, FEE));
		pass(pallet_audits::DRAW_DELAY);
		to_block(audit(job).due);
		assert_eq!(outcome_in_events(), AuditOutcome::Inconclusive);
		assert_eq!(Jobs::why(job), Some(Reason::Paid));
		// Nothing for an audit of which nothing came.
		assert_eq!(total(Eve), client - CHARGE);
		assert_eq!(Balances::total_balance_on_hold(&id(Eve)), 0);
	});
}

#[test]
fn job_should_end_in_time_when_all_are_as_slow_as_can_be() {
	run(|| {
		let job = drawn();
		let begun = System::block_number() - pallet_audits::DRAW_DELAY;
		// Blind votes that nobody opens, twice; then dissent; then silence again.
		slow_round(job, By::TheModel, false);
		slow_round(job, By::TheModel, false);
		slow_round(job, By::Another, true);
		assert!(audit(job).instance == Instance::Larger && !is_over(job));
		slow_round(job, By::TheModel, false);
		assert_eq!(outcome_in_events(), AuditOutcome::Inconclusive);
		assert!(is_over(job));
		let took = System::block_number() - begun;
		assert!(took <= LONGEST_AUDIT, "{took} blocks");
		// The bound is no idle one: it counts a block too many in each round, and the round of the last
		// committee, for which four validators are too few.
		let last = LONGEST_AUDIT / 5;
		assert!(took >= LONGEST_AUDIT - last - 4, "{took} blocks");
		// Nobody has shown anything against the provider, and nobody has attested its answer.
		assert_eq!(Jobs::why(job), Some(Reason::NotAttested));
		assert_eq!(bond(), BOND);
	});
}

#[test]
fn clients_fee_should_be_held_and_told_of_until_the_auditors_have_it() {
	run(|| {
		let client = total(Eve);
		let job = delivered(Assurance::Optimistic);
		let fee = Audits::audit_fee(0, CHARGE);
		assert_eq!(fee, FEE);
		assert_ok!(Audits::request_audit(signed(Eve), job, FEE));
		let told = Runtime::held_by(id(Eve));
		let own = told.iter().find(|part| part.held_for == HeldFor::AuditFee(job)).expect("told");
		assert_eq!(own.amount, fee);
		pass(pallet_audits::DRAW_DELAY);
		round(job, By::TheModel);
		assert_eq!(Jobs::why(job), Some(Reason::Paid));
		assert_eq!(total(Eve), client - CHARGE - fee);
		assert!(Runtime::held_by(id(Eve)).is_empty());
	});
}

#[test]
fn seat_should_be_given_up_by_its_own_key_alone() {
	run(|| {
		let job = drawn();
		let who = awaited(job)[0];
		let challenge = audit(job).challenge;
		let declines = batch(Decline { audit: job, round: 1, challenge });
		let call = |signature| pallet_audits::Call::decline_seats {
			auditor: id(who),
			declines: declines.clone(),
			signature,
		};
		let other = awaited(job)[1];
		assert!(send(call(sign(other, DECLINES, &id(who), &declines))).is_err());
		assert!(send(call(sign(who, COMMITS, &id(who), &declines))).is_err());
		assert_ok!(send(call(sign(who, DECLINES, &id(who), &declines))));
		assert_eq!(awaited(job).len(), 3);
		round(job, By::TheModel);
		assert_eq!(Jobs::why(job), Some(Reason::Paid));
	});
}

fn name(who: Sr25519Keyring) -> [u8; 32] {
	id(who).into()
}
