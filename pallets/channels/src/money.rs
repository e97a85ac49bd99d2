//! Deposits and escrows: the only file that moves or holds money.
//!
//! A client's deposits are on hold on its own account. What a batch charges is on hold on the pallet's
//! account, the till, until it is paid or comes back. What is on hold here moves though it is locked for
//! something else as well: else a client could lock what it owes.

use crate::pallet::*;
use frame_support::traits::{
	fungible::{Inspect, InspectHold, MutateHold},
	tokens::{Fortitude, Precision, Preservation, Restriction},
	Get, OnKilledAccount,
};
use reckon_primitives::Balance;
use reckon_support::EscrowSource;
use sp_runtime::{traits::AccountIdConversion, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// The account that has the batches' escrows on hold. The chain's genesis gives it the existential
	/// deposit.
	pub fn till() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Puts a client's money into a channel; claims its earnings for what its money lacks, and says
	/// whether it did.
	pub(crate) fn put_in(client: &T::AccountId, amount: Balance) -> Result<bool, DispatchError> {
		let reason = HoldReason::Channel.into();
		let short = T::Currency::ensure_can_hold(&reason, client, amount).is_err();
		if short {
			let has =
				T::Currency::reducible_balance(client, Preservation::Protect, Fortitude::Polite);
			T::Earnings::draw(client, amount.saturating_sub(has));
		}
		T::Currency::hold(&reason, client, amount)?;
		Ledgers::<T>::mutate(client, |ledger| {
			ledger.deposited = ledger.deposited.saturating_add(amount);
			ledger.held = ledger.held.saturating_add(amount);
		});
		Ok(short)
	}

	/// Moves what a batch charges from a client's deposit into the till: at once, so that no channel
	/// that closes takes it back.
	pub(crate) fn charge(client: &T::AccountId, amount: Balance) -> DispatchResult {
		T::Currency::transfer_on_hold(
			&HoldReason::Channel.into(),
			client,
			&Self::till(),
			amount,
			Precision::Exact,
			Restriction::OnHold,
			Fortitude::Force,
		)?;
		Ledgers::<T>::mutate(client, |ledger| {
			ledger.paid = ledger.paid.saturating_add(amount);
			ledger.held = ledger.held.saturating_sub(amount);
		});
		Ok(())
	}

	/// Gives back what is left in a channel.
	pub(crate) fn take_out(client: &T::AccountId, amount: Balance) {
		let reason = HoldReason::Channel.into();
		let released = T::Currency::release(&reason, client, amount, Precision::BestEffort);
		frame_support::defensive_assert!(
			released == Ok(amount),
			"a deposit is what was held for it"
		);
		Ledgers::<T>::mutate(client, |ledger| {
			ledger.refunded = ledger.refunded.saturating_add(amount);
			ledger.held = ledger.held.saturating_sub(amount);
		});
	}

	/// Pays out of the till; says how much has moved: all or nothing.
	pub(crate) fn pay(to: &T::AccountId, amount: Balance) -> Balance {
		if amount == 0 {
			return 0;
		}
		T::Currency::transfer_on_hold(
			&HoldReason::Channel.into(),
			&Self::till(),
			to,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)
		.unwrap_or_default()
	}

	/// Gives a client back what a batch has charged; says how much has moved: all or nothing.
	pub(crate) fn give_back(client: &T::AccountId, amount: Balance) -> Balance {
		let returned = Self::pay(client, amount);
		// Nothing is noted for an account that has come and gone since.
		Ledgers::<T>::mutate_extant(client, |ledger| {
			let noted = returned.min(ledger.paid);
			ledger.paid = ledger.paid.saturating_sub(noted);
			ledger.refunded = ledger.refunded.saturating_add(noted);
		});
		returned
	}
}

/// Complaints' deposits are on hold on the accounts of those who complain.
impl<T: Config> Pallet<T> {
	/// Holds what a complaint's place in storage costs.
	pub(crate) fn hold_for_complaint(who: &T::AccountId, amount: Balance) -> DispatchResult {
		T::Currency::hold(&HoldReason::Complaint.into(), who, amount)
	}

	/// Gives it back.
	pub(crate) fn release_complaint(who: &T::AccountId, amount: Balance) {
		let reason = HoldReason::Complaint.into();
		let released = T::Currency::release(&reason, who, amount, Precision::BestEffort);
		frame_support::defensive_assert!(
			released == Ok(amount),
			"a complaint's deposit is what was held for it"
		);
	}

	/// Gives it to the gateway that has answered; back to who complained where the gateway can't have it.
	pub(crate) fn pay_complaint(who: &T::AccountId, gateway: &T::AccountId, amount: Balance) {
		let moved = T::Currency::transfer_on_hold(
			&HoldReason::Complaint.into(),
			who,
			gateway,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		);
		if moved.is_err() {
			Self::release_complaint(who, amount);
		}
	}
}

/// An account's ledger goes with the account, whose least balance is what its place in storage
/// costs. Money in channels keeps an account alive.
impl<T: Config> OnKilledAccount<T::AccountId> for Pallet<T> {
	fn on_killed_account(who: &T::AccountId) {
		Ledgers::<T>::remove(who);
	}
}
