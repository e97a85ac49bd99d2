//! A batch proves what is in it, and nothing else.

mod common;

use codec::{DecodeAll, Encode};
use common::*;
use proptest::prelude::*;
use reckon_receipts::*;
use sp_core::H256;

fn leaf(n: u128) -> Node {
	Node { hash: H256::repeat_byte(n as u8), sum: n }
}

fn leaves(count: u32) -> Vec<Node> {
	(0..count).map(|n| leaf(n.into())).collect()
}

#[test]
fn tree_should_prove_each_leaf_and_the_sum_of_all() {
	for count in [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100] {
		let tree = SumTree::new(leaves(count)).unwrap();
		let root = tree.root();
		assert_eq!((root.count, root.sum), (count, (0..u128::from(count)).sum()));
		for index in 0..count {
			let path = tree.path(index).unwrap();
			assert_eq!(root.verify(index, leaf(index.into()), &path), Ok(()));
			// Leaf n is n, so that those before it add up to its triangle.
			let before = (0..u128::from(index)).sum();
			let own = before..before + u128::from(index);
			assert_eq!(root.span(index, leaf(index.into()), &path), Ok(own));
		}
		assert_eq!(tree.path(count), None);
		assert_eq!(tree.path(u32::MAX), None);
	}
}

#[test]
fn tree_should_be_refused_when_it_is_none() {
	assert_eq!(SumTree::new(vec![]).unwrap_err(), TreeError::Empty);
	let too_many = vec![Node::default(); MAX_LEAVES as usize + 1];
	assert_eq!(SumTree::new(too_many).unwrap_err(), TreeError::TooMany);
	let rich = Node { sum: u128::MAX, ..leaf(1) };
	assert_eq!(SumTree::new(vec![rich, leaf(1)]).unwrap_err(), TreeError::Sum);
	assert_eq!(SumTree::new(vec![rich]).unwrap().root().sum, u128::MAX);
	assert_eq!(batch_root::<[u8; 32]>(&[]), Err(TreeError::Empty));
}

#[test]
fn largest_tree_should_fit_into_a_path() {
	let tree = SumTree::new(leaves(MAX_LEAVES)).unwrap();
	for index in [0, 1, MAX_LEAVES / 3, MAX_LEAVES - 1] {
		let path = tree.path(index).unwrap();
		assert_eq!(path.len(), 20);
		assert_eq!(tree.root().verify(index, leaf(index.into()), &path), Ok(()));
	}
}

#[test]
fn path_should_be_refused_with_the_reason() {
	let tree = SumTree::new(leaves(5)).unwrap();
	let root = tree.root();
	let path = tree.path(2).unwrap();
	let good = leaf(2);
	assert_eq!(Root { count: 0, ..root }.verify(2, good, &path), Err(PathError::Count));
	let huge = Root { count: MAX_LEAVES + 1, ..root };
	assert_eq!(huge.verify(2, good, &path), Err(PathError::Count));
	assert_eq!(root.verify(5, good, &path), Err(PathError::Index));
	assert_eq!(root.verify(2, good, &path[1..]), Err(PathError::Length));
	let longer = [&path[..], &[leaf(1)]].concat();
	assert_eq!(root.verify(2, good, &longer), Err(PathError::Length));
	let rich = Node { sum: u128::MAX, ..good };
	assert_eq!(root.verify(2, rich, &path), Err(PathError::Sum));
	assert_eq!(root.verify(3, good, &path), Err(PathError::Root));
	assert_eq!(root.verify(2, leaf(3), &path), Err(PathError::Root));
	// The hash covers count and sum.
	assert_eq!(Root { sum: root.sum + 1, ..root }.verify(2, good, &path), Err(PathError::Root));
	assert_eq!(Root { count: 6, ..root }.verify(2, good, &path), Err(PathError::Root));
}

/// Money can't be moved from one leaf to another: each sum is in a hash by itself.
#[test]
fn path_should_be_refused_when_money_is_moved_within_it() {
	let tree = SumTree::new(leaves(8)).unwrap();
	let path = tree.path(5).unwrap();
	for at in 0..path.len() {
		let mut moved = path.to_vec();
		moved[at].sum -= 1;
		let richer = Node { sum: 6, ..leaf(5) };
		assert_eq!(tree.root().verify(5, richer, &moved), Err(PathError::Root));
	}
}

