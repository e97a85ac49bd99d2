use crate::{mock::*, Error, Event, HoldReason, Offers, TicketCounts};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use proptest::prelude::*;
use reckon_primitives::{Balance, Held, HeldFor, Price, Reason};
use reckon_support::{mocks::MockModels, EndedTurn, OnProviderOutcome, Outcome, ProviderPool};
use sp_core::H256;

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Bond.into(), &who)
}

/// A turn that was drawn and began in the current block.
fn turn(provider: AccountId, outcome: Outcome) -> EndedTurn<AccountId, Balance, u32> {
	let assigned_at = System::block_number();
	EndedTurn { provider, outcome, value: 0, assigned_at, named: false }
}

fn miss(who: AccountId) {
	Providers::on_provider_outcome(&turn(who, Outcome::DeadlineMissed));
}

#[test]
fn register_should_hold_the_bond_when_accepted() {
	run(|| {
		register(ALICE, 2_500, 4);
		assert_eq!(held(ALICE), 2_500);
		assert_eq!(Providers::provider_of(&(ALICE + 100)), Some(ALICE));
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::OffersNothing);
		assert_eq!(
			Providers::held_by(ALICE),
			vec![Held { held_for: HeldFor::ProviderBond, amount: 2_500, next_step_at: None }]
		);
	});
}

#[test]
fn register_should_be_refused_when_something_is_wrong() {
	run(|| {
		register(ALICE, BOND, 1);
		let register = |who, worker, bond, capacity| {
			Providers::register(signed(who), worker, bond, capacity, Default::default())
		};
		assert_noop!(register(ALICE, 7, BOND, 1), Error::<Test>::AlreadyRegistered);
		assert_noop!(register(BOB, ALICE + 100, BOND, 1), Error::<Test>::WorkerTaken);
		assert_noop!(register(BOB, 7, BOND - 1, 1), Error::<Test>::BondTooLow);
		assert_noop!(register(BOB, 7, BOND, 0), Error::<Test>::CapacityOutOfRange);
		assert_noop!(register(BOB, 7, BOND, 101), Error::<Test>::CapacityOutOfRange);
		assert!(register(BOB, 7, START + 1, 1).is_err());
	});
}

#[test]
fn old_worker_should_speak_for_nobody_when_replaced() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::set_worker(signed(ALICE), 77));
		assert_eq!(Providers::provider_of(&(ALICE + 100)), None);
		assert_eq!(Providers::provider_of(&77), Some(ALICE));
	});
}

#[test]
fn tickets_should_follow_bond_and_capacity_when_they_change() {
	run(|| {
		register(ALICE, 2 * BOND, 10);
		assert_ok!(Providers::offer(signed(ALICE), model(1), PRICE));
		assert_eq!(TicketCounts::<Test>::get(model(1)), 2);
		assert_ok!(Providers::bond_extra(signed(ALICE), 10 * BOND));
		assert_eq!(TicketCounts::<Test>::get(model(1)), 4);
		assert_ok!(Providers::update(signed(ALICE), 1, Default::default()));
		assert_eq!(TicketCounts::<Test>::get(model(1)), 1);
	});
}

#[test]
fn offer_should_be_refused_when_something_is_wrong() {
	run(|| {
		let offer = |who, n, price| Providers::offer(signed(who), model(n), price);
		assert_noop!(offer(ALICE, 1, PRICE), Error::<Test>::NotRegistered);
		register(ALICE, BOND, 1);
		assert_noop!(offer(ALICE, 99, PRICE), Error::<Test>::UnknownModel);
		assert_noop!(offer(ALICE, 1, Price::default()), Error::<Test>::PriceZero);
		MockModels::deprecate(model(5));
		assert_noop!(offer(ALICE, 5, PRICE), Error::<Test>::UnknownModel);
		for n in 1..=3 {
			assert_ok!(offer(ALICE, n, PRICE));
		}
		assert_noop!(offer(ALICE, 4, PRICE), Error::<Test>::TooManyOffers);
		// A new price for an old offer is fine.
		let dearer = Price { base: 9, ..PRICE };
		assert_ok!(offer(ALICE, 1, dearer));
		assert_eq!(Offers::<Test>::get(ALICE, model(1)).unwrap().price, dearer);
	});
}

