//! The tool box measures the state of a chain that is there. Ours measures before there is one: it makes
//! a state of many items, of the size that most of a chain's have.

use clap::Args;
use frame_benchmarking_cli::{OpaqueBlock, StorageCmd};
use sc_chain_spec::{ChainSpec, GenericChainSpec, GenesisBlockBuilder, NoExtension};
use sc_cli::{CliConfiguration, Result, SubstrateCli};
use sc_executor::WasmExecutor;
use sc_service::{new_db_backend, new_full_parts_with_genesis_builder, TFullBackend};
use sp_io::{hashing::blake2_256, SubstrateHostFunctions};
use sp_storage::{well_known_keys, Storage as State};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// Bytes of a key in a map hashed with `Blake2_128Concat`: two prefixes, the hash and an account.
const KEY_BYTES: usize = 16 + 16 + 16 + 32;
/// Bytes of an account's record.
const VALUE_BYTES: usize = 80;

/// Measures the storage of a state that is made for it.
#[derive(Args)]
pub struct Storage {
	/// The runtime's wasm; it only says which version of the state's format is in use.
	#[arg(long)]
	runtime: PathBuf,
	/// How many items the state has.
	#[arg(long, default_value_t = 1_000_000)]
	items: u32,
	#[command(flatten)]
	pub measure: StorageCmd,
}

impl Storage {
	/// Measures, and writes the result where the settings say.
	pub fn run(&self) -> Result<()> {
		let code = fs::read(&self.runtime)?;
		let runtime = tokio::runtime::Runtime::new()?;
		let tool = Tool { code: code.clone() };
		let config = self.measure.create_configuration(&tool, runtime.handle().clone())?;

		let executor = WasmExecutor::<SubstrateHostFunctions>::builder().build();
		let backend = new_db_backend::<OpaqueBlock>(config.db_config())?;
		let genesis =
			GenesisBlockBuilder::<OpaqueBlock, TFullBackend<OpaqueBlock>, _>::new_with_storage(
				self.state(code),
				true,
				backend.clone(),
				executor.clone(),
			)?;
		let (client, backend, _keystore, _tasks) =
			new_full_parts_with_genesis_builder::<OpaqueBlock, (), _, _>(
				&config, None, executor, backend, genesis, false,
			)?;

		let (db, storage) = (backend.expose_db(), backend.expose_storage());
		let cache = backend.expose_shared_trie_cache();
		self.measure.run::<OpaqueBlock, TFullBackend<OpaqueBlock>, _>(
			config,
			client.into(),
			db,
			storage,
			cache,
		)
	}

	fn state(&self, code: Vec<u8>) -> State {
		let item = |n: u32| {
			let stretch = |purpose: u8, bytes: usize| -> Vec<u8> {
				(0u8..)
					.flat_map(|part| blake2_256(&[&[purpose, part][..], &n.to_le_bytes()].concat()))
					.take(bytes)
					.collect()
			};
			// All in one map, as accounts are.
			let mut key = stretch(b'k', KEY_BYTES);
			key[..32].fill(b'r');
			(key, stretch(b'v', VALUE_BYTES))
		};
		let mut top: BTreeMap<_, _> = (0..self.items).map(item).collect();
		top.insert(well_known_keys::CODE.to_vec(), code);
		State { top, children_default: Default::default() }
	}
}

/// What the tool box wants to know of the program that it is in.
struct Tool {
	code: Vec<u8>,
}

impl SubstrateCli for Tool {
	fn impl_name() -> String {
		"reckon-bencher".into()
	}

	fn impl_version() -> String {
		env!("CARGO_PKG_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_NAME").into()
	}

	fn author() -> String {
		"The Reckon founders".into()
	}

	fn support_url() -> String {
		String::new()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, _: &str) -> std::result::Result<Box<dyn ChainSpec>, String> {
		let spec = GenericChainSpec::<NoExtension>::builder(&self.code, None)
			.with_name("measured")
			.with_id("measured")
			.build();
		Ok(Box::new(spec))
	}
}
