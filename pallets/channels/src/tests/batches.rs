use crate::{mock::*, BatchState, Call, Error, Event, LaneClaim, Ledger, Ledgers, Totals};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};
use reckon_primitives::{ContentRef, Price};
use reckon_receipts::{BatchTree, Receipt, Root, SignedVoucher, Total, Voucher};
use reckon_support::{
	mocks::{MockGateways, MockPool, MockSubnets},
	BatchAuditing, GatewayInfo, Membership, SubnetParameters,
};
use sp_core::{Pair, H256};

/// Commits the gateway to a batch of one receipt that charges this.
fn commit_one(charge: u128, paid: impl IntoIterator<Item = LaneClaim>) -> DispatchResult {
	let tree = tree([receipt(1, PROVIDERS[0], H256::zero(), charge)]);
	Channels::commit_batch(signed(GATEWAY), LEAVES, totals(&tree), claims(paid))
}

/// Commits the gateway to these totals, with a claim for what they charge.
fn commit_totals(totals: Vec<Total<AccountId>>) -> DispatchResult {
	let channel = Channels::channels_of(CLIENT, None)[0].0;
	let sum = totals.iter().map(|total| total.receipts.sum).sum();
	let claims = claims([claim(CLIENT, channel, 0, sum)]);
	let totals: Totals<_> = totals.try_into().unwrap();
	Channels::commit_batch(signed(GATEWAY), LEAVES, totals, claims)
}

fn total(provider: AccountId, sum: u128) -> Total<AccountId> {
	let receipts = Root { hash: H256([1; 32]), count: 1, sum };
	Total { provider, model: MODEL, receipts }
}

#[test]
fn money_should_leave_the_channels_at_once_when_a_batch_is_committed() {
	run(|| {
		let (channel, tree, id) = three();
		assert_eq!((free(CLIENT), held(CLIENT)), (START - DEPOSIT, DEPOSIT - 1_800));
		assert_eq!(held(Channels::till()), 1_800);
		let record = Channels::channel(channel).unwrap();
		assert_eq!((record.left, record.taken[0]), (DEPOSIT - 1_800, 1_800));
		assert_eq!(
			Ledgers::<Test>::get(CLIENT),
			Ledger { deposited: DEPOSIT, paid: 1_800, refunded: 0, held: DEPOSIT - 1_800 }
		);
		let batch = Channels::batch(id).unwrap();
		assert_eq!((batch.gateway, batch.subnet), (GATEWAY, SUBNET));
		assert_eq!((batch.root, batch.receipts, batch.leaves), (tree.root(), 3, LEAVES));
		assert_eq!((batch.escrow, batch.state), (1_800, BatchState::Waiting));
		assert_eq!(batch.due, 1 + WINDOW);
		let left = DEPOSIT - 1_800;
		assert_eq!(
			events()[1..],
			[
				Event::ChannelCharged { channel, batch: id, amount: 1_800, left },
				Event::BatchCommitted {
					batch: id,
					gateway: GATEWAY,
					root: tree.root().hash,
					receipts: 3,
					charged: 1_800,
				}
			]
		);
		assert_eq!(Audits::submitted(), vec![id]);
	});
}

#[test]
fn many_lanes_and_channels_should_pay_into_one_batch() {
	run(|| {
		let (mine, other) = (open(CLIENT), open(OTHER_CLIENT));
		let tree =
			tree([receipt(1, PROVIDERS[0], mine, 900), receipt(2, PROVIDERS[1], other, 100)]);
		let paid = [
			claim(CLIENT, mine, 0, 300),
			claim(CLIENT, mine, 3, 600),
			claim(OTHER_CLIENT, other, 1, 100),
		];
		commit(&tree, paid);
		assert_eq!(Channels::channel(mine).unwrap().taken.to_vec(), vec![300, 0, 0, 600]);
		assert_eq!(Channels::channel(other).unwrap().taken.to_vec(), vec![0, 100, 0, 0]);
		assert_eq!((held(CLIENT), held(OTHER_CLIENT)), (DEPOSIT - 900, DEPOSIT - 100));
	});
}

#[test]
fn lane_should_be_charged_less_than_its_voucher_covers_when_the_work_cost_less() {
	run(|| {
		let channel = open(CLIENT);
		let signed = voucher(CLIENT, channel, 0, 1_000);
		assert_ok!(commit_one(400, [LaneClaim { signed: signed.clone(), charge: 400 }]));
		// The same voucher covers the rest, and not a unit more.
		let claim = |charge| [LaneClaim { signed: signed.clone(), charge }];
		assert_noop!(commit_one(601, claim(601)), Error::<Test>::VoucherTooLow);
		assert_ok!(commit_one(600, claim(600)));
		assert_noop!(commit_one(1, claim(1)), Error::<Test>::VoucherTooLow);
		assert_eq!(held(CLIENT), DEPOSIT - 1_000);
	});
}

