//! This crate's types against the committed metadata of the runtime.

use crate::{
	at::{view_answer, view_request},
	calls::{self, Wire},
	compat,
	events::ChannelEvent,
	types::*,
};
use std::collections::BTreeSet;
use subxt::{
	config::substrate::{SpecVersionForRange, SubstrateConfigBuilder},
	ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType, scale_value::Value},
	metadata::ArcMetadata,
	Metadata, OfflineClient, OfflineClientAtBlock, SubstrateConfig,
};

fn metadata() -> ArcMetadata {
	let bytes = include_bytes!("../../metadata.scale");
	ArcMetadata::from(Metadata::decode_from(bytes).expect("sdk/metadata.scale is metadata"))
}

fn client() -> OfflineClientAtBlock<SubstrateConfig> {
	let config = SubstrateConfigBuilder::new()
		.set_genesis_hash(H256::zero())
		.set_metadata_for_spec_versions([(1, metadata())])
		.set_spec_version_for_block_ranges([SpecVersionForRange {
			block_range: 0..1_000,
			spec_version: 1,
			transaction_version: 1,
		}])
		.build();
	OfflineClient::new_with_config(config).at_block(1_u64).expect("metadata for block 1")
}

/// The number of the type with this path.
fn type_id(metadata: &Metadata, path: &str) -> u32 {
	let mut types = metadata.types().types.iter();
	let found = types.find(|ty| ty.ty.path.segments.join("::") == path);
	found.unwrap_or_else(|| panic!("the runtime has no type {path}")).id
}

fn total() -> Total {
	let receipts = Root { hash: H256::repeat_byte(8), count: 1, sum: 2 };
	Total { provider: account([1; 32]), model: H256::repeat_byte(7), receipts }
}

fn claim() -> LaneClaim {
	let (channel, request) = (H256::repeat_byte(3), H256::repeat_byte(4));
	let voucher = Voucher { channel, lane: 1, cumulative: 5, request };
	LaneClaim { signed: SignedVoucher { voucher, signature: [6; 64] }, upto: 5 }
}

fn item() -> Item {
	let hash = H256::repeat_byte(3);
	let receipt = Receipt {
		request: hash,
		channel: hash,
		lane: 1,
		model: hash,
		provider: account([1; 32]),
		worker: [2; 32],
		gateway: account([3; 32]),
		units: Units { input: 1, output: 2 },
		charge: 3,
		output: ContentRef { hash, length: 4 },
		commitment: Some(hash),
		started_at: 5,
		finished_at: 6,
		first_token_ms: 1,
	};
	let receipt = SignedReceipt { receipt, signature: [7; 64] };
	Item { total: 0, index: 1, receipt, path: vec![Node { hash, sum: 8 }] }
}

fn all_calls() -> Vec<calls::Call> {
	let id = H256::repeat_byte(7);
	let who = account([1; 32]);
	let delivery = Delivery {
		output: Content::Inline(vec![1, 2, 3]),
		commitment: Some(id),
		units: Units { input: 1, output: 2 },
		started_at: 3,
		finished_at: 4,
	};
	let details = ModelDetails {
		manifest: id,
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		calibration: Some(Calibration { thresholds: thresholds(), report: id }),
		context: 256,
		licence: b"Apache-2.0".to_vec(),
		royalty: 20_000,
		trained_on: [id].into(),
	};
	let data_set = DataSetDetails {
		content: id,
		bytes: u64::MAX,
		records: 0,
		description: None,
		location: Some(b"https://example.org".to_vec()),
		licence: b"CC0-1.0".to_vec(),
	};
	let app = AppDetails {
		models: [id, H256::zero()].into(),
		data_sets: [id].into(),
		location: b"https://example.org".to_vec(),
		content: None,
		description: Some(id),
		licence: b"MIT".to_vec(),
	};
	let blob = Content::from(vec![0; 5_000]);
	vec![
		calls::submit_job(JobRequest::new(id, TaskKind::Chat, Content::Inline(vec![1]), 5, 100)),
		calls::submit_job(JobRequest::new(id, TaskKind::Embed, blob, 5, 100)),
		calls::deliver(id, delivery),
		calls::decline(id, Reason::Busy),
		calls::cancel(id),
		calls::dispute(id),
		calls::request_audit(id, 5),
		calls::open_rows(id, Fingerprint([[-1; 16]; 8]), id, id),
		calls::register(who, 5, 1, "http://localhost:9620"),
		calls::set_worker(who),
		calls::update(2, ""),
		calls::bond_extra(1),
		calls::unbond_provider(1),
		calls::offer(0, id, Price { base: 1, per_input: 2, per_output: 3 }),
		calls::withdraw_offer(7, id),
		calls::heartbeat(2),
		calls::pause(),
		calls::resume(),
		calls::leave(),
		calls::register_model("reckon/test", details),
		calls::register_data_set("test/words", data_set),
		calls::register_app("test/dictionary", app),
		calls::deprecate(EntryId::Model(id)),
		calls::transfer_entry(EntryId::App(id), who),
		calls::join(5, 50_000),
		calls::bond_extra_candidate(1),
		calls::unbond(1),
		calls::withdraw_stake(),
		calls::chill(),
		calls::resume_candidate(),
		calls::leave_candidates(),
		calls::set_commission(1_000_000),
		calls::delegate(who, u128::MAX),
		calls::undelegate(who, 1),
		calls::set_keys(keys(), vec![1; 192]),
		calls::purge_keys(),
		calls::claim(who, u32::MAX),
		calls::claim_validator(who, 0),
		calls::create_subnet("test", rules(Membership::Open)),
		calls::update_subnet(1, rules(Membership::Models([id, H256::zero()].into()))),
		calls::transfer_subnet(1, Some(who)),
		calls::accept_subnet(1),
		calls::retire_subnet(1),
		calls::register_gateway(1, 5, "http://localhost:9650"),
		calls::bond_extra_gateway(1),
		calls::unbond_gateway(1),
		calls::update_gateway("http://localhost:9650"),
		calls::leave_gateway(),
		calls::open_channel(who, 5, 8, who),
		calls::top_up_channel(id, 1),
		calls::request_close_channel(id),
		calls::close_channel(id),
		calls::commit_batch(ContentRef { hash: id, length: 1 }, vec![total()], vec![claim()]),
		calls::report_item(id, item()),
		calls::report_twins(id, item(), item()),
		calls::complain(item().receipt, acknowledged()),
		calls::answer_complaint(id, Proof { item: item(), total: total(), path: Vec::new() }),
		calls::show_sample(id, item(), gateway_request(id)),
		calls::audit_receipt(id, item(), gateway_request(id), 5),
		calls::batch_all(vec![calls::set_keys(keys(), vec![2; 9]), calls::join(5, 0)]),
		calls::force_batch(vec![calls::batch_all(Vec::new()), calls::claim(who, 1)]),
		calls::transfer(who, 1),
		calls::sudo(calls::set_code_without_checks(vec![1, 2])),
	]
}

