use crate::{mock::*, Call, Error, Event, Ledger, Ledgers, MAX_STRIKES};
use frame_support::{assert_noop, assert_ok, pallet_prelude::Pays};
use reckon_primitives::{BatchId, Reason};
use reckon_receipts::{
	BatchTree, Item, Node, Receipt, ReceiptFault, SignedReceipt, SumTree, Total,
};
use reckon_support::{
	mocks::MockGateways, AuditedBatches, Conviction, Fault, GatewayInfo, GatewayInspect, Rejection,
};
use sp_core::H256;
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError};

fn gateway_bond() -> u128 {
	MockGateways::gateway(&GATEWAY).unwrap().bond
}

fn strike(id: BatchId, item: &Item<AccountId>) -> frame_support::dispatch::DispatchResult {
	let fault = Fault::Answer(Conviction::NotOpened);
	<Channels as AuditedBatches<_>>::strike(&id, item, fault)
}

fn report(
	id: BatchId,
	item: Item<AccountId>,
) -> frame_support::dispatch::DispatchResultWithPostInfo {
	Channels::report_item(signed(OTHER_CLIENT), id, Box::new(item))
}

/// A batch with one good receipt of 1,000 and this one, which the first channel pays.
fn batch_with(
	bad: impl FnOnce(Receipt<AccountId>) -> SignedReceipt<AccountId>,
) -> (BatchId, Item<AccountId>) {
	let channel = open(CLIENT);
	let bad = bad(receipt(2, PROVIDERS[0], channel, 500).receipt);
	let tree = tree([receipt(1, PROVIDERS[0], channel, 1_000), bad.clone()]);
	let id = commit(&tree, [claim(CLIENT, channel, 0, 1_500)]);
	let found = (0..2).find_map(|total| {
		(0..2).filter_map(|index| tree.item(total, index)).find(|item| item.receipt == bad)
	});
	(id, found.unwrap())
}

fn fault_of(bad: impl FnOnce(Receipt<AccountId>) -> SignedReceipt<AccountId>) -> Fault {
	MockGateways::insert(GATEWAY, gateway_info());
	let (id, item) = batch_with(bad);
	let info = report(id, item).unwrap();
	assert_eq!(info.pays_fee, Pays::No);
	match events().last() {
		Some(Event::ReceiptStruck { fault, .. }) => *fault,
		other => panic!("{other:?}"),
	}
}

#[test]
fn client_should_have_its_money_back_and_the_rest_be_paid_when_auditors_strike_a_receipt() {
	run(|| {
		let (_, tree, id) = three();
		let before = free(CLIENT);
		assert_ok!(strike(id, &item(&tree, 0, 0)));
		assert_eq!(free(CLIENT), before + 1_000);
		assert_eq!(held(Channels::till()), 800);
		assert_eq!(
			events().last(),
			Some(&Event::ReceiptStruck {
				batch: id,
				total: 0,
				index: 0,
				charge: 1_000,
				returned: 1_000,
				fault: Fault::Answer(Conviction::NotOpened),
			})
		);
		assert_eq!(
			Ledgers::<Test>::get(CLIENT),
			Ledger { deposited: DEPOSIT, paid: 800, refunded: 1_000, held: DEPOSIT - 1_800 }
		);
		// Auditors see to the provider's bond; the gateway has shown nothing false.
		assert_eq!(gateway_bond(), BOND);
		to_block(20);
		assert_eq!(free(PROVIDERS[0]), START + 400);
		assert_eq!(free(PROVIDERS[1]), START + 240);
		assert_eq!(Payments::all().iter().map(|paid| paid.charge).sum::<u128>(), 800);
	});
}

#[test]
fn strike_should_be_refused_with_the_exact_error() {
	run(|| {
		let (_, tree, id) = three();
		let good = item(&tree, 0, 1);
		assert_noop!(strike(H256::zero(), &good), Error::<Test>::UnknownBatch);
		let elsewhere = Item { total: 2, ..good.clone() };
		assert_noop!(strike(id, &elsewhere), Error::<Test>::UnknownTotal);
		let elsewhere = Item { total: 1, ..good.clone() };
		assert_noop!(strike(id, &elsewhere), Error::<Test>::ItemUnproven);
		let mut dearer = good.clone();
		dearer.receipt.receipt.charge += 1;
		assert_noop!(strike(id, &dearer), Error::<Test>::ItemUnproven);
		let elsewhere = Item { index: 0, ..good.clone() };
		assert_noop!(strike(id, &elsewhere), Error::<Test>::ItemUnproven);
		assert_ok!(strike(id, &good));
		assert_noop!(strike(id, &good), Error::<Test>::AlreadyStruck);
	});
}

