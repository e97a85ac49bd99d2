//! Each call at its worst.

use crate::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, Get},
	weights::Weight,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use reckon_primitives::{Balance, Market, Price};
use reckon_support::{EndedTurn, ModelInspect, OnProviderOutcome, Outcome};
use sp_runtime::traits::Saturating;

const PRICE: Price<Balance> = Price { base: 1, per_input: 1, per_output: 1 };

fn funded<T: Config<Currency: Mutate<T::AccountId>>>(name: &'static str, n: u32) -> T::AccountId {
	let who = account(name, n, 0);
	let amount = T::MinBond::get().saturating_mul(1_000);
	T::Currency::set_balance(&who, amount);
	who
}

fn endpoint() -> Endpoint {
	alloc::vec![b'x'; 128].try_into().expect("as long as can be")
}

/// A provider with as many tickets in each offer.
fn provider<T: Config<Currency: Mutate<T::AccountId>>>(n: u32, tickets: u32) -> T::AccountId {
	let who = funded::<T>("provider", n);
	let bond = T::BondPerTicket::get().saturating_mul(tickets.into()).max(T::MinBond::get());
	let worker = account("worker", n, 0);
	Pallet::<T>::do_register(who.clone(), worker, bond, tickets, endpoint()).expect("funded");
	who
}

/// Offers of so many models, each with tickets of as many others behind its own, so that each gap
/// that is closed is closed with another's ticket.
fn offers<T: Config<Currency: Mutate<T::AccountId>>>(
	who: &T::AccountId,
	count: u32,
) -> Vec<Market> {
	let markets: Vec<_> = (0..count).map(market::<T>).collect();
	for market in &markets {
		Pallet::<T>::do_offer(who.clone(), *market, PRICE).expect("registered");
	}
	for n in 0..T::MaxTickets::get() {
		let other = provider::<T>(1_000 + n, 1);
		for market in &markets {
			Pallet::<T>::do_offer(other.clone(), *market, PRICE).expect("registered");
		}
	}
	markets
}

/// The nth model in the chain's own subnet.
fn market<T: Config<Currency: Mutate<T::AccountId>>>(n: u32) -> Market {
	let model = T::Models::create_for_benchmark(&funded::<T>("owner", n), n);
	Market { subnet: 0, model }
}

