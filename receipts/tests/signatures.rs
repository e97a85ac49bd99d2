//! Who has signed what, and for where.

mod common;

use codec::{DecodeAll, Encode};
use common::*;
use proptest::prelude::*;
use reckon_receipts::*;
use sp_core::{Pair, H256};
use std::sync::LazyLock;

const VOUCHER: Voucher =
	Voucher { channel: H256([1; 32]), lane: 3, cumulative: 1_000, request: H256([2; 32]) };

/// Signed once: signatures are random.
static SIGNED: LazyLock<SignedVoucher> = LazyLock::new(|| SignedVoucher {
	voucher: VOUCHER,
	signature: pair(1).sign(&VOUCHER.payload(&GENESIS)),
});

fn signed_voucher() -> SignedVoucher {
	SIGNED.clone()
}

fn signed_receipt() -> SignedReceipt<[u8; 32]> {
	let receipt = Receipt { worker: pair(2).public(), ..receipt(4) };
	let signature = pair(2).sign(&receipt.payload(&GENESIS));
	SignedReceipt { receipt, signature }
}

#[test]
fn voucher_should_be_good_for_its_key_chain_channel_and_lane_only() {
	let good = signed_voucher();
	assert!(good.verify(&GENESIS, &pair(1).public()));
	assert!(!good.verify(&GENESIS, &pair(2).public()));
	assert!(!good.verify(&H256([0x48; 32]), &pair(1).public()));
	for voucher in [
		Voucher { channel: H256([9; 32]), ..VOUCHER },
		Voucher { lane: 4, ..VOUCHER },
		Voucher { cumulative: 1_001, ..VOUCHER },
		Voucher { request: H256([9; 32]), ..VOUCHER },
	] {
		let replayed = SignedVoucher { voucher, ..good.clone() };
		assert!(!replayed.verify(&GENESIS, &pair(1).public()), "{voucher:?}");
	}
}

#[test]
fn answer_should_be_billed_by_its_text_and_by_what_was_asked_for_at_the_most() {
	let mut request = request();
	request.sampling.max_output = 1_000;
	assert_eq!(request.most_output(0), 32);
	assert_eq!(request.most_output(400), 432);
	assert_eq!(request.most_output(968), 1_000);
	assert_eq!(request.most_output(969), 1_000);
}

#[test]
fn voucher_should_say_what_it_raises_when_it_follows_another() {
	let next = |cumulative| Voucher { cumulative, ..VOUCHER };
	assert_eq!(next(1_500).raises(&VOUCHER), Ok(500));
	assert_eq!(next(1_000).raises(&VOUCHER), Ok(0));
	assert_eq!(next(999).raises(&VOUCHER), Err(VoucherError::Stale));
	let elsewhere = Voucher { channel: H256([9; 32]), ..next(2_000) };
	assert_eq!(elsewhere.raises(&VOUCHER), Err(VoucherError::Channel));
	assert_eq!(Voucher { lane: 0, ..next(2_000) }.raises(&VOUCHER), Err(VoucherError::Lane));
	assert_eq!(VOUCHER.uncovered(1_000), Ok(0));
	assert_eq!(VOUCHER.uncovered(1_001), Err(VoucherError::Stale));
}

#[test]
fn receipt_should_be_good_when_its_worker_has_signed_it_for_this_chain() {
	let good = signed_receipt();
	assert_eq!(good.verify(&GENESIS), Ok(()));
	assert_eq!(good.verify(&H256([0x48; 32])), Err(ReceiptFault::Signature));
	let mut other = good.clone();
	other.receipt.worker = pair(3).public();
	assert_eq!(other.verify(&GENESIS), Err(ReceiptFault::Signature));
}

#[test]
fn receipt_should_be_refused_when_its_times_cannot_be() {
	let with = |started_at, finished_at, first_token_ms| {
		let worker = pair(2).public();
		let receipt = Receipt { started_at, finished_at, first_token_ms, worker, ..receipt(4) };
		let signature = pair(2).sign(&receipt.payload(&GENESIS));
		SignedReceipt { receipt, signature }.verify(&GENESIS)
	};
	assert_eq!(with(5, 9, 4), Ok(()));
	assert_eq!(with(5, 9, 5), Err(ReceiptFault::Times));
	assert_eq!(with(9, 5, 0), Err(ReceiptFault::Times));
	assert_eq!(with(0, u64::MAX, u32::MAX), Ok(()));
}

