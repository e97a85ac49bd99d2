//! This crate's types against the committed metadata of the runtime.

use crate::{
	calls::{self, Wire},
	compat,
	types::*,
};
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
		name: b"reckon/test".to_vec(),
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		context: 256,
		licence: b"Apache-2.0".to_vec(),
		royalty: 20_000,
	};
	let blob = Content::from(vec![0; 5_000]);
	vec![
		calls::submit_job(JobRequest::new(id, TaskKind::Chat, Content::Inline(vec![1]), 5, 100)),
		calls::submit_job(JobRequest::new(id, TaskKind::Embed, blob, 5, 100)),
		calls::deliver(id, delivery),
		calls::decline(id, Reason::Busy),
		calls::cancel(id),
		calls::register(who, 5, 1, "http://localhost:9620"),
		calls::set_worker(who),
		calls::update(2, ""),
		calls::bond_extra(1),
		calls::offer(id, Price { base: 1, per_input: 2, per_output: 3 }),
		calls::withdraw_offer(id),
		calls::pause(),
		calls::resume(),
		calls::leave(),
		calls::register_model(id, details),
		calls::deprecate(id),
		calls::transfer_model(id, who),
		calls::transfer(who, 1),
	]
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
	assert_eq!(numbers.len(), 31, "a new reason needs a sentence in explain()");
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

#[test]
fn records_should_be_read_as_the_runtime_writes_them() {
	let provider: Provider = read(
		"pallet_providers::types::Provider",
		Value::named_composite([
			("worker", bytes(1)),
			("bond", number(2)),
			("capacity", number(3)),
			("load", number(4)),
			("offers", number(5)),
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
	let rests = (provider.slashed_at, provider.declined, provider.declined_until);
	assert_eq!(rests, (7, 8, 9));
	assert_eq!(provider.status, ProviderStatus::Leaving { until: 10 });
	assert_eq!(provider.endpoint().as_deref(), Some("http://x"));

	let status = "pallet_models::types::Status";
	assert_eq!(read::<ModelStatus>(status, name("Active")), ModelStatus::Active);
	let deprecated = Value::named_variant("Deprecated", [("until", number(7))]);
	assert_eq!(read::<ModelStatus>(status, deprecated), ModelStatus::Deprecated { until: 7 });

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
