//! `reckon-worker verify`: computes answers of others again, for the node of a validator that is to
//! judge them. A process of its own, on loopback, for callers that know its token.
//!
//! It has no key and asks no chain: what it is told it computes, and what it finds it says. One
//! audit is computed at a time, and a few batches looked at beside; a few more may wait.

mod batches;
pub mod wire;

use crate::{
	compute::{engine_task, sampling_params},
	config::Config,
	schedulers::Schedulers,
	secret,
};
use anyhow::{ensure, Context};
use axum::{
	body::{to_bytes, Body, Bytes},
	extract::State,
	http::{header, HeaderMap, StatusCode},
	response::{IntoResponse, Response},
	routing::{get, post},
	Json, Router,
};
use batches::Batches;
use codec::{DecodeAll, Encode};
use reckon_engine::{parse_request, Audit, Claim, Device, Requested, Stops, Usage};
use reckon_sdk::{content_hash, Sampling, TaskKind, H256};
use reckon_sealed::{is_sealed, open_answer, open_with, Secret};
use reckon_verification::{
	parse_tokens, positions, Evidence, Fault, Fingerprint, Opening, Vote, MAX_POSITIONS, MAX_WIDTH,
};
use serde::de::DeserializeOwned;
use std::{
	collections::VecDeque,
	future::Future,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, PoisonError,
	},
	time::Duration,
};
use tokio::{
	net::TcpListener,
	sync::{OwnedSemaphorePermit, Semaphore},
};
use wire::{
	AuditAnswer, AuditRequest, BatchAnswer, BatchRequest, Complaint, Found, HexBytes, Penalties,
	RowsAnswer, RowsRequest,
};

/// The longest request in bytes: a payload, an answer and its tokens, or eight of the widest rows,
/// as hexadecimal digits.
const MAX_BODY: usize = 16 << 20;
/// In which a request must be there.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Requests that are worked on or wait.
const MAX_REQUESTS: usize = 16;
/// Answers that are remembered, for a node that asks again.
const REMEMBERED: usize = 64;
/// Seconds after which a caller that was turned away may find room, as `Retry-After` says.
const RETRY: &str = "2";

/// Why there is no answer.
#[derive(Clone, Debug)]
struct Refusal {
	status: StatusCode,
	error: &'static str,
	message: String,
}

impl Refusal {
	fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
		Self { status, error, message: message.into() }
	}

	fn malformed(message: impl ToString) -> Self {
		Self::new(StatusCode::BAD_REQUEST, "malformed", message.to_string())
	}

	fn failed(message: impl ToString) -> Self {
		Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", message.to_string())
	}
}

impl IntoResponse for Refusal {
	fn into_response(self) -> Response {
		let Self { status, error, message } = self;
		let complaint = Json(Complaint { error: error.into(), message });
		match status {
			StatusCode::SERVICE_UNAVAILABLE => {
				(status, [(header::RETRY_AFTER, RETRY)], complaint).into_response()
			},
			_ => (status, complaint).into_response(),
		}
	}
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
	schedulers: Arc<Schedulers>,
	/// The token's hash: comparing hashes tells nothing about the token.
	token: H256,
	places: Arc<Semaphore>,
	turn: Arc<Semaphore>,
	remembered: Mutex<VecDeque<(H256, AuditAnswer)>>,
	batches: Batches,
	/// Whether the models are still being loaded.
	is_loading: AtomicBool,
}

/// The models are being loaded: as long as this is there, audits are refused for the moment.
pub struct Loading(Verifier);

impl Drop for Loading {
	fn drop(&mut self) {
		self.0 .0.is_loading.store(false, Ordering::Release);
	}
}

impl Verifier {
	/// For callers that know the token.
	///
	/// # Errors
	/// When this machine can make no HTTP requests.
	pub fn new(schedulers: Arc<Schedulers>, token: &str) -> anyhow::Result<Self> {
		Ok(Self(Arc::new(Inner {
			schedulers,
			token: content_hash(token.as_bytes()),
			places: Arc::new(Semaphore::new(MAX_REQUESTS)),
			turn: Arc::new(Semaphore::new(1)),
			remembered: Mutex::default(),
			batches: Batches::new().context("cannot ask gateways")?,
			is_loading: AtomicBool::new(false),
		})))
	}

	/// Refuses audits until what this gives is dropped. Callers ask again, and nobody takes a service
	/// that starts for one that is gone.
	pub fn loading(&self) -> Loading {
		self.0.is_loading.store(true, Ordering::Release);
		Loading(self.clone())
	}

	fn is_loading(&self) -> bool {
		self.0.is_loading.load(Ordering::Acquire)
	}

