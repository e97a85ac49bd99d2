//! Refusals, as clients are told of them: one place for HTTP, its events, WebSocket and gRPC.

use super::COME_AGAIN_MS;
use crate::desk::Refusal;
use axum::{
	http::{header::CONTENT_TYPE, HeaderValue, StatusCode},
	response::{IntoResponse, Response},
};
use reckon_openai::Problem;
use tonic::{metadata::MetadataValue, Code, Status};

/// The most names of models that a refusal tells.
const KNOWN: usize = 3;

const INVALID: &str = "invalid_request_error";
const QUOTA: &str = "insufficient_quota";
const SERVER: &str = "server_error";

impl From<Refusal> for Problem {
	fn from(refusal: Refusal) -> Self {
		let message = refusal.to_string();
		let new = |status, kind, code| Problem::new(status, kind, Some(code), message.clone());
		let again = |ms, problem: Problem| Problem { retry_after_ms: Some(ms), ..problem };
		match refusal {
			Refusal::InvalidKey => new(401, INVALID, "invalid_api_key"),
			Refusal::KeyRevoked => new(401, INVALID, "key_revoked"),
			Refusal::ModelNotFound { known, .. } => {
				let known: Vec<_> = known.into_iter().take(KNOWN).collect();
				let message = match known.is_empty() {
					true => message.clone(),
					false => format!("{message}: did you mean {}?", known.join(", ")),
				};
				let problem = Problem::new(404, INVALID, Some("model_not_found"), message);
				Problem { param: Some("model".to_owned()), ..problem }
			},
			Refusal::TaskNotSupported { .. } => {
				let problem = new(400, INVALID, "task_not_supported");
				Problem { param: Some("model".to_owned()), ..problem }
			},
			Refusal::InsufficientFunds { .. } => new(402, QUOTA, QUOTA),
			Refusal::ChannelUnusable(_) => new(402, QUOTA, "channel_unusable"),
			Refusal::Voucher { code, .. } => new(400, INVALID, code),
			Refusal::TooMany { after_ms, .. } => {
				again(after_ms, new(429, "rate_limit_exceeded", "rate_limit_exceeded"))
			},
			Refusal::NoWorker { offered, .. } => {
				let problem = new(503, SERVER, "no_worker_available");
				match offered {
					true => again(COME_AGAIN_MS, problem),
					// Nobody can load what nobody offers.
					false => Problem { retry: Some(false), ..problem },
				}
			},
			Refusal::Busy { after_ms, .. } => again(after_ms, new(503, SERVER, "busy")),
			Refusal::ContextExceeded { .. } => {
				let problem = new(400, INVALID, "context_length_exceeded");
				Problem { param: Some("messages".to_owned()), ..problem }
			},
			Refusal::Unsupported { param, .. } => Problem::unsupported(param, message),
			Refusal::AskedBefore => again(COME_AGAIN_MS, new(503, SERVER, "asked_before")),
			Refusal::WorkerLost => again(COME_AGAIN_MS, new(503, SERVER, "worker_lost")),
			Refusal::TimedOut { .. } => new(504, SERVER, "timed_out"),
			Refusal::Unavailable(_) => again(COME_AGAIN_MS, new(503, SERVER, "unavailable")),
			Refusal::UnknownRequest => new(404, INVALID, "request_not_found"),
			Refusal::NotFound { what, .. } => {
				let param = Some(format!("{what}_id"));
				Problem { param, ..new(404, INVALID, "not_found") }
			},
			Refusal::TooLarge(_) => new(413, INVALID, "request_too_large"),
			Refusal::Invalid { param, .. } => Problem::invalid(param, message),
			Refusal::SignIn(_) => new(400, INVALID, "sign_in_failed"),
		}
	}
}

/// What a handler answers instead of what was asked for.
pub(super) struct Refused(pub Problem);

impl From<Problem> for Refused {
	fn from(problem: Problem) -> Self {
		Self(problem)
	}
}

impl From<Refusal> for Refused {
	fn from(refusal: Refusal) -> Self {
		Self(refusal.into())
	}
}

impl IntoResponse for Refused {
	fn into_response(self) -> Response {
		let Self(problem) = self;
		let status = StatusCode::from_u16(problem.status);
		let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
		let mut response = json(status, problem.body());
		for (name, value) in problem.headers() {
			if let Ok(value) = HeaderValue::from_str(&value) {
				response.headers_mut().insert(name, value);
			}
		}
		response
	}
}

/// JSON that is written already.
pub(super) fn json(status: StatusCode, body: String) -> Response {
	(status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// What a gRPC client is told: `reckon-code` and `retry-after-ms` in the metadata.
pub(super) fn status(problem: &Problem) -> Status {
	let code = match problem.status {
		400 => Code::InvalidArgument,
		401 => Code::Unauthenticated,
		402 => Code::FailedPrecondition,
		404 => Code::NotFound,
		413 | 429 => Code::ResourceExhausted,
		503 => Code::Unavailable,
		504 => Code::DeadlineExceeded,
		_ => Code::Internal,
	};
	let mut status = Status::new(code, problem.message.clone());
	let metadata = status.metadata_mut();
	if let Some(code) = problem.code {
		metadata.insert("reckon-code", MetadataValue::from_static(code));
	}
	if let Some(ms) = problem.retry_after_ms {
		metadata.insert("retry-after-ms", MetadataValue::from(ms));
	}
	status
}