fn acknowledged() -> SignedAcknowledgement {
	let acknowledgement = Acknowledgement { receipt: H256::repeat_byte(4), taken_at: 5 };
	SignedAcknowledgement { acknowledgement, signature: [6; 64] }
}

fn thresholds() -> Thresholds {
	let limits = |flag| Limits { flag, slash: flag + 1 };
	Thresholds { distance: limits(1), margin: limits(3) }
}

fn keys() -> SessionKeys {
	SessionKeys::from_bytes([[1; 32], [2; 32], [3; 32]].concat())
}

fn rules(membership: Membership) -> SubnetParameters {
	SubnetParameters {
		treasury_share: 1,
		gateway_share: 2,
		auditor_share: 3,
		committee: 5,
		quorum: 4,
		audit_rate_min: 6,
		audit_rate_max: 7,
		min_provider_bond: 8,
		min_gateway_bond: 9,
		dispute_window_blocks: 10,
		membership,
	}
}

fn gateway_request(id: H256) -> GatewayRequest {
	GatewayRequest {
		nonce: id,
		model: id,
		task: TaskKind::Embed,
		payload: ContentRef { hash: id, length: 1 },
		sampling: Sampling::default(),
		presence_milli: -2,
		frequency_milli: 3,
		price: Price { base: 4, per_input: 5, per_output: 6 },
	}
}

#[test]
fn request_to_a_gateway_should_be_written_as_it_is_hashed() {
	use codec::Encode;
	let metadata = metadata();
	let id = H256::repeat_byte(7);
	let path = type_id(&metadata, "reckon_receipts::request::Request");
	let bytes = gateway_request(id).encode_as_type(path, metadata.types()).unwrap();
	let sampling = (256_u32, 0_u16, 0_u16, 1_000_u16, H256::zero());
	let expected = (id, id, 2_u8, (id, 1_u32), sampling, -2_i16, 3_i16, (4_u128, 5_u128, 6_u128));
	assert_eq!(bytes, expected.encode());
}

#[test]
fn runtime_should_have_all_that_this_crate_asks_for() {
	compat::check(&metadata(), 1).unwrap();
}

#[test]
fn every_call_should_encode_for_the_runtime() {
	let (client, calls) = (client(), all_calls());
	for call in &calls {
		let bytes = client.tx().call_data(&Wire(call));
		assert!(bytes.is_ok(), "{call}: {:?}", bytes.err());
	}
	for (pallet, name, _) in compat::CALLS {
		let made = calls.iter().any(|call| call.pallet() == *pallet && call.name() == *name);
		assert!(made, "no function makes {pallet}.{name}");
	}
}

#[test]
fn every_reason_of_the_runtime_should_be_known_by_its_number() {
	let metadata = metadata();
	let id = type_id(&metadata, "reckon_primitives::reason::Reason");
	let numbers: Vec<u8> = match &metadata.types().resolve(id).unwrap().type_def {
		scale_info::TypeDef::Variant(variants) => {
			variants.variants.iter().map(|variant| variant.index).collect()
		},
		other => panic!("Reason is {other:?}"),
	};
	assert_eq!(numbers.len(), 42, "a new reason needs a sentence in explain()");
	for number in numbers {
		use codec::{Decode, Encode};
		let by_name = Reason::decode_as_type(&mut &[number][..], id, metadata.types()).unwrap();
		// The journal and the chain agree on what a number means.
		assert_eq!(Reason::decode(&mut &[number][..]).unwrap(), by_name);
		assert_eq!(by_name.encode(), [number]);
	}
}

#[test]
fn delivery_should_read_back_from_the_runtimes_own_encoding() {
	let metadata = metadata();
	let id = type_id(&metadata, "reckon_primitives::content::Content");
	for content in [Content::Inline(vec![5; 10]), Content::from(vec![5; 5_000])] {
		let bytes = content.encode_as_type(id, metadata.types()).unwrap();
		let back = Content::decode_as_type(&mut &bytes[..], id, metadata.types()).unwrap();
		assert_eq!(back, content);
	}
}

/// Reads as ours what the runtime would write, given by the names that the runtime has for it.
fn read<T: DecodeAsType>(path: &str, written: Value<()>) -> T {
	let metadata = metadata();
	let id = type_id(&metadata, path);
	let bytes = written.encode_as_type(id, metadata.types());
	let bytes = bytes.unwrap_or_else(|error| panic!("{path} has other fields: {error}"));
	T::decode_as_type(&mut &bytes[..], id, metadata.types())
		.unwrap_or_else(|error| panic!("{path} can't be read: {error}"))
}

fn number(value: u128) -> Value<()> {
	Value::u128(value)
}

fn bytes(byte: u8) -> Value<()> {
	Value::from_bytes([byte; 32])
}

fn name(variant: &str) -> Value<()> {
	Value::unnamed_variant(variant, [])
}

/// A part of a bond that is on its way back.
fn unbonding(amount: u128, until: u128) -> Value<()> {
	let part = Value::named_composite([("amount", number(amount)), ("until", number(until))]);
	Value::unnamed_variant("Some", [part])
}

#[test]
fn records_should_be_read_as_the_runtime_writes_them() {
	let provider: Provider = read(
		"pallet_providers::types::Provider",
		Value::named_composite([
			("worker", bytes(1)),
			("bond", number(2)),
			("unbonding", unbonding(14, 15)),
			("capacity", number(3)),
			("load", number(4)),
			("unpaid", number(13)),
			("offers", number(5)),
			("tickets", number(11)),
			("last_seen", number(12)),
			("delivered_at", number(0)),
			("misses", number(6)),
			("slashed_at", number(7)),
			("declined", number(8)),
			("declined_until", number(9)),
			("status", Value::named_variant("Leaving", [("until", number(10))])),
			("endpoint", Value::from_bytes(b"http://x")),
		]),
	);
	assert_eq!(provider.worker, account([1; 32]));
	let numbers = [provider.capacity, provider.load, provider.offers, provider.misses];
	assert_eq!((provider.bond, numbers), (2, [3, 4, 5, 6]));
	assert_eq!(provider.unbonding, Some(Unbonding { amount: 14, until: 15 }));
	let rests = (provider.slashed_at, provider.declined, provider.declined_until);
	assert_eq!(rests, (7, 8, 9));
	assert_eq!((provider.tickets, provider.last_seen), (11, 12));
	assert_eq!(provider.status, ProviderStatus::Leaving { until: 10 });
	assert_eq!(provider.endpoint().as_deref(), Some("http://x"));

	let status = "pallet_models::types::Status";
	assert_eq!(read::<EntryStatus>(status, name("Active")), EntryStatus::Active);
	let deprecated = Value::named_variant("Deprecated", [("until", number(7))]);
	assert_eq!(read::<EntryStatus>(status, deprecated), EntryStatus::Deprecated { until: 7 });

	let ledger: Ledger = read(
		"pallet_jobs::types::Ledger",
		Value::named_composite([
			("deposited", number(6)),
			("paid", number(1)),
			("refunded", number(2)),
			("held", number(3)),
		]),
	);
	assert_eq!(ledger, Ledger { deposited: 6, paid: 1, refunded: 2, held: 3 });
}

