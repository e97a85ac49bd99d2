//! The providers as a pool of work, and what becomes of a provider when its turns end.

use crate::{pallet::*, types::Status, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_economics as economics;
use reckon_primitives::{Balance, Market, Reason};
use reckon_support::{Candidate, EndedTurn, OnProviderOutcome, Outcome, ProviderPool};
use sp_core::H256;
use sp_runtime::{traits::Saturating, DispatchResult};

impl<T: Config> Pallet<T> {
	/// How many jobs a provider can have at once: what it says, as far as its bond stands for it.
	pub(crate) fn places(provider: &ProviderOf<T>) -> u32 {
		let bonded = provider.bond.checked_div(T::BondPerJob::get()).unwrap_or(0);
		u32::try_from(bonded).unwrap_or(u32::MAX).min(provider.capacity)
	}

	/// How many of a provider's places rest.
	fn resting(provider: &ProviderOf<T>) -> u32 {
		let now = frame_system::Pallet::<T>::block_number();
		if now < provider.declined_until {
			provider.declined
		} else {
			0
		}
	}

	/// How many more jobs a provider can take.
	pub(crate) fn free(provider: &ProviderOf<T>) -> u32 {
		Self::places(provider).saturating_sub(provider.load).saturating_sub(Self::resting(provider))
	}

	/// Lets the place of a declined job rest, so that nobody declines more than it could have
	/// done, and declining is no way to keep jobs from others.
	fn rest(provider: &mut ProviderOf<T>) {
		if Self::resting(provider) == 0 {
			let now = frame_system::Pallet::<T>::block_number();
			provider.declined = 0;
			provider.declined_until = now.saturating_add(T::DeclineRestBlocks::get());
		}
		provider.declined = provider.declined.saturating_add(1);
	}

	/// Counts a missed deadline or a wrong answer, unless it belongs to an outage that was slashed
	/// already.
	fn count_miss(
		who: &T::AccountId,
		provider: &mut ProviderOf<T>,
		assigned_at: BlockNumberFor<T>,
		reason: Reason,
	) {
		if assigned_at <= provider.slashed_at {
			return;
		}
		provider.misses = provider.misses.saturating_add(1);
		if provider.misses >= T::MissesBeforeSlash::get() {
			Self::slash_and_pause(who, provider, reason);
		}
	}

	/// Why a provider gets no work, whatever the job.
	pub(crate) fn idle_reason(who: &T::AccountId) -> Reason {
		let Some(provider) = Providers::<T>::get(who) else { return Reason::NotRegistered };
		match provider.status {
			Status::Leaving { .. } => Reason::Leaving,
			_ if provider.bond < T::MinBond::get() => Reason::BondTooLow,
			Status::Paused => Reason::Paused,
			_ if provider.offers == 0 => Reason::OffersNothing,
			Status::Silent => Reason::Silent,
			Status::Active if Self::free(&provider) > 0 => Reason::Eligible,
			Status::Active if Self::resting(&provider) > 0 => Reason::DeclinedRecently,
			Status::Active => Reason::AtCapacity,
		}
	}
}

impl<T: Config> ProviderPool<T::AccountId, Balance> for Pallet<T> {
	fn is_offered(market: &Market) -> bool {
		TicketCounts::<T>::get(market) > 0
	}

	fn draw(market: &Market, seed: &H256, draws: u32) -> Vec<Candidate<T::AccountId, Balance>> {
		let count = TicketCounts::<T>::get(market);
		let mut drawn: Vec<T::AccountId> = Vec::new();
		for nth in 0..draws {
			let Some(number) = economics::draw(seed, nth, count) else { break };
			let Some(who) = Tickets::<T>::get(market, number) else { continue };
			if !drawn.contains(&who) {
				drawn.push(who);
			}
		}
		drawn.iter().filter_map(|who| Self::candidate(market, who).ok()).collect()
	}

	fn candidate(
		market: &Market,
		who: &T::AccountId,
	) -> Result<Candidate<T::AccountId, Balance>, Reason> {
		let provider = Providers::<T>::get(who).ok_or(Reason::NotRegistered)?;
		match provider.status {
			Status::Active => {},
			Status::Paused => return Err(Reason::Paused),
			Status::Silent => return Err(Reason::Silent),
			Status::Leaving { .. } => return Err(Reason::Leaving),
		}
		let free = Self::free(&provider);
		if free == 0 {
			return Err(Reason::AtCapacity);
		}
		let offer = Offers::<T>::get(who, market).ok_or(Reason::ModelNotOffered)?;
		Ok(Candidate {
			provider: who.clone(),
			price: offer.price,
			bond: provider.bond,
			free,
			places: Self::places(&provider),
		})
	}

	fn provider_of(worker: &T::AccountId) -> Option<T::AccountId> {
		Workers::<T>::get(worker)
	}

	fn reserve(who: &T::AccountId) -> DispatchResult {
		Providers::<T>::try_mutate(who, |provider| {
			let provider = provider.as_mut().ok_or(Error::<T>::NotRegistered)?;
			ensure!(Self::free(provider) > 0, Error::<T>::AtCapacity);
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

	fn release_delivered(who: &T::AccountId) {
		Providers::<T>::mutate(who, |provider| {
			if let Some(provider) = provider {
				provider.load = provider.load.saturating_sub(1);
				provider.unpaid = provider.unpaid.saturating_add(1);
				provider.last_seen = T::CurrentSession::get();
				provider.delivered_at = frame_system::Pallet::<T>::block_number();
			}
		});
	}

	fn compensate(who: &T::AccountId, to: &T::AccountId, up_to: Balance) -> Balance {
		Self::pay_out_of_bond(who, to, up_to.min(T::BondPerJob::get()), Reason::AnswerRejected)
	}

	fn slash(who: &T::AccountId, up_to: Balance, reason: Reason) -> Balance {
		Self::slash_for(who, up_to, reason)
	}

	fn stake_per_job(who: &T::AccountId) -> Balance {
		Providers::<T>::get(who).map_or(0, |provider| {
			let answers = Self::places(&provider).max(provider.unpaid);
			economics::stake_per_answer(provider.bond, answers)
		})
	}

	fn endpoint(who: &T::AccountId) -> Vec<u8> {
		Providers::<T>::get(who).map_or_else(Vec::new, |provider| provider.endpoint.into_inner())
	}

	fn why_idle(who: &T::AccountId) -> Reason {
		Self::idle_reason(who)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		who: &T::AccountId,
		worker: &T::AccountId,
		market: &Market,
		capacity: u32,
		price: reckon_primitives::Price<Balance>,
	) {
		let bond = T::MinBond::get();
		Self::do_register(who.clone(), worker.clone(), bond, capacity, Default::default())
			.expect("the benchmark funds the provider");
		Self::do_offer(who.clone(), *market, price).expect("the benchmark made the model");
	}
}

impl<T: Config> OnProviderOutcome<T::AccountId, Balance, BlockNumberFor<T>> for Pallet<T> {
	fn on_provider_outcome(turn: &EndedTurn<T::AccountId, Balance, BlockNumberFor<T>>) {
		let Some(mut provider) = Providers::<T>::get(&turn.provider) else { return };
		if matches!(turn.outcome, Outcome::Settled | Outcome::Rejected | Outcome::Inconclusive) {
			provider.unpaid = provider.unpaid.saturating_sub(1);
		}
		match turn.outcome {
			// A provider that names itself in jobs of its own has shown nothing; and to decline what
			// nobody else may have keeps it from nobody.
			Outcome::Settled | Outcome::Declined if turn.named => {},
			Outcome::Inconclusive => {},
			Outcome::Settled => provider.misses = provider.misses.saturating_sub(1),
			Outcome::Declined => Self::rest(&mut provider),
			Outcome::DeadlineMissed => {
				let reason = Reason::DeadlineMissed;
				Self::count_miss(&turn.provider, &mut provider, turn.assigned_at, reason);
			},
			Outcome::Rejected => {
				let reason = Reason::AnswerRejected;
				Self::count_miss(&turn.provider, &mut provider, turn.assigned_at, reason);
			},
		}
		Providers::<T>::insert(&turn.provider, provider);
	}

	fn on_provider_outcome_weight() -> Weight {
		T::WeightInfo::on_provider_outcome()
	}
}
