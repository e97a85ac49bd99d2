//! Offences, and what they cost.

use crate::{delegations::entry, pallet::*, types::*, weights::WeightInfo};
use frame_support::{
	dispatch::DispatchClass,
	ensure,
	traits::{
		fungible::{Balanced, BalancedHold},
		DisabledValidators, Get, Imbalance, OnUnbalanced,
	},
	weights::Weight,
};
use pallet_session::SessionInterface;
use reckon_primitives::Balance;
use reckon_support::{era_of, EraIndex, ValidatorPenalty};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchResult, Perbill,
};
use sp_staking::{
	offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
	SessionIndex,
};

/// How many accounts are slashed in one step: bounds its weight.
pub(crate) const SLASHED_PER_STEP: u32 = 16;
/// How many slashes can be cancelled in one call: bounds its weight.
pub(crate) const MAX_CANCELLED: u32 = 64;

impl<T: Config> OnOffenceHandler<T::AccountId, (T::AccountId, ()), Weight> for Pallet<T> {
	fn on_offence(
		offenders: &[OffenceDetails<T::AccountId, (T::AccountId, ())>],
		fractions: &[Perbill],
		session: SessionIndex,
	) -> Weight {
		let era = era_of(session, T::SessionsPerEra::get());
		for (details, fraction) in offenders.iter().zip(fractions) {
			let (offender, ()) = &details.offender;
			Self::note_offence(era, offender, *fraction, details.reporters.first());
		}
		let weight = T::WeightInfo::note_offence().saturating_mul(offenders.len() as u64);
		// The offences pallet drops what is returned.
		frame_system::Pallet::<T>::register_extra_weight_unchecked(
			weight,
			DispatchClass::Mandatory,
		);
		weight
	}
}

impl<T: Config> Pallet<T> {
	/// Takes an offender's seat, and notes the slash for later.
	pub(crate) fn note_offence(
		era: EraIndex,
		validator: &T::AccountId,
		fraction: Perbill,
		reporter: Option<&T::AccountId>,
	) {
		if Self::is_too_late(era) {
			return;
		}
		let due = Self::era_now().saturating_add(T::SlashDeferEras::get());
		T::Session::report_offence(validator.clone(), OffenceSeverity(fraction));
		Self::note_offender(validator, fraction);
		if let Some(record) = Candidates::<T>::get(validator) {
			let known = Status::Chilled { why: ChillReason::Offence, until: due };
			if record.status != known {
				Self::chill_candidate(validator.clone(), record, ChillReason::Offence, due);
			}
		}

		Self::note_slash(era, validator, fraction, due, reporter);
	}

	/// Whether what was done in an era can't be punished any more: stake may have left since.
	fn is_too_late(era: EraIndex) -> bool {
		// Reported at its last moment, an era ends and the next one begins: one more.
		Self::era_now() > era.saturating_add(T::ReportEras::get()).saturating_add(1)
	}

	/// Notes a slash for later.
	fn note_slash(
		era: EraIndex,
		validator: &T::AccountId,
		fraction: Perbill,
		due: EraIndex,
		reporter: Option<&T::AccountId>,
	) {
		let Some(mut snapshot) = Exposures::<T>::get(era, validator) else { return };
		// Of several offences in an era the worst counts, once.
		let worse = fraction.saturating_sub(snapshot.slashed);
		if worse.is_zero() {
			return;
		}
		snapshot.slashed = fraction;
		Exposures::<T>::insert(era, validator, snapshot);

		let (first, slash) = SlashRange::<T>::get();
		SlashRange::<T>::put((first, slash.saturating_add(1)));
		Slashes::<T>::insert(
			slash,
			Slash {
				validator: validator.clone(),
				era,
				fraction: worse,
				due,
				reporter: reporter.cloned(),
				done: 0,
			},
		);
		Self::deposit_event(Event::SlashReported {
			slash,
			validator: validator.clone(),
			era,
			fraction: worse,
			due,
		});
	}

	/// Remembers an offender that has a seat.
	fn note_offender(who: &T::AccountId, fraction: Perbill) {
		if !Self::validators().contains(who) {
			return;
		}
		Offenders::<T>::mutate(|offenders| {
			match offenders.iter_mut().find(|(other, _)| other == who) {
				Some((_, worst)) => *worst = fraction.max(*worst),
				None => {
					let noted = offenders.try_push((who.clone(), fraction));
					frame_support::defensive_assert!(noted.is_ok(), "there are as many seats");
				},
			}
		});
	}

