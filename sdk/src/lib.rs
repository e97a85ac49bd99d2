//! The Reckon chain for programs: reads at a block of your choice, signed calls whose end is
//! known, content by hash. The only crate that names subxt.
//!
//! ```no_run
//! # async fn example() -> Result<(), reckon_sdk::Error> {
//! use reckon_sdk::{calls, Chain, Content, JobRequest, Signer, Submitter, TaskKind, Until};
//!
//! let chain = Chain::connect("ws://127.0.0.1:9944").await?;
//! let model = chain.latest().await?.model_by_name("reckon/lexicon-7m").await?.unwrap();
//! let submitter = Submitter::start(chain.clone(), Signer::from_suri("//Alice")?);
//!
//! let best = chain.best().await?;
//! let request = JobRequest::new(
//!     model,
//!     TaskKind::Chat,
//!     Content::from(b"what is a ledger?".to_vec()),
//!     5_000_000_000,
//!     best.number + 100,
//! );
//! let outcome = submitter.submit_until(calls::submit_job(request), Until::InBlock).await?;
//! let job = outcome.job_submitted().unwrap();
//! let settled = chain.wait_for_job(job).last().await?;
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

mod at;
mod blobs;
pub mod calls;
mod chain;
mod compat;
mod content;
mod error;
mod events;
mod follow;
mod signer;
mod submit;
pub mod types;

pub use self::{
	at::{At, Constants},
	blobs::{fetch_content, BlobClient, BlobError},
	calls::Call,
	chain::{Chain, ChainInfo},
	content::{content_hash, Content, ContentRef, MAX_INLINE_BYTES},
	error::{DispatchError, Error, SubmitError},
	events::{ChainEvent, ChannelEvent, JobEvent},
	follow::{BlockStream, Heads, JobUpdate, JobUpdates},
	signer::{Signer, SignerError},
	submit::{Outcome, Submitter, Until},
	types::*,
};
