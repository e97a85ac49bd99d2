//! The validators' session keys: who may give them up, and when other ones make another set.

use crate::pallet::*;
use alloc::vec::Vec;
use frame_support::ensure;
use pallet_session::{historical, NextKeys, QueuedKeys, SessionInterface};
use sp_runtime::DispatchResult;

/// What this pallet asks the session pallet and its own interface does not answer.
pub trait SessionQueue<AccountId> {
	/// Who has a seat in the next session; while a session is planned, in the one that begins.
	fn queued() -> Vec<AccountId>;

	/// Whether any of them has set other keys than it is queued with.
	fn keys_renewed() -> bool;

	/// Begins this session, with seats for these now and next, each with keys of its own for which it
	/// has left a deposit.
	#[cfg(feature = "runtime-benchmarks")]
	fn seat_for_benchmark(session: sp_staking::SessionIndex, seated: &[AccountId]);

	/// Gives an account keys, for which it leaves a deposit.
	#[cfg(feature = "runtime-benchmarks")]
	fn set_keys_for_benchmark(who: &AccountId);
}

impl<T> SessionQueue<T::AccountId> for pallet_session::Pallet<T>
where
	T: historical::Config<ValidatorId = <T as frame_system::Config>::AccountId>,
{
	fn queued() -> Vec<T::AccountId> {
		QueuedKeys::<T>::get().into_iter().map(|(who, _)| who).collect()
	}

	fn keys_renewed() -> bool {
		QueuedKeys::<T>::get()
			.into_iter()
			.any(|(who, keys)| NextKeys::<T>::get(who).is_none_or(|next| next != keys))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn seat_for_benchmark(session: sp_staking::SessionIndex, seated: &[T::AccountId]) {
		seated.iter().for_each(Self::set_keys_for_benchmark);
		let keys_of = |who: &T::AccountId| Some((who.clone(), NextKeys::<T>::get(who)?));
		QueuedKeys::<T>::put(seated.iter().filter_map(keys_of).collect::<Vec<_>>());
		pallet_session::Validators::<T>::put(seated.to_vec());
		pallet_session::CurrentIndex::<T>::put(session);
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_keys_for_benchmark(who: &T::AccountId) {
		use codec::Decode;
		use frame_support::traits::{fungible::MutateHold, Get};
		use sp_runtime::traits::{BlakeTwo256, Hash, TrailingZeroInput};
		// As many bytes as session keys have, different for each account.
		let seed: Vec<u8> = (0u8..16).flat_map(|n| BlakeTwo256::hash_of(&(who, n)).0).collect();
		let keys = Decode::decode(&mut TrailingZeroInput::new(&seed)).expect("any bytes are keys");
		<Self as SessionInterface>::set_keys(who, keys).expect("no two accounts have the same");
		// As if it had set them itself.
		pallet_session::ExternallySetKeys::<T>::remove(who);
		// Once for the deposit, once to exist.
		Self::ensure_can_pay_key_deposit(who).expect("money can be made");
		Self::ensure_can_pay_key_deposit(who).expect("money can be made");
		let (reason, deposit) = (pallet_session::HoldReason::Keys.into(), T::KeyDeposit::get());
		<T as pallet_session::Config>::Currency::hold(&reason, who, deposit).expect("it was made");
		frame_system::Pallet::<T>::inc_consumers(who).expect("it has money");
	}
}

impl<T: Config> Pallet<T> {
	/// The session pallet drops a validator that has no keys, however few remain: so keys are for as
	/// long as there is, or could be, a seat.
	pub(crate) fn do_purge_keys(who: T::AccountId) -> DispatchResult {
		ensure!(!Candidates::<T>::contains_key(&who), Error::<T>::StillCandidate);
		let seated = Self::validators().contains(&who) || T::Session::queued().contains(&who);
		ensure!(!seated, Error::<T>::StillSeated);
		T::Session::purge_keys(&who)?;
		Self::deposit_event(Event::KeysPurged { who });
		Ok(())
	}
}
