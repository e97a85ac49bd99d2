//! What is wrong with a batch is found, and with nothing else.

mod common;

use codec::Encode;
use common::*;
use proptest::prelude::*;
use reckon_primitives::ContentRef;
use reckon_receipts::*;
use sp_core::{Pair, H256};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::LazyLock,
};

type Signed = SignedReceipt<[u8; 32]>;

fn signed(receipt: Receipt<[u8; 32]>) -> Signed {
	let receipt = Receipt { worker: pair(2).public(), ..receipt };
	let signature = pair(2).sign(&receipt.payload(&GENESIS));
	SignedReceipt { receipt, signature }
}

/// Twelve good receipts of two channels.
static GOOD: LazyLock<Vec<Signed>> = LazyLock::new(|| {
	let channel = |n: usize| H256(name(200 + n % 2));
	(0..12).map(|n| signed(Receipt { channel: channel(n), ..receipt(n) })).collect()
});

/// A batch of these receipts, of which each channel pays what they charge.
fn committed(receipts: &[Signed]) -> (Committed<[u8; 32]>, Vec<u8>) {
	let leaves = receipts.to_vec().encode();
	let mut paid = BTreeMap::new();
	for Signed { receipt, .. } in receipts {
		*paid.entry(receipt.channel).or_default() += receipt.charge;
	}
	let committed = Committed {
		genesis: GENESIS,
		gateway: name(77),
		leaves: ContentRef::of(&leaves),
		totals: BatchTree::new(receipts.to_vec()).unwrap().totals().to_vec(),
		struck: BTreeSet::new(),
		paid,
	};
	(committed, leaves)
}

/// What is found when one more receipt is put to the good ones.
fn found_with(more: Signed) -> (Place, Examination<[u8; 32]>) {
	let receipts = [GOOD.clone(), vec![more.clone()]].concat();
	let (committed, leaves) = committed(&receipts);
	let tree = BatchTree::new(receipts).unwrap();
	// The last one that is like it: twins are equal.
	let place = tree.places().filter(|(_, signed)| **signed == more).last().unwrap().0;
	(place, committed.examine(&leaves).unwrap())
}

#[test]
fn good_batch_should_have_nothing_wrong() {
	let (committed, leaves) = committed(&GOOD);
	let examination = committed.examine(&leaves).unwrap();
	assert_eq!(examination.receipts(), 12);
	assert!(examination.wrong().is_empty() && examination.unequal().is_empty());
	let item = examination.item((0, 0)).unwrap();
	assert_eq!(item.verify(&committed.totals[0].receipts), Ok(()));
}

#[test]
fn each_wrong_receipt_should_be_found_with_its_proof() {
	let new = || Receipt { channel: H256(name(200)), ..receipt(30) };
	let forged = Signed { signature: GOOD[0].signature, ..signed(new()) };
	let cases = [
		(forged, Wrong::Receipt(ReceiptFault::Signature)),
		(signed(Receipt { started_at: u64::MAX, ..new() }), Wrong::Receipt(ReceiptFault::Times)),
		(signed(Receipt { gateway: name(78), ..new() }), Wrong::Gateway),
	];
	for (receipt, wrong) in cases {
		let (place, examination) = found_with(receipt.clone());
		assert_eq!(examination.wrong(), &BTreeMap::from([(place, wrong)]));
		assert_eq!(examination.item(place).unwrap().receipt, receipt);
		// Its channel has the charge back when it is struck.
		assert!(examination.unequal().is_empty());
	}
}

