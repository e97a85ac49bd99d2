//! Requests: what a client asks of a gateway.

use crate::hash::hash;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use reckon_primitives::{Balance, ContentRef, ModelId, Price, Sampling, TaskKind, Units};
use scale_info::TypeInfo;
use sp_core::H256;

const DOMAIN: &[u8] = b"reckon:request:v1";
/// The most output units of an answer beyond one for each of its bytes: tokens that write nothing, as special
/// ones, and those that a stop string cuts away.
const SILENT_TOKENS: u32 = 32;

/// Everything that decides an answer and what it may cost. Its hash stands in the voucher that pays for
/// it and in the receipt of who has done it, so that neither is ever about something else.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Request {
	/// Drawn anew for each request: two that ask the same are two requests. A retry has the nonce of
	/// what it repeats.
	pub nonce: H256,
	/// The model that is asked.
	pub model: ModelId,
	/// What is asked of it.
	pub task: TaskKind,
	/// BLAKE3 and length of the payload: JSON with `messages`, `prompt` or `input` as a job's, and with
	/// `stop`, the strings that end an answer.
	pub payload: ContentRef,
	/// How tokens are chosen. The salt is the sampler's seed.
	pub sampling: Sampling,
	/// Taken off a token's logit when it is in the answer already, in thousandths.
	pub presence_milli: i16,
	/// Taken off a token's logit for each time that it is in the answer already, in thousandths.
	pub frequency_milli: i16,
	/// The most that the client pays, in the smallest token unit. The provider's own offer decides.
	pub price: Price<Balance>,
}

impl Request {
	/// What vouchers and receipts name it by.
	pub fn hash(&self) -> H256 {
		hash(DOMAIN, self)
	}

	/// The most that an answer may cost when the payload is read as `input` units: what the voucher
	/// must cover.
	pub fn most(&self, input: u32) -> Balance {
		charge(&self.price, Units { input, output: self.sampling.max_output })
	}

	/// The most output units that an answer of so many bytes may be billed for. A token writes a byte at the
	/// least, but for a few: whoever has the answer can tell that a worker has padded its count grossly,
	/// without the model's tokenizer. Counts within this are an audit's to check.
	pub fn most_output(&self, bytes: u32) -> u32 {
		self.sampling.max_output.min(bytes.saturating_add(SILENT_TOKENS))
	}
}

/// What work costs at a price, in the smallest token unit.
pub fn charge(price: &Price<Balance>, units: Units) -> Balance {
	let input = price.per_input.saturating_mul(units.input.into());
	let output = price.per_output.saturating_mul(units.output.into());
	price.base.saturating_add(input).saturating_add(output)
}
