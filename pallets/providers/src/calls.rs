//! What the calls and the hook do.

use crate::{pallet::*, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	traits::{
		fungible::{BalancedHold, MutateHold},
		tokens::{Fortitude, Precision, Restriction},
		Get, OnUnbalanced,
	},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, Held, HeldFor, Market, ModelId, Price, Reason, SubnetId};
use reckon_support::{
	give_back, held_for, take_off, BondReturn, ModelInspect, OnProviderLeft, SubnetInspect,
	Unbonding, WaitQueue,
};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult,
};

/// What is on its way back, as a queue.
type ReturnQueue<T> = WaitQueue<BondReturns<T>, BondReturnRange<T>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		who: T::AccountId,
		worker: T::AccountId,
		bond: Balance,
		capacity: u32,
		endpoint: Endpoint,
	) -> DispatchResult {
		ensure!(!Providers::<T>::contains_key(&who), Error::<T>::AlreadyRegistered);
		ensure!(!Workers::<T>::contains_key(&worker), Error::<T>::WorkerTaken);
		ensure!(bond >= T::MinBond::get(), Error::<T>::BondTooLow);
		Self::ensure_capacity(capacity)?;

		T::Currency::hold(&HoldReason::Bond.into(), &who, bond)?;
		Workers::<T>::insert(&worker, &who);
		let mut provider = Provider {
			worker: worker.clone(),
			bond,
			unbonding: None,
			capacity,
			load: 0,
			unpaid: 0,
			offers: 0,
			tickets: 0,
			last_seen: T::CurrentSession::get(),
			delivered_at: Zero::zero(),
			misses: 0,
			slashed_at: Zero::zero(),
			declined: 0,
			declined_until: Zero::zero(),
			status: Status::Active,
			endpoint,
		};
		provider.tickets = Self::tickets_due(&provider);
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::ProviderRegistered { provider: who, worker, bond, capacity });
		Ok(())
	}

	pub(crate) fn do_set_worker(who: T::AccountId, worker: T::AccountId) -> DispatchResult {
		let mut provider = Self::registered(&who)?;
		ensure!(!Workers::<T>::contains_key(&worker), Error::<T>::WorkerTaken);
		Workers::<T>::remove(&provider.worker);
		Workers::<T>::insert(&worker, &who);
		provider.worker = worker.clone();
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::WorkerChanged { provider: who, worker });
		Ok(())
	}

	pub(crate) fn do_update(
		who: T::AccountId,
		capacity: u32,
		endpoint: Endpoint,
	) -> Result<u32, DispatchError> {
		let mut provider = Self::registered(&who)?;
		Self::ensure_capacity(capacity)?;
		provider.capacity = capacity;
		provider.endpoint = endpoint;
		let offers = Self::follow_bond(&who, &mut provider)?;
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::ProviderUpdated { provider: who, capacity });
		Ok(offers)
	}

	pub(crate) fn do_bond_extra(who: T::AccountId, amount: Balance) -> Result<u32, DispatchError> {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let mut provider = Self::registered(&who)?;
		ensure!(!provider.is_leaving(), Error::<T>::IsLeaving);
		T::Currency::hold(&HoldReason::Bond.into(), &who, amount)?;
		provider.bond = provider.bond.saturating_add(amount);
		let offers = Self::follow_bond(&who, &mut provider)?;
		let bond = provider.bond;
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::BondRaised { provider: who, bond });
		Ok(offers)
	}

	pub(crate) fn do_unbond(who: T::AccountId, amount: Balance) -> Result<u32, DispatchError> {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let mut provider = Self::registered(&who)?;
		ensure!(!provider.is_leaving(), Error::<T>::IsLeaving);
		ensure!(provider.unbonding.is_none(), Error::<T>::AlreadyUnbonding);
		let bond = provider.bond.checked_sub(amount).ok_or(Error::<T>::BondTooLow)?;
		ensure!(bond >= T::MinBond::get(), Error::<T>::BondTooLow);
		let until = Self::queue_return(BondReturn::Part(who.clone()));
		provider.bond = bond;
		provider.unbonding = Some(Unbonding { amount, until });
		let offers = Self::follow_bond(&who, &mut provider)?;
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::BondLowered { provider: who, amount, bond, until });
		Ok(offers)
	}

	pub(crate) fn do_offer(
		who: T::AccountId,
		market: Market,
		price: Price<Balance>,
	) -> DispatchResult {
		let mut provider = Self::registered(&who)?;
		ensure!(!provider.is_leaving(), Error::<T>::IsLeaving);
		ensure!(price != Price::default(), Error::<T>::PriceZero);
		let Market { subnet, model } = market;
		Self::ensure_served(subnet, &model)?;

		let mut offer = match Offers::<T>::get(&who, market) {
			Some(offer) => offer,
			None => {
				ensure!(provider.offers < T::MaxOffers::get(), Error::<T>::TooManyOffers);
				provider.offers = provider.offers.saturating_add(1);
				Offer { price, tickets: Default::default() }
			},
		};
		offer.price = price;
		Self::resize(&who, &market, &mut offer, provider.tickets)?;
		Offers::<T>::insert(&who, market, offer);
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::ModelOffered { provider: who, subnet, model, price });
		Ok(())
	}

	/// Only what is there can be offered: whoever makes a subnet after the offer would have the
	/// provider's consent to rules that it has not seen.
	fn ensure_served(subnet: SubnetId, model: &ModelId) -> DispatchResult {
		ensure!(T::Models::model(model).is_some_and(|m| m.active), Error::<T>::UnknownModel);
		let rules = T::Subnets::open_subnet(subnet).ok_or(Error::<T>::UnknownSubnet)?;
		ensure!(rules.membership.admits(model), Error::<T>::ModelNotInSubnet);
		Ok(())
	}

	pub(crate) fn do_withdraw_offer(who: T::AccountId, market: Market) -> DispatchResult {
		let mut provider = Self::registered(&who)?;
		Self::remove_offer(&who, &mut provider, market)?;
		Providers::<T>::insert(&who, provider);
		Ok(())
	}

	pub(crate) fn do_pause(who: T::AccountId) -> DispatchResult {
		let mut provider = Self::registered(&who)?;
		match provider.status {
			Status::Active | Status::Silent => provider.status = Status::Paused,
			Status::Paused => return Err(Error::<T>::AlreadyPaused.into()),
			Status::Leaving { .. } => return Err(Error::<T>::IsLeaving.into()),
		}
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::ProviderPaused { provider: who, by_chain: false });
		Ok(())
	}

	pub(crate) fn do_resume(who: T::AccountId) -> Result<u32, DispatchError> {
		let mut provider = Self::registered(&who)?;
		match provider.status {
			Status::Paused => provider.status = Status::Active,
			Status::Active | Status::Silent => return Err(Error::<T>::NotPaused.into()),
			Status::Leaving { .. } => return Err(Error::<T>::IsLeaving.into()),
		}
		ensure!(provider.bond >= T::MinBond::get(), Error::<T>::BondTooLow);
		provider.last_seen = T::CurrentSession::get();
		// A slash leaves the tickets as they were; here they follow the bond again.
		let due = Self::tickets_due(&provider);
		let offers = Self::resize_all(&who, &mut provider, due)?;
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::ProviderResumed { provider: who });
		Ok(offers)
	}

	pub(crate) fn do_leave(who: T::AccountId) -> Result<u32, DispatchError> {
		let mut provider = Self::registered(&who)?;
		ensure!(!provider.is_leaving(), Error::<T>::IsLeaving);
		let markets: Vec<_> = Offers::<T>::iter_key_prefix(&who).collect();
		for market in &markets {
			Self::remove_offer(&who, &mut provider, *market)?;
		}
		provider.tickets = 0;
		let until = Self::queue_return(BondReturn::Whole(who.clone()));
		provider.status = Status::Leaving { until };
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::ProviderLeaving { provider: who, until });
		Ok(markets.len() as u32)
	}

	fn remove_offer(
		who: &T::AccountId,
		provider: &mut ProviderOf<T>,
		market: Market,
	) -> DispatchResult {
		let mut offer = Offers::<T>::get(who, market).ok_or(Error::<T>::NotOffered)?;
		Self::resize(who, &market, &mut offer, 0)?;
		Offers::<T>::remove(who, market);
		provider.offers = provider.offers.saturating_sub(1);
		let Market { subnet, model } = market;
		Self::deposit_event(Event::OfferWithdrawn { provider: who.clone(), subnet, model });
		Ok(())
	}

	/// Puts a bond, or a part of one, at the end of the queue of those that are returned.
	fn queue_return(what: BondReturn<T::AccountId>) -> BlockNumberFor<T> {
		let until =
			frame_system::Pallet::<T>::block_number().saturating_add(T::UnbondingBlocks::get());
		ReturnQueue::<T>::push(what, until);
		until
	}

	/// Returns the bonds whose time has come, as many as `limit` allows.
	pub(crate) fn return_bonds(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		// More than a part of a bond costs, which leaves all else as it is.
		let each =
			T::WeightInfo::finish_departure().saturating_add(T::OnLeft::on_provider_left_weight());
		let handle = |what| match what {
			BondReturn::Whole(who) => Self::finish_departure(who),
			BondReturn::Part(who) => Self::finish_unbonding(who),
		};
		ReturnQueue::<T>::work_off(now, limit, each, T::DbWeight::get(), handle)
	}

	fn finish_unbonding(who: T::AccountId) {
		let Some(mut provider) = Providers::<T>::get(&who) else {
			frame_support::defensive!("a part of a bond comes back before the rest");
			return;
		};
		let reason = HoldReason::Bond.into();
		let (bond, unbonding) = (&mut provider.bond, &mut provider.unbonding);
		let Some(amount) = give_back::<_, T::Currency, _>(&reason, &who, bond, unbonding) else {
			frame_support::defensive!("what is in the queue is on its way back");
			return;
		};
		Providers::<T>::insert(&who, provider);
		Self::deposit_event(Event::BondReturned { provider: who, amount });
	}

	fn finish_departure(who: T::AccountId) {
		let Some(mut provider) = Providers::<T>::get(&who) else { return };
		let now = frame_system::Pallet::<T>::block_number();
		let answerable_until = provider.delivered_at.saturating_add(T::AnswerableBlocks::get());
		if provider.load > 0 || now < answerable_until {
			// What it has to do or did last may still cost it bond.
			let until = Self::queue_return(BondReturn::Whole(who.clone()));
			provider.status = Status::Leaving { until };
			Providers::<T>::insert(&who, provider);
			return;
		}
		// What it took out before is back: it was earlier in the queue.
		let reason = HoldReason::Bond.into();
		let released = T::Currency::release(&reason, &who, provider.bond, Precision::BestEffort);
		let bond = released.unwrap_or_default();
		Workers::<T>::remove(&provider.worker);
		Providers::<T>::remove(&who);
		T::OnLeft::on_provider_left(&who);
		Self::deposit_event(Event::ProviderLeft { provider: who, bond });
	}

	/// Takes a part of the bond and pauses the provider.
	pub(crate) fn slash_and_pause(
		who: &T::AccountId,
		provider: &mut ProviderOf<T>,
		reason: Reason,
	) {
		let amount = T::MissSlash::get().mul_floor(provider.held());
		let (credit, _missing) = T::Currency::slash(&HoldReason::Bond.into(), who, amount);
		let taken = frame_support::traits::Imbalance::peek(&credit);
		provider.lose(taken);
		provider.misses = 0;
		provider.slashed_at = frame_system::Pallet::<T>::block_number();
		T::OnSlash::on_unbalanced(credit);
		Self::deposit_event(Event::ProviderSlashed {
			provider: who.clone(),
			amount: taken,
			reason,
		});
		Self::pause_by_chain(who, provider);
	}

	/// Gives a part of the bond to whom the provider has harmed; says how much.
	pub(crate) fn pay_out_of_bond(
		who: &T::AccountId,
		to: &T::AccountId,
		up_to: Balance,
		reason: Reason,
	) -> Balance {
		let Some(mut provider) = Providers::<T>::get(who) else { return 0 };
		let amount = up_to.min(provider.held());
		if amount == 0 {
			return 0;
		}
		let moved = T::Currency::transfer_on_hold(
			&HoldReason::Bond.into(),
			who,
			to,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		);
		let Ok(amount) = moved else { return 0 };
		provider.lose(amount);
		Self::deposit_event(Event::ProviderSlashed { provider: who.clone(), amount, reason });
		if provider.bond < T::MinBond::get() {
			Self::pause_by_chain(who, &mut provider);
		}
		Providers::<T>::insert(who, provider);
		amount
	}

	/// Takes as much of the bond as there is, up to an amount, for a job that the provider was
	/// convicted for; says how much.
	pub(crate) fn slash_for(who: &T::AccountId, up_to: Balance, reason: Reason) -> Balance {
		let Some(mut provider) = Providers::<T>::get(who) else { return 0 };
		let amount = up_to.min(provider.held());
		if amount == 0 {
			return 0;
		}
		let (credit, _missing) = T::Currency::slash(&HoldReason::Bond.into(), who, amount);
		let taken = frame_support::traits::Imbalance::peek(&credit);
		provider.lose(taken);
		T::OnSlash::on_unbalanced(credit);
		Self::deposit_event(Event::ProviderSlashed {
			provider: who.clone(),
			amount: taken,
			reason,
		});
		if provider.bond < T::MinBond::get() {
			Self::pause_by_chain(who, &mut provider);
		}
		Providers::<T>::insert(who, provider);
		taken
	}

	fn pause_by_chain(who: &T::AccountId, provider: &mut ProviderOf<T>) {
		if matches!(provider.status, Status::Active | Status::Silent) {
			provider.status = Status::Paused;
			Self::deposit_event(Event::ProviderPaused { provider: who.clone(), by_chain: true });
		}
	}

	pub(crate) fn registered(who: &T::AccountId) -> Result<ProviderOf<T>, Error<T>> {
		Providers::<T>::get(who).ok_or(Error::<T>::NotRegistered)
	}

	fn ensure_capacity(capacity: u32) -> DispatchResult {
		ensure!((1..=T::MaxCapacity::get()).contains(&capacity), Error::<T>::CapacityOutOfRange);
		Ok(())
	}

	pub(crate) fn offers_of(who: &T::AccountId) -> Vec<(Market, Price<Balance>, u32)> {
		Offers::<T>::iter_prefix(who)
			.map(|(market, offer)| (market, offer.price, offer.tickets.len() as u32))
			.collect()
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		let Some(provider) = Providers::<T>::get(who) else { return Vec::new() };
		let (held_for, next_step_at) = match provider.status {
			Status::Leaving { until } => (HeldFor::ProviderUnbonding, Some(until)),
			_ => (HeldFor::ProviderBond, None),
		};
		let bond = Held { held_for, amount: provider.bond, next_step_at };
		let part = provider.unbonding.map(|part| Held {
			held_for: HeldFor::ProviderUnbonding,
			amount: part.amount,
			next_step_at: Some(part.until),
		});
		core::iter::once(bond).chain(part).collect()
	}
}

impl<AccountId, BlockNumber> Provider<AccountId, BlockNumber> {
	/// Whether the provider is on its way out.
	pub fn is_leaving(&self) -> bool {
		matches!(self.status, Status::Leaving { .. })
	}

	/// What is held of its money, in the smallest token unit: its bond, and what is on its way back.
	pub fn held(&self) -> Balance {
		held_for(self.bond, &self.unbonding)
	}

	/// Takes what was slashed off the books.
	fn lose(&mut self, taken: Balance) {
		take_off(&mut self.bond, &mut self.unbonding, taken);
	}
}
