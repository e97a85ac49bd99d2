//! Validators, and the stake behind them.

use super::{AccountId, Balance, BlockNumber};
use serde::{Deserialize, Serialize};
use subxt::ext::{
	scale_decode::{visitor, DecodeAsType},
	scale_encode::{self, EncodeAsType, TypeResolver},
};

/// Counts eras from 0; a fixed number of sessions is an era.
pub type EraIndex = u32;
/// Counts sessions from 0.
pub type SessionIndex = u32;

/// A session under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Session {
	/// Its number.
	pub index: SessionIndex,
	/// Slots since it began: [`crate::Constants::session_blocks`] are all of it. With validators away
	/// there are fewer blocks than slots.
	pub slots: u64,
}
/// Names a slash.
pub type SlashId = u32;
/// What a slash's fraction is of.
const WHOLE: Balance = 1_000_000_000;

/// Why a candidate stands aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum ChillReason {
	/// It was reported for an offence.
	Offence,
	/// It authored no block in too many sessions.
	Absent,
	/// It wants to.
	Own,
}

impl ChillReason {
	/// As a part of a sentence for a person.
	pub fn explain(self) -> &'static str {
		match self {
			Self::Offence => "it was reported for an offence",
			Self::Absent => "it made no block in several sessions",
			Self::Own => "it wants to",
		}
	}
}

/// Whether a candidate stands for election.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum CandidateStatus {
	/// It does.
	Active,
	/// Not for now.
	Chilled {
		/// Why not.
		why: ChillReason,
		/// From which era on it may resume.
		until: EraIndex,
	},
	/// It leaves, and has a seat still: with all stake behind it, as long as nobody takes it.
	Leaving,
}

/// A candidate for the validators' seats.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Candidate {
	/// Its own stake.
	#[serde(with = "super::as_string")]
	pub own: Balance,
	/// What others have delegated to it, together.
	#[serde(with = "super::as_string")]
	pub delegated: Balance,
	/// Its share of what its backers earn, in millionths.
	pub commission: u32,
	/// The last era in which that rose, or in which it joined.
	pub raised_in: EraIndex,
	/// In how many sessions in a row it had a seat and authored no block.
	pub absent: u32,
	/// Whether it stands for election.
	pub status: CandidateStatus,
}

impl Candidate {
	/// All the stake behind it: what elections go by.
	pub fn total(&self) -> Balance {
		self.own.saturating_add(self.delegated)
	}

	/// Whether it stands for election.
	pub fn is_active(&self) -> bool {
		self.status == CandidateStatus::Active
	}
}

/// When validators are next elected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct NextElection {
	/// The era they are elected for.
	pub era: EraIndex,
	/// The election is made when this session begins.
	pub made_in: SessionIndex,
	/// About which block that is.
	pub made_at: BlockNumber,
	/// The first session in which they validate.
	pub serve_from: SessionIndex,
}

/// What stood behind a validator in an era: what its offences in it cost, and by what its rewards
/// are shared.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Exposure {
	/// Its own stake.
	pub own: Balance,
	/// Its share of what its backers earn, in millionths.
	pub commission: u32,
	/// Who else had how much at stake.
	pub backers: Vec<(AccountId, Balance)>,
}

/// A slash that is not applied yet, or not to all.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Slash {
	/// Whose offence it is for.
	pub validator: AccountId,
	/// The era of the offence.
	pub era: EraIndex,
	/// Which part it takes of what was at stake in that era, in thousand millionths.
	pub fraction: u32,
	/// The era in which the chain applies it.
	pub due: EraIndex,
	/// Who reported the offence first and has a share.
	pub reporter: Option<AccountId>,
	/// To how many accounts it has been applied.
	pub done: u32,
}

impl Slash {
	/// The most that it takes from an account, given what stood behind the validator in the era of
	/// the offence. Less when that is not there any more.
	pub fn takes(&self, from: &AccountId, exposure: &Exposure) -> Balance {
		let backers = exposure.backers.iter().filter(|(who, _)| who == from);
		let own = if *from == self.validator { exposure.own } else { 0 };
		let staked = backers.fold(own, |sum: Balance, (_, stake)| sum.saturating_add(*stake));
		let fraction = Balance::from(self.fraction);
		// In two parts, so that nothing is too large.
		let (whole, rest) = (staked / WHOLE, staked % WHOLE);
		whole.saturating_mul(fraction).saturating_add(rest.saturating_mul(fraction) / WHOLE)
	}
}

/// A validator's session keys: the public halves of what its node signs with. Only the runtime
/// and the node need to know what is in them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionKeys(pub(crate) Vec<u8>);

impl SessionKeys {
	/// The keys as a node gave them.
	pub fn from_bytes(bytes: Vec<u8>) -> Self {
		Self(bytes)
	}

	/// The keys as a node takes them.
	pub fn as_bytes(&self) -> &[u8] {
		&self.0
	}
}

impl std::fmt::Display for SessionKeys {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(&super::hex(&self.0))
	}
}

impl Serialize for SessionKeys {
	fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
		to.serialize_str(&self.to_string())
	}
}

/// Writes the node's bytes as they are, when they are what the runtime takes for keys.
impl EncodeAsType for SessionKeys {
	fn encode_as_type_to<R: TypeResolver>(
		&self,
		type_id: R::TypeId,
		types: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		let mut rest = &self.0[..];
		let read = visitor::decode_with_visitor(
			&mut rest,
			type_id,
			types,
			visitor::IgnoreVisitor::<R>::new(),
		);
		if read.is_err() || !rest.is_empty() {
			let length = self.0.len();
			let message = format!("{length} bytes are no session keys of this runtime");
			return Err(scale_encode::Error::custom_string(message));
		}
		out.extend_from_slice(&self.0);
		Ok(())
	}
}

/// What a node answers when it has made new session keys for somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RotatedKeys {
	/// The public keys; the node has the secret ones.
	pub keys: SessionKeys,
	/// Says in the keys' own name that they are for this account: nobody can register another's.
	pub proof: Vec<u8>,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn slash_should_take_its_fraction_of_what_was_at_stake_from_those_who_had_it() {
		let who = |byte| crate::types::account([byte; 32]);
		let mut slash = Slash {
			validator: who(1),
			era: 1,
			fraction: 250_000_000,
			due: 3,
			reporter: None,
			done: 0,
		};
		let backers = vec![(who(2), 10), (who(3), u128::MAX)];
		let exposure = Exposure { own: 400, commission: 0, backers };
		assert_eq!(slash.takes(&who(1), &exposure), 100);
		assert_eq!(slash.takes(&who(2), &exposure), 2);
		assert_eq!(slash.takes(&who(3), &exposure), u128::MAX / 4);
		assert_eq!(slash.takes(&who(4), &exposure), 0);
		slash.fraction = 1_000_000_000;
		assert_eq!(slash.takes(&who(3), &exposure), u128::MAX);
	}
}
