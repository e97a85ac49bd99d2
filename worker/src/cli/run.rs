//! `reckon-worker run`: puts the parts together.

use crate::{
	audits::{Disclosure, Inquiries},
	blobs::BlobStore,
	chain::SdkChain,
	clock::{self, Clock},
	compute::{Compute, Engines},
	config::Config,
	daemon::{Daemon, Parts},
	endpoint::{Endpoint, Expected},
	gateways::{
		self, court::ChainCourt, ledger::ChainLedger, receipts::Receipts, vault::Vault, Gateways,
	},
	journal::Journal,
	models::Registry,
	schedulers::Schedulers,
	status::Shared,
};
use anyhow::{bail, Context};
use futures::FutureExt;
use reckon_engine::{Device, EvidenceStore, Requested, MAX_REQUEST_BYTES};
use reckon_sdk::{Chain, Signer, Submitter};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
	net::TcpListener,
	signal::unix::{signal, SignalKind},
	sync::{mpsc, oneshot},
};

/// How often, and how many times, the clock is compared before the worker gives up.
const CLOCK_TRIES: u32 = 10;
/// How long after its batch an answer's audit can be over at the latest: windows are minutes, and so are audits.
const AUDITED: Duration = Duration::from_secs(3_600);
/// How often old answers through gateways are removed.
const TIDY_EVERY: Duration = Duration::from_secs(60);

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
	std::fs::create_dir_all(&config.data_dir)
		.with_context(|| format!("cannot make {}", config.data_dir.display()))?;
	let signer = Signer::from_file(&config.key_file)?;
	let gateways = Gateways::new(&config.gateways)?;
	let device = Device::select(config.device.parse::<Requested>()?)?;
	let journal_path = config.data_dir.join("journal.sqlite");
	let mut journal = Journal::open(&journal_path)?;

	let chain = connect(&config.chain).await?;
	let genesis = format!("{:?}", chain.info().genesis);
	journal.bind(&journal_path, &genesis, &signer.account().to_string())?;
	let constants = chain.latest().await?.constants()?;
	check_clock(&chain, constants.slot_millis, constants.max_clock_lead_millis).await?;

	if usize::try_from(constants.max_payload_bytes).map_or(true, |most| most > MAX_REQUEST_BYTES) {
		tracing::warn!(
			chain = constants.max_payload_bytes,
			worker = MAX_REQUEST_BYTES,
			"the chain allows longer payloads than this worker reads: jobs with such are declined"
		);
	}

	let blobs = BlobStore::open(&config.data_dir.join("blobs"))?;
	let registry = Registry::new(&config.data_dir);
	let evidence_limit = config.evidence_mib.saturating_mul(1 << 20);
	let evidence = EvidenceStore::open(&config.data_dir.join("evidence"), evidence_limit)?;
	let vault_limit = config.gateway_evidence_mib.saturating_mul(1 << 20);
	// In a batch at the end of its life, then drawn, and audited for as long as an audit can take.
	let vault_keeps = Duration::from_millis(constants.receipt_life_millis) + AUDITED;
	let vault = Vault::open(&config.data_dir.join("gateway-evidence"), vault_limit, vault_keeps)?;
	let shared = Arc::new(Shared::default());
	shared.update(|status| {
		status.version = env!("CARGO_PKG_VERSION");
		status.worker = Some(signer.account());
		status.device = device.to_string();
	});
	let schedulers =
		Arc::new(Schedulers::new(registry.clone(), device.clone(), config.scheduler()));
	let engine = Arc::new(Engines::new(
		schedulers.clone(),
		blobs.clone(),
		evidence.clone(),
		constants.max_answer_bytes,
	));
	load_models(&chain, &signer, &registry, &engine, config.load_all).await?;

	let expected = Expected::default();
	let (arrived_sender, arrived) = mpsc::channel(64);
	let inquiries = Inquiries::default();
	let endpoint = Endpoint::new(
		blobs.clone(),
		expected.clone(),
		arrived_sender,
		shared.clone(),
		Disclosure::new(evidence.clone(), inquiries.clone()).with_vault(vault.clone()),
	);
	let listener = TcpListener::bind(config.listen).await.with_context(|| {
		format!("cannot listen on {}: is another worker running? Try --listen", config.listen)
	})?;
	tracing::info!(
		worker = %signer.account(),
		chain = chain.info().name,
		node = config.chain,
		device = %device,
		endpoint = %listener.local_addr()?,
		"reckon-worker is up"
	);
	let (stop_endpoint, stopped) = oneshot::channel::<()>();
	let serving = tokio::spawn(endpoint.serve(listener, async move {
		let _ = stopped.await;
	}));

	let worker = signer.account();
	let drain = Duration::from_secs(config.drain_seconds);
	let stop = asked_to_stop()?.shared();
	let submitter = Submitter::start(chain.clone(), signer.clone());
	let mut working = None;
	let path = config.data_dir.join("gateways.sqlite");
	// What earlier gateways owe is looked after, too.
	if !config.gateways.is_empty() || path.exists() {
		let parts = gateways::Parts {
			ledger: ChainLedger::new(chain.clone(), worker),
			court: ChainCourt::new(chain.clone(), submitter.clone()),
			limits: config.trust(),
			schedulers,
			receipts: Receipts::open(&path, &genesis, &worker.to_string())?,
			vault: vault.clone(),
			signer,
			shared: shared.clone(),
			drain,
		};
		working = Some(tokio::spawn(gateways.run(parts, stop.clone())));
	}
	tokio::spawn(keep_tidy(vault.clone(), inquiries.clone()));
	let parts = Parts {
		chain: SdkChain::new(chain, submitter),
		engine,
		worker,
		journal,
		blobs,
		evidence,
		vault: Some(vault),
		inquiries,
		expected,
		arrived,
		shared,
		constants,
		drain,
	};
	let result = Daemon::run(parts, stop).await;
	if let (Some(working), Ok(())) = (working, &result) {
		working.await.context("the work for gateways")?;
	}
	let _ = stop_endpoint.send(());
	// A client that keeps its connection open does not keep the worker.
	let _ = tokio::time::timeout(Duration::from_secs(2), serving).await;
	result.context("the worker stops")
}

