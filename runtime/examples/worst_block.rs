//! The heaviest blocks that the chain can be made to have: what they weigh, and what they take.
//!
//! 1,000 candidates with 100 backers each, 100 seats, and in the agendas more than a block can work off: jobs
//! that wait for a draw, answers to be paid, answers of a calibrated model that auditors are drawn for and
//! that wait for their audits' end, channels that close, batches that are sampled and pay, complaints that
//! nobody has answered. Prints one JSON line for each of: a
//! block of nothing but the agendas, the block in which an election is held, the block in which those elected
//! begin, and with it an era ends. Each also works off whatever the agendas and the sweeps can do with the
//! weight that is left. Times are of the native runtime on a trie in memory, without a database; weights are
//! of the wasm runtime with one.
//!
//! `cargo build --locked --workspace --features reckon-node/fast-runtime --example worst_block`, then `target/debug/examples/worst_block`

use codec::Encode;
use frame_support::{
	assert_ok,
	dispatch::DispatchClass,
	traits::{fungible::Mutate, Get, OnFinalize, OnIdle, OnInitialize},
	weights::Weight,
};
use pallet_audits::DRAW_DELAY;
use pallet_channels::LaneClaim;
use pallet_models::Calibration;
use reckon_primitives::{
	token::UNIT, Assurance, Balance, BlockNumber, Content, ContentRef, Delivery, EntryKind,
	JobRequest, ModelId, NumericProfile, Price, Privacy, Sampling, TaskKind, TaskSet, Units,
};
use reckon_receipts::{
	Acknowledgement, Receipt, Root, SignedAcknowledgement, SignedReceipt, SignedVoucher, Total,
	Voucher,
};
use reckon_runtime::{
	adapters::Treasury, configs::DISPUTE_WINDOW, genesis as presets, time, AccountId,
	AllPalletsWithSystem, Balances, Channels, Jobs, Models, Providers, Runtime, RuntimeEvent,
	RuntimeGenesisConfig, RuntimeOrigin, Session, SessionKeys, Subnets, System, Timestamp,
	ValidatorStaking,
};
use reckon_verification::{Limits, Thresholds};
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_core::{ed25519, proof_of_possession::ProofOfPossessionGenerator, sr25519, Pair, H256};
use sp_runtime::{BuildStorage, Digest, DigestItem, Permill};
use std::time::Instant;

/// With the four of the preset as many as there can be.
const CANDIDATES: u32 = 996;
const BACKERS: u32 = 100;
const SEATS: u32 = 100;
/// Delegations of one account.
const EACH: u32 = 10;
/// Jobs that wait for a draw at the blocks that are measured, for each of two models. Those that were drawn
/// before are answered by then.
const WAITING: u32 = 400;
/// Channels that close at the blocks that are measured, and as many that pay in batches.
const CHANNELS: u32 = 32;
/// Batches that pay at the blocks that are measured, each as many totals from as many channels.
const BATCHES: u32 = 2;
/// Complaints whose time for an answer is over at the blocks that are measured.
const COMPLAINTS: u32 = 32;
/// What each total, and each receipt that somebody complains about, charges.
const CHARGE: Balance = UNIT / 100;
const PROVIDERS: u32 = 64;
/// The chain's first block here: what is due at a block can have begun long before it.
const BEGINNING: BlockNumber = 2_000;

/// Of whose answers the chain knows nothing but what their providers say.
const UNCHECKED: u8 = 7;
/// Whose answers are audited.
const CALIBRATED: u8 = 8;

fn account(kind: u8, n: u32) -> AccountId {
	let mut bytes = [kind; 32];
	bytes[..4].copy_from_slice(&n.to_le_bytes());
	bytes.into()
}

fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

/// Somebody with money.
fn funded(kind: u8, n: u32, units: u128) -> AccountId {
	let who = account(kind, n);
	assert_ok!(Balances::mint_into(&who, units * UNIT));
	who
}

