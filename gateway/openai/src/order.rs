//! What is ordered, whichever door it came in by.

use reckon_primitives::{Balance, ContentRef, ModelId, Price, Sampling, TaskKind};
use reckon_receipts::Request;
use sp_core::H256;

/// What a request of OpenAI's asks of the network. Two programs that read the same bytes make the same
/// order of them: a client signs for what its gateway will understand.
#[derive(Clone, PartialEq, Debug)]
pub struct Order {
	/// The model's name in the store.
	pub model: String,
	/// What is asked of it.
	pub task: TaskKind,
	/// JSON with `messages`, `prompt` or `input`, and `stop` where there are stop strings.
	pub payload: Vec<u8>,
	/// Whether the first of `messages` is instructions for this answer alone, which who goes on from it does
	/// not have.
	pub instructed: bool,
	/// How tokens are chosen. The salt is what the client's `seed` makes.
	pub sampling: Sampling,
	/// Whether `sampling.salt` was asked for.
	pub seeded: bool,
	/// OpenAI's `presence_penalty`, in thousandths.
	pub presence_milli: i16,
	/// OpenAI's `frequency_penalty`, in thousandths.
	pub frequency_milli: i16,
	/// How many alternatives of each token are wanted with its probability; `None`: no probabilities.
	pub logprobs: Option<u8>,
}

impl Order {
	/// The request that a voucher is signed for.
	pub fn request(&self, model: ModelId, nonce: H256, price: Price<Balance>) -> Request {
		let salt = if self.seeded { self.sampling.salt } else { nonce };
		Request {
			nonce,
			model,
			task: self.task,
			payload: ContentRef::of(&self.payload),
			sampling: Sampling { salt, ..self.sampling },
			presence_milli: self.presence_milli,
			frequency_milli: self.frequency_milli,
			price,
		}
	}
}