#[test]
fn gaps_should_close_when_offers_are_withdrawn() {
	run(|| {
		for who in 1..=6 {
			register(who, 3 * BOND, 10);
			assert_ok!(Providers::offer(signed(who), model(1), PRICE));
		}
		for who in [1, 6, 3] {
			assert_ok!(Providers::withdraw_offer(signed(who), model(1)));
			check();
		}
		assert_eq!(TicketCounts::<Test>::get(model(1)), 9);
		assert_noop!(Providers::withdraw_offer(signed(1), model(1)), Error::<Test>::NotOffered);
	});
}

#[test]
fn draw_should_name_each_eligible_provider_once_when_all_are_drawn() {
	run(|| {
		for who in 1..=4 {
			register(who, BOND, 1);
			assert_ok!(Providers::offer(signed(who), model(1), PRICE));
		}
		assert_ok!(Providers::pause(signed(2)));
		assert_ok!(Providers::reserve(&3));
		let drawn = Providers::draw(&model(1), &H256::zero(), 200);
		let mut who: Vec<_> = drawn.iter().map(|one| one.provider).collect();
		who.sort();
		assert_eq!(who, vec![1, 4]);
		assert_eq!(Providers::candidate(&model(1), &2), Err(Reason::Paused));
		assert_eq!(Providers::candidate(&model(1), &3), Err(Reason::AtCapacity));
		assert_eq!(Providers::candidate(&model(2), &1), Err(Reason::ModelNotOffered));
	});
}

#[test]
fn draw_should_favour_the_larger_bond_in_proportion() {
	run(|| {
		register(ALICE, 3 * BOND, 10);
		register(BOB, BOND, 10);
		for who in [ALICE, BOB] {
			assert_ok!(Providers::offer(signed(who), model(1), PRICE));
		}
		let alice = (0..1000u32)
			.filter(|n| {
				let seed = sp_io::hashing::blake2_256(&n.to_le_bytes()).into();
				Providers::draw(&model(1), &seed, 1)[0].provider == ALICE
			})
			.count();
		assert!((700..800).contains(&alice), "{alice}");
	});
}

#[test]
fn place_should_be_refused_when_there_is_none() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::reserve(&ALICE));
		assert_noop!(Providers::reserve(&ALICE), Error::<Test>::AtCapacity);
		Providers::release(&ALICE);
		assert_ok!(Providers::reserve(&ALICE));
	});
}

#[test]
fn provider_should_be_slashed_and_paused_when_it_misses_again_and_again() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		assert_ok!(Providers::offer(signed(ALICE), model(1), PRICE));
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		miss(ALICE);
		miss(ALICE);
		assert_eq!(held(ALICE), 2 * BOND);
		miss(ALICE);
		assert_eq!(held(ALICE), 1_800);
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance - 200);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Paused);
		check();
		assert_ok!(Providers::resume(signed(ALICE)));
		// 1,800 stands for one ticket.
		assert_eq!(TicketCounts::<Test>::get(model(1)), 1);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Eligible);
	});
}

#[test]
fn misses_should_be_forgiven_when_a_job_is_settled_between() {
	run(|| {
		register(ALICE, BOND, 1);
		miss(ALICE);
		miss(ALICE);
		Providers::on_provider_outcome(&turn(ALICE, Outcome::Settled));
		miss(ALICE);
		assert_eq!(held(ALICE), BOND);
		// One job makes good one miss, not all.
		miss(ALICE);
		assert!(held(ALICE) < BOND);
	});
}

#[test]
fn misses_should_stay_when_the_settled_job_was_from_a_client_that_chose_the_provider() {
	run(|| {
		register(ALICE, BOND, 1);
		miss(ALICE);
		miss(ALICE);
		let own = EndedTurn { named: true, ..turn(ALICE, Outcome::Settled) };
		(0..5).for_each(|_| Providers::on_provider_outcome(&own));
		miss(ALICE);
		assert!(held(ALICE) < BOND);
	});
}

