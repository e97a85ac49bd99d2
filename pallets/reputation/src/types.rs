//! A provider's standing.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use reckon_economics::Evidence;
use scale_info::TypeInfo;
use sp_runtime::{traits::AtLeast32BitUnsigned, Permill, SaturatedConversion};

/// What is known about a provider.
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
pub struct Standing<BlockNumber> {
	/// What has become of its work.
	pub evidence: Evidence,
	/// The block up to which the evidence has faded.
	pub touched: BlockNumber,
}

impl<BlockNumber: AtLeast32BitUnsigned + Copy> Standing<BlockNumber> {
	/// That of a newcomer.
	pub(crate) fn new(now: BlockNumber) -> Self {
		Self { evidence: Evidence::default(), touched: now }
	}

	/// The standing with all whole steps of fading that there were until now. What is left of a step
	/// is not lost, however often somebody asks.
	pub(crate) fn at(mut self, now: BlockNumber, step: BlockNumber) -> Self {
		let steps =
			now.saturating_sub(self.touched).checked_div(&step).unwrap_or_else(BlockNumber::zero);
		self.evidence.fade(steps.saturated_into());
		self.touched = self.touched.saturating_add(steps.saturating_mul(step));
		self
	}
}

/// A standing as people want to see it, at the current block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct StandingSummary<BlockNumber> {
	/// From 0 (never delivers) to 1 (always delivers).
	pub score: Permill,
	/// What speaks for it, in millionths of an outcome.
	pub good: u64,
	/// What speaks against it, in millionths of an outcome.
	pub bad: u64,
	/// The block up to which the evidence has faded.
	pub touched: BlockNumber,
}