#[test]
fn job_states_should_be_read_as_the_runtime_writes_them() {
	let path = "reckon_primitives::job::JobState";
	let open = [("reason", name("AwaitingDraw")), ("since", number(7))];
	let open: JobState = read(path, Value::named_variant("Open", open));
	assert_eq!(open, JobState::Open { reason: Reason::AwaitingDraw, since: 7 });

	let units = Value::named_composite([("input", number(3)), ("output", number(4))]);
	let output = Value::named_composite([("hash", bytes(5)), ("length", number(6))]);
	let delivery = Value::named_composite([
		("output", output),
		("commitment", name("None")),
		("units", units),
		("started_at", number(8)),
		("finished_at", number(9)),
	]);
	let delivered = [
		("provider", bytes(1)),
		("delivery", delivery),
		("charge", number(10)),
		("seed", bytes(11)),
		("assigned_at", number(12)),
	];
	let delivered: JobState = read(path, Value::named_variant("Delivered", delivered));
	let delivery = Delivery {
		output: ContentRef { hash: H256::repeat_byte(5), length: 6 },
		commitment: None,
		units: Units { input: 3, output: 4 },
		started_at: 8,
		finished_at: 9,
	};
	let provider = account([1; 32]);
	let seed = H256::repeat_byte(11);
	let expected = JobState::Delivered { provider, delivery, charge: 10, seed, assigned_at: 12 };
	assert_eq!(delivered, expected);
}

#[test]
fn inquiry_should_be_read_as_the_runtime_writes_it() {
	let read: Inquiry = read(
		"pallet_audits::types::Inquiry",
		Value::named_composite([
			("audit", bytes(1)),
			("round", number(2)),
			("phase", name("Opening")),
			("until", number(3)),
			("challenge", bytes(4)),
		]),
	);
	let (audit, challenge) = (H256::repeat_byte(1), H256::repeat_byte(4));
	let phase = AuditPhase::Opening;
	assert_eq!(read, Inquiry { audit, round: 2, phase, until: 3, challenge });
}

#[test]
fn comparison_should_be_read_as_the_runtime_writes_it() {
	let answer = || Value::named_composite([("hash", bytes(5)), ("length", number(6))]);
	let delivered =
		Value::named_variant("Delivered", [("answer", answer()), ("charge", number(7))]);
	let sibling =
		|job, progress| Value::named_composite([("job", bytes(job)), ("progress", progress)]);
	let verdict = Value::named_variant("Majority", [("answer", answer())]);
	let read: Comparison = read(
		"reckon_primitives::comparison::Comparison",
		Value::named_composite([
			("purpose", name("Dispute")),
			(
				"siblings",
				Value::unnamed_composite([sibling(1, delivered), sibling(2, name("Ended"))]),
			),
			("seed", Value::unnamed_variant("Some", [bytes(3)])),
			("providers", Value::unnamed_composite([bytes(4)])),
			("deadline", number(8)),
			("verdict", Value::unnamed_variant("Some", [verdict])),
			("remembered", number(2)),
		]),
	);
	let answer = ContentRef { hash: H256::repeat_byte(5), length: 6 };
	let sibling = |job, progress| Sibling { job: H256::repeat_byte(job), progress };
	let expected = Comparison {
		purpose: Purpose::Dispute,
		siblings: vec![
			sibling(1, Progress::Delivered { answer, charge: 7 }),
			sibling(2, Progress::Ended),
		],
		seed: Some(H256::repeat_byte(3)),
		providers: vec![account([4; 32])],
		deadline: 8,
		verdict: Some(Verdict::Majority { answer }),
		remembered: 2,
	};
	assert_eq!(read, expected);
}

/// An answer that is audited, as the runtime writes it and as it is read.
fn audited_answer() -> (Value<()>, AuditSubject) {
	let written = Value::named_composite([
		("client", bytes(1)),
		("provider", bytes(2)),
		("gateway", Value::unnamed_variant("Some", [bytes(8)])),
		("subnet", number(0)),
		("model", bytes(3)),
		("commitment", bytes(4)),
		("output", bytes(5)),
		("charge", number(6)),
		("at_stake", number(7)),
	]);
	let read = AuditedAnswer {
		client: account([1; 32]),
		provider: account([2; 32]),
		gateway: Some(account([8; 32])),
		subnet: 0,
		model: H256::repeat_byte(3),
		commitment: H256::repeat_byte(4),
		output: H256::repeat_byte(5),
		charge: 6,
		at_stake: 7,
	};
	(Value::unnamed_variant("Answer", [written]), AuditSubject::Answer(read))
}

/// A batch that is audited, as the runtime writes it and as it is read.
fn audited_batch() -> (Value<()>, AuditSubject) {
	let written = Value::named_composite([
		("gateway", bytes(2)),
		("subnet", number(1)),
		("receipts", number(3)),
		("charge", number(4)),
	]);
	let read = AuditedBatch { gateway: account([2; 32]), subnet: 1, receipts: 3, charge: 4 };
	(Value::unnamed_variant("Batch", [written]), AuditSubject::Batch(read))
}

/// A fingerprint with one number in it, as the runtime writes it and as it is read.
fn fingerprint() -> (Value<()>, Fingerprint) {
	let mut numbers = [[0; 16]; 8];
	numbers[3][5] = -7;
	let row = |row: [i16; 16]| Value::unnamed_composite(row.map(|it| Value::i128(it.into())));
	let rows = Value::unnamed_composite(numbers.map(row));
	(Value::unnamed_composite([rows]), Fingerprint(numbers))
}

/// What a worker has opened, as the runtime writes it and as it is read.
fn opened_rows() -> (Value<()>, Option<OpenedRows>) {
	let (written, fingerprint) = fingerprint();
	let written = Value::named_composite([("root", bytes(6)), ("fingerprint", written)]);
	let root = H256::repeat_byte(6);
	(Value::unnamed_variant("Some", [written]), Some(OpenedRows { root, fingerprint }))
}

