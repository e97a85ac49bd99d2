//! Who validates when.

use crate::{pallet::*, types::*, weights::WeightInfo};
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
		if session == first_session_of(era, T::SessionsPerEra::get()) {
			Self::elect(era)
		} else {
			Self::leave_out(Self::validators())
		}
	}

	/// Elects an era's validators and notes what stands behind them.
	pub(crate) fn elect(era: EraIndex) -> Plan<T> {
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
		let found = elected.len() as u32;
		let enough = found >= T::MinValidators::get();
		// The old validators that stay are rewarded and slashed by what stands behind them now.
		// At genesis there are no old ones: the session pallet seats all that have keys.
		let old = Self::validators();
		let seated = if enough || old.is_empty() { elected } else { old };
		let backers = Self::expose(era, &seated);
		Self::deposit_event(if enough {
			Event::ValidatorsElected { era, count: found }
		} else {
			Event::ElectionFailed { era, found }
		});
		(enough.then_some(seated), T::WeightInfo::elect(looked_at, backers))
	}

	/// Whether a candidate can be elected, if it has keys.
	pub(crate) fn is_electable(record: &Candidate) -> bool {
		record.is_active() && record.own >= T::MinCandidateBond::get()
	}

	/// These validators less those that stand aside or have no keys, as many as can be missed:
	/// offenders go first.
	pub(crate) fn leave_out(seated: Vec<T::AccountId>) -> Plan<T> {
		let weight = T::WeightInfo::leave_out(seated.len() as u32);
		let mut aside: Vec<_> =
			seated.iter().filter_map(|who| Some((Self::stands_aside(who)?, who.clone()))).collect();
		aside.sort_unstable();
		aside.truncate(seated.len().saturating_sub(T::MinValidators::get() as usize));
		if aside.is_empty() {
			return (None, weight);
		}
		let stay = seated.into_iter().filter(|who| !aside.iter().any(|(_, other)| other == who));
		let stay: Vec<_> = stay.collect();
		for (_, validator) in aside {
			Self::deposit_event(Event::ValidatorLeftOut { validator });
		}
		(Some(stay), weight)
	}

	/// Why a validator should have no seat in the next session, if there is a reason.
	fn stands_aside(who: &T::AccountId) -> Option<ChillReason> {
		match Candidates::<T>::get(who).map(|record| record.status) {
			Some(Status::Chilled { why, .. }) => Some(why),
			Some(Status::Active) if !T::Session::is_registered(who) => Some(ChillReason::Absent),
			Some(Status::Active) => None,
			None => Some(ChillReason::Own),
		}
	}

	/// Notes what stands behind these validators in an era; says how many backers they have.
	pub(crate) fn expose(era: EraIndex, validators: &[T::AccountId]) -> u32 {
		let mut count = 0u32;
		for who in validators {
			// A validator that stays although it has left has nothing at stake.
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
			.saturating_add(db.reads_writes(1, T::SessionsPerEra::get().saturating_add(1).into()));
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

	fn start_session(_: SessionIndex) {}

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
