//! Audits as a provider's worker sees them.

use super::{BlockNumber, JobId, H256};
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// What an audit waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum AuditPhase {
	/// The draw of its auditors, and of the lot whether it has any.
	Drawing,
	/// The auditors' blind votes.
	Committing,
	/// The worker, which opens what it has committed to.
	Opening,
	/// The auditors, who open their votes.
	Revealing,
}

/// An audit of a provider's work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Inquiry {
	/// The job.
	pub audit: JobId,
	/// Which of its committees.
	pub round: u8,
	/// What the audit waits for.
	pub phase: AuditPhase,
	/// The last block in which what the audit waits for can come.
	pub until: BlockNumber,
	/// What the audited positions and the projections come from.
	pub challenge: H256,
}

/// The fingerprint of an answer, AF1: for each audited position its projections.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Fingerprint(pub [[i16; 16]; 8]);