#[test]
fn total_should_bring_nothing_when_all_of_it_is_struck() {
	run(|| {
		let (_, tree, id) = three();
		for item in [item(&tree, 0, 0), item(&tree, 0, 1), item(&tree, 1, 0)] {
			assert_ok!(strike(id, &item));
		}
		assert_eq!((free(CLIENT), held(Channels::till())), (START - DEPOSIT + 1_800, 0));
		to_block(20);
		assert!(Payments::all().is_empty());
		assert_eq!(free(PROVIDERS[0]), START);
	});
}

#[test]
fn more_receipts_than_can_be_struck_should_be_refused() {
	run(|| {
		let channel = open(CLIENT);
		let tree = tree((0..=MAX_STRIKES as u8).map(|n| receipt(n, PROVIDERS[0], channel, 10)));
		let sum = tree.root().sum;
		let id = commit(&tree, [claim(CLIENT, channel, 0, sum)]);
		for index in 0..MAX_STRIKES {
			assert_ok!(strike(id, &item(&tree, 0, index)));
		}
		let last = item(&tree, 0, MAX_STRIKES);
		assert_noop!(strike(id, &last), Error::<Test>::TooManyStrikes);
	});
}

/// Else what is wrong beyond that would be paid.
#[test]
fn batch_should_be_rejected_when_more_receipts_prove_themselves_wrong_than_can_be_struck() {
	run(|| {
		let (mine, other) = (open(CLIENT), open(OTHER_CLIENT));
		let forged = (0..=MAX_STRIKES as u8).map(|n| {
			let mut signed = receipt(n, PROVIDERS[0], mine, 100);
			signed.signature.0[0] ^= 1;
			signed
		});
		let honest = receipt(99, PROVIDERS[1], other, 50);
		let tree = tree(forged.chain([honest]));
		let paid = [claim(CLIENT, mine, 0, 3_300), claim(OTHER_CLIENT, other, 0, 50)];
		let id = commit(&tree, paid);
		MockGateways::insert(GATEWAY, GatewayInfo { bond: 200 * SLASH, ..gateway_info() });
		for index in 0..MAX_STRIKES {
			assert_ok!(report(id, item(&tree, 0, index)));
		}
		// Those who audit it decide, if there are any.
		Audits::open(id);
		let last = item(&tree, 0, MAX_STRIKES);
		assert_noop!(
			Channels::report_item(signed(OTHER_CLIENT), id, Box::new(last.clone())),
			Error::<Test>::TooManyStrikes
		);
		let call = Call::report_item { batch: id, item: Box::new(last.clone()) };
		assert_eq!(send(call), Err(InvalidTransaction::Stale.into()));
		Audits::close(id);
		assert_ok!(report(id, last));
		let why = Rejection::Faults;
		assert_eq!(events().last(), Some(&Event::BatchRejected { batch: id, why }));
		// As much as auditors would have made it cost, beside what each of the faults did.
		let faults = (u128::from(MAX_STRIKES) + 1) * SLASH;
		let slash = (GATEWAY, 10 * 3_350, Reason::BatchRejected);
		assert_eq!(MockGateways::last_slash(), Some(slash));
		assert_eq!(gateway_bond(), 200 * SLASH - faults - 10 * 3_350);
		blocks(3);
		let all = (free(CLIENT), free(OTHER_CLIENT));
		assert_eq!(all, (START - DEPOSIT + 3_300, START - DEPOSIT + 50));
		assert_eq!(held(Channels::till()), 0);
	});
}

/// A gateway with nothing more to lose could fill blocks for nothing otherwise.
#[test]
fn report_should_be_paid_for_when_the_gateway_cannot_pay() {
	run(|| {
		let (id, item) = batch_with(|receipt| sign(Receipt { finished_at: 5, ..receipt }));
		MockGateways::insert(GATEWAY, GatewayInfo { bond: SLASH - 1, ..gateway_info() });
		assert_eq!(report(id, item).unwrap().pays_fee, Pays::Yes);
		assert_eq!(gateway_bond(), 0);
		// The client has its money back all the same.
		assert_eq!(free(CLIENT), START - DEPOSIT + 500);
	});
}

#[test]
fn receipt_should_be_struck_at_the_gateways_cost_when_it_proves_itself_wrong() {
	run(|| {
		let (id, item) = batch_with(|receipt| {
			let mut signed = sign(receipt);
			signed.signature.0[0] ^= 1;
			signed
		});
		assert_ok!(report(id, item.clone()));
		assert_eq!(gateway_bond(), BOND - SLASH);
		let slash = (GATEWAY, SLASH, Reason::ReceiptInvalid);
		assert_eq!(MockGateways::last_slash(), Some(slash));
		assert_eq!(free(CLIENT), START - DEPOSIT + 500);
		assert_noop!(report(id, item), Error::<Test>::AlreadyStruck);
		to_block(20);
		assert_eq!(free(PROVIDERS[0]), START + 800);
	});
}