	/// When a session begins, disables the offenders that must keep their seats again: with each
	/// change of the set, or of its keys, the session pallet forgets them. Says what that weighed.
	pub(crate) fn disable_again() -> Weight {
		let mut offenders = Offenders::<T>::get();
		let weight = T::WeightInfo::disable_again(offenders.len() as u32);
		if offenders.is_empty() {
			return weight;
		}
		let seated = Self::validators();
		offenders.retain(|(who, _)| seated.contains(who) && Self::is_offender(who));
		// As long as nothing changes, it remembers them.
		if T::Session::disabled_validators().is_empty() {
			for (who, fraction) in &offenders {
				T::Session::report_offence(who.clone(), OffenceSeverity(*fraction));
			}
		}
		Offenders::<T>::put(offenders);
		weight
	}

	/// Whether who has offended has not resumed since.
	fn is_offender(who: &T::AccountId) -> bool {
		let status = Candidates::<T>::get(who).map(|record| record.status);
		matches!(status, None | Some(Status::Chilled { why: ChillReason::Offence, .. }))
	}

	pub(crate) fn do_cancel_slashes(ids: SlashIds) -> DispatchResult {
		for id in ids {
			let slash = Slashes::<T>::get(id).ok_or(Error::<T>::UnknownSlash)?;
			ensure!(slash.done.is_zero(), Error::<T>::SlashBegun);
			Slashes::<T>::remove(id);
			// A true offence of the same era is not to be covered by a false one.
			Exposures::<T>::mutate(slash.era, &slash.validator, |snapshot| {
				if let Some(snapshot) = snapshot {
					snapshot.slashed = snapshot.slashed.saturating_sub(slash.fraction);
				}
			});
			Self::deposit_event(Event::SlashCancelled { slash: id });
		}
		Ok(())
	}

	/// Whether a slash is due, or may be. One storage read or two.
	pub(crate) fn is_slash_due() -> bool {
		let (first, next) = SlashRange::<T>::get();
		match Slashes::<T>::get(first) {
			Some(slash) => slash.due <= Self::era_now(),
			// A gap, which is passed over in the next block with room.
			None => first != next,
		}
	}

	/// Applies the slashes that are due, as far as `limit` allows; says what that weighed, and
	/// whether none is left.
	pub(crate) fn apply_slashes(limit: Weight) -> (Weight, bool) {
		let db = T::DbWeight::get();
		// The range and the first slash; the range again, when that is a gap.
		let look = db.reads_writes(3, 1);
		let step = T::WeightInfo::apply_slash();
		let now = Self::era_now();
		let mut used = Weight::zero();
		while used.saturating_add(look).all_lte(limit) {
			used = used.saturating_add(look);
			let (first, next) = SlashRange::<T>::get();
			if first == next {
				return (used, true);
			}
			match Slashes::<T>::get(first) {
				None => SlashRange::<T>::put((first.saturating_add(1), next)),
				Some(slash) if slash.due > now => return (used, true),
				Some(slash) => {
					if used.saturating_add(step).any_gt(limit) {
						break;
					}
					used = used.saturating_add(step);
					Self::slash_step(first, slash);
				},
			}
		}
		(used, false)
	}

