//! Puts the node together: database, consensus, network, RPC and off-chain workers.

use crate::{
	equivocations::{self, NoReports},
	rpc,
	verifier::{self, AuditorStorage, VerifierArgs},
};
use reckon_runtime::{opaque::Block, RuntimeApi};
use sc_client_api::Backend as _;
use sc_consensus::{BoxBlockImport, DefaultImportQueue, JustificationSyncLink};
use sc_consensus_babe::{BabeLink, BabeWorkerHandle, SlotProportion, SyncOracle};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaPruningFilter, LinkHalf, SharedVoterState, VotingRulesBuilder,
};
use sc_executor::{HeapAllocStrategy, WasmExecutor, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_network::{
	config::{FullNetworkConfiguration, NetworkBackendType},
	service::traits::NetworkService,
	Litep2pNetworkBackend, NetworkBackend, NetworkWorker,
};
use sc_rpc::SubscriptionTaskExecutor;
use sc_service::{
	BuildNetworkParams, Configuration, Error, PartialComponents, SpawnTasksParams, TaskManager,
	WarpSyncConfig,
};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_blockchain::HeaderBackend;
use sp_consensus_babe::{inherents::BabeCreateInherentDataProviders, SlotDuration};
use sp_core::offchain::OffchainStorage;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Block as BlockT;
use std::{
	path::{absolute, Path},
	sync::Arc,
	time::Duration,
};
use substrate_prometheus_endpoint::Registry;

/// The functions of the node that the runtime's WebAssembly may call.
#[cfg(not(feature = "runtime-benchmarks"))]
pub type HostFunctions = sp_io::SubstrateHostFunctions;
/// The functions of the node that the runtime's WebAssembly may call.
#[cfg(feature = "runtime-benchmarks")]
pub type HostFunctions =
	(sp_io::SubstrateHostFunctions, frame_benchmarking::benchmarking::HostFunctions);

/// Reads and imports blocks.
pub type Client = sc_service::TFullClient<Block, RuntimeApi, WasmExecutor<HostFunctions>>;
/// The database.
pub type Backend = sc_service::TFullBackend<Block>;
/// Blocks are built on the longest chain that contains the last finalised block.
pub type SelectChain = sc_consensus::LongestChain<Backend, Block>;
/// Transactions that wait for a block.
pub type Pool = TransactionPoolHandle<Block, Client>;
/// Enough of the node for the subcommands that work on the database.
pub type Partial =
	PartialComponents<Client, Backend, SelectChain, DefaultImportQueue<Block>, Pool, Consensus>;

type Hash = <Block as BlockT>::Hash;
type GrandpaLink = LinkHalf<Block, Client, SelectChain>;

/// What the running node needs of its consensus, beyond the import queue.
pub struct Consensus {
	/// Imports the blocks that this node authors: BABE's checks, then GRANDPA's.
	block_import: BoxBlockImport<Block>,
	babe_link: BabeLink<Block>,
	babe_worker: BabeWorkerHandle<Block>,
	grandpa_link: GrandpaLink,
	telemetry: Option<Telemetry>,
}

/// How often, in blocks, a justification is made and kept even when the authorities stay the same:
/// light clients and syncing nodes skip this far at a time. As on Polkadot.
const JUSTIFICATION_PERIOD: u32 = 512;

/// How long a GRANDPA message is expected to travel through the network. As in
/// Substrate's own node.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The part of a slot for making a block: 2 of 3 s, so that 1 s is left to send and import it.
const PROPOSAL_PORTION: f32 = 2.0 / 3.0;

/// Messages of the node that wait for the telemetry server before new ones are dropped.
const TELEMETRY_BUFFER: usize = 16;

/// What runs the runtime, as [`sc_service::new_wasm_executor`] makes it, but that it keeps what it has
/// compiled, in `cache`, or else in the base path: a runtime takes seconds to compile, and a node that
/// starts again has the same one.
///
/// # Errors
///
/// If there is no current directory that a relative path would start from.
fn new_executor(
	config: &Configuration,
	cache: Option<&Path>,
) -> Result<WasmExecutor<HostFunctions>, Error> {
	let cache = match cache {
		// wasmtime refuses relative ones.
		Some(cache) => absolute(cache)?,
		None => absolute(config.base_path.path().join("wasm"))?,
	};
	let config = &config.executor;
	let heap = match config.default_heap_pages {
		Some(pages) => {
			HeapAllocStrategy::Static { extra_pages: u32::try_from(pages).unwrap_or(u32::MAX) }
		},
		None => DEFAULT_HEAP_ALLOC_STRATEGY,
	};
	Ok(WasmExecutor::builder()
		.with_execution_method(config.wasm_method)
		.with_onchain_heap_alloc_strategy(heap)
		.with_offchain_heap_alloc_strategy(heap)
		.with_max_runtime_instances(config.max_runtime_instances)
		.with_runtime_cache_size(config.runtime_cache_size)
		.with_cache_path(cache)
		.build())
}

/// Opens the database and sets up consensus, without a network. Compiled runtimes are kept in
/// `wasm_cache`, or else in the base path.
///
/// # Errors
///
/// If the database, the keystore or the genesis block cannot be opened or made.
pub fn new_partial(config: &Configuration, wasm_cache: Option<&Path>) -> Result<Partial, Error> {
	let telemetry = new_telemetry(config)?;
	let telemetry_handle = telemetry.as_ref().map(|(_, telemetry)| telemetry.handle());

	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry_handle.clone(),
			new_executor(config, wasm_cache)?,
			// Warp sync needs the justifications of all changes of authorities, forever.
			vec![Arc::new(GrandpaPruningFilter)],
		)?;
	let client = Arc::new(client);
	let select_chain = SelectChain::new(backend.clone());
	let transaction_pool = Arc::new(new_pool(config, &task_manager, client.clone()));

	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import::<Backend, _, _, _>(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry_handle.clone(),
	)?;

	let babe_config = sc_consensus_babe::configuration::<Block, _>(&*client)?;
	let slot_duration = babe_config.slot_duration();
	let (block_import, babe_link) = sc_consensus_babe::block_import(
		babe_config,
		grandpa_import.clone(),
		client.clone(),
		inherents(slot_duration),
		select_chain.clone(),
		OffchainTransactionPoolFactory::new(NoReports),
	)?;

	let (import_queue, babe_worker) =
		sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
			link: babe_link.clone(),
			block_import: block_import.clone(),
			justification_import: Some(Box::new(grandpa_import)),
			client: client.clone(),
			slot_duration,
			spawner: &task_manager.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			telemetry: telemetry_handle,
		})?;

	Ok(Partial {
		client,
		backend,
		task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: Consensus {
			block_import: Box::new(block_import),
			babe_link,
			babe_worker,
			grandpa_link,
			telemetry,
		},
	})
}

