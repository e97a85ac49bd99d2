//! The records of stake.

use crate::pallet::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	BoundedVec, CloneNoBound, DebugNoBound, DefaultNoBound, EqNoBound, PartialEqNoBound,
};
use reckon_primitives::Balance;
use reckon_support::EraIndex;
use scale_info::TypeInfo;
use sp_runtime::{Perbill, Permill};
use sp_staking::SessionIndex;

/// Names a slash. Slashes count from 0, in the order in which they are due.
pub type SlashId = u32;

/// Why a candidate stands aside.
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
pub enum ChillReason {
	/// It was reported for an offence.
	#[codec(index = 0)]
	Offence,
	/// It authored no block in too many sessions.
	#[codec(index = 1)]
	Absent,
	/// It wants to.
	#[codec(index = 2)]
	Own,
}

/// Whether a candidate stands for election.
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
pub enum Status {
	/// It does.
	#[codec(index = 0)]
	Active,
	/// Not for now.
	#[codec(index = 1)]
	Chilled {
		/// Why not.
		why: ChillReason,
		/// From which era on it may resume.
		until: EraIndex,
	},
	/// It leaves, and has a seat still: with all stake behind it, as long as nobody takes it.
	#[codec(index = 2)]
	Leaving,
}

/// A candidate for the validators' seats.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Candidate {
	/// Its own stake, in the smallest token unit.
	pub own: Balance,
	/// What others have delegated to it, together.
	pub delegated: Balance,
	/// Its share of what its backers earn.
	pub commission: Permill,
	/// The last era in which that rose, or in which it joined.
	pub raised_in: EraIndex,
	/// In how many sessions in a row it had a seat and authored no block.
	pub absent: u32,
	/// Whether it stands for election.
	pub status: Status,
}

impl Candidate {
	/// All the stake behind it: what elections go by.
	pub fn total(&self) -> Balance {
		self.own.saturating_add(self.delegated)
	}

	/// Whether it stands for election.
	pub fn is_active(&self) -> bool {
		self.status == Status::Active
	}

	/// Whether it leaves as soon as it has no seat.
	pub fn is_leaving(&self) -> bool {
		self.status == Status::Leaving
	}
}

/// Stake on its way back.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Unbonding<AccountId> {
	/// Behind whom it stood; its owner itself if it was its own stake.
	pub candidate: AccountId,
	/// How much.
	pub amount: Balance,
	/// The last era for whose offences it can be slashed.
	pub exposed_until: EraIndex,
	/// The era in which the chain returns it.
	pub free_from: EraIndex,
}

/// What an account has staked with others, and what is on its way back.
#[derive(
	CloneNoBound,
	PartialEqNoBound,
	EqNoBound,
	DebugNoBound,
	DefaultNoBound,
	Encode,
	Decode,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always", skip_type_params(T))]
#[codec(mel_bound())]
pub struct Staker<T: Config> {
	/// To whom it has delegated; the amounts are with the candidates' backers.
	pub delegations: BoundedVec<T::AccountId, T::MaxDelegationsPerDelegator>,
	/// Its stake on its way back. Each delegation, and the own stake of a candidate, has a place
	/// kept here, so that nothing can stand in the way of its end.
	pub unbonding: BoundedVec<Unbonding<T::AccountId>, T::MaxUnbondings>,
}

/// A candidate's backers and what each has delegated to it, by account.
pub type BackersOf<T> = BoundedVec<
	(<T as frame_system::Config>::AccountId, Balance),
	<T as Config>::MaxDelegationsPerCandidate,
>;

/// What stood behind a validator in an era.
#[derive(
	CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always", skip_type_params(T))]
#[codec(mel_bound())]
pub struct Snapshot<T: Config> {
	/// The validator's own stake.
	pub own: Balance,
	/// Its share of what its backers earn.
	pub commission: Permill,
	/// The largest fraction that an offence of the era costs; smaller ones cost nothing more.
	pub slashed: Perbill,
	/// Who else had how much at stake.
	pub backers: BackersOf<T>,
}

/// A slash that is not applied yet, or not to all.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Slash<AccountId> {
	/// Whose offence it is for.
	pub validator: AccountId,
	/// The era of the offence.
	pub era: EraIndex,
	/// Which part it takes of what was at stake in that era: by how much the offence is worse than
	/// all that were reported before.
	pub fraction: Perbill,
	/// The era in which the chain applies it.
	pub due: EraIndex,
	/// Who reported the offence first and has a share.
	pub reporter: Option<AccountId>,
	/// To how many accounts it has been applied: the validator first, then its backers in order.
	pub done: u32,
}

/// When validators are next elected.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct NextElection<BlockNumber> {
	/// The era they are elected for.
	pub era: EraIndex,
	/// The election is made when this session begins.
	pub made_in: SessionIndex,
	/// About which block that is.
	pub made_at: BlockNumber,
	/// The first session in which they validate.
	pub serve_from: SessionIndex,
}