fn join(n: u32) -> AccountId {
	let who = funded(1, n, 100_000);
	let seed = |purpose: &[u8]| sp_io::hashing::blake2_256(&(&who, purpose).encode());
	let mut babe = sr25519::Pair::from_seed(&seed(b"babe"));
	let mut grandpa = ed25519::Pair::from_seed(&seed(b"grandpa"));
	let mut audit = sr25519::Pair::from_seed(&seed(b"audit"));
	let keys = SessionKeys {
		babe: babe.public().into(),
		grandpa: grandpa.public().into(),
		audit: audit.public().into(),
	};
	let owner = who.encode();
	let proof = (
		babe.generate_proof_of_possession(&owner),
		grandpa.generate_proof_of_possession(&owner),
		audit.generate_proof_of_possession(&owner),
	);
	assert_ok!(Session::set_keys(signed(&who), keys, proof.encode()));
	assert_ok!(ValidatorStaking::join(signed(&who), 20_000 * UNIT, Permill::from_percent(5)));
	who
}

fn populate() {
	assert_ok!(Balances::mint_into(&Treasury::account(), 1_000_000 * UNIT));
	let candidates: Vec<_> = (0..CANDIDATES).map(join).collect();
	for n in 0..CANDIDATES * BACKERS / EACH {
		let backer = funded(2, n, 10_000);
		for delegation in 0..EACH {
			let nth = (n * EACH + delegation) % CANDIDATES;
			let amount = u128::from(100 + nth % 50) * UNIT;
			let candidate = candidates[nth as usize].clone();
			assert_ok!(ValidatorStaking::delegate(signed(&backer), candidate, amount));
		}
	}
	assert_ok!(ValidatorStaking::set_validator_count(RuntimeOrigin::root(), SEATS));

	let owner = funded(3, 0, 100_000);
	let limits = Limits { flag: 500, slash: 2_000 };
	let thresholds = Thresholds { distance: limits, margin: limits };
	let calibration = Calibration { thresholds, report: H256::repeat_byte(1) };
	for (kind, name, calibration) in
		[(UNCHECKED, "bench/unchecked", None), (CALIBRATED, "bench/calibrated", Some(calibration))]
	{
		let details = pallet_models::ModelDetails {
			manifest: H256([kind; 32]),
			tasks: TaskSet::of(&[TaskKind::Chat]),
			profile: NumericProfile::F32,
			context: 256,
			licence: b"MIT".to_vec().try_into().expect("short"),
			royalty: Permill::from_percent(1),
			trained_on: Default::default(),
			calibration,
		};
		let name = name.as_bytes().to_vec().try_into().expect("short");
		assert_ok!(Models::register_model(signed(&owner), name, details));
	}
	let endpoint = b"https://gateway.example".to_vec().try_into().expect("short");
	let gateway = gateway();
	assert_ok!(Balances::mint_into(&gateway, 200_000 * UNIT));
	// Pays for all that it withholds.
	assert_ok!(Subnets::register_gateway(signed(&gateway), 0, 100_000 * UNIT, endpoint));
	let price = Price { base: UNIT / 1_000, per_input: 1, per_output: 1 };
	for n in 0..PROVIDERS {
		let provider = funded(4, n, 100_000);
		let worker = account(5, n);
		let bond = 20_000 * UNIT;
		assert_ok!(Providers::register(signed(&provider), worker, bond, 1_000, Default::default()));
		for kind in [UNCHECKED, CALIBRATED] {
			assert_ok!(Providers::offer(signed(&provider), 0, model(kind), price));
		}
	}
}

fn model(kind: u8) -> ModelId {
	EntryKind::Model.id(&account(3, 0), H256([kind; 32]))
}

/// Does something as it was done so many blocks before the next one, so that what it leads to after them is
/// due there.
fn as_of(blocks: BlockNumber, call: impl FnOnce()) {
	let now = System::block_number();
	System::set_block_number(now + 1 - blocks);
	call();
	System::set_block_number(now);
}

/// Fills the agendas for the next block.
fn fill(round: u32) {
	answer();
	close_channels(round);
	commit_batches(round);
	complain(round);
	for n in 0..WAITING {
		let client = funded(6, round * WAITING + n, 10);
		let request = |kind, assurance| JobRequest {
			subnet: 0,
			model: model(kind),
			task: TaskKind::Chat,
			payload: Content::from(b"what is a ledger?".to_vec()),
			sampling: Sampling { max_output: 50, ..Default::default() },
			max_price: UNIT,
			deadline: System::block_number() + 100,
			assurance,
			privacy: Privacy::Public,
			replicas: 1,
			only: None,
		};
		// Half of what can be audited is audited for certain, the other half by lot.
		let assurance = if n % 2 == 0 { Assurance::Attested } else { Assurance::Optimistic };
		assert_ok!(Jobs::submit_job(signed(&client), request(UNCHECKED, Assurance::Optimistic)));
		assert_ok!(Jobs::submit_job(signed(&client), request(CALIBRATED, assurance)));
	}
}

