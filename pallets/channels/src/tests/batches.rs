use crate::{mock::*, BatchState, Call, Error, Event, LaneClaim, Ledger, Ledgers, Totals};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};
use reckon_primitives::{ContentRef, Price};
use reckon_receipts::{BatchTree, Receipt, Root, SignedVoucher, Total, Voucher};
use reckon_support::{
	mocks::{MockGateways, MockPool, MockSubnets},
	AuditedBatch, BatchAuditing, GatewayInfo, Membership, SubnetParameters,
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
		let left = DEPOSIT - PLACE - 1_800;
		assert_eq!((record.left, record.taken[0]), (left, 1_800));
		assert_eq!(
			Ledgers::<Test>::get(CLIENT),
			Ledger { deposited: DEPOSIT, paid: 1_800, refunded: 0, held: DEPOSIT - 1_800 }
		);
		let batch = Channels::batch(id).unwrap();
		assert_eq!((batch.gateway, batch.subnet), (GATEWAY, SUBNET));
		assert_eq!((batch.root, batch.receipts, batch.leaves), (tree.root(), 3, LEAVES));
		assert_eq!((batch.escrow, batch.state), (1_800, BatchState::Waiting));
		assert_eq!(batch.due, 1 + WINDOW);
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
		let charge = Channels::batch(id).unwrap().root.sum;
		let audited = AuditedBatch { gateway: GATEWAY, subnet: SUBNET, receipts: 3, charge };
		assert_eq!(Audits::submitted(), vec![(id, audited)]);
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
		assert_ok!(commit_one(400, [LaneClaim { signed: signed.clone(), upto: 400 }]));
		// The same voucher covers the rest, and not a unit more.
		let claim = |upto| [LaneClaim { signed: signed.clone(), upto }];
		assert_noop!(commit_one(601, claim(1_001)), Error::<Test>::VoucherTooLow);
		assert_ok!(commit_one(600, claim(1_000)));
		assert_noop!(commit_one(1, claim(1_001)), Error::<Test>::VoucherTooLow);
		assert_eq!(held(CLIENT), DEPOSIT - 1_000);
	});
}

/// A gateway that was restarted before it saw that its batch is in.
#[test]
fn batch_should_take_nothing_twice_when_it_is_sent_again() {
	run(|| {
		let channel = open(CLIENT);
		let send = |upto, receipts: &[_]| {
			let claim = LaneClaim { signed: voucher(CLIENT, channel, 0, 5_000), upto };
			let tree = tree(receipts.iter().cloned());
			Channels::commit_batch(signed(GATEWAY), LEAVES, totals(&tree), claims([claim]))
		};
		let [old, new] = [(1, 400), (2, 300)].map(|(n, charge)| {
			let signed = receipt(n, PROVIDERS[0], channel, charge);
			vec![signed]
		});
		assert_ok!(send(400, &old));
		assert_noop!(send(400, &old), Error::<Test>::ChargeZero);
		// Nor together with what is new.
		assert_noop!(send(700, &[old, new.clone()].concat()), Error::<Test>::SumsDiffer);
		// Nor after it.
		assert_ok!(send(700, &new));
		assert_noop!(send(400, &new), Error::<Test>::ChargeZero);
		assert_eq!(Channels::channel(channel).unwrap().taken[0], 700);
		assert_eq!(held(CLIENT), DEPOSIT - 700);
	});
}

#[test]
fn voucher_should_be_refused_when_it_is_not_this_lanes_channels_chains_or_keys() {
	run(|| {
		let (channel, other) = (open(CLIENT), open(CLIENT));
		let good = voucher(CLIENT, channel, 1, 500);
		let with = |signed| commit_one(500, [LaneClaim { signed, upto: 500 }]);
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
		assert_noop!(with(good), Error::<Test>::ChargeZero);
	});
}

