//! Where offers and jobs meet.

use crate::{ModelId, SubnetId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A model, served by the rules of a subnet: providers offer it, and jobs draw from those who do.
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
pub struct Market {
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// The model that is asked.
	pub model: ModelId,
}
