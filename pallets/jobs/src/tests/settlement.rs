use crate::{mock::*, Event, Ledger, Ledgers};
use frame_support::{assert_ok, traits::fungible::InspectHold};
use reckon_primitives::*;
use reckon_support::{mocks::MockHooks, EndedTurn, Outcome};

fn delivered() -> JobId {
	add_provider(PROVIDERS[0]);
	let id = drawn(request());
	assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), id, delivery()));
	id
}

#[test]
fn money_should_not_move_when_the_dispute_window_is_open() {
	run(|| {
		delivered();
		to_block(6);
		assert_eq!(free(PROVIDERS[0]), START);
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 1_000);
	});
}

#[test]
fn charge_should_be_split_exactly_and_the_rest_returned_when_settled() {
	run(|| {
		let id = delivered();
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		to_block(7);
		// 158: 5 % to the treasury and 10 % to the model's owner, rounded down.
		assert_eq!(free(TREASURY), START + 7);
		assert_eq!(free(MODEL_OWNER), START + 15);
		assert_eq!(free(PROVIDERS[0]), START + 136);
		assert_eq!(free(CLIENT), START - 158);
		assert_eq!(Balances::total_balance_on_hold(&CLIENT), 0);
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
		assert_eq!(
			Ledgers::<Test>::get(CLIENT),
			Ledger { deposited: 1_000, paid: 158, refunded: 842, held: 0 }
		);
		assert!(events().contains(&Event::JobSettled {
			job: id,
			client: CLIENT,
			provider: PROVIDERS[0],
			charge: 158,
			audit_fee: 0,
			refunded: 842,
		}));
	});
}

#[test]
fn hooks_should_be_told_once_when_settled() {
	run(|| {
		let id = delivered();
		to_block(20);
		let settled = MockHooks::settled();
		assert_eq!(settled.len(), 1);
		assert_eq!((settled[0].job, settled[0].charge, settled[0].fee), (id, 158, 7));
		assert_eq!(
			MockHooks::turns(),
			vec![EndedTurn {
				provider: PROVIDERS[0],
				outcome: Outcome::Settled,
				value: 158,
				assigned_at: 2,
				named: false,
			}]
		);
	});
}

#[test]
fn charge_should_be_capped_when_the_work_costs_more_than_the_maximum() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(JobRequest { max_price: 461, ..request() });
		let mut most = delivery();
		most.units = Units { input: 261, output: 10 };
		assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), id, most));
		to_block(7);
		assert_eq!(free(CLIENT), START - 461);
	});
}

#[test]
fn shares_should_fall_to_the_provider_when_their_owners_cannot_be_paid() {
	run(|| {
		// The owner's account is gone, and its share is below the least balance.
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), MODEL_OWNER, 0));
		add_provider(PROVIDERS[0]);
		let id = drawn(request());
		let small = Delivery { units: Units { input: 0, output: 0 }, ..delivery() };
		assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), id, small));
		to_block(7);
		// 100: the treasury's 5; the owner's 10 would just make an account of it.
		assert_eq!(free(MODEL_OWNER) + free(PROVIDERS[0]), START + 95);
		assert_eq!(free(CLIENT), START - 100);
	});
}

#[test]
fn held_by_should_list_open_escrows_when_asked() {
	run(|| {
		let id = delivered();
		let held = Jobs::held_by(CLIENT);
		assert_eq!(
			held,
			vec![Held { held_for: HeldFor::Job(id), amount: 1_000, next_step_at: Some(7) }]
		);
		to_block(7);
		assert!(Jobs::held_by(CLIENT).is_empty());
	});
}

#[test]
fn ledger_should_go_with_the_account() {
	run(|| {
		delivered();
		to_block(7);
		assert!(Ledgers::<Test>::contains_key(CLIENT));
		let all = free(CLIENT);
		let origin = RuntimeOrigin::signed(CLIENT);
		assert_ok!(Balances::transfer_allow_death(origin, OTHER_CLIENT, all));
		assert!(!Ledgers::<Test>::contains_key(CLIENT));
	});
}