#[test]
fn each_fault_should_be_seen() {
	run(|| {
		let forged = fault_of(|receipt| {
			let mut signed = sign(receipt);
			signed.receipt.output.length += 1;
			signed
		});
		assert_eq!(forged, Fault::Receipt(ReceiptFault::Signature));
		let times = fault_of(|receipt| sign(Receipt { finished_at: 5, ..receipt }));
		assert_eq!(times, Fault::Receipt(ReceiptFault::Times));
		let gateway = fault_of(|receipt| sign(Receipt { gateway: OTHER_GATEWAY, ..receipt }));
		assert_eq!(gateway, Fault::Gateway);
		let channel = fault_of(|receipt| sign(Receipt { channel: H256::zero(), ..receipt }));
		assert_eq!(channel, Fault::Channel);
	});
}

/// What was charged for a channel that did not pay it was charged to others, and nobody can say to
/// whom.
#[test]
fn charge_should_be_the_treasurys_when_its_channel_has_paid_nothing() {
	run(|| {
		let foreign = open_to(OTHER_GATEWAY, OTHER_CLIENT);
		let (id, item) = batch_with(|receipt| sign(Receipt { channel: foreign, ..receipt }));
		assert_ok!(report(id, item));
		assert_eq!((free(CLIENT), free(OTHER_CLIENT)), (START - DEPOSIT, START - DEPOSIT));
		to_block(20);
		// 5 % of 1,000, and 500.
		assert_eq!(free(TREASURY), START + 50 + 500);
		assert_eq!(held(Channels::till()), 0);
	});
}

/// No receipt brings a client more than its channel has paid.
#[test]
fn client_should_have_no_more_back_than_its_channel_has_paid() {
	run(|| {
		let (mine, other) = (open(CLIENT), open(OTHER_CLIENT));
		// Says that the first channel pays 900, of which it has paid 100.
		let tree = tree([receipt(1, PROVIDERS[0], mine, 900)]);
		let paid = [claim(CLIENT, mine, 0, 100), claim(OTHER_CLIENT, other, 0, 800)];
		let id = commit(&tree, paid);
		assert_ok!(strike(id, &item(&tree, 0, 0)));
		assert_eq!(free(CLIENT), START - DEPOSIT + 100);
		assert_eq!(free(OTHER_CLIENT), START - DEPOSIT);
		to_block(20);
		assert_eq!(free(TREASURY), START + 800);
	});
}

#[test]
fn receipt_should_be_struck_when_it_stands_in_anothers_total() {
	run(|| {
		let channel = open(CLIENT);
		// By hand: the tree of the crate does not make such.
		let foreign = receipt(1, PROVIDERS[1], channel, 500);
		let leaves = SumTree::new(vec![foreign.leaf()]).unwrap();
		let total = Total { provider: PROVIDERS[0], model: MODEL, receipts: leaves.root() };
		let claims = claims([claim(CLIENT, channel, 0, 500)]);
		let totals = vec![total].try_into().unwrap();
		assert_ok!(Channels::commit_batch(signed(GATEWAY), LEAVES, totals, claims));
		let id = newest_batch().unwrap();
		let item = Item { total: 0, index: 0, receipt: foreign, path: leaves.path(0).unwrap() };
		assert_ok!(report(id, item));
		let struck =
			|event: &Event<Test>| matches!(event, Event::ReceiptStruck { fault: Fault::Total, .. });
		assert!(events().iter().any(struck));
	});
}

#[test]
fn report_should_be_refused_when_nothing_is_wrong() {
	run(|| {
		let (_, tree, id) = three();
		assert_noop!(report(id, item(&tree, 0, 0)), Error::<Test>::NoFault);
		let mut unproven = item(&tree, 0, 0);
		unproven.receipt.signature.0[0] ^= 1;
		assert_noop!(report(id, unproven.clone()), Error::<Test>::ItemUnproven);
		let mut path = unproven.path.to_vec();
		path.push(Node::default());
		unproven.path = path.try_into().unwrap();
		assert_noop!(report(id, unproven), Error::<Test>::ItemUnproven);
		let good = || item(&tree, 0, 0);
		let elsewhere = |total, index| Item { total, index, ..good() };
		assert_noop!(report(H256::zero(), good()), Error::<Test>::UnknownBatch);
		for total in [2, u32::MAX] {
			assert_noop!(report(id, elsewhere(total, 0)), Error::<Test>::UnknownTotal);
		}
		for (total, index) in [(1, 0), (0, 1), (0, 2), (0, u32::MAX)] {
			assert_noop!(report(id, elsewhere(total, index)), Error::<Test>::ItemUnproven);
		}
		to_block(20);
		assert_noop!(report(id, good()), Error::<Test>::NotWaiting);
		assert_eq!(gateway_bond(), BOND);
	});
}

