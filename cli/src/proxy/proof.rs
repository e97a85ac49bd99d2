//! Whether a receipt is one for what was asked, paid and answered. Nothing is counted before.

use reckon_primitives::{AccountId, ContentRef};
use reckon_receipts::{charge, ReceiptFault, ReceiptFile};
use sp_core::H256;

use super::ledger::Sent;

/// What is wrong with a receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Lie {
	/// There is none.
	#[error("the answer came without a receipt")]
	Missing,
	/// It can't be read.
	#[error("the receipt can't be read")]
	Malformed,
	/// Another chain's.
	#[error("the receipt is for another chain")]
	Chain,
	/// The worker that it names has not signed it.
	#[error("the worker has not signed the receipt")]
	Signature,
	/// Its times can't be.
	#[error("the receipt's times can't be: the work ended before it began, or its first token")]
	Times,
	/// Another request's.
	#[error("the receipt is for another request")]
	Request,
	/// Another model's.
	#[error("the receipt is for another model than was asked")]
	Model,
	/// Another gateway's.
	#[error("the receipt names another gateway")]
	Gateway,
	/// Another channel or lane pays.
	#[error("the receipt names another channel or lane than was signed for")]
	Lane,
	/// The voucher in the file is not the one that was signed.
	#[error("the receipt's file has a voucher that was not signed for this request")]
	Voucher,
	/// More units than there can be.
	#[error("the receipt counts more work than was asked for, or than its answer can have taken")]
	Units,
	/// It charges more than the work costs at the price that was signed for.
	#[error("the receipt charges more than its work costs at the price that was signed for")]
	Charge,
	/// Another worker's, or one that its provider does not have.
	#[error("the receipt is of a worker that was not asked, or that the chain does not know")]
	Worker,
	/// The answer is another one.
	#[error("the receipt is for another answer than the one that came")]
	Output,
}

impl Lie {
	/// For programs.
	pub(super) fn code(self) -> &'static str {
		match self {
			Self::Missing => "receipt_missing",
			Self::Malformed => "receipt_malformed",
			Self::Chain => "receipt_chain",
			Self::Signature => "receipt_signature",
			Self::Times => "receipt_times",
			Self::Request => "receipt_request",
			Self::Model => "receipt_model",
			Self::Gateway => "receipt_gateway",
			Self::Lane => "receipt_lane",
			Self::Voucher => "receipt_voucher",
			Self::Units => "receipt_units",
			Self::Charge => "receipt_charge",
			Self::Worker => "receipt_worker",
			Self::Output => "receipt_output",
		}
	}
}

/// Checks a receipt against what was sent to `gateway`. `answer` is what came back, when all of it came.
///
/// # Errors
/// With the first thing that is wrong.
pub(super) fn check(
	file: &ReceiptFile,
	genesis: &H256,
	gateway: &AccountId,
	sent: &Sent,
	answer: Option<&[u8]>,
) -> Result<(), Lie> {
	let receipt = &file.signed.receipt;
	let (request, units) = (&sent.request, receipt.units);
	let that = |holds: bool, lie: Lie| if holds { Ok(()) } else { Err(lie) };
	that(file.genesis == *genesis, Lie::Chain)?;
	file.signed.verify(genesis).map_err(|fault| match fault {
		ReceiptFault::Signature => Lie::Signature,
		ReceiptFault::Times => Lie::Times,
	})?;
	that(receipt.request == request.hash(), Lie::Request)?;
	that(file.request.is_none_or(|told| told == *request), Lie::Request)?;
	that(receipt.model == request.model, Lie::Model)?;
	that(receipt.gateway == *gateway, Lie::Gateway)?;
	that((receipt.channel, receipt.lane) == (sent.channel, sent.lane), Lie::Lane)?;
	if let Some(paid_by) = &file.paid_by {
		let voucher = &paid_by.signed.voucher;
		let ours = receipt.is_paid_by(voucher) && voucher.cumulative == sent.cumulative;
		that(ours, Lie::Voucher)?;
	}
	let most_output = request.most_output(receipt.output.length);
	let possible = units.input <= sent.input && units.output <= most_output;
	that(possible, Lie::Units)?;
	// A provider may ask for less than the client is ready to pay, never for more.
	let dear = receipt.charge > charge(&request.price, units) || receipt.charge > sent.most;
	that(!dear, Lie::Charge)?;
	match answer {
		Some(answer) => that(receipt.output == ContentRef::of(answer), Lie::Output),
		None => Ok(()),
	}
}
