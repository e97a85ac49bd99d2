//! `reckon-gateway run`: puts the rooms and the doors together.

use crate::{
	api,
	batches::{self, Rhythm},
	bulk,
	clock::now_millis,
	complaints,
	config::Config,
	desk::Desk,
	gateway::Gateway,
	join::Joins,
	rooms::{Bounds, Identity, Rooms},
	samples,
	sdk_chain::{ours, subnet_of, SdkChain},
};
use anyhow::{bail, Context};
use reckon_gateway_protocol::{v1::workers_server::WorkersServer, MAX_MESSAGE_BYTES};
use reckon_gateway_store::{Room, Store, StoreError, SyncPolicy};
use reckon_sdk::{Signer, Submitter};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
	net::TcpListener,
	signal::unix::{signal, SignalKind},
	sync::watch,
};

/// How often the whole market is read.
const MARKET_EVERY: Duration = Duration::from_secs(30);
/// How often old requests are looked for.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// How long a database or chain that does not answer is asked at the start: machines start all at once.
const PATIENCE: Duration = Duration::from_secs(60);
const TRY_AGAIN: Duration = Duration::from_secs(2);
/// How long answers may go on after the gateway was asked to stop.
const DRAIN: Duration = Duration::from_secs(30);

/// Runs until it is asked to stop.
///
/// # Errors
/// When it can't start, with what helps; and when its store is lost to it: what is not on the disk is told to
/// nobody, and workers bring their answers again to the one that is started next.
pub async fn run(config: Config) -> anyhow::Result<()> {
	std::fs::create_dir_all(&config.data_dir)
		.with_context(|| format!("cannot make {}", config.data_dir.display()))?;
	let signer = Signer::from_file(&config.key_file)
		.with_context(|| "`reckon-gateway keys new` makes a key")?;
	let account = ours(&signer.account());
	let store = open(&config.store, config.store_sync.into()).await?;

	let chain = connect(&config.chain).await?;
	let genesis = chain.info().genesis;
	store.bind(genesis, &account.to_string()).await?;
	let subnet = match subnet_of(&chain, &account).await {
		Ok(subnet) => subnet,
		Err(why) => bail!("{why}"),
	};
	let identity = Identity { account, subnet, genesis };
	let submitter = Submitter::start(chain.clone(), signer.clone());
	let sdk = SdkChain::new(chain, submitter, identity.clone());
	let files = bulk::Bounds::default();
	let bounds = Bounds {
		queue: config.max_waiting,
		queue_for: Duration::from_secs(config.queue_seconds),
		answer_within: Duration::from_secs(config.answer_seconds),
		bulk: bulk::Bounds {
			file_bytes: config.max_file_mib << 20,
			room: Room {
				owner_bytes: config.max_files_mib << 20,
				all_bytes: config.all_files_mib << 20,
				..files.room
			},
			line_bytes: config.max_body_kib << 10,
			requests: config.max_file_requests,
			at_once: config.bulk_requests,
			keep: Duration::from_secs(config.keep_files_days.saturating_mul(86_400)),
			..files
		},
		..Bounds::default()
	};
	let rooms = Rooms::new(identity, bounds, store, Arc::new(sdk), signer);
	look(&rooms, true).await.context("cannot read the chain")?;
	rooms.take_up().await?;

	// Both doors are there before anything is said to be ready.
	let http = TcpListener::bind(config.listen).await;
	let http = http.with_context(|| format!("cannot listen at {}", config.listen))?;
	let grpc = TcpListener::bind(config.grpc_listen).await;
	let grpc = grpc.with_context(|| format!("cannot listen at {}", config.grpc_listen))?;
	let (stopping, stop) = watch::channel(false);

	tokio::spawn(follow(rooms.clone()));
	let every = Duration::from_secs(config.batch_seconds);
	tokio::spawn(batches::run(rooms.clone(), Rhythm::new(every, config.batch_receipts)));
	tokio::spawn(complaints::run(rooms.clone()));
	tokio::spawn(samples::run(rooms.clone()));
	tokio::spawn(prune(rooms.clone(), config.keep_days));

	let gateway = Gateway::new(rooms.clone());
	let bulks = tokio::spawn(bulk::run(gateway.clone(), stop.clone()));
	let desk: Arc<dyn Desk> = Arc::new(gateway);
	let limits = api::Limits {
		max_body_bytes: config.max_body_kib << 10,
		max_requests: config.max_requests,
		trusted_proxies: config.trusted_proxies.into(),
		..api::Limits::default()
	};
	tracing::info!(
		gateway = %rooms.identity.account,
		subnet,
		http = %http.local_addr()?,
		grpc = %grpc.local_addr()?,
		"gateway is open"
	);
	let door = tokio::spawn(api::serve(http, desk.clone(), limits.clone(), stopped(stop.clone())));
	let workers = WorkersServer::new(Joins::new(rooms.clone()))
		.max_decoding_message_size(MAX_MESSAGE_BYTES)
		.max_encoding_message_size(MAX_MESSAGE_BYTES);
	let services =
		tonic::service::Routes::new(workers).add_service(api::rpc::server(desk, limits.clone()));
	let services = api::rpc::bounded(services.into_axum_router(), limits.clone());
	let services = tokio::spawn(api::serve_router(grpc, services, limits, stopped(stop)));

	tokio::select! {
		asked = asked_to_stop() => asked?,
		() = rooms.store.lost() => return Err(StoreError::Lost.into()),
	}
	tracing::info!(seconds = DRAIN.as_secs(), "finishing what is begun");
	stopping.send_replace(true);
	// Answers go on until they are told; the workers' streams would never end by themselves.
	let drained = async {
		let _ = bulks.await;
		while rooms.count() > 0 {
			tokio::time::sleep(Duration::from_millis(50)).await;
		}
	};
	let _ = tokio::time::timeout(DRAIN, drained).await;
	let _ = tokio::time::timeout(Duration::from_secs(2), door).await;
	services.abort();
	Ok(())
}