#[benchmarks(where T: Config<Currency: Mutate<T::AccountId>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() {
		let who = funded::<T>("provider", 0);
		let worker = account("worker", 0, 0);
		let bond = T::MinBond::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), worker, bond, 1, endpoint());

		assert!(Providers::<T>::contains_key(who));
	}

	#[benchmark]
	fn set_worker() {
		let who = provider::<T>(0, T::MaxTickets::get());
		let worker: T::AccountId = account("worker", 1, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), worker.clone());

		assert!(Workers::<T>::contains_key(worker));
	}

	/// `o`: offers, each of which loses all but one of its tickets.
	#[benchmark]
	fn update(o: Linear<0, { T::MaxOffers::get() }>) {
		let who = provider::<T>(0, T::MaxTickets::get());
		offers::<T>(&who, o);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), 1, endpoint());

		assert_eq!(Providers::<T>::get(who).map(|p| p.capacity), Some(1));
	}

	/// `o`: offers, each of which gains all but one of its tickets.
	#[benchmark]
	fn bond_extra(o: Linear<0, { T::MaxOffers::get() }>) {
		let who = provider::<T>(0, 1);
		Providers::<T>::mutate(&who, |p| {
			if let Some(p) = p {
				p.capacity = T::MaxCapacity::get();
			}
		});
		offers::<T>(&who, o);
		let amount = T::BondPerTicket::get().saturating_mul(T::MaxTickets::get().into());

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		assert!(Providers::<T>::get(who).is_some_and(|p| p.bond > amount));
	}

	/// `o`: offers, each of which loses all but one of its tickets.
	#[benchmark]
	fn unbond(o: Linear<0, { T::MaxOffers::get() }>) {
		let who = provider::<T>(0, T::MaxTickets::get());
		offers::<T>(&who, o);
		let bond = Providers::<T>::get(&who).map_or(0, |provider| provider.bond);
		let amount = bond.saturating_sub(T::MinBond::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		assert_eq!(Providers::<T>::get(who).map(|p| p.bond), Some(T::MinBond::get()));
	}

	#[benchmark]
	fn offer() {
		let who = provider::<T>(0, T::MaxTickets::get());
		let market = market::<T>(0);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), market.subnet, market.model, PRICE);

		assert!(Offers::<T>::contains_key(who, market));
	}

	#[benchmark]
	fn withdraw_offer() {
		let who = provider::<T>(0, T::MaxTickets::get());
		let market = offers::<T>(&who, 1)[0];

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), market.subnet, market.model);

		assert!(!Offers::<T>::contains_key(who, market));
	}

	#[benchmark]
	fn pause() {
		let who = provider::<T>(0, T::MaxTickets::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert_eq!(Providers::<T>::get(who).map(|p| p.status), Some(Status::Paused));
	}

	/// `o`: offers, each of which gains all but one of its tickets.
	#[benchmark]
	fn resume(o: Linear<0, { T::MaxOffers::get() }>) {
		let who = provider::<T>(0, T::MaxTickets::get());
		offers::<T>(&who, o);
		Pallet::<T>::do_update(who.clone(), 1, endpoint()).expect("set up for it");
		Pallet::<T>::do_pause(who.clone()).expect("set up for it");
		Providers::<T>::mutate(&who, |p| {
			if let Some(p) = p {
				p.capacity = T::MaxCapacity::get();
			}
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert_eq!(Providers::<T>::get(who).map(|p| p.status), Some(Status::Active));
	}

	/// `o`: offers to withdraw.
	#[benchmark]
	fn leave(o: Linear<0, { T::MaxOffers::get() }>) {
		let who = provider::<T>(0, T::MaxTickets::get());
		offers::<T>(&who, o);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(Providers::<T>::get(who).is_some_and(|p| p.is_leaving()));
	}

	/// `o`: offers of a silent provider, each of which gains all of its tickets.
	#[benchmark]
	fn heartbeat(o: Linear<0, { T::MaxOffers::get() }>) {
		let who = provider::<T>(0, T::MaxTickets::get());
		offers::<T>(&who, o);
		Pallet::<T>::silence(&who, Providers::<T>::get(&who).expect("registered"));
		let worker = account("worker", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(worker), o);

		assert_eq!(Providers::<T>::get(who).map(|p| p.status), Some(Status::Active));
	}

	#[benchmark]
	fn finish_departure() {
		let who = provider::<T>(0, T::MaxTickets::get());
		Pallet::<T>::do_leave(who.clone()).expect("set up for it");
		let then = frame_system::Pallet::<T>::block_number()
			.saturating_add(T::UnbondingBlocks::get())
			.saturating_add(T::AnswerableBlocks::get())
			.saturating_add(BlockNumberFor::<T>::from(1u32));
		frame_system::Pallet::<T>::set_block_number(then);

		#[block]
		{
			Pallet::<T>::return_bonds(then, Weight::MAX);
		}

		assert!(!Providers::<T>::contains_key(who));
	}

	/// `p`: providers that are looked at and were not silent.
	#[benchmark]
	fn sweep(p: Linear<0, { T::SweepPerBlock::get() }>) {
		for n in 0..p {
			provider::<T>(n, 1);
		}

		#[block]
		{
			Pallet::<T>::sweep(Weight::MAX);
		}

		assert_eq!(Sweeps::<T>::get().done, p < T::SweepPerBlock::get());
	}

	/// `o`: offers, each of which loses all of its tickets.
	#[benchmark]
	fn silence(o: Linear<0, { T::MaxOffers::get() }>) {
		let who = provider::<T>(0, T::MaxTickets::get());
		offers::<T>(&who, o);
		let silent = Providers::<T>::get(&who).expect("registered");

		#[block]
		{
			Pallet::<T>::silence(&who, silent);
		}

		assert_eq!(Providers::<T>::get(who).map(|p| p.status), Some(Status::Silent));
	}

	/// The last of the misses that lead to a slash.
	#[benchmark]
	fn on_provider_outcome() {
		let who = provider::<T>(0, 1);
		let now = frame_system::Pallet::<T>::block_number();
		Providers::<T>::mutate(&who, |p| {
			if let Some(p) = p {
				p.misses = T::MissesBeforeSlash::get().saturating_sub(1);
			}
		});
		let turn = EndedTurn {
			provider: who.clone(),
			outcome: Outcome::DeadlineMissed,
			value: 1,
			assigned_at: now.saturating_add(BlockNumberFor::<T>::from(1u32)),
			named: false,
		};

		#[block]
		{
			Pallet::<T>::on_provider_outcome(&turn);
		}

		assert_eq!(Providers::<T>::get(who).map(|p| p.status), Some(Status::Paused));
	}
}