	/// The routes.
	pub fn router(self) -> Router {
		Router::new()
			.route("/healthz", get(health))
			.route("/v1/status", get(status))
			.route("/v1/audits", post(audit))
			.route("/v1/rows", post(rows))
			.route("/v1/batches", post(batch))
			.with_state(self)
	}

	/// Serves until `stop` is done.
	///
	/// # Errors
	/// When the address is not on loopback, or the listener fails.
	pub async fn serve(
		self,
		listener: TcpListener,
		stop: impl Future<Output = ()> + Send + 'static,
	) -> anyhow::Result<()> {
		let address = listener.local_addr()?;
		ensure!(
			address.ip().is_loopback(),
			"{address} is not on loopback: the token would travel in the clear. Run verify on the \
			 node's own machine"
		);
		axum::serve(listener, self.router()).with_graceful_shutdown(stop).await?;
		Ok(())
	}

	/// Lets a caller in who knows the token, when there is room.
	fn admit(&self, headers: &HeaderMap) -> Result<OwnedSemaphorePermit, Refusal> {
		let token = headers
			.get(header::AUTHORIZATION)
			.and_then(|value| value.to_str().ok())
			.and_then(|value| value.strip_prefix("Bearer "));
		if token.map(|token| content_hash(token.as_bytes())) != Some(self.0.token) {
			let message = "say Authorization: Bearer TOKEN, with the token of --verify-token-file";
			return Err(Refusal::new(StatusCode::UNAUTHORIZED, "unauthorised", message));
		}
		self.0.places.clone().try_acquire_owned().map_err(|_| {
			let message = format!("{MAX_REQUESTS} requests are under way: ask again");
			Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
		})
	}

	/// What was answered to the same request before.
	fn remembered(&self, key: H256) -> Option<AuditAnswer> {
		let remembered = self.0.remembered.lock().unwrap_or_else(PoisonError::into_inner);
		remembered.iter().find(|(known, _)| *known == key).map(|(_, answer)| answer.clone())
	}

	fn remember(&self, key: H256, answer: &AuditAnswer) {
		let mut remembered = self.0.remembered.lock().unwrap_or_else(PoisonError::into_inner);
		remembered.truncate(REMEMBERED - 1);
		remembered.push_front((key, answer.clone()));
	}

	/// Computes an answer again. Blocks.
	fn judge(&self, request: AuditRequest) -> Result<AuditAnswer, Refusal> {
		let schedulers = &self.0.schedulers;
		if schedulers.registry().name(request.model).is_none() {
			let message = format!(
				"no model {:x} here: reckon-worker models add PATH --owner ACCOUNT",
				request.model
			);
			return Err(Refusal::new(StatusCode::NOT_FOUND, "unknown_model", message));
		}
		let scheduler = schedulers.get(request.model).map_err(Refusal::failed)?;
		let request = match laid_open(request)? {
			Ok(request) => request,
			Err(fault) => return Ok(refuted(fault)),
		};
		let task = match parse_request(engine_task(request.task), &request.payload.0) {
			Ok(task) => task,
			// Also one that is too long or has too many parts: no worker answers it, and if its audit came to nothing
			// whoever does would be paid for anything.
			Err(_) => return Ok(refuted(Fault::Task)),
		};
		let stops = match request.gateway.map(|_| Stops::of_payload(&request.payload.0)) {
			None => None,
			Some(Ok(stops)) => Some(stops),
			Some(Err(_)) => return Ok(refuted(Fault::Task)),
		};
		let mut chosen = sampling_params(&sampling(&request), request.seed);
		if let Some(Penalties { presence_milli, frequency_milli }) = request.gateway {
			chosen.presence_penalty = f32::from(presence_milli) / 1000.0;
			chosen.frequency_penalty = f32::from(frequency_milli) / 1000.0;
		}
		let claim = Claim {
			task,
			sampling: chosen,
			tokens: match request.task {
				TaskKind::Embed => Vec::new(),
				TaskKind::Chat | TaskKind::Complete => tokens(&request),
			},
			output: request.output.0,
			usage: Usage {
				units_in: request.units.input.into(),
				units_out: request.units.output.into(),
			},
			stops,
		};
		let (job, challenge) = (request.job.0, request.challenge.0);
		let audit = scheduler.audit(&claim).map_err(Refusal::failed)?;
		let vote = audit.vote(&challenge, &job).map_err(Refusal::failed)?;
		let found = match (&vote, audit) {
			(Vote::Replayed { fingerprint, statistics }, Audit::Replayed { rows, .. }) => {
				let evidence = Evidence::new(&job, rows);
				let shape = evidence.shape();
				Found::Replayed {
					fingerprint: HexBytes(fingerprint.encode()),
					statistics: (*statistics).into(),
					root: H256(evidence.root()),
					count: shape.count,
					width: shape.width,
				}
			},
			(_, Audit::Refuted(fault)) => Found::refuted(&fault),
			(vote, _) => return Err(Refusal::failed(format!("no such vote: {vote:?}"))),
		};
		Ok(AuditAnswer { vote: HexBytes(vote.encode()), found })
	}
}

