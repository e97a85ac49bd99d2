//! What auditors are told of batches, and what they bring about.

use crate::{mock::*, Call, Error, Event, Outstanding};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::{BatchId, ContentRef};
use reckon_receipts::{BatchTree, Exhibit, Item, Receipt, Root, Total, MAX_RECEIPTS};
use reckon_support::{
	mocks::MockGateways, AuditedBatches, GatewayExposure, GatewayInfo, GatewayInspect, Rejection,
};
use sp_core::H256;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

fn exposure() -> GatewayExposure {
	<Channels as AuditedBatches<_>>::exposure(&GATEWAY)
}

fn report(batch: BatchId, item: Item<AccountId>) -> Result<(), TransactionValidityError> {
	send(Call::report_item { batch, item: Box::new(item) })
}

/// A batch of a good receipt and one whose times can't be.
fn with_wrong() -> (BatchId, BatchTree<AccountId>) {
	let channel = open(CLIENT);
	let good = receipt(1, PROVIDERS[0], channel, 1_000);
	let wrong = receipt(2, PROVIDERS[0], channel, 500).receipt;
	let wrong = sign(Receipt { finished_at: wrong.started_at - 1, ..wrong });
	let tree = tree([good, wrong]);
	let id = commit(&tree, [claim(CLIENT, channel, 0, 1_500)]);
	(id, tree)
}

/// The items of a batch that are wrong, or right.
fn items(tree: &BatchTree<AccountId>, wrong: bool) -> Item<AccountId> {
	let all = (0..2).filter_map(|index| tree.item(0, index));
	let is_so = |item: &Item<AccountId>| {
		let receipt = &item.receipt.receipt;
		(receipt.finished_at < receipt.started_at) == wrong
	};
	all.into_iter().find(is_so).unwrap()
}

#[test]
fn gateway_should_stand_for_what_its_batches_charge_until_they_are_paid_or_rejected() {
	run(|| {
		assert_eq!(exposure(), GatewayExposure { outstanding: 0, bond: BOND });
		let (_, tree, first) = three();
		assert_eq!(exposure().outstanding, 1_800);
		// What is struck does not lessen what it could have gained.
		let fault = reckon_support::Fault::Total;
		assert_ok!(<Channels as AuditedBatches<_>>::strike(&first, &item(&tree, 0, 0), fault));
		assert_eq!(exposure().outstanding, 1_800);
		let channel = open(OTHER_CLIENT);
		let one = tree_of_one(channel);
		let second = commit(&one, [claim(OTHER_CLIENT, channel, 0, 700)]);
		assert_eq!(exposure().outstanding, 2_500);
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&second, Rejection::Charges, 0));
		assert_eq!(exposure().outstanding, 1_800);
		to_block(20);
		assert_eq!(Outstanding::<Test>::iter().count(), 0);
	});
}

fn tree_of_one(channel: H256) -> BatchTree<AccountId> {
	tree([receipt(9, PROVIDERS[0], channel, 700)])
}

#[test]
fn gateway_should_pay_for_audits_when_it_commits_whatever_becomes_of_the_batch() {
	run(|| {
		Audits::set_premium(30);
		let (_, _, id) = three();
		let paid = Event::PremiumPaid { batch: id, gateway: GATEWAY, amount: 30 };
		assert!(events().contains(&paid));
		assert_eq!((free(POT), free(GATEWAY)), (START + 30, START - 30));
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&id, Rejection::Charges, 0));
		to_block(20);
		assert_eq!((free(POT), free(GATEWAY)), (START + 30, START - 30));
	});
	run(|| {
		// More than it has.
		Audits::set_premium(START);
		let channel = open(CLIENT);
		let tree = tree_of_one(channel);
		let claims = claims([claim(CLIENT, channel, 0, 700)]);
		assert_noop!(
			Channels::commit_batch(signed(GATEWAY), LEAVES, totals(&tree), claims),
			sp_runtime::TokenError::NotExpendable
		);
	});
}

#[test]
fn gateway_should_lose_bond_when_auditors_reject_its_batch() {
	run(|| {
		let (_, _, id) = three();
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&id, Rejection::Leaves, 3_000));
		assert_eq!(MockGateways::gateway(&GATEWAY).unwrap().bond, BOND - 3_000);
		assert_noop!(
			<Channels as AuditedBatches<_>>::reject(&id, Rejection::Leaves, 3_000),
			Error::<Test>::NotWaiting
		);
	});
}

