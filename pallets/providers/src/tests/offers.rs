//! Offers, their tickets, and who is drawn.

use crate::{mock::*, Error, Event, Offers, TicketCounts};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::{Balance, Market, Price, Reason};
use reckon_support::{
	mocks::{MockModels, MockSubnets},
	ProviderPool,
};
use sp_core::H256;
use sp_runtime::DispatchError;

#[test]
fn tickets_should_follow_bond_and_capacity_when_they_change() {
	run(|| {
		register(ALICE, 2 * BOND, 10);
		offer(ALICE, 1);
		assert_eq!(TicketCounts::<Test>::get(market(1)), 2);
		assert_ok!(Providers::bond_extra(signed(ALICE), 10 * BOND));
		assert_eq!(TicketCounts::<Test>::get(market(1)), 4);
		assert_ok!(Providers::update(signed(ALICE), 1, Default::default()));
		assert_eq!(TicketCounts::<Test>::get(market(1)), 1);
	});
}

#[test]
fn offer_should_be_refused_when_something_is_wrong() {
	run(|| {
		let offer = |who, n, price| Providers::offer(signed(who), 0, model(n), price);
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
		assert_eq!(Offers::<Test>::get(ALICE, market(1)).unwrap().price, dearer);
	});
}

#[test]
fn offer_should_be_taken_at_whatever_price_but_none() {
	run(|| {
		register(ALICE, BOND, 1);
		let most = Balance::MAX;
		let least = Price { per_output: 1, ..Price::default() };
		let dearest = Price { base: most, per_input: most, per_output: most };
		for price in [least, Price { base: most, ..least }, dearest] {
			assert_ok!(Providers::offer(signed(ALICE), 0, model(1), price));
			let offered =
				Event::ModelOffered { provider: ALICE, subnet: 0, model: model(1), price };
			System::assert_last_event(offered.into());
			assert_eq!(Providers::candidate(&market(1), &ALICE).unwrap().price, price);
			assert_eq!(Providers::draw(&market(1), &H256::zero(), 8)[0].price, price);
		}
	});
}

#[test]
fn gaps_should_close_when_offers_are_withdrawn() {
	run(|| {
		for who in 1..=6 {
			register(who, 3 * BOND, 10);
			offer(who, 1);
		}
		for who in [1, 6, 3] {
			assert_ok!(Providers::withdraw_offer(signed(who), 0, model(1)));
			check();
		}
		assert_eq!(TicketCounts::<Test>::get(market(1)), 9);
		assert_noop!(Providers::withdraw_offer(signed(1), 0, model(1)), Error::<Test>::NotOffered);
	});
}

#[test]
fn draw_should_name_each_eligible_provider_once_when_all_are_drawn() {
	run(|| {
		for who in 1..=4 {
			register(who, BOND, 1);
			offer(who, 1);
		}
		assert_ok!(Providers::pause(signed(2)));
		assert_ok!(Providers::reserve(&3));
		let drawn = Providers::draw(&market(1), &H256::zero(), 200);
		let mut who: Vec<_> = drawn.iter().map(|one| one.provider).collect();
		who.sort();
		assert_eq!(who, vec![1, 4]);
		assert_eq!(Providers::candidate(&market(1), &2), Err(Reason::Paused));
		assert_eq!(Providers::candidate(&market(1), &3), Err(Reason::AtCapacity));
		assert_eq!(Providers::candidate(&market(2), &1), Err(Reason::ModelNotOffered));
	});
}

#[test]
fn draw_should_favour_the_larger_bond_in_proportion() {
	run(|| {
		register(ALICE, 3 * BOND, 10);
		register(BOB, BOND, 10);
		for who in [ALICE, BOB] {
			offer(who, 1);
		}
		let alice = (0..1000u32)
			.filter(|n| {
				let seed = sp_io::hashing::blake2_256(&n.to_le_bytes()).into();
				Providers::draw(&market(1), &seed, 1)[0].provider == ALICE
			})
			.count();
		assert!((700..800).contains(&alice), "{alice}");
	});
}

