//! What wallets show of our pallets comes from the metadata: nothing may be undocumented.

use codec::{Decode, Encode};
use frame_metadata::{v16, RuntimeMetadata, RuntimeMetadataPrefixed};
use scale_info::{form::PortableForm, PortableRegistry, TypeDef};

const OURS: [&str; 9] = [
	"Models",
	"Providers",
	"Jobs",
	"ValidatorStaking",
	"Reputation",
	"Rewards",
	"Subnets",
	"Audits",
	"Channels",
];
/// Nobody calls it, so nothing is refused.
const WITHOUT_CALLS: [&str; 1] = ["Reputation"];

fn own() -> v16::RuntimeMetadataV16 {
	let opaque = reckon_runtime::Runtime::metadata_at_version(16).expect("version 16 exists");
	decode(&opaque).expect("the runtime's own metadata")
}

fn decode(bytes: &[u8]) -> Option<v16::RuntimeMetadataV16> {
	match RuntimeMetadataPrefixed::decode(&mut &bytes[..]).ok()?.1 {
		RuntimeMetadata::V16(metadata) => Some(metadata),
		_ => None,
	}
}

/// The variants and fields of an enum that have no docs.
fn undocumented(types: &PortableRegistry, id: u32, fields_too: bool) -> Vec<String> {
	let Some(ty) = types.resolve(id) else { return vec!["a type that is not there".into()] };
	let TypeDef::Variant(all) = &ty.type_def else { return vec!["not an enum".into()] };
	let mut missing = Vec::new();
	for variant in &all.variants {
		if empty(&variant.docs) {
			missing.push(variant.name.clone());
		}
		for field in variant.fields.iter().filter(|_| fields_too) {
			if empty(&field.docs) {
				missing.push(format!(
					"{}.{}",
					variant.name,
					field.name.clone().unwrap_or_default()
				));
			}
		}
	}
	missing
}

fn empty(docs: &[<PortableForm as scale_info::form::Form>::String]) -> bool {
	docs.iter().all(|line| line.trim().is_empty())
}

#[test]
fn everything_of_our_pallets_should_be_documented() {
	let metadata = own();
	let types = &metadata.types;
	let mut missing = Vec::new();
	for pallet in metadata.pallets.iter().filter(|pallet| OURS.contains(&pallet.name.as_str())) {
		let mut note = |what: &str, names: Vec<String>| {
			missing.extend(names.into_iter().map(|name| format!("{} {what} {name}", pallet.name)));
		};
		if !WITHOUT_CALLS.contains(&pallet.name.as_str()) {
			let calls = pallet.calls.as_ref().expect("our pallets have calls");
			note("call", undocumented(types, calls.ty.id, false));
			let errors = pallet.error.as_ref().expect("our pallets have errors");
			note("error", undocumented(types, errors.ty.id, false));
		}
		let events = pallet.event.as_ref().expect("our pallets have events");
		note("event", undocumented(types, events.ty.id, true));
		let storage = pallet.storage.as_ref().expect("our pallets have storage");
		let entries = storage.entries.iter().filter(|entry| empty(&entry.docs));
		note("storage", entries.map(|entry| entry.name.clone()).collect());
		let constants = pallet.constants.iter().filter(|constant| empty(&constant.docs));
		note("constant", constants.map(|constant| constant.name.clone()).collect());
		let views = pallet.view_functions.iter().filter(|view| empty(&view.docs));
		note("view", views.map(|view| view.name.clone()).collect());
	}
	assert!(missing.is_empty(), "without docs: {missing:#?}");
	let found = metadata.pallets.iter().filter(|pallet| OURS.contains(&pallet.name.as_str()));
	assert_eq!(found.count(), OURS.len());
}

/// The SDK's tests hold its calls and types against this file; `make metadata` writes it. The values of
/// constants may differ: `fast-runtime` changes them, and nobody relies on values.
#[test]
fn committed_metadata_should_be_the_runtimes_own() {
	// Asked when the test runs: cargo takes a test for fresh that another clone of the repository has
	// left in a shared target directory.
	let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let committed =
		std::fs::read(here + "/../sdk/metadata.scale").expect("sdk/metadata.scale is there");
	let committed = decode(&committed).expect("sdk/metadata.scale is metadata of version 16");
	let same = without_values(committed) == without_values(own());
	assert!(same, "sdk/metadata.scale is out of date; run `make metadata`");
}

fn without_values(mut metadata: v16::RuntimeMetadataV16) -> Vec<u8> {
	for constant in metadata.pallets.iter_mut().flat_map(|pallet| &mut pallet.constants) {
		constant.value.clear();
	}
	metadata.encode()
}