#[test]
fn claims_should_be_refused_with_the_exact_error() {
	run(|| {
		let channel = open(CLIENT);
		let foreign = open_to(OTHER_GATEWAY, CLIENT);
		let good = claim(CLIENT, channel, 0, 500);
		let unknown = LaneClaim { signed: voucher(CLIENT, H256::zero(), 0, 500), upto: 500 };
		assert_noop!(commit_one(500, [unknown]), Error::<Test>::UnknownChannel);
		let of_another = [claim(CLIENT, foreign, 0, 500)];
		assert_noop!(commit_one(500, of_another), Error::<Test>::NotYourChannel);
		let lane = LaneClaim { signed: voucher(CLIENT, channel, 4, 500), upto: 500 };
		assert_noop!(commit_one(500, [lane]), Error::<Test>::UnknownLane);
		let nothing = LaneClaim { upto: 0, ..good.clone() };
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
		let all = DEPOSIT - PLACE;
		let lanes = [claim(CLIENT, channel, 0, all), claim(CLIENT, channel, 1, 1)];
		assert_noop!(commit_one(all + 1, lanes), Error::<Test>::DepositExceeded);
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
		// It must stand for the batch with what a fault costs, until its window ends.
		let poor = GatewayInfo { bond: SLASH - 1, ..gateway_info() };
		MockGateways::insert(GATEWAY, poor);
		assert_noop!(commit(GATEWAY, LEAVES), Error::<Test>::BondTooLow);
		let gone = GatewayInfo { leaves_at: Some(WINDOW), ..gateway_info() };
		MockGateways::insert(GATEWAY, gone);
		assert_noop!(commit(GATEWAY, LEAVES), Error::<Test>::LeavesTooSoon);
		// An audit may take longer than the window.
		let leaving = GatewayInfo { leaves_at: Some(1 + WINDOW), bond: SLASH, ..gateway_info() };
		MockGateways::insert(GATEWAY, leaving);
		Audits::set_longest(WINDOW + 1);
		assert_noop!(commit(GATEWAY, LEAVES), Error::<Test>::LeavesTooSoon);
		// One that is leaving has earned what it has vouchers for.
		Audits::set_longest(WINDOW);
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

/// Else whoever fills blocks with batches of many tiny totals would hold up everybody's payments
/// for a small part of what they cost the chain.
#[test]
fn batch_should_pay_for_the_steps_that_it_leaves_to_later_blocks() {
	run(|| {
		let channel = open(CLIENT);
		let tree = tree(PROVIDERS.iter().flat_map(|provider| {
			[MODEL, OTHER_MODEL].map(|model| {
				crate::mock::sign(Receipt { model, ..receipt(1, *provider, channel, 10).receipt })
			})
		}));
		let (totals, claims) = (totals(&tree), claims([claim(CLIENT, channel, 0, 60)]));
		let paid = weight_of(Call::commit_batch { leaves: LEAVES, totals, claims });
		let steps = Channels::due_payout().saturating_mul(6);
		let now = <() as crate::WeightInfo>::commit_batch(1);
		assert!(paid.all_gte(steps.saturating_add(now)));
		let asked = weight_of(Call::request_close { channel });
		assert!(asked.all_gt(Channels::due_channel()));
	});
}

/// The least that a subnet's rules may ask for is not this pallet's to know.
#[test]
fn batch_should_end_when_there_is_no_window() {
	run(|| {
		let rules = SubnetParameters { dispute_window_blocks: 0, ..rules() };
		MockSubnets::insert(SUBNET, rules);
		three();
		blocks(2);
		assert_eq!(held(Channels::till()), 0);
	});
}

/// Else who is client, gateway and provider in one would fill the state for next to nothing.
#[test]
fn place_in_storage_should_be_paid_for_until_the_end_when_all_else_is_taken() {
	run(|| {
		let channel = open(CLIENT);
		let all = DEPOSIT - PLACE;
		assert_ok!(commit_one(all, [claim(CLIENT, channel, 0, all)]));
		assert_eq!(held(CLIENT), PLACE);
		assert_eq!(Channels::channel(channel).unwrap().left, 0);
		assert_noop!(commit_one(1, [claim(CLIENT, channel, 0, 1)]), Error::<Test>::DepositExceeded);
		assert_ok!(Channels::close(signed(GATEWAY), channel));
		assert_eq!((free(CLIENT), held(CLIENT)), (START - all, 0));
	});
}

/// Money that is on hold may be locked as well, by whatever the runtime has for that.
#[test]
fn gateway_should_take_its_due_when_the_client_has_locked_its_money() {
	run(|| {
		let channel = open(CLIENT);
		lock(CLIENT, START);
		assert_ok!(commit_one(400, [claim(CLIENT, channel, 0, 400)]));
		assert_eq!(held(Channels::till()), 400);
		// Nor does anybody hold up payments who locks what he sends to the till.
		lock(Channels::till(), START);
		blocks(20);
		assert_eq!(held(Channels::till()), 0);
	});
}
