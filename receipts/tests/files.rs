//! Receipts in files are read back, and nothing else passes for one.

mod common;

use common::*;
use proptest::prelude::*;
use reckon_primitives::AccountId;
use reckon_receipts::*;
use sp_core::{Pair, H256};
use std::sync::LazyLock;

fn of_account(n: usize) -> SignedReceipt<AccountId> {
	let plain = receipt(n);
	let receipt = Receipt {
		provider: plain.provider.into(),
		gateway: plain.gateway.into(),
		worker: pair(2).public(),
		request: plain.request,
		channel: plain.channel,
		lane: plain.lane,
		model: plain.model,
		units: plain.units,
		charge: plain.charge,
		output: plain.output,
		commitment: plain.commitment,
		started_at: plain.started_at,
		finished_at: plain.finished_at,
		first_token_ms: plain.first_token_ms,
	};
	let signature = pair(2).sign(&receipt.payload(&GENESIS));
	SignedReceipt { receipt, signature }
}

/// Signed once: signatures are random.
static FILE: LazyLock<ReceiptFile> = LazyLock::new(|| {
	let batch = BatchTree::new((0..20).map(of_account)).unwrap();
	let proof = batch.proof(3, 1).unwrap();
	let signed = proof.item.receipt.clone();
	let Receipt { channel, lane, request, .. } = signed.receipt;
	let voucher = Voucher { channel, lane, request, cumulative: u128::MAX };
	let signature = pair(1).sign(&voucher.payload(&GENESIS));
	ReceiptFile {
		genesis: GENESIS,
		signed,
		paid_by: Some(PaidBy {
			signed: SignedVoucher { voucher, signature },
			session_key: pair(1).public(),
		}),
		batch: Some(BatchProof::new(batch.root(), proof)),
		request: None,
	}
});

fn file() -> ReceiptFile {
	FILE.clone()
}

#[test]
fn file_should_be_read_back_with_every_check_holding() {
	let text = serde_json::to_string(&file()).unwrap();
	let read: ReceiptFile = serde_json::from_str(&text).unwrap();
	assert_eq!(read, file());
	assert_eq!(read.signed.verify(&read.genesis), Ok(()));
	let paid_by = read.paid_by.unwrap();
	assert!(paid_by.signed.verify(&read.genesis, &paid_by.session_key));
	assert!(read.signed.receipt.is_paid_by(&paid_by.signed.voucher));
	assert_eq!(read.batch.unwrap().verify(&read.signed), Ok(()));
	// As people and JavaScript read it.
	let json: serde_json::Value = serde_json::from_str(&text).unwrap();
	assert_eq!(json["paid_by"]["signed"]["voucher"]["cumulative"], u128::MAX.to_string());
	assert_eq!(json["genesis"], format!("{GENESIS:?}"));
}

#[test]
fn file_should_be_read_when_it_has_a_receipt_and_nothing_else() {
	let bare = ReceiptFile { paid_by: None, batch: None, ..file() };
	let text = serde_json::to_string(&bare).unwrap();
	assert!(!text.contains("paid_by"));
	assert_eq!(serde_json::from_str::<ReceiptFile>(&text).unwrap(), bare);
}

#[test]
fn file_should_say_what_was_asked_when_it_is_its_clients() {
	let request = request();
	let asked = ReceiptFile { request: Some(request), ..file() };
	let text = serde_json::to_string(&asked).unwrap();
	assert_eq!(serde_json::from_str::<ReceiptFile>(&text).unwrap(), asked);
	let hex = sp_core::bytes::to_hex(&codec::Encode::encode(&request), false);
	assert!(text.contains(&format!("\"request\":\"{hex}\"")));
	for wrong in [&hex[..hex.len() - 2], &format!("{hex}00"), "0x", ""] {
		let changed = text.replace(&hex, wrong);
		assert!(serde_json::from_str::<ReceiptFile>(&changed).is_err(), "{wrong}");
	}
}

#[test]
fn file_should_be_refused_when_it_is_written_in_another_way() {
	let text = serde_json::to_string(&file()).unwrap();
	let charge = format!("\"{}\"", file().signed.receipt.charge);
	assert!(text.contains(&charge));
	for wrong in ["\"-1\"", "\"+1\"", "\"01\"", "\"\"", "\"1e3\"", "\"0x1\"", "1", "null"] {
		let changed = text.replace(&charge, wrong);
		assert!(serde_json::from_str::<ReceiptFile>(&changed).is_err(), "{wrong}");
	}
	let unknown = text.replacen('{', "{\"more\":1,", 1);
	assert!(serde_json::from_str::<ReceiptFile>(&unknown).is_err());
	assert!(serde_json::from_str::<ReceiptFile>("{}").is_err());
}

#[test]
fn proof_should_not_hold_for_another_receipt_or_batch() {
	let file = file();
	let batch = file.batch.unwrap();
	assert!(batch.verify(&of_account(1)).is_err());
	let other = Root { hash: H256::zero(), ..batch.root };
	assert!(BatchProof { root: other, ..batch }.verify(&file.signed).is_err());
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(300))]

	#[test]
	fn bytes_should_be_read_or_refused(
		at in any::<prop::sample::Index>(), byte: u8, random in prop::collection::vec(any::<u8>(), 0..200),
	) {
		let _ = serde_json::from_slice::<ReceiptFile>(&random);
		let mut bytes = serde_json::to_vec(&file()).unwrap();
		let at = at.index(bytes.len());
		bytes[at] = byte;
		if let Ok(read) = serde_json::from_slice::<ReceiptFile>(&bytes) {
			let same = read == file();
			let holds = read.signed.verify(&read.genesis).is_ok()
				&& read.paid_by.is_some_and(|paid_by| {
					paid_by.signed.verify(&read.genesis, &paid_by.session_key)
						&& read.signed.receipt.is_paid_by(&paid_by.signed.voucher)
				})
				&& read.batch.is_some_and(|batch| batch.verify(&read.signed).is_ok());
			prop_assert_eq!(holds, same);
		}
	}
}
