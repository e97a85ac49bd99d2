#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod calls;
mod events;
mod fields;
mod order;
mod problem;
mod read;
mod references;
mod reply;

pub use events::{Event, Events};
pub use order::Order;
pub use problem::Problem;
pub use read::{
	default_max_tokens, read, salt_of, Asked, Endpoint, DEFAULT_MAX_TOKENS, MAX_INPUTS,
	MAX_LOGPROBS, MAX_MESSAGES, MAX_MODEL_BYTES, MAX_PAYLOAD_BYTES, MAX_STOPS, MAX_STOP_BYTES,
	MAX_TOOLS, MAX_TOOL_NAME,
};
pub use references::{references, resolve, Answered, References, Spoken};
pub use reply::{vectors, Finish, Head, Logprob, Reply, Usage, Whole, WRITTEN};
