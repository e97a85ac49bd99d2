//! The presets, and what must be the same in more than one place.

use codec::Decode;
use reckon_primitives::token;
use reckon_runtime::{genesis, Runtime, RuntimeGenesisConfig, SessionKeys};
use sp_runtime::{traits::OpaqueKeys, BuildStorage};

fn built(name: &str) -> (sp_io::TestExternalities, serde_json::Value) {
	let patch = genesis::preset(&name.into()).expect("a known preset");
	let patch: serde_json::Value = serde_json::from_slice(&patch).expect("JSON");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	merge(&mut config, &patch);
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	(config.build_storage().expect("a state").into(), patch)
}

fn merge(to: &mut serde_json::Value, patch: &serde_json::Value) {
	match (to.as_object_mut(), patch.as_object()) {
		(Some(to), Some(patch)) => patch.iter().for_each(|(key, value)| {
			merge(to.entry(key).or_insert(serde_json::Value::Null), value);
		}),
		_ => *to = patch.clone(),
	}
}

#[test]
fn each_preset_should_build_with_validators_and_finality_when_named() {
	for (name, validators) in [("development", 1), ("local_testnet", 4), ("staging", 4)] {
		let (mut ext, _) = built(name);
		ext.execute_with(|| {
			assert_eq!(pallet_session::Validators::<Runtime>::get().len(), validators, "{name}");
			assert_eq!(pallet_babe::Authorities::<Runtime>::get().len(), validators);
			assert_eq!(reckon_runtime::Grandpa::grandpa_authorities().len(), validators);
		});
	}
}

#[test]
fn sudo_should_exist_in_development_and_local_alone() {
	for (name, has_sudo) in [("development", true), ("local_testnet", true), ("staging", false)] {
		let (mut ext, _) = built(name);
		ext.execute_with(|| {
			assert_eq!(pallet_sudo::Key::<Runtime>::get().is_some(), has_sudo, "{name}");
		});
	}
}

#[test]
fn preset_should_be_unknown_when_not_listed() {
	assert!(genesis::preset(&"moon".into()).is_none());
	assert_eq!(genesis::preset_names().len(), 3);
	assert!(genesis::preset_names().iter().all(|name| genesis::preset(name).is_some()));
}

#[test]
fn session_keys_should_hold_the_audit_key_from_genesis() {
	let kinds: Vec<_> = SessionKeys::key_ids().iter().map(|kind| kind.0).collect();
	assert_eq!(kinds, vec![*b"babe", *b"gran", *b"audt"]);
}

/// A chain that begins with another version than its code's would run migrations that it does not need,
/// or miss some that it needs.
#[test]
fn storage_should_have_the_codes_version_at_genesis() {
	use frame_support::traits::{GetStorageVersion, PalletsInfoAccess, StorageVersion};
	use reckon_runtime::{
		AllPalletsWithSystem, Audits, Channels, Jobs, Models, Providers, Reputation, Rewards,
		Subnets, ValidatorStaking,
	};

	/// On chain and in the code. Only of a pallet that says its version can this be made.
	fn versions<P>() -> (StorageVersion, StorageVersion)
	where
		P: GetStorageVersion<InCodeStorageVersion = StorageVersion>,
	{
		(P::on_chain_storage_version(), P::in_code_storage_version())
	}
	type Versions = fn() -> (StorageVersion, StorageVersion);

	let ours: [(&str, Versions); 9] = [
		("Audits", versions::<Audits>),
		("Channels", versions::<Channels>),
		("Jobs", versions::<Jobs>),
		("Models", versions::<Models>),
		("Providers", versions::<Providers>),
		("Reputation", versions::<Reputation>),
		("Rewards", versions::<Rewards>),
		("Subnets", versions::<Subnets>),
		("ValidatorStaking", versions::<ValidatorStaking>),
	];
	// Our pallets, and no others, have the workspace's version.
	let own = frame_support::crate_to_crate_version!();
	let all = AllPalletsWithSystem::infos().into_iter();
	let mut names: Vec<_> =
		all.filter(|pallet| pallet.crate_version == own).map(|pallet| pallet.name).collect();
	names.sort_unstable();
	assert_eq!(names, ours.map(|(name, _)| name), "a pallet is missing here");
	for preset in ["development", "local_testnet", "staging"] {
		built(preset).0.execute_with(|| {
			for (name, versions) in ours {
				let (on_chain, in_code) = versions();
				assert_eq!(on_chain, in_code, "{name} in {preset}");
				// 0 is what a chain says that nobody has told.
				assert!(in_code > 0, "{name}");
			}
		});
	}
}

