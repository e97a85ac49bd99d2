//! A provider's records.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	traits::{ConstU32, Get},
	BoundedVec, CloneNoBound, DebugNoBound, DefaultNoBound, EqNoBound, PartialEqNoBound,
};
use reckon_primitives::{Balance, Price, SessionIndex};
use reckon_support::Unbonding;
use scale_info::TypeInfo;

/// The most bytes of an endpoint's URL: a host name of 64 bytes, a port and a path fit.
pub type MaxEndpointBytes = ConstU32<128>;
/// The URL of a worker's content endpoint, UTF-8; empty when there is none.
pub type Endpoint = BoundedVec<u8, MaxEndpointBytes>;

/// Whether a provider takes jobs.
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
	/// Not for now.
	#[codec(index = 1)]
	Paused,
	/// Never again.
	#[codec(index = 2)]
	Leaving {
		/// From which block on the bond is returned.
		until: BlockNumber,
	},
	/// It would, but its worker was silent for a whole session: not before the next heartbeat.
	#[codec(index = 3)]
	Silent,
}

/// A provider.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Provider<AccountId, BlockNumber> {
	/// The hot key of its worker.
	pub worker: AccountId,
	/// Its bond, in the smallest token unit: what its tickets and places stand on.
	pub bond: Balance,
	/// What it has taken out of its bond and has not got back yet.
	pub unbonding: Option<Unbonding<BlockNumber>>,
	/// How many jobs it can have at once.
	pub capacity: u32,
	/// How many it has.
	pub load: u32,
	/// How many answers it has delivered that nobody has been paid for yet, nor had money back.
	pub unpaid: u32,
	/// How many offers it has.
	pub offers: u32,
	/// How many tickets each of its offers has in its draw; none after a long silence.
	pub tickets: u32,
	/// The session in which its worker last sent a heartbeat or a delivery, or in which it began or
	/// resumed its business.
	pub last_seen: SessionIndex,
	/// When it last delivered an answer; 0 when it never did.
	pub delivered_at: BlockNumber,
	/// Deadlines missed and answers rejected, less the jobs done since for clients that did not
	/// choose it.
	pub misses: u32,
	/// When it was last slashed for missed deadlines; 0 when it never was. What was assigned up
	/// to then belongs to the same outage and is not held against it again.
	pub slashed_at: BlockNumber,
	/// How many of its places rest, because it declined the jobs that had them.
	pub declined: u32,
	/// Until which block they rest.
	pub declined_until: BlockNumber,
	/// Whether it takes jobs.
	pub status: Status<BlockNumber>,
	/// Where its worker's content endpoint is.
	pub endpoint: Endpoint,
}

/// How far the search for silent providers has come.
#[derive(
	Clone,
	PartialEq,
	Eq,
	Debug,
	DefaultNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Sweep<AccountId> {
	/// The session in which the round began.
	pub session: SessionIndex,
	/// Who was looked at last; nobody when the round has only begun.
	pub after: Option<AccountId>,
	/// Whether all were looked at.
	pub done: bool,
}

/// A provider's offer of a model in a subnet.
#[derive(
	CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always", skip_type_params(MaxTickets))]
pub struct Offer<MaxTickets: Get<u32>> {
	/// What it asks for.
	pub price: Price<Balance>,
	/// The numbers of its tickets in the market's draw.
	pub tickets: BoundedVec<u32, MaxTickets>,
}
