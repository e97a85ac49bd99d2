//! Where one pallet's question is another pallet's answer.

use crate::{AccountId, Balance, Balances, BlockNumber, Channels, Jobs, Rewards, Runtime, Session};
use frame_support::{
	traits::{fungible::InspectHold, Get, TypedGet},
	weights::Weight,
	PalletId,
};
use pallet_rewards::Duty;
use reckon_primitives::{Held, HeldFor, JobId, SessionIndex};
use reckon_support::{AuditSubjects, AuditWork, AuditedAnswer, OnAuditVote, Ruling};
use sp_core::sr25519;
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

/// The key whose public half an account is: what its holder signs off chain is checked by it.
pub struct AccountKey;

impl Convert<AccountId, sr25519::Public> for AccountKey {
	fn convert(account: AccountId) -> sr25519::Public {
		sr25519::Public::from_raw(account.into())
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

/// What other people's pallets hold of an account's money; they don't say so themselves.
pub fn deposits_of(who: &AccountId) -> impl Iterator<Item = Held<Balance, BlockNumber>> {
	let reason = pallet_session::HoldReason::Keys.into();
	let session_keys = Balances::balance_on_hold(&reason, who);
	let proxies = pallet_proxy::Proxies::<Runtime>::get(who).1;
	let proxies = proxies.saturating_add(pallet_proxy::Announcements::<Runtime>::get(who).1);
	// Multisigs are stored by the accounts that they are, not by who pays for them: whatever is neither
	// on hold for a reason nor for proxies is theirs.
	let holds = pallet_balances::Holds::<Runtime>::get(who);
	let named = holds.iter().fold(proxies, |sum, hold| sum.saturating_add(hold.amount));
	let multisigs = Balances::reserved_balance(who).saturating_sub(named);
	[
		(HeldFor::SessionKeys, session_keys),
		(HeldFor::Proxies, proxies),
		(HeldFor::Multisigs, multisigs),
	]
	.into_iter()
	.filter(|(_, amount)| *amount > 0)
	.map(|(held_for, amount)| Held { held_for, amount, next_step_at: None })
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
}

/// The answers that are audited: jobs', and those out of gateways' batches. An id is a job's, which has the
/// chain's own counter in it, or the hash of a request: never both.
pub struct AuditedAnswers;

impl AuditSubjects<AccountId, Balance> for AuditedAnswers {
	fn subject(id: &JobId) -> Option<AuditedAnswer<AccountId, Balance>> {
		<Jobs as AuditSubjects<_, _>>::subject(id)
	}

	fn work(id: &JobId) -> Option<AuditWork> {
		let of_job = <Jobs as AuditSubjects<AccountId, Balance>>::work(id);
		of_job.or_else(|| <Channels as AuditSubjects<_, _>>::work(id))
	}

	fn on_ruling(id: &JobId, ruling: Ruling<Balance>) -> Balance {
		match pallet_channels::Sampled::<Runtime>::contains_key(id) {
			true => <Channels as AuditSubjects<_, _>>::on_ruling(id, ruling),
			false => <Jobs as AuditSubjects<_, _>>::on_ruling(id, ruling),
		}
	}

	fn on_ruling_weight() -> Weight {
		let jobs = <Jobs as AuditSubjects<AccountId, Balance>>::on_ruling_weight();
		let channels = <Channels as AuditSubjects<AccountId, Balance>>::on_ruling_weight();
		jobs.max(channels)
			.saturating_add(<Runtime as frame_system::Config>::DbWeight::get().reads(1))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(subject: AuditedAnswer<AccountId, Balance>) -> JobId {
		<Jobs as AuditSubjects<_, _>>::create_for_benchmark(subject)
	}
}