#[test]
fn token_should_be_the_same_everywhere() {
	assert_eq!(reckon_runtime::TOKEN_SYMBOL, token::SYMBOL);
	assert_eq!(reckon_runtime::TOKEN_DECIMALS, token::DECIMALS);
	assert_eq!(token::UNIT, 10u128.pow(token::DECIMALS.into()));
	assert_eq!(
		<<Runtime as frame_system::Config>::SS58Prefix as frame_support::traits::Get<u16>>::get(),
		token::SS58_PREFIX
	);
}

#[test]
fn proxy_should_move_no_money_away_when_it_is_not_for_transfers() {
	use frame_support::traits::InstanceFilter;
	use reckon_runtime::{configs::ProxyType, RuntimeCall};

	let transfer = RuntimeCall::Models(pallet_models::Call::transfer {
		entry: reckon_primitives::EntryId::Model(Default::default()),
		to: sp_keyring::Sr25519Keyring::Bob.to_account_id(),
	});
	assert!(!ProxyType::NonTransfer.filter(&transfer));
	assert!(ProxyType::Any.filter(&transfer));
	let audit = pallet_audits::Call::request_audit { job: Default::default(), max_fee: 1 };
	let audit = RuntimeCall::Audits(audit);
	assert!(!ProxyType::NonTransfer.filter(&audit) && ProxyType::Jobs.filter(&audit));
	let zeros = [0; 4096];
	let audit = pallet_channels::Call::audit_receipt {
		batch: Default::default(),
		item: Decode::decode(&mut &zeros[..]).unwrap(),
		request: Decode::decode(&mut &zeros[..]).unwrap(),
		max_fee: 1,
	};
	let audit = RuntimeCall::Channels(audit);
	assert!(!ProxyType::NonTransfer.filter(&audit) && ProxyType::Jobs.filter(&audit));
	let top_up = pallet_channels::Call::top_up { channel: Default::default(), amount: 1 };
	let top_up = RuntimeCall::Channels(top_up);
	assert!(!ProxyType::NonTransfer.filter(&top_up) && ProxyType::Jobs.filter(&top_up));
	let close = pallet_channels::Call::request_close { channel: Default::default() };
	let close = RuntimeCall::Channels(close);
	assert!(ProxyType::NonTransfer.filter(&close) && ProxyType::Jobs.filter(&close));
	let pause = RuntimeCall::Providers(pallet_providers::Call::pause {});
	assert!(ProxyType::NonTransfer.filter(&pause) && ProxyType::Provider.filter(&pause));
	assert!(!ProxyType::Jobs.filter(&pause));
	// A proxy may make others that can do no more than itself: a job can pay anybody.
	assert!(!ProxyType::NonTransfer.is_superset(&ProxyType::Jobs));
	assert!(ProxyType::NonTransfer.is_superset(&ProxyType::Provider));
}

/// What a chain carries in each of its states, and what an upgrade sends through a block.
#[test]
fn released_runtime_should_be_smaller_than_its_limit_when_compressed() {
	const LIMIT: usize = 12 * 1024 * 1024 / 10;
	let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let path = std::path::Path::new(&here).join("../chain-specs/staging-raw.json");
	let spec = std::fs::read_to_string(path).expect("the chain spec is there");
	let spec: serde_json::Value = serde_json::from_str(&spec).expect("JSON");
	let code = &spec["genesis"]["raw"]["top"]["0x3a636f6465"];
	let digits = code.as_str().expect("it has code").len() - "0x".len();
	let bytes = digits / 2;
	assert!((LIMIT / 4..LIMIT).contains(&bytes), "{bytes} bytes");
}