/// Lets the workers answer whatever they have. What nobody checks is paid in the next block. For the rest
/// auditors are drawn, and the ends of their windows come, in the next block or a few later: whichever is
/// first is in the next.
fn answer() {
	let assigned: Vec<_> = pallet_jobs::ProviderJobs::<Runtime>::iter_keys().collect();
	for (provider, id) in assigned {
		let job = pallet_jobs::Jobs::<Runtime>::get(id).expect("a provider has it");
		let audited = job.model == model(CALIBRATED);
		let worker = pallet_providers::Providers::<Runtime>::get(&provider).expect("it has a job");
		let delivery = Delivery {
			output: Content::from(b"a book of accounts".to_vec()),
			commitment: audited.then_some(H256::repeat_byte(2)),
			units: Units { input: 10, output: 10 },
			started_at: 1,
			finished_at: 2,
		};
		let blocks = if audited { DRAW_DELAY.min(DISPUTE_WINDOW) } else { DISPUTE_WINDOW };
		as_of(blocks, || {
			assert_ok!(Jobs::deliver(signed(&worker.worker), id, delivery));
		});
	}
}

/// The key of the gateway's account.
fn gateway_key() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[7; 32])
}

fn gateway() -> AccountId {
	gateway_key().public().into()
}

/// The key that signs all vouchers.
fn session_key() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[9; 32])
}

/// Opens a channel to the gateway; says its id, and whose it is.
fn open(kind: u8, n: u32) -> (H256, AccountId) {
	let client = funded(kind, n, 1_000);
	let key = session_key().public();
	assert_ok!(Channels::open(signed(&client), gateway(), 100 * UNIT, 1, key));
	let of_client = pallet_channels::ClientChannels::<Runtime>::iter_key_prefix(&client);
	(of_client.last().expect("it was just opened"), client)
}

fn close_channels(round: u32) {
	let notice = <<Runtime as pallet_channels::Config>::NoticeBlocks as Get<BlockNumber>>::get();
	for n in 0..CHANNELS {
		let (channel, client) = open(8, round * CHANNELS + n);
		as_of(notice, || {
			assert_ok!(Channels::request_close(signed(&client), channel));
		});
	}
}

fn commit_batches(round: u32) {
	let payers = CHANNELS / BATCHES;
	for batch in (0..BATCHES).map(|n| round * BATCHES + n) {
		let mut claims: Vec<_> = (0..payers).map(|n| voucher(batch * payers + n)).collect();
		claims.sort_by_key(|claim| claim.signed.voucher.channel);
		let mut totals: Vec<_> = (0..payers).map(total).collect();
		totals.sort_by_key(|total| (total.provider.clone(), total.model));
		let leaves = ContentRef { hash: H256::repeat_byte(5), length: 1 };
		as_of(DISPUTE_WINDOW, || {
			assert_ok!(Channels::commit_batch(
				signed(&gateway()),
				leaves,
				totals.try_into().expect("no more than there can be"),
				claims.try_into().expect("no more than there can be"),
			));
		});
	}
}