async fn stopped(mut stop: watch::Receiver<bool>) {
	let _ = stop.wait_for(|stop| *stop).await;
}

async fn asked_to_stop() -> anyhow::Result<()> {
	let mut terminate = signal(SignalKind::terminate())?;
	tokio::select! {
		_ = terminate.recv() => {},
		interrupted = tokio::signal::ctrl_c() => interrupted?,
	}
	Ok(())
}

async fn open(target: &str, sync: SyncPolicy) -> Result<Arc<dyn Store>, StoreError> {
	let begun = tokio::time::Instant::now();
	loop {
		match reckon_gateway_store::open_with(target, sync).await {
			Err(error @ StoreError::Away { .. }) if begun.elapsed() < PATIENCE => {
				tracing::warn!(%error, "no database yet: trying again");
				tokio::time::sleep(TRY_AGAIN).await;
			},
			opened => return opened,
		}
	}
}

async fn connect(url: &str) -> anyhow::Result<reckon_sdk::Chain> {
	let begun = tokio::time::Instant::now();
	loop {
		match reckon_sdk::Chain::connect(url).await {
			Ok(chain) => return Ok(chain),
			Err(error) if begun.elapsed() < PATIENCE => {
				tracing::warn!(url, %error, "no chain yet: trying again");
				tokio::time::sleep(TRY_AGAIN).await;
			},
			Err(error) => return Err(error).context(format!("no chain at {url}")),
		}
	}
}

/// Reads channels, and with `market` also models and prices.
async fn look(rooms: &Arc<Rooms>, market: bool) -> anyhow::Result<()> {
	if market {
		rooms.look_at_market().await?;
		let mut offerings = BTreeMap::new();
		for provider in rooms.workers.providers() {
			let offering = rooms.chain.offering_of(&provider).await?;
			offerings.insert(provider, offering);
		}
		rooms.workers.update(&offerings);
	}
	rooms.look_at_channels().await?;
	Ok(())
}

/// Looks at each finalized block.
async fn follow(rooms: Arc<Rooms>) {
	let mut blocks = rooms.chain.finalized();
	let mut market_read = tokio::time::Instant::now();
	while blocks.changed().await.is_ok() {
		blocks.mark_unchanged();
		let market = market_read.elapsed() >= MARKET_EVERY;
		match look(&rooms, market).await {
			Ok(()) if market => market_read = tokio::time::Instant::now(),
			Ok(()) => {},
			Err(error) => tracing::warn!(%error, "cannot read the chain: trying at the next block"),
		}
	}
	tracing::error!("the connection to the chain was closed for good");
}

async fn prune(rooms: Arc<Rooms>, days: u64) {
	let mut ticks = tokio::time::interval(PRUNE_EVERY);
	loop {
		ticks.tick().await;
		let before = now_millis().saturating_sub(days.saturating_mul(86_400_000));
		match rooms.store.prune(before).await {
			Ok(0) => {},
			Ok(count) => tracing::info!(count, "old requests are forgotten"),
			Err(error) => tracing::warn!(%error, "old requests can't be removed"),
		}
	}
}
