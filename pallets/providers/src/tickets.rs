//! The draws: which tickets belong to whom. One owner of `Tickets` and `TicketCounts`.

use crate::{pallet::*, Offer};
use frame_support::{ensure, traits::Get};
use reckon_economics as economics;
use reckon_primitives::Market;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// How many tickets each offer of a provider has while that is to be drawn.
	pub(crate) fn tickets_due(provider: &ProviderOf<T>) -> u32 {
		economics::tickets(
			provider.bond,
			T::BondPerTicket::get(),
			provider.capacity,
			T::MaxTickets::get(),
		)
	}

	/// Gives an offer `due` tickets, or takes some away.
	pub(crate) fn resize(
		who: &T::AccountId,
		market: &Market,
		offer: &mut OfferOf<T>,
		due: u32,
	) -> DispatchResult {
		let has = |offer: &OfferOf<T>| offer.tickets.len() as u32;
		while has(offer) < due {
			let number = TicketCounts::<T>::get(market);
			let next = number.checked_add(1).ok_or(DispatchError::Exhausted)?;
			offer.tickets.try_push(number).map_err(|_| DispatchError::Exhausted)?;
			Tickets::<T>::insert(market, number, who);
			TicketCounts::<T>::insert(market, next);
		}
		while has(offer) > due {
			Self::remove_last_ticket(who, market, offer)?;
		}
		Ok(())
	}

	/// Takes the offer's last ticket away and closes the gap with the draw's last ticket.
	fn remove_last_ticket(
		who: &T::AccountId,
		market: &Market,
		offer: &mut OfferOf<T>,
	) -> DispatchResult {
		let Some(gap) = offer.tickets.pop() else { return Ok(()) };
		let last =
			TicketCounts::<T>::get(market).checked_sub(1).ok_or(DispatchError::Corruption)?;
		let owner = Tickets::<T>::take(market, last).ok_or(DispatchError::Corruption)?;
		if last == 0 {
			TicketCounts::<T>::remove(market);
		} else {
			TicketCounts::<T>::insert(market, last);
		}
		if last == gap {
			return Ok(());
		}
		Tickets::<T>::insert(market, gap, &owner);
		if owner == *who {
			renumber::<T>(offer, last, gap)
		} else {
			Offers::<T>::try_mutate(&owner, market, |other| {
				renumber::<T>(other.as_mut().ok_or(DispatchError::Corruption)?, last, gap)
			})
		}
	}

	/// Gives each of a provider's offers `due` tickets; says how many offers there are.
	pub(crate) fn resize_all(
		who: &T::AccountId,
		provider: &mut ProviderOf<T>,
		due: u32,
	) -> Result<u32, DispatchError> {
		let markets: alloc::vec::Vec<_> = Offers::<T>::iter_key_prefix(who).collect();
		ensure!(markets.len() as u32 <= T::MaxOffers::get(), DispatchError::Corruption);
		for market in &markets {
			// Read one at a time: closing a gap may renumber another of the provider's offers
			// only within the same market, and that one is in hand.
			let Some(mut offer) = Offers::<T>::get(who, market) else { continue };
			Self::resize(who, market, &mut offer, due)?;
			Offers::<T>::insert(who, market, offer);
		}
		provider.tickets = due;
		Ok(markets.len() as u32)
	}

	/// Lets a provider's tickets follow its bond and capacity, unless it is out of the draws.
	pub(crate) fn follow_bond(
		who: &T::AccountId,
		provider: &mut ProviderOf<T>,
	) -> Result<u32, DispatchError> {
		let due = if provider.tickets == 0 { 0 } else { Self::tickets_due(provider) };
		Self::resize_all(who, provider, due)
	}
}

fn renumber<T: Config>(offer: &mut Offer<T::MaxTickets>, from: u32, to: u32) -> DispatchResult {
	let ticket = offer
		.tickets
		.iter_mut()
		.find(|ticket| **ticket == from)
		.ok_or(DispatchError::Corruption)?;
	*ticket = to;
	Ok(())
}