/// Complains about receipts that the gateway has taken and put into no batch.
fn complain(round: u32) {
	let complainer = funded(10, round, 1_000);
	let worker = sr25519::Pair::from_seed(&[11; 32]);
	let genesis = System::block_hash(0);
	let answer = <<Runtime as pallet_channels::Config>::AnswerBlocks as Get<BlockNumber>>::get();
	let patience =
		<<Runtime as pallet_channels::Config>::PatienceBlocks as Get<BlockNumber>>::get();
	for n in 0..COMPLAINTS {
		let nonce = H256::from_low_u64_be((round * COMPLAINTS + n).into());
		let receipt = Receipt {
			request: nonce,
			channel: H256::zero(),
			lane: 0,
			model: model(UNCHECKED),
			provider: account(4, n % PROVIDERS),
			worker: worker.public(),
			gateway: gateway(),
			units: Units { input: 1, output: 1 },
			charge: CHARGE,
			output: ContentRef { hash: nonce, length: 1 },
			commitment: None,
			started_at: 1,
			finished_at: 2,
			first_token_ms: 1,
		};
		let signature = worker.sign(&receipt.payload(&genesis));
		let signed_receipt = SignedReceipt { receipt, signature };
		as_of(answer, || {
			let taken_at = System::block_number() - patience - 1;
			let receipt = signed_receipt.leaf().hash;
			let acknowledgement = Acknowledgement { receipt, taken_at };
			let signature = gateway_key().sign(&acknowledgement.payload(&genesis));
			let acknowledged = SignedAcknowledgement { acknowledgement, signature };
			let receipt = Box::new(signed_receipt);
			assert_ok!(Channels::complain(signed(&complainer), receipt, acknowledged));
		});
	}
}

/// What a new channel pays.
fn voucher(n: u32) -> LaneClaim {
	let (channel, _) = open(9, n);
	let voucher = Voucher { channel, lane: 0, cumulative: CHARGE, request: H256::zero() };
	let signature = session_key().sign(&voucher.payload(&System::block_hash(0)));
	LaneClaim { signed: SignedVoucher { voucher, signature }, upto: CHARGE }
}

/// What one provider has for one model. The chain looks at no receipt.
fn total(n: u32) -> Total<AccountId> {
	let receipts = Root { hash: H256::repeat_byte(1), count: 1_000, sum: CHARGE };
	let kind = if n.is_multiple_of(2) { UNCHECKED } else { CALIBRATED };
	Total { provider: account(4, n / 2 % PROVIDERS), model: model(kind), receipts }
}

/// What a block did by itself.
struct Measured {
	start: Weight,
	idle: Weight,
	seconds: f64,
	seats: usize,
	done: Done,
}

/// What of the agendas.
#[derive(Default)]
struct Done {
	drawn: u32,
	paid: u32,
	audits: u32,
	channels: u32,
	batches: u32,
	totals: u32,
	complaints: u32,
}

impl Done {
	fn here() -> Self {
		let mut done = Self::default();
		for record in System::events() {
			match record.event {
				RuntimeEvent::Jobs(pallet_jobs::Event::JobAssigned { .. }) => done.drawn += 1,
				RuntimeEvent::Jobs(pallet_jobs::Event::JobSettled { .. }) => done.paid += 1,
				RuntimeEvent::Audits(pallet_audits::Event::CommitteeDrawn { .. }) => {
					done.audits += 1;
				},
				RuntimeEvent::Channels(pallet_channels::Event::ChannelClosed { .. }) => {
					done.channels += 1;
				},
				RuntimeEvent::Channels(pallet_channels::Event::SamplesDrawn { .. }) => {
					done.batches += 1;
				},
				RuntimeEvent::Channels(pallet_channels::Event::TotalPaid { .. }) => {
					done.totals += 1;
				},
				RuntimeEvent::Channels(pallet_channels::Event::ComplaintUpheld { .. }) => {
					done.complaints += 1;
				},
				_ => (),
			}
		}
		done
	}

	fn add(&mut self, other: &Self) {
		self.drawn += other.drawn;
		self.paid += other.paid;
		self.audits += other.audits;
		self.channels += other.channels;
		self.batches += other.batches;
		self.totals += other.totals;
		self.complaints += other.complaints;
	}

	/// Whether every kind of work was done.
	fn all(&self) -> bool {
		let Self { drawn, paid, audits, channels, batches, totals, complaints } = *self;
		[drawn, paid, audits, channels, batches, totals, complaints].iter().all(|n| *n > 0)
	}
}

