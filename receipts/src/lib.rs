#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

extern crate alloc;

mod acknowledgement;
mod batch;
mod examine;
#[cfg(feature = "std")]
mod file;
mod hash;
mod receipt;
mod request;
mod sample;
mod tree;
mod voucher;

#[cfg(feature = "std")]
pub use self::file::{BatchProof, PaidBy, ReceiptFile};
pub use self::{
	acknowledgement::{Acknowledgement, SignedAcknowledgement},
	batch::{batch_root, BatchTree, Item, Proof, Total, MAX_RECEIPTS},
	examine::{Committed, Examination, Exhibit, Place, Unequal, Unlike, Wrong, MAX_WRONG},
	receipt::{Receipt, ReceiptFault, SignedReceipt},
	request::{charge, Request},
	sample::{sampled, MAX_AUDITED_BYTES},
	tree::{MaxDepth, Node, Path, PathError, Root, SumTree, TreeError, MAX_LEAVES},
	voucher::{SignedVoucher, Voucher, VoucherError},
};
