//! Vouchers: what a client lets a gateway take.

use crate::hash::payload;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use reckon_primitives::{Balance, ChannelId};
use scale_info::TypeInfo;
use sp_core::{sr25519, H256};
use sp_runtime::traits::Verify;

const DOMAIN: &[u8] = b"reckon:voucher:v1";

/// A client lets its gateway take money out of a channel, up to `cumulative` through this lane since
/// the channel was opened.
///
/// A lane's newest voucher replaces all before it, so a lost one is no loss. Before an answer the
/// voucher covers the most that it can cost; the lane's next one starts from what it did cost.
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
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
pub struct Voucher {
	/// The channel, which exists once on one chain.
	pub channel: ChannelId,
	/// The lane, from 0: an independent counter, so that parallel requests never wait for one another.
	pub lane: u16,
	/// All that may be taken through this lane, ever, in the smallest token unit.
	#[cfg_attr(feature = "std", serde(with = "crate::file::decimal"))]
	pub cumulative: Balance,
	/// What it was signed for: the request's hash.
	pub request: H256,
}

impl Voucher {
	/// What the client's session key signs.
	pub fn payload(&self, genesis: &H256) -> Vec<u8> {
		payload(DOMAIN, genesis, self)
	}

	/// What this voucher covers beyond `taken`, which has been taken through its lane already.
	///
	/// # Errors
	/// When it covers less than that: an old voucher.
	pub fn uncovered(&self, taken: Balance) -> Result<Balance, VoucherError> {
		self.cumulative.checked_sub(taken).ok_or(VoucherError::Stale)
	}

	/// By how much this voucher raises what the one before it let the gateway take. The chain asks
	/// only for what covers it; a gateway takes no request for a voucher that does not follow.
	///
	/// # Errors
	/// When it does not follow that one: another channel or lane, or a lower sum.
	pub fn raises(&self, before: &Self) -> Result<Balance, VoucherError> {
		if self.channel != before.channel {
			return Err(VoucherError::Channel);
		}
		if self.lane != before.lane {
			return Err(VoucherError::Lane);
		}
		self.uncovered(before.cumulative)
	}
}

/// Why a voucher is not to be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VoucherError {
	/// It is another channel's.
	Channel,
	/// It is another lane's.
	Lane,
	/// It covers less than what was covered or taken before.
	Stale,
}

impl core::fmt::Display for VoucherError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Channel => "the voucher is another channel's",
			Self::Lane => "the voucher is another lane's",
			Self::Stale => "the voucher covers less than what was covered before",
		})
	}
}

impl core::error::Error for VoucherError {}

/// A voucher that can be handed on.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
pub struct SignedVoucher {
	/// What is signed.
	pub voucher: Voucher,
	/// The signature of the channel's session key over [`Voucher::payload`].
	pub signature: sr25519::Signature,
}

impl SignedVoucher {
	/// Whether the channel's session key has signed it, for the chain with this genesis.
	pub fn verify(&self, genesis: &H256, session_key: &sr25519::Public) -> bool {
		self.signature.verify(self.voucher.payload(genesis).as_slice(), session_key)
	}
}
