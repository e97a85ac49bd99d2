//! Answers that validators compute again.

use super::{AccountId, Balance, BlockNumber, JobId, H256};
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// Up to where a measurement is honest, and from where on it convicts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Limits {
	/// Above this the answer is doubtful.
	pub flag: u32,
	/// Above this it is another model's.
	pub slash: u32,
}

/// What auditors go by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Thresholds {
	/// How far fingerprints may lie apart, in parts per million.
	pub distance: Limits,
	/// By how much an answer's tokens may lose, in millionths of a logit.
	pub margin: Limits,
}

/// How far honest answers of a model lie apart, as its owner has measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Calibration {
	/// What auditors go by.
	pub thresholds: Thresholds,
	/// BLAKE3 of the report, as `reckon-worker calibrate` writes it.
	pub report: H256,
}

/// Why something is audited.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Cause {
	/// The lot may fall on it.
	Lot,
	/// The client wants nobody paid before.
	Attested,
	/// The client pays for it.
	Requested,
	/// It was drawn out of a gateway's batch.
	Sampled,
}

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

/// How far an auditor's vote is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Ballot {
	/// It may still come.
	Awaited,
	/// It is there, blind.
	Committed(H256),
	/// It is open.
	Revealed,
	/// The auditor has given its seat up.
	Declined,
	/// The auditor has said nothing in time.
	Missed,
}

/// A place in a committee.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Seat {
	/// The validator that has it.
	pub auditor: AccountId,
	/// The key that it votes with, sr25519. In JSON an address.
	#[serde(with = "super::channel::as_address")]
	pub key: [u8; 32],
	/// How far its vote is.
	pub ballot: Ballot,
}

/// An audit that has not ended.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Audit {
	/// Why there is one.
	pub cause: Cause,
	/// What its client has held for the auditors.
	#[serde(with = "super::as_string")]
	pub fee: Balance,
	/// What it waits for.
	pub phase: AuditPhase,
	/// When the chain itself looks at it again.
	pub due: BlockNumber,
	/// Which of its committees this is; 0 before the first.
	pub round: u8,
	/// Whether this is the larger committee, whose word is final.
	pub larger: bool,
	/// How often too few auditors said anything.
	pub retries: u8,
	/// How many of them must say something.
	pub quorum: u32,
	/// What the audited positions and the projections come from.
	pub challenge: H256,
	/// The committee.
	pub seats: Vec<Seat>,
}

impl Audit {
	/// A few words on what it waits for.
	pub fn explain(&self) -> &'static str {
		match (self.phase, self.cause) {
			(AuditPhase::Drawing, Cause::Lot) => "the lot whether it is audited is drawn soon",
			(AuditPhase::Drawing, _) => "its auditors are drawn soon",
			(AuditPhase::Committing, _) => "auditors compute it again",
			(AuditPhase::Opening, _) => "the worker is to show what it has computed",
			(AuditPhase::Revealing, _) => "auditors say what they have found",
		}
	}

	/// How many of the auditors who sit have said so much that the audit can go on.
	pub fn votes(&self) -> usize {
		let is_there = |seat: &&Seat| match self.phase {
			AuditPhase::Revealing => seat.ballot == Ballot::Revealed,
			_ => matches!(seat.ballot, Ballot::Committed(_)),
		};
		self.seats.iter().filter(is_there).count()
	}
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
	fn votes_should_be_those_that_the_phase_is_about() {
		let blind = Ballot::Committed(H256::zero());
		let all = [Ballot::Awaited, blind, blind, Ballot::Revealed, Ballot::Missed];
		let seat = |ballot| Seat { auditor: AccountId::from([1; 32]), key: [9; 32], ballot };
		let audit = |phase| Audit {
			cause: Cause::Lot,
			fee: 0,
			phase,
			due: 1,
			round: 1,
			larger: false,
			retries: 0,
			quorum: 3,
			challenge: H256::zero(),
			seats: all.map(seat).to_vec(),
		};
		assert_eq!(audit(AuditPhase::Committing).votes(), 2);
		assert_eq!(audit(AuditPhase::Opening).votes(), 2);
		assert_eq!(audit(AuditPhase::Revealing).votes(), 1);
	}

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