#[test]
fn offer_should_be_for_its_subnet_alone() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		let price = Price { base: 5, ..PRICE };
		assert_ok!(Providers::offer(signed(ALICE), SUBNET, model(1), price));
		System::assert_last_event(
			Event::ModelOffered { provider: ALICE, subnet: SUBNET, model: model(1), price }.into(),
		);
		let there = Market { subnet: SUBNET, model: model(1) };
		assert!(Providers::is_offered(&there) && !Providers::is_offered(&market(1)));
		assert!(Providers::draw(&market(1), &H256::zero(), 8).is_empty());
		assert_eq!(Providers::candidate(&market(1), &ALICE), Err(Reason::ModelNotOffered));
		assert_eq!(Providers::candidate(&there, &ALICE).unwrap().price, price);
		// Another price for the same model elsewhere, from a draw of its own.
		offer(ALICE, 1);
		assert_eq!(Providers::draw(&market(1), &H256::zero(), 8)[0].price, PRICE);
		assert_eq!(Providers::draw(&there, &H256::zero(), 8)[0].price, price);
		let mut offers = Providers::offers(ALICE);
		offers.sort_by_key(|offer| offer.0);
		assert_eq!(offers, vec![(market(1), PRICE, 2), (there, price, 2)]);

		assert_ok!(Providers::withdraw_offer(signed(ALICE), SUBNET, model(1)));
		System::assert_last_event(
			Event::OfferWithdrawn { provider: ALICE, subnet: SUBNET, model: model(1) }.into(),
		);
		assert!(!Providers::is_offered(&there) && Providers::is_offered(&market(1)));
	});
}

#[test]
fn offer_should_be_refused_when_the_subnet_does_not_serve_it() {
	run(|| {
		register(ALICE, BOND, 1);
		let offer = |subnet, n| Providers::offer(signed(ALICE), subnet, model(n), PRICE);
		assert_noop!(offer(9, 1), Error::<Test>::UnknownSubnet);
		assert_noop!(offer(SUBNET, 2), Error::<Test>::ModelNotInSubnet);
		assert_ok!(offer(SUBNET, 1));
		MockSubnets::retire(SUBNET);
		assert_noop!(offer(SUBNET, 1), Error::<Test>::UnknownSubnet);
		assert_ok!(Providers::withdraw_offer(signed(ALICE), SUBNET, model(1)));
	});
}

#[test]
fn offers_should_be_counted_over_all_subnets() {
	run(|| {
		register(ALICE, BOND, 1);
		assert_ok!(Providers::offer(signed(ALICE), SUBNET, model(1), PRICE));
		offer(ALICE, 1);
		offer(ALICE, 2);
		assert_noop!(
			Providers::offer(signed(ALICE), 0, model(3), PRICE),
			Error::<Test>::TooManyOffers
		);
	});
}

#[test]
fn new_offer_should_have_as_many_tickets_as_the_others_when_the_bond_was_slashed() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		offer(ALICE, 1);
		(0..3).for_each(|_| super::miss(ALICE));
		offer(ALICE, 2);
		assert_eq!(TicketCounts::<Test>::get(market(2)), 2);
		assert_ok!(Providers::resume(signed(ALICE)));
		assert_eq!(TicketCounts::<Test>::get(market(1)), 1);
		assert_eq!(TicketCounts::<Test>::get(market(2)), 1);
	});
}

#[test]
fn offers_calls_should_be_refused_when_the_signer_may_not_make_them() {
	run(|| {
		register(ALICE, BOND, 1);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Providers::offer(origin.clone(), 0, model(1), PRICE),
				DispatchError::BadOrigin
			);
			assert_noop!(Providers::withdraw_offer(origin, 0, model(1)), DispatchError::BadOrigin);
		}
		// The worker's key delivers, and does nothing else.
		for who in [ALICE + 100, BOB] {
			assert_noop!(
				Providers::offer(signed(who), 0, model(1), PRICE),
				Error::<Test>::NotRegistered
			);
			assert_noop!(
				Providers::withdraw_offer(signed(who), 0, model(1)),
				Error::<Test>::NotRegistered
			);
		}
		assert_ok!(Providers::leave(signed(ALICE)));
		assert_noop!(Providers::offer(signed(ALICE), 0, model(1), PRICE), Error::<Test>::IsLeaving);
		assert_noop!(
			Providers::withdraw_offer(signed(ALICE), 0, model(1)),
			Error::<Test>::NotOffered
		);
	});
}
