use crate::{mock::*, BatchState, Batches, Event, Ledger, Ledgers};
use frame_support::{assert_noop, assert_ok};
use reckon_support::{
	mocks::{MockModels, MockSubnets},
	AuditedBatches, PaidTotal,
};

#[test]
fn nobody_should_be_paid_while_the_window_is_open() {
	run(|| {
		three();
		to_block(WINDOW);
		assert_eq!(held(Channels::till()), 1_800);
		assert_eq!(free(PROVIDERS[0]), START);
	});
}

#[test]
fn charge_should_be_split_exactly_when_the_window_has_passed() {
	run(|| {
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		let (_, _, id) = three();
		to_block(2 + WINDOW);
		// 1,500 and 300: royalty 10 %, gateway 5 %, treasury 5 %.
		assert_eq!(free(PROVIDERS[0]), START + 1_200);
		assert_eq!(free(PROVIDERS[1]), START + 240);
		assert_eq!(free(MODEL_OWNER), START + 180);
		assert_eq!(free(GATEWAY), START + 90);
		assert_eq!(free(TREASURY), START + 90);
		assert_eq!(held(Channels::till()), 0);
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
		let batch = Channels::batch(id).unwrap();
		assert_eq!((batch.state, batch.escrow), (BatchState::Settled, 0));
		let paid = |provider, charge, earned| Event::TotalPaid {
			batch: id,
			provider,
			model: MODEL,
			charge,
			earned,
		};
		assert!(events().contains(&paid(PROVIDERS[0], 1_500, 1_200)));
		assert!(events().contains(&paid(PROVIDERS[1], 300, 240)));
		assert_eq!(events().last(), Some(&Event::BatchSettled { batch: id, gateway: GATEWAY }));
		// It was the client's that paid, once.
		assert_eq!(
			Ledgers::<Test>::get(CLIENT),
			Ledger { deposited: DEPOSIT, paid: 1_800, refunded: 0, held: DEPOSIT - 1_800 }
		);
	});
}

#[test]
fn hook_should_be_told_of_each_total_once() {
	run(|| {
		let (_, _, batch) = three();
		to_block(20);
		let paid = |provider, receipts, charge, fee| PaidTotal {
			batch,
			provider,
			gateway: GATEWAY,
			model: MODEL,
			receipts,
			charge,
			fee,
		};
		let mut all = Payments::all();
		all.sort_by_key(|paid| paid.provider);
		assert_eq!(all, [paid(PROVIDERS[0], 2, 1_500, 75), paid(PROVIDERS[1], 1, 300, 15)]);
	});
}

#[test]
fn batch_should_wait_as_long_as_its_audit_is_open() {
	run(|| {
		let (_, _, id) = three();
		Audits::open(id);
		to_block(100);
		assert_eq!(held(Channels::till()), 1_800);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Waiting);
		Audits::close(id);
		to_block(112);
		assert_eq!(held(Channels::till()), 0);
	});
}

#[test]
fn audit_should_come_too_late_when_the_batch_is_paid() {
	run(|| {
		let (_, tree, id) = three();
		to_block(20);
		let rejected =
			<Channels as AuditedBatches<_>>::reject(&id, reckon_support::Rejection::Unavailable, 0);
		assert_noop!(rejected, crate::Error::<Test>::NotWaiting);
		let struck = <Channels as AuditedBatches<_>>::strike(
			&id,
			&item(&tree, 0, 0),
			reckon_support::Fault::Repeated,
		);
		assert_noop!(struck, crate::Error::<Test>::NotWaiting);
	});
}

#[test]
fn royalty_should_be_the_providers_when_the_model_is_gone() {
	run(|| {
		three();
		MockModels::remove(MODEL);
		to_block(20);
		assert_eq!(free(MODEL_OWNER), START);
		assert_eq!(free(PROVIDERS[0]), START + 1_350);
	});
}

#[test]
fn earnings_should_be_the_treasurys_when_the_provider_cannot_be_paid() {
	run(|| {
		let channel = open(CLIENT);
		let tree = tree([receipt(1, PROVIDERS[2], channel, 10)]);
		commit(&tree, [claim(CLIENT, channel, 0, 10)]);
		// Its account is gone, and what it earned is less than the least balance.
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), PROVIDERS[2], 0));
		to_block(20);
		assert_eq!(free(PROVIDERS[2]), 0);
		assert_eq!(free(TREASURY) + free(MODEL_OWNER), 2 * START + 10);
		assert_eq!(held(Channels::till()), 0);
	});
}

#[test]
fn rest_should_wait_when_not_even_the_treasury_can_be_paid() {
	run(|| {
		let (_, _, id) = three();
		MockSubnets::insert(
			SUBNET,
			reckon_support::SubnetParameters {
				treasury_share: sp_runtime::Permill::from_parts(1_000),
				gateway_share: sp_runtime::Permill::zero(),
				..rules()
			},
		);
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), TREASURY, 0));
		to_block(20);
		// One unit of 1,800, which makes no account.
		assert_eq!(held(Channels::till()), 1);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Paying);
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), TREASURY, START));
		blocks(RETENTION);
		assert_eq!((held(Channels::till()), free(TREASURY)), (0, START + 1));
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Settled);
	});
}

#[test]
fn batch_should_be_forgotten_when_it_ended_long_ago() {
	run(|| {
		let (_, _, id) = three();
		to_block(2 + WINDOW);
		let due = Channels::batch(id).unwrap().due;
		assert!(due > WINDOW + RETENTION);
		to_block(due - 1);
		assert!(Batches::<Test>::contains_key(id));
		to_block(due);
		assert!(!Batches::<Test>::contains_key(id));
		assert_eq!(events().last(), Some(&Event::BatchForgotten { batch: id }));
	});
}
