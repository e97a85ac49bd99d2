//! Paying what was earned.

use crate::{pallet::*, types::*, weights::WeightInfo};
use alloc::{vec, vec::Vec};
use frame_support::{
	ensure,
	traits::{fungible::Mutate, tokens::Preservation, Get},
	weights::Weight,
};
use reckon_economics::{pro_rata, shared};
use reckon_primitives::Balance;
use reckon_support::{EraIndex, EscrowSource, Exposure, StakeInspect};
use sp_runtime::{DispatchError, DispatchResult};

/// What stands behind a validator.
type ExposureOf<T> = Exposure<<T as frame_system::Config>::AccountId, Balance>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_claim(earner: &T::AccountId, era: EraIndex) -> DispatchResult {
		Self::claim_work(earner, era)?;
		Ok(())
	}

	/// Pays a validator and those behind it; says how many these are. What can't be paid to one of
	/// them keeps nobody else waiting.
	pub(crate) fn do_claim_validator(
		validator: &T::AccountId,
		era: EraIndex,
	) -> Result<u32, DispatchError> {
		let (record, reward) = Self::claimable(era, Duty::Validation, validator)?;
		let exposure = T::Stake::exposure(era, validator);
		let parts = Self::parts(validator, reward, exposure);
		let backers = u32::try_from(parts.len()).unwrap_or(u32::MAX).saturating_sub(1);
		for (to, amount) in parts {
			if !Self::pay(era, Duty::Validation, validator, &to, amount) {
				Self::deposit_event(Event::RewardUnpayable {
					era,
					duty: Duty::Validation,
					earner: validator.clone(),
					to,
					amount,
				});
			}
		}
		Self::note_claim(era, Duty::Validation, validator, record, reward);
		Ok(backers)
	}

	/// Pays for work; says how much. Changes nothing when it fails.
	fn claim_work(earner: &T::AccountId, era: EraIndex) -> Result<Balance, Error<T>> {
		let (record, reward) = Self::claimable(era, Duty::Work, earner)?;
		let paid = Self::pay(era, Duty::Work, earner, earner, reward);
		ensure!(paid, Error::<T>::Unpayable);
		Self::note_claim(era, Duty::Work, earner, record, reward);
		Ok(reward)
	}

	/// A reward that has not been claimed, and the era that it is in.
	fn claimable(
		era: EraIndex,
		duty: Duty,
		who: &T::AccountId,
	) -> Result<(Era, Balance), Error<T>> {
		let Some(record) = Eras::<T>::get(era) else {
			let is_over = ActiveEra::<T>::get().is_some_and(|running| era < running.index);
			return Err(if is_over { Error::UnknownEra } else { Error::EraNotOver });
		};
		let points = Points::<T>::get((era, duty, who));
		ensure!(points > 0, Error::<T>::NothingEarned);
		let open = Unclaimed::<T>::contains_key((who, duty, EraKey::from(era)));
		ensure!(open, Error::<T>::AlreadyClaimed);
		Ok((record, record.pot(duty).reward(points)))
	}

	/// How a validator's reward is divided: everybody's part, the validator's with the remainder
	/// at the end. They add up to the reward. Without an exposure everything is the validator's.
	pub(crate) fn parts(
		validator: &T::AccountId,
		reward: Balance,
		exposure: Option<ExposureOf<T>>,
	) -> Vec<(T::AccountId, Balance)> {
		let Some(exposure) = exposure else { return vec![(validator.clone(), reward)] };
		let staked = exposure.total();
		let to_share = shared(reward, exposure.commission);
		let mut rest = reward;
		let mut parts: Vec<_> = exposure
			.backers
			.into_iter()
			.map(|(who, stake)| {
				let part = pro_rata(to_share, stake, staked).min(rest);
				rest = rest.saturating_sub(part);
				(who, part)
			})
			.collect();
		parts.push((validator.clone(), rest));
		parts
	}

	/// Moves a reward to somebody; says whether that was possible.
	fn pay(
		era: EraIndex,
		duty: Duty,
		earner: &T::AccountId,
		to: &T::AccountId,
		amount: Balance,
	) -> bool {
		let pot = Self::account();
		// The pot always keeps its own least balance.
		let paid =
			amount == 0 || T::Currency::transfer(&pot, to, amount, Preservation::Preserve).is_ok();
		if paid {
			let (earner, to) = (earner.clone(), to.clone());
			Self::deposit_event(Event::RewardPaid { era, duty, earner, to, amount });
		}
		paid
	}

	/// Writes down that a reward is not owed any more.
	fn note_claim(era: EraIndex, duty: Duty, who: &T::AccountId, mut record: Era, reward: Balance) {
		let pot = record.pot_mut(duty);
		pot.paid = pot.paid.saturating_add(reward);
		Eras::<T>::insert(era, record);
		Unclaimed::<T>::remove((who, duty, EraKey::from(era)));
		Owed::<T>::mutate(|owed| *owed = owed.saturating_sub(reward));
	}
}

/// Earned money is spent as it is: the oldest first, since that is lost first.
impl<T: Config> EscrowSource<T::AccountId, Balance> for Pallet<T> {
	fn draw(who: &T::AccountId, wanted: Balance) -> Balance {
		let most = usize::try_from(T::MaxErasPerDraw::get()).unwrap_or(usize::MAX);
		let eras: Vec<_> = Unclaimed::<T>::iter_key_prefix((who, Duty::Work)).take(most).collect();
		let mut drawn: Balance = 0;
		for key in eras {
			if drawn >= wanted {
				break;
			}
			match Self::claim_work(who, key.into()) {
				Ok(reward) => drawn = drawn.saturating_add(reward),
				// Its claims have ended, its points are still to be forgotten: it is in the way of
				// those that can be claimed.
				Err(Error::UnknownEra) => Unclaimed::<T>::remove((who, Duty::Work, key)),
				// The running era, which is the last; or nothing can be paid.
				Err(_) => break,
			}
		}
		drawn
	}

	fn draw_weight() -> Weight {
		T::WeightInfo::draw()
	}
}
