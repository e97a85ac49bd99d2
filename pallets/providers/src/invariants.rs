//! What must hold after every call and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::{pallet::*, types::Status};
use frame_support::{ensure, traits::fungible::InspectHold, traits::Get};
use reckon_support::BondReturn;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_bonds()?;
		Self::try_tickets()?;
		Self::try_presence()?;
		Self::try_returns()
	}

	/// Held by bonds = the sum of bonds and of what is on its way back, account by account; workers and providers belong to one
	/// another.
	fn try_bonds() -> Result<(), TryRuntimeError> {
		for (who, provider) in Providers::<T>::iter() {
			let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), &who);
			ensure!(held == provider.held(), "a bond is not what is held for it");
			ensure!(
				Workers::<T>::get(&provider.worker) == Some(who.clone()),
				"a provider's worker does not lead back to it"
			);
			ensure!(
				Offers::<T>::iter_key_prefix(&who).count() as u32 == provider.offers,
				"a provider's offers are miscounted"
			);
			ensure!(provider.offers <= T::MaxOffers::get(), "too many offers");
		}
		ensure!(
			Workers::<T>::iter_keys().count() == Providers::<T>::iter_keys().count(),
			"a worker speaks for nobody"
		);
		Ok(())
	}

	/// Tickets are numbered without gaps, and each is in its owner's offer.
	fn try_tickets() -> Result<(), TryRuntimeError> {
		for (market, count) in TicketCounts::<T>::iter() {
			ensure!(count > 0, "a draw without tickets is remembered");
			ensure!(
				Tickets::<T>::iter_key_prefix(market).count() as u32 == count,
				"a market's tickets are miscounted"
			);
		}
		for (market, number, who) in Tickets::<T>::iter() {
			ensure!(number < TicketCounts::<T>::get(market), "a ticket is out of range");
			ensure!(
				Offers::<T>::get(who, market).is_some_and(|offer| offer.tickets.contains(&number)),
				"a ticket is not in its owner's offer"
			);
		}
		let owned: usize = Offers::<T>::iter().map(|(_, _, offer)| offer.tickets.len()).sum();
		ensure!(owned == Tickets::<T>::iter_keys().count(), "an offer has a ticket that is not");
		for (who, _, offer) in Offers::<T>::iter() {
			let tickets = Providers::<T>::get(who).map(|provider| provider.tickets);
			ensure!(
				tickets == Some(offer.tickets.len() as u32),
				"an offer has not the tickets that its provider's have"
			);
		}
		Ok(())
	}

	/// Those that take jobs are in the draws, those that are silent or leaving are not; nobody was
	/// seen in a session to come.
	fn try_presence() -> Result<(), TryRuntimeError> {
		let session = T::CurrentSession::get();
		for (_, provider) in Providers::<T>::iter() {
			let drawn = provider.tickets > 0;
			match provider.status {
				Status::Active => ensure!(drawn, "an active provider is not in the draws"),
				Status::Silent | Status::Leaving { .. } => {
					ensure!(!drawn, "a provider that is not there is in the draws");
				},
				Status::Paused => {},
			}
			ensure!(provider.last_seen <= session, "a worker was seen in a session to come");
		}
		ensure!(Sweeps::<T>::get().session <= session, "a sweep is ahead of its session");
		Ok(())
	}

	/// Every provider that leaves is in the queue, once, and so is every part of a bond that was taken
	/// out.
	fn try_returns() -> Result<(), TryRuntimeError> {
		let due = Providers::<T>::iter_values()
			.map(|p| u64::from(p.is_leaving()).saturating_add(p.unbonding.is_some().into()))
			.sum::<u64>();
		ensure!(BondReturns::<T>::iter_keys().count() as u64 == due, "a return is lost");
		let (first, next) = BondReturnRange::<T>::get();
		for (number, (what, until)) in BondReturns::<T>::iter() {
			ensure!((first..next).contains(&number), "a return is out of range");
			let expected = match what {
				BondReturn::Whole(who) => Providers::<T>::get(who)
					.is_some_and(|provider| provider.status == Status::Leaving { until }),
				BondReturn::Part(who) => Providers::<T>::get(who)
					.and_then(|provider| provider.unbonding)
					.is_some_and(|part| part.until == until),
			};
			ensure!(expected, "a return is not its provider's");
		}
		Ok(())
	}
}
