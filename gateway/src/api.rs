#![doc = include_str!("api/README.md")]

mod ask;
mod body;
mod bulks;
mod connections;
mod files;
mod keys;
mod leaves;
mod line;
mod models;
mod openapi;
mod page;
mod payer;
mod places;
mod problems;
mod repeats;
mod requests;
pub mod rpc;
mod socket;
mod watched;

pub(crate) use ask::{line, AnsweredLine};
pub use connections::{serve, serve_router};

use crate::desk::Desk;
use axum::{
	extract::{DefaultBodyLimit, Request},
	http::{HeaderName, HeaderValue, Method},
	middleware::{self, Next},
	response::Response,
	routing::{delete, get, post},
	Router,
};
use body::Uploads;
use ipnet::IpNet;
use leaves::Leaves;
use problems::Refused;
use reckon_connections::private_networks;
use reckon_openai::{default_max_tokens, Problem};
use repeats::Repeats;
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// When a client that was turned away may come again: most answers are over by then.
const COME_AGAIN_MS: u64 = 1_000;

/// What the doors take at most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
	/// The longest body in bytes. A payload of a mebibyte is longer as a client escapes it.
	pub max_body_bytes: usize,
	/// Requests that are answered at once; more get 503.
	pub max_requests: usize,
	/// Bodies that are read at once: what they need together is bounded before anything is paid.
	pub max_uploads: usize,
	/// Files that come at once: each has longer than a body.
	pub max_files: usize,
	/// Connections at once; more wait to be taken.
	pub max_connections: usize,
	/// One in so many of all connections, bodies and files is the most that one address has at once, rounded
	/// up: more connections are closed, more requests get 429.
	pub addresses: usize,
	/// Whose addresses are not counted: proxies stand for many, and know them.
	pub trusted_proxies: Arc<[IpNet]>,
	/// How long a request's head may take, from the connection on.
	pub head_within: Duration,
	/// How long a request's body may take.
	pub body_within: Duration,
	/// How long a part of an answer may wait for its client to read it.
	pub taken_within: Duration,
	/// How long an answer as events may be silent before it says that it is still there.
	pub silence: Duration,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			max_body_bytes: 2 << 20,
			max_requests: 1024,
			max_uploads: 256,
			max_files: 64,
			max_connections: 4096,
			// OpenAI's library for Python has up to a thousand connections.
			addresses: 4,
			trusted_proxies: private_networks().into(),
			head_within: Duration::from_secs(10),
			body_within: Duration::from_secs(30),
			taken_within: Duration::from_secs(30),
			silence: Duration::from_secs(10),
		}
	}
}

impl Limits {
	/// The most of these that one address has.
	fn each(&self, all: usize) -> usize {
		all.div_ceil(self.addresses.max(1))
	}

	fn uploads(&self, all: usize) -> Uploads {
		Uploads::new(all, self.each(all))
	}
}

/// What all doors share.
struct Door {
	desk: Arc<dyn Desk>,
	limits: Limits,
	requests: Arc<Semaphore>,
	uploads: Uploads,
	files: Uploads,
	repeats: Repeats,
	leaves: Leaves,
}

impl Door {
	fn new(desk: Arc<dyn Desk>, limits: Limits) -> Arc<Self> {
		Arc::new(Self {
			desk,
			requests: Arc::new(Semaphore::new(limits.max_requests)),
			uploads: limits.uploads(limits.max_uploads),
			files: limits.uploads(limits.max_files),
			limits,
			repeats: Repeats::default(),
			leaves: Leaves::default(),
		})
	}

	/// A place for a request, kept until its answer is told: or the client is told to come again.
	fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
		self.requests.clone().try_acquire_owned().map_err(|_| full("requests"))
	}

	/// Tokens of an answer when the client does not say how many.
	fn max_tokens(&self, model: &str) -> u32 {
		max_tokens(&*self.desk, model)
	}
}

