//! Answers that validators compute again.

use super::{AccountId, Balance, BlockNumber, EraIndex, JobId, ModelId, Opinion, SubnetId, H256};
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

/// Which of the committees that can decide an audit sits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum AuditInstance {
	/// The subnet's committee: it only accepts, and when all are of one mind.
	First,
	/// The larger one, after somebody in the first has dissented: two thirds of it convict.
	Larger,
	/// The last one, after a third of the larger one has contradicted another: more than half decide.
	Last,
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

impl AuditPhase {
	/// As a sentence for a person.
	pub fn explain(self) -> &'static str {
		match self {
			Self::Drawing => "auditors are drawn soon, or the lot that there are none",
			Self::Committing => "auditors compute it again",
			Self::Opening => "the worker is to show what it has computed",
			Self::Revealing => "auditors say what they have found",
		}
	}
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

impl Ballot {
	/// As the end of a sentence about its auditor.
	pub fn explain(self) -> &'static str {
		match self {
			Self::Awaited => "is awaited",
			Self::Committed(_) => "has voted, blind",
			Self::Revealed => "has opened its vote",
			Self::Declined => "has given its seat up",
			Self::Missed => "has said nothing in time",
		}
	}
}

/// A delivery that nobody has been paid for.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct AuditedAnswer {
	/// Who pays for the work.
	pub client: AccountId,
	/// Who did it.
	pub provider: AccountId,
	/// Who brought it, if a gateway did.
	pub gateway: Option<AccountId>,
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// The model that was asked.
	pub model: ModelId,
	/// What hides the root over the work's rows.
	pub commitment: H256,
	/// BLAKE3 of what was delivered.
	pub output: H256,
	/// What the provider has if it is right, with the others' shares.
	#[serde(with = "super::as_string")]
	pub charge: Balance,
	/// What it would have for all that this answer stands for: the slash is measured by it.
	#[serde(with = "super::as_string")]
	pub at_stake: Balance,
}

/// A gateway's batch that waits to be paid.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct AuditedBatch {
	/// Who has put it together.
	pub gateway: AccountId,
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// How many receipts it has.
	pub receipts: u32,
	/// What it has charged.
	#[serde(with = "super::as_string")]
	pub charge: Balance,
}

/// What an audit is about.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum AuditSubject {
	/// A delivery.
	Answer(AuditedAnswer),
	/// A gateway's batch of receipts.
	Batch(AuditedBatch),
}

/// What a worker has opened of its rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct OpenedRows {
	/// Names all of its rows: what it committed to with the delivery.
	pub root: H256,
	/// What it says the rows' fingerprint is, by the audit's challenge.
	pub fingerprint: Fingerprint,
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
	/// What it is about.
	pub subject: AuditSubject,
	/// Why there is one.
	pub cause: Cause,
	/// Which part of such work is audited, in millionths; known once the lot was drawn.
	pub rate: u32,
	/// What its client has held for the auditors.
	#[serde(with = "super::as_string")]
	pub fee: Balance,
	/// What it waits for.
	pub phase: AuditPhase,
	/// When the chain itself looks at it again.
	pub due: BlockNumber,
	/// Which of its committees this is; 0 before the first.
	pub round: u8,
	/// Which of the committees that can decide it this is.
	pub instance: AuditInstance,
	/// How often too few auditors said anything.
	pub retries: u8,
	/// How many of them must say something.
	pub quorum: u32,
	/// What the audited positions and the projections come from.
	pub challenge: H256,
	/// What the worker has opened; of the last committee, what it has opened for the one whose rows that
	/// looks at.
	pub opened: Option<OpenedRows>,
	/// The committee.
	pub seats: Vec<Seat>,
	/// What the committees before this one said, vote by vote: the first one's, then the larger one's.
	pub earlier: Vec<Vec<Opinion>>,
}