/// Starts the node with the network stack that `config` names. As an auditor it asks `verifier`.
/// Compiled runtimes are kept in `wasm_cache`, or else in the base path.
///
/// # Errors
///
/// If a part of the node cannot start; the message says which.
pub fn new_full(
	config: Configuration,
	verifier: VerifierArgs,
	wasm_cache: Option<&Path>,
) -> Result<TaskManager, Error> {
	let partial = new_partial(&config, wasm_cache)?;
	match config.network.network_backend {
		NetworkBackendType::Litep2p => start::<Litep2pNetworkBackend>(config, partial, verifier),
		NetworkBackendType::Libp2p => {
			start::<NetworkWorker<Block, Hash>>(config, partial, verifier)
		},
	}
}

fn start<N: NetworkBackend<Block, Hash>>(
	config: Configuration,
	partial: Partial,
	verifier: VerifierArgs,
) -> Result<TaskManager, Error> {
	let Partial {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: Consensus { block_import, babe_link, babe_worker, grandpa_link, mut telemetry },
	} = partial;
	let keystore = keystore_container.keystore();
	let registry = config.prometheus_registry().cloned();
	let voter_state = SharedVoterState::empty();

	let metrics = N::register_notification_metrics(registry.as_ref());
	let mut net_config =
		FullNetworkConfiguration::<Block, Hash, N>::new(&config.network, registry.clone());
	let grandpa_protocol = sc_consensus_grandpa::protocol_standard_name(
		&client.info().genesis_hash,
		&config.chain_spec,
	);
	let (grandpa_peers, grandpa_notifications) =
		sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
			grandpa_protocol.clone(),
			metrics.clone(),
			net_config.peer_store_handle(),
		);
	net_config.add_notification_protocol(grandpa_peers);
	let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	));

	let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	if config.offchain_worker.enabled {
		let storage = backend.offchain_storage().map(AuditorStorage::new);
		start_offchain_workers(
			&task_manager,
			client.clone(),
			storage.clone(),
			keystore.clone(),
			transaction_pool.clone(),
			network.clone(),
			config.role.is_authority(),
		)?;
		if let Some(storage) = storage {
			let metrics = registry.as_ref().map(verifier::Metrics::register).transpose()?;
			task_manager.spawn_handle().spawn(
				"verifier-watch",
				Some("offchain-worker"),
				verifier::watch(verifier, storage, metrics, config.role.is_authority()),
			);
		}
	} else if config.role.is_authority() {
		log::warn!(
			"This validator runs no off-chain workers: it will not vote in audits, nor decline its seats in \
			 them, and it loses stake for seats that it leaves empty. Start it without `--offchain-worker never`."
		);
	}

	let rpc_deps = rpc::Deps {
		client: client.clone(),
		pool: transaction_pool.clone(),
		select_chain: select_chain.clone(),
		keystore: keystore.clone(),
		babe_worker,
		grandpa: grandpa_rpc_deps(&grandpa_link, backend.clone(), voter_state.clone()),
	};
	let role = config.role;
	let force_authoring = config.force_authoring;
	let voter_config = (!config.disable_grandpa).then(|| sc_consensus_grandpa::Config {
		gossip_duration: GOSSIP_DURATION,
		justification_generation_period: JUSTIFICATION_PERIOD,
		name: Some(config.network.node_name.clone()),
		observer_enabled: false,
		// Without keys it follows the votes and casts none.
		keystore: role.is_authority().then(|| keystore.clone()),
		local_role: role,
		telemetry: telemetry.as_ref().map(Telemetry::handle),
		protocol_name: grandpa_protocol,
	});

	let rpc_handlers = sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client: client.clone(),
		backend,
		task_manager: &mut task_manager,
		keystore: keystore.clone(),
		transaction_pool: transaction_pool.clone(),
		rpc_builder: Box::new(move |executor: SubscriptionTaskExecutor| {
			Ok(rpc::create(rpc_deps.clone(), executor)?)
		}),
		network: network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync_service.clone(),
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if role.is_authority() {
		let pool = OffchainTransactionPoolFactory::new(transaction_pool.clone());
		task_manager.spawn_handle().spawn(
			"equivocation-watch",
			Some("babe"),
			equivocations::watch(client.clone(), pool, keystore.clone()),
		);
		Authoring {
			client,
			pool: transaction_pool.clone(),
			select_chain,
			keystore,
			block_import,
			babe_link,
			force: force_authoring,
			registry: registry.clone(),
			telemetry: telemetry.as_ref().map(Telemetry::handle),
		}
		.start(&task_manager, sync_service.clone())?;
	}

	if let Some(config) = voter_config {
		let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
			config,
			link: grandpa_link,
			network,
			sync: sync_service,
			notification_service: grandpa_notifications,
			voting_rule: VotingRulesBuilder::default().build(),
			prometheus_registry: registry,
			shared_voter_state: voter_state,
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	}

	if let Some(link) = rpc::explorer_link(rpc_handlers.listen_addresses()) {
		log::info!("🔭 Explorer: {link}");
	}
	Ok(task_manager)
}