#[test]
fn voucher_should_be_refused_when_it_is_not_this_lanes_channels_chains_or_keys() {
	run(|| {
		let (channel, other) = (open(CLIENT), open(CLIENT));
		let good = voucher(CLIENT, channel, 1, 500);
		let with = |signed| commit_one(500, [LaneClaim { signed, charge: 500 }]);
		let forged = |voucher: Voucher| SignedVoucher { voucher, ..good.clone() };
		// Replayed on another lane and another channel, and with a higher sum.
		let replay = Voucher { lane: 2, ..good.voucher };
		assert_noop!(with(forged(replay)), Error::<Test>::VoucherForged);
		let replay = Voucher { channel: other, ..good.voucher };
		assert_noop!(with(forged(replay)), Error::<Test>::VoucherForged);
		let raised = Voucher { cumulative: 900, ..good.voucher };
		assert_noop!(with(forged(raised)), Error::<Test>::VoucherForged);
		// Signed for another chain.
		let payload = good.voucher.payload(&H256([1; 32]));
		let signature = session(CLIENT).sign(&payload);
		let foreign = SignedVoucher { signature, ..good.clone() };
		assert_noop!(with(foreign), Error::<Test>::VoucherForged);
		// Signed by another client.
		let stolen = voucher(OTHER_CLIENT, channel, 1, 500);
		assert_noop!(with(stolen), Error::<Test>::VoucherForged);
		assert_ok!(with(good.clone()));
		// The same again.
		assert_noop!(with(good), Error::<Test>::VoucherTooLow);
	});
}

#[test]
fn claims_should_be_refused_with_the_exact_error() {
	run(|| {
		let channel = open(CLIENT);
		let foreign = open_to(OTHER_GATEWAY, CLIENT);
		let good = claim(CLIENT, channel, 0, 500);
		let unknown = LaneClaim { signed: voucher(CLIENT, H256::zero(), 0, 500), charge: 500 };
		assert_noop!(commit_one(500, [unknown]), Error::<Test>::UnknownChannel);
		let of_another = [claim(CLIENT, foreign, 0, 500)];
		assert_noop!(commit_one(500, of_another), Error::<Test>::NotYourChannel);
		let lane = LaneClaim { signed: voucher(CLIENT, channel, 4, 500), charge: 500 };
		assert_noop!(commit_one(500, [lane]), Error::<Test>::UnknownLane);
		let nothing = LaneClaim { charge: 0, ..good.clone() };
		assert_noop!(commit_one(500, [nothing]), Error::<Test>::ChargeZero);
		let twice = [good.clone(), good.clone()];
		assert_noop!(commit_one(1_000, twice), Error::<Test>::ClaimsUnordered);
		let reversed = vec![claim(CLIENT, channel, 1, 5), good.clone()].try_into().unwrap();
		let batch = totals(&tree([receipt(1, PROVIDERS[0], channel, 505)]));
		let call = Channels::commit_batch(signed(GATEWAY), LEAVES, batch, reversed);
		assert_noop!(call, Error::<Test>::ClaimsUnordered);
		assert_noop!(commit_one(499, [good.clone()]), Error::<Test>::SumsDiffer);
		assert_noop!(commit_one(501, [good]), Error::<Test>::SumsDiffer);
		assert_noop!(commit_one(501, []), Error::<Test>::SumsDiffer);
		// Two lanes that are each covered, and together are not.
		let lanes = [claim(CLIENT, channel, 0, DEPOSIT), claim(CLIENT, channel, 1, 1)];
		assert_noop!(commit_one(DEPOSIT + 1, lanes), Error::<Test>::DepositExceeded);
		let huge = [claim(CLIENT, channel, 0, u128::MAX), claim(CLIENT, channel, 1, u128::MAX)];
		assert_noop!(commit_one(u128::MAX, huge), Error::<Test>::DepositExceeded);
	});
}