fn refuted(fault: Fault) -> AuditAnswer {
	let vote = Vote::Refuted(fault);
	AuditAnswer { vote: HexBytes(vote.encode()), found: Found::refuted(&fault) }
}

/// A request with question and answer as they were before they were sealed, or what is wrong with them.
fn laid_open(request: AuditRequest) -> Result<Result<AuditRequest, Fault>, Refusal> {
	if request.gateway.is_none() || !is_sealed(&request.payload.0) {
		return Ok(Ok(request));
	}
	// An older node does not fetch it: that is not the worker's fault.
	let opening = request.opening.as_ref().ok_or_else(|| Refusal::failed("no opening"))?;
	let open = || {
		let secret = Secret::from(<[u8; 32]>::try_from(&opening.0[..]).ok()?);
		open_with(secret, &request.payload.0).ok()
	};
	// Its worker has opened it, and what opens it is bound to it.
	let Some(opened) = open() else { return Ok(Err(Fault::Task)) };
	Ok(match open_answer(opened.secret, &request.output.0) {
		Ok((text, _)) => {
			let (payload, output) = (HexBytes(opened.payload), HexBytes(text.into_bytes()));
			Ok(AuditRequest { payload, output, ..request })
		},
		Err(_) => Err(Fault::Text),
	})
}

fn sampling(request: &AuditRequest) -> Sampling {
	let chosen = request.sampling;
	Sampling {
		max_output: chosen.max_output,
		temperature_milli: chosen.temperature_milli,
		top_k: chosen.top_k,
		top_p_milli: chosen.top_p_milli,
		// It is in the seed.
		salt: H256::zero(),
	}
}

/// The tokens that the worker gave out. None, or what are none, are an answer without tokens: the
/// engine says what is wrong with that.
fn tokens(request: &AuditRequest) -> Vec<u32> {
	let bytes = request.tokens.as_ref().map(|bytes| bytes.0.as_slice()).unwrap_or_default();
	parse_tokens(bytes, MAX_POSITIONS).unwrap_or_default()
}

/// Checks rows that a worker has shown against what it has said on chain.
fn check(request: &RowsRequest) -> Result<RowsAnswer, Refusal> {
	let RowsRequest { job, challenge, root, count, width, .. } = *request;
	let fingerprint = Fingerprint::decode_all(&mut request.fingerprint.0.as_slice())
		.map_err(|_| Refusal::malformed("a fingerprint has 256 bytes"))?;
	if !(1..=MAX_WIDTH).contains(&width) {
		return Err(Refusal::malformed("no model has rows of this width"));
	}
	let asked = positions(&challenge.0, &job.0, count)
		.ok_or_else(|| Refusal::malformed("no answer has so many rows"))?;
	let tokens = match &request.tokens {
		Some(bytes) => parse_tokens(&bytes.0, MAX_POSITIONS).map_err(Refusal::malformed)?,
		None => vec![0; count as usize],
	};
	if tokens.len() as u64 != u64::from(count) {
		return Err(Refusal::malformed("there are more or fewer tokens than rows"));
	}
	let opened = &request.openings.0;
	let why = match Opening::parse_all(opened, &asked, &job.0, &tokens, width, &root.0) {
		Err(error) => Some(error.to_string()),
		Ok(openings) => match Opening::fingerprint(&openings, &challenge.0, &job.0, width) {
			Ok(found) if found == fingerprint => None,
			Ok(_) => Some("the rows have another fingerprint than the worker says".into()),
			Err(error) => Some(error.to_string()),
		},
	};
	Ok(RowsAnswer { proven: why.is_none(), why })
}

/// The body, and what is in it.
async fn read<T: DeserializeOwned>(body: Body) -> Result<(Bytes, T), Refusal> {
	let bytes = tokio::time::timeout(BODY_TIME, to_bytes(body, MAX_BODY)).await;
	let bytes = bytes.map_err(|_| {
		let message = format!("the request did not come within {} s", BODY_TIME.as_secs());
		Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message)
	})?;
	let bytes = bytes.map_err(|_| {
		let message = format!("a request has at most {MAX_BODY} bytes");
		Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
	})?;
	let request = serde_json::from_slice(&bytes).map_err(Refusal::malformed)?;
	Ok((bytes, request))
}