fn start_offchain_workers(
	task_manager: &TaskManager,
	client: Arc<Client>,
	storage: Option<impl OffchainStorage + 'static>,
	keystore: KeystorePtr,
	pool: Arc<Pool>,
	network: Arc<dyn NetworkService>,
	is_validator: bool,
) -> Result<(), Error> {
	let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
		runtime_api_provider: client.clone(),
		keystore: Some(keystore),
		offchain_db: storage,
		transaction_pool: Some(OffchainTransactionPoolFactory::new(pool)),
		network_provider: Arc::new(network),
		is_validator,
		// An auditor's worker asks the verifier on loopback.
		enable_http_requests: true,
		custom_extensions: |_| Vec::new(),
	})?;

	task_manager.spawn_handle().spawn(
		"offchain-workers",
		Some("offchain-worker"),
		workers.run(client, task_manager.spawn_handle()),
	);
	Ok(())
}

fn grandpa_rpc_deps(
	link: &GrandpaLink,
	backend: Arc<Backend>,
	voter_state: SharedVoterState,
) -> rpc::GrandpaDeps {
	let authority_set = link.shared_authority_set().clone();

	rpc::GrandpaDeps {
		voter_state,
		authority_set: authority_set.clone(),
		justifications: link.justification_stream(),
		finality_proofs: FinalityProofProvider::new_for_service(backend, Some(authority_set)),
	}
}

