//! HTTP with bounds: in time, and in what is read.

use alloc::{vec, vec::Vec};
use sp_core::offchain::{Duration, HttpError, HttpRequestId, Timestamp};
use sp_runtime::offchain::http::{Error, Method, Request};

/// Bytes that are read at once.
const PIECE: usize = 16 * 1024;

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Silence {
	/// Nobody is there, or the connection broke.
	Unreachable,
	/// The answer did not come in time.
	TooSlow,
	/// The answer is longer than it may be.
	TooLong,
}

impl Silence {
	/// The same, for people.
	pub(crate) fn explain(self) -> &'static str {
		match self {
			Self::Unreachable => "can't be reached",
			Self::TooSlow => "does not answer in time",
			Self::TooLong => "answers with more bytes than it may",
		}
	}
}

/// An answer.
pub(crate) struct Reply {
	/// The HTTP status.
	pub(crate) status: u16,
	/// All of the body.
	pub(crate) body: Vec<u8>,
}

/// Bounds of a request.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
	/// Milliseconds until all of the answer must be there.
	pub(crate) millis: u64,
	/// Bytes that its body has at most.
	pub(crate) longest: usize,
}

/// Asks for what is at a URL.
pub(crate) fn get(url: &str, bounds: Bounds) -> Result<Reply, Silence> {
	send(Request::new(url), bounds)
}

/// Hands in JSON.
pub(crate) fn post(url: &str, token: &str, json: &[u8], bounds: Bounds) -> Result<Reply, Silence> {
	// In one piece: the host takes the first without asking whether the other side still reads, so
	// that a refusal that comes before the body has been read is heard.
	let request = Request::new(url)
		.method(Method::Post)
		.body(vec![json])
		.add_header("content-type", "application/json")
		.add_header("authorization", &alloc::format!("Bearer {token}"));
	send(request, bounds)
}

fn send(request: Request<'_, Vec<&[u8]>>, bounds: Bounds) -> Result<Reply, Silence> {
	let deadline = sp_io::offchain::timestamp().add(Duration::from_millis(bounds.millis));
	let pending = request.deadline(deadline).send().map_err(silence)?;
	let response =
		pending.try_wait(deadline).map_err(|_| Silence::TooSlow)?.map_err(|error| match error {
			Error::DeadlineReached => Silence::TooSlow,
			Error::IoError | Error::Unknown => Silence::Unreachable,
		})?;
	let body = read(response.id, deadline, bounds.longest)?;
	Ok(Reply { status: response.code, body })
}

fn read(id: HttpRequestId, deadline: Timestamp, longest: usize) -> Result<Vec<u8>, Silence> {
	let mut body = Vec::new();
	let mut piece = vec![0u8; PIECE];
	loop {
		let length = sp_io::offchain::http_response_read_body(id, &mut piece, Some(deadline))
			.map_err(silence)?;
		let read = piece.get(..length as usize).unwrap_or_default();
		if read.is_empty() {
			return Ok(body);
		}
		if body.len().saturating_add(read.len()) > longest {
			return Err(Silence::TooLong);
		}
		body.extend_from_slice(read);
	}
}

fn silence(error: HttpError) -> Silence {
	match error {
		HttpError::DeadlineReached => Silence::TooSlow,
		HttpError::IoError | HttpError::Invalid => Silence::Unreachable,
	}
}
