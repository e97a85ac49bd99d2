//! The draws: which tickets belong to whom. One owner of `Tickets` and `TicketCounts`.

use crate::{pallet::*, Offer};
use frame_support::{ensure, traits::Get};
use reckon_economics as economics;
use reckon_primitives::ModelId;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// How many tickets each offer of a provider has.
	pub(crate) fn tickets_due(provider: &ProviderOf<T>) -> u32 {
		economics::tickets(
			provider.bond,
			T::BondPerTicket::get(),
			provider.capacity,
			T::MaxTickets::get(),
		)
	}

	/// Gives an offer as many tickets as it is due, or takes some away.
	pub(crate) fn resize(
		who: &T::AccountId,
		model: &ModelId,
		offer: &mut OfferOf<T>,
		due: u32,
	) -> DispatchResult {
		let has = |offer: &OfferOf<T>| offer.tickets.len() as u32;
		while has(offer) < due {
			let number = TicketCounts::<T>::get(model);
			let next = number.checked_add(1).ok_or(DispatchError::Exhausted)?;
			offer.tickets.try_push(number).map_err(|_| DispatchError::Exhausted)?;
			Tickets::<T>::insert(model, number, who);
			TicketCounts::<T>::insert(model, next);
		}
		while has(offer) > due {
			Self::remove_last_ticket(who, model, offer)?;
		}
		Ok(())
	}

	/// Takes the offer's last ticket away and closes the gap with the draw's last ticket.
	fn remove_last_ticket(
		who: &T::AccountId,
		model: &ModelId,
		offer: &mut OfferOf<T>,
	) -> DispatchResult {
		let Some(gap) = offer.tickets.pop() else { return Ok(()) };
		let last = TicketCounts::<T>::get(model).checked_sub(1).ok_or(DispatchError::Corruption)?;
		let owner = Tickets::<T>::take(model, last).ok_or(DispatchError::Corruption)?;
		TicketCounts::<T>::insert(model, last);
		if last == gap {
			return Ok(());
		}
		Tickets::<T>::insert(model, gap, &owner);
		if owner == *who {
			renumber::<T>(offer, last, gap)
		} else {
			Offers::<T>::try_mutate(&owner, model, |other| {
				renumber::<T>(other.as_mut().ok_or(DispatchError::Corruption)?, last, gap)
			})
		}
	}

	/// Resizes all of a provider's offers; says how many there were.
	pub(crate) fn resize_all(
		who: &T::AccountId,
		provider: &ProviderOf<T>,
	) -> Result<u32, DispatchError> {
		let due = Self::tickets_due(provider);
		let models: alloc::vec::Vec<_> = Offers::<T>::iter_key_prefix(who).collect();
		ensure!(models.len() as u32 <= T::MaxOffers::get(), DispatchError::Corruption);
		for model in &models {
			// Read one at a time: closing a gap may renumber another of the provider's offers
			// only within the same model, and that one is in hand.
			let Some(mut offer) = Offers::<T>::get(who, model) else { continue };
			Self::resize(who, model, &mut offer, due)?;
			Offers::<T>::insert(who, model, offer);
		}
		Ok(models.len() as u32)
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