/// Removes answers through gateways that nobody can ask for any more.
async fn keep_tidy(vault: Vault, inquiries: Inquiries) {
	let mut ticks = tokio::time::interval(TIDY_EVERY);
	loop {
		ticks.tick().await;
		let (vault, inquiries) = (vault.clone(), inquiries.clone());
		let asked = move |request| inquiries.get(request).is_some();
		match tokio::task::spawn_blocking(move || vault.prune(asked)).await {
			Ok(0) | Err(_) => {},
			Ok(removed) => tracing::debug!(removed, "old answers through gateways are forgotten"),
		}
	}
}

/// Ends when the process is asked to.
pub(super) fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
	let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
	Ok(async move {
		tokio::select! {
			_ = tokio::signal::ctrl_c() => {},
			_ = terminate.recv() => {},
		}
	})
}

/// Waits for a node that is only just starting.
async fn connect(url: &str) -> anyhow::Result<Chain> {
	let mut said = false;
	for _ in 0..15 {
		match Chain::connect(url).await {
			Err(error @ reckon_sdk::Error::Away { .. }) => {
				if !said {
					tracing::warn!(%error, "waiting for the node");
					said = true;
				}
				tokio::time::sleep(Duration::from_secs(2)).await;
			},
			other => return Ok(other?),
		}
	}
	Ok(Chain::connect(url).await?)
}

/// Refuses a clock with which every delivery would be refused: the work would be for nothing.
async fn check_clock(chain: &Chain, slot_millis: u64, max_lead: u64) -> anyhow::Result<()> {
	for attempt in 1..=CLOCK_TRIES {
		let at = chain.latest().await?;
		// The genesis block has no time.
		if at.block().number == 0 {
			tokio::time::sleep(Duration::from_secs(1)).await;
			continue;
		}
		let time = at.now_millis().await?;
		match clock::compare(clock::now_millis(), time, slot_millis, max_lead) {
			Clock::TooFarAhead { millis } if attempt == CLOCK_TRIES => bail!(
				"this machine's clock is {millis} ms ahead of the chain's newest block, and the \
				 chain refuses deliveries beyond {max_lead} ms: synchronise it (NTP). If the clock \
				 is right, the node is still syncing or the chain stands still: wait for it"
			),
			Clock::TooFarAhead { millis } => {
				tracing::warn!(millis, "this clock is far ahead of the chain's newest block");
				tokio::time::sleep(Duration::from_secs(3)).await;
			},
			_ => return Ok(()),
		}
	}
	Ok(())
}

/// Loads what is offered, so that the first job does not wait for it.
async fn load_models(
	chain: &Chain,
	signer: &Signer,
	registry: &Registry,
	engine: &Arc<Engines>,
	all: bool,
) -> anyhow::Result<()> {
	let at = chain.latest().await?;
	let provider = at.provider_of(&signer.account()).await?;
	let offered = match &provider {
		Some(provider) => {
			at.offers_of(provider).await?.into_iter().map(|(market, ..)| market.model).collect()
		},
		None => {
			let worker = signer.account();
			tracing::warn!(%worker, "no provider names this key yet: register one with it");
			Vec::new()
		},
	};
	let entries = registry.list()?;
	if entries.is_empty() {
		tracing::warn!("no models here: reckon-worker models add PATH --owner ACCOUNT");
	}
	for entry in entries {
		if !all && !offered.contains(&entry.id) {
			continue;
		}
		let engine = engine.clone();
		let loaded = tokio::task::spawn_blocking(move || engine.load(entry.id)).await?;
		if let Err(error) = loaded {
			tracing::error!(model = entry.name, error, "not loaded: its jobs will be declined");
		}
	}
	Ok(())
}
