//! Stake on its way back, and what the chain does by itself in blocks with room.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, tokens::Precision, Get, ValidatorSet},
	weights::Weight,
};
use reckon_primitives::Balance;
use reckon_support::{era_of, EraIndex, WaitQueue};
use sp_runtime::{traits::Zero, DispatchResult};

/// The accounts that wait for their stake, as a queue.
type UnbondingQueue<T> = WaitQueue<Unbondings<T>, UnbondingRange<T>>;

impl<T: Config> Pallet<T> {
	/// The current era.
	pub(crate) fn era_now() -> EraIndex {
		era_of(T::Session::session_index(), T::SessionsPerEra::get())
	}

	/// The last era whose validators are elected: a session's are when the one before begins. What
	/// is staked now may be at risk up to then.
	pub(crate) fn era_planned() -> EraIndex {
		era_of(T::Session::session_index().saturating_add(1), T::SessionsPerEra::get())
	}

	/// Notes in `staker` that `amount` is on its way back to `who`. The caller stores it.
	pub(crate) fn start_unbonding(
		who: &T::AccountId,
		staker: &mut Staker<T>,
		candidate: &T::AccountId,
		amount: Balance,
	) -> Result<(), Error<T>> {
		let exposed_until = Self::era_planned();
		let mut same = staker
			.unbonding
			.iter_mut()
			.filter(|part| part.candidate == *candidate && part.exposed_until == exposed_until);
		let free_from = if let Some(part) = same.next() {
			part.amount = part.amount.saturating_add(amount);
			part.free_from
		} else {
			let free_from = exposed_until.saturating_add(T::UnbondingEras::get());
			let part = Unbonding { candidate: candidate.clone(), amount, exposed_until, free_from };
			staker.unbonding.try_push(part).map_err(|_| Error::<T>::TooManyUnbondings)?;
			UnbondingQueue::<T>::push(who.clone(), free_from);
			free_from
		};
		Self::deposit_event(Event::UnbondingStarted {
			who: who.clone(),
			candidate: candidate.clone(),
			amount,
			free_from,
		});
		Ok(())
	}

	pub(crate) fn do_withdraw(who: T::AccountId) -> DispatchResult {
		ensure!(!Self::is_slash_due(), Error::<T>::SlashPending);
		ensure!(!Self::release(who).is_zero(), Error::<T>::NothingToWithdraw);
		Ok(())
	}

	/// Returns what is free of an account's stake; says how much that was.
	pub(crate) fn release(who: T::AccountId) -> Balance {
		let era = Self::era_now();
		let mut staker = Stakers::<T>::get(&who);
		let mut amount: Balance = 0;
		for (reason, own) in [(HoldReason::Stake, true), (HoldReason::Delegation, false)] {
			let is_free = |part: &Unbonding<T::AccountId>| {
				part.free_from <= era && (part.candidate == who) == own
			};
			let free = staker
				.unbonding
				.iter()
				.filter(|part| is_free(part))
				.fold(0, |sum: Balance, part| sum.saturating_add(part.amount));
			if free.is_zero() {
				continue;
			}
			let released = T::Currency::release(&reason.into(), &who, free, Precision::Exact);
			frame_support::defensive_assert!(released.is_ok(), "unbonding stake is held");
			if released.is_ok() {
				staker.unbonding.retain(|part| !is_free(part));
				amount = amount.saturating_add(free);
			}
		}
		Self::put_staker(&who, staker);
		if !amount.is_zero() {
			Self::deposit_event(Event::StakeReturned { who, amount });
		}
		amount
	}

	/// Keeps an account's record, as long as there is something in it.
	pub(crate) fn put_staker(who: &T::AccountId, staker: Staker<T>) {
		if staker.delegations.is_empty() && staker.unbonding.is_empty() {
			Stakers::<T>::remove(who);
		} else {
			Stakers::<T>::insert(who, staker);
		}
	}

	/// What the chain does by itself, as far as `limit` allows: slashes first, since the stake must
	/// not leave and the exposures not be forgotten before.
	pub(crate) fn work_off(limit: Weight) -> Weight {
		// All that follows asks for the session's number.
		let look = T::DbWeight::get().reads(1);
		if look.any_gt(limit) {
			return Weight::zero();
		}
		let left = |used: Weight| limit.saturating_sub(used);
		let (slashing, none_due) = Self::apply_slashes(left(look));
		let mut used = look.saturating_add(slashing);
		used = used.saturating_add(Self::dissolve(left(used)));
		if none_due {
			used = used.saturating_add(Self::return_stake(left(used)));
			used = used.saturating_add(Self::forget_eras(left(used)));
		}
		used
	}

	/// Returns the stake that is free.
	pub(crate) fn return_stake(limit: Weight) -> Weight {
		let each = T::WeightInfo::release();
		UnbondingQueue::<T>::work_off(Self::era_now(), limit, each, T::DbWeight::get(), |who| {
			Self::release(who);
		})
	}
}

impl<T: Config> Staker<T> {
	fn places(&self) -> usize {
		self.delegations.len().saturating_add(self.unbonding.len())
	}

	/// Whether one more thing can have its place among the unbondings.
	pub(crate) fn has_place(&self) -> bool {
		self.places() < T::MaxUnbondings::get() as usize
	}
}