#[test]
fn auditors_should_be_told_what_is_needed_to_look_at_a_batch() {
	run(|| {
		let (id, tree) = with_wrong();
		let work = <Channels as AuditedBatches<_>>::work(&id).unwrap();
		assert_eq!(work.endpoint, gateway_info().endpoint);
		// What it says is what the receipts are, but for their name, which the test makes up.
		let leaves: Vec<_> = tree.places().map(|(_, signed)| signed.clone()).collect();
		let leaves = leaves.encode();
		let mut committed = work.committed;
		assert_eq!(committed.leaves, LEAVES);
		committed.leaves = ContentRef::of(&leaves);
		let seen = committed.examine(&leaves).unwrap();
		assert_eq!((seen.receipts(), seen.wrong().len()), (2, 1));
		assert!(seen.unequal().is_empty() && !seen.has_too_many_wrong());
		let (place, _) = seen.wrong().first_key_value().unwrap();
		let Some(Exhibit::Item(shown)) = seen.exhibit(*place) else { panic!("{place:?}") };
		assert_ok!(report(id, *shown));
		// What is struck is not shown again.
		let mut committed = <Channels as AuditedBatches<_>>::work(&id).unwrap().committed;
		committed.leaves = ContentRef::of(&leaves);
		let seen = committed.examine(&leaves).unwrap();
		assert!(seen.wrong().is_empty() && seen.unequal().is_empty());
		to_block(20);
		assert_eq!(<Channels as AuditedBatches<_>>::work(&id), None);
	});
}

#[test]
fn receipt_should_be_struck_when_nobody_has_signed_that_it_is_wrong() {
	run(|| {
		let (id, tree) = with_wrong();
		let (good, wrong) = (items(&tree, false), items(&tree, true));
		let refused = |why: InvalidTransaction| Err(TransactionValidityError::from(why));
		assert_eq!(report(id, good.clone()), refused(InvalidTransaction::BadProof));
		assert_eq!(report(H256::zero(), wrong.clone()), refused(InvalidTransaction::Stale));
		let elsewhere = Item { index: wrong.index + 1, ..wrong.clone() };
		assert_eq!(report(id, elsewhere), refused(InvalidTransaction::Stale));
		let before = free(CLIENT);
		assert_eq!(report(id, wrong.clone()), Ok(()));
		assert!(matches!(events().last(), Some(Event::ReceiptStruck { charge: 500, .. })));
		assert_eq!(free(CLIENT), before + 500);
		assert_eq!(MockGateways::gateway(&GATEWAY).unwrap().bond, BOND - SLASH);
		assert_eq!(report(id, wrong), refused(InvalidTransaction::Stale));
	});
}

#[test]
fn nobody_should_be_heard_for_nothing_when_the_gateway_can_not_pay_for_it() {
	run(|| {
		let (id, tree) = with_wrong();
		MockGateways::insert(GATEWAY, GatewayInfo { bond: SLASH - 1, ..gateway_info() });
		let refused = Err(TransactionValidityError::from(InvalidTransaction::Payment));
		assert_eq!(report(id, items(&tree, true)), refused);
		// Who signs pays.
		let item = Box::new(items(&tree, true));
		assert_ok!(Channels::report_item(signed(OTHER_CLIENT), id, item));
	});
}

#[test]
fn twins_should_be_struck_when_nobody_has_signed() {
	run(|| {
		let channel = open(CLIENT);
		let one = receipt(1, PROVIDERS[0], channel, 400);
		let again = sign(Receipt { charge: 300, ..one.receipt.clone() });
		let other = receipt(2, PROVIDERS[1], channel, 100);
		let tree = tree([one, again, other]);
		let batch = commit(&tree, [claim(CLIENT, channel, 0, 800)]);
		let item = |total, index| Box::new(tree.item(total, index).unwrap());
		let twins = |first, second| send(Call::report_twins { batch, first, second });
		let refused = |why: InvalidTransaction| Err(TransactionValidityError::from(why));
		assert_eq!(twins(item(0, 0), item(1, 0)), refused(InvalidTransaction::BadProof));
		assert_eq!(twins(item(0, 0), item(0, 0)), refused(InvalidTransaction::BadProof));
		assert_eq!(twins(item(0, 0), item(0, 1)), Ok(()));
		assert_eq!(twins(item(0, 1), item(0, 0)), refused(InvalidTransaction::Stale));
	});
}

#[test]
fn batch_should_be_refused_when_nobody_could_be_asked_to_look_at_it() {
	run(|| {
		let channel = open(CLIENT);
		let tree = tree([receipt(1, PROVIDERS[0], channel, 100)]);
		let commit = |leaves, totals| {
			let claims = claims([claim(CLIENT, channel, 0, 100)]);
			Channels::commit_batch(signed(GATEWAY), leaves, totals, claims)
		};
		let too_long = ContentRef { length: 1_000, ..LEAVES };
		assert_noop!(commit(too_long, totals(&tree)), Error::<Test>::LeavesTooLong);
		let many = |count| {
			let receipts = Root { hash: H256([1; 32]), count, sum: 100 };
			vec![Total { provider: PROVIDERS[0], model: MODEL, receipts }].try_into().unwrap()
		};
		let error = Error::<Test>::CountOutOfRange;
		assert_noop!(commit(LEAVES, many(MAX_RECEIPTS + 1)), error);
		assert_ok!(commit(LEAVES, many(MAX_RECEIPTS)));
	});
}
