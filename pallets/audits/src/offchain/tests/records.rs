//! What is noted stays as it is, is bounded, and is forgotten in the end.

use super::node::Node;
use crate::offchain::{
	decide::{Place, Record},
	records::{self, *},
};
use codec::{Decode, Encode};
use sp_core::{offchain::OffchainStorage, H256};
use std::cell::Cell;

const KEEP: u32 = 100;

fn place(n: u32) -> Place {
	let job = H256::from_low_u64_be(n.into());
	Place { job, round: 1, challenge: H256::zero(), auditor: [0; 32] }
}

fn fail(record: &mut Record) -> u8 {
	record.failures += 1;
	record.failures
}

fn update(n: u32, now: u32) -> Result<u8, Unnoted> {
	records::update(&place(n), now, KEEP, fail).map(|(failures, _)| failures)
}

fn index(node: &Node) -> Vec<(u32, [u8; 32])> {
	Decode::decode(&mut node.db().get(INDEX).unwrap().as_slice()).unwrap()
}

#[test]
fn record_should_outlive_a_restart() {
	let mut node = Node::new();
	assert_eq!(node.see(|| (update(1, 5), update(1, 6), update(2, 6))), (Ok(1), Ok(2), Ok(1)));
	node.restart();
	assert_eq!(node.see(|| (update(1, 7), update(2, 7))), (Ok(3), Ok(2)));
	assert_eq!(index(&node).len(), 2);
}

#[test]
fn record_should_not_be_written_when_nothing_changes() {
	let mut node = Node::new();
	let looked = node.see(|| records::update(&place(1), 5, KEEP, |record| record.failures));
	assert_eq!(looked, Ok((0, Record::default())));
	assert_eq!(node.db().get(&place(1).record_key()), None);
	assert_eq!(node.db().get(INDEX), None);
}

#[test]
fn change_should_be_made_on_the_newest_record_when_another_run_comes_before() {
	let mut node = Node::new();
	node.see(|| update(1, 5)).unwrap();
	let db = node.db();
	let tries = Cell::new(0);
	let (said, record) = node
		.see(|| {
			records::update(&place(1), 5, KEEP, |record| {
				tries.set(tries.get() + 1);
				if tries.get() == 1 {
					let other = Record { withheld: 7, ..record.clone() };
					db.clone().set(b"", &place(1).record_key(), &other.encode());
				}
				fail(record)
			})
		})
		.unwrap();
	assert_eq!((said, record.failures, record.withheld, tries.get()), (2, 2, 7, 2));
	// And not for ever.
	let endless = node.see(|| {
		records::update(&place(1), 5, KEEP, |record| {
			tries.set(tries.get() + 1);
			let other = Record { withheld: tries.get(), ..record.clone() };
			db.clone().set(b"", &place(1).record_key(), &other.encode());
			fail(record);
		})
	});
	assert_eq!(endless, Err(Unnoted::Contended));
}

#[test]
fn record_that_cannot_be_read_should_stay_as_it_is() {
	let mut node = Node::new();
	let key = place(1).record_key();
	node.db().set(b"", &key, &[0xff; 3]);
	assert_eq!(node.see(|| update(1, 5)), Err(Unnoted::Broken));
	assert_eq!(node.db().get(&key), Some(vec![0xff; 3]));
}

#[test]
fn records_should_be_forgotten_when_they_are_old() {
	let mut node = Node::new();
	node.see(|| {
		update(1, 10).unwrap();
		update(2, 11).unwrap();
		update(1, 111).unwrap();
	});
	assert_eq!(index(&node).len(), 2);
	node.see(|| update(3, 111)).unwrap();
	assert_eq!(index(&node).iter().map(|(made, _)| *made).collect::<Vec<_>>(), [11, 111]);
	assert_eq!(node.db().get(&place(1).record_key()), None);
	assert!(node.db().get(&place(2).record_key()).is_some());
}

#[test]
fn records_should_be_no_more_than_there_is_room_for() {
	let mut node = Node::new();
	node.see(|| {
		for n in 0..MAX_RECORDS as u32 {
			assert_eq!(update(n, 5), Ok(1));
		}
		assert_eq!(update(u32::MAX, 5), Err(Unnoted::Full));
		assert_eq!(update(7, 5), Ok(2));
	});
	assert_eq!(node.db().get(&place(u32::MAX).record_key()), None);
	assert_eq!(node.see(|| update(u32::MAX, 106)), Ok(1));
	assert_eq!(index(&node).len(), 1);
	assert_eq!(node.db().get(&place(7).record_key()), None);
}
