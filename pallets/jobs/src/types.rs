//! This pallet's own records; the jobs' are in `reckon_primitives`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use reckon_primitives::Balance;
use scale_info::TypeInfo;

/// A client's account with the escrow, in the smallest token unit:
/// `deposited = paid + refunded + held`, always.
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
pub struct Ledger {
	/// All that was ever put into escrow.
	pub deposited: Balance,
	/// All that was ever paid out of it.
	pub paid: Balance,
	/// All that ever came back.
	pub refunded: Balance,
	/// What is in escrow.
	pub held: Balance,
}