#[test]
fn misses_should_stay_when_the_provider_pauses_and_resumes() {
	run(|| {
		register(ALICE, BOND, 1);
		miss(ALICE);
		miss(ALICE);
		assert_ok!(Providers::pause(signed(ALICE)));
		assert_ok!(Providers::resume(signed(ALICE)));
		miss(ALICE);
		assert!(held(ALICE) < BOND);
	});
}

#[test]
fn places_should_not_rest_when_the_declined_job_was_for_this_provider_alone() {
	run(|| {
		register(ALICE, BOND, 2);
		assert_ok!(Providers::offer(signed(ALICE), model(1), PRICE));
		let named = EndedTurn { named: true, ..turn(ALICE, Outcome::Declined) };
		(0..5).for_each(|_| Providers::on_provider_outcome(&named));
		assert_eq!(Providers::candidate(&model(1), &ALICE).unwrap().free, 2);
	});
}

#[test]
fn outage_should_be_slashed_once_however_many_jobs_it_costs() {
	run(|| {
		register(ALICE, 2 * BOND, 100);
		let early = turn(ALICE, Outcome::DeadlineMissed);
		System::set_block_number(5);
		(0..20).for_each(|_| Providers::on_provider_outcome(&early));
		assert_eq!(held(ALICE), 1_800);
		// What is assigned after it comes back counts again.
		assert_ok!(Providers::resume(signed(ALICE)));
		System::set_block_number(6);
		(0..3).for_each(|_| miss(ALICE));
		assert_eq!(held(ALICE), 1_620);
	});
}

#[test]
fn compensation_should_come_out_of_the_bond_when_an_answer_was_wrong() {
	run(|| {
		register(ALICE, 2 * BOND, 4);
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		assert_eq!(Providers::compensate(&ALICE, &BOB, 200), 200);
		assert_eq!((held(ALICE), Balances::free_balance(BOB)), (1_800, START + 200));
		assert_eq!(Providers::provider(ALICE).unwrap().bond, 1_800);
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
		let reason = Reason::AnswerRejected;
		System::assert_has_event(
			Event::ProviderSlashed { provider: ALICE, amount: 200, reason }.into(),
		);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::OffersNothing);
	});
}

#[test]
fn compensation_should_be_no_more_than_one_job_stands_on() {
	run(|| {
		register(ALICE, 2 * BOND, 4);
		assert_eq!(Providers::compensate(&ALICE, &BOB, Balance::MAX), BOND / 4);
		assert_eq!(Providers::compensate(&ALICE, &BOB, 0), 0);
		assert_eq!(Providers::compensate(&BOB, &ALICE, 100), 0);
		assert_eq!(held(ALICE), 1_750);
		// To a client who is the provider, it is released.
		assert_eq!(Providers::compensate(&ALICE, &ALICE, 50), 50);
		assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (1_700, START - 1_950));
	});
}

#[test]
fn provider_should_be_paused_when_a_compensation_leaves_too_small_a_bond() {
	run(|| {
		register(ALICE, BOND, 4);
		assert_ok!(Providers::offer(signed(ALICE), model(1), PRICE));
		assert_eq!(Providers::compensate(&ALICE, &BOB, 1), 1);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::BondTooLow);
		assert_eq!(Providers::candidate(&model(1), &ALICE), Err(Reason::Paused));
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::BondTooLow);
	});
}

#[test]
fn rejected_answers_should_count_as_misses_and_inconclusive_ones_as_nothing() {
	run(|| {
		register(ALICE, BOND, 4);
		for _ in 0..5 {
			Providers::on_provider_outcome(&turn(ALICE, Outcome::Inconclusive));
		}
		assert_eq!(Providers::provider(ALICE).unwrap().misses, 0);
		Providers::on_provider_outcome(&turn(ALICE, Outcome::Rejected));
		miss(ALICE);
		assert_eq!((held(ALICE), Providers::provider(ALICE).unwrap().misses), (BOND, 2));
		Providers::on_provider_outcome(&turn(ALICE, Outcome::Rejected));
		assert_eq!(held(ALICE), 900);
		let (amount, reason) = (100, Reason::AnswerRejected);
		System::assert_has_event(Event::ProviderSlashed { provider: ALICE, amount, reason }.into());
	});
}

