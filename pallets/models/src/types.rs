//! A model's records.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use reckon_primitives::{NumericProfile, TaskSet};
use scale_info::TypeInfo;
use sp_runtime::Permill;

/// The most bytes of a name: an organisation and a model's name as hubs write them.
pub type MaxNameBytes = ConstU32<96>;
/// What people call a model, for example `reckon/lexicon-7m`: `a-z 0-9 . _ - /`.
pub type Name = BoundedVec<u8, MaxNameBytes>;
/// The most bytes of a licence: an SPDX expression.
pub type MaxLicenceBytes = ConstU32<64>;
/// A licence as an SPDX expression, UTF-8.
pub type Licence = BoundedVec<u8, MaxLicenceBytes>;

/// Whether a model is in use.
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
pub enum Status<BlockNumber> {
	/// It can be offered and asked for.
	#[codec(index = 0)]
	Active,
	/// Not any more.
	#[codec(index = 1)]
	Deprecated {
		/// From which block on the chain removes it and returns the deposit.
		until: BlockNumber,
	},
}

/// What a model's owner says of it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct ModelDetails {
	/// What people call it.
	pub name: Name,
	/// What it can do.
	pub tasks: TaskSet,
	/// How its numbers are computed.
	pub profile: NumericProfile,
	/// The most units (tokens) that prompt and answer can have together.
	pub context: u32,
	/// Its licence.
	pub licence: Licence,
	/// The owner's share of each charge.
	pub royalty: Permill,
}

/// A model's record.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Model<AccountId, BlockNumber, Deposit> {
	/// Who has the royalty and the rights.
	pub owner: AccountId,
	/// What the owner says of it.
	pub details: ModelDetails,
	/// Whether it is in use.
	pub status: Status<BlockNumber>,
	/// Who registered it, and left the deposit.
	pub depositor: AccountId,
	/// The deposit for its place in storage.
	pub deposit: Deposit,
}
