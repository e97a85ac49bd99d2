//! Where one pallet's question is another pallet's answer.

use crate::{AccountId, Balance, Rewards, Session};
use frame_support::{
	traits::{Get, TypedGet},
	weights::Weight,
	PalletId,
};
use pallet_rewards::Duty;
use reckon_primitives::SessionIndex;
use reckon_support::OnAuditVote;
use sp_runtime::traits::{AccountIdConversion, Convert};

/// The treasury's account: has the fees, the treasury's share of charges, slashed bonds and dust.
pub struct Treasury;

impl Treasury {
	const ID: PalletId = PalletId(*b"rkn/trsy");

	/// The account; nobody has its key.
	pub fn account() -> AccountId {
		Self::ID.into_account_truncating()
	}
}

impl TypedGet for Treasury {
	type Type = AccountId;

	fn get() -> AccountId {
		Self::account()
	}
}

/// What auditors are paid from.
pub struct AuditPot;

impl AuditPot {
	const ID: PalletId = PalletId(*b"rkn/audt");

	/// The account; nobody has its key.
	pub fn account() -> AccountId {
		Self::ID.into_account_truncating()
	}
}

impl TypedGet for AuditPot {
	type Type = AccountId;

	fn get() -> AccountId {
		Self::account()
	}
}

/// The current session's number. Babe's own count of epochs would not do: it jumps after a halt.
pub struct CurrentSession;

impl Get<SessionIndex> for CurrentSession {
	fn get() -> SessionIndex {
		Session::current_index()
	}
}

/// Validators are named by their accounts.
pub struct ValidatorIdOf;

impl Convert<AccountId, Option<AccountId>> for ValidatorIdOf {
	fn convert(who: AccountId) -> Option<AccountId> {
		Some(who)
	}
}

/// Validators have no identification but their accounts.
pub struct FullIdentificationOf;

impl Convert<AccountId, Option<()>> for FullIdentificationOf {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

/// The price of the bytes that an account puts into storage for others to keep.
pub struct StoragePrice;

impl Convert<frame_support::traits::Footprint, Balance> for StoragePrice {
	fn convert(footprint: frame_support::traits::Footprint) -> Balance {
		let items = crate::configs::ITEM_DEPOSIT.saturating_mul(footprint.count.into());
		let bytes = crate::configs::BYTE_DEPOSIT.saturating_mul(footprint.size.into());
		items.saturating_add(bytes)
	}
}

/// A vote in an audit that counts is worth a quarter of a block.
pub struct VotePoints;

impl VotePoints {
	const POINTS: Balance = 5;
}

impl OnAuditVote<AccountId> for VotePoints {
	fn on_audit_vote(auditor: &AccountId) {
		Rewards::note_points(Duty::Validation, auditor, Self::POINTS);
	}

	fn on_audit_vote_weight() -> Weight {
		Rewards::note_points_weight()
	}
}