#[test]
fn places_should_be_as_many_as_the_bond_stands_for() {
	run(|| {
		register(ALICE, BOND, 100);
		assert_ok!(Providers::offer(signed(ALICE), model(1), PRICE));
		for _ in 0..4 {
			assert_ok!(Providers::reserve(&ALICE));
		}
		assert_noop!(Providers::reserve(&ALICE), Error::<Test>::AtCapacity);
		assert_ok!(Providers::bond_extra(signed(ALICE), 500));
		assert_eq!(Providers::candidate(&model(1), &ALICE).unwrap().free, 2);
	});
}

#[test]
fn declined_jobs_should_keep_their_places_for_a_while() {
	run(|| {
		register(ALICE, BOND, 2);
		assert_ok!(Providers::offer(signed(ALICE), model(1), PRICE));
		for free in [1, 0] {
			assert_ok!(Providers::reserve(&ALICE));
			Providers::release(&ALICE);
			Providers::on_provider_outcome(&turn(ALICE, Outcome::Declined));
			let seen = Providers::candidate(&model(1), &ALICE).map_or(0, |one| one.free);
			assert_eq!(seen, free);
		}
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::DeclinedRecently);
		assert_noop!(Providers::reserve(&ALICE), Error::<Test>::AtCapacity);
		System::set_block_number(11);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Eligible);
		assert_eq!(Providers::candidate(&model(1), &ALICE).unwrap().free, 2);
	});
}

#[test]
fn resume_should_be_refused_when_the_bond_is_too_low() {
	run(|| {
		register(ALICE, BOND, 1);
		(0..3).for_each(|_| miss(ALICE));
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::BondTooLow);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::BondTooLow);
		assert_ok!(Providers::bond_extra(signed(ALICE), 100));
		assert_ok!(Providers::resume(signed(ALICE)));
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::NotPaused);
	});
}

#[test]
fn bond_should_come_back_by_itself_when_the_provider_has_left() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::offer(signed(ALICE), model(1), PRICE));
		assert_ok!(Providers::leave(signed(ALICE)));
		assert_eq!(TicketCounts::<Test>::get(model(1)), 0);
		assert_noop!(Providers::leave(signed(ALICE)), Error::<Test>::IsLeaving);
		idle(10);
		assert_eq!(held(ALICE), BOND);
		idle(11);
		assert_eq!(held(ALICE), 0);
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::NotRegistered);
		System::assert_last_event(Event::ProviderLeft { provider: ALICE, bond: BOND }.into());
	});
}

#[test]
fn bond_should_stay_when_the_leaving_provider_still_has_a_job() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::reserve(&ALICE));
		assert_ok!(Providers::leave(signed(ALICE)));
		idle(11);
		assert_eq!(held(ALICE), BOND);
		Providers::release(&ALICE);
		idle(21);
		assert_eq!(held(ALICE), 0);
	});
}

#[derive(Clone, Debug)]
enum Step {
	Register(u8, u8),
	Offer(u8),
	Withdraw(u8),
	BondExtra(u8),
	Update(u8),
	Pause,
	Resume,
	Leave,
	Miss,
	Compensate(u8, u8),
	Idle(u8),
}

fn step() -> impl Strategy<Value = (AccountId, Step)> {
	let step = prop_oneof![
		(1u8..6, 1u8..6).prop_map(|(bond, capacity)| Step::Register(bond, capacity)),
		(1u8..6).prop_map(Step::Offer),
		(1u8..6).prop_map(Step::Withdraw),
		(1u8..4).prop_map(Step::BondExtra),
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
					Step::Offer(n) => Providers::offer(origin, model(n), PRICE),
					Step::Withdraw(n) => Providers::withdraw_offer(origin, model(n)),
					Step::BondExtra(n) => Providers::bond_extra(origin, Balance::from(n) * 500)
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
		});
	}
}
