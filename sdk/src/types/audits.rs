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

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	#[test]
	fn fingerprint_should_be_written_as_the_chain_reads_it() {
		let mut numbers = [[-1; 16]; 8];
		numbers[3] = std::array::from_fn(|at| i16::MIN + at as i16);
		let theirs = scale_info::meta_type::<reckon_verification::Fingerprint>();
		let mut types = scale_info::Registry::new();
		let id = types.register_type(&theirs).id;
		let types = scale_info::PortableRegistry::from(types);
		let written = Fingerprint(numbers).encode_as_type(id, &types).unwrap();
		assert_eq!(written, reckon_verification::Fingerprint(numbers).encode());
	}
}
