//! Whatever providers and workers do, in whatever order.

use super::miss;
use crate::mock::*;
use frame_support::{assert_ok, traits::fungible::InspectHold};
use proptest::prelude::*;
use reckon_primitives::{Balance, SubnetId};
use reckon_support::ProviderPool;

#[derive(Clone, Debug)]
enum Step {
	Register(u8, u8),
	Offer(SubnetId, u8),
	Withdraw(SubnetId, u8),
	SetWorker(u8),
	Heartbeat(u8),
	Work(bool),
	Session,
	BondExtra(u8),
	Unbond(u8),
	Update(u8),
	Pause,
	Resume,
	Leave,
	Miss,
	Compensate(u8, u8),
	Idle(u8),
}

fn subnet() -> impl Strategy<Value = SubnetId> {
	prop_oneof![Just(0), Just(SUBNET), Just(9)]
}

fn step() -> impl Strategy<Value = (AccountId, Step)> {
	let step = prop_oneof![
		(1u8..6, 1u8..6).prop_map(|(bond, capacity)| Step::Register(bond, capacity)),
		(subnet(), 1u8..6).prop_map(|(subnet, n)| Step::Offer(subnet, n)),
		(subnet(), 1u8..6).prop_map(|(subnet, n)| Step::Withdraw(subnet, n)),
		(0u8..3).prop_map(Step::SetWorker),
		(0u8..5).prop_map(Step::Heartbeat),
		any::<bool>().prop_map(Step::Work),
		Just(Step::Session),
		(0u8..4).prop_map(Step::BondExtra),
		(0u8..60).prop_map(Step::Unbond),
		(1u8..8).prop_map(Step::Update),
		Just(Step::Pause),
		Just(Step::Resume),
		Just(Step::Leave),
		Just(Step::Miss),
		(1u8..6, any::<u8>()).prop_map(|(to, amount)| Step::Compensate(to, amount)),
		(1u8..12).prop_map(Step::Idle),
	];
	(1u64..6, step)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	/// Whatever providers do, in whatever order: no money is lost and the draws stay whole.
	#[test]
	fn invariants_should_hold_when_anybody_does_anything(steps in proptest::collection::vec(step(), 1..80)) {
		run(|| {
			let mut now = 1u32;
			for (who, step) in steps {
				let origin = signed(who);
				let _ = match step {
					Step::Register(bond, capacity) => Providers::register(
						origin, who + 100, Balance::from(bond) * BOND, capacity.into(), Default::default(),
					),
					Step::Offer(subnet, n) => Providers::offer(origin, subnet, model(n), PRICE),
					Step::Withdraw(subnet, n) => Providers::withdraw_offer(origin, subnet, model(n)),
					Step::SetWorker(n) => Providers::set_worker(origin, who + 100 * AccountId::from(n)),
					Step::Heartbeat(offers) => {
						let worker = Providers::provider(who).map_or(who, |p| p.worker);
						Providers::heartbeat(signed(worker), offers.into()).map(|_| ()).map_err(|e| e.error)
					},
					Step::Work(delivered) => Providers::reserve(&who).map(|()| match delivered {
						true => Providers::release_delivered(&who),
						false => Providers::release(&who),
					}),
					Step::Session => {
						Session::mutate(|session| *session += 1);
						Ok(())
					},
					Step::BondExtra(n) => Providers::bond_extra(origin, Balance::from(n) * 500)
						.map(|_| ()).map_err(|e| e.error),
					Step::Unbond(n) => Providers::unbond(origin, Balance::from(n) * 100)
						.map(|_| ()).map_err(|e| e.error),
					Step::Update(n) => Providers::update(origin, n.into(), Default::default())
						.map(|_| ()).map_err(|e| e.error),
					Step::Pause => Providers::pause(origin),
					Step::Resume => Providers::resume(origin).map(|_| ()).map_err(|e| e.error),
					Step::Leave => Providers::leave(origin).map(|_| ()).map_err(|e| e.error),
					Step::Miss => {
						miss(who);
						Ok(())
					},
					Step::Compensate(to, amount) => {
						Providers::compensate(&who, &to.into(), Balance::from(amount) * 2);
						Ok(())
					},
					Step::Idle(n) => {
						now += u32::from(n);
						idle(now);
						Ok(())
					},
				};
				check();
			}
			// When all have left, all money is free and no draw has a ticket.
			for who in 1..6 {
				if Providers::provider(who).is_some_and(|p| !p.is_leaving()) {
					assert_ok!(Providers::leave(signed(who)));
				}
			}
			idle(now + 10);
			assert_eq!(crate::Providers::<Test>::iter_keys().count(), 0);
			assert_eq!(crate::TicketCounts::<Test>::iter_keys().count(), 0);
			assert!((1..6).all(|who| Balances::total_balance_on_hold(&who) == 0));
		});
	}
}