#[test]
fn batch_should_count_each_receipt_once_in_its_own_total() {
	let batch = batch(20);
	let totals = batch.totals();
	assert_eq!(totals.len(), 6);
	assert!(totals.is_sorted_by_key(|total| (total.provider, total.model)));
	let mut seen = std::collections::BTreeSet::new();
	for (at, total) in (0..).zip(totals) {
		let mut sum = 0;
		for index in 0..total.receipts.count {
			let proof = batch.proof(at, index).unwrap();
			assert_eq!(proof.verify(&batch.root()), Ok(()));
			assert_eq!(proof.item.verify(&total.receipts), Ok(()));
			sum += proof.item.receipt.receipt.charge;
			seen.insert(proof.item.receipt.receipt.request);
		}
		assert_eq!(sum, total.receipts.sum);
		assert_eq!(batch.item(at, total.receipts.count), None);
	}
	assert_eq!(seen.len(), 20);
	assert_eq!(batch.proof(6, 0), None);
	let all: u128 = (0..20).map(|n| receipt(n).charge).sum();
	assert_eq!((batch.root().count, batch.root().sum), (6, all));
}

#[test]
fn receipt_should_be_found_by_what_it_charges_for() {
	let batch = batch(20);
	for (position, total) in (0u32..).zip(batch.totals()) {
		for point in (0..total.receipts.sum).step_by(7) {
			let item = batch.charging(position, point).unwrap();
			assert!(item.span(&total.receipts).unwrap().contains(&point));
		}
		assert_eq!(batch.charging(position, total.receipts.sum), None);
	}
	assert_eq!(batch.charging(99, 0), None);
}

#[test]
fn proof_should_be_refused_when_anything_is_changed() {
	let batch = batch(20);
	let root = batch.root();
	let good = batch.proof(3, 1).unwrap();
	let refused = |proof: Proof<[u8; 32]>| assert!(proof.verify(&root).is_err(), "{proof:?}");
	let mut proof = good.clone();
	proof.item.receipt.receipt.charge += 1;
	refused(proof);
	let mut proof = good.clone();
	proof.item.receipt.signature.0[0] ^= 1;
	refused(proof);
	let mut proof = good.clone();
	proof.item.index = 0;
	refused(proof);
	let mut proof = good.clone();
	proof.item.total = 2;
	refused(proof);
	let mut proof = good.clone();
	proof.total.provider = name(9);
	refused(proof);
	refused(Proof { path: Path::new(), ..good.clone() });
	// In a total of another provider or model.
	let mut foreign = unsigned(3);
	foreign.receipt.provider = name(55);
	let tree = SumTree::new(vec![foreign.leaf()]).unwrap();
	let total = Total { provider: name(0), model: foreign.receipt.model, receipts: tree.root() };
	let root = batch_root(std::slice::from_ref(&total)).unwrap();
	let path = Path::new();
	let item = Item { total: 0, index: 0, receipt: foreign, path: path.clone() };
	assert_eq!(item.verify(&total.receipts), Ok(()));
	assert_eq!(Proof { item, total, path }.verify(&root), Err(PathError::Root));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(1_000))]

	#[test]
	fn proofs_should_never_be_accepted_when_they_are_damaged(
		changes in prop::collection::vec((0usize..900, any::<u8>()), 1..6), cut in 0usize..900,
	) {
		let batch = batch(20);
		let good = batch.proof(3, 1).unwrap().encode();
		let mut bytes = good.clone();
		for (at, byte) in changes {
			let at = at % bytes.len();
			bytes[at] = byte;
		}
		if cut < good.len() / 4 {
			bytes.truncate(cut);
		}
		if let Ok(proof) = Proof::<[u8; 32]>::decode_all(&mut bytes.as_slice()) {
			prop_assert_eq!(proof.encode(), bytes.clone());
			prop_assert_eq!(proof.verify(&batch.root()).is_ok(), bytes == good);
		}
	}

	#[test]
	fn roots_should_judge_any_fields(
		hash: [u8; 32], count: u32, sum: u128, index: u32,
		sums in prop::collection::vec(any::<u128>(), 0..40),
	) {
		let root = Root { hash: hash.into(), count, sum };
		let path: Vec<_> = sums.into_iter().map(|sum| Node { sum, ..leaf(1) }).collect();
		prop_assert!(root.verify(index, leaf(2), &path).is_err());
	}
}
