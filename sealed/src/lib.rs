#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod answer;
mod envelope;
mod key;
mod pad;
mod secret;

pub use answer::{open_answer, Broken, Finish, Part, Sealer, Unsealer, MAX_PART};
pub use envelope::{
	is_sealed, open_with, seal, sealed_len, worker_of, Opened, Terms, Unopened, MAX_OVERHEAD,
};
pub use key::{KeyFault, Keyring, SignedWorkerKey, WorkerKey, LASTS_MS, MAX_KEY_BYTES};
pub use secret::Secret;