#[test]
fn receipt_of_a_channel_that_does_not_pay_should_be_found_unless_it_is_free() {
	let stranger = signed(Receipt { channel: H256([9; 32]), ..receipt(30) });
	let charge = stranger.receipt.charge;
	let free = signed(Receipt { channel: H256([9; 32]), charge: 0, ..receipt(31) });
	let (mut committed, leaves) = committed(&[GOOD.clone(), vec![stranger, free]].concat());
	// Another channel pays for it.
	committed.paid.remove(&H256([9; 32]));
	let payer = GOOD[0].receipt.channel;
	let charged = committed.paid[&payer];
	committed.paid.insert(payer, charged + charge);
	let examination = committed.examine(&leaves).unwrap();
	assert_eq!(examination.wrong().values().collect::<Vec<_>>(), [&Wrong::Channel]);
	let unequal = Unequal { paid: charged + charge, charged };
	assert_eq!(examination.unequal(), &BTreeMap::from([(payer, unequal)]));
}

#[test]
fn second_receipt_for_a_request_should_be_found_unless_one_is_struck_or_forged() {
	// Of another provider, so that it stands elsewhere.
	let of = |receipt: &Signed| receipt.receipt.clone();
	let (provider, request) = (name(9), GOOD[3].receipt.request);
	let twin = signed(Receipt { provider, worker: pair(2).public(), ..of(&GOOD[3]) });
	let (place, examination) = found_with(twin.clone());
	let Some(Wrong::Repeated(first)) = examination.wrong().get(&place) else {
		panic!("{:?}", examination.wrong())
	};
	assert_eq!(examination.item(*first).unwrap().receipt.receipt.request, request);

	let (mut committed, leaves) = committed(&[GOOD.clone(), vec![twin.clone()]].concat());
	committed.struck.insert(*first);
	assert!(committed.examine(&leaves).unwrap().wrong().is_empty());

	// The first one's signature is bad: it goes, and the second one stays.
	let mut receipts = GOOD.clone();
	receipts[3].signature = GOOD[0].signature;
	let (committed, leaves) = self::committed(&[receipts, vec![twin]].concat());
	let wrong = committed.examine(&leaves).unwrap().wrong().clone();
	assert_eq!(wrong.into_values().collect::<Vec<_>>(), [Wrong::Receipt(ReceiptFault::Signature)]);
}

#[test]
fn channel_that_pays_more_than_its_receipts_charge_should_be_found() {
	let (mut committed, leaves) = committed(&GOOD);
	let channel = GOOD[0].receipt.channel;
	let charged = committed.paid[&channel];
	committed.paid.insert(channel, charged + 1);
	committed.paid.insert(H256([9; 32]), 5);
	let examination = committed.examine(&leaves).unwrap();
	assert!(examination.wrong().is_empty());
	let unequal = BTreeMap::from([
		(channel, Unequal { paid: charged + 1, charged }),
		(H256([9; 32]), Unequal { paid: 5, charged: 0 }),
	]);
	assert_eq!(examination.unequal(), &unequal);
}

