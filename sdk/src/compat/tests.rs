//! This crate's types against the committed metadata of the runtime.

use crate::{
	calls::{self, Wire},
	compat,
	types::*,
};
use subxt::{
	config::substrate::{SpecVersionForRange, SubstrateConfigBuilder},
	ext::scale_decode::DecodeAsType,
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
	assert_eq!(numbers.len(), 28, "a new reason needs a sentence in explain()");
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
	use subxt::ext::scale_encode::EncodeAsType;
	for content in [Content::Inline(vec![5; 10]), Content::from(vec![5; 5_000])] {
		let bytes = content.encode_as_type(id, metadata.types()).unwrap();
		let back = Content::decode_as_type(&mut &bytes[..], id, metadata.types()).unwrap();
		assert_eq!(back, content);
	}
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
