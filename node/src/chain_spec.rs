//! The chains that the node knows by name.
//!
//! Genesis states live in the runtime as presets; this file gives them a name, a type and the
//! properties that wallets read. The token's name, decimals and prefix come from the runtime.

use sc_service::{ChainType, GenericChainSpec, Properties};
use std::path::PathBuf;

/// A chain spec without extensions.
pub type ChainSpec = GenericChainSpec;

/// The chain that is meant when none is given.
pub const DEFAULT_CHAIN: &str = "local";

/// Part of the names of all network protocols, so that other Substrate chains are not dialled.
const PROTOCOL_ID: &str = "reckon";

const NO_WASM: &str =
	"this binary was built without the runtime (SKIP_WASM_BUILD was set), so it cannot make a \
	 genesis block. Build it again without SKIP_WASM_BUILD: `scripts/setup`, then `cargo build -p \
	 reckon-node`; or start from a file: `--chain <chain-spec.json>`";

/// A chain that the node can make from the runtime it carries.
struct Chain {
	/// What `--chain` takes; also the folder's name under `<base path>/chains/`.
	id: &'static str,
	/// The name shown by wallets and telemetry.
	name: &'static str,
	/// What tools may assume about it; see [`ChainType`].
	chain_type: ChainType,
	/// The runtime's genesis preset.
	preset: &'static str,
}

static CHAINS: [Chain; 3] = [
	Chain {
		id: "dev",
		name: "Reckon Development",
		chain_type: ChainType::Development,
		preset: sp_genesis_builder::DEV_RUNTIME_PRESET,
	},
	Chain {
		id: "local",
		name: "Reckon Local",
		chain_type: ChainType::Local,
		preset: sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET,
	},
	Chain { id: "staging", name: "Reckon Staging", chain_type: ChainType::Live, preset: "staging" },
];

/// The chain called `id`, with `code` as its genesis runtime; or else the chain spec in the file
/// `id`. An empty `id` means [`DEFAULT_CHAIN`].
///
/// # Errors
///
/// If `id` is neither a known chain nor a file, if the file is no chain spec, or if there is no
/// `code` for a known chain.
pub fn load(id: &str, code: Option<&[u8]>) -> Result<ChainSpec, String> {
	let id = if id.is_empty() { DEFAULT_CHAIN } else { id };

	if let Some(chain) = CHAINS.iter().find(|chain| chain.id == id) {
		return Ok(build(chain, code.ok_or(NO_WASM)?));
	}

	let path = PathBuf::from(id);
	if path.exists() {
		return ChainSpec::from_json_file(path);
	}

	let known = CHAINS.iter().map(|chain| chain.id).collect::<Vec<_>>().join(", ");
	Err(format!("unknown chain `{id}`: it is no file, and the chains known by name are: {known}"))
}

fn build(chain: &Chain, code: &[u8]) -> ChainSpec {
	ChainSpec::builder(code, None)
		.with_id(chain.id)
		.with_name(chain.name)
		.with_chain_type(chain.chain_type.clone())
		.with_protocol_id(PROTOCOL_ID)
		.with_properties(properties())
		.with_genesis_config_preset_name(chain.preset)
		.build()
}

/// What wallets need to show balances and addresses.
fn properties() -> Properties {
	[
		("tokenSymbol", reckon_runtime::TOKEN_SYMBOL.into()),
		("tokenDecimals", reckon_runtime::TOKEN_DECIMALS.into()),
		("ss58Format", reckon_runtime::SS58_PREFIX.into()),
	]
	.into_iter()
	.map(|(key, value)| (key.to_string(), value))
	.collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_genesis_builder::runtime_decl_for_genesis_builder::GenesisBuilder;

	// Nothing here runs the code, so the tests need no wasm.
	const CODE: Option<&[u8]> = Some(b"code");

	#[test]
	fn load_should_find_every_known_chain() {
		let types = ["dev", "local", "staging"].map(|id| {
			let spec: Box<dyn sc_service::ChainSpec> = Box::new(load(id, CODE).unwrap());
			assert_eq!(spec.id(), id);
			assert_eq!(spec.protocol_id(), Some("reckon"));
			spec.chain_type()
		});

		assert_eq!(types, [ChainType::Development, ChainType::Local, ChainType::Live]);
	}

	#[test]
	fn load_should_mean_the_default_chain_when_no_id_is_given() {
		assert_eq!(load("", CODE).unwrap().id(), DEFAULT_CHAIN);
	}

	#[test]
	fn load_should_name_the_known_chains_when_the_id_is_unknown() {
		let error = load("moon", CODE).err().unwrap();

		assert!(error.contains("`moon`"), "{error}");
		assert!(error.contains("dev, local, staging"), "{error}");
	}

	#[test]
	fn load_should_say_how_to_build_when_there_is_no_wasm() {
		let error = load("dev", None).err().unwrap();

		assert!(error.contains("cargo build -p reckon-node"), "{error}");
	}

	#[test]
	fn load_should_read_a_file_even_without_wasm() {
		let path = std::env::temp_dir().join(format!("reckon-spec-{}.json", std::process::id()));
		let spec = r#"{
			"name": "Mine", "id": "mine", "chainType": "Local", "bootNodes": [],
			"telemetryEndpoints": null, "protocolId": "reckon", "properties": null,
			"codeSubstitutes": {}, "genesis": { "raw": { "top": {}, "childrenDefault": {} } }
		}"#;
		std::fs::write(&path, spec).unwrap();

		let loaded = load(&path.display().to_string(), None);
		std::fs::remove_file(&path).unwrap();

		assert_eq!(loaded.unwrap().id(), "mine");
	}

	#[test]
	fn properties_should_tell_wallets_the_token() {
		let properties = load("dev", CODE).unwrap().properties();

		assert_eq!(properties["tokenSymbol"], "RKN");
		assert_eq!(properties["tokenDecimals"], 12);
		assert_eq!(properties["ss58Format"], 42);
	}

	#[test]
	fn runtime_should_have_every_chains_preset() {
		for chain in &CHAINS {
			let preset = Some(chain.preset.to_string());
			let found =
				<reckon_runtime::Runtime as GenesisBuilder<reckon_runtime::Block>>::get_preset(
					&preset,
				);

			assert!(found.is_some(), "the runtime has no preset `{}`", chain.preset);
		}
	}
}