	/// Applies a slash to some of the accounts that it is for.
	pub(crate) fn slash_step(id: SlashId, mut slash: Slash<T::AccountId>) {
		let Some(snapshot) = Exposures::<T>::get(slash.era, &slash.validator) else {
			frame_support::defensive!("an exposure was forgotten before its slash");
			Slashes::<T>::remove(id);
			return;
		};
		let accounts = (snapshot.backers.len() as u32).saturating_add(1);
		let mut candidate = Candidates::<T>::get(&slash.validator);
		let mut backers = Backers::<T>::get(&slash.validator);
		let mut credit = CreditOf::<T>::zero();
		let mut reward = CreditOf::<T>::zero();

		let own = core::iter::once((slash.validator.clone(), snapshot.own));
		let exposed = own.chain(snapshot.backers).skip(slash.done as usize);
		for (who, at_stake) in exposed.take(SLASHED_PER_STEP as usize) {
			let amount = slash.fraction.mul_floor(at_stake);
			let taken = if who == slash.validator {
				let bonded = candidate.as_mut().map(|record| &mut record.own);
				Self::take(id, &slash, &who, HoldReason::Stake, bonded, amount)
			} else {
				let before = entry(&mut backers, &who).map_or(0, |amount| *amount);
				let bonded = entry(&mut backers, &who);
				let taken = Self::take(id, &slash, &who, HoldReason::Delegation, bonded, amount);
				let after = entry(&mut backers, &who).map_or(0, |amount| *amount);
				if let Some(record) = &mut candidate {
					let lost = before.saturating_sub(after);
					record.delegated = record.delegated.saturating_sub(lost);
				}
				taken
			};
			// Of the validator's own stake alone, or a validator with much behind it would gain by
			// reporting itself from another account.
			if who == slash.validator {
				let share = T::ReporterReward::get().mul_floor(taken.peek());
				let (share, rest) = taken.split(share);
				reward.subsume(share);
				credit.subsume(rest);
			} else {
				credit.subsume(taken);
			}
			slash.done = slash.done.saturating_add(1);
		}

		Self::drop_empty(&slash.validator, &mut backers);
		Self::put_backers(&slash.validator, backers);
		if let Some(record) = candidate {
			Candidates::<T>::insert(&slash.validator, record);
		}
		Self::hand_out(&slash, reward, credit);
		if slash.done < accounts {
			Slashes::<T>::insert(id, slash);
		} else {
			Slashes::<T>::remove(id);
			Self::deposit_event(Event::SlashApplied { slash: id });
		}
	}

	/// Takes `amount` of an account's stake with the slash's validator: first what is bonded, then
	/// what is on its way back and was at stake in the slash's era.
	fn take(
		id: SlashId,
		slash: &Slash<T::AccountId>,
		who: &T::AccountId,
		reason: HoldReason,
		bonded: Option<&mut Balance>,
		amount: Balance,
	) -> CreditOf<T> {
		let mut left = amount;
		if let Some(bonded) = bonded {
			cut(bonded, &mut left);
		}
		if !left.is_zero() {
			let mut staker = Stakers::<T>::get(who);
			for part in staker
				.unbonding
				.iter_mut()
				.filter(|part| part.candidate == slash.validator && part.exposed_until >= slash.era)
			{
				cut(&mut part.amount, &mut left);
			}
			staker.unbonding.retain(|part| !part.amount.is_zero());
			Self::put_staker(who, staker);
		}
		let (credit, missing) =
			T::Currency::slash(&reason.into(), who, amount.saturating_sub(left));
		frame_support::defensive_assert!(missing.is_zero(), "stake is held");
		let amount = credit.peek();
		if !amount.is_zero() {
			Self::deposit_event(Event::StakeSlashed { slash: id, who: who.clone(), amount });
		}
		credit
	}

	/// Ends the delegations of which nothing is left.
	fn drop_empty(candidate: &T::AccountId, backers: &mut BackersOf<T>) {
		for (who, _) in backers.iter().filter(|(_, amount)| amount.is_zero()) {
			let mut staker = Stakers::<T>::get(who);
			staker.delegations.retain(|other| other != candidate);
			Self::put_staker(who, staker);
		}
		backers.retain(|(_, amount)| !amount.is_zero());
	}

	/// Gives the reporter its reward, and the rest to where slashes go.
	fn hand_out(slash: &Slash<T::AccountId>, reward: CreditOf<T>, mut rest: CreditOf<T>) {
		let refused = match &slash.reporter {
			// What an account can't take, because it is not there, goes where the rest goes.
			Some(reporter) => T::Currency::resolve(reporter, reward).err(),
			None => Some(reward),
		};
		if let Some(refused) = refused {
			rest.subsume(refused);
		}
		if !rest.peek().is_zero() {
			T::OnSlash::on_unbalanced(rest);
		}
	}
}

/// For what validators do beside making blocks: they keep their seats.
impl<T: Config> ValidatorPenalty<T::AccountId> for Pallet<T> {
	fn penalise(era: EraIndex, validator: &T::AccountId, fraction: Perbill) {
		if Self::is_too_late(era) {
			return;
		}
		let due = Self::era_now().saturating_add(T::SlashDeferEras::get());
		Self::note_slash(era, validator, fraction, due, None);
	}

	fn penalise_weight() -> Weight {
		T::WeightInfo::note_offence()
	}
}

/// Moves as much as there is from `amount` to what is `left` to take.
fn cut(amount: &mut Balance, left: &mut Balance) {
	let part = (*amount).min(*left);
	*amount = amount.saturating_sub(part);
	*left = left.saturating_sub(part);
}
