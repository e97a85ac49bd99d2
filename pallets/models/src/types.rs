//! The records.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedBTreeSet, BoundedVec};
use reckon_primitives::{DataSetId, ModelId, NumericProfile, TaskSet};
use reckon_verification::Thresholds;
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// The most bytes of a name: an organisation and a model's name as hubs write them.
pub type MaxNameBytes = ConstU32<96>;
/// What people call an entry, for example `reckon/lexicon-7m`: `a-z 0-9 . _ - /`.
pub type Name = BoundedVec<u8, MaxNameBytes>;
/// The most bytes of a licence: an SPDX expression.
pub type MaxLicenceBytes = ConstU32<64>;
/// A licence as an SPDX expression: printable ASCII, not empty.
pub type Licence = BoundedVec<u8, MaxLicenceBytes>;
/// The most bytes of a location.
pub type MaxLocationBytes = ConstU32<128>;
/// A URI: printable ASCII without spaces.
pub type Location = BoundedVec<u8, MaxLocationBytes>;
/// The most other entries of a kind that one entry names: who needs more names a collection.
pub type MaxReferences = ConstU32<8>;
/// The models that an entry names.
pub type ModelIds = BoundedBTreeSet<ModelId, MaxReferences>;
/// The data sets that an entry names.
pub type DataSetIds = BoundedBTreeSet<DataSetId, MaxReferences>;

/// Whether an entry is in use.
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
	/// It is; a model can be offered and asked for.
	#[codec(index = 0)]
	Active,
	/// Not any more.
	#[codec(index = 1)]
	Deprecated {
		/// From which block on the chain removes it and returns the deposit.
		until: BlockNumber,
	},
}

/// What all entries have.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Listing<AccountId, BlockNumber, Deposit> {
	/// Who has the rights, and a model's royalty.
	pub owner: AccountId,
	/// What people call it.
	pub name: Name,
	/// Whether it is in use.
	pub status: Status<BlockNumber>,
	/// Who registered it, and left the deposit.
	pub depositor: AccountId,
	/// The deposit for its place in storage.
	pub deposit: Deposit,
	/// How many bytes the deposit was asked for.
	pub bytes: u32,
}

/// An entry of the store.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Entry<Listing, Details> {
	/// What all entries have.
	pub listing: Listing,
	/// What its kind has; never changes.
	pub details: Details,
}

/// How far honest answers of a model lie apart, as its owner has measured.
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
pub struct Calibration {
	/// What auditors go by.
	pub thresholds: Thresholds,
	/// BLAKE3 of the report, as `reckon-worker calibrate` writes it.
	pub report: H256,
}

impl Calibration {
	/// Whether its thresholds tell anything apart: what convicts is above what is honest, and there
	/// is something above it.
	pub fn is_valid(&self) -> bool {
		let Thresholds { distance, margin } = self.thresholds;
		[distance, margin]
			.iter()
			.all(|limits| limits.flag <= limits.slash && limits.slash < u32::MAX)
	}
}

/// What is left of a model that was removed.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct RetiredModel<AccountId, Deposit> {
	/// Who registered it.
	pub depositor: AccountId,
	/// What stays of the deposit, for the id's place in storage.
	pub deposit: Deposit,
}

#[cfg(feature = "runtime-benchmarks")]
impl Calibration {
	/// One that tells things apart.
	pub(crate) fn for_benchmark() -> Self {
		let limits = reckon_verification::Limits { flag: 500, slash: 2_000 };
		Self { thresholds: Thresholds { distance: limits, margin: limits }, report: H256::zero() }
	}
}

/// What a model's owner says of it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct ModelDetails {
	/// BLAKE3 of the canonical manifest, which lists the files.
	pub manifest: H256,
	/// What it can do.
	pub tasks: TaskSet,
	/// How its numbers are computed.
	pub profile: NumericProfile,
	/// What auditors go by, if its owner has had it calibrated: without it no answer is audited.
	/// Only for the profile `F32`.
	pub calibration: Option<Calibration>,
	/// The most units (tokens) that prompt and answer can have together.
	pub context: u32,
	/// Its licence.
	pub licence: Licence,
	/// The owner's share of each charge.
	pub royalty: Permill,
	/// The data sets of the store that it was trained on, as far as the owner says; some may have
	/// left the store since.
	pub trained_on: DataSetIds,
}

/// What a data set's owner says of it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct DataSetDetails {
	/// BLAKE3 of its file, or of the list of its files when there are several.
	pub content: H256,
	/// How many bytes all its files have.
	pub bytes: u64,
	/// How many records there are; 0 when it does not consist of records.
	pub records: u64,
	/// BLAKE3 of the text that describes it, when there is one.
	pub description: Option<H256>,
	/// Where content and description can be fetched, when the owner says so.
	pub location: Option<Location>,
	/// Its licence.
	pub licence: Licence,
}

/// What an app's owner says of it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct AppDetails {
	/// The models of the store that it asks, one at least; some may have left the store since.
	pub models: ModelIds,
	/// The data sets of the store that it uses; some may have left the store since.
	pub data_sets: DataSetIds,
	/// Where people use it, or fetch it.
	pub location: Location,
	/// BLAKE3 of the program, when it is one to fetch.
	pub content: Option<H256>,
	/// BLAKE3 of the text that describes it, when there is one.
	pub description: Option<H256>,
	/// Its licence.
	pub licence: Licence,
}