#[test]
fn receipt_should_name_the_voucher_that_pays() {
	let receipt = receipt(4);
	let Receipt { channel, lane, request, .. } = receipt;
	let voucher = Voucher { channel, lane, cumulative: 0, request };
	assert!(receipt.is_paid_by(&voucher));
	assert!(!receipt.is_paid_by(&Voucher { channel: H256::zero(), ..voucher }));
	assert!(!receipt.is_paid_by(&Voucher { lane: lane + 1, ..voucher }));
	assert!(!receipt.is_paid_by(&Voucher { request: H256::zero(), ..voucher }));
}

#[test]
fn acknowledgement_should_be_good_for_its_gateway_chain_receipt_and_time_only() {
	let acknowledgement = Acknowledgement { receipt: signed_receipt().leaf().hash, taken_at: 70 };
	let signature = pair(4).sign(&acknowledgement.payload(&GENESIS));
	let good = SignedAcknowledgement { acknowledgement, signature };
	assert!(good.verify(&GENESIS, &pair(4).public()));
	assert!(!good.verify(&GENESIS, &pair(2).public()));
	assert!(!good.verify(&H256([0x48; 32]), &pair(4).public()));
	for acknowledgement in [
		Acknowledgement { receipt: unsigned(1).leaf().hash, ..acknowledgement },
		Acknowledgement { taken_at: 71, ..acknowledgement },
	] {
		let other = SignedAcknowledgement { acknowledgement, ..good.clone() };
		assert!(!other.verify(&GENESIS, &pair(4).public()), "{acknowledgement:?}");
	}
}

/// A voucher's bytes are never a receipt's, and neither is a leaf's: each use has its domain.
#[test]
fn payloads_should_have_different_domains() {
	let (voucher, receipt) = (VOUCHER.payload(&GENESIS), receipt(1).payload(&GENESIS));
	assert!(voucher.starts_with(b"reckon:voucher:v1"));
	assert!(receipt.starts_with(b"reckon:receipt:v1"));
	let taken = Acknowledgement { receipt: H256::zero(), taken_at: 0 }.payload(&GENESIS);
	assert!(taken.starts_with(b"reckon:acknowledgement:v1"));
	assert_eq!(voucher.len(), 17 + 32 + 32 + 2 + 16 + 32);
}

/// Random bytes, and good ones with a few changed, cut or added.
fn damaged(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
	let random = prop::collection::vec(any::<u8>(), 0..600);
	let length = good.len();
	let changes = prop::collection::vec((0..length, any::<u8>()), 1..6);
	let changed = (changes, 0..length + 4).prop_map(move |(changes, cut)| {
		let mut bytes = good.clone();
		for (at, byte) in changes {
			bytes[at] = byte;
		}
		bytes.resize(cut, 0);
		bytes
	});
	prop_oneof![random, changed]
}

/// Good bytes with one bit flipped.
fn flipped(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
	(0..good.len() * 8).prop_map(move |bit| {
		let mut bytes = good.clone();
		bytes[bit / 8] ^= 1 << (bit % 8);
		bytes
	})
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(500))]

	#[test]
	fn vouchers_should_be_read_back_or_refused(bytes in damaged(signed_voucher().encode())) {
		if let Ok(read) = SignedVoucher::decode_all(&mut bytes.as_slice()) {
			prop_assert_eq!(read.encode(), bytes);
			let good = read.verify(&GENESIS, &pair(1).public());
			prop_assert_eq!(good, read == signed_voucher());
		}
	}

	#[test]
	fn vouchers_should_be_refused_when_any_bit_is_flipped(
		bytes in flipped(VOUCHER.encode()),
	) {
		let voucher = Voucher::decode_all(&mut bytes.as_slice()).unwrap();
		let forged = SignedVoucher { voucher, ..signed_voucher() };
		prop_assert!(!forged.verify(&GENESIS, &pair(1).public()));
	}

	#[test]
	fn receipts_should_be_read_back_or_refused(bytes in damaged(signed_receipt().encode())) {
		if let Ok(read) = SignedReceipt::<[u8; 32]>::decode_all(&mut bytes.as_slice()) {
			prop_assert_eq!(read.encode(), bytes);
			// Its leaf can be taken, and it is judged, whatever it says.
			read.leaf();
			let _ = read.verify(&GENESIS);
		}
	}

	#[test]
	fn receipts_should_be_refused_when_any_bit_is_flipped(
		bytes in flipped(signed_receipt().receipt.encode()),
	) {
		if let Ok(receipt) = Receipt::<[u8; 32]>::decode_all(&mut bytes.as_slice()) {
			let forged = SignedReceipt { receipt, ..signed_receipt() };
			prop_assert!(forged.verify(&GENESIS).is_err());
		}
	}
}
