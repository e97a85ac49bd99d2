//! The vocabulary shared by the chain and the daemons.
//!
//! Nothing here has storage, does IO or knows FRAME. Balances are in the smallest token unit
//! ([`Balance`]); time on chain is in block numbers ([`BlockNumber`]), off chain in Unix
//! milliseconds; work is in the model's own unit (tokens in, tokens out). Hashes are 32 bytes:
//! BLAKE3 for content, Blake2-256 for whatever the chain computes.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod comparison;
mod content;
mod held;
mod job;
mod market;
mod reason;
mod store;
mod work;

pub use comparison::{Comparison, Fate, Progress, Purpose, Sibling, Verdict, MAX_REPLICAS};
pub use content::{content_hash, Content, ContentRef, InlineBytes, MaxInlineBytes};
pub use held::{Held, HeldFor};
pub use job::{
	Assignment, Assurance, Attempt, Delivery, Job, JobRequest, JobState, Privacy, Sampling,
	MAX_ATTEMPTS,
};
pub use market::Market;
pub use reason::Reason;
pub use store::{EntryId, EntryKind};
pub use work::{NumericProfile, Price, TaskKind, TaskSet, Units};

use sp_core::H256;
use sp_runtime::{
	traits::{IdentifyAccount, Verify},
	MultiSignature,
};

/// A block's height.
pub type BlockNumber = u32;
/// An amount in the smallest token unit: 10^-12 RKN.
pub type Balance = u128;
/// How an account signs on this chain.
pub type Signature = MultiSignature;
/// An account: the 32 bytes of its public key or of its derived address.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// The count of an account's transactions.
pub type Nonce = u32;
/// Blake2-256.
pub type Hash = H256;

/// Names a job: `blake2_256(genesis hash, client, client's job counter)`, unique for ever.
pub type JobId = H256;
/// Names a payment channel: unique for ever, on any chain.
pub type ChannelId = H256;
/// Names a batch of receipts: unique for ever, on any chain.
pub type BatchId = H256;
/// Names a model: [`EntryKind::id`] of who registered it and of its canonical manifest's hash.
pub type ModelId = H256;
/// Names a data set: [`EntryKind::id`] of who registered it and of what its record says.
pub type DataSetId = H256;
/// Names an app: [`EntryKind::id`] of who registered it and of what its record says.
pub type AppId = H256;
/// Names a subnet, a set of parameters. Subnet 0 exists from genesis.
pub type SubnetId = u32;
/// Counts sessions from 0: the times between two changes of the validators' set.
pub type SessionIndex = u32;

/// What a payload begins with that is sealed to a worker: nothing that can be read otherwise does.
pub const SEALED: [u8; 16] = *b"reckon:sealed:v1";

/// The chain's token: one source for the runtime, the chain specs and the daemons.
pub mod token {
	/// The ticker that wallets show.
	pub const SYMBOL: &str = "RKN";
	/// Decimal places of one RKN.
	pub const DECIMALS: u8 = 12;
	/// The SS58 prefix of addresses, the generic one until ours is registered.
	pub const SS58_PREFIX: u16 = 42;
	/// One RKN in the smallest unit.
	pub const UNIT: crate::Balance = 1_000_000_000_000;
}