#[test]
fn audit_should_be_read_as_the_runtime_writes_it() {
	let ballot = Value::unnamed_variant("Committed", [bytes(5)]);
	let seat = |auditor, ballot| {
		Value::named_composite([
			("auditor", bytes(auditor)),
			("key", bytes(9)),
			("ballot", ballot),
			("beyond", Value::bool(false)),
		])
	};
	let (subject, expected_subject) = audited_answer();
	let (opened, expected_opened) = opened_rows();
	let opinion = Value::named_composite([
		("auditor", bytes(3)),
		("era", number(4)),
		("grade", name("Doubtful")),
		("rows", name("Unproven")),
		("dissents", Value::bool(false)),
	]);
	let audit = Value::named_composite([
		("subject", subject),
		("cause", name("Requested")),
		("rate", number(20_000)),
		("fee", number(7)),
		("phase", name("Committing")),
		("due", number(8)),
		("round", number(1)),
		("instance", name("Last")),
		("era", number(3)),
		("retries", number(2)),
		("size", number(9)),
		("quorum", number(6)),
		("challenge", bytes(7)),
		("opened", opened),
		("first", Value::unnamed_variant("None", [])),
		("seats", Value::unnamed_composite([seat(1, ballot), seat(2, name("Awaited"))])),
		("otherwise", name("Doubtful")),
		("earlier", Value::unnamed_composite([Value::unnamed_composite([opinion])])),
	]);
	let audit = Value::unnamed_variant("Some", [audit]);
	let read: Audit = ask::<Option<_>>("Audits", "audit", audit).unwrap().unwrap();
	let seat = |auditor, ballot| Seat { auditor: account([auditor; 32]), key: [9; 32], ballot };
	let auditor = account([3; 32]);
	let expected = Audit {
		subject: expected_subject,
		cause: Cause::Requested,
		rate: 20_000,
		fee: 7,
		phase: AuditPhase::Committing,
		due: 8,
		round: 1,
		instance: AuditInstance::Last,
		retries: 2,
		quorum: 6,
		challenge: H256::repeat_byte(7),
		opened: expected_opened,
		seats: vec![seat(1, Ballot::Committed(H256::repeat_byte(5))), seat(2, Ballot::Awaited)],
		earlier: vec![vec![Opinion {
			auditor,
			era: 4,
			grade: Grade::Doubtful,
			rows: RowsSeen::Unproven,
		}]],
	};
	assert_eq!(read, expected);
	assert_eq!(read.votes(), 1);
}

#[test]
fn opened_votes_and_their_grades_should_be_read_as_the_runtime_writes_them() {
	let (written, fingerprint) = fingerprint();
	let statistics = Value::named_composite([
		("tokens", number(1)),
		("mismatches", number(2)),
		("worst_margin", number(3)),
		("mean_margin", number(4)),
		("cross_entropy", number(5)),
	]);
	let expected =
		Statistics { tokens: 1, mismatches: 2, worst_margin: 3, mean_margin: 4, cross_entropy: 5 };
	let fault = |fault| Value::unnamed_variant("Refuted", [fault]);
	let batch =
		|rejection| Value::named_variant("Batch", [("rejection", rejection), ("digest", bytes(6))]);
	let some = |rejection| Value::unnamed_variant("Some", [name(rejection)]);
	let digest = H256::repeat_byte(6);
	let mut votes = vec![
		(
			Value::named_variant(
				"Replayed",
				[("fingerprint", written), ("statistics", statistics)],
			),
			Vote::Replayed { fingerprint, statistics: expected },
		),
		(Value::named_variant("Output", [("hash", bytes(6))]), Vote::Output { hash: digest }),
		(batch(name("None")), Vote::Batch { rejection: None, digest }),
		(
			batch(some("Unavailable")),
			Vote::Batch { rejection: Some(Rejection::Unavailable), digest },
		),
	];
	for (written, expected) in [
		("Empty", EndingFault::Empty),
		("TooLong", EndingFault::TooLong),
		("BrokenOff", EndingFault::BrokenOff),
		("WentOn", EndingFault::WentOn),
	] {
		let written = Value::unnamed_variant("Ending", [name(written)]);
		votes.push((fault(written), Vote::Refuted(Fault::Ending(expected))));
	}
	for (written, expected) in [
		(
			Value::named_variant("UnknownToken", [("position", number(7))]),
			Fault::UnknownToken { position: 7 },
		),
		(name("Text"), Fault::Text),
		(name("Units"), Fault::Units),
		(name("Shape"), Fault::Shape),
		(Value::named_variant("Vector", [("index", number(8))]), Fault::Vector { index: 8 }),
		(name("Bytes"), Fault::Bytes),
		(name("Task"), Fault::Task),
	] {
		votes.push((fault(written), Vote::Refuted(expected)));
	}
	let auditor = account([1; 32]);
	for (vote, expected) in votes {
		for (rows, seen) in [("Proven", RowsSeen::Proven), ("Unproven", RowsSeen::Unproven)] {
			let said = Value::named_composite([("vote", vote.clone()), ("rows", name(rows))]);
			let said = Value::unnamed_composite([Value::unnamed_composite([bytes(1), said])]);
			let read: Vec<(AccountId, Statement)> = ask("Audits", "statements", said).unwrap();
			assert_eq!(read, [(auditor, Statement { vote: expected, rows: seen })]);
		}
	}

	for (written, expected) in
		[("Same", Grade::Same), ("Doubtful", Grade::Doubtful), ("Different", Grade::Different)]
	{
		let grade = Value::unnamed_composite([bytes(1), name(written)]);
		let grades: Vec<(AccountId, Grade)> =
			ask("Audits", "grades", Value::unnamed_composite([grade])).unwrap();
		assert_eq!(grades, [(auditor, expected)]);
	}
}

#[test]
fn votes_and_faults_of_the_runtime_should_all_be_known() {
	let metadata = metadata();
	for (path, known) in [
		("reckon_verification::verdict::Vote", 4),
		("reckon_verification::verdict::Fault", 8),
		("reckon_verification::ending::EndingFault", 4),
		("reckon_verification::verdict::Grade", 3),
		("pallet_audits::types::RowsSeen", 2),
		("reckon_support::audits::Subject", 2),
	] {
		let id = type_id(&metadata, path);
		let scale_info::TypeDef::Variant(all) = &metadata.types().resolve(id).unwrap().type_def
		else {
			panic!("{path} has variants");
		};
		assert_eq!(all.variants.len(), known, "a new variant of {path} needs words");
	}
}

#[test]
fn seats_and_conduct_should_be_read_as_the_runtime_writes_them() {
	for (subject, expected) in [audited_answer(), audited_batch()] {
		let (opened, expected_opened) = opened_rows();
		let duty = Value::named_composite([
			("audit", bytes(1)),
			("subject", subject),
			("round", number(2)),
			("phase", name("Revealing")),
			("ballot", name("Revealed")),
			("until", number(3)),
			("challenge", bytes(4)),
			("opened", opened),
		]);
		let read: Vec<AuditDuty> =
			ask("Audits", "seats_of", Value::unnamed_composite([duty])).unwrap();
		let expected = AuditDuty {
			audit: H256::repeat_byte(1),
			subject: expected,
			round: 2,
			phase: AuditPhase::Revealing,
			ballot: Ballot::Revealed,
			until: 3,
			challenge: H256::repeat_byte(4),
			opened: expected_opened,
		};
		assert_eq!(read, [expected]);
	}

	let offences = |first| {
		Value::named_composite([
			("silences", number(first)),
			("lies", number(first + 1)),
			("outvoted", Value::bool(true)),
		])
	};
	let conduct = Value::named_composite([
		("open", number(1)),
		("missed", number(2)),
		("era", number(3)),
		("declined", number(4)),
		("barred", Value::bool(true)),
		("now", offences(5)),
		("before", offences(7)),
	]);
	let expected = Conduct {
		open: 1,
		missed: 2,
		era: 3,
		declined: 4,
		barred: true,
		now: Offences { silences: 5, lies: 6, outvoted: true },
		before: Offences { silences: 7, lies: 8, outvoted: true },
	};
	assert_eq!(ask::<Conduct>("Audits", "conduct", conduct), Ok(expected));
	assert_eq!(ask::<u32>("Audits", "audit_rate", number(20_000)), Ok(20_000));
	assert_eq!(ask::<Balance>("Audits", "audit_fee", number(5)), Ok(5));
}