#[test]
fn other_receipts_than_those_of_the_batch_should_be_refused() {
	let (committed, leaves) = committed(&GOOD);
	let other = GOOD[1..].to_vec().encode();
	assert_eq!(committed.examine(&other), Err(Unlike::Name));
	let renamed = |leaves: &[u8]| Committed { leaves: ContentRef::of(leaves), ..committed.clone() };
	assert_eq!(renamed(&other).examine(&other), Err(Unlike::Totals));
	assert_eq!(renamed(&[0]).examine(&[0]), Err(Unlike::Totals));
	let longer = [leaves.clone(), vec![0]].concat();
	for bytes in [&longer[..], &leaves[..leaves.len() - 1], &[], &[0xff; 9]] {
		assert_eq!(renamed(bytes).examine(bytes), Err(Unlike::Malformed));
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	/// A gateway may serve anything under a name of its choice.
	#[test]
	fn any_bytes_should_be_refused_or_be_the_batch(
		at in 0usize..100_000,
		change in 1u8..,
		cut in any::<bool>(),
	) {
		let (committed, good) = committed(&GOOD);
		let mut bytes = good.clone();
		let at = at % bytes.len();
		match cut {
			true => bytes.truncate(at),
			false => bytes[at] ^= change,
		}
		let served = Committed { leaves: ContentRef::of(&bytes), ..committed };
		prop_assert!(matches!(served.examine(&bytes), Err(Unlike::Malformed | Unlike::Totals)));
	}
}

#[test]
fn each_wrong_receipt_should_be_shown_as_what_it_is() {
	let forged = Signed { receipt: receipt(20), ..GOOD[0].clone() };
	let (place, seen) = found_with(forged.clone());
	let Some(Exhibit::Item(item)) = seen.exhibit(place) else { panic!("{place:?}") };
	assert_eq!(item.receipt, forged);
	let again = signed(Receipt { charge: 5, ..GOOD[3].receipt.clone() });
	let (place, seen) = found_with(again.clone());
	let Some(Exhibit::Twins(first, second)) = seen.exhibit(place) else { panic!("{place:?}") };
	assert_eq!((first.receipt, second.receipt), (GOOD[3].clone(), again));
	// What is right is not shown.
	assert_eq!(seen.exhibit((0, 0)), None);
	assert_eq!(seen.exhibit((9, 9)), None);
}

#[test]
fn channels_should_be_as_equal_whatever_is_struck_by_then() {
	// Its channel pays for the half of what it charges, which nobody could have back but once.
	let wrong = Receipt { channel: H256(name(200)), charge: 500, ..receipt(20) };
	let wrong = signed(Receipt { finished_at: 0, ..wrong });
	let receipts = [GOOD.clone(), vec![wrong.clone()]].concat();
	let (mut committed, leaves) = committed(&receipts);
	*committed.paid.get_mut(&wrong.receipt.channel).unwrap() -= 250;
	let before = committed.examine(&leaves).unwrap();
	assert_eq!(before.wrong().len(), 1);
	let missing = before.unequal().clone();
	// The chain gives back as much as was paid: here all of it, and the channel lacks it.
	let (place, _) = before.wrong().first_key_value().unwrap();
	committed.struck.insert(*place);
	*committed.paid.get_mut(&wrong.receipt.channel).unwrap() -= 500;
	let after = committed.examine(&leaves).unwrap();
	assert!(after.wrong().is_empty());
	assert_eq!(missing.keys().collect::<Vec<_>>(), after.unequal().keys().collect::<Vec<_>>());
	assert_eq!(missing.len(), 1);

	// Where it alone is the channel's, nothing is missing, struck or not.
	let alone = H256(name(180));
	let wrong = signed(Receipt { channel: alone, finished_at: 0, ..receipt(20) });
	let receipts = [GOOD.clone(), vec![wrong.clone()]].concat();
	let (mut committed, leaves) = self::committed(&receipts);
	committed.paid.insert(alone, wrong.receipt.charge / 2);
	let before = committed.examine(&leaves).unwrap();
	assert!(before.unequal().is_empty());
	let (place, _) = before.wrong().first_key_value().unwrap();
	committed.struck.insert(*place);
	committed.paid.insert(alone, 0);
	assert!(committed.examine(&leaves).unwrap().unequal().is_empty());
}

#[test]
fn batch_should_have_too_many_wrong_receipts_when_they_are_more_than_can_be_struck() {
	let wrong = |n: usize| signed(Receipt { finished_at: 0, request: H256(name(n)), ..receipt(4) });
	let with = |count: usize| {
		let receipts = (0..count).map(|n| wrong(n + 1)).chain(GOOD.clone()).collect::<Vec<_>>();
		let (committed, leaves) = committed(&receipts);
		(committed.examine(&leaves).unwrap(), committed, leaves)
	};
	assert!(!with(MAX_WRONG).0.has_too_many_wrong());
	let (seen, mut committed, leaves) = with(MAX_WRONG + 1);
	assert!(seen.has_too_many_wrong());
	// Also when some of them are struck by now.
	committed.struck.extend(seen.wrong().keys().take(7));
	let seen = committed.examine(&leaves).unwrap();
	assert_eq!(seen.wrong().len(), MAX_WRONG - 6);
	assert!(seen.has_too_many_wrong());
}