#[test]
fn twins_should_be_refused_when_they_are_not_two_of_one_batch_that_waits() {
	run(|| {
		let channel = open(CLIENT);
		let (first, twin) =
			(receipt(1, PROVIDERS[0], channel, 1_000), receipt(1, PROVIDERS[1], channel, 400));
		let tree = tree([first, twin]);
		let id = commit(&tree, [claim(CLIENT, channel, 0, 1_400)]);
		let report = |id, first: Item<AccountId>, second: Item<AccountId>| {
			Channels::report_twins(signed(OTHER_CLIENT), id, Box::new(first), Box::new(second))
		};
		let [one, other] = [item(&tree, 0, 0), item(&tree, 1, 0)];
		let no_batch = || report(H256::zero(), one.clone(), other.clone());
		assert_noop!(no_batch(), Error::<Test>::UnknownBatch);
		// Which of the two is not in the batch makes no difference.
		let nowhere = Item { total: 2, ..other.clone() };
		let unproven = Item { index: 1, ..other.clone() };
		for (wrong, error) in
			[(nowhere, Error::<Test>::UnknownTotal), (unproven, Error::ItemUnproven)]
		{
			let error = DispatchError::from(error);
			assert_noop!(report(id, one.clone(), wrong.clone()), error);
			assert_noop!(report(id, wrong, one.clone()), error);
		}
		to_block(20);
		assert_noop!(report(id, one, other), Error::<Test>::NotWaiting);
		assert_eq!(gateway_bond(), BOND);
	});
}

#[test]
fn receipt_should_need_no_channel_that_pays_when_it_charges_nothing() {
	run(|| {
		let (mine, other) = (open(CLIENT), open(OTHER_CLIENT));
		let paid = receipt(1, PROVIDERS[0], mine, 500);
		let free_of_charge = receipt(2, PROVIDERS[0], other, 0);
		let tree = tree([paid, free_of_charge]);
		let id = commit(&tree, [claim(CLIENT, mine, 0, 500)]);
		for index in 0..2 {
			assert_noop!(report(id, item(&tree, 0, index)), Error::<Test>::NoFault);
		}
	});
}

#[test]
fn second_receipt_for_one_request_should_be_struck_and_the_first_be_paid() {
	run(|| {
		let channel = open(CLIENT);
		let tree: BatchTree<_> = tree([
			receipt(1, PROVIDERS[0], channel, 1_000),
			receipt(1, PROVIDERS[1], channel, 400),
			receipt(2, PROVIDERS[1], channel, 100),
		]);
		let id = commit(&tree, [claim(CLIENT, channel, 0, 1_500)]);
		let report = |first: Item<AccountId>, second: Item<AccountId>| {
			Channels::report_twins(signed(OTHER_CLIENT), id, Box::new(first), Box::new(second))
		};
		let (one, twin, other) = (item(&tree, 0, 0), item(&tree, 1, 0), item(&tree, 1, 1));
		assert_noop!(report(one.clone(), one.clone()), Error::<Test>::NoFault);
		assert_noop!(report(one.clone(), other), Error::<Test>::NoFault);
		assert_eq!(report(one.clone(), twin.clone()).unwrap().pays_fee, Pays::No);
		assert_eq!(gateway_bond(), BOND - SLASH);
		// One of them is paid.
		assert_noop!(report(twin.clone(), one.clone()), Error::<Test>::AlreadyStruck);
		assert_noop!(report(one, twin), Error::<Test>::AlreadyStruck);
		assert_eq!(free(CLIENT), START - DEPOSIT + 400);
		to_block(20);
		assert_eq!(free(PROVIDERS[0]), START + 800);
		assert_eq!(free(PROVIDERS[1]), START + 80);
	});
}

#[test]
fn slash_should_name_its_reason() {
	// The same code in the daemons, which show it to people.
	assert_eq!(codec::Encode::encode(&Reason::ReceiptInvalid), vec![47]);
}

#[test]
fn money_should_go_back_when_the_client_has_closed_its_channel() {
	run(|| {
		let (channel, tree, id) = three();
		assert_ok!(Channels::close(signed(GATEWAY), channel));
		assert_eq!(free(CLIENT), START - 1_800);
		assert_ok!(strike(id, &item(&tree, 0, 0)));
		assert_eq!(free(CLIENT), START - 800);
		// Gone, and come again with nothing noted of what it has paid.
		let all = free(CLIENT);
		assert_ok!(Balances::transfer_allow_death(signed(CLIENT), OTHER_CLIENT, all));
		assert_eq!(Ledgers::<Test>::get(CLIENT), Ledger::default());
		assert_ok!(strike(id, &item(&tree, 1, 0)));
		assert_eq!(free(CLIENT), 300);
		assert!(!Ledgers::<Test>::contains_key(CLIENT));
	});
}