#[test]
fn audit_rate_should_be_asked_with_the_bytes_of_its_arguments() {
	use codec::Encode;
	let metadata = metadata();
	let args = (7_u32, account([3; 32]), 9_u128);
	let request = view_request(&metadata, "Audits", "audit_rate", args).unwrap();
	let arguments = (7_u32, [3_u8; 32], 9_u128).encode();
	assert!(request.ends_with(&arguments.encode()), "{request:?}");
}

#[test]
fn session_keys_should_be_refused_when_they_are_not_of_this_runtime() {
	let client = client();
	for length in [0, 95, 97] {
		let call = calls::set_keys(SessionKeys::from_bytes(vec![1; length]), Vec::new());
		let error = client.tx().call_data(&Wire(&call)).unwrap_err();
		assert!(format!("{error:?}").contains("no session keys"), "{length}: {error:?}");
	}
	// The bytes as the node gave them, then the proof with its length.
	let data = client.tx().call_data(&Wire(&calls::set_keys(keys(), vec![7, 8]))).unwrap();
	assert_eq!(data[2..98], *keys().as_bytes());
	assert_eq!(data[98..], [2 << 2, 7, 8]);
}

#[test]
fn calls_in_a_batch_should_be_written_as_they_are_alone() {
	let client = client();
	let data = |call: &calls::Call| client.tx().call_data(&Wire(call)).unwrap();
	let parts = [calls::set_keys(keys(), vec![7]), calls::join(5, 50_000), calls::chill()];
	let batch = data(&calls::batch_all(parts.to_vec()));
	let alone = parts.iter().flat_map(data).collect::<Vec<_>>();
	assert_eq!(batch[2], 3 << 2, "so many calls");
	assert_eq!(batch[3..], alone);
}

#[test]
fn models_of_a_subnet_should_be_written_in_the_order_in_which_the_runtime_has_them() {
	let metadata = metadata();
	let path = "reckon_support::subnets::SubnetParameters";
	let id = type_id(&metadata, path);
	let models = [H256::repeat_byte(9), H256::repeat_byte(1), H256::repeat_byte(9)];
	let rules = rules(Membership::Models(models.into()));
	let bytes = rules.encode_as_type(id, metadata.types()).unwrap();
	let listed = &bytes[bytes.len() - 65..];
	assert_eq!((listed[0], listed[1], listed[33]), (2 << 2, 1, 9));
	let back = SubnetParameters::decode_as_type(&mut &bytes[..], id, metadata.types()).unwrap();
	assert_eq!(back, rules);
}

/// What a view function takes, and what it makes of an answer given by the runtime's names.
fn ask<T: DecodeAsType>(pallet: &str, function: &str, written: Value<()>) -> Result<T, String> {
	use codec::Encode;
	let metadata = metadata();
	let view = metadata.pallet_by_name(pallet).unwrap().view_function_by_name(function).unwrap();
	let answer = written.encode_as_type(view.output_ty(), metadata.types());
	let answer = answer.unwrap_or_else(|error| panic!("{pallet}.{function}: {error}"));
	view_answer(&metadata, pallet, function, &Ok::<_, u8>(answer).encode())
}

#[test]
fn view_function_should_be_asked_by_its_id_and_the_bytes_of_its_arguments() {
	use codec::Encode;
	let metadata = metadata();
	let request =
		view_request(&metadata, "Rewards", "points", (7_u32, Duty::Validation, account([3; 32])));
	let rewards = metadata.pallet_by_name("Rewards").unwrap();
	let id = *rewards.view_function_by_name("points").unwrap().query_id();
	let arguments = (7_u32, 1_u8, [3_u8; 32]).encode();
	assert_eq!(request.unwrap(), (id, arguments).encode());

	let none = view_request(&metadata, "Rewards", "points", ()).unwrap_err();
	assert!(none.contains("other arguments"), "{none}");
	let unknown = view_request(&metadata, "Rewards", "riches", ()).unwrap_err();
	assert!(unknown.contains("no such view function"), "{unknown}");
}

#[test]
fn view_functions_answer_should_be_refused_when_it_is_an_error_or_too_long() {
	use codec::Encode;
	let metadata = metadata();
	let read = |bytes: Vec<u8>| {
		view_answer::<u32>(&metadata, "ValidatorStaking", "current_era", &bytes).unwrap_err()
	};
	// NotFound, with the id that was not found.
	let error = read([vec![1, 1], vec![5; 32]].concat());
	assert!(error.contains("does not execute it (error 1)"), "{error}");
	let error = read(Ok::<_, u8>((7_u32, 0_u8).encode()).encode());
	assert!(error.contains("1 bytes too many"), "{error}");
	read(Vec::new());
}

#[test]
fn stakes_should_be_read_as_the_runtime_writes_them() {
	let chilled = [("why", name("Absent")), ("until", number(6))];
	let record = Value::named_composite([
		("own", number(1)),
		("delegated", number(2)),
		("commission", number(3)),
		("raised_in", number(4)),
		("absent", number(5)),
		("status", Value::named_variant("Chilled", chilled)),
	]);
	let ranked = Value::unnamed_composite([Value::unnamed_composite([bytes(1), record])]);
	let candidates = ask::<Vec<(AccountId, Candidate)>>("ValidatorStaking", "candidates", ranked);
	let status = CandidateStatus::Chilled { why: ChillReason::Absent, until: 6 };
	let expected =
		Candidate { own: 1, delegated: 2, commission: 3, raised_in: 4, absent: 5, status };
	assert_eq!(candidates.unwrap(), [(account([1; 32]), expected)]);
	assert_eq!(expected.total(), 3);
	let nobody = ask::<Option<Candidate>>("ValidatorStaking", "candidate", name("None"));
	assert_eq!(nobody.unwrap(), None);

	let election = Value::named_composite([
		("era", number(1)),
		("made_in", number(2)),
		("made_at", number(3)),
		("serve_from", number(4)),
	]);
	let election: NextElection = ask("ValidatorStaking", "next_election", election).unwrap();
	assert_eq!(election, NextElection { era: 1, made_in: 2, made_at: 3, serve_from: 4 });

	let slash = Value::named_composite([
		("validator", bytes(1)),
		("era", number(2)),
		("fraction", number(3)),
		("due", number(4)),
		("reporter", Value::unnamed_variant("Some", [bytes(5)])),
		("done", number(6)),
	]);
	let slashes = Value::unnamed_composite([Value::unnamed_composite([number(9), slash])]);
	let slashes: Vec<(SlashId, Slash)> =
		ask("ValidatorStaking", "unapplied_slashes", slashes).unwrap();
	let (validator, reporter) = (account([1; 32]), Some(account([5; 32])));
	let expected = Slash { validator, era: 2, fraction: 3, due: 4, reporter, done: 6 };
	assert_eq!(slashes, [(9, expected)]);

	let backers =
		Value::unnamed_composite([Value::unnamed_composite([bytes(1), number(u128::MAX)])]);
	for function in ["backers_of", "delegations_of"] {
		let backers: Vec<(AccountId, Balance)> =
			ask("ValidatorStaking", function, backers.clone()).unwrap();
		assert_eq!(backers, [(account([1; 32]), u128::MAX)]);
	}
	let exposure = Value::named_composite([
		("own", number(1)),
		("commission", number(2)),
		("slashed", number(3)),
		("backers", backers),
	]);
	let exposure = Value::unnamed_variant("Some", [exposure]);
	let exposure: Option<Exposure> = ask("ValidatorStaking", "exposure", exposure).unwrap();
	let backers = vec![(account([1; 32]), u128::MAX)];
	assert_eq!(exposure, Some(Exposure { own: 1, commission: 2, backers }));
	let needed = ask::<Balance>("ValidatorStaking", "stake_to_be_elected", number(5));
	assert_eq!(needed, Ok(5));
}

