//! HTTP with bounds: in time, and in what is read.

use alloc::{string::String, vec, vec::Vec};
use sp_core::offchain::{Duration, HttpError, HttpRequestId, Timestamp};
use sp_runtime::offchain::http::{Error, Method, PendingRequest, Request};

/// Bytes that are read at once.
const PIECE: usize = 16 * 1024;
/// Milliseconds after which another answer is read, when several are awaited: those that have nothing to
/// say yet hold up the others for no longer.
const SLICE: u64 = 20;

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

/// Something that is asked for.
#[derive(Clone)]
pub(crate) struct Wanted {
	/// Where it is.
	pub(crate) url: String,
	/// Bytes that it has at most.
	pub(crate) longest: usize,
	/// Shows that an auditor asks, as a bearer's token.
	pub(crate) pass: Option<String>,
}

/// Bounds of a request.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
	/// Milliseconds until all of the answer must be there.
	pub(crate) millis: u64,
	/// Bytes that its body has at most.
	pub(crate) longest: usize,
}

/// Asks for several things at once, all of which must be there after so many milliseconds: whoever is
/// slow takes nobody else's time.
pub(crate) fn get_all(wanted: &[Wanted], millis: u64) -> Vec<Result<Reply, Silence>> {
	let deadline = after(millis);
	let start = |it: &Wanted| {
		let request = Request::new(&it.url);
		let request = match &it.pass {
			Some(pass) => request.add_header("authorization", &alloc::format!("Bearer {pass}")),
			None => request,
		};
		Exchange::start(request, deadline, it.longest)
	};
	run(wanted.iter().map(start).collect(), deadline)
}

/// Hands in JSON.
pub(crate) fn post(url: &str, token: &str, json: &[u8], bounds: Bounds) -> Result<Reply, Silence> {
	let deadline = after(bounds.millis);
	// In one piece: the host takes the first without asking whether the other side still reads, so
	// that a refusal that comes before the body has been read is heard.
	let request = Request::new(url)
		.method(Method::Post)
		.body(vec![json])
		.add_header("content-type", "application/json")
		.add_header("authorization", &alloc::format!("Bearer {token}"));
	let exchange = Exchange::start(request, deadline, bounds.longest);
	run(vec![exchange], deadline).pop().unwrap_or(Err(Silence::Unreachable))
}

/// Goes on with each in turn until all have ended, or the time is over.
fn run(mut all: Vec<Exchange>, deadline: Timestamp) -> Vec<Result<Reply, Silence>> {
	let is_one = all.len() == 1;
	let mut piece = vec![0u8; PIECE];
	while now() < deadline
		&& all.iter().any(|it| matches!(it.state, State::Waits(_) | State::Reads(..)))
	{
		for exchange in &mut all {
			let until = if is_one { deadline } else { after(SLICE).min(deadline) };
			exchange.go_on(until, &mut piece);
		}
	}
	all.into_iter().map(Exchange::end).collect()
}

/// A request and what has come of it.
struct Exchange {
	state: State,
	longest: usize,
}

enum State {
	/// Nothing has come.
	Waits(PendingRequest),
	/// Some of it has come.
	Reads(HttpRequestId, Reply),
	/// All of it, or no more will.
	Ended(Result<Reply, Silence>),
}

impl Exchange {
	fn start(request: Request<'_, Vec<&[u8]>>, deadline: Timestamp, longest: usize) -> Self {
		let state = match request.deadline(deadline).send() {
			Ok(pending) => State::Waits(pending),
			Err(error) => State::Ended(Err(silence(error))),
		};
		Self { state, longest }
	}

	/// Takes what is there until then.
	fn go_on(&mut self, until: Timestamp, piece: &mut [u8]) {
		// Also while there is always something: who sends byte by byte has no more time.
		while now() < until {
			let state = core::mem::replace(&mut self.state, State::Ended(Err(Silence::TooSlow)));
			let (state, is_to_go_on) = match state {
				State::Waits(pending) => match pending.try_wait(until) {
					Err(pending) => (State::Waits(pending), false),
					Ok(Ok(response)) => {
						let reply = Reply { status: response.code, body: Vec::new() };
						(State::Reads(response.id, reply), true)
					},
					Ok(Err(Error::DeadlineReached)) => (State::Ended(Err(Silence::TooSlow)), false),
					Ok(Err(Error::IoError | Error::Unknown)) => {
						(State::Ended(Err(Silence::Unreachable)), false)
					},
				},
				State::Reads(id, reply) => self.read(id, reply, until, piece),
				ended @ State::Ended(_) => (ended, false),
			};
			self.state = state;
			if !is_to_go_on {
				return;
			}
		}
	}

	/// One more piece; says whether there may be another now.
	fn read(
		&self,
		id: HttpRequestId,
		mut reply: Reply,
		until: Timestamp,
		piece: &mut [u8],
	) -> (State, bool) {
		let length = match sp_io::offchain::http_response_read_body(id, piece, Some(until)) {
			Ok(0) => return (State::Ended(Ok(reply)), false),
			Ok(length) => length as usize,
			Err(HttpError::DeadlineReached) => return (State::Reads(id, reply), false),
			Err(error) => return (State::Ended(Err(silence(error))), false),
		};
		let read = piece.get(..length).unwrap_or_default();
		if reply.body.len().saturating_add(read.len()) > self.longest {
			return (State::Ended(Err(Silence::TooLong)), false);
		}
		reply.body.extend_from_slice(read);
		(State::Reads(id, reply), true)
	}

	fn end(self) -> Result<Reply, Silence> {
		match self.state {
			State::Ended(result) => result,
			State::Waits(_) | State::Reads(..) => Err(Silence::TooSlow),
		}
	}
}

fn now() -> Timestamp {
	sp_io::offchain::timestamp()
}

fn after(millis: u64) -> Timestamp {
	now().add(Duration::from_millis(millis))
}

fn silence(error: HttpError) -> Silence {
	match error {
		HttpError::DeadlineReached => Silence::TooSlow,
		HttpError::IoError | HttpError::Invalid => Silence::Unreachable,
	}
}
