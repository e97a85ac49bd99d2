//! The providers as a pool of work, and what becomes of a provider when its turns end.

use crate::{pallet::*, types::Status};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get, weights::Weight};
use reckon_economics as economics;
use reckon_primitives::{Balance, ModelId, Reason};
use reckon_support::{Candidate, OnProviderOutcome, Outcome, ProviderPool};
use sp_core::H256;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Why a provider gets no work, whatever the job.
	pub(crate) fn idle_reason(who: &T::AccountId) -> Reason {
		let Some(provider) = Providers::<T>::get(who) else { return Reason::NotRegistered };
		match provider.status {
			Status::Leaving { .. } => Reason::Leaving,
			_ if provider.bond < T::MinBond::get() => Reason::BondTooLow,
			Status::Paused => Reason::Paused,
			Status::Active if provider.offers == 0 => Reason::OffersNothing,
			Status::Active if provider.free() == 0 => Reason::AtCapacity,
			Status::Active => Reason::Eligible,
		}
	}
}

impl<T: Config> ProviderPool<T::AccountId, Balance> for Pallet<T> {
	fn is_offered(model: &ModelId) -> bool {
		TicketCounts::<T>::get(model) > 0
	}

	fn draw(model: &ModelId, seed: &H256, draws: u32) -> Vec<Candidate<T::AccountId, Balance>> {
		let count = TicketCounts::<T>::get(model);
		let mut drawn: Vec<T::AccountId> = Vec::new();
		for nth in 0..draws {
			let Some(number) = economics::draw(seed, nth, count) else { break };
			let Some(who) = Tickets::<T>::get(model, number) else { continue };
			if !drawn.contains(&who) {
				drawn.push(who);
			}
		}
		drawn.iter().filter_map(|who| Self::candidate(model, who).ok()).collect()
	}

	fn draw_weight(draws: u32) -> Weight {
		// The count; for each draw a ticket, a provider and an offer.
		T::DbWeight::get().reads(u64::from(draws).saturating_mul(3).saturating_add(1))
	}

	fn candidate(
		model: &ModelId,
		who: &T::AccountId,
	) -> Result<Candidate<T::AccountId, Balance>, Reason> {
		let provider = Providers::<T>::get(who).ok_or(Reason::NotRegistered)?;
		match provider.status {
			Status::Active => {},
			Status::Paused => return Err(Reason::Paused),
			Status::Leaving { .. } => return Err(Reason::Leaving),
		}
		let free = provider.free();
		if free == 0 {
			return Err(Reason::AtCapacity);
		}
		let offer = Offers::<T>::get(who, model).ok_or(Reason::ModelNotOffered)?;
		Ok(Candidate {
			provider: who.clone(),
			price: offer.price,
			free,
			capacity: provider.capacity,
		})
	}

	fn provider_of(worker: &T::AccountId) -> Option<T::AccountId> {
		Workers::<T>::get(worker)
	}

	fn reserve(who: &T::AccountId) -> DispatchResult {
		Providers::<T>::try_mutate(who, |provider| {
			let provider = provider.as_mut().ok_or(Error::<T>::NotRegistered)?;
			ensure!(provider.free() > 0, Error::<T>::AtCapacity);
			provider.load = provider.load.saturating_add(1);
			Ok(())
		})
	}

	fn release(who: &T::AccountId) {
		Providers::<T>::mutate(who, |provider| {
			if let Some(provider) = provider {
				provider.load = provider.load.saturating_sub(1);
			}
		});
	}

	fn place_weight() -> Weight {
		T::DbWeight::get().reads_writes(1, 1)
	}

	fn why_idle(who: &T::AccountId) -> Reason {
		Self::idle_reason(who)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		who: &T::AccountId,
		worker: &T::AccountId,
		model: &ModelId,
		capacity: u32,
		price: reckon_primitives::Price<Balance>,
	) {
		let bond = T::MinBond::get();
		Self::do_register(who.clone(), worker.clone(), bond, capacity, Default::default())
			.expect("the benchmark funds the provider");
		Self::do_offer(who.clone(), *model, price).expect("the benchmark made the model");
	}
}

impl<T: Config> OnProviderOutcome<T::AccountId, Balance> for Pallet<T> {
	fn on_provider_outcome(who: &T::AccountId, outcome: Outcome, _: Balance) {
		let Some(mut provider) = Providers::<T>::get(who) else { return };
		match outcome {
			Outcome::Settled => provider.misses = 0,
			Outcome::Declined => return,
			Outcome::DeadlineMissed => {
				provider.misses = provider.misses.saturating_add(1);
				if provider.misses >= T::MissesBeforeSlash::get() {
					Self::slash_and_pause(who, &mut provider, Reason::DeadlineMissed);
				}
			},
		}
		Providers::<T>::insert(who, provider);
	}

	fn on_provider_outcome_weight() -> Weight {
		// The provider's record; in a slash its account, its holds, and the pot's account.
		T::DbWeight::get().reads_writes(4, 4)
	}
}