#[test]
fn rewards_should_be_read_as_the_runtime_writes_them() {
	let pot = |first: u128| {
		Value::named_composite([
			("amount", number(first)),
			("points", number(first + 1)),
			("paid", number(first + 2)),
		])
	};
	let era = Value::named_composite([("work", pot(1)), ("validation", pot(4))]);
	let expected = Era {
		work: Pot { amount: 1, points: 2, paid: 3 },
		validation: Pot { amount: 4, points: 5, paid: 6 },
	};
	let running = Value::named_composite([
		("index", number(7)),
		("began_at", number(8)),
		("so_far", era.clone()),
	]);
	let running: RunningEra = ask("Rewards", "running_era", running).unwrap();
	assert_eq!(running, RunningEra { index: 7, began_at: 8, so_far: expected });
	let era = ask::<Option<Era>>("Rewards", "era", Value::unnamed_variant("Some", [era]));
	assert_eq!(era.unwrap(), Some(expected));

	for (state, expected) in [
		("Running", ClaimState::Running),
		("Unclaimed", ClaimState::Unclaimed),
		("Claimed", ClaimState::Claimed),
	] {
		let earned = Value::named_composite([
			("points", number(1)),
			("amount", number(2)),
			("state", name(state)),
		]);
		for function in ["earnings", "validator_earnings"] {
			let some = Value::unnamed_variant("Some", [earned.clone()]);
			let earnings: Option<Earnings> = ask("Rewards", function, some).unwrap();
			assert_eq!(earnings, Some(Earnings { points: 1, amount: 2, state: expected }));
		}
	}

	let earnings = Value::named_composite([
		("points", number(1)),
		("amount", number(2)),
		("state", name("Claimed")),
	]);
	let earned = Value::named_composite([
		("era", number(7)),
		("duty", name("Validation")),
		("earnings", earnings),
	]);
	let history = Value::unnamed_composite([earned]);
	let history: Vec<EraEarnings> = ask("Rewards", "history", history).unwrap();
	let earnings = Earnings { points: 1, amount: 2, state: ClaimState::Claimed };
	assert_eq!(history, [EraEarnings { era: 7, duty: Duty::Validation, earnings }]);

	let reward =
		Value::named_composite([("era", number(1)), ("duty", name("Work")), ("amount", number(2))]);
	let answer = Value::unnamed_composite([number(2), Value::unnamed_composite([reward])]);
	let unclaimed: (Balance, Vec<UnclaimedReward>) = ask("Rewards", "unclaimed", answer).unwrap();
	assert_eq!(unclaimed, (2, vec![UnclaimedReward { era: 1, duty: Duty::Work, amount: 2 }]));
}

#[test]
fn standings_subnets_and_gateways_should_be_read_as_the_runtime_writes_them() {
	let standing = Value::named_composite([
		("score", number(600_000)),
		("good", number(2)),
		("bad", number(3)),
		("touched", number(4)),
	]);
	let standing = Value::unnamed_variant("Some", [standing]);
	let standing: Option<Standing> = ask("Reputation", "standing", standing).unwrap();
	assert_eq!(standing, Some(Standing { score: 600_000, good: 2, bad: 3, touched: 4 }));
	assert_eq!(ask::<u32>("Reputation", "score", number(500_000)).unwrap(), 500_000);
	assert_eq!(ask::<Balance>("Reputation", "average_value", number(5)).unwrap(), 5);

	let parameters = || {
		Value::named_composite([
			("treasury_share", number(1)),
			("gateway_share", number(2)),
			("auditor_share", number(3)),
			("committee", number(5)),
			("quorum", number(4)),
			("audit_rate_min", number(6)),
			("audit_rate_max", number(7)),
			("min_provider_bond", number(8)),
			("min_gateway_bond", number(9)),
			("dispute_window_blocks", number(10)),
			("membership", name("Open")),
		])
	};
	let change =
		Value::named_composite([("parameters", parameters()), ("effective_at", number(12))]);
	let subnet = Value::named_composite([
		("id", number(1)),
		("owner", Value::unnamed_variant("Some", [bytes(1)])),
		("heir", Value::unnamed_variant("Some", [bytes(2)])),
		("name", Value::from_bytes(b"test")),
		("parameters", parameters()),
		("change", Value::unnamed_variant("Some", [change])),
		("status", Value::named_variant("Retiring", [("until", number(13))])),
	]);
	let subnets: Vec<Subnet> =
		ask("Subnets", "subnets", Value::unnamed_composite([subnet])).unwrap();
	let parameters = rules(Membership::Open);
	let expected = Subnet {
		id: 1,
		owner: Some(account([1; 32])),
		heir: Some(account([2; 32])),
		name: b"test".to_vec(),
		parameters: parameters.clone(),
		change: Some(SubnetChange { parameters, effective_at: 12 }),
		status: SubnetStatus::Retiring { until: 13 },
	};
	assert_eq!(subnets, [expected]);

	let gateway = Value::named_composite([
		("subnet", number(1)),
		("bond", number(2)),
		("unbonding", unbonding(4, 5)),
		("endpoint", Value::from_bytes(b"http://x")),
		("status", Value::named_variant("Leaving", [("until", number(3))])),
	]);
	let gateway = Value::unnamed_variant("Some", [gateway]);
	let gateway: Gateway = ask::<Option<_>>("Subnets", "gateway", gateway).unwrap().unwrap();
	assert_eq!((gateway.subnet, gateway.bond), (1, 2));
	assert_eq!(gateway.unbonding, Some(Unbonding { amount: 4, until: 5 }));
	assert_eq!(gateway.endpoint(), "http://x");
	assert_eq!(gateway.status, GatewayStatus::Leaving { until: 3 });
}