/// What it takes to author blocks.
struct Authoring {
	client: Arc<Client>,
	pool: Arc<Pool>,
	select_chain: SelectChain,
	keystore: KeystorePtr,
	block_import: BoxBlockImport<Block>,
	babe_link: BabeLink<Block>,
	force: bool,
	registry: Option<Registry>,
	telemetry: Option<TelemetryHandle>,
}

impl Authoring {
	/// Authors a block in each slot that BABE gives to a key of this node, unless `sync` says that
	/// the node is behind.
	fn start<S>(self, task_manager: &TaskManager, sync: S) -> Result<(), Error>
	where
		S: SyncOracle + JustificationSyncLink<Block> + Clone + Send + Sync + 'static,
	{
		let proposer = sc_basic_authorship::ProposerFactory::new(
			task_manager.spawn_handle(),
			self.client.clone(),
			self.pool,
			self.registry.as_ref(),
			self.telemetry.clone(),
		);
		let slot_duration = self.babe_link.config().slot_duration();
		let babe = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
			keystore: self.keystore,
			client: self.client,
			select_chain: self.select_chain,
			env: proposer,
			block_import: self.block_import,
			sync_oracle: sync.clone(),
			justification_sync_link: sync,
			create_inherent_data_providers: inherents(slot_duration),
			force_authoring: self.force,
			// Blocks go on when finality stalls, as on Polkadot: clients' deadlines run in blocks.
			backoff_authoring_blocks: None::<()>,
			babe_link: self.babe_link,
			block_proposal_slot_portion: SlotProportion::new(PROPOSAL_PORTION),
			max_block_proposal_slot_portion: None,
			telemetry: self.telemetry,
		})?;

		task_manager.spawn_essential_handle().spawn_blocking(
			"babe-proposer",
			Some("block-authoring"),
			babe,
		);
		Ok(())
	}
}

/// The time and the slot, which every block carries.
fn inherents(slot_duration: SlotDuration) -> BabeCreateInherentDataProviders<Block> {
	Arc::new(move |_parent: Hash, _: ()| async move {
		let time = sp_timestamp::InherentDataProvider::from_system_time();
		let slot =
			sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
				*time,
				slot_duration,
			);

		Ok::<_, Box<dyn std::error::Error + Send + Sync>>((slot, time))
	})
}

fn new_pool(config: &Configuration, task_manager: &TaskManager, client: Arc<Client>) -> Pool {
	sc_transaction_pool::Builder::new(
		task_manager.spawn_essential_handle(),
		client,
		config.role.is_authority().into(),
	)
	.with_options(config.transaction_pool.clone())
	.with_prometheus(config.prometheus_registry())
	.build()
}

/// The telemetry worker and its first client, if `config` names servers to report to.
fn new_telemetry(
	config: &Configuration,
) -> Result<Option<(TelemetryWorker, Telemetry)>, sc_telemetry::Error> {
	let Some(endpoints) = config.telemetry_endpoints.clone().filter(|all| !all.is_empty()) else {
		return Ok(None);
	};
	let worker = TelemetryWorker::new(TELEMETRY_BUFFER)?;
	let telemetry = worker.handle().new_telemetry(endpoints);

	Ok(Some((worker, telemetry)))
}
