//! Acknowledgements: what a gateway says to have taken from a worker.

use crate::hash::payload;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use reckon_primitives::BlockNumber;
use scale_info::TypeInfo;
use sp_core::{sr25519, H256};
use sp_runtime::traits::Verify;

const DOMAIN: &[u8] = b"reckon:acknowledgement:v1";

/// A gateway has a worker's receipt on disk, and will put it into a batch. From some time after that on,
/// which the chain sets, anybody who has both can complain that it is in none.
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
pub struct Acknowledgement {
	/// The receipt with its signature, by the hash of its leaf in a batch.
	pub receipt: H256,
	/// The block at which the gateway has taken it.
	pub taken_at: BlockNumber,
}

impl Acknowledgement {
	/// What the gateway's account signs.
	pub fn payload(&self, genesis: &H256) -> Vec<u8> {
		payload(DOMAIN, genesis, self)
	}
}

/// An acknowledgement that can be shown to the chain.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct SignedAcknowledgement {
	/// What is signed.
	pub acknowledgement: Acknowledgement,
	/// The signature of the gateway's account over [`Acknowledgement::payload`].
	pub signature: sr25519::Signature,
}

impl SignedAcknowledgement {
	/// Whether the gateway with this key has signed it, for the chain with this genesis.
	pub fn verify(&self, genesis: &H256, gateway: &sr25519::Public) -> bool {
		self.signature.verify(self.acknowledgement.payload(genesis).as_slice(), gateway)
	}
}
