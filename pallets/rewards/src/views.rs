//! What wallets and dashboards ask.

use crate::{pallet::*, types::*};
use alloc::vec::Vec;
use reckon_primitives::Balance;
use reckon_support::{EraIndex, StakeInspect};

/// The most rewards that one answer lists.
const MAX_LISTED: usize = 1_000;
/// The most eras that one answer looks at.
const MAX_ERAS: usize = 100;

impl<T: Config> Pallet<T> {
	/// The running era, with the amounts that it would have if it ended now.
	pub(crate) fn running() -> RunningEraOf<T> {
		let mut running = ActiveEra::<T>::get().unwrap_or_else(|| {
			RunningEra::begin(T::Stake::era(), frame_system::Pallet::<T>::block_number())
		});
		let pots = Self::pots(running.index, &running.so_far);
		running.so_far.work.amount = pots.work;
		running.so_far.validation.amount = pots.validation;
		running
	}

	/// An era that is remembered or running, and whether it is over.
	pub(crate) fn look_up(era: EraIndex) -> Option<(Era, bool)> {
		Eras::<T>::get(era).map(|record| (record, true)).or_else(|| {
			let running = Self::running();
			(running.index == era).then_some((running.so_far, false))
		})
	}

	pub(crate) fn earnings_of(era: EraIndex, duty: Duty, who: &T::AccountId) -> Option<Earnings> {
		let (record, is_over) = Self::look_up(era)?;
		let points = Points::<T>::get((era, duty, who));
		let state = if !is_over {
			ClaimState::Running
		} else if Unclaimed::<T>::contains_key((who, duty, EraKey::from(era))) {
			ClaimState::Unclaimed
		} else {
			ClaimState::Claimed
		};
		(points > 0).then(|| Earnings { points, amount: record.pot(duty).reward(points), state })
	}

	pub(crate) fn backer_earnings(
		era: EraIndex,
		validator: &T::AccountId,
		backer: &T::AccountId,
	) -> Option<Earnings> {
		let whole = Self::earnings_of(era, Duty::Validation, validator)?;
		let exposure = T::Stake::exposure(era, validator);
		let amount = Self::parts(validator, whole.amount, exposure)
			.into_iter()
			.filter(|(who, _)| who == backer)
			.fold(0, |sum: Balance, (_, part)| sum.saturating_add(part));
		Some(Earnings { amount, ..whole })
	}

	pub(crate) fn earned_by(who: &T::AccountId, last: EraIndex) -> Vec<EraEarnings> {
		let last = last.min(Self::running().index);
		let earned = |era, duty| {
			let earnings = match duty {
				Duty::Work => Self::earnings_of(era, duty, who)?,
				Duty::Validation => Self::backer_earnings(era, who, who)?,
			};
			Some(EraEarnings { era, duty, earnings })
		};
		(0..=last)
			.rev()
			.take(MAX_ERAS)
			.flat_map(|era| [earned(era, Duty::Work), earned(era, Duty::Validation)])
			.flatten()
			.collect()
	}

	pub(crate) fn unclaimed_by(who: &T::AccountId) -> (Balance, Vec<UnclaimedReward>) {
		let eras = |duty| Unclaimed::<T>::iter_key_prefix((who, duty)).map(move |key| (key, duty));
		let mut keys: Vec<_> = eras(Duty::Work)
			.take(MAX_LISTED)
			.chain(eras(Duty::Validation).take(MAX_LISTED))
			.collect();
		keys.sort();
		let all: Vec<_> = keys
			.into_iter()
			.filter_map(|(key, duty)| {
				let era = key.into();
				let earnings = match duty {
					Duty::Work => Self::earnings_of(era, duty, who)?,
					Duty::Validation => Self::backer_earnings(era, who, who)?,
				};
				let amount = earnings.amount;
				let open = earnings.state == ClaimState::Unclaimed;
				open.then_some(UnclaimedReward { era, duty, amount })
			})
			.take(MAX_LISTED)
			.collect();
		let sum = all.iter().fold(0, |sum: Balance, one| sum.saturating_add(one.amount));
		(sum, all)
	}
}
