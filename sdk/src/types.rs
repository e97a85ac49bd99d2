//! What the chain speaks of: jobs, the store, providers, money, stake, rewards, subnets, channels.
//!
//! These are the chain's own records, decoded by name: a runtime that adds a field or a variant
//! needs no new build of a program that does not care for it. `compat/tests.rs` holds them
//! against the committed metadata. Balances are in the smallest token unit and are strings in
//! JSON, because JavaScript's numbers end at 2^53.

mod audit;
mod channel;
mod comparison;
mod job;
mod market;
mod money;
mod reason;
mod rewards;
mod staking;
mod store;
mod subnet;
mod vote;
mod work;

pub use self::{
	audit::{
		Audit, AuditBounds, AuditDuty, AuditInstance, AuditPhase, AuditSubject, AuditedAnswer,
		AuditedBatch, Ballot, Calibration, Cause, Conduct, Fingerprint, Inquiry, Limits, Offences,
		OpenedRows, Seat, Thresholds,
	},
	channel::{
		Acknowledgement, Batch, BatchId, BatchState, Channel, ChannelBounds, Complaint,
		ComplaintBounds, Contribution, GatewayRequest, Item, LaneClaim, Node, Payout, Proof,
		Receipt, Rejection, Root, Sample, SampleTerms, SampledAnswer, SampledReceipt, Samples,
		SignedAcknowledgement, SignedReceipt, SignedVoucher, Total, Voucher,
	},
	comparison::{Comparison, Progress, Purpose, Sibling, Verdict},
	job::{Assignment, Assurance, Attempt, Delivery, Job, JobRequest, JobState, Privacy, Sampling},
	market::{Market, Offer, Provider, ProviderStatus, Standing},
	money::{format_amount, parse_amount, token, Account, Held, HeldFor, Ledger, Unbonding},
	reason::Reason,
	rewards::{ClaimState, Duty, Earnings, Era, EraEarnings, Pot, RunningEra, UnclaimedReward},
	staking::{
		Candidate, CandidateStatus, ChillReason, EraIndex, Exposure, NextElection, RotatedKeys,
		Session, SessionIndex, SessionKeys, Slash, SlashId,
	},
	store::{
		model_id, App, AppDetails, AppId, DataSet, DataSetDetails, DataSetId, EntryId, EntryKind,
		EntryStatus, Listing, Model, ModelDetails,
	},
	subnet::{
		Gateway, GatewayStatus, Membership, Subnet, SubnetBounds, SubnetChange, SubnetId,
		SubnetParameters, SubnetStatus,
	},
	vote::{EndingFault, Fault, Grade, Opinion, RowsSeen, Statement, Statistics, Vote},
	work::{NumericProfile, Price, TaskKind, TaskSet, Units},
};
pub use crate::content::{Content, ContentRef};
pub use subxt::utils::{AccountId32 as AccountId, H256};

/// An amount in the smallest token unit: 10^-12 RKN.
pub type Balance = u128;
/// A block's height.
pub type BlockNumber = u32;
/// Names a job.
pub type JobId = H256;
/// Names a payment channel.
pub type ChannelId = H256;
/// Names a model: [`model_id`] of who registered it and of its canonical manifest's hash.
pub type ModelId = H256;

/// A block: its height and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct BlockRef {
	/// The height.
	pub number: BlockNumber,
	/// The hash.
	pub hash: H256,
}

impl std::fmt::Display for BlockRef {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "#{} ({:?})", self.number, self.hash)
	}
}

/// An account as 32 bytes.
pub fn account(bytes: [u8; 32]) -> AccountId {
	AccountId::from(bytes)
}

/// Bytes as people write them: `0x…`.
pub fn hex(bytes: &[u8]) -> String {
	bytes.iter().fold("0x".to_owned(), |mut text, byte| {
		text.push_str(&format!("{byte:02x}"));
		text
	})
}

/// Serialises balances as decimal strings; reads strings and numbers.
pub(crate) mod as_string {
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	pub fn serialize<S: Serializer>(value: &u128, to: S) -> Result<S::Ok, S::Error> {
		to.serialize_str(&value.to_string())
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
		#[derive(Deserialize)]
		#[serde(untagged)]
		enum Either {
			Text(String),
			Number(u64),
		}
		match Either::deserialize(from)? {
			Either::Text(text) => text.parse().map_err(D::Error::custom),
			Either::Number(number) => Ok(number.into()),
		}
	}
}

/// Serialises bytes that are text as text.
pub(crate) mod as_text {
	use serde::{Deserialize, Deserializer, Serializer};

	pub fn serialize<S: Serializer>(value: &[u8], to: S) -> Result<S::Ok, S::Error> {
		to.serialize_str(&String::from_utf8_lossy(value))
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
		String::deserialize(from).map(String::into_bytes)
	}
}