async fn audit(
	State(verifier): State<Verifier>,
	headers: HeaderMap,
	body: Body,
) -> Result<Json<AuditAnswer>, Refusal> {
	let place = verifier.admit(&headers)?;
	if verifier.is_loading() {
		let message = "the models are being loaded: ask again";
		return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "loading", message));
	}
	let (bytes, request) = read::<AuditRequest>(body).await?;
	let key = content_hash(&bytes);
	drop(bytes);
	// A caller that goes away while it waits here is forgotten.
	let turn = verifier.0.turn.clone().acquire_owned().await.map_err(Refusal::failed)?;
	if let Some(answer) = verifier.remembered(key) {
		return Ok(Json(answer));
	}
	let computing = tokio::task::spawn_blocking(move || {
		// Kept here, so that a caller that goes away now makes no room before the work is done.
		let _held = (place, turn);
		let (job, started) = (request.job, std::time::Instant::now());
		let answer = verifier.judge(request);
		let seconds = started.elapsed().as_secs_f64();
		match &answer {
			Ok(answer) => {
				tracing::info!(?job, seconds, found = %answer.found, "audited");
				verifier.remember(key, answer);
			},
			Err(refusal) => tracing::warn!(?job, seconds, ?refusal, "not audited"),
		}
		answer
	});
	Ok(Json(computing.await.map_err(Refusal::failed)??))
}

async fn rows(
	State(verifier): State<Verifier>,
	headers: HeaderMap,
	body: Body,
) -> Result<Json<RowsAnswer>, Refusal> {
	let place = verifier.admit(&headers)?;
	let (_, request) = read::<RowsRequest>(body).await?;
	let checking = tokio::task::spawn_blocking(move || {
		let _place = place;
		check(&request)
	});
	Ok(Json(checking.await.map_err(Refusal::failed)??))
}

async fn batch(
	State(verifier): State<Verifier>,
	headers: HeaderMap,
	body: Body,
) -> Result<Json<BatchAnswer>, Refusal> {
	let _place = verifier.admit(&headers)?;
	let (_, request) = read::<BatchRequest>(body).await?;
	Ok(Json(verifier.0.batches.look(request).await?))
}

async fn health(State(verifier): State<Verifier>) -> (StatusCode, &'static str) {
	match verifier.is_loading() {
		true => (StatusCode::SERVICE_UNAVAILABLE, "loading\n"),
		false => (StatusCode::OK, "ok\n"),
	}
}

async fn status(
	State(verifier): State<Verifier>,
	headers: HeaderMap,
) -> Result<Json<serde_json::Value>, Refusal> {
	let _place = verifier.admit(&headers)?;
	let entries = verifier.0.schedulers.registry().list().map_err(Refusal::failed)?;
	let models: Vec<_> = entries
		.iter()
		.map(|entry| serde_json::json!({ "id": entry.id, "name": entry.name }))
		.collect();
	Ok(Json(serde_json::json!({
		"version": env!("CARGO_PKG_VERSION"),
		"models": models,
		"places": verifier.0.places.available_permits() + 1,
		"loading": verifier.is_loading(),
	})))
}

/// Runs the service with these settings, until `stop` is done.
///
/// # Errors
/// When there is no device, no token, or nowhere to listen.
pub async fn run(
	config: &Config,
	stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
	std::fs::create_dir_all(&config.data_dir)
		.with_context(|| format!("cannot make {}", config.data_dir.display()))?;
	let file = &config.verify_token_file;
	let token = secret::token(file)
		.with_context(|| format!("cannot use the token in {}", file.display()))?;
	let device = Device::select(config.device.parse::<Requested>()?)?;
	let registry = crate::models::Registry::new(&config.data_dir);
	let entries = registry.list()?;
	if entries.is_empty() {
		tracing::warn!("no models here: reckon-worker models add PATH --owner ACCOUNT");
	}
	let schedulers = Arc::new(Schedulers::new(registry, device.clone(), config.scheduler()));
	let verifier = Verifier::new(schedulers.clone(), &token)?;
	// First of all: a node takes a service that refuses for one that starts, and one that is not there,
	// after a while, for one that will not be.
	let listener = TcpListener::bind(config.verify_listen).await.with_context(|| {
		format!("cannot listen on {}: try --verify-listen", config.verify_listen)
	})?;
	tracing::info!(
		listen = %listener.local_addr()?,
		token = %file.display(),
		%device,
		"reckon-worker verify is up"
	);
	if config.load_all {
		let loading = verifier.loading();
		// Not of the runtime, which would wait for it when it is to stop.
		std::thread::spawn(move || {
			for entry in entries {
				if let Err(error) = schedulers.get(entry.id) {
					tracing::error!(model = entry.name, error, "not loaded");
				}
			}
			drop(loading);
			tracing::info!("the models are loaded");
		});
	}
	verifier.serve(listener, stop).await
}