impl Audit {
	/// A few words on what it waits for.
	pub fn explain(&self) -> &'static str {
		match (self.phase, self.cause) {
			(AuditPhase::Drawing, Cause::Lot) if self.round == 0 => {
				"the lot whether it is audited is drawn soon"
			},
			(AuditPhase::Drawing, _) => "its auditors are drawn soon",
			(phase, _) => phase.explain(),
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

/// A seat as its auditor sees it.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct AuditDuty {
	/// The audit: the job's id, or the batch's.
	pub audit: JobId,
	/// What it is about.
	pub subject: AuditSubject,
	/// Which of its committees.
	pub round: u8,
	/// What the audit waits for.
	pub phase: AuditPhase,
	/// How far the auditor's vote is.
	pub ballot: Ballot,
	/// The last block in which what the audit waits for can come.
	pub until: BlockNumber,
	/// What the audited positions and the projections come from.
	pub challenge: H256,
	/// What the worker has opened.
	pub opened: Option<OpenedRows>,
}

impl AuditDuty {
	/// What is asked of the auditor now; nothing when it is others' turn, or it has had its own.
	pub fn asked(&self) -> Option<&'static str> {
		match (self.phase, self.ballot, &self.subject) {
			(AuditPhase::Committing, Ballot::Awaited, AuditSubject::Answer(_)) => {
				Some("to compute the answer again, and vote blindly")
			},
			(AuditPhase::Committing, Ballot::Awaited, AuditSubject::Batch(_)) => {
				Some("to look at all of the batch's receipts, and vote blindly")
			},
			(AuditPhase::Revealing, Ballot::Committed(_), AuditSubject::Answer(_)) => {
				Some("to look at the worker's rows, and open its vote")
			},
			(AuditPhase::Revealing, Ballot::Committed(_), AuditSubject::Batch(_)) => {
				Some("to open its vote")
			},
			_ => None,
		}
	}

	/// A few words on what is asked of the auditor, or why nothing is.
	pub fn explain(&self) -> &'static str {
		self.asked().unwrap_or(match (self.ballot, self.phase) {
			(Ballot::Declined, _) => "nothing: it has given this seat up",
			(Ballot::Missed, _) => "nothing any more: it has said nothing in time",
			(Ballot::Revealed, _) => "nothing any more: its vote is open",
			(_, AuditPhase::Drawing) => "nothing: other auditors are drawn soon",
			(_, AuditPhase::Opening) => "nothing now: the worker is to show what it has computed",
			_ => "nothing now: others are to vote",
		})
	}
}

/// What is held against a validator as an auditor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Conduct {
	/// Blind votes that are awaited of it.
	pub open: u32,
	/// Votes that did not come in time, less those that counted since, since the last slash.
	pub missed: u32,
	/// The era that what is below is of.
	pub era: EraIndex,
	/// How many seats it gave up.
	pub declined: u32,
	/// Whether a vote of its was proved wrong that it was alone with: it is not drawn any more.
	pub barred: bool,
	/// What it has done in committees that were drawn in this era.
	pub now: Offences,
	/// What it has done in committees that were drawn in the era before.
	pub before: Offences,
}

impl Conduct {
	/// The same as it is held against the validator in an era: the chain has it as it was when anything
	/// was last counted, and forgets what is older than the era before.
	pub fn in_era(self, era: EraIndex) -> Self {
		if self.era == era {
			return self;
		}
		let is_next = self.era.checked_add(1) == Some(era);
		let before = if is_next { self.now } else { Offences::default() };
		Self { open: self.open, missed: self.missed, era, before, ..Self::default() }
	}
}

/// What costs an auditor stake, of the committees that were drawn in one era.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Offences {
	/// Series of votes that did not come.
	pub silences: u32,
	/// Votes that were proved wrong, as far as they cost anything: each that it was alone with, and one
	/// of all others.
	pub lies: u32,
	/// Whether one was proved wrong by a committee in which others said the same.
	pub outvoted: bool,
}

/// What is asked of auditors, and what it costs them not to do it. Slashes are in thousand millionths of
/// the stake.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct AuditBounds {
	/// Blind votes that can be asked of a validator at a time.
	pub max_open_seats: u32,
	/// How many seats a validator can give up in an era.
	pub max_declines: u32,
	/// Votes that did not come before stake is lost.
	pub misses_before_slash: u32,
	/// What each such series costs.
	pub miss_slash: u32,
	/// What each vote costs that is proved wrong, and all series together at most.
	pub wrong_vote_slash: u32,
}

