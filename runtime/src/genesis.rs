//! The chain's first state, by name.

use crate::{
	adapters::{AuditPot, Treasury},
	configs::{DISPUTE_WINDOW, EXISTENTIAL_DEPOSIT},
	AccountId, BabeConfig, Balance, BalancesConfig, Channels, Rewards, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, SubnetsConfig, SudoConfig, ValidatorStakingConfig,
};
use alloc::{format, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use pallet_audits::AuditId;
use reckon_primitives::token::UNIT;
use reckon_support::SubnetParameters;
use serde_json::Value;
use sp_consensus_babe::{AllowedSlots, AuthorityId as BabeId, BabeEpochConfiguration};
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::{crypto::get_public_from_string_or_panic as public, sr25519};
use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring;
use sp_runtime::traits::IdentifyAccount;

/// A rehearsal of the real chain, without sudo. Its validators' keys derive from a phrase that
/// everybody knows: it protects nothing, and no money of worth belongs on it.
pub const STAGING_RUNTIME_PRESET: &str = "staging";

/// One slot in four has a primary author on average; the others have a secondary one, so that
/// each slot has a block.
pub const BABE_EPOCH: BabeEpochConfiguration =
	BabeEpochConfiguration { c: (1, 4), allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots };

/// What each of the well-known accounts has.
const ENDOWMENT: Balance = 1_000_000 * UNIT;

/// What each validator of genesis has at stake: a tenth of that.
const STAKE: Balance = 100_000 * UNIT;

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![
		PresetId::from(sp_genesis_builder::DEV_RUNTIME_PRESET),
		PresetId::from(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET),
		PresetId::from(STAGING_RUNTIME_PRESET),
	]
}

/// A preset as a patch to the default genesis, in JSON.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		sp_genesis_builder::DEV_RUNTIME_PRESET => with_well_known_accounts(&["Alice"]),
		sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET => {
			with_well_known_accounts(&["Alice", "Bob", "Charlie", "Dave"])
		},
		STAGING_RUNTIME_PRESET => staging(),
		_ => return None,
	};
	Some(serde_json::to_string(&patch).unwrap_or_default().into_bytes())
}

/// The well-known accounts have money, Alice has sudo, the named ones validate.
fn with_well_known_accounts(validators: &[&str]) -> Value {
	let validators = validators.iter().map(|name| Validator::from_path(name)).collect();
	let endowed = Sr25519Keyring::iter().map(|key| key.to_account_id()).collect();
	genesis(validators, endowed, Some(Sr25519Keyring::Alice.to_account_id()))
}

fn staging() -> Value {
	let validators: Vec<_> =
		(1..=4).map(|n| Validator::from_path(&format!("Staging//{n}"))).collect();
	let endowed = validators.iter().map(|v| v.account.clone()).collect();
	genesis(validators, endowed, None)
}

fn genesis(validators: Vec<Validator>, endowed: Vec<AccountId>, sudo: Option<AccountId>) -> Value {
	let mut balances: Vec<_> = endowed.into_iter().map(|who| (who, ENDOWMENT)).collect();
	// These exist, so that they can be paid the smallest share.
	balances.push((Treasury::account(), EXISTENTIAL_DEPOSIT));
	balances.push((Rewards::account(), EXISTENTIAL_DEPOSIT));
	balances.push((AuditPot::account(), EXISTENTIAL_DEPOSIT));
	balances.push((Channels::till(), EXISTENTIAL_DEPOSIT));
	let candidates = validators.iter().map(|v| (v.account.clone(), STAKE)).collect::<Vec<_>>();
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances },
		babe: BabeConfig { epoch_config: BABE_EPOCH },
		session: SessionConfig {
			keys: validators
				.into_iter()
				.map(|v| (v.account.clone(), v.account, v.keys))
				.collect::<Vec<_>>(),
		},
		validator_staking: ValidatorStakingConfig { candidates, validator_count: 0 },
		subnets: SubnetsConfig {
			parameters: SubnetParameters {
				dispute_window_blocks: DISPUTE_WINDOW,
				..Default::default()
			},
		},
		sudo: SudoConfig { key: sudo },
	})
}

struct Validator {
	account: AccountId,
	keys: SessionKeys,
}

impl Validator {
	/// A validator whose keys derive from the well-known phrase by `//path`.
	fn from_path(path: &str) -> Self {
		let account = sp_runtime::MultiSigner::from(public::<sr25519::Public>(path)).into_account();
		Self {
			account,
			keys: SessionKeys {
				babe: public::<BabeId>(path),
				grandpa: public::<GrandpaId>(path),
				audit: public::<AuditId>(path),
			},
		}
	}
}
