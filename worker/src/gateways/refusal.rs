//! Why a worker does not answer a request.

use reckon_engine::{EngineError, Refused};
use reckon_gateway_protocol::v1;
use reckon_sdk::{Reason, H256};

use crate::compute::{engine_reason, refused_reason};

/// Why a request is not answered, as its gateway is told. Nothing is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
	/// The chain's code for it.
	pub reason: Reason,
	/// A sentence.
	pub text: String,
	/// When the prompt is too long: its tokens with those of the answer, and how many the model takes.
	pub too_long: Option<(u32, u32)>,
}

impl Refusal {
	/// A refusal with a sentence for people.
	pub fn new(reason: Reason, text: impl Into<String>) -> Self {
		Self { reason, text: text.into(), too_long: None }
	}

	/// That an engine did not take a request whose answer may have so many tokens.
	pub fn of_scheduler(refused: &Refused, max_output: u32) -> Self {
		match refused {
			Refused::Engine(error) => Self::of_engine(error, max_output),
			_ => Self::new(refused_reason(refused), refused.to_string()),
		}
	}

	/// That an engine failed with a request whose answer may have so many tokens.
	pub fn of_engine(error: &EngineError, max_output: u32) -> Self {
		let mut refusal = Self::new(engine_reason(error), error.to_string());
		if let EngineError::TooLong { got, max } = error {
			let count = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX);
			// One token of the context is kept for the answer.
			let tokens = count(*got).saturating_add(max_output.max(1));
			refusal.too_long = Some((tokens, count(*max).saturating_add(1)));
		}
		refusal
	}

	/// The message that says so.
	pub(super) fn message(self, request: H256) -> v1::Refused {
		let (tokens, context) = self.too_long.unwrap_or_default();
		let (reason, text) = (self.reason.to_string(), self.text);
		v1::Refused { request: request.0.to_vec(), reason, text, tokens, context }
	}
}
