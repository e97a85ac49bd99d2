//! A line in the log for each request that is asked.

use reckon_gateway_store::{KeyId, RequestId};
use reckon_openai::{Problem, Usage};
use sp_core::H256;
use std::time::Instant;

/// What an HTTP request is called: `x-request-id`.
#[derive(Clone)]
pub(super) struct RequestName(String);

impl RequestName {
	/// Another one each time.
	pub(super) fn new() -> Self {
		Self(format!("req_{:032x}", rand::random::<u128>()))
	}

	pub(super) fn as_str(&self) -> &str {
		&self.0
	}
}

/// What is known of a request; it is written when the last who knows it lets it go.
pub(super) struct Line {
	name: RequestName,
	door: &'static str,
	began: Instant,
	/// Its hash, once it is admitted.
	pub id: Option<RequestId>,
	/// Who pays, unless a voucher does.
	pub key: Option<KeyId>,
	/// What was asked for.
	pub model: String,
	state: &'static str,
	usage: Option<Usage>,
}

impl Line {
	pub(super) fn new(name: RequestName, door: &'static str) -> Self {
		Self {
			name,
			door,
			began: Instant::now(),
			id: None,
			key: None,
			model: String::new(),
			// Unless something else becomes of it.
			state: "client left",
			usage: None,
		}
	}

	/// It is answered.
	pub(super) fn answered(&mut self, usage: Usage) {
		self.state = "answered";
		self.usage = Some(usage);
	}

	/// It is not.
	pub(super) fn refused(&mut self, problem: &Problem) {
		self.state = problem.code.unwrap_or(problem.kind);
	}
}

impl Drop for Line {
	fn drop(&mut self) {
		let Self { name, door, began, id, key, model, state, usage } = self;
		let hash = |hash: &Option<H256>| hash.map(|hash| format!("{hash:?}"));
		tracing::info!(
			name = name.as_str(),
			door,
			request = hash(id),
			key = hash(key),
			model = model.as_str(),
			state,
			ms = began.elapsed().as_millis() as u64,
			input = usage.map(|usage| usage.input),
			output = usage.map(|usage| usage.output),
			charge = usage.map(|usage| usage.charge.to_string()),
			"request"
		);
	}
}