fn max_tokens(desk: &dyn Desk, model: &str) -> u32 {
	let models = desk.models();
	let context = models.iter().find(|known| known.name == model).map(|known| known.context);
	default_max_tokens(context.unwrap_or(u32::MAX))
}

fn full(what: &str) -> Problem {
	let message = format!("the gateway has as many {what} as it can serve: try again");
	Problem {
		retry_after_ms: Some(COME_AGAIN_MS),
		..Problem::new(503, "server_error", Some("overloaded"), message)
	}
}

/// What one address is told that has its part of what others need too.
fn full_for_one(what: &str) -> Problem {
	let code = "rate_limit_exceeded";
	let message = format!("as many {what} come from your address as may at once: try again");
	Problem { retry_after_ms: Some(COME_AGAIN_MS), ..Problem::new(429, code, Some(code), message) }
}

/// All that is served over HTTP.
pub fn router(desk: Arc<dyn Desk>, limits: Limits) -> Router {
	let cors = CorsLayer::new()
		.allow_origin(Any)
		// A star would not stand for `authorization`.
		.allow_headers(AllowHeaders::mirror_request())
		.allow_methods([Method::GET, Method::POST, Method::DELETE])
		.expose_headers(Any);
	Router::new()
		.route("/v1/chat/completions", post(ask::chat))
		.route("/v1/completions", post(ask::completions))
		.route("/v1/responses", post(ask::responses))
		.route("/v1/embeddings", post(ask::embeddings))
		.route("/v1/sealed", post(ask::sealed))
		.route("/v1/stream", get(socket::stream))
		.route("/v1/models", get(models::list))
		.route("/v1/models/{*id}", get(models::one))
		.route("/v1/workers", get(models::workers))
		.route("/v1/keys", post(keys::issue).get(keys::list))
		.route("/v1/keys/challenge", post(keys::challenge))
		.route("/v1/keys/{id}", delete(keys::revoke))
		.route("/v1/channels/{id}", get(requests::channel))
		.route("/v1/requests/{id}", get(requests::request))
		.route("/v1/requests/{id}/receipt", get(requests::receipt))
		// The shelf has a bound of its own.
		.route("/v1/files", post(files::upload).layer(DefaultBodyLimit::disable()).get(files::list))
		.route("/v1/files/{id}", get(files::one).delete(files::remove))
		.route("/v1/files/{id}/content", get(files::content))
		.route("/v1/batches", post(bulks::create).get(bulks::list))
		.route("/v1/batches/{id}", get(bulks::one))
		.route("/v1/batches/{id}/cancel", post(bulks::cancel))
		.route("/v1/batches/{id}/leaves", get(requests::leaves))
		.route("/healthz", get(page::healthz))
		.route("/readyz", get(page::readyz))
		.route("/metrics", get(page::metrics))
		.route("/openapi.json", get(openapi::document))
		.route("/", get(page::status))
		.fallback(unknown_url)
		.method_not_allowed_fallback(wrong_method)
		.with_state(Door::new(desk, limits))
		.layer(cors)
		.layer(middleware::from_fn(name))
}

/// Gives each answer a name that its client can ask about and the log has.
async fn name(mut request: Request, next: Next) -> Response {
	let id = line::RequestName::new();
	request.extensions_mut().insert(id.clone());
	let mut response = next.run(request).await;
	if let Ok(id) = HeaderValue::from_str(id.as_str()) {
		response.headers_mut().insert(REQUEST_ID, id);
	}
	response
}

async fn unknown_url(request: Request) -> Refused {
	let (method, path) = (request.method().as_str(), request.uri().path());
	let path: String = path.chars().take(100).collect();
	let message = format!("there is no {method} {path}: see /openapi.json for what there is");
	Refused(Problem::new(404, "invalid_request_error", Some("unknown_url"), message))
}

async fn wrong_method(request: Request) -> Refused {
	let message = format!("{} is not done here: see /openapi.json", request.method());
	Refused(Problem::new(405, "invalid_request_error", Some("method_not_allowed"), message))
}