/// A block so many slots after the last, with `fill` in it, and what it did by itself.
fn block(slots: u64, fill: impl FnOnce()) -> Measured {
	let number = System::block_number() + 1;
	let slot = pallet_babe::CurrentSlot::<Runtime>::get() + slots;
	let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot });
	let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, digest.encode())] };
	System::reset_events();
	System::initialize(&number, &H256::from_low_u64_be(number.into()), &digest);
	let clock = Instant::now();
	let start = <AllPalletsWithSystem as OnInitialize<BlockNumber>>::on_initialize(number);
	let mut seconds = clock.elapsed().as_secs_f64();
	System::register_extra_weight_unchecked(start, DispatchClass::Mandatory);
	System::note_finished_initialize();
	assert_ok!(Timestamp::set(RuntimeOrigin::none(), *slot * time::SLOT_MILLIS));
	fill();
	System::note_finished_extrinsics();
	let most = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
	let left = most.saturating_sub(System::block_weight().total());
	let clock = Instant::now();
	let idle = <AllPalletsWithSystem as OnIdle<BlockNumber>>::on_idle(number, left);
	<AllPalletsWithSystem as OnFinalize<BlockNumber>>::on_finalize(number);
	seconds += clock.elapsed().as_secs_f64();
	Measured { start, idle, seconds, seats: Session::validators().len(), done: Done::here() }
}

fn tell(what: &str, measured: &Measured) {
	let millis = |weight: Weight| weight.ref_time() as f64 / 1e9;
	println!(
		"{}",
		serde_json::json!({
			"block": what,
			"start_ms_by_weight": millis(measured.start),
			"idle_ms_by_weight": millis(measured.idle),
			"native_ms": (measured.seconds * 1e4).round() / 10.0,
			"jobs_drawn": measured.done.drawn,
			"jobs_paid": measured.done.paid,
			"committees_drawn": measured.done.audits,
			"channels_closed": measured.done.channels,
			"batches_sampled": measured.done.batches,
			"totals_paid": measured.done.totals,
			"complaints_upheld": measured.done.complaints,
			"seats": measured.seats,
		})
	);
}

fn main() {
	let patch = presets::preset(&"local_testnet".into()).expect("a preset");
	let patch: serde_json::Value = serde_json::from_slice(&patch).expect("JSON");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	merge(&mut config, &patch);
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let mut chain: sp_io::TestExternalities = config.build_storage().expect("a state").into();
	chain.execute_with(|| {
		System::set_block_number(BEGINNING);
		pallet_jobs::AgendaCursor::<Runtime>::put(BEGINNING);
		pallet_audits::AgendaCursor::<Runtime>::put(BEGINNING);
		pallet_channels::AgendaCursor::<Runtime>::put(BEGINNING);
		block(1_000_000, populate);
	});
	// What was written lies in the trie from here on, as on a real chain, not in the overlay.
	let mut round = 0;
	let mut full = |chain: &mut sp_io::TestExternalities| {
		chain.execute_with(|| block(1, || fill(round)));
		round += 1;
		chain.commit_all().expect("nothing is open");
	};
	// The first jobs are drawn by the second of these blocks and answered in the third; their auditors may be
	// drawn some blocks later.
	(0..3 + DRAW_DELAY).for_each(|_| full(&mut chain));
	let measured = chain.execute_with(|| block(1, || ()));
	tell("the agendas alone", &measured);
	let mut done = measured.done;

	// Blocks at the ends of sessions, until those elected have their seats and an era has ended since.
	let mut heaviest: Option<Measured> = None;
	let mut elected = false;
	for _ in 0..3 * time::SESSIONS_PER_ERA {
		full(&mut chain);
		let measured = chain.execute_with(|| block(time::EPOCH_SLOTS.into(), || ()));
		chain.commit_all().expect("nothing is open");
		done.add(&measured.done);
		if measured.seats > 4 && !elected {
			elected = true;
			tell("those elected begin", &measured);
		}
		if heaviest.as_ref().is_none_or(|other| other.seconds < measured.seconds) {
			heaviest = Some(measured);
		}
	}
	assert!(elected, "nobody was elected in three eras");
	assert!(done.all(), "some kind of work was in none of the blocks");
	if let Some(measured) = &heaviest {
		tell("the slowest end of a session in three eras", measured);
	}
}

fn merge(to: &mut serde_json::Value, patch: &serde_json::Value) {
	match (to.as_object_mut(), patch.as_object()) {
		(Some(to), Some(patch)) => patch.iter().for_each(|(key, value)| {
			merge(to.entry(key).or_insert(serde_json::Value::Null), value);
		}),
		_ => *to = patch.clone(),
	}
}
