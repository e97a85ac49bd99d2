//! What the chain writes down of an era, and what it answers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use reckon_economics::pro_rata;
use reckon_primitives::Balance;
use reckon_support::EraIndex;
use scale_info::TypeInfo;

/// What there are rewards for. Each has its own pot in every era.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum Duty {
	/// Settled work of providers. A point is the smallest token unit of fees that the work has
	/// brought the treasury. Gateways have their share of each settlement instead.
	#[codec(index = 0)]
	Work,
	/// Blocks and votes of validators.
	#[codec(index = 1)]
	Validation,
}

/// What an era has for one duty.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Pot {
	/// What there is to earn, in the smallest token unit: minted when the era ends.
	pub amount: Balance,
	/// All points of the era.
	pub points: Balance,
	/// How much of the amount has been claimed.
	pub paid: Balance,
}

impl Pot {
	/// What some of the points are worth, rounded down.
	pub fn reward(&self, points: Balance) -> Balance {
		pro_rata(self.amount, points, self.points)
	}

	/// What has not been claimed.
	pub fn left(&self) -> Balance {
		self.amount.saturating_sub(self.paid)
	}
}

/// An era in which somebody earned something.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Era {
	/// For settled work.
	pub work: Pot,
	/// For blocks and votes.
	pub validation: Pot,
}

impl Era {
	/// The pot of a duty.
	pub fn pot(&self, duty: Duty) -> &Pot {
		match duty {
			Duty::Work => &self.work,
			Duty::Validation => &self.validation,
		}
	}

	/// The pot of a duty, to change it.
	pub fn pot_mut(&mut self, duty: Duty) -> &mut Pot {
		match duty {
			Duty::Work => &mut self.work,
			Duty::Validation => &mut self.validation,
		}
	}

	/// Whether nobody has done anything.
	pub fn is_idle(&self) -> bool {
		self.work.points == 0 && self.validation.points == 0
	}

	/// What has not been claimed.
	pub fn left(&self) -> Balance {
		self.work.left().saturating_add(self.validation.left())
	}
}

/// The era that is not over.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct RunningEra<BlockNumber> {
	/// Which one it is.
	pub index: EraIndex,
	/// The block in which it began.
	pub began_at: BlockNumber,
	/// The points so far. In storage there are no amounts yet.
	pub so_far: Era,
}

impl<BlockNumber> RunningEra<BlockNumber> {
	/// An era that begins.
	pub fn begin(index: EraIndex, began_at: BlockNumber) -> Self {
		Self { index, began_at, so_far: Era::default() }
	}
}

/// What the emission is reckoned from. Never changes.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Base {
	/// All the money that there was before the first era.
	pub supply: Balance,
	/// The first era.
	pub era: EraIndex,
}

/// An era as a key whose bytes are in the order of time, so that lists begin with the oldest.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct EraKey(
	/// The index, its highest byte first.
	[u8; 4],
);

impl From<EraIndex> for EraKey {
	fn from(era: EraIndex) -> Self {
		Self(era.to_be_bytes())
	}
}

impl From<EraKey> for EraIndex {
	fn from(key: EraKey) -> Self {
		Self::from_be_bytes(key.0)
	}
}

/// Whether a reward can be claimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub enum ClaimState {
	/// Not yet: the era is not over, and the amount is what it would be if it ended now.
	#[codec(index = 0)]
	Running,
	/// Yes, by anybody, for the earner.
	#[codec(index = 1)]
	Unclaimed,
	/// It has been.
	#[codec(index = 2)]
	Claimed,
}

/// What an account has earned in an era.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct Earnings {
	/// The points that it is paid for.
	pub points: Balance,
	/// The reward, in the smallest token unit.
	pub amount: Balance,
	/// Whether it can be claimed.
	pub state: ClaimState,
}

/// What an account has earned in one era for one duty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct EraEarnings {
	/// The era.
	pub era: EraIndex,
	/// What for.
	pub duty: Duty,
	/// How much, and whether it has been paid.
	pub earnings: Earnings,
}

/// A reward that waits to be claimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct UnclaimedReward {
	/// The era in which it was earned.
	pub era: EraIndex,
	/// What for.
	pub duty: Duty,
	/// What the earner itself gets of it, in the smallest token unit.
	pub amount: Balance,
}
