//! Records of subnets and gateways.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use reckon_primitives::{Balance, SubnetId};
use reckon_support::{GatewayEndpoint, SubnetParameters, Unbonding};
use scale_info::TypeInfo;

/// The most bytes of a subnet's name.
pub type MaxNameBytes = ConstU32<32>;
/// What people call a subnet: `a-z 0-9 . _ -`.
pub type Name = BoundedVec<u8, MaxNameBytes>;

/// Whether a subnet takes new work.
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
	/// It does.
	#[codec(index = 0)]
	Active,
	/// Never again.
	#[codec(index = 1)]
	Retiring {
		/// From which block on the chain removes it and returns the deposit.
		until: BlockNumber,
	},
}

/// Rules that were announced.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Change<BlockNumber> {
	/// The rules.
	pub parameters: SubnetParameters,
	/// The first block in which they are in force.
	pub effective_at: BlockNumber,
}

/// A subnet.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Subnet<AccountId, BlockNumber, Deposit> {
	/// Who may change it, and has left the deposit; nobody but the chain's own government when there
	/// is none.
	pub owner: Option<AccountId>,
	/// To whom the owner would hand it on.
	pub heir: Option<AccountId>,
	/// What it is called.
	pub name: Name,
	/// The rules, until the change is in force.
	pub parameters: SubnetParameters,
	/// The rules after that.
	pub change: Option<Change<BlockNumber>>,
	/// Whether it takes new work.
	pub status: Status<BlockNumber>,
	/// The owner's deposit for its place in storage.
	pub deposit: Option<Deposit>,
}

impl<AccountId, BlockNumber: PartialOrd, Deposit> Subnet<AccountId, BlockNumber, Deposit> {
	/// Puts the announced rules into force if it is time.
	pub(crate) fn at(mut self, now: BlockNumber) -> Self {
		if let Some(change) = self.change.take() {
			if change.effective_at <= now {
				self.parameters = change.parameters;
			} else {
				self.change = Some(change);
			}
		}
		self
	}

	/// Whether it takes new work.
	pub(crate) fn is_active(&self) -> bool {
		matches!(self.status, Status::Active)
	}
}

/// A subnet as people want to see it, at the current block.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct SubnetSummary<AccountId, BlockNumber> {
	/// Its id.
	pub id: SubnetId,
	/// Who may change it; nobody but the chain's own government when there is none.
	pub owner: Option<AccountId>,
	/// To whom the owner would hand it on.
	pub heir: Option<AccountId>,
	/// What it is called.
	pub name: Name,
	/// The rules in force.
	pub parameters: SubnetParameters,
	/// The rules that were announced.
	pub change: Option<Change<BlockNumber>>,
	/// Whether it takes new work.
	pub status: Status<BlockNumber>,
}

/// Whether a gateway does business.
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
pub enum GatewayStatus<BlockNumber> {
	/// It does.
	#[codec(index = 0)]
	Active,
	/// Not any more.
	#[codec(index = 1)]
	Leaving {
		/// From which block on the bond is returned.
		until: BlockNumber,
	},
}

/// A gateway.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Gateway<BlockNumber> {
	/// The subnet whose work it routes.
	pub subnet: SubnetId,
	/// Its bond, in the smallest token unit: what it does business on.
	pub bond: Balance,
	/// What it has taken out of its bond and has not got back yet.
	pub unbonding: Option<Unbonding<BlockNumber>>,
	/// Where clients reach it.
	pub endpoint: GatewayEndpoint,
	/// Whether it does business.
	pub status: GatewayStatus<BlockNumber>,
}
