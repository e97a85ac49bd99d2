//! The audit keys: with which validators vote, and who has them in this session.

use crate::{pallet::*, types::Auditor};
use alloc::vec::Vec;
use frame_support::{traits::OneSessionHandler, BoundedVec};
use sp_runtime::{BoundToRuntimeAppPublic, KeyTypeId};

/// Names audit keys in the keystore.
pub const AUDIT_KEY_TYPE: KeyTypeId = KeyTypeId(*b"audt");

mod app {
	use sp_application_crypto::{app_crypto, sr25519};
	app_crypto!(sr25519, super::AUDIT_KEY_TYPE);
}

/// The key with which a validator votes in audits.
pub type AuditId = app::Public;
/// An audit key's signature.
pub type AuditSignature = app::Signature;
/// An audit key with its secret.
#[cfg(feature = "std")]
pub type AuditPair = app::Pair;

impl<T: Config> BoundToRuntimeAppPublic for Pallet<T> {
	type Public = AuditId;
}

impl<T: Config> OneSessionHandler<T::AccountId> for Pallet<T> {
	type Key = AuditId;

	fn on_genesis_session<'a, I>(validators: I)
	where
		I: Iterator<Item = (&'a T::AccountId, AuditId)> + 'a,
		T::AccountId: 'a,
	{
		Self::set_auditors(validators);
	}

	fn on_new_session<'a, I>(changed: bool, validators: I, _: I)
	where
		I: Iterator<Item = (&'a T::AccountId, AuditId)> + 'a,
		T::AccountId: 'a,
	{
		// Who is disabled stays so with an unchanged set; with a new one the session pallet says it
		// anew.
		if changed {
			Self::set_auditors(validators);
		}
	}

	fn on_disabled(index: u32) {
		Auditors::<T>::mutate(|auditors| {
			if let Some(auditor) = auditors.get_mut(index as usize) {
				auditor.disabled = true;
			}
		});
	}
}

impl<T: Config> Pallet<T> {
	/// The order is the session's, by whose numbers validators are disabled.
	fn set_auditors<'a>(validators: impl Iterator<Item = (&'a T::AccountId, AuditId)>)
	where
		T::AccountId: 'a,
	{
		let auditors = validators
			.map(|(account, key)| Auditor { account: account.clone(), key, disabled: false })
			.collect::<Vec<_>>();
		Auditors::<T>::put(BoundedVec::truncate_from(auditors));
	}
}
