//! The worker's local HTTP: content by hash, health, metrics, status.

use crate::{
	audits::{Disclosure, Withheld},
	blobs::{BlobStore, StoreError},
	status::Shared,
};
use axum::{
	body::{Body, Bytes},
	extract::{Extension, Path, State},
	http::{header, HeaderMap, StatusCode},
	response::{IntoResponse, Response},
	routing::get,
	Json, Router,
};
use futures::StreamExt;
use reckon_connections::{private_networks, Limits, Peer, Shares};
use reckon_sdk::{ContentRef, H256};
use std::{
	collections::BTreeMap,
	future::Future,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use tokio::{
	net::TcpListener,
	sync::{mpsc, Semaphore},
	time::timeout,
};

/// Payloads that are taken in at once: each is in memory until its hash is known, and has a mebibyte at most.
const UPLOADS: usize = 64;
/// And from one address.
const UPLOADS_EACH: usize = 16;
/// How long one may take, and how many bytes longer it must be for each second more. Their hashes are public, so
/// that strangers could hold all places by sending nothing.
const UPLOAD_WITHIN: Duration = Duration::from_secs(5);
const LEAST_BYTES_PER_SECOND: u32 = 64 << 10;
/// Auditors and clients come for a moment each.
fn limits() -> Limits {
	Limits {
		most: 512,
		each: 128,
		trusted: private_networks().into(),
		head_within: Duration::from_secs(10),
		taken_within: Duration::from_secs(30),
	}
}
/// Auditors that are served at once; others wait.
const AUDITORS: usize = 4;

/// The payloads that jobs of this worker wait for. Nothing else is taken in: an open endpoint
/// must not become anybody's disk.
#[derive(Clone, Debug, Default)]
pub struct Expected(Arc<Mutex<BTreeMap<H256, u32>>>);

impl Expected {
	/// Takes in this payload from now on.
	pub fn insert(&self, content: ContentRef) {
		let mut expected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		expected.insert(content.hash, content.length);
	}

	/// Takes it in no more.
	pub fn remove(&self, content: ContentRef) {
		self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&content.hash);
	}

	fn length(&self, hash: H256) -> Option<u32> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).copied()
	}
}

/// What the endpoint serves from.
#[derive(Clone)]
pub struct Endpoint {
	blobs: BlobStore,
	expected: Expected,
	arrived: mpsc::Sender<ContentRef>,
	shared: Arc<Shared>,
	uploads: Arc<Semaphore>,
	upload_shares: Arc<Shares>,
	disclosure: Disclosure,
	auditors: Arc<Semaphore>,
}

impl Endpoint {
	/// An endpoint over a store. `arrived` hears of each payload that was taken in. Auditors see what
	/// `disclosure` shows.
	pub fn new(
		blobs: BlobStore,
		expected: Expected,
		arrived: mpsc::Sender<ContentRef>,
		shared: Arc<Shared>,
		disclosure: Disclosure,
	) -> Self {
		let (uploads, auditors) = (Semaphore::new(UPLOADS), Semaphore::new(AUDITORS));
		let (uploads, auditors) = (Arc::new(uploads), Arc::new(auditors));
		let upload_shares = Shares::new(UPLOADS_EACH);
		Self { blobs, expected, arrived, shared, uploads, upload_shares, disclosure, auditors }
	}

	/// The routes.
	pub fn router(self) -> Router {
		let shows = |what: Part| {
			get(move |State(endpoint), Path(name), headers| part(endpoint, name, headers, what))
		};
		Router::new()
			.route("/blobs/{hash}", get(read).put(write))
			.route("/audits/{job}/tokens", shows(Disclosure::tokens))
			.route("/audits/{job}/payload", shows(Disclosure::payload))
			.route("/audits/{job}/output", shows(Disclosure::output))
			.route("/audits/{job}/opening", shows(Disclosure::opening))
			.route("/audits/{job}/rows/{challenge}", get(rows))
			.route("/healthz", get(|| async { "ok\n" }))
			.route("/metrics", get(metrics))
			.route("/status", get(status))
			.with_state(self)
	}

	/// Serves until `stop` is done.
	///
	/// # Errors
	/// None while it runs: a listener that fails for a while is asked again.
	pub async fn serve(
		self,
		listener: TcpListener,
		stop: impl Future<Output = ()> + Send + 'static,
	) -> std::io::Result<()> {
		self.serve_within(listener, limits(), stop).await
	}

	/// The same, with other limits.
	///
	/// # Errors
	/// None while it runs.
	pub async fn serve_within(
		self,
		listener: TcpListener,
		limits: Limits,
		stop: impl Future<Output = ()> + Send + 'static,
	) -> std::io::Result<()> {
		reckon_connections::serve(listener, self.router(), limits, stop).await
	}
}