#[test]
fn channels_and_batches_should_be_read_as_the_runtime_writes_them() {
	let amounts = |amounts: [u128; 2]| Value::unnamed_composite(amounts.map(number));
	let channel = Value::named_composite([
		("client", bytes(1)),
		("gateway", bytes(2)),
		("session_key", bytes(3)),
		("left", number(4)),
		("place", number(7)),
		("taken", amounts([5, 6])),
		("closes_at", Value::unnamed_variant("Some", [number(7)])),
	]);
	let expected = Channel {
		client: account([1; 32]),
		gateway: account([2; 32]),
		session_key: [3; 32],
		left: 4,
		place: 7,
		taken: vec![5, 6],
		closes_at: Some(7),
	};
	let some = Value::unnamed_variant("Some", [channel.clone()]);
	let json = serde_json::to_value(&expected).unwrap();
	assert_eq!(json["session_key"], account([3; 32]).to_string());
	assert_eq!(serde_json::from_value::<Channel>(json).unwrap(), expected);
	assert_eq!(
		ask::<Option<Channel>>("Channels", "channel", some).unwrap(),
		Some(expected.clone())
	);
	let listed = Value::unnamed_composite([Value::unnamed_composite([bytes(9), channel])]);
	for function in ["channels_of", "channels_to"] {
		let channels: Vec<(ChannelId, Channel)> =
			ask("Channels", function, listed.clone()).unwrap();
		assert_eq!(channels, [(H256::repeat_byte(9), expected.clone())]);
	}

	let root =
		|| Value::named_composite([("hash", bytes(1)), ("count", number(2)), ("sum", number(3))]);
	let expected_root = Root { hash: H256::repeat_byte(1), count: 2, sum: 3 };
	let samples = || {
		Value::named_composite([
			("seed", Value::unnamed_variant("Some", [bytes(6)])),
			("until", number(12)),
			("committed_at", number(13)),
			("looked_at", number(0)),
			("requested", number(1)),
		])
	};
	let expected_samples = Samples { seed: Some(H256::repeat_byte(6)), until: 12 };
	let batch = |state| {
		Value::named_composite([
			("gateway", bytes(2)),
			("subnet", number(1)),
			("root", root()),
			("receipts", number(4)),
			("leaves", Value::named_composite([("hash", bytes(5)), ("length", number(6))])),
			("escrow", number(7)),
			("for_gateway", number(8)),
			("state", state),
			("due", number(9)),
			("samples", Value::unnamed_variant("Some", [samples()])),
		])
	};
	for (written, state) in [
		(name("Waiting"), BatchState::Waiting),
		(name("Paying"), BatchState::Paying),
		(name("Settled"), BatchState::Settled),
		(
			Value::unnamed_variant("Returning", [name("Leaves")]),
			BatchState::Returning(Rejection::Leaves),
		),
		(
			Value::unnamed_variant("Rejected", [name("Charges")]),
			BatchState::Rejected(Rejection::Charges),
		),
	] {
		let some = Value::unnamed_variant("Some", [batch(written)]);
		let expected = Batch {
			gateway: account([2; 32]),
			subnet: 1,
			root: expected_root,
			receipts: 4,
			leaves: ContentRef { hash: H256::repeat_byte(5), length: 6 },
			escrow: 7,
			for_gateway: 8,
			state,
			due: 9,
			samples: Some(expected_samples),
		};
		assert_eq!(ask::<Option<Batch>>("Channels", "batch", some).unwrap(), Some(expected));
	}

	let total =
		Value::named_composite([("provider", bytes(4)), ("model", bytes(5)), ("receipts", root())]);
	let payout = Value::named_composite([
		("total", total),
		("struck", number(1)),
		("strikes", Value::unnamed_composite([number(7)])),
		("terms", Value::named_composite([("rate", number(20_000)), ("premium", number(3))])),
		("sample", Value::unnamed_variant("Audited", [bytes(11)])),
	]);
	let payouts = Value::unnamed_composite([Value::unnamed_composite([number(8), payout])]);
	let payouts: Vec<(u32, Payout)> = ask("Channels", "payouts", payouts).unwrap();
	let (provider, model) = (account([4; 32]), H256::repeat_byte(5));
	let total = Total { provider, model, receipts: expected_root };
	let (terms, sample) =
		(SampleTerms { rate: 20_000, premium: 3 }, Sample::Audited(H256::repeat_byte(11)));
	let expected = Payout { total, struck: 1, strikes: vec![7], terms, sample };
	assert_eq!(expected.amount(), 2);
	assert_eq!(payouts, [(8, expected)]);
}

#[test]
fn channel_should_be_opened_with_the_bytes_of_its_session_key() {
	let (who, key) = (account([1; 32]), account([2; 32]));
	let data = client().tx().call_data(&Wire(&calls::open_channel(who, 5, 8, key))).unwrap();
	let expected = [&[1; 32][..], &[5 << 2], &8_u32.to_le_bytes(), &[2; 32]].concat();
	assert_eq!(data[2..], expected);
}

#[test]
fn voucher_and_total_should_be_written_as_the_runtime_has_them() {
	use codec::Encode;
	let metadata = metadata();
	let written = |path: &str, value: &dyn Fn(u32) -> Vec<u8>| value(type_id(&metadata, path));
	let id = H256::repeat_byte(7);
	let voucher = Voucher { channel: id, lane: 8, cumulative: 9, request: id };
	let signed = SignedVoucher { voucher, signature: [3; 64] };
	let bytes = written("reckon_receipts::voucher::SignedVoucher", &|ty| {
		signed.encode_as_type(ty, metadata.types()).unwrap()
	});
	assert_eq!(bytes, [(id, 8_u16, 9_u128, id).encode(), vec![3; 64]].concat());

	let receipts = Root { hash: id, count: 2, sum: 3 };
	let total = Total { provider: account([1; 32]), model: id, receipts };
	let bytes = written("reckon_receipts::batch::Total", &|ty| {
		total.encode_as_type(ty, metadata.types()).unwrap()
	});
	assert_eq!(bytes, ([1_u8; 32], id, (id, 2_u32, 3_u128)).encode());
}

#[test]
fn events_of_channels_should_be_read_as_the_runtime_writes_them() {
	let path = "pallet_channels::pallet::Event";
	let (channel, client, gateway) = (H256::repeat_byte(1), account([2; 32]), account([3; 32]));
	let opened = Value::named_variant(
		"ChannelOpened",
		[
			("channel", bytes(1)),
			("client", bytes(2)),
			("gateway", bytes(3)),
			("deposit", number(4)),
			("lanes", number(5)),
		],
	);
	let expected = ChannelEvent::ChannelOpened { channel, client, gateway, deposit: 4, lanes: 5 };
	assert_eq!(read::<ChannelEvent>(path, opened), expected);

	let committed = Value::named_variant(
		"BatchCommitted",
		[
			("batch", bytes(1)),
			("gateway", bytes(3)),
			("root", bytes(4)),
			("receipts", number(5)),
			("charged", number(6)),
		],
	);
	let root = H256::repeat_byte(4);
	let expected =
		ChannelEvent::BatchCommitted { batch: channel, gateway, root, receipts: 5, charged: 6 };
	assert_eq!(read::<ChannelEvent>(path, committed), expected);

	let rejected =
		Value::named_variant("BatchRejected", [("batch", bytes(1)), ("why", name("Charges"))]);
	let expected = ChannelEvent::BatchRejected { batch: channel, why: Rejection::Charges };
	assert_eq!(read::<ChannelEvent>(path, rejected), expected);
}

