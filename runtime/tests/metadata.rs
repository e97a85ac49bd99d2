//! What wallets show of our pallets comes from the metadata: nothing may be undocumented.

use codec::Decode;
use frame_metadata::{v16, RuntimeMetadata, RuntimeMetadataPrefixed};
use scale_info::{form::PortableForm, PortableRegistry, TypeDef};

const OURS: [&str; 3] = ["Models", "Providers", "Jobs"];

fn metadata() -> v16::RuntimeMetadataV16 {
	let opaque = reckon_runtime::Runtime::metadata_at_version(16).expect("version 16 exists");
	let prefixed =
		RuntimeMetadataPrefixed::decode(&mut &opaque[..]).expect("the runtime's own metadata");
	match prefixed.1 {
		RuntimeMetadata::V16(metadata) => metadata,
		_ => unreachable!("version 16 was asked for"),
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
	let metadata = metadata();
	let types = &metadata.types;
	let mut missing = Vec::new();
	for pallet in metadata.pallets.iter().filter(|pallet| OURS.contains(&pallet.name.as_str())) {
		let mut note = |what: &str, names: Vec<String>| {
			missing.extend(names.into_iter().map(|name| format!("{} {what} {name}", pallet.name)));
		};
		let calls = pallet.calls.as_ref().expect("our pallets have calls");
		note("call", undocumented(types, calls.ty.id, false));
		let events = pallet.event.as_ref().expect("our pallets have events");
		note("event", undocumented(types, events.ty.id, true));
		let errors = pallet.error.as_ref().expect("our pallets have errors");
		note("error", undocumented(types, errors.ty.id, false));
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

/// The daemons and the CLI are compiled against this file; `make metadata` writes it.
#[test]
fn committed_metadata_should_be_the_runtimes_own() {
	let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk/metadata.scale");
	let own = reckon_runtime::Runtime::metadata_at_version(16).expect("version 16 exists");
	if std::env::var_os("RECKON_WRITE_METADATA").is_some() {
		std::fs::write(path, &own[..]).expect("the sdk's folder can be written");
	}
	let committed = std::fs::read(path).unwrap_or_default();
	assert!(committed == own[..], "sdk/metadata.scale is out of date; run `make metadata`");
}