impl Endpoint {
	async fn disclose(
		&self,
		show: impl FnOnce(&Disclosure) -> Result<Bytes, Withheld> + Send + 'static,
	) -> Response {
		let Ok(_place) = self.auditors.acquire().await else {
			return says(StatusCode::SERVICE_UNAVAILABLE, "the worker stops");
		};
		let disclosure = self.disclosure.clone();
		let shown = tokio::task::spawn_blocking(move || show(&disclosure)).await;
		match shown.unwrap_or(Err(Withheld::Unreadable)) {
			Ok(bytes) => {
				([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
			},
			Err(why) => {
				let status = match why {
					Withheld::NotAudited | Withheld::OtherChallenge | Withheld::NotSealed => {
						StatusCode::NOT_FOUND
					},
					Withheld::TooEarly => StatusCode::FORBIDDEN,
					Withheld::NotAnAuditor => StatusCode::UNAUTHORIZED,
					Withheld::Unreadable => StatusCode::INTERNAL_SERVER_ERROR,
				};
				says(status, why.to_string())
			},
		}
	}
}

/// A hash as 64 hexadecimal digits, and nothing else: it becomes a file's name.
fn parse_hash(text: &str) -> Option<H256> {
	let bytes = text.as_bytes();
	if bytes.len() != 64 || !bytes.iter().all(u8::is_ascii_hexdigit) {
		return None;
	}
	text.parse().ok()
}

fn says(status: StatusCode, text: impl Into<String>) -> Response {
	(status, format!("{}\n", text.into())).into_response()
}

/// Answers GET, and HEAD without the bytes.
async fn read(State(endpoint): State<Endpoint>, Path(hash): Path<String>) -> Response {
	let Some(hash) = parse_hash(&hash) else {
		return says(StatusCode::BAD_REQUEST, "a hash has 64 hexadecimal digits");
	};
	let blobs = endpoint.blobs.clone();
	match tokio::task::spawn_blocking(move || blobs.get(hash)).await {
		Ok(Ok(Some(bytes))) => {
			([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
		},
		Ok(Ok(None)) => says(StatusCode::NOT_FOUND, "this worker does not have that content"),
		_ => says(StatusCode::INTERNAL_SERVER_ERROR, "the content can't be read"),
	}
}

/// A part of what an auditor may see: of an audited answer its tokens, of a gateway's request that is
/// audited what was asked, what was answered, and what opens both where they are sealed.
type Part = fn(&Disclosure, H256, Option<&str>) -> Result<Bytes, Withheld>;

/// Shows it, of the job or request that the path names.
async fn part(endpoint: Endpoint, name: String, headers: HeaderMap, part: Part) -> Response {
	let Some(name) = parse_hash(&name) else {
		let text = "a job or request has 64 hexadecimal digits";
		return says(StatusCode::BAD_REQUEST, text);
	};
	let pass = pass_of(&headers);
	endpoint.disclose(move |disclosure| part(disclosure, name, pass.as_deref())).await
}

/// What shows that an auditor asks.
fn pass_of(headers: &HeaderMap) -> Option<String> {
	let said = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
	said.strip_prefix("Bearer ").map(ToOwned::to_owned)
}

/// An audited answer's rows at the audited positions.
async fn rows(
	State(endpoint): State<Endpoint>,
	Path((job, challenge)): Path<(String, String)>,
	headers: HeaderMap,
) -> Response {
	let (Some(job), Some(challenge)) = (parse_hash(&job), parse_hash(&challenge)) else {
		let text = "a job and a challenge have 64 hexadecimal digits each";
		return says(StatusCode::BAD_REQUEST, text);
	};
	let pass = pass_of(&headers);
	endpoint.disclose(move |disclosure| disclosure.rows(job, challenge, pass.as_deref())).await
}

async fn write(
	State(endpoint): State<Endpoint>,
	peer: Option<Extension<Peer>>,
	Path(hash): Path<String>,
	body: Body,
) -> Response {
	let Some(hash) = parse_hash(&hash) else {
		return says(StatusCode::BAD_REQUEST, "a hash has 64 hexadecimal digits");
	};
	let Some(length) = endpoint.expected.length(hash) else {
		return says(
			StatusCode::NOT_FOUND,
			"no job of this worker waits for that payload: submit the job, and try again once it \
			 is assigned to this worker",
		);
	};
	let peer = peer.map(|Extension(peer)| peer).unwrap_or_default();
	let places = (endpoint.upload_shares.take(peer), endpoint.uploads.try_acquire());
	let (Some(_share), Ok(_place)) = places else {
		return says(StatusCode::SERVICE_UNAVAILABLE, "too many uploads at once: try again");
	};
	let content = ContentRef { hash, length };
	let within = UPLOAD_WITHIN + Duration::from_secs((length / LEAST_BYTES_PER_SECOND).into());
	let bytes = match timeout(within, collect(body, length)).await {
		Ok(Ok(bytes)) => bytes,
		Ok(Err(response)) => return response,
		Err(_) => {
			let text = format!("the upload took longer than {} s", within.as_secs());
			return says(StatusCode::REQUEST_TIMEOUT, text);
		},
	};
	let blobs = endpoint.blobs.clone();
	let stored = tokio::task::spawn_blocking(move || blobs.put_as(content, &bytes)).await;
	match stored {
		Ok(Ok(())) => {
			// The daemon may be stopping; the bytes are stored all the same.
			let _ = endpoint.arrived.send(content).await;
			says(StatusCode::CREATED, "stored")
		},
		Ok(Err(error @ (StoreError::Mismatch { .. } | StoreError::Length { .. }))) => {
			says(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
		},
		_ => says(StatusCode::INTERNAL_SERVER_ERROR, "the content can't be stored"),
	}
}

/// The body, and never more of it than was announced on chain.
async fn collect(body: Body, length: u32) -> Result<Vec<u8>, Response> {
	let limit = usize::try_from(length).unwrap_or(usize::MAX);
	let mut bytes = Vec::new();
	let mut chunks = body.into_data_stream();
	while let Some(chunk) = chunks.next().await {
		let chunk = chunk
			.map_err(|_| says(StatusCode::BAD_REQUEST, "the upload broke off: send it again"))?;
		if bytes.len().saturating_add(chunk.len()) > limit {
			let text = format!("the job's payload has {length} bytes, more came");
			return Err(says(StatusCode::PAYLOAD_TOO_LARGE, text));
		}
		bytes.extend_from_slice(&chunk);
	}
	Ok(bytes)
}

async fn metrics(State(endpoint): State<Endpoint>) -> Response {
	let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
	(kind, endpoint.shared.metrics()).into_response()
}

async fn status(State(endpoint): State<Endpoint>) -> Response {
	Json(endpoint.shared.status()).into_response()
}