#[test]
fn totals_should_be_refused_with_the_exact_error() {
	run(|| {
		open(CLIENT);
		let good = total(PROVIDERS[0], 100);
		let with = |change: fn(&mut Total<AccountId>)| {
			let mut changed = good.clone();
			change(&mut changed);
			commit_totals(vec![changed])
		};
		assert_noop!(commit_totals(vec![]), Error::<Test>::BatchEmpty);
		let rich = vec![total(PROVIDERS[0], u128::MAX), total(PROVIDERS[1], 1)];
		let claims = claims([]);
		let call =
			Channels::commit_batch(signed(GATEWAY), LEAVES, rich.try_into().unwrap(), claims);
		assert_noop!(call, Error::<Test>::SumTooHigh);
		let twice = vec![good.clone(), good.clone()];
		assert_noop!(commit_totals(twice), Error::<Test>::TotalsUnordered);
		let reversed = vec![total(PROVIDERS[1], 5), good.clone()];
		assert_noop!(commit_totals(reversed), Error::<Test>::TotalsUnordered);
		assert_noop!(with(|t| t.receipts.count = 0), Error::<Test>::CountOutOfRange);
		assert_noop!(with(|t| t.receipts.count = (1 << 20) + 1), Error::<Test>::CountOutOfRange);
		assert_noop!(with(|t| t.receipts.sum = 0), Error::<Test>::TotalZero);
		assert_noop!(with(|t| t.model = H256::zero()), Error::<Test>::UnknownModel);
		assert_noop!(with(|t| t.provider = CLIENT), Error::<Test>::ProviderWithoutBond);
		MockPool::insert(PROVIDERS[1], 1, Price { base: 1, per_input: 1, per_output: 1 });
		MockPool::set_bond(PROVIDERS[1], 0);
		assert_noop!(with(|t| t.provider = PROVIDERS[1]), Error::<Test>::ProviderWithoutBond);
		let listed = Membership::Models(
			[OTHER_MODEL]
				.into_iter()
				.collect::<std::collections::BTreeSet<_>>()
				.try_into()
				.unwrap(),
		);
		MockSubnets::insert(SUBNET, SubnetParameters { membership: listed, ..rules() });
		assert_noop!(commit_totals(vec![good.clone()]), Error::<Test>::ModelNotInSubnet);
		MockSubnets::insert(SUBNET, rules());
		assert_ok!(commit_totals(vec![good]));
	});
}

#[test]
fn batch_should_be_refused_when_its_gateway_or_leaves_are_none() {
	run(|| {
		let channel = open(CLIENT);
		let tree: BatchTree<_> = tree([receipt(1, PROVIDERS[0], channel, 50)]);
		let commit = |who, leaves| {
			let claims = claims([claim(CLIENT, channel, 0, 50)]);
			Channels::commit_batch(signed(who), leaves, totals(&tree), claims)
		};
		assert_noop!(commit(CLIENT, LEAVES), Error::<Test>::NotAGateway);
		assert_noop!(commit(OTHER_GATEWAY, LEAVES), Error::<Test>::NotYourChannel);
		let none = ContentRef { length: 0, ..LEAVES };
		assert_noop!(commit(GATEWAY, none), Error::<Test>::LeavesMissing);
		MockGateways::insert(GATEWAY, GatewayInfo { subnet: 9, ..gateway_info() });
		assert_noop!(commit(GATEWAY, LEAVES), Error::<Test>::UnknownSubnet);
		// One that is leaving has earned what it has vouchers for.
		MockGateways::insert(GATEWAY, GatewayInfo { active: false, bond: 1, ..gateway_info() });
		MockSubnets::retire(SUBNET);
		assert_ok!(commit(GATEWAY, LEAVES));
	});
}

/// The chain looks at no receipt: what is in a batch costs it the same for one and for a million.
#[test]
fn weight_should_depend_on_claims_and_totals_alone() {
	run(|| {
		let channel = open(CLIENT);
		let weight = |providers: usize, lanes: u16| {
			let receipts = (0..60u8).map(|n| {
				let provider = PROVIDERS[usize::from(n) % providers];
				crate::mock::sign(Receipt {
					lane: u16::from(n) % lanes,
					..receipt(n, provider, channel, 10).receipt
				})
			});
			let claims = claims((0..lanes).map(|lane| claim(CLIENT, channel, lane, 10)));
			weight_of(Call::commit_batch {
				leaves: LEAVES,
				totals: totals(&tree(receipts)),
				claims,
			})
		};
		assert!(weight(2, 1).all_gt(weight(1, 1)));
		assert!(weight(1, 2).ref_time() > weight(1, 1).ref_time());
		assert!(weight(1, 1).ref_time() > Audits::submit_weight().ref_time());
	});
}
