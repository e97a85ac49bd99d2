//! What is earned, era by era.

use super::{Balance, BlockNumber, EraIndex};
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// What there are rewards for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[serde(rename_all = "snake_case")]
pub enum Duty {
	/// Settled work of providers. Gateways have their share of each settlement instead.
	Work,
	/// Blocks and votes of validators.
	Validation,
}

impl std::fmt::Display for Duty {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.pad(match self {
			Self::Work => "work",
			Self::Validation => "validation",
		})
	}
}

/// What an era has for one duty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Pot {
	/// What there is to earn: minted when the era ends.
	#[serde(with = "super::as_string")]
	pub amount: Balance,
	/// All points of the era.
	#[serde(with = "super::as_string")]
	pub points: Balance,
	/// How much of the amount has been claimed.
	#[serde(with = "super::as_string")]
	pub paid: Balance,
}

/// An era in which somebody earned something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Era {
	/// For settled work.
	pub work: Pot,
	/// For blocks and votes.
	pub validation: Pot,
}

/// The era that is not over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct RunningEra {
	/// Which one it is.
	pub index: EraIndex,
	/// The block in which it began.
	pub began_at: BlockNumber,
	/// The points so far, and what they would earn if the era ended now.
	pub so_far: Era,
}

/// Whether a reward can be claimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
	/// Not yet: the era is not over, and the amount is what it would be if it ended now.
	Running,
	/// Yes, by anybody, for the earner.
	Unclaimed,
	/// It has been.
	Claimed,
}

/// What an account has earned in an era.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Earnings {
	/// The points that it is paid for.
	#[serde(with = "super::as_string")]
	pub points: Balance,
	/// The reward.
	#[serde(with = "super::as_string")]
	pub amount: Balance,
	/// Whether it can be claimed.
	pub state: ClaimState,
}

/// What an account has earned in one era for one duty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct EraEarnings {
	/// The era.
	pub era: EraIndex,
	/// What for.
	pub duty: Duty,
	/// How much, and whether it has been paid.
	pub earnings: Earnings,
}

/// A reward that waits to be claimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct UnclaimedReward {
	/// The era in which it was earned.
	pub era: EraIndex,
	/// What for.
	pub duty: Duty,
	/// What the earner itself gets of it.
	#[serde(with = "super::as_string")]
	pub amount: Balance,
}