#[test]
fn every_event_of_channels_should_be_known() {
	let metadata = metadata();
	let id = type_id(&metadata, "pallet_channels::pallet::Event");
	let scale_info::TypeDef::Variant(events) = &metadata.types().resolve(id).unwrap().type_def
	else {
		panic!("events are variants");
	};
	for event in &events.variants {
		// Of zeros alone, every field of every event can be made.
		let zeros = [vec![event.index], vec![0; 512]].concat();
		let read = ChannelEvent::decode_as_type(&mut &zeros[..], id, metadata.types());
		let known = read.unwrap_or_else(|error| panic!("{}: {error}", event.name));
		assert!(format!("{known:?}").starts_with(&event.name), "{known:?}");
	}
	assert_eq!(events.variants.len(), 21);
}

#[test]
fn entries_of_the_store_should_be_read_as_the_runtime_writes_them() {
	let found = Value::unnamed_variant("Some", [Value::unnamed_variant("DataSet", [bytes(3)])]);
	let entry: Option<EntryId> = ask("Models", "entry_by_name", found).unwrap();
	assert_eq!(entry, Some(EntryId::DataSet(H256::repeat_byte(3))));

	let listing = Value::named_composite([
		("owner", bytes(1)),
		("name", Value::from_bytes(b"words")),
		("status", Value::named_variant("Deprecated", [("until", number(7))])),
		("depositor", bytes(2)),
		("deposit", Value::unnamed_composite([number(5)])),
		("bytes", number(6)),
	]);
	let details = Value::named_composite([
		("content", bytes(3)),
		("bytes", number(4)),
		("records", number(5)),
		("description", name("None")),
		("location", Value::unnamed_variant("Some", [Value::from_bytes(b"ipfs://x")])),
		("licence", Value::from_bytes(b"CC0-1.0")),
	]);
	let record = Value::named_composite([("listing", listing), ("details", details)]);
	let record = Value::unnamed_variant("Some", [record]);
	let set: DataSet = ask::<Option<_>>("Models", "data_set", record).unwrap().unwrap();
	assert_eq!((set.listing.name(), set.listing.status.removed_at()), ("words".into(), Some(7)));
	assert_eq!((set.listing.owner, set.listing.depositor), (account([1; 32]), account([2; 32])));
	assert_eq!((set.details.bytes, set.details.records), (4, 5));
	assert_eq!(set.details.location, Some(b"ipfs://x".to_vec()));
}

#[test]
fn runtime_should_be_refused_when_something_is_missing() {
	// Any other chain's metadata would do; an empty one is at hand.
	let mut stripped = Metadata::decode_from(include_bytes!("../../metadata.scale")).unwrap();
	assert!(compat::check(&stripped, 2).is_ok());
	let error = {
		stripped = without_api();
		compat::check(&stripped, 2).unwrap_err().to_string()
	};
	assert!(error.contains("ReckonApi") && error.contains("upgrade this program"), "{error}");
}

fn without_api() -> Metadata {
	// Renamed inside the encoded metadata: the same length, another name.
	let mut bytes = include_bytes!("../../metadata.scale").to_vec();
	let name = b"ReckonApi";
	let places: Vec<usize> =
		bytes.windows(name.len()).enumerate().filter(|(_, w)| w == name).map(|(i, _)| i).collect();
	for place in places {
		bytes[place..place + name.len()].copy_from_slice(b"RecxxxApi");
	}
	Metadata::decode_from(&bytes).unwrap()
}

/// What the page names as `Pallet.function`, or as `.function` after another of the same pallet.
fn named(page: &str) -> BTreeSet<String> {
	let mut named = BTreeSet::new();
	for row in page.lines().filter(|line| line.starts_with('|')) {
		let on_chain = row.split('|').nth(2).unwrap_or_default();
		let mut pallet = "";
		for word in on_chain.split('`').skip(1).step_by(2) {
			let Some((before, function)) = word.split_once('.') else { continue };
			if !before.is_empty() {
				pallet = before;
			}
			named.insert(format!("{pallet}.{function}"));
		}
	}
	named
}

/// What of the runtime can be asked: our pallets' view functions, and our runtime API.
fn askable(metadata: &Metadata) -> BTreeSet<String> {
	// The Polkadot SDK's pallets that have view functions too. Any other is taken for ours.
	const NOT_OURS: [&str; 2] = ["Proxy", "MultiBlockMigrations"];
	let ours = metadata.pallets().filter(|pallet| !NOT_OURS.contains(&pallet.name()));
	let views = ours.flat_map(|pallet| {
		let views = pallet.view_functions();
		views.map(move |view| format!("{}.{}", pallet.name(), view.name())).collect::<Vec<_>>()
	});
	let api = metadata.runtime_api_trait_by_name("ReckonApi").unwrap();
	views.chain(api.methods().map(|method| format!("ReckonApi.{}", method.name()))).collect()
}

#[test]
fn all_that_can_be_asked_should_be_on_the_page_that_says_so() {
	let page = include_str!("../../../docs/what-you-can-ask.md");
	let (askable, named) = (askable(&metadata()), named(page));
	assert!(askable.len() > 60, "{askable:?}");
	let missing: Vec<_> = askable.difference(&named).collect();
	assert!(missing.is_empty(), "docs/what-you-can-ask.md does not name {missing:?}");

	// The page speaks of storage and constants too, and of nothing else.
	let metadata = metadata();
	let is_storage = |name: &str| {
		let (pallet, entry) = name.split_once('.').unwrap_or_default();
		let storage = metadata.pallet_by_name(pallet).and_then(|pallet| pallet.storage());
		storage.is_some_and(|storage| storage.entry_by_name(entry).is_some())
	};
	let unknown: Vec<_> = named.difference(&askable).filter(|name| !is_storage(name)).collect();
	assert!(unknown.is_empty(), "docs/what-you-can-ask.md names {unknown:?}, which are not there");
}

#[test]
fn page_should_be_read_with_its_shorthand_and_nothing_that_is_not_on_chain() {
	let page = "`Jobs.prose` | x\n| what | `Jobs.job`, `.why`; `no` storage `Models.Models` | `reckon.x` |";
	let names: Vec<_> = named(page).into_iter().collect();
	assert_eq!(names, ["Jobs.job", "Jobs.why", "Models.Models"]);
}