impl AuditBounds {
	/// What offences of one era cost: thousand millionths of the stake of that era.
	pub fn slash(&self, offences: &Offences) -> u32 {
		let silence = self.miss_slash.saturating_mul(offences.silences).min(self.wrong_vote_slash);
		let lies = self.wrong_vote_slash.saturating_mul(offences.lies);
		silence.saturating_add(lies).min(1_000_000_000)
	}
}

/// The fingerprint of an answer, AF1: for each audited position its projections.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
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
			subject: batch(),
			cause: Cause::Lot,
			rate: 0,
			fee: 0,
			phase,
			due: 1,
			round: 1,
			instance: AuditInstance::First,
			retries: 0,
			quorum: 3,
			challenge: H256::zero(),
			opened: None,
			seats: all.map(seat).to_vec(),
			earlier: Vec::new(),
		};
		assert_eq!(audit(AuditPhase::Committing).votes(), 2);
		assert_eq!(audit(AuditPhase::Opening).votes(), 2);
		assert_eq!(audit(AuditPhase::Revealing).votes(), 1);
	}

	fn batch() -> AuditSubject {
		let gateway = AccountId::from([2; 32]);
		AuditSubject::Batch(AuditedBatch { gateway, subnet: 0, receipts: 1, charge: 1 })
	}

	fn answer() -> AuditSubject {
		let (who, hash) = (AccountId::from([2; 32]), H256::zero());
		AuditSubject::Answer(AuditedAnswer {
			client: who,
			provider: who,
			gateway: None,
			subnet: 0,
			model: hash,
			commitment: hash,
			output: hash,
			charge: 1,
			at_stake: 1,
		})
	}

	#[test]
	fn auditor_should_be_asked_only_when_it_is_its_turn() {
		use AuditPhase::*;
		let blind = Ballot::Committed(H256::zero());
		let duty = |subject, phase, ballot| AuditDuty {
			audit: H256::zero(),
			subject,
			round: 1,
			phase,
			ballot,
			until: 7,
			challenge: H256::zero(),
			opened: None,
		};
		let asked = |subject, phase, ballot| duty(subject, phase, ballot).asked();
		assert!(asked(answer(), Committing, Ballot::Awaited).unwrap().contains("compute"));
		assert!(asked(batch(), Committing, Ballot::Awaited).unwrap().contains("receipts"));
		assert!(asked(answer(), Revealing, blind).unwrap().contains("rows"));
		assert_eq!(asked(batch(), Revealing, blind), Some("to open its vote"));
		for (phase, ballot, why) in [
			(Drawing, Ballot::Missed, "nothing in time"),
			(Committing, blind, "others are to vote"),
			(Committing, Ballot::Declined, "given this seat up"),
			(Opening, blind, "the worker is to show"),
			(Revealing, Ballot::Revealed, "its vote is open"),
		] {
			let duty = duty(answer(), phase, ballot);
			assert_eq!(duty.asked(), None, "{duty:?}");
			assert!(duty.explain().contains(why), "{}", duty.explain());
		}
	}

	#[test]
	fn conduct_should_forget_with_the_eras_as_the_chain_does() {
		let now = Offences { silences: 1, lies: 2, outvoted: true };
		let before = Offences { silences: 3, ..Offences::default() };
		let conduct =
			Conduct { open: 4, missed: 5, era: 6, declined: 7, barred: true, now, before };
		assert_eq!(conduct.in_era(6), conduct);
		let next = Conduct { open: 4, missed: 5, era: 7, before: now, ..Conduct::default() };
		assert_eq!(conduct.in_era(7), next);
		let later = Conduct { open: 4, missed: 5, era: 8, ..Conduct::default() };
		assert_eq!(conduct.in_era(8), later);
	}

	#[test]
	fn offences_should_cost_what_the_chain_takes() {
		let bounds = AuditBounds {
			max_open_seats: 12,
			max_declines: 32,
			misses_before_slash: 10,
			miss_slash: 1_000_000,
			wrong_vote_slash: 50_000_000,
		};
		let cost = |silences, lies| bounds.slash(&Offences { silences, lies, outvoted: false });
		assert_eq!((cost(0, 0), cost(3, 0), cost(0, 2)), (0, 3_000_000, 100_000_000));
		assert_eq!(cost(60, 1), 100_000_000, "silence costs no more than one wrong vote");
		assert_eq!(cost(0, 99), 1_000_000_000, "there is no more than all");
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
