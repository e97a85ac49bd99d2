//! Who validates when.

use crate::{keys::SessionQueue, pallet::*, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use frame_support::{
	dispatch::DispatchClass,
	traits::{Get, ValidatorRegistration, ValidatorSet},
	weights::Weight,
};
use pallet_session::SessionInterface;
use reckon_primitives::Balance;
use reckon_support::{era_of, first_session_of, EraIndex, Exposure, StakeInspect};
use sp_runtime::traits::Zero;
use sp_staking::SessionIndex;

/// How many exposures of an old era are forgotten in one step: bounds its weight.
pub(crate) const FORGOTTEN_PER_STEP: u32 = 16;

/// What a session's planning decides, if anything, and what it weighed.
type Plan<T> = (Option<Vec<<T as frame_system::Config>::AccountId>>, Weight);

impl<T: Config> Pallet<T> {
	/// The validators of a session that is planned: elected if an era begins with it, otherwise
	/// the old ones, less those that stand aside. `None` if nothing changes.
	pub(crate) fn plan(session: SessionIndex) -> Plan<T> {
		let era = era_of(session, T::SessionsPerEra::get());
		let old = Self::validators();
		let (next, weight) = if session == first_session_of(era, T::SessionsPerEra::get()) {
			Self::elect(era, &old)
		} else {
			Self::keep(&old)
		};
		let gone = match &next {
			Some(next) => old.into_iter().filter(|who| !next.contains(who)).collect(),
			None => Vec::new(),
		};
		(next, weight.saturating_add(Self::see_off(gone)))
	}

	/// Elects an era's validators and notes what stands behind them.
	fn elect(era: EraIndex, old: &[T::AccountId]) -> Plan<T> {
		let mut looked_at = 0u32;
		let ranked = rank(
			Candidates::<T>::iter()
				.inspect(|_| looked_at = looked_at.saturating_add(1))
				.filter(|(_, record)| Self::is_electable(record))
				.map(|(who, record)| (who, record.total())),
		);
		let elected: Vec<_> = ranked
			.into_iter()
			.map(|(who, _)| who)
			.filter(T::Session::is_registered)
			.take(ValidatorCount::<T>::get() as usize)
			.collect();
		let count = elected.len() as u32;
		let enough = count >= T::MinValidators::get();
		// The old validators that stay are rewarded and slashed by what stands behind them now.
		let (next, kept) =
			if enough { (Some(elected.clone()), Weight::zero()) } else { Self::keep(old) };
		let seated = match &next {
			Some(next) => next,
			// At genesis there are no old ones: the session pallet seats all that have keys.
			None if old.is_empty() => &elected,
			None => old,
		};
		let backers = Self::expose(era, seated);
		Self::deposit_event(if enough {
			Event::ValidatorsElected { era, count }
		} else {
			Event::ElectionFailed { era, found: count }
		});
		(next, T::WeightInfo::elect(looked_at, backers).saturating_add(kept))
	}

	/// Whether a candidate can be elected, if it has keys.
	pub(crate) fn is_electable(record: &Candidate) -> bool {
		record.is_active() && record.own >= T::MinCandidateBond::get()
	}

	/// The old validators, less those that have no keys, whom the session pallet drops, and less
	/// those that stand aside, as many as can be missed: offenders go first.
	pub(crate) fn keep(old: &[T::AccountId]) -> Plan<T> {
		let seats = old.len() as u32;
		let (keyed, mut gone): (Vec<_>, Vec<_>) =
			old.iter().cloned().partition(T::Session::is_registered);
		let mut aside: Vec<_> =
			keyed.iter().filter_map(|who| Some((Self::stands_aside(who)?, who.clone()))).collect();
		aside.sort_unstable();
		let spare = keyed.len().saturating_sub(T::MinValidators::get() as usize);
		gone.extend(aside.into_iter().take(spare).map(|(_, who)| who));
		if gone.is_empty() {
			// Offences are proved by the keys of a set: with other keys it is another one, though the
			// validators are the same.
			let renewed = T::Session::keys_renewed();
			return (renewed.then_some(keyed), T::WeightInfo::keep_seats(seats));
		}
		let stay = keyed.into_iter().filter(|who| !gone.contains(who)).collect();
		for validator in gone {
			Self::deposit_event(Event::ValidatorLeftOut { validator });
		}
		(Some(stay), T::WeightInfo::leave_out(seats))
	}

	/// Why a validator should have no seat in the next session, if there is a reason.
	fn stands_aside(who: &T::AccountId) -> Option<ChillReason> {
		match Candidates::<T>::get(who).map(|record| record.status) {
			Some(Status::Active) => None,
			Some(Status::Chilled { why, .. }) => Some(why),
			Some(Status::Leaving) | None => Some(ChillReason::Own),
		}
	}

	/// Lets those go that wanted to leave and have lost their seats.
	pub(crate) fn see_off(gone: Vec<T::AccountId>) -> Weight {
		if gone.is_empty() {
			return Weight::zero();
		}
		let weight = T::WeightInfo::see_off(gone.len() as u32);
		for who in gone {
			let Some(record) = Candidates::<T>::get(&who).filter(Candidate::is_leaving) else {
				continue;
			};
			let retired = Self::retire(who, record, None);
			frame_support::defensive_assert!(retired.is_ok(), "own stake has a place kept");
		}
		weight
	}

	/// Notes what stands behind these validators in an era; says how many backers they have.
	pub(crate) fn expose(era: EraIndex, validators: &[T::AccountId]) -> u32 {
		let mut count = 0u32;
		for who in validators {
			// At genesis some may sit that are no candidates: with nothing at stake.
			let Some(record) = Candidates::<T>::get(who) else { continue };
			let backers = Backers::<T>::get(who);
			count = count.saturating_add(backers.len() as u32);
			let snapshot = Snapshot {
				own: record.own,
				commission: record.commission,
				slashed: Zero::zero(),
				backers,
			};
			Exposures::<T>::insert(era, who, snapshot);
		}
		count
	}

	pub(crate) fn validators() -> Vec<T::AccountId> {
		<T::Session as ValidatorSet<_>>::validators()
	}

	/// Forgets what stood behind whom in eras that are too long ago, as much as `limit` allows.
	pub(crate) fn forget_eras(limit: Weight) -> Weight {
		let db = T::DbWeight::get();
		let look = db.reads(2);
		let each = T::WeightInfo::forget()
			.saturating_add(db.reads_writes(1, T::SessionsPerEra::get().saturating_add(2).into()));
		let mut used = look;
		if used.any_gt(limit) {
			return Weight::zero();
		}
		let now = Self::era_now();
		while used.saturating_add(each).all_lte(limit) {
			let oldest = OldestEra::<T>::get();
			if oldest.saturating_add(T::HistoryEras::get()) >= now {
				break;
			}
			used = used.saturating_add(each);
			Self::forget_step(oldest);
		}
		used
	}

	/// Forgets some of an era's exposures, and the era if these were the last.
	pub(crate) fn forget_step(era: EraIndex) {
		let step = FORGOTTEN_PER_STEP as usize;
		let validators: Vec<_> = Exposures::<T>::iter_key_prefix(era).take(step).collect();
		for who in &validators {
			Exposures::<T>::remove(era, who);
		}
		if validators.len() < step {
			let next = era.saturating_add(1);
			OldestEra::<T>::put(next);
			// No offence of that era is reported any more.
			T::Session::prune_up_to(first_session_of(next, T::SessionsPerEra::get()));
		}
	}

	/// Adds what a session's change weighed to the block: the session pallet does not ask.
	fn weighed(weight: Weight) {
		frame_system::Pallet::<T>::register_extra_weight_unchecked(
			weight,
			DispatchClass::Mandatory,
		);
	}
}

/// The accounts with the most first; of equals, the lesser account.
pub(crate) fn rank<AccountId: Ord>(
	all: impl Iterator<Item = (AccountId, Balance)>,
) -> Vec<(AccountId, Balance)> {
	let mut all: Vec<_> = all.collect();
	all.sort_unstable_by(|(a, one), (b, other)| other.cmp(one).then_with(|| a.cmp(b)));
	all
}

impl<T: Config> pallet_session::SessionManager<T::AccountId> for Pallet<T> {
	fn new_session(session: SessionIndex) -> Option<Vec<T::AccountId>> {
		let (plan, weight) = Self::plan(session);
		Self::weighed(weight);
		plan
	}

	fn new_session_genesis(session: SessionIndex) -> Option<Vec<T::AccountId>> {
		Self::plan(session).0
	}

	fn start_session(session: SessionIndex) {
		// At genesis there are no offenders, and no block.
		if !session.is_zero() {
			Self::weighed(Self::disable_again());
		}
	}

	fn end_session(_: SessionIndex) {
		Self::weighed(Self::count_absences(Self::validators()));
	}
}

/// Validators have no identification but their accounts.
impl<T: Config> pallet_session::historical::SessionManager<T::AccountId, ()> for Pallet<T> {
	fn new_session(session: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
		<Self as pallet_session::SessionManager<_>>::new_session(session).map(identified)
	}

	fn new_session_genesis(session: SessionIndex) -> Option<Vec<(T::AccountId, ())>> {
		<Self as pallet_session::SessionManager<_>>::new_session_genesis(session).map(identified)
	}

	fn start_session(session: SessionIndex) {
		<Self as pallet_session::SessionManager<_>>::start_session(session);
	}

	fn end_session(session: SessionIndex) {
		<Self as pallet_session::SessionManager<_>>::end_session(session);
	}
}

fn identified<AccountId>(validators: Vec<AccountId>) -> Vec<(AccountId, ())> {
	validators.into_iter().map(|who| (who, ())).collect()
}

impl<T: Config> StakeInspect<T::AccountId, Balance> for Pallet<T> {
	fn era() -> EraIndex {
		Self::era_now()
	}

	fn exposure(
		era: EraIndex,
		validator: &T::AccountId,
	) -> Option<Exposure<T::AccountId, Balance>> {
		Exposures::<T>::get(era, validator).map(|snapshot| Exposure {
			own: snapshot.own,
			commission: snapshot.commission,
			backers: snapshot.backers.into_inner(),
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(
		era: EraIndex,
		validator: &T::AccountId,
		exposure: Exposure<T::AccountId, Balance>,
	) {
		let snapshot = Snapshot {
			own: exposure.own,
			commission: exposure.commission,
			slashed: Zero::zero(),
			backers: BackersOf::<T>::truncate_from(exposure.backers),
		};
		Exposures::<T>::insert(era, validator, snapshot);
	}
}
